//! Two archives made at random: one of every capture in a folder, one of changes in a git history.

use super::reference::{CAPTURES, CHANGES, Shot, Text, World};
use crate::place::{ARCHIVE, Dice, INDEX, Place};
use crate::repository::Repository;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::collections::BTreeSet;

pub const ENGLISH: &str = "This policy tells you which information we collect about you when you visit our pages, why we need it, how long we keep it and with whom we share it.";
const FRENCH: &str = "Cette politique vous explique quelles informations nous recueillons lorsque vous visitez nos pages, pourquoi nous en avons besoin et combien de temps nous les gardons.";

/// Of each text a source, a company and a kind. Cask stands in both sources, and one company is unknown.
const TEXTS: [(&str, &str, &str); 8] = [
    (CAPTURES, "acme", "Privacy Policy"),
    (CAPTURES, "acme", "Terms of Service"),
    (CAPTURES, "bolt", "Privacy Policy"),
    (CAPTURES, "cask", "Privacy Policy"),
    (CAPTURES, "", "Privacy Policy"),
    (CHANGES, "cask", "Terms of Service"),
    (CHANGES, "dome", "Privacy Policy"),
    (CHANGES, "dome", "Terms of Service"),
];

/// Two archives with gaps, empty and French captures, deletions, and texts that agree and disagree.
pub fn archives(seed: u64) -> (Place, World) {
    let mut dice = Dice(seed);
    let place = Place::new();
    let repository = Repository::new(&place);
    let texts: Vec<Text> =
        TEXTS.map(|(source, company, kind)| Text { source, company, kind, deleted: Vec::new() }).into_iter().collect();
    let mut world = World { texts, shots: Vec::new() };
    let settings = "[[template]]\npath = \"nobody/{date}.md\"\nkind = \"Privacy Policy\"\nrecording = \"captures\"\n\n[[template]]\npath = \"{company}/{kind}/{date}.md\"\nrecording = \"captures\"\n\n[groups]\n\"Liquids\" = [\"cask\", \"acme\"]\n\"Houses\" = [\"dome\"]\n\"Nobodies\" = [\"nowhere\"]\n";
    place.write("captures/fineprint.toml", settings);
    let mut commits: Vec<(Date, usize, Option<String>)> = Vec::new();
    for (text, (source, company, kind)) in TEXTS.into_iter().enumerate() {
        let mut day = date(2001, 1, 1) + (dice.below(500) as i64).days();
        let (mut alpha, mut beta) = (dice.below(2) == 0, dice.below(2) == 0);
        for number in 0..10 + dice.below(6) {
            if dice.below(3) == 0 {
                alpha = !alpha;
            }
            if dice.below(4) == 0 {
                beta = !beta;
            }
            let mut under = BTreeSet::new();
            if alpha {
                under.insert(["sharing", "keeping", ""][dice.below(3)]);
            }
            let mut shot = Shot { text, day, lang: "en", suspect: false, alpha: under, beta };
            match dice.below(8) {
                0 => shot = Shot { lang: "", suspect: true, alpha: BTreeSet::new(), beta: false, ..shot },
                1 => shot.lang = "fr",
                _ => {}
            }
            let written = written(&shot, number);
            if source == CHANGES {
                commits.push((day, text, Some(written)));
            } else if company.is_empty() {
                place.write(format!("captures/nobody/{day}.md"), written);
            } else {
                place.write(format!("captures/{company}/{kind}/{day}.md"), written);
            }
            world.shots.push(shot);
            // Days of captures and deletions are never the same.
            day += (1 + dice.below(330) as i64).days();
            if source == CHANGES && dice.below(6) == 0 {
                world.texts[text].deleted.push(day);
                commits.push((day, text, None));
                day += (1 + dice.below(400) as i64).days();
            }
        }
    }
    commits.sort();
    for (day, text, written) in commits {
        let (_, company, kind) = TEXTS[text];
        let path = format!("{company}/{kind}.md");
        match written {
            Some(written) => drop(repository.record(&path, written, &format!("{day}T12:00:00Z"), "Record new changes")),
            None => repository.delete(&path, &format!("{day}T12:00:00Z")),
        }
    }
    place.run(&["index", ARCHIVE, CAPTURES, "--index", INDEX]).exit(0);
    (place, world)
}

/// A capture as a text; one that is no policy text is mere titles. No two of a document are the same.
fn written(shot: &Shot, number: usize) -> String {
    if shot.suspect {
        return format!("# Page {number}\n");
    }
    let mut text = format!("{}\n\nText {number} of many.\n", if shot.lang == "fr" { FRENCH } else { ENGLISH });
    if shot.beta {
        text.push_str("\nWith beta in it.\n");
    }
    let mut under: Vec<&str> = shot.alpha.iter().copied().collect();
    under.sort_unstable();
    for heading in under {
        if !heading.is_empty() {
            text.push_str(&format!("\n## About {heading}\n"));
        }
        text.push_str("\nThe alpha clause stands here.\n");
    }
    text
}
