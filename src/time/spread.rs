//! Which companies said nearly the same, and who had it first.
//!
//! * Passages are compared as their words, with the company's own name as one word for all. Equal ones are one wording; a wording goes to
//!   the likest of the first wordings at or above [`super::SPREAD_THRESHOLD`], in the order in which they were first seen. Shorter
//!   passages than clauses are made of go only with equal ones. Headings are not looked at.
//! * A company has a wording over time as `lifetimes` tells it ([`intervals`]): what it said in its first observation has no known
//!   start, and the company stands apart from those of which the start is known. It may be earlier than all of them.
//! * Companies of one group of the settings count once. What nobody but one company or group said has not spread.

use super::grouped::grouped;
use super::interval::{Event, Interval, days_between, intervals};
use super::texts::{Text, texts};
use super::trend::Group;
use crate::history::Runs;
use crate::index::{Index, IndexError};
use crate::likeness::{Names, compared};
use crate::query::Query;
use crate::search::{Observing, Scope, SearchError, matching, passage_id, passage_of_id};
use crate::snapshot::Instant;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is followed through the companies.
#[derive(Debug, Clone, Copy)]
pub enum Seed<'s> {
    /// All passages that a query matches.
    Query(&'s Query),
    /// The passage that the id of a hit names, and what is nearly equal to it within the query's limits.
    Passage(&'s str, &'s Query),
}

/// The passages that several companies share.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    pub fingerprint: String,
    pub totals: SpreadTotals,
    /// The most companies first; of equals the earliest.
    pub clusters: Vec<Cluster>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpreadTotals {
    /// Passages that were compared.
    pub passages: u64,
    /// Their distinct wordings.
    pub wordings: u64,
    /// Companies that have them.
    pub companies: u64,
    /// Of these: share one with another company or group.
    pub sharing: u64,
    pub left_out: u64,
}

/// Equal and nearly equal passages of at least two companies or groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Names the passage that is shown.
    pub id: String,
    /// The first wording, or the passage that was asked for.
    pub text: Arc<str>,
    pub wordings: u64,
    /// Companies and groups.
    pub companies: u64,
    /// The capture in which it was first seen, whoever had it.
    pub first_seen: Instant,
    /// Of a known start, the earliest first.
    pub started: Vec<Spreading>,
    /// Those that had it when they were first captured, the earliest first.
    pub since_before: Vec<Spreading>,
}

/// A company that has a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Spreading {
    pub company: String,
    pub group: Option<String>,
    /// The first interval in which it has any wording of it.
    pub first: Interval,
    pub last_seen: Instant,
    /// Whether it has it at its last observation.
    pub still: bool,
    /// How many wordings it has had.
    pub wordings: u64,
    /// Of its first wording to the one that is shown (0–1).
    pub likeness: f32,
    /// Days after the cluster was first seen; `None` where the start is not known.
    pub days_behind: Option<u64>,
    /// The kind of the text in which it was first seen.
    pub kind: String,
    pub source: String,
    /// The headings above its first wording.
    pub heading: Vec<String>,
    /// Names its first wording.
    pub id: String,
    pub text: Arc<str>,
}

/// A passage that was observed.
struct Passage<'i> {
    slot: u32,
    passage: u32,
    company: &'i str,
    words: Vec<u64>,
    occurrences: Runs,
    first: Instant,
}

/// Passages with the same words.
struct Wording {
    /// The earliest first.
    passages: Vec<usize>,
}

/// Finds what companies share of the passages asked for; `None` where no passage has the id.
pub fn spread(index: &Arc<Index>, seed: Seed<'_>, observing: &Observing) -> Result<Option<Spread>, SearchError> {
    let (Seed::Query(query) | Seed::Passage(_, query)) = seed;
    let scope = Scope { index, limits: &query.limits, observing };
    let asked = match seed {
        Seed::Query(_) => None,
        Seed::Passage(id, _) => match passage_of_id(index, id)? {
            None => return Ok(None),
            found => found,
        },
    };
    let texts = texts(&scope)?;
    let observed: FxHashMap<u32, &Runs> =
        texts.iter().flat_map(|text| &text.documents).map(|document| (document.slot, &document.observations)).collect();
    let candidates = match asked {
        Some(_) => every_passage(index, &observed)?,
        None => matching(index, query, observing)?.into_iter().collect(),
    };
    let mut passages = read(&scope, &candidates, &observed)?;
    if let Some(asked) = asked {
        passages.sort_by_key(|passage| ((passage.slot, passage.passage) != asked, passage.order(index)));
        if passages.first().is_none_or(|first| (first.slot, first.passage) != asked) {
            passages.clear();
        }
    } else {
        passages.sort_by_key(|passage| passage.order(index));
    }
    let wordings = wordings(&passages);
    let words: Vec<&[u64]> = wordings.iter().map(|wording| passages[wording.passages[0]].words.as_slice()).collect();
    let mut totals = SpreadTotals {
        passages: passages.len() as u64,
        wordings: wordings.len() as u64,
        companies: passages.iter().map(|passage| passage.company).collect::<FxHashSet<&str>>().len() as u64,
        sharing: 0,
        left_out: texts.iter().map(Text::left_out).sum(),
    };
    let mut of_company: FxHashMap<&str, Vec<&Text>> = FxHashMap::default();
    for text in &texts {
        if let Some(first) = text.documents.first() {
            of_company.entry(&index.entry(first.slot)?.company).or_default().push(text);
        }
    }
    // Of several groups the first by name.
    let groups = Group::of_settings(&index.catalog);
    let mut group_of: FxHashMap<&str, &str> = FxHashMap::default();
    for passage in &passages {
        let entry = index.entry(passage.slot)?;
        if let Some(group) = groups.iter().find(|group| group.companies.admit(entry)) {
            group_of.insert(passage.company, &group.name);
        }
    }
    let all = All { scope: &scope, passages: &passages, wordings: &wordings, of_company: &of_company, group_of: &group_of };
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut sharing: FxHashSet<String> = FxHashSet::default();
    for group in grouped(&words, asked.is_some()) {
        if let Some(cluster) = all.cluster(&group)? {
            sharing.extend(cluster.started.iter().chain(&cluster.since_before).map(|one| one.company.clone()));
            clusters.push(cluster);
        }
    }
    clusters.sort_by(|a, b| {
        b.companies
            .cmp(&a.companies)
            .then(a.first_seen.cmp(&b.first_seen))
            .then_with(|| a.text.cmp(&b.text))
            .then_with(|| a.id.cmp(&b.id))
    });
    totals.sharing = sharing.len() as u64;
    Ok(Some(Spread { fingerprint: index.catalog.fingerprint.clone(), totals, clusters }))
}

/// All passages of the documents that are observed.
fn every_passage(index: &Index, observed: &FxHashMap<u32, &Runs>) -> Result<Vec<(u32, Vec<u32>)>, IndexError> {
    let mut slots: Vec<u32> = observed.keys().copied().collect();
    slots.sort_unstable();
    let of_document = |slot: u32| {
        let passages = 0..index.outline(slot)?.passages();
        Ok((slot, passages.collect()))
    };
    slots.into_iter().map(of_document).collect()
}

/// Reads those passages that were observed, and that are a company's and no headings.
fn read<'i>(
    scope: &Scope<'i>,
    candidates: &[(u32, Vec<u32>)],
    observed: &FxHashMap<u32, &Runs>,
) -> Result<Vec<Passage<'i>>, IndexError> {
    let index = scope.index;
    let of_document = |(slot, candidates): &(u32, Vec<u32>)| -> Result<Vec<Passage<'i>>, IndexError> {
        let slot = *slot;
        let entry = index.entry(slot)?;
        let Some(observations) = observed.get(&slot).filter(|_| !entry.company.is_empty()) else {
            return Ok(Vec::new());
        };
        let timeline = &index.record(slot)?.timeline;
        let names = Names::new([entry.company.as_str(), &entry.key.company]);
        let mut passages = Vec::new();
        for &passage in candidates {
            if timeline.passages.get(passage as usize).is_none_or(|facts| facts.heading) {
                continue;
            }
            let occurrences = scope.occurrences(slot, passage, observations)?;
            let first = occurrences.first().and_then(|first| timeline.snapshots.get(first as usize)?.captured);
            let Some(first) = first.map(|captured| captured.instant) else { continue };
            let words = compared(&index.text(slot, passage)?, &names);
            passages.push(Passage { slot, passage, company: &entry.company, words, occurrences, first });
        }
        Ok(passages)
    };
    let read: Result<Vec<Vec<Passage<'i>>>, IndexError> = candidates.par_iter().map(of_document).collect();
    Ok(read?.into_iter().flatten().filter(|passage| !passage.words.is_empty()).collect())
}

impl Passage<'_> {
    /// The earliest first, then as documents stand in answers.
    fn order(&self, index: &Index) -> (Instant, u32, u32) {
        (self.first, index.rank(self.slot), self.passage)
    }
}

/// The distinct wordings, in the order of the passages.
fn wordings(passages: &[Passage<'_>]) -> Vec<Wording> {
    let mut known: FxHashMap<&[u64], usize> = FxHashMap::default();
    let mut wordings: Vec<Wording> = Vec::new();
    for (number, passage) in passages.iter().enumerate() {
        match known.get(passage.words.as_slice()) {
            Some(&wording) => wordings[wording].passages.push(number),
            None => {
                known.insert(&passage.words, wordings.len());
                wordings.push(Wording { passages: vec![number] });
            }
        }
    }
    wordings
}

/// What a cluster is made from.
struct All<'a, 'i> {
    scope: &'a Scope<'i>,
    passages: &'a [Passage<'i>],
    wordings: &'a [Wording],
    of_company: &'a FxHashMap<&'i str, Vec<&'a Text>>,
    /// Of companies that the settings put into groups.
    group_of: &'a FxHashMap<&'a str, &'a str>,
}

impl<'i> All<'_, 'i> {
    /// The cluster of some wordings, given with their likeness to the first; `None` where one company or group alone has them.
    fn cluster(&self, group: &[(usize, f32)]) -> Result<Option<Cluster>, IndexError> {
        let index = self.scope.index;
        // The passages of each company, with the number of their wording and its likeness.
        let mut companies: BTreeMap<&str, Vec<(&Passage<'i>, usize, f32)>> = BTreeMap::new();
        for &(wording, likeness) in group {
            for &passage in &self.wordings[wording].passages {
                let passage = &self.passages[passage];
                companies.entry(passage.company).or_default().push((passage, wording, likeness));
            }
        }
        let parties: FxHashSet<(bool, &str)> = companies
            .keys()
            .map(|company| self.group_of.get(company).map_or((false, *company), |group| (true, *group)))
            .collect();
        let Some(shown) = group.first().and_then(|(wording, _)| self.wordings[*wording].passages.first()) else {
            return Ok(None);
        };
        if parties.len() < 2 {
            return Ok(None);
        }
        let mut all: Vec<Spreading> = Vec::new();
        for (company, passages) in &companies {
            all.extend(self.spreading(company, passages)?);
        }
        all.sort_by(|a, b| (a.first.first_seen, &a.company).cmp(&(b.first.first_seen, &b.company)));
        let shown = &self.passages[*shown];
        let text = index.text(shown.slot, shown.passage)?;
        let Some(first_seen) = all.first().map(|first| first.first.first_seen) else { return Ok(None) };
        for one in &mut all {
            one.days_behind = (!one.first.since_before).then(|| days_between(first_seen, one.first.first_seen));
        }
        let (since_before, started) = all.into_iter().partition(|one| one.first.since_before);
        Ok(Some(Cluster {
            id: passage_id(index, shown.slot, &text)?,
            text,
            wordings: group.len() as u64,
            companies: parties.len() as u64,
            first_seen,
            started,
            since_before,
        }))
    }

    fn spreading(&self, company: &str, passages: &[(&Passage<'i>, usize, f32)]) -> Result<Option<Spreading>, IndexError> {
        let index = self.scope.index;
        let mut says: FxHashMap<u32, Runs> = FxHashMap::default();
        for (passage, ..) in passages {
            let so_far = says.entry(passage.slot).or_default();
            *so_far = so_far.union(&passage.occurrences);
        }
        let texts = self.of_company.get(company).map(Vec::as_slice).unwrap_or_default();
        let events: Result<Vec<Vec<Event>>, IndexError> =
            texts.iter().map(|text| text.events(self.scope, &|slot| says.get(&slot).cloned())).collect();
        let intervals = intervals(&events?);
        let earliest = passages.iter().min_by_key(|(passage, ..)| passage.order(index));
        let (Some(first), Some(last), Some((passage, _, likeness))) = (intervals.first(), intervals.last(), earliest) else {
            return Ok(None);
        };
        let wordings: FxHashSet<usize> = passages.iter().map(|(_, wording, _)| *wording).collect();
        let entry = index.entry(passage.slot)?;
        let text = index.text(passage.slot, passage.passage)?;
        Ok(Some(Spreading {
            company: company.to_owned(),
            group: self.group_of.get(company).map(|group| (*group).to_owned()),
            first: *first,
            last_seen: last.last_seen,
            still: last.is_still(),
            wordings: wordings.len() as u64,
            likeness: *likeness,
            days_behind: None,
            kind: entry.kind.clone(),
            source: index.catalog.sources.get(entry.source as usize).map(|source| source.name.clone()).unwrap_or_default(),
            heading: self.heading(passage)?,
            id: passage_id(index, passage.slot, &text)?,
            text,
        }))
    }

    /// The headings above a passage where it was first seen, outermost first.
    fn heading(&self, passage: &Passage<'_>) -> Result<Vec<String>, IndexError> {
        let index = self.scope.index;
        let timeline = &index.record(passage.slot)?.timeline;
        let first = passage.occurrences.first();
        let stands = |set: u32| first.is_some_and(|first| timeline.sets.get(set as usize).is_some_and(|set| set.contains(first)));
        let place = timeline.placements(passage.passage).iter().find(|place| stands(place.set));
        let headings = place.map(|place| timeline.headings(place.path)).unwrap_or_default();
        headings.into_iter().map(|heading| Ok(index.text(passage.slot, heading)?.to_string())).collect()
    }
}
