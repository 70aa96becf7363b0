//! Measures how long fineprint's answers take through the library, in the form in which `plain_tantivy search` measures its own.

mod timing;

use clap::Parser;
use fineprint::index::Index;
use fineprint::query::question::Thesaurus;
use fineprint::query::{self, Node, Query};
use fineprint::search::{Folding, Observing, Request, Sort, search};
use fineprint::time::trend::{self, Question};
use std::path::PathBuf;
use std::sync::Arc;
use timing::Counts;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Measure trends instead: companies by year, in the commonest language of the index
    #[arg(long)]
    trend: bool,
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    threads: usize,
}

const LIMIT: usize = 10;

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let index = Arc::new(Index::open(&cli.index)?);
    let thesaurus = Thesaurus::built_in();
    timing::measure(&timing::queries(&cli.queries)?, cli.threads, cli.per_query, &|line| {
        let question = query::is_question(line).then(|| query::Question::read(line, &thesaurus)).flatten();
        let mut query = match question {
            Some(question) => Query { node: Some(Node::Question(question)), ..Query::default() },
            None => query::parse(line).map_err(|_| anyhow::anyhow!("{line} is no query"))?.query,
        };
        if cli.trend {
            query.limits.langs.extend(index.commonest_language().map(|lang| vec![lang.to_owned()]));
            return count_by_year(&index, line, query);
        }
        let answer = search(
            &index,
            &Request {
                query,
                text: line.to_owned(),
                sort: Sort::Relevance,
                limit: Some(LIMIT),
                offset: 0,
                per_company: None,
                folding: Folding::default(),
                by_year: true,
                appearing: None,
                observing: Default::default(),
            },
        )?;
        let years = answer.years.iter().flatten().filter(|count| count.snapshots > 0);
        Ok(Counts {
            entries: answer.totals.passages,
            snapshots: answer.totals.snapshots,
            years: years.map(|count| (count.year, count.snapshots)).collect(),
        })
    })
}

/// How many companies say it in any year, and of how many that is known, summed over the years.
fn count_by_year(index: &Arc<Index>, line: &str, query: Query) -> anyhow::Result<Counts> {
    let question = Question { name: line.to_owned(), text: line.to_owned(), query, observing: Observing::default() };
    let trend = trend::trend(index, &trend::Request { questions: vec![question], ..Default::default() })?;
    let points = trend.queries.iter().flat_map(|series| &series.points);
    Ok(points.fold(Counts::default(), |sum, point| Counts {
        entries: sum.entries + point.matching,
        snapshots: sum.snapshots + point.observed,
        ..sum
    }))
}
