//! The query language: from what the user typed to a [`Query`], and what a query means for the text of one passage.
//!
//! | written | finds |
//! |---|---|
//! | `sell share` | passages with any of these words, by stem; the more and the rarer, the higher |
//! | `"do not sell"` | these words in this order, case-folded, never stemmed |
//! | `"legitimate (business)? (interest\|interests)"` | choices and optional words in a phrase |
//! | `"share partners"~5` | these words in this order, with at most 5 others between the first and the last |
//! | `"do not sell" NOT WITHIN "do not sell my"` | occurrences of the first that do not lie inside one of the second |
//! | `+must -not`, `AND OR NOT ( )` | combinations; the operators are upper case |
//! | `pseudonym*` | words that begin so |
//! | `topic:retention` | passages about a topic, by its score; `topic:(retention OR deletion)` |
//! | `company:` `kind:` `lang:` `heading:` | conditions; several values: `company:(facebook OR google)`; `company:face*` |
//! | `rank:1..1000` `category:news` `interval:2019_A` | conditions on what is told of the site at the snapshots |
//! | `year:2005..2010` `since:2005-05` `until:2010` `asof:2010-05-25` | conditions on the snapshots in which a passage stands |
//!
//! **What binds tighter.** `NOT WITHIN`, then `NOT`, `+` and `-`, then `AND`, then `OR`; clauses beside each other bind least:
//! `a b AND c OR d` is `a ((b AND c) OR d)`.
//!
//! **Clauses beside each other** are alternatives. `+` makes one required (the others then count only for rank), `-` and `NOT`
//! exclude. Conditions, groups of nothing but conditions, and groups that only exclude are required, never alternatives:
//! `privacy company:facebook` finds what says privacy *and* is Facebook's. With `OR` between, they are alternatives.
//!
//! **Words.** The rule is that of [`crate::words`]. Outside quotes, a word that the rule parts (`third-party`, `AT&T`) is the
//! phrase of its parts; with a slash or a dash between (`collection/use`) the parts are alternatives. In quotes, punctuation has no meaning but `( | ) ?`; a group without `|` and `?` is just its words, and
//! a `?` after the last word of a phrase is a question mark (write `(word)?` to make that one optional).
//!
//! **Fields.** A name, a colon and a value without a blank between. A lower-case name that is no field is refused;
//! `https://…`, `10:30` and `Note: this` are words.
//!
//! **Dates** outside `OR` and `NOT` intersect to one range, and one occurrence must lie inside it.

mod assemble;
mod diagnostic;
mod fields;
mod leaf;
mod lexer;
mod limits;
mod matching;
#[cfg(test)]
mod meaning;
mod parser;
mod phrase;
mod positions;
pub mod question;
mod sites;
mod values;

pub use diagnostic::{Diagnostic, Diagnostics, render};
pub use limits::{Conflict, DayRange, Limits, NameMatch, NamePattern};
pub use matching::{Attributes, PassageWords, highlights, matches, spans};
pub use positions::{join_positions, remove_within};
pub use question::{Question, is_question};
pub use sites::{RankRange, SiteCondition};
pub use values::{
    ValueError, fold_name, parse_as_of, parse_interval, parse_language, parse_ranks, parse_since, parse_topic, parse_until,
    parse_years,
};

use crate::snapshot::Day;

/// The longest query, in characters.
pub const MAX_QUERY_CHARS: usize = 10_000;
/// The deepest nesting of parentheses, `NOT`s, and groups inside a phrase.
pub const MAX_DEPTH: usize = 64;
/// The most words, phrases and conditions in one query.
pub const MAX_CLAUSES: usize = 1_024;
/// The most readings of one phrase, its choices written out.
pub const MAX_ALTERNATIVES: u64 = 1_024;
/// The most words in all phrases of a query, their choices written out.
pub const MAX_PHRASE_WORDS: u64 = 50_000;
/// The most other words that a near phrase may allow.
pub const MAX_GAP: u32 = 1_000;

/// A query that has been understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// What a passage must satisfy; `None`: every passage within the limits.
    pub node: Option<Node>,
    pub limits: Limits,
    /// From which score on, 0 to 1, a passage is about a topic that is asked for; `None`: from the usual one on.
    pub topic_threshold: Option<f32>,
}

impl Query {
    /// The names of all topics that are asked for, as they were typed.
    pub fn topics(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.limits.topics.iter().flatten().map(String::as_str).collect();
        if let Some(node) = &self.node {
            node.topics(&mut names);
        }
        names
    }

    /// Whether `asof:` stands anywhere in it.
    pub fn asks_as_of(&self) -> bool {
        self.limits.as_of.is_some() || self.node.as_ref().is_some_and(Node::asks_as_of)
    }
}

/// What a passage must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A word in its form for matching, matched by its stem.
    Word(String),
    /// The beginning of a word, in the form for matching, never stemmed.
    Prefix(String),
    Phrase(Phrase),
    /// A word or prefix of which an occurrence counts only outside every occurrence of these phrases (never empty).
    Outside {
        term: Term,
        not_within: Vec<Phrase>,
    },
    /// All of `must`, none of `must_not`, and any of `should` where `must` is empty: else `should` counts only for rank.
    /// With `must_not` alone: every passage but those.
    Bool {
        must: Vec<Node>,
        should: Vec<Node>,
        must_not: Vec<Node>,
    },
    /// A question: the more of its parts and topics a passage has, the better.
    Question(Question),
    /// The passage is about one of these topics, by their names; ranked by its score.
    Topic(Vec<String>),
    /// A heading above the passage contains the phrase.
    Heading(Phrase),
    Company(NameMatch),
    Kind(NameMatch),
    /// The language of the snapshot's text, a lower-case code.
    Lang(String),
    /// Some occurrence is of a site of which this holds.
    Site(SiteCondition),
    /// Some occurrence lies within these days.
    Days(DayRange),
    /// The passage stands in its document as of the end of this day.
    AsOf(Day),
}

/// A single word to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// By stem, as [`Node::Word`].
    Word(String),
    /// As [`Node::Prefix`].
    Prefix(String),
}

/// All readings of a phrase, and where an occurrence of it does not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phrase {
    /// Each reading: one word or more in the form for matching, to be met in this order. No two are equal.
    pub alternatives: Vec<Vec<String>>,
    /// How many other words may stand between the first and the last, in total.
    pub gap: u32,
    /// An occurrence that lies inside an occurrence of one of these does not count.
    pub not_within: Vec<Phrase>,
}

/// A query that has been understood, with what its writer may not have meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub query: Query,
    /// In the order of their places.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a query.
///
/// # Errors
/// Every mistake found, in the order of their places.
pub fn parse(text: &str) -> Result<Parsed, Diagnostics> {
    let chars: Vec<char> = text.chars().take(MAX_QUERY_CHARS + 1).collect();
    if chars.len() > MAX_QUERY_CHARS {
        let count = text.chars().count();
        let message = format!("the query has {count} characters; {MAX_QUERY_CHARS} are the most");
        return Err(Diagnostics(vec![Diagnostic::new(MAX_QUERY_CHARS..MAX_QUERY_CHARS + 1, message)]));
    }
    let mut notes = diagnostic::Notes::default();
    let tokens = lexer::lex(&chars, &mut notes);
    let tree = parser::parse(&chars, &tokens, &mut notes);
    let query = match tree {
        Some(tree) if notes.errors.is_empty() => assemble::assemble(tree, chars.len(), &mut notes),
        _ => None,
    };
    notes.finish(query)
}

impl Phrase {
    /// The phrase of exactly these words, in their form for matching.
    pub fn exact(words: Vec<String>) -> Phrase {
        Phrase { alternatives: vec![words], gap: 0, not_within: Vec::new() }
    }
}

impl Node {
    /// Whether this asks something of the document or its snapshots, not of the passage's own words.
    pub fn is_condition(&self) -> bool {
        match self {
            Node::Word(_) | Node::Prefix(_) | Node::Phrase(_) | Node::Outside { .. } | Node::Question(_) => false,
            Node::Topic(_) => true,
            Node::Heading(_) | Node::Company(_) | Node::Kind(_) => true,
            Node::Lang(_) | Node::Site(_) | Node::Days(_) | Node::AsOf(_) => true,
            Node::Bool { must, should, must_not } => must.iter().chain(should).chain(must_not).all(Node::is_condition),
        }
    }

    /// Whether this asks, somewhere in it, what stood on a day.
    pub fn asks_as_of(&self) -> bool {
        match self {
            Node::AsOf(_) => true,
            Node::Bool { must, should, must_not } => must.iter().chain(should).chain(must_not).any(Node::asks_as_of),
            _ => false,
        }
    }

    /// The words of which any may stand, where no more is asked.
    pub fn loose_words(&self) -> Option<Vec<&str>> {
        match self {
            Node::Word(word) => Some(vec![word]),
            Node::Bool { must, should, must_not } if must.is_empty() && must_not.is_empty() && !should.is_empty() => {
                should.iter().map(|node| if let Node::Word(word) = node { Some(word.as_str()) } else { None }).collect()
            }
            _ => None,
        }
    }

    /// The words that are to stand each right behind the one before, where no more is asked.
    fn words_in_a_row(&self) -> Option<&[String]> {
        match self {
            Node::Phrase(Phrase { alternatives, gap: 0, not_within }) if not_within.is_empty() => match &alternatives[..] {
                [words] => Some(words),
                _ => None,
            },
            _ => None,
        }
    }

    fn topics<'n>(&'n self, names: &mut Vec<&'n str>) {
        match self {
            Node::Topic(any_of) => names.extend(any_of.iter().map(String::as_str)),
            Node::Bool { must, should, must_not } => {
                must.iter().chain(should).chain(must_not).for_each(|node| node.topics(names));
            }
            _ => {}
        }
    }

    /// Whether this says only what is not to be found.
    pub(crate) fn only_excludes(&self) -> bool {
        matches!(self, Node::Bool { must, should, .. } if must.is_empty() && should.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The query in short: `+` must, `-` must not, `|` alternatives, `{…}` limits; then its warnings. Or the mistakes.
    pub(super) fn shown(text: &str) -> String {
        let (mut parts, notes) = match parse(text) {
            Ok(Parsed { query, warnings }) => {
                (vec![query.node.map_or("*".into(), |n| node(&n)), limits(&query.limits)], warnings)
            }
            Err(Diagnostics(errors)) => (vec![], errors),
        };
        parts.extend(notes.iter().map(|note| format!("!{}..{} {}", note.span.start, note.span.end, note.message)));
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }

    fn node(of: &Node) -> String {
        let term = |term: &Term| match term {
            Term::Word(word) => word.clone(),
            Term::Prefix(prefix) => format!("{prefix}*"),
        };
        match of {
            Node::Word(word) => word.clone(),
            Node::Prefix(prefix) => format!("{prefix}*"),
            Node::Phrase(of) => phrase(of),
            Node::Outside { term: of, not_within } => format!("{}{}", term(of), covers(not_within)),
            Node::Bool { must, should, must_not } => {
                let signed = |sign: &'static str| move |of: &Node| format!("{sign}{}", node(of));
                let parts = must.iter().map(signed("+")).chain(should.iter().map(signed("|")));
                format!("({})", parts.chain(must_not.iter().map(signed("-"))).collect::<Vec<_>>().join(" "))
            }
            Node::Question(of) => format!("question:{}", of.parts.len()),
            Node::Topic(any_of) => format!("topic:{}", any_of.join("/")),
            Node::Heading(of) => format!("heading:{}", phrase(of)),
            Node::Company(of) => format!("company:{}", names(of)),
            Node::Kind(of) => format!("kind:{}", names(of)),
            Node::Lang(code) => format!("lang:{code}"),
            Node::Site(of) => site(of),
            Node::Days(days) => format!("days:[{days}]"),
            Node::AsOf(day) => format!("asof:{day}"),
        }
    }

    fn site(of: &SiteCondition) -> String {
        match of {
            SiteCondition::Rank(ranks) => format!("rank:[{ranks}]"),
            SiteCondition::Category(of) => format!("category:{}", names(of)),
            SiteCondition::Interval(any_of) => {
                format!("interval:{}", any_of.iter().map(ToString::to_string).collect::<Vec<_>>().join("/"))
            }
        }
    }

    fn phrase(of: &Phrase) -> String {
        let readings: Vec<String> = of.alternatives.iter().map(|words| words.join(" ")).collect();
        let gap = if of.gap > 0 { format!("~{}", of.gap) } else { String::new() };
        format!("<{}>{gap}{}", readings.join("/"), covers(&of.not_within))
    }

    fn covers(phrases: &[Phrase]) -> String {
        phrases.iter().map(|of| format!("!{}", phrase(of))).collect()
    }

    fn names(of: &NameMatch) -> String {
        let shown = |one: &NamePattern| format!("{}{}", one.folded, if one.prefix { "*" } else { "" });
        of.any_of.iter().map(shown).collect::<Vec<_>>().join("/")
    }

    fn limits(of: &Limits) -> String {
        let mut parts: Vec<String> = of.companies.iter().map(|names_| format!("company:{}", names(names_))).collect();
        parts.extend(of.kinds.iter().map(|names_| format!("kind:{}", names(names_))));
        parts.extend(of.langs.iter().map(|codes| format!("lang:{}", codes.join("/"))));
        parts.extend(of.topics.iter().map(|names| format!("topic:{}", names.join("/"))));
        parts.extend(of.sites.iter().map(site));
        parts.extend(of.headings.iter().map(|heading| format!("heading:{}", phrase(heading))));
        if !of.days.is_unlimited() {
            parts.push(of.days.to_string());
        }
        parts.extend(of.as_of.map(|day| format!("asof:{day}")));
        if parts.is_empty() { String::new() } else { format!("{{{}}}", parts.join(", ")) }
    }

    #[test]
    fn and_binds_tighter_than_or_and_both_tighter_than_standing_beside() {
        assert_eq!(shown("a OR b AND c"), "(|a |(+b +c))");
        assert_eq!(shown("(a OR b) AND c"), "(+(|a |b) +c)");
        assert_eq!(shown("NOT a AND b"), "(+b -a)");
        assert_eq!(shown("a b AND c OR d"), "(|a |(+b +c) |d)");
        assert_eq!(shown("a AND (b AND (NOT c))"), "(+a +b -c)");
        assert_eq!(shown("((a))"), "a");
    }

    #[test]
    fn signs_require_and_exclude() {
        assert_eq!(shown("+a b -c"), "(+a |b -c)");
        assert_eq!(shown("a b -c NOT d"), "(|a |b -c -d)");
        assert_eq!(shown("+a +\"b c\""), "(+a +<b c>)");
        assert_eq!(shown("+(a b) c"), "(+(|a |b) |c)");
        assert_eq!(shown("a -(b c)"), "(+a -(|b |c))");
        assert_eq!(shown("a AND +b AND -c"), "(+a +b -c)");
        assert_eq!(shown("a (-b)"), "(+a -b)");
        assert_eq!(shown("NOT (a AND NOT b) c"), "(+c -(+a -b))");
    }

    #[test]
    fn an_occurrence_counts_outside_others_only() {
        assert_eq!(shown("\"not sell\" NOT WITHIN \"do not sell\""), "<not sell>!<do not sell>");
        assert_eq!(shown("sell NOT WITHIN (\"a b\" OR \"c d\") x"), "(|sell!<a b>!<c d> |x)");
        assert_eq!(shown("sell* NOT WITHIN \"a b\" NOT WITHIN \"c d\"~2"), "sell*!<a b>!<c d>~2");
        assert_eq!(shown("a -b NOT WITHIN \"b c\""), "(+a -b!<b c>)");
        assert_eq!(shown("NOT WITHIN \"a\""), "!0..10 NOT WITHIN needs a word or phrase before it");
        assert_eq!(shown("a NOT WITHIN b"), "!6..12 NOT WITHIN is followed by a phrase in quotes");
        assert_eq!(
            shown("(a b) NOT WITHIN \"b\""),
            "!17..20 NOT WITHIN stands behind a word or a phrase, not behind a group or field"
        );
    }

    #[test]
    fn mistakes_of_structure_have_their_place() {
        assert_eq!(shown(""), "!0..0 the query has no word and no condition");
        assert_eq!(shown("  "), "!0..2 the query has no word and no condition");
        assert_eq!(shown("&"), "!0..1 the query has no word and no condition");
        assert_eq!(shown("\"!!!\""), "!0..5 there is no word between these quotation marks");
        assert_eq!(shown("-sell"), "!0..5 a query must say what to find, not only what to exclude");
        assert_eq!(shown("a AND"), "!2..5 nothing stands behind AND");
        assert_eq!(shown("OR a"), "!0..2 nothing stands before OR");
        assert_eq!(shown("a AND OR b"), "!2..5 nothing stands behind AND");
        assert_eq!(shown("a NOT"), "!2..5 nothing stands behind NOT");
        assert_eq!(shown("(a"), "!0..1 this parenthesis is not closed");
        assert_eq!(shown("a) b"), "!1..2 this parenthesis was not opened");
        assert_eq!(shown("a ()"), "!2..4 there is nothing between these parentheses");
        assert_eq!(shown("+a OR b"), "!0..1 what OR makes a choice cannot be required as well");
        assert_eq!(shown("+NOT a"), "!0..1 + stands directly before a word, phrase or parenthesis");
        assert_eq!(shown("a \"b"), "!2..3 this quotation mark is not closed");
        assert_eq!(
            shown("se*l third-part*"),
            "!0..4 `*` can only stand at the end of a word !5..16 `*` stands behind the beginning of one word"
        );
        assert_eq!(shown("sell~2"), "!0..6 `~5` stands directly behind a phrase in quotes");
    }

    #[test]
    fn sizes_are_limited() {
        assert_eq!(shown(&"a".repeat(10_001)), "!10000..10001 the query has 10001 characters; 10000 are the most");
        let deep = format!("{}a{}", "(".repeat(4_000), ")".repeat(4_000));
        assert_eq!(shown(&deep), "!65..66 the query is nested more than 64 deep");
        assert_eq!(shown(&"NOT ".repeat(2_000)), "!260..263 the query is nested more than 64 deep");
        assert_eq!(shown(&format!("{}a{}", "(".repeat(64), ")".repeat(64))), "a");
        assert_eq!(shown(&"a ".repeat(1_025)), "!2048..2049 the query has more than 1024 words, phrases and conditions");
        let wide = "\"(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)\"".repeat(20);
        assert!(shown(&wide).contains("the phrases have more than 50000 words"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_text_is_a_query_or_has_mistakes_with_places(
            text in "(\\PC|\\s|[()\"*~+|?-]| AND | OR | NOT | NOT WITHIN |company:|heading:|year:|lang:|rank:|category:|interval:|asof:2010-01-01|a|b){0,40}"
        ) {
            let notes = match parse(&text) {
                Ok(parsed) => {
                    let highlighted = highlights(&parsed.query, &text);
                    prop_assert!(highlighted.windows(2).all(|pair| pair[0].end <= pair[1].start));
                    parsed.warnings
                }
                Err(errors) => {
                    prop_assert!(!errors.0.is_empty());
                    errors.0
                }
            };
            for note in notes {
                prop_assert!(note.span.start <= note.span.end && note.span.end <= text.chars().count());
                render(&text, &note);
            }
        }
    }
}
