//! What changed over time, against a plain reading of the rules: neighbouring usable captures, passage by passage.

use crate::place::{Dice, INDEX, Place};
use crate::repository::Repository;
use jiff::civil::{Date, date};
use jiff::{ToSpan, Unit};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A passage: of family `n` in one of two wordings, or a line that differs only in a tracking number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Family(usize, bool),
    Tracked(usize),
}

impl Says {
    fn text(self) -> String {
        match self {
            Says::Family(n, other) => {
                let last = if other { "changed" } else { "stated" };
                format!("Alpha{n} beta{n} gamma{n} delta{n} epsilon{n} zeta{n} eta{n} theta{n} iota{n} kappa{n} {last}.")
            }
            Says::Tracked(n) => format!("Served by host icburule0112262121{n:02}"),
        }
    }

    /// What it is but for its tracking number.
    fn class(self) -> Says {
        match self {
            Says::Tracked(_) => Says::Tracked(0),
            family => family,
        }
    }

    fn read(text: &str) -> Says {
        let all = (0..FAMILIES).flat_map(|n| [Says::Family(n, false), Says::Family(n, true)]).chain((0..100).map(Says::Tracked));
        all.into_iter().find(|says| says.text() == text).unwrap_or_else(|| panic!("{text}"))
    }
}

const FAMILIES: usize = 8;

struct Capture {
    company: &'static str,
    day: Date,
    says: Vec<Says>,
}

fn archive(dice: &mut Dice) -> (Place, Vec<Capture>) {
    let place = Place::new();
    let mut captures = Vec::new();
    for company in ["acme", "bolt"] {
        let mut day = date(2010, 1, 1) + (dice.below(300) as i64).days();
        for _ in 0..14 {
            let mut families: Vec<usize> = (0..FAMILIES).collect();
            dice.shuffle(&mut families);
            families.truncate(1 + dice.below(FAMILIES));
            if dice.below(3) > 0 {
                families.sort_unstable();
            }
            let mut says: Vec<Says> = families.into_iter().map(|n| Says::Family(n, dice.below(3) == 0)).collect();
            if dice.below(2) == 0 {
                says.push(Says::Tracked(dice.below(4)));
            }
            if dice.below(7) == 0 {
                // An empty capture observes nothing.
                says.clear();
            }
            let text: Vec<String> = says.iter().map(|says| says.text()).collect();
            place.archived(format!("{company}/{day}.md"), text.join("\n\n"));
            captures.push(Capture { company, day, says });
            day += (1 + dice.below(200) as i64).days();
        }
    }
    (place, captures)
}

/// What the rules say of two neighbouring captures.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    /// What stands in the later one and not in the earlier one, with the days since it stood before.
    new: BTreeMap<Says, Option<i64>>,
    gone: BTreeSet<Says>,
    moved: usize,
}

fn longest(old: &[Says], new: &[Says]) -> usize {
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (a, one) in old.iter().enumerate() {
        for (b, other) in new.iter().enumerate() {
            let same = if one == other { table[a][b] + 1 } else { 0 };
            table[a + 1][b + 1] = same.max(table[a][b + 1]).max(table[a + 1][b]);
        }
    }
    table[old.len()][new.len()]
}

/// The changes of a company, by the day of the later capture. Technical ones are in `new` and `gone` as well.
fn expected(captures: &[&Capture]) -> BTreeMap<Date, Expected> {
    let mut found = BTreeMap::new();
    let usable: Vec<&&Capture> = captures.iter().filter(|capture| !capture.says.is_empty()).collect();
    for at in 1..usable.len() {
        let (old, new) = (usable[at - 1], usable[at]);
        let mut change = Expected::default();
        for &says in new.says.iter().filter(|says| !old.says.contains(says)) {
            let stands = |capture: &&&&Capture| capture.says.iter().any(|other| other.class() == says.class());
            let in_old = old.says.iter().any(|other| other.class() == says.class());
            let earlier = usable[..at - 1].iter().rev().find(stands).filter(|_| !in_old);
            change.new.insert(says, earlier.map(|earlier| i64::from((new.day - earlier.day).get_days())));
        }
        change.gone = old.says.iter().filter(|says| !new.says.contains(says)).copied().collect();
        let common = old.says.iter().filter(|says| new.says.contains(says)).count();
        change.moved = common - longest(&old.says, &new.says);
        if change != Expected::default() {
            found.insert(new.day, change);
        }
    }
    found
}

fn changes(place: &Place, args: &[&str]) -> Value {
    let run = place.run(&[&["changes", "--index", INDEX, "--format", "json", "--lang", "any"], args].concat());
    assert!(run.status < 2, "{run:?}");
    run.json()
}

fn day_of(event: &Value, end: &str) -> Date {
    event[end]["instant"].as_str().unwrap().parse().unwrap()
}

fn check(event: &Value, expected: &Expected) {
    let (mut new, mut gone, mut moved) = (BTreeMap::new(), BTreeSet::new(), 0);
    for change in event["changes"].as_array().unwrap() {
        let says = |field: &str| change[field].as_str().map(Says::read);
        let kind = change["change"].as_str().unwrap();
        let technical = change["technical"].as_bool().unwrap();
        let (before, after) = (says("before"), says("after"));
        match (kind, before, after) {
            ("moved", before, after) => {
                assert_eq!(before, after);
                moved += 1;
                continue;
            }
            ("added", None, Some(_)) | ("removed", Some(_), None) | ("returned", None, Some(_)) => {}
            ("reworded" | "returned", Some(before), Some(after)) => match (before, after) {
                (Says::Family(a, _), Says::Family(b, _)) => assert!(a == b && !technical),
                (Says::Tracked(_), Says::Tracked(_)) => assert!(technical && kind == "reworded"),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
        assert!(!technical || kind == "reworded", "the line says more than its number");
        let words = |leave: &str| -> String {
            let runs = change["words"].as_array().unwrap().iter();
            runs.filter(|run| run["is"] != leave).map(|run| run["text"].as_str().unwrap()).collect()
        };
        if let (Some(before), Some(after)) = (before, after) {
            assert_eq!((words("added"), words("removed")), (before.text(), after.text()));
        }
        gone.extend(before);
        if let Some(after) = after {
            let days = change["absent_days"].as_i64();
            assert_eq!(days.is_some(), kind == "returned");
            new.insert(after, days);
        }
    }
    assert_eq!(&Expected { new, gone, moved }, expected, "{event}");
    // Two wordings that replace each other are one change.
    for says in expected.new.keys() {
        if let Says::Family(n, other) = says
            && expected.gone.contains(&Says::Family(*n, !other))
        {
            let texts = |change: &Value| change["after"] == says.text() && change["before"] == Says::Family(*n, !other).text();
            assert!(event["changes"].as_array().unwrap().iter().any(texts), "{event}");
        }
    }
}

#[test]
fn changes_are_what_neighbouring_captures_differ_in() {
    for seed in [1, 2, 3] {
        let (place, captures) = archive(&mut Dice(seed));
        place.index(&[]).exit(0);
        let found = changes(&place, &["--all"]);
        let mut events = found["events"].as_array().unwrap().iter().collect::<Vec<_>>();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for company in ["acme", "bolt"] {
            let of_company: Vec<&Capture> = captures.iter().filter(|capture| capture.company == company).collect();
            for (day, expected) in expected(&of_company) {
                let at = events.iter().position(|event| event["company"] == company && day_of(event, "to") == day);
                let event = events.remove(at.unwrap_or_else(|| panic!("no event of {company} on {day}")));
                check(event, &expected);
                assert_eq!(event["by_company"], "cannot be told");
                let technical = event["changes"].as_array().unwrap().iter().all(|change| change["technical"] == true);
                *counts.entry(if technical { "technical_only" } else { "events" }).or_default() += 1;
            }
        }
        assert_eq!(events, Vec::<&Value>::new(), "nothing else changed");
        let empty = captures.iter().filter(|capture| capture.says.is_empty()).count() as u64;
        assert_eq!(found["totals"]["left_out"]["marked"], empty);
        for (name, count) in counts {
            assert_eq!(found["totals"][name], count, "{name}");
        }
        let days: Vec<Date> = found["events"].as_array().unwrap().iter().map(|event| day_of(event, "to")).collect();
        assert!(days.is_sorted());
        // The days of the later capture restrict; what is compared with may lie before.
        let year = changes(&place, &["--all", "--years", "2011"]);
        let expected: Vec<&Value> =
            found["events"].as_array().unwrap().iter().filter(|event| day_of(event, "to").year() == 2011).collect();
        assert_eq!(year["events"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn only_passages_that_match_count() {
    let (place, _) = archive(&mut Dice(5));
    place.index(&[]).exit(0);
    let all = changes(&place, &[]);
    let some = changes(&place, &["\"alpha3 beta3\""]);
    let touches = |change: &&Value| {
        ["before", "after"].iter().any(|field| change[field].as_str().is_some_and(|text| text.contains("Alpha3")))
    };
    let expected: Vec<&Value> =
        all["events"].as_array().unwrap().iter().flat_map(|event| event["changes"].as_array().unwrap()).filter(touches).collect();
    let found: Vec<&Value> =
        some["events"].as_array().unwrap().iter().flat_map(|event| event["changes"].as_array().unwrap()).collect();
    assert!(!found.is_empty());
    assert_eq!(found, expected);
    place.run(&["changes", "--index", INDEX, "--lang", "any", "nowhere"]).exit(1).says("No change found.");
}

#[test]
fn what_was_added_and_removed_is_searched() {
    for seed in [6, 7] {
        let (place, captures) = archive(&mut Dice(seed));
        place.index(&[]).exit(0);
        for year in 2010..2014i16 {
            for side in ["added", "removed"] {
                let mut snapshots = BTreeSet::new();
                let mut passages: BTreeMap<(&str, Says), Date> = BTreeMap::new();
                for company in ["acme", "bolt"] {
                    let usable: Vec<&Capture> =
                        captures.iter().filter(|capture| capture.company == company && !capture.says.is_empty()).collect();
                    for pair in usable.windows(2).filter(|pair| pair[1].day.year() == year) {
                        let (with, without) = if side == "added" { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
                        for &says in
                            with.says.iter().filter(|says| matches!(says, Says::Family(..)) && !without.says.contains(says))
                        {
                            snapshots.insert((company, pair[1].day));
                            let shown = passages.entry((company, says)).or_insert(with.day);
                            *shown = if side == "added" { *shown } else { with.day };
                        }
                    }
                }
                let years = year.to_string();
                let args = ["alpha* beta*", "--in", side, "--years", &years, "--lang", "any", "--limit", "all", "--unfold"];
                let prefixes: Vec<String> = (0..FAMILIES).map(|n| format!("alpha{n}")).collect();
                let query = prefixes.join(" OR ");
                let run = place.search(&[&[query.as_str()], &args[1..]].concat());
                let answer = run.exit(i32::from(passages.is_empty())).json();
                assert_eq!(answer["in"], side);
                assert_eq!(answer["totals"]["snapshots"], snapshots.len(), "{side} {year}");
                assert_eq!(answer["totals"]["passages"], passages.len(), "{side} {year}");
                let found: BTreeMap<(&str, Says), Date> = answer["hits"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|hit| {
                        let company = hit["company"].as_str().unwrap();
                        let instant = hit["evidence"]["instant"].as_str().unwrap().parse().unwrap();
                        ((company, Says::read(hit["text"].as_str().unwrap())), instant)
                    })
                    .collect();
                assert_eq!(found, passages, "{side} {year}");
                for hit in answer["hits"].as_array().unwrap().iter().filter(|_| side == "removed") {
                    assert!(hit["absent_from"].as_str().unwrap().starts_with(&years), "{hit}");
                }
            }
        }
    }
}

const ACME: &str = "Acme/Privacy Policy.md";

fn policy(words: &str, more: &str) -> String {
    format!("# Privacy Policy\n\nWe keep what you give us for {words} and no longer than we must.\n\n{more}\n")
}

/// A re-extraction is no change, and what it changed does not show up as one later.
#[test]
fn re_extractions_are_no_changes() {
    for subject in ["Refilter Acme Privacy Policy", "Apply technical or declaration upgrade on Acme Privacy Policy"] {
        let place = Place::new();
        let repository = Repository::new(&place);
        let menu = "Home, Shop, Help and everything else that stands in the menu of this page.";
        let record = |text: String, day: &str, subject: &str| repository.record(ACME, text, &format!("{day}T10:00:00Z"), subject);
        record(policy("one year", menu), "2020-01-01", "First record of Acme Privacy Policy");
        record(policy("two years", menu), "2020-02-01", "Update Acme Privacy Policy");
        record(policy("two years", ""), "2020-03-01", subject);
        record(policy("three years", ""), "2020-04-01", "Record new changes of Acme Privacy Policy");
        record(policy("two years", ""), "2020-05-05", "Record new changes of Acme Privacy Policy");
        record(policy("four years", ""), "2020-06-01", "Tidy up");
        place.index(&[]).exit(0);
        let found = changes(&place, &[]);
        let told: Vec<(Date, &Value)> = found["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| (event["to"]["instant"].as_str().unwrap()[..10].parse().unwrap(), &event["by_company"]))
            .collect();
        let (yes, unknown) = (Value::from("yes"), Value::from("cannot be told"));
        assert_eq!(
            told,
            [(date(2020, 2, 1), &yes), (date(2020, 4, 1), &yes), (date(2020, 5, 5), &yes), (date(2020, 6, 1), &unknown)]
        );
        assert_eq!((&found["totals"]["re_extractions"], &found["totals"]["cannot_be_told"]), (&1.into(), &1.into()));
        assert!(found["events"].as_array().unwrap().iter().all(|event| event["changes"].as_array().unwrap().len() == 1));
        // The text as it was read after the re-extraction stood before.
        let back = &found["events"][2];
        assert_eq!((&back["returned"], &back["returns_to"]["snapshot"]), (&1.into(), &3.into()));
        let absent = date(2020, 3, 1).until((Unit::Day, date(2020, 5, 5))).unwrap().get_days();
        assert_eq!(back["changes"][0]["absent_days"], absent);

        let removed = |args: &[&str]| place.search(&[&["--in", "removed", "--lang", "any"], args].concat());
        removed(&["\"the menu of this page\""]).exit(1);
        let hit = &removed(&["\"for one year\""]).exit(0).json()["hits"][0];
        assert_eq!((&hit["absent_from"], &hit["evidence"]["commit_kind"]), (&"2020-02-01".into(), &"first_record".into()));

        let diff = place.run(&["diff", "--index", INDEX, "acme", "#1", "#4", "--format", "json"]).exit(0).json();
        assert_eq!((&diff["re_extractions"], &diff["totals"]["removed"]), (&1.into(), &1.into()));
    }
}

#[test]
fn the_forms_tell_the_same() {
    let (place, _) = archive(&mut Dice(8));
    place.index(&[]).exit(0);
    let run = |args: &[&str]| place.run(&[&["changes", "--index", INDEX, "--lang", "any"], args].concat()).exit(0);
    let json = run(&["--format", "json"]).json();
    let events = json["events"].as_array().unwrap();
    assert_eq!(&run(&["--format", "jsonl"]).json_lines(), events);
    let rows = run(&["--format", "csv"]).csv();
    let passages: Vec<(&Value, &Value)> =
        events.iter().flat_map(|event| event["changes"].as_array().unwrap().iter().map(move |change| (event, change))).collect();
    assert_eq!(rows.len(), 1 + passages.len());
    for (row, (event, change)) in rows[1..].iter().zip(passages) {
        assert_eq!(
            (&row[0], &row[6], &row[10]),
            (&str(&event["company"]), &str(&event["to"]["instant"]), &str(&change["change"]))
        );
        assert_eq!((&row[13], &row[14]), (&str(&change["before"]), &str(&change["after"])));
    }
    let text = run(&["--limit", "2"]);
    text.says("Compared: ").says("any language").says(&format!("{} more: --limit all", events.len() - 2));
    assert_eq!(run(&["--limit", "2", "--format", "json"]).json()["events"].as_array().unwrap().len(), 2);
    for query in ["asof:2011-01-01", "policy OR asof:2011-01-01"] {
        place.run(&["changes", "--index", INDEX, query]).exit(2).warns("since: and until:");
    }
}

fn str(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_capture_in_another_language_is_no_change() {
    let english =
        "We use the information that you give us in order to deliver what you have ordered, and for nothing else at all.";
    let french =
        "Nous utilisons les informations que vous nous donnez pour livrer ce que vous avez commandé, et pour rien d'autre.";
    let place = Place::with(&[("acme/2005-01-01.md", english), ("acme/2005-06-01.md", french), ("acme/2005-12-01.md", english)]);
    place.index(&[]).exit(0);
    let run = place.run(&["changes", "--index", INDEX]).exit(1);
    let told = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let compared =
        "language en, the commonest of the index (--lang any: all); 1 left out (0 no policy text, 1 in another language)";
    assert!(told.contains(compared), "{told}");
    assert_eq!(changes(&place, &[])["totals"]["events"], 2);
    place.search(&["information", "--in", "added"]).exit(1).warns("only snapshots in en are compared");
    place.search(&["information", "--in", "added", "--lang", "any"]).exit(0);
    place.search(&["information", "--in", "added", "--as-of", "2005-07-01"]).exit(2);
    for query in ["information asof:2005-07-01", "information OR asof:2005-07-01"] {
        place.search(&[query, "--in", "added"]).exit(2).warns("since: and until:");
    }
}

#[test]
fn both_texts_of_a_change_are_cited() {
    let place = Place::with(&[("acme/2010-01-01.md", "We keep your data."), ("acme/2010-02-02.md", "We sell your data.")]);
    place.index(&[]).exit(0);
    let run = |args: &[&str]| place.run(&[&["changes", "--index", INDEX], args].concat()).exit(0);
    let event = run(&["--cite", "--format", "json"]).json()["events"][0].clone();
    for (end, number) in [("from", "1"), ("to", "2")] {
        // As `show` cites it.
        let shown = place.run(&["show", "--index", INDEX, &format!("acme@#{number}"), "--cite", "--format", "json"]).json();
        assert_eq!(event[end]["citation"], shown["citation"]);
    }
    let text = run(&["--cite"]).text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("cite - acme, Policy, captured 2010-01-01"), "{text}");
    assert!(text.contains("cite + acme, Policy, captured 2010-02-02"), "{text}");
    let csv = run(&["--cite", "--format", "csv"]).csv();
    let column = csv[0].iter().position(|name| name == "cite_to").unwrap();
    assert_eq!(csv[1][column], event["to"]["citation"]["text"].as_str().unwrap());
    // Only where it is asked for.
    assert!(run(&["--format", "json"]).json()["events"][0]["to"]["citation"].is_null());
    assert!(!run(&[]).text().contains("cite"));
}
