//! A git history as a source: which versions its paths had, commit by commit, along the first parents of one branch.

mod ahead;
mod chain;
mod listing;
mod message;
mod princeton;

use crate::source::file;
use crate::source::folder::root_names;
use crate::source::{GitId, Inside, Locator, MAX_TEXT_BYTES, Opened, ReadError, SETTINGS_FILE, Settings, SourceError};
use ahead::{Ahead, Packs};
use gix::ObjectId;
use gix::objs::Find;
use std::path::{Path, PathBuf};

/// The memory that one reader may use to keep objects from which others are made.
const PACK_CACHE_BYTES: usize = 2 * 1024 * 1024;
/// What is said of an object that is not there.
const MISSING: &str = "the repository lacks it, as a partial clone does: fetch it with `git fetch --refetch --no-filter`";
/// What a bare repository's folder is often called after its name.
const BARE_ENDING: &str = ".git";

/// A repository of which one branch is a source.
pub struct Git {
    /// The canonical path that was given.
    base: PathBuf,
    /// The branch or tag, where one was named; else it is `HEAD`.
    branch: Option<String>,
    name: String,
    root_names: Vec<String>,
    tip: ObjectId,
    settings: Settings,
    repository: gix::ThreadSafeRepository,
    packs: Packs,
}

impl std::fmt::Debug for Git {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Git({} at {})", self.root(), self.tip)
    }
}

impl Git {
    /// Opens a bare repository, the root of a working tree with a commit, or one of these with `@` and a branch or tag.
    /// `None` where there is no repository: then it may be a folder.
    ///
    /// # Errors
    /// When the repository cannot be read, has no such branch, or its settings are wrong.
    pub fn open(path: &Path) -> Result<Option<Git>, SourceError> {
        let (place, branch) = with_branch(path);
        let Some(bare) = is_repository(&place) else {
            return Ok(None);
        };
        let broken = |error: &dyn std::fmt::Display| SourceError::Repository { path: place.clone(), reason: error.to_string() };
        let base = place.canonicalize().map_err(|source| SourceError::Io { path: place.clone(), source })?;
        let repository = gix::open::Options::isolated().open(&base).map_err(|error| broken(&error))?;
        let local = repository.to_thread_local();
        let tip = match &branch {
            Some(branch) => {
                let missing = || SourceError::NoBranch { path: place.clone(), branch: branch.clone() };
                let mut found = local.find_reference(branch.as_str()).map_err(|_| missing())?;
                found.peel_to_commit().map_err(|error| broken(&error))?.id
            }
            None => match local.head_commit() {
                Ok(commit) => commit.id,
                // A folder of texts that someone has just begun to keep in git.
                Err(_) if !bare && local.head().is_ok_and(|head| head.is_unborn()) => return Ok(None),
                Err(error) => return Err(broken(&error)),
            },
        };
        let mut root_names = root_names(&base);
        if let Some(last) = root_names.last_mut().filter(|_| bare)
            && let Some(short) = last.strip_suffix(BARE_ENDING).filter(|short| !short.is_empty())
        {
            *last = short.to_owned();
        }
        let own_name = root_names.last().cloned().unwrap_or_else(|| base.display().to_string());
        let name = branch.as_ref().map_or_else(|| own_name.clone(), |branch| format!("{own_name}@{branch}"));
        let settings = settings(&local, tip, &base).map_err(|error| match error {
            Failed::Settings(error) => error,
            Failed::Reading(reason) => broken(&reason),
        })?;
        let packs = Packs::open(local.objects.store_ref().path(), local.object_hash());
        Ok(Some(Git { base, branch, name, root_names, tip, settings, repository, packs }))
    }

    /// The last name of the repository's full path without `.git`, with the branch where one was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The canonical path, with the branch where one was named.
    pub fn root(&self) -> String {
        let base = self.base.display();
        self.branch.as_ref().map_or_else(|| base.to_string(), |branch| format!("{base}@{branch}"))
    }

    /// What the archive's owner says about it: the settings file of the last commit, else the one in the working tree.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Opens the repository for one thread.
    pub fn reader(&self) -> Reader<'_> {
        let mut repository = self.repository.to_thread_local();
        repository.objects.set_pack_cache(|| Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(PACK_CACHE_BYTES)));
        Reader { git: self, repository, ahead: Ahead::default() }
    }
}

/// Reads objects for one thread.
pub struct Reader<'g> {
    git: &'g Git,
    repository: gix::Repository,
    ahead: Ahead,
}

impl Reader<'_> {
    /// Notes which texts will be read, in their order.
    pub fn expect<'l>(&mut self, locators: impl Iterator<Item = &'l Locator>) {
        self.ahead.expect(locators);
    }

    /// Reads a text as it was in a commit into the buffer, whose former content is lost.
    ///
    /// # Errors
    /// When the object is missing or damaged, is too large, is no text, or does not hold the record.
    pub fn read(&mut self, locator: &Locator, buffer: &mut Vec<u8>) -> Result<Opened, ReadError> {
        buffer.clear();
        let failed = |reason: String| ReadError::Object { locator: Box::new(locator.clone()), reason };
        let Some(revision) = &locator.revision else {
            return Err(ReadError::Outside(Box::new(locator.clone())));
        };
        let bytes = self.ahead.size(revision.blob).map_or_else(|| self.size(revision.blob), Ok).map_err(failed)?;
        if bytes > MAX_TEXT_BYTES {
            return Err(ReadError::too_large(locator, bytes));
        }
        self.take(revision.blob, buffer).map_err(failed)?;
        let record = match &locator.inside {
            None => return file::opened(locator, &locator.path, buffer),
            Some(Inside::Record(record)) => record,
            Some(_) => return Err(ReadError::Outside(Box::new(locator.clone()))),
        };
        let range = usize::try_from(record.start).ok().zip(usize::try_from(record.start.saturating_add(record.len)).ok());
        let Some((start, end)) = range.filter(|(_, end)| *end <= buffer.len()) else {
            return Err(ReadError::Changed(Box::new(locator.clone())));
        };
        buffer.truncate(end);
        buffer.drain(..start);
        file::opened_record(&self.git.settings, locator, record, buffer)
    }

    /// The size of an object, which is not read.
    fn size(&self, id: GitId) -> Result<u64, String> {
        match self.repository.try_find_header(ObjectId::from(id.0)) {
            Ok(Some(header)) => Ok(header.size()),
            Ok(None) => Err(MISSING.to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The bytes of a file.
    fn blob(&self, id: GitId, buffer: &mut Vec<u8>) -> Result<(), String> {
        match self.repository.objects.try_find(&ObjectId::from(id.0), buffer) {
            Ok(Some(found)) if found.kind == gix::objs::Kind::Blob => Ok(()),
            Ok(Some(_)) => Err("what the history says to be a file is none".to_owned()),
            Ok(None) => Err(MISSING.to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Why the settings are not known.
enum Failed {
    Reading(String),
    Settings(SourceError),
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Failed {
        Failed::Reading(error.to_string())
    }
}

/// The settings file of a commit; where it has none, the one that lies in the working tree.
fn settings(repository: &gix::Repository, commit: ObjectId, base: &Path) -> Result<Settings, Failed> {
    let tree = repository.find_commit(commit)?.tree()?;
    let path = base.join(SETTINGS_FILE);
    let bytes = match tree.lookup_entry_by_path(SETTINGS_FILE)? {
        Some(entry) => entry.object()?.data.clone(),
        None => match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
            Err(source) => return Err(Failed::Settings(SourceError::Io { path, source })),
        },
    };
    Settings::parse(&bytes, &path).map_err(|error| Failed::Settings(error.into()))
}

/// Parts `REPOSITORY@BRANCH`; a path that exists is one, whatever its name.
fn with_branch(path: &Path) -> (PathBuf, Option<String>) {
    let whole = || (path.to_owned(), None);
    let Some(text) = path.to_str().filter(|_| !path.exists()) else {
        return whole();
    };
    let parted = text.rmatch_indices('@').map(|(at, _)| (Path::new(&text[..at]), &text[at + 1..]));
    let mut parted = parted.filter(|(place, branch)| !branch.is_empty() && is_repository(place).is_some());
    let found = parted.next();
    found.map_or_else(whole, |(place, branch)| (place.to_owned(), Some(branch.to_owned())))
}

/// Whether a folder is a bare repository (`true`) or has one in `.git` (`false`).
fn is_repository(path: &Path) -> Option<bool> {
    let holds = |dir: &Path| dir.join("HEAD").is_file() && dir.join("objects").is_dir() && dir.join("refs").is_dir();
    let inside = path.join(".git");
    // A further working tree has a file there that tells where the repository is.
    let tells = || std::fs::read(&inside).is_ok_and(|text| text.starts_with(b"gitdir:"));
    if holds(&inside) || (inside.is_file() && tells()) {
        return Some(false);
    }
    holds(path).then_some(true)
}
