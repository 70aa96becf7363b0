//! From a query to tantivy's: which passages match, and how well.

use super::SearchError;
use super::asked::{QUESTION_SHARE, QUESTION_THRESHOLD, main_topics};
use super::chain::Chain;
use super::filter::{Filter, Test};
use super::loose::{Loose, Scored};
use super::pair::Pair;
use super::scope::{self, Scope};
use super::summed::{Least, Part, Summed};
use crate::history::Timeline;
use crate::index::schema::{Fields, slot_and_passage};
use crate::index::{Index, IndexError, pairs};
use crate::query::Query as Asking;
use crate::query::{
    Attributes, DayRange, Limits, NameMatch, Node, PassageWords, Phrase, Question, SiteCondition, matches, spans,
};
use crate::snapshot::Day;
use crate::topic::{DEFAULT_THRESHOLD, MIN_LEVEL};
use crate::words;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RegexQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// What a word adds to a passage's score when the passage has it as it was typed and not only its stem (0: nothing; 1: as much again).
const EXACT_WORD_BOOST: f32 = 0.2;

/// What a word adds when a heading above the passage has its stem (0: nothing; 1: as much as in the passage).
const HEADING_BOOST: f32 = 0.5;

/// What a full score in a topic adds, beside words that add what BM25 says of them, and beside the parts of a question.
const TOPIC_WEIGHT: f32 = 4.0;

/// Which passages a question is to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that address it.
    Answers,
    /// All that have anything of it.
    All,
}

/// A part of a query, and what is said of it.
pub type Named = (String, Box<dyn Query>);

/// Turns queries for one index into tantivy's.
pub struct Planner {
    pub index: Arc<Index>,
    observing: super::Observing,
    /// From which score on a passage is about a topic.
    threshold: Option<f32>,
    faults: Arc<Mutex<Option<IndexError>>>,
}

impl Planner {
    pub fn of(index: &Arc<Index>, query: &Asking, observing: &super::Observing) -> Planner {
        let threshold = query.topic_threshold;
        Planner { index: index.clone(), observing: observing.clone(), threshold, faults: Arc::default() }
    }

    /// The first error that a test met while passages were collected.
    pub fn fault(&self) -> Option<IndexError> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The query for the passages that are wanted, ranked.
    pub fn plan(&self, query: &Asking, what: Wanted) -> Result<Box<dyn Query>, SearchError> {
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        match &query.node {
            Some(Node::Question(question)) => parts.push((Occur::Must, self.question(question, what)?)),
            Some(node) => match node.loose_words() {
                Some(words) => parts.push((Occur::Must, self.loose(&words))),
                None => {
                    parts.push((Occur::Must, self.node(node)?));
                    parts.extend(self.words_of_headings(node).into_iter().map(|(_, query)| (Occur::Should, query)));
                }
            },
            None => parts.push((Occur::Must, unscored(Box::new(AllQuery)))),
        }
        for names in &query.limits.topics {
            parts.push((Occur::Must, self.topics(names)?));
        }
        parts.extend(query.limits.headings.iter().map(|phrase| (Occur::Must, unscored(self.heading_candidates(phrase)))));
        Ok(if parts.len() == 1 { parts.remove(0).1 } else { Box::new(BooleanQuery::new(parts)) })
    }

    /// What adds to the scores of a query, part by part, with what is said of each.
    pub fn parts(&self, query: &Asking) -> Result<Vec<Named>, SearchError> {
        let mut parts = Vec::new();
        if let Some(node) = &query.node {
            self.parts_of(node, &mut parts)?;
        }
        for names in &query.limits.topics {
            parts.push((format!("topic {}", names.join(" or ")), self.topics(names)?));
        }
        let of_headings = query.node.iter().flat_map(|node| self.words_of_headings(node));
        parts.extend(of_headings.map(|(stem, query)| (format!("{stem} in a heading"), query)));
        Ok(parts)
    }

    fn parts_of(&self, node: &Node, parts: &mut Vec<Named>) -> Result<(), SearchError> {
        match node {
            Node::Bool { must, should, .. } => must.iter().chain(should).try_for_each(|node| self.parts_of(node, parts))?,
            Node::Question(question) => {
                for part in &question.parts {
                    let name = if part.is_concept { format!("concept {}", part.name) } else { part.name.clone() };
                    let alone = Question { parts: vec![part.clone()], topics: Vec::new() };
                    parts.push((name, self.question(&alone, Wanted::All)?));
                }
                for topic in &question.topics {
                    let alone = Question { parts: Vec::new(), topics: vec![topic.clone()] };
                    parts.push((format!("topic {}", topic.0), self.question(&alone, Wanted::All)?));
                }
            }
            Node::Topic(names) => parts.push((format!("topic {}", names.join(" or ")), self.topics(names)?)),
            Node::Word(word) => parts.push((word.clone(), self.node(node)?)),
            Node::Prefix(prefix) => parts.push((format!("{prefix}*"), self.node(node)?)),
            Node::Phrase(phrase) => parts.push((readings(phrase), self.node(node)?)),
            Node::Outside { term, .. } => {
                let (crate::query::Term::Word(word) | crate::query::Term::Prefix(word)) = term;
                parts.push((word.clone(), self.node(node)?));
            }
            // Conditions add nothing.
            Node::Heading(_) | Node::Company(_) | Node::Kind(_) => {}
            Node::Lang(_) | Node::Site(_) | Node::Days(_) | Node::AsOf(_) => {}
        }
        Ok(())
    }

    /// The words of a query where they stand in headings above a passage, by their stems.
    fn words_of_headings(&self, node: &Node) -> Vec<Named> {
        let heading = |stem: String| {
            let query = boosted(self.term(self.index.fields.heading, &stem), HEADING_BOOST);
            (stem, query)
        };
        positive_stems(node).into_iter().map(heading).collect()
    }

    /// Words of which any may stand: as [`Planner::word`] finds each, with what they add in headings.
    fn loose(&self, words: &[&str]) -> Box<dyn Query> {
        let fields = self.index.fields;
        let scored = |field, text: &str, boost, finds| Scored { term: Term::from_field_text(field, text), boost, finds };
        let mut stems: Vec<String> = words.iter().map(|word| words::remembered_stem(word)).collect();
        let mut terms = Vec::new();
        for (word, stem) in words.iter().zip(&stems) {
            terms.extend([scored(fields.stem, stem, 1.0, true), scored(fields.text, word, EXACT_WORD_BOOST, false)]);
        }
        stems.sort_unstable();
        stems.dedup();
        terms.extend(stems.iter().map(|stem| scored(fields.heading, stem, HEADING_BOOST, false)));
        Box::new(Loose(terms))
    }

    fn node(&self, node: &Node) -> Result<Box<dyn Query>, SearchError> {
        Ok(match node {
            Node::Word(word) => self.word(word),
            Node::Prefix(prefix) => self.prefix(prefix)?,
            Node::Phrase(phrase) => self.phrase(phrase),
            Node::Outside { term, .. } => {
                let candidates = match term {
                    crate::query::Term::Word(word) => self.word(word),
                    crate::query::Term::Prefix(prefix) => self.prefix(prefix)?,
                };
                let node = node.clone();
                self.checked(candidates, move |text| matches(&node, &PassageWords::new(text), &NoAttributes))
            }
            Node::Bool { must, should, must_not } => self.combined(must, should, must_not)?,
            Node::Question(question) => self.question(question, Wanted::All)?,
            Node::Topic(names) => self.topics(names)?,
            Node::Heading(phrase) => self.heading(phrase),
            Node::Company(names) => self.named(names, |entry| (&entry.company, &entry.key.company)),
            Node::Kind(names) => self.named(names, |entry| (&entry.kind, &entry.key.kind)),
            Node::Lang(code) => {
                let code = code.clone();
                self.timed(move |timeline, snapshot| timeline.version_of(snapshot).is_some_and(|facts| facts.lang == code))
            }
            Node::Site(condition) => {
                let condition = condition.clone();
                self.timed(move |timeline, snapshot| timeline.site(snapshot).is_some_and(|site| condition.holds(site)))
            }
            Node::Days(range) => {
                let range = *range;
                self.timed(move |timeline, snapshot| timeline.day(snapshot).is_some_and(|day| range.contains(day)))
            }
            Node::AsOf(day) => self.as_of(*day),
        })
    }

    fn term(&self, field: Field, text: &str) -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
    }

    /// A word by its stem; better where it stands as typed.
    fn word(&self, word: &str) -> Box<dyn Query> {
        Box::new(BooleanQuery::new(vec![
            (Occur::Must, self.term(self.index.fields.stem, &words::remembered_stem(word))),
            (Occur::Should, boosted(self.term(self.index.fields.text, word), EXACT_WORD_BOOST)),
        ]))
    }

    /// Passages about one of some topics, ranked by their scores.
    fn topics(&self, names: &[String]) -> Result<Box<dyn Query>, SearchError> {
        let topics: Vec<u8> = names.iter().map(|name| topic_number(&self.index, name)).collect::<Result<_, _>>()?;
        let threshold = self.threshold.unwrap_or(DEFAULT_THRESHOLD);
        let at_least = (threshold * 255.0).ceil().clamp(1.0, 255.0) as u8;
        let part = Part::Topics { field: self.index.fields.topic, topics, at_least, weight: TOPIC_WEIGHT, decides: true };
        Ok(Box::new(Summed { parts: [part].into(), least: None }))
    }

    /// Passages that address a question, or all that have any part of it or are about any of its topics.
    fn question(&self, question: &Question, what: Wanted) -> Result<Box<dyn Query>, SearchError> {
        let main: Vec<&str> = main_topics(question).collect();
        let words = question.parts.iter().map(|part| Part::Words { field: self.index.fields.stem, stems: part.stems.clone() });
        let topics = question.topics.iter().map(|(name, weight)| -> Result<Part, SearchError> {
            let topics = vec![topic_number(&self.index, name)?];
            let weight = TOPIC_WEIGHT * weight;
            let decides = main.contains(&name.as_str());
            Ok(Part::Topics { field: self.index.fields.topic, topics, at_least: MIN_LEVEL, weight, decides })
        });
        let least = match what {
            Wanted::All => None,
            Wanted::Answers => Some(Least { topics: self.threshold.unwrap_or(QUESTION_THRESHOLD), words: QUESTION_SHARE }),
        };
        let parts = words.map(Ok).chain(topics).collect::<Result<_, SearchError>>()?;
        Ok(Box::new(Summed { parts, least }))
    }

    /// All words that begin so. Every word in its form for matching is letters, digits and apostrophes: none means anything to a
    /// regular expression.
    fn prefix(&self, prefix: &str) -> tantivy::Result<Box<dyn Query>> {
        Ok(Box::new(RegexQuery::from_pattern(&format!("{prefix}.*"), self.index.fields.text)?))
    }

    fn phrase(&self, phrase: &Phrase) -> Box<dyn Query> {
        let exact = phrase.gap == 0;
        let candidates = any(phrase.alternatives.iter().map(|words| self.sequence(words, exact)));
        if exact && phrase.not_within.is_empty() {
            return candidates;
        }
        let phrase = phrase.clone();
        self.checked(candidates, move |text| !spans(&phrase, &PassageWords::new(text)).is_empty())
    }

    /// Some words: in this order without gap where `exact`, anywhere in the passage otherwise.
    fn sequence(&self, words: &[String], exact: bool) -> Box<dyn Query> {
        let field = self.index.fields.text;
        match words {
            [word] => self.term(field, word),
            words if exact => self.beside(words),
            words => {
                let mut distinct: Vec<&String> = words.iter().collect();
                distinct.sort_unstable();
                distinct.dedup();
                all(distinct.into_iter().map(|word| self.term(field, word)))
            }
        }
    }

    /// Some words, of at least two, each right behind the one before.
    fn beside(&self, words: &[String]) -> Box<dyn Query> {
        let Fields { text, pair, .. } = self.index.fields;
        let terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(text, word)).collect();
        let pair = |two: &[String]| Some(Term::from_field_text(pair, &pairs::pair(&two[0], &two[1])?));
        let pairs: Vec<Option<Term>> = words.windows(2).map(pair).collect();
        match (&terms[..], &pairs[..]) {
            ([first, second], [Some(pair)]) => Box::new(Pair { pair: pair.clone(), words: [first.clone(), second.clone()] }),
            _ if pairs.iter().any(Option::is_some) => Box::new(Chain { words: terms, pairs }),
            _ => Box::new(PhraseQuery::new(terms)),
        }
    }

    fn combined(&self, must: &[Node], should: &[Node], must_not: &[Node]) -> Result<Box<dyn Query>, SearchError> {
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (occur, nodes) in [(Occur::Must, must), (Occur::Should, should), (Occur::MustNot, must_not)] {
            for node in nodes {
                parts.push((occur, self.node(node)?));
            }
        }
        if must.is_empty() && should.is_empty() {
            parts.push((Occur::Must, unscored(Box::new(AllQuery))));
        }
        Ok(Box::new(BooleanQuery::new(parts)))
    }

    /// Passages with the stems of a phrase in their headings, in any version.
    fn heading_candidates(&self, phrase: &Phrase) -> Box<dyn Query> {
        let field = self.index.fields.heading;
        any(phrase.alternatives.iter().map(|words| {
            let mut stems: Vec<String> = words.iter().map(|word| words::stem(word)).collect();
            stems.sort_unstable();
            stems.dedup();
            all(stems.into_iter().map(|stem| self.term(field, &stem)))
        }))
    }

    fn heading(&self, phrase: &Phrase) -> Box<dyn Query> {
        let phrases = [phrase.clone()];
        self.tested(self.heading_candidates(phrase), move |index, slot, passage| {
            for place in index.record(slot)?.timeline.placements(passage) {
                if scope::under(index, slot, place.path, &phrases)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    fn named(&self, names: &NameMatch, of: fn(&crate::index::catalog::DocumentEntry) -> (&String, &String)) -> Box<dyn Query> {
        let names = names.clone();
        self.tested(Box::new(AllQuery), move |index, slot, _| {
            let (counted, recorded) = of(index.entry(slot)?);
            Ok(names.matches(counted) || names.matches(recorded))
        })
    }

    /// Passages with an occurrence that a test accepts.
    fn timed(&self, accepts: impl Fn(&Timeline, u32) -> bool + Send + Sync + 'static) -> Box<dyn Query> {
        self.tested(Box::new(AllQuery), move |index, slot, passage| {
            let timeline = &index.record(slot)?.timeline;
            Ok(timeline.occurrences(passage).iter().any(|snapshot| accepts(timeline, snapshot)))
        })
    }

    fn as_of(&self, day: Day) -> Box<dyn Query> {
        let observing = self.observing.clone();
        self.tested(Box::new(AllQuery), move |index, slot, passage| {
            let limits = Limits::default();
            let stands = Scope { index, limits: &limits, observing: &observing }.as_of(slot, day)?;
            Ok(stands.is_some_and(|snapshot| {
                index.record(slot).is_ok_and(|record| record.timeline.occurrences(passage).contains(snapshot))
            }))
        })
    }

    /// Those candidates whose text passes a test.
    fn checked(&self, candidates: Box<dyn Query>, accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Box<dyn Query> {
        let test = self.test(move |index, slot, passage| Ok(accepts(&index.text(slot, passage)?)));
        Box::new(Filter { inner: candidates, test, index: self.index.clone() })
    }

    /// Those candidates that pass a test, unscored: a condition says nothing of how well a passage answers.
    fn tested(
        &self,
        candidates: Box<dyn Query>,
        accepts: impl Fn(&Index, u32, u32) -> Result<bool, IndexError> + Send + Sync + 'static,
    ) -> Box<dyn Query> {
        unscored(Box::new(Filter { inner: candidates, test: self.test(accepts), index: self.index.clone() }))
    }

    fn test(&self, accepts: impl Fn(&Index, u32, u32) -> Result<bool, IndexError> + Send + Sync + 'static) -> Test {
        let index = self.index.clone();
        let faults = self.faults.clone();
        Arc::new(move |id| {
            let (slot, passage) = slot_and_passage(id);
            accepts(&index, slot, passage).unwrap_or_else(|error| {
                faults.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                false
            })
        })
    }
}

/// A phrase as it is told of.
fn readings(phrase: &Phrase) -> String {
    let readings: Vec<String> = phrase.alternatives.iter().map(|words| format!("\"{}\"", words.join(" "))).collect();
    readings.join(" or ")
}

/// The number of a topic of an index, by its name, its title or what labelled data calls it.
///
/// # Errors
/// Where there is none.
pub fn topic_number(index: &Index, name: &str) -> Result<u8, SearchError> {
    let number_of =
        |name: &str| (0..=u8::MAX).zip(&index.catalog.topics).find(|(_, known)| *known == name).map(|(number, _)| number);
    if let Some(number) = number_of(name) {
        return Ok(number);
    }
    let lexicon = index.lexicon()?;
    let by_title = lexicon.find(name).and_then(|number| lexicon.topics().get(usize::from(number)));
    let number = by_title.and_then(|topic| number_of(&topic.name));
    number.ok_or_else(|| SearchError::UnknownTopic { name: name.to_owned(), hint: lexicon.hint(name) })
}

/// The stems of the words that a query asks for, not of those that it excludes; each once.
fn positive_stems(node: &Node) -> Vec<String> {
    fn add(node: &Node, stems: &mut Vec<String>) {
        match node {
            Node::Word(word) => stems.push(words::remembered_stem(word)),
            Node::Bool { must, should, .. } => must.iter().chain(should).for_each(|node| add(node, stems)),
            _ => {}
        }
    }
    let mut stems = Vec::new();
    add(node, &mut stems);
    stems.sort_unstable();
    stems.dedup();
    stems
}

fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}

fn any(queries: impl Iterator<Item = Box<dyn Query>>) -> Box<dyn Query> {
    combine(Occur::Should, queries)
}

fn all(queries: impl Iterator<Item = Box<dyn Query>>) -> Box<dyn Query> {
    combine(Occur::Must, queries)
}

fn combine(occur: Occur, queries: impl Iterator<Item = Box<dyn Query>>) -> Box<dyn Query> {
    let mut queries: Vec<Box<dyn Query>> = queries.collect();
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::new(queries.into_iter().map(|query| (occur, query)).collect())),
    }
}

/// For nodes that ask of the passage's own words only.
struct NoAttributes;

impl Attributes for NoAttributes {
    fn topic(&self, _: &[String]) -> bool {
        false
    }

    fn heading(&self, _: &Phrase) -> bool {
        false
    }

    fn company(&self, _: &NameMatch) -> bool {
        false
    }

    fn kind(&self, _: &NameMatch) -> bool {
        false
    }

    fn lang(&self, _: &str) -> bool {
        false
    }

    fn site(&self, _: &SiteCondition) -> bool {
        false
    }

    fn days(&self, _: DayRange) -> bool {
        false
    }

    fn as_of(&self, _: Day) -> bool {
        false
    }
}
