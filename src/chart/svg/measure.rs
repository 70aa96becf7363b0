//! How wide a text is, as far as that can be told without a font: rather too wide than too narrow.

use textwrap::core::display_width;

/// Widths of the printable ASCII characters in thousandths of the font's size, of the widest of the common sans serifs.
#[rustfmt::skip]
const WIDTHS: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, // blank to /
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556, // 0 to ?
    1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787, // @ to O
    667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556, // P to _
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, // ` to o
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838, // p to ~
];

/// A letter of no known width.
const OTHER: f64 = 0.8;

/// Letters that a terminal shows in two columns.
const WIDE: f64 = 1.25;

/// How much wider bold letters are.
const BOLD: f64 = 1.12;

/// A size of letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Font {
    pub size: f64,
    pub bold: bool,
}

impl Font {
    pub const fn plain(size: f64) -> Font {
        Font { size, bold: false }
    }

    pub const fn bold(size: f64) -> Font {
        Font { size, bold: true }
    }

    pub fn width(self, text: &str) -> f64 {
        text.chars().map(|c| self.width_of(c)).sum()
    }

    fn width_of(self, c: char) -> f64 {
        let ascii = (c as usize).checked_sub(32).and_then(|at| WIDTHS.get(at)).map(|width| f64::from(*width) / 1000.0);
        let em = ascii.unwrap_or_else(|| match display_width(c.encode_utf8(&mut [0; 4])) {
            0 => 0.0,
            1 => OTHER,
            _ => WIDE,
        });
        em * self.size * if self.bold { BOLD } else { 1.0 }
    }

    /// The text if it has room, or else as much of its beginning as has, with an ellipsis.
    pub fn shortened(self, text: &str, room: f64) -> String {
        if self.width(text) <= room && is_short(text) {
            return text.to_owned();
        }
        let room = room - self.width_of('…');
        let mut width = 0.0;
        let fits = |c: &char| {
            width += self.width_of(*c);
            width <= room
        };
        let start: String = text.chars().take(MOST_CHARS).take_while(fits).collect();
        format!("{}…", start.trim_end())
    }

    /// The text in at most so many lines, broken at blanks where there are any; what has no room is cut off at an ellipsis.
    pub fn wrapped(self, text: &str, room: f64, most_lines: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && lines.len() < most_lines {
            if (self.width(rest) <= room && is_short(rest)) || lines.len() + 1 == most_lines {
                lines.push(self.shortened(rest, room));
                break;
            }
            let (line, after) = rest.split_at(self.break_at(rest, room));
            lines.push(line.trim_end().to_owned());
            rest = after.trim_start();
        }
        lines
    }

    /// The text in as few lines as it needs, of about one width, so that none holds a last word alone.
    pub fn balanced(self, text: &str, room: f64, most_lines: usize) -> Vec<String> {
        let lines = self.wrapped(text, room, most_lines);
        let narrower = |part: i32| self.wrapped(text, room * f64::from(part) / 20.0, most_lines);
        let is_as_good = |other: &Vec<String>| other.len() == lines.len() && other.join(" ") == lines.join(" ");
        if lines.len() < 2 { lines } else { (10..20).map(narrower).find(is_as_good).unwrap_or(lines) }
    }

    /// Where a line of a text that has no room ends (in bytes): after the last blank that fits, or else after the last letter.
    fn break_at(self, text: &str, room: f64) -> usize {
        let mut width = 0.0;
        let mut after_blank = None;
        for (count, (at, c)) in text.char_indices().enumerate() {
            if c == ' ' {
                after_blank = Some(at);
            }
            width += self.width_of(c);
            if width > room || count >= MOST_CHARS {
                // One letter at least, or there would be no end.
                return after_blank.filter(|at| *at > 0).unwrap_or(at).max(text.chars().next().map_or(0, char::len_utf8));
            }
        }
        text.len()
    }
}

/// Marks that are set over letters have no width, but no line has room for any number of them.
const MOST_CHARS: usize = 400;

fn is_short(text: &str) -> bool {
    text.chars().nth(MOST_CHARS).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_broken_at_blanks() {
        let font = Font::plain(10.0);
        assert_eq!(font.wrapped("one two three four", 45.0, 9), ["one two", "three", "four"]);
        assert_eq!(font.wrapped("one two three four", 45.0, 2), ["one two", "three f…"]);
        assert_eq!(font.wrapped("onetwothreefour", 40.0, 2), ["onetwo", "threef…"]);
        assert_eq!(font.balanced("one two three four", 75.0, 9), ["one two", "three four"]);
        assert_eq!(font.wrapped("  ", 45.0, 2), [""; 0]);
        assert_eq!(font.shortened("隐私权政策隐私", 50.0), "隐私权…");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(text in "\\PC{0,200}", room in 20.0..300.0, lines in 1usize..4) {
            let font = Font::bold(14.0);
            let wrapped = font.wrapped(&text, room, lines);
            prop_assert!(wrapped.len() <= lines);
            prop_assert!(wrapped.iter().all(|line| font.width(line) <= room + 1e-6));
        }
    }
}
