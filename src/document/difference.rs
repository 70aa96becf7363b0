//! What is different between two versions of a document, or of two documents.

use super::Stand;
use crate::compare::{Piece, Step, compare};
use crate::history::{PASSAGE_SEPARATOR, Provenance};
use crate::index::{Index, IndexError};
use crate::passage::Shape;
use crate::snapshot::{Captured, CommitKind, Recording};
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
    pub stand: Stand,
    /// As counted; `None` where nothing tells it.
    pub company: Option<String>,
    pub kind: String,
    pub part: String,
    pub source: String,
    pub recording: Recording,
    pub captured: Option<Captured>,
    /// The captures before and after.
    pub before: Option<Captured>,
    pub after: Option<Captured>,
    pub lang: String,
    /// Why it is no policy text.
    pub mark: Option<&'static str>,
    pub provenance: Provenance,
    pub sha256_text: [u8; 32],
    pub pieces: Vec<Piece>,
}

impl Side {
    fn read(index: &Index, stand: Stand) -> Result<Side, IndexError> {
        let Stand { slot, snapshot, .. } = stand;
        let entry = index.entry(slot)?;
        let timeline = &index.record(slot)?.timeline;
        let captured = |snapshot: Option<u32>| timeline.snapshots.get(snapshot? as usize)?.captured;
        let number = timeline.snapshots.get(snapshot as usize).ok_or(IndexError::Damaged("a document lacks a snapshot"))?.version;
        let facts = timeline.version_of(snapshot);
        Ok(Side {
            company: (!entry.company.is_empty()).then(|| entry.company.clone()),
            kind: entry.kind.clone(),
            part: entry.key.part.clone(),
            source: index.catalog.sources.get(entry.source as usize).map(|source| source.name.clone()).unwrap_or_default(),
            recording: entry.recording,
            captured: captured(Some(snapshot)),
            before: captured(stand.before),
            after: captured(stand.after),
            lang: facts.map(|facts| facts.lang.clone()).unwrap_or_default(),
            mark: facts.and_then(|facts| facts.mark).map(crate::history::Mark::name),
            provenance: index.provenance(slot, snapshot)?,
            sha256_text: index.version(slot, number)?.sha256_text,
            pieces: pieces(index, slot, number)?,
            stand,
        })
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

/// Compares what stands at two moments.
pub fn difference(index: &Index, from: Stand, to: Stand) -> Result<Difference, IndexError> {
    let (mut from, mut to) = (Side::read(index, from)?, Side::read(index, to)?);
    let mut re_extractions = None;
    if from.stand.slot == to.stand.slot {
        let slot = from.stand.slot;
        let (first, last) = (from.stand.snapshot.min(to.stand.snapshot), from.stand.snapshot.max(to.stand.snapshot));
        let mut count = 0;
        for snapshot in first + 1..=last {
            count += u64::from(index.provenance(slot, snapshot)?.commit_kind == Some(CommitKind::ReExtraction));
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
