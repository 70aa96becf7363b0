//! What matches inside the filters, document by document.

use super::collect::Match;
use super::count::Count;
use super::scope::Scope;
use super::transition::Transition;
use super::{Appearing, Request};
use crate::history::runs::merge;
use crate::history::{Outline, Runs};
use crate::index::IndexError;
use crate::index::schema::slot_and_passage;
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
const DOCUMENTS_AT_ONCE: usize = 1024;

/// Takes those matches that stand inside the filters, and counts them; the passages of a document stand together, the wordings of a
/// clause beside each other.
///
/// `matches`: those of a document together. `without_headings`: whether headings are no answers.
pub fn found(
    scope: &Scope<'_>,
    request: &Request,
    matches: &[Match],
    without_headings: bool,
) -> Result<(Vec<Found>, Count), IndexError> {
    let look = |documents: &[&[Match]]| {
        let mut finder = Finder {
            scope,
            appearing: request.appearing,
            without_headings,
            found: Vec::new(),
            count: Count::new(request.by_year),
            sets: Vec::new(),
            seen: Vec::new(),
            runs: Vec::new(),
        };
        documents.iter().try_for_each(|matches| finder.document(matches))?;
        Ok((finder.found, finder.count))
    };
    let documents: Vec<&[Match]> = matches.chunk_by(|a, b| slot_and_passage(a.0).0 == slot_and_passage(b.0).0).collect();
    if documents.len() <= DOCUMENTS_AT_ONCE {
        return look(&documents);
    }
    let parts: Vec<(Vec<Found>, Count)> = documents.par_chunks(DOCUMENTS_AT_ONCE).map(look).collect::<Result<_, IndexError>>()?;
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
    /// Of the present document: the sets of snapshots that passages stand in, with the first and the last inside the limits.
    sets: Vec<(u32, Option<(u32, u32)>)>,
    /// Where more is asked of passages than where they stand: the snapshots of each.
    seen: Vec<Runs>,
    runs: Vec<(u32, u32)>,
}

impl Finder<'_> {
    /// Looks at the matches of a document.
    fn document(&mut self, matches: &[Match]) -> Result<(), IndexError> {
        let Some(&(id, _)) = matches.first() else { return Ok(()) };
        let (slot, _) = slot_and_passage(id);
        if !self.scope.admits(slot)? {
            return Ok(());
        }
        let outline = self.scope.index.outline(slot)?;
        let within = self.scope.some_snapshots(slot)?;
        if within.as_ref().is_some_and(Runs::is_empty) {
            return Ok(());
        }
        let transitions = if self.appearing.is_some() { self.scope.transitions(slot)? } else { Vec::new() };
        self.sets.clear();
        self.seen.clear();
        let before = self.found.len();
        for &(id, score) in matches {
            let (_, passage) = slot_and_passage(id);
            let facts = outline.passage(passage).ok_or(IndexError::Damaged("a term names no passage"))?;
            if self.without_headings && facts.heading {
                continue;
            }
            let ends = if self.appearing.is_none() && self.scope.limits.headings.is_empty() {
                self.ends_of_set(&outline, facts.set, within.as_ref())
            } else {
                let snapshots = self.looked_for(slot, passage, &outline, within.as_ref(), &transitions)?;
                let ends = snapshots.ends();
                self.seen.push(snapshots);
                ends
            };
            if let Some(ends) = ends {
                let weight = if facts.heading { HEADING_WEIGHT } else { 1.0 };
                let score = (score * weight / SCORE_STEP).round() as i32;
                self.found.push(Found { slot, passage, clause: facts.clause, sketch: facts.sketch, score, ends });
            }
        }
        let found = &mut self.found[before..];
        if found.is_empty() {
            return Ok(());
        }
        found.sort_unstable_by_key(|one| (one.clause, one.passage));
        let counts = (found.chunk_by(|a, b| a.clause == b.clause).count(), found.len());
        self.count_document(slot, &outline, within.as_ref(), counts)
    }

    /// The first and the last snapshot of a set inside the limits (`None`: all are): passages mostly stand in the same as their neighbours.
    fn ends_of_set(&mut self, outline: &Outline<'_>, set: u32, within: Option<&Runs>) -> Option<(u32, u32)> {
        if let Some((_, ends)) = self.sets.iter().rev().take(SETS_LOOKED_BACK).find(|(known, _)| *known == set) {
            return *ends;
        }
        let runs = outline.set(set);
        let ends = match within {
            None => Runs::ends_of(runs),
            Some(within) => Runs::of(runs).common_ends(within),
        };
        self.sets.push((set, ends));
        ends
    }

    /// The snapshots inside the limits in which a passage stands under the headings asked for; where what was added or removed is asked
    /// for, those in which it was.
    fn looked_for(
        &self,
        slot: u32,
        passage: u32,
        outline: &Outline<'_>,
        within: Option<&Runs>,
        transitions: &[Transition],
    ) -> Result<Runs, IndexError> {
        let everything = Runs::range(0, outline.snapshots());
        let Some(appearing) = self.appearing else {
            return self.scope.occurrences(slot, passage, within.unwrap_or(&everything));
        };
        let wanted = self.scope.occurrences(slot, passage, &everything)?;
        let occurrences = outline.occurrences(passage);
        Ok(appearing.of(transitions, &occurrences, &wanted).map(|transition| transition.to).collect())
    }

    fn count_document(
        &mut self,
        slot: u32,
        outline: &Outline<'_>,
        within: Option<&Runs>,
        counts: (usize, usize),
    ) -> Result<(), IndexError> {
        self.runs.clear();
        for (set, _) in self.sets.iter().filter(|(_, ends)| ends.is_some()) {
            self.runs.extend(outline.set(*set));
        }
        self.runs.extend(self.seen.iter().flat_map(Runs::runs));
        merge(&mut self.runs);
        let company = self.scope.index.row(slot)?.company;
        match within {
            None => self.count.add(company, outline, self.runs.iter().copied(), counts),
            Some(within) => {
                let inside = Runs::of(self.runs.iter().copied()).intersection(within);
                self.count.add(company, outline, inside.runs().iter().copied(), counts);
            }
        }
        Ok(())
    }
}
