//! Damaged files of the index are an error or do no harm; they never end in a panic.

use crate::place::{Dice, INDEX, Place, Run};
use std::fs;
use std::path::{Path, PathBuf};

fn place() -> Place {
    let place = Place::new();
    for year in 2001..2013 {
        for company in ["acme", "bolt", "cask"] {
            let text = format!(
                "# {company} privacy\n\nIn {year} {company} may share your data with partners.\n\n## Security\n\n\
                 We protect what you tell us in {}.\n\nWe do not sell your personal information.\n",
                year / 3
            );
            place.archived(format!("{company}/{year}-01-01.md"), text);
        }
    }
    place.index(&[]).exit(0);
    place
}

const QUESTIONS: &[&[&str]] = &[
    &["search", "--index", INDEX, "--format", "json", "\"do not sell\"", "--by-year", "--unfold", "--limit", "all"],
    &["search", "--index", INDEX, "--format", "json", "share heading:privacy", "--as-of", "2005-06-01", "--limit", "all"],
    &["search", "--index", INDEX, "--format", "json", "protect* NOT year:2004", "--limit", "all"],
    &["stats", "--index", INDEX, "--format", "json"],
];

fn ask(place: &Place) -> Vec<Run> {
    QUESTIONS.iter().map(|question| place.run(question)).collect()
}

/// What a run said, but for the size of the index.
fn said(run: &Run) -> String {
    let lines: Vec<String> = run.text().lines().filter(|line| !line.contains("index_bytes")).map(str::to_owned).collect();
    lines.join("\n")
}

fn files(place: &Place) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(place.path(INDEX))
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file() && !entry.file_name().to_string_lossy().ends_with(".lock"))
        .map(|entry| entry.into_path())
        .collect();
    found.sort();
    assert!(found.len() > 8, "{found:?}");
    found
}

/// What becomes of a file; `None`: it is removed.
type Way = fn(&[u8], &mut Dice) -> Option<Vec<u8>>;

/// Damages each file of an index in turn, asks, and repairs it. What comes back is an error that is told, or the right answer.
///
/// `unnoticed`: files in which the damage may go unnoticed.
fn damage_each(ways: &[Way], unnoticed: fn(&Path) -> bool) {
    let place = place();
    let right = ask(&place);
    let mut dice = Dice(3);
    let mut wrong = Vec::new();
    for path in files(&place) {
        let whole = fs::read(&path).unwrap();
        for way in ways {
            match way(&whole, &mut dice) {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            for (run, right) in ask(&place).into_iter().zip(&right) {
                if run.status == 2 {
                    assert!(!run.stderr.trim().is_empty(), "{run:?}");
                } else if !unnoticed(&path) && (run.status, said(&run)) != (right.status, said(right)) {
                    wrong.push(format!("{}: {run:?}", path.display()));
                }
            }
            fs::write(&path, &whole).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(ask(&place).iter().map(|run| run.status).collect::<Vec<_>>(), [0, 0, 0, 0]);
}

#[test]
fn files_that_are_cut_short_or_gone() {
    let ways: [Way; 4] = [
        |_, _| Some(Vec::new()),
        |whole, _| Some(whole[..whole.len() / 2].to_vec()),
        |whole, _| Some(whole[..whole.len() - 1].to_vec()),
        |_, _| None,
    ];
    damage_each(&ways, |_| false);
}

#[test]
fn files_with_a_wrong_byte() {
    fn flip(whole: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
        let mut bytes = whole.to_vec();
        if !bytes.is_empty() {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }
        Some(bytes)
    }
    // tantivy does not compare its files with their checksums when it reads them: a wrong byte in its terms is a wrong term.
    damage_each(&[flip as Way; 5], |path| path.parent().unwrap().ends_with("terms") && !path.ends_with("meta.json"));
}

#[test]
fn an_update_of_a_damaged_index_is_an_error_or_does_its_work() {
    let place = place();
    let whole: Vec<(PathBuf, Vec<u8>)> = files(&place).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    place.archived("acme/2020-01-01.md", "Acme says something new.");
    let mut dice = Dice(5);
    for (path, bytes) in &whole {
        for cut in [0, bytes.len() / 2, dice.below(bytes.len().max(1))] {
            fs::remove_dir_all(place.path(INDEX)).unwrap();
            for (path, bytes) in &whole {
                place.write(path, bytes);
            }
            fs::write(path, &bytes[..cut]).unwrap();
            let run = place.index(&[]);
            if run.status == 2 {
                assert!(!run.stderr.trim().is_empty(), "{run:?}");
            }
        }
    }
}
