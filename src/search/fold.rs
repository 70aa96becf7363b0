//! Folds near-equal hits of several documents into one: the first in the order of the answer leads the others.
//!
//! * A hit leads unless it is near-equal ([`Sketch::is_near`](crate::likeness::Sketch::is_near)) to one that leads before it, of another
//!   document: it joins the first such. Hits of one document stay apart: its clauses are folded already.
//! * Where a company may lead few hits only, those beyond lead nothing, but still join; what joins is not counted.
//! * Only as many leaders are looked for as are shown, so that nothing else need be in order. Whom a hit joins does not depend on how
//!   many that are, for it depends on the leaders before that one only; and no leader is near-equal to one of another document, so that
//!   all hits can be asked alike.

use super::collect::{MATCHES_AT_ONCE, each_part};
use super::found::Found;
use crate::index::{Index, IndexError};
use crate::likeness::Sketch;
use crate::snapshot::Instant;
use fixedbitset::FixedBitSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// So many hits are put in order at first.
const FIRST_ORDERED: usize = 64;

/// Where these led too few, so many times as many.
const ORDERED_MORE: usize = 8;

/// How hits are folded.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Whether near-equal hits of several documents are one.
    pub over_documents: bool,
    /// How many hits a company may lead.
    pub per_company: Option<usize>,
    /// How many hits are wanted.
    pub wanted: usize,
}

/// A hit: its part, and its place in that.
pub type Place = (usize, usize);

/// A hit and those that fold into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub leader: Place,
    /// In no order that means anything.
    pub followers: Vec<Place>,
}

/// The first groups in the order of their leaders.
///
/// `key`: what orders hits, each with the number of its part; no two alike. `sketches`: those of some hits of a part, asked for few. `company`: that of the document in a slot, empty
/// where nothing tells it.
pub fn groups<'c, K: Ord + Send>(
    parts: &[&[Found]],
    key: impl Fn(usize, &Found) -> Result<K, IndexError> + Sync,
    sketches: impl Fn(usize, &[usize]) -> Vec<Sketch> + Sync,
    company: impl Fn(u32) -> Result<&'c str, IndexError>,
    rules: Rules,
) -> Result<Vec<Group>, IndexError> {
    let all: usize = parts.iter().map(|part| part.len()).sum();
    let mut ordered = rules.wanted.max(FIRST_ORDERED).min(all);
    let leaders = loop {
        let leaders = Leaders::of(parts, &first(parts, &key, ordered)?, &sketches, &company, rules)?;
        if leaders.found.len() == rules.wanted || ordered == all {
            break leaders;
        }
        ordered = ordered.saturating_mul(ORDERED_MORE).min(all);
    };
    let mut groups: Vec<Group> =
        leaders.found.iter().map(|leader| Group { leader: leader.place, followers: Vec::new() }).collect();
    if rules.over_documents {
        let followers = |number: usize, part: &&[Found]| -> Result<Vec<(usize, Place)>, IndexError> {
            let places: Vec<usize> = (0..part.len()).filter(|at| leaders.may_follow(&part[*at])).collect();
            let hits = places.iter().zip(sketches(number, &places));
            Ok(hits.filter_map(|(&at, sketch)| Some((leaders.leading(&part[at], sketch)?, (number, at)))).collect())
        };
        let followers = each_part(parts, all >= MATCHES_AT_ONCE, followers)?;
        for (group, hit) in followers.into_iter().flatten() {
            groups[group].followers.push(hit);
        }
    }
    Ok(groups)
}

/// The first hits in their order.
fn first<K: Ord + Send>(
    parts: &[&[Found]],
    key: &(impl Fn(usize, &Found) -> Result<K, IndexError> + Sync),
    wanted: usize,
) -> Result<Vec<Place>, IndexError> {
    let of_part = |number: usize, part: &&[Found]| -> Result<Vec<(K, Place)>, IndexError> {
        let mut hits: Vec<(K, Place)> = Vec::with_capacity(part.len().min(wanted.saturating_mul(2)));
        let keep_first = |hits: &mut Vec<(K, Place)>| {
            hits.select_nth_unstable_by(wanted - 1, |a, b| a.0.cmp(&b.0));
            hits.truncate(wanted);
        };
        // Once some were cut off, the last of those that were kept tells most others that they are not among the first.
        let mut is_cut = false;
        for (at, hit) in part.iter().enumerate() {
            let key = key(number, hit)?;
            if is_cut && key > hits[wanted - 1].0 {
                continue;
            }
            hits.push((key, (number, at)));
            if hits.len() == wanted.saturating_mul(2) {
                keep_first(&mut hits);
                is_cut = true;
            }
        }
        if hits.len() > wanted {
            keep_first(&mut hits);
        }
        Ok(hits)
    };
    if wanted == 0 {
        return Ok(Vec::new());
    }
    let all: usize = parts.iter().map(|part| part.len()).sum();
    let of_parts: Vec<Vec<(K, Place)>> = each_part(parts, all >= MATCHES_AT_ONCE, of_part)?;
    let mut hits: Vec<(K, Place)> = of_parts.into_iter().flatten().collect();
    hits.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    hits.truncate(wanted);
    Ok(hits.into_iter().map(|(_, place)| place).collect())
}

/// A hit that leads.
struct Leader {
    place: Place,
    slot: u32,
    sketch: Sketch,
}

/// The hits that lead, in order.
struct Leaders {
    found: Vec<Leader>,
    /// The places of those with the same exact part of their sketches, in order.
    by_exact: FxHashMap<u16, Vec<usize>>,
    /// The keys of `by_exact`: most of many hits are told from all leaders by these.
    exact: FixedBitSet,
}

impl Leaders {
    /// Those among the first hits, `ordered` as the answer is; no more than are wanted.
    fn of<'c>(
        parts: &[&[Found]],
        ordered: &[Place],
        sketches: &impl Fn(usize, &[usize]) -> Vec<Sketch>,
        company: &impl Fn(u32) -> Result<&'c str, IndexError>,
        rules: Rules,
    ) -> Result<Leaders, IndexError> {
        let exact = FixedBitSet::with_capacity(1 << u16::BITS);
        let mut leaders = Leaders { found: Vec::new(), by_exact: FxHashMap::default(), exact };
        let mut led_by_company: FxHashMap<&str, usize> = FxHashMap::default();
        for &(part, at) in ordered {
            if leaders.found.len() == rules.wanted {
                break;
            }
            let hit = &parts[part][at];
            let Some(&sketch) = sketches(part, &[at]).first() else { continue };
            if rules.over_documents && leaders.leading(hit, sketch).is_some() {
                continue;
            }
            if let Some(most) = rules.per_company {
                let company = company(hit.slot)?;
                let led = led_by_company.entry(company).or_default();
                if *led >= most && !company.is_empty() {
                    continue;
                }
                *led += 1;
            }
            leaders.add(Leader { place: (part, at), slot: hit.slot, sketch });
        }
        Ok(leaders)
    }

    /// Whether a hit can be near-equal to any, as far as can be told without its sketch.
    fn may_follow(&self, hit: &Found) -> bool {
        self.exact.contains(usize::from(hit.exact))
    }

    /// The place of the first that a hit is near-equal to.
    fn leading(&self, hit: &Found, sketch: Sketch) -> Option<usize> {
        let leaders = self.by_exact.get(&hit.exact)?;
        let is_near = |place: &&usize| {
            let leader = &self.found[**place];
            leader.slot != hit.slot && leader.sketch.is_near(sketch)
        };
        leaders.iter().find(is_near).copied()
    }

    fn add(&mut self, leader: Leader) {
        let exact = leader.sketch.exact();
        self.exact.insert(usize::from(exact));
        self.by_exact.entry(exact).or_default().push(self.found.len());
        self.found.push(leader);
    }
}

/// A company that says what a hit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// As counted; `None` where nothing tells it.
    pub company: Option<String>,
    /// Its clauses in the hit (of unfolded hits: its wordings).
    pub clauses: u64,
    pub documents: u64,
    /// When what matches was first and last captured inside the filters (where what was removed is asked for: when it was); `None` of
    /// undated texts.
    pub first_seen: Option<Instant>,
    pub last_seen: Option<Instant>,
}

/// A clause of a hit, with the first and the last snapshot inside the filters in which it matches.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    pub slot: u32,
    pub first: u32,
    pub last: u32,
}

/// The companies that say what a hit says, by name; texts of which nothing tells the company come last.
pub fn companies(index: &Index, clauses: impl Iterator<Item = Said>) -> Result<Vec<Saying>, IndexError> {
    let mut found: BTreeMap<(bool, &str), (Saying, FxHashSet<u32>)> = BTreeMap::new();
    for Said { slot, first, last } in clauses {
        let company = index.entry(slot)?.company.as_str();
        let captures = index.captures(slot)?;
        let (saying, documents) = found.entry((company.is_empty(), company)).or_insert_with(|| {
            let company = (!company.is_empty()).then(|| company.to_owned());
            (Saying { company, clauses: 0, documents: 0, first_seen: None, last_seen: None }, FxHashSet::default())
        });
        documents.insert(slot);
        saying.clauses += 1;
        saying.first_seen = saying.first_seen.into_iter().chain(captures.instant(first)).min();
        saying.last_seen = saying.last_seen.max(captures.instant(last));
    }
    Ok(found.into_values().map(|(saying, documents)| Saying { documents: documents.len() as u64, ..saying }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the rules say it: hit by hit, all of them in order.
    fn one_by_one(parts: &[Vec<(Found, Sketch)>], rules: Rules) -> Vec<Group> {
        let places = |number: usize| (0..parts[number].len()).map(move |at| (number, at));
        let mut hits: Vec<Place> = (0..parts.len()).flat_map(places).collect();
        let hit = |(part, at): Place| parts[part][at].0;
        let sketch = |(part, at): Place| parts[part][at].1;
        hits.sort_by_key(|place| order(&hit(*place)));
        let leading = |groups: &[Group], place: Place| {
            let is_near = |leader: Place| hit(leader).slot != hit(place).slot && sketch(leader).is_near(sketch(place));
            groups.iter().position(|group| rules.over_documents && is_near(group.leader))
        };
        let mut groups: Vec<Group> = Vec::new();
        let mut passed_over: Vec<Place> = Vec::new();
        for place in hits {
            let led = groups.iter().filter(|group| company(hit(group.leader).slot) == company(hit(place).slot)).count();
            if let Some(group) = leading(&groups, place) {
                groups[group].followers.push(place);
            } else if groups.len() == rules.wanted || rules.per_company.is_some_and(|most| led >= most) {
                passed_over.push(place);
            } else {
                groups.push(Group { leader: place, followers: Vec::new() });
            }
        }
        for place in passed_over {
            if let Some(group) = leading(&groups, place) {
                groups[group].followers.push(place);
            }
        }
        groups
    }

    fn order(hit: &Found) -> (std::cmp::Reverse<i32>, u32, u32) {
        (std::cmp::Reverse(hit.score), hit.slot, hit.document)
    }

    fn company(slot: u32) -> &'static str {
        ["Acme", "Globex", "Initech"][slot as usize % 3]
    }

    proptest! {
        #[test]
        fn groups_are_those_of_the_rules(
            sizes in proptest::collection::vec(0usize..400, 1..4),
            seeds in proptest::collection::vec((0u32..40, 0i32..50, any::<u8>()), 1200),
            (over_documents, per_company, wanted) in (any::<bool>(), proptest::option::of(1usize..20), 0usize..90),
        ) {
            let mut seeds = (0u32..).zip(seeds);
            let mut part = |size: usize| {
                let found = seeds.by_ref().take(size).map(|(document, (slot, score, look))| {
                    // Of one exact part or another, with up to 14 bits that differ.
                    let look = u64::from(look);
                    let sketch = Sketch::from_bits((((look & 0x7f) * ((1 << 40) | (1 << 20))) << 4) | ((look >> 7) << 1));
                    (Found::alone(slot, document, sketch.exact(), score), sketch)
                });
                found.collect()
            };
            let parts: Vec<Vec<(Found, Sketch)>> = sizes.into_iter().map(&mut part).collect();
            let rules = Rules { over_documents, per_company, wanted };
            let found: Vec<Vec<Found>> = parts.iter().map(|part| part.iter().map(|(found, _)| *found).collect()).collect();
            let found: Vec<&[Found]> = found.iter().map(Vec::as_slice).collect();
            let sketches = |part: usize, places: &[usize]| places.iter().map(|at| parts[part][*at].1).collect();
            let mut found = groups(&found, |_, hit| Ok(order(hit)), sketches, |slot| Ok(company(slot)), rules).unwrap();
            let mut wanted = one_by_one(&parts, rules);
            found.iter_mut().chain(&mut wanted).for_each(|group| group.followers.sort_unstable());
            prop_assert_eq!(found, wanted);
        }
    }
}
