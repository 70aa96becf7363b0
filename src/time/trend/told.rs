//! Who is behind a point, which passages were counted, and which a reader rejected.

use super::tally::{Part, State, Unit, Units};
use super::{Answered, Count, Rule};
use crate::history::Runs;
use crate::index::catalog::DocumentEntry;
use crate::index::{Index, IndexError};
use crate::search::{Lifespan, Scope, lifespan, passage_id};
use crate::snapshot::Instant;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A company in a period, or a document where documents are counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// `None` where nothing tells it.
    pub company: Option<String>,
    pub state: MemberState,
    pub carried: bool,
    /// Those that are known.
    pub documents: Vec<MemberDocument>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemberState {
    Matching,
    /// Matching, though a document does not.
    Mixed,
    NotMatching,
}

/// A document in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberDocument {
    pub kind: String,
    pub source: String,
    pub matching: bool,
    pub carried: bool,
    /// When the snapshot was captured that decides: that of the end; the first that matches by the rule of any, or that does not by
    /// the rule of all; else the last.
    pub snapshot: Option<Instant>,
    /// Ids of the matching passages in that snapshot, in the order in which the document brought them.
    pub passages: Vec<String>,
    /// How many snapshots tell of the document in the period.
    pub snapshots: u64,
    pub matching_snapshots: u64,
}

/// A passage that stands in a counted snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedPassage {
    pub id: String,
    /// `None` where nothing tells it.
    pub company: Option<String>,
    pub kind: String,
    pub source: String,
    /// The whole life of the passage.
    pub life: Lifespan,
    pub text: Arc<str>,
}

/// Passages that do not count, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// The names of the queries for which they do not; `None`: for all.
    ids: BTreeMap<String, Vec<Option<String>>>,
}

impl Exclusions {
    /// Drops a passage for one query, or for all.
    pub fn add(&mut self, id: &str, query: Option<&str>) {
        self.ids.entry(id.to_owned()).or_default().push(query.map(str::to_owned));
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub fn drops(&self, id: &str, query: &str) -> bool {
        let queries = self.ids.get(id).map(Vec::as_slice).unwrap_or_default();
        queries.iter().any(|of| of.as_deref().is_none_or(|of| of == query))
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(String::as_str)
    }
}

fn known_company(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

impl Answered<'_> {
    /// Who is observed in a period.
    pub fn members(&self, index: &Index, units: &Units<'_>, period: usize) -> Result<Vec<Member>, IndexError> {
        // Where snapshots are counted, who has them.
        let parts: Vec<Part>;
        let all: Vec<Unit> = if units.count == Count::Snapshots {
            parts = units.all().flat_map(|unit| unit.documents).copied().collect();
            let of_companies =
                parts.chunk_by(|a, b| a.document.row.company.is_some() && a.document.row.company == b.document.row.company);
            of_companies.map(|documents| Unit { documents }).collect()
        } else {
            units.all().collect()
        };
        let mut members = Vec::new();
        for unit in all {
            let State { observed, matching, mixed, carried } = unit.state(period, units.rule);
            let Some(first) = unit.documents.first().filter(|_| observed) else { continue };
            let known = unit.documents.iter().filter(|part| part.document.is_known(period));
            let documents: Result<_, _> = known.map(|part| self.member_document(index, part, period, units.rule)).collect();
            members.push(Member {
                company: known_company(&index.entry(first.document.slot)?.company),
                state: match (matching, mixed) {
                    // Snapshots are counted, not companies: there is nothing for them to disagree in.
                    (_, true) if units.count != Count::Snapshots => MemberState::Mixed,
                    (true, _) => MemberState::Matching,
                    (false, _) => MemberState::NotMatching,
                },
                carried,
                documents: documents?,
            });
        }
        // Those that match stand first, in the order of names.
        members.sort_by_key(|member| member.state == MemberState::NotMatching);
        Ok(members)
    }

    fn member_document(&self, index: &Index, part: &Part<'_>, period: usize, rule: Rule) -> Result<MemberDocument, IndexError> {
        let slot = part.document.slot;
        let entry = index.entry(slot)?;
        let timeline = &index.record(slot)?.timeline;
        let snapshots = part.document.snapshots(period);
        let matched = snapshots.intersection(part.matched());
        let decides = match rule {
            Rule::End => part.document.state(period),
            Rule::Any => matched.first().or(snapshots.last()),
            Rule::All => snapshots.difference(&matched).first().or(snapshots.last()),
        };
        let within = decides.map_or_else(Runs::default, |snapshot| Runs::range(snapshot, snapshot + 1));
        let passages: Result<Vec<String>, IndexError> = self
            .standing(index, part, &within)?
            .into_iter()
            .map(|passage| passage_id(index, slot, &index.text(slot, passage)?))
            .collect();
        Ok(MemberDocument {
            kind: entry.kind.clone(),
            source: source(index, entry),
            matching: part.document.matches(period, part.matched(), rule),
            carried: part.document.is_carried(period),
            snapshot: decides.and_then(|at| Some(timeline.snapshots.get(at as usize)?.captured?.instant)),
            passages: passages?,
            snapshots: snapshots.count(),
            matching_snapshots: matched.count(),
        })
    }

    /// The matching passages that stand in some snapshots of a document.
    fn standing(&self, index: &Index, part: &Part<'_>, within: &Runs) -> Result<Vec<u32>, IndexError> {
        let question = self.question;
        let scope = Scope { index, limits: &question.query.limits, observing: &question.observing };
        let mut standing = Vec::new();
        for &passage in part.matched.map_or(&[][..], |matched| &matched.passages) {
            if !scope.occurrences(part.document.slot, passage, within)?.is_empty() {
                standing.push(passage);
            }
        }
        Ok(standing)
    }

    /// The passages that stand in a snapshot that tells of a period.
    pub fn counted_passages(&self, index: &Index, units: &Units<'_>) -> Result<Vec<CountedPassage>, IndexError> {
        let mut counted = Vec::new();
        let mut seen_ids: FxHashSet<String> = FxHashSet::default();
        for part in units.all().flat_map(|unit| unit.documents) {
            let Some(matched) = part.matched else { continue };
            let within = part.document.all_snapshots().intersection(&matched.snapshots);
            let slot = part.document.slot;
            let entry = index.entry(slot)?;
            for passage in self.standing(index, part, &within)? {
                let id = passage_id(index, slot, &index.text(slot, passage)?)?;
                if seen_ids.insert(id.clone()) {
                    counted.push(CountedPassage {
                        id,
                        company: known_company(&entry.company),
                        kind: entry.kind.clone(),
                        source: source(index, entry),
                        life: lifespan(&index.record(slot)?.timeline, &[passage]),
                        text: index.text(slot, passage)?,
                    });
                }
            }
        }
        Ok(counted)
    }
}

fn source(index: &Index, entry: &DocumentEntry) -> String {
    let source = index.catalog.sources.get(entry.source as usize);
    source.map(|source| source.name.clone()).unwrap_or_default()
}
