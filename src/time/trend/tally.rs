//! From what is observed and what matches to numbers.

use super::frame::{Document, Frame};
use super::{Count, Group, Matched, Point, Request, Rule};
use crate::history::Runs;
use crate::time::Period;
use rustc_hash::FxHashMap;

/// What a series counts: companies, documents, or the snapshots of documents.
pub struct Units<'f> {
    pub count: Count,
    pub rule: Rule,
    periods: &'f [Period],
    /// Each with its documents. Where snapshots are counted, all that are looked at.
    pub all: Vec<Unit<'f>>,
    /// Snapshots that do not observe, of each period.
    left_out: Vec<u64>,
}

/// A company with its documents, or a document.
pub struct Unit<'f> {
    pub documents: Vec<Part<'f>>,
}

/// A document of a unit.
#[derive(Clone, Copy)]
pub struct Part<'f> {
    pub document: &'f Document<'f>,
    /// Where the query matches something in it.
    pub matched: Option<&'f Matched>,
}

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
    pub fn of(frame: &'f Frame<'_>, matched: &'f FxHashMap<u32, Matched>, request: &Request, group: Option<&Group>) -> Units<'f> {
        let is_of_group = |document: &&Document| group.is_none_or(|group| group.companies.admit(document.entry));
        let parts: Vec<Part> = frame
            .documents
            .iter()
            .filter(is_of_group)
            .map(|document| Part { document, matched: matched.get(&document.slot) })
            .collect();
        let mut all: Vec<Unit> = match request.count {
            Count::Companies => {
                let of_companies = parts.chunk_by(|a, b| a.document.entry.company_number == b.document.entry.company_number);
                let known = of_companies.filter(|parts| parts[0].document.entry.company_number.is_some());
                known.map(|parts| Unit { documents: parts.to_vec() }).collect()
            }
            Count::Documents | Count::Snapshots => parts.iter().map(|part| Unit { documents: vec![*part] }).collect(),
        };
        let rule = if request.count == Count::Snapshots { Rule::Any } else { request.rule };
        // What is left out of texts of unknown companies is told too, except where a panel has none.
        let mut left_out = vec![0; frame.periods.len()];
        let mut leave_out = |parts: &[Part]| {
            for part in parts {
                for (period, sum) in left_out.iter_mut().enumerate() {
                    *sum += part.document.left_out(period);
                }
            }
        };
        if request.panel.is_some() {
            all.retain(|unit| (0..frame.periods.len()).all(|period| unit.state(period, rule).observed));
            all.iter().for_each(|unit| leave_out(&unit.documents));
        } else {
            leave_out(&parts);
        }
        Units { count: request.count, rule, periods: &frame.periods, all, left_out }
    }

    pub fn len(&self) -> u64 {
        self.all.len() as u64
    }

    pub fn points(&self) -> Vec<Point> {
        let mut points: Vec<Point> = self
            .periods
            .iter()
            .zip(&self.left_out)
            .map(|(&period, &left_out)| Point {
                period,
                matching: 0,
                observed: 0,
                carried: 0,
                mixed: 0,
                entered: 0,
                left: 0,
                left_out,
            })
            .collect();
        for unit in &self.all {
            if self.count == Count::Snapshots {
                unit.count_snapshots(&mut points);
            } else {
                unit.count(self.rule, &mut points);
            }
        }
        points
    }
}

impl Unit<'_> {
    fn count(&self, rule: Rule, points: &mut [Point]) {
        let mut before = State::default();
        for (period, point) in points.iter_mut().enumerate() {
            let state = self.state(period, rule);
            point.observed += u64::from(state.observed);
            point.matching += u64::from(state.matching);
            point.carried += u64::from(state.carried);
            point.mixed += u64::from(state.mixed);
            let both = before.observed && state.observed;
            point.entered += u64::from(both && state.matching && !before.matching);
            point.left += u64::from(both && before.matching && !state.matching);
            before = state;
        }
    }

    fn count_snapshots(&self, points: &mut [Point]) {
        for part in &self.documents {
            for (period, point) in points.iter_mut().enumerate() {
                let captured = part.document.captured(period);
                point.observed += captured.count();
                point.matching += captured.intersection(part.matched()).count();
            }
        }
    }
}
