//! Counts against reading every snapshot: a made-up archive, and a reading of each question in plain code.

use crate::place::{Dice, Place, strings};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SENTENCES: [&str; 16] = [
    "We do not sell your data.",
    "We do not sell your data to anyone, and we never will.",
    "We may sell your data to our partners.",
    "We do not share what you tell us.",
    "We may share what you tell us with partners in Europe.",
    "Our partners may share it with their partners.",
    "You can ask us not to sell anything about you.",
    "Click \"do not sell my data\" at the end of this page.",
    "Cookies remember you, and you can delete them.",
    "We keep your data for two years.",
    "We keep it as long as the law asks.",
    "Third-party companies don't see your name.",
    "Nobody sees your name but us.",
    "Children may not use this service.",
    "Legitimate interests are our reason.",
    "Our legitimate business interest is the reason.",
];

const COMPANIES: [&str; 4] = ["acme", "bolt", "cask", "dome"];

struct Snapshot {
    company: &'static str,
    year: i32,
    month: usize,
    day: usize,
    sentences: BTreeSet<usize>,
}

impl Snapshot {
    fn date(&self) -> String {
        format!("{}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn archive(seed: u64) -> (Place, Vec<Snapshot>) {
    let mut dice = Dice(seed);
    let place = Place::new();
    let mut snapshots: Vec<Snapshot> = Vec::new();
    for company in COMPANIES {
        let mut sentences: BTreeSet<usize> = (0..5).map(|_| dice.below(SENTENCES.len())).collect();
        for year in 2001..2011 {
            for month in [2, 9] {
                // Some years have no capture, some captures have the text of the one before.
                if dice.below(4) == 0 {
                    continue;
                }
                for _ in 0..dice.below(4) {
                    let sentence = dice.below(SENTENCES.len());
                    if !sentences.remove(&sentence) {
                        sentences.insert(sentence);
                    }
                }
                let snapshot = Snapshot { company, year, month, day: 1 + dice.below(28), sentences: sentences.clone() };
                let mut order: Vec<&str> = snapshot.sentences.iter().map(|&sentence| SENTENCES[sentence]).collect();
                dice.shuffle(&mut order);
                place.archived(format!("{company}/{}.md", snapshot.date()), order.join("\n\n"));
                snapshots.push(snapshot);
            }
        }
    }
    place.index(&[]).exit(0);
    (place, snapshots)
}

/// The words of a sentence by the rule of the query language.
fn words(sentence: &str) -> Vec<String> {
    let parted = sentence.to_lowercase().replace(['-', ',', '.', '"'], " ");
    parted.split_whitespace().map(str::to_owned).collect()
}

fn has(sentence: &str, phrase: &str) -> bool {
    starts(sentence, phrase).next().is_some()
}

fn starts(sentence: &str, phrase: &str) -> impl Iterator<Item = usize> {
    let (words, phrase) = (words(sentence), words(phrase));
    (0..words.len()).filter(move |&at| words[at..].starts_with(&phrase))
}

/// Whether words stand in this order with at most so many others between.
fn near(sentence: &str, phrase: &str, gap: usize) -> bool {
    let (words, phrase) = (words(sentence), words(phrase));
    (0..words.len()).filter(|&at| words[at] == phrase[0]).any(|first| {
        let mut at = first;
        for word in &phrase[1..] {
            match words[at + 1..].iter().position(|other| other == word) {
                Some(next) => at += 1 + next,
                None => return false,
            }
        }
        at - first < phrase.len() + gap
    })
}

/// What a question admits: a passage by its text, a snapshot by whose it is and when, both of one occurrence.
struct Question {
    query: &'static str,
    text: fn(&str) -> bool,
    when: fn(&Snapshot) -> bool,
}

fn always(_: &Snapshot) -> bool {
    true
}

fn date_between(snapshot: &Snapshot, first: &str, last: &str) -> bool {
    (first..=last).contains(&snapshot.date().as_str())
}

const QUESTIONS: &[Question] = &[
    Question { query: "\"do not sell\"", text: |s| has(s, "do not sell"), when: always },
    Question { query: "\"DO  not, sell\"", text: |s| has(s, "do not sell"), when: always },
    Question {
        query: "\"do not sell\" NOT WITHIN \"do not sell my\"",
        text: |s| has(s, "do not sell") && !has(s, "do not sell my"),
        when: always,
    },
    Question {
        query: "\"not sell\" NOT WITHIN (\"do not sell my\" OR \"do not sell your\")",
        text: |s| has(s, "not sell") && !has(s, "do not sell my") && !has(s, "do not sell your"),
        when: always,
    },
    Question { query: "\"we share\"~1", text: |s| near(s, "we share", 1), when: always },
    Question { query: "\"we share partners\"~5", text: |s| near(s, "we share partners", 5), when: always },
    Question { query: "\"we share partners\"~6", text: |s| near(s, "we share partners", 6), when: always },
    Question {
        query: "\"legitimate (business)? (interest|interests)\"",
        text: |s| ["legitimate interests", "legitimate interest", "legitimate business interest"].iter().any(|p| has(s, p)),
        when: always,
    },
    Question {
        query: "part* OR child*",
        text: |s| words(s).iter().any(|w| w.starts_with("part") || w.starts_with("child")),
        when: always,
    },
    Question { query: "\"third party\"", text: |s| has(s, "third party"), when: always },
    Question { query: "third-party", text: |s| has(s, "third party"), when: always },
    Question { query: "\"don't see\"", text: |s| has(s, "don't see"), when: always },
    Question { query: "\"don\u{2019}t see\"", text: |s| has(s, "don't see"), when: always },
    Question { query: "\"do not see\"", text: |s| has(s, "do not see"), when: always },
    Question { query: "sell share", text: |s| has(s, "sell") || has(s, "share"), when: always },
    Question { query: "selling", text: |s| has(s, "sell"), when: always },
    Question { query: "\"selling\"", text: |_| false, when: always },
    Question { query: "+data sell", text: |s| has(s, "data"), when: always },
    Question { query: "+sell -not", text: |s| has(s, "sell") && !has(s, "not"), when: always },
    Question {
        query: "sell AND (partners OR anyone)",
        text: |s| has(s, "sell") && (has(s, "partners") || has(s, "anyone")),
        when: always,
    },
    Question { query: "NOT may AND share", text: |s| has(s, "share") && !has(s, "may"), when: always },
    Question { query: "data company:acme", text: |s| has(s, "data"), when: |x| x.company == "acme" },
    Question {
        query: "data company:(acme OR BOLT)",
        text: |s| has(s, "data"),
        when: |x| x.company == "acme" || x.company == "bolt",
    },
    Question { query: "data -company:c*", text: |s| has(s, "data"), when: |x| x.company != "cask" },
    Question { query: "company:cask", text: |_| true, when: |x| x.company == "cask" },
    Question { query: "data company:cas", text: |_| false, when: always },
    Question { query: "\"your data\" year:2003..2005", text: |s| has(s, "your data"), when: |x| (2003..=2005).contains(&x.year) },
    Question { query: "\"your data\" year:..2003", text: |s| has(s, "your data"), when: |x| x.year <= 2003 },
    Question {
        query: "\"your data\" since:2004-09",
        text: |s| has(s, "your data"),
        when: |x| date_between(x, "2004-09-01", "9"),
    },
    Question {
        query: "\"your data\" until:2004-09",
        text: |s| has(s, "your data"),
        when: |x| date_between(x, "0", "2004-09-30"),
    },
    Question {
        query: "\"your data\" since:2004-02-10 until:2004-09-12",
        text: |s| has(s, "your data"),
        when: |x| date_between(x, "2004-02-10", "2004-09-12"),
    },
    Question { query: "since:2008 year:2001..2008 share", text: |s| has(s, "share"), when: |x| x.year == 2008 },
    Question { query: "since:2007", text: |_| true, when: |x| x.year >= 2007 },
    Question { query: "lang:xx data", text: |_| false, when: always },
];

/// Clears of `--by-year` what is only filled in between.
fn years(answer: &Value) -> BTreeMap<i64, [u64; 3]> {
    let years = answer["years"].as_array().unwrap().iter();
    years
        .map(|year| {
            let counts = ["snapshots", "documents", "companies"].map(|name| year[name].as_u64().unwrap());
            (year["year"].as_i64().unwrap(), counts)
        })
        .filter(|(_, counts)| counts[0] > 0)
        .collect()
}

#[test]
fn counts_equal_reading_every_snapshot() {
    for seed in [11, 12] {
        let (place, snapshots) = archive(seed);
        let questions: String = QUESTIONS
            .iter()
            .map(|question| {
                serde_json::json!({"query": question.query, "limit": "all", "unfold": true, "by_year": true}).to_string() + "\n"
            })
            .collect();
        let answers = place.feed(questions, &["batch", "-", "--index", "index"]).json_lines();
        assert_eq!(answers.len(), QUESTIONS.len());
        let mut empty = 0;
        for (answer, question) in answers.iter().zip(QUESTIONS) {
            let what = format!("seed {seed}, {}", question.query);
            let mut passages: BTreeSet<(&str, &str)> = BTreeSet::new();
            let mut expected: BTreeMap<i64, [u64; 3]> = BTreeMap::new();
            let mut of_year: BTreeSet<(i32, &str)> = BTreeSet::new();
            for snapshot in snapshots.iter().filter(|snapshot| (question.when)(snapshot)) {
                let sentences = snapshot.sentences.iter().map(|&sentence| SENTENCES[sentence]);
                let found: Vec<&str> = sentences.filter(|sentence| (question.text)(sentence)).collect();
                if !found.is_empty() {
                    passages.extend(found.iter().map(|sentence| (snapshot.company, *sentence)));
                    let counts = expected.entry(snapshot.year.into()).or_default();
                    counts[0] += 1;
                    if of_year.insert((snapshot.year, snapshot.company)) {
                        counts[1] += 1;
                        counts[2] += 1;
                    }
                }
            }
            let totals = &answer["totals"];
            let companies: BTreeSet<&str> = passages.iter().map(|(company, _)| *company).collect();
            let snapshots: u64 = expected.values().map(|counts| counts[0]).sum();
            assert_eq!(totals["passages"], passages.len(), "{what}");
            assert_eq!(totals["companies"], companies.len(), "{what}");
            assert_eq!(totals["documents"], companies.len(), "{what}");
            assert_eq!(totals["snapshots"], snapshots, "{what}");
            assert_eq!(years(answer), expected, "{what}");
            let texts: BTreeSet<(String, String)> = strings(answer, "company").into_iter().zip(strings(answer, "text")).collect();
            let passages: BTreeSet<(String, String)> =
                passages.iter().map(|(company, text)| ((*company).to_owned(), (*text).to_owned())).collect();
            assert_eq!(texts, passages, "{what}");
            empty += usize::from(passages.is_empty());
        }
        assert!(empty < QUESTIONS.len() / 4, "most questions should have answers");
    }
}

/// Conditions inside OR and NOT ask of a passage whether some occurrence of it satisfies them.
#[test]
fn conditions_inside_or_and_not_ask_of_all_occurrences() {
    type Asked = (&'static str, fn(&str, &BTreeSet<i32>) -> bool);
    let questions: [Asked; 4] = [
        ("data NOT year:2004", |s, years| has(s, "data") && !years.contains(&2004)),
        ("data AND (year:2002 OR year:2009)", |s, years| has(s, "data") && (years.contains(&2002) || years.contains(&2009))),
        ("NOT year:2001..2005", |_, years| years.iter().all(|&year| year > 2005)),
        ("(cookies OR year:2010) -since:2010-10", |s, years| has(s, "cookies") || years.contains(&2010)),
    ];
    let (place, snapshots) = archive(13);
    for (query, admits) in questions {
        let mut stood: BTreeMap<(&str, &str), BTreeSet<i32>> = BTreeMap::new();
        for snapshot in &snapshots {
            for &sentence in &snapshot.sentences {
                stood.entry((snapshot.company, SENTENCES[sentence])).or_default().insert(snapshot.year);
            }
        }
        let expected: BTreeSet<(String, String)> = stood
            .iter()
            .filter(|((_, sentence), years)| admits(sentence, years))
            .map(|((company, sentence), _)| ((*company).to_owned(), (*sentence).to_owned()))
            .collect();
        let answer = place.found(&[query, "--unfold"]);
        let found: BTreeSet<(String, String)> = strings(&answer, "company").into_iter().zip(strings(&answer, "text")).collect();
        assert_eq!(found, expected, "{query}");
    }
}

/// A hit's own dates are those of its passage's whole life, and the evidence is the first snapshot inside the filters.
#[test]
fn dates_of_a_hit_equal_reading_every_snapshot() {
    let (place, snapshots) = archive(14);
    let answer = place.found(&["since:2004 until:2008", "--unfold"]);
    for hit in answer["hits"].as_array().unwrap() {
        let (company, text) = (hit["company"].as_str().unwrap(), hit["text"].as_str().unwrap());
        let of_company: Vec<&Snapshot> = snapshots.iter().filter(|snapshot| snapshot.company == company).collect();
        let holds = |snapshot: &Snapshot| snapshot.sentences.iter().any(|&sentence| SENTENCES[sentence] == text);
        let days: Vec<String> = of_company.iter().filter(|snapshot| holds(snapshot)).map(|snapshot| snapshot.date()).collect();
        assert_eq!(hit["first_seen"], days[0].as_str(), "{hit}");
        assert_eq!(hit["last_seen"], days[days.len() - 1].as_str(), "{hit}");
        assert_eq!(hit["snapshots"], days.len(), "{hit}");
        assert_eq!(hit["since_before"], holds(of_company[0]), "{hit}");
        let later = of_company.iter().map(|snapshot| snapshot.date()).find(|day| *day > days[days.len() - 1]);
        assert_eq!(hit["absent_from"].as_str(), later.as_deref(), "{hit}");
        let inside = days.iter().find(|day| ("2004"..="2008-9").contains(&day.as_str())).unwrap();
        assert_eq!(hit["evidence"]["instant"], inside.as_str(), "{hit}");
        assert_eq!(hit["evidence"]["path"], format!("{company}/{inside}.md"), "{hit}");
    }
}

/// A passage tells its snapshots itself where its document has no more than 46: on both sides of that border, counts are those of the days.
#[test]
fn documents_of_few_and_of_many_snapshots_are_counted_alike() {
    const CAPTURES: [usize; 6] = [1, 45, 46, 47, 65, 130];
    let says = |number: usize, of: usize| !number.is_multiple_of(3) || number + 1 == of;
    let date = |number: usize| format!("{}-{:02}-15", 2001 + number / 12, 1 + number % 12);
    let place = Place::new();
    for of in CAPTURES {
        for number in 0..of {
            let text = if says(number, of) { "We keep it.\n\nWe never sell your data.\n" } else { "We keep it.\n" };
            place.archived(format!("acme{of}/{}.md", date(number)), text);
        }
    }
    place.index(&[]).exit(0);
    place.run(&["verify", "--index", "index"]).exit(0);
    for of in CAPTURES {
        for (limits, admits) in [("", 2001..=2011), (" since:2003 until:2005", 2003..=2005)] {
            let year = |number: usize| 2001 + number / 12;
            let days: Vec<usize> = (0..of).filter(|&number| says(number, of) && admits.contains(&year(number))).collect();
            let mut years: BTreeMap<usize, usize> = BTreeMap::new();
            days.iter().for_each(|&number| *years.entry(year(number)).or_default() += 1);
            let query = format!("\"never sell\" company:acme{of}{limits}");
            let (Some(first), Some(last)) = (days.first(), days.last()) else {
                place.search(&[&query]).exit(1);
                continue;
            };
            let answer = place.found(&[&query, "--by-year"]);
            assert_eq!(answer["totals"]["snapshots"], days.len(), "{of}{limits}");
            let counted = answer["years"].as_array().unwrap().iter();
            let counted = counted
                .map(|of_year| (of_year["year"].as_u64().unwrap() as usize, of_year["snapshots"].as_u64().unwrap() as usize));
            assert_eq!(counted.collect::<BTreeMap<_, _>>(), years, "{of}{limits}");
            let said = &answer["hits"][0]["companies"][0];
            assert_eq!((&said["first_seen"], &said["last_seen"]), (&date(*first).into(), &date(*last).into()), "{of}{limits}");
        }
    }
}

/// A code fence makes a text be read whole; what stands before it must not change by that.
#[test]
fn passages_do_not_depend_on_what_stands_far_from_them() {
    let tables =
        "Intro to the tables below\n\n| a | b |\n|---|---|\n| c | first cell |\n\n| e | f |\n|---|---|\n| g | last cell |\n";
    let lists = "* one thing\n\n<ul><li>another thing</li></ul>\n\n* a third thing\n";
    let place = Place::new();
    place.archived("acme/2001-01-01.md", format!("{tables}\nBetween.\n\n{lists}\nAnd so on.\n"));
    place.archived("acme/2002-01-01.md", format!("{tables}\nBetween.\n\n{lists}\nAnd so on.\n\n```\ncode\n```\n"));
    place.index(&[]).exit(0);
    for query in ["\"first cell\"", "\"last cell\"", "\"one thing\"", "\"another thing\"", "\"a third thing\""] {
        let answer = place.found(&[query]);
        assert_eq!((&answer["totals"]["passages"], &answer["totals"]["snapshots"]), (&1.into(), &2.into()), "{query}");
    }
}

/// The same bytes mean another text where they are another form.
#[test]
fn equal_files_of_different_forms_are_read_each_as_what_it_is() {
    let text = "We may *share* data with [our partners](https://partners.example/list) today.\n";
    let place = Place::new();
    place.archived("acme/2001-01-01.md", text);
    place.archived("acme/2002-01-01.txt", text);
    place.index(&[]).exit(0);
    assert_eq!(place.found(&["\"our partners today\""])["totals"]["snapshots"], 1);
    assert_eq!(place.found(&["\"partners example list\""])["totals"]["snapshots"], 1);
}
