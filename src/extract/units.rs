//! Which parts of a text read the same alone and in place, so that a part that was read once need not be read again.

use super::BYTE_ORDER_MARK;
use super::wrap::{Lines, MIN_TEXT_BYTES};
use crate::snapshot::Format;
use memchr::{memchr, memchr_iter, memchr3_iter};

/// Parts a text into units: the blocks of the text are those of its units, one after another.
///
/// Cuts fall at blank lines only, never inside a list, table, quotation or HTML block, and never after a line that ends in a
/// colon: what leads in stays with what it leads in. A page of HTML, a text that was wrapped at the edge of a printed page, and
/// Markdown with constructs that reach far (link definitions, fences, comments) are one unit. A text without visible lines
/// has no unit.
pub fn units(text: &str, format: Format) -> Vec<&str> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let scan = match format {
        Format::Html => return vec![text],
        Format::Markdown | Format::Text => Scan::of(text, format),
    };
    if scan.reaches_far || (text.len() >= MIN_TEXT_BYTES && scan.lines.are_wrapped()) {
        return vec![text];
    }
    scan.units
}

/// Whether the paragraphs of a Markdown or plain text are the lines of a printed page.
pub(super) fn is_wrapped(text: &str, format: Format) -> bool {
    text.len() >= MIN_TEXT_BYTES && Scan::of(text, format).lines.are_wrapped()
}

struct Scan<'t> {
    units: Vec<&'t str>,
    lines: Lines,
    reaches_far: bool,
}

impl<'t> Scan<'t> {
    fn of(text: &'t str, format: Format) -> Scan<'t> {
        let is_markdown = format == Format::Markdown;
        let mut scan = Scan { units: Vec::new(), lines: Lines::default(), reaches_far: is_markdown && reaches_far(text) };
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut unit_start = None;
        // The lines since the last blank one: where they start, where the last of them starts and ends.
        let mut chunk_start = 0;
        let mut last = 0..0;
        let mut has_list = false;
        let mut after_blank = true;
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
            let line = at..end;
            at = end + 1;
            let first = first_visible(&bytes[line.clone()]).filter(|_| is_markdown || !text[line.clone()].trim().is_empty());
            let Some(first) = first else {
                after_blank = true;
                continue;
            };
            let rest = &bytes[line.start + first..line.end];
            let marker = if is_markdown { is_list_marker(rest) } else { super::text::entry(&text[line.clone()]).is_some() };
            match unit_start {
                None => {
                    // A unit that began with a byte order mark would lose it.
                    let marked = text[line.start..].starts_with(BYTE_ORDER_MARK);
                    unit_start = Some(if marked { 0 } else { line.start });
                    chunk_start = line.start;
                }
                Some(start) if after_blank => {
                    let may_begin = first == 0 && !(marker && has_list) && !text[line.start..].starts_with(BYTE_ORDER_MARK);
                    if may_begin {
                        let leads_on = leads_on(&text[chunk_start..last.end]);
                        // Where there is no cut there is no evidence either: then no unit looks wrapped when the text does not.
                        scan.lines.push(&text[chunk_start..last.end], &text[last.clone()], !leads_on);
                        if !leads_on {
                            scan.units.push(&text[start..last.end]);
                            unit_start = Some(line.start);
                            has_list = false;
                        }
                    }
                    chunk_start = line.start;
                }
                Some(_) => {}
            }
            has_list |= marker || (rest[0] == b'>' && is_markdown);
            after_blank = false;
            last = line;
        }
        if let Some(start) = unit_start {
            scan.lines.push(&text[chunk_start..last.end], &text[last.clone()], false);
            scan.units.push(&text[start..last.end]);
        }
        scan
    }
}

/// Markdown in which something may change the reading of text far from it: a link definition, a fence, HTML that ends with a
/// mark of its own and not with a blank line, or a character that
/// ends a line in no archive that is known, a form feed or a carriage return alone.
fn reaches_far(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_far = |at: usize| {
        let rest = &bytes[at + 1..];
        match bytes[at] {
            b'\r' => rest.first() != Some(&b'\n'),
            b'`' => rest.starts_with(b"``"),
            b'~' => rest.starts_with(b"~~"),
            b']' => rest.first() == Some(&b':'),
            b'<' => opens_far_html(rest),
            _ => true,
        }
    };
    // All in few passes: most texts have none of them.
    memchr3_iter(b'\x0b', b'\x0c', b'\r', bytes).any(is_far)
        || memchr3_iter(b'`', b'~', b'<', bytes).any(is_far)
        || memchr_iter(b']', bytes).any(is_far)
}

fn opens_far_html(rest: &[u8]) -> bool {
    let opens = |name: &str| rest.len() >= name.len() && rest[..name.len()].eq_ignore_ascii_case(name.as_bytes());
    matches!(rest.first(), Some(b'!' | b'?')) || ["script", "pre", "style", "textarea"].into_iter().any(opens)
}

fn first_visible(line: &[u8]) -> Option<usize> {
    line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))
}

/// A bullet or a number at the start of a line, as Markdown reads it.
fn is_list_marker(rest: &[u8]) -> bool {
    let after = match rest[0] {
        b'-' | b'*' | b'+' => 1,
        b'0'..=b'9' => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !matches!(rest.get(digits), Some(b'.' | b')')) {
                return false;
            }
            digits + 1
        }
        _ => return false,
    };
    matches!(rest.get(after), None | Some(b' ' | b'\t' | b'\r'))
}

/// Whether the visible text of some lines may end in a colon, whatever markup stands behind it, or whether there may be none.
fn leads_on(lines: &str) -> bool {
    let is_markup = |c: char| {
        c.is_whitespace()
            || super::prose::is_zero_width(c)
            || matches!(c, '*' | '_' | '~' | '`' | '\\' | '#' | '=' | '-' | '[' | ']' | '|')
    };
    let mut lines = lines;
    loop {
        lines = lines.trim_end_matches(is_markup);
        // Behind the end of a tag, a link or an entity the text may go on before its start.
        let start = match lines.as_bytes().last() {
            Some(b'>') => lines.rfind('<'),
            Some(b')') => lines.rfind("](").map(|label| {
                let image = lines[..label].rfind("![");
                image.filter(|at| !lines[at + 2..label].contains('[')).unwrap_or(label)
            }),
            Some(b';') => lines.rfind('&'),
            _ => None,
        };
        match start {
            Some(start) if lines[start..].starts_with("&#") || lines[start..].starts_with("&col") => return true,
            Some(start) => lines = &lines[..start],
            None if lines.ends_with([':', '：']) => return true,
            None => {
                // A line without a letter may show nothing: the bullet or number of an empty entry.
                let line = lines.rfind('\n').map_or(0, |at| at + 1);
                if lines[line..].contains(char::is_alphabetic) {
                    return false;
                }
                if line == 0 {
                    return true;
                }
                lines = &lines[..line];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Block, blocks};
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        units(text, Format::Markdown)
    }

    #[test]
    fn paragraphs_are_units_of_their_own() {
        assert_eq!(
            cut("\n# Privacy\n\nWe collect data.\nWe keep it.\n \n\n**Cookies**\n"),
            ["# Privacy", "We collect data.\nWe keep it.", "**Cookies**"]
        );
        assert_eq!(units("One.\n\nTwo.", Format::Text), ["One.", "Two."]);
        assert_eq!(units("<p>One.</p>\n\n<p>Two.</p>", Format::Html).len(), 1);
        assert_eq!(cut(""), Vec::<&str>::new());
    }

    #[test]
    fn what_leads_in_stays_with_what_follows() {
        for lead in [
            "We collect:",
            "**We collect:**",
            "[We collect:](/what)",
            "We collect:&nbsp;",
            "We collect：",
            "We collect:\\",
            "We collect:<br>",
        ] {
            let text = format!("{lead}\n\n* names\n\nThe end.");
            assert_eq!(cut(&text).len(), 2, "{lead}");
        }
        assert_eq!(cut("See [the page](https://example.org/a).\n\nThe end.").len(), 2);
    }

    #[test]
    fn lists_are_never_cut() {
        assert_eq!(
            cut("* one\n\n* two\n\n  more of two\n\n1. three\n\nThe end."),
            ["* one\n\n* two\n\n  more of two\n\n1. three", "The end."]
        );
        assert_eq!(cut("Before.\n\n* one\n\n**Bold**").len(), 3);
    }

    #[test]
    fn what_reaches_far_keeps_a_text_whole() {
        for part in [
            "[here]: https://example.org",
            "```\ncode\n\nmore\n```",
            "~~~",
            "<!-- a\n\nb -->",
            "<script>\n\n</script>",
            " <PRE>",
            "a\rb",
            "a\u{c}b",
        ] {
            let text = format!("First.\n\n{part}\n\nLast.");
            assert_eq!(cut(&text), [text.as_str()], "{part}");
        }
    }

    fn whole_and_parts(text: &str, format: Format) -> (Vec<Block>, Vec<Block>) {
        let parts = units(text, format).into_iter().flat_map(|unit| blocks(unit, format).unwrap()).collect();
        (blocks(text, format).unwrap(), parts)
    }

    fn markdown() -> impl Strategy<Value = String> {
        let line = prop::sample::select(vec![
            "We may share your data",
            "with partners of ours.",
            "* item",
            "*   item:",
            "- item",
            "+ plus",
            "1. first",
            "2) second",
            "10\\. ten",
            "  * nested",
            "    indented",
            "\tindented",
            "  more",
            "> quoted",
            "> * quoted item",
            "# Heading",
            "Title\n=====",
            "Sub\n---",
            "***",
            "* * *",
            "**Bold heading**",
            "**Bold:**",
            "We collect:",
            "[link:](https://example.org)",
            "[x]",
            "[x]: /y",
            "| a | b |\n|---|---|\n| c | d |",
            "| a:<br><br>* b<br>* c |  |\n|---|---|",
            "<div>",
            "</div>",
            "<p>text</p>",
            "<b>bold",
            "<br>",
            "text<br><br>text",
            "<table>",
            "<tr><td>x",
            "<!-- c",
            "-->",
            "```",
            "<script>",
            "</script>",
            "&nbsp;",
            "\u{feff}bom",
            "\u{200b}",
            "\u{a0}nbsp",
            "text  ",
            "text\\",
            "1.",
            "*",
            "-",
            "=",
            "ends with：",
            "<style>",
            "_a_ <i>b",
            "![alt](x.png)",
            "a sentence that is cut off in the very middle of",
            "the line and goes on in lower case without any",
            "~~gone~~",
            "\\* no item",
            "2004. A year",
            "\r",
            "\u{c}",
        ]);
        let gap = prop::sample::select(vec!["\n", "\n\n", "\n\n", "\n\n", "\n\n\n", "\n \n", "\r\n\r\n", "\n\t\n", " "]);
        prop::collection::vec((line, gap), 0..24)
            .prop_map(|parts| parts.into_iter().flat_map(|(line, gap)| [line, gap]).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn units_read_the_same_alone_and_in_place(text in markdown()) {
            for format in [Format::Markdown, Format::Text] {
                let (whole, parts) = whole_and_parts(&text, format);
                prop_assert_eq!(whole, parts, "{:?} of {:?}", units(&text, format), text);
                let read: Vec<_> = units(&text, format).into_iter().map(|unit| blocks(unit, format).unwrap()).filter(|read| !read.is_empty()).collect();
                for pair in read.windows(2) {
                    let (last, first) = (&pair[0][pair[0].len() - 1], &pair[1][0]);
                    let is_entry = |block: &Block| matches!(block.kind, crate::extract::BlockKind::Item { .. });
                    prop_assert!(!(is_entry(first) && last.text.ends_with([':', '：'])), "{:?} | {:?} of {:?}", last, first, text);
                }
            }
        }

        #[test]
        fn any_text_is_read(text in any::<String>(), tagged in "[<>/a-z!\\-\\[\\]:*#|\n\"= ]{0,80}") {
            for source in [&text, &tagged] {
                for format in [Format::Html, Format::Markdown, Format::Text] {
                    let (whole, parts) = whole_and_parts(source, format);
                    for block in &whole {
                        prop_assert!(!block.text.is_empty() && block.text.trim() == block.text, "{:?}", block);
                        prop_assert!(!block.text.contains(['\n', '\t', '\u{a0}']) && !block.text.contains("  "), "{:?}", block);
                    }
                    prop_assert_eq!(&whole, &parts);
                }
            }
        }
    }
}
