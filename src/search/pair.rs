//! A tantivy query for two words that follow each other and whose pair is a term: found and scored as a phrase query does it, from the
//! postings of that term alone.

use super::summed::explanation;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

/// Passages in which two words follow each other.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The term of both, see [`crate::index::pairs`].
    pub pair: Term,
    pub words: [Term; 2],
}

impl Query for Pair {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let bm25 = phrase_weight(scoring, &self.words)?;
        Ok(Box::new(PairWeight { pair: self.pair.clone(), lengths: self.words[0].field(), bm25 }))
    }
}

/// What a phrase of some words is scored with; `None` where no scores are asked for.
pub fn phrase_weight(scoring: EnableScoring<'_>, words: &[Term]) -> tantivy::Result<Option<Bm25Weight>> {
    match scoring {
        EnableScoring::Enabled { statistics_provider, .. } => Bm25Weight::for_terms(statistics_provider, words).map(Some),
        EnableScoring::Disabled { .. } => Ok(None),
    }
}

struct PairWeight {
    pair: Term,
    /// The field of which the lengths count.
    lengths: Field,
    /// Where scores are asked for.
    bm25: Option<Bm25Weight>,
}

impl PairWeight {
    fn of_segment(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Option<PairScorer>> {
        let with = if self.bm25.is_some() { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let postings = reader.inverted_index(self.pair.field())?.read_postings(&self.pair, with)?;
        let lengths = reader.get_fieldnorms_reader(self.lengths)?;
        let bm25 = self.bm25.as_ref().map(|bm25| bm25.boost_by(boost));
        Ok(postings.map(|postings| PairScorer { postings, lengths, bm25 }))
    }
}

impl Weight for PairWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(self.of_segment(reader, boost)?.map_or_else(|| Box::new(EmptyScorer) as Box<dyn Scorer>, |scorer| Box::new(scorer)))
    }

    /// As it is done by default, without asking what the scorer is for each passage.
    fn for_each(&self, reader: &SegmentReader, tell: &mut dyn FnMut(DocId, Score)) -> tantivy::Result<()> {
        let Some(mut scorer) = self.of_segment(reader, 1.0)? else { return Ok(()) };
        while scorer.doc() != TERMINATED {
            tell(scorer.doc(), scorer.score());
            scorer.advance();
        }
        Ok(())
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explanation(self.scorer(reader, 1.0)?, doc)
    }
}

struct PairScorer {
    postings: SegmentPostings,
    lengths: FieldNormReader,
    bm25: Option<Bm25Weight>,
}

impl DocSet for PairScorer {
    fn advance(&mut self) -> DocId {
        self.postings.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.postings.seek(target)
    }

    fn doc(&self) -> DocId {
        self.postings.doc()
    }

    fn size_hint(&self) -> u32 {
        self.postings.size_hint()
    }
}

impl Scorer for PairScorer {
    fn score(&mut self) -> Score {
        let score = |bm25: &Bm25Weight| bm25.score(self.lengths.fieldnorm_id(self.postings.doc()), self.postings.term_freq());
        self.bm25.as_ref().map_or(0.0, score)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use tantivy::Searcher;
    use tantivy::collector::TopDocs;
    use tantivy::query::{BoostQuery, PhraseQuery};
    use tantivy::schema::{Schema, TEXT, TextFieldIndexing, TextOptions};

    /// Passages with their words in one field, and in another a term for each two beside each other that have one.
    pub struct Paired {
        searcher: Searcher,
        text: Field,
        pair: Field,
    }

    impl Paired {
        pub fn new<'w>(passages: impl Iterator<Item = Vec<&'w str>>, has_term: impl Fn(&[&str]) -> bool) -> Paired {
            let mut schema = Schema::builder();
            let pairs = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqs);
            let pairs = TextOptions::default().set_indexing_options(pairs);
            let (text, pair) = (schema.add_text_field("text", TEXT), schema.add_text_field("pair", pairs));
            let index = tantivy::Index::create_in_ram(schema.build());
            let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
            for words in passages {
                let mut document = tantivy::TantivyDocument::new();
                for two in words.windows(2).filter(|two| has_term(two)) {
                    document.add_text(pair, two.join(" "));
                }
                document.add_text(text, words.join(" "));
                writer.add_document(document).unwrap();
            }
            writer.commit().unwrap();
            Paired { searcher: index.reader().unwrap().searcher(), text, pair }
        }

        pub fn words(&self, words: &[&str]) -> Vec<Term> {
            words.iter().map(|word| Term::from_field_text(self.text, word)).collect()
        }

        pub fn pair(&self, two: &[&str]) -> Term {
            Term::from_field_text(self.pair, &two.join(" "))
        }

        /// How many passages a query finds, where these are those with a phrase, with the scores that tantivy gives them.
        pub fn found_as_phrase(&self, query: &dyn Query, words: &[&str]) -> Option<usize> {
            let top = |query: &dyn Query| self.searcher.search(query, &TopDocs::with_limit(1_000).order_by_score()).unwrap();
            let boosted = |query: &dyn Query| top(&BoostQuery::new(query.box_clone(), 3.0));
            let phrase = PhraseQuery::new(self.words(words));
            (top(query) == top(&phrase) && boosted(query) == boosted(&phrase)).then(|| top(query).len())
        }
    }

    /// What a phrase query finds, with the same scores.
    #[test]
    fn a_pair_is_found_as_a_phrase_is() {
        let word = |number: u32, at: u32| if number >> (at % 3) & 1 == 1 { "no" } else { "sale" };
        let passages = (0u32..1_000).map(|number| (0..number % 9).map(|at| word(number, at)).collect());
        let paired = Paired::new(passages, |_| true);
        for two in [["no", "no"], ["no", "sale"], ["sale", "no"], ["no", "lease"]] {
            let [first, second] = two.map(|word| Term::from_field_text(paired.text, word));
            let found = paired.found_as_phrase(&Pair { pair: paired.pair(&two), words: [first, second] }, &two);
            assert_eq!(found.map(|found| found == 0), Some(two[1] == "lease"), "{two:?}");
        }
    }
}
