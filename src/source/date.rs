//! Dates as archives write them into names and records: which shapes are dates, how exact each is, which cannot be.

use crate::snapshot::{Instant, Precision};
use std::ops::RangeInclusive;

/// The years that a bare number in a path can mean: there was no web to archive before, and larger numbers are ids.
const WEB_YEARS: RangeInclusive<i16> = 1990..=2100;
/// The years that a record can mean: there the field says that it is a date.
const ANY_YEAR: RangeInclusive<i16> = 1..=9999;
/// No shape is longer than a date with time, fraction and offset; a hostile name ends here.
const MAX_DATE_BYTES: usize = 48;

/// A text in the shape of a date that the calendar does not have, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpossibleDate(pub String);

/// A text in the shape of a date, read.
pub type Reading = Result<Instant, ImpossibleDate>;

/// A date within a name, and what stands around it without the separators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateInName<'a> {
    pub before: &'a str,
    pub reading: Reading,
    pub after: &'a str,
}

/// Reads a name that is nothing but a date.
pub fn whole(name: &str) -> Option<Reading> {
    let (len, reading) = prefix(name, &WEB_YEARS)?;
    (len == name.len()).then_some(reading)
}

/// Reads a field that is said to be a date, of any year.
pub fn recorded(text: &str) -> Option<Reading> {
    let text = text.trim();
    let (len, reading) = prefix(text, &ANY_YEAR)?;
    (len == text.len()).then_some(reading)
}

/// Finds the date in a name such as `acme_2005-05-25` or `20050525_Acme_PrivacyPolicy`: the most exact one, then the first.
pub fn within(name: &str) -> Option<DateInName<'_>> {
    let mut best: Option<(Precision, DateInName)> = None;
    let mut previous: Option<char> = None;
    for (start, c) in name.char_indices() {
        let after_letter = previous.is_some_and(char::is_alphabetic);
        let begins = c.is_ascii_digit() && !previous.is_some_and(char::is_numeric);
        previous = Some(c);
        if !begins {
            continue;
        }
        let Some((len, reading)) = prefix(&name[start..], &WEB_YEARS) else {
            continue;
        };
        // An impossible date has the shape of a day.
        let precision = reading.as_ref().map_or(Precision::Day, |instant| instant.precision);
        if after_letter && precision < Precision::Day {
            continue;
        }
        if best.as_ref().is_none_or(|(known, _)| precision > *known) {
            let (before, after) = (trim(&name[..start]), trim(&name[start + len..]));
            best = Some((precision, DateInName { before, reading, after }));
        }
    }
    best.map(|(_, found)| found)
}

/// A name without the separators and brackets around it.
pub fn trim(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || "-_.,;()[]+@".contains(c))
}

/// Reads the longest date at the start of a text; the text goes on with something that cannot belong to it.
fn prefix(text: &str, years: &RangeInclusive<i16>) -> Option<(usize, Reading)> {
    let end = text.len().min(MAX_DATE_BYTES);
    let mut cursor = Cursor { bytes: &text.as_bytes()[..end], at: 0 };
    let run = cursor.digit_run();
    let year: i16 = cursor.number(4)?;
    if !years.contains(&year) {
        return None;
    }
    let found = match run {
        14 | 12 | 8 => compact(&mut cursor, year, run),
        4 => separated(&mut cursor, year),
        _ => None,
    }?;
    let (len, parts) = found;
    let reading = parts.instant().ok_or_else(|| ImpossibleDate(text.get(..len).unwrap_or(text).to_owned()));
    Some((len, reading))
}

/// `20050525`, `200505251011`, `20050525101112`, `20050525T101112Z`. A number whose middle is no month and day is just a number.
fn compact(cursor: &mut Cursor, year: i16, run: usize) -> Option<(usize, Parts)> {
    let (month, day) = (cursor.number(2)?, cursor.number(2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut parts = Parts::day(year, month, day);
    if run > 8 {
        parts.time = Some((cursor.number(2)?, cursor.number(2)?, if run == 14 { Some(cursor.number(2)?) } else { None }));
        cursor.zone(&mut parts);
    } else {
        cursor.time(&mut parts);
    }
    cursor.at_boundary().then_some((cursor.at, parts))
}

/// `2005`, `2005-05`, `2005-05-25`, `2005_05_25`, `2005-05-25T10-11-12Z`, `2005-05-25 10:11:12+02:00`.
fn separated(cursor: &mut Cursor, year: i16) -> Option<(usize, Parts)> {
    let mut parts = Parts { year, month: None, day: None, time: None, offset_seconds: 0 };
    let after_year = cursor.at;
    let month = cursor.separator(b"-_.").and_then(|separator| Some((separator, cursor.pair()?)));
    let Some((separator, month)) = month else {
        cursor.at = after_year;
        // `2005-2006` is a span of years, `2005.1` a version: neither is a date.
        return (cursor.at_boundary() && !cursor.number_follows()).then_some((cursor.at, parts));
    };
    parts.month = Some(month);
    let after_month = cursor.at;
    let day = cursor.separator(&[separator]).and_then(|_| cursor.pair());
    let Some(day) = day else {
        cursor.at = after_month;
        let ends = separator != b'.' && cursor.at_boundary() && !cursor.number_follows();
        return ends.then_some((cursor.at, parts));
    };
    parts.day = Some(day);
    cursor.time(&mut parts);
    cursor.at_boundary().then_some((cursor.at, parts))
}

/// The numbers of a date as they are written.
struct Parts {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i8, i8, Option<i8>)>,
    offset_seconds: i64,
}

impl Parts {
    fn day(year: i16, month: i8, day: i8) -> Parts {
        Parts { year, month: Some(month), day: Some(day), time: None, offset_seconds: 0 }
    }

    fn instant(&self) -> Option<Instant> {
        let (Some(month), Some(day)) = (self.month, self.day) else {
            let precision = if self.month.is_some() { Precision::Month } else { Precision::Year };
            return Instant::from_date(self.year, self.month.unwrap_or(1), 1, precision);
        };
        let Some((hour, minute, second)) = self.time else {
            return Instant::from_date(self.year, month, day, Precision::Day);
        };
        // Second 60 is a leap second; a higher one is no time.
        if second.is_some_and(|second| second > 60) {
            return None;
        }
        let precision = if second.is_some() { Precision::Second } else { Precision::Minute };
        let local = Instant::from_date_time((self.year, month, day), (hour, minute, second.unwrap_or(0)), precision)?;
        Some(Instant { seconds: local.seconds - self.offset_seconds, precision })
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn digit_run(&self) -> usize {
        self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Reads exactly `count` digits (at most 4) as a number.
    fn number<N: TryFrom<i32>>(&mut self, count: usize) -> Option<N> {
        let digits = self.bytes.get(self.at..self.at + count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.at += count;
        N::try_from(digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0'))).ok()
    }

    /// Reads two digits that no third one follows.
    fn pair(&mut self) -> Option<i8> {
        if self.digit_run() == 2 { self.number(2) } else { None }
    }

    fn separator(&mut self, allowed: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|byte| allowed.contains(byte))?;
        self.at += 1;
        Some(byte)
    }

    /// Reads the time of day and the offset where they follow; else stays where it is.
    fn time(&mut self, parts: &mut Parts) {
        let start = self.at;
        let time = self.try_time();
        match time {
            Some(time) => {
                parts.time = Some(time);
                let after_time = self.at;
                self.zone(parts);
                if !self.at_boundary() {
                    self.at = after_time;
                    parts.offset_seconds = 0;
                }
                if !self.at_boundary() {
                    self.at = start;
                    parts.time = None;
                }
            }
            None => self.at = start,
        }
    }

    fn try_time(&mut self) -> Option<(i8, i8, Option<i8>)> {
        let lead = self.separator(b"Tt_ -")?;
        let said_to_be_time = matches!(lead, b'T' | b't');
        let run = self.digit_run();
        let time = match run {
            6 => (self.number(2)?, self.number(2)?, Some(self.number(2)?)),
            4 if said_to_be_time => (self.number(2)?, self.number(2)?, None),
            2 if lead != b'-' => {
                let hour = self.number(2)?;
                let separator = self.separator(b":-_.")?;
                let minute = self.pair()?;
                let after_minute = self.at;
                let second = self.separator(&[separator]).and_then(|_| self.pair());
                if second.is_none() {
                    self.at = after_minute;
                }
                (hour, minute, second)
            }
            _ => return None,
        };
        let (hour, minute, second) = time;
        // After a `T` a time must be one; after a space or an underscore other numbers may stand.
        let possible = hour < 24 && minute < 60 && second.unwrap_or(0) <= 60;
        if !possible && !said_to_be_time {
            return None;
        }
        self.fraction(second.is_some());
        Some(time)
    }

    /// Passes over the fraction of a second: `.123`.
    fn fraction(&mut self, has_seconds: bool) {
        let start = self.at;
        if has_seconds && self.separator(b".,").is_some() {
            let run = self.digit_run();
            if (1..=9).contains(&run) {
                self.at += run;
                return;
            }
        }
        self.at = start;
    }

    /// Reads `Z`, `+02:00`, `-0500`, `-05-00` or `+02` where one follows.
    fn zone(&mut self, parts: &mut Parts) {
        let start = self.at;
        if self.separator(b"Zz").is_some() {
            return;
        }
        let sign = match self.separator(b"+-") {
            Some(b'-') => -1,
            Some(_) => 1,
            None => return,
        };
        let offset = self.offset();
        match offset {
            Some((hours, minutes)) if hours <= 15 && minutes < 60 => parts.offset_seconds = sign * (hours * 3600 + minutes * 60),
            _ => self.at = start,
        }
    }

    fn offset(&mut self) -> Option<(i64, i64)> {
        match self.digit_run() {
            4 => Some((self.number(2)?, self.number(2)?)),
            2 => {
                let hours = self.number(2)?;
                let after_hours = self.at;
                match self.separator(b":-").and_then(|_| self.pair()) {
                    Some(minutes) => Some((hours, i64::from(minutes))),
                    None => {
                        self.at = after_hours;
                        Some((hours, 0))
                    }
                }
            }
            _ => None,
        }
    }

    /// Whether the date can end here: no letter or digit goes on.
    fn at_boundary(&self) -> bool {
        self.peek().is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
    }

    /// Whether a separator and a number follow, as in `2005-2006`.
    fn number_follows(&self) -> bool {
        self.peek().is_some_and(|byte| b"-_.".contains(&byte)) && self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(name: &str) -> String {
        match whole(name) {
            Some(Ok(instant)) => instant.to_string(),
            Some(Err(ImpossibleDate(text))) => format!("impossible {text}"),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn every_shape_keeps_its_precision() {
        for (name, expected) in [
            ("2005-05-25", "2005-05-25"),
            ("20050525", "2005-05-25"),
            ("2005_05_25", "2005-05-25"),
            ("2005.05.25", "2005-05-25"),
            ("2005-05", "2005-05"),
            ("2005", "2005"),
            ("2005-05-25T10-11-12Z", "2005-05-25T10:11:12Z"),
            ("20050525101112", "2005-05-25T10:11:12Z"),
            ("200505251011", "2005-05-25T10:11Z"),
            ("20050525T101112Z", "2005-05-25T10:11:12Z"),
            ("20050525-101112", "2005-05-25T10:11:12Z"),
            ("2005-05-25_10-11-12", "2005-05-25T10:11:12Z"),
            ("2005-05-25 10:11", "2005-05-25T10:11Z"),
            ("2005-05-25T10:11:12.345Z", "2005-05-25T10:11:12Z"),
            ("2005-05-25T01:11:12+02:00", "2005-05-24T23:11:12Z"),
            ("2005-05-25T22-11-12-0500", "2005-05-26T03:11:12Z"),
        ] {
            assert_eq!(read(name), expected, "{name}");
        }
    }

    #[test]
    fn other_numbers_are_no_dates() {
        for name in [
            "200505",
            "1989",
            "2101",
            "12345678",
            "20059999",
            "2005-2006",
            "1.2.3",
            "2005-5-25",
            "2005-05-251",
            "20050525101",
            "",
        ] {
            assert_eq!(read(name), "none", "{name}");
        }
    }

    #[test]
    fn a_date_that_the_calendar_lacks_is_named() {
        assert_eq!(read("2005-02-30"), "impossible 2005-02-30");
        assert_eq!(read("20050230"), "impossible 20050230");
        assert_eq!(read("2005-13"), "impossible 2005-13");
        assert_eq!(read("2005-05-25T25-00-00Z"), "impossible 2005-05-25T25-00-00Z");
        assert_eq!(read("20050525101199"), "impossible 20050525101199");
    }

    #[test]
    fn a_name_is_parted_at_its_most_exact_date() {
        let parts = |name| within(name).map(|found| (found.before, found.reading.unwrap().to_string(), found.after));
        let expect = |before, date: &str, after| Some((before, date.to_owned(), after));
        assert_eq!(parts("acme_2005-05-25"), expect("acme", "2005-05-25", ""));
        assert_eq!(parts("20050525_Acme_PrivacyPolicy"), expect("", "2005-05-25", "Acme_PrivacyPolicy"));
        assert_eq!(parts("acme-1999_2005-05"), expect("acme-1999", "2005-05", ""));
        assert_eq!(parts("acme (2005)"), expect("acme", "2005", ""));
        assert_eq!(parts("policy20050525"), expect("policy", "2005-05-25", ""));
        assert_eq!(parts("policy2005"), None);
        assert_eq!(parts("acme_20050525101112_10"), expect("acme", "2005-05-25T10:11:12Z", "10"));
        assert_eq!(parts("héllo_2005-05-25_é"), expect("héllo", "2005-05-25", "é"));
    }

    #[test]
    fn a_record_may_be_older_than_the_web() {
        assert_eq!(recorded(" 1985-05-05 ").unwrap().unwrap().to_string(), "1985-05-05");
        assert_eq!(recorded("soon"), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}", digits in "[-0-9TZ:_. +é]{0,60}") {
            let _ = (whole(&text), recorded(&text), within(&text));
            let _ = (whole(&digits), recorded(&digits), within(&digits));
        }
    }
}
