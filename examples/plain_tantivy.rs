//! The peer to measure against: a plain tantivy index of an archive, one entry for each paragraph of each capture.
//!
//! It reads the same snapshots with the same extraction, cuts them into the same passages and makes the same kinds of terms as
//! fineprint; all else is tantivy as it comes. What it leaves out is what fineprint is about: it does not know that a paragraph
//! stood in other captures as well.

#[expect(dead_code, reason = "brute_force compares more of a snapshot")]
mod archive;
mod timing;

use anyhow::Context;
use archive::Archive;
use clap::{Parser, Subcommand};
use fineprint::index::schema as fineprint_schema;
use fineprint::passage::{Passage, Shape};
use fineprint::snapshot::{Captured, Day, SECONDS_PER_DAY};
use fineprint::words;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tantivy::collector::{Collector, SegmentCollector, TopDocs};
use tantivy::columnar::{Column, ColumnValues};
use tantivy::query::{BooleanQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{
    DateOptions, FAST, Field, FieldType, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextOptions, Value,
};
use tantivy::{
    DateTime, DocId, IndexWriter, ReloadPolicy, Score, Searcher, SegmentOrdinal, SegmentReader, TantivyDocument, Term,
};
use timing::Counts;

/// A plain tantivy index over an archive, to measure against
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Index an archive; prints entries, seconds and bytes
    Index {
        archive: PathBuf,
        /// Directory of the index: new or empty
        out: PathBuf,
        #[arg(long, default_value_t = processors())]
        threads: usize,
    },
    /// Measure how long answers take
    Search {
        out: PathBuf,
        /// One query a line: a quoted phrase, or words of which any may stand
        queries: PathBuf,
        /// Print a line for each query
        #[arg(long)]
        per_query: bool,
        #[arg(long, default_value_t = processors())]
        threads: usize,
    },
    /// Write the entries of an archive for other engines, a line each: number and path of the capture, company, instant (seconds
    /// since 1970), year, text, words and stems, parted by tabs; words and stems are parted by blanks
    Entries { archive: PathBuf, out: PathBuf },
    /// Print what queries ask for, for other engines, a line each: `phrase` with its words, or `any` with its stems, parted by tabs
    Terms { queries: PathBuf },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Index { archive, out, threads } => index(&archive, &out, threads),
        Command::Search { out, queries, per_query, threads } => {
            let plain = Plain::open(&out)?;
            timing::measure(&timing::queries(&queries)?, threads, per_query, &|query| plain.ask(query))
        }
        Command::Entries { archive, out } => write_entries(&archive, &out),
        Command::Terms { queries } => print_terms(&timing::queries(&queries)?),
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The memory in which terms are collected before a segment is written: as much as fineprint gives.
const TERMS_BUFFER_BYTES: usize = 100 << 20;

/// How many hits are fetched with their text.
const LIMIT: usize = 10;

const CAPTURE_FIELD: &str = "capture";
const DATE_FIELD: &str = "date";

/// The fields of an entry: the same kinds of terms as fineprint's, and what fineprint keeps elsewhere.
struct Fields {
    text: Field,
    stem: Field,
    heading: Field,
    document: Field,
    company: Field,
    kind: Field,
    path: Field,
    date: Field,
    capture: Field,
}

fn schema() -> anyhow::Result<(Schema, Fields)> {
    let (known, names) = fineprint_schema::schema();
    let text_options = |field: Field| -> anyhow::Result<TextOptions> {
        match known.get_field_entry(field).field_type() {
            FieldType::Str(options) => Ok(options.clone()),
            other => anyhow::bail!("a field of text has become {other:?}"),
        }
    };
    let mut builder = Schema::builder();
    let fields = Fields {
        text: builder.add_text_field("text", text_options(names.text)?.set_stored()),
        stem: builder.add_text_field("stem", text_options(names.stem)?),
        heading: builder.add_text_field("heading", text_options(names.heading)?),
        document: builder.add_u64_field("document", INDEXED),
        company: builder.add_text_field("company", STRING | STORED),
        kind: builder.add_text_field("kind", STRING | STORED),
        path: builder.add_text_field("path", STORED),
        date: builder.add_date_field(DATE_FIELD, DateOptions::from(INDEXED | FAST | STORED)),
        capture: builder.add_u64_field(CAPTURE_FIELD, FAST),
    };
    Ok((builder.build(), fields))
}

fn index(root: &Path, out: &Path, threads: usize) -> anyhow::Result<()> {
    let start = Instant::now();
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let (schema, fields) = schema()?;
    let mut index = tantivy::Index::create_in_dir(out, schema)?;
    index.set_tokenizers(fineprint_schema::tokenizers());
    let mut writer: IndexWriter = index.writer_with_num_threads(threads, TERMS_BUFFER_BYTES)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let entries = AtomicU64::new(0);
    pool.install(|| -> anyhow::Result<()> {
        let archive = Archive::open(root)?;
        let documents = (0..).zip(&archive.documents);
        let moments: Vec<_> = documents
            .flat_map(|(number, document)| document.moments.iter().map(move |moment| (number, document, moment)))
            .collect();
        moments.par_iter().enumerate().try_for_each_init(
            Vec::new,
            |buffer, (capture, &(number, document, moment))| -> anyhow::Result<()> {
                let Some(snapshot) = archive.read(moment, buffer) else {
                    return Ok(());
                };
                let mut headings = Headings::default();
                for passage in &snapshot.passages {
                    let mut entry = TantivyDocument::new();
                    entry.add_text(fields.text, &passage.text);
                    entry.add_text(fields.stem, &passage.text);
                    entry.add_text(fields.heading, headings.above(passage));
                    entry.add_u64(fields.document, number);
                    entry.add_text(fields.company, &document.company);
                    entry.add_text(fields.kind, &document.kind);
                    entry.add_text(fields.path, &snapshot.reference.locator.path);
                    if let Some(Captured { instant, .. }) = snapshot.reference.captured {
                        entry.add_date(fields.date, DateTime::from_timestamp_secs(instant.seconds));
                    }
                    entry.add_u64(fields.capture, capture as u64);
                    writer.add_document(entry)?;
                }
                entries.fetch_add(snapshot.passages.len() as u64, Ordering::Relaxed);
                Ok(())
            },
        )
    })?;
    writer.commit()?;
    writer.wait_merging_threads()?;
    println!("entries {}", entries.into_inner());
    println!("seconds {:.3}", start.elapsed().as_secs_f64());
    println!("bytes {}", bytes_of(out)?);
    Ok(())
}

/// Writes the entries of [`index`] in the order of documents and captures.
fn write_entries(root: &Path, out: &Path) -> anyhow::Result<()> {
    let archive = Archive::open(root)?;
    let file = std::fs::File::create(out).with_context(|| out.display().to_string())?;
    let mut file = std::io::BufWriter::new(file);
    let mut buffer = Vec::new();
    let mut stems: HashMap<String, String> = HashMap::new();
    let mut stem = |word: &str| stems.entry(word.to_owned()).or_insert_with(|| words::stem(word)).clone();
    let captures = archive.documents.iter().flat_map(|document| document.moments.iter().map(move |moment| (document, moment)));
    for (capture, (document, moment)) in captures.enumerate() {
        let Some(snapshot) = archive.read(moment, &mut buffer) else { continue };
        let path = &snapshot.reference.locator.path;
        let (instant, year) = match snapshot.reference.captured {
            Some(Captured { instant, .. }) => (instant.seconds.to_string(), instant.day().year().to_string()),
            None => Default::default(),
        };
        for Passage { text, .. } in &snapshot.passages {
            let found = words::words(text);
            let words = in_one_line(found.iter().map(|word| word.text.clone()));
            let stems = in_one_line(found.iter().map(|word| stem(&word.text)));
            let facts = [path, &document.company, text].map(|fact| fact.replace(['\t', '\n', '\r'], " "));
            let [path, company, text] = &facts;
            writeln!(file, "{capture}\t{path}\t{company}\t{instant}\t{year}\t{text}\t{words}\t{stems}")?;
        }
    }
    Ok(file.flush()?)
}

fn print_terms(queries: &[String]) -> anyhow::Result<()> {
    for query in queries {
        let found = words::words(query).into_iter();
        match query.starts_with('"') {
            true => println!("phrase\t{}", in_one_line(found.map(|word| word.text))),
            false => println!("any\t{}", in_one_line(found.map(|word| words::stem(&word.text)))),
        }
    }
    Ok(())
}

/// Terms for those who cut at blanks and ASCII marks. The few marks that compatible forms bring into a word (`⑴` is `(1)`) take
/// their full width, which no word has.
fn in_one_line(terms: impl Iterator<Item = String>) -> String {
    const TO_FULL_WIDTH: u32 = 0xfee0;
    let whole = |c: char| match c {
        '\'' => c,
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => char::from_u32(u32::from(c) + TO_FULL_WIDTH).unwrap_or(c),
        c => c,
    };
    terms.map(|term| term.chars().map(whole).collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The headings above the present place in a text.
#[derive(Default)]
struct Headings(Vec<(u8, String)>);

impl Headings {
    /// The headings above a passage, which is the next of its text.
    fn above(&mut self, passage: &Passage) -> String {
        let Shape::Heading(level) = passage.shape else {
            return self.joined();
        };
        while self.0.last().is_some_and(|&(other, _)| other >= level) {
            self.0.pop();
        }
        let above = self.joined();
        self.0.push((level, passage.text.clone()));
        above
    }

    fn joined(&self) -> String {
        let texts: Vec<&str> = self.0.iter().map(|(_, text)| text.as_str()).collect();
        texts.join(" ")
    }
}

fn bytes_of(dir: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// A plain index, opened for reading.
struct Plain {
    fields: Fields,
    searcher: Searcher,
}

impl Plain {
    fn open(dir: &Path) -> anyhow::Result<Plain> {
        let mut index = tantivy::Index::open_in_dir(dir).with_context(|| dir.display().to_string())?;
        index.set_tokenizers(fineprint_schema::tokenizers());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Plain { fields: schema()?.1, searcher: reader.searcher() })
    }

    /// Finds the best entries with their texts, and counts all that match: entries, and captures for each year.
    fn ask(&self, line: &str) -> anyhow::Result<Counts> {
        let collectors = (TopDocs::with_limit(LIMIT).order_by_score(), CapturesByYear);
        let (best, counted) = self.searcher.search(&*self.query(line)?, &collectors)?;
        for (_, address) in best {
            let entry: TantivyDocument = self.searcher.doc(address)?;
            let text = entry.get_first(self.fields.text).and_then(|value| value.as_str());
            std::hint::black_box(text.context("an entry has no text")?);
        }
        Ok(Counts { entries: counted.entries, snapshots: counted.years.values().sum(), years: counted.years })
    }

    /// A quoted phrase, or words of which any may stand, in any form.
    fn query(&self, line: &str) -> anyhow::Result<Box<dyn Query>> {
        let found: Vec<String> = words::words(line).into_iter().map(|word| word.text).collect();
        let is_phrase = line.starts_with('"');
        Ok(match found.as_slice() {
            [] => anyhow::bail!("there is no word in {line}"),
            [word] if is_phrase => term(self.fields.text, word),
            found if is_phrase => {
                Box::new(PhraseQuery::new(found.iter().map(|word| Term::from_field_text(self.fields.text, word)).collect()))
            }
            found => Box::new(BooleanQuery::new(
                found.iter().map(|word| (Occur::Should, term(self.fields.stem, &words::stem(word)))).collect(),
            )),
        })
    }
}

fn term(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs))
}

/// Counts entries, and the distinct captures of each year.
struct CapturesByYear;

#[derive(Default)]
struct Counted {
    entries: u64,
    years: BTreeMap<i16, u64>,
}

struct SegmentCaptures {
    captures: Arc<dyn ColumnValues<u64>>,
    dates: Column<DateTime>,
    entries: u64,
    /// A bit for each capture.
    seen: Vec<u64>,
    /// Dated captures with their years.
    found: Vec<(u64, i16)>,
}

impl Collector for CapturesByYear {
    type Fruit = Counted;
    type Child = SegmentCaptures;

    fn for_segment(&self, _: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentCaptures> {
        let captures = reader.fast_fields().u64(CAPTURE_FIELD)?.first_or_default_col(0);
        let seen = vec![0; captures.max_value() as usize / 64 + 1];
        Ok(SegmentCaptures { captures, dates: reader.fast_fields().date(DATE_FIELD)?, entries: 0, seen, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<(u64, Vec<(u64, i16)>)>) -> tantivy::Result<Counted> {
        let mut counted = Counted::default();
        let mut found = Vec::new();
        for (entries, captures) in segments {
            counted.entries += entries;
            found.extend(captures);
        }
        found.sort_unstable();
        found.dedup();
        for (_, year) in found {
            *counted.years.entry(year).or_default() += 1;
        }
        Ok(counted)
    }
}

impl SegmentCollector for SegmentCaptures {
    type Fruit = (u64, Vec<(u64, i16)>);

    fn collect(&mut self, doc: DocId, _: Score) {
        self.entries += 1;
        let capture = self.captures.get_val(doc);
        let (word, bit) = (capture as usize / 64, 1 << (capture % 64));
        if self.seen[word] & bit != 0 {
            return;
        }
        self.seen[word] |= bit;
        if let Some(date) = self.dates.first(doc) {
            let day = Day(date.into_timestamp_secs().div_euclid(SECONDS_PER_DAY) as i32);
            self.found.push((capture, day.year()));
        }
    }

    fn harvest(self) -> Self::Fruit {
        (self.entries, self.found)
    }
}
