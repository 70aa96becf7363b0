//! What a source tells of its snapshots before they are opened, and what it could not take.
//!
//! A source is listed first (light references, one pass over the names and the first bytes of each file), then opened
//! snapshot by snapshot through the same value.

mod date;
mod file;
mod folder;
#[cfg(test)]
mod folder_tests;
mod git;
mod header;
mod layout;
#[cfg(test)]
mod layout_tests;
mod listing;
mod locator;
mod names;
mod packed;
mod page;
mod problem;
mod records;
mod settings;
mod sniff;
mod spool;
mod template;
mod text;
mod trail;
mod walk;
mod warc;

use crate::site::SiteFacts;
use crate::snapshot::{Captured, CommitKind, DocumentKey, Format, Instant, Recording};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::path::Path;

pub use folder::Folder;
pub use git::Git;
pub use locator::{Capture, GitId, Inside, Locator, Member, Method, Original, Part, Record, Revision, Stretch, Within};
pub use packed::PackedProblem;
pub use problem::{Damaged, Problem, ReadError, SkipReason, Skipped, SourceError};
pub use settings::{SETTINGS_FILE, Settings, SettingsError};
pub use warc::Crawl;

/// The version of the rules by which a listing reads paths, heads and records. An entry that was listed under another
/// version says nothing any more.
pub const LISTING_VERSION: u32 = 4;

/// The largest text that is read, as a file or as one JSON Lines record. Policies are thousands of times smaller.
pub const MAX_TEXT_BYTES: u64 = 64 * 1024 * 1024;

/// What tells that a file is as it was. Never used as a date. Of a path in a git history only the size of its first text is
/// known: its references tell the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    pub bytes: u64,
    /// Time of the last modification, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// Time of the last change of the file or its permissions, in nanoseconds since 1970; 0 where the system keeps none.
    pub changed_ns: i64,
}

/// A snapshot that a source holds, not opened yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub locator: Locator,
    pub key: DocumentKey,
    /// `None` where nothing tells the time of the capture.
    pub captured: Option<Captured>,
    pub format: Format,
    /// The address of the policy or of its capture, where the archive tells it.
    pub url: Option<String>,
    pub recording: Recording,
    pub commit_kind: Option<CommitKind>,
    pub site: SiteFacts,
    /// When the archive deleted the text, where it did so before recording another one.
    pub ended: Option<Instant>,
}

/// What a listing found in one file. Whole in itself: as long as the file's stamp, the settings and
/// [`LISTING_VERSION`] are the same, the entry is too. Only where revisits of a WARC file find their pages, depends on the
/// other files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub path: String,
    pub stamp: Stamp,
    /// One for a file with a text, one per record for JSON Lines and WARC, in the order of the records (revisits stand last), one per
    /// text of a packed archive, in the order of the names.
    pub references: Vec<Reference>,
    pub skipped: Vec<Skipped>,
    pub damaged: Vec<Damaged>,
    /// Of a WARC file: what its captures are called, and which of them have their pages elsewhere.
    pub crawl: Option<Box<Crawl>>,
}

impl FileEntry {
    fn new(path: impl Into<String>, stamp: Stamp) -> FileEntry {
        FileEntry { path: path.into(), stamp, references: Vec::new(), skipped: Vec::new(), damaged: Vec::new(), crawl: None }
    }

    /// Whether the entry depends on nothing but the file's bytes: what could not be read may be readable the next time.
    pub fn is_settled(&self) -> bool {
        !self.damaged.iter().any(|damaged| matches!(damaged.problem, Problem::Unreadable(_)))
    }
}

/// All that a source holds, in the order of the paths.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    pub files: Vec<FileEntry>,
    /// Folders that are left out by rule.
    pub skipped: Vec<Skipped>,
    /// Folders that could not be read, links that lead nowhere or in a circle, names that are not UTF-8.
    pub damaged: Vec<Damaged>,
    /// How far a git history was walked.
    pub tip: Option<Tip>,
    pub notes: Vec<Note>,
}

/// How far a git history was walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    pub commit: GitId,
    /// How many commits come before it.
    pub position: u32,
    /// Whether the clone lacks the beginning of the history.
    pub shallow: bool,
}

/// What is to be said of a source besides what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The commit that was the last one is no longer part of the history.
    Rewritten { was: GitId },
    /// The clone lacks the beginning of the history.
    Shallow,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Rewritten { was } => write!(
                f,
                "its history was rewritten: commit {was}, the last one at the update before, is no longer part of it. All of it was \
                 listed anew"
            ),
            Note::Shallow => f.write_str(
                "the clone is shallow: what was recorded before its first commit is missing, or has the date of that commit. \
                 `git fetch --unshallow` fetches the rest",
            ),
        }
    }
}

/// What an earlier listing found, by the rules and settings of today.
#[derive(Debug, Clone, Copy, Default)]
pub struct Earlier<'a> {
    /// In the order of the paths.
    pub files: &'a [FileEntry],
    pub tip: Option<&'a Tip>,
}

impl Earlier<'_> {
    /// What was found in a file.
    pub fn file(&self, path: &str) -> Option<&FileEntry> {
        let at = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        self.files.get(at)
    }
}

impl Listing {
    /// Every snapshot, in the order of the paths.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.files.iter().flat_map(|file| &file.references)
    }

    /// Everything left out by rule: folders first, then files and records in the order of the paths.
    pub fn all_skipped(&self) -> impl Iterator<Item = &Skipped> {
        self.skipped.iter().chain(self.files.iter().flat_map(|file| &file.skipped))
    }

    /// Everything with something wrong in it: folders first, then files and records in the order of the paths.
    pub fn all_damaged(&self) -> impl Iterator<Item = &Damaged> {
        self.damaged.iter().chain(self.files.iter().flat_map(|file| &file.damaged))
    }
}

/// An archive: a folder of files, or a git history.
#[derive(Debug)]
pub enum Source {
    Folder(Box<Folder>),
    Git(Box<Git>),
}

impl Source {
    /// Opens a folder, a packed archive, a file of texts, a git repository (bare, or the root of a working tree), or `REPOSITORY@BRANCH`.
    ///
    /// # Errors
    /// When there is no such thing, when it is of a kind that is not read, when its settings are wrong.
    pub fn open(path: &Path) -> Result<Source, SourceError> {
        Ok(match Git::open(path)? {
            Some(git) => Source::Git(Box::new(git)),
            None => Source::Folder(Box::new(Folder::open(path)?)),
        })
    }

    /// The name shown.
    pub fn name(&self) -> &str {
        match self {
            Source::Folder(folder) => folder.name(),
            Source::Git(git) => git.name(),
        }
    }

    /// What finds the source again: its canonical path, with the branch where one was named.
    pub fn root(&self) -> String {
        match self {
            Source::Folder(folder) => folder.root(),
            Source::Git(git) => git.root(),
        }
    }

    pub fn form(&self) -> Form {
        match self {
            Source::Folder(folder) if folder.is_file() => Form::File,
            Source::Folder(_) => Form::Folder,
            Source::Git(_) => Form::Git,
        }
    }

    /// What the archive's owner says about it.
    pub fn settings(&self) -> &Settings {
        match self {
            Source::Folder(folder) => folder.settings(),
            Source::Git(git) => git.settings(),
        }
    }

    /// Lists everything. What is as it was is taken over from `earlier`, which must be empty when the settings or
    /// [`LISTING_VERSION`] have changed. `progress` is told how many files or commits have been listed so far.
    pub fn list(&self, earlier: &Earlier<'_>, progress: &dyn Fn(usize)) -> Listing {
        match self {
            Source::Folder(folder) => {
                let known = |path: &str, stamp: &Stamp| earlier.file(path).filter(|file| file.stamp == *stamp).cloned();
                folder.list(&known, progress)
            }
            Source::Git(git) => git.list(earlier, progress),
        }
    }

    /// Opens the source for the reading of snapshots by one thread.
    pub fn reader(&self) -> Reader<'_> {
        match self {
            Source::Folder(folder) => Reader::Folder(folder.reader()),
            Source::Git(git) => Reader::Git(Box::new(git.reader())),
        }
    }
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// The history of a branch.
    Git,
    Folder,
    /// A single file of texts.
    File,
}

impl Form {
    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Form::Git => "git",
            Form::Folder => "folder",
            Form::File => "file",
        }
    }
}

/// Reads the snapshots that a source lists.
pub enum Reader<'s> {
    Folder(folder::Reader<'s>),
    Git(Box<git::Reader<'s>>),
}

impl Reader<'_> {
    /// Notes which snapshots will be read, in their order: a git history is read faster so.
    pub fn expect<'l>(&mut self, locators: impl Iterator<Item = &'l Locator>) {
        if let Reader::Git(reader) = self {
            reader.expect(locators);
        }
    }

    /// Reads a snapshot into the buffer, whose former content is lost.
    ///
    /// # Errors
    /// When it is gone or cannot be read, is too large, is no text, or no longer holds the record.
    pub fn read(&mut self, locator: &Locator, buffer: &mut Vec<u8>) -> Result<Opened, ReadError> {
        match self {
            Reader::Folder(folder) => folder.read(locator, buffer),
            Reader::Git(reader) => reader.read(locator, buffer),
        }
    }
}

/// A snapshot's bytes, as places in the buffer that was read into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The bytes as they lie in the archive: the whole file, unpacked where it is packed, the record's line, or the page of a WARC
    /// record, as the server sent it but for transfer and content codings. Their hash is the evidence.
    pub raw: Range<usize>,
    /// The policy: the file after the archive's header, or the record's text, which stands decoded after its line.
    pub body: Range<usize>,
    pub format: Format,
    /// The encoding of the body where the archive tells it.
    pub charset: Option<String>,
}
