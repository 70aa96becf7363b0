//! Questions as people type them: which concepts they ask about, in which words a passage may answer, and which topics they are of.

mod thesaurus;

pub use thesaurus::{BUILT_IN, Thesaurus, ThesaurusError};

use crate::words::{self, words};
use std::collections::BTreeMap;

/// What a word counts that a passage has in place of the one that was typed (1: as much as that).
pub const SYNONYM_WEIGHT: f32 = 0.5;

/// The most words of a question: of a longer text the rest is not read.
const MAX_QUESTION_WORDS: usize = 200;

/// The words that ask for something.
const ASKING: [&str; 9] = ["who", "whom", "whose", "what", "which", "when", "where", "why", "how"];

/// The verbs with which a question begins, or which follow soon after a word that asks: in policies, "how we use" is a title.
const VERBS: [&str; 22] = [
    "is", "are", "was", "were", "am", "do", "does", "did", "can", "could", "may", "might", "will", "would", "shall", "should",
    "must", "has", "have", "had", "isn't", "aren't",
];

/// Whom a question that begins with a verb asks about: "do not sell" asks nothing.
const SUBJECTS: [&str; 20] = [
    "i", "you", "they", "we", "it", "he", "she", "this", "that", "these", "the", "a", "any", "my", "your", "their", "our",
    "there", "someone", "anyone",
];

/// How far from the beginning the verb stands behind a word that asks.
const MAX_BEFORE_VERB: usize = 4;

/// A question that has been understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Question {
    /// What a passage should speak of, each once.
    pub parts: Vec<Part>,
    /// What it should be about: names of topics with their weights, the heaviest first.
    pub topics: Vec<(String, f32)>,
}

/// One thing that a question asks about.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The name of the concept, or the word itself where it is in none.
    pub name: String,
    /// Whether it is a concept of the thesaurus.
    pub is_concept: bool,
    /// The stems that a passage may have, with what each counts, from 0 to 1.
    pub stems: Vec<(String, f32)>,
}

/// Whether a text is a question: it has several words, ends with a question mark or begins as questions do, and nothing in it is
/// written in the query language.
pub fn is_question(text: &str) -> bool {
    let is_operator = |word: &str| {
        matches!(word, "AND" | "OR" | "NOT")
            || word.starts_with(['+', '"', '“', '„'])
            || (word.starts_with('-') && word.len() > 1)
            || word.ends_with(['*', '"', '”'])
            || word.find(':').is_some_and(|at| at + 1 < word.len() && !word.contains("://"))
    };
    if text.split_whitespace().any(is_operator) {
        return false;
    }
    let words: Vec<String> = words(text).into_iter().take(MAX_BEFORE_VERB + 1).map(|word| word.text).collect();
    let is_verb = |word: &String| VERBS.contains(&word.as_str());
    let begins_so = match words.as_slice() {
        [asking, rest @ ..] if ASKING.contains(&asking.as_str()) => rest.iter().any(is_verb),
        [verb, subject, _, ..] if is_verb(verb) => SUBJECTS.contains(&subject.as_str()),
        _ => false,
    };
    words.len() >= 2 && (begins_so || text.trim_end().ends_with(['?', '？']))
}

impl Question {
    /// Understands a question; `None` where no word of it says what is asked for.
    pub fn read(text: &str, thesaurus: &Thesaurus) -> Option<Question> {
        let typed: Vec<String> = words(text).into_iter().take(MAX_QUESTION_WORDS).map(|word| words::stem(&word.text)).collect();
        let mut taken = vec![false; typed.len()];
        let mut asked: Vec<(usize, usize)> = Vec::new();
        for len in (1..=thesaurus.longest()).rev() {
            for at in 0..(typed.len() + 1).saturating_sub(len) {
                let here = at..at + len;
                let concepts = thesaurus.asked_by(&typed[here.clone()]);
                if !concepts.is_empty() && !taken[here.clone()].contains(&true) {
                    taken[here].fill(true);
                    asked.extend(concepts.iter().map(|concept| (*concept, at)));
                }
            }
        }
        // In the order of the question.
        asked.sort_by_key(|(concept, at)| (*at, *concept));
        let mut question = Question::default();
        let mut topics: BTreeMap<&str, f32> = BTreeMap::new();
        let mut add = |part: Part| {
            if !question.parts.iter().any(|known| known.name == part.name) {
                question.parts.push(part);
            }
        };
        for (concept, _) in asked {
            let concept = &thesaurus.concepts()[concept];
            for (topic, weight) in &concept.topics {
                let known = topics.entry(topic).or_default();
                *known = known.max(*weight);
            }
            let mut stems: Vec<(String, f32)> = concept
                .finds
                .iter()
                .map(|stem| (stem.clone(), if typed.contains(stem) { 1.0 } else { SYNONYM_WEIGHT }))
                .collect();
            // What was typed finds itself.
            for phrase in &concept.asks {
                if let [stem] = phrase.as_slice()
                    && typed.contains(stem)
                    && !concept.finds.contains(stem)
                {
                    stems.push((stem.clone(), 1.0));
                }
            }
            add(Part { name: concept.name.clone(), is_concept: true, stems });
        }
        for (stem, _) in typed.iter().zip(&taken).filter(|(stem, taken)| !**taken && !thesaurus.ignores(stem)) {
            add(Part { name: stem.clone(), is_concept: false, stems: vec![(stem.clone(), 1.0)] });
        }
        question.topics = topics.into_iter().map(|(topic, weight)| (topic.to_owned(), weight)).collect();
        question.topics.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        (!question.parts.is_empty()).then_some(question)
    }

    /// All stems that a passage may have.
    pub fn stems(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flat_map(|part| &part.stems).map(|(stem, _)| stem.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_told_by_its_mark_or_its_first_word() {
        for text in [
            "Do you sell my data?",
            "how long is data kept",
            "sale of my data?",
            "Can I opt-out?",
            "Is https://x.org safe?",
            "do they sell my data",
            "does acme sell data?",
        ] {
            assert!(is_question(text), "{text}");
        }
        for text in [
            "sell data",
            "\"do you sell\"?",
            "do NOT track",
            "who company:acme",
            "how +sell",
            "how sell*",
            "why?",
            "do not",
            "-x is it?",
        ] {
            assert!(!is_question(text), "{text}");
        }
    }

    #[test]
    fn a_question_asks_about_concepts_and_topics() {
        let thesaurus = Thesaurus::built_in();
        let read = |text: &str| Question::read(text, &thesaurus).unwrap();
        let names = |question: &Question| question.parts.iter().map(|part| part.name.clone()).collect::<Vec<_>>().join(" ");
        let question = read("Can I ask them to delete my zebra data?");
        assert_eq!(names(&question), "collect delete zebra");
        assert!(question.topics.iter().any(|(topic, _)| topic == "deletion"));
        let delete = &question.parts[1].stems;
        assert!(delete.contains(&("delet".to_owned(), 1.0)) && delete.contains(&("eras".to_owned(), SYNONYM_WEIGHT)));
        assert_eq!(names(&read("How long do you keep it?")), "retain");
        assert_eq!(Question::read("What is it about?", &thesaurus), None);
    }
}
