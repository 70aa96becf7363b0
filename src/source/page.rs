//! What an HTML page says of itself in its head: its own address and the name of its site.

/// How much of a page is searched for its head.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;
/// A page with more tags before the end of its head is not searched further.
const MAX_TAGS: usize = 2_000;

/// What a page says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// `<link rel="canonical">`, else `og:url`.
    pub url: Option<String>,
    /// `og:site_name`.
    pub site: Option<String>,
}

/// Reads the head of a page.
pub fn read(bytes: &[u8]) -> Page {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_HEAD_BYTES)]);
    let (mut canonical, mut og_url, mut site) = (None, None, None);
    let mut rest: &str = &text;
    for _ in 0..MAX_TAGS {
        let Some(start) = rest.find('<') else { break };
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let name_len = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = &rest[..name_len];
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        if is("body") {
            break;
        }
        if is("script") || is("style") {
            let (lower_end, end) = (format!("</{}", name.to_ascii_lowercase()), format!("</{}", name.to_ascii_uppercase()));
            rest = rest.find(&lower_end).or_else(|| rest.find(&end)).map_or("", |at| &rest[at..]);
            continue;
        }
        if !is("link") && !is("meta") {
            continue;
        }
        let (attributes, len) = attributes(&rest[name_len..]);
        rest = &rest[name_len + len..];
        let get = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let value = |name: &str| get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        if is("link")
            && get("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("canonical")))
        {
            canonical = canonical.or_else(|| value("href"));
        } else if is("meta") {
            match get("property").or(get("name")).map(str::to_ascii_lowercase).as_deref() {
                Some("og:url") => og_url = og_url.or_else(|| value("content")),
                Some("og:site_name") => site = site.or_else(|| value("content")),
                _ => {}
            }
        }
    }
    let whole = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    Page { url: canonical.filter(whole).or(og_url.filter(whole)), site }
}

/// Reads the attributes of a tag; returns them, their names in lower case, with the length of the tag's rest.
fn attributes(text: &str) -> (Vec<(String, String)>, usize) {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    let skip = |at: &mut usize, what: &dyn Fn(u8) -> bool| {
        while bytes.get(*at).is_some_and(|&byte| what(byte)) {
            *at += 1;
        }
    };
    loop {
        skip(&mut at, &|byte| byte.is_ascii_whitespace() || byte == b'/');
        if bytes.get(at).is_none_or(|&byte| byte == b'>' || byte == b'<') {
            return (found, at);
        }
        let name_start = at;
        skip(&mut at, &|byte| !byte.is_ascii_whitespace() && !b"=></".contains(&byte));
        let name = text[name_start..at].to_ascii_lowercase();
        skip(&mut at, &|byte| byte.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            // A name of no length is a stray mark such as `=`: passed over, or the loop would not end.
            at += usize::from(name.is_empty());
            found.push((name, String::new()));
            continue;
        }
        at += 1;
        skip(&mut at, &|byte| byte.is_ascii_whitespace());
        let value = match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) => {
                let start = at + 1;
                at = start;
                skip(&mut at, &|byte| byte != quote);
                let value = &text[start..at];
                at += usize::from(at < bytes.len());
                value
            }
            _ => {
                let start = at;
                skip(&mut at, &|byte| !byte.is_ascii_whitespace() && byte != b'>');
                &text[start..at]
            }
        };
        found.push((name, unescape(value)));
    }
}

/// Only the references that addresses and names of sites hold.
fn unescape(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_names_its_address_and_its_site() {
        let page = read(
            b"<html><head><!-- <link rel=canonical href=http://no.test> --><script>'<meta property=og:site_name content=No>'</script>\
              <meta content=\"Acme &amp; Co\" property=\"og:site_name\"><LINK HREF='https://acme.test/p?a=1&amp;b=2' rel=\"alternate canonical\"/>\
              </head><body><link rel=canonical href=https://late.test>",
        );
        assert_eq!(page.url.as_deref(), Some("https://acme.test/p?a=1&b=2"));
        assert_eq!(page.site.as_deref(), Some("Acme & Co"));
    }

    #[test]
    fn an_address_of_og_stands_in_and_a_relative_one_does_not_count() {
        let page = read(b"<link rel=canonical href=/privacy><meta property=og:url content=https://acme.test/>");
        assert_eq!(page.url.as_deref(), Some("https://acme.test/"));
        assert_eq!(read(b"<meta =\"x\" = >"), Page::default());
    }

    proptest! {
        #[test]
        fn no_page_panics(text in "(<|>|link|meta| |=|\"|'|/|rel|canonical|<!--|-->|é|script){0,60}") {
            let _ = read(text.as_bytes());
        }
    }
}
