//! The history of a document against its versions, one by one.

use fineprint::history::{DocumentHistory, Entry, HistoryBuilder, PASSAGE_SEPARATOR, Provenance, Wordbook, join_entries};
use fineprint::passage::{Passage, Shape};
use fineprint::site::SiteFacts;
use fineprint::snapshot::{Captured, DateSource, DocumentKey, Format, Instant, Precision, Recording};
use fineprint::source::Locator;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Wordings of a few provisions, more or less alike, and headings.
const TEXTS: [&str; 16] = [
    "We may share your personal data with our partners for marketing purposes.",
    "We may share your personal data with our partners and affiliates for marketing purposes.",
    "We will not share your personal data with our partners for marketing purposes.",
    "We may share your personal information with partners for the purposes of marketing.",
    "You can ask us to delete everything that we know about you at any time.",
    "You can ask us to delete or correct everything that we know about you.",
    "You may ask us at any time to delete what we know about you.",
    "Cookies are small files that our site stores on your computer.",
    "Cookies are small files that our site and its partners store on your device.",
    "We keep your personal data for two years after your last order.",
    "We keep your personal data for ten years after your last order.",
    "Short one.",
    "Introduction",
    "Sharing your data",
    "Your rights and choices under the law",
    "Cookies",
];

type Text = Vec<(usize, u8)>;

/// Passages by number, and the level where one stands as a heading.
fn passages(text: &Text) -> Vec<Passage> {
    let passage = |&(number, level): &(usize, u8)| Passage {
        shape: match level {
            1..=3 if number >= 12 => Shape::Heading(level),
            _ => Shape::Paragraph,
        },
        text: TEXTS[number].to_owned(),
    };
    text.iter().map(passage).collect()
}

/// A few versions, and which of them each snapshot shows.
fn documents() -> impl Strategy<Value = Vec<Text>> {
    let text = vec((0..TEXTS.len(), 0..5u8), 0..9);
    (vec(text, 1..6), vec(any::<prop::sample::Index>(), 1..14))
        .prop_map(|(versions, shown)| shown.iter().map(|at| at.get(&versions).clone()).collect())
}

fn captured(snapshot: usize) -> Option<Captured> {
    let instant = Instant::from_date(2001 + snapshot as i16, 1, 1, Precision::Day)?;
    Some(Captured { instant, source: DateSource::Path })
}

fn provenance(snapshot: usize) -> Provenance {
    Provenance {
        locator: Locator::file(format!("{snapshot}.md")),
        commit_kind: None,
        url: None,
        format: Format::Markdown,
        encoding: "UTF-8".to_owned(),
        replaced: 0,
        bytes: snapshot as u64,
        sha256: [snapshot as u8; 32],
        extraction: 1,
    }
}

/// Nothing is told of the first sites.
fn site(snapshot: usize) -> SiteFacts {
    SiteFacts { rank: (snapshot as u32 / 3).checked_sub(1), ..SiteFacts::default() }
}

fn key() -> DocumentKey {
    DocumentKey { company: "acme".into(), kind: "Privacy Policy".into(), part: String::new() }
}

fn read(builder: &mut HistoryBuilder, snapshot: usize, text: &Text) {
    let entries = builder.entries(&passages(text));
    let version = builder.version(&entries);
    builder.add(captured(snapshot), site(snapshot), provenance(snapshot), version);
}

fn whole(texts: &[Text]) -> DocumentHistory {
    let mut builder = HistoryBuilder::default();
    for (snapshot, text) in texts.iter().enumerate() {
        read(&mut builder, snapshot, text);
    }
    builder.finish(key(), Recording::Captures, &mut Wordbook::default()).0
}

/// Takes a snapshot over from a history, as an update does.
fn keep(builder: &mut HistoryBuilder, from: &DocumentHistory, number: usize) {
    let snapshot = from.timeline.snapshots[number];
    let entries: Vec<Entry> = from.versions[snapshot.version as usize]
        .entries
        .iter()
        .map(|entry| Entry { passage: builder.passage(&from.texts[entry.passage as usize]), shape: entry.shape })
        .collect();
    let version = builder.version(&entries);
    let site = from.timeline.site(number as u32).cloned().unwrap_or_default();
    builder.add(snapshot.captured, site, from.provenance[number].clone(), version);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_text_is_rebuilt(texts in documents()) {
        let history = whole(&texts);
        prop_assert_eq!(history.timeline.snapshots.len(), texts.len());
        for (text, snapshot) in texts.iter().zip(&history.timeline.snapshots) {
            let parts: Vec<String> = passages(text).into_iter().map(|passage| passage.text).collect();
            let expected = parts.join(PASSAGE_SEPARATOR);
            prop_assert_eq!(history.text(snapshot.version), expected.clone());
            let version = &history.versions[snapshot.version as usize];
            prop_assert_eq!(join_entries(&version.entries, &history.texts), expected);
            let shapes: Vec<Shape> = version.entries.iter().map(|entry| entry.shape).collect();
            let expected: Vec<Shape> = passages(text).into_iter().map(|passage| passage.shape).collect();
            prop_assert_eq!(shapes, expected);
        }
        for snapshot in 0..texts.len() {
            prop_assert_eq!(history.timeline.site(snapshot as u32).cloned().unwrap_or_default(), site(snapshot));
        }
        prop_assert_eq!(history.timeline.site_of.is_empty(), (0..texts.len()).all(|at| site(at) == SiteFacts::default()));
        // Distinct texts are versions, in the order in which they first appear.
        let mut distinct: Vec<Vec<Passage>> = Vec::new();
        for text in &texts {
            let text = passages(text);
            if !distinct.contains(&text) {
                distinct.push(text);
            }
        }
        prop_assert_eq!(history.versions.len(), distinct.len());
        prop_assert!(history.timeline.snapshots.iter().all(|snapshot| passages(&texts[0]) == distinct[0] && (snapshot.version as usize) < distinct.len()));
    }

    #[test]
    fn a_passage_occurs_where_its_text_stands(texts in documents()) {
        let history = whole(&texts);
        let timeline = &history.timeline;
        let used: BTreeSet<&str> = texts.iter().flatten().map(|&(number, _)| TEXTS[number]).collect();
        let stored: BTreeSet<&str> = history.texts.iter().map(|text| &**text).collect();
        prop_assert_eq!(stored.len(), history.texts.len(), "a text is stored once");
        prop_assert_eq!(&stored, &used);
        for (passage, text) in (0..).zip(&history.texts) {
            let expected: Vec<u32> = (0..)
                .zip(&texts)
                .filter(|(_, snapshot)| snapshot.iter().any(|&(number, _)| TEXTS[number] == &**text))
                .map(|(snapshot, _)| snapshot)
                .collect();
            prop_assert_eq!(timeline.occurrences(passage).iter().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn placements_tell_the_headings_of_each_occurrence(texts in documents()) {
        let history = whole(&texts);
        let timeline = &history.timeline;
        let mut expected: BTreeSet<(String, Vec<String>, u32)> = BTreeSet::new();
        for (snapshot, text) in (0..).zip(&texts) {
            let mut above: Vec<(u8, String)> = Vec::new();
            for passage in passages(text) {
                if let Shape::Heading(level) = passage.shape {
                    above.retain(|(other, _)| *other < level);
                }
                let path = above.iter().map(|(_, heading)| heading.clone()).collect();
                expected.insert((passage.text.clone(), path, snapshot));
                if let Shape::Heading(level) = passage.shape {
                    above.push((level, passage.text));
                }
            }
        }
        let mut found = BTreeSet::new();
        for (passage, text) in (0..).zip(&history.texts) {
            let mut union = BTreeSet::new();
            for place in timeline.placements(passage) {
                let headings = timeline.headings(place.path);
                let path: Vec<String> = headings.iter().map(|&heading| history.texts[heading as usize].to_string()).collect();
                for snapshot in timeline.sets[place.set as usize].iter() {
                    union.insert(snapshot);
                    found.insert((text.to_string(), path.clone(), snapshot));
                }
            }
            prop_assert_eq!(union.into_iter().collect::<Vec<_>>(), timeline.occurrences(passage).iter().collect::<Vec<_>>());
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_two_wordings_of_a_clause_share_a_snapshot(texts in documents()) {
        let history = whole(&texts);
        let timeline = &history.timeline;
        let count = history.texts.len() as u32;
        let clause = |passage: u32| timeline.passages[passage as usize].clause;
        for one in 0..count {
            prop_assert!(clause(one) < timeline.clauses);
            for other in 0..one {
                if clause(one) == clause(other) {
                    let both = timeline.occurrences(one).intersection(timeline.occurrences(other));
                    prop_assert!(both.is_empty(), "{:?} and {:?}", history.texts[one as usize], history.texts[other as usize]);
                }
            }
        }
        let clauses: BTreeSet<u32> = (0..count).map(clause).collect();
        prop_assert_eq!(clauses.len() as u32, timeline.clauses, "no clause is empty");
    }

    #[test]
    fn a_history_that_grew_equals_one_made_at_once(texts in documents(), steps in vec(0..4usize, 14)) {
        let expected = whole(&texts);
        let mut stored: Option<DocumentHistory> = None;
        let mut there: BTreeSet<usize> = BTreeSet::new();
        for step in 0..4 {
            let new: BTreeSet<usize> = (0..texts.len()).filter(|&snapshot| steps[snapshot] == step).collect();
            let now: BTreeSet<usize> = there.union(&new).copied().collect();
            if now.is_empty() {
                continue;
            }
            let mut builder = HistoryBuilder::default();
            let old: Vec<usize> = there.iter().copied().collect();
            for &snapshot in &now {
                match (&stored, old.iter().position(|&other| other == snapshot)) {
                    (Some(from), Some(number)) => keep(&mut builder, from, number),
                    _ => read(&mut builder, snapshot, &texts[snapshot]),
                }
            }
            stored = Some(builder.finish(key(), Recording::Captures, &mut Wordbook::default()).0);
            there = now;
        }
        prop_assert_eq!(stored.unwrap(), expected);
    }
}

/// The wordings of one provision are one clause though they never meet.
#[test]
fn wordings_that_replace_each_other_are_one_clause() {
    let history = whole(&[vec![(0, 0), (4, 0)], vec![(1, 0), (4, 0)], vec![(2, 0), (6, 0)], vec![(0, 0), (5, 0)]]);
    assert_eq!(history.texts.len(), 6);
    assert_eq!(history.timeline.clauses, 2);
}
