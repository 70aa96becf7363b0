//! `fineprint merge`.

use super::Outcome;
use super::args::SummaryFormat;
use super::updating::{processors, with_bar};
use clap::Args;
use fineprint::index::Index;
use fineprint::index::merge::merge;
use fineprint::{contents, print};
use std::io::Write;
use std::path::PathBuf;

pub const HELP: &str = "\
The indexes stay as they are: terms are copied, files of records linked where the file system can, and no archive is read. A document may be \
in one of them only. All shards of an archive make an index of the whole archive, which `fineprint index ARCHIVE` brings up to date; some of \
them an index that keeps to these and can be merged with the others later.

Example:
  for i in 1 2 3 4; do fineprint index ARCHIVE --index part$i --shard $i/4; done
  fineprint merge part1 part2 part3 part4 --index .fineprint";

#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Directories of the indexes that are joined
    #[arg(required = true, value_name = "PART")]
    pub parts: Vec<PathBuf>,
    /// Directory of the new index
    #[arg(long, value_name = "DIR")]
    pub index: PathBuf,
    /// How many threads work, where documents must be indexed anew [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// How the summary is written
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text)]
    pub format: SummaryFormat,
}

pub fn run(args: &MergeArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let threads = args.threads.map_or_else(processors, usize::from);
    with_bar("files and documents", |progress| merge(&args.parts, &args.index, threads, progress))?;
    let stats = contents::stats(&Index::open(&args.index)?)?;
    match args.format {
        SummaryFormat::Json => print::json(&stats, out)?,
        SummaryFormat::Text => print::summary::update(&stats, &args.index.display().to_string(), out)?,
    }
    Ok(if stats.damaged.is_empty() { Outcome::Found } else { Outcome::Partial })
}
