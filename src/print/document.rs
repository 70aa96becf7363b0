//! One document for reading: its history, its text at a moment, and what is to be known of that.

use super::look::{Look, QUIET, STRONG, paint, paragraph, paragraph_hanging};
use super::{counted, grouped, harmless};
use crate::document::history::Row;
use crate::document::{self, StatedDate};
use crate::wire::document::{self as wire, History, Neighbour, Passage, Stood};
use csv::Writer;
use std::io::{self, Write};

/// The history, a line a row.
pub fn history(history: &History, rows: &[Row], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    let recorded = match history.recording {
        "changes" => "an archive of changes",
        _ => "an archive of captures",
    };
    let head = format!(
        "{}: {}, {} ({}, {recorded}).",
        title(history.company.as_deref(), &history.kind, &history.part),
        counted(u64::from(history.snapshots), "snapshot", "snapshots"),
        counted(history.versions as u64, "version", "versions"),
        harmless(&history.source)
    );
    paragraph(out, look, "", &head)?;
    if !history.langs.is_empty() {
        writeln!(out, "Language: {} (--lang).", harmless(&history.langs.join(", ")))?;
    }
    writeln!(out)?;
    let lines: Vec<[String; 5]> = rows.iter().map(|row| columns(row, &history.langs)).collect();
    let titles = ["#", "captured", "characters", "similar", "notes"].map(str::to_owned);
    let width = |column: usize| lines.iter().chain([&titles]).map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    for line in std::iter::once(&titles).chain(&lines) {
        let [number, captured, chars, similar, notes] = line;
        let [a, b, c, d] = widths;
        let text = format!("{number:<a$}  {captured:<b$}  {chars:>c$}  {similar:>d$}  {notes}");
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn title(company: Option<&str>, kind: &str, part: &str) -> String {
    let part = if part.is_empty() { String::new() } else { format!(" ({})", harmless(part)) };
    format!("{} · {}{part}", harmless(company.unwrap_or("unknown company")), harmless(kind))
}

fn columns(row: &Row, langs: &[String]) -> [String; 5] {
    let (first, last) = (row.snapshots.first().unwrap_or(0) + 1, row.snapshots.last().unwrap_or(0) + 1);
    let number = if first == last { format!("#{first}") } else { format!("#{first}–#{last}") };
    let day =
        |captured: Option<crate::snapshot::Captured>| captured.map_or_else(|| "undated".into(), |at| at.instant.to_string());
    let captured = if first == last { day(row.first) } else { format!("{} – {}", day(row.first), day(row.last)) };
    let mut notes: Vec<String> = document::distinct(&row.stated).into_iter().map(stated).collect();
    notes.extend(row.mark.map(|mark| format!("{} page", mark.name().replace('_', " "))));
    if !row.lang.is_empty() && !langs.is_empty() && !langs.contains(&row.lang) {
        notes.push(format!("language {}", row.lang));
    }
    notes.extend(row.returns_to.map(|snapshot| format!("= #{}", snapshot + 1)));
    notes.extend(row.notice.map(|notice| format!("sudden {}", notice.name())));
    notes.extend(row.commit_kinds.iter().map(|kind| kind.name().replace('_', " ")));
    notes.extend(row.ended.map(|ended| format!("deleted by {ended}")));
    if row.duplicates > 0 {
        notes.push("counted in another archive".into());
    }
    let similar = row.similarity.map_or_else(String::new, percent);
    [number, captured, grouped(u64::from(row.chars)), similar, notes.join(" · ")]
}

/// Never 100 % of what differs.
fn percent(similarity: f64) -> String {
    if similarity < 1.0 && similarity > 0.999 { "99.9 %".into() } else { format!("{:.1} %", similarity * 100.0) }
}

fn stated(stated: &StatedDate) -> String {
    let doubt = if stated.readings.len() > 1 { format!(", written {:?}", harmless(&stated.words)) } else { String::new() };
    format!("states {} {}{doubt}", stated.role.name(), stated.readings_text())
}

/// The history as a table for scripts.
pub fn history_csv(history: &History, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "company",
        "kind",
        "part",
        "source",
        "snapshot",
        "snapshots",
        "captured",
        "captured_last",
        "date_source",
        "version",
        "chars",
        "lang",
        "mark",
        "observes",
        "similarity",
        "notice",
        "updated",
        "effective",
        "stated_certainty",
        "stated_words",
        "commit_kinds",
        "returns_to",
        "ended",
        "duplicates",
    ])?;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    for row in &history.rows {
        let of = |role: &str| -> String {
            let readings: Vec<String> =
                row.stated_dates.iter().filter(|stated| stated.role == role).map(|stated| stated.readings.join(" or ")).collect();
            readings.join("; ")
        };
        let each = |field: fn(&crate::wire::document::StatedDate) -> &str| -> String {
            row.stated_dates.iter().map(field).collect::<Vec<_>>().join("; ")
        };
        table.write_record([
            text(&history.company),
            history.kind.clone(),
            history.part.clone(),
            history.source.clone(),
            row.snapshot.to_string(),
            row.snapshots.to_string(),
            text(&row.captured),
            text(&row.captured_last),
            row.date_source.unwrap_or_default().to_owned(),
            row.version.to_string(),
            row.chars.to_string(),
            row.lang.clone(),
            row.mark.unwrap_or_default().to_owned(),
            row.observes.to_string(),
            row.similarity.map(|similarity| similarity.to_string()).unwrap_or_default(),
            row.notice.unwrap_or_default().to_owned(),
            of("updated"),
            of("effective"),
            each(|stated| stated.certainty),
            each(|stated| &stated.words),
            row.commit_kinds.join("; "),
            row.returns_to.map(|snapshot| snapshot.to_string()).unwrap_or_default(),
            text(&row.ended),
            row.duplicates.to_string(),
        ])?;
    }
    Ok(table.flush()?)
}

/// What is to be known of a text before reading it: what stood when, beside which captures, with which dates and doubts.
pub fn head(stood: &Stood, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    for (at, line) in lines(stood).iter().enumerate() {
        let indent = if at == 0 { "" } else { "  " };
        paragraph_hanging(out, look, indent, "    ", line)?;
    }
    Ok(())
}

/// The same as lines, the first of which is the title.
pub(super) fn lines(stood: &Stood) -> Vec<String> {
    let as_of = match (&stood.asked, &stood.as_of) {
        (Some(asked), Some(day)) if asked != day => format!(", as of {day}, where the archive ends"),
        (_, Some(day)) => format!(", as of {day}"),
        (_, None) => String::new(),
    };
    let mut lines = vec![format!("{}{as_of}", title(stood.company.as_deref(), &stood.kind, &stood.part))];
    lines.extend(stood.not_known.iter().flat_map(|why| why.lines()).map(harmless));
    lines.extend(stood.snapshot.map(|snapshot| captured(stood, snapshot)));
    match (stood.mark, &stood.lang) {
        (Some(mark), _) => lines.push(format!("this is no policy text: {}", mark.replace('_', " "))),
        (None, Some(lang)) if !stood.langs.is_empty() && !stood.langs.contains(lang) => {
            lines.push(format!("its language is {lang}"))
        }
        _ => {}
    }
    if stood.evidence.as_ref().is_some_and(|evidence| evidence.instant.is_some())
        || stood.before.is_some()
        || stood.after.is_some()
    {
        lines.push(format!("capture before: {}; after: {}", beside(stood.before.as_ref()), beside(stood.after.as_ref())));
    }
    lines.extend(stated_lines(stood));
    lines.extend(passed_over(stood));
    lines.extend(stood.warnings.iter().map(|warning| format!("warning: {}", harmless(&warning.message))));
    lines.extend(stood.citation.iter().map(|citation| format!("cite: {}", harmless(&citation.text))));
    lines
}

fn captured(stood: &Stood, snapshot: u32) -> String {
    let age = match stood.age_days {
        Some(0) => ", that day".to_owned(),
        Some(age) => format!(", {} before that day: carried, not observed", counted(age.max(0) as u64, "day", "days")),
        None => String::new(),
    };
    let instant = stood.evidence.as_ref().and_then(|evidence| evidence.instant.as_deref());
    let of = counted(u64::from(stood.snapshots), "snapshot", "snapshots");
    format!("captured {}{age}; one of {of} in {}", capture(instant, snapshot), harmless(&stood.source))
}

fn capture(instant: Option<&str>, snapshot: u32) -> String {
    format!("{} (#{snapshot})", instant.unwrap_or("undated"))
}

fn beside(other: Option<&Neighbour>) -> String {
    let Some(other) = other else { return "none".to_owned() };
    let same = if other.same_text { ", with the same text" } else { "" };
    format!("{}{same}", capture(other.instant.as_deref(), other.snapshot))
}

/// Of stated dates of one role with the same readings the first.
fn stated_lines(stood: &Stood) -> Vec<String> {
    let dates = &stood.stated_dates;
    let same = |a: &wire::StatedDate, b: &wire::StatedDate| a.role == b.role && a.readings == b.readings;
    let first = dates.iter().enumerate().filter(|(at, one)| !dates[..*at].iter().any(|other| same(one, other)));
    first
        .map(|(_, stated)| {
            let doubt = if stated.readings.len() > 1 { ", ambiguous" } else { "" };
            format!("states {} {}{doubt} (\"{}\")", stated.role, stated.readings.join(" or "), harmless(&stated.words))
        })
        .collect()
}

/// Captures that do not count, the first ones by name.
fn passed_over(stood: &Stood) -> Option<String> {
    const SHOWN: usize = 5;
    let one = |passed: &wire::PassedOver| {
        let why = passed.mark.map_or_else(|| format!("language {}", passed.lang), |mark| mark.replace('_', " "));
        format!("{}: {why}", capture(passed.instant.as_deref(), passed.snapshot))
    };
    let told: Vec<String> = stood.passed_over.iter().take(SHOWN).map(one).collect();
    let more = stood.passed_over.len() - told.len();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!told.is_empty()).then(|| format!("passed over (--lang, --suspect): {}{more}", told.join("; ")))
}

/// A text, broken into lines for the terminal, its headings marked.
pub fn text(passages: &[Passage], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    for (at, passage) in passages.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let text = harmless(&passage.text);
        match passage.level {
            Some(level) => {
                let mark = "#".repeat(usize::from(level.clamp(1, 6)));
                paragraph(out, look, "", &paint(look, STRONG, &format!("{mark} {text}")))?
            }
            None => text.split('\n').try_for_each(|line| paragraph(out, look, "", line))?,
        }
    }
    if passages.is_empty() {
        writeln!(out, "{}", paint(look, QUIET, "(no text)"))?;
    }
    Ok(())
}

/// A text as Markdown: headings, lists and tables as the capture has them, all else as it is written.
pub fn markdown(passages: &[Passage], out: &mut dyn Write) -> io::Result<()> {
    for (at, passage) in passages.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let text = harmless(&passage.text);
        match passage.shape {
            "heading" => {
                let mark = "#".repeat(usize::from(passage.level.unwrap_or(1).clamp(1, 6)));
                writeln!(out, "{mark} {}", escaped(&text.replace('\n', " ")))?;
            }
            "list" => list(&text, out)?,
            "table" => table(&text, out)?,
            _ => text.split('\n').try_for_each(|line| writeln!(out, "{}", escaped_start(&escaped(line))))?,
        }
    }
    Ok(())
}

fn list(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut was_lead = false;
    for line in text.split('\n') {
        let (indent, rest) = line.split_at(line.len() - line.trim_start_matches(' ').len());
        // Entries below a numbered one stand as deep as its text.
        let indent = indent.repeat(2);
        let number = rest.split_once(". ").filter(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        let is_entry = rest.starts_with("• ") || number.is_some();
        if is_entry && was_lead {
            writeln!(out)?;
        }
        match (rest.strip_prefix("• "), number) {
            (Some(entry), _) => writeln!(out, "{indent}- {}", escaped_start(&escaped(entry)))?,
            (None, Some((number, entry))) => writeln!(out, "{indent}{number}. {}", escaped_start(&escaped(entry)))?,
            (None, None) => writeln!(out, "{indent}{}", escaped_start(&escaped(rest)))?,
        }
        was_lead = !is_entry && indent.is_empty();
    }
    Ok(())
}

/// Rows whose cells are parted by `|`; the first stands as the head that Markdown wants.
fn table(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for (at, row) in text.split('\n').enumerate() {
        let cells: Vec<String> = row.split('|').map(|cell| escaped(cell.trim())).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
        if at == 0 {
            writeln!(out, "|{}", " --- |".repeat(cells.len()))?;
        }
    }
    Ok(())
}

/// Characters that mean something in Markdown, as themselves.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '<' | '[' | ']' | '&' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A line that would begin a heading, list or quotation, as a plain one.
fn escaped_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let after = &line[digits..];
    if digits > 0 && (after.starts_with(". ") || after.starts_with(") ")) {
        return format!("{}\\{after}", &line[..digits]);
    }
    if line.starts_with(['#', '-', '+', '>', '=', '|']) { format!("\\{line}") } else { line.to_owned() }
}
