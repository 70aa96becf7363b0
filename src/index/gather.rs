//! Reads the snapshots of one document and puts its history together. Nothing is parsed twice: equal files and, where parts of a
//! text read alike alone and in place, equal parts are recognised by their raw text.

use crate::extract::{self, EXTRACTION, ExtractError, Parted};
use crate::history::{DocumentHistory, Entry, HistoryBuilder, Provenance, Wordbook, Worded};
use crate::passage::{self, Passage, Shape};
use crate::site::SiteFacts;
use crate::snapshot::{Captured, DocumentKey, Format, Recording};
use crate::source::{self, GitId, Locator, ReadError, Reference};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The captures of one document as its source lists them now.
pub struct Document<'a> {
    pub key: DocumentKey,
    pub references: Vec<&'a Reference>,
}

/// What came of reading a document.
pub struct Gathered {
    /// With the words of its texts; `None` where nothing of the document is left.
    pub history: Option<(DocumentHistory, Worded)>,
    /// Captures that could not be read, with the reason.
    pub unread: Vec<Unread>,
    pub remarks: Remarks,
    pub files_read: u64,
    pub bytes_read: u64,
}

/// What an update has to say of a document besides its history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// Captures that another one of the same instant stands for.
    pub superseded: u64,
    /// Paths of snapshots in the index that the source no longer lists.
    pub vanished: Vec<String>,
    /// Paths of snapshots in the index that can no longer be read, though the archive may still hold them.
    pub unreadable: Vec<String>,
}

/// A capture that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    pub locator: crate::source::Locator,
    pub reason: String,
    /// Whether it may be readable the next time though its file is as it was: the system could not read it, or a clone lacks it.
    pub may_come: bool,
}

/// Why a capture cannot be read.
struct Failure {
    reason: String,
    /// It is not the capture's bytes that are at fault.
    is_of_system: bool,
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        Failure { reason: error.to_string(), is_of_system: matches!(error, ReadError::Io { .. }) }
    }
}

impl From<ExtractError> for Failure {
    fn from(error: ExtractError) -> Failure {
        Failure { reason: error.to_string(), is_of_system: false }
    }
}

/// What is known of the files of a source.
pub trait Files {
    /// Whether a capture is as it was when the stored history was made.
    fn is_unchanged(&self, capture: &Locator) -> bool;

    /// Whether a file is listed and read anew under other rules, so that what was read of it before is no longer what it says.
    fn is_read_anew(&self, path: &str) -> bool;

    /// Whether the file of a capture cannot be read, or cannot be told to be there at all.
    fn is_unreadable(&self, capture: &Locator) -> bool;
}

/// What stands at one instant: the captures listed, best first, and the snapshot in the index.
#[derive(Default)]
struct Moment<'a> {
    captures: Vec<&'a Reference>,
    stored: Option<u32>,
}

/// Reads what is new of a document and joins it with what is stored.
///
/// With `prune`, stored snapshots that the source no longer holds are left out. `settled` is told of the captures as they are done with.
pub fn gather(
    source: &mut source::Reader<'_>,
    document: &Document<'_>,
    stored: Option<&DocumentHistory>,
    files: &dyn Files,
    prune: bool,
    wordbook: &mut Wordbook,
    settled: &dyn Fn(u64),
) -> Gathered {
    let mut moments: BTreeMap<Option<crate::snapshot::Instant>, Moment> = BTreeMap::new();
    for &reference in &document.references {
        moments.entry(reference.captured.map(|captured| captured.instant)).or_default().captures.push(reference);
    }
    for (number, snapshot) in stored.iter().flat_map(|stored| stored.timeline.snapshots.iter().enumerate()) {
        let instant = snapshot.captured.map(|captured| captured.instant);
        moments.entry(instant).or_default().stored = Some(number as u32);
    }
    for moment in moments.values_mut() {
        // HTML before Markdown before text; of one format the one recorded last.
        moment.captures.sort_by(|a, b| a.format.cmp(&b.format).then_with(|| b.locator.cmp(&a.locator)));
    }
    let mut reader = Reader::new(source, stored);
    let stored_revisions: FxHashSet<_> = reader.stored_provenance().iter().filter_map(|from| from.locator.revision).collect();
    let best = moments.values().filter_map(|moment| moment.captures.first()).map(|capture| &capture.locator);
    reader.source.expect(best.filter(|locator| !locator.revision.is_some_and(|at| stored_revisions.contains(&at))));
    let mut remarks = Remarks::default();
    for moment in moments.into_values() {
        let kept = moment.stored.map(|number| (number, &reader.stored_provenance()[number as usize]));
        let is_kept = |capture: &Reference| kept.is_some_and(|(_, from)| from.locator.is_same_text(&capture.locator));
        let mut stands = false;
        for (at, capture) in moment.captures.iter().enumerate() {
            let same = is_kept(capture) && files.is_unchanged(&capture.locator);
            stands = match moment.stored.filter(|_| same) {
                Some(number) => reader.keep(number, &capture.locator),
                None => reader.read(capture),
            };
            if stands {
                remarks.superseded += (moment.captures.len() - at - 1) as u64;
                break;
            }
        }
        settled(moment.captures.len() as u64);
        if let Some((number, from)) = kept.filter(|_| !stands) {
            let path = from.locator.full_path();
            let is_listed = moment.captures.iter().any(|capture| capture.locator.full_path() == path);
            if is_listed || files.is_unreadable(&from.locator) {
                remarks.unreadable.push(path);
            } else if prune || files.is_read_anew(&from.locator.path) {
                continue;
            } else {
                remarks.vanished.push(path);
            }
            reader.keep(number, &from.locator);
        }
    }
    let recording = document.references.last().map(|reference| reference.recording);
    match stored.filter(|_| document.references.is_empty()) {
        Some(stored) => reader.builder.end(stored.timeline.ended.iter().copied()),
        None => reader.builder.end(document.references.iter().filter_map(|reference| reference.ended)),
    }
    reader.finish(document, recording, remarks, wordbook)
}

/// The passages of a unit.
fn parse(unit: &str, format: Format) -> Result<Vec<Passage>, ExtractError> {
    extract::blocks(unit, format).map(passage::passages)
}

/// A part of a text that was parsed. Its passages become the document's when it first stands in a version by itself.
struct Unit {
    first: Option<Shape>,
    last: Option<Shape>,
    parsed: Vec<Passage>,
    entries: Vec<Entry>,
}

impl Unit {
    fn new(parsed: Vec<Passage>) -> Unit {
        let shape = |passage: Option<&Passage>| passage.map(|passage| passage.shape);
        Unit { first: shape(parsed.first()), last: shape(parsed.last()), parsed, entries: Vec::new() }
    }

    /// Whether the next unit may belong to its last passage.
    fn ends_in_group(&self) -> bool {
        matches!(self.last, Some(Shape::List | Shape::Table))
    }

    fn entries(&mut self, builder: &mut HistoryBuilder) -> &[Entry] {
        if !self.parsed.is_empty() {
            self.entries = builder.entries(&std::mem::take(&mut self.parsed));
        }
        &self.entries
    }
}

struct Reader<'a, 's> {
    source: &'a mut source::Reader<'s>,
    stored: Option<&'a DocumentHistory>,
    builder: HistoryBuilder,
    /// The version of each file read, by the hash of its bytes and the form they were read as.
    files: FxHashMap<([u8; 32], Format), u32>,
    /// What was read of each blob, and its version.
    blobs: FxHashMap<GitId, (Provenance, u32)>,
    /// The place of each raw part in `units`, by the form it was read as.
    unit_numbers: FxHashMap<Format, FxHashMap<Box<str>, usize>>,
    units: Vec<Unit>,
    /// The text that was read last, and the places of its units in `units`; `None` where it was read as a whole.
    parted: Option<(Parted, Vec<usize>)>,
    buffer: Vec<u8>,
    count: u32,
    unread: Vec<Unread>,
    files_read: u64,
    bytes_read: u64,
}

impl<'a, 's> Reader<'a, 's> {
    fn new(source: &'a mut source::Reader<'s>, stored: Option<&'a DocumentHistory>) -> Reader<'a, 's> {
        Reader {
            source,
            stored,
            builder: HistoryBuilder::default(),
            files: FxHashMap::default(),
            blobs: FxHashMap::default(),
            unit_numbers: FxHashMap::default(),
            units: Vec::new(),
            parted: None,
            buffer: Vec::new(),
            count: 0,
            unread: Vec::new(),
            files_read: 0,
            bytes_read: 0,
        }
    }

    fn stored_provenance(&self) -> &'a [Provenance] {
        self.stored.map(|stored| stored.provenance.as_slice()).unwrap_or_default()
    }

    /// Takes a snapshot over from the stored history; its text lies at `locator` now.
    fn keep(&mut self, number: u32, locator: &Locator) -> bool {
        let Some(stored) = self.stored else { return false };
        let snapshot = stored.timeline.snapshots[number as usize];
        let version = &stored.versions[snapshot.version as usize];
        let entries: Vec<Entry> = version
            .entries
            .iter()
            .map(|entry| Entry { passage: self.builder.passage(&stored.texts[entry.passage as usize]), shape: entry.shape })
            .collect();
        let provenance = Provenance { locator: locator.clone(), ..stored.provenance[number as usize].clone() };
        let version = self.builder.version(&entries);
        let site = stored.timeline.site(number).cloned().unwrap_or_default();
        self.add(snapshot.captured, site, provenance, version);
        true
    }

    /// Reads a capture; false where it cannot be read.
    fn read(&mut self, capture: &Reference) -> bool {
        match self.try_read(capture) {
            Ok(()) => true,
            Err(Failure { reason, is_of_system }) => {
                // The bytes behind a blob's name do not change: what is wrong with them is that the clone lacks or spoilt them.
                let may_come = is_of_system || capture.locator.revision.is_some();
                self.unread.push(Unread { locator: capture.locator.clone(), reason, may_come });
                false
            }
        }
    }

    fn try_read(&mut self, capture: &Reference) -> Result<(), Failure> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = self.read_into(capture, &mut buffer);
        self.buffer = buffer;
        read
    }

    fn read_into(&mut self, capture: &Reference, buffer: &mut Vec<u8>) -> Result<(), Failure> {
        let blob = capture.locator.revision.filter(|_| capture.locator.inside.is_none()).map(|revision| revision.blob);
        if let Some((known, version)) = blob.and_then(|blob| self.blobs.get(&blob)) {
            let provenance = Provenance {
                locator: capture.locator.clone(),
                commit_kind: capture.commit_kind,
                url: capture.url.clone(),
                ..known.clone()
            };
            let version = *version;
            self.add(capture.captured, capture.site.clone(), provenance, version);
            return Ok(());
        }
        let opened = self.source.read(&capture.locator, buffer)?;
        let raw = &buffer[opened.raw.clone()];
        self.files_read += 1;
        self.bytes_read += raw.len() as u64;
        let sha256: [u8; 32] = Sha256::digest(raw).into();
        let mut provenance = Provenance {
            locator: capture.locator.clone(),
            commit_kind: capture.commit_kind,
            url: capture.url.clone(),
            format: opened.format,
            encoding: String::new(),
            replaced: 0,
            bytes: raw.len() as u64,
            sha256,
            extraction: EXTRACTION,
        };
        let decoded = extract::decode(&buffer[opened.body.clone()], opened.format, opened.charset.as_deref())?;
        provenance.encoding = decoded.encoding.to_owned();
        provenance.replaced = decoded.replaced as u32;
        if let Some(&version) = self.files.get(&(sha256, opened.format)) {
            self.add(capture.captured, capture.site.clone(), provenance, version);
            return Ok(());
        }
        let entries = self.entries(&decoded.text, opened.format)?;
        let version = self.builder.version(&entries);
        self.files.insert((sha256, opened.format), version);
        self.add(capture.captured, capture.site.clone(), provenance, version);
        Ok(())
    }

    /// Adds a snapshot, and remembers the blob that it was read from.
    fn add(&mut self, captured: Option<Captured>, site: SiteFacts, provenance: Provenance, version: u32) {
        if let Some(revision) = provenance.locator.revision.filter(|_| provenance.locator.inside.is_none()) {
            self.blobs.entry(revision.blob).or_insert_with(|| (provenance.clone(), version));
        }
        self.builder.add(captured, site, provenance, version);
        self.count += 1;
    }

    /// The passages of a text.
    fn entries(&mut self, text: &str, format: Format) -> Result<Vec<Entry>, ExtractError> {
        let before = self.parted.take();
        let parted = Parted::new(text, format, before.as_ref().map(|(before, _)| before));
        if parted.len() == 1 {
            return Ok(self.builder.entries(&parse(parted.span(0, 0), format)?));
        }
        let mut numbers = Vec::with_capacity(parted.len());
        for unit in 0..parted.len() {
            let carried = before.as_ref().and_then(|(before, numbers)| Some(numbers[parted.carried(unit, before)?]));
            numbers.push(match carried {
                Some(number) => number,
                None => self.unit(parted.span(unit, unit), format)?,
            });
        }
        let mut entries = Vec::new();
        let mut first = 0;
        while let Some(&(mut number)) = numbers.get(first) {
            let mut last = first;
            // A list or table that goes on in the next unit is one passage with it.
            while let Some(&next) = numbers.get(last + 1).filter(|_| self.units[number].ends_in_group()) {
                if self.units[number].last != self.units[next].first {
                    break;
                }
                last += 1;
                number = self.unit(parted.span(first, last), format)?;
            }
            entries.extend_from_slice(self.units[number].entries(&mut self.builder));
            first = last + 1;
        }
        self.parted = Some((parted, numbers));
        Ok(entries)
    }

    /// The number of a unit in `units`; a new one is parsed.
    fn unit(&mut self, unit: &str, format: Format) -> Result<usize, ExtractError> {
        let numbers = self.unit_numbers.entry(format).or_default();
        if let Some(&number) = numbers.get(unit) {
            return Ok(number);
        }
        self.units.push(Unit::new(parse(unit, format)?));
        numbers.insert(unit.into(), self.units.len() - 1);
        Ok(self.units.len() - 1)
    }

    fn finish(
        self,
        document: &Document<'_>,
        recording: Option<Recording>,
        remarks: Remarks,
        wordbook: &mut Wordbook,
    ) -> Gathered {
        let recording = recording.or(self.stored.map(|stored| stored.recording)).unwrap_or(Recording::Captures);
        let history = (self.count > 0).then(|| self.builder.finish(document.key.clone(), recording, wordbook));
        Gathered { history, unread: self.unread, remarks, files_read: self.files_read, bytes_read: self.bytes_read }
    }
}
