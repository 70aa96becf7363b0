//! How well topics tell labelled passages: against the labels of people, topics as they are or learned on other passages.

use super::labelled::{Labelled, Passage};
use super::learn::{Learner, built_in_of, learned_name};
use super::{Lexicon, Reader, Topic};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// So many of the first passages are looked at by the measures of the top.
const TOP: usize = 10;

/// How well a topic tells what has its label. Each from 0 to 1; 0 where nothing can be told.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measures {
    /// Passages that have the label.
    pub labelled: u64,
    /// Passages with at least the threshold as their score, and those of them that have the label.
    pub found: u64,
    pub right: u64,
    /// The mean over the passages with the label of the precision at their ranks (0 where they have no score).
    pub average_precision: f64,
    /// The share of the first ten that has the label.
    pub precision_at_10: f64,
    pub ndcg_at_10: f64,
    /// Of what is found.
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// A topic, and how well it tells its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    pub name: String,
    /// The label of the passages, or several, that it is compared with.
    pub labels: Vec<String>,
    pub measures: Measures,
}

/// What an evaluation found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    pub passages: u64,
    pub groups: u64,
    pub topics: Vec<Evaluated>,
    /// The means over the topics, and the sums of what is counted.
    pub mean: Measures,
    /// Labels that no topic is compared with.
    pub without_topic: Vec<String>,
    /// Names of topics that no passage has a label for.
    pub without_label: Vec<String>,
}

/// Scores topics against the labels of passages.
///
/// A topic is compared with the labels that its file names, else with its title or its name, whatever their case.
pub fn evaluate(lexicon: &Lexicon, labelled: &Labelled, threshold: f32) -> Evaluation {
    let mut reader = Reader::new(lexicon);
    let scores: Vec<Vec<f32>> = labelled.passages.iter().map(|passage| reader.scores(&passage.text)).collect();
    let known = labelled.labels();
    let mut evaluation = Evaluation::default();
    for (number, topic) in lexicon.topics().iter().enumerate() {
        let labels = labels_of(topic, &known);
        if labels.is_empty() {
            evaluation.without_label.push(topic.name.clone());
            continue;
        }
        let scores: Vec<f32> = scores.iter().map(|scores| scores[number]).collect();
        let measures = measured(labelled, &labels, &scores, threshold);
        evaluation.topics.push(Evaluated { name: topic.name.clone(), labels, measures });
    }
    evaluation.close(labelled)
}

/// Learns the topic of each label on all folds but one, and scores it on that one.
///
/// Where a fold's other passages are too few to learn from, its passages have no score.
pub fn cross_validate(labelled: &Labelled, labels: &[&str], folds: usize, terms: usize, threshold: f32) -> Evaluation {
    let fold_of = labelled.folds(folds);
    let known: Vec<Option<Topic>> = labels.iter().map(|label| built_in_of(label)).collect();
    let fold = |fold: usize| -> Vec<Vec<(usize, f32)>> {
        let others = labelled.passages.iter().zip(&fold_of).filter(|(_, of)| **of != fold).map(|(passage, _)| passage);
        let learner = Learner::new(others.collect());
        let here = || labelled.passages.iter().enumerate().filter(|(at, _)| fold_of[*at] == fold);
        let scores = |(label, known): (&&str, &Option<Topic>)| {
            let Ok(topic) = learner.topic(label, known.as_ref(), terms) else { return Vec::new() };
            let lexicon = Lexicon::alone(vec![topic]);
            let mut reader = Reader::new(&lexicon);
            here().filter_map(|(at, passage)| Some((at, *reader.scores(&passage.text).first()?))).collect()
        };
        labels.par_iter().zip(&known).map(scores).collect()
    };
    let by_fold: Vec<Vec<Vec<(usize, f32)>>> = (0..folds).into_par_iter().map(fold).collect();
    let mut evaluation = Evaluation::default();
    for (number, label) in labels.iter().enumerate() {
        let mut scores = vec![0.0; labelled.passages.len()];
        for &(at, score) in by_fold.iter().flat_map(|labels| &labels[number]) {
            scores[at] = score;
        }
        evaluation.topics.push(Evaluated {
            name: learned_name(label),
            measures: measured(labelled, &[(*label).to_owned()], &scores, threshold),
            labels: vec![(*label).to_owned()],
        });
    }
    evaluation.close(labelled)
}

/// The labels of passages that a topic is compared with.
fn labels_of(topic: &Topic, known: &BTreeMap<&str, usize>) -> Vec<String> {
    let among = |names: &[&str]| -> Vec<String> {
        let is_named = |label: &&&str| names.iter().any(|name| name.to_lowercase() == label.to_lowercase());
        known.keys().filter(is_named).map(|label| (*label).to_owned()).collect()
    };
    let named: Vec<&str> = topic.labels.iter().map(String::as_str).collect();
    [named.as_slice(), &[&topic.title], &[&topic.name]].into_iter().map(among).find(|found| !found.is_empty()).unwrap_or_default()
}

impl Evaluation {
    fn close(mut self, labelled: &Labelled) -> Evaluation {
        self.passages = labelled.passages.len() as u64;
        self.groups = labelled.groups as u64;
        let is_compared = |label: &str| self.topics.iter().any(|topic| topic.labels.iter().any(|one| one == label));
        self.without_topic =
            labelled.labels().keys().filter(|label| !is_compared(label)).map(|label| (*label).to_owned()).collect();
        let each = || self.topics.iter().map(|topic| &topic.measures);
        let sum = |of: fn(&Measures) -> u64| each().map(of).sum();
        let mean = |of: fn(&Measures) -> f64| each().map(of).sum::<f64>() / self.topics.len().max(1) as f64;
        self.mean = Measures {
            labelled: sum(|one| one.labelled),
            found: sum(|one| one.found),
            right: sum(|one| one.right),
            average_precision: mean(|one| one.average_precision),
            precision_at_10: mean(|one| one.precision_at_10),
            ndcg_at_10: mean(|one| one.ndcg_at_10),
            precision: mean(|one| one.precision),
            recall: mean(|one| one.recall),
            f1: mean(|one| one.f1),
        };
        self
    }
}

/// Compares the scores of passages with their labels.
fn measured(labelled: &Labelled, labels: &[String], scores: &[f32], threshold: f32) -> Measures {
    let is_labelled = |passage: &Passage| passage.labels.iter().any(|label| labels.contains(label));
    let mut scored: Vec<(f32, &Passage)> =
        scores.iter().copied().zip(&labelled.passages).filter(|(score, _)| *score > 0.0).collect();
    // Equal scores in an order that does not follow the labels: by ids from the last, as trec_eval does, else by texts.
    scored.sort_by(|(score, a), (other, b)| other.total_cmp(score).then_with(|| (&b.id, &b.text).cmp(&(&a.id, &a.text))));
    let ranked: Vec<bool> = scored.iter().map(|(_, passage)| is_labelled(passage)).collect();
    let found = scored.iter().take_while(|(score, _)| *score >= threshold).count();
    Measures::new(&ranked, labelled.passages.iter().filter(|passage| is_labelled(passage)).count(), found)
}

impl Measures {
    /// `ranked`: whether each passage with a score has the label, the best score first; `labelled`: how many passages have it;
    /// `found`: how many have the threshold.
    fn new(ranked: &[bool], labelled: usize, found: usize) -> Measures {
        let share = |part: f64, whole: usize| if whole == 0 { 0.0 } else { part / whole as f64 };
        let mut right = 0;
        let mut precisions = 0.0;
        for (rank, _) in (1..).zip(ranked).filter(|(_, is_labelled)| **is_labelled) {
            right += 1;
            precisions += share(f64::from(right), rank);
        }
        let gain = |rank: usize| 1.0 / (rank as f64 + 1.0).log2();
        let top = (1..=TOP).zip(ranked).filter(|(_, is_labelled)| **is_labelled);
        let ideal: f64 = (1..=TOP.min(labelled)).map(gain).sum();
        let right = ranked.iter().take(found).filter(|is_labelled| **is_labelled).count();
        let (precision, recall) = (share(right as f64, found), share(right as f64, labelled));
        Measures {
            labelled: labelled as u64,
            found: found as u64,
            right: right as u64,
            average_precision: share(precisions, labelled),
            precision_at_10: share(top.clone().count() as f64, TOP),
            ndcg_at_10: if labelled == 0 { 0.0 } else { top.map(|(rank, _)| gain(rank)).sum::<f64>() / ideal },
            precision,
            recall,
            f1: if right == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-9
    }

    #[test]
    fn measures_are_those_counted_by_hand() {
        // Of three labelled passages one has no score.
        let measures = Measures::new(&[true, false, true, false], 3, 3);
        assert_eq!((measures.labelled, measures.found, measures.right), (3, 3, 2));
        assert!(near(measures.average_precision, (1.0 + 2.0 / 3.0) / 3.0));
        assert!(near(measures.precision_at_10, 0.2));
        assert!(near(measures.precision, 2.0 / 3.0) && near(measures.recall, 2.0 / 3.0) && near(measures.f1, 2.0 / 3.0));
        let ideal = 1.0 + 1.0 / 3f64.log2() + 0.5;
        assert!(near(measures.ndcg_at_10, (1.0 + 0.5) / ideal));

        let all = Measures::new(&[true; 12], 12, 12);
        assert!(
            [all.average_precision, all.precision_at_10, all.ndcg_at_10, all.precision, all.recall, all.f1]
                .iter()
                .all(|one| near(*one, 1.0))
        );
        assert_eq!(Measures::new(&[], 2, 0), Measures { labelled: 2, ..Measures::default() });
        assert_eq!(Measures::new(&[], 0, 0), Measures::default());
    }

    #[test]
    fn a_topic_is_compared_with_its_labels_or_its_title_or_its_name() {
        let topic = |more: &str| {
            Topic::parse(&format!("name = \"shoes\"\ntitle = \"Shoes and Laces\"\n{more}\n[terms]\n\"shoe\" = 8\n")).unwrap()
        };
        let labels = |topic: &Topic, known: &[&str]| labels_of(topic, &known.iter().map(|label| (*label, 1)).collect());
        assert_eq!(labels(&topic("labels = [\"feet\", \"toes\"]"), &["Feet", "shoes", "toes"]), ["Feet", "toes"]);
        assert_eq!(labels(&topic("labels = [\"feet\"]"), &["SHOES and laces", "shoes"]), ["SHOES and laces"]);
        assert_eq!(labels(&topic(""), &["Shoes", "hats"]), ["Shoes"]);
        assert!(labels(&topic(""), &["hats"]).is_empty());
    }

    #[test]
    fn equal_scores_do_not_follow_the_order_of_the_passages() {
        let line = |text: &str, label: &str| format!("{{\"text\": \"{text}\", \"labels\": [\"{label}\"]}}");
        let topic = Topic::parse("name = \"shoes\"\ntitle = \"Shoes\"\n[terms]\n\"shoe\" = 8\n").unwrap();
        let lexicon = Lexicon::alone(vec![topic]);
        let lines = [line("a shoe", "shoes"), line("b shoe", "hats"), line("no foot", "shoes")];
        let mut both = [lines.join("\n"), lines.iter().rev().cloned().collect::<Vec<_>>().join("\n")]
            .map(|text| evaluate(&lexicon, &Labelled::parse(&text).unwrap(), 0.5));
        let [one, other] = &mut both;
        assert_eq!(one, other);
        // The wrong one of two equal ones comes first; the third has no score.
        assert!(near(one.topics[0].measures.average_precision, 0.25));
        assert_eq!((one.topics[0].measures.found, one.topics[0].measures.right), (2, 1));
        assert_eq!(one.without_topic, ["hats"]);
    }
}
