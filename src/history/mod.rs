//! One text, many dates: all snapshots of a document, with each distinct passage once and every snapshot it stands in.

pub mod build;
pub mod captures;
mod clause;
mod mark;
pub mod outline;
mod prose;
pub mod runs;
mod wording;

pub use build::HistoryBuilder;
pub use captures::Captures;
pub use clause::CLAUSE_THRESHOLD;
pub use mark::Mark;
pub use outline::Outline;
pub use runs::Runs;
pub use wording::{Wordbook, Worded};

use crate::likeness::Sketch;
use crate::passage::Shape;
use crate::site::SiteFacts;
use crate::snapshot::{Captured, CommitKind, Day, DocumentKey, Format, Instant, Recording};
use crate::source::Locator;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What parts two passages in the text of a version.
pub const PASSAGE_SEPARATOR: &str = "\n\n";

/// Of a text that has less than this share of the characters of another capture of it, it is told: it may be a part of the text only.
pub const SHRINK: f64 = 0.5;

/// A document with all its snapshots in order of time. Undated texts are documents of one snapshot without instant.
///
/// Numbers that stand for snapshots, versions, passages, sets, placements, paths and clauses count from 0 within the document, in
/// the order in which they first appear; they are the same however the history was put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentHistory {
    pub key: DocumentKey,
    pub recording: Recording,
    pub timeline: Timeline,
    /// One for each snapshot.
    pub provenance: Vec<Provenance>,
    /// One for each version.
    pub versions: Vec<Version>,
    /// The text of each passage.
    pub texts: Vec<Arc<str>>,
}

/// All that counting and ordering need of a document: when each passage stood, under which headings, as a wording of which clause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    pub snapshots: Vec<SnapshotTime>,
    pub versions: Vec<VersionFacts>,
    /// The distinct sets of snapshots that passages stand in.
    pub sets: Vec<Runs>,
    pub passages: Vec<PassageFacts>,
    /// Under which headings passages stand, in the order of the passages.
    pub placements: Vec<Placement>,
    /// The headings below each other; the first is the top, which has no heading.
    pub paths: Vec<HeadingPath>,
    /// How many clauses the passages are wordings of.
    pub clauses: u32,
    /// When the archive deleted the text, in order of time. It may have recorded it again later.
    pub ended: Vec<Instant>,
    /// The distinct facts of the site, in the order in which they first appear; none where the archive tells nothing of it.
    pub sites: Vec<SiteFacts>,
    /// The facts of each snapshot, as a place in [`Timeline::sites`]; none where that is empty.
    pub site_of: Vec<u32>,
}

/// When a snapshot was captured, and which version it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTime {
    pub captured: Option<Captured>,
    pub version: u32,
}

/// What is known of a version without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFacts {
    /// ISO 639-1 code (639-3 where there is none); empty where the language cannot be told.
    pub lang: String,
    /// Why it is no policy text; `None` where it is.
    pub mark: Option<Mark>,
    /// Length in Unicode characters, without what parts the passages.
    pub chars: u32,
}

/// What is known of a passage without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassageFacts {
    /// The snapshots it stands in, as a place in [`Timeline::sets`].
    pub set: u32,
    pub clause: u32,
    /// Length in Unicode characters.
    pub chars: u32,
    /// Its placements end here in [`Timeline::placements`]; they begin where those of the passage before end.
    pub placements_end: u32,
    /// Whether it is a heading wherever it stands.
    pub heading: bool,
    /// By which near-equal passages of other documents are found.
    pub sketch: Sketch,
}

/// A heading path under which a passage stands, and the snapshots in which it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    pub path: u32,
    pub set: u32,
}

/// The last heading of a path, and the path above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadingPath {
    pub parent: u32,
    /// The passage that is the heading.
    pub heading: u32,
}

/// Where a snapshot comes from and what was read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Where it lies within its source.
    pub locator: Locator,
    pub commit_kind: Option<CommitKind>,
    pub url: Option<String>,
    pub format: Format,
    /// The encoding that the bytes were read in, by its WHATWG name.
    pub encoding: String,
    /// How many characters could not be decoded.
    pub replaced: u32,
    /// Length of what was read.
    pub bytes: u64,
    /// SHA-256 of the bytes read.
    pub sha256: [u8; 32],
    /// Version of the extraction rules.
    pub extraction: u32,
}

/// A distinct text of a document: its passages in reading order, repeats included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub entries: Arc<[Entry]>,
    /// SHA-256 of [`DocumentHistory::text`].
    pub sha256_text: [u8; 32],
}

/// A passage at its place in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    pub passage: u32,
    pub shape: Shape,
}

impl DocumentHistory {
    /// The text of a version: its passages, parted by [`PASSAGE_SEPARATOR`].
    pub fn text(&self, version: u32) -> String {
        let entries = self.versions.get(version as usize).map(|version| &*version.entries).unwrap_or_default();
        join_entries(entries, &self.texts)
    }
}

/// The text of the passages of a version.
pub fn join_entries(entries: &[Entry], texts: &[Arc<str>]) -> String {
    let parts: Vec<&str> = entries.iter().filter_map(|entry| texts.get(entry.passage as usize)).map(|text| &**text).collect();
    parts.join(PASSAGE_SEPARATOR)
}

/// Passages in the order of their clauses, those of a clause in theirs. `clauses`: that of each passage.
pub fn in_order_of_clauses(clauses: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut ordered: Vec<(u32, u32)> = clauses.zip(0..).collect();
    ordered.sort_unstable();
    ordered.into_iter().map(|(_, passage)| passage).collect()
}

impl Timeline {
    /// The snapshots in which a passage stands.
    pub fn occurrences(&self, passage: u32) -> &Runs {
        let set = self.passages.get(passage as usize).and_then(|facts| self.sets.get(facts.set as usize));
        set.unwrap_or(Runs::EMPTY)
    }

    /// The heading paths under which a passage stands.
    pub fn placements(&self, passage: u32) -> &[Placement] {
        let end_of = |passage: u32| self.passages.get(passage as usize).map_or(0, |facts| facts.placements_end as usize);
        let start = if passage == 0 { 0 } else { end_of(passage - 1) };
        self.placements.get(start..end_of(passage)).unwrap_or_default()
    }

    /// The headings of a path, outermost first, as passages.
    pub fn headings(&self, path: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut at = path;
        // A parent stands before its children, so the way up ends even in a damaged index.
        while at != 0 {
            let Some(node) = self.paths.get(at as usize).filter(|node| node.parent < at) else {
                break;
            };
            found.push(node.heading);
            at = node.parent;
        }
        found.reverse();
        found
    }

    /// The day on which a snapshot was captured.
    pub fn day(&self, snapshot: u32) -> Option<Day> {
        self.snapshots.get(snapshot as usize)?.captured.map(|captured| captured.instant.day())
    }

    /// The facts of the version that a snapshot shows.
    pub fn version_of(&self, snapshot: u32) -> Option<&VersionFacts> {
        self.versions.get(self.snapshots.get(snapshot as usize)?.version as usize)
    }

    /// What the archive tells of the site at a snapshot; `None` where it tells nothing of it at any.
    pub fn site(&self, snapshot: u32) -> Option<&SiteFacts> {
        self.sites.get(*self.site_of.get(snapshot as usize)? as usize)
    }

    /// Whether the archive deleted the text after a snapshot, until the end of a day.
    pub fn has_ended(&self, snapshot: u32, by: Day) -> bool {
        let captured = self.snapshots.get(snapshot as usize).and_then(|snapshot| snapshot.captured);
        captured.is_some_and(|captured| self.ended.iter().any(|ended| *ended >= captured.instant && ended.day() <= by))
    }

    /// Whether a snapshot is policy text.
    pub fn is_usable(&self, snapshot: u32) -> bool {
        self.version_of(snapshot).is_some_and(|facts| facts.mark.is_none())
    }

    /// Whether the document has dates at all.
    pub fn is_dated(&self) -> bool {
        self.snapshots.first().is_some_and(|snapshot| snapshot.captured.is_some())
    }
}
