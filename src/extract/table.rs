//! Rows of tables: data is a row of cells, layout is what the cells hold.

use super::prose::push_collapsed;
use super::{Block, BlockKind, prose::trim_end};

/// A cell with more characters than this lays out a page; it is not a datum.
const MAX_CELL: usize = 2_000;

/// The only cell of a row may have this many characters and still be a row of the table.
const MAX_SINGLE_CELL: usize = 200;

/// Between two cells of a row.
const SEPARATOR: &str = " | ";

/// The blocks of a table row, given the blocks of each cell.
pub(super) fn row(cells: Vec<Vec<Block>>) -> Vec<Block> {
    let mut cells: Vec<Vec<Block>> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
    let size = |cell: &[Block]| cell.iter().map(|block| block.text.len()).sum::<usize>();
    let is_layout = match cells.as_slice() {
        [only] => only.len() > 1 || matches!(only[0].kind, BlockKind::Heading(1..=6)) || size(only) > MAX_SINGLE_CELL,
        _ => cells.iter().any(|cell| {
            size(cell) > MAX_CELL || cell.iter().any(|block| matches!(block.kind, BlockKind::Heading(1..=6) | BlockKind::Row))
        }),
    };
    if is_layout {
        return cells.into_iter().flatten().collect();
    }
    match cells.as_mut_slice() {
        [] => Vec::new(),
        // A row within the only cell is one already.
        [only] if only[0].kind == BlockKind::Row => std::mem::take(only),
        _ => {
            let mut text = String::new();
            for (index, cell) in cells.iter().enumerate() {
                if index > 0 {
                    text.push_str(SEPARATOR);
                }
                for block in cell {
                    text.push_str(&block.text);
                    push_collapsed(&mut text, " ");
                }
                trim_end(&mut text);
            }
            vec![Block { kind: BlockKind::Row, text }]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(kinds: &[(BlockKind, &str)]) -> Vec<Block> {
        kinds.iter().map(|(kind, text)| Block { kind: *kind, text: (*text).to_owned() }).collect()
    }

    #[test]
    fn data_is_a_row_and_layout_its_blocks() {
        let paragraph = BlockKind::Paragraph;
        let data = row(vec![cell(&[(paragraph, "Name"), (paragraph, "and title")]), Vec::new(), cell(&[(paragraph, "Yes")])]);
        assert_eq!(data, cell(&[(BlockKind::Row, "Name and title | Yes")]));
        let layout = vec![cell(&[(paragraph, "Home")]), cell(&[(BlockKind::Heading(1), "Privacy"), (paragraph, "We care.")])];
        assert_eq!(row(layout.clone()), layout.concat());
        let long = "x".repeat(MAX_CELL + 1);
        assert_eq!(row(vec![cell(&[(paragraph, &long)]), cell(&[(paragraph, "y")])]).len(), 2);
        assert_eq!(row(vec![cell(&[(BlockKind::Row, "a | b")])]), cell(&[(BlockKind::Row, "a | b")]));
        assert_eq!(row(Vec::new()), Vec::new());
    }
}
