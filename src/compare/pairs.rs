//! Pairs the passages that are most like each other.

use super::Piece;
use crate::history::CLAUSE_THRESHOLD;
use crate::likeness::{features, likeness, word_hash};
use crate::words::Words;
use rustc_hash::FxHashMap;

/// Shorter passages, and headings, are compared word by word: a changed date leaves few neighbours in such a line.
const SHORT_WORDS: usize = 9;

/// From this share of common words on (Dice's coefficient) one of them is taken for another wording.
const SHORT_THRESHOLD: f32 = 0.6;

/// A feature that more passages have says nothing of one of them.
const MAX_HOLDERS: usize = 200;

/// Pairs places of two texts, the likest first. Each is in one pair at most.
pub fn likest(old_text: &[Piece], new_text: &[Piece], old: &[usize], new: &[usize]) -> Vec<(usize, usize)> {
    let mut found: Vec<(f32, usize, usize)> = Vec::new();
    let all = |text: &[Piece], places: &[usize]| places.iter().map(|&place| Features::of(&text[place])).collect::<Vec<_>>();
    let (of_old, of_new) = (all(old_text, old), all(new_text, new));
    let mut holders: FxHashMap<(Kind, u64), Vec<usize>> = FxHashMap::default();
    for (at, features) in of_old.iter().enumerate() {
        for &one in &features.all {
            holders.entry((features.kind, one)).or_default().push(at);
        }
    }
    let mut shared: Vec<usize> = vec![0; old.len()];
    for (at, features) in of_new.iter().enumerate() {
        let mut touched = Vec::new();
        for of_one in
            features.all.iter().filter_map(|&one| holders.get(&(features.kind, one))).filter(|of| of.len() <= MAX_HOLDERS)
        {
            for &other in of_one {
                if shared[other] == 0 {
                    touched.push(other);
                }
                shared[other] += 1;
            }
        }
        for other in touched {
            let common = std::mem::take(&mut shared[other]);
            let (a, b) = (of_old[other].all.len(), features.all.len());
            let (likeness, threshold) = match features.kind {
                Kind::Text => (likeness(common, a, b), CLAUSE_THRESHOLD),
                Kind::Short => (2.0 * common as f32 / (a + b) as f32, SHORT_THRESHOLD),
            };
            if likeness >= threshold {
                found.push((likeness, old[other], new[at]));
            }
        }
    }
    // Among equals the pair that stands first.
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut taken_old, mut taken_new) = (vec![false; old_text.len()], vec![false; new_text.len()]);
    let mut pairs = Vec::new();
    for (_, old, new) in found {
        if !taken_old[old] && !taken_new[new] {
            (taken_old[old], taken_new[new]) = (true, true);
            pairs.push((old, new));
        }
    }
    pairs
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Text,
    /// A heading, or a short passage: the one may become the other.
    Short,
}

struct Features {
    kind: Kind,
    /// Distinct: pairs of neighbouring words, or the words of what is short.
    all: Vec<u64>,
}

impl Features {
    fn of(piece: &Piece) -> Features {
        let mut all = Vec::new();
        let mut words = Words::new(&piece.text);
        while words.advance() {
            all.push(word_hash(words.word()));
        }
        if !piece.is_heading() && all.len() >= SHORT_WORDS {
            return Features { kind: Kind::Text, all: features(&piece.text).into_iter().map(u64::from).collect() };
        }
        all.sort_unstable();
        all.dedup();
        Features { kind: Kind::Short, all }
    }
}
