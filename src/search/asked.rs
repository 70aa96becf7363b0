//! What a search asked of topics, and how a question was understood.

use super::SearchError;
use super::plan::topic_number;
use super::scope::Scope;
use crate::index::Index;
use crate::query::question::Part;
use crate::query::{Node, Query, Question};

/// From which mean score on, in the topics that a question is of above all, a passage addresses it. It is lower than the threshold of
/// a topic that is asked for by name: of several topics a passage mostly speaks of one.
pub const QUESTION_THRESHOLD: f32 = 0.3;

/// What share of the words of a question that is of no topic, by what they are worth, a passage must have to address it.
pub const QUESTION_SHARE: f32 = 0.5;

/// What was asked of topics, or by a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The topics that were asked for by name, as the index names them.
    pub topics: Vec<String>,
    /// From which score on a passage counts.
    pub threshold: f32,
    pub question: Option<Understood>,
    /// Documents of which no usable snapshot is in a language that the topics have: their passages are not scored.
    pub not_scored: u64,
    /// Whether the scores in the index are of these topics as the program has them; else `fineprint index` scores anew.
    pub is_current: bool,
}

/// How a question was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    pub parts: Vec<Part>,
    /// With their weights, the heaviest first.
    pub topics: Vec<(String, f32)>,
}

/// The question that a query is.
pub fn question(query: &Query) -> Option<&Question> {
    match &query.node {
        Some(Node::Question(question)) => Some(question),
        _ => None,
    }
}

/// The topics that a question is of above all.
pub fn main_topics(question: &Question) -> impl Iterator<Item = &str> {
    let most = question.topics.first().map_or(0.0, |(_, weight)| *weight);
    question.topics.iter().take_while(move |(_, weight)| *weight >= most).map(|(name, _)| name.as_str())
}

impl Asked {
    /// What a query asks; `None` where it is of words only.
    pub(super) fn of(scope: &Scope<'_>, query: &Query) -> Result<Option<Asked>, SearchError> {
        let index = scope.index;
        let names = query.topics();
        let question = question(query);
        if names.is_empty() && question.is_none() {
            return Ok(None);
        }
        let mut topics: Vec<String> = Vec::new();
        for name in names {
            let name = index.catalog.topics.get(usize::from(topic_number(index, name)?));
            topics.extend(name.filter(|name| !topics.contains(name)).cloned());
        }
        let threshold =
            query.topic_threshold.unwrap_or(if topics.is_empty() { QUESTION_THRESHOLD } else { crate::topic::DEFAULT_THRESHOLD });
        let asked = topics.iter().map(String::as_str).chain(question.into_iter().flat_map(main_topics));
        let langs = languages(index, asked)?;
        let mut not_scored = 0;
        for (slot, entry) in index.catalog.documents() {
            let is_other = !entry.langs.is_empty() && !entry.langs.iter().any(|(lang, _)| langs.contains(&lang.as_str()));
            not_scored += u64::from(!langs.is_empty() && is_other && scope.admits(slot)?);
        }
        let understood = |question: &Question| Understood { parts: question.parts.clone(), topics: question.topics.clone() };
        Ok(Some(Asked {
            topics,
            threshold,
            question: question.map(understood),
            not_scored,
            is_current: index.catalog.topics_hash == index.lexicon()?.hash(),
        }))
    }
}

/// The languages of some topics; none where the index has none of them.
fn languages<'i, 'n>(index: &'i Index, names: impl Iterator<Item = &'n str>) -> Result<Vec<&'i str>, SearchError> {
    let lexicon = index.lexicon()?;
    let topics = names.filter_map(|name| lexicon.topics().get(usize::from(lexicon.find(name)?)));
    Ok(topics.map(|topic| topic.lang.as_str()).collect())
}
