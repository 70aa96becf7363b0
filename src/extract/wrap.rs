//! Texts made from printed pages, where every line became a paragraph: how they are told, and how their lines are joined.

use super::prose::{begins_in_lower_case, is_visible, is_zero_width};
use super::{BOLD_LEVEL, Block, BlockKind, text};
use std::collections::{HashMap, HashSet};

/// Fewer bytes than this show too little to tell.
pub(super) const MIN_TEXT_BYTES: usize = 600;

/// How many pairs of neighbouring paragraphs there must be.
const MIN_PAIRS: usize = 12;

/// A line of a printed page is no longer than this, in characters.
const MAX_LINE: usize = 180;

/// A shorter line than this was not broken for want of room, in bytes: names and labels often stand alone without a full stop.
const MIN_BROKEN_LINE: usize = 40;

/// A line was broken for want of room if the next word would have reached this far, in per cent of the width of full lines.
const FORCED_PERCENT: usize = 92;

/// The same for a line that does not end a sentence.
const FORCED_OPEN_PERCENT: usize = 85;

/// A line that is shorter than this share of the width ends its paragraph, even within a sentence.
const SHORTEST_OPEN_PERCENT: usize = 40;

/// The same for capitals, which are wide.
const SHORTEST_CAPITAL_PERCENT: usize = 60;

/// What the paragraphs of a text are like at their borders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pairs: usize,
    /// Pairs in which a sentence runs over the border.
    broken: usize,
    long: usize,
    previous_open: Option<bool>,
}

impl Lines {
    /// Takes the next paragraph: its text, its last line, and whether that may be cut off within a sentence.
    pub(super) fn push(&mut self, all: &str, last: &str, may_be_open: bool) {
        let Some(first) = all.chars().find(|c| c.is_alphanumeric()) else {
            return;
        };
        if let Some(before_is_open) = self.previous_open {
            self.pairs += 1;
            self.broken += usize::from(before_is_open && first.is_lowercase());
            self.long += usize::from(all.len() > MAX_LINE);
        }
        self.previous_open = Some(may_be_open && last.len() >= MIN_BROKEN_LINE && is_open(last));
    }

    /// Whether what follows counts here as it does there.
    pub(super) fn goes_on_as(&self, other: &Lines) -> bool {
        self.previous_open == other.previous_open
    }

    /// What was counted since.
    pub(super) fn since(self, start: Lines) -> Lines {
        Lines {
            pairs: self.pairs - start.pairs,
            broken: self.broken - start.broken,
            long: self.long - start.long,
            previous_open: self.previous_open,
        }
    }

    /// With what was counted of the paragraphs that follow.
    pub(super) fn and(self, more: Lines) -> Lines {
        Lines {
            pairs: self.pairs + more.pairs,
            broken: self.broken + more.broken,
            long: self.long + more.long,
            previous_open: more.previous_open,
        }
    }

    /// Whether so many sentences run over a border that the borders are those of printed lines.
    pub(super) fn are_wrapped(&self) -> bool {
        self.pairs >= MIN_PAIRS && self.broken * 4 >= self.pairs && self.long * 20 <= self.pairs
    }
}

/// Whether the blocks of a page are the lines of a printed page.
pub(super) fn blocks_are_lines(blocks: &[Block]) -> bool {
    let mut lines = Lines::default();
    for block in blocks.iter().filter(|block| is_line(block.kind)) {
        lines.push(&block.text, &block.text, true);
    }
    lines.are_wrapped()
}

fn is_line(kind: BlockKind) -> bool {
    matches!(kind, BlockKind::Paragraph | BlockKind::Heading(BOLD_LEVEL))
}

/// Whether a sentence goes on behind this text.
fn is_open(text: &str) -> bool {
    let closing =
        |c: char| c.is_whitespace() || is_zero_width(c) || matches!(c, '"' | '\'' | '”' | '’' | ')' | ']' | '*' | '_' | '\\');
    let last = text.trim_end_matches(closing).chars().next_back();
    !matches!(last, None | Some('.' | '!' | '?' | ':' | ';' | '。' | '！' | '？' | '：'))
}

/// Joins the lines of printed pages to paragraphs, and leaves out page numbers and addresses between them.
pub(super) fn join(lines: Vec<Block>) -> Vec<Block> {
    let width = width_of(&lines);
    let repeated = repeated_addresses(&lines);
    let words = OnceWords::default();
    let mut blocks: Vec<Block> = Vec::new();
    // The last printed line of the block before.
    let mut last = "";
    for line in lines.iter().filter(|line| !is_page_mark(&line.text, &repeated)) {
        match blocks.last_mut() {
            Some(before) if goes_on(before.kind, last, line, width) => {
                append(&mut before.text, &line.text, &words, &lines);
                if is_line(before.kind) {
                    before.kind = BlockKind::Paragraph;
                }
            }
            _ => blocks.push(as_entry(line)),
        }
        last = &line.text;
    }
    blocks
}

/// A line that begins with a number or bullet is an entry: Markdown says so, HTML made from print does not.
fn as_entry(line: &Block) -> Block {
    match text::entry(&line.text) {
        Some((marker, text)) if is_line(line.kind) && is_visible(text) => {
            Block { kind: BlockKind::Item { depth: 0, marker }, text: text.trim_start().to_owned() }
        }
        _ => line.clone(),
    }
}

/// Whether a line continues the block before it.
fn goes_on(before: BlockKind, last: &str, line: &Block, width: usize) -> bool {
    if !is_line(line.kind) || !matches!(before, BlockKind::Paragraph | BlockKind::Heading(BOLD_LEVEL) | BlockKind::Item { .. }) {
        return false;
    }
    if starts_entry(&line.text) {
        return false;
    }
    let last_length = last.chars().count();
    let first_word = line.text.split(' ').next().unwrap_or_default().chars().count();
    // The break was forced where the next word had no room left. Type is proportional: characters measure it roughly.
    let forced = (last_length + 1 + first_word) * 100 / width.max(1);
    let open = is_open(last);
    if open && (begins_in_lower_case(&line.text) || wants_more(last)) {
        return last_length * 100 >= width * SHORTEST_OPEN_PERCENT;
    }
    // Capitals are wide: their lines hold fewer characters.
    if open && last_length * 100 >= width * SHORTEST_CAPITAL_PERCENT && are_capitals(last) && are_capitals(&line.text) {
        return true;
    }
    // A heading in bold fills a line before it goes on in the next; text does not go on in bold.
    let bold = |kind| kind == BlockKind::Heading(BOLD_LEVEL);
    if bold(line.kind) && !bold(before) {
        return false;
    }
    forced >= if open && !bold(before) { FORCED_OPEN_PERCENT } else { FORCED_PERCENT }
}

fn are_capitals(text: &str) -> bool {
    !text.chars().any(char::is_lowercase) && text.chars().any(char::is_uppercase)
}

/// Whether a text ends where no line of a heading or list would: in a comma or in a word that leads on.
fn wants_more(text: &str) -> bool {
    const WORDS: [&str; 24] = [
        "a", "an", "the", "and", "or", "of", "to", "in", "for", "with", "by", "our", "your", "on", "at", "from", "as", "that",
        "which", "is", "are", "may", "about", "any",
    ];
    text.ends_with(',') || text.rsplit(' ').next().is_some_and(|word| WORDS.contains(&word))
}

/// A bullet, a letter in brackets, or a number such as `2.1` before a capital.
fn starts_entry(line: &str) -> bool {
    if text::entry(line).is_some() || (line.starts_with('(') && line.chars().nth(2) == Some(')')) {
        return true;
    }
    let number = line.split(' ').next().unwrap_or_default();
    let counts = number.split('.').all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    counts && number.contains('.') && line[number.len()..].trim_start().starts_with(char::is_uppercase)
}

/// The length that full lines have, in characters: nine lines in ten are no longer.
fn width_of(lines: &[Block]) -> usize {
    let mut lengths: Vec<usize> = lines
        .iter()
        .filter(|line| is_line(line.kind))
        .map(|line| line.text.chars().count())
        .filter(|length| *length <= MAX_LINE)
        .collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0)
}

/// Addresses that stand alone on several pages: the printed foot of a page.
fn repeated_addresses(lines: &[Block]) -> HashSet<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in lines {
        if let Some(address) = lone_address(&line.text) {
            *counts.entry(address).or_default() += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(address, _)| address.to_owned()).collect()
}

fn lone_address(text: &str) -> Option<&str> {
    let mut words = text.split(' ');
    let address = words.next().filter(|word| word.starts_with("http://") || word.starts_with("https://"))?;
    match (words.next(), words.next()) {
        (None, _) => Some(address),
        (Some(page), None) if is_page_of(page) => Some(address),
        _ => None,
    }
}

/// The number of a page, alone or of so many, or its repeated address.
fn is_page_mark(text: &str, repeated: &HashSet<String>) -> bool {
    let page = text.strip_prefix("Page ").unwrap_or(text);
    page.split(" of ").all(is_page_number)
        || is_page_of(text)
        || lone_address(text).is_some_and(|address| repeated.contains(address))
}

fn is_page_of(text: &str) -> bool {
    text.split_once('/').is_some_and(|(page, of)| is_page_number(page) && is_page_number(of))
}

fn is_page_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of the text, collected when the first line ends in a hyphen.
#[derive(Default)]
struct OnceWords(std::cell::OnceCell<HashSet<String>>);

impl OnceWords {
    fn contains(&self, word: &str, lines: &[Block]) -> bool {
        let words = self.0.get_or_init(|| {
            let words = lines.iter().flat_map(|line| line.text.split(|c: char| !c.is_alphanumeric()));
            words.map(str::to_lowercase).collect()
        });
        words.contains(&word.to_lowercase())
    }
}

/// Appends a line. A hyphen at the end goes only where the text has the whole word elsewhere; "third-" and "party" stay hyphenated.
fn append(text: &mut String, line: &str, words: &OnceWords, lines: &[Block]) {
    let hyphenated = text.ends_with('-') && text[..text.len() - 1].ends_with(char::is_alphabetic);
    if !hyphenated || !line.starts_with(char::is_lowercase) {
        text.push(' ');
        text.push_str(line);
        return;
    }
    let head = text[..text.len() - 1].rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let tail = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if words.contains(&format!("{head}{tail}"), lines) {
        text.pop();
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use crate::extract::testing::shown;
    use crate::snapshot::Format;

    /// A policy as a printer broke it, one paragraph a line.
    const PRINTED: [&str; 27] = [
        "**Privacy of Orchid Post**",
        "Scope",
        "This notice says what Orchid Post learns about the people who send letters with us and",
        "how long we keep what we have learned. It holds for every office that we run, and for the",
        "pages that we have on the web.",
        "What we collect",
        "We collect the names and the addresses that stand on your letters, the weight of what you",
        "send, and the hour at which you bring it to one of our offices. We also learn from Orchid",
        "Bank whether you have paid. When you write to us, we keep your letter as long as the third-",
        "party that moves our mail asks us to, and never longer than the law allows or demands.",
        "https://orchid.example/privacy 1/2",
        "• your name and the name of the person to whom you send the letter or parcel that you have",
        "brought to us",
        "• your address",
        "2. Use",
        "We use what we collect to bring your letters to where they should go, to send you bills and",
        "to improve how we work. WE DO NOT SELL WHAT WE KNOW ABOUT YOU, AND WE DO NOT",
        "GIVE IT TO THOSE WHO DO. We may give infor-",
        "mation to a court that has the right to ask for it, and we tell you about it where the law",
        "https://orchid.example/privacy 2/2",
        "7",
        "lets us do so. The information that we give is as little as we can make it, and it goes out",
        "by letter only.",
        "Changes",
        "We may change this notice. We will tell you about it thirty days before the new one comes",
        "into force, by a letter to the address that we have.",
        "Orchid Post",
    ];

    fn expected() -> Vec<&'static str> {
        vec![
            "7# Privacy of Orchid Post",
            "P Scope",
            "P This notice says what Orchid Post learns about the people who send letters with us and how long we keep what we have \
             learned. It holds for every office that we run, and for the pages that we have on the web.",
            "P What we collect",
            "P We collect the names and the addresses that stand on your letters, the weight of what you send, and the hour at which \
             you bring it to one of our offices. We also learn from Orchid Bank whether you have paid. When you write to us, we keep \
             your letter as long as the third-party that moves our mail asks us to, and never longer than the law allows or demands.",
            "0* your name and the name of the person to whom you send the letter or parcel that you have brought to us",
            "0* your address",
            "0 2. Use",
            "P We use what we collect to bring your letters to where they should go, to send you bills and to improve how we work. WE \
             DO NOT SELL WHAT WE KNOW ABOUT YOU, AND WE DO NOT GIVE IT TO THOSE WHO DO. We may give information to a court that has \
             the right to ask for it, and we tell you about it where the law lets us do so. The information that we give is as little \
             as we can make it, and it goes out by letter only.",
            "P Changes",
            "P We may change this notice. We will tell you about it thirty days before the new one comes into force, by a letter to \
             the address that we have.",
            "P Orchid Post",
        ]
    }

    #[test]
    fn printed_lines_are_joined_in_every_format() {
        let markdown = PRINTED.join("\n\n");
        let parted = crate::extract::Parted::new(&markdown, Format::Markdown, None);
        assert_eq!((parted.len(), parted.span(0, 0)), (1, markdown.as_str()));
        assert_eq!(shown(&markdown, Format::Markdown), expected());
        let lines = PRINTED.map(|line| match line.strip_prefix("**") {
            Some(bold) => format!("<p><b>{}</b></p>", bold.trim_end_matches('*')),
            None => format!("<p style=\"position:absolute\"><span>{line}</span></p>"),
        });
        assert_eq!(shown(&lines.concat(), Format::Html), expected());
    }

    #[test]
    fn ordinary_paragraphs_are_left_alone() {
        let text = "We collect the names and the addresses that stand on your letters.\n\nName\n\nmail\n\n".repeat(9);
        assert_eq!(shown(&text, Format::Markdown).len(), 27);
    }
}
