//! `fineprint changes`.

use super::Outcome;
use super::args::{AnswerFormat, Location, TimeOptions};
use super::request::{self, one_language, refuse_as_of};
use clap::Args;
use fineprint::search::Observing;
use fineprint::time::{self, ChangesAsked};
use fineprint::{print, wire};
use std::io::Write;

pub const HELP: &str = "\
Each usable snapshot is compared with the one before it in its document, whatever the time between; --since, --until and --years restrict \
the later one. A passage that stood in an earlier observation, and not in the one before, returned. With a query, only passages that match it \
count, before or after the change.

What the archive names a re-extraction (the same capture read anew by other rules) is left out and counted. Changes of technical numbers \
(tracking numbers, session ids) and of typography only are counted apart; --all lists them. Only snapshots in one language count: the \
commonest of the index, or --lang.

Examples:
  fineprint changes --company facebook --years 2018
  fineprint changes '\"do not sell\"' --since 2019-06 --until 2020-06 --format csv
  fineprint changes --kind 'privacy policy' --years 2018 --limit all --format jsonl";

/// How many events are shown for reading.
const SHOWN: usize = 20;

#[derive(Debug, Args)]
pub struct ChangesArgs {
    /// Only passages that match this query (see `fineprint search --help`); several arguments are joined by blanks
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub location: Location,
    #[command(flatten)]
    pub options: TimeOptions,
    /// List changes of technical numbers and typography too
    #[arg(long)]
    pub all: bool,
    /// Tell how the texts before and after each change are cited: whose, captured when, from where, with which hashes
    #[arg(long)]
    pub cite: bool,
    /// How many changes to show, earliest first (`all`: every one) [default: 20 in text, else all]
    #[arg(long, value_name = "N|all")]
    pub limit: Option<String>,
    /// How the changes are written: for reading, as one JSON object, as a JSON object a change, or as a table with a row a passage
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

pub fn run(args: &ChangesArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let text = args.query.join(" ");
    let conditions = &args.options.conditions;
    // Without words and conditions, all changes are asked for.
    let (mut query, warnings) = request::query_or_all(&text, conditions)?;
    for warning in warnings {
        tell!("{warning}");
    }
    refuse_as_of(&query, "changes")?;
    let limit = match (&args.limit, args.format) {
        (Some(limit), _) => request::limit(limit)?,
        (None, AnswerFormat::Text) => Some(SHOWN),
        (None, _) => None,
    };
    let observing = Observing { suspect: args.options.suspect, ..Observing::default() };
    let opened = args.location.open()?;
    let by_default = one_language(&mut query, conditions, &opened.index).is_some();
    let changes_asked = ChangesAsked { query, observing };
    let found = time::changes(&opened.index, &changes_asked)?;
    let asked = wire::changes::Asked {
        query: &text,
        langs: &changes_asked.query.limits.langs,
        observing: &changes_asked.observing,
        all: args.all,
        cite: args.cite,
        limit,
    };
    let wire = wire::changes::Changes::new(&found, &opened.index, &asked)?;
    match args.format {
        AnswerFormat::Text => print::changes::changes(&wire, by_default, args.all, super::look(), out)?,
        AnswerFormat::Json => print::json(&wire, out)?,
        AnswerFormat::Jsonl => wire.events.iter().try_for_each(|event| print::json(event, out))?,
        AnswerFormat::Csv => print::csv::changes(&wire, out)?,
    }
    let is_found = found.totals.events > 0 || (args.all && found.totals.technical_only > 0);
    Ok(Outcome::of(is_found, opened.whole))
}
