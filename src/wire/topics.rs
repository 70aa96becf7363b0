//! Topics and how well they tell labelled passages, as scripts see them.

use super::SCHEMA;
use crate::topic::evaluate::{Evaluation, Measures as Measured};
use crate::topic::{self, Lexicon};
use serde::Serialize;

/// What `topics` says.
#[derive(Debug, Serialize)]
pub struct Topics {
    pub schema: u32,
    /// Of the index, where there is one.
    pub fingerprint: Option<String>,
    pub topics: Vec<Topic>,
}

#[derive(Debug, Serialize)]
pub struct Topic {
    pub name: String,
    pub title: String,
    pub description: String,
    pub built_in: bool,
    /// Whether built-in topics compete with it.
    pub practice: bool,
    /// Whether it has a bias, so that its score is a probability.
    pub learned: bool,
    pub lang: String,
    pub neighbours: Vec<String>,
    pub labels: Vec<String>,
    pub terms: usize,
}

impl Topics {
    pub fn new(lexicon: &Lexicon, fingerprint: Option<&str>) -> Topics {
        let topic = |(number, topic): (u8, &topic::Topic)| Topic {
            name: topic.name.clone(),
            title: topic.title.clone(),
            description: topic.description.clone(),
            built_in: lexicon.is_built_in(number),
            practice: topic.practice,
            learned: topic.bias.is_some(),
            lang: topic.lang.clone(),
            neighbours: topic.neighbours.clone(),
            labels: topic.labels.clone(),
            terms: topic.terms.len(),
        };
        let topics = (0..=u8::MAX).zip(lexicon.topics()).map(topic).collect();
        Topics { schema: SCHEMA, fingerprint: fingerprint.map(str::to_owned), topics }
    }
}

/// What `topics eval` says.
#[derive(Debug, Serialize)]
pub struct Evaluated {
    pub schema: u32,
    pub passages: u64,
    pub groups: u64,
    pub threshold: f64,
    /// Where topics were learned for it: on all of so many parts but the one that is scored.
    pub folds: Option<usize>,
    /// The most terms of a learned topic.
    pub max_terms: Option<usize>,
    pub topics: Vec<EvaluatedTopic>,
    /// Means over the topics, sums of `labelled`, `found` and `right`.
    pub mean: Measures,
    pub labels_without_topic: Vec<String>,
    pub topics_without_label: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct EvaluatedTopic {
    pub topic: String,
    /// What it is compared with.
    pub labels: Vec<String>,
    #[serde(flatten)]
    pub measures: Measures,
}

#[derive(Debug, Serialize)]
pub struct Measures {
    pub labelled: u64,
    pub found: u64,
    pub right: u64,
    pub average_precision: f64,
    pub precision_at_10: f64,
    pub ndcg_at_10: f64,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// How topics were learned for an evaluation.
#[derive(Debug, Clone, Copy)]
pub struct Learned {
    pub folds: usize,
    pub terms: usize,
}

impl Evaluated {
    pub fn new(evaluation: &Evaluation, threshold: f32, learned: Option<Learned>) -> Evaluated {
        let topic = |one: &topic::evaluate::Evaluated| EvaluatedTopic {
            topic: one.name.clone(),
            labels: one.labels.clone(),
            measures: Measures::new(&one.measures),
        };
        Evaluated {
            schema: SCHEMA,
            passages: evaluation.passages,
            groups: evaluation.groups,
            threshold: rounded(f64::from(threshold)),
            folds: learned.map(|learned| learned.folds),
            max_terms: learned.map(|learned| learned.terms),
            topics: evaluation.topics.iter().map(topic).collect(),
            mean: Measures::new(&evaluation.mean),
            labels_without_topic: evaluation.without_topic.clone(),
            topics_without_label: evaluation.without_label.clone(),
        }
    }
}

impl Measures {
    fn new(measures: &Measured) -> Measures {
        Measures {
            labelled: measures.labelled,
            found: measures.found,
            right: measures.right,
            average_precision: rounded(measures.average_precision),
            precision_at_10: rounded(measures.precision_at_10),
            ndcg_at_10: rounded(measures.ndcg_at_10),
            precision: rounded(measures.precision),
            recall: rounded(measures.recall),
            f1: rounded(measures.f1),
        }
    }
}

/// More digits than four say nothing.
fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}
