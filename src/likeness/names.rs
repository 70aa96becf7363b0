//! The words of a text as they are compared: with the company's own name as one and the same word, whoever the company is.

use super::word_hash;
use crate::words::{Words, words};

/// What the name of the company whose text it is counts as.
const OWN_NAME: &str = "\0";

/// The ways in which a company names itself.
pub struct Names {
    /// The longest first.
    names: Vec<Name>,
    own_name: u64,
    possessive: u64,
}

/// A name as hashed words: all but the last, the last, and the last with `'s`.
struct Name {
    before: Vec<u64>,
    last: u64,
    possessive: u64,
}

impl Names {
    /// From the names that the archive and its settings give: whole names, and of a domain what stands before its first dot.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Names {
        let mut found: Vec<Vec<String>> = Vec::new();
        for name in names {
            let label = name.strip_prefix("www.").unwrap_or(name).split_once('.').map(|(label, _)| label);
            for name in std::iter::once(name).chain(label.filter(|_| !name.contains(' '))) {
                found.push(words(name).into_iter().map(|word| word.text).collect());
            }
        }
        found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        found.dedup();
        let hashed = |name: &Vec<String>| {
            let (last, before) = name.split_last()?;
            let before = before.iter().map(|word| word_hash(word)).collect();
            Some(Name { before, last: word_hash(last), possessive: word_hash(&format!("{last}'s")) })
        };
        Names { names: found.iter().filter_map(hashed).collect(), own_name: word_hash(OWN_NAME), possessive: word_hash("'s") }
    }

    /// Tells the words of a text as they are compared; of those that are no name, where they stand.
    pub fn replaced(&self, words: &[u64], mut each: impl FnMut(u64, Option<usize>)) {
        let mut at = 0;
        while let Some(&word) = words.get(at) {
            match self.at(&words[at..]) {
                Some((len, is_possessive)) => {
                    each(self.own_name, None);
                    if is_possessive {
                        each(self.possessive, None);
                    }
                    at += len;
                }
                None => {
                    each(word, Some(at));
                    at += 1;
                }
            }
        }
    }

    /// How many words from here on are a name, and whether it is followed by `'s`.
    fn at(&self, words: &[u64]) -> Option<(usize, bool)> {
        self.names.iter().find_map(|name| {
            let (before, rest) = words.split_at_checked(name.before.len())?;
            let end = *rest.first()?;
            let is_possessive = end == name.possessive;
            let is_name = (end == name.last || is_possessive) && before == name.before;
            is_name.then_some((name.before.len() + 1, is_possessive))
        })
    }
}

/// The words of a text as they are compared.
pub fn compared(text: &str, names: &Names) -> Vec<u64> {
    let mut walk = Words::new(text);
    let words: Vec<u64> = std::iter::from_fn(|| walk.advance().then(|| word_hash(walk.word()))).collect();
    let mut found = Vec::with_capacity(words.len());
    names.replaced(&words, |word, _| found.push(word));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared_of(text: &str, names: &[&str]) -> Vec<u64> {
        compared(text, &Names::new(names.iter().copied()))
    }

    #[test]
    fn the_own_name_is_one_word_for_all() {
        let of_acme = compared_of("At Acme Tools, we sell nothing. ACME TOOLS' friends and Acme Tools's data.", &["Acme Tools"]);
        assert_eq!(
            of_acme,
            compared_of("At bolt.com we sell nothing. Bolt friends and Bolt’s data.", &["www.bolt.com", "bolt.com"])
        );
        assert_ne!(of_acme, compared_of("At Cask we sell nothing. Cask friends and Dome's data.", &["Cask"]));
        assert_eq!(compared_of("our acme", &[""]), compared_of("Our Acme", &["Bolt"]));
    }
}
