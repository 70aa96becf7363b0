//! Writes answers on any writer: for reading, as JSON, as tables. Text of the archive is made harmless on the way.

pub mod answer;
pub mod changes;
pub mod csv;
pub mod diff;
pub mod document;
pub mod html;
pub mod lifetimes;
pub mod look;
pub mod spread;
pub mod summary;
pub mod topics;
pub mod trec;
pub mod trend;
pub mod trend_csv;
pub mod verify;

pub use look::Look;

use serde::Serialize;
use std::io::{self, Write};

/// One value as one line of JSON.
pub fn json<T: Serialize>(value: &T, mut out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)
}

/// Text of the archive for the terminal, character by character: what could move the cursor, change colours or turn the order of
/// characters around is replaced.
pub fn harmless(text: &str) -> String {
    let is_harmful = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    };
    text.chars().map(|c| if is_harmful(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Text of the archive for HTML and SVG: nothing in it is markup, what could turn the order of characters around is replaced, and so is
/// what XML cannot hold.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Of the language that nobody asked for.
const BY_DEFAULT: &str = ", the commonest of the index (--lang any: all)";

/// The languages in which a snapshot counts, none: in all; and whether that is so because none was asked for.
fn language<T: AsRef<str>>(languages: &[T], by_default: bool) -> String {
    let listed = languages.iter().map(T::as_ref).collect::<Vec<_>>().join(" or ");
    match (languages, by_default) {
        ([], _) => "any language".to_owned(),
        (_, true) => format!("language {listed}{BY_DEFAULT}"),
        (_, false) => format!("language {listed}"),
    }
}

/// The day of a date that is written with its time.
fn day_of(date: &str) -> &str {
    date.split('T').next().unwrap_or(date)
}

/// A text cut to lines of at most so many columns, at least one; those after the first are indented.
fn wrapped(text: &str, width: usize, indent: &str) -> Vec<String> {
    let options = textwrap::Options::new(width.max(1))
        .subsequent_indent(indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    textwrap::wrap(text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// A text filled up with blanks to a number of columns.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(textwrap::core::display_width(text))))
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 company`, `2,000 companies`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A size in the unit that fits.
fn size(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["bytes", "kB", "MB"] {
        if size < 1000.0 {
            return if unit == "bytes" { format!("{bytes} bytes") } else { format!("{size:.1} {unit}") };
        }
        size /= 1000.0;
    }
    format!("{size:.1} GB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_the_archive_do_not_reach_the_terminal() {
        assert_eq!(harmless("a\x1b[31mb\u{202e}c\u{9b}d\ne"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\ne");
    }

    #[test]
    fn no_text_of_the_archive_is_markup() {
        let text = "<script a='b'>\"&\u{202e}\u{1b}[31m\u{0}\u{ffff}\n";
        assert_eq!(escaped(text), "&lt;script a=&#39;b&#39;&gt;&quot;&amp;\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd}\n");
    }

    #[test]
    fn numbers_and_sizes_are_readable() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "company", "companies"), "1 company");
        assert_eq!(counted(0, "company", "companies"), "0 companies");
        assert_eq!((size(999), size(1_500_000)), ("999 bytes".into(), "1.5 MB".into()));
    }
}
