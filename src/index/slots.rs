//! The numbers by which documents are called in terms (stored slots), and those by which they are called in memory (slots, from 0 on
//! without gaps). They differ where an index holds shards: the terms of each begin at a number of its own.

use serde::{Deserialize, Serialize};

/// Which slot stands for which stored one: stretches, in the ascending order of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots(Vec<Stretch>);

/// Documents whose numbers follow each other, up to the next stretch; the last has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    stored: u32,
    slot: u32,
}

impl Slots {
    /// Those of an index whose first document is called so in terms.
    pub fn from(stored: u32) -> Slots {
        Slots(vec![Stretch { stored, slot: 0 }])
    }

    /// Those of stretches, each by the stored slot and the slot of its first document.
    pub fn of(stretches: impl IntoIterator<Item = (u32, u32)>) -> Slots {
        Slots(stretches.into_iter().map(|(stored, slot)| Stretch { stored, slot }).collect())
    }

    /// The stretches of so many documents: the first stored slot, and the slots.
    pub fn stretches(&self, documents: u32) -> impl Iterator<Item = (u32, std::ops::Range<u32>)> + '_ {
        let ends = self.0.iter().skip(1).map(|next| next.slot).chain([documents]);
        self.0.iter().zip(ends).map(|(stretch, end)| (stretch.stored, stretch.slot..end.max(stretch.slot)))
    }

    /// The stored slot of a document; `None` where there is no number left for it.
    pub fn stored(&self, slot: u32) -> Option<u32> {
        let after = self.0.partition_point(|stretch| stretch.slot <= slot);
        let stretch = self.0.get(after.checked_sub(1)?)?;
        stretch.stored.checked_add(slot.checked_sub(stretch.slot)?)
    }

    /// What is added to a stored slot, wrapping around, to give the slot.
    pub fn shift(&self, stored: u32) -> u32 {
        let after = self.0.partition_point(|stretch| stretch.stored <= stored);
        let stretch = after.checked_sub(1).and_then(|at| self.0.get(at));
        stretch.map_or(0, |stretch| stretch.slot.wrapping_sub(stretch.stored))
    }

    /// A passage as it is called in memory, of the number by which it is called in terms.
    pub fn passage(&self, id: u64) -> u64 {
        id.wrapping_add(u64::from(self.shift((id >> 32) as u32)) << 32)
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::{passage_id, slot_and_passage};
    use super::*;

    #[test]
    fn numbers_go_there_and_back() {
        let slots = Slots::of([(0, 0), (1 << 30, 3), (3 << 30, 10)]);
        for slot in 0..20 {
            let stored = slots.stored(slot).unwrap();
            assert_eq!(slot_and_passage(slots.passage(passage_id(stored, 7))), (slot, 7));
        }
        assert_eq!(slots.stored(3), Some(1 << 30));
        let stretches: Vec<_> = slots.stretches(12).collect();
        assert_eq!(stretches, [(0, 0..3), (1 << 30, 3..10), (3 << 30, 10..12)]);
    }

    #[test]
    fn an_index_that_is_no_shard_calls_documents_alike() {
        let slots = Slots::from(0);
        assert_eq!(slots.stored(5), Some(5));
        assert_eq!(slots.passage(passage_id(5, 6)), passage_id(5, 6));
        assert_eq!(Slots::from(u32::MAX).stored(1), None);
    }
}
