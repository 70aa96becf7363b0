//! Shards that are built apart answer as one index: merged, and read beside each other. So do other indexes that have no document in common.

use super::place::{ARCHIVE, INDEX, Place, corpus};
use super::repository::Repository;
use super::samples::sample;
use super::updates::{QUESTIONS, assert_same_answers, contents, copy_corpus};
use serde_json::Value;
use std::fs;

const SHARDS: [&str; 4] = ["shard1", "shard2", "shard3", "shard4"];

/// Indexes of an archive in four shards, each by itself.
fn build_shards(place: &Place, archives: &[&str]) {
    for (number, dir) in (1..).zip(SHARDS) {
        let run = place.run(&[&["index", "--index", dir, "--shard", &format!("{number}/4")], archives].concat());
        assert!(run.status == 0 || run.status == 2, "{run:?}");
    }
}

fn merge(place: &Place, dirs: &[&str], into: &str) -> Value {
    let run = place.run(&[&["merge", "--index", into, "--format", "json"], dirs].concat());
    assert!(run.status == 0 || run.status == 2, "{run:?}");
    run.json()
}

/// The options that name indexes.
fn named<'d>(dirs: &[&'d str]) -> Vec<&'d str> {
    dirs.iter().flat_map(|dir| ["--index", dir]).collect()
}

/// A hundred phrases, words and choices.
fn hundred() -> Vec<String> {
    let phrases = include_str!("../../benches/phrases.txt").lines().map(str::trim).filter(|line| !line.is_empty());
    let phrases: Vec<&str> = phrases.collect();
    let mut words: Vec<&str> = phrases.iter().flat_map(|phrase| phrase.split(' ')).collect();
    words.sort_unstable();
    words.dedup();
    let quoted = phrases.iter().map(|phrase| format!("\"{phrase}\""));
    let pairs = words.windows(2).map(|pair| format!("+{} -{}", pair[0], pair[1]));
    let all: Vec<String> = quoted.chain(words.iter().map(|word| (*word).to_owned())).chain(pairs).take(100).collect();
    assert_eq!(all.len(), 100);
    all
}

/// What a command writes about some indexes, which must be something.
#[track_caller]
fn said(place: &Place, input: &str, command: &[&str], dirs: &[&str]) -> String {
    let run = place.feed(input, &[command, &named(dirs)].concat());
    assert!(run.status < 2 && !run.stdout.is_empty(), "{run:?}");
    run.text()
}

/// Some indexes answer as one: queries, trends and lifetimes, byte for byte, the fingerprint too.
#[track_caller]
fn assert_answer_alike(place: &Place, dirs: &[&str], whole: &str) {
    let hundred = hundred().join("\n");
    let questions = [QUESTIONS.join("\n"), include_str!("../../benches/questions.jsonl").to_owned(), hundred.clone()].join("\n");
    for (input, command) in [
        (&questions, &["batch", "-"][..]),
        (&hundred, &["batch", "-", "--format", "csv"]),
        (&hundred, &["batch", "-", "--format", "trec"]),
        (&hundred, &["batch", "-", "--trend", "--format", "jsonl"]),
        (&hundred, &["batch", "-", "--trend", "--by", "quarter", "--count", "documents"]),
        (&hundred, &["batch", "-", "--lifetimes", "--format", "jsonl"]),
    ] {
        let (one, other) = (said(place, input, command, dirs), said(place, input, command, &[whole]));
        let differing = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert!(one == other, "{dirs:?} {command:?}: {differing:?}");
    }
}

#[test]
fn four_shards_answer_as_one_index_merged_and_beside_each_other() {
    let place = Place::new();
    let archive = corpus();
    let archive = archive.to_str().unwrap();
    let whole = place.run(&["index", archive, "--index", INDEX, "--format", "json"]).exit(0).json();
    build_shards(&place, &[archive]);
    let merged = merge(&place, &SHARDS, "merged");
    assert_answer_alike(&place, &["merged"], INDEX);
    assert_answer_alike(&place, &SHARDS, INDEX);
    assert_answer_alike(&place, &["shard4", "shard2", "shard1", "shard3"], INDEX);
    let stats = |dirs: &[&str]| place.run(&[&["stats", "--format", "json"], &named(dirs)[..]].concat()).exit(0).json();
    assert_eq!(contents(stats(&SHARDS)), contents(whole.clone()));
    assert_eq!(contents(merged.clone()), contents(whole.clone()));
    assert_eq!(merged["fingerprint"], whole["fingerprint"]);
    assert_eq!(stats(&["shard2"])["shards"], "shard 2 of 4");
    assert_eq!(stats(&["shard2", "shard4"])["shards"], "shards 2, 4 of 4");
    // No shard is empty, and together they hold no more than the whole.
    let documents = SHARDS.map(|dir| stats(&[dir])["documents"].as_u64().unwrap());
    assert!(documents.iter().all(|documents| *documents > 0), "{documents:?}");
    assert_eq!(documents.iter().sum::<u64>(), whole["documents"].as_u64().unwrap());
    place.run(&["verify", "--archive", "--index", "merged"]).exit(0).says("whole");
}

#[test]
fn every_command_that_reads_takes_several_indexes() {
    let place = Place::new();
    let archive = corpus();
    place.run(&["index", archive.to_str().unwrap(), "--index", INDEX]).exit(0);
    build_shards(&place, &[archive.to_str().unwrap()]);
    for command in [
        &["search", "sell data", "--explain", "--cite", "--format", "json"][..],
        &["search", "Do they sell data?", "--format", "json"],
        &["search", "heading:security", "--as-of", "2012-01-01", "--format", "json"],
        &["search", "personal* NOT company:steptide", "--format", "jsonl"],
        &["trend", "sell", "--format", "json"],
        &["lifetimes", "\"we do not sell\"", "--format", "json"],
        &["changes", "--years", "2018", "--format", "json"],
        &["changes", "sell", "--company", "lanternpost"],
        &["spread", "sell", "--format", "json"],
        &["history", "Steptide/Privacy Policy", "--format", "json"],
        &["show", "Steptide/Privacy Policy@2020-02-01", "--format", "json"],
        &["diff", "Steptide/Privacy Policy", "2019", "2021", "--format", "json"],
        &["topics", "--format", "json"],
        &["topics", "show", "retention"],
    ] {
        let (one, other) = (said(&place, "", command, &SHARDS), said(&place, "", command, &[INDEX]));
        assert!(one == other, "{command:?}\n{one}\n{other}");
    }
    let export = |folder: &str, dirs: &[&str]| {
        let command = ["export", "--evidence", folder, "Steptide/Privacy Policy", "2019", "2021"];
        place.run(&[&command, &named(dirs)[..]].concat()).exit(0);
        fs::read(place.path(folder).join("SHA256SUMS")).unwrap()
    };
    assert_eq!(export("evidence", &SHARDS), export("evidence-of-whole", &[INDEX]));
    let check =
        |dirs: &[&str]| place.run(&[&["verify", "--archive", "--format", "json"], &named(dirs)[..]].concat()).exit(0).json();
    assert_eq!(check(&SHARDS), check(&[INDEX]));
    // The environment names several as it names several folders of programs.
    let paths = std::env::join_paths(SHARDS).unwrap();
    let output = place.command(&["stats", "--format", "json"]).env("FINEPRINT_INDEX", &paths).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let refused = place.command(&["index", archive.to_str().unwrap()]).env("FINEPRINT_INDEX", &paths).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("names several indexes"), "{refused:?}");
}

#[test]
fn a_merged_index_is_brought_up_to_date_like_any_other() {
    let place = Place::new();
    copy_corpus(&place);
    place.archived("broken/2001-01-01.html", b"\0\x01\x02 no text\0\0");
    place.archived("notes.pdf", b"%PDF-1.4");
    build_shards(&place, &[ARCHIVE]);
    let merged = merge(&place, &SHARDS, INDEX);
    let whole = place.run(&["index", ARCHIVE, "--index", "whole", "--format", "json"]).exit(2).json();
    // What each shard has to say of a file is told once.
    assert_eq!(contents(merged), contents(whole));
    let update = place.index(&[]).exit(2).json();
    let counts = |update: &Value| ["files_read", "documents_changed"].map(|name| update["update"][name].as_u64().unwrap());
    assert_eq!(counts(&update), [0, 0]);
    // New texts of old and of new companies, one changed, one gone.
    for company in ["Lanternpost", "Steptide", "Newcomer"] {
        place
            .archived(format!("ota/{company}/Privacy Policy/2026-01-02T03-04-05Z.md"), "# Privacy\n\nWe share nothing at all.\n");
    }
    let gone =
        super::updates::files(&place.path(ARCHIVE)).into_iter().find(|path| path.starts_with("ota/") && path.ends_with(".md"));
    place.unarchive(gone.unwrap());
    let update = place.index(&[]).exit(2).json();
    assert_eq!(counts(&update)[0], 3);
    assert_eq!(update["vanished"].as_array().unwrap().len(), 1);
    place.index(&["--prune"]).exit(2);
    place.run(&["index", ARCHIVE, "--index", "fresh"]).exit(2);
    assert_same_answers(&place, INDEX, "fresh");
    assert_answer_alike(&place, &[INDEX], "fresh");
    place.run(&["verify", "--index", INDEX]).exit(0);
}

#[test]
fn shards_are_brought_up_to_date_apart_and_keep_to_their_part() {
    let place = Place::new();
    copy_corpus(&place);
    build_shards(&place, &[ARCHIVE]);
    for number in 0..12 {
        place.archived(format!("added{number}/2020-01-01.md"), format!("Company {number} shares your address."));
    }
    let update = |dir: &str| place.run(&["index", ARCHIVE, "--index", dir, "--format", "json"]).exit(0).json();
    let read = SHARDS.map(|dir| update(dir)["update"]["files_read"].as_u64().unwrap());
    assert_eq!(read.iter().sum::<u64>(), 12, "{read:?}");
    assert_eq!(SHARDS.map(|dir| update(dir)["update"]["files_read"].as_u64().unwrap()), [0; 4]);
    place.run(&["index", ARCHIVE, "--index", "whole"]).exit(0);
    assert_answer_alike(&place, &SHARDS, "whole");
    // The shard that was named first stays the one.
    place.run(&["index", ARCHIVE, "--index", "shard1", "--shard", "1/4"]).exit(0);
    place.run(&["index", ARCHIVE, "--index", "shard1", "--shard", "2/4"]).exit(2).warns("holds shard 1 of 4, not shard 2/4");
    place.run(&["index", ARCHIVE, "--index", "whole", "--shard", "2/4"]).exit(2).warns("holds whole archives");
    place.run(&["index", ARCHIVE, "--index", "other", "--shard", "5/4"]).exit(2).warns("from 1/4 to 4/4");
}

#[test]
fn shards_that_saw_the_archive_at_different_times_are_mended_by_an_update() {
    let place = Place::new();
    copy_corpus(&place);
    let jsonl = |texts: usize| -> String {
        let record = |number: usize| {
            format!("{{\"company\":\"firm{number}\",\"date\":\"2020-01-01\",\"text\":\"Firm {number} of {texts} speaks.\"}}\n")
        };
        (0..texts).map(record).collect()
    };
    place.archived("records.jsonl", jsonl(8));
    for (number, dir) in (1..).zip(SHARDS) {
        place.run(&["index", ARCHIVE, "--index", dir, "--shard", &format!("{number}/4")]).exit(0);
        place.archived(format!("late{number}/2020-01-01.md"), format!("Company {number} shares your address."));
        place.archived("records.jsonl", jsonl(8 + number));
    }
    merge(&place, &SHARDS, INDEX);
    // The texts of the file that changed, and those of new files that a shard did not see.
    let read = place.index(&[]).exit(0).json()["update"]["files_read"].as_u64().unwrap();
    assert!((12..=16).contains(&read), "{read}");
    assert_eq!(place.index(&[]).exit(0).json()["update"]["files_read"], 0);
    place.run(&["index", ARCHIVE, "--index", "whole"]).exit(0);
    assert_answer_alike(&place, &[INDEX], "whole");
}

#[test]
fn each_machine_may_see_the_archive_in_a_place_of_its_own() {
    let place = Place::new();
    for (number, dir) in (1..).zip(SHARDS) {
        for company in 0..8 {
            let path = format!("node{number}/policies/company{company}/2020-01-01.md");
            place.write(path, format!("Company {company} collects your address.\n"));
        }
        place.run(&["index", &format!("node{number}/policies"), "--index", dir, "--shard", &format!("{number}/4")]).exit(0);
    }
    place.run(&["index", "node1/policies", "--index", "whole"]).exit(0);
    let merged = merge(&place, &SHARDS, INDEX);
    assert_eq!((&merged["sources"].as_array().unwrap().len(), &merged["sources"][0]["name"]), (&1, &"policies".into()));
    assert_answer_alike(&place, &[INDEX], "whole");
    assert_answer_alike(&place, &SHARDS, "whole");
}

#[test]
fn some_shards_can_be_merged_before_the_others() {
    let place = Place::new();
    copy_corpus(&place);
    build_shards(&place, &[ARCHIVE]);
    assert_eq!(merge(&place, &["shard3", "shard1"], "some")["shards"], "shards 1, 3 of 4");
    place.archived("added/2020-01-01.md", "The company shares your address.");
    for dir in ["some", "shard2", "shard4"] {
        place.run(&["index", ARCHIVE, "--index", dir]).exit(0);
    }
    merge(&place, &["shard4", "some", "shard2"], INDEX);
    place.run(&["index", ARCHIVE, "--index", "whole"]).exit(0);
    assert_answer_alike(&place, &[INDEX], "whole");
    assert_answer_alike(&place, &["some", "shard4", "shard2"], "whole");
    assert_eq!(place.index(&[]).exit(0).json()["update"]["files_read"], 0);
    place.run(&["merge", "shard1", "some", "--index", "twice"]).exit(2).warns("they hold the same shard");
    place.run(&["index", "archive/added", "--index", "apart"]).exit(0);
    place.run(&["merge", "some", "apart", "--index", "mixed"]).exit(2).warns("merge all shards first");
}

#[test]
fn a_folder_and_its_repository_are_counted_once_in_shards_too() {
    let place = Place::new();
    let repository = Repository::new(&place);
    let record = |company: usize, day: &str| {
        let text = format!("# Privacy\n\nCompany {company} keeps data for {day}.\n");
        place.write(format!("folder/Company {company}/Privacy Policy/{day}T10-00-00Z.md"), &text);
        repository.record(&format!("Company {company}/Privacy Policy.md"), text, &format!("{day}T10:00:00Z"), "Update");
    };
    for company in 0..8 {
        record(company, "2020-01-05");
        record(company, "2021-01-05");
    }
    build_shards(&place, &[ARCHIVE, "folder"]);
    place.run(&["index", ARCHIVE, "folder", "--index", "whole"]).exit(0);
    assert_eq!(merge(&place, &SHARDS, INDEX)["duplicates"], 16);
    assert_answer_alike(&place, &[INDEX], "whole");
    assert_answer_alike(&place, &SHARDS, "whole");
    // Only the new commits are walked, and only their texts read.
    record(3, "2022-01-05");
    let update = place.run(&["index", ARCHIVE, "folder", "--index", INDEX, "--format", "json"]).exit(0).json();
    assert_eq!(update["update"]["files_read"], 2);
    // An index of each, read beside each other, is what one of both is.
    place.run(&["index", ARCHIVE, "folder", "--index", "fresh"]).exit(0);
    place.run(&["index", ARCHIVE, "--index", "history"]).exit(0);
    place.run(&["index", "folder", "--index", "files"]).exit(0);
    assert_answer_alike(&place, &[INDEX], "fresh");
    assert_answer_alike(&place, &["history", "files"], "fresh");
    merge(&place, &["history", "files"], "both");
    assert_answer_alike(&place, &["both"], "fresh");
    let update = place.run(&["index", ARCHIVE, "folder", "--index", "both", "--format", "json"]).exit(0).json();
    assert_eq!(update["update"]["files_read"], 0);
    place.run(&["verify", "--archive", "--index", "both"]).exit(0);
}

#[test]
fn a_document_in_two_indexes_is_refused() {
    let place = Place::with(&[("acme/2001-01-01.md", "Acme speaks."), ("bolt/2001-01-01.md", "Bolt speaks.")]);
    place.index(&[]).exit(0);
    place.run(&["index", ARCHIVE, "--index", "again"]).exit(0);
    let twice = format!("is both in {INDEX} and in again");
    place.run(&["search", "speaks", "--index", INDEX, "--index", "again"]).exit(2).warns(&twice);
    place.run(&["merge", INDEX, "again", "--index", "merged"]).exit(2).warns(&twice).warns("acme");
    assert!(!place.path("merged").exists());
    place.run(&["merge", INDEX, "nowhere", "--index", "merged"]).exit(2).warns("there is no index at nowhere");
    // Indexes of other topics tell other scores.
    place.write("own.toml", "name = \"own\"\ntitle = \"Own\"\n[terms]\n\"data\" = 50\n");
    place.write("other/cord/2001-01-01.md", "Cord speaks.");
    place.run(&["index", "other", "--index", "third"]).exit(0);
    place.run(&["merge", INDEX, "third", "--index", "again"]).exit(2).warns("there is an index at again already");
    place.run(&["topics", "add", "own.toml", "--index", "third"]).exit(0);
    place.run(&["merge", INDEX, "third", "--index", "merged"]).exit(2).warns("other topics");
}

#[test]
fn a_merge_that_was_killed_leaves_no_index_and_can_be_done_again() {
    let place = Place::new();
    copy_corpus(&place);
    build_shards(&place, &[ARCHIVE]);
    place.run(&["index", ARCHIVE, "--index", "whole"]).exit(0);
    for name in ["documents.1", "documents.2"] {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fineprint"))
            .args([&["merge", "--index", INDEX], &SHARDS[..]].concat())
            .current_dir(place.path(""))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let file = place.path(INDEX).join(name);
        while !file.exists() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let search = place.search(&["sell"]);
        // Where the merge was faster, there is one.
        if search.status == 0 {
            break;
        }
        search.warns("there is no index at");
    }
    if place.search(&["sell"]).status == 2 {
        merge(&place, &SHARDS, INDEX);
    }
    assert_answer_alike(&place, &[INDEX], "whole");
    place.run(&["verify", "--index", INDEX]).exit(0);
}

#[test]
fn a_damaged_shard_is_not_merged() {
    let place = Place::new();
    copy_corpus(&place);
    build_shards(&place, &[ARCHIVE]);
    let files = super::updates::files(&place.path("shard2/terms"));
    let path = place.path("shard2/terms").join(files.iter().find(|path| path.ends_with(".pos")).unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes[10] ^= 1;
    fs::write(&path, bytes).unwrap();
    place.run(&[&["merge", "--index", INDEX], &SHARDS[..]].concat()).exit(2).warns("another checksum");
    place.search(&["sell"]).exit(2).warns("there is no index at");
}

#[test]
fn real_policies_in_shards_answer_as_in_one_index() {
    let Some(archive) = sample("corpora/pga-v1") else { return };
    let place = Place::new();
    let archive = archive.to_str().unwrap();
    place.run(&["index", archive, "--index", INDEX]).exit(0);
    build_shards(&place, &[archive]);
    merge(&place, &SHARDS, "merged");
    assert_answer_alike(&place, &["merged"], INDEX);
    assert_answer_alike(&place, &SHARDS, INDEX);
}
