//! What a source says of one capture before it is opened: whose text, of which kind, captured when, and where it lies.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a document within its source: who is bound, by what kind of text, and which part where there are several.
///
/// `company` is the name as the archive records it (before aliases); it is empty where nothing tells.
/// `part` is empty but for undated texts (each is a document of its own) and archives with several parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentKey {
    pub company: String,
    pub kind: String,
    pub part: String,
}

/// How exactly an archive tells the time of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    Year,
    Month,
    Day,
    Minute,
    Second,
}

/// A moment in UTC with the precision that the archive gives it. A year or a month stands for its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    pub precision: Precision,
}

/// A calendar day in UTC, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Day(pub i32);

pub const SECONDS_PER_DAY: i64 = 86_400;

/// The days that a calendar date can be: of the years -9999 to 9999.
const FIRST_DAY: i32 = -4_371_587;
const LAST_DAY: i32 = 2_932_896;

impl Day {
    /// The day of a calendar date; `None` where there is no such date (2005-02-30).
    pub fn from_date(year: i16, month: i8, day: i8) -> Option<Day> {
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        let epoch = jiff::civil::date(1970, 1, 1);
        let days = date.since((jiff::Unit::Day, epoch)).ok()?.get_days();
        Some(Day(days))
    }

    /// The calendar date, clamped to the years that a calendar date can have.
    pub fn date(self) -> jiff::civil::Date {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.saturating_add(jiff::Span::new().days(self.0.clamp(FIRST_DAY, LAST_DAY)))
    }

    /// The calendar year: that of [`Day::date`], told without making a date, for counts over a million snapshots.
    ///
    /// By `civil_from_days` of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, eras have 400 of them.
    pub fn year(self) -> i16 {
        let from_march_of_year_0 = i64::from(self.0.clamp(FIRST_DAY, LAST_DAY)) + 719_468;
        let (era, day) = (from_march_of_year_0.div_euclid(146_097), from_march_of_year_0.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let is_after_december = day_of_year >= 306;
        (era * 400 + year + i64::from(is_after_december)) as i16
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl Instant {
    /// The start of a calendar date. `None` where there is no such date.
    pub fn from_date(year: i16, month: i8, day: i8, precision: Precision) -> Option<Instant> {
        let Day(days) = Day::from_date(year, month, day)?;
        Some(Instant { seconds: i64::from(days) * SECONDS_PER_DAY, precision })
    }

    /// A moment of a calendar date. `None` where there is no such date or time of day.
    pub fn from_date_time(date: (i16, i8, i8), time: (i8, i8, i8), precision: Precision) -> Option<Instant> {
        let start = Instant::from_date(date.0, date.1, date.2, precision)?;
        let (hour, minute, second) = time;
        // A leap second counts as the second before it.
        let second = second.min(59);
        if !(0..24).contains(&hour) || !(0..60).contains(&minute) || second < 0 {
            return None;
        }
        let within = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Instant { seconds: start.seconds + within, precision })
    }

    /// Whether both can be the same moment, as exactly as the less exact of them is known.
    pub fn agrees_with(self, other: Instant) -> bool {
        let precision = self.precision.min(other.precision);
        let start = |instant: Instant| {
            let date = instant.day().date();
            match precision {
                Precision::Year => (i64::from(date.year()), 0),
                Precision::Month => (i64::from(date.year()), i64::from(date.month())),
                Precision::Day => (i64::from(instant.day().0), 0),
                Precision::Minute => (instant.seconds.div_euclid(60), 0),
                Precision::Second => (instant.seconds, 0),
            }
        };
        start(self) == start(other)
    }

    pub fn day(self) -> Day {
        Day(self.seconds.div_euclid(SECONDS_PER_DAY) as i32)
    }
}

/// ISO 8601, no more exact than the archive: `2004`, `2004-06`, `2004-06-13`, `2001-12-04T19:25:59Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.day().date();
        let within = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (within / 3600, within / 60 % 60, within % 60);
        match self.precision {
            Precision::Year => write!(f, "{:04}", date.year()),
            Precision::Month => write!(f, "{:04}-{:02}", date.year(), date.month()),
            Precision::Day => write!(f, "{date}"),
            Precision::Minute => write!(f, "{date}T{hour:02}:{minute:02}Z"),
            Precision::Second => write!(f, "{date}T{hour:02}:{minute:02}:{second:02}Z"),
        }
    }
}

/// Where the date of a snapshot comes from. A file's modification time is never a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateSource {
    /// A path template of the archive's settings file.
    PathTemplate,
    /// The header that the archive wrote into the file (Princeton-Leuven).
    ArchiveHeader,
    /// A layout of paths that is known (dataset folders, `<company>/<date>`).
    Path,
    /// A field of a JSON Lines record.
    Record,
    /// The commit that recorded the text in a git history.
    Commit,
    /// The date of a WARC record.
    WarcDate,
    /// The page's address at the Wayback Machine.
    Address,
}

impl DateSource {
    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            DateSource::PathTemplate => "path_template",
            DateSource::ArchiveHeader => "archive_header",
            DateSource::Path => "path",
            DateSource::Record => "record",
            DateSource::Commit => "commit",
            DateSource::WarcDate => "warc_date",
            DateSource::Address => "address",
        }
    }
}

/// The instant of a capture, with the place that tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Captured {
    pub instant: Instant,
    pub source: DateSource,
}

/// What a commit of an archive says of the text that it records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitKind {
    /// The archive began to watch the text.
    FirstRecord,
    /// The text was found to be another one.
    Change,
    /// The same capture was read anew by other rules: no change by the company.
    ReExtraction,
}

impl CommitKind {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            CommitKind::FirstRecord => "first_record",
            CommitKind::Change => "change",
            CommitKind::ReExtraction => "re_extraction",
        }
    }
}

/// The form of a captured text. The order is that of preference when one instant was kept in several forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Html,
    Markdown,
    Text,
}

/// What a source records: every capture, or only changes (there, silence means unchanged or unwatched).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recording {
    Captures,
    Changes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_no_more_exactly_than_it_is_known() {
        let at = |precision| Instant::from_date_time((2001, 12, 4), (19, 25, 59), precision).unwrap().to_string();
        assert_eq!(at(Precision::Second), "2001-12-04T19:25:59Z");
        assert_eq!(at(Precision::Minute), "2001-12-04T19:25Z");
        assert_eq!(at(Precision::Day), "2001-12-04");
        assert_eq!(at(Precision::Month), "2001-12");
        assert_eq!(at(Precision::Year), "2001");
    }

    #[test]
    fn instants_agree_as_far_as_they_are_known() {
        let at = |day, second, precision| Instant::from_date_time((2001, 12, day), (19, 25, second), precision).unwrap();
        let exact = at(4, 59, Precision::Second);
        for precision in [Precision::Year, Precision::Month, Precision::Day, Precision::Minute] {
            assert!(exact.agrees_with(at(4, 0, precision)) && at(4, 0, precision).agrees_with(exact), "{precision:?}");
        }
        assert!(exact.agrees_with(at(9, 0, Precision::Month)));
        assert!(!exact.agrees_with(at(5, 59, Precision::Day)));
        assert!(!exact.agrees_with(at(4, 0, Precision::Second)));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        assert_eq!(Instant::from_date(2005, 2, 30, Precision::Day), None);
        assert_eq!(Instant::from_date_time((2005, 2, 3), (24, 0, 0), Precision::Second), None);
        assert_eq!(Day::from_date(1969, 12, 31), Some(Day(-1)));
        for (year, month, day) in [(-9999, 1, 1), (1, 1, 1), (9999, 12, 31)] {
            let date = Day::from_date(year, month, day).unwrap().date();
            assert_eq!((date.year(), date.month(), date.day()), (year, month, day));
        }
        assert_eq!((Day(i32::MAX).year(), Day(i32::MIN).year()), (9999, -9999));
    }

    #[test]
    fn the_year_of_a_day_is_that_of_its_date() {
        // Every day of 400 years and more, and some of all others.
        for day in (-200_000..200_000).chain((FIRST_DAY..=LAST_DAY).step_by(997)) {
            assert_eq!(Day(day).year(), Day(day).date().year(), "{day}");
        }
    }
}
