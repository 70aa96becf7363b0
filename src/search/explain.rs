//! Why hits stand where they do: what each part of the query adds to their scores, and which words tell their topics.

use super::collect::{self, Match};
use super::hit::Hit;
use super::plan::Planner;
use super::{Request, SearchError};
use crate::index::Index;
use crate::topic::{Reader, Weighed};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Why a hit has its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What each part of the query adds; parts that add nothing are left out.
    pub parts: Vec<Scored>,
    /// What the sum is multiplied with where the passage is a heading.
    pub heading_weight: Option<f32>,
    /// The topics of the hit, with the words of the passage that tell them.
    pub topics: Vec<Told>,
}

/// A part of a query, and what it adds to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    pub part: String,
    pub score: f32,
}

/// A topic of a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub topic: String,
    pub score: f32,
    /// The terms of the topic that stand in the passage, the heaviest first. Headings and neighbours count besides.
    pub terms: Vec<Weighed>,
}

/// Explains the hits of an answer to a request, each by its place.
pub fn explain(index: &Arc<Index>, request: &Request, hits: &[Hit]) -> Result<Vec<Explanation>, SearchError> {
    let planner = Planner::of(index, &request.query, &request.observing);
    let wanted: FxHashMap<(u32, u32), usize> =
        hits.iter().enumerate().map(|(at, hit)| ((hit.origin.slot, hit.origin.passage), at)).collect();
    let mut explanations: Vec<Explanation> = Vec::new();
    let lexicon = index.lexicon()?;
    let mut reader = Reader::new(lexicon);
    for hit in hits {
        let mut topics = Vec::new();
        for (name, score) in &hit.topics {
            let number = lexicon.topics().iter().position(|topic| topic.name == *name);
            let mut terms = number.map_or_else(Vec::new, |number| reader.terms(&hit.text, number as u8));
            terms.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            topics.push(Told { topic: name.clone(), score: *score, terms });
        }
        let timeline = &index.record(hit.origin.slot)?.timeline;
        let is_heading = timeline.passages.get(hit.origin.passage as usize).is_some_and(|facts| facts.heading);
        let heading_weight = is_heading.then_some(super::found::HEADING_WEIGHT);
        explanations.push(Explanation { parts: Vec::new(), heading_weight, topics });
    }
    for (part, query) in planner.parts(&request.query)? {
        let matches = collect::matches(index, &*query, true)?;
        for found in collect::shares(&matches).into_iter().flatten() {
            found.each(|Match { document, slot, score, .. }| {
                let passage = found.columns.passage(document);
                if let Some(at) = wanted.get(&(slot, passage)).filter(|_| score != 0.0) {
                    explanations[*at].parts.push(Scored { part: part.clone(), score });
                }
                Ok(())
            })?;
        }
    }
    planner.fault().map_or(Ok(explanations), |fault| Err(fault.into()))
}
