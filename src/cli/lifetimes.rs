//! `fineprint lifetimes`.

use super::Outcome;
use super::args::{AnswerFormat, Location, TimeOptions};
use super::request::{one_language, query, refuse_as_of};
use clap::{Args, ValueEnum};
use fineprint::chart::{self, Spans};
use fineprint::search::Observing;
use fineprint::wire::lifetimes::{Asked, Choice, Lifetimes};
use fineprint::{print, time};
use std::io::Write;
use std::path::PathBuf;

/// A timeline of more rows is not drawn in the terminal.
const MOST_ROWS: usize = 60;

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
    warnings.iter().for_each(|warning| eprintln!("{warning}"));
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
