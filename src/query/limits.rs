//! Conditions that hold for a whole query: days, languages, companies, kinds, sites, headings; and what they mean together.

use super::Phrase;
use super::sites::{RankRange, SiteCondition};
use super::values::{ValueError, fold_name};
use crate::snapshot::Day;
use std::fmt;

/// Conditions outside `OR` and `NOT`. Each must hold, and those on snapshots for one and the same occurrence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// The days on which the occurrence was captured.
    pub days: DayRange,
    /// The passage stands in its document as of the end of this day.
    pub as_of: Option<Day>,
    /// Lower-case language codes. Of each list, one is the snapshot's language.
    pub langs: Vec<Vec<String>>,
    /// Each must match the company.
    pub companies: Vec<NameMatch>,
    /// Each must match the kind.
    pub kinds: Vec<NameMatch>,
    /// Each must hold of the site at the snapshot.
    pub sites: Vec<SiteCondition>,
    /// Names of topics. Of each list, the passage is about one.
    pub topics: Vec<Vec<String>>,
    /// Each must stand in a heading above the passage.
    pub headings: Vec<Phrase>,
}

/// Conditions that nothing can satisfy together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("no day is both {0} and {1}")]
    Days(DayRange, DayRange),
    #[error("a text cannot be asked for as of two days, {0} and {1}")]
    AsOf(Day, Day),
    #[error("a text as of {0} was captured by that day, and that is never {1}")]
    AsOfBefore(Day, DayRange),
    #[error("no rank is both {0} and {1}")]
    Ranks(RankRange, RankRange),
}

impl Limits {
    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }

    /// Adds the conditions of `other` to these.
    ///
    /// # Errors
    /// Where both can never hold; these then stay as they were.
    pub fn narrow(&mut self, other: Limits) -> Result<(), Conflict> {
        let days = self.days.intersect(other.days);
        if days.is_empty() {
            return Err(Conflict::Days(self.days, other.days));
        }
        if let (Some(a), Some(b)) = (self.as_of, other.as_of)
            && a != b
        {
            return Err(Conflict::AsOf(a, b));
        }
        let as_of = self.as_of.or(other.as_of);
        if let (Some(as_of), Some(first)) = (as_of, days.first)
            && as_of < first
        {
            return Err(Conflict::AsOfBefore(as_of, days));
        }
        for new in other.sites.iter().filter_map(SiteCondition::ranks) {
            if let Some(known) = self.sites.iter().filter_map(SiteCondition::ranks).find(|known| !known.meets(new)) {
                return Err(Conflict::Ranks(known, new));
            }
        }
        self.days = days;
        self.as_of = as_of;
        self.langs.extend(other.langs);
        self.companies.extend(other.companies);
        self.kinds.extend(other.kinds);
        self.sites.extend(other.sites);
        self.topics.extend(other.topics);
        self.headings.extend(other.headings);
        Ok(())
    }
}

/// Days from a first to a last one, both included; an end that is `None` is open. The default is every day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DayRange {
    pub first: Option<Day>,
    pub last: Option<Day>,
}

impl DayRange {
    pub fn contains(self, day: Day) -> bool {
        self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last)
    }

    /// The days that lie in both.
    pub fn intersect(self, other: DayRange) -> DayRange {
        let last = match (self.last, other.last) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        // An open beginning is `None`, which is less than every day.
        DayRange { first: self.first.max(other.first), last }
    }

    /// Whether no day lies within.
    pub fn is_empty(self) -> bool {
        matches!((self.first, self.last), (Some(first), Some(last)) if first > last)
    }

    /// Whether every day lies within.
    pub fn is_unlimited(self) -> bool {
        self == DayRange::default()
    }
}

/// Reads after "is" or "was": `from 2005-01-01 to 2010-12-31`, `on or after 2005-01-01`.
impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (Some(first), Some(last)) => write!(f, "from {first} to {last}"),
            (Some(first), None) => write!(f, "on or after {first}"),
            (None, Some(last)) => write!(f, "on or before {last}"),
            (None, None) => f.write_str("any day"),
        }
    }
}

/// Names of which one must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMatch {
    /// Never empty.
    pub any_of: Vec<NamePattern>,
}

impl NameMatch {
    /// The names of an option that was given once or several times; `None` where it was not given.
    ///
    /// # Errors
    /// Where a name is empty.
    pub fn from_values<'v>(values: impl IntoIterator<Item = &'v str>) -> Result<Option<NameMatch>, ValueError> {
        let any_of = values.into_iter().map(NamePattern::parse).collect::<Result<Vec<_>, _>>()?;
        Ok((!any_of.is_empty()).then_some(NameMatch { any_of }))
    }

    pub fn matches(&self, name: &str) -> bool {
        let folded = fold_name(name);
        self.any_of.iter().any(|pattern| pattern.matches_folded(&folded))
    }
}

/// A whole name, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    /// Case-folded, white space collapsed, never empty.
    pub folded: String,
    /// Whether a longer name that begins so matches as well.
    pub prefix: bool,
}

impl NamePattern {
    /// Reads a name; `*` at its end makes it the beginning of one.
    ///
    /// # Errors
    /// Where nothing else is in it.
    pub fn parse(text: &str) -> Result<NamePattern, ValueError> {
        let text = text.trim();
        let (name, prefix) = text.strip_suffix('*').map_or((text, false), |name| (name, true));
        let folded = fold_name(name);
        if folded.is_empty() {
            return Err(ValueError::new("a name is missing", "for any name, leave the condition out"));
        }
        Ok(NamePattern { folded, prefix })
    }

    /// Whether a name matches, whatever its case and white space.
    pub fn matches(&self, name: &str) -> bool {
        self.matches_folded(&fold_name(name))
    }

    fn matches_folded(&self, folded: &str) -> bool {
        if self.prefix { folded.starts_with(&self.folded) } else { folded == self.folded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: Option<i32>, last: Option<i32>) -> DayRange {
        DayRange { first: first.map(Day), last: last.map(Day) }
    }

    #[test]
    fn ranges_intersect_at_both_ends() {
        assert_eq!(days(Some(1), None).intersect(days(None, Some(5))), days(Some(1), Some(5)));
        assert_eq!(days(Some(1), Some(9)).intersect(days(Some(3), Some(5))), days(Some(3), Some(5)));
        assert!(days(Some(5), None).intersect(days(None, Some(4))).is_empty());
        assert!(!days(Some(5), Some(5)).is_empty());
        assert!(days(Some(5), None).contains(Day(5)) && !days(Some(5), None).contains(Day(4)));
        assert!(days(None, Some(5)).contains(Day(5)) && !days(None, Some(5)).contains(Day(6)));
    }

    #[test]
    fn limits_that_exclude_each_other_are_refused_and_change_nothing() {
        let mut limits = Limits { days: days(Some(0), Some(9)), ..Limits::default() };
        let before = limits.clone();
        let later = Limits { days: days(Some(10), None), ..Limits::default() };
        let conflict = limits.narrow(later).unwrap_err();
        assert_eq!(conflict.to_string(), "no day is both from 1970-01-01 to 1970-01-10 and on or after 1970-01-11");
        let early = Limits { as_of: Some(Day(-1)), ..Limits::default() };
        assert_eq!(limits.narrow(early), Err(Conflict::AsOfBefore(Day(-1), days(Some(0), Some(9)))));
        assert_eq!(limits, before);
        assert_eq!(limits.narrow(Limits { as_of: Some(Day(20)), ..Limits::default() }), Ok(()));
        let other = Limits { as_of: Some(Day(21)), ..Limits::default() };
        assert_eq!(limits.narrow(other), Err(Conflict::AsOf(Day(20), Day(21))));
        let ranked = |first, last| {
            let ranks = RankRange { first: Some(first), last: Some(last) };
            Limits { sites: vec![SiteCondition::Rank(ranks)], ..Limits::default() }
        };
        assert_eq!((limits.narrow(ranked(1, 9)), limits.narrow(ranked(5, 20))), (Ok(()), Ok(())));
        assert_eq!(limits.narrow(ranked(10, 20)).unwrap_err().to_string(), "no rank is both from 1 to 9 and from 10 to 20");
        assert_eq!(limits.sites.len(), 2);
    }

    #[test]
    fn names_match_whatever_their_case_and_white_space() {
        let names = NameMatch::from_values(["Face*", "open  COLLECTIVE", "Straße"]).unwrap().unwrap();
        for name in ["facebook", "FACE", "Open\tCollective ", "STRASSE"] {
            assert!(names.matches(name), "{name}");
        }
        for name in ["my face", "Open Collective Foundation", ""] {
            assert!(!names.matches(name), "{name}");
        }
        assert_eq!(NameMatch::from_values([]), Ok(None));
        assert!(NameMatch::from_values(["*"]).is_err());
    }
}
