//! WARC files from the outside: what is listed and read of whole ones, of cut ones, of damaged ones.

use super::testing::{Archive, PACKINGS, Packed, file, gzip, offsets, record, response};
use super::*;
use proptest::prelude::*;

/// Pages of three sizes, with a record between them that is no capture.
fn records() -> Vec<Vec<u8>> {
    vec![
        record("warcinfo", "", "2024-01-01T00:00:00Z", "", b"software: test\r\n"),
        response("https://www.acme.test/privacy#x", "2024-01-01T00:00:00.5Z", "<p>We sell nothing."),
        record("request", "http://acme.test/privacy", "2024-01-01T00:00:00Z", "", b"GET / HTTP/1.0\r\n\r\n"),
        response("http://acme.test/", "2024-02-01T00:00:00Z", &"<p>Long page of noise. WARC/1.0".repeat(40)),
        record("resource", "http://acme.test/terms", "2024-03-01T00:00:00Z", "Content-Type: text/plain\r\n", b"You agree."),
    ]
}

#[test]
fn captures_are_listed_and_read_however_they_are_packed() {
    for packed in PACKINGS {
        let (bytes, places) = file(&records(), packed);
        let archive = Archive::new(&[("a.warc", &bytes)]);
        assert_eq!((archive.damaged(), archive.listing.all_skipped().count()), (vec![], 0), "{packed:?}");
        assert_eq!(offsets(&archive.listing), [places[1], places[3], places[4]], "{packed:?}");
        let keys: Vec<_> = archive
            .listing
            .references()
            .map(|found| {
                format!("{} | {} | {} | {}", found.key.company, found.key.kind, found.key.part, found.captured.unwrap().instant)
            })
            .collect();
        assert_eq!(
            keys,
            [
                "acme.test | Privacy Policy | /privacy | 2024-01-01T00:00:00Z",
                "acme.test | Policy |  | 2024-02-01T00:00:00Z",
                "acme.test | Terms of Service | /terms | 2024-03-01T00:00:00Z",
            ]
        );
        let pages = archive.pages();
        assert_eq!((pages[0].as_str(), pages[2].as_str()), ("<p>We sell nothing.", "You agree."));
        let first = archive.listing.references().next().unwrap();
        assert_eq!(first.locator.to_string(), format!("a.warc byte {}", places[1]));
        assert_eq!(
            first.locator.inside.as_ref().unwrap().id(),
            Some("urn:x:2024-01-01T00:00:00.5Z:https://www.acme.test/privacy#x")
        );
        assert_eq!(archive.again().files, archive.listing.files);
    }
}

#[test]
fn a_file_that_is_packed_as_a_whole_is_read_all_the_same() {
    let (bytes, places) = file(&records(), Packed::Together);
    let archive = Archive::new(&[("a.warc.gz", &bytes)]);
    assert_eq!((archive.damaged(), offsets(&archive.listing)), (vec![], vec![places[1], places[3], places[4]]));
    assert_eq!(archive.pages()[2], "You agree.");

    let cut = Archive::new(&[("a.warc.gz", &bytes[..bytes.len() - 30])]);
    assert_eq!(offsets(&cut.listing)[0], places[1]);
    let damaged = cut.damaged();
    assert!(damaged.iter().any(|one| one.contains("a.warc.gz: bad record: it breaks off after")), "{damaged:?}");
}

#[test]
fn a_dictionary_at_the_start_of_a_file_is_used() {
    let dictionary =
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://acme.test/ We sell nothing. You agree.".repeat(3);
    for held in [dictionary.clone(), zstd::encode_all(dictionary.as_slice(), 3).unwrap()] {
        let mut bytes = [&[0x5D, 0x2A, 0x4D, 0x18][..], &(held.len() as u32).to_le_bytes(), &held].concat();
        for record in records() {
            let mut encoder = zstd::stream::write::Encoder::with_dictionary(Vec::new(), 3, &dictionary).unwrap();
            io::copy(&mut [record.as_slice(), b"\r\n\r\n"].concat().as_slice(), &mut encoder).unwrap();
            bytes.extend(encoder.finish().unwrap());
        }
        let archive = Archive::new(&[("a.warc.zst", &bytes)]);
        assert_eq!((archive.damaged(), archive.pages().len()), (vec![], 3));
        let cut = Archive::new(&[("a.warc.zst", &bytes[..20])]);
        assert!(cut.damaged()[0].contains("breaks off"), "{:?}", cut.damaged());
    }
}

#[test]
fn what_is_no_page_is_left_out_with_its_place() {
    let of_type = |media: &str, body: &[u8]| {
        let block = [format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n").as_bytes(), body].concat();
        record(
            "response",
            "http://acme.test/x",
            "2024-01-01T00:00:00Z",
            "Content-Type: application/http; msgtype=response\r\n",
            &block,
        )
    };
    let records = [
        of_type("application/pdf", b"x"),
        of_type("text/html", b"%PDF-1.4"),
        of_type("image/svg+xml", b"<svg>"),
        of_type("application/json", b"{}"),
        of_type("", b"\x89PNG"),
        record("response", "http://acme.test/x", "2024-01-01T00:00:00Z", "", b"HTTP/1.1 404 Not Found\r\n\r\nnothing"),
        record("response", "dns:acme.test", "2024-01-01T00:00:00Z", "Content-Type: text/dns\r\n", b"acme.test. A 1"),
    ];
    let (bytes, places) = file(&records, Packed::Gzip);
    let archive = Archive::new(&[("a.warc.gz", &bytes)]);
    let skipped: Vec<_> = archive.listing.all_skipped().map(|one| one.reason).collect();
    let (pdf, data, media) = (SkipReason::Pdf, SkipReason::Data, SkipReason::Media);
    assert_eq!(skipped, [pdf, pdf, media, data, media, SkipReason::Status(404), data]);
    assert_eq!(archive.listing.all_skipped().nth(1).unwrap().place(), format!("a.warc.gz byte {}", places[1]));
    assert_eq!((archive.damaged().len(), archive.listing.references().count()), (0, 0));
}

#[test]
fn records_that_lack_something_are_damaged() {
    let http = "Content-Type: application/http\r\n";
    let records = [
        record("response", "http://acme.test/1", "2024-01-01T00:00:00Z", http, b"no head"),
        record("response", "http://acme.test/2", "2024-02-31T00:00:00Z", http, b"HTTP/1.0 200 OK\r\n\r\nDated by nobody."),
        record("response", "http://acme.test/3", "", http, b"HTTP/1.0 200 OK\r\n\r\nUndated."),
        record("response", "", "2024-01-01T00:00:00Z", http, b"HTTP/1.0 200 OK\r\n\r\nFrom nowhere."),
        record(
            "response",
            "http://acme.test/5",
            "2024-01-01T00:00:00Z",
            http,
            b"HTTP/1.0 200 OK\r\nContent-Encoding: sdch\r\n\r\nx",
        ),
        record(
            "response",
            "http://acme.test/6",
            "2024-01-01T00:00:00Z",
            http,
            b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
        ),
    ];
    let (bytes, places) = file(&records, Packed::Plain);
    let archive = Archive::new(&[("a.warc", &bytes)]);
    let damaged = archive.damaged();
    for (found, (place, what)) in damaged.iter().zip([
        (places[0], "status line"),
        (places[1], "2024-02-31"),
        (places[2], "no date that can be read"),
        (places[3], "WARC-Target-URI"),
        (places[4], "sdch"),
    ]) {
        assert!(found.starts_with(&format!("a.warc byte {place}: ")) && found.contains(what), "{found}");
    }
    assert_eq!(damaged.len(), 5);
    assert_eq!(offsets(&archive.listing), [places[1], places[2], places[5]]);
    let references: Vec<_> = archive.listing.references().collect();
    assert_eq!(references[0].key.part, format!("a.warc byte {}", places[1]), "each undated text is a document of its own");
    let unread = archive.page(references[2]).unwrap_err();
    assert!(unread.contains(&format!("a.warc byte {}", places[5])) && unread.contains("breaks off"), "{unread}");
}

#[test]
fn damage_at_the_start_of_a_record_is_not_that_of_the_one_before() {
    for packed in PACKINGS {
        let (mut bytes, places) = file(&records(), packed);
        bytes[places[3] as usize] ^= 1;
        let archive = Archive::new(&[("a.warc", &bytes)]);
        assert_eq!(offsets(&archive.listing), [places[1], places[4]], "{packed:?}");
        let damaged = archive.damaged();
        assert!(damaged.len() == 1 && damaged[0].starts_with(&format!("a.warc byte {}: ", places[3])), "{damaged:?}");
    }
}

#[test]
fn a_length_that_is_wrong_is_told_and_the_next_record_is_read() {
    for (wrong, what) in [("Content-Length: 3\r\n", "is wrong"), ("Content-Length: 999999\r\n", "")] {
        let mut records = records();
        let text = String::from_utf8(records[1].clone()).unwrap();
        let (before, after) = text.split_once("Content-Length: ").unwrap();
        let (_, after) = after.split_once("\r\n").unwrap();
        records[1] = format!("{before}{wrong}{after}").into_bytes();
        for packed in PACKINGS {
            let (bytes, places) = file(&records, packed);
            let archive = Archive::new(&[("a.warc", &bytes)]);
            assert_eq!(offsets(&archive.listing), [places[3], places[4]], "{packed:?}");
            let damaged = archive.damaged();
            assert!(damaged[0].starts_with(&format!("a.warc byte {}: ", places[1])) && damaged[0].contains(what), "{damaged:?}");
        }
    }
}

#[test]
fn a_page_that_the_crawler_cut_is_read_and_told() {
    let page = b"HTTP/1.0 200 OK\r\n\r\n<p>We sell";
    let records = [record("response", "http://acme.test/", "2024-01-01T00:00:00Z", "WARC-Truncated: length\r\n", page)];
    let archive = Archive::new(&[("a.warc", &file(&records, Packed::Plain).0)]);
    assert_eq!(archive.pages(), ["<p>We sell"]);
    assert!(archive.damaged()[0].contains("a.warc byte 0: the crawler cut the page off (WARC-Truncated: length)"));
}

#[test]
fn a_file_of_nothing_but_damage_is_not_read_to_its_end() {
    let archive = Archive::new(&[("a.warc", "WARC/1.0\r\nx\r\n\r\n".repeat(MAX_BROKEN + 100).as_bytes())]);
    let damaged = archive.damaged();
    assert_eq!(damaged.len(), MAX_BROKEN + 1);
    assert!(damaged[MAX_BROKEN].contains("the rest is not read"), "{}", damaged[MAX_BROKEN]);
}

#[test]
fn a_record_that_is_no_longer_there_is_not_read() {
    let (bytes, places) = file(&records(), Packed::Plain);
    let archive = Archive::new(&[("a.warc", &bytes)]);
    let other = String::from_utf8(bytes).unwrap().replace("urn:x:", "urn:y:");
    fs::write(archive.place.path().join("a.warc"), &other).unwrap();
    let reference = archive.listing.references().next().unwrap();
    assert!(archive.page(reference).unwrap_err().contains("no longer the record"));
    fs::write(archive.place.path().join("a.warc"), &other[..places[1] as usize + 5]).unwrap();
    assert!(archive.page(reference).is_err());
    let mut outside = reference.clone();
    let stretch = Stretch { offset: 0, len: 1, within: Within::File };
    let original = Some(Box::new(crate::source::Original { path: "../x".into(), stretch, id: None }));
    outside.locator.inside = Some(Inside::Capture(Capture { stretch, id: None, original }));
    assert!(archive.page(&outside).unwrap_err().contains("outside"));
}

#[test]
fn a_page_that_is_too_large_is_told() {
    let large = "a".repeat(crate::source::MAX_TEXT_BYTES as usize + 100_000);
    let (bytes, places) = file(&[response("http://acme.test/", "2024-01-01T00:00:00Z", &large)], Packed::Zstd);
    let archive = Archive::new(&[("a.warc.zst", &bytes)]);
    assert!(archive.damaged()[0].starts_with(&format!("a.warc.zst byte {}: ", places[0])), "{:?}", archive.damaged());
    assert_eq!(archive.listing.references().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_cut_loses_only_what_is_after_it(at in 0.0..1.0f64) {
        for packed in PACKINGS {
            let records: Vec<_> = records().into_iter().filter(|record| !record.windows(8).any(|bytes| bytes == b"warcinfo")).collect();
            let (bytes, places) = file(&records, packed);
            let cut = 1 + (at * (bytes.len() - 1) as f64) as usize;
            let archive = Archive::new(&[("a.warc", &bytes[..cut])]);
            let ends = places[1..].iter().copied().chain([bytes.len() as u64]);
            // The blank lines after a record are not missed where it is not packed.
            let blank = if packed == Packed::Plain { 4 } else { 0 };
            let whole: Vec<u64> = places.iter().copied().zip(ends).filter(|(_, end)| end - blank <= cut as u64).map(|(place, _)| place).collect();
            let captures: Vec<u64> = whole.iter().copied().filter(|place| *place != places[1]).collect();
            prop_assert_eq!(offsets(&archive.listing), captures);
            let is_clean = cut as u64 == bytes.len() as u64 || places.contains(&(cut as u64));
            if packed == Packed::Plain {
                // Within the blank lines nothing is lost.
                prop_assert!(archive.damaged().len() <= 1);
            } else {
                prop_assert_eq!(archive.damaged().is_empty(), is_clean, "{:?} at {}: {:?}", packed, cut, archive.damaged());
            }
            for reference in archive.listing.references() {
                archive.page(reference).unwrap();
            }
        }
    }

    #[test]
    fn damage_in_a_record_leaves_the_others(at in 0.0..1.0f64, bits in 1u8..=255, garbage in proptest::collection::vec(any::<u8>(), 0..40)) {
        for packed in PACKINGS {
            let (mut bytes, places) = file(&records(), packed);
            let at = (at * bytes.len() as f64) as usize;
            bytes[at] ^= bits;
            // What else was written into the record moves those after it.
            bytes.splice(at + 1..at + 1, garbage.iter().copied());
            let hit = places.iter().rposition(|&place| place <= at as u64).unwrap();
            let expected = [1, 3, 4].into_iter().filter(|&record| record != hit);
            let expected: Vec<u64> = expected.map(|record| places[record] + if record > hit { garbage.len() as u64 } else { 0 }).collect();
            // The first bytes of a file tell how it is packed.
            if at >= 4 {
                let archive = Archive::new(&[("a.warc", &bytes)]);
                let found = offsets(&archive.listing);
                prop_assert!(expected.iter().all(|place| found.contains(place)), "{:?}, hit {}: {:?} of {:?}: {:?}", packed, hit, found, expected, archive.damaged());
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in "(WARC/1.0\r\n|WARC-Type: (response|revisit|resource)\r\n|Content-Length: [0-9]{1,20}\r\n|WARC-Target-URI: é\r\n|\r\n|HTTP/1.1 200 OK\r\n){0,30}") {
        for packed in [bytes.clone().into_bytes(), gzip(bytes.as_bytes()), zstd::encode_all(bytes.as_bytes(), 1).unwrap()] {
            let archive = Archive::new(&[("a.warc", &packed)]);
            for reference in archive.listing.references() {
                let _ = archive.page(reference);
            }
        }
    }
}
