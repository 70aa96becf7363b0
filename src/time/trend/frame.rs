//! What is observed of each document in each period, whatever a query matches.

use super::{Count, Request, Rule, days_within};
use crate::history::Runs;
use crate::index::catalog::DocumentEntry;
use crate::index::{Index, IndexError};
use crate::query::{DayRange, Limits};
use crate::search::{Carry, Observing, Scope, days};
use crate::snapshot::{Day, Precision, Recording};
use crate::time::Period;

/// All documents that some limits admit.
pub struct Frame<'r> {
    pub limits: Limits,
    pub observing: &'r Observing,
    pub periods: Vec<Period>,
    /// Those of a company stand together.
    pub documents: Vec<Document<'r>>,
}

/// A document, period by period.
pub struct Document<'r> {
    pub slot: u32,
    pub entry: &'r DocumentEntry,
    /// One for each period.
    pub seen: Vec<Seen>,
}

/// What tells of a document in a period.
#[derive(Default)]
pub struct Seen {
    /// The snapshot that stands at the end of the period; by the rules of any and all the one that it was entered with.
    pub state: Option<u32>,
    /// By the rules of any and all, and where snapshots are counted: those captured in the period that observe.
    pub captured: Runs,
    /// Whether no snapshot of the period tells of it.
    pub carried: bool,
    /// How many snapshots of the period do not observe.
    pub left_out: u64,
}

impl Seen {
    pub fn is_known(&self) -> bool {
        self.state.is_some() || !self.captured.is_empty()
    }

    /// The snapshots that tell of the document.
    pub fn snapshots(&self) -> Runs {
        let state = self.state.map_or_else(Runs::default, |state| Runs::range(state, state + 1));
        state.union(&self.captured)
    }
}

/// Whether a document is looked at.
pub fn admits(scope: &Scope<'_>, slot: u32, request: &Request) -> Result<bool, IndexError> {
    let entry = scope.index.entry(slot)?;
    Ok(request.companies.as_ref().is_none_or(|companies| companies.admit(entry)) && scope.admits(slot)?)
}

/// The first and the last day within a limit on which something may be known of a document: from its first capture to the last capture
/// of its source. Of snapshots, which are not carried, on which it was captured.
pub fn span(index: &Index, slot: u32, limit: DayRange, count: Count) -> Result<Option<(Day, Day)>, IndexError> {
    let entry = index.entry(slot)?;
    if count == Count::Snapshots {
        let timeline = &index.record(slot)?.timeline;
        let within = days(timeline, limit);
        let day = |snapshot: Option<u32>| timeline.day(snapshot?);
        return Ok(day(within.first()).zip(day(within.last())));
    }
    let watched = entry.first.zip(index.last_capture(entry.source));
    let cut = watched.map(|(first, last)| {
        let last = last.day();
        (limit.first.map_or(first.day(), |from| from.max(first.day())), limit.last.map_or(last, |to| to.min(last)))
    });
    Ok(cut.filter(|(first, last)| first <= last))
}

impl<'r> Frame<'r> {
    pub fn new(
        index: &'r Index,
        request: &Request,
        limits: Limits,
        observing: &'r Observing,
        periods: &[Period],
    ) -> Result<Frame<'r>, IndexError> {
        let scope = Scope { index, limits: &limits, observing };
        let periods_within: Vec<Option<(Day, Day)>> = periods.iter().map(|period| days_within(*period, limits.days)).collect();
        let mut documents = Vec::new();
        for (slot, entry) in index.catalog.documents() {
            if entry.first.is_some() && admits(&scope, slot, request)? {
                documents.push(Document { slot, entry, seen: see(&scope, slot, entry, &periods_within, request)? });
            }
        }
        let rank = index.document_ranks();
        documents.sort_unstable_by_key(|document| rank.get(document.slot as usize).copied());
        Ok(Frame { observing, periods: periods.to_vec(), documents, limits })
    }

    /// The last capture of the sources of the documents.
    pub fn last_capture(&self, index: &Index) -> Option<Day> {
        let last = self.documents.iter().filter_map(|document| index.last_capture(document.entry.source)).max();
        last.map(|last| last.day())
    }

    /// Snapshots that are dated to a year only.
    pub fn dated_to_year(&self, index: &Index) -> Result<u64, IndexError> {
        let mut dated_to_year = 0;
        for document in &self.documents {
            let captured = index.record(document.slot)?.timeline.snapshots.iter().filter_map(|snapshot| snapshot.captured);
            dated_to_year += captured.filter(|captured| captured.instant.precision == Precision::Year).count() as u64;
        }
        Ok(dated_to_year)
    }

    pub fn recordings(&self) -> impl Iterator<Item = Recording> + '_ {
        self.documents.iter().map(|document| document.entry.recording)
    }
}

fn see(
    scope: &Scope<'_>,
    slot: u32,
    entry: &DocumentEntry,
    periods: &[Option<(Day, Day)>],
    request: &Request,
) -> Result<Vec<Seen>, IndexError> {
    let timeline = &scope.index.record(slot)?.timeline;
    let sites = scope.of_sites(timeline);
    let own = if entry.duplicates.is_empty() { sites.clone() } else { sites.difference(&entry.duplicates.snapshots()) };
    let observing: Runs = own.iter().filter(|&snapshot| scope.observes(timeline, snapshot)).collect();
    let mut seen = Vec::with_capacity(periods.len());
    for period in periods {
        let Some((first, last)) = *period else {
            seen.push(Seen::default());
            continue;
        };
        let captured = days(timeline, DayRange { first: Some(first), last: Some(last) });
        let observed = observing.intersection(&captured);
        let left_out = own.intersection(&captured).count() - observed.count();
        seen.push(match (request.count, request.rule) {
            (Count::Snapshots, _) => Seen { captured: observed, left_out, ..Seen::default() },
            (_, Rule::End) => {
                let state = at_end(scope, slot, (first, last), &sites)?;
                let carried = state.and_then(|state| timeline.day(state)).is_some_and(|day| day < first);
                Seen { state, carried, left_out, captured: Runs::default() }
            }
            (_, Rule::Any | Rule::All) => {
                let state = at_start(scope, slot, entry, first, &sites)?;
                Seen { state, carried: state.is_some() && observed.is_empty(), captured: observed, left_out }
            }
        });
    }
    Ok(seen)
}

/// The snapshot that stands at the end of a period, where it counts here.
fn at_end(scope: &Scope<'_>, slot: u32, period: (Day, Day), sites: &Runs) -> Result<Option<u32>, IndexError> {
    Ok(match scope.stands(slot, period)?.filter(|&snapshot| sites.contains(snapshot)) {
        Some(snapshot) if !scope.is_told_elsewhere(slot, snapshot, period)? => Some(snapshot),
        _ => None,
    })
}

/// The snapshot that a period is entered with.
fn at_start(scope: &Scope<'_>, slot: u32, entry: &DocumentEntry, first: Day, sites: &Runs) -> Result<Option<u32>, IndexError> {
    let is_watched = scope.index.last_capture(entry.source).is_some_and(|last| first <= last.day());
    if !is_watched || scope.carry(entry) == Carry::Never {
        return Ok(None);
    }
    let before = Day(first.0.saturating_sub(1));
    at_end(scope, slot, (before, before), sites)
}

/// Whether what is known of a document in a period matches.
pub fn matches(seen: &Seen, matched: &Runs, rule: Rule) -> bool {
    match rule {
        Rule::End => seen.state.is_some_and(|state| matched.contains(state)),
        Rule::Any => seen.snapshots().intersects(matched),
        Rule::All => seen.is_known() && seen.snapshots().difference(matched).is_empty(),
    }
}
