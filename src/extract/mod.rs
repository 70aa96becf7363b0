//! From the bytes of a capture to blocks of visible text.

mod encoding;
mod furniture;
mod html;
mod markdown;
mod outline;
mod prose;
mod render;
mod shape;
mod table;
#[cfg(test)]
mod testing;
mod text;
mod units;
mod wrap;

use crate::snapshot::Format;
use serde::{Deserialize, Serialize};

pub use encoding::{Decoded, decode};
pub use shape::MAX_DEPTH;
pub use units::Parted;

/// The largest capture that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 64 << 20;

/// The longest line that is read, in bytes: pages may be one line of megabytes.
pub const MAX_LINE_BYTES: usize = 16 << 20;

/// The version of the rules in this module, stored with the evidence: another version may read other blocks from the same bytes.
pub const EXTRACTION: u32 = 2;

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
    Item {
        depth: u8,
        marker: Marker,
    },
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

/// The level of a heading that only its bold type or its place tells.
const BOLD_LEVEL: u8 = 7;

/// What some files begin with, now and then twice; within a text it is a character without width.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why a capture cannot be read.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
pub enum ExtractError {
    #[error(
        "the file has {bytes} bytes, more than the {MAX_FILE_BYTES} that are read; \
         split it, or leave it out of the archive"
    )]
    TooLarge { bytes: usize },
    #[error(
        "line {line} has {bytes} bytes, more than the {MAX_LINE_BYTES} that are read; \
         check that the file is text, or break the line"
    )]
    LineTooLong { line: usize, bytes: usize },
    #[error("elements are nested more than {MAX_DEPTH} deep near byte {at}; the page is broken or made to do harm, leave it out")]
    TooDeep { at: usize },
    #[error("the file holds binary data ({what}), not text; give the text that was made from it")]
    Binary { what: &'static str },
    #[error("the page could not be rendered: {0}; please report it together with the page")]
    Panicked(String),
}

/// Reads the blocks of one unit (see [`Parted`]) or of a whole text.
///
/// Every block has a visible character and white space collapsed to single blanks.
///
/// # Errors
/// [`ExtractError::TooDeep`] and [`ExtractError::Panicked`], both for HTML only.
pub fn blocks(unit: &str, format: Format) -> Result<Vec<Block>, ExtractError> {
    let unit = unit.trim_start_matches(BYTE_ORDER_MARK);
    match format {
        Format::Html => {
            let found = html::page(unit)?;
            Ok(if wrap::blocks_are_lines(&found) { wrap::join(found) } else { found })
        }
        Format::Markdown => {
            let found = markdown::blocks(unit);
            Ok(if units::is_wrapped(unit, format) { wrap::join(found) } else { found })
        }
        Format::Text => {
            let found = text::blocks(unit);
            Ok(if units::is_wrapped(unit, format) { wrap::join(found) } else { found })
        }
    }
}
