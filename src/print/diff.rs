//! The difference of two texts for reading, and as a unified diff.

use super::look::{Look, QUIET, STRONG, paint, paragraph, paragraph_hanging, shortened};
use super::{counted, harmless};
use crate::document::Difference;
use crate::wire::diff::{Diff, Word};
use crate::wire::document::Stood;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

const REMOVED: Style = AnsiColor::Red.on_default().strikethrough();
const ADDED: Style = AnsiColor::Green.on_default().bold();

/// Of a longer run of equal words only the ends are shown (characters).
const MAX_EQUAL: usize = 240;

/// How much of each end of a long run of equal words is shown.
const SHOWN_EQUAL: usize = 90;

/// Lines of context around the changes of a unified diff.
const CONTEXT: usize = 3;

const INDENT: &str = "  ";

/// The changes for reading, under their headings; what is unchanged is left out.
pub fn diff(diff: &Diff, all: bool, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    end(&diff.from, '-', look, out)?;
    end(&diff.to, '+', look, out)?;
    writeln!(out)?;
    let totals = &diff.totals;
    let told = [
        (totals.added, "added"),
        (totals.removed, "removed"),
        (totals.reworded, "reworded"),
        (totals.moved, "moved"),
        (totals.unchanged, "unchanged"),
    ];
    let told: Vec<String> = told.iter().map(|(number, what)| format!("{} {what}", super::grouped(*number))).collect();
    paragraph(out, look, "", &format!("Passages: {}.", told.join(", ")))?;
    for note in notes(diff, all) {
        paragraph(out, look, "", &note)?;
    }
    let mut above = None;
    for change in &diff.changes {
        if above != Some(&change.heading) {
            writeln!(out)?;
            heading(&change.heading, look, out)?;
            above = Some(&change.heading);
        }
        self::change(change.change, &change.words, change.before.as_deref(), change.after.as_deref(), look, out)?;
    }
    Ok(())
}

/// What is to be known of the two texts.
pub(super) fn notes(diff: &Diff, all: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if diff.totals.technical > 0 && !all {
        let changes = counted(diff.totals.technical, "change", "changes");
        notes.push(format!("{changes} of technical numbers or typography only left out: --all lists them."));
    }
    if let Some(number) = diff.re_extractions.filter(|number| *number > 0) {
        let captures = counted(number, "capture was", "captures were");
        notes.push(format!("{captures} read anew by other rules between the two: what changed there is not the company's."));
    }
    if diff.from.lang != diff.to.lang {
        let name = |stood: &Stood| match stood.lang.as_deref() {
            None | Some("und") => "one that cannot be told".to_owned(),
            Some(lang) => lang.to_owned(),
        };
        notes.push(format!("The texts are in different languages: {} and {}.", name(&diff.from), name(&diff.to)));
    }
    notes
}

/// One of the texts, as `show` tells of it.
fn end(stood: &Stood, sign: char, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for (at, line) in super::document::lines(stood).iter().enumerate() {
        match at {
            0 => paragraph_hanging(out, look, "", INDENT, &format!("{sign} {}", paint(look, STRONG, line)))?,
            _ => paragraph_hanging(out, look, INDENT, "    ", line)?,
        }
    }
    Ok(())
}

/// The headings above a change.
pub(super) fn heading(path: &[String], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let path: Vec<String> = path.iter().map(|heading| harmless(&shortened(heading))).collect();
    let path = if path.is_empty() { "(no heading)".to_owned() } else { path.join(" › ") };
    paragraph(out, look, "", &paint(look, QUIET, &path))
}

/// A change, with its words marked.
fn change(
    what: &str,
    words: &[Word],
    before: Option<&str>,
    after: Option<&str>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (sign, text) = match what {
        "added" => ("+ ", painted(look, ADDED, after.unwrap_or_default())),
        "removed" => ("- ", painted(look, REMOVED, before.unwrap_or_default())),
        "reworded" => ("~ ", marked(words, look, MAX_EQUAL, SHOWN_EQUAL)),
        _ => ("> ", format!("moved: {}", harmless(&shortened(after.unwrap_or_default())))),
    };
    lines(sign, &text, look, out)
}

/// Text that stands behind a sign.
pub(super) fn lines(sign: &str, text: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for (at, line) in text.split('\n').enumerate() {
        paragraph_hanging(out, look, if at == 0 { sign } else { INDENT }, INDENT, line)?;
    }
    Ok(())
}

fn painted(look: Look, style: Style, text: &str) -> String {
    let text = harmless(text);
    text.split('\n').map(|line| paint(look, style, line)).collect::<Vec<_>>().join("\n")
}

/// Two wordings in one: words that were removed and added are coloured, or stand in `[-…-]` and `{+…+}`.
pub(super) fn marked(words: &[Word], look: Look, most: usize, shown: usize) -> String {
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        let run = harmless(&word.text);
        match word.is {
            "removed" if look.colour => text.push_str(&painted(look, REMOVED, &run)),
            "added" if look.colour => text.push_str(&painted(look, ADDED, &run)),
            "removed" => text.push_str(&format!("[-{run}-]")),
            "added" => text.push_str(&format!("{{+{run}+}}")),
            _ => text.push_str(&cut(&run, at == 0, at + 1 == words.len(), most, shown)),
        }
    }
    text
}

/// A run of equal words, of a long one its ends; of the first run only the end, of the last one only the start.
fn cut(run: &str, first: bool, last: bool, most: usize, shown: usize) -> String {
    let chars: Vec<char> = run.chars().collect();
    if chars.len() <= most {
        return run.to_owned();
    }
    let start: String = chars[..shown].iter().collect();
    let end: String = chars[chars.len() - shown..].iter().collect();
    let start = start.rsplit_once(char::is_whitespace).map_or(&*start, |(start, _)| start);
    let end = end.split_once(char::is_whitespace).map_or(&*end, |(_, end)| end);
    match (first, last) {
        (true, false) => format!("… {end}"),
        (false, true) => format!("{start} …"),
        _ => format!("{start} … {end}"),
    }
}

/// A unified diff of the whole texts, as `patch` reads it. Control characters are left as they are in the texts.
pub fn unified(difference: &Difference, wire: &Diff, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (format!("{}\n", difference.from.text()), format!("{}\n", difference.to.text()));
    let diff = similar::TextDiff::from_lines(&old, &new);
    write!(out, "{}", diff.unified_diff().context_radius(CONTEXT).header(&header(&wire.from), &header(&wire.to)))
}

/// A name and a date in the manner of `diff`, on one line.
fn header(stood: &Stood) -> String {
    let part = if stood.part.is_empty() { String::new() } else { format!("/{}", stood.part) };
    let name = format!("{}/{}{part}", stood.company.as_deref().unwrap_or_default(), stood.kind);
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let instant = stood.evidence.as_ref().and_then(|evidence| evidence.instant.as_deref());
    format!("{name}\t{}", instant.unwrap_or("undated"))
}
