//! `fineprint stats`.

use super::Outcome;
use super::args::{StatsArgs, SummaryFormat};
use fineprint::{contents, print};
use std::io::Write;

pub fn run(args: &StatsArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let opened = args.location.open()?;
    let stats = contents::stats(&opened.index)?;
    match args.format {
        SummaryFormat::Json => print::json(&stats, out)?,
        SummaryFormat::Text => print::summary::contents(&stats, out)?,
    }
    Ok(Outcome::of(stats.documents > 0, opened.whole))
}
