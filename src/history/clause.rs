//! Links the wordings of one provision over time.
//!
//! Passages are taken in the order in which they appear. Those that a snapshot brings are compared with all passages of the
//! document that never stand beside them; the likest pairs are linked first, and a link is made only where no two wordings of the
//! clause would share a snapshot.

use super::{Runs, Timeline};
use crate::likeness::likeness;
use rustc_hash::FxHashMap;

/// From this likeness on a passage is taken for a later wording of another. Likeness (0–1) is the mean of Dice's coefficient and the
/// share of the shorter one, over pairs of neighbouring words.
pub const CLAUSE_THRESHOLD: f32 = 0.4;

/// Gives every passage of a timeline its clause. `features`: for each passage the pairs of words by which it is compared; none where it
/// is not.
pub fn link(timeline: &mut Timeline, features: &[Vec<u32>]) {
    let mut clauses = Clauses::new(timeline);
    if timeline.snapshots.len() > 1 {
        let mut earlier = Earlier::new(features);
        for batch in batches(timeline) {
            let mut pairs: Vec<(f32, u32, u32)> = Vec::new();
            for &new in &batch {
                earlier.pairs(new, timeline, &mut pairs);
            }
            // The likest first; among equals the latest earlier wording.
            pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(&b.1)));
            for (_, new, old) in pairs {
                clauses.join(new, old);
            }
            for &new in &batch {
                earlier.add(new);
            }
        }
    }
    clauses.number(timeline);
}

/// The passages in groups that appear in the same snapshot, in order of time.
fn batches(timeline: &Timeline) -> Vec<Vec<u32>> {
    let mut order: Vec<(u32, u32)> = (0..timeline.passages.len() as u32)
        .filter_map(|passage| timeline.occurrences(passage).first().map(|first| (first, passage)))
        .collect();
    order.sort_unstable();
    order.chunk_by(|a, b| a.0 == b.0).map(|batch| batch.iter().map(|&(_, passage)| passage).collect()).collect()
}

/// Which clause each passage belongs to so far, and the snapshots in which a clause stands.
struct Clauses {
    of: Vec<Option<u32>>,
    stands: Vec<Runs>,
    sets: Vec<Runs>,
}

impl Clauses {
    fn new(timeline: &Timeline) -> Clauses {
        let sets = (0..timeline.passages.len() as u32).map(|passage| timeline.occurrences(passage).clone()).collect();
        Clauses { of: vec![None; timeline.passages.len()], stands: Vec::new(), sets }
    }

    fn clause_of(&mut self, passage: u32) -> u32 {
        let known = self.of[passage as usize];
        known.unwrap_or_else(|| {
            self.stands.push(self.sets[passage as usize].clone());
            let clause = self.stands.len() as u32 - 1;
            self.of[passage as usize] = Some(clause);
            clause
        })
    }

    /// Makes `new` a wording of the clause of `old`, unless it has one already or would stand beside another wording.
    fn join(&mut self, new: u32, old: u32) {
        if self.of[new as usize].is_some() {
            return;
        }
        let clause = self.clause_of(old);
        let set = &self.sets[new as usize];
        if !self.stands[clause as usize].intersects(set) {
            self.stands[clause as usize] = self.stands[clause as usize].union(set);
            self.of[new as usize] = Some(clause);
        }
    }

    /// Numbers the clauses by their first passage.
    fn number(mut self, timeline: &mut Timeline) {
        let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
        for passage in 0..timeline.passages.len() as u32 {
            let clause = self.clause_of(passage);
            let next = numbers.len() as u32;
            timeline.passages[passage as usize].clause = *numbers.entry(clause).or_insert(next);
        }
        timeline.clauses = numbers.len() as u32;
    }
}

/// The passages that appeared before, by what they share with others.
struct Earlier<'f> {
    features: &'f [Vec<u32>],
    /// For each feature the last of the passages that have it, as a place in `holders`.
    last_holders: FxHashMap<u32, u32>,
    holders: Vec<Holder>,
    /// How many features each earlier passage shares with the one looked at.
    shared: Vec<u32>,
}

/// A passage that has a feature, and the place of the one before it; of the first, its own place.
struct Holder {
    passage: u32,
    before: u32,
}

impl<'f> Earlier<'f> {
    fn new(features: &'f [Vec<u32>]) -> Earlier<'f> {
        Earlier { features, last_holders: FxHashMap::default(), holders: Vec::new(), shared: vec![0; features.len()] }
    }

    fn add(&mut self, passage: u32) {
        for &feature in &self.features[passage as usize] {
            let place = self.holders.len() as u32;
            let before = self.last_holders.insert(feature, place).unwrap_or(place);
            self.holders.push(Holder { passage, before });
        }
    }

    fn pairs(&mut self, new: u32, timeline: &Timeline, pairs: &mut Vec<(f32, u32, u32)>) {
        let mine = &self.features[new as usize];
        let mut touched = Vec::new();
        for feature in mine {
            let mut next = self.last_holders.get(feature).copied();
            while let Some(place) = next {
                let Holder { passage: old, before } = self.holders[place as usize];
                let shared = &mut self.shared[old as usize];
                if *shared == 0 {
                    touched.push(old);
                }
                *shared += 1;
                next = (before != place).then_some(before);
            }
        }
        for old in touched {
            let shared = std::mem::take(&mut self.shared[old as usize]);
            let likeness = likeness(shared as usize, mine.len(), self.features[old as usize].len());
            if likeness >= CLAUSE_THRESHOLD && !timeline.occurrences(new).intersects(timeline.occurrences(old)) {
                pairs.push((likeness, new, old));
            }
        }
    }
}
