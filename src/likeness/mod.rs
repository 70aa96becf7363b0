//! How alike two texts are, by the pairs of neighbouring words that both have.

mod names;
mod sketch;

pub use names::{Names, compared};
pub use sketch::{FOLD_DISTANCE, Heard, Sketch, Spoken};

use crate::words::Words;

/// Passages that share less (Dice's coefficient, 0–1) are not alike, even where all of a short one stands in a long one: it may be a
/// sentence that others have too.
pub const MIN_DICE: f32 = 0.2;

/// Shorter passages say too little to be compared: each is a clause of its own.
pub const MIN_CLAUSE_WORDS: usize = 5;

/// The mean of two measures of the pairs of neighbouring words that two passages share: Dice's coefficient, and the share of the
/// shorter one (a provision that was only extended is still the same). 0 where Dice's coefficient is under [`MIN_DICE`].
pub fn likeness(shared: usize, a: usize, b: usize) -> f32 {
    let dice = 2.0 * shared as f32 / (a + b) as f32;
    let overlap = shared as f32 / a.min(b) as f32;
    if dice < MIN_DICE { 0.0 } else { (dice + overlap) / 2.0 }
}

/// The distinct pairs of neighbouring words of a text, hashed; none where it is shorter than [`MIN_CLAUSE_WORDS`].
pub fn features(text: &str) -> Vec<u32> {
    let mut walk = Words::new(text);
    pairs(std::iter::from_fn(|| walk.advance().then(|| word_hash(walk.word()))))
}

/// What stands for a word in [`pairs`].
pub fn word_hash(word: &str) -> u64 {
    hash(word.as_bytes(), 0)
}

/// The distinct pairs of neighbouring words, hashed and in ascending order; none where they are fewer than [`MIN_CLAUSE_WORDS`].
pub fn pairs(words: impl Iterator<Item = u64>) -> Vec<u32> {
    let mut found = Vec::with_capacity(words.size_hint().0);
    let mut last = 0;
    let mut count = 0;
    for word in words {
        if count > 0 {
            found.push(hash(&word.to_le_bytes(), last) as u32);
        }
        last = word;
        count += 1;
    }
    if count < MIN_CLAUSE_WORDS {
        return Vec::new();
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A hash that is the same on every machine.
pub fn hash(bytes: &[u8], seed: u64) -> u64 {
    let number = |part: &[u8]| part.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
    bytes.chunks(8).map(number).fold(mixed(seed, bytes.len() as u64), mixed)
}

/// Puts a number into a hash: the two halves of a product of 128 bits, one over the other.
pub(crate) fn mixed(state: u64, number: u64) -> u64 {
    /// An odd number whose bits look random: the fraction of the golden ratio.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let product = u128::from(state.rotate_left(32) ^ number ^ FACTOR.rotate_left(1)) * u128::from(FACTOR);
    (product >> 64) as u64 ^ product as u64
}
