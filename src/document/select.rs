//! Finds the document that a name means: `COMPANY`, `COMPANY/KIND` or `COMPANY/KIND/PART`, with `@DATE` or `@#12` for a moment of it.

use crate::index::catalog::{Catalog, DocumentEntry};
use crate::query::{fold_name, parse_since, parse_until};
use crate::snapshot::Day;
use std::fmt;

/// A moment in the history of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The end of a day, month or year, by its first and its last day.
    End { first: Day, last: Day },
    /// The n-th snapshot in order of time, from 1.
    Snapshot(u32),
}

impl Moment {
    /// Reads `2018-05-25`, `2018-05`, `2018` or `#12`; `None` where it is none of these.
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        if let Some(number) = text.strip_prefix('#') {
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            return number.parse().ok().filter(|number| digits && *number > 0).map(Moment::Snapshot);
        }
        Some(Moment::End { first: parse_since(text).ok()?.first?, last: parse_until(text).ok()?.last? })
    }
}

/// As it is typed, or the last day of what is typed.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::End { last, .. } => write!(f, "{last}"),
            Moment::Snapshot(number) => write!(f, "#{number}"),
        }
    }
}

/// What was typed for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'t> {
    /// `COMPANY[/KIND[/PART]]`.
    pub name: &'t str,
    pub moment: Option<Moment>,
}

/// Parts a name from its moment, at the last `@` that one follows. Other `@` belong to the name.
pub fn named(text: &str) -> Named<'_> {
    let at = text.rmatch_indices('@').find_map(|(at, _)| Some((at, Moment::parse(&text[at + 1..])?)));
    match at {
        Some((at, moment)) => Named { name: &text[..at], moment: Some(moment) },
        None => Named { name: text, moment: None },
    }
}

/// A document that a name can mean, and the words that name it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub slot: u32,
    /// `COMPANY/KIND`, or `COMPANY/KIND/PART` where there are several parts. Company and kind as counted, or as the archive names them where
    /// it has several texts that are counted alike.
    pub name: String,
    /// The source, where several have such a document.
    pub source: Option<String>,
}

/// What to write on the command line.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", shell_word(&self.name))?;
        self.source.iter().try_for_each(|source| write!(f, " --source {}", shell_word(source)))
    }
}

fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '@' | ':');
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Why a name means no document, or several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    #[error("no company is named {name:?}{}", hint("similar names", similar))]
    NoCompany { name: String, similar: Vec<String> },
    #[error("{company} has no text {rest:?}{}", hint("it has", choices))]
    NoKind { company: String, rest: String, choices: Vec<Choice> },
    #[error("the index has no archive {source_name:?}{}", hint("it has", known))]
    NoSource { source_name: String, known: Vec<String> },
    #[error("the archive {source_name} has no text {name:?}{}", hint("others have", choices))]
    NotInSource { name: String, source_name: String, choices: Vec<Choice> },
    #[error("{name:?} can be {} texts{}", choices.len(), hint("write one of", choices))]
    Several { name: String, choices: Vec<Choice> },
}

/// So many names are shown at most.
const MAX_SHOWN: usize = 20;

fn hint<T: fmt::Display>(lead: &str, names: &[T]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let mut text = format!("\nhint: {lead}");
    names.iter().take(MAX_SHOWN).for_each(|name| text.push_str(&format!("\n  {name}")));
    if names.len() > MAX_SHOWN {
        text.push_str(&format!("\n  … and {} more", names.len() - MAX_SHOWN));
    }
    text
}

/// The one document that a name means, in all sources or in one.
///
/// Case and white space do not matter; the archive's own names are known as well as those that the settings give. A company whose
/// name has more of the text is taken before one with less. A document of which another source holds all is left out where no
/// source is named. Of several that are left, the one that the archive itself names so is meant.
///
/// # Errors
/// Where there is none, or several: which there are is told in the words to write.
pub fn choose(catalog: &Catalog, name: &str, source: Option<&str>) -> Result<u32, SelectError> {
    if let Some(source) = source
        && !catalog.sources.iter().any(|entry| entry.name == source)
    {
        let known = catalog.sources.iter().map(|entry| entry.name.clone()).collect();
        return Err(SelectError::NoSource { source_name: source.to_owned(), known });
    }
    let text = fold_name(name);
    // How much of the text the company's name is, and what follows it.
    let of_company: Vec<(usize, &str, u32, &DocumentEntry)> = catalog
        .documents()
        .filter_map(|(slot, entry)| rest_after_company(&text, entry).map(|(len, rest)| (len, rest, slot, entry)))
        .collect();
    let fits = |rest: &str, entry: &DocumentEntry| rest.is_empty() || is_kind_and_part(rest, entry);
    let longest = of_company.iter().filter(|(_, rest, _, entry)| fits(rest, entry)).map(|(len, ..)| *len).max();
    let Some(longest) = longest else {
        let Some(len) = of_company.iter().map(|(len, ..)| *len).max() else {
            return Err(SelectError::NoCompany { name: name.to_owned(), similar: similar(catalog, &text) });
        };
        let slots: Vec<u32> = of_company.iter().filter(|one| one.0 == len).map(|one| one.2).collect();
        let (_, rest, _, entry) = of_company.iter().find(|one| one.0 == len).copied().unwrap_or(of_company[0]);
        return Err(SelectError::NoKind {
            company: entry.company.clone(),
            rest: rest.to_owned(),
            choices: choices(catalog, &slots),
        });
    };
    let found = of_company.iter().filter(|(len, rest, _, entry)| *len == longest && fits(rest, entry));
    let found: Vec<(u32, &DocumentEntry)> = found.map(|&(_, _, slot, entry)| (slot, entry)).collect();
    let all: Vec<u32> = found.iter().map(|(slot, _)| *slot).collect();
    let chosen: Vec<u32> = match source {
        Some(source) => {
            let in_source = |entry: &DocumentEntry| source_name(catalog, entry) == source;
            found.iter().filter(|(_, entry)| in_source(entry)).map(|(slot, _)| *slot).collect()
        }
        None => found.iter().filter(|(_, entry)| !entry.is_duplicate()).map(|(slot, _)| *slot).collect(),
    };
    let own: Vec<u32> =
        found.iter().filter(|(slot, entry)| chosen.contains(slot) && is_own_name(&text, entry)).map(|(slot, _)| *slot).collect();
    match (chosen.as_slice(), source) {
        ([one], _) => Ok(*one),
        _ if own.len() == 1 => Ok(own[0]),
        ([], Some(source)) => Err(SelectError::NotInSource {
            name: name.to_owned(),
            source_name: source.to_owned(),
            choices: choices(catalog, &all),
        }),
        ([], None) => Err(SelectError::Several { name: name.to_owned(), choices: choices(catalog, &all) }),
        (several, _) => Err(SelectError::Several { name: name.to_owned(), choices: choices(catalog, several) }),
    }
}

/// What of a text follows the name of a document's company, and how long the name is.
fn rest_after_company<'t>(text: &'t str, entry: &DocumentEntry) -> Option<(usize, &'t str)> {
    [&entry.company, &entry.key.company]
        .into_iter()
        .filter_map(|company| {
            let company = fold_name(company);
            Some((company.len(), after(text, &company)?))
        })
        .max_by_key(|(len, _)| *len)
}

/// What follows a name and a slash; nothing where the name is all.
fn after<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(name)?.trim_start();
    if rest.is_empty() { (!name.is_empty()).then_some(rest) } else { rest.strip_prefix('/').map(str::trim_start) }
}

fn is_kind_and_part(rest: &str, entry: &DocumentEntry) -> bool {
    [&entry.kind, &entry.key.kind].into_iter().any(|kind| is_of_kind(rest, kind, entry))
}

/// Whether a text is this name of a document's kind, and perhaps its part.
fn is_of_kind(rest: &str, kind: &str, entry: &DocumentEntry) -> bool {
    after(rest, &fold_name(kind)).is_some_and(|part| part.is_empty() || part == fold_name(&entry.key.part))
}

/// Whether a text is company and kind as the archive names them, and perhaps the part.
fn is_own_name(text: &str, entry: &DocumentEntry) -> bool {
    after(text, &fold_name(&entry.key.company)).is_some_and(|rest| is_of_kind(rest, &entry.key.kind, entry))
}

fn source_name<'c>(catalog: &'c Catalog, entry: &DocumentEntry) -> &'c str {
    catalog.sources.get(entry.source as usize).map_or("", |source| source.name.as_str())
}

/// The words for each of some documents, in order.
fn choices(catalog: &Catalog, slots: &[u32]) -> Vec<Choice> {
    let entry = |slot: u32| catalog.documents.get(slot as usize).and_then(Option::as_ref);
    let entries: Vec<(u32, &DocumentEntry)> = slots.iter().filter_map(|&slot| Some((slot, entry(slot)?))).collect();
    let same_text = |a: &DocumentEntry, b: &DocumentEntry| {
        fold_name(&a.company) == fold_name(&b.company) && fold_name(&a.kind) == fold_name(&b.kind)
    };
    let mut found: Vec<Choice> = entries
        .iter()
        .map(|&(slot, entry)| {
            let others = || entries.iter().filter(|&&(other, _)| other != slot).map(|(_, other)| *other);
            let has_parts = others().any(|other| same_text(entry, other) && other.key.part != entry.key.part);
            let has_sources = others().any(|other| same_text(entry, other) && other.source != entry.source);
            let has_twin =
                others().any(|other| same_text(entry, other) && other.source == entry.source && other.key.part == entry.key.part);
            let (company, kind) = if has_twin { (&entry.key.company, &entry.key.kind) } else { (&entry.company, &entry.kind) };
            let part = if has_parts && !entry.key.part.is_empty() { format!("/{}", entry.key.part) } else { String::new() };
            let source = has_sources.then(|| source_name(catalog, entry).to_owned());
            Choice { slot, name: format!("{company}/{kind}{part}"), source }
        })
        .collect();
    found.sort_by(|a, b| (&a.name, &a.source, a.slot).cmp(&(&b.name, &b.source, b.slot)));
    found
}

/// Companies whose names hold what was typed before the first slash, or begin as it does.
fn similar(catalog: &Catalog, text: &str) -> Vec<String> {
    let wanted = text.split('/').next().unwrap_or_default().trim();
    let start: String = wanted.chars().take(4).collect();
    if start.chars().count() < 3 {
        return Vec::new();
    }
    let is_similar = |company: &&str| {
        let folded = fold_name(company);
        folded.contains(wanted) || folded.starts_with(&start)
    };
    let mut names: Vec<&str> = catalog.documents().map(|(_, entry)| entry.company.as_str()).filter(is_similar).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(shell_word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::catalog::{Counts, FORMAT, Place, SourceEntry};
    use crate::index::duplicates::Duplicates;
    use crate::snapshot::{DocumentKey, Recording};
    use crate::source::Form;

    /// Documents of (source, company, kind, part).
    fn catalog(documents: &[(u32, &str, &str, &str)]) -> Catalog {
        let source = |name: &str| SourceEntry {
            root: format!("/{name}"),
            name: name.into(),
            form: Form::Folder,
            tip: None,
            settings: String::new(),
            groups: Default::default(),
            extraction: 1,
            superseded: 0,
            skipped: Vec::new(),
            damaged: Vec::new(),
            vanished: Vec::new(),
            unreadable: Vec::new(),
            updated: 0,
        };
        let entry = |&(source, company, kind, part): &(u32, &str, &str, &str)| DocumentEntry {
            source,
            key: DocumentKey { company: company.into(), kind: kind.into(), part: part.into() },
            company: company.into(),
            kind: kind.into(),
            recording: Recording::Captures,
            place: Place { file: 1, start: 0, len: 0 },
            digest: [0; 32],
            counts: Counts::default(),
            langs: Vec::new(),
            snapshots: Vec::new(),
            deletions: Vec::new(),
            duplicates: Duplicates::default(),
            first: None,
            last: None,
            rank: 0,
            company_number: None,
        };
        Catalog {
            format: FORMAT,
            generation: 1,
            stemmer: String::new(),
            fingerprint: String::new(),
            topics: Vec::new(),
            topics_hash: String::new(),
            own_topics: Vec::new(),
            shards: None,
            slots: crate::index::Slots::from(0),
            sources: vec![source("old"), source("new")],
            documents: documents.iter().map(|document| Some(entry(document))).collect(),
        }
    }

    #[test]
    fn a_moment_stands_after_the_last_at_sign_that_one_follows() {
        let end = |text: &str| Moment::parse(text);
        for (text, name, moment) in [
            ("Acme@2018", "Acme", end("2018")),
            ("a@b/c@2018-05-25", "a@b/c", end("2018-05-25")),
            ("a@b", "a@b", None),
            ("a@2018@b", "a@2018@b", None),
            ("a@#12", "a", Some(Moment::Snapshot(12))),
            ("a@#0", "a@#0", None),
            ("a@2018-13", "a@2018-13", None),
            ("@", "@", None),
        ] {
            assert_eq!(named(text), Named { name, moment }, "{text}");
        }
        let Some(Moment::End { first, last }) = end("2020-02") else { panic!() };
        assert_eq!((first.to_string(), last.to_string()), ("2020-02-01".into(), "2020-02-29".into()));
    }

    #[test]
    fn a_name_means_a_document_whatever_its_case_and_slashes() {
        let catalog = catalog(&[
            (0, "Acme", "Privacy Policy", ""),
            (0, "Acme", "Terms/Conditions", ""),
            (0, "Acme/Terms", "Conditions", ""),
            (0, "bolt.com", "Privacy Policy", "a/b"),
            (0, "bolt.com", "Privacy Policy", "c"),
            (1, "Cask", "Terms", ""),
        ]);
        for (name, slot) in [
            ("acme/privacy  policy", 0),
            ("ACME / Privacy Policy", 0),
            // The longer company comes first.
            ("acme/terms/conditions", 2),
            ("acme/terms", 2),
            ("bolt.com/privacy policy/A/B", 3),
            ("bolt.com/Privacy Policy/c", 4),
            ("cask", 5),
        ] {
            assert_eq!(choose(&catalog, name, None), Ok(slot), "{name}");
        }
        assert_eq!(choose(&catalog, "cask", Some("new")), Ok(5));
    }

    #[test]
    fn what_is_not_clear_is_told_in_the_words_to_write() {
        let catalog = catalog(&[
            (0, "Acme", "Privacy Policy", ""),
            (1, "Acme", "Privacy Policy", ""),
            (0, "Acme", "Terms", "a b"),
            (0, "Acme", "Terms", "c"),
        ]);
        let told = |name: &str, source: Option<&str>| choose(&catalog, name, source).unwrap_err().to_string();
        let all = "'Acme/Privacy Policy' --source new\n  'Acme/Privacy Policy' --source old\n  'Acme/Terms/a b'\n  Acme/Terms/c";
        assert_eq!(told("acme", None), format!("\"acme\" can be 4 texts\nhint: write one of\n  {all}"));
        assert_eq!(told("acme/cookies", None), format!("Acme has no text \"cookies\"\nhint: it has\n  {all}"));
        assert_eq!(told("acmee", None), "no company is named \"acmee\"\nhint: similar names\n  Acme");
        assert_eq!(told("", None), "no company is named \"\"");
        assert_eq!(told("acme", Some("x")), "the index has no archive \"x\"\nhint: it has\n  old\n  new");
        assert!(told("acme/terms", Some("new")).starts_with("the archive new has no text \"acme/terms\"\nhint: others have"));
        // Every choice means its document.
        for choice in choices(&catalog, &[0, 1, 2, 3]) {
            assert_eq!(choose(&catalog, &choice.name, choice.source.as_deref()), Ok(choice.slot));
        }
    }

    #[test]
    fn texts_counted_under_one_name_are_told_apart_by_their_own() {
        let mut catalog = catalog(&[(0, "Acme", "Privacy Policy", ""), (0, "acme.example", "Privacy Policy", "")]);
        catalog.documents.iter_mut().flatten().for_each(|entry| entry.company = "Acme".to_owned());
        let told = choose(&catalog, "acme", None).unwrap_err().to_string();
        assert_eq!(told, "\"acme\" can be 2 texts\nhint: write one of\n  'Acme/Privacy Policy'\n  'acme.example/Privacy Policy'");
        for choice in choices(&catalog, &[0, 1]) {
            assert_eq!(choose(&catalog, &choice.name, None), Ok(choice.slot));
        }
    }
}
