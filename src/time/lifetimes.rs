//! When companies, and their texts, started and stopped saying something.
//!
//! * A snapshot that does not observe (no policy text, another language, outside the limits) is as if it were not captured.
//! * An interval is a run of neighbouring observations that say it, see [`intervals`]. Its start lies between `absent_before` and
//!   `first_seen`, its end between `last_seen` and `absent_after`, or `ended` where the archive deleted the text. Where the first
//!   observation of a text says it, nothing tells since when: that is `since_before`, never a first.
//! * A company says it while the latest observation of any of its texts says it. Its start lies after the
//!   last observation without it of the text that begins it: others that were observed later tell nothing of that text. Where a text
//!   that begins it says it in its first observation, it is `since_before`: that text may have said it while only others were observed.
//!   A company of one text has the intervals of that text.
//! * A text is a document, or the documents of several sources that hold the same snapshots: each of those counts once.
//! * The capture without beside an interval may hold a part of the text only. Where it has under half of the characters of the one with,
//!   that is told; it counts all the same.
//! * Limits of days cut the time: what lies outside them is not looked at, and `since_before` means before their first observation.

use super::interval::{Event, Interval, Length, intervals};
use super::texts::{Text, texts};
use crate::history::Runs;
use crate::index::{Index, IndexError};
use crate::query::Query;
use crate::search::{Estimate, Observing, Scope, SearchError, matching};
use crate::snapshot::{Instant, Recording};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Who said something when, and who never did.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifetimes {
    /// The fingerprint of the index.
    pub fingerprint: String,
    /// Every company that was observed, with its texts: those that said it by when they were first seen to, then the others by name.
    pub companies: Vec<CompanyLife>,
    pub totals: LifetimeTotals,
    /// Where topics are asked for.
    pub estimate: Option<Estimate>,
}

/// Companies; texts whose company nothing tells are counted among the texts only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LifetimeTotals {
    /// Observed inside the limits.
    pub observed: u64,
    /// Said it at some time.
    pub said: u64,
    /// Of these: said it when first observed.
    pub since_before: u64,
    /// The others of these: there is an observation without it before the first with it.
    pub started: u64,
    /// Were last observed without it.
    pub stopped: u64,
    /// The archive deleted the last text that said it.
    pub ended: u64,
    /// Say it at their last observation.
    pub still: u64,
    /// Said it again after an observation without.
    pub returned: u64,
    /// Texts observed, and those of them that said it.
    pub documents: u64,
    pub documents_said: u64,
    pub observations: u64,
    /// Snapshots that are no policy text, or in another language.
    pub left_out: u64,
    /// Intervals that begin, and that end, beside a capture without that is much shorter (see [`Length::is_shrunk`]): of companies, and
    /// of texts whose company nothing tells.
    pub shrunk_before: u64,
    pub shrunk_after: u64,
}

/// A company over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyLife {
    /// As counted; `None` where nothing tells it: then of one text.
    pub company: Option<String>,
    pub life: Life,
    /// Its texts that were observed, in the order of answers.
    pub texts: Vec<TextLife>,
}

/// A text over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLife {
    /// Its documents, by slot; several where sources hold the same snapshots.
    pub slots: Vec<u32>,
    pub kind: String,
    pub part: String,
    /// The names of the sources of its documents.
    pub sources: Vec<String>,
    pub recording: Recording,
    pub life: Life,
}

/// What is told over time of a company or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// In order of time; none where it never said it.
    pub intervals: Vec<Interval>,
    pub observations: u64,
    pub first_observed: Instant,
    pub last_observed: Instant,
    /// Snapshots that are no policy text, or in another language.
    pub left_out: u64,
}

impl Life {
    pub fn first_seen(&self) -> Option<Instant> {
        self.intervals.first().map(|interval| interval.first_seen)
    }

    /// Whether it said it again after an observation without.
    pub fn has_returned(&self) -> bool {
        self.intervals.windows(2).any(|pair| pair[0].absent_after.is_some() && !pair[1].since_before)
    }
}

/// Of every company and text that a query's limits admit: when it said what the query asks for.
///
/// A day "as of" which the query asks is not looked at.
pub fn lifetimes(index: &Arc<Index>, query: &Query, observing: &Observing) -> Result<Lifetimes, SearchError> {
    let scope = Scope { index, limits: &query.limits, observing };
    let mut passages = matching(index, query, observing)?;
    let mut says: FxHashMap<u32, Runs> = FxHashMap::default();
    let mut companies: Vec<(CompanyLife, Vec<Vec<Event>>)> = Vec::new();
    let mut left_out = 0;
    for text in texts(&scope)? {
        left_out += text.left_out();
        for document in &text.documents {
            let occurrences: Result<Vec<Runs>, IndexError> = passages
                .remove(&document.slot)
                .unwrap_or_default()
                .into_iter()
                .map(|passage| scope.occurrences(document.slot, passage, &document.observations))
                .collect();
            says.insert(document.slot, Runs::union_of(&occurrences?));
        }
        let Some((first_observed, last_observed)) = text.observed(index)? else { continue };
        let events = text.events(&scope, &|slot| says.get(&slot).cloned())?;
        let life = Life {
            intervals: intervals(std::slice::from_ref(&events)),
            observations: text.observations(),
            first_observed,
            last_observed,
            left_out: text.left_out(),
        };
        add(index, &text, life, events, &mut companies)?;
    }
    let mut companies: Vec<CompanyLife> = companies.into_iter().map(|(company, events)| company.of_texts(&events)).collect();
    companies.sort_by(|a, b| {
        let key = |one: &CompanyLife| (one.life.first_seen().is_none(), one.life.first_seen());
        key(a).cmp(&key(b)).then_with(|| a.company.cmp(&b.company))
    });
    let totals = LifetimeTotals { left_out, ..totals(&companies) };
    Ok(Lifetimes {
        fingerprint: index.catalog.fingerprint.clone(),
        companies,
        totals,
        estimate: Estimate::of(index, query, observing)?,
    })
}

/// Adds a text to its company. Texts come in the order of their companies.
fn add(
    index: &Index,
    text: &Text,
    life: Life,
    events: Vec<Event>,
    companies: &mut Vec<(CompanyLife, Vec<Vec<Event>>)>,
) -> Result<(), IndexError> {
    let Some(first) = text.documents.first() else { return Ok(()) };
    let entry = index.entry(first.slot)?;
    let company = (!entry.company.is_empty()).then(|| entry.company.clone());
    let mut sources: Vec<String> = Vec::new();
    for document in &text.documents {
        let source = index.catalog.sources.get(index.entry(document.slot)?.source as usize);
        sources.extend(source.map(|source| source.name.clone()));
    }
    sources.dedup();
    let text = TextLife {
        slots: text.documents.iter().map(|document| document.slot).collect(),
        kind: entry.kind.clone(),
        part: entry.key.part.clone(),
        sources,
        recording: entry.recording,
        life: life.clone(),
    };
    match companies.last_mut() {
        Some((last, all)) if company.is_some() && last.company == company => {
            last.texts.push(text);
            all.push(events);
        }
        _ => companies.push((CompanyLife { company, life, texts: vec![text] }, vec![events])),
    }
    Ok(())
}

impl CompanyLife {
    /// The company, with its life made of those of its texts.
    fn of_texts(mut self, events: &[Vec<Event>]) -> CompanyLife {
        if events.len() > 1 {
            let lives = || self.texts.iter().map(|text| &text.life);
            self.life = Life {
                intervals: intervals(events),
                observations: lives().map(|life| life.observations).sum(),
                first_observed: lives().map(|life| life.first_observed).min().unwrap_or(self.life.first_observed),
                last_observed: lives().map(|life| life.last_observed).max().unwrap_or(self.life.last_observed),
                left_out: lives().map(|life| life.left_out).sum(),
            };
        }
        self
    }
}

fn totals(companies: &[CompanyLife]) -> LifetimeTotals {
    let mut totals = LifetimeTotals::default();
    for company in companies {
        totals.documents += company.texts.len() as u64;
        totals.documents_said += company.texts.iter().filter(|text| !text.life.intervals.is_empty()).count() as u64;
        totals.observations += company.life.observations;
        let intervals = || company.life.intervals.iter();
        totals.shrunk_before +=
            intervals().filter(|interval| interval.length_before.is_some_and(Length::is_shrunk)).count() as u64;
        totals.shrunk_after += intervals().filter(|interval| interval.length_after.is_some_and(Length::is_shrunk)).count() as u64;
        if company.company.is_none() {
            continue;
        }
        totals.observed += 1;
        let (Some(first), Some(last)) = (company.life.intervals.first(), company.life.intervals.last()) else {
            continue;
        };
        totals.said += 1;
        *(if first.since_before { &mut totals.since_before } else { &mut totals.started }) += 1;
        *(if last.is_still() {
            &mut totals.still
        } else if last.ended.is_some() {
            &mut totals.ended
        } else {
            &mut totals.stopped
        }) += 1;
        totals.returned += u64::from(company.life.has_returned());
    }
    totals
}
