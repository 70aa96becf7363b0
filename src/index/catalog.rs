//! What an index holds, as far as it is known without reading a document: sources, documents, and where their records lie.

use super::duplicates::Duplicates;
use super::shard::Shards;
use super::slots::Slots;
use crate::history::DocumentHistory;
use crate::history::captures::{Capture, Deletion};
use crate::snapshot::{DocumentKey, Instant, Recording};
use crate::source::{Form, Tip};
use crate::topic::{Lexicon, TopicError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of all that is on disk. An index of another version is built anew.
pub const FORMAT: u32 = 12;

/// The contents of an index at one generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    pub format: u32,
    /// Counts the updates; names the side files.
    pub generation: u64,
    /// Release of the stemming rules.
    pub stemmer: String,
    /// Names the contents, see [`Catalog::seal`].
    pub fingerprint: String,
    /// The names of the topics that passages are scored in, by the numbers that stand for them.
    pub topics: Vec<String>,
    /// Names those topics and how they are weighed, see [`crate::topic::Lexicon::hash`].
    pub topics_hash: String,
    /// The files of the user's own topics.
    pub own_topics: Vec<String>,
    /// Which shards of its archives the index holds, where it does not hold all.
    pub shards: Option<Shards>,
    /// How the documents are called in the terms.
    pub slots: Slots,
    pub sources: Vec<SourceEntry>,
    /// In no order that means anything; `None` where a document was removed.
    pub documents: Vec<Option<DocumentEntry>>,
}

/// A source as it was when last brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// What finds the source again: its canonical path.
    pub root: String,
    /// The name shown.
    pub name: String,
    pub form: Form,
    /// How far its history was walked.
    pub tip: Option<Tip>,
    /// Hash of its settings file; empty where there is none.
    pub settings: String,
    /// Groups of companies that its settings name.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Version of the extraction rules.
    pub extraction: u32,
    /// Captures that another one of the same instant stands for.
    pub superseded: u64,
    pub skipped: Vec<Problem>,
    pub damaged: Vec<Problem>,
    /// Files of the index that are no longer in the archive.
    pub vanished: Vec<String>,
    /// Files of the index that can no longer be read, or whose part of them may be among what is damaged: the snapshots are kept.
    pub unreadable: Vec<String>,
    /// When the source was last brought up to date (seconds since 1970).
    pub updated: i64,
}

/// A file, or a part of one, that gave no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    pub path: String,
    pub reason: String,
}

/// A document, and where its record lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// Place in [`Catalog::sources`].
    pub source: u32,
    pub key: DocumentKey,
    /// The company as counted: the name that the settings give for the archive's.
    pub company: String,
    /// The kind as counted.
    pub kind: String,
    pub recording: Recording,
    pub place: Place,
    /// Hash of all that the document holds, whatever the index it lies in.
    pub digest: [u8; 32],
    pub counts: Counts,
    /// Usable dated snapshots by language, as far as it can be told.
    pub langs: Vec<(String, u32)>,
    pub snapshots: Vec<Capture>,
    pub deletions: Vec<Deletion>,
    /// Snapshots that a document of another source holds too: they are counted there.
    pub duplicates: Duplicates,
    pub first: Option<Instant>,
    pub last: Option<Instant>,
    /// Its place in the order of answers: company, kind, source, part. See [`Catalog::seal`].
    pub rank: u32,
    /// Its company's place in the order of their names; `None` where nothing tells the company. See [`Catalog::seal`].
    pub company_number: Option<u32>,
}

/// Where a record lies: in which file, and where there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The generation that wrote the file.
    pub file: u64,
    pub start: u64,
    pub len: u64,
}

/// The size of a document, or of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Dated snapshots.
    pub snapshots: u64,
    /// Texts without date.
    pub undated: u64,
    pub versions: u64,
    pub passages: u64,
    pub clauses: u64,
    /// Pairs of a passage and a dated snapshot in which it stands.
    pub occurrences: u64,
    /// How often the archive deleted the text.
    pub deletions: u64,
    /// Bytes of all snapshots.
    pub bytes: u64,
    /// Words of all passages.
    pub words: u64,
    /// Words of the headings above all passages.
    pub heading_words: u64,
}

impl Counts {
    /// The counts of a history; the words are those of its index terms.
    pub fn of(history: &DocumentHistory, words: u64, heading_words: u64) -> Counts {
        let timeline = &history.timeline;
        let snapshots = history.timeline.snapshots.len() as u64;
        let dated = timeline.is_dated();
        let occurrences = || timeline.passages.iter().map(|facts| timeline.sets[facts.set as usize].count()).sum();
        Counts {
            snapshots: if dated { snapshots } else { 0 },
            undated: if dated { 0 } else { snapshots },
            versions: history.versions.len() as u64,
            passages: history.texts.len() as u64,
            clauses: u64::from(timeline.clauses),
            occurrences: if dated { occurrences() } else { 0 },
            deletions: timeline.ended.len() as u64,
            bytes: history.provenance.iter().map(|provenance| provenance.bytes).sum(),
            words,
            heading_words,
        }
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(counts: I) -> Counts {
        counts.fold(Counts::default(), |a, b| Counts {
            snapshots: a.snapshots + b.snapshots,
            undated: a.undated + b.undated,
            versions: a.versions + b.versions,
            passages: a.passages + b.passages,
            clauses: a.clauses + b.clauses,
            occurrences: a.occurrences + b.occurrences,
            deletions: a.deletions + b.deletions,
            bytes: a.bytes + b.bytes,
            words: a.words + b.words,
            heading_words: a.heading_words + b.heading_words,
        })
    }
}

impl DocumentEntry {
    /// Whether another source holds all snapshots of the document.
    pub fn is_duplicate(&self) -> bool {
        !self.duplicates.is_empty() && self.duplicates.snapshots().count() == self.counts.snapshots
    }
}

/// A name like this one that is not taken: sources are told apart by their names.
pub fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}

impl Catalog {
    /// The documents with their slots.
    pub fn documents(&self) -> impl Iterator<Item = (u32, &DocumentEntry)> {
        self.documents.iter().enumerate().filter_map(|(slot, entry)| Some((slot as u32, entry.as_ref()?)))
    }

    /// The built-in topics, and the user's own of this index.
    ///
    /// # Errors
    /// Where a topic of the user's has come to have the name of a built-in one.
    pub fn lexicon(&self) -> Result<Lexicon, TopicError> {
        Lexicon::new(self.own_topics.iter().map(String::as_str))
    }

    pub fn counts(&self) -> Counts {
        self.documents().map(|(_, entry)| entry.counts).sum()
    }

    /// The companies as counted, each once; texts whose company nothing tells have none.
    pub fn companies(&self) -> usize {
        let mut names: Vec<&str> =
            self.documents().map(|(_, entry)| entry.company.as_str()).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    }

    /// The language of the most usable snapshots; `None` where none can be told.
    pub fn commonest_language(&self) -> Option<&str> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for (lang, snapshots) in self.documents().flat_map(|(_, entry)| &entry.langs) {
            *counts.entry(lang).or_default() += u64::from(*snapshots);
        }
        // Of equals the first by name.
        counts.into_iter().rev().max_by_key(|&(_, snapshots)| snapshots).map(|(lang, _)| lang)
    }

    /// The last capture of anything in each source.
    pub fn last_captures(&self) -> Vec<Option<Instant>> {
        let mut last = vec![None; self.sources.len()];
        for (_, entry) in self.documents() {
            if let Some(of_source) = last.get_mut(entry.source as usize) {
                *of_source = entry.last.max(*of_source);
            }
        }
        last
    }

    /// Sets the places of documents and companies in the order of answers.
    fn number(&mut self) {
        let sources: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        let mut order: Vec<&mut DocumentEntry> = self.documents.iter_mut().flatten().collect();
        let source = |entry: &DocumentEntry| sources.get(entry.source as usize).copied().unwrap_or_default();
        order.sort_by(|a, b| (&a.company, &a.kind, source(a), &a.key).cmp(&(&b.company, &b.kind, source(b), &b.key)));
        let mut companies = 0;
        for of_company in order.chunk_by_mut(|a, b| a.company == b.company) {
            let number = (!of_company[0].company.is_empty()).then_some(companies);
            companies += u32::from(number.is_some());
            for entry in of_company {
                entry.company_number = number;
            }
        }
        for (rank, entry) in (0..).zip(order) {
            entry.rank = rank;
        }
    }

    /// Sets the places of documents, and the fingerprint: equal for indexes that hold the same documents, read by the same rules under the same settings.
    pub fn seal(&mut self) {
        self.number();
        let mut parts: Vec<Vec<u8>> = self
            .documents()
            .map(|(_, entry)| {
                let name = self.sources.get(entry.source as usize).map_or("", |source| source.name.as_str());
                [name.as_bytes(), b"\0", entry.company.as_bytes(), b"\0", entry.kind.as_bytes(), b"\0", &entry.digest].concat()
            })
            .collect();
        parts.extend(
            self.sources.iter().map(|source| format!("{}\0{}\0{}", source.name, source.settings, source.extraction).into_bytes()),
        );
        parts.sort_unstable();
        let mut hash = blake3::Hasher::new();
        hash.update(format!("{} {} {}", self.format, self.stemmer, self.topics_hash).as_bytes());
        for part in parts {
            hash.update(&(part.len() as u64).to_le_bytes()).update(&part);
        }
        self.fingerprint = hash.finalize().to_hex()[..16].to_owned();
    }
}
