//! What searching needs of the passages of a document, in bytes that are read where they lie: in which snapshots each stands, as a wording
//! of which clause.
//!
//! Four numbers tell how many snapshots, sets, runs and passages there are; the columns follow. All numbers are little endian, 32 bits if
//! nothing else is said:
//!
//! | column | of each |
//! |---|---|
//! | sets | where its runs end; they begin where those of the set before end |
//! | runs | start, end |
//! | passages | set, twice the clause (and one more for a heading), sketch (64 bits) |

use super::{PassageFacts, Runs, Timeline};
use crate::likeness::Sketch;

const NUMBERS: usize = 4;

/// The outline of a document. Numbers that stand for nothing are none of it: what is asked of them is answered with nothing.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'b> {
    snapshots: u32,
    set_ends: &'b [[u8; 4]],
    runs: &'b [[u8; 8]],
    passages: &'b [[u8; 16]],
}

/// What an outline tells of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassageOutline {
    /// The snapshots it stands in, see [`Outline::set`].
    pub set: u32,
    pub clause: u32,
    /// Whether it is a heading wherever it stands.
    pub heading: bool,
    pub sketch: Sketch,
}

/// The two numbers of a part.
fn pair(bytes: &[u8; 8]) -> (u32, u32) {
    let number = |from: usize| u32::from_le_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]]);
    (number(0), number(4))
}

/// Cuts a column of so many parts off.
fn column<'b, const SIZE: usize>(bytes: &mut &'b [u8], parts: u32) -> Option<&'b [[u8; SIZE]]> {
    let (column, rest) = bytes.split_at_checked((parts as usize).checked_mul(SIZE)?)?;
    *bytes = rest;
    Some(column.as_chunks().0)
}

/// The outline of a timeline, as bytes; `None` where something is more than it can tell.
pub fn encode(timeline: &Timeline) -> Option<Vec<u8>> {
    let runs: usize = timeline.sets.iter().map(|set| set.runs().len()).sum();
    let counts: [usize; NUMBERS] = [timeline.snapshots.len(), timeline.sets.len(), runs, timeline.passages.len()];
    let mut bytes = Vec::new();
    for count in counts {
        bytes.extend(u32::try_from(count).ok()?.to_le_bytes());
    }
    let mut end = 0u32;
    for set in &timeline.sets {
        end += set.runs().len() as u32;
        bytes.extend(end.to_le_bytes());
    }
    for (start, end) in timeline.sets.iter().flat_map(Runs::runs) {
        bytes.extend(start.to_le_bytes());
        bytes.extend(end.to_le_bytes());
    }
    for passage in &timeline.passages {
        bytes.extend(passage.set.to_le_bytes());
        bytes.extend((passage.clause.checked_mul(2)? | u32::from(passage.heading)).to_le_bytes());
        bytes.extend(passage.sketch.bits().to_le_bytes());
    }
    Some(bytes)
}

impl<'b> Outline<'b> {
    /// The outline that [`encode`] wrote; `None` where the bytes are none.
    pub fn of(bytes: &'b [u8]) -> Option<Outline<'b>> {
        let (counts, mut rest) = bytes.split_at_checked(NUMBERS * 4)?;
        let mut counts = counts.as_chunks::<4>().0.iter().map(|count| u32::from_le_bytes(*count));
        let mut next = || counts.next();
        let outline = Outline {
            snapshots: next()?,
            set_ends: column(&mut rest, next()?)?,
            runs: column(&mut rest, next()?)?,
            passages: column(&mut rest, next()?)?,
        };
        rest.is_empty().then_some(outline)
    }

    /// Whether all numbers stand for something.
    pub fn is_sound(&self) -> bool {
        self.set_ends.is_sorted_by_key(|end| u32::from_le_bytes(*end))
            && self.set_ends.last().map_or(0, |end| u32::from_le_bytes(*end)) as usize == self.runs.len()
            && (0..self.sets()).all(|set| self.runs_of(set).is_sound(self.snapshots))
            && (0..self.passages()).all(|passage| self.passage(passage).is_some_and(|facts| facts.set < self.sets()))
    }

    /// How many snapshots.
    pub fn snapshots(&self) -> u32 {
        self.snapshots
    }

    /// How many passages.
    pub fn passages(&self) -> u32 {
        self.passages.len() as u32
    }

    /// How many sets of snapshots.
    pub fn sets(&self) -> u32 {
        self.set_ends.len() as u32
    }

    /// What is told of a passage.
    pub fn passage(&self, passage: u32) -> Option<PassageOutline> {
        let bytes = self.passages.get(passage as usize)?;
        let (numbers, sketch) = bytes.split_first_chunk::<8>()?;
        let (set, clause) = pair(numbers);
        Some(PassageOutline {
            set,
            clause: clause / 2,
            heading: clause % 2 == 1,
            sketch: Sketch::from_bits(u64::from_le_bytes(*sketch.first_chunk()?)),
        })
    }

    /// The runs of a set of snapshots.
    pub fn set(&self, set: u32) -> impl DoubleEndedIterator<Item = (u32, u32)> + Clone + use<'b> {
        let end_of = |set: usize| self.set_ends.get(set).map_or(0, |end| u32::from_le_bytes(*end) as usize);
        let start = if set == 0 { 0 } else { end_of(set as usize - 1) };
        let runs = self.runs.get(start..end_of(set as usize)).unwrap_or_default();
        runs.iter().map(pair)
    }

    /// The snapshots of any of some sets.
    pub fn union_of(&self, sets: impl Iterator<Item = u32>) -> Runs {
        let mut sets: Vec<u32> = sets.collect();
        if let [set] = sets[..] {
            return self.runs_of(set);
        }
        // Passages mostly stand in the same snapshots as their neighbours.
        sets.sort_unstable();
        sets.dedup();
        Runs::union_of_runs(sets.into_iter().flat_map(|set| self.set(set)).collect())
    }

    /// A set of snapshots.
    pub fn runs_of(&self, set: u32) -> Runs {
        Runs::of(self.set(set))
    }

    /// The snapshots in which a passage stands.
    pub fn occurrences(&self, passage: u32) -> Runs {
        self.passage(passage).map(|facts| self.runs_of(facts.set)).unwrap_or_default()
    }

    /// The sets of a timeline, and what is told of its passages; the other facts of these are zero.
    pub fn sets_and_passages(&self) -> (Vec<Runs>, Vec<PassageFacts>) {
        let facts = |passage: PassageOutline| PassageFacts {
            set: passage.set,
            clause: passage.clause,
            chars: 0,
            placements_end: 0,
            heading: passage.heading,
            sketch: passage.sketch,
        };
        let sets = (0..self.sets()).map(|set| self.runs_of(set)).collect();
        (sets, (0..self.passages()).filter_map(|passage| self.passage(passage)).map(facts).collect())
    }
}
