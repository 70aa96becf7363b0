//! Topic files: a topic as it is written down, in TOML, for people to read and change.

use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

/// A topic file names words, it does not hold texts.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// The most terms of a topic.
pub const MAX_TERMS: usize = 10_000;
/// The most words of a term.
pub const MAX_TERM_WORDS: usize = 8;
/// The largest weight of a term, either side of 0.
pub const MAX_WEIGHT: f64 = 1_000.0;
/// The most characters of a name.
pub(super) const MAX_NAME_CHARS: usize = 64;

/// A term of which the words must stand as they are written, not by their stems.
const AS_WRITTEN: char = '=';

/// A named, weighted lexicon.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// What queries call it: lower-case letters, digits and `-`.
    pub name: String,
    pub title: String,
    pub description: String,
    /// Topics that a passage may be about besides, so that they do not compete.
    pub neighbours: Vec<String>,
    /// What labelled data calls it.
    pub labels: Vec<String>,
    /// The language of its words, a lower-case code. Passages in other languages have no score.
    pub lang: String,
    /// Whether it is one of the practices that built-in topics compete with.
    pub practice: bool,
    /// Of a learned topic: what is added to the weights of a passage before they become a probability.
    pub bias: Option<f64>,
    /// How well its scores agree with labels, where that was measured.
    pub evaluated: Option<Evaluated>,
    /// The heaviest first.
    pub terms: Vec<Term>,
}

/// How well a topic's scores agree with labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluated {
    /// On which labelled passages.
    pub on: String,
    /// From which score on a passage was taken to be about the topic.
    pub threshold: f32,
    /// The share of those passages that are labelled so.
    pub precision: f32,
    /// The share of those labelled so that were taken.
    pub recall: f32,
}

/// A word or phrase that tells a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// As it is written in the file.
    pub text: String,
    /// Its words: their stems, or the words themselves.
    pub words: Vec<String>,
    /// Whether the words stand as they are written, and not in any form.
    pub as_written: bool,
    /// How much it says for the topic (against it, below 0).
    pub weight: f64,
}

/// Why a text is no topic file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}\nhint: {hint}", .line.map_or(String::new(), |line| format!("line {line}: ")))]
pub struct TopicFileError {
    /// From 1, where it can be told.
    pub line: Option<usize>,
    pub problem: String,
    pub hint: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    neighbours: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default = "english")]
    lang: String,
    #[serde(default)]
    practice: bool,
    bias: Option<f64>,
    evaluated: Option<Evaluated>,
    terms: BTreeMap<String, f64>,
}

fn english() -> String {
    "en".to_owned()
}

impl Topic {
    /// Reads a topic file.
    ///
    /// # Errors
    /// Where it is not such a file, with the line and what to write instead.
    pub fn parse(text: &str) -> Result<Topic, TopicFileError> {
        if text.len() > MAX_FILE_BYTES {
            return Err(refused(
                format!("{} bytes; {MAX_FILE_BYTES} are the most of a topic file", text.len()),
                "leave terms out",
            ));
        }
        let written: Written = toml::from_str(text).map_err(|error| TopicFileError {
            line: error.span().map(|span: Range<usize>| line_of(text, span.start)),
            problem: error.message().trim().to_owned(),
            hint:
                "a topic file has name, title, description, neighbours, and [terms] with a weight each: \"retention period\" = 5"
                    .to_owned(),
        })?;
        check_name(&written.name)?;
        if written.terms.is_empty() || written.terms.len() > MAX_TERMS {
            let problem = format!("a topic has 1 to {MAX_TERMS} terms, this one {}", written.terms.len());
            return Err(refused(problem, "write them under [terms], with a weight each"));
        }
        if written.bias.is_some_and(|bias| bias.is_nan() || bias.abs() > MAX_WEIGHT) {
            return Err(refused("the bias is no number that can be added".to_owned(), "leave it out"));
        }
        let terms: Result<Vec<Term>, TopicFileError> = written
            .terms
            .iter()
            .map(|(term, weight)| Term::read(term, *weight).map_err(|error| located(text, term, error)))
            .collect();
        let mut terms = terms?;
        terms.sort_by(|a, b| (&a.words, a.as_written).cmp(&(&b.words, b.as_written)));
        if let Some([a, b]) = terms.array_windows().find(|[a, b]| a.words == b.words && a.as_written == b.as_written) {
            let problem = format!("\"{}\" and \"{}\" are forms of the same words", a.text, b.text);
            return Err(located(text, &b.text, refused(problem, "keep one of them, or write =word for a word as it stands")));
        }
        terms.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
        let Written { name, title, description, neighbours, labels, lang, practice, bias, evaluated, .. } = written;
        Ok(Topic { name, title, description, neighbours, labels, lang, practice, bias, evaluated, terms })
    }

    /// The topic as a file, which [`Topic::parse`] reads as the same topic.
    pub fn to_file(&self) -> String {
        let mut out = String::new();
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let list = |names: &[String]| format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "));
        let mut line = |key: &str, value: String| {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{key} = {value}");
        };
        line("name", quoted(&self.name));
        line("title", quoted(&self.title));
        line("description", quoted(&self.description));
        line("neighbours", list(&self.neighbours));
        if !self.labels.is_empty() {
            line("labels", list(&self.labels));
        }
        if self.lang != english() {
            line("lang", quoted(&self.lang));
        }
        if self.practice {
            line("practice", "true".to_owned());
        }
        if let Some(bias) = self.bias {
            line("bias", number(bias));
        }
        if let Some(Evaluated { on, threshold, precision, recall }) = &self.evaluated {
            let on = quoted(on);
            let _ =
                write!(out, "\n[evaluated]\non = {on}\nthreshold = {threshold}\nprecision = {precision}\nrecall = {recall}\n");
        }
        out.push_str("\n[terms]\n");
        for term in &self.terms {
            let _ = writeln!(out, "{} = {}", quoted(&term.text), number(term.weight));
        }
        out
    }
}

/// A number as TOML writes it: a whole one without point is read as a number all the same.
fn number(value: f64) -> String {
    format!("{value}")
}

impl Term {
    /// Reads a term: words by their stems, or behind `=` as they are written.
    pub(super) fn read(text: &str, weight: f64) -> Result<Term, TopicFileError> {
        let as_written = text.starts_with(AS_WRITTEN);
        let words: Vec<String> =
            words::words(text).into_iter().map(|word| if as_written { word.text } else { words::stem(&word.text) }).collect();
        if words.is_empty() || words.len() > MAX_TERM_WORDS {
            let problem = format!("\"{text}\" has {} words; a term has 1 to {MAX_TERM_WORDS}", words.len());
            return Err(refused(problem, "write a word or a short phrase"));
        }
        if weight.is_nan() || weight.abs() > MAX_WEIGHT || weight == 0.0 {
            let problem = format!("the weight of \"{text}\" is {weight}");
            return Err(refused(problem, "write a weight between -1000 and 1000 that is not 0; usual are 1 to 5"));
        }
        Ok(Term { text: text.to_owned(), words, as_written, weight })
    }
}

fn check_name(name: &str) -> Result<(), TopicFileError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.len() <= MAX_NAME_CHARS && name.chars().all(fits) && !name.starts_with('-') {
        return Ok(());
    }
    let problem = format!("\"{name}\" is no name of a topic");
    Err(refused(problem, "write lower-case letters, digits and hyphens, as in data-retention"))
}

fn refused(problem: String, hint: &str) -> TopicFileError {
    TopicFileError { line: None, problem, hint: hint.to_owned() }
}

/// Tells the line of a term.
fn located(text: &str, term: &str, error: TopicFileError) -> TopicFileError {
    TopicFileError { line: text.find(&format!("\"{term}\"")).map(|at| line_of(text, at)), ..error }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "name = \"shoes\"\ntitle = \"Shoes\"\n\n[terms]\n\"laces\" = 2\n\"shoe size\" = 3.5\n\"=Size\" = -1\n";

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let topic = Topic::parse(FILE).unwrap();
        assert_eq!(topic.terms.iter().map(|term| term.text.as_str()).collect::<Vec<_>>(), ["shoe size", "laces", "=Size"]);
        assert_eq!(topic.terms[0].words, ["shoe", "size"]);
        assert_eq!(topic.terms[1].words, ["lace"]);
        assert_eq!(topic.terms[2].words, ["size"]);
        assert_eq!(Topic::parse(&topic.to_file()).unwrap(), topic);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let told = |from: &str, to: &str| Topic::parse(&FILE.replace(from, to)).unwrap_err().to_string();
        assert!(told("name = \"shoes\"", "name = \"My Shoes\"").starts_with("\"My Shoes\" is no name of a topic"));
        assert!(told("2\n", "2\n\"lace\" = 1\n").starts_with("line 5: \"lace\" and \"laces\" are forms of the same words"));
        assert!(told("3.5", "0").starts_with("line 6: the weight of \"shoe size\" is 0"));
        assert!(told("3.5", "nan").starts_with("line 6: the weight of \"shoe size\" is NaN"));
        assert!(told("title", "tilte").starts_with("line 2: unknown field `tilte`"));
        assert!(told("\"laces\" = 2", "\"…\" = 2").starts_with("line 5: \"…\" has 0 words"));
        assert!(told("\"laces\" = 2\n\"shoe size\" = 3.5\n\"=Size\" = -1\n", "").starts_with("a topic has 1 to 10000 terms"));
    }
}
