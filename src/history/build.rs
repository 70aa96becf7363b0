//! Puts the history of a document together from its snapshots in order of time.

use super::mark::Marker;
use super::{
    DocumentHistory, Entry, HeadingPath, PassageFacts, Placement, Provenance, Runs, SnapshotTime, Timeline, Version,
    VersionFacts, Wordbook, Worded, clause,
};
use crate::language;
use crate::likeness::{Names, Sketch, pairs};
use crate::passage::{Passage, Shape};
use crate::site::SiteFacts;
use crate::snapshot::{Captured, DocumentKey, Instant, Recording};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::sync::Arc;

/// Takes the snapshots of one document, earliest first.
#[derive(Default)]
pub struct HistoryBuilder {
    texts: Vec<Arc<str>>,
    passages: FxHashMap<Arc<str>, u32>,
    versions: Vec<Arc<[Entry]>>,
    version_numbers: FxHashMap<Arc<[Entry]>, u32>,
    snapshots: Vec<SnapshotTime>,
    provenance: Vec<Provenance>,
    ended: Vec<Instant>,
    sites: Sites,
}

impl HistoryBuilder {
    /// Notes when the archive deleted the text.
    pub fn end(&mut self, ended: impl IntoIterator<Item = Instant>) {
        self.ended.extend(ended);
        self.ended.sort_unstable();
        self.ended.dedup();
    }

    /// The number of a passage's text within the document.
    pub fn passage(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.passages.get(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.passages.insert(text, number);
        number
    }

    /// The passages as entries of this document's versions.
    pub fn entries(&mut self, passages: &[Passage]) -> Vec<Entry> {
        passages.iter().map(|passage| Entry { passage: self.passage(&passage.text), shape: passage.shape }).collect()
    }

    /// The number of a version within the document.
    pub fn version(&mut self, entries: &[Entry]) -> u32 {
        if let Some(&number) = self.version_numbers.get(entries) {
            return number;
        }
        let number = self.versions.len() as u32;
        let entries: Arc<[Entry]> = entries.into();
        self.versions.push(entries.clone());
        self.version_numbers.insert(entries, number);
        number
    }

    /// Adds a snapshot, which is not before those added so far.
    pub fn add(&mut self, captured: Option<Captured>, site: SiteFacts, provenance: Provenance, version: u32) {
        self.sites.add(site);
        self.snapshots.push(SnapshotTime { captured, version });
        self.provenance.push(provenance);
    }

    /// The history, and the words of its texts.
    pub fn finish(self, key: DocumentKey, recording: Recording, wordbook: &mut Wordbook) -> (DocumentHistory, Worded) {
        let HistoryBuilder { texts, versions, snapshots, provenance, ended, sites, .. } = self;
        let mut places = Places::default();
        let placed: Vec<Vec<u32>> = versions.iter().map(|entries| places.of_version(entries)).collect();
        places.stand(&snapshots, &placed);
        let mut timeline = places.into_timeline(texts.len());
        for (facts, text) in timeline.passages.iter_mut().zip(&texts) {
            facts.chars = text.chars().count() as u32;
        }
        let chars: Vec<u32> = timeline.passages.iter().map(|facts| facts.chars).collect();
        let worded = wordbook.read(&texts);
        timeline.versions = version_facts(&versions, &texts, &chars, Marker::new(&texts, wordbook, &worded));
        timeline.snapshots = snapshots;
        timeline.ended = ended;
        (timeline.sites, timeline.site_of) = sites.finish();
        note_headings(&mut timeline, &versions);
        let features = sketch(&mut timeline, wordbook, &worded, &key);
        clause::link(&mut timeline, &features);
        let versions = versions.into_iter().map(|entries| hashed(entries, &texts)).collect();
        (DocumentHistory { key, recording, timeline, provenance, versions, texts }, worded)
    }
}

/// What the archive tells of the site at each snapshot, the same facts once.
#[derive(Default)]
struct Sites {
    distinct: Vec<SiteFacts>,
    numbers: FxHashMap<SiteFacts, u32>,
    of_snapshots: Vec<u32>,
}

impl Sites {
    /// Notes the facts of the next snapshot.
    fn add(&mut self, site: SiteFacts) {
        let Sites { distinct, numbers, of_snapshots } = self;
        let number = numbers.entry(site).or_insert_with_key(|site| {
            distinct.push(site.clone());
            distinct.len() as u32 - 1
        });
        of_snapshots.push(*number);
    }

    /// The distinct facts, and the number of those of each snapshot; nothing where nothing is told at all.
    fn finish(self) -> (Vec<SiteFacts>, Vec<u32>) {
        if self.distinct == [SiteFacts::default()] { (Vec::new(), Vec::new()) } else { (self.distinct, self.of_snapshots) }
    }
}

/// Where passages stand: each pair of a passage and a heading path, with the snapshots in which it occurs.
struct Places {
    paths: Vec<HeadingPath>,
    path_numbers: FxHashMap<(u32, u32), u32>,
    /// Passage, path, and the snapshots.
    places: Vec<(u32, u32, Runs)>,
    place_numbers: FxHashMap<(u32, u32), u32>,
}

impl Default for Places {
    fn default() -> Places {
        let top = HeadingPath { parent: 0, heading: 0 };
        Places { paths: vec![top], path_numbers: FxHashMap::default(), places: Vec::new(), place_numbers: FxHashMap::default() }
    }
}

impl Places {
    /// The distinct places of a version.
    fn of_version(&mut self, entries: &[Entry]) -> Vec<u32> {
        let mut found = Vec::with_capacity(entries.len());
        // The headings above the present place: level and path.
        let mut above: Vec<(u8, u32)> = Vec::new();
        for entry in entries {
            if let Shape::Heading(level) = entry.shape {
                while above.last().is_some_and(|&(other, _)| other >= level) {
                    above.pop();
                }
            }
            let path = above.last().map_or(0, |&(_, path)| path);
            found.push(self.place(entry.passage, path));
            if let Shape::Heading(level) = entry.shape {
                above.push((level, self.path(path, entry.passage)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn path(&mut self, parent: u32, heading: u32) -> u32 {
        *self.path_numbers.entry((parent, heading)).or_insert_with(|| {
            self.paths.push(HeadingPath { parent, heading });
            self.paths.len() as u32 - 1
        })
    }

    fn place(&mut self, passage: u32, path: u32) -> u32 {
        *self.place_numbers.entry((passage, path)).or_insert_with(|| {
            self.places.push((passage, path, Runs::default()));
            self.places.len() as u32 - 1
        })
    }

    /// Lets the places of each version stand in the snapshots that show it.
    fn stand(&mut self, snapshots: &[SnapshotTime], placed: &[Vec<u32>]) {
        let mut start = 0;
        for same in snapshots.chunk_by(|a, b| a.version == b.version) {
            let end = start + same.len() as u32;
            for &place in &placed[same[0].version as usize] {
                self.places[place as usize].2.push(start, end);
            }
            start = end;
        }
    }

    fn into_timeline(mut self, passages: usize) -> Timeline {
        self.places.sort_by_key(|&(passage, path, _)| (passage, path));
        let mut timeline = Timeline { paths: self.paths, ..Timeline::default() };
        let mut set_numbers: FxHashMap<Runs, u32> = FxHashMap::default();
        let mut sets = Vec::new();
        let mut number_of = |runs: Runs| {
            *set_numbers.entry(runs).or_insert_with_key(|runs| {
                sets.push(runs.clone());
                sets.len() as u32 - 1
            })
        };
        let mut places = self.places.into_iter().peekable();
        for passage in 0..passages as u32 {
            let mut whole: Option<Runs> = None;
            while let Some((_, path, runs)) = places.next_if(|place| place.0 == passage) {
                whole = Some(whole.map_or_else(|| runs.clone(), |others| others.union(&runs)));
                timeline.placements.push(Placement { path, set: number_of(runs) });
            }
            timeline.passages.push(PassageFacts {
                set: number_of(whole.unwrap_or_default()),
                clause: passage,
                chars: 0,
                placements_end: timeline.placements.len() as u32,
                heading: true,
                sketch: Sketch::default(),
            });
        }
        timeline.sets = sets;
        timeline
    }
}

/// So many of the longest passages of a version tell its language.
const LANGUAGE_PASSAGES: usize = 3;

/// The language of each version, by its longest passages, its mark and its size.
fn version_facts(versions: &[Arc<[Entry]>], texts: &[Arc<str>], chars: &[u32], mut marker: Marker<'_>) -> Vec<VersionFacts> {
    // The same passages are the longest of many versions.
    let mut langs: FxHashMap<u32, Option<&'static str>> = FxHashMap::default();
    let mut facts = |entries: &Arc<[Entry]>| {
        let mut longest: Vec<(Reverse<usize>, u32)> =
            entries.iter().map(|entry| (Reverse(texts[entry.passage as usize].len()), entry.passage)).collect();
        if longest.len() > LANGUAGE_PASSAGES {
            longest.select_nth_unstable(LANGUAGE_PASSAGES);
            longest.truncate(LANGUAGE_PASSAGES);
        }
        longest.sort_unstable();
        let lang =
            most_voted(&longest, |passage| *langs.entry(passage).or_insert_with(|| language::detect(&texts[passage as usize])));
        VersionFacts {
            lang: lang.to_owned(),
            mark: marker.mark(entries, lang),
            chars: entries.iter().map(|entry| chars[entry.passage as usize]).fold(0, u32::saturating_add),
        }
    };
    versions.iter().map(&mut facts).collect()
}

/// The language of most of what the voters say together, each with its weight; the heaviest come first, and those that can change nothing
/// are not asked.
fn most_voted(voters: &[(Reverse<usize>, u32)], mut language: impl FnMut(u32) -> Option<&'static str>) -> &'static str {
    let mut votes: Vec<(usize, &'static str)> = Vec::new();
    let mut left: usize = voters.iter().map(|(Reverse(weight), _)| weight).sum();
    for &(Reverse(weight), voter) in voters {
        let mut ahead = votes.iter().rev().map(|vote| vote.0);
        if ahead.next().unwrap_or(0) > ahead.next().unwrap_or(0) + left {
            break;
        }
        left -= weight;
        let Some(lang) = language(voter) else { continue };
        match votes.iter_mut().find(|vote| vote.1 == lang) {
            Some(vote) => vote.0 += weight,
            None => votes.push((weight, lang)),
        }
        votes.sort_unstable();
    }
    votes.last().map_or("", |vote| vote.1)
}

fn note_headings(timeline: &mut Timeline, versions: &[Arc<[Entry]>]) {
    for entry in versions.iter().flat_map(|entries| entries.iter()) {
        if !matches!(entry.shape, Shape::Heading(_)) {
            timeline.passages[entry.passage as usize].heading = false;
        }
    }
}

/// Gives every passage its sketch; tells the pairs of words by which passages are compared with each other: of headings none, and none
/// at all where there is no other snapshot.
fn sketch(timeline: &mut Timeline, wordbook: &Wordbook, worded: &Worded, key: &DocumentKey) -> Vec<Vec<u32>> {
    let names = Names::new([key.company.as_str()]);
    let is_compared = timeline.snapshots.len() > 1;
    let each = |(passage, facts): (u32, &mut PassageFacts)| {
        let spoken = wordbook.spoken(worded.words(passage));
        facts.sketch = Sketch::of(&spoken, &names, facts.heading);
        if is_compared && !facts.heading { pairs(spoken.words()) } else { Vec::new() }
    };
    (0..).zip(&mut timeline.passages).map(each).collect()
}

fn hashed(entries: Arc<[Entry]>, texts: &[Arc<str>]) -> Version {
    let mut hash = Sha256::new();
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 {
            hash.update(super::PASSAGE_SEPARATOR);
        }
        hash.update(texts[entry.passage as usize].as_bytes());
    }
    Version { sha256_text: hash.finalize().into(), entries }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// The language is that which all voters tell together.
        #[test]
        fn those_that_are_not_asked_change_nothing(mut voters in proptest::collection::vec((1usize..9, 0usize..4), 0..6)) {
            const LANGUAGES: [Option<&str>; 4] = [Some("en"), Some("fr"), Some("de"), None];
            voters.sort_unstable_by_key(|(weight, _)| Reverse(*weight));
            let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
            for (weight, language) in voters.iter().filter_map(|(weight, language)| Some((weight, LANGUAGES[*language]?))) {
                *votes.entry(language).or_default() += weight;
            }
            let most = votes.into_iter().max_by_key(|(language, weight)| (*weight, *language));
            let numbered: Vec<(Reverse<usize>, u32)> = voters.iter().map(|(weight, _)| Reverse(*weight)).zip(0..).collect();
            let voted = most_voted(&numbered, |voter| LANGUAGES[voters[voter as usize].1]);
            prop_assert_eq!(voted, most.map_or("", |(language, _)| language));
        }
    }
}
