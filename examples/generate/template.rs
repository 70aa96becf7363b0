//! Texts with choices and slots: `You [may|can] {purpose}.`

use super::bank::Bank;
use super::company::Company;
use super::random::Random;
use super::words;
use anyhow::Context;
use std::ops::Range;

/// The octaves of ranks that invented words and names are drawn from: no word is as common as those of a language.
const WORD_OCTAVES: Range<usize> = 4..22;
const NAME_OCTAVES: Range<usize> = 5..21;

pub struct Template(Vec<Piece>);

enum Piece {
    Text(String),
    Choice(Vec<Template>),
    Slot(Slot),
}

#[derive(Clone, Copy)]
enum Slot {
    /// The company as it calls itself.
    Company,
    Mail,
    Product,
    /// An invented word.
    Word,
    Name,
    Number,
    /// The year and the day on which the text is written.
    Year,
    Date,
    Term(usize),
    List(usize),
}

/// What slots can name.
pub struct Names {
    pub terms: Vec<String>,
    pub lists: Vec<String>,
}

impl Names {
    pub fn list(&self, name: &str) -> Option<usize> {
        self.lists.iter().position(|list| list == name)
    }

    /// # Errors
    /// A bracket has no end, or a slot names nothing.
    pub fn parse(&self, text: &str) -> anyhow::Result<Template> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['[', '{']) {
            if at > 0 {
                pieces.push(Piece::Text(rest[..at].to_owned()));
            }
            let end = if rest[at..].starts_with('[') { ']' } else { '}' };
            let (inner, after) = rest[at + 1..].split_once(end).with_context(|| format!("no end of a bracket: {text}"))?;
            pieces.push(match end {
                ']' => Piece::Choice(inner.split('|').map(|way| self.parse(way)).collect::<Result<_, _>>()?),
                _ => Piece::Slot(self.slot(inner).with_context(|| format!("{{{inner}}} is unknown: {text}"))?),
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Template(pieces))
    }

    fn slot(&self, name: &str) -> Option<Slot> {
        Some(match name {
            "company" => Slot::Company,
            "mail" => Slot::Mail,
            "product" => Slot::Product,
            "word" => Slot::Word,
            "name" => Slot::Name,
            "number" => Slot::Number,
            "year" => Slot::Year,
            "date" => Slot::Date,
            name => match self.terms.iter().position(|term| term == name) {
                Some(term) => Slot::Term(term),
                None => Slot::List(self.list(name)?),
            },
        })
    }
}

/// Who speaks, and when.
pub struct Voice<'a> {
    pub bank: &'a Bank,
    pub company: &'a Company,
    /// The way in which each term is called.
    pub terms: Vec<usize>,
    pub day: Day,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub year: usize,
    /// From 0.
    pub month: usize,
    pub day: usize,
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Voice<'_> {
    /// Writes a template with a capital at its start.
    pub fn sentence(&self, out: &mut String, template: &Template, random: &mut Random) {
        let start = out.len();
        self.fill(out, template, random);
        words::capitalise(out, start);
    }

    /// Writes a template.
    pub fn fill(&self, out: &mut String, template: &Template, random: &mut Random) {
        for piece in &template.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Choice(ways) => self.fill(out, random.one(ways), random),
                Piece::Slot(slot) => self.slot(out, *slot, random),
            }
        }
    }

    fn slot(&self, out: &mut String, slot: Slot, random: &mut Random) {
        match slot {
            Slot::Company => out.push_str(&self.company.name),
            Slot::Mail => {
                out.push_str("privacy@");
                out.push_str(&self.company.domain);
            }
            Slot::Product => out.push_str(random.one::<String>(&self.company.products)),
            Slot::Word => words::push(out, random.rank(WORD_OCTAVES)),
            Slot::Name => words::push_name(out, random.rank(NAME_OCTAVES)),
            Slot::Number => out.push_str(&random.between(2, 999).to_string()),
            Slot::Year => out.push_str(&self.day.year.to_string()),
            Slot::Date => out.push_str(&format!("{} {}, {}", MONTHS[self.day.month], self.day.day, self.day.year)),
            Slot::Term(term) => self.fill(out, &self.bank.terms[term].ways[self.terms[term]], random),
            Slot::List(list) => self.fill(out, random.early(&self.bank.lists[list]), random),
        }
    }
}
