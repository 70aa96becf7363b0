//! A sketch of a passage: 64 bits by which near-equal passages are told from others without reading them.
//!
//! * The upper 48 bits are a SimHash (Charikar 2002) of the pairs of neighbouring words, with the company's own name as one word for
//!   all: each bit is what most pairs have there, so that texts with few different pairs differ in few bits.
//! * The next 15 bits are a hash of what tells: the words that turn what a sentence says (*not*, *may*, *only* …), numbers and units of
//!   time, in their order. Passages that differ in it are not near-equal, however alike the rest is; of 32,768 differences one is missed.
//! * The last bit is set where only equal words are equal: of headings and of what is shorter than [`MIN_CLAUSE_WORDS`]. The others
//!   are then a hash of the words.

use super::{MIN_CLAUSE_WORDS, Names, mixed, word_hash};
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// So many bits of the SimHash may differ between near-equal passages (0: the same pairs of words, as a rule; 24: anything).
///
/// Chosen by measurement (`examples/sketches.rs`, 2026-11-24): of all pairs of passages of different companies that have in common what
/// tells, those of [`super::likeness`] 0.85 and more are to be found. At most so many bits differ in (precision / recall):
///
/// | bits | ota-pga-v2, 4,163 pairs | ota-contrib-sample, 2,852 pairs |
/// |---|---|---|
/// | 6 | .987 / .823 | .964 / .706 |
/// | 7 | .977 / .868 | .943 / .785 |
/// | **8** | .960 / .912 | .913 / .857 |
/// | 9 | .929 / .939 | .875 / .905 |
///
/// Of what is found at 8 bits, .985 and .981 have a likeness of at least 0.75.
pub const FOLD_DISTANCE: u32 = 8;

/// How many bits below the SimHash are compared as they are.
const EXACT_BITS: u32 = 16;

/// How many bits the SimHash has.
const SIMHASH_BITS: usize = (u64::BITS - EXACT_BITS) as usize;

/// The words that turn what a sentence says, of other languages than English those that deny and some like *may*; and what numbers are
/// written with and count.
const TELLING: &str = "
    no not never neither nor none nothing nobody without unless except only out always
    may might can could must shall should will would
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
    twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
    hour hours day days week weeks month months year years
    nicht nichts nie niemals kein keine keinen keiner keinem keines ohne nur kann können darf dürfen muss müssen wird werden
    ne n pas jamais aucun aucune sans sauf peut peuvent pouvons doit doivent devons
    nunca ningún ninguna sin salvo não nenhum nenhuma sem non mai nessun nessuna senza niet geen nooit zonder
    不 未 无 無 非 勿";

/// What *don't*, *cannot* and their like count as.
const DENIAL: &str = "not";

static TELLING_HASHES: LazyLock<FxHashSet<u64>> = LazyLock::new(|| TELLING.split_whitespace().map(word_hash).collect());

/// A text as hashed words.
pub struct Spoken {
    words: Vec<u64>,
    /// For each word what it tells; 0 where it is none of the telling words and no number.
    telling: Vec<u64>,
}

/// A word as texts are compared by it.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    hash: u64,
    telling: u64,
}

impl Heard {
    /// Of a word in its form for matching.
    pub fn of(word: &str) -> Heard {
        let hash = word_hash(word);
        let telling = match word {
            _ if word.ends_with("n't") || word == "cannot" => word_hash(DENIAL),
            _ if word.contains(char::is_numeric) || TELLING_HASHES.contains(&hash) => hash,
            _ => 0,
        };
        Heard { hash, telling }
    }
}

impl FromIterator<Heard> for Spoken {
    fn from_iter<I: IntoIterator<Item = Heard>>(words: I) -> Spoken {
        let (words, telling) = words.into_iter().map(|word| (word.hash, word.telling)).unzip();
        Spoken { words, telling }
    }
}

impl Spoken {
    /// The words, hashed.
    pub fn words(&self) -> impl Iterator<Item = u64> {
        self.words.iter().copied()
    }
}

/// A sketch, see the head of this file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Sketch(u64);

impl Sketch {
    /// The sketch of a text. `names`: those of the company whose text it is.
    pub fn of(text: &Spoken, names: &Names, is_heading: bool) -> Sketch {
        let mut counts = [0u32; SIMHASH_BITS];
        let (mut len, mut last, mut whole, mut telling) = (0, 0, u64::from(is_heading), 0);
        names.replaced(&text.words, |word, at| {
            if len > 0 {
                let pair = mixed(last, word);
                for (bit, count) in counts.iter_mut().enumerate() {
                    *count += (pair >> bit) as u32 & 1;
                }
            }
            if let Some(tells) = at.and_then(|at| text.telling.get(at)).filter(|tells| **tells != 0) {
                telling = mixed(telling, *tells);
            }
            whole = mixed(whole, word);
            last = word;
            len += 1;
        });
        if is_heading || len < MIN_CLAUSE_WORDS {
            return Sketch(whole | 1);
        }
        let pairs = len as u32 - 1;
        let bits = counts.iter().rev().fold(0, |bits, &count| bits << 1 | u64::from(2 * count > pairs));
        Sketch(bits << EXACT_BITS | (telling >> SIMHASH_BITS) & !1)
    }

    /// The sketch as a number.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The sketch that a number is.
    pub fn from_bits(bits: u64) -> Sketch {
        Sketch(bits)
    }

    /// The sketch with this SimHash and this exact part.
    pub fn from_parts(simhash: u64, exact: u16) -> Sketch {
        Sketch(simhash << EXACT_BITS | u64::from(exact))
    }

    /// The SimHash.
    pub fn simhash(self) -> u64 {
        self.0 >> EXACT_BITS
    }

    /// Whether two passages are near-equal, so that a reader is shown one of them.
    pub fn is_near(self, other: Sketch) -> bool {
        self.exact() == other.exact() && self.distance(other) <= self.most()
    }

    /// What near-equal passages have in common: passages with another such number are not near-equal.
    pub fn exact(self) -> u16 {
        self.0 as u16
    }

    /// How many bits of the SimHash are others.
    pub fn distance(self, other: Sketch) -> u32 {
        ((self.0 ^ other.0) >> EXACT_BITS).count_ones()
    }

    fn most(self) -> u32 {
        if self.0 & 1 == 1 { 0 } else { FOLD_DISTANCE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    const CLAUSE: &str = "Acme collects the personal information that you give us when you open an account, buy something or write to \
        us, such as your name, postal address, telephone number and email address, and we may share it with the companies that \
        deliver parcels, process payments and answer questions for us.";

    fn read(text: &str) -> Spoken {
        words(text).iter().map(|word| Heard::of(&word.text)).collect()
    }

    fn sketch(company: &str, text: &str) -> Sketch {
        Sketch::of(&read(text), &Names::new([company]), false)
    }

    /// Whether the clause of Acme is near-equal to itself with some words of it replaced.
    fn is_near(from: &str, to: &str) -> bool {
        assert!(CLAUSE.contains(from));
        sketch("acme.com", CLAUSE).is_near(sketch("acme.com", &CLAUSE.replacen(from, to, 1)))
    }

    #[test]
    fn small_edits_of_a_clause_are_near_equal() {
        assert!(is_near("postal address", "POSTAL ADDRESS!"));
        assert!(is_near("email address", "e-mail address"));
        assert!(is_near("telephone number", "phone number"));
        assert!(!is_near(
            "the companies that deliver parcels, process payments and answer questions for us",
            "nobody else at all"
        ));
    }

    #[test]
    fn words_that_turn_the_meaning_part_whatever_else_is_alike() {
        assert!(!is_near("may share", "will share"));
        assert!(!is_near("may share", "may not share"));
        assert!(!is_near("we may share", "we share"));
        assert!(!is_near("such as", "except"));
        for (a, b) in [("13", "16"), ("30 days", "30 years"), ("thirty days", "sixty days"), ("16 or 18", "18 or 16")] {
            let (a, b) = (format!("{CLAUSE} It is kept for {a}."), format!("{CLAUSE} It is kept for {b}."));
            assert!(!sketch("", &a).is_near(sketch("", &b)), "{a}\n{b}");
        }
    }

    #[test]
    fn contractions_deny_as_two_words_do() {
        let denied = |words: &str| sketch("", &format!("{CLAUSE} But we {words} sell what you tell us."));
        assert!(denied("don't").is_near(denied("do not")));
        assert!(!denied("don't").is_near(denied("do")));
    }

    #[test]
    fn the_own_name_makes_no_difference_and_the_name_of_another_does() {
        let of_bolt = CLAUSE.replace("Acme", "Bolt & Sons 24");
        assert_eq!(sketch("Acme", CLAUSE), sketch("Bolt & Sons 24", &of_bolt));
        assert!(!sketch("Acme", CLAUSE).is_near(sketch("Cask", &of_bolt)), "a number in the name of another company tells");
    }

    #[test]
    fn short_passages_and_headings_are_equal_or_not() {
        assert!(sketch("", "We sell your data.").is_near(sketch("", "we sell your DATA")));
        assert!(!sketch("", "We sell your data.").is_near(sketch("", "We sell our data.")));
        assert!(sketch("Acme", "About Acme").is_near(sketch("Bolt", "About Bolt")));
        let heading = |text: &str| Sketch::of(&read(text), &Names::new([]), true);
        assert!(heading(CLAUSE).is_near(heading(CLAUSE)));
        assert!(!heading(CLAUSE).is_near(heading(&CLAUSE.replacen("email", "mail", 1))));
        assert!(!heading(CLAUSE).is_near(sketch("", CLAUSE)));
    }

    /// A stored sketch is compared with those of other programs and machines: this changes only together with the format of the index.
    #[test]
    fn a_sketch_is_the_same_everywhere() {
        assert_eq!(sketch("acme.com", CLAUSE).0, 6742998517620117024);
    }
}
