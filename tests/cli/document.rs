//! `history`, `show` and `--cite`: what stood of one document, which dates its texts state, and what is said where that is doubtful.

use crate::place::{INDEX, Place};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Only changes are recorded. The third text says that it holds before it was captured.
fn changes() -> Place {
    let text = |head: &str, says: &str| {
        format!("# Privacy\n\n{head}\n\nWe collect what you tell us about yourself and your friends when you join.\n\n{says}\n")
    };
    let place = Place::with(&[
        ("Acme/Privacy Policy/2018-01-10T10-00-00Z.md", &text("Last updated: January 2, 2018", "We keep it for a year.")),
        ("Acme/Privacy Policy/2018-03-10T10-00-00Z.md", &text("Effective: April 1, 2018", "We keep it for two years.")),
        ("Acme/Privacy Policy/2018-06-11T10-00-00Z.md", &text("Date of Last Revision: May 20, 2018", "We keep it for ever.")),
        ("Acme/Privacy Policy/2018-08-01T10-00-00Z.md", &text("Last updated: January 2, 2018", "We keep it for a year.")),
        ("Acme/Privacy Policy/2018-09-01T10-00-00Z.md", ""),
        ("Bolt/Privacy Policy/2019-01-01T10-00-00Z.md", "Bolt says nothing about the others in its policy.\n"),
    ]);
    place.index(&[]).exit(0);
    place
}

fn ask(place: &Place, command: &str, args: &[&str]) -> Value {
    place.run(&[&[command, "--index", INDEX, "--format", "json"], args].concat()).json()
}

#[test]
fn a_history_tells_of_every_version() {
    let place = changes();
    let history = ask(&place, "history", &["acme"]);
    let rows = history["rows"].as_array().unwrap();
    let of = |name: &str| -> Vec<Value> { rows.iter().map(|row| row[name].clone()).collect() };
    assert_eq!(of("snapshot"), [1, 2, 3, 4, 5]);
    assert_eq!(of("returns_to"), [Value::Null, Value::Null, Value::Null, 1.into(), Value::Null]);
    assert_eq!(of("mark"), [Value::Null, Value::Null, Value::Null, Value::Null, "empty".into()]);
    let stated = &rows[1]["stated_dates"][0];
    assert_eq!((&stated["role"], &stated["readings"][0]), (&"effective".into(), &"2018-04-01".into()));
    // By hand: the heading and one passage of 74 characters are common.
    let chars = |row: usize| rows[row]["chars"].as_f64().unwrap();
    let common = ("Privacy".len() + "We collect what you tell us about yourself and your friends when you join.".len()) as f64;
    let similarity = 2.0 * common / (chars(0) + chars(1));
    assert!((rows[1]["similarity"].as_f64().unwrap() - similarity).abs() < 1e-4);
    let csv = place.run(&["history", "--index", INDEX, "--format", "csv", "acme/privacy policy"]).exit(0).csv();
    assert_eq!(csv.len(), 6);
    let column = csv[0].iter().position(|name| name == "effective").unwrap();
    assert_eq!(csv[2][column], "2018-04-01");
    place.run(&["history", "--index", INDEX, "acme"]).exit(0).says("= #1").says("states effective 2018-04-01").says("empty page");
    place.run(&["history", "--index", INDEX, "acme@2018"]).exit(2);
}

#[test]
fn equal_snapshots_are_one_row_and_sudden_changes_of_size_are_told() {
    let long = "We collect what you tell us. ".repeat(20);
    let place = Place::with(&[
        ("acme/2001-01-01.md", long.as_str()),
        ("acme/2001-02-01.md", long.as_str()),
        ("acme/2001-03-01.md", "We collect what you tell us about yourself."),
        ("acme/2001-04-01.md", long.as_str()),
    ]);
    place.index(&[]).exit(0);
    let rows = |args: &[&str]| ask(&place, "history", args)["rows"].as_array().unwrap().clone();
    let runs = rows(&["acme"]);
    let of = |name: &str| -> Vec<Value> { runs.iter().map(|row| row[name].clone()).collect() };
    assert_eq!(of("snapshots"), [2, 1, 1]);
    assert_eq!(of("notice"), [Value::Null, "shrink".into(), "growth".into()]);
    assert_eq!(rows(&["acme", "--snapshots"]).len(), 4);
}

#[test]
fn a_day_is_answered_with_its_doubts() {
    let place = changes();
    let warnings = |shown: &Value| -> Vec<String> {
        shown["warnings"].as_array().unwrap().iter().map(|one| one["warning"].as_str().unwrap().to_owned()).collect()
    };
    // What stood took effect, and nothing is doubtful.
    let shown = ask(&place, "show", &["acme@2018-05-19"]);
    assert_eq!((&shown["snapshot"], &shown["age_days"]), (&2.into(), &70.into()));
    assert_eq!(warnings(&shown), [""; 0]);
    // It says that it takes effect later.
    assert_eq!(warnings(&ask(&place, "show", &["acme@2018-03-31"])), ["takes_effect_later"]);
    assert_eq!(warnings(&ask(&place, "show", &["acme@2018-04-01"])), [""; 0]);
    // The next one says that it was there by then.
    let shown = ask(&place, "show", &["acme@2018-05-20"]);
    assert_eq!(warnings(&shown), ["next_states_date"]);
    assert_eq!(shown["warnings"][0]["next"]["instant"], "2018-06-11T10:00:00Z");
    assert_eq!((&shown["before"]["snapshot"], &shown["after"]["snapshot"]), (&1.into(), &3.into()));
    let run = place.run(&["show", "--index", INDEX, "acme@2018-05-20"]).exit(0);
    run.says("two years").warns("71 days before").warns("its text may have stood already");
    // The hash is that of the text.
    let hash: String = Sha256::digest(shown["text"].as_str().unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(shown["evidence"]["sha256_text"], hash);
    // A search says the same of its hits.
    let answer = place.found(&["--as-of", "2018-05-20", "--company", "acme", "\"we keep it\""]);
    assert_eq!(answer["hits"][0]["warnings"], shown["warnings"]);
    assert!(place.found(&["--company", "acme", "\"we keep it\""])["hits"][0]["warnings"].is_null());
}

#[test]
fn a_difference_is_told_with_the_doubts_of_both_texts() {
    let place = changes();
    let args = ["diff", "--index", INDEX, "acme", "2018-03-31", "2018-05-20"];
    let told = |more: &[&str]| place.run(&[&args, more].concat()).exit(1).text();
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let json: Value = serde_json::from_str(&told(&["--format", "json"])).unwrap();
    assert_eq!(json["from"]["stated_dates"][0]["readings"], serde_json::json!(["2018-04-01"]));
    assert_eq!(json["from"]["warnings"][0]["warning"], "takes_effect_later");
    assert_eq!(json["to"]["warnings"][0]["warning"], "next_states_date");
    assert!(json["from"]["citation"].is_null());
    let cited: Value = serde_json::from_str(&told(&["--cite", "--format", "json"])).unwrap();
    assert_eq!(cited["to"]["citation"]["sha256_text"], json["to"]["evidence"]["sha256_text"]);
    for (format, quoted) in [("text", "\""), ("html", "&quot;")] {
        let text = line(&told(&["--format", format, "--cite"]));
        for words in [
            "as of 2018-03-31",
            "21 days before that day: carried, not observed",
            "71 days before that day: carried, not observed",
            "capture before: 2018-01-10T10:00:00Z (#1); after: 2018-06-11T10:00:00Z (#3)",
            &format!("states effective 2018-04-01 ({quoted}Effective: April 1, 2018{quoted})"),
            "warning: the text shown says that it takes effect later, 2018-04-01",
            "warning: the next capture, of 2018-06-11T10:00:00Z, states updated 2018-05-20",
            "cite: Acme, Privacy Policy, captured 2018-03-10T10:00:00Z",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }
}

#[test]
fn what_is_not_known_is_not_shown() {
    let place = changes();
    // The empty page is passed over.
    let shown = ask(&place, "show", &["acme@2018-10-01"]);
    assert_eq!((&shown["snapshot"], &shown["passed_over"][0]["snapshot"]), (&4.into(), &5.into()));
    assert_eq!(ask(&place, "show", &["acme@2018-10-01", "--suspect"])["snapshot"], 5);
    assert_eq!(ask(&place, "show", &["acme"])["snapshot"], 4);
    assert_eq!(ask(&place, "show", &["acme@#3"])["snapshot"], 3);
    for (document, why, options) in [
        ("acme@2018-01-09", "the first capture is later", &[][..]),
        ("acme@2019-01-02", "the last capture of the whole archive is", &[]),
        ("acme@2018-05-20", "is 71 days older", &["--carry", "30d"]),
        ("acme@#6", "there is no snapshot #6: the document has #1 to #5", &[]),
    ] {
        let run = place.run(&[&["show", "--index", INDEX, document], options].concat()).exit(1);
        assert_eq!(run.text(), "");
        run.warns(why);
    }
    place.run(&["show", "--index", INDEX, "nobody"]).exit(2).warns("no company is named");
}

#[test]
fn markdown_keeps_the_structure_of_the_text() {
    let text = "# Acme *rules*\n\nWe share:\n\n- names\n- places\n  - streets\n\n1. is no list here\\_\n\n| a | b |\n|---|---|\n| c | d |\n";
    let place = Place::with(&[("acme/2001-01-01.md", text)]);
    place.index(&[]).exit(0);
    let first = place.run(&["show", "--index", INDEX, "acme", "--format", "markdown"]).exit(0).text();
    assert!(first.starts_with("# Acme"), "{first}");
    // Read again, it is the same text.
    place.write("again/acme/2001-01-01.md", &first);
    place.run(&["index", "again", "--index", "other"]).exit(0);
    let hash = |index: &str| {
        let shown = place.run(&["show", "--index", index, "acme", "--format", "json"]).exit(0).json();
        (shown["evidence"]["sha256_text"].clone(), shown["text"].clone())
    };
    assert_eq!(hash(INDEX), hash("other"));
}

#[test]
fn a_french_document_is_shown_as_it_is() {
    let french = "Nous recueillons les données que vous nous confiez lorsque vous utilisez nos services et nos applications.";
    let english = "We collect what you tell us about yourself and your friends when you join our services, and we keep it \
                   for as long as you have an account with us, as the law of the country where you live wants us to do.";
    let german = "Wir erheben nur, was Sie uns selbst mitteilen, wenn Sie unsere Dienste nutzen, und wir bewahren es so lange auf, \
                  wie Sie ein Konto bei uns haben und das Gesetz es von uns verlangt.";
    let place = Place::with(&[
        ("Acme/Privacy/2018-01-10T10-00-00Z.md", french),
        ("Acme/Privacy/2018-02-10T10-00-00Z.md", &format!("{french} Merci de votre confiance.")),
        ("Acme/Privacy/2018-03-10T10-00-00Z.md", german),
        ("Dome/Privacy/2018-01-10T10-00-00Z.md", english),
        ("Dome/Privacy/2018-02-10T10-00-00Z.md", french),
        ("Dome/Privacy/2018-03-10T10-00-00Z.md", &format!("{french} Merci de votre confiance.")),
        ("Bolt/Privacy/2018-03-10T10-00-00Z.md", english),
        ("Bolt/Privacy/2018-04-10T10-00-00Z.md", english),
        ("Cask/Privacy/2018-03-10T10-00-00Z.md", english),
        ("Cask/Privacy/2018-04-10T10-00-00Z.md", english),
    ]);
    place.index(&[]).exit(0);
    let shown = ask(&place, "show", &["acme"]);
    assert_eq!((&shown["snapshot"], &shown["lang"], &shown["langs"][0]), (&2.into(), &"fr".into(), &"fr".into()));
    assert_eq!(shown["passed_over"][0]["lang"], "de");
    assert_eq!(ask(&place, "show", &["acme", "--lang", "any"])["snapshot"], 3);
    // Where there is a text in the language of the index, all commands answer from that.
    assert_eq!(ask(&place, "show", &["dome"])["lang"], "en");
}

#[test]
fn a_citation_names_the_snapshot_and_the_captures_beside_it() {
    let place = changes();
    let hit = &place.found(&["--cite", "--company", "acme", "\"for two years\""])["hits"][0];
    let citation = &hit["citation"];
    assert_eq!((&citation["instant"], &citation["snapshot"]), (&"2018-03-10T10:00:00Z".into(), &2.into()));
    assert_eq!((&citation["before"]["snapshot"], &citation["after"]["snapshot"]), (&1.into(), &3.into()));
    for field in ["sha256_file", "sha256_text"] {
        assert_eq!(citation[field], hit["evidence"][field]);
        assert!(citation["text"].as_str().unwrap().contains(citation[field].as_str().unwrap()));
    }
    let run = place.run(&["show", "--index", INDEX, "acme@2018-05-01", "--cite"]).exit(0);
    run.warns("cite: Acme, Privacy Policy, captured");
}

#[test]
fn facebook_on_the_days_around_the_law() {
    let archive = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/pga-v1");
    if !archive.is_dir() {
        eprintln!("skipped: there is no {}", archive.display());
        return;
    }
    let place = Place::new();
    place.run(&["index", archive.to_str().unwrap(), "--index", INDEX]).exit(0);
    for day in ["2018-05-24", "2018-05-26"] {
        let shown = ask(&place, "show", &[&format!("facebook/privacy policy@{day}")]);
        assert_eq!(shown["evidence"]["instant"], "2016-10-04");
        assert_eq!((&shown["before"]["instant"], &shown["after"]["instant"]), (&"2015-02-03".into(), &"2018-06-11".into()));
        assert_eq!(shown["warnings"][0]["warning"], "next_states_date");
        assert_eq!(shown["warnings"][0]["stated"]["readings"], serde_json::json!(["2018-04-19"]));
    }
}
