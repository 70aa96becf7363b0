//! Unpacking: one member, one text packed with gzip, or a whole archive that cannot be sought.

use super::guard::{self, PackedProblem};
use crate::source::sniff::{ArchiveFormat, NameSays};
use crate::source::spool::{SpoolReader, Spools};
use crate::source::{Locator, MAX_TEXT_BYTES, Member, Method, ReadError};
use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// zstd may look so far back (2 to this power, in bytes), as archives packed with `--long=31` ask for.
const MAX_ZSTD_WINDOW_LOG: u32 = 31;

/// A file in which several texts lie, in a form that can be read at any place.
#[derive(Debug)]
pub enum Content {
    File(File),
    Spool(SpoolReader),
}

impl Content {
    /// Opens a file by what its name says; `path` names its spool.
    ///
    /// # Errors
    /// When it cannot be opened, or there is no place to unpack it. Its damage is told by [`Content::damage`].
    pub fn open(full: &Path, path: &str, says: NameSays, spools: &Spools) -> io::Result<Content> {
        let file = File::open(full)?;
        let packed_bytes = file.metadata()?.len();
        let decoder: fn(File) -> io::Result<Box<dyn Read>> = match says {
            NameSays::Archive(ArchiveFormat::TarGzip) | NameSays::Gzip => |file| Ok(Box::new(MultiGzDecoder::new(file))),
            NameSays::Archive(ArchiveFormat::TarZstd) => |file| {
                let mut decoder = zstd::Decoder::new(file)?;
                decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
                Ok(Box::new(decoder))
            },
            _ => return Ok(Content::File(file)),
        };
        Ok(Content::Spool(spools.get(path, packed_bytes, || decoder(file))?.reader()))
    }

    /// A member that holds several texts itself, unpacked on its own.
    ///
    /// # Errors
    /// When the archive cannot be read, or there is no place to unpack the member.
    pub fn of_member(archive: Content, path: &str, member: &Member, spools: &Spools) -> io::Result<Content> {
        let place = format!("{path}/{}", member.name);
        let unpack = || -> io::Result<Box<dyn Read>> { Ok(Box::new(Unpacked::new(archive, member)?)) };
        Ok(Content::Spool(spools.get(&place, member.packed_bytes, unpack)?.reader()))
    }

    /// Why not all of it could be unpacked.
    pub fn damage(&self) -> Option<&str> {
        match self {
            Content::File(_) => None,
            Content::Spool(spool) => spool.damage(),
        }
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Content::File(file) => file.read(buffer),
            Content::Spool(spool) => spool.read(buffer),
        }
    }
}

impl Seek for Content {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Content::File(file) => file.seek(to),
            Content::Spool(spool) => spool.seek(to),
        }
    }
}

/// Reads a member unpacked; at its end it tells whether all of it was there and as it was packed.
pub struct Unpacked<R: Read> {
    decoder: Decoder<R>,
    left: u64,
    crc: Crc,
    crc32: Option<u32>,
}

enum Decoder<R: Read> {
    Stored(io::Take<R>),
    Deflate(DeflateDecoder<io::Take<R>>),
    Zstd(zstd::Decoder<'static, io::BufReader<io::Take<R>>>),
}

impl<R: Read + Seek> Unpacked<R> {
    /// # Errors
    /// When the archive cannot be read.
    pub fn new(mut archive: R, member: &Member) -> io::Result<Unpacked<R>> {
        archive.seek(SeekFrom::Start(member.start))?;
        let packed = archive.take(member.packed_bytes);
        let decoder = match member.method {
            Method::Stored => Decoder::Stored(packed),
            Method::Deflate => Decoder::Deflate(DeflateDecoder::new(packed)),
            Method::Zstd => Decoder::Zstd(zstd::Decoder::new(packed)?),
        };
        Ok(Unpacked { decoder, left: member.bytes, crc: Crc::new(), crc32: member.crc32 })
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.decoder {
            Decoder::Stored(packed) => packed.read(buffer),
            Decoder::Deflate(packed) => packed.read(buffer),
            Decoder::Zstd(packed) => packed.read(buffer),
        }?;
        let damaged = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let Some(left) = self.left.checked_sub(read as u64) else {
            return damaged("it holds more than the archive says".to_owned());
        };
        self.left = left;
        self.crc.update(&buffer[..read]);
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        if left > 0 {
            return damaged(format!("it ends {left} bytes before it should"));
        }
        if self.crc32.is_some_and(|crc32| crc32 != self.crc.sum()) {
            return damaged("its checksum is not the one that the archive says: it is damaged".to_owned());
        }
        Ok(0)
    }
}

/// Reads a text that is a member into the empty buffer.
///
/// # Errors
/// When the archive cannot be read or the member is not as the archive says.
pub fn member(archive: &mut Content, locator: &Locator, member: &Member, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    if member.bytes > MAX_TEXT_BYTES {
        return Err(ReadError::too_large(locator, member.bytes));
    }
    let unpacked = Unpacked::new(archive, member).map_err(ReadError::io(locator))?;
    buffer.reserve(member.bytes as usize + 1);
    unpacked.take(MAX_TEXT_BYTES + 1).read_to_end(buffer).map_err(|error| failed(locator, error))?;
    Ok(())
}

/// Reads a text that is packed with gzip into the empty buffer; several parts one after the other are one text.
///
/// # Errors
/// When it cannot be read or unpacked, is too large, or is a bomb.
pub fn gzip(file: File, locator: &Locator, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    let packed_bytes = file.metadata().map_err(ReadError::io(locator))?.len();
    let most = guard::most_unpacked(packed_bytes).min(MAX_TEXT_BYTES);
    MultiGzDecoder::new(file).take(most + 1).read_to_end(buffer).map_err(|error| failed(locator, error))?;
    let bytes = buffer.len() as u64;
    guard::sizes(packed_bytes, bytes).map_err(|problem| ReadError::Packed { locator: Box::new(locator.clone()), problem })?;
    if bytes > MAX_TEXT_BYTES { Err(ReadError::too_large(locator, bytes)) } else { Ok(()) }
}

/// What is wrong with packed bytes; `None` where it is the system that cannot read them.
pub fn problem(error: &io::Error) -> Option<PackedProblem> {
    error.raw_os_error().is_none().then(|| PackedProblem::Broken(error.to_string()))
}

fn failed(locator: &Locator, error: io::Error) -> ReadError {
    match problem(&error) {
        Some(problem) => ReadError::Packed { locator: Box::new(locator.clone()), problem },
        None => ReadError::io(locator)(error),
    }
}
