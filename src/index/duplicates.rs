//! Finds the snapshots that several sources hold: a folder and its repository, an archive and its packed copy.
//!
//! A snapshot is the same where company and kind have the same names, as recorded and as counted, the bytes have the same
//! SHA-256 and were read in the same way, and the instants agree. Each source keeps its history whole; the snapshot is
//! counted in one of them: in a git history before a folder or file (it knows the commit), else where the dates are the most exact,
//! else in the source whose path comes first.

use super::IndexError;
use super::catalog::{Catalog, DocumentEntry, Place};
use super::record::Record;
use crate::history::Runs;
use crate::snapshot::{Format, Instant};
use crate::source::Form;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// The snapshots of a document that other sources hold too, and that are counted there: for each document that holds some, by slot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicates(Vec<(u32, Runs)>);

impl Duplicates {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes that another document holds a snapshot too, which comes after those noted so far.
    fn push(&mut self, snapshot: u32, slot: u32) {
        match self.0.iter_mut().find(|(holder, _)| *holder == slot) {
            Some((_, runs)) => runs.push(snapshot, snapshot + 1),
            None => self.0.push((slot, Runs::range(snapshot, snapshot + 1))),
        }
    }

    /// Gives the documents other slots; `None` where one has none.
    pub fn renumber(&mut self, new: impl Fn(u32) -> Option<u32>) -> Option<()> {
        self.0.iter_mut().try_for_each(|(slot, _)| new(*slot).map(|new| *slot = new))
    }

    /// The snapshots.
    pub fn snapshots(&self) -> Runs {
        Runs::union_of(self.0.iter().map(|(_, runs)| runs))
    }

    /// The slots of all documents that hold some.
    pub fn all_holders(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().map(|(slot, _)| *slot)
    }

    /// The slots of the documents that hold a snapshot too and come before this one.
    pub fn holders(&self, snapshot: u32) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().filter(move |(_, runs)| runs.contains(snapshot)).map(|(slot, _)| *slot)
    }
}

/// How a capture was read: of the same bytes, read in the same way, comes the same text.
type Read = ([u8; 32], Format, String);

/// A capture, the documents that hold it (by slot), and the source of the last of them.
struct Known {
    instant: Instant,
    holders: Vec<u32>,
    source: u32,
}

/// Notes in each document which of its snapshots are counted in another source.
pub fn find<'b>(catalog: &mut Catalog, bytes: impl Fn(Place) -> Result<&'b [u8], IndexError>) -> Result<(), IndexError> {
    let mut found: Vec<(u32, Duplicates)> = Vec::new();
    for documents in alike(catalog) {
        let mut known: FxHashMap<Read, Vec<Known>> = FxHashMap::default();
        for (slot, entry) in documents {
            let captures = captures(bytes(entry.place)?)?;
            let mut holders: Vec<Vec<u32>> = vec![Vec::new(); captures.len()];
            // Those of one and the same instant find each other before those that only agree.
            for agree in [|a: Instant, b: Instant| a == b, Instant::agrees_with] {
                for ((read, instant), holders) in captures.iter().zip(&mut holders).filter(|(_, holders)| holders.is_empty()) {
                    let others = known.get_mut(read).map(Vec::as_mut_slice).unwrap_or_default();
                    // Snapshots of one source are never the same: a capture of another is matched with one of them at most.
                    let free = |other: &&mut Known| other.source != entry.source && agree(other.instant, *instant);
                    if let Some(other) = others.iter_mut().find(free) {
                        holders.clone_from(&other.holders);
                        other.holders.push(slot);
                        other.source = entry.source;
                        if instant.precision > other.instant.precision {
                            other.instant = *instant;
                        }
                    }
                }
            }
            let mut duplicates = Duplicates::default();
            for ((snapshot, (read, instant)), holders) in (0..).zip(captures).zip(holders) {
                if holders.is_empty() {
                    let new = Known { instant, holders: vec![slot], source: entry.source };
                    known.entry(read).or_default().push(new);
                }
                holders.into_iter().for_each(|holder| duplicates.push(snapshot, holder));
            }
            found.push((slot, duplicates));
        }
    }
    for entry in catalog.documents.iter_mut().flatten() {
        entry.duplicates = Duplicates::default();
    }
    for (slot, duplicates) in found {
        if let Some(Some(entry)) = catalog.documents.get_mut(slot as usize) {
            entry.duplicates = duplicates;
        }
    }
    Ok(())
}

/// Dated documents of the same company and kind, where several sources have such, in the order of precedence.
fn alike(catalog: &Catalog) -> Vec<Vec<(u32, &DocumentEntry)>> {
    let mut groups: FxHashMap<[&str; 4], Vec<(u32, &DocumentEntry)>> = FxHashMap::default();
    for (slot, entry) in catalog.documents().filter(|(_, entry)| entry.first.is_some()) {
        let names = [&entry.company, &entry.kind, &entry.key.company, &entry.key.kind].map(String::as_str);
        groups.entry(names).or_default().push((slot, entry));
    }
    groups.retain(|_, documents| documents.iter().any(|(_, entry)| entry.source != documents[0].1.source));
    let precedence = |entry: &DocumentEntry| {
        let source = catalog.sources.get(entry.source as usize);
        let precision = [entry.first, entry.last].into_iter().flatten().map(|instant| instant.precision).min();
        (source.map(|source| source.form != Form::Git), Reverse(precision), source.map(|source| source.root.clone()))
    };
    let mut groups: Vec<_> = groups.into_values().collect();
    for documents in &mut groups {
        documents.sort_by_cached_key(|(_, entry)| (precedence(entry), entry.key.clone()));
    }
    groups
}

/// The captures of a document in order of time.
fn captures(record: &[u8]) -> Result<Vec<(Read, Instant)>, IndexError> {
    let opened = Record::open(record)?;
    let provenance = opened.all_provenance(record)?;
    let instants = opened.timeline.snapshots.iter().map(|snapshot| snapshot.captured.map(|captured| captured.instant));
    let captures =
        instants.zip(provenance).filter_map(|(instant, from)| Some(((from.sha256, from.format, from.encoding), instant?)));
    Ok(captures.collect())
}
