//! Where a text lies within its source: the file, the place in it, and the place in a git history.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A place inside a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// Where in a git history the file is as it is meant. It stands first, so that what is recorded later is greater.
    pub revision: Option<Revision>,
    /// The file, relative to the source's root, with `/` between names on every system.
    pub path: String,
    /// Where in the file, where it holds several texts.
    pub inside: Option<Inside>,
}

/// A text within a file that holds several.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Inside {
    /// Of a JSON Lines file.
    Record(Record),
}

impl Inside {
    /// The name of the place, for people and scripts.
    pub fn part(&self) -> Part {
        match self {
            Inside::Record(record) => Part::Line(record.line),
        }
    }

    /// The id that the text gives itself.
    pub fn id(&self) -> Option<&str> {
        match self {
            Inside::Record(record) => record.id.as_deref(),
        }
    }
}

/// Names a part of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// The number of a line, from 1.
    Line(u64),
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
        Locator { revision: None, path: path.into(), inside: None }
    }

    /// Names the file, or the place in it.
    pub fn place(&self) -> String {
        place(&self.path, self.part().as_ref())
    }

    /// The name of the place in the file.
    pub fn part(&self) -> Option<Part> {
        self.inside.as_ref().map(Inside::part)
    }
}

/// `path`, `path line 12` for a record, `path in commit 0123…` in a git history.
impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())?;
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

/// `path`, or `path line 12`.
pub fn place(path: &str, part: Option<&Part>) -> String {
    match part {
        None => path.to_owned(),
        Some(Part::Line(line)) => format!("{path} line {line}"),
    }
}
