//! Counts and orders what matched.

use super::asked::{self, Asked};
use super::collect::{self, DocumentMatches, Matches, Part};
use super::count::Count;
use super::fold::{self, Rules, Said};
use super::found::{Found, FoundPart, SCORE_STEPS, found};
use super::hit::{Hit, Picked};
use super::plan::{Planner, Wanted};
use super::scope::{Observing, Scope};
use super::{Appearing, Folding, Request, SearchError, Sort};
use crate::index::{Index, IndexError};
use crate::query::{Limits, Query};
use crate::snapshot::{Day, Instant};
use rustc_hash::FxHashMap;
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
fn find<'i>(
    index: &'i Arc<Index>,
    query: &Query,
    observing: &Observing,
    what: Wanted,
    scored: bool,
) -> Result<Vec<Matches<'i>>, SearchError> {
    let planner = Planner::of(index, query, observing);
    let plan = planner.plan(query, what)?;
    let matches = collect::matches(index, &*plan, scored)?;
    planner.fault().map_or(Ok(matches), |fault| Err(fault.into()))
}

/// The passages that a query matches in each document that it admits, whatever their dates, in ascending order; documents by their slots.
pub fn matching(index: &Arc<Index>, query: &Query, observing: &Observing) -> Result<FxHashMap<u32, Vec<u32>>, SearchError> {
    let passages = |matches: DocumentMatches<'_>| {
        let mut passages: Vec<u32> = matches.passages().collect();
        passages.sort_unstable();
        Ok((matches.slot, passages))
    };
    Ok(each_matching(index, query, observing, passages)?.into_iter().collect())
}

/// What is made of the matches of each document that a query admits, whatever their dates; documents in no order that means anything.
pub fn each_matching<T: Send>(
    index: &Arc<Index>,
    query: &Query,
    observing: &Observing,
    make: impl Fn(DocumentMatches<'_>) -> Result<T, IndexError> + Sync,
) -> Result<Vec<T>, SearchError> {
    let scope = Scope { index, limits: &query.limits, observing };
    let matches = find(index, query, observing, Wanted::Answers, false)?;
    let of_share = |_, share: &Vec<Part<'_, '_>>| -> Result<Vec<T>, IndexError> {
        let mut made = Vec::new();
        for part in share {
            part.each_document(|matches| {
                if scope.admits(matches.slot)? {
                    made.push(make(matches)?);
                }
                Ok(())
            })?;
        }
        Ok(made)
    };
    let shares = collect::shares(&matches);
    let made: Vec<Vec<T>> = collect::each_part(&shares, shares.len() > 1, of_share)?;
    Ok(made.into_iter().flatten().collect())
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
fn find_inside<'i>(
    index: &'i Arc<Index>,
    request: &'i Request,
    what: Wanted,
) -> Result<(Vec<FoundPart<'i>>, Count<'i>), SearchError> {
    let scope = Scope { index, limits: &request.query.limits, observing: &request.observing };
    let matches = find(index, &request.query, &request.observing, what, true)?;
    // A heading asks what the text below it answers.
    let without_headings = what == Wanted::Answers && asked::question(&request.query).is_some();
    Ok(found(&scope, request, &matches, without_headings)?)
}

/// Folds and orders what was found, and cuts out what is asked for; tells also how much stands after it.
///
/// Dates in the order are those of the best wording, the passage that the hit is. The document and the order of its clauses settle what
/// is left.
fn pick(index: &Index, request: &Request, found: &[FoundPart<'_>]) -> Result<(Vec<Picked>, u64), IndexError> {
    // The passages of a document stand in one segment, by their clauses.
    let by_score = |one: &Found| (Reverse(one.score), one.rank, one.document);
    let seen = |part: usize, one: &Found| -> Result<(Option<Instant>, Option<Instant>), IndexError> {
        let captures = index.captures(one.slot)?;
        let ends = index.outline(one.slot)?.occurrences(found[part].passage(one)).ends();
        Ok((ends.and_then(|(first, _)| captures.instant(first)), ends.and_then(|(_, last)| captures.instant(last))))
    };
    match request.sort {
        Sort::Relevance => pick_by(index, request, found, |_, one| Ok(by_score(one))),
        Sort::FirstSeen => pick_by(index, request, found, |part, one| {
            let (first, _) = seen(part, one)?;
            // Undated texts last.
            Ok((first.is_none(), first, by_score(one)))
        }),
        Sort::LastSeen => pick_by(index, request, found, |part, one| Ok((Reverse(seen(part, one)?.1), by_score(one)))),
        // Documents rank by company first; texts of unknown companies come last.
        Sort::Company => pick_by(index, request, found, |_, one| {
            Ok((index.row(one.slot)?.company.is_none(), one.rank, Reverse(one.score), one.document))
        }),
    }
}

/// `key`: the order of hits, each with the number of its part.
fn pick_by<K: Ord + Send>(
    index: &Index,
    request: &Request,
    found: &[FoundPart<'_>],
    key: impl Fn(usize, &Found) -> Result<K, IndexError> + Sync,
) -> Result<(Vec<Picked>, u64), IndexError> {
    let rules = Rules {
        over_documents: request.folding == Folding::Documents,
        per_company: request.per_company,
        wanted: request.limit.map_or(usize::MAX, |limit| request.offset.saturating_add(limit)),
    };
    let company = |slot| Ok(index.entry(slot)?.company.as_str());
    let parts: Vec<&[Found]> = found.iter().map(|part| part.found.as_slice()).collect();
    let sketches = |part: usize, places: &[usize]| found[part].sketches(places);
    let groups = fold::groups(&parts, key, sketches, company, rules)?;
    let all: usize = found.iter().map(|part| part.found.len()).sum();
    let shown: usize = groups.iter().map(|group| 1 + group.followers.len()).sum();
    let said = |&(part, at): &fold::Place| {
        let Found { slot, ends, .. } = found[part].found[at];
        Said { slot, first: ends.0, last: ends.1 }
    };
    let mut picked = Vec::new();
    for group in groups.iter().skip(request.offset) {
        let (part, at) = group.leader;
        let hit = &found[part].found[at];
        picked.push(Picked {
            slot: hit.slot,
            passage: found[part].passage(hit),
            score: f64::from(hit.score) / f64::from(SCORE_STEPS),
            wordings: found[part].wordings(at),
            companies: fold::companies(index, std::iter::once(&group.leader).chain(&group.followers).map(said))?,
        });
    }
    Ok((picked, (all - shown) as u64))
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
