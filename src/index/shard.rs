//! Shards: parts of an archive's documents that can be indexed apart, on machines that know nothing of each other.

use crate::snapshot::DocumentKey;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The most shards that an archive can be cut into: more would leave each too few numbers for its documents.
pub const MAX_SHARDS: u32 = 4096;

/// One of several shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 on.
    number: u32,
    /// How many there are.
    of: u32,
}

/// Why a text names no shard.
#[derive(Debug, thiserror::Error)]
#[error("write which shard of how many, such as 2/4 (from 1/4 to 4/4; {MAX_SHARDS} are the most)")]
pub struct NoShard;

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Shard, NoShard> {
        let (number, of) = text.split_once('/').ok_or(NoShard)?;
        let (number, of) = (number.parse().map_err(|_| NoShard)?, of.parse().map_err(|_| NoShard)?);
        if (1..=of).contains(&number) && of <= MAX_SHARDS { Ok(Shard { number, of }) } else { Err(NoShard) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// The first of the numbers by which its documents are called in terms: those of other shards have other ones, so that terms of
    /// several shards can lie side by side.
    pub fn first_stored_slot(self) -> u32 {
        (self.number - 1) * (u32::MAX / self.of)
    }
}

/// The shards that an index holds, where it does not hold all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shards {
    of: u32,
    /// In ascending order.
    held: Vec<u32>,
}

impl Shards {
    /// A shard alone; `None` where it is the whole.
    pub fn only(shard: Shard) -> Option<Shards> {
        Shards { of: shard.of, held: vec![shard.number] }.unless_whole()
    }

    /// Both together, `None` where they are the whole.
    ///
    /// # Errors
    /// Where they are cut another way, or hold a shard twice.
    pub fn with(&self, other: &Shards) -> Result<Option<Shards>, &'static str> {
        if self.of != other.of {
            return Err("they are shards of different numbers");
        }
        let mut held = [self.held.as_slice(), &other.held].concat();
        held.sort_unstable();
        if !held.is_sorted_by(|a, b| a < b) {
            return Err("they hold the same shard");
        }
        Ok(Shards { of: self.of, held }.unless_whole())
    }

    fn unless_whole(self) -> Option<Shards> {
        (self.held.len() < self.of as usize).then_some(self)
    }

    /// Whether these shards hold a document. All documents of a company and a kind, as recorded, are in one shard: a text that
    /// several archives hold must be seen as one.
    pub fn hold(&self, key: &DocumentKey) -> bool {
        self.held.binary_search(&shard_of(key, self.of)).is_ok()
    }

    /// Whether this is one shard, and that one.
    pub fn is(&self, shard: Shard) -> bool {
        self.of == shard.of && self.held == [shard.number]
    }
}

impl fmt::Display for Shards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held: Vec<String> = self.held.iter().map(u32::to_string).collect();
        write!(f, "{} {} of {}", if held.len() == 1 { "shard" } else { "shards" }, held.join(", "), self.of)
    }
}

/// The shard of a document, from 1 on.
fn shard_of(key: &DocumentKey, of: u32) -> u32 {
    let mut hash = blake3::Hasher::new();
    hash.update(key.company.as_bytes()).update(b"\0").update(key.kind.as_bytes());
    let mut first = [0; 8];
    hash.finalize_xof().fill(&mut first);
    (u64::from_le_bytes(first) % u64::from(of.max(1))) as u32 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    #[test]
    fn what_names_no_shard_is_refused() {
        for text in ["", "2", "0/4", "5/4", "1/0", "-1/4", "1/4097", "a/b", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!(shard("2/4").to_string(), "2/4");
    }

    #[test]
    fn each_document_is_in_one_shard_and_its_parts_are_in_the_same() {
        let shards: Vec<Shards> = (1..=4).filter_map(|number| Shards::only(shard(&format!("{number}/4")))).collect();
        let mut held = [0; 4];
        for number in 0..1000 {
            let key = |part: &str| DocumentKey { company: number.to_string(), kind: "Terms".to_owned(), part: part.to_owned() };
            let holders: Vec<usize> = (0..4).filter(|&at| shards[at].hold(&key(""))).collect();
            assert_eq!(holders.len(), 1);
            assert!(shards[holders[0]].hold(&key("another part")));
            held[holders[0]] += 1;
        }
        assert!(held.iter().all(|&documents| (200..300).contains(&documents)), "{held:?}");
    }

    #[test]
    fn shards_of_one_number_make_a_whole() {
        let [one, two, three] = ["1/3", "2/3", "3/3"].map(|text| Shards::only(shard(text)).unwrap());
        let some = three.with(&one).unwrap().unwrap();
        assert_eq!(some.to_string(), "shards 1, 3 of 3");
        assert_eq!(some.with(&two), Ok(None));
        assert!(some.with(&one).is_err() && one.with(&Shards::only(shard("2/4")).unwrap()).is_err());
        assert_eq!(Shards::only(shard("1/1")), None);
    }

    #[test]
    fn stored_slots_of_shards_lie_apart() {
        let firsts: Vec<u32> = (1..=MAX_SHARDS).map(|number| Shard { number, of: MAX_SHARDS }.first_stored_slot()).collect();
        assert!(firsts.windows(2).all(|pair| pair[1] - pair[0] > 1_000_000));
        assert_eq!(shard("1/4").first_stored_slot(), 0);
    }
}
