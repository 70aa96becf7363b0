//! What is observed of each document in each period, whatever a query matches.

use super::{Count, Request, Rule, days_within};
use crate::history::{Outline, Runs};
use crate::index::catalog::DocumentEntry;
use crate::index::{Index, IndexError};
use crate::query::{DayRange, Limits};
use crate::search::{Carry, End, Observing, Scope, days};
use crate::snapshot::{Day, Precision, Recording};
use crate::time::Period;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

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
    /// The snapshots that observe.
    observing: Runs,
    /// One for each period.
    seen: Vec<Seen>,
}

/// What tells of a document in a period.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// The snapshot that stands at the end of the period; by the rules of any and all the one that it was entered with.
    state: Option<u32>,
    /// By the rules of any and all, and where snapshots are counted: the stretch of those captured in the period.
    captured: (u32, u32),
    /// Whether no snapshot of the period tells of it.
    carried: bool,
    /// How many snapshots of the period do not observe.
    left_out: u32,
}

impl Document<'_> {
    fn seen(&self, period: usize) -> Seen {
        self.seen.get(period).copied().unwrap_or_default()
    }

    /// The snapshot that stands at the end of a period; by the rules of any and all the one that it was entered with.
    pub fn state(&self, period: usize) -> Option<u32> {
        self.seen(period).state
    }

    /// By the rules of any and all, and where snapshots are counted: those captured in a period that observe.
    pub fn captured(&self, period: usize) -> Runs {
        let (start, end) = self.seen(period).captured;
        if start < end { self.observing.intersection(&Runs::range(start, end)) } else { Runs::default() }
    }

    /// Whether no snapshot of a period tells of the document.
    pub fn is_carried(&self, period: usize) -> bool {
        self.seen(period).carried
    }

    /// How many snapshots of a period do not observe.
    pub fn left_out(&self, period: usize) -> u64 {
        u64::from(self.seen(period).left_out)
    }

    pub fn is_known(&self, period: usize) -> bool {
        self.state(period).is_some() || !self.captured(period).is_empty()
    }

    /// The snapshots that tell of the document.
    pub fn snapshots(&self, period: usize) -> Runs {
        let state = self.state(period).map_or_else(Runs::default, |state| Runs::range(state, state + 1));
        state.union(&self.captured(period))
    }

    /// The snapshots that tell of the document in any period.
    pub fn all_snapshots(&self) -> Runs {
        let told: Vec<Runs> = (0..self.seen.len()).map(|period| self.snapshots(period)).collect();
        Runs::union_of(&told)
    }

    /// Whether what is known of the document in a period matches.
    pub fn matches(&self, period: usize, matched: &Runs, rule: Rule) -> bool {
        match rule {
            Rule::End => self.state(period).is_some_and(|state| matched.contains(state)),
            Rule::Any => self.snapshots(period).intersects(matched),
            Rule::All => self.is_known(period) && self.snapshots(period).difference(matched).is_empty(),
        }
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
        let outline = index.outline(slot)?;
        let within = days(&outline, limit);
        let day = |snapshot: Option<u32>| outline.day(snapshot?);
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
        let mut admitted = Vec::new();
        for (slot, entry) in index.catalog.documents() {
            if entry.first.is_some() && admits(&scope, slot, request)? {
                admitted.push((slot, entry));
            }
        }
        let ends = Ends::new(&scope, &admitted, &periods_within, request);
        let seeing = |&(slot, entry): &(u32, &'r DocumentEntry)| see(&scope, slot, entry, &periods_within, &ends, request);
        let mut documents: Vec<Document> = admitted.par_iter().map(seeing).collect::<Result<_, _>>()?;
        documents.sort_unstable_by_key(|document| document.entry.rank);
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

/// How the periods end for documents that end alike: by source and recording.
struct Ends(FxHashMap<(u32, Recording), Vec<Option<End>>>);

impl Ends {
    fn new(scope: &Scope<'_>, documents: &[(u32, &DocumentEntry)], periods: &[Option<(Day, Day)>], request: &Request) -> Ends {
        let mut ends = FxHashMap::default();
        let is_needed = request.count != Count::Snapshots && request.rule == Rule::End;
        for (_, entry) in documents.iter().filter(|_| is_needed) {
            let of_periods = || periods.iter().map(|period| scope.end((*period)?, entry)).collect();
            ends.entry((entry.source, entry.recording)).or_insert_with(of_periods);
        }
        Ends(ends)
    }

    fn of(&self, entry: &DocumentEntry) -> &[Option<End>] {
        self.0.get(&(entry.source, entry.recording)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Tells period by period, in order of time, which snapshot of a document stands at the end: each is looked at once.
struct Standing<'s> {
    scope: &'s Scope<'s>,
    outline: &'s Outline<'s>,
    ends: &'s [Option<End>],
    next: u32,
    /// The last one before `next` that observes.
    last: Option<u32>,
}

impl<'s> Standing<'s> {
    fn new(scope: &'s Scope<'s>, outline: &'s Outline<'s>, ends: &'s [Option<End>]) -> Standing<'s> {
        Standing { scope, outline, ends, next: 0, last: None }
    }

    /// The one that stands at the end of a period, which is not before the one that was asked for last.
    fn at(&mut self, period: usize) -> Option<u32> {
        let end = (*self.ends.get(period)?)?;
        while end.is_after(self.outline, self.next) {
            if self.scope.observes(self.outline, self.next) {
                self.last = Some(self.next);
            }
            self.next += 1;
        }
        self.last.filter(|&last| end.is_reached_by(self.outline, last))
    }
}

fn see<'r>(
    scope: &Scope<'_>,
    slot: u32,
    entry: &'r DocumentEntry,
    periods: &[Option<(Day, Day)>],
    ends: &Ends,
    request: &Request,
) -> Result<Document<'r>, IndexError> {
    let outline = scope.index.outline(slot)?;
    let sites = scope.of_sites(slot)?;
    let own = if entry.duplicates.is_empty() { sites.clone() } else { sites.difference(&entry.duplicates.snapshots()) };
    let observing: Runs = own.iter().filter(|&snapshot| scope.observes(&outline, snapshot)).collect();
    let all_observe = own == observing;
    let counted_here = |state: Option<u32>, period| -> Result<Option<u32>, IndexError> {
        match state.filter(|&snapshot| sites.contains(snapshot)) {
            Some(snapshot) if !scope.is_told_elsewhere(slot, snapshot, period)? => Ok(Some(snapshot)),
            _ => Ok(None),
        }
    };
    let mut standing = Standing::new(scope, &outline, ends.of(entry));
    let mut seen = Vec::with_capacity(periods.len());
    for (at, period) in periods.iter().enumerate() {
        let Some((first, last)) = *period else {
            seen.push(Seen::default());
            continue;
        };
        let captured = outline.captured(Some(first), Some(last));
        let observed = || observing.intersection(&Runs::range(captured.0, captured.1));
        let left_out =
            if all_observe { 0 } else { own.intersection(&Runs::range(captured.0, captured.1)).count() - observed().count() };
        let left_out = left_out as u32;
        seen.push(match (request.count, request.rule) {
            (Count::Snapshots, _) => Seen { captured, left_out, ..Seen::default() },
            (_, Rule::End) => {
                let state = counted_here(standing.at(at), (first, last))?;
                let carried = state.and_then(|state| outline.day(state)).is_some_and(|day| day < first);
                Seen { state, carried, left_out, captured: (0, 0) }
            }
            (_, Rule::Any | Rule::All) => {
                let state = match entered_on(scope, entry, first) {
                    Some(before) => counted_here(scope.stands(slot, (before, before))?, (before, before))?,
                    None => None,
                };
                Seen { state, carried: state.is_some() && observed().is_empty(), captured, left_out }
            }
        });
    }
    Ok(Document { slot, entry, observing, seen })
}

/// The day whose state a document enters a period with that begins so; `None` where nothing is carried into it.
fn entered_on(scope: &Scope<'_>, entry: &DocumentEntry, first: Day) -> Option<Day> {
    let is_watched = scope.index.last_capture(entry.source).is_some_and(|last| first <= last.day());
    (is_watched && scope.carry(entry) != Carry::Never).then(|| Day(first.0.saturating_sub(1)))
}
