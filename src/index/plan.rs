//! Compares what a source lists now with what the index was made from: which documents must be read again.

use super::catalog::{Problem, SourceEntry};
use super::gather::{Document, Files, Remarks, Unread};
use crate::extract::EXTRACTION;
use crate::snapshot::DocumentKey;
use crate::source::{
    self, Damaged, Earlier, FileEntry, Inside, LISTING_VERSION, Listing, Locator, Note, Part, Reference, Source, Tip,
};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is kept of a source for its next update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceState {
    pub(super) listing_version: u32,
    pub(super) files: Vec<FileEntry>,
    /// How far a git history was walked.
    pub(super) tip: Option<Tip>,
    /// Captures that could not be read when their files were as they are listed.
    pub(super) unread: Vec<Unread>,
    /// What else is to be said of documents.
    pub(super) remarks: BTreeMap<DocumentKey, Remarks>,
}

/// What came of a document that was read.
pub struct Read {
    pub key: DocumentKey,
    pub remarks: Remarks,
    /// Captures that could not be read.
    pub unread: Vec<Unread>,
}

/// A source as it is now, beside what it was.
pub struct Plan<'f> {
    pub source: &'f Source,
    listing: Listing,
    before: SourceState,
    /// Whether the files were last listed and read by the rules and settings of today.
    pub same_rules: bool,
    unchanged: FxHashSet<String>,
}

impl<'f> Plan<'f> {
    /// Lists a source. With other rules than before all of it is read anew, and only what vanished from it is taken over.
    pub fn make(source: &'f Source, before: SourceState, same_settings: bool, progress: &dyn Fn(usize)) -> Plan<'f> {
        let same_rules = same_settings && before.listing_version == LISTING_VERSION;
        let earlier = if same_rules { Earlier { files: &before.files, tip: before.tip.as_ref() } } else { Earlier::default() };
        let listing = source.list(&earlier, progress);
        let is_same = |file: &&FileEntry| file.is_settled() && earlier.file(&file.path) == Some(*file);
        let unchanged = listing.files.iter().filter(is_same).map(|file| file.path.clone()).collect();
        Plan { source, listing, before, same_rules, unchanged }
    }

    /// What is to be said of the source.
    pub fn notes(&self) -> &[Note] {
        &self.listing.notes
    }

    /// Whether any file came, went or changed.
    pub fn has_changed_files(&self) -> bool {
        self.unchanged.len() != self.listing.files.len() || self.before.files.len() != self.listing.files.len()
    }

    pub fn files_unchanged(&self) -> u64 {
        self.unchanged.len() as u64
    }

    /// The documents that must be read: those of which anything is other than before or cannot be read, and with `prune` those that
    /// hold what vanished. Each with the bytes of its files.
    pub fn work<'p>(&'p self, stored: &[&DocumentKey], prune: bool) -> Vec<(Document<'p>, u64)> {
        let unread: FxHashSet<_> = self.unread_before().map(|unread| &unread.locator).collect();
        let missing: FxHashSet<_> =
            self.before.unread.iter().filter(|unread| unread.may_come).map(|unread| &unread.locator).collect();
        let before = by_document(&self.before.files);
        let mut now = by_document(&self.listing.files);
        for key in stored {
            if let Some((key, _)) = before.get_key_value(*key) {
                now.entry(key).or_default();
            }
        }
        let anew = prune || !self.same_rules;
        let must_look = |remarks: &Remarks| !remarks.unreadable.is_empty() || (anew && !remarks.vanished.is_empty());
        for (key, _) in self.before.remarks.iter().filter(|(_, remarks)| must_look(remarks)) {
            now.entry(key).or_default();
        }
        let bytes: FxHashMap<&str, u64> = self.listing.files.iter().map(|file| (file.path.as_str(), file.stamp.bytes)).collect();
        let mut work = Vec::new();
        for (key, references) in now {
            let same = before.get(key).map(Vec::as_slice).unwrap_or_default() == references
                && references.iter().all(|reference| self.is_file_unchanged(&reference.locator))
                && !references.iter().any(|reference| missing.contains(&reference.locator));
            if self.same_rules && same && !self.before.remarks.get(key).is_some_and(must_look) {
                continue;
            }
            let references: Vec<&Reference> =
                references.into_iter().filter(|reference| !unread.contains(&reference.locator)).collect();
            let size = |locator: &Locator| match locator.inside.as_ref().and_then(Inside::member) {
                Some(member) => member.bytes,
                None => bytes.get(locator.path.as_str()).copied().unwrap_or_default(),
            };
            let bytes = references.iter().map(|reference| size(&reference.locator)).fold(0, u64::saturating_add);
            work.push((Document { key: key.clone(), references }, bytes));
        }
        work
    }

    /// Captures that could not be read before, and whose files are as they were then.
    fn unread_before(&self) -> impl Iterator<Item = &Unread> {
        self.before.unread.iter().filter(|unread| !unread.may_come && self.is_file_unchanged(&unread.locator))
    }

    /// Whether the bytes of a capture are where and what they were.
    fn is_file_unchanged(&self, capture: &Locator) -> bool {
        // The bytes behind a blob's name are always the same.
        if capture.revision.is_some() { self.same_rules } else { capture.paths().all(|path| self.unchanged.contains(path)) }
    }

    /// What is to be kept and what is to be told of the source, given what came of the documents that were read.
    pub fn close(self, entry: &SourceEntry, read: Vec<Read>) -> (SourceState, SourceEntry) {
        let mut all_unread: Vec<Unread> = self.unread_before().cloned().collect();
        let mut remarks = if self.same_rules { self.before.remarks } else { BTreeMap::new() };
        for Read { key, remarks: new, unread } in read {
            all_unread.extend(unread);
            remarks.remove(&key);
            if new != Remarks::default() {
                remarks.insert(key, new);
            }
        }
        all_unread.sort_by(|a, b| a.locator.cmp(&b.locator));
        let skipped = self.listing.all_skipped().map(|one| Problem { path: one.place(), reason: one.reason.to_string() });
        let damaged = self.listing.all_damaged().map(|one| Problem { path: one.place(), reason: one.problem.to_string() });
        let unread = all_unread.iter().map(|one| Problem { path: one.locator.to_string(), reason: one.reason.clone() });
        let mut damaged: Vec<Problem> = damaged.chain(unread).collect();
        damaged.sort();
        let sorted = |of: fn(&Remarks) -> &[String]| {
            let mut paths: Vec<String> = remarks.values().flat_map(of).cloned().collect();
            paths.sort();
            paths
        };
        let (vanished, unreadable) = (sorted(|remarks| &remarks.vanished), sorted(|remarks| &remarks.unreadable));
        let entry = SourceEntry {
            settings: self.source.settings().fingerprint().to_owned(),
            groups: self.source.settings().groups().clone(),
            extraction: EXTRACTION,
            tip: self.listing.tip,
            superseded: remarks.values().map(|remarks| remarks.superseded).sum(),
            skipped: skipped.collect(),
            damaged,
            vanished,
            unreadable,
            ..entry.clone()
        };
        let state = SourceState {
            listing_version: LISTING_VERSION,
            files: self.listing.files,
            tip: self.listing.tip,
            unread: all_unread,
            remarks,
        };
        (state, entry)
    }
}

impl Files for Plan<'_> {
    fn is_read_anew(&self, path: &str) -> bool {
        !self.same_rules && self.listing.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok()
    }

    fn is_unchanged(&self, capture: &Locator) -> bool {
        // Where it is what was stored, its checksum is the same.
        let has_checksum = matches!(&capture.inside, Some(Inside::Member(member)) if member.crc32.is_some());
        if has_checksum { self.same_rules } else { self.is_file_unchanged(capture) }
    }

    fn is_unreadable(&self, capture: &Locator) -> bool {
        let is_in = |folder: &str| capture.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let member = capture.inside.as_ref().and_then(Inside::member);
        let offset = capture.inside.as_ref().and_then(Inside::capture).map(|capture| capture.stretch.offset);
        // What is wrong with one member of an archive, or a revisit that lacks its page, says nothing of the others.
        let is_other = |damaged: &Damaged| match (&damaged.part, member) {
            (Some(Part::Member(name) | Part::MemberLine(name, _)), Some(member)) => *name != member.name,
            (Some(Part::Byte(byte)), _) if damaged.problem == source::Problem::Revisit => offset != Some(*byte),
            _ => false,
        };
        let path = capture.full_path();
        let is_damaged = |damaged: &Damaged| damaged.problem.may_lose_text() && is_in(&damaged.path) && !is_other(damaged);
        self.listing.all_damaged().any(is_damaged) || self.unread_before().any(|unread| unread.locator.full_path() == path)
    }
}

fn by_document(files: &[FileEntry]) -> BTreeMap<&DocumentKey, Vec<&Reference>> {
    let mut documents: BTreeMap<&DocumentKey, Vec<&Reference>> = BTreeMap::new();
    for reference in files.iter().flat_map(|file| &file.references) {
        documents.entry(&reference.key).or_default().push(reference);
    }
    documents
}
