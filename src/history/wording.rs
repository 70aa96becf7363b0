//! The texts of a document as numbered words: each text is walked once, and whoever asks for its words is answered from here.

use super::prose::{Look, PolicyWord};
use crate::likeness::{Heard, Spoken};
use crate::vocabulary::{PerWord, Vocabulary};
use crate::words::Words;
use std::sync::Arc;

/// A wordbook of more words is begun anew with the next document.
const MAX_WORDS: usize = 1 << 16;

/// The words that one thread has met, and what is known of them.
#[derive(Debug, Default)]
pub struct Wordbook {
    vocabulary: Vocabulary,
    heard: PerWord<Heard>,
    policy: PerWord<PolicyWord>,
}

/// The texts of a document as numbers of the words of a [`Wordbook`], until it reads the next document.
#[derive(Debug, Default)]
pub struct Worded {
    words: Vec<u32>,
    /// One for each word.
    looks: Vec<Look>,
    texts: Vec<End>,
}

/// Where the words of a text end in those of all texts, and whether the text ends as a sentence does.
#[derive(Debug, Clone, Copy)]
struct End {
    words: usize,
    is_of_sentence: bool,
}

impl Wordbook {
    /// Reads the texts of a document.
    pub fn read(&mut self, texts: &[Arc<str>]) -> Worded {
        self.vocabulary.forget_beyond(MAX_WORDS);
        let mut worded = Worded { texts: Vec::with_capacity(texts.len()), ..Worded::default() };
        for text in texts {
            let mut end = 0;
            let mut walk = Words::new(text);
            while walk.advance() {
                worded.words.push(self.vocabulary.number(walk.word()));
                worded.looks.push(Look::of(&text[end..walk.start()], &text[walk.start()..walk.end()]));
                end = walk.end();
            }
            worded.texts.push(End { words: worded.words.len(), is_of_sentence: Look::ends_sentence(&text[end..]) });
        }
        self.heard.learn(&self.vocabulary, Heard::of);
        self.policy.learn(&self.vocabulary, PolicyWord::of);
        worded
    }

    /// The words themselves.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// A text as it is compared with others.
    pub(super) fn spoken(&self, words: &[u32]) -> Spoken {
        words.iter().map(|word| *self.heard.of(*word)).collect()
    }

    /// What a word is to the prose of a policy.
    pub(super) fn policy(&self, word: u32) -> PolicyWord {
        *self.policy.of(word)
    }
}

impl Worded {
    /// The words of a text; none of a text that there is not.
    pub fn words(&self, text: u32) -> &[u32] {
        &self.words[self.range(text)]
    }

    /// The words of a text with their looks, and whether it ends as a sentence does.
    pub(super) fn looks(&self, text: u32) -> (impl Iterator<Item = (u32, Look)>, bool) {
        let range = self.range(text);
        let words = self.words[range.clone()].iter().copied().zip(self.looks[range].iter().copied());
        (words, self.texts.get(text as usize).is_some_and(|end| end.is_of_sentence))
    }

    fn range(&self, text: u32) -> std::ops::Range<usize> {
        let end_of = |text: usize| self.texts.get(text).map(|end| end.words);
        let end = end_of(text as usize).unwrap_or(0);
        let start = (text as usize).checked_sub(1).and_then(end_of).unwrap_or(0);
        start.min(end)..end
    }
}
