//! TREC: topics as queries.

use crate::place::{Place, corpus_place};
use serde_json::{Value, json};

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
