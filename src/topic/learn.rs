//! Topics learned from labelled passages: a linear model of few terms, written as a topic file.
//!
//! The model is a logistic regression over stems and pairs of stems. What is thought of each weight beforehand is a normal
//! distribution around 0, or around the weight of the built-in topic of this label times a scale that is learned too. Its variance
//! is [`VARIANCE`] / passages × idf², where idf = ln(1 + passages / passages with the term): common words need more evidence. The
//! bias is held near 0 likewise, so that what stands in all kinds of passages weighs against the label: else long passages would be
//! about everything. Passages with and without the label count as much together. The terms that move the scores of both least are
//! left out in steps, each with a new fit. In the end the sum of a passage is stretched and moved so that the score is the share of
//! such passages that have the label (Platt scaling).

use super::features::{Column, Feature, MIN_PASSAGES, features};
use super::file::{MAX_NAME_CHARS, MAX_WEIGHT};
use super::labelled::Passage;
use super::ridge::{Cases, Fit, Input, fit, odds};
use super::{Lexicon, Reader, Term, Topic};
use crate::language;
use std::collections::{BTreeMap, BTreeSet};

/// The variance of the bias and of the weights beforehand, times the number of passages and over the idf² of the term; smaller keeps
/// weights nearer to what is thought of them beforehand. It shrinks with the passages, so that what they say on average, and not in
/// sum, is held against it: the same value fits a hundred passages and some thousands.
pub const VARIANCE: f64 = 1.2;

/// The variance of the scale of the built-in weights, times the number of passages.
pub const SCALE_VARIANCE: f64 = 0.1;

/// How many terms a learned topic has where nothing else is asked for.
pub const DEFAULT_TERMS: usize = 100;

/// So many times the wanted terms are left after the first fit.
const FIRST_STEP: usize = 30;

/// The share of the terms that each later step leaves.
const STEP: f64 = 0.75;

/// A label of fewer passages cannot be learned.
pub const MIN_LABELLED: usize = 10;

/// Why a topic cannot be learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LearnError {
    #[error("`{label}` is the label of {passages} of the passages: at least {MIN_LABELLED} are needed to learn from")]
    TooFew { label: String, passages: usize },
    #[error("every passage is labelled `{0}`: what is not about it is needed too")]
    NoOthers(String),
    #[error("nothing in the passages tells `{0}` from the others")]
    Nothing(String),
}

/// Labelled passages with their features, from which topics are learned.
pub struct Learner<'p> {
    passages: Vec<&'p Passage>,
    features: Vec<Feature>,
    lang: String,
}

/// A term that may come to be one of the topic.
struct Candidate<'l> {
    text: &'l str,
    column: &'l Column,
    /// What a built-in topic weighs it.
    by_hand: f64,
}

impl<'p> Learner<'p> {
    pub fn new(passages: Vec<&'p Passage>) -> Learner<'p> {
        let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        Learner { features: features(&texts), lang: commonest_language(&texts), passages }
    }

    /// Learns the topic of a label: at most so many terms, which a built-in topic may hold already.
    ///
    /// # Errors
    /// Where too few passages have the label, or too few have not.
    pub fn topic(&self, label: &str, known: Option<&Topic>, terms: usize) -> Result<Topic, LearnError> {
        let is_of: Vec<bool> = self.passages.iter().map(|passage| passage.labels.iter().any(|one| one == label)).collect();
        let count = is_of.iter().filter(|is_of| **is_of).count();
        if count < MIN_LABELLED {
            return Err(LearnError::TooFew { label: label.to_owned(), passages: count });
        }
        if count == is_of.len() {
            return Err(LearnError::NoOthers(label.to_owned()));
        }
        let columns = known.map_or_else(Vec::new, |known| self.columns(known));
        let candidates = self.candidates(known, &columns);
        let model = self.select(candidates, &is_of, terms.max(1));
        self.written(label, known, count, &model).ok_or_else(|| LearnError::Nothing(label.to_owned()))
    }

    /// Where the terms of a topic stand.
    fn columns(&self, topic: &Topic) -> Vec<Column> {
        let lexicon = Lexicon::alone(vec![topic.clone()]);
        let mut reader = Reader::new(&lexicon);
        let places: BTreeMap<&str, usize> = (0..).zip(&topic.terms).map(|(place, term)| (term.text.as_str(), place)).collect();
        let mut columns = vec![Column::default(); topic.terms.len()];
        for (row, passage) in (0..).zip(&self.passages) {
            for found in reader.terms(&passage.text, 0) {
                if let Some(place) = places.get(found.term.as_str()) {
                    columns[*place].push(row, found.times);
                }
            }
        }
        columns
    }

    /// The terms of the known topic, then the features that are not among them.
    fn candidates<'l>(&'l self, known: Option<&'l Topic>, columns: &'l [Column]) -> Vec<Candidate<'l>> {
        let terms: &[Term] = known.map_or(&[], |known| &known.terms);
        let by_hand =
            terms.iter().zip(columns).map(|(term, column)| Candidate { text: &term.text, column, by_hand: term.weight });
        let taken: BTreeSet<&[String]> = terms.iter().filter(|term| !term.as_written).map(|term| term.words.as_slice()).collect();
        let others = self.features.iter().filter(|feature| !taken.contains(feature.stems.as_slice()));
        by_hand.chain(others.map(|feature| Candidate { text: &feature.text, column: &feature.column, by_hand: 0.0 })).collect()
    }

    /// Fits the model, again and again with fewer terms.
    fn select<'l>(&self, mut candidates: Vec<Candidate<'l>>, is_of: &[bool], terms: usize) -> Model<'l> {
        let count = is_of.len() as f64;
        let of = is_of.iter().filter(|is_of| **is_of).count() as f64;
        let balanced = |is_of: &bool| count / 2.0 / if *is_of { of } else { count - of };
        let cases = Cases {
            targets: is_of.iter().map(|is_of| f64::from(u8::from(*is_of))).collect(),
            weights: is_of.iter().map(balanced).collect(),
            bias_variance: VARIANCE / count,
        };
        let mut own = vec![0.0; candidates.len()];
        let (mut bias, mut scale) = (0.0, 0.0);
        // All of them, then fewer and fewer.
        let mut wanted = candidates.len();
        loop {
            let importance = |candidate: &Candidate<'_>, own: f64| {
                // A term that does not stand here is as important as one that stands once.
                let square = candidate.column.square(&cases.weights).max(1.0);
                (own + scale * candidate.by_hand).abs() * square.sqrt()
            };
            if candidates.len() > wanted {
                let mut order: Vec<(f64, usize)> =
                    candidates.iter().zip(&own).map(|(candidate, own)| importance(candidate, *own)).zip(0..).collect();
                order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                let kept: BTreeSet<usize> = order.iter().take(wanted).map(|(_, number)| *number).collect();
                let mut number = 0..;
                candidates.retain(|_| number.next().is_some_and(|number| kept.contains(&number)));
                own = kept.iter().map(|number| own[*number]).collect();
            }
            let by_hand = sum_by_hand(&candidates, is_of.len());
            let mut inputs: Vec<Input<'_>> = candidates.iter().map(|candidate| self.input(candidate.column)).collect();
            inputs.push(Input { column: &by_hand, variance: SCALE_VARIANCE / is_of.len() as f64 });
            own.push(scale);
            let fitted = fit(&inputs, &cases, Fit { bias, weights: std::mem::take(&mut own) });
            (bias, own) = (fitted.bias, fitted.weights);
            scale = own.pop().unwrap_or(0.0);
            if candidates.len() <= terms {
                break;
            }
            let fewer = (candidates.len() as f64 * STEP) as usize;
            wanted = fewer.min(terms.saturating_mul(FIRST_STEP)).max(terms);
        }
        let weights = candidates.iter().zip(&own).map(|(candidate, own)| own + scale * candidate.by_hand).collect();
        let mut model = Model { candidates, bias, weights, scale };
        model.calibrate(is_of);
        model
    }

    fn input<'l>(&self, column: &'l Column) -> Input<'l> {
        let passages = self.passages.len() as f64;
        let idf = (passages / column.rows.len().max(1) as f64).ln_1p();
        Input { column, variance: VARIANCE / passages * idf * idf }
    }

    /// The model as a topic; none where all of its weights are next to nothing.
    fn written(&self, label: &str, known: Option<&Topic>, count: usize, model: &Model<'_>) -> Option<Topic> {
        // Of three decimals; adding 0 makes 0 of -0.
        let short = |weight: f64| format!("{:.3}", weight.clamp(-MAX_WEIGHT, MAX_WEIGHT)).parse().unwrap_or(0.0) + 0.0;
        let weighed = model.candidates.iter().zip(&model.weights).map(|(candidate, weight)| (candidate.text, short(*weight)));
        let mut terms: Vec<Term> =
            weighed.filter(|(_, weight)| *weight != 0.0).filter_map(|(text, weight)| Term::read(text, weight).ok()).collect();
        terms.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
        let groups: BTreeSet<usize> = self.passages.iter().map(|passage| passage.group).collect();
        let prior = known.map_or_else(String::new, |known| format!(" around {:.4} × the weights of {}", model.scale, known.name));
        let description = format!(
            "Learned from {} labelled passages of {} groups, {count} of them labelled {label}: logistic regression over stems and pairs \
             of stems in at least {MIN_PASSAGES} passages, normal prior{prior} with variance {VARIANCE} / passages × idf², balanced classes, pruned to {} terms.",
            self.passages.len(),
            groups.len(),
            terms.len(),
        );
        (!terms.is_empty()).then(|| Topic {
            name: learned_name(label),
            title: format!("{label} (learned)"),
            description,
            neighbours: Vec::new(),
            labels: vec![label.to_owned()],
            lang: self.lang.clone(),
            practice: false,
            bias: Some(short(model.bias)),
            evaluated: None,
            terms,
        })
    }
}

/// Terms with their weights.
struct Model<'l> {
    candidates: Vec<Candidate<'l>>,
    bias: f64,
    weights: Vec<f64>,
    /// Of the built-in weights.
    scale: f64,
}

impl Model<'_> {
    /// Stretches and moves the log odds, so that they are those of having the label among all passages.
    ///
    /// The targets are a little less than certain, as Platt has them ("Probabilistic Outputs for Support Vector Machines", 1999).
    fn calibrate(&mut self, is_of: &[bool]) {
        let inputs: Vec<Input<'_>> =
            self.candidates.iter().map(|candidate| Input { column: candidate.column, variance: f64::INFINITY }).collect();
        let sums = odds(&inputs, 0.0, &self.weights, is_of.len());
        // Around their mean they say nothing of the bias, and the fit is quick.
        let mean = sums.iter().sum::<f64>() / sums.len().max(1) as f64;
        let spread = (sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / sums.len().max(1) as f64).sqrt();
        if spread <= 0.0 {
            return;
        }
        let column =
            Column { rows: (0..sums.len() as u32).collect(), values: sums.iter().map(|sum| (sum - mean) / spread).collect() };
        let of = is_of.iter().filter(|is_of| **is_of).count() as f64;
        let others = is_of.len() as f64 - of;
        let target = |is_of: &bool| if *is_of { (of + 1.0) / (of + 2.0) } else { 1.0 / (others + 2.0) };
        let cases =
            Cases { targets: is_of.iter().map(target).collect(), weights: vec![1.0; is_of.len()], bias_variance: f64::INFINITY };
        let input = Input { column: &column, variance: f64::INFINITY };
        let fitted = fit(&[input], &cases, Fit { bias: 0.0, weights: vec![1.0] });
        let stretch = fitted.weights.first().map_or(1.0, |weight| weight / spread);
        if stretch > 0.0 {
            self.bias = fitted.bias - stretch * mean;
            self.scale *= stretch;
            self.weights.iter_mut().for_each(|weight| *weight *= stretch);
        }
    }
}

/// What the weights given by hand say of each passage.
fn sum_by_hand(candidates: &[Candidate<'_>], passages: usize) -> Column {
    let mut sums = vec![0.0; passages];
    for candidate in candidates.iter().filter(|candidate| candidate.by_hand != 0.0) {
        for (row, value) in candidate.column.rows.iter().zip(&candidate.column.values) {
            sums[*row as usize] += candidate.by_hand * value;
        }
    }
    let (rows, values) = (0..).zip(sums).filter(|(_, sum)| *sum != 0.0).unzip();
    Column { rows, values }
}

/// What queries call the learned topic of a label.
pub fn learned_name(label: &str) -> String {
    let mut name = String::new();
    for c in label.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    const END: &str = "learned";
    name.truncate(MAX_NAME_CHARS - END.len() - 1);
    let name = name.trim_matches('-');
    if name.is_empty() { END.to_owned() } else { format!("{name}-{END}") }
}

/// The built-in topic that has a label.
pub fn built_in_of(label: &str) -> Option<Topic> {
    let lexicon = Lexicon::new([]).ok()?;
    lexicon.topics().get(usize::from(lexicon.find(label)?)).cloned()
}

/// The language that most of the passages are plainly in; English where none is.
fn commonest_language(texts: &[&str]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for lang in texts.iter().filter_map(|text| language::detect(text)) {
        *counts.entry(lang).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(lang, count)| (*count, std::cmp::Reverse(*lang))).map_or("en", |(lang, _)| lang).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::labelled::Labelled;

    const FILLERS: [&str; 12] =
        ["the", "house", "garden", "river", "stone", "cloud", "window", "bread", "winter", "letter", "music", "road"];

    /// Passages of random words, of which every third tells of shoes, and with a word for that.
    fn passages() -> Labelled {
        let mut state = 7_u64;
        let mut below = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        let line = |number: usize| {
            let mut words: Vec<&str> = (0..12).map(|_| FILLERS[below(FILLERS.len())]).collect();
            let label = if number.is_multiple_of(3) {
                words[below(12)] = ["laces", "soles"][below(2)];
                "Shoes"
            } else {
                words[below(12)] = "hat";
                "Hats"
            };
            format!("{{\"text\": \"{}\", \"labels\": [\"{label}\"]}}", words.join(" "))
        };
        Labelled::parse(&(0..240).map(line).collect::<Vec<_>>().join("\n")).unwrap()
    }

    fn learned(labelled: &Labelled, known: Option<&Topic>, terms: usize) -> Topic {
        Learner::new(labelled.passages.iter().collect()).topic("Shoes", known, terms).unwrap()
    }

    #[test]
    fn planted_words_are_found_and_tell_the_label() {
        let labelled = passages();
        let topic = learned(&labelled, None, 5);
        assert_eq!(topic.terms.len(), 5);
        let mut best: Vec<&str> = topic.terms.iter().take(2).map(|term| term.text.as_str()).collect();
        best.sort_unstable();
        assert_eq!(best, ["laces", "soles"]);
        assert!(topic.terms.iter().any(|term| term.text.contains("hat") && term.weight < 0.0), "{topic:?}");
        let lexicon = Lexicon::alone(vec![topic]);
        for passage in &labelled.passages {
            let is_of = passage.labels == ["Shoes"];
            assert_eq!(lexicon.of_text(&passage.text)[0] >= 0.5, is_of, "{passage:?}");
        }
    }

    #[test]
    fn the_same_passages_give_the_same_file() {
        let file = learned(&passages(), None, 100).to_file();
        assert_eq!(learned(&passages(), None, 100).to_file(), file);
        assert_eq!(Topic::parse(&file).unwrap().to_file(), file);
        assert!(file.contains("name = \"shoes-learned\"") && file.contains("labels = [\"Shoes\"]"), "{file}");
        assert!(file.contains("240 labelled passages of 240 groups, 80 of them labelled Shoes"), "{file}");
    }

    #[test]
    fn what_was_thought_beforehand_stays_where_the_passages_say_nothing() {
        let known =
            "name = \"feet\"\ntitle = \"Shoes\"\n[terms]\n\"lace\" = 4\n\"sole\" = 4\n\"pair of boots\" = 4\n\"=Sandal\" = 2\n";
        let topic = learned(&passages(), Some(&Topic::parse(known).unwrap()), 1000);
        let weight = |text: &str| topic.terms.iter().find(|term| term.text == text).map_or(0.0, |term| term.weight);
        // No passage has them: their weights are those of the file times one scale.
        assert!(weight("pair of boots") > 0.0);
        assert!((weight("pair of boots") - 2.0 * weight("=Sandal")).abs() < 2e-3);
        assert!(weight("lace") > weight("pair of boots"));
        // No term twice, whoever names it.
        assert_eq!(weight("laces"), 0.0);
    }

    #[test]
    fn what_cannot_be_learned_is_told() {
        let labelled = passages();
        let learner = Learner::new(labelled.passages.iter().collect());
        assert_eq!(learner.topic("Gloves", None, 9), Err(LearnError::TooFew { label: "Gloves".into(), passages: 0 }));
        let shoes: Vec<&Passage> = labelled.passages.iter().filter(|passage| passage.labels == ["Shoes"]).collect();
        assert_eq!(Learner::new(shoes).topic("Shoes", None, 9), Err(LearnError::NoOthers("Shoes".into())));
        let lines: Vec<String> =
            (0..40).map(|number| format!("{{\"text\": \"{number}\", \"labels\": [\"{}\"]}}", number % 2)).collect();
        let labelled = Labelled::parse(&lines.join("\n")).unwrap();
        assert_eq!(Learner::new(labelled.passages.iter().collect()).topic("1", None, 9), Err(LearnError::Nothing("1".into())));
    }

    #[test]
    fn names_are_made_of_labels() {
        assert_eq!(learned_name("User Access, Edit and Deletion"), "user-access-edit-and-deletion-learned");
        assert_eq!(learned_name("個人 –"), "learned");
        assert_eq!(learned_name(&"x".repeat(99)).len(), MAX_NAME_CHARS);
    }

    #[test]
    fn the_built_in_topic_of_a_label_is_found_by_label_title_or_name() {
        for name in ["Data Retention", "retention", "data retention"] {
            assert_eq!(built_in_of(name).unwrap().name, "retention");
        }
        assert_eq!(built_in_of("Shoes"), None);
    }
}
