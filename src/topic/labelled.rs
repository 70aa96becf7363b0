//! Labelled passages: texts of which people say what they are about, to learn topics from and to score topics by.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The most bytes of a file of labelled passages.
pub const MAX_LABELLED_BYTES: u64 = 512 << 20;

/// A passage, and what people say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub id: Option<String>,
    pub text: String,
    pub labels: Vec<String>,
    /// The number of its group: passages of one policy are alike, so that none may be learned from where another is scored.
    pub group: usize,
}

/// The passages of a file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labelled {
    pub passages: Vec<Passage>,
    /// How many groups they are of.
    pub groups: usize,
}

/// Why a text is no file of labelled passages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: {problem}\nhint: a line is {{\"text\": \"…\", \"labels\": [\"…\"], \"group\": \"…\"}}, where the group is the policy that the text is of, or left out"
)]
pub struct LabelledError {
    /// From 1.
    pub line: usize,
    pub problem: String,
}

#[derive(Debug, Deserialize)]
struct Record {
    id: Option<Id>,
    text: String,
    labels: Vec<String>,
    group: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

impl Labelled {
    /// Reads JSON Lines. A passage without a group is a group of its own, with those of the same text; other fields mean nothing.
    ///
    /// # Errors
    /// Where a line is no such object, or none has a label.
    pub fn parse(text: &str) -> Result<Labelled, LabelledError> {
        let mut passages = Vec::new();
        let mut groups: BTreeMap<(bool, String), usize> = BTreeMap::new();
        let mut last = 1;
        for (line, written) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            last = line;
            if written.trim().is_empty() {
                continue;
            }
            let record: Record =
                serde_json::from_str(written).map_err(|error| LabelledError { line, problem: error.to_string() })?;
            let mut labels = record.labels;
            labels.sort_unstable();
            labels.dedup();
            let next = groups.len();
            let key = record.group.map_or_else(|| (false, record.text.clone()), |group| (true, group));
            let group = *groups.entry(key).or_insert(next);
            let id = record.id.map(|id| match id {
                Id::Text(text) => text,
                Id::Number(number) => number.to_string(),
            });
            passages.push(Passage { id, text: record.text, labels, group });
        }
        if passages.iter().all(|passage| passage.labels.is_empty()) {
            return Err(LabelledError { line: last, problem: "no passage has a label".to_owned() });
        }
        Ok(Labelled { passages, groups: groups.len() })
    }

    /// Each label with the number of its passages, in the order of the labels.
    pub fn labels(&self) -> BTreeMap<&str, usize> {
        let mut labels = BTreeMap::new();
        for label in self.passages.iter().flat_map(|passage| &passage.labels) {
            *labels.entry(label.as_str()).or_default() += 1;
        }
        labels
    }

    /// Takes all labels away but these, whatever their case.
    ///
    /// # Errors
    /// The first of these that no passage has.
    pub fn keep<'n>(&mut self, names: &'n [String]) -> Result<(), &'n str> {
        let names: Vec<(String, &str)> = names.iter().map(|name| (name.to_lowercase(), name.as_str())).collect();
        let is_kept = |label: &str| names.iter().any(|(folded, _)| *folded == label.to_lowercase());
        let known: Vec<String> = self.labels().keys().map(|label| label.to_lowercase()).collect();
        if let Some((_, unknown)) = names.iter().find(|(folded, _)| !known.contains(folded)) {
            return Err(unknown);
        }
        self.passages.iter_mut().for_each(|passage| passage.labels.retain(|label| is_kept(label)));
        Ok(())
    }

    /// Parts the groups into so many folds of nearly as many passages; tells the fold of each passage. The largest groups first, each
    /// goes where there is least.
    pub fn folds(&self, count: usize) -> Vec<usize> {
        let mut sizes = vec![0_usize; self.groups];
        for passage in &self.passages {
            sizes[passage.group] += 1;
        }
        let mut order: Vec<usize> = (0..self.groups).collect();
        order.sort_by_key(|group| std::cmp::Reverse(sizes[*group]));
        let mut filled = vec![0_usize; count.max(1)];
        let mut fold_of = vec![0; self.groups];
        for group in order {
            let least = (0..filled.len()).min_by_key(|fold| filled[*fold]).unwrap_or(0);
            filled[least] += sizes[group];
            fold_of[group] = least;
        }
        self.passages.iter().map(|passage| fold_of[passage.group]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_passages_is_read() {
        let read = Labelled::parse(concat!(
            "{\"id\": 7, \"text\": \"a\", \"labels\": [\"y\", \"x\", \"x\"], \"group\": \"p\", \"site\": \"z\"}\n",
            "\n{\"text\": \"b\", \"labels\": []}\n",
            "{\"text\": \"c\", \"labels\": [\"x\"], \"group\": \"p\"}\n{\"text\": \"b\", \"labels\": [\"y\"]}\n",
        ))
        .unwrap();
        assert_eq!(read.groups, 2);
        assert_eq!(read.passages.iter().map(|passage| passage.group).collect::<Vec<_>>(), [0, 1, 0, 1]);
        assert_eq!(
            (read.passages[0].id.as_deref(), read.passages[0].labels.as_slice()),
            (Some("7"), &["x", "y"].map(str::to_owned)[..])
        );
        assert_eq!(read.labels().into_iter().collect::<Vec<_>>(), [("x", 2), ("y", 2)]);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let told = |text: &str| Labelled::parse(text).unwrap_err().to_string();
        assert!(told("{\"text\": \"a\", \"labels\": [\"x\"]}\n{\"text\": \"a\"}").starts_with("line 2: missing field `labels`"));
        assert!(told("a,b").starts_with("line 1: "));
        assert!(told("{\"text\": \"a\", \"labels\": []}\n").starts_with("line 1: no passage has a label"));
        assert!(told("").starts_with("line 1: no passage"));
    }

    #[test]
    fn no_group_is_parted_and_folds_are_of_nearly_one_size() {
        let lines: Vec<String> =
            (0..100).map(|n| format!("{{\"text\": \"t{n}\", \"labels\": [\"x\"], \"group\": \"g{}\"}}", n * n % 23)).collect();
        let read = Labelled::parse(&lines.join("\n")).unwrap();
        let folds = read.folds(4);
        let mut of_group = BTreeMap::new();
        for (passage, fold) in read.passages.iter().zip(&folds) {
            assert_eq!(*of_group.entry(passage.group).or_insert(*fold), *fold);
        }
        for fold in 0..4 {
            let size = folds.iter().filter(|one| **one == fold).count();
            assert!((20..=30).contains(&size), "{size}");
        }
    }
}
