//! Near-equal clauses of several companies are one hit.

use crate::place::{Dice, INDEX, Place, corpus_place, strings};
use fineprint::index::Index;
use fineprint::likeness::Sketch;
use fineprint::query;
use fineprint::search::{Appearing, Folding, Hit, Request, Sort, search};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Boilerplate of many companies; the second is the first, but for one word.
const PARCELS: &str = "when you order something from us we give your name and your address to the companies that deliver our parcels, \
    and they promise us to use it for the delivery of your parcels alone and to delete it when the parcel is with you";
const SHIPMENTS: &str = "when you order something from us we give your name and your address to the companies that deliver our goods, \
    and they promise us to use it for the delivery of your parcels alone and to delete it when the parcel is with you";

fn companies(hit: &Value) -> Vec<&str> {
    hit["companies"].as_array().unwrap().iter().map(|saying| saying["company"].as_str().unwrap()).collect()
}

fn boilerplate() -> Place {
    let place = Place::with(&[
        ("acme/2001-01-01.md", &format!("Dear reader, {PARCELS}.")),
        ("acme/2004-01-01.md", &format!("Dear reader, {PARCELS}.")),
        ("bolt/2002-05-01.md", &format!("# Parcels\n\nDear reader, {SHIPMENTS}.")),
        ("bolt/2003-05-01.md", &format!("# Parcels\n\nDear reader, {PARCELS}.")),
        ("cask/2003-01-01.md", &format!("# Parcels\n\nDear reader, {}.", PARCELS.replace("we give", "we never give"))),
        ("dome/2003-01-01.md", "# Parcels\n\nA parcel is a parcel, and that is all that we say of it."),
    ]);
    place.index(&[]).exit(0);
    place
}

#[test]
fn a_hit_names_the_companies_that_say_it() {
    let place = boilerplate();
    let answer = place.found(&["\"delivery of your parcels\"", "--sort", "first-seen"]);
    let hits = answer["hits"].as_array().unwrap();
    assert_eq!(strings(&answer, "company"), ["acme", "cask"], "what denies stands apart");
    let saying = json!([
        {"company": "acme", "clauses": 1, "documents": 1, "first_seen": "2001-01-01", "last_seen": "2004-01-01"},
        {"company": "bolt", "clauses": 1, "documents": 1, "first_seen": "2002-05-01", "last_seen": "2003-05-01"},
    ]);
    assert_eq!(hits[0]["companies"], saying);
    assert_eq!(companies(&hits[1]), ["cask"]);
    // Totals are of what matches, whatever is folded.
    let unfolded = place.found(&["\"delivery of your parcels\"", "--sort", "first-seen", "--unfold=companies"]);
    assert_eq!(answer["totals"], unfolded["totals"]);
    assert_eq!(strings(&unfolded, "company"), ["acme", "bolt", "cask"]);
    let wordings = place.found(&["\"delivery of your parcels\"", "--sort", "first-seen", "--unfold"]);
    assert_eq!(strings(&wordings, "company"), ["acme", "bolt", "cask", "bolt"]);
    // Dates are those inside the filters.
    let later = place.found(&["\"delivery of your parcels\"", "--sort", "first-seen", "--years", "2003.."]);
    let dates: Vec<&Value> = later["hits"][0]["companies"].as_array().unwrap().iter().map(|one| &one["first_seen"]).collect();
    assert_eq!(dates, ["2004-01-01", "2003-05-01"]);
    // Headings fold where their words are equal.
    let headings = place.found(&["\"parcels\"", "--sort", "first-seen"]);
    let of_headings: Vec<&Value> = headings["hits"].as_array().unwrap().iter().filter(|hit| hit["text"] == "Parcels").collect();
    assert_eq!(of_headings.len(), 1);
    assert_eq!(companies(of_headings[0]), ["bolt", "cask", "dome"]);
}

#[test]
fn people_and_tables_are_told_the_companies() {
    let place = boilerplate();
    let search = ["search", "--index", INDEX, "\"delivery of your parcels\"", "--sort", "first-seen"];
    let text = place.run(&search).exit(0).text();
    assert!(text.contains("also 1 company: bolt (--unfold=companies shows each)"), "{text}");
    assert!(!place.run(&[&search[..], &["--unfold=companies"]].concat()).text().contains("also"));
    let rest = place.run(&[&search[..], &["--limit", "1"]].concat()).text();
    assert!(rest.contains("1 clause more: --limit all, or --offset 1"), "{rest}");
    let table = place.run(&[&search[..], &["--format", "csv"]].concat()).csv();
    let column = |name: &str| table[0].iter().position(|column| column == name).unwrap();
    let (count, names) = (column("companies"), column("company_names"));
    assert_eq!((&*table[1][count], &*table[1][names]), ("2", "acme; bolt"));
    place.run(&["search", "--index", INDEX, "parcels", "--unfold=nothing"]).exit(2);
}

#[test]
fn a_line_of_a_batch_unfolds_as_the_option_does() {
    let place = boilerplate();
    let lines = [json!(null), json!(false), json!("companies"), json!(true), json!("wordings")];
    let queries: String = lines
        .iter()
        .map(|unfold| json!({"query": "\"delivery of your parcels\"", "unfold": unfold}).to_string() + "\n")
        .collect();
    place.write("queries", queries);
    let hits = |options: &[&str]| -> Vec<usize> {
        let run = place.run(&[&["batch", "--index", INDEX, "queries"], options].concat()).exit(0);
        run.json_lines().iter().map(|answer| answer["hits"].as_array().unwrap().len()).collect()
    };
    assert_eq!(hits(&[]), [2, 2, 3, 4, 4]);
    assert_eq!(hits(&["--unfold"]), [4, 2, 3, 4, 4]);
}

#[test]
fn what_was_added_folds_as_well() {
    let place = boilerplate();
    for (company, year) in [("eave", 2011), ("fern", 2012)] {
        place.archived(format!("{company}/2010-01-01.md"), "We send parcels, and say no more of them for now.");
        place.archived(format!("{company}/{year}-01-01.md"), format!("Dear reader, {PARCELS}."));
    }
    place.index(&[]).exit(0);
    let answer = place.found(&[
        "\"delivery of your parcels\"",
        "--in",
        "added",
        "--lang",
        "any",
        "--since",
        "2010",
        "--sort",
        "first-seen",
    ]);
    assert_eq!(strings(&answer, "company"), ["eave"]);
    let dates: Vec<(&str, &Value)> =
        companies(&answer["hits"][0]).into_iter().zip(answer["hits"][0]["companies"].as_array().unwrap()).collect();
    let dates: Vec<_> = dates.into_iter().map(|(company, saying)| (company, saying["first_seen"].as_str().unwrap())).collect();
    assert_eq!(dates, [("eave", "2011-01-01"), ("fern", "2012-01-01")]);
}

/// A hit of a folded answer: whose it is, and what folds into it.
type Group = (String, Vec<(Option<String>, u64, u64)>);

/// Groups the hits of an unfolded answer by reading them in order.
fn slowly(index: &Index, hits: &[Hit], per_company: usize) -> Vec<Group> {
    let sketch =
        |hit: &Hit| -> Sketch { index.record(hit.origin.slot).unwrap().timeline.passages[hit.origin.passage as usize].sketch };
    let near = |a: &Hit, b: &Hit| a.origin.slot != b.origin.slot && sketch(a).is_near(sketch(b));
    let mut leaders: Vec<&Hit> = Vec::new();
    for hit in hits {
        let led = leaders.iter().filter(|leader| leader.company == hit.company).count();
        let may_lead = hit.company.is_none() || led < per_company;
        if may_lead && !leaders.iter().any(|leader| near(leader, hit)) {
            leaders.push(hit);
        }
    }
    let mut members: Vec<Vec<&Hit>> = leaders.iter().map(|leader| vec![*leader]).collect();
    for hit in hits.iter().filter(|hit| !leaders.iter().any(|leader| leader.id == hit.id)) {
        if let Some(group) = leaders.iter().position(|leader| near(leader, hit)) {
            members[group].push(hit);
        }
    }
    members
        .into_iter()
        .map(|members| {
            let mut of_company: BTreeMap<(bool, Option<String>), (u64, BTreeSet<u32>)> = BTreeMap::new();
            for hit in &members {
                let company = of_company.entry((hit.company.is_none(), hit.company.clone())).or_default();
                company.0 += 1;
                company.1.insert(hit.origin.slot);
            }
            let companies = of_company.into_iter().map(|((_, name), (clauses, slots))| (name, clauses, slots.len() as u64));
            (members[0].id.clone(), companies.collect())
        })
        .collect()
}

/// An archive of companies that take their clauses from each other, and change a few words of some.
fn borrowed() -> Place {
    const WORDS: [&str; 12] =
        ["data", "name", "we", "share", "keep", "partners", "address", "service", "account", "cookies", "may", "law"];
    let mut dice = Dice(7);
    let mut clauses: Vec<Vec<&str>> = Vec::new();
    let place = Place::new();
    for company in 0..14 {
        for text in 0..1 + company % 3 {
            let mut page = String::from("# Privacy\n\n");
            for _ in 0..6 {
                let mut clause: Vec<&str> = match clauses.len() {
                    len if len > 0 && dice.below(4) > 0 => clauses[dice.below(len)].clone(),
                    _ => (0..5 + dice.below(60)).map(|_| WORDS[dice.below(10)]).collect(),
                };
                for _ in 0..dice.below(3) {
                    let at = dice.below(clause.len());
                    clause[at] = WORDS[dice.below(WORDS.len())];
                }
                page += &format!("{}.\n\n", clause.join(" "));
                clauses.push(clause);
            }
            place.archived(format!("company{company}/text{text}/2010-01-01.md"), page);
        }
    }
    place.index(&[]).exit(0);
    place
}

#[test]
fn folded_answers_are_those_of_grouping_all_hits_in_order() {
    let borrowed = borrowed();
    let mut folded_hits = 0;
    for (place, text) in [(&borrowed, "data share cookies privacy"), (corpus_place(), "information data sell privacy")] {
        let index = Arc::new(Index::open(&place.path(INDEX)).unwrap());
        let ask = |sort, folding, limit, offset, per_company, appearing| {
            let request = Request {
                query: query::parse(text).unwrap().query,
                text: text.to_owned(),
                sort,
                limit,
                offset,
                per_company,
                folding,
                by_year: false,
                observing: Default::default(),
                appearing,
            };
            search(&index, &request).unwrap()
        };
        for (sort, appearing) in [
            (Sort::Relevance, None),
            (Sort::FirstSeen, None),
            (Sort::LastSeen, None),
            (Sort::Company, None),
            (Sort::Relevance, Some(Appearing::Removed)),
        ] {
            let apart = ask(sort, Folding::Clauses, None, 0, None, appearing);
            for per_company in [None, Some(1), Some(2)] {
                let groups = slowly(&index, &apart.hits, per_company.unwrap_or(usize::MAX));
                for (limit, offset) in
                    [(None, 0), (Some(1), 0), (Some(5), 0), (Some(5), 3), (None, 7), (Some(0), 2), (Some(9), 5000)]
                {
                    let answer = ask(sort, Folding::Documents, limit, offset, per_company, appearing);
                    let shown = answer.hits.iter().map(|hit| {
                        let companies = hit.companies.iter().map(|one| (one.company.clone(), one.clauses, one.documents));
                        (hit.id.clone(), companies.collect())
                    });
                    let end = limit.map_or(groups.len(), |limit| groups.len().min(offset + limit));
                    let expected = &groups[offset.min(end)..end];
                    assert_eq!(shown.collect::<Vec<Group>>(), expected, "{sort:?} {per_company:?} {limit:?} {offset}");
                    let clauses = |groups: &[Group]| groups.iter().flat_map(|group| &group.1).map(|one| one.1).sum::<u64>();
                    assert_eq!(answer.rest, answer.totals.clauses - clauses(&groups[..end]));
                    assert_eq!(answer.totals, apart.totals);
                }
                // However few hits a company may lead, what it says is in the answer.
                let named: BTreeSet<&String> =
                    groups.iter().flat_map(|group| &group.1).filter_map(|one| one.0.as_ref()).collect();
                assert_eq!(named.len() as u64, apart.totals.companies);
                folded_hits += apart.hits.len() - groups.len();
            }
        }
    }
    assert!(folded_hits > 100, "{folded_hits}");
}
