//! Real archives, where they lie beside the repository; they are no part of it.

use crate::packed::zip;
use crate::place::Place;
use crate::updates::files;
use fineprint::snapshot::{Instant, Precision};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder beside the repository; `None`, and a word of it, where it is missing.
pub fn sample(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    let found = full.is_dir();
    if !found {
        eprintln!("skipped: there is no {}", full.display());
    }
    found.then_some(full)
}

#[test]
fn the_seeds_are_searched_without_an_index() {
    let Some(seeds) = sample("seeds") else { return };
    let place = Place::new();
    let ask = |args: &[&str]| -> Value {
        let common = ["search", "--archive", seeds.to_str().unwrap(), "--format", "json"];
        place.run(&[&common, args].concat()).exit(0).json()
    };
    let answer = ask(&["--company", "alibaba.com", "security measures"]);
    let hit = &answer["hits"][0];
    assert_eq!(hit["first_seen"], "2001-12-04");
    assert_eq!(hit["heading"].as_array().unwrap().last().unwrap(), "Security Measures");
    let url = hit["evidence"]["url"].as_str().unwrap();
    assert!(url.starts_with("https://web.archive.org/web/20011204"), "{url}");
    assert_eq!(hit["evidence"]["date_source"], "archive_header");

    let answer = ask(&["\"general statistical information\""]);
    assert_eq!(answer["totals"]["passages"], 1);
    assert_eq!(answer["hits"][0]["company"], "alibaba.com");

    let stats = place.run(&["stats", "--archive", seeds.to_str().unwrap(), "--format", "json"]).exit(0).json();
    assert_eq!((&stats["snapshots"], &stats["undated"]), (&Value::from(1), &Value::from(1)));
    let undated = ask(&["data", "--limit", "all"]);
    let hits = undated["hits"].as_array().unwrap();
    assert!(hits.iter().any(|hit| hit["first_seen"].is_null()), "the article is not found");
}

#[test]
fn one_version_in_two_formats_is_one_snapshot() {
    let Some(archive) = sample("corpora/pga-v1") else { return };
    let place = Place::new();
    let index = |archive: &Path, dir: &str| {
        place.run(&["index", archive.to_str().unwrap(), "--index", dir, "--format", "json"]).exit(0).json()
    };
    let both = index(&archive, "both");
    let counts = |stats: &Value| ["snapshots", "documents", "superseded"].map(|name| stats[name].as_u64().unwrap());
    assert_eq!(counts(&both), [123, 4, 123]);
    let one_format = |format: &str, dir: &str| {
        std::fs::create_dir_all(place.path(dir)).unwrap();
        std::fs::write(place.path(dir).join("fineprint.toml"), format!("include = [\"**/*.{format}\"]\n")).unwrap();
        copy(&archive, &place.path(dir));
        index(&place.path(dir), &format!("{dir}-index"));
        format!("{dir}-index")
    };
    let indexes = ["both".to_owned(), one_format("md", "markdown"), one_format("html", "html")];
    for dir in &indexes {
        let ask = |args: &[&str]| {
            let common = ["search", "--index", dir, "--company", "facebook", "--format", "json", "--by-year"];
            place.run(&[&common, args].concat()).exit(0).json()
        };
        let privacy = ask(&["--kind", "privacy policy", "--sort", "first-seen", "privacy"]);
        assert_eq!(privacy["hits"][0]["first_seen"], "2004-06-13", "{dir}");
        let broken = ask(&["\"demonstrate our commitment to our users\"", "--sort", "first-seen"]);
        assert_eq!(broken["hits"][0]["first_seen"], "2004-06-13", "{dir}");
        let apostrophe = ask(&["\"don't sell any of your information\"", "--sort", "first-seen"]);
        assert_eq!(apostrophe["hits"][0]["first_seen"], "2018-06-11", "{dir}");
    }
}

#[test]
fn real_policies_in_a_zip_file_answer_as_those_in_a_folder() {
    let Some(archive) = sample("corpora/pga-v1/Versions/Markdown") else { return };
    let place = Place::new();
    let read = |path: String| (format!("Markdown/{path}"), std::fs::read(archive.join(&path)).unwrap());
    let files: Vec<_> = files(&archive).into_iter().map(read).collect();
    place.write("Markdown.zip", zip(&files));
    let ask = |archive: &str, index: &str, root: &str| {
        place.run(&["index", archive, "--index", index]).exit(0);
        let query = ["search", "--index", index, "--format", "json", "--by-year", "--limit", "200", "sell personal information"];
        let mut answer = place.run(&query).exit(0).json();
        answer["fingerprint"].take();
        for hit in answer["hits"].as_array_mut().unwrap() {
            let path = hit["evidence"]["path"].as_str().unwrap();
            hit["evidence"]["path"] = Value::from(path.strip_prefix(root).unwrap());
        }
        answer
    };
    let packed = ask("Markdown.zip", "packed", "Markdown.zip/Markdown/");
    assert_eq!(packed["hits"].as_array().unwrap().len(), 200);
    assert_eq!(packed, ask(archive.to_str().unwrap(), "folder", ""));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Services of the sample with some hundred versions in all.
const SERVICES: [&str; 8] = ["Wordfeud", "WhatsApp", "Mozilla", "Apple", "LinkedIn", "Reddit", "Spotify", "World Market"];

#[test]
fn a_history_answers_as_the_folder_of_its_versions() {
    let Some(corpora) = sample("corpora") else { return };
    let place = Place::new();
    let bundle = corpora.join("ota-contrib-sample.bundle");
    git(&place, &["clone", "--quiet", "--bare", bundle.to_str().unwrap(), "whole.git"], None);
    git(&place, &["init", "--quiet", "--bare", "--initial-branch", "main", "history.git"], None);
    let some = git(&place, &[&["-C", "whole.git", "fast-export", "--", "HEAD", "--"], &SERVICES[..]].concat(), None);
    git(&place, &["-C", "history.git", "fast-import", "--quiet"], Some(&some));
    let branch = String::from_utf8(git(&place, &["-C", "whole.git", "symbolic-ref", "HEAD"], None)).unwrap();
    git(&place, &["-C", "history.git", "symbolic-ref", "HEAD", branch.trim()], None);
    let versions = export(&place);
    let index = |archive: &str, dir: &str| place.run(&["index", archive, "--index", dir, "--format", "json"]).exit(0).json();
    let (history, folder) = (index("history.git", "of-history"), index("folder", "of-folder"));
    let of = |summary: &Value, name: &str| summary[name].clone();
    assert!(versions > 200, "{versions}");
    // Several versions of one second are one file of the folder.
    assert_eq!(history["snapshots"].as_u64().unwrap() + history["superseded"].as_u64().unwrap(), versions);
    for count in ["companies", "documents", "snapshots", "versions", "passages", "clauses", "occurrences", "years", "languages"] {
        assert_eq!(of(&history, count), of(&folder, count), "{count}");
    }
    let questions = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/questions.jsonl");
    let ask = |dir: &str| -> Vec<Value> {
        let run = place.run(&["batch", questions.to_str().unwrap(), "--index", dir]).exit(0);
        let text = String::from_utf8(run.stdout).unwrap();
        text.lines().map(|line| of_any_archive(serde_json::from_str(line).unwrap())).collect()
    };
    let (history, folder) = (ask("of-history"), ask("of-folder"));
    assert_eq!(history.len(), 50);
    for (one, other) in history.iter().zip(&folder) {
        assert_eq!(one, other);
    }
}

/// An answer without what must differ between two archives of the same snapshots.
fn of_any_archive(mut answer: Value) -> Value {
    answer["fingerprint"].take();
    for hit in answer["hits"].as_array_mut().unwrap() {
        for field in ["evidence", "source", "id"] {
            hit[field].take();
        }
    }
    answer
}

/// Writes each version of the history as a file, in the layout of a dataset of Open Terms Archive; tells how many there are.
fn export(place: &Place) -> u64 {
    let versions = versions(place, "history.git");
    for (path, blob) in &versions {
        place.write(format!("folder/{path}"), git(place, &["-C", "history.git", "cat-file", "blob", blob], None));
    }
    versions.len() as u64
}

/// The path that each version of a history has in such a dataset, and its blob.
pub fn versions(place: &Place, repository: &str) -> Vec<(String, String)> {
    let raw = ["log", "--reverse", "--raw", "--no-renames", "--no-abbrev", "--format=@%at", "HEAD"];
    let log = git(place, &[&["-C", repository, "-c", "core.quotePath=false"], &raw[..]].concat(), None);
    let (mut seconds, mut versions) = (0, Vec::new());
    for line in String::from_utf8(log).unwrap().lines() {
        if let Some(at) = line.strip_prefix('@') {
            seconds = at.parse().unwrap();
        } else if let Some((change, path)) = line.strip_prefix(':').and_then(|line| line.split_once('\t')) {
            let fields: Vec<&str> = change.split(' ').collect();
            if fields[4] != "D" {
                let instant = Instant { seconds, precision: Precision::Second }.to_string().replace(':', "-");
                versions.push((format!("{}/{instant}.md", path.strip_suffix(".md").unwrap()), fields[3].to_owned()));
            }
        }
    }
    versions
}

pub fn git(place: &Place, args: &[&str], input: Option<&[u8]>) -> Vec<u8> {
    let mut command = std::process::Command::new("git");
    command.current_dir(place.path("")).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").args(args);
    let output = assert_cmd::Command::from_std(command).write_stdin(input.unwrap_or_default()).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
