//! What stood as of a day, against a plain reading of the rule: the last usable snapshot at or before the end of the day, no older
//! than may be carried, and nothing past the last capture of the source.

use crate::place::{Dice, Place, strings};
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use serde_json::Value;
use std::collections::BTreeSet;

struct Snapshot {
    company: &'static str,
    day: Date,
    /// What only this snapshot says; `None` where it is empty.
    says: Option<String>,
}

/// Two companies of which every capture is recorded, and two of which only changes are.
const COMPANIES: [(&str, bool); 4] = [("acme", false), ("bolt", false), ("Cask", true), ("Dome", true)];

fn archive(dice: &mut Dice) -> (Place, Vec<Snapshot>) {
    let place = Place::new();
    let mut snapshots = Vec::new();
    for (company, changes) in COMPANIES {
        let mut day = date(2001, 1, 1) + (dice.below(900) as i64).days();
        for number in 0..12 {
            let mut says = Some(format!("{company}{number}").to_lowercase());
            if dice.below(5) == 0 {
                says = None;
            }
            let text = says.as_ref().map(|says| format!("The common words, and {says} besides.\n"));
            let path =
                if changes { format!("{company}/Privacy Policy/{day}T10-00-00Z.md") } else { format!("{company}/{day}.md") };
            place.archived(path, text.unwrap_or_default());
            snapshots.push(Snapshot { company, day, says });
            day += (1 + dice.below(700) as i64).days();
        }
    }
    (place, snapshots)
}

/// What stands on a day, by the rule. `carry`: the span given; `None`: as the source records.
fn stands(snapshots: &[Snapshot], day: Date, carry: Option<Option<Span>>) -> BTreeSet<&str> {
    let last_capture = snapshots.iter().map(|snapshot| snapshot.day).max().unwrap();
    let mut found = BTreeSet::new();
    for (company, changes) in COMPANIES {
        let default = (!changes).then(|| 18.months());
        let oldest = carry.unwrap_or(default).map(|span| day - span);
        let last = snapshots
            .iter()
            .filter(|snapshot| snapshot.company == company && snapshot.day <= day && snapshot.says.is_some())
            .max_by_key(|snapshot| snapshot.day);
        if let Some(last) = last
            && day <= last_capture
            && oldest.is_none_or(|oldest| last.day >= oldest)
        {
            found.extend(last.says.as_deref());
        }
    }
    found
}

#[test]
fn what_stood_on_a_day_is_what_the_rule_says() {
    for seed in [1, 2] {
        let mut dice = Dice(seed);
        let (place, snapshots) = archive(&mut dice);
        place.index(&[]).exit(0);
        let last = snapshots.iter().map(|snapshot| snapshot.day).max().unwrap();
        let mut days: Vec<Date> = (0..40).map(|_| date(2000, 6, 1) + (dice.below(9_000) as i64).days()).collect();
        for snapshot in &snapshots {
            days.extend([snapshot.day, snapshot.day - 1.day(), snapshot.day + 18.months(), snapshot.day + 18.months() + 1.day()]);
        }
        days.extend([last, last + 1.day()]);
        let carries: [(Option<&str>, Option<Option<Span>>); 5] = [
            (None, None),
            (Some("30d"), Some(Some(30.days()))),
            (Some("2m"), Some(Some(2.months()))),
            (Some("3y"), Some(Some(3.years()))),
            (Some("unlimited"), Some(None)),
        ];
        let mut questions = String::new();
        let mut expected = Vec::new();
        for day in days {
            for (written, carry) in carries {
                let carry_field = written.map(|carry| format!(",\"carry\":\"{carry}\"")).unwrap_or_default();
                let rest = format!("\"limit\":\"all\",\"unfold\":true{carry_field}}}\n");
                questions.push_str(&format!("{{\"query\":\"\\\"common words\\\"\",\"as_of\":\"{day}\",{rest}"));
                expected.push((day, written, stands(&snapshots, day, carry)));
            }
        }
        let run = place.feed(questions, &["batch", "-", "--index", "index"]);
        let answers = run.json_lines();
        assert_eq!(answers.len(), expected.len());
        for (answer, (day, carry, expected)) in answers.iter().zip(expected) {
            let found: BTreeSet<String> =
                strings(answer, "text").iter().map(|text| text.split(' ').nth(4).unwrap().to_owned()).collect();
            let expected: BTreeSet<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(found, expected, "seed {seed}, as of {day}, carry {carry:?}");
            assert_eq!(answer["totals"]["snapshots"], expected.len(), "{day}");
            let known = answer["as_of"]["known"].as_u64().unwrap();
            let unknown = answer["as_of"]["unknown"].as_u64().unwrap();
            assert_eq!((known, known + unknown), (expected.len() as u64, 4), "{day}");
        }
    }
}

#[test]
fn the_three_ways_to_ask_for_a_day_agree() {
    let (place, _) = archive(&mut Dice(9));
    place.index(&[]).exit(0);
    let hits = |args: &[&str]| -> Value { place.found(args)["hits"].clone() };
    let option = hits(&["common", "--as-of", "2005-06-01"]);
    assert_eq!(option, hits(&["common asof:2005-06-01"]));
    let within_or = hits(&["common AND (asof:2005-06-01 OR asof:1990-01-01)", "--unfold"]);
    let ids = |hits: &Value| -> BTreeSet<String> {
        let hits = hits.as_array().unwrap().iter();
        hits.map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&option), ids(&within_or));
}

#[test]
fn a_text_in_another_language_does_not_stand_for_the_one_asked_for() {
    let english =
        "We use the information that you give us in order to deliver what you have ordered, and for nothing else at all.";
    let french =
        "Nous utilisons les informations que vous nous donnez pour livrer ce que vous avez commandé, et pour rien d'autre.";
    let place = Place::with(&[("acme/2005-01-01.md", english), ("acme/2005-06-01.md", french), ("acme/2005-12-01.md", english)]);
    place.index(&[]).exit(0);
    let texts = |args: &[&str]| place.texts(&[args, &["--as-of", "2005-07-01"]].concat());
    assert_eq!(texts(&["\"the information\""]), Vec::<String>::new(), "the French text stood");
    assert_eq!(texts(&["\"the information\"", "--lang", "en"]), [english]);
    assert_eq!(texts(&["\"les informations\"", "--lang", "fr"]), [french]);
    let hit = &place.found(&["\"the information\""])["hits"][0];
    assert_eq!((&hit["last_seen"], &hit["absent_from"]), (&Value::from("2005-12-01"), &Value::Null));
    assert_eq!(place.texts(&["lang:fr"]), [french]);
    assert_eq!(place.texts(&["lang:en"]), [english]);
    assert_eq!(place.texts(&["\"(information|informations)\" -lang:fr"]), [english]);
}

#[test]
fn the_age_of_what_is_carried_is_shown() {
    let place = Place::with(&[("acme/2005-01-01.md", "Acme speaks."), ("bolt/2005-03-02.md", "Bolt speaks.")]);
    place.index(&[]).exit(0);
    let run = place.run(&["search", "--index", "index", "speaks", "--as-of", "2005-03-02", "--unfold=companies"]).exit(0);
    let far = place.search(&["speaks OR asof:9999-12-31", "--as-of", "9999-12-31", "--carry", "4294967295d", "--limit", "0"]);
    let far = far.exit(1).json();
    assert_eq!(far["as_of"]["day"], "9999-12-31");
    run.says("carried 60 days").says("observed that day").says("As of 2005-03-02");
}
