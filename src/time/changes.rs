//! What changed in documents from one observation to the next.

use crate::compare::{Piece, Step, compare, skeleton};
use crate::document::{headings, pieces};
use crate::history::{Captures, Runs, Timeline};
use crate::index::{Index, IndexError};
use crate::query::{Limits, Query};
use crate::search::{Cause, Estimate, Observing, Scope, SearchError, Transition, matching};
use crate::snapshot::Captured;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, OnceLock};

/// What is asked of the changes.
#[derive(Debug, Clone)]
pub struct ChangesAsked {
    /// Its words restrict to passages that match, its days to the later snapshot of each change.
    pub query: Query,
    pub observing: Observing,
}

/// The changes in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    pub events: Vec<ChangeEvent>,
    pub totals: ChangeTotals,
    /// Where topics are asked for.
    pub estimate: Option<Estimate>,
}

/// Everything that changed, inside the limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeTotals {
    /// Pairs of neighbouring observations that differ in more than technical numbers and typography.
    pub events: u64,
    /// Those of them of which the archive cannot tell whether the company changed its text.
    pub cannot_be_told: u64,
    /// Those of them that lead back to a whole text of an earlier observation.
    pub returns_to_text: u64,
    pub companies: u64,
    pub documents: u64,
    /// Passages, over all events.
    pub added: u64,
    pub removed: u64,
    pub reworded: u64,
    pub returned: u64,
    pub moved: u64,
    /// Pairs that differ in technical numbers and typography only.
    pub technical_only: u64,
    /// Pairs that differ because the archive read the same capture anew.
    pub re_extractions: u64,
    /// Pairs of neighbouring observations that were looked at, equal ones included.
    pub compared: u64,
    /// Snapshots left out because they are no policy text, and because they are in another language.
    pub left_out_marked: u64,
    pub left_out_language: u64,
}

/// A snapshot of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotRef {
    /// From 0.
    pub snapshot: u32,
    pub captured: Captured,
}

/// What changed in a document from one observation to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeEvent {
    pub slot: u32,
    pub from: SnapshotRef,
    pub to: SnapshotRef,
    /// Never a re-extraction.
    pub cause: Cause,
    /// The last earlier observation with the same whole text as the later one.
    pub returns_to: Option<SnapshotRef>,
    /// In the order of the text, technical ones included.
    pub changes: Vec<Change>,
}

impl ChangeEvent {
    /// How many passages changed in this way, technical ones apart.
    pub fn count(&self, kind: ChangeKind) -> u64 {
        self.changes.iter().filter(|change| !change.technical && change.kind == kind).count() as u64
    }

    /// How many changes are of technical numbers and typography only.
    pub fn technical(&self) -> u64 {
        self.changes.iter().filter(|change| change.technical).count() as u64
    }

    /// Whether only technical numbers and typography changed.
    pub fn is_technical(&self) -> bool {
        self.changes.iter().all(|change| change.technical)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Added,
    Removed,
    Reworded,
    /// It stood in an earlier observation, and not in the one before.
    Returned,
    Moved,
}

impl ChangeKind {
    pub const ALL: [ChangeKind; 5] =
        [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Reworded, ChangeKind::Returned, ChangeKind::Moved];

    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Reworded => "reworded",
            ChangeKind::Returned => "returned",
            ChangeKind::Moved => "moved",
        }
    }
}

/// What became of a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub kind: ChangeKind,
    pub technical: bool,
    /// The headings above it, outermost first: in the later text, or in the earlier one where it was removed.
    pub heading: Vec<Arc<str>>,
    /// The wording before; of what returned, the one that it replaces.
    pub before: Option<Arc<str>>,
    pub after: Option<Arc<str>>,
    pub returned: Option<Return>,
}

/// How long a passage was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Return {
    /// The last observation with it.
    pub last: SnapshotRef,
    /// Days from there to the observation in which it returned.
    pub days: i32,
}

/// All changes that a question asks for, those of technical numbers only included.
pub fn changes(index: &Arc<Index>, asked: &ChangesAsked) -> Result<Changes, SearchError> {
    let Limits { headings, .. } = &asked.query.limits;
    let filter = if asked.query.node.is_none() && headings.is_empty() {
        None
    } else {
        Some(matching(index, &asked.query, &asked.observing)?)
    };
    let slots: Vec<u32> = index.catalog.documents().map(|(slot, _)| slot).collect();
    let of_documents: Result<Vec<OfDocument>, IndexError> =
        slots.into_par_iter().map(|slot| of_document(index, asked, slot, filter.as_ref())).collect();
    let mut all = Changes {
        events: Vec::new(),
        totals: ChangeTotals::default(),
        estimate: Estimate::of(index, &asked.query, &asked.observing)?,
    };
    for of_document in of_documents? {
        let OfDocument { events, counts } = of_document;
        all.totals.re_extractions += counts.re_extractions;
        all.totals.compared += counts.compared;
        all.totals.left_out_marked += counts.left_out_marked;
        all.totals.left_out_language += counts.left_out_language;
        all.events.extend(events);
    }
    all.events.sort_by_key(|event| (event.to.captured.instant, index.rank(event.slot), event.to.snapshot));
    count(index, &mut all)?;
    Ok(all)
}

fn count(index: &Index, all: &mut Changes) -> Result<(), IndexError> {
    let totals = &mut all.totals;
    let (mut companies, mut documents) = (FxHashSet::default(), FxHashSet::default());
    for event in &all.events {
        if event.is_technical() {
            totals.technical_only += 1;
            continue;
        }
        totals.events += 1;
        totals.cannot_be_told += u64::from(event.cause == Cause::CannotBeTold);
        totals.returns_to_text += u64::from(event.returns_to.is_some());
        documents.insert(event.slot);
        companies.insert(index.entry(event.slot)?.company.as_str());
        totals.added += event.count(ChangeKind::Added);
        totals.removed += event.count(ChangeKind::Removed);
        totals.reworded += event.count(ChangeKind::Reworded);
        totals.returned += event.count(ChangeKind::Returned);
        totals.moved += event.count(ChangeKind::Moved);
    }
    companies.remove("");
    (totals.companies, totals.documents) = (companies.len() as u64, documents.len() as u64);
    Ok(())
}

#[derive(Default)]
struct OfDocument {
    events: Vec<ChangeEvent>,
    counts: ChangeTotals,
}

fn of_document(
    index: &Index,
    asked: &ChangesAsked,
    slot: u32,
    filter: Option<&FxHashMap<u32, Vec<u32>>>,
) -> Result<OfDocument, IndexError> {
    let mut found = OfDocument::default();
    let scope = Scope { index, limits: &asked.query.limits, observing: &asked.observing };
    let timeline = &index.record(slot)?.timeline;
    if !timeline.is_dated() || !scope.admits(slot)? {
        return Ok(found);
    }
    left_out(&scope, slot, &mut found.counts)?;
    let matched = match filter.map(|filter| filter.get(&slot)) {
        None => None,
        Some(None) => return Ok(found),
        Some(Some(passages)) => Some(passages.as_slice()),
    };
    let captures = index.captures(slot)?;
    let document = Document { scope: &scope, slot, timeline, captures, matched, classes: OnceLock::new() };
    for Transition { from, to, cause } in scope.transitions(slot)? {
        found.counts.compared += 1;
        let versions = [from, to].map(|snapshot| timeline.snapshots[snapshot as usize].version);
        if versions[0] == versions[1] {
            continue;
        }
        let changes = document.changes(from, to, versions)?;
        if changes.is_empty() {
            continue;
        }
        if cause == Cause::ReExtraction {
            found.counts.re_extractions += 1;
            continue;
        }
        let (Some(from), Some(to)) = (reference(timeline, from), reference(timeline, to)) else { continue };
        let earlier = (0..from.snapshot).rev().filter(|&snapshot| scope.observes(captures, snapshot));
        let mut same = earlier.filter(|&snapshot| timeline.snapshots[snapshot as usize].version == versions[1]);
        let returns_to = same.next().and_then(|snapshot| reference(timeline, snapshot));
        found.events.push(ChangeEvent { slot, from, to, cause, returns_to, changes });
    }
    Ok(found)
}

/// Counts the snapshots inside the limits that observe nothing.
fn left_out(scope: &Scope<'_>, slot: u32, counts: &mut ChangeTotals) -> Result<(), IndexError> {
    let captures = scope.index.captures(slot)?;
    let limits = Limits { langs: Vec::new(), ..scope.limits.clone() };
    for snapshot in (Scope { limits: &limits, ..*scope }).snapshots(slot)?.iter() {
        if !scope.observing.suspect && !captures.is_usable(snapshot) {
            counts.left_out_marked += 1;
        } else if !scope.observes(captures, snapshot) {
            counts.left_out_language += 1;
        }
    }
    Ok(())
}

fn reference(timeline: &Timeline, snapshot: u32) -> Option<SnapshotRef> {
    let captured = timeline.snapshots.get(snapshot as usize)?.captured?;
    Some(SnapshotRef { snapshot, captured })
}

/// A document whose texts are compared.
struct Document<'d> {
    scope: &'d Scope<'d>,
    slot: u32,
    timeline: &'d Timeline,
    captures: Captures<'d>,
    /// The passages that match, ascending; `None` where all do.
    matched: Option<&'d [u32]>,
    classes: OnceLock<Classes>,
}

/// Passages that differ in technical numbers and typography only are one class.
struct Classes {
    of: Vec<u32>,
    /// The snapshots in which a passage of the class stands.
    stands: Vec<Runs>,
}

impl Document<'_> {
    fn changes(&self, from: u32, to: u32, [old, new]: [u32; 2]) -> Result<Vec<Change>, IndexError> {
        let index = self.scope.index;
        let (old, new) = (pieces(index, self.slot, old)?, pieces(index, self.slot, new)?);
        let mut found = Vec::new();
        for step in compare(&old, &new) {
            let (before, after) = (step.in_old().map(|place| &old[place]), step.in_new().map(|place| &new[place]));
            let kind = match step {
                Step::Unchanged { .. } => continue,
                Step::Moved { .. } => ChangeKind::Moved,
                Step::Reworded { .. } => ChangeKind::Reworded,
                Step::Added { .. } => ChangeKind::Added,
                Step::Removed { .. } => ChangeKind::Removed,
            };
            if !(self.matches(before, from)? || self.matches(after, to)?) {
                continue;
            }
            let technical = step.is_technical();
            let may_return = !technical && matches!(kind, ChangeKind::Added | ChangeKind::Reworded);
            let returned = match after.filter(|_| may_return) {
                Some(piece) => self.returned(piece.id, from, to)?,
                None => None,
            };
            found.push(Change {
                kind: if returned.is_some() { ChangeKind::Returned } else { kind },
                technical,
                heading: match (step.in_new(), step.in_old()) {
                    (Some(place), _) => headings(&new, place),
                    (None, place) => headings(&old, place.unwrap_or_default()),
                },
                before: before.map(|piece| piece.text.clone()),
                after: after.map(|piece| piece.text.clone()),
                returned,
            });
        }
        Ok(found)
    }

    /// Whether a passage is one that was asked for, under the headings asked for.
    fn matches(&self, piece: Option<&Piece>, snapshot: u32) -> Result<bool, IndexError> {
        let (Some(piece), Some(matched)) = (piece, self.matched) else {
            return Ok(piece.is_some());
        };
        if matched.binary_search(&piece.id).is_err() {
            return Ok(false);
        }
        let only = Runs::range(snapshot, snapshot + 1);
        Ok(!self.scope.occurrences(self.slot, piece.id, &only)?.is_empty())
    }

    /// Whether a passage that is new in `to` stood in an observation before `from`, though not there.
    fn returned(&self, passage: u32, from: u32, to: u32) -> Result<Option<Return>, IndexError> {
        let classes = self.classes()?;
        let Some(stands) = classes.of.get(passage as usize).and_then(|class| classes.stands.get(*class as usize)) else {
            return Ok(None);
        };
        if stands.contains(from) {
            return Ok(None);
        }
        let earlier = stands.intersection(&Runs::range(0, from));
        let observed = earlier.iter().filter(|&snapshot| self.scope.observes(self.captures, snapshot)).last();
        let (Some(last), Some(now)) = (observed.and_then(|last| reference(self.timeline, last)), self.timeline.day(to)) else {
            return Ok(None);
        };
        Ok(Some(Return { last, days: now.0.saturating_sub(last.captured.instant.day().0) }))
    }

    fn classes(&self) -> Result<&Classes, IndexError> {
        if let Some(classes) = self.classes.get() {
            return Ok(classes);
        }
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut classes = Classes { of: Vec::new(), stands: Vec::new() };
        for passage in 0..self.timeline.passages.len() as u32 {
            let next = numbers.len() as u32;
            let class = *numbers.entry(skeleton(&self.scope.index.text(self.slot, passage)?)).or_insert(next);
            let occurrences = self.timeline.occurrences(passage);
            match classes.stands.get_mut(class as usize) {
                Some(stands) => *stands = stands.union(occurrences),
                None => classes.stands.push(occurrences.clone()),
            }
            classes.of.push(class);
        }
        Ok(self.classes.get_or_init(|| classes))
    }
}
