//! A tantivy query for a phrase of three words or more of which some pairs of neighbours are terms: found and scored as a phrase query
//! does it. Passages without all these pairs are not looked at, and of most others it need not be read where their words stand.

use super::pair::phrase_weight;
use super::summed::explanation;
use smallvec::SmallVec;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

/// Passages in which some words follow each other.
#[derive(Debug, Clone)]
pub struct Chain {
    pub words: Vec<Term>,
    /// The term of each word and the one after it, where there is one, see [`crate::index::pairs`].
    pub pairs: Vec<Option<Term>>,
}

impl Query for Chain {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let bm25 = phrase_weight(scoring, &self.words)?;
        Ok(Box::new(ChainWeight { chain: self.clone(), bm25 }))
    }
}

struct ChainWeight {
    chain: Chain,
    /// Where scores are asked for.
    bm25: Option<Bm25Weight>,
}

impl ChainWeight {
    fn of_segment(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Option<ChainScorer>> {
        let Chain { words, pairs } = &self.chain;
        let postings = |term: &Term, with| -> tantivy::Result<Option<SegmentPostings>> {
            Ok(reader.inverted_index(term.field())?.read_postings(term, with)?)
        };
        let is_paired = |at: usize| pairs[at.saturating_sub(1)..pairs.len().min(at + 1)].iter().any(Option::is_some);
        let alone = words.iter().enumerate().filter_map(|(at, word)| (!is_paired(at)).then_some(word));
        let sought = pairs.iter().flatten().chain(alone).map(|term| postings(term, IndexRecordOption::Basic));
        let Some(mut sought) = sought.collect::<tantivy::Result<Option<Vec<_>>>>()? else { return Ok(None) };
        sought.sort_by_key(SegmentPostings::doc_freq);
        let words = words.iter().map(|word| postings(word, IndexRecordOption::WithFreqsAndPositions));
        let Some(words) = words.collect::<tantivy::Result<Option<Vec<_>>>>()? else { return Ok(None) };
        let lengths = reader.get_fieldnorms_reader(self.chain.words[0].field())?;
        let bm25 = self.bm25.as_ref().map(|bm25| bm25.boost_by(boost));
        let is_whole = self.chain.pairs.iter().all(Option::is_some);
        let mut scorer = ChainScorer { words, sought, is_whole, times: 0, starts: Vec::new(), places: Vec::new(), lengths, bm25 };
        scorer.find(scorer.sought[0].doc());
        Ok(Some(scorer))
    }
}

impl Weight for ChainWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(self.of_segment(reader, boost)?.map_or_else(|| Box::new(EmptyScorer) as Box<dyn Scorer>, |scorer| Box::new(scorer)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explanation(self.scorer(reader, 1.0)?, doc)
    }
}

/// So many words of a phrase are held without a room of their own.
const WORDS_INSIDE: usize = 8;

struct ChainScorer {
    /// Of each word.
    words: Vec<SegmentPostings>,
    /// Of each pair that has a term, and of each word in none of these. The rarest is the first, and stands at the passage that was
    /// found last.
    sought: Vec<SegmentPostings>,
    /// Whether all pairs have one.
    is_whole: bool,
    /// How often the phrase stands in that passage.
    times: u32,
    /// Room for the places where the phrase may begin, and for those of a word.
    starts: Vec<u32>,
    places: Vec<u32>,
    lengths: FieldNormReader,
    bm25: Option<Bm25Weight>,
}

impl ChainScorer {
    /// Finds the next passage with the phrase, from this one on, at which the rarest of what is sought stands.
    fn find(&mut self, mut doc: DocId) -> DocId {
        while doc != TERMINATED {
            let (first, others) = self.sought.split_at_mut(1);
            let beyond = others.iter_mut().map(|other| seek(other, doc)).find(|other| *other != doc);
            doc = match beyond {
                Some(other) => seek(&mut first[0], other),
                None => {
                    self.times = self.count(doc);
                    if self.times > 0 {
                        return doc;
                    }
                    self.sought[0].advance()
                }
            };
        }
        doc
    }

    /// Whether the phrase stands in a passage that has all pairs; `None` where none of its words stands in one place only, or some pair
    /// has no term.
    ///
    /// From a word that stands in one place only, the anchor, the neighbours are known to stand beside it; and what is beside a
    /// word at its place, too, where that word stands nowhere else. Where the others stand is to be read.
    fn stands_once(&mut self) -> Option<bool> {
        if !self.is_whole {
            return None;
        }
        let words = self.words.len();
        let is_single = |at: usize| self.words[at].term_freq() == 1;
        let unknown = |anchor: usize| {
            let before = (0..anchor.saturating_sub(1)).filter(|at| !is_single(at + 1));
            before.chain((anchor + 2..words).filter(|at| !is_single(at - 1)))
        };
        let anchor = (0..words).filter(|at| is_single(*at)).min_by_key(|anchor| unknown(*anchor).count())?;
        let unknown: SmallVec<[usize; WORDS_INSIDE]> = unknown(anchor).collect();
        if unknown.is_empty() {
            return Some(true);
        }
        let place = *self.places(anchor).first()? as usize;
        Some(unknown.into_iter().all(|at| {
            let wanted = (place + at).checked_sub(anchor);
            self.places(at).iter().any(|place| Some(*place as usize) == wanted)
        }))
    }

    /// Where a word stands in the passage.
    fn places(&mut self, word: usize) -> &[u32] {
        self.places.clear();
        self.words[word].append_positions_with_offset(0, &mut self.places);
        &self.places
    }

    /// How often the phrase stands in a passage that has all that is sought.
    fn count(&mut self, doc: DocId) -> u32 {
        if self.words.iter_mut().any(|word| seek(word, doc) != doc) {
            return 0;
        }
        if let Some(stands) = self.stands_once() {
            return u32::from(stands);
        }
        self.starts.clear();
        for at in 0..self.words.len() {
            self.places(at);
            let begins = self.places.iter().filter_map(|place| place.checked_sub(at as u32));
            if at == 0 {
                self.starts.extend(begins);
            } else {
                let mut begins = begins.peekable();
                self.starts.retain(|start| {
                    while begins.next_if(|begin| begin < start).is_some() {}
                    begins.peek() == Some(start)
                });
            }
            if self.starts.is_empty() {
                return 0;
            }
        }
        self.starts.len() as u32
    }
}

/// The first passage from this one on.
fn seek(postings: &mut SegmentPostings, doc: DocId) -> DocId {
    if postings.doc() < doc { postings.seek(doc) } else { postings.doc() }
}

impl DocSet for ChainScorer {
    fn advance(&mut self) -> DocId {
        let next = self.sought[0].advance();
        self.find(next)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() >= target {
            return self.doc();
        }
        let next = self.sought[0].seek(target);
        self.find(next)
    }

    fn doc(&self) -> DocId {
        self.sought[0].doc()
    }

    fn size_hint(&self) -> u32 {
        self.sought[0].size_hint()
    }
}

impl Scorer for ChainScorer {
    fn score(&mut self) -> Score {
        self.bm25.as_ref().map_or(0.0, |bm25| bm25.score(self.lengths.fieldnorm_id(self.doc()), self.times))
    }
}

#[cfg(test)]
mod tests {
    use super::super::pair::tests::Paired;
    use super::*;
    use proptest::prelude::*;

    const WORDS: [&str; 4] = ["we", "do", "not", "sell"];

    proptest! {
        /// What a phrase query finds, with the same scores.
        #[test]
        fn a_chain_is_found_as_a_phrase_is(
            texts in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..12), 1..200),
            phrases in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(&WORDS[..]), 3..6), 20),
            paired in any::<u16>(),
        ) {
            let number = |word: &str| WORDS.iter().position(|other| *other == word).unwrap();
            let has_term = |two: &[&str]| paired >> (4 * number(two[0]) + number(two[1])) & 1 == 1;
            let passages = Paired::new(texts.into_iter(), has_term);
            for phrase in phrases {
                let pairs: Vec<Option<Term>> =
                    phrase.windows(2).map(|two| has_term(two).then(|| passages.pair(two))).collect();
                if pairs.iter().any(Option::is_some) {
                    let chain = Chain { words: passages.words(&phrase), pairs };
                    prop_assert!(passages.found_as_phrase(&chain, &phrase).is_some(), "{phrase:?}");
                }
            }
        }
    }
}
