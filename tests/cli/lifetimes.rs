//! When companies said something, against a plain reading of the rule: every state is looked up anew at every moment.

use crate::place::{Dice, Place};
use crate::repository::Repository;
use jiff::civil::{DateTime, date};
use jiff::{Span, ToSpan};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const PHRASE: &str = "sell it to nobody";

/// Companies with their kinds of texts.
const COMPANIES: [(&str, &[&str]); 4] = [
    ("Acme", &["Privacy Policy", "Terms of Service", "Trackers Policy"]),
    ("Bolt", &["Privacy Policy", "Terms of Service"]),
    ("Cask", &["Privacy Policy"]),
    ("Dome", &["Terms of Service"]),
];

/// What happened to a text at a moment: it was captured, or deleted.
#[derive(Debug, Clone)]
struct Event {
    at: DateTime,
    capture: Option<Capture>,
}

#[derive(Debug, Clone, Copy)]
struct Capture {
    lang: Option<&'static str>,
    says: bool,
    sharing: bool,
}

type Archive = BTreeMap<(&'static str, &'static str), Vec<Event>>;

fn text(capture: Capture, number: usize) -> String {
    let section = if capture.sharing { "Sharing" } else { "Cookies" };
    let said = if capture.says { format!(" We {PHRASE}.") } else { String::new() };
    // Texts of very different lengths.
    let said = format!("{said}{}", " It is as long as it is.".repeat(number * 7 % 5 * 6));
    match capture.lang {
        None => "\n".repeat(number + 1),
        Some("en") => format!(
            "# Privacy\n\nThis text tells what we do with the information that you give us, and it is version {number}.\n\n## {section}\n\nWe \
             use the information that you give us in order to deliver what you have ordered, and for nothing else at all.{said}\n"
        ),
        _ => format!(
            "# Données\n\nCe texte dit ce que nous faisons des informations que vous nous donnez, et c'est la version {number}.\n\n## \
             {section}\n\nNous utilisons les informations que vous nous donnez pour livrer ce que vous avez commandé, et pour rien d'autre.{said}\n"
        ),
    }
}

/// The same few days for all, so that captures of several texts share their moments.
fn moment(day: usize) -> DateTime {
    date(2010, 1, 1).at(10, 0, 0, 0) + Span::new().days(day as i64 * 17)
}

fn archive(dice: &mut Dice, with_deletions: bool) -> Archive {
    let mut archive = Archive::new();
    for (company, kinds) in COMPANIES {
        for kind in kinds {
            let mut events: Vec<Event> = Vec::new();
            let mut day = dice.below(12);
            let mut says = dice.below(2) == 0;
            for _ in 0..3 + dice.below(14) {
                if dice.below(3) == 0 {
                    says = !says;
                }
                let lang = [Some("en"), Some("en"), Some("en"), Some("en"), Some("fr"), None][dice.below(6)];
                let capture = Capture { lang, says: says && lang.is_some(), sharing: dice.below(3) > 0 };
                events.push(Event { at: moment(day), capture: Some(capture) });
                day += 1 + dice.below(4);
                if with_deletions && dice.below(4) == 0 {
                    events.push(Event { at: moment(day), capture: None });
                    day += 1 + dice.below(3);
                }
            }
            archive.insert((company, kind), events);
        }
    }
    archive
}

fn written(at: DateTime) -> String {
    format!("{}T{:02}:{:02}:{:02}Z", at.date(), at.hour(), at.minute(), at.second())
}

fn write_folder(place: &Place, archive: &Archive) {
    for ((company, kind), events) in archive {
        for (number, event) in events.iter().enumerate() {
            let path = format!("{company}/{kind}/{}.md", written(event.at).replace(':', "-"));
            place.archived(path, text(event.capture.unwrap(), number));
        }
    }
}

fn write_repository(place: &Place, archive: &Archive) {
    let repository = Repository::new(place);
    let mut all: Vec<(String, String, Option<String>)> = Vec::new();
    for ((company, kind), events) in archive {
        for (number, event) in events.iter().enumerate() {
            all.push((written(event.at), format!("{company}/{kind}.md"), event.capture.map(|capture| text(capture, number))));
        }
    }
    all.sort();
    for (at, path, text) in all {
        match text {
            Some(text) => drop(repository.record(&path, text, &at, "Record")),
            None => repository.delete(&path, &at),
        }
    }
}

/// What counts as an observation, and what as saying it.
struct Asked {
    args: &'static [&'static str],
    lang: Option<&'static str>,
    suspect: bool,
    sharing: bool,
    days: (DateTime, DateTime),
}

impl Asked {
    /// What is told of a text: when, and whether it was said; `None` where it was deleted.
    fn told(&self, events: &[Event]) -> Vec<(DateTime, Option<bool>)> {
        let within = events.iter().filter(|event| (self.days.0..=self.days.1).contains(&event.at));
        let told = |event: &Event| match event.capture {
            None => Some((event.at, None)),
            Some(capture) => {
                self.observes(capture).then_some((event.at, Some(capture.says && (capture.sharing || !self.sharing))))
            }
        };
        within.filter_map(told).collect()
    }

    fn observes(&self, capture: Capture) -> bool {
        (self.suspect || capture.lang.is_some()) && self.lang.is_none_or(|lang| capture.lang == Some(lang))
    }

    fn left_out(&self, events: &[Event]) -> usize {
        let within = events.iter().filter(|event| (self.days.0..=self.days.1).contains(&event.at));
        within.filter_map(|event| event.capture).filter(|capture| !self.observes(*capture)).count()
    }
}

type Told = Vec<(DateTime, Option<bool>)>;

/// Whether any text says it, at a moment: before its deletions of that moment, or after them.
fn is_said(texts: &[Told], at: DateTime, after_deletions: bool) -> bool {
    texts.iter().any(|told| {
        let known = told.iter().rfind(|(when, says)| *when < at || (*when == at && (says.is_some() || after_deletions)));
        known.is_some_and(|(_, says)| *says == Some(true))
    })
}

/// The life of some texts together, as the JSON has it; `None` where nothing was observed.
fn life(texts: &[Told]) -> Option<Value> {
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
const LENGTHS: [&str; 4] = ["length_before", "shrunk_before", "length_after", "shrunk_after"];

/// The characters of each snapshot, as `history` tells them.
fn chars(place: &Place, archive: &Archive) -> BTreeMap<[String; 3], u64> {
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
fn compare_lengths(rows: &[Value], chars: &BTreeMap<[String; 3], u64>) -> usize {
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
fn by_name(rows: &[&Value], named: &[&str]) -> BTreeMap<Vec<String>, Value> {
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
fn compare(place: &Place, archive: &Archive, chars: &BTreeMap<[String; 3], u64>, asked: &Asked, seed: u64) -> usize {
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

fn everything() -> (DateTime, DateTime) {
    (moment(0) - 1.day(), moment(1_000))
}

#[test]
fn lives_are_what_the_rule_says() {
    let window = (date(2010, 8, 1).at(0, 0, 0, 0), date(2011, 6, 30).at(23, 59, 59, 0));
    let of = |args, lang, suspect| Asked { args, lang, suspect, sharing: false, days: everything() };
    let questions = [
        of(&[], Some("en"), false),
        of(&["--lang", "any", "--suspect"], None, true),
        of(&["--lang", "any"], None, false),
        of(&["--lang", "fr"], Some("fr"), false),
        Asked { sharing: true, ..of(&["heading:sharing"], Some("en"), false) },
        Asked { days: window, ..of(&["--since", "2010-08", "--until", "2011-06"], Some("en"), false) },
    ];
    let (mut returns, mut shrunk) = (0, 0);
    for seed in 1..=8 {
        let archive = archive(&mut Dice(seed), seed > 6);
        let place = Place::new();
        if seed > 6 {
            write_repository(&place, &archive);
        } else {
            write_folder(&place, &archive);
        }
        place.index(&[]).exit(0);
        let chars = chars(&place, &archive);
        for asked in &questions {
            shrunk += compare(&place, &archive, &chars, asked, seed);
            returns += archive
                .values()
                .filter_map(|events| life(&[asked.told(events)]))
                .filter(|life| life["intervals"][1].is_object())
                .count();
        }
    }
    assert!(returns > 50 && shrunk > 50, "{returns}, {shrunk}");
}

const WITHOUT: &str = "We keep what you give us for as long as we need it, and we tell nobody else what it is that we keep.";
const WITH: &str = "We keep what you give us for as long as we need it. We never rent your address to anybody else.";
const FRENCH: &str =
    "Nous gardons ce que vous nous donnez aussi longtemps que nous en avons besoin, et nous ne le disons à personne.";

#[test]
fn a_line_tells_what_is_known_of_start_and_end() {
    let place = Place::with(&[
        ("acme/2010-03-01.md", WITHOUT),
        ("acme/2010-04-07.md", WITH),
        ("acme/2015-05-05.md", WITH),
        ("acme/2015-05-20.md", FRENCH),
        ("acme/2015-06-07.md", WITHOUT),
        ("acme/2018-04-07.md", WITH),
        ("bolt/2012-05-04.md", WITH),
        ("bolt/2026-01-02.md", WITH),
        ("cask/2011-01-01.md", WITHOUT),
        ("cask/2012-01-01.md", ""),
    ]);
    place.index(&[]).exit(0);
    let run = place.run(&["lifetimes", "--index", "index", "\"never rent\""]).exit(0);
    let lines: Vec<String> = run.text().lines().take_while(|line| !line.is_empty()).map(str::to_owned).collect();
    assert_eq!(
        lines.join(" "),
        "2 of 3 companies observed said it: 1 since before, 1 started, 1 returned, 2 still there; in 2 of 3 documents. 8 observations: \
         language en, the commonest of the index (--lang any: all); 2 snapshots left out."
    );
    let run = run
        .says("after 2010-03-01, by 2010-04-07    2015-05-05, gone by 2015-06-07")
        .says("again 2018-04-07 after 1,068 days  still there 2018-04-07")
        .says("2012-05-04 or before               still there 2026-01-02");
    assert!(!run.text().contains("cask"), "{}", run.text());
    assert!(run.text().lines().all(|line| line.chars().count() <= 80));
    let absent = ["lifetimes", "--index", "index", "\"never rent\"", "--absent"];
    place.run(&absent).exit(0).says("cask").says("1 observation from 2011-01-01 to 2011-01-01");
    // A window hides what lies before it.
    let run = place.run(&["lifetimes", "--index", "index", "\"never rent\"", "--since", "2010-04", "--until", "2014"]).exit(0);
    run.says("2010-04-07 or before").says("still there 2010-04-07").says("only captures from 2010-04-01 until 2014-12-31");
    place.run(&["lifetimes", "--index", "index", "\"never lend\""]).exit(1).says("None of 3 companies observed said it.");
    place.run(&["lifetimes", "--index", "index", "\"never lend\"", "--format", "csv"]).exit(1);
}

#[test]
fn a_capture_that_is_much_shorter_is_told() {
    let long = format!("{WITH}\n\n{}", format!("{WITHOUT}\n\n").repeat(3));
    let place = Place::with(&[
        ("acme/2010-03-01.md", &*long),
        ("acme/2010-04-07.md", WITHOUT),
        ("acme/2015-05-05.md", &long),
        ("bolt/2012-05-04.md", WITH),
        ("bolt/2026-01-02.md", WITHOUT),
    ]);
    place.index(&[]).exit(0);
    let run = place.run(&["lifetimes", "--index", "index", "\"never rent\""]).exit(0);
    let run = run.says("1 beginning and 1 end lie beside a capture of under half the length");
    let text = run.text();
    let notes: Vec<&str> = text.lines().filter(|line| line.contains("much shorter")).map(str::trim_start).collect();
    assert_eq!(notes, ["(the capture of 2010-04-07 is much shorter: 25 % of the length)"]);
}

const BATCH: [&str; 5] = ["batch", "queries.txt", "--index", "index", "--lifetimes"];

/// A batch has the rows of single runs; a query that nobody says keeps one row; what is bad is told.
#[test]
fn a_batch_is_many_lifetimes() {
    let place = Place::new();
    let archive = archive(&mut Dice(9), false);
    write_folder(&place, &archive);
    place.index(&[]).exit(0);
    let phrase = format!("\"{PHRASE}\"");
    let lines = [
        format!("a\t{phrase}"),
        "b\tsell AND".to_owned(),
        json!({"id": "c", "query": phrase, "company": "acme", "lang": "any", "since": "2010-03"}).to_string(),
        "none\t\"stands nowhere\"".to_owned(),
        json!({"id": "carried", "query": phrase, "carry": "18m"}).to_string(),
        json!({"id": "sorted", "query": phrase, "sort": "company"}).to_string(),
        "day\tsell OR asof:2010".to_owned(),
    ];
    place.write("queries.txt", lines.join("\n"));
    let run = place.run(&[&BATCH[..], &["--manifest", "manifest.json"]].concat()).exit(2);
    let run = run.warns("query b:").warns("query carried: --carry").warns("query sorted: --sort").warns("query day:");
    let table = run.csv();
    let single = |args: &[&str]| place.run(&[&["lifetimes", "--index", "index"], args].concat());
    let asked: [(&str, &str, &[&str]); 3] = [
        ("a", &phrase, &[&phrase]),
        ("c", &phrase, &[&phrase, "--company", "acme", "--lang", "any", "--since", "2010-03"]),
        ("none", "\"stands nowhere\"", &["\"stands nowhere\""]),
    ];
    let mut expected: Vec<Vec<String>> = Vec::new();
    let mut answers: Vec<Value> = Vec::new();
    for (id, query, args) in asked {
        let of_single = single(&[args, &["--format", "csv"]].concat()).csv();
        if expected.is_empty() {
            expected.push([vec!["query_id".to_owned(), "query".to_owned()], of_single[0].clone()].concat());
        }
        let empty = vec![String::new(); of_single[0].len()];
        let rows = if of_single.len() == 1 { vec![empty] } else { of_single[1..].to_vec() };
        expected.extend(rows.into_iter().map(|row| [vec![id.to_owned(), query.to_owned()], row].concat()));
        let mut answer = single(&[args, &["--format", "json"]].concat()).json();
        answer["id"] = id.into();
        answers.push(answer);
    }
    assert!(expected.len() > 10, "{expected:?}");
    assert_eq!(table, expected);
    let manifest: Value = serde_json::from_slice(&std::fs::read(place.path("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["command"], &manifest["default_lang"]), (&json!("lifetimes"), &json!("en")));
    let counts = ["queries", "failed", "rows"].map(|field| manifest[field].as_u64().unwrap() as usize);
    assert_eq!(counts, [3, 4, table.len() - 1]);
    assert_eq!(manifest["fingerprint"], answers[0]["fingerprint"]);

    let found = place.run(&[&BATCH[..], &["--format", "jsonl"]].concat()).exit(2).json_lines();
    let (errors, found): (Vec<Value>, Vec<Value>) = found.into_iter().partition(|line| line["error"].is_string());
    assert_eq!(found, answers);
    assert_eq!(errors.iter().map(|line| line["id"].as_str().unwrap()).collect::<Vec<_>>(), ["b", "carried", "sorted", "day"]);
    // The number of threads changes nothing.
    let with_threads = |number| place.run(&[&BATCH[..], &["--threads", number]].concat()).exit(2).stdout;
    assert_eq!(with_threads("1"), with_threads("3"));
}

#[test]
fn a_batch_refuses_what_means_nothing_in_it() {
    let place = Place::with(&[("acme/2010-03-01.md", WITH), ("queries.txt", "")]);
    place.write("queries.txt", "rent\n").index(&[]).exit(0);
    for (options, told) in [
        (&["--carry", "18m"][..], "--carry"),
        (&["--as-of", "2010"], "--as-of"),
        (&["--limit", "3"], "--limit"),
        (&["--by", "half"], "--trend"),
        (&["--trend"], "cannot be used with"),
    ] {
        place.run(&[&BATCH[..], options].concat()).exit(2).warns(told);
    }
    place.run(&BATCH).exit(0);
    place.write("queries.txt", "borrow\n").run(&BATCH).exit(1);
}

/// Nothing is carried where captures are compared.
#[test]
fn carry_is_no_option_where_it_means_nothing() {
    for command in [&["lifetimes", "rent"][..], &["spread", "rent"], &["changes"], &["history", "acme"]] {
        Place::new().run(&[command, &["--carry", "18m"]].concat()).exit(2).warns("unexpected argument '--carry'");
    }
}

#[test]
fn one_day_is_no_lifetime() {
    let place = Place::with(&[("acme/2010-03-01.md", WITH)]);
    place.index(&[]).exit(0);
    for query in ["rent asof:2010-05-01", "rent OR asof:2010-05-01", "rent NOT asof:2010-05-01"] {
        place.run(&["lifetimes", "--index", "index", query]).exit(2).warns("hint: since: and until:");
    }
}

#[test]
fn what_has_no_date_is_no_observation_and_what_has_no_company_is_none() {
    let place = Place::with(&[
        ("acme/policy.md", WITH),
        ("bolt/2010-03-01.md", WITH),
        ("records.jsonl", &format!("{{\"text\": \"{WITH}\", \"date\": \"2011-01-01\"}}\n")),
    ]);
    let summary = place.index(&[]);
    assert!(summary.status < 2, "{summary:?}");
    let answer = place.run(&["lifetimes", "--index", "index", "\"never rent\"", "--absent", "--format", "json"]).exit(0).json();
    assert_eq!(answer["rows"].as_array().unwrap().len(), 2, "{answer}");
    let companies: Vec<&str> = answer["rows"].as_array().unwrap().iter().filter_map(|row| row["company"].as_str()).collect();
    assert_eq!((companies, &answer["totals"]["companies"]), (vec!["bolt"], &json!(1)));
    assert_eq!(answer["absent"], json!([]));
}

/// Two sources hold one text, and the later captures are in one of them only: it is one life.
#[test]
fn a_copy_that_goes_on_is_the_same_text() {
    let place = Place::with(&[
        ("Acme/Privacy Policy/2010-03-01T00-00-00Z.md", WITHOUT),
        ("Acme/Privacy Policy/2011-03-01T00-00-00Z.md", WITH),
    ]);
    for (path, text) in [("2010-03-01", WITHOUT), ("2011-03-01", WITH), ("2012-03-01", WITHOUT)] {
        place.write(format!("copy/Acme/Privacy Policy/{path}T00-00-00Z.md"), text);
    }
    place.run(&["index", "archive", "copy", "--index", "index"]).exit(0);
    let answer = place.run(&["lifetimes", "--index", "index", "\"never rent\"", "--format", "json"]).exit(0).json();
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["sources"], &rows[0]["observations"]), (&json!(["archive", "copy"]), &json!(3)));
    let interval = &rows[0]["intervals"][0];
    assert_eq!(
        [&interval["absent_before"], &interval["first_seen"], &interval["absent_after"]],
        ["2010-03-01T00:00:00Z", "2011-03-01T00:00:00Z", "2012-03-01T00:00:00Z"]
    );
}
