//! Compares the bytes that an index was read from with those that lie in its archives now.

use crate::history::Provenance;
use crate::index::{Index, IndexError};
use crate::snapshot::{Captured, DocumentKey};
use crate::source::{GitId, ReadError, Reader, Source};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// What became of the bytes of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Original {
    Same,
    /// Other bytes lie there, or what lies there no longer reads as the text.
    Changed(String),
    /// Nothing lies there any more, or it cannot be read.
    Missing(String),
}

impl Original {
    /// The name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Original::Same => "same",
            Original::Changed(_) => "changed",
            Original::Missing(_) => "missing",
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Original::Same => None,
            Original::Changed(reason) | Original::Missing(reason) => Some(reason),
        }
    }
}

/// A snapshot whose bytes are not those that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    pub key: DocumentKey,
    pub captured: Option<Captured>,
    /// Where the bytes lie.
    pub place: String,
    pub original: Original,
}

/// What is found of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCheck {
    pub name: String,
    pub root: String,
    /// Why the archive is not at hand.
    pub absent: Option<String>,
    pub snapshots: u64,
    pub same: u64,
    pub differing: Vec<Differing>,
}

/// Reads the bytes of a snapshot into the buffer, where they are still there, and compares their hash; the buffer then holds them
/// alone.
pub fn read(reader: &mut Reader<'_>, provenance: &Provenance, buffer: &mut Vec<u8>) -> Original {
    match reader.read(&provenance.locator, buffer) {
        Ok(opened) => {
            let raw = buffer.get(opened.raw).unwrap_or_default().to_vec();
            *buffer = raw;
            if <[u8; 32]>::from(Sha256::digest(&*buffer)) == provenance.sha256 {
                Original::Same
            } else {
                Original::Changed(format!("{}: other bytes than those that were read", provenance.locator))
            }
        }
        Err(error) => {
            buffer.clear();
            let reason = error.to_string();
            match error {
                ReadError::Binary { .. } | ReadError::Changed(_) | ReadError::Packed { .. } | ReadError::TooLarge { .. } => {
                    Original::Changed(reason)
                }
                // What is cut short is there.
                ReadError::Io { source, .. } if source.kind() == ErrorKind::UnexpectedEof => Original::Changed(reason),
                ReadError::Io { .. } | ReadError::Object { .. } | ReadError::Outside(_) => Original::Missing(reason),
            }
        }
    }
}

/// Compares the bytes of every snapshot of every source. `progress` is told how many of how many are done.
pub fn check(index: &Index, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<SourceCheck>, IndexError> {
    let done = AtomicU64::new(0);
    let of = index.catalog.documents().map(|(_, entry)| entry.counts.snapshots + entry.counts.undated).sum();
    let mut checks = Vec::new();
    for (number, entry) in (0..).zip(&index.catalog.sources) {
        let slots: Vec<u32> =
            index.catalog.documents().filter(|(_, document)| document.source == number).map(|(slot, _)| slot).collect();
        let mut check = SourceCheck {
            name: entry.name.clone(),
            root: entry.root.clone(),
            absent: None,
            snapshots: 0,
            same: 0,
            differing: Vec::new(),
        };
        match Source::open(Path::new(&entry.root)) {
            Err(error) => {
                check.absent = Some(error.to_string());
                for slot in slots {
                    check.snapshots += index.record(slot)?.timeline.snapshots.len() as u64;
                }
                progress(done.fetch_add(check.snapshots, Ordering::Relaxed) + check.snapshots, of);
            }
            Ok(source) => {
                let told = |count: u64| progress(done.fetch_add(count, Ordering::Relaxed) + count, of);
                let documents: Result<Vec<(u64, Vec<Differing>)>, IndexError> =
                    slots.par_iter().map(|&slot| check_document(index, &source, slot, &told)).collect();
                for (snapshots, differing) in documents? {
                    check.snapshots += snapshots;
                    check.same += snapshots - differing.len() as u64;
                    check.differing.extend(differing);
                }
            }
        }
        check.differing.sort_by(|a, b| (&a.key, a.captured.map(|at| at.instant)).cmp(&(&b.key, b.captured.map(|at| at.instant))));
        checks.push(check);
    }
    Ok(checks)
}

fn check_document(
    index: &Index,
    source: &Source,
    slot: u32,
    told: &(dyn Fn(u64) + Sync),
) -> Result<(u64, Vec<Differing>), IndexError> {
    let key = &index.entry(slot)?.key;
    let timeline = &index.record(slot)?.timeline;
    let count = timeline.snapshots.len() as u32;
    let provenance: Result<Vec<Provenance>, IndexError> = (0..count).map(|snapshot| index.provenance(slot, snapshot)).collect();
    let provenance = provenance?;
    let mut reader = source.reader();
    reader.expect(provenance.iter().map(|from| &from.locator));
    let mut buffer = Vec::new();
    // A blob of a git history is read once.
    let mut blobs: FxHashMap<(GitId, [u8; 32]), Original> = FxHashMap::default();
    let mut differing = Vec::new();
    for (from, snapshot) in provenance.iter().zip(&timeline.snapshots) {
        let blob = from.locator.revision.filter(|_| from.locator.inside.is_none()).map(|revision| (revision.blob, from.sha256));
        let original = match blob.and_then(|blob| blobs.get(&blob)) {
            Some(known) => known.clone(),
            None => read(&mut reader, from, &mut buffer),
        };
        if let Some(blob) = blob {
            blobs.insert(blob, original.clone());
        }
        if original != Original::Same {
            let (captured, place) = (snapshot.captured, from.locator.to_string());
            differing.push(Differing { key: key.clone(), captured, place, original });
        }
        told(1);
    }
    Ok((u64::from(count), differing))
}
