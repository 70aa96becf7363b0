//! `fineprint show`.

use super::Outcome;
use super::args::CarryOptions;
use super::document::DocumentOptions;
use clap::{Args, ValueEnum};
use fineprint::{print, wire};
use std::io::Write;

pub const HELP: &str = "\
A document is COMPANY, or COMPANY/KIND where the company has several texts, or COMPANY/KIND/PART. @DATE is the end of a day, month or \
year, or the end of the archive where it lies in the month or year; @#12 is the twelfth snapshot, as `history` numbers them.

Without a moment the last capture of policy text is shown. As of a day it is the last one until the end of the day, as far as it may be \
carried, and never past a deletion or the last capture of the archive: then it is not known what stood, and the exit status is 1.

The text goes to standard output. What is to be known of it goes to standard error: when it was captured, the captures before and after, \
the dates that it states of itself, and warnings where it says that it takes effect later, or where the next capture states a date at or \
before the day.

Examples:
  fineprint show 'Facebook/Privacy Policy@2018-05-24'
  fineprint show 'Facebook/Privacy Policy@#12' --format markdown > policy.md
  fineprint show alibaba.com --cite";

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// COMPANY, COMPANY/KIND or COMPANY/KIND/PART, with @DATE or @#NUMBER for a moment of it
    #[arg(value_name = "DOCUMENT")]
    pub document: String,
    #[command(flatten)]
    pub options: DocumentOptions,
    #[command(flatten)]
    pub carry: CarryOptions,
    /// Tell how the text is cited: whose, captured when, from where, with which hashes
    #[arg(long)]
    pub cite: bool,
    /// How the text is written: for reading, as Markdown, or as one JSON object with all that is known of it
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    Text,
    Markdown,
    Json,
}

pub fn run(args: &ShowArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let asked = args.options.open(&args.carry)?;
    let (view, moment) = asked.view(&args.document, args.options.source.as_deref())?;
    let standing = view.at(moment)?;
    match args.format {
        TextFormat::Json => print::json(&wire::document::Shown::new(&view, &standing, args.cite)?, out)?,
        format => {
            let stood = wire::document::Stood::new(&view, &standing, args.cite)?;
            super::tell_head(&stood);
            if let Ok(snapshot) = standing.found {
                let passages = wire::document::passages(&view, snapshot)?;
                tell!();
                match format {
                    TextFormat::Markdown => print::document::markdown(&passages, out)?,
                    _ => print::document::text(&passages, super::look(), out)?,
                }
            }
        }
    }
    Ok(Outcome::of(standing.found.is_ok(), asked.opened.whole))
}
