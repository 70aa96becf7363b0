//! Collects every passage that a query matches, with its score and what counting needs of it.

use super::SearchError;
use crate::index::{Index, PassageRow, read_safely};
use rayon::prelude::*;
use tantivy::query::{EnableScoring, Query, Weight};
use tantivy::{DocId, Score, SegmentReader};

/// A matching passage, and its score; zero where none was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    pub row: PassageRow,
    pub score: Score,
}

/// Every passage that a query of tantivy's matches, segment by segment, those of a document together, in the order of their clauses; scored where that is
/// asked for.
pub fn matches(index: &Index, query: &dyn Query, scored: bool) -> Result<Vec<Vec<Match>>, SearchError> {
    read_safely(|| {
        let statistics = index.statistics();
        let scoring = if scored {
            EnableScoring::enabled_from_statistics_provider(&statistics, &index.searcher)
        } else {
            EnableScoring::disabled_from_searcher(&index.searcher)
        };
        let weight = query.weight(scoring)?;
        let collect = |segment: &SegmentReader| of_segment(index, &*weight, segment, scored);
        let found: tantivy::Result<Vec<Vec<Match>>> = match index.searcher.segment_readers() {
            // A single one needs no other threads.
            [one] => collect(one).map(|found| vec![found]),
            several => several.par_iter().map(collect).collect(),
        };
        Ok(found?)
    })
}

/// Matches, document by document.
pub fn by_document(segments: &[Vec<Match>]) -> impl Iterator<Item = &[Match]> {
    segments.iter().flat_map(|matches| matches.chunk_by(|a, b| a.row.slot == b.row.slot))
}

fn of_segment(index: &Index, weight: &dyn Weight, segment: &SegmentReader, scored: bool) -> tantivy::Result<Vec<Match>> {
    let is_alive = |document: DocId| segment.alive_bitset().is_none_or(|alive| alive.is_alive(document));
    let (mut documents, mut scores): (Vec<DocId>, Vec<Score>) = (Vec::new(), Vec::new());
    if scored {
        weight.for_each(segment, &mut |document, score| {
            if is_alive(document) {
                documents.push(document);
                scores.push(score);
            }
        })?;
    } else {
        weight.for_each_no_score(segment, &mut |block| documents.extend(block.iter().copied().filter(|one| is_alive(*one))))?;
        scores.resize(documents.len(), 0.0);
    }
    let mut matches = Vec::with_capacity(documents.len());
    let mut scores = scores.into_iter();
    index.columns(segment)?.rows(&documents, |row| matches.push(Match { row, score: scores.next().unwrap_or_default() }));
    Ok(matches)
}
