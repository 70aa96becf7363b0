//! From the pieces of a query to a tree that says which binds which.

use super::diagnostic::{Notes, nothing_to_find};
use super::lexer::{Token, TokenKind};
use super::{DayRange, MAX_CLAUSES, MAX_DEPTH, MAX_PHRASE_WORDS, NameMatch, Node, Phrase, SiteCondition, Term};
use crate::snapshot::Day;
use std::ops::Range;

/// What was written, its places kept where a later step may have to name them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Text(Node),
    Condition(Condition, Range<usize>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>, Range<usize>),
    /// Clauses beside each other; `true` for those marked `+`.
    Beside(Vec<(bool, Tree)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Company(NameMatch),
    Kind(NameMatch),
    /// One of them.
    Lang(Vec<String>),
    /// About one of them.
    Topic(Vec<String>),
    Heading(Phrase),
    Days(DayRange),
    AsOf(Day),
    Site(SiteCondition),
}

pub(super) struct Parser<'q> {
    pub chars: &'q [char],
    tokens: &'q [Token],
    at: usize,
    clauses: usize,
    /// How many words the phrases may still have.
    pub phrase_words: u64,
    pub notes: &'q mut Notes,
}

/// A clause, and where the `+` before it stands.
type Signed = (Option<Range<usize>>, Tree);

/// Reads the pieces; `None` after an error.
pub(super) fn parse(chars: &[char], tokens: &[Token], notes: &mut Notes) -> Option<Tree> {
    warn_of_case(tokens, notes);
    let mut parser = Parser { chars, tokens, at: 0, clauses: 0, phrase_words: MAX_PHRASE_WORDS, notes };
    let mut clauses = parser.beside(0);
    while let Some(token) = parser.next() {
        // Only a closing parenthesis ends the clauses before the query ends.
        parser.notes.error(token.span.clone(), "this parenthesis was not opened", "leave it out, or put a ( before");
        clauses.extend(parser.beside(0));
    }
    if clauses.is_empty() && notes.errors.is_empty() {
        notes.errors.push(nothing_to_find(0..chars.len()));
    }
    notes.errors.is_empty().then(|| unwrap_single(clauses))
}

/// A clause that stands alone is itself.
fn unwrap_single(mut clauses: Vec<(bool, Tree)>) -> Tree {
    match clauses.pop() {
        Some((_, tree)) if clauses.is_empty() => tree,
        last => {
            clauses.extend(last);
            Tree::Beside(clauses)
        }
    }
}

impl<'q> Parser<'q> {
    pub fn peek(&self) -> Option<&'q TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    pub fn next(&mut self) -> Option<&'q Token> {
        let token = self.tokens.get(self.at);
        self.at += usize::from(token.is_some());
        token
    }

    pub fn accept(&mut self, kind: &TokenKind) -> Option<&'q Token> {
        if self.peek() == Some(kind) { self.next() } else { None }
    }

    pub fn last_span(&self) -> Range<usize> {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0..0, |token| token.span.clone())
    }

    fn not_within_is_next(&self) -> bool {
        self.peek() == Some(&TokenKind::Not) && self.tokens.get(self.at + 1).is_some_and(|token| token.kind == TokenKind::Within)
    }

    fn clause_is_next(&self) -> bool {
        match self.peek() {
            None | Some(TokenKind::Close | TokenKind::And | TokenKind::Or | TokenKind::Within) => false,
            Some(_) => !self.not_within_is_next(),
        }
    }

    /// Ends the reading: what follows would only be misunderstood.
    pub fn stop(&mut self, span: Range<usize>, message: String, hint: &str) {
        self.notes.error(span, message, hint);
        self.at = self.tokens.len();
    }

    /// Clauses up to the end or a closing parenthesis.
    fn beside(&mut self, depth: usize) -> Vec<(bool, Tree)> {
        let mut clauses = Vec::new();
        while self.peek().is_some_and(|kind| *kind != TokenKind::Close) {
            if let Some((plus, tree)) = self.any(depth) {
                clauses.push((plus.is_some(), tree));
            }
        }
        clauses
    }

    fn any(&mut self, depth: usize) -> Option<Signed> {
        let operands = self.operands(&TokenKind::Or, "OR", &mut |parser| parser.all(depth));
        if operands.len() < 2 {
            return operands.into_iter().next();
        }
        if let Some(plus) = operands.iter().find_map(|(plus, _)| plus.clone()) {
            self.notes.error(
                plus,
                "what OR makes a choice cannot be required as well",
                "to require one of them, write +(a OR b)",
            );
        }
        Some((None, Tree::Any(operands.into_iter().map(|(_, tree)| tree).collect())))
    }

    fn all(&mut self, depth: usize) -> Option<Signed> {
        let operands = self.operands(&TokenKind::And, "AND", &mut |parser| parser.unary(depth));
        if operands.len() < 2 {
            return operands.into_iter().next();
        }
        Some((None, Tree::All(operands.into_iter().map(|(_, tree)| tree).collect())))
    }

    /// Clauses with an operator between them.
    fn operands(&mut self, operator: &TokenKind, name: &str, read: &mut dyn FnMut(&mut Self) -> Option<Signed>) -> Vec<Signed> {
        let mut operands: Vec<Signed> = read(self).into_iter().collect();
        while let Some(token) = self.accept(operator) {
            if self.clause_is_next() {
                operands.extend(read(self));
            } else {
                let hint = format!("to find the word itself, write \"{}\"", name.to_lowercase());
                self.notes.error(token.span.clone(), format!("nothing stands behind {name}"), &hint);
            }
        }
        operands
    }

    fn unary(&mut self, depth: usize) -> Option<Signed> {
        let token = self.tokens.get(self.at)?;
        if depth > MAX_DEPTH {
            self.stop(
                token.span.clone(),
                format!("the query is nested more than {MAX_DEPTH} deep"),
                "use fewer parentheses and NOTs",
            );
            return None;
        }
        if self.not_within_is_next() {
            self.at += 2;
            let span = token.span.start..self.last_span().end;
            self.notes.error(span, "NOT WITHIN needs a word or phrase before it", "write \"sell\" NOT WITHIN \"do not sell\"");
            return None;
        }
        self.at += 1;
        match &token.kind {
            TokenKind::Not | TokenKind::Minus if self.clause_is_next() => {
                let (plus, tree) = self.unary(depth + 1)?;
                if let Some(plus) = plus {
                    self.notes.error(plus, "what is excluded cannot be required", "leave out the +");
                }
                Some((None, Tree::Not(Box::new(tree), token.span.clone())))
            }
            TokenKind::Plus if self.peek() == Some(&TokenKind::Not) => {
                self.notes.error(token.span.clone(), "+ stands directly before a word, phrase or parenthesis", "leave it out");
                None
            }
            TokenKind::Plus => {
                let (_, tree) = self.unary(depth + 1)?;
                Some((Some(token.span.clone()), tree))
            }
            TokenKind::Not | TokenKind::Minus => {
                self.notes.error(token.span.clone(), "nothing stands behind NOT", "to find the word itself, write \"not\"");
                None
            }
            TokenKind::And | TokenKind::Or => {
                let name = if token.kind == TokenKind::And { "and" } else { "or" };
                let message = format!("nothing stands before {}", name.to_uppercase());
                self.notes.error(token.span.clone(), message, &format!("to find the word itself, write \"{name}\""));
                None
            }
            _ => self.primary(token, depth).map(|tree| (None, tree)),
        }
    }

    fn primary(&mut self, token: &Token, depth: usize) -> Option<Tree> {
        self.clauses += usize::from(token.kind != TokenKind::Open);
        if self.clauses > MAX_CLAUSES {
            let message = format!("the query has more than {MAX_CLAUSES} words, phrases and conditions");
            self.stop(token.span.clone(), message, "use fewer");
            return None;
        }
        let tree = match &token.kind {
            TokenKind::Open => self.group(token, depth),
            TokenKind::Field(field) => self.field(*field, token),
            TokenKind::Quoted { body, gap } => self.phrase(body.clone(), *gap).map(|phrase| Tree::Text(Node::Phrase(phrase))),
            TokenKind::Bare(text) => self.word(text, token.span.clone()).map(Tree::Text),
            // The lexer gives a value only behind a field, which takes it.
            _ => None,
        };
        if self.not_within_is_next() { self.not_within(tree) } else { tree }
    }

    fn group(&mut self, open: &Token, depth: usize) -> Option<Tree> {
        let errors = self.notes.errors.len();
        let clauses = self.beside(depth + 1);
        if self.notes.errors.len() > errors {
            self.accept(&TokenKind::Close);
            return None;
        }
        if self.accept(&TokenKind::Close).is_none() {
            self.notes.error(open.span.clone(), "this parenthesis is not closed", "put a ) behind the group");
            return None;
        }
        if clauses.is_empty() {
            self.notes.error(
                open.span.start..self.last_span().end,
                "there is nothing between these parentheses",
                "leave them out",
            );
            return None;
        }
        Some(unwrap_single(clauses))
    }

    /// Reads all `NOT WITHIN` behind a word or phrase.
    fn not_within(&mut self, tree: Option<Tree>) -> Option<Tree> {
        let mut covers = Vec::new();
        let mut whole = true;
        while self.not_within_is_next() {
            self.at += 2;
            let span = self.last_span();
            match self.covers() {
                Some(more) if !more.is_empty() => covers.extend(more),
                _ => {
                    self.notes.error(
                        span,
                        "NOT WITHIN is followed by a phrase in quotes",
                        "or by several: NOT WITHIN (\"a b\" OR \"c d\")",
                    );
                    whole = false;
                }
            }
        }
        let outside = |term| Node::Outside { term, not_within: covers.clone() };
        match tree? {
            _ if !whole => None,
            Tree::Text(Node::Word(word)) => Some(Tree::Text(outside(Term::Word(word)))),
            Tree::Text(Node::Prefix(prefix)) => Some(Tree::Text(outside(Term::Prefix(prefix)))),
            Tree::Text(Node::Phrase(mut phrase)) => {
                phrase.not_within = covers;
                Some(Tree::Text(Node::Phrase(phrase)))
            }
            _ => {
                let message = "NOT WITHIN stands behind a word or a phrase, not behind a group or field";
                self.notes.error(self.last_span(), message, "write it behind each phrase of the group");
                None
            }
        }
    }

    /// One phrase, or several in parentheses with `OR` between.
    fn covers(&mut self) -> Option<Vec<Phrase>> {
        if self.accept(&TokenKind::Open).is_none() {
            return self.cover().map(|phrase| vec![phrase]);
        }
        let mut covers = vec![self.cover()?];
        while self.accept(&TokenKind::Close).is_none() {
            self.accept(&TokenKind::Or);
            covers.push(self.cover()?);
        }
        Some(covers)
    }

    fn cover(&mut self) -> Option<Phrase> {
        let Some(TokenKind::Quoted { body, gap }) = self.peek() else {
            return None;
        };
        self.at += 1;
        self.phrase(body.clone(), *gap)
    }
}

/// Says what may have been meant as an operator and is none, and the other way round.
fn warn_of_case(tokens: &[Token], notes: &mut Notes) {
    let bare =
        || tokens.iter().filter_map(|token| if let TokenKind::Bare(text) = &token.kind { Some((text, token)) } else { None });
    let structured = tokens.iter().any(|token| !matches!(token.kind, TokenKind::Bare(_)));
    let operator = bare().find(|(text, _)| matches!(text.as_str(), "and" | "or" | "not"));
    if structured && let Some((text, token)) = operator {
        let hint = format!("as an operator, write {}", text.to_uppercase());
        notes.warn(token.span.clone(), format!("`{text}` in lower case is a word to find"), &hint);
    }
    // DO NOT SELL
    let upper_case = bare().count() > 1 && bare().all(|(text, _)| !text.chars().any(char::is_lowercase));
    if upper_case && let Some(not) = tokens.iter().find(|token| token.kind == TokenKind::Not) {
        notes.warn(not.span.clone(), "NOT in upper case excludes what follows", "to find the text itself, put it in quotes");
    }
}
