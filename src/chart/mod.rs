//! Charts of plain data: lines over periods and spans of time, as a self-contained SVG and for the terminal.
//!
//! A chart is drawn from numbers and words alone; [`trend()`] and [`lifetimes()`] fill it with an answer. Any text and any number is drawn:
//! what is too long is shortened, what is no number is a gap.

mod lifetimes;
mod scale;
pub mod svg;
pub mod terminal;
#[cfg(test)]
mod tests;
mod trend;

pub use lifetimes::lifetimes;
pub use trend::trend;

use crate::index::catalog::Catalog;
use crate::print::{counted, grouped};
use crate::snapshot::Day;

/// Lines over periods, with how much was observed in each period.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    pub title: String,
    /// What is counted and how: language, carry, match rule.
    pub subtitle: String,
    /// The periods, in order: `2005`, `2005-H1`, `2005-Q3`, `2005-07`.
    pub periods: Vec<String>,
    pub unit: Unit,
    pub series: Vec<Series>,
    pub coverage: Coverage,
    /// Where the numbers come from: archive, fingerprint, version.
    pub source: String,
}

/// What the height of a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// A number of these, in the plural (`companies`).
    Count(String),
    /// A share of these, 0.0 to 1.0 (`companies observed`).
    Share(String),
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name: a query, say.
    pub name: String,
    /// A value for each period; `None` where nothing was observed, which is a gap in the line.
    pub values: Vec<Option<f64>>,
}

/// How much was observed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What was counted (`companies observed`).
    pub name: String,
    /// For each period the least and the most that a series is counted of: one number where all are counted of the same.
    pub counts: Vec<(u64, u64)>,
}

/// Rows on a common time: when something stood, and when that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    pub title: String,
    /// What is shown and how: language, match rule.
    pub subtitle: String,
    /// In the order in which they are shown.
    pub rows: Vec<Row>,
    /// Where the dates come from: archive, fingerprint, version.
    pub source: String,
}

/// One row: a company or a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub label: String,
    /// The first and the last capture; `None` where there is none.
    pub observed: Option<(Day, Day)>,
    /// When it stood, in order.
    pub intervals: Vec<Interval>,
    /// The days of the captures, where they are to be shown.
    pub captures: Vec<Day>,
}

/// One time that something stood, as captures tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The last capture without, before.
    pub absent_before: Option<Day>,
    /// Whether it stands in the first capture of all: then it may have stood before, and nothing tells since when.
    pub since_before: bool,
    pub first_seen: Day,
    pub last_seen: Day,
    /// The first capture without, after.
    pub absent_after: Option<Day>,
    /// Whether it stands in the last capture of all.
    pub still: bool,
}

/// A chart with more lines than this cannot be read.
pub const MOST_SERIES: usize = 8;

/// Where all comes from: the archives, the index and the version.
fn source(catalog: &Catalog) -> String {
    /// More names than this are counted.
    const NAMES: usize = 4;
    let names: Vec<&str> = catalog.sources.iter().map(|source| source.name.as_str()).collect();
    let mut archives = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMES {
        archives.push_str(&format!(" and {}", counted((names.len() - NAMES) as u64, "more archive", "more archives")));
    }
    let entries = || catalog.documents().map(|(_, entry)| entry);
    let snapshots: u64 = entries().map(|entry| entry.counts.snapshots.saturating_sub(entry.duplicates.snapshots().count())).sum();
    let first = entries().filter_map(|entry| entry.first).min();
    let last = entries().filter_map(|entry| entry.last).max();
    let years = first.zip(last).map(|(first, last)| format!(" {}–{}", first.day().year(), last.day().year()));
    format!(
        "Source: {archives}; {}{}; index {}; fineprint {}",
        counted(snapshots, "dated snapshot", "dated snapshots"),
        years.unwrap_or_default(),
        catalog.fingerprint,
        env!("CARGO_PKG_VERSION")
    )
}

/// Beyond this, numbers are drawn as this.
const MOST: f64 = 1e15;

impl Lines {
    /// The value of a series in a period, in the numbers of the axis: a share in percent. What is no number is a gap.
    fn value(&self, series: &Series, period: usize) -> Option<f64> {
        let value = series.values.get(period).copied().flatten().filter(|value| value.is_finite())?;
        Some(match self.unit {
            Unit::Count(_) => value.clamp(0.0, MOST),
            Unit::Share(_) => value.clamp(0.0, 1.0) * 100.0,
        })
    }

    /// What a series is called; where nothing of it is known, that is said.
    fn name(&self, series: &Series) -> String {
        let unknown = if self.known(series).is_empty() { " (nothing observed)" } else { "" };
        format!("{}{unknown}", series.name)
    }

    /// The values of a series that are known, with their periods.
    fn known(&self, series: &Series) -> Vec<(usize, f64)> {
        (0..self.periods.len()).filter_map(|period| Some((period, self.value(series, period)?))).collect()
    }

    /// The values of a series cut at its gaps.
    fn runs(&self, series: &Series) -> Vec<Vec<(usize, f64)>> {
        self.known(series).chunk_by(|one, next| one.0 + 1 == next.0).map(<[_]>::to_vec).collect()
    }

    /// The marks of the axis, from 0.
    fn ticks(&self, steps: usize) -> scale::Ticks {
        let most = self.series.iter().flat_map(|series| self.known(series)).map(|(_, value)| value).fold(0.0, f64::max);
        match self.unit {
            Unit::Count(_) => scale::Ticks::whole(most, steps),
            Unit::Share(_) => scale::Ticks::any(most, steps),
        }
    }

    /// A number of the axis as it is written.
    fn label(&self, ticks: &scale::Ticks, value: f64) -> String {
        match self.unit {
            Unit::Count(_) => grouped(value as u64),
            Unit::Share(_) => format!("{:.*}%", ticks.decimals, value),
        }
    }

    /// What the axis says.
    fn axis(&self) -> String {
        match &self.unit {
            Unit::Count(of) => of.clone(),
            Unit::Share(of) => format!("share of {of}"),
        }
    }

    fn covered(&self, period: usize) -> (u64, u64) {
        self.coverage.counts.get(period).copied().unwrap_or_default()
    }

    fn most_covered(&self) -> u64 {
        (0..self.periods.len()).map(|period| self.covered(period).1).max().unwrap_or(0)
    }
}

impl Row {
    /// Every day that the row tells of.
    fn days(&self) -> impl Iterator<Item = Day> + '_ {
        let of_interval = |one: &Interval| {
            [Some(one.first_seen), Some(one.last_seen), one.absent_before, one.absent_after].into_iter().flatten()
        };
        let observed = self.observed.into_iter().flat_map(|(first, last)| [first, last]);
        observed.chain(self.intervals.iter().flat_map(of_interval)).chain(self.captures.iter().copied())
    }
}

impl Spans {
    /// The first and the last day that any row tells of.
    fn days(&self) -> Option<(Day, Day)> {
        let days = || self.rows.iter().flat_map(Row::days);
        Some((days().min()?, days().max()?))
    }
}
