//! `fineprint batch`.

use super::args::{BatchArgs, BatchFormat, CarryOptions, Conditions};
use super::queries::{self, Asked, Line};
use super::request::{of_index, request};
use super::trend::TrendOptions;
use super::updating::processors;
use super::{BadQuery, Outcome};
use fineprint::index::Index;
use fineprint::{document, print, search, wire};
use rayon::prelude::*;
use serde::Serialize;
use std::io::Write;
use std::sync::Arc;

/// So many queries are answered before their answers are written.
const BLOCK: usize = 512;

/// Room is made for so much of an answer at first: ten hits have some 11,000 bytes.
const BYTES_OF_A_ROW: usize = 16 << 10;

pub fn run(args: &BatchArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let threads = args.threads.map_or_else(processors, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    if args.docno.is_some() && args.format != Some(BatchFormat::Trec) {
        let hint = "hint: --docno goes with --format trec";
        return Err(BadQuery(format!("fineprint: --docno says what a TREC run names\n{hint}")).into());
    }
    if args.trend {
        return super::trend::batch(args, &pool, out);
    }
    if args.trend_options != TrendOptions::default() {
        let hint = "hint: the options of `fineprint trend` go with --trend";
        return Err(BadQuery(format!("fineprint: these options count over time, and --trend is missing\n{hint}")).into());
    }
    if args.lifetimes {
        return super::lifetimes::batch(args, &pool, out);
    }
    if args.suspect || args.manifest.is_some() {
        let hint = "hint: --suspect and --manifest go with --trend or --lifetimes";
        return Err(BadQuery(format!("fineprint: these options are of counts over time\n{hint}")).into());
    }
    let format = match args.format {
        None | Some(BatchFormat::Jsonl) => Rows::JsonLines,
        Some(BatchFormat::Csv) => Rows::Csv,
        Some(BatchFormat::Trec) => return super::trec_run::batch(args, &pool, out),
    };
    let lines = queries::open(&args.queries, &args.options)?;
    let opened = args.location.open()?;
    if let Rows::Csv = format {
        print::csv::batch_head(out)?;
    }
    let (mut found, mut failed) = (false, false);
    answers(lines, &pool, BLOCK, &|line| Row::of(line, &opened.index, &format), &mut |row| {
        let row = row?;
        found |= row.found;
        failed |= row.failed;
        Ok(out.write_all(&row.bytes)?)
    })?;
    out.flush()?;
    Ok(Outcome::of(found, opened.whole && !failed))
}

/// How answers are written that are rows of a table.
pub enum Rows {
    JsonLines,
    Csv,
}

/// How the rows of a table over time are written. A run ranks passages, and there are none.
pub fn rows_over_time(args: &BatchArgs, option: &str) -> Result<Rows, BadQuery> {
    match args.format {
        None | Some(BatchFormat::Csv) => Ok(Rows::Csv),
        Some(BatchFormat::Jsonl) => Ok(Rows::JsonLines),
        Some(BatchFormat::Trec) => {
            Err(BadQuery(format!("fineprint: --format trec ranks passages, and {option} counts over time")))
        }
    }
}

/// Answers each line of a file, so many at once, and gives the answers on in the order of the lines.
pub fn answers<T: Send>(
    mut lines: impl Iterator<Item = anyhow::Result<Line>>,
    pool: &rayon::ThreadPool,
    at_once: usize,
    answer: &(dyn Fn(Line) -> T + Sync),
    write: &mut dyn FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    loop {
        let block: Vec<Line> = lines.by_ref().take(at_once).collect::<Result<_, _>>()?;
        if block.is_empty() {
            return Ok(());
        }
        let rows: Vec<T> = pool.install(|| block.into_par_iter().map(answer).collect());
        rows.into_iter().try_for_each(&mut *write)?;
    }
}

/// The options of a batch that counts over time, as its manifest names them.
#[derive(Serialize)]
pub struct ManifestOptions<'a> {
    #[serde(flatten)]
    conditions: &'a Conditions,
    suspect: bool,
    #[serde(flatten)]
    carry: Option<&'a CarryOptions>,
    #[serde(flatten)]
    trend: Option<&'a TrendOptions>,
}

impl ManifestOptions<'_> {
    pub fn of(args: &BatchArgs) -> ManifestOptions<'_> {
        ManifestOptions {
            conditions: &args.options.conditions,
            suspect: args.suspect,
            carry: args.trend.then_some(&args.options.carry),
            trend: args.trend.then_some(&args.trend_options),
        }
    }
}

/// Tells a query that cannot be answered.
pub fn tell_failed(error: &wire::BatchError) {
    tell!("fineprint: query {}: {}", error.id, error.error.trim_start_matches("fineprint: "));
}

/// What is written of a query: made by the thread that answers it.
struct Row {
    bytes: Vec<u8>,
    found: bool,
    failed: bool,
}

impl Row {
    fn of(line: Line, index: &Arc<Index>, format: &Rows) -> anyhow::Result<Row> {
        let mut bytes = Vec::with_capacity(BYTES_OF_A_ROW);
        let answered = answer(line, index);
        match (format, &answered) {
            (Rows::JsonLines, Ok(answer)) => print::json(answer, &mut bytes)?,
            (Rows::JsonLines, Err(error)) => print::json(error, &mut bytes)?,
            (Rows::Csv, Ok(answer)) => print::csv::batch_answer(answer, &mut bytes)?,
            (Rows::Csv, Err(error)) => print::csv::batch_error(error, &mut bytes)?,
        }
        let found = answered.as_ref().is_ok_and(|answer| answer.totals.passages > 0);
        Ok(Row { bytes, found, failed: answered.is_err() })
    }
}

fn answer(line: Line, index: &Arc<Index>) -> Result<wire::Answer, wire::BatchError> {
    let asked = line?;
    let failed = |error: String| wire::BatchError { schema: wire::SCHEMA, id: asked.id(), error };
    let Asked { text, options, .. } = &asked;
    let (mut request, _) = request(text, options).map_err(|bad| failed(bad.to_string()))?;
    of_index(&mut request, options, index).map_err(|bad| failed(bad.to_string()))?;
    let answer = search::search(index, &request).map_err(|error| failed(error.to_string()))?;
    let notes = document::hit_notes(index, &request, &answer, false).map_err(|error| failed(error.to_string()))?;
    Ok(wire::Answer::new(&answer, Some(asked.id())).with(&notes))
}
