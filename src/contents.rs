//! Counts what an index holds: by year, by language, and in all.

use crate::history::{Mark, Runs};
use crate::index::catalog::Counts;
use crate::index::{Index, IndexError};
use crate::wire::{PathReason, SCHEMA, Source, Stats, YearContents, day};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// Counts all that an index holds.
pub fn stats(index: &Index) -> Result<Stats, IndexError> {
    let catalog = &index.catalog;
    let counts = counts(index)?;
    let OverTime { years, languages, marks } = over_time(index)?;
    let reasons = |of: fn(&crate::index::catalog::SourceEntry) -> &[crate::index::catalog::Problem]| -> Vec<PathReason> {
        catalog.sources.iter().flat_map(|source| of(source).iter().map(PathReason::from)).collect()
    };
    let skipped = reasons(|source| &source.skipped);
    let mut skipped_by_reason: BTreeMap<String, u64> = BTreeMap::new();
    for one in &skipped {
        *skipped_by_reason.entry(one.reason.clone()).or_default() += 1;
    }
    Ok(Stats {
        schema: SCHEMA,
        fingerprint: catalog.fingerprint.clone(),
        shards: catalog.shards.as_ref().map(ToString::to_string),
        sources: sources(index)?,
        companies: catalog.companies() as u64,
        documents: catalog.documents().filter(|(_, entry)| !entry.is_duplicate()).count() as u64,
        snapshots: counts.snapshots,
        versions: counts.versions,
        passages: counts.passages,
        clauses: counts.clauses,
        occurrences: counts.occurrences,
        superseded: catalog.sources.iter().map(|source| source.superseded).sum(),
        duplicates: catalog.documents().map(|(_, entry)| entry.duplicates.snapshots().count()).sum(),
        deletions: counts.deletions,
        undated: counts.undated,
        empty: marks.get(Mark::Empty.name()).copied().unwrap_or_default(),
        marks,
        first_seen: day(catalog.documents().filter_map(|(_, entry)| entry.first).min()),
        last_seen: day(catalog.documents().filter_map(|(_, entry)| entry.last).max()),
        years,
        languages,
        skipped,
        skipped_by_reason,
        damaged: reasons(|source| &source.damaged),
        vanished: catalog.sources.iter().flat_map(|source| source.vanished.iter().cloned()).collect(),
        unreadable: catalog.sources.iter().flat_map(|source| source.unreadable.iter().cloned()).collect(),
        archive_bytes: counts.bytes,
        index_bytes: index.size_bytes()?,
        update: None,
    })
}

/// The sources of an index, each with all that it holds itself.
pub fn sources(index: &Index) -> Result<Vec<Source>, IndexError> {
    let catalog = &index.catalog;
    let mut date_sources: Vec<BTreeMap<&'static str, u64>> = vec![BTreeMap::new(); catalog.sources.len()];
    for (slot, entry) in catalog.documents().filter(|(_, entry)| entry.first.is_some()) {
        let Some(of_source) = date_sources.get_mut(entry.source as usize) else { continue };
        let captures = index.captures(slot)?;
        for captured in (0..captures.len()).filter_map(|snapshot| captures.taken(snapshot)) {
            *of_source.entry(captured.source.name()).or_default() += 1;
        }
    }
    let sources = (0..).zip(&catalog.sources).zip(date_sources);
    Ok(sources.map(|((number, entry), dates)| Source::new(catalog, number, entry, dates)).collect())
}

/// The counts of all documents; what two sources hold is counted once.
fn counts(index: &Index) -> Result<Counts, IndexError> {
    let mut counts = Counts::default();
    for (slot, entry) in index.catalog.documents().filter(|(_, entry)| !entry.is_duplicate()) {
        let mut of_document = entry.counts;
        if !entry.duplicates.is_empty() {
            let timeline = &index.record(slot)?.timeline;
            let all = Runs::range(0, timeline.snapshots.len() as u32);
            let own = all.difference(&entry.duplicates.snapshots());
            let occurrences = timeline.passages.iter().map(|facts| timeline.sets[facts.set as usize].intersection(&own).count());
            of_document.snapshots = own.count();
            of_document.occurrences = occurrences.sum();
        }
        counts = [counts, of_document].into_iter().sum();
    }
    Ok(counts)
}

#[derive(Default)]
struct Year<'i> {
    snapshots: u64,
    documents: u64,
    companies: FxHashSet<&'i str>,
}

/// Snapshots by year, by language, and those that are no policy text by their mark.
struct OverTime {
    years: Vec<YearContents>,
    languages: BTreeMap<String, u64>,
    marks: BTreeMap<&'static str, u64>,
}

fn over_time(index: &Index) -> Result<OverTime, IndexError> {
    let mut years: BTreeMap<i16, Year> = BTreeMap::new();
    let mut languages: BTreeMap<String, u64> = BTreeMap::new();
    let mut marks: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (slot, entry) in index.catalog.documents().filter(|(_, entry)| entry.first.is_some()) {
        let captures = index.captures(slot)?;
        let mut last = None;
        let own = Runs::range(0, captures.len()).difference(&entry.duplicates.snapshots());
        for snapshot in own.iter() {
            if let Some(mark) = captures.mark(snapshot) {
                *marks.entry(mark.name()).or_default() += 1;
            }
            let lang = captures.lang(snapshot);
            *languages.entry(if lang.is_empty() { "und" } else { lang }.to_owned()).or_default() += 1;
            let Some(year) = captures.day(snapshot).map(|day| day.year()) else {
                continue;
            };
            let so_far = years.entry(year).or_default();
            so_far.snapshots += 1;
            if last != Some(year) {
                so_far.documents += 1;
                if !entry.company.is_empty() {
                    so_far.companies.insert(&entry.company);
                }
            }
            last = Some(year);
        }
    }
    let contents = |(year, so_far): (i16, Year)| YearContents {
        year,
        snapshots: so_far.snapshots,
        documents: so_far.documents,
        companies: so_far.companies.len() as u64,
    };
    Ok(OverTime { years: years.into_iter().map(contents).collect(), languages, marks })
}
