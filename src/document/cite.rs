//! What a reader needs to find a text again and to check it.

use super::{View, Warning};
use crate::history::{Provenance, Runs};
use crate::index::{Index, IndexError};
use crate::search::{self, Answer, Observing, Request};
use crate::snapshot::{Captured, DocumentKey};
use rustc_hash::FxHashMap;

/// All that names a snapshot and what was read of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// `None` where nothing tells it.
    pub company: Option<String>,
    pub kind: String,
    /// As the archive names the document.
    pub key: DocumentKey,
    /// The name of the source.
    pub source: String,
    /// From 1, in order of time.
    pub number: u32,
    pub captured: Option<Captured>,
    pub provenance: Provenance,
    pub sha256_text: [u8; 32],
    /// The version of the program.
    pub tool: &'static str,
    /// Of the index.
    pub fingerprint: String,
    /// The captures before and after: of a passage, those without it.
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
    /// Whether the citation is of a passage.
    pub is_of_passage: bool,
}

/// A capture beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour {
    /// From 1, in order of time.
    pub number: u32,
    pub captured: Option<Captured>,
    /// Whether it has the same text.
    pub same_text: bool,
}

/// The version of the program.
pub const TOOL: &str = concat!("fineprint ", env!("CARGO_PKG_VERSION"));

impl View<'_> {
    /// A capture as the neighbour of another.
    pub fn neighbour(&self, snapshot: u32, of: Option<u32>) -> Neighbour {
        let same_text = of.is_some_and(|of| self.version(of).is_some() && self.version(of) == self.version(snapshot));
        Neighbour { number: snapshot + 1, captured: self.captured(snapshot), same_text }
    }

    /// The citation of the text of a snapshot.
    pub fn cite(&self, snapshot: u32) -> Result<Citation, IndexError> {
        let (before, after) = self.neighbours(snapshot);
        self.citation(snapshot, before, after, false)
    }

    /// The citation of a passage in a snapshot.
    pub fn cite_passage(&self, snapshot: u32, passage: u32) -> Result<Citation, IndexError> {
        let stands: &Runs = self.timeline.occurrences(passage);
        let without = |other: &u32| !stands.contains(*other) && self.observes(*other);
        let before = (0..snapshot).rev().find(without);
        let after = (snapshot.saturating_add(1)..self.len()).find(without);
        self.citation(snapshot, before, after, true)
    }

    fn citation(
        &self,
        snapshot: u32,
        before: Option<u32>,
        after: Option<u32>,
        is_of_passage: bool,
    ) -> Result<Citation, IndexError> {
        let entry = self.index.entry(self.slot)?;
        let version = self.version(snapshot).ok_or(IndexError::Damaged("a snapshot has no version"))?;
        let source = self.index.catalog.sources.get(entry.source as usize).map_or("", |source| source.name.as_str());
        let neighbour = |other: u32| self.neighbour(other, Some(snapshot));
        Ok(Citation {
            company: (!entry.company.is_empty()).then(|| entry.company.clone()),
            kind: entry.kind.clone(),
            key: entry.key.clone(),
            source: source.to_owned(),
            number: snapshot + 1,
            captured: self.captured(snapshot),
            provenance: self.index.provenance(self.slot, snapshot)?,
            sha256_text: self.index.version(self.slot, version)?.sha256_text,
            tool: TOOL,
            fingerprint: self.index.catalog.fingerprint.clone(),
            before: before.map(neighbour),
            after: after.map(neighbour),
            is_of_passage,
        })
    }
}

/// What is said of a hit besides the search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HitNotes {
    pub warnings: Vec<Warning>,
    pub citation: Option<Citation>,
    /// Why it has its score, where that is asked for.
    pub explanation: Option<search::Explanation>,
}

/// What makes the hits of an answer for a day doubtful, and, where they are asked for, their citations: one for each hit.
pub fn hit_notes(index: &Index, request: &Request, answer: &Answer, cite: bool) -> Result<Vec<HitNotes>, IndexError> {
    let day = request.query.limits.as_of;
    // The languages that are asked for, or all.
    let langs = request.query.limits.langs.first().cloned().unwrap_or_default();
    let mut known: FxHashMap<(u32, u32), Vec<Warning>> = FxHashMap::default();
    answer
        .hits
        .iter()
        .map(|hit| {
            let search::Origin { slot, snapshot, passage } = hit.origin;
            let warnings = match (day, known.get(&(slot, snapshot))) {
                (None, _) => Vec::new(),
                (_, Some(warnings)) => warnings.clone(),
                (Some(day), None) => {
                    let warnings = View::new(index, slot, &request.observing, Some(&langs))?.warnings_for(snapshot, day)?;
                    known.insert((slot, snapshot), warnings.clone());
                    warnings
                }
            };
            let citation = cite.then(|| citation_of_hit(index, slot, snapshot, passage)).transpose()?;
            Ok(HitNotes { warnings, citation, explanation: None })
        })
        .collect()
}

/// Neighbours of a hit are usable captures in the language of its own.
fn citation_of_hit(index: &Index, slot: u32, snapshot: u32, passage: u32) -> Result<Citation, IndexError> {
    let observing = Observing::default();
    let lang = index.record(slot)?.timeline.version_of(snapshot).map_or("", |facts| facts.lang.as_str());
    let langs: Vec<String> = if lang.is_empty() { Vec::new() } else { vec![lang.to_owned()] };
    View::new(index, slot, &observing, Some(&langs))?.cite_passage(snapshot, passage)
}
