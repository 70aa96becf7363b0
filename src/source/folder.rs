//! A folder of texts as a source: opening it, listing its files, reading a text.

use crate::snapshot::{Format, Recording};
use crate::source::header::{self, Header};
use crate::source::listing::{self, Facts};
use crate::source::page;
use crate::source::records::{self, Defaults};
use crate::source::sniff::{self, Content, NameSays};
use crate::source::walk::{self, Found};
use crate::source::{
    Damaged, FileEntry, Listing, Locator, MAX_TEXT_BYTES, Opened, Problem, ReadError, Record, SETTINGS_FILE, Settings,
    SkipReason, Skipped, SourceError, Stamp,
};
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// How much of a file is read to know its format and its header; it comes with one read.
const HEAD_BYTES: usize = 4 * 1024;
/// How many files are listed between two words of progress.
const CHUNK: usize = 2048;
/// How many names above the root may tell what the path below it does not: the root's own and the one that holds it.
const ROOT_NAMES: usize = 2;
const RECORDS_BUFFER_BYTES: usize = 256 * 1024;

/// A folder that is a source, or a single file of texts in its folder.
#[derive(Debug, Clone)]
pub struct Folder {
    /// What locators are relative to.
    base: PathBuf,
    /// The name of the only file, where a file was given.
    only: Option<String>,
    name: String,
    root_names: Vec<String>,
    settings: Settings,
}

impl Folder {
    /// Opens a folder, or a single file of texts or records, and reads the settings file that lies in the folder.
    ///
    /// # Errors
    /// When there is no such folder or file, when the file is of a kind that is not read, when the settings are wrong.
    pub fn open(root: &Path) -> Result<Folder, SourceError> {
        let io_error = |path: &Path, source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => SourceError::NotFound(path.to_owned()),
            _ => SourceError::Io { path: path.to_owned(), source },
        };
        let full = root.canonicalize().map_err(|error| io_error(root, error))?;
        let kind = fs::metadata(&full).map_err(|error| io_error(root, error))?.file_type();
        let last =
            full.file_name().map_or_else(|| full.to_string_lossy().into_owned(), |name| name.to_string_lossy().into_owned());
        let (base, only) = match full.parent() {
            _ if kind.is_dir() => (full, None),
            Some(parent) if kind.is_file() => {
                if let NameSays::Skip(reason) = sniff::name(&last).0 {
                    return Err(SourceError::NotReadable { path: root.to_owned(), reason });
                }
                (parent.to_owned(), Some(last.clone()))
            }
            _ => return Err(SourceError::NotAFolder(root.to_owned())),
        };
        let names = base.components().filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        });
        let names: Vec<String> = names.collect();
        let root_names = names[names.len().saturating_sub(ROOT_NAMES)..].to_vec();
        let settings_path = base.join(SETTINGS_FILE);
        let settings = match fs::read(&settings_path) {
            Ok(bytes) => Settings::parse(&bytes, &settings_path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Settings::default(),
            Err(source) => {
                return Err(SourceError::Io { path: settings_path, source });
            }
        };
        Ok(Folder { base, only, name: last, root_names, settings })
    }

    /// What the archive's owner says about it.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The last name of the root's full path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lists everything in the folder, in the order of the paths.
    ///
    /// `known` gives the entry of a file that is unchanged since it was listed: such a file is not opened. It must give
    /// none when the settings or [`LISTING_VERSION`](super::LISTING_VERSION) have changed. `progress` is told how many
    /// files have been listed so far.
    pub fn list(&self, known: &dyn Fn(&str, &Stamp) -> Option<FileEntry>, progress: &dyn Fn(usize)) -> Listing {
        let mut listing =
            Listing { files: Vec::new(), skipped: Vec::new(), damaged: Vec::new(), settings: self.settings.clone() };
        let found = match &self.only {
            Some(only) => vec![Found { path: only.clone(), full: self.base.join(only) }],
            None => walk::files(&self.base, &self.settings, &mut listing),
        };
        listing.files.reserve(found.len());
        for chunk in found.chunks(CHUNK) {
            let stamps: Vec<io::Result<Stamp>> = chunk.par_iter().map(|found| found.stamp()).collect();
            let mut fresh = Vec::new();
            for (found, stamp) in chunk.iter().zip(stamps) {
                match stamp {
                    Ok(stamp) => match known(&found.path, &stamp).filter(FileEntry::is_settled) {
                        Some(entry) => listing.files.push(entry),
                        None => fresh.push((found, stamp)),
                    },
                    Err(error) => listing.damaged.push(Damaged::whole(&found.path, Problem::Unreadable(error.to_string()))),
                }
            }
            listing
                .files
                .par_extend(fresh.into_par_iter().map_init(Vec::new, |head, (found, stamp)| self.entry(found, stamp, head)));
            progress(listing.files.len());
        }
        listing.files.sort_by(|one, other| one.path.cmp(&other.path));
        listing.skipped.sort_by(|one, other| one.path.cmp(&other.path));
        listing.damaged.sort_by(|one, other| one.path.cmp(&other.path));
        listing
    }

    /// Lists one file; `head` is a buffer that is used again.
    fn entry(&self, found: &Found, stamp: Stamp, head: &mut Vec<u8>) -> FileEntry {
        let path = &found.path;
        let mut entry = FileEntry::new(path, stamp);
        let (says, stem) = sniff::name(file_name(path));
        let left_out = match says {
            NameSays::Skip(reason @ SkipReason::About) => Some(reason),
            _ if self.settings.excludes(path) => Some(SkipReason::Excluded),
            _ if !self.settings.includes(path) => Some(SkipReason::NotIncluded),
            NameSays::Skip(reason) => Some(reason),
            _ => None,
        };
        if let Some(reason) = left_out {
            entry.skipped.push(Skipped::whole(path, reason));
            return entry;
        }
        let listed = match says {
            NameSays::Records => self.list_records(found, stem, &mut entry),
            _ if stamp.bytes > MAX_TEXT_BYTES => {
                entry.damaged.push(Damaged::whole(path, Problem::TooLarge { bytes: stamp.bytes }));
                Ok(())
            }
            _ => self.list_text(found, says, stem, head, &mut entry),
        };
        if let Err(error) = listed {
            entry.damaged.push(Damaged::whole(path, Problem::Unreadable(error.to_string())));
        }
        entry
    }

    fn list_records(&self, found: &Found, stem: &str, entry: &mut FileEntry) -> io::Result<()> {
        let rule = self.settings.rule(&found.path);
        let recording = rule.as_ref().and_then(|rule| rule.recording).or(self.settings.recording());
        let defaults = Defaults {
            keys: self.settings.json(),
            ruled: rule.map(|rule| rule.found).unwrap_or_default(),
            company: listing::company_of_records(stem),
            recording: recording.unwrap_or(Recording::Captures),
        };
        let mut input = BufReader::with_capacity(RECORDS_BUFFER_BYTES, File::open(&found.full)?);
        records::list(&mut input, &defaults, entry)
    }

    fn list_text(&self, found: &Found, says: NameSays, stem: &str, head: &mut Vec<u8>, entry: &mut FileEntry) -> io::Result<()> {
        let mut file = Head { file: None, bytes: head, total: entry.stamp.bytes };
        file.read(&found.full, HEAD_BYTES)?;
        let format = match sniff::content(file.bytes, named(says)) {
            Content::Text(format) => format,
            Content::Binary(_, reason) if says == NameSays::Unknown => {
                entry.skipped.push(Skipped::whole(&found.path, reason));
                return Ok(());
            }
            Content::Binary(what, _) => {
                entry.damaged.push(Damaged::whole(&found.path, Problem::Binary(what.to_owned())));
                return Ok(());
            }
        };
        if header::is_cut(file.bytes) {
            file.read(&found.full, header::MAX_HEADER_BYTES)?;
        }
        let header = header::read(file.bytes, may_begin_with_address(&found.path));
        let mut facts = Facts::gather(&self.settings, &self.root_names, &found.path, stem, format, header);
        if facts.wants_page() {
            file.read(&found.full, page::MAX_HEAD_BYTES)?;
            facts.add_page(page::read(file.bytes));
        }
        facts.into_entry(entry);
        Ok(())
    }

    /// Reads a snapshot into the buffer, whose former content is lost.
    ///
    /// # Errors
    /// When the file is gone or cannot be read, is too large, is no text, or no longer holds the record.
    pub fn read(&self, locator: &Locator, buffer: &mut Vec<u8>) -> Result<Opened, ReadError> {
        buffer.clear();
        let inside = Path::new(&locator.path).components().all(|component| matches!(component, Component::Normal(_)));
        if !inside || locator.path.is_empty() {
            return Err(ReadError::Outside(locator.clone()));
        }
        let io_error = |source| ReadError::Io { locator: locator.clone(), source };
        let too_large = |bytes| ReadError::TooLarge { locator: locator.clone(), bytes };
        let mut file = File::open(self.base.join(&locator.path)).map_err(io_error)?;
        let Some(record) = &locator.record else {
            let bytes = file.metadata().map_err(io_error)?.len();
            if bytes > MAX_TEXT_BYTES {
                return Err(too_large(bytes));
            }
            buffer.reserve(bytes as usize + 1);
            let read = file.take(MAX_TEXT_BYTES + 1).read_to_end(buffer).map_err(io_error)?;
            return if read as u64 > MAX_TEXT_BYTES { Err(too_large(read as u64)) } else { opened_file(locator, buffer) };
        };
        if record.len > MAX_TEXT_BYTES {
            return Err(too_large(record.len));
        }
        file.seek(SeekFrom::Start(record.start)).map_err(io_error)?;
        file.take(record.len).read_to_end(buffer).map_err(io_error)?;
        self.opened_record(locator, record, buffer)
    }

    /// The record's text is put into the buffer after its line.
    fn opened_record(&self, locator: &Locator, record: &Record, buffer: &mut Vec<u8>) -> Result<Opened, ReadError> {
        let raw = 0..buffer.len();
        let opened = records::open(buffer, self.settings.json()).filter(|_| raw.len() as u64 == record.len);
        let (format, text) = opened.ok_or_else(|| ReadError::Changed(locator.clone()))?;
        buffer.extend_from_slice(text.as_bytes());
        Ok(Opened { body: raw.end..buffer.len(), raw, format, charset: Some("utf-8".to_owned()) })
    }
}

fn opened_file(locator: &Locator, buffer: &[u8]) -> Result<Opened, ReadError> {
    let head = &buffer[..buffer.len().min(HEAD_BYTES)];
    let says = sniff::name(file_name(&locator.path)).0;
    let format = match sniff::content(head, named(says)) {
        Content::Text(format) => format,
        Content::Binary(what, _) => {
            return Err(ReadError::Binary { locator: locator.clone(), what: what.to_owned() });
        }
    };
    let (body, format) = match header::read(buffer, may_begin_with_address(&locator.path)) {
        Header::Princeton(header) => (header.body, header.format),
        Header::Address { body, .. } => (body, format),
        Header::None | Header::Broken(_) => (0, format),
    };
    Ok(Opened { raw: 0..buffer.len(), body: body..buffer.len(), format, charset: None })
}

/// The start of a file, read only as far as it is needed.
struct Head<'a> {
    file: Option<File>,
    bytes: &'a mut Vec<u8>,
    total: u64,
}

impl Head<'_> {
    /// Reads on until `wanted` bytes are there or the file ends. An empty file is not opened.
    fn read(&mut self, path: &Path, wanted: usize) -> io::Result<()> {
        let wanted = usize::try_from(self.total).unwrap_or(usize::MAX).min(wanted);
        let mut filled = if self.file.is_some() { self.bytes.len() } else { 0 };
        self.bytes.resize(wanted.max(filled), 0);
        while filled < wanted {
            let file = match &mut self.file {
                Some(file) => file,
                None => self.file.insert(File::open(path)?),
            };
            match file.read(&mut self.bytes[filled..wanted]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(filled);
        Ok(())
    }
}

fn named(says: NameSays) -> Option<Format> {
    if let NameSays::Text(format) = says { Some(format) } else { None }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Only plain text files have the page's address for a first line.
fn may_begin_with_address(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    ending.eq_ignore_ascii_case("txt") || ending.eq_ignore_ascii_case("text")
}
