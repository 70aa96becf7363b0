//! What a topic is learned from: the stems of labelled passages, and pairs of neighbouring stems, with how often each stands in each.

use super::terms::saturated;
use crate::words::{self, Words};
use rustc_hash::FxHashMap;

/// A stem or pair that stands in fewer passages says nothing that can be learned.
pub const MIN_PASSAGES: usize = 3;

/// The values of a feature in the passages that have it, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    pub rows: Vec<u32>,
    pub values: Vec<f64>,
}

/// A stem, or two that stand beside each other.
#[derive(Debug)]
pub struct Feature {
    pub stems: Vec<String>,
    /// The form in which it is met most, which has these stems.
    pub text: String,
    pub column: Column,
}

impl Column {
    /// From how often a term stands in a passage to how much it says there.
    pub fn push(&mut self, row: u32, times: u32) {
        self.rows.push(row);
        self.values.push(f64::from(saturated(times)));
    }

    /// The sum of the squares, each passage counting so much.
    pub fn square(&self, weights: &[f64]) -> f64 {
        self.rows.iter().zip(&self.values).map(|(row, value)| weights[*row as usize] * value * value).sum()
    }
}

/// Stands for the second word of a single one.
const NONE: u32 = u32::MAX;

type Pair = (u32, u32);

/// Words and their numbers, in the order in which they were met.
#[derive(Default)]
struct Numbers {
    known: FxHashMap<String, u32>,
    words: Vec<String>,
}

impl Numbers {
    fn of(&mut self, word: &str) -> u32 {
        if let Some(number) = self.known.get(word) {
            return *number;
        }
        let number = self.words.len() as u32;
        self.known.insert(word.to_owned(), number);
        self.words.push(word.to_owned());
        number
    }

    fn words(&self, pair: Pair) -> Vec<&str> {
        [pair.0, pair.1].into_iter().filter_map(|number| self.words.get(number as usize)).map(String::as_str).collect()
    }
}

/// The features that stand in at least [`MIN_PASSAGES`] of some texts, in the order of their stems.
pub fn features(texts: &[&str]) -> Vec<Feature> {
    let (mut forms, mut stems) = (Numbers::default(), Numbers::default());
    let mut stem_of: Vec<u32> = Vec::new();
    let read = |text: &&str| -> Vec<u32> {
        let mut walk = Words::new(text);
        let mut found = Vec::new();
        while walk.advance() {
            let form = forms.of(walk.word());
            if form as usize == stem_of.len() {
                stem_of.push(stems.of(&words::stem(walk.word())));
            }
            found.push(form);
        }
        found
    };
    let texts: Vec<Vec<u32>> = texts.iter().map(read).collect();
    let stem = |form: u32| stem_of.get(form as usize).copied().unwrap_or(NONE);
    let stems_of = |forms: Pair| (stem(forms.0), stem(forms.1));
    let pairs = |text: &[u32]| -> Vec<Pair> {
        let alone = text.iter().map(|form| (*form, NONE));
        alone.chain(text.array_windows().map(|[first, second]| (*first, *second))).collect()
    };
    let mut columns: FxHashMap<Pair, Column> = FxHashMap::default();
    for (row, text) in (0..).zip(&texts) {
        let mut here: Vec<Pair> = pairs(text).into_iter().map(stems_of).collect();
        here.sort_unstable();
        for same in here.chunk_by(|a, b| a == b) {
            columns.entry(same[0]).or_default().push(row, same.len() as u32);
        }
    }
    columns.retain(|_, column| column.rows.len() >= MIN_PASSAGES);
    let mut met: FxHashMap<Pair, FxHashMap<Pair, u32>> = FxHashMap::default();
    for text in &texts {
        for forms in pairs(text) {
            let stems = stems_of(forms);
            if columns.contains_key(&stems) {
                *met.entry(stems).or_default().entry(forms).or_default() += 1;
            }
        }
    }
    let commonest = |pair: &Pair| {
        let forms = met.get(pair).into_iter().flatten().map(|(forms_here, times)| (*times, self::joined(&forms, *forms_here)));
        // Of those met as often, the shortest, then the first of the alphabet.
        forms
            .min_by(|(times, a), (others, b)| (others, a.len(), a).cmp(&(times, b.len(), b)))
            .map_or_else(String::new, |(_, text)| text)
    };
    let mut found: Vec<Feature> = columns
        .into_iter()
        .map(|(pair, column)| Feature {
            text: commonest(&pair),
            stems: stems.words(pair).into_iter().map(str::to_owned).collect(),
            column,
        })
        .collect();
    found.sort_unstable_by(|a, b| a.stems.cmp(&b.stems));
    found
}

fn joined(forms: &Numbers, pair: Pair) -> String {
    forms.words(pair).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_and_pairs_are_counted_under_their_commonest_form() {
        let found = features(&["We sell data. Sell, sell!", "they sold selling data", "sells data", "nothing"]);
        let told: Vec<(&str, &[u32])> = found.iter().map(|one| (one.text.as_str(), one.column.rows.as_slice())).collect();
        assert_eq!(told, [("data", &[0, 1, 2][..]), ("sell", &[0, 1, 2]), ("sell data", &[0, 1, 2])]);
        assert_eq!(found[1].stems, ["sell"]);
        // Three times, once, once.
        assert_eq!(found[1].column.values, [1.5, 1.0, 1.0]);
    }
}
