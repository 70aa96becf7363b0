//! The headers that archives write before a text: who, when and where from, and where the policy itself begins.

use crate::snapshot::{Format, Instant, Precision};
use crate::source::date;
use std::borrow::Cow;

/// No header is longer: the address of a page is the only part of it that can be long.
pub const MAX_HEADER_BYTES: usize = 64 * 1024;

/// The words around the facts of a Princeton-Leuven header.
struct Frame {
    opening: &'static str,
    before_url: &'static str,
    after_url: &'static str,
    format: Format,
}

const BEFORE_DATE: &str = " privacy policy that was archived on ";
const FRAMES: [Frame; 2] = [
    Frame {
        opening: "> *The following text is extracted and transformed from the ",
        before_url: "[original snapshot on the Wayback Machine](",
        after_url: ") for the most accurate reproduction.*",
        format: Format::Markdown,
    },
    Frame {
        opening: "<!--The following is the downloaded HTML source of the ",
        before_url: "original snapshot on the Wayback Machine (",
        after_url: ") for the most accurate reproduction.-->",
        format: Format::Html,
    },
];

/// What a Princeton-Leuven header tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Princeton {
    /// The site's domain.
    pub company: String,
    /// The capture at the Wayback Machine, as it is written.
    pub url: String,
    pub instant: Option<Instant>,
    /// What is wrong with the dates, when something is.
    pub problem: Option<String>,
    pub format: Format,
    /// Where the policy begins, in bytes.
    pub body: usize,
}

/// How a text begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    None,
    Princeton(Princeton),
    /// It begins as a Princeton-Leuven header and does not go on as one; all of it is taken for text.
    Broken(String),
    /// The first line is nothing but the page's address.
    Address {
        url: String,
        body: usize,
    },
}

/// Whether more of the file than this head must be read to see the whole header.
pub fn is_cut(head: &[u8]) -> bool {
    let text = without_bom(head);
    FRAMES.iter().any(|frame| text.starts_with(frame.opening.as_bytes()) && find(text, frame.after_url.as_bytes()).is_none())
}

/// Reads the header at the start of a file. Only plain text files begin with an address.
pub fn read(bytes: &[u8], may_begin_with_address: bool) -> Header {
    let text = without_bom(bytes);
    let skipped = bytes.len() - text.len();
    let text = &text[..text.len().min(MAX_HEADER_BYTES)];
    for frame in &FRAMES {
        if text.starts_with(frame.opening.as_bytes()) {
            return match princeton(text, frame) {
                Ok(header) => Header::Princeton(Princeton { body: header.body + skipped, ..header }),
                Err(problem) => Header::Broken(problem),
            };
        }
    }
    if may_begin_with_address && let Some((url, body)) = address(text) {
        return Header::Address { url, body: body + skipped };
    }
    Header::None
}

fn princeton(text: &[u8], frame: &Frame) -> Result<Princeton, String> {
    let broken =
        |lacking: &str| format!("the first line begins as the archive's header but lacks {lacking}: all of it is taken for text");
    let end = find(text, frame.after_url.as_bytes()).ok_or_else(|| broken("its end"))?;
    let header = String::from_utf8_lossy(&text[frame.opening.len()..end]);
    let (company, rest) = header.split_once(BEFORE_DATE).ok_or_else(|| broken("the site and the date"))?;
    let (stated, rest) = rest.split_once('.').ok_or_else(|| broken("the date"))?;
    let (_, url) = rest.split_once(frame.before_url).ok_or_else(|| broken("the address of the capture"))?;
    if company.is_empty() || company.contains(char::is_whitespace) {
        return Err(broken("the site's domain"));
    }
    let (instant, problem) = instant_of(url, stated);
    let after = end + frame.after_url.len();
    let body = match frame.format {
        Format::Html => after,
        Format::Markdown | Format::Text => after_blank_line(text, after),
    };
    Ok(Princeton { company: company.to_owned(), url: url.to_owned(), instant, problem, format: frame.format, body })
}

/// The capture time in the address is exact; the stated day stands in where it cannot be read.
fn instant_of(url: &str, stated: &str) -> (Option<Instant>, Option<String>) {
    let digits = capture_digits(url);
    let exact = capture_time(url);
    if exact.is_some() {
        return (exact, None);
    }
    let day = date::whole(stated).and_then(Result::ok);
    let written = digits.unwrap_or("no number");
    let instead = match &day {
        Some(day) => format!("{day} is taken from its text"),
        None => format!("its text says {stated:?}, which is no date either (indexed as undated)"),
    };
    (day, Some(format!("the header's address has {written} where the capture time stands, which is no time: {instead}")))
}

/// When the page was captured, by its address at the Wayback Machine; `None` for any other address.
pub fn capture_time(url: &str) -> Option<Instant> {
    capture_digits(url).and_then(date::whole).and_then(Result::ok).filter(|instant| instant.precision == Precision::Second)
}

/// What stands behind `/web/` in an address at the Wayback Machine; other addresses may mention one.
fn at_wayback(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    scheme.to_ascii_lowercase().starts_with("http").then(|| rest.strip_prefix("web.archive.org/web/"))?
}

/// The number after `/web/` in the address of a capture at the Wayback Machine.
fn capture_digits(url: &str) -> Option<&str> {
    let rest = at_wayback(url)?;
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    (len > 0).then(|| &rest[..len])
}

/// The end of the line at `from`, and of the blank line after it.
fn after_blank_line(text: &[u8], from: usize) -> usize {
    let line_end = |from: usize| text[from..].iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| from + at + 1);
    let next = line_end(from);
    let after = line_end(next);
    if text[next..after].trim_ascii().is_empty() { after } else { next }
}

/// A first line that is nothing but `http://…` or `https://…`.
fn address(text: &[u8]) -> Option<(String, usize)> {
    let len = text.iter().position(|&byte| byte == b'\n')?;
    let line = std::str::from_utf8(&text[..len]).ok()?.trim();
    host(line)?;
    (!line.contains(char::is_whitespace)).then(|| (line.to_owned(), len + 1))
}

/// The host of an `http` or `https` address in lower case, without `www.`, user and port. `None` for anything else.
pub fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let named = authority.rsplit('@').next()?;
    let name = named.split(':').next()?.trim_end_matches('.').to_lowercase();
    let name = without_www(&name);
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-' || c == '_');
    plain.then(|| name.to_owned())
}

/// The host of an address; for an address at the Wayback Machine, the host of the page that was captured.
pub fn captured_host(url: &str) -> Option<String> {
    host(&captured_address(url))
}

/// The path and the query of an address, by which the pages of a site differ; empty for its first page. For an address at the
/// Wayback Machine, those of the page that was captured.
pub fn captured_page(url: &str) -> String {
    let address = captured_address(url);
    let rest = address.split_once("://").map_or(address.as_ref(), |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let page = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or_default();
    if page == "/" { String::new() } else { page.to_owned() }
}

/// The address of the page that an address at the Wayback Machine is a capture of; any other address as it is.
fn captured_address(url: &str) -> Cow<'_, str> {
    let Some(rest) = at_wayback(url) else {
        return Cow::Borrowed(url);
    };
    let page = rest.split_once('/').map_or("", |(_, page)| page);
    let written = page.replacen("%3A", ":", 1).replacen("%3a", ":", 1);
    Cow::Owned(if host(&written).is_some() { written } else { format!("http://{page}") })
}

/// A domain without its leading `www.`.
pub fn without_www(domain: &str) -> &str {
    domain.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(domain)
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn markdown(time: &str) -> String {
        format!(
            "> *The following text is extracted and transformed from the acme.test privacy policy that was archived on 2004-06-13. \
             Please check the [original snapshot on the Wayback Machine](https://web.archive.org/web/{time}id_/http%3A//www.acme.test/p%3Fid=(1)) \
             for the most accurate reproduction.*\n\n# Privacy\n"
        )
    }

    fn princeton(text: &str) -> Princeton {
        match read(text.as_bytes(), false) {
            Header::Princeton(header) => header,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_markdown_header_tells_site_time_and_address() {
        let text = markdown("20040613091058");
        let header = princeton(&text);
        assert_eq!(header.company, "acme.test");
        assert_eq!(header.instant.unwrap().to_string(), "2004-06-13T09:10:58Z");
        assert_eq!(header.url, "https://web.archive.org/web/20040613091058id_/http%3A//www.acme.test/p%3Fid=(1)");
        assert_eq!(header.problem, None);
        assert_eq!(&text[header.body..], "# Privacy\n");
        assert_eq!(captured_host(&header.url).as_deref(), Some("acme.test"));
    }

    #[test]
    fn the_html_header_ends_with_its_comment() {
        let text = "\u{feff}<!--The following is the downloaded HTML source of the acme.test privacy policy that was archived on 2012-12-18.\r\n \
                    Please check the original snapshot on the Wayback Machine (https://web.archive.org/web/20121218152922id_/http%3A//acme.test/) \
                    for the most accurate reproduction.-->\n\n<html>";
        let header = princeton(text);
        assert_eq!(header.format, Format::Html);
        assert_eq!(header.instant.unwrap().to_string(), "2012-12-18T15:29:22Z");
        assert_eq!(&text[header.body..], "\n\n<html>");
    }

    #[test]
    fn an_impossible_time_falls_back_to_the_stated_day_and_is_told() {
        let header = princeton(&markdown("20040699091058"));
        assert_eq!(header.instant.unwrap().to_string(), "2004-06-13");
        assert!(header.problem.unwrap().contains("20040699091058"));
        let neither = princeton(&markdown("20040613996058").replace("on 2004-06-13", "on 2004-06-31"));
        assert_eq!(neither.instant, None);
        assert!(neither.problem.unwrap().contains("2004-06-31"));
    }

    #[test]
    fn a_header_that_breaks_off_is_text() {
        let text = &markdown("20040613091058")[..150];
        assert!(matches!(read(text.as_bytes(), false), Header::Broken(_)));
        assert!(is_cut(text.as_bytes()));
        assert!(!is_cut(b"# Privacy"));
    }

    #[test]
    fn a_first_line_may_be_an_address() {
        let text = b"http://www.acme.test/privacy?x=1\nWe do.\n";
        assert_eq!(read(text, true), Header::Address { url: "http://www.acme.test/privacy?x=1".into(), body: 33 });
        assert_eq!(read(text, false), Header::None);
        assert_eq!(read(b"http://acme.test is ours\n", true), Header::None);
    }

    #[test]
    fn hosts_are_plain() {
        assert_eq!(host("HTTPS://user@WWW.Acme.Test:8080/x").as_deref(), Some("acme.test"));
        assert_eq!(host("ftp://acme.test"), None);
        assert_eq!(host("http://<b>/"), None);
        assert_eq!(captured_host("https://web.archive.org/web/2004/acme.test/x").as_deref(), Some("acme.test"));
        let mentions = "http://acme.test/?ref=https://web.archive.org/web/20050203040506/http://other.test/";
        assert_eq!((captured_host(mentions).as_deref(), capture_time(mentions)), (Some("acme.test"), None));
        assert_eq!(captured_host("https://web.archive.org/web/2004"), None);
    }

    #[test]
    fn pages_of_a_site_differ_by_path_and_query() {
        for (url, page) in [
            ("http://acme.test", ""),
            ("https://www.acme.test/", ""),
            ("http://acme.test/privacy?lang=en#top", "/privacy?lang=en"),
            ("http://acme.test?p=1", "?p=1"),
            ("https://web.archive.org/web/2004id_/http%3A//acme.test/x", "/x"),
            ("https://web.archive.org/web/2004/acme.test/x", "/x"),
            ("é", ""),
        ] {
            assert_eq!(captured_page(url), page, "{url}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(tail in "\\PC{0,200}", cut in 0usize..400) {
            let _ = read(tail.as_bytes(), true);
            let _ = captured_host(&tail);
            let text = markdown("20040613091058");
            let mut bytes = text.as_bytes()[..cut.min(text.len())].to_vec();
            bytes.extend_from_slice(tail.as_bytes());
            if let Header::Princeton(header) = read(&bytes, true) {
                prop_assert!(header.body <= bytes.len());
            }
        }
    }
}
