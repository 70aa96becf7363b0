//! The snapshot of a document that stands for a moment, and why there is none.

use super::Moment;
use crate::index::IndexError;
use crate::search::Scope;
use crate::snapshot::{Day, Instant};

/// A snapshot that stands for a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    pub slot: u32,
    pub snapshot: u32,
    /// The day asked for, and how many days older the snapshot is.
    pub age: Option<(Day, i32)>,
    /// The snapshots before and after it that observe.
    pub before: Option<u32>,
    pub after: Option<u32>,
}

/// Why nothing is known of a moment.
#[derive(Debug, thiserror::Error)]
pub enum StandError {
    #[error("there is no snapshot #{number}: the text has #1 to #{count}")]
    NoSnapshot { number: u32, count: u32 },
    #[error("not known: the text has no date\nhint: its only snapshot is #1")]
    Undated,
    #[error(
        "not known: no capture of the text can be used\nhint: --suspect takes those that are no policy text, --lang any those in other languages"
    )]
    NoneUsable,
    #[error("not known as of {day}: the first capture that can be used is of {first}")]
    NotYet { day: Day, first: Instant },
    #[error("not known as of {day}: the archive deleted the text after the capture of {last}")]
    Deleted { day: Day, last: Instant },
    #[error("not known as of {day}: the archive ends with {end}, and the last capture of the text is of {last}")]
    ArchiveEnded { day: Day, end: Instant, last: Instant },
    #[error(
        "not known as of {day}: the last capture before is of {last}, {days} days older, which is more than may be carried\nhint: --carry unlimited takes it all the same"
    )]
    TooOld { day: Day, last: Instant, days: i32 },
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// The snapshot of a document that stands for a moment; without one the last that observes.
///
/// # Errors
/// Where none does, or the index cannot be read.
pub fn stand(scope: &Scope<'_>, slot: u32, moment: Option<Moment>) -> Result<Stand, StandError> {
    let timeline = &scope.index.record(slot)?.timeline;
    let count = timeline.snapshots.len() as u32;
    let observes = |snapshot: &u32| scope.observes(timeline, *snapshot);
    let before = |snapshot: u32| (0..snapshot.min(count)).rev().find(observes);
    let (snapshot, age) = match moment {
        None => (before(count).ok_or(StandError::NoneUsable)?, None),
        Some(Moment::Snapshot(number)) if number > count => return Err(StandError::NoSnapshot { number, count }),
        Some(Moment::Snapshot(number)) => (number.saturating_sub(1), None),
        Some(Moment::End { first, last }) => match scope.stands(slot, (first, last))? {
            Some(snapshot) => {
                let captured = timeline.day(snapshot).unwrap_or(last);
                (snapshot, Some((last, last.0.saturating_sub(captured.0))))
            }
            None => return Err(not_known(scope, slot, (first, last))?),
        },
    };
    Ok(Stand { slot, snapshot, age, before: before(snapshot), after: (snapshot + 1..count).find(observes) })
}

/// Why nothing stands for a period.
fn not_known(scope: &Scope<'_>, slot: u32, (first, day): (Day, Day)) -> Result<StandError, IndexError> {
    let timeline = &scope.index.record(slot)?.timeline;
    if !timeline.is_dated() {
        return Ok(StandError::Undated);
    }
    let observed = (0..timeline.snapshots.len() as u32).filter(|&snapshot| scope.observes(timeline, snapshot));
    let captured: Vec<(u32, Instant)> =
        observed.filter_map(|snapshot| Some((snapshot, timeline.snapshots.get(snapshot as usize)?.captured?.instant))).collect();
    let Some(&(_, earliest)) = captured.first() else {
        return Ok(StandError::NoneUsable);
    };
    let Some(&(snapshot, last)) = captured.iter().rev().find(|(_, instant)| instant.day() <= day) else {
        return Ok(StandError::NotYet { day, first: earliest });
    };
    if timeline.has_ended(snapshot, day) {
        return Ok(StandError::Deleted { day, last });
    }
    match scope.index.last_capture(scope.index.entry(slot)?.source) {
        Some(end) if end.day() < first => Ok(StandError::ArchiveEnded { day, end, last }),
        _ => Ok(StandError::TooOld { day, last, days: day.0.saturating_sub(last.day().0) }),
    }
}
