//! Several archives in one index: what each is, and that what two of them hold is counted once.

use super::place::{ARCHIVE, INDEX, Place, strings};
use super::repository::Repository;
use serde_json::{Value, json};

fn policy(days: usize) -> String {
    format!("# Privacy Policy\n\nWe keep your data for {days} days and no longer.\n\nWe do not sell data.\n")
}

fn dated(folder: &str, company: &str, day: &str) -> String {
    format!("{folder}/{company}/Privacy Policy/{day}T10-00-00Z.md")
}

/// Builds an index of archives that lie in the place.
fn index(place: &Place, archives: &[&str], dir: &str) -> Value {
    place.run(&[&["index", "--index", dir, "--format", "json"], archives].concat()).exit(0).json()
}

fn ask(place: &Place, dir: &str, args: &[&str]) -> Value {
    let common = ["search", "--index", dir, "--format", "json", "--limit", "all", "--by-year"];
    place.run(&[&common, args].concat()).exit(0).json()
}

/// What a reader sees of an answer, whatever the archive that each hit was read from.
fn seen(answer: &Value) -> Value {
    let hits = answer["hits"].as_array().unwrap().iter().map(|hit| {
        let fields = ["company", "kind", "heading", "text", "first_seen", "last_seen", "absent_from", "snapshots", "wordings"];
        fields.map(|field| hit[field].clone())
    });
    json!([answer["totals"], answer["years"], answer["as_of"], hits.collect::<Vec<_>>()])
}

const QUERIES: [&[&str]; 5] = [
    &["\"we do not sell\""],
    &["\"we do not sell\"", "--unfold=companies"],
    &["days", "--unfold"],
    &["data", "--as-of", "2021-02-15"],
    &["sell", "--years", "2021"],
];

#[test]
fn a_folder_and_its_repository_are_counted_once() {
    let place = Place::new();
    let repository = Repository::new(&place);
    for (year, days) in [(2020, 1), (2021, 2), (2022, 1)] {
        for company in ["Acme", "Other"] {
            let date = format!("{year}-01-05");
            repository.record(
                &format!("{company}/Privacy Policy.md"),
                policy(days),
                &format!("{date}T10:00:00Z"),
                "Update Acme Privacy Policy",
            );
            place.write(dated("folder", company, &date), policy(days));
        }
    }
    let alone = index(&place, &[ARCHIVE], "alone");
    let both = index(&place, &["folder", ARCHIVE], "both");
    for count in ["companies", "documents", "snapshots", "versions", "passages", "clauses", "occurrences", "years", "languages"] {
        assert_eq!(both[count], alone[count], "{count}");
    }
    assert_eq!((&both["duplicates"], &alone["duplicates"]), (&json!(6), &json!(0)));
    for query in QUERIES {
        assert_eq!(seen(&ask(&place, "both", query)), seen(&ask(&place, "alone", query)), "{query:?}");
    }
    // The history stands: it knows the commit.
    let hits = ask(&place, "both", &["\"we do not sell\"", "--unfold=companies"]);
    assert_eq!(strings(&hits, "source"), ["archive", "archive"]);
    assert!(hits["hits"][0]["evidence"]["commit"].is_string());
    // Given in another order, one after the other, the answers are the same.
    index(&place, &[ARCHIVE], "steps");
    index(&place, &["folder"], "steps");
    for query in QUERIES {
        assert_eq!(ask(&place, "steps", query), ask(&place, "both", query), "{query:?}");
    }
}

#[test]
fn archives_that_overlap_are_counted_as_their_union() {
    let place = Place::new();
    let days: Vec<String> = (1..=9).map(|month| format!("2021-{month:02}-05")).collect();
    for (at, day) in days.iter().enumerate() {
        if at < 6 {
            place.write(dated("early", "Acme", day), policy(at / 2 + 1));
        }
        if at >= 3 {
            // Known by the day only, and the text of one day is another one.
            let text = if at == 4 { policy(40) } else { policy(at / 2 + 1) };
            place.write(format!("late/Acme/Privacy Policy/{day}.md"), text);
        }
    }
    let counts = index(&place, &["early", "late"], INDEX);
    // Six and six, of which those of April and June are the same.
    assert_eq!((&counts["snapshots"], &counts["duplicates"]), (&json!(10), &json!(2)));
    assert_eq!((&counts["documents"], &counts["companies"]), (&json!(2), &json!(1)));
    let answer = ask(&place, INDEX, &["\"do not sell\""]);
    assert_eq!(answer["totals"]["snapshots"], 10);
    assert_eq!(answer["years"][0]["snapshots"], 10);
    assert_eq!(answer["totals"]["companies"], 1);
    // Each history is whole: the passage stands in all six of either.
    let apart = ask(&place, INDEX, &["\"do not sell\"", "--unfold=companies"]);
    assert_eq!(apart["hits"].as_array().unwrap().iter().map(|hit| hit["snapshots"].as_u64().unwrap()).sum::<u64>(), 12);
    let other = index(&place, &["late", "early"], "other");
    assert_eq!(other["fingerprint"], counts["fingerprint"]);
    assert_eq!(ask(&place, "other", &["\"do not sell\""]), answer);
}

#[test]
fn what_only_one_archive_holds_any_more_is_counted_there() {
    let place = Place::new();
    for day in ["2021-01-05", "2021-02-05"] {
        place.write(dated("a", "Acme", day), policy(1));
        place.write(dated("b", "Acme", day), policy(1));
    }
    assert_eq!(index(&place, &["a", "b"], INDEX)["duplicates"], 2);
    assert_eq!(strings(&ask(&place, INDEX, &["sell"]), "source"), ["a"]);
    std::fs::remove_file(place.path(dated("a", "Acme", "2021-01-05"))).unwrap();
    let pruned = index(&place, &["a", "--prune"], INDEX);
    assert_eq!((&pruned["duplicates"], &pruned["snapshots"]), (&json!(1), &json!(2)));
    let answer = ask(&place, INDEX, &["sell", "--until", "2021-01-31"]);
    assert_eq!(strings(&answer, "source"), ["b"]);
}

/// How many documents with a matching text stand for a day, and of how many something is known then.
fn as_of(place: &Place, dir: &str, day: &str) -> (Value, Value) {
    let run = place.run(&["search", "--index", dir, "--format", "json", "--as-of", day, "\"do not sell\""]);
    assert!(run.status < 2, "{run:?}");
    let answer = run.json();
    (answer["totals"]["snapshots"].clone(), answer["as_of"]["known"].clone())
}

#[test]
fn as_of_a_day_the_source_answers_that_was_watching() {
    let place = Place::new();
    let repository = Repository::new(&place);
    let acme = "Acme/Privacy Policy.md";
    repository.record(acme, policy(1), "2020-01-05T10:00:00Z", "First record of Acme Privacy Policy");
    repository.record("Other/Privacy Policy.md", policy(9), "2020-02-05T10:00:00Z", "First record of Other Privacy Policy");
    for copy in ["one", "two"] {
        place.write(dated(copy, "Acme", "2020-01-05"), policy(1));
        place.write(dated(copy, "Other", "2020-02-05"), policy(9));
    }
    // These go on when the history has ended, with another company.
    place.write(dated("one", "Third", "2021-06-05"), "# Terms\n\nNo word of that.\n");
    place.write(dated("two", "Third", "2021-06-05"), "# Terms\n\nNo word of that.\n");
    index(&place, &["one", ARCHIVE, "two"], INDEX);
    assert_eq!(as_of(&place, INDEX, "2020-01-20"), (json!(1), json!(1)));
    assert_eq!(as_of(&place, INDEX, "2020-02-05"), (json!(2), json!(2)));
    assert_eq!(as_of(&place, INDEX, "2021-05-01"), (json!(2), json!(2)), "the folders still tell");
    assert_eq!(as_of(&place, INDEX, "2022-01-01"), (json!(0), json!(0)));
    // The history tells of a deletion, which the folders cannot know.
    repository.delete(acme, "2020-03-01T00:00:00Z");
    repository.record("Last/Privacy Policy.md", policy(5), "2022-06-05T10:00:00Z", "First record of Last Privacy Policy");
    index(&place, &[ARCHIVE], INDEX);
    assert_eq!(as_of(&place, INDEX, "2020-02-10"), (json!(2), json!(2)));
    assert_eq!(as_of(&place, INDEX, "2021-05-01"), (json!(1), json!(1)), "Acme deleted its text");
}

#[test]
fn what_one_source_no_longer_carries_another_may() {
    let place = Place::new();
    // Captures are carried for 18 months, changes without end; both sources go on with another company.
    place.write("a/Acme/Privacy Policy/2005-05-20.md", policy(1)).write("a/Zed/Privacy Policy/2012-05-20.md", policy(2));
    place.write(dated("b", "Acme", "2005-05-20"), policy(1)).write(dated("b", "Zed", "2012-05-20"), policy(3));
    for archives in [&["b"][..], &["a", "b"], &["b", "a"]] {
        let dir = format!("index-{}", archives.concat());
        index(&place, archives, &dir);
        assert_eq!(as_of(&place, &dir, "2009-01-01"), (json!(1), json!(1)), "{archives:?}");
    }
}

#[test]
fn the_most_exact_date_counts() {
    let place = Place::new();
    place.write("a/acme/privacy/2005-05.md", policy(1)).write("b/acme/privacy/2005-05-20.md", policy(1));
    index(&place, &["a", "b"], INDEX);
    assert_eq!(ask(&place, INDEX, &["sell", "--since", "2005-05-15"])["totals"]["snapshots"], 1);
    // The same day finds itself before a month that only agrees.
    for (path, dates) in [("c", ["2005-05-03", "2005-05-10"]), ("d", ["2005-05", "2005-05-03"])] {
        for date in dates {
            place.write(format!("{path}/acme/privacy/{date}.md"), policy(1));
        }
    }
    for archives in [["c", "d"], ["d", "c"]] {
        let counts = index(&place, &archives, &archives.concat());
        assert_eq!((&counts["snapshots"], &counts["duplicates"]), (&json!(2), &json!(2)), "{archives:?}");
    }
}

#[test]
fn sources_of_one_name_count_the_same_in_any_order() {
    let place = Place::new();
    for (holder, days) in [("p", &["2021-01-05"][..]), ("q", &["2021-01-05", "2021-02-05"])] {
        for day in days {
            place.write(dated(&format!("{holder}/arch"), "Acme", day), policy(1));
        }
    }
    let [one, other] =
        [["p/arch", "q/arch"], ["q/arch", "p/arch"]].map(|archives| index(&place, &archives, &archives[0].replace('/', "-")));
    for count in ["documents", "snapshots", "versions", "passages", "clauses"] {
        assert_eq!(one[count], other[count], "{count}");
    }
}

#[test]
fn the_same_bytes_of_another_company_or_day_are_another_snapshot() {
    let place = Place::new();
    place.write(dated("a", "Acme", "2021-01-05"), policy(1));
    place.write(dated("b", "Acme", "2021-01-06"), policy(1));
    place.write(dated("b", "Other", "2021-01-05"), policy(1));
    let counts = index(&place, &["a", "b"], INDEX);
    assert_eq!((&counts["duplicates"], &counts["snapshots"], &counts["companies"]), (&json!(0), &json!(3), &json!(2)));
}

#[test]
fn sources_are_listed_with_what_they_hold() {
    let place = Place::new();
    let repository = Repository::new(&place);
    repository.record("README.md", "About.\n", "2020-01-01T00:00:00Z", "Start");
    repository.record("Acme/Privacy Policy.md", policy(1), "2020-01-05T10:00:00Z", "First record of Acme Privacy Policy");
    repository.delete("Acme/Privacy Policy.md", "2020-06-01T00:00:00Z");
    let tip = repository.git(&["rev-parse", "HEAD"], "");
    place.write("pages/acme/2005-05-25.html", "<p>We keep logs.</p>").write("pages/note.txt", "No date.");
    index(&place, &[ARCHIVE, "pages"], INDEX);
    let listed = place.run(&["sources", "--index", INDEX, "--format", "json"]).exit(0).json();
    let of =
        |at: usize, fields: &[&str]| -> Vec<Value> { fields.iter().map(|field| listed["sources"][at][field].clone()).collect() };
    let history =
        of(0, &["name", "form", "recording", "snapshots", "companies", "deletions", "skipped", "date_sources", "commit"]);
    assert_eq!(json!(history), json!(["archive", "git", "changes", 1, 1, 1, 1, {"commit": 1}, tip]));
    let folder = of(1, &["name", "form", "recording", "snapshots", "undated", "first_seen", "date_sources", "commit"]);
    assert_eq!(json!(folder), json!(["pages", "folder", "captures", 1, 1, "2005-05-25", {"path": 1}, null]));

    let text = place.run(&["sources", "--index", INDEX]).exit(0);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("1 snapshot of 1 document of 1 company, 2020-01-05 to 2020-01-05"), "{text}");
    assert!(text.contains("records only changes") && text.contains("dated by commit 1"), "{text}");
    let table = place.run(&["sources", "--index", INDEX, "--format", "csv"]).exit(0);
    assert_eq!(String::from_utf8(table.stdout).unwrap().lines().count(), 3);
    let lines = place.run(&["sources", "--index", INDEX, "--format", "jsonl"]).exit(0);
    assert_eq!(String::from_utf8(lines.stdout).unwrap().lines().count(), 2);
}
