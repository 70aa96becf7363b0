//! JSON as scripts see it, schema 1 (`docs/json.md`): types of their own, so that the engine can change without them.

mod asked;
mod batch;
pub mod changes;
pub mod diff;
pub mod document;
pub mod lifetimes;
pub mod spread;
pub mod topics;
mod trend;
pub mod verify;

pub use asked::{Asked, Estimate, EstimatedTopic, Explanation, Part, Scored, Term, Told, TopicScore, TopicWeight, Understood};
pub use batch::Manifest;
pub use trend::{Trend, TrendDocument, TrendMember, TrendMemberRow, TrendPassage, TrendPoint, TrendRow, TrendSeries};

use crate::history::Provenance;
use crate::index::catalog::{Catalog, DocumentEntry, Problem, SourceEntry};
use crate::index::update::Report;
use crate::search;
use crate::snapshot::{Captured, Instant, Precision, Recording};
use crate::source::{self, Inside};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The version of what is written here. New fields do not change it.
pub const SCHEMA: u32 = 1;

/// The languages in which a snapshot counts, from lists of which each must hold; `None`: in all.
pub fn languages(lists: &[Vec<String>]) -> Option<Vec<String>> {
    let (first, others) = lists.split_first()?;
    Some(first.iter().filter(|lang| others.iter().all(|other| other.contains(lang))).cloned().collect())
}

/// The answer of `search`, and of a query of `batch`.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub schema: u32,
    /// The id of a batch query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub fingerprint: String,
    pub query: String,
    /// `added` or `removed`, where only that was asked for.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub appearing: Option<&'static str>,
    pub totals: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<Vec<Year>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
    /// Where topics were asked for, or a question was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    pub hits: Vec<Hit>,
}

#[derive(Debug, Serialize)]
pub struct Totals {
    pub clauses: u64,
    pub passages: u64,
    pub snapshots: u64,
    pub documents: u64,
    pub companies: u64,
}

#[derive(Debug, Serialize)]
pub struct Year {
    pub year: i16,
    pub snapshots: u64,
    pub documents: u64,
    pub companies: u64,
}

#[derive(Debug, Serialize)]
pub struct AsOf {
    pub day: String,
    pub known: u64,
    pub unknown: u64,
}

#[derive(Debug, Serialize)]
pub struct Hit {
    pub rank: usize,
    pub score: f64,
    pub id: String,
    pub company: Option<String>,
    pub kind: String,
    pub source: String,
    pub heading: Vec<String>,
    pub text: String,
    /// What the passage is about, the highest score first.
    pub topics: Vec<TopicScore>,
    /// Start and end of each marked place, in Unicode characters.
    pub highlights: Vec<[usize; 2]>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    /// Whether the passage stands in the first usable snapshot already: it may be older.
    pub since_before: bool,
    pub absent_from: Option<String>,
    pub snapshots: u64,
    pub matching: Wordings,
    pub wordings: Wordings,
    /// The companies that say it, those of the clauses that are folded into the hit among them.
    pub companies: Vec<Saying>,
    pub evidence: Evidence,
    /// As of a day: what makes the hit doubtful.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<document::Warning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<document::Citation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

#[derive(Debug, Serialize)]
pub struct Wordings {
    pub count: u64,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    pub snapshots: u64,
}

/// A company that says what a hit says.
#[derive(Debug, Serialize)]
pub struct Saying {
    /// Null where nothing tells it.
    pub company: Option<String>,
    pub clauses: u64,
    pub documents: u64,
    /// Of what matches inside the filters.
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Evidence {
    pub instant: Option<String>,
    pub date_source: Option<&'static str>,
    pub date_precision: Option<Precision>,
    pub url: Option<String>,
    pub path: String,
    /// The line of a record in its file, where a file holds several, and the id that it gives itself.
    pub line: Option<u64>,
    pub record: Option<String>,
    /// Where the record of a WARC file begins.
    pub warc_offset: Option<u64>,
    /// Of a revisit: the record that holds the page.
    pub original: Option<Original>,
    pub commit: Option<String>,
    /// What the commit says of the text: `first_record`, `change`, `re_extraction`.
    pub commit_kind: Option<&'static str>,
    /// What the archive tells of the site at the snapshot: its rank, its categories, the half year that the capture stands for.
    pub rank: Option<u32>,
    pub categories: Vec<String>,
    pub interval: Option<String>,
    pub sha256_file: String,
    pub sha256_text: String,
    pub offset: [usize; 2],
    pub encoding: String,
    pub extraction: u32,
}

/// The record of a WARC file that holds the page of a revisit.
#[derive(Debug, Serialize)]
pub struct Original {
    pub path: String,
    pub warc_offset: u64,
    pub record: Option<String>,
}

/// A batch query that has no answer.
#[derive(Debug, Serialize)]
pub struct BatchError {
    pub schema: u32,
    pub id: String,
    pub error: String,
}

/// The contents of an index: what `stats` says, and `index` at its end.
#[derive(Debug, Serialize)]
pub struct Stats {
    pub schema: u32,
    pub fingerprint: String,
    /// Which shards of its archives the index holds, where it does not hold all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<String>,
    pub sources: Vec<Source>,
    pub companies: u64,
    pub documents: u64,
    pub snapshots: u64,
    pub versions: u64,
    pub passages: u64,
    pub clauses: u64,
    pub occurrences: u64,
    pub superseded: u64,
    /// Snapshots that several sources hold, counted once.
    pub duplicates: u64,
    /// How often a git history deleted a text.
    pub deletions: u64,
    pub undated: u64,
    /// Dated snapshots without text.
    pub empty: u64,
    /// Dated snapshots that are no policy text, by what they are instead.
    pub marks: BTreeMap<&'static str, u64>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    pub years: Vec<YearContents>,
    /// Snapshots by the language of their text; `und` where it cannot be told.
    pub languages: BTreeMap<String, u64>,
    pub skipped: Vec<PathReason>,
    /// How many files, folders and records are left out for each reason.
    pub skipped_by_reason: BTreeMap<String, u64>,
    pub damaged: Vec<PathReason>,
    pub vanished: Vec<String>,
    pub unreadable: Vec<String>,
    /// Bytes of all captures that were read.
    pub archive_bytes: u64,
    pub index_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<Update>,
}

/// The sources of an index: what `sources` says.
#[derive(Debug, Serialize)]
pub struct Sources {
    pub schema: u32,
    pub fingerprint: String,
    pub sources: Vec<Source>,
}

#[derive(Debug, Serialize)]
pub struct Source {
    pub name: String,
    pub path: String,
    /// `git`, `folder` or `file`.
    pub form: &'static str,
    pub companies: u64,
    pub documents: u64,
    pub snapshots: u64,
    /// Those of the snapshots that are counted in another source, which holds them too.
    pub duplicates: u64,
    pub undated: u64,
    pub superseded: u64,
    pub deletions: u64,
    pub skipped: u64,
    pub damaged: u64,
    pub vanished: u64,
    /// `captures`, `changes`, or `mixed`.
    pub recording: &'static str,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    /// Snapshots by the place that their date comes from.
    pub date_sources: BTreeMap<&'static str, u64>,
    /// The last commit of a git history.
    pub commit: Option<String>,
    pub updated: String,
}

#[derive(Debug, Serialize)]
pub struct YearContents {
    pub year: i16,
    pub snapshots: u64,
    pub documents: u64,
    pub companies: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathReason {
    pub path: String,
    pub reason: String,
}

/// What an update did.
#[derive(Debug, Serialize)]
pub struct Update {
    pub files_read: u64,
    pub files_unchanged: u64,
    pub bytes_read: u64,
    pub documents_changed: u64,
    pub documents_removed: u64,
    /// Archives that could not be indexed.
    pub failed: Vec<PathReason>,
    /// What is to be said of archives besides what is wrong in them.
    pub notes: Vec<PathReason>,
    pub seconds: f64,
}

impl From<&Problem> for PathReason {
    fn from(problem: &Problem) -> PathReason {
        PathReason { path: problem.path.clone(), reason: problem.reason.clone() }
    }
}

impl Update {
    pub fn new(report: &Report, seconds: f64) -> Update {
        Update {
            files_read: report.files_read,
            files_unchanged: report.files_unchanged,
            bytes_read: report.bytes_read,
            documents_changed: report.documents_changed,
            documents_removed: report.documents_removed,
            failed: report.failed.iter().map(PathReason::from).collect(),
            notes: report.notes.iter().map(PathReason::from).collect(),
            seconds: (seconds * 1e3).round() / 1e3,
        }
    }
}

impl Answer {
    pub fn new(answer: &search::Answer, id: Option<String>) -> Answer {
        let totals = answer.totals;
        let year = |year: &search::YearCount| Year {
            year: year.year,
            snapshots: year.snapshots,
            documents: year.documents,
            companies: year.companies,
        };
        Answer {
            schema: SCHEMA,
            id,
            fingerprint: answer.fingerprint.clone(),
            query: answer.query.clone(),
            appearing: answer.appearing.map(search::Appearing::name),
            totals: Totals {
                clauses: totals.clauses,
                passages: totals.passages,
                snapshots: totals.snapshots,
                documents: totals.documents,
                companies: totals.companies,
            },
            years: answer.years.as_ref().map(|years| years.iter().map(year).collect()),
            as_of: answer.as_of.map(|as_of| AsOf { day: as_of.day.to_string(), known: as_of.known, unknown: as_of.unknown }),
            asked: answer.asked.as_ref().map(|asked| Asked::new(asked, totals.passages > 0)),
            hits: answer.hits.iter().map(Hit::new).collect(),
        }
    }

    /// The answer with what is said of its hits besides the search: one note for each.
    pub fn with(self, notes: &[crate::document::HitNotes]) -> Answer {
        Answer { hits: self.hits.into_iter().zip(notes).map(|(hit, notes)| hit.with(notes)).collect(), ..self }
    }
}

impl Hit {
    pub fn new(hit: &search::Hit) -> Hit {
        Hit {
            rank: hit.rank,
            score: score(hit.score),
            id: hit.id.clone(),
            company: hit.company.clone(),
            kind: hit.kind.clone(),
            source: hit.source.clone(),
            heading: hit.heading.clone(),
            text: hit.text.to_string(),
            topics: hit.topics.iter().map(TopicScore::new).collect(),
            highlights: hit.highlights.iter().map(|place| [place.start, place.end]).collect(),
            first_seen: day(hit.passage.first_seen),
            last_seen: day(hit.passage.last_seen),
            since_before: hit.passage.since_before,
            absent_from: day(hit.absent_from),
            snapshots: hit.passage.snapshots,
            matching: Wordings::new(&hit.matching),
            wordings: Wordings::new(&hit.clause),
            companies: hit.companies.iter().map(Saying::new).collect(),
            evidence: Evidence::new(&hit.evidence),
            warnings: Vec::new(),
            citation: None,
            explanation: None,
        }
    }

    /// The hit with what is said of it besides the search.
    pub fn with(self, notes: &crate::document::HitNotes) -> Hit {
        Hit {
            warnings: notes.warnings.iter().map(document::Warning::new).collect(),
            citation: notes.citation.as_ref().map(document::Citation::new),
            explanation: notes.explanation.as_ref().map(Explanation::new),
            ..self
        }
    }
}

impl Wordings {
    fn new(lifespan: &search::Lifespan) -> Wordings {
        Wordings {
            count: lifespan.wordings,
            first_seen: day(lifespan.first_seen),
            last_seen: day(lifespan.last_seen),
            snapshots: lifespan.snapshots,
        }
    }
}

impl Saying {
    fn new(saying: &search::Saying) -> Saying {
        Saying {
            company: saying.company.clone(),
            clauses: saying.clauses,
            documents: saying.documents,
            first_seen: day(saying.first_seen),
            last_seen: day(saying.last_seen),
        }
    }
}

impl Original {
    fn new(original: &source::Original) -> Original {
        Original { path: original.path.clone(), warc_offset: original.stretch.offset, record: original.id.clone() }
    }
}

impl Evidence {
    pub(crate) fn new(evidence: &search::Evidence) -> Evidence {
        Evidence {
            rank: evidence.site.rank,
            categories: evidence.site.categories.to_vec(),
            interval: evidence.site.interval.map(|interval| interval.to_string()),
            offset: [evidence.offset.start, evidence.offset.end],
            ..Evidence::of_text(&evidence.provenance, evidence.captured, &evidence.sha256_text, 0)
        }
    }

    /// The evidence of a whole text of so many characters.
    fn of_text(provenance: &Provenance, captured: Option<Captured>, sha256_text: &[u8; 32], chars: usize) -> Evidence {
        let locator = &provenance.locator;
        let capture = locator.inside.as_ref().and_then(Inside::capture);
        Evidence {
            instant: captured.map(|captured| captured.instant.to_string()),
            date_source: captured.map(|captured| captured.source.name()),
            date_precision: captured.map(|captured| captured.instant.precision),
            url: provenance.url.clone(),
            path: locator.full_path(),
            line: locator.inside.as_ref().and_then(Inside::record).map(|record| record.line),
            warc_offset: capture.map(|capture| capture.stretch.offset),
            original: capture.and_then(|capture| capture.original.as_deref()).map(Original::new),
            record: locator.inside.as_ref().and_then(Inside::id).map(str::to_owned),
            commit: locator.revision.map(|revision| revision.commit.to_string()),
            commit_kind: provenance.commit_kind.map(crate::snapshot::CommitKind::name),
            rank: None,
            categories: Vec::new(),
            interval: None,
            sha256_file: hex(&provenance.sha256),
            sha256_text: hex(sha256_text),
            offset: [0, chars],
            encoding: provenance.encoding.clone(),
            extraction: provenance.extraction,
        }
    }
}

/// A score as it is written, to thousandths.
pub fn score(score: f64) -> f64 {
    (score * 1e3).round() / 1e3
}

/// The day of an instant, or its month or year where no more is known.
pub fn day(instant: Option<Instant>) -> Option<String> {
    instant.map(|instant| Instant { precision: instant.precision.min(Precision::Day), ..instant }.to_string())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl Source {
    /// `date_sources`: snapshots by the place that their date comes from.
    pub fn new(catalog: &Catalog, number: u32, entry: &SourceEntry, date_sources: BTreeMap<&'static str, u64>) -> Source {
        let documents: Vec<&DocumentEntry> =
            catalog.documents().map(|(_, document)| document).filter(|document| document.source == number).collect();
        let sum = |count: fn(&DocumentEntry) -> u64| documents.iter().map(|document| count(document)).sum::<u64>();
        let dated = documents.iter().filter(|document| document.first.is_some());
        let recordings: BTreeSet<Recording> = dated.map(|document| document.recording).collect();
        let companies: BTreeSet<&str> = documents.iter().map(|document| document.company.as_str()).collect();
        Source {
            name: entry.name.clone(),
            path: entry.root.clone(),
            form: entry.form.name(),
            companies: companies.iter().filter(|name| !name.is_empty()).count() as u64,
            documents: documents.len() as u64,
            snapshots: sum(|document| document.counts.snapshots),
            duplicates: sum(|document| document.duplicates.snapshots().count()),
            undated: sum(|document| document.counts.undated),
            superseded: entry.superseded,
            deletions: sum(|document| document.counts.deletions),
            skipped: entry.skipped.len() as u64,
            damaged: entry.damaged.len() as u64,
            vanished: entry.vanished.len() as u64,
            recording: match (recordings.contains(&Recording::Changes), recordings.contains(&Recording::Captures)) {
                (true, false) => "changes",
                (true, true) => "mixed",
                (false, _) => "captures",
            },
            first_seen: day(documents.iter().filter_map(|document| document.first).min()),
            last_seen: day(documents.iter().filter_map(|document| document.last).max()),
            date_sources,
            commit: entry.tip.map(|tip| tip.commit.to_string()),
            updated: Instant { seconds: entry.updated, precision: Precision::Second }.to_string(),
        }
    }
}
