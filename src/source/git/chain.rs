//! Walking a branch along its first parents: which commits came, and what each did to which path.

use super::{Git, Reader, message, princeton};
use crate::site::SiteFacts;
use crate::snapshot::{CommitKind, Instant, Precision};
use crate::source::{GitId, Tip};
use gix::ObjectId;
use gix::diff::tree::{Recorder, State, recorder::Change};
use gix::objs::{FindExt, TreeRefIter};
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many commits are compared between two words of progress.
const CHUNK: usize = 4096;
/// How many commits one thread compares in a row.
const STRETCH: usize = 128;
/// The memory that one thread may use to keep trees.
const TREE_CACHE_BYTES: usize = 4 * 1024 * 1024;
/// Seconds since 1970 until the year 10000: no later time can be written.
const END_OF_TIME: i64 = 253_402_300_800;

/// What a commit tells.
pub struct Commit {
    pub id: GitId,
    tree: ObjectId,
    /// When the text was fetched: the author's date; `None` where it is none.
    pub authored: Option<Instant>,
    pub kind: Option<CommitKind>,
    /// Where the text came from.
    pub url: Option<String>,
    /// What it tells of the site.
    pub site: SiteFacts,
}

/// What a commit did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Place in [`Chain::commits`].
    pub commit: usize,
    pub to: To,
}

/// What a path became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    File(GitId),
    /// A link, or another repository.
    NoFile,
    Deleted,
}

/// The commits of a branch that are new, and what they did.
pub struct Chain {
    /// The earliest first.
    pub commits: Vec<Commit>,
    /// How many commits come before the first of them.
    pub before: u32,
    /// By path, in the order of the commits.
    pub events: BTreeMap<String, Vec<Event>>,
    /// Paths that are not UTF-8.
    pub nameless: Vec<String>,
    /// Whether the clone lacks the beginning of the history.
    pub shallow: bool,
    /// Whether the commit from which the walk should go on is part of the history.
    pub joined: bool,
}

impl Chain {
    /// How far the branch has been walked.
    pub fn tip(&self, before: Option<&Tip>) -> Option<Tip> {
        let position = self.before + self.commits.len() as u32;
        let last = self.commits.last();
        last.map(|commit| Tip { commit: commit.id, position: position - 1, shallow: self.shallow }).or(before.copied())
    }
}

/// Walks the branch back to `known`, or to its beginning where that is no part of it.
pub fn walk(git: &Git, known: Option<&Tip>, progress: &dyn Fn(usize)) -> Result<Chain, String> {
    let reader = git.reader();
    let boundary = reader.repository.shallow_commits().map_err(|error| error.to_string())?;
    let is_cut = |id: ObjectId| boundary.as_ref().is_some_and(|commits| commits.iter().any(|commit| *commit == id));
    // Of a clone that was deepened the beginning is new.
    let known = known.filter(|known| known.shallow == boundary.is_some());
    let mut commits = Vec::new();
    let mut next = Some(git.tip);
    let mut base = None;
    let mut buffer = Vec::new();
    let mut categories = FxHashSet::default();
    while let Some(id) = next {
        let (mut commit, parent) = reader.commit(id, &mut buffer)?;
        if known.is_some_and(|known| known.commit.0 == *id.as_slice()) {
            base = Some(commit.tree);
            break;
        }
        next = parent.filter(|_| !is_cut(id));
        commit.site.categories = shared(&mut categories, commit.site.categories);
        commits.push(commit);
        if commits.len() % CHUNK == 0 {
            progress(commits.len());
        }
    }
    commits.reverse();
    let joined = base.is_some();
    let before = known.filter(|_| joined).map_or(0, |known| known.position + 1);
    let mut chain = Chain { commits, before, events: BTreeMap::new(), nameless: Vec::new(), shallow: boundary.is_some(), joined };
    chain.compare(git, base, progress)?;
    Ok(chain)
}

impl Chain {
    /// Finds what each commit did, given the tree before the first of them.
    fn compare(&mut self, git: &Git, base: Option<ObjectId>, progress: &dyn Fn(usize)) -> Result<(), String> {
        for chunk in (0..self.commits.len()).step_by(CHUNK) {
            let stretches: Vec<usize> = (chunk..self.commits.len().min(chunk + CHUNK)).step_by(STRETCH).collect();
            let end = |start: usize| (start + STRETCH).min(chunk + CHUNK).min(self.commits.len());
            let found: Result<Vec<Vec<Found>>, String> = stretches
                .into_par_iter()
                .map(|start| {
                    let mut reader = git.reader();
                    reader.repository.object_cache_size(TREE_CACHE_BYTES);
                    let mut tree = start.checked_sub(1).map(|before| self.commits[before].tree).or(base);
                    let mut found = Vec::new();
                    for commit in start..end(start) {
                        let to = self.commits[commit].tree;
                        reader.changes(tree, to, |path, to| found.push(Found { path, event: Event { commit, to } }))?;
                        tree = Some(to);
                    }
                    Ok(found)
                })
                .collect();
            for Found { path, event } in found?.into_iter().flatten() {
                match String::from_utf8(path.into()) {
                    Ok(path) => self.events.entry(path).or_default().push(event),
                    Err(error) => self.nameless.push(String::from_utf8_lossy(error.as_bytes()).into_owned()),
                }
            }
            progress(end(chunk));
        }
        self.nameless.sort();
        self.nameless.dedup();
        Ok(())
    }
}

struct Found {
    path: gix::bstr::BString,
    event: Event,
}

impl Reader<'_> {
    /// Reads a commit: what it tells, and its first parent.
    fn commit(&self, id: ObjectId, buffer: &mut Vec<u8>) -> Result<(Commit, Option<ObjectId>), String> {
        let failed = |error: &dyn std::fmt::Display| format!("commit {id}: {error}");
        let found = self.repository.objects.find_commit(&id, buffer).map_err(|error| failed(&error))?;
        let seconds = found.author().ok().and_then(|author| Some(author.time().ok()?.seconds));
        let authored = seconds
            .filter(|seconds| (0..END_OF_TIME).contains(seconds))
            .map(|seconds| Instant { seconds, precision: Precision::Second });
        let text = String::from_utf8_lossy(found.message);
        let commit = Commit {
            id: git_id(id),
            tree: found.tree(),
            authored,
            kind: message::kind(&text),
            url: message::url(&text),
            site: princeton::told(&text).map(|told| told.site).unwrap_or_default(),
        };
        Ok((commit, found.parents().next()))
    }

    /// The whole message of a commit.
    pub fn message(&self, id: GitId) -> Result<String, String> {
        let mut buffer = Vec::new();
        let found = self.repository.objects.find_commit(&ObjectId::from(id.0), &mut buffer);
        found.map(|commit| String::from_utf8_lossy(commit.message).into_owned()).map_err(|error| error.to_string())
    }

    /// Tells of each path that is other in one tree than in another.
    fn changes(&self, from: Option<ObjectId>, to: ObjectId, mut tell: impl FnMut(gix::bstr::BString, To)) -> Result<(), String> {
        if from == Some(to) {
            return Ok(());
        }
        let objects = &self.repository.objects;
        let (mut old, mut new) = (Vec::new(), Vec::new());
        let failed = |error: &dyn std::fmt::Display| format!("tree {to}: {error}");
        let old = match &from {
            Some(from) => objects.find_tree_iter(from, &mut old).map_err(|error| failed(&error))?,
            None => TreeRefIter::from_bytes(&[], to.kind()),
        };
        let new = objects.find_tree_iter(&to, &mut new).map_err(|error| failed(&error))?;
        let mut recorder = Recorder::default();
        gix::diff::tree(old, new, State::default(), objects, &mut recorder).map_err(|error| failed(&error))?;
        for change in recorder.records {
            match change {
                // Only who may run the file was changed.
                Change::Modification { previous_entry_mode, previous_oid, entry_mode, oid, .. }
                    if oid == previous_oid && previous_entry_mode.is_blob() == entry_mode.is_blob() => {}
                Change::Deletion { entry_mode, path, .. } if !entry_mode.is_tree() => tell(path, To::Deleted),
                Change::Addition { entry_mode, oid, path, .. } | Change::Modification { entry_mode, oid, path, .. }
                    if !entry_mode.is_tree() =>
                {
                    tell(path, if entry_mode.is_blob() { To::File(git_id(oid)) } else { To::NoFile });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The list that is known and equal to this one: a million commits have only some lists of categories between them.
fn shared(known: &mut FxHashSet<Arc<[String]>>, list: Arc<[String]>) -> Arc<[String]> {
    match known.get(&list) {
        Some(known) => known.clone(),
        None => {
            known.insert(list.clone());
            list
        }
    }
}

/// The identifier in our own words. Only repositories that use SHA-1 can be opened.
fn git_id(id: ObjectId) -> GitId {
    let mut bytes = [0; 20];
    bytes.iter_mut().zip(id.as_slice()).for_each(|(to, from)| *to = *from);
    GitId(bytes)
}
