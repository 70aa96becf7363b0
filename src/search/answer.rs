//! Counts and orders what matched.

use super::asked::{self, Asked};
use super::collect::{self, Match, by_document};
use super::count::Count;
use super::fold::{self, Foldable, Rules, Said};
use super::found::{DOCUMENTS_AT_ONCE, Found, SCORE_STEP, found};
use super::hit::{Hit, Picked};
use super::plan::{Planner, Wanted};
use super::scope::{Observing, Scope};
use super::{Appearing, Folding, Request, SearchError, Sort};
use crate::index::{Index, IndexError, Row};
use crate::query::{Limits, Query};
use crate::snapshot::{Day, Instant};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::Arc;

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub fingerprint: String,
    /// The query as it was typed.
    pub query: String,
    /// Whether only what was added, or removed, was asked for: the snapshots counted are then those in which it was.
    pub appearing: Option<Appearing>,
    pub totals: Totals,
    /// Where they were asked for: one for each year from the first to the last with a match.
    pub years: Option<Vec<YearCount>>,
    /// Where topics were asked for, or a question was asked.
    pub asked: Option<Asked>,
    /// Where a day was asked for.
    pub as_of: Option<AsOf>,
    pub hits: Vec<Hit>,
    /// Clauses (unfolded: wordings) that are neither hits up to the last one given nor folded into these.
    pub rest: u64,
}

/// Everything that matched, inside the filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub clauses: u64,
    pub passages: u64,
    /// Dated snapshots with a matching passage.
    pub snapshots: u64,
    pub documents: u64,
    /// Texts whose company nothing tells have none.
    pub companies: u64,
}

/// What was captured in a year and has a matching passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearCount {
    pub year: i16,
    pub snapshots: u64,
    pub documents: u64,
    pub companies: u64,
}

/// How much is known of a day: documents that the query's company and kind admit, and of which some snapshot is of a site as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    pub day: Day,
    /// Documents with a snapshot that stands for the day, of a site as asked for.
    pub known: u64,
    /// Documents of which the archive has snapshots, but none that stands for the day.
    pub unknown: u64,
}

/// Every passage that a query matches, whatever its dates, see [`collect::matches`].
fn find(
    index: &Arc<Index>,
    query: &Query,
    observing: &Observing,
    what: Wanted,
    scored: bool,
) -> Result<Vec<Vec<Match>>, SearchError> {
    let planner = Planner::of(index, query, observing);
    let plan = planner.plan(query, what)?;
    let matches = collect::matches(index, &*plan, scored)?;
    planner.fault().map_or(Ok(matches), |fault| Err(fault.into()))
}

/// The passages of a document that match a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    pub slot: u32,
    /// In ascending order.
    pub passages: Vec<u32>,
    /// In which snapshots each stands, see [`crate::index::PassageRow::stands`].
    pub stands: Vec<u64>,
}

/// The passages that a query matches in each document that it admits, whatever their dates; documents in no order that means anything.
pub fn matching(index: &Arc<Index>, query: &Query, observing: &Observing) -> Result<Vec<Matching>, SearchError> {
    let scope = Scope { index, limits: &query.limits, observing };
    let matches = find(index, query, observing, Wanted::Answers, false)?;
    let documents: Vec<&[Match]> = by_document(&matches).collect();
    let of_document = |group: &&[Match]| -> Result<Option<Matching>, IndexError> {
        let slot = group[0].row.slot;
        if !scope.admits(slot)? {
            return Ok(None);
        }
        let mut group: Vec<(u32, u64)> = group.iter().map(|one| (one.row.passage, one.row.stands)).collect();
        group.sort_unstable();
        let (passages, stands) = group.into_iter().unzip();
        Ok(Some(Matching { slot, passages, stands }))
    };
    let found = documents.par_iter().with_min_len(DOCUMENTS_AT_ONCE).filter_map(|group| of_document(group).transpose());
    Ok(found.collect::<Result<_, IndexError>>()?)
}

/// Answers a request.
pub fn search(index: &Arc<Index>, request: &Request) -> Result<Answer, SearchError> {
    let (found, count) = find_inside(index, request, Wanted::Answers)?;
    let (picked, rest) = pick(index, request, &found)?;
    let (totals, years) = count.finish();
    let limits = &request.query.limits;
    let scope = Scope { index, limits, observing: &request.observing };
    let hits: Result<Vec<Hit>, IndexError> =
        picked.into_iter().enumerate().map(|(at, picked)| Hit::read(&scope, request, request.offset + at + 1, picked)).collect();
    Ok(Answer {
        fingerprint: index.catalog.fingerprint.clone(),
        query: request.text.clone(),
        appearing: request.appearing,
        asked: Asked::of(&scope, &request.query)?,
        totals,
        years,
        as_of: limits.as_of.map(|day| known_as_of(&scope, day)).transpose()?,
        hits: hits?,
        rest,
    })
}

/// The hits of an answer in their order, not read: for those who look at many and need little of each.
pub fn ranked(index: &Arc<Index>, request: &Request) -> Result<Vec<Picked>, SearchError> {
    Ok(pick(index, request, &find_inside(index, request, Wanted::All)?.0)?.0)
}

/// What matches inside the filters, and how much that is.
fn find_inside(index: &Arc<Index>, request: &Request, what: Wanted) -> Result<(Vec<Found>, Count), SearchError> {
    let scope = Scope { index, limits: &request.query.limits, observing: &request.observing };
    let matches = find(index, &request.query, &request.observing, what, true)?;
    // A heading asks what the text below it answers.
    let without_headings = what == Wanted::Answers && asked::question(&request.query).is_some();
    Ok(found(&scope, request, &matches, without_headings)?)
}

/// Folds and orders what was found, and cuts out what is asked for; tells also how much stands after it.
///
/// Dates in the order are those of the best wording, the passage that the hit is. The document and the number of the passage within it
/// settle what is left.
fn pick(index: &Index, request: &Request, found: &[Found]) -> Result<(Vec<Picked>, u64), IndexError> {
    let seen = |found: &Found| -> Result<(Option<Instant>, Option<Instant>), IndexError> {
        let timeline = &index.record(found.slot)?.timeline;
        let occurrences = timeline.occurrences(found.passage);
        let instant = |snapshot: Option<u32>| Some(timeline.snapshots.get(snapshot? as usize)?.captured?.instant);
        Ok((instant(occurrences.first()), instant(occurrences.last())))
    };
    let by_score = |one: &Found, row: &Row| (Reverse(one.score), row.rank, one.passage);
    match request.sort {
        Sort::Relevance => pick_by(index, request, found, |one, row| Ok(by_score(one, row))),
        Sort::FirstSeen => pick_by(index, request, found, |one, row| {
            let (first, _) = seen(one)?;
            // Undated texts last.
            Ok((first.is_none(), first, by_score(one, row)))
        }),
        Sort::LastSeen => pick_by(index, request, found, |one, row| Ok((Reverse(seen(one)?.1), by_score(one, row)))),
        // Documents rank by company first; texts of unknown companies come last.
        Sort::Company => {
            pick_by(index, request, found, |one, row| Ok((row.company.is_none(), row.rank, Reverse(one.score), one.passage)))
        }
    }
}

/// `key`: the order of hits, of the wording that each shows and the row of its document.
fn pick_by<K: Ord>(
    index: &Index,
    request: &Request,
    found: &[Found],
    key: impl Fn(&Found, &Row) -> Result<K, IndexError>,
) -> Result<(Vec<Picked>, u64), IndexError> {
    let same_hit = |a: &Found, b: &Found| request.folding != Folding::Wordings && a.clause == b.clause;
    let mut hits: Vec<&[Found]> = Vec::with_capacity(found.len());
    let mut ordered: Vec<(K, Foldable)> = Vec::with_capacity(found.len());
    for of_document in found.chunk_by(|a, b| a.slot == b.slot) {
        let row = index.row(of_document[0].slot)?;
        for wordings in of_document.chunk_by(same_hit) {
            let best = best_of(wordings);
            ordered.push((key(&best, row)?, Foldable { number: hits.len(), slot: best.slot, sketch: best.sketch }));
            hits.push(wordings);
        }
    }
    let rules = Rules {
        over_documents: request.folding == Folding::Documents,
        per_company: request.per_company,
        wanted: request.limit.map_or(usize::MAX, |limit| request.offset.saturating_add(limit)),
    };
    let groups = fold::groups(index, ordered, rules)?;
    let shown: usize = groups.iter().map(|group| 1 + group.followers.len()).sum();
    let mut picked = Vec::new();
    for group in groups.iter().skip(request.offset) {
        let said = std::iter::once(&group.leader).chain(&group.followers).map(|&hit| said(hits[hit]));
        picked.push(Picked::new(hits[group.leader], fold::companies(index, said)?));
    }
    Ok((picked, (hits.len() - shown) as u64))
}

/// The wording that a hit shows, of at least one: of equals the earliest.
fn best_of(wordings: &[Found]) -> Found {
    wordings[1..].iter().fold(wordings[0], |best, &one| {
        if (one.score, Reverse(one.passage)) > (best.score, Reverse(best.passage)) { one } else { best }
    })
}

/// When a hit matches: any of its wordings, of at least one.
fn said(wordings: &[Found]) -> Said {
    let ends = wordings.iter().map(|one| one.ends);
    let (first, last) = ends.fold(wordings[0].ends, |a, b| (a.0.min(b.0), a.1.max(b.1)));
    Said { slot: wordings[0].slot, first, last }
}

impl Picked {
    fn new(wordings: &[Found], companies: Vec<fold::Saying>) -> Picked {
        let best = best_of(wordings);
        Picked {
            slot: best.slot,
            passage: best.passage,
            score: f64::from(best.score) * f64::from(SCORE_STEP),
            wordings: wordings.iter().map(|one| one.passage).collect(),
            companies,
        }
    }
}

fn known_as_of(scope: &Scope<'_>, day: Day) -> Result<AsOf, IndexError> {
    let mut as_of = AsOf { day, known: 0, unknown: 0 };
    // The languages asked for restrict what stands for the day; documents in other languages are then unknown.
    let limits = Limits { days: Default::default(), headings: Vec::new(), ..scope.limits.clone() };
    let scope = Scope { limits: &limits, ..*scope };
    for (slot, entry) in scope.index.catalog.documents() {
        if entry.first.is_none() || !scope.admits(slot)? {
            continue;
        }
        // A document that stands for the day with another rank, category or interval is known, and is not asked for.
        let of_sites = scope.of_sites(slot)?;
        match scope.as_of(slot, day)? {
            Some(snapshot) if scope.is_told_elsewhere(slot, snapshot, (day, day))? => {}
            Some(snapshot) => as_of.known += u64::from(of_sites.contains(snapshot)),
            // What another source holds wholly is known or unknown there.
            None => as_of.unknown += u64::from(!of_sites.is_empty() && !entry.is_duplicate()),
        }
    }
    Ok(as_of)
}
