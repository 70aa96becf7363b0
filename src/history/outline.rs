//! What counting needs of a document, in bytes that are read where they lie: when its snapshots were captured, which of them are policy
//! text in which language, and in which of them each passage stands.
//!
//! Six numbers tell how many snapshots, versions, deletions, sets, runs and passages there are; the columns follow. All numbers are
//! little endian, 32 bits if nothing else is said:
//!
//! | column | of each |
//! |---|---|
//! | snapshots | day (the least number where there is none), version |
//! | versions | three bytes of the language's code, padded with zeros; a byte that is 1 where it is policy text |
//! | deletions | how many snapshots are not after it, day |
//! | sets | where its runs end; they begin where those of the set before end |
//! | runs | start, end |
//! | passages | set, twice the clause (and one more for a heading), sketch (64 bits) |

use super::{PassageFacts, Runs, SnapshotTime, Timeline, VersionFacts};
use crate::likeness::Sketch;
use crate::snapshot::Day;

/// Stands for the day of a snapshot without date.
const UNDATED: i32 = i32::MIN;

const COLUMNS: usize = 6;
const LANG_BYTES: usize = 3;

/// The outline of a document. Numbers that stand for nothing are none of it: what is asked of them is answered with nothing.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'b> {
    snapshots: &'b [[u8; 8]],
    versions: &'b [[u8; 4]],
    deletions: &'b [[u8; 8]],
    set_ends: &'b [[u8; 4]],
    runs: &'b [[u8; 8]],
    passages: &'b [[u8; 16]],
}

/// What an outline tells of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassageOutline {
    /// The snapshots it stands in, see [`Outline::set`].
    pub set: u32,
    pub clause: u32,
    /// Whether it is a heading wherever it stands.
    pub heading: bool,
    pub sketch: Sketch,
}

/// The two numbers of a part.
fn pair(bytes: &[u8; 8]) -> (u32, u32) {
    let number = |from: usize| u32::from_le_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]]);
    (number(0), number(4))
}

/// Cuts a column of so many parts off.
fn column<'b, const SIZE: usize>(bytes: &mut &'b [u8], parts: u32) -> Option<&'b [[u8; SIZE]]> {
    let (column, rest) = bytes.split_at_checked((parts as usize).checked_mul(SIZE)?)?;
    *bytes = rest;
    Some(column.as_chunks().0)
}

fn snapshot_bytes(snapshot: &SnapshotTime) -> [u8; 8] {
    let day = snapshot.captured.map_or(UNDATED, |captured| captured.instant.day().0);
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&day.to_le_bytes());
    bytes[4..].copy_from_slice(&snapshot.version.to_le_bytes());
    bytes
}

/// `None` where the code of the language is too long.
fn version_bytes(version: &VersionFacts) -> Option<[u8; 4]> {
    let mut bytes = [0; 4];
    bytes[..LANG_BYTES].get_mut(..version.lang.len())?.copy_from_slice(version.lang.as_bytes());
    bytes[LANG_BYTES] = u8::from(version.mark.is_none());
    Some(bytes)
}

/// The outline of a timeline, as bytes; `None` where something is more than it can tell.
pub fn encode(timeline: &Timeline) -> Option<Vec<u8>> {
    let runs: usize = timeline.sets.iter().map(|set| set.runs().len()).sum();
    let counts: [usize; COLUMNS] = [
        timeline.snapshots.len(),
        timeline.versions.len(),
        timeline.ended.len(),
        timeline.sets.len(),
        runs,
        timeline.passages.len(),
    ];
    let mut bytes = Vec::new();
    for count in counts {
        bytes.extend(u32::try_from(count).ok()?.to_le_bytes());
    }
    for snapshot in &timeline.snapshots {
        bytes.extend(snapshot_bytes(snapshot));
    }
    for version in &timeline.versions {
        bytes.extend(version_bytes(version)?);
    }
    for ended in &timeline.ended {
        let is_before = |snapshot: &SnapshotTime| snapshot.captured.is_some_and(|captured| captured.instant <= *ended);
        bytes.extend((timeline.snapshots.partition_point(is_before) as u32).to_le_bytes());
        bytes.extend(ended.day().0.to_le_bytes());
    }
    let mut end = 0u32;
    for set in &timeline.sets {
        end += set.runs().len() as u32;
        bytes.extend(end.to_le_bytes());
    }
    for (start, end) in timeline.sets.iter().flat_map(Runs::runs) {
        bytes.extend(start.to_le_bytes());
        bytes.extend(end.to_le_bytes());
    }
    for passage in &timeline.passages {
        bytes.extend(passage.set.to_le_bytes());
        bytes.extend((passage.clause.checked_mul(2)? | u32::from(passage.heading)).to_le_bytes());
        bytes.extend(passage.sketch.bits().to_le_bytes());
    }
    Some(bytes)
}

impl<'b> Outline<'b> {
    /// The outline that [`encode`] wrote; `None` where the bytes are none.
    pub fn of(bytes: &'b [u8]) -> Option<Outline<'b>> {
        let (counts, mut rest) = bytes.split_at_checked(COLUMNS * 4)?;
        let mut counts = counts.as_chunks::<4>().0.iter().map(|count| u32::from_le_bytes(*count));
        let mut next = || counts.next();
        let outline = Outline {
            snapshots: column(&mut rest, next()?)?,
            versions: column(&mut rest, next()?)?,
            deletions: column(&mut rest, next()?)?,
            set_ends: column(&mut rest, next()?)?,
            runs: column(&mut rest, next()?)?,
            passages: column(&mut rest, next()?)?,
        };
        rest.is_empty().then_some(outline)
    }

    /// Whether all numbers stand for something.
    pub fn is_sound(&self) -> bool {
        let snapshots = self.snapshots();
        self.snapshots.iter().all(|snapshot| (pair(snapshot).1 as usize) < self.versions.len())
            && self.set_ends.is_sorted_by_key(|end| u32::from_le_bytes(*end))
            && self.set_ends.last().map_or(0, |end| u32::from_le_bytes(*end)) as usize == self.runs.len()
            && (0..self.sets()).all(|set| self.runs_of(set).is_sound(snapshots))
            && (0..self.passages()).all(|passage| self.passage(passage).is_some_and(|facts| facts.set < self.sets()))
    }

    /// Whether a timeline tells the same of snapshots, versions and deletions.
    pub fn is_of(&self, timeline: &Timeline) -> bool {
        let same_snapshot = |(bytes, snapshot): (&[u8; 8], &SnapshotTime)| *bytes == snapshot_bytes(snapshot);
        self.snapshots.len() == timeline.snapshots.len()
            && self.versions.len() == timeline.versions.len()
            && self.snapshots.iter().zip(&timeline.snapshots).all(same_snapshot)
            && self.versions.iter().zip(&timeline.versions).all(|(bytes, version)| Some(*bytes) == version_bytes(version))
            && self.deletions.len() == timeline.ended.len()
    }

    /// How many snapshots.
    pub fn snapshots(&self) -> u32 {
        self.snapshots.len() as u32
    }

    /// How many passages.
    pub fn passages(&self) -> u32 {
        self.passages.len() as u32
    }

    /// How many sets of snapshots.
    pub fn sets(&self) -> u32 {
        self.set_ends.len() as u32
    }

    /// The day on which a snapshot was captured.
    pub fn day(&self, snapshot: u32) -> Option<Day> {
        let day = pair(self.snapshots.get(snapshot as usize)?).0 as i32;
        (day != UNDATED).then_some(Day(day))
    }

    /// Whether the document has dates at all.
    pub fn is_dated(&self) -> bool {
        self.day(0).is_some()
    }

    /// The snapshots captured from one day (`None`: the first) to another (`None`: the last); none of an undated text.
    pub fn captured(&self, first: Option<Day>, last: Option<Day>) -> (u32, u32) {
        if !self.is_dated() {
            return (0, 0);
        }
        let day = |snapshot: &[u8; 8]| Day(pair(snapshot).0 as i32);
        let start = first.map_or(0, |first| self.snapshots.partition_point(|snapshot| day(snapshot) < first));
        let end = last.map_or(self.snapshots.len(), |last| self.snapshots.partition_point(|snapshot| day(snapshot) <= last));
        (start as u32, end.max(start) as u32)
    }

    fn version_of(&self, snapshot: u32) -> Option<&'b [u8; 4]> {
        self.versions.get(pair(self.snapshots.get(snapshot as usize)?).1 as usize)
    }

    /// Whether a snapshot is policy text.
    pub fn is_usable(&self, snapshot: u32) -> bool {
        self.version_of(snapshot).is_some_and(|version| version[LANG_BYTES] == 1)
    }

    /// The code of the language of a snapshot, see [`super::VersionFacts::lang`].
    pub fn lang(&self, snapshot: u32) -> &'b str {
        let code = self.version_of(snapshot).map_or(&[][..], |version| &version[..LANG_BYTES]);
        let len = code.iter().position(|byte| *byte == 0).unwrap_or(code.len());
        std::str::from_utf8(&code[..len]).unwrap_or_default()
    }

    /// Whether the archive deleted the text after a snapshot, until the end of a day.
    pub fn has_ended(&self, snapshot: u32, by: Day) -> bool {
        self.deletions.iter().any(|ended| snapshot < pair(ended).0 && pair(ended).1 as i32 <= by.0)
    }

    /// What is told of a passage.
    pub fn passage(&self, passage: u32) -> Option<PassageOutline> {
        let bytes = self.passages.get(passage as usize)?;
        let (numbers, sketch) = bytes.split_first_chunk::<8>()?;
        let (set, clause) = pair(numbers);
        Some(PassageOutline {
            set,
            clause: clause / 2,
            heading: clause % 2 == 1,
            sketch: Sketch::from_bits(u64::from_le_bytes(*sketch.first_chunk()?)),
        })
    }

    /// The runs of a set of snapshots.
    pub fn set(&self, set: u32) -> impl Iterator<Item = (u32, u32)> + Clone + use<'b> {
        let end_of = |set: usize| self.set_ends.get(set).map_or(0, |end| u32::from_le_bytes(*end) as usize);
        let start = if set == 0 { 0 } else { end_of(set as usize - 1) };
        let runs = self.runs.get(start..end_of(set as usize)).unwrap_or_default();
        runs.iter().map(pair)
    }

    /// The snapshots of any of some sets.
    pub fn union_of(&self, sets: impl Iterator<Item = u32>) -> Runs {
        let mut sets: Vec<u32> = sets.collect();
        if let [set] = sets[..] {
            return self.runs_of(set);
        }
        // Passages mostly stand in the same snapshots as their neighbours.
        sets.sort_unstable();
        sets.dedup();
        Runs::union_of_runs(sets.into_iter().flat_map(|set| self.set(set)).collect())
    }

    /// A set of snapshots.
    pub fn runs_of(&self, set: u32) -> Runs {
        Runs::of(self.set(set))
    }

    /// The snapshots in which a passage stands.
    pub fn occurrences(&self, passage: u32) -> Runs {
        self.passage(passage).map(|facts| self.runs_of(facts.set)).unwrap_or_default()
    }

    /// The sets of a timeline, and what is told of its passages; the other facts of these are zero.
    pub fn sets_and_passages(&self) -> (Vec<Runs>, Vec<PassageFacts>) {
        let facts = |passage: PassageOutline| PassageFacts {
            set: passage.set,
            clause: passage.clause,
            chars: 0,
            placements_end: 0,
            heading: passage.heading,
            sketch: passage.sketch,
        };
        let sets = (0..self.sets()).map(|set| self.runs_of(set)).collect();
        (sets, (0..self.passages()).filter_map(|passage| self.passage(passage)).map(facts).collect())
    }
}
