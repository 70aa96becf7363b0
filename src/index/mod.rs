//! The index directory, opened for reading. Only here and below is tantivy's schema known.
//!
//! | file | holds |
//! |---|---|
//! | `terms/` | a tantivy index of the passages; its last commit names the generation |
//! | `catalog.N` | [`catalog::Catalog`]: sources and documents of generation N |
//! | `files.N` | the files of each source as last seen, for the next update |
//! | `documents.N` | the records of the documents that update N wrote |
//!
//! Several indexes are opened as one by `union`: documents follow each other, and the segments of all are searched together.

mod batch;
pub mod catalog;
mod chunks;
pub mod columns;
mod directory;
pub mod duplicates;
mod former;
mod gather;
pub mod merge;
mod packs;
pub mod pairs;
mod plan;
mod record;
mod rows;
pub mod schema;
pub mod scoring;
mod segment;
pub mod shard;
mod slots;
mod states;
mod store;
mod terms;
mod union;
pub mod update;
pub mod verify;

pub use columns::{Columns, Counted};
pub use record::Record;
pub use rows::{Row, Rows};
pub use slots::Slots;

use crate::history::{Captures, DocumentHistory, Outline, Provenance, Runs, Version};
use crate::snapshot::Instant;
use crate::topic::{Level, Lexicon, TopicError};
use catalog::{Catalog, Counts, DocumentEntry, Place};
use chunks::PackTable;
use memmap2::Mmap;
use packs::PackCache;
use rustc_hash::FxHashMap;
use schema::Fields;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tantivy::index::SegmentId;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{ReloadPolicy, Searcher, SegmentReader, TantivyError, Term};
use union::{Member, Union};

/// Why an index cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("there is no index at {0}: build one with `fineprint index ARCHIVE --index {0}`")]
    Missing(String),
    #[error("{0} holds other files and no index: name another directory with --index")]
    NotAnIndex(String),
    #[error(
        "the index was written by another version of fineprint (format {found}, this one reads {expected}): build it anew in another directory, or remove {dir} and run `fineprint index` again"
    )]
    OtherFormat { dir: String, found: u32, expected: u32 },
    #[error(
        "the index at {dir} holds {holds}, not shard {asked} alone: leave --shard out to bring it up to date, or name another directory"
    )]
    OtherShard { dir: String, holds: String, asked: String },
    #[error("there is an index at {0} already: name a new directory")]
    Taken(String),
    #[error("{one} and {other} cannot be taken together: {why}")]
    Unlike { one: String, other: String, why: &'static str },
    #[error("{document} of the archive {archive} is both in {one} and in {other}: name only one of them")]
    Twice { document: String, archive: String, one: String, other: String },
    #[error(
        "the indexes are scored in other topics than those of this version of fineprint: bring each up to date with `fineprint index` first"
    )]
    OtherTopics,
    #[error("the index has no numbers left for more documents: build it anew from its archives")]
    Full,
    #[error("another process is updating the index at {0}: wait until it is done")]
    Busy(String),
    #[error("the index is damaged ({0}): build it anew from its archives")]
    Damaged(&'static str),
    #[error("{path}: {error}")]
    Io { path: String, error: std::io::Error },
    #[error("the index cannot be written: {0}")]
    Encode(String),
    #[error(transparent)]
    Topic(#[from] TopicError),
    #[error(transparent)]
    Tantivy(#[from] TantivyError),
}

impl IndexError {
    const DAMAGED: IndexError = IndexError::Damaged("a record does not read back");

    /// Made where it is needed: to make it and drop it again costs as much as what may fail, where that is done for each match.
    fn damaged() -> IndexError {
        IndexError::DAMAGED
    }

    fn encode(error: impl std::fmt::Display) -> IndexError {
        IndexError::Encode(error.to_string())
    }

    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> IndexError {
        let path = path.display().to_string();
        move |error| IndexError::Io { path, error }
    }
}

/// What the commit of an update says of it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Commit {
    generation: u64,
}

fn terms_dir(dir: &Path) -> PathBuf {
    dir.join("terms")
}

/// The path of a side file.
fn side_file(dir: &Path, name: &str, generation: u64) -> PathBuf {
    dir.join(format!("{name}.{generation}"))
}

const CATALOG: &str = "catalog";
const FILES: &str = "files";
const DOCUMENTS: &str = "documents";

/// One index, or several that are read as one, at one moment. Updates made meanwhile are not seen.
pub struct Index {
    pub catalog: Catalog,
    pub fields: Fields,
    pub searcher: Searcher,
    dirs: Vec<PathBuf>,
    /// The passages of each segment.
    columns: FxHashMap<SegmentId, Columns>,
    /// The files of records.
    documents: FxHashMap<u64, Mmap>,
    rows: Rows,
    /// Whose outline was found sound, by slot.
    sound: Vec<AtomicBool>,
    records: Vec<OnceLock<Box<Record>>>,
    texts: PackCache<Arc<str>>,
    topics: PackCache<Vec<Level>>,
    provenance: PackCache<Provenance>,
    versions: PackCache<Arc<Version>>,
    lexicon: OnceLock<Lexicon>,
    counts: OnceLock<Counts>,
    last_captures: OnceLock<Vec<Option<Instant>>>,
    commonest_language: OnceLock<Option<String>>,
}

/// An update that is published while an index is being opened takes its files away; then opening begins again.
const OPEN_TRIES: usize = 5;

/// Opens what updates may change meanwhile.
fn open_patiently<T>(open: impl Fn() -> Result<T, IndexError>) -> Result<T, IndexError> {
    let mut tries = 1;
    loop {
        match read_safely(&open) {
            Err(IndexError::Tantivy(_) | IndexError::Io { .. }) if tries < OPEN_TRIES => tries += 1,
            opened => return opened,
        }
    }
}

impl Index {
    /// Opens the index in a directory.
    pub fn open(dir: &Path) -> Result<Index, IndexError> {
        open_patiently(|| {
            let Member { opened, catalog } = Member::open(dir)?;
            let documents = map_documents(dir, &catalog)?;
            let slots = Arc::new(catalog.slots.clone());
            let of_segments = opened.segments()?.into_iter().map(|segment| (segment.id(), slots.clone())).collect();
            let index = Index::of(&opened.terms, catalog, vec![dir.to_owned()], of_segments, documents)?;
            opened.check_unchanged()?;
            Ok(index)
        })
    }

    /// Opens the indexes in some directories as one.
    ///
    /// # Errors
    /// Where two of them hold the same document, or are not made alike.
    pub fn open_all(dirs: &[PathBuf]) -> Result<Index, IndexError> {
        if let [dir] = dirs { Index::open(dir) } else { Ok(Union::open(dirs)?.index) }
    }

    /// `slots`: how the documents of each segment are called in its terms.
    fn of(
        terms: &tantivy::Index,
        catalog: Catalog,
        dirs: Vec<PathBuf>,
        slots: FxHashMap<SegmentId, Arc<Slots>>,
        documents: FxHashMap<u64, Mmap>,
    ) -> Result<Index, IndexError> {
        let reader = terms.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(0).try_into()?;
        let searcher = reader.searcher();
        let mut columns = FxHashMap::default();
        for segment in searcher.segment_readers() {
            let slots = slots.get(&segment.segment_id()).ok_or(IndexError::Damaged("a segment is of no index"))?;
            columns.insert(segment.segment_id(), Columns::new(segment, slots)?);
        }
        let rows = Rows::of(&catalog);
        let sound = catalog.documents.iter().map(|_| AtomicBool::new(false)).collect();
        let records = catalog.documents.iter().map(|_| OnceLock::new()).collect();
        Ok(Index {
            catalog,
            fields: schema::schema().1,
            searcher,
            dirs,
            columns,
            documents,
            rows,
            sound,
            records,
            texts: PackCache::default(),
            topics: PackCache::default(),
            provenance: PackCache::default(),
            versions: PackCache::default(),
            lexicon: OnceLock::new(),
            counts: OnceLock::new(),
            last_captures: OnceLock::new(),
            commonest_language: OnceLock::new(),
        })
    }

    /// The passages that the tantivy documents of a segment are.
    pub fn columns(&self, segment: &SegmentReader) -> tantivy::Result<&Columns> {
        let columns = self.columns.get(&segment.segment_id());
        columns.ok_or_else(|| TantivyError::SystemError("a segment is of no index".to_owned()))
    }

    /// The document in a slot.
    pub fn entry(&self, slot: u32) -> Result<&DocumentEntry, IndexError> {
        self.catalog.documents.get(slot as usize).and_then(Option::as_ref).ok_or_else(IndexError::damaged)
    }

    /// The record of a document, read when first asked for.
    pub fn record(&self, slot: u32) -> Result<&Record, IndexError> {
        let cell = self.records.get(slot as usize).ok_or_else(IndexError::damaged)?;
        if let Some(record) = cell.get() {
            return Ok(record);
        }
        let record = Box::new(Record::open(self.bytes(slot)?)?);
        Ok(cell.get_or_init(|| record))
    }

    /// The outline of a document, read where it lies.
    pub fn outline(&self, slot: u32) -> Result<Outline<'_>, IndexError> {
        let bytes = self.bytes(slot)?;
        let sound = self.sound.get(slot as usize).ok_or_else(IndexError::damaged)?;
        if sound.load(Ordering::Relaxed) {
            return record::outline_of(bytes);
        }
        let outline = record::checked_outline(bytes)?;
        sound.store(true, Ordering::Relaxed);
        Ok(outline)
    }

    fn bytes(&self, slot: u32) -> Result<&[u8], IndexError> {
        record_bytes(&self.documents, self.entry(slot)?.place)
    }

    /// What counting needs of the document in a slot.
    pub fn row(&self, slot: u32) -> Result<&Row, IndexError> {
        self.rows.row(slot).ok_or_else(IndexError::damaged)
    }

    /// The rows of all documents.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The slots of all documents in the order of answers: those of a company stand together.
    pub fn by_rank(&self) -> &[u32] {
        &self.rows.by_rank
    }

    /// The snapshots of the document in a slot.
    pub fn captures(&self, slot: u32) -> Result<Captures<'_>, IndexError> {
        Ok(self.rows.captures(self.row(slot)?))
    }

    /// The snapshots in which any of some passages of a document stands, told as [`Counted::stands`] does.
    pub fn union_of(&self, slot: u32, stands: impl Iterator<Item = u64>) -> Result<Runs, IndexError> {
        let snapshots = self.captures(slot)?.len();
        if snapshots <= columns::BITS {
            let bits = stands.fold(0, |all, stands| all | stands) & columns::first_bits(snapshots);
            return Ok(Runs::of(columns::runs_of_bits(bits)));
        }
        Ok(self.outline(slot)?.union_of(stands.filter_map(|set| u32::try_from(set).ok())))
    }

    /// The text of a passage.
    pub fn text(&self, slot: u32, passage: u32) -> Result<Arc<str>, IndexError> {
        let record = self.record(slot)?;
        self.item(&self.texts, slot, record.texts(), passage, |pack| record.texts().read(pack, record.body(self.bytes(slot)?)))
    }

    /// The topics of a passage with their levels, by their numbers in the catalog.
    pub fn topics(&self, slot: u32, passage: u32) -> Result<Vec<Level>, IndexError> {
        let record = self.record(slot)?;
        self.item(&self.topics, slot, record.topics(), passage, |pack| record.topics().read(pack, record.body(self.bytes(slot)?)))
    }

    /// The topics that passages are scored in, made when first asked for.
    pub fn lexicon(&self) -> Result<&Lexicon, IndexError> {
        if let Some(lexicon) = self.lexicon.get() {
            return Ok(lexicon);
        }
        let lexicon = self.catalog.lexicon()?;
        Ok(self.lexicon.get_or_init(|| lexicon))
    }

    /// Where a snapshot comes from.
    pub fn provenance(&self, slot: u32, snapshot: u32) -> Result<Provenance, IndexError> {
        let record = self.record(slot)?;
        let read = |pack| record.provenance().read(pack, record.body(self.bytes(slot)?));
        self.item(&self.provenance, slot, record.provenance(), snapshot, read)
    }

    /// The passages of a version, in reading order.
    pub fn version(&self, slot: u32, version: u32) -> Result<Arc<Version>, IndexError> {
        let record = self.record(slot)?;
        let read = |pack| {
            let (versions, bytes) = record.read_versions(pack, self.bytes(slot)?)?;
            Ok((versions.into_iter().map(Arc::new).collect(), bytes))
        };
        self.item(&self.versions, slot, record.versions(), version, read)
    }

    /// An item of a list of a document.
    fn item<T: Clone>(
        &self,
        cache: &PackCache<T>,
        slot: u32,
        table: &PackTable,
        item: u32,
        read: impl FnOnce(u32) -> Result<(Vec<T>, usize), IndexError>,
    ) -> Result<T, IndexError> {
        let pack = table.pack_of(item).ok_or_else(IndexError::damaged)?;
        let items = cache.get((slot, pack), || read(pack))?;
        items.get((item - table.first_of(pack)) as usize).cloned().ok_or_else(IndexError::damaged)
    }

    /// All that the index knows of a document.
    pub fn history(&self, slot: u32) -> Result<DocumentHistory, IndexError> {
        let bytes = self.bytes(slot)?;
        Record::open(bytes)?.history(bytes)
    }

    /// Bytes of all files of the index.
    pub fn size_bytes(&self) -> Result<u64, IndexError> {
        let mut bytes = 0;
        for entry in self.dirs.iter().flat_map(walkdir::WalkDir::new) {
            let entry = entry.map_err(IndexError::encode)?;
            if entry.file_type().is_file() {
                bytes += entry.metadata().map_err(IndexError::encode)?.len();
            }
        }
        Ok(bytes)
    }

    /// The place of a document in the order of answers; what is no document comes last.
    pub fn rank(&self, slot: u32) -> u32 {
        self.row(slot).map_or(u32::MAX, |row| row.rank)
    }

    /// The last capture of anything in a source.
    pub fn last_capture(&self, source: u32) -> Option<Instant> {
        *self.last_captures.get_or_init(|| self.catalog.last_captures()).get(source as usize)?
    }

    /// The language of the most usable snapshots; `None` where none can be told.
    pub fn commonest_language(&self) -> Option<&str> {
        self.commonest_language.get_or_init(|| self.catalog.commonest_language().map(str::to_owned)).as_deref()
    }

    /// Exact statistics for ranking, whatever the segments.
    pub fn statistics(&self) -> Statistics<'_> {
        Statistics { index: self, counts: *self.counts.get_or_init(|| self.catalog.counts()) }
    }
}

/// Counts over the live passages of the whole index.
pub struct Statistics<'i> {
    index: &'i Index,
    counts: Counts,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        Ok(if field == self.index.fields.heading { self.counts.heading_words } else { self.counts.words })
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.counts.passages)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.index.searcher.doc_freq(term)
    }
}

/// Does what reads tantivy's files: tantivy trusts them, and panics where they are damaged.
pub fn read_safely<T, E: From<IndexError>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(IndexError::Damaged("its terms do not read back").into()))
}

/// The terms in the directory of an index, for reading.
fn open_terms(dir: &Path) -> Result<tantivy::Index, IndexError> {
    let mut terms = tantivy::Index::open(directory::ReadOnly::open(&terms_dir(dir))?)?;
    if terms.schema() != schema::schema().0 {
        // Another version has other terms: the catalog tells which it is.
        read_catalog(dir, commit_of(&terms, dir)?.generation)?;
        return Err(IndexError::Damaged("its terms are other than this program writes them"));
    }
    terms.set_tokenizers(schema::tokenizers());
    Ok(terms)
}

fn commit_of(index: &tantivy::Index, dir: &Path) -> Result<Commit, IndexError> {
    let payload = index.load_metas()?.payload.ok_or_else(|| IndexError::Missing(dir.display().to_string()))?;
    serde_json::from_str(&payload).map_err(|_| IndexError::Damaged("its commit does not name a generation"))
}

fn read_catalog(dir: &Path, generation: u64) -> Result<Catalog, IndexError> {
    let path = side_file(dir, CATALOG, generation);
    let bytes = std::fs::read(&path).map_err(IndexError::io(&path))?;
    // The format stands before all else, so that every version can say that it is another.
    let (format, rest) = bytes.split_first_chunk::<4>().ok_or_else(IndexError::damaged)?;
    let found = u32::from_le_bytes(*format);
    if found != catalog::FORMAT {
        return Err(IndexError::OtherFormat { dir: dir.display().to_string(), found, expected: catalog::FORMAT });
    }
    chunks::unpack(rest)
}

/// Maps all files that hold records.
fn map_documents(dir: &Path, catalog: &Catalog) -> Result<FxHashMap<u64, Mmap>, IndexError> {
    let mut maps = FxHashMap::default();
    for (_, entry) in catalog.documents() {
        if let std::collections::hash_map::Entry::Vacant(vacant) = maps.entry(entry.place.file) {
            vacant.insert(map_file(dir, entry.place.file)?);
        }
    }
    Ok(maps)
}

fn map_file(dir: &Path, number: u64) -> Result<Mmap, IndexError> {
    let path = side_file(dir, DOCUMENTS, number);
    let file = File::open(&path).map_err(IndexError::io(&path))?;
    // SAFETY: files of an index are written once and never changed afterwards, only removed.
    unsafe { Mmap::map(&file) }.map_err(IndexError::io(&path))
}

fn record_bytes(documents: &FxHashMap<u64, Mmap>, place: Place) -> Result<&[u8], IndexError> {
    let bytes = documents.get(&place.file).and_then(|file| file.get(place.start as usize..)?.get(..place.len as usize));
    bytes.ok_or_else(IndexError::damaged)
}
