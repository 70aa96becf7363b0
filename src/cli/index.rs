//! `fineprint index`.

use super::args::{IndexArgs, SummaryFormat};
use super::{Outcome, location};
use fineprint::index::Index;
use fineprint::index::update::{Progress, Report, Request, update};
use fineprint::wire::Update;
use fineprint::{contents, print};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub fn run(args: &IndexArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let dir = location::to_write(args.index.as_deref())?;
    let threads = args.threads.map_or_else(processors, usize::from);
    let report = bring_up_to_date(&dir, &args.archives, threads, args.prune)?;
    for failed in &report.failed {
        eprintln!("fineprint: {}", failed.reason);
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

pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Builds or updates an index, with a bar on the terminal.
pub fn bring_up_to_date(dir: &Path, archives: &[PathBuf], threads: usize, prune: bool) -> anyhow::Result<Report> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let begun = Instant::now();
    let progress = |progress: Progress| {
        // Short work shows no bar.
        if begun.elapsed() > Duration::from_millis(300) {
            show(&bar, progress);
        }
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let report = update(&Request { dir, archives, threads, prune, now, progress: &progress });
    bar.finish_and_clear();
    Ok(report?)
}

fn show(bar: &ProgressBar, progress: Progress) {
    let style = |template: &str| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    match progress {
        Progress::Listing { files } => {
            bar.set_style(style("{spinner} listing: {pos} files"));
            bar.set_position(files as u64);
        }
        Progress::Reading { documents, of, bytes, of_bytes } => {
            if bar.length() != Some(of_bytes) {
                bar.set_length(of_bytes);
                bar.reset_elapsed();
                bar.set_style(style("{bar:30} {msg}, {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left"));
            }
            bar.set_message(format!("{documents} of {of} documents"));
            bar.set_position(bytes);
        }
        Progress::Writing => {
            bar.set_style(style("{spinner} writing the index"));
            bar.tick();
        }
    }
}
