//! The bank of clauses and sentences, as it is written in `bank.toml`.

use super::template::{Names, Template};
use anyhow::Context;
use serde::Deserialize;
use std::collections::BTreeMap;

const BANK: &str = include_str!("bank.toml");

pub struct Bank {
    pub terms: Vec<Term>,
    /// What the slots of templates name, by number.
    pub lists: Vec<Vec<Template>>,
    pub common: Vec<Template>,
    pub rare: Vec<Template>,
    pub listed: Vec<Template>,
    pub endings: Vec<Template>,
    pub titles: Vec<Template>,
    pub dates: Vec<Template>,
    pub footers: Vec<Template>,
    pub errors: Vec<Vec<Template>>,
    pub foreign: Vec<Vec<Template>>,
    pub sections: Vec<Vec<Template>>,
    pub clauses: Vec<Clause>,
}

/// What one company always calls in one way.
pub struct Term {
    pub share: f64,
    /// The usual one first; never empty, and never that one alone.
    pub ways: Vec<Template>,
}

/// A clause that policies have from some year on.
pub struct Clause {
    pub section: usize,
    pub years: Years,
    pub says: Says,
}

pub enum Says {
    Sentence(Template),
    /// Entries of a list of the bank.
    List(usize),
}

/// How common a clause is over the years.
#[derive(Clone, Copy, Deserialize)]
pub struct Years {
    from: f64,
    full: f64,
    share: f64,
    until: Option<f64>,
}

impl Years {
    /// The share of policies that have it at a time in years.
    pub fn share_at(&self, year: f64) -> f64 {
        match self.until {
            Some(until) if year >= until => 0.0,
            _ => self.share * ((year - self.from) / (self.full - self.from)).clamp(0.0, 1.0),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    terms: BTreeMap<String, WrittenTerm>,
    lists: BTreeMap<String, Vec<String>>,
    filler: Filler,
    pages: Pages,
    section: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTerm {
    usual: String,
    share: f64,
    others: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filler {
    common: Vec<String>,
    rare: Vec<String>,
    listed: Vec<String>,
    endings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    titles: Vec<String>,
    dates: Vec<String>,
    footers: Vec<String>,
    errors: Vec<Vec<String>>,
    foreign: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    headings: Vec<String>,
    clauses: Vec<WrittenClause>,
}

#[derive(Deserialize)]
struct WrittenClause {
    #[serde(flatten)]
    years: Years,
    text: Option<String>,
    items: Option<String>,
}

impl Bank {
    /// # Errors
    /// The bank is not written as its first lines say.
    pub fn read() -> anyhow::Result<Bank> {
        let written: Written = toml::from_str(BANK)?;
        let names = Names { terms: written.terms.keys().cloned().collect(), lists: written.lists.keys().cloned().collect() };
        let all = |texts: &[String]| texts.iter().map(|text| names.parse(text)).collect::<anyhow::Result<Vec<_>>>();
        let each = |groups: &[Vec<String>]| groups.iter().map(|texts| all(texts)).collect::<anyhow::Result<Vec<_>>>();
        let term = |term: &WrittenTerm| {
            let ways = std::iter::once(&term.usual).chain(&term.others).map(|text| names.parse(text));
            anyhow::Ok(Term { share: term.share, ways: ways.collect::<Result<_, _>>()? })
        };
        let mut clauses = Vec::new();
        for (section, written) in written.section.iter().enumerate() {
            for clause in &written.clauses {
                let says = match (&clause.text, &clause.items) {
                    (Some(text), None) => Says::Sentence(names.parse(text)?),
                    (None, Some(items)) => Says::List(names.list(items).with_context(|| format!("no list {items}"))?),
                    _ => anyhow::bail!("a clause has text or items"),
                };
                clauses.push(Clause { section, years: clause.years, says });
            }
        }
        Ok(Bank {
            terms: written.terms.values().map(term).collect::<Result<_, _>>()?,
            lists: written.lists.values().map(|texts| all(texts)).collect::<Result<_, _>>()?,
            common: all(&written.filler.common)?,
            rare: all(&written.filler.rare)?,
            listed: all(&written.filler.listed)?,
            endings: all(&written.filler.endings)?,
            titles: all(&written.pages.titles)?,
            dates: all(&written.pages.dates)?,
            footers: all(&written.pages.footers)?,
            errors: each(&written.pages.errors)?,
            foreign: each(&written.pages.foreign)?,
            sections: written.section.iter().map(|section| all(&section.headings)).collect::<Result<_, _>>()?,
            clauses,
        })
    }
}
