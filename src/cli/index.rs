//! `fineprint index`.

use super::args::{IndexArgs, SummaryFormat};
use super::updating::{bring_up_to_date, processors, tell};
use super::{Outcome, location};
use fineprint::index::Index;
use fineprint::wire::Update;
use fineprint::{contents, print};
use std::io::Write;
use std::time::Instant;

pub fn run(args: &IndexArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let dir = location::to_write(args.index.as_deref())?;
    let threads = args.threads.map_or_else(processors, usize::from);
    let report = bring_up_to_date(&dir, &args.archives, args.shard, threads, args.prune)?;
    tell(&report);
    if report.failed.len() == args.archives.len() {
        return Ok(Outcome::Partial);
    }
    let index = Index::open(&dir)?;
    let mut stats = contents::stats(&index)?;
    stats.update = Some(Update::new(&report, start.elapsed().as_secs_f64()));
    match args.format {
        SummaryFormat::Json => print::json(&stats, out)?,
        SummaryFormat::Text => print::summary::update(&stats, &dir.display().to_string(), out)?,
    }
    let partial = !report.failed.is_empty() || !stats.damaged.is_empty();
    Ok(if partial { Outcome::Partial } else { Outcome::Found })
}
