//! What counting needs of the snapshots of a document: when they were captured, which of them are policy text in which language, and when
//! the archive deleted the text.

use super::{Mark, SnapshotTime, Timeline};
use crate::snapshot::{Captured, DateSource, Day, Instant, Precision, SECONDS_PER_DAY};
use fixedbitset::FixedBitSet;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A snapshot, in few bytes: those of a whole index are in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// The least day where there is none.
    day: Day,
    time: Time,
    text: Text,
}

/// When on its day, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Time {
    /// Of the day.
    second: u32,
    precision: Precision,
    source: Option<DateSource>,
}

/// What a snapshot shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Text {
    /// See [`super::VersionFacts::lang`]; padded with zeros.
    lang: [u8; LANG_BYTES],
    /// Why it is no policy text.
    mark: Option<Mark>,
}

/// A deletion: how many snapshots are not after it, and its day.
pub type Deletion = (u32, Day);

const LANG_BYTES: usize = 3;
const UNDATED: Day = Day(i32::MIN);

/// A thread looks at so many blocks of snapshots, or more: a number has a bit for each of a block.
const BLOCKS_AT_ONCE: usize = 1024;

/// The snapshots of a document in order of time, and its deletions.
#[derive(Debug, Clone, Copy)]
pub struct Captures<'c> {
    days: &'c [Day],
    times: &'c [Time],
    texts: &'c [Text],
    deletions: &'c [Deletion],
}

/// The snapshots of many documents: what is asked of all of them lies beside each other.
#[derive(Debug, Default)]
pub struct AllCaptures {
    days: Vec<Day>,
    times: Vec<Time>,
    texts: Vec<Text>,
}

impl AllCaptures {
    /// Adds those of a document, and tells their places.
    pub fn extend(&mut self, snapshots: &[Capture]) -> Range<u32> {
        let start = self.days.len() as u32;
        self.days.extend(snapshots.iter().map(|capture| capture.day));
        self.times.extend(snapshots.iter().map(|capture| capture.time));
        self.texts.extend(snapshots.iter().map(|capture| capture.text));
        start..self.days.len() as u32
    }

    /// The days on which they were captured.
    pub fn days(&self) -> impl Iterator<Item = Option<Day>> {
        self.days.iter().copied().map(known)
    }

    /// Which of them tell what their documents said: they are policy text, or `suspect` is asked for, in a language asked for.
    ///
    /// `langs`: of each list any one.
    pub fn observers(&self, langs: &[Vec<String>], suspect: bool) -> FixedBitSet {
        let codes = |langs: &Vec<String>| -> Vec<[u8; LANG_BYTES]> { langs.iter().filter_map(|code| code_bytes(code)).collect() };
        let asked: Vec<Vec<[u8; LANG_BYTES]>> = langs.iter().map(codes).collect();
        let observes = |text: &Text| (suspect || text.mark.is_none()) && asked.iter().all(|codes| codes.contains(&text.lang));
        let block = |texts: &[Text]| texts.iter().rev().fold(0, |block, text| block << 1 | usize::from(observes(text)));
        let blocks = self.texts.par_chunks(usize::BITS as usize).with_min_len(BLOCKS_AT_ONCE).map(block);
        FixedBitSet::with_capacity_and_blocks(self.texts.len(), blocks.collect::<Vec<usize>>())
    }

    /// Those of a document; none where they are not there.
    pub fn of<'c>(&'c self, places: &Range<u32>, deletions: &'c [Deletion]) -> Captures<'c> {
        let places = places.start as usize..places.end as usize;
        Captures {
            days: self.days.get(places.clone()).unwrap_or_default(),
            times: self.times.get(places.clone()).unwrap_or_default(),
            texts: self.texts.get(places).unwrap_or_default(),
            deletions,
        }
    }
}

/// A day as it is held; `None` where it stands for none.
fn known(day: Day) -> Option<Day> {
    (day != UNDATED).then_some(day)
}

/// The code of a language, padded with zeros; `None` where it is no code.
fn code_bytes(code: &str) -> Option<[u8; LANG_BYTES]> {
    let mut bytes = [0; LANG_BYTES];
    bytes.get_mut(..code.len())?.copy_from_slice(code.as_bytes());
    Some(bytes)
}

/// The captures and deletions of a timeline.
pub fn of(timeline: &Timeline) -> (Vec<Capture>, Vec<Deletion>) {
    let capture = |snapshot: &SnapshotTime| {
        let version = timeline.versions.get(snapshot.version as usize);
        let lang = version.and_then(|version| code_bytes(&version.lang)).unwrap_or_default();
        let mark = version.and_then(|version| version.mark);
        let text = Text { lang, mark };
        let Some(Captured { instant, source }) = snapshot.captured else {
            let time = Time { second: 0, precision: Precision::Year, source: None };
            return Capture { day: UNDATED, time, text };
        };
        let second = instant.seconds.rem_euclid(SECONDS_PER_DAY) as u32;
        let time = Time { second, precision: instant.precision, source: Some(source) };
        Capture { day: instant.day(), time, text }
    };
    let deletion = |ended: &Instant| {
        let is_before = |snapshot: &SnapshotTime| snapshot.captured.is_some_and(|captured| captured.instant <= *ended);
        (timeline.snapshots.partition_point(is_before) as u32, ended.day())
    };
    (timeline.snapshots.iter().map(capture).collect(), timeline.ended.iter().map(deletion).collect())
}

impl Capture {
    /// The day on which it was captured.
    pub fn day(&self) -> Option<Day> {
        known(self.day)
    }
}

impl<'c> Captures<'c> {
    /// How many snapshots.
    pub fn len(&self) -> u32 {
        self.days.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The day on which a snapshot was captured.
    pub fn day(&self, snapshot: u32) -> Option<Day> {
        self.days.get(snapshot as usize).copied().and_then(known)
    }

    /// When a snapshot was captured, and who says so.
    pub fn taken(&self, snapshot: u32) -> Option<Captured> {
        let Day(day) = self.day(snapshot)?;
        let Time { second, precision, source } = *self.times.get(snapshot as usize)?;
        let seconds = i64::from(day) * SECONDS_PER_DAY + i64::from(second);
        Some(Captured { instant: Instant { seconds, precision }, source: source? })
    }

    /// When a snapshot was captured.
    pub fn instant(&self, snapshot: u32) -> Option<Instant> {
        self.taken(snapshot).map(|captured| captured.instant)
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
        let start = first.map_or(0, |first| self.days.partition_point(|day| *day < first));
        let end = last.map_or(self.days.len(), |last| self.days.partition_point(|day| *day <= last));
        (start as u32, end.max(start) as u32)
    }

    /// Whether a snapshot is policy text.
    pub fn is_usable(&self, snapshot: u32) -> bool {
        self.texts.get(snapshot as usize).is_some_and(|text| text.mark.is_none())
    }

    /// Why a snapshot is no policy text.
    pub fn mark(&self, snapshot: u32) -> Option<Mark> {
        self.texts.get(snapshot as usize)?.mark
    }

    /// The code of the language of a snapshot, see [`super::VersionFacts::lang`].
    pub fn lang(&self, snapshot: u32) -> &'c str {
        let code = self.texts.get(snapshot as usize).map_or(&[][..], |text| &text.lang[..]);
        let len = code.iter().position(|byte| *byte == 0).unwrap_or(code.len());
        std::str::from_utf8(&code[..len]).unwrap_or_default()
    }

    /// How many snapshots are dated to a year only.
    pub fn dated_to_year(&self) -> usize {
        let is_to_year = |time: &&Time| time.source.is_some() && time.precision == Precision::Year;
        self.times.iter().filter(is_to_year).count()
    }

    /// Whether a snapshot is in the language of a code.
    pub fn is_in(&self, snapshot: u32, code: &str) -> bool {
        let text = self.texts.get(snapshot as usize);
        text.zip(code_bytes(code)).is_some_and(|(text, code)| text.lang == code)
    }

    /// Whether the archive deleted the text after a snapshot, until the end of a day.
    pub fn has_ended(&self, snapshot: u32, by: Day) -> bool {
        self.deletions.iter().any(|&(before, day)| snapshot < before && day <= by)
    }
}
