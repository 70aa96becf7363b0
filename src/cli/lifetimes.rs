//! `fineprint lifetimes`.

use super::args::{AnswerFormat, BatchArgs, Location, QueryOptions, TimeOptions};
use super::batch::{ManifestOptions, Rows, answers, rows_over_time, tell_failed};
use super::queries::{self, Line};
use super::request::{one_language, query, refuse_as_of, refuse_hit_options, without_meaning};
use super::{BadQuery, Outcome, write_file};
use clap::{Args, ValueEnum};
use fineprint::chart::{self, Spans};
use fineprint::index::Index;
use fineprint::search::Observing;
use fineprint::wire::lifetimes::{Asked, Choice, Lifetimes};
use fineprint::wire::{BatchError, Manifest, SCHEMA};
use fineprint::{print, time};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// A timeline of more rows is not drawn in the terminal.
const MOST_ROWS: usize = 60;

/// So many queries of a batch are answered before their answers are written.
const BLOCK: usize = 64;

pub const HELP: &str = "\
Only captures count that are policy text in the language asked for; by default that is the commonest of the index. What is captured
otherwise neither starts nor ends anything, and is counted as left out.

  2012-05-04 or before              the first capture says it: it may be older
  after 2010-03-01, by 2010-04-07   the last capture without it, the first with it
  2015-05-05, gone by 2015-06-07    the last capture with it, the first without it
  2015-05-05, deleted 2015-06-07    the archive deleted the text
  still there 2026-01-02            the last capture that says it; none came after without it
  again 2018-04-07 after 1,068 days it came back

A company says it while the latest capture of any of its documents does. With --since or --until only captures of those days count,
and \"or before\" means before the first of them.

Examples:
  fineprint lifetimes '\"legitimate (interest|interests)\"'
  fineprint lifetimes '\"do not sell\" heading:sharing' --company face* --by document
  fineprint lifetimes '\"binding arbitration\"' --absent --format csv > arbitration.csv";

#[derive(Debug, Args)]
pub struct LifetimesArgs {
    /// What is said (as in `fineprint search`); several arguments are joined by blanks
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub location: Location,
    #[command(flatten)]
    pub options: TimeOptions,
    /// Companies, with their documents where they have several; or documents alone
    #[arg(long, value_enum, default_value_t = Level::Company)]
    pub by: Level,
    /// Tell also who was observed and never said it
    #[arg(long)]
    pub absent: bool,
    /// Draw a timeline as an SVG file as well; `-`: on standard output, in place of the answer
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// How the answer is written: for reading, as one JSON object, as a JSON object a company or document, or as a table with a row an
    /// interval
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    Company,
    Document,
}

pub fn run(args: &LifetimesArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let text = args.query.join(" ");
    let conditions = &args.options.conditions;
    let (mut query, warnings) = query(&text, conditions, None)?;
    refuse_as_of(&query, "lifetimes")?;
    let observing = Observing { suspect: args.options.suspect, ..Observing::default() };
    warnings.iter().for_each(|warning| tell!("{warning}"));
    let opened = args.location.open()?;
    let language_by_default = one_language(&mut query, conditions, &opened.index).is_some();
    let found = time::lifetimes(&opened.index, &query, &observing)?;
    let asked = Asked { text: &text, limits: &query.limits, language_by_default, suspect: args.options.suspect };
    let choice = Choice { by_document: args.by == Level::Document, absent: args.absent };
    let answer = Lifetimes::new(&found, asked, choice, None);
    let spans = || chart::lifetimes(&found, &answer, choice, &opened.index.catalog);
    let outcome = Outcome::of(found.totals.documents_said > 0, opened.whole);
    if let Some(path) = &args.svg
        && super::write_chart(path, &chart::svg::spans(&spans()), out)?
    {
        return Ok(outcome);
    }
    match args.format {
        AnswerFormat::Text => {
            print::lifetimes::lifetimes(&answer, super::look(), out)?;
            let bare = Spans { title: String::new(), subtitle: String::new(), source: String::new(), ..spans() };
            if (1..=MOST_ROWS).contains(&bare.rows.len()) {
                chart::terminal::spans(&bare, super::look(), out)?;
            }
        }
        AnswerFormat::Json => print::json(&answer, out)?,
        AnswerFormat::Jsonl => {
            let rows = answer.rows.iter().chain(answer.absent.iter().flatten());
            for row in rows {
                print::json(row, out)?;
            }
        }
        AnswerFormat::Csv => {
            let mut table = print::lifetimes::Table::new(out, false)?;
            table.add(&answer)?;
            table.finish()?;
        }
    }
    Ok(outcome)
}

/// `fineprint batch --lifetimes`.
pub fn batch(args: &BatchArgs, pool: &rayon::ThreadPool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    refuse_options(&args.options)?;
    let format = rows_over_time(args, "--lifetimes")?;
    let lines = queries::open(&args.queries, &args.options)?;
    let opened = args.location.open()?;
    let index = &opened.index;
    let mut writer = match format {
        Rows::Csv => Writer::Csv(Box::new(print::lifetimes::Table::new(out, true)?)),
        Rows::JsonLines => Writer::JsonLines(out, 0),
    };
    let mut manifest = Manifest::new("lifetimes", ManifestOptions::of(args), &index.catalog);
    let mut found = false;
    answers(lines, pool, BLOCK, &|line| answer(line, args.suspect, index), &mut |row| {
        match &row {
            Ok(answer) => {
                found |= answer.totals.documents_said > 0;
                manifest.queries += 1;
                if answer.language_by_default {
                    manifest.default_lang = answer.languages.first().cloned();
                }
            }
            Err(error) => {
                manifest.failed += 1;
                tell_failed(error);
            }
        }
        writer.write(&row)
    })?;
    let whole = opened.whole && manifest.failed == 0;
    manifest.rows = writer.finish()?;
    if let Some(path) = &args.manifest {
        write_file(path, |file| Ok(print::json(&manifest, file)?))?;
    }
    Ok(Outcome::of(found, whole))
}

/// Refuses the options of a search that mean nothing here; nothing is carried either.
fn refuse_options(options: &QueryOptions) -> Result<(), BadQuery> {
    refuse_hit_options(options, "--lifetimes")?;
    if options.carry.carry.is_empty() { Ok(()) } else { Err(without_meaning("carry", "--lifetimes")) }
}

/// The answer to a line of a batch.
fn answer(line: Line, suspect: bool, index: &Arc<Index>) -> Result<Lifetimes, BatchError> {
    let asked = line?;
    let failed = |error: String| BatchError { schema: SCHEMA, id: asked.id(), error };
    let refused = |bad: BadQuery| failed(bad.to_string());
    refuse_options(&asked.options).map_err(refused)?;
    let conditions = &asked.options.conditions;
    let (mut query, _) = query(&asked.text, conditions, None).map_err(refused)?;
    refuse_as_of(&query, "--lifetimes").map_err(refused)?;
    let language_by_default = one_language(&mut query, conditions, index).is_some();
    let observing = Observing { suspect, ..Observing::default() };
    let found = time::lifetimes(index, &query, &observing).map_err(|error| failed(error.to_string()))?;
    let told = Asked { text: &asked.text, limits: &query.limits, language_by_default, suspect };
    Ok(Lifetimes::new(&found, told, Choice::default(), Some(asked.id())))
}

/// Writes the answers of a batch, and counts the rows.
enum Writer<'w> {
    Csv(Box<print::lifetimes::Table<'w>>),
    JsonLines(&'w mut dyn Write, usize),
}

impl Writer<'_> {
    /// A query that is bad has a line in JSON alone.
    fn write(&mut self, row: &Result<Lifetimes, BatchError>) -> anyhow::Result<()> {
        match (self, row) {
            (Writer::Csv(table), Ok(answer)) => table.add(answer)?,
            (Writer::Csv(_), Err(_)) => {}
            (Writer::JsonLines(out, rows), Ok(answer)) => {
                print::json(answer, out)?;
                *rows += 1;
            }
            (Writer::JsonLines(out, _), Err(error)) => print::json(error, out)?,
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<usize> {
        Ok(match self {
            Writer::Csv(table) => table.finish()?,
            Writer::JsonLines(out, rows) => {
                out.flush()?;
                rows
            }
        })
    }
}
