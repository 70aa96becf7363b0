//! The texts of an index with their observations: documents, and those as one of which several sources hold the same snapshots.

use super::interval::Event;
use crate::history::{Runs, Timeline};
use crate::index::{Index, IndexError};
use crate::search::Scope;
use crate::search::scope::days;
use crate::snapshot::Instant;
use rustc_hash::FxHashMap;

/// A text with all that is told of it inside the limits of a query.
pub struct Text {
    pub documents: Vec<Observed>,
}

/// A document and the snapshots that observe it. Those that another source holds too are observed there.
pub struct Observed {
    pub slot: u32,
    pub observations: Runs,
    /// Snapshots inside the limits that do not observe: they are no policy text, or in another language.
    pub left_out: u64,
}

/// The dated texts that a query admits, in the order of answers.
pub fn texts(scope: &Scope<'_>) -> Result<Vec<Text>, IndexError> {
    let index = scope.index;
    let mut texts: Vec<(u32, Text)> = Vec::new();
    for slots in linked(index) {
        let mut text = Text { documents: Vec::new() };
        for &slot in &slots {
            if scope.admits(slot)? {
                text.documents.push(observed(scope, slot)?);
            }
        }
        text.documents.sort_by_key(|document| index.rank(document.slot));
        if let Some(first) = text.documents.first() {
            texts.push((index.rank(first.slot), text));
        }
    }
    texts.sort_by_key(|(rank, _)| *rank);
    Ok(texts.into_iter().map(|(_, text)| text).collect())
}

/// Dated documents that are one text: each holds a snapshot that another one of them holds too.
fn linked(index: &Index) -> Vec<Vec<u32>> {
    let mut leader: FxHashMap<u32, u32> = FxHashMap::default();
    let find = |leader: &FxHashMap<u32, u32>, mut slot: u32| {
        while let Some(&next) = leader.get(&slot) {
            slot = next;
        }
        slot
    };
    for (slot, entry) in index.catalog.documents() {
        for other in entry.duplicates.all_holders() {
            let (a, b) = (find(&leader, slot), find(&leader, other));
            if a != b {
                leader.insert(a.max(b), a.min(b));
            }
        }
    }
    let mut groups: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for (slot, entry) in index.catalog.documents() {
        if entry.first.is_some() {
            groups.entry(find(&leader, slot)).or_default().push(slot);
        }
    }
    groups.into_values().collect()
}

fn observed(scope: &Scope<'_>, slot: u32) -> Result<Observed, IndexError> {
    let captures = scope.index.captures(slot)?;
    let told_elsewhere = scope.index.entry(slot)?.duplicates.snapshots();
    let asked = days(captures, scope.limits.days).intersection(&scope.of_sites(slot)?).difference(&told_elsewhere);
    let observations: Runs = asked.iter().filter(|&snapshot| scope.observes(captures, snapshot)).collect();
    Ok(Observed { slot, left_out: asked.count() - observations.count(), observations })
}

impl Text {
    /// How often it was observed.
    pub fn observations(&self) -> u64 {
        self.documents.iter().map(|document| document.observations.count()).sum()
    }

    pub fn left_out(&self) -> u64 {
        self.documents.iter().map(|document| document.left_out).sum()
    }

    /// All that is told of the text. `says` gives of a document the snapshots that say it.
    pub fn events(&self, scope: &Scope<'_>, says: &dyn Fn(u32) -> Option<Runs>) -> Result<Vec<Event>, IndexError> {
        let mut events = Vec::new();
        for document in &self.documents {
            let timeline = &scope.index.record(document.slot)?.timeline;
            let says = says(document.slot).unwrap_or_default();
            events.extend(document.observations.iter().filter_map(|snapshot| {
                let chars = timeline.version_of(snapshot).map_or(0, |facts| facts.chars);
                Some(Event::Observed { at: instant(timeline, snapshot)?, says: says.contains(snapshot), chars })
            }));
            let deleted = timeline.ended.iter().filter(|at| scope.limits.days.contains(at.day()));
            events.extend(deleted.map(|&at| Event::Deleted { at }));
        }
        Ok(events)
    }

    /// The first and the last observation.
    pub fn observed(&self, index: &Index) -> Result<Option<(Instant, Instant)>, IndexError> {
        let mut found: Option<(Instant, Instant)> = None;
        for document in &self.documents {
            let timeline = &index.record(document.slot)?.timeline;
            for at in [document.observations.first(), document.observations.last()].into_iter().flatten() {
                let Some(at) = instant(timeline, at) else { continue };
                found = Some(found.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
            }
        }
        Ok(found)
    }
}

fn instant(timeline: &Timeline, snapshot: u32) -> Option<Instant> {
    Some(timeline.snapshots.get(snapshot as usize)?.captured?.instant)
}
