//! Which snapshots of a document a query looks at: the limits of a query, and what stands as of a day.

use crate::history::{Captures, Runs};
use crate::index::{Index, IndexError, Row};
use crate::query::{DayRange, Limits, PassageWords, Phrase, spans};
use crate::snapshot::{Day, Recording};

/// How old a snapshot may be to stand for a later day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// It must be of the day, or of the period, that is asked about.
    Never,
    Days(u32),
    Months(u32),
    Unlimited,
}

/// What observes a text, and how long an observation stands for later days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observing {
    /// For all sources that no other rule is for; `None`: as each source records.
    pub carry: Option<Carry>,
    /// For sources by name.
    pub carry_of: Vec<(String, Carry)>,
    /// Whether snapshots that are no policy text observe as well.
    pub suspect: bool,
}

/// For sources that record every capture; those of changes carry without limit.
pub const DEFAULT_CARRY: Carry = Carry::Months(18);

impl Carry {
    /// The earliest day that still stands for the last day of a period.
    fn earliest(self, (first, day): (Day, Day)) -> Day {
        match self {
            Carry::Never => first,
            Carry::Unlimited => Day(i32::MIN),
            Carry::Days(days) => Day(day.0.saturating_sub_unsigned(days)),
            Carry::Months(months) => {
                let date = day.date().saturating_sub(jiff::Span::new().months(i64::from(months.min(12 * 5_000))));
                Day::from_date(date.year(), date.month(), date.day()).unwrap_or(Day(i32::MIN))
            }
        }
    }
}

/// As `--carry` takes it: `90d`, `18m`, `unlimited`, `none`.
impl std::fmt::Display for Carry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Carry::Never => f.write_str("none"),
            Carry::Days(days) => write!(f, "{days}d"),
            Carry::Months(months) => write!(f, "{months}m"),
            Carry::Unlimited => f.write_str("unlimited"),
        }
    }
}

/// How a period ends for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    day: Day,
    /// The earliest day whose snapshot stands for it.
    earliest: Day,
}

impl End {
    /// Whether a period that ends so is one after a snapshot was captured.
    pub fn is_after(self, captures: Captures<'_>, snapshot: u32) -> bool {
        captures.day(snapshot).is_some_and(|captured| captured <= self.day)
    }

    /// Whether the last snapshot that observes before it still stands there.
    pub fn is_reached_by(self, captures: Captures<'_>, last: u32) -> bool {
        let is_young = captures.day(last).is_some_and(|captured| captured >= self.earliest);
        is_young && !captures.has_ended(last, self.day)
    }
}

/// The limits of a query, asked of one document after another.
pub struct Scope<'q> {
    pub index: &'q Index,
    pub limits: &'q Limits,
    pub observing: &'q Observing,
}

impl Scope<'_> {
    /// Whether the query looks at a document at all.
    pub fn admits(&self, slot: u32) -> Result<bool, IndexError> {
        if self.limits.companies.is_empty() && self.limits.kinds.is_empty() {
            return Ok(true);
        }
        let entry = self.index.entry(slot)?;
        // The archive's own names are known as well as those that the settings give.
        let company = |names: &crate::query::NameMatch| names.matches(&entry.company) || names.matches(&entry.key.company);
        let kind = |names: &crate::query::NameMatch| names.matches(&entry.kind) || names.matches(&entry.key.kind);
        Ok(self.limits.companies.iter().all(company) && self.limits.kinds.iter().all(kind))
    }

    /// The snapshots that the query looks at, of a document that it admits; `None` where it looks at all.
    pub fn some_snapshots(&self, slot: u32) -> Result<Option<Runs>, IndexError> {
        let limits = self.limits;
        let is_limited =
            limits.as_of.is_some() || !limits.langs.is_empty() || !limits.sites.is_empty() || !limits.days.is_unlimited();
        if !is_limited && !self.index.row(slot)?.has_duplicates {
            return Ok(None);
        }
        let within = self.snapshots(slot)?;
        let is_all = within.count() == u64::from(self.index.captures(slot)?.len());
        Ok((!is_all).then_some(within))
    }

    /// The snapshots that the query looks at, of a document that it admits. What another source holds too is looked at there.
    pub fn snapshots(&self, slot: u32) -> Result<Runs, IndexError> {
        let captures = self.index.captures(slot)?;
        let all = || -> Result<Runs, IndexError> {
            let all = Runs::range(0, captures.len());
            let duplicates = &self.index.entry(slot)?.duplicates;
            Ok(if duplicates.is_empty() { all } else { all.difference(&duplicates.snapshots()) })
        };
        let limits = self.limits;
        let within = match limits.as_of {
            Some(day) => match self.as_of(slot, day)? {
                Some(snapshot) if !self.is_told_elsewhere(slot, snapshot, (day, day))? => Runs::range(snapshot, snapshot + 1),
                _ => Runs::default(),
            },
            None if limits.langs.is_empty() => all()?,
            None => all()?.iter().filter(|&snapshot| self.has_language(captures, snapshot)).collect(),
        };
        let within = if limits.sites.is_empty() { within } else { within.intersection(&self.of_sites(slot)?) };
        Ok(if limits.days.is_unlimited() { within } else { within.intersection(&days(captures, limits.days)) })
    }

    /// The snapshot that stands at the end of a day, see [`Scope::stands`].
    pub fn as_of(&self, slot: u32, day: Day) -> Result<Option<u32>, IndexError> {
        self.stands(slot, (day, day))
    }

    /// The snapshot that stands at the end of a period: the last that observes, in a language asked for, whatever its site; none past
    /// the last capture of the source or the text's deletion, and none that is older than may be carried.
    ///
    /// A period in which the source has its last capture ends for it on that day.
    pub fn stands(&self, slot: u32, period: (Day, Day)) -> Result<Option<u32>, IndexError> {
        let captures = self.index.captures(slot)?;
        Ok(self.end(period, self.index.row(slot)?).and_then(|end| self.stands_at(captures, end)))
    }

    /// How a period ends for a document, and all others of its source that are recorded alike; `None` where the source ends before.
    pub fn end(&self, period: (Day, Day), row: &Row) -> Option<End> {
        let day = self.end_of(period, row)?;
        Some(End { day, earliest: self.carry(row).earliest((period.0, day)) })
    }

    /// The snapshot that stands where a period ends so.
    pub fn stands_at(&self, captures: Captures<'_>, end: End) -> Option<u32> {
        let (_, until) = captures.captured(None, Some(end.day));
        let last = (0..until).rev().find(|&snapshot| self.observes(captures, snapshot))?;
        end.is_reached_by(captures, last).then_some(last)
    }

    /// The day on which a period ends for a document: its last day, or that of the last capture of the source, where it lies in the
    /// period; `None` where the source ends before.
    pub fn end_of(&self, (first, last): (Day, Day), row: &Row) -> Option<Day> {
        let end = self.index.last_capture(row.source)?.day();
        (end >= first).then(|| last.min(end))
    }

    /// Whether a snapshot tells what the document said: it is policy text, in a language asked for.
    pub fn observes(&self, captures: Captures<'_>, snapshot: u32) -> bool {
        (self.observing.suspect || captures.is_usable(snapshot)) && self.has_language(captures, snapshot)
    }

    /// How old a snapshot of a document may be to stand for a later day.
    pub fn carry(&self, row: &Row) -> Carry {
        let source = self.index.catalog.sources.get(row.source as usize);
        let of_source = source.and_then(|source| self.observing.carry_of.iter().find(|(name, _)| *name == source.name));
        let by_default = match row.recording {
            Recording::Captures => DEFAULT_CARRY,
            Recording::Changes => Carry::Unlimited,
        };
        of_source.map(|(_, carry)| *carry).or(self.observing.carry).unwrap_or(by_default)
    }

    /// Whether another source that holds a snapshot too, and counts it, tells what stands at the end of a period: this text, a later one,
    /// or none since it was deleted.
    pub fn is_told_elsewhere(&self, slot: u32, snapshot: u32, (first, day): (Day, Day)) -> Result<bool, IndexError> {
        if !self.index.row(slot)?.has_duplicates {
            return Ok(false);
        }
        for other in self.index.entry(slot)?.duplicates.holders(snapshot) {
            let captures = self.index.captures(other)?;
            let last = days(captures, DayRange { first: None, last: Some(day) }).last();
            let is_deleted = || last.is_some_and(|last| captures.has_ended(last, day));
            let is_watched = self.index.last_capture(self.index.row(other)?.source).is_some_and(|last| first <= last.day());
            if self.stands(other, (first, day))?.is_some() || (is_watched && is_deleted()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The snapshots of which the archive tells that the conditions on the site hold; all where none are asked for.
    pub fn of_sites(&self, slot: u32) -> Result<Runs, IndexError> {
        let conditions = &self.limits.sites;
        if conditions.is_empty() {
            return Ok(Runs::range(0, self.index.captures(slot)?.len()));
        }
        let timeline = &self.index.record(slot)?.timeline;
        let holds: Vec<bool> =
            timeline.sites.iter().map(|site| conditions.iter().all(|condition| condition.holds(site))).collect();
        let fits = |site: u32| holds.get(site as usize).is_some_and(|holds| *holds);
        Ok((0..).zip(&timeline.site_of).filter(|(_, site)| fits(**site)).map(|(snapshot, _)| snapshot).collect())
    }

    fn has_language(&self, captures: Captures<'_>, snapshot: u32) -> bool {
        let is = |codes: &Vec<String>| codes.iter().any(|code| captures.is_in(snapshot, code));
        self.limits.langs.iter().all(is)
    }

    /// The snapshots of those in `within` in which a passage stands, under the headings asked for.
    pub fn occurrences(&self, slot: u32, passage: u32, within: &Runs) -> Result<Runs, IndexError> {
        if self.limits.headings.is_empty() {
            return Ok(self.index.outline(slot)?.occurrences(passage).intersection(within));
        }
        let timeline = &self.index.record(slot)?.timeline;
        let mut found = Runs::default();
        for place in timeline.placements(passage) {
            if under(self.index, slot, place.path, &self.limits.headings)? {
                found = found.union(&timeline.sets[place.set as usize].intersection(within));
            }
        }
        Ok(found)
    }
}

/// The snapshots captured within some days. Undated texts lie within none.
pub fn days(captures: Captures<'_>, range: DayRange) -> Runs {
    let (start, end) = captures.captured(range.first, range.last);
    Runs::range(start, end)
}

/// Whether each of the phrases stands in a heading of a path.
pub fn under(index: &Index, slot: u32, path: u32, phrases: &[Phrase]) -> Result<bool, IndexError> {
    let headings: Result<Vec<PassageWords>, IndexError> = index
        .record(slot)?
        .timeline
        .headings(path)
        .into_iter()
        .map(|heading| Ok(PassageWords::new(&index.text(slot, heading)?)))
        .collect();
    let headings = headings?;
    Ok(phrases.iter().all(|phrase| headings.iter().any(|heading| !spans(phrase, heading).is_empty())))
}
