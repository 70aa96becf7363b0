//! Walks the records of a WARC file: one after another, over damage to the next that is whole, or straight to one of them.
//!
//! Each record of a packed file is a gzip member or zstd frame of its own, so that it can be read alone.

use super::input::Input;
use super::record::{self, RecordHead};
use crate::source::Within;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

/// What one record may unpack to. Films are larger than texts, but not by so much.
const MAX_UNPACKED_BYTES: u64 = 16 << 30;
/// How much of a packed record must be looked at to see that it is one: a zstd frame tells nothing before its first block is whole.
const PROBE_BYTES: u64 = 256 * 1024;
/// How many places of a damaged file are looked at where a packed record might begin.
const MAX_PROBES: u32 = 100_000;
/// The first line of a record is shorter, and the next one begins within it.
const FIRST_LINE_BYTES: usize = 16;
/// What stands after every record.
const RECORD_END: &[u8] = b"\r\n\r\n";
const MEMBER_BUFFER_BYTES: usize = 16 * 1024;
/// A dictionary is what small records have in common: larger ones do not pay.
const MAX_DICTIONARY_BYTES: u64 = 16 << 20;

const GZIP_MAGIC: &[u8] = b"\x1F\x8B\x08";
const ZSTD_MAGIC: &[u8] = b"\x28\xB5\x2F\xFD";
/// The frame before all others that holds the dictionary of the file.
const DICTIONARY_MAGIC: &[u8] = b"\x5D\x2A\x4D\x18";

/// How the records of a file are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// A place in the file, or in what the file unpacks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub offset: u64,
    pub len: u64,
}

/// Why a record cannot be read.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    /// What is wrong with its bytes.
    Broken(String),
    /// The member holds several records: the file is packed as a whole.
    Together,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Io(error) => error.fmt(f),
            Fault::Broken(what) => f.write_str(what),
            Fault::Together => f.write_str("several records are packed together where only one should be"),
        }
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> io::Error {
        match fault {
            Fault::Io(error) => error,
            fault => io::Error::new(io::ErrorKind::InvalidData, fault.to_string()),
        }
    }
}

impl From<io::Error> for Fault {
    /// What the system says is no fault of the bytes.
    fn from(error: io::Error) -> Fault {
        match error.kind() {
            _ if error.raw_os_error().is_some() => Fault::Io(error),
            io::ErrorKind::UnexpectedEof => Fault::Broken("it breaks off".to_owned()),
            _ => Fault::Broken(format!("it cannot be unpacked: {error}")),
        }
    }
}

/// What comes next in a file.
#[derive(Debug)]
pub enum Step<T> {
    Record {
        place: Place,
        found: T,
    },
    /// No record that can be read; the walk goes on with the next that can.
    Broken {
        offset: u64,
        what: String,
    },
    /// The member holds several records: the file is packed as a whole.
    Together,
    End,
}

/// Looks at a record: its head, and its block, which need not be read.
pub type Look<'l, T> = dyn FnMut(&RecordHead, &mut dyn BufRead) -> Result<T, Fault> + 'l;

/// The records of a file.
#[derive(Debug)]
pub struct Walk {
    input: Input,
    packing: Packing,
    dictionary: Vec<u8>,
    probes: u32,
}

impl Walk {
    /// Begins before the first record. How the file is packed, its first bytes tell, whatever its name says.
    ///
    /// # Errors
    /// When reading fails, or the dictionary of the file is damaged.
    pub fn new(mut input: Input, within: Within) -> Result<Walk, Fault> {
        let magic = input.peek(4)?;
        let packing = match within {
            Within::Unpacked => Packing::Plain,
            Within::File if magic.starts_with(GZIP_MAGIC) => Packing::Gzip,
            Within::File if magic == ZSTD_MAGIC || is_skippable(&magic) => Packing::Zstd,
            Within::File => Packing::Plain,
        };
        let dictionary = if packing == Packing::Zstd && magic == DICTIONARY_MAGIC { dictionary(&mut input)? } else { Vec::new() };
        Ok(Walk { input, packing, dictionary, probes: 0 })
    }

    /// All that the file unpacks to.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unpacked(mut self) -> io::Result<Box<dyn Read>> {
        self.input.go(0)?;
        Ok(match self.packing {
            Packing::Plain => Box::new(self.input),
            Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(self.input)),
            Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_dictionary(self.input, &self.dictionary)?),
        })
    }

    /// Goes on to the next record, which is looked at while it is read.
    ///
    /// # Errors
    /// When the file cannot be read; what is wrong with its bytes is a step.
    pub fn step<T>(&mut self, look: &mut Look<'_, T>) -> io::Result<Step<T>> {
        loop {
            let offset = self.input.at();
            if self.input.left() == 0 {
                return Ok(Step::End);
            }
            let what = match self.record(look) {
                Ok(Some(found)) => {
                    let place = Place { offset, len: self.input.at() - offset };
                    match self.after_plain() {
                        Ok(()) => return Ok(Step::Record { place, found }),
                        Err(Fault::Broken(what)) => what,
                        Err(Fault::Io(error)) => return Err(error),
                        Err(Fault::Together) => return Ok(Step::Together),
                    }
                }
                Ok(None) => continue,
                Err(Fault::Broken(what)) => what,
                Err(Fault::Io(error)) => return Err(error),
                Err(Fault::Together) => return Ok(Step::Together),
            };
            self.find_next(offset + 1)?;
            return Ok(Step::Broken { offset, what });
        }
    }

    /// Looks at the record at a place.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn at<T>(&mut self, offset: u64, look: &mut Look<'_, T>) -> Result<Option<T>, Fault> {
        self.input.go(offset)?;
        self.record(look)
    }

    /// Reads the record that begins here; `None` where a member or frame holds nothing.
    fn record<T>(&mut self, look: &mut Look<'_, T>) -> Result<Option<T>, Fault> {
        match self.packing {
            Packing::Plain => self.plain(look).map(Some),
            Packing::Gzip => packed(flate2::bufread::GzDecoder::new(&mut self.input), look),
            Packing::Zstd => {
                if is_skippable(&self.input.peek(4)?) {
                    return skip_frame(&mut self.input).map(|()| None);
                }
                let decoder = zstd::stream::read::Decoder::with_dictionary(&mut self.input, &self.dictionary)?;
                packed(decoder.single_frame(), look)
            }
        }
    }

    fn plain<T>(&mut self, look: &mut Look<'_, T>) -> Result<T, Fault> {
        let head = RecordHead::read(&mut self.input)?;
        if self.input.left() < head.length {
            let (has, length) = (self.input.left(), head.length);
            return Err(Fault::Broken(format!("it breaks off: its Content-Length is {length}, and {has} bytes follow")));
        }
        let end = self.input.at() + head.length;
        let found = look(&head, &mut (&mut self.input).take(head.length))?;
        self.input.go(end)?;
        Ok(found)
    }

    /// Goes over the blank lines after a record that is not packed, and sees whether it ends there.
    fn after_plain(&mut self) -> Result<(), Fault> {
        if self.packing != Packing::Plain {
            return Ok(());
        }
        let ends = self.input.peek(RECORD_END.len())? == RECORD_END;
        skip_blank(&mut self.input)?;
        // Where the record ends as it should, what follows is at fault.
        if ends || self.input.left() == 0 || record::begins(&self.input.peek(FIRST_LINE_BYTES)?) {
            return Ok(());
        }
        Err(Fault::Broken("its Content-Length is wrong: no record begins where it ends".to_owned()))
    }

    /// Goes to the next place, from here on, where a record begins; or to the end.
    fn find_next(&mut self, from: u64) -> io::Result<()> {
        self.input.go(from)?;
        let first = match self.packing {
            Packing::Plain => b'W',
            Packing::Gzip => 0x1F,
            Packing::Zstd => 0x28,
        };
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                return Ok(());
            }
            let Some(at) = memchr::memchr(first, bytes) else {
                let all = bytes.len();
                self.input.consume(all);
                continue;
            };
            self.input.consume(at);
            let here = self.input.at();
            if self.begins()? {
                return self.input.go(here);
            }
            self.input.go(here + 1)?;
        }
    }

    /// Whether a record begins here. Moves on.
    fn begins(&mut self) -> io::Result<bool> {
        let magic = match self.packing {
            Packing::Plain => return Ok(record::begins(&self.input.peek(FIRST_LINE_BYTES)?)),
            Packing::Gzip => GZIP_MAGIC,
            Packing::Zstd => ZSTD_MAGIC,
        };
        if self.probes >= MAX_PROBES || !self.input.peek(magic.len())?.starts_with(magic) {
            return Ok(false);
        }
        self.probes += 1;
        let input = (&mut self.input).take(PROBE_BYTES);
        let mut start = [0; record::BEGINNING.len()];
        let read = match self.packing {
            Packing::Zstd => zstd::stream::read::Decoder::with_dictionary(input, &self.dictionary)?.read_exact(&mut start),
            Packing::Gzip | Packing::Plain => flate2::bufread::GzDecoder::new(input).read_exact(&mut start),
        };
        match read {
            Ok(()) => Ok(start == record::BEGINNING),
            Err(error) if error.raw_os_error().is_some() => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// Reads a packed record to its end, where its checksum is.
fn packed<T>(decoder: impl Read, look: &mut Look<'_, T>) -> Result<Option<T>, Fault> {
    let mut content = BufReader::with_capacity(MEMBER_BUFFER_BYTES, decoder);
    if content.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let head = RecordHead::read(&mut content)?;
    if head.length > MAX_UNPACKED_BYTES {
        return Err(Fault::Broken(format!("its Content-Length is {}: more than any record has", head.length)));
    }
    let mut block = (&mut content).take(head.length);
    let found = look(&head, &mut block)?;
    io::copy(&mut block, &mut io::sink())?;
    let missing = block.limit();
    if missing > 0 {
        return Err(Fault::Broken(format!("{missing} of the {} bytes of its block are missing", head.length)));
    }
    skip_blank(&mut content)?;
    let rest = content.fill_buf()?;
    if rest.is_empty() {
        Ok(Some(found))
    } else if rest.starts_with(record::BEGINNING) {
        Err(Fault::Together)
    } else {
        // A checksum that does not fit tells more.
        io::copy(&mut content.take(MAX_UNPACKED_BYTES), &mut io::sink())?;
        Err(Fault::Broken("its Content-Length is wrong: something else follows where it ends".to_owned()))
    }
}

fn skip_blank(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let more = blank > 0 && blank == bytes.len();
        input.consume(blank);
        if !more {
            return Ok(());
        }
    }
}

/// Whether a zstd frame begins that holds no content of the file.
fn is_skippable(magic: &[u8]) -> bool {
    matches!(magic, [0x50..=0x5F, 0x2A, 0x4D, 0x18])
}

/// Reads the length of a skippable frame, and goes to what it holds.
fn frame_len(input: &mut Input) -> Result<u64, Fault> {
    let mut head = [0; 8];
    input.read_exact(&mut head)?;
    let [.., a, b, c, d] = head;
    let len = u64::from(u32::from_le_bytes([a, b, c, d]));
    if len > input.left() {
        return Err(Fault::Broken("a frame without records breaks off".to_owned()));
    }
    Ok(len)
}

fn skip_frame(input: &mut Input) -> Result<(), Fault> {
    let len = frame_len(input)?;
    Ok(input.go(input.at() + len)?)
}

/// The dictionary that the first frame of the file holds, itself packed or not.
fn dictionary(input: &mut Input) -> Result<Vec<u8>, Fault> {
    let len = frame_len(input)?;
    let mut bytes = Vec::new();
    if len <= MAX_DICTIONARY_BYTES {
        input.take(len).read_to_end(&mut bytes)?;
    }
    if bytes.starts_with(ZSTD_MAGIC) {
        let decoder = zstd::stream::read::Decoder::with_buffer(bytes.as_slice())?;
        let mut unpacked = Vec::new();
        decoder.take(MAX_DICTIONARY_BYTES + 1).read_to_end(&mut unpacked)?;
        bytes = unpacked;
    }
    if len > MAX_DICTIONARY_BYTES || bytes.len() as u64 > MAX_DICTIONARY_BYTES {
        return Err(Fault::Broken(format!("its dictionary has more than {MAX_DICTIONARY_BYTES} bytes")));
    }
    input.go(0)?;
    Ok(bytes)
}
