//! What several companies say in equal or nearly equal words.

use crate::place::{Dice, Place};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A clause with the name of whoever says it.
fn clause(name: &str) -> String {
    format!(
        "{name} and its friends may hand a list of the birds that you feed to any owl who asks for it in writing before noon."
    )
}

const OTHER: &str = "We water the garden twice a day and write down which of the snails came to the party.";

fn nearly(name: &str) -> String {
    clause(name).replace("any owl", "any owl or crow").replace("before noon", "before the noon of Monday")
}

fn place() -> Place {
    let text = |parts: &[&str]| format!("# Policy\n\n## Birds\n\n{}\n", parts.join("\n\n"));
    let file = |company: &str, day: &str, parts: &[&str]| (format!("{company}/{day}.md"), text(parts));
    let (acme, bolt, cask, dome, elms) =
        (clause("Acme"), clause("Bolt Works"), nearly("Cask"), clause("dome.example"), clause("Elms"));
    let files = [
        file("Acme", "2010-01-01", &[OTHER]),
        file("Acme", "2011-01-01", &[OTHER, &acme]),
        file("Acme", "2015-01-01", &[OTHER, &acme]),
        file("Bolt Works", "2010-06-01", &[OTHER]),
        file("Bolt Works", "2012-01-01", &[&bolt]),
        file("Bolt Works", "2013-01-01", &[OTHER]),
        file("Cask", "2009-01-01", &["Nothing is said here of any animal, and nothing will be said of them."]),
        file("Cask", "2014-01-01", &[&cask]),
        // It was captured later than Acme with it, and may have had it before.
        file("dome.example", "2011-07-01", &[&dome]),
        file("Elms", "2010-01-01", &[OTHER]),
        file("Elms", "2016-01-01", &[&elms]),
        file("Fern", "2010-01-01", &["We may hand a list of the fish that you feed to nobody at all, whoever may ask for it."]),
    ];
    let place = Place::new();
    for (path, text) in &files {
        place.archived(path, text);
    }
    place.archived("fineprint.toml", "[groups]\n\"Garden Group\" = [\"bolt works\", \"Elms\"]\n\"Other Group\" = [\"Fern\"]\n");
    place.index(&[]).exit(0);
    place
}

fn names(companies: &Value) -> Vec<&str> {
    companies.as_array().unwrap().iter().map(|one| one["company"].as_str().unwrap()).collect()
}

const QUERY: &str = "\"hand a list of the\"";

#[test]
fn the_first_and_those_who_followed() {
    let place = place();
    let spread = |args: &[&str]| place.run(&[&["spread", "--index", "index"], args].concat());
    let answer = spread(&[QUERY, "--format", "json"]).exit(0).json();
    assert_eq!(answer["clusters"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(
        answer["totals"],
        json!({"passages": 6, "wordings": 3, "companies": 6, "companies_sharing": 5, "clusters": 1, "left_out": 0})
    );
    let cluster = &answer["clusters"][0];
    // Bolt Works and Elms are one group.
    assert_eq!((&cluster["companies"], &cluster["wordings"]), (&json!(4), &json!(2)));
    assert_eq!(cluster["text"], clause("Acme"));
    assert_eq!(names(&cluster["started"]), ["Acme", "Bolt Works", "Cask", "Elms"]);
    assert_eq!(names(&cluster["since_before"]), ["dome.example"]);
    let field =
        |name: &str| -> Vec<Value> { cluster["started"].as_array().unwrap().iter().map(|one| one[name].clone()).collect() };
    assert_eq!(field("days_behind"), [json!(0), json!(365), json!(1096), json!(1826)]);
    assert_eq!(field("absent_before"), ["2010-01-01", "2010-06-01", "2009-01-01", "2010-01-01"]);
    assert_eq!(field("still"), [true, false, true, true]);
    assert_eq!(field("group"), [Value::Null, json!("Garden Group"), Value::Null, json!("Garden Group")]);
    assert_eq!(field("heading"), vec![json!(["Policy", "Birds"]); 4]);
    let likeness = field("likeness");
    assert_eq!([&likeness[0], &likeness[1], &likeness[3]], [1.0; 3].map(Value::from).each_ref());
    assert!(likeness[2].as_f64().is_some_and(|likeness| (0.6..1.0).contains(&likeness)), "{likeness:?}");
    let before = &cluster["since_before"][0];
    assert_eq!((&before["days_behind"], &before["absent_before"]), (&Value::Null, &Value::Null));
    spread(&[QUERY])
        .exit(0)
        .says("had it when first captured, so perhaps before all others:")
        .says("2011-07-01 or before  dome.example")
        .says("Bolt Works (Garden Group)  +365 d    until 2012-01-01")
        .says("after 2010-01-01, by 2011-01-01  Acme");
    let table = spread(&[QUERY, "--format", "csv"]).exit(0).csv();
    assert_eq!(table.len(), 6);
    assert!(table.iter().all(|row| row.len() == table[0].len()));
    assert_eq!(spread(&[QUERY, "--format", "jsonl"]).exit(0).json_lines().len(), 1);

    // From a passage: the same companies, whoever's wording it is.
    for one in cluster["started"].as_array().unwrap().iter().chain([before]) {
        let id = one["id"].as_str().unwrap();
        let answer = spread(&["--passage", id, "--format", "json"]).exit(0).json();
        assert_eq!(answer["clusters"].as_array().unwrap().len(), 1, "{answer}");
        let cluster = &answer["clusters"][0];
        assert_eq!((&cluster["text"], &cluster["id"]), (&one["text"], &one["id"]));
        assert_eq!(names(&cluster["started"]), ["Acme", "Bolt Works", "Cask", "Elms"]);
        assert_eq!(names(&cluster["since_before"]), ["dome.example"]);
    }
}

#[test]
fn what_one_company_or_group_has_alone_has_not_spread() {
    let place = place();
    let spread = |args: &[&str]| place.run(&[&["spread", "--index", "index"], args].concat());
    let company = ["--company", "Bolt Works", "--company", "Elms"];
    spread(&[&[QUERY][..], &company].concat()).exit(1).says("0 of them share 0 passages.");
    spread(&["\"the fish that\""]).exit(1);
    // In these days nobody but one company had it.
    spread(&[QUERY, "--until", "2011-03"]).exit(1);
    spread(&[QUERY, "--since", "2014", "--format", "json"]).exit(0);
}

#[test]
fn mistakes_are_told() {
    let place = place();
    let spread = |args: &[&str]| place.run(&[&["spread", "--index", "index"], args].concat());
    spread(&["--passage", "0123456789abcdef"]).exit(2).warns("the index has no passage");
    spread(&["birds asof:2012"]).exit(2).warns("hint:");
    spread(&[QUERY, "--limit", "many"]).exit(2).warns("--limit");
    spread(&[]).exit(2);
}

/// Equal passages of many companies, against a plain reading: who has which, since when.
#[test]
fn equal_passages_are_those_that_a_plain_reading_finds() {
    const WORDS: [&str; 6] = ["apples", "pears", "plums", "cherries", "quinces", "medlars"];
    let mut dice = Dice(3);
    let place = Place::new();
    // Company, its captures in order of time, and what each says.
    let mut captures: BTreeMap<String, Vec<(String, BTreeSet<usize>)>> = BTreeMap::new();
    for company in ["Acme", "Bolt", "Cask", "Dome", "Elms", "Fern"] {
        for year in 2001..2001 + 2 + dice.below(5) {
            let day = format!("{year}-0{}-01", 1 + dice.below(9));
            let says: BTreeSet<usize> = (0..WORDS.len()).filter(|_| dice.below(3) == 0).collect();
            // Each a text that shares few neighbouring words with the others.
            let line = |word: &usize| {
                let fruit = WORDS[*word];
                format!(
                    "{company} keeps {fruit}, likes {fruit}, eats {fruit}, sells {fruit} and never shares {fruit} with others.\n\n"
                )
            };
            let text: String = says.iter().map(line).collect();
            place.archived(
                format!("{company}/{day}.md"),
                format!("# Policy\n\nThese are the usual words that open a text, and they tell you what we do with the things that you give us.\n\n{text}"),
            );
            captures.entry(company.to_owned()).or_default().push((day, says));
        }
    }
    place.index(&[]).exit(0);
    let answer = place.run(&["spread", "keeps", "--index", "index", "--limit", "all", "--format", "json"]).exit(0).json();
    let mut found: BTreeMap<usize, BTreeSet<(String, String, bool, String)>> = BTreeMap::new();
    for cluster in answer["clusters"].as_array().unwrap() {
        let fruit = WORDS.iter().position(|word| cluster["text"].as_str().unwrap().contains(word)).unwrap();
        let all = ["started", "since_before"].iter().flat_map(|part| cluster[*part].as_array().unwrap());
        let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        let rows = all.map(|one| {
            (text(one, "company"), text(one, "first_seen"), one["since_before"].as_bool().unwrap(), text(one, "last_seen"))
        });
        assert!(found.insert(fruit, rows.collect()).is_none(), "{fruit} stands in two clusters");
    }
    let mut expected: BTreeMap<usize, BTreeSet<(String, String, bool, String)>> = BTreeMap::new();
    for fruit in 0..WORDS.len() {
        let mut rows = BTreeSet::new();
        for (company, captures) in &captures {
            let saying: Vec<&(String, BTreeSet<usize>)> = captures.iter().filter(|(_, says)| says.contains(&fruit)).collect();
            if let (Some(first), Some(last)) = (saying.first(), saying.last()) {
                rows.insert((company.clone(), first.0.clone(), first.0 == captures[0].0, last.0.clone()));
            }
        }
        if rows.len() > 1 {
            expected.insert(fruit, rows);
        }
    }
    assert!(expected.len() > 3, "{expected:?}");
    assert_eq!(found, expected);
}
