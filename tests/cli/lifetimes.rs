//! When companies said something, against a plain reading of the rule: every state is looked up anew at every moment.

mod archives;
mod reference;

use crate::place::{Dice, Place};
use archives::{archive, write_folder, write_repository};
use jiff::civil::date;
use reference::{Asked, chars, compare, everything, life};
use serde_json::{Value, json};

const PHRASE: &str = "sell it to nobody";

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
