//! Passages: how they are written, how a few words of one change, and how they look in Markdown.

use super::bank::Says;
use super::random::Random;
use super::template::{Template, Voice};
use super::words;

/// How many words a paragraph has, at equal steps of probability.
const WORDS: [f64; 9] = [12.0, 20.0, 28.0, 36.0, 45.0, 55.0, 68.0, 85.0, 120.0];
const ENTRIES: [f64; 3] = [3.0, 4.5, 8.0];
/// The share of sentences with rare words or names in them, beside those that any list gives.
const RARE: f64 = 0.08;
/// A list with more bytes gets no further entry: longer ones are no single passage to their readers.
const MAX_LIST_BYTES: usize = 1_100;
const MAX_PARAGRAPH_BYTES: usize = 2_000;
const BULLET: &str = "\n• ";
/// Shorter words are no nouns and verbs.
const MIN_REPLACED_BYTES: usize = 5;
const REPLACING_OCTAVES: std::ops::Range<usize> = 2..18;

impl Voice<'_> {
    /// Writes a passage, with a clause of the bank or of any content.
    pub fn passage(&self, clause: Option<usize>, random: &mut Random) -> String {
        match clause.map(|clause| &self.bank.clauses[clause].says) {
            Some(Says::Sentence(template)) => self.paragraph(Some(template), random),
            Some(Says::List(list)) => self.list(&self.bank.lists[*list], random),
            None => self.paragraph(None, random),
        }
    }

    /// Writes sentences up to a number of words, one of them given.
    fn paragraph(&self, first: Option<&Template>, random: &mut Random) -> String {
        let wanted = random.along(&WORDS) as usize;
        let mut text = String::with_capacity(wanted * 8);
        match first {
            Some(first) => self.sentence(&mut text, first, random),
            None => self.filler(&mut text, random),
        }
        while count_words(&text) < wanted {
            text.push(' ');
            self.filler(&mut text, random);
        }
        text
    }

    fn list(&self, of: &[Template], random: &mut Random) -> String {
        let mut text = String::new();
        self.sentence(&mut text, random.one(&self.bank.listed), random);
        for _ in 0..random.along(&ENTRIES) as usize {
            self.entry(&mut text, of, random);
        }
        text
    }

    fn entry(&self, text: &mut String, of: &[Template], random: &mut Random) {
        text.push_str(BULLET);
        self.fill(text, random.early(of), random);
        self.fill(text, random.one(&self.bank.endings), random);
    }

    fn filler(&self, text: &mut String, random: &mut Random) {
        let of = if random.chance(RARE) { &self.bank.rare } else { &self.bank.common };
        self.sentence(text, random.one(of), random);
    }

    /// The text with a few words changed.
    pub fn edited(&self, text: &str, random: &mut Random) -> String {
        let mut edited = text.to_owned();
        let is_list = text.contains('\n');
        match random.below(5) {
            0 if !is_list && text.len() < MAX_PARAGRAPH_BYTES => {
                edited.push(' ');
                self.filler(&mut edited, random);
            }
            0 if text.len() < MAX_LIST_BYTES => self.entry(&mut edited, random.one::<Vec<Template>>(&self.bank.lists), random),
            // The last entry or sentence goes, if it is not the only one.
            1 if text.matches(BULLET).count() > 1 => edited.truncate(text.rfind(BULLET).unwrap_or(text.len())),
            1 if !is_list && text.contains(". ") => edited.truncate(text.rfind(". ").map_or(text.len(), |at| at + 1)),
            _ => {
                for _ in 0..random.between(1, 3) {
                    replace_word(&mut edited, random);
                }
            }
        }
        edited
    }
}

/// Puts another word in the place of the first long one after some place.
fn replace_word(text: &mut String, random: &mut Random) {
    let from = random.below(text.len());
    let bytes = text.as_bytes();
    let mut starts = (from..bytes.len()).filter(|&at| bytes[at] == b' ').map(|at| at + 1);
    let is_letter = |byte: &&u8| byte.is_ascii_lowercase();
    let found = starts.find_map(|start| {
        let len = bytes[start..].iter().take_while(is_letter).count();
        (len >= MIN_REPLACED_BYTES).then_some(start..start + len)
    });
    if let Some(range) = found {
        let mut word = String::new();
        words::push(&mut word, random.rank(REPLACING_OCTAVES));
        text.replace_range(range, &word);
    }
}

pub fn count_words(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_whitespace).count() + 1
}

/// What a passage is in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Title,
    Heading,
    Body,
}

/// Writes a passage as Markdown.
pub fn push_markdown(page: &mut String, shape: Shape, text: &str) {
    page.push_str(match shape {
        Shape::Title => "# ",
        Shape::Heading => "## ",
        Shape::Body => "",
    });
    let mut lines = text.split('\n');
    page.extend(lines.next());
    page.push_str("\n\n");
    let mut has_entries = false;
    for line in lines {
        page.push_str("* ");
        page.push_str(line.trim_start_matches("• "));
        page.push('\n');
        has_entries = true;
    }
    if has_entries {
        page.push('\n');
    }
}
