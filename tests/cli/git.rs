//! A git history as an archive: the same answers as from a folder of its versions, and what only a history can tell.

use super::place::{ARCHIVE, INDEX, Place, strings};
use super::repository::Repository;
use serde_json::Value;
use std::process::Command;

fn policy(words: &str) -> String {
    format!("# Privacy Policy\n\nWe keep what you give us for {words} and no longer than we must.\n")
}

const ACME: &str = "Acme/Privacy Policy.md";

/// Versions in the manner of Open Terms Archive: a re-extraction, an earlier text again, another service, two of one second.
fn open_terms(repository: &Repository<'_>) -> Vec<String> {
    repository.record("README.md", "About this.\n", "2019-12-31T00:00:00Z", "Start");
    let link = "\n\nThis version was recorded after extracting from snapshot https://git.example/commit/1.\n";
    vec![
        repository.record(
            ACME,
            policy("one year"),
            "2020-01-01T10:00:00Z",
            &format!("First record of Acme Privacy Policy{link}"),
        ),
        repository.record(ACME, policy("two years"), "2020-03-01T23:30:00-05:00", "Record new changes of Acme Privacy Policy"),
        repository.record(
            "Other/Terms of Service #main.md",
            policy("one day"),
            "2020-03-05T00:00:00Z",
            "First record of Other Terms of Service",
        ),
        repository.record(ACME, policy("one year"), "2021-01-01T10:00:00Z", "Update Acme Privacy Policy"),
        // Back-dated, as re-extractions are: it stands for the capture of 2020-03-02.
        repository.record(
            ACME,
            policy("two long years"),
            "2020-03-02T04:30:00Z",
            "Apply technical or declaration upgrade on Acme Privacy Policy",
        ),
    ]
}

fn snapshots(summary: &Value) -> (u64, u64, u64) {
    let count = |name: &str| summary[name].as_u64().unwrap();
    (count("documents"), count("snapshots"), count("superseded"))
}

#[test]
fn commits_are_dated_by_their_authors_and_the_last_recorded_stands() {
    let place = Place::new();
    let commits = open_terms(&Repository::new(&place));
    let summary = place.index(&[]).exit(0).json();
    assert_eq!(snapshots(&summary), (2, 4, 1));
    assert_eq!(summary["sources"][0]["recording"], "changes");
    assert_eq!(summary["skipped"][0]["path"], "README.md");

    let hits = place.found(&["\"two long years\""]);
    let evidence = &hits["hits"][0]["evidence"];
    assert_eq!(evidence["instant"], "2020-03-02T04:30:00Z");
    assert_eq!((&evidence["date_source"], &evidence["commit_kind"]), (&"commit".into(), &"re_extraction".into()));
    assert_eq!((&evidence["path"], &evidence["commit"]), (&ACME.into(), &commits[4].as_str().into()));
    assert_eq!(place.texts(&["\"two years\""]), Vec::<String>::new(), "superseded by what was recorded later");

    let first = &place.found(&["\"one year\""])["hits"][0];
    assert_eq!((&first["snapshots"], &first["evidence"]["commit"]), (&2.into(), &commits[0].as_str().into()));
    assert_eq!(
        (&first["evidence"]["url"], &first["evidence"]["commit_kind"]),
        (&"https://git.example/commit/1".into(), &"first_record".into())
    );
    let other = &place.found(&["\"one day\""])["hits"][0];
    assert_eq!((&other["company"], &other["kind"]), (&"Other".into(), &"Terms of Service".into()));
}

#[test]
fn a_bare_clone_and_a_dataset_of_the_same_versions_answer_alike() {
    let place = Place::new();
    let repository = Repository::new(&place);
    open_terms(&repository);
    repository.git(&["clone", "--quiet", "--bare", ".", "../bare.git"], "");
    place.write("data/Acme/Privacy Policy/2020-01-01T10-00-00Z.md", policy("one year"));
    place.write("data/Acme/Privacy Policy/2020-03-02T04-30-00Z.md", policy("two long years"));
    place.write("data/Acme/Privacy Policy/2021-01-01T10-00-00Z.md", policy("one year"));
    place.write("data/Other/Terms of Service #main/2020-03-05T00-00-00Z.md", policy("one day"));
    let answer = |archive: &str| {
        let mut answer = place
            .run(&["search", "--archive", archive, "--format", "json", "--by-year", "--limit", "all", "year"])
            .exit(0)
            .json();
        answer.as_object_mut().unwrap().remove("fingerprint");
        for hit in answer["hits"].as_array_mut().unwrap() {
            for told_by_source in ["evidence", "source", "id"] {
                hit.as_object_mut().unwrap().remove(told_by_source);
            }
        }
        answer
    };
    assert_eq!(answer("bare.git"), answer("data"));
    assert_eq!(answer(ARCHIVE), answer("data"));
    let summary = place.run(&["index", "bare.git", "--index", "other", "--format", "json"]).exit(0).json();
    assert_eq!(summary["sources"][0]["name"], "bare");
}

#[test]
fn a_deletion_is_told_by_show_and_diff_even_past_the_end_of_the_archive() {
    let place = Place::new();
    let repository = Repository::new(&place);
    repository.record(ACME, policy("one year"), "2019-01-01T12:00:00Z", "Record");
    repository.delete(ACME, "2020-06-01T12:00:00Z");
    repository.record("Other/Privacy Policy.md", policy("one day"), "2021-01-01T12:00:00Z", "Record");
    place.index(&[]).exit(0);
    let why = "the archive deleted the text on 2020-06-01, after the capture of 2019-01-01T12:00:00Z";
    for day in ["2020-06-01", "2020", "2021-01-01", "2030"] {
        let diff = place.run(&["diff", "--index", INDEX, "acme", "#1", day]).exit(2);
        diff.warns("acme: not known what stood on ").warns(why);
        let show = place.run(&["show", "--index", INDEX, &format!("acme@{day}"), "--format", "json"]).exit(1);
        assert_eq!(show.json()["unknown"], why);
    }
    place.run(&["diff", "--index", INDEX, "acme", "#1", "2020-05-31"]).exit(1);
}

#[test]
fn a_deleted_text_does_not_stand_on_later_days() {
    let place = Place::new();
    let repository = Repository::new(&place);
    repository.record(ACME, policy("one year"), "2020-01-01T00:00:00Z", "First record of Acme Privacy Policy");
    repository.delete(ACME, "2020-06-01T12:00:00Z");
    repository.record("Other/Privacy Policy.md", policy("one day"), "2021-01-01T00:00:00Z", "First record of Other");
    repository.record(ACME, policy("one year"), "2022-01-01T00:00:00Z", "First record of Acme Privacy Policy");
    repository.record("Other/Privacy Policy.md", policy("two days"), "2023-01-01T00:00:00Z", "Update Other");
    place.index(&[]).exit(0);
    let stands = |day: &str| place.texts(&["--as-of", day, "\"one year\""]).len();
    assert_eq!(["2020-05-31", "2020-06-01", "2021-06-01", "2022-06-01"].map(stands), [1, 0, 0, 1]);
}

#[test]
fn only_new_commits_are_read_and_answers_are_those_of_a_fresh_index() {
    let place = Place::new();
    let repository = Repository::new(&place);
    open_terms(&repository);
    place.index(&[]).exit(0);
    let again = place.index(&[]).exit(0).json();
    assert_eq!((&again["update"]["files_read"], &again["update"]["documents_changed"]), (&0.into(), &0.into()));

    repository.record(ACME, policy("one year"), "2022-01-01T00:00:00Z", "Record new changes of Acme Privacy Policy");
    repository.record(ACME, policy("ten years"), "2020-02-01T00:00:00Z", "Refilter Acme Privacy Policy");
    repository.delete(ACME, "2023-01-01T00:00:00Z");
    let later = place.index(&[]).exit(0).json();
    // The text of 2022 is one that was read before.
    assert_eq!((&later["update"]["files_read"], &later["update"]["documents_changed"]), (&1.into(), &1.into()));
    place.run(&["index", ARCHIVE, "--index", "fresh"]).exit(0);
    for query in [&["year"][..], &["--by-year", "keep"], &["--as-of", "2022-06-01", "keep"], &["--as-of", "2023-06-01", "keep"]] {
        let answer = |index: &str| place.run(&[&["search", "--index", index, "--format", "json"], query].concat()).stdout;
        assert_eq!(answer(INDEX), answer("fresh"), "{query:?}");
    }
}

#[test]
fn a_rewritten_history_is_told_and_listed_anew() {
    let place = Place::new();
    let repository = Repository::new(&place);
    open_terms(&repository);
    place.index(&[]).exit(0);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~2"], "");
    repository.record(ACME, policy("five years"), "2024-01-01T00:00:00Z", "Update Acme Privacy Policy");
    let rewritten = place.index(&[]).exit(0).warns("rewritten").json();
    assert!(rewritten["update"]["notes"][0]["reason"].as_str().unwrap().contains("rewritten"));
    assert_eq!(rewritten["vanished"], serde_json::json!([ACME]), "the version of 2021 is gone from the history");
    place.index(&["--prune"]).exit(0);
    place.run(&["index", ARCHIVE, "--index", "fresh"]).exit(0);
    let answer = |index: &str| place.run(&["search", "--index", index, "--format", "json", "year"]).stdout;
    assert_eq!(answer(INDEX), answer("fresh"));
    assert!(place.index(&[]).exit(0).stderr.is_empty());
}

#[test]
fn a_branch_is_an_archive_of_its_own() {
    let place = Place::new();
    let repository = Repository::new(&place);
    open_terms(&repository);
    repository.git(&["checkout", "--quiet", "-b", "side/way", "HEAD~3"], "");
    repository.record(ACME, policy("nine years"), "2021-01-01T00:00:00Z", "Update Acme Privacy Policy");
    repository.git(&["checkout", "--quiet", "main"], "");
    let branch = format!("{ARCHIVE}@side/way");
    let summary = place.run(&["index", &branch, "--index", INDEX, "--format", "json"]).exit(0).json();
    assert_eq!((&summary["sources"][0]["name"], &summary["snapshots"]), (&"archive@side/way".into(), &3.into()));
    assert_eq!(place.texts(&["\"nine years\""]).len(), 1);
    place.run(&["search", "--archive", &branch, "keep"]).exit(0);
    place.run(&["index", &format!("{ARCHIVE}@nowhere"), "--index", INDEX]).exit(2).warns("no branch or tag \"nowhere\"");
}

#[test]
fn what_is_no_history_stays_a_folder() {
    let place = Place::new();
    place.archived("acme/2005-05-25.txt", policy("one year"));
    place.archived(".git/config", "x");
    assert_eq!(place.index(&[]).exit(0).json()["snapshots"], 1);
    std::fs::remove_dir_all(place.path(ARCHIVE).join(".git")).unwrap();
    let repository = Repository::new(&place);
    assert_eq!(place.index(&[]).exit(0).json()["snapshots"], 1, "nothing is committed yet");
    repository.commit("2024-01-01T00:00:00Z", "Keep it");
    place.run(&["index", ARCHIVE, "--index", "other"]).exit(0);
    let found = place.run(&["search", "--index", "other", "--format", "json", "keep"]).exit(0).json();
    assert_eq!(strings(&found, "first_seen"), ["2005-05-25"], "the path tells a better date than the commit");
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let place = Place::new();
    let repository = Repository::new(&place);
    open_terms(&repository);
    let url = format!("file://{}", place.path(ARCHIVE).display());
    repository.git(&["clone", "--quiet", "--depth", "2", &url, "../clone"], "");
    let shallow = place.run(&["index", "clone", "--index", INDEX, "--format", "json"]).exit(0).warns("shallow").json();
    assert_eq!(shallow["documents"], 2);
    Command::new("git").current_dir(place.path("clone")).args(["fetch", "--quiet", "--unshallow"]).status().unwrap();
    let whole = place.run(&["index", "clone", "--index", INDEX, "--prune", "--format", "json"]).exit(0).json();
    assert_eq!(snapshots(&whole), (2, 4, 1));
}

#[test]
fn texts_that_a_partial_clone_lacks_are_named_and_read_once_they_are_there() {
    let place = Place::new();
    let repository = Repository::new(&place);
    open_terms(&repository);
    let missing = repository.git(&["rev-parse", &format!("HEAD:{ACME}")], "");
    let object = format!(".git/objects/{}/{}", &missing[..2], &missing[2..]);
    let bytes = std::fs::read(place.path(ARCHIVE).join(&object)).unwrap();
    place.unarchive(&object);
    let partial = place.index(&[]).exit(2).json();
    assert_eq!((&partial["snapshots"], partial["damaged"].as_array().unwrap().len()), (&4.into(), 1));
    assert!(partial["damaged"][0]["reason"].as_str().unwrap().contains("git fetch"));
    assert_eq!(place.texts(&["\"two years\""]).len(), 1, "what was recorded before it stands in");
    place.archived(&object, bytes);
    let whole = place.index(&[]).exit(0).json();
    assert_eq!(snapshots(&whole), (2, 4, 1));
    assert_eq!(place.texts(&["\"two years\""]), Vec::<String>::new());
}

#[test]
fn tosback_keeps_html_fragments_of_which_only_commits_tell_the_date() {
    let place = Place::new();
    let repository = Repository::new(&place);
    let fragment = |words: &str| {
        format!("<div>\n<h2>Privacy</h2>\n<p>We keep it for {words}. \nThen we remove it. \nAsk us.</p>\n<br>\n</div>\n")
    };
    repository.record("README", "About.\n", "2012-01-01T00:00:00-0800", "Begin");
    repository.record("rules/acme.test.xml", "<sitename/>", "2012-01-01T00:00:00-0800", "Rules");
    let privacy = "crawl/acme.test/Privacy Policy.txt";
    repository.record(privacy, fragment("one year"), "2012-12-31T23:30:00-0800", "changes for acme.test");
    repository.record("crawl/acme.test/Terms of Service.txt", fragment("a day"), "2013-01-05T10:00:00+0000", "new crawl");
    repository.record("crawl/acme.test/Updated Terms 2009.txt", fragment("a week"), "2013-02-05T10:00:00+0000", "new crawl");
    repository.record("crawl_reviewed/acme.test/Privacy Policy.txt", fragment("one year"), "2013-03-05T10:00:00+0000", "Review");
    repository.record("crawl_reviewed/Bolt.test/Help Center.txt", fragment("a month"), "2013-04-05T10:00:00+0000", "Review");
    repository.record(privacy, fragment("two years"), "2014-01-05T10:00:00+0000", "changes for acme.test");
    let summary = place.index(&[]).exit(0).json();
    assert_eq!(snapshots(&summary), (5, 6, 0));
    assert_eq!((&summary["companies"], &summary["sources"][0]["recording"]), (&2.into(), &"changes".into()));
    let found = place.found(&["--unfold", "--sort", "first-seen", "\"then we remove it\""]);
    let line = |hit: &Value| {
        let evidence = &hit["evidence"];
        assert_eq!(evidence["date_source"], "commit");
        [&hit["company"], &hit["kind"], &evidence["instant"], &evidence["path"]]
            .map(|field| field.as_str().unwrap().to_owned())
            .join("|")
    };
    let lines: Vec<String> = found["hits"].as_array().unwrap().iter().map(line).collect();
    let expected = [
        "acme.test|Privacy Policy|2013-01-01T07:30:00Z|crawl/acme.test/Privacy Policy.txt",
        "acme.test|Terms of Service|2013-01-05T10:00:00Z|crawl/acme.test/Terms of Service.txt",
        "acme.test|Updated Terms 2009|2013-02-05T10:00:00Z|crawl/acme.test/Updated Terms 2009.txt",
        "acme.test|Privacy Policy|2013-03-05T10:00:00Z|crawl_reviewed/acme.test/Privacy Policy.txt",
        "Bolt.test|Help Center|2013-04-05T10:00:00Z|crawl_reviewed/Bolt.test/Help Center.txt",
        "acme.test|Privacy Policy|2014-01-05T10:00:00Z|crawl/acme.test/Privacy Policy.txt",
    ];
    assert_eq!(lines, expected);
    // The line break after each sentence is none of the text.
    assert_eq!(
        place.texts(&["\"for two years then we remove it ask us\""]),
        ["We keep it for two years. Then we remove it. Ask us."]
    );
}

#[test]
fn snapshots_of_open_terms_archive_are_pages_that_tell_their_kind_and_address() {
    let place = Place::new();
    let repository = Repository::new(&place);
    let page = |words: &str| format!("<!DOCTYPE html><html><body><main><p>We keep it for {words}.</p></main></body></html>");
    let message =
        |subject: &str, address: &str| format!("{subject}\n\nX-engine-version: 6.0.0\nX-source-document-location: {address}\n");
    let (one, two) = ("Acme/Community Guidelines #main.html", "Acme/Community Guidelines #spam-policy.html");
    let address = "https://acme.example/rules?lang=en";
    let kinds = [
        (one, "one year", "First record of Acme Community Guidelines", "2022-01-01T00:00:00Z"),
        (two, "two years", "Start tracking Acme Community Guidelines", "2022-01-01T00:00:00Z"),
        (one, "three years", "Record new changes of Acme Community Guidelines", "2022-02-01T00:00:00Z"),
        (one, "four years", "Update Acme Community Guidelines", "2022-03-01T00:00:00Z"),
        (two, "five years", "Refilter Acme Community Guidelines", "2022-04-01T00:00:00Z"),
        (two, "six years", "Apply technical or declaration upgrade on Acme Community Guidelines", "2022-05-01T00:00:00Z"),
        ("Acme/Privacy Policy.html", "seven years", "Fix the encoding by hand", "2022-06-01T00:00:00Z"),
    ];
    for (path, words, subject, date) in kinds {
        repository.record(path, page(words), date, &message(subject, address));
    }
    assert_eq!(snapshots(&place.index(&[]).exit(0).json()), (3, 7, 0));
    let told = |words: &str| {
        let evidence = &place.found(&[&format!("\"for {words}\"")])["hits"][0]["evidence"];
        (evidence["commit_kind"].clone(), evidence["url"].clone(), evidence["path"].clone())
    };
    let expected = ["first_record", "first_record", "change", "change", "re_extraction", "re_extraction"];
    for ((path, words, ..), kind) in kinds.into_iter().zip(expected) {
        assert_eq!(told(words), (kind.into(), address.into(), path.into()), "{words}");
    }
    // The page of the first record again: what is told of the one is not told of the other.
    let again = message("Record new changes of Acme Community Guidelines", "https://acme.example/moved");
    repository.record(two, page("two years"), "2022-07-01T00:00:00Z", &again);
    place.index(&[]).exit(0);
    let evidence = &place.found(&["\"for two years\"", "--since", "2022-07-01"])["hits"][0]["evidence"];
    assert_eq!((&evidence["commit_kind"], &evidence["url"]), (&"change".into(), &"https://acme.example/moved".into()));
    assert_eq!(told("two years"), ("first_record".into(), address.into(), two.into()));
    assert_eq!(told("seven years"), (Value::Null, address.into(), kinds[6].0.into()), "no subject of the archive's");
}

#[test]
fn any_repository_is_read_by_its_templates_and_each_path_is_a_text_of_its_own() {
    let place = Place::new();
    let repository = Repository::new(&place);
    let template =
        "[[template]]\npath = \"eu/{company}/{kind}.{ext}\"\n\n[[template]]\npath = \"dated/{company}/{date}.{ext}\"\n";
    repository.record("fineprint.toml", template, "2010-01-01T00:00:00Z", "Say what paths mean");
    repository.record("eu/acme/Privacy Policy.txt", policy("one year"), "2011-01-01T00:00:00Z", "Update it");
    repository.record("dated/acme/2009-05-25.txt", policy("two years"), "2012-01-01T00:00:00Z", "Scan an old one");
    repository.record("crawl/acme.test/Terms.txt", "<p>We keep it.</p>\n<p>One. \nTwo.</p>", "2013-01-01T00:00:00Z", "crawl");
    repository.record("shop/privacy.md", policy("three years"), "2014-01-01T00:00:00Z", "One");
    repository.record("shop/Privacy Policy.md", policy("four years"), "2015-01-01T00:00:00Z", "Another");
    repository.record(".hidden/x.md", "x", "2016-01-01T00:00:00Z", "Hide");
    let records = "{\"company\":\"Rec\",\"date\":\"2001-01-01\",\"text\":\"We keep records.\"}\n";
    repository.record("all.jsonl", records, "2017-01-01T00:00:00Z", "Records");
    repository.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"], "");
    repository.record("shop/privacy.md", policy("five years"), "2018-01-01T00:00:00Z", "On another branch");
    repository.git(&["checkout", "--quiet", "main"], "");
    repository.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "side"], "2019-01-01T00:00:00Z");
    let summary = place.index(&[]).exit(0).json();
    assert_eq!(snapshots(&summary), (6, 7, 0));
    let dated = |query: &str| {
        let hit = &place.found(&[query])["hits"][0];
        let text = |field: &Value| field.as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text(&hit["company"]), text(&hit["evidence"]["instant"]), text(&hit["evidence"]["date_source"]))
    };
    assert_eq!(dated("\"one year\""), "acme 2011-01-01T00:00:00Z commit");
    assert_eq!(dated("\"two years\""), "acme 2009-05-25 path_template");
    assert_eq!(dated("\"we keep it\""), "acme.test 2013-01-01T00:00:00Z commit");
    assert_eq!(dated("\"four years\""), "shop 2015-01-01T00:00:00Z commit");
    assert_eq!(dated("\"five years\""), "shop 2019-01-01T00:00:00Z commit", "a merge is when the branch came to have it");
    assert_eq!(dated("\"we keep records\""), "Rec 2001-01-01 record");
}

#[test]
fn packed_files_in_a_history_are_told_and_an_archive_of_a_commit_is_read() {
    let place = Place::new();
    let repository = Repository::new(&place);
    repository.record(ACME, "We keep it for one year.", "2019-01-01T00:00:00Z", "First record of Acme");
    repository.record("old.zip", "PK", "2019-01-02T00:00:00Z", "Add");
    repository.record("Acme/2001.html.gz", "x", "2019-01-03T00:00:00Z", "Add");
    let skipped = place.index(&[]).exit(0).json()["skipped"].clone();
    let reason = "a packed file in a git history, where none is read: unpack it, and index that";
    let expected: Vec<Value> =
        ["Acme/2001.html.gz", "old.zip"].iter().map(|path| serde_json::json!({ "path": path, "reason": reason })).collect();
    assert_eq!(skipped, Value::Array(expected));
    for (ending, format) in [("tar", "tar"), ("tgz", "tar.gz"), ("zip", "zip")] {
        let name = format!("acme.{ending}");
        repository.git(&["archive", "--prefix=acme-1/", "--format", format, "-o", &format!("../{name}"), "HEAD", ACME], "");
        let summary = place.run(&["index", &name, "--index", ending, "--format", "json"]).exit(0).json();
        assert_eq!((&summary["undated"], &summary["damaged"]), (&1.into(), &serde_json::json!([])), "{ending}");
    }
}
