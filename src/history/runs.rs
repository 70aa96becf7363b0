//! Sets of snapshots as runs of neighbours.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// A set of snapshots of one document: runs `[start, end)`, ascending, neither empty nor touching each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Runs(SmallVec<[(u32, u32); RUNS_INSIDE]>);

/// So many runs are held without a room of their own: most sets have no more.
const RUNS_INSIDE: usize = 2;

impl Runs {
    pub const EMPTY: &'static Runs = &Runs(SmallVec::new_const());

    /// All snapshots from `start` to before `end`.
    pub fn range(start: u32, end: u32) -> Runs {
        Runs((start < end).then_some((start, end)).into_iter().collect())
    }

    /// Adds `[start, end)`, which begins at or after the last run's start.
    pub fn push(&mut self, start: u32, end: u32) {
        if start >= end {
            return;
        }
        match self.0.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => self.0.push((start, end)),
        }
    }

    /// From runs as the type promises them.
    pub fn of(runs: impl Iterator<Item = (u32, u32)>) -> Runs {
        Runs(runs.collect())
    }

    pub fn runs(&self) -> &[(u32, u32)] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many snapshots.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|&(start, end)| u64::from(end - start)).sum()
    }

    pub fn first(&self) -> Option<u32> {
        self.0.first().map(|run| run.0)
    }

    pub fn last(&self) -> Option<u32> {
        self.0.last().map(|run| run.1 - 1)
    }

    /// The first and the last.
    pub fn ends(&self) -> Option<(u32, u32)> {
        Runs::ends_of(self.0.iter().copied())
    }

    /// The first and the last snapshot of some runs as the type promises them.
    pub fn ends_of(mut runs: impl DoubleEndedIterator<Item = (u32, u32)>) -> Option<(u32, u32)> {
        let first = runs.next()?;
        Some((first.0, runs.next_back().unwrap_or(first).1 - 1))
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().flat_map(|&(start, end)| start..end)
    }

    pub fn contains(&self, snapshot: u32) -> bool {
        let after = self.0.partition_point(|run| run.0 <= snapshot);
        after > 0 && snapshot < self.0[after - 1].1
    }

    pub fn intersects(&self, other: &Runs) -> bool {
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            if a.1 <= b.0 {
                mine.next();
            } else if b.1 <= a.0 {
                theirs.next();
            } else {
                return true;
            }
        }
        false
    }

    pub fn intersection(&self, other: &Runs) -> Runs {
        let mut both = Runs::default();
        self.each_common(other, |start, end| both.push(start, end));
        both
    }

    /// The first and the last snapshot that both sets have.
    pub fn common_ends(&self, other: &Runs) -> Option<(u32, u32)> {
        let mut ends: Option<(u32, u32)> = None;
        self.each_common(other, |start, end| {
            if start < end {
                ends = Some((ends.map_or(start, |(first, _)| first), end - 1));
            }
        });
        ends
    }

    /// Tells the stretches that both sets have, in order; some may be empty.
    fn each_common(&self, other: &Runs, mut each: impl FnMut(u32, u32)) {
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(&&a), Some(&&b)) = (mine.peek(), theirs.peek()) {
            each(a.0.max(b.0), a.1.min(b.1));
            if a.1 <= b.1 {
                mine.next();
            } else {
                theirs.next();
            }
        }
    }

    /// The snapshots of this set that are not in the other.
    pub fn difference(&self, other: &Runs) -> Runs {
        let mut left = Runs::default();
        let mut theirs = other.0.iter().peekable();
        for &(start, end) in &self.0 {
            let mut at = start;
            while let Some(&&(from, to)) = theirs.peek().filter(|run| run.0 < end) {
                left.push(at, from);
                at = at.max(to);
                if to > end {
                    break;
                }
                theirs.next();
            }
            left.push(at, end);
        }
        left
    }

    pub fn union(&self, other: &Runs) -> Runs {
        Runs::union_of([self, other])
    }

    /// The union of any number of sets.
    pub fn union_of<'a>(sets: impl IntoIterator<Item = &'a Runs>) -> Runs {
        Runs::union_of_runs(sets.into_iter().flat_map(|set| set.0.iter().copied()).collect())
    }

    /// The union of runs in any order.
    pub fn union_of_runs(mut all: Vec<(u32, u32)>) -> Runs {
        merge(&mut all);
        Runs(all.into())
    }

    /// Whether the runs are as the type promises; a damaged index may hold others.
    pub fn is_sound(&self, snapshots: u32) -> bool {
        self.0.iter().all(|run| run.0 < run.1 && run.1 <= snapshots) && self.0.windows(2).all(|pair| pair[0].1 < pair[1].0)
    }
}

/// Makes of runs in any order, none of them empty, the runs of their union.
pub fn merge(all: &mut Vec<(u32, u32)>) {
    all.sort_unstable();
    all.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
}

impl FromIterator<u32> for Runs {
    /// From ascending snapshots.
    fn from_iter<I: IntoIterator<Item = u32>>(snapshots: I) -> Runs {
        let mut runs = Runs::default();
        for snapshot in snapshots {
            runs.push(snapshot, snapshot + 1);
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn sets() -> impl Strategy<Value = BTreeSet<u32>> {
        prop::collection::btree_set(0u32..40, 0..25)
    }

    proptest! {
        #[test]
        fn runs_do_as_sets_do(a in sets(), b in sets()) {
            let (x, y): (Runs, Runs) = (a.iter().copied().collect(), b.iter().copied().collect());
            prop_assert!(x.is_sound(40));
            prop_assert_eq!(x.iter().collect::<BTreeSet<_>>(), a.clone());
            prop_assert_eq!(x.count(), a.len() as u64);
            prop_assert_eq!((x.first(), x.last()), (a.first().copied(), a.last().copied()));
            prop_assert_eq!(x.union(&y), a.union(&b).copied().collect::<Runs>());
            prop_assert_eq!(x.intersection(&y), a.intersection(&b).copied().collect::<Runs>());
            prop_assert_eq!(x.difference(&y), a.difference(&b).copied().collect::<Runs>());
            prop_assert_eq!(x.intersects(&y), !a.is_disjoint(&b));
            let common: Vec<u32> = a.intersection(&b).copied().collect();
            prop_assert_eq!(x.common_ends(&y), common.first().copied().zip(common.last().copied()));
            for snapshot in 0..40 {
                prop_assert_eq!(x.contains(snapshot), a.contains(&snapshot));
            }
        }
    }
}
