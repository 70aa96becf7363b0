//! Broken archives, queries and indexes: a clear message with the path and the reason, the right exit status, and the rest goes on.

use crate::place::{ARCHIVE, INDEX, Place, Run};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;

const GOOD: (&str, &str) = ("good/2005-05-25.md", "The good company protects your address.");

/// Indexes one broken thing beside a good file, and expects that it is named with the reason and that the good one is there.
#[track_caller]
fn damaged(place: &Place, path: &str, reason: &str) -> Value {
    place.archived(GOOD.0, GOOD.1);
    let run = place.index(&[]).exit(2);
    let json = run.json();
    assert_named(&json["damaged"], path, reason);
    place.run(&["index", ARCHIVE, "--index", INDEX]).exit(2).says("DAMAGED").says(path).says(reason);
    assert_good(place);
    json
}

#[track_caller]
fn assert_named(problems: &Value, path: &str, reason: &str) {
    let problems = problems.as_array().unwrap();
    let named = problems
        .iter()
        .any(|one| one["path"].as_str().unwrap().contains(path) && one["reason"].as_str().unwrap().contains(reason));
    assert!(named, "no {path} with {reason:?} in {problems:?}");
}

#[track_caller]
fn assert_good(place: &Place) {
    assert_eq!(place.texts(&["\"the good company\""]), [GOOD.1]);
}

/// Indexes something odd that is no error, beside a good file.
#[track_caller]
fn taken(place: &Place) -> Value {
    place.archived(GOOD.0, GOOD.1);
    let json = place.index(&[]).exit(0).json();
    assert_good(place);
    json
}

#[test]
fn an_empty_file_is_a_snapshot_without_text() {
    let place = Place::with(&[("acme/2001-01-01.md", ""), ("acme/2002-01-01.md", "Acme speaks.")]);
    let json = taken(&place);
    assert_eq!((&json["snapshots"], &json["empty"]), (&Value::from(3), &Value::from(1)));
    // It observes nothing: what stands after it may be older.
    let hit = &place.found(&["\"acme speaks\""])["hits"][0];
    assert_eq!((&hit["first_seen"], &hit["since_before"]), (&Value::from("2002-01-01"), &Value::from(true)));
}

#[test]
fn a_file_of_nothing_but_a_byte_order_mark_is_empty() {
    let place = Place::with(&[("acme/2001-01-01.md", "\u{feff}"), ("acme/2002-01-01.txt", "\u{feff}\r\n")]);
    assert_eq!(taken(&place)["empty"], 2);
}

#[test]
fn binary_data_in_a_text_file() {
    let place = Place::new();
    place.archived("acme/2001-01-01.md", b"\x7fELF\x02\x01\x00\x00\x00\x00\xff\xfe".as_slice());
    damaged(&place, "acme/2001-01-01.md", "not text");
}

#[test]
fn nul_bytes_within_a_text() {
    let place = Place::new();
    place.archived("acme/2001-01-01.txt", b"We collect\0 your name.\n".as_slice());
    damaged(&place, "acme/2001-01-01.txt", "not text");
    // A stray one far behind the beginning is no part of the text.
    let place = Place::new();
    place.archived("acme/2001-01-01.txt", [&b"We collect your name.\n\n".repeat(3_000)[..], b"We sell\0 it."].concat());
    taken(&place);
    let run = place.run(&["search", "--index", INDEX, "sell"]).exit(0);
    assert!(!run.stdout.contains(&0), "{run:?}");
}

#[test]
fn a_truncated_gzip() {
    let place = Place::new();
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48";
    place.archived("acme/2001-01-01.html", gzip);
    place.archived("acme/2002-01-01.html.gz", gzip);
    let json = damaged(&place, "acme/2001-01-01.html", "gzip");
    assert_named(&json["damaged"], "acme/2002-01-01.html.gz", "cannot be unpacked");
}

#[test]
fn invalid_utf_8_is_read_as_well_as_it_can_be() {
    let place = Place::new();
    place.archived("acme/2001-01-01.md", b"We protect \xff\xfe\xc3( your \xe9address.".as_slice());
    taken(&place);
    assert_eq!(place.texts(&["protect", "--company", "acme"]).len(), 1);
}

#[test]
fn two_hundred_thousand_nested_elements() {
    let place = Place::new();
    place.archived("acme/2001-01-01.html", "<div>".repeat(200_000) + "We sell.");
    damaged(&place, "acme/2001-01-01.html", "nested");
}

#[test]
fn a_list_that_starts_at_the_end_of_all_numbers() {
    let place = Place::with(&[
        ("acme/2001-01-01.html", "<p>We do:</p><ol start=9223372036854775807><li>one thing</li><li>two things</li></ol>"),
        ("acme/2002-01-01.md", "We do:\n\n99999999999999999999. one thing\n18446744073709551615. two things\n"),
    ]);
    taken(&place);
    assert_eq!(place.texts(&["\"one thing\"", "--unfold"]).len(), 2);
}

#[test]
fn a_line_of_a_hundred_megabytes() {
    let place = Place::new();
    place.archived("acme/2001-01-01.txt", vec![b'a'; 100_000_000]);
    damaged(&place, "acme/2001-01-01.txt", "100000000 bytes");
}

#[test]
fn a_line_that_is_too_long_for_one() {
    let place = Place::new();
    place.archived("acme/2001-01-01.txt", vec![b'a'; (16 << 20) + 1]);
    damaged(&place, "acme/2001-01-01.txt", "line 1 has 16777217 bytes");
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_a_circle_or_nowhere() {
    use std::os::unix::fs::symlink;
    let place = Place::with(&[GOOD]);
    symlink(place.path(ARCHIVE), place.path("archive/good/again")).unwrap();
    symlink(place.path("nowhere"), place.path("archive/acme")).unwrap();
    damaged(&place, "good/again", "leads back");
    damaged(&place, "acme", "leads nowhere");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with(&[("acme/2001-01-01.md", "Acme speaks.")]);
    let allow = |mode| fs::set_permissions(place.path("archive/acme"), fs::Permissions::from_mode(mode)).unwrap();
    allow(0o000);
    if fs::read_dir(place.path("archive/acme")).is_ok() {
        eprintln!("skipped: who runs this test may read everything");
    } else {
        damaged(&place, "acme", "cannot be read");
        allow(0o755);
        place.index(&[]).exit(0);
        assert_eq!(place.texts(&["speaks"]).len(), 1);
    }
    allow(0o755);
}

#[cfg(unix)]
#[test]
fn a_file_name_that_is_not_unicode() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    place.archived("acme/2001-01-01.md", "Acme speaks.");
    let name = OsStr::from_bytes(b"2002-01-01\xff.md");
    fs::write(place.path("archive/acme").join(name), "Acme whispers.").unwrap();
    damaged(&place, "acme/2002-01-01", "not valid UTF-8");
}

#[test]
fn a_date_that_does_not_exist() {
    let place = Place::with(&[("acme/2005-02-30.md", "Acme speaks on no day.")]);
    let json = damaged(&place, "acme/2005-02-30.md", "no date");
    // Nothing is lost: the text is there, undated.
    assert_eq!(json["undated"], 1);
    assert_eq!(place.found(&["\"on no day\""])["hits"][0]["first_seen"], Value::Null);
}

#[test]
fn a_bad_settings_file_stops_its_archive_only() {
    let place = Place::with(&[GOOD]);
    place.write("other/fineprint.toml", "recording = \"sometimes\"\n");
    place.write("other/acme/2001-01-01.md", "Acme speaks.");
    let run = place.run(&["index", "other", ARCHIVE, "--index", INDEX, "--format", "json"]);
    let run = run.exit(2).warns("fineprint.toml").warns("line 1").warns("sometimes");
    assert_named(&run.json()["update"]["failed"], "other", "fineprint.toml");
    assert_good(&place);
}

#[test]
fn an_archive_that_is_not_there_stops_no_other() {
    let place = Place::with(&[GOOD]);
    let run = place.run(&["index", "nowhere", ARCHIVE, "--index", INDEX, "--format", "json"]);
    let run = run.exit(2).warns("there is no nowhere");
    assert_eq!(run.json()["snapshots"], 1);
    assert_good(&place);
    place.run(&["search", "--archive", "nowhere", "address"]).exit(2).warns("nowhere");
}

#[test]
fn no_archive_at_all_makes_no_index() {
    let place = Place::new();
    place.run(&["index", "nowhere", "--index", INDEX]).exit(2).warns("there is no nowhere");
    assert!(!place.path(INDEX).exists(), "an index of nothing would answer that nothing is found");
    place.search(&["address"]).exit(2).warns("there is no index");
    // An index that is there stays as it is.
    place.archived(GOOD.0, GOOD.1).index(&[]).exit(0);
    place.run(&["index", "nowhere", "--index", INDEX]).exit(2).warns("there is no nowhere");
    assert_good(&place);
}

#[test]
fn an_archive_without_snapshots_is_an_index_without_answers() {
    let place = Place::new();
    fs::create_dir_all(place.path(ARCHIVE)).unwrap();
    let json = place.index(&[]).exit(0).json();
    assert_eq!((&json["snapshots"], &json["documents"]), (&Value::from(0), &Value::from(0)));
    let answer = place.search(&["address", "--by-year"]).exit(1).json();
    assert_eq!((&answer["hits"], &answer["years"]), (&Value::Array(Vec::new()), &Value::Array(Vec::new())));
    place.run(&["search", "--index", INDEX, "address"]).exit(1).says("Nothing found");
    place.run(&["stats", "--index", INDEX]).exit(1);
    // It is an index all the same, and takes what comes.
    place.archived(GOOD.0, GOOD.1).index(&[]).exit(0);
    assert_good(&place);
}

#[test]
fn a_bad_line_among_records() {
    let place = Place::new();
    let record = r#"{"id":"a","company":"acme","kind":"Privacy Policy","date":"2001-01-01","text":"Acme speaks."}"#;
    let lines = [
        record,
        "{\"id\":\"b\",\"company\":\"acme\",",
        "[1, 2]",
        r#"{"id":"c","company":"acme","date":"2002-13-77","text":"Acme speaks on no day."}"#,
        r#"{"id":"d","company":"acme","date":"2003-01-01"}"#,
    ];
    place.archived("records.jsonl", lines.join("\n"));
    let json = damaged(&place, "records.jsonl line 2", "bad record");
    assert_named(&json["damaged"], "records.jsonl line 3", "not an object");
    assert_named(&json["damaged"], "records.jsonl line 4", "2002-13-77");
    assert_named(&json["skipped"], "records.jsonl line 5", "without text");
    assert_eq!((&json["snapshots"], &json["undated"]), (&Value::from(2), &Value::from(1)));
}

fn good_index() -> Place {
    let place = Place::with(&[GOOD]);
    place.index(&[]).exit(0);
    place
}

#[test]
fn queries_that_cannot_be_understood() {
    let place = good_index();
    let ask = |query: &str| -> Run { place.search(&[query]).exit(2) };
    ask(&"(".repeat(5_000)).warns("nested");
    ask(&")".repeat(5_000)).warns("not opened");
    ask("address \"the good").warns("^").warns("not closed");
    ask("compnay:good address").warns("^^^^^^^^").warns("did you mean `company:`");
    ask("topic:childhood").warns("there is no topic `childhood`");
    ask("").warns("no word");
    ask("NOT address").warns("exclude");
    ask("since:2005-02-30 address").warns("2005-02-30");
    ask(&"a".repeat(20_000)).warns("10000");
    for (option, value) in [
        ("--since", "yesterday"),
        ("--years", "2010..2005"),
        ("--as-of", "2005-13"),
        ("--carry", "long"),
        ("--limit", "many"),
        ("--lang", "klingon!"),
    ] {
        place.search(&["address", option, value]).exit(2).warns(option);
    }
    let run = place.search(&["address since:2006", "--until", "2005"]).exit(2);
    assert!(run.stdout.is_empty() && run.stderr.contains("conflict"), "{run:?}");
}

#[test]
fn an_index_that_is_not_there() {
    let place = Place::new();
    for command in [&["search", "address"][..], &["stats"]] {
        place.run(command).exit(2).warns("fineprint index");
        place.run(&[command, &["--index", "nowhere"]].concat()).exit(2).warns("nowhere");
    }
    place.feed("address\n", &["batch", "-"]).exit(2).warns("fineprint index");
    assert!(!place.path("nowhere").exists());
}

#[test]
fn a_directory_of_other_files_is_no_index() {
    let place = Place::with(&[GOOD]);
    place.write("index/thesis.doc", "years of work");
    place.index(&[]).exit(2).warns("holds other files");
    assert_eq!(fs::read_dir(place.path(INDEX)).unwrap().count(), 1);
    place.search(&["address"]).exit(2).warns("no index");
    place.write("file", "");
    place.run(&["index", ARCHIVE, "--index", "file"]).exit(2).warns("file");
}

#[cfg(unix)]
#[test]
fn an_index_that_may_only_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = good_index();
    let allow = |mode| {
        for entry in [INDEX, "index/terms"] {
            fs::set_permissions(place.path(entry), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    allow(0o555);
    assert_good(&place);
    place.run(&["stats", "--index", INDEX]).exit(0);
    if fs::write(place.path("index/probe"), "").is_ok() {
        eprintln!("skipped in part: who runs this test may write everywhere");
        fs::remove_file(place.path("index/probe")).unwrap();
    } else {
        place.archived("acme/2001-01-01.md", "Acme speaks.");
        place.index(&[]).exit(2).warns(INDEX);
        assert_good(&place);
    }
    allow(0o755);
}

#[test]
fn an_index_of_another_version_is_refused_with_what_to_do() {
    let place = good_index();
    let catalog = place.path("index/catalog.1");
    let mut bytes = fs::read(&catalog).unwrap();
    bytes[..4].copy_from_slice(&99u32.to_le_bytes());
    fs::write(catalog, bytes).unwrap();
    place.search(&["address"]).exit(2).warns("another version").warns("fineprint index");
    place.index(&[]).exit(2).warns("another version");
    // Its terms may be other ones, too.
    let meta = place.path("index/terms/meta.json");
    let text = fs::read_to_string(&meta).unwrap();
    assert!(text.contains("\"pair\""));
    fs::write(meta, text.replace("\"pair\"", "\"pare\"")).unwrap();
    place.search(&["address"]).exit(2).warns("another version").warns("format 99");
    place.index(&[]).exit(2).warns("another version").warns("format 99");
}

#[test]
fn all_at_once() {
    let place = Place::with(&[GOOD, ("acme/2001-01-01.md", "")]);
    place
        .archived("acme/2002-01-01.md", [0u8; 64])
        .archived("acme/2003-01-01.html", "<div>".repeat(200_000))
        .archived("acme/2004-02-30.md", "Acme speaks.")
        .archived("records.jsonl", "{")
        .archived("README.md", "About.");
    let json = damaged(&place, "records.jsonl line 1", "bad record");
    assert_eq!(json["damaged"].as_array().unwrap().len(), 4);
    assert_eq!(json["skipped"].as_array().unwrap().len(), 1);
    assert_eq!((&json["snapshots"], &json["undated"], &json["empty"]), (&2.into(), &1.into(), &1.into()));
    // What was read stays though it is damaged later, and a search that could not read all of its archive says so.
    let run = place.run(&["search", "--archive", ARCHIVE, "\"the good company\""]);
    run.exit(2).says("The good company").warns("4 files or parts");
}
