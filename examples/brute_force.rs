//! The oracle: reads every snapshot of an archive without an index, and compares what it finds with what the index answers.
//!
//! Compared are the documents and their instants, for each phrase all counts (in total and by year), the trends of snapshots and
//! companies (by year and by month) and the life of every hit, and for snapshots taken at random the text that the index gives back.

mod archive;
mod periods;

use anyhow::Context;
use archive::{Archive, Document, Snapshot};
use clap::Parser;
use fineprint::history::PASSAGE_SEPARATOR;
use fineprint::index::Index;
use fineprint::passage::Passage;
use fineprint::query;
use fineprint::search::{Answer, Folding, Hit, Request, Sort, Totals, YearCount, search};
use fineprint::snapshot::{Captured, Instant};
use fineprint::source::Locator;
use fineprint::words::Words;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Compare an index with its archive, read snapshot by snapshot; the exit status is 1 where they differ
#[derive(Parser)]
struct Cli {
    archive: PathBuf,
    /// An index of this archive and no other
    #[arg(long)]
    index: PathBuf,
    /// One phrase a line, without quotation marks [default: those of the benchmark]
    #[arg(long)]
    phrases: Option<PathBuf>,
    /// Of how many snapshots the text is compared
    #[arg(long, default_value_t = 200)]
    sample: usize,
    /// What the choice of those snapshots begins with
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    threads: usize,
}

const DEFAULT_PHRASES: &str = include_str!("../benches/phrases.txt");

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let start = std::time::Instant::now();
    let phrases = phrases(&cli)?;
    let index = Arc::new(Index::open(&cli.index)?);
    anyhow::ensure!(index.catalog.sources.len() == 1, "the index is of several archives: build one of this archive alone");
    rayon::ThreadPoolBuilder::new().num_threads(cli.threads).build_global()?;
    let archive = Archive::open(&cli.archive)?;
    let truth = Truth::read(&archive, &phrases);
    let mut report = Report::default();
    compare_documents(&index, &truth, &mut report)?;
    for (number, phrase) in phrases.iter().enumerate() {
        compare_phrase(&index, &truth, number, phrase, &mut report)?;
    }
    let points = periods::compare(&index, &truth, &phrases, &mut report)?;
    let sampled = compare_texts(&index, &archive, &truth, &cli, &mut report)?;
    let snapshots: usize = truth.documents.iter().map(|document| document.snapshots.len()).sum();
    println!(
        "{} phrases, {} hits, {points} points of trends, {} documents, {snapshots} snapshots ({} could not be read), {sampled} texts compared: {} disagreements ({:.1} s)",
        phrases.len(),
        report.hits,
        truth.documents.len(),
        truth.unread,
        report.disagreements,
        start.elapsed().as_secs_f64(),
    );
    Ok(if report.disagreements == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn phrases(cli: &Cli) -> anyhow::Result<Vec<String>> {
    let text = match &cli.phrases {
        None => DEFAULT_PHRASES.to_owned(),
        Some(path) => std::fs::read_to_string(path).with_context(|| path.display().to_string())?,
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

#[derive(Default)]
struct Report {
    disagreements: u64,
    hits: u64,
}

impl Report {
    fn equal<T: PartialEq + Debug>(&mut self, what: impl FnOnce() -> String, indexed: T, read: T) {
        if indexed != read {
            self.differs(format!("{}: the index says {indexed:?}, the archive {read:?}", what()));
        }
    }

    fn differs(&mut self, what: String) {
        self.disagreements += 1;
        println!("DIFFERS {what}");
    }
}

/// What the archive says.
struct Truth<'a> {
    documents: Vec<DocumentTruth<'a>>,
    /// The document of each snapshot.
    places: HashMap<Locator, usize>,
    unread: u64,
}

struct DocumentTruth<'a> {
    document: &'a Document,
    snapshots: Vec<SnapshotTruth<'a>>,
    /// For each phrase the texts of the passages that have it, with the snapshots in which they stand.
    found: Vec<BTreeMap<String, BTreeSet<usize>>>,
    unread: u64,
}

struct SnapshotTruth<'a> {
    moment: &'a archive::Moment,
    locator: &'a Locator,
    captured: Option<Captured>,
}

impl<'a> Truth<'a> {
    fn read(archive: &'a Archive, phrases: &[String]) -> Truth<'a> {
        let needles: Vec<String> = phrases.iter().map(|phrase| spaced_words(phrase)).collect();
        let documents: Vec<DocumentTruth> = archive
            .documents
            .par_iter()
            .map(|document| DocumentTruth::read(archive, document, &needles))
            .filter(|document| !document.snapshots.is_empty() || document.unread > 0)
            .collect();
        let unread = documents.iter().map(|document| document.unread).sum();
        let documents: Vec<DocumentTruth> = documents.into_iter().filter(|document| !document.snapshots.is_empty()).collect();
        let of_document = |(number, document): (usize, &DocumentTruth<'a>)| {
            let snapshots = document.snapshots.iter();
            snapshots.map(|snapshot| (snapshot.locator.clone(), number)).collect::<Vec<_>>()
        };
        Truth { places: documents.iter().enumerate().flat_map(of_document).collect(), documents, unread }
    }
}

impl<'a> DocumentTruth<'a> {
    fn read(archive: &Archive, document: &'a Document, needles: &[String]) -> DocumentTruth<'a> {
        let mut truth = DocumentTruth { document, snapshots: Vec::new(), found: vec![BTreeMap::new(); needles.len()], unread: 0 };
        let mut buffer = Vec::new();
        for moment in &document.moments {
            let Some(snapshot) = archive.read(moment, &mut buffer) else {
                truth.unread += 1;
                continue;
            };
            let number = truth.snapshots.len();
            for passage in snapshot.passages {
                let words = spaced_words(&passage.text);
                for (needle, found) in needles.iter().zip(&mut truth.found) {
                    if words.contains(needle.as_str()) {
                        found.entry(passage.text.clone()).or_default().insert(number);
                    }
                }
            }
            truth.snapshots.push(SnapshotTruth {
                moment,
                locator: &snapshot.reference.locator,
                captured: snapshot.reference.captured,
            });
        }
        truth
    }

    fn instant(&self, snapshot: usize) -> Option<Instant> {
        self.snapshots[snapshot].captured.map(|captured| captured.instant)
    }

    /// The dated snapshots with a phrase, each with its year.
    fn dated_matches(&self, phrase: usize) -> Vec<(usize, i16)> {
        let matches: BTreeSet<usize> = self.found[phrase].values().flatten().copied().collect();
        let year = |snapshot: usize| Some((snapshot, self.instant(snapshot)?.day().year()));
        matches.into_iter().filter_map(year).collect()
    }
}

/// The words of a text, each between blanks: ` w1 w2 w3 `.
fn spaced_words(text: &str) -> String {
    let mut spaced = String::from(" ");
    let mut walk = Words::new(text);
    while walk.advance() {
        spaced.push_str(walk.word());
        spaced.push(' ');
    }
    spaced
}

/// Every document is in the index, with all its instants, and nothing else is.
fn compare_documents(index: &Index, truth: &Truth<'_>, report: &mut Report) -> anyhow::Result<()> {
    let slots: HashMap<_, _> = index.catalog.documents().map(|(slot, entry)| (&entry.key, slot)).collect();
    report.equal(|| "documents".to_owned(), slots.len(), truth.documents.len());
    for document in &truth.documents {
        let key = &document.document.key;
        let Some(&slot) = slots.get(key) else {
            report.differs(format!("{key:?} is not in the index"));
            continue;
        };
        let entry = index.entry(slot)?;
        report.equal(|| format!("{key:?}, company"), &entry.company, &document.document.company);
        report.equal(|| format!("{key:?}, kind"), &entry.kind, &document.document.kind);
        let indexed: Vec<_> = index.record(slot)?.timeline.snapshots.iter().map(|snapshot| snapshot.captured).collect();
        let read: Vec<_> = document.snapshots.iter().map(|snapshot| snapshot.captured).collect();
        report.equal(|| format!("{key:?}, captures"), indexed, read);
    }
    Ok(())
}

fn compare_phrase(index: &Arc<Index>, truth: &Truth<'_>, number: usize, phrase: &str, report: &mut Report) -> anyhow::Result<()> {
    let answer = ask(index, phrase)?;
    let (totals, years) = count(truth, number);
    // Clauses are no matter of what stands in the archive.
    let indexed = Totals { clauses: 0, ..answer.totals };
    report.equal(|| format!("\"{phrase}\", totals"), indexed, totals);
    report.equal(|| format!("\"{phrase}\", years"), answer.years.as_deref().unwrap_or_default(), years.as_slice());
    report.equal(|| format!("\"{phrase}\", hits"), answer.hits.len() as u64, totals.passages);
    let mut seen = BTreeSet::new();
    for hit in &answer.hits {
        report.hits += 1;
        if let Some((document, text)) = compare_hit(truth, number, phrase, hit, report)
            && !seen.insert((document, text))
        {
            report.differs(format!("\"{phrase}\": {} is a hit twice: {text}", place(hit)));
        }
    }
    Ok(())
}

fn ask(index: &Arc<Index>, phrase: &str) -> anyhow::Result<Answer> {
    let text = format!("\"{phrase}\"");
    let parsed = query::parse(&text).map_err(|_| anyhow::anyhow!("{text} is no query"))?;
    Ok(search(
        index,
        &Request {
            query: parsed.query,
            text,
            sort: Sort::Relevance,
            limit: None,
            offset: 0,
            per_company: None,
            folding: Folding::Wordings,
            by_year: true,
            appearing: None,
            observing: Default::default(),
        },
    )?)
}

/// Counts a phrase in what was read.
fn count(truth: &Truth<'_>, phrase: usize) -> (Totals, Vec<YearCount>) {
    let mut totals = Totals::default();
    let mut companies = BTreeSet::new();
    let mut years: BTreeMap<i16, (u64, BTreeSet<usize>, BTreeSet<&str>)> = BTreeMap::new();
    let matching = truth.documents.iter().enumerate().filter(|(_, one)| !one.found[phrase].is_empty());
    for (number, document) in matching {
        let company = Some(document.document.company.as_str()).filter(|company| !company.is_empty());
        totals.documents += 1;
        totals.passages += document.found[phrase].len() as u64;
        companies.extend(company);
        for (_, year) in document.dated_matches(phrase) {
            totals.snapshots += 1;
            let (snapshots, documents, companies) = years.entry(year).or_default();
            *snapshots += 1;
            documents.insert(number);
            companies.extend(company);
        }
    }
    totals.companies = companies.len() as u64;
    let (Some(&first), Some(&last)) = (years.keys().next(), years.keys().next_back()) else {
        return (totals, Vec::new());
    };
    let row = |year| {
        let (snapshots, documents, companies) = years.remove(&year).unwrap_or_default();
        YearCount { year, snapshots, documents: documents.len() as u64, companies: companies.len() as u64 }
    };
    (totals, (first..=last).map(row).collect())
}

/// Compares the life of a hit's passage; tells which passage of which document it is.
fn compare_hit<'h>(
    truth: &Truth<'_>,
    phrase_number: usize,
    phrase: &str,
    hit: &'h Hit,
    report: &mut Report,
) -> Option<(usize, &'h str)> {
    let provenance = &hit.evidence.provenance;
    let Some(&number) = truth.places.get(&provenance.locator) else {
        report.differs(format!("\"{phrase}\": {} is no snapshot that stands", place(hit)));
        return None;
    };
    let document = &truth.documents[number];
    let Some(snapshots) = document.found[phrase_number].get(&*hit.text) else {
        report.differs(format!("\"{phrase}\": not in {}: {}", place(hit), hit.text));
        return None;
    };
    let what = |fact: &str| format!("\"{phrase}\", {}, {fact} of: {}", place(hit), hit.text);
    let instant = |snapshot: Option<&usize>| document.instant(*snapshot?);
    let dated = snapshots.iter().filter(|snapshot| document.instant(**snapshot).is_some()).count() as u64;
    report.equal(|| what("first seen"), hit.passage.first_seen, instant(snapshots.first()));
    report.equal(|| what("last seen"), hit.passage.last_seen, instant(snapshots.last()));
    report.equal(|| what("snapshots"), hit.passage.snapshots, dated);
    let evidence = hit.evidence.captured.map(|captured| captured.instant);
    report.equal(|| what("instant of the evidence"), evidence, instant(snapshots.first()));
    Some((number, &hit.text))
}

fn place(hit: &Hit) -> String {
    hit.evidence.provenance.locator.to_string()
}

/// Compares texts of snapshots taken at random; tells of how many.
fn compare_texts(index: &Index, archive: &Archive, truth: &Truth<'_>, cli: &Cli, report: &mut Report) -> anyhow::Result<usize> {
    let of_document = |(number, document): (usize, &DocumentTruth)| (0..document.snapshots.len()).map(move |at| (number, at));
    let mut all: Vec<(usize, usize)> = truth.documents.iter().enumerate().flat_map(of_document).collect();
    let mut random = SplitMix(cli.seed);
    let wanted = cli.sample.min(all.len());
    for at in 0..wanted {
        let other = at + (random.next() % (all.len() - at) as u64) as usize;
        all.swap(at, other);
    }
    all.truncate(wanted);
    all.sort_unstable();
    let slots: HashMap<_, _> = index.catalog.documents().map(|(slot, entry)| (&entry.key, slot)).collect();
    let mut buffer = Vec::new();
    for of_document in all.chunk_by(|a, b| a.0 == b.0) {
        let document = &truth.documents[of_document[0].0];
        let key = &document.document.key;
        let Some(&slot) = slots.get(key) else { continue };
        let history = index.history(slot)?;
        for &(_, at) in of_document {
            let snapshot = &document.snapshots[at];
            let what = |fact: &str| format!("{}, {fact}", snapshot.locator);
            let found = history.timeline.snapshots.get(at).zip(history.provenance.get(at));
            let Some((time, provenance)) = found else {
                report.differs(what("is not in the index"));
                continue;
            };
            let Some(Snapshot { raw, passages, .. }) = archive.read(snapshot.moment, &mut buffer) else {
                report.differs(what("could be read before, and now cannot"));
                continue;
            };
            let text = text(&passages);
            let indexed = history.text(time.version);
            if indexed != text {
                report.differs(what(&first_difference(&indexed, &text)));
            }
            let sha256_text = history.versions.get(time.version as usize).map(|version| hex(&version.sha256_text));
            report.equal(|| what("SHA-256 of the text"), sha256_text, Some(hex(&Sha256::digest(&text))));
            report.equal(|| what("SHA-256 of the bytes"), hex(&provenance.sha256), hex(&Sha256::digest(&buffer[raw])));
            report.equal(|| what("place"), &provenance.locator, snapshot.locator);
        }
    }
    Ok(wanted)
}

fn text(passages: &[Passage]) -> String {
    let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
    texts.join(PASSAGE_SEPARATOR)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first passage in which two texts differ.
fn first_difference(indexed: &str, read: &str) -> String {
    let pairs = || indexed.split(PASSAGE_SEPARATOR).zip(read.split(PASSAGE_SEPARATOR));
    let at = pairs().position(|(a, b)| a != b);
    let (a, b) = at.and_then(|at| pairs().nth(at)).unwrap_or(("(end)", "(end)"));
    format!("text from passage {}: the index says {a:?}, the archive {b:?}", at.unwrap_or(pairs().count()))
}

/// Numbers that look random and are the same each time (Steele, Lea and Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
