//! The difference of two texts as scripts see it: what `diff` says.

use super::SCHEMA;
use super::document::Stood;
use crate::compare::{Run, Step, mark_words};
use crate::document::{Difference, Side, Tally};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Diff {
    pub schema: u32,
    pub fingerprint: String,
    /// The texts that were compared.
    pub from: Stood,
    pub to: Stood,
    pub totals: Totals,
    /// Of two versions of one document: how many captures between them were read anew by other rules.
    pub re_extractions: Option<u64>,
    pub changes: Vec<Change>,
}

#[derive(Debug, Serialize)]
pub struct Totals {
    pub unchanged: u64,
    pub added: u64,
    pub removed: u64,
    pub reworded: u64,
    pub moved: u64,
    /// Different in technical numbers and typography only.
    pub technical: u64,
}

#[derive(Debug, Serialize)]
pub struct Change {
    /// `added`, `removed`, `reworded`, `moved`.
    pub change: &'static str,
    pub technical: bool,
    pub heading: Vec<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Of what was reworded: the runs of words in reading order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
}

/// A run of words.
#[derive(Debug, Serialize)]
pub struct Word {
    /// `equal`, `removed`, `added`.
    pub is: &'static str,
    pub text: String,
}

/// The words of two wordings.
pub fn words(before: &str, after: &str) -> Vec<Word> {
    let word = |run: Run| {
        let is = match &run {
            Run::Equal(_) => "equal",
            Run::Removed(_) => "removed",
            Run::Added(_) => "added",
        };
        Word { is, text: run.text().to_owned() }
    };
    mark_words(before, after).into_iter().map(word).collect()
}

impl Diff {
    /// `all`: with the changes of technical numbers and typography.
    pub fn new(difference: &Difference, [from, to]: [Stood; 2], fingerprint: &str, all: bool) -> Diff {
        let tally = Tally::of(&difference.steps);
        let listed = difference.steps.iter().filter(|step| all || !step.is_technical());
        Diff {
            schema: SCHEMA,
            fingerprint: fingerprint.to_owned(),
            from,
            to,
            totals: Totals {
                unchanged: tally.unchanged,
                added: tally.added,
                removed: tally.removed,
                reworded: tally.reworded,
                moved: tally.moved,
                technical: tally.technical,
            },
            re_extractions: difference.re_extractions,
            changes: listed.filter_map(|step| Change::new(difference, *step)).collect(),
        }
    }
}

impl Change {
    fn new(difference: &Difference, step: Step) -> Option<Change> {
        let (from, to) = (&difference.from, &difference.to);
        let change = match step {
            Step::Unchanged { .. } => return None,
            Step::Moved { .. } => "moved",
            Step::Reworded { .. } => "reworded",
            Step::Added { .. } => "added",
            Step::Removed { .. } => "removed",
        };
        let text = |side: &Side, place: Option<usize>| Some(side.pieces.get(place?)?.text.to_string());
        let (before, after) = (text(from, step.in_old()), text(to, step.in_new()));
        let heading = match (step.in_new(), step.in_old()) {
            (Some(place), _) => to.headings(place),
            (None, place) => from.headings(place.unwrap_or_default()),
        };
        let words = match (step, &before, &after) {
            (Step::Reworded { .. }, Some(before), Some(after)) => words(before, after),
            _ => Vec::new(),
        };
        let heading = heading.iter().map(|heading| heading.to_string()).collect();
        Some(Change { change, technical: step.is_technical(), heading, before, after, words })
    }
}
