//! Writes an archive of any size to measure with: invented policies of invented companies, captured by half years.

#[cfg(test)]
#[expect(dead_code, reason = "brute_force compares more of a snapshot")]
#[path = "../archive/mod.rs"]
mod archive;
mod bank;
mod company;
mod passage;
mod policy;
mod random;
mod template;
#[cfg(test)]
mod tests;
mod words;
mod writer;

use clap::Parser;
use std::path::PathBuf;
use writer::Size;

/// Write an archive of invented policies; prints what it holds
#[derive(Parser)]
struct Cli {
    /// Folder to write: new or empty
    out: PathBuf,
    /// The most companies
    #[arg(long)]
    companies: usize,
    /// The most snapshots; the last company may have fewer than in a larger archive
    #[arg(long)]
    snapshots: usize,
    /// Another seed makes other companies
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    threads: usize,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let totals = writer::write(&cli.out, Size { companies: cli.companies, snapshots: cli.snapshots }, cli.seed, cli.threads)?;
    let share = |bytes: u64| bytes as f64 / totals.text_bytes.max(1) as f64;
    println!("companies {}", totals.companies);
    println!("snapshots {}", totals.snapshots);
    println!("bytes {}", totals.bytes);
    println!("text_bytes {}", totals.text_bytes);
    println!("distinct_in_documents_bytes {}", totals.distinct_in_documents);
    println!("distinct_in_archive_bytes {}", totals.distinct_in_archive);
    println!("distinct_in_documents_share {:.4}", share(totals.distinct_in_documents));
    println!("distinct_in_archive_share {:.4}", share(totals.distinct_in_archive));
    Ok(())
}
