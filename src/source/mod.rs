//! What a source tells of its snapshots before they are opened, and what it could not take.
//!
//! A source is listed first (light references, one pass over the names and the first bytes of each file), then opened
//! snapshot by snapshot through the same value.

mod date;
mod folder;
#[cfg(test)]
mod folder_tests;
mod header;
mod layout;
mod listing;
mod names;
mod page;
mod records;
mod settings;
mod sniff;
mod template;
mod trail;
mod walk;

use crate::snapshot::{Captured, DocumentKey, Format, Recording};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

pub use folder::Folder;
pub use settings::{SETTINGS_FILE, Settings, SettingsError};

/// The version of the rules by which a listing reads paths, heads and records. An entry that was listed under another
/// version says nothing any more.
pub const LISTING_VERSION: u32 = 1;

/// The largest text that is read, as a file or as one JSON Lines record. Policies are thousands of times smaller.
pub const MAX_TEXT_BYTES: u64 = 64 * 1024 * 1024;

/// A place inside a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// The file, relative to the source's root, with `/` between names on every system.
    pub path: String,
    /// The record within a JSON Lines file.
    pub record: Option<Record>,
}

impl Locator {
    /// Names a whole file.
    pub fn file(path: impl Into<String>) -> Locator {
        Locator { path: path.into(), record: None }
    }
}

/// `path`, or `path line 12` for a record.
impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.record {
            None => f.write_str(&self.path),
            Some(record) => write!(f, "{} line {}", self.path, record.line),
        }
    }
}

/// One line of a JSON Lines file: its number (from 1), its bytes without the line's end, and the id it gives itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    pub line: u64,
    pub start: u64,
    pub len: u64,
    pub id: Option<String>,
}

/// What tells that a file is as it was. Never used as a date.
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
}

/// A file, folder or record that is left out by rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub path: String,
    /// The line of a JSON Lines record.
    pub line: Option<u64>,
    pub reason: SkipReason,
}

/// A file, folder or record with something wrong in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damaged {
    pub path: String,
    /// The line of a JSON Lines record.
    pub line: Option<u64>,
    pub problem: Problem,
}

impl Skipped {
    /// A whole file or folder.
    fn whole(path: impl Into<String>, reason: SkipReason) -> Skipped {
        Skipped { path: path.into(), line: None, reason }
    }
}

impl Damaged {
    /// A whole file or folder.
    fn whole(path: impl Into<String>, problem: Problem) -> Damaged {
        Damaged { path: path.into(), line: None, problem }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, &self.path, self.line)?;
        write!(f, ": {}", self.reason)
    }
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, &self.path, self.line)?;
        write!(f, ": {}", self.problem)
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, path: &str, line: Option<u64>) -> fmt::Result {
    match line {
        None => f.write_str(path),
        Some(line) => write!(f, "{path} line {line}"),
    }
}

/// Why something is left out by rule: the archive is whole, this is just no policy text that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    #[error("hidden")]
    Hidden,
    #[error("an index of fineprint")]
    Index,
    #[error("tells about the archive, is no policy")]
    About,
    #[error("excluded by fineprint.toml")]
    Excluded,
    #[error("not among what fineprint.toml includes")]
    NotIncluded,
    #[error("PDF is not read yet")]
    Pdf,
    #[error("packed archives are not read yet: unpack it first")]
    Packed,
    #[error("office documents are not read: save it as HTML or text")]
    Office,
    #[error("an image, a sound, a font or a film")]
    Media,
    #[error("data or program code, no text to read (records are read from .jsonl)")]
    Data,
    #[error("unknown format")]
    UnknownFormat,
    #[error("empty file, and its path tells no date")]
    Empty,
    #[error("neither a file nor a folder")]
    NotAFile,
    #[error("record without text")]
    NoText,
}

/// What is wrong with something. Where a text could be taken all the same, it is also among the references.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("the link leads nowhere")]
    BrokenLink,
    #[error("the link leads back to {0}, which holds it: not followed")]
    Loop(String),
    #[error("its name is not valid UTF-8: rename it")]
    NameNotUnicode,
    #[error("{0}: not text")]
    Binary(String),
    #[error("{bytes} bytes are too many for one text (at most {MAX_TEXT_BYTES})")]
    TooLarge { bytes: u64 },
    #[error(
        "the path says {0}, which is no date and so dates nothing: rename the file, or give a path template in fineprint.toml"
    )]
    ImpossibleDate(String),
    #[error("{0}")]
    Header(String),
    #[error("bad record: {0}")]
    Record(String),
    #[error(
        "the record's date is {0}, which is no date that can be read, such as 2005-05-25 or 20050525101112 (indexed as undated)"
    )]
    RecordDate(String),
}

/// What a listing found in one file. Whole in itself: as long as the file's stamp, the settings and
/// [`LISTING_VERSION`] are the same, the entry is too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub path: String,
    pub stamp: Stamp,
    /// One for a file with a text, one per record for JSON Lines, in the order of the lines.
    pub references: Vec<Reference>,
    pub skipped: Vec<Skipped>,
    pub damaged: Vec<Damaged>,
}

impl FileEntry {
    fn new(path: impl Into<String>, stamp: Stamp) -> FileEntry {
        FileEntry { path: path.into(), stamp, references: Vec::new(), skipped: Vec::new(), damaged: Vec::new() }
    }

    /// Whether the entry depends on nothing but the file's bytes: what could not be read may be readable the next time.
    pub fn is_settled(&self) -> bool {
        !self.damaged.iter().any(|damaged| matches!(damaged.problem, Problem::Unreadable(_)))
    }
}

/// All that a source holds, in the order of the paths.
#[derive(Debug, Clone)]
pub struct Listing {
    pub files: Vec<FileEntry>,
    /// Folders that are left out by rule.
    pub skipped: Vec<Skipped>,
    /// Folders that could not be read, links that lead nowhere or in a circle, names that are not UTF-8.
    pub damaged: Vec<Damaged>,
    pub settings: Settings,
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

/// A snapshot's bytes, as places in the buffer that was read into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The bytes as they lie in the archive: the whole file, or the record's line. Their hash is the evidence.
    pub raw: Range<usize>,
    /// The policy: the file after the archive's header, or the record's text, which stands decoded after its line.
    pub body: Range<usize>,
    pub format: Format,
    /// The encoding of the body where the archive tells it.
    pub charset: Option<String>,
}

/// Why a folder cannot be a source at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("there is no {}: check the path", .0.display())]
    NotFound(PathBuf),
    #[error("{} is neither a folder nor a file", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} cannot be an archive: {reason}", .path.display())]
    NotReadable { path: PathBuf, reason: SkipReason },
    #[error("{} cannot be read: {source}", .path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// Why a snapshot that was listed cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{locator} cannot be read: {source}")]
    Io { locator: Locator, source: std::io::Error },
    #[error("{0} lies outside of the archive")]
    Outside(Locator),
    #[error("{locator}: {bytes} bytes are too many for one text (at most {MAX_TEXT_BYTES})")]
    TooLarge { locator: Locator, bytes: u64 },
    #[error("{locator}: {what}: not text")]
    Binary { locator: Locator, what: String },
    #[error("{0} is no longer the record that was listed: update the index")]
    Changed(Locator),
}
