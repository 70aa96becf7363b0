//! Topics and how well they tell labelled passages, for reading and as tables.

use super::look::{QUIET, STRONG, paint, paragraph};
use super::{Look, counted, grouped, harmless, padded};
use crate::index::scoring::ScoredAnew;
use crate::topic::Topic;
use crate::wire::topics::{Evaluated, EvaluatedTopic, Measures, Topics};
use csv::Writer;
use std::io::{self, Write};
use textwrap::core::display_width;

const INDENT: &str = "    ";

/// The columns for the names of topics beside their measures.
const NAME_WIDTH: usize = 24;

/// Each topic with what it is about.
pub fn list(topics: &Topics, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    for (at, topic) in topics.topics.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let mut more: Vec<String> = Vec::new();
        if !topic.built_in {
            more.push(if topic.learned { "your own, learned" } else { "your own" }.to_owned());
        }
        if topic.lang != "en" {
            more.push(format!("language {}", topic.lang));
        }
        let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
        let (name, title) = (harmless(&topic.name), harmless(&topic.title));
        writeln!(out, "{}  {title}{}", paint(look, STRONG, &name), harmless(&more))?;
        paragraph(out, look, INDENT, &harmless(&topic.description))?;
        if !topic.neighbours.is_empty() {
            paragraph(out, look, INDENT, &paint(look, QUIET, &harmless(&format!("beside: {}", topic.neighbours.join(", ")))))?;
        }
    }
    Ok(())
}

/// A row a topic.
pub fn table(topics: &Topics, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "name",
        "title",
        "description",
        "built_in",
        "practice",
        "learned",
        "lang",
        "neighbours",
        "labels",
        "terms",
    ])?;
    for topic in &topics.topics {
        table.write_record([
            topic.name.clone(),
            topic.title.clone(),
            topic.description.clone(),
            topic.built_in.to_string(),
            topic.practice.to_string(),
            topic.learned.to_string(),
            topic.lang.clone(),
            topic.neighbours.join("; "),
            topic.labels.join("; "),
            topic.terms.to_string(),
        ])?;
    }
    Ok(table.flush()?)
}

/// What a change of the topics of an index made.
pub fn scored(scored: &ScoredAnew, dir: &str, out: &mut dyn Write) -> io::Result<()> {
    match scored.documents {
        0 => writeln!(out, "{dir}: nothing to score anew, the topics are what they were."),
        documents => writeln!(
            out,
            "{dir}: {} of {} scored anew.",
            counted(scored.passages, "passage", "passages"),
            counted(documents, "document", "documents")
        ),
    }
}

/// What was learned, and where it was written.
pub fn learned(topic: &Topic, path: &str, out: &mut dyn Write) -> io::Result<()> {
    let terms = counted(topic.terms.len() as u64, "term", "terms");
    writeln!(out, "{}: {}, {terms}", harmless(path), harmless(&topic.title))
}

/// How well topics tell labelled passages.
pub fn evaluated(evaluated: &Evaluated, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    let passages = counted(evaluated.passages, "labelled passage", "labelled passages");
    let groups = counted(evaluated.groups, "group", "groups");
    let how = match (evaluated.folds, evaluated.max_terms) {
        (Some(folds), Some(terms)) => format!(
            "each topic learned on {} of {folds} parts (no group in two) and scored on the other, at most {}",
            folds - 1,
            counted(terms as u64, "term", "terms")
        ),
        _ => "topics as they are, each passage scored alone, without headings and neighbours".to_owned(),
    };
    paragraph(out, look, "", &format!("{passages} of {groups}; {how}. Found: a score of at least {}.", evaluated.threshold))?;
    if !evaluated.topics.is_empty() {
        let head = ["labelled", "found", "AP", "P@10", "nDCG@10", "prec.", "recall", "F1"].map(str::to_owned);
        writeln!(out, "\n{}", row("", &head))?;
        for topic in &evaluated.topics {
            self::topic(topic, evaluated.folds.is_some(), look, out)?;
        }
        let mut mean = cells(&evaluated.mean);
        // Sums beside means would be read as means.
        mean[..2].iter_mut().for_each(String::clear);
        writeln!(out, "{}", row("mean", &mean))?;
    }
    for (what, names) in [
        ("Labels that no topic is compared with", &evaluated.labels_without_topic),
        ("Topics without labelled passages", &evaluated.topics_without_label),
    ] {
        if !names.is_empty() {
            writeln!(out)?;
            paragraph(out, look, "", &format!("{what}: {}.", harmless(&names.join(", "))))?;
        }
    }
    Ok(())
}

/// The measures of a topic, behind its name and its labels. A learned one is its label.
fn topic(topic: &EvaluatedTopic, learned: bool, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let labels = harmless(&topic.labels.join(", "));
    let name = if learned { labels.clone() } else { harmless(&topic.topic) };
    let cells = cells(&topic.measures);
    if display_width(&name) > NAME_WIDTH {
        paragraph(out, look, "", &name)?;
        writeln!(out, "{}", row("", &cells))?;
    } else {
        writeln!(out, "{}", row(&name, &cells))?;
    }
    if labels.to_lowercase() != name.to_lowercase() {
        paragraph(out, look, "  ", &paint(look, QUIET, &labels))?;
    }
    Ok(())
}

fn cells(measures: &Measures) -> [String; 8] {
    let share = |share: f64| format!("{share:.3}");
    [
        grouped(measures.labelled),
        grouped(measures.found),
        share(measures.average_precision),
        share(measures.precision_at_10),
        share(measures.ndcg_at_10),
        share(measures.precision),
        share(measures.recall),
        share(measures.f1),
    ]
}

fn row(name: &str, cells: &[String; 8]) -> String {
    let widths = [9, 7, 6, 6, 8, 6, 7, 6];
    let cells: String = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
    format!("{}{cells}", padded(name, NAME_WIDTH))
}

/// A row a topic.
pub fn evaluated_table(evaluated: &Evaluated, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "topic",
        "labels",
        "threshold",
        "labelled",
        "found",
        "right",
        "average_precision",
        "precision_at_10",
        "ndcg_at_10",
        "precision",
        "recall",
        "f1",
    ])?;
    for one in &evaluated.topics {
        let measures = &one.measures;
        table.write_record([
            one.topic.clone(),
            one.labels.join("; "),
            evaluated.threshold.to_string(),
            measures.labelled.to_string(),
            measures.found.to_string(),
            measures.right.to_string(),
            measures.average_precision.to_string(),
            measures.precision_at_10.to_string(),
            measures.ndcg_at_10.to_string(),
            measures.precision.to_string(),
            measures.recall.to_string(),
            measures.f1.to_string(),
        ])?;
    }
    Ok(table.flush()?)
}
