//! A document on disk: one record that can be read in part.
//!
//! A record begins with the length of its head (u32, little endian) and the head; the places that the head tells count from its end.

use super::IndexError;
use super::chunks::{self, PackTable};
use crate::history::{DocumentHistory, Entry, Provenance, Timeline, Version};
use crate::snapshot::{Day, DocumentKey, Recording};
use crate::topic::Level;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Where the parts of a record lie.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Head {
    key: DocumentKey,
    recording: Recording,
    timeline: (u32, u32),
    provenance: PackTable,
    versions: PackTable,
    texts: PackTable,
    /// The topics of each passage.
    topics: PackTable,
}

/// The bytes of a record of a document whose passages are about these topics.
pub fn encode(history: &DocumentHistory, topics: &[Vec<Level>]) -> Result<Vec<u8>, IndexError> {
    let mut body = chunks::pack(&history.timeline)?;
    let head = Head {
        key: history.key.clone(),
        recording: history.recording,
        timeline: (0, u32::try_from(body.len()).map_err(IndexError::encode)?),
        provenance: chunks::write(&history.provenance, &mut body)?,
        versions: chunks::write(&history.versions, &mut body)?,
        texts: chunks::write(&history.texts, &mut body)?,
        topics: chunks::write(topics, &mut body)?,
    };
    let head = chunks::pack(&head)?;
    let mut record = u32::try_from(head.len()).map_err(IndexError::encode)?.to_le_bytes().to_vec();
    record.extend_from_slice(&head);
    record.extend_from_slice(&body);
    Ok(record)
}

/// A record with its timeline at hand; all else is read when asked for.
#[derive(Debug)]
pub struct Record {
    head: Head,
    body_start: usize,
    pub timeline: Timeline,
    years: OnceLock<Vec<i16>>,
}

impl Record {
    /// Reads head and timeline.
    pub fn open(bytes: &[u8]) -> Result<Record, IndexError> {
        let (len, rest) = bytes.split_first_chunk::<4>().ok_or(IndexError::DAMAGED)?;
        let len = u32::from_le_bytes(*len) as usize;
        let head: Head = chunks::unpack(rest.get(..len).ok_or(IndexError::DAMAGED)?)?;
        let body = &rest[len..];
        let (start, size) = head.timeline;
        let packed = body.get(start as usize..).and_then(|rest| rest.get(..size as usize)).ok_or(IndexError::DAMAGED)?;
        let timeline: Timeline = chunks::unpack(packed)?;
        let record = Record { head, body_start: 4 + len, timeline, years: OnceLock::new() };
        if record.is_sound() { Ok(record) } else { Err(IndexError::DAMAGED) }
    }

    /// Whether all numbers of the timeline point at something, so that readers need not ask again.
    fn is_sound(&self) -> bool {
        let timeline = &self.timeline;
        let snapshots = timeline.snapshots.len() as u32;
        let sets = timeline.sets.len() as u32;
        let placements = timeline.placements.len() as u32;
        self.head.provenance.len() == snapshots
            && self.head.versions.len() as usize == timeline.versions.len()
            && self.head.texts.len() as usize == timeline.passages.len()
            && self.head.topics.len() == self.head.texts.len()
            && timeline.site_of.len() == if timeline.sites.is_empty() { 0 } else { timeline.snapshots.len() }
            && timeline.site_of.iter().all(|&site| (site as usize) < timeline.sites.len())
            && timeline.snapshots.iter().all(|snapshot| (snapshot.version as usize) < timeline.versions.len())
            && timeline.sets.iter().all(|set| set.is_sound(snapshots))
            && timeline
                .passages
                .iter()
                .all(|facts| facts.set < sets && facts.placements_end <= placements && facts.clause < timeline.clauses)
            && timeline.passages.is_sorted_by_key(|facts| facts.placements_end)
            && timeline.placements.iter().all(|place| place.set < sets && (place.path as usize) < timeline.paths.len())
    }

    pub fn key(&self) -> &DocumentKey {
        &self.head.key
    }

    /// The texts of the passages.
    pub fn texts(&self) -> &PackTable {
        &self.head.texts
    }

    /// The topics of the passages.
    pub fn topics(&self) -> &PackTable {
        &self.head.topics
    }

    /// Where the snapshots come from.
    pub fn provenance(&self) -> &PackTable {
        &self.head.provenance
    }

    pub fn versions(&self) -> &PackTable {
        &self.head.versions
    }

    /// The versions of a pack.
    pub fn read_versions(&self, pack: u32, bytes: &[u8]) -> Result<(Vec<Version>, usize), IndexError> {
        let (versions, size) = self.head.versions.read::<Version>(pack, self.body(bytes))?;
        let sound = |entry: &Entry| (entry.passage as usize) < self.timeline.passages.len();
        if versions.iter().all(|version| version.entries.iter().all(sound)) {
            Ok((versions, size))
        } else {
            Err(IndexError::DAMAGED)
        }
    }

    /// The years of the snapshots; none of an undated text.
    pub fn years(&self) -> &[i16] {
        self.years.get_or_init(|| {
            let mut years: Vec<i16> = Vec::with_capacity(self.timeline.snapshots.len());
            // Neighbours mostly share their day, and reading a year off a day takes time.
            let mut last: Option<(Day, i16)> = None;
            for day in self.timeline.snapshots.iter().filter_map(|snapshot| Some(snapshot.captured?.instant.day())) {
                let year = last.filter(|&(other, _)| other == day).map_or_else(|| day.year(), |(_, year)| year);
                last = Some((day, year));
                years.push(year);
            }
            years
        })
    }

    /// The whole document.
    pub fn history(self, bytes: &[u8]) -> Result<DocumentHistory, IndexError> {
        let body = self.body(bytes);
        Ok(DocumentHistory {
            provenance: all(&self.head.provenance, body)?,
            versions: all(&self.head.versions, body)?,
            texts: all(&self.head.texts, body)?,
            key: self.head.key,
            recording: self.head.recording,
            timeline: self.timeline,
        })
    }

    /// Where each snapshot comes from.
    pub fn all_provenance(&self, bytes: &[u8]) -> Result<Vec<Provenance>, IndexError> {
        all(&self.head.provenance, self.body(bytes))
    }

    pub fn body<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        bytes.get(self.body_start..).unwrap_or_default()
    }
}

fn all<T: serde::de::DeserializeOwned>(table: &PackTable, bytes: &[u8]) -> Result<Vec<T>, IndexError> {
    let packs: Result<Vec<Vec<T>>, IndexError> = (0..table.packs()).map(|pack| Ok(table.read(pack, bytes)?.0)).collect();
    Ok(packs?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::SnapshotTime;
    use crate::site::SiteFacts;

    /// Whether a record of an empty text is opened whose timeline has so many sites, and these numbers of them.
    fn opens(sites: usize, site_of: &[u32]) -> bool {
        let timeline = Timeline {
            snapshots: vec![SnapshotTime { captured: None, version: 0 }; 2],
            versions: vec![crate::history::VersionFacts { lang: String::new(), mark: None, chars: 0 }],
            sites: vec![SiteFacts::default(); sites],
            site_of: site_of.to_vec(),
            ..Timeline::default()
        };
        let mut body = chunks::pack(&timeline).unwrap();
        let head = Head {
            key: DocumentKey { company: String::new(), kind: String::new(), part: String::new() },
            recording: Recording::Captures,
            timeline: (0, body.len() as u32),
            provenance: chunks::write([0u8, 0], &mut body).unwrap(),
            versions: chunks::write([0u8], &mut body).unwrap(),
            texts: PackTable::default(),
            topics: PackTable::default(),
        };
        let head = chunks::pack(&head).unwrap();
        Record::open(&[&(head.len() as u32).to_le_bytes(), &*head, &body].concat()).is_ok()
    }

    #[test]
    fn a_snapshot_has_facts_of_its_site_or_none_has() {
        assert!(opens(0, &[]) && opens(2, &[1, 0]));
        assert!(!opens(0, &[0, 0]) && !opens(1, &[]) && !opens(1, &[0]) && !opens(1, &[0, 1]) && !opens(1, &[0, 0, 0]));
    }
}
