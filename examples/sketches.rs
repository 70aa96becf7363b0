//! Measures how well sketches tell near-equal passages of different companies, beside the likeness of their words.
//!
//! `cargo run --release --example sketches -- INDEX [LIKENESS]`: of all pairs of passages of different companies that have what tells in
//! common (words such as *not* and *may*, numbers), those of at least this likeness (0–1, by default 0.85) are to be found.

use anyhow::Context;
use fineprint::index::Index;
use fineprint::likeness::{FOLD_DISTANCE, Names, Sketch, compared, likeness, pairs};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// Of passages with the same exact part so many are compared, drawn evenly: the commonest parts would have billions of pairs.
const MOST_ALIKE: usize = 3_000;

/// Distances that are told apart.
const DISTANCES: usize = 25;

struct Passage {
    company: String,
    sketch: Sketch,
    pairs: Vec<u32>,
}

/// Pairs of passages at each distance: all of them, and those that are near-equal by their words.
type Counts = [(u64, u64); DISTANCES];

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let dir = args.first().context("usage: sketches INDEX [LIKENESS]")?;
    let least: f32 = args.get(1).map_or(Ok(0.85), |least| least.parse())?;
    let index = Index::open(Path::new(dir))?;
    let mut alike: BTreeMap<u16, Vec<Passage>> = BTreeMap::new();
    for (slot, entry) in index.catalog.documents().filter(|(_, entry)| !entry.company.is_empty()) {
        let history = index.history(slot)?;
        let names = Names::new([entry.key.company.as_str()]);
        for (facts, text) in history.timeline.passages.iter().zip(&history.texts).filter(|(facts, _)| !facts.heading) {
            let pairs = pairs(compared(text, &names).into_iter());
            if !pairs.is_empty() {
                let passage = Passage { company: entry.company.clone(), sketch: facts.sketch, pairs };
                alike.entry(facts.sketch.exact()).or_default().push(passage);
            }
        }
    }
    let counts: Vec<Counts> = alike.par_iter().map(|(_, passages)| compare(passages, least)).collect();
    let mut sums: Counts = Default::default();
    for counts in counts {
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum = (sum.0 + count.0, sum.1 + count.1);
        }
    }
    let near: u64 = sums.iter().map(|(_, near)| near).sum();
    println!("{near} pairs of likeness {least} and more; sketches fold from distance {FOLD_DISTANCE} down");
    println!("distance  pairs  of them near  precision so far  recall so far");
    let (mut all, mut found) = (0, 0);
    for (distance, (pairs, of_near)) in sums.iter().enumerate() {
        all += pairs;
        found += of_near;
        let share = |of: u64| found as f64 / of.max(1) as f64;
        println!("{distance:>8}  {pairs:>5}  {of_near:>12}  {:>16.3}  {:>13.3}", share(all), share(near));
    }
    Ok(())
}

/// Compares each passage with each of another company.
fn compare(passages: &[Passage], least: f32) -> Counts {
    let step = passages.len().div_ceil(MOST_ALIKE).max(1);
    let passages: Vec<&Passage> = passages.iter().step_by(step).collect();
    let mut counts: Counts = Default::default();
    for (at, one) in passages.iter().enumerate() {
        for other in passages[..at].iter().filter(|other| other.company != one.company) {
            let distance = one.sketch.distance(other.sketch) as usize;
            let is_near = likeness(shared(&one.pairs, &other.pairs), one.pairs.len(), other.pairs.len()) >= least;
            if let Some(count) = counts.get_mut(distance) {
                *count = (count.0 + 1, count.1 + u64::from(is_near));
            }
        }
    }
    counts
}

/// How many numbers two ascending lists have in common.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut at, mut count) = (0, 0);
    for &one in a {
        while b.get(at).is_some_and(|&other| other < one) {
            at += 1;
        }
        count += usize::from(b.get(at) == Some(&one));
    }
    count
}
