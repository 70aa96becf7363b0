//! Changes over time for reading.

use super::diff::{heading, lines, marked};
use super::look::{Look, QUIET, STRONG, paint, paragraph, paragraph_hanging, shortened};
use super::{counted, grouped, harmless, language};
use crate::wire::changes::{Change, Changes, Event};
use std::io::{self, Write};

/// Of a longer passage only the start is shown (characters).
const MAX_SHOWN: usize = 320;

/// Of a longer run of equal words only the ends are shown (characters).
const MAX_EQUAL: usize = 110;
const SHOWN_EQUAL: usize = 45;

/// So many changes of an event are shown.
const MAX_CHANGES: usize = 12;

/// What was found: totals, and a block for each event.
pub fn changes(found: &Changes, language_by_default: bool, all: bool, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    for line in found.estimate.iter().map(|estimate| estimate.note.clone()).chain(totals(found, language_by_default, all)) {
        paragraph(out, look, "", &line)?;
    }
    for event in &found.events {
        writeln!(out)?;
        self::event(event, look, out)?;
    }
    let listed = found.totals.events + if all { found.totals.technical_only } else { 0 };
    let shown = found.events.len() as u64;
    if shown < listed {
        writeln!(out)?;
        let more = format!("{} more: --limit all for every one.", grouped(listed - shown));
        paragraph(out, look, "", &paint(look, QUIET, &more))?;
    }
    Ok(())
}

fn totals(found: &Changes, by_default: bool, all: bool) -> Vec<String> {
    let totals = &found.totals;
    let mut told = Vec::new();
    if totals.events == 0 {
        told.push("No change found.".to_owned());
    } else {
        let changes = counted(totals.events, "change", "changes");
        let documents = counted(totals.documents, "document", "documents");
        let companies = counted(totals.companies, "company", "companies");
        told.push(format!("{changes} of {documents} of {companies}."));
        let passages = [
            (totals.added, "added"),
            (totals.removed, "removed"),
            (totals.reworded, "reworded"),
            (totals.returned, "returned"),
            (totals.moved, "moved"),
        ];
        let passages: Vec<String> = passages.iter().map(|(number, what)| format!("{} {what}", grouped(*number))).collect();
        told.push(format!("Passages: {}.", passages.join(", ")));
        if totals.returns_to_text > 0 {
            told.push(format!("{} of the changes lead back to an earlier text.", grouped(totals.returns_to_text)));
        }
        if totals.cannot_be_told > 0 {
            let number = grouped(totals.cannot_be_told);
            told.push(format!("Of {number} the archive does not tell whether the company changed its text."));
        }
    }
    let mut out = Vec::new();
    if totals.technical_only > 0 {
        let apart = if all { "listed" } else { "left out (--all lists them)" };
        out.push(format!(
            "{} of technical numbers or typography only, {apart}",
            counted(totals.technical_only, "change", "changes")
        ));
    }
    if totals.re_extractions > 0 {
        out.push(format!(
            "{} left out: the archive read the same capture anew",
            counted(totals.re_extractions, "change", "changes")
        ));
    }
    if !out.is_empty() {
        told.push(format!("{}.", out.join("; ")));
    }
    let lang = language(found.lang.as_deref().unwrap_or_default(), by_default);
    let left_out = totals.left_out.marked + totals.left_out.other_language;
    told.push(format!(
        "Compared: {}, each with the one before; {lang}; {} left out ({} no policy text, {} in another language).",
        counted(totals.compared, "snapshot", "snapshots"),
        grouped(left_out),
        grouped(totals.left_out.marked),
        grouped(totals.left_out.other_language)
    ));
    told
}

fn event(event: &Event, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let company = harmless(event.company.as_deref().unwrap_or("unknown company"));
    let part = event.part.iter().map(|part| format!(" · {part}")).collect::<String>();
    let kind = paint(look, QUIET, &harmless(&format!("· {}{part}", event.kind)));
    let day = event.to.instant.as_str();
    let title = format!("{}  {} {kind}", paint(look, STRONG, day), paint(look, STRONG, &company));
    paragraph_hanging(out, look, "", "  ", &title)?;
    let counts = [
        (event.added, "added"),
        (event.removed, "removed"),
        (event.reworded, "reworded"),
        (event.returned, "returned"),
        (event.moved, "moved"),
        (event.technical, "technical only"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{} {what}", grouped(*number))).collect();
    let mut line =
        format!("#{} → #{}, since {}: {}", event.from.snapshot, event.to.snapshot, event.from.instant, counts.join(", "));
    if let Some(returns_to) = &event.returns_to {
        line.push_str(&format!("; the whole text of #{} ({}) again", returns_to.snapshot, returns_to.instant));
    }
    if event.by_company != "yes" {
        line.push_str("; by the company: cannot be told");
    }
    paragraph(out, look, "  ", &paint(look, QUIET, &line))?;
    let mut above = None;
    for change in event.changes.iter().take(MAX_CHANGES) {
        if above != Some(&change.heading) {
            heading(&change.heading, look, out)?;
            above = Some(&change.heading);
        }
        self::change(change, look, out)?;
    }
    if event.changes.len() > MAX_CHANGES {
        let more = format!("… {} more changes here", grouped((event.changes.len() - MAX_CHANGES) as u64));
        paragraph(out, look, "  ", &paint(look, QUIET, &more))?;
    }
    for (snapshot, sign) in [(&event.from, '-'), (&event.to, '+')] {
        if let Some(citation) = &snapshot.citation {
            paragraph_hanging(out, look, "  ", "    ", &format!("cite {sign} {}", harmless(&citation.text)))?;
        }
    }
    Ok(())
}

fn change(change: &Change, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let start = |text: &Option<String>| harmless(&start(text.as_deref().unwrap_or_default()));
    let both =
        || if change.words.is_empty() { start(&change.after) } else { marked(&change.words, look, MAX_EQUAL, SHOWN_EQUAL) };
    let (sign, text) = match change.change {
        "added" => ("+ ", start(&change.after)),
        "removed" => ("- ", start(&change.before)),
        "reworded" => ("~ ", both()),
        "returned" => {
            let days = counted(change.absent_days.unwrap_or_default().max(0) as u64, "day", "days");
            let since = change.absent_since.as_deref().unwrap_or("unknown");
            ("* ", format!("returned after {days} (last seen {since}): {}", both()))
        }
        _ => ("> ", format!("moved: {}", harmless(&shortened(change.after.as_deref().unwrap_or_default())))),
    };
    lines(sign, &text, look, out)
}

/// The start of a long passage.
fn start(text: &str) -> String {
    if text.chars().count() <= MAX_SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(MAX_SHOWN).collect();
    format!("{} …", start.rsplit_once(char::is_whitespace).map_or(&*start, |(start, _)| start))
}
