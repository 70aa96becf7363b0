//! Files that can only be read from their beginning, unpacked into temporary files that can be read anywhere.

use rustc_hash::FxHashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// What unpacks to more than this, and to more than [`MAX_RATIO`] times its size, is taken for a bomb.
const MAX_UNSUSPECTED_BYTES: u64 = 1 << 30;
/// gzip packs what says nothing at all to a thousandth; a real archive is far from that.
const MAX_RATIO: u64 = 500;
const BUFFER_BYTES: usize = 256 * 1024;

/// The unpacked content of a file: a stretch of the temporary file that all spools of a source share.
#[derive(Debug)]
pub struct Spool {
    file: Arc<File>,
    start: u64,
    len: u64,
    /// Why the rest could not be unpacked.
    pub damage: Option<String>,
}

/// The spools of a source, each made when first asked for. They lie in one temporary file without a name, since a source may hold
/// more packed files than a program may open; it goes when its last reader does.
#[derive(Debug, Default)]
pub struct Spools(Mutex<Shared>);

#[derive(Debug, Default)]
struct Shared {
    file: Option<Arc<File>>,
    end: u64,
    spools: FxHashMap<String, Arc<Spool>>,
}

impl Spools {
    /// The unpacked content of the file at `path`, which has `packed` bytes.
    ///
    /// # Errors
    /// When the file cannot be opened, or the temporary file cannot be written. What is wrong with the packed bytes is told by
    /// [`Spool::damage`]: all before it can be read.
    pub fn get(&self, path: &str, packed: u64, open: impl FnOnce() -> io::Result<Box<dyn Read>>) -> io::Result<Arc<Spool>> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spool) = shared.spools.get(path) {
            return Ok(spool.clone());
        }
        let mut input = open()?;
        let file = match &shared.file {
            Some(file) => file.clone(),
            None => shared.file.insert(Arc::new(tempfile::tempfile().map_err(no_place)?)).clone(),
        };
        let spool = Arc::new(Spool::unpack(packed, most_bytes(packed), &mut *input, file, shared.end)?);
        shared.end += spool.len;
        shared.spools.insert(path.to_owned(), spool.clone());
        Ok(spool)
    }
}

impl Spool {
    /// Unpacks to the end of the shared file: no more than `most` bytes.
    fn unpack(packed: u64, most: u64, input: &mut dyn Read, file: Arc<File>, start: u64) -> io::Result<Spool> {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut len = 0;
        let damage = loop {
            let read = match input.read(&mut buffer) {
                Ok(0) => break None,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => break Some(format!("it breaks off after {len} bytes unpacked: {error}")),
            };
            if len + read as u64 > most {
                break Some(format!("an archive bomb: its {packed} bytes unpack to more than {most}. The rest is not read"));
            }
            write_at(&file, &buffer[..read], start + len).map_err(no_place)?;
            len += read as u64;
        };
        Ok(Spool { file, start, len, damage })
    }

    /// A reader of its own, at the beginning.
    pub fn reader(self: &Arc<Spool>) -> SpoolReader {
        SpoolReader { spool: self.clone(), at: 0 }
    }
}

/// What unpacks to more bytes is taken for a bomb.
fn most_bytes(packed: u64) -> u64 {
    packed.saturating_mul(MAX_RATIO).max(MAX_UNSUSPECTED_BYTES)
}

/// Says that it is not the packed file that cannot be read.
fn no_place(error: io::Error) -> io::Error {
    let dir = std::env::temp_dir();
    io::Error::other(format!("it cannot be unpacked into {} ({error}): let TMPDIR name a folder with more room", dir.display()))
}

/// Reads a spool; many can at once.
#[derive(Debug)]
pub struct SpoolReader {
    spool: Arc<Spool>,
    at: u64,
}

impl SpoolReader {
    /// Why not all of the file could be unpacked.
    pub fn damage(&self) -> Option<&str> {
        self.spool.damage.as_deref()
    }
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.spool.len.saturating_sub(self.at)).unwrap_or(usize::MAX).min(buffer.len());
        let read = read_at(&self.spool.file, &mut buffer[..left], self.spool.start.saturating_add(self.at))?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.spool.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning"))?;
        Ok(self.at)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        written += std::os::windows::fs::FileExt::seek_write(file, &bytes[written..], at + written as u64)?;
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_has_its_own_place() {
        let spools = Spools::default();
        let spool = spools.get("a", 6, || Ok(Box::new(&b"abcdef"[..]))).unwrap();
        let again = spools.get("a", 6, || Err(io::Error::other("it is there already"))).unwrap();
        let (mut one, mut other) = (spool.reader(), again.reader());
        one.seek(SeekFrom::Start(4)).unwrap();
        other.seek(SeekFrom::End(-5)).unwrap();
        let (mut end, mut rest) = (String::new(), String::new());
        one.read_to_string(&mut end).unwrap();
        other.read_to_string(&mut rest).unwrap();
        assert_eq!((end.as_str(), rest.as_str(), &spool.damage), ("ef", "bcdef", &None));
    }

    #[test]
    fn one_temporary_file_holds_them_all() {
        let spools = Spools::default();
        let texts: Vec<String> = (0..3000).map(|number| format!("text {number}")).collect();
        let all: Vec<Arc<Spool>> =
            texts.iter().map(|text| spools.get(text, 9, || Ok(Box::new(io::Cursor::new(text.clone())))).unwrap()).collect();
        for (spool, text) in all.iter().zip(&texts) {
            let mut read = String::new();
            spool.reader().read_to_string(&mut read).unwrap();
            assert_eq!(&read, text);
            assert!(Arc::ptr_eq(&spool.file, &all[0].file));
        }
    }

    #[test]
    fn what_was_unpacked_before_damage_can_be_read() {
        struct Breaks;
        impl Read for Breaks {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("bad block"))
            }
        }
        let spool = Spools::default().get("a", 3, || Ok(Box::new(b"abc".chain(Breaks)))).unwrap();
        let mut text = String::new();
        spool.reader().read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
        assert_eq!(spool.damage.as_deref(), Some("it breaks off after 3 bytes unpacked: bad block"));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let (packed, most) = (10, 1 << 20);
        let zeros = || io::repeat(0).take(most + 1);
        let file = || Arc::new(tempfile::tempfile().unwrap());
        let bomb = Spool::unpack(packed, most, &mut zeros(), file(), 0).unwrap();
        assert!(bomb.damage.as_ref().is_some_and(|damage| damage.contains("bomb")));
        assert_eq!(bomb.len, most);
        let archive = Spool::unpack(packed, most, &mut zeros().take(most), file(), 0).unwrap();
        assert_eq!((archive.damage, archive.len), (None, most));
    }

    #[test]
    fn a_bomb_is_both_large_and_packed_too_well() {
        assert_eq!(most_bytes(10), MAX_UNSUSPECTED_BYTES);
        assert_eq!(most_bytes(MAX_UNSUSPECTED_BYTES), MAX_UNSUSPECTED_BYTES * MAX_RATIO);
    }
}
