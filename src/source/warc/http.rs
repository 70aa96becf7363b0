//! The HTTP message that a WARC record holds: status, type and charset, and its page without codings.

use super::coding::{self, Coding, Extent};
use super::fields::{self, End, Fields, MAX_HEAD_BYTES};
use std::borrow::Cow;
use std::io::{self, BufRead};

/// The head of a response.
#[derive(Debug, Clone)]
pub struct ResponseHead {
    pub status: u16,
    fields: Fields,
}

impl ResponseHead {
    /// Reads the head at the start of a block; what is wrong with it is the inner error.
    ///
    /// # Errors
    /// When reading fails.
    pub fn read(block: &mut dyn BufRead) -> io::Result<Result<ResponseHead, String>> {
        let mut bytes = Vec::new();
        let end = fields::read(block, &mut bytes)?;
        let fields = Fields::parse(&bytes);
        let Some(status) = status(&fields.first) else {
            return Ok(Err("its block does not begin with an HTTP status line".to_owned()));
        };
        if end == End::TooLong {
            return Ok(Err(format!("its HTTP head is longer than {MAX_HEAD_BYTES} bytes")));
        }
        Ok(Ok(ResponseHead { status, fields }))
    }

    /// What the page is.
    pub fn content_type(&self) -> Option<&str> {
        self.fields.get("content-type")
    }

    /// Takes transfer and content codings off the body.
    ///
    /// # Errors
    /// When a coding is unknown, or the body damaged or too large.
    pub fn page<'b>(&self, body: &'b [u8], extent: Extent) -> Result<Cow<'b, [u8]>, String> {
        coding::decode(body, &self.codings()?, extent)
    }

    /// In the order in which they were put on.
    fn codings(&self) -> Result<Vec<Coding>, String> {
        coding::codings(self.fields.all("content-encoding").chain(self.fields.all("transfer-encoding")))
    }
}

/// `200` of `HTTP/1.1 200 OK`.
fn status(line: &str) -> Option<u16> {
    let mut words = line.split_ascii_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

/// The type that a `Content-Type` names, in lower case, and its charset.
pub fn media_type(field: &str) -> (String, Option<String>) {
    let (media, parameters) = field.split_once(';').unwrap_or((field, ""));
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']).trim();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    });
    // Some servers repeat the type, or part what belongs to it by other marks than they should.
    let media = media.split([',', ' ', '\t']).map(|word| word.trim_matches(['"', '\''])).find(|word| !word.is_empty());
    // What is no type tells nothing.
    (media.filter(|media| media.contains('/')).unwrap_or_default().to_ascii_lowercase(), charset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<ResponseHead, String> {
        ResponseHead::read(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn a_head_tells_status_type_and_codings() {
        let head = read(
            "HTTP/2 200\r\nContent-Type: text/html\r\nContent-Encoding: br\r\nTransfer-Encoding: chunked\r\nbad line\r\n\r\n",
        )
        .unwrap();
        assert_eq!((head.status, head.content_type()), (200, Some("text/html")));
        assert_eq!(head.codings(), Ok(vec![Coding::Brotli, Coding::Chunked]));
        assert_eq!(read("HTTP/1.0 404 Not Found").unwrap().status, 404);
        assert!(read("<html>").unwrap_err().contains("status line"));
        assert!(read(&format!("HTTP/1.0 200 OK\r\nA: {}", "a".repeat(70_000))).unwrap_err().contains("longer"));
    }

    #[test]
    fn a_type_may_name_a_charset() {
        assert_eq!(media_type("Text/HTML; a=b; Charset=\"Shift_JIS\""), ("text/html".into(), Some("Shift_JIS".into())));
        assert_eq!(media_type("text/plain;charset="), ("text/plain".into(), None));
        for nothing in ["", "html", "text"] {
            assert_eq!(media_type(nothing), (String::new(), None));
        }
        for html in ["text/html, text/html", "text/html charset=utf-8", "\"text/html\"", "text/html,charset=utf-8"] {
            assert_eq!(media_type(html).0, "text/html", "{html}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in "(HTTP/1.1|200|\r\n|Content-Encoding: gzip|:|;|=|charset|\"|é| ){0,30}") {
            let _ = read(&text).map(|head| head.page(text.as_bytes(), Extent::Whole).map(Cow::into_owned));
            media_type(&text);
        }
    }
}
