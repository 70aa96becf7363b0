//! Rows on a common time for the terminal.

use super::{Cells, heading, shortened, shown, source};
use crate::chart::scale::Room;
use crate::chart::{Row, Spans};
use crate::print::look::{Look, QUIET, paint, paragraph};
use crate::snapshot::Day;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};
use textwrap::core::display_width;

const WITH: (char, Style) = ('█', AnsiColor::BrightBlue.on_default());
const BETWEEN: (char, Style) = ('░', AnsiColor::Yellow.on_default());
const WITHOUT: (char, Style) = ('·', QUIET);
const BEFORE: (char, Style) = ('◀', AnsiColor::BrightBlue.on_default());
const STILL: (char, Style) = ('▶', AnsiColor::BrightBlue.on_default());

/// Labels have at most so many columns, and at most a third of all.
const LABEL: usize = 24;

/// The chart, with a legend.
pub fn spans(chart: &Spans, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    heading(&chart.title, &chart.subtitle, look, out)?;
    let most = LABEL.min(look.width / 3);
    let labels: Vec<String> = chart.rows.iter().map(|row| shortened(&shown(&row.label), most)).collect();
    let label = labels.iter().map(|label| display_width(label)).max().unwrap_or(0);
    // A column at each side is kept for open ends.
    let width = look.width.saturating_sub(label + 1).max(4);
    let time = Time { width: width - 2, days: chart.days() };
    let (mut years, mut axis) = (Cells::new(width), Cells::new(width));
    if let Some((first, last)) = time.days {
        axis.write(0, &"─".repeat(width), QUIET);
        let room = Room { from: 0.0, to: width as f64, gap: 2.0, width: |text: &str| display_width(text) as f64 };
        for place in room.days(first, last, |day| time.column(day) as f64 + 1.0) {
            years.write(place.start.floor() as usize, &place.text, Style::new());
            axis.set(place.place as usize, '┴', QUIET);
        }
        writeln!(out, "{}", format!("{:label$} {}", "", years.text(look)).trim_end())?;
        writeln!(out, "{:label$} {}", "", axis.text(look))?;
    }
    for (row, text) in chart.rows.iter().zip(&labels) {
        let padding = " ".repeat(label - display_width(text).min(label));
        writeln!(out, "{}", format!("{text}{padding} {}", cells(row, &time, width).text(look)).trim_end())?;
    }
    if chart.rows.is_empty() {
        writeln!(out, "nothing found")?;
    }
    writeln!(out)?;
    paragraph(out, look, "", &paint(look, QUIET, &legend(chart, &time)))?;
    source(&chart.source, look, out)
}

/// Where days stand in columns.
struct Time {
    width: usize,
    days: Option<(Day, Day)>,
}

impl Time {
    fn column(&self, day: Day) -> usize {
        let Some((first, last)) = self.days else { return 0 };
        let (at, length) = (i64::from(day.0) - i64::from(first.0), i64::from(last.0) - i64::from(first.0) + 1);
        let column = at.max(0) * self.width as i64 / length.max(1);
        usize::try_from(column).unwrap_or(0).min(self.width.saturating_sub(1))
    }

    /// How many days a column has, at most.
    fn days_of_column(&self) -> i64 {
        self.days.map_or(0, |(first, last)| {
            let width = self.width.max(1) as i64;
            (i64::from(last.0) - i64::from(first.0) + width) / width
        })
    }
}

/// A row: what lies between captures, below captures without, below captures with, so that nothing that was seen is hidden.
fn cells(row: &Row, time: &Time, width: usize) -> Cells {
    let mut cells = Cells::new(width);
    let mut fill = |from: Day, to: Day, (cell, style): (char, Style)| {
        for column in time.column(from)..=time.column(to) {
            cells.set(column + 1, cell, style);
        }
    };
    if let Some((first, last)) = row.observed {
        fill(first, last, WITHOUT);
    }
    let mut seen_without = Vec::new();
    for one in &row.intervals {
        if let Some(absent) = one.absent_before.filter(|_| !one.since_before) {
            fill(absent, one.first_seen, BETWEEN);
            seen_without.push(absent);
        }
        if let Some(absent) = one.absent_after {
            fill(one.last_seen, absent, BETWEEN);
            seen_without.push(absent);
        }
    }
    seen_without.into_iter().for_each(|day| fill(day, day, WITHOUT));
    for one in &row.intervals {
        fill(one.first_seen, one.last_seen, WITH);
    }
    for one in &row.intervals {
        if one.since_before {
            let column = time.column(one.first_seen);
            cells.set(column, BEFORE.0, BEFORE.1);
        }
        if one.still {
            let column = time.column(one.last_seen) + 2;
            if cells.get(column) == Some(' ') {
                cells.set(column, STILL.0, STILL.1);
            }
        }
    }
    cells
}

/// The signs that occur, and what they say.
fn legend(chart: &Spans, time: &Time) -> String {
    let intervals = || chart.rows.iter().flat_map(|row| &row.intervals);
    let signs = [
        (intervals().next().is_some(), WITH.0, "captured with"),
        (
            intervals().any(|one| (one.absent_before.is_some() && !one.since_before) || one.absent_after.is_some()),
            BETWEEN.0,
            "somewhere between",
        ),
        (chart.rows.iter().any(|row| row.observed.is_some()), WITHOUT.0, "captured without"),
        (intervals().any(|one| one.since_before), BEFORE.0, "in the first capture already"),
        (intervals().any(|one| one.still), STILL.0, "in the last capture still"),
    ];
    let mut told: Vec<String> =
        signs.into_iter().filter(|(is_used, ..)| *is_used).map(|(_, sign, text)| format!("{sign} {text}")).collect();
    if let days @ 1.. = time.days_of_column() {
        told.push(format!("a column is {}", crate::print::counted(days as u64, "day", "days")));
    }
    // A sign stays with what it says.
    told.iter().map(|sign| sign.replace(' ', "\u{a0}")).collect::<Vec<_>>().join("   ")
}
