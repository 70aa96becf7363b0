//! A tantivy query of which only those passages count that a test of our own accepts.

use crate::index::{Columns, Index};
use std::fmt;
use std::sync::Arc;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};

/// Accepts or refuses a passage by its number in the index.
pub type Test = Arc<dyn Fn(u64) -> bool + Send + Sync>;

/// What `inner` finds and `test` accepts, with the score of `inner`.
pub struct Filter {
    pub inner: Box<dyn Query>,
    pub test: Test,
    pub index: Arc<Index>,
}

impl Clone for Filter {
    fn clone(&self) -> Filter {
        Filter { inner: self.inner.box_clone(), test: self.test.clone(), index: self.index.clone() }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({:?})", self.inner)
    }
}

impl Query for Filter {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let inner = self.inner.weight(scoring)?;
        Ok(Box::new(FilterWeight { inner, test: self.test.clone(), index: self.index.clone() }))
    }
}

struct FilterWeight {
    inner: Box<dyn Weight>,
    test: Test,
    index: Arc<Index>,
}

impl Weight for FilterWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let columns = self.index.columns(reader)?.clone();
        let mut scorer = FilterScorer { inner: self.inner.scorer(reader, boost)?, columns, test: self.test.clone() };
        scorer.settle();
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.inner.explain(reader, doc)
    }
}

struct FilterScorer {
    inner: Box<dyn Scorer>,
    columns: Columns,
    test: Test,
}

impl FilterScorer {
    /// Goes on to the next passage that the test accepts, the present one included.
    fn settle(&mut self) -> DocId {
        let mut doc = self.inner.doc();
        while doc != TERMINATED && !(self.test)(self.columns.id(doc)) {
            doc = self.inner.advance();
        }
        doc
    }
}

impl DocSet for FilterScorer {
    fn advance(&mut self) -> DocId {
        self.inner.advance();
        self.settle()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.inner.seek(target);
        self.settle()
    }

    fn doc(&self) -> DocId {
        self.inner.doc()
    }

    fn size_hint(&self) -> u32 {
        self.inner.size_hint()
    }

    fn cost(&self) -> u64 {
        self.inner.cost()
    }
}

impl Scorer for FilterScorer {
    fn score(&mut self) -> Score {
        self.inner.score()
    }
}
