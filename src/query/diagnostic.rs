//! What is wrong with a query, where, and how it is shown: the place marked under the query, then the message and a hint.

use super::{Parsed, Query};
use std::fmt;
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// The widest query line that is shown; of a longer query, the part around the place.
const MAX_COLUMNS: usize = 76;
/// How many columns before the place are shown of a long query.
const COLUMNS_BEFORE: usize = 24;
/// No more mistakes than these are told at once.
const MAX_TOLD: usize = 20;

/// One remark on a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The place in the query, in Unicode characters.
    pub span: Range<usize>,
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Diagnostic {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { span, message: message.into(), hint: None }
    }

    pub fn with_hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }
}

/// The mistakes of a query, never none, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&diagnostic.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// Gathers remarks while a query is read.
#[derive(Default)]
pub(super) struct Notes {
    pub errors: Vec<Diagnostic>,
    pub warnings: Vec<Diagnostic>,
}

impl Notes {
    pub fn error(&mut self, span: Range<usize>, message: impl Into<String>, hint: &str) {
        push(&mut self.errors, span, message.into(), hint);
    }

    pub fn warn(&mut self, span: Range<usize>, message: impl Into<String>, hint: &str) {
        push(&mut self.warnings, span, message.into(), hint);
    }

    /// The query, unless there was an error.
    pub fn finish(mut self, query: Option<Query>) -> Result<Parsed, Diagnostics> {
        self.errors.sort_by_key(|error| error.span.start);
        self.warnings.sort_by_key(|warning| warning.span.start);
        match query {
            Some(query) if self.errors.is_empty() => Ok(Parsed { query, warnings: self.warnings }),
            _ => {
                if self.errors.is_empty() {
                    self.errors.push(nothing_to_find(0..0));
                }
                Err(Diagnostics(self.errors))
            }
        }
    }
}

fn push(list: &mut Vec<Diagnostic>, span: Range<usize>, message: String, hint: &str) {
    if list.len() < MAX_TOLD {
        list.push(Diagnostic { span, message, hint: (!hint.is_empty()).then(|| hint.to_owned()) });
    }
}

/// The remark on a query that asks nothing.
pub(super) fn nothing_to_find(span: Range<usize>) -> Diagnostic {
    Diagnostic::new(span, "the query has no word and no condition")
        .with_hint("write words, a \"phrase\", or a condition such as company:example.com")
}

/// Shows a remark: the query on one line (a long one around the place only), `^` under the place, the message, the hint.
/// Plain text without colours; each line ends with a line break. Control characters of the query are shown as blanks.
pub fn render(query: &str, diagnostic: &Diagnostic) -> String {
    let shown: Vec<(char, usize)> = query.chars().map(shown).collect();
    let start = diagnostic.span.start.min(shown.len());
    let end = diagnostic.span.end.clamp(start, shown.len());
    let window = window(&shown, start);
    let width = |part: Range<usize>| shown[part].iter().map(|(_, width)| width).sum::<usize>();
    let (before, after) = (if window.start > 0 { "…" } else { "" }, if window.end < shown.len() { "…" } else { "" });
    let line: String = shown[window.clone()].iter().map(|(c, _)| c).collect();
    let indent = before.chars().count() + width(window.start..start);
    let carets = width(start..end.min(window.end)).max(1);
    let mut out = format!("  {before}{line}{after}\n  {}{}\n", " ".repeat(indent), "^".repeat(carets));
    out.push_str(&diagnostic.message);
    out.push('\n');
    if let Some(hint) = &diagnostic.hint {
        out.push_str("hint: ");
        out.push_str(hint);
        out.push('\n');
    }
    out
}

/// The character that stands for one of the query, and its width in columns.
fn shown(c: char) -> (char, usize) {
    match c {
        // These would turn the rest of the line around and the marks away from their place.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => ('\u{fffd}', 1),
        _ if c.is_whitespace() => (' ', 1),
        _ => c.width().map_or((' ', 1), |width| (c, width)),
    }
}

/// The characters around a place that fit on one line.
fn window(shown: &[(char, usize)], place: usize) -> Range<usize> {
    if shown.iter().map(|(_, width)| width).sum::<usize>() <= MAX_COLUMNS {
        return 0..shown.len();
    }
    let mut columns = 0;
    let mut first = place;
    while first > 0 && columns + shown[first - 1].1 <= COLUMNS_BEFORE {
        first -= 1;
        columns += shown[first].1;
    }
    let mut last = place;
    while last < shown.len() && columns + shown[last].1 <= MAX_COLUMNS {
        columns += shown[last].1;
        last += 1;
    }
    first..last
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_place_is_marked_below_wide_characters_too() {
        let diagnostic = Diagnostic::new(3..5, "wrong").with_hint("do better");
        assert_eq!(render("個a !!b", &diagnostic), "  個a !!b\n      ^^\nwrong\nhint: do better\n");
    }

    #[test]
    fn a_place_at_the_end_or_in_an_empty_query_is_marked() {
        assert_eq!(render("", &Diagnostic::new(0..0, "empty")), "  \n  ^\nempty\n");
        assert_eq!(render("ab", &Diagnostic::new(2..2, "more")), "  ab\n    ^\nmore\n");
    }

    #[test]
    fn a_long_query_is_shown_around_the_place() {
        let query = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
        let text = render(&query, &Diagnostic::new(500..504, "wrong"));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("  …{}HERE{}…", "a".repeat(24), "b".repeat(48)));
        assert_eq!(lines[1], format!("  {}^^^^", " ".repeat(25)));
    }

    #[test]
    fn control_characters_are_not_shown() {
        let text = render("a\n\u{1b}[31m\u{202e}b", &Diagnostic::new(0..1, "m"));
        assert_eq!(text.lines().next(), Some("  a  [31m\u{fffd}b"));
    }

    proptest! {
        #[test]
        fn any_place_can_be_shown(query in ".{0,200}", start in 0usize..250, len in 0usize..250) {
            let text = render(&query, &Diagnostic::new(start..start + len, "m"));
            prop_assert_eq!(text.lines().count(), 3);
            let line = text.lines().next().unwrap_or_default();
            prop_assert!(line.chars().filter_map(|c| c.width()).sum::<usize>() <= MAX_COLUMNS + 4);
        }
    }
}
