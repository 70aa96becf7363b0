//! What `lifetimes` says, as scripts see it.

use super::{SCHEMA, languages};
use crate::query::Limits;
use crate::snapshot::Instant;
use crate::time::{self, Length};
use serde::Serialize;

/// The answer of `lifetimes`.
#[derive(Debug, Serialize)]
pub struct Lifetimes {
    pub schema: u32,
    /// The id of a batch query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub fingerprint: String,
    pub query: String,
    /// Where topics are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<super::Estimate>,
    /// The languages in which a snapshot counts; empty: in all.
    pub languages: Vec<String>,
    /// Whether the language is the commonest of the index because none was asked for.
    pub language_by_default: bool,
    /// Whether snapshots that are no policy text count.
    pub suspect: bool,
    /// The days that are looked at.
    pub since: Option<String>,
    pub until: Option<String>,
    pub totals: Totals,
    /// Those that said it, earliest first.
    pub rows: Vec<Row>,
    /// Those that were observed and never said it, where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<Vec<Row>>,
}

#[derive(Debug, Serialize)]
pub struct Totals {
    pub companies: u64,
    pub companies_said: u64,
    pub since_before: u64,
    pub started: u64,
    pub stopped: u64,
    pub ended: u64,
    pub still: u64,
    pub returned: u64,
    pub documents: u64,
    pub documents_said: u64,
    pub observations: u64,
    pub left_out: u64,
    /// Intervals that begin, and that end, beside a capture that is much shorter.
    pub shrunk_before: u64,
    pub shrunk_after: u64,
}

/// A company, or a document.
#[derive(Debug, Serialize)]
pub struct Row {
    /// `company` or `document`.
    pub level: &'static str,
    pub company: Option<String>,
    /// Of a company with several documents null, as what follows.
    pub kind: Option<String>,
    pub part: Option<String>,
    /// Several where sources hold the same snapshots.
    pub sources: Option<Vec<String>>,
    pub intervals: Vec<Interval>,
    pub observations: u64,
    pub first_observed: String,
    pub last_observed: String,
    pub left_out: u64,
    /// Of a company with several documents: each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Row>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Interval {
    pub absent_before: Option<String>,
    pub first_seen: String,
    pub last_seen: String,
    pub absent_after: Option<String>,
    pub since_before: bool,
    pub still: bool,
    pub ended: Option<String>,
    pub snapshots: u64,
    pub longest_silence_days: u64,
    /// Of an interval after another one: how long it was away, and how often it was not found then.
    pub gap_days: Option<u64>,
    pub gap_observations: Option<u64>,
    /// The length of the document at `absent_before` in percent of that at `first_seen`, and whether it is much shorter.
    pub length_before: Option<u64>,
    pub shrunk_before: bool,
    /// At `absent_after`, of that at the last observation with it before.
    pub length_after: Option<u64>,
    pub shrunk_after: bool,
}

/// What an answer holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choice {
    /// A row for each document, and none for companies.
    pub by_document: bool,
    /// Those that never said it as well.
    pub absent: bool,
}

/// What was asked, besides the query's text.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub text: &'a str,
    pub limits: &'a Limits,
    pub language_by_default: bool,
    pub suspect: bool,
}

impl Lifetimes {
    pub fn new(lifetimes: &time::Lifetimes, asked: Asked<'_>, choice: Choice, id: Option<String>) -> Lifetimes {
        let totals = &lifetimes.totals;
        let mut rows: Vec<Row> = Vec::new();
        for company in &lifetimes.companies {
            if choice.by_document {
                rows.extend(company.texts.iter().map(|text| Row::document(company, text)));
            } else {
                rows.push(Row::company(company, choice.absent));
            }
        }
        if choice.by_document {
            // Companies are in order of time, their documents are not.
            rows.sort_by_cached_key(|row| {
                (row.intervals.is_empty(), row.intervals.first().map(|interval| interval.first_seen.clone()), row.company.clone())
            });
        }
        let (rows, absent): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| !row.intervals.is_empty());
        let days = asked.limits.days;
        Lifetimes {
            schema: SCHEMA,
            id,
            fingerprint: lifetimes.fingerprint.clone(),
            query: asked.text.to_owned(),
            estimate: lifetimes.estimate.as_ref().map(super::Estimate::new),
            languages: languages(&asked.limits.langs).unwrap_or_default(),
            language_by_default: asked.language_by_default,
            suspect: asked.suspect,
            since: days.first.map(|day| day.to_string()),
            until: days.last.map(|day| day.to_string()),
            totals: Totals {
                companies: totals.observed,
                companies_said: totals.said,
                since_before: totals.since_before,
                started: totals.started,
                stopped: totals.stopped,
                ended: totals.ended,
                still: totals.still,
                returned: totals.returned,
                documents: totals.documents,
                documents_said: totals.documents_said,
                observations: totals.observations,
                left_out: totals.left_out,
                shrunk_before: totals.shrunk_before,
                shrunk_after: totals.shrunk_after,
            },
            rows,
            absent: choice.absent.then_some(absent),
        }
    }
}

impl Row {
    fn new(level: &'static str, company: &time::CompanyLife, life: &time::Life) -> Row {
        Row {
            level,
            company: company.company.clone(),
            kind: None,
            part: None,
            sources: None,
            intervals: life.intervals.iter().map(Interval::new).collect(),
            observations: life.observations,
            first_observed: life.first_observed.to_string(),
            last_observed: life.last_observed.to_string(),
            left_out: life.left_out,
            documents: Vec::new(),
        }
    }

    fn of_text(self, text: &time::TextLife) -> Row {
        Row { kind: Some(text.kind.clone()), part: Some(text.part.clone()), sources: Some(text.sources.clone()), ..self }
    }

    fn document(company: &time::CompanyLife, text: &time::TextLife) -> Row {
        Row::new("document", company, &text.life).of_text(text)
    }

    fn company(company: &time::CompanyLife, absent: bool) -> Row {
        let row = Row::new("company", company, &company.life);
        match company.texts.as_slice() {
            [text] => row.of_text(text),
            texts => {
                let is_wanted = |text: &&time::TextLife| absent || !text.life.intervals.is_empty();
                let documents = texts.iter().filter(is_wanted).map(|text| Row::document(company, text)).collect();
                Row { documents, ..row }
            }
        }
    }
}

impl Interval {
    fn new(interval: &time::Interval) -> Interval {
        let written = |at: Instant| at.to_string();
        Interval {
            absent_before: interval.absent_before.map(written),
            first_seen: written(interval.first_seen),
            last_seen: written(interval.last_seen),
            absent_after: interval.absent_after.map(written),
            since_before: interval.since_before,
            still: interval.is_still(),
            ended: interval.ended.map(written),
            snapshots: interval.snapshots,
            longest_silence_days: interval.longest_silence_days,
            gap_days: interval.gap.map(|gap| gap.days),
            gap_observations: interval.gap.map(|gap| gap.observations),
            length_before: interval.length_before.and_then(Length::percent),
            shrunk_before: interval.length_before.is_some_and(Length::is_shrunk),
            length_after: interval.length_after.and_then(Length::percent),
            shrunk_after: interval.length_after.is_some_and(Length::is_shrunk),
        }
    }
}
