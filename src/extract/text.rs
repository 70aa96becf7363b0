//! Blocks of plain text: paragraphs, entries of lists and headings told from lines alone.

use super::prose::{collapsed, is_visible, reads_as_heading};
use super::{BOLD_LEVEL, Block, BlockKind, Marker};

/// A line with more characters than this was not broken to fit a screen or a page: each line is a paragraph.
const LONG_LINE: usize = 160;

/// The longest line that is taken for a heading, in characters.
const MAX_HEADING: usize = 80;

/// Reads the blocks of a plain text.
pub(super) fn blocks(source: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut chunk: Vec<&str> = Vec::new();
    for line in source.lines() {
        if line.trim().is_empty() {
            read(&chunk, &mut blocks);
            chunk.clear();
        } else {
            chunk.push(line);
        }
    }
    read(&chunk, &mut blocks);
    blocks
}

/// The blocks of lines without a blank one between them.
fn read(lines: &[&str], blocks: &mut Vec<Block>) {
    let by_line = lines.iter().any(|line| line.len() > LONG_LINE && line.chars().count() > LONG_LINE);
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let underlined = lines.get(at + 1).is_some_and(|next| is_underline(next)) && reads_as_heading(line.trim(), MAX_HEADING);
        if underlined || (is_alone(lines, at, by_line) && is_heading(line)) {
            push(blocks, BlockKind::Heading(BOLD_LEVEL), line);
            at += if underlined { 2 } else { 1 };
            continue;
        }
        let (kind, first) = match entry(line) {
            Some((marker, text)) => (BlockKind::Item { depth: depth(line), marker }, text),
            None => (BlockKind::Paragraph, line),
        };
        let mut text = first.to_owned();
        at += 1;
        while at < lines.len() && !by_line && entry(lines[at]).is_none() {
            text.push(' ');
            text.push_str(lines[at]);
            at += 1;
        }
        push(blocks, kind, &text);
    }
}

/// Whether a line stands by itself: alone between blank lines, or before a paragraph where each line is one.
fn is_alone(lines: &[&str], at: usize, by_line: bool) -> bool {
    let next = lines.get(at + 1);
    if by_line { next.is_some_and(|next| next.len() > MAX_HEADING && entry(next).is_none()) } else { lines.len() == 1 }
}

/// A heading in capitals, or with a capital on every word that is not small; `1. Title` counts only where letters follow.
fn is_heading(line: &str) -> bool {
    let line = line.trim();
    if !reads_as_heading(line, MAX_HEADING)
        || line.ends_with(':')
        || entry(line).is_some_and(|(marker, _)| marker == Marker::Bullet)
    {
        return false;
    }
    let words: Vec<&str> = line.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
    let is_small = |word: &str| word.chars().count() <= 4 && !word.chars().any(char::is_uppercase);
    let begins_upper = |word: &str| word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    words.first().is_some_and(|word| begins_upper(word))
        && words.iter().all(|word| begins_upper(word) || is_small(word))
        && words.len() <= 12
}

fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
}

/// The marker of an entry and the text behind it.
pub(super) fn entry(line: &str) -> Option<(Marker, &str)> {
    let line = line.trim_start();
    for bullet in ["- ", "* ", "+ ", "• ", "•\t", "· ", "o ", "▪ ", "◦ ", "‣ ", "● ", "– ", "— ", "-\t", "*\t", "o\t"]
    {
        if let Some(text) = line.strip_prefix(bullet) {
            return Some((Marker::Bullet, text));
        }
    }
    if let Some(text) = line.strip_prefix(['•', '●', '▪', '‣']) {
        return Some((Marker::Bullet, text));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let behind = line.get(digits..)?.strip_prefix(['.', ')'])?;
    if !(1..=3).contains(&digits) || !behind.starts_with([' ', '\t']) {
        return None;
    }
    Some((Marker::Number(line[..digits].parse().ok()?), behind))
}

/// Two blanks or a tab indent an entry by one level, after the first four blanks that a whole list may have.
fn depth(line: &str) -> u8 {
    let columns: usize = line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
    u8::try_from(columns / 4).unwrap_or(u8::MAX)
}

fn push(blocks: &mut Vec<Block>, kind: BlockKind, text: &str) {
    let text = collapsed(text);
    if is_visible(&text) {
        blocks.push(Block { kind, text });
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::testing::shown;
    use crate::snapshot::Format;

    fn read(text: &str) -> Vec<String> {
        shown(text, Format::Text)
    }

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        assert_eq!(read("We collect\r\n  your name.\r\n\r\nWe keep\tit."), ["P We collect your name.", "P We keep it."]);
    }

    #[test]
    fn entries_by_marker() {
        let text = "We use:\n- names\n  and more\n• mail\n    * of work\n2. calls\n\n1999. A year.";
        assert_eq!(read(text), ["P We use:", "0* names and more", "0* mail", "1* of work", "0 2. calls", "P 1999. A year."]);
    }

    #[test]
    fn headings_stand_alone() {
        assert_eq!(
            read("PRIVACY POLICY\n\nHow We Use Your Data\n\nUse\n---\nWe do."),
            ["7# PRIVACY POLICY", "7# How We Use Your Data", "7# Use", "P We do."]
        );
        assert_eq!(
            read("We use it.\n\nas they say\n\nYou may write to us\n\n- Names"),
            ["P We use it.", "P as they say", "P You may write to us", "0* Names"]
        );
    }

    #[test]
    fn long_lines_are_paragraphs() {
        let long = "We collect what you give. ".repeat(8);
        let long = long.trim();
        let text = format!("What We Collect\n{long}\n- names\nNot a heading.\n{long}");
        assert_eq!(
            read(&text),
            [
                "7# What We Collect".to_owned(),
                format!("P {long}"),
                "0* names".to_owned(),
                "P Not a heading.".to_owned(),
                format!("P {long}")
            ]
        );
    }
}
