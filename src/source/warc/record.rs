//! The head of a WARC record: what the record is, how long its block is, what it says of its capture.

use super::fields::{self, End, Fields, MAX_HEAD_BYTES};
use super::walk::Fault;
use crate::source::date::{self, Reading};
use std::io::BufRead;

/// The hashes of no bytes.
const OF_NOTHING: [&str; 4] = [
    // SHA-1 in base 32 and in hex, SHA-256 in hex, MD5 in hex.
    "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "d41d8cd98f00b204e9800998ecf8427e",
];
/// What every record begins with.
pub const BEGINNING: &[u8] = b"WARC/";

/// What a record holds, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordType {
    Response,
    Resource,
    Conversion,
    Revisit,
    /// No capture: facts of the crawl, requests, parts of other records.
    Other,
}

/// The head of a record.
#[derive(Debug, Clone)]
pub struct RecordHead {
    pub record_type: RecordType,
    /// How long the block is, in bytes.
    pub length: u64,
    fields: Fields,
}

impl RecordHead {
    /// Reads the head at the start of a record.
    ///
    /// # Errors
    /// When there is none, when it is damaged, when reading fails.
    pub fn read(input: &mut dyn BufRead) -> Result<RecordHead, Fault> {
        let mut bytes = Vec::new();
        let broken = |what: String| Err(Fault::Broken(what));
        match fields::read(input, &mut bytes)? {
            _ if !begins(&bytes) => broken("no WARC record begins here".to_owned()),
            End::Input => broken("its head breaks off".to_owned()),
            End::TooLong => broken(format!("its head is longer than {MAX_HEAD_BYTES} bytes")),
            End::BlankLine => RecordHead::parse(&bytes).map_err(Fault::Broken),
        }
    }

    fn parse(bytes: &[u8]) -> Result<RecordHead, String> {
        let fields = Fields::parse(bytes);
        if let Some(stray) = &fields.stray {
            return Err(format!("the line {stray:?} of its head is no field"));
        }
        let written = fields.get("content-length").ok_or("its head has no Content-Length")?;
        let length = written.parse().map_err(|_| format!("its Content-Length is {written:?}, which is no number"))?;
        let record_type = match fields.get("warc-type").map(str::to_ascii_lowercase).as_deref() {
            Some("response") => RecordType::Response,
            Some("resource") => RecordType::Resource,
            Some("conversion") => RecordType::Conversion,
            Some("revisit") => RecordType::Revisit,
            Some(_) => RecordType::Other,
            None => return Err("its head has no WARC-Type".to_owned()),
        };
        Ok(RecordHead { record_type, length, fields })
    }

    /// The id that the record gives itself.
    pub fn id(&self) -> Option<String> {
        self.uri("warc-record-id")
    }

    /// The address of the page.
    pub fn target(&self) -> Option<String> {
        self.uri("warc-target-uri")
    }

    /// When it was captured, with the date as it is written where that is none.
    pub fn date(&self) -> (Option<Reading>, &str) {
        let written = self.fields.get("warc-date").unwrap_or_default();
        (date::recorded(written), written)
    }

    /// What the block is; for a response not the page.
    pub fn content_type(&self) -> Option<&str> {
        self.fields.get("content-type")
    }

    /// The hash of the page; `None` for that of no bytes, which all empty pages have in common.
    pub fn payload_digest(&self) -> Option<&str> {
        let digest = self.fields.get("warc-payload-digest")?;
        let hash = digest.rsplit(':').next().unwrap_or(digest);
        (!OF_NOTHING.iter().any(|nothing| hash.eq_ignore_ascii_case(nothing))).then_some(digest)
    }

    /// Why the crawler kept only the beginning of the page, where it did so.
    pub fn truncated(&self) -> Option<&str> {
        self.fields.get("warc-truncated")
    }

    /// Of a revisit: the id of the record that holds the page.
    pub fn refers_to(&self) -> Option<String> {
        self.uri("warc-refers-to")
    }

    /// Of a revisit: address and date of the capture that holds the page.
    pub fn refers_to_capture(&self) -> Option<(String, Reading)> {
        let date = date::recorded(self.fields.get("warc-refers-to-date")?)?;
        Some((self.uri("warc-refers-to-target-uri")?, date))
    }

    /// An address, which some programs write in angle brackets.
    fn uri(&self, name: &str) -> Option<String> {
        let written = self.fields.get(name)?;
        let bare = written.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(written);
        Some(bare.to_owned())
    }
}

/// Whether the bytes begin with the first line of a record, such as `WARC/1.0`, and with a field.
pub fn begins(bytes: &[u8]) -> bool {
    let Some([major, b'.', rest @ ..]) = bytes.strip_prefix(BEGINNING) else { return false };
    let minor = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let line_end = rest.get(minor..).unwrap_or_default();
    let field = line_end.strip_prefix(b"\r\n").or_else(|| line_end.strip_prefix(b"\n"));
    let has_field = field.and_then(<[u8]>::first).is_some_and(u8::is_ascii_alphabetic);
    major.is_ascii_digit() && (1..=2).contains(&minor) && has_field
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<RecordHead, String> {
        match RecordHead::read(&mut text.as_bytes()) {
            Ok(head) => Ok(head),
            Err(Fault::Broken(what)) => Err(what),
            Err(Fault::Io(error)) => panic!("{error}"),
            Err(Fault::Together) => panic!("a head holds no records"),
        }
    }

    #[test]
    fn a_head_tells_type_length_and_capture() {
        let head = parse(
            "WARC/1.1\r\nWARC-Type: revisit\r\nContent-Length: 12\r\nWARC-Record-ID: <urn:uuid:1>\r\n\
             WARC-Target-URI: <http://acme.test/p>\r\nWARC-Date: 2024-01-05T10:11:12.345678Z\r\n\
             WARC-Refers-To-Target-URI: http://acme.test/p\r\nWARC-Refers-To-Date: 2023-01-05T10:11:12Z\r\n\r\n",
        )
        .unwrap();
        assert_eq!((head.record_type, head.length), (RecordType::Revisit, 12));
        assert_eq!((head.id().as_deref(), head.target().as_deref()), (Some("urn:uuid:1"), Some("http://acme.test/p")));
        assert_eq!(head.date().0.unwrap().unwrap().to_string(), "2024-01-05T10:11:12Z");
        let (target, date) = head.refers_to_capture().unwrap();
        assert_eq!((target.as_str(), date.unwrap().to_string().as_str()), ("http://acme.test/p", "2023-01-05T10:11:12Z"));
    }

    #[test]
    fn a_bad_head_says_what_is_wrong() {
        for (text, what) in [
            ("", "no WARC record"),
            ("HTTP/1.1 200 OK\r\n\r\n", "no WARC record"),
            ("WARC/1.0\r\nWARC-Type: response\r\n", "breaks off"),
            ("WARC/1.0\r\nWARC-Type: response\r\n\r\n", "no Content-Length"),
            ("WARC/1.0\r\nContent-Length: 1\r\n\r\n", "no WARC-Type"),
            ("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -1\r\n\r\n", "no number"),
            ("WARC/1.0\r\nWARC-Type: response\r\nWARC/1.0\r\nContent-Length: 1\r\n\r\n", "no field"),
        ] {
            let found = parse(text).unwrap_err();
            assert!(found.contains(what), "{text:?}: {found}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in "(WARC/1.0|\r\n|Content-Length: |WARC-Date: |WARC-Type: response|[0-9]|<|>|é|:){0,30}") {
            if let Ok(head) = parse(&bytes) {
                let _ = (head.id(), head.target(), head.date(), head.refers_to_capture());
            }
        }
    }
}
