//! Blocks of Markdown, as converters write it from web pages.

use super::outline::Outline;
use super::prose::{Prose, collapsed, is_visible};
use super::{Block, BlockKind, furniture, html, table};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Reads the blocks of a Markdown text.
///
/// Link texts are kept and their targets dropped; the alternative text of an image counts only where its paragraph has no
/// other text. Tags of inline HTML are dropped, but words in angle brackets that are no HTML tag are text.
pub(super) fn blocks(source: &str) -> Vec<Block> {
    read(source, Cells::MayHoldBlocks)
}

/// Whether a table cell is looked into: converters write the blocks of a cell in one line, with `<br>` for line breaks.
#[derive(Clone, Copy, PartialEq, Default)]
enum Cells {
    #[default]
    MayHoldBlocks,
    AreText,
}

fn read(source: &str, cells: Cells) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader { source, cell_rule: cells, ..Reader::default() };
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.flush();
    reader.outline.blocks
}

#[derive(Default)]
struct Reader<'s> {
    source: &'s str,
    cell_rule: Cells,
    outline: Outline,
    prose: Prose,
    /// How many bold spans are open: of Markdown, and of inline HTML.
    strong: usize,
    html_strong: usize,
    /// Whether stars that Markdown left as text have begun bold text, and where the second of a pair stands.
    stray_strong: bool,
    second_star: Option<usize>,
    /// Where the paragraph, heading or cell ends that is being read.
    text_end: usize,
    images: usize,
    row: Option<Vec<Vec<Block>>>,
    /// Raw lines of an open code or HTML block.
    raw: Option<String>,
    /// The end tag that inline HTML without visible content waits for.
    unseen: Option<&'static str>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) | Event::Html(text) if self.raw.is_some() => {
                if let Some(raw) = &mut self.raw {
                    raw.push_str(&text);
                }
            }
            Event::Text(text) if &*text == "*" && self.is_stray_strong(&range) => {}
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::InlineHtml(tag) | Event::Html(tag) => self.inline_html(&tag),
            Event::SoftBreak => self.prose.soft_break(),
            Event::HardBreak => self.prose.hard_break(),
            Event::Rule => self.flush(),
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    /// Takes one of two stars that should have made text bold: converters write `**Name: **text`, which Markdown leaves as it is.
    fn is_stray_strong(&mut self, range: &std::ops::Range<usize>) -> bool {
        let bytes = self.source.as_bytes();
        let is_star = |at: usize| bytes.get(at) == Some(&b'*') && (at == 0 || bytes[at - 1] != b'\\');
        if self.second_star == Some(range.start) {
            return true;
        }
        let closes =
            || self.stray_strong || self.source.get(range.end + 1..self.text_end).is_some_and(|rest| rest.contains("**"));
        if !is_star(range.start) || !is_star(range.end) || !closes() {
            return false;
        }
        self.second_star = Some(range.end);
        self.stray_strong = !self.stray_strong;
        true
    }

    fn text(&mut self, text: &str) {
        if self.unseen.is_some() {
        } else if self.images > 0 {
            self.prose.push_alt(text);
        } else {
            self.prose.push(text, self.strong + self.html_strong > 0 || self.stray_strong);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: std::ops::Range<usize>) {
        match tag {
            Tag::Strong => self.strong += 1,
            Tag::Image { .. } => {
                self.images += 1;
                self.prose.push_alt(" ");
            }
            Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } => {}
            _ => {
                self.flush();
                self.text_end = range.end;
                match tag {
                    Tag::Heading { level, .. } => self.outline.heading = Some(level as u8),
                    Tag::List(first) => self.outline.begin_list(first),
                    Tag::Item => self.outline.begin_entry(self.source.get(range).and_then(written_number)),
                    Tag::TableHead | Tag::TableRow => self.row = Some(Vec::new()),
                    Tag::CodeBlock(_) | Tag::HtmlBlock => self.raw = Some(String::new()),
                    _ => {}
                }
            }
        }
    }

    fn end(&mut self, tag: TagEnd, range: std::ops::Range<usize>) {
        match tag {
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link => {}
            TagEnd::CodeBlock => {
                let raw = self.raw.take().unwrap_or_default();
                // A blank line ends an HTML block; what follows, if indented, only looks like code.
                if raw.trim_start().starts_with('<') {
                    self.html(&raw);
                } else {
                    for line in raw.lines() {
                        self.outline.add(Block { kind: BlockKind::Paragraph, text: collapsed(line) });
                    }
                }
            }
            TagEnd::HtmlBlock => {
                let raw = self.raw.take().unwrap_or_default();
                self.html(&raw);
            }
            TagEnd::TableCell => {
                let cell = self.cell(range);
                if let Some(row) = &mut self.row {
                    row.push(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let row = table::row(self.row.take().unwrap_or_default());
                self.outline.blocks.extend(row);
            }
            _ => {
                self.flush();
                match tag {
                    TagEnd::Heading(_) => self.outline.heading = None,
                    TagEnd::List(_) => self.outline.end_list(),
                    TagEnd::Item => self.outline.end_entry(),
                    _ => {}
                }
            }
        }
    }

    fn cell(&mut self, range: std::ops::Range<usize>) -> Vec<Block> {
        let text = self.prose.take_text();
        self.end_spans();
        let source = self.source.get(range).unwrap_or_default();
        if self.cell_rule == Cells::MayHoldBlocks && source.contains("<br") {
            return read(&lines_of_cell(source), Cells::AreText);
        }
        if is_visible(&text) { vec![Block { kind: BlockKind::Paragraph, text }] } else { Vec::new() }
    }

    fn inline_html(&mut self, tag: &str) {
        if let Some(end) = self.unseen {
            if tag.to_ascii_lowercase().starts_with(end) {
                self.unseen = None;
            }
            return;
        }
        let Some(name) = html::tag_name(tag) else { return };
        let closes = tag.starts_with("</");
        match name.as_str() {
            "br" | "p" | "div" | "li" | "tr" | "td" | "th" | "ul" | "ol" => self.prose.hard_break(),
            "b" | "strong" if closes => self.html_strong = self.html_strong.saturating_sub(1),
            "b" | "strong" => self.html_strong += 1,
            "script" if !closes => self.unseen = Some("</script"),
            "style" if !closes => self.unseen = Some("</style"),
            name if furniture::is_element(name) => {}
            _ => self.text(tag),
        }
    }

    fn html(&mut self, source: &str) {
        for block in html::fragment(source) {
            self.outline.add(block);
        }
    }

    fn end_spans(&mut self) {
        self.html_strong = 0;
        self.stray_strong = false;
        self.unseen = None;
    }

    /// Ends the running text: nothing of it reaches over a block boundary.
    fn flush(&mut self) {
        self.end_spans();
        self.outline.add_prose(&mut self.prose);
    }
}

/// The number that an entry has in the source: converters write it, and where a list was cut in two it goes on.
fn written_number(entry: &str) -> Option<u64> {
    let digits = entry.trim_start().split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The lines of a table cell, whose source marks their ends with `<br>`.
fn lines_of_cell(source: &str) -> String {
    let mut lines = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("<br") {
        lines.push_str(&rest[..at]);
        let tag = &rest[at..];
        match tag.find('>') {
            Some(end) if tag[3..end].chars().all(|c| c == '/' || c.is_whitespace()) => {
                lines.push('\n');
                rest = &tag[end + 1..];
            }
            _ => {
                lines.push_str("<br");
                rest = &tag[3..];
            }
        }
    }
    lines.push_str(rest);
    lines
}

#[cfg(test)]
mod tests {
    use crate::extract::testing::shown;
    use crate::snapshot::Format;

    fn read(text: &str) -> Vec<String> {
        shown(text, Format::Markdown)
    }

    #[test]
    fn headings_of_every_form() {
        assert_eq!(read("Privacy\n=======\n\n### Cookies ###\n\nUse\n---"), ["1# Privacy", "3# Cookies", "2# Use"]);
        assert_eq!(read("**Security**   \nWe protect\nyour data."), ["7# Security", "P We protect your data."]);
        assert_eq!(read("**Security  \n**We protect it."), ["7# Security", "P We protect it."]);
        assert_eq!(
            read("**Note: **we do **not **sell\\*\\*, 2 ** 3, **see below."),
            ["P Note: we do not sell**, 2 ** 3, **see below."]
        );
        assert_eq!(read("**Our promise:**"), ["7# Our promise:"]);
        assert_eq!(read("<b>1. Scope</b><br>It is wide."), ["7# 1. Scope", "P It is wide."]);
    }

    #[test]
    fn bold_text_that_is_no_heading() {
        assert_eq!(read("**We never sell it.**"), ["P We never sell it."]);
        assert_eq!(read("**Orchid**\nis the controller."), ["P Orchid is the controller."]);
        assert_eq!(read("**Orchid** Ltd"), ["P Orchid Ltd"]);
        assert_eq!(read("* **Name**"), ["0* Name"]);
    }

    #[test]
    fn lists_keep_depth_and_numbers() {
        let text = "We collect:\n\n3.  names\n\n    and what goes with them\n4.  addresses\n    *   of post\n    *   of mail";
        assert_eq!(
            read(text),
            ["P We collect:", "0 3. names", "0+ and what goes with them", "0 4. addresses", "1* of post", "1* of mail"]
        );
        assert_eq!(read("  *   *   * \n\n*   ### Use\n    text"), ["3# Use", "0* text"]);
        assert_eq!(read("1\\. Scope"), ["P 1. Scope"]);
    }

    #[test]
    fn tables_are_rows_and_layout_is_not() {
        let text = "| Data | Why |  |\n|---|---|---|\n| Name | To call<br>you | |\n|  |  |  |";
        assert_eq!(read(text), ["R Data | Why", "R Name | To call you"]);
        let text = "|     |\n|---|\n| **Care**<br><br>We use:<br><br>*   names<br>*   mail<br><br>Rights<br>====== |";
        assert_eq!(read(text), ["7# Care", "P We use:", "0* names", "0* mail", "1# Rights"]);
    }

    #[test]
    fn inline_html_is_dropped_and_words_in_brackets_stay() {
        assert_eq!(read("We <i>may</i> ask<br><br>you <!-- note -->again."), ["P We may ask", "P you again."]);
        assert_eq!(read("Write to <Data Officer> or <a@example.org>."), ["P Write to <Data Officer> or a@example.org."]);
        assert_eq!(read("a <script>b</script> c"), ["P a c"]);
        assert_eq!(read("<div><p>One</p>\n<ul><li>two</ul></div>\n\n<script>three</script>"), ["P One", "0* two"]);
        assert_eq!(read("* x\n\n  <p>One</p><p>Two</p>"), ["0* x", "0+ One", "0+ Two"]);
    }

    #[test]
    fn links_images_code_and_quotes() {
        assert_eq!(read("See [our *site*](https://example.org).\n\n[x]: https://example.org"), ["P See our site."]);
        assert_eq!(read("![Lock](l.png)\n\n![Lock](l.png) Safe"), ["P Lock", "P Safe"]);
        assert_eq!(read("> Quoted `code`\n\n---\n\n```\none\n\ntwo\n```"), ["P Quoted code", "P one", "P two"]);
        assert_eq!(read("    <p>not code</p>"), ["P not code"]);
    }

    #[test]
    fn entities_are_read_and_broken_ones_left() {
        assert_eq!(read("A&nbsp;&amp;&#160;B\n\nWe don&apost\n\n&nbsp;\n\n\u{200b}"), ["P A & B", "P We don&apost"]);
    }
}
