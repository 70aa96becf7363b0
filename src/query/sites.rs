//! Conditions on what an archive tells of the site at a capture: rank, category, interval.

use super::NameMatch;
use crate::site::{Interval, SiteFacts};
use std::fmt;

/// A condition that a snapshot satisfies by what is told of its site; never where that is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteCondition {
    Rank(RankRange),
    /// One of the site's categories matches.
    Category(NameMatch),
    /// One of them; never empty.
    Interval(Vec<Interval>),
}

impl SiteCondition {
    /// Whether the facts of a site satisfy this.
    pub fn holds(&self, site: &SiteFacts) -> bool {
        match self {
            SiteCondition::Rank(ranks) => site.rank.is_some_and(|rank| ranks.contains(rank)),
            SiteCondition::Category(names) => site.categories.iter().any(|category| names.matches(category)),
            SiteCondition::Interval(any_of) => site.interval.is_some_and(|interval| any_of.contains(&interval)),
        }
    }

    /// The ranks that are asked for, where this asks for ranks.
    pub(super) fn ranks(&self) -> Option<RankRange> {
        if let SiteCondition::Rank(ranks) = self { Some(*ranks) } else { None }
    }
}

/// Ranks from a first to a last one, both included; an end that is `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankRange {
    pub first: Option<u32>,
    pub last: Option<u32>,
}

impl RankRange {
    pub fn contains(self, rank: u32) -> bool {
        self.first.is_none_or(|first| first <= rank) && self.last.is_none_or(|last| rank <= last)
    }

    /// Whether some rank lies in both.
    pub fn meets(self, other: RankRange) -> bool {
        let ends_before = |one: RankRange, other: RankRange| one.last.zip(other.first).is_some_and(|(last, first)| last < first);
        !ends_before(self, other) && !ends_before(other, self)
    }
}

/// Reads after "is": `from 1 to 1000`, `1000 or less`.
impl fmt::Display for RankRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (Some(first), Some(last)) if first == last => write!(f, "{first}"),
            (Some(first), Some(last)) => write!(f, "from {first} to {last}"),
            (Some(first), None) => write!(f, "{first} or more"),
            (None, Some(last)) => write!(f, "{last} or less"),
            (None, None) => f.write_str("any rank"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(first: Option<u32>, last: Option<u32>) -> RankRange {
        RankRange { first, last }
    }

    #[test]
    fn ranges_of_ranks_include_both_ends() {
        let range = ranks(Some(10), Some(20));
        assert_eq!([9, 10, 20, 21].map(|rank| range.contains(rank)), [false, true, true, false]);
        assert!(range.meets(ranks(Some(20), None)) && range.meets(ranks(None, Some(10))));
        assert!(!range.meets(ranks(Some(21), None)) && !range.meets(ranks(None, Some(9))));
        assert!(ranks(None, Some(1)).meets(ranks(None, Some(9))));
    }

    #[test]
    fn what_is_not_told_satisfies_nothing() {
        let facts = SiteFacts {
            rank: Some(7),
            categories: ["News & Media".to_owned(), "Sports".to_owned()].into(),
            interval: Interval::parse("2019_A"),
        };
        let category = |name| SiteCondition::Category(NameMatch::from_values([name]).unwrap().unwrap());
        let interval = |text| SiteCondition::Interval(Interval::parse(text).into_iter().collect());
        for condition in [SiteCondition::Rank(ranks(Some(7), Some(7))), category("news*"), category("SPORTS"), interval("2019_A")]
        {
            assert!(condition.holds(&facts), "{condition:?}");
            assert!(!condition.holds(&SiteFacts::default()), "{condition:?}");
        }
        for condition in [SiteCondition::Rank(ranks(Some(8), None)), category("news"), interval("2019_B")] {
            assert!(!condition.holds(&facts), "{condition:?}");
        }
        assert!(!SiteCondition::Rank(ranks(None, Some(u32::MAX))).holds(&SiteFacts::default()));
    }
}
