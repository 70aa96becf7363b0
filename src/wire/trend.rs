//! `trend` as scripts see it.

use super::{SCHEMA, day, languages};
use crate::snapshot::Recording;
use crate::time::trend::{self, Count, CountedPassage, MemberState, Rule};
use crate::time::{Point, Series, Step};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The answer of `trend`.
#[derive(Debug, Serialize)]
pub struct Trend {
    pub schema: u32,
    pub fingerprint: String,
    /// `year`, `half`, `quarter`, `month`.
    pub by: &'static str,
    /// `companies`, `documents`, `snapshots`.
    pub count: &'static str,
    /// `end`, `any`, `all`.
    #[serde(rename = "match")]
    pub rule: &'static str,
    /// How the sources of what is counted record: `captures`, `changes`, `mixed`; null where nothing is.
    pub recording: Option<&'static str>,
    /// The last capture of the archives that are counted: the period in which it lies ends there.
    pub last_capture: Option<String>,
    /// Snapshots dated to a year only, where periods are shorter: each counts on its first day.
    pub dated_to_year: u64,
    /// The first and the last period of the panel.
    pub panel: Option<[String; 2]>,
    pub series: Vec<TrendSeries>,
}

#[derive(Debug, Serialize)]
pub struct TrendSeries {
    /// The id of the query where a file gives one, else the query.
    pub query: String,
    /// The query as typed.
    pub text: String,
    pub group: Option<String>,
    /// Where topics are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<super::Estimate>,
    /// Languages of what observes; null: any.
    pub lang: Option<Vec<String>>,
    /// How old a snapshot may be to stand for a later day; null: as each archive records.
    pub carry: Option<String>,
    /// The same for archives by name.
    pub carry_of: BTreeMap<String, String>,
    /// Whether snapshots that are no policy text observe.
    pub suspect: bool,
    /// How many companies (documents) are observed in every period of the panel.
    pub panel: Option<u64>,
    /// In all periods together.
    pub left_out: u64,
    pub points: Vec<TrendPoint>,
    /// Who is behind the point that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<TrendMember>>,
}

/// A query in a period.
#[derive(Debug, Clone, Serialize)]
pub struct TrendPoint {
    pub period: String,
    pub matching: u64,
    pub observed: u64,
    /// To four decimals; null where nothing is observed.
    pub share: Option<f64>,
    pub carried: u64,
    pub mixed: u64,
    /// Null where snapshots are counted: none enters or leaves.
    pub entered: Option<u64>,
    pub left: Option<u64>,
    pub left_out: u64,
}

/// A line of `--format jsonl`.
#[derive(Debug, Serialize)]
pub struct TrendRow<'t> {
    pub schema: u32,
    pub fingerprint: &'t str,
    pub query: &'t str,
    pub group: Option<&'t str>,
    #[serde(flatten)]
    pub point: TrendPoint,
}

/// A company, or a document where documents are counted, behind a point.
#[derive(Debug, Serialize)]
pub struct TrendMember {
    pub company: Option<String>,
    /// `matching`, `mixed`, `not_matching`.
    pub state: &'static str,
    pub carried: bool,
    pub documents: Vec<TrendDocument>,
}

#[derive(Debug, Serialize)]
pub struct TrendDocument {
    pub kind: String,
    pub source: String,
    pub matching: bool,
    pub carried: bool,
    /// When the snapshot was captured that decides.
    pub snapshot: Option<String>,
    /// Ids of the matching passages in it.
    pub passages: Vec<String>,
    /// How many snapshots tell of the document, and how many of them match.
    pub snapshots: u64,
    pub matching_snapshots: u64,
}

/// A line of `--list` with `--format jsonl`.
#[derive(Debug, Serialize)]
pub struct TrendMemberRow<'t> {
    pub schema: u32,
    pub fingerprint: &'t str,
    pub query: &'t str,
    pub group: Option<&'t str>,
    pub period: String,
    #[serde(flatten)]
    pub member: TrendMember,
}

/// A passage that was counted.
#[derive(Debug)]
pub struct TrendPassage {
    pub id: String,
    pub company: Option<String>,
    pub kind: String,
    pub source: String,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    pub snapshots: u64,
    pub text: String,
}

impl Trend {
    pub fn new(trend: &trend::Trend) -> Trend {
        Trend {
            schema: SCHEMA,
            fingerprint: trend.fingerprint.clone(),
            by: step(trend.step),
            count: count(trend.count),
            rule: if trend.count == Count::Snapshots { rule(Rule::Any) } else { rule(trend.rule) },
            recording: recording(&trend.recordings),
            last_capture: trend.last_capture.map(|day| day.to_string()),
            dated_to_year: trend.dated_to_year,
            panel: trend.panel.and_then(|_| Some([trend.periods.first()?.to_string(), trend.periods.last()?.to_string()])),
            series: trend.queries.iter().map(|series| TrendSeries::new(trend, series)).collect(),
        }
    }
}

impl TrendSeries {
    fn new(trend: &trend::Trend, series: &Series) -> TrendSeries {
        let observing = &series.observing;
        let snapshots = trend.count == Count::Snapshots;
        TrendSeries {
            query: series.query.clone(),
            text: series.text.clone(),
            group: series.group.clone(),
            estimate: series.estimate.as_ref().map(super::Estimate::new),
            lang: languages(&series.limits.langs),
            carry: if snapshots { Some("none".to_owned()) } else { observing.carry.map(|carry| carry.to_string()) },
            carry_of: observing.carry_of.iter().map(|(source, carry)| (source.clone(), carry.to_string())).collect(),
            suspect: observing.suspect,
            panel: series.panel,
            left_out: series.points.iter().map(|point| point.left_out).sum(),
            points: series.points.iter().map(|point| TrendPoint::new(trend.count, point)).collect(),
            members: series.members.as_ref().map(|members| members.iter().map(TrendMember::new).collect()),
        }
    }
}

impl TrendPoint {
    pub fn new(count: Count, point: &Point) -> TrendPoint {
        let moves = count != Count::Snapshots;
        TrendPoint {
            period: point.period.to_string(),
            matching: point.matching,
            observed: point.observed,
            share: point.share().map(|share| (share * 1e4).round() / 1e4),
            carried: point.carried,
            mixed: point.mixed,
            entered: moves.then_some(point.entered),
            left: moves.then_some(point.left),
            left_out: point.left_out,
        }
    }
}

impl TrendMember {
    pub fn new(member: &trend::Member) -> TrendMember {
        TrendMember {
            company: member.company.clone(),
            state: match member.state {
                MemberState::Matching => "matching",
                MemberState::Mixed => "mixed",
                MemberState::NotMatching => "not_matching",
            },
            carried: member.carried,
            documents: member
                .documents
                .iter()
                .map(|document| TrendDocument {
                    kind: document.kind.clone(),
                    source: document.source.clone(),
                    matching: document.matching,
                    carried: document.carried,
                    snapshot: document.snapshot.map(|snapshot| snapshot.to_string()),
                    passages: document.passages.clone(),
                    snapshots: document.snapshots,
                    matching_snapshots: document.matching_snapshots,
                })
                .collect(),
        }
    }
}

impl TrendPassage {
    pub fn new(passage: &CountedPassage) -> TrendPassage {
        TrendPassage {
            id: passage.id.clone(),
            company: passage.company.clone(),
            kind: passage.kind.clone(),
            source: passage.source.clone(),
            first_seen: day(passage.life.first_seen),
            last_seen: day(passage.life.last_seen),
            snapshots: passage.life.snapshots,
            text: passage.text.to_string(),
        }
    }
}

pub fn step(step: Step) -> &'static str {
    match step {
        Step::Year => "year",
        Step::Half => "half",
        Step::Quarter => "quarter",
        Step::Month => "month",
    }
}

pub fn count(count: Count) -> &'static str {
    match count {
        Count::Companies => "companies",
        Count::Documents => "documents",
        Count::Snapshots => "snapshots",
    }
}

pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::End => "end",
        Rule::Any => "any",
        Rule::All => "all",
    }
}

fn recording(recordings: &BTreeSet<Recording>) -> Option<&'static str> {
    match (recordings.contains(&Recording::Changes), recordings.contains(&Recording::Captures)) {
        (true, true) => Some("mixed"),
        (true, false) => Some("changes"),
        (false, true) => Some("captures"),
        (false, false) => None,
    }
}
