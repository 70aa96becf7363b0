//! What can be typed: commands, options and their help.

use clap::{Args, Parser, Subcommand, ValueEnum};
use fineprint::index::shard::Shard;
use fineprint::query::question::Thesaurus;
use std::path::PathBuf;
use std::sync::Arc;

/// Full-text search across the years of archived privacy policies and terms.
///
/// Build an index of an archive once (`fineprint index ARCHIVE`), then search it. Each distinct passage is found once, with every
/// snapshot it stands in.
#[derive(Debug, Parser)]
#[command(name = "fineprint", version, max_term_width = 100, after_help = EXIT_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_HELP: &str = "Exit status: 0 found, 1 nothing found, 2 an error, even a partial one.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build an index of archives, or bring it up to date
    #[command(after_help = INDEX_HELP)]
    Index(IndexArgs),
    /// Join indexes, such as the shards of an archive, into a new one
    #[command(after_help = super::merge::HELP)]
    Merge(super::merge::MergeArgs),
    /// Search passages by words or phrases, across all dates
    #[command(after_help = QUERY_HELP)]
    Search(SearchArgs),
    /// Count over time: how many companies, documents or snapshots say it, of how many
    #[command(after_help = super::trend::HELP)]
    Trend(super::trend::TrendArgs),
    /// Tell when companies, and their texts, started and stopped saying something
    #[command(after_help = super::lifetimes::HELP)]
    Lifetimes(super::lifetimes::LifetimesArgs),
    /// List what changed in a time, in the texts of a company or of all
    #[command(after_help = super::changes::HELP)]
    Changes(super::changes::ChangesArgs),
    /// Find what several companies say in equal or nearly equal words: who had it first, who followed when
    #[command(after_help = super::spread::HELP)]
    Spread(super::spread::SpreadArgs),
    /// Show the snapshots and versions of a document, with the dates that it states of itself
    #[command(after_help = super::history::HELP)]
    History(super::history::HistoryArgs),
    /// Show the text of a document, last or at a moment
    #[command(after_help = super::show::HELP)]
    Show(super::show::ShowArgs),
    /// Show what is different between two versions of a document, or two documents
    #[command(after_help = super::diff::HELP)]
    Diff(super::diff::DiffArgs),
    /// List, show, add, learn and evaluate topics: what passages are about
    #[command(after_help = super::topics::HELP)]
    Topics(super::topics::TopicsArgs),
    /// Write a folder with all that proves what a document said on a day, or on two
    #[command(after_help = super::export::HELP)]
    Export(super::export::ExportArgs),
    /// Answer many queries, from a file or standard input
    #[command(after_help = BATCH_HELP)]
    Batch(BatchArgs),
    /// Show what an index holds
    Stats(StatsArgs),
    /// List the archives of an index: what each records, counts, dates and where they come from, last update
    Sources(SourcesArgs),
    /// Check an index against its own hashes and counts, and with --archive against its archives
    #[command(after_help = super::verify::HELP)]
    Verify(super::verify::VerifyArgs),
}

const INDEX_HELP: &str = "\
An archive is a folder of dated policies (HTML, Markdown, text, JSON Lines), in any layout: Princeton-Leuven files, Open Terms \
Archive and Platform Governance Archive datasets, Wayback downloads, COMPANY/DATE.html, COMPANY_DATE.txt, DATE/COMPANY.md, or what \
path templates in its fineprint.toml say. Packed archives (.zip, .tar, .tar.gz, .tar.zst) are read as folders, single .gz files as \
the texts in them; WARC files (.warc, .warc.gz, .warc.zst) give the pages that they hold. Or it is a git repository (a clone, a bare \
one, or REPOSITORY@BRANCH): then its history is \
indexed, as committed on HEAD, and not the files of the working tree.

Files that are as they were are not read again. What vanished from an archive stays in the index unless --prune is given.

With --shard, several processes or machines each index a part of the documents without knowing of each other; all texts of a company and \
a kind are in one part. `fineprint merge` joins the parts, or --index names all of them wherever an index is read (docs/shards.md).";

const QUERY_HELP: &str = "\
Queries:
  sell data                    any of these words, in any form; ranked
  \"do not sell\"                exactly these words in this order
  \"legitimate (interest|interests)\"   choices; \"our (own)? partners\": optional words
  \"share partners\"~5           in this order, with at most 5 words between
  \"do not sell\" NOT WITHIN \"do not sell my\"
  +must -not   a AND b   a OR b   NOT a   ( )   prefix*
  company:facebook  kind:\"privacy policy\"  lang:en  heading:cookies  topic:retention
  year:2005..2010  since:2018-05  until:2019  asof:2010-05-25
  rank:1..1000  category:news  interval:2019_A    (Princeton-Leuven histories)

Near-equal passages of several companies are one hit, which names them; --unfold=companies shows each, --unfold each wording.

A question (\"Can I ask them to delete my data?\") is answered by what addresses it, in whatever words; --explain says why.

Examples:
  fineprint search '\"do not sell\"' --by-year
  fineprint search 'How long do they keep location data?' --company facebook
  fineprint search --topic arbitration --years 2018..
  fineprint search 'sell +\"personal information\"' --years 2005..2010 --sort first-seen
  fineprint search --company facebook --as-of 2012-01-01 'location data'";

const BATCH_HELP: &str = "\
One query a line; ID<TAB>QUERY; TREC topics (see below); or JSON Lines with \"id\", \"query\" and optionally \"company\", \"kind\", \"topic\", \"topic_threshold\", \"lang\", \"rank\", \"category\", \"interval\", \
\"since\", \"until\", \"years\", \"as_of\", \"carry\", \"sort\", \"limit\", \"offset\", \"in\", \"per_company\", \"unfold\" (true or \"companies\"), \"by_year\". Answers come in the order of the queries; \
a bad query becomes an error row, and the exit status is 2.

With --trend the queries become one table, a row a query and period, as of `fineprint trend`, with the options of that command; rows of \
zeros are kept, and a query that is bad is told on standard error. --manifest FILE writes what made the table: fingerprint, version, \
settings, options, language, numbers of queries and rows.

With --lifetimes the table has a row an interval, as of `fineprint lifetimes`: of companies, and of the documents of those that have \
several. A query that nobody says keeps one row, empty but for the query.

A file that begins with <top> holds TREC topics, with or without closing tags: their numbers are ids, their titles queries. Descriptions \
and narratives are not asked.

With --format trec the answers are a TREC run: the best passages of each query, 1000 unless --limit says otherwise; wordings of a clause \
are never folded. With --docno source it names the texts that the archive holds, each once, where its best passage stands. What is bad \
is told on standard error.

Examples:
  fineprint batch queries.txt --format csv > answers.csv
  fineprint batch topics.txt --format trec --docno source > run.txt
  fineprint batch queries.txt --trend --by quarter --manifest trend.json > trend.csv
  fineprint batch queries.txt --lifetimes > lifetimes.csv";

/// Where the index is.
#[derive(Debug, Args)]
pub struct Location {
    /// Directory of the index; several are read as one [default: $FINEPRINT_INDEX, or else the nearest .fineprint upward]
    #[arg(long, value_name = "DIR")]
    pub index: Vec<PathBuf>,
    /// Search an archive directly: its index is kept in your cache and brought up to date first
    #[arg(long, value_name = "DIR", conflicts_with = "index")]
    pub archive: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct IndexArgs {
    /// Folders, packed archives, single files or git repositories to index
    #[arg(required = true, value_name = "ARCHIVE")]
    pub archives: Vec<PathBuf>,
    /// Directory of the index [default: $FINEPRINT_INDEX, or else the nearest .fineprint upward, or a new one here]
    #[arg(long, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Index only this part of the documents (`2/4`: the second of four parts), to be merged with the others or read beside them. An
    /// index that is there already keeps to its part without it
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Remove from the index what is no longer in these archives
    #[arg(long)]
    pub prune: bool,
    /// How many threads read and index [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// How the summary is written
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text)]
    pub format: SummaryFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    Text,
    Json,
}

/// Conditions, as options.
#[derive(Debug, Default, Clone, Args, serde::Serialize)]
pub struct Conditions {
    /// Only this company, or one whose name begins so (`face*`); several: any of them
    #[arg(long, value_name = "NAME")]
    pub company: Vec<String>,
    /// Only this kind of text (`privacy policy`, `terms*`); several: any of them
    #[arg(long, value_name = "NAME")]
    pub kind: Vec<String>,
    /// Only passages about this topic, ranked by its score (`fineprint topics` lists them); several: about any of them
    #[arg(long, value_name = "NAME")]
    pub topic: Vec<String>,
    /// From which score on, 0 to 1, a passage is about a topic [default: 0.5; to answer a question 0.3 in the mean of its topics]
    #[arg(long, value_name = "SCORE")]
    pub topic_threshold: Option<f32>,
    /// Only snapshots in this language (`en`; `any`: in all); several: any of them
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<String>,
    /// Only snapshots of sites with such a rank (`1..1000`, `500`), as the Princeton-Leuven corpus tells it
    #[arg(long, value_name = "RANKS")]
    pub rank: Option<String>,
    /// Only snapshots of sites of this category (`news`, `news*`), as the corpus tells it; several: any of them
    #[arg(long, value_name = "NAME")]
    pub category: Vec<String>,
    /// Only snapshots of this half year of the corpus (`2019_A`: January to June, `2019_B`); several: any of them
    #[arg(long, value_name = "HALF")]
    pub interval: Vec<String>,
    /// Only captures from this day, month or year on
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only captures until the end of this day, month or year
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Only captures of these years (`2005..2010`, `2018`, `2018..`)
    #[arg(long, value_name = "YEARS")]
    pub years: Option<String>,
}

/// How long a snapshot stands for later days, as an option of the commands that ask what stood.
#[derive(Debug, Default, Clone, Args, serde::Serialize)]
pub struct CarryOptions {
    /// How old a snapshot may be to stand for a later day (`90d`, `18m`, `2y`, `unlimited`; `none`: it must be of the day or period
    /// itself), for all archives or one (`NAME=18m`) [default: 18m for archives of every capture, unlimited for archives of changes]
    #[arg(long, value_name = "AGE")]
    pub carry: Vec<String>,
}

/// What counts over time, as options.
#[derive(Debug, Default, Args)]
pub struct TimeOptions {
    #[command(flatten)]
    pub conditions: Conditions,
    /// Count snapshots that are no policy text (error, sign-in, consent and loading pages, mere headings) as if they were
    #[arg(long)]
    pub suspect: bool,
}

/// Conditions and order of a search, as options.
#[derive(Debug, Default, Clone, Args)]
pub struct QueryOptions {
    #[command(flatten)]
    pub conditions: Conditions,
    #[command(flatten)]
    pub carry: CarryOptions,
    /// Only what stood in each document at the end of this day
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Only passages that were added, or removed, in these days: compared with the usable snapshot before, re-extractions left out
    #[arg(long = "in", value_enum, value_name = "WHAT", conflicts_with = "as_of")]
    pub appearing: Option<AppearingIn>,
    /// A file of concepts for questions, beside those of the program
    #[arg(long, value_name = "FILE", value_parser = super::request::thesaurus)]
    pub thesaurus: Option<Arc<Thesaurus>>,
    /// Order of the hits
    #[arg(long, value_enum)]
    pub sort: Option<SortOrder>,
    /// How many hits to show (`all`: every one) [default: 10]
    #[arg(long, value_name = "N|all")]
    pub limit: Option<String>,
    /// How many hits to leave out first
    #[arg(long, value_name = "N")]
    pub offset: Option<usize>,
    /// At most this many hits of one company
    #[arg(long, value_name = "N")]
    pub per_company: Option<usize>,
    /// Show each wording as a hit of its own; with `=companies` each clause, with its wordings in one but companies apart
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "wordings")]
    pub unfold: Option<Unfold>,
    /// Count matching snapshots, documents and companies for each year
    #[arg(long)]
    pub by_year: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SortOrder {
    Relevance,
    FirstSeen,
    LastSeen,
    Company,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfold {
    /// Wordings of a clause stand apart, and so do companies
    Wordings,
    /// Near-equal clauses of several documents stand apart
    Companies,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppearingIn {
    Added,
    Removed,
}

#[derive(Debug, Args)]
pub struct SearchArgs {
    /// What to find (see below); several arguments are joined by blanks
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub location: Location,
    #[command(flatten)]
    pub options: QueryOptions,
    /// Tell how each hit is cited: whose, captured when, from where, with which hashes
    #[arg(long)]
    pub cite: bool,
    /// Tell why each hit has its score: what each word, phrase, concept and topic adds, and which words tell the topics
    #[arg(long)]
    pub explain: bool,
    /// How the answer is written: for reading, as one JSON object, as a JSON object a hit, or as a table
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    Text,
    Json,
    Jsonl,
    Csv,
}

#[derive(Debug, Args)]
pub struct BatchArgs {
    /// File of queries; `-` for standard input
    #[arg(value_name = "QUERIES")]
    pub queries: PathBuf,
    #[command(flatten)]
    pub location: Location,
    #[command(flatten)]
    pub options: QueryOptions,
    /// How many threads answer [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// A JSON object a query, a table with a row a hit, or a TREC run; with --trend a JSON object or a row of a table for each query and period;
    /// with --lifetimes a JSON object a query, or a table with a row an interval [default: jsonl; with --trend or --lifetimes csv]
    #[arg(long, value_enum)]
    pub format: Option<BatchFormat>,
    /// With --format trec: what a run names, by the ids of hits or by those of the archive [default: passage]
    #[arg(long, value_enum)]
    pub docno: Option<Docno>,
    /// Count each query over time instead, as `fineprint trend` does
    #[arg(long)]
    pub trend: bool,
    /// Tell of each query who said it since when and until when, as `fineprint lifetimes` does
    #[arg(long, conflicts_with = "trend")]
    pub lifetimes: bool,
    /// With --trend or --lifetimes: count snapshots that are no policy text as if they were
    #[arg(long)]
    pub suspect: bool,
    #[command(flatten)]
    pub trend_options: super::trend::TrendOptions,
    /// With --trend or --lifetimes: write what made the table to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BatchFormat {
    Jsonl,
    Csv,
    Trec,
}

/// What a TREC run names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Docno {
    /// Each passage, by the id of a hit
    Passage,
    /// Each text of the archive with a passage, by its id (of a record of JSON Lines or WARC) or else its path
    Source,
}

#[derive(Debug, Args)]
pub struct SourcesArgs {
    #[command(flatten)]
    pub location: Location,
    /// How the list is written: for reading, as one JSON object, as a JSON object a source, or as a table
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

#[derive(Debug, Args)]
pub struct StatsArgs {
    #[command(flatten)]
    pub location: Location,
    /// How the counts are written
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text)]
    pub format: SummaryFormat,
}
