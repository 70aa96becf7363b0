//! A folder as a source, from the outside: what is listed, what is left out, what is damaged, what is read.

use super::*;
use crate::snapshot::DateSource;
use std::cell::Cell;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const HEADER: &str = "> *The following text is extracted and transformed from the acme.test privacy policy that was archived on 2004-06-13. \
    Please check the [original snapshot on the Wayback Machine](https://web.archive.org/web/20040613091058id_/http%3A//www.acme.test/p) \
    for the most accurate reproduction.*\n\n";

/// A folder `data` of files given as path and bytes.
pub(super) fn archive(files: &[(&str, &[u8])]) -> TempDir {
    let place = TempDir::new().unwrap();
    for (path, bytes) in files {
        let full = place.path().join("data").join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, bytes).unwrap();
    }
    place
}

pub(super) fn list(root: &Path) -> (Folder, Listing) {
    let folder = Folder::open(root).unwrap();
    let listing = folder.list(&|_, _| None, &|_| ());
    (folder, listing)
}

/// `path | company | kind | part | date` of every reference.
pub(super) fn summary(listing: &Listing) -> Vec<String> {
    let line = |found: &Reference| {
        let date = found.captured.map_or("-".to_owned(), |captured| format!("{} {}", captured.instant, captured.source.name()));
        format!("{} | {} | {} | {} | {date}", found.locator, found.key.company, found.key.kind, found.key.part)
    };
    listing.references().map(line).collect()
}

pub(super) fn texts<T: ToString>(all: impl Iterator<Item = T>) -> Vec<String> {
    all.map(|one| one.to_string()).collect()
}

#[test]
fn everything_is_listed_in_the_order_of_the_paths() {
    let princeton = format!("{HEADER}# Privacy\n");
    let place = archive(&[
        ("README.md", b"about"),
        (".git/config", b"x"),
        ("a/b.pdf", b"%PDF"),
        ("acme/2005-02-30.txt", b"We do."),
        ("acme/2005-05-25.html", b""),
        ("acme/broken.txt", b"a\0b"),
        ("acme/unknown", b"\x00\x01"),
        ("empty.txt", b""),
        ("note.txt", b"Some words."),
        ("ota/Acme/Terms of Service/2022-10-04T12-31-33Z.md", b"# Terms\n"),
        ("p/seed.txt", princeton.as_bytes()),
        ("page.html", b"<html><head><link rel=canonical href=https://www.shop.test/privacy></head><body>x"),
        ("records.jsonl", b"{\"company\":\"Acme\",\"date\":\"2006\",\"text\":\"We do.\"}\n{\n"),
        ("shop-test-3.txt", b"http://www.shop.test/privacy\nWe do.\n"),
    ]);
    let (folder, listing) = list(&place.path().join("data"));
    assert_eq!(folder.name(), "data");
    assert_eq!(
        summary(&listing),
        [
            "acme/2005-02-30.txt | acme | Policy | acme/2005-02-30.txt | -",
            "acme/2005-05-25.html | acme | Policy |  | 2005-05-25 path",
            "note.txt |  | Policy | note.txt | -",
            "ota/Acme/Terms of Service/2022-10-04T12-31-33Z.md | Acme | Terms of Service |  | 2022-10-04T12:31:33Z path",
            "p/seed.txt | acme.test | Privacy Policy |  | 2004-06-13T09:10:58Z archive_header",
            "page.html | shop.test | Policy | page.html | -",
            "records.jsonl line 1 | Acme | Policy |  | 2006 record",
            "shop-test-3.txt | shop.test | Privacy Policy | shop-test-3.txt | -",
        ]
    );
    assert_eq!(
        texts(listing.all_skipped()),
        [
            ".git: hidden",
            "README.md: tells about the archive, is no policy",
            "a/b.pdf: PDF is not read: save it as HTML or text",
            "acme/unknown: unknown format",
            "empty.txt: empty file, and its path tells no date",
        ]
    );
    let damaged = texts(listing.all_damaged());
    assert!(damaged[0].starts_with("acme/2005-02-30.txt: the path says 2005-02-30, which is no date"), "{damaged:?}");
    assert_eq!(damaged[1], "acme/broken.txt: binary data: not text");
    assert!(damaged[2].starts_with("records.jsonl line 2: bad record"), "{damaged:?}");
    assert_eq!(damaged.len(), 3);
}

#[test]
fn what_is_listed_can_be_read_from_where_the_policy_begins() {
    let princeton = format!("{HEADER}# Privacy\n");
    let record = "{\"text\":\"We \\u0064o.\"}";
    let place = archive(&[
        ("a.txt", princeton.as_bytes()),
        ("b.txt", b"http://shop.test/\nWe do.\n"),
        ("c.jsonl", format!("\n{record}\n").as_bytes()),
        ("d.html", b"<p>We do."),
    ]);
    let (folder, listing) = list(&place.path().join("data"));
    let mut buffer = b"left from before".to_vec();
    let mut read = Vec::new();
    for found in listing.references() {
        let opened = folder.reader().read(&found.locator, &mut buffer).unwrap();
        assert_eq!(opened.format, found.format);
        let text = |range: std::ops::Range<usize>| String::from_utf8(buffer[range].to_vec()).unwrap();
        read.push((text(opened.raw), text(opened.body), opened.charset));
    }
    let utf8 = Some("utf-8".to_owned());
    assert_eq!(
        read,
        [
            (princeton.clone(), "# Privacy\n".to_owned(), None),
            ("http://shop.test/\nWe do.\n".to_owned(), "We do.\n".to_owned(), None),
            (record.to_owned(), "We do.".to_owned(), utf8),
            ("<p>We do.".to_owned(), "<p>We do.".to_owned(), None),
        ]
    );
}

#[test]
fn a_path_that_leaves_the_archive_and_a_record_that_changed_are_refused() {
    let place = archive(&[("a.jsonl", b"{\"text\":\"x\"}\n")]);
    let (folder, listing) = list(&place.path().join("data"));
    let mut buffer = Vec::new();
    for path in ["../data/a.jsonl", "/etc/hostname", "", "a/../../x"] {
        assert!(matches!(folder.reader().read(&Locator::file(path), &mut buffer), Err(ReadError::Outside(_))), "{path}");
    }
    fs::write(place.path().join("data/a.jsonl"), "{}\n").unwrap();
    let locator = &listing.references().next().unwrap().locator;
    assert!(matches!(folder.reader().read(locator, &mut buffer), Err(ReadError::Changed(_))));
    assert!(matches!(folder.reader().read(&Locator::file("gone.txt"), &mut buffer), Err(ReadError::Io { .. })));
}

#[test]
fn a_known_file_is_not_opened_again() {
    let place = archive(&[("acme/2005.txt", b"We do."), ("acme/2006.txt", b"We do.")]);
    let (folder, listing) = list(&place.path().join("data"));
    let mut marked = listing.files[0].clone();
    marked.references[0].url = Some("from before".to_owned());
    let asked = Cell::new(0);
    let known = |path: &str, stamp: &Stamp| {
        asked.set(asked.get() + 1);
        (path == marked.path && *stamp == marked.stamp).then(|| marked.clone())
    };
    let told = Cell::new(0);
    let again = folder.list(&known, &|files| told.set(files));
    assert_eq!((asked.get(), told.get()), (2, 2));
    assert_eq!(again.files[0], marked);
    assert_eq!(again.files[1], listing.files[1]);
}

#[test]
fn what_could_not_be_read_is_tried_again() {
    let place = archive(&[("acme/2005.txt", b"We do.")]);
    let (folder, listing) = list(&place.path().join("data"));
    let mut unread = listing.files[0].clone();
    unread.references.clear();
    unread.damaged.push(Damaged {
        path: unread.path.clone(),
        part: None,
        problem: Problem::Unreadable("no permission".to_owned()),
    });
    let again = folder.list(&|_, _| Some(unread.clone()), &|_| ());
    assert_eq!(again.files, listing.files);
}

#[test]
fn the_settings_stand_before_everything_else() {
    let settings = "recording = \"changes\"\nexclude = [\"drafts/\"]\n\
        [[template]]\npath = \"in/{kind}-{company}-{date:%d.%m.%Y}.{ext}\"\n\
        [[template]]\npath = \"fixed/**\"\nkind = \"Privacy Policy\"\nrecording = \"captures\"\n";
    let place = archive(&[
        ("fineprint.toml", settings.as_bytes()),
        ("drafts/acme/2005.txt", b"x"),
        ("fixed/acme/2005.txt", b"x"),
        ("in/terms-acme-25.05.2005.txt", b"x"),
    ]);
    let (folder, listing) = list(&place.path().join("data"));
    assert_eq!(
        summary(&listing),
        [
            "fixed/acme/2005.txt | acme | Privacy Policy |  | 2005 path",
            "in/terms-acme-25.05.2005.txt | acme | Terms of Service |  | 2005-05-25 path_template",
        ]
    );
    let recording: Vec<_> = listing.references().map(|found| found.recording).collect();
    assert_eq!(recording, [Recording::Captures, Recording::Changes]);
    assert_eq!(texts(listing.all_skipped())[0], "drafts: excluded by fineprint.toml");
    assert_eq!(folder.settings().fingerprint().len(), 64);
}

#[test]
fn the_roots_own_name_stands_in_for_the_one_that_is_missing() {
    let place = archive(&[("Acme/Privacy Policy/2022-10-04T12-31-33Z.md", b"x")]);
    for root in ["data", "data/Acme", "data/Acme/Privacy Policy", "data/Acme/Privacy Policy/2022-10-04T12-31-33Z.md"] {
        let (_, listing) = list(&place.path().join(root));
        let found = listing.references().next().unwrap();
        assert_eq!((found.key.company.as_str(), found.key.kind.as_str()), ("Acme", "Privacy Policy"), "{root}");
        assert_eq!(found.captured.unwrap().source, DateSource::Path);
        assert_eq!(found.recording, Recording::Changes);
    }
}

#[test]
fn what_cannot_be_a_source_is_refused_with_the_reason() {
    let place = archive(&[("a.pdf", b"%PDF"), ("bad/fineprint.toml", b"include = 3\n")]);
    let data = place.path().join("data");
    let problem = |path: &str| Folder::open(&data.join(path)).unwrap_err().to_string();
    assert!(problem("nowhere").contains("there is no"));
    assert!(problem("a.pdf").contains("PDF is not read: save it as HTML or text"));
    assert!(problem("bad").contains("line 1, column 11"), "{}", problem("bad"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_circles_and_broken_links_are_told() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let place = archive(&[("acme/2005.txt", b"We do.")]);
    let data = place.path().join("data");
    fs::create_dir(place.path().join("other")).unwrap();
    fs::write(place.path().join("other/2006.txt"), "We do.").unwrap();
    symlink(place.path().join("other"), data.join("linked")).unwrap();
    symlink(&data, data.join("acme/circle")).unwrap();
    symlink("nowhere", data.join("acme/broken")).unwrap();
    fs::write(data.join(std::ffi::OsStr::from_bytes(b"bad\xff.txt")), "x").unwrap();
    let (_, listing) = list(&data);
    let paths: Vec<&str> = listing.references().map(|found| found.locator.path.as_str()).collect();
    assert_eq!(paths, ["acme/2005.txt", "linked/2006.txt"]);
    assert_eq!(
        texts(listing.all_damaged()),
        [
            "acme/broken: the link leads nowhere",
            "acme/circle: the link leads back to ., which holds it: not followed",
            "bad\u{fffd}.txt: its name is not valid UTF-8: rename it",
        ]
    );
}

#[test]
fn an_entry_survives_being_stored() {
    let place =
        archive(&[("a.jsonl", b"{\"text\":\"x\",\"id\":\"1\"}\n{}\n[]\n"), ("acme/2005-02-30.txt", b"x"), ("b.pdf", b"")]);
    let (_, listing) = list(&place.path().join("data"));
    for entry in &listing.files {
        let stored = serde_json::to_string(entry).unwrap();
        assert_eq!(&serde_json::from_str::<FileEntry>(&stored).unwrap(), entry);
    }
}
