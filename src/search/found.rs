//! What matches inside the filters, document by document.

use super::collect::{Match, Matches, Part, each_part, shares};
use super::count::Count;
use super::scope::Scope;
use super::{Appearing, Folding, Request, Transition};
use crate::history::runs::merge;
use crate::history::{Outline, Runs};
use crate::index::columns::{BITS, bits, first_bits, runs_of_bits};
use crate::index::{Columns, Counted, IndexError, Row};
use crate::likeness::Sketch;
use fixedbitset::FixedBitSet;
use tantivy::DocId;

/// A clause with a match inside the filters (unfolded: a wording): what may be a hit.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub slot: u32,
    /// The wording that a hit shows, as the tantivy document that it is in its segment: the one with the best score, of equals the earliest.
    pub document: DocId,
    /// See [`Sketch::exact`].
    pub exact: u16,
    /// In steps, see [`SCORE_STEPS`].
    pub score: i32,
    /// That of its document, see [`Row::rank`].
    pub rank: u32,
    /// The first and the last snapshot inside the limits in which any wording matches.
    pub ends: (u32, u32),
    /// Where all wordings that match begin among those of its part.
    wordings: u32,
}

/// What was found in some documents of a segment.
pub struct FoundPart<'i> {
    pub found: Vec<Found>,
    columns: &'i Columns,
    /// The wordings of all of it, those of one beside each other, as tantivy documents.
    wordings: Vec<DocId>,
}

impl FoundPart<'_> {
    /// The sketches of some of [`FoundPart::found`]: together, for each lies somewhere else.
    pub fn sketches(&self, places: &[usize]) -> Vec<Sketch> {
        let documents: Vec<DocId> = places.iter().map(|at| self.found[*at].document).collect();
        self.columns.sketches(&documents, places.iter().map(|at| self.found[*at].exact))
    }

    /// The wording that one of [`FoundPart::found`] shows, as a passage of its document.
    pub fn passage(&self, found: &Found) -> u32 {
        self.columns.passage(found.document)
    }

    /// All wordings that match of one of [`FoundPart::found`].
    pub fn wordings(&self, at: usize) -> Vec<u32> {
        let begins = |at: usize| self.found.get(at).map_or(self.wordings.len(), |found| found.wordings as usize);
        self.wordings[begins(at)..begins(at + 1)].iter().map(|wording| self.columns.passage(*wording)).collect()
    }

    /// Adds a wording: to the clause before, where it `continues` that.
    fn add(&mut self, one: Found, continues: bool) {
        self.wordings.push(one.document);
        match self.found.last_mut().filter(|_| continues) {
            Some(clause) => {
                clause.ends = (clause.ends.0.min(one.ends.0), clause.ends.1.max(one.ends.1));
                // Wordings come in their order.
                if one.score > clause.score {
                    *clause = Found { ends: clause.ends, wordings: clause.wordings, ..one };
                }
            }
            None => self.found.push(one),
        }
    }
}

#[cfg(test)]
impl Found {
    /// A wording that stands in the first snapshot.
    pub fn alone(slot: u32, document: DocId, exact: u16, score: i32) -> Found {
        Found { slot, document, exact, score, rank: slot, ends: (0, 0), wordings: 0 }
    }
}

/// Scores are compared in so many steps of one: smaller differences come of the order in which floats are added.
pub const SCORE_STEPS: f32 = 1e3;

/// What the score of a heading is multiplied with: the text below it says more than its title (0: always last; 1: as any passage).
pub const HEADING_WEIGHT: f32 = 0.1;

/// Takes those matches that stand inside the filters, and counts them.
///
/// `without_headings`: whether headings are no answers.
pub fn found<'i>(
    scope: &Scope<'i>,
    request: &Request,
    matches: &[Matches<'i>],
    without_headings: bool,
) -> Result<(Vec<FoundPart<'i>>, Count<'i>), IndexError> {
    let look = |_, share: &Vec<Part<'_, 'i>>| -> Result<(Vec<FoundPart<'i>>, Count<'i>), IndexError> {
        let mut found = Vec::with_capacity(share.len());
        let mut count = Count::new(scope.index.rows(), request.by_year);
        for part in share {
            let mut finder = Finder {
                scope,
                appearing: request.appearing,
                folding: request.folding,
                without_headings,
                document: None,
                found: FoundPart {
                    found: Vec::with_capacity(part.len()),
                    columns: part.columns,
                    wordings: Vec::with_capacity(part.len()),
                },
                count,
                sets: Sets::default(),
                runs: Vec::new(),
            };
            part.each(|one| finder.look(&one))?;
            finder.end()?;
            found.push(finder.found);
            count = finder.count;
        }
        Ok((found, count))
    };
    let shares = shares(matches);
    let looked: Vec<(Vec<FoundPart<'i>>, Count<'i>)> = each_part(&shares, shares.len() > 1, look)?;
    let mut count = Count::new(scope.index.rows(), request.by_year);
    let found = looked.into_iter().flat_map(|(found, of_share)| {
        count.join(of_share);
        found
    });
    Ok((found.collect(), count))
}

/// Looks at matches one by one, those of a document behind each other.
struct Finder<'r, 'i> {
    scope: &'r Scope<'i>,
    appearing: Option<Appearing>,
    folding: Folding,
    without_headings: bool,
    /// The one whose matches are being looked at.
    document: Option<Document<'i>>,
    found: FoundPart<'i>,
    count: Count<'i>,
    /// Of a document with many snapshots: what is known of sets of them.
    sets: Sets,
    /// The snapshots of a document in which something matches, as runs in any order.
    runs: Vec<(u32, u32)>,
}

/// The first and the last of some snapshots; `None` where there are none.
type Ends = Option<(u32, u32)>;

/// The sets of snapshots of a document in which passages were seen to stand.
#[derive(Default)]
struct Sets {
    /// Of each that was seen, those inside the limits.
    ends: Vec<Option<Ends>>,
    /// All snapshots of those that were seen, inside the limits or not.
    seen: FixedBitSet,
}

/// A document, and what was found in it so far.
struct Document<'i> {
    slot: u32,
    row: &'i Row,
    within: Within<'i>,
    clauses: usize,
    passages: usize,
    /// The passage that was found last.
    last: Option<DocId>,
}

/// Where a match of a document must stand.
enum Within<'i> {
    /// Nothing of it is looked at.
    Nowhere,
    /// In any of these snapshots; with those in which something matches.
    Bits { within: u64, matching: u64 },
    /// Of a document with many snapshots: in any of these (`None`: all).
    Sets { outline: Outline<'i>, within: Option<Runs> },
    /// Under the headings asked for; where what was added or removed is asked for, it must have been.
    Closely { within: Runs, everything: Runs, transitions: Vec<Transition> },
}

impl<'i> Finder<'_, 'i> {
    fn look(&mut self, one: &Match) -> Result<(), IndexError> {
        if self.document.as_ref().is_none_or(|document| document.slot != one.slot) {
            self.end()?;
            self.document = Some(self.begin(one.slot)?);
        }
        let Match { document, slot, counted: Counted { stands, continues, heading, exact }, score } = *one;
        if self.without_headings && heading {
            return Ok(());
        }
        let columns = self.found.columns;
        let Some(Document { row, within, clauses, passages, last, .. }) = &mut self.document else { return Ok(()) };
        let ends = match within {
            Within::Nowhere => None,
            Within::Bits { within, matching } => {
                let stands = stands & *within;
                *matching |= stands;
                (stands != 0).then(|| (stands.trailing_zeros(), u64::BITS - 1 - stands.leading_zeros()))
            }
            Within::Sets { outline, within } => self.sets.ends(outline, stands, within.as_ref())?,
            Within::Closely { within, everything, transitions } => {
                let passage = columns.passage(document);
                let snapshots = match self.appearing {
                    None => self.scope.occurrences(slot, passage, within)?,
                    Some(appearing) => {
                        let wanted = self.scope.occurrences(slot, passage, everything)?;
                        let occurrences = self.scope.index.outline(slot)?.occurrences(passage);
                        appearing.of(transitions, &occurrences, &wanted).map(|transition| transition.to).collect()
                    }
                };
                self.runs.extend(snapshots.runs());
                snapshots.ends()
            }
        };
        let Some(ends) = ends else { return Ok(()) };
        let weight = if heading { HEADING_WEIGHT } else { 1.0 };
        // Rounded: no score is negative.
        let score = (score * weight * SCORE_STEPS + 0.5) as i32;
        let is_next = last.replace(document).is_some_and(|last| continues && columns.continue_clause(last, document - 1));
        *passages += 1;
        *clauses += usize::from(!is_next);
        let found = Found { slot, document, exact, score, rank: row.rank, ends, wordings: self.found.wordings.len() as u32 };
        self.found.add(found, is_next && self.folding != Folding::Wordings);
        Ok(())
    }

    /// Begins a document.
    fn begin(&mut self, slot: u32) -> Result<Document<'i>, IndexError> {
        let index = self.scope.index;
        let row = index.row(slot)?;
        self.runs.clear();
        Ok(Document { slot, row, within: self.within(slot, row)?, clauses: 0, passages: 0, last: None })
    }

    fn within(&mut self, slot: u32, row: &Row) -> Result<Within<'i>, IndexError> {
        if !self.scope.admits(slot)? {
            return Ok(Within::Nowhere);
        }
        let snapshots = row.snapshots();
        let within = self.scope.some_snapshots(slot)?;
        Ok(if within.as_ref().is_some_and(Runs::is_empty) {
            Within::Nowhere
        } else if self.appearing.is_some() || !self.scope.limits.headings.is_empty() {
            let everything = Runs::range(0, snapshots);
            let transitions = if self.appearing.is_some() { self.scope.transitions(slot)? } else { Vec::new() };
            Within::Closely { within: within.unwrap_or_else(|| everything.clone()), everything, transitions }
        } else if snapshots <= BITS {
            Within::Bits { within: within.as_ref().map_or(first_bits(snapshots), bits), matching: 0 }
        } else {
            let outline = self.scope.index.outline(slot)?;
            self.sets.begin(&outline);
            Within::Sets { outline, within }
        })
    }

    /// Ends the document, and counts what was found in it.
    fn end(&mut self) -> Result<(), IndexError> {
        let Some(Document { row, within, clauses, passages, .. }) = self.document.take() else { return Ok(()) };
        if passages == 0 {
            return Ok(());
        }
        match within {
            Within::Nowhere => {}
            Within::Bits { matching, .. } => self.runs.extend(runs_of_bits(matching)),
            Within::Sets { within: None, .. } => self.runs.extend(self.sets.runs()),
            Within::Sets { within: Some(within), .. } => {
                let inside = Runs::of(self.sets.runs()).intersection(&within);
                self.runs.extend(inside.runs());
            }
            Within::Closely { .. } => merge(&mut self.runs),
        }
        self.count.add(row, self.runs.iter().copied(), (clauses, passages));
        Ok(())
    }
}

impl Sets {
    /// Begins a document.
    fn begin(&mut self, outline: &Outline<'_>) {
        self.ends.clear();
        self.ends.resize(outline.sets() as usize, None);
        self.seen.clear();
        self.seen.grow(outline.snapshots() as usize);
    }

    /// The first and the last snapshot of a set inside the limits (`None`: all are), looked up once.
    fn ends(&mut self, outline: &Outline<'_>, set: u64, within: Option<&Runs>) -> Result<Ends, IndexError> {
        let Sets { ends, seen } = self;
        let no_set = || IndexError::Damaged("a passage stands in no snapshots");
        let known = ends.get_mut(set as usize).ok_or_else(no_set)?;
        if let Some(ends) = known {
            return Ok(*ends);
        }
        let runs = outline.set(set as u32);
        for (start, end) in runs.clone() {
            seen.insert_range(start as usize..end as usize);
        }
        let ends = match within {
            None => Runs::ends_of(runs),
            Some(within) => Runs::of(runs).common_ends(within),
        };
        *known = Some(ends);
        Ok(ends)
    }

    /// The snapshots of all sets that were seen, as runs in order, some of which may touch.
    fn runs(&self) -> impl Iterator<Item = (u32, u32)> {
        (0u32..)
            .step_by(usize::BITS as usize)
            .zip(self.seen.as_slice())
            .flat_map(|(first, block)| runs_of_bits(*block as u64).map(move |(start, end)| (first + start, first + end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{SnapshotTime, Timeline, outline};
    use proptest::prelude::*;

    const SNAPSHOTS: u32 = 150;

    proptest! {
        /// Two documents, one after the other: the second knows nothing of the first.
        #[test]
        fn sets_are_joined_and_cut_by_the_limits(
            documents in proptest::collection::vec(
                (proptest::collection::vec(proptest::collection::vec(any::<bool>(), SNAPSHOTS as usize), 1..8), any::<u64>()), 2),
            limits in proptest::option::of((0..SNAPSHOTS, 0..SNAPSHOTS)),
        ) {
            let within = limits.map(|(a, b)| Runs::range(a.min(b), a.max(b)));
            let mut sets = Sets::default();
            for (stands, asked) in documents {
                let of = |stands: &Vec<bool>| (0..SNAPSHOTS).filter(|at| stands[*at as usize]).collect::<Runs>();
                let snapshots = vec![SnapshotTime { captured: None, version: 0 }; SNAPSHOTS as usize];
                let timeline = Timeline { snapshots, sets: stands.iter().map(of).collect(), ..Timeline::default() };
                let bytes = outline::encode(&timeline).unwrap();
                let outline = Outline::of(&bytes).unwrap();
                sets.begin(&outline);
                let mut seen = Vec::new();
                for set in (0..timeline.sets.len()).chain(0..timeline.sets.len()).filter(|set| asked >> set & 1 == 1) {
                    let runs = &timeline.sets[set];
                    let inside = within.as_ref().map_or_else(|| runs.clone(), |within| runs.intersection(within));
                    prop_assert_eq!(sets.ends(&outline, set as u64, within.as_ref()).unwrap(), inside.ends());
                    seen.push(runs.clone());
                }
                prop_assert!(sets.ends(&outline, timeline.sets.len() as u64, None).is_err());
                let found: Vec<u32> = sets.runs().flat_map(|(start, end)| start..end).collect();
                let expected: Vec<u32> = Runs::union_of(&seen).iter().collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
