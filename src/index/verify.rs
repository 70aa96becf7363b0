//! Reads a whole index again and compares it with its own hashes and counts.

use super::catalog::{Catalog, Counts, DocumentEntry};
use super::columns::{Columns, PassageRow};
use super::plan::SourceState;
use super::record::outline_of;
use super::terms::count_words;
use super::update::languages;
use super::{
    CATALOG, DOCUMENTS, FILES, IndexError, Record, chunks, commit_of, duplicates, open_terms, read_catalog, read_safely,
    record_bytes, side_file, terms_dir,
};
use crate::history::{DocumentHistory, Wordbook, captures, join_entries};
use memmap2::Mmap;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tantivy::TantivyError;

/// Something in an index that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, within the index directory.
    pub file: String,
    /// Whose text, and which, where it is one document's.
    pub document: Option<String>,
    pub what: String,
}

/// What was checked of an index, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    pub fingerprint: String,
    pub documents: u64,
    pub versions: u64,
    pub passages: u64,
    pub snapshots: u64,
    pub findings: Vec<Finding>,
}

/// Checks an index. `progress` is told how many of how many documents are done.
///
/// # Errors
/// Where there is no index.
pub fn verify(dir: &Path, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Verified, IndexError> {
    if !terms_dir(dir).exists() {
        return Err(IndexError::Missing(dir.display().to_string()));
    }
    let mut check = Check { dir, verified: Verified::default() };
    check.all(progress);
    check.verified.findings.sort();
    check.verified.findings.dedup();
    Ok(check.verified)
}

struct Check<'d> {
    dir: &'d Path,
    verified: Verified,
}

impl Check<'_> {
    fn wrong(&mut self, file: impl Into<String>, what: impl Into<String>) {
        self.verified.findings.push(Finding { file: file.into(), document: None, what: what.into() });
    }

    fn all(&mut self, progress: &(dyn Fn(u64, u64) + Sync)) {
        let terms = match read_safely(|| open_terms(self.dir)) {
            Ok(terms) => terms,
            Err(error) => return self.wrong("terms/meta.json", told(&error)),
        };
        let generation = match commit_of(&terms, self.dir) {
            Ok(commit) => commit.generation,
            Err(error) => return self.wrong("terms/meta.json", told(&error)),
        };
        let terms_whole = self.check_terms(&terms);
        self.check_files(generation);
        let name = format!("{CATALOG}.{generation}");
        let catalog = match read_catalog(self.dir, generation) {
            Ok(catalog) => catalog,
            Err(error) => return self.wrong(name, told(&error)),
        };
        self.verified.fingerprint.clone_from(&catalog.fingerprint);
        if catalog.generation != generation {
            self.wrong(&name, "it is of another update than the terms");
        }
        let documents = self.map(&catalog);
        let whole = self.check_documents(&catalog, &documents, progress);
        if whole {
            self.check_catalog(&name, &catalog, &documents);
        }
        if whole && terms_whole {
            self.check_passages(&terms, &catalog, &documents);
        }
    }

    /// tantivy's own checksums; false where any is wrong.
    fn check_terms(&mut self, terms: &tantivy::Index) -> bool {
        let before = self.verified.findings.len();
        let files = read_safely(|| segment_files(terms, self.dir));
        let files = match files {
            Ok(files) => files,
            Err(error) => {
                self.wrong("terms/meta.json", told(&error));
                return false;
            }
        };
        let managed = std::fs::read(terms_dir(self.dir).join(".managed.json")).ok();
        let managed: Option<BTreeSet<PathBuf>> = managed.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match managed {
            Some(managed) if files.is_subset(&managed) => {
                // tantivy does not miss a file before it needs it.
                let segments: BTreeSet<Option<&std::ffi::OsStr>> = files.iter().map(|file| file.file_stem()).collect();
                for file in managed.difference(&files).filter(|file| segments.contains(&file.file_stem())) {
                    self.wrong(format!("terms/{}", file.display()), "it is gone");
                }
            }
            _ => self.wrong("terms/.managed.json", "it does not name the files that the last update wrote"),
        }
        for file in &files {
            let sound = read_safely(|| {
                terms.directory().validate_checksum(file).map_err(|error| IndexError::Tantivy(TantivyError::from(error)))
            });
            let what = match sound {
                Ok(true) => continue,
                Ok(false) => "its checksum is another".to_owned(),
                Err(error) => told(&error),
            };
            self.wrong(format!("terms/{}", file.display()), what);
        }
        self.verified.findings.len() == before
    }

    fn check_files(&mut self, generation: u64) {
        let path = side_file(self.dir, FILES, generation);
        let read = std::fs::read(&path).map_err(IndexError::io(&path));
        if let Err(error) = read.and_then(|bytes| chunks::unpack::<Vec<SourceState>>(&bytes)) {
            self.wrong(format!("{FILES}.{generation}"), told(&error));
        }
    }

    /// The files of records that can be opened.
    fn map(&mut self, catalog: &Catalog) -> FxHashMap<u64, Mmap> {
        let numbers: BTreeSet<u64> = catalog.documents().map(|(_, entry)| entry.place.file).collect();
        let mut maps = FxHashMap::default();
        for number in numbers {
            let path = side_file(self.dir, DOCUMENTS, number);
            // SAFETY: files of an index are written once and never changed afterwards, only removed.
            match File::open(&path).and_then(|file| unsafe { Mmap::map(&file) }) {
                Ok(map) => _ = maps.insert(number, map),
                Err(error) => self.wrong(format!("{DOCUMENTS}.{number}"), error.to_string()),
            }
        }
        maps
    }

    /// Every record, its texts and its counts; false where any is wrong.
    fn check_documents(
        &mut self,
        catalog: &Catalog,
        documents: &FxHashMap<u64, Mmap>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> bool {
        let entries: Vec<&DocumentEntry> = catalog.documents().map(|(_, entry)| entry).collect();
        let done = AtomicU64::new(0);
        let found: Vec<Finding> = entries
            .par_iter()
            .filter_map(|entry| {
                let what = read_safely(|| check_document(entry, documents)).unwrap_or_else(|error| Some(told(&error)));
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, entries.len() as u64);
                let key = &entry.key;
                let parts = [&key.company, &key.kind, &key.part].map(String::as_str);
                let names: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                let file = format!("{DOCUMENTS}.{}", entry.place.file);
                what.map(|what| Finding { file, document: Some(names.join("/")), what })
            })
            .collect();
        let counts = catalog.counts();
        let verified = &mut self.verified;
        verified.documents = entries.len() as u64;
        (verified.versions, verified.passages) = (counts.versions, counts.passages);
        verified.snapshots = counts.snapshots + counts.undated;
        let whole = found.is_empty();
        verified.findings.extend(found);
        whole
    }

    /// What the catalog says of all documents together.
    fn check_catalog(&mut self, name: &str, catalog: &Catalog, documents: &FxHashMap<u64, Mmap>) {
        let mut again = catalog.clone();
        if let Err(error) = duplicates::find(&mut again, |place| record_bytes(documents, place)) {
            return self.wrong(name, told(&error));
        }
        let pairs = || catalog.documents().zip(again.documents());
        if pairs().any(|((_, was), (_, is))| was.duplicates != is.duplicates) {
            self.wrong(name, "the snapshots that several archives hold are others");
        }
        if catalog.documents().any(|(_, entry)| entry.source as usize >= catalog.sources.len()) {
            self.wrong(name, "a document is of no archive");
        }
        again.seal();
        if again.fingerprint != catalog.fingerprint {
            self.wrong(name, format!("its fingerprint is {}, its contents have {}", catalog.fingerprint, again.fingerprint));
        }
    }

    /// Whether the terms hold the passages of the documents, each once and with what its record tells of it.
    fn check_passages(&mut self, terms: &tantivy::Index, catalog: &Catalog, documents: &FxHashMap<u64, Mmap>) {
        match read_safely(|| holds_passages(terms, catalog, documents)) {
            Ok(true) => {}
            Ok(false) => {
                self.wrong("terms", "they do not hold the passages of the documents, each once and as their records tell")
            }
            Err(error) => self.wrong("terms", told(&error)),
        }
    }
}

/// What an error says of a file that is named beside it.
fn told(error: &IndexError) -> String {
    match error {
        IndexError::Damaged(what) => (*what).to_owned(),
        IndexError::Io { error, .. } => error.to_string(),
        other => other.to_string(),
    }
}

/// The files of the segments that the last commit names, as far as they are there.
fn segment_files(terms: &tantivy::Index, dir: &Path) -> Result<BTreeSet<PathBuf>, IndexError> {
    let segments: Vec<String> = terms.searchable_segment_metas()?.iter().map(|segment| segment.id().uuid_string()).collect();
    let dir = terms_dir(dir);
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(&dir).map_err(IndexError::io(&dir))? {
        let name = entry.map_err(IndexError::io(&dir))?.file_name();
        if name.to_str().is_some_and(|name| segments.iter().any(|segment| name.starts_with(segment.as_str()))) {
            files.insert(PathBuf::from(name));
        }
    }
    Ok(files)
}

/// Whether the terms hold the passages of the documents, each once and with what its record tells of it.
fn holds_passages(terms: &tantivy::Index, catalog: &Catalog, documents: &FxHashMap<u64, Mmap>) -> Result<bool, IndexError> {
    let slots = Arc::new(catalog.slots.clone());
    let mut seen: Vec<u64> = vec![0; catalog.documents.len()];
    for segment in terms.reader()?.searcher().segment_readers() {
        let columns = Columns::new(segment, &slots)?;
        let rows: Vec<PassageRow> = segment.doc_ids_alive().map(|passage| columns.row(passage)).collect();
        for of_document in rows.chunk_by(|a, b| a.slot == b.slot) {
            let slot = of_document[0].slot;
            let Some(Some(entry)) = catalog.documents.get(slot as usize) else { return Ok(false) };
            let outline = outline_of(record_bytes(documents, entry.place)?)?;
            if of_document != PassageRow::told(&outline, slot) {
                return Ok(false);
            }
            seen[slot as usize] += of_document.len() as u64;
        }
    }
    Ok(catalog.documents().all(|(slot, entry)| seen[slot as usize] == entry.counts.passages))
}

/// What is wrong with a document.
fn check_document(entry: &DocumentEntry, documents: &FxHashMap<u64, Mmap>) -> Result<Option<String>, IndexError> {
    let bytes = record_bytes(documents, entry.place)?;
    if <[u8; 32]>::from(blake3::hash(bytes)) != entry.digest {
        return Ok(Some("its record has another hash than the catalog says".to_owned()));
    }
    let history = Record::open(bytes)?.history(bytes)?;
    Ok(check_history(entry, &history).map(str::to_owned))
}

fn check_history(entry: &DocumentEntry, history: &DocumentHistory) -> Option<&'static str> {
    let timeline = &history.timeline;
    if history.key != entry.key || history.recording != entry.recording {
        return Some("its record is of another document");
    }
    let is_known =
        |version: &crate::history::Version| version.entries.iter().all(|at| (at.passage as usize) < history.texts.len());
    if !history.versions.iter().all(is_known) {
        return Some("a version names no passage");
    }
    for version in &history.versions {
        let text = join_entries(&version.entries, &history.texts);
        if <[u8; 32]>::from(Sha256::digest(text.as_bytes())) != version.sha256_text {
            return Some("the text of a version has another SHA-256 than it says");
        }
    }
    let chars = history.texts.iter().zip(&timeline.passages);
    if chars.into_iter().any(|(text, facts)| text.chars().count() != facts.chars as usize) {
        return Some("a passage has another length than it says");
    }
    let (words, heading_words) = count_words(history, &Wordbook::default().read(&history.texts));
    let instants = || timeline.snapshots.iter().filter_map(|snapshot| Some(snapshot.captured?.instant));
    let same = Counts::of(history, words, heading_words) == entry.counts
        && languages(timeline) == entry.langs
        && captures::of(timeline) == (entry.snapshots.clone(), entry.deletions.clone())
        && (instants().next(), instants().next_back()) == (entry.first, entry.last);
    (!same).then_some("the catalog counts other than its record holds")
}
