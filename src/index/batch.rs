//! Passages that wait for their segment: their words as numbers, in the order in which they will stand in it.

use super::pairs;
use super::schema::{PASSAGE_COLUMNS, topic_term};
use crate::topic::Level;
use crate::vocabulary::{PerWord, Vocabulary};
use crate::words;

/// A batch of more bytes is full: some million passages. To write it takes three times as many.
const MAX_BYTES: usize = 192 << 20;

/// What a word takes, about, when it is met first, with its stem.
const BYTES_OF_A_NEW_WORD: usize = 170;

/// Passages that become a segment.
#[derive(Debug, Default)]
pub struct Batch {
    /// How many were written before it.
    number: u64,
    pub vocabulary: Vocabulary,
    pub stems: Vocabulary,
    /// The number of each word's stem.
    pub stem_of: PerWord<u32>,
    /// See [`pairs::common`].
    pub common: PerWord<Option<u32>>,
    /// The values of the columns of each passage, in the order of [`PASSAGE_COLUMNS`].
    pub columns: Vec<[u64; PASSAGE_COLUMNS.len()]>,
    /// The words of each passage.
    pub text: Lists,
    /// The words of the headings above it, at each place.
    pub heading: Lists,
    /// Its topics and their levels, see [`topic_term`].
    pub topic: Lists,
}

/// The numbers that the words of one thread have in a batch.
#[derive(Debug, Default)]
pub struct Numbers {
    batch: u64,
    numbers: PerWord<u32>,
}

/// Lists of numbers, one behind the other.
#[derive(Debug, Default)]
pub struct Lists {
    numbers: Vec<u32>,
    ends: Vec<usize>,
}

impl Batch {
    /// Learns the words of a thread, before passages of them are added.
    pub fn learn(&mut self, of_thread: &Vocabulary, numbers: &mut Numbers) {
        if numbers.batch != self.number {
            *numbers = Numbers { batch: self.number, ..Numbers::default() };
        }
        numbers.numbers.learn(of_thread, |word| self.vocabulary.number(word));
        self.stem_of.learn(&self.vocabulary, |word| self.stems.number(&words::stem(word)));
        self.common.learn(&self.vocabulary, pairs::common);
    }

    /// Adds a passage behind the others: its columns, its words, those of the headings above it, and its topics.
    pub fn add<'w>(
        &mut self,
        columns: [u64; PASSAGE_COLUMNS.len()],
        numbers: &Numbers,
        text: &[u32],
        headings: impl Iterator<Item = &'w [u32]>,
        levels: &[Level],
    ) {
        let numbered = |word: &u32| *numbers.numbers.of(*word);
        self.columns.push(columns);
        self.text.push(text.iter().map(numbered));
        self.heading.push(headings.flatten().map(numbered));
        self.topic.push(levels.iter().map(|level| topic_term(*level)));
    }

    pub fn passages(&self) -> u32 {
        self.columns.len() as u32
    }

    /// Whether it is to be written.
    pub fn is_full(&self) -> bool {
        let lists = [&self.text, &self.heading, &self.topic].into_iter().map(Lists::bytes).sum::<usize>();
        size_of_val(&*self.columns) + lists + self.vocabulary.size() * BYTES_OF_A_NEW_WORD > MAX_BYTES
    }

    /// All that it holds; it is the next one then.
    pub fn take(&mut self) -> Batch {
        let next = Batch { number: self.number + 1, ..Batch::default() };
        std::mem::replace(self, next)
    }
}

impl Lists {
    fn push(&mut self, numbers: impl Iterator<Item = u32>) {
        self.numbers.extend(numbers);
        self.ends.push(self.numbers.len());
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.numbers[start..*end])
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.numbers) + size_of_val(&*self.ends)
    }

    /// How many numbers all of them have.
    pub fn numbers(&self) -> usize {
        self.numbers.len()
    }
}
