//! `fineprint sources`.

use super::Outcome;
use super::args::{AnswerFormat, SourcesArgs};
use fineprint::wire::{SCHEMA, Sources};
use fineprint::{contents, print};
use std::io::Write;

pub fn run(args: &SourcesArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let opened = args.location.open()?;
    let sources = contents::sources(&opened.index)?;
    let found = !sources.is_empty();
    match args.format {
        AnswerFormat::Text => print::summary::sources(&sources, out)?,
        AnswerFormat::Json => {
            let fingerprint = opened.index.catalog.fingerprint.clone();
            print::json(&Sources { schema: SCHEMA, fingerprint, sources }, out)?;
        }
        AnswerFormat::Jsonl => sources.iter().try_for_each(|source| print::json(source, out))?,
        AnswerFormat::Csv => print::csv::sources(&sources, out)?,
    }
    Ok(Outcome::of(found, opened.whole))
}
