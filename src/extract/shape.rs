//! A cheap look at the tags of a page before it is parsed: how deep it nests, and whether it is a page or a part of one.

use super::ExtractError;

/// How deep elements may be nested: the time of parsing grows with the square of the depth.
pub const MAX_DEPTH: usize = 1_024;

/// How often open formatting elements may be opened anew, all in all: a parser copies each into every new paragraph.
const MAX_REOPENED: usize = 8_000_000;

/// What the tags of a page tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It has `<html>` or `<body>`: with what stands around the text.
    Page,
    /// A piece that someone cut out.
    Fragment,
}

/// Elements without an end tag, or whose end tag may be left out.
const UNCOUNTED: [&str; 36] = [
    "area", "base", "basefont", "bgsound", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "keygen", "li",
    "link", "meta", "optgroup", "option", "p", "param", "rb", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr",
    "track", "wbr", "html", "head", "body",
];

/// Elements that stay in force when the element around them ends.
const FORMATTING: [&str; 14] = ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Looks at every tag of a page.
///
/// # Errors
/// [`ExtractError::TooDeep`].
pub(super) fn of(source: &str) -> Result<Shape, ExtractError> {
    let mut shape = Shape::Fragment;
    let mut open: Vec<u64> = Vec::new();
    let mut foreign = 0usize;
    let mut formatting = [0usize; FORMATTING.len()];
    let mut reopened = 0usize;
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let offset = source.len() - rest.len();
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end..]);
            continue;
        }
        let closes = rest.starts_with('/');
        let tag = rest.strip_prefix('/').unwrap_or(rest).as_bytes();
        let length = tag.iter().take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' | b'>')).count();
        if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut buffer = [0u8; 16];
        let name = lower(&tag[..length], &mut buffer);
        if name == "html" || name == "body" {
            shape = Shape::Page;
        }
        if !closes && matches!(name, "script" | "style") {
            rest = skip_raw(rest, name);
            continue;
        }
        let is_foreign_root = name == "svg" || name == "math";
        if let Some(index) = FORMATTING.iter().position(|known| *known == name) {
            if closes { formatting[index] = formatting[index].saturating_sub(1) } else { formatting[index] += 1 }
        } else if closes {
            let key = key(&tag[..length]);
            // An end tag that has no start is ignored; the search is short, so that such tags cannot cost much.
            let reach = open.len().saturating_sub(64);
            if let Some(found) = open[reach..].iter().rposition(|other| *other == key) {
                open.truncate(reach + found);
                foreign = foreign.saturating_sub(usize::from(is_foreign_root));
            }
        } else {
            reopened += formatting.iter().sum::<usize>();
            if foreign > 0 || !UNCOUNTED.contains(&name) {
                open.push(key(&tag[..length]));
                foreign += usize::from(is_foreign_root);
            }
        }
        if open.len() + formatting.iter().sum::<usize>() > MAX_DEPTH || reopened > MAX_REOPENED {
            return Err(ExtractError::TooDeep { at: offset });
        }
    }
    Ok(shape)
}

/// The name in lower case, or its first 16 bytes.
fn lower<'b>(name: &[u8], buffer: &'b mut [u8; 16]) -> &'b str {
    let length = name.len().min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    std::str::from_utf8(&buffer[..length]).unwrap_or("?")
}

/// A number for a name, whatever its case.
fn key(name: &[u8]) -> u64 {
    name.iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3))
}

/// What follows the end tag of a script or style sheet.
fn skip_raw<'s>(source: &'s str, name: &str) -> &'s str {
    let mut rest = source;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.len() >= name.len() && rest.as_bytes()[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return rest;
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_fragments() {
        assert_eq!(of("<!doctype html><HTML><body>x"), Ok(Shape::Page));
        assert_eq!(of("<p>x<ul><li>y</ul><!-- <body> -->"), Ok(Shape::Fragment));
        assert_eq!(of("<script>'<body>'</script>a < b </ c <"), Ok(Shape::Fragment));
    }

    #[test]
    fn depth_counts_what_nests() {
        let depth = |part: &str, times: usize| of(&part.repeat(times)).is_ok();
        assert!(depth("<div>", MAX_DEPTH) && !depth("<div>", MAX_DEPTH + 1));
        assert!(depth("<div></div>", 9_000) && depth("<p>x<br><li>", 9_000));
        assert!(!depth("<div></b>", 2_000) && !depth("<b>", 2_000) && !depth("<svg><td>", 2_000));
        assert!(!depth("<x-a></x-b>", 2_000));
    }

    #[test]
    fn formatting_that_is_never_closed_is_refused_before_it_multiplies() {
        assert!(of(&"<p><b id=1>".repeat(1_000)).is_ok());
        let bomb = format!("{}{}", "<b>".repeat(1_000), "<p>x".repeat(10_000));
        assert!(of(&bomb).is_err());
    }
}
