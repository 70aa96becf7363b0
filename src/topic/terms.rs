//! Where the terms of topics stand in a text.

use super::Lexicon;
use crate::vocabulary::{PerWord, Vocabulary};
use crate::words::{self, Words};
use rustc_hash::FxHashMap;

/// A term of the lexicon.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) topic: u8,
    /// Place in the topic's own list.
    pub(super) place: u32,
    pub(super) weight: f32,
    pub(super) as_written: bool,
    /// The numbers of its words behind the second.
    pub(super) rest: Vec<u32>,
}

/// Where terms begin, by the numbers of their words.
#[derive(Debug, Default)]
pub(super) struct Starts {
    /// For each word: the terms that it is alone, and whether longer ones begin with it.
    words: Vec<(Vec<u32>, bool)>,
    /// The terms that begin with two words.
    pairs: FxHashMap<(u32, u32), Vec<u32>>,
}

impl Starts {
    pub(super) fn add(&mut self, first: u32, second: Option<u32>, term: u32) {
        let wanted = self.words.len().max(first as usize + 1);
        self.words.resize(wanted, Default::default());
        let (alone, begins) = &mut self.words[first as usize];
        match second {
            None => alone.push(term),
            Some(second) => {
                *begins = true;
                self.pairs.entry((first, second)).or_default().push(term);
            }
        }
    }

    /// The terms that a word is alone, and those that it may begin with the next.
    fn of(&self, first: u32, second: Option<u32>) -> (&[u32], &[u32]) {
        let Some((alone, begins)) = self.words.get(first as usize) else { return (&[], &[]) };
        let longer = second.filter(|_| *begins).and_then(|second| self.pairs.get(&(first, second)));
        (alone, longer.map_or(&[], Vec::as_slice))
    }
}

/// Stands for a word that is in no term.
const UNKNOWN: u32 = u32::MAX;

/// A term of a topic that stands in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// As the topic's file writes it.
    pub term: String,
    pub times: u32,
    /// What it adds to the topic's weight.
    pub weight: f32,
}

/// Finds the terms of a lexicon in one text after another; a policy's vocabulary is small, so words once met are remembered.
pub struct Reader<'l> {
    weigher: Weigher<'l>,
    vocabulary: Vocabulary,
    words: Vec<u32>,
}

impl<'l> Reader<'l> {
    pub fn new(lexicon: &'l Lexicon) -> Reader<'l> {
        Reader { weigher: Weigher::new(lexicon), vocabulary: Vocabulary::default(), words: Vec::new() }
    }

    /// The weight of each topic in a text.
    pub fn weights(&mut self, text: &str) -> Vec<f32> {
        self.read(text);
        self.weigher.weights(&self.vocabulary, &self.words)
    }

    /// The scores of a text alone, see [`Lexicon::of_text`].
    pub fn scores(&mut self, text: &str) -> Vec<f32> {
        let weights = self.weights(text);
        self.weigher.lexicon.compete(&weights, "")
    }

    /// The terms of a topic that stand in a text, in the order of the topic's file.
    pub fn terms(&mut self, text: &str, topic: u8) -> Vec<Weighed> {
        self.read(text);
        self.weigher.terms(&self.vocabulary, &self.words, topic)
    }

    fn read(&mut self, text: &str) {
        self.words.clear();
        let mut walk = Words::new(text);
        while walk.advance() {
            self.words.push(self.vocabulary.number(walk.word()));
        }
    }
}

/// Weighs texts that are numbers of the words of one vocabulary.
pub struct Weigher<'l> {
    lexicon: &'l Lexicon,
    /// The numbers of the stem of each word and of the word itself, as far as they are in terms.
    known: PerWord<(u32, u32)>,
    /// The words of the present text: the numbers of their stems and of themselves.
    text: Vec<(u32, u32)>,
    times: Vec<u32>,
    touched: Vec<u32>,
}

impl<'l> Weigher<'l> {
    pub fn new(lexicon: &'l Lexicon) -> Weigher<'l> {
        let times = vec![0; lexicon.terms.len()];
        Weigher { lexicon, known: PerWord::default(), text: Vec::new(), times, touched: Vec::new() }
    }

    /// The weight of each topic in a text, given as words of a vocabulary, which is the same one each time.
    pub fn weights(&mut self, vocabulary: &Vocabulary, text: &[u32]) -> Vec<f32> {
        let mut weights = vec![0.0; self.lexicon.topics.len()];
        self.count(vocabulary, text);
        for &term in &self.touched {
            let known = &self.lexicon.terms[term as usize];
            weights[usize::from(known.topic)] += known.weight * saturated(self.times[term as usize]);
        }
        self.forget();
        weights
    }

    fn terms(&mut self, vocabulary: &Vocabulary, text: &[u32], topic: u8) -> Vec<Weighed> {
        self.count(vocabulary, text);
        let mut found = Vec::new();
        for &term in &self.touched {
            let known = &self.lexicon.terms[term as usize];
            if known.topic == topic {
                let times = self.times[term as usize];
                let term = self.lexicon.topics[usize::from(topic)].terms[known.place as usize].text.clone();
                found.push(Weighed { term, times, weight: known.weight * saturated(times) });
            }
        }
        self.forget();
        found
    }

    /// Counts the terms of a text, in the order of the lexicon: sums of floats depend on theirs.
    fn count(&mut self, vocabulary: &Vocabulary, text: &[u32]) {
        let lexicon = self.lexicon;
        let number_in = |numbers: &FxHashMap<String, u32>, word: &str| numbers.get(word).copied().unwrap_or(UNKNOWN);
        self.known.learn(vocabulary, |word| (number_in(&lexicon.stems, &words::stem(word)), number_in(&lexicon.words, word)));
        self.text.clear();
        self.text.extend(text.iter().map(|word| *self.known.of(*word)));
        for (at, &(stem, word)) in self.text.iter().enumerate() {
            let next = self.text.get(at + 1);
            let (stem_alone, from_stem) = lexicon.by_stem.of(stem, next.map(|next| next.0));
            let (word_alone, from_word) = lexicon.by_word.of(word, next.map(|next| next.1));
            let behind = self.text.get(at + 2..).unwrap_or_default();
            let stands = |term: &&u32| {
                let known = &lexicon.terms[**term as usize];
                let here = behind.iter().map(|&(stem, word)| if known.as_written { word } else { stem });
                known.rest.len() <= behind.len() && here.take(known.rest.len()).eq(known.rest.iter().copied())
            };
            let longer = from_stem.iter().chain(from_word).filter(stands);
            for &term in stem_alone.iter().chain(word_alone).chain(longer) {
                if self.times[term as usize] == 0 {
                    self.touched.push(term);
                }
                self.times[term as usize] += 1;
            }
        }
        self.touched.sort_unstable();
    }

    fn forget(&mut self) {
        for term in self.touched.drain(..) {
            self.times[term as usize] = 0;
        }
    }
}

/// How much a term says that stands so many times: once 1, often up to 2.
pub(super) fn saturated(times: u32) -> f32 {
    let times = times as f32;
    2.0 * times / (times + 1.0)
}
