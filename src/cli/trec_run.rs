//! `fineprint batch --format trec`.

use super::args::{BatchArgs, Docno};
use super::batch::{answers, tell_failed};
use super::queries::{self, Line};
use super::request::{of_index, refuse, request};
use super::{BadQuery, Outcome};
use fineprint::index::{Index, IndexError};
use fineprint::print::trec::Ranking;
use fineprint::search::{self, Folding, Picked, Request};
use fineprint::wire::{BatchError, SCHEMA};
use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::hash_map::Entry;
use std::io::Write;
use std::sync::Arc;

/// So many names a query are written where nothing else is asked for, as is usual at TREC.
const DEFAULT_LIMIT: usize = 1_000;

/// So many queries are answered before their answers are written.
const BLOCK: usize = 64;

/// What has no meaning in a run: it is ranked by score, from the first on, and counts nothing.
const WITHOUT_MEANING: [&str; 3] = ["sort", "offset", "by_year"];

pub fn batch(args: &BatchArgs, pool: &rayon::ThreadPool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    refuse(&args.options, &WITHOUT_MEANING, "--format trec")?;
    let docno = args.docno.unwrap_or(Docno::Passage);
    let lines = queries::open(&args.queries, &args.options)?;
    let opened = args.location.open()?;
    let mut ids = HashSet::new();
    let (mut found, mut failed) = (false, false);
    answers(lines, pool, BLOCK, &|line| answer(line, docno, &opened.index), &mut |answer| {
        match answer.and_then(|ranking| once(ranking, &mut ids)) {
            Ok(ranking) => {
                found |= !ranking.is_empty();
                ranking.write(out)?;
            }
            Err(error) => {
                failed = true;
                tell_failed(&error);
            }
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(Outcome::of(found, opened.whole && !failed))
}

/// A run names each query once.
fn once(ranking: Ranking, ids: &mut HashSet<String>) -> Result<Ranking, BatchError> {
    if ids.insert(ranking.query().to_owned()) {
        Ok(ranking)
    } else {
        let error = "a query before has the same id, and a run names each once".to_owned();
        Err(BatchError { schema: SCHEMA, id: ranking.query().to_owned(), error })
    }
}

/// What a query finds.
fn answer(line: Line, docno: Docno, index: &Arc<Index>) -> Result<Ranking, BatchError> {
    let asked = line?;
    let failed = |error: String| BatchError { schema: SCHEMA, id: asked.id(), error };
    let refused = |bad: BadQuery| failed(bad.to_string());
    if asked.id().is_empty() {
        return Err(failed("its id is empty, and a run needs one".to_owned()));
    }
    let options = &asked.options;
    refuse(options, &WITHOUT_MEANING, "--format trec").map_err(refused)?;
    let (mut request, _) = request(&asked.text, options).map_err(refused)?;
    of_index(&mut request, options, index).map_err(refused)?;
    // How many hits have different names is known only when they are named.
    let limit = if options.limit.is_some() { request.limit } else { Some(DEFAULT_LIMIT) };
    let request = Request { limit: None, folding: Folding::Wordings, ..request };
    let picked = search::ranked(index, &request).map_err(|error| failed(error.to_string()))?;
    let mut names = Names { docno, index, request: &request, of_snapshots: HashMap::new() };
    let mut ranking = Ranking::new(&asked.id());
    for hit in picked {
        if limit.is_some_and(|limit| ranking.len() >= limit) {
            break;
        }
        ranking.add(&names.of(&hit).map_err(|error| failed(error.to_string()))?, hit.score);
    }
    Ok(ranking)
}

/// The names of hits.
struct Names<'a> {
    docno: Docno,
    index: &'a Index,
    request: &'a Request,
    /// Many passages stand in one snapshot.
    of_snapshots: HashMap<(u32, u32), String>,
}

impl Names<'_> {
    fn of(&mut self, hit: &Picked) -> Result<String, IndexError> {
        match self.docno {
            Docno::Passage => hit.id(self.index),
            Docno::Source => {
                let snapshot = hit.snapshot(self.index, self.request)?;
                Ok(match self.of_snapshots.entry((hit.slot, snapshot)) {
                    Entry::Occupied(known) => known.get().clone(),
                    Entry::Vacant(new) => new.insert(self.index.provenance(hit.slot, snapshot)?.locator.name()).clone(),
                })
            }
        }
    }
}
