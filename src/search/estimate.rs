//! What counts of a topic are worth: an estimate of mentions, with how well the topic's scores agree with labels.

use super::{Observing, Scope, SearchError};
use crate::index::Index;
use crate::query::Query;
use crate::topic::Evaluated;
use std::fmt;

/// That what is counted follows from scores in topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub topics: Vec<EstimatedTopic>,
    /// Documents in languages that the topics do not have.
    pub not_scored: u64,
}

/// A topic that is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimatedTopic {
    pub name: String,
    /// From which score on a passage is counted.
    pub threshold: f32,
    /// How well it does at this threshold; `None` where it was not evaluated there.
    pub evaluated: Option<Evaluated>,
}

impl Estimate {
    /// Of a query; `None` where it asks for no topic.
    ///
    /// # Errors
    /// Where the index does not have a topic.
    pub fn of(index: &Index, query: &Query, observing: &Observing) -> Result<Option<Estimate>, SearchError> {
        let scope = Scope { index, limits: &query.limits, observing };
        let Some(asked) = super::Asked::of(&scope, query)?.filter(|asked| !asked.topics.is_empty()) else {
            return Ok(None);
        };
        let threshold = asked.threshold;
        let lexicon = index.lexicon()?;
        let mut topics = Vec::new();
        for name in asked.topics {
            // Unless the index is of another release, its lexicon has the topic.
            let topic = lexicon.topics().iter().find(|topic| topic.name == name);
            let evaluated = topic.and_then(|topic| topic.evaluated.clone());
            topics.push(EstimatedTopic { name, threshold, evaluated: evaluated.filter(|one| one.threshold == threshold) });
        }
        Ok(Some(Estimate { topics, not_scored: asked.not_scored }))
    }
}

/// As a heading of what was counted.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("An estimate of mentions, not of practice: passages that score ")?;
        for (at, topic) in self.topics.iter().enumerate() {
            let parting = if at > 0 { ", or " } else { "" };
            write!(f, "{parting}{:.2} or more in the topic {} ", topic.threshold, topic.name)?;
            match &topic.evaluated {
                Some(one) => write!(f, "(precision {:.2}, recall {:.2} on {})", one.precision, one.recall, one.on)?,
                None => f.write_str("(not evaluated)")?,
            }
        }
        f.write_str(".")?;
        if self.not_scored > 0 {
            let documents = if self.not_scored == 1 { "document" } else { "documents" };
            write!(f, " Not scored: {} {documents} in other languages.", self.not_scored)?;
        }
        Ok(())
    }
}
