//! `fineprint trend`.

use super::args::{AnswerFormat, BatchArgs, CarryOptions, Conditions, Location, QueryOptions, TimeOptions};
use super::batch::{ManifestOptions, Rows, rows_over_time, tell_failed};
use super::queries::{self, Line};
use super::request::{check_sources, observing, one_language, query, refuse_as_of, refuse_hit_options};
use super::{BadQuery, Outcome, trend_files, write_file};
use clap::{Args, ValueEnum};
use fineprint::index::Index;
use fineprint::search::Carry;
use fineprint::snapshot::Day;
use fineprint::time::trend::{self, Count, Exclusions, Group, Question, Request, Rule};
use fineprint::time::{Period, Step, Trend};
use fineprint::wire::{BatchError, Manifest, SCHEMA, TrendMember, TrendMemberRow, TrendPoint, TrendRow};
use fineprint::{chart, print, wire};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const HELP: &str = "\
What is counted:
  A document matches in a period by what it says at the period's end (--match end): the last usable snapshot by then, in the \
language asked for, no older than --carry; or by anything (any) or everything (all) that stood in the period: the usable snapshots \
captured in it, and what stood the day before it begins.
  matching   companies (or documents) that say it. A company does where one of its documents does.
  observed   those of which it is known what they say: the share is of these
  carried    observed, but with no snapshot of the period: known by an earlier one alone
  mixed      matching companies of which another known document does not match
  entered    matching now and not in the period before, observed in both; left: the reverse
  left out   snapshots of the period that are no policy text, or in another language
  With --count snapshots: captures in the period, nothing carried. Archives of changes hold recorded changes.

Conditions in the query (company: kind: lang: rank: category: interval:) restrict what is observed as well; heading: only what \
matches. --since, --until and --years choose the periods. Without a language, the commonest of the index is asked for.

Examples:
  fineprint trend '\"do not sell\"' '\"sell your (personal)? information\"'
  fineprint trend '\"location data\"' --by quarter --since 2016 --kind 'privacy policy' --format csv
  fineprint trend '\"legitimate (interest|interests)\"' --panel 2012..2020
  fineprint trend --file phrases.txt --companies firms.csv --by-group --format csv
  fineprint trend '\"do not sell\"' --list 2019
  fineprint trend '\"do not sell\"' --passages read.csv    # delete the rows that are right, then
  fineprint trend '\"do not sell\"' --exclude read.csv";

#[derive(Debug, Args)]
pub struct TrendArgs {
    /// What to count; each argument is a query
    #[arg(value_name = "QUERY")]
    pub queries: Vec<String>,
    /// Queries from a file: one a line, ID<TAB>QUERY, JSON Lines or TREC topics as `fineprint batch` takes them; `-`: standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub location: Location,
    #[command(flatten)]
    pub time: TimeOptions,
    #[command(flatten)]
    pub carry: CarryOptions,
    #[command(flatten)]
    pub options: TrendOptions,
    /// Name the companies behind the point of this period (`2018`, `2018-H1`, `2018-Q3`, `2018-05`)
    #[arg(long, value_name = "PERIOD")]
    pub list: Option<String>,
    /// Draw the shares as an SVG file as well; `-`: on standard output, in place of the answer
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// How the answer is written: for reading, as one JSON object, as a JSON object or a row of a table for each query and period
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

/// How a trend is counted, as options.
#[derive(Debug, Default, Clone, PartialEq, Args, Serialize)]
pub struct TrendOptions {
    /// Length of the periods [default: year]
    #[arg(long, value_enum, value_name = "PERIOD")]
    pub by: Option<By>,
    /// What is counted [default: companies]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub count: Option<What>,
    /// What decides whether a document matches in a period: what stands at its end, anything that stood in it, or all of that
    /// [default: end]
    #[arg(long = "match", value_enum, value_name = "RULE")]
    pub rule: Option<Decides>,
    /// Only these periods, and only companies (documents) observed in every one of them (`2010..2015`, `2010-Q1..2012-Q4`)
    #[arg(long, value_name = "FROM..TO")]
    pub panel: Option<String>,
    /// Only these companies: names, one a line, or a CSV table with the columns `company` and `group`
    #[arg(long, value_name = "FILE")]
    pub companies: Option<PathBuf>,
    /// A series for each group of companies: those of --companies FILE, else those that the settings of the archives name
    #[arg(long)]
    pub by_group: bool,
    /// Write each counted passage to this file, as a CSV table
    #[arg(long, value_name = "FILE")]
    pub passages: Option<PathBuf>,
    /// Leave out these passages: ids, one a line, or a CSV table with the column `id`, as --passages writes it; its rows hold for
    /// their `query` alone, and where it has a column `exclude` or `reject`, only the rows with a mark there count
    #[arg(long, value_name = "FILE")]
    pub exclude: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    Year,
    Half,
    Quarter,
    Month,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Companies,
    Documents,
    Snapshots,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decides {
    End,
    Any,
    All,
}

pub fn run(args: &TrendArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let options = QueryOptions { conditions: args.time.conditions.clone(), carry: args.carry.clone(), ..QueryOptions::default() };
    let topics = &args.time.conditions.topic;
    if args.queries.is_empty() && args.file.is_none() && topics.is_empty() {
        return Err(
            BadQuery("fineprint: there is no query\nhint: fineprint trend '\"do not sell\"', or --file FILE".into()).into()
        );
    }
    // A mistake is told before an archive is read.
    let mut typed = Vec::new();
    if args.queries.is_empty() && args.file.is_none() {
        let name = format!("topic {}", topics.join(" or "));
        typed.push(Typed::read(name, "", &options, args.time.suspect, &args.options)?);
    }
    for text in &args.queries {
        let question = Typed::read(text.clone(), text, &options, args.time.suspect, &args.options)?;
        question.warnings.iter().for_each(|warning| tell!("{warning}"));
        typed.push(question);
    }
    let lines = args.file.as_ref().map_or(Ok(Vec::new()), |path| queries::open(path, &options)?.collect())?;
    let mut request = request(&args.options, args.list.as_deref())?;
    let opened = args.location.open()?;
    let index = &opened.index;
    add_groups(&mut request, &args.options, index)?;
    let mut default_language = None;
    for question in typed {
        request.questions.push(question.of(index, &mut default_language)?);
    }
    let failed = add_lines(&mut request, lines, args.time.suspect, &args.options, index, &mut default_language);
    if args.svg.is_some() {
        check_room(&request)?;
    }
    let trend = trend::trend(index, &request)?;
    tell(&trend);
    let default = default_language.as_deref();
    if let Some(path) = &args.svg {
        let svg = chart::svg::lines(&chart::trend(&trend, default, &index.catalog));
        if super::write_chart(path, &svg, out)? {
            failed.iter().for_each(tell_failed);
            write_passages(&trend, args.options.passages.as_deref())?;
            return Ok(outcome(&trend, request.list.is_some(), opened.whole && failed.is_empty()));
        }
    }
    match (args.format, request.list) {
        (AnswerFormat::Text, None) => {
            print::trend::trend(&trend, default, super::look(), out)?;
            if is_clearer_drawn(&trend) {
                let lines = chart::trend(&trend, default, &index.catalog);
                let bare = chart::Lines { title: String::new(), subtitle: String::new(), source: String::new(), ..lines };
                chart::terminal::lines(&bare, super::look(), out)?;
            }
        }
        (AnswerFormat::Text, Some(period)) => print::trend::members(&trend, period, default, super::look(), out)?,
        (AnswerFormat::Json, _) => print::json(&wire::Trend::new(&trend), out)?,
        (AnswerFormat::Jsonl, None) => rows(&trend, out)?,
        (AnswerFormat::Jsonl, Some(period)) => member_rows(&trend, period, out)?,
        (AnswerFormat::Csv, None) => print::trend_csv::points(&trend, out)?,
        (AnswerFormat::Csv, Some(period)) => print::trend_csv::members(&trend, &period.to_string(), out)?,
    }
    if args.format == AnswerFormat::Jsonl {
        failed.iter().try_for_each(|error| print::json(error, out))?;
    }
    failed.iter().for_each(tell_failed);
    write_passages(&trend, args.options.passages.as_deref())?;
    Ok(outcome(&trend, request.list.is_some(), opened.whole && failed.is_empty()))
}

/// A chart has room for all lines.
fn check_room(request: &Request) -> Result<(), BadQuery> {
    let lines = request.questions.len() * request.groups.as_ref().map_or(1, Vec::len);
    if lines <= chart::MOST_SERIES {
        return Ok(());
    }
    let most = chart::MOST_SERIES;
    Err(BadQuery(format!(
        "fineprint: --svg: a chart of {lines} lines cannot be read\nhint: ask for at most {most}, or draw your own from --format csv"
    )))
}

/// Whether a chart tells more than the bars of the tables: of lines that are compared, or of many periods.
fn is_clearer_drawn(trend: &Trend) -> bool {
    const MANY: usize = 24;
    match trend.queries.len() {
        1 => trend.periods.len() > MANY,
        lines => trend.periods.len() > 1 && (2..=chart::MOST_SERIES).contains(&lines),
    }
}

/// `fineprint batch --trend`.
pub fn batch(args: &BatchArgs, pool: &rayon::ThreadPool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    refuse_hit_options(&args.options, "--trend")?;
    let format = rows_over_time(args, "--trend")?;
    let lines = queries::open(&args.queries, &args.options)?.collect::<Result<_, _>>()?;
    let mut request = request(&args.trend_options, None)?;
    let opened = args.location.open()?;
    let index = &opened.index;
    add_groups(&mut request, &args.trend_options, index)?;
    let mut default_language = None;
    let failed = add_lines(&mut request, lines, args.suspect, &args.trend_options, index, &mut default_language);
    let trend = pool.install(|| trend::trend(index, &request))?;
    tell(&trend);
    match format {
        Rows::Csv => print::trend_csv::points(&trend, out)?,
        Rows::JsonLines => {
            rows(&trend, out)?;
            failed.iter().try_for_each(|error| print::json(error, out))?;
        }
    }
    failed.iter().for_each(tell_failed);
    write_passages(&trend, args.trend_options.passages.as_deref())?;
    if let Some(path) = &args.manifest {
        let manifest = Manifest {
            default_lang: default_language,
            queries: request.questions.len(),
            failed: failed.len(),
            rows: trend.queries.iter().map(|series| series.points.len()).sum(),
            ..Manifest::new("trend", ManifestOptions::of(args), &index.catalog)
        };
        write_file(path, |file| Ok(print::json(&manifest, file)?))?;
    }
    Ok(outcome(&trend, false, opened.whole && failed.is_empty()))
}

/// What of the options holds for all queries, without the groups that only the index knows.
fn request(options: &TrendOptions, list: Option<&str>) -> anyhow::Result<Request> {
    let step = match options.by.unwrap_or(By::Year) {
        By::Year => Step::Year,
        By::Half => Step::Half,
        By::Quarter => Step::Quarter,
        By::Month => Step::Month,
    };
    let count = match options.count.unwrap_or(What::Companies) {
        What::Companies => Count::Companies,
        What::Documents => Count::Documents,
        What::Snapshots => Count::Snapshots,
    };
    if count == Count::Snapshots && matches!(options.rule, Some(Decides::End | Decides::All)) {
        return Err(refused("--match", "snapshots are counted one by one: any", "leave --match out"));
    }
    if count == Count::Snapshots && options.panel.is_some() {
        return Err(refused("--panel", "is of companies or documents", "use --count companies or --count documents"));
    }
    let rule = match options.rule.unwrap_or(Decides::End) {
        Decides::End => Rule::End,
        Decides::Any => Rule::Any,
        Decides::All => Rule::All,
    };
    let list = list.map(|text| period(text, step)).transpose()?;
    let listed = options.companies.as_deref().map(trend_files::companies).transpose()?;
    let (companies, groups) = listed.map(|listed| (listed.all, listed.groups)).unzip();
    let exclusions = options.exclude.as_deref().map_or(Ok(Exclusions::default()), trend_files::exclusions)?;
    Ok(Request {
        step,
        count,
        rule,
        panel: options.panel.as_deref().map(|text| panel(text, step)).transpose()?,
        companies,
        groups: groups.filter(|groups| options.by_group && !groups.is_empty()),
        exclusions,
        list,
        passages: options.passages.is_some(),
        ..Request::default()
    })
}

fn refused(option: &str, why: &str, hint: &str) -> anyhow::Error {
    BadQuery(format!("fineprint: {option}: {why}\nhint: {hint}")).into()
}

fn period(text: &str, step: Step) -> anyhow::Result<Period> {
    let hint = |step| match step {
        Step::Year => "write a year: 2018",
        Step::Half => "write a half-year: 2018-H1",
        Step::Quarter => "write a quarter: 2018-Q3",
        Step::Month => "write a month: 2018-05",
    };
    let refuse = || refused("--list", &format!("`{text}` is none of the periods"), hint(step));
    Period::parse(text).filter(|period| Period::of(period.days().0, step) == *period).ok_or_else(refuse)
}

/// The first and the last day of `2010..2015` or `2010-Q1..2012-Q4`.
fn panel(text: &str, step: Step) -> anyhow::Result<(Day, Day)> {
    let refuse = |why: &str| refused("--panel", &format!("`{text}` {why}"), "write two periods: 2010..2015, 2010-Q1..2012-Q4");
    let (from, to) = text.split_once("..").ok_or_else(|| refuse("is not FROM..TO"))?;
    let (Some(from), Some(to)) = (Period::parse(from.trim()), Period::parse(to.trim())) else {
        return Err(refuse("names no periods"));
    };
    let (first, last) = (from.days().0, to.days().1);
    if first > last {
        return Err(refuse("ends before it begins"));
    }
    if Period::of(first, step).days().0 != first || Period::of(last, step).days().1 != last {
        return Err(refuse("cuts a period: --by says how long they are"));
    }
    Ok((first, last))
}

/// The groups that a series is made for: those of the file of companies, else those of the settings.
fn add_groups(request: &mut Request, options: &TrendOptions, index: &Index) -> Result<(), BadQuery> {
    if options.by_group && request.groups.is_none() {
        let groups = Group::of_settings(&index.catalog);
        if groups.is_empty() {
            let hint = "give --companies a CSV table with the columns company,group, or name [groups] in the fineprint.toml of the archive and index it again";
            return Err(BadQuery(format!("fineprint: --by-group: there are no groups\nhint: {hint}")));
        }
        request.groups = Some(groups);
    }
    Ok(())
}

/// A query that was read, before the index is known.
struct Typed {
    question: Question,
    conditions: Conditions,
    warnings: Vec<String>,
}

impl Typed {
    fn read(name: String, text: &str, options: &QueryOptions, suspect: bool, trend: &TrendOptions) -> Result<Typed, BadQuery> {
        let conditions = &options.conditions;
        let (query, warnings) = query(text, conditions, None)?;
        refuse_as_of(&query, "trend")?;
        refuse_hit_options(options, "trend")?;
        let observing = observing(&options.carry, suspect)?;
        let has_carry = observing.carry.is_some_and(|carry| carry != Carry::Never) || !observing.carry_of.is_empty();
        if trend.count == Some(What::Snapshots) && has_carry {
            return Err(BadQuery("fineprint: --carry: snapshots are counted where they were captured\nhint: leave --carry out, or use --count companies or --count documents".into()));
        }
        let question = Question { name, text: text.to_owned(), query, observing };
        Ok(Typed { question, conditions: conditions.clone(), warnings })
    }

    /// The question that this is in an index.
    fn of(mut self, index: &Arc<Index>, default_language: &mut Option<String>) -> Result<Question, BadQuery> {
        check_sources(&self.question.observing, index)?;
        if let Some(language) = one_language(&mut self.question.query, &self.conditions, index) {
            *default_language = Some(language);
        }
        Ok(self.question)
    }
}

/// Adds the queries of a file; those that are none are given back.
fn add_lines(
    request: &mut Request,
    lines: Vec<Line>,
    suspect: bool,
    options: &TrendOptions,
    index: &Arc<Index>,
    default_language: &mut Option<String>,
) -> Vec<BatchError> {
    let mut failed = Vec::new();
    for line in lines {
        let question = line.and_then(|asked| {
            let error = |bad: BadQuery| BatchError { schema: SCHEMA, id: asked.id(), error: bad.to_string() };
            let typed = Typed::read(asked.name(), &asked.text, &asked.options, suspect, options).map_err(error)?;
            typed.of(index, default_language).map_err(error)
        });
        match question {
            Ok(question) => request.questions.push(question),
            Err(error) => failed.push(error),
        }
    }
    failed
}

/// A line of JSON a query and period.
fn rows(trend: &Trend, out: &mut dyn Write) -> anyhow::Result<()> {
    for series in &trend.queries {
        for point in &series.points {
            let row = TrendRow {
                schema: SCHEMA,
                fingerprint: &trend.fingerprint,
                query: &series.query,
                group: series.group.as_deref(),
                point: TrendPoint::new(trend.count, point),
            };
            print::json(&row, out)?;
        }
    }
    Ok(())
}

/// A line of JSON a company behind a point.
fn member_rows(trend: &Trend, period: Period, out: &mut dyn Write) -> anyhow::Result<()> {
    for series in &trend.queries {
        for member in series.members.iter().flatten() {
            let row = TrendMemberRow {
                schema: SCHEMA,
                fingerprint: &trend.fingerprint,
                query: &series.query,
                group: series.group.as_deref(),
                period: period.to_string(),
                member: TrendMember::new(member),
            };
            print::json(&row, out)?;
        }
    }
    Ok(())
}

/// What was asked for and is not there.
fn tell(trend: &Trend) {
    for name in &trend.unknown_companies {
        tell!("fineprint: --companies: the index has no company {}", print::harmless(name));
    }
    for group in &trend.empty_groups {
        tell!("fineprint: --by-group: the index has no company of the group {}", print::harmless(group));
    }
    for id in &trend.unknown_exclusions {
        tell!("fineprint: --exclude: no query matches a passage {}", print::harmless(id));
    }
}

fn write_passages(trend: &Trend, path: Option<&Path>) -> anyhow::Result<()> {
    path.map_or(Ok(()), |path| write_file(path, |file| Ok(print::trend_csv::passages(trend, file)?)))
}

fn outcome(trend: &Trend, listed: bool, whole: bool) -> Outcome {
    let matches = trend.queries.iter().flat_map(|series| &series.points).any(|point| point.matching > 0);
    let has_members = trend.queries.iter().any(|series| series.members.as_ref().is_some_and(|members| !members.is_empty()));
    Outcome::of(if listed { has_members } else { matches }, whole)
}
