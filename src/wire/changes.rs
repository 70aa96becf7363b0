//! Changes over time as scripts see them: what `changes` says.

use super::diff::{Word, words};
use super::document::Citation;
use super::{SCHEMA, day, languages};
use crate::document::View;
use crate::index::{Index, IndexError};
use crate::search::{Cause, Observing};
use crate::time::{self, ChangeKind};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Changes {
    pub schema: u32,
    pub fingerprint: String,
    pub query: String,
    /// Where topics are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<super::Estimate>,
    /// The languages of what counts as observed; null: any.
    pub lang: Option<Vec<String>>,
    /// Whether snapshots that are no policy text count as well.
    pub suspect: bool,
    pub totals: Totals,
    pub events: Vec<Event>,
}

#[derive(Debug, Serialize)]
pub struct Totals {
    pub events: u64,
    pub cannot_be_told: u64,
    pub returns_to_text: u64,
    pub companies: u64,
    pub documents: u64,
    pub added: u64,
    pub removed: u64,
    pub reworded: u64,
    pub returned: u64,
    pub moved: u64,
    pub technical_only: u64,
    pub re_extractions: u64,
    pub compared: u64,
    pub left_out: LeftOut,
}

/// Snapshots that observe nothing.
#[derive(Debug, Serialize)]
pub struct LeftOut {
    /// No policy text.
    pub marked: u64,
    pub other_language: u64,
}

#[derive(Debug, Serialize)]
pub struct Event {
    pub company: Option<String>,
    pub kind: String,
    pub part: Option<String>,
    pub source: String,
    pub from: Snapshot,
    pub to: Snapshot,
    /// `yes`, or `cannot be told`.
    pub by_company: &'static str,
    /// The last earlier observation with the same whole text as the later one.
    pub returns_to: Option<Snapshot>,
    pub added: u64,
    pub removed: u64,
    pub reworded: u64,
    pub returned: u64,
    pub moved: u64,
    pub technical: u64,
    pub changes: Vec<Change>,
}

/// A snapshot of a document.
#[derive(Debug, Serialize)]
pub struct Snapshot {
    /// As `history` numbers it, from 1.
    pub snapshot: u32,
    pub instant: String,
    /// How its text is cited, where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

#[derive(Debug, Serialize)]
pub struct Change {
    /// `added`, `removed`, `reworded`, `returned`, `moved`.
    pub change: &'static str,
    pub technical: bool,
    pub heading: Vec<String>,
    /// Of what returned: the wording that it replaces, where it replaces one.
    pub before: Option<String>,
    pub after: Option<String>,
    /// Of what returned: the last day with it, and the days from there.
    pub absent_since: Option<String>,
    pub absent_days: Option<i32>,
    /// Where there are two wordings: the runs of words in reading order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
}

/// What was asked of the changes, as it is told with them.
#[derive(Debug)]
pub struct Asked<'a> {
    pub query: &'a str,
    pub langs: &'a [Vec<String>],
    pub observing: &'a Observing,
    /// Whether changes of technical numbers and typography are listed.
    pub all: bool,
    /// Whether the texts before and after each event are cited.
    pub cite: bool,
    /// How many events are listed; `None`: every one.
    pub limit: Option<usize>,
}

impl Changes {
    pub fn new(found: &time::Changes, index: &Index, asked: &Asked<'_>) -> Result<Changes, IndexError> {
        let totals = &found.totals;
        let events = found.events.iter().filter(|event| asked.all || !event.is_technical());
        let events = events.take(asked.limit.unwrap_or(usize::MAX)).map(|event| Event::new(event, index, asked));
        Ok(Changes {
            schema: SCHEMA,
            fingerprint: index.catalog.fingerprint.clone(),
            query: asked.query.to_owned(),
            estimate: found.estimate.as_ref().map(super::Estimate::new),
            lang: languages(asked.langs),
            suspect: asked.observing.suspect,
            totals: Totals {
                events: totals.events,
                cannot_be_told: totals.cannot_be_told,
                returns_to_text: totals.returns_to_text,
                companies: totals.companies,
                documents: totals.documents,
                added: totals.added,
                removed: totals.removed,
                reworded: totals.reworded,
                returned: totals.returned,
                moved: totals.moved,
                technical_only: totals.technical_only,
                re_extractions: totals.re_extractions,
                compared: totals.compared,
                left_out: LeftOut { marked: totals.left_out_marked, other_language: totals.left_out_language },
            },
            events: events.collect::<Result<_, _>>()?,
        })
    }
}

impl Event {
    fn new(event: &time::ChangeEvent, index: &Index, asked: &Asked<'_>) -> Result<Event, IndexError> {
        let entry = index.entry(event.slot)?;
        let changes = event.changes.iter().filter(|change| asked.all || !change.technical);
        let langs = asked.langs.first().map(Vec::as_slice).unwrap_or_default();
        let view = View::new(index, event.slot, asked.observing, Some(langs))?;
        let cited = |of: time::SnapshotRef| {
            let citation = asked.cite.then(|| view.cite(of.snapshot)).transpose()?;
            Ok::<_, IndexError>(Snapshot { citation: citation.as_ref().map(Citation::new), ..Snapshot::new(of) })
        };
        Ok(Event {
            company: (!entry.company.is_empty()).then(|| entry.company.clone()),
            kind: entry.kind.clone(),
            part: (!entry.key.part.is_empty()).then(|| entry.key.part.clone()),
            source: index.catalog.sources.get(entry.source as usize).map(|source| source.name.clone()).unwrap_or_default(),
            from: cited(event.from)?,
            to: cited(event.to)?,
            by_company: match event.cause {
                Cause::Company => "yes",
                Cause::ReExtraction => "no",
                Cause::CannotBeTold => "cannot be told",
            },
            returns_to: event.returns_to.map(Snapshot::new),
            added: event.count(ChangeKind::Added),
            removed: event.count(ChangeKind::Removed),
            reworded: event.count(ChangeKind::Reworded),
            returned: event.count(ChangeKind::Returned),
            moved: event.count(ChangeKind::Moved),
            technical: event.technical(),
            changes: changes.map(Change::new).collect(),
        })
    }
}

impl Snapshot {
    fn new(of: time::SnapshotRef) -> Snapshot {
        Snapshot { snapshot: of.snapshot + 1, instant: of.captured.instant.to_string(), citation: None }
    }
}

impl Change {
    fn new(change: &time::Change) -> Change {
        let words = match (change.kind, &change.before, &change.after) {
            (ChangeKind::Reworded | ChangeKind::Returned, Some(before), Some(after)) => words(before, after),
            _ => Vec::new(),
        };
        Change {
            change: change.kind.name(),
            technical: change.technical,
            heading: change.heading.iter().map(|heading| heading.to_string()).collect(),
            before: change.before.as_ref().map(|text| text.to_string()),
            after: change.after.as_ref().map(|text| text.to_string()),
            absent_since: change.returned.and_then(|returned| day(Some(returned.last.captured.instant))),
            absent_days: change.returned.map(|returned| returned.days),
            words,
        }
    }
}
