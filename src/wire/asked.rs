//! What was asked of topics or by a question, and why hits have their scores, as scripts see it.

use crate::search;
use serde::Serialize;

/// What was asked of topics, or by a question.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// The topics that were asked for by name.
    pub topics: Vec<String>,
    /// From which score on a passage counts.
    pub threshold: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Understood>,
    /// Documents in languages that the topics do not have.
    pub not_scored: u64,
    /// Whether the scores are of the topics that this program has; else `fineprint index` scores anew.
    pub is_current: bool,
}

/// That what is counted follows from scores in topics.
#[derive(Debug, Serialize)]
pub struct Estimate {
    /// What it is, in words.
    pub note: String,
    pub topics: Vec<EstimatedTopic>,
    pub not_scored: u64,
}

/// A topic that is counted, and how well it does.
#[derive(Debug, Serialize)]
pub struct EstimatedTopic {
    pub topic: String,
    pub threshold: f64,
    /// Null where it was not evaluated at this threshold.
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub evaluated_on: Option<String>,
}

/// How a question was understood.
#[derive(Debug, Serialize)]
pub struct Understood {
    /// Whether any passage addresses it.
    pub addressed: bool,
    pub parts: Vec<Part>,
    pub topics: Vec<TopicWeight>,
}

/// One thing that the question asks about.
#[derive(Debug, Serialize)]
pub struct Part {
    /// The concept of the thesaurus, or the stem of the word.
    pub name: String,
    pub concept: bool,
    /// The stems that a passage may have.
    pub stems: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct TopicWeight {
    pub topic: String,
    pub weight: f32,
}

/// A topic of a passage.
#[derive(Debug, Serialize)]
pub struct TopicScore {
    pub topic: String,
    /// From 0 to 1.
    pub score: f64,
}

/// Why a hit has its score.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// What each part of the query adds.
    pub parts: Vec<Scored>,
    /// What the sum is multiplied with.
    pub weight: f64,
    pub topics: Vec<Told>,
}

#[derive(Debug, Serialize)]
pub struct Scored {
    pub part: String,
    pub score: f64,
}

/// A topic of the passage, with its terms there.
#[derive(Debug, Serialize)]
pub struct Told {
    pub topic: String,
    pub score: f64,
    pub terms: Vec<Term>,
}

#[derive(Debug, Serialize)]
pub struct Term {
    pub term: String,
    pub times: u32,
    pub weight: f64,
}

impl Asked {
    pub fn new(asked: &search::Asked, addressed: bool) -> Asked {
        let part = |part: &crate::query::question::Part| Part {
            name: part.name.clone(),
            concept: part.is_concept,
            stems: part.stems.iter().map(|(stem, _)| stem.clone()).collect(),
        };
        let topic = |(topic, weight): &(String, f32)| TopicWeight { topic: topic.clone(), weight: *weight };
        let question = |question: &search::Understood| Understood {
            addressed,
            parts: question.parts.iter().map(part).collect(),
            topics: question.topics.iter().map(topic).collect(),
        };
        Asked {
            topics: asked.topics.clone(),
            threshold: rounded(asked.threshold),
            question: asked.question.as_ref().map(question),
            not_scored: asked.not_scored,
            is_current: asked.is_current,
        }
    }
}

impl Estimate {
    pub fn new(estimate: &search::Estimate) -> Estimate {
        let topic = |topic: &search::EstimatedTopic| EstimatedTopic {
            topic: topic.name.clone(),
            threshold: rounded(topic.threshold),
            precision: topic.evaluated.as_ref().map(|one| rounded(one.precision)),
            recall: topic.evaluated.as_ref().map(|one| rounded(one.recall)),
            evaluated_on: topic.evaluated.as_ref().map(|one| one.on.clone()),
        };
        Estimate {
            note: estimate.to_string(),
            topics: estimate.topics.iter().map(topic).collect(),
            not_scored: estimate.not_scored,
        }
    }
}

impl TopicScore {
    pub fn new((topic, score): &(String, f32)) -> TopicScore {
        TopicScore { topic: topic.clone(), score: rounded(*score) }
    }
}

impl Explanation {
    pub fn new(explanation: &search::Explanation) -> Explanation {
        let scored = |scored: &search::Scored| Scored { part: scored.part.clone(), score: rounded(scored.score) };
        let term =
            |term: &crate::topic::Weighed| Term { term: term.term.clone(), times: term.times, weight: rounded(term.weight) };
        let told = |told: &search::Told| Told {
            topic: told.topic.clone(),
            score: rounded(told.score),
            terms: told.terms.iter().map(term).collect(),
        };
        Explanation {
            parts: explanation.parts.iter().map(scored).collect(),
            weight: rounded(explanation.heading_weight.unwrap_or(1.0)),
            topics: explanation.topics.iter().map(told).collect(),
        }
    }
}

fn rounded(score: f32) -> f64 {
    super::score(f64::from(score))
}
