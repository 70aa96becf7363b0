//! From a query to its answer: matching passages, counted over time and folded into clauses, the best of them with their evidence.

mod answer;
mod asked;
mod chain;
mod collect;
mod count;
mod estimate;
mod explain;
mod filter;
mod fold;
mod found;
mod hit;
mod loose;
mod pair;
mod plan;
pub(crate) mod scope;
mod summed;
mod transition;

pub use answer::{Answer, AsOf, Totals, YearCount, each_matching, matching, ranked, search};
pub use asked::{Asked, QUESTION_SHARE, QUESTION_THRESHOLD, Understood};
pub use collect::DocumentMatches;
pub use estimate::{Estimate, EstimatedTopic};
pub use explain::{Explanation, Scored, Told, explain};
pub use fold::Saying;
pub use hit::{Evidence, Hit, Lifespan, Origin, Picked, lifespan, passage_id, passage_of_id};
pub use scope::{Carry, DEFAULT_CARRY, End, Observing, Scope, days};
pub use transition::{Appearing, Cause, Transition};

use crate::index::IndexError;
use crate::query::Query;

/// What is asked of a search besides the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub query: Query,
    /// The query as it was typed.
    pub text: String,
    pub sort: Sort,
    /// How many hits; `None`: all.
    pub limit: Option<usize>,
    /// How many hits are left out before.
    pub offset: usize,
    /// How many hits of one company.
    pub per_company: Option<usize>,
    pub folding: Folding,
    pub by_year: bool,
    pub observing: Observing,
    /// Only passages that were added, or removed, in a snapshot inside the limits.
    pub appearing: Option<Appearing>,
}

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    Relevance,
    /// Earliest first seen first.
    FirstSeen,
    /// Latest last seen first.
    LastSeen,
    Company,
}

/// What is one hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Folding {
    /// Near-equal clauses of any number of documents.
    #[default]
    Documents,
    /// The wordings of a clause of one document.
    Clauses,
    Wordings,
}

/// Why a search has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("there is no topic `{name}`\nhint: {hint}")]
    UnknownTopic { name: String, hint: String },
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("the search failed: {0}")]
    Tantivy(#[from] tantivy::TantivyError),
}
