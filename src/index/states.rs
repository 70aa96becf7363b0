//! Joins what several indexes know of the files of a source, so that the next update of the joined one reads what is new to it and nothing
//! twice.

use super::plan::SourceState;
use super::shard::Shards;
use crate::source::{FileEntry, Reference, Stamp};
use std::collections::{BTreeMap, BTreeSet};

/// The stamp of a file that two indexes saw in different states: it is no file's, so that the file is listed anew.
const SEEN_APART: Stamp = Stamp { bytes: 0, modified_ns: i64::MIN, changed_ns: i64::MIN };

impl SourceState {
    /// Adds what an index of these shards (`None`: of whole archives) knows of the source.
    pub fn join(&mut self, other: SourceState, shards: Option<&Shards>) {
        if self.listing_version != other.listing_version {
            // No version of the rules: everything is listed and read anew.
            self.listing_version = 0;
        }
        // Shards that were built from the same files know the same of them.
        if self.files != other.files {
            self.join_files(other.files, shards);
            self.tip = None;
        } else if self.tip != other.tip {
            self.tip = None;
        }
        self.unread.extend(other.unread);
        self.unread.sort_by(|a, b| a.locator.cmp(&b.locator));
        self.remarks.extend(other.remarks);
    }

    /// Of files that were seen in different states, each index tells of its own documents.
    fn join_files(&mut self, others: Vec<FileEntry>, shards: Option<&Shards>) {
        let mut files: BTreeMap<String, FileEntry> =
            std::mem::take(&mut self.files).into_iter().map(|file| (file.path.clone(), file)).collect();
        let mut others: BTreeMap<String, FileEntry> = others.into_iter().map(|file| (file.path.clone(), file)).collect();
        let paths: BTreeSet<String> = files.keys().chain(others.keys()).cloned().collect();
        for path in paths {
            let (one, other) = (files.get(&path), others.remove(&path));
            if one == other.as_ref() || (one.is_some() && other.is_none() && shards.is_none()) {
                continue;
            }
            let of_other = |reference: &Reference| shards.is_none_or(|shards| shards.hold(&reference.key));
            let mine = one.iter().flat_map(|file| &file.references);
            let mut references: Vec<Reference> = mine.filter(|&one| shards.is_none() || !of_other(one)).cloned().collect();
            for reference in other.into_iter().flat_map(|file| file.references).filter(of_other) {
                if !references.contains(&reference) {
                    references.push(reference);
                }
            }
            let entry = FileEntry {
                path: path.clone(),
                stamp: SEEN_APART,
                references,
                skipped: Vec::new(),
                damaged: Vec::new(),
                crawl: None,
            };
            files.insert(path, entry);
        }
        self.files = files.into_values().collect();
    }
}
