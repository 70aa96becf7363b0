//! Collects every passage that a query matches, with its score.

use super::SearchError;
use crate::index::{Index, Passages, read_safely};
use rayon::prelude::*;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// A matching passage: its number in the index, and its score.
pub type Match = (u64, Score);

/// Every passage that a query of tantivy's matches, those of a document together and in order; scored where that is asked for.
pub fn matches(index: &Index, query: &dyn Query, scored: bool) -> Result<Vec<Match>, SearchError> {
    read_safely(|| {
        let collector = AllMatches { index, scored };
        let statistics = index.statistics();
        let scoring = if scored {
            EnableScoring::enabled_from_statistics_provider(&statistics, &index.searcher)
        } else {
            EnableScoring::disabled_from_searcher(&index.searcher)
        };
        let weight = query.weight(scoring)?;
        let segments = index.searcher.segment_readers();
        let collect = |(at, reader): (usize, &SegmentReader)| collector.collect_segment(&*weight, at as SegmentOrdinal, reader);
        let found: tantivy::Result<Vec<Vec<Match>>> = match segments {
            // A single one needs no other threads.
            [one] => collect((0, one)).map(|found| vec![found]),
            several => several.par_iter().enumerate().map(collect).collect(),
        };
        Ok(collector.merge_fruits(found?)?)
    })
}

/// Collects all matches, without scores where they are not needed.
struct AllMatches<'i> {
    index: &'i Index,
    scored: bool,
}

impl Collector for AllMatches<'_> {
    type Fruit = Vec<Match>;
    type Child = SegmentMatches;

    fn for_segment(&self, _: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentMatches> {
        Ok(SegmentMatches { passages: self.index.passages(reader)?, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        self.scored
    }

    /// In segments the passages of a document stand together.
    fn merge_fruits(&self, segments: Vec<Vec<Match>>) -> tantivy::Result<Vec<Match>> {
        Ok(segments.concat())
    }
}

/// The matches of one segment.
struct SegmentMatches {
    passages: Passages,
    found: Vec<Match>,
}

impl SegmentCollector for SegmentMatches {
    type Fruit = Vec<Match>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.found.push((self.passages.id(doc), score));
    }

    fn harvest(self) -> Vec<Match> {
        self.found
    }
}
