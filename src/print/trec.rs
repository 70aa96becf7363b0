//! TREC runs: the documents of each query, the best first, as `trec_eval` reads them.

use crate::wire;
use std::collections::HashSet;
use std::io::{self, Write};

/// The name of the run, its last column.
const TAG: &str = env!("CARGO_PKG_NAME");

/// So much at least is a score below the one before: at zero the next smaller number would be written with fifty digits.
const SMALLEST_STEP: f32 = 1e-6;

/// The documents of a query.
///
/// Each is named once, where it is best. Scores are those of hits as JSON has them, but where that is not less than the one before, a
/// little less than that: `trec_eval` keeps them as `f32` and orders equal ones by name.
#[derive(Debug)]
pub struct Ranking {
    query: String,
    documents: Vec<(String, f32)>,
    named: HashSet<String>,
}

impl Ranking {
    pub fn new(query: &str) -> Ranking {
        Ranking { query: column(query), documents: Vec::new(), named: HashSet::new() }
    }

    /// Adds a document that is no better than those before, unless it is there already.
    pub fn add(&mut self, document: &str, score: f64) {
        let document = column(document);
        if !self.named.insert(document.clone()) {
            return;
        }
        let score = wire::score(score) as f32;
        let score = match self.documents.last() {
            Some(&(_, last)) if score >= last => last.next_down().min(last - SMALLEST_STEP),
            _ => score,
        };
        self.documents.push((document, score));
    }

    /// The id of the query, as it is written.
    pub fn query(&self) -> &str {
        &self.query
    }

    pub fn len(&self) -> usize {
        self.documents.len()
    }

    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// A line a document: query, `Q0`, document, rank from 1, score, tag.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (rank, (document, score)) in (1..).zip(&self.documents) {
            writeln!(out, "{} Q0 {document} {rank} {score} {TAG}", self.query)?;
        }
        Ok(())
    }
}

/// A name as one column: white space and control characters are percent-encoded, nothing else is.
fn column(name: &str) -> String {
    let mut column = String::with_capacity(name.len());
    let mut buffer = [0; 4];
    for c in name.chars() {
        if c.is_whitespace() || c.is_control() {
            for byte in c.encode_utf8(&mut buffer).bytes() {
                column.push_str(&format!("%{byte:02X}"));
            }
        } else {
            column.push(c);
        }
    }
    column
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(query: &str, documents: &[(&str, f64)]) -> String {
        let mut ranking = Ranking::new(query);
        documents.iter().for_each(|&(document, score)| ranking.add(document, score));
        let mut out = Vec::new();
        ranking.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_document_is_named_once_where_it_is_best() {
        let run = written("q", &[("a", 3.25), ("b", 3.0), ("a", 2.0), ("c", 1.0)]);
        assert_eq!(run, "q Q0 a 1 3.25 fineprint\nq Q0 b 2 3 fineprint\nq Q0 c 3 1 fineprint\n");
        assert_eq!(written("q", &[]), "");
    }

    #[test]
    fn names_are_one_column_each() {
        let run = written("my query", &[("a b\t%20\u{a0}\u{1f}é.html", 1.0)]);
        assert_eq!(run, "my%20query Q0 a%20b%09%20%C2%A0%1Fé.html 1 1 fineprint\n");
    }

    #[test]
    fn equal_scores_stay_near() {
        let run = written("q", &[("a", 12.345), ("b", 12.345), ("c", 12.345), ("d", 0.0), ("e", 0.0)]);
        let scores: Vec<&str> = run.lines().map(|line| line.split(' ').nth(4).unwrap()).collect();
        assert_eq!(scores, ["12.345", "12.344999", "12.344998", "0", "-0.000001"]);
    }

    proptest! {
        #[test]
        fn scores_strictly_decrease_as_floats(mut steps in prop::collection::vec(prop_oneof![0..3i64, 0..200_000i64], 1..200)) {
            steps.sort_unstable_by_key(|&steps| std::cmp::Reverse(steps));
            let mut ranking = Ranking::new("q");
            for (at, &steps) in steps.iter().enumerate() {
                ranking.add(&at.to_string(), steps as f64 * 1e-3);
            }
            let mut out = Vec::new();
            ranking.write(&mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            let scores: Vec<f32> = out.lines().map(|line| line.split(' ').nth(4).unwrap().parse().unwrap()).collect();
            prop_assert_eq!(scores.len(), steps.len());
            prop_assert!(scores.is_sorted_by(|a, b| a > b), "{:?}", scores);
            for (score, &steps) in scores.iter().zip(&steps) {
                prop_assert!((f64::from(*score) - steps as f64 * 1e-3).abs() < 4e-3, "{} for {}", score, steps);
            }
        }
    }
}
