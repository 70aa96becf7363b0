//! What counting needs of passages, as columns of the terms: read for many matches at once, without opening a document.

use super::IndexError;
use super::schema::{PASSAGE_COLUMNS, slot_and_passage};
use super::slots::Slots;
use crate::history::outline::PassageOutline;
use crate::history::{Outline, Runs, Timeline};
use crate::likeness::Sketch;
use std::sync::Arc;
use tantivy::columnar::{Cardinality, ColumnValues};
use tantivy::{DocId, SegmentReader, TantivyError};

/// Of a document of at most so many snapshots, a passage tells itself in which it stands: a bit for each.
pub const BITS: u32 = u64::BITS;

/// What is told of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassageRow {
    pub slot: u32,
    pub passage: u32,
    /// The snapshots in which it stands: of a document of at most [`BITS`] snapshots a bit for each; else the number of the set, see
    /// [`crate::history::Outline::set`].
    pub stands: u64,
    pub clause: u32,
    /// Whether it is a heading wherever it stands.
    pub heading: bool,
    /// See [`Sketch::exact`].
    pub exact: u16,
}

impl PassageRow {
    /// The row of a passage of a document; `None` where there is no such passage.
    pub fn of(timeline: &Timeline, slot: u32, passage: u32) -> Option<PassageRow> {
        let facts = timeline.passages.get(passage as usize)?;
        let stands = stands(timeline.snapshots.len() as u32, facts.set, timeline.sets.get(facts.set as usize)?);
        let exact = facts.sketch.exact();
        Some(PassageRow { slot, passage, stands, clause: facts.clause, heading: facts.heading, exact })
    }

    /// The row of a passage, as the outline of its document tells it, and its sketch.
    pub fn told(outline: &Outline<'_>, slot: u32, passage: u32) -> Option<(PassageRow, Sketch)> {
        let PassageOutline { set, clause, heading, sketch } = outline.passage(passage)?;
        let stands = stands(outline.snapshots(), set, &outline.runs_of(set));
        Some((PassageRow { slot, passage, stands, clause, heading, exact: sketch.exact() }, sketch))
    }

    /// The values of the columns, in the order of [`PASSAGE_COLUMNS`], without the number of the passage. Of the sketch few rows are
    /// asked for more than its exact part, which stands beside the clause.
    pub fn values(&self, sketch: Sketch) -> [u64; PASSAGE_COLUMNS.len() - 1] {
        let clause = u64::from(self.clause) << (EXACT_BITS + 1) | u64::from(self.heading) << EXACT_BITS | u64::from(self.exact);
        [self.stands, clause, sketch.simhash()]
    }
}

/// The bits of [`PassageRow::exact`].
const EXACT_BITS: u32 = u16::BITS;

/// How a passage tells in which of the snapshots of its document it stands, see [`PassageRow::stands`].
fn stands(snapshots: u32, set: u32, runs: &Runs) -> u64 {
    if snapshots <= BITS { bits(runs) } else { u64::from(set) }
}

/// The bits of some snapshots, none of them beyond the last bit.
pub fn bits(snapshots: &Runs) -> u64 {
    snapshots.runs().iter().fold(0, |bits, &(start, end)| bits | first_bits(end) & !first_bits(start))
}

/// The bits of the first snapshots.
pub fn first_bits(snapshots: u32) -> u64 {
    if snapshots >= BITS { u64::MAX } else { (1 << snapshots) - 1 }
}

/// The runs of the snapshots that some bits stand for.
pub fn runs_of_bits(mut bits: u64) -> impl Iterator<Item = (u32, u32)> + Clone {
    std::iter::from_fn(move || {
        let start = bits.trailing_zeros();
        let end = start + bits.checked_shr(start).unwrap_or(0).trailing_ones();
        bits &= !first_bits(end);
        (start < end).then_some((start, end))
    })
}

/// So many rows are read of each column before those of the next.
const ROWS_AT_ONCE: usize = 64;

/// The passages that the tantivy documents of a segment are.
#[derive(Clone)]
pub struct Columns {
    passage: Column,
    stands: Column,
    clause: Column,
    simhash: Column,
    moved: Moved,
}

type Column = Arc<dyn ColumnValues<u64>>;

/// How stored numbers become those in memory.
#[derive(Clone)]
enum Moved {
    /// All alike: so much is added, wrapping around.
    By(u64),
    ByStretch(Arc<Slots>),
}

impl Columns {
    /// The columns of a segment whose documents are called so.
    pub fn new(reader: &SegmentReader, slots: &Arc<Slots>) -> tantivy::Result<Columns> {
        let column = |name: &str| -> tantivy::Result<Column> {
            let column = reader.fast_fields().u64(name)?;
            if column.get_cardinality() == Cardinality::Full {
                return Ok(column.values);
            }
            Err(TantivyError::SystemError(format!("some passages have no value in the column {name}")))
        };
        let [passage, stands, clause, simhash] = PASSAGE_COLUMNS;
        let [passage, stands, clause, simhash] = [column(passage)?, column(stands)?, column(clause)?, column(simhash)?];
        let [least, most] = [passage.min_value(), passage.max_value()].map(|id| slots.shift((id >> 32) as u32));
        let moved = if least == most { Moved::By(u64::from(least) << 32) } else { Moved::ByStretch(slots.clone()) };
        Ok(Columns { passage, stands, clause, simhash, moved })
    }

    fn moved(&self, stored: u64) -> u64 {
        match &self.moved {
            Moved::By(shift) => stored.wrapping_add(*shift),
            Moved::ByStretch(slots) => slots.passage(stored),
        }
    }

    /// The number of the passage that a tantivy document is.
    #[inline]
    pub fn id(&self, document: DocId) -> u64 {
        self.moved(self.passage.get_val(document))
    }

    /// The sketch of the passage that a tantivy document is, whose row has this exact part.
    pub fn sketch(&self, document: DocId, exact: u16) -> Sketch {
        Sketch::from_parts(self.simhash.get_val(document), exact)
    }

    /// Tells the row of each of some documents, in their order, until one is refused.
    pub fn rows(
        &self,
        documents: &[DocId],
        mut tell: impl FnMut(DocId, PassageRow) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let mut values = [[0; ROWS_AT_ONCE]; 3];
        for documents in documents.chunks(ROWS_AT_ONCE) {
            for (column, values) in [&self.passage, &self.stands, &self.clause].into_iter().zip(&mut values) {
                column.get_vals(documents, &mut values[..documents.len()]);
            }
            let [passages, stands, clauses] = &values;
            for at in 0..documents.len() {
                let (slot, passage) = slot_and_passage(self.moved(passages[at]));
                let (exact, rest) = (clauses[at] as u16, clauses[at] >> EXACT_BITS);
                let (clause, heading) = ((rest >> 1) as u32, rest & 1 == 1);
                tell(documents[at], PassageRow { slot, passage, stands: stands[at], clause, heading, exact })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_are_runs(set in any::<u64>()) {
            let runs = Runs::of(runs_of_bits(set));
            prop_assert!(runs.is_sound(BITS));
            prop_assert_eq!(bits(&runs), set);
            prop_assert_eq!(runs.count(), u64::from(set.count_ones()));
        }
    }

    #[test]
    fn no_and_all_snapshots_have_bits() {
        assert_eq!((first_bits(0), first_bits(1), first_bits(63), first_bits(64)), (0, 1, u64::MAX >> 1, u64::MAX));
        assert_eq!((bits(&Runs::range(0, 64)), bits(Runs::EMPTY)), (u64::MAX, 0));
        assert_eq!(runs_of_bits(u64::MAX).collect::<Vec<_>>(), [(0, 64)]);
    }
}
