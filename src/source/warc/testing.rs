//! Makes WARC files, and folders of them.

use crate::source::{Folder, Inside, Listing, Reference};
use flate2::Compression;
use flate2::read::GzEncoder;
use std::fs;
use std::io::Read;
use tempfile::TempDir;

/// A record, without the blank lines after it.
pub fn record(kind: &str, url: &str, date: &str, more: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n\
         WARC-Record-ID: <urn:x:{date}:{url}>\r\n{more}Content-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block].concat()
}

pub fn response(url: &str, date: &str, page: &str) -> Vec<u8> {
    let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
    let digest = format!("Content-Type: application/http\r\nWARC-Payload-Digest: x:{}\r\n", blake3::hash(page.as_bytes()));
    record("response", url, date, &digest, block.as_bytes())
}

pub fn revisit(url: &str, date: &str, more: &str) -> Vec<u8> {
    record("revisit", url, date, more, b"")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packed {
    Plain,
    Gzip,
    Zstd,
    /// All records in one gzip member.
    Together,
}

pub const PACKINGS: [Packed; 3] = [Packed::Plain, Packed::Gzip, Packed::Zstd];

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(bytes, Compression::default()).read_to_end(&mut packed).unwrap();
    packed
}

/// A file of records, and where each begins.
pub fn file(records: &[Vec<u8>], packed: Packed) -> (Vec<u8>, Vec<u64>) {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for record in records {
        places.push(bytes.len() as u64);
        let ended = [record.as_slice(), b"\r\n\r\n"].concat();
        bytes.extend(match packed {
            Packed::Plain | Packed::Together => ended,
            Packed::Gzip => gzip(&ended),
            Packed::Zstd => zstd::encode_all(ended.as_slice(), 3).unwrap(),
        });
    }
    if packed == Packed::Together { (gzip(&bytes), places) } else { (bytes, places) }
}

/// A folder of files, and what is listed of it.
pub struct Archive {
    pub place: TempDir,
    pub folder: Folder,
    pub listing: Listing,
}

impl Archive {
    pub fn new(files: &[(&str, &[u8])]) -> Archive {
        let place = TempDir::new().unwrap();
        for (path, bytes) in files {
            fs::write(place.path().join(path), bytes).unwrap();
        }
        let folder = Folder::open(place.path()).unwrap();
        let listing = folder.list(&|_, _| None, &|_| ());
        Archive { place, folder, listing }
    }

    /// Lists the folder again; what did not change is taken over.
    pub fn again(&self) -> Listing {
        let known =
            |path: &str, stamp: &_| self.listing.files.iter().find(|file| file.path == path && file.stamp == *stamp).cloned();
        self.folder.list(&known, &|_| ())
    }

    pub fn page(&self, reference: &Reference) -> Result<String, String> {
        let mut buffer = Vec::new();
        let opened = self.folder.reader().read(&reference.locator, &mut buffer).map_err(|error| error.to_string())?;
        assert_eq!((opened.raw.len(), &opened.raw), (buffer.len(), &opened.body));
        Ok(String::from_utf8_lossy(&buffer).into_owned())
    }

    /// The pages, in the order of the references.
    pub fn pages(&self) -> Vec<String> {
        self.listing.references().map(|reference| self.page(reference).unwrap()).collect()
    }

    pub fn damaged(&self) -> Vec<String> {
        self.listing.all_damaged().map(ToString::to_string).collect()
    }
}

pub fn offsets(listing: &Listing) -> Vec<u64> {
    let of = |reference: &Reference| match &reference.locator.inside {
        Some(Inside::Capture(capture)) => capture.stretch.offset,
        other => panic!("{other:?}"),
    };
    listing.references().map(of).collect()
}
