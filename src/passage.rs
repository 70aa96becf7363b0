//! Groups the blocks of a text into passages: paragraphs, lists with their lead-in, groups of table rows, headings.

use crate::extract::{Block, BlockKind, Marker};
use serde::{Deserialize, Serialize};

/// A list with its lead-in, or a table, is one passage up to this many characters. A longer list is a passage per entry, a longer
/// table a passage per row, so that one changed entry does not make a new passage of the whole.
pub const MAX_GROUP_CHARS: usize = 1_500;

/// What a passage is in the version it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Shape {
    Paragraph,
    List,
    Table,
    /// Level 1–7, see [`BlockKind::Heading`].
    Heading(u8),
}

/// A readable unit of a text. Lines of a list or table are parted by `\n`; other white space is single blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub shape: Shape,
    pub text: String,
}

/// The passages of a run of blocks, in reading order.
pub fn passages(blocks: Vec<Block>) -> Vec<Passage> {
    let mut found = Vec::with_capacity(blocks.len());
    let mut blocks = blocks.into_iter().peekable();
    let mut group: Vec<Block> = Vec::new();
    while let Some(block) = blocks.next() {
        let next = blocks.peek().map(|block| block.kind);
        match block.kind {
            BlockKind::Heading(level) => found.push(Passage { shape: Shape::Heading(level), text: block.text }),
            BlockKind::Paragraph if matches!(next, Some(BlockKind::Item { .. })) && is_lead_in(&block.text) => group.push(block),
            BlockKind::Paragraph => found.push(Passage { shape: Shape::Paragraph, text: block.text }),
            BlockKind::Item { .. } => {
                group.push(block);
                if !matches!(next, Some(BlockKind::Item { .. })) {
                    close_list(std::mem::take(&mut group), &mut found);
                }
            }
            BlockKind::Row => {
                group.push(block);
                if !matches!(next, Some(BlockKind::Row)) {
                    close_table(std::mem::take(&mut group), &mut found);
                }
            }
        }
    }
    found
}

/// Whether a paragraph announces the list that follows it.
fn is_lead_in(text: &str) -> bool {
    text.ends_with([':', '：'])
}

fn close_list(blocks: Vec<Block>, found: &mut Vec<Passage>) {
    if fits(&blocks) {
        found.push(Passage { shape: Shape::List, text: lines(&blocks) });
        return;
    }
    let mut rest = blocks.as_slice();
    while let Some(first) = rest.first() {
        let BlockKind::Item { .. } = first.kind else {
            found.push(Passage { shape: Shape::Paragraph, text: first.text.clone() });
            rest = &rest[1..];
            continue;
        };
        // An entry with all that hangs below it, or, where that is too long, one line of it.
        let below = rest[1..].iter().take_while(|block| is_below(first, block)).count();
        let len = if fits(&rest[..=below]) { 1 + below } else { 1 };
        found.push(Passage { shape: Shape::List, text: lines(&rest[..len]) });
        rest = &rest[len..];
    }
}

/// Whether `block` belongs to the list entry `entry`: deeper, or a further paragraph of it.
fn is_below(entry: &Block, block: &Block) -> bool {
    let (BlockKind::Item { depth: of, .. }, BlockKind::Item { depth, marker }) = (entry.kind, block.kind) else {
        return false;
    };
    depth > of || (depth == of && marker == Marker::Continued)
}

fn close_table(blocks: Vec<Block>, found: &mut Vec<Passage>) {
    if fits(&blocks) {
        found.push(Passage { shape: Shape::Table, text: lines(&blocks) });
    } else {
        found.extend(blocks.into_iter().map(|row| Passage { shape: Shape::Table, text: row.text }));
    }
}

fn fits(blocks: &[Block]) -> bool {
    // Bytes bound characters from above: only a group near the limit is counted exactly.
    let bytes: usize = blocks.iter().map(|block| block.text.len() + 1).sum();
    bytes <= MAX_GROUP_CHARS || blocks.iter().map(|block| block.text.chars().count() + 1).sum::<usize>() <= MAX_GROUP_CHARS
}

/// The blocks as lines, entries indented below the shallowest of them.
fn lines(blocks: &[Block]) -> String {
    let depth_of = |block: &Block| match block.kind {
        BlockKind::Item { depth, .. } => Some(depth),
        _ => None,
    };
    let base = blocks.iter().filter_map(depth_of).min().unwrap_or(0);
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        if let BlockKind::Item { depth, marker } = block.kind {
            for _ in base..depth {
                text.push_str("  ");
            }
            match marker {
                Marker::Bullet => text.push_str("• "),
                Marker::Number(number) => text.push_str(&format!("{number}. ")),
                Marker::Continued => text.push_str("  "),
            }
        }
        text.push_str(&block.text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Block {
        Block { kind: BlockKind::Paragraph, text: text.into() }
    }

    fn item(depth: u8, text: &str) -> Block {
        Block { kind: BlockKind::Item { depth, marker: Marker::Bullet }, text: text.into() }
    }

    fn texts(blocks: Vec<Block>) -> Vec<String> {
        passages(blocks).into_iter().map(|passage| passage.text).collect()
    }

    #[test]
    fn a_list_stands_with_its_lead_in() {
        let blocks =
            vec![paragraph("Hello."), paragraph("We collect:"), item(0, "names"), item(1, "first names"), paragraph("Bye.")];
        assert_eq!(texts(blocks), ["Hello.", "We collect:\n• names\n  • first names", "Bye."]);
    }

    #[test]
    fn a_paragraph_without_colon_is_no_lead_in() {
        assert_eq!(texts(vec![paragraph("We collect."), item(0, "names")]), ["We collect.", "• names"]);
    }

    #[test]
    fn a_long_list_is_a_passage_per_entry() {
        let long = "word ".repeat(200).trim_end().to_owned();
        let blocks = vec![paragraph("We collect:"), item(0, &long), item(1, "sub"), item(0, &long), item(0, "short")];
        let found = texts(blocks);
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], "We collect:");
        assert!(found[1].ends_with("\n  • sub"));
        assert_eq!(found[3], "• short");
    }

    #[test]
    fn rows_stand_together_until_the_table_is_long() {
        let row = |text: &str| Block { kind: BlockKind::Row, text: text.into() };
        assert_eq!(texts(vec![row("a | b"), row("c | d")]), ["a | b\nc | d"]);
        let long = "x".repeat(1000);
        assert_eq!(texts(vec![row(&long), row(&long)]).len(), 2);
    }
}
