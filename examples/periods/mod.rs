//! Counts phrases over time in what was read, and compares that with the trends of the index.

use super::{Report, Truth};
use fineprint::index::Index;
use fineprint::query;
use fineprint::search::{Carry, Observing};
use fineprint::time::Step;
use fineprint::time::trend::{self, Count, Question, Request, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Matching, observed, carried, mixed, entered, left, left out.
type Numbers = [u64; 7];

/// By the year, or the year and the month.
type Moment = (i16, i8);

/// Compares the trends of all phrases; tells how many points were compared.
pub fn compare(index: &Arc<Index>, truth: &Truth<'_>, phrases: &[String], report: &mut Report) -> anyhow::Result<usize> {
    let mut compared = 0;
    for step in [Step::Year, Step::Month] {
        let span = span(truth, step);
        for count in [Count::Snapshots, Count::Companies] {
            let trend = trend::trend(index, &request(phrases, step, count)?)?;
            for (number, (series, phrase)) in trend.queries.iter().zip(phrases).enumerate() {
                let expected = match count {
                    Count::Snapshots => snapshots(truth, number, step, &span),
                    _ => companies(truth, number, step, &span),
                };
                let indexed: Vec<(String, Numbers)> = series
                    .points
                    .iter()
                    .map(|at| {
                        let numbers = [at.matching, at.observed, at.carried, at.mixed, at.entered, at.left, at.left_out];
                        (at.period.to_string(), numbers)
                    })
                    .collect();
                compared += expected.len();
                report.equal(|| format!("\"{phrase}\", {count:?} by {step:?}"), indexed.len(), expected.len());
                for (indexed, expected) in indexed.iter().zip(&expected) {
                    report.equal(|| format!("\"{phrase}\", {count:?} by {step:?}"), indexed, expected);
                }
            }
        }
    }
    Ok(compared)
}

fn request(phrases: &[String], step: Step, count: Count) -> anyhow::Result<Request> {
    let question = |phrase: &String| {
        let text = format!("\"{phrase}\"");
        let query = query::parse(&text).map_err(|_| anyhow::anyhow!("{text} is no query"))?.query;
        let carry = (count == Count::Companies).then_some(Carry::Never);
        Ok(Question { name: text.clone(), text, query, observing: Observing { carry, suspect: true, ..Observing::default() } })
    };
    let questions = phrases.iter().map(question).collect::<anyhow::Result<_>>()?;
    Ok(Request { questions, step, count, rule: Rule::Any, ..Request::default() })
}

/// The moment of each dated snapshot of each document.
fn moments<'t>(truth: &'t Truth<'_>, document: usize, step: Step) -> impl Iterator<Item = (usize, Moment)> + 't {
    let document = &truth.documents[document];
    let moment = move |at: usize| {
        let date = document.instant(at)?.day().date();
        Some((at, (date.year(), if step == Step::Year { 1 } else { date.month() })))
    };
    (0..document.snapshots.len()).filter_map(moment)
}

/// From the first moment of the archive to the last, with the name of each.
fn span(truth: &Truth<'_>, step: Step) -> Vec<(Moment, String)> {
    let all: BTreeSet<Moment> =
        (0..truth.documents.len()).flat_map(|document| moments(truth, document, step).map(|(_, moment)| moment)).collect();
    let (Some(&first), Some(&last)) = (all.first(), all.last()) else { return Vec::new() };
    let months = if step == Step::Year { 1..=1 } else { 1..=12 };
    let every = (first.0..=last.0).flat_map(|year| months.clone().map(move |month| (year, month)));
    let name = |(year, month): Moment| if step == Step::Year { format!("{year:04}") } else { format!("{year:04}-{month:02}") };
    every.filter(|moment| (first..=last).contains(moment)).map(|moment| (moment, name(moment))).collect()
}

fn snapshots(truth: &Truth<'_>, phrase: usize, step: Step, span: &[(Moment, String)]) -> Vec<(String, Numbers)> {
    let mut counts: BTreeMap<Moment, Numbers> = BTreeMap::new();
    for document in 0..truth.documents.len() {
        let found = matches(truth, document, phrase);
        for (snapshot, moment) in moments(truth, document, step) {
            let numbers = counts.entry(moment).or_default();
            numbers[0] += u64::from(found.contains(&snapshot));
            numbers[1] += 1;
        }
    }
    span.iter().map(|(moment, name)| (name.clone(), counts.get(moment).copied().unwrap_or_default())).collect()
}

fn companies(truth: &Truth<'_>, phrase: usize, step: Step, span: &[(Moment, String)]) -> Vec<(String, Numbers)> {
    // For each company and moment, whether its documents match.
    let mut known: BTreeMap<(&str, Moment), BTreeMap<usize, bool>> = BTreeMap::new();
    for (number, document) in truth.documents.iter().enumerate() {
        let company = document.document.company.as_str();
        let found = matches(truth, number, phrase);
        for (snapshot, moment) in moments(truth, number, step).filter(|_| !company.is_empty()) {
            *known.entry((company, moment)).or_default().entry(number).or_default() |= found.contains(&snapshot);
        }
    }
    let companies: BTreeSet<&str> = known.keys().map(|(company, _)| *company).collect();
    let mut rows: Vec<(String, Numbers)> = span.iter().map(|(_, name)| (name.clone(), Numbers::default())).collect();
    for company in companies {
        let mut before: Option<bool> = None;
        for ((moment, _), (_, numbers)) in span.iter().zip(&mut rows) {
            let documents = known.get(&(company, *moment));
            let now = documents.map(|documents| documents.values().any(|matches| *matches));
            numbers[0] += u64::from(now == Some(true));
            numbers[1] += u64::from(now.is_some());
            numbers[3] += u64::from(now == Some(true) && documents.is_some_and(|all| all.values().any(|matches| !matches)));
            numbers[4] += u64::from(now == Some(true) && before == Some(false));
            numbers[5] += u64::from(now == Some(false) && before == Some(true));
            before = now;
        }
    }
    rows
}

fn matches(truth: &Truth<'_>, document: usize, phrase: usize) -> BTreeSet<usize> {
    truth.documents[document].found[phrase].values().flatten().copied().collect()
}
