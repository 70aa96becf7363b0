//! Text for reading: harmless whatever the archive holds, and no wider than the terminal.

use crate::place::{INDEX, Place, corpus_place};
use fineprint::index::Index;
use fineprint::print::Look;
use fineprint::print::answer::answer;
use fineprint::search::{Folding, Request, Sort, search};
use std::sync::Arc;

/// What a page can hold to move the cursor, change colours, set the title, or turn the order of characters around.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}desrever\u{202c}\u{2066}\u{2069}\u{200f}\u{85}\u{8}\r";

fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n')
        || "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}".contains(c)
}

#[track_caller]
fn assert_harmless(text: &str) {
    let harmful: Vec<char> = text.chars().filter(|&c| is_harmful(c)).collect();
    assert!(harmful.is_empty(), "{harmful:?} in {text:?}");
}

fn hostile_place() -> Place {
    let place = Place::new();
    let page = format!("# Head{HOSTILE}ing\n\nWe never{HOSTILE} sell{HOSTILE} data.\n\n- one{HOSTILE}\n- two");
    place.archived("acme/2001-01-01.md", &page);
    let record = serde_json::json!({
        "id": HOSTILE, "company": format!("evil{HOSTILE}"), "kind": format!("Policy{HOSTILE}"), "date": "2002-01-01",
        "url": format!("https://evil.example/{HOSTILE}"), "text": format!("We sell{HOSTILE} all."),
    });
    place.archived("records.jsonl", format!("{record}\n{HOSTILE}\n"));
    if cfg!(unix) {
        place.archived("b\u{1b}[31mad/2003-01-01.md", "We sell more.");
        place.archived("b\u{1b}[31mad/2004-01-01.md", "\0\0\0");
        place.archived("b\u{1b}[31mad/README.md", "");
    }
    place
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let place = hostile_place();
    let run = place.run(&["index", "archive", "--index", INDEX]).exit(2);
    assert_harmless(&run.text());
    assert_harmless(&run.stderr);
    for args in [&["sell"][..], &["sell", "--by-year", "--unfold"], &["heading:heading*"], &["one two"], &["evil* OR sell"]] {
        let run = place.run(&[&["search", "--index", INDEX], args].concat());
        assert_harmless(&run.text());
        assert_harmless(&run.stderr);
    }
    let found = place.run(&["search", "--index", INDEX, "sell"]).exit(0);
    assert!(found.text().contains("evil"));
    let stats = place.run(&["stats", "--index", INDEX]).exit(0);
    assert_harmless(&stats.text());
    let direct = place.run(&["search", "--archive", "archive", "sell"]).exit(2);
    assert_harmless(&direct.text());
    assert_harmless(&direct.stderr);
}

#[test]
fn what_scripts_read_parses_whatever_the_text_holds() {
    let place = hostile_place();
    place.archived("acme/2005-01-01.md", "We sell \"quoted\", comma; semicolon\ttab\n\n=1+1\n\n- a\n- b \"c\"");
    place.index(&[]).exit(2);
    let json = place.found(&["since:1990"]);
    let hits = json["hits"].as_array().unwrap().len();
    let rows = place.run(&["search", "--index", INDEX, "--format", "csv", "--limit", "all", "since:1990"]).exit(0).csv();
    assert_eq!(rows.len(), hits + 1);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let lines = place.run(&["search", "--index", INDEX, "--format", "jsonl", "--limit", "all", "since:1990"]);
    assert_eq!(lines.exit(0).json_lines().len(), hits);
}

#[test]
fn there_is_no_colour_in_a_pipe() {
    let place = corpus_place();
    for args in [
        &["search", "--index", "index", "\"do not sell\"", "--by-year"][..],
        &["stats", "--index", "index"],
        &["search", "--index", "index", "sell AND"],
        &["search", "--help"],
    ] {
        let run = place.run(args);
        assert!(!run.text().contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{run:?}");
    }
    // Without colour, matches are marked all the same.
    place.run(&["search", "--index", "index", "\"do not sell\""]).exit(0).says("**do not sell**");
}

#[test]
fn colour_follows_what_the_environment_says() {
    let place = corpus_place();
    let with = |name: &str| {
        let output = place.command(&["search", "--index", "index", "\"do not sell\""]).env(name, "1").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(with("CLICOLOR_FORCE").contains('\u{1b}'));
    assert!(!with("NO_COLOR").contains('\u{1b}'));
}

/// The text of an answer at some width.
fn shown(index: &Arc<Index>, query: &str, width: usize, colour: bool) -> String {
    let request = Request {
        query: fineprint::query::parse(query).unwrap().query,
        text: query.to_owned(),
        sort: Sort::Relevance,
        limit: Some(30),
        offset: 0,
        per_company: None,
        folding: Folding::Clauses,
        by_year: true,
        appearing: None,
        observing: Default::default(),
    };
    let found = search(index, &request).unwrap();
    let mut out = Vec::new();
    answer(&found, &request, &[], Look { width, colour }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn lines_are_no_wider_than_the_terminal() {
    let index = Arc::new(Index::open(&corpus_place().path(INDEX)).unwrap());
    for query in ["\"do not sell\"", "information cookies", "lang:fr", "daten", "kind:terms*", "share asof:2010-05-25"] {
        for width in [40, 60, 80, 110, 200] {
            let text = shown(&index, query, width, false);
            // The line of the evidence is as long as the address in it, so that it can be copied whole.
            let is_evidence = |line: &str| {
                let first = line.trim_start().split("  ").next().unwrap_or_default();
                first == "undated"
                    || (first.len() >= 10 && first.starts_with(|c: char| c.is_ascii_digit()) && !first.contains(' '))
            };
            for line in text.lines().filter(|line| !is_evidence(line)) {
                let columns = textwrap::core::display_width(line);
                assert!(columns <= width, "{query} at {width}: {columns} columns: {line}");
            }
            let bare: String = strip_colours(&shown(&index, query, width, true)).replace("**", "");
            let words = |text: &str| text.replace("**", "").split_whitespace().collect::<String>();
            assert_eq!(words(&bare), words(&text), "{query}: colour changes nothing but colour");
        }
    }
}

fn strip_colours(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare + rest
}

#[test]
fn a_long_passage_is_shown_around_its_match() {
    let filler = "We value you and all that you do on our pages every day of the year. ".repeat(60);
    let place = Place::with(&[("acme/2001-01-01.md", &format!("{filler}Here we sell zebras to wolves. {filler}"))]);
    place.index(&[]).exit(0);
    let text = place.run(&["search", "--index", INDEX, "zebras"]).exit(0).text();
    assert!(text.contains("**zebras**") && text.contains('…'), "{text}");
    assert!(text.len() < 2_000, "{} bytes", text.len());
    assert_eq!(place.texts(&["zebras"])[0].matches("every day").count(), 120, "scripts get all of it");
}
