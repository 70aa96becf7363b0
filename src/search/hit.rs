//! A hit with its text, its dates and its evidence.

use super::fold::Saying;
use super::scope::{Scope, under};
use super::{Appearing, Request};
use crate::history::{Entry, PASSAGE_SEPARATOR, Provenance, Runs, Timeline};
use crate::index::{Index, IndexError};
use crate::passage::Shape;
use crate::query::highlights;
use crate::site::SiteFacts;
use crate::snapshot::{Captured, Instant};
use crate::topic::{DEFAULT_THRESHOLD, Level, score_of};
use rayon::prelude::*;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

/// A clause that matches, or, unfolded, a wording.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// From 1.
    pub rank: usize,
    pub score: f64,
    /// Names the passage: the same in every index that holds its document.
    pub id: String,
    /// As counted; `None` where nothing tells it.
    pub company: Option<String>,
    pub kind: String,
    /// The name of the source.
    pub source: String,
    /// The headings above the passage in the version shown, outermost first.
    pub heading: Vec<String>,
    pub text: Arc<str>,
    /// The topics that it is about from the threshold on, with their scores (0 to 1), the highest first.
    pub topics: Vec<(String, f32)>,
    /// Places of the match in the text, in characters.
    pub highlights: Vec<Range<usize>>,
    /// The whole life of the passage.
    pub passage: Lifespan,
    /// The first later usable capture without the passage; where what was removed is asked for, that in which it was.
    pub absent_from: Option<Instant>,
    /// The wordings of the clause that match, together.
    pub matching: Lifespan,
    /// All wordings of the clause, together.
    pub clause: Lifespan,
    /// The companies that say it, the hit's own among them, by name: of the clauses of other documents that are folded into the hit too.
    pub companies: Vec<Saying>,
    pub evidence: Evidence,
    pub origin: Origin,
}

/// Where a hit lies in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub slot: u32,
    /// The snapshot that it is read from.
    pub snapshot: u32,
    pub passage: u32,
}

/// When some wordings of a clause stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifespan {
    pub wordings: u64,
    pub first_seen: Option<Instant>,
    pub last_seen: Option<Instant>,
    /// Whether they stand in the first usable snapshot of the document: then they may be older.
    pub since_before: bool,
    /// Dated snapshots.
    pub snapshots: u64,
}

/// The snapshot that a hit is read from: the first inside the filters, see [`Request::appearing`] for others.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub captured: Option<Captured>,
    pub site: SiteFacts,
    pub provenance: Provenance,
    pub sha256_text: [u8; 32],
    /// Place of the passage in the text of the version, in characters.
    pub offset: Range<usize>,
}

/// A hit that is to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Picked {
    pub slot: u32,
    /// The best wording.
    pub passage: u32,
    pub score: f64,
    /// All wordings that match.
    pub wordings: Vec<u32>,
    pub companies: Vec<Saying>,
}

impl Picked {
    /// The id of the hit.
    pub fn id(&self, index: &Index) -> Result<String, IndexError> {
        passage_id(index, self.slot, &index.text(self.slot, self.passage)?)
    }

    /// The snapshot that the hit is read from.
    pub fn snapshot(&self, index: &Index, request: &Request) -> Result<u32, IndexError> {
        let scope = Scope { index, limits: &request.query.limits, observing: &request.observing };
        Ok(Shown::of(&scope, request, self.slot, self.passage)?.snapshot)
    }
}

impl Hit {
    /// Reads what a hit shows.
    pub fn read(scope: &Scope<'_>, request: &Request, rank: usize, picked: Picked) -> Result<Hit, IndexError> {
        let index = scope.index;
        let Picked { slot, passage, score, wordings, companies } = picked;
        let entry = index.entry(slot)?;
        let record = index.record(slot)?;
        let timeline = &record.timeline;
        let text = index.text(slot, passage)?;
        let Shown { snapshot, absent_from } = Shown::of(scope, request, slot, passage)?;
        let place = Place::find(scope, slot, snapshot, passage)?;
        let facts = timeline.passages.get(passage as usize).ok_or(IndexError::Damaged("a term names no passage"))?;
        let source = index.catalog.sources.get(entry.source as usize).map_or("", |source| source.name.as_str());
        Ok(Hit {
            rank,
            score,
            id: id(source, entry, &text),
            company: (!entry.company.is_empty()).then(|| entry.company.clone()),
            kind: entry.kind.clone(),
            source: source.to_owned(),
            heading: place.headings,
            highlights: highlights(&request.query, &text),
            topics: topics(index, slot, passage, request.query.topic_threshold.unwrap_or(DEFAULT_THRESHOLD))?,
            text,
            passage: lifespan(timeline, &[passage]),
            absent_from,
            matching: lifespan(timeline, &wordings),
            clause: lifespan(timeline, record.wordings(facts.clause)),
            companies,
            evidence: Evidence {
                captured: timeline.snapshots[snapshot as usize].captured,
                site: timeline.site(snapshot).cloned().unwrap_or_default(),
                provenance: index.provenance(slot, snapshot)?,
                sha256_text: place.sha256_text,
                offset: place.offset,
            },
            origin: Origin { slot, snapshot, passage },
        })
    }
}

/// The topics that a passage is about.
fn topics(index: &Index, slot: u32, passage: u32, threshold: f32) -> Result<Vec<(String, f32)>, IndexError> {
    let mut levels = index.topics(slot, passage)?;
    levels.retain(|level| score_of(level.level) >= threshold);
    levels.sort_by_key(|level| (Reverse(level.level), level.topic));
    let named = |level: &Level| Some((index.catalog.topics.get(usize::from(level.topic))?.clone(), score_of(level.level)));
    Ok(levels.iter().filter_map(named).collect())
}

/// The passage that an id of a hit names, with the slot of its document; `None` where the index does not hold it.
///
/// Reads the text of every passage until it is found.
pub fn passage_of_id(index: &Index, id: &str) -> Result<Option<(u32, u32)>, IndexError> {
    let documents: Vec<u32> = index.catalog.documents().map(|(slot, _)| slot).collect();
    let find = |&slot: &u32| -> Result<Option<(u32, u32)>, IndexError> {
        for passage in 0..index.record(slot)?.timeline.passages.len() as u32 {
            if passage_id(index, slot, &index.text(slot, passage)?)? == id {
                return Ok(Some((slot, passage)));
            }
        }
        Ok(None)
    };
    let found: Option<Result<(u32, u32), IndexError>> = documents.par_iter().find_map_any(|slot| find(slot).transpose());
    found.transpose()
}

/// Names a passage: the same in every index that holds its document.
pub fn passage_id(index: &Index, slot: u32, text: &str) -> Result<String, IndexError> {
    let entry = index.entry(slot)?;
    let source = index.catalog.sources.get(entry.source as usize).map_or("", |source| source.name.as_str());
    Ok(id(source, entry, text))
}

/// The snapshot that a hit is read from.
struct Shown {
    snapshot: u32,
    absent_from: Option<Instant>,
}

impl Shown {
    /// The first inside the filters; where what was added is asked for, the first in which it was; of what was removed, the last
    /// before it was, and the hit is absent from the one after.
    fn of(scope: &Scope<'_>, request: &Request, slot: u32, passage: u32) -> Result<Shown, IndexError> {
        let timeline = &scope.index.record(slot)?.timeline;
        let occurrences = timeline.occurrences(passage);
        let absent_from = absent_from(timeline, occurrences);
        let shown = match request.appearing {
            None => {
                let inside = scope.occurrences(slot, passage, &scope.snapshots(slot)?)?;
                inside.first().map(|snapshot| Shown { snapshot, absent_from })
            }
            Some(appearing) => {
                let wanted = scope.occurrences(slot, passage, &Runs::range(0, timeline.snapshots.len() as u32))?;
                let transitions = scope.transitions(slot)?;
                let mut changed = appearing.of(&transitions, occurrences, &wanted);
                let instant = |snapshot: u32| Some(timeline.snapshots.get(snapshot as usize)?.captured?.instant);
                match appearing {
                    Appearing::Added => changed.next().map(|change| Shown { snapshot: change.to, absent_from }),
                    Appearing::Removed => {
                        changed.next_back().map(|change| Shown { snapshot: change.from, absent_from: instant(change.to) })
                    }
                }
            }
        };
        shown.ok_or(IndexError::Damaged("a hit stands in no snapshot"))
    }
}

fn id(source: &str, entry: &crate::index::catalog::DocumentEntry, text: &str) -> String {
    let mut hash = blake3::Hasher::new();
    for part in [source, &entry.key.company, &entry.key.kind, &entry.key.part, text] {
        hash.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hash.finalize().to_hex()[..16].to_owned()
}

/// When some wordings of a clause stood, whatever a query asks for.
pub fn lifespan(timeline: &Timeline, wordings: &[u32]) -> Lifespan {
    let stands = match wordings {
        [passage] => Cow::Borrowed(timeline.occurrences(*passage)),
        _ => Cow::Owned(Runs::union_of(wordings.iter().map(|&passage| timeline.occurrences(passage)))),
    };
    let instant = |snapshot: Option<u32>| Some(timeline.snapshots.get(snapshot? as usize)?.captured?.instant);
    let first_usable = (0..timeline.snapshots.len() as u32).find(|&snapshot| timeline.is_usable(snapshot));
    Lifespan {
        wordings: wordings.len() as u64,
        first_seen: instant(stands.first()),
        last_seen: instant(stands.last()),
        since_before: timeline.is_dated() && stands.first().is_some() && stands.first() <= first_usable,
        snapshots: if timeline.is_dated() { stands.count() } else { 0 },
    }
}

/// The first usable capture after the last with a passage, in the language of that: a passage does not end because the next capture
/// shows the text in another language.
fn absent_from(timeline: &Timeline, occurrences: &Runs) -> Option<Instant> {
    let last = occurrences.last()?;
    let lang = &timeline.version_of(last)?.lang;
    let absent = |&snapshot: &u32| {
        timeline
            .version_of(snapshot)
            .is_some_and(|facts| facts.mark.is_none() && (lang.is_empty() || facts.lang.is_empty() || facts.lang == *lang))
    };
    let snapshot = (last + 1..timeline.snapshots.len() as u32).find(absent)?;
    Some(timeline.snapshots[snapshot as usize].captured?.instant)
}

/// Where a passage stands in a version.
struct Place {
    headings: Vec<String>,
    offset: Range<usize>,
    sha256_text: [u8; 32],
}

impl Place {
    /// The first place of a passage in a snapshot, under the headings that the query asks for.
    fn find(scope: &Scope<'_>, slot: u32, snapshot: u32, passage: u32) -> Result<Place, IndexError> {
        let index = scope.index;
        let timeline = &index.record(slot)?.timeline;
        let number = timeline.snapshots.get(snapshot as usize).ok_or(IndexError::Damaged("a hit names no snapshot"))?.version;
        let version = index.version(slot, number)?;
        for (at, _) in version.entries.iter().enumerate().filter(|(_, entry)| entry.passage == passage) {
            let above = headings_above(&version.entries, at);
            if is_wanted(scope, slot, passage, &above)? {
                let headings: Result<Vec<String>, IndexError> =
                    above.iter().map(|&heading| Ok(index.text(slot, heading)?.to_string())).collect();
                let chars = |passage: u32| timeline.passages[passage as usize].chars as usize;
                let before = version.entries[..at].iter().map(|entry| chars(entry.passage) + PASSAGE_SEPARATOR.len());
                let start = before.sum();
                return Ok(Place {
                    headings: headings?,
                    offset: start..start + chars(passage),
                    sha256_text: version.sha256_text,
                });
            }
        }
        Err(IndexError::Damaged("a passage does not stand where it should"))
    }
}

/// The headings above a place in a version, outermost first.
fn headings_above(entries: &[Entry], at: usize) -> Vec<u32> {
    let level_of = |entry: &Entry| if let Shape::Heading(level) = entry.shape { Some(level) } else { None };
    let mut below = level_of(&entries[at]);
    let mut above = Vec::new();
    for entry in entries[..at].iter().rev() {
        if let Some(level) = level_of(entry).filter(|level| below.is_none_or(|below| *level < below)) {
            above.push(entry.passage);
            below = Some(level);
        }
    }
    above.reverse();
    above
}

/// Whether the headings above a place are those that the query asks for.
fn is_wanted(scope: &Scope<'_>, slot: u32, passage: u32, above: &[u32]) -> Result<bool, IndexError> {
    if scope.limits.headings.is_empty() {
        return Ok(true);
    }
    let timeline = &scope.index.record(slot)?.timeline;
    for place in timeline.placements(passage) {
        if timeline.headings(place.path) == above {
            return under(scope.index, slot, place.path, &scope.limits.headings);
        }
    }
    Ok(false)
}
