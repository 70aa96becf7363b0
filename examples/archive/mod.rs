//! Reads an archive as it stands: each snapshot from its own bytes, without an index and without remembering what was read before.

use anyhow::Context;
use fineprint::extract;
use fineprint::passage::{self, Passage};
use fineprint::snapshot::{DocumentKey, Instant};
use fineprint::source::{Earlier, Reference, Source};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// A folder or a git history with all its documents.
pub struct Archive {
    source: Source,
    pub documents: Vec<Document>,
}

/// A document with everything that was captured of it, earliest first.
pub struct Document {
    pub key: DocumentKey,
    /// The company as counted.
    pub company: String,
    /// The kind as counted.
    pub kind: String,
    pub moments: Vec<Moment>,
}

/// What was captured of a document at one instant, the form that is to stand first. Undated texts have no instant.
pub struct Moment {
    captures: Vec<Reference>,
}

/// A snapshot that was read.
pub struct Snapshot<'a> {
    pub reference: &'a Reference,
    /// The bytes as they lie in the archive, as a place in the buffer.
    pub raw: Range<usize>,
    pub passages: Vec<Passage>,
}

impl Archive {
    /// Lists an archive.
    pub fn open(root: &Path) -> anyhow::Result<Archive> {
        let source = Source::open(root).with_context(|| format!("{} cannot be opened", root.display()))?;
        let listing = source.list(&Earlier::default(), &|_| ());
        let mut documents: BTreeMap<DocumentKey, BTreeMap<Option<Instant>, Vec<Reference>>> = BTreeMap::new();
        for reference in listing.references() {
            documents
                .entry(reference.key.clone())
                .or_default()
                .entry(reference.captured.map(|captured| captured.instant))
                .or_default()
                .push(reference.clone());
        }
        let settings = source.settings();
        let document = |(key, moments): (DocumentKey, BTreeMap<_, Vec<Reference>>)| Document {
            company: settings.company_alias(&key.company).to_owned(),
            kind: settings.kind_alias(&key.kind).to_owned(),
            key,
            moments: moments.into_values().map(Moment::of).collect(),
        };
        Ok(Archive { documents: documents.into_iter().map(document).collect(), source })
    }

    /// Reads what stands at a moment: the first of its captures that can be read, if any.
    ///
    /// The buffer's former content is lost.
    pub fn read<'a>(&self, moment: &'a Moment, buffer: &mut Vec<u8>) -> Option<Snapshot<'a>> {
        moment.captures.iter().find_map(|capture| self.read_one(capture, buffer).ok())
    }

    fn read_one<'a>(&self, reference: &'a Reference, buffer: &mut Vec<u8>) -> anyhow::Result<Snapshot<'a>> {
        let opened = self.source.reader().read(&reference.locator, buffer)?;
        let decoded = extract::decode(&buffer[opened.body.clone()], opened.format, opened.charset.as_deref())?;
        let blocks = extract::blocks(&decoded.text, opened.format)?;
        Ok(Snapshot { reference, raw: opened.raw, passages: passage::passages(blocks) })
    }
}

impl Moment {
    /// HTML stands before Markdown before text; of one form the one recorded last.
    fn of(mut captures: Vec<Reference>) -> Moment {
        captures.sort_by(|a, b| a.format.cmp(&b.format).then_with(|| b.locator.cmp(&a.locator)));
        Moment { captures }
    }
}
