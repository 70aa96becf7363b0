//! Counts what matched, document by document.

use super::answer::{Totals, YearCount};
use crate::index::{Row, Rows};
use fixedbitset::FixedBitSet;

/// What matched so far.
pub struct Count<'i> {
    rows: &'i Rows,
    totals: Totals,
    companies: FixedBitSet,
    /// Where they are asked for.
    years: Option<Years>,
}

/// The counts of each of [`Rows::years`].
struct Years {
    counts: Vec<OfYear>,
    /// Which companies: those of all years of a company beside each other.
    companies: FixedBitSet,
}

#[derive(Debug, Clone, Copy, Default)]
struct OfYear {
    snapshots: u64,
    documents: u64,
    companies: u64,
}

impl<'i> Count<'i> {
    pub fn new(rows: &'i Rows, by_year: bool) -> Count<'i> {
        let years = rows.years().len();
        let years = by_year.then(|| Years {
            counts: vec![OfYear::default(); years],
            companies: FixedBitSet::with_capacity(years * rows.companies()),
        });
        Count { rows, totals: Totals::default(), companies: FixedBitSet::with_capacity(rows.companies()), years }
    }

    /// Counts a document that has so many matching clauses and passages, in snapshots that are told by their runs.
    pub fn add(&mut self, row: &Row, runs: impl Iterator<Item = (u32, u32)>, (clauses, passages): (usize, usize)) {
        self.totals.clauses += clauses as u64;
        self.totals.passages += passages as u64;
        self.totals.documents += 1;
        if let Some(company) = row.company {
            self.companies.insert(company as usize);
        }
        if row.first_day.is_none() {
            return;
        }
        let years_of = self.rows.years_of(row);
        let mut last = None;
        for (start, end) in runs {
            self.totals.snapshots += u64::from(end - start);
            let Some(years) = &mut self.years else { continue };
            // Snapshots are in order of time, so that those of a year stand together.
            let mut rest = years_of.get(start as usize..end as usize).unwrap_or_default();
            while let Some(&year) = rest.first() {
                let snapshots = rest.iter().take_while(|other| **other == year).count();
                rest = &rest[snapshots..];
                let of_year = &mut years.counts[usize::from(year)];
                of_year.snapshots += snapshots as u64;
                if last != Some(year) {
                    of_year.documents += 1;
                    if let Some(company) = row.company {
                        let place = company as usize * self.rows.years().len() + usize::from(year);
                        of_year.companies += u64::from(!years.companies.put(place));
                    }
                }
                last = Some(year);
            }
        }
    }

    /// Adds what was counted of other documents.
    pub fn join(&mut self, other: Count<'_>) {
        self.totals.clauses += other.totals.clauses;
        self.totals.passages += other.totals.passages;
        self.totals.snapshots += other.totals.snapshots;
        self.totals.documents += other.totals.documents;
        self.companies.union_with(&other.companies);
        for (years, other) in self.years.iter_mut().zip(other.years) {
            for (of_year, other) in years.counts.iter_mut().zip(other.counts) {
                of_year.snapshots += other.snapshots;
                of_year.documents += other.documents;
                of_year.companies += other.companies;
            }
            // Nearly all companies are in one of the two alone: asked for many at once.
            let blocks = years.companies.as_mut_slice().iter_mut().zip(other.companies.as_slice());
            for (block, (own, others)) in blocks.enumerate() {
                let mut both = *own & *others;
                while both != 0 {
                    let place = block * usize::BITS as usize + both.trailing_zeros() as usize;
                    years.counts[place % self.rows.years().len()].companies -= 1;
                    both &= both - 1;
                }
                *own |= *others;
            }
        }
    }

    /// The totals, and the counts of each year from the first to the last.
    pub fn finish(self) -> (Totals, Option<Vec<YearCount>>) {
        let totals = Totals { companies: self.companies.count_ones(..) as u64, ..self.totals };
        (totals, self.years.map(|years| told(self.rows.years(), &years.counts)))
    }
}

fn told(years: &[i16], counts: &[OfYear]) -> Vec<YearCount> {
    let mut told: Vec<YearCount> = Vec::new();
    let counted = years.iter().zip(counts).filter(|(_, of_year)| of_year.snapshots > 0);
    for (&year, &OfYear { snapshots, documents, companies }) in counted {
        let after_last = told.last().map_or(year, |last| last.year + 1);
        told.extend((after_last..year).map(|year| YearCount { year, snapshots: 0, documents: 0, companies: 0 }));
        told.push(YearCount { year, snapshots, documents, companies });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use crate::index::update::{Request, update};

    /// Texts of one company in several parts count as one company.
    #[test]
    fn joined_counts_are_those_of_all_documents() {
        let place = tempfile::tempdir().unwrap();
        let (dir, archive) = (place.path().join("index"), place.path().join("archive"));
        for path in [
            "acme.com/privacy-policy/2019-01-01.md",
            "acme.com/privacy-policy/2021-01-01.md",
            "acme.com/terms-of-service/2019-06-01.md",
            "globex.com/privacy-policy/2021-03-01.md",
        ] {
            let path = archive.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "We retain data for as long as necessary.\n").unwrap();
        }
        let archives = [archive];
        let request =
            Request { dir: &dir, archives: &archives, shard: None, threads: 1, prune: false, now: 0, progress: &|_| {} };
        update(&request).unwrap();
        let index = Index::open(&dir).unwrap();
        let count = |slots: &[u32]| {
            let mut count = Count::new(index.rows(), true);
            for &slot in slots {
                let row = index.row(slot).unwrap();
                count.add(row, std::iter::once((0, row.snapshots())), (1, 1));
            }
            count
        };
        let slots = index.by_rank();
        for at in 0..=slots.len() {
            let (some, others) = slots.split_at(at);
            let mut joined = count(some);
            joined.join(count(others));
            let (totals, years) = joined.finish();
            assert_eq!(totals, Totals { clauses: 3, passages: 3, snapshots: 4, documents: 3, companies: 2 });
            let of_year = |year, snapshots, documents, companies| YearCount { year, snapshots, documents, companies };
            assert_eq!(years.unwrap(), [of_year(2019, 2, 2, 1), of_year(2020, 0, 0, 0), of_year(2021, 2, 2, 2)]);
        }
    }
}
