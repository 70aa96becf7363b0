//! What is observed of each document in each period, whatever a query matches.

use super::{Count, Request, Rule, days_within};
use crate::history::{Captures, Runs};
use crate::index::{Index, IndexError, Row};
use crate::query::{DayRange, Limits};
use crate::search::{Carry, End, Observing, Scope, days};
use crate::snapshot::{Day, Recording};
use crate::time::Period;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// A thread looks at so many documents, or more.
const DOCUMENTS_AT_ONCE: usize = 256;

/// All documents that some limits admit.
pub struct Frame<'r> {
    pub index: &'r Index,
    pub limits: Limits,
    pub observing: &'r Observing,
    pub periods: Vec<Period>,
    /// In the order of answers: those of a company stand together.
    pub documents: Vec<Document<'r>>,
}

/// A document, period by period.
pub struct Document<'r> {
    pub slot: u32,
    pub row: &'r Row,
    /// The snapshots that observe; `None` where all do.
    observing: Option<Runs>,
    /// One for each period.
    seen: Vec<Seen>,
    /// By the rules of any and all, and where snapshots are counted: the stretch of those captured in each period.
    captured: Vec<(u32, u32)>,
    /// How many snapshots of each period do not observe; empty where all do.
    left_out: Vec<u32>,
}

/// What tells of a document in a period.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// The snapshot that stands at the end of the period; by the rules of any and all the one that it was entered with.
    state: Option<u32>,
    /// Whether no snapshot of the period tells of it.
    carried: bool,
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
        let (start, end) = self.captured.get(period).copied().unwrap_or_default();
        let stretch = Runs::range(start, end);
        self.observing.as_ref().map_or_else(|| stretch.clone(), |observing| observing.intersection(&stretch))
    }

    /// Whether no snapshot of a period tells of the document.
    pub fn is_carried(&self, period: usize) -> bool {
        self.seen(period).carried
    }

    /// How many snapshots do not observe, for each period; empty where all do.
    pub fn left_out(&self) -> &[u32] {
        &self.left_out
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
    if !scope.index.captures(slot)?.is_dated() {
        return Ok(false);
    }
    let is_asked_for = match &request.companies {
        Some(companies) => companies.admit(scope.index.entry(slot)?),
        None => true,
    };
    Ok(is_asked_for && scope.admits(slot)?)
}

/// The first and the last day within a limit on which something may be known of a document: from its first capture to the last capture
/// of its source. Of snapshots, which are not carried, on which it was captured.
pub fn span(index: &Index, slot: u32, limit: DayRange, count: Count) -> Result<Option<(Day, Day)>, IndexError> {
    let captures = index.captures(slot)?;
    if count == Count::Snapshots {
        let within = days(captures, limit);
        let day = |snapshot: Option<u32>| captures.day(snapshot?);
        return Ok(day(within.first()).zip(day(within.last())));
    }
    let watched = captures.day(0).zip(index.last_capture(index.row(slot)?.source));
    let cut = watched.map(|(first, last)| {
        let last = last.day();
        (limit.first.map_or(first, |from| from.max(first)), limit.last.map_or(last, |to| to.min(last)))
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
        for &slot in index.by_rank() {
            if admits(&scope, slot, request)? {
                admitted.push((slot, index.row(slot)?));
            }
        }
        let ends = Ends::new(&scope, &admitted, &periods_within, request);
        let seeing = |&(slot, row): &(u32, &'r Row)| see(&scope, slot, row, &periods_within, &ends, request);
        let documents = admitted.par_iter().with_min_len(DOCUMENTS_AT_ONCE).map(seeing).collect::<Result<_, _>>()?;
        Ok(Frame { index, observing, periods: periods.to_vec(), documents, limits })
    }

    /// The last capture of the sources of the documents.
    pub fn last_capture(&self) -> Option<Day> {
        let last = self.documents.iter().filter_map(|document| self.index.last_capture(document.row.source)).max();
        last.map(|last| last.day())
    }

    /// Snapshots that are dated to a year only.
    pub fn dated_to_year(&self) -> Result<u64, IndexError> {
        self.documents.iter().map(|document| Ok(self.index.captures(document.slot)?.dated_to_year() as u64)).sum()
    }

    pub fn recordings(&self) -> impl Iterator<Item = Recording> + '_ {
        self.documents.iter().map(|document| document.row.recording)
    }
}

/// How the periods end for documents that end alike: by source and recording.
struct Ends(FxHashMap<(u32, Recording), Vec<Option<End>>>);

impl Ends {
    fn new(scope: &Scope<'_>, documents: &[(u32, &Row)], periods: &[Option<(Day, Day)>], request: &Request) -> Ends {
        let mut ends = FxHashMap::default();
        let is_needed = request.count != Count::Snapshots && request.rule == Rule::End;
        for (_, row) in documents.iter().filter(|_| is_needed) {
            let of_periods = || periods.iter().map(|period| scope.end((*period)?, row)).collect();
            ends.entry((row.source, row.recording)).or_insert_with(of_periods);
        }
        Ends(ends)
    }

    fn of(&self, row: &Row) -> &[Option<End>] {
        self.0.get(&(row.source, row.recording)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Tells period by period, in order of time, which snapshot of a document stands at the end: each is looked at once.
struct Standing<'s> {
    scope: &'s Scope<'s>,
    captures: Captures<'s>,
    ends: &'s [Option<End>],
    next: u32,
    /// The last one before `next` that observes.
    last: Option<u32>,
}

impl<'s> Standing<'s> {
    fn new(scope: &'s Scope<'s>, captures: Captures<'s>, ends: &'s [Option<End>]) -> Standing<'s> {
        Standing { scope, captures, ends, next: 0, last: None }
    }

    /// The one that stands at the end of a period, which is not before the one that was asked for last.
    fn at(&mut self, period: usize) -> Option<u32> {
        let end = (*self.ends.get(period)?)?;
        while end.is_after(self.captures, self.next) {
            if self.scope.observes(self.captures, self.next) {
                self.last = Some(self.next);
            }
            self.next += 1;
        }
        self.last.filter(|&last| end.is_reached_by(self.captures, last))
    }
}

fn see<'r>(
    scope: &Scope<'_>,
    slot: u32,
    row: &'r Row,
    periods: &[Option<(Day, Day)>],
    ends: &Ends,
    request: &Request,
) -> Result<Document<'r>, IndexError> {
    let captures = scope.index.captures(slot)?;
    let sites = if scope.limits.sites.is_empty() { None } else { Some(scope.of_sites(slot)?) };
    let duplicates = if row.has_duplicates { Some(scope.index.entry(slot)?.duplicates.snapshots()) } else { None };
    let is_own = |snapshot: u32| {
        sites.as_ref().is_none_or(|sites| sites.contains(snapshot))
            && duplicates.as_ref().is_none_or(|duplicates| !duplicates.contains(snapshot))
    };
    let all = 0..captures.len();
    let observes = |snapshot: &u32| is_own(*snapshot) && scope.observes(captures, *snapshot);
    let mut document = Document { slot, row, observing: None, seen: Vec::new(), captured: Vec::new(), left_out: Vec::new() };
    let stretch = |period: &Option<(Day, Day)>| period.map_or((0, 0), |(first, last)| captures.captured(Some(first), Some(last)));
    if request.count == Count::Snapshots || request.rule != Rule::End {
        document.captured = periods.iter().map(stretch).collect();
    }
    if !all.clone().all(|snapshot| observes(&snapshot)) {
        document.observing = Some(all.clone().filter(observes).collect());
        let is_left_out = |snapshot: &u32| is_own(*snapshot) && !scope.observes(captures, *snapshot);
        let left_out = |(start, end): (u32, u32)| (start..end).filter(is_left_out).count() as u32;
        document.left_out = periods.iter().map(stretch).map(left_out).collect();
    }
    let counted_here = |state: Option<u32>, period| -> Result<Option<u32>, IndexError> {
        match state.filter(|&snapshot| sites.as_ref().is_none_or(|sites| sites.contains(snapshot))) {
            Some(snapshot) if row.has_duplicates && scope.is_told_elsewhere(slot, snapshot, period)? => Ok(None),
            counted => Ok(counted),
        }
    };
    let mut standing = Standing::new(scope, captures, ends.of(row));
    document.seen.reserve_exact(periods.len());
    for (at, period) in periods.iter().enumerate() {
        let Some((first, last)) = *period else {
            document.seen.push(Seen::default());
            continue;
        };
        document.seen.push(match (request.count, request.rule) {
            (Count::Snapshots, _) => Seen::default(),
            (_, Rule::End) => {
                let state = counted_here(standing.at(at), (first, last))?;
                let carried = state.and_then(|state| captures.day(state)).is_some_and(|day| day < first);
                Seen { state, carried }
            }
            (_, Rule::Any | Rule::All) => {
                let state = match entered_on(scope, row, first) {
                    Some(before) => counted_here(scope.stands(slot, (before, before))?, (before, before))?,
                    None => None,
                };
                Seen { state, carried: state.is_some() && document.captured(at).is_empty() }
            }
        });
    }
    Ok(document)
}

/// The day whose state a document enters a period with that begins so; `None` where nothing is carried into it.
fn entered_on(scope: &Scope<'_>, row: &Row, first: Day) -> Option<Day> {
    let is_watched = scope.index.last_capture(row.source).is_some_and(|last| first <= last.day());
    (is_watched && scope.carry(row) != Carry::Never).then(|| Day(first.0.saturating_sub(1)))
}
