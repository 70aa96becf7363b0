//! JSON Lines: one snapshot per line, its facts under keys that the settings can name.

use crate::site::SiteFacts;
use crate::snapshot::{Captured, DateSource, DocumentKey, Format, Recording};
use crate::source::date::{self, ImpossibleDate};
use crate::source::header::captured_host;
use crate::source::names::{UNKNOWN_KIND, hinted_kind, is_domain};
use crate::source::settings::{JsonKeys, Settings};
use crate::source::template::Match;
use crate::source::{Damaged, FileEntry, Inside, Locator, MAX_TEXT_BYTES, Part, Problem, Record, Reference, SkipReason, Skipped};
use serde_json::Value;
use std::collections::HashSet;
use std::io::{self, BufRead};

/// What holds for every record of a file that does not tell it itself.
#[derive(Debug, Clone)]
pub struct Defaults<'a> {
    pub keys: &'a JsonKeys,
    /// The file's path as the rules see it.
    pub path: &'a str,
    /// What a path template says of the file.
    pub ruled: Match,
    /// The company that the file's name tells.
    pub company: Option<String>,
    pub recording: Recording,
}

impl<'a> Defaults<'a> {
    /// What settings and path tell.
    pub fn new(settings: &'a Settings, path: &'a str, stem: &str) -> Defaults<'a> {
        let rule = settings.rule(path);
        let recording = rule.as_ref().and_then(|rule| rule.recording).or(settings.recording());
        Defaults {
            keys: settings.json(),
            path,
            ruled: rule.map(|rule| rule.found).unwrap_or_default(),
            company: is_domain(stem).then(|| stem.to_owned()),
            recording: recording.unwrap_or(Recording::Captures),
        }
    }
}

/// Lists the records of a file into its entry. A bad line is damaged and the rest goes on.
///
/// # Errors
/// When reading fails; what was listed before stays in the entry.
pub fn list(input: &mut impl BufRead, defaults: &Defaults, entry: &mut FileEntry) -> io::Result<()> {
    let mut line = Vec::new();
    let mut ids = HashSet::new();
    let (mut start, mut number) = (0u64, 0u64);
    loop {
        line.clear();
        let read = read_line(input, &mut line)?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        let place = start;
        start += read;
        if read > MAX_TEXT_BYTES {
            entry.damaged.push(Damaged {
                path: entry.path.clone(),
                part: Some(Part::Line(number)),
                problem: Problem::TooLarge { bytes: read },
            });
            continue;
        }
        let mark = if number == 1 && line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let bytes = line[mark..].trim_ascii_end();
        if !bytes.trim_ascii().is_empty() {
            let record = Record { line: number, start: place + mark as u64, len: bytes.len() as u64, id: None };
            list_record(bytes, record, defaults, &mut ids, entry);
        }
    }
}

/// Reads a line with its end; of a line that is too large only the length is kept.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    let mut read = 0u64;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let (taken, ended) = match available.iter().position(|&byte| byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (available.len(), available.is_empty()),
        };
        read += taken as u64;
        if read <= MAX_TEXT_BYTES {
            line.extend_from_slice(&available[..taken]);
        }
        input.consume(taken);
        if ended {
            return Ok(read);
        }
    }
}

/// `ids` are those that undated records before it have: each undated text is a document of its own, whatever its id.
fn list_record(bytes: &[u8], record: Record, defaults: &Defaults, ids: &mut HashSet<String>, entry: &mut FileEntry) {
    let part = || Some(Part::Line(record.line));
    let damaged = |problem| Damaged { path: entry.path.clone(), part: part(), problem };
    let value = match serde_json::from_slice::<Value>(bytes) {
        Ok(value @ Value::Object(_)) => value,
        Ok(_) => {
            return entry.damaged.push(damaged(Problem::Record("not an object in { }".to_owned())));
        }
        Err(error) => return entry.damaged.push(damaged(Problem::Record(json_problem(&error)))),
    };
    let keys = defaults.keys;
    let Some((format, _)) = text(&value, keys) else {
        return entry.skipped.push(Skipped { path: entry.path.clone(), part: part(), reason: SkipReason::NoText });
    };
    let id = field(&value, &keys.id);
    let url = field(&value, &keys.url);
    let ruled = &defaults.ruled;
    let host = || url.as_deref().and_then(captured_host);
    let company =
        field(&value, &keys.company).or_else(|| ruled.company.clone()).or_else(host).or_else(|| defaults.company.clone());
    let hint = || url.as_deref().and_then(hinted_kind).or_else(|| hinted_kind(defaults.path)).unwrap_or(UNKNOWN_KIND).to_owned();
    let kind = field(&value, &keys.kind).or_else(|| ruled.kind.clone()).unwrap_or_else(hint);
    let (captured, problem) = match captured(&value, keys, ruled) {
        Ok(captured) => (captured, None),
        Err(problem) => (None, Some(damaged(problem))),
    };
    let part = match captured {
        Some(_) => field(&value, &keys.part).or_else(|| ruled.part.clone()).unwrap_or_default(),
        None => {
            let fresh = id.clone().filter(|id| ids.insert(id.clone()));
            format!("{}#{}", entry.path, fresh.unwrap_or_else(|| record.line.to_string()))
        }
    };
    entry.damaged.extend(problem);
    entry.references.push(Reference {
        locator: Locator { inside: Some(Inside::Record(Record { id, ..record })), ..Locator::file(&entry.path) },
        key: DocumentKey { company: company.unwrap_or_default(), kind, part },
        captured,
        format,
        url,
        recording: defaults.recording,
        commit_kind: None,
        site: SiteFacts::default(),
        ended: None,
    });
}

/// The record's own date, else the one that a path template reads out of the file's path.
fn captured(value: &Value, keys: &JsonKeys, ruled: &Match) -> Result<Option<Captured>, Problem> {
    if let Some(written) = field(value, &keys.date) {
        return match date::recorded(&written) {
            Some(Ok(instant)) => Ok(Some(Captured { instant, source: DateSource::Record })),
            _ => Err(Problem::RecordDate(written)),
        };
    }
    match &ruled.date {
        Some(Ok(instant)) => Ok(Some(Captured { instant: *instant, source: DateSource::PathTemplate })),
        Some(Err(ImpossibleDate(written))) => Err(Problem::ImpossibleDate(written.clone())),
        None => Ok(None),
    }
}

/// The text of a record's line and its format; `None` where the line is no record with a text.
pub fn open(bytes: &[u8], keys: &JsonKeys) -> Option<(Format, String)> {
    let value = serde_json::from_slice::<Value>(bytes).ok()?;
    let (format, text) = text(&value, keys)?;
    Some((format, text.to_owned()))
}

/// The best form in which a record holds its text.
fn text<'a>(value: &'a Value, keys: &JsonKeys) -> Option<(Format, &'a str)> {
    [(Format::Html, &keys.html), (Format::Markdown, &keys.markdown), (Format::Text, &keys.text)].into_iter().find_map(
        |(format, key)| {
            let text = at(value, key)?.as_str()?;
            (!text.trim().is_empty()).then_some((format, text))
        },
    )
}

/// A field as text: strings that are not empty, and numbers as they are written.
fn field(value: &Value, key: &str) -> Option<String> {
    match at(value, key)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The value at a key; `a.b` is the key `a.b` or else the key `b` in the object at `a`.
fn at<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).or_else(|| {
        let (outer, inner) = key.split_once('.')?;
        at(value.get(outer)?, inner)
    })
}

/// The line is always the first one of its own text: only the column tells something.
fn json_problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    format!("{what} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Stamp;
    use proptest::prelude::*;

    fn listed(text: &str, keys: &JsonKeys) -> FileEntry {
        let stamp = Stamp { bytes: text.len() as u64, modified_ns: 0, changed_ns: 0 };
        let mut entry = FileEntry::new("a.jsonl", stamp);
        let defaults = Defaults { keys, path: "a.jsonl", ruled: Match::default(), company: None, recording: Recording::Captures };
        list(&mut text.as_bytes(), &defaults, &mut entry).unwrap();
        entry
    }

    #[test]
    fn records_are_listed_and_opened_again() {
        let text = "\u{feff}{\"id\":\"r1\",\"company\":\"Acme\",\"kind\":\"Terms\",\"date\":\"2005-05-25\",\"text\":\"We do.\"}\r\n\
                    \n\
                    {\"url\":\"https://www.acme.test/privacy\",\"date\":20050525101112,\"html\":\"<p>We\\u00a0do\",\"text\":\"x\"}\n\
                    {\"text\":\"undated\",\"id\":7}";
        let entry = listed(text, &JsonKeys::default());
        assert!(entry.damaged.is_empty() && entry.skipped.is_empty());
        let summary: Vec<_> = entry
            .references
            .iter()
            .map(|found| {
                let date = found.captured.map(|captured| captured.instant.to_string()).unwrap_or_default();
                format!("{}|{}|{}|{date}|{:?}", found.key.company, found.key.kind, found.key.part, found.format)
            })
            .collect();
        assert_eq!(
            summary,
            ["Acme|Terms||2005-05-25|Text", "acme.test|Privacy Policy||2005-05-25T10:11:12Z|Html", "|Policy|a.jsonl#7||Text"]
        );
        for (found, expected) in entry.references.iter().zip(["We do.", "<p>We\u{a0}do", "undated"]) {
            let Some(Inside::Record(record)) = &found.locator.inside else { panic!("{found:?}") };
            let bytes = &text.as_bytes()[record.start as usize..][..record.len as usize];
            assert!(bytes.starts_with(b"{") && bytes.ends_with(b"}"));
            assert_eq!(open(bytes, &JsonKeys::default()), Some((found.format, expected.to_owned())));
        }
    }

    #[test]
    fn bad_lines_are_named_and_the_rest_goes_on() {
        let entry = listed("{\"text\":\nNaN\n[1]\n{\"id\":1}\n{\"text\":\"x\",\"date\":\"someday\"}\n", &JsonKeys::default());
        let problems: Vec<_> = entry.damaged.iter().map(ToString::to_string).collect();
        assert!(problems[0].starts_with("a.jsonl line 1: bad record: EOF"), "{problems:?}");
        assert!(problems[1].starts_with("a.jsonl line 2: bad record"), "{problems:?}");
        assert!(problems[2].starts_with("a.jsonl line 3: bad record: not an object"), "{problems:?}");
        assert!(problems[3].contains("line 5") && problems[3].contains("someday"), "{problems:?}");
        assert_eq!(entry.skipped[0].to_string(), "a.jsonl line 4: record without text");
        assert_eq!(entry.references.len(), 1);
        assert_eq!(entry.references[0].captured, None);
    }

    #[test]
    fn keys_can_be_renamed_and_nested() {
        let keys = JsonKeys { text: "content.body".into(), company: "service".into(), ..JsonKeys::default() };
        let entry = listed("{\"service\":\"Acme\",\"content\":{\"body\":\"We do.\"}}\n", &keys);
        assert_eq!(entry.references[0].key.company, "Acme");
    }

    proptest! {
        #[test]
        fn no_line_panics(text in "(\\{|\\}|\"text\"|\"date\"|:|,|\"|2005|\n|é|\\[|\\]|\\.){0,40}") {
            let _ = listed(&text, &JsonKeys::default());
        }
    }
}
