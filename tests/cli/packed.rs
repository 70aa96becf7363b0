//! Packed archives answer as the folders that they hold; what is hostile in them is refused by name.

use crate::place::{ARCHIVE, INDEX, Place, corpus};
use crate::updates::{QUESTIONS, copy_corpus, files, policy};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;

type Files = Vec<(String, Vec<u8>)>;

pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, text) in files {
        let name = EntryPath::verbatim(name.as_bytes());
        let (mut entry, config) = archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(text).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, text.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn named(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

/// All files of a folder, below a folder of the archive's name.
fn of_folder(folder: &Path) -> Files {
    let read = |path: String| (format!("{ARCHIVE}/{path}"), fs::read(folder.join(&path)).unwrap());
    files(folder).into_iter().map(read).collect()
}

/// What an index answers, but for its fingerprint; the paths of the evidence without what comes before `root`, and without the ids
/// of texts without date, in which their paths are.
fn answers(place: &Place, index: &str, root: &str) -> Vec<Value> {
    let run = place.feed(QUESTIONS.join("\n"), &["batch", "-", "--index", index]).exit(0);
    let mut answers = run.json_lines();
    assert_eq!(answers.len(), QUESTIONS.len());
    for answer in &mut answers {
        answer["fingerprint"].take();
        for hit in answer["hits"].as_array_mut().unwrap() {
            let path = hit["evidence"]["path"].as_str().unwrap();
            hit["evidence"]["path"] = Value::from(path.strip_prefix(root).unwrap());
            if hit["first_seen"].is_null() {
                hit["id"].take();
            }
        }
    }
    answers
}

/// What a summary says of the contents, but for places and times.
fn contents(mut summary: Value) -> Value {
    let fields = summary.as_object_mut().unwrap();
    for name in ["update", "index_bytes", "fingerprint", "skipped"] {
        fields.remove(name);
    }
    for source in fields["sources"].as_array_mut().unwrap() {
        for name in ["updated", "path", "form"] {
            source.as_object_mut().unwrap().remove(name);
        }
    }
    summary
}

fn index(place: &Place, archive: &str, index: &str) -> Value {
    place.run(&["index", archive, "--index", index, "--format", "json"]).exit(0).json()
}

#[test]
fn a_packed_archive_answers_as_the_folder() {
    let place = Place::new();
    copy_corpus(&place);
    let summary = index(&place, ARCHIVE, INDEX);
    let expected = answers(&place, INDEX, "");
    let files = of_folder(&corpus());
    let packed_tar = tar(&files);
    for (ending, bytes) in [
        ("zip", zip(&files)),
        ("tar.gz", gzip(&packed_tar)),
        ("tar.zst", zstd::encode_all(packed_tar.as_slice(), 0).unwrap()),
        ("tar", packed_tar),
    ] {
        let name = format!("packed/{ARCHIVE}.{ending}");
        place.write(&name, bytes);
        let packed = index(&place, &name, ending);
        assert_eq!(packed["skipped"].as_array().unwrap().len(), summary["skipped"].as_array().unwrap().len());
        assert_eq!(contents(packed), contents(summary.clone()), "{ending}");
        let found = answers(&place, ending, &format!("{ARCHIVE}.{ending}/{ARCHIVE}/"));
        for ((question, found), expected) in QUESTIONS.iter().zip(&found).zip(&expected) {
            assert_eq!(found, expected, "{ending}: {question}");
        }
    }
}

#[test]
fn texts_packed_one_by_one_answer_as_the_texts() {
    let place = Place::new();
    copy_corpus(&place);
    let summary = index(&place, ARCHIVE, "plain");
    for path in files(&corpus()).iter().filter(|path| *path != "fineprint.toml") {
        place.unarchive(path).archived(format!("{path}.gz"), gzip(&fs::read(corpus().join(path)).unwrap()));
    }
    let packed = index(&place, ARCHIVE, "packed");
    assert_eq!(contents(packed), contents(summary));
    let without_gz = |mut answers: Vec<Value>| {
        for hit in answers.iter_mut().flat_map(|answer| answer["hits"].as_array_mut().unwrap()) {
            let path = hit["evidence"]["path"].as_str().unwrap();
            hit["evidence"]["path"] = Value::from(path.strip_suffix(".gz").unwrap_or(path));
        }
        answers
    };
    assert_eq!(without_gz(answers(&place, "packed", "")), answers(&place, "plain", ""));
}

#[test]
fn a_bomb_and_a_path_that_leads_out_are_refused_by_name() {
    let place = Place::new();
    let mut files = named(&[("acme/2001-01-01.md", "We do not sell."), ("../../acme/2002-01-01.md", "We do sell.")]);
    files.push(("acme/2003-01-01.html".to_owned(), vec![b' '; 4 << 20]));
    place.archived("all.zip", zip(&files));
    let json = place.index(&[]).exit(2).json();
    assert_eq!(json["snapshots"], 1);
    let damaged = json["damaged"].as_array().unwrap();
    let told = |path: &str, reason: &str| {
        damaged.iter().any(|one| one["path"] == path && one["reason"].as_str().unwrap().contains(reason))
    };
    assert_eq!(damaged.len(), 2);
    assert!(told("all.zip/../../acme/2002-01-01.md", "leads out of the archive"), "{damaged:?}");
    assert!(told("all.zip/acme/2003-01-01.html", "an archive bomb"), "{damaged:?}");
    place.run(&["index", ARCHIVE, "--index", INDEX]).exit(2).says("archive bomb").says("all.zip/acme/2003-01-01.html");
    let found = place.found(&["sell"]);
    assert_eq!(found["hits"][0]["evidence"]["path"], "all.zip/acme/2001-01-01.md");
    assert!(!place.path("acme").exists(), "nothing is written");
}

#[test]
fn a_snapshot_in_a_folder_and_in_an_archive_is_one() {
    let place = Place::with(&[("acme/2001-01-01.md", "We do not sell.")]);
    place.archived("packed.zip", zip(&named(&[("acme/2001-01-01.md", "We do not sell.")])));
    place.archived("acme/2001-01-01.md.gz", gzip(b"We do not sell."));
    let json = place.index(&[]).exit(0).json();
    assert_eq!((&json["snapshots"], &json["superseded"]), (&Value::from(1), &Value::from(2)));
}

/// Policies of two shops, one a year.
fn shops(years: std::ops::Range<usize>) -> Files {
    let one = |shop: &str, year: usize| (format!("{shop}/200{year}-03-01.md"), policy(year).into_bytes());
    let mut files: Files = ["bank", "shop"].iter().flat_map(|shop| years.clone().map(|year| one(shop, year))).collect();
    files.sort();
    files
}

#[test]
fn what_is_as_it_was_is_not_read_again() {
    for (ending, pack) in [("zip", zip as fn(&[(String, Vec<u8>)]) -> Vec<u8>), ("tar", tar)] {
        let place = Place::new();
        let name = format!("all.{ending}");
        place.archived(&name, pack(&shops(1..5)));
        let first = place.index(&[]).exit(0).json();
        assert_eq!(first["update"]["files_read"], 8);
        let again = place.index(&[]).exit(0).json();
        assert_eq!((&again["update"]["files_read"], &again["update"]["files_unchanged"]), (&Value::from(0), &Value::from(1)));
        // A member more, in front of all others: a zip file has checksums of the others, a tar file has none.
        let mut files = shops(1..5);
        files.insert(0, ("bank/2000-03-01.md".to_owned(), policy(5).into_bytes()));
        place.archived(&name, pack(&files));
        let grown = place.index(&[]).exit(0).json();
        assert_eq!(grown["update"]["files_read"], if ending == "zip" { 1 } else { 9 });
        assert_eq!(grown["snapshots"], 9);
        index(&place, ARCHIVE, "anew");
        assert_eq!(answers(&place, INDEX, ""), answers(&place, "anew", ""));
        // A text that changed is read, also where its name and length are the same.
        let text = String::from_utf8(files[2].1.clone()).unwrap().replace("collect", "harvest");
        files[2].1 = text.into_bytes();
        place.archived(&name, pack(&files));
        place.index(&[]).exit(0);
        assert_eq!(place.found(&["harvest"])["totals"]["snapshots"], 1);
        index(&place, ARCHIVE, "anew");
        assert_eq!(answers(&place, INDEX, ""), answers(&place, "anew", ""));
    }
}

#[test]
fn what_vanished_from_an_archive_is_told_and_pruned() {
    let place = Place::new();
    let bad = |files: Files| [files, named(&[("../evil.md", "We do.")])].concat();
    place.archived("all.zip", zip(&bad(shops(1..5))));
    place.index(&[]).exit(2);
    place.archived("all.zip", zip(&bad(shops(2..5))));
    let kept = place.index(&[]).exit(2).json();
    assert_eq!(kept["vanished"], serde_json::json!(["all.zip/bank/2001-03-01.md", "all.zip/shop/2001-03-01.md"]));
    assert_eq!(kept["snapshots"], 8);
    let pruned = place.index(&["--prune"]).exit(2).json();
    assert_eq!((&pruned["vanished"], &pruned["snapshots"]), (&serde_json::json!([]), &Value::from(6)));
}

#[test]
fn a_member_that_was_damaged_is_read_once_it_is_mended() {
    let place = Place::new();
    let whole = zip(&named(&[("shop/2001-03-01.md", &"We never sell. ".repeat(500))]));
    let mut broken = whole.clone();
    let checksum = broken.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap() + 16;
    broken[checksum] ^= 1;
    place.archived("all.zip", &broken);
    let json = place.index(&[]).exit(2).json();
    assert_eq!(json["damaged"][0]["path"], "all.zip/shop/2001-03-01.md");
    assert!(json["damaged"][0]["reason"].as_str().unwrap().contains("checksum"), "{json}");
    let again = place.index(&[]).exit(2).json();
    assert_eq!(again["update"]["files_read"], 0);
    place.archived("all.zip", &whole);
    assert_eq!(place.index(&[]).exit(0).json()["snapshots"], 1);
}

#[test]
fn an_archive_can_be_searched_without_an_index() {
    let place = Place::new();
    place.write("shop.tgz", gzip(&tar(&shops(1..5))));
    let run = place.run(&["search", "--archive", "shop.tgz", "--format", "json", "--company", "shop", "parcels"]).exit(0);
    assert_eq!(run.json()["hits"][0]["evidence"]["path"], "shop.tgz/shop/2002-03-01.md");
    place.write("old.7z", "7z");
    place.run(&["index", "old.7z", "--index", INDEX]).exit(2).warns("packed in a way that is not read");
}

#[test]
fn what_is_not_read_is_counted_by_its_reason() {
    let place = Place::new();
    place
        .archived("acme/2001.md", "We do.")
        .archived("a.pdf", "%PDF-1.4")
        .archived("b.pdf", "%PDF-1.4")
        .archived("c.rar", "Rar!");
    let json = place.index(&[]).exit(0).json();
    let reasons = serde_json::json!({
        "PDF is not read: save it as HTML or text": 2,
        "packed in a way that is not read (.zip, .tar, .tar.gz, .tar.zst and .gz are): unpack it first": 1,
    });
    assert_eq!(json["skipped_by_reason"], reasons);
    place.run(&["stats", "--index", INDEX]).exit(0).says("2 skipped by rule: PDF is not read: save it as HTML or text");
}

#[cfg(unix)]
#[test]
fn where_there_is_no_room_to_unpack_it_is_told() {
    let place = Place::new();
    place.archived("shop.tgz", gzip(&tar(&shops(1..5)))).archived("bank/2001.md", "We do.");
    let index = |archive: &str| {
        let args = ["index", archive, "--index", INDEX];
        place.command(&args).env("TMPDIR", place.path("missing")).output().unwrap()
    };
    let run = index(&format!("{ARCHIVE}/shop.tgz"));
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("let TMPDIR name a folder with more room"), "{run:?}");
    let run = index(ARCHIVE);
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stdout).contains("let TMPDIR name a folder with more room"), "{run:?}");
    // Once there is room it is read.
    assert_eq!(place.index(&[]).exit(0).json()["snapshots"], 9);
}
