//! A tantivy query whose scores are sums over parts that several terms make together: a concept of a question by any of its words, a
//! topic by the levels of its scores.

use crate::index::schema;
use crate::topic::{Level, score_of};
use std::sync::Arc;
use tantivy::postings::Postings;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

/// How fast a word that stands more often stops counting more (BM25's k1), and how much long passages lose (b). The values are usual
/// for questions (Trotman et al., "Improvements to BM25 and Language Models Examined", ADCS 2014).
const K1: f32 = 0.9;
const B: f32 = 0.4;

/// Something that adds to the score of a passage.
#[derive(Debug, Clone)]
pub enum Part {
    /// Any of these stems, each with what it counts; scored as one word is by BM25.
    Words { field: Field, stems: Vec<(String, f32)> },
    /// The score in the best of some topics, from a level on, times a weight; and whether it counts for [`Least::topics`].
    Topics { field: Field, topics: Vec<u8>, at_least: u8, weight: f32, decides: bool },
}

/// What a passage must have to be found.
#[derive(Debug, Clone, Copy)]
pub struct Least {
    /// The mean score over the parts of topics that decide.
    pub topics: f32,
    /// Where no part of topics decides: the share of the parts of words, by their BM25 weights.
    pub words: f32,
}

/// Passages that have any of the parts.
#[derive(Debug, Clone)]
pub struct Summed {
    pub parts: Arc<[Part]>,
    /// Of passages that have less, none is found.
    pub least: Option<Least>,
}

impl Query for Summed {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let parts: tantivy::Result<Vec<Weighted>> = self.parts.iter().map(|part| Weighted::new(part.clone(), &scoring)).collect();
        Ok(Box::new(SummedWeight { parts: parts?, least: self.least }))
    }
}

/// A part with what the statistics of the whole index say of it.
struct Weighted {
    part: Part,
    /// BM25's weight of the words, and the mean length of a passage in words.
    idf: f32,
    mean_length: f32,
}

impl Weighted {
    fn new(part: Part, scoring: &EnableScoring<'_>) -> tantivy::Result<Weighted> {
        let mut weighted = Weighted { part, idf: 1.0, mean_length: 1.0 };
        if let (Part::Words { field, stems }, EnableScoring::Enabled { statistics_provider, .. }) = (&weighted.part, scoring) {
            let passages = statistics_provider.total_num_docs()? as f64;
            // How many have one of several words follows from how many have each, as if words did not attract each other: so the sum
            // over the parts of an index is that of the whole.
            let mut without = 1.0;
            for (stem, _) in stems {
                let with = statistics_provider.doc_freq(&Term::from_field_text(*field, stem))? as f64;
                without *= 1.0 - with / passages.max(1.0);
            }
            let with = passages * (1.0 - without);
            weighted.idf = (1.0 + (passages - with + 0.5) / (with + 0.5)).ln() as f32;
            weighted.mean_length = (statistics_provider.total_num_tokens(*field)? as f64 / passages.max(1.0)).max(1.0) as f32;
        }
        Ok(weighted)
    }

    fn decides(&self) -> bool {
        matches!(self.part, Part::Topics { decides: true, .. })
    }

    /// What the part is worth among those that a passage must have.
    fn share(&self, by_topics: bool) -> f32 {
        match self.part {
            Part::Topics { .. } => f32::from(u8::from(self.decides())),
            Part::Words { .. } if by_topics => 0.0,
            Part::Words { .. } => self.idf,
        }
    }

    /// Adds what the part says of each passage of a segment, and its share to what those have that it speaks for.
    fn add(&self, reader: &SegmentReader, scores: &mut [Score], has: &mut [f32], share: f32) -> tantivy::Result<()> {
        match &self.part {
            Part::Words { field, stems } => self.add_words(reader, *field, stems, scores, has, share),
            Part::Topics { field, topics, at_least, weight, .. } => {
                let mut best = vec![0u8; scores.len()];
                let index = reader.inverted_index(*field)?;
                for &topic in topics {
                    for level in *at_least..=u8::MAX {
                        let term = Term::from_field_u64(*field, schema::topic_term(Level { topic, level }).into());
                        let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
                        while postings.doc() != TERMINATED {
                            let known = &mut best[postings.doc() as usize];
                            *known = level.max(*known);
                            postings.advance();
                        }
                    }
                }
                for (score, level) in scores.iter_mut().zip(&best) {
                    *score += weight * score_of(*level);
                }
                for (has, level) in has.iter_mut().zip(&best) {
                    *has += share * score_of(*level);
                }
                Ok(())
            }
        }
    }

    fn add_words(
        &self,
        reader: &SegmentReader,
        field: Field,
        stems: &[(String, f32)],
        scores: &mut [Score],
        has: &mut [f32],
        share: f32,
    ) -> tantivy::Result<()> {
        let index = reader.inverted_index(field)?;
        let lengths = reader.get_fieldnorms_reader(field)?;
        let mut times: Vec<f32> = vec![0.0; scores.len()];
        for (stem, weight) in stems {
            let term = Term::from_field_text(field, stem);
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::WithFreqs)? else { continue };
            while postings.doc() != TERMINATED {
                times[postings.doc() as usize] += weight * postings.term_freq() as f32;
                postings.advance();
            }
        }
        for (doc, times) in times.into_iter().enumerate().filter(|(_, times)| *times > 0.0) {
            let length = lengths.fieldnorm(doc as DocId) as f32 / self.mean_length;
            if let Some(has) = has.get_mut(doc) {
                *has += share;
            }
            scores[doc] += self.idf * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length));
        }
        Ok(())
    }
}

struct SummedWeight {
    parts: Vec<Weighted>,
    least: Option<Least>,
}

impl Weight for SummedWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut scores = vec![0.0; reader.max_doc() as usize];
        let by_topics = self.parts.iter().any(Weighted::decides);
        let all: f32 = self.parts.iter().map(|part| part.share(by_topics)).sum();
        // What each passage has of what it must have.
        let mut has = vec![0.0; if self.least.is_some() { scores.len() } else { 0 }];
        for part in &self.parts {
            part.add(reader, &mut scores, &mut has, part.share(by_topics) / all)?;
        }
        let least = self.least.map_or(0.0, |least| if by_topics { least.topics } else { least.words });
        let has_enough = |doc: usize| has.get(doc).is_none_or(|has| *has >= least);
        let found = scores.into_iter().enumerate().filter(|(doc, score)| *score > 0.0 && has_enough(*doc));
        let found: Vec<(DocId, Score)> = found.map(|(doc, score)| (doc as DocId, score * boost)).collect();
        Ok(Box::new(FoundScorer::new(found)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explanation(self.scorer(reader, 1.0)?, doc)
    }
}

/// The score of a passage.
pub fn explanation(mut scorer: Box<dyn Scorer>, doc: DocId) -> tantivy::Result<Explanation> {
    let score = if scorer.seek(doc) == doc { scorer.score() } else { 0.0 };
    Ok(Explanation::new("sum of the parts", score))
}

/// The passages found in a segment with their scores.
pub struct FoundScorer {
    found: Vec<(DocId, Score)>,
    at: usize,
}

impl FoundScorer {
    /// `found`: in ascending order.
    pub fn new(found: Vec<(DocId, Score)>) -> FoundScorer {
        FoundScorer { found, at: 0 }
    }
}

impl DocSet for FoundScorer {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.at += self.found[self.at.min(self.found.len())..].partition_point(|(doc, _)| *doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.found.get(self.at).map_or(TERMINATED, |(doc, _)| *doc)
    }

    fn size_hint(&self) -> u32 {
        self.found.len() as u32
    }
}

impl Scorer for FoundScorer {
    fn score(&mut self) -> Score {
        self.found.get(self.at).map_or(0.0, |(_, score)| *score)
    }
}
