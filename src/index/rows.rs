//! What counting needs of documents and their snapshots, in memory and in few bytes: entries of the catalog lie far apart.

use super::catalog::{Catalog, DocumentEntry};
use crate::history::captures::{AllCaptures, Capture, Captures, Deletion};
use crate::snapshot::{Day, Recording};
use fixedbitset::FixedBitSet;
use std::ops::Range;

/// What counting needs of a document.
pub struct Row {
    /// Places of its snapshots and deletions among those of all documents.
    snapshots: Range<u32>,
    deletions: Range<u32>,
    /// Place in [`Catalog::sources`].
    pub source: u32,
    pub recording: Recording,
    /// See [`DocumentEntry::company_number`].
    pub company: Option<u32>,
    /// See [`DocumentEntry::rank`].
    pub rank: u32,
    /// Whether another source holds some of its snapshots.
    pub has_duplicates: bool,
    /// The day of its first snapshot; `None` of undated texts.
    pub first_day: Option<Day>,
}

impl Row {
    /// How many snapshots.
    pub fn snapshots(&self) -> u32 {
        self.snapshots.end - self.snapshots.start
    }

    /// Their places among those of all documents.
    pub fn places(&self) -> Range<usize> {
        self.snapshots.start as usize..self.snapshots.end as usize
    }
}

/// The rows of all documents.
pub struct Rows {
    by_slot: Vec<Option<Row>>,
    /// The slots in the order of answers.
    pub by_rank: Vec<u32>,
    /// The snapshots and deletions of all documents.
    snapshots: AllCaptures,
    deletions: Vec<Deletion>,
    years: Vec<i16>,
    /// The place of each snapshot's year among them; of undated ones 0.
    year_of: Vec<u16>,
    companies: usize,
}

impl Rows {
    pub fn of(catalog: &Catalog) -> Rows {
        let (mut snapshots, mut deletions) = (AllCaptures::default(), Vec::new());
        let mut row = |entry: &DocumentEntry| Row {
            snapshots: snapshots.extend(&entry.snapshots),
            deletions: {
                let start = deletions.len() as u32;
                deletions.extend_from_slice(&entry.deletions);
                start..deletions.len() as u32
            },
            source: entry.source,
            recording: entry.recording,
            company: entry.company_number,
            rank: entry.rank,
            has_duplicates: !entry.duplicates.is_empty(),
            first_day: entry.snapshots.first().and_then(Capture::day),
        };
        let by_slot: Vec<Option<Row>> = catalog.documents.iter().map(|entry| entry.as_ref().map(&mut row)).collect();
        let mut by_rank: Vec<u32> = catalog.documents().map(|(slot, _)| slot).collect();
        by_rank.sort_unstable_by_key(|slot| by_slot[*slot as usize].as_ref().map(|row| row.rank));
        let (years, year_of) = years(snapshots.days());
        let last = by_slot.iter().flatten().filter_map(|row| row.company).max();
        let companies = last.map_or(0, |last| last as usize + 1);
        Rows { by_slot, by_rank, snapshots, deletions, years, year_of, companies }
    }

    /// The years in which anything was captured, in order.
    pub fn years(&self) -> &[i16] {
        &self.years
    }

    /// The place of the year of each snapshot of a dated document in [`Rows::years`].
    pub fn years_of(&self, row: &Row) -> &[u16] {
        self.year_of.get(row.places()).unwrap_or_default()
    }

    /// How many numbers companies have.
    pub fn companies(&self) -> usize {
        self.companies
    }

    /// The row of a document; `None` where there is no such document.
    pub fn row(&self, slot: u32) -> Option<&Row> {
        self.by_slot.get(slot as usize)?.as_ref()
    }

    /// The snapshots of all documents.
    pub fn all_captures(&self) -> &AllCaptures {
        &self.snapshots
    }

    /// The snapshots of a document.
    pub fn captures(&self, row: &Row) -> Captures<'_> {
        let deletions = self.deletions.get(row.deletions.start as usize..row.deletions.end as usize);
        self.snapshots.of(&row.snapshots, deletions.unwrap_or_default())
    }
}

/// The years of some days, each once and in order, and which of them is each day's; where there is no day, 0.
fn years(days: impl Iterator<Item = Option<Day>>) -> (Vec<i16>, Vec<u16>) {
    let number = |year: i16| year.wrapping_sub(i16::MIN) as u16;
    let mut met = FixedBitSet::with_capacity(1 << u16::BITS);
    // Numbers of years at first, then their places.
    let of_day = |day: Option<Day>| {
        let number = number(day?.year());
        met.insert(usize::from(number));
        Some(number)
    };
    let mut year_of: Vec<u16> = days.map(of_day).map(Option::unwrap_or_default).collect();
    let mut places = vec![0; 1 << u16::BITS];
    let mut years = Vec::new();
    for met in met.ones() {
        places[met] = years.len() as u16;
        years.push((met as u16).wrapping_add(i16::MIN as u16) as i16);
    }
    year_of.iter_mut().for_each(|year| *year = places[usize::from(*year)]);
    (years, year_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_has_the_place_of_its_year() {
        let day = |year| Day::from_date(year, 2, 28);
        let days = [day(2019), None, day(-44), day(2020), day(2019)];
        assert_eq!(years(days.into_iter()), (vec![-44, 2019, 2020], vec![1, 0, 0, 2, 1]));
        assert_eq!(years(std::iter::empty()), (Vec::new(), Vec::new()));
    }
}
