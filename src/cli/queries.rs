//! Queries from a file or standard input: one a line, `ID<TAB>QUERY`, JSON Lines, or TREC topics.

use super::args::{AppearingIn, CarryOptions, Conditions, QueryOptions, SortOrder, Unfold};
use super::trec_topics::{self, Misread, Topic};
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

/// Opens a file of queries; `-` is standard input.
pub fn open<'o>(path: &Path, options: &'o QueryOptions) -> anyhow::Result<Box<dyn Iterator<Item = anyhow::Result<Line>> + 'o>> {
    let name = path.display().to_string();
    let input: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).with_context(|| name.clone())?))
    };
    let numbered = (1..).zip(input.split(b'\n'));
    let mut lines = numbered.map(move |(number, line)| Ok((number, line.with_context(|| name.clone())?))).peekable();
    let is_empty = |line: &[u8]| bare(&String::from_utf8_lossy(line)).trim().is_empty();
    while lines.next_if(|line| line.as_ref().is_ok_and(|(_, line)| is_empty(line))).is_some() {}
    if let Some(Ok((first, line))) = lines.peek()
        && trec_topics::begin_with(bare(&String::from_utf8_lossy(line)).trim_start())
    {
        let first = *first;
        let lines: Vec<Vec<u8>> = lines.map(|line| Ok(line?.1)).collect::<anyhow::Result<_>>()?;
        let topics = trec_topics::read(&String::from_utf8_lossy(&lines.join(&b'\n')), first);
        return Ok(Box::new(topics.into_iter().map(|topic| Ok(of_topic(topic, options)))));
    }
    Ok(Box::new(lines.filter_map(|line| match line {
        Ok((number, line)) => parse(number, &line, options).map(Ok),
        Err(error) => Some(Err(error)),
    })))
}

/// A line without its end, and without what may stand before the first.
fn bare(line: &str) -> &str {
    line.trim_end_matches('\r').trim_start_matches('\u{feff}')
}

/// The query of a topic is its title.
fn of_topic(topic: Result<Topic, Misread>, options: &QueryOptions) -> Line {
    let topic = topic.map_err(|Misread { line, number, why }| {
        let id = number.unwrap_or_else(|| line.to_string());
        BatchError { schema: SCHEMA, id, error: why }
    })?;
    Ok(Asked { id: Some(topic.number), number: topic.line, text: topic.title, options: options.clone() })
}

/// The query of a line; none of an empty one.
fn parse(number: usize, line: &[u8], options: &QueryOptions) -> Option<Line> {
    let line = String::from_utf8_lossy(line);
    let line = bare(&line);
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
    topic: Option<Names>,
    topic_threshold: Option<f32>,
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
            topic: names(self.topic, &options.conditions.topic),
            topic_threshold: self.topic_threshold.or(options.conditions.topic_threshold),
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
            thesaurus: options.thesaurus.clone(),
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
