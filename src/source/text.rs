//! What one text is a capture of, wherever its bytes come from: read only as far as that needs.

use crate::source::file::{self, HEAD_BYTES, NoText};
use crate::source::listing::{Facts, Kept};
use crate::source::sniff::NameSays;
use crate::source::trail::Trail;
use crate::source::{Settings, header, page};
use std::io::{self, Read};

/// A text as the rules for names and paths see it.
pub struct Text<'t> {
    pub settings: &'t Settings,
    pub root_names: &'t [String],
    pub path: &'t str,
    /// The file's name without the ending that its format has.
    pub stem: &'t str,
    pub says: NameSays,
}

impl Text<'_> {
    /// Gathers what is known of the text, which `head` reads from its beginning.
    ///
    /// # Errors
    /// When reading fails. Inside: why the bytes are no text.
    pub fn facts<R: Read>(&self, head: &mut Head<'_, R>) -> io::Result<Result<Facts, NoText>> {
        let format = match file::format(self.says, head.read(HEAD_BYTES)?) {
            Ok(format) => format,
            Err(reason) => return Ok(Err(reason)),
        };
        if header::is_cut(head.bytes) {
            head.read(header::MAX_HEADER_BYTES)?;
        }
        let header = file::header(self.path, head.bytes);
        let trail = Trail::new(self.root_names, self.path, self.stem);
        let mut facts = Facts::gather(self.settings, &trail, self.path, format, header, Kept::AsFile);
        if facts.wants_page() {
            facts.add_page(page::read(head.read(page::MAX_HEAD_BYTES)?));
        }
        Ok(Ok(facts))
    }
}

/// The start of a text, read only as far as it is needed.
pub struct Head<'a, R> {
    input: R,
    bytes: &'a mut Vec<u8>,
}

impl<'a, R: Read> Head<'a, R> {
    /// The start of what `input` gives; the buffer's former content is lost.
    pub fn new(input: R, bytes: &'a mut Vec<u8>) -> Head<'a, R> {
        bytes.clear();
        Head { input, bytes }
    }

    /// Reads on until `wanted` bytes are there or the text ends.
    fn read(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let missing = wanted.saturating_sub(self.bytes.len());
        self.bytes.reserve(missing);
        self.input.by_ref().take(missing as u64).read_to_end(self.bytes)?;
        Ok(self.bytes)
    }
}
