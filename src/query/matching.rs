//! What a query means for the text of one passage: whether it matches, and what of it is highlighted.

use super::positions::{join_positions, remove_within};
use super::{DayRange, NameMatch, Node, Phrase, Query, SiteCondition, Term};
use crate::snapshot::Day;
use crate::words::{Words, has_stem, remembered_stem};
use std::ops::Range;

/// So many words are looked for at once.
const WORDS_AT_ONCE: usize = u64::BITS as usize;

/// Room is made for a word in so many bytes of a text.
const BYTES_OF_A_WORD: usize = 5;

/// The words of a text in their forms for matching.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageWords {
    /// Where each word stands, in bytes.
    places: Vec<Range<usize>>,
    /// All forms, one behind the other: queries ask for few of them, so that looking through is cheaper than making a table.
    forms: String,
    /// Where each form ends.
    ends: Vec<usize>,
}

/// Answers the conditions of a query for the document and the snapshots of a passage.
pub trait Attributes {
    /// Whether the passage is about one of these topics.
    fn topic(&self, names: &[String]) -> bool;
    /// Whether a heading above the passage contains the phrase.
    fn heading(&self, phrase: &Phrase) -> bool;
    fn company(&self, names: &NameMatch) -> bool;
    fn kind(&self, names: &NameMatch) -> bool;
    /// Whether this is the language, a lower-case code.
    fn lang(&self, code: &str) -> bool;
    /// Whether some occurrence is of a site of which this holds.
    fn site(&self, condition: &SiteCondition) -> bool;
    /// Whether some occurrence lies within these days.
    fn days(&self, days: DayRange) -> bool;
    /// Whether the passage stands in its document as of the end of this day.
    fn as_of(&self, day: Day) -> bool;
}

impl PassageWords {
    pub fn new(text: &str) -> PassageWords {
        let words = text.len() / BYTES_OF_A_WORD;
        let mut passage = PassageWords {
            places: Vec::with_capacity(words),
            forms: String::with_capacity(text.len()),
            ends: Vec::with_capacity(words),
        };
        let mut walk = Words::new(text);
        while walk.advance() {
            passage.places.push(walk.start()..walk.end());
            passage.forms.push_str(walk.word());
            passage.ends.push(passage.forms.len());
        }
        passage
    }

    /// How many words the text has.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Where a word stands in the text, in bytes.
    pub fn place(&self, index: usize) -> Option<Range<usize>> {
        self.places.get(index).cloned()
    }

    /// The forms of the words, in order.
    fn forms(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.forms[std::mem::replace(&mut start, end)..end])
    }

    /// The indexes of the words whose form is as wanted.
    fn with(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<u32> {
        (0u32..).zip(self.forms()).filter(|(_, form)| is_wanted(form)).map(|(index, _)| index).collect()
    }

    fn form(&self, word: &str) -> Vec<u32> {
        self.with(|form| form == word)
    }

    fn with_stem_of(&self, word: &str) -> Vec<u32> {
        self.with_stem(&remembered_stem(word))
    }

    fn with_stem(&self, wanted: &str) -> Vec<u32> {
        self.with(|form| has_stem(form, wanted))
    }

    fn with_prefix(&self, prefix: &str) -> Vec<u32> {
        self.with(|form| form.starts_with(prefix))
    }
}

/// Where the phrase occurs, as ranges of word indexes, ascending; occurrences that do not count are left out.
///
/// An occurrence of a phrase with a gap is a shortest one: it contains no other of the same reading.
pub fn spans(phrase: &Phrase, passage: &PassageWords) -> Vec<Range<usize>> {
    occurrences(phrase, passage).into_iter().map(|(first, last)| first as usize..last as usize + 1).collect()
}

/// Whether a passage satisfies a node.
pub fn matches(node: &Node, passage: &PassageWords, attributes: &dyn Attributes) -> bool {
    let all = |nodes: &[Node]| nodes.iter().all(|node| matches(node, passage, attributes));
    let any = |nodes: &[Node]| nodes.iter().any(|node| matches(node, passage, attributes));
    match node {
        Node::Word(word) => !passage.with_stem_of(word).is_empty(),
        Node::Prefix(prefix) => passage.forms().any(|form| form.starts_with(prefix)),
        Node::Phrase(phrase) => !occurrences(phrase, passage).is_empty(),
        Node::Outside { term, not_within } => !term_outside(term, not_within, passage).is_empty(),
        Node::Bool { must, should, must_not } => {
            all(must) && !any(must_not) && (!must.is_empty() || should.is_empty() || any(should))
        }
        Node::Question(question) => question.stems().any(|stem| !passage.with_stem(stem).is_empty()),
        Node::Topic(names) => attributes.topic(names),
        Node::Heading(phrase) => attributes.heading(phrase),
        Node::Company(names) => attributes.company(names),
        Node::Kind(names) => attributes.kind(names),
        Node::Lang(code) => attributes.lang(code),
        Node::Site(condition) => attributes.site(condition),
        Node::Days(days) => attributes.days(*days),
        Node::AsOf(day) => attributes.as_of(*day),
    }
}

/// What a reader should see marked in the text of a passage: words by their stem, prefixes, phrases as a whole, of near phrases
/// each word; nothing that the query excludes. Ranges in Unicode characters, ascending, disjoint, never empty.
pub fn highlights(query: &Query, text: &str) -> Vec<Range<usize>> {
    let Some(node) = &query.node else { return Vec::new() };
    let places = if let Some(words) = node.loose_words() {
        with_stems_of(&words, text)
    } else if let Some(words) = node.words_in_a_row().filter(|words| words.len() <= WORDS_AT_ONCE) {
        with_words(words, text)
    } else {
        marks(node, text)
    };
    in_characters(text, &places)
}

/// What a node marks in a text, in bytes.
fn marks(node: &Node, text: &str) -> Vec<Range<usize>> {
    let passage = PassageWords::new(text);
    let mut marked = Vec::new();
    mark(node, &passage, &mut marked);
    marked.sort_unstable();
    let mut places: Vec<Range<usize>> = Vec::new();
    for (first, last) in marked {
        let (Some(first), Some(last)) = (passage.place(first as usize), passage.place(last as usize)) else {
            continue;
        };
        match places.last_mut() {
            Some(place) if first.start < place.end => place.end = place.end.max(last.end),
            _ => places.push(first.start..last.end),
        }
    }
    places
}

/// What words alone mark, found in one walk.
fn with_stems_of(wanted: &[&str], text: &str) -> Vec<Range<usize>> {
    let stems: Vec<String> = wanted.iter().map(|word| remembered_stem(word)).collect();
    // A stem begins as its word does.
    let may_have = |first: u8| stems.iter().any(|stem| stem.as_bytes().first() == Some(&first));
    let mut places = Vec::new();
    let mut walk = Words::new(text);
    while walk.advance_to(may_have) {
        if stems.iter().any(|stem| has_stem(walk.word(), stem)) {
            places.push(walk.start()..walk.end());
        }
    }
    places
}

/// What some words mark where each stands right behind the one before, found in one walk, by Shift-And (Baeza-Yates and Gonnet 1992):
/// a bit for each of the words tells whether those up to it are the last of the text.
fn with_words(wanted: &[String], text: &str) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    let mut starts = [0; WORDS_AT_ONCE];
    let mut are_last: u64 = 0;
    let may_be = |first: u8| wanted.iter().any(|word| word.as_bytes().first() == Some(&first));
    let mut walk = Words::new(text);
    for number in 0.. {
        if !walk.advance_to(may_be) {
            break;
        }
        if walk.passed_over() {
            are_last = 0;
        }
        starts[number % WORDS_AT_ONCE] = walk.start();
        let is_word = |bits, (at, word): (usize, &String)| bits | u64::from(word == walk.word()) << at;
        are_last = (are_last << 1 | 1) & wanted.iter().enumerate().fold(0, is_word);
        if are_last >> (wanted.len() - 1) & 1 == 1 {
            let start = starts[(number + 1 - wanted.len()) % WORDS_AT_ONCE];
            match places.last_mut() {
                Some(place) if start < place.end => place.end = walk.end(),
                _ => places.push(start..walk.end()),
            }
        }
    }
    places
}

/// The first and last word index of each stretch to be marked, in any order.
fn mark(node: &Node, passage: &PassageWords, marked: &mut Vec<(u32, u32)>) {
    let single = |index: u32| (index, index);
    match node {
        Node::Word(word) => marked.extend(passage.with_stem_of(word).into_iter().map(single)),
        Node::Prefix(prefix) => marked.extend(passage.with_prefix(prefix).into_iter().map(single)),
        Node::Outside { term, not_within } => marked.extend(term_outside(term, not_within, passage)),
        Node::Phrase(phrase) if phrase.gap == 0 => marked.extend(occurrences(phrase, passage)),
        Node::Phrase(phrase) => mark_near(phrase, passage, marked),
        Node::Bool { must, should, .. } => must.iter().chain(should).for_each(|node| mark(node, passage, marked)),
        Node::Question(question) => {
            marked.extend(question.stems().flat_map(|stem| passage.with_stem(stem)).map(single));
        }
        Node::Topic(_) | Node::Heading(_) | Node::Company(_) | Node::Kind(_) => {}
        Node::Lang(_) | Node::Site(_) | Node::Days(_) | Node::AsOf(_) => {}
    }
}

/// Marks each word of a near phrase, not what stands between.
fn mark_near(phrase: &Phrase, passage: &PassageWords, marked: &mut Vec<(u32, u32)>) {
    let covers = all_occurrences(&phrase.not_within, passage);
    let mut found = Vec::new();
    for words in &phrase.alternatives {
        let lists: Vec<Vec<u32>> = words.iter().map(|word| passage.form(word)).collect();
        let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
        join_positions(&lists, phrase.gap, &mut found);
        remove_within(&mut found, &covers);
        for (first, _) in &found {
            // A shortest occurrence takes the nearest next word each time.
            let mut next = *first;
            for list in &lists {
                let Some(index) = list.get(list.partition_point(|index| *index < next)) else {
                    break;
                };
                marked.push((*index, *index));
                next = index + 1;
            }
        }
    }
}

fn term_outside(term: &Term, not_within: &[Phrase], passage: &PassageWords) -> Vec<(u32, u32)> {
    let indexes = match term {
        Term::Word(word) => passage.with_stem_of(word),
        Term::Prefix(prefix) => passage.with_prefix(prefix),
    };
    let mut found: Vec<(u32, u32)> = indexes.into_iter().map(|index| (index, index)).collect();
    if !found.is_empty() {
        remove_within(&mut found, &all_occurrences(not_within, passage));
    }
    found
}

/// The first and last word index of each occurrence that counts, ascending.
fn occurrences(phrase: &Phrase, passage: &PassageWords) -> Vec<(u32, u32)> {
    let mut all = Vec::new();
    let mut found = Vec::new();
    for words in &phrase.alternatives {
        let lists: Vec<Vec<u32>> = words.iter().map(|word| passage.form(word)).collect();
        let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
        join_positions(&lists, phrase.gap, &mut found);
        all.append(&mut found);
    }
    all.sort_unstable();
    all.dedup();
    if !all.is_empty() {
        remove_within(&mut all, &all_occurrences(&phrase.not_within, passage));
    }
    all
}

fn all_occurrences(phrases: &[Phrase], passage: &PassageWords) -> Vec<(u32, u32)> {
    let mut all: Vec<(u32, u32)> = phrases.iter().flat_map(|phrase| occurrences(phrase, passage)).collect();
    all.sort_unstable();
    all
}

/// Turns ascending, disjoint ranges of bytes into ranges of characters.
fn in_characters(text: &str, places: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut bytes = 0;
    let mut characters = 0;
    let mut advance = |to: usize| {
        characters += text.get(bytes..to).map_or(0, |passed| passed.chars().count());
        bytes = to;
        characters
    };
    places.iter().map(|place| advance(place.start)..advance(place.end)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::site::SiteFacts;
    use proptest::prelude::*;

    /// Of all questions, the company, the language and the rank decide.
    struct Facebook;

    impl Attributes for Facebook {
        fn topic(&self, _: &[String]) -> bool {
            false
        }

        fn heading(&self, _: &Phrase) -> bool {
            false
        }
        fn company(&self, names: &NameMatch) -> bool {
            names.matches("Facebook")
        }
        fn kind(&self, _: &NameMatch) -> bool {
            false
        }
        fn lang(&self, code: &str) -> bool {
            code == "en"
        }
        fn site(&self, condition: &SiteCondition) -> bool {
            condition.holds(&SiteFacts { rank: Some(4), ..SiteFacts::default() })
        }
        fn days(&self, _: DayRange) -> bool {
            false
        }
        fn as_of(&self, _: Day) -> bool {
            false
        }
    }

    fn query(text: &str) -> Query {
        parse(text).unwrap_or_else(|errors| panic!("{text}: {errors}")).query
    }

    fn finds(text: &str, passage: &str) -> bool {
        query(text).node.is_none_or(|node| matches(&node, &PassageWords::new(passage), &Facebook))
    }

    /// The passage with what is highlighted in brackets.
    fn marked(text: &str, passage: &str) -> String {
        let mut chars: Vec<char> = passage.chars().collect();
        for range in highlights(&query(text), passage).iter().rev() {
            chars.insert(range.end, ']');
            chars.insert(range.start, '[');
        }
        chars.into_iter().collect()
    }

    #[test]
    fn words_match_by_stem_and_phrases_exactly() {
        assert!(finds("sharing", "We share data."));
        assert!(!finds("\"sharing\"", "We share data."));
        assert!(finds("\"third party\"", "with Third-Party advertisers"));
        assert!(finds("third-party", "a third party"));
        assert!(!finds("third-party", "third parties"));
        assert!(finds("\"don't sell\"", "we don’t sell"));
        assert!(!finds("\"do not sell\"", "do not ever sell"));
        assert!(finds("pseudonym*", "pseudonymised data") && !finds("pseudonym*", "a pseudo name"));
    }

    #[test]
    fn near_words_keep_their_order() {
        let passage = "we share your personal data with our partners";
        assert!(finds("\"share partners\"~5", passage) && !finds("\"share partners\"~4", passage));
        assert!(!finds("\"partners share\"~9", passage));
        assert!(finds("\"share data partners\"~4", passage) && !finds("\"share data partners\"~3", passage));
    }

    #[test]
    fn an_occurrence_inside_another_does_not_count() {
        let text = "\"do not sell\" NOT WITHIN \"do not sell my\"";
        assert!(!finds(text, "Do not sell my data."));
        assert!(finds(text, "Do not sell my data. We do not sell."));
        assert_eq!(marked(text, "do not sell my data; do not sell"), "do not sell my data; [do not sell]");
        let word = "sell NOT WITHIN (\"not sell\" OR \"never sell\")";
        assert!(!finds(word, "we do not sell, never sell") && finds(word, "we do not sell but are selling"));
        assert!(!finds("\"a b\"~3 NOT WITHIN \"a b\"", "a a b"));
    }

    #[test]
    fn operators_and_conditions_decide() {
        assert!(finds("+a b", "a") && !finds("+a b", "b") && finds("a b", "b"));
        assert!(finds("a AND (b OR c) NOT d", "a c") && !finds("a AND (b OR c) NOT d", "a c d"));
        assert!(finds("a (company:face* OR kind:x)", "a") && !finds("a OR lang:de", "b") && finds("a OR lang:en", "b"));
        assert!(finds("-company:google", "b") && !finds("NOT company:facebook", "b"));
        assert!(finds("a OR rank:1..5", "b") && !finds("a OR category:news", "b") && !finds("-rank:4", "b"));
    }

    #[test]
    fn highlights_are_what_the_query_asks_for() {
        assert_eq!(marked("share -data", "We were sharing data"), "We were [sharing] data");
        assert_eq!(marked("\"do not sell\" selling", "été: do NOT sell; sells"), "été: [do NOT sell]; [sells]");
        assert_eq!(marked("\"share partners\"~5", "share it, share with all partners"), "share it, [share] with all [partners]");
        assert_eq!(marked("\"a b\" \"b c\"", "a b c"), "[a b c]");
        assert_eq!(marked("heading:sell company:x", "sell"), "sell");
        assert_eq!(marked("個人", "個人情報"), "[個人]情報");
    }

    fn text(words: &[u8]) -> String {
        words.iter().map(|word| char::from(b'a' + word).to_string()).collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #[test]
        fn a_phrase_matches_where_its_text_is_found(
            words in proptest::collection::vec(0u8..3, 0..30),
            phrase in proptest::collection::vec(0u8..3, 1..4),
        ) {
            let (words, phrase) = (text(&words), text(&phrase));
            let padded = format!(" {words} ");
            let starts = (0..padded.len()).filter(|at| padded[*at..].starts_with(&format!(" {phrase} "))).map(|at| at / 2);
            let length = phrase.split(' ').count();
            let expected: Vec<Range<usize>> = starts.map(|start| start..start + length).collect();
            let exact = Phrase::exact(phrase.split(' ').map(str::to_owned).collect());
            prop_assert_eq!(spans(&exact, &PassageWords::new(&words)), expected);
        }

        /// Choices and optional words are neither more nor less than their readings, each asked alone.
        #[test]
        fn a_phrase_with_choices_is_all_its_readings(words in proptest::collection::vec(0u8..3, 0..30)) {
            let words = text(&words);
            let readings = ["\"a b c\"", "\"a c\"", "\"a b b a\"", "\"a b a\""];
            let any = readings.iter().any(|reading| finds(reading, &words));
            prop_assert_eq!(finds("\"a (b)? (c|b a)\"", &words), any);
        }

        /// Words alone are marked in a walk of their own.
        #[test]
        fn loose_words_are_marked_as_others(passage in "((shar(e|es|ing)|sell|sold|Données|é|[-,.;])[ ]?){0,30}") {
            for asked in ["shared", "shared selling", "données shares shared"] {
                let query = query(asked);
                let node = query.node.as_ref().unwrap();
                prop_assert_eq!(with_stems_of(&node.loose_words().unwrap(), &passage), marks(node, &passage));
            }
        }

        /// A phrase alone too, whose words are equal and overlap among others.
        #[test]
        fn a_phrase_is_marked_as_others(words in proptest::collection::vec(0u8..3, 0..60), phrase in proptest::collection::vec(0u8..3, 1..4)) {
            let (words, phrase) = (text(&words), text(&phrase));
            let node = Node::Phrase(Phrase::exact(phrase.split(' ').map(str::to_owned).collect()));
            prop_assert_eq!(with_words(node.words_in_a_row().unwrap(), &words), marks(&node, &words));
        }

        #[test]
        fn highlights_are_ranges_of_the_text(passage in "\\PC{0,60}", asked in "[a-z0-9é個 ]{1,12}") {
            let length = passage.chars().count();
            for text in [format!("x {asked}*"), format!("\"{asked} x\"~9 {asked}")] {
                let Ok(parsed) = parse(&text) else { continue };
                let mut last = 0;
                for range in highlights(&parsed.query, &passage) {
                    prop_assert!(last <= range.start && range.start < range.end && range.end <= length);
                    last = range.end;
                }
            }
        }
    }
}
