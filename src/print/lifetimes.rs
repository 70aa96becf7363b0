//! Lifetimes for reading, and as a table.

use super::Look;
use super::{counted, day_of, grouped, harmless, language, padded, wrapped};
use crate::wire::lifetimes::{Interval, Lifetimes, Row};
use csv::Writer;
use std::io::{self, Write};
use textwrap::core::display_width;

/// Names of companies have at least so many columns.
const MIN_LABEL: usize = 12;

/// Lines are cut at this width at most.
const MAX_WIDTH: usize = 110;

/// What parts the columns.
const GAP: usize = 2;

/// Everything for reading: what was counted, then a line an interval.
pub fn lifetimes(lifetimes: &Lifetimes, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width.min(MAX_WIDTH);
    let estimate = lifetimes.estimate.as_ref().map(|estimate| estimate.note.clone());
    let told = [estimate, Some(summary(lifetimes)), shrunk(lifetimes), Some(basis_of(lifetimes))];
    for line in told.iter().flatten().flat_map(|text| wrapped(text, width, "")) {
        writeln!(out, "{line}")?;
    }
    table(&lifetimes.rows, width, out)?;
    if let Some(absent) = lifetimes.absent.as_ref().filter(|absent| !absent.is_empty()) {
        writeln!(out, "\nObserved, and never said it:")?;
        for row in absent {
            let observed = format!(
                "{} from {} to {}",
                counted(row.observations, "observation", "observations"),
                day_of(&row.first_observed),
                day_of(&row.last_observed)
            );
            let lines = wrapped(&format!("{}: {observed}", label(row)), width, "  ");
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
    }
    Ok(())
}

pub(crate) fn summary(lifetimes: &Lifetimes) -> String {
    let totals = &lifetimes.totals;
    let observed = counted(totals.companies, "company observed", "companies observed");
    if totals.documents_said == 0 {
        return format!("None of {observed} said it.");
    }
    let mut parts = vec![
        (totals.since_before, "since before"),
        (totals.started, "started"),
        (totals.stopped, "stopped"),
        (totals.ended, "deleted"),
        (totals.returned, "returned"),
        (totals.still, "still there"),
    ];
    parts.retain(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.into_iter().map(|(number, what)| format!("{} {what}", grouped(number))).collect();
    format!(
        "{} of {observed} said it: {}; in {} of {}.",
        grouped(totals.companies_said),
        parts.join(", "),
        grouped(totals.documents_said),
        counted(totals.documents, "document", "documents")
    )
}

/// How many intervals lie beside captures that may hold a part of their text only.
fn shrunk(lifetimes: &Lifetimes) -> Option<String> {
    let (before, after) = (lifetimes.totals.shrunk_before, lifetimes.totals.shrunk_after);
    (before + after > 0).then(|| {
        let before = counted(before, "beginning", "beginnings");
        let after = counted(after, "end", "ends");
        format!("{before} and {after} lie beside a capture of under half the length, which may hold a part of the text only.")
    })
}

/// Of how many observations, and what they were.
pub(crate) fn basis_of(lifetimes: &Lifetimes) -> String {
    let totals = &lifetimes.totals;
    let days = (lifetimes.since.as_deref(), lifetimes.until.as_deref());
    let basis = basis(&lifetimes.languages, lifetimes.language_by_default, lifetimes.suspect, days, totals.left_out);
    format!("{}: {basis}.", counted(totals.observations, "observation", "observations"))
}

/// What an observation was.
pub fn basis(
    languages: &[String],
    language_by_default: bool,
    suspect: bool,
    (since, until): (Option<&str>, Option<&str>),
    left_out: u64,
) -> String {
    let language = language(languages, language_by_default);
    let kept = if suspect { ", with captures that are no policy text" } else { "" };
    let left_out = match left_out {
        0 => "none left out".to_owned(),
        number => format!("{} left out", counted(number, "snapshot", "snapshots")),
    };
    let days = match (since, until) {
        (None, None) => String::new(),
        (since, until) => {
            let since = since.map(|day| format!(" from {day}")).unwrap_or_default();
            let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
            format!("; only captures{since}{until}: \"before\" is before the first of them")
        }
    };
    format!("{language}{kept}; {left_out}{days}")
}

/// A company, with what of a document is known besides.
fn label(row: &Row) -> String {
    let company = row.company.as_deref().unwrap_or("unknown company");
    let mut parts = vec![harmless(company)];
    parts.extend(row.kind.as_deref().map(harmless));
    parts.extend(row.part.as_deref().filter(|part| !part.is_empty()).map(harmless));
    parts.join(" · ")
}

/// A document below its company, with its source where they have different ones.
fn label_below(row: &Row, with_source: bool) -> String {
    let mut parts: Vec<String> =
        row.kind.iter().chain(&row.part).filter(|text| !text.is_empty()).map(|text| harmless(text)).collect();
    parts.extend(row.sources.iter().flatten().filter(|_| with_source).map(|source| format!("[{}]", harmless(source))));
    format!("  {}", parts.join(" · "))
}

fn table(rows: &[Row], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<(String, Vec<Line>)> = Vec::new();
    for row in rows {
        lines.push((label(row), cells(row)));
        let with_source = row.documents.iter().any(|document| document.sources != row.documents[0].sources);
        lines.extend(row.documents.iter().map(|document| (label_below(document, with_source), cells(document))));
    }
    let head = ["said from", "until", "snapshots"].map(str::to_owned);
    let widest = |column: usize| {
        let cells = lines.iter().flat_map(|(_, lines)| lines).filter_map(|line| match line {
            Line::Cells(cells) => Some(cells),
            Line::Note(_) => None,
        });
        cells.chain([&head]).map(|cells| display_width(&cells[column])).max().unwrap_or(0)
    };
    let widths = [widest(0), widest(1), widest(2)];
    // Where there is no room for all, dates go before numbers.
    let fits = |columns: usize| widths[..columns].iter().map(|width| width + GAP).sum::<usize>() + MIN_LABEL <= width;
    let columns = if fits(3) { 3 } else { 2 };
    let taken: usize = widths[..columns].iter().map(|width| width + GAP).sum();
    let longest = lines.iter().map(|(label, _)| display_width(label)).max().unwrap_or(0);
    let label_width = width.saturating_sub(taken).clamp(MIN_LABEL, longest.max(MIN_LABEL));
    writeln!(out)?;
    for (label, cells) in std::iter::once((String::from("company"), vec![Line::Cells(head)])).chain(lines) {
        let lead = label.len() - label.trim_start().len();
        let mut names = wrapped(label.trim_start(), label_width - lead, "  ").into_iter();
        let room = width.saturating_sub(label_width + GAP);
        let mut cells = cells.into_iter().flat_map(|line| match line {
            Line::Cells(cells) => {
                let cells = cells.iter().zip(widths).take(columns).map(|(cell, width)| padded(cell, width));
                vec![cells.collect::<Vec<_>>().join(&" ".repeat(GAP))]
            }
            Line::Note(note) => wrapped(&note, room, " "),
        });
        loop {
            let (name, cells) = (names.next(), cells.next());
            if name.is_none() && cells.is_none() {
                break;
            }
            let name = name.map(|name| format!("{}{name}", " ".repeat(lead))).unwrap_or_default();
            let line = format!("{}{}{}", padded(&name, label_width), " ".repeat(GAP), cells.unwrap_or_default());
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// A line beside a name.
enum Line {
    Cells([String; 3]),
    Note(String),
}

/// For each interval its start, its end, and how many of the observations lie in it; then the captures beside it that are much shorter,
/// each once.
fn cells(row: &Row) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut told: Option<&str> = None;
    for interval in &row.intervals {
        let count = format!("{} of {}", grouped(interval.snapshots), grouped(row.observations));
        lines.push(Line::Cells([start(interval), end(interval), count]));
        let before = (interval.shrunk_before, &interval.absent_before, interval.length_before);
        let after = (interval.shrunk_after, &interval.absent_after, interval.length_after);
        for (is_shrunk, at, percent) in [before, after] {
            let (true, Some(at), Some(percent)) = (is_shrunk, at, percent) else { continue };
            if told != Some(at) {
                let note = format!("(the capture of {} is much shorter: {percent} % of the length)", day_of(at));
                lines.push(Line::Note(note));
            }
            told = Some(at);
        }
    }
    lines
}

fn start(interval: &Interval) -> String {
    let first = day_of(&interval.first_seen);
    match (interval.gap_days, &interval.absent_before) {
        (Some(_), _) if interval.since_before => format!("again {first} or before"),
        (Some(days), _) => format!("again {first} after {}", counted(days, "day", "days")),
        (None, Some(absent)) => format!("after {}, by {first}", day_of(absent)),
        (None, None) => format!("{first} or before"),
    }
}

fn end(interval: &Interval) -> String {
    let last = day_of(&interval.last_seen);
    match (&interval.ended, &interval.absent_after) {
        (Some(ended), _) => format!("{last}, deleted {}", day_of(ended)),
        (None, Some(absent)) => format!("{last}, gone by {}", day_of(absent)),
        (None, None) => format!("still there {last}"),
    }
}

const COLUMNS: [&str; 26] = [
    "level",
    "company",
    "kind",
    "part",
    "source",
    "interval",
    "intervals",
    "absent_before",
    "first_seen",
    "last_seen",
    "absent_after",
    "since_before",
    "still",
    "ended",
    "snapshots",
    "longest_silence_days",
    "gap_days",
    "gap_observations",
    "length_before",
    "shrunk_before",
    "length_after",
    "shrunk_after",
    "observations",
    "first_observed",
    "last_observed",
    "left_out",
];

/// A row an interval, for one query or for many.
pub struct Table<'w> {
    table: Writer<&'w mut dyn Write>,
    /// Whether the id and the text of a query stand before.
    with_query: bool,
    rows: usize,
}

impl<'w> Table<'w> {
    /// With `with_query`, rows begin with `query_id` and `query`, and a query that nobody answers keeps one row.
    pub fn new(out: &'w mut dyn Write, with_query: bool) -> csv::Result<Table<'w>> {
        let mut table = Writer::from_writer(out);
        let query: &[&str] = if with_query { &["query_id", "query"] } else { &[] };
        table.write_record(query.iter().chain(&COLUMNS))?;
        Ok(Table { table, with_query, rows: 0 })
    }

    pub fn add(&mut self, lifetimes: &Lifetimes) -> csv::Result<()> {
        let rows = lifetimes.rows.iter().chain(lifetimes.absent.iter().flatten());
        let mut is_empty = true;
        for row in rows.flat_map(|row| std::iter::once(row).chain(&row.documents)) {
            for fields in fields(row) {
                self.write(lifetimes, fields)?;
                is_empty = false;
            }
        }
        if is_empty && self.with_query {
            self.write(lifetimes, vec![String::new(); COLUMNS.len()])?;
        }
        Ok(())
    }

    fn write(&mut self, lifetimes: &Lifetimes, fields: Vec<String>) -> csv::Result<()> {
        let query = [lifetimes.id.clone().unwrap_or_default(), lifetimes.query.clone()];
        let query = if self.with_query { &query[..] } else { &[] };
        self.rows += 1;
        self.table.write_record(query.iter().chain(&fields))
    }

    /// Gives back how many rows were written.
    pub fn finish(mut self) -> csv::Result<usize> {
        self.table.flush()?;
        Ok(self.rows)
    }
}

/// The fields of each interval of a row; those of one that never said it have none of an interval.
fn fields(row: &Row) -> Vec<Vec<String>> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let before = |interval: usize| {
        vec![
            row.level.to_owned(),
            text(&row.company),
            text(&row.kind),
            text(&row.part),
            row.sources.iter().flatten().cloned().collect::<Vec<_>>().join("; "),
            interval.to_string(),
            row.intervals.len().to_string(),
        ]
    };
    let after = [row.observations.to_string(), row.first_observed.clone(), row.last_observed.clone(), row.left_out.to_string()];
    if row.intervals.is_empty() {
        return vec![before(0).into_iter().chain(vec![String::new(); 15]).chain(after).collect()];
    }
    let of_interval = |(at, interval): (usize, &Interval)| {
        let middle = [
            text(&interval.absent_before),
            interval.first_seen.clone(),
            interval.last_seen.clone(),
            text(&interval.absent_after),
            interval.since_before.to_string(),
            interval.still.to_string(),
            text(&interval.ended),
            interval.snapshots.to_string(),
            interval.longest_silence_days.to_string(),
            number(interval.gap_days),
            number(interval.gap_observations),
            number(interval.length_before),
            interval.shrunk_before.to_string(),
            number(interval.length_after),
            interval.shrunk_after.to_string(),
        ];
        before(at + 1).into_iter().chain(middle).chain(after.clone()).collect()
    };
    row.intervals.iter().enumerate().map(of_interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Limits;
    use crate::snapshot::{Precision, Recording};
    use crate::time::{CompanyLife, Event, Life, LifetimeTotals, TextLife, intervals};
    use crate::wire::lifetimes::{Asked, Choice};

    fn company(name: &str, kinds: &[&str]) -> CompanyLife {
        let at = |month| crate::snapshot::Instant::from_date(2010, month, 1, Precision::Month).unwrap();
        let events = [(1, false, 60), (2, true, 100), (3, false, 30), (4, true, 90)]
            .map(|(month, says, chars)| Event::Observed { at: at(month), says, chars });
        let life = Life {
            intervals: intervals(&[events.to_vec()]),
            observations: 4,
            first_observed: at(1),
            last_observed: at(4),
            left_out: 0,
        };
        let text = |kind: &&str| TextLife {
            slots: Vec::new(),
            kind: (*kind).to_owned(),
            part: String::new(),
            sources: vec!["here".to_owned()],
            recording: Recording::Captures,
            life: life.clone(),
        };
        CompanyLife { company: Some(name.to_owned()), life: life.clone(), texts: kinds.iter().map(text).collect() }
    }

    #[test]
    fn columns_are_aligned_at_every_width() {
        let found = crate::time::Lifetimes {
            estimate: None,
            fingerprint: String::new(),
            companies: vec![
                company("A company with a long name of many words", &["Privacy Policy"]),
                company("B\x1b[31m", &["Privacy Policy", "Terms of Service"]),
            ],
            totals: LifetimeTotals::default(),
        };
        let limits = Limits::default();
        let asked = Asked { text: "", limits: &limits, language_by_default: false, suspect: false };
        let answer = Lifetimes::new(&found, asked, Choice::default(), None);
        for width in [70, 80, 90, 110, 300] {
            let mut out = Vec::new();
            lifetimes(&answer, Look { width, colour: false }, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(!text.contains('\x1b'));
            let table: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("company ")).collect();
            let column = table[0].find("said from").unwrap();
            assert!(table.iter().all(|line| line.chars().count() <= width.min(MAX_WIDTH)), "{text}");
            let dated = table.iter().filter(|line| line.contains("2010-"));
            let starts: Vec<String> = dated.map(|line| line.chars().skip(column).collect()).collect();
            assert_eq!(starts.len(), 12, "{text}");
            let known = [
                "after 2010-01, by 2010-02",
                "again 2010-04 after 59 days",
                // Once, though it lies between two intervals.
                "(the capture of 2010-03 is much shorter: 30 % of the",
            ];
            let is_start = |line: &String| known.iter().any(|start| line.starts_with(start));
            assert!(starts.iter().all(is_start), "{text}");
            assert_eq!(table[0].ends_with("snapshots"), width >= 80, "{text}");
        }
    }
}
