//! Which parts of a text read the same alone and in place, so that a part that was read once need not be read again.

use super::BYTE_ORDER_MARK;
use super::wrap::{Lines, MIN_TEXT_BYTES};
use crate::snapshot::Format;
use memchr::{memchr, memchr_iter, memchr3_iter};
use std::ops::Range;

/// A text parted into units: its blocks are those of its units, one after another.
///
/// Cuts fall at blank lines only, never inside a list, table, quotation or HTML block, and never after a line that ends in a
/// colon: what leads in stays with what it leads in. A page of HTML, a text that was wrapped at the edge of a printed page, and
/// Markdown with constructs that reach far (link definitions, fences, comments) are one unit. A text without visible lines
/// has no unit.
#[derive(Debug)]
pub struct Parted {
    text: String,
    format: Format,
    cuts: Vec<Cut>,
    /// Of the whole text.
    lines: Lines,
    /// How many units, at the beginning and at the end, are those of the text before.
    carried: (usize, usize),
}

/// Where a unit is.
#[derive(Debug, Clone, PartialEq)]
struct Cut {
    unit: Range<usize>,
    /// Of the text before it.
    lines: Lines,
}

impl Parted {
    /// Parts a text. Where it has much in common with the one `before` it, only what is new is looked through.
    pub fn new(text: &str, format: Format, before: Option<&Parted>) -> Parted {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let whole = || Parted {
            text: text.to_owned(),
            format,
            cuts: vec![Cut { unit: 0..text.len(), lines: Lines::default() }],
            lines: Lines::default(),
            carried: (0, 0),
        };
        if format == Format::Html {
            return whole();
        }
        // One that was left whole may hold what reaches far, and has nothing to carry over.
        let common = before.filter(|before| before.format == format && before.len() > 1).map(|before| Common::of(text, before));
        if format == Format::Markdown && reaches_far(text, common.as_ref().map_or(0..text.len(), |common| common.new_part(text)))
        {
            return whole();
        }
        let Scan { cuts, lines, carried } = Scan::of(text, format, common);
        if text.len() >= MIN_TEXT_BYTES && lines.are_wrapped() {
            return whole();
        }
        Parted { text: text.to_owned(), format, cuts, lines, carried }
    }

    /// How many units.
    pub fn len(&self) -> usize {
        self.cuts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// The text from the start of one unit to the end of another.
    pub fn span(&self, first: usize, last: usize) -> &str {
        &self.text[self.cuts[first].unit.start..self.cuts[last].unit.end]
    }

    /// Which unit of the text before a unit is, where that is known.
    pub fn carried(&self, unit: usize, before: &Parted) -> Option<usize> {
        let (first, last) = self.carried;
        let from_end = self.len() - unit;
        if unit < first { Some(unit) } else { (from_end <= last).then(|| before.len() - from_end) }
    }
}

/// What a text has in common with the one before.
struct Common<'b> {
    before: &'b Parted,
    /// Bytes at the beginning, and other bytes at the end.
    prefix: usize,
    suffix: usize,
}

impl<'b> Common<'b> {
    fn of(text: &str, before: &'b Parted) -> Common<'b> {
        let (new, old) = (text.as_bytes(), before.text.as_bytes());
        let prefix = common_prefix(new, old);
        let suffix = common_suffix(&new[prefix..], &old[prefix..]);
        Common { before, prefix, suffix }
    }

    /// Where a mark may stand that the text before has not.
    fn new_part(&self, text: &str) -> Range<usize> {
        self.prefix.saturating_sub(LONGEST_MARK)..text.len() - self.suffix
    }

    /// The last cut that both texts have at the beginning: what stands before it and the line behind it are the same.
    fn first_cut(&self) -> usize {
        let is_in_both = |cut: &Cut| {
            let line = &self.before.text.as_bytes()[cut.unit.start..self.prefix];
            memchr(b'\n', line).is_some()
        };
        let before_end = self.before.cuts.partition_point(|cut| cut.unit.start < self.prefix);
        self.before.cuts[..before_end].iter().rposition(is_in_both).unwrap_or(0)
    }

    /// The cut of the text before from which on both are the same, where the new one has a cut at a place.
    fn last_cut(&self, text: &str, at: usize, lines: &Lines) -> Option<usize> {
        let from_end = text.len() - at;
        let old = self.before.text.len().checked_sub(from_end).filter(|_| from_end <= self.suffix)?;
        let cut = self.before.cuts.binary_search_by_key(&old, |cut| cut.unit.start).ok()?;
        self.before.cuts[cut].lines.goes_on_as(lines).then_some(cut)
    }
}

/// So many bytes are compared at once.
const COMPARED_AT_ONCE: usize = 64;

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.chunks(COMPARED_AT_ONCE).zip(b.chunks(COMPARED_AT_ONCE));
    let same = chunks.take_while(|(a, b)| a == b).map(|(a, _)| a.len()).sum::<usize>();
    same + a[same..].iter().zip(&b[same..]).take_while(|(a, b)| a == b).count()
}

fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.rchunks(COMPARED_AT_ONCE).zip(b.rchunks(COMPARED_AT_ONCE));
    let same = chunks.take_while(|(a, b)| a == b).map(|(a, _)| a.len()).sum::<usize>();
    let rest = a[..a.len() - same].iter().rev().zip(b[..b.len() - same].iter().rev());
    same + rest.take_while(|(a, b)| a == b).count()
}

/// Whether the paragraphs of a Markdown or plain text are the lines of a printed page.
pub(super) fn is_wrapped(text: &str, format: Format) -> bool {
    text.len() >= MIN_TEXT_BYTES && Scan::of(text, format, None).lines.are_wrapped()
}

struct Scan {
    cuts: Vec<Cut>,
    lines: Lines,
    carried: (usize, usize),
}

impl Scan {
    fn of(text: &str, format: Format, common: Option<Common<'_>>) -> Scan {
        let is_markdown = format == Format::Markdown;
        let mut scan = Scan { cuts: Vec::new(), lines: Lines::default(), carried: (0, 0) };
        let bytes = text.as_bytes();
        let mut at = 0;
        if let Some((common, cut)) = common.as_ref().map(|common| (common, common.first_cut())).filter(|(_, cut)| *cut > 0) {
            scan.cuts.extend_from_slice(&common.before.cuts[..cut]);
            (at, scan.lines) = (common.before.cuts[cut].unit.start, common.before.cuts[cut].lines);
            scan.carried.0 = cut;
        }
        let mut unit_start = None;
        let mut lines_before = scan.lines;
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
                            scan.cuts.push(Cut { unit: start..last.end, lines: lines_before });
                            if let Some(common) = &common
                                && let Some(cut) = common.last_cut(text, line.start, &scan.lines)
                            {
                                scan.carry_over(text, common.before, cut);
                                return scan;
                            }
                            unit_start = Some(line.start);
                            lines_before = scan.lines;
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
            scan.cuts.push(Cut { unit: start..last.end, lines: lines_before });
        }
        scan
    }

    /// Takes over the units of the text before from one on: the rest of both texts is the same.
    fn carry_over(&mut self, text: &str, before: &Parted, first: usize) {
        let (start, lines) = (before.cuts[first].lines, self.lines);
        let moved = |at: usize| text.len() - (before.text.len() - at);
        self.cuts.extend(
            before.cuts[first..]
                .iter()
                .map(|cut| Cut { unit: moved(cut.unit.start)..moved(cut.unit.end), lines: lines.and(cut.lines.since(start)) }),
        );
        self.lines = lines.and(before.lines.since(start));
        self.carried.1 = before.cuts.len() - first;
    }
}

/// Markdown in which something may change the reading of text far from it: a link definition, a fence, HTML that ends with a
/// mark of its own and not with a blank line, or a character that
/// ends a line in no archive that is known, a form feed or a carriage return alone.
///
/// `part`: where its first byte may stand.
fn reaches_far(text: &str, part: Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let is_far = |at: usize| {
        let at = part.start + at;
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
    let part = &bytes[part.clone()];
    // All in few passes: most texts have none of them.
    memchr3_iter(b'\x0b', b'\x0c', b'\r', part).any(is_far)
        || memchr3_iter(b'`', b'~', b'<', part).any(is_far)
        || memchr_iter(b']', part).any(is_far)
}

/// No mark that reaches far is longer: `<textarea`.
const LONGEST_MARK: usize = 9;

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

    fn units(text: &str, format: Format) -> Vec<String> {
        told(&Parted::new(text, format, None))
    }

    fn told(parted: &Parted) -> Vec<String> {
        (0..parted.len()).map(|unit| parted.span(unit, unit).to_owned()).collect()
    }

    fn cut(text: &str) -> Vec<String> {
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
        assert_eq!(cut(""), Vec::<String>::new());
    }

    #[test]
    fn only_what_is_new_is_looked_through() {
        let version = |new: &str| format!("# One\n\nTwo.\n\n{new}\n\nFour.\n\nFive.\n");
        let before = Parted::new(&version("Three."), Format::Markdown, None);
        let after = Parted::new(&version("Three and\n\nmore."), Format::Markdown, Some(&before));
        assert_eq!(told(&after), ["# One", "Two.", "Three and", "more.", "Four.", "Five."]);
        let carried: Vec<_> = (0..after.len()).map(|unit| after.carried(unit, &before)).collect();
        // What stands behind a unit tells where it ends.
        assert_eq!(carried, [Some(0), None, None, None, Some(3), Some(4)]);
        assert_eq!(Parted::new(&version("[x]: /y"), Format::Markdown, Some(&before)).len(), 1);
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
        let parts = units(text, format).iter().flat_map(|unit| blocks(unit, format).unwrap()).collect();
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
                let read: Vec<_> = units(&text, format).iter().map(|unit| blocks(unit, format).unwrap()).filter(|read| !read.is_empty()).collect();
                for pair in read.windows(2) {
                    let (last, first) = (&pair[0][pair[0].len() - 1], &pair[1][0]);
                    let is_entry = |block: &Block| matches!(block.kind, crate::extract::BlockKind::Item { .. });
                    prop_assert!(!(is_entry(first) && last.text.ends_with([':', '：'])), "{:?} | {:?} of {:?}", last, first, text);
                }
            }
        }

        /// The next version of a text is parted as if it were alone.
        #[test]
        fn what_is_carried_over_is_what_is_read(
            (head, old, new, tail) in (markdown(), markdown(), markdown(), markdown()),
            repeated in 0usize..4,
        ) {
            let tail = tail.repeat(repeated);
            for format in [Format::Markdown, Format::Text] {
                let before = Parted::new(&format!("{head}{old}{tail}"), format, None);
                let text = format!("{head}{new}{tail}");
                let (after, alone) = (Parted::new(&text, format, Some(&before)), Parted::new(&text, format, None));
                prop_assert_eq!(&after.cuts, &alone.cuts, "{:?} after {:?}", text, before.text);
                prop_assert_eq!(after.lines, alone.lines);
                for unit in 0..after.len() {
                    let carried = after.carried(unit, &before).map(|carried| before.span(carried, carried));
                    prop_assert!(carried.is_none_or(|carried| carried == after.span(unit, unit)));
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
