//! What an archive tells of the site at a capture: its rank, its categories, and the half year that the capture stands for.

use crate::snapshot::{Instant, Precision};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// What the Princeton-Leuven corpus tells of a site at a capture. Other archives tell nothing of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SiteFacts {
    /// The site's place among the most visited of the time; 1 is the first.
    pub rank: Option<u32>,
    /// As they are written, each once. Many captures share a list.
    pub categories: Arc<[String]>,
    pub interval: Option<Interval>,
}

/// A half year, for which the corpus chose one capture of each site: `2019_A` is January to June of 2019, `2019_B` July to December.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    pub year: i16,
    pub half: Half,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Half {
    /// January to June.
    A,
    /// July to December.
    B,
}

impl Interval {
    /// Reads `2019_A`, in upper or lower case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Interval> {
        let (year, half) = text.trim().split_once('_')?;
        let half = match half {
            "A" | "a" => Half::A,
            "B" | "b" => Half::B,
            _ => return None,
        };
        let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        Some(Interval { year: year.parse().ok().filter(|_| is_year)?, half })
    }

    /// The half year of a moment in UTC; `None` where only the year is known.
    pub fn of(instant: Instant) -> Option<Interval> {
        let date = instant.day().date();
        let half = if date.month() <= 6 { Half::A } else { Half::B };
        (instant.precision > Precision::Year).then_some(Interval { year: date.year(), half })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}_{:?}", self.year, self.half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_years_are_read_and_written_alike() {
        for text in ["2019_A", "0998_B"] {
            assert_eq!(Interval::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Interval::parse(" 2019_a "), Interval::parse("2019_A"));
        for wrong in ["", "2019", "2019_", "2019_C", "19_A", "2019_AB", "+019_A", "２０１９_A", "2019-A"] {
            assert_eq!(Interval::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_half_year_ends_with_june_or_december_in_utc() {
        let of = |month, day, time, precision| {
            let instant = Instant::from_date_time((2019, month, day), time, precision).unwrap();
            Interval::of(instant).map(|interval| interval.to_string()).unwrap_or_default()
        };
        assert_eq!(of(6, 30, (23, 59, 59), Precision::Second), "2019_A");
        assert_eq!(of(7, 1, (0, 0, 0), Precision::Second), "2019_B");
        assert_eq!(of(12, 31, (0, 0, 0), Precision::Day), "2019_B");
        assert_eq!(of(7, 1, (0, 0, 0), Precision::Month), "2019_B");
        assert_eq!(of(1, 1, (0, 0, 0), Precision::Year), "");
    }
}
