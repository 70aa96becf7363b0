//! What changed from one text to another: passages that were added, removed, reworded or moved.

mod pairs;
mod technical;
mod words;

pub use technical::same_but_technical;
pub use words::{Run, mark_words};

pub(crate) use technical::{is_only_technical, skeleton};

use crate::passage::Shape;
use rustc_hash::{FxHashMap, FxHashSet};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// A passage at its place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Equal texts have the same, in both texts that are compared.
    pub id: u32,
    pub shape: Shape,
    /// Which provision it is a wording of, where both texts are versions of one document.
    pub clause: Option<u32>,
    pub text: Arc<str>,
}

impl Piece {
    fn is_heading(&self) -> bool {
        matches!(self.shape, Shape::Heading(_))
    }
}

/// What became of a passage. Numbers are places in the old and in the new text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Unchanged {
        old: usize,
        new: usize,
    },
    /// The same passage, in another order among those that are unchanged.
    Moved {
        old: usize,
        new: usize,
    },
    /// `technical`: nothing a reader would call another wording, see [`same_but_technical`].
    Reworded {
        old: usize,
        new: usize,
        technical: bool,
    },
    /// `technical`: it is nothing but a technical number.
    Added {
        new: usize,
        technical: bool,
    },
    Removed {
        old: usize,
        technical: bool,
    },
}

impl Step {
    /// Its place in the old text.
    pub fn in_old(self) -> Option<usize> {
        match self {
            Step::Unchanged { old, .. } | Step::Moved { old, .. } | Step::Reworded { old, .. } | Step::Removed { old, .. } => {
                Some(old)
            }
            Step::Added { .. } => None,
        }
    }

    /// Whether nothing changed but technical numbers and typography.
    pub fn is_technical(self) -> bool {
        matches!(
            self,
            Step::Reworded { technical: true, .. } | Step::Added { technical: true, .. } | Step::Removed { technical: true, .. }
        )
    }

    /// Its place in the new text.
    pub fn in_new(self) -> Option<usize> {
        match self {
            Step::Unchanged { new, .. } | Step::Moved { new, .. } | Step::Reworded { new, .. } | Step::Added { new, .. } => {
                Some(new)
            }
            Step::Removed { .. } => None,
        }
    }
}

/// Compares two texts. Each place of the old and of the new text is in one step; the steps are in the order of the new text, and what
/// was removed stands after what it stood behind.
pub fn compare(old: &[Piece], new: &[Piece]) -> Vec<Step> {
    let mut open = Open::new(old, new);
    let mut steps = open.in_order();
    steps.extend(open.same(|piece| u64::from(piece.id)).into_iter().map(|(old, new)| Step::Moved { old, new }));
    steps.extend(reworded(&mut open));
    let technical = |piece: &Piece| is_only_technical(&skeleton(&piece.text));
    steps.extend(open.new.iter().map(|&place| Step::Added { new: place, technical: technical(&new[place]) }));
    let removed: Vec<(usize, bool)> = open.old.iter().map(|&place| (place, technical(&old[place]))).collect();
    steps.sort_by_key(|step| step.in_new());
    put_in(steps, &removed)
}

/// Pairs passages that say something else now: those that differ by technical numbers only, the wordings of one clause, and then the
/// likest of what is left.
fn reworded(open: &mut Open<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    if open.old.is_empty() || open.new.is_empty() {
        return steps;
    }
    let skeletons = open.skeletons();
    for (old, new) in open.same(|piece| skeletons[&piece.id]) {
        steps.push(Step::Reworded { old, new, technical: true });
    }
    let mut step = |(old, new)| steps.push(Step::Reworded { old, new, technical: false });
    open.clauses().into_iter().for_each(&mut step);
    let (old, new): (Vec<usize>, Vec<usize>) = (open.old.iter().copied().collect(), open.new.iter().copied().collect());
    for (old, new) in pairs::likest(open.old_text, open.new_text, &old, &new) {
        open.close(old, new);
        step((old, new));
    }
    steps
}

/// Puts removed passages after the passage that stood before them in the old text.
fn put_in(steps: Vec<Step>, removed: &[(usize, bool)]) -> Vec<Step> {
    let mut after: FxHashMap<usize, usize> = FxHashMap::default();
    for (at, step) in steps.iter().enumerate() {
        // What moved tells no place.
        if let Some(old) = step.in_old().filter(|_| !matches!(step, Step::Moved { .. })) {
            after.insert(old, at + 1);
        }
    }
    let mut behind: Vec<Vec<Step>> = vec![Vec::new(); steps.len() + 1];
    let (mut at, mut next) = (0, 0);
    for &(old, technical) in removed {
        while next < old {
            at = after.get(&next).copied().unwrap_or(at);
            next += 1;
        }
        behind[at].push(Step::Removed { old, technical });
    }
    let mut all = Vec::with_capacity(steps.len() + removed.len());
    all.append(&mut behind[0]);
    for (at, step) in steps.into_iter().enumerate() {
        all.push(step);
        all.append(&mut behind[at + 1]);
    }
    all
}

/// The places of both texts that are in no step yet.
struct Open<'t> {
    old_text: &'t [Piece],
    new_text: &'t [Piece],
    old: BTreeSet<usize>,
    new: BTreeSet<usize>,
}

impl<'t> Open<'t> {
    fn new(old_text: &'t [Piece], new_text: &'t [Piece]) -> Open<'t> {
        Open { old_text, new_text, old: (0..old_text.len()).collect(), new: (0..new_text.len()).collect() }
    }

    fn close(&mut self, old: usize, new: usize) {
        self.old.remove(&old);
        self.new.remove(&new);
    }

    /// The most passages that stand in the same order in both texts.
    fn in_order(&mut self) -> Vec<Step> {
        let ids = |text: &[Piece]| text.iter().map(|piece| piece.id).collect::<Vec<u32>>();
        let mut steps = Vec::new();
        for op in capture_diff_slices(Algorithm::Myers, &ids(self.old_text), &ids(self.new_text)) {
            if op.tag() == DiffTag::Equal {
                for (old, new) in op.old_range().zip(op.new_range()) {
                    self.close(old, new);
                    steps.push(Step::Unchanged { old, new });
                }
            }
        }
        steps
    }

    /// Pairs open places of the same key, the first with the first.
    fn same(&mut self, key: impl Fn(&Piece) -> u64) -> Vec<(usize, usize)> {
        let mut waiting: FxHashMap<u64, VecDeque<usize>> = FxHashMap::default();
        for &old in &self.old {
            waiting.entry(key(&self.old_text[old])).or_default().push_back(old);
        }
        let mut found = Vec::new();
        for &new in &self.new {
            if let Some(old) = waiting.get_mut(&key(&self.new_text[new])).and_then(|places| places.pop_front()) {
                found.push((old, new));
            }
        }
        found.iter().for_each(|&(old, new)| self.close(old, new));
        found
    }

    /// A number for what each open passage says without its technical numbers.
    fn skeletons(&self) -> FxHashMap<u32, u64> {
        let mut numbers: FxHashMap<String, u64> = FxHashMap::default();
        let mut of: FxHashMap<u32, u64> = FxHashMap::default();
        let pieces = self.old.iter().map(|&old| &self.old_text[old]).chain(self.new.iter().map(|&new| &self.new_text[new]));
        for piece in pieces {
            let next = numbers.len() as u64;
            of.entry(piece.id).or_insert_with(|| *numbers.entry(skeleton(&piece.text)).or_insert(next));
        }
        of
    }

    /// Pairs open wordings of the same clause.
    fn clauses(&mut self) -> Vec<(usize, usize)> {
        let mut old_of: FxHashMap<u32, usize> = FxHashMap::default();
        let mut several: FxHashSet<u32> = FxHashSet::default();
        for &old in &self.old {
            if let Some(clause) = self.old_text[old].clause
                && old_of.insert(clause, old).is_some()
            {
                several.insert(clause);
            }
        }
        let mut found = Vec::new();
        for &new in &self.new {
            let clause = self.new_text[new].clause.filter(|clause| !several.contains(clause));
            if let Some(old) = clause.and_then(|clause| old_of.remove(&clause)) {
                found.push((old, new));
            }
        }
        found.iter().for_each(|&(old, new)| self.close(old, new));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(texts: &[&str]) -> Vec<Piece> {
        let piece = |text: &&str| {
            let (shape, text) = text.strip_prefix("# ").map_or((Shape::Paragraph, *text), |title| (Shape::Heading(1), title));
            let id = text.bytes().fold(7u32, |id, byte| id.wrapping_mul(31).wrapping_add(u32::from(byte)));
            Piece { id, shape, clause: None, text: text.into() }
        };
        texts.iter().map(piece).collect()
    }

    /// The steps as text: `=`, `>` moved, `~` reworded, `.` technical, `+`, `-`.
    fn told(old: &[&str], new: &[&str]) -> Vec<String> {
        let show = |step: Step| match step {
            Step::Unchanged { new: at, .. } => format!("= {}", new[at]),
            Step::Moved { new: at, .. } => format!("> {}", new[at]),
            Step::Reworded { old: from, new: at, technical } => {
                format!("{} {} | {}", if technical { '.' } else { '~' }, old[from], new[at])
            }
            Step::Added { new: at, .. } => format!("+ {}", new[at]),
            Step::Removed { old: at, .. } => format!("- {}", old[at]),
        };
        compare(&pieces(old), &pieces(new)).into_iter().map(show).collect()
    }

    #[test]
    fn each_passage_is_what_became_of_it() {
        let old = ["# Data", "We keep your data for one year and no longer.", "Cookies help us.", "# Contact", "Write to us."];
        let new = ["# Data", "We keep your data for two years and no longer.", "# Contact", "Write to us.", "Call us."];
        let expected = [
            "= # Data",
            "~ We keep your data for one year and no longer. | We keep your data for two years and no longer.",
            "- Cookies help us.",
            "= # Contact",
            "= Write to us.",
            "+ Call us.",
        ];
        assert_eq!(told(&old, &new), expected);
    }

    #[test]
    fn only_what_changed_its_place_has_moved() {
        assert_eq!(told(&["a", "b", "c", "d"], &["b", "c", "d", "a"]), ["= b", "= c", "= d", "> a"]);
        assert_eq!(told(&["a", "b", "c"], &["x", "b", "c", "a2"]), ["- a", "+ x", "= b", "= c", "+ a2"]);
        // Repeats are no moves.
        let (old, new) = (["a", "more", "b", "more", "c", "more"], ["b", "more", "c", "more"]);
        assert_eq!(told(&old, &new), ["- a", "- more", "= b", "= more", "= c", "= more"]);
    }

    #[test]
    fn short_lines_are_paired_by_their_words() {
        let (old, new) =
            (["# Our Privacy Policy", "(Last Updated: May 30, 2025)"], ["Our privacy policy.", "(Last Updated: June 2, 2025)"]);
        let expected = [format!("~ {} | {}", old[0], new[0]), format!("~ {} | {}", old[1], new[1])];
        assert_eq!(told(&old, &new), expected);
        assert_eq!(told(&["# Cookies"], &["# Your rights"]), ["- # Cookies", "+ # Your rights"]);
    }

    #[test]
    fn technical_numbers_are_told_apart() {
        let (old, new) = (["Page icburule011226212175", "x"], ["Page icburule011226212177", "x"]);
        assert_eq!(told(&old, &new), [format!(". {} | {}", old[0], new[0]), "= x".into()]);
        let steps = compare(&pieces(&["a"]), &pieces(&["a", "icburule011226212175"]));
        assert_eq!(steps[1], Step::Added { new: 1, technical: true });
    }

    #[test]
    fn wordings_of_a_clause_are_pairs_however_unlike() {
        let mut old = pieces(&["We keep everything."]);
        let mut new = pieces(&["Nothing is deleted by anybody."]);
        (old[0].clause, new[0].clause) = (Some(3), Some(3));
        assert_eq!(compare(&old, &new), [Step::Reworded { old: 0, new: 0, technical: false }]);
    }

    const TEXTS: [&str; 10] = [
        "a",
        "b",
        "# c",
        "We keep your data for one year and no longer.",
        "We keep your data for two years and no longer.",
        "We keep your data for two years, perhaps longer.",
        "Session icburule011226212175 ended",
        "Session icburule011226212177 ended",
        "# How we use data",
        "# How we use your data",
    ];

    /// The length of the longest common subsequence, by the plain table.
    fn longest(old: &[Piece], new: &[Piece]) -> usize {
        let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
        for (a, one) in old.iter().enumerate() {
            for (b, other) in new.iter().enumerate() {
                let same = if one.id == other.id { table[a][b] + 1 } else { 0 };
                table[a + 1][b + 1] = same.max(table[a][b + 1]).max(table[a + 1][b]);
            }
        }
        table[old.len()][new.len()]
    }

    proptest! {
        #[test]
        fn the_steps_make_the_new_text_of_the_old(old in prop::collection::vec(0..10usize, 0..14), new in prop::collection::vec(0..10usize, 0..14)) {
            let texts = |numbers: &[usize]| pieces(&numbers.iter().map(|&number| TEXTS[number]).collect::<Vec<_>>());
            let (old, new) = (texts(&old), texts(&new));
            let steps = compare(&old, &new);
            let mut made = Vec::new();
            let mut used = Vec::new();
            let mut unchanged = 0;
            for step in &steps {
                used.extend(step.in_old());
                match *step {
                    Step::Unchanged { old: at, .. } | Step::Moved { old: at, .. } => made.push(old[at].text.clone()),
                    Step::Reworded { old: from, new: at, technical } => {
                        prop_assert!(old[from].id != new[at].id);
                        prop_assert_eq!(technical, same_but_technical(&old[from].text, &new[at].text));
                        made.push(new[at].text.clone());
                    }
                    Step::Added { new: at, .. } => made.push(new[at].text.clone()),
                    Step::Removed { .. } => {}
                }
                unchanged += usize::from(matches!(step, Step::Unchanged { .. }));
            }
            prop_assert_eq!(made, new.iter().map(|piece| piece.text.clone()).collect::<Vec<_>>());
            used.sort_unstable();
            prop_assert_eq!(used, (0..old.len()).collect::<Vec<_>>());
            prop_assert_eq!(steps.iter().filter_map(|step| step.in_new()).collect::<Vec<_>>(), (0..new.len()).collect::<Vec<_>>());
            prop_assert_eq!(unchanged, longest(&old, &new));
            // Nothing is added and removed at once.
            let added = |id: u32| steps.iter().any(|step| matches!(*step, Step::Added { new: at, .. } if new[at].id == id));
            let both = steps.iter().any(|step| matches!(*step, Step::Removed { old: at, .. } if added(old[at].id)));
            prop_assert!(!both);
        }
    }
}
