//! Many queries at once: the answers of `search`, in the order of the questions.

use crate::place::{Place, Run, corpus_place};
use serde_json::{Value, json};

fn batch(input: &str, options: &[&str]) -> Run {
    corpus_place().feed(input, &[&["batch", "-", "--index", "index"], options].concat())
}

fn ids(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["id"].as_str().unwrap()).collect()
}

/// An answer but for its id.
fn without_id(answer: &Value) -> Value {
    let mut answer = answer.clone();
    answer.as_object_mut().unwrap().remove("id");
    answer
}

#[test]
fn lines_of_plain_queries() {
    let run = batch("sell\n\n\"do not sell\"\r\n\"stands nowhere\"\n", &[]).exit(0);
    let answers = run.json_lines();
    assert_eq!(ids(&answers), ["1", "3", "4"], "the id is the number of the line");
    let queries: Vec<&Value> = answers.iter().map(|answer| &answer["query"]).collect();
    assert_eq!(queries, ["sell", "\"do not sell\"", "\"stands nowhere\""]);
    assert_eq!(answers[2]["hits"], json!([]));
    assert_eq!(answers[2]["totals"]["passages"], 0);
}

#[test]
fn answers_equal_those_of_search() {
    let place = corpus_place();
    let lines = [
        json!({"id": "plain", "query": "sell"}),
        json!({"id": "all", "query": "share -sell", "limit": "all"}),
        json!({"id": "few", "query": "share", "limit": 3, "offset": 2}),
        json!({"id": "company", "query": "share", "company": "steptide", "since": "2020", "until": "2023-06"}),
        json!({"id": "names", "query": "share", "company": ["steptide", "flitter*"], "kind": ["privacy policy"], "lang": "en"}),
        json!({"id": "years", "query": "sell", "years": "2004..2010", "by_year": true, "sort": "first-seen"}),
        json!({"id": "day", "query": "share", "as_of": "2010-05-25", "carry": "3y", "unfold": true, "per_company": 1}),
        json!({"id": "condition", "company": "vallonuage"}),
    ];
    let options: [&[&str]; 8] = [
        &["sell"],
        &["share -sell", "--limit", "all"],
        &["share", "--limit", "3", "--offset", "2"],
        &["share", "--company", "steptide", "--since", "2020", "--until", "2023-06"],
        &["share", "--company", "steptide", "--company", "flitter*", "--kind", "privacy policy", "--lang", "en"],
        &["sell", "--years", "2004..2010", "--by-year", "--sort", "first-seen"],
        &["share", "--as-of", "2010-05-25", "--carry", "3y", "--unfold", "--per-company", "1"],
        &["--company", "vallonuage"],
    ];
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let answers = batch(&input, &[]).exit(0).json_lines();
    assert_eq!(answers.len(), lines.len());
    for ((answer, line), options) in answers.iter().zip(&lines).zip(options) {
        assert_eq!(answer["id"], line["id"]);
        assert_eq!(without_id(answer), place.search(options).exit(0).json(), "{line}");
    }
}

#[test]
fn the_commands_options_hold_where_a_line_says_nothing() {
    let place = corpus_place();
    let input = "sell\n{\"query\":\"sell\",\"company\":\"steptide\"}\n";
    let answers = batch(input, &["--company", "flitterlark", "--limit", "2"]).exit(0).json_lines();
    let ask = |company: &str| place.search(&["sell", "--company", company, "--limit", "2"]).exit(0).json();
    assert_eq!(without_id(&answers[0]), ask("flitterlark"));
    assert_eq!(without_id(&answers[1]), ask("steptide"));
}

#[test]
fn a_bad_query_is_an_error_row_and_the_rest_runs() {
    let lines = [
        "a\tsell",
        "b\tsell AND",
        "c\t\"unclosed",
        "{\"id\":\"d\",\"query\":\"share\"}",
        "{\"id\":\"e\",\"query\":\"share\",\"since\":\"yesterday\"}",
        "{\"id\":\"f\",\"query\":",
        "{\"id\":\"g\",\"query\":\"share\",\"comapny\":\"acme\"}",
        "h\t",
        "{\"id\":9,\"query\":\"compnay:x sell\"}",
        "i\tshare",
    ];
    let run = batch(&lines.join("\n"), &[]).exit(2);
    let answers = run.json_lines();
    assert_eq!(ids(&answers), ["a", "b", "c", "d", "e", "6", "7", "h", "9", "i"]);
    for (number, answer) in answers.iter().enumerate() {
        let good = [0, 3, 9].contains(&number);
        assert_eq!(answer.get("hits").is_some(), good, "{answer}");
        assert_eq!(answer["error"].is_string(), !good, "{answer}");
    }
    let error = |at: usize| answers[at]["error"].as_str().unwrap();
    assert!(error(2).contains('^'), "{}", error(2));
    assert!(error(4).contains("yesterday"), "{}", error(4));
    assert!(error(6).contains("comapny"), "{}", error(6));
    assert!(error(8).contains("company:"), "{}", error(8));
}

#[test]
fn answers_come_in_the_order_of_the_questions() {
    // More than are answered at once, some much slower than others.
    let queries = ["information OR data OR you OR we", "\"biometric identifiers\"", "heading:security", "cookies"];
    let input: String = (0..600).map(|number| format!("q{number}\t{}\n", queries[number % 4])).collect();
    let one = batch(&input, &["--threads", "1", "--limit", "1"]).exit(0);
    let two = batch(&input, &["--threads", "2", "--limit", "1"]).exit(0);
    assert!(one.stdout == two.stdout, "the number of threads changes the answers");
    let expected: Vec<String> = (0..600).map(|number| format!("q{number}")).collect();
    assert_eq!(ids(&one.json_lines()), expected);
}

#[test]
fn a_table_keeps_a_row_for_every_query() {
    let run =
        batch("a\t\"do not sell\"\nb\t\"stands nowhere\"\nc\tsell AND\nd\t\"biometric identifiers\"\n", &["--format", "csv"]);
    let rows = run.exit(2).csv();
    let column = |name: &str| rows[0].iter().position(|column| column == name).unwrap();
    let (id, error, company, passages) = (column("query_id"), column("error"), column("company"), column("total_passages"));
    let of = |name: &str| -> Vec<&Vec<String>> { rows[1..].iter().filter(|row| row[id] == name).collect() };
    assert_eq!((of("a").len(), of("b").len(), of("c").len()), (10, 1, 1));
    assert!(of("a").iter().all(|row| !row[company].is_empty() && row[error].is_empty()));
    assert_eq!((of("b")[0][passages].as_str(), of("b")[0][company].as_str()), ("0", ""));
    assert!(!of("c")[0][error].is_empty());
    let mut order: Vec<&str> = rows[1..].iter().map(|row| row[id].as_str()).collect();
    order.dedup();
    assert_eq!(order, ["a", "b", "c", "d"]);
}

#[test]
fn queries_come_from_a_file_too() {
    let place = Place::with(&[("acme/2001-01-01.md", "We sell.")]);
    place.index(&[]).exit(0);
    place.write("queries.txt", "\u{feff}first\tsell\r\nsecond\tbuy\r\n");
    let run = place.run(&["batch", "queries.txt", "--index", "index"]).exit(0);
    assert_eq!(ids(&run.json_lines()), ["first", "second"]);
    let nothing = place.write("nothing.txt", "buy\n").run(&["batch", "nothing.txt", "--index", "index"]);
    nothing.exit(1);
    place.run(&["batch", "nowhere.txt", "--index", "index"]).exit(2).warns("nowhere.txt");
    // A line that is not UTF-8 is asked as well as it can be.
    let run = place.feed(b"\xff sell\n".as_slice(), &["batch", "-", "--index", "index"]);
    assert_eq!(run.json_lines().len(), 1);
}
