//! From what commits did to paths to the texts that they recorded.

use super::chain::{self, Chain, Event, To};
use super::{Git, Reader, princeton};
use crate::snapshot::{Captured, DateSource, DocumentKey, Recording};
use crate::source::file::{self, HEAD_BYTES, NoText};
use crate::source::header::{Header, MAX_HEADER_BYTES};
use crate::source::listing::{Facts, Kept};
use crate::source::records::{self, Defaults};
use crate::source::sniff::NameSays;
use crate::source::trail::Trail;
use crate::source::{
    Damaged, Earlier, FileEntry, GitId, Listing, Locator, MAX_TEXT_BYTES, Note, Problem, Reference, Revision, SkipReason,
    Skipped, Stamp, page,
};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

impl Git {
    /// Lists the texts of all commits; those after the tip of `earlier` only, where that is part of the history.
    ///
    /// `progress` is told how many commits have been walked and compared.
    pub fn list(&self, earlier: &Earlier<'_>, progress: &dyn Fn(usize)) -> Listing {
        // What could not be read may be there now: all that happened to it must be known again.
        let is_whole = earlier.files.iter().all(FileEntry::is_settled);
        let chain = match chain::walk(self, earlier.tip.filter(|_| is_whole), progress) {
            Ok(chain) => chain,
            Err(reason) => {
                let damaged = vec![Damaged::whole(".", Problem::Unreadable(reason))];
                return Listing { files: earlier.files.to_vec(), tip: earlier.tip.copied(), damaged, ..Listing::default() };
            }
        };
        let mut listing = Listing { tip: chain.tip(earlier.tip), ..Listing::default() };
        if let Some(tip) = earlier.tip.filter(|tip| is_whole && !chain.joined && tip.shallow == chain.shallow) {
            listing.notes.push(Note::Rewritten { was: tip.commit });
        }
        if chain.shallow {
            listing.notes.push(Note::Shallow);
        }
        let before = if chain.joined { earlier.files } else { &[] };
        listing.damaged.extend(chain.nameless.iter().map(|path| Damaged::whole(path, Problem::NameNotUnicode)));
        let mut files: BTreeMap<&str, FileEntry> = before.iter().map(|file| (file.path.as_str(), file.clone())).collect();
        let mut fresh = Vec::new();
        let mut left_out = BTreeSet::new();
        for (path, events) in &chain.events {
            match self.left_out(path) {
                Some(left) => {
                    left_out.insert(left);
                }
                None => fresh.push((path, events, files.remove(path.as_str()))),
            }
        }
        for (path, reason) in left_out {
            files.insert(path, FileEntry { skipped: vec![Skipped::whole(path, reason)], ..FileEntry::new(path, NO_SIZE) });
        }
        listing.files = files.into_values().collect();
        let paths = || Paths { git: self, chain: &chain, reader: self.reader() };
        let entry = |paths: &mut Paths<'_>, (path, events, before): (&String, &Vec<Event>, Option<FileEntry>)| {
            paths.entry(path, events, before)
        };
        listing.files.par_extend(fresh.into_par_iter().map_init(paths, entry));
        listing.files.sort_by(|one, other| one.path.cmp(&other.path));
        part_paths(&mut listing.files);
        listing
    }

    /// The folder, or the path itself, that is hidden or excluded with all that it holds.
    fn left_out<'p>(&self, path: &'p str) -> Option<(&'p str, SkipReason)> {
        let ends = path.match_indices('/').map(|(at, _)| at);
        let reason_of = |part: &'p str| {
            if file::name(part).starts_with('.') {
                Some((part, SkipReason::Hidden))
            } else {
                (part.len() < path.len() && self.settings.excludes(part)).then_some((part, SkipReason::Excluded))
            }
        };
        ends.chain([path.len()]).find_map(|end| reason_of(&path[..end]))
    }
}

const NO_SIZE: Stamp = Stamp { bytes: 0, modified_ns: 0, changed_ns: 0 };

/// Lists paths for one thread.
struct Paths<'a> {
    git: &'a Git,
    chain: &'a Chain,
    reader: Reader<'a>,
}

/// A path, and what its name tells.
struct Named<'p> {
    path: &'p str,
    stem: &'p str,
    says: NameSays,
    trail: Trail<'p>,
}

impl Paths<'_> {
    /// Lists what commits did to a path after what is known of it.
    fn entry(&self, path: &str, events: &[Event], before: Option<FileEntry>) -> FileEntry {
        let mut entry = before.unwrap_or_else(|| FileEntry::new(path, NO_SIZE));
        let (says, stem, left_out) = file::by_name(&self.git.settings, path);
        if let Some(reason) = left_out {
            entry.skipped = vec![Skipped::whole(path, reason)];
            return entry;
        }
        let named = Named { path, stem, says, trail: Trail::new(&self.git.root_names, path, stem) };
        match says {
            NameSays::Records => {
                if let Err(reason) = self.list_records(&named, events, &mut entry) {
                    entry.damaged.push(Damaged::whole(path, Problem::Unreadable(reason)));
                }
            }
            NameSays::Archive(_) | NameSays::Gzip | NameSays::Warc => {
                entry.skipped = vec![Skipped::whole(path, SkipReason::PackedInHistory)];
            }
            _ => self.list_texts(&named, events, &mut entry),
        }
        entry.damaged.dedup();
        entry.references.shrink_to_fit();
        entry
    }

    fn revision(&self, event: &Event, blob: GitId) -> Revision {
        Revision { position: self.chain.before + event.commit as u32, commit: self.chain.commits[event.commit].id, blob }
    }

    /// Records have dates of their own: only the last version of their file counts.
    fn list_records(&self, named: &Named, events: &[Event], entry: &mut FileEntry) -> Result<(), String> {
        let Some(last) = events.last() else { return Ok(()) };
        *entry = FileEntry::new(named.path, NO_SIZE);
        let To::File(blob) = last.to else { return Ok(()) };
        let mut bytes = Vec::new();
        self.reader.blob(blob, &mut bytes)?;
        entry.stamp.bytes = bytes.len() as u64;
        let defaults = Defaults::new(&self.git.settings, named.path, named.stem);
        records::list(&mut bytes.as_slice(), &defaults, entry).map_err(|error| error.to_string())?;
        let revision = Some(self.revision(last, blob));
        entry.references.iter_mut().for_each(|reference| reference.locator.revision = revision);
        Ok(())
    }

    fn list_texts(&self, named: &Named, events: &[Event], entry: &mut FileEntry) {
        let known = entry.references.first().and_then(|reference| reference.locator.revision).map(|revision| revision.blob);
        let first =
            known.or_else(|| events.iter().find_map(|event| if let To::File(blob) = event.to { Some(blob) } else { None }));
        let Some(first) = first else {
            entry.skipped = vec![Skipped::whole(named.path, SkipReason::NotAFile)];
            return;
        };
        if entry.references.is_empty() {
            entry.stamp.bytes = self.reader.size(first).unwrap_or_default();
        }
        let mut texts = Texts { paths: self, named, common: None, facts: FxHashMap::default() };
        texts.settle(first);
        for event in events {
            let commit = &self.chain.commits[event.commit];
            if let (Some(last), Some(at)) = (entry.references.last_mut(), commit.authored) {
                last.ended = match event.to {
                    To::Deleted | To::NoFile if is_dated_by_commit(last) => Some(at),
                    // What was taken back ends nothing.
                    To::File(_) => last.ended.filter(|ended| *ended < at),
                    To::Deleted | To::NoFile => last.ended,
                };
            }
            let To::File(blob) = event.to else { continue };
            match texts.facts(blob) {
                Ok(facts) => {
                    let facts = self.dated(named, facts, event);
                    let locator = Locator { revision: Some(self.revision(event, blob)), ..Locator::file(named.path) };
                    let (reference, problems) = facts.into_reference(locator);
                    entry.damaged.extend(problems.into_iter().map(|problem| Damaged::whole(named.path, problem)));
                    entry.references.push(reference);
                }
                Err(NoText::Skip(reason)) => entry.skipped = vec![Skipped::whole(named.path, reason)],
                Err(NoText::Damaged(problem)) => entry.damaged.push(Damaged::whole(named.path, problem)),
            }
        }
    }

    /// Adds what the commit tells where the text itself and its path do not.
    fn dated(&self, named: &Named, mut facts: Facts, event: &Event) -> Facts {
        let commit = &self.chain.commits[event.commit];
        let captured = |instant| Captured { instant, source: DateSource::Commit };
        if named.trail.is_princeton() {
            facts.add_site(&commit.site);
            if !facts.is_dated() && facts.recording() == Recording::Captures {
                let message = self.reader.message(commit.id).unwrap_or_default();
                if let Some((instant, url)) = princeton::told(&message).and_then(|told| Some((told.instant?, told.url))) {
                    facts.add_commit(Some(captured(instant)), url, None);
                    return facts;
                }
            }
        }
        facts.add_commit(commit.authored.map(captured), commit.url.clone(), commit.kind);
        facts
    }
}

/// What the texts of one path are, each looked at only where the path and its first text do not tell for all.
struct Texts<'a> {
    paths: &'a Paths<'a>,
    named: &'a Named<'a>,
    /// What holds for every text of the path.
    common: Option<Facts>,
    facts: FxHashMap<GitId, Facts>,
}

impl Texts<'_> {
    /// Finds out whether all texts of the path are alike. Where the first cannot be read, each is looked at.
    fn settle(&mut self, first: GitId) {
        let mut bytes = Vec::new();
        if self.paths.reader.blob(first, &mut bytes).is_err() {
            return;
        }
        let header = file::header(self.named.path, &bytes[..bytes.len().min(MAX_HEADER_BYTES)]);
        let alike = matches!(self.named.says, NameSays::Text(_)) && header == Header::None && !self.named.trail.is_princeton();
        if alike && let Ok(facts) = self.look(&bytes) {
            self.common = Some(facts).filter(|facts| !facts.wants_page());
        }
    }

    fn facts(&mut self, blob: GitId) -> Result<Facts, NoText> {
        if let Some(known) = self.common.as_ref().or_else(|| self.facts.get(&blob)) {
            return Ok(known.clone());
        }
        let reader = &self.paths.reader;
        let unreadable = |reason| NoText::Damaged(Problem::Unreadable(reason));
        let bytes = reader.size(blob).map_err(unreadable)?;
        if bytes > MAX_TEXT_BYTES {
            return Err(NoText::Damaged(Problem::TooLarge { bytes }));
        }
        let mut bytes = Vec::new();
        reader.blob(blob, &mut bytes).map_err(unreadable)?;
        let mut facts = self.look(&bytes)?;
        if facts.wants_page() {
            facts.add_page(page::read(&bytes[..bytes.len().min(page::MAX_HEAD_BYTES)]));
        }
        self.facts.insert(blob, facts.clone());
        Ok(facts)
    }

    fn look(&self, bytes: &[u8]) -> Result<Facts, NoText> {
        let Named { path, says, trail, .. } = self.named;
        let format = file::format(*says, &bytes[..bytes.len().min(HEAD_BYTES)])?;
        let header = file::header(path, &bytes[..bytes.len().min(MAX_HEADER_BYTES)]);
        Ok(Facts::gather(&self.paths.git.settings, trail, path, format, header, Kept::InHistory))
    }
}

fn is_dated_by_commit(reference: &Reference) -> bool {
    reference.captured.is_some_and(|captured| captured.source == DateSource::Commit)
}

/// Paths are texts of their own: of those that give the same document, all but the one that was recorded first become a part.
fn part_paths(files: &mut [FileEntry]) {
    let position = |reference: &Reference| reference.locator.revision.map(|revision| revision.position);
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|&file| files[file].references.first().and_then(position));
    let mut owners: FxHashMap<DocumentKey, usize> = FxHashMap::default();
    for file in order {
        for reference in files[file].references.iter_mut().filter(|reference| is_dated_by_commit(reference)) {
            match owners.get(&reference.key) {
                None => {
                    owners.insert(reference.key.clone(), file);
                }
                Some(owner) if *owner == file => {}
                Some(_) => reference.key.part = reference.locator.path.clone(),
            }
        }
    }
}
