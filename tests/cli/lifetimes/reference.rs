//! A plain reading of the rule of lifetimes: every state is looked up anew at every moment.

use super::PHRASE;
use super::archives::{Archive, COMPANIES, Capture, Event, moment, written};
use crate::place::Place;
use jiff::ToSpan;
use jiff::civil::DateTime;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What counts as an observation, and what as saying it.
pub struct Asked {
    pub args: &'static [&'static str],
    pub lang: Option<&'static str>,
    pub suspect: bool,
    pub sharing: bool,
    pub days: (DateTime, DateTime),
}

impl Asked {
    /// What is told of a text: when, and whether it was said; `None` where it was deleted.
    pub fn told(&self, events: &[Event]) -> Vec<(DateTime, Option<bool>)> {
        let within = events.iter().filter(|event| (self.days.0..=self.days.1).contains(&event.at));
        let told = |event: &Event| match event.capture {
            None => Some((event.at, None)),
            Some(capture) => {
                self.observes(capture).then_some((event.at, Some(capture.says && (capture.sharing || !self.sharing))))
            }
        };
        within.filter_map(told).collect()
    }

    pub fn observes(&self, capture: Capture) -> bool {
        (self.suspect || capture.lang.is_some()) && self.lang.is_none_or(|lang| capture.lang == Some(lang))
    }

    pub fn left_out(&self, events: &[Event]) -> usize {
        let within = events.iter().filter(|event| (self.days.0..=self.days.1).contains(&event.at));
        within.filter_map(|event| event.capture).filter(|capture| !self.observes(*capture)).count()
    }
}

pub type Told = Vec<(DateTime, Option<bool>)>;

/// Whether any text says it, at a moment: before its deletions of that moment, or after them.
pub fn is_said(texts: &[Told], at: DateTime, after_deletions: bool) -> bool {
    texts.iter().any(|told| {
        let known = told.iter().rfind(|(when, says)| *when < at || (*when == at && (says.is_some() || after_deletions)));
        known.is_some_and(|(_, says)| *says == Some(true))
    })
}

/// The life of some texts together, as the JSON has it; `None` where nothing was observed.
pub fn life(texts: &[Told]) -> Option<Value> {
    let observations: Vec<(DateTime, bool, usize)> = {
        let mut all: Vec<_> = texts
            .iter()
            .enumerate()
            .flat_map(|(text, told)| told.iter().filter_map(move |(at, says)| Some((*at, (*says)?, text))))
            .collect();
        all.sort();
        all
    };
    // Each moment, as it is after its captures, and as it is after its deletions.
    let moments: BTreeSet<(DateTime, bool)> = texts.iter().flatten().map(|(at, says)| (*at, says.is_none())).collect();
    let moments: Vec<(DateTime, bool)> = moments.into_iter().collect();
    let states: Vec<bool> = moments.iter().map(|&(at, deleted)| is_said(texts, at, deleted)).collect();
    let days = |from: DateTime, to: DateTime| from.duration_until(to).as_hours() / 24;
    let mut intervals: Vec<Value> = Vec::new();
    let mut before: Option<(usize, DateTime)> = None;
    let mut at = 0;
    while at < moments.len() {
        if !states[at] {
            at += 1;
            continue;
        }
        let start = at;
        while at < moments.len() && states[at] {
            at += 1;
        }
        let next_start = (at..moments.len()).find(|&moment| states[moment]).unwrap_or(moments.len());
        let observed = |range: std::ops::Range<usize>| -> Vec<DateTime> {
            let moments = moments[range].iter().filter(|(_, deleted)| !deleted);
            moments.map(|(at, _)| *at).collect()
        };
        let first = moments[start].0;
        let saying: Vec<DateTime> = observations
            .iter()
            .filter(|(when, says, _)| *says && *when >= first && moments.get(at).is_none_or(|end| (*when, false) < *end))
            .map(|(when, ..)| *when)
            .collect();
        let last = *saying.last().unwrap();
        let since_before = observations.iter().any(|&(when, says, text)| {
            says && when == first && observations.iter().all(|&(other, _, of)| of != text || other >= first)
        });
        // Of the texts that begin it: their last observation without, the earliest of those.
        let beginning: BTreeSet<usize> =
            observations.iter().filter(|(when, says, _)| *says && *when == first).map(|(.., text)| *text).collect();
        let without =
            |of: usize| observations.iter().rfind(|(when, says, text)| *text == of && !says && *when < first).map(|one| one.0);
        let earliest = beginning.into_iter().map(without).min().flatten();
        let over = before.and_then(|(end, _)| observed(end..start).first().copied());
        let absent_before = match before {
            _ if since_before => None,
            None => earliest,
            Some(_) => over.map(|over| earliest.map_or(over, |earliest| earliest.max(over))),
        };
        let absent_after = observed(at..next_start).first().copied();
        let ended = moments.get(at).filter(|(_, deleted)| *deleted).map(|(when, _)| *when);
        let gap = before.map(|(end, last)| {
            let away = observations.iter().filter(|(when, ..)| observed(end..start).contains(when)).count();
            (days(last, first), away)
        });
        let date = |at: Option<DateTime>| at.map(written);
        intervals.push(json!({
            "absent_before": date(absent_before),
            "first_seen": written(first),
            "last_seen": written(last),
            "absent_after": date(absent_after),
            "since_before": since_before,
            "still": absent_after.is_none() && ended.is_none(),
            "ended": date(ended),
            "snapshots": saying.len(),
            "longest_silence_days": saying.windows(2).map(|pair| days(pair[0], pair[1])).max().unwrap_or(0),
            "gap_days": gap.map(|gap| gap.0),
            "gap_observations": gap.map(|gap| gap.1),
        }));
        before = Some((at, last));
    }
    Some(json!({
        "intervals": intervals,
        "observations": observations.len(),
        "first_observed": written(observations.first()?.0),
        "last_observed": written(observations.last()?.0),
    }))
}

/// What is told of the lengths of texts, which the reference does not know.
pub const LENGTHS: [&str; 4] = ["length_before", "shrunk_before", "length_after", "shrunk_after"];

/// The characters of each snapshot, as `history` tells them.
pub fn chars(place: &Place, archive: &Archive) -> BTreeMap<[String; 3], u64> {
    let mut chars = BTreeMap::new();
    for (company, kind) in archive.keys() {
        let name = format!("{company}/{kind}");
        let run = place.run(&["history", &name, "--index", "index", "--lang", "any", "--snapshots", "--format", "jsonl"]);
        for row in run.json_lines() {
            let at = row["captured"].as_str().unwrap().to_owned();
            chars.insert([(*company).to_owned(), (*kind).to_owned(), at], row["chars"].as_u64().unwrap());
        }
    }
    chars
}

/// Compares what is told of lengths in the intervals of documents, and gives back how many captures are much shorter.
pub fn compare_lengths(rows: &[Value], chars: &BTreeMap<[String; 3], u64>) -> usize {
    let mut shrunk = 0;
    for row in rows {
        let of = |at: &Value| chars[&[&row["company"], &row["kind"], at].map(|text| text.as_str().unwrap().to_owned())];
        for interval in row["intervals"].as_array().unwrap() {
            let length =
                |without: &str, with: &str| (!interval[without].is_null()).then(|| [without, with].map(|at| of(&interval[at])));
            let before = length("absent_before", "first_seen");
            let after = length("absent_after", "last_seen").filter(|_| interval["ended"].is_null());
            let percent = |length: Option<[u64; 2]>| length.map(|[without, with]| without * 100 / with);
            let is_shrunk = |length: Option<[u64; 2]>| length.is_some_and(|[without, with]| without * 2 < with);
            let expected = json!([percent(before), is_shrunk(before), percent(after), is_shrunk(after)]);
            assert_eq!(json!(LENGTHS.map(|field| &interval[field])), expected, "{row}");
            shrunk += usize::from(is_shrunk(before)) + usize::from(is_shrunk(after));
        }
    }
    shrunk
}

/// Rows by company and kind, without what the reference does not tell.
pub fn by_name(rows: &[&Value], named: &[&str]) -> BTreeMap<Vec<String>, Value> {
    let name = |row: &Value| named.iter().map(|name| row[*name].as_str().unwrap().to_owned()).collect();
    let life = |row: &Value| {
        let fields = ["intervals", "observations", "first_observed", "last_observed", "left_out"];
        let mut life: Value = fields.iter().map(|field| ((*field).to_owned(), row[*field].clone())).collect();
        for interval in life["intervals"].as_array_mut().unwrap() {
            LENGTHS.iter().for_each(|field| drop(interval.as_object_mut().unwrap().remove(*field).unwrap()));
        }
        life
    };
    rows.iter().map(|row| (name(row), life(row))).collect()
}

/// Gives back how many captures beside intervals are much shorter.
pub fn compare(place: &Place, archive: &Archive, chars: &BTreeMap<[String; 3], u64>, asked: &Asked, seed: u64) -> usize {
    let query = format!("\"{PHRASE}\"");
    let common = ["lifetimes", &query, "--index", "index", "--absent", "--format", "json"];
    let ask = |more: &[&str]| place.run(&[&common[..], asked.args, more].concat()).exit(0).json();
    let rows = |answer: &Value| -> Vec<Value> {
        ["rows", "absent"].iter().flat_map(|part| answer[*part].as_array().unwrap().clone()).collect()
    };
    let with_left_out = |life: Option<Value>, left_out: usize| {
        life.map(|mut life| {
            life["left_out"] = left_out.into();
            life
        })
    };
    let mut documents = BTreeMap::new();
    for ((company, kind), events) in archive {
        let life = with_left_out(life(&[asked.told(events)]), asked.left_out(events));
        documents.extend(life.map(|life| (vec![(*company).to_owned(), (*kind).to_owned()], life)));
    }
    let answer = ask(&["--by", "document"]);
    let found = rows(&answer);
    assert_eq!(by_name(&found.iter().collect::<Vec<_>>(), &["company", "kind"]), documents, "seed {seed}, {:?}", asked.args);
    let shrunk = compare_lengths(&found, chars);
    let in_time = answer["rows"].as_array().unwrap();
    assert!(in_time.is_sorted_by_key(|row| row["intervals"][0]["first_seen"].as_str().unwrap()));
    assert!(answer["absent"].as_array().unwrap().iter().all(|row| row["intervals"] == json!([])));

    let mut companies = BTreeMap::new();
    for (company, _) in COMPANIES {
        let of_company = || archive.iter().filter(|((name, _), _)| *name == company).map(|(_, events)| events);
        let texts: Vec<Told> = of_company().map(|events| asked.told(events)).collect();
        let observed = |events: &&Vec<Event>| asked.told(events).iter().any(|(_, says)| says.is_some());
        let left_out = of_company().filter(observed).map(|events| asked.left_out(events)).sum();
        companies.extend(with_left_out(life(&texts), left_out).map(|life| (vec![company.to_owned()], life)));
    }
    let answer = ask(&[]);
    let found = rows(&answer);
    assert_eq!(by_name(&found.iter().collect::<Vec<_>>(), &["company"]), companies, "seed {seed}, {:?}", asked.args);
    // Below companies of several documents stand the same rows.
    let below: Vec<&Value> = found
        .iter()
        .flat_map(|row| row["documents"].as_array().map_or_else(|| vec![row], |documents| documents.iter().collect()))
        .collect();
    assert_eq!(by_name(&below, &["company", "kind"]), documents);

    let lives = || companies.values().filter(|life| life["intervals"][0].is_object());
    let last = |life: &Value| life["intervals"].as_array().unwrap().last().unwrap().clone();
    let returned = |life: &&Value| {
        let intervals = life["intervals"].as_array().unwrap();
        intervals.windows(2).any(|pair| !pair[0]["absent_after"].is_null() && pair[1]["since_before"] == false)
    };
    let totals = &answer["totals"];
    assert_eq!(totals["companies"], companies.len());
    assert_eq!(totals["companies_said"], lives().count());
    assert_eq!(totals["since_before"], lives().filter(|life| life["intervals"][0]["since_before"] == true).count());
    assert_eq!(totals["started"], lives().filter(|life| life["intervals"][0]["since_before"] == false).count());
    assert_eq!(totals["still"], lives().filter(|life| last(life)["still"] == true).count());
    assert_eq!(totals["ended"], lives().filter(|life| !last(life)["ended"].is_null()).count());
    assert_eq!(totals["stopped"], lives().filter(|life| last(life)["still"] == false && last(life)["ended"].is_null()).count());
    assert_eq!(totals["returned"], lives().filter(returned).count());
    assert_eq!(totals["left_out"], archive.values().map(|events| asked.left_out(events)).sum::<usize>());
    assert_eq!(totals["documents"], documents.len());
    for which in ["shrunk_before", "shrunk_after"] {
        let intervals = found.iter().flat_map(|row| row["intervals"].as_array().unwrap());
        assert_eq!(totals[which], intervals.filter(|interval| interval[which] == true).count());
    }

    // The table has the same.
    let table = place.run(&[&common[..5], &["--by", "document", "--format", "csv"], asked.args].concat()).exit(0).csv();
    let intervals: usize = documents.values().map(|life| life["intervals"].as_array().unwrap().len().max(1)).sum();
    assert_eq!(table.len(), intervals + 1);
    let column = |name: &str| table[0].iter().position(|column| column == name).unwrap();
    for row in &table[1..] {
        let life = &documents[&vec![row[column("company")].clone(), row[column("kind")].clone()]];
        let number: usize = row[column("interval")].parse().unwrap();
        let interval = number.checked_sub(1).map_or(&Value::Null, |at| &life["intervals"][at]);
        for name in ["absent_before", "first_seen", "last_seen", "absent_after", "ended"] {
            assert_eq!(row[column(name)], interval[name].as_str().unwrap_or_default(), "{name}");
        }
        for name in ["snapshots", "gap_days", "gap_observations", "longest_silence_days", "since_before", "still"] {
            let expected = if interval[name].is_null() { String::new() } else { interval[name].to_string() };
            assert_eq!(row[column(name)], expected, "{name}");
        }
        assert_eq!(row[column("observations")], life["observations"].to_string());
    }
    shrunk
}

pub fn everything() -> (DateTime, DateTime) {
    (moment(0) - 1.day(), moment(1_000))
}
