//! Marks the words in which two wordings differ.

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// A run of the old wording, of the new one, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    Equal(String),
    Removed(String),
    Added(String),
}

impl Run {
    pub fn text(&self) -> &str {
        match self {
            Run::Equal(text) | Run::Removed(text) | Run::Added(text) => text,
        }
    }
}

/// The runs of two wordings in reading order. All but the added ones make the old wording, all but the removed ones the new one.
pub fn mark_words(old: &str, new: &str) -> Vec<Run> {
    let (old, new) = (tokens(old), tokens(new));
    let mut runs: Vec<(String, String, String)> = Vec::new();
    // Each is what is equal, and then what is removed and added.
    let mut last = (String::new(), String::new(), String::new());
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if op.tag() == DiffTag::Equal {
            let equal = old[op.old_range()].concat();
            let is_change = !(last.1.is_empty() && last.2.is_empty());
            // A lone blank between two changes does not part them.
            if is_change && equal.trim().is_empty() && op.old_range().end < old.len() {
                last.1.push_str(&equal);
                last.2.push_str(&equal);
            } else {
                runs.push(std::mem::replace(&mut last, (equal, String::new(), String::new())));
            }
        } else {
            last.1.push_str(&old[op.old_range()].concat());
            last.2.push_str(&new[op.new_range()].concat());
        }
    }
    runs.push(last);
    runs.into_iter()
        .flat_map(|(equal, removed, added)| [Run::Equal(equal), Run::Removed(removed), Run::Added(added)])
        .filter(|run| !run.text().is_empty())
        .collect()
}

/// Words with the marks inside them, white space, and other characters one by one.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        _ if c.is_whitespace() => 0,
        '\'' | '\u{2019}' => 1,
        _ if c.is_alphanumeric() => 1,
        _ => 2,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let class = class(c);
        if at > 0 && (last != Some(class) || class == 2) {
            found.push(&text[start..at]);
            start = at;
        }
        last = Some(class);
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(old: &str, new: &str) -> String {
        let show = |run: &Run| match run {
            Run::Equal(text) => text.clone(),
            Run::Removed(text) => format!("[-{text}-]"),
            Run::Added(text) => format!("{{+{text}+}}"),
        };
        mark_words(old, new).iter().map(show).collect()
    }

    #[test]
    fn whole_words_are_marked() {
        assert_eq!(shown("We keep it one year.", "We may keep it two years."), "We {+may +}keep it [-one year-]{+two years+}.");
        assert_eq!(shown("don\u{2019}t, ever", "do not, ever"), "[-don\u{2019}t-]{+do not+}, ever");
        assert_eq!(shown("same", "same"), "same");
        assert_eq!(shown("", "new"), "{+new+}");
    }

    proptest! {
        #[test]
        fn both_wordings_are_in_the_runs(old in "(a|b|we |data|, |\n|é|'){0,20}", new in "(a|b|we |data|, |\n|é|'){0,20}") {
            let runs = mark_words(&old, &new);
            let of = |without: fn(&Run) -> bool| runs.iter().filter(|run| !without(run)).map(Run::text).collect::<String>();
            prop_assert_eq!(of(|run| matches!(run, Run::Added(_))), old);
            prop_assert_eq!(of(|run| matches!(run, Run::Removed(_))), new);
        }
    }
}
