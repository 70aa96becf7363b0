//! The options of `search`: the same as the query language says, in the order and the number asked for.

use crate::place::{Place, corpus_place, strings};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn options_and_the_query_language_say_the_same() {
    let place = corpus_place();
    let pairs: &[(&[&str], &str)] = &[
        (&["sell", "--company", "steptide"], "sell company:steptide"),
        (&["sell", "--company", "steptide", "--company", "oddlot*"], "sell company:(steptide OR oddlot*)"),
        (&["arbitration", "--kind", "terms of service"], "arbitration kind:\"terms of service\""),
        (&["sell", "--since", "2019-05", "--until", "2021"], "sell since:2019-05 until:2021"),
        (&["share", "--years", "2003..2006"], "share year:2003..2006"),
        (&["share", "--years", "2020.."], "share year:2020.."),
        (&["share", "--lang", "en", "--until", "2012"], "share lang:en until:2012"),
        (&["share", "--as-of", "2010-05-25"], "share asof:2010-05-25"),
        (&["--company", "vallonuage", "--since", "2024"], "company:vallonuage since:2024"),
        (&["do", "not", "sell", "--company", "steptide"], "do not sell company:steptide"),
    ];
    for (options, query) in pairs {
        let (one, other) = (place.found(options), place.found(&[query]));
        for part in ["totals", "hits", "as_of"] {
            assert_eq!(one[part], other[part], "{options:?}");
        }
    }
    // Where both say it, both hold.
    let narrowed = place.found(&["share since:2003", "--until", "2005"]);
    assert_eq!(narrowed["totals"], place.found(&["share since:2003 until:2005"])["totals"]);
}

#[test]
fn pages_make_the_whole() {
    let place = corpus_place();
    for order in
        [&[][..], &["--sort", "first-seen"], &["--sort", "company", "--unfold"], &["--unfold=companies"], &["--per-company", "3"]]
    {
        let whole = place.found(&[&["information data"], order].concat());
        let hits = whole["hits"].as_array().unwrap();
        let mut pages = Vec::new();
        while pages.len() < hits.len() {
            let offset = pages.len().to_string();
            let page = place.search(&[&["information data", "--limit", "17", "--offset", &offset], order].concat()).exit(0);
            let page = page.json();
            assert_eq!(page["totals"], whole["totals"]);
            let hits = page["hits"].as_array().unwrap();
            assert!(!hits.is_empty());
            pages.extend(hits.iter().cloned());
        }
        assert_eq!(&pages, hits, "{order:?}");
        let beyond = place.search(&[&["information data", "--offset", "100000"], order].concat()).exit(0).json();
        assert_eq!(beyond["hits"], Value::Array(Vec::new()));
    }
    let ten = place.search(&["information data"]).exit(0).json();
    assert_eq!(ten["hits"].as_array().unwrap().len(), 10);
    let none = place.search(&["information data", "--limit", "0"]).exit(0).json();
    assert_eq!((none["hits"].as_array().unwrap().len(), &none["totals"]), (0, &ten["totals"]));
}

#[test]
fn hits_come_in_the_order_asked_for() {
    let place = corpus_place();
    for fold in [&[][..], &["--unfold=companies"], &["--unfold"]] {
        let sorted = |order: &str| place.found(&[&["sell share", "--sort", order], fold].concat());
        let by_score = sorted("relevance");
        let scores: Vec<f64> = by_score["hits"].as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");

        let dated = |answer: &Value, field| -> Vec<String> {
            let dates = strings(answer, field);
            let undated = dates.iter().rev().take_while(|date| date.is_empty()).count();
            let dated = dates[..dates.len() - undated].to_vec();
            assert!(!dated.iter().any(String::is_empty), "undated texts come last");
            dated
        };
        let first = dated(&sorted("first-seen"), "first_seen");
        assert!(first.is_sorted(), "{first:?}");
        let last = dated(&sorted("last-seen"), "last_seen");
        assert!(last.is_sorted_by(|a, b| a >= b), "{last:?}");
        let companies = strings(&sorted("company"), "company");
        assert!(companies.is_sorted(), "{companies:?}");
        let ids = |answer: &Value| strings(answer, "id").into_iter().collect::<BTreeSet<_>>();
        if !fold.is_empty() {
            assert_eq!(ids(&sorted("company")), ids(&by_score));
        }
        assert_eq!(by_score["hits"].as_array().unwrap().len(), companies.len());
    }
}

#[test]
fn no_company_has_more_hits_than_it_may() {
    let place = corpus_place();
    let whole = place.found(&["information", "--unfold=companies"]);
    let few = place.found(&["information", "--unfold=companies", "--per-company", "2"]);
    let mut of_company: BTreeMap<String, usize> = BTreeMap::new();
    let mut expected = Vec::new();
    for (id, company) in strings(&whole, "id").into_iter().zip(strings(&whole, "company")) {
        let shown = of_company.entry(company).or_default();
        *shown += 1;
        if *shown <= 2 {
            expected.push(id);
        }
    }
    assert_eq!(strings(&few, "id"), expected);
    assert_eq!(few["totals"], whole["totals"]);
}

#[test]
fn unfolding_shows_every_wording_of_a_clause_once() {
    let wordings = [
        "We may share your personal data with our partners for marketing.",
        "We may share your personal data with our partners and affiliates for marketing.",
        "We will not share your personal data with our partners and affiliates for marketing.",
    ];
    let place = Place::new();
    for (year, wording) in (2001..).zip(wordings) {
        place.archived(format!("acme/{year}-01-01.md"), format!("# Sharing\n\n{wording}\n\nWe keep your name."));
    }
    place.index(&[]).exit(0);
    let folded = place.found(&["\"personal data\""]);
    let hits = folded["hits"].as_array().unwrap();
    assert_eq!((hits.len(), &folded["totals"]["clauses"], &folded["totals"]["passages"]), (1, &1.into(), &3.into()));
    let whole = &hits[0]["wordings"];
    assert_eq!(
        (&whole["count"], &whole["first_seen"], &whole["last_seen"]),
        (&3.into(), &"2001-01-01".into(), &"2003-01-01".into())
    );
    let unfolded = place.found(&["\"personal data\"", "--unfold", "--sort", "first-seen"]);
    assert_eq!(strings(&unfolded, "text"), wordings);
    // A word that turns the meaning is found by itself, with its own dates.
    let negated = place.found(&["\"not share\""]);
    assert_eq!(strings(&negated, "text"), [wordings[2]]);
    assert_eq!(negated["hits"][0]["first_seen"], "2003-01-01");
    assert_eq!(negated["totals"]["snapshots"], 1);
}

#[test]
fn a_heading_is_that_of_the_matching_version() {
    let passage = "We use cookies to remember what you like.";
    let page = |heading: &str| format!("# Policy\n\n## {heading}\n\n{passage}\n\n## Contact us\n\nWrite to us.\n");
    let place = Place::new();
    for (year, heading) in [(2001, "Cookies"), (2002, "Cookies"), (2003, "Advertising"), (2004, "Advertising")] {
        place.archived(format!("acme/{year}-01-01.md"), page(heading));
    }
    place.index(&[]).exit(0);
    let snapshots = |args: &[&str]| {
        let answer = place.search(args).json();
        answer["totals"]["snapshots"].as_u64().unwrap()
    };
    assert_eq!(snapshots(&["remember"]), 4);
    assert_eq!(snapshots(&["remember heading:cookies"]), 2);
    assert_eq!(snapshots(&["remember heading:advertising"]), 2);
    assert_eq!(snapshots(&["remember heading:cookies since:2002"]), 1);
    assert_eq!(snapshots(&["remember heading:cookies since:2003"]), 0);
    assert_eq!(snapshots(&["remember heading:advertising until:2002"]), 0);
    assert_eq!(snapshots(&["remember heading:advertising asof:2003-06-01"]), 1);
    assert_eq!(snapshots(&["remember heading:cookies asof:2003-06-01"]), 0);
    assert_eq!(snapshots(&["remember heading:contact"]), 0);
    assert_eq!(snapshots(&["remember heading:cookie"]), 0, "headings are matched exactly");
    let headings = |args: &[&str]| place.found(args)["hits"][0]["heading"].clone();
    assert_eq!(headings(&["remember"]), serde_json::json!(["Policy", "Cookies"]));
    assert_eq!(headings(&["remember since:2003"]), serde_json::json!(["Policy", "Advertising"]));
    assert_eq!(headings(&["remember heading:advertising"]), serde_json::json!(["Policy", "Advertising"]));
    let evidence = place.found(&["remember heading:advertising"])["hits"][0]["evidence"]["instant"].clone();
    assert_eq!(evidence, "2003-01-01");
}

#[test]
fn every_form_of_output_tells_the_same_hits() {
    let place = corpus_place();
    let query = ["\"do not sell\"", "--limit", "all"];
    let json = place.search(&query).exit(0).json();
    let other = |format: &str| place.run(&[&["search", "--index", "index", "--format", format], &query[..]].concat()).exit(0);
    assert_eq!(&other("jsonl").json_lines(), json["hits"].as_array().unwrap());
    let rows = other("csv").csv();
    let column = |name: &str| rows[0].iter().position(|column| column == name).unwrap();
    for name in ["id", "company", "kind", "text", "first_seen", "last_seen", "absent_from"] {
        let at = column(name);
        let values: Vec<String> = rows[1..].iter().map(|row| row[at].clone()).collect();
        assert_eq!(values, strings(&json, name), "{name}");
    }
    let text = other("text").text();
    for (rank, company) in (1..).zip(strings(&json, "company")) {
        assert!(text.contains(&format!("\n{rank}. {company} ")), "no hit {rank} of {company}");
    }
    let years = place.run(&["search", "--index", "index", "--format", "csv", "--by-year", "sell"]).exit(0).csv();
    assert_eq!(years[0], ["year", "snapshots", "documents", "companies"]);
    let json = place.found(&["sell", "--by-year"]);
    assert_eq!(years.len() - 1, json["years"].as_array().unwrap().len());
    for (row, year) in years[1..].iter().zip(json["years"].as_array().unwrap()) {
        let values = ["year", "snapshots", "documents", "companies"].map(|name| year[name].to_string());
        assert_eq!(row[..], values);
    }
}

#[test]
fn the_exit_status_is_that_of_grep() {
    let place = corpus_place();
    for format in ["text", "json", "jsonl", "csv"] {
        let ask = |query: &str| place.run(&["search", "--index", "index", "--format", format, query]);
        ask("sell").exit(0);
        ask("\"words that stand nowhere\"").exit(1);
        let bad = ask("sell AND").exit(2);
        assert!(bad.stdout.is_empty() && !bad.stderr.is_empty());
    }
    place.run(&["search", "--index", "index", "--no-such-option"]).exit(2);
    place.run(&["--help"]).exit(0).says("Exit status");
}

#[test]
fn whoever_has_read_enough_ends_the_run_quietly() {
    use std::process::Stdio;
    let place = corpus_place();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fineprint"))
        .args(["search", "--index", "index", "--limit", "all", "--unfold", "since:1990"])
        .current_dir(place.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn nobody_need_listen_to_what_is_said_on_standard_error() {
    let place = Place::with(&[("acme/2001-01-01.md", "We share nothing.")]);
    place.index(&[]).exit(0);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fineprint"));
    command.current_dir(place.path("")).args(["show", "--index", "index", "acme"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("We share nothing."));
}
