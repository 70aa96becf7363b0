//! `fineprint batch`.

use super::args::{BatchArgs, BatchFormat};
use super::queries::{self, Asked, Line, Numbered};
use super::request::{of_index, request};
use super::trend::TrendOptions;
use super::updating::processors;
use super::{BadQuery, Outcome};
use fineprint::index::Index;
use fineprint::{print, search, wire};
use rayon::prelude::*;
use std::io::Write;
use std::sync::Arc;

/// So many queries are answered before their answers are written.
const BLOCK: usize = 512;

pub fn run(args: &BatchArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let threads = args.threads.map_or_else(processors, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    if args.trend {
        return super::trend::batch(args, &pool, out);
    }
    if args.suspect || args.manifest.is_some() || args.trend_options != TrendOptions::default() {
        let hint = "hint: --suspect, --manifest and the options of `fineprint trend` go with --trend";
        return Err(BadQuery(format!("fineprint: these options count over time, and --trend is missing\n{hint}")).into());
    }
    let mut lines = queries::open(&args.queries)?;
    let opened = args.location.open()?;
    let mut writer = match args.format.unwrap_or(BatchFormat::Jsonl) {
        BatchFormat::Jsonl => Writer::JsonLines(out),
        BatchFormat::Csv => Writer::Csv(Box::new(print::csv::Batch::new(out)?)),
    };
    let (mut found, mut failed) = (false, false);
    loop {
        let block: Vec<Numbered> = lines.by_ref().take(BLOCK).collect::<Result<_, _>>()?;
        if block.is_empty() {
            break;
        }
        let line = |(number, line): &Numbered| queries::parse(*number, line, &args.options);
        let rows: Vec<Row> = pool.install(|| block.par_iter().filter_map(line).map(|line| answer(line, &opened.index)).collect());
        for row in rows {
            match &row {
                Ok(answer) => found |= answer.totals.passages > 0,
                Err(_) => failed = true,
            }
            writer.write(&row)?;
        }
    }
    writer.finish()?;
    Ok(Outcome::of(found, opened.whole && !failed))
}

type Row = Result<wire::Answer, wire::BatchError>;

enum Writer<'w> {
    JsonLines(&'w mut dyn Write),
    Csv(Box<print::csv::Batch<'w>>),
}

impl Writer<'_> {
    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        match (self, row) {
            (Writer::JsonLines(out), Ok(answer)) => print::json(answer, out)?,
            (Writer::JsonLines(out), Err(error)) => print::json(error, out)?,
            (Writer::Csv(table), Ok(answer)) => table.answer(answer)?,
            (Writer::Csv(table), Err(error)) => table.error(error)?,
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Writer::JsonLines(out) => out.flush()?,
            Writer::Csv(table) => table.finish()?,
        }
        Ok(())
    }
}

fn answer(line: Line, index: &Arc<Index>) -> Row {
    let asked = line?;
    let failed = |error: String| wire::BatchError { schema: wire::SCHEMA, id: asked.id(), error };
    let Asked { text, options, .. } = &asked;
    let (mut request, _) = request(text, options).map_err(|bad| failed(bad.to_string()))?;
    of_index(&mut request, options, index).map_err(|bad| failed(bad.to_string()))?;
    let answer = search::search(index, &request).map_err(|error| failed(error.to_string()))?;
    Ok(wire::Answer::new(&answer, Some(asked.id())))
}
