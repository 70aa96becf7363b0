//! The difference of two versions, as people and programs read it.

use crate::place::{Dice, INDEX, Place, Run};
use serde_json::Value;

const OLD: &str = "# Acme Privacy\n\nWe keep your data for one year and not a day longer.\n\nCookies help us to know you.\n\n# Contact\n\nWrite to us.";
const NEW: &str = "# Acme Privacy\n\nWe keep your data for two years and not a day longer.\n\n# Contact\n\nWrite to us.\n\nCall <us> & \"them\".";

fn place() -> Place {
    let place = Place::with(&[
        ("acme/2010-03-01.md", OLD),
        ("acme/2011-03-01.md", NEW),
        ("acme/2012-03-01.md", ""),
        ("acme/2014-01-01.md", OLD),
        ("bolt/2014-06-01.md", NEW),
        ("bolt/notice/2014-06-01.md", NEW),
    ]);
    place.index(&[]).exit(0);
    place
}

fn diff(place: &Place, args: &[&str]) -> Run {
    place.run(&[&["diff", "--index", INDEX], args].concat())
}

#[test]
fn changes_are_listed_under_their_headings() {
    let place = place();
    let json = diff(&place, &["ACME", "2010", "2011-12", "--format", "json"]).exit(0).json();
    let changes: Vec<(&str, Option<&str>, Option<&str>)> = json["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["change"].as_str().unwrap(), change["before"].as_str(), change["after"].as_str()))
        .collect();
    let expected = [
        (
            "reworded",
            Some("We keep your data for one year and not a day longer."),
            Some("We keep your data for two years and not a day longer."),
        ),
        ("removed", Some("Cookies help us to know you."), None),
        ("added", None, Some("Call <us> & \"them\".")),
    ];
    assert_eq!(changes, expected);
    assert_eq!(json["changes"][0]["words"][1], serde_json::json!({"is": "removed", "text": "one year"}));
    assert_eq!(json["changes"][2]["heading"], serde_json::json!(["Contact"]));
    assert_eq!(json["totals"]["unchanged"], 3);
    let (from, to) = (&json["from"], &json["to"]);
    assert_eq!((&from["asked"], &from["age_days"], &from["snapshot"]), (&"2010-12-31".into(), &305.into(), &1.into()));
    assert_eq!((&from["before"], &from["after"]["instant"]), (&Value::Null, &"2011-03-01".into()));
    // The empty capture observes nothing.
    assert_eq!((&to["before"]["instant"], &to["after"]["instant"]), (&"2010-03-01".into(), &"2014-01-01".into()));
    assert_eq!(to["evidence"]["path"], "acme/2011-03-01.md");

    let text = diff(&place, &["acme", "2010", "2011"]).exit(0);
    text.says("Passages: 1 added, 1 removed, 1 reworded, 0 moved, 3 unchanged.")
        .says("~ We keep your data for [-one year-]{+two years+} and not a day longer.")
        .says("- acme · Policy, as of 2010-12-31")
        .says("captured 2010-03-01 (#1), 305 days before that day: carried, not observed")
        .says("capture before: none; after: 2011-03-01 (#2)");
}

#[test]
fn moments_are_days_or_numbers_and_the_last_usable_snapshot_by_default() {
    let place = place();
    let ends = |args: &[&str]| {
        let run = diff(&place, &[args, &["--format", "json"]].concat());
        assert!(run.status < 2, "{run:?}");
        let json = run.json();
        [&json["from"], &json["to"]].map(|end| end["snapshot"].as_u64().unwrap())
    };
    assert_eq!(ends(&["acme", "#2"]), [2, 4]);
    assert_eq!(ends(&["acme@#2"]), [2, 4]);
    assert_eq!(ends(&["acme@2010", "2011-03-01"]), [1, 2]);
    assert_eq!(ends(&["acme@2010", "acme@#3"]), [1, 3]);
    assert_eq!(ends(&["acme", "2012-05", "2014"]), [2, 4]);
    assert_eq!(ends(&["acme", "#1", "#4"]), [1, 4]);
    diff(&place, &["acme", "#1", "#4"]).exit(1).says("5 unchanged");
    // Two documents, of which the texts are compared.
    let two = diff(&place, &["acme@2010", "bolt/policy@2014", "--format", "json"]).exit(0).json();
    assert_eq!((&two["to"]["company"], &two["re_extractions"]), (&"bolt".into(), &Value::Null));
    assert_eq!((&two["totals"]["unchanged"], &two["totals"]["reworded"]), (&3.into(), &1.into()));
    diff(&place, &["acme@2011", "bolt/policy@#1"]).exit(1);
}

#[test]
fn each_text_is_told_as_show_tells_it() {
    let place = place();
    for moment in ["2010", "2011-03-01", "2012-05", "2014", "2014-06", "#3", "#4"] {
        let mut shown =
            place.run(&["show", "--index", INDEX, &format!("acme@{moment}"), "--cite", "--format", "json"]).exit(0).json();
        for field in ["schema", "fingerprint", "text", "passages"] {
            shown.as_object_mut().unwrap().remove(field).unwrap();
        }
        let run = diff(&place, &["acme", "#1", moment, "--cite", "--format", "json"]);
        assert_eq!(run.json()["to"], shown, "{moment}");
    }
    // A month or year in which the archive ends, ends with it.
    let json = diff(&place, &["acme", "2011", "2014", "--format", "json"]).exit(0).json();
    let to = &json["to"];
    assert_eq!((&to["asked"], &to["as_of"], &to["age_days"]), (&"2014-12-31".into(), &"2014-06-01".into(), &151.into()));
    diff(&place, &["acme", "2011", "2014"]).exit(0).says("+ acme · Policy, as of 2014-06-01, where the archive ends");
    diff(&place, &["acme", "2011", "2014-06-02"]).exit(2).warns("the last capture of the whole archive");
}

#[test]
fn what_is_not_known_is_told() {
    let place = place();
    let told = |args: &[&str], what: &str| drop(diff(&place, args).exit(2).warns(what));
    told(&["acme", "2009", "2011"], "acme: not known what stood on 2009-12-31: the first capture is later, of 2010-03-01");
    told(
        &["acme", "2013", "2014"],
        "not known what stood on 2013-12-31: the last capture before, of 2011-03-01, is 1036 days older",
    );
    told(&["acme", "2013", "2014"], "hint: --carry unlimited takes it all the same");
    told(
        &["acme", "2010", "2020"],
        "on 2020-12-31: the last capture of the whole archive is of 2014-06-01, and that of the text of 2014-01-01",
    );
    told(&["acme", "#9"], "acme: there is no snapshot #9: the document has #1 to #4");
    told(&["acme", "yesterday"], "two moments of a document are needed");
    told(&["acme", "2010", "yesterday"], "`yesterday` is no moment");
    told(&["acme"], "two moments of a document are needed");
    told(&["acne", "2010"], "no company is named \"acne\"");
    told(&["bolt", "2014"], "\"bolt\" can be 2 texts");
    told(&["acme/terms", "2010"], "acme has no text \"terms\"");
    told(&["acme", "2010", "--source", "else"], "the index has no archive \"else\"");
    diff(&place, &["acme", "2010", "2013", "--carry", "unlimited"]).exit(0);
}

/// A plain reading of a unified diff: the new text from the old one.
fn patched(old: &str, diff: &str) -> String {
    let old: Vec<&str> = old.lines().collect();
    let mut new: Vec<&str> = Vec::new();
    let mut at = 0;
    for line in diff.lines().skip(2) {
        if let Some(place) = line.strip_prefix("@@ -") {
            let (start, rest) = place.split_once([',', ' ']).unwrap();
            let is_empty = rest.starts_with("0 ");
            let start = start.parse::<usize>().unwrap() - usize::from(!is_empty);
            new.extend(&old[at..start]);
            at = start;
            continue;
        }
        let (sign, text) = line.split_at(1);
        if sign != "+" {
            assert_eq!(old[at], text);
            at += 1;
        }
        if sign != "-" {
            new.push(text);
        }
    }
    new.extend(&old[at..]);
    new.join("\n")
}

#[test]
fn a_unified_diff_makes_the_new_text_of_the_old() {
    let mut dice = Dice(4);
    let sentences: Vec<String> = (0..12).map(|n| format!("Sentence number {n} of this policy says {n} times nothing.")).collect();
    for _ in 0..4 {
        let mut text = || {
            let lines: Vec<&str> = (0..25).map(|_| &*sentences[dice.below(sentences.len())]).collect();
            lines.join("\n\n")
        };
        let (old, new) = (text(), text());
        let place = Place::with(&[("acme/2010-01-01.md", &old), ("acme/2010-02-02.md", &new)]);
        place.index(&[]).exit(0);
        let run = diff(&place, &["acme", "#1", "#2", "--format", "unified"]).exit(0);
        let unified = run.text();
        assert!(unified.starts_with("--- acme/"), "{unified}");
        assert!(unified.lines().nth(1).unwrap().ends_with("\t2010-02-02"), "{unified}");
        assert_eq!(patched(&old, &unified), new);
        // Every passage is in one change or unchanged.
        let json = diff(&place, &["acme", "#1", "#2", "--format", "json"]).json();
        let total = |names: &[&str]| names.iter().map(|name| json["totals"][name].as_u64().unwrap()).sum::<u64>();
        assert_eq!(total(&["unchanged", "added", "reworded", "moved", "technical"]), 25);
        assert_eq!(total(&["unchanged", "removed", "reworded", "moved", "technical"]), 25);
    }
}

#[test]
fn a_page_holds_both_texts_and_no_markup_of_theirs() {
    let place = place();
    let page = diff(&place, &["acme", "2010", "2011", "--format", "html"]).exit(0).text();
    assert!(page.contains("<del>one year</del><ins>two years</ins>"), "{page}");
    assert!(page.contains("<ins>Call &lt;us&gt; &amp; &quot;them&quot;.</ins>"), "{page}");
    assert!(page.contains("<del>Cookies help us to know you.</del>") && page.contains("Write to us."), "{page}");
    assert!(!page.contains("<us>") && !page.contains("<script") && !page.contains("src="), "{page}");
    assert!(page.contains("prefers-color-scheme:dark"));
}

#[test]
fn technical_numbers_are_left_out_and_counted() {
    let text = |number: &str| format!("We keep your data for one year.\n\nServed by icburule01122621217{number}");
    let place = Place::with(&[("acme/2010-01-01.md", &*text("1")), ("acme/2010-02-02.md", &*text("2"))]);
    place.index(&[]).exit(0);
    diff(&place, &["acme", "#1", "#2"]).exit(1).says("1 change of technical numbers or typography only left out: --all");
    diff(&place, &["acme", "#1", "#2", "--all"]).exit(0).says("~ Served by [-icburule011226212171-]{+icburule011226212172+}");
    diff(&place, &["acme", "#1", "#2", "--format", "unified"]).exit(0);
}
