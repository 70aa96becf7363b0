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
    /// Of a WARC file.
    Capture(Capture),
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
            Inside::Capture(capture) => Part::Byte(capture.stretch.offset),
            Inside::Member(member) => Part::Member(member.name.clone()),
            Inside::MemberRecord(member, record) => Part::MemberLine(member.name.clone(), record.line),
        }
    }

    /// The record, where the text is one.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Inside::Record(record) | Inside::MemberRecord(_, record) => Some(record),
            Inside::Capture(_) | Inside::Member(_) => None,
        }
    }

    /// The member of a packed archive that the text is, or lies in.
    pub fn member(&self) -> Option<&Member> {
        match self {
            Inside::Member(member) | Inside::MemberRecord(member, _) => Some(member),
            Inside::Record(_) | Inside::Capture(_) => None,
        }
    }

    /// The WARC record, where the text is the page of one.
    pub fn capture(&self) -> Option<&Capture> {
        if let Inside::Capture(capture) = self { Some(capture) } else { None }
    }

    /// The id that the text gives itself.
    pub fn id(&self) -> Option<&str> {
        let of_record = || self.record().and_then(|record| record.id.as_deref());
        self.capture().and_then(|capture| capture.id.as_deref()).or_else(of_record)
    }
}

/// Names a part of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// The number of a line, from 1.
    Line(u64),
    /// The number of a byte, from 0.
    Byte(u64),
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

    /// The files that are read for the text: for a revisit in a WARC file also the one that holds its page.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let original = self.inside.as_ref().and_then(Inside::capture).and_then(|capture| capture.original.as_ref());
        std::iter::once(self.path.as_str()).chain(original.map(|original| original.path.as_str()))
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

    /// The archive's own name of the text: the id that it gives itself, else its file and the place in it. In a git history that is the
    /// name of all its versions.
    pub fn name(&self) -> String {
        self.inside.as_ref().and_then(Inside::id).map_or_else(|| self.place(), str::to_owned)
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

/// `path`, `path line 12` or `path byte 1234` for a record, `archive.zip/path` for a member, `path in commit 0123…` in a git history.
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

/// A record of a WARC file, and the id that it gives itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Capture {
    pub stretch: Stretch,
    /// `WARC-Record-ID`.
    pub id: Option<String>,
    /// Of a revisit: the record that holds the page.
    pub original: Option<Box<Original>>,
}

/// The record that holds the page of a revisit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Original {
    pub path: String,
    pub stretch: Stretch,
    pub id: Option<String>,
}

/// Where a record lies, packed as it is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stretch {
    pub offset: u64,
    pub len: u64,
    pub within: Within,
}

/// What a stretch is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Within {
    File,
    /// What the file unpacks to, where it is packed as a whole.
    Unpacked,
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

/// `path`, `path line 12`, `path byte 1234`, `archive.zip/path`, or `archive.zip/path line 12`.
pub fn place(path: &str, part: Option<&Part>) -> String {
    match part {
        None => path.to_owned(),
        Some(Part::Line(line)) => format!("{path} line {line}"),
        Some(Part::Byte(byte)) => format!("{path} byte {byte}"),
        Some(Part::Member(name)) => format!("{path}/{name}"),
        Some(Part::MemberLine(name, line)) => format!("{path}/{name} line {line}"),
    }
}
