//! What is observed of each document in each period, whatever a query matches.

use super::{Count, DOCUMENTS_AT_ONCE, Request, Rule, days_within};
use crate::history::{Captures, Runs};
use crate::index::{Index, IndexError, Row};
use crate::query::{DayRange, Limits};
use crate::search::{Carry, End, Observing, Scope, days};
use crate::snapshot::{Day, Recording};
use crate::time::Period;
use fixedbitset::FixedBitSet;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// All documents that some limits admit.
pub struct Frame<'r> {
    pub index: &'r Index,
    pub limits: Limits,
    pub observing: &'r Observing,
    pub periods: Vec<Period>,
    /// In the order of answers: those of a company stand together.
    admitted: Vec<(u32, &'r Row)>,
    /// For each of them one for each period.
    seen: Vec<Seen>,
    /// For each of them what few have.
    more: Vec<Option<Box<More>>>,
}

/// A document, period by period.
#[derive(Clone, Copy)]
pub struct Document<'f> {
    pub slot: u32,
    pub row: &'f Row,
    seen: &'f [Seen],
    more: Option<&'f More>,
}

/// What tells of a document in a period: nothing (0), or one more than the number of a snapshot, and [`CARRIED`].
///
/// The snapshot is the one that stands at the end of the period; by the rules of any and all the one that it was entered with.
#[derive(Debug, Clone, Copy, Default)]
struct Seen(u32);

/// No snapshot of the period tells of the document.
const CARRIED: u32 = 1 << 31;

#[derive(Default)]
struct More {
    /// The snapshots that observe; `None` where all do.
    observing: Option<Runs>,
    /// By the rules of any and all, and where snapshots are counted: the stretch of those captured in each period.
    captured: Vec<(u32, u32)>,
    /// How many snapshots of each period do not observe; empty where all do.
    left_out: Vec<u32>,
}

impl Seen {
    fn new(state: Option<u32>, carried: bool) -> Seen {
        Seen(state.map_or(0, |state| state.saturating_add(1).min(CARRIED - 1)) | if carried { CARRIED } else { 0 })
    }
}

impl More {
    fn captured(&self, period: usize) -> Runs {
        let (start, end) = self.captured.get(period).copied().unwrap_or_default();
        if start == end {
            return Runs::default();
        }
        let stretch = Runs::range(start, end);
        self.observing.as_ref().map_or_else(|| stretch.clone(), |observing| observing.intersection(&stretch))
    }
}

impl<'f> Document<'f> {
    fn seen(&self, period: usize) -> Seen {
        self.seen.get(period).copied().unwrap_or_default()
    }

    /// The snapshot that stands at the end of a period; by the rules of any and all the one that it was entered with.
    pub fn state(&self, period: usize) -> Option<u32> {
        (self.seen(period).0 & !CARRIED).checked_sub(1)
    }

    /// By the rules of any and all, and where snapshots are counted: those captured in a period that observe.
    pub fn captured(&self, period: usize) -> Runs {
        self.more.map(|more| more.captured(period)).unwrap_or_default()
    }

    /// Whether no snapshot of a period tells of the document.
    pub fn is_carried(&self, period: usize) -> bool {
        self.seen(period).0 & CARRIED != 0
    }

    /// How many snapshots do not observe, for each period; empty where all do.
    pub fn left_out(&self) -> &'f [u32] {
        self.more.map(|more| more.left_out.as_slice()).unwrap_or_default()
    }

    pub fn is_known(&self, period: usize) -> bool {
        self.state(period).is_some() || self.more.is_some_and(|more| !more.captured(period).is_empty())
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
fn admits(scope: &Scope<'_>, slot: u32, request: &Request) -> Result<bool, IndexError> {
    if scope.index.row(slot)?.first_day.is_none() {
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
fn span(index: &Index, slot: u32, limit: DayRange, count: Count) -> Result<Option<(Day, Day)>, IndexError> {
    if count == Count::Snapshots {
        let captures = index.captures(slot)?;
        let within = days(captures, limit);
        let day = |snapshot: Option<u32>| captures.day(snapshot?);
        return Ok(day(within.first()).zip(day(within.last())));
    }
    let row = index.row(slot)?;
    let watched = row.first_day.zip(index.last_capture(row.source));
    let cut = watched.map(|(first, last)| {
        let last = last.day();
        (limit.first.map_or(first, |from| from.max(first)), limit.last.map_or(last, |to| to.min(last)))
    });
    Ok(cut.filter(|(first, last)| first <= last))
}

/// The documents that some limits admit, in the order of answers.
pub struct Admitted<'r> {
    limits: Limits,
    observing: &'r Observing,
    documents: Vec<(u32, &'r Row)>,
}

impl<'r> Admitted<'r> {
    pub fn new(
        index: &'r Index,
        request: &Request,
        limits: Limits,
        observing: &'r Observing,
    ) -> Result<Admitted<'r>, IndexError> {
        let scope = Scope { index, limits: &limits, observing };
        let admitted = |&slot: &u32| match admits(&scope, slot, request) {
            Ok(true) => Some(index.row(slot).map(|row| (slot, row))),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        };
        let slots = index.by_rank().par_iter().with_min_len(DOCUMENTS_AT_ONCE);
        let documents = slots.filter_map(admitted).collect::<Result<_, _>>()?;
        Ok(Admitted { limits, observing, documents })
    }

    /// Whether these are of the same limits.
    pub fn are_of(&self, limits: &Limits, observing: &Observing) -> bool {
        self.limits == *limits && self.observing == observing
    }

    /// The first and the last day on which something may be known of any.
    pub fn span(&self, index: &Index, count: Count) -> Result<Option<(Day, Day)>, IndexError> {
        let both = |a: Option<(Day, Day)>, b: Option<(Day, Day)>| match (a, b) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        let spans = self.documents.par_iter().with_min_len(DOCUMENTS_AT_ONCE);
        let spans = spans.map(|(slot, _)| span(index, *slot, self.limits.days, count));
        spans.try_reduce(|| None, |a, b| Ok(both(a, b)))
    }
}

impl<'r> Frame<'r> {
    pub fn new(index: &'r Index, request: &Request, admitted: Admitted<'r>, periods: &[Period]) -> Result<Frame<'r>, IndexError> {
        let Admitted { limits, observing, documents: admitted } = admitted;
        let scope = Scope { index, limits: &limits, observing };
        let periods_within: Vec<Option<(Day, Day)>> = periods.iter().map(|period| days_within(*period, limits.days)).collect();
        let ends = Ends::new(&scope, &admitted, &periods_within, request);
        let observers = index.rows().all_captures().observers(&limits.langs, observing.suspect);
        let seeing = Seeing { scope, request, periods: periods_within, ends, observers };
        let mut seen = vec![Seen::default(); admitted.len() * periods.len()];
        let parts = admitted.par_iter().zip(seen.par_chunks_mut(periods.len().max(1)));
        let see = |(&(slot, row), seen): (&(u32, &Row), &mut [Seen])| seeing.see(slot, row, seen);
        let more = parts.with_min_len(DOCUMENTS_AT_ONCE).map(see).collect::<Result<_, _>>()?;
        Ok(Frame { index, observing, periods: periods.to_vec(), admitted, seen, more, limits })
    }

    /// The documents, those of a company together.
    pub fn documents(&self) -> impl Iterator<Item = Document<'_>> {
        let periods = self.periods.len();
        self.admitted.iter().enumerate().map(move |(at, &(slot, row))| Document {
            slot,
            row,
            seen: &self.seen[at * periods..(at + 1) * periods],
            more: self.more.get(at).and_then(Option::as_deref),
        })
    }

    /// How many documents.
    pub fn len(&self) -> usize {
        self.admitted.len()
    }

    /// The last capture of the sources of the documents.
    pub fn last_capture(&self) -> Option<Day> {
        let last = self.admitted.iter().filter_map(|(_, row)| self.index.last_capture(row.source)).max();
        last.map(|last| last.day())
    }

    /// Snapshots that are dated to a year only.
    pub fn dated_to_year(&self) -> Result<u64, IndexError> {
        self.admitted.iter().map(|(slot, _)| Ok(self.index.captures(*slot)?.dated_to_year() as u64)).sum()
    }

    pub fn recordings(&self) -> impl Iterator<Item = Recording> + '_ {
        self.admitted.iter().map(|(_, row)| row.recording)
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
struct Standing<'s, O> {
    /// Whether a snapshot observes.
    observes: O,
    captures: Captures<'s>,
    ends: &'s [Option<End>],
    next: u32,
    /// The last one before `next` that observes.
    last: Option<u32>,
}

impl<'s, O: Fn(u32) -> bool> Standing<'s, O> {
    fn new(observes: O, captures: Captures<'s>, ends: &'s [Option<End>]) -> Standing<'s, O> {
        Standing { observes, captures, ends, next: 0, last: None }
    }

    /// The one that stands at the end of a period, which is not before the one that was asked for last.
    fn at(&mut self, period: usize) -> Option<u32> {
        let end = (*self.ends.get(period)?)?;
        while end.is_after(self.captures, self.next) {
            if (self.observes)(self.next) {
                self.last = Some(self.next);
            }
            self.next += 1;
        }
        self.last.filter(|&last| end.is_reached_by(self.captures, last))
    }
}

/// What is asked of every document.
struct Seeing<'s> {
    scope: Scope<'s>,
    request: &'s Request,
    periods: Vec<Option<(Day, Day)>>,
    ends: Ends,
    /// Which of the snapshots of all documents observe.
    observers: FixedBitSet,
}

impl Seeing<'_> {
    /// Tells what is seen of a document in each period, and what is told of it besides.
    fn see(&self, slot: u32, row: &Row, seen: &mut [Seen]) -> Result<Option<Box<More>>, IndexError> {
        let captures = self.scope.index.captures(slot)?;
        let sites = if self.scope.limits.sites.is_empty() { None } else { Some(self.scope.of_sites(slot)?) };
        let duplicates = if row.has_duplicates { Some(self.scope.index.entry(slot)?.duplicates.snapshots()) } else { None };
        let is_own = |snapshot: u32| {
            sites.as_ref().is_none_or(|sites| sites.contains(snapshot))
                && duplicates.as_ref().is_none_or(|duplicates| !duplicates.contains(snapshot))
        };
        let all = 0..captures.len();
        let places = row.places();
        // Mostly all do: asked for many at once.
        let all_observe = self.observers.contains_all_in_range(places.clone());
        let is_observer = |snapshot: u32| all_observe || self.observers.contains(places.start + snapshot as usize);
        let observes = |snapshot: &u32| is_own(*snapshot) && is_observer(*snapshot);
        let mut more: Option<Box<More>> = None;
        let stretch =
            |period: &Option<(Day, Day)>| period.map_or((0, 0), |(first, last)| captures.captured(Some(first), Some(last)));
        if self.request.count == Count::Snapshots || self.request.rule != Rule::End {
            more.get_or_insert_default().captured = self.periods.iter().map(stretch).collect();
        }
        let is_whole = all_observe && sites.is_none() && duplicates.is_none();
        if !is_whole && all.clone().any(|snapshot| !observes(&snapshot)) {
            let more = more.get_or_insert_default();
            more.observing = Some(all.clone().filter(observes).collect());
            let is_left_out = |snapshot: &u32| is_own(*snapshot) && !is_observer(*snapshot);
            more.left_out = vec![0; self.periods.len()];
            // Periods are in order of time, as snapshots are.
            let mut period = 0;
            for day in all.clone().filter(is_left_out).filter_map(|snapshot| captures.day(snapshot)) {
                period += self.periods[period..].iter().take_while(|days| days.is_none_or(|(_, last)| last < day)).count();
                let is_within = self.periods.get(period).is_some_and(|days| days.is_some_and(|(first, _)| first <= day));
                if let Some(left_out) = more.left_out.get_mut(period).filter(|_| is_within) {
                    *left_out += 1;
                }
            }
        }
        let counted_here = |state: Option<u32>, period| -> Result<Option<u32>, IndexError> {
            match state.filter(|&snapshot| sites.as_ref().is_none_or(|sites| sites.contains(snapshot))) {
                Some(snapshot) if row.has_duplicates && self.scope.is_told_elsewhere(slot, snapshot, period)? => Ok(None),
                counted => Ok(counted),
            }
        };
        let mut standing = Standing::new(is_observer, captures, self.ends.of(row));
        // Nothing is known of a document before its first snapshot.
        let is_before = |period: &&Option<(Day, Day)>| period.zip(row.first_day).is_none_or(|((_, last), first)| last < first);
        let before = self.periods.iter().take_while(is_before).count();
        for (at, (seen, period)) in seen.iter_mut().zip(&self.periods).enumerate().skip(before) {
            let Some((first, last)) = *period else { continue };
            *seen = match (self.request.count, self.request.rule) {
                (Count::Snapshots, _) => Seen::default(),
                (_, Rule::End) => {
                    let state = counted_here(standing.at(at), (first, last))?;
                    let carried = state.and_then(|state| captures.day(state)).is_some_and(|day| day < first);
                    Seen::new(state, carried)
                }
                (_, Rule::Any | Rule::All) => {
                    let state = match entered_on(&self.scope, row, first) {
                        Some(before) => counted_here(self.scope.stands(slot, (before, before))?, (before, before))?,
                        None => None,
                    };
                    let is_captured = more.as_ref().is_some_and(|more| !more.captured(at).is_empty());
                    Seen::new(state, state.is_some() && !is_captured)
                }
            };
        }
        Ok(more)
    }
}

/// The day whose state a document enters a period with that begins so; `None` where nothing is carried into it.
fn entered_on(scope: &Scope<'_>, row: &Row, first: Day) -> Option<Day> {
    let is_watched = scope.index.last_capture(row.source).is_some_and(|last| first <= last.day());
    (is_watched && scope.carry(row) != Carry::Never).then(|| Day(first.0.saturating_sub(1)))
}
