//! Running text of a page as html2text renders it, with marks for what is bold or stands for an image.

use html2text::config::{Config, with_decorator};
use html2text::render::{TaggedLineElement, TextDecorator};
use html2text::{Handle, RcDom};

/// Text is rendered this wide, so that only the page's own breaks remain.
const WIDTH: usize = 1 << 30;

pub(super) type Rendered<T> = Result<T, html2text::Error>;

/// A piece of a rendered line.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_bold: bool,
    /// It is the alternative text of an image.
    pub(super) is_alt: bool,
}

pub(super) struct Renderer {
    config: Config<Marks>,
    /// An empty document, lent to html2text with the nodes of one run of text.
    scratch: RcDom,
}

impl Renderer {
    pub(super) fn new() -> Renderer {
        Renderer { config: with_decorator(Marks).raw_mode(true), scratch: RcDom::default() }
    }

    pub(super) fn parse(&self, source: &str) -> Rendered<RcDom> {
        self.config.parse_html(source.as_bytes())
    }

    /// Renders nodes that stand one after another in running text.
    pub(super) fn lines(&self, nodes: Vec<Handle>) -> Rendered<Vec<Vec<Piece>>> {
        let children = &self.scratch.document.children;
        *children.borrow_mut() = nodes;
        let lines = self.config.dom_to_render_tree(&self.scratch).and_then(|tree| self.config.render_to_lines(tree, WIDTH));
        // A document takes its nodes apart when it goes; these belong to the page.
        children.borrow_mut().clear();
        Ok(lines?.into_iter().map(|line| line.into_iter().filter_map(piece).collect()).collect())
    }
}

fn piece(element: TaggedLineElement<Vec<Mark>>) -> Option<Piece> {
    match element {
        TaggedLineElement::Str(piece) => {
            Some(Piece { is_bold: piece.tag.contains(&Mark::Bold), is_alt: piece.tag.contains(&Mark::Alt), text: piece.s })
        }
        TaggedLineElement::FragmentStart(_) => None,
    }
}

/// What the renderer tells of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mark {
    #[default]
    Plain,
    Bold,
    Alt,
}

/// Renders text without any decoration, and marks what is bold or stands for an image.
#[derive(Debug, Clone)]
struct Marks;

impl TextDecorator for Marks {
    type Annotation = Mark;

    fn decorate_link_start(&mut self, _url: &str) -> (String, Mark) {
        (String::new(), Mark::Plain)
    }
    fn decorate_link_end(&mut self) -> String {
        String::new()
    }
    fn decorate_em_start(&self) -> (String, Mark) {
        (String::new(), Mark::Plain)
    }
    fn decorate_em_end(&self) -> String {
        String::new()
    }
    fn decorate_strong_start(&self) -> (String, Mark) {
        (String::new(), Mark::Bold)
    }
    fn decorate_strong_end(&self) -> String {
        String::new()
    }
    fn decorate_strikeout_start(&self) -> (String, Mark) {
        (String::new(), Mark::Plain)
    }
    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }
    fn decorate_code_start(&self) -> (String, Mark) {
        (String::new(), Mark::Plain)
    }
    fn decorate_code_end(&self) -> String {
        String::new()
    }
    fn decorate_preformat_first(&self) -> Mark {
        Mark::Plain
    }
    fn decorate_preformat_cont(&self) -> Mark {
        Mark::Plain
    }
    fn decorate_image(&mut self, _src: &str, title: &str) -> (String, Mark) {
        (format!(" {title} "), Mark::Alt)
    }
    fn header_prefix(&self, _level: usize) -> String {
        String::new()
    }
    fn quote_prefix(&self) -> String {
        String::new()
    }
    fn unordered_item_prefix(&self) -> String {
        String::new()
    }
    fn ordered_item_prefix(&self, _number: i64) -> String {
        String::new()
    }
    fn make_subblock_decorator(&self) -> Marks {
        Marks
    }
    fn decorate_superscript_start(&self) -> (String, Mark) {
        (String::new(), Mark::Plain)
    }
    fn decorate_superscript_end(&self) -> String {
        String::new()
    }
}
