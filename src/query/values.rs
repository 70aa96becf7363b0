//! Reads the values of fields and options: years, dates, languages, names.

use super::limits::DayRange;
use super::sites::RankRange;
use crate::site::Interval;
use crate::snapshot::Day;
use unicode_normalization::UnicodeNormalization;

/// The latest year that a date can have.
const MAX_YEAR: i16 = 9_999;

/// A value that cannot be read, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    pub message: String,
    pub hint: String,
}

impl ValueError {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> ValueError {
        ValueError { message: message.into(), hint: hint.into() }
    }
}

/// Reads whole years: `2005`, `2005..2010` (both included), `2005..`, `..2010`.
///
/// # Errors
/// What is no such range.
pub fn parse_years(text: &str) -> Result<DayRange, ValueError> {
    let text = text.trim();
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let read = |part: &str| match part.trim() {
        "" => Ok(None),
        part => year(part).map(Some).ok_or_else(|| years_error(text)),
    };
    match (read(from)?, read(to)?) {
        (None, None) => Err(years_error(text)),
        (Some(from), Some(to)) if from > to => {
            let message = format!("{to} is before {from}");
            Err(ValueError::new(message, format!("the earlier year comes first: {to}..{from}")))
        }
        (from, to) => Ok(DayRange {
            first: from.and_then(|year| Day::from_date(year, 1, 1)),
            last: to.and_then(|year| Day::from_date(year, 12, 31)),
        }),
    }
}

/// Reads the first day of a range: the start of a year, month or day (`2005`, `2005-05`, `2005-05-25`).
///
/// # Errors
/// What is no date.
pub fn parse_since(text: &str) -> Result<DayRange, ValueError> {
    Ok(DayRange { first: Some(date(text)?.first), last: None })
}

/// Reads the last day of a range: the end of a year, month or day (`2005`, `2005-05`, `2005-05-25`).
///
/// # Errors
/// What is no date.
pub fn parse_until(text: &str) -> Result<DayRange, ValueError> {
    Ok(DayRange { first: None, last: Some(date(text)?.last) })
}

/// Reads one day, `2010-05-25`.
///
/// # Errors
/// What is no date, and a year or month: which of its days is meant would be a guess.
pub fn parse_as_of(text: &str) -> Result<Day, ValueError> {
    let dates = date(text)?;
    if dates.first != dates.last {
        let message = format!("{} has more than one day", text.trim());
        return Err(ValueError::new(message, format!("write the day, for the end of it {}", dates.last)));
    }
    Ok(dates.first)
}

/// Reads the code of a language: two or three letters, with or without a region (`en`, `pt-BR`); given back in lower case.
///
/// # Errors
/// What does not look like a code.
pub fn parse_language(text: &str) -> Result<String, ValueError> {
    let code = text.trim().to_lowercase();
    let (language, rest) = code.split_once('-').map_or((code.as_str(), None), |(language, rest)| (language, Some(rest)));
    let letters = matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_lowercase());
    let region = rest.is_none_or(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    if !letters || !region {
        return Err(ValueError::new(
            format!("`{}` is not the code of a language", text.trim()),
            "write a code such as en, de or fr",
        ));
    }
    Ok(code)
}

/// Reads the name of a topic: any text, given back in lower case.
///
/// # Errors
/// Where it is empty.
pub fn parse_topic(text: &str) -> Result<String, ValueError> {
    let name = fold_name(text);
    if name.is_empty() {
        return Err(ValueError::new("the name of a topic is missing", "`fineprint topics` lists them"));
    }
    Ok(name)
}

/// Reads ranks: `1..1000` (both included), `..1000`, `1000..`, `500`.
///
/// # Errors
/// What is no such range.
pub fn parse_ranks(text: &str) -> Result<RankRange, ValueError> {
    let text = text.trim();
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let error =
        || ValueError::new(format!("`{text}` is not a range of ranks"), "write 1..1000, ..1000, 1000.. or 500; 1 is the first");
    let read = |part: &str| match part.trim() {
        "" => Ok(None),
        part => rank(part).map(Some).ok_or_else(error),
    };
    match (read(from)?, read(to)?) {
        (None, None) => Err(error()),
        (Some(from), Some(to)) if from > to => {
            Err(ValueError::new(format!("{to} is less than {from}"), format!("the lower rank comes first: {to}..{from}")))
        }
        (first, last) => Ok(RankRange { first, last }),
    }
}

/// Reads a half year, `2019_A` or `2019_B`.
///
/// # Errors
/// What is none.
pub fn parse_interval(text: &str) -> Result<Interval, ValueError> {
    let error = || {
        let hint =
            "write 2019_A for January to June of 2019, 2019_B for July to December; for other times year:, since: and until:";
        ValueError::new(format!("`{}` is not a half year", text.trim()), hint)
    };
    Interval::parse(text).ok_or_else(error)
}

/// A name for comparing: case-folded, white space collapsed, compatibility forms made equal.
pub fn fold_name(name: &str) -> String {
    let mut collapsed = String::with_capacity(name.len());
    for part in name.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(part);
    }
    if collapsed.is_ascii() {
        collapsed.make_ascii_lowercase();
        return collapsed;
    }
    let compatible: String = collapsed.nfkc().collect();
    caseless::default_case_fold_str(&compatible).nfkc().collect()
}

/// The first and the last day of a year, month or day.
struct Dates {
    first: Day,
    last: Day,
}

fn date(text: &str) -> Result<Dates, ValueError> {
    let text = text.trim();
    let mut parts = text.split('-');
    let fields = (parts.next().and_then(year), parts.next(), parts.next(), parts.next());
    let dates = match fields {
        (Some(year), None, None, None) => both(Day::from_date(year, 1, 1), Day::from_date(year, 12, 31)),
        (Some(year), Some(month), None, None) => number(month).and_then(|month| {
            let last = (28..=31).rev().find_map(|day| Day::from_date(year, month, day));
            both(Day::from_date(year, month, 1), last)
        }),
        (Some(year), Some(month), Some(day), None) => number(month).zip(number(day)).and_then(|(month, day)| {
            let day = Day::from_date(year, month, day);
            both(day, day)
        }),
        _ => None,
    };
    let error = || ValueError::new(format!("`{text}` is not a date"), "write 2005, 2005-05 or 2005-05-25");
    dates.ok_or_else(error)
}

fn both(first: Option<Day>, last: Option<Day>) -> Option<Dates> {
    Some(Dates { first: first?, last: last? })
}

/// A year of four digits.
fn year(text: &str) -> Option<i16> {
    if text.len() != 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|year| (1..=MAX_YEAR).contains(year))
}

/// A month or day of one or two digits.
fn number(text: &str) -> Option<i8> {
    if !matches!(text.len(), 1 | 2) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A rank, from 1.
fn rank(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|rank| digits && *rank > 0)
}

fn years_error(text: &str) -> ValueError {
    let hint = match date(text) {
        Ok(_) => "for months and days write since: and until:",
        Err(_) => "write 2005, 2005..2010, 2005.. or ..2010",
    };
    ValueError::new(format!("`{text}` is not a range of years"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(range: Result<DayRange, ValueError>) -> String {
        range.map_or_else(|error| format!("{} ({})", error.message, error.hint), |range| range.to_string())
    }

    #[test]
    fn years_are_whole_and_both_included() {
        assert_eq!(shown(parse_years("2005..2010")), "from 2005-01-01 to 2010-12-31");
        assert_eq!(shown(parse_years("2005")), "from 2005-01-01 to 2005-12-31");
        assert_eq!(shown(parse_years("2005..")), "on or after 2005-01-01");
        assert_eq!(shown(parse_years("..2010")), "on or before 2010-12-31");
        assert_eq!(shown(parse_years("2010..2005")), "2005 is before 2010 (the earlier year comes first: 2005..2010)");
        assert_eq!(
            shown(parse_years("2005-05")),
            "`2005-05` is not a range of years (for months and days write since: and until:)"
        );
        for wrong in ["", "..", "05", "2005-2010", "20055", "2005...2010", "０００１", "0000"] {
            assert!(parse_years(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn since_begins_and_until_ends_with_what_is_named() {
        assert_eq!(shown(parse_since("2005")), "on or after 2005-01-01");
        assert_eq!(shown(parse_since("2005-05")), "on or after 2005-05-01");
        assert_eq!(shown(parse_until("2004-02")), "on or before 2004-02-29");
        assert_eq!(shown(parse_until("2010")), "on or before 2010-12-31");
        assert_eq!(shown(parse_until("2010-5-5")), "on or before 2010-05-05");
        for wrong in ["2005-13", "2005-02-30", "25.5.2005", "2005-05-25-1", "2005-", "-2005", "2005-05-25T10:00"] {
            assert!(parse_since(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn as_of_is_one_day() {
        assert_eq!(parse_as_of("2010-05-25").unwrap().to_string(), "2010-05-25");
        assert_eq!(parse_as_of("2010-02").unwrap_err().hint, "write the day, for the end of it 2010-02-28");
    }

    #[test]
    fn languages_are_codes() {
        assert_eq!(parse_language(" EN "), Ok("en".to_owned()));
        assert_eq!(parse_language("pt-BR"), Ok("pt-br".to_owned()));
        for wrong in ["english", "e", "", "en-", "e1"] {
            assert!(parse_language(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ranks_are_whole_and_both_included() {
        let shown = |text| {
            parse_ranks(text).map_or_else(|error| format!("{} ({})", error.message, error.hint), |range| range.to_string())
        };
        assert_eq!(shown("1..1000"), "from 1 to 1000");
        assert_eq!(shown(" ..1000 "), "1000 or less");
        assert_eq!(shown("1000.."), "1000 or more");
        assert_eq!(shown("500"), "500");
        assert_eq!(shown("9..5"), "5 is less than 9 (the lower rank comes first: 5..9)");
        for wrong in ["", "..", "0", "0..5", "1-1000", "1,000", "+5", "-5", "4294967296", "1...5", "top"] {
            assert!(parse_ranks(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn intervals_are_half_years() {
        assert_eq!(parse_interval(" 2019_b ").unwrap().to_string(), "2019_B");
        assert_eq!(parse_interval("2019").unwrap_err().message, "`2019` is not a half year");
    }

    proptest! {
        #[test]
        fn no_value_panics(text in "\\PC*", dated in "[0-9._AB-]{0,12}") {
            for text in [text, dated] {
                let _ = (parse_ranks(&text), parse_interval(&text));
                let _ = (parse_years(&text), parse_since(&text), parse_until(&text), parse_as_of(&text), parse_language(&text));
            }
        }
    }
}
