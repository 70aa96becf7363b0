//! The words of many texts as numbers, so that a text is walked once, and what is to be known of a word is found out once.

use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The words met so far, numbered in the order in which they were met.
#[derive(Debug, Default)]
pub struct Vocabulary {
    numbers: FxHashMap<Arc<str>, u32>,
    words: Vec<Arc<str>>,
    /// How often the words were forgotten.
    age: u32,
}

impl Vocabulary {
    /// The number of a word in its form for matching.
    pub fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = self.words.len() as u32;
        let word: Arc<str> = word.into();
        self.words.push(word.clone());
        self.numbers.insert(word, number);
        number
    }

    /// How many words there are.
    pub fn size(&self) -> usize {
        self.words.len()
    }

    /// The word that has a number.
    pub fn word(&self, number: u32) -> &str {
        &self.words[number as usize]
    }

    /// Forgets all words where they are more than so many. Numbers given before mean nothing any more then.
    pub fn forget_beyond(&mut self, words: usize) {
        if self.words.len() > words {
            *self = Vocabulary { age: self.age + 1, ..Vocabulary::default() };
        }
    }
}

/// Something that is known of each word of one vocabulary.
#[derive(Debug)]
pub struct PerWord<T> {
    known: Vec<T>,
    age: u32,
}

impl<T> Default for PerWord<T> {
    fn default() -> PerWord<T> {
        PerWord { known: Vec::new(), age: 0 }
    }
}

impl<T> PerWord<T> {
    /// Finds it out for the words that are new; to be called before it is asked for them.
    pub fn learn(&mut self, vocabulary: &Vocabulary, find: impl FnMut(&str) -> T) {
        if self.age != vocabulary.age {
            self.known.clear();
            self.age = vocabulary.age;
        }
        let new = vocabulary.words.get(self.known.len()..).unwrap_or_default();
        self.known.extend(new.iter().map(|word| &**word).map(find));
    }

    /// What is known of a word.
    pub fn of(&self, number: u32) -> &T {
        &self.known[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_forgotten_with_the_words() {
        let (mut vocabulary, mut lengths) = (Vocabulary::default(), PerWord::default());
        let mut length_of = |vocabulary: &mut Vocabulary, word: &str| {
            let number = vocabulary.number(word);
            lengths.learn(vocabulary, str::len);
            (number, vocabulary.word(number).to_owned(), *lengths.of(number))
        };
        assert_eq!(length_of(&mut vocabulary, "we"), (0, "we".to_owned(), 2));
        assert_eq!(length_of(&mut vocabulary, "sell"), (1, "sell".to_owned(), 4));
        assert_eq!(length_of(&mut vocabulary, "we"), (0, "we".to_owned(), 2));
        vocabulary.forget_beyond(2);
        assert_eq!(length_of(&mut vocabulary, "sell"), (1, "sell".to_owned(), 4));
        vocabulary.forget_beyond(1);
        assert_eq!(length_of(&mut vocabulary, "data!"), (0, "data!".to_owned(), 5));
    }
}
