//! Which neighbouring words are terms of their own: those of which both are common. Passages with such a phrase are then found without
//! going through all places of two words that stand nearly everywhere.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Words that are common in policies of the English language. With another list the format of an index is another.
const COMMON_WORDS: &str = include_str!("common_words.txt");

/// The character that stands for the first of them; the next stands for the second.
const FIRST: u32 = 0x100;

static COMMON: LazyLock<FxHashMap<&str, u32>> = LazyLock::new(|| COMMON_WORDS.split_whitespace().zip(0..).collect());

/// The number of a common word; `None` of one that is not.
pub fn common(word: &str) -> Option<u32> {
    COMMON.get(word).copied()
}

/// How many numbers pairs may have.
pub fn numbers() -> usize {
    COMMON.len().pow(2)
}

/// The number of two common words that follow each other.
pub fn number(first: u32, second: u32) -> u32 {
    first * COMMON.len() as u32 + second
}

/// The term of the pair that has a number: terms are in the order of numbers.
pub fn term(pair: u32) -> String {
    let words = COMMON.len() as u32;
    [pair / words, pair % words].into_iter().filter_map(|word| char::from_u32(FIRST + word)).collect()
}

/// The term of two words that follow each other; `None` where they have none.
pub fn pair(first: &str, second: &str) -> Option<String> {
    Some(term(number(common(first)?, common(second)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn common_words_are_told_once_in_their_form_for_matching() {
        let words: Vec<&str> = COMMON_WORDS.split_whitespace().collect();
        for word in &words {
            let mut walk = Words::new(word);
            assert!(walk.advance() && walk.word() == *word && !walk.advance(), "{word}");
        }
        assert!(words.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn two_common_words_have_a_term() {
        assert_eq!(pair("third", "parties").map(|term| term.chars().count()), Some(2));
        assert_ne!(pair("third", "parties"), pair("parties", "third"));
        assert_eq!(pair("third", "lighthouse"), None);
    }
}
