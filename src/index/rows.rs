//! What counting needs of documents and their snapshots, in memory and in few bytes: entries of the catalog lie far apart.

use super::catalog::{Catalog, DocumentEntry};
use crate::history::captures::{Capture, Captures, Deletion};
use crate::snapshot::Recording;
use std::ops::Range;

/// What counting needs of a document.
pub struct Row {
    /// Places of its snapshots and deletions among those of all documents.
    snapshots: Range<u32>,
    deletions: Range<u32>,
    /// Place in [`Catalog::sources`].
    pub source: u32,
    pub recording: Recording,
    /// See [`DocumentEntry::company_number`].
    pub company: Option<u32>,
    /// See [`DocumentEntry::rank`].
    pub rank: u32,
    /// Whether another source holds some of its snapshots.
    pub has_duplicates: bool,
}

/// The rows of all documents.
pub struct Rows {
    by_slot: Vec<Option<Row>>,
    /// The slots in the order of answers.
    pub by_rank: Vec<u32>,
    /// The snapshots and deletions of all documents.
    snapshots: Vec<Capture>,
    deletions: Vec<Deletion>,
}

impl Rows {
    pub fn of(catalog: &Catalog) -> Rows {
        let (mut snapshots, mut deletions) = (Vec::new(), Vec::new());
        let mut row = |entry: &DocumentEntry| Row {
            snapshots: appended(&mut snapshots, &entry.snapshots),
            deletions: appended(&mut deletions, &entry.deletions),
            source: entry.source,
            recording: entry.recording,
            company: entry.company_number,
            rank: entry.rank,
            has_duplicates: !entry.duplicates.is_empty(),
        };
        let by_slot: Vec<Option<Row>> = catalog.documents.iter().map(|entry| entry.as_ref().map(&mut row)).collect();
        let mut by_rank: Vec<u32> = catalog.documents().map(|(slot, _)| slot).collect();
        by_rank.sort_unstable_by_key(|slot| by_slot[*slot as usize].as_ref().map(|row| row.rank));
        Rows { by_slot, by_rank, snapshots, deletions }
    }

    /// The row of a document; `None` where there is no such document.
    pub fn row(&self, slot: u32) -> Option<&Row> {
        self.by_slot.get(slot as usize)?.as_ref()
    }

    /// The snapshots of a document.
    pub fn captures(&self, row: &Row) -> Captures<'_> {
        let range = |range: &Range<u32>| range.start as usize..range.end as usize;
        Captures {
            snapshots: self.snapshots.get(range(&row.snapshots)).unwrap_or_default(),
            deletions: self.deletions.get(range(&row.deletions)).unwrap_or_default(),
        }
    }
}

/// Adds items, and tells where they are.
fn appended<T: Clone>(all: &mut Vec<T>, more: &[T]) -> Range<u32> {
    let start = all.len() as u32;
    all.extend_from_slice(more);
    start..all.len() as u32
}
