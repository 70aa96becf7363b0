//! Several indexes as one: their catalogs joined, their segments searched together. Nothing is written.

use super::catalog::{Catalog, Problem, SourceEntry, free_name};
use super::directory::ReadOnly;
use super::shard::Shards;
use super::slots::Slots;
use super::{
    Index, IndexError, commit_of, duplicates, map_file, open_patiently, open_terms, read_catalog, record_bytes, terms_dir,
};
use crate::snapshot::DocumentKey;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::index::SegmentMeta;
use tantivy::{IndexMeta, TantivyError};

/// An index as it lies in its directory.
pub struct Member {
    pub opened: Opened,
    pub catalog: Catalog,
}

/// The terms of an index, and of which generation they are.
pub struct Opened {
    pub dir: PathBuf,
    pub terms: tantivy::Index,
    pub generation: u64,
}

impl Member {
    pub fn open(dir: &Path) -> Result<Member, IndexError> {
        if !terms_dir(dir).join("meta.json").exists() {
            return Err(IndexError::Missing(dir.display().to_string()));
        }
        let terms = open_terms(dir)?;
        let generation = commit_of(&terms, dir)?.generation;
        let opened = Opened { dir: dir.to_owned(), terms, generation };
        Ok(Member { opened, catalog: read_catalog(dir, generation)? })
    }

    pub fn name(&self) -> String {
        self.opened.dir.display().to_string()
    }
}

impl Opened {
    pub fn segments(&self) -> Result<Vec<SegmentMeta>, IndexError> {
        Ok(self.terms.searchable_segment_metas()?)
    }

    /// Fails where an update was published since the index was opened.
    pub fn check_unchanged(&self) -> Result<(), IndexError> {
        if commit_of(&self.terms, &self.dir)?.generation == self.generation {
            return Ok(());
        }
        Err(IndexError::Tantivy(TantivyError::SystemError("the index changed while it was opened".into())))
    }
}

/// Several indexes, joined.
pub struct Union {
    pub index: Index,
    /// As they lie in their directories.
    pub members: Vec<Member>,
    /// For each member, the number of each of its sources in the joined catalog.
    pub sources: Vec<Vec<u32>>,
    /// The members whose documents can be called in the terms of one index as they are in their own.
    pub placed: Vec<usize>,
    /// How many documents these have: the first ones.
    pub kept: u32,
    /// Where the files of records lie that the joined catalog numbers from 1 on: of which member, under which number there.
    pub files: Vec<(usize, u64)>,
}

impl Union {
    /// Opens the indexes in some directories as one.
    pub fn open(dirs: &[PathBuf]) -> Result<Union, IndexError> {
        open_patiently(|| {
            let members: Vec<Member> = dirs.iter().map(|dir| Member::open(dir)).collect::<Result<_, _>>()?;
            let union = Union::of(members)?;
            union.members.iter().try_for_each(|member| member.opened.check_unchanged())?;
            Ok(union)
        })
    }

    fn of(mut members: Vec<Member>) -> Result<Union, IndexError> {
        let shards = check_alike(&members)?;
        let order = Order::of(&members)?;
        let Joined { mut catalog, slots, sources, files } = join(&mut members, &order, shards)?;
        let mut documents = FxHashMap::default();
        for (number, (member, file)) in (1..).zip(&files) {
            documents.insert(number, map_file(&members[*member].opened.dir, *file)?);
        }
        if members.iter().any(|member| member.catalog.shards.is_none()) {
            // What several sources hold lies in one shard, but not in one of any indexes.
            duplicates::find(&mut catalog, |place| record_bytes(&documents, place))?;
        }
        catalog.seal();
        let mut of_segments = FxHashMap::default();
        for (member, slots) in members.iter().zip(slots) {
            let slots = Arc::new(slots);
            of_segments.extend(member.opened.segments()?.into_iter().map(|segment| (segment.id(), slots.clone())));
        }
        let dirs = members.iter().map(|member| member.opened.dir.clone()).collect();
        let index = Index::of(&joined_terms(&members)?, catalog, dirs, of_segments, documents)?;
        let kept = order.pieces[..order.kept].iter().map(|piece| piece.slots.len() as u32).sum();
        Ok(Union { index, members, sources, placed: order.placed, kept, files })
    }
}

/// The segments of all, as one index of tantivy's.
fn joined_terms(members: &[Member]) -> Result<tantivy::Index, IndexError> {
    let part = |member: &Member| -> Result<(ReadOnly, IndexMeta), IndexError> {
        Ok((ReadOnly::open(&terms_dir(&member.opened.dir))?, member.opened.terms.load_metas()?))
    };
    let parts: Vec<_> = members.iter().map(part).collect::<Result<_, _>>()?;
    let mut terms = tantivy::Index::open(ReadOnly::union(parts)?)?;
    terms.set_tokenizers(super::schema::tokenizers());
    Ok(terms)
}

/// Checks that indexes can be taken together, and tells which shards they hold.
fn check_alike(members: &[Member]) -> Result<Option<Shards>, IndexError> {
    let Some((first, others)) = members.split_first() else {
        return Err(IndexError::Missing(String::new()));
    };
    let mut shards = first.catalog.shards.clone();
    let mut holder = first;
    for other in others {
        let unlike = |one: &Member, why| IndexError::Unlike { one: one.name(), other: other.name(), why };
        if first.catalog.topics_hash != other.catalog.topics_hash {
            return Err(unlike(first, "they are scored in other topics (`fineprint topics` lists those of an index)"));
        }
        if first.catalog.stemmer != other.catalog.stemmer || first.opened.terms.settings() != other.opened.terms.settings() {
            return Err(unlike(first, "they were made by other versions of fineprint"));
        }
        let joined = match (&shards, &other.catalog.shards) {
            (Some(one), Some(two)) => one.with(two).map_err(|why| unlike(holder, why))?,
            (one, two) => one.clone().or(two.clone()),
        };
        if other.catalog.shards.is_some() {
            holder = other;
        }
        shards = joined;
    }
    Ok(shards)
}

/// Documents of a member whose numbers follow each other, in its terms and in its catalog.
struct Piece {
    member: usize,
    stored: u32,
    slots: Range<u32>,
}

/// How the documents of all follow each other: first those that can keep their numbers in the terms beside each other, in the order of
/// these; then the others.
struct Order {
    pieces: Vec<Piece>,
    /// How many of the pieces keep their numbers.
    kept: usize,
    /// The members whose pieces these are.
    placed: Vec<usize>,
}

impl Order {
    fn of(members: &[Member]) -> Result<Order, IndexError> {
        let end = |piece: &Piece| u64::from(piece.stored) + piece.slots.len() as u64;
        let mut largest_first: Vec<usize> = (0..members.len()).collect();
        largest_first.sort_by_key(|&member| Reverse(members[member].catalog.documents.len()));
        let (mut pieces, mut others, mut placed): (Vec<Piece>, Vec<Piece>, Vec<usize>) = Default::default();
        for member in largest_first {
            let Catalog { slots, documents, .. } = &members[member].catalog;
            let stretches = slots.stretches(documents.len() as u32).filter(|(_, slots)| !slots.is_empty());
            let own: Vec<Piece> = stretches.map(|(stored, slots)| Piece { member, stored, slots }).collect();
            let overlaps = |piece: &Piece| {
                pieces.iter().any(|other| u64::from(piece.stored) < end(other) && u64::from(other.stored) < end(piece))
            };
            // A segment with deleted passages cannot be taken as it is.
            let has_deletes = members[member].opened.segments()?.iter().any(SegmentMeta::has_deletes);
            if has_deletes || own.iter().any(overlaps) {
                others.extend(own);
            } else {
                pieces.extend(own);
                placed.push(member);
            }
        }
        pieces.sort_by_key(|piece| piece.stored);
        let kept = pieces.len();
        pieces.extend(others);
        Ok(Order { pieces, kept, placed })
    }
}

/// Catalogs, joined.
struct Joined {
    catalog: Catalog,
    /// For each member, which slot stands for which stored one.
    slots: Vec<Slots>,
    /// For each member, the number of each of its sources.
    sources: Vec<Vec<u32>>,
    files: Vec<(usize, u64)>,
}

/// Joins the catalogs of some members, which lose their documents.
fn join(members: &mut [Member], order: &Order, shards: Option<Shards>) -> Result<Joined, IndexError> {
    let (joined_sources, source_numbers) = join_sources(members)?;
    let first = &members[0].catalog;
    let mut catalog = Catalog {
        format: first.format,
        generation: 0,
        stemmer: first.stemmer.clone(),
        fingerprint: String::new(),
        topics: first.topics.clone(),
        topics_hash: first.topics_hash.clone(),
        own_topics: first.own_topics.clone(),
        shards,
        slots: Slots::from(0),
        sources: joined_sources,
        documents: Vec::new(),
    };
    let mut stretches: Vec<Vec<(u32, u32)>> = vec![Vec::new(); members.len()];
    let mut kept: Vec<(u32, u32)> = Vec::new();
    let mut new_slots: Vec<FxHashMap<u32, u32>> = vec![FxHashMap::default(); members.len()];
    let mut member_of: Vec<usize> = Vec::new();
    let mut files: Vec<(usize, u64)> = Vec::new();
    let mut file_numbers: FxHashMap<(usize, u64), u64> = FxHashMap::default();
    for (at, Piece { member, stored, slots }) in order.pieces.iter().enumerate() {
        let begin = u32::try_from(catalog.documents.len()).map_err(|_| IndexError::Full)?;
        stretches[*member].push((*stored, begin));
        if at < order.kept {
            kept.push((*stored, begin));
        }
        for (slot, new) in slots.clone().zip(begin..) {
            new_slots[*member].insert(slot, new);
            let mut entry = members[*member].catalog.documents.get_mut(slot as usize).and_then(Option::take);
            if let Some(entry) = &mut entry {
                entry.source = *source_numbers[*member].get(entry.source as usize).ok_or(IndexError::DAMAGED)?;
                entry.place.file = *file_numbers.entry((*member, entry.place.file)).or_insert_with(|| {
                    files.push((*member, entry.place.file));
                    files.len() as u64
                });
            }
            catalog.documents.push(entry);
            member_of.push(*member);
        }
    }
    for (entry, member) in catalog.documents.iter_mut().zip(&member_of) {
        if let Some(entry) = entry {
            entry.duplicates.renumber(|slot| new_slots[*member].get(&slot).copied()).ok_or(IndexError::DAMAGED)?;
        }
    }
    if !kept.is_empty() {
        catalog.slots = Slots::of(kept);
    }
    catalog.generation = files.len() as u64;
    check_once(members, &catalog, &member_of)?;
    Ok(Joined { catalog, slots: stretches.into_iter().map(Slots::of).collect(), sources: source_numbers, files })
}

/// Refuses a document that two members hold.
fn check_once(members: &[Member], catalog: &Catalog, member_of: &[usize]) -> Result<(), IndexError> {
    let mut seen: FxHashMap<(u32, &DocumentKey), usize> = FxHashMap::default();
    for (slot, entry) in catalog.documents() {
        let member = member_of[slot as usize];
        if let Some(other) = seen.insert((entry.source, &entry.key), member) {
            let parts = [&entry.key.company, &entry.key.kind, &entry.key.part].map(String::as_str);
            let names: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            return Err(IndexError::Twice {
                document: names.join("/"),
                archive: catalog.sources.get(entry.source as usize).map_or_else(String::new, |source| source.name.clone()),
                one: members[other].name(),
                other: members[member].name(),
            });
        }
    }
    Ok(())
}

/// The sources of all, and for each member the new numbers of its own.
fn join_sources(members: &[Member]) -> Result<(Vec<SourceEntry>, Vec<Vec<u32>>), IndexError> {
    let mut joined: Vec<(SourceEntry, &Member)> = Vec::new();
    let mut numbers: Vec<Vec<u32>> = Vec::new();
    for member in members {
        let mut of_member = Vec::new();
        for source in &member.catalog.sources {
            let in_its_place = joined.iter().position(|(other, _)| (other.form, &other.root) == (source.form, &source.root));
            let of_its_name = || joined.iter().position(|(other, holder)| is_seen_elsewhere(other, holder, source, member));
            let number = match in_its_place.or_else(of_its_name) {
                Some(number) => {
                    let (other, holder) = &mut joined[number];
                    if (&other.settings, other.extraction) != (&source.settings, source.extraction) {
                        let why = "an archive of both was read under other settings or rules: bring them up to date first";
                        return Err(IndexError::Unlike { one: holder.name(), other: member.name(), why });
                    }
                    join_source(other, source);
                    number
                }
                None => {
                    let name = free_name(&source.name, |name| joined.iter().any(|(other, _)| other.name == name));
                    joined.push((SourceEntry { name, ..source.clone() }, member));
                    joined.len() - 1
                }
            };
            of_member.push(number as u32);
        }
        numbers.push(of_member);
    }
    Ok((joined.into_iter().map(|(source, _)| source).collect(), numbers))
}

/// Whether two shards saw one source in different places: every machine of a cluster may see the archive in a place of its own.
fn is_seen_elsewhere(one: &SourceEntry, holder: &Member, other: &SourceEntry, member: &Member) -> bool {
    let are_shards = holder.catalog.shards.is_some() && member.catalog.shards.is_some();
    are_shards && (one.form, &one.name) == (other.form, &other.name)
}

/// Adds what another index has to say of a source.
fn join_source(source: &mut SourceEntry, other: &SourceEntry) {
    if source.tip != other.tip {
        source.tip = None;
    }
    source.superseded += other.superseded;
    add_problems(&mut source.skipped, &other.skipped);
    add_problems(&mut source.damaged, &other.damaged);
    source.damaged.sort();
    for (paths, others) in [(&mut source.vanished, &other.vanished), (&mut source.unreadable, &other.unreadable)] {
        paths.extend(others.iter().cloned());
        paths.sort();
    }
    source.updated = source.updated.max(other.updated);
}

/// Adds problems that are not told yet: what is wrong with a file, each shard says.
fn add_problems(problems: &mut Vec<Problem>, others: &[Problem]) {
    let mut told: BTreeMap<Problem, usize> = BTreeMap::new();
    for problem in problems.iter() {
        *told.entry(problem.clone()).or_default() += 1;
    }
    for problem in others {
        match told.get_mut(problem).filter(|times| **times > 0) {
            Some(times) => *times -= 1,
            None => problems.push(problem.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_says_is_told_once_and_what_one_says_as_often_as_it_does() {
        let told = |paths: &[&str]| -> Vec<Problem> {
            paths.iter().map(|path| Problem { path: (*path).to_owned(), reason: "cannot be read".to_owned() }).collect()
        };
        let mut problems = told(&["a", "b", "b"]);
        add_problems(&mut problems, &told(&["b", "a", "b", "b", "c"]));
        assert_eq!(problems, told(&["a", "b", "b", "b", "c"]));
    }
}
