//! Where chance comes from: streams of numbers that follow from what they are made of, the same on every machine.

use std::ops::Range;

/// A stream of numbers (SplitMix64). No step of it depends on how a machine rounds powers or logarithms.
#[derive(Debug, Clone)]
pub struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The stream that belongs to some numbers: a seed and the number of a company.
    pub fn of(parts: &[u64]) -> Random {
        parts.iter().fold(Random(0), |stream, part| Random(Random(stream.0 ^ part).number()))
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.number()) * end as u128) >> 64) as usize
    }

    /// From `first` to `last`.
    pub fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last + 1 - first)
    }

    /// From 0 to below 1, all alike.
    pub fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// One of some, all alike.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// One of some, the first more often than the last.
    pub fn early<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let share = self.share();
        &of[(share * share * of.len() as f64) as usize]
    }

    /// A rank in some octaves, of which each holds twice as many as the one before: each octave is as likely as any other, as with
    /// words by Zipf's law.
    pub fn rank(&mut self, octaves: Range<usize>) -> u64 {
        let octave = self.between(octaves.start, octaves.end - 1);
        (1 << octave) - 1 + self.below(1 << octave) as u64
    }

    /// A value between those at equal steps of probability.
    pub fn along(&mut self, steps: &[f64]) -> f64 {
        let place = self.share() * (steps.len() - 1) as f64;
        let at = place as usize;
        steps[at] + (steps[at + 1] - steps[at]) * (place - at as f64)
    }
}
