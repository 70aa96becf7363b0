//! Some topics together: their names, what they compete with, and the words that their terms are of.

use super::terms::{Known, Starts};
use super::{BUILT_IN, HALF, HEADING_SHARE, MAX_TOPICS, MIN_LEVEL, NEIGHBOUR_SHARE, Topic, TopicFileError, built_in};
use crate::words;
use rustc_hash::FxHashMap;

/// From this likeness on (2 × equal characters / all) a name may be the one that was meant.
const SIMILAR: f32 = 0.6;

/// So many names that may be meant are told.
const MAX_SIMILAR: usize = 5;

/// Why topics cannot be used together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    #[error(transparent)]
    File(#[from] TopicFileError),
    #[error("`{0}` is the name of a built-in topic: give yours another name")]
    BuiltIn(String),
    #[error("`{0}` is none of the index's own topics: `fineprint topics` lists them")]
    Unknown(String),
    #[error("two topics are named `{0}`")]
    Twice(String),
    #[error("`{0}` says practice = true, and only built-in topics compete with each other: leave it out")]
    Practice(String),
    #[error("{0} topics are too many: {MAX_TOPICS} are the most of an index, built-in ones included")]
    TooMany(usize),
}

/// Topics, and where their terms begin.
#[derive(Debug)]
pub struct Lexicon {
    pub(super) topics: Vec<Topic>,
    /// How many of the topics are built in; they come first.
    built_in: usize,
    /// The numbers of all stems and of all words as written that stand in a term.
    pub(super) stems: FxHashMap<String, u32>,
    pub(super) words: FxHashMap<String, u32>,
    pub(super) terms: Vec<Known>,
    pub(super) by_stem: Starts,
    pub(super) by_word: Starts,
    /// For each built-in topic, the practices that it competes with.
    pub(super) rivals: Vec<Vec<u8>>,
    hash: String,
}

impl Lexicon {
    /// The built-in topics and those of some files.
    ///
    /// # Errors
    /// Where a file is none, or a name is taken.
    pub fn new<'f>(own: impl IntoIterator<Item = &'f str>) -> Result<Lexicon, TopicError> {
        let mut topics = built_in();
        let built_in = topics.len();
        let mut others = own.into_iter().map(|text| Ok(Topic::parse(text)?)).collect::<Result<Vec<Topic>, TopicError>>()?;
        others.sort_by(|a, b| a.name.cmp(&b.name));
        for (at, topic) in others.iter().enumerate() {
            if topics.iter().any(|known| known.name == topic.name) {
                return Err(TopicError::BuiltIn(topic.name.clone()));
            }
            if others[..at].iter().any(|other| other.name == topic.name) {
                return Err(TopicError::Twice(topic.name.clone()));
            }
            if topic.practice {
                return Err(TopicError::Practice(topic.name.clone()));
            }
        }
        topics.extend(others);
        if topics.len() > MAX_TOPICS {
            return Err(TopicError::TooMany(topics.len()));
        }
        Ok(Lexicon::of(topics, built_in))
    }

    /// Of topics alone, none of which compete.
    pub fn alone(topics: Vec<Topic>) -> Lexicon {
        Lexicon::of(topics, 0)
    }

    fn of(topics: Vec<Topic>, built_in: usize) -> Lexicon {
        let mut lexicon = Lexicon {
            built_in,
            stems: FxHashMap::default(),
            words: FxHashMap::default(),
            terms: Vec::new(),
            by_stem: Starts::default(),
            by_word: Starts::default(),
            rivals: Vec::new(),
            topics: Vec::new(),
            hash: String::new(),
        };
        for (number, topic) in topics.iter().enumerate() {
            for (place, term) in topic.terms.iter().enumerate() {
                let known = if term.as_written { &mut lexicon.words } else { &mut lexicon.stems };
                let mut numbers = term.words.iter().map(|word| {
                    let next = known.len() as u32;
                    *known.entry(word.clone()).or_insert(next)
                });
                let Some(first) = numbers.next() else { continue };
                let second = numbers.next();
                let rest = numbers.collect();
                let starts = if term.as_written { &mut lexicon.by_word } else { &mut lexicon.by_stem };
                starts.add(first, second, lexicon.terms.len() as u32);
                lexicon.terms.push(Known {
                    topic: number as u8,
                    place: place as u32,
                    weight: term.weight as f32,
                    as_written: term.as_written,
                    rest,
                });
            }
        }
        let practices = |topic: &Topic| -> Vec<u8> {
            let competes = |other: &Topic| other.practice && (topic.practice || !topic.neighbours.contains(&other.name));
            (0..).zip(&topics).filter(|(_, other)| competes(other)).map(|(number, _)| number).collect()
        };
        lexicon.rivals = topics[..built_in].iter().map(practices).collect();
        lexicon.topics = topics;
        lexicon.hash = lexicon.hashed();
        lexicon
    }

    /// The built-in ones first, each group in the order of the names.
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    pub fn is_built_in(&self, topic: u8) -> bool {
        usize::from(topic) < self.built_in
    }

    /// A topic by its name, or by its title or a label in whatever case.
    pub fn find(&self, name: &str) -> Option<u8> {
        let folded = name.trim().to_lowercase();
        let is = |topic: &Topic| {
            topic.title.to_lowercase() == folded || topic.labels.iter().any(|label| label.to_lowercase() == folded)
        };
        // Names before titles.
        let by_name = self.topics.iter().position(|topic| topic.name == folded);
        by_name.or_else(|| self.topics.iter().position(is)).map(|number| number as u8)
    }

    /// Names and titles that look like this one, the likest first.
    fn similar(&self, name: &str) -> Vec<&str> {
        let folded = name.trim().to_lowercase();
        let likeness = |other: &str| {
            let other = other.to_lowercase();
            let holds = other.split(|c: char| !c.is_alphanumeric()).any(|word| word == folded);
            if holds { 1.0 } else { similar::TextDiff::from_chars(folded.as_str(), other.as_str()).ratio() }
        };
        let best = |topic: &Topic| likeness(&topic.name).max(likeness(&topic.title));
        let mut found: Vec<(f32, &str)> = self.topics.iter().map(|topic| (best(topic), topic.name.as_str())).collect();
        found.retain(|(likeness, _)| *likeness >= SIMILAR);
        found.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.cmp(other)));
        found.into_iter().map(|(_, name)| name).take(MAX_SIMILAR).collect()
    }

    /// What to try where no topic has this name.
    pub fn hint(&self, name: &str) -> String {
        match self.similar(name).as_slice() {
            [] => "`fineprint topics` lists all".to_owned(),
            similar => format!("is it {}? `fineprint topics` lists all", similar.join(", or ")),
        }
    }

    /// The file of a topic: of a built-in one as it was written, of others as the index keeps it.
    pub fn file(&self, number: u8) -> Option<String> {
        match BUILT_IN.get(usize::from(number)).filter(|_| self.is_built_in(number)) {
            Some(text) => Some((*text).to_owned()),
            None => Some(self.topics.get(usize::from(number))?.to_file()),
        }
    }

    /// Names these topics and how they are weighed: other scores have another hash.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    fn hashed(&self) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(format!("{HEADING_SHARE} {NEIGHBOUR_SHARE} {HALF} {MIN_LEVEL} {}", words::STEMMER).as_bytes());
        for file in (0..=u8::MAX).map_while(|number| self.file(number)) {
            hash.update(blake3::hash(file.as_bytes()).as_bytes());
        }
        hash.finalize().to_hex()[..16].to_owned()
    }
}
