//! The oracle of `lifetimes`: reads every snapshot of an archive without an index, finds a phrase in the words of each passage, and
//! compares the intervals of every document with those that the index answers.

mod archive;

use archive::{Archive, Document};
use clap::Parser;
use fineprint::index::Index;
use fineprint::query;
use fineprint::search::Observing;
use fineprint::snapshot::{DocumentKey, Instant};
use fineprint::time::{self, TextLife};
use fineprint::words::Words;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Compare `lifetimes --suspect --lang any` with a folder, read snapshot by snapshot; the exit status is 1 where they differ
#[derive(Parser)]
struct Cli {
    /// A folder: deletions are not looked for
    archive: PathBuf,
    /// An index of this archive and no other
    #[arg(long)]
    index: PathBuf,
    /// Wordings of what is said, one of which must stand in a passage
    #[arg(long, default_values_t = ["legitimate interest".to_owned(), "legitimate interests".to_owned()])]
    phrase: Vec<String>,
}

/// Captures in order of time, and whether each says it.
type Captures = Vec<(Instant, bool)>;

/// What was read of a document.
struct Truth<'a> {
    document: &'a Document,
    captures: Captures,
    bytes: usize,
}

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let index = Arc::new(Index::open(&cli.index)?);
    let archive = Archive::open(&cli.archive)?;
    let needles: Vec<String> = cli.phrase.iter().map(|phrase| spaced_words(phrase)).collect();
    let read: Vec<Truth> = archive
        .documents
        .par_iter()
        .map(|document| Truth::read(&archive, document, &needles))
        .filter(|truth| !truth.captures.is_empty())
        .collect();
    let phrases: Vec<String> = cli.phrase.iter().map(|phrase| format!("\"{phrase}\"")).collect();
    let text = phrases.join(" OR ");
    let parsed = query::parse(&text).map_err(|_| anyhow::anyhow!("{text} is no query"))?;
    let answer = time::lifetimes(&index, &parsed.query, &Observing { suspect: true, ..Observing::default() })?;
    let mut indexed: BTreeMap<DocumentKey, (&str, &TextLife)> = BTreeMap::new();
    for company in &answer.companies {
        for text in &company.texts {
            for &slot in &text.slots {
                indexed.insert(index.entry(slot)?.key.clone(), (company.company.as_deref().unwrap_or_default(), text));
            }
        }
    }
    let mut disagreements = 0;
    let mut differs = |what: String| {
        disagreements += 1;
        println!("DIFFERS {what}");
    };
    let (mut intervals, mut returns) = (0, 0);
    for Truth { document, captures, .. } in &read {
        let key = &document.key;
        let expected = rows(captures);
        intervals += expected.len();
        returns += expected.len().saturating_sub(1);
        match indexed.remove(key) {
            None => differs(format!("{key:?} is not in the index")),
            Some((company, text)) => {
                if (company, text.kind.as_str()) != (document.company.as_str(), document.kind.as_str()) {
                    differs(format!("{key:?}: the index says it is {company}'s {}", text.kind));
                }
                let found: Vec<String> = text.life.intervals.iter().map(shown).collect();
                if found != expected {
                    differs(format!("{key:?}: the index says {found:#?}, the archive {expected:#?}"));
                }
                let life = &text.life;
                let observed = (life.observations, Some(life.first_observed), Some(life.last_observed));
                let ends = (captures.first().map(|capture| capture.0), captures.last().map(|capture| capture.0));
                if observed != (captures.len() as u64, ends.0, ends.1) {
                    differs(format!(
                        "{key:?}: the index has {observed:?} observations, the archive {} from {ends:?}",
                        captures.len()
                    ));
                }
            }
        }
    }
    indexed.into_keys().for_each(|key| differs(format!("{key:?} is not in the archive")));
    let snapshots: usize = read.iter().map(|truth| truth.captures.len()).sum();
    let bytes: usize = read.iter().map(|truth| truth.bytes).sum();
    println!(
        "{text}: {} documents, {snapshots} snapshots ({bytes} bytes), {intervals} intervals, {returns} of them returns: {disagreements} disagreements",
        read.len()
    );
    Ok(if disagreements == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl<'a> Truth<'a> {
    fn read(archive: &Archive, document: &'a Document, needles: &[String]) -> Truth<'a> {
        let mut buffer = Vec::new();
        let mut truth = Truth { document, captures: Captures::new(), bytes: 0 };
        for moment in &document.moments {
            let Some(snapshot) = archive.read(moment, &mut buffer) else { continue };
            let Some(captured) = snapshot.reference.captured else { continue };
            let says = snapshot.passages.iter().any(|passage| {
                let words = spaced_words(&passage.text);
                needles.iter().any(|needle| words.contains(needle.as_str()))
            });
            truth.captures.push((captured.instant, says));
            truth.bytes += snapshot.raw.len();
        }
        truth
    }
}

/// The words of a text, each between blanks: ` w1 w2 w3 `.
fn spaced_words(text: &str) -> String {
    let mut spaced = String::from(" ");
    let mut walk = Words::new(text);
    while walk.advance() {
        spaced.push_str(walk.word());
        spaced.push(' ');
    }
    spaced
}

/// The intervals of a document, written as [`shown`] writes those of the index.
fn rows(captures: &Captures) -> Vec<String> {
    let mut rows = Vec::new();
    let days = |from: Instant, to: Instant| (to.seconds - from.seconds) / (24 * 60 * 60);
    let mut last_seen: Option<(usize, Instant)> = None;
    let mut at = 0;
    for run in captures.chunk_by(|a, b| a.1 == b.1) {
        let end = at + run.len();
        if run[0].1 {
            let before = at.checked_sub(1).map(|before| captures[before].0);
            let after = captures.get(end).map(|capture| capture.0);
            let silence = run.windows(2).map(|pair| days(pair[0].0, pair[1].0)).max().unwrap_or(0);
            let gap = last_seen.map(|(over, last)| (days(last, run[0].0), at - over));
            rows.push(format!(
                "{} {} {} {} since_before {} still {} ended - snapshots {} silence {silence} gap {gap:?}",
                date(before),
                run[0].0,
                run[run.len() - 1].0,
                date(after),
                at == 0,
                end == captures.len(),
                run.len(),
            ));
            last_seen = Some((end, run[run.len() - 1].0));
        }
        at = end;
    }
    rows
}

fn shown(interval: &time::Interval) -> String {
    format!(
        "{} {} {} {} since_before {} still {} ended {} snapshots {} silence {} gap {:?}",
        date(interval.absent_before),
        interval.first_seen,
        interval.last_seen,
        date(interval.absent_after),
        interval.since_before,
        interval.is_still(),
        date(interval.ended),
        interval.snapshots,
        interval.longest_silence_days,
        interval.gap.map(|gap| (gap.days, gap.observations)),
    )
}

fn date(at: Option<Instant>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_string())
}
