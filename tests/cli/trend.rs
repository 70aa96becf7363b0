//! Counts over time, against a plain reading of the definitions, and against brute force.

mod archives;
mod reference;

use crate::place::{INDEX, Place, Run};
use archives::{ENGLISH, archives};
use jiff::civil::{Date, date};
use reference::{Ask, CAPTURES, CHANGES, Carry, Query, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const HEADER: &str = "query,period,matching,observed,share,carried,mixed,entered,left,left_out";

fn queries() -> Vec<Query> {
    vec![
        Query { name: "alpha", text: "\"alpha clause\"", ..Query::default() },
        Query { name: "sharing", text: "\"alpha clause\" heading:sharing", heading: Some("sharing"), ..Query::default() },
        Query { name: "cask", text: "\"alpha clause\" company:cask", company: Some("cask"), ..Query::default() },
        Query {
            name: "terms",
            text: "beta kind:\"terms of service\"",
            kind: Some("Terms of Service"),
            beta: true,
            ..Query::default()
        },
        Query { name: "beta", text: "beta", beta: true, ..Query::default() },
    ]
}

fn questions(queries: &[Query]) -> String {
    queries.iter().map(|query| format!("{}\t{}\n", query.name, query.text)).collect()
}

fn ask(place: &Place, ask: &Ask) -> Run {
    let mut args: Vec<String> =
        ["trend", "--index", INDEX, "--file", "-", "--format", "csv", "--by", ask.by, "--count", ask.count]
            .map(str::to_owned)
            .into();
    let mut option = |name: &str, value: String| args.extend([name.to_owned(), value]);
    if ask.count != "snapshots" {
        option("--match", ask.rule.to_owned());
        for (source, carry) in &ask.carry {
            let carry = match carry {
                Carry::None => "none".to_owned(),
                Carry::Span(months) => format!("{months}m"),
                Carry::Unlimited => "unlimited".to_owned(),
            };
            option("--carry", if source.is_empty() { carry } else { format!("{source}={carry}") });
        }
    }
    // English is the commonest.
    if ask.lang != Some("en") {
        option("--lang", ask.lang.unwrap_or("any").to_owned());
    }
    if let Some((first, last)) = ask.days {
        option("--since", first.to_string());
        option("--until", last.to_string());
    }
    if let Some((first, last)) = ask.panel {
        option("--panel", format!("{}..{}", first.year(), last.year()));
    }
    if ask.suspect {
        args.push("--suspect".to_owned());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    place.feed(questions(&ask.queries), &args)
}

#[track_caller]
fn assert_equal(place: &Place, world: &World, asked: &Ask) -> usize {
    let run = ask(place, asked);
    let rows = run.csv();
    assert_eq!(rows[0].join(","), HEADER);
    let expected = world.rows(asked);
    for (row, expected) in rows[1..].iter().zip(&expected) {
        assert_eq!(row, expected, "{asked:?}");
    }
    assert_eq!(rows.len() - 1, expected.len(), "{asked:?}");
    let found = expected.iter().any(|row| row[2] != "0");
    assert_eq!(run.status, i32::from(!found), "{asked:?}");
    expected.iter().filter(|row| row[2] != "0" && row[2] != row[3]).count()
}

fn carries() -> [BTreeMap<&'static str, Carry>; 5] {
    [
        BTreeMap::new(),
        [("", Carry::None)].into(),
        [("", Carry::Span(5))].into(),
        [("", Carry::Unlimited)].into(),
        [(CHANGES, Carry::Span(7)), ("", Carry::None)].into(),
    ]
}

/// Of every combination of what is counted, rule, carry and panel, with every step in turn, and every language.
#[test]
fn trends_are_what_the_definitions_say() {
    let (place, world) = archives(5);
    let mut telling = 0;
    let mut turn = 0;
    for count in ["companies", "documents"] {
        for rule in ["end", "any", "all"] {
            for carry in carries() {
                for panel in [None, Some((date(2003, 1, 1), date(2004, 12, 31)))] {
                    for by in ["year", "half", "quarter", "month"] {
                        turn += 1;
                        let lang = [Some("en"), None, Some("en"), Some("fr")][turn / 4 % 4];
                        let days = [None, Some((date(2002, 5, 10), date(2005, 8, 15))), None][turn / 2 % 3];
                        let suspect = turn % 5 == 0;
                        let carry = carry.clone();
                        let asked = Ask { count, rule, by, carry, lang, suspect, days, panel, queries: queries() };
                        telling += assert_equal(&place, &world, &asked);
                    }
                }
            }
        }
    }
    assert!(telling > 4_000, "only {telling} points are more than nothing and less than all");
}

#[test]
fn other_archives_and_single_queries() {
    for seed in [11, 12] {
        let (place, world) = archives(seed);
        for (turn, rule) in ["end", "any", "all", "end"].into_iter().enumerate() {
            for query in queries() {
                let carry = carries()[(turn + 4) % 5].clone();
                let (count, by) = (["companies", "documents"][turn % 2], ["year", "quarter"][turn / 2]);
                let queries = vec![query];
                assert_equal(
                    &place,
                    &world,
                    &Ask { count, rule, by, carry, lang: Some("en"), suspect: false, days: None, panel: None, queries },
                );
            }
        }
    }
}

#[test]
fn snapshots_are_counted_as_brute_force_counts_them() {
    let (place, world) = archives(5);
    for by in ["year", "half", "quarter", "month"] {
        for (lang, suspect) in [(None, true), (Some("en"), false), (Some("fr"), true)] {
            for days in [None, Some((date(2002, 5, 10), date(2005, 8, 15)))] {
                let (count, rule, carry) = ("snapshots", "any", BTreeMap::new());
                let asked = Ask { count, rule, by, carry, lang, suspect, days, panel: None, queries: queries() };
                assert_equal(&place, &world, &asked);
            }
        }
    }
}

fn trend(place: &Place, args: &[&str]) -> Run {
    place.run(&[&["trend", "--index", INDEX], args].concat())
}

/// The numbers of each period: matching, observed.
fn shares(run: &Run) -> BTreeMap<String, (u64, u64)> {
    let number = |text: &str| text.parse::<u64>().unwrap();
    run.csv()[1..].iter().map(|row| (row[1].clone(), (number(&row[2]), number(&row[3])))).collect()
}

#[test]
fn a_year_equals_a_search_as_of_its_end() {
    let (place, world) = archives(5);
    let ends = [CAPTURES, CHANGES].map(|source| {
        let of_source = world.shots.iter().filter(|shot| world.texts[shot.text].source == source);
        of_source.map(|shot| shot.day.year()).max().unwrap().to_string()
    });
    let rows = shares(&trend(&place, &["\"alpha clause\"", "--count", "documents", "--format", "csv"]).exit(0));
    let mut compared = 0;
    for (year, (matching, observed)) in rows {
        // In its last year, the end of a source ends the period for it.
        if ends.contains(&year) {
            continue;
        }
        compared += 1;
        let answer = place.search(&["\"alpha clause\"", "--lang", "en", "--as-of", &format!("{year}-12-31")]).json();
        let expected = (answer["totals"]["documents"].as_u64().unwrap(), answer["as_of"]["known"].as_u64().unwrap());
        assert_eq!((matching, observed), expected, "{year}");
    }
    assert!(compared > 4);
}

#[test]
fn a_copy_of_an_archive_counts_once() {
    let files: Vec<(String, String)> = (0..6)
        .map(|at| {
            let alpha = if at % 3 == 0 { "The alpha clause stands here." } else { "Nothing." };
            (format!("acme/200{at}-03-01.md"), format!("{ENGLISH}\n\nText {at}.\n\n{alpha}\n"))
        })
        .collect();
    let place = Place::new();
    for (path, text) in &files {
        place.write(format!("one/{path}"), text);
        place.write(format!("two/{path}"), text);
    }
    place.run(&["index", "one", "--index", INDEX]).exit(0);
    let options: [&[&str]; 4] =
        [&["--count", "snapshots"], &["--count", "documents"], &["--count", "documents", "--match", "any"], &["--match", "all"]];
    let rows = |options: &[&str]| trend(&place, &[&["\"alpha clause\"", "--format", "csv"], options].concat()).exit(0).stdout;
    let before: Vec<Vec<u8>> = options.iter().map(|options| rows(options)).collect();
    place.run(&["index", "two", "--index", INDEX]).exit(0);
    for (options, before) in options.iter().zip(before) {
        assert_eq!(String::from_utf8(rows(options)), String::from_utf8(before), "{options:?}");
    }
}

#[test]
fn a_list_names_who_is_behind_a_point() {
    let (place, world) = archives(5);
    let period = "2003";
    let args = ["\"alpha clause\"", "--list", period];
    let answer = trend(&place, &[&args[..], &["--format", "json"]].concat()).exit(0).json();
    let series = &answer["series"][0];
    let point = series["points"].as_array().unwrap().iter().find(|point| point["period"] == period).unwrap();
    let members = series["members"].as_array().unwrap();
    let number =
        |field: &str, values: &[&str]| members.iter().filter(|one| values.contains(&one[field].as_str().unwrap())).count();
    assert_eq!(point["observed"], members.len());
    assert_eq!(point["matching"], number("state", &["matching", "mixed"]));
    assert_eq!(point["mixed"], number("state", &["mixed"]));
    assert_eq!(point["carried"], members.iter().filter(|one| one["carried"] == true).count());
    assert!(number("state", &["matching", "mixed"]) > 0 && number("state", &["not_matching"]) > 0);
    // Each named passage stands in the snapshot that is named.
    let mut named = 0;
    for (member, document) in members.iter().flat_map(|one| one["documents"].as_array().unwrap().iter().map(move |it| (one, it)))
    {
        let ids = document["passages"].as_array().unwrap();
        assert_eq!(document["matching"] == true, !ids.is_empty());
        let day: Date = document["snapshot"].as_str().unwrap()[..10].parse().unwrap();
        let shot = world.shots.iter().find(|shot| {
            let text = &world.texts[shot.text];
            shot.day == day && text.company == member["company"] && text.kind == document["kind"]
        });
        assert_eq!(!shot.unwrap().alpha.is_empty(), document["matching"] == true);
        named += ids.len();
    }
    assert!(named > 0);
    let rows = trend(&place, &[&args[..], &["--format", "csv"]].concat()).exit(0).csv();
    assert_eq!(rows.len() - 1, members.iter().map(|one| one["documents"].as_array().unwrap().len()).sum::<usize>());
    trend(&place, &args).exit(0).says("matching").says(period);
    trend(&place, &["alpha", "--list", "2003-Q1"]).exit(2).warns("--list");
    trend(&place, &["alpha", "--list", "1990"]).exit(1);
}

#[test]
fn passages_that_a_reader_rejects_do_not_count() {
    let files = [
        ("acme/2001-02-03.md", "We may sell data about you.\n"),
        ("acme/2003-02-03.md", "We sell shoes.\n"),
        ("bolt/2001-02-03.md", "They sell bolts.\n"),
    ];
    let place = Place::with(&files);
    place.index(&[]).exit(0);
    let all = ["sell", "shoes", "--lang", "any", "--match", "any", "--carry", "unlimited"];
    trend(&place, &[&all[..], &["--passages", "read.csv"]].concat()).exit(0);
    let read = std::fs::read_to_string(place.path("read.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(read.as_bytes()).records().map(Result::unwrap).collect();
    assert!(read.starts_with("query,id,company,kind,source,first_seen,last_seen,snapshots,text\n"), "{read}");
    let of = |query: &str| rows.iter().filter(|row| &row[0] == query).map(|row| row[8].to_owned()).collect::<Vec<_>>();
    assert_eq!(of("sell"), ["We may sell data about you.", "We sell shoes.", "They sell bolts."]);
    assert_eq!(of("shoes"), ["We sell shoes."]);
    // The ids are those of search.
    let ids: BTreeSet<String> = rows.iter().map(|row| row[1].to_owned()).collect();
    let hits = place.found(&["sell", "--unfold"]);
    assert_eq!(crate::place::strings(&hits, "id").into_iter().collect::<BTreeSet<_>>(), ids);
    let id = |text: &str| rows.iter().find(|row| &row[8] == text).unwrap()[1].to_owned();
    let (shoes, bolts) = (id("We sell shoes."), id("They sell bolts."));
    let count = |exclude: &str, query: &str| -> Vec<String> {
        place.write("exclude", exclude);
        let run = trend(&place, &[&all[..], &["--exclude", "exclude", "--format", "csv"]].concat());
        assert!(!run.stderr.contains("exclude"), "{}", run.stderr);
        run.csv()[1..].iter().filter(|row| row[0] == query).map(|row| format!("{}:{}", row[1], row[2])).collect()
    };
    assert_eq!(count("", "sell"), ["2001:2", "2002:2", "2003:2"]);
    assert_eq!(count(&format!("{bolts}\n"), "sell"), ["2001:1", "2002:1", "2003:1"]);
    assert_eq!(count(&format!("{bolts}\n{shoes}\n"), "shoes"), ["2001:0", "2002:0", "2003:0"]);
    // Rows of a table hold for their query.
    let table = format!("query,id\nsell,{shoes}\nsell,{bolts}\n");
    assert_eq!(count(&table, "sell"), ["2001:1", "2002:1", "2003:1"]);
    assert_eq!(count(&table, "shoes"), ["2001:0", "2002:0", "2003:1"]);
    let marked = format!("id,reject\n{shoes},no\n{bolts},x\n");
    assert_eq!(count(&marked, "sell"), ["2001:1", "2002:1", "2003:1"]);
    assert_eq!(count(&marked, "shoes"), ["2001:0", "2002:0", "2003:1"]);
    place.write("exclude", "0123456789abcdef\n");
    trend(&place, &[&all[..], &["--exclude", "exclude"]].concat()).exit(0).warns("0123456789abcdef");
}

#[test]
fn companies_and_groups_of_a_file_or_of_the_settings() {
    let (place, world) = archives(5);
    let base = ["\"alpha clause\"", "--format", "csv"];
    let of = |args: &[&str]| trend(&place, &[&base[..], args].concat());
    let asked = |companies: &[&str]| -> Vec<(String, String)> {
        let mut some = World { texts: world.texts.clone(), shots: world.shots.clone() };
        // Others are as if their company were unknown.
        some.texts.iter_mut().filter(|text| !companies.contains(&text.company)).for_each(|text| text.company = "");
        let ask = Ask {
            count: "companies",
            rule: "end",
            by: "year",
            carry: BTreeMap::new(),
            lang: Some("en"),
            suspect: false,
            days: None,
            panel: None,
            queries: vec![Query { name: "alpha", ..Query::default() }],
        };
        some.rows(&ask).into_iter().map(|row| (row[2].clone(), row[3].clone())).collect()
    };
    let numbers = |run: &Run, group: Option<&str>| -> Vec<(String, String)> {
        let rows = run.csv();
        let of_group = rows[1..].iter().filter(|row| group.is_none_or(|group| row[10] == group));
        of_group.map(|row| (row[2].clone(), row[3].clone())).collect()
    };
    place.write("names", "Bolt\ncask\nNowhere Ltd\n");
    let run = of(&["--companies", "names"]).exit(0).warns("Nowhere Ltd");
    assert_eq!(run.csv()[0].join(","), HEADER);
    let in_file = numbers(&run, None);
    let all = asked(&["bolt", "cask"]);
    let offset = all.len() - in_file.len();
    assert_eq!(in_file, all[offset..], "periods are those of the companies");
    place.write("groups.csv", "company,group\ncask,Wet\ndome,Dry\nbolt,Dry\nnowhere,Lost\nacme,\n");
    let run = of(&["--companies", "groups.csv", "--by-group"]).exit(0).warns("Lost");
    assert_eq!(run.csv()[0].join(","), format!("{HEADER},group"));
    assert_eq!(numbers(&run, Some("Wet")), asked(&["cask"]));
    assert_eq!(numbers(&run, Some("Dry")), asked(&["bolt", "dome"]));
    assert!(numbers(&run, Some("Lost")).iter().all(|row| row.1 == "0"));
    let run = of(&["--by-group"]).exit(0).warns("Nobodies");
    assert_eq!(numbers(&run, Some("Liquids")), asked(&["cask", "acme"]));
    assert_eq!(numbers(&run, Some("Houses")), asked(&["dome"]));
    let bare = Place::with(&[("acme/2001-01-01.md", "Alpha.")]);
    bare.index(&[]).exit(0);
    trend(&bare, &["alpha", "--by-group"]).exit(2).warns("[groups]");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_hint() {
    let place = Place::with(&[("acme/2001-01-01.md", "Alpha.")]);
    place.index(&[]).exit(0);
    let refused: [(&[&str], &str); 14] = [
        (&[], "no query"),
        (&["alpha asof:2001"], "asof:"),
        (&["alpha OR (beta asof:2001)"], "asof:"),
        (&["alpha", "--count", "snapshots", "--match", "end"], "--match"),
        (&["alpha", "--count", "snapshots", "--match", "all"], "--match"),
        (&["alpha", "--count", "snapshots", "--carry", "18m"], "--carry"),
        (&["alpha", "--count", "snapshots", "--carry", "archive=none"], "--carry"),
        (&["alpha", "--count", "snapshots", "--panel", "2001..2002"], "--panel"),
        (&["alpha", "--panel", "2001"], "FROM..TO"),
        (&["alpha", "--panel", "2002..2001"], "before"),
        (&["alpha", "--panel", "2001-05..2002-12"], "cuts"),
        (&["alpha", "--panel", "x..2002"], "no periods"),
        (&["alpha", "--companies", "nowhere.txt"], "nowhere.txt"),
        (&["alpha", "--carry", "other=none"], "other"),
    ];
    for (args, why) in refused {
        let run = trend(&place, args).exit(2).warns(why);
        assert!(run.stdout.is_empty(), "{args:?}");
    }
    trend(&place, &["alpha", "--count", "snapshots", "--match", "any", "--carry", "none", "--lang", "any"]).exit(0);
    trend(&place, &["alpha", "--panel", "2001-Q1..2001-Q2", "--by", "half", "--lang", "any"])
        .exit(0)
        .says("1 company is observed");
    trend(&place, &["stands nowhere", "--lang", "any"]).exit(1);
}

#[test]
fn the_text_says_what_was_counted_and_how() {
    let (place, _) = archives(5);
    let run = trend(&place, &["\"alpha clause\"", "beta"]).exit(0);
    let run =
        run.says("companies by year").says("Match end").says("Language: en, the commonest").says("Carry: 18m").says("Left out: ");
    assert_eq!(run.text().matches("period  ").count(), 2);
    trend(&place, &["beta", "--count", "snapshots"]).exit(0).says("captures and recorded changes");
    trend(&place, &["beta", "--count", "snapshots", "--company", "dome"]).exit(0).says("· recorded changes by year");
    trend(&place, &["beta", "--count", "snapshots", "--company", "bolt"]).exit(0).says("· snapshots by year");
    trend(&place, &["beta", "--panel", "2003..2004", "--lang", "any"])
        .exit(0)
        .says("observed in every period")
        .says("Language: any.");
}

#[test]
fn the_formats_say_the_same() {
    let (place, _) = archives(5);
    let ask = |format: &str, more: &[&str]| trend(&place, &[&["\"alpha clause\"", "--format", format], more].concat()).exit(0);
    for more in [&[][..], &["--count", "snapshots"]] {
        let (table, answer, lines) = (ask("csv", more).csv(), ask("json", more).json(), ask("jsonl", more).json_lines());
        let points = answer["series"][0]["points"].as_array().unwrap();
        assert_eq!((table.len() - 1, lines.len()), (points.len(), points.len()));
        for ((row, point), line) in table[1..].iter().zip(points).zip(&lines) {
            assert_eq!((&line["query"], &line["schema"]), (&Value::from("\"alpha clause\""), &Value::from(1)));
            assert_eq!(line["fingerprint"], answer["fingerprint"]);
            for (column, name) in HEADER.split(',').enumerate().skip(1) {
                assert_eq!(line[name], point[name]);
                let text = match &point[name] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    Value::Number(share) if name == "share" => format!("{:.4}", share.as_f64().unwrap()),
                    other => other.to_string(),
                };
                assert_eq!(row[column], text, "{name}");
            }
        }
    }
}

#[test]
fn a_batch_becomes_one_table_with_a_manifest() {
    let (place, _) = archives(5);
    let lines = "a\t\"alpha clause\"\nb\tbeta AND\n{\"id\":\"c\",\"query\":\"beta\",\"company\":\"cask\"}\nzero\t\"stands nowhere\"\nbeta\n{\"query\":\"beta\",\"as_of\":\"2003\"}\n";
    place.write("queries.txt", lines);
    let batch = |args: &[&str]| place.run(&[&["batch", "queries.txt", "--index", INDEX, "--trend"], args].concat());
    let run = batch(&["--by", "half", "--manifest", "manifest.json"]).exit(2).warns("query b").warns("as_of");
    assert!(run.text().starts_with(HEADER));
    let table = run.csv();
    let same = place.run(&["trend", "--file", "queries.txt", "--by", "half", "--format", "csv", "--index", INDEX]).exit(2);
    assert_eq!(same.csv(), table);
    let names: Vec<&str> = table[1..].chunk_by(|a, b| a[0] == b[0]).map(|rows| rows[0][0].as_str()).collect();
    assert_eq!(names, ["a", "c", "zero", "beta"]);
    let of = |name: &str| table[1..].iter().filter(|row| row[0] == name).collect::<Vec<_>>();
    assert!(names.iter().all(|name| of(name).len() == of("a").len()), "the periods are the same");
    assert!(of("zero").iter().all(|row| row[2] == "0"));
    let manifest: Value = serde_json::from_slice(&std::fs::read(place.path("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["schema"], &manifest["command"]), (&Value::from(1), &Value::from("trend")));
    assert_eq!((&manifest["queries"], &manifest["failed"]), (&Value::from(4), &Value::from(2)));
    assert_eq!((&manifest["rows"], &manifest["default_lang"]), (&Value::from(table.len() - 1), &Value::from("en")));
    assert_eq!(manifest["options"]["by"], "half");
    assert_eq!(manifest["sources"].as_array().unwrap().len(), 2);
    let answers = batch(&["--by", "half", "--format", "jsonl"]).exit(2).json_lines();
    assert_eq!(manifest["fingerprint"], answers[0]["fingerprint"]);
    assert_eq!(answers.iter().filter(|line| line["error"].is_string()).count(), 2);
    assert_eq!(answers.len(), table.len() - 1 + 2);
    // The number of threads changes nothing.
    assert_eq!(batch(&["--by", "half", "--threads", "1"]).stdout, batch(&["--by", "half", "--threads", "3"]).stdout);
    place.run(&["batch", "queries.txt", "--index", INDEX, "--by", "half"]).exit(2).warns("--trend");
    place.run(&["batch", "queries.txt", "--index", INDEX, "--manifest", "m"]).exit(2).warns("--trend");
}

#[test]
fn what_dates_and_archives_leave_open_is_told() {
    let place = Place::with(&[
        ("acme/2010.md", &format!("{ENGLISH} alpha clause")),
        ("acme/2012-03-05.md", &format!("{ENGLISH} alpha clause")),
        ("bolt/2010-09-03.md", &format!("{ENGLISH} alpha clause")),
    ]);
    place.index(&[]).exit(0);
    let trend = |options: &[&str]| place.run(&[&["trend", "\"alpha clause\"", "--index", INDEX], options].concat()).exit(0);
    let by_year = trend(&[]).text();
    assert!(by_year.contains("The last capture of the archive is of 2012-03-05: 2012 is counted to that day."), "{by_year}");
    assert!(!by_year.contains("dated only"), "{by_year}");
    let by_month = trend(&["--by", "month"]).text();
    assert!(by_month.contains("1 snapshot is dated only to the year"), "{by_month}");
    let json = trend(&["--by", "month", "--format", "json"]).json();
    assert_eq!((&json["dated_to_year"], &json["last_capture"]), (&1.into(), &"2012-03-05".into()));
    // A company that is not captured any more is known as long as it is carried, whoever is asked for beside it.
    let bolt = trend(&["--company", "bolt", "--format", "csv"]).text();
    assert!(bolt.lines().nth(2).is_some_and(|row| row.contains(",2011,1,1,1.0000,1,")), "{bolt}");
}
