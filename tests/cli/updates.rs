//! An index brought up to date answers as one that is built anew, and nothing is lost on the way.

use crate::place::{ARCHIVE, Dice, INDEX, Place, corpus};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Questions of all kinds, as lines of a batch.
pub const QUESTIONS: &[&str] = &[
    r#"{"query":"sell"}"#,
    r#"{"query":"sell data partners"}"#,
    r#"{"query":"\"do not sell\""}"#,
    r#"{"query":"\"do not sell\"","unfold":true,"limit":"all"}"#,
    r#"{"query":"\"do not sell\" NOT WITHIN \"do not sell my\"","limit":"all"}"#,
    r#"{"query":"\"legitimate (business)? (interest|interests)\"","by_year":true}"#,
    r#"{"query":"\"share partners\"~8","limit":"all"}"#,
    r#"{"query":"pseudonym* OR anonym*","limit":"all"}"#,
    r#"{"query":"+share -sell","limit":25,"offset":5}"#,
    r#"{"query":"information","sort":"first-seen","limit":"all"}"#,
    r#"{"query":"information","sort":"last-seen","limit":"all"}"#,
    r#"{"query":"information","sort":"company","limit":"all"}"#,
    r#"{"query":"information","sort":"first-seen","unfold":true,"limit":60}"#,
    r#"{"query":"information","per_company":2,"limit":"all"}"#,
    r#"{"query":"share","as_of":"2010-05-25","limit":"all"}"#,
    r#"{"query":"share","as_of":"2022-01-01","carry":"90d","limit":"all"}"#,
    r#"{"query":"share","as_of":"2022-01-01","carry":"unlimited","unfold":true}"#,
    r#"{"query":"address","as_of":"2003-06-01","limit":"all"}"#,
    r#"{"query":"asof:2012-01-01 OR asof:2020-01-01","limit":200}"#,
    r#"{"company":"steptide","since":"2020","until":"2022-06","limit":"all"}"#,
    r#"{"company":"shop","until":"2003","limit":"all","by_year":true}"#,
    r#"{"query":"personal","years":"2005..2010","by_year":true}"#,
    r#"{"query":"personal NOT year:2019","by_year":true}"#,
    r#"{"query":"(personal OR address) AND (year:2004 OR year:2020)","by_year":true}"#,
    r#"{"query":"heading:security","limit":"all"}"#,
    r#"{"query":"heading:\"information we collect\" until:2012","unfold":true,"limit":"all"}"#,
    r#"{"query":"lang:fr","limit":"all"}"#,
    r#"{"query":"daten","lang":"de","by_year":true}"#,
    r#"{"query":"\"privacy shield\"","by_year":true,"limit":0}"#,
    r#"{"query":"kind:terms* arbitration","limit":"all"}"#,
    r#"{"query":"company:(flitterlark OR pebblecount) sell","unfold":true,"limit":"all"}"#,
    r#"{"query":"cookies privacy security children address","limit":"all"}"#,
    r#"{"query":"\"no such words anywhere\""}"#,
];

/// The answers of an index to all questions, but for what names the index.
fn answers(place: &Place, index: &str) -> Vec<String> {
    let run = place.feed(QUESTIONS.join("\n"), &["batch", "-", "--index", index]).exit(0);
    let answers: Vec<String> = run
        .text()
        .lines()
        .map(|line| {
            let (before, rest) = line.split_once("\"fingerprint\":\"").unwrap();
            let (_, after) = rest.split_once('"').unwrap();
            format!("{before}{after}")
        })
        .collect();
    assert_eq!(answers.len(), QUESTIONS.len());
    answers
}

/// Two indexes of the place answer all questions alike.
#[track_caller]
pub fn assert_same_answers(place: &Place, index: &str, other: &str) {
    for ((question, one), two) in QUESTIONS.iter().zip(answers(place, index)).zip(answers(place, other)) {
        assert!(one == two, "{question}: {index} and {other} differ\n{}", first_difference(&one, &two));
    }
}

fn first_difference(one: &str, two: &str) -> String {
    let same = one.chars().zip(two.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(150)).take(300).collect::<String>();
    format!("{}\n---\n{}", around(one), around(two))
}

/// All files below a folder, as paths relative to it.
pub fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            found.push(entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

/// Builds an index of the place's archive anew.
fn build(place: &Place, index: &str) -> Value {
    let run = place.run(&["index", ARCHIVE, "--index", index, "--format", "json"]);
    assert!(matches!(run.status, 0 | 2), "{run:?}");
    run.json()
}

/// What a summary says of the contents: all but the update, the index itself, and when that was.
pub fn contents(mut summary: Value) -> Value {
    let fields = summary.as_object_mut().unwrap();
    for name in ["update", "index_bytes", "fingerprint"] {
        fields.remove(name);
    }
    for source in fields["sources"].as_array_mut().unwrap() {
        source.as_object_mut().unwrap().remove("updated");
    }
    summary
}

pub fn copy_corpus(place: &Place) {
    for path in files(&corpus()) {
        place.archived(&path, fs::read(corpus().join(&path)).unwrap());
    }
}

/// A policy of some years, a paragraph more in each.
pub fn policy(years: usize) -> String {
    let paragraphs = [
        "We collect your name and your postal address when you order something from us.",
        "We may share your address with companies that deliver our parcels to you.",
        "Our pages set a cookie that remembers what is in your basket.",
        "You can ask us at any time what we know about you, and have it corrected.",
        "We keep invoices for ten years because the law of this country asks us to do so.",
    ];
    paragraphs[..years].join("\n\n")
}

fn shop() -> Place {
    let place = Place::new();
    for (year, paragraphs) in [(2001, 1), (2002, 2), (2003, 3), (2004, 4)] {
        place.archived(format!("shop/{year}-03-01.md"), policy(paragraphs));
        place.archived(format!("bank/{year}-05-01.md"), format!("The bank speaks.\n\n{}", policy(paragraphs)));
    }
    place
}

#[test]
fn what_is_unchanged_is_not_read_again() {
    let place = Place::new();
    copy_corpus(&place);
    let first = place.index(&[]).exit(0).json();
    assert_eq!(first["update"]["files_unchanged"], 0);
    let before = answers(&place, INDEX);
    let generation = files(&place.path(INDEX));
    let second = place.index(&[]).exit(0).json();
    let update = &second["update"];
    for name in ["files_read", "bytes_read", "documents_changed", "documents_removed"] {
        assert_eq!(update[name], 0, "{name}");
    }
    let texts = files(&corpus()).len() as u64;
    assert_eq!(update["files_unchanged"], texts);
    assert_eq!(files(&place.path(INDEX)), generation, "an update of nothing writes nothing");
    assert_eq!((&first["fingerprint"], contents(first.clone())), (&second["fingerprint"], contents(second.clone())));
    assert_eq!(answers(&place, INDEX), before);
    place.run(&["index", ARCHIVE, "--index", INDEX]).exit(0).says("unchanged and not read again");
}

#[test]
fn an_index_grown_in_steps_answers_as_one_built_at_once() {
    let place = Place::new();
    let mut dice = Dice(2026);
    let mut paths = files(&corpus());
    dice.shuffle(&mut paths);
    let records = fs::read_to_string(corpus().join("records.jsonl")).unwrap();
    let lines: Vec<&str> = records.lines().collect();
    let steps = paths.len().div_ceil(5);
    for (step, chunk) in paths.chunks(steps).enumerate() {
        for path in chunk.iter().filter(|path| *path != "records.jsonl") {
            place.archived(path, fs::read(corpus().join(path)).unwrap());
        }
        // A file of records grows by lines.
        place.archived("records.jsonl", lines[..(step + 1) * lines.len() / 5].join("\n"));
        let threads = if step % 2 == 0 { "1" } else { "2" };
        place.index(&["--threads", threads]).exit(0);
    }
    let grown = place.index(&[]).exit(0).json();
    assert_eq!(grown["update"]["files_read"], 0);
    let whole = build(&place, "whole");
    assert_eq!(contents(grown), contents(whole));
    assert_same_answers(&place, INDEX, "whole");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let place = Place::new();
    copy_corpus(&place);
    for threads in ["1", "2", "8"] {
        let run = place.run(&["index", ARCHIVE, "--index", threads, "--threads", threads, "--format", "json"]);
        run.exit(0);
    }
    assert_same_answers(&place, "1", "2");
    assert_same_answers(&place, "1", "8");
}

#[test]
fn what_vanished_is_kept_and_told_until_it_is_pruned() {
    let place = shop();
    place.index(&[]).exit(0);
    build(&place, "before");
    place.unarchive("shop/2002-03-01.md").unarchive("shop/2004-03-01.md");
    let kept = place.index(&[]).exit(0).json();
    assert_eq!(kept["vanished"], serde_json::json!(["shop/2002-03-01.md", "shop/2004-03-01.md"]));
    assert_eq!(kept["snapshots"], 8);
    assert_same_answers(&place, INDEX, "before");
    // It is still told, and still kept, when something else changes and when nothing does.
    place.archived("shop/2005-03-01.md", policy(5));
    for _ in 0..2 {
        let kept = place.index(&[]).exit(0).json();
        assert_eq!(kept["vanished"].as_array().unwrap().len(), 2);
        assert_eq!(kept["snapshots"], 9);
    }
    place.run(&["index", ARCHIVE, "--index", INDEX]).exit(0).says("no longer in the archive");
    let pruned = place.index(&["--prune"]).exit(0).json();
    assert_eq!((&pruned["vanished"], &pruned["snapshots"]), (&Value::Array(Vec::new()), &Value::from(7)));
    build(&place, "after");
    assert_same_answers(&place, INDEX, "after");
}

#[test]
fn a_document_that_vanished_wholly_is_kept_and_pruned() {
    let place = shop();
    place.index(&[]).exit(0);
    fs::remove_dir_all(place.path("archive/bank")).unwrap();
    for _ in 0..2 {
        let kept = place.index(&[]).exit(0).json();
        assert_eq!((&kept["documents"], &kept["snapshots"]), (&Value::from(2), &Value::from(8)));
        assert_eq!(kept["vanished"].as_array().unwrap().len(), 4);
    }
    assert_eq!(place.found(&["bank"])["totals"]["snapshots"], 4);
    let pruned = place.index(&["--prune"]).exit(0).json();
    assert_eq!((&pruned["documents"], &pruned["snapshots"]), (&Value::from(1), &Value::from(4)));
    build(&place, "after");
    assert_same_answers(&place, INDEX, "after");
}

#[test]
fn what_vanished_and_came_back_is_not_told_any_more() {
    let place = shop();
    place.index(&[]).exit(0);
    build(&place, "whole");
    place.unarchive("shop/2002-03-01.md").index(&[]).exit(0);
    place.archived("shop/2002-03-01.md", policy(2));
    let back = place.index(&[]).exit(0).json();
    assert_eq!((&back["vanished"], &back["snapshots"]), (&Value::Array(Vec::new()), &Value::from(8)));
    assert_same_answers(&place, INDEX, "whole");
}

#[test]
fn a_snapshot_that_only_moved_did_not_vanish() {
    let place = shop();
    let record = |year: u32, text: &str| {
        format!("{{\"company\":\"paper\",\"kind\":\"Privacy Policy\",\"date\":\"{year}-01-01\",\"text\":\"{text}\"}}\n")
    };
    place.archived("records.jsonl", record(2002, "We print what we know."));
    place.index(&[]).exit(0);
    // A record is pushed down by one before it, and a file takes another name.
    place.archived("records.jsonl", record(2001, "We print what others know.") + &record(2002, "We print what we know."));
    fs::rename(place.path("archive/shop/2001-03-01.md"), place.path("archive/shop/2001-03-01.txt")).unwrap();
    let moved = place.index(&[]).exit(0).json();
    assert_eq!(moved["snapshots"], 10);
    build(&place, "whole");
    assert_same_answers(&place, INDEX, "whole");
    assert_eq!(moved["vanished"], Value::Array(Vec::new()), "both snapshots are still in the archive");
}

#[test]
fn a_file_changed_in_place_is_read_again() {
    let place = shop();
    place.index(&[]).exit(0);
    place.archived("shop/2003-03-01.md", "We collect nothing at all from now on.");
    let changed = place.index(&[]).exit(0).json();
    assert_eq!((&changed["update"]["files_read"], &changed["snapshots"]), (&Value::from(1), &Value::from(8)));
    let answer = place.found(&["\"nothing at all\""]);
    assert_eq!(answer["hits"][0]["first_seen"], "2003-03-01");
    assert_eq!(place.found(&["cookie", "--company", "shop"])["totals"]["snapshots"], 1);
    build(&place, "whole");
    assert_same_answers(&place, INDEX, "whole");
}

#[test]
fn a_damaged_file_is_told_at_each_update_and_read_when_it_is_repaired() {
    let place = shop();
    let page = |text: &str| format!("{}<p>{text}</p>", "<div>".repeat(5_000));
    place.archived("shop/2005-03-01.html", page("We sell."));
    place.archived("shop/2006-03-01.md", b"\x1f\x8b\x08\x00\x00".as_slice());
    for files_read in [9, 0] {
        let run = place.index(&[]).exit(2);
        let damaged = run.json()["damaged"].clone();
        let paths: Vec<&str> = damaged.as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["shop/2005-03-01.html", "shop/2006-03-01.md"]);
        assert_eq!(run.json()["snapshots"], 8);
        assert!(run.json()["update"]["files_read"].as_u64().unwrap() <= files_read);
    }
    place.archived("shop/2005-03-01.html", format!("<p>{}</p>", policy(1)));
    place.archived("shop/2006-03-01.md", policy(5));
    let repaired = place.index(&[]).exit(0).json();
    assert_eq!((&repaired["damaged"], &repaired["snapshots"]), (&Value::Array(Vec::new()), &Value::from(10)));
    build(&place, "whole");
    assert_same_answers(&place, INDEX, "whole");
}

#[test]
fn a_file_damaged_after_it_was_read_keeps_its_snapshot() {
    let place = shop();
    place.index(&[]).exit(0);
    build(&place, "before");
    let deep = "<div>".repeat(5_000);
    place.archived("shop/2003-03-01.md", [0u8, 1, 2, 3]);
    for options in [&[][..], &["--prune"], &[]] {
        let damaged = place.index(options).exit(2).json();
        assert_eq!(damaged["damaged"][0]["path"], "shop/2003-03-01.md");
        assert_eq!((&damaged["vanished"], &damaged["snapshots"]), (&Value::Array(Vec::new()), &Value::from(8)));
        assert_same_answers(&place, INDEX, "before");
    }
    // Now it is gone indeed.
    place.unarchive("shop/2003-03-01.md");
    let gone = place.index(&[]).exit(0).json();
    assert_eq!((&gone["vanished"][0], &gone["snapshots"]), (&Value::from("shop/2003-03-01.md"), &Value::from(8)));
    assert_eq!(place.index(&["--prune"]).exit(0).json()["snapshots"], 7);
    // One that is found out only when it is read whole, with other changes of the document after it.
    let place = Place::new();
    place.archived("shop/2003-03-01.html", format!("<p>{}</p>", policy(1)));
    place.index(&[]).exit(0);
    place.archived("shop/2003-03-01.html", &deep);
    place.index(&[]).exit(2);
    place.archived("shop/2004-03-01.html", format!("<p>{}</p>", policy(2)));
    let later = place.index(&[]).exit(2).json();
    assert_eq!(later["snapshots"], 2);
    assert_eq!(later["vanished"], Value::Array(Vec::new()), "the file is damaged, not gone");
    let pruned = place.index(&["--prune"]).exit(2).json();
    assert_eq!(pruned["snapshots"], 2, "what is still in the archive is not pruned");
}

#[test]
fn what_may_stand_in_what_is_damaged_is_kept_and_told() {
    let place = Place::new();
    let record = |year: usize| format!("{{\"company\":\"Acme\",\"date\":\"{year}\",\"text\":\"We keep it {year} days.\"}}\n");
    let written = |years: &[usize]| years.iter().map(|year| record(*year)).collect::<String>();
    place.archived("records.jsonl", written(&[2001, 2002, 2003]));
    place.index(&[]).exit(0);
    place.archived("records.jsonl", written(&[2001]) + "{\n");
    let summary = place.index(&["--prune"]).exit(2).json();
    assert_eq!((&summary["snapshots"], &summary["vanished"]), (&Value::from(3), &Value::Array(vec![])));
    assert_eq!(summary["unreadable"].as_array().unwrap().len(), 2);
    // A date that cannot be read loses no text.
    let undated = "{\"company\":\"Acme\",\"date\":\"someday\",\"text\":\"We do.\"}\n";
    place.archived("records.jsonl", written(&[2001]) + undated);
    let summary = place.index(&["--prune"]).exit(2).json();
    assert_eq!((&summary["snapshots"], &summary["unreadable"]), (&Value::from(1), &Value::Array(vec![])));
}

#[test]
fn a_second_source_changes_nothing_about_the_first() {
    let place = Place::new();
    copy_corpus(&place);
    place.index(&[]).exit(0);
    let questions: &[&[&str]] = &[
        &["sell", "--company", "lanternpost", "--by-year"],
        &["\"personal information\"", "--company", "steptide", "--unfold", "--by-year"],
        &["share", "--company", "oddlot bazaar", "--as-of", "2022-01-01"],
    ];
    let ask = || -> Vec<Value> {
        let answer = |question: &&[&str]| {
            let mut answer = place.found(question);
            answer.as_object_mut().unwrap().remove("fingerprint");
            // How rare a word is in the whole index moves scores; what is found and said of it stays.
            let hits = answer["hits"].as_array_mut().unwrap();
            for hit in hits.iter_mut() {
                hit.as_object_mut().unwrap().remove("score");
                hit.as_object_mut().unwrap().remove("rank");
            }
            hits.sort_by_key(|hit| hit["id"].as_str().unwrap().to_owned());
            answer
        };
        questions.iter().map(answer).collect()
    };
    let before = ask();
    for year in 2001..2026 {
        place.write(format!("other/elsewhere/{year}-01-01.md"), "Elsewhere we sell and share personal information.");
    }
    let both = place.run(&["index", "other", "--index", INDEX, "--format", "json"]).exit(0).json();
    assert_eq!(both["sources"].as_array().unwrap().len(), 2);
    assert_eq!(both["update"]["documents_changed"], 1);
    assert_eq!(ask(), before);
    // And updating the first leaves the second.
    let again = place.index(&["--prune"]).exit(0).json();
    assert_eq!((&again["sources"][1]["snapshots"], &again["update"]["files_read"]), (&Value::from(25), &Value::from(0)));
}

#[test]
fn other_settings_make_the_source_anew() {
    let place = shop();
    place.index(&[]).exit(0);
    build(&place, "without");
    place.archived("fineprint.toml", "[companies]\n\"Holding\" = [\"shop\", \"bank\"]\n");
    let with = place.index(&[]).exit(0).json();
    assert_eq!((&with["companies"], &with["documents"]), (&Value::from(1), &Value::from(2)));
    assert_eq!(with["update"]["files_read"], 8);
    build(&place, "with");
    assert_same_answers(&place, INDEX, "with");
    let answer = place.found(&["address", "--company", "holding"]);
    assert_eq!(answer["totals"]["companies"], 1);
    place.unarchive("fineprint.toml");
    let without = place.index(&[]).exit(0).json();
    assert_eq!((&without["companies"], &without["documents"]), (&Value::from(2), &Value::from(2)));
    assert_same_answers(&place, INDEX, "without");
}

#[test]
fn what_vanished_is_kept_when_the_settings_change() {
    let place = Place::new();
    place.archived("acme/2001-01-01.md", "We never sell anything to anybody at all.\n");
    place.archived("acme/2002-01-01.md", "We sell everything to everybody we know.\n");
    place.index(&[]).exit(0);
    place.unarchive("acme/2001-01-01.md");
    place.index(&[]).exit(0);
    place.archived("fineprint.toml", "[companies]\n\"Acme Corp\" = [\"acme\"]\n");
    let stats = place.index(&[]).exit(0).json();
    assert_eq!((&stats["snapshots"], &stats["vanished"]), (&Value::from(2), &Value::from(vec!["acme/2001-01-01.md"])));
    let answer = place.found(&["\"never sell anything\""]);
    assert_eq!((&answer["hits"][0]["company"], &answer["totals"]["documents"]), (&Value::from("Acme Corp"), &Value::from(1)));
}

#[test]
fn an_index_inside_its_archive_is_left_out() {
    let place = Place::new();
    place.archived("acme/2001-01-01.md", "We never sell anything to anybody at all.\n");
    for read in [1, 0] {
        let stats = place.run(&["index", "archive", "--index", "archive/idx", "--format", "json"]).exit(0).json();
        assert_eq!(stats["update"]["files_read"], read);
        assert_eq!(stats["skipped"][0]["reason"], "an index of fineprint");
    }
}

#[test]
fn what_an_update_that_was_killed_left_behind_harms_nothing() {
    let place = shop();
    place.index(&[]).exit(0);
    let before = answers(&place, INDEX);
    let next = 2;
    for (name, bytes) in [("documents", "half a record"), ("catalog", ""), ("files", "(\u{b5}/")] {
        place.write(format!("{INDEX}/{name}.{next}"), bytes);
        place.write(format!("{INDEX}/{name}.77"), bytes);
    }
    assert_eq!(answers(&place, INDEX), before);
    place.index(&[]).exit(0);
    assert_eq!(answers(&place, INDEX), before);
    place.archived("shop/2005-03-01.md", policy(5));
    place.index(&[]).exit(0);
    build(&place, "whole");
    assert_same_answers(&place, INDEX, "whole");
    let left: BTreeSet<String> = files(&place.path(INDEX)).into_iter().filter(|path| !path.contains('/')).collect();
    for path in &left {
        assert!(!path.ends_with(".77"), "{left:?}");
    }
}

#[test]
fn an_update_killed_at_any_moment_leaves_the_index_as_it_was() {
    let place = Place::new();
    let paths = files(&corpus());
    let (early, late): (Vec<&String>, Vec<&String>) = paths.iter().partition(|path| !path.starts_with("ota/"));
    for path in early {
        place.archived(path, fs::read(corpus().join(path)).unwrap());
    }
    place.index(&[]).exit(0);
    let before = answers(&place, INDEX);
    for path in late {
        place.archived(path, fs::read(corpus().join(path)).unwrap());
    }
    build(&place, "whole");
    let after = answers(&place, "whole");
    // Killed as soon as a file of the next generation is there, and then later and later.
    for waits in [0, 300, 3_000, 30_000] {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fineprint"))
            .args(["index", ARCHIVE, "--index", INDEX])
            .current_dir(place.path(""))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let next = ["documents.2", "catalog.2"].map(|name| place.path(INDEX).join(name));
        let at = if waits > 1_000 { &next[1] } else { &next[0] };
        while !at.exists() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        for _ in 0..waits {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let now = answers(&place, INDEX);
        assert!(now == before || now == after, "neither the index before nor the one after");
    }
    place.index(&[]).exit(0);
    assert_same_answers(&place, INDEX, "whole");
}

#[test]
fn only_one_update_at_a_time() {
    let place = shop();
    place.index(&[]).exit(0);
    // tantivy's lock for writers, held by someone else.
    let lock = fs::File::create(place.path(INDEX).join("terms/.tantivy-writer.lock")).unwrap();
    lock.lock().unwrap();
    place.index(&[]).exit(2).warns("another process is updating the index");
    place.search(&["address"]).exit(0);
    drop(lock);
    place.index(&[]).exit(0);
}

#[test]
fn an_archive_searched_directly_is_kept_up_to_date_in_the_cache() {
    let place = shop();
    let ask = |status: i32| place.run(&["search", "--archive", ARCHIVE, "invoices", "--format", "json"]).exit(status).json();
    ask(1);
    assert!(!files(&place.path("cache")).is_empty());
    place.archived("shop/2005-03-01.md", policy(5));
    assert_eq!(ask(0)["hits"][0]["first_seen"], "2005-03-01");
    // What lies in the cache is made again when it is spoilt.
    for path in files(&place.path("cache")).iter().filter(|path| path.contains("catalog.")) {
        place.write(format!("cache/{path}"), "spoilt");
    }
    assert_eq!(ask(0)["hits"][0]["first_seen"], "2005-03-01");
    assert!(!place.path(".fineprint").exists());
}

#[test]
fn the_index_is_the_one_named_or_the_nearest_upward() {
    let place = shop();
    place.run(&["index", ARCHIVE]).exit(0);
    assert!(place.path(".fineprint/terms").is_dir());
    place.run(&["search", "address"]).exit(0);
    fs::create_dir_all(place.path("deep/er")).unwrap();
    let below = |command: &mut assert_cmd::Command| command.current_dir(place.path("deep/er")).output().unwrap();
    assert_eq!(below(&mut place.command(&["search", "address"])).status.code(), Some(0));
    let named = below(place.command(&["search", "address"]).env("FINEPRINT_INDEX", place.path("nowhere")));
    assert_eq!(named.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&named.stderr).contains("nowhere"));
}
