//! The terms of some topics, found in texts: how much each passage of a document says of each topic.

use super::{BUILT_IN, MAX_TOPICS, Topic, TopicFileError, built_in};
use crate::history::{Entry, Timeline, Version};
use crate::passage::Shape;
use crate::words::{self, Words};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What the weight of a term in a heading above the passage counts (1: as in the passage).
pub const HEADING_SHARE: f32 = 0.5;

/// What the weight of a term in the passage before or after counts, where the passage says something of the topic itself.
pub const NEIGHBOUR_SHARE: f32 = 0.1;

/// The weight that gives half of the highest score: two or three strong terms and nothing of other topics.
pub const HALF: f32 = 8.0;

/// Lower levels (of 255) are not kept: they say next to nothing.
pub const MIN_LEVEL: u8 = 13;

/// From this likeness on (2 × equal characters / all) a name may be the one that was meant.
const SIMILAR: f32 = 0.6;

/// So many names that may be meant are told.
const MAX_SIMILAR: usize = 5;

/// A topic by its place in the lexicon, and a passage's score in it in steps of 1/255, see [`score_of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Level {
    pub topic: u8,
    pub level: u8,
}

/// Why topics cannot be used together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    #[error("{0}")]
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
    topics: Vec<Topic>,
    /// How many of the topics are built in; they come first.
    built_in: usize,
    /// The numbers of all stems and of all words as written that stand in a term.
    stems: FxHashMap<String, u32>,
    words: FxHashMap<String, u32>,
    terms: Vec<Known>,
    by_stem: Starts,
    by_word: Starts,
    /// For each built-in topic, the practices that it competes with.
    rivals: Vec<Vec<u8>>,
    hash: String,
}

/// A term of the lexicon.
#[derive(Debug)]
struct Known {
    topic: u8,
    /// Place in the topic's own list.
    place: u32,
    weight: f32,
    as_written: bool,
    /// The numbers of its words behind the second.
    rest: Vec<u32>,
}

/// Where terms begin, by the numbers of their words.
#[derive(Debug, Default)]
struct Starts {
    /// For each word: the terms that it is alone, and whether longer ones begin with it.
    words: Vec<(Vec<u32>, bool)>,
    /// The terms that begin with two words.
    pairs: FxHashMap<(u32, u32), Vec<u32>>,
}

impl Starts {
    fn add(&mut self, first: u32, second: Option<u32>, term: u32) {
        let wanted = self.words.len().max(first as usize + 1);
        self.words.resize(wanted, Default::default());
        let (alone, begins) = &mut self.words[first as usize];
        match second {
            None => alone.push(term),
            Some(second) => {
                *begins = true;
                self.pairs.entry((first, second)).or_default().push(term);
            }
        }
    }

    /// The terms that a word is alone, and those that it may begin with the next.
    fn of(&self, first: u32, second: Option<u32>) -> (&[u32], &[u32]) {
        let Some((alone, begins)) = self.words.get(first as usize) else { return (&[], &[]) };
        let longer = second.filter(|_| *begins).and_then(|second| self.pairs.get(&(first, second)));
        (alone, longer.map_or(&[], Vec::as_slice))
    }
}

/// Stands for a word that is in no term.
const UNKNOWN: u32 = u32::MAX;

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

    /// What each passage of a document says of the topics, by its place in the last version that it stands in.
    ///
    /// The weight of a topic is the sum over its terms of weight × 2n / (n + 1), where the term stands n times in the passage, and
    /// half of that of the headings above; where that is anything, a tenth of that of the passages before and after is added. Of a
    /// practice the weight is multiplied with its share among all ten; of another built-in topic with the square root of its share
    /// among itself and the practices that are not its neighbours. A weight w is the score w / (w + [`HALF`]); of a learned topic, which has a
    /// bias b, it is 1 / (1 + e^-(w + b)), without competition.
    pub fn of_history(&self, timeline: &Timeline, versions: &[Version], texts: &[Arc<str>]) -> Vec<Vec<Level>> {
        let mut reader = Reader::new(self);
        let own: Vec<Vec<f32>> = texts.iter().map(|text| reader.weights(text)).collect();
        let mut found = vec![Vec::new(); texts.len()];
        let mut last_of: Vec<Vec<u32>> = vec![Vec::new(); versions.len()];
        for passage in 0..texts.len() as u32 {
            let last = timeline.occurrences(passage).last().and_then(|snapshot| timeline.snapshots.get(snapshot as usize));
            if let Some(wanted) = last.and_then(|snapshot| last_of.get_mut(snapshot.version as usize)) {
                wanted.push(passage);
            }
        }
        let mut is_wanted = vec![false; texts.len()];
        for (number, wanted) in last_of.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty()) {
            for &passage in wanted {
                is_wanted[passage as usize] = true;
            }
            let lang = timeline.versions.get(number).map_or("", |facts| facts.lang.as_str());
            places(&versions[number].entries, &mut is_wanted, |place| {
                found[place.passage as usize] = self.levels(&self.scores(&place, &own, lang));
            });
        }
        found
    }

    /// The scores in all topics of a passage at its place; 0 in topics of other languages.
    fn scores(&self, place: &Place<'_>, own: &[Vec<f32>], lang: &str) -> Vec<f32> {
        let count = self.topics.len();
        let of =
            |passage: u32, topic: usize| own.get(passage as usize).and_then(|weights| weights.get(topic)).copied().unwrap_or(0.0);
        let mut weights = vec![0.0; count];
        for (topic, weight) in weights.iter_mut().enumerate() {
            let above: f32 = place.headings.iter().map(|heading| of(*heading, topic).max(0.0)).sum();
            *weight = of(place.passage, topic) + HEADING_SHARE * above;
            if *weight > 0.0 {
                let beside = [place.before, place.after].into_iter().flatten().map(|other| of(other, topic).max(0.0));
                *weight += NEIGHBOUR_SHARE * beside.sum::<f32>();
            }
        }
        self.compete(&weights, lang)
    }

    /// From the weights of a passage to its scores.
    fn compete(&self, weights: &[f32], lang: &str) -> Vec<f32> {
        let score = |(number, topic): (usize, &Topic)| {
            let weight = weights[number];
            if !(lang.is_empty() || topic.lang == lang) {
                return 0.0;
            }
            if let Some(bias) = topic.bias {
                return 1.0 / (1.0 + (-(weight + bias as f32)).exp());
            }
            if weight <= 0.0 {
                return 0.0;
            }
            let share = self.rivals.get(number).map_or(1.0, |rivals| {
                let all: f32 = rivals.iter().map(|rival| weights[usize::from(*rival)].max(0.0)).sum();
                if topic.practice { weight / all } else { (weight / (all + weight)).sqrt() }
            });
            let weight = weight * share;
            weight / (weight + HALF)
        };
        self.topics.iter().enumerate().map(score).collect()
    }

    fn levels(&self, scores: &[f32]) -> Vec<Level> {
        let levels = scores.iter().enumerate().map(|(topic, score)| Level { topic: topic as u8, level: level(*score) });
        levels.filter(|one| one.level >= MIN_LEVEL).collect()
    }

    /// The scores of a text alone, without headings and neighbours, in a topic's language.
    pub fn of_text(&self, text: &str) -> Vec<f32> {
        Reader::new(self).scores(text)
    }
}

/// The score that a level stands for, from 0 to 1.
pub fn score_of(level: u8) -> f32 {
    f32::from(level) / 255.0
}

/// A score as it is kept.
fn level(score: f32) -> u8 {
    (score.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// A term of a topic that stands in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// As the topic's file writes it.
    pub term: String,
    pub times: u32,
    /// What it adds to the topic's weight.
    pub weight: f32,
}

/// Finds the terms of a lexicon in one text after another; a policy's vocabulary is small, so words once met are remembered.
pub struct Reader<'l> {
    lexicon: &'l Lexicon,
    met: FxHashMap<String, (u32, u32)>,
    /// The words of the present text: the numbers of their stems and of themselves.
    text: Vec<(u32, u32)>,
    times: Vec<u32>,
    touched: Vec<u32>,
}

impl<'l> Reader<'l> {
    pub fn new(lexicon: &'l Lexicon) -> Reader<'l> {
        let times = vec![0; lexicon.terms.len()];
        Reader { lexicon, met: FxHashMap::default(), text: Vec::new(), times, touched: Vec::new() }
    }

    /// The weight of each topic in a text.
    pub fn weights(&mut self, text: &str) -> Vec<f32> {
        let mut weights = vec![0.0; self.lexicon.topics.len()];
        self.count(text);
        for &term in &self.touched {
            let known = &self.lexicon.terms[term as usize];
            weights[usize::from(known.topic)] += known.weight * saturated(self.times[term as usize]);
        }
        self.forget();
        weights
    }

    /// The scores of a text alone, see [`Lexicon::of_text`].
    pub fn scores(&mut self, text: &str) -> Vec<f32> {
        let weights = self.weights(text);
        self.lexicon.compete(&weights, "")
    }

    /// The terms of a topic that stand in a text, in the order of the topic's file.
    pub fn terms(&mut self, text: &str, topic: u8) -> Vec<Weighed> {
        self.count(text);
        let mut found = Vec::new();
        for &term in &self.touched {
            let known = &self.lexicon.terms[term as usize];
            if known.topic == topic {
                let times = self.times[term as usize];
                let term = self.lexicon.topics[usize::from(topic)].terms[known.place as usize].text.clone();
                found.push(Weighed { term, times, weight: known.weight * saturated(times) });
            }
        }
        self.forget();
        found
    }

    /// Counts the terms of a text, in the order of the lexicon: sums of floats depend on theirs.
    fn count(&mut self, text: &str) {
        let lexicon = self.lexicon;
        self.text.clear();
        let mut walk = Words::new(text);
        while walk.advance() {
            let known = match self.met.get(walk.word()) {
                Some(known) => *known,
                None => {
                    let stem = lexicon.stems.get(&words::stem(walk.word())).copied().unwrap_or(UNKNOWN);
                    let word = lexicon.words.get(walk.word()).copied().unwrap_or(UNKNOWN);
                    self.met.insert(walk.word().to_owned(), (stem, word));
                    (stem, word)
                }
            };
            self.text.push(known);
        }
        for (at, &(stem, word)) in self.text.iter().enumerate() {
            let next = self.text.get(at + 1);
            let (stem_alone, from_stem) = lexicon.by_stem.of(stem, next.map(|next| next.0));
            let (word_alone, from_word) = lexicon.by_word.of(word, next.map(|next| next.1));
            let behind = self.text.get(at + 2..).unwrap_or_default();
            let stands = |term: &&u32| {
                let known = &lexicon.terms[**term as usize];
                let here = behind.iter().map(|&(stem, word)| if known.as_written { word } else { stem });
                known.rest.len() <= behind.len() && here.take(known.rest.len()).eq(known.rest.iter().copied())
            };
            let longer = from_stem.iter().chain(from_word).filter(stands);
            for &term in stem_alone.iter().chain(word_alone).chain(longer) {
                if self.times[term as usize] == 0 {
                    self.touched.push(term);
                }
                self.times[term as usize] += 1;
            }
        }
        self.touched.sort_unstable();
    }

    fn forget(&mut self) {
        for term in self.touched.drain(..) {
            self.times[term as usize] = 0;
        }
    }
}

/// How much a term says that stands so many times: once 1, often up to 2.
pub(super) fn saturated(times: u32) -> f32 {
    let times = times as f32;
    2.0 * times / (times + 1.0)
}

/// Where a passage stands in a version.
struct Place<'a> {
    passage: u32,
    headings: &'a [u32],
    before: Option<u32>,
    after: Option<u32>,
}

/// Tells the first place of each wanted passage, which is then no longer wanted.
fn places(entries: &[Entry], is_wanted: &mut [bool], mut each: impl FnMut(Place<'_>)) {
    let mut above: Vec<u8> = Vec::new();
    let mut headings: Vec<u32> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Shape::Heading(level) = entry.shape {
            while above.last().is_some_and(|other| *other >= level) {
                above.pop();
                headings.pop();
            }
        }
        if std::mem::take(&mut is_wanted[entry.passage as usize]) {
            // A heading is no neighbour: it stands above what follows it, and is counted there.
            let text = |entry: &Entry| (!matches!(entry.shape, Shape::Heading(_))).then_some(entry.passage);
            let before = at.checked_sub(1).and_then(|before| entries.get(before)).and_then(text);
            let after = entries.get(at + 1).and_then(text);
            each(Place { passage: entry.passage, headings: &headings, before, after });
        }
        if let Shape::Heading(level) = entry.shape {
            above.push(level);
            headings.push(entry.passage);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{HistoryBuilder, Provenance};
    use crate::passage::Passage;
    use crate::snapshot::{DocumentKey, Format, Recording};
    use crate::source::Locator;
    use proptest::prelude::*;

    const SHOES: &str = "name = \"shoes\"\ntitle = \"Shoes\"\n[terms]\n\"lace\" = 2\n\"shoe size\" = 6\n\"=Sizes\" = -1\n\"shoe size chart\" = 1\n";

    fn shoes() -> Lexicon {
        Lexicon::new([SHOES]).unwrap()
    }

    fn weight(lexicon: &Lexicon, topic: &str, text: &str) -> f32 {
        Reader::new(lexicon).weights(text)[usize::from(lexicon.find(topic).unwrap())]
    }

    #[test]
    fn terms_count_by_their_stems_in_order_and_more_often_less() {
        let lexicon = shoes();
        assert_eq!(weight(&lexicon, "shoes", "Laces"), 2.0);
        assert_eq!(weight(&lexicon, "shoes", "laces, laced laces"), 3.0);
        assert_eq!(weight(&lexicon, "shoes", "the size of a shoe"), 0.0);
        assert_eq!(weight(&lexicon, "shoes", "our shoe size charts"), 7.0);
        assert_eq!(weight(&lexicon, "shoes", "Shoe sizes"), 5.0);
        assert_eq!(weight(&lexicon, "shoes", ""), 0.0);
    }

    /// The levels of the passages of a document of one version.
    fn levels(lexicon: &Lexicon, passages: &[(&str, Shape)]) -> Vec<Vec<Level>> {
        let mut builder = HistoryBuilder::default();
        let passages: Vec<Passage> =
            passages.iter().map(|(text, shape)| Passage { text: (*text).to_owned(), shape: *shape }).collect();
        let entries = builder.entries(&passages);
        let version = builder.version(&entries);
        let provenance = Provenance {
            locator: Locator::file("a.md"),
            commit_kind: None,
            url: None,
            format: Format::Markdown,
            encoding: "UTF-8".to_owned(),
            replaced: 0,
            bytes: 0,
            sha256: [0; 32],
            extraction: 0,
        };
        builder.add(None, Default::default(), provenance, version);
        let key = DocumentKey { company: String::new(), kind: String::new(), part: String::new() };
        let history = builder.finish(key, Recording::Captures);
        lexicon.of_history(&history.timeline, &history.versions, &history.texts)
    }

    fn level_in(lexicon: &Lexicon, topic: &str, levels: &[Level]) -> u8 {
        let number = lexicon.find(topic).unwrap();
        levels.iter().find(|level| level.topic == number).map_or(0, |level| level.level)
    }

    #[test]
    fn headings_count_half_and_neighbours_a_tenth() {
        let lexicon = shoes();
        let text = Shape::Paragraph;
        let found = levels(
            &lexicon,
            &[("Shoe size", Shape::Heading(1)), ("Laces here.", text), ("Nothing at all.", text), ("More laces.", text)],
        );
        let of = |passage: usize| level_in(&lexicon, "shoes", &found[passage]);
        let expected = |weight: f32| level(weight / (weight + HALF));
        assert_eq!(of(0), expected(6.0 + 0.1 * 2.0));
        assert_eq!(of(1), expected(2.0 + 0.5 * 6.0));
        assert_eq!(of(2), expected(0.5 * 6.0 + 0.1 * (2.0 + 2.0)));
        assert_eq!(of(3), expected(2.0 + 0.5 * 6.0));
    }

    #[test]
    fn a_topic_of_ones_own_changes_no_other_score() {
        let plain = Lexicon::new([]).unwrap();
        let own = "name = \"own\"\ntitle = \"Own\"\n[terms]\n\"retain\" = 100\n\"data\" = 100\n";
        let more = Lexicon::new([own, SHOES]).unwrap();
        let text = "We retain personal data for as long as necessary, and share it with our affiliates.";
        let (before, after) = (plain.of_text(text), more.of_text(text));
        assert_eq!(before, after[..before.len()]);
        assert!(after[before.len()] > 0.9);
        assert_ne!(plain.hash(), more.hash());
    }

    #[test]
    fn practices_compete() {
        let lexicon = Lexicon::new([]).unwrap();
        let score = |text: &str| lexicon.of_text(text)[usize::from(lexicon.find("retention").unwrap())];
        let alone = "Data retention: we retain data as long as necessary.";
        assert!(score(alone) > 0.6);
        assert!(
            score(&format!("{alone} We share your information with third parties, affiliates and advertisers.")) < score(alone)
        );
    }

    #[test]
    fn a_name_is_taken_once() {
        let named = |name: &str| SHOES.replace("shoes", name);
        assert_eq!(Lexicon::new([named("retention").as_str()]).unwrap_err(), TopicError::BuiltIn("retention".into()));
        assert_eq!(Lexicon::new([SHOES, SHOES]).unwrap_err(), TopicError::Twice("shoes".into()));
        let practice = SHOES.replace("[terms]", "practice = true\n[terms]");
        assert_eq!(Lexicon::new([practice.as_str()]).unwrap_err(), TopicError::Practice("shoes".into()));
        assert_eq!(shoes().find("data RETENTION"), shoes().find("retention"));
    }

    proptest! {
        /// Weights are those of looking for each term at each place.
        #[test]
        fn terms_are_found_wherever_they_stand(words in proptest::collection::vec(
            prop_oneof![Just("shoe"), Just("size"), Just("sizes"), Just("chart"), Just("lace"), Just("other")], 0..12)) {
            let lexicon = shoes();
            let text = words.join(" ");
            let stems: Vec<String> = words.iter().map(|word| words::stem(word)).collect();
            let topic = &lexicon.topics()[usize::from(lexicon.find("shoes").unwrap())];
            let mut expected = 0.0;
            for term in &topic.terms {
                let times = (0..words.len()).filter(|at| {
                    let place = *at..*at + term.words.len();
                    match term.as_written {
                        true => words.get(place).is_some_and(|here| here.iter().eq(&term.words)),
                        false => stems.get(place).is_some_and(|here| *here == term.words[..]),
                    }
                });
                expected += term.weight as f32 * saturated(times.count() as u32);
            }
            prop_assert!((weight(&lexicon, "shoes", &text) - expected).abs() < 1e-4);
        }
    }
}
