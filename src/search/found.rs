//! What matches inside the filters, document by document.

use super::collect::{Match, by_document};
use super::count::Count;
use super::scope::Scope;
use super::{Appearing, Request};
use crate::history::runs::merge;
use crate::history::{Outline, Runs};
use crate::index::columns::{BITS, bits, first_bits, runs_of_bits};
use crate::index::{IndexError, PassageRow};
use crate::likeness::Sketch;
use rayon::prelude::*;

/// A matching passage inside the filters.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub slot: u32,
    pub passage: u32,
    pub clause: u32,
    pub sketch: Sketch,
    /// In steps of [`SCORE_STEP`].
    pub score: i32,
    /// The first and the last snapshot inside the limits in which it matches.
    pub ends: (u32, u32),
}

/// Scores are compared in steps of this size: smaller differences come of the order in which floats are added.
pub const SCORE_STEP: f32 = 1e-3;

/// What the score of a heading is multiplied with: the text below it says more than its title (0: always last; 1: as any passage).
pub const HEADING_WEIGHT: f32 = 0.1;

/// Of the sets of snapshots that were looked at, so many are asked whether a passage stands in the same.
const SETS_LOOKED_BACK: usize = 8;

/// A thread looks at so many documents, or more.
pub const DOCUMENTS_AT_ONCE: usize = 1024;

/// All documents are parted in so many for each thread: some parts take longer than others.
const PARTS_OF_A_THREAD: usize = 4;

/// Takes those matches that stand inside the filters, and counts them; the passages of a document stand together, the wordings of a
/// clause beside each other.
///
/// `without_headings`: whether headings are no answers.
pub fn found(
    scope: &Scope<'_>,
    request: &Request,
    matches: &[Vec<Match>],
    without_headings: bool,
) -> Result<(Vec<Found>, Count), IndexError> {
    let look = |documents: &[&[Match]]| {
        let mut finder = Finder {
            scope,
            appearing: request.appearing,
            without_headings,
            found: Vec::with_capacity(documents.iter().map(|matches| matches.len()).sum()),
            count: Count::new(request.by_year),
            sets: Vec::new(),
            runs: Vec::new(),
        };
        documents.iter().try_for_each(|matches| finder.document(matches))?;
        Ok((finder.found, finder.count))
    };
    let documents: Vec<&[Match]> = by_document(matches).collect();
    if documents.len() <= DOCUMENTS_AT_ONCE {
        return look(&documents);
    }
    let at_once = documents.len().div_ceil(rayon::current_num_threads() * PARTS_OF_A_THREAD).max(DOCUMENTS_AT_ONCE);
    let parts: Vec<(Vec<Found>, Count)> = documents.par_chunks(at_once).map(look).collect::<Result<_, IndexError>>()?;
    let mut all = Vec::with_capacity(parts.iter().map(|(found, _)| found.len()).sum());
    let mut count = Count::new(request.by_year);
    for (found, of_part) in parts {
        all.extend(found);
        count.join(of_part);
    }
    Ok((all, count))
}

struct Finder<'r> {
    scope: &'r Scope<'r>,
    appearing: Option<Appearing>,
    without_headings: bool,
    found: Vec<Found>,
    count: Count,
    /// Of a document with many snapshots: the sets of them that passages stand in, with the first and the last inside the limits.
    sets: Vec<(u64, Option<(u32, u32)>)>,
    /// The snapshots of a document in which something matches, as runs in any order.
    runs: Vec<(u32, u32)>,
}

impl Finder<'_> {
    /// Looks at the matches of a document.
    fn document(&mut self, matches: &[Match]) -> Result<(), IndexError> {
        let Some(slot) = matches.first().map(|one| one.row.slot) else { return Ok(()) };
        if !self.scope.admits(slot)? {
            return Ok(());
        }
        let captures = self.scope.index.captures(slot)?;
        let within = self.scope.some_snapshots(slot)?;
        if within.as_ref().is_some_and(Runs::is_empty) {
            return Ok(());
        }
        let before = self.found.len();
        self.runs.clear();
        if self.appearing.is_some() || !self.scope.limits.headings.is_empty() {
            self.look_closely(slot, matches, within.as_ref())?;
        } else if captures.len() <= BITS {
            self.look_at_bits(matches, within.as_ref().map_or(first_bits(captures.len()), bits));
        } else {
            self.look_at_sets(slot, matches, within.as_ref())?;
        }
        let found = &self.found[before..];
        if found.is_empty() {
            return Ok(());
        }
        let counts = (found.chunk_by(|a, b| a.clause == b.clause).count(), found.len());
        let company = self.scope.index.row(slot)?.company;
        self.count.add(company, captures, self.runs.iter().copied(), counts);
        Ok(())
    }

    /// Those of the matches that can be answers.
    fn eligible<'m>(&self, matches: &'m [Match]) -> impl Iterator<Item = &'m Match> + use<'m> {
        let without_headings = self.without_headings;
        matches.iter().filter(move |one| !(without_headings && one.row.heading))
    }

    /// Takes a match that stands inside the limits.
    fn take(&mut self, &Match { row, score }: &Match, ends: (u32, u32)) {
        let weight = if row.heading { HEADING_WEIGHT } else { 1.0 };
        // Rounded: no score is negative.
        let score = (score * weight / SCORE_STEP + 0.5) as i32;
        let PassageRow { slot, passage, clause, sketch, .. } = row;
        self.found.push(Found { slot, passage, clause, sketch, score, ends });
    }

    /// Takes those that stand in any of some snapshots.
    fn look_at_bits(&mut self, matches: &[Match], within: u64) {
        let mut all = 0;
        for one in self.eligible(matches) {
            let stands = one.row.stands & within;
            if stands != 0 {
                all |= stands;
                self.take(one, (stands.trailing_zeros(), BITS - 1 - stands.leading_zeros()));
            }
        }
        self.runs.extend(runs_of_bits(all));
    }

    /// Takes those that stand inside the limits (`None`: all do), of a document with many snapshots.
    fn look_at_sets(&mut self, slot: u32, matches: &[Match], within: Option<&Runs>) -> Result<(), IndexError> {
        let outline = self.scope.index.outline(slot)?;
        self.sets.clear();
        for one in self.eligible(matches) {
            if let Some(ends) = self.ends_of_set(&outline, one.row.stands, within)? {
                self.take(one, ends);
            }
        }
        for (set, _) in self.sets.iter().filter(|(_, ends)| ends.is_some()) {
            self.runs.extend(outline.set(*set as u32));
        }
        merge(&mut self.runs);
        if let Some(within) = within {
            let inside = Runs::of(self.runs.drain(..)).intersection(within);
            self.runs.extend(inside.runs());
        }
        Ok(())
    }

    /// The first and the last snapshot of a set inside the limits: passages mostly stand in the same as their neighbours.
    fn ends_of_set(&mut self, outline: &Outline<'_>, set: u64, within: Option<&Runs>) -> Result<Option<(u32, u32)>, IndexError> {
        if let Some((_, ends)) = self.sets.iter().rev().take(SETS_LOOKED_BACK).find(|(known, _)| *known == set) {
            return Ok(*ends);
        }
        if set >= u64::from(outline.sets()) {
            return Err(IndexError::Damaged("a passage stands in no snapshots"));
        }
        let runs = outline.set(set as u32);
        let ends = match within {
            None => Runs::ends_of(runs),
            Some(within) => Runs::of(runs).common_ends(within),
        };
        self.sets.push((set, ends));
        Ok(ends)
    }

    /// Takes those that stand inside the limits under the headings asked for; where what was added or removed is asked for, those that
    /// were there.
    fn look_closely(&mut self, slot: u32, matches: &[Match], within: Option<&Runs>) -> Result<(), IndexError> {
        let everything = Runs::range(0, self.scope.index.captures(slot)?.len());
        let transitions = if self.appearing.is_some() { self.scope.transitions(slot)? } else { Vec::new() };
        for one in self.eligible(matches) {
            let passage = one.row.passage;
            let snapshots = match self.appearing {
                None => self.scope.occurrences(slot, passage, within.unwrap_or(&everything))?,
                Some(appearing) => {
                    let wanted = self.scope.occurrences(slot, passage, &everything)?;
                    let occurrences = self.scope.index.outline(slot)?.occurrences(passage);
                    appearing.of(&transitions, &occurrences, &wanted).map(|transition| transition.to).collect()
                }
            };
            if let Some(ends) = snapshots.ends() {
                self.take(one, ends);
            }
            self.runs.extend(snapshots.runs());
        }
        merge(&mut self.runs);
        Ok(())
    }
}
