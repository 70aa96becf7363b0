//! Collects every passage that a query matches, with its score and what counting needs of it.

use super::SearchError;
use crate::index::{Columns, Counted, Index, IndexError, read_safely};
use rayon::prelude::*;
use tantivy::query::{EnableScoring, Query, Weight};
use tantivy::{DocId, Score, SegmentReader};

/// A matching passage, and its score; zero where none was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    /// The tantivy document that it is in its segment.
    pub document: DocId,
    /// Of the document that it is of.
    pub slot: u32,
    pub counted: Counted,
    pub score: Score,
}

/// The matching passages of a segment: those of a document together, in the order of their clauses.
pub struct Matches<'i> {
    columns: &'i Columns,
    passages: Vec<DocId>,
    /// Empty where none were asked for.
    scores: Vec<Score>,
}

/// The matching passages of some whole documents.
#[derive(Clone, Copy)]
pub struct Part<'m, 'i> {
    /// The columns of its segment.
    pub columns: &'i Columns,
    passages: &'m [DocId],
    scores: &'m [Score],
}

/// A thread looks at so many matches, or more.
pub const MATCHES_AT_ONCE: usize = 8192;

/// A thread looks for matches in so many passages, or more.
const PASSAGES_AT_ONCE: usize = 1 << 18;

/// All matches are cut into so many shares for each thread: some take longer than others.
const SHARES_OF_A_THREAD: usize = 4;

/// Room is made for one match in so many passages at first.
const PASSAGES_OF_A_MATCH: usize = 8;

/// Every passage that a query of tantivy's matches, segment by segment; scored where that is asked for.
pub fn matches<'i>(index: &'i Index, query: &dyn Query, scored: bool) -> Result<Vec<Matches<'i>>, SearchError> {
    read_safely(|| {
        let statistics = index.statistics();
        let scoring = if scored {
            EnableScoring::enabled_from_statistics_provider(&statistics, &index.searcher)
        } else {
            EnableScoring::disabled_from_searcher(&index.searcher)
        };
        let weight = query.weight(scoring)?;
        let collect = |segment: &SegmentReader| of_segment(index, &*weight, segment, scored);
        let segments = index.searcher.segment_readers();
        let passages: usize = segments.iter().map(|segment| segment.max_doc() as usize).sum();
        Ok(each_part(segments, passages >= PASSAGES_AT_ONCE, |_, segment| collect(segment))?)
    })
}

fn of_segment<'i>(index: &'i Index, weight: &dyn Weight, segment: &SegmentReader, scored: bool) -> tantivy::Result<Matches<'i>> {
    let is_alive = |document: DocId| segment.alive_bitset().is_none_or(|alive| alive.is_alive(document));
    let room = segment.max_doc() as usize / PASSAGES_OF_A_MATCH;
    let (mut passages, mut scores): (Vec<DocId>, Vec<Score>) = (Vec::with_capacity(room), Vec::new());
    if scored {
        scores.reserve(room);
        weight.for_each(segment, &mut |document, score| {
            if is_alive(document) {
                passages.push(document);
                scores.push(score);
            }
        })?;
    } else {
        weight.for_each_no_score(segment, &mut |block| passages.extend(block.iter().copied().filter(|one| is_alive(*one))))?;
    }
    Ok(Matches { columns: index.columns(segment)?, passages, scores })
}

/// Does the same with each of some parts, and its number: on all threads where there is `much` to do, else on this one. To wake another
/// takes as long as to look at thousands of matches.
pub fn each_part<P: Sync, T: Send, E: Send>(
    parts: &[P],
    much: bool,
    work: impl Fn(usize, &P) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    if much {
        parts.par_iter().enumerate().map(|(number, part)| work(number, part)).collect()
    } else {
        parts.iter().enumerate().map(|(number, part)| work(number, part)).collect()
    }
}

/// Cuts the matches between documents into shares, of some parts each, for as many threads as there are: one where there are few.
pub fn shares<'m, 'i>(segments: &'m [Matches<'i>]) -> Vec<Vec<Part<'m, 'i>>> {
    let all: usize = segments.iter().map(|matches| matches.passages.len()).sum();
    let at_once = all.div_ceil(rayon::current_num_threads() * SHARES_OF_A_THREAD).max(MATCHES_AT_ONCE);
    let (mut shares, mut share) = (Vec::new(), Vec::new());
    let mut room = at_once;
    for Matches { columns, passages, scores } in segments {
        let mut start = 0;
        while start < passages.len() {
            let mut end = passages.len();
            if start + room < end {
                let end_of_document = columns.end_of_document(passages[start + room - 1]);
                end = start + passages[start..].partition_point(|passage| *passage < end_of_document);
            }
            share.push(Part { columns, passages: &passages[start..end], scores: scores.get(start..end).unwrap_or_default() });
            room = room.saturating_sub(end - start);
            if room == 0 {
                shares.push(std::mem::take(&mut share));
                room = at_once;
            }
            start = end;
        }
    }
    if !share.is_empty() {
        shares.push(share);
    }
    shares
}

impl Part<'_, '_> {
    /// How many matches.
    pub fn len(&self) -> usize {
        self.passages.len()
    }

    /// Tells each match, those of a document behind each other, until one is refused.
    pub fn each(&self, mut tell: impl FnMut(Match) -> Result<(), IndexError>) -> Result<(), IndexError> {
        let mut scores = self.scores.iter().copied();
        self.columns.counted(self.passages, |document, slot, counted| {
            tell(Match { document, slot, counted, score: scores.next().unwrap_or_default() })
        })
    }

    /// Tells the matches of each document until one is refused.
    pub fn each_document(&self, mut tell: impl FnMut(DocumentMatches<'_>) -> Result<(), IndexError>) -> Result<(), IndexError> {
        let mut tell = |matches: &[Match]| match matches.first() {
            Some(first) => tell(DocumentMatches { slot: first.slot, columns: self.columns, matches }),
            None => Ok(()),
        };
        let mut matches: Vec<Match> = Vec::new();
        self.each(|one| {
            if matches.first().is_some_and(|first| first.slot != one.slot) {
                tell(&matches)?;
                matches.clear();
            }
            matches.push(one);
            Ok(())
        })?;
        tell(&matches)
    }
}

/// The matches of one document, of at least one.
pub struct DocumentMatches<'m> {
    pub slot: u32,
    columns: &'m Columns,
    matches: &'m [Match],
}

impl DocumentMatches<'_> {
    /// In which snapshots each stands, see [`Counted::stands`].
    pub fn stands(&self) -> impl Iterator<Item = u64> + '_ {
        self.matches.iter().map(|one| one.counted.stands)
    }

    /// The number of each passage within the document.
    pub fn passages(&self) -> impl Iterator<Item = u32> + '_ {
        self.matches.iter().map(|one| self.columns.passage(one.document))
    }
}
