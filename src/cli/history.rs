//! `fineprint history`.

use super::args::{AnswerFormat, CarryOptions};
use super::document::DocumentOptions;
use super::{BadQuery, Outcome};
use clap::Args;
use fineprint::document::history::rows;
use fineprint::{print, wire};
use std::io::Write;

pub const HELP: &str = "\
A row is a run of neighbouring snapshots with the same text: their numbers, when they were captured, the characters of the text, and how \
similar it is to the usable version before in its language (twice the characters of the passages that both have, by the characters of \
both). Then the dates that the text states of itself, with every day that they can mean; whether it is no policy text; `= #12`: it is \
the text of snapshot 12 again; a sudden shrink (under half of the version before) or growth (over twice), which leaves nothing out; \
what the archive's commits say.

Examples:
  fineprint history 'Facebook/Privacy Policy'
  fineprint history alibaba.com --snapshots --format csv";

#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// COMPANY, COMPANY/KIND or COMPANY/KIND/PART
    #[arg(value_name = "DOCUMENT")]
    pub document: String,
    #[command(flatten)]
    pub options: DocumentOptions,
    /// A row for each snapshot
    #[arg(long)]
    pub snapshots: bool,
    /// How the history is written: for reading, as one JSON object, as a JSON object a row, or as a table
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

pub fn run(args: &HistoryArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let asked = args.options.open(&CarryOptions::default())?;
    let (view, moment) = asked.view(&args.document, args.options.source.as_deref())?;
    if moment.is_some() {
        let text = "fineprint: a history has no date\nhint: `fineprint show` shows what stood at a moment";
        return Err(BadQuery(text.into()).into());
    }
    let rows = rows(&view, args.snapshots)?;
    let history = wire::document::History::new(&view, &rows)?;
    match args.format {
        AnswerFormat::Text => print::document::history(&history, &rows, super::look(), out)?,
        AnswerFormat::Json => print::json(&history, out)?,
        AnswerFormat::Jsonl => history.rows.iter().try_for_each(|row| print::json(row, out))?,
        AnswerFormat::Csv => print::document::history_csv(&history, out)?,
    }
    Ok(Outcome::of(!rows.is_empty(), asked.opened.whole))
}
