//! A folder of texts as a source: opening it, listing its files, reading a text.

use crate::source::file::{self, NoText};
use crate::source::listing::Facts;
use crate::source::packed::{self, Content, View};
use crate::source::records::{self, Defaults};
use crate::source::sniff::{self, ArchiveFormat, NameSays};
use crate::source::spool::Spools;
use crate::source::text::{Head, Text};
use crate::source::walk::{self, Found};
use crate::source::{
    Damaged, FileEntry, Inside, Listing, Locator, MAX_TEXT_BYTES, Member, Opened, PackedProblem, Problem, ReadError, Record,
    SETTINGS_FILE, Settings, Skipped, SourceError, Stamp, warc,
};
use flate2::read::MultiGzDecoder;
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// How many files are listed between two words of progress.
const CHUNK: usize = 2048;
/// How many names above the root may tell what the path below it does not: the root's own and the one that holds it.
const ROOT_NAMES: usize = 2;
const RECORDS_BUFFER_BYTES: usize = 256 * 1024;

/// A folder that is a source, or a single file of texts in its folder.
#[derive(Debug)]
pub struct Folder {
    /// What locators are relative to.
    base: PathBuf,
    /// The name of the only file, where a file was given.
    only: Option<String>,
    name: String,
    root_names: Vec<String>,
    settings: Settings,
    /// As which folder the only file is read, where it is a packed archive.
    view: Option<View>,
    /// The content of files that are packed as a whole.
    spools: Spools,
}

impl Folder {
    /// Opens a folder, or a single file of texts or records, and reads the settings file that lies in the folder. A packed archive
    /// is opened as the folder that it holds.
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
            Some(parent) if kind.is_file() => (parent.to_owned(), Some(last.clone())),
            _ => return Err(SourceError::NotAFolder(root.to_owned())),
        };
        let mut folder = Folder {
            root_names: root_names(&base),
            base,
            only,
            name: last.clone(),
            settings: Settings::default(),
            view: None,
            spools: Spools::default(),
        };
        let mut settings = None;
        if folder.only.is_some() {
            match sniff::name(&last) {
                (NameSays::Skip(reason), _) => return Err(SourceError::NotReadable { path: root.to_owned(), reason }),
                (NameSays::Archive(format), stem) => {
                    let found = packed::Root::find(&folder.base.join(&last), &last, format, &folder.spools);
                    settings = folder.take_root(stem, found.map_err(|error| io_error(root, error))?);
                }
                _ => {}
            }
        }
        let settings_path = folder.base.join(SETTINGS_FILE);
        folder.settings = match settings {
            Some(bytes) => {
                let top = folder.view.as_ref().map_or("", |view| view.top.as_str());
                Settings::parse(&bytes, &root.join(top).join(SETTINGS_FILE))?
            }
            None => match fs::read(&settings_path) {
                Ok(bytes) => Settings::parse(&bytes, &settings_path)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => Settings::default(),
                Err(source) => {
                    return Err(SourceError::Io { path: settings_path, source });
                }
            },
        };
        Ok(folder)
    }

    /// Reads the only file, a packed archive, as the folder that its root is; gives the settings that lie there.
    fn take_root(&mut self, stem: &str, root: packed::Root) -> Option<Vec<u8>> {
        self.name = stem.to_owned();
        self.root_names.push(stem.to_owned());
        if let Some(name) = root.name().filter(|name| *name != stem) {
            self.root_names.push(name.to_owned());
        }
        self.root_names.drain(..self.root_names.len().saturating_sub(ROOT_NAMES));
        self.view = Some(root.view);
        root.settings
    }

    /// What the archive's owner says about it.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The canonical path of the folder or file.
    pub fn root(&self) -> String {
        let full = self.only.as_ref().map_or_else(|| self.base.clone(), |only| self.base.join(only));
        full.display().to_string()
    }

    /// Whether it is a single file.
    pub fn is_file(&self) -> bool {
        self.only.is_some()
    }

    /// The last name of the root's full path; of a packed archive without its ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lists everything in the folder, in the order of the paths.
    ///
    /// `known` gives the entry of a file that is unchanged since it was listed: such a file is not opened. It must give
    /// none when the settings or [`LISTING_VERSION`](super::LISTING_VERSION) have changed. `progress` is told how many
    /// files have been listed so far.
    pub fn list(&self, known: &dyn Fn(&str, &Stamp) -> Option<FileEntry>, progress: &dyn Fn(usize)) -> Listing {
        let mut listing = Listing::default();
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
        warc::resolve(&self.settings, &mut listing.files);
        listing.skipped.sort_by(|one, other| one.path.cmp(&other.path));
        listing.damaged.sort_by(|one, other| one.path.cmp(&other.path));
        listing
    }

    /// Lists one file; `head` is a buffer that is used again.
    fn entry(&self, found: &Found, stamp: Stamp, head: &mut Vec<u8>) -> FileEntry {
        let path = &found.path;
        let mut entry = FileEntry::new(path, stamp);
        let (says, stem, left_out) = file::by_name(&self.settings, path);
        if let Some(reason) = left_out {
            entry.skipped.push(Skipped::whole(path, reason));
            return entry;
        }
        let listed = match says {
            NameSays::Records => self.list_records(found, path, stem, says, &mut entry),
            NameSays::Warc => warc::list(&found.full, &self.spools, &self.settings, &mut entry),
            NameSays::Archive(format) => self.list_archive(found, stem, format, head, &mut entry),
            NameSays::Gzip => self.list_gzip(found, head, &mut entry),
            _ if stamp.bytes > MAX_TEXT_BYTES => {
                entry.damaged.push(Damaged::whole(path, Problem::TooLarge { bytes: stamp.bytes }));
                Ok(())
            }
            _ => self.list_text(found, says, stem, head, &mut entry),
        };
        if let Err(error) = listed {
            entry.damaged.push(Damaged::whole(path, Problem::Unreadable(error.to_string())));
        }
        // A list that grows has room for four; most files are one text, and there may be a million of them.
        entry.references.shrink_to_fit();
        entry
    }

    /// Lists the records of a file; `path` is what it is called when it is not packed.
    fn list_records(&self, found: &Found, path: &str, stem: &str, says: NameSays, entry: &mut FileEntry) -> io::Result<()> {
        let content = Content::open(&found.full, &found.path, says, &self.spools)?;
        if let Some(damage) = content.damage() {
            entry.damaged.push(Damaged::whole(&found.path, Problem::Packed(PackedProblem::Broken(damage.to_owned()))));
        }
        let defaults = Defaults::new(&self.settings, path, stem);
        records::list(&mut BufReader::with_capacity(RECORDS_BUFFER_BYTES, content), &defaults, entry)
    }

    fn list_archive(
        &self,
        found: &Found,
        stem: &str,
        format: ArchiveFormat,
        head: &mut Vec<u8>,
        entry: &mut FileEntry,
    ) -> io::Result<()> {
        let beside = found.path.rsplit_once('/').map_or_else(|| stem.to_owned(), |(folder, _)| format!("{folder}/{stem}"));
        let view = self.view.clone().unwrap_or(View { folder: beside, top: String::new() });
        let Folder { settings, root_names, spools, .. } = self;
        packed::Archive { settings, root_names, spools, view: &view, full: &found.full, format }.list(head, entry)
    }

    /// Lists what is packed with gzip under the name that it has unpacked.
    fn list_gzip(&self, found: &Found, head: &mut Vec<u8>, entry: &mut FileEntry) -> io::Result<()> {
        let path = sniff::without_gz(&found.path);
        let (says, stem, left_out) = file::by_name(&self.settings, path);
        if let Some(reason) = left_out {
            entry.skipped.push(Skipped::whole(&found.path, reason));
            return Ok(());
        }
        if says == NameSays::Records {
            return self.list_records(found, path, stem, NameSays::Gzip, entry);
        }
        let text = Text { settings: &self.settings, root_names: &self.root_names, path, stem, says };
        match text.facts(&mut Head::new(MultiGzDecoder::new(File::open(&found.full)?), head)) {
            Ok(facts) => note(facts, Locator::file(&found.path), head.len() as u64, entry),
            Err(error) => {
                let problem = packed::problem(&error).ok_or(error)?;
                entry.damaged.push(Damaged::whole(&found.path, Problem::Packed(problem)));
            }
        }
        Ok(())
    }

    fn list_text(&self, found: &Found, says: NameSays, stem: &str, head: &mut Vec<u8>, entry: &mut FileEntry) -> io::Result<()> {
        let path = &found.path;
        let text = Text { settings: &self.settings, root_names: &self.root_names, path, stem, says };
        let input = LazyFile { path: &found.full, file: None }.take(entry.stamp.bytes);
        let facts = text.facts(&mut Head::new(input, head))?;
        note(facts, Locator::file(path), entry.stamp.bytes, entry);
        Ok(())
    }

    /// Opens a file of several texts.
    fn content(&self, path: &str) -> io::Result<Content> {
        Content::open(&self.base.join(path), path, sniff::name(file::name(path)).0, &self.spools)
    }

    /// Opens the folder for the reading of texts by one thread.
    pub fn reader(&self) -> Reader<'_> {
        Reader { folder: self, open: None, warc: warc::Reader::default() }
    }
}

/// Reads texts for one thread.
#[derive(Debug)]
pub struct Reader<'f> {
    folder: &'f Folder,
    /// The file of several texts that was read last.
    open: Option<(String, Content)>,
    warc: warc::Reader,
}

impl Reader<'_> {
    /// Reads a snapshot into the buffer, whose former content is lost.
    ///
    /// # Errors
    /// When the file is gone or cannot be read, is too large, is no text, or no longer holds the record.
    pub fn read(&mut self, locator: &Locator, buffer: &mut Vec<u8>) -> Result<Opened, ReadError> {
        buffer.clear();
        let is_within = |path: &str| {
            !path.is_empty() && Path::new(path).components().all(|component| matches!(component, Component::Normal(_)))
        };
        if !locator.paths().all(is_within) {
            return Err(ReadError::Outside(Box::new(locator.clone())));
        }
        let folder = self.folder;
        match &locator.inside {
            None => self.read_file(locator, buffer),
            Some(Inside::Record(record)) => {
                let content = self.content(&locator.path).map_err(ReadError::io(locator))?;
                read_record(content, &folder.settings, locator, record, buffer)
            }
            Some(Inside::Member(member)) => {
                let archive = self.content(&locator.path).map_err(ReadError::io(locator))?;
                packed::member(archive, locator, member, buffer)?;
                file::opened(locator, &member.name, buffer)
            }
            Some(Inside::MemberRecord(member, record)) => {
                let content = self.member_content(&locator.path, member).map_err(ReadError::io(locator))?;
                read_record(content, &folder.settings, locator, record, buffer)
            }
            Some(Inside::Capture(capture)) => self.warc.read(&folder.base, &folder.spools, locator, capture, buffer),
        }
    }

    fn read_file(&self, locator: &Locator, buffer: &mut Vec<u8>) -> Result<Opened, ReadError> {
        let input = File::open(self.folder.base.join(&locator.path)).map_err(ReadError::io(locator))?;
        if sniff::name(file::name(&locator.path)).0 == NameSays::Gzip {
            packed::gzip(input, locator, buffer)?;
            return file::opened(locator, sniff::without_gz(&locator.path), buffer);
        }
        let bytes = input.metadata().map_err(ReadError::io(locator))?.len();
        if bytes > MAX_TEXT_BYTES {
            return Err(ReadError::too_large(locator, bytes));
        }
        buffer.reserve(bytes as usize + 1);
        let read = input.take(MAX_TEXT_BYTES + 1).read_to_end(buffer).map_err(ReadError::io(locator))? as u64;
        if read > MAX_TEXT_BYTES {
            Err(ReadError::too_large(locator, read))
        } else {
            file::opened(locator, &locator.path, buffer)
        }
    }

    /// A file of several texts, which stays open for the next of them.
    fn content(&mut self, path: &str) -> io::Result<&mut Content> {
        let open = match self.open.take().filter(|(kept, _)| kept == path) {
            Some(open) => open,
            None => (path.to_owned(), self.folder.content(path)?),
        };
        Ok(&mut self.open.insert(open).1)
    }

    /// A member of several texts, which stays open for the next of them.
    fn member_content(&mut self, path: &str, member: &Member) -> io::Result<&mut Content> {
        let place = format!("{path}/{}", member.name);
        let open = match self.open.take().filter(|(kept, _)| *kept == place) {
            Some(open) => open,
            None => (place, Content::of_member(self.folder.content(path)?, path, member, &self.folder.spools)?),
        };
        Ok(&mut self.open.insert(open).1)
    }
}

fn read_record(
    content: &mut Content,
    settings: &Settings,
    locator: &Locator,
    record: &Record,
    buffer: &mut Vec<u8>,
) -> Result<Opened, ReadError> {
    if record.len > MAX_TEXT_BYTES {
        return Err(ReadError::too_large(locator, record.len));
    }
    content.seek(SeekFrom::Start(record.start)).map_err(ReadError::io(locator))?;
    content.take(record.len).read_to_end(buffer).map_err(ReadError::io(locator))?;
    file::opened_record(settings, locator, record, buffer)
}

/// Puts what is known of a file into its entry.
fn note(facts: Result<Facts, NoText>, locator: Locator, bytes: u64, entry: &mut FileEntry) {
    match facts {
        Ok(facts) => facts.into_entry(locator, bytes, entry),
        Err(NoText::Skip(reason)) => entry.skipped.push(Skipped::whole(&entry.path, reason)),
        Err(NoText::Damaged(problem)) => entry.damaged.push(Damaged::whole(&entry.path, problem)),
    }
}

/// A file that is opened when it is first read: an empty one never is.
struct LazyFile<'p> {
    path: &'p Path,
    file: Option<File>,
}

impl Read for LazyFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(self.path)?,
        };
        self.file.insert(file).read(buffer)
    }
}

/// The names of a source's root and of what holds it.
pub fn root_names(base: &Path) -> Vec<String> {
    let names = base.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    let names: Vec<String> = names.collect();
    names[names.len().saturating_sub(ROOT_NAMES)..].to_vec()
}
