//! Archives at random: companies with several texts, gaps, returns, languages, deletions.

use super::PHRASE;
use crate::place::{Dice, Place};
use crate::repository::Repository;
use jiff::Span;
use jiff::civil::{DateTime, date};
use std::collections::BTreeMap;

/// Companies with their kinds of texts.
pub const COMPANIES: [(&str, &[&str]); 4] = [
    ("Acme", &["Privacy Policy", "Terms of Service", "Trackers Policy"]),
    ("Bolt", &["Privacy Policy", "Terms of Service"]),
    ("Cask", &["Privacy Policy"]),
    ("Dome", &["Terms of Service"]),
];

/// What happened to a text at a moment: it was captured, or deleted.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: DateTime,
    pub capture: Option<Capture>,
}

#[derive(Debug, Clone, Copy)]
pub struct Capture {
    pub lang: Option<&'static str>,
    pub says: bool,
    pub sharing: bool,
}

pub type Archive = BTreeMap<(&'static str, &'static str), Vec<Event>>;

pub fn text(capture: Capture, number: usize) -> String {
    let section = if capture.sharing { "Sharing" } else { "Cookies" };
    let said = if capture.says { format!(" We {PHRASE}.") } else { String::new() };
    // Texts of very different lengths.
    let said = format!("{said}{}", " It is as long as it is.".repeat(number * 7 % 5 * 6));
    match capture.lang {
        None => "\n".repeat(number + 1),
        Some("en") => format!(
            "# Privacy\n\nThis text tells what we do with the information that you give us, and it is version {number}.\n\n## {section}\n\nWe \
             use the information that you give us in order to deliver what you have ordered, and for nothing else at all.{said}\n"
        ),
        _ => format!(
            "# Données\n\nCe texte dit ce que nous faisons des informations que vous nous donnez, et c'est la version {number}.\n\n## \
             {section}\n\nNous utilisons les informations que vous nous donnez pour livrer ce que vous avez commandé, et pour rien d'autre.{said}\n"
        ),
    }
}

/// The same few days for all, so that captures of several texts share their moments.
pub fn moment(day: usize) -> DateTime {
    date(2010, 1, 1).at(10, 0, 0, 0) + Span::new().days(day as i64 * 17)
}

pub fn archive(dice: &mut Dice, with_deletions: bool) -> Archive {
    let mut archive = Archive::new();
    for (company, kinds) in COMPANIES {
        for kind in kinds {
            let mut events: Vec<Event> = Vec::new();
            let mut day = dice.below(12);
            let mut says = dice.below(2) == 0;
            for _ in 0..3 + dice.below(14) {
                if dice.below(3) == 0 {
                    says = !says;
                }
                let lang = [Some("en"), Some("en"), Some("en"), Some("en"), Some("fr"), None][dice.below(6)];
                let capture = Capture { lang, says: says && lang.is_some(), sharing: dice.below(3) > 0 };
                events.push(Event { at: moment(day), capture: Some(capture) });
                day += 1 + dice.below(4);
                if with_deletions && dice.below(4) == 0 {
                    events.push(Event { at: moment(day), capture: None });
                    day += 1 + dice.below(3);
                }
            }
            archive.insert((company, kind), events);
        }
    }
    archive
}

pub fn written(at: DateTime) -> String {
    format!("{}T{:02}:{:02}:{:02}Z", at.date(), at.hour(), at.minute(), at.second())
}

pub fn write_folder(place: &Place, archive: &Archive) {
    for ((company, kind), events) in archive {
        for (number, event) in events.iter().enumerate() {
            let path = format!("{company}/{kind}/{}.md", written(event.at).replace(':', "-"));
            place.archived(path, text(event.capture.unwrap(), number));
        }
    }
}

pub fn write_repository(place: &Place, archive: &Archive) {
    let repository = Repository::new(place);
    let mut all: Vec<(String, String, Option<String>)> = Vec::new();
    for ((company, kind), events) in archive {
        for (number, event) in events.iter().enumerate() {
            all.push((written(event.at), format!("{company}/{kind}.md"), event.capture.map(|capture| text(capture, number))));
        }
    }
    all.sort();
    for (at, path, text) in all {
        match text {
            Some(text) => drop(repository.record(&path, text, &at, "Record")),
            None => repository.delete(&path, &at),
        }
    }
}
