//! A slow and plain reading of what a trend counts: from the snapshots that a test wrote, day by day, without the engine.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// What a test wrote of a text on a day.
#[derive(Debug, Clone)]
pub struct Shot {
    /// Place in [`World::texts`].
    pub text: usize,
    pub day: Date,
    pub lang: &'static str,
    /// Whether it is no policy text.
    pub suspect: bool,
    /// The headings under which the phrase stands; the empty one is none.
    pub alpha: BTreeSet<&'static str>,
    pub beta: bool,
}

/// A text that a company publishes.
#[derive(Debug, Clone)]
pub struct Text {
    pub source: &'static str,
    pub company: &'static str,
    pub kind: &'static str,
    pub deleted: Vec<Date>,
}

pub struct World {
    pub texts: Vec<Text>,
    pub shots: Vec<Shot>,
}

/// Of the archive of every capture, and of the one of changes.
pub const CAPTURES: &str = "captures";
pub const CHANGES: &str = "archive";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    None,
    Span(i32),
    Unlimited,
}

/// What is asked of the reference.
#[derive(Debug, Clone)]
pub struct Ask {
    pub count: &'static str,
    pub rule: &'static str,
    pub by: &'static str,
    /// For sources by name, before the default.
    pub carry: BTreeMap<&'static str, Carry>,
    pub lang: Option<&'static str>,
    pub suspect: bool,
    pub days: Option<(Date, Date)>,
    pub panel: Option<(Date, Date)>,
    pub queries: Vec<Query>,
}

#[derive(Debug, Clone, Default)]
pub struct Query {
    pub name: &'static str,
    pub text: &'static str,
    pub company: Option<&'static str>,
    pub kind: Option<&'static str>,
    pub heading: Option<&'static str>,
    pub beta: bool,
}

/// A row of the table.
pub type Row = Vec<String>;

type Days = Option<(Date, Date)>;

impl World {
    pub fn rows(&self, ask: &Ask) -> Vec<Row> {
        let periods = self.periods(ask);
        ask.queries.iter().flat_map(|query| self.series(ask, query, &periods)).collect()
    }

    fn series(&self, ask: &Ask, query: &Query, periods: &[(String, Date, Date)]) -> Vec<Row> {
        let cut: Vec<Days> = periods.iter().map(|(_, first, last)| cut((*first, *last), ask.days)).collect();
        let admitted: Vec<usize> = (0..self.texts.len()).filter(|&text| self.admits(query, text)).collect();
        let mut units: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &text in &admitted {
            match (ask.count, self.texts[text].company) {
                ("companies", "") => {}
                ("companies", company) => units.entry(company.to_owned()).or_default().push(text),
                _ => units.entry(text.to_string()).or_default().push(text),
            }
        }
        let mut left_out_of = admitted;
        if ask.panel.is_some() {
            units.retain(|_, texts| cut.iter().all(|days| texts.iter().any(|&text| !self.telling(ask, text, *days).is_empty())));
            left_out_of = units.values().flatten().copied().collect();
        }
        let mut rows = Vec::new();
        for (at, (name, _, _)) in periods.iter().enumerate() {
            let left_out: usize = left_out_of.iter().map(|&text| self.left_out(ask, text, cut[at])).sum();
            if ask.count == "snapshots" {
                let shots: Vec<&Shot> = units.values().flatten().flat_map(|&text| self.telling(ask, text, cut[at])).collect();
                let matching = shots.iter().filter(|shot| matches(query, shot)).count();
                rows.push(row(query, name, matching, shots.len(), [0, 0], None, left_out));
                continue;
            }
            let (mut matching, mut observed, mut carried, mut mixed, mut entered, mut left) = (0, 0, 0, 0, 0, 0);
            for texts in units.values() {
                let now = self.state(ask, query, texts, cut[at]);
                let before = if at == 0 { None } else { self.state(ask, query, texts, cut[at - 1]) };
                let Some((is_matching, is_mixed, is_carried)) = now else { continue };
                observed += 1;
                matching += usize::from(is_matching);
                mixed += usize::from(is_mixed);
                carried += usize::from(is_carried);
                if let Some((was_matching, ..)) = before {
                    entered += usize::from(is_matching && !was_matching);
                    left += usize::from(!is_matching && was_matching);
                }
            }
            rows.push(row(query, name, matching, observed, [carried, mixed], Some([entered, left]), left_out));
        }
        rows
    }

    /// Matching, mixed, carried; none where nothing is known.
    fn state(&self, ask: &Ask, query: &Query, texts: &[usize], days: Days) -> Option<(bool, bool, bool)> {
        let mut verdicts = Vec::new();
        for &text in texts {
            let shots = self.telling(ask, text, days);
            if shots.is_empty() {
                continue;
            }
            let matching = match ask.rule {
                "all" => shots.iter().all(|shot| matches(query, shot)),
                _ => shots.iter().any(|shot| matches(query, shot)),
            };
            let first = days.unwrap().0;
            verdicts.push((matching, shots.iter().all(|shot| shot.day < first)));
        }
        let matching = verdicts.iter().any(|verdict| verdict.0);
        let mixed = matching && verdicts.iter().any(|verdict| !verdict.0);
        (!verdicts.is_empty()).then(|| (matching, mixed, verdicts.iter().all(|verdict| verdict.1)))
    }

    /// The snapshots that tell of a text in a period.
    fn telling(&self, ask: &Ask, text: usize, days: Days) -> Vec<&Shot> {
        let Some((first, last)) = days else { return Vec::new() };
        let captured = self.of(text).filter(|shot| observes(ask, shot) && first <= shot.day && shot.day <= last);
        match (ask.count, ask.rule) {
            ("snapshots", _) => captured.collect(),
            (_, "end") => self.stands(ask, text, first, last).into_iter().collect(),
            _ => {
                let carries = self.carry(ask, text) != Carry::None;
                let yesterday = first - 1.day();
                let watched = self.last_capture(text) >= first;
                let entering = if carries && watched { self.stands(ask, text, yesterday, yesterday) } else { None };
                entering.into_iter().chain(captured).collect()
            }
        }
    }

    fn stands(&self, ask: &Ask, text: usize, first: Date, last: Date) -> Option<&Shot> {
        let end = self.last_capture(text);
        if end < first {
            return None;
        }
        let last = last.min(end);
        let shot = self.of(text).filter(|shot| observes(ask, shot) && shot.day <= last).max_by_key(|shot| shot.day)?;
        let is_deleted = self.texts[text].deleted.iter().any(|deleted| shot.day <= *deleted && *deleted <= last);
        let is_fresh = match self.carry(ask, text) {
            Carry::None => shot.day >= first,
            Carry::Span(months) => shot.day >= last - Span::new().months(months),
            Carry::Unlimited => true,
        };
        (!is_deleted && is_fresh).then_some(shot)
    }

    fn carry(&self, ask: &Ask, text: usize) -> Carry {
        let source = self.texts[text].source;
        let by_default = if source == CHANGES { Carry::Unlimited } else { Carry::Span(18) };
        *ask.carry.get(source).or(ask.carry.get("")).unwrap_or(&by_default)
    }

    fn left_out(&self, ask: &Ask, text: usize, days: Days) -> usize {
        let Some((first, last)) = days else { return 0 };
        self.of(text).filter(|shot| !observes(ask, shot) && first <= shot.day && shot.day <= last).count()
    }

    fn of(&self, text: usize) -> impl Iterator<Item = &Shot> {
        self.shots.iter().filter(move |shot| shot.text == text)
    }

    fn admits(&self, query: &Query, text: usize) -> bool {
        let text = &self.texts[text];
        query.company.is_none_or(|company| text.company == company) && query.kind.is_none_or(|kind| text.kind == kind)
    }

    /// The last capture of anything in the source of a text.
    fn last_capture(&self, text: usize) -> Date {
        let of_source = self.shots.iter().filter(|shot| self.texts[shot.text].source == self.texts[text].source);
        of_source.map(|shot| shot.day).max().unwrap()
    }

    fn periods(&self, ask: &Ask) -> Vec<(String, Date, Date)> {
        let looked_at = |shot: &&Shot| {
            let inside = ask.days.is_none_or(|(first, last)| first <= shot.day && shot.day <= last);
            inside && ask.queries.iter().any(|query| self.admits(query, shot.text))
        };
        let days: Vec<Date> = if ask.count == "snapshots" {
            self.shots.iter().filter(looked_at).map(|shot| shot.day).collect()
        } else {
            // A text is looked at from its first capture to the last of its source.
            let admitted = self.shots.iter().filter(|shot| ask.queries.iter().any(|query| self.admits(query, shot.text)));
            let spans = admitted.map(|shot| {
                let (first, last) = (shot.day, self.last_capture(shot.text));
                ask.days.map_or((first, last), |(from, to)| (first.max(from), last.min(to)))
            });
            spans.filter(|(first, last)| first <= last).flat_map(|(first, last)| [first, last]).collect()
        };
        let Some((from, to)) = ask.panel.or(days.iter().min().copied().zip(days.iter().max().copied())) else {
            return Vec::new();
        };
        let mut periods = Vec::new();
        for year in from.year()..=to.year() {
            let months: i8 = match ask.by {
                "year" => 12,
                "half" => 6,
                "quarter" => 3,
                _ => 1,
            };
            for number in 0..12 / months {
                let first = date(year, number * months + 1, 1);
                let last = first + Span::new().months(months) - 1.day();
                let name = match ask.by {
                    "year" => format!("{year}"),
                    "half" => format!("{year}-H{}", number + 1),
                    "quarter" => format!("{year}-Q{}", number + 1),
                    _ => format!("{year}-{:02}", number + 1),
                };
                if last >= from && first <= to {
                    periods.push((name, first, last));
                }
            }
        }
        periods
    }
}

fn observes(ask: &Ask, shot: &Shot) -> bool {
    (ask.suspect || !shot.suspect) && ask.lang.is_none_or(|lang| shot.lang == lang)
}

fn matches(query: &Query, shot: &Shot) -> bool {
    if query.beta {
        return shot.beta;
    }
    query.heading.map_or(!shot.alpha.is_empty(), |heading| shot.alpha.contains(heading))
}

fn cut((first, last): (Date, Date), limit: Days) -> Days {
    let (first, last) = limit.map_or((first, last), |(from, to)| (first.max(from), last.min(to)));
    (first <= last).then_some((first, last))
}

fn row(
    query: &Query,
    period: &str,
    matching: usize,
    observed: usize,
    [carried, mixed]: [usize; 2],
    moves: Option<[usize; 2]>,
    left_out: usize,
) -> Row {
    let share = if observed == 0 { String::new() } else { format!("{:.4}", matching as f64 / observed as f64) };
    let [entered, left] = moves.map_or([String::new(), String::new()], |moves| moves.map(|number| number.to_string()));
    let numbers = |number: usize| number.to_string();
    vec![
        query.name.to_owned(),
        period.to_owned(),
        numbers(matching),
        numbers(observed),
        share,
        numbers(carried),
        numbers(mixed),
        entered,
        left,
        numbers(left_out),
    ]
}
