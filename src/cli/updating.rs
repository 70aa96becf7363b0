//! Brings an index up to date, with a bar on the terminal.

use fineprint::index::shard::Shard;
use fineprint::index::update::{Progress, Report, Request, update};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How many threads work where nothing else is asked.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Builds or updates an index. Work that takes a moment only shows no bar.
pub fn bring_up_to_date(
    dir: &Path,
    archives: &[PathBuf],
    shard: Option<Shard>,
    threads: usize,
    prune: bool,
) -> anyhow::Result<Report> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let begun = Instant::now();
    let progress = |progress: Progress| {
        if begun.elapsed() > Duration::from_millis(300) {
            show(&bar, progress);
        }
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let report = update(&Request { dir, archives, shard, threads, prune, now, progress: &progress });
    bar.finish_and_clear();
    Ok(report?)
}

/// Says what went wrong with whole archives, and what else is to be known of them.
pub fn tell(report: &Report) {
    for failed in &report.failed {
        tell!("fineprint: {}", failed.reason);
    }
    for note in &report.notes {
        tell!("fineprint: {}: {}", note.path, note.reason);
    }
}

fn show(bar: &ProgressBar, progress: Progress) {
    let style = |template: &str| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    match progress {
        Progress::Listing { files } => {
            bar.set_style(style("{spinner} listing: {pos} files or commits"));
            bar.set_position(files as u64);
        }
        Progress::Reading { captures, of } => {
            if bar.length() != Some(of) {
                bar.set_style(style("{bar:30} {human_pos} of {human_len} captures, {per_sec}, {eta} left"));
                bar.reset_elapsed();
                bar.set_length(of);
            }
            bar.set_position(captures);
        }
        Progress::Writing => {
            bar.set_style(style("{spinner} writing the index"));
            bar.tick();
        }
    }
}

/// Does work of which the parts are counted, with a bar where it takes more than a moment.
pub fn with_bar<T>(what: &str, work: impl FnOnce(&(dyn Fn(u64, u64) + Sync)) -> T) -> T {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = format!("{{bar:30}} {{human_pos}} of {{human_len}} {what}, {{per_sec}}, {{eta}} left");
    bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let begun = Instant::now();
    let done = work(&|done, of| {
        if begun.elapsed() > Duration::from_millis(300) {
            bar.set_length(of);
            bar.set_position(done);
        }
    });
    bar.finish_and_clear();
    done
}
