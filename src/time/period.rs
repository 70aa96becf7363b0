//! Years, halves, quarters and months.

use crate::snapshot::Day;
use std::fmt;

/// The length of the periods that a time is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Step {
    #[default]
    Year,
    Half,
    Quarter,
    Month,
}

impl Step {
    fn months(self) -> i8 {
        match self {
            Step::Year => 12,
            Step::Half => 6,
            Step::Quarter => 3,
            Step::Month => 1,
        }
    }
}

/// A year, half, quarter or month of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    year: i16,
    /// Its first month, 1–12.
    month: i8,
    /// How many months it has.
    months: i8,
}

impl Period {
    /// The period that a day lies in.
    pub fn of(day: Day, step: Step) -> Period {
        let date = day.date();
        let months = step.months();
        Period { year: date.year(), month: (date.month() - 1) / months * months + 1, months }
    }

    /// The period after this one.
    pub fn next(self) -> Period {
        let month = self.month + self.months;
        if month > 12 { Period { year: self.year.saturating_add(1), month: 1, ..self } } else { Period { month, ..self } }
    }

    /// All periods from the one of `first` to the one of `last`.
    pub fn all(first: Day, last: Day, step: Step) -> Vec<Period> {
        let end = Period::of(last, step);
        std::iter::successors(Some(Period::of(first, step)), |period| Some(period.next()))
            .take_while(|period| *period <= end)
            .collect()
    }

    /// Its first and its last day.
    pub fn days(self) -> (Day, Day) {
        let start = |period: Period| Day::from_date(period.year, period.month, 1).unwrap_or(Day(i32::MAX));
        (start(self), Day(start(self.next()).0.saturating_sub(1)))
    }

    /// Reads what [`Period`]'s `Display` writes: `2018`, `2018-H1`, `2018-Q3`, `2018-05`.
    pub fn parse(text: &str) -> Option<Period> {
        let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
        if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let year = year.parse().ok()?;
        let number = |text: &str, most: i8| text.parse::<i8>().ok().filter(|number| (1..=most).contains(number));
        let (month, months) = match rest {
            None => (1, 12),
            Some(rest) => match rest.split_at_checked(1)? {
                ("H" | "h", half) => (number(half, 2)? * 6 - 5, 6),
                ("Q" | "q", quarter) => (number(quarter, 4)? * 3 - 2, 3),
                _ => (number(rest, 12)?, 1),
            },
        };
        Some(Period { year, month, months })
    }
}

/// `2018`, `2018-H1`, `2018-Q3`, `2018-05`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = (self.month - 1) / self.months + 1;
        match self.months {
            12 => write!(f, "{:04}", self.year),
            6 => write!(f, "{:04}-H{number}", self.year),
            3 => write!(f, "{:04}-Q{number}", self.year),
            _ => write!(f, "{:04}-{:02}", self.year, self.month),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_cover_every_day_once() {
        let day = |text: &str| {
            let date: jiff::civil::Date = text.parse().unwrap();
            Day::from_date(date.year(), date.month(), date.day()).unwrap()
        };
        for (step, count) in [(Step::Year, 3), (Step::Half, 5), (Step::Quarter, 9), (Step::Month, 27)] {
            let periods = Period::all(day("2019-12-31"), day("2021-12-31"), step);
            let periods: Vec<Period> = periods.into_iter().filter(|period| period.days().1 < day("2022-01-01")).collect();
            assert!(periods.windows(2).all(|pair| pair[0].days().1.0 + 1 == pair[1].days().0.0 && pair[0].next() == pair[1]));
            assert_eq!(periods.len(), if step == Step::Month { 25 } else { count }, "{step:?}");
            assert!(periods.iter().all(|period| Period::parse(&period.to_string()) == Some(*period)));
        }
        assert_eq!(Period::of(day("2020-02-29"), Step::Quarter).days(), (day("2020-01-01"), day("2020-03-31")));
    }

    #[test]
    fn only_periods_are_read() {
        for text in ["", "20", "2018-", "2018-H3", "2018-Q0", "2018-13", "2018-ä", "x018", "2018-05-01"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }
}
