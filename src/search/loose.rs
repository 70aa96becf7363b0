//! A tantivy query for loose words, of which any may stand: their postings are added up term by term, in the order of the terms, which costs
//! much less than to walk all of them passage by passage, and gives the same sums whatever the segments.

use super::summed::{FoundScorer, explanation};
use fixedbitset::FixedBitSet;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::{Bm25Weight, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// Where the postings of all terms are fewer than one in so many passages of a segment, they are sorted instead of walked window by window.
const SPARSE: u64 = 64;

/// What is added up of so many passages stays in the processor's nearest memory.
const WINDOW: usize = 4096;

/// A term that adds its BM25 score, times a boost.
#[derive(Debug, Clone)]
pub struct Scored {
    pub term: Term,
    pub boost: Score,
    /// Whether a passage is found by it; others only add to what is found.
    pub finds: bool,
}

/// Passages that any of some terms finds.
#[derive(Debug, Clone)]
pub struct Loose(pub Vec<Scored>);

impl Query for Loose {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let no_searcher = || TantivyError::SystemError("words are looked for in no index".to_owned());
        let searcher = scoring.searcher().ok_or_else(no_searcher)?;
        let weighted = |scored: &Scored| -> tantivy::Result<Weighted> {
            let field = scored.term.field();
            let mut of_segments = Vec::new();
            for segment in searcher.segment_readers() {
                let info = segment.inverted_index(field)?.get_term_info(&scored.term)?;
                of_segments.extend(info.map(|info| (segment.segment_id(), info)));
            }
            let bm25 = match scoring {
                EnableScoring::Enabled { statistics_provider, .. } => {
                    // As `Bm25Weight::for_terms` has it, which would look the term up again.
                    let with_term = of_segments.iter().map(|(_, info)| u64::from(info.doc_freq)).sum();
                    let passages = statistics_provider.total_num_docs()?;
                    let length = statistics_provider.total_num_tokens(field)? as Score / passages as Score;
                    let bm25 = Bm25Weight::for_one_term_without_explain(with_term, passages, length);
                    Some(bm25.boost_by(scored.boost))
                }
                EnableScoring::Disabled { .. } => None,
            };
            Ok(Weighted { scored: scored.clone(), of_segments, bm25 })
        };
        let wanted = self.0.iter().filter(|scored| scored.finds || scoring.is_scoring_enabled());
        Ok(Box::new(LooseWeight(wanted.map(weighted).collect::<Result<_, _>>()?)))
    }
}

/// A term with what the statistics of the whole index say of it, where scores are asked for.
struct Weighted {
    scored: Scored,
    /// Where its postings lie in each segment that has it.
    of_segments: Vec<(SegmentId, TermInfo)>,
    bm25: Option<Bm25Weight>,
}

struct LooseWeight(Vec<Weighted>);

/// The postings of a term in a segment, with what scores them.
struct Listed<'w> {
    weighted: &'w Weighted,
    postings: BlockSegmentPostings,
    /// How many of the present block were told.
    told: usize,
    lengths: FieldNormReader,
}

impl Weighted {
    /// Its postings in a segment; `None` where no passage has the term.
    fn listed(&self, reader: &SegmentReader) -> tantivy::Result<Option<Listed<'_>>> {
        let field = self.scored.term.field();
        let with = if self.bm25.is_some() { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let of_segment = self.of_segments.iter().find(|(id, _)| *id == reader.segment_id());
        let Some((_, info)) = of_segment else { return Ok(None) };
        let postings = reader.inverted_index(field)?.read_block_postings_from_terminfo(info, with)?;
        Ok(Some(Listed { weighted: self, postings, told: 0, lengths: reader.get_fieldnorms_reader(field)? }))
    }
}

impl Listed<'_> {
    fn finds(&self) -> bool {
        self.weighted.scored.finds
    }

    /// Tells each passage up to another that has the term, with what it adds there. Goes on where it ended before.
    fn each_before(&mut self, end: DocId, mut tell: impl FnMut(DocId, Score)) {
        loop {
            let docs = &self.postings.docs()[self.told..];
            let here =
                if docs.last().is_some_and(|last| *last < end) { docs.len() } else { docs.partition_point(|doc| *doc < end) };
            match &self.weighted.bm25 {
                Some(bm25) => {
                    for (&doc, &frequency) in docs[..here].iter().zip(&self.postings.freqs()[self.told..]) {
                        tell(doc, bm25.score(self.lengths.fieldnorm_id(doc), frequency));
                    }
                }
                None => docs[..here].iter().for_each(|&doc| tell(doc, 0.0)),
            }
            if here < docs.len() || docs.is_empty() {
                self.told += here;
                return;
            }
            self.postings.advance();
            self.told = 0;
        }
    }
}

impl Weight for LooseWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut found = Vec::new();
        self.for_each(reader, &mut |doc, score| found.push((doc, score * boost)))?;
        Ok(Box::new(FoundScorer::new(found)))
    }

    fn for_each(&self, reader: &SegmentReader, tell: &mut dyn FnMut(DocId, Score)) -> tantivy::Result<()> {
        let listed = self.0.iter().filter_map(|weighted| weighted.listed(reader).transpose());
        let listed: Vec<Listed> = listed.collect::<Result<_, _>>()?;
        let postings: u64 = listed.iter().map(|listed| u64::from(listed.postings.doc_freq())).sum();
        if postings * SPARSE < u64::from(reader.max_doc()) {
            sparse(listed, tell)
        } else {
            dense(listed, reader.max_doc(), tell)
        }
        Ok(())
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explanation(self.scorer(reader, 1.0)?, doc)
    }
}

fn dense(mut listed: Vec<Listed<'_>>, passages: DocId, tell: &mut dyn FnMut(DocId, Score)) {
    let mut sums = [0.0; WINDOW];
    let mut found = FixedBitSet::with_capacity(WINDOW);
    for start in (0..passages).step_by(WINDOW) {
        let end = start.saturating_add(WINDOW as DocId);
        for listed in &mut listed {
            let finds = listed.finds();
            listed.each_before(end, |doc, score| {
                let at = (doc - start) as usize;
                sums[at] += score;
                if finds {
                    found.insert(at);
                }
            });
        }
        found.ones().for_each(|at| tell(start + at as DocId, sums[at]));
        sums.fill(0.0);
        found.clear();
    }
}

fn sparse(listed: Vec<Listed<'_>>, tell: &mut dyn FnMut(DocId, Score)) {
    let mut added: Vec<(DocId, Score, bool)> = Vec::new();
    for mut listed in listed {
        let finds = listed.finds();
        listed.each_before(TERMINATED, |doc, score| added.push((doc, score, finds)));
    }
    // Stable: what is added to a passage stays in the order of the terms.
    added.sort_by_key(|(doc, ..)| *doc);
    let of_passages = added.chunk_by(|a, b| a.0 == b.0).filter(|parts| parts.iter().any(|(.., finds)| *finds));
    of_passages.for_each(|parts| tell(parts[0].0, parts.iter().fold(0.0, |sum, (_, score, _)| sum + score)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::collector::TopDocs;
    use tantivy::query::{BooleanQuery, BoostQuery, Occur, TermQuery};
    use tantivy::schema::{Schema, TEXT};

    /// What tantivy's own queries find, with scores that differ by rounding only.
    #[test]
    fn sums_are_those_of_tantivy() {
        let mut schema = Schema::builder();
        let (text, heading) = (schema.add_text_field("text", TEXT), schema.add_text_field("heading", TEXT));
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for number in 0u32..10_000 {
            let mut document = tantivy::TantivyDocument::new();
            let words = (0..number % 7).map(|_| "share").chain((0..number % 3).map(|_| "sell")).collect::<Vec<_>>().join(" ");
            // Alone, it goes the sparse way.
            document.add_text(text, if number % 2500 == 1 { format!("{words} rare") } else { words });
            document.add_text(heading, if number % 5 == 0 { "share" } else { "other" });
            if number % 5000 < 2 {
                document.add_text(heading, "rare");
            }
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        for words in [&["share"][..], &["share", "sell"], &["rare"], &["sell", "rare", "none"]] {
            let term = |field, word: &str| Term::from_field_text(field, word);
            let find = |word: &&str| Scored { term: term(text, word), boost: 1.0, finds: true };
            let add = |word: &&str| Scored { term: term(heading, word), boost: 0.5, finds: false };
            let loose = Loose(words.iter().map(find).chain(words.iter().map(add)).collect());
            let own = |field, word: &str, boost| -> Box<dyn Query> {
                Box::new(BoostQuery::new(Box::new(TermQuery::new(term(field, word), IndexRecordOption::WithFreqs)), boost))
            };
            let any = BooleanQuery::new(words.iter().map(|word| (Occur::Should, own(text, word, 1.0))).collect());
            let mut parts: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(any))];
            parts.extend(words.iter().map(|word| (Occur::Should, own(heading, word, 0.5))));
            let top = |query: &dyn Query| {
                let mut found = searcher.search(query, &TopDocs::with_limit(10_000).order_by_score()).unwrap();
                found.sort_by_key(|(_, address)| *address);
                found
            };
            let (mine, theirs) = (top(&loose), top(&BooleanQuery::new(parts)));
            assert_eq!(mine.len(), theirs.len(), "{words:?}");
            for ((score, address), (other, same)) in mine.iter().zip(&theirs) {
                assert_eq!(address, same);
                assert!((score - other).abs() < 1e-4 * other.abs().max(1.0), "{words:?}: {score} {other}");
            }
        }
    }
}
