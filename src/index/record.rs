//! A document on disk: one record that can be read in part.
//!
//! | part | holds |
//! |---|---|
//! | outline | its length and its CRC-32 (u32, little endian), and what counting needs, read where it lies: [`outline`] |
//! | head | its length (u32), and [`Head`]: what the document is, and where the packs lie, counted from the end of the head |
//! | packs | the rest of the timeline, provenance, versions, texts and topics, each compressed and read when asked for |

use super::IndexError;
use super::chunks::{self, PackTable};
use crate::history::{
    DocumentHistory, Entry, HeadingPath, Outline, Placement, Provenance, SnapshotTime, Timeline, Version, VersionFacts,
    in_order_of_clauses, outline,
};
use crate::site::SiteFacts;
use crate::snapshot::{DocumentKey, Instant, Recording};
use crate::topic::Level;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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

/// What an outline does not tell of a timeline.
#[derive(Serialize, Deserialize)]
struct Rest<'t> {
    snapshots: Cow<'t, [SnapshotTime]>,
    versions: Cow<'t, [VersionFacts]>,
    /// Length of each passage in characters, and where its placements end.
    passages: Vec<(u32, u32)>,
    placements: Cow<'t, [Placement]>,
    paths: Cow<'t, [HeadingPath]>,
    clauses: u32,
    ended: Cow<'t, [Instant]>,
    sites: Cow<'t, [SiteFacts]>,
    site_of: Cow<'t, [u32]>,
}

impl<'t> Rest<'t> {
    fn of(timeline: &'t Timeline) -> Rest<'t> {
        Rest {
            snapshots: Cow::Borrowed(&timeline.snapshots),
            versions: Cow::Borrowed(&timeline.versions),
            passages: timeline.passages.iter().map(|facts| (facts.chars, facts.placements_end)).collect(),
            placements: Cow::Borrowed(&timeline.placements),
            paths: Cow::Borrowed(&timeline.paths),
            clauses: timeline.clauses,
            ended: Cow::Borrowed(&timeline.ended),
            sites: Cow::Borrowed(&timeline.sites),
            site_of: Cow::Borrowed(&timeline.site_of),
        }
    }

    /// The timeline, together with its outline; `None` where these are of different ones.
    fn timeline(self, outline: Outline<'_>) -> Option<Timeline> {
        let (sets, mut passages) = outline.sets_and_passages();
        if passages.len() != self.passages.len() {
            return None;
        }
        for (facts, (chars, placements_end)) in passages.iter_mut().zip(self.passages) {
            (facts.chars, facts.placements_end) = (chars, placements_end);
        }
        let timeline = Timeline {
            snapshots: self.snapshots.into_owned(),
            versions: self.versions.into_owned(),
            sets,
            passages,
            placements: self.placements.into_owned(),
            paths: self.paths.into_owned(),
            clauses: self.clauses,
            ended: self.ended.into_owned(),
            sites: self.sites.into_owned(),
            site_of: self.site_of.into_owned(),
        };
        (outline.snapshots() as usize == timeline.snapshots.len()).then_some(timeline)
    }
}

const NUMBER_BYTES: usize = 4;

/// The bytes of a record of a document whose passages are about these topics.
pub fn encode(history: &DocumentHistory, topics: &[Vec<Level>]) -> Result<Vec<u8>, IndexError> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(IndexError::encode);
    let mut body = chunks::pack(&Rest::of(&history.timeline))?;
    let head = Head {
        key: history.key.clone(),
        recording: history.recording,
        timeline: (0, length(&body)?),
        provenance: chunks::write(&history.provenance, &mut body)?,
        versions: chunks::write(&history.versions, &mut body)?,
        texts: chunks::write(&history.texts, &mut body)?,
        topics: chunks::write(topics, &mut body)?,
    };
    let head = chunks::pack(&head)?;
    let outline = outline::encode(&history.timeline).ok_or_else(|| IndexError::encode("a document is too large"))?;
    let mut record = Vec::with_capacity(outline.len() + head.len() + body.len() + 3 * NUMBER_BYTES);
    record.extend(length(&outline)?.to_le_bytes());
    record.extend(crc32fast::hash(&outline).to_le_bytes());
    record.extend(outline);
    record.extend(length(&head)?.to_le_bytes());
    record.extend(head);
    record.extend(body);
    Ok(record)
}

/// Takes a number off the front.
fn number(bytes: &[u8]) -> Result<(u32, &[u8]), IndexError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(IndexError::DAMAGED)?;
    Ok((u32::from_le_bytes(*number), rest))
}

/// The bytes of the outline with its checksum, and what follows it.
fn parts(record: &[u8]) -> Result<(&[u8], u32, &[u8]), IndexError> {
    let (len, rest) = number(record)?;
    let (checksum, rest) = number(rest)?;
    let (outline, rest) = rest.split_at_checked(len as usize).ok_or(IndexError::DAMAGED)?;
    Ok((outline, checksum, rest))
}

/// The outline in a record that [`checked_outline`] has found sound.
pub fn outline_of(record: &[u8]) -> Result<Outline<'_>, IndexError> {
    Outline::of(parts(record)?.0).ok_or(IndexError::DAMAGED)
}

/// The outline in a record.
///
/// # Errors
/// Where the record is not as it was written.
pub fn checked_outline(record: &[u8]) -> Result<Outline<'_>, IndexError> {
    let (bytes, checksum, _) = parts(record)?;
    let outline = Outline::of(bytes).filter(|outline| crc32fast::hash(bytes) == checksum && outline.is_sound());
    outline.ok_or(IndexError::DAMAGED)
}

/// A record with its timeline at hand; all else is read when asked for.
#[derive(Debug)]
pub struct Record {
    head: Head,
    body_start: usize,
    pub timeline: Timeline,
    /// The passages in the order of their clauses, and the clause of each, once asked for.
    by_clause: OnceLock<(Vec<u32>, Vec<u32>)>,
}

impl Record {
    /// Reads head and timeline.
    pub fn open(bytes: &[u8]) -> Result<Record, IndexError> {
        let outline = checked_outline(bytes)?;
        let (head_len, rest) = number(parts(bytes)?.2)?;
        let (head, body) = rest.split_at_checked(head_len as usize).ok_or(IndexError::DAMAGED)?;
        let head: Head = chunks::unpack(head)?;
        let (start, size) = head.timeline;
        let packed = body.get(start as usize..).and_then(|rest| rest.get(..size as usize)).ok_or(IndexError::DAMAGED)?;
        let timeline = chunks::unpack::<Rest>(packed)?.timeline(outline).ok_or(IndexError::DAMAGED)?;
        let record = Record { head, body_start: bytes.len() - body.len(), timeline, by_clause: OnceLock::new() };
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

    /// The passages that are wordings of a clause, in ascending order.
    pub fn wordings(&self, clause: u32) -> &[u32] {
        let (passages, clauses) = self.by_clause.get_or_init(|| {
            let passages = &self.timeline.passages;
            let ordered = in_order_of_clauses(passages.iter().map(|facts| facts.clause));
            let clauses = ordered.iter().map(|passage| passages[*passage as usize].clause).collect();
            (ordered, clauses)
        });
        let start = clauses.partition_point(|other| *other < clause);
        let wordings = clauses[start..].iter().take_while(|other| **other == clause).count();
        &passages[start..start + wordings]
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
    use crate::history::captures::AllCaptures;
    use crate::history::{HistoryBuilder, Wordbook, captures};
    use crate::passage::{Passage, Shape};
    use crate::snapshot::{Captured, DateSource, Day, Format, Precision, SECONDS_PER_DAY};
    use crate::source::Locator;

    fn instant(day: i32) -> Instant {
        Instant { seconds: i64::from(day) * SECONDS_PER_DAY, precision: Precision::Day }
    }

    /// A document with a capture of these passages on each of these days.
    fn document(captures: &[(Option<i32>, &[&str])]) -> DocumentHistory {
        let mut builder = HistoryBuilder::default();
        for (day, texts) in captures {
            let passages: Vec<Passage> =
                texts.iter().map(|text| Passage { text: (*text).to_owned(), shape: Shape::Paragraph }).collect();
            let entries = builder.entries(&passages);
            let version = builder.version(&entries);
            let provenance = Provenance {
                locator: Locator::file("a"),
                commit_kind: None,
                url: None,
                format: Format::Text,
                encoding: String::new(),
                replaced: 0,
                bytes: 0,
                sha256: [0; 32],
                extraction: 0,
            };
            let captured = day.map(|day| Captured { instant: instant(day), source: DateSource::Path });
            builder.add(captured, SiteFacts::default(), provenance, version);
        }
        builder.end([instant(25)]);
        let key = DocumentKey { company: String::new(), kind: String::new(), part: String::new() };
        builder.finish(key, Recording::Captures, &mut Wordbook::default()).0
    }

    const ENGLISH: &str = "We collect the information that you give us when you open an account with us or write to us.";
    const GERMAN: &str = "Wir erheben die Daten, die Sie uns geben, wenn Sie ein Konto bei uns eröffnen oder uns schreiben.";

    fn sample() -> DocumentHistory {
        document(&[
            (Some(10), &[ENGLISH, "Two"]),
            (Some(20), &[GERMAN]),
            (Some(30), &[ENGLISH]),
            (Some(40), &["Two", ENGLISH, "x"]),
        ])
    }

    fn record(history: &DocumentHistory) -> Vec<u8> {
        encode(history, &vec![Vec::new(); history.texts.len()]).unwrap()
    }

    #[test]
    fn a_record_gives_back_what_was_written() {
        let history = sample();
        let bytes = record(&history);
        assert_eq!(Record::open(&bytes).unwrap().history(&bytes).unwrap(), history);
    }

    #[test]
    fn an_outline_says_what_the_timeline_says() {
        let history = sample();
        let timeline = &history.timeline;
        let bytes = record(&history);
        let outline = checked_outline(&bytes).unwrap();
        assert_eq!((outline.snapshots(), outline.passages()), (4, 4));
        for passage in 0..5 {
            assert_eq!(&outline.occurrences(passage), timeline.occurrences(passage));
        }
    }

    #[test]
    fn captures_say_what_the_timeline_says() {
        let history = sample();
        let timeline = &history.timeline;
        let (snapshots, deletions) = captures::of(timeline);
        let mut all = AllCaptures::default();
        let places = all.extend(&snapshots);
        // So many that their observers fill several numbers.
        for _ in 0..40 {
            all.extend(&snapshots);
        }
        let told = all.of(&places, &deletions);
        assert_eq!(told.len(), 4);
        for (langs, suspect) in [(&[][..], false), (&["en"], false), (&["de", "en"], true), (&["english"], true)] {
            let asked: Vec<Vec<String>> = langs.iter().map(|lang| vec![(*lang).to_owned()]).collect();
            let observers = all.observers(&asked, suspect);
            for at in 0..4 * 41 {
                let snapshot = at as u32 % 4;
                let observes = (suspect || told.is_usable(snapshot)) && langs.iter().all(|lang| told.is_in(snapshot, lang));
                assert_eq!(observers.contains(at), observes, "{at} of {langs:?}");
            }
        }
        for snapshot in 0..5 {
            let captured = timeline.snapshots.get(snapshot as usize).and_then(|snapshot| snapshot.captured);
            assert_eq!(told.day(snapshot), timeline.day(snapshot));
            assert_eq!(told.taken(snapshot), captured);
            assert_eq!(told.mark(snapshot), timeline.version_of(snapshot).and_then(|facts| facts.mark));
            assert_eq!(told.is_usable(snapshot), timeline.is_usable(snapshot));
            let lang = timeline.version_of(snapshot).map_or("", |facts| facts.lang.as_str());
            assert_eq!(told.lang(snapshot), lang);
            for code in ["en", "de", "deu", "d", "english", ""] {
                assert_eq!(told.is_in(snapshot, code), snapshot < 4 && lang == code, "{snapshot} {code}");
            }
            for by in 20..45 {
                assert_eq!(told.has_ended(snapshot, Day(by)), timeline.has_ended(snapshot, Day(by)), "{snapshot} by {by}");
            }
        }
        assert_eq!(told.captured(Some(Day(11)), Some(Day(30))), (1, 3));
        assert_eq!(told.captured(None, Some(Day(9))), (0, 0));
        assert_eq!(told.captured(Some(Day(40)), None), (3, 4));
        let (snapshots, deletions) = captures::of(&document(&[(None, &[ENGLISH])]).timeline);
        let places = all.extend(&snapshots);
        let undated = all.of(&places, &deletions);
        assert!(!undated.is_dated());
        assert_eq!(undated.captured(None, None), (0, 0));
    }

    #[test]
    fn damage_of_an_outline_is_an_error() {
        let bytes = record(&sample());
        let len = parts(&bytes).unwrap().0.len() + 2 * NUMBER_BYTES;
        for at in 0..len {
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            assert!(checked_outline(&damaged).is_err(), "byte {at}");
            assert!(Record::open(&damaged).is_err(), "byte {at}");
            // One that was sound when it was first read gives something or nothing, and no panic.
            if let Ok(outline) = outline_of(&damaged) {
                for number in 0..9 {
                    let _ = outline.occurrences(number);
                }
            }
        }
    }

    /// Whether a record of an empty text is opened whose timeline has so many sites, and these numbers of them.
    fn opens(sites: usize, site_of: &[u32]) -> bool {
        let mut history = document(&[(None, &[]), (None, &[])]);
        (history.timeline.sites, history.timeline.site_of) = (vec![SiteFacts::default(); sites], site_of.to_vec());
        Record::open(&record(&history)).is_ok()
    }

    #[test]
    fn a_snapshot_has_facts_of_its_site_or_none_has() {
        assert!(opens(0, &[]) && opens(2, &[1, 0]));
        assert!(!opens(0, &[0, 0]) && !opens(1, &[]) && !opens(1, &[0]) && !opens(1, &[0, 1]) && !opens(1, &[0, 0, 0]));
    }
}
