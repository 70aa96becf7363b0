//! What an index and its sources hold and what an update did, for reading.

use super::{counted, grouped, harmless, size};
use crate::wire::{PathReason, Source, Stats};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many paths are named under each reason.
const SHOWN_PATHS: usize = 5;

/// What an update did, and what the index holds now.
pub fn update(stats: &Stats, dir: &str, out: &mut dyn Write) -> io::Result<()> {
    if let Some(update) = &stats.update {
        let read = counted(update.files_read, "capture", "captures");
        let unchanged = match update.files_unchanged {
            0 => String::new(),
            files => format!(", {} unchanged and not read again", counted(files, "file", "files")),
        };
        writeln!(out, "Read {read} ({}){unchanged}, in {:.1} s.", size(update.bytes_read), update.seconds)?;
    }
    writeln!(
        out,
        "{dir}: {} in {} of {}; {} ({}).",
        counted(stats.snapshots, "snapshot", "snapshots"),
        counted(stats.documents, "document", "documents"),
        counted(stats.companies, "company", "companies"),
        counted(stats.passages, "distinct passage", "distinct passages"),
        size(stats.index_bytes),
    )?;
    remarks(stats, out)
}

/// What is left out of the counts, or should be looked at.
fn remarks(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    if let Some(shards) = &stats.shards {
        writeln!(out, "  {shards} of its archives, not the whole")?;
    }
    let remark = |out: &mut dyn Write, number: u64, one: &str, many: &str| match number {
        0 => Ok(()),
        number => writeln!(out, "  {}", counted(number, one, many)),
    };
    remark(
        out,
        stats.undated,
        "text without date: searchable, but in no count over time",
        "texts without date: searchable, but in no count over time",
    )?;
    remark(
        out,
        stats.superseded,
        "capture superseded by another of the same instant",
        "captures superseded by another of the same instant",
    )?;
    remark(
        out,
        stats.duplicates,
        "snapshot held by several sources, counted once",
        "snapshots held by several sources, counted once",
    )?;
    remark(out, stats.deletions, "deletion recorded in a git history", "deletions recorded in git histories")?;
    marks(&stats.marks, out)?;
    remark(
        out,
        stats.vanished.len() as u64,
        "snapshot kept that is no longer in the archive (--prune removes it)",
        "snapshots kept that are no longer in the archive (--prune removes them)",
    )?;
    remark(
        out,
        stats.unreadable.len() as u64,
        "snapshot kept that may stand in what is damaged",
        "snapshots kept that may stand in what is damaged",
    )?;
    reasons(out, "skipped by rule", &stats.skipped)?;
    reasons(out, "DAMAGED", &stats.damaged)
}

/// How many snapshots are no policy text, and what they are instead.
fn marks(marks: &BTreeMap<&'static str, u64>, out: &mut dyn Write) -> io::Result<()> {
    let each: Vec<String> = marks.iter().map(|(name, number)| format!("{name} {}", grouped(*number))).collect();
    match marks.values().sum() {
        0 => Ok(()),
        all => writeln!(
            out,
            "  {}: {}",
            counted(all, "snapshot that is no policy text", "snapshots that are no policy text"),
            each.join(", ")
        ),
    }
}

/// The sources of an index.
pub fn sources(sources: &[Source], out: &mut dyn Write) -> io::Result<()> {
    for (at, one) in sources.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        source(one, out)?;
    }
    Ok(())
}

fn source(source: &Source, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({} {})", harmless(&source.name), source.form, harmless(&source.path))?;
    writeln!(
        out,
        "  {} of {} of {}, {}",
        counted(source.snapshots, "snapshot", "snapshots"),
        counted(source.documents, "document", "documents"),
        counted(source.companies, "company", "companies"),
        dates(&source.first_seen, &source.last_seen)
    )?;
    let recording = match source.recording {
        "changes" => "records only changes: silence means unchanged or unwatched",
        "captures" => "records every capture",
        _ => "records every capture in part, in part only changes",
    };
    writeln!(out, "  {recording}")?;
    if !source.date_sources.is_empty() {
        let dates: Vec<String> =
            source.date_sources.iter().map(|(name, number)| format!("{name} {}", grouped(*number))).collect();
        writeln!(out, "  dated by {}", dates.join(", "))?;
    }
    let facts = [
        (source.duplicates, "held by another source too and counted there"),
        (source.undated, "undated"),
        (source.superseded, "superseded"),
        (source.deletions, "deletions"),
        (source.skipped, "skipped by rule"),
        (source.damaged, "DAMAGED"),
        (source.vanished, "no longer in the archive"),
    ];
    let facts: Vec<String> =
        facts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{} {what}", grouped(*number))).collect();
    if !facts.is_empty() {
        writeln!(out, "  {}", facts.join(", "))?;
    }
    let commit = source.commit.as_ref().map(|commit| format!(" to commit {commit:.12}")).unwrap_or_default();
    writeln!(out, "  updated {}{commit}", source.updated)
}

fn dates(first: &Option<String>, last: &Option<String>) -> String {
    match (first, last) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "undated".to_owned(),
    }
}

/// Files by reason, the first of each named.
fn reasons(out: &mut dyn Write, what: &str, problems: &[PathReason]) -> io::Result<()> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for problem in problems {
        by_reason.entry(&problem.reason).or_default().push(&problem.path);
    }
    for (reason, paths) in by_reason {
        writeln!(out, "  {} {what}: {}", grouped(paths.len() as u64), harmless(reason))?;
        for path in paths.iter().take(SHOWN_PATHS) {
            writeln!(out, "    {}", harmless(path))?;
        }
        if paths.len() > SHOWN_PATHS {
            writeln!(out, "    and {} more (--format json names all)", grouped((paths.len() - SHOWN_PATHS) as u64))?;
        }
    }
    Ok(())
}

/// What an index holds.
pub fn contents(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    for (name, number) in [
        ("companies", stats.companies),
        ("documents", stats.documents),
        ("snapshots", stats.snapshots),
        ("versions", stats.versions),
        ("passages", stats.passages),
        ("clauses", stats.clauses),
        ("occurrences", stats.occurrences),
    ] {
        writeln!(out, "{name:<12}{:>14}", grouped(number))?;
    }
    writeln!(out, "{:<12}{:>14}  of {} read", "index", size(stats.index_bytes), size(stats.archive_bytes))?;
    writeln!(out, "{:<12}  {}", "captured", dates(&stats.first_seen, &stats.last_seen))?;
    writeln!(out, "{:<12}  {}", "fingerprint", stats.fingerprint)?;
    if !stats.languages.is_empty() {
        let mut languages: Vec<(&String, &u64)> = stats.languages.iter().collect();
        languages.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let languages: Vec<String> = languages.iter().map(|(lang, number)| format!("{lang} {}", grouped(**number))).collect();
        writeln!(out, "{:<12}  {}", "languages", languages.join(", "))?;
    }
    for source in &stats.sources {
        writeln!(out)?;
        self::source(source, out)?;
    }
    if !stats.years.is_empty() {
        writeln!(out, "\nyear  companies  documents  snapshots")?;
        for year in &stats.years {
            writeln!(
                out,
                "{:>4}  {:>9}  {:>9}  {:>9}",
                year.year,
                grouped(year.companies),
                grouped(year.documents),
                grouped(year.snapshots)
            )?;
        }
    }
    writeln!(out)?;
    remarks(stats, out)
}
