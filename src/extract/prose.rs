//! Running text on its way to blocks: white space, lines, and bold lines that serve as headings.

use super::{BOLD_LEVEL, Block, BlockKind};

/// The longest line in bold that is taken for a heading, in characters.
const MAX_BOLD_HEADING: usize = 120;

/// The longest text that is a heading, in characters: some pages set whole paragraphs in heading elements.
const MAX_HEADING: usize = 300;

/// Running text between two block boundaries, line by line.
#[derive(Debug, Default)]
pub(super) struct Prose {
    lines: Vec<Line>,
    /// Alternative texts of images, used where there is no other text.
    alt: String,
}

#[derive(Debug, Default)]
struct Line {
    text: String,
    /// Whether there are letters or digits in bold, and such that are not.
    bold: bool,
    plain: bool,
    /// The break at the end comes from the writing of the source, not from the text.
    soft: bool,
}

impl Prose {
    pub(super) fn push(&mut self, text: &str, bold: bool) {
        let line = self.line();
        push_collapsed(&mut line.text, text);
        let tells = if bold { &mut line.bold } else { &mut line.plain };
        *tells = *tells || text.contains(char::is_alphanumeric);
    }

    pub(super) fn push_alt(&mut self, text: &str) {
        push_collapsed(&mut self.alt, text);
    }

    pub(super) fn hard_break(&mut self) {
        self.line();
        self.lines.push(Line::default());
    }

    pub(super) fn soft_break(&mut self) {
        self.line().soft = true;
        self.lines.push(Line::default());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.alt.is_empty() && self.lines.iter().all(|line| line.text.is_empty())
    }

    fn line(&mut self) -> &mut Line {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    /// All text as one: of a heading, a table cell, the term of a definition.
    pub(super) fn take_text(&mut self) -> String {
        let mut text = String::new();
        for line in self.lines.drain(..) {
            push_line(&mut text, &line);
        }
        trim_end(&mut text);
        self.or_alt(text)
    }

    /// The paragraphs, parted by empty lines. Lines wholly in bold at the start of a paragraph are headings.
    pub(super) fn take_paragraphs(&mut self) -> Vec<Block> {
        let lines = std::mem::take(&mut self.lines);
        let mut blocks = Vec::new();
        for group in lines.split(|line| !line.soft && line.text.trim().is_empty()) {
            blocks.extend(paragraph(group));
        }
        let alt = self.or_alt(String::new());
        if blocks.is_empty() && is_visible(&alt) {
            blocks.push(Block { kind: BlockKind::Paragraph, text: alt });
        }
        blocks
    }

    fn or_alt(&mut self, text: String) -> String {
        let mut alt = std::mem::take(&mut self.alt);
        trim_end(&mut alt);
        if is_visible(&text) { text } else { alt }
    }
}

fn paragraph(lines: &[Line]) -> Vec<Block> {
    let is_bold = |line: &Line| line.bold && !line.plain;
    let mut blocks = Vec::new();
    let mut rest = lines;
    while rest.first().is_some_and(is_bold) {
        let mut length = 1;
        while length < rest.len() && rest[length - 1].soft && is_bold(&rest[length]) {
            length += 1;
        }
        let (line, after) = rest.split_at(length);
        let text = joined(line);
        // A sentence may begin in bold: what goes on in lower case belongs to it.
        if !reads_as_heading(&text, MAX_BOLD_HEADING) || begins_in_lower_case(&joined(after)) {
            break;
        }
        blocks.push(Block { kind: BlockKind::Heading(BOLD_LEVEL), text });
        rest = after;
    }
    let text = joined(rest);
    if is_visible(&text) {
        blocks.push(Block { kind: BlockKind::Paragraph, text });
    }
    blocks
}

fn joined(lines: &[Line]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
    for line in lines {
        push_line(&mut text, line);
    }
    trim_end(&mut text);
    text
}

/// Appends a line and a blank; what a line holds is collapsed already.
fn push_line(text: &mut String, line: &Line) {
    text.push_str(&line.text);
    end_word(text);
}

/// The block of a heading element: what is too long for a heading is a paragraph.
pub(super) fn heading(level: u8, text: String) -> Option<Block> {
    if !is_visible(&text) {
        return None;
    }
    let fits = text.len() <= MAX_HEADING || text.chars().count() <= MAX_HEADING;
    Some(Block { kind: if fits { BlockKind::Heading(level) } else { BlockKind::Paragraph }, text })
}

/// A line that may stand as a heading: short, with a letter, and not closed like a sentence.
pub(super) fn reads_as_heading(text: &str, longest: usize) -> bool {
    let last = text.chars().rev().find(|c| !c.is_whitespace() && !is_zero_width(*c));
    text.chars().count() <= longest
        && text.chars().any(char::is_alphabetic)
        && !matches!(last, None | Some('.' | ',' | ';' | '。' | '、' | '，' | '；' | '…'))
}

pub(super) fn begins_in_lower_case(text: &str) -> bool {
    text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase)
}

/// Appends text with each run of white space or control characters as one blank, and none at the start.
pub(super) fn push_collapsed(to: &mut String, text: &str) {
    to.reserve(text.len());
    let bytes = text.as_bytes();
    let mut start = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        // Most text is made of these, with one blank between words.
        if byte.is_ascii_graphic() || (byte == b' ' && at > start && bytes.get(at + 1).is_some_and(u8::is_ascii_graphic)) {
            at += 1;
            continue;
        }
        let c = text[at..].chars().next().unwrap_or_default();
        if c.is_whitespace() || c.is_control() {
            to.push_str(&text[start..at]);
            end_word(to);
            start = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    to.push_str(&text[start..]);
}

fn end_word(to: &mut String) {
    if !to.is_empty() && !to.ends_with(' ') {
        to.push(' ');
    }
}

pub(super) fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_collapsed(&mut out, text);
    trim_end(&mut out);
    out
}

pub(super) fn trim_end(text: &mut String) {
    text.truncate(text.trim_end().len());
}

/// Characters that take no room: zero-width spaces and joiners, soft hyphens, direction marks, byte order marks.
pub(super) fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{fe0f}' | '\u{fe0e}')
}

/// Whether there is anything to read: more than white space, zero-width characters, bullets and rules.
pub(super) fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_zero_width(c) && !"•·▪◦‣●○■□*-–—_|=~".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_one_blank() {
        assert_eq!(collapsed("\u{a0} We\u{3000}\n\t may\u{0} not\u{2028}sell "), "We may not sell");
        assert_eq!(collapsed("zero\u{200b}width"), "zero\u{200b}width");
        let mut text = String::new();
        for part in ["a", " ", " b", "c "] {
            push_collapsed(&mut text, part);
        }
        assert_eq!(text, "a bc ");
    }

    #[test]
    fn nothing_to_read_is_seen() {
        assert!(!is_visible(" \u{200b}\u{ad}•—"));
        assert!(is_visible("§") && is_visible("不"));
    }

    #[test]
    fn long_headings_are_paragraphs() {
        assert_eq!(heading(2, "Use".into()).unwrap().kind, BlockKind::Heading(2));
        assert_eq!(heading(2, "use ".repeat(90)).unwrap().kind, BlockKind::Paragraph);
        assert_eq!(heading(2, "\u{200b}".into()), None);
    }
}
