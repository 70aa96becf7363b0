//! The manifest of a batch: what a reader needs to make its table again.

use super::SCHEMA;
use crate::index::catalog::Catalog;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Manifest<O> {
    pub schema: u32,
    pub fingerprint: String,
    /// Name and version of the program.
    pub tool: &'static str,
    pub version: &'static str,
    /// What was made of the queries: `trend`.
    pub command: &'static str,
    /// The options of the command; lines of the file may bring others.
    pub options: O,
    /// The language of queries that name none; null: any, or as the options say.
    pub default_lang: Option<String>,
    pub sources: Vec<ManifestSource>,
    /// How many queries were answered, and how many could not be.
    pub queries: usize,
    pub failed: usize,
    /// Rows of the table.
    pub rows: usize,
}

/// An archive of the index.
#[derive(Debug, Serialize)]
pub struct ManifestSource {
    pub name: String,
    pub path: String,
    /// Hash of its settings file; null where there is none.
    pub settings: Option<String>,
    /// Version of the extraction rules.
    pub extraction: u32,
    pub commit: Option<String>,
}

impl<O> Manifest<O> {
    /// A manifest that counts nothing yet.
    pub fn new(command: &'static str, options: O, catalog: &Catalog) -> Manifest<O> {
        let source = |source: &crate::index::catalog::SourceEntry| ManifestSource {
            name: source.name.clone(),
            path: source.root.clone(),
            settings: (!source.settings.is_empty()).then(|| source.settings.clone()),
            extraction: source.extraction,
            commit: source.tip.map(|tip| tip.commit.to_string()),
        };
        Manifest {
            schema: SCHEMA,
            fingerprint: catalog.fingerprint.clone(),
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            command,
            options,
            default_lang: None,
            sources: catalog.sources.iter().map(source).collect(),
            queries: 0,
            failed: 0,
            rows: 0,
        }
    }
}
