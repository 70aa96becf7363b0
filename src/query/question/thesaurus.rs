//! The thesaurus of questions: concepts with the words in which people ask about them and those in which policies speak of them.

use crate::words::{self, words};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The thesaurus that comes with the program, written by hand from knowledge of the field.
pub const BUILT_IN: &str = include_str!("thesaurus.toml");

/// A thesaurus names words, it does not hold texts.
const MAX_FILE_BYTES: usize = 1 << 20;

/// Concepts, and the words of questions that mean them.
#[derive(Debug, Clone, Default)]
pub struct Thesaurus {
    ignore: FxHashSet<String>,
    concepts: Vec<Concept>,
    by_phrase: FxHashMap<Vec<String>, Vec<usize>>,
    longest: usize,
}

/// What people ask about and policies speak of, in various words. All words are stems.
#[derive(Debug, Clone, PartialEq)]
pub struct Concept {
    pub name: String,
    /// The words and phrases of a question that mean it.
    pub asks: Vec<Vec<String>>,
    /// The words that a passage may answer with.
    pub finds: Vec<String>,
    /// What a question of it is about: names of topics, with their weights.
    pub topics: BTreeMap<String, f32>,
}

/// Why a text is no thesaurus.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{problem}\nhint: a thesaurus has `ignore = [words]`, and for each concept [concepts.NAME] with asks = [words or phrases], finds = [words], topics = {{ NAME = WEIGHT }}"
)]
pub struct ThesaurusError {
    problem: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    concepts: BTreeMap<String, WrittenConcept>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenConcept {
    asks: Vec<String>,
    finds: Vec<String>,
    #[serde(default)]
    topics: BTreeMap<String, f32>,
}

impl Thesaurus {
    /// That of the program.
    pub fn built_in() -> Thesaurus {
        let mut thesaurus = Thesaurus::default();
        // A test reads it.
        let read = thesaurus.add(BUILT_IN);
        debug_assert_eq!(read, Ok(()));
        thesaurus
    }

    /// Adds what a file says; a concept of a known name takes the place of that.
    ///
    /// # Errors
    /// Where it is no such file.
    pub fn add(&mut self, text: &str) -> Result<(), ThesaurusError> {
        let refused = |problem: String| ThesaurusError { problem };
        if text.len() > MAX_FILE_BYTES {
            return Err(refused(format!("{} bytes; {MAX_FILE_BYTES} are the most", text.len())));
        }
        let written: Written = toml::from_str(text).map_err(|error| refused(error.to_string().trim().to_owned()))?;
        self.ignore.extend(written.ignore.iter().flat_map(|word| stems(word)));
        for (name, WrittenConcept { asks, finds, topics }) in written.concepts {
            let asks: Vec<Vec<String>> = asks.iter().map(|phrase| stems(phrase)).collect();
            if asks.is_empty() || asks.iter().any(Vec::is_empty) {
                return Err(refused(format!("[concepts.{name}]: asks names no word")));
            }
            let mut found = Vec::new();
            for word in &finds {
                match stems(word).as_slice() {
                    [stem] if !found.contains(stem) => found.push(stem.clone()),
                    [_] => {}
                    _ => return Err(refused(format!("[concepts.{name}]: \"{word}\" in finds is not one word"))),
                }
            }
            if let Some((topic, weight)) = topics.iter().find(|(_, weight)| !(**weight > 0.0 && **weight <= 100.0)) {
                return Err(refused(format!("[concepts.{name}]: the weight of {topic} is {weight}, not a number up to 100")));
            }
            let concept = Concept { name, asks, finds: found, topics };
            match self.concepts.iter_mut().find(|known| known.name == concept.name) {
                Some(known) => *known = concept,
                None => self.concepts.push(concept),
            }
        }
        self.by_phrase.clear();
        for (number, concept) in self.concepts.iter().enumerate() {
            for phrase in &concept.asks {
                self.longest = self.longest.max(phrase.len());
                let known = self.by_phrase.entry(phrase.clone()).or_default();
                if !known.contains(&number) {
                    known.push(number);
                }
            }
        }
        Ok(())
    }

    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// The most words of a phrase that means a concept.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The concepts that these stems mean together.
    pub(super) fn asked_by(&self, phrase: &[String]) -> &[usize] {
        self.by_phrase.get(phrase).map_or(&[], Vec::as_slice)
    }

    /// Whether a stem says nothing of what is asked for.
    pub(super) fn ignores(&self, stem: &str) -> bool {
        self.ignore.contains(stem)
    }
}

fn stems(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| words::stem(&word.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_one_reads_and_its_topics_are_there() {
        let mut thesaurus = Thesaurus::default();
        thesaurus.add(BUILT_IN).unwrap();
        let topics = crate::topic::built_in();
        for concept in thesaurus.concepts() {
            let is_known = |name: &String| topics.iter().any(|topic| topic.name == *name);
            assert!(concept.topics.keys().all(is_known), "{}: {:?}", concept.name, concept.topics);
            assert!(!concept.finds.is_empty(), "{}", concept.name);
        }
    }

    #[test]
    fn a_file_adds_concepts_and_replaces_them() {
        let mut thesaurus = Thesaurus::built_in();
        let before = thesaurus.concepts().len();
        thesaurus.add("[concepts.sell]\nasks = [\"flog\"]\nfinds = [\"flog\", \"flogging\"]\n[concepts.zoo]\nasks = [\"big zoo\"]\nfinds = []\n").unwrap();
        assert_eq!(thesaurus.concepts().len(), before + 1);
        assert_eq!(thesaurus.asked_by(&stems("flogged")).len(), 1);
        assert!(thesaurus.asked_by(&stems("selling")).is_empty());
        for wrong in [
            "[concepts.x]\nasks = []\nfinds = []",
            "[concepts.x]\nasks = [\"a\"]\nfinds = [\"b c\"]",
            "x = 1",
            "[concepts.x]\nasks = [\"a\"]\nfinds = []\ntopics = { a = nan }",
        ] {
            assert!(thesaurus.add(wrong).is_err(), "{wrong}");
        }
    }
}
