//! Reads what stands between quotes: words, choices and optional words, written out into all readings.

use super::diagnostic::Notes;
use super::{MAX_ALTERNATIVES, MAX_DEPTH, MAX_PHRASE_WORDS};
use crate::words::words;
use rustc_hash::FxHashSet;
use std::ops::Range;

/// Words in a row, a choice, or either of them optional.
enum Part {
    Words(Vec<String>),
    Choice(Vec<Vec<Part>>),
    Optional(Box<Part>),
}

/// How many readings something has, and how many words they have together.
#[derive(Clone, Copy)]
struct Size {
    readings: u64,
    words: u64,
}

struct Reader<'q> {
    chars: &'q [char],
    at: usize,
    end: usize,
    notes: &'q mut Notes,
}

/// All readings of the phrase at `body`; `None` after an error. `budget` is how many words the phrases of the query may still have.
pub(super) fn read(chars: &[char], body: Range<usize>, budget: &mut u64, notes: &mut Notes) -> Option<Vec<Vec<String>>> {
    let mut reader = Reader { chars, at: body.start, end: body.end, notes };
    let parts = reader.sequence(0)?;
    let place = body.start.saturating_sub(1)..body.end + 1;
    let size = size_of(&parts);
    if size.words == 0 {
        notes.error(
            place,
            "there is no word between these quotation marks",
            "a phrase is made of words; punctuation is not searched",
        );
        return None;
    }
    if size.readings > MAX_ALTERNATIVES {
        let message = format!("this phrase has {} readings; {MAX_ALTERNATIVES} are the most", size.readings);
        notes.error(place, message, "split it into several phrases, with AND or OR between them");
        return None;
    }
    let Some(left) = budget.checked_sub(size.words) else {
        let message = format!("with all choices written out, the phrases have more than {MAX_PHRASE_WORDS} words");
        notes.error(place, message, "use fewer choices");
        return None;
    };
    *budget = left;
    let mut readings = expand(&parts);
    if readings.iter().any(Vec::is_empty) {
        notes.error(place, "every word of this phrase is optional", "leave out one `?`");
        return None;
    }
    let mut seen = FxHashSet::default();
    readings.retain(|reading| seen.insert(reading.clone()));
    Some(readings)
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        (self.at < self.end).then(|| self.chars[self.at])
    }

    /// Reads up to the end of the phrase, or of the alternative within a group.
    fn sequence(&mut self, depth: usize) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(c) = self.peek() {
            let start = self.at;
            let part = match c {
                '(' => self.group(depth)?,
                ')' | '|' if depth > 0 => break,
                ')' => {
                    self.notes.error(
                        start..start + 1,
                        "this parenthesis was not opened",
                        "leave it out: punctuation is not searched",
                    );
                    return None;
                }
                '|' => {
                    let message = "`|` stands between alternatives in parentheses";
                    self.notes.error(start..start + 1, message, "write (interest|interests)");
                    return None;
                }
                _ if c.is_whitespace() || c == '?' => {
                    self.at += 1;
                    continue;
                }
                _ => Part::Words(self.chunk()),
            };
            if size_of(std::slice::from_ref(&part)).words == 0 {
                continue;
            }
            let group = matches!(part, Part::Choice(_));
            let optional = self.peek() == Some('?') && (group || !self.ends_in_question_mark(depth));
            if group && (optional || matches!(&part, Part::Choice(of) if of.len() > 1)) {
                self.warn_of_word_parts(start);
            }
            parts.push(if optional { Part::Optional(Box::new(part)) } else { part });
        }
        Some(parts)
    }

    /// Reads alternatives in parentheses.
    fn group(&mut self, depth: usize) -> Option<Part> {
        let open = self.at;
        if depth >= MAX_DEPTH {
            self.notes.error(open..open + 1, format!("parentheses stand in more than {MAX_DEPTH} others"), "use fewer");
            return None;
        }
        let mut alternatives = Vec::new();
        loop {
            self.at += 1;
            let start = self.at;
            alternatives.push((start, self.sequence(depth + 1)?));
            match self.peek() {
                Some('|') => {}
                Some(_) => break,
                None => {
                    self.notes.error(open..open + 1, "this parenthesis is not closed", "put a ) behind the alternatives");
                    return None;
                }
            }
        }
        let end = self.at;
        self.at += 1;
        if alternatives.len() > 1
            && let Some((start, _)) = alternatives.iter().find(|(_, parts)| size_of(parts).words == 0)
        {
            let place = start - 1..(start + 1).min(end + 1);
            self.notes.error(place, "this alternative has no word", "to make a choice optional, write (a|b)?");
            return None;
        }
        Some(Part::Choice(alternatives.into_iter().map(|(_, parts)| parts).collect()))
    }

    /// Reads up to a blank or a sign with a meaning.
    fn chunk(&mut self) -> Vec<String> {
        let start = self.at;
        while self.peek().is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '|' | '?')) {
            self.at += 1;
        }
        let text: String = self.chars[start..self.at].iter().collect();
        let found = words(&text);
        if text.ends_with('*') && !text.starts_with('*') && !found.is_empty() {
            let message = "`*` has no meaning in a phrase";
            self.notes.warn(start..self.at, message, "write out the words: (party|parties)");
        }
        found.into_iter().map(|word| word.text).collect()
    }

    /// Whether the `?` that is next ends the phrase's last sentence instead of making its last word optional:
    /// a phrase finds no less without an optional end, so nobody needs one.
    fn ends_in_question_mark(&mut self, depth: usize) -> bool {
        let rest = &self.chars[self.at..self.end];
        let ends = depth == 0 && !rest.iter().any(|c| *c == '(' || c.is_alphanumeric());
        if ends {
            let message = "`?` after the last word of a phrase is read as a question mark";
            self.notes.warn(self.at..self.at + 1, message, "to make the last word optional, write (word)?");
        }
        ends
    }

    /// `interest(s)?` is taken for the two words `interest s`, which is hardly meant.
    fn warn_of_word_parts(&mut self, open: usize) {
        if open > 0 && self.chars[open - 1].is_alphanumeric() {
            let message = "a choice is made of whole words, not of parts of one";
            self.notes.warn(open..self.at, message, "write (interest|interests)");
        }
    }
}

fn size_of(parts: &[Part]) -> Size {
    let mut all = Size { readings: 1, words: 0 };
    for part in parts {
        let one = part_size(part);
        all.words = all.words.saturating_mul(one.readings).saturating_add(one.words.saturating_mul(all.readings));
        all.readings = all.readings.saturating_mul(one.readings);
    }
    all
}

fn part_size(part: &Part) -> Size {
    match part {
        Part::Words(words) => Size { readings: 1, words: words.len() as u64 },
        Part::Optional(part) => {
            let size = part_size(part);
            Size { readings: size.readings.saturating_add(1), ..size }
        }
        Part::Choice(alternatives) => {
            alternatives.iter().map(|parts| size_of(parts)).fold(Size { readings: 0, words: 0 }, |a, b| Size {
                readings: a.readings.saturating_add(b.readings),
                words: a.words.saturating_add(b.words),
            })
        }
    }
}

/// Writes out all readings; their number was checked before.
fn expand(parts: &[Part]) -> Vec<Vec<String>> {
    let mut readings = vec![Vec::new()];
    for part in parts {
        if let Part::Words(words) = part {
            readings.iter_mut().for_each(|reading| reading.extend_from_slice(words));
            continue;
        }
        let ends = expand_part(part);
        readings = readings.iter().flat_map(|start| ends.iter().map(move |end| [start.as_slice(), end].concat())).collect();
    }
    readings
}

fn expand_part(part: &Part) -> Vec<Vec<String>> {
    match part {
        Part::Words(words) => vec![words.clone()],
        Part::Optional(part) => {
            let mut readings = expand_part(part);
            readings.push(Vec::new());
            readings
        }
        Part::Choice(alternatives) => alternatives.iter().flat_map(|parts| expand(parts)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All readings, or the remarks.
    fn readings(body: &str) -> String {
        let chars: Vec<char> = body.chars().collect();
        let mut notes = Notes::default();
        let mut budget = MAX_PHRASE_WORDS;
        let read = read(&chars, 0..chars.len(), &mut budget, &mut notes);
        let mut shown: Vec<String> = read.unwrap_or_default().iter().map(|words| words.join(" ")).collect();
        shown.extend(notes.errors.iter().chain(&notes.warnings).map(|note| format!("!{}", note.message)));
        shown.join(", ")
    }

    #[test]
    fn choices_and_optional_words_are_written_out() {
        assert_eq!(
            readings("Legitimate (business)? (interest|INTERESTS)"),
            "legitimate business interest, legitimate business interests, legitimate interest, legitimate interests"
        );
        assert_eq!(readings("do not? sell"), "do not sell, do sell");
        assert_eq!(readings("third-party? data"), "third party data, data");
        assert_eq!(readings("a (b (c|d e))? f"), "a b c f, a b d e f, a f");
        assert_eq!(readings("(a|A) b"), "a b");
    }

    #[test]
    fn punctuation_of_a_pasted_text_has_no_meaning() {
        assert_eq!(
            readings("information (including cookies), 1,000 users' data"),
            "information including cookies 1 000 users data"
        );
        assert_eq!(
            readings("What do we collect?"),
            "what do we collect, !`?` after the last word of a phrase is read as a question mark"
        );
        assert_eq!(readings("a () ? b (–)"), "a b");
    }

    #[test]
    fn mistakes_are_told() {
        assert_eq!(readings("!!!"), "!there is no word between these quotation marks");
        assert_eq!(readings("a (b|)"), "!this alternative has no word");
        assert_eq!(readings("a | b"), "!`|` stands between alternatives in parentheses");
        assert_eq!(readings("a (b"), "!this parenthesis is not closed");
        assert_eq!(readings("a) b"), "!this parenthesis was not opened");
        assert_eq!(readings("(a)? (b|c)?"), "!every word of this phrase is optional");
        assert_eq!(readings("interest(s)?"), "interest s, interest, !a choice is made of whole words, not of parts of one");
        assert_eq!(readings("third part*"), "third part, !`*` has no meaning in a phrase");
    }

    #[test]
    fn too_many_readings_are_counted_and_refused() {
        assert_eq!(readings(&"(a|b|c|d) ".repeat(5)).split(", ").count(), 1_024);
        assert_eq!(readings(&"(a|b|c|d) ".repeat(6)), "!this phrase has 4096 readings; 1024 are the most");
        assert!(readings(&"(a|b)".repeat(2_000)).contains(&format!("has {} readings", u64::MAX)));
        let long = format!("{}{}", "(a|b|c|d)".repeat(5), " w".repeat(100));
        assert!(readings(&long).starts_with("!with all choices written out"));
        assert_eq!(readings(&"(".repeat(5_000)), "!parentheses stand in more than 64 others");
    }
}
