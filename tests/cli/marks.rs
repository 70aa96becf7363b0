//! Marks of captures that are no policy text, beside 200 captures that were labelled by reading (`tests/data/marks.csv`).

use crate::place::Place;
use crate::samples::{git, sample, versions};
use fineprint::extract;
use fineprint::history::{HistoryBuilder, Mark, Wordbook};
use fineprint::passage::passages;
use fineprint::snapshot::{DocumentKey, Format, Recording};
use std::collections::HashMap;

/// The mark of a text that is a document alone.
fn mark(text: &str) -> Option<Mark> {
    marks(&[text])[0]
}

/// The marks of the versions of a document.
fn marks(versions: &[&str]) -> Vec<Option<Mark>> {
    let mut history = HistoryBuilder::default();
    for text in versions {
        let entries = history.entries(&passages(extract::blocks(text, Format::Markdown).unwrap()));
        history.version(&entries);
    }
    let key = DocumentKey { company: String::new(), kind: String::new(), part: String::new() };
    history
        .finish(key, Recording::Captures, &mut Wordbook::default())
        .0
        .timeline
        .versions
        .iter()
        .map(|facts| facts.mark)
        .collect()
}

#[test]
fn a_passage_is_read_in_the_language_of_each_version_that_has_it() {
    let french = [
        "Nous recueillons les données que vous nous confiez lorsque vous commandez.",
        "Nous gardons vos données pendant deux ans après votre dernière commande.",
        "Vous avez le droit de demander à tout moment une copie de vos données.",
        "Nous ne vendons à personne les informations que nous avons sur vous.",
    ]
    .join("\n\n");
    let english =
        "We collect what you tell us when you order, and we keep that information for two years after your last order. \
                   You may ask us at any time for a copy of the data that we have about you, and we sell it to nobody at all.\n\n"
            .repeat(3);
    let menu =
        "* Accueil Boutique Cadeaux\n* Jardin Maison Cuisine\n* Nouveautés Soldes Magasins\n* Aide Contact Carrières\n".repeat(8);
    let pages = [format!("{english}{french}"), format!("{french}\n\n{menu}")];
    let [both, page] = [&pages[0], &pages[1]].map(String::as_str);
    assert_eq!(marks(&[page]), [None]);
    assert_eq!(marks(&[both, page]), [None, None]);
}

#[test]
fn short_policies_are_policies_and_notices_are_not() {
    let menu = "* Home\n* Shop\n* Gift Cards\n* Our Stores\n* Careers At Nettle\n* Privacy Policy\n* Terms Of Use\n* Site Map And More\n* Contact Us\n";
    let countries =
        "* Albania English\n* Austria Deutsch\n* Belgium Nederlands\n* Chile Español\n* Denmark Dansk\n* Egypt English\n"
            .repeat(3);
    for (text, expected) in [
        ("We never sell what you tell us. We keep your address for a year.", None),
        ("This shop sets no cookies and collects no data about its customers.", None),
        ("# Privacy Policy\n\nWir verarbeiten Ihre Daten nur, um Ihre Bestellung auszuführen.", None),
        ("# Privacy\n\nWe keep your orders for two years. Write to us about your data.\n\n404 Elm Street\n\nSpringfield", None),
        ("", Some(Mark::Empty)),
        ("# Privacy Policy\n\n## Contents", Some(Mark::HeadingsOnly)),
        ("# Oops\n\n404\n\nThe page that you are looking for cannot be found on our website any more.", Some(Mark::Error)),
        ("We could not load your data. Please try again later.", Some(Mark::Error)),
        ("# Welcome back\n\nEmail\n\nPassword\n\nForgot it?\n\nLog in", Some(Mark::SignIn)),
        ("This site uses cookies.\n\nAccept all\n\nManage", Some(Mark::Consent)),
        ("Loading...", Some(Mark::Loading)),
        (menu, Some(Mark::HeadingsOnly)),
        (&format!("# Choose your country.\n\n{countries}"), Some(Mark::NotProse)),
    ] {
        assert_eq!(mark(text), expected, "{text}");
    }
}

#[test]
fn marks_agree_with_what_a_reader_says() {
    let Some(corpora) = sample("corpora") else { return };
    let place = Place::new();
    let bundle = corpora.join("ota-contrib-sample.bundle");
    git(&place, &["clone", "--quiet", "--bare", bundle.to_str().unwrap(), "whole.git"], None);
    let blobs: HashMap<String, String> =
        versions(&place, "whole.git").into_iter().filter(|(path, _)| path.contains('/')).collect();
    let mut labels = csv::Reader::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/marks.csv")).unwrap();
    let (mut read, mut right, mut marked, mut bad) = (0, 0, 0, 0);
    for row in labels.records() {
        let row = row.unwrap();
        let text = git(&place, &["-C", "whole.git", "cat-file", "blob", &blobs[&row[0]]], None);
        let is_marked = mark(&String::from_utf8_lossy(&text)).is_some();
        let is_bad = &row[1] != "policy";
        read += 1;
        marked += u32::from(is_marked);
        bad += u32::from(is_bad);
        right += u32::from(is_marked && is_bad);
        if is_marked != is_bad {
            println!("{}: {} is marked: {is_marked}", &row[0], &row[1]);
        }
    }
    println!("{read} captures: {bad} are no policy text, {marked} are marked, {right} of them rightly");
    assert_eq!(read, 200);
    assert!(right * 100 >= marked * 97 && right * 100 >= bad * 95);
}
