//! From what is observed and what matches to numbers.

use super::frame::{Document, Frame};
use super::{AllMatched, Count, Group, Matched, Point, Request, Rule};
use crate::history::Runs;
use crate::index::IndexError;
use crate::time::Period;
use rayon::prelude::*;
use std::ops::Range;

/// What a series counts: companies, documents, or the snapshots of documents.
pub struct Units<'f> {
    pub count: Count,
    pub rule: Rule,
    periods: &'f [Period],
    /// The documents of all units.
    parts: Vec<Part<'f>>,
    /// Which of them are each unit's.
    units: Vec<Range<usize>>,
    /// Snapshots that do not observe, of each period.
    left_out: Vec<u64>,
}

/// A company with its documents, or a document.
#[derive(Clone, Copy)]
pub struct Unit<'u> {
    pub documents: &'u [Part<'u>],
}

/// A document of a unit.
#[derive(Clone, Copy)]
pub struct Part<'f> {
    pub document: Document<'f>,
    /// Where the query matches something in it.
    pub matched: Option<&'f Matched>,
}

/// A thread counts so many units, or more.
const UNITS_AT_ONCE: usize = 1024;

/// What a unit is in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct State {
    pub observed: bool,
    pub matching: bool,
    pub mixed: bool,
    pub carried: bool,
}

impl Part<'_> {
    pub fn matched(&self) -> &Runs {
        self.matched.map_or(Runs::EMPTY, |matched| &matched.snapshots)
    }

    pub fn matches(&self, period: usize, rule: Rule) -> bool {
        self.matched.is_some() && self.document.matches(period, self.matched(), rule)
    }
}

impl Unit<'_> {
    pub fn state(&self, period: usize, rule: Rule) -> State {
        let mut state = State { carried: true, ..State::default() };
        let mut disagrees = false;
        for part in self.documents.iter().filter(|part| part.document.is_known(period)) {
            state.observed = true;
            state.carried &= part.document.is_carried(period);
            if part.matches(period, rule) {
                state.matching = true;
            } else {
                disagrees = true;
            }
        }
        State { mixed: state.matching && disagrees, carried: state.observed && state.carried, ..state }
    }
}

impl<'f> Units<'f> {
    pub fn of(
        frame: &'f Frame<'_>,
        matched: &'f AllMatched,
        request: &Request,
        group: Option<&Group>,
    ) -> Result<Units<'f>, IndexError> {
        let mut parts: Vec<Part> = Vec::with_capacity(frame.len());
        for document in frame.documents() {
            let is_of_group = match group {
                Some(group) => group.companies.admit(frame.index.entry(document.slot)?),
                None => true,
            };
            if is_of_group {
                parts.push(Part { document, matched: matched.of(document.slot) });
            }
        }
        let mut units: Vec<Range<usize>> = Vec::with_capacity(parts.len());
        match request.count {
            Count::Companies => {
                let mut end = 0;
                for documents in parts.chunk_by(|a, b| a.document.row.company == b.document.row.company) {
                    let start = end;
                    end += documents.len();
                    if documents[0].document.row.company.is_some() {
                        units.push(start..end);
                    }
                }
            }
            Count::Documents | Count::Snapshots => units.extend((0..parts.len()).map(|at| at..at + 1)),
        }
        let rule = if request.count == Count::Snapshots { Rule::Any } else { request.rule };
        let left_out = vec![0; frame.periods.len()];
        let mut counted = Units { count: request.count, rule, periods: &frame.periods, parts, units, left_out };
        // What is left out of texts of unknown companies is told too, except where a panel has none.
        if request.panel.is_some() {
            let mut units = std::mem::take(&mut counted.units);
            let is_observed = |unit: Unit| (0..frame.periods.len()).all(|period| unit.state(period, rule).observed);
            units.retain(|unit| is_observed(counted.unit(unit)));
            counted.left_out = left_out_of(&frame.periods, units.iter().flat_map(|unit| counted.unit(unit).documents));
            counted.units = units;
        } else {
            counted.left_out = left_out_of(&frame.periods, &counted.parts);
        }
        Ok(counted)
    }

    fn unit(&self, documents: &Range<usize>) -> Unit<'_> {
        Unit { documents: &self.parts[documents.clone()] }
    }

    /// Where snapshots are counted, all documents that are looked at.
    pub fn all(&self) -> impl Iterator<Item = Unit<'_>> {
        self.units.iter().map(|unit| self.unit(unit))
    }

    pub fn len(&self) -> u64 {
        self.units.len() as u64
    }

    pub fn points(&self) -> Vec<Point> {
        let none = || -> Vec<Point> { self.periods.iter().map(|&period| Point::empty(period)).collect() };
        let count = |units: &[Range<usize>]| {
            let mut points = none();
            for unit in units.iter().map(|unit| self.unit(unit)) {
                if self.count == Count::Snapshots {
                    unit.count_snapshots(&mut points);
                } else {
                    unit.count(self.rule, &mut points);
                }
            }
            points
        };
        let parts: Vec<Vec<Point>> = self.units.par_chunks(UNITS_AT_ONCE).map(count).collect();
        let mut points = none();
        for (point, left_out) in points.iter_mut().zip(&self.left_out) {
            point.left_out = *left_out;
        }
        for part in parts {
            points.iter_mut().zip(part).for_each(|(point, more)| point.add(&more));
        }
        points
    }
}

/// Snapshots of some documents that do not observe, of each period.
fn left_out_of<'p>(periods: &[Period], documents: impl IntoIterator<Item = &'p Part<'p>>) -> Vec<u64> {
    let mut sums = vec![0; periods.len()];
    for part in documents {
        sums.iter_mut().zip(part.document.left_out()).for_each(|(sum, left_out)| *sum += u64::from(*left_out));
    }
    sums
}

impl Unit<'_> {
    fn count(&self, rule: Rule, points: &mut [Point]) {
        let mut before = State::default();
        for (period, point) in points.iter_mut().enumerate() {
            let state = self.state(period, rule);
            if !state.observed {
                before = State::default();
                continue;
            }
            point.observed += 1;
            point.matching += u64::from(state.matching);
            point.carried += u64::from(state.carried);
            point.mixed += u64::from(state.mixed);
            point.entered += u64::from(before.observed && state.matching && !before.matching);
            point.left += u64::from(before.matching && !state.matching);
            before = state;
        }
    }

    fn count_snapshots(&self, points: &mut [Point]) {
        for part in self.documents {
            for (period, point) in points.iter_mut().enumerate() {
                let captured = part.document.captured(period);
                point.observed += captured.count();
                point.matching += captured.intersection(part.matched()).count();
            }
        }
    }
}
