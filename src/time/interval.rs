//! When a text, or any of several, was seen to say something: intervals, and what lies between them.

use crate::history::SHRINK;
use crate::snapshot::{Instant, SECONDS_PER_DAY};
use std::collections::BTreeMap;

/// What the archive tells of a text at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was captured, and said it or not; its text has so many characters.
    Observed { at: Instant, says: bool, chars: u32 },
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
    /// Of the text that begins it: what it has at `absent_before`, and at `first_seen`. `None` where nothing tells when it began.
    pub length_before: Option<Length>,
    /// Of the text that ends it: what it has at `absent_after`, and had when it last said it. `None` where no capture ends it.
    pub length_after: Option<Length>,
}

/// The characters of a text in the capture without what is looked for, and in the one with it beside that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub without: u32,
    pub with: u32,
}

impl Length {
    /// Whether the capture without is so much shorter that it may hold a part of the text only. Nothing is left out for it.
    pub fn is_shrunk(self) -> bool {
        f64::from(self.without) < f64::from(self.with) * SHRINK
    }

    /// The length of the capture without, of a hundred parts of the other; rounded down.
    pub fn percent(self) -> Option<u64> {
        (u64::from(self.without) * 100).checked_div(u64::from(self.with))
    }
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
            length_before: None,
            length_after: None,
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
    observed: Vec<Observation>,
    deleted: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Observation {
    text: usize,
    says: bool,
    chars: u32,
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
                Event::Observed { at, says, chars } => {
                    moments.entry(at).or_default().observed.push(Observation { text, says, chars });
                }
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
    /// The last observation without, and its characters.
    without: Option<(Instant, u32)>,
    /// The characters of the last observation with.
    with: Option<u32>,
}

impl Walk {
    fn observe(&mut self, at: Instant, observed: &[Observation]) {
        if observed.is_empty() {
            return;
        }
        let beginning: Vec<(Past, u32)> =
            observed.iter().filter(|one| one.says).map(|one| (self.past[one.text], one.chars)).collect();
        let saying = beginning.len() as u64;
        let from_its_first = beginning.iter().any(|(past, _)| !past.observed);
        // Of several that begin it at once nothing tells which was before the others.
        let before = beginning.iter().min_by_key(|(past, _)| past.without.map(|(at, _)| at));
        let without = before.and_then(|(past, with)| Some((past.without?, *with)));
        let ending = self.length_of_end(observed);
        for one in observed {
            // Two sources may hold one text of one moment.
            let says = observed.iter().any(|other| other.text == one.text && other.says);
            self.states[one.text] = Some(says);
            let past = &mut self.past[one.text];
            past.observed = true;
            if says {
                past.with = Some(one.chars);
            } else {
                past.without = Some((at, one.chars));
            }
        }
        let was = self.saying;
        self.saying = self.is_said();
        match (was, self.saying) {
            (false, true) => self.begin(at, from_its_first, without),
            (_, false) => {
                self.absences += observed.len() as u64;
                if let Some(last) = self.intervals.last_mut().filter(|last| last.absent_after.is_none()) {
                    last.absent_after = Some(at);
                    last.length_after = ending;
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

    /// Begins an interval. `without`: when the text that begins it was last without, its characters then, and now.
    fn begin(&mut self, at: Instant, from_its_first: bool, without: Option<((Instant, u32), u32)>) {
        let mut interval = Interval::begin(at, from_its_first, without.map(|((at, _), _)| at));
        if let Some(before) = self.intervals.last() {
            let over = before.absent_after.filter(|_| !from_its_first);
            interval.absent_before = over.map(|over| interval.absent_before.map_or(over, |without| without.max(over)));
            interval.gap = Some(Gap { days: days_between(before.last_seen, at), observations: self.absences });
        }
        let length = without.filter(|((at, _), _)| interval.absent_before == Some(*at));
        interval.length_before = length.map(|((_, without), with)| Length { without, with });
        self.intervals.push(interval);
    }

    /// Of the texts that said it and are observed now without: that which lost the most of its length.
    fn length_of_end(&self, observed: &[Observation]) -> Option<Length> {
        let ending = observed.iter().filter(|one| !one.says && self.states[one.text] == Some(true));
        let length = |one: &Observation| Some(Length { without: one.chars, with: self.past[one.text].with? });
        ending.filter_map(length).min_by_key(|length| length.percent())
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

    /// `+3` said on day 3, `-5` not said on day 5, `x7` deleted on day 7; `-5/40` by a text of 40 characters, else of 100.
    fn text(written: &str) -> Vec<Event> {
        let event = |word: &str| {
            let (day, chars) = word[1..].split_once('/').unwrap_or((&word[1..], "100"));
            let at = at(day.parse().unwrap());
            match &word[..1] {
                "x" => Event::Deleted { at },
                sign => Event::Observed { at, says: sign == "+", chars: chars.parse().unwrap() },
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

    /// Of each interval, the percents of length of the captures without before and after.
    fn lengths(texts: &[&str]) -> Vec<[Option<u64>; 2]> {
        let texts: Vec<Vec<Event>> = texts.iter().map(|written| text(written)).collect();
        let percent = |length: Option<Length>| length.and_then(Length::percent);
        intervals(&texts).iter().map(|one| [percent(one.length_before), percent(one.length_after)]).collect()
    }

    #[test]
    fn the_captures_beside_an_interval_are_measured() {
        assert_eq!(lengths(&["-1/20 +2 +3/200 -4/60 -5/10 +6/50"]), [[Some(20), Some(30)], [Some(20), None]]);
        // Nothing tells when it began, and no capture ends it.
        assert_eq!(lengths(&["+1 x2 -3/10"]), [[None, None]]);
        // The text that ends it is measured, and not the others.
        assert_eq!(lengths(&["-1 +2 -6/30", "-1/10 -6/10"]), [[Some(100), Some(30)]]);
        // It was away since another text stopped: that capture is not of the text that begins it.
        assert_eq!(lengths(&["+1 -4/10", "-2/10 +9"]), [[None, Some(10)], [None, None]]);
        let length = |without, with| Length { without, with };
        assert!(length(49, 100).is_shrunk() && !length(50, 100).is_shrunk());
        assert!(!length(0, 0).is_shrunk() && length(0, 0).percent().is_none());
    }
}
