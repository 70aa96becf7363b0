//! Which passages of different companies are equal or nearly equal: their words, with the company's own name as one and the same word.

use crate::history::clause::{likeness, pairs, word_hash};
use crate::words::{Words, words};
use rustc_hash::FxHashMap;

/// From this likeness on, which is that of clauses, passages of different companies are nearly equal. It is higher than that of the
/// wordings of a clause: those are compared within their document, and all companies write of the same things.
pub const SPREAD_THRESHOLD: f32 = 0.6;

/// What the name of the company whose text it is counts as.
const OWN_NAME: &str = "\0";

/// The ways in which a company names itself, as words.
pub struct Names(Vec<Vec<String>>);

impl Names {
    /// From the names that the archive and its settings give: whole names, and of a domain what stands before its first dot.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Names {
        let mut found: Vec<Vec<String>> = Vec::new();
        for name in names {
            let label = name.strip_prefix("www.").unwrap_or(name).split_once('.').map(|(label, _)| label);
            for name in std::iter::once(name).chain(label.filter(|_| !name.contains(' '))) {
                found.push(words(name).into_iter().map(|word| word.text).collect());
            }
        }
        found.retain(|name| !name.is_empty());
        // The longest first.
        found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        found.dedup();
        Names(found)
    }

    /// How many words from here on are a name, and whether it is followed by `'s`.
    fn at(&self, words: &[String]) -> Option<(usize, bool)> {
        self.0.iter().find_map(|name| {
            let (last, before) = name.split_last()?;
            let here = words.get(..name.len())?;
            if here[..before.len()] != *before {
                return None;
            }
            let end = here[before.len()].as_str();
            match end.strip_suffix("'s") {
                _ if end == last => Some((name.len(), false)),
                Some(stem) if stem == last => Some((name.len(), true)),
                _ => None,
            }
        })
    }
}

/// The words of a text as they are compared.
pub fn compared(text: &str, names: &Names) -> Vec<u64> {
    let mut walk = Words::new(text);
    let mut all: Vec<String> = Vec::new();
    while walk.advance() {
        all.push(walk.word().to_owned());
    }
    let mut found = Vec::with_capacity(all.len());
    let mut at = 0;
    while at < all.len() {
        match names.at(&all[at..]) {
            Some((len, possessive)) => {
                found.push(word_hash(OWN_NAME));
                found.extend(possessive.then(|| word_hash("'s")));
                at += len;
            }
            None => {
                found.push(word_hash(&all[at]));
                at += 1;
            }
        }
    }
    found
}

/// Puts wordings into groups: each goes to the group of the likest of the first wordings, or is the first of a new group.
///
/// Wordings come in the order in which they may be first; no two are equal. Given are the numbers of each group's wordings, each with its
/// likeness to the first of them. With `only_first` there is one group: of those that are nearly equal to the first wording.
pub fn grouped(wordings: &[&[u64]], only_first: bool) -> Vec<Vec<(usize, f32)>> {
    let features: Vec<Vec<u32>> = wordings.iter().map(|words| pairs(words.iter().copied())).collect();
    let mut holders: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    let mut groups: Vec<Vec<(usize, f32)>> = Vec::new();
    let mut shared: Vec<u32> = Vec::new();
    let mut touched: Vec<u32> = Vec::new();
    for (number, mine) in features.iter().enumerate() {
        for &group in mine.iter().filter_map(|feature| holders.get(feature)).flatten() {
            if shared[group as usize] == 0 {
                touched.push(group);
            }
            shared[group as usize] += 1;
        }
        let mut best: Option<(f32, u32)> = None;
        for group in touched.drain(..) {
            let count = std::mem::take(&mut shared[group as usize]) as usize;
            let likeness = likeness(count, mine.len(), features[groups[group as usize][0].0].len());
            let better = best.is_none_or(|(most, earlier)| likeness > most || (likeness == most && group < earlier));
            if likeness >= SPREAD_THRESHOLD && better {
                best = Some((likeness, group));
            }
        }
        match best {
            Some((likeness, group)) => groups[group as usize].push((number, likeness)),
            None if only_first && number > 0 => {}
            None => {
                for &feature in mine {
                    holders.entry(feature).or_default().push(groups.len() as u32);
                }
                groups.push(vec![(number, 1.0)]);
                shared.push(0);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared_of(text: &str, names: &[&str]) -> Vec<u64> {
        compared(text, &Names::new(names.iter().copied()))
    }

    #[test]
    fn the_own_name_is_one_word_for_all() {
        let of_acme = compared_of("At Acme Tools, we sell nothing. ACME TOOLS' friends and Acme Tools's data.", &["Acme Tools"]);
        assert_eq!(
            of_acme,
            compared_of("At bolt.com we sell nothing. Bolt friends and Bolt’s data.", &["www.bolt.com", "bolt.com"])
        );
        assert_ne!(of_acme, compared_of("At Cask we sell nothing. Cask friends and Dome's data.", &["Cask"]));
        assert_eq!(compared_of("our acme", &[""]), compared_of("Our Acme", &["Bolt"]));
    }

    /// Groups by comparing everything with everything.
    fn slowly(wordings: &[Vec<u64>]) -> Vec<Vec<usize>> {
        let features: Vec<Vec<u32>> = wordings.iter().map(|words| pairs(words.iter().copied())).collect();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (number, mine) in features.iter().enumerate() {
            let alike = |group: &Vec<usize>| {
                let first = &features[group[0]];
                let shared = mine.iter().filter(|feature| first.contains(feature)).count();
                if shared == 0 { 0.0 } else { likeness(shared, mine.len(), first.len()) }
            };
            let best = groups.iter().map(alike).enumerate().rev().max_by(|a, b| a.1.total_cmp(&b.1));
            match best.filter(|(_, likeness)| *likeness >= SPREAD_THRESHOLD) {
                Some((group, _)) => groups[group].push(number),
                None => groups.push(vec![number]),
            }
        }
        groups
    }

    #[test]
    fn groups_are_those_of_comparing_all_with_all() {
        let mut seed = 1_u64;
        let mut below = |bound: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % bound
        };
        let mut wordings: Vec<Vec<u64>> = Vec::new();
        for _ in 0..300 {
            let mut words: Vec<u64> = match wordings.len() as u64 {
                0 => Vec::new(),
                len if below(3) > 0 => wordings[below(len) as usize].clone(),
                _ => Vec::new(),
            };
            for _ in 0..1 + below(6) {
                let at = below(words.len() as u64 + 1) as usize;
                words.insert(at, below(12));
            }
            if !wordings.contains(&words) {
                wordings.push(words);
            }
        }
        let given: Vec<&[u64]> = wordings.iter().map(Vec::as_slice).collect();
        let found: Vec<Vec<usize>> =
            grouped(&given, false).into_iter().map(|group| group.into_iter().map(|(number, _)| number).collect()).collect();
        assert_eq!(found, slowly(&wordings));
        assert!(found.iter().any(|group| group.len() > 3));
        let first = grouped(&given, true);
        assert_eq!(first.len(), 1);
        assert!(first[0].iter().all(|&(number, likeness)| number == 0 || likeness >= SPREAD_THRESHOLD));
    }
}
