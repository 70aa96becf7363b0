//! Walking a branch along its first parents: which commits came, and what each did to which path.

use super::{Git, Reader, message, princeton};
use crate::site::SiteFacts;
use crate::snapshot::{CommitKind, Instant, Precision};
use crate::source::{GitId, Tip};
use gix::ObjectId;
use gix::diff::tree::{Recorder, State, recorder::Change};
use gix::objs::{FindExt, TreeRefIter};
use rustc_hash::FxHashSet;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many commits are walked between two words of progress.
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

/// Walks the branch back to `known`, or to its beginning where that is no part of it. What was walked is compared meanwhile.
pub fn walk(git: &Git, known: Option<&Tip>, progress: &dyn Fn(usize)) -> Result<Chain, String> {
    let reader = git.reader();
    let boundary = reader.repository.shallow_commits().map_err(|error| error.to_string())?;
    let is_cut = |id: ObjectId| boundary.as_ref().is_some_and(|commits| commits.iter().any(|commit| *commit == id));
    // Of a clone that was deepened the beginning is new.
    let known = known.filter(|known| known.shallow == boundary.is_some());
    let mut commits = Vec::new();
    let mut joined = false;
    let compared = Mutex::new(Vec::new());
    rayon::in_place_scope(|scope| -> Result<(), String> {
        let compare = |stretch: Stretch| {
            let compared = &compared;
            scope.spawn(move |_| {
                let changes = stretch.compare(git);
                compared.lock().unwrap_or_else(PoisonError::into_inner).push((stretch.first, changes));
            });
        };
        let mut stretch = Stretch { first: 0, trees: Vec::new() };
        let mut next = Some(git.tip);
        let mut buffer = Vec::new();
        let mut categories = FxHashSet::default();
        while let Some(id) = next {
            let Walked { mut commit, tree, parent } = reader.commit(id, &mut buffer)?;
            stretch.trees.push(tree);
            joined = known.is_some_and(|known| known.commit.0 == *id.as_slice());
            if joined {
                break;
            }
            if stretch.trees.len() > STRETCH {
                compare(std::mem::replace(&mut stretch, Stretch { first: commits.len(), trees: vec![tree] }));
            }
            next = parent.filter(|_| !is_cut(id));
            commit.site.categories = shared(&mut categories, commit.site.categories);
            commits.push(commit);
            if commits.len() % CHUNK == 0 {
                progress(commits.len());
            }
        }
        if !joined {
            stretch.trees.push(ObjectId::empty_tree(git.tip.kind()));
        }
        compare(stretch);
        Ok(())
    })?;
    commits.reverse();
    let before = known.filter(|_| joined).map_or(0, |known| known.position + 1);
    let mut chain = Chain { commits, before, events: BTreeMap::new(), nameless: Vec::new(), shallow: boundary.is_some(), joined };
    let mut compared = compared.into_inner().unwrap_or_else(PoisonError::into_inner);
    compared.sort_unstable_by_key(|(first, _)| Reverse(*first));
    for (first, changes) in compared {
        for (at, changes) in changes?.into_iter().enumerate().rev() {
            let commit = chain.commits.len() - 1 - (first + at);
            changes.into_iter().for_each(|(path, to)| chain.note(path, Event { commit, to }));
        }
    }
    chain.nameless.sort();
    chain.nameless.dedup();
    Ok(chain)
}

/// Commits that one thread compares, the last first: in packs an older tree is made from a newer one, which was just read then.
struct Stretch {
    /// How many commits of the branch come after the first of these.
    first: usize,
    /// Their trees, and the one before them.
    trees: Vec<ObjectId>,
}

/// What a commit did to its paths.
type Changes = Vec<(gix::bstr::BString, To)>;

impl Stretch {
    /// What each commit did.
    fn compare(&self, git: &Git) -> Result<Vec<Changes>, String> {
        let mut reader = git.reader();
        reader.repository.object_cache_size(TREE_CACHE_BYTES);
        self.trees.windows(2).map(|trees| reader.changes(trees[1], trees[0])).collect()
    }
}

impl Chain {
    fn note(&mut self, path: gix::bstr::BString, event: Event) {
        match String::from_utf8(path.into()) {
            Ok(path) => self.events.entry(path).or_default().push(event),
            Err(error) => self.nameless.push(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        }
    }
}

/// A commit of the branch, as it is met on the way back.
struct Walked {
    commit: Commit,
    tree: ObjectId,
    parent: Option<ObjectId>,
}

impl Reader<'_> {
    /// Reads a commit.
    fn commit(&self, id: ObjectId, buffer: &mut Vec<u8>) -> Result<Walked, String> {
        let failed = |error: &dyn std::fmt::Display| format!("commit {id}: {error}");
        let found = self.repository.objects.find_commit(&id, buffer).map_err(|error| failed(&error))?;
        let seconds = found.author().ok().and_then(|author| Some(author.time().ok()?.seconds));
        let authored = seconds
            .filter(|seconds| (0..END_OF_TIME).contains(seconds))
            .map(|seconds| Instant { seconds, precision: Precision::Second });
        let text = String::from_utf8_lossy(found.message);
        let commit = Commit {
            id: git_id(id),
            authored,
            kind: message::kind(&text),
            url: message::url(&text),
            site: princeton::told(&text).map(|told| told.site).unwrap_or_default(),
        };
        Ok(Walked { commit, tree: found.tree(), parent: found.parents().next() })
    }

    /// The whole message of a commit.
    pub fn message(&self, id: GitId) -> Result<String, String> {
        let mut buffer = Vec::new();
        let found = self.repository.objects.find_commit(&ObjectId::from(id.0), &mut buffer);
        found.map(|commit| String::from_utf8_lossy(commit.message).into_owned()).map_err(|error| error.to_string())
    }

    /// The entries of a tree.
    fn tree<'b>(&self, id: &ObjectId, buffer: &'b mut Vec<u8>) -> Result<TreeRefIter<'b>, String> {
        if id.is_empty_tree() {
            // It need not be stored.
            return Ok(TreeRefIter::from_bytes(&[], id.kind()));
        }
        self.repository.objects.find_tree_iter(id, buffer).map_err(|error| format!("tree {id}: {error}"))
    }

    /// Each path that is other in one tree than in another.
    fn changes(&self, from: ObjectId, to: ObjectId) -> Result<Changes, String> {
        let mut changes = Vec::new();
        if from == to {
            return Ok(changes);
        }
        let (mut old, mut new) = (Vec::new(), Vec::new());
        let (old, new) = (self.tree(&from, &mut old)?, self.tree(&to, &mut new)?);
        let mut recorder = Recorder::default();
        gix::diff::tree(old, new, State::default(), &self.repository.objects, &mut recorder)
            .map_err(|error| format!("tree {to}: {error}"))?;
        for change in recorder.records {
            match change {
                // Only who may run the file was changed.
                Change::Modification { previous_entry_mode, previous_oid, entry_mode, oid, .. }
                    if oid == previous_oid && previous_entry_mode.is_blob() == entry_mode.is_blob() => {}
                Change::Deletion { entry_mode, path, .. } if !entry_mode.is_tree() => changes.push((path, To::Deleted)),
                Change::Addition { entry_mode, oid, path, .. } | Change::Modification { entry_mode, oid, path, .. }
                    if !entry_mode.is_tree() =>
                {
                    changes.push((path, if entry_mode.is_blob() { To::File(git_id(oid)) } else { To::NoFile }));
                }
                _ => {}
            }
        }
        Ok(changes)
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
