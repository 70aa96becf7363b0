//! `fineprint batch`.

use super::Outcome;
use super::args::{AppearingIn, BatchArgs, BatchFormat, Conditions, QueryOptions, SortOrder};
use super::request::{of_index, request};
use super::updating::processors;
use anyhow::Context;
use fineprint::index::Index;
use fineprint::{print, search, wire};
use rayon::prelude::*;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::sync::Arc;

/// So many queries are answered before their answers are written.
const BLOCK: usize = 512;

pub fn run(args: &BatchArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let input: Box<dyn BufRead> = if args.queries.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let file = File::open(&args.queries).with_context(|| args.queries.display().to_string())?;
        Box::new(BufReader::new(file))
    };
    let opened = args.location.open()?;
    let threads = args.threads.map_or_else(processors, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut writer = match args.format {
        BatchFormat::Jsonl => Writer::JsonLines(out),
        BatchFormat::Csv => Writer::Csv(Box::new(print::csv::Batch::new(out)?)),
    };
    let (mut found, mut failed) = (false, false);
    let mut lines = input.split(b'\n').enumerate();
    loop {
        let block: Vec<(usize, Vec<u8>)> = lines
            .by_ref()
            .take(BLOCK)
            .map(|(number, line)| line.map(|line| (number + 1, line)))
            .collect::<Result<_, _>>()
            .with_context(|| args.queries.display().to_string())?;
        if block.is_empty() {
            break;
        }
        let rows: Vec<Row> = pool.install(|| {
            block.par_iter().filter_map(|(number, line)| answer(*number, line, &args.options, &opened.index)).collect()
        });
        for row in rows {
            match &row {
                Ok(answer) => found |= answer.totals.passages > 0,
                Err(_) => failed = true,
            }
            writer.write(&row)?;
        }
    }
    writer.finish()?;
    Ok(Outcome::of(found, opened.whole && !failed))
}

type Row = Result<wire::Answer, wire::BatchError>;

enum Writer<'w> {
    JsonLines(&'w mut dyn Write),
    Csv(Box<print::csv::Batch<'w>>),
}

impl Writer<'_> {
    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        match (self, row) {
            (Writer::JsonLines(out), Ok(answer)) => print::json(answer, out)?,
            (Writer::JsonLines(out), Err(error)) => print::json(error, out)?,
            (Writer::Csv(table), Ok(answer)) => table.answer(answer)?,
            (Writer::Csv(table), Err(error)) => table.error(error)?,
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Writer::JsonLines(out) => out.flush()?,
            Writer::Csv(table) => table.finish()?,
        }
        Ok(())
    }
}

/// A line of JSON. What it leaves out is as the command's options say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: Option<Id>,
    #[serde(default)]
    query: String,
    company: Option<Names>,
    kind: Option<Names>,
    lang: Option<Names>,
    rank: Option<String>,
    category: Option<Names>,
    interval: Option<Names>,
    since: Option<String>,
    until: Option<String>,
    years: Option<String>,
    as_of: Option<String>,
    carry: Option<Names>,
    sort: Option<SortOrder>,
    limit: Option<Limit>,
    offset: Option<usize>,
    #[serde(rename = "in")]
    appearing: Option<AppearingIn>,
    per_company: Option<usize>,
    unfold: Option<bool>,
    by_year: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Limit {
    Number(usize),
    Text(String),
}

/// The answer to a line; none to an empty one. The line's number is the id of a query that brings none.
fn answer(number: usize, line: &[u8], options: &QueryOptions, index: &Arc<Index>) -> Option<Row> {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches('\r').trim_start_matches('\u{feff}');
    if line.trim().is_empty() {
        return None;
    }
    let number = number.to_string();
    Some(if line.trim_start().starts_with('{') {
        match serde_json::from_str::<Line>(line) {
            Ok(line) => {
                let (id, query, options) = line.over(options, number);
                ask(id, &query, &options, index)
            }
            Err(error) => Err(wire::BatchError { schema: wire::SCHEMA, id: number, error: format!("not a query: {error}") }),
        }
    } else if let Some((id, query)) = line.split_once('\t') {
        ask(id.to_owned(), query, options, index)
    } else {
        ask(number, line, options, index)
    })
}

impl Line {
    /// The line's id, its query, and its options over those of the command.
    fn over(self, options: &QueryOptions, number: String) -> (String, String, QueryOptions) {
        let names = |names: Option<Names>, others: &[String]| match names {
            None => others.to_vec(),
            Some(Names::One(name)) => vec![name],
            Some(Names::Several(names)) => names,
        };
        let id = self.id.map_or(number, |id| match id {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        });
        let limit = self.limit.map(|limit| match limit {
            Limit::Number(number) => number.to_string(),
            Limit::Text(text) => text,
        });
        let given = &options.conditions;
        let conditions = Conditions {
            company: names(self.company, &given.company),
            kind: names(self.kind, &given.kind),
            lang: names(self.lang, &given.lang),
            rank: self.rank.or_else(|| given.rank.clone()),
            category: names(self.category, &given.category),
            interval: names(self.interval, &given.interval),
            since: self.since.or_else(|| given.since.clone()),
            until: self.until.or_else(|| given.until.clone()),
            years: self.years.or_else(|| given.years.clone()),
            carry: names(self.carry, &given.carry),
        };
        let options = QueryOptions {
            conditions,
            as_of: self.as_of.or_else(|| options.as_of.clone()),
            appearing: self.appearing.or(options.appearing),
            sort: self.sort.or(options.sort),
            limit: limit.or_else(|| options.limit.clone()),
            offset: self.offset.or(options.offset),
            per_company: self.per_company.or(options.per_company),
            unfold: self.unfold.unwrap_or(options.unfold),
            by_year: self.by_year.unwrap_or(options.by_year),
        };
        (id, self.query, options)
    }
}

fn ask(id: String, text: &str, options: &QueryOptions, index: &Arc<Index>) -> Row {
    let failed = |error: String| wire::BatchError { schema: wire::SCHEMA, id: id.clone(), error };
    let (mut request, _) = request(text, options).map_err(|bad| failed(bad.to_string()))?;
    of_index(&mut request, options, index).map_err(|bad| failed(bad.to_string()))?;
    let answer = search::search(index, &request).map_err(|error| failed(error.to_string()))?;
    Ok(wire::Answer::new(&answer, Some(id)))
}
