//! Counts what matched, document by document.

use super::answer::{Totals, YearCount};
use crate::history::Captures;
use crate::snapshot::Day;
use fixedbitset::FixedBitSet;
use std::collections::VecDeque;

/// What matched so far.
#[derive(Default)]
pub struct Count {
    totals: Totals,
    companies: FixedBitSet,
    /// Where they are asked for.
    years: Option<Years>,
}

/// Counts of years that follow each other.
#[derive(Default)]
struct Years {
    first: i16,
    counts: VecDeque<OfYear>,
}

#[derive(Default)]
struct OfYear {
    snapshots: u64,
    documents: u64,
    companies: FixedBitSet,
}

impl Years {
    /// The counts of a year; makes those between it and the others, too.
    fn of(&mut self, year: i16) -> &mut OfYear {
        if self.counts.is_empty() {
            self.first = year;
        }
        while year < self.first {
            self.first -= 1;
            self.counts.push_front(OfYear::default());
        }
        let at = usize::from(year.abs_diff(self.first));
        while self.counts.len() <= at {
            self.counts.push_back(OfYear::default());
        }
        &mut self.counts[at]
    }
}

impl Count {
    pub fn new(by_year: bool) -> Count {
        Count { years: by_year.then(Years::default), ..Count::default() }
    }

    /// Counts a document that has so many matching clauses and passages, in snapshots that are told by their runs.
    ///
    /// `company`: its number, see [`crate::index::catalog::DocumentEntry::company_number`].
    pub fn add(
        &mut self,
        company: Option<u32>,
        captures: Captures<'_>,
        runs: impl Iterator<Item = (u32, u32)>,
        (clauses, passages): (usize, usize),
    ) {
        self.totals.clauses += clauses as u64;
        self.totals.passages += passages as u64;
        self.totals.documents += 1;
        if let Some(company) = company {
            self.companies.grow_and_insert(company as usize);
        }
        if !captures.is_dated() {
            return;
        }
        let mut last = None;
        for (start, end) in runs {
            self.totals.snapshots += u64::from(end - start);
            let Some(years) = &mut self.years else { continue };
            for year in (start..end).filter_map(|snapshot| captures.day(snapshot)).map(Day::year) {
                let so_far = years.of(year);
                so_far.snapshots += 1;
                // Snapshots are in order of time: the first of a year is the first of its document there.
                if last != Some(year) {
                    so_far.documents += 1;
                    if let Some(company) = company {
                        so_far.companies.grow_and_insert(company as usize);
                    }
                }
                last = Some(year);
            }
        }
    }

    /// Adds what was counted of other documents.
    pub fn join(&mut self, other: Count) {
        self.totals.clauses += other.totals.clauses;
        self.totals.passages += other.totals.passages;
        self.totals.snapshots += other.totals.snapshots;
        self.totals.documents += other.totals.documents;
        self.companies.union_with(&other.companies);
        if let Some(years) = &mut self.years {
            let other = other.years.unwrap_or_default();
            for (year, of_year) in (other.first..).zip(other.counts) {
                let so_far = years.of(year);
                so_far.snapshots += of_year.snapshots;
                so_far.documents += of_year.documents;
                so_far.companies.union_with(&of_year.companies);
            }
        }
    }

    /// The totals, and the counts of each year from the first to the last.
    pub fn finish(self) -> (Totals, Option<Vec<YearCount>>) {
        let totals = Totals { companies: self.companies.count_ones(..) as u64, ..self.totals };
        let count = |(year, of_year): (i16, OfYear)| YearCount {
            year,
            snapshots: of_year.snapshots,
            documents: of_year.documents,
            companies: of_year.companies.count_ones(..) as u64,
        };
        let years = self.years.map(|years| (years.first..).zip(years.counts).map(count).collect());
        (totals, years)
    }
}
