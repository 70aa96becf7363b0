//! The members of a tar file, from header to header.

use super::directory::{Body, Collector, Refused};
use super::guard::PackedProblem;
use crate::source::{Method, SkipReason};
use std::io::{self, Read, Seek, SeekFrom};
use tar::EntryType;

/// A header, with a long name and all that is said of a member, is no longer.
const MAX_HEADER_BYTES: u64 = 1024 * 1024;
/// Contents are filled up to a multiple of this.
const BLOCK_BYTES: u64 = 512;
/// What programs say of files with holes in headers that others take for plain files.
const SPARSE_KEYS: &str = "GNU.sparse.";

/// Reads all headers; contents are passed over.
///
/// # Errors
/// When the file cannot be read. What is wrong in it goes into the collector.
pub fn list(mut input: impl Read + Seek, collector: &mut Collector) -> io::Result<()> {
    let end = input.seek(SeekFrom::End(0))?;
    input.rewind()?;
    let mut archive = tar::Archive::new(Headers { input, read: 0 });
    let mut count = 0;
    let mut links = Vec::new();
    for entry in archive.entries_with_seek()? {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) if is_damage(&error) => {
                collector.damaged(PackedProblem::Tar(error.to_string()));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        count += 1;
        if collector.is_full() {
            return Ok(());
        }
        let (start, bytes) = (entry.raw_file_position(), entry.size());
        let reached = bytes.checked_next_multiple_of(BLOCK_BYTES).and_then(|bytes| start.checked_add(bytes));
        if reached.is_none_or(|reached| reached > end) {
            // What came after is lost as well.
            collector.damaged(PackedProblem::Tar("it is cut off".to_owned()));
        }
        let body = match entry.header().entry_type() {
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            EntryType::GNUSparse => Err(Refused::Skip(SkipReason::Sparse)),
            EntryType::Regular | EntryType::Continuous if is_sparse(&mut entry)? => Err(Refused::Skip(SkipReason::Sparse)),
            // Old archives mark a folder by the end of its name only.
            EntryType::Regular if entry.path_bytes().ends_with(b"/") => continue,
            EntryType::Regular | EntryType::Continuous if start.checked_add(bytes).is_none_or(|reached| reached > end) => {
                Err(PackedProblem::CutOff.into())
            }
            EntryType::Regular | EntryType::Continuous => {
                Ok(Body { start, packed_bytes: bytes, bytes, method: Method::Stored, crc32: None })
            }
            EntryType::Link => {
                links.extend(entry.link_name_bytes().map(|target| (entry.path_bytes().into_owned(), target.into_owned())));
                continue;
            }
            _ => Err(Refused::Skip(SkipReason::NoPlainMember)),
        };
        collector.add(&entry.path_bytes(), body);
    }
    collector.add_links(links, end);
    if count == 0 && end == 0 {
        collector.damaged(PackedProblem::Tar("it is empty".to_owned()));
    }
    Ok(())
}

/// What the reader of headers makes of bad bytes, other than what the system says.
fn is_damage(error: &io::Error) -> bool {
    error.raw_os_error().is_none()
}

fn is_sparse(entry: &mut tar::Entry<'_, impl Read>) -> io::Result<bool> {
    let Some(extensions) = entry.pax_extensions()? else { return Ok(false) };
    Ok(extensions.flatten().any(|extension| extension.key().is_ok_and(|key| key.starts_with(SPARSE_KEYS))))
}

/// Headers are read into memory whole: what is too long for one is no header.
struct Headers<R> {
    input: R,
    /// Since the last leap.
    read: u64,
}

impl<R: Read> Read for Headers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read += read as u64;
        if self.read > MAX_HEADER_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a header of more than {MAX_HEADER_BYTES} bytes")));
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Headers<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.read = 0;
        self.input.seek(to)
    }
}
