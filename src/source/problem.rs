//! What a source could not take, and why: by rule, by damage, or because it is no source at all.

use super::locator::{Locator, Part, place};
use super::{MAX_TEXT_BYTES, PackedProblem, SettingsError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// A file, folder or record that is left out by rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub path: String,
    /// `None`: all of it.
    pub part: Option<Part>,
    pub reason: SkipReason,
}

/// A file, folder or record with something wrong in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damaged {
    pub path: String,
    /// `None`: all of it.
    pub part: Option<Part>,
    pub problem: Problem,
}

impl Skipped {
    /// A whole file or folder.
    pub(super) fn whole(path: impl Into<String>, reason: SkipReason) -> Skipped {
        Skipped { path: path.into(), part: None, reason }
    }

    /// Where it is.
    pub fn place(&self) -> String {
        place(&self.path, self.part.as_ref())
    }
}

impl Damaged {
    /// A whole file or folder.
    pub(super) fn whole(path: impl Into<String>, problem: Problem) -> Damaged {
        Damaged { path: path.into(), part: None, problem }
    }

    /// Where it is.
    pub fn place(&self) -> String {
        place(&self.path, self.part.as_ref())
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.reason)
    }
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.problem)
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
    #[error("PDF is not read: save it as HTML or text")]
    Pdf,
    #[error("packed in a way that is not read (.zip, .tar, .tar.gz, .tar.zst and .gz are): unpack it first")]
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
    #[error("the server answered with HTTP status {0}: no page")]
    Status(u16),
    #[error("the same as a capture that is left out")]
    Revisit,
    #[error("a packed file in a git history, where none is read: unpack it, and index that")]
    PackedInHistory,
    #[error("packed once more inside a packed archive: unpack it first")]
    PackedTwice,
    #[error("a link, a device or another thing that is no file: not followed")]
    NoPlainMember,
    #[error("a file with holes (a sparse member of a tar): unpack it first")]
    Sparse,
    #[error("a later member of the same name stands for it")]
    Repeated,
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
    #[error("the crawler cut the page off (WARC-Truncated: {0}); what it took is indexed")]
    Truncated(String),
    #[error(
        "the page was as it had been before, and no file of this archive holds it: add the file that does, or give the folder that \
         holds both"
    )]
    Revisit,
    #[error(transparent)]
    Packed(PackedProblem),
}

impl Problem {
    /// Whether a text may be lost by it. Otherwise the text was taken, or is known not to be there.
    pub fn may_lose_text(&self) -> bool {
        !matches!(self, Problem::ImpossibleDate(_) | Problem::Header(_) | Problem::RecordDate(_) | Problem::Truncated(_))
    }
}

/// Why something cannot be a source at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("there is no {}: check the path", .0.display())]
    NotFound(PathBuf),
    #[error("{} is neither a folder nor a file", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} cannot be an archive: {reason}", .path.display())]
    NotReadable { path: PathBuf, reason: SkipReason },
    #[error("{} is a git repository that cannot be read: {reason}", .path.display())]
    Repository { path: PathBuf, reason: String },
    #[error("{} has no branch or tag {branch:?}: see `git branch --all` there", .path.display())]
    NoBranch { path: PathBuf, branch: String },
    #[error("{} cannot be read: {source}", .path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// Why a snapshot that was listed cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{locator} cannot be read: {source}")]
    Io { locator: Box<Locator>, source: std::io::Error },
    #[error("{locator} cannot be read: {reason}")]
    Object { locator: Box<Locator>, reason: String },
    #[error("{0} lies outside of the archive")]
    Outside(Box<Locator>),
    #[error("{locator}: {bytes} bytes are too many for one text (at most {MAX_TEXT_BYTES})")]
    TooLarge { locator: Box<Locator>, bytes: u64 },
    #[error("{locator}: {what}: not text")]
    Binary { locator: Box<Locator>, what: String },
    #[error("{0} is no longer the record that was listed: update the index")]
    Changed(Box<Locator>),
    #[error("{locator}: {problem}")]
    Packed { locator: Box<Locator>, problem: PackedProblem },
}

impl ReadError {
    pub(super) fn io(locator: &Locator) -> impl Fn(std::io::Error) -> ReadError {
        move |source| ReadError::Io { locator: Box::new(locator.clone()), source }
    }

    pub(super) fn too_large(locator: &Locator, bytes: u64) -> ReadError {
        ReadError::TooLarge { locator: Box::new(locator.clone()), bytes }
    }
}
