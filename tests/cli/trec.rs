//! TREC: topics as queries, runs as answers.

use crate::place::{Place, Run, corpus_place};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Topics without closing tags, as those of the early conferences.
const CLASSIC: &str = "\u{feff}\r
<top>\r
\r
<num> Number: 301\r
<title> sale of\r
 personal information\r
\r
<desc> Description:\r
Which companies tell advertisers?\r
\r
<narr> Narrative:\r
A relevant passage says so of biometric identifiers.\r
\r
</top>\r
\r
<top>\r
<num> Number: 302\r
<title> retention\r
<desc> Description:\r
How long?\r
</top>\r
";

/// The same with closing tags.
const CLOSED: &str = "<top>
  <num>301</num>
  <title>sale of personal information</title>
  <desc>Which companies tell advertisers?</desc>
</top>
<top><num>302</num><title>retention</title></top>
";

#[test]
fn titles_of_topics_are_queries_with_the_numbers_as_ids() {
    let place = corpus_place();
    let lines = "301\tsale of personal information\n302\tretention\n";
    let args = ["batch", "-", "--index", "index", "--limit", "3"];
    let expected = place.feed(lines, &args).exit(0).text();
    for topics in [CLASSIC, CLOSED] {
        assert_eq!(place.feed(topics, &args).exit(0).text(), expected);
    }
    let over_time = [&args[..4], &["--trend", "--count", "documents"]].concat();
    assert_eq!(place.feed(CLOSED, &over_time).exit(0).text(), place.feed(lines, &over_time).exit(0).text());
}

#[test]
fn topics_that_are_none_are_error_rows() {
    let place = Place::with(&[("acme/2001-01-01.md", "We sell.")]);
    place.index(&[]).exit(0);
    let topics = "<top>\n<num> 1\n<desc> no title\n</top>\n<top>\n<title> no number\n</top>\n\
                  <top>\n<num> 3\n<title> sell\n</top>\n<top>\n<num> 4\n<title> \"sell\n</top>\n<top>\n<title> cut";
    let rows = place.feed(topics, &["batch", "-", "--index", "index"]).exit(2).json_lines();
    let told: Vec<(&Value, bool)> = rows.iter().map(|row| (&row["id"], row["error"].is_string())).collect();
    let expected = [("1", true), ("5", true), ("3", false), ("4", true), ("16", true)].map(|(id, bad)| (json!(id), bad));
    assert_eq!(told, expected.iter().map(|(id, bad)| (id, *bad)).collect::<Vec<_>>());
    assert!(rows[0]["error"].as_str().unwrap().contains("<title>"), "{}", rows[0]);
    assert!(rows[3]["error"].as_str().unwrap().contains('^'), "{}", rows[3]);
    // Only at the beginning of a file does the tag mean topics.
    let rows = place.feed("sell\n<top>\n", &["batch", "-", "--index", "index"]).exit(0).json_lines();
    assert_eq!(rows[1]["query"], "<top>");
}

/// A line of a run.
#[derive(Debug)]
struct Ranked {
    query: String,
    document: String,
    score: f32,
}

/// The lines of a run, of which holds what `trec_eval` asks for: six columns, ranks from 1 on, each document once in a query, and
/// scores that order the documents of a query strictly as `f32`.
fn run_of(run: &Run) -> Vec<Ranked> {
    let mut lines: Vec<Ranked> = Vec::new();
    let mut named = HashSet::new();
    let mut rank = 0;
    for line in run.text().lines() {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let [query, "Q0", document, at, score, "fineprint"] = columns[..] else { panic!("{line}") };
        let score: f32 = score.parse().unwrap();
        match lines.last().filter(|last| last.query == query) {
            Some(last) => assert!(score < last.score, "{line}"),
            None => rank = 0,
        }
        rank += 1;
        assert_eq!(at, rank.to_string(), "{line}");
        assert!(named.insert((query.to_owned(), document.to_owned())), "{line}");
        lines.push(Ranked { query: query.to_owned(), document: document.to_owned(), score });
    }
    lines
}

fn documents(run: &Run) -> Vec<String> {
    run_of(run).into_iter().map(|line| line.document).collect()
}

const RUN: [&str; 6] = ["batch", "-", "--index", "index", "--format", "trec"];

/// Runs name what a search finds that folds nothing.
#[test]
fn runs_rank_as_searches_do() {
    let place = corpus_place();
    let queries = ["share information with partners", "\"do not sell\"", "company:steptide", "sell -share", "cookies until:2010"];
    for query in queries {
        let hits = place.found(&[query, "--unfold"])["hits"].as_array().unwrap().clone();
        let lines = run_of(&place.feed(format!("q\t{query}"), &RUN).exit(0));
        let ids: Vec<&str> = hits.iter().map(|hit| hit["id"].as_str().unwrap()).collect();
        assert_eq!(lines.iter().map(|line| line.document.as_str()).collect::<Vec<_>>(), ids, "{query}");
        for (hit, line) in hits.iter().zip(&lines) {
            let score = hit["score"].as_f64().unwrap();
            assert!((f64::from(line.score) - score).abs() < 1e-3, "{query}: {line:?} for {score}");
        }
        let mut names: Vec<String> = Vec::new();
        for hit in &hits {
            let evidence = &hit["evidence"];
            let path = evidence["path"].as_str().unwrap();
            let place = evidence["line"].as_u64().map_or(path.to_owned(), |line| format!("{path} line {line}"));
            let name = evidence["record"].as_str().unwrap_or(&place).replace(' ', "%20");
            if !names.contains(&name) {
                names.push(name);
            }
        }
        assert!(names.len() < ids.len(), "{query} folds nothing");
        let run = place.feed(format!("q\t{query}"), &[&RUN[..], &["--docno", "source"]].concat());
        assert_eq!(documents(&run.exit(0)), names, "{query}");
    }
}

/// The answers of many queries, on one thread and several.
#[test]
fn queries_of_a_run_stand_in_their_order() {
    let place = corpus_place();
    let input: String =
        (0..150).map(|number| format!("q{number}\t{}\n", ["sell", "information data", "cookies"][number % 3])).collect();
    let one = place.feed(input.clone(), &[&RUN[..], &["--threads", "1"]].concat()).exit(0);
    assert_eq!(one.text(), place.feed(input, &[&RUN[..], &["--threads", "3"]].concat()).exit(0).text());
    let mut queries: Vec<String> = run_of(&one).into_iter().map(|line| line.query).collect();
    queries.dedup();
    assert_eq!(queries, (0..150).map(|number| format!("q{number}")).collect::<Vec<_>>());
}

/// Texts of the archive under their own names, a text once whatever number of its passages match.
#[test]
fn texts_of_the_archive_are_named_once_and_in_one_column() {
    let place = Place::with(&[
        ("Big Acme/Privacy Policy/2001-01-01.md", "We sell data.\n\nOthers sell data as well, and much else that is long."),
        (
            "records.jsonl",
            "{\"id\":\"r 1\",\"company\":\"One\",\"text\":\"We sell data.\\n\\nThey sell data and more.\"}\n\
             {\"company\":\"Two\",\"text\":\"We sell data.\"}\n\
             {\"id\":3,\"company\":\"Three\",\"text\":\"We sell shoes, and of data we say not one word more than this.\"}\n\
             {\"id\":4,\"company\":\"Four\",\"text\":\"Nothing of it.\"}\n",
        ),
    ]);
    place.index(&[]).exit(0);
    let source = [&RUN[..], &["--docno", "source"]].concat();
    let mut found = documents(&place.feed("my query\tsell data", &source).exit(0));
    assert_eq!(found.pop().as_deref(), Some("3"), "the longest text comes last");
    found.sort();
    assert_eq!(found, ["Big%20Acme/Privacy%20Policy/2001-01-01.md", "r%201", "records.jsonl%20line%202"]);
    let run = place.feed("my query\tsell data", &source).exit(0);
    assert!(run_of(&run).iter().all(|line| line.query == "my%20query"));
    // So many names, not so many passages.
    for limit in 1..=4 {
        let run = place.feed("q\tsell data", &[&source[..], &["--limit", &limit.to_string()]].concat());
        assert_eq!(documents(&run.exit(0)).len(), limit);
    }
}

#[test]
fn a_run_is_deep_and_orders_what_scores_the_same() {
    let record = |number| format!("{{\"id\":\"r{number}\",\"company\":\"Acme\",\"text\":\"We sell data.\"}}\n");
    let place = Place::with(&[("records.jsonl", &(0..1_100).map(record).collect::<String>())]);
    place.index(&[]).exit(0);
    let lines = "words\tsell\ncondition\tcompany:acme\n{\"id\":\"few\",\"query\":\"sell\",\"limit\":7}\n\
                 {\"id\":\"all\",\"query\":\"sell\",\"limit\":\"all\"}\n";
    for docno in ["passage", "source"] {
        let lines = run_of(&place.feed(lines, &[&RUN[..], &["--docno", docno]].concat()).exit(0));
        let of = |query: &str| lines.iter().filter(|line| line.query == query).count();
        assert_eq!(["words", "condition", "few", "all"].map(of), [1_000, 1_000, 7, 1_100], "{docno}");
    }
}

#[test]
fn what_cannot_be_in_a_run_is_told() {
    let place = Place::with(&[("acme/2001-01-01.md", "We sell.")]);
    place.index(&[]).exit(0);
    let lines =
        "a\tsell\nb\tsell AND\nc\tnothing\n{\"id\":\"d\",\"query\":\"sell\",\"sort\":\"company\"}\na\tacme\n\tsell\ne\tsell\n";
    let run = place.feed(lines, &RUN).exit(2).warns("query b").warns("query d").warns("sort").warns("query a").warns("empty");
    let queries: Vec<String> = run_of(&run).into_iter().map(|line| line.query).collect();
    assert_eq!(queries, ["a", "e"]);
    assert!(!run.stderr.contains("query c"), "{}", run.stderr);
    let nothing = place.feed("a\tnothing\n", &RUN).exit(1);
    assert_eq!(nothing.text(), "");
    for (options, words) in [
        (["--sort", "company"], "--sort"),
        (["--offset", "3"], "--offset"),
        (["--trend", "--by-year"], "--by-year"),
        (["--trend", "--suspect"], "--format trec"),
        (["--lifetimes", "--suspect"], "--format trec"),
    ] {
        let run = place.feed("a\tsell\n", &[&RUN[..], &options].concat()).exit(2).warns(words);
        assert_eq!(run.text(), "");
    }
    place.feed("a\tsell\n", &["batch", "-", "--index", "index", "--docno", "source"]).exit(2).warns("--format trec");
}
