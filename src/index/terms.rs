//! From the words of a document to the terms of its passages.

use super::columns::PassageRow;
use super::store::Store;
use super::{IndexError, pairs, record};
use crate::history::{DocumentHistory, Timeline, Wordbook, Worded};
use crate::topic::{Lexicon, Weigher};
use crate::vocabulary::PerWord;
use crate::words;
use rustc_hash::FxHashMap;

/// What stands behind each word of a text that is given to tantivy: no word has a character like it.
pub const WORD_END: u8 = b'\n';

/// What one thread keeps from document to document.
pub struct Desk<'l> {
    lexicon: &'l Lexicon,
    pub wordbook: Wordbook,
    weigher: Weigher<'l>,
    stems: PerWord<Box<str>>,
    common: PerWord<Option<char>>,
    text: String,
    stem: String,
    pair: String,
    heading: String,
}

/// What is written of a document, and how many words its passages and the headings above them have.
pub struct Parts {
    pub words: u64,
    pub heading_words: u64,
    pub record: Vec<u8>,
}

/// The terms of a passage, each word with its [`WORD_END`].
pub struct PassageTerms<'t> {
    /// The words of the text.
    pub text: &'t str,
    /// Their stems.
    pub stem: &'t str,
    /// The pairs of them that have a term.
    pub pair: &'t str,
    /// The stems of the headings above it, at each place.
    pub heading: &'t str,
}

impl<'l> Desk<'l> {
    pub fn new(lexicon: &'l Lexicon) -> Desk<'l> {
        Desk {
            lexicon,
            wordbook: Wordbook::default(),
            weigher: Weigher::new(lexicon),
            stems: PerWord::default(),
            common: PerWord::default(),
            text: String::new(),
            stem: String::new(),
            pair: String::new(),
            heading: String::new(),
        }
    }

    /// Adds the terms of all passages of a document that the wordbook has read last, and makes its record.
    pub fn write(&mut self, store: &Store, slot: u32, history: &DocumentHistory, worded: &Worded) -> Result<Parts, IndexError> {
        let topics = self.lexicon.of_history(history, &self.wordbook, worded, &mut self.weigher);
        let Desk { wordbook, stems, common, text, stem, pair, heading, .. } = self;
        let vocabulary = wordbook.vocabulary();
        stems.learn(vocabulary, |word| words::stem(word).into());
        common.learn(vocabulary, pairs::common);
        let mut paths: FxHashMap<u32, String> = FxHashMap::default();
        let mut passages = Vec::with_capacity(topics.len());
        let mut bytes = 0;
        for row in PassageRow::of(&history.timeline, slot) {
            let passage = row.passage;
            let levels = topics.get(passage as usize).map(Vec::as_slice).unwrap_or_default();
            [&mut *text, &mut *stem, &mut *pair, &mut *heading].into_iter().for_each(String::clear);
            for &word in worded.words(passage) {
                push(text, vocabulary.word(word));
                push(stem, stems.of(word));
            }
            for two in worded.words(passage).windows(2) {
                if let (Some(first), Some(second)) = (*common.of(two[0]), *common.of(two[1])) {
                    pair.extend([first, second, char::from(WORD_END)]);
                }
            }
            for place in history.timeline.placements(passage) {
                heading.push_str(paths.entry(place.path).or_insert_with(|| {
                    let mut path = String::new();
                    words_above(&history.timeline, worded, place.path).for_each(|word| push(&mut path, stems.of(word)));
                    path
                }));
            }
            bytes += [&*text, &*stem, &*pair, &*heading].into_iter().map(String::len).sum::<usize>();
            passages.push(store.passage(&row, &PassageTerms { text, stem, pair, heading }, levels));
        }
        store.add_passages(passages, bytes)?;
        let (words, heading_words) = count_words(history, worded);
        Ok(Parts { words, heading_words, record: record::encode(history, &topics)? })
    }
}

fn push(text: &mut String, word: &str) {
    text.push_str(word);
    text.push(char::from(WORD_END));
}

/// The words of the headings of a path.
fn words_above<'w>(timeline: &Timeline, worded: &'w Worded, path: u32) -> impl Iterator<Item = u32> + use<'w> {
    timeline.headings(path).into_iter().flat_map(|heading| worded.words(heading).iter().copied())
}

/// How many words the passages of a document have, and the headings above them at all their places.
pub fn count_words(history: &DocumentHistory, worded: &Worded) -> (u64, u64) {
    let timeline = &history.timeline;
    let mut paths: FxHashMap<u32, u64> = FxHashMap::default();
    let (mut own, mut above) = (0, 0);
    for passage in 0..history.texts.len() as u32 {
        own += worded.words(passage).len() as u64;
        for place in timeline.placements(passage) {
            let count = || words_above(timeline, worded, place.path).count() as u64;
            above += *paths.entry(place.path).or_insert_with(count);
        }
    }
    (own, above)
}
