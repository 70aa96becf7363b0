//! Blocks written as lines, for tests of the readers.

use super::{Block, BlockKind, Marker, blocks};
use crate::snapshot::Format;

/// The blocks of a text, one a line: `1# ` a heading of level 1, `P ` a paragraph, `0* `, `1+ ` and `0 3. ` entries, `R ` a row.
pub(super) fn shown(text: &str, format: Format) -> Vec<String> {
    blocks(text, format).unwrap().iter().map(line).collect()
}

fn line(block: &Block) -> String {
    let text = &block.text;
    match block.kind {
        BlockKind::Heading(level) => format!("{level}# {text}"),
        BlockKind::Paragraph => format!("P {text}"),
        BlockKind::Item { depth, marker: Marker::Bullet } => format!("{depth}* {text}"),
        BlockKind::Item { depth, marker: Marker::Continued } => format!("{depth}+ {text}"),
        BlockKind::Item { depth, marker: Marker::Number(number) } => format!("{depth} {number}. {text}"),
        BlockKind::Row => format!("R {text}"),
    }
}
