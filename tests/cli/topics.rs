//! Topics: listed, shown, added, removed, learned and evaluated.

use crate::place::{Dice, INDEX, Place};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The file of a topic of the program.
fn built_in(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/topic/builtin").join(format!("{name}.toml"));
    fs::read_to_string(file).unwrap()
}

const BIRDS: &str = "name = \"birds\"\ntitle = \"Feeding of Birds\"\nlabels = [\"Birds\"]\n\n[terms]\n\"bird\" = 8\n";

const FILES: [(&str, &str); 3] = [
    ("Acme/2010-01-01.md", "# Policy\n\nWe keep your data for as long as necessary.\n\nWe feed the birds, and birds feed us.\n"),
    ("Acme/2012-01-01.md", "# Policy\n\nThe retention period of data is two years.\n\nOne bird is fed.\n"),
    ("Bolt/2011-01-01.md", "# Policy\n\nNothing of interest stands here, nothing at all.\n"),
];

fn place() -> Place {
    let place = Place::with(&FILES);
    place.index(&[]).exit(0);
    place
}

/// All that a search finds, but for what names the index.
fn answer(place: &Place, query: &str) -> Value {
    let mut answer = place.search(&[query, "--limit", "all"]).json();
    answer.as_object_mut().unwrap().remove("fingerprint");
    // A hit is told to be about topics of one's own, too.
    for hit in answer["hits"].as_array_mut().unwrap() {
        hit["topics"].as_array_mut().unwrap().retain(|topic| !["mine", "birds"].iter().any(|own| topic["topic"] == *own));
    }
    answer
}

fn fingerprint(place: &Place) -> Value {
    place.run(&["stats", "--index", INDEX, "--format", "json"]).exit(0).json()["fingerprint"].clone()
}

#[test]
fn topics_are_listed_with_and_without_an_index() {
    let place = place();
    let all = place.run(&["topics", "--format", "json"]).exit(0).json();
    let topics = all["topics"].as_array().unwrap();
    assert!(topics.len() > 20 && topics.iter().all(|topic| topic["built_in"] == true) && all["fingerprint"].is_null());
    let retention = topics.iter().find(|topic| topic["name"] == "retention").unwrap();
    assert_eq!((&retention["title"], &retention["practice"]), (&json!("Data Retention"), &json!(true)));
    assert_eq!((&retention["labels"], &retention["learned"]), (&json!(["Data Retention"]), &json!(false)));
    assert_eq!(place.run(&["topics", "--format", "jsonl"]).exit(0).json_lines(), *topics);
    let table = place.run(&["topics", "--format", "csv"]).exit(0).csv();
    assert_eq!(table.len(), topics.len() + 1);
    place.run(&["topics"]).exit(0).says("retention  Data Retention\n").says("beside: deletion");

    place.write("birds.toml", BIRDS);
    place.run(&["topics", "add", "birds.toml", "--index", INDEX]).exit(0);
    let with_index = place.run(&["topics", "--index", INDEX, "--format", "json"]).exit(0).json();
    assert_eq!(with_index["topics"].as_array().unwrap().len(), topics.len() + 1);
    assert_eq!(with_index["topics"].as_array().unwrap().last().unwrap()["built_in"], false);
    assert_eq!(with_index["fingerprint"], fingerprint(&place));
    place.run(&["topics", "--index", INDEX]).exit(0).says("birds  Feeding of Birds (your own)\n");
    place.run(&["topics", "--index", "elsewhere"]).exit(2);
}

#[test]
fn a_file_is_shown_changed_added_searched_and_removed() {
    let place = place();
    for name in ["retention", "Data Retention", "data retention"] {
        assert_eq!(place.run(&["topics", "show", name]).exit(0).text(), built_in("retention"));
    }
    let (before, sealed) = (answer(&place, "topic:retention"), fingerprint(&place));
    assert!(!before["hits"].as_array().unwrap().is_empty());
    let file = built_in("retention").replace("name = \"retention\"", "name = \"mine\"").replace("practice = true\n", "");
    let file = file.replace("title = \"Data Retention\"", "title = \"Mine\"") + "\"birds\" = 40\n";
    place.write("mine.toml", &file).write("birds.toml", BIRDS);
    let add = ["topics", "add", "mine.toml", "birds.toml", "--index", INDEX];
    place.run(&add).exit(0).says("passages of 2 documents scored anew.");
    place.run(&add).exit(0).says("nothing to score anew");
    let texts = place.texts(&["topic:mine"]);
    assert!(texts.iter().any(|text| text.contains("birds")) && texts.iter().any(|text| text.contains("retention period")));
    assert_eq!(place.texts(&["topic:birds"]).len(), 2);
    assert_eq!(place.texts(&["--topic", "feeding of birds"]).len(), 2);
    // What is somebody's own changes nobody else's score.
    assert_eq!(answer(&place, "topic:retention"), before);
    assert_ne!(fingerprint(&place), sealed);
    // The file comes back as a topic of the same words.
    let shown = place.run(&["topics", "show", "Mine", "--index", INDEX]).exit(0).text();
    assert!(shown.contains("\"birds\" = 40") && shown.contains("\"retention period\" = "), "{shown}");
    // The name stays, the file is another one.
    place.write("birds.toml", BIRDS.replace("\"bird\"", "\"data\""));
    place.run(&["topics", "add", "birds.toml", "--index", INDEX]).exit(0).says("scored anew");
    assert!(place.texts(&["topic:birds"]).iter().all(|text| text.contains("data")));

    place.run(&["topics", "remove", "mine", "birds", "--index", INDEX]).exit(0).says("scored anew");
    place.search(&["topic:mine"]).exit(2);
    assert_eq!((answer(&place, "topic:retention"), fingerprint(&place)), (before, sealed));
    place.run(&["verify", "--index", INDEX]).exit(0);
}

#[test]
fn topics_added_before_and_after_an_update_make_the_same_index() {
    let [first, second, third] = FILES;
    let (early, late) = (Place::with(&[first]), Place::with(&FILES));
    for place in [&early, &late] {
        place.index(&[]).exit(0);
        place.write("birds.toml", BIRDS);
        place.run(&["topics", "add", "birds.toml", "--index", INDEX]).exit(0);
    }
    early.archived(second.0, second.1).archived(third.0, third.1).index(&[]).exit(0);
    assert_eq!(fingerprint(&early), fingerprint(&late));
    assert_eq!(answer(&early, "topic:birds")["totals"], answer(&late, "topic:birds")["totals"]);
    assert_eq!(early.texts(&["topic:birds"]), late.texts(&["topic:birds"]));
}

#[test]
fn mistakes_in_topics_are_told() {
    let place = place();
    let add = |text: &str| {
        place.write("other.toml", BIRDS.replace("birds", "snails")).write("bad.toml", text);
        place.run(&["topics", "add", "other.toml", "bad.toml", "--index", INDEX]).exit(2)
    };
    add(&BIRDS.replace("= 8", "= 0")).warns("bad.toml: line 6: the weight of \"bird\" is 0");
    let misspelt = add(&BIRDS.replace("title", "tilte")).warns("bad.toml: line 2: unknown field `tilte`");
    assert_eq!(misspelt.stderr.matches("line 2").count(), 1, "{}", misspelt.stderr);
    add(&built_in("retention")).warns("bad.toml: `retention` is the name of a built-in topic");
    add(&format!("practice = true\n{BIRDS}")).warns("bad.toml: `birds` says practice = true");
    add(&BIRDS.replace("birds", "snails")).warns("two topics are named `snails`");
    add(&"x".repeat((1 << 20) + 1)).warns("bad.toml: it has more than");
    // Nothing of it was added.
    place.run(&["topics", "show", "snails", "--index", INDEX]).exit(2);
    place.run(&["topics", "remove", "snails", "--index", INDEX]).exit(2).warns("`snails` is none of the index's own topics");
    place.run(&["topics", "remove", "retention", "--index", INDEX]).exit(2).warns("none of the index's own topics");
    place.run(&["topics", "add", "no-such.toml", "--index", INDEX]).exit(2).warns("no-such.toml");
    place.run(&["topics", "add", "other.toml"]).exit(2).warns("there is no index here");
    place.run(&["topics", "add", "other.toml", "--index", "elsewhere"]).exit(2).warns("there is no index at elsewhere");
    place.run(&["topics", "show", "retnetion"]).exit(2).warns("is it retention");
    place.run(&["topics", "show", "cookie"]).exit(2).warns("is it cookies");
    place.run(&["topics", "show", "zzz"]).exit(2).warns("`fineprint topics` lists all");
}

/// Passages of 20 gardens, each telling of birds, of snails or of both in words of its own.
fn labels() -> String {
    const FILLERS: [&str; 10] = ["garden", "morning", "water", "stone", "gate", "we", "your", "the", "may", "every"];
    let mut dice = Dice(3);
    let mut lines = String::new();
    for number in 0..120 {
        let mut words: Vec<&str> = (0..10).map(|_| FILLERS[dice.below(FILLERS.len())]).collect();
        let labels: &[&str] = [&["Birds"][..], &["Snails"], &["Birds", "Snails"], &[]][dice.below(4)];
        if labels.contains(&"Birds") {
            words.insert(dice.below(10), ["sparrows", "the feeding of finches"][dice.below(2)]);
        }
        if labels.contains(&"Snails") {
            words.insert(dice.below(10), "snails");
        }
        let group = format!("garden {}", number % 20);
        lines += &json!({"text": words.join(" "), "labels": labels, "group": group}).to_string();
        lines.push('\n');
    }
    // Of too few nothing is learned.
    lines + "{\"text\": \"a newt\", \"labels\": [\"Newts\"]}\n"
}

#[test]
fn topics_are_learned_added_and_searched() {
    let place = Place::with(&[
        ("Acme/2010-01-01.md", "# Policy\n\nSparrows are welcome at the gate.\n\nThe snails are not.\n"),
        ("Bolt/2011-01-01.md", "# Policy\n\nThe feeding of finches is forbidden to snails.\n"),
    ]);
    place.index(&[]).exit(0);
    place.write("labels.jsonl", labels());
    let learn = ["topics", "learn", "labels.jsonl", "--out", "learned"];
    place.run(&learn).exit(0).says("birds-learned.toml: Birds (learned)").warns("Newts (1)");
    let read = |name: &str| fs::read_to_string(place.path("learned").join(name)).unwrap();
    let (birds, snails) = (read("birds-learned.toml"), read("snails-learned.toml"));
    assert!(birds.contains("Learned from 121 labelled passages of 21 groups"), "{birds}");
    place.run(&learn).exit(0);
    assert_eq!((read("birds-learned.toml"), read("snails-learned.toml")), (birds, snails));
    place
        .run(&["topics", "add", "learned/birds-learned.toml", "learned/snails-learned.toml", "--index", INDEX])
        .exit(0)
        .says("scored anew");
    let mut found = place.texts(&["topic:birds-learned"]);
    found.sort();
    assert_eq!(found, ["Sparrows are welcome at the gate.", "The feeding of finches is forbidden to snails."]);
    assert_eq!(place.texts(&["topic:birds", "topic:snails"]), ["The feeding of finches is forbidden to snails."]);
    place.run(&["topics", "--index", INDEX]).exit(0).says("birds-learned  Birds (learned) (your own, learned)");

    // One label, few terms, a name.
    let one = ["topics", "learn", "-", "--out", "one", "--label", "birds", "--terms", "3", "--name", "feathers"];
    place.feed(labels(), &one).exit(0).says("feathers.toml: Birds (learned), 3 terms");
    assert_eq!(fs::read_dir(place.path("one")).unwrap().count(), 1);
    let mistaken = |args: &[&str], what: &str| {
        place.feed(labels(), &[&["topics", "learn", "-", "--out", "none"], args].concat()).exit(2).warns(what);
        assert!(!place.path("none").join("birds-learned.toml").exists());
    };
    mistaken(&["--label", "fish"], "no passage is labelled `fish`\nhint: the labels are Birds, Newts, Snails");
    mistaken(&["--label", "Newts"], "fewer than 10 passages");
    mistaken(&["--name", "one"], "--name is the name of one topic");
    mistaken(&["--label", "Birds", "--name", "../birds"], "is no name of a topic");
    mistaken(&["--label", "Birds", "--name", "retention"], "is the name of a built-in topic");
    place.feed("{\"text\": 3}", &["topics", "learn", "-", "--out", "none"]).exit(2).warns("line 1: ").warns("hint: a line is");
}

#[test]
fn topics_are_evaluated_as_they_are() {
    let place = Place::new();
    place.write("birds.toml", BIRDS);
    // Twice is more than once; of equal scores the later id comes first; what has no score is not ranked.
    let lines = [
        json!({"id": "a", "text": "a bird and a bird", "labels": ["birds", "Trees"]}),
        json!({"id": "b", "text": "one bird", "labels": ["Birds"]}),
        json!({"id": "c", "text": "the bird", "labels": ["Trees"]}),
        json!({"id": "d", "text": "a sparrow", "labels": ["Birds"]}),
    ];
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let eval = |args: &[&str]| place.feed(lines.as_str(), &[&["topics", "eval", "-", "--topics", "birds.toml"], args].concat());
    let all = eval(&["--format", "json"]).exit(0).json();
    let ideal = 1.0 + 1.0 / 3f64.log2() + 0.5;
    let expected = json!({
        "labelled": 3, "found": 3, "right": 2,
        "average_precision": 0.5556, "precision_at_10": 0.2, "ndcg_at_10": (1.5 / ideal * 1e4).round() / 1e4,
        "precision": 0.6667, "recall": 0.6667, "f1": 0.6667,
    });
    assert_eq!(all["mean"], expected);
    assert_eq!(all["topics"][0]["labels"], json!(["Birds", "birds"]));
    assert_eq!((&all["labels_without_topic"], &all["passages"], &all["threshold"]), (&json!(["Trees"]), &json!(4), &json!(0.5)));
    assert_eq!((&all["folds"], &all["topics"][0]["average_precision"]), (&Value::Null, &expected["average_precision"]));
    // Only the passage that says it twice has so much.
    let strict = eval(&["--threshold", "0.55", "--format", "json"]).exit(0).json();
    assert_eq!((&strict["mean"]["found"], &strict["mean"]["precision"]), (&json!(1), &json!(1.0)));
    let table = eval(&["--format", "csv"]).exit(0).csv();
    assert_eq!(table[1][..7], ["birds", "Birds; birds", "0.5", "3", "3", "2", "0.5556"]);
    let text = eval(&[]).exit(0).text();
    assert!(text.contains("4 labelled passages of 4 groups") && text.contains("0.556 0.200"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // Built-in topics, of which none is labelled.
    place.feed(lines.as_str(), &["topics", "eval", "-"]).exit(1).says("Topics without labelled passages");
    eval(&["--threshold", "2"]).exit(2).warns("write a number from 0 to 1");
}

#[test]
fn topics_are_evaluated_on_what_they_were_not_learned_from() {
    let place = Place::new();
    let eval = |args: &[&str]| place.feed(labels(), &[&["topics", "eval", "-"], args].concat());
    let all = eval(&["--folds", "4", "--format", "json"]).exit(0).json();
    let names: Vec<&Value> = all["topics"].as_array().unwrap().iter().map(|topic| &topic["topic"]).collect();
    assert_eq!(names, ["birds-learned", "snails-learned"]);
    assert_eq!((&all["folds"], &all["max_terms"], &all["groups"]), (&json!(4), &json!(100), &json!(21)));
    assert_eq!(all["labels_without_topic"], json!(["Newts"]));
    // The words that tell them stand in all parts. Half of the passages have each label.
    for (measure, least) in [("precision_at_10", 0.9), ("average_precision", 0.9), ("f1", 0.75)] {
        assert!(all["mean"][measure].as_f64().unwrap() >= least, "{measure}: {all}");
    }
    // Words that stand in one group alone tell nothing of the others.
    let own: String = (0..80)
        .map(|number| {
            let group = number / 4 % 2;
            let (word, labels) =
                if number % 4 == 0 { (format!("bird{group}"), vec!["Birds"]) } else { (String::new(), Vec::new()) };
            format!("{}\n", json!({"text": format!("{word} garden"), "labels": labels, "group": group.to_string()}))
        })
        .collect();
    let right = |args: &[&str]| {
        let all = place.feed(own.as_str(), &[&["topics", "eval", "-", "--format", "json"], args].concat()).exit(0).json();
        all["topics"][0]["right"].clone()
    };
    assert_eq!(right(&["--folds", "2"]), 0);
    place.feed(own.as_str(), &["topics", "learn", "-", "--out", "."]).exit(0);
    assert_eq!(right(&["--topics", "birds-learned.toml"]), 20);

    eval(&["--folds", "4", "--label", "Snails"]).exit(0).says("Snails  ").says("learned on 3 of 4 parts");
    eval(&["--folds", "30"]).exit(2).warns("30 parts cannot be made of 21 groups");
    eval(&["--folds", "4", "--label", "Newts"]).exit(2).warns("fewer than 10 passages");
    eval(&["--terms", "9"]).exit(2);
    eval(&["--folds", "1"]).exit(2);
}
