//! Charts for the terminal: cells of Unicode, told apart by marks where there are no colours.

mod lines;
mod spans;

pub use lines::lines;
pub use spans::spans;

use crate::print::harmless;
use crate::print::look::{Look, QUIET, STRONG, paint, paragraph};
use anstyle::Style;
use std::io::{self, Write};
use textwrap::core::display_width;

/// Text on one line.
fn shown(text: &str) -> String {
    let harmless = harmless(&text.replace(|c: char| c.is_whitespace(), " "));
    harmless.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text if it has so many columns, or else as much of its beginning as has, with an ellipsis.
fn shortened(text: &str, columns: usize) -> String {
    if display_width(text) <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += display_width(c.encode_utf8(&mut [0; 4]));
        used <= columns
    };
    let start: String = text.chars().take_while(fits).collect();
    if columns == 0 { String::new() } else { format!("{}…", start.trim_end()) }
}

fn heading(title: &str, subtitle: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for (text, style) in [(title, STRONG), (subtitle, QUIET)] {
        let text = shown(text);
        if !text.is_empty() {
            paragraph(out, look, "", &paint(look, style, &text))?;
        }
    }
    writeln!(out)
}

fn source(source: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let source = shown(source);
    if source.is_empty() { Ok(()) } else { paragraph(out, look, "", &paint(look, QUIET, &source)) }
}

/// A row of cells.
#[derive(Debug, Clone)]
struct Cells(Vec<(char, Style)>);

impl Cells {
    fn new(width: usize) -> Cells {
        Cells(vec![(' ', Style::new()); width])
    }

    /// Sets a cell; one that is not there is left out.
    fn set(&mut self, at: usize, cell: char, style: Style) {
        if let Some(place) = self.0.get_mut(at) {
            *place = (cell, style);
        }
    }

    fn get(&self, at: usize) -> Option<char> {
        self.0.get(at).map(|(cell, _)| *cell)
    }

    fn write(&mut self, start: usize, text: &str, style: Style) {
        for (at, c) in text.chars().enumerate() {
            self.set(start + at, c, style);
        }
    }

    /// The row as text, without blanks at its end.
    fn text(&self, look: Look) -> String {
        let end = self.0.iter().rposition(|(cell, _)| *cell != ' ').map_or(0, |last| last + 1);
        let mut text = String::new();
        for run in self.0[..end].chunk_by(|one, next| one.1 == next.1) {
            let (cells, style): (String, Style) = (run.iter().map(|(cell, _)| *cell).collect(), run[0].1);
            if look.colour && style != Style::new() {
                text.push_str(&format!("{style}{cells}{style:#}"));
            } else {
                text.push_str(&cells);
            }
        }
        text
    }
}
