//! WARC files as archives: what another program wrote, what is damaged, what grows month by month.

use super::place::{ARCHIVE, Dice, INDEX, Place, corpus, strings};
use super::updates::{assert_same_answers, contents, files};
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Read;
use std::path::Path;

/// A crawl by warcio: see `tests/data/warc/make.py`.
fn crawl() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/warc/crawl.warc.gz")).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(bytes, Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

fn record(kind: &str, url: &str, date: &str, fields: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\nWARC-Record-ID: <urn:{date}:{url}>\r\n\
         {fields}Content-Length: {}\r\n\r\n",
        block.len()
    );
    gzip(&[head.as_bytes(), block, b"\r\n\r\n"].concat())
}

fn response(url: &str, date: &str, media: &str, page: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n");
    record("response", url, date, "Content-Type: application/http;msgtype=response\r\n", &[head.as_bytes(), page].concat())
}

fn revisit(url: &str, date: &str, of: &str) -> Vec<u8> {
    record("revisit", url, date, &format!("WARC-Refers-To-Target-URI: {url}\r\nWARC-Refers-To-Date: {of}\r\n"), b"")
}

fn counts(summary: &Value) -> (u64, u64, usize, usize) {
    let number = |name: &str| summary[name].as_u64().unwrap();
    let len = |name: &str| summary[name].as_array().unwrap().len();
    (number("documents"), number("snapshots"), len("skipped"), len("damaged"))
}

#[test]
fn a_crawl_by_another_program_is_read_whole() {
    let place = Place::new();
    place.archived("crawl.warc.gz", crawl());
    let summary = place.index(&[]).exit(0).json();
    assert_eq!(counts(&summary), (7, 9, 3, 0));
    let skipped = summary["skipped"].as_array().unwrap();
    let reasons: Vec<&str> = skipped.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert!(reasons[0].contains("image") && reasons[1].contains("404") && reasons[2].contains("PDF"), "{reasons:?}");
    assert!(skipped[0]["path"].as_str().unwrap().starts_with("crawl.warc.gz byte "), "{skipped:?}");
    for (query, path, date, encoding) in [
        ("\"reads none of them\"", "/privacy", "2024-01-05T10:00:00Z", "UTF-8"),
        ("\"one cookie\"", "/cookies", "2024-01-05T10:01:00Z", "UTF-8"),
        ("\"one place on\"", "/terms", "2024-01-05T10:02:00Z", "UTF-8"),
        ("\"l'intérieur de la théière\"", "/fr/vie-privee", "2024-01-05T10:03:00Z", "windows-1252"),
        ("\"個人情報\"", "/ja/privacy", "2024-01-05T10:04:00Z", "Shift_JIS"),
        ("\"belongs to nobody\"", "/imprint.txt", "2024-01-05T10:08:00Z", "UTF-8"),
        ("\"in its sleep\"", "/contact", "2024-01-05T10:09:00Z", "UTF-8"),
    ] {
        let answer = place.found(&[query]);
        let hit = &answer["hits"][0];
        let evidence = &hit["evidence"];
        assert_eq!(hit["company"], "dormouse.example");
        assert_eq!(evidence["url"], format!("http://www.dormouse.example{path}"), "{query}");
        assert_eq!((&evidence["instant"], &evidence["date_source"]), (&json!(date), &json!("warc_date")), "{query}");
        assert_eq!(evidence["encoding"], encoding, "{query}");
    }
    let kinds: Vec<String> =
        ["cookie", "agrees", "letters"].iter().map(|word| strings(&place.found(&[word]), "kind")[0].clone()).collect();
    assert_eq!(kinds, ["Cookie Policy", "Terms of Service", "Privacy Policy"]);
}

#[test]
fn the_evidence_leads_to_the_record() {
    let place = Place::new();
    place.archived("crawl.warc.gz", crawl());
    place.index(&[]).exit(0);
    let hit = &place.found(&["\"reads none of them\""])["hits"][0];
    assert_eq!(
        (&hit["snapshots"], &hit["last_seen"], &hit["absent_from"]),
        (&json!(2), &json!("2024-02-05"), &json!("2024-03-05"))
    );
    let evidence = &hit["evidence"];
    assert_eq!(
        (&evidence["path"], &evidence["line"], &evidence["original"]),
        (&json!("crawl.warc.gz"), &Value::Null, &Value::Null)
    );
    let mut record = String::new();
    let offset = evidence["warc_offset"].as_u64().unwrap() as usize;
    GzDecoder::new(&crawl()[offset..]).read_to_string(&mut record).unwrap();
    assert!(record.contains(&format!("WARC-Record-ID: <{}>", evidence["record"].as_str().unwrap())), "{record}");
    // The hash is that of the page without chunks, which make.py wrote in pieces of 100 bytes.
    let (_, body) = record.split_once("chunked\r\n\r\n").unwrap();
    let lines: Vec<&str> = body.split("\r\n").collect();
    let page: String = lines.chunks(2).map_while(|chunk| (chunk[0] != "0").then_some(chunk[1])).collect();
    let sha256: String = Sha256::digest(&page).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(evidence["sha256_file"], sha256);

    let again = &place.found(&["\"reads none of them\"", "--since", "2024-02"])["hits"][0]["evidence"];
    assert_eq!((&again["instant"], &again["sha256_file"]), (&json!("2024-02-05T10:00:00Z"), &evidence["sha256_file"]));
    assert_eq!(again["original"], json!({"path": "crawl.warc.gz", "warc_offset": offset, "record": evidence["record"]}));

    let rows = place.run(&["search", "--index", INDEX, "--format", "csv", "\"reads none of them\""]).exit(0).csv();
    let column = rows[0].iter().position(|name| name == "warc_offset").unwrap();
    assert_eq!(rows[1][column], offset.to_string());
    place.run(&["search", "--index", INDEX, "dormouse"]).exit(0).says("http://www.dormouse.example/privacy");
}

#[test]
fn a_truncated_tail_loses_only_the_last_record() {
    let crawl = crawl();
    let place = Place::new();
    place.archived("crawl.warc.gz", &crawl[..crawl.len() - 20]);
    let summary = place.index(&[]).exit(2).json();
    assert_eq!(counts(&summary), (7, 8, 3, 1));
    let last = crawl.windows(4).rposition(|bytes| bytes == b"\x1f\x8b\x08\x00").unwrap();
    assert_eq!(
        summary["damaged"][0],
        json!({"path": format!("crawl.warc.gz byte {last}"), "reason": "bad record: it breaks off"})
    );
    // The same is said as long as it is so, and no longer.
    assert_eq!(place.index(&[]).exit(2).json()["update"]["files_read"], 0);
    place.archived("crawl.warc.gz", &crawl);
    assert_eq!(counts(&place.index(&[]).exit(0).json()), (7, 9, 3, 0));
}

#[test]
fn a_damaged_member_is_named_and_the_next_one_is_read() {
    let mut crawl = crawl();
    let members: Vec<usize> = memchr::memmem::find_iter(&crawl, b"\x1f\x8b\x08\x00").collect();
    // The checksum of the third record, which is that of the cookie policy.
    crawl[members[3] - 8] ^= 1;
    let place = Place::new();
    place.archived("crawl.warc.gz", &crawl);
    let summary = place.index(&[]).exit(2).json();
    assert_eq!(counts(&summary), (6, 8, 3, 1));
    let damaged = &summary["damaged"][0];
    assert_eq!(damaged["path"], format!("crawl.warc.gz byte {}", members[2]));
    assert!(damaged["reason"].as_str().unwrap().contains("checksum"), "{damaged}");
    assert_eq!(place.texts(&["\"one cookie\""]), Vec::<String>::new());
    place.found(&["\"one place on\""]);
}

#[test]
fn a_page_that_cannot_be_unpacked_is_named() {
    let packed = gzip("<p>We sell tea.</p>".repeat(40).as_bytes());
    let page = |body: &[u8]| [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n", body].concat();
    let http = "Content-Type: application/http\r\n";
    let whole = record("response", "http://acme.example/tea", "2024-01-01T00:00:00Z", http, &page(&packed));
    let cut = record("response", "http://acme.example/tea", "2024-02-01T00:00:00Z", http, &page(&packed[..packed.len() / 2]));
    let place = Place::new();
    place.archived("crawl.warc.gz", [whole.as_slice(), &cut].concat());
    let summary = place.index(&[]).exit(2).json();
    assert_eq!(counts(&summary), (1, 1, 0, 1));
    assert_eq!(summary["damaged"][0]["path"], format!("crawl.warc.gz byte {}", whole.len()));
    assert!(summary["damaged"][0]["reason"].as_str().unwrap().contains("packed with gzip, breaks off"), "{summary}");
    assert_eq!(place.index(&[]).exit(2).json()["damaged"], summary["damaged"]);
}

#[test]
fn a_file_of_captures_can_be_given_alone_in_each_packing() {
    let place = Place::new();
    let plain: Vec<u8> = {
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(&*crawl()).read_to_end(&mut bytes).unwrap();
        bytes
    };
    let starts: Vec<usize> = memchr::memmem::find_iter(&plain, b"WARC/1.1\r\n").chain([plain.len()]).collect();
    let frames = starts.windows(2).flat_map(|ends| zstd::encode_all(&plain[ends[0]..ends[1]], 3).unwrap()).collect();
    for (name, bytes) in [("one.warc", plain.clone()), ("one.warc.zst", frames), ("one.warc.gz", gzip(&plain))] {
        place.write(name, bytes);
        let summary =
            place.run(&["index", name, "--index", name.split('.').next_back().unwrap(), "--format", "json"]).exit(0).json();
        assert_eq!(counts(&summary), (7, 9, 3, 0), "{name}");
    }
}

#[test]
fn settings_rule_which_files_are_read_and_what_companies_are_called() {
    let place = Place::new();
    place.archived("crawl.warc.gz", crawl()).archived("old/crawl.warc.gz", crawl());
    let settings = "exclude = [\"old/**\"]\n[companies]\n\"The Dormouse\" = [\"dormouse.example\"]\n";
    place.archived("fineprint.toml", settings);
    let summary = place.index(&[]).exit(0).json();
    assert_eq!(summary["superseded"], 0);
    assert_eq!(place.found(&["dormouse"])["hits"][0]["company"], "The Dormouse");
}

/// The dated texts of the sample archive as captures of a crawl, in mixed order, as two files. Some captures are revisits, whose pages
/// lie in either file.
fn two_months() -> [Vec<u8>; 2] {
    let mut captures: Vec<(String, String, &str, Vec<u8>)> = Vec::new();
    for path in files(&corpus()) {
        let names: Vec<&str> = path.split('/').collect();
        let bytes = || fs::read(corpus().join(&path)).unwrap();
        match names[..] {
            ["ota", service, kind, time] => {
                let (day, clock) = time.trim_end_matches(".md").split_once('T').unwrap();
                let url = format!("https://{}.example/{}", service.replace(' ', "-"), kind.replace(' ', "-"));
                captures.push((url, format!("{day}T{}", clock.replace('-', ":")), "text/markdown", bytes()));
            }
            ["html", company, page] => {
                let date = format!("{}T12:00:00Z", page.trim_end_matches(".html"));
                captures.push((format!("http://www.{company}.example/privacy"), date, "text/html", bytes()));
            }
            _ => {}
        }
    }
    assert!(captures.len() > 50, "{}", captures.len());
    let mut records: Vec<Vec<u8>> = Vec::new();
    for (number, (url, date, media, page)) in captures.iter().enumerate() {
        records.push(response(url, date, media, page));
        if number % 7 == 0 {
            let later = format!("{}59Z", &date[..date.len() - 3]);
            records.push(revisit(url, &later, date));
        }
    }
    Dice(7).shuffle(&mut records);
    let (january, february) = records.split_at(records.len() / 2);
    [january.concat(), february.concat()]
}

#[test]
fn a_month_added_later_answers_as_a_fresh_build() {
    let [january, february] = two_months();
    for names in [["2024-01.warc.gz", "2024-02.warc.gz"], ["z.warc.gz", "a.warc.gz"]] {
        let place = Place::new();
        place.archived(names[0], &january);
        let first = place.index(&[]).json();
        assert!(!first["damaged"].as_array().unwrap().is_empty(), "some revisits lack their pages");
        place.archived(names[1], &february);
        let grown = place.index(&["--threads", "2"]).exit(0).json();
        let whole = place.run(&["index", ARCHIVE, "--index", "whole", "--threads", "1", "--format", "json"]).exit(0).json();
        assert_eq!(contents(grown), contents(whole.clone()));
        assert_same_answers(&place, INDEX, "whole");
        let idle = place.index(&[]).exit(0).json();
        assert_eq!((&idle["update"]["files_read"], &idle["snapshots"]), (&json!(0), &whole["snapshots"]));
    }
}

#[test]
fn two_months_as_two_sources_answer_as_a_fresh_build() {
    let [january, february] = two_months();
    let place = Place::new();
    place.write("january.warc.gz", january).write("february.warc.gz", february);
    // Each source is whole in itself: a revisit finds no page in another one.
    place.run(&["index", "january.warc.gz", "--index", INDEX]).exit(2).says("give the folder that holds both");
    let grown = place.run(&["index", "february.warc.gz", "--index", INDEX, "--format", "json"]).exit(2).json();
    let both = ["index", "january.warc.gz", "february.warc.gz", "--index", "whole", "--format", "json"];
    assert_eq!(contents(grown), contents(place.run(&both).exit(2).json()));
    assert_same_answers(&place, INDEX, "whole");
}

#[test]
fn a_revisit_is_read_again_when_its_page_changes() {
    let url = "http://acme.example/privacy";
    let place = Place::new();
    // Not packed, so that the new page lies where the old one did.
    let january = |page: &str| {
        let mut record = Vec::new();
        let packed = response(url, "2024-01-01T00:00:00Z", "text/html", page.as_bytes());
        GzDecoder::new(&*packed).read_to_end(&mut record).unwrap();
        record
    };
    place.archived("1.warc", january("<p>We sell tea."));
    place.archived("2.warc.gz", revisit(url, "2024-02-01T00:00:00Z", "2024-01-01T00:00:00Z"));
    place.index(&[]).exit(0);
    assert_eq!(place.found(&["tea"])["totals"]["snapshots"], 2);
    place.archived("1.warc", january("<p>We sell pie."));
    place.index(&[]).exit(0);
    assert_eq!(place.found(&["pie"])["totals"]["snapshots"], 2);
    place.search(&["tea"]).exit(1);
    // Without its page a revisit that is indexed stays, and is told.
    place.unarchive("1.warc");
    let summary = place.index(&[]).exit(2).json();
    assert_eq!((&summary["snapshots"], &summary["vanished"]), (&json!(2), &json!(["1.warc"])));
}

#[test]
fn a_crawl_in_a_git_history_is_left_out() {
    let place = Place::new();
    place.archived("crawl.warc.gz", crawl()).archived("acme/2024-01-01.md", "We sell tea.");
    for args in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "All"],
    ] {
        let status = std::process::Command::new("git").current_dir(place.path(ARCHIVE)).args(args).status().unwrap();
        assert!(status.success());
    }
    let summary = place.index(&[]).exit(0).json();
    assert_eq!(counts(&summary), (1, 1, 1, 0));
    assert_eq!(summary["skipped"][0]["path"], "crawl.warc.gz");
    // The file itself can be given all the same.
    let alone = place.run(&["index", "archive/crawl.warc.gz", "--index", "alone", "--format", "json"]).exit(0).json();
    assert_eq!(counts(&alone), (7, 9, 3, 0));
}

#[test]
fn a_page_crawled_from_the_wayback_machine_has_its_date() {
    let place = Place::new();
    let url = "https://web.archive.org/web/20050525101112id_/http://www.acme.test/privacy";
    place.archived("crawl.warc.gz", response(url, "2024-01-01T00:00:00Z", "text/html", b"<p>We keep logs.</p>"));
    place.index(&[]).exit(0);
    let hit = &place.found(&["logs"])["hits"][0];
    assert_eq!((&hit["company"], &hit["kind"]), (&"acme.test".into(), &"Privacy Policy".into()));
    let evidence = &hit["evidence"];
    assert_eq!((&evidence["instant"], &evidence["date_source"]), (&"2005-05-25T10:11:12Z".into(), &"address".into()));
}
