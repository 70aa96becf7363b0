//! Reads the snapshots of one document and puts its history together. Nothing is parsed twice: equal files and, where parts of a
//! text read alike alone and in place, equal parts are recognised by their raw text.

use crate::extract::{self, EXTRACTION};
use crate::history::{DocumentHistory, Entry, HistoryBuilder, Provenance};
use crate::passage;
use crate::snapshot::{Captured, DocumentKey, Recording};
use crate::source::{Folder, Reference};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::Range;

/// The captures of one document as its source lists them now.
pub struct Document<'a> {
    pub key: DocumentKey,
    pub references: Vec<&'a Reference>,
}

/// What came of reading a document.
pub struct Gathered {
    /// `None` where nothing of the document is left.
    pub history: Option<DocumentHistory>,
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
}

/// What is known of the files of a source.
pub trait Files {
    /// Whether a file is as it was when the stored history was made.
    fn is_unchanged(&self, path: &str) -> bool;

    /// Whether a file is listed and read anew under other rules, so that what was read of it before is no longer what it says.
    fn is_read_anew(&self, path: &str) -> bool;

    /// Whether a file cannot be read, or cannot be told to be there at all.
    fn is_unreadable(&self, path: &str) -> bool;
}

/// What stands at one instant: the captures listed, best first, and the snapshot in the index.
#[derive(Default)]
struct Moment<'a> {
    captures: Vec<&'a Reference>,
    stored: Option<u32>,
}

/// Reads what is new of a document and joins it with what is stored.
///
/// With `prune`, stored snapshots that the source no longer holds are left out.
pub fn gather(
    folder: &Folder,
    document: &Document<'_>,
    stored: Option<&DocumentHistory>,
    files: &dyn Files,
    prune: bool,
) -> Gathered {
    let mut moments: BTreeMap<Option<crate::snapshot::Instant>, Moment> = BTreeMap::new();
    for &reference in &document.references {
        moments.entry(reference.captured.map(|captured| captured.instant)).or_default().captures.push(reference);
    }
    for (number, snapshot) in stored.iter().flat_map(|stored| stored.timeline.snapshots.iter().enumerate()) {
        let instant = snapshot.captured.map(|captured| captured.instant);
        moments.entry(instant).or_default().stored = Some(number as u32);
    }
    let mut reader = Reader::new(folder, stored);
    let mut remarks = Remarks::default();
    for (_, mut moment) in moments {
        // HTML before Markdown before text; of one format the one recorded last.
        moment.captures.sort_by(|a, b| a.format.cmp(&b.format).then_with(|| b.locator.cmp(&a.locator)));
        let kept = moment.stored.map(|number| (number, &reader.stored_provenance()[number as usize]));
        let is_kept = |capture: &Reference| {
            kept.is_some_and(|(_, from)| from.path == capture.locator.path && from.record == capture.locator.record)
        };
        let mut stands = false;
        for (at, capture) in moment.captures.iter().enumerate() {
            let same = is_kept(capture) && files.is_unchanged(&capture.locator.path);
            stands = match moment.stored.filter(|_| same) {
                Some(number) => reader.keep(number),
                None => reader.read(capture),
            };
            if stands {
                remarks.superseded += (moment.captures.len() - at - 1) as u64;
                break;
            }
        }
        if let Some((number, from)) = kept.filter(|_| !stands) {
            let is_listed = moment.captures.iter().any(|capture| capture.locator.path == from.path);
            if is_listed || files.is_unreadable(&from.path) {
                remarks.unreadable.push(from.path.clone());
            } else if prune || files.is_read_anew(&from.path) {
                continue;
            } else {
                remarks.vanished.push(from.path.clone());
            }
            reader.keep(number);
        }
    }
    let recording = document.references.last().map(|reference| reference.recording);
    reader.finish(document, recording, remarks)
}

struct Reader<'a> {
    folder: &'a Folder,
    stored: Option<&'a DocumentHistory>,
    builder: HistoryBuilder,
    /// The version of each file read, by the hash of its bytes.
    files: FxHashMap<[u8; 32], u32>,
    /// Where the entries of each raw part stand in `unit_entries`.
    units: FxHashMap<Box<str>, Range<u32>>,
    unit_entries: Vec<Entry>,
    buffer: Vec<u8>,
    count: u32,
    unread: Vec<Unread>,
    files_read: u64,
    bytes_read: u64,
}

impl<'a> Reader<'a> {
    fn new(folder: &'a Folder, stored: Option<&'a DocumentHistory>) -> Reader<'a> {
        Reader {
            folder,
            stored,
            builder: HistoryBuilder::default(),
            files: FxHashMap::default(),
            units: FxHashMap::default(),
            unit_entries: Vec::new(),
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

    /// Takes a snapshot over from the stored history.
    fn keep(&mut self, number: u32) -> bool {
        let Some(stored) = self.stored else { return false };
        let snapshot = stored.timeline.snapshots[number as usize];
        let version = &stored.versions[snapshot.version as usize];
        let entries: Vec<Entry> = version
            .entries
            .iter()
            .map(|entry| Entry { passage: self.builder.passage(&stored.texts[entry.passage as usize]), shape: entry.shape })
            .collect();
        let provenance = stored.provenance[number as usize].clone();
        self.add(snapshot.captured, provenance, &entries);
        true
    }

    /// Reads a capture; false where it cannot be read.
    fn read(&mut self, capture: &Reference) -> bool {
        match self.try_read(capture) {
            Ok(()) => true,
            Err(reason) => {
                self.unread.push(Unread { locator: capture.locator.clone(), reason });
                false
            }
        }
    }

    fn try_read(&mut self, capture: &Reference) -> Result<(), String> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = self.read_into(capture, &mut buffer);
        self.buffer = buffer;
        read
    }

    fn read_into(&mut self, capture: &Reference, buffer: &mut Vec<u8>) -> Result<(), String> {
        let opened = self.folder.read(&capture.locator, buffer).map_err(|error| error.to_string())?;
        let raw = &buffer[opened.raw.clone()];
        self.files_read += 1;
        self.bytes_read += raw.len() as u64;
        let sha256: [u8; 32] = Sha256::digest(raw).into();
        let mut provenance = Provenance {
            path: capture.locator.path.clone(),
            record: capture.locator.record.clone(),
            url: capture.url.clone(),
            format: opened.format,
            encoding: String::new(),
            replaced: 0,
            bytes: raw.len() as u64,
            sha256,
            extraction: EXTRACTION,
        };
        let decoded = extract::decode(&buffer[opened.body.clone()], opened.format, opened.charset.as_deref())
            .map_err(|error| error.to_string())?;
        provenance.encoding = decoded.encoding.to_owned();
        provenance.replaced = decoded.replaced as u32;
        if let Some(&version) = self.files.get(&sha256) {
            self.builder.add_again(capture.captured, provenance, version);
            self.count += 1;
            return Ok(());
        }
        let entries = self.entries(&decoded.text, opened.format)?;
        self.add(capture.captured, provenance, &entries);
        if let Some(version) = self.builder.last_version() {
            self.files.insert(sha256, version);
        }
        Ok(())
    }

    fn add(&mut self, captured: Option<Captured>, provenance: Provenance, entries: &[Entry]) {
        self.builder.add(captured, provenance, entries);
        self.count += 1;
    }

    /// The passages of a text.
    fn entries(&mut self, text: &str, format: crate::snapshot::Format) -> Result<Vec<Entry>, String> {
        let parse = |unit: &str| extract::blocks(unit, format).map(passage::passages).map_err(|error| error.to_string());
        let units = extract::units(text, format);
        if let [whole] = units[..] {
            let passages = parse(whole)?;
            return Ok(self.builder.entries(&passages));
        }
        let mut entries = Vec::new();
        for unit in units {
            let known = match self.units.get(unit) {
                Some(known) => known.clone(),
                None => {
                    let new = self.builder.entries(&parse(unit)?);
                    let start = self.unit_entries.len() as u32;
                    self.unit_entries.extend(new);
                    let range = start..self.unit_entries.len() as u32;
                    self.units.insert(unit.into(), range.clone());
                    range
                }
            };
            entries.extend_from_slice(&self.unit_entries[known.start as usize..known.end as usize]);
        }
        Ok(entries)
    }

    fn finish(self, document: &Document<'_>, recording: Option<Recording>, remarks: Remarks) -> Gathered {
        let recording = recording.or(self.stored.map(|stored| stored.recording)).unwrap_or(Recording::Captures);
        let history = (self.count > 0).then(|| self.builder.finish(document.key.clone(), recording));
        Gathered { history, unread: self.unread, remarks, files_read: self.files_read, bytes_read: self.bytes_read }
    }
}
