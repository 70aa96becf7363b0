//! Searches by topic and by question: what they find, how they are told, and that they rank well enough.

use crate::place::{Place, corpus_place, strings};
use serde_json::{Value, json};

/// A text of three paragraphs, of which one is about retention, one about security, one about neither.
const POLICY: &str = "# Privacy Policy\n\nWe keep your personal data for as long as you have an account; the retention period ends thirty days \
     after you close it.\n\nAll passwords are encrypted, and a firewall protects our servers against unauthorized access.\n\n\
     The quick brown fox jumps over the lazy dog and goes home for tea.\n";

fn place() -> Place {
    let place = Place::with(&[("acme.com_2020-01-01.md", POLICY)]);
    place.index(&[]).exit(0);
    place
}

fn topics(hit: &Value) -> Vec<&str> {
    hit["topics"].as_array().unwrap().iter().map(|topic| topic["topic"].as_str().unwrap()).collect()
}

#[test]
fn a_topic_finds_what_is_about_it_with_or_without_words() {
    let place = place();
    for args in
        [&["--topic", "retention"][..], &["topic:retention"], &["topic:\"Data Retention\""], &["keep", "--topic", "retention"]]
    {
        let answer = place.found(args);
        let hits = answer["hits"].as_array().unwrap();
        assert_eq!(hits.len(), 1, "{args:?}: {answer}");
        assert!(hits[0]["text"].as_str().unwrap().starts_with("We keep"), "{args:?}");
        assert_eq!(topics(&hits[0])[0], "retention");
        assert_eq!(answer["asked"]["topics"], json!(["retention"]));
    }
    assert_eq!(place.texts(&["topic:(retention OR security)"]).len(), 2);
    assert_eq!(place.texts(&["--topic", "retention", "--topic", "security"]).len(), 2);
    assert_eq!(place.texts(&["firewall OR topic:retention"]).len(), 2);
    assert_eq!(place.texts(&["fox OR firewall NOT topic:security"]).len(), 1);
    place.search(&["topic:retention topic:arbitration"]).exit(1).warns("topic: stands twice");
    place.search(&["topic:retentoin"]).exit(2).warns("there is no topic `retentoin`").warns("retention");
    place.search(&["topic:retention", "--topic-threshold", "1.5"]).exit(2).warns("1.5 is no score of a topic");
}

#[test]
fn a_lower_threshold_finds_all_that_a_higher_one_does() {
    let place = corpus_place();
    let mut last: Option<Vec<String>> = None;
    for threshold in ["0.75", "0.7", "0.5", "0.3", "0"] {
        let answer = place.found(&["--topic", "security", "--topic-threshold", threshold, "--unfold"]);
        let ids = strings(&answer, "id");
        let least: f64 = threshold.parse().unwrap();
        for hit in answer["hits"].as_array().unwrap() {
            let of_topic = hit["topics"].as_array().unwrap().iter().find(|topic| topic["topic"] == "security").unwrap();
            assert!(of_topic["score"].as_f64().unwrap() >= least - 0.002, "{hit}");
        }
        if let Some(last) = &last {
            assert!(last.iter().all(|id| ids.contains(id)) && last.len() < ids.len(), "{threshold}");
        }
        last = Some(ids);
    }
}

#[test]
fn a_question_is_understood_and_what_is_not_addressed_is_said() {
    let place = place();
    let answer = place.found(&["How long do you keep my data?"]);
    assert_eq!(answer["asked"]["question"]["addressed"], true);
    assert_eq!(answer["asked"]["question"]["topics"][0]["topic"], "retention");
    assert!(answer["hits"][0]["text"].as_str().unwrap().starts_with("We keep"));
    let silent = place.run(&["search", "--index", "index", "Can I take you to arbitration?"]).exit(1);
    assert!(silent.text().contains("Not addressed in what was searched."), "{}", silent.text());
    // The same words with an operator are words.
    assert!(place.found(&["keep OR long"]).get("asked").is_none());
}

#[test]
fn texts_in_other_languages_are_told_to_be_not_scored() {
    let place = place();
    let french = "Nous conservons vos données personnelles aussi longtemps que vous avez un compte chez nous, puis nous les effaçons.\n\n\
         Tous les mots de passe sont chiffrés, et nos serveurs sont protégés contre les accès non autorisés par des tiers.\n";
    place.archived("bistro.fr_2020-01-01.md", french);
    place.index(&[]).exit(0);
    let answer = place.found(&["--topic", "retention"]);
    assert_eq!(answer["asked"]["not_scored"], 1);
    assert_eq!(strings(&answer, "company"), ["acme.com"]);
    place
        .run(&["search", "--index", "index", "--topic", "retention", "--company", "bistro.fr"])
        .exit(1)
        .says("Not scored: 1 document");
}

#[test]
fn scores_are_explained_by_parts_that_add_up() {
    let place = corpus_place();
    for query in ["Do you sell my data to partners?", "sell \"personal information\" +data", "topic:sale rent"] {
        let answer = place.found(&[query, "--explain", "--unfold"]);
        for hit in answer["hits"].as_array().unwrap() {
            let explanation = &hit["explanation"];
            let sum: f64 = explanation["parts"].as_array().unwrap().iter().map(|part| part["score"].as_f64().unwrap()).sum();
            let score = hit["score"].as_f64().unwrap();
            assert!((sum * explanation["weight"].as_f64().unwrap() - score).abs() < 0.01, "{query}: {hit}");
        }
    }
    place.run(&["search", "--index", "index", "topic:sale", "--explain"]).exit(0).says("score: topic sale").says("sell");
}

#[test]
fn counts_of_a_topic_over_time_are_headed_as_an_estimate() {
    let place = place();
    let note = "An estimate of mentions, not of practice: passages that score 0.50 or more in the topic retention";
    for command in ["trend", "lifetimes", "changes"] {
        let run = place.run(&[command, "--index", "index", "--topic", "retention", "--format", "text"]);
        assert!(!run.text().is_empty(), "{run:?}");
        assert!(run.text().replace('\n', " ").contains(note), "{command}: {}", run.text());
        let json = place.run(&[command, "--index", "index", "--topic", "retention", "--format", "json"]).json();
        let estimate = if command == "trend" { &json["series"][0]["estimate"] } else { &json["estimate"] };
        assert_eq!(estimate["topics"][0]["threshold"], 0.5, "{command}");
    }
    let trend = place.run(&["trend", "--index", "index", "--topic", "retention", "--format", "json"]).json();
    assert_eq!(trend["series"][0]["points"][0]["matching"], 1);
    let trend = place.run(&["trend", "--index", "index", "--topic", "arbitration", "--format", "json"]).json();
    assert_eq!(trend["series"][0]["points"][0]["matching"], 0);
}

#[test]
fn a_thesaurus_of_ones_own_adds_concepts() {
    let place = place();
    place.search(&["Is there a vixen?"]).exit(1);
    place.write("more.toml", "[concepts.fox]\nasks = [\"vixen\"]\nfinds = [\"fox\"]\n");
    let answer = place.found(&["Is there a vixen?", "--thesaurus", "more.toml"]);
    assert!(answer["hits"][0]["text"].as_str().unwrap().contains("fox"));
    place.write("typo.toml", "[concepts.fox]\nasks = [\"vixen\"]\nfinds = [\"fox\"]\ntopics = { helth = 1 }\n");
    place.search(&["Is there a vixen?", "--thesaurus", "typo.toml"]).exit(2).warns("there is no topic `helth`").warns("health");
    place.write("bad.toml", "[concepts.fox]\nasks = []\nfinds = []\n");
    place.search(&["Is there a vixen?", "--thesaurus", "bad.toml"]).exit(2).warns("asks names no word");
}

/// The least that the ranking reaches on the bundled corpus, in the share of the first three hits that are relevant. A hit is taken for
/// relevant when it says one of the judged wordings.
const FLOOR: f64 = 0.85;

#[test]
fn judged_questions_and_topics_are_answered_well() {
    let place = corpus_place();
    let judged = include_str!("../data/judged.jsonl");
    let (mut relevant, mut shown) = (0, 0);
    let mut misses = Vec::new();
    for line in judged.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let wordings: Vec<&str> = row["relevant"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        let args: Vec<&str> = match (row["query"].as_str(), row["topic"].as_str()) {
            (Some(query), _) => vec![query],
            (None, Some(topic)) => vec!["--topic", topic],
            _ => panic!("{line}"),
        };
        let answer = place.found(&args);
        for hit in answer["hits"].as_array().unwrap().iter().take(3) {
            let text = hit["text"].as_str().unwrap();
            shown += 1;
            if wordings.iter().any(|wording| text.contains(wording)) {
                relevant += 1;
            } else {
                misses.push(format!("{args:?}: {text}"));
            }
        }
    }
    let share = f64::from(relevant) / f64::from(shown);
    assert!(share >= FLOOR, "{relevant} of {shown}\n{}", misses.join("\n"));
}
