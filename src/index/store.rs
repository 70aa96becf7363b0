//! An index being written: side files, terms, and the commit that publishes them.

use super::batch::Batch;
use super::catalog::{self, Catalog, Place, SourceEntry};
use super::duplicates;
use super::former::Former;
use super::plan::SourceState;
use super::schema::{self, Fields};
use super::segment;
use super::shard::{Shard, Shards};
use super::slots::Slots;
use super::{
    CATALOG, Commit, DOCUMENTS, FILES, IndexError, Record, chunks, commit_of, map_documents, open_terms, read_catalog,
    read_safely, record_bytes, side_file, terms_dir,
};
use crate::history::DocumentHistory;
use crate::snapshot::DocumentKey;
use crate::source::Source;
use crate::topic::{Lexicon, TopicError};
use crate::words;
use memmap2::Mmap;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use std::cmp::Reverse;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::directory::{MmapDirectory, TerminatingWrite};
use tantivy::index::SegmentId;
use tantivy::indexer::NoMergePolicy;
use tantivy::store::Compressor;
use tantivy::{Directory, IndexSettings, IndexWriter, SegmentMeta, TantivyError, Term};

/// The least buffer that tantivy lets a writer have. Nothing is put there.
const WRITER_BUFFER_BYTES: usize = 16 << 20;

/// More segments than this are merged: of few passages, and of many, where a further segment costs little beside what it holds.
const MAX_SEGMENTS: usize = 4;
const MAX_LARGE_SEGMENTS: usize = 24;

/// From so many passages on an index has several segments, which are merged and searched beside each other: so many passages are in one
/// that is merged of others.
const PASSAGES_OF_LARGE_SEGMENT: u32 = 1_000_000;

/// So many merges are done at once: the files of all segments that are merged are mapped.
const MERGES_AT_ONCE: usize = 2;

/// The state of an index before an update, and what the update adds to it.
pub struct Store {
    dir: PathBuf,
    pub catalog: Catalog,
    pub states: Vec<SourceState>,
    documents: FxHashMap<u64, Mmap>,
    pub writer: IndexWriter,
    pub fields: Fields,
    /// Those that were there before.
    segments: Arc<FxHashSet<SegmentId>>,
    /// The passages whose segment is not written yet.
    batch: Mutex<Batch>,
    /// Held while a segment is written.
    writing: Mutex<()>,
    /// The topics that passages are scored in.
    pub lexicon: Lexicon,
    /// Whether nothing was ever published here.
    pub is_new: bool,
}

impl Store {
    /// Opens or begins an index, for one writer at a time.
    pub fn open(dir: &Path) -> Result<Store, IndexError> {
        read_safely(|| Store::try_open(dir))
    }

    fn try_open(dir: &Path) -> Result<Store, IndexError> {
        let terms = terms_dir(dir);
        if !terms.exists() && dir.exists() && std::fs::read_dir(dir).map_err(IndexError::io(dir))?.next().is_some() {
            return Err(IndexError::NotAnIndex(dir.display().to_string()));
        }
        std::fs::create_dir_all(&terms).map_err(IndexError::io(&terms))?;
        let directory = MmapDirectory::open(&terms).map_err(TantivyError::from)?;
        let (schema, fields) = schema::schema();
        // Nothing is stored there: texts lie in the records.
        let settings = IndexSettings { docstore_compression: Compressor::None, ..IndexSettings::default() };
        let builder = tantivy::Index::builder().schema(schema).settings(settings);
        let index = builder.open_or_create(directory).or_else(|error| match error {
            // Readers tell what is other about it.
            TantivyError::SchemaError(_) => open_terms(dir),
            other => Err(other.into()),
        })?;
        // The writer's lock guards the side files as well. It deletes, merges and commits; what is added is written here.
        let writer = index.writer_with_num_threads(1, WRITER_BUFFER_BYTES).map_err(|error| match error {
            TantivyError::LockFailure(..) => IndexError::Busy(dir.display().to_string()),
            other => other.into(),
        })?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let (catalog, states, is_new) = match commit_of(&index, dir) {
            Ok(Commit { generation }) => {
                let path = side_file(dir, FILES, generation);
                let bytes = std::fs::read(&path).map_err(IndexError::io(&path))?;
                (read_catalog(dir, generation)?, chunks::unpack(&bytes)?, false)
            }
            Err(IndexError::Missing(_)) => (empty_catalog(), Vec::new(), true),
            Err(error) => return Err(error),
        };
        let documents = map_documents(dir, &catalog)?;
        let lexicon = catalog.lexicon()?;
        let (dir, batch, writing) = (dir.to_owned(), Mutex::default(), Mutex::default());
        let segments = Arc::default();
        let mut store = Store { dir, catalog, states, documents, writer, fields, segments, batch, writing, lexicon, is_new };
        // An update that was killed after its commit did not come to this.
        store.tidy_segments()?;
        store.segments = Arc::new(store.writer.index().searchable_segment_ids()?.into_iter().collect());
        Ok(store)
    }

    /// Whether the documents are scored in other topics than those of the lexicon.
    pub fn has_other_topics(&self) -> bool {
        self.catalog.topics_hash != self.lexicon.hash()
    }

    /// Scores in the user's own topics of these files, beside the built-in ones, from now on.
    pub fn set_topics(&mut self, own: Vec<String>) -> Result<(), TopicError> {
        self.catalog.own_topics = own;
        self.lexicon = self.catalog.lexicon()?;
        Ok(())
    }

    /// The number of a source, new or known.
    pub fn source(&mut self, source: &Source) -> usize {
        let (root, name) = (source.root(), source.name());
        let known = self.catalog.sources.iter().position(|source| source.root == root);
        known.unwrap_or_else(|| {
            let name = catalog::free_name(name, |name| self.catalog.sources.iter().any(|source| source.name == name));
            self.catalog.sources.push(SourceEntry {
                root,
                name,
                form: source.form(),
                tip: None,
                settings: String::new(),
                groups: Default::default(),
                extraction: 0,
                superseded: 0,
                skipped: Vec::new(),
                damaged: Vec::new(),
                vanished: Vec::new(),
                unreadable: Vec::new(),
                updated: 0,
            });
            self.states.push(SourceState::default());
            self.catalog.sources.len() - 1
        })
    }

    /// The documents of a source with their slots.
    pub fn documents_of(&self, source: usize) -> FxHashMap<DocumentKey, u32> {
        let of_source = self.catalog.documents().filter(|(_, entry)| entry.source as usize == source);
        of_source.map(|(slot, entry)| (entry.key.clone(), slot)).collect()
    }

    /// Holds this shard alone from now on; where something was published before, it must be this shard. `None` asks for what there is.
    pub fn hold(&mut self, shard: Option<Shard>) -> Result<(), IndexError> {
        let Some(shard) = shard else { return Ok(()) };
        let asked = Shards::only(shard);
        if self.is_new {
            self.catalog.slots = Slots::from(shard.first_stored_slot());
            self.catalog.shards = asked;
        } else if self.catalog.shards != asked {
            let holds = self.catalog.shards.as_ref().map_or_else(|| "whole archives".to_owned(), Shards::to_string);
            return Err(IndexError::OtherShard { dir: self.dir.display().to_string(), holds, asked: shard.to_string() });
        }
        Ok(())
    }

    /// Whether a document is of the shards that the index holds.
    pub fn holds(&self, key: &DocumentKey) -> bool {
        self.catalog.shards.as_ref().is_none_or(|shards| shards.hold(key))
    }

    /// A slot for a new document.
    pub fn reserve(&mut self) -> Result<u32, IndexError> {
        let slot = u32::try_from(self.catalog.documents.len()).map_err(|_| IndexError::Full)?;
        self.catalog.slots.stored(slot).ok_or(IndexError::Full)?;
        self.catalog.documents.push(None);
        Ok(slot)
    }

    /// How a document is called in the terms.
    pub fn stored_slot(&self, slot: u32) -> u32 {
        // Every document had one when its slot was reserved.
        self.catalog.slots.stored(slot).unwrap_or(u32::MAX)
    }

    /// All that is stored of a document.
    pub fn history(&self, slot: u32) -> Result<DocumentHistory, IndexError> {
        let entry = self.catalog.documents.get(slot as usize).and_then(Option::as_ref).ok_or(IndexError::DAMAGED)?;
        let bytes = record_bytes(&self.documents, entry.place)?;
        Record::open(bytes)?.history(bytes)
    }

    /// The generation that this update makes.
    fn generation(&self) -> u64 {
        self.catalog.generation + 1
    }

    /// Holds what is joined from other indexes from now on.
    pub fn take_catalog(&mut self, catalog: Catalog) -> Result<(), IndexError> {
        let last = catalog.documents.len().saturating_sub(1);
        u32::try_from(last).ok().and_then(|last| catalog.slots.stored(last)).ok_or(IndexError::Full)?;
        self.catalog = catalog;
        self.lexicon = self.catalog.lexicon()?;
        Ok(())
    }

    /// Takes over the terms of another index, whose documents are called in terms as they are here. `step` is called for each file.
    pub fn copy_segments(&self, from: &tantivy::Index, step: &dyn Fn()) -> Result<(), IndexError> {
        let directory = self.writer.index().directory();
        for path in from.load_metas()?.list_segment_files() {
            step();
            if !from.directory().exists(&path).map_err(TantivyError::from)? {
                continue;
            }
            // The copy gets a checksum of its own, which must not make damage look sound.
            if !from.directory().validate_checksum(&path).map_err(TantivyError::from)? {
                return Err(IndexError::Damaged("a file of its terms has another checksum"));
            }
            let bytes =
                from.directory().open_read(&path).map_err(TantivyError::from)?.read_bytes().map_err(IndexError::io(&path))?;
            let mut copy = directory.open_write(&path).map_err(TantivyError::from)?;
            copy.write_all(&bytes).and_then(|()| copy.terminate()).map_err(IndexError::io(&path))?;
        }
        for segment in from.searchable_segment_metas()? {
            self.writer.add_segment(self.writer.index().new_segment_meta(segment.id(), segment.max_doc()))?;
        }
        Ok(())
    }

    /// Takes over a file of records under a number: both indexes have it then, for none ever changes it.
    pub fn take_records(&self, from: &Path, number: u64) -> Result<(), IndexError> {
        let to = side_file(&self.dir, DOCUMENTS, number);
        if to.exists() {
            std::fs::remove_file(&to).map_err(IndexError::io(&to))?;
        }
        let copy =
            || std::fs::hard_link(from, &to).or_else(|_| std::fs::copy(from, &to).and_then(|_| File::open(&to)?.sync_all()));
        copy().map_err(IndexError::io(&to))
    }

    /// Begins the file for the records of this update.
    pub fn begin_records(&self) -> Result<RecordFile, IndexError> {
        RecordFile::create(side_file(&self.dir, DOCUMENTS, self.generation()), self.generation())
    }

    /// Takes out the terms that a document had before.
    pub fn delete_terms(&self, slot: u32) -> Result<(), IndexError> {
        let document = Term::from_field_u64(self.fields.document, u64::from(self.stored_slot(slot)));
        self.writer.delete_query(Box::new(Former::new(document, self.segments.clone())))?;
        Ok(())
    }

    /// Adds the passages of a document, in the order of their clauses. In the terms they stand together, and stay so when segments are
    /// merged. A batch that is full is written before this returns.
    pub fn add_passages(&self, add: impl FnOnce(&mut Batch)) -> Result<(), IndexError> {
        let full = {
            let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
            add(&mut batch);
            if !batch.is_full() {
                return Ok(());
            }
            // One is written at a time, while another is gathered: not more than two are in memory.
            let turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            (batch.take(), turn)
        };
        write_segment(&self.writer, &self.fields, &full.0)
    }

    /// Copies all records into the new file when most of the old files is no longer in use.
    pub fn compact(&mut self, records: &mut RecordFile) -> Result<(), IndexError> {
        let live: u64 = self
            .catalog
            .documents()
            .filter(|(_, entry)| entry.place.file != records.generation)
            .map(|(_, entry)| entry.place.len)
            .sum();
        let all: u64 = self.documents.values().map(|file| file.len() as u64).sum();
        if live * 2 >= all {
            return Ok(());
        }
        let new = records.generation;
        for entry in self.catalog.documents.iter_mut().flatten().filter(|entry| entry.place.file != new) {
            entry.place = records.append(record_bytes(&self.documents, entry.place)?)?;
        }
        Ok(())
    }

    /// Writes the side files and commits. Killed before the commit is done, the index is the one before.
    pub fn publish(mut self, records: RecordFile) -> Result<(), IndexError> {
        let generation = self.generation();
        let Store { dir, catalog, states, writer, batch, fields, lexicon, .. } = &mut self;
        let write_side_files = || -> Result<(), IndexError> {
            records.close()?;
            let documents = map_documents(dir, catalog)?;
            duplicates::find(catalog, |place| record_bytes(&documents, place))?;
            catalog.generation = generation;
            catalog.stemmer = words::STEMMER.to_owned();
            catalog.topics = lexicon.topics().iter().map(|topic| topic.name.clone()).collect();
            catalog.topics_hash = lexicon.hash().to_owned();
            catalog.seal();
            write_synced(&side_file(dir, CATALOG, generation), &catalog.format.to_le_bytes(), catalog)?;
            write_synced(&side_file(dir, FILES, generation), &[], states)?;
            sync_dir(dir)
        };
        let batch = batch.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Side files are written beside the last segment, which takes longer.
        let (written, segment) = rayon::join(write_side_files, || write_segment(writer, fields, batch));
        written?;
        segment?;
        let payload = serde_json::to_string(&Commit { generation }).map_err(IndexError::encode)?;
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        sync_dir(&terms_dir(&self.dir))?;
        self.tidy_segments()?;
        self.remove_old_files()?;
        Ok(self.writer.wait_merging_threads()?)
    }

    /// Rewrites segments that hold deleted passages (they would count in the statistics of ranking), and many into one.
    fn tidy_segments(&mut self) -> Result<(), IndexError> {
        let groups = groups_to_merge(&self.writer.index().searchable_segment_metas()?);
        for groups in groups.chunks(MERGES_AT_ONCE) {
            let merges: Vec<_> = groups.iter().map(|group| self.writer.merge(group)).collect();
            merges.into_iter().try_for_each(|merge| merge.wait().map(drop))?;
        }
        if !groups.is_empty() {
            sync_dir(&terms_dir(&self.dir))?;
        }
        // What tantivy tells of segments keeps their files: it must be gone by now.
        self.writer.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Removes the side files that this generation does not name.
    fn remove_old_files(&self) -> Result<(), IndexError> {
        let mut named: FxHashSet<PathBuf> =
            [CATALOG, FILES].map(|name| side_file(&self.dir, name, self.catalog.generation)).into_iter().collect();
        named.extend(self.catalog.documents().map(|(_, entry)| side_file(&self.dir, DOCUMENTS, entry.place.file)));
        for entry in std::fs::read_dir(&self.dir).map_err(IndexError::io(&self.dir))? {
            let path = entry.map_err(IndexError::io(&self.dir))?.path();
            let is_side_file = path.file_stem().is_some_and(|stem| [CATALOG, FILES, DOCUMENTS].iter().any(|name| stem == *name));
            if is_side_file && !named.contains(&path) {
                std::fs::remove_file(&path).map_err(IndexError::io(&path))?;
            }
        }
        Ok(())
    }
}

/// Writes a batch as a segment, which the next commit publishes.
fn write_segment(writer: &IndexWriter, fields: &Fields, batch: &Batch) -> Result<(), IndexError> {
    if batch.passages() == 0 {
        return Ok(());
    }
    let segment = writer.index().new_segment();
    segment::write(&segment, fields, batch)?;
    Ok(writer.add_segment(segment.with_max_doc(batch.passages()).meta().clone())?)
}

/// The segments that are to be rewritten, in groups that become one segment each.
fn groups_to_merge(segments: &[SegmentMeta]) -> Vec<Vec<SegmentId>> {
    let all: u32 = segments.iter().map(SegmentMeta::num_docs).fold(0, u32::saturating_add);
    let is_large = all >= PASSAGES_OF_LARGE_SEGMENT;
    let many = segments.len() > if is_large { MAX_LARGE_SEGMENTS } else { MAX_SEGMENTS };
    let mut rest: Vec<&SegmentMeta> = segments.iter().filter(|segment| many || segment.has_deletes()).collect();
    rest.sort_by_key(|segment| (Reverse(segment.num_docs()), segment.id()));
    let passages: u32 = rest.iter().map(|segment| segment.num_docs()).fold(0, u32::saturating_add);
    let groups = passages.div_ceil(PASSAGES_OF_LARGE_SEGMENT).max(1);
    let mut groups: Vec<(u32, Vec<SegmentId>)> = vec![(0, Vec::new()); groups as usize];
    for segment in rest {
        // The largest first, each to those that are the fewest so far.
        if let Some((passages, group)) = groups.iter_mut().min_by_key(|(passages, _)| *passages) {
            *passages = passages.saturating_add(segment.num_docs());
            group.push(segment.id());
        }
    }
    groups.into_iter().map(|(_, group)| group).filter(|group| !group.is_empty()).collect()
}

fn empty_catalog() -> Catalog {
    Catalog {
        format: catalog::FORMAT,
        generation: 0,
        stemmer: words::STEMMER.to_owned(),
        fingerprint: String::new(),
        topics: Vec::new(),
        topics_hash: String::new(),
        own_topics: Vec::new(),
        shards: None,
        slots: Slots::from(0),
        sources: Vec::new(),
        documents: Vec::new(),
    }
}

/// The file of the records that an update writes, one after another.
pub struct RecordFile {
    file: BufWriter<File>,
    path: PathBuf,
    generation: u64,
    end: u64,
}

impl RecordFile {
    fn create(path: PathBuf, generation: u64) -> Result<RecordFile, IndexError> {
        let file = File::create(&path).map_err(IndexError::io(&path))?;
        Ok(RecordFile { file: BufWriter::with_capacity(1 << 20, file), path, generation, end: 0 })
    }

    /// Adds a record and tells its place.
    pub fn append(&mut self, record: &[u8]) -> Result<Place, IndexError> {
        self.file.write_all(record).map_err(IndexError::io(&self.path))?;
        let place = Place { file: self.generation, start: self.end, len: record.len() as u64 };
        self.end += place.len;
        Ok(place)
    }

    /// Takes the file away again, where an update has nothing to publish.
    pub fn discard(self) -> Result<(), IndexError> {
        std::fs::remove_file(&self.path).map_err(IndexError::io(&self.path))
    }

    /// The generation that writes the file.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn close(mut self) -> Result<(), IndexError> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(IndexError::io(&self.path))
    }
}

/// Writes a file of a value, packed, with something before it.
fn write_synced<T: Serialize>(path: &Path, before: &[u8], value: &T) -> Result<(), IndexError> {
    let mut file = File::create(path).map_err(IndexError::io(path))?;
    file.write_all(before).map_err(IndexError::io(path))?;
    chunks::pack_to(value, &file)?;
    file.sync_all().map_err(IndexError::io(path))
}

/// Makes the names of new files last. Only Unix can, and must.
fn sync_dir(dir: &Path) -> Result<(), IndexError> {
    if cfg!(unix) {
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(IndexError::io(dir))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(passages: &[u32]) -> Vec<SegmentMeta> {
        let terms = tantivy::Index::create_in_ram(schema::schema().0);
        passages.iter().map(|passages| terms.new_segment_meta(SegmentId::generate_random(), *passages)).collect()
    }

    /// How many passages each of the new segments has.
    fn merged(segments: &[SegmentMeta]) -> Vec<u32> {
        let passages = |id: &SegmentId| segments.iter().find(|segment| segment.id() == *id).map_or(0, SegmentMeta::num_docs);
        groups_to_merge(segments).iter().map(|group| group.iter().map(passages).sum()).collect()
    }

    #[test]
    fn few_segments_stay_and_many_become_as_few_as_their_size_allows() {
        assert_eq!(merged(&segments(&[])), [] as [u32; 0]);
        assert_eq!(merged(&segments(&[100; MAX_SEGMENTS])), [] as [u32; 0]);
        assert_eq!(merged(&segments(&[100; MAX_SEGMENTS + 1])), [100 * (MAX_SEGMENTS as u32 + 1)]);
        let half = PASSAGES_OF_LARGE_SEGMENT / 2;
        assert_eq!(merged(&segments(&[half; MAX_LARGE_SEGMENTS])), [] as [u32; 0]);
        let large = merged(&segments(&[half; MAX_LARGE_SEGMENTS + 2]));
        assert_eq!(large, vec![PASSAGES_OF_LARGE_SEGMENT; MAX_LARGE_SEGMENTS / 2 + 1]);
    }
}
