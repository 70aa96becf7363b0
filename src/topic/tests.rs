//! Terms, scores and names of topics.

use super::score::level;
use super::terms::saturated;
use super::*;
use crate::history::{HistoryBuilder, Provenance, Wordbook};
use crate::passage::{Passage, Shape};
use crate::snapshot::{DocumentKey, Format, Recording};
use crate::source::Locator;
use crate::words;
use proptest::prelude::*;

const SHOES: &str =
    "name = \"shoes\"\ntitle = \"Shoes\"\n[terms]\n\"lace\" = 2\n\"shoe size\" = 6\n\"=Sizes\" = -1\n\"shoe size chart\" = 1\n";

fn shoes() -> Lexicon {
    Lexicon::new([SHOES]).unwrap()
}

fn weight(lexicon: &Lexicon, topic: &str, text: &str) -> f32 {
    Reader::new(lexicon).weights(text)[usize::from(lexicon.find(topic).unwrap())]
}

#[test]
fn terms_count_by_their_stems_in_order_and_more_often_less() {
    let lexicon = shoes();
    assert_eq!(weight(&lexicon, "shoes", "Laces"), 2.0);
    assert_eq!(weight(&lexicon, "shoes", "laces, laced laces"), 3.0);
    assert_eq!(weight(&lexicon, "shoes", "the size of a shoe"), 0.0);
    assert_eq!(weight(&lexicon, "shoes", "our shoe size charts"), 7.0);
    assert_eq!(weight(&lexicon, "shoes", "Shoe sizes"), 5.0);
    assert_eq!(weight(&lexicon, "shoes", ""), 0.0);
}

/// The levels of the passages of a document of one version.
fn levels(lexicon: &Lexicon, passages: &[(&str, Shape)]) -> Vec<Vec<Level>> {
    let mut builder = HistoryBuilder::default();
    let passages: Vec<Passage> =
        passages.iter().map(|(text, shape)| Passage { text: (*text).to_owned(), shape: *shape }).collect();
    let entries = builder.entries(&passages);
    let version = builder.version(&entries);
    let provenance = Provenance {
        locator: Locator::file("a.md"),
        commit_kind: None,
        url: None,
        format: Format::Markdown,
        encoding: "UTF-8".to_owned(),
        replaced: 0,
        bytes: 0,
        sha256: [0; 32],
        extraction: 0,
    };
    builder.add(None, Default::default(), provenance, version);
    let key = DocumentKey { company: String::new(), kind: String::new(), part: String::new() };
    let mut wordbook = Wordbook::default();
    let (history, worded) = builder.finish(key, Recording::Captures, &mut wordbook);
    lexicon.of_history(&history, &wordbook, &worded, &mut Weigher::new(lexicon))
}

fn level_in(lexicon: &Lexicon, topic: &str, levels: &[Level]) -> u8 {
    let number = lexicon.find(topic).unwrap();
    levels.iter().find(|level| level.topic == number).map_or(0, |level| level.level)
}

#[test]
fn headings_count_half_and_neighbours_a_tenth() {
    let lexicon = shoes();
    let text = Shape::Paragraph;
    let found = levels(
        &lexicon,
        &[("Shoe size", Shape::Heading(1)), ("Laces here.", text), ("Nothing at all.", text), ("More laces.", text)],
    );
    let of = |passage: usize| level_in(&lexicon, "shoes", &found[passage]);
    let expected = |weight: f32| level(weight / (weight + HALF));
    assert_eq!(of(0), expected(6.0 + 0.1 * 2.0));
    assert_eq!(of(1), expected(2.0 + 0.5 * 6.0));
    assert_eq!(of(2), expected(0.5 * 6.0 + 0.1 * (2.0 + 2.0)));
    assert_eq!(of(3), expected(2.0 + 0.5 * 6.0));
}

#[test]
fn a_topic_of_ones_own_changes_no_other_score() {
    let plain = Lexicon::new([]).unwrap();
    let own = "name = \"own\"\ntitle = \"Own\"\n[terms]\n\"retain\" = 100\n\"data\" = 100\n";
    let more = Lexicon::new([own, SHOES]).unwrap();
    let text = "We retain personal data for as long as necessary, and share it with our affiliates.";
    let (before, after) = (plain.of_text(text), more.of_text(text));
    assert_eq!(before, after[..before.len()]);
    assert!(after[before.len()] > 0.9);
    assert_ne!(plain.hash(), more.hash());
}

#[test]
fn practices_compete() {
    let lexicon = Lexicon::new([]).unwrap();
    let score = |text: &str| lexicon.of_text(text)[usize::from(lexicon.find("retention").unwrap())];
    let alone = "Data retention: we retain data as long as necessary.";
    assert!(score(alone) > 0.6);
    assert!(score(&format!("{alone} We share your information with third parties, affiliates and advertisers.")) < score(alone));
}

#[test]
fn a_name_is_taken_once() {
    let named = |name: &str| SHOES.replace("shoes", name);
    assert_eq!(Lexicon::new([named("retention").as_str()]).unwrap_err(), TopicError::BuiltIn("retention".into()));
    assert_eq!(Lexicon::new([SHOES, SHOES]).unwrap_err(), TopicError::Twice("shoes".into()));
    let practice = SHOES.replace("[terms]", "practice = true\n[terms]");
    assert_eq!(Lexicon::new([practice.as_str()]).unwrap_err(), TopicError::Practice("shoes".into()));
    assert_eq!(shoes().find("data RETENTION"), shoes().find("retention"));
}

proptest! {
    /// Weights are those of looking for each term at each place.
    #[test]
    fn terms_are_found_wherever_they_stand(words in proptest::collection::vec(
        prop_oneof![Just("shoe"), Just("size"), Just("sizes"), Just("chart"), Just("lace"), Just("other")], 0..12)) {
        let lexicon = shoes();
        let text = words.join(" ");
        let stems: Vec<String> = words.iter().map(|word| words::stem(word)).collect();
        let topic = &lexicon.topics()[usize::from(lexicon.find("shoes").unwrap())];
        let mut expected = 0.0;
        for term in &topic.terms {
            let times = (0..words.len()).filter(|at| {
                let place = *at..*at + term.words.len();
                match term.as_written {
                    true => words.get(place).is_some_and(|here| here.iter().eq(&term.words)),
                    false => stems.get(place).is_some_and(|here| *here == term.words[..]),
                }
            });
            expected += term.weight as f32 * saturated(times.count() as u32);
        }
        prop_assert!((weight(&lexicon, "shoes", &text) - expected).abs() < 1e-4);
    }
}
