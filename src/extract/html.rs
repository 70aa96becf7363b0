//! Blocks of HTML: their structure from the tree of elements, their text as html2text renders it.

use super::furniture::{self, Areas, Plan, attribute};
use super::outline::Outline;
use super::prose::{Prose, collapsed, is_visible};
use super::render::{Rendered, Renderer};
use super::shape::{self, Shape};
use super::{BOLD_LEVEL, Block, BlockKind, ExtractError, table, text};
use html2text::{Document, Element, Handle};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads the blocks of a page or of a part of one.
///
/// A whole page is freed of what stands around its text; a part is taken as it is. The alternative text of an image counts
/// only where there is no other text beside it.
///
/// # Errors
/// [`ExtractError::TooDeep`] and [`ExtractError::Panicked`].
pub(super) fn page(source: &str) -> Result<Vec<Block>, ExtractError> {
    let shape = shape::of(source)?;
    read_safely(source, shape)
}

/// The blocks of HTML that stands within another text; its text without tags where it cannot be read.
pub(super) fn fragment(source: &str) -> Vec<Block> {
    let found = shape::of(source).and_then(|_| read_safely(source, Shape::Fragment));
    found.unwrap_or_else(|_| {
        let text = collapsed(&without_tags(source));
        let visible = is_visible(&text);
        visible.then_some(Block { kind: BlockKind::Paragraph, text }).into_iter().collect()
    })
}

/// The name of the tag that some HTML starts with, in lower case; none for comments and declarations.
pub(super) fn tag_name(tag: &str) -> Option<String> {
    let tag = tag.strip_prefix('<')?;
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let name = &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(tag.len())];
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

fn without_tags(source: &str) -> String {
    let mut text = String::new();
    for part in source.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, behind)| behind));
        text.push(' ');
    }
    text
}

/// The renderer is known to panic on some input; nothing of it outlives the call.
fn read_safely(source: &str, shape: Shape) -> Result<Vec<Block>, ExtractError> {
    catch_unwind(AssertUnwindSafe(|| read(source, shape))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(ExtractError::Panicked(said.unwrap_or("no message").to_owned()))
    })
}

fn read(source: &str, shape: Shape) -> Result<Vec<Block>, ExtractError> {
    let failed = |error: html2text::Error| ExtractError::Panicked(error.to_string());
    let renderer = Renderer::new();
    let dom = renderer.parse(source).map_err(failed)?;
    let plan = furniture::prune(&dom.document, shape);
    let mut walk = Walk::new(renderer, plan);
    walk.tree(&dom.document).map_err(failed)?;
    let Walk { sink, areas, .. } = walk;
    Ok(areas.without(sink.outline.blocks.into_iter().zip(sink.areas).collect()))
}

/// Reads a tree without recursion: pages may nest deeper than a thread's stack.
struct Walk {
    renderer: Renderer,
    plan: Plan,
    run: Vec<Handle>,
    /// Whether all nodes of the run stand in bold elements, and how many of these are open.
    run_is_bold: bool,
    bold: usize,
    sink: Sink,
    /// What was read around the open table cells, and the cells of the open rows.
    outer: Vec<Sink>,
    rows: Vec<Vec<Sink>>,
    areas: Areas,
    area: Option<usize>,
}

/// Blocks and the area of each.
#[derive(Default)]
struct Sink {
    outline: Outline,
    areas: Vec<Option<usize>>,
}

enum Step {
    Enter(Handle),
    Leave(Scope, Option<usize>),
}

/// What ends with an element.
enum Scope {
    Block,
    Inline,
    Bold,
    List,
    Entry,
    Heading(Option<u8>),
    Row,
    Cell,
}

impl Walk {
    fn new(renderer: Renderer, plan: Plan) -> Walk {
        Walk {
            renderer,
            plan,
            run: Vec::new(),
            run_is_bold: true,
            bold: 0,
            sink: Sink::default(),
            outer: Vec::new(),
            rows: Vec::new(),
            areas: Areas::default(),
            area: None,
        }
    }

    fn tree(&mut self, document: &Handle) -> Rendered<()> {
        let mut steps = vec![Step::Enter(document.clone())];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(node) => {
                    let area = self.area;
                    if let Some(scope) = self.enter(&node)? {
                        steps.push(Step::Leave(scope, area));
                        steps.extend(node.children.borrow().iter().rev().cloned().map(Step::Enter));
                    }
                }
                Step::Leave(scope, area) => {
                    self.leave(scope)?;
                    self.area = area;
                }
            }
        }
        self.flush()
    }

    /// Begins a node; returns what ends behind its children, or nothing where they need no reading of their own.
    fn enter(&mut self, node: &Handle) -> Rendered<Option<Scope>> {
        let name: &str = match &node.data {
            Element { name, .. } => &name.local,
            Document => return Ok(Some(Scope::Block)),
            _ => {
                self.add_to_run(node);
                return Ok(None);
            }
        };
        if !furniture::is_block(name) {
            if !self.plan.holds_block(node) {
                self.add_to_run(node);
                return Ok(None);
            }
            if matches!(name, "b" | "strong") {
                self.bold += 1;
                return Ok(Some(Scope::Bold));
            }
            return Ok(Some(Scope::Inline));
        }
        self.flush()?;
        if let Some(area) = self.plan.area(node) {
            self.area = Some(self.areas.enter(area, self.area));
        }
        let outline = &mut self.sink.outline;
        Ok(Some(match name {
            "ul" | "menu" | "dir" | "dl" => {
                outline.begin_list(None);
                Scope::List
            }
            "ol" => {
                outline.begin_list(Some(number(node, "start").unwrap_or(1)));
                Scope::List
            }
            "li" => {
                outline.begin_entry(number(node, "value"));
                Scope::Entry
            }
            "dt" => {
                outline.begin_entry(None);
                Scope::Entry
            }
            "dd" => {
                outline.continue_entry();
                Scope::Entry
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Scope::Heading(outline.heading.replace(name.as_bytes()[1] - b'0')),
            "summary" | "button" if outline.heading.is_none() => Scope::Heading(outline.heading.replace(BOLD_LEVEL)),
            "tr" => {
                self.rows.push(Vec::new());
                Scope::Row
            }
            "td" | "th" => {
                self.outer.push(std::mem::take(&mut self.sink));
                Scope::Cell
            }
            "pre" | "listing" | "xmp" | "plaintext" => {
                self.preformatted(node)?;
                return Ok(None);
            }
            _ => Scope::Block,
        }))
    }

    fn leave(&mut self, scope: Scope) -> Rendered<()> {
        match scope {
            Scope::Bold => {
                self.bold = self.bold.saturating_sub(1);
                return Ok(());
            }
            Scope::Inline => return Ok(()),
            _ => self.flush()?,
        }
        let outline = &mut self.sink.outline;
        match scope {
            Scope::List => outline.end_list(),
            Scope::Entry => outline.end_entry(),
            Scope::Heading(before) => outline.heading = before,
            Scope::Cell => {
                let outer = self.outer.pop().unwrap_or_default();
                let cell = std::mem::replace(&mut self.sink, outer);
                match self.rows.last_mut() {
                    Some(row) => row.push(cell),
                    None => self.sink.append(cell),
                }
            }
            Scope::Row => {
                let cells = self.rows.pop().unwrap_or_default();
                self.end_row(cells);
            }
            Scope::Block | Scope::Bold | Scope::Inline => {}
        }
        Ok(())
    }

    fn end_row(&mut self, cells: Vec<Sink>) {
        // A cell with areas of its own lays out a page.
        if cells.iter().any(|cell| cell.areas.iter().any(|area| *area != self.area)) {
            cells.into_iter().for_each(|cell| self.sink.append(cell));
            return;
        }
        for block in table::row(cells.into_iter().map(|cell| cell.outline.blocks).collect()) {
            self.sink.outline.add(block);
        }
        self.sink.areas.resize(self.sink.outline.blocks.len(), self.area);
    }

    fn add_to_run(&mut self, node: &Handle) {
        self.run_is_bold = (self.run_is_bold || self.run.is_empty()) && self.bold > 0;
        self.run.push(node.clone());
    }

    /// Ends the running text.
    fn flush(&mut self) -> Rendered<()> {
        if self.run.is_empty() {
            return Ok(());
        }
        let run = std::mem::take(&mut self.run);
        let mut prose = Prose::default();
        for line in self.renderer.lines(run)? {
            for piece in line {
                if piece.is_alt {
                    prose.push_alt(&piece.text);
                } else {
                    prose.push(&piece.text, self.run_is_bold || piece.is_bold);
                }
            }
            prose.hard_break();
        }
        self.sink.outline.add_prose(&mut prose);
        self.sink.areas.resize(self.sink.outline.blocks.len(), self.area);
        Ok(())
    }

    /// Preformatted text is plain text.
    fn preformatted(&mut self, node: &Handle) -> Rendered<()> {
        let mut lines = String::new();
        for line in self.renderer.lines(vec![node.clone()])? {
            lines.extend(line.into_iter().map(|piece| piece.text));
            lines.push('\n');
        }
        for block in text::blocks(&lines) {
            self.sink.outline.add(block);
        }
        self.sink.areas.resize(self.sink.outline.blocks.len(), self.area);
        Ok(())
    }
}

impl Sink {
    fn append(&mut self, other: Sink) {
        self.areas.resize(self.outline.blocks.len(), None);
        self.areas.extend(other.areas);
        self.outline.blocks.extend(other.outline.blocks);
    }
}

fn number(node: &Handle, key: &str) -> Option<u64> {
    attribute(node, key)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::shown;
    use crate::snapshot::Format;

    fn read(text: &str) -> Vec<String> {
        shown(text, Format::Html)
    }

    #[test]
    fn blocks_part_and_inline_elements_do_not() {
        assert_eq!(
            read("<p>We <b>may</b>&nbsp;s<i>ha</i>re<p>it.<div>One<div>two</div>three</div>"),
            ["P We may share", "P it.", "P One", "P two", "P three"]
        );
        assert_eq!(read("a<br>b<br><br>c<br>\n<br>d"), ["P a b", "P c", "P d"]);
        assert_eq!(read("<font>One <a>two<p>three</p></a></font>"), ["P One two", "P three"]);
        assert_eq!(read("<details><summary>More</summary>Text</details>"), ["7# More", "P Text"]);
    }

    #[test]
    fn headings_and_bold_lines() {
        assert_eq!(
            read("<h1>Privacy<br>Policy</h1><h3><div>Use</div></h3><p><strong>Cookies</strong></p><p>Yes."),
            ["1# Privacy Policy", "3# Use", "7# Cookies", "P Yes."]
        );
        assert_eq!(read("<b>Use</b><br>We use it."), ["7# Use", "P We use it."]);
        assert_eq!(read("<b><p>Use</p></b><p>We use it."), ["7# Use", "P We use it."]);
        assert_eq!(read("<p><b>Never.</b> We do not."), ["P Never. We do not."]);
    }

    #[test]
    fn lists_and_definitions() {
        assert_eq!(
            read("<ul><li>a<p>b<ol start=3><li>c<li value=7>d</ol><li><h4>e</h4>f</ul>"),
            ["0* a", "0+ b", "1 3. c", "1 7. d", "4# e", "0* f"]
        );
        assert_eq!(read("<ol start=9223372036854775807><li>a<li>b</ol>"), ["0 4294967295. a", "0 4294967295. b"]);
        assert_eq!(read("<dl><dt>Data<dd>What we know.</dl>"), ["0* Data", "0+ What we know."]);
    }

    #[test]
    fn tables_of_data_and_of_layout() {
        assert_eq!(
            read("<table><tr><th>Data<th>Why<tr><td><p>Name</p><td><ul><li>mail<li>calls</ul></table>"),
            ["R Data | Why", "R Name | mail calls"]
        );
        assert_eq!(
            read("<table><tr><td><a>Home</a><td><h1>Privacy</h1><p>We care.<table><tr><td>a<td>b</table></table>"),
            ["P Home", "1# Privacy", "P We care.", "R a | b"]
        );
    }

    #[test]
    fn what_is_not_text_is_out() {
        let text = "<title>T</title><script>s</script><style>s</style><p><noscript>n</noscript><template>t</template><svg><title>v</title></svg>\
                    We<span hidden>x</span> may<span style='display: none'>y</span> <!-- c -->ask<img src=a alt=b>.<select><option>o</select>";
        assert_eq!(read(text), ["P We may ask."]);
        assert_eq!(read("<img src=a alt='Privacy'><div hidden>menu</div>"), ["P Privacy"]);
        assert_eq!(read("<pre>One\n line.\n\nTwo.</pre>"), ["P One line.", "P Two."]);
    }

    #[test]
    fn pages_lose_what_stands_around_the_text() {
        let text = "We collect your name and your address, and we keep both for a year. ".repeat(4);
        let text = text.trim();
        let around = "<header><nav>Home</nav></header><div class='x cookie-banner'>We use cookies. <button>Yes</button></div>";
        let page = format!("<html><body>{around}<p>{text}</p><footer>2001</footer></body></html>");
        assert_eq!(read(&page), [format!("P {text}")]);
        let fragment = format!("{around}<p>{text}</p>");
        assert_eq!(read(&fragment).len(), 4);
    }

    #[test]
    fn headers_of_the_site_and_forms_are_no_text() {
        let text = "We collect your name and your address, and we keep both for a year. ".repeat(8);
        let text = text.trim();
        let read = |around: &str| read(&format!("<html><body>{around}<div><h1>Privacy</h1><p>{text}</p></div></body></html>"));
        let expected = ["1# Privacy".to_owned(), format!("P {text}")];
        assert_eq!(read("<header><a href=/><img alt=Acme></a><ul><a href=/help>Help</a></ul></header>"), expected);
        assert_eq!(
            read("<div><h5>Stay updated</h5><div><form><input type=Email><button>Go</button></form></div></div>"),
            expected
        );
        let in_text = "<main><div><h5>Stay updated</h5><div><form><div><input type=email></div></form></div></div></main>";
        assert_eq!(read(in_text), expected);
        assert_eq!(read("<div>Find:<form><label>Words</label><input type=search></form></div>"), expected);
    }

    #[test]
    fn headers_and_forms_of_the_text_stay() {
        let text = "We collect your name and your address, and we keep both for a year. ".repeat(8);
        for part in [
            "<header><h2>We sell</h2><a href=/old>Older ones</a></header>",
            "<header><p>In short: We sell. <a href=/old>Older ones</a></p></header>",
            "<header><div role=heading>We sell</div><a href=/old>Older ones</a></header>",
            "<main><header><div>We sell</div><a href=/old>Older ones</a></header></main>",
            "<main><section><h2>Opt out</h2><p>We sell to all.</p><form><input type=email></form></section></main>",
            "<ol><li>We sell.</li><li>Opt out here: <form><input type=email></form></li></ol>",
            "<details><summary>How to opt out</summary><div>We sell.</div><form><input type=email></form></details>",
            "<div><form><input type=search></form><h1>Cookies</h1><div>We sell.</div></div>",
            "<div><form><input type=search></form><p>We sell.</p></div>",
            "<table><tr><td>We sell</td><td>news</td><td><form>stop <input type=email></form></td></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>",
            "<table><tr><td><form><input type=password></form>Log in</td><td><h1>Privacy</h1><div>We sell.</div></td></tr></table>",
            "<main><div><form><input type=search></form><div>We sell.</div></div></main>",
            "<main><div><h5>Opt out</h5><div>We sell.</div><form><input type=email></form></div></main>",
            "<main><div>We sell: <form><input type=email></form></div></main>",
            "<form><p>We sell.</p><input type=email></form>",
        ] {
            let page = read(&format!("<html><body>{part}<div><h1>Privacy</h1><p>{text}</p></div></body></html>"));
            assert!(page.iter().any(|block| block.contains("We sell")), "{part}: {page:?}");
        }
    }

    #[test]
    fn the_policy_itself_is_never_lost() {
        let text = "We collect your name and your address, and we keep both for a year.";
        assert_eq!(read(&format!("<body><div class=sidebar><p>{text}</div>")), [format!("P {text}")]);
        assert_eq!(
            read(&format!("<body><div class=menu><main><p>{text}</main></div><p>x</p>")),
            [format!("P {text}"), "P x".into()]
        );
        let long = text.repeat(10);
        assert_eq!(read(&format!("<body><p>{}</p><section hidden>{long}</section>", long.repeat(3))).len(), 2);
    }

    #[test]
    fn deep_pages_are_read_or_refused() {
        let deep = |depth: usize| page(&format!("{}x", "<div><span>".repeat(depth / 2)));
        assert_eq!(deep(shape::MAX_DEPTH).unwrap().len(), 1);
        assert!(matches!(deep(shape::MAX_DEPTH + 2), Err(ExtractError::TooDeep { .. })));
    }
}
