//! When a text, or any of several, was seen to say something: intervals, and what lies between them.

use crate::snapshot::{Instant, SECONDS_PER_DAY};
use std::collections::BTreeMap;

/// What the archive tells of a text at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was captured, and said it or not.
    Observed { at: Instant, says: bool },
    /// The archive deleted it.
    Deleted { at: Instant },
}

/// Neighbouring observations that say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The last observation without it of the text that begins the interval, but never before the interval before was over. `None`
    /// where there is none: the text says it in its first observation, or was deleted and recorded again since it said it.
    pub absent_before: Option<Instant>,
    /// The first observation that says it. It is no beginning where [`Interval::since_before`] holds.
    pub first_seen: Instant,
    /// The last observation that says it.
    pub last_seen: Instant,
    /// The first observation afterwards at which it is not said.
    pub absent_after: Option<Instant>,
    /// The text that begins the interval says it in its first observation: it may have said it before.
    pub since_before: bool,
    /// When the archive deleted the last text that said it, before any observation without.
    pub ended: Option<Instant>,
    /// Observations that say it.
    pub snapshots: u64,
    /// The longest time between two neighbours of them.
    pub longest_silence_days: u64,
    /// How long it was away before.
    pub gap: Option<Gap>,
}

/// What lies between two intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// From the last observation that said it to the first that says it again.
    pub days: u64,
    /// Observations at which it was not said.
    pub observations: u64,
}

impl Interval {
    fn begin(at: Instant, since_before: bool, absent_before: Option<Instant>) -> Interval {
        Interval {
            absent_before,
            first_seen: at,
            last_seen: at,
            absent_after: None,
            since_before,
            ended: None,
            snapshots: 0,
            longest_silence_days: 0,
            gap: None,
        }
    }

    /// Whether it is still said at the last observation.
    pub fn is_still(&self) -> bool {
        self.absent_after.is_none() && self.ended.is_none()
    }
}

/// Whole days from one moment to a later one.
pub fn days_between(from: Instant, to: Instant) -> u64 {
    ((to.seconds - from.seconds).max(0) / SECONDS_PER_DAY).unsigned_abs()
}

/// All that is told at one moment, of each text by its number. What is captured at the moment of a deletion was captured before it.
#[derive(Default)]
struct Moment {
    observed: Vec<(usize, bool)>,
    deleted: Vec<usize>,
}

/// The intervals in which any of some texts says it.
///
/// What a text says is what its latest observation says; nothing before its first and after its deletion, until it is observed again. It
/// is said as long as one text says it. A deletion ends an interval where no other text says it, and the next observation begins another
/// one, even where it says the same.
pub fn intervals(texts: &[Vec<Event>]) -> Vec<Interval> {
    let mut moments: BTreeMap<Instant, Moment> = BTreeMap::new();
    for (text, events) in texts.iter().enumerate() {
        for event in events {
            match *event {
                Event::Observed { at, says } => moments.entry(at).or_default().observed.push((text, says)),
                Event::Deleted { at } => moments.entry(at).or_default().deleted.push(text),
            }
        }
    }
    let mut walk = Walk { states: vec![None; texts.len()], past: vec![Past::default(); texts.len()], ..Walk::default() };
    for (at, moment) in moments {
        walk.observe(at, &moment.observed);
        walk.delete(at, &moment.deleted);
    }
    walk.intervals
}

#[derive(Default)]
struct Walk {
    /// What each text says at present.
    states: Vec<Option<bool>>,
    past: Vec<Past>,
    saying: bool,
    /// Observations at which it was not said, since it last was.
    absences: u64,
    intervals: Vec<Interval>,
}

/// What is known of a text so far.
#[derive(Clone, Copy, Default)]
struct Past {
    observed: bool,
    /// The last observation without.
    without: Option<Instant>,
}

impl Walk {
    fn observe(&mut self, at: Instant, observed: &[(usize, bool)]) {
        if observed.is_empty() {
            return;
        }
        let saying = observed.iter().filter(|(_, says)| *says).count() as u64;
        let beginning = observed.iter().filter(|(_, says)| *says).map(|&(text, _)| self.past[text]);
        let from_its_first = beginning.clone().any(|past| !past.observed);
        // Of several that begin it at once nothing tells which was before the others.
        let without = beginning.map(|past| past.without).min().flatten();
        for &(text, _) in observed {
            // Two sources may hold one text of one moment.
            let says = observed.iter().any(|&(other, says)| other == text && says);
            self.states[text] = Some(says);
            self.past[text] = Past { observed: true, without: if says { self.past[text].without } else { Some(at) } };
        }
        let was = self.saying;
        self.saying = self.is_said();
        match (was, self.saying) {
            (false, true) => {
                let mut interval = Interval::begin(at, from_its_first, without);
                if let Some(before) = self.intervals.last() {
                    let over = before.absent_after.filter(|_| !from_its_first);
                    interval.absent_before = over.map(|over| without.map_or(over, |without| without.max(over)));
                    interval.gap = Some(Gap { days: days_between(before.last_seen, at), observations: self.absences });
                }
                self.intervals.push(interval);
            }
            (_, false) => {
                self.absences += observed.len() as u64;
                if let Some(last) = self.intervals.last_mut() {
                    last.absent_after.get_or_insert(at);
                }
            }
            (true, true) => {}
        }
        if self.saying {
            self.absences = 0;
        }
        if let Some(last) = self.intervals.last_mut().filter(|_| saying > 0) {
            last.longest_silence_days = last.longest_silence_days.max(days_between(last.last_seen, at));
            last.last_seen = at;
            last.snapshots += saying;
        }
    }

    fn delete(&mut self, at: Instant, deleted: &[usize]) {
        for &text in deleted {
            self.states[text] = None;
        }
        let was = self.saying;
        self.saying = self.is_said();
        if let Some(last) = self.intervals.last_mut().filter(|_| was && !self.saying) {
            last.ended = Some(at);
        }
    }

    fn is_said(&self) -> bool {
        self.states.contains(&Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Precision;

    fn at(day: i64) -> Instant {
        Instant { seconds: day * SECONDS_PER_DAY, precision: Precision::Day }
    }

    /// `+3` said on day 3, `-5` not said on day 5, `x7` deleted on day 7.
    fn text(written: &str) -> Vec<Event> {
        let event = |word: &str| {
            let at = at(word[1..].parse().unwrap());
            match &word[..1] {
                "x" => Event::Deleted { at },
                sign => Event::Observed { at, says: sign == "+" },
            }
        };
        written.split_whitespace().map(event).collect()
    }

    /// Each interval in short: `before<first..last>after`, then `?` since before, `x` and the day of the deletion, snapshots, gap.
    fn shown(texts: &[&str]) -> Vec<String> {
        let texts: Vec<Vec<Event>> = texts.iter().map(|written| text(written)).collect();
        let day = |at: Option<Instant>| at.map(|at| at.day().0.to_string()).unwrap_or_default();
        let one = |one: &Interval| {
            let ended = one.ended.map(|at| format!(" x{}", at.day().0)).unwrap_or_default();
            let gap = one.gap.map(|gap| format!(" gap {}d {}", gap.days, gap.observations)).unwrap_or_default();
            format!(
                "{}<{}..{}>{}{}{ended} {}{gap}",
                day(one.absent_before),
                day(Some(one.first_seen)),
                day(Some(one.last_seen)),
                day(one.absent_after),
                if one.since_before { "?" } else { "" },
                one.snapshots
            )
        };
        intervals(&texts).iter().map(one).collect()
    }

    #[test]
    fn a_text_begins_stops_and_returns() {
        assert_eq!(shown(&["-1 -2 +3 +6 -7 -8 +9"]), ["2<3..6>7 2", "8<9..9> 1 gap 3d 2"]);
        assert_eq!(shown(&["+1 +2"]), ["<1..2>? 2"]);
        assert_eq!(shown(&["+1 -2"]), ["<1..1>2? 1"]);
        assert!(shown(&["-1 -2", ""]).is_empty());
    }

    #[test]
    fn a_deletion_ends_what_was_said() {
        assert_eq!(shown(&["-1 +2 x4"]), ["1<2..2> x4 1"]);
        assert_eq!(shown(&["+2 x2 +5 -6 x9"]), ["<2..2>? x2 1", "<5..5>6 1 gap 3d 0"]);
        assert_eq!(shown(&["-1 +2 x3 -4 +5"]), ["1<2..2>4 x3 1", "4<5..5> 1 gap 3d 1"]);
    }

    #[test]
    fn a_company_says_it_while_one_of_its_texts_does() {
        assert_eq!(shown(&["-1 +3 -8", "-2 +5 +9 -12"]), ["1<3..9>12 3"]);
        // The second text is first seen with it: nothing tells that it was without before.
        assert_eq!(shown(&["-1 -4 +8", "+3 -5"]), ["<3..3>5? 1", "5<8..8> 1 gap 5d 1"]);
        assert_eq!(shown(&["-1 +3 x6", "-2 -5 -7"]), ["1<3..3>7 x6 1"]);
        // The second text may have begun before the first one stopped: it is away since it is seen to be away.
        assert_eq!(shown(&["+1 +3 -4", "-2 +9"]), ["<1..3>4? 2", "4<9..9> 1 gap 6d 1"]);
        assert_eq!(shown(&["-1 +5", "-3 +5"]), ["1<5..5> 2"]);
        // One stops at the moment at which the other begins.
        assert_eq!(shown(&["-1 +2 -3", "-1 +3"]), ["1<2..3> 2"]);
    }
}
