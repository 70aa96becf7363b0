//! The names of the fields that a query can have, and what to say to a name that is none.

/// What a `name:` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Company,
    Kind,
    Heading,
    Lang,
    Topic,
    Year,
    Since,
    Until,
    AsOf,
    Rank,
    Category,
    Interval,
}

const NAMES: [(&str, Field); 12] = [
    ("company", Field::Company),
    ("kind", Field::Kind),
    ("heading", Field::Heading),
    ("lang", Field::Lang),
    ("topic", Field::Topic),
    ("year", Field::Year),
    ("since", Field::Since),
    ("until", Field::Until),
    ("asof", Field::AsOf),
    ("rank", Field::Rank),
    ("category", Field::Category),
    ("interval", Field::Interval),
];

/// Other names that a user may try, and the field that is meant.
const SYNONYMS: [(&str, &str); 18] = [
    ("after", "since"),
    ("alexa", "rank"),
    ("before", "until"),
    ("categories", "category"),
    ("date", "year"),
    ("day", "asof"),
    ("domain", "company"),
    ("from", "since"),
    ("host", "company"),
    ("language", "lang"),
    ("section", "heading"),
    ("service", "company"),
    ("site", "company"),
    ("title", "heading"),
    ("to", "until"),
    ("type", "kind"),
    ("url", "company"),
    ("when", "year"),
];

/// How many letters a name may be off to be taken for a field.
const MAX_DISTANCE: usize = 2;

impl Field {
    /// The field of this name, in whatever case.
    pub fn named(name: &str) -> Option<Field> {
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
    }

    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

/// What to write instead of a field that does not exist.
pub(super) fn hint_for(unknown: &str) -> String {
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == unknown).map(|(_, name)| *name);
    let near = || {
        let distances = NAMES.iter().map(|(name, _)| (distance(unknown, name), *name));
        // As many wrong letters as right ones are no likeness.
        let (letters, name) = distances.min()?;
        (letters <= MAX_DISTANCE && letters * 2 < unknown.chars().count()).then_some(name)
    };
    let meant = synonym.or_else(near).map_or(String::new(), |name| format!("did you mean `{name}:`? "));
    let all: Vec<String> = NAMES.iter().map(|(name, _)| format!("{name}:")).collect();
    format!("{meant}the fields are {}; to find the text itself, put it in quotes", all.join(" "))
}

/// How many letters must be put in, left out, replaced or exchanged with their neighbour to make one name of the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_almost_a_field_is_corrected() {
        for (unknown, meant) in [
            ("compnay", "company"),
            ("sinse", "since"),
            ("yaer", "year"),
            ("site", "company"),
            ("as_of", "asof"),
            ("categories", "category"),
        ] {
            assert!(hint_for(unknown).starts_with(&format!("did you mean `{meant}:`?")), "{unknown}: {}", hint_for(unknown));
        }
        assert!(hint_for("mailto").starts_with("the fields are company: kind: heading: lang: topic: year:"));
    }
}
