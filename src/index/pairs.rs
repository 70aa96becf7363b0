//! Which neighbouring words are terms of their own: those of which both are common. Passages with such a phrase are then found without
//! going through all places of two words that stand nearly everywhere.

use crate::index::terms::WORD_END;
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// Words that are common in policies of the English language. With another list the format of an index is another.
static COMMON: LazyLock<FxHashSet<&str>> = LazyLock::new(|| include_str!("common_words.txt").split_whitespace().collect());

/// What parts the words of a pair: no word has a character like it.
const BETWEEN: char = ' ';

/// Whether the pairs of a word with others like it are terms.
pub fn is_common(word: &str) -> bool {
    COMMON.contains(word)
}

/// The term of two words that follow each other; `None` where they have none.
pub fn pair(first: &str, second: &str) -> Option<String> {
    (is_common(first) && is_common(second)).then(|| format!("{first}{BETWEEN}{second}"))
}

/// Adds the term of a pair, with its end, to others.
pub fn push(terms: &mut String, first: &str, second: &str) {
    terms.push_str(first);
    terms.push(BETWEEN);
    terms.push_str(second);
    terms.push(char::from(WORD_END));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn common_words_are_told_once_in_their_form_for_matching() {
        let words: Vec<&str> = include_str!("common_words.txt").split_whitespace().collect();
        for word in &words {
            let mut walk = Words::new(word);
            assert!(walk.advance() && walk.word() == *word && !walk.advance(), "{word}");
        }
        assert_eq!(COMMON.len(), words.len());
    }

    #[test]
    fn a_pair_is_the_term_that_is_written() {
        let mut terms = String::new();
        push(&mut terms, "third", "parties");
        assert_eq!(pair("third", "parties").map(|term| term + "\n"), Some(terms));
        assert_eq!(pair("third", "lighthouse"), None);
    }
}
