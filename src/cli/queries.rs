//! Queries from a file or standard input: one a line, `ID<TAB>QUERY`, or JSON Lines.

use super::args::{AppearingIn, CarryOptions, Conditions, QueryOptions, SortOrder, Unfold};
use anyhow::Context;
use fineprint::wire::{BatchError, SCHEMA};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// A query of a file.
pub struct Asked {
    /// The id that it brings.
    id: Option<String>,
    /// The number of its line.
    number: usize,
    pub text: String,
    /// Those of the line over those of the command.
    pub options: QueryOptions,
}

impl Asked {
    /// The id, or else the number of the line.
    pub fn id(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.number.to_string())
    }

    /// The id, or else the query itself.
    pub fn name(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.text.clone())
    }
}

/// A query, or why a line is none.
pub type Line = Result<Asked, BatchError>;

/// A line and its number.
pub type Numbered = (usize, Vec<u8>);

/// Opens a file of queries; `-` is standard input.
pub fn open(path: &Path) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Numbered>>> {
    let name = path.display().to_string();
    let input: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).with_context(|| name.clone())?))
    };
    let numbered = input.split(b'\n').enumerate();
    Ok(numbered.map(move |(number, line)| Ok((number + 1, line.with_context(|| name.clone())?))))
}

/// All queries of a file.
pub fn read(path: &Path, options: &QueryOptions) -> anyhow::Result<Vec<Line>> {
    let lines = open(path)?.filter_map(|line| match line {
        Ok((number, line)) => parse(number, &line, options).map(Ok),
        Err(error) => Some(Err(error)),
    });
    lines.collect()
}

/// The query of a line; none of an empty one.
pub fn parse(number: usize, line: &[u8], options: &QueryOptions) -> Option<Line> {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches('\r').trim_start_matches('\u{feff}');
    if line.trim().is_empty() {
        return None;
    }
    Some(if line.trim_start().starts_with('{') {
        match serde_json::from_str::<Record>(line) {
            Ok(record) => Ok(record.over(options, number)),
            Err(error) => Err(BatchError { schema: SCHEMA, id: number.to_string(), error: format!("not a query: {error}") }),
        }
    } else {
        let (id, text) = line.split_once('\t').map_or((None, line), |(id, text)| (Some(id.to_owned()), text));
        Ok(Asked { id, number, text: text.to_owned(), options: options.clone() })
    })
}

/// A line of JSON. What it leaves out is as the command's options say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
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
    #[serde(rename = "in")]
    appearing: Option<AppearingIn>,
    carry: Option<Names>,
    sort: Option<SortOrder>,
    limit: Option<Limit>,
    offset: Option<usize>,
    per_company: Option<usize>,
    unfold: Option<Unfolding>,
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

/// `true` is every wording, `false` nothing.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Unfolding {
    All(bool),
    Some(Unfold),
}

impl Record {
    /// The query with its options over those of the command.
    fn over(self, options: &QueryOptions, number: usize) -> Asked {
        let names = |names: Option<Names>, others: &[String]| match names {
            None => others.to_vec(),
            Some(Names::One(name)) => vec![name],
            Some(Names::Several(names)) => names,
        };
        let id = self.id.map(|id| match id {
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
        };
        let options = QueryOptions {
            conditions,
            carry: CarryOptions { carry: names(self.carry, &options.carry.carry) },
            as_of: self.as_of.or_else(|| options.as_of.clone()),
            appearing: self.appearing.or(options.appearing),
            sort: self.sort.or(options.sort),
            limit: limit.or_else(|| options.limit.clone()),
            offset: self.offset.or(options.offset),
            per_company: self.per_company.or(options.per_company),
            unfold: match self.unfold {
                None => options.unfold,
                Some(Unfolding::All(all)) => all.then_some(Unfold::Wordings),
                Some(Unfolding::Some(unfold)) => Some(unfold),
            },
            by_year: self.by_year.unwrap_or(options.by_year),
        };
        Asked { id, number, text: self.query, options }
    }
}
