//! The words of a text as matching sees them: the one rule that index, queries, highlights and clauses share.
//!
//! * A word is a run of letters, digits and combining marks. Everything else parts words: so `third-party` is two words, and the
//!   phrase `"third party"` finds it with and without the hyphen, and `1,000` is `1` `000`.
//! * An apostrophe between two letters or digits belongs to the word (`don't`, `company's`); elsewhere it parts (`users' data`).
//!   All typographic forms count as the plain one, and so does the damaged entity `&apos` with its semicolon missing.
//! * Soft hyphens and zero-width characters are left out wherever they stand.
//! * Words are case-folded and brought to Unicode's NFKC form.
//! * Han, Hiragana and Katakana are written without blanks: each such character is a word.
//! * Of a word over [`MAX_WORD_CHARS`] characters only that many count.

use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Longer words (encoded data, mostly) are cut to this many characters.
pub const MAX_WORD_CHARS: usize = 200;

/// One word of a text: its form for matching, and where it stands (bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

/// Walks over the words of a text without allocating for each.
pub struct Words<'t> {
    text: &'t str,
    next: usize,
    start: usize,
    end: usize,
    word: String,
    passed_over: bool,
}

/// What a byte is to the words around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    /// An ASCII letter or digit.
    Letter,
    /// It parts words, whatever stands beside it.
    Other,
    /// Part of a character that [`class_at`] must be asked for.
    Unsure,
}

static BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Unsure; 256];
    let mut byte = 0u8;
    while byte.is_ascii() {
        bytes[byte as usize] = match byte {
            _ if byte.is_ascii_alphanumeric() => Byte::Letter,
            b'\'' | b'&' => Byte::Unsure,
            _ => Byte::Other,
        };
        byte += 1;
    }
    bytes
};

/// What a character is to the words around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    /// A word of its own.
    Single,
    Apostrophe,
    /// Not there at all.
    Invisible,
    Other,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Letter,
        '\'' => Class::Apostrophe,
        '\0'..='\x7f' => Class::Other,
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{ff07}' | '\u{b4}' | '\u{2032}' => Class::Apostrophe,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{180e}' => {
            Class::Invisible
        }
        '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => {
            if c.is_alphanumeric() {
                Class::Single
            } else {
                Class::Other
            }
        }
        _ if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => Class::Letter,
        _ => Class::Other,
    }
}

/// The class of what begins at `at`, the character that stands for it, and its length in bytes.
fn class_at(text: &str, at: usize) -> Option<(Class, char, usize)> {
    let rest = &text[at..];
    let c = rest.chars().next()?;
    if c == '&' && rest.starts_with("&apos") {
        let len = if rest.as_bytes().get(5) == Some(&b';') { 6 } else { 5 };
        return Some((Class::Apostrophe, '\'', len));
    }
    Some((class(c), c, c.len_utf8()))
}

impl<'t> Words<'t> {
    pub fn new(text: &'t str) -> Words<'t> {
        Words { text, next: 0, start: 0, end: 0, word: String::new(), passed_over: false }
    }

    /// Goes on to the next word; false when there is none.
    pub fn advance(&mut self) -> bool {
        self.advance_to(|_| true)
    }

    /// Goes on to the next word that may be wanted; false when there is none. Words of ASCII letters and digits alone are passed over where
    /// their first, in lower case, is not wanted.
    pub fn advance_to(&mut self, is_wanted: impl Fn(u8) -> bool) -> bool {
        self.passed_over = false;
        let bytes = self.text.as_bytes();
        let behind =
            |at: usize, kind: Byte| at + bytes[at..].iter().take_while(|byte| BYTES[usize::from(**byte)] == kind).count();
        loop {
            let start = behind(self.next, Byte::Other);
            let end = behind(start, Byte::Letter);
            self.next = start;
            let is_whole = bytes.get(end).is_none_or(|byte| BYTES[usize::from(*byte)] == Byte::Other);
            if !is_whole || !(1..=MAX_WORD_CHARS).contains(&(end - start)) {
                return self.advance_folding();
            }
            self.next = end;
            if is_wanted(bytes[start].to_ascii_lowercase()) {
                (self.start, self.end) = (start, end);
                self.word.clear();
                self.word.push_str(&self.text[start..end]);
                self.word.make_ascii_lowercase();
                return true;
            }
            self.passed_over = true;
        }
    }

    /// Whether words were passed over to come to the present one.
    pub fn passed_over(&self) -> bool {
        self.passed_over
    }

    /// Goes on to the next word, of whatever characters.
    fn advance_folding(&mut self) -> bool {
        self.word.clear();
        let bytes = self.text.as_bytes();
        // Whether the word may still be plain ASCII, which needs no folding tables.
        let mut ascii = true;
        let mut chars = 0;
        let mut at = self.next;
        while at < bytes.len() {
            let byte = bytes[at];
            let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            if run > 0 {
                if chars == 0 {
                    self.start = at;
                }
                let taken = run.min(MAX_WORD_CHARS.saturating_sub(chars));
                let before = self.word.len();
                self.word.push_str(&self.text[at..at + taken]);
                self.word[before..].make_ascii_lowercase();
                chars += run;
                at += run;
                self.end = at;
                continue;
            }
            if byte.is_ascii() && byte != b'\'' && byte != b'&' {
                if chars > 0 {
                    break;
                }
                at += 1;
                continue;
            }
            let Some((class, c, len)) = class_at(self.text, at) else {
                break;
            };
            match class {
                Class::Letter | Class::Single => {
                    if chars > 0 && class == Class::Single {
                        break;
                    }
                    if chars == 0 {
                        self.start = at;
                    }
                    if chars < MAX_WORD_CHARS {
                        self.word.push(c);
                        ascii = false;
                    }
                    chars += 1;
                    at += len;
                    self.end = at;
                    if class == Class::Single {
                        break;
                    }
                }
                Class::Invisible => at += len,
                Class::Apostrophe if chars > 0 && self.letter_follows(at + len) => {
                    self.word.push('\'');
                    at += len;
                }
                _ if chars > 0 => break,
                _ => at += len,
            }
        }
        self.next = at;
        if chars > 0 && !ascii {
            self.word = fold(&self.word);
        }
        chars > 0
    }

    fn letter_follows(&self, mut at: usize) -> bool {
        while let Some((class, _, len)) = class_at(self.text, at) {
            match class {
                Class::Letter => return true,
                Class::Invisible => at += len,
                _ => return false,
            }
        }
        false
    }

    /// The present word in its form for matching.
    pub fn word(&self) -> &str {
        &self.word
    }

    /// Where the present word begins (bytes).
    pub fn start(&self) -> usize {
        self.start
    }

    /// Where the present word ends (bytes).
    pub fn end(&self) -> usize {
        self.end
    }
}

fn fold(word: &str) -> String {
    let compatible: String = word.nfkc().collect();
    caseless::default_case_fold_str(&compatible).nfkc().collect()
}

/// All words of a text.
pub fn words(text: &str) -> Vec<Word> {
    let mut walk = Words::new(text);
    let mut found = Vec::new();
    while walk.advance() {
        found.push(Word { text: walk.word().to_owned(), start: walk.start(), end: walk.end() });
    }
    found
}

/// The release of the stemming rules, kept with an index: other rules would give other stems.
pub const STEMMER: &str = "frostem-2.20261016";

static ENGLISH: LazyLock<frostem::Stemmer> = LazyLock::new(|| frostem::Stemmer::new(frostem::Algorithm::English));

/// The English stem of a word in its form for matching.
pub fn stem(word: &str) -> String {
    ENGLISH.stem(word).to_string()
}

/// The stems of the words met so far: the vocabulary of policies is small.
#[derive(Debug, Clone, Default)]
pub struct Stems(FxHashMap<Box<str>, Box<str>>);

/// All stems are forgotten when they are of so many words.
const MAX_STEMS: usize = 100_000;

impl Stems {
    /// The stem of a word in its form for matching.
    pub fn of(&mut self, word: &str) -> &str {
        if !self.0.contains_key(word) {
            if self.0.len() >= MAX_STEMS {
                self.0.clear();
            }
            self.0.insert(word.into(), stem(word).into());
        }
        self.0.get(word).map_or("", |stem| stem)
    }

    /// Whether a word in its form for matching has this stem.
    fn is_of(&mut self, wanted: &str, word: &str) -> bool {
        match self.0.get(word) {
            Some(stem) => **stem == *wanted,
            None => self.of(word) == wanted,
        }
    }
}

thread_local! {
    static STEMS: RefCell<Stems> = RefCell::default();
}

/// As [`stem`], of words that are asked for again and again: each thread remembers those that it met.
pub fn remembered_stem(word: &str) -> String {
    STEMS.with_borrow_mut(|stems| stems.of(word).to_owned())
}

/// Whether a word, in its form for matching, has this stem.
pub fn has_stem(word: &str, wanted: &str) -> bool {
    // A stem begins as its word does.
    word.chars().next() == wanted.chars().next() && STEMS.with_borrow_mut(|stems| stems.is_of(wanted, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn hyphens_part_and_inner_apostrophes_join() {
        assert_eq!(texts("Third-party users’ data; we don't SELL."), ["third", "party", "users", "data", "we", "don't", "sell"]);
        assert_eq!(texts("don\u{2019}t"), texts("don&apost"));
        assert_eq!(texts("users&apos; rights &apos quoted&apos"), ["users", "rights", "quoted"]);
        assert_eq!(texts("R&amp;D 1,000"), ["r", "amp", "d", "1", "000"]);
    }

    #[test]
    fn invisible_characters_and_ligatures_do_not_hide_a_word() {
        assert_eq!(texts("identi\u{ad}fi\u{200b}able"), ["identifiable"]);
        assert_eq!(texts("identiﬁable Straße ÉTÉ"), ["identifiable", "strasse", "été"]);
        assert_eq!(texts("e\u{301}te\u{301}"), ["été"]);
    }

    #[test]
    fn each_ideograph_is_a_word() {
        assert_eq!(texts("個人情報 policy"), ["個", "人", "情", "報", "policy"]);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "«Don’t» sell";
        let found = words(text);
        assert_eq!(&text[found[0].start..found[0].end], "Don’t");
        assert_eq!(&text[found[1].start..found[1].end], "sell");
    }

    #[test]
    fn a_stem_begins_as_its_word_does() {
        // Those that the rules name one by one, and all beginnings of a word.
        let named =
            "skis skies dying lying tying idly gently ugly early only singly sky news howe atlas cosmos bias andes yes yyy";
        let made = ('a'..='z')
            .flat_map(|a| ('a'..='z').flat_map(move |b| ["s", "ing", "ies", "edly", "'s"].map(|end| format!("{a}{b}{end}"))));
        for word in named.split(' ').map(str::to_owned).chain(made) {
            assert_eq!(stem(&word).chars().next(), word.chars().next(), "{word}");
        }
    }

    #[test]
    fn a_very_long_word_is_cut() {
        assert_eq!(texts(&"x".repeat(70_000))[0].len(), MAX_WORD_CHARS);
    }

    proptest! {
        #[test]
        fn places_are_ordered_and_within_the_text(text in "\\PC*") {
            let mut last = 0;
            for word in words(&text) {
                prop_assert!(last <= word.start && word.start < word.end);
                prop_assert!(text.get(word.start..word.end).is_some());
                last = word.end;
            }
        }

        /// Words of ASCII letters alone are found another way than others, and some may be passed over.
        #[test]
        fn all_ways_to_a_word_find_the_same(text in "([a-cA-C1'&;é\u{ad}]|[-., ]|&apos;|’|[x]{0,300}){0,40}") {
            let mut folding = Words::new(&text);
            let mut all = Vec::new();
            while folding.advance_folding() {
                all.push(Word { text: folding.word().to_owned(), start: folding.start(), end: folding.end() });
            }
            prop_assert_eq!(&words(&text), &all);
            let mut walk = Words::new(&text);
            let mut some = Vec::new();
            while walk.advance_to(|first| first == b'b') {
                some.push(Word { text: walk.word().to_owned(), start: walk.start(), end: walk.end() });
            }
            let is_kept = |word: &Word| word.text.starts_with('b') || !text[word.start..word.end].bytes().all(|byte| byte.is_ascii_alphanumeric());
            some.retain(is_kept);
            all.retain(is_kept);
            prop_assert_eq!(some, all);
        }

        /// A word in its form for matching is read as itself: a query typed from shown words finds them.
        #[test]
        fn reading_a_word_again_changes_nothing(text in "[a-zA-Zà-ÿ' \u{ad}-]*") {
            let once = texts(&text);
            prop_assert_eq!(texts(&once.join(" ")), once);
        }
    }
}
