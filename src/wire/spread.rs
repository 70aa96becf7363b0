//! What `spread` says, as scripts see it.

use super::SCHEMA;
use super::languages;
use super::lifetimes::Asked;
use crate::time;
use serde::Serialize;

/// The answer of `spread`.
#[derive(Debug, Serialize)]
pub struct Spread {
    pub schema: u32,
    pub fingerprint: String,
    pub query: String,
    /// The passage that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage: Option<String>,
    pub languages: Vec<String>,
    pub language_by_default: bool,
    pub suspect: bool,
    pub since: Option<String>,
    pub until: Option<String>,
    /// From this likeness on passages are nearly equal.
    pub threshold: f64,
    pub totals: Totals,
    pub clusters: Vec<Cluster>,
}

#[derive(Debug, Serialize)]
pub struct Totals {
    pub passages: u64,
    pub wordings: u64,
    pub companies: u64,
    pub companies_sharing: u64,
    pub clusters: u64,
    pub left_out: u64,
}

#[derive(Debug, Serialize)]
pub struct Cluster {
    /// Its place in the whole order, from 1.
    pub number: usize,
    /// Names the passage whose text is shown.
    pub id: String,
    pub text: String,
    pub wordings: u64,
    /// Members of a group count once.
    pub companies: u64,
    pub first_seen: String,
    /// Those of which the start is known, the earliest first.
    pub started: Vec<Company>,
    /// Those that had it when they were first captured.
    pub since_before: Vec<Company>,
}

#[derive(Debug, Serialize)]
pub struct Company {
    pub company: String,
    pub group: Option<String>,
    pub kind: String,
    pub source: String,
    pub heading: Vec<String>,
    pub absent_before: Option<String>,
    pub first_seen: String,
    pub last_seen: String,
    pub since_before: bool,
    pub still: bool,
    pub days_behind: Option<u64>,
    pub wordings: u64,
    pub likeness: f64,
    /// The company's first wording.
    pub id: String,
    pub text: String,
}

impl Spread {
    /// With the first `limit` clusters; `None`: all.
    pub fn new(spread: &time::Spread, asked: Asked<'_>, passage: Option<&str>, limit: Option<usize>) -> Spread {
        let totals = &spread.totals;
        let shown = (1..).zip(&spread.clusters).take(limit.unwrap_or(usize::MAX));
        Spread {
            schema: SCHEMA,
            fingerprint: spread.fingerprint.clone(),
            query: asked.text.to_owned(),
            passage: passage.map(str::to_owned),
            languages: languages(&asked.limits.langs).unwrap_or_default(),
            language_by_default: asked.language_by_default,
            suspect: asked.suspect,
            since: asked.limits.days.first.map(|day| day.to_string()),
            until: asked.limits.days.last.map(|day| day.to_string()),
            threshold: rounded(time::SPREAD_THRESHOLD),
            totals: Totals {
                passages: totals.passages,
                wordings: totals.wordings,
                companies: totals.companies,
                companies_sharing: totals.sharing,
                clusters: spread.clusters.len() as u64,
                left_out: totals.left_out,
            },
            clusters: shown.map(|(number, cluster)| Cluster::new(number, cluster)).collect(),
        }
    }
}

impl Cluster {
    fn new(number: usize, cluster: &time::Cluster) -> Cluster {
        Cluster {
            number,
            id: cluster.id.clone(),
            text: cluster.text.to_string(),
            wordings: cluster.wordings,
            companies: cluster.companies,
            first_seen: cluster.first_seen.to_string(),
            started: cluster.started.iter().map(Company::new).collect(),
            since_before: cluster.since_before.iter().map(Company::new).collect(),
        }
    }
}

impl Company {
    fn new(one: &time::Spreading) -> Company {
        Company {
            company: one.company.clone(),
            group: one.group.clone(),
            kind: one.kind.clone(),
            source: one.source.clone(),
            heading: one.heading.clone(),
            absent_before: one.first.absent_before.map(|at| at.to_string()),
            first_seen: one.first.first_seen.to_string(),
            last_seen: one.last_seen.to_string(),
            since_before: one.first.since_before,
            still: one.still,
            days_behind: one.days_behind,
            wordings: one.wordings,
            likeness: rounded(one.likeness),
            id: one.id.clone(),
            text: one.text.to_string(),
        }
    }
}

fn rounded(likeness: f32) -> f64 {
    (f64::from(likeness) * 1e3).round() / 1e3
}
