//! Measures how long fineprint's answers take through the library, in the form in which `plain_tantivy search` measures its own.

mod timing;

use clap::Parser;
use fineprint::index::Index;
use fineprint::query;
use fineprint::search::{Folding, Request, Sort, search};
use std::path::PathBuf;
use std::sync::Arc;
use timing::Counts;

/// Measure how long answers take: the ten best clauses with their evidence, all counts, and the counts of each year
#[derive(Parser)]
struct Cli {
    /// Directory of the index
    index: PathBuf,
    /// One query a line
    queries: PathBuf,
    /// Print a line for each query
    #[arg(long)]
    per_query: bool,
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    threads: usize,
}

const LIMIT: usize = 10;

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let index = Arc::new(Index::open(&cli.index)?);
    timing::measure(&timing::queries(&cli.queries)?, cli.threads, cli.per_query, &|line| {
        let parsed = query::parse(line).map_err(|_| anyhow::anyhow!("{line} is no query"))?;
        let answer = search(
            &index,
            &Request {
                query: parsed.query,
                text: line.to_owned(),
                sort: Sort::Relevance,
                limit: Some(LIMIT),
                offset: 0,
                per_company: None,
                folding: Folding::Clauses,
                by_year: true,
                appearing: None,
                observing: Default::default(),
            },
        )?;
        Ok(Counts { entries: answer.totals.passages, snapshots: answer.totals.snapshots })
    })
}
