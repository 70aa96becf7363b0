//! What is different between two versions of a document, or of two documents.

use super::View;
use crate::compare::{Piece, Step, compare};
use crate::history::PASSAGE_SEPARATOR;
use crate::index::{Index, IndexError};
use crate::passage::Shape;
use crate::snapshot::CommitKind;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Two texts, and what became of the passages of the first in the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub from: Side,
    pub to: Side,
    pub steps: Vec<Step>,
    /// Of two versions of one document: how many captures were read anew by other rules between them, the second included. What
    /// changed there is not the company's.
    pub re_extractions: Option<u64>,
}

/// One of the texts that are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    pub pieces: Vec<Piece>,
}

impl Side {
    fn read(view: &View<'_>, snapshot: u32) -> Result<Side, IndexError> {
        let version = view.version(snapshot).ok_or(IndexError::Damaged("a document lacks a snapshot"))?;
        Ok(Side { pieces: pieces(view.index, view.slot, version)? })
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.pieces.iter().map(|piece| &*piece.text).collect();
        texts.join(PASSAGE_SEPARATOR)
    }

    /// The headings above a place, outermost first.
    pub fn headings(&self, place: usize) -> Vec<Arc<str>> {
        headings(&self.pieces, place)
    }
}

/// The headings above a place of a text, outermost first.
pub fn headings(pieces: &[Piece], place: usize) -> Vec<Arc<str>> {
    let level = |piece: &Piece| match piece.shape {
        Shape::Heading(level) => Some(level),
        _ => None,
    };
    let mut below = pieces.get(place).and_then(level).unwrap_or(u8::MAX);
    let mut found = Vec::new();
    for piece in pieces.iter().take(place).rev() {
        if let Some(level) = level(piece).filter(|level| *level < below) {
            below = level;
            found.push(piece.text.clone());
        }
    }
    found.reverse();
    found
}

/// The passages of a version in reading order.
pub fn pieces(index: &Index, slot: u32, version: u32) -> Result<Vec<Piece>, IndexError> {
    let timeline = &index.record(slot)?.timeline;
    let version = index.version(slot, version)?;
    let piece = |entry: &crate::history::Entry| {
        Ok(Piece {
            id: entry.passage,
            shape: entry.shape,
            clause: timeline.passages.get(entry.passage as usize).map(|facts| facts.clause),
            text: index.text(slot, entry.passage)?,
        })
    };
    version.entries.iter().map(piece).collect()
}

/// Compares the texts of two snapshots, of one document or two of an index.
pub fn difference(old: (&View<'_>, u32), new: (&View<'_>, u32)) -> Result<Difference, IndexError> {
    let (mut from, mut to) = (Side::read(old.0, old.1)?, Side::read(new.0, new.1)?);
    let mut re_extractions = None;
    let (view, slot) = (old.0, old.0.slot);
    if slot == new.0.slot {
        let (first, last) = (old.1.min(new.1), old.1.max(new.1));
        let mut count = 0;
        for snapshot in first + 1..=last {
            count += u64::from(view.index.provenance(slot, snapshot)?.commit_kind == Some(CommitKind::ReExtraction));
        }
        re_extractions = Some(count);
    } else {
        // Passages of two documents are the same where their texts are.
        let mut numbers: FxHashMap<Arc<str>, u32> = FxHashMap::default();
        for piece in from.pieces.iter_mut().chain(&mut to.pieces) {
            let next = numbers.len() as u32;
            piece.id = *numbers.entry(piece.text.clone()).or_insert(next);
            piece.clause = None;
        }
    }
    let steps = compare(&from.pieces, &to.pieces);
    Ok(Difference { from, to, steps, re_extractions })
}

/// How many passages became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub unchanged: u64,
    pub added: u64,
    pub removed: u64,
    pub reworded: u64,
    pub moved: u64,
    /// Different in technical numbers or typography only.
    pub technical: u64,
}

impl Tally {
    pub fn of(steps: &[Step]) -> Tally {
        let mut tally = Tally::default();
        for step in steps {
            *match step {
                step if step.is_technical() => &mut tally.technical,
                Step::Unchanged { .. } => &mut tally.unchanged,
                Step::Moved { .. } => &mut tally.moved,
                Step::Reworded { .. } => &mut tally.reworded,
                Step::Added { .. } => &mut tally.added,
                Step::Removed { .. } => &mut tally.removed,
            } += 1;
        }
        tally
    }

    /// Whether anything but technical numbers is different.
    pub fn is_change(&self) -> bool {
        self.added + self.removed + self.reworded + self.moved > 0
    }
}
