//! From the bytes of a capture to blocks of visible text.

use serde::{Deserialize, Serialize};

/// One piece of visible text in reading order: white space collapsed to single blanks, never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Block {
    pub kind: BlockKind,
    pub text: String,
}

/// What a block is in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BlockKind {
    /// A heading of level 1–6. A line wholly in bold that is used as a heading has level 7: below every other.
    Heading(u8),
    Paragraph,
    /// An entry of a list, at a depth counted from 0.
    Item { depth: u8, marker: Marker },
    /// A row of a table, its cells joined by ` | `.
    Row,
}

/// What stands before the text of a list entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Marker {
    Bullet,
    Number(u32),
    /// A further paragraph of the entry before.
    Continued,
}
