//! Packed archives from the outside: what is listed, what is refused by name, what is read.

use super::fixtures::*;
use crate::source::folder_tests::{archive, list, summary, texts};
use crate::source::{Folder, Listing, MAX_TEXT_BYTES};
use proptest::prelude::*;
use rawzip::CompressionMethod;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Lists one file of a folder; gives the listing, and what is read of it.
fn listed(name: &str, bytes: &[u8]) -> (Listing, Vec<String>) {
    let place = archive(&[(name, bytes)]);
    let (folder, listing) = list(&place.path().join("data"));
    let texts = read(&folder, &listing);
    (listing, texts)
}

/// The texts that are listed, or why they cannot be read.
fn read(folder: &Folder, listing: &Listing) -> Vec<String> {
    let mut reader = folder.reader();
    let mut buffer = Vec::new();
    let mut one = |found: &crate::source::Reference| match reader.read(&found.locator, &mut buffer) {
        Ok(opened) => String::from_utf8_lossy(&buffer[opened.body]).into_owned(),
        Err(error) => error.to_string(),
    };
    listing.references().map(&mut one).collect()
}

#[test]
fn an_archive_is_read_as_the_folder_that_it_could_be() {
    for (ending, bytes) in all_forms(SERVICE) {
        let name = format!("crawls/old.{ending}");
        let (listing, texts_read) = listed(&name, &bytes);
        assert_eq!(
            summary(&listing),
            [
                format!(
                    "{name}/Acme/Terms of Service/2022-10-04T12-31-33Z.md | Acme | Terms of Service |  | 2022-10-04T12:31:33Z path"
                ),
                format!("{name}/acme/2005-05-25.html | acme | Policy |  | 2005-05-25 path"),
                format!("{name}/records.jsonl line 1 | Acme | Policy |  | 2006 record"),
                format!("{name}/records.jsonl line 3 |  | Policy | {name}/records.jsonl#3 | -"),
                format!("{name}/undated.txt |  | Policy | {name}/undated.txt | -"),
            ]
        );
        assert_eq!(texts_read, ["# Terms\n\nWe do.", "<p>We do not.", "We did.", "Undated.", "Some words."]);
        assert_eq!(texts(listing.all_skipped()), [format!("{name}/README.md: tells about the archive, is no policy")]);
        let damaged = texts(listing.all_damaged());
        assert!(damaged.len() == 1 && damaged[0].starts_with(&format!("{name}/records.jsonl line 2: bad record")), "{damaged:?}");
    }
}

/// The same files in a folder of their own.
fn below(top: &str, files: Files) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(name, text)| (format!("{top}/{name}"), text.to_vec())).collect()
}

#[test]
fn an_archive_that_is_the_source_is_the_folder_in_it() {
    let settings: Files =
        &[("fineprint.toml", b"exclude = [\"acme\"]\n[[template]]\npath = \"undated.txt\"\ncompany = \"Shop\"\n")];
    let files = below("privacy-notices", &[SERVICE, settings].concat());
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    for (ending, bytes) in all_forms(&files) {
        let name = format!("old.{ending}");
        let place = archive(&[(&name, &bytes), ("fineprint.toml", b"recording = \"nonsense\"")]);
        let folder = Folder::open(&place.path().join("data").join(&name)).unwrap();
        assert_eq!(folder.name(), "old");
        let listing = folder.list(&|_, _| None, &|_| ());
        let undated = format!("{name}/privacy-notices/undated.txt");
        assert_eq!(summary(&listing).last().unwrap(), &format!("{undated} | Shop | Privacy Policy | {undated} | -"));
        assert_eq!(listing.references().count(), 4);
        assert!(texts(listing.all_skipped()).contains(&format!("{name}/privacy-notices/acme: excluded by fineprint.toml")));
    }
    let bytes = zip(&[("acme/fineprint.toml", b"recording = 3"), ("acme/2001.md", b"")]);
    let place = archive(&[("old.zip", &bytes)]);
    let error = Folder::open(&place.path().join("data/old.zip")).unwrap_err().to_string();
    assert!(error.contains("old.zip/acme/fineprint.toml, line 1, column 13"), "{error}");
    // Where not all lies in one folder, the archive itself is the root, and the settings beside it hold.
    let place = archive(&[("acme.zip", &zip(&[("2005.html", b"x"), ("a/2006.html", b"y"), (".x/y", b"")]))]);
    let folder = Folder::open(&place.path().join("data/acme.zip")).unwrap();
    let listing = folder.list(&|_, _| None, &|_| ());
    assert_eq!(
        summary(&listing),
        ["acme.zip/2005.html | acme | Policy |  | 2005 path", "acme.zip/a/2006.html | a | Policy |  | 2006 path"]
    );
    assert_eq!(texts(listing.all_skipped()), ["acme.zip/.x: hidden"]);
}

#[test]
fn names_that_lead_out_are_refused_and_the_rest_is_read() {
    let files: Files =
        &[("../evil.md", b"x"), ("/etc/evil.md", b"x"), ("a\\evil.md", b"x"), ("acme/2005.md", b"We do."), ("c:/evil.md", b"x")];
    for (ending, bytes) in all_forms(files) {
        let (listing, read) = listed(&format!("a.{ending}"), &bytes);
        assert_eq!(read, ["We do."]);
        let damaged = texts(listing.all_damaged());
        for (damaged, name) in damaged.iter().zip(["../evil.md", "/etc/evil.md", "a\\evil.md", "c:/evil.md"]) {
            assert!(damaged.starts_with(&format!("a.{ending}/{name}: its name ")), "{damaged}");
        }
        assert_eq!(damaged.len(), 4);
    }
}

#[test]
fn what_is_no_text_of_its_own_is_skipped_with_the_reason() {
    let inner = zip(SERVICE);
    let files: Files = &[
        ("2005.html.gz", &gzip(b"x")),
        ("__MACOSX/._2005.md", b"x"),
        ("acme/2005.md", b"first"),
        ("acme/2005.md", b"second"),
        ("inner.zip", &inner),
        ("old.pdf", b"%PDF-1.4"),
    ];
    for (ending, bytes) in all_forms(files) {
        let (listing, read) = listed(&format!("a.{ending}"), &bytes);
        assert_eq!(read, ["second"]);
        assert_eq!(
            texts(listing.all_skipped()),
            [
                format!("a.{ending}/2005.html.gz: packed once more inside a packed archive: unpack it first"),
                format!("a.{ending}/__MACOSX: hidden"),
                format!("a.{ending}/acme/2005.md: a later member of the same name stands for it"),
                format!("a.{ending}/inner.zip: packed once more inside a packed archive: unpack it first"),
                format!("a.{ending}/old.pdf: PDF is not read: save it as HTML or text"),
            ]
        );
        assert_eq!(listing.all_damaged().count(), 0);
    }
}

#[test]
fn an_archive_that_was_packed_with_a_long_window_is_read() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    // One more than is allowed where nobody asks for more.
    encoder.window_log(28).unwrap();
    encoder.write_all(&tar(&[("acme/2001.md", b"We do.")])).unwrap();
    let (listing, read) = listed("a.tar.zst", &encoder.finish().unwrap());
    assert_eq!((read, listing.all_damaged().count()), (vec!["We do.".to_owned()], 0));
}

#[test]
fn other_names_of_a_file_in_a_tar_are_files() {
    let mut builder = tar::Builder::new(tar(&[("acme/2001-01-01.md", b"We do.")])[..1024].to_vec());
    for (name, target) in [("acme/2002-01-01.md", "acme/2001-01-01.md"), ("acme/2003-01-01.md", "./acme/2002-01-01.md")] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Link);
        header.set_size(0);
        builder.append_link(&mut header, name, target).unwrap();
    }
    let (listing, read) = listed("a.tar", &builder.into_inner().unwrap());
    assert_eq!(texts(listing.all_damaged()), Vec::<String>::new());
    assert_eq!(read, ["We do.", "We do.", "We do."]);
}

#[test]
fn links_and_devices_in_a_tar_are_not_followed() {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in [("a.md", tar::EntryType::Symlink), ("b.md", tar::EntryType::Link), ("c.md", tar::EntryType::Char)] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, name, "/etc/passwd").unwrap();
    }
    let (listing, _) = listed("a.tar", &builder.into_inner().unwrap());
    assert_eq!(listing.references().count(), 0);
    let skipped = texts(listing.all_skipped());
    assert!(skipped.len() == 3 && skipped.iter().all(|line| line.contains("not followed")), "{skipped:?}");
}

#[test]
fn long_names_in_a_tar_are_read_and_endless_ones_are_not() {
    let long = format!("{}/2005.md", "acme ".repeat(60).trim());
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    builder.append_data(&mut header, &long, &b"We do."[..]).unwrap();
    let bytes = builder.into_inner().unwrap();
    let (listing, read) = listed("a.tar", &bytes);
    assert_eq!(
        (listing.references().next().unwrap().locator.full_path(), read),
        (format!("a.tar/{long}"), vec!["We do.".to_owned()])
    );

    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(u64::from(u32::MAX));
    header.set_cksum();
    let endless = [header.as_bytes().as_slice(), &vec![b'a'; 3 << 20]].concat();
    let (listing, _) = listed("a.tar", &endless);
    let damaged = texts(listing.all_damaged());
    assert!(damaged.len() == 1 && damaged[0].contains("a header of more than"), "{damaged:?}");
}

#[test]
fn a_bomb_is_refused_by_name() {
    let zeros = vec![0; 2 << 20];
    let files: Files = &[("a.md", b"We do."), ("b.html", &zeros)];
    let (listing, read) = listed("a.zip", &zip(files));
    assert_eq!(read, ["We do."]);
    let damaged = texts(listing.all_damaged());
    assert!(damaged.len() == 1 && damaged[0].starts_with("a.zip/b.html: an archive bomb: its "), "{damaged:?}");

    // It says that it is small.
    let small = patch(zip(files), 1, BYTES, &100u32.to_le_bytes());
    let (listing, read) = listed("a.zip", &small);
    assert_eq!((listing.all_damaged().count(), read.len()), (1, 1));

    // A text that is no bomb for its size, but too large for a text.
    let noise: Vec<u8> = (0..MAX_TEXT_BYTES / 8 + 1).flat_map(|number| blake_of(number).to_le_bytes()).collect();
    let (listing, _) = listed("a.zip", &zip_by(CompressionMethod::STORE, &[("a.md", &noise)]));
    assert!(texts(listing.all_damaged())[0].contains("are too many for one text"));
}

/// Bytes that cannot be packed well.
fn blake_of(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

#[test]
fn members_that_share_bytes_are_refused() {
    let whole = zip(&[("a.md", b"We do."), ("b.md", b"We do."), ("c.md", b"We did.")]);
    let shared = patch(whole, 1, START, &0u32.to_le_bytes());
    let (listing, read) = listed("a.zip", &shared);
    assert_eq!(read, ["We did."]);
    let damaged = texts(listing.all_damaged());
    assert!(damaged[0].starts_with("a.zip/a.md: it shares its bytes"), "{damaged:?}");
    assert!(damaged[1].starts_with("a.zip/b.md: it shares its bytes"), "{damaged:?}");
}

#[test]
fn what_cannot_be_unpacked_is_told_by_name() {
    let text = b"We do not sell anything.".repeat(9);
    let files: Files = &[("a.md", &text), ("b.md", b"We do.")];
    for (field, value, says) in [
        (FLAGS, &9u16.to_le_bytes()[..], "it is encrypted"),
        (METHOD, &12u16.to_le_bytes(), "packed as 12 (BZIP2), which is not read"),
        (CRC, &[1, 2, 3, 4], "its checksum is not the one"),
        (PACKED_BYTES, &9u32.to_le_bytes(), "cannot be unpacked"),
        (PACKED_BYTES, &u32::MAX.to_le_bytes()[..3], "the archive is damaged or was cut off"),
        (BYTES, &9u32.to_le_bytes(), "it holds more than the archive says"),
        (BYTES, &999u32.to_le_bytes(), "it ends 783 bytes before it should"),
        (START, &7u32.to_le_bytes(), "the archive is damaged or was cut off"),
    ] {
        let (listing, read) = listed("a.zip", &patch(zip(files), 0, field, value));
        assert_eq!(read.last().unwrap(), "We do.", "{says}");
        let damaged = texts(listing.all_damaged()).join("\n");
        let read = if read.len() > 1 { read[0].clone() } else { String::new() };
        assert!(damaged.contains(says) || read.contains(says), "{says:?} is not in {damaged:?} or {read:?}");
        assert!(listing.files[0].is_settled(), "another time it is no better: {says}");
    }
}

#[test]
fn an_archive_that_breaks_off_gives_what_stands_before() {
    let files: Files =
        &[("acme/2001.md", b"We do."), ("acme/2002.md", &b"We do not. ".repeat(400)), ("acme/2003.md", b"We did.")];
    let whole = tar(files);
    let cut = &whole[..2048 + 700];
    // What cannot be packed well shows that a broken end takes no more with it than it must.
    for (ending, bytes) in [("tar", cut.to_vec()), ("tar.gz", gzip(cut)), ("tar.zst", zstd(cut))] {
        let (listing, read) = listed(&format!("a.{ending}"), &bytes);
        assert_eq!(read, ["We do."], "{ending}");
        let damaged = texts(listing.all_damaged());
        assert!(damaged[0].starts_with(&format!("a.{ending}: its members cannot be read to the end")), "{damaged:?}");
        assert!(damaged[1].starts_with(&format!("a.{ending}/acme/2002.md: its bytes are not all there")), "{damaged:?}");
    }
    let packed = gzip(&whole);
    let (listing, _) = listed("a.tar.gz", &packed[..packed.len() - 20]);
    let damaged = texts(listing.all_damaged());
    assert!(damaged[0].contains("it breaks off after") && damaged.len() <= 2, "{damaged:?}");
    let packed = zip(files);
    let (listing, read) = listed("a.zip", &packed[..packed.len() - 30]);
    assert!(read.is_empty() && texts(listing.all_damaged())[0].contains("`zip -FF` may mend it"));
    for (name, says) in [("a.zip", "the list of its members cannot be read"), ("a.tar", "it is empty")] {
        let (listing, _) = listed(name, b"");
        assert!(texts(listing.all_damaged())[0].contains(says));
    }
}

#[test]
fn a_text_packed_with_gzip_is_the_text() {
    let parts = [gzip(b"<p>We do."), gzip(b"<p>And did.")].concat();
    let (listing, read) = listed("acme/2005-05-25.html.gz", &parts);
    assert_eq!(summary(&listing), ["acme/2005-05-25.html.gz | acme | Policy |  | 2005-05-25 path"]);
    assert_eq!(read, ["<p>We do.<p>And did."]);

    let (listing, read) = listed("records.jsonl.gz", &gzip(b"{\"company\":\"Acme\",\"date\":\"2006\",\"text\":\"We did.\"}\n"));
    assert_eq!(summary(&listing), ["records.jsonl.gz line 1 | Acme | Policy |  | 2006 record"]);
    assert_eq!(read, ["We did."]);

    let (listing, _) = listed("acme/2005.html.gz", b"no gzip");
    assert!(texts(listing.all_damaged())[0].starts_with("acme/2005.html.gz: cannot be unpacked"));
    let noise: Vec<u8> = (0..4096).flat_map(|number| format!("{:x} ", blake_of(number)).into_bytes()).collect();
    let packed = gzip(&noise);
    let (listing, read) = listed("acme/2005.html.gz", &packed[..packed.len() - 9]);
    assert_eq!(listing.references().count(), 1);
    assert!(read[0].contains("cannot be unpacked"), "{read:?}");
    let (_, read) = listed("acme/2005.txt.gz", &gzip(&vec![b'a'; 2 << 20]));
    assert!(read[0].starts_with("acme/2005.txt.gz: an archive bomb"), "{read:?}");
}

#[test]
fn settings_see_members_as_files_of_a_folder() {
    let place = archive(&[
        ("fineprint.toml", b"include = [\"**/*.md\"]\nexclude = [\"old/skip\", \"gone\", \"*.tar\"]\n"),
        ("old.zip", &zip(&[("acme/2001.md", b"a"), ("acme/2001.txt", b"b"), ("skip/2002.md", b"c"), ("skip/2003.md", b"d")])),
        ("gone.zip", &zip(&[("2001.md", b"a")])),
        ("other.tar", &tar(&[("2001.md", b"a")])),
        ("x/2001.md.gz", &gzip(b"a")),
        ("x/2001.txt.gz", &gzip(b"a")),
    ]);
    let (_, listing) = list(&place.path().join("data"));
    assert_eq!(texts(listing.references().map(|found| found.locator.place())), ["old.zip/acme/2001.md", "x/2001.md.gz"]);
    assert_eq!(
        texts(listing.all_skipped()),
        [
            "fineprint.toml: tells about the archive, is no policy",
            "gone.zip: excluded by fineprint.toml",
            "old.zip/acme/2001.txt: not among what fineprint.toml includes",
            "old.zip/skip: excluded by fineprint.toml",
            "other.tar: excluded by fineprint.toml",
            "x/2001.txt.gz: not among what fineprint.toml includes",
        ]
    );
}

#[test]
fn an_archive_that_is_not_the_one_listed_gives_no_wrong_text() {
    let place = archive(&[("a.zip", &zip(&[("a.md", b"We do."), ("b.md", b"We did.")]))]);
    let root = place.path().join("data");
    let (folder, listing) = list(&root);
    fs::write(root.join("a.zip"), zip(&[("c.md", b"Quite another text, in another place."), ("b.md", b"We did.")])).unwrap();
    let read = read(&folder, &listing);
    assert!(read.iter().all(|text| text.contains("cannot be unpacked")), "{read:?}");
}

/// Lists and reads whatever the bytes are.
fn try_all(root: &Path, bytes: &[u8]) {
    for name in ["a.zip", "a.tar", "a.tar.gz", "a.tar.zst", "a.md.gz", "a.jsonl.gz"] {
        fs::write(root.join(name), bytes).unwrap();
    }
    let (folder, listing) = list(root);
    let _ = read(&folder, &listing);
    let _ = Folder::open(&root.join("a.zip"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let place = archive(&[("a", b"")]);
        try_all(&place.path().join("data"), &bytes);
    }

    #[test]
    fn no_damaged_archive_panics(form in 0usize..7, changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..12), cut in 0usize..40) {
        let mut bytes = all_forms(SERVICE)[form].1.clone();
        // The list at the end and the headers at the beginning are where it hurts.
        for (at, byte) in changes {
            let len = bytes.len();
            let at = if at % 2 == 0 { len - 1 - at % len.min(500) } else { at % len };
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut % 3 * cut);
        let place = archive(&[("a", b"")]);
        try_all(&place.path().join("data"), &bytes);
    }
}
