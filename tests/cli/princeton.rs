//! The Princeton-Leuven corpus, made small: fifteen sites, sixty captures, and every trap that the real one has.

mod captures;

use super::place::{ARCHIVE, INDEX, Place, strings};
use super::repository::Repository;
use captures::{Branch, Capture, SITES, Special, captures};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Begins as the corpus does.
fn begin(place: &Place) -> Repository<'_> {
    let repository = Repository::new(place);
    repository.git(&["branch", "--quiet", "--move", "master"], "");
    repository.record("README.md", "About the corpus.\n", "2020-10-01T00:00:00+0200", "Initial commit");
    repository
}

fn record(repository: &Repository<'_>, captures: &[Capture], branch: Branch) {
    for capture in captures {
        repository.record(&capture.path(branch), capture.file(branch), &capture.clock(), &capture.message());
    }
}

/// What an index says of the snapshots on given days of given sites: for each, its evidence as far as `like` has it.
fn told(place: &Place, index: &str, captures: &[&Capture], like: &Value) -> Vec<Value> {
    let query = |capture: &&Capture| {
        json!({"query": "\"keep what you tell\"", "company": capture.site, "since": capture.day(), "until": capture.day()})
            .to_string()
    };
    let queries: Vec<String> = captures.iter().map(query).collect();
    let answers = place.feed(queries.join("\n"), &["batch", "-", "--index", index]).exit(0).json_lines();
    let evidence = |answer: &Value| {
        assert_eq!(answer["totals"]["snapshots"], 1, "{answer}");
        let found = &answer["hits"][0]["evidence"];
        like.as_object().unwrap().keys().map(|name| (name.clone(), found[name].clone())).collect()
    };
    answers.iter().map(evidence).collect()
}

#[test]
fn every_capture_has_its_own_date_site_address_and_interval() {
    let place = Place::new();
    let captures = captures();
    let repository = begin(&place);
    record(&repository, &captures, Branch::Markdown);
    repository.git(&["clone", "--quiet", "--bare", ".", "../bare.git"], "");
    let all: Vec<&Capture> = captures.iter().collect();
    let expected: Vec<Value> = captures.iter().map(Capture::evidence).collect();
    for archive in [ARCHIVE, "bare.git"] {
        let index = format!("of-{archive}");
        // Two headers are wrong, and said to be.
        let summary = place.run(&["index", archive, "--index", &index, "--format", "json"]).exit(2).json();
        let counts =
            ["companies", "documents", "snapshots", "undated", "superseded", "versions"].map(|name| summary[name].as_u64());
        assert_eq!(counts, [15, 15, 60, 0, 0, 53].map(Some));
        assert_eq!(summary["sources"][0]["recording"], "captures");
        let damaged: Vec<&str> = summary["damaged"].as_array().unwrap().iter().filter_map(|one| one["path"].as_str()).collect();
        assert_eq!(damaged, ["4/4e/4ev/4ever.example.md", "a/al/alp/alpine.test.md"]);
        assert_eq!(summary["skipped"].as_array().unwrap().len(), 1, "the README");
        for (found, expected) in told(&place, &index, &all, &expected[0]).iter().zip(&expected) {
            assert_eq!(found, expected, "{archive}");
        }
    }

    // A checkout alone holds the newest capture of each site. Of the one without header nothing tells the date.
    std::fs::remove_dir_all(place.path(ARCHIVE).join(".git")).unwrap();
    let summary = place.index(&[]).exit(0).json();
    assert_eq!(["companies", "documents", "snapshots", "undated"].map(|name| summary[name].as_u64()), [15, 15, 14, 1].map(Some));
    let mut newest: BTreeMap<&str, &Capture> = captures.iter().map(|capture| (capture.site, capture)).collect();
    assert_eq!(newest.remove("t.test").unwrap().special, Special::Bare);
    let newest: Vec<&Capture> = newest.into_values().collect();
    for (found, capture) in told(&place, INDEX, &newest, &expected[0]).iter().zip(&newest) {
        let mut expected = capture.evidence();
        // Rank and categories stand in commits only.
        expected["rank"] = Value::Null;
        expected["categories"] = json!([]);
        expected["interval"] = json!(capture.interval_of_date);
        assert_eq!(found, &expected);
    }
    let undated = &place.found(&["keep", "--company", "t.test"])["hits"][0];
    assert_eq!((&undated["evidence"]["instant"], &undated["evidence"]["interval"]), (&Value::Null, &Value::Null));
}

#[test]
fn an_index_that_grew_is_a_fresh_one() {
    let place = Place::new();
    let captures = captures();
    let repository = begin(&place);
    for part in [&captures[..25], &captures[25..26], &captures[26..]] {
        record(&repository, part, Branch::Markdown);
        place.index(&[]);
    }
    place.run(&["index", ARCHIVE, "--index", "fresh"]).exit(2);
    for query in [&["keep"][..], &["keep", "--rank", "..1000"], &["keep", "--interval", "2016_A", "--by-year"]] {
        let answer =
            |index: &str| place.run(&[&["search", "--index", index, "--format", "json", "--limit", "all"], query].concat());
        // The fingerprint is that of all that is stored.
        assert_eq!(answer(INDEX).exit(0).text(), answer("fresh").text(), "{query:?}");
    }
    assert_eq!(place.index(&[]).exit(2).json()["update"]["documents_changed"], 0);
}

/// A condition as the query language writes it, as options, and as it is meant.
type Condition = (&'static str, &'static [&'static str], fn(&Capture) -> bool);

const CONDITIONS: [Condition; 8] = [
    ("rank:..1000", &["--rank", "..1000"], |capture| capture.rank().is_some_and(|rank| rank <= 1000)),
    ("rank:1000..1001", &["--rank", "1000..1001"], |capture| matches!(capture.rank(), Some(1000 | 1001))),
    ("rank:990", &["--rank", "990"], |capture| capture.rank() == Some(990)),
    ("category:sports", &["--category", "sports"], |capture| capture.categories().contains(&"Sports")),
    ("category:(news* OR \"free software\")", &["--category", "news*", "--category", "free software"], |capture| {
        capture.categories().iter().any(|name| name.starts_with("News") || *name == "Free Software")
    }),
    ("interval:2012_A", &["--interval", "2012_A"], |capture| capture.interval == "2012_A"),
    ("interval:(2014_A OR 2019_b)", &["--interval", "2014_A", "--interval", "2019_B"], |capture| {
        ["2014_A", "2019_B"].contains(&capture.interval)
    }),
    ("category:Sports rank:..5 interval:2014_A", &["--category", "sports", "--rank", "..5", "--interval", "2014_A"], |capture| {
        capture.categories().contains(&"Sports") && capture.rank().is_some_and(|rank| rank <= 5) && capture.interval == "2014_A"
    }),
];

/// Snapshots, companies and wordings among some captures.
fn counted<'c>(captures: impl Iterator<Item = &'c Capture>) -> [usize; 3] {
    let found: Vec<&Capture> = captures.collect();
    let sites: BTreeSet<&str> = found.iter().map(|capture| capture.site).collect();
    let texts: BTreeSet<(&str, usize)> = found.iter().map(|capture| (capture.site, capture.text)).collect();
    [found.len(), sites.len(), texts.len()]
}

fn totals(answer: &Value) -> [usize; 3] {
    ["snapshots", "companies", "passages"].map(|name| answer["totals"][name].as_u64().unwrap() as usize)
}

#[test]
fn ranks_categories_and_intervals_choose_among_snapshots() {
    const KEEP: &str = "\"keep what you tell\"";
    let place = Place::new();
    let captures = captures();
    record(&begin(&place), &captures, Branch::Markdown);
    place.index(&[]).exit(2);
    for (written, options, holds) in CONDITIONS {
        let expected = counted(captures.iter().filter(|capture| holds(capture)));
        assert!(expected[0] > 0, "{written}");
        let answer = place.found(&[KEEP, written]);
        assert_eq!(totals(&answer), expected, "{written}");
        let by_options = place.found(&[&[KEEP], options].concat());
        assert_eq!((&by_options["totals"], &by_options["hits"]), (&answer["totals"], &answer["hits"]), "{written}");
        // A wording of which some snapshot satisfies a condition; of which none does.
        let wordings = |any: bool| {
            let with: BTreeSet<_> =
                captures.iter().filter(|capture| holds(capture)).map(|capture| (capture.site, capture.text)).collect();
            counted(captures.iter().filter(|capture| with.contains(&(capture.site, capture.text)) == any))
        };
        if !written.contains(' ') {
            assert_eq!(totals(&place.found(&[KEEP, "AND", &format!("({written} OR nowhere)")])), wordings(true), "{written}");
            assert_eq!(totals(&place.found(&[KEEP, &format!("NOT {written}")])), wordings(false), "{written}");
        }
    }
    let line = json!({"query": KEEP, "rank": "..1000", "category": ["news*", "sports"], "interval": "2014_A"}).to_string();
    let answers = place.feed(line, &["batch", "-", "--index", INDEX]).exit(0).json_lines();
    assert_eq!(totals(&answers[0]), [1, 1, 1]);
    place.search(&[KEEP, "rank:..1000", "--rank", "2000.."]).exit(2).warns("no rank is both");
    place.search(&[KEEP, "--interval", "2014"]).exit(2).warns("--interval: `2014` is not a half year");
    place.search(&["keep rank:top"]).exit(2).warns("keep rank:top\n       ^^^^^^^^");
}

#[test]
fn as_of_a_day_what_stands_must_satisfy_the_condition() {
    let place = Place::new();
    let captures = captures();
    record(&begin(&place), &captures, Branch::Markdown);
    place.index(&[]).exit(2);
    let mut expected = Vec::new();
    let mut queries = Vec::new();
    for day in ["2003-01-05", "2006-08-01", "2014-06-30", "2014-07-01", "2016-07-02", "2019-12-31"] {
        let date: Date = day.parse().unwrap();
        for (written, _, holds) in CONDITIONS {
            let (mut stand, mut unknown) = (BTreeSet::new(), 0);
            for (site, ..) in SITES {
                let of_site = || captures.iter().filter(|capture| capture.site == site);
                match of_site().rfind(|capture| capture.date() <= date).filter(|capture| capture.date() >= date - 18.months()) {
                    Some(capture) if holds(capture) => {
                        stand.insert(site.to_owned());
                    }
                    Some(_) => {}
                    None => unknown += usize::from(of_site().any(holds)),
                }
            }
            queries.push(
                json!({"query": format!("keep {written}"), "as_of": day, "limit": "all", "unfold": "companies"}).to_string(),
            );
            expected.push((json!({"day": day, "known": stand.len(), "unknown": unknown}), stand));
        }
    }
    let answers = place.feed(queries.join("\n"), &["batch", "-", "--index", INDEX]).exit(0).json_lines();
    for ((answer, query), (as_of, stand)) in answers.iter().zip(&queries).zip(expected) {
        assert_eq!((&answer["as_of"], strings(answer, "company").into_iter().collect()), (&as_of, stand), "{query}");
    }
}

#[test]
fn a_reader_and_a_table_show_rank_and_categories() {
    let place = Place::new();
    let captures = captures();
    let linux: Vec<Capture> =
        captures.into_iter().filter(|capture| ["linux.example", "zz-9.example"].contains(&capture.site)).collect();
    record(&begin(&place), &linux, Branch::Markdown);
    place.index(&[]).exit(0);
    let search = |args: &[&str]| place.run(&[&["search", "--index", INDEX, "keep"], args].concat()).exit(0);
    search(&["--interval", "2014_B"])
        .says("    rank 990 · Computers, Free Software · 2014_B\n    2014-07-01T00:30:00Z  https://");
    search(&["--interval", "2014_A"]).says("    Computers, Free Software · 2014_A\n");
    search(&["--rank", "1000001"]).says("    rank 1,000,001 · 2019_B\n");
    assert!(!search(&["--until", "2019-12-31", "--since", "2019-12-31"]).text().contains("2019_B"), "no more than the date says");
    let rows = search(&["--rank", "1042", "--format", "csv"]).csv();
    let cell = |name: &str| rows[1][rows[0].iter().position(|column| column == name).unwrap()].as_str();
    assert_eq!(
        [cell("rank"), cell("site_rank"), cell("categories"), cell("interval")],
        ["1", "1042", "Computers; Free Software", "2003_A"]
    );
}

#[test]
fn the_branch_of_pages_is_read_alike_and_both_are_one_index() {
    let place = Place::new();
    let captures = captures();
    let repository = begin(&place);
    record(&repository, &captures, Branch::Markdown);
    repository.git(&["checkout", "--quiet", "--orphan", "policy_html"], "");
    repository.git(&["rm", "--quiet", "-r", "--force", "."], "");
    record(&repository, &captures, Branch::Html);
    repository.git(&["checkout", "--quiet", "master"], "");
    repository.git(&["clone", "--quiet", "--bare", ".", "../bare.git"], "");
    let all: Vec<&Capture> = captures.iter().collect();
    let expected: Vec<Value> = captures.iter().map(Capture::evidence).collect();
    place.run(&["index", "bare.git@policy_html", "--index", "pages"]).exit(2);
    for (found, expected) in told(&place, "pages", &all, &expected[0]).iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    let answer = place.run(&["search", "--index", "pages", "--format", "json", "keep", "--rank", "..1000"]).exit(0).json();
    assert!(answer["hits"][0]["evidence"]["path"].as_str().unwrap().ends_with(".html"));

    let pages = format!("{ARCHIVE}@policy_html");
    let summary = place.run(&["index", ARCHIVE, &pages, "--index", INDEX, "--format", "json"]).exit(2).json();
    assert_eq!((&summary["companies"], summary["sources"].as_array().unwrap().len()), (&15.into(), 2));
    for written in ["rank:..1000", "category:sports", "interval:2014_A"] {
        let alone = place.run(&["search", "--index", "pages", "--format", "json", "keep", written]).exit(0).json();
        let both = place.found(&["keep", written]);
        assert_eq!(both["totals"]["companies"], alone["totals"]["companies"], "{written}");
    }
}
