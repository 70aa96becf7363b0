//! Joins indexes into a new one: segments are copied, files of records linked, and only documents whose numbers in the terms are taken are
//! indexed anew, from their records.

use super::plan::SourceState;
use super::store::Store;
use super::terms::Desk;
use super::union::{Member, Union};
use super::{DOCUMENTS, FILES, IndexError, chunks, read_safely, side_file};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Joins the indexes in some directories into a new one. Where all shards of an archive are among them, it holds the archive whole.
///
/// `progress` is told how many files of terms and documents are taken over, of how many.
///
/// # Errors
/// Where two of them hold the same document or are not made alike, or where the new one is there already. Then nothing is written.
pub fn merge(dirs: &[PathBuf], into: &Path, threads: usize, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), IndexError> {
    read_safely(|| {
        let union = Union::open(dirs)?;
        check_shards(&union.members, union.index.catalog.shards.is_some())?;
        // Scores are copied with the terms.
        if union.index.lexicon()?.hash() != union.index.catalog.topics_hash {
            return Err(IndexError::OtherTopics);
        }
        let mut store = Store::open(into)?;
        if !store.is_new {
            return Err(IndexError::Taken(into.display().to_string()));
        }
        store.take_catalog(union.index.catalog.clone())?;
        let placed: Vec<&tantivy::Index> = union.placed.iter().map(|&member| &union.members[member].opened.terms).collect();
        let others: Vec<u32> = store.catalog.documents().map(|(slot, _)| slot).filter(|slot| *slot >= union.kept).collect();
        let mut of = others.len() as u64;
        for terms in &placed {
            of += terms.load_metas()?.list_segment_files().len() as u64;
        }
        let done = AtomicU64::new(0);
        let step = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, of);
        placed.into_iter().try_for_each(|terms| store.copy_segments(terms, &step))?;
        write_others(&union, &store, &others, threads, &step)?;
        for (number, (member, file)) in (1..).zip(&union.files) {
            store.take_records(&side_file(&union.members[*member].opened.dir, DOCUMENTS, *file), number)?;
        }
        store.states = states(&union)?;
        union.members.iter().try_for_each(|member| member.opened.check_unchanged())?;
        let records = store.begin_records()?;
        store.publish(records)
    })
}

/// Refuses some shards beside whole archives: an update would not know which documents the index is to hold.
fn check_shards(members: &[Member], some_are_missing: bool) -> Result<(), IndexError> {
    let shard = members.iter().find(|member| member.catalog.shards.is_some());
    let whole = members.iter().find(|member| member.catalog.shards.is_none());
    match (shard, whole) {
        (Some(shard), Some(whole)) if some_are_missing => {
            let why = "one holds shards and one holds whole archives: merge all shards first";
            Err(IndexError::Unlike { one: shard.name(), other: whole.name(), why })
        }
        _ => Ok(()),
    }
}

/// Indexes the documents whose segments are not copied.
fn write_others(
    union: &Union,
    store: &Store,
    others: &[u32],
    threads: usize,
    step: &(dyn Fn() + Sync),
) -> Result<(), IndexError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build().map_err(IndexError::encode)?;
    pool.install(|| {
        // The record is what it was.
        others.par_iter().try_for_each_init(
            || Desk::new(&store.lexicon),
            |desk, &slot| {
                let history = union.index.history(slot)?;
                let worded = desk.wordbook.read(&history.texts);
                desk.write(store, slot, &history, &worded)?;
                step();
                Ok(())
            },
        )
    })
}

/// What is known of the files of each joined source.
fn states(union: &Union) -> Result<Vec<SourceState>, IndexError> {
    let mut joined: Vec<Option<SourceState>> = vec![None; union.index.catalog.sources.len()];
    for (member, sources) in union.members.iter().zip(&union.sources) {
        let path = side_file(&member.opened.dir, FILES, member.opened.generation);
        let states: Vec<SourceState> = chunks::unpack(&std::fs::read(&path).map_err(IndexError::io(&path))?)?;
        for (&source, state) in sources.iter().zip(states) {
            match joined.get_mut(source as usize).ok_or(IndexError::DAMAGED)? {
                Some(joined) => joined.join(state, member.catalog.shards.as_ref()),
                first => *first = Some(state),
            }
        }
    }
    joined.into_iter().map(|state| state.ok_or(IndexError::DAMAGED)).collect()
}
