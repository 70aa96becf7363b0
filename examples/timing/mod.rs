//! Asks queries again and again and tells how long answers take.

use anyhow::Context;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// What an answer counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries of the index that match.
    pub entries: u64,
    /// Dated snapshots with a match.
    pub snapshots: u64,
    /// Of these, how many are of each year; years without any are left out.
    pub years: BTreeMap<i16, u64>,
}

/// After one pass that warms up, so many are measured.
const PASSES: usize = 5;

/// So many are measured with all threads; the median counts.
const PARALLEL_PASSES: usize = 3;

/// Reads queries, one a line; empty lines are left out.
pub fn queries(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// Measures one query after another, then all of them with some threads, and prints `name value` lines. With `each`, a line
/// for each query stands before: milliseconds of each pass, entries, snapshots, snapshots of each year, and the query, parted by tabs.
pub fn measure(
    queries: &[String],
    threads: usize,
    each: bool,
    ask: &(dyn Fn(&str) -> anyhow::Result<Counts> + Sync),
) -> anyhow::Result<()> {
    anyhow::ensure!(!queries.is_empty(), "there are no queries");
    let counts: Vec<Counts> = queries.iter().map(|query| ask(query)).collect::<Result<_, _>>()?;
    let mut times_ms: Vec<Vec<f64>> = vec![Vec::with_capacity(PASSES); queries.len()];
    for _ in 0..PASSES {
        for (query, times) in queries.iter().zip(&mut times_ms) {
            let start = Instant::now();
            ask(query)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    if each {
        for ((query, times), counts) in queries.iter().zip(&times_ms).zip(&counts) {
            let times = joined(times.iter().map(|time| format!("{time:.4}")));
            let years = joined(counts.years.iter().map(|(year, snapshots)| format!("{year}={snapshots}")));
            println!("{times}\t{}\t{}\t{years}\t{query}", counts.entries, counts.snapshots);
        }
    }
    let all: Vec<f64> = times_ms.into_iter().flatten().collect();
    println!("queries {}", queries.len());
    println!("found {}", counts.iter().filter(|counts| counts.entries > 0).count());
    println!("median_ms {:.4}", percentile(all.clone(), 0.5));
    println!("p99_ms {:.4}", percentile(all, 0.99));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut passes = Vec::with_capacity(PARALLEL_PASSES);
    for _ in 0..PARALLEL_PASSES {
        let start = Instant::now();
        pool.install(|| queries.par_iter().try_for_each(|query| ask(query).map(|_| ())))?;
        passes.push(start.elapsed().as_secs_f64());
    }
    let seconds = percentile(passes, 0.5);
    println!("threads {threads}");
    println!("seconds {seconds:.4}");
    println!("per_second {:.1}", queries.len() as f64 / seconds);
    Ok(())
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}

/// The least of the values that is not below the given share of them.
fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}
