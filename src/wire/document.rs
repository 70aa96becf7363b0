//! One document as scripts see it: its history, what stood in it, its stated dates, and how it is cited.

use super::{Evidence, SCHEMA, hex};
use crate::document::history::Row;
use crate::document::{self, Standing, View, version_text};
use crate::index::IndexError;
use crate::passage::Shape;
use crate::search;
use crate::snapshot::{Captured, CommitKind, Recording};
use crate::source::Inside;
use serde::Serialize;

/// A date that a text states of itself.
#[derive(Debug, Clone, Serialize)]
pub struct StatedDate {
    /// `updated` or `effective`.
    pub role: &'static str,
    /// `certain` or `ambiguous`.
    pub certainty: &'static str,
    /// Every day or month that it can mean.
    pub readings: Vec<String>,
    pub words: String,
    /// Place in the text of the version, in characters.
    pub offset: [usize; 2],
}

/// A capture beside the one shown.
#[derive(Debug, Clone, Serialize)]
pub struct Neighbour {
    /// From 1, in order of time.
    pub snapshot: u32,
    pub instant: Option<String>,
    pub same_text: bool,
}

/// What makes an answer for a day doubtful.
#[derive(Debug, Clone, Serialize)]
pub struct Warning {
    /// `takes_effect_later` or `next_states_date`.
    pub warning: &'static str,
    pub message: String,
    pub stated: StatedDate,
    /// The next capture, where it is the one that states the date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Neighbour>,
}

/// How a text is cited.
#[derive(Debug, Clone, Serialize)]
pub struct Citation {
    /// All of it as one paragraph.
    pub text: String,
    pub company: Option<String>,
    pub kind: String,
    pub source: String,
    pub snapshot: u32,
    pub instant: Option<String>,
    pub date_source: Option<&'static str>,
    pub url: Option<String>,
    pub path: String,
    pub commit: Option<String>,
    pub sha256_file: String,
    pub sha256_text: String,
    pub tool: &'static str,
    pub fingerprint: String,
    /// The captures before and after: of a hit, those without the passage.
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
}

/// What `history` says.
#[derive(Debug, Serialize)]
pub struct History {
    pub schema: u32,
    pub fingerprint: String,
    pub company: Option<String>,
    pub kind: String,
    pub part: String,
    pub source: String,
    /// `captures` or `changes`.
    pub recording: &'static str,
    /// The languages in which a capture counts; none where all do.
    pub langs: Vec<String>,
    pub snapshots: u32,
    pub versions: usize,
    pub rows: Vec<HistoryRow>,
}

/// A run of snapshots with the same text, or a snapshot.
#[derive(Debug, Serialize)]
pub struct HistoryRow {
    /// The first of the snapshots, from 1 in order of time, and how many there are.
    pub snapshot: u32,
    pub snapshots: u64,
    pub captured: Option<String>,
    /// The last of them.
    pub captured_last: Option<String>,
    pub date_source: Option<&'static str>,
    /// From 1, in the order in which they first appear.
    pub version: u32,
    pub chars: u32,
    /// `und` where it cannot be told.
    pub lang: String,
    pub mark: Option<&'static str>,
    /// Whether the capture counts as one of the document: policy text in a language asked for.
    pub observes: bool,
    pub similarity: Option<f64>,
    /// `shrink` or `growth`.
    pub notice: Option<&'static str>,
    pub stated_dates: Vec<StatedDate>,
    pub commit_kinds: Vec<&'static str>,
    /// The last snapshot with the same text, before others.
    pub returns_to: Option<u32>,
    /// When the archive deleted the text, before the next snapshot.
    pub ended: Option<String>,
    /// How many of the snapshots are counted in another source, which holds them too.
    pub duplicates: u64,
}

/// What stood at a moment, and what makes that doubtful.
#[derive(Debug, Serialize)]
pub struct Stood {
    pub company: Option<String>,
    pub kind: String,
    pub part: String,
    pub source: String,
    pub recording: &'static str,
    pub langs: Vec<String>,
    /// The last day of what is asked about.
    pub asked: Option<String>,
    /// The day answered for: the same, or the archive's last capture where that lies in the month or year asked about.
    pub as_of: Option<String>,
    /// Why it is not known what stood; null where it is.
    pub unknown: Option<String>,
    /// The same for people, with the day and a hint.
    #[serde(skip)]
    pub not_known: Option<String>,
    pub snapshot: Option<u32>,
    /// How many there are.
    pub snapshots: u32,
    /// Days from the capture to the day answered for.
    pub age_days: Option<i32>,
    pub lang: Option<String>,
    pub mark: Option<&'static str>,
    pub evidence: Option<Evidence>,
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
    /// Later captures until that day that are no policy text or in another language.
    pub passed_over: Vec<PassedOver>,
    pub stated_dates: Vec<StatedDate>,
    pub warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

/// What `show` says.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub schema: u32,
    pub fingerprint: String,
    #[serde(flatten)]
    pub stood: Stood,
    pub text: Option<String>,
    pub passages: Vec<Passage>,
}

#[derive(Debug, Serialize)]
pub struct PassedOver {
    pub snapshot: u32,
    pub instant: Option<String>,
    pub mark: Option<&'static str>,
    pub lang: String,
}

#[derive(Debug, Serialize)]
pub struct Passage {
    /// `paragraph`, `list`, `table` or `heading`.
    pub shape: &'static str,
    /// Of a heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    pub text: String,
}

/// ISO 639-3 for a language that cannot be told.
fn lang_or_und(lang: &str) -> String {
    if lang.is_empty() { "und" } else { lang }.to_owned()
}

fn recording(recording: Recording) -> &'static str {
    match recording {
        Recording::Captures => "captures",
        Recording::Changes => "changes",
    }
}

fn instant(captured: Option<Captured>) -> Option<String> {
    captured.map(|captured| captured.instant.to_string())
}

impl StatedDate {
    pub fn new(stated: &document::StatedDate) -> StatedDate {
        StatedDate {
            role: stated.role.name(),
            certainty: stated.certainty().name(),
            readings: stated.readings.iter().map(ToString::to_string).collect(),
            words: stated.words.clone(),
            offset: [stated.place.start, stated.place.end],
        }
    }
}

impl Neighbour {
    pub fn new(neighbour: &document::Neighbour) -> Neighbour {
        Neighbour { snapshot: neighbour.number, instant: instant(neighbour.captured), same_text: neighbour.same_text }
    }
}

impl Warning {
    pub fn new(warning: &document::Warning) -> Warning {
        let message = warning.to_string();
        match warning {
            document::Warning::TakesEffectLater { stated } => {
                Warning { warning: "takes_effect_later", message, stated: StatedDate::new(stated), next: None }
            }
            document::Warning::NextStates { snapshot, captured, stated } => Warning {
                warning: "next_states_date",
                message,
                stated: StatedDate::new(stated),
                next: Some(Neighbour { snapshot: snapshot + 1, instant: Some(captured.instant.to_string()), same_text: false }),
            },
        }
    }
}

impl Citation {
    pub fn new(citation: &document::Citation) -> Citation {
        let locator = &citation.provenance.locator;
        Citation {
            text: cite(citation),
            company: citation.company.clone(),
            kind: citation.kind.clone(),
            source: citation.source.clone(),
            snapshot: citation.number,
            instant: instant(citation.captured),
            date_source: citation.captured.map(|captured| captured.source.name()),
            url: citation.provenance.url.clone(),
            path: locator.place(),
            commit: locator.revision.map(|revision| revision.commit.to_string()),
            sha256_file: hex(&citation.provenance.sha256),
            sha256_text: hex(&citation.sha256_text),
            tool: citation.tool,
            fingerprint: citation.fingerprint.clone(),
            before: citation.before.as_ref().map(Neighbour::new),
            after: citation.after.as_ref().map(Neighbour::new),
        }
    }
}

/// A citation as one paragraph.
pub fn cite(citation: &document::Citation) -> String {
    let company = citation.company.as_deref().unwrap_or("unknown company");
    let mut text = format!("{company}, {}", citation.kind);
    match citation.captured {
        Some(captured) => {
            text.push_str(&format!(", captured {} (date from {})", captured.instant, captured.source.name().replace('_', " ")))
        }
        None => text.push_str(", undated"),
    }
    let locator = &citation.provenance.locator;
    let id = locator.inside.as_ref().and_then(Inside::id).map(|id| format!(" {id}")).unwrap_or_default();
    text.push_str(&format!(", in {}: {}{id}", citation.source, locator.place()));
    if let Some(revision) = locator.revision {
        text.push_str(&format!(" in commit {}", revision.commit));
    }
    if let Some(url) = &citation.provenance.url {
        text.push_str(&format!(", {url}"));
    }
    let (file, of_text) = (hex(&citation.provenance.sha256), hex(&citation.sha256_text));
    text.push_str(&format!(". SHA-256 of the bytes {file}, of the text {of_text}."));
    if citation.captured.is_some() {
        let beside = |neighbour: &Option<document::Neighbour>, none: &str| match neighbour {
            None => none.to_owned(),
            Some(one) => {
                let when = one.captured.map_or_else(|| "undated".to_owned(), |captured| captured.instant.to_string());
                let same = if one.same_text && !citation.is_of_passage { ", with the same text" } else { "" };
                format!("{when}{same}")
            }
        };
        let (before, after) = (beside(&citation.before, "none"), beside(&citation.after, "none"));
        let without = if citation.is_of_passage { " without the passage" } else { "" };
        text.push_str(&format!(" Capture before{without}: {before}; after{without}: {after}."));
    }
    text.push_str(&format!(" {}, index {}.", citation.tool, citation.fingerprint));
    text
}

impl History {
    pub fn new(view: &View<'_>, rows: &[Row]) -> Result<History, IndexError> {
        let entry = view.index.entry(view.slot)?;
        Ok(History {
            schema: SCHEMA,
            fingerprint: view.index.catalog.fingerprint.clone(),
            company: (!entry.company.is_empty()).then(|| entry.company.clone()),
            kind: entry.kind.clone(),
            part: entry.key.part.clone(),
            source: source_name(view)?,
            recording: recording(entry.recording),
            langs: view.langs().to_vec(),
            snapshots: view.len(),
            versions: view.timeline.versions.len(),
            rows: rows.iter().map(HistoryRow::new).collect(),
        })
    }
}

fn source_name(view: &View<'_>) -> Result<String, IndexError> {
    let source = view.index.catalog.sources.get(view.index.entry(view.slot)?.source as usize);
    Ok(source.map_or_else(String::new, |source| source.name.clone()))
}

impl HistoryRow {
    pub fn new(row: &Row) -> HistoryRow {
        HistoryRow {
            snapshot: row.snapshots.first().map_or(0, |first| first + 1),
            snapshots: row.snapshots.count(),
            captured: instant(row.first),
            captured_last: instant(row.last),
            date_source: row.first.map(|captured| captured.source.name()),
            version: row.version + 1,
            chars: row.chars,
            lang: lang_or_und(&row.lang),
            mark: row.mark.map(crate::history::Mark::name),
            observes: row.observes,
            similarity: row.similarity.map(|similarity| (similarity * 1e4).round() / 1e4),
            notice: row.notice.map(document::history::Notice::name),
            stated_dates: row.stated.iter().map(StatedDate::new).collect(),
            commit_kinds: row.commit_kinds.iter().copied().map(CommitKind::name).collect(),
            returns_to: row.returns_to.map(|snapshot| snapshot + 1),
            ended: row.ended.map(|ended| ended.to_string()),
            duplicates: row.duplicates,
        }
    }
}

impl Stood {
    /// `cite`: with its citation.
    pub fn new(view: &View<'_>, standing: &Standing, cite: bool) -> Result<Stood, IndexError> {
        let entry = view.index.entry(view.slot)?;
        let found = standing.found.ok();
        let neighbour = |other: Option<u32>| other.map(|other| Neighbour::new(&view.neighbour(other, found)));
        Ok(Stood {
            company: (!entry.company.is_empty()).then(|| entry.company.clone()),
            kind: entry.kind.clone(),
            part: entry.key.part.clone(),
            source: source_name(view)?,
            recording: recording(entry.recording),
            langs: view.langs().to_vec(),
            asked: standing.asked.map(|day| day.to_string()),
            as_of: standing.day.map(|day| day.to_string()),
            unknown: standing.found.err().map(|unknown| unknown.to_string()),
            not_known: standing.not_known(),
            snapshot: found.map(|snapshot| snapshot + 1),
            snapshots: view.len(),
            age_days: age_days(view, standing),
            lang: found.map(|snapshot| lang_or_und(view.lang(snapshot))),
            mark: found.and_then(|snapshot| view.mark(snapshot)).map(crate::history::Mark::name),
            evidence: found.map(|snapshot| evidence(view, snapshot)).transpose()?,
            before: neighbour(standing.before),
            after: neighbour(standing.after),
            passed_over: standing.passed_over.iter().map(|&snapshot| PassedOver::new(view, snapshot)).collect(),
            stated_dates: standing.stated.iter().map(StatedDate::new).collect(),
            warnings: standing.warnings.iter().map(Warning::new).collect(),
            citation: found.filter(|_| cite).map(|snapshot| view.cite(snapshot)).transpose()?.as_ref().map(Citation::new),
        })
    }
}

impl Shown {
    pub fn new(view: &View<'_>, standing: &Standing, cite: bool) -> Result<Shown, IndexError> {
        let found = standing.found.ok();
        let version = found.and_then(|snapshot| view.version(snapshot));
        Ok(Shown {
            schema: SCHEMA,
            fingerprint: view.index.catalog.fingerprint.clone(),
            stood: Stood::new(view, standing, cite)?,
            text: version.map(|version| version_text(view.index, view.slot, version)).transpose()?,
            passages: found.map_or(Ok(Vec::new()), |snapshot| passages(view, snapshot))?,
        })
    }
}

impl PassedOver {
    fn new(view: &View<'_>, snapshot: u32) -> PassedOver {
        PassedOver {
            snapshot: snapshot + 1,
            instant: instant(view.captured(snapshot)),
            mark: view.mark(snapshot).map(crate::history::Mark::name),
            lang: lang_or_und(view.lang(snapshot)),
        }
    }
}

/// Days from the capture shown to the day answered for.
fn age_days(view: &View<'_>, standing: &Standing) -> Option<i32> {
    let captured = view.captured(standing.found.ok()?)?.instant.day();
    Some(standing.day?.0.saturating_sub(captured.0))
}

/// The evidence of a whole text.
fn evidence(view: &View<'_>, snapshot: u32) -> Result<Evidence, IndexError> {
    let version = view.version(snapshot).ok_or(IndexError::Damaged("a snapshot has no version"))?;
    let chars = version_text(view.index, view.slot, version)?.chars().count();
    Ok(Evidence::new(&search::Evidence {
        captured: view.captured(snapshot),
        site: view.timeline.site(snapshot).cloned().unwrap_or_default(),
        provenance: view.index.provenance(view.slot, snapshot)?,
        sha256_text: view.index.version(view.slot, version)?.sha256_text,
        offset: 0..chars,
    }))
}

/// The passages of a snapshot in reading order.
pub fn passages(view: &View<'_>, snapshot: u32) -> Result<Vec<Passage>, IndexError> {
    let version = view.version(snapshot).ok_or(IndexError::Damaged("a snapshot has no version"))?;
    let version = view.index.version(view.slot, version)?;
    let passage = |entry: &crate::history::Entry| {
        let (shape, level) = match entry.shape {
            Shape::Paragraph => ("paragraph", None),
            Shape::List => ("list", None),
            Shape::Table => ("table", None),
            Shape::Heading(level) => ("heading", Some(level)),
        };
        Ok(Passage { shape, level, text: view.index.text(view.slot, entry.passage)?.to_string() })
    };
    version.entries.iter().map(passage).collect()
}
