//! What counting needs of passages, as columns of the terms: read for many matches at once, without opening a document.

use super::IndexError;
use super::schema::{PASSAGE_COLUMNS, passage_id, slot_and_passage};
use super::slots::Slots;
use crate::history::outline::PassageOutline;
use crate::history::{Outline, PassageFacts, Runs, Timeline, in_order_of_clauses};
use crate::likeness::Sketch;
use std::sync::{Arc, OnceLock};
use tantivy::columnar::{Cardinality, ColumnValues};
use tantivy::{DocId, SegmentReader, TantivyError};

/// Of a document of at most so many snapshots, a passage tells itself in which it stands: a bit for each. With the others of
/// [`Counted`] these fill a number.
pub const BITS: u32 = u64::BITS - EXACT_BITS - 2;

/// The bits of [`Sketch::exact`].
const EXACT_BITS: u32 = u16::BITS;

/// What counting reads of every passage that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The snapshots in which it stands: of a document of at most [`BITS`] snapshots a bit for each; else the number of the set, see
    /// [`crate::history::Outline::set`].
    pub stands: u64,
    /// Whether it is a further wording of the clause of the passage before it.
    pub continues: bool,
    /// Whether it is a heading wherever it stands.
    pub heading: bool,
    /// See [`Sketch::exact`].
    pub exact: u16,
}

impl Counted {
    fn to_value(self) -> u64 {
        let rest = self.stands << 2 | u64::from(self.continues) << 1 | u64::from(self.heading);
        rest << EXACT_BITS | u64::from(self.exact)
    }

    fn of_value(value: u64) -> Counted {
        let rest = value >> EXACT_BITS;
        Counted { stands: rest >> 2, continues: rest & 2 != 0, heading: rest & 1 != 0, exact: value as u16 }
    }
}

/// All that the columns tell of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassageRow {
    pub slot: u32,
    pub passage: u32,
    pub counted: Counted,
    pub sketch: Sketch,
}

impl PassageRow {
    /// The rows of a document, in the order in which its passages are written: the wordings of a clause behind each other.
    pub fn of(timeline: &Timeline, slot: u32) -> Vec<PassageRow> {
        let told = |facts: &PassageFacts| {
            let PassageFacts { set, clause, heading, sketch, .. } = *facts;
            PassageOutline { set, clause, heading, sketch }
        };
        let passages: Vec<PassageOutline> = timeline.passages.iter().map(told).collect();
        let bits_of = |set: u32| timeline.sets.get(set as usize).map_or(0, bits);
        PassageRow::in_order(slot, timeline.snapshots.len() as u32, &passages, bits_of)
    }

    /// The same, as the outline of the document tells it.
    pub fn told(outline: &Outline<'_>, slot: u32) -> Vec<PassageRow> {
        let passages: Vec<PassageOutline> = (0..outline.passages()).filter_map(|passage| outline.passage(passage)).collect();
        PassageRow::in_order(slot, outline.snapshots(), &passages, |set| bits(&outline.runs_of(set)))
    }

    /// `bits_of`: the bits of a set of snapshots.
    fn in_order(slot: u32, snapshots: u32, passages: &[PassageOutline], bits_of: impl Fn(u32) -> u64) -> Vec<PassageRow> {
        let ordered = in_order_of_clauses(passages.iter().map(|passage| passage.clause));
        let mut last = None;
        let row = |passage: u32| {
            let PassageOutline { set, clause, heading, sketch } = passages[passage as usize];
            let stands = if snapshots <= BITS { bits_of(set) } else { u64::from(set) };
            let continues = last.replace(clause) == Some(clause);
            PassageRow { slot, passage, counted: Counted { stands, continues, heading, exact: sketch.exact() }, sketch }
        };
        ordered.into_iter().map(row).collect()
    }

    /// The values of the columns, in the order of [`PASSAGE_COLUMNS`]; `stored`: how the document is called in the terms.
    pub fn values(&self, stored: u32) -> [u64; PASSAGE_COLUMNS.len()] {
        [passage_id(stored, self.passage), self.counted.to_value(), self.sketch.simhash()]
    }
}

/// The bits of some snapshots, none of them beyond the last bit.
pub fn bits(snapshots: &Runs) -> u64 {
    snapshots.runs().iter().fold(0, |bits, &(start, end)| bits | first_bits(end) & !first_bits(start))
}

/// The bits of the first snapshots.
pub fn first_bits(snapshots: u32) -> u64 {
    1u64.checked_shl(snapshots).map_or(u64::MAX, |beyond| beyond - 1)
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

/// So many values of a column are read at once.
const ROWS_AT_ONCE: usize = 64;

/// The passages that the tantivy documents of a segment are.
#[derive(Clone)]
pub struct Columns {
    passages: u32,
    passage: Column,
    counted: Column,
    simhash: Column,
    moved: Moved,
    /// Made when first asked for.
    documents: Arc<OnceLock<Documents>>,
}

type Column = Arc<dyn ColumnValues<u64>>;

/// How stored numbers become those in memory.
#[derive(Clone)]
enum Moved {
    /// All alike: so much is added, wrapping around.
    By(u64),
    ByStretch(Arc<Slots>),
}

/// Which passages of a segment are of which document: those of a document stand together.
struct Documents {
    slots: Vec<u32>,
    /// Behind the last passage of each.
    ends: Vec<DocId>,
    /// Of the first of every [`PASSAGES_OF_BLOCK`] passages the place of its document among these.
    of_blocks: Vec<u32>,
}

/// From the first of so many passages on, the document of one is looked for.
const PASSAGES_OF_BLOCK: usize = 64;

impl Documents {
    /// Documents with these slots, whose passages end there.
    fn new(slots: Vec<u32>, ends: Vec<DocId>) -> Documents {
        let mut documents = Documents { slots, ends, of_blocks: Vec::new() };
        let mut at = 0;
        for first in (0..documents.ends.last().copied().unwrap_or(0)).step_by(PASSAGES_OF_BLOCK) {
            at += documents.ends[at..].iter().take_while(|end| **end <= first).count();
            documents.of_blocks.push(at as u32);
        }
        documents
    }

    /// The slot of the document of a passage, and where its passages end.
    fn of(&self, passage: DocId) -> Option<(u32, DocId)> {
        let first = *self.of_blocks.get(passage as usize / PASSAGES_OF_BLOCK)? as usize;
        let at = first + self.ends.get(first..)?.iter().position(|end| passage < *end)?;
        Some((*self.slots.get(at)?, self.ends[at]))
    }
}

impl Columns {
    /// The columns of a segment whose documents are called so.
    pub fn new(reader: &SegmentReader, slots: &Arc<Slots>) -> tantivy::Result<Columns> {
        let column = |name: &str| -> tantivy::Result<Column> {
            let column = reader.fast_fields().u64(name)?;
            if column.get_cardinality() == Cardinality::Full && column.values.num_vals() == reader.max_doc() {
                return Ok(column.values);
            }
            Err(TantivyError::SystemError(format!("some passages have no value in the column {name}")))
        };
        let [passage, counted, simhash] = PASSAGE_COLUMNS;
        let [passage, counted, simhash] = [column(passage)?, column(counted)?, column(simhash)?];
        let [least, most] = [passage.min_value(), passage.max_value()].map(|id| slots.shift((id >> 32) as u32));
        let moved = if least == most { Moved::By(u64::from(least) << 32) } else { Moved::ByStretch(slots.clone()) };
        let documents = Arc::default();
        Ok(Columns { passages: reader.max_doc(), passage, counted, simhash, moved, documents })
    }

    fn moved(&self, stored: u64) -> u64 {
        match &self.moved {
            Moved::By(shift) => stored.wrapping_add(*shift),
            Moved::ByStretch(slots) => slots.passage(stored),
        }
    }

    /// The number of the passage that a tantivy document is.
    pub fn id(&self, document: DocId) -> u64 {
        self.moved(self.passage.get_val(document))
    }

    /// The number, within its document, of the passage that a tantivy document is.
    pub fn passage(&self, document: DocId) -> u32 {
        slot_and_passage(self.id(document)).1
    }

    /// Whether all passages behind one, up to another of its document, are wordings of its clause.
    pub fn continue_clause(&self, behind: DocId, up_to: DocId) -> bool {
        (behind + 1..=up_to).rev().all(|passage| Counted::of_value(self.counted.get_val(passage)).continues)
    }

    /// The sketches of some passages, which have these exact parts.
    pub fn sketches(&self, passages: &[DocId], exact: impl Iterator<Item = u16>) -> Vec<Sketch> {
        let mut simhashes = vec![0; passages.len()];
        self.simhash.get_vals(passages, &mut simhashes);
        simhashes.into_iter().zip(exact).map(|(simhash, exact)| Sketch::from_parts(simhash, exact)).collect()
    }

    /// All that is told of the passage that a tantivy document is.
    pub fn row(&self, document: DocId) -> PassageRow {
        let (slot, passage) = slot_and_passage(self.id(document));
        let counted = Counted::of_value(self.counted.get_val(document));
        let sketch = Sketch::from_parts(self.simhash.get_val(document), counted.exact);
        PassageRow { slot, passage, counted, sketch }
    }

    fn documents(&self) -> &Documents {
        self.documents.get_or_init(|| {
            let (mut slots, mut ends) = (Vec::new(), Vec::new());
            let mut last = None;
            let mut ids = [0; ROWS_AT_ONCE];
            for start in (0..self.passages).step_by(ROWS_AT_ONCE) {
                let ids = &mut ids[..ROWS_AT_ONCE.min((self.passages - start) as usize)];
                self.passage.get_range(u64::from(start), ids);
                for (passage, &id) in (start..).zip(&*ids) {
                    let (stored, _) = slot_and_passage(id);
                    if last.replace(stored).is_some_and(|last| last != stored) {
                        ends.push(passage);
                    }
                    if slots.len() == ends.len() {
                        slots.push(slot_and_passage(self.moved(id)).0);
                    }
                }
            }
            ends.push(self.passages);
            Documents::new(slots, ends)
        })
    }

    /// Behind the last passage of the document that one is of.
    pub fn end_of_document(&self, passage: DocId) -> DocId {
        self.documents().of(passage).map_or(self.passages, |(_, end)| end)
    }

    /// Tells what counting needs of some passages, in ascending order, with the slots of their documents, until one is refused.
    pub fn counted(
        &self,
        passages: &[DocId],
        mut tell: impl FnMut(DocId, u32, Counted) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let documents = self.documents();
        // The document of the passage before, and where it ends.
        let (mut slot, mut end) = (0, 0);
        let mut values = [0; ROWS_AT_ONCE];
        for passages in passages.chunks(ROWS_AT_ONCE) {
            let values = &mut values[..passages.len()];
            self.counted.get_vals(passages, values);
            for (&passage, &value) in passages.iter().zip(&*values) {
                if passage >= end {
                    (slot, end) = documents.of(passage).ok_or(IndexError::Damaged("a passage is of no document"))?;
                }
                tell(passage, slot, Counted::of_value(value))?;
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
            prop_assert!(runs.is_sound(u64::BITS));
            prop_assert_eq!(bits(&runs), set);
            prop_assert_eq!(runs.count(), u64::from(set.count_ones()));
        }

        #[test]
        fn values_read_back(stands in 0..=first_bits(BITS), (continues, heading, exact) in any::<(bool, bool, u16)>()) {
            let counted = Counted { stands, continues, heading, exact };
            prop_assert_eq!(Counted::of_value(counted.to_value()), counted);
        }

        #[test]
        fn documents_are_found(sizes in proptest::collection::vec(1u32..100, 1..60)) {
            let ends: Vec<DocId> = sizes.iter().scan(0, |end, size| { *end += size; Some(*end) }).collect();
            let documents = Documents::new((10..).take(sizes.len()).collect(), ends.clone());
            let all = ends.last().copied().unwrap_or(0);
            for passage in 0..all {
                let at = ends.iter().position(|end| passage < *end).unwrap();
                prop_assert_eq!(documents.of(passage), Some((10 + at as u32, ends[at])));
            }
            prop_assert_eq!(documents.of(all), None);
        }
    }

    #[test]
    fn no_and_all_snapshots_have_bits() {
        assert_eq!((first_bits(0), first_bits(1), first_bits(63), first_bits(64)), (0, 1, u64::MAX >> 1, u64::MAX));
        assert_eq!((bits(&Runs::range(0, 64)), bits(Runs::EMPTY)), (u64::MAX, 0));
        assert_eq!(runs_of_bits(u64::MAX).collect::<Vec<_>>(), [(0, 64)]);
    }
}
