//! From a document to what is written of it: the words of its passages, and its record.

use super::batch::Numbers;
use super::columns::PassageRow;
use super::store::Store;
use super::{IndexError, record};
use crate::history::{DocumentHistory, Timeline, Wordbook, Worded};
use crate::topic::{Lexicon, Weigher};
use rustc_hash::FxHashMap;

/// What one thread keeps from document to document.
pub struct Desk<'l> {
    lexicon: &'l Lexicon,
    pub wordbook: Wordbook,
    weigher: Weigher<'l>,
    numbers: Numbers,
}

/// What is written of a document, and how many words its passages and the headings above them have.
pub struct Parts {
    pub words: u64,
    pub heading_words: u64,
    pub record: Vec<u8>,
}

impl<'l> Desk<'l> {
    pub fn new(lexicon: &'l Lexicon) -> Desk<'l> {
        Desk { lexicon, wordbook: Wordbook::default(), weigher: Weigher::new(lexicon), numbers: Numbers::default() }
    }

    /// Adds the terms of all passages of a document that the wordbook has read last, and makes its record.
    pub fn write(&mut self, store: &Store, slot: u32, history: &DocumentHistory, worded: &Worded) -> Result<Parts, IndexError> {
        let topics = self.lexicon.of_history(history, &self.wordbook, worded, &mut self.weigher);
        let timeline = &history.timeline;
        let rows = PassageRow::of(timeline, slot);
        let mut paths: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for place in (0..rows.len() as u32).flat_map(|passage| timeline.placements(passage)) {
            paths.entry(place.path).or_insert_with(|| words_above(timeline, worded, place.path).collect());
        }
        let stored = store.stored_slot(slot);
        store.add_passages(|batch| {
            batch.learn(self.wordbook.vocabulary(), &mut self.numbers);
            for row in rows {
                let levels = topics.get(row.passage as usize).map(Vec::as_slice).unwrap_or_default();
                let above = timeline.placements(row.passage).iter().map(|place| paths[&place.path].as_slice());
                batch.add(row.values(stored), &self.numbers, worded.words(row.passage), above, levels);
            }
        })?;
        let (words, heading_words) = count_words(history, worded);
        Ok(Parts { words, heading_words, record: record::encode(history, &topics)? })
    }
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
