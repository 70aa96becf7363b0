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
    /// Of a packed archive.
    Member(Member),
    /// Of a JSON Lines file in a packed archive.
    MemberRecord(Member, Record),
}

impl Inside {
    /// The name of the place, for people and scripts.
    pub fn part(&self) -> Part {
        match self {
            Inside::Record(record) => Part::Line(record.line),
            Inside::Member(member) => Part::Member(member.name.clone()),
            Inside::MemberRecord(member, record) => Part::MemberLine(member.name.clone(), record.line),
        }
    }

    /// The record, where the text is one.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Inside::Record(record) | Inside::MemberRecord(_, record) => Some(record),
            Inside::Member(_) => None,
        }
    }

    /// The member of a packed archive that the text is, or lies in.
    pub fn member(&self) -> Option<&Member> {
        match self {
            Inside::Member(member) | Inside::MemberRecord(member, _) => Some(member),
            Inside::Record(_) => None,
        }
    }

    /// The id that the text gives itself.
    pub fn id(&self) -> Option<&str> {
        self.record()?.id.as_deref()
    }
}

/// Names a part of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// The number of a line, from 1.
    Line(u64),
    /// The name of a member of a packed archive.
    Member(String),
    /// The number of a line of a member.
    MemberLine(String, u64),
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

    /// The file's path; for a member of a packed archive, as if the archive were a folder.
    pub fn full_path(&self) -> String {
        match self.inside.as_ref().and_then(Inside::member) {
            None => self.path.clone(),
            Some(member) => format!("{}/{}", self.path, member.name),
        }
    }

    /// Whether this is the other text, whatever came before it in its archive. A checksum and two sizes tell a member by its bytes.
    pub fn is_same_text(&self, other: &Locator) -> bool {
        let moved = |one: &Member, start| Member { start, ..one.clone() };
        match (&self.inside, &other.inside) {
            (Some(Inside::Member(one)), Some(Inside::Member(same))) if one.crc32.is_some() => {
                self.path == other.path && self.revision == other.revision && *same == moved(one, same.start)
            }
            _ => self == other,
        }
    }

    /// The name of the place in the file.
    pub fn part(&self) -> Option<Part> {
        self.inside.as_ref().map(Inside::part)
    }
}

/// `path`, `path line 12` for a record, `archive.zip/path` for a member, `path in commit 0123…` in a git history.
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

/// A file in a packed archive: its name, and where its packed bytes lie in the archive, or in what the archive unpacks to where that
/// cannot be sought.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// It stands first, so that members come in the order of their names.
    pub name: String,
    pub start: u64,
    pub packed_bytes: u64,
    pub bytes: u64,
    pub method: Method,
    /// The checksum of the unpacked bytes, where the archive keeps one.
    pub crc32: Option<u32>,
}

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Method {
    Stored,
    Deflate,
    Zstd,
}

/// `path`, `path line 12`, `archive.zip/path`, or `archive.zip/path line 12`.
pub fn place(path: &str, part: Option<&Part>) -> String {
    match part {
        None => path.to_owned(),
        Some(Part::Line(line)) => format!("{path} line {line}"),
        Some(Part::Member(name)) => format!("{path}/{name}"),
        Some(Part::MemberLine(name, line)) => format!("{path}/{name} line {line}"),
    }
}
