//! Words, numbers and marks of a line, folded so that accents, ligatures and case do not matter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// Place in the line, in characters.
    pub start: usize,
    pub end: usize,
    /// Whether white space stands before it.
    pub apart: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Folded letters.
    Word(String),
    Number {
        value: u32,
        digits: usize,
    },
    Mark(char),
}

/// Numbers of more digits are no part of a date.
const MAX_DIGITS: usize = 8;

impl Token {
    pub fn word(&self) -> Option<&str> {
        if let Kind::Word(word) = &self.kind { Some(word) } else { None }
    }

    pub fn mark(&self) -> Option<char> {
        if let Kind::Mark(mark) = self.kind { Some(mark) } else { None }
    }

    /// The number, where it has at least and at most so many digits.
    pub fn number(&self, least: usize, most: usize) -> Option<u32> {
        match self.kind {
            Kind::Number { value, digits } if (least..=most).contains(&digits) => Some(value),
            _ => None,
        }
    }
}

/// Letters without accents and ligatures, in lower case.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The tokens of a line.
pub fn tokens(line: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut chars = line.chars().enumerate().peekable();
    let mut apart = true;
    while let Some((start, c)) = chars.next() {
        if c.is_whitespace() {
            apart = true;
            continue;
        }
        if is_combining_mark(c) {
            continue;
        }
        let mut end = start + 1;
        let kind = if c.is_ascii_digit() {
            let mut digits = String::from(c);
            while let Some((at, c)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
                digits.push(c);
                end = at + 1;
            }
            let value = if digits.len() <= MAX_DIGITS { digits.parse().unwrap_or(0) } else { 0 };
            Kind::Number { value, digits: digits.len() }
        } else if c.is_alphabetic() {
            let mut word = String::from(c);
            while let Some((at, c)) = chars.next_if(|(_, c)| c.is_alphabetic() || is_combining_mark(*c)) {
                word.push(c);
                end = at + 1;
            }
            Kind::Word(fold(&word))
        } else {
            Kind::Mark(c)
        };
        found.push(Token { kind, start, end, apart });
        apart = false;
    }
    found
}
