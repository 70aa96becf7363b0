//! The companies that a trend is restricted to, and groups of them.

use crate::index::catalog::{Catalog, DocumentEntry};
use crate::query::fold_name;
use std::collections::BTreeMap;

/// Companies by name, whatever the case: as the archive names them, or as the settings do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Companies {
    /// The names as given, by their folded form.
    names: BTreeMap<String, String>,
}

/// Companies under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub companies: Companies,
}

impl Companies {
    pub fn add(&mut self, name: &str) {
        let folded = fold_name(name);
        if !folded.is_empty() {
            self.names.entry(folded).or_insert_with(|| name.trim().to_owned());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether a document is of one of these companies.
    pub fn admit(&self, entry: &DocumentEntry) -> bool {
        !entry.company.is_empty()
            && [&entry.company, &entry.key.company].into_iter().any(|name| self.names.contains_key(&fold_name(name)))
    }

    /// The names that no document of an index has.
    pub fn unknown(&self, catalog: &Catalog) -> Vec<String> {
        let mut unknown = self.names.clone();
        for (_, entry) in catalog.documents() {
            for name in [&entry.company, &entry.key.company] {
                unknown.remove(&fold_name(name));
            }
        }
        unknown.into_values().collect()
    }

    /// Whether no document of an index is of one of these companies.
    pub fn is_absent(&self, catalog: &Catalog) -> bool {
        !catalog.documents().any(|(_, entry)| self.admit(entry))
    }
}

impl Group {
    /// The groups that the settings of an index's archives name, in the order of their names.
    pub fn of_settings(catalog: &Catalog) -> Vec<Group> {
        let named = catalog.sources.iter().flat_map(|source| &source.groups);
        Group::all(named.flat_map(|(group, members)| members.iter().map(move |member| (group.as_str(), member.as_str()))))
    }

    /// Groups from pairs of a group and a member, in the order of their names.
    pub fn all<'n>(members: impl IntoIterator<Item = (&'n str, &'n str)>) -> Vec<Group> {
        let mut groups: BTreeMap<&str, Companies> = BTreeMap::new();
        for (group, member) in members {
            groups.entry(group).or_default().add(member);
        }
        groups.into_iter().map(|(name, companies)| Group { name: name.to_owned(), companies }).collect()
    }
}
