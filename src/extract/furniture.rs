//! What stands around the text of a page: menus, footers, consent boxes, hidden parts; found in the tree, left out at the end.

use super::Block;
use super::shape::Shape;
use html2text::{Document, Element, Handle};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use std::sync::LazyLock;

/// A hidden part with more bytes of text than this is kept: policies fold their sections away.
const MAX_HIDDEN: usize = 500;

/// So many per cent of a page's text stay, whatever looks like furniture: a cookie policy has "cookie" in its class names.
const MIN_KEPT_PERCENT: usize = 40;

/// A header of the site, or a box for an address, a password or words to search for, has at most so many bytes of text.
const MAX_BOX_TEXT: usize = 300;

/// A part of a page that is no text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    /// Menus, headers, footers, side bars, consent boxes.
    Around,
    /// Not shown until someone unfolds it, if ever.
    Hidden,
    /// What looks like a header of the site or like the box of a form, if it has little text.
    Box,
}

/// What the tree tells before it is read.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Elements of running text that hold a block.
    holders: FxHashSet<*const ()>,
    areas: FxHashMap<*const (), Area>,
}

impl Plan {
    pub(super) fn holds_block(&self, node: &Handle) -> bool {
        self.holders.contains(&id(node))
    }

    pub(super) fn area(&self, node: &Handle) -> Option<Area> {
        self.areas.get(&id(node)).copied()
    }
}

fn id(node: &Handle) -> *const () {
    Rc::as_ptr(node).cast()
}

/// Names or words to look up.
type Names = LazyLock<FxHashSet<&'static str>>;

fn names(list: &'static str) -> FxHashSet<&'static str> {
    list.split_ascii_whitespace().collect()
}

/// Elements that part running text.
static BLOCKS: Names = LazyLock::new(|| {
    names(
        "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption \
    figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main marquee menu nav ol p plaintext pre \
    search section summary table tbody td textarea tfoot th thead tr ul xmp",
    )
});

/// Elements without text for a reader.
static UNSEEN: Names = LazyLock::new(|| {
    names(
        "applet area audio base canvas datalist embed frame head iframe input link map meta noframes noscript object param \
    progress script select source style svg template title track video",
    )
});

/// Elements of running text.
static INLINE: Names = LazyLock::new(|| {
    names(
        "a abbr acronym b bdi bdo big blink br cite code col colgroup del dfn em font i image img ins kbd label mark math \
    meter nobr o optgroup option output picture q rp rt ruby s samp slot small span strike strong sub sup time tt u var wbr",
    )
});

/// Words in ids and classes that name what stands around a text.
static AROUND: Names = LazyLock::new(|| {
    names(
        "nav navbar navigation menu main-menu main-nav mega-menu top-nav topnav topbar top-bar sidebar side-bar breadcrumb \
    breadcrumbs site-header site-footer page-footer global-header global-footer globalnav footer footer-menu footer-nav social-links \
    share-buttons related-posts newsletter",
    )
});

/// How words in ids and classes begin that name a consent box or a link past the menu.
const AROUND_STARTS: &str = "cookie-banner cookie-consent cookie-notice cookie-bar cookie-popup cookie-modal cookie-law cookie-disclaimer \
    cookiebanner cookieconsent cookielaw onetrust- cybotcookiebot gdpr-banner gdpr-cookie cc-window cc-banner consent-banner \
    consent-popup consent-modal usercentrics didomi- qc-cmp sp-message osano-cm cmplz- skip-link skip-to-";

pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.contains(name)
}

/// Whether browsers know an element of this name, or it is one that a page defines.
pub(super) fn is_element(name: &str) -> bool {
    name.contains('-') || [&BLOCKS, &UNSEEN, &INLINE].into_iter().any(|names| names.contains(name))
}

/// Takes out of the tree what is never read, and finds the rest of what [`Plan`] knows.
pub(super) fn prune(document: &Handle, shape: Shape) -> Plan {
    let mut plan = Plan::default();
    let mut kept = FxHashSet::default();
    // The open elements: their name, their identity, and whether they are in running text.
    let mut path: Vec<Open> = Vec::new();
    let mut steps = vec![Step::Enter(document.clone())];
    while let Some(step) = steps.pop() {
        let node = match step {
            Step::Leave => {
                path.pop();
                continue;
            }
            Step::Enter(node) => node,
        };
        let open = match &node.data {
            Element { name, .. } => {
                let name: &str = &name.local;
                let facts = Facts::of(&node, name);
                note(&mut plan, &mut kept, &path, &node, &facts, shape);
                Open { node: node.clone(), is_block: is_block(name), facts }
            }
            Document => Open { node: node.clone(), is_block: true, facts: Facts::default() },
            _ => continue,
        };
        let in_heading = open.facts.is_heading || path.iter().any(|open| open.facts.is_heading);
        node.children.borrow_mut().retain(|child| match &child.data {
            Element { name, .. } => is_read(child, &name.local, shape, in_heading),
            _ => true,
        });
        path.push(open);
        steps.push(Step::Leave);
        steps.extend(node.children.borrow().iter().rev().cloned().map(Step::Enter));
    }
    plan.areas.retain(|node, _| !kept.contains(node));
    plan
}

enum Step {
    Enter(Handle),
    Leave,
}

struct Open {
    node: Handle,
    is_block: bool,
    facts: Facts,
}

/// What an element says of itself.
#[derive(Debug, Default)]
struct Facts {
    is_text: bool,
    is_heading: bool,
    is_header: bool,
    is_menu: bool,
    is_around: bool,
    is_hidden: bool,
    /// The entry of a list, or the cell of a table.
    is_part: bool,
    /// A header with links or buttons, without what a text begins with.
    is_site_header: bool,
    /// A form for an address, a password or words to search for, and little else.
    is_form: bool,
}

impl Facts {
    fn of(node: &Handle, name: &str) -> Facts {
        let role = attribute(node, "role").unwrap_or_default();
        let words = [attribute(node, "id"), attribute(node, "class")];
        let is_named = words.iter().flatten().any(|value| value.split_ascii_whitespace().any(names_furniture));
        let is_root = matches!(name, "html" | "body" | "main" | "article");
        let is_menu = name == "nav" || matches!(role.as_str(), "navigation" | "menu" | "menubar");
        let is_around = matches!(name, "footer" | "aside" | "dialog")
            || matches!(role.as_str(), "banner" | "contentinfo" | "dialog" | "alertdialog" | "search" | "complementary");
        Facts {
            is_part: matches!(name, "li" | "dt" | "dd" | "td" | "th" | "p" | "details"),
            is_site_header: name == "header" && holds(node, &["a", "button"]) && !holds_text(node),
            is_text: matches!(name, "main" | "article") || role == "main",
            is_heading: matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary" | "dt"),
            is_header: name == "header",
            is_form: name == "form" && asks_for_input(node) && !holds_text(node),
            is_menu,
            is_around: !is_root && (is_menu || is_around || is_named),
            is_hidden: !is_root && is_hidden(node),
        }
    }
}

/// Puts down what an element means for itself and for those around it.
fn note(plan: &mut Plan, kept: &mut FxHashSet<*const ()>, path: &[Open], node: &Handle, facts: &Facts, shape: Shape) {
    let Element { name, .. } = &node.data else { return };
    if is_block(&name.local) {
        // Elements further up hold the block between already.
        for open in path.iter().rev().take_while(|open| !open.is_block) {
            plan.holders.insert(id(&open.node));
        }
    }
    if shape == Shape::Fragment {
        if facts.is_hidden {
            plan.areas.insert(id(node), Area::Hidden);
        }
        return;
    }
    if facts.is_text {
        kept.extend(path.iter().map(|open| id(&open.node)));
    }
    if facts.is_menu {
        plan.areas.extend(path.iter().filter(|open| open.facts.is_header).map(|open| (id(&open.node), Area::Around)));
    }
    // The footer and the notes of an article belong to it.
    let in_text = path.iter().any(|open| open.facts.is_text);
    if !in_text && facts.is_site_header {
        plan.areas.insert(id(node), Area::Box);
    }
    // What stands in an entry or a cell is part of a list or table of the text.
    if facts.is_form && !path.iter().any(|open| open.facts.is_part) {
        let around = path.iter().rev().map(|open| &open.node).take_while(|node| is_box(node));
        let boxes: Vec<&Handle> = std::iter::once(node).chain(around).collect();
        // Within the text only a box with a title, and with nothing besides its form, is known to be none of it.
        if !in_text || boxes.last().is_some_and(|outermost| holds(outermost, &["h5", "h6"]) && !holds_more_than_forms(outermost))
        {
            for node in boxes {
                plan.areas.entry(id(node)).or_insert(Area::Box);
            }
        }
    }
    if facts.is_around && !(in_text && matches!(&*name.local, "footer" | "aside")) {
        plan.areas.insert(id(node), Area::Around);
    } else if facts.is_hidden {
        plan.areas.insert(id(node), Area::Hidden);
    }
}

/// Whether there is an element of one of these names in an element.
fn holds(node: &Handle, names: &[&str]) -> bool {
    descendants(node).any(|node| element(&node).is_some_and(|name| names.contains(&name.as_str())))
}

/// Whether there are paragraphs, lists of text, tables or headings in an element. The smallest headings serve as titles of boxes.
fn holds_text(node: &Handle) -> bool {
    let is_heading = |node: Handle| attribute(&node, "role").is_some_and(|role| role == "heading");
    holds(node, &["p", "h1", "h2", "h3", "h4", "ol", "dl", "table", "blockquote", "details", "main", "article", "section"])
        || descendants(node).any(is_heading)
}

/// Whether there is a box in an element that stands beside its form, not around or in it.
fn holds_more_than_forms(node: &Handle) -> bool {
    let mut waiting: Vec<Handle> = node.children.borrow().clone();
    while let Some(next) = waiting.pop() {
        match element(&next).as_deref() {
            Some("div") if !holds(&next, &["form"]) => return true,
            Some("div") => waiting.extend(next.children.borrow().iter().cloned()),
            _ => {}
        }
    }
    false
}

/// Whether an element may be the box around a form.
fn is_box(node: &Handle) -> bool {
    element(node).is_some_and(|name| name == "div") && !holds_text(node)
}

fn asks_for_input(form: &Handle) -> bool {
    descendants(form).filter(|node| element(node).is_some_and(|name| name == "input")).any(|input| {
        let kind = attribute(&input, "type").unwrap_or_default().to_ascii_lowercase();
        matches!(kind.as_str(), "email" | "password" | "search")
    })
}

fn element(node: &Handle) -> Option<String> {
    if let Element { name, .. } = &node.data { Some(name.local.to_string()) } else { None }
}

/// All nodes below one.
fn descendants(node: &Handle) -> impl Iterator<Item = Handle> {
    let mut waiting: Vec<Handle> = node.children.borrow().clone();
    std::iter::from_fn(move || {
        let next = waiting.pop()?;
        waiting.extend(next.children.borrow().iter().cloned());
        Some(next)
    })
}

/// Whether an element is read at all.
fn is_read(node: &Handle, name: &str, shape: Shape, in_heading: bool) -> bool {
    if UNSEEN.contains(name) {
        return false;
    }
    if name == "button" {
        // Buttons that unfold a section are its heading.
        let unfolds = ["aria-expanded", "aria-controls"].iter().any(|key| attribute(node, key).is_some());
        return shape == Shape::Fragment || in_heading || unfolds;
    }
    is_block(name) || !(is_hidden(node) || is_for_screen_readers(node))
}

fn is_hidden(node: &Handle) -> bool {
    if attribute(node, "hidden").is_some() {
        return true;
    }
    attribute(node, "style").is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

/// Notes such as "opens in a new window" that no one sees.
fn is_for_screen_readers(node: &Handle) -> bool {
    attribute(node, "class").is_some_and(|class| {
        class
            .split_ascii_whitespace()
            .any(|word| matches!(word, "sr-only" | "visually-hidden" | "screen-reader-text" | "visuallyhidden"))
    })
}

/// Whether a word of an id or class names a menu, a side bar, or a consent box.
fn names_furniture(word: &str) -> bool {
    let word = word.to_ascii_lowercase().replace('_', "-");
    AROUND.contains(word.as_str()) || AROUND_STARTS.split(' ').any(|start| word.starts_with(start))
}

pub(super) fn attribute(node: &Handle, key: &str) -> Option<String> {
    let Element { attrs, .. } = &node.data else { return None };
    let attrs = attrs.borrow();
    let found = attrs.iter().find(|attr| &*attr.name.local == key)?;
    Some(found.value.to_string())
}

/// The areas met while reading, each within another or none.
#[derive(Debug, Default)]
pub(super) struct Areas {
    met: Vec<(Area, Option<usize>)>,
}

impl Areas {
    /// Enters an area; returns its number.
    pub(super) fn enter(&mut self, area: Area, around: Option<usize>) -> usize {
        self.met.push((area, around));
        self.met.len() - 1
    }

    /// Leaves out the blocks of areas, but never most of the text.
    pub(super) fn without(&self, blocks: Vec<(Block, Option<usize>)>) -> Vec<Block> {
        let mut own = vec![0; self.met.len()];
        for (block, area) in &blocks {
            if let Some(area) = area {
                own[*area] += block.text.len();
            }
        }
        let mut size = own.clone();
        for area in (0..self.met.len()).rev() {
            if let Some(around) = self.met[area].1 {
                size[around] += size[area];
            }
        }
        let total: usize = blocks.iter().map(|(block, _)| block.text.len()).sum();
        let is_out = |area: usize| match self.met[area].0 {
            Area::Around => true,
            Area::Hidden => size[area] < MAX_HIDDEN,
            Area::Box => size[area] <= MAX_BOX_TEXT,
        };
        let mut out: Vec<bool> = (0..self.met.len()).map(is_out).collect();
        loop {
            // An area is gone if it or one around it is left out; areas come after those around them.
            let mut gone = out.clone();
            for area in 0..self.met.len() {
                gone[area] |= self.met[area].1.is_some_and(|around| gone[around]);
            }
            let left_out: usize = (0..own.len()).filter(|area| gone[*area]).map(|area| own[area]).sum();
            let largest = (0..out.len()).filter(|area| out[*area]).max_by_key(|area| (size[*area], std::cmp::Reverse(*area)));
            match largest {
                Some(largest) if (total - left_out) * 100 < total * MIN_KEPT_PERCENT => out[largest] = false,
                _ => {
                    return blocks
                        .into_iter()
                        .filter(|(_, area)| !area.is_some_and(|area| gone[area]))
                        .map(|(block, _)| block)
                        .collect();
                }
            }
        }
    }
}
