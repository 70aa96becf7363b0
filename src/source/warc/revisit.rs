//! Finds the captures that revisits refer to: records that say that a page was as it had been, and do not repeat it.

use crate::snapshot::{Captured, Format, Instant};
use crate::source::listing::Facts;
use crate::source::{
    Capture, Damaged, FileEntry, Inside, Locator, Original, Part, Problem, Reference, Settings, SkipReason, Skipped, Stretch,
};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many revisits may refer to one another before a page is found.
const MAX_STEPS: usize = 1024;

/// A name by which revisits refer to a capture, as a hash: crawls have millions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Name([u8; 16]);

impl Name {
    /// By the id of its record.
    pub fn id(id: &str) -> Name {
        Name::of(&["id", id])
    }

    /// By address and date.
    pub fn capture(url: &str, instant: Instant) -> Name {
        Name::of(&["capture", url, &instant.seconds.to_string()])
    }

    /// By the hash of the page.
    pub fn digest(digest: &str) -> Name {
        Name::of(&["digest", &digest.to_ascii_lowercase()])
    }

    fn of(parts: &[&str]) -> Name {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut name = [0; 16];
        hasher.finalize_xof().fill(&mut name);
        Name(name)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What the revisits of a folder need to know of a WARC file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crawl {
    pub captures: Vec<Named>,
    pub revisits: Vec<Revisit>,
}

/// A capture that revisits may refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub names: Vec<Name>,
    /// Its place among the references of the file; `None` where it is left out.
    pub reference: Option<u32>,
}

/// A capture whose page another one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revisit {
    pub stretch: Stretch,
    pub id: Option<String>,
    pub url: String,
    pub captured: Option<Captured>,
    pub names: Vec<Name>,
    /// The names of the capture that holds the page, the surest first.
    pub wanted: Vec<Name>,
}

/// What a name refers to.
#[derive(Clone)]
enum Known<'f> {
    Page {
        original: Original,
        format: Format,
    },
    LeftOut,
    /// To where this revisit refers.
    Revisit(&'f Revisit),
}

/// What came of a revisit.
enum Outcome {
    Found(Box<Reference>),
    LeftOut(Skipped),
    Lost(Damaged),
}

/// Gives each revisit in the files of a folder the page that it refers to, wherever in the folder that lies. What an earlier
/// listing gave is looked for again: files come and go.
pub fn resolve(settings: &Settings, files: &mut [FileEntry]) {
    if files.iter().all(|file| file.crawl.as_ref().is_none_or(|crawl| crawl.revisits.is_empty())) {
        return;
    }
    let known = known(files);
    let outcomes: Vec<Vec<Outcome>> = files
        .iter()
        .map(|file| {
            let revisits = file.crawl.iter().flat_map(|crawl| &crawl.revisits);
            revisits.map(|revisit| outcome(settings, &file.path, revisit, &known)).collect()
        })
        .collect();
    drop(known);
    for (file, outcomes) in files.iter_mut().zip(outcomes).filter(|(_, outcomes)| !outcomes.is_empty()) {
        file.references.retain(|reference| !is_resolved(reference));
        file.skipped.retain(|skipped| skipped.reason != SkipReason::Revisit);
        file.damaged.retain(|damaged| damaged.problem != Problem::Revisit);
        for outcome in outcomes {
            match outcome {
                Outcome::Found(reference) => file.references.push(*reference),
                Outcome::LeftOut(skipped) => file.skipped.push(skipped),
                Outcome::Lost(damaged) => file.damaged.push(damaged),
            }
        }
    }
}

/// All names in the files. Of several captures with one name the first counts, and one with a text before one without.
fn known(files: &[FileEntry]) -> FxHashMap<Name, Known<'_>> {
    let mut known = FxHashMap::default();
    let captures = || {
        files
            .iter()
            .flat_map(|file| file.crawl.iter().flat_map(move |crawl| crawl.captures.iter().map(move |named| (file, named))))
    };
    for (file, named) in captures() {
        let page = named.reference.and_then(|at| file.references.get(at as usize)).and_then(page);
        for name in page.iter().flat_map(|_| &named.names) {
            known.entry(*name).or_insert_with(|| page.clone().unwrap_or(Known::LeftOut));
        }
    }
    for name in captures().flat_map(|(_, named)| &named.names) {
        known.entry(*name).or_insert(Known::LeftOut);
    }
    for revisit in files.iter().flat_map(|file| file.crawl.iter().flat_map(|crawl| &crawl.revisits)) {
        for name in &revisit.names {
            known.entry(*name).or_insert(Known::Revisit(revisit));
        }
    }
    known
}

fn page(reference: &Reference) -> Option<Known<'static>> {
    let Some(Inside::Capture(capture)) = &reference.locator.inside else { return None };
    let original = Original { path: reference.locator.path.clone(), stretch: capture.stretch, id: capture.id.clone() };
    Some(Known::Page { original, format: reference.format })
}

fn outcome(settings: &Settings, path: &str, revisit: &Revisit, known: &FxHashMap<Name, Known<'_>>) -> Outcome {
    let part = Some(Part::Byte(revisit.stretch.offset));
    let mut wanted = &revisit.wanted;
    for _ in 0..MAX_STEPS {
        match wanted.iter().find_map(|name| known.get(name)) {
            Some(Known::Page { original, format }) => {
                let capture =
                    Capture { stretch: revisit.stretch, id: revisit.id.clone(), original: Some(Box::new(original.clone())) };
                let locator = Locator { inside: Some(Inside::Capture(capture)), ..Locator::file(path) };
                let facts = Facts::of_capture(settings, path, &revisit.url, revisit.captured, *format);
                return Outcome::Found(Box::new(facts.into_reference(locator).0));
            }
            Some(Known::LeftOut) => {
                return Outcome::LeftOut(Skipped { path: path.to_owned(), part, reason: SkipReason::Revisit });
            }
            Some(Known::Revisit(other)) => wanted = &other.wanted,
            None => break,
        }
    }
    Outcome::Lost(Damaged { path: path.to_owned(), part, problem: Problem::Revisit })
}

fn is_resolved(reference: &Reference) -> bool {
    matches!(&reference.locator.inside, Some(Inside::Capture(capture)) if capture.original.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::warc::testing::{Archive, Packed, file, offsets, record, response, revisit};
    use std::fs;

    const URL: &str = "http://acme.test/privacy";
    const JANUARY: &str = "2024-01-01T00:00:00Z";
    const FEBRUARY: &str = "2024-02-01T00:00:00Z";
    const MARCH: &str = "2024-03-01T00:00:00Z";

    fn refers(url: &str, date: &str) -> String {
        format!("WARC-Refers-To-Target-URI: {url}\r\nWARC-Refers-To-Date: {date}\r\n")
    }

    #[test]
    fn a_revisit_has_the_page_to_which_it_refers() {
        let page = "<p>We sell nothing.";
        let digest = format!("WARC-Payload-Digest: X:{}\r\n", blake3::hash(page.as_bytes()));
        let id = format!("WARC-Refers-To: <urn:x:{JANUARY}:{URL}>\r\n");
        for how in [refers(URL, JANUARY), digest, id] {
            let records = [
                revisit("http://www.acme.test/privacy", FEBRUARY, &how),
                response(URL, JANUARY, page),
                revisit(URL, MARCH, &refers("http://www.acme.test/privacy", FEBRUARY)),
            ];
            let (bytes, places) = file(&records, Packed::Gzip);
            let archive = Archive::new(&[("a.warc.gz", &bytes)]);
            assert_eq!(archive.damaged(), Vec::<String>::new(), "{how}");
            assert_eq!(offsets(&archive.listing), [places[1], places[0], places[2]], "{how}");
            assert_eq!(archive.pages(), [page; 3]);
            let dates: Vec<_> = archive.listing.references().map(|found| found.captured.unwrap().instant.to_string()).collect();
            assert_eq!(dates, [JANUARY, FEBRUARY, MARCH]);
            assert!(archive.listing.references().all(|found| found.key == archive.listing.references().next().unwrap().key));
            assert_eq!(archive.again().files, archive.listing.files, "nothing is given twice");
        }
    }

    #[test]
    fn a_revisit_is_resolved_when_its_page_comes_and_unresolved_when_it_goes() {
        let january = file(&[response(URL, JANUARY, "<p>We sell nothing.")], Packed::Gzip).0;
        let february = file(&[revisit(URL, FEBRUARY, &refers(URL, JANUARY))], Packed::Gzip).0;
        for before in ["a.warc.gz", "z.warc.gz"] {
            let mut archive = Archive::new(&[("february.warc.gz", &february)]);
            assert_eq!(archive.listing.references().count(), 0);
            assert!(archive.damaged()[0].contains("february.warc.gz byte 0: the page was as it had been before"));
            fs::write(archive.place.path().join(before), &january).unwrap();
            archive.listing = archive.again();
            let fresh = archive.folder.list(&|_, _| None, &|_| ());
            assert_eq!(archive.listing.files, fresh.files);
            assert_eq!((archive.pages().len(), archive.damaged().len()), (2, 0));
            fs::remove_file(archive.place.path().join(before)).unwrap();
            archive.listing = archive.again();
            assert_eq!((archive.listing.references().count(), archive.damaged().len()), (0, 1));
        }
    }

    #[test]
    fn revisits_of_what_is_left_out_are_left_out() {
        let image = b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\nx";
        let records = [
            record("response", URL, JANUARY, "Content-Type: application/http\r\n", image),
            revisit(URL, FEBRUARY, &refers(URL, JANUARY)),
            // Each refers to the other.
            revisit("http://acme.test/1", JANUARY, &refers("http://acme.test/2", FEBRUARY)),
            revisit("http://acme.test/2", FEBRUARY, &refers("http://acme.test/1", JANUARY)),
        ];
        let archive = Archive::new(&[("a.warc", &file(&records, Packed::Plain).0)]);
        let skipped: Vec<_> = archive.listing.all_skipped().map(|one| one.reason).collect();
        assert_eq!(skipped, [SkipReason::Media, SkipReason::Revisit]);
        assert_eq!(archive.damaged().len(), 2);
    }
}
