//! Where a text lies within its source: the file, the record in it, and the place in a git history.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A place inside a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// Where in a git history the file is as it is meant. It stands first, so that what is recorded later is greater.
    pub revision: Option<Revision>,
    /// The file, relative to the source's root, with `/` between names on every system.
    pub path: String,
    /// The record within a JSON Lines file.
    pub record: Option<Record>,
}

/// A place in a git history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision {
    /// How many commits of the history come before.
    pub position: u32,
    pub commit: GitId,
    /// The file's bytes.
    pub blob: GitId,
}

/// The SHA-1 by which git names an object; written in hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GitId(pub [u8; 20]);

impl fmt::Display for GitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        f.pad(&hex)
    }
}

impl fmt::Debug for GitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Locator {
    /// Names a whole file.
    pub fn file(path: impl Into<String>) -> Locator {
        Locator { revision: None, path: path.into(), record: None }
    }
}

/// `path`, `path line 12` for a record, `path in commit 0123…` in a git history.
impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, &self.path, self.record.as_ref().map(|record| record.line))?;
        match &self.revision {
            None => Ok(()),
            Some(revision) => write!(f, " in commit {}", revision.commit),
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

/// Writes `path`, or `path line 12`.
pub fn write_place(f: &mut fmt::Formatter<'_>, path: &str, line: Option<u64>) -> fmt::Result {
    match line {
        None => f.write_str(path),
        Some(line) => write!(f, "{path} line {line}"),
    }
}
