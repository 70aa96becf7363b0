//! `verify`: every wrong byte of an index is found and named, and so is what changed in its archive.

use crate::place::{ARCHIVE, Dice, INDEX, Place};
use std::fs;
use std::path::PathBuf;

fn place() -> Place {
    let place = Place::new();
    for year in 2001..2009 {
        for company in ["acme", "bolt"] {
            let text = format!("# {company}\n\nIn {year} we share data.\n\n## More\n\nWe keep it for {} years.\n", year / 3);
            place.archived(format!("{company}/{year}-01-01.md"), text);
        }
    }
    place.index(&[]).exit(0);
    place
}

fn verify(place: &Place, options: &[&str]) -> crate::place::Run {
    place.run(&[&["verify", "--index", INDEX, "--format", "json"], options].concat())
}

#[test]
fn a_whole_index_is_whole() {
    let place = place();
    let check = verify(&place, &["--archive"]).exit(0).json();
    assert_eq!((&check["sound"], &check["documents"], &check["snapshots"]), (&true.into(), &2.into(), &16.into()));
    assert_eq!(check["archives"][0]["same"], 16);
    // After an update that leaves old records behind too.
    place.archived("acme/2010-01-01.md", "We share nothing more.");
    place.index(&[]).exit(0);
    verify(&place, &[]).exit(0);
    place.run(&["verify", "--index", "nowhere"]).exit(2).warns("there is no index");
}

#[test]
fn a_wrong_byte_in_any_file_is_found_and_named() {
    let place = place();
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(place.path(INDEX))
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file() && !entry.file_name().to_string_lossy().ends_with(".lock"))
        .map(|entry| entry.into_path())
        .collect();
    files.sort();
    assert!(files.len() > 8, "{files:?}");
    let mut dice = Dice(7);
    for path in &files {
        let whole = fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        for _ in 0..6 {
            let mut bytes = whole.clone();
            if bytes.is_empty() {
                continue;
            }
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
            fs::write(path, &bytes).unwrap();
            let run = verify(&place, &[]);
            // tantivy has no checksum of its list of files: what is wrong there may be a number that nothing depends on.
            if !name.ends_with(".json") {
                let found = run.exit(2).json()["findings"].to_string();
                assert!(found.contains(name), "byte {at} of {name}: {found}");
            }
        }
        fs::remove_file(path).unwrap();
        let run = verify(&place, &[]);
        assert_eq!(run.status, 2, "{name} is gone: {run:?}");
        fs::write(path, &whole).unwrap();
    }
    verify(&place, &[]).exit(0);
}

#[test]
fn what_changed_in_the_archive_is_named() {
    let place = place();
    place.archived("acme/2003-01-01.md", "Other words.");
    place.unarchive("bolt/2004-01-01.md");
    // The index itself is whole.
    verify(&place, &[]).exit(0);
    let archive = verify(&place, &["--archive"]).exit(2).json()["archives"][0].clone();
    assert_eq!(["same", "changed", "missing"].map(|name| archive[name].as_u64().unwrap()), [14, 1, 1]);
    assert_eq!(archive["differing"][0]["place"], "acme/2003-01-01.md");
    assert_eq!(archive["differing"][1]["original"], "missing");
    place.run(&["verify", "--index", INDEX, "--archive"]).exit(2).says("1 changed, 1 missing");
    fs::remove_dir_all(place.path(ARCHIVE)).unwrap();
    let archive = verify(&place, &["--archive"]).exit(2).json()["archives"][0].clone();
    assert_eq!((&archive["at_hand"], &archive["missing"]), (&false.into(), &0.into()));
}
