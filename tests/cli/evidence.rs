//! `export --evidence`: a folder that proves what a document said.

use crate::place::{ARCHIVE, INDEX, Place};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;

fn place() -> Place {
    let place = Place::with(&[
        ("Acme/Privacy Policy/2018-01-10T10-00-00Z.md", "# Privacy\n\nWe keep what you tell us for a year.\n"),
        ("Acme/Privacy Policy/2018-06-10T10-00-00Z.md", "# Privacy\n\nWe keep what you tell us for ever.\n"),
    ]);
    place.index(&[]).exit(0);
    place
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_folder_holds_texts_originals_and_hashes_that_check() {
    let place = place();
    let export = ["export", "--evidence", "proof", "--index", INDEX, "acme", "2018-05-01", "2018-06-10"];
    place.run(&export).exit(0).says("manifest.json");
    let sums = fs::read_to_string(place.path("proof/SHA256SUMS")).unwrap();
    let mut names: Vec<&str> = Vec::new();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, sha256(&fs::read(place.path("proof").join(name)).unwrap()), "{name}");
        names.push(name);
    }
    let on_disk =
        walkdir::WalkDir::new(place.path("proof")).into_iter().filter(|entry| entry.as_ref().unwrap().file_type().is_file());
    assert_eq!(on_disk.count(), names.len() + 1);
    let manifest: Value = serde_json::from_slice(&fs::read(place.path("proof/manifest.json")).unwrap()).unwrap();
    for (text, instant) in manifest["texts"].as_array().unwrap().iter().zip(["2018-01-10T10-00-00Z", "2018-06-10T10-00-00Z"]) {
        let file = |name: &str| fs::read(place.path("proof").join(text[name].as_str().unwrap())).unwrap();
        assert_eq!(text["evidence"]["sha256_text"], sha256(&file("text_file")));
        assert_eq!(text["evidence"]["sha256_file"], sha256(&file("original_file")));
        let archived = place.path(ARCHIVE).join(format!("Acme/Privacy Policy/{instant}.md"));
        assert_eq!(file("original_file"), fs::read(archived).unwrap());
    }
    // What changed between the two.
    assert_eq!(manifest["diff_files"], serde_json::json!(["diff.txt", "diff.html"]));
    let unified = fs::read_to_string(place.path("proof/diff.txt")).unwrap();
    let (gone, new) = ("-We keep what you tell us for a year.", "+We keep what you tell us for ever.");
    assert!(unified.lines().any(|line| line == gone) && unified.lines().any(|line| line == new), "{unified}");
    let page = fs::read_to_string(place.path("proof/diff.html")).unwrap();
    assert!(page.contains("<del>a year</del><ins>ever</ins>") && page.contains("cite: Acme, Privacy Policy"), "{page}");
    assert!(["diff.txt", "diff.html"].iter().all(|name| names.contains(name)), "{names:?}");
    match std::process::Command::new("sha256sum").args(["-c", "--strict", "SHA256SUMS"]).current_dir(place.path("proof")).output()
    {
        Ok(checked) => assert!(checked.status.success(), "{checked:?}"),
        Err(error) => eprintln!("skipped: sha256sum cannot be run: {error}"),
    }
    // What is there is not written over.
    place.run(&export).exit(2).warns("not empty");
    let left = fs::read_dir(place.path(""))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
    assert_eq!(left.count(), 0);
}

#[test]
fn an_archive_that_is_gone_or_changed_is_told() {
    let place = place();
    let path = "Acme/Privacy Policy/2018-01-10T10-00-00Z.md";
    place.archived(path, "# Privacy\n\nWe keep what you tell us for a day.\n");
    let manifest =
        |dir: &str| -> Value { serde_json::from_slice(&fs::read(place.path(dir).join("manifest.json")).unwrap()).unwrap() };
    place.run(&["export", "--evidence", "a", "--index", INDEX, "acme", "2018-05-01"]).exit(2).warns("other bytes");
    assert_eq!(
        (&manifest("a")["texts"][0]["original"], &manifest("a")["texts"][0]["original_file"]),
        (&"changed".into(), &Value::Null)
    );
    place.unarchive(path);
    place.run(&["export", "--evidence", "b", "--index", INDEX, "acme", "2018-05-01"]).exit(2);
    assert_eq!(manifest("b")["texts"][0]["original"], "missing");
    fs::remove_dir_all(place.path(ARCHIVE)).unwrap();
    fs::create_dir(place.path("c")).unwrap();
    place.run(&["export", "--evidence", "c", "--index", INDEX, "acme", "2018-05-01"]).exit(0).warns("without its original");
    assert_eq!(manifest("c")["texts"][0]["original"], "not_at_hand");
}

#[test]
fn nothing_is_written_of_what_is_not_known() {
    let place = place();
    place.run(&["export", "--evidence", "proof", "--index", INDEX, "acme", "2017-05-01"]).exit(1).warns("nothing is written");
    place.run(&["export", "--evidence", "proof", "--index", INDEX, "acme", "yesterday"]).exit(2).warns("is no date");
    assert!(!place.path("proof").exists());
}

#[test]
fn a_folder_that_is_there_and_empty_is_filled() {
    let place = place();
    fs::create_dir_all(place.path("proof")).unwrap();
    let index = place.path(INDEX);
    let export = ["export", "--index", index.to_str().unwrap(), "acme", "2018-05-01", "--evidence"];
    for (here, dir) in [("", "proof/."), ("proof", ".")] {
        let run = place.command(&[&export[..], &[dir]].concat()).current_dir(place.path(here)).output().unwrap();
        assert!(run.status.success(), "{dir}: {}", String::from_utf8_lossy(&run.stderr));
        let mut names: Vec<String> =
            fs::read_dir(place.path("proof")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["README.txt", "SHA256SUMS", "manifest.json", "originals", "texts"], "{dir}");
        fs::remove_dir_all(place.path("proof")).unwrap();
        fs::create_dir_all(place.path("proof")).unwrap();
    }
}
