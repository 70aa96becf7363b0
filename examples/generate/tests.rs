//! What users of generated archives rely on.

use crate::archive::Archive;
use crate::company::{self, Company, HALVES};
use crate::random::Random;
use crate::writer::{Size, Totals, write};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SEED: u64 = 7;

fn generate(snapshots: usize, seed: u64, threads: usize) -> (tempfile::TempDir, Totals) {
    let folder = tempfile::tempdir().unwrap();
    let totals = write(folder.path(), Size { companies: usize::MAX, snapshots }, seed, threads).unwrap();
    (folder, totals)
}

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|file| (file.path().strip_prefix(root).unwrap().to_owned(), std::fs::read(file.path()).unwrap())).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_with_any_threads() {
    let (one, totals) = generate(150, SEED, 1);
    let (three, same_totals) = generate(150, SEED, 3);
    assert_eq!(totals, same_totals);
    assert_eq!(files(one.path()), files(three.path()));
    let (other, _) = generate(150, SEED + 1, 1);
    assert_ne!(files(one.path()), files(other.path()));
}

#[test]
fn a_smaller_archive_is_a_part_of_a_larger_one() {
    let (small, _) = generate(101, SEED, 2);
    let (large, _) = generate(400, SEED, 2);
    let (small, large) = (files(small.path()), files(large.path()));
    assert_eq!((small.len(), large.len()), (101, 400));
    for (path, bytes) in &small {
        assert_eq!(large.get(path), Some(bytes), "{}", path.display());
    }
}

#[test]
fn what_is_told_of_an_archive_is_what_a_reader_finds() {
    let (folder, told) = generate(600, SEED, 2);
    let archive = Archive::open(folder.path()).unwrap();
    let mut found = Totals::default();
    let (mut companies, mut in_archive) = (BTreeSet::new(), BTreeSet::new());
    let mut buffer = Vec::new();
    for document in &archive.documents {
        companies.insert(&document.company);
        assert_eq!(document.kind, "Privacy Policy");
        assert!(document.company.ends_with(".test"), "{}", document.company);
        let mut in_document = BTreeSet::new();
        for moment in &document.moments {
            let snapshot = archive.read(moment, &mut buffer).unwrap();
            assert!(snapshot.reference.captured.is_some());
            found.snapshots += 1;
            found.bytes += snapshot.raw.len() as u64;
            found.text_bytes += snapshot.passages.iter().map(|passage| passage.text.len() as u64).sum::<u64>();
            in_document.extend(snapshot.passages.into_iter().map(|passage| passage.text));
        }
        found.distinct_in_documents += in_document.iter().map(|text| text.len() as u64).sum::<u64>();
        in_archive.extend(in_document);
    }
    found.companies = companies.len() as u64;
    found.distinct_in_archive = in_archive.iter().map(|text| text.len() as u64).sum();
    assert_eq!(found, told);
}

#[test]
fn captures_are_as_many_as_planned_and_in_order() {
    for number in 0..2_000 {
        let stream = Random::of(&[SEED, number]);
        let captures = Company::draw(number, &mut stream.clone()).captures;
        assert_eq!(captures.len(), company::count(&mut stream.clone()));
        assert!(captures.iter().is_sorted_by(|a, b| a.0 < b.0), "{number}");
        assert!(captures.last().is_some_and(|(half, _)| *half < HALVES));
    }
}

#[test]
fn a_folder_that_holds_something_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kept.txt"), "mine").unwrap();
    assert!(write(folder.path(), Size { companies: 1, snapshots: 1 }, SEED, 1).is_err());
    assert_eq!(files(folder.path()).len(), 1);
}
