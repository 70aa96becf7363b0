//! The sample archive against the facts that were written down when it was made.

use crate::place::{Place, corpus, corpus_place, strings};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Facts {
    documents: Vec<Fact>,
    phrases: BTreeMap<String, Vec<Fact>>,
}

/// The days on which a document was captured, or on which a phrase stands in it.
#[derive(Deserialize)]
struct Fact {
    company: String,
    kind: String,
    days: Vec<String>,
    #[serde(default)]
    undated: bool,
}

fn facts() -> Facts {
    serde_json::from_str(include_str!("facts.json")).unwrap()
}

/// The name under which a company is counted, by the archive's settings.
fn counted(company: &str) -> &str {
    match company {
        "lanternpost.example" => "Lanternpost",
        "chatterhorn" => "Flitterlark",
        "quillfeather-books.example" => "Quillfeather Books",
        "pennylarder.example" => "Penny Larder",
        other => other,
    }
}

fn quoted(phrase: &str) -> String {
    format!("\"{phrase}\"")
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn every_phrase_is_counted_as_the_facts_say() {
    for (phrase, facts) in facts().phrases {
        let answer = corpus_place().found(&[&quoted(&phrase), "--by-year"]);
        let days = || facts.iter().flat_map(|fact| &fact.days);
        let companies: BTreeSet<&str> = facts.iter().map(|fact| counted(&fact.company)).collect();
        let undated = facts.iter().filter(|fact| fact.undated).count();
        let documents = facts.iter().filter(|fact| !fact.days.is_empty()).count() + undated;
        let totals = &answer["totals"];
        assert_eq!(number(&totals["snapshots"]), days().count() as u64, "{phrase}");
        assert_eq!(number(&totals["companies"]), companies.len() as u64, "{phrase}");
        assert_eq!(number(&totals["documents"]), documents as u64, "{phrase}");

        let mut expected: BTreeMap<u64, (u64, u64, BTreeSet<&str>)> = BTreeMap::new();
        for fact in &facts {
            let years: Vec<u64> = fact.days.iter().map(|day| day[..4].parse().unwrap()).collect();
            for year in &years {
                let so_far = expected.entry(*year).or_default();
                so_far.0 += 1;
                so_far.2.insert(counted(&fact.company));
            }
            for year in BTreeSet::from_iter(years) {
                expected.entry(year).or_default().1 += 1;
            }
        }
        let years = answer["years"].as_array().unwrap();
        let found: BTreeMap<u64, _> = years
            .iter()
            .map(|year| {
                let counts = ["snapshots", "documents", "companies"].map(|name| number(&year[name]));
                (number(&year["year"]), counts)
            })
            .collect();
        let first_and_last = |years: Vec<u64>| (years.first().copied(), years.last().copied());
        assert_eq!(
            first_and_last(found.keys().copied().collect()),
            first_and_last(expected.keys().copied().collect()),
            "{phrase}"
        );
        for (year, counts) in found {
            let (snapshots, documents, companies) = expected.remove(&year).unwrap_or_default();
            assert_eq!(counts, [snapshots, documents, companies.len() as u64], "{phrase} in {year}");
        }
    }
}

#[test]
fn every_phrase_is_first_and_last_seen_when_the_facts_say() {
    for (phrase, facts) in facts().phrases {
        for fact in facts.iter().filter(|fact| !fact.days.is_empty()) {
            let query = format!("\"{phrase}\" company:\"{}\" kind:\"{}\" since:1900", fact.company, fact.kind);
            let answer = corpus_place().found(&[&query, "--unfold"]);
            // Counted names hold several documents: those of this document are told by where they come from.
            let mut dates: BTreeSet<String> = strings(&answer, "first_seen").into_iter().collect();
            dates.extend(strings(&answer, "last_seen"));
            let same_name =
                facts.iter().filter(|other| counted(&other.company) == counted(&fact.company) && other.kind == fact.kind);
            let of_name = fact.company == counted(&fact.company);
            let days: BTreeSet<&String> =
                same_name.filter(|other| of_name || other.company == fact.company).flat_map(|other| &other.days).collect();
            assert_eq!(dates.first(), days.first().copied(), "{phrase} {}", fact.company);
            assert_eq!(dates.last(), days.last().copied(), "{phrase} {}", fact.company);
            assert_eq!(number(&answer["totals"]["snapshots"]), days.len() as u64, "{phrase} {}", fact.company);
        }
    }
}

#[test]
fn each_day_of_each_document_is_answered_for_itself() {
    let facts = facts();
    let phrase = "legitimate interests";
    let holders = &facts.phrases[phrase];
    let mut queries = String::new();
    let mut expected = Vec::new();
    for document in &facts.documents {
        let holder = holders.iter().find(|fact| (&fact.company, &fact.kind) == (&document.company, &document.kind));
        for day in &document.days {
            queries.push_str(&format!(
                "{{\"query\":\"\\\"{phrase}\\\"\",\"company\":\"{}\",\"kind\":\"{}\",\"since\":\"{day}\",\"until\":\"{day}\"}}\n",
                document.company, document.kind
            ));
            expected.push((document, day, u64::from(holder.is_some_and(|fact| fact.days.contains(day)))));
        }
    }
    let run = corpus_place().feed(queries, &["batch", "-", "--index", "index"]);
    let answers = run.exit(0).json_lines();
    assert_eq!(answers.len(), expected.len());
    for (answer, (document, day, snapshots)) in answers.iter().zip(expected) {
        let place = format!("{} {} {day}", document.company, document.kind);
        assert_eq!(number(&answer["totals"]["snapshots"]), snapshots, "{place}");
    }
}

#[test]
fn the_summary_counts_what_the_archive_holds() {
    let place = corpus_place();
    let summary: Value = serde_json::from_slice(&std::fs::read(place.path("summary.json")).unwrap()).unwrap();
    let stats = place.run(&["stats", "--index", "index", "--format", "json"]).exit(0).json();
    let facts = facts();
    let companies: BTreeSet<&str> = facts.documents.iter().map(|document| counted(&document.company)).collect();
    let days = || facts.documents.iter().flat_map(|document| &document.days);
    for counts in [&summary, &stats] {
        assert_eq!(number(&counts["snapshots"]), days().count() as u64);
        assert_eq!(number(&counts["companies"]), companies.len() as u64);
        // The undated record is a document of its own.
        assert_eq!(number(&counts["documents"]), facts.documents.len() as u64 + 1);
        assert_eq!(number(&counts["undated"]), 1);
        assert_eq!(number(&counts["empty"]), 1);
        assert_eq!(number(&counts["superseded"]), 0);
        assert_eq!(counts["damaged"], Value::Array(Vec::new()));
        assert_eq!(counts["first_seen"].as_str(), days().min().map(String::as_str));
        assert_eq!(counts["last_seen"].as_str(), days().max().map(String::as_str));
        let skipped: BTreeSet<&str> =
            counts["skipped"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        for path in ["README.md", "ota/README.md", "ota/LICENSE"] {
            assert!(skipped.contains(path), "{skipped:?}");
        }
        for year in counts["years"].as_array().unwrap() {
            let year_of = |day: &&String| day[..4].parse().ok() == year["year"].as_u64();
            assert_eq!(number(&year["snapshots"]), days().filter(year_of).count() as u64, "{year}");
        }
    }
    assert!(number(&summary["update"]["files_read"]) >= number(&summary["snapshots"]));
}

#[test]
fn a_company_with_two_names_counts_once_and_is_found_by_each() {
    let place = corpus_place();
    let totals =
        |company: &str| place.found(&["--company", company, "--kind", "privacy policy", "information"])["totals"].clone();
    let (old, new, both) = (totals("lanternpost.example"), totals("flitterlark"), totals("Lanternpost"));
    assert_eq!(number(&old["documents"]), 1);
    assert_eq!((number(&both["documents"]), number(&both["companies"])), (2, 1));
    assert_eq!((number(&new["documents"]), number(&new["companies"])), (2, 1), "chatterhorn was renamed");
    let answer = place.found(&["--company", "lanternpost*", "information"]);
    assert_eq!(strings(&answer, "company").into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["Lanternpost".into()]));
}

#[test]
fn the_undated_record_is_found_and_in_no_count_over_time() {
    let place = corpus_place();
    let query = ["--company", "pebblecount", "\"data privacy framework\""];
    let answer = place.found(&[&query[..], &["--by-year"]].concat());
    assert_eq!(number(&answer["totals"]["snapshots"]), 0);
    assert_eq!(number(&answer["totals"]["documents"]), 1);
    assert_eq!(answer["years"], Value::Array(Vec::new()));
    let hit = &answer["hits"][0];
    for field in ["first_seen", "last_seen", "absent_from"] {
        assert_eq!(hit[field], Value::Null, "{field}");
    }
    assert_eq!((number(&hit["snapshots"]), &hit["evidence"]["instant"]), (0, &Value::Null));
    place.search(&[&query[..], &["--since", "1990"]].concat()).exit(1);
}

#[test]
fn the_json_has_the_names_that_are_promised() {
    let place = corpus_place();
    let answer = place.found(&["\"do not sell\"", "--by-year"]);
    let has = |value: &Value, names: &[&str]| {
        for name in names {
            assert!(value.get(name).is_some(), "no {name} in {value}");
        }
    };
    has(&answer, &["schema", "fingerprint", "query", "totals", "years", "hits"]);
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["query"], "\"do not sell\"");
    has(&answer["totals"], &["clauses", "passages", "snapshots", "documents", "companies"]);
    has(&answer["years"][0], &["year", "snapshots", "documents", "companies"]);
    let hits = answer["hits"].as_array().unwrap();
    let said = hits.iter().flat_map(|hit| hit["companies"].as_array().unwrap());
    assert_eq!(said.map(|saying| number(&saying["clauses"])).sum::<u64>(), number(&answer["totals"]["clauses"]));
    for (rank, hit) in (1..).zip(hits) {
        has(
            hit,
            &[
                "rank",
                "score",
                "id",
                "company",
                "kind",
                "heading",
                "text",
                "highlights",
                "first_seen",
                "last_seen",
                "absent_from",
                "snapshots",
                "wordings",
                "companies",
                "evidence",
            ],
        );
        has(&hit["wordings"], &["count", "first_seen", "last_seen"]);
        has(&hit["companies"][0], &["company", "clauses", "documents", "first_seen", "last_seen"]);
        has(
            &hit["evidence"],
            &[
                "instant",
                "date_source",
                "date_precision",
                "url",
                "path",
                "commit",
                "sha256_file",
                "sha256_text",
                "offset",
                "extraction",
            ],
        );
        assert_eq!(number(&hit["rank"]), rank);
        // Highlights count characters, and what they cut out is what was asked for.
        let text: Vec<char> = hit["text"].as_str().unwrap().chars().collect();
        let marks = hit["highlights"].as_array().unwrap();
        assert!(!marks.is_empty());
        for mark in marks {
            let place = number(&mark[0]) as usize..number(&mark[1]) as usize;
            let marked: String = text[place].iter().collect();
            assert_eq!(marked.to_lowercase().split_whitespace().collect::<Vec<_>>(), ["do", "not", "sell"]);
        }
        let offset = &hit["evidence"]["offset"];
        assert_eq!((number(&offset[1]) - number(&offset[0])) as usize, text.len());
    }
    let stats = place.run(&["stats", "--index", "index", "--format", "json"]).exit(0).json();
    has(
        &stats,
        &[
            "companies",
            "documents",
            "snapshots",
            "versions",
            "passages",
            "clauses",
            "occurrences",
            "superseded",
            "undated",
            "skipped",
            "skipped_by_reason",
            "damaged",
            "index_bytes",
        ],
    );
}

#[test]
fn the_evidence_is_the_file_that_it_names() {
    use sha2::{Digest, Sha256};
    let answer = corpus_place().found(&["\"do not sell\""]);
    for hit in answer["hits"].as_array().unwrap() {
        let evidence = &hit["evidence"];
        if evidence["line"].is_null() {
            let bytes = std::fs::read(corpus().join(evidence["path"].as_str().unwrap())).unwrap();
            let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(evidence["sha256_file"], hash.as_str());
        }
        let first = hit["first_seen"].as_str().unwrap_or_default();
        assert!(evidence["instant"].as_str().unwrap_or_default().starts_with(first), "{hit}");
    }
}

#[test]
fn the_archive_may_be_gone() {
    let place = Place::with(&[("acme/2001-01-01.md", "We never rent your address.")]);
    place.index(&[]).exit(0);
    std::fs::remove_dir_all(place.path("archive")).unwrap();
    assert_eq!(place.texts(&["\"never rent\""]), ["We never rent your address."]);
}

#[test]
fn the_first_page_shows_no_two_wordings_of_a_clause() {
    let place = corpus_place();
    for phrase in facts().phrases.keys() {
        let folded = place.found(&[&quoted(phrase), "--unfold=companies"]);
        let unfolded = place.found(&[&quoted(phrase), "--unfold"]);
        let totals = &folded["totals"];
        assert_eq!(totals, &unfolded["totals"]);
        assert_eq!(folded["hits"].as_array().unwrap().len() as u64, number(&totals["clauses"]), "{phrase}");
        assert_eq!(unfolded["hits"].as_array().unwrap().len() as u64, number(&totals["passages"]), "{phrase}");
        let matching = |answer: &Value| -> u64 {
            let hits = answer["hits"].as_array().unwrap();
            hits.iter().map(|hit| number(&hit["matching"]["count"])).sum()
        };
        assert_eq!(matching(&folded), matching(&unfolded), "{phrase}");
    }
}

#[test]
fn a_single_file_is_an_archive_too() {
    let place = Place::with(&[("acme/2001-01-01.md", "We never rent your address."), ("acme/2002-01-01.md", "We do.")]);
    place.run(&["index", "archive/acme/2001-01-01.md", "--index", "index"]).exit(0);
    let answer = place.found(&["since:1990"]);
    assert_eq!((&answer["totals"]["snapshots"], &answer["hits"][0]["company"]), (&1.into(), &"acme".into()));
}
