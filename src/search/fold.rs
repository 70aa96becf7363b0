//! Folds near-equal hits of several documents into one: the first in the order of the answer leads the others.
//!
//! * A hit leads unless it is near-equal ([`Sketch::is_near`]) to one that leads before it, of another document: it joins the first such.
//!   Hits of one document stay apart: its clauses are folded already.
//! * Where a company may lead few hits only, those beyond lead nothing, but still join; what joins is not counted.
//! * Only as many leaders are looked for as are shown, so that nothing else need be in order. Whom a hit joins does not depend on how
//!   many that are, for it depends on the leaders before that one only.

use crate::index::{Index, IndexError};
use crate::likeness::Sketch;
use crate::snapshot::Instant;
use fixedbitset::FixedBitSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// So many hits are put in order at first; twice as many each time that these led too few.
const FIRST_ORDERED: usize = 64;

/// What folding looks at in a hit.
#[derive(Debug, Clone, Copy)]
pub struct Foldable {
    /// Names the hit.
    pub number: usize,
    pub slot: u32,
    pub sketch: Sketch,
}

/// How hits are folded.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Whether near-equal hits of several documents are one.
    pub over_documents: bool,
    /// How many hits a company may lead.
    pub per_company: Option<usize>,
    /// How many hits are wanted.
    pub wanted: usize,
}

/// A hit and those that fold into it, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub leader: usize,
    /// In no order that means anything.
    pub followers: Vec<usize>,
}

/// The first groups in the order of their leaders. `hits`: each with what orders it, no two alike.
pub fn groups<K: Ord>(index: &Index, mut hits: Vec<(K, Foldable)>, rules: Rules) -> Result<Vec<Group>, IndexError> {
    let mut leaders = Leaders {
        found: Vec::new(),
        by_exact: FxHashMap::default(),
        exact: FixedBitSet::with_capacity(1 << u16::BITS),
        over_documents: rules.over_documents,
    };
    let mut led_by_company: FxHashMap<&str, usize> = FxHashMap::default();
    let mut passed_over: Vec<Foldable> = Vec::new();
    let (mut at, mut ordered, mut step) = (0, 0, rules.wanted.max(FIRST_ORDERED));
    while at < hits.len() && leaders.found.len() < rules.wanted {
        if at == ordered {
            ordered = at.saturating_add(step).min(hits.len());
            if ordered < hits.len() {
                hits[at..].select_nth_unstable_by(ordered - at, |a, b| a.0.cmp(&b.0));
            }
            hits[at..ordered].sort_unstable_by(|a, b| a.0.cmp(&b.0));
            step = step.saturating_mul(2);
        }
        let hit = hits[at].1;
        at += 1;
        if leaders.join(hit) {
            continue;
        }
        if let Some(most) = rules.per_company {
            let company = index.entry(hit.slot)?.company.as_str();
            let led = led_by_company.entry(company).or_default();
            if *led >= most && !company.is_empty() {
                passed_over.push(hit);
                continue;
            }
            *led += 1;
        }
        leaders.add(hit);
    }
    for hit in passed_over.into_iter().chain(hits[at..].iter().map(|(_, hit)| *hit)) {
        leaders.join(hit);
    }
    Ok(leaders.found.into_iter().map(|(_, group)| group).collect())
}

/// The groups so far, each with its leader.
struct Leaders {
    found: Vec<(Foldable, Group)>,
    /// The groups whose leaders have the same exact part of their sketches, in order.
    by_exact: FxHashMap<u16, Vec<usize>>,
    /// The keys of `by_exact`: most of many hits are told from all leaders by these.
    exact: FixedBitSet,
    over_documents: bool,
}

impl Leaders {
    /// Folds a hit into the first group that it is near-equal to; false where there is none.
    fn join(&mut self, hit: Foldable) -> bool {
        if !self.over_documents {
            return false;
        }
        let is_near = |group: &&usize| {
            let leader = self.found[**group].0;
            leader.slot != hit.slot && leader.sketch.is_near(hit.sketch)
        };
        if !self.exact.contains(usize::from(hit.sketch.exact())) {
            return false;
        }
        let alike = self.by_exact.get(&hit.sketch.exact());
        let Some(&group) = alike.and_then(|groups| groups.iter().find(is_near)) else { return false };
        self.found[group].1.followers.push(hit.number);
        true
    }

    fn add(&mut self, hit: Foldable) {
        self.exact.insert(usize::from(hit.sketch.exact()));
        self.by_exact.entry(hit.sketch.exact()).or_default().push(self.found.len());
        self.found.push((hit, Group { leader: hit.number, followers: Vec::new() }));
    }
}

/// A company that says what a hit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// As counted; `None` where nothing tells it.
    pub company: Option<String>,
    /// Its clauses in the hit (of unfolded hits: its wordings).
    pub clauses: u64,
    pub documents: u64,
    /// When what matches was first and last captured inside the filters (where what was removed is asked for: when it was); `None` of
    /// undated texts.
    pub first_seen: Option<Instant>,
    pub last_seen: Option<Instant>,
}

/// A clause of a hit, with the first and the last snapshot inside the filters in which it matches.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    pub slot: u32,
    pub first: u32,
    pub last: u32,
}

/// The companies that say what a hit says, by name; texts of which nothing tells the company come last.
pub fn companies(index: &Index, clauses: impl Iterator<Item = Said>) -> Result<Vec<Saying>, IndexError> {
    let mut found: BTreeMap<(bool, &str), (Saying, FxHashSet<u32>)> = BTreeMap::new();
    for Said { slot, first, last } in clauses {
        let company = index.entry(slot)?.company.as_str();
        let captures = index.captures(slot)?;
        let (saying, documents) = found.entry((company.is_empty(), company)).or_insert_with(|| {
            let company = (!company.is_empty()).then(|| company.to_owned());
            (Saying { company, clauses: 0, documents: 0, first_seen: None, last_seen: None }, FxHashSet::default())
        });
        documents.insert(slot);
        saying.clauses += 1;
        saying.first_seen = saying.first_seen.into_iter().chain(captures.instant(first)).min();
        saying.last_seen = saying.last_seen.max(captures.instant(last));
    }
    Ok(found.into_values().map(|(saying, documents)| Saying { documents: documents.len() as u64, ..saying }).collect())
}
