//! The history of a document: each snapshot, or each run of snapshots with the same text, beside what came before.

use super::{StatedDate, View};
use crate::history::{Mark, Runs, SHRINK};
use crate::index::IndexError;
use crate::snapshot::{Captured, CommitKind, Instant};
use rustc_hash::FxHashMap;

/// Of a usable version that has more than so many times the characters of the usable version before, it is told, as of one that has less
/// than [`SHRINK`] of them.
pub const GROWTH: f64 = 2.0;

/// A run of neighbouring snapshots with the same text; a single snapshot where each is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The snapshots, counted from 0.
    pub snapshots: Runs,
    pub first: Option<Captured>,
    pub last: Option<Captured>,
    /// Counted from 0.
    pub version: u32,
    pub chars: u32,
    pub lang: String,
    pub mark: Option<Mark>,
    /// Whether the capture counts as one, in a language asked for.
    pub observes: bool,
    /// With the usable version of the same language before, see [`similarity`].
    pub similarity: Option<f64>,
    pub notice: Option<Notice>,
    pub stated: Vec<StatedDate>,
    /// What the commits of the snapshots say, each once.
    pub commit_kinds: Vec<CommitKind>,
    /// The last snapshot with the same text, before others.
    pub returns_to: Option<u32>,
    /// When the archive deleted the text after these snapshots and before the next.
    pub ended: Option<Instant>,
    /// How many of the snapshots are counted in another source, which holds them too.
    pub duplicates: u64,
}

/// A sudden change of the size. Nothing is left out for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    Shrink,
    Growth,
}

impl Notice {
    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Notice::Shrink => "shrink",
            Notice::Growth => "growth",
        }
    }
}

/// The rows of a document in order of time.
pub fn rows(view: &View<'_>, each_snapshot: bool) -> Result<Vec<Row>, IndexError> {
    let duplicates = view.index.entry(view.slot)?.duplicates.snapshots();
    let mut stated: FxHashMap<u32, Vec<StatedDate>> = FxHashMap::default();
    let mut last_with: FxHashMap<u32, u32> = FxHashMap::default();
    // The last usable version of each language.
    let mut usable: FxHashMap<&str, u32> = FxHashMap::default();
    let mut rows: Vec<Row> = Vec::new();
    for snapshot in 0..view.len() {
        let Some(version) = view.version(snapshot) else { continue };
        let kind = view.index.provenance(view.slot, snapshot)?.commit_kind;
        let earlier = last_with.insert(version, snapshot);
        let goes_on = earlier.is_some() && earlier == snapshot.checked_sub(1);
        let duplicate = u64::from(duplicates.contains(snapshot));
        if let Some(row) = rows.last_mut().filter(|row| goes_on && !each_snapshot && row.ended.is_none()) {
            row.snapshots.push(snapshot, snapshot + 1);
            row.last = view.captured(snapshot);
            row.commit_kinds.extend(kind.filter(|kind| !row.commit_kinds.contains(kind)));
            row.duplicates += duplicate;
            row.ended = ended(view, snapshot);
            continue;
        }
        let facts = view.timeline.versions.get(version as usize);
        let (chars, lang, mark) = facts.map_or((0, "", None), |facts| (facts.chars, facts.lang.as_str(), facts.mark));
        let before = if mark.is_none() { usable.insert(lang, version) } else { usable.get(lang).copied() };
        let similarity = before.map(|before| similarity(view, before, version)).transpose()?;
        let size_before =
            before.and_then(|before| view.timeline.versions.get(before as usize)).map(|facts| f64::from(facts.chars));
        let notice = size_before.filter(|_| mark.is_none()).and_then(|before| notice(before, f64::from(chars)));
        let stated = match stated.get(&version) {
            Some(known) => known.clone(),
            None => stated.entry(version).or_insert(view.stated(version)?).clone(),
        };
        rows.push(Row {
            snapshots: Runs::range(snapshot, snapshot + 1),
            first: view.captured(snapshot),
            last: view.captured(snapshot),
            version,
            chars,
            lang: lang.to_owned(),
            mark,
            observes: view.observes(snapshot),
            similarity,
            notice,
            stated,
            commit_kinds: kind.into_iter().collect(),
            returns_to: earlier.filter(|_| !goes_on),
            ended: ended(view, snapshot),
            duplicates: duplicate,
        });
    }
    Ok(rows)
}

/// When the archive deleted the text, between a snapshot and the next.
fn ended(view: &View<'_>, snapshot: u32) -> Option<Instant> {
    let at = view.captured(snapshot)?.instant;
    let next = view.captured(snapshot + 1).map(|captured| captured.instant);
    view.timeline.ended.iter().find(|ended| **ended >= at && next.is_none_or(|next| **ended < next)).copied()
}

fn notice(before: f64, now: f64) -> Option<Notice> {
    if now < before * SHRINK {
        Some(Notice::Shrink)
    } else if now > before * GROWTH {
        Some(Notice::Growth)
    } else {
        None
    }
}

/// How similar two versions are, from 0 to 1 (Dice): twice the characters of the passages that both have, repeats counted, by the
/// characters of both.
pub fn similarity(view: &View<'_>, one: u32, other: u32) -> Result<f64, IndexError> {
    if one == other {
        return Ok(1.0);
    }
    let chars = |passage: u32| view.timeline.passages.get(passage as usize).map_or(0, |facts| u64::from(facts.chars));
    let mut counts: FxHashMap<u32, u64> = FxHashMap::default();
    let (mut all, mut common) = (0, 0);
    for entry in view.index.version(view.slot, one)?.entries.iter() {
        *counts.entry(entry.passage).or_default() += 1;
        all += chars(entry.passage);
    }
    for entry in view.index.version(view.slot, other)?.entries.iter() {
        all += chars(entry.passage);
        if let Some(count) = counts.get_mut(&entry.passage).filter(|count| **count > 0) {
            *count -= 1;
            common += chars(entry.passage);
        }
    }
    Ok(if all == 0 { 1.0 } else { 2.0 * common as f64 / all as f64 })
}
