//! Cuts a query into its pieces: operators, parentheses, phrases in quotes, fields, bare words.

use super::MAX_GAP;
use super::diagnostic::Notes;
use super::fields::{Field, hint_for};
use crate::words::Words;
use std::ops::Range;

/// A piece of a query and its place, in characters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// The second half of `NOT WITHIN`.
    Within,
    Plus,
    Minus,
    /// What stands between quotes, and how many words a `~` behind them allows in between.
    Quoted {
        body: Range<usize>,
        gap: Option<u32>,
    },
    /// The name of a field; its value is the next token: `Value`, `Quoted` or `Open`.
    Field(Field),
    /// A value without quotes.
    Value(String),
    /// What stands without quotes and has a word in it.
    Bare(String),
}

struct Lexer<'q> {
    chars: &'q [char],
    at: usize,
    tokens: Vec<Token>,
    notes: &'q mut Notes,
}

pub(super) fn lex(chars: &[char], notes: &mut Notes) -> Vec<Token> {
    let mut lexer = Lexer { chars, at: 0, tokens: Vec::new(), notes };
    while let Some(c) = lexer.peek() {
        match c {
            _ if c.is_whitespace() => lexer.at += 1,
            '(' => lexer.push(TokenKind::Open, 1),
            ')' => lexer.push(TokenKind::Close, 1),
            _ if is_quote(c) => lexer.quoted(),
            _ => lexer.bare(),
        }
    }
    lexer.tokens
}

/// Whether a text has a word in it.
pub(super) fn has_word(text: &str) -> bool {
    Words::new(text).advance()
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ff02}')
}

fn ends_bare(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')') || is_quote(c)
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token { kind, span: self.at..self.at + length });
        self.at += length;
    }

    fn text(&self, range: Range<usize>) -> String {
        self.chars[range].iter().collect()
    }

    /// Where the run of characters that begins at `from` ends.
    fn run_end(&self, from: usize, ends: fn(char) -> bool) -> usize {
        self.chars[from..].iter().position(|c| ends(*c)).map_or(self.chars.len(), |length| from + length)
    }

    fn quoted(&mut self) {
        let open = self.at;
        let body = open + 1..self.run_end(open + 1, is_quote);
        if body.end == self.chars.len() {
            self.notes.error(open..open + 1, "this quotation mark is not closed", "put a \" behind the phrase");
            self.at = self.chars.len();
            return;
        }
        self.at = body.end + 1;
        let gap = if self.peek() == Some('~') { self.gap() } else { None };
        let span = open..self.at;
        self.tokens.push(Token { kind: TokenKind::Quoted { body, gap }, span });
    }

    /// Reads `~5` behind a phrase.
    fn gap(&mut self) -> Option<u32> {
        let start = self.at;
        self.at = self.run_end(start + 1, |c| !c.is_ascii_digit());
        let digits = self.text(start + 1..self.at);
        match digits.parse() {
            Ok(gap) if gap <= MAX_GAP => Some(gap),
            _ if digits.is_empty() => {
                let message = "~ needs the number of words that may stand in between";
                self.notes.error(start..self.at, message, "for at most five write \"near words\"~5");
                None
            }
            _ => {
                let message = format!("at most {MAX_GAP} words may stand in between");
                self.notes.error(start..self.at, message, "for words anywhere in the passage write word AND word");
                None
            }
        }
    }

    /// Reads a sign, an operator, a field or a word.
    fn bare(&mut self) {
        let start = self.at;
        let end = self.run_end(start, ends_bare);
        let text = self.text(start..end);
        let opens_next = self.chars.get(end).is_some_and(|c| *c == '(' || is_quote(*c));
        let signs_end = self.run_end(start, |c| !matches!(c, '+' | '-')).min(end);
        if signs_end > start + 1 && has_word(&text) {
            let hint = "write one + to require, one - to exclude, or quotation marks around the text";
            self.notes.error(start..signs_end, "several signs stand before this word", hint);
            self.at = signs_end;
            return;
        }
        if let Some(sign @ ('+' | '-')) = self.peek()
            && (has_word(&text) || (end == start + 1 && opens_next))
        {
            self.push(if sign == '+' { TokenKind::Plus } else { TokenKind::Minus }, 1);
            return;
        }
        if self.field(start..end, opens_next) {
            return;
        }
        let kind = match text.as_str() {
            "AND" => TokenKind::And,
            "OR" => TokenKind::Or,
            "NOT" => TokenKind::Not,
            "WITHIN" if self.tokens.last().is_some_and(|token| token.kind == TokenKind::Not) => TokenKind::Within,
            _ if !has_word(&text) && !text.contains('*') => {
                self.passed_over(start..end, &text);
                self.at = end;
                return;
            }
            _ => TokenKind::Bare(text),
        };
        self.push(kind, end - start);
    }

    /// Reads the name of a field with its value, unless a quote or parenthesis holds the value.
    fn field(&mut self, run: Range<usize>, opens_next: bool) -> bool {
        let name_end = self.run_end(run.start, |c| !c.is_ascii_alphabetic() && c != '_');
        if name_end == run.start || self.chars.get(name_end) != Some(&':') {
            return false;
        }
        let name = self.text(run.start..name_end);
        let value = name_end + 1..run.end;
        let field = Field::named(&name);
        if value.is_empty() && !opens_next {
            if let Some(field) = field {
                let message = format!("`{name}:` with nothing directly behind it is read as a word");
                let hint = format!("for the field, write {}: and its value without a blank", field.name());
                self.notes.warn(run.start..name_end + 1, message, &hint);
            }
            return false;
        }
        let Some(field) = field else {
            let begins_word = self.chars.get(value.start).is_some_and(|c| c.is_alphanumeric() || is_quote(*c) || *c == '(');
            if name.len() < 2 || name.bytes().any(|b| b.is_ascii_uppercase()) || !begins_word {
                return false;
            }
            self.notes.error(run.start..name_end + 1, format!("there is no field `{name}:`"), &hint_for(&name));
            self.at = value.end.max(name_end + 1);
            // Reading goes on as if this were a word, so that no operator beside it is blamed.
            self.tokens.push(Token { kind: TokenKind::Bare(name), span: run.start..self.at });
            return true;
        };
        self.push(TokenKind::Field(field), name_end + 1 - run.start);
        if !value.is_empty() {
            let text = self.text(value.clone());
            self.push(TokenKind::Value(text), value.len());
        }
        true
    }

    fn passed_over(&mut self, span: Range<usize>, text: &str) {
        let hint = match text {
            "+" | "-" => "write the sign directly before the word",
            "&&" | "&" => "for both, write AND",
            "||" | "|" => "for either, write OR",
            "!" => "to exclude, write -word or NOT word",
            ".." => "write a range without blanks: year:2005..2010",
            _ if text.starts_with('~') => "write ~5 directly behind the closing quotation mark",
            _ => "",
        };
        self.notes.warn(span, format!("`{text}` has no letter or digit and is passed over"), hint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces in short, then the remarks.
    fn pieces(query: &str) -> String {
        let chars: Vec<char> = query.chars().collect();
        let mut notes = Notes::default();
        let mut shown: Vec<String> = Vec::new();
        for token in lex(&chars, &mut notes) {
            assert!(token.span.start < token.span.end && token.span.end <= chars.len());
            shown.push(match token.kind {
                TokenKind::Quoted { body, gap } => format!("<{}>{}", chars[body].iter().collect::<String>(), gap.unwrap_or(0)),
                TokenKind::Field(field) => format!("{}:", field.name()),
                TokenKind::Value(text) => format!("={text}"),
                TokenKind::Bare(text) => text,
                kind => format!("{kind:?}"),
            });
        }
        shown.extend(notes.errors.iter().chain(&notes.warnings).map(|note| format!("!{}", note.message)));
        shown.join(" ")
    }

    #[test]
    fn operators_are_upper_case_and_signs_stand_before_a_word() {
        assert_eq!(pieces("+a -b (c OR d) AND NOT e or f"), "Plus a Minus b Open c Or d Close And Not e or f");
        assert_eq!(pieces("opt-out -\"x y\" +(z)"), "opt-out Minus <x y>0 Plus Open z Close");
        assert_eq!(pieces("\"a\" NOT WITHIN \"a b\" WITHIN"), "<a>0 Not Within <a b>0 WITHIN");
    }

    #[test]
    fn all_quotation_marks_are_equal() {
        assert_eq!(pieces("“do not”~5 „sell”"), "<do not>5 <sell>0");
        assert_eq!(pieces("a \"b c"), "a !this quotation mark is not closed");
        assert_eq!(pieces("\"a b\"~"), "<a b>0 !~ needs the number of words that may stand in between");
        assert_eq!(pieces("\"a b\"~99999999999"), "<a b>0 !at most 1000 words may stand in between");
    }

    #[test]
    fn fields_have_their_value_directly_behind() {
        assert_eq!(pieces("company:AT&T year:..2010"), "company: =AT&T year: =..2010");
        assert_eq!(pieces("Heading:\"a b\" kind:(x OR y)"), "heading: <a b>0 kind: Open x Or y Close");
        assert_eq!(pieces("http://x.org/a 10:30 Note: a:b Re:x"), "http://x.org/a 10:30 Note: a:b Re:x");
        assert_eq!(pieces("compnay:x y"), "compnay y !there is no field `compnay:`");
        assert_eq!(pieces("company: x"), "company: x !`company:` with nothing directly behind it is read as a word");
    }

    #[test]
    fn punctuation_alone_is_passed_over_and_said() {
        assert_eq!(pieces("a && b"), "a b !`&&` has no letter or digit and is passed over");
        assert_eq!(pieces("--a"), "a !several signs stand before this word");
        assert_eq!(pieces("a - b"), "a b !`-` has no letter or digit and is passed over");
    }
}
