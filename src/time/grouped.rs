//! Which wordings of different companies are nearly equal.

use crate::likeness::{likeness, pairs};
use rustc_hash::FxHashMap;

/// From this likeness on, which is that of clauses, passages of different companies are nearly equal. It is higher than that of the
/// wordings of a clause: those are compared within their document, and all companies write of the same things.
pub const SPREAD_THRESHOLD: f32 = 0.6;

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
