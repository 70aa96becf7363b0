//! Builds an index from its archives, or brings it up to date: one commit publishes the whole update.

use super::IndexError;
use super::catalog::{Counts, DocumentEntry, Problem, SourceEntry};
use super::duplicates::Duplicates;
use super::gather::{Document, Gathered, gather};
use super::plan::{Plan, Read};
use super::scoring::score_anew;
use super::shard::Shard;
use super::store::{RecordFile, Store};
use super::terms::{Desk, Parts};
use crate::history::{DocumentHistory, Timeline, Worded, captures};
use crate::snapshot::{DocumentKey, Instant};
use crate::source::{self, Settings, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What is asked of an update.
pub struct Request<'a> {
    /// The index directory.
    pub dir: &'a Path,
    pub archives: &'a [PathBuf],
    /// Which documents an index holds that begins here; of one that is there, what it must hold.
    pub shard: Option<Shard>,
    pub threads: usize,
    /// Whether what vanished from an archive is removed from the index.
    pub prune: bool,
    /// Seconds since 1970, kept as the time of the update.
    pub now: i64,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far an update has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Listing { files: usize },
    Reading { captures: u64, of: u64 },
    Writing,
}

/// What an update did.
#[derive(Debug, Default)]
pub struct Report {
    /// Captures opened and read.
    pub files_read: u64,
    pub bytes_read: u64,
    /// Listed files that are as they were.
    pub files_unchanged: u64,
    /// Documents written anew.
    pub documents_changed: u64,
    pub documents_removed: u64,
    /// Archives that could not be indexed at all.
    pub failed: Vec<Problem>,
    /// What is to be said of archives besides what is wrong in them.
    pub notes: Vec<Problem>,
}

/// Builds or updates the index in a directory.
///
/// Archives that cannot be opened are reported and do not stop the others; where none can, nothing is written. Sources that are not among the archives stay as they are.
pub fn update(request: &Request<'_>) -> Result<Report, IndexError> {
    let mut report = Report::default();
    let archives = open_archives(request, &mut report);
    if archives.is_empty() {
        // An index of nothing would answer that nothing is found.
        return Ok(report);
    }
    let mut store = Store::open(request.dir)?;
    store.hold(request.shard)?;
    let mut sources = Vec::new();
    for archive in &archives {
        let source = store.source(archive);
        let same_settings = store.catalog.sources[source].settings == archive.settings().fingerprint()
            && store.catalog.sources[source].extraction == crate::extract::EXTRACTION;
        let before = std::mem::take(&mut store.states[source]);
        let plan = Plan::make(archive, before, same_settings, &|files| (request.progress)(Progress::Listing { files }));
        report.files_unchanged += plan.files_unchanged();
        report.notes.extend(plan.notes().iter().map(|note| Problem { path: archive.root(), reason: note.to_string() }));
        sources.push((source, plan));
    }
    let mut records = store.begin_records()?;
    let read = read_all(request, &mut store, &sources, &mut records, &mut report)?;
    score_anew(request.threads, &mut store, &mut records)?;
    let mut changed = store.is_new || store.has_other_topics() || report.documents_changed + report.documents_removed > 0;
    changed |= close_sources(request, &mut store, sources, read);
    if changed {
        (request.progress)(Progress::Writing);
        store.compact(&mut records)?;
        store.publish(records)
    } else {
        records.discard()
    }?;
    Ok(report)
}

/// The archives that can be opened, each once.
fn open_archives(request: &Request<'_>, report: &mut Report) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for archive in request.archives {
        match Source::open(archive) {
            Ok(source) if sources.iter().any(|other| other.root() == source.root()) => {}
            Ok(source) => sources.push(source),
            Err(error) => report.failed.push(Problem { path: archive.display().to_string(), reason: error.to_string() }),
        }
    }
    sources
}

/// A document that is less than one in so many parts of a thread's work is small.
const SMALL_JOBS_OF_A_THREAD: u64 = 256;

/// A document to be read.
struct Job<'p> {
    /// Place in the list of sources.
    source: usize,
    slot: u32,
    stored: bool,
    document: Document<'p>,
    bytes: u64,
}

/// Reads all documents that are other than before, and writes their records and terms; tells what came of those of each source.
fn read_all(
    request: &Request<'_>,
    store: &mut Store,
    sources: &[(usize, Plan<'_>)],
    records: &mut RecordFile,
    report: &mut Report,
) -> Result<Vec<Vec<Read>>, IndexError> {
    let mut jobs = Vec::new();
    for (number, (source, plan)) in sources.iter().enumerate() {
        let stored = store.documents_of(*source);
        let keys: Vec<&DocumentKey> = stored.keys().collect();
        for (document, bytes) in plan.work(&keys, request.prune) {
            if !store.holds(&document.key) {
                continue;
            }
            let known = stored.get(&document.key).copied();
            let slot = known.map_or_else(|| store.reserve(), Ok)?;
            jobs.push(Job { source: number, slot, stored: known.is_some(), document, bytes });
        }
    }
    // The large ones first, so that no thread is left with one at the end. The others in their order: what is asked of matches lies
    // in the order of slots, and is met in the order of the terms.
    let all: u64 = jobs.iter().map(|job| job.bytes).fold(0, u64::saturating_add);
    let small = all / (request.threads.max(1) as u64 * SMALL_JOBS_OF_A_THREAD);
    jobs.sort_by_key(|job| std::cmp::Reverse(job.bytes / small.max(1)));
    let reading = Reading {
        request,
        store,
        sources,
        jobs: &jobs,
        next: AtomicUsize::new(0),
        captures: AtomicU64::new(0),
        of_captures: jobs.iter().map(|job| job.document.references.len() as u64).sum(),
        records: Mutex::new(records),
        results: Mutex::new(Vec::new()),
    };
    let worked: Result<(), IndexError> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..request.threads.max(1)).map(|_| scope.spawn(|| reading.work())).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or(Err(IndexError::Damaged("a worker stopped: please report this"))))
    });
    let results = reading.results.into_inner().unwrap_or_else(PoisonError::into_inner);
    worked?;
    let mut read: Vec<Vec<Read>> = sources.iter().map(|_| Vec::new()).collect();
    for (job, entry, gathered) in results {
        let job = &jobs[job];
        report.files_read += gathered.files_read;
        report.bytes_read += gathered.bytes_read;
        match entry {
            Written::Anew(entry) => {
                store.catalog.documents[job.slot as usize] = Some(*entry);
                report.documents_changed += 1;
            }
            Written::Nothing => {
                report.documents_removed += u64::from(store.catalog.documents[job.slot as usize].take().is_some())
            }
            Written::AsBefore => {}
        }
        read[job.source].push(Read { key: job.document.key.clone(), remarks: gathered.remarks, unread: gathered.unread });
    }
    Ok(read)
}

/// What became of a document in the index.
enum Written {
    Anew(Box<DocumentEntry>),
    AsBefore,
    Nothing,
}

/// The work that threads share.
struct Reading<'a, 'p> {
    request: &'a Request<'a>,
    store: &'a Store,
    sources: &'a [(usize, Plan<'p>)],
    jobs: &'a [Job<'a>],
    next: AtomicUsize,
    captures: AtomicU64,
    of_captures: u64,
    records: Mutex<&'a mut RecordFile>,
    results: Mutex<Vec<(usize, Written, Gathered)>>,
}

impl Reading<'_, '_> {
    /// Takes jobs until none is left.
    fn work(&self) -> Result<(), IndexError> {
        let mut desk = Desk::new(&self.store.lexicon);
        // Of the source that was read last: the memory of a git history is used again and again.
        let mut reader: Option<(usize, source::Reader<'_>)> = None;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = self.jobs.get(number) else { return Ok(()) };
            let (source, plan) = &self.sources[job.source];
            let stored = if job.stored { Some(self.store.history(job.slot)?) } else { None };
            let settled = |captures: u64| {
                let captures = self.captures.fetch_add(captures, Ordering::Relaxed) + captures;
                (self.request.progress)(Progress::Reading { captures, of: self.of_captures });
            };
            let prune = self.request.prune;
            let (_, reader) = match &mut reader {
                Some(reader) if reader.0 == job.source => reader,
                other => other.insert((job.source, plan.source.reader())),
            };
            let mut gathered = gather(reader, &job.document, stored.as_ref(), plan, prune, &mut desk.wordbook, &settled);
            let written = match gathered.history.take() {
                None => {
                    self.store.delete_terms(job.slot)?;
                    Written::Nothing
                }
                // Other settings may count the same history under another name.
                Some((history, _)) if plan.same_rules && stored.as_ref() == Some(&history) => Written::AsBefore,
                Some((history, worded)) => {
                    let settings = plan.source.settings();
                    Written::Anew(Box::new(self.write(job, *source as u32, settings, &history, &worded, &mut desk)?))
                }
            };
            self.results.lock().unwrap_or_else(PoisonError::into_inner).push((number, written, gathered));
        }
    }

    /// Writes the record and the terms of a document.
    fn write(
        &self,
        job: &Job<'_>,
        source: u32,
        settings: &Settings,
        history: &DocumentHistory,
        worded: &Worded,
        desk: &mut Desk<'_>,
    ) -> Result<DocumentEntry, IndexError> {
        if job.stored {
            self.store.delete_terms(job.slot)?;
        }
        let Parts { words, heading_words, record } = desk.write(self.store, job.slot, history, worded)?;
        let place = self.records.lock().unwrap_or_else(PoisonError::into_inner).append(&record)?;
        let instants = || history.timeline.snapshots.iter().filter_map(|snapshot| Some(snapshot.captured?.instant));
        let (first, last): (Option<Instant>, Option<Instant>) = (instants().next(), instants().next_back());
        let (snapshots, deletions) = captures::of(&history.timeline);
        Ok(DocumentEntry {
            source,
            company: settings.company_alias(&history.key.company).to_owned(),
            kind: settings.kind_alias(&history.key.kind).to_owned(),
            key: history.key.clone(),
            recording: history.recording,
            place,
            digest: blake3::hash(&record).into(),
            counts: Counts::of(history, words, heading_words),
            langs: languages(&history.timeline),
            snapshots,
            deletions,
            duplicates: Duplicates::default(),
            first,
            last,
            rank: 0,
            company_number: None,
        })
    }
}

/// The usable dated snapshots of each language.
pub(super) fn languages(timeline: &Timeline) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for snapshot in (0..timeline.snapshots.len() as u32).filter(|snapshot| timeline.is_dated() && timeline.is_usable(*snapshot)) {
        let lang = timeline.version_of(snapshot).map_or("", |facts| facts.lang.as_str());
        if !lang.is_empty() {
            *counts.entry(lang).or_default() += 1;
        }
    }
    counts.into_iter().map(|(lang, snapshots)| (lang.to_owned(), snapshots)).collect()
}

/// Takes over what is to be kept and told of the sources; true where anything is other than before.
fn close_sources(request: &Request<'_>, store: &mut Store, sources: Vec<(usize, Plan<'_>)>, read: Vec<Vec<Read>>) -> bool {
    let mut changed = false;
    for ((source, plan), read) in sources.into_iter().zip(read) {
        let before = &store.catalog.sources[source];
        let files_changed = plan.has_changed_files();
        let (state, entry) = plan.close(before, read);
        let same = entry == *before && !files_changed;
        store.states[source] = state;
        if !same {
            store.catalog.sources[source] = SourceEntry { updated: request.now, ..entry };
            changed = true;
        }
    }
    changed
}
