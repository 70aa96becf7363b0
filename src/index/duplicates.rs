//! Finds the snapshots that two sources hold: a folder and its repository, an archive and its packed copy.
//!
//! A snapshot is the same where company and kind have the same names, as recorded and as counted, the bytes have the same
//! SHA-256 and were read in the same way, and the instants agree. Both sources keep their history whole; the snapshot is
//! counted in one of them: in a git history before a folder or file (it knows the commit), else in the source whose name comes first.

use super::IndexError;
use super::catalog::{Catalog, DocumentEntry, Place};
use super::record::Record;
use crate::history::Runs;
use crate::snapshot::{Format, Instant};
use rustc_hash::FxHashMap;

/// How a capture was read: of the same bytes, read in the same way, comes the same text.
type Read = ([u8; 32], Format, String);

/// Notes in each document which of its snapshots are counted in another source.
pub fn find<'b>(catalog: &mut Catalog, bytes: impl Fn(Place) -> Result<&'b [u8], IndexError>) -> Result<(), IndexError> {
    let mut found: Vec<(u32, Runs)> = Vec::new();
    for documents in alike(catalog) {
        // The captures of the documents so far that none of the same source has been matched with.
        let mut counted: FxHashMap<Read, Vec<Instant>> = FxHashMap::default();
        for same_source in documents.chunk_by(|a, b| a.1.source == b.1.source) {
            let mut own: Vec<(Read, Instant)> = Vec::new();
            let mut unmatched = counted.clone();
            for (slot, entry) in same_source {
                let captures = captures(bytes(entry.place)?)?;
                let mut duplicates = Runs::default();
                for (snapshot, (read, instant)) in (0..).zip(captures) {
                    let others = unmatched.get_mut(&read);
                    let matching = others.and_then(|others| {
                        let at = others.iter().position(|other| other.agrees_with(instant))?;
                        Some(others.remove(at))
                    });
                    match matching {
                        Some(_) => duplicates.push(snapshot, snapshot + 1),
                        None => own.push((read, instant)),
                    }
                }
                found.push((*slot, duplicates));
            }
            own.into_iter().for_each(|(read, instant)| counted.entry(read).or_default().push(instant));
        }
    }
    for entry in catalog.documents.iter_mut().flatten() {
        entry.duplicates = Runs::default();
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
    let precedence = |source: u32| catalog.sources.get(source as usize).map(|source| (source.form, source.name.as_str()));
    let mut groups: Vec<_> = groups.into_values().collect();
    for documents in &mut groups {
        documents.sort_by_key(|(_, entry)| (precedence(entry.source), &entry.key));
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
