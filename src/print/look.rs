//! How text for reading looks: its width, its colours, and how it is broken into lines.

use anstyle::Style;
use std::io::{self, Write};
use textwrap::core::display_width;

/// How text for reading looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns to fill at most.
    pub width: usize,
    /// Whether the terminal shows colours; without, matches stand between `**`.
    pub colour: bool,
}

/// Narrower output would be columns of single words.
const MIN_WIDTH: usize = 24;

/// Longer lines are tiring to read.
const MAX_WIDTH: usize = 110;

pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const QUIET: Style = Style::new().dimmed();

impl Look {
    /// No wider than is good to read, and no narrower than a few words.
    pub(crate) fn fitting(self) -> Look {
        Look { width: self.width.clamp(MIN_WIDTH, MAX_WIDTH), ..self }
    }
}

pub(crate) fn paint(look: Look, style: Style, text: &str) -> String {
    if look.colour && !text.is_empty() {
        let words: Vec<String> =
            text.split(' ').map(|word| if word.is_empty() { String::new() } else { format!("{style}{word}{style:#}") }).collect();
        words.join(" ")
    } else {
        text.to_owned()
    }
}

pub(crate) fn paragraph(out: &mut dyn Write, look: Look, indent: &str, text: &str) -> io::Result<()> {
    paragraph_hanging(out, look, indent, indent, text)
}

/// Lines below an entry of a list stand as deep as its text.
pub(crate) fn paragraph_hanging(out: &mut dyn Write, look: Look, first: &str, rest: &str, text: &str) -> io::Result<()> {
    let lead: String = text.chars().take_while(|c| *c == ' ').collect();
    let body = &text[lead.len()..];
    let hang = if body.starts_with("• ") { "  " } else { "" };
    let (first, rest) = (format!("{first}{lead}"), format!("{rest}{lead}{hang}"));
    let options = textwrap::Options::new(look.width.max(display_width(&rest) + 8))
        .initial_indent(&first)
        .subsequent_indent(&rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .break_words(true);
    for line in textwrap::wrap(body, options) {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A heading that is no more than a heading should be: some captures take whole paragraphs for headings.
pub(crate) fn shortened(heading: &str) -> String {
    const MOST: usize = 80;
    if heading.chars().count() <= MOST {
        return heading.to_owned();
    }
    let start: String = heading.chars().take(MOST - 1).collect();
    format!("{}…", start.trim_end())
}

/// A bar of eighths of a block.
pub(crate) fn bar(share: f64, width: usize) -> String {
    let eighths = (share * width as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.extend(char::from_u32(0x2590 - (eighths % 8) as u32));
    }
    bar
}
