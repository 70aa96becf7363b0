//! A trend for reading: a table for each query, then what was counted and how.

use super::look::{Look, QUIET, STRONG, bar, paint, paragraph};
use super::{BY_DEFAULT, counted, grouped, harmless};
use crate::search::DEFAULT_CARRY;
use crate::snapshot::Recording;
use crate::time::trend::{Count, Member, MemberState, Point, Rule, Series};
use crate::time::{Period, Step, Trend};
use crate::wire::languages;
use std::io::{self, Write};

/// The bar of a share of 100 %, in columns.
const BAR: usize = 20;

/// A shorter one tells nothing.
const MIN_BAR: usize = 3;

/// The tables and the notes. `default_language`: the one that queries without any were narrowed to.
pub fn trend(trend: &Trend, default_language: Option<&str>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    for series in &trend.queries {
        paragraph(out, look, "", &title(trend, series, look))?;
        if let Some(estimate) = &series.estimate {
            paragraph(out, look, "", &estimate.to_string())?;
        }
        if series.points.is_empty() {
            paragraph(out, look, "", "The index has no dated snapshot within these limits.")?;
        } else {
            table(trend, series, look, out)?;
        }
        if let Some(panel) = series.panel {
            let what = match trend.count {
                Count::Documents => counted(panel, "document is", "documents are"),
                _ => counted(panel, "company is", "companies are"),
            };
            paragraph(out, look, "", &format!("Panel: {what} observed in every period."))?;
        }
        paragraph(out, look, "", &left_out(series))?;
        writeln!(out)?;
    }
    for note in notes(trend, default_language) {
        paragraph(out, look, "", &paint(look, QUIET, &note))?;
    }
    Ok(())
}

fn title(trend: &Trend, series: &Series, look: Look) -> String {
    let by = format!(" · {} by {}", what(trend), step(trend.step));
    format!("{}{}", paint(look, STRONG, &harmless(&name(series))), paint(look, QUIET, &by))
}

/// What a series is called: its query, and its group.
pub(crate) fn name(series: &Series) -> String {
    let query = if series.query == series.text || series.text.is_empty() {
        series.query.clone()
    } else {
        format!("{}: {}", series.query, series.text)
    };
    let group = series.group.as_ref().map(|group| format!(" · {group}")).unwrap_or_default();
    format!("{query}{group}")
}

/// What is counted.
pub(crate) fn what(trend: &Trend) -> &'static str {
    match trend.count {
        Count::Companies => "companies",
        Count::Documents => "documents",
        Count::Snapshots => snapshots(trend),
    }
}

/// What the snapshots of the sources are.
fn snapshots(trend: &Trend) -> &'static str {
    match (trend.recordings.contains(&Recording::Changes), trend.recordings.contains(&Recording::Captures)) {
        (true, false) => "recorded changes",
        (true, true) => "captures and recorded changes",
        _ => "snapshots",
    }
}

pub(crate) fn step(step: Step) -> &'static str {
    match step {
        Step::Year => "year",
        Step::Half => "half-year",
        Step::Quarter => "quarter",
        Step::Month => "month",
    }
}

fn table(trend: &Trend, series: &Series, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let is_of_snapshots = trend.count == Count::Snapshots;
    let numbers = |point: &Point| {
        let mut numbers = vec![point.matching, point.observed];
        if !is_of_snapshots {
            numbers.extend([point.carried, point.mixed, point.entered, point.left]);
        }
        numbers.push(point.left_out);
        numbers
    };
    let names: &[&str] = if is_of_snapshots {
        &["matching", "observed", "left out"]
    } else {
        &["matching", "observed", "carried", "mixed", "entered", "left", "left out"]
    };
    let period_width = series.points.iter().map(|point| point.period.to_string().len()).max().unwrap_or(0).max(6);
    let rows: Vec<Vec<String>> = series.points.iter().map(|point| numbers(point).into_iter().map(grouped).collect()).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0).max(names[column].len());
    let columns: usize = (0..names.len()).map(|column| width(column) + 2).sum();
    let room = look.width.saturating_sub(period_width + columns + 10);
    let bar_width = if room < MIN_BAR { 0 } else { room.min(BAR) };
    let cell = |column: usize, text: &str| format!("  {text:>width$}", width = width(column));
    let mut head = format!("{:period_width$}", "period");
    for (column, name) in names.iter().enumerate() {
        head.push_str(&cell(column, name));
        if column == 1 {
            let gap = if bar_width > 0 { bar_width + 1 } else { 0 };
            head.push_str(&format!("  {:>7}{:gap$}", "share", ""));
        }
    }
    writeln!(out, "{}", paint(look, QUIET, head.trim_end()))?;
    for (point, row) in series.points.iter().zip(&rows) {
        let mut line = format!("{:period_width$}", point.period.to_string());
        for (column, number) in row.iter().enumerate() {
            line.push_str(&cell(column, number));
            if column == 1 {
                let (percent, bar) = match point.share() {
                    Some(share) => (format!("{:.1} %", share * 100.0), bar(share, bar_width)),
                    None => ("–".to_owned(), String::new()),
                };
                line.push_str(&format!("  {percent:>7}"));
                if bar_width > 0 {
                    line.push_str(&format!(" {bar:<bar_width$}"));
                }
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn left_out(series: &Series) -> String {
    let number: u64 = series.points.iter().map(|point| point.left_out).sum();
    let why = match (series.observing.suspect, languages(&series.limits.langs)) {
        (false, Some(_)) => "no policy text, or in another language",
        (false, None) => "no policy text",
        (true, _) => "in another language",
    };
    if number == 0 {
        "Left out: no snapshot.".to_owned()
    } else {
        format!("Left out: {} ({why}).", counted(number, "snapshot", "snapshots"))
    }
}

/// By which rules was counted.
pub(crate) fn notes(trend: &Trend, default_language: Option<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    let step = step(trend.step);
    if trend.count != Count::Snapshots {
        let rule = match trend.rule {
            Rule::End => format!("end: what stands at the end of a {step} decides"),
            Rule::Any => format!("any: it matches if anything that stood in a {step} matches"),
            Rule::All => format!("all: it matches if all that stood in a {step} matches"),
        };
        notes.push(format!("Match {rule}."));
    }
    let langs =
        same(&trend.queries, |series| languages(&series.limits.langs).map_or_else(|| "any".to_owned(), |langs| langs.join(", ")));
    notes.push(match (langs, default_language) {
        (Some(langs), Some(default)) if langs == default => {
            format!("Language: {langs}{BY_DEFAULT}.")
        }
        (Some(langs), _) => format!("Language: {langs}."),
        (None, _) => "Language: as each query says.".to_owned(),
    });
    if trend.count == Count::Snapshots {
        notes.push("Carry: none.".to_owned());
    } else {
        let carry = same(&trend.queries, |series| {
            let default = || format!("{DEFAULT_CARRY} for archives of every capture, unlimited for archives of changes");
            let general = series.observing.carry.map_or_else(default, |carry| carry.to_string());
            let of = series.observing.carry_of.iter().map(|(source, carry)| format!("{}: {carry}", harmless(source)));
            [general].into_iter().chain(of).collect::<Vec<_>>().join("; ")
        });
        notes.push(format!("Carry: {}.", carry.unwrap_or_else(|| "as each query says".to_owned())));
    }
    if let Some((end, period)) = trend.last_capture.zip(trend.periods.last())
        && period.days().0 <= end
        && end < period.days().1
    {
        notes.push(format!("The last capture of the archive is of {end}: {period} is counted to that day."));
    }
    if trend.dated_to_year > 0 {
        notes.push(format!(
            "{} dated only to the year: on the first day of it.",
            counted(trend.dated_to_year, "snapshot is", "snapshots are")
        ));
    }
    notes
}

/// What holds of all series.
fn same(all: &[Series], of: impl Fn(&Series) -> String) -> Option<String> {
    let first = of(all.first()?);
    all.iter().all(|series| of(series) == first).then_some(first)
}

/// Who is behind a point.
pub fn members(trend: &Trend, period: Period, default_language: Option<&str>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    for series in &trend.queries {
        paragraph(out, look, "", &format!("{} · {period}", title(trend, series, look)))?;
        let members = series.members.as_deref().unwrap_or_default();
        let number = |state: MemberState| members.iter().filter(|member| member.state == state).count() as u64;
        let mixed = number(MemberState::Mixed);
        let matching = number(MemberState::Matching) + mixed;
        let mixed = if mixed > 0 { format!(" ({} mixed)", grouped(mixed)) } else { String::new() };
        let all = members.len() as u64;
        paragraph(out, look, "", &format!("{} of {} match{mixed}.", grouped(matching), grouped(all)))?;
        for of_state in members.chunk_by(|a, b| is_matching(a) == is_matching(b)) {
            writeln!(out)?;
            writeln!(out, "{}", paint(look, STRONG, if is_matching(&of_state[0]) { "matching" } else { "not matching" }))?;
            for one in of_state {
                member(one, look, out)?;
            }
        }
        writeln!(out)?;
    }
    for note in notes(trend, default_language) {
        paragraph(out, look, "", &paint(look, QUIET, &note))?;
    }
    Ok(())
}

fn is_matching(member: &Member) -> bool {
    member.state != MemberState::NotMatching
}

fn member(member: &Member, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut line = harmless(member.company.as_deref().unwrap_or("unknown company"));
    if member.state == MemberState::Mixed {
        line.push_str(" · mixed");
    }
    paragraph(out, look, "  ", &line)?;
    for document in &member.documents {
        let mut parts = vec![harmless(&document.kind)];
        if member.state == MemberState::Mixed {
            parts.push(if document.matching { "matching" } else { "not matching" }.to_owned());
        }
        parts.extend(document.snapshot.map(|snapshot| snapshot.to_string()));
        if document.carried {
            parts.push("carried".to_owned());
        }
        if document.snapshots > 1 {
            parts.push(format!(
                "{} of {} match",
                document.matching_snapshots,
                counted(document.snapshots, "snapshot", "snapshots")
            ));
        }
        parts.extend((!document.passages.is_empty()).then(|| document.passages.join(" ")));
        paragraph(out, look, "    ", &paint(look, QUIET, &parts.join(" · ")))?;
    }
    Ok(())
}
