//! Counts what matched, document by document.

use super::answer::{Totals, YearCount};
use crate::history::Outline;
use crate::snapshot::Day;
use fixedbitset::FixedBitSet;

/// What matched so far.
#[derive(Default)]
pub struct Count {
    totals: Totals,
    companies: FixedBitSet,
    /// Where they are asked for: in order of time.
    years: Option<Vec<Year>>,
}

struct Year {
    year: i16,
    snapshots: u64,
    documents: u64,
    companies: FixedBitSet,
}

impl Year {
    fn new(year: i16) -> Year {
        Year { year, snapshots: 0, documents: 0, companies: FixedBitSet::new() }
    }
}

fn year_of(years: &mut Vec<Year>, year: i16) -> &mut Year {
    let at = years.binary_search_by_key(&year, |known| known.year).unwrap_or_else(|at| {
        years.insert(at, Year::new(year));
        at
    });
    &mut years[at]
}

impl Count {
    pub fn new(by_year: bool) -> Count {
        Count { years: by_year.then(Vec::new), ..Count::default() }
    }

    /// Counts a document that has so many matching clauses and passages, in snapshots that are told by their runs.
    ///
    /// `company`: its number, see [`crate::index::catalog::DocumentEntry::company_number`].
    pub fn add(
        &mut self,
        company: Option<u32>,
        outline: &Outline<'_>,
        runs: impl Iterator<Item = (u32, u32)>,
        (clauses, passages): (usize, usize),
    ) {
        self.totals.clauses += clauses as u64;
        self.totals.passages += passages as u64;
        self.totals.documents += 1;
        if let Some(company) = company {
            self.companies.grow_and_insert(company as usize);
        }
        if !outline.is_dated() {
            return;
        }
        let mut last = None;
        for (start, end) in runs {
            self.totals.snapshots += u64::from(end - start);
            let Some(years) = &mut self.years else { continue };
            for year in (start..end).filter_map(|snapshot| outline.day(snapshot)).map(Day::year) {
                let so_far = year_of(years, year);
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
            for of_year in other.years.into_iter().flatten() {
                let so_far = year_of(years, of_year.year);
                so_far.snapshots += of_year.snapshots;
                so_far.documents += of_year.documents;
                so_far.companies.union_with(&of_year.companies);
            }
        }
    }

    /// The totals, and the counts of each year from the first to the last.
    pub fn finish(self) -> (Totals, Option<Vec<YearCount>>) {
        let totals = Totals { companies: self.companies.count_ones(..) as u64, ..self.totals };
        let years = self.years.map(|mut years| {
            if let (Some(first), Some(last)) = (years.first(), years.last()) {
                for year in first.year..=last.year {
                    year_of(&mut years, year);
                }
            }
            let count = |of_year: Year| YearCount {
                year: of_year.year,
                snapshots: of_year.snapshots,
                documents: of_year.documents,
                companies: of_year.companies.count_ones(..) as u64,
            };
            years.into_iter().map(count).collect()
        });
        (totals, years)
    }
}
