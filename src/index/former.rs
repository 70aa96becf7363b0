//! The passages that a document had before an update, for tantivy to take out. It may reach segments too that are added while the update
//! runs, where the document is written anew: these are left alone.

use rustc_hash::FxHashSet;
use std::sync::Arc;
use tantivy::index::SegmentId;
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, SegmentReader, Term};

/// What has the term of a document, in the segments that an update began with.
#[derive(Debug, Clone)]
pub struct Former {
    document: TermQuery,
    segments: Arc<FxHashSet<SegmentId>>,
}

impl Former {
    pub fn new(document: Term, segments: Arc<FxHashSet<SegmentId>>) -> Former {
        Former { document: TermQuery::new(document, IndexRecordOption::Basic), segments }
    }
}

impl Query for Former {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(FormerWeight { document: self.document.weight(scoring)?, segments: self.segments.clone() }))
    }
}

struct FormerWeight {
    document: Box<dyn Weight>,
    segments: Arc<FxHashSet<SegmentId>>,
}

impl Weight for FormerWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        match self.segments.contains(&reader.segment_id()) {
            true => self.document.scorer(reader, boost),
            false => Ok(Box::new(EmptyScorer)),
        }
    }

    fn explain(&self, reader: &SegmentReader, document: DocId) -> tantivy::Result<Explanation> {
        self.document.explain(reader, document)
    }
}
