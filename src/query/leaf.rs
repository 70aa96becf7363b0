//! Reads the single clauses of a query: a word, a phrase, a field with its value.

use super::fields::Field;
use super::lexer::{Token, TokenKind};
use super::parser::{Condition, Parser, Tree};
use super::values::{
    ValueError, parse_as_of, parse_interval, parse_language, parse_ranks, parse_since, parse_topic, parse_until, parse_years,
};
use super::{NameMatch, NamePattern, Node, Phrase, SiteCondition, phrase};
use crate::words::words;
use std::ops::Range;

/// Words with one of these between are alternatives even without a blank: `collection/use`. Other signs bind: `third-party`.
const PARTING: [char; 7] = ['/', '\\', ';', '|', '…', '–', '—'];

/// A word, or the phrase of what our rule takes it for.
fn whole_word(text: &str) -> Option<Node> {
    let mut parts: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
    match parts.len() {
        0 => None,
        1 => Some(Node::Word(parts.remove(0))),
        _ => Some(Node::Phrase(Phrase::exact(parts))),
    }
}

impl<'q> Parser<'q> {
    pub(super) fn phrase(&mut self, body: Range<usize>, gap: Option<u32>) -> Option<Phrase> {
        let alternatives = phrase::read(self.chars, body, &mut self.phrase_words, self.notes)?;
        if gap.is_some() && alternatives.iter().all(|words| words.len() == 1) {
            self.notes.warn(
                self.last_span(),
                "~ has no meaning behind a single word",
                "put all words between the quotation marks",
            );
        }
        Some(Phrase { alternatives, gap: gap.unwrap_or(0), not_within: Vec::new() })
    }

    /// A word without quotes: itself, the beginning of words, or what its parts are together.
    pub(super) fn word(&mut self, text: &str, span: Range<usize>) -> Option<Node> {
        let bare = text.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        if let Some(start) = bare.strip_suffix('*').filter(|start| !start.contains('*')) {
            let mut parts = words(start);
            return match parts.pop() {
                Some(word) if parts.is_empty() && word.end == start.len() => Some(Node::Prefix(word.text)),
                _ => {
                    self.notes.error(span, "`*` stands behind the beginning of one word", "write a word such as pseudonym*");
                    None
                }
            };
        }
        if text.contains('*') {
            self.notes.error(
                span,
                "`*` can only stand at the end of a word",
                "write the beginning of the word, as in pseudonym*",
            );
            return None;
        }
        let fuzzy = bare.rsplit_once('~').is_some_and(|(_, number)| number.chars().all(|c| c.is_ascii_digit() || c == '.'));
        if fuzzy {
            self.notes.error(
                span,
                "`~5` stands directly behind a phrase in quotes",
                "write \"near words\"~5; for other spellings write word*",
            );
            return None;
        }
        if text.starts_with(['!', '\u{2013}', '\u{2014}', '\u{2212}']) {
            self.notes.warn(span.start..span.start + 1, "this sign does not exclude the word", "to exclude it, write -word");
        }
        // An address is one thing, slashes and all.
        if text.contains("://") {
            return whole_word(text);
        }
        let mut nodes: Vec<Node> = text.split(PARTING).filter_map(whole_word).collect();
        Some(if nodes.len() == 1 {
            nodes.remove(0)
        } else {
            Node::Bool { must: Vec::new(), should: nodes, must_not: Vec::new() }
        })
    }

    /// A field with its value, or with several in parentheses.
    pub(super) fn field(&mut self, field: Field, name: &Token) -> Option<Tree> {
        let mut values = Vec::new();
        if let Some(open) = self.accept(&TokenKind::Open) {
            self.values(field, open, &mut values)?;
        } else {
            values.push(self.value()?);
        }
        let span = name.span.start..self.last_span().end;
        let condition = self.condition(field, &values, &span)?;
        Some(Tree::Condition(condition, span))
    }

    /// Values in parentheses with `OR` between.
    fn values(&mut self, field: Field, open: &Token, values: &mut Vec<(String, &'q Token)>) -> Option<()> {
        if !matches!(field, Field::Company | Field::Kind | Field::Lang | Field::Topic | Field::Category | Field::Interval) {
            let hint = format!("write ({0}:a OR {0}:b)", field.name());
            self.stop(open.span.clone(), format!("{}: has one value", field.name()), &hint);
            return None;
        }
        loop {
            values.push(self.value()?);
            if self.accept(&TokenKind::Close).is_some() {
                return Some(());
            }
            if self.accept(&TokenKind::Or).is_none() {
                let hint = format!("write {}:(a OR \"b c\")", field.name());
                self.stop(open.span.clone(), "this list of values needs OR between them and a ) at its end".to_owned(), &hint);
                return None;
            }
        }
    }

    fn value(&mut self) -> Option<(String, &'q Token)> {
        let span = self.last_span();
        let text = match self.peek() {
            Some(TokenKind::Value(text) | TokenKind::Bare(text)) => text.clone(),
            Some(TokenKind::Quoted { body, .. }) => self.chars[body.clone()].iter().collect(),
            // A quotation mark that is not closed has been told already.
            None if !self.notes.errors.is_empty() => return None,
            _ => {
                self.notes.error(span, "a value is missing here", "write it directly behind, as in company:example.com");
                return None;
            }
        };
        self.next().map(|token| (text, token))
    }

    fn condition(&mut self, field: Field, values: &[(String, &Token)], span: &Range<usize>) -> Option<Condition> {
        let (text, token) = values.first()?;
        let near = values.iter().any(|(_, token)| matches!(token.kind, TokenKind::Quoted { gap: Some(_), .. }));
        if near && field != Field::Heading {
            self.notes.error(span.clone(), format!("~ has no meaning behind {}:", field.name()), "leave it out");
            return None;
        }
        let read = match field {
            Field::Company => names(values).map(Condition::Company),
            Field::Kind => names(values).map(Condition::Kind),
            Field::Lang => values.iter().map(|(text, _)| parse_language(text)).collect::<Result<_, _>>().map(Condition::Lang),
            Field::Rank => parse_ranks(text).map(|ranks| Condition::Site(SiteCondition::Rank(ranks))),
            Field::Category => names(values).map(|names| Condition::Site(SiteCondition::Category(names))),
            Field::Interval => values
                .iter()
                .map(|(text, _)| parse_interval(text))
                .collect::<Result<_, _>>()
                .map(|any_of| Condition::Site(SiteCondition::Interval(any_of))),
            Field::Year => parse_years(text).map(Condition::Days),
            Field::Since => parse_since(text).map(Condition::Days),
            Field::Until => parse_until(text).map(Condition::Days),
            Field::AsOf => parse_as_of(text).map(Condition::AsOf),
            Field::Heading => return self.heading(text, token).map(Condition::Heading),
            Field::Topic => values.iter().map(|(text, _)| parse_topic(text)).collect::<Result<_, _>>().map(Condition::Topic),
        };
        read.map_err(|error| self.notes.error(span.clone(), error.message, &error.hint)).ok()
    }

    /// The words of a heading; without quotes too they are exact.
    fn heading(&mut self, text: &str, token: &Token) -> Option<Phrase> {
        if let TokenKind::Quoted { body, gap } = &token.kind {
            return self.phrase(body.clone(), *gap);
        }
        let word = match self.word(text, token.span.clone())? {
            // A heading is asked for whole, slashes and all.
            Node::Bool { .. } => whole_word(text).unwrap_or(Node::Phrase(Phrase::exact(Vec::new()))),
            word => word,
        };
        match word {
            Node::Phrase(phrase) if phrase.alternatives.iter().all(|words| !words.is_empty()) => Some(phrase),
            Node::Word(word) => Some(Phrase::exact(vec![word])),
            Node::Prefix(_) => {
                self.notes.error(
                    token.span.clone(),
                    "a heading is searched for whole words",
                    "write heading:\"(party|parties)\"",
                );
                None
            }
            _ => {
                self.notes.error(token.span.clone(), "there is no word in this value", "write heading:\"what we share\"");
                None
            }
        }
    }
}

fn names(values: &[(String, &Token)]) -> Result<NameMatch, ValueError> {
    let any_of = values.iter().map(|(text, _)| NamePattern::parse(text)).collect::<Result<_, _>>()?;
    Ok(NameMatch { any_of })
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

    #[test]
    fn words_phrases_and_prefixes() {
        assert_eq!(shown("Sharing"), "sharing");
        assert_eq!(shown("sell, share."), "(|sell |share)");
        assert_eq!(shown("third-party don't AT&T Pseudonym*"), "(|<third party> |don't |<at t> |pseudonym*)");
        assert_eq!(shown("collection/use"), "(|collection |use)");
        assert_eq!(shown("+1,000"), "<1 000>");
        assert_eq!(shown("\"Do NOT sell\" “near words”~5"), "(|<do not sell> |<near words>~5)");
        assert_eq!(shown("\"legitimate (business)? interest\""), "<legitimate business interest/legitimate interest>");
        assert_eq!(shown("https://example.com 10:30"), "(|<https example com> |<10 30>)");
    }

    #[test]
    fn what_may_not_be_meant_is_said() {
        assert_eq!(shown("\"a\" or \"b\""), "(|<a> |or |<b>) !4..6 `or` in lower case is a word to find");
        assert_eq!(shown("do not sell"), "(|do |not |sell)");
        assert_eq!(shown("DO NOT SELL"), "(+do -sell) !3..6 NOT in upper case excludes what follows");
        assert_eq!(shown("a OR NOT b"), "(|a |(-b)) !5..8 as an alternative, this finds every passage without what follows");
    }
}
