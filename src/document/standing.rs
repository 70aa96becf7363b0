//! What stood of a document at a moment, and what makes that doubtful.

use super::{Moment, Role, StatedDate, stated_dates};
use crate::history::{Captures, Mark, Timeline};
use crate::index::{Index, IndexError};
use crate::query::Limits;
use crate::search::{Observing, Scope};
use crate::snapshot::{Captured, Day, Instant};
use std::fmt;

/// A document, and what counts as a capture of it.
pub struct View<'i> {
    pub index: &'i Index,
    pub slot: u32,
    pub timeline: &'i Timeline,
    captures: Captures<'i>,
    pub observing: &'i Observing,
    limits: Limits,
}

/// What stood at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The last day of what is asked about; `None` where a snapshot is, or the last text.
    pub asked: Option<Day>,
    /// The day that is answered for: the same, or the archive's last capture where that lies in the month or year asked about.
    pub day: Option<Day>,
    /// The snapshot that stood, or why none is known.
    pub found: Result<u32, Unknown>,
    /// The captures around the one shown, or around the day where none is known.
    pub before: Option<u32>,
    pub after: Option<u32>,
    /// Captures between the one shown and the day that are no policy text or in another language.
    pub passed_over: Vec<u32>,
    pub stated: Vec<StatedDate>,
    pub warnings: Vec<Warning>,
}

/// Why it is not known what stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The text has no date.
    Undated,
    /// The document has no such snapshot; it has so many.
    NoSnapshot { number: u32, of: u32 },
    /// No capture of policy text in the language is there at all.
    NoUsable,
    /// The day is before the first capture that counts.
    BeforeFirst { first: Instant },
    /// The last capture before the day is so many days older, which is more than may be carried.
    TooOld { last: Instant, days: i32 },
    /// The archive deleted the text after its last capture.
    Deleted { at: Instant, last: Instant },
    /// The archive's last capture of anything is before the day.
    PastEnd { end: Instant, last: Instant },
}

/// What makes an answer for a day doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The text shown says that it takes effect after the day.
    TakesEffectLater { stated: StatedDate },
    /// The next capture states a date at or before the day: its text may have stood already.
    NextStates { snapshot: u32, captured: Captured, stated: StatedDate },
}

impl<'i> View<'i> {
    /// `langs`: the languages in which a capture counts; `None`: the commonest of the index where the document has captures in it, else the
    /// commonest of the document's own.
    pub fn new(index: &'i Index, slot: u32, observing: &'i Observing, langs: Option<&[String]>) -> Result<View<'i>, IndexError> {
        let timeline = &index.record(slot)?.timeline;
        let own =
            || index.entry(slot).map(|entry| default_language(index, &entry.langs).map(str::to_owned).into_iter().collect());
        let langs: Vec<String> = langs.map_or_else(own, |langs| Ok(langs.to_vec()))?;
        let limits = Limits { langs: if langs.is_empty() { Vec::new() } else { vec![langs] }, ..Limits::default() };
        Ok(View { index, slot, timeline, captures: index.captures(slot)?, observing, limits })
    }

    /// The languages in which a capture counts; none where all do.
    pub fn langs(&self) -> &[String] {
        self.limits.langs.first().map(Vec::as_slice).unwrap_or_default()
    }

    fn scope(&self) -> Scope<'_> {
        Scope { index: self.index, limits: &self.limits, observing: self.observing }
    }

    /// Whether a snapshot tells what the document said.
    pub fn observes(&self, snapshot: u32) -> bool {
        self.scope().observes(self.captures, snapshot)
    }

    /// How many snapshots there are.
    pub fn len(&self) -> u32 {
        self.timeline.snapshots.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.timeline.snapshots.is_empty()
    }

    pub fn captured(&self, snapshot: u32) -> Option<Captured> {
        self.timeline.snapshots.get(snapshot as usize)?.captured
    }

    pub fn version(&self, snapshot: u32) -> Option<u32> {
        Some(self.timeline.snapshots.get(snapshot as usize)?.version)
    }

    pub fn mark(&self, snapshot: u32) -> Option<Mark> {
        self.timeline.version_of(snapshot)?.mark
    }

    pub fn lang(&self, snapshot: u32) -> &'i str {
        self.timeline.version_of(snapshot).map_or("", |facts| facts.lang.as_str())
    }

    /// The dates that a version states of itself.
    pub fn stated(&self, version: u32) -> Result<Vec<StatedDate>, IndexError> {
        stated_of_version(self.index, self.slot, version)
    }

    /// The last capture that observes before a snapshot, and the first after it.
    pub fn neighbours(&self, snapshot: u32) -> (Option<u32>, Option<u32>) {
        let before = (0..snapshot).rev().find(|&other| self.observes(other));
        (before, (snapshot.saturating_add(1)..self.len()).find(|&other| self.observes(other)))
    }

    /// What stood at a moment; without one, the last text that observes.
    pub fn at(&self, moment: Option<Moment>) -> Result<Standing, IndexError> {
        let (asked, day, found) = match moment {
            Some(Moment::Snapshot(number)) => {
                let of = self.len();
                let snapshot = number.checked_sub(1).filter(|snapshot| *snapshot < of);
                (None, None, snapshot.ok_or(Unknown::NoSnapshot { number, of }))
            }
            Some(Moment::End { first, last }) => {
                let end = self.scope().end_of((first, last), self.index.row(self.slot)?);
                let day = end.unwrap_or(last);
                let found = match self.scope().stands(self.slot, (first, last))? {
                    Some(snapshot) => Ok(snapshot),
                    None => Err(self.unknown(day)?),
                };
                (Some(last), Some(day), found)
            }
            None => {
                let last = (0..self.len()).rev().find(|&snapshot| self.observes(snapshot));
                (None, None, last.ok_or(Unknown::NoUsable))
            }
        };
        self.standing((asked, day), found, moment.is_none())
    }

    /// Why nothing stands at the end of a day.
    fn unknown(&self, day: Day) -> Result<Unknown, IndexError> {
        if !self.timeline.is_dated() {
            return Ok(Unknown::Undated);
        }
        let instant = |snapshot: u32| self.captured(snapshot).map(|captured| captured.instant);
        let Some(first) = (0..self.len()).find(|&snapshot| self.observes(snapshot)).and_then(instant) else {
            return Ok(Unknown::NoUsable);
        };
        let Some(last) = self.last_by(day).and_then(instant) else {
            return Ok(Unknown::BeforeFirst { first });
        };
        if let Some(&at) = self.timeline.ended.iter().find(|ended| **ended >= last && ended.day() <= day) {
            return Ok(Unknown::Deleted { at, last });
        }
        Ok(match self.index.last_capture(self.index.entry(self.slot)?.source) {
            Some(end) if end.day() < day => Unknown::PastEnd { end, last },
            _ => Unknown::TooOld { last, days: day.0.saturating_sub(last.day().0) },
        })
    }

    /// The last capture that observes until the end of a day, however old.
    fn last_by(&self, day: Day) -> Option<u32> {
        (0..self.len()).rev().find(|&snapshot| self.timeline.day(snapshot).is_some_and(|at| at <= day) && self.observes(snapshot))
    }

    fn standing(
        &self,
        (asked, day): (Option<Day>, Option<Day>),
        found: Result<u32, Unknown>,
        is_last: bool,
    ) -> Result<Standing, IndexError> {
        let (before, after) = match (found, day) {
            (Ok(snapshot), _) => self.neighbours(snapshot),
            (Err(_), Some(day)) => {
                let is_later =
                    |&snapshot: &u32| self.timeline.day(snapshot).is_some_and(|at| at > day) && self.observes(snapshot);
                (self.last_by(day), (0..self.len()).find(is_later))
            }
            (Err(_), None) => (None, None),
        };
        let mut standing =
            Standing { asked, day, found, before, after, passed_over: Vec::new(), stated: Vec::new(), warnings: Vec::new() };
        if let Ok(snapshot) = found {
            standing.stated = self.version(snapshot).map_or(Ok(Vec::new()), |version| self.stated(version))?;
            standing.warnings = self.warnings(snapshot, after, day, &standing.stated)?;
        }
        // Of a snapshot that is asked for by its number nothing is passed over.
        if let Some(from) = found.map_or(before.map(|before| before + 1), |snapshot| Some(snapshot + 1))
            && (day.is_some() || is_last)
        {
            let by = |snapshot: u32| day.is_none_or(|day| self.timeline.day(snapshot).is_some_and(|at| at <= day));
            standing.passed_over =
                (from..self.len()).take_while(|&snapshot| by(snapshot)).filter(|&snapshot| !self.observes(snapshot)).collect();
        }
        Ok(standing)
    }

    /// What makes the answer for a day doubtful, where a snapshot is the answer.
    pub fn warnings_for(&self, snapshot: u32, day: Day) -> Result<Vec<Warning>, IndexError> {
        let stated = self.version(snapshot).map_or(Ok(Vec::new()), |version| self.stated(version))?;
        self.warnings(snapshot, self.neighbours(snapshot).1, Some(day), &stated)
    }

    /// What makes the answer for a day doubtful, of the snapshot shown and the next one.
    fn warnings(
        &self,
        snapshot: u32,
        after: Option<u32>,
        day: Option<Day>,
        stated: &[StatedDate],
    ) -> Result<Vec<Warning>, IndexError> {
        let Some(day) = day else { return Ok(Vec::new()) };
        let later =
            |stated: &&StatedDate| stated.role == Role::Effective && stated.readings.iter().any(|reading| reading.day() > day);
        let mut warnings: Vec<Warning> = distinct(stated)
            .into_iter()
            .filter(later)
            .map(|stated| Warning::TakesEffectLater { stated: stated.clone() })
            .collect();
        let Some((next, captured)) = after.and_then(|next| Some((next, self.captured(next)?))) else { return Ok(warnings) };
        let Some(version) = self.version(next).filter(|version| Some(*version) != self.version(snapshot)) else {
            return Ok(warnings);
        };
        let of_next = self.stated(version)?;
        for next_stated in distinct(&of_next) {
            let told_here = stated.iter().any(|here| here.role == next_stated.role && here.readings == next_stated.readings);
            if !told_here && next_stated.readings.iter().any(|reading| reading.day() <= day) {
                warnings.push(Warning::NextStates { snapshot: next, captured, stated: next_stated.clone() });
            }
        }
        Ok(warnings)
    }
}

/// Of dates of one role with the same readings the first.
pub fn distinct(stated: &[StatedDate]) -> Vec<&StatedDate> {
    let mut found: Vec<&StatedDate> = Vec::new();
    for one in stated {
        if !found.iter().any(|other| other.role == one.role && other.readings == one.readings) {
            found.push(one);
        }
    }
    found
}

/// The language of the index where a document has usable snapshots in it, so that all commands answer from the same; else that of the
/// most usable snapshots of the document.
fn default_language<'l>(index: &'l Index, langs: &'l [(String, u32)]) -> Option<&'l str> {
    let common = index.commonest_language();
    if let Some(common) = common.filter(|common| langs.iter().any(|(lang, _)| lang == common)) {
        return Some(common);
    }
    // Of equals the first by name.
    langs.iter().rev().max_by_key(|(_, snapshots)| *snapshots).map(|(lang, _)| lang.as_str())
}

/// The dates that a version states of itself, as of its first capture.
pub fn stated_of_version(index: &Index, slot: u32, version: u32) -> Result<Vec<StatedDate>, IndexError> {
    let timeline = &index.record(slot)?.timeline;
    let first = timeline.snapshots.iter().find(|snapshot| snapshot.version == version).and_then(|snapshot| snapshot.captured);
    let lang = timeline.versions.get(version as usize).map_or("", |facts| facts.lang.as_str());
    Ok(stated_dates(&version_text(index, slot, version)?, lang, first.map(|captured| captured.instant.day())))
}

/// The text of a version, passages parted as its hash has them.
pub fn version_text(index: &Index, slot: u32, version: u32) -> Result<String, IndexError> {
    let mut text = String::new();
    for (at, entry) in index.version(slot, version)?.entries.iter().enumerate() {
        if at > 0 {
            text.push_str(crate::history::PASSAGE_SEPARATOR);
        }
        text.push_str(&index.text(slot, entry.passage)?);
    }
    Ok(text)
}

/// For people: the dates and the words that they are read from.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::TakesEffectLater { stated } => {
                let verb = if stated.readings.len() > 1 { "may take" } else { "takes" };
                write!(f, "the text shown says that it {verb} effect later, {}", saying(stated))
            }
            Warning::NextStates { captured, stated, .. } => write!(
                f,
                "the next capture, of {}, states {} {}: its text may have stood already",
                captured.instant,
                stated.role.name(),
                saying(stated)
            ),
        }
    }
}

fn saying(stated: &StatedDate) -> String {
    format!("{} (\"{}\")", stated.readings_text(), stated.words)
}

/// For people: what is known instead.
impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Undated => f.write_str("the text has no date"),
            Unknown::NoSnapshot { number, of: 1 } => write!(f, "there is no snapshot #{number}: the document has #1 only"),
            Unknown::NoSnapshot { number, of } => write!(f, "there is no snapshot #{number}: the document has #1 to #{of}"),
            Unknown::NoUsable => f.write_str("no capture is policy text in the language asked for"),
            Unknown::BeforeFirst { first } => write!(f, "the first capture is later, of {first}"),
            Unknown::TooOld { last, days } => {
                let unit = if *days == 1 { "day" } else { "days" };
                write!(f, "the last capture before, of {last}, is {days} {unit} older, which is more than may be carried")
            }
            Unknown::Deleted { at, last } => {
                write!(f, "the archive deleted the text on {}, after the capture of {last}", at.day())
            }
            Unknown::PastEnd { end, last } => {
                write!(f, "the last capture of the whole archive is of {}, and that of the text of {last}", end.day())
            }
        }
    }
}

impl Unknown {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Unknown::Undated => Some("its only snapshot is #1"),
            Unknown::NoUsable => Some("--suspect takes captures that are no policy text, --lang any those in other languages"),
            Unknown::TooOld { .. } => Some("--carry unlimited takes it all the same"),
            Unknown::NoSnapshot { .. } | Unknown::BeforeFirst { .. } | Unknown::Deleted { .. } | Unknown::PastEnd { .. } => None,
        }
    }
}

impl Standing {
    /// Where it is not known what stood: why, and what to do about it.
    pub fn not_known(&self) -> Option<String> {
        let unknown = self.found.err()?;
        let why = match self.day {
            Some(day) => format!("not known what stood on {day}: {unknown}"),
            None => unknown.to_string(),
        };
        Some(match unknown.hint() {
            Some(hint) => format!("{why}\nhint: {hint}"),
            None => why,
        })
    }
}
