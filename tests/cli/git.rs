//! A git history as an archive: the same answers as from a folder of its versions, and what only a history can tell.

use super::place::{ARCHIVE, INDEX, Place, strings};
use serde_json::Value;
use std::process::Command;

/// A repository that is made commit by commit.
struct Repository<'p> {
    place: &'p Place,
}

impl Repository<'_> {
    fn new(place: &Place) -> Repository<'_> {
        let repository = Repository { place };
        std::fs::create_dir_all(place.path(ARCHIVE)).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch", "main"], "");
        repository
    }

    fn git(&self, args: &[&str], date: &str) -> String {
        let output = Command::new("git")
            .current_dir(self.place.path(ARCHIVE))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", date)
            // The committer's clock is never asked.
            .env("GIT_COMMITTER_DATE", "2000-01-01T00:00:00Z")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn commit(&self, date: &str, message: &str) -> String {
        self.git(&["add", "--all"], date);
        self.git(&["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--message", message], date);
        self.git(&["rev-parse", "HEAD"], "")
    }

    /// Commits a file.
    fn record(&self, path: &str, text: impl AsRef<[u8]>, date: &str, message: &str) -> String {
        self.place.archived(path, text);
        self.commit(date, message)
    }

    fn delete(&self, path: &str, date: &str) {
        self.place.unarchive(path);
        self.commit(date, "Remove it");
    }
}

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

/// The Markdown of the Princeton-Leuven corpus.
fn princeton(domain: &str, time: &str, text: &str) -> String {
    let day = format!("{}-{}-{}", &time[..4], &time[4..6], &time[6..8]);
    format!(
        "> *The following text is extracted and transformed from the {domain} privacy policy that was archived on {day}. Please check the \
         [original snapshot on the Wayback Machine](https://web.archive.org/web/{time}id_/http%3A//www.{domain}/privacy) for the most \
         accurate reproduction.*\n\n# Privacy\n\n{text}\n"
    )
}

#[test]
fn a_princeton_leuven_history_has_every_capture_at_its_own_time() {
    let place = Place::new();
    let repository = Repository::new(&place);
    repository.record("README.md", "About.\n", "2021-01-01T00:00:00+0100", "Begin");
    let domains = ["linux.test", "lime.test", "1-2-3.test", "a.test", "example.org.test"];
    let mut expected = Vec::new();
    for (number, year) in (2010..2022).enumerate() {
        for (site, domain) in domains.iter().enumerate() {
            // Half an hour after midnight by a clock that is labelled two hours off: the commit's own day is the one before.
            let time = format!("{year}0{}0{}003000", 1 + number % 9, 1 + site);
            let (one, two, three) = (&domain[..1], &domain[..2], &domain[..3]);
            let path = format!("{one}/{two}/{three}/{domain}.md");
            let text = format!("We keep your data for {} days.", number / 3 + 1);
            let bare = site == 4 && number % 2 == 1;
            let file = if bare { format!("# Privacy\n\n{text}\n") } else { princeton(domain, &time, &text) };
            let message = format!(
                "{domain} (archived on {year}-0{}-0{})\n\n{{\"timestamp\": \"{time}\", \"policy_url\": \"http://www.{domain}/privacy\", \
                 \"policy_snapshot_url\": \"https://web.archive.org/web/{time}id_/http%3A//www.{domain}/privacy\", \"interval\": \"{year}_A\", \
                 \"alexa_rank\": NaN, \"simhash\": 18446744073709551615, \"categories\": [\"NaN\"]}}\n",
                1 + number % 9,
                1 + site
            );
            let clock = format!("{year}-0{}-0{}T00:30:00+0200", 1 + number % 9, 1 + site);
            repository.record(&path, file, &clock, &message);
            expected.push((domain.to_string(), time, number / 3 + 1));
        }
    }
    repository.git(&["clone", "--quiet", "--bare", ".", "../bare.git"], "");
    for archive in [ARCHIVE, "bare.git"] {
        let summary = place.run(&["index", archive, "--index", &format!("of-{archive}"), "--format", "json"]).exit(0).json();
        assert_eq!(snapshots(&summary), (5, 60, 0));
        assert_eq!(summary["sources"][0]["recording"], "captures");
    }
    place.index(&[]).exit(0);
    for (domain, time, days) in &expected {
        let instant = format!("{}-{}-{}", &time[..4], &time[4..6], &time[6..8]);
        let answer = place.found(&["--company", domain, "--as-of", &instant, &format!("\"for {days} days\"")]);
        let evidence = &answer["hits"][0]["evidence"];
        assert_eq!(evidence["instant"], format!("{instant}T00:30:00Z"), "{domain}");
        assert_eq!(evidence["url"], format!("https://web.archive.org/web/{time}id_/http%3A//www.{domain}/privacy"));
    }
    // A checkout alone holds the newest capture of each site.
    std::fs::remove_dir_all(place.path(ARCHIVE).join(".git")).unwrap();
    let checkout = place.run(&["index", ARCHIVE, "--index", "checkout", "--format", "json"]).exit(0).json();
    assert_eq!((&checkout["documents"], &checkout["snapshots"]), (&5.into(), &4.into()));
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
