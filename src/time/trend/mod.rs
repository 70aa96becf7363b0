//! Trends: how many companies, documents or snapshots say something in each period, of how many that are observed.
//!
//! Each query is counted within its own limits: `company:`, `kind:`, `lang:` and conditions on sites restrict what is observed as
//! well as what matches; `heading:` restricts only what matches. Limits on days choose the periods: one that they cut counts the
//! days that remain, and what stood before may be carried into it.
//!
//! **A document in a period P.** A snapshot matches where a matching passage stands in it, under the headings asked for. Which
//! snapshots tell of P, [`Rule`] says:
//! * [`Rule::End`]: the one that stands at the end of P ([`Scope::stands`]). It may have been captured before P: then it is *carried*.
//! * [`Rule::Any`], [`Rule::All`]: the observing snapshots captured in P, and the one that stood on the day before P begins, if any
//!   stood, the source still captured something in P or later, and its carry is not [`Carry::Never`]. One of them matches, or all
//!   do. Where none was captured in P, the document is carried.
//!
//! The document is *known* where there is such a snapshot. Snapshots of another site than asked for do not count, nor does what is
//! told by another source that holds the same snapshot.
//!
//! **A company** is observed where one of its documents is known, and matches where a known one matches. It is *mixed* where another
//! known one does not match, and carried where all known ones are. Texts of unknown companies are counted as documents, never as
//! companies.
//!
//! **Snapshots** ([`Count::Snapshots`]) are counted without any carry: those captured in P that observe, and those of them that match.
//! Of sources that record changes these are recorded changes.
//!
//! **Entered**: observed in P and in the period before, matching now and not then. **Left**: the reverse. The first period has neither.
//! **Left out**: snapshots captured in P that would have observed, but for their mark or language.

mod companies;
mod frame;
mod tally;
mod told;

pub use companies::{Companies, Group};
pub use told::{CountedPassage, Exclusions, Member, MemberDocument, MemberState};

use super::{Period, Step};
use crate::history::Runs;
use crate::index::{Index, IndexError};
use crate::query::{DayRange, Limits, Query};
#[cfg(doc)]
use crate::search::Carry;
use crate::search::{DocumentMatches, Estimate, Observing, Scope, SearchError, each_matching, passage_id};
use crate::snapshot::{Day, Recording};
use frame::{Admitted, Frame};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    #[default]
    Companies,
    Documents,
    Snapshots,
}

/// Which snapshots decide whether a document matches in a period. Snapshots are counted as such, whatever the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// The one that stands at the end.
    #[default]
    End,
    /// One of those that stood.
    Any,
    /// All of those that stood.
    All,
}

/// A query of a trend.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What names its rows.
    pub name: String,
    /// As it was typed.
    pub text: String,
    pub query: Query,
    pub observing: Observing,
}

/// What is asked of a trend.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub questions: Vec<Question>,
    pub step: Step,
    pub count: Count,
    pub rule: Rule,
    /// Only the periods of these days, and only companies (or documents) observed in each of them. Begins and ends with a period.
    pub panel: Option<(Day, Day)>,
    /// Only these companies.
    pub companies: Option<Companies>,
    /// A series for each of these groups of companies.
    pub groups: Option<Vec<Group>>,
    /// Passages that do not count.
    pub exclusions: Exclusions,
    /// Of this period, who is behind the point.
    pub list: Option<Period>,
    /// Whether the passages that are counted are told.
    pub passages: bool,
}

/// How many say something, period by period.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    pub fingerprint: String,
    pub step: Step,
    pub count: Count,
    pub rule: Rule,
    pub panel: Option<(Day, Day)>,
    /// The same for all queries.
    pub periods: Vec<Period>,
    /// In the order of the questions; where groups are asked for, one for each group of each question.
    pub queries: Vec<Series>,
    /// How the sources of the counted documents record.
    pub recordings: BTreeSet<Recording>,
    /// The last capture of the sources of the counted documents: what comes after it is not known.
    pub last_capture: Option<Day>,
    /// Counted snapshots that are dated to a year only, where periods are shorter: each counts on its first day.
    pub dated_to_year: u64,
    /// Names of companies that are asked for, and not in the index.
    pub unknown_companies: Vec<String>,
    /// Groups without a company of the index.
    pub empty_groups: Vec<String>,
    /// Excluded passages that no query matches.
    pub unknown_exclusions: Vec<String>,
}

/// A query, or a query and a group of companies.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The name of the query.
    pub query: String,
    /// The query as it was typed.
    pub text: String,
    pub group: Option<String>,
    pub limits: Limits,
    pub observing: Observing,
    /// Where topics are counted.
    pub estimate: Option<Estimate>,
    /// One for each period.
    pub points: Vec<Point>,
    /// How many companies (documents) are observed in every period; where a panel is asked for.
    pub panel: Option<u64>,
    /// Who is behind the point that was asked for.
    pub members: Option<Vec<Member>>,
    /// Where they were asked for.
    pub passages: Option<Vec<CountedPassage>>,
}

/// A query in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub period: Period,
    pub matching: u64,
    pub observed: u64,
    /// Observed by carry alone.
    pub carried: u64,
    /// Matching, though a document does not.
    pub mixed: u64,
    pub entered: u64,
    pub left: u64,
    /// Snapshots.
    pub left_out: u64,
}

impl Point {
    fn empty(period: Period) -> Point {
        Point { period, matching: 0, observed: 0, carried: 0, mixed: 0, entered: 0, left: 0, left_out: 0 }
    }

    /// Adds what was counted of others in the same period.
    fn add(&mut self, other: &Point) {
        self.matching += other.matching;
        self.observed += other.observed;
        self.carried += other.carried;
        self.mixed += other.mixed;
        self.entered += other.entered;
        self.left += other.left;
        self.left_out += other.left_out;
    }

    /// Matching of observed; `None` where nothing is observed.
    pub fn share(&self) -> Option<f64> {
        (self.observed > 0).then(|| self.matching as f64 / self.observed as f64)
    }
}

/// What a query matches in a document.
struct Matched {
    /// The snapshots in which it does, whatever else is asked.
    snapshots: Runs,
    /// In ascending order; none where nothing asks for them.
    passages: Vec<u32>,
}

/// A thread looks at so many documents, or more.
const DOCUMENTS_AT_ONCE: usize = 256;

/// A question with its matches, and the excluded passages among them.
struct Answered<'r> {
    question: &'r Question,
    matched: AllMatched,
    excluded: Vec<String>,
}

/// What a query matches in each document.
#[derive(Default)]
struct AllMatched {
    matched: Vec<Matched>,
    /// For each slot one more than the place of its document among these, or 0.
    by_slot: Vec<u32>,
}

impl AllMatched {
    fn add(&mut self, slot: u32, matched: Matched) {
        self.matched.push(matched);
        let slot = slot as usize;
        if slot >= self.by_slot.len() {
            self.by_slot.resize(slot + 1, 0);
        }
        self.by_slot[slot] = self.matched.len() as u32;
    }

    fn of(&self, slot: u32) -> Option<&Matched> {
        let place = self.by_slot.get(slot as usize)?.checked_sub(1)?;
        self.matched.get(place as usize)
    }
}

/// Counts what is asked for.
pub fn trend(index: &Arc<Index>, request: &Request) -> Result<Trend, SearchError> {
    let admitted = admitted(index, request)?;
    let periods = periods(index, request, &admitted)?;
    let frames = admitted.into_iter().map(|admitted| Frame::new(index, request, admitted, &periods));
    let frames: Vec<Frame> = frames.collect::<Result<_, IndexError>>()?;
    let answer = |question| -> Result<(Vec<Series>, Vec<String>), SearchError> {
        let answered = Answered::new(index, request, question)?;
        let limits = denominator(&question.query.limits);
        let frame = frames.iter().find(|frame| frame.limits == limits && *frame.observing == question.observing);
        let frame = frame.ok_or(IndexError::Damaged("it changed while it was read"))?;
        Ok((answered.series(index, request, frame)?, answered.excluded))
    };
    let answers: Vec<_> = match &request.questions[..] {
        [one] => vec![answer(one)?],
        several => several.par_iter().map(answer).collect::<Result<_, _>>()?,
    };
    let mut queries = Vec::new();
    let mut met = BTreeSet::new();
    for (series, excluded) in answers {
        queries.extend(series);
        met.extend(excluded);
    }
    let groups = request.groups.as_deref().unwrap_or_default();
    let mut dated_to_year = 0;
    if request.step != Step::Year {
        for frame in &frames {
            dated_to_year = frame.dated_to_year()?.max(dated_to_year);
        }
    }
    Ok(Trend {
        fingerprint: index.catalog.fingerprint.clone(),
        step: request.step,
        count: request.count,
        rule: request.rule,
        panel: request.panel,
        queries,
        recordings: frames.iter().flat_map(Frame::recordings).collect(),
        last_capture: frames.iter().filter_map(|frame| frame.last_capture()).max(),
        dated_to_year,
        unknown_companies: request.companies.as_ref().map(|names| names.unknown(&index.catalog)).unwrap_or_default(),
        empty_groups: groups
            .iter()
            .filter(|group| group.companies.is_absent(&index.catalog))
            .map(|group| group.name.clone())
            .collect(),
        unknown_exclusions: request.exclusions.ids().filter(|id| !met.contains(*id)).map(str::to_owned).collect(),
        periods,
    })
}

/// The limits that hold for what is observed.
fn denominator(limits: &Limits) -> Limits {
    Limits { headings: Vec::new(), ..limits.clone() }
}

/// The documents that are looked at, for all the different limits of the questions.
fn admitted<'r>(index: &'r Index, request: &'r Request) -> Result<Vec<Admitted<'r>>, IndexError> {
    let mut all: Vec<Admitted> = Vec::new();
    for question in &request.questions {
        let limits = denominator(&question.query.limits);
        if !all.iter().any(|admitted| admitted.are_of(&limits, &question.observing)) {
            all.push(Admitted::new(index, request, limits, &question.observing)?);
        }
    }
    Ok(all)
}

/// The periods of all questions: those of the panel, or from the first in which something may be known of a document that is looked at
/// to the last.
fn periods(index: &Index, request: &Request, admitted: &[Admitted<'_>]) -> Result<Vec<Period>, IndexError> {
    if let Some((first, last)) = request.panel {
        return Ok(Period::all(first, last, request.step));
    }
    let mut span: Option<(Day, Day)> = None;
    for admitted in admitted {
        if let Some((first, last)) = admitted.span(index, request.count)? {
            span = Some(span.map_or((first, last), |(earliest, latest)| (earliest.min(first), latest.max(last))));
        }
    }
    Ok(span.map(|(first, last)| Period::all(first, last, request.step)).unwrap_or_default())
}

/// The days of a period inside a limit.
fn days_within(period: Period, limit: DayRange) -> Option<(Day, Day)> {
    let (first, last) = period.days();
    let days = limit.intersect(DayRange { first: Some(first), last: Some(last) });
    days.first.zip(days.last).filter(|(first, last)| first <= last)
}

impl<'r> Answered<'r> {
    fn new(index: &Arc<Index>, request: &Request, question: &'r Question) -> Result<Answered<'r>, SearchError> {
        let scope = Scope { index, limits: &question.query.limits, observing: &question.observing };
        let are_told = request.passages || request.list.is_some();
        let are_passages_needed = are_told || !request.exclusions.is_empty() || !scope.limits.headings.is_empty();
        let of_document = |found: DocumentMatches<'_>| -> Result<(u32, Matched, Vec<String>), IndexError> {
            let slot = found.slot;
            if !are_passages_needed {
                let matched = Matched { snapshots: index.union_of(slot, found.stands())?, passages: Vec::new() };
                return Ok((slot, matched, Vec::new()));
            }
            let mut excluded = Vec::new();
            let mut kept: Vec<(u32, u64)> = Vec::new();
            for (passage, stands) in found.passages().zip(found.stands()) {
                if !request.exclusions.is_empty() {
                    let id = passage_id(index, slot, &index.text(slot, passage)?)?;
                    if request.exclusions.drops(&id, &question.name) {
                        excluded.push(id);
                        continue;
                    }
                }
                kept.push((passage, stands));
            }
            kept.sort_unstable();
            let passages: Vec<u32> = kept.iter().map(|(passage, _)| *passage).collect();
            let snapshots = if scope.limits.headings.is_empty() {
                index.union_of(slot, kept.iter().map(|(_, stands)| *stands))?
            } else {
                under_headings(&scope, slot, &passages)?
            };
            Ok((slot, Matched { snapshots, passages }, excluded))
        };
        let matched = each_matching(index, &question.query, &question.observing, of_document)?;
        let mut answered = Answered { question, matched: AllMatched::default(), excluded: Vec::new() };
        for (slot, matched, excluded) in matched {
            answered.matched.add(slot, matched);
            answered.excluded.extend(excluded);
        }
        Ok(answered)
    }

    fn series(&self, index: &Index, request: &Request, frame: &Frame) -> Result<Vec<Series>, SearchError> {
        let whole = [None];
        let groups: Vec<Option<&Group>> =
            request.groups.as_ref().map_or(whole.to_vec(), |groups| groups.iter().map(Some).collect());
        groups.into_iter().map(|group| self.one_series(index, request, frame, group)).collect()
    }

    fn one_series(&self, index: &Index, request: &Request, frame: &Frame, group: Option<&Group>) -> Result<Series, SearchError> {
        let units = tally::Units::of(frame, &self.matched, request, group)?;
        let listed = request.list.map(|period| frame.periods.iter().position(|other| *other == period));
        Ok(Series {
            query: self.question.name.clone(),
            text: self.question.text.clone(),
            group: group.map(|group| group.name.clone()),
            limits: self.question.query.limits.clone(),
            observing: self.question.observing.clone(),
            estimate: Estimate::of(index, &self.question.query, &self.question.observing)?,
            points: units.points(),
            panel: request.panel.map(|_| units.len()),
            members: listed.map(|at| at.map_or(Ok(Vec::new()), |at| self.members(index, &units, at))).transpose()?,
            passages: if request.passages { Some(self.counted_passages(index, &units)?) } else { None },
        })
    }
}

/// The snapshots in which any of some passages stands, under the headings asked for.
fn under_headings(scope: &Scope<'_>, slot: u32, passages: &[u32]) -> Result<Runs, IndexError> {
    let all = Runs::range(0, scope.index.captures(slot)?.len());
    let found: Result<Vec<Runs>, IndexError> = passages.iter().map(|&passage| scope.occurrences(slot, passage, &all)).collect();
    Ok(Runs::union_of(&found?))
}
