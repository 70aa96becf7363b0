//! `fineprint spread`.

use super::args::{AnswerFormat, Location, TimeOptions};
use super::request::{limit, limits, one_language, query, refuse_as_of};
use super::{BadQuery, Outcome};
use clap::Args;
use fineprint::query::Query;
use fineprint::search::Observing;
use fineprint::wire::lifetimes::Asked;
use fineprint::wire::spread::Spread;
use fineprint::{print, time};
use std::io::Write;

pub const HELP: &str = "\
Passages are compared as their words, with a company's own name as one word for all. They are shown together where they are equal, or
at least as like to the first one seen as the threshold that is printed; headings are left out. What one company, or one group of the
settings, has alone has not spread.

A company that had it when it was first captured may have had it before everybody else: it stands apart, never among the followers.
\"+120 d\" is counted from the first capture of it, whoever had it.

Examples:
  fineprint spread '\"binding arbitration\"'
  fineprint spread --passage 0123456789abcdef --format csv";

#[derive(Debug, Args)]
pub struct SpreadArgs {
    /// Which passages are looked at (as in `fineprint search`); several arguments are joined by blanks
    #[arg(value_name = "QUERY", required_unless_present = "passage")]
    pub query: Vec<String>,
    /// The id of a hit (`id` in JSON and CSV): what is equal or nearly equal to that passage
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    pub passage: Option<String>,
    #[command(flatten)]
    pub location: Location,
    #[command(flatten)]
    pub options: TimeOptions,
    /// How many passages to show (`all`: every one) [default: 10]
    #[arg(long, value_name = "N|all")]
    pub limit: Option<String>,
    /// How the answer is written: for reading, as one JSON object, as a JSON object a passage, or as a table with a row a company of
    /// each passage
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

pub fn run(args: &SpreadArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let text = args.query.join(" ");
    let conditions = &args.options.conditions;
    let (mut query, warnings) = match &args.passage {
        Some(_) => (Query { limits: limits(conditions)?, ..Query::default() }, Vec::new()),
        None => query(&text, conditions, None)?,
    };
    refuse_as_of(&query, "spread")?;
    let most = args.limit.as_deref().map_or(Ok(Some(10)), limit)?;
    let observing = Observing { suspect: args.options.suspect, ..Observing::default() };
    warnings.iter().for_each(|warning| tell!("{warning}"));
    let opened = args.location.open()?;
    let language_by_default = one_language(&mut query, conditions, &opened.index).is_some();
    let seed = match &args.passage {
        Some(id) => time::Seed::Passage(id, &query),
        None => time::Seed::Query(&query),
    };
    let found = time::spread(&opened.index, seed, &observing)?.ok_or_else(|| {
        BadQuery(format!(
            "fineprint: --passage: the index has no passage {:?}\nhint: `fineprint search --format json` tells the id of each hit",
            args.passage.as_deref().unwrap_or_default()
        ))
    })?;
    let asked = Asked { text: &text, limits: &query.limits, language_by_default, suspect: args.options.suspect };
    let answer = Spread::new(&found, asked, args.passage.as_deref(), most);
    match args.format {
        AnswerFormat::Text => print::spread::spread(&answer, super::look(), out)?,
        AnswerFormat::Json => print::json(&answer, out)?,
        AnswerFormat::Jsonl => answer.clusters.iter().try_for_each(|cluster| print::json(cluster, out))?,
        AnswerFormat::Csv => print::spread::table(&answer, out)?,
    }
    Ok(Outcome::of(!found.clusters.is_empty(), opened.whole))
}
