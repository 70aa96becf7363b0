//! The blocks read so far, and the list entries and headings that the next one stands in.

use super::prose::{Prose, heading, is_visible};
use super::{Block, BlockKind, Marker};

#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) blocks: Vec<Block>,
    /// The level of the heading that is open.
    pub(super) heading: Option<u8>,
    /// The number of the next entry of each open list, where it is numbered.
    lists: Vec<Option<u64>>,
    /// What stands before the next paragraph of each open entry.
    entries: Vec<Marker>,
}

impl Outline {
    pub(super) fn begin_list(&mut self, first: Option<u64>) {
        self.lists.push(first);
    }

    pub(super) fn end_list(&mut self) {
        self.lists.pop();
    }

    /// Begins the next entry of the innermost list; a number of its own goes before that of the list.
    pub(super) fn begin_entry(&mut self, number: Option<u64>) {
        let marker = match self.lists.last_mut() {
            Some(Some(next)) => {
                let number = number.unwrap_or(*next);
                *next = number.saturating_add(1);
                Marker::Number(u32::try_from(number).unwrap_or(u32::MAX))
            }
            _ => Marker::Bullet,
        };
        self.entries.push(marker);
    }

    /// Begins what belongs to the entry before, such as the definition of a term.
    pub(super) fn continue_entry(&mut self) {
        self.entries.push(Marker::Continued);
    }

    pub(super) fn end_entry(&mut self) {
        self.entries.pop();
    }

    /// Ends the running text and adds its blocks.
    pub(super) fn add_prose(&mut self, prose: &mut Prose) {
        if prose.is_empty() {
            *prose = Prose::default();
        } else if let Some(level) = self.heading {
            self.blocks.extend(heading(level, prose.take_text()));
        } else {
            for block in prose.take_paragraphs() {
                self.add(block);
            }
        }
    }

    /// Adds a block. A paragraph within an entry belongs to the entry.
    pub(super) fn add(&mut self, block: Block) {
        let Block { kind, text } = block;
        let depth = u8::try_from(self.lists.len()).unwrap_or(u8::MAX);
        let kind = match (kind, self.entries.last_mut()) {
            (BlockKind::Paragraph | BlockKind::Heading(super::BOLD_LEVEL), Some(marker)) => {
                let marker = std::mem::replace(marker, Marker::Continued);
                BlockKind::Item { depth: depth.saturating_sub(1), marker }
            }
            (BlockKind::Item { depth: inner, marker }, _) => BlockKind::Item { depth: inner.saturating_add(depth), marker },
            (kind, _) => kind,
        };
        if is_visible(&text) {
            self.blocks.push(Block { kind, text });
        }
    }
}
