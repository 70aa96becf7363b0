//! What holds of every file, whether it lies in a folder or in a git history: whether it is taken, and where its text begins.

use crate::snapshot::Format;
use crate::source::header::{self, Header};
use crate::source::records;
use crate::source::sniff::{self, Content, NameSays};
use crate::source::{Locator, Opened, Problem, ReadError, Record, Settings, SkipReason};

/// How much of a file is read to know its format and its header; it comes with one read.
pub const HEAD_BYTES: usize = 4 * 1024;

/// Why a file's bytes are no text.
pub enum NoText {
    /// The name promises none.
    Skip(SkipReason),
    Damaged(Problem),
}

/// What a file's name says, the name without the ending that says so, and why the file is left out, if it is.
pub fn by_name<'p>(settings: &Settings, path: &'p str) -> (NameSays, &'p str, Option<SkipReason>) {
    let (says, stem) = sniff::name(name(path));
    let left_out = match says {
        NameSays::Skip(reason @ SkipReason::About) => Some(reason),
        _ if settings.excludes(path) => Some(SkipReason::Excluded),
        // It is for each of its members to be included or not.
        NameSays::Archive(_) => None,
        NameSays::Gzip if settings.includes(sniff::without_gz(path)) => None,
        _ if !settings.includes(path) => Some(SkipReason::NotIncluded),
        NameSays::Skip(reason) => Some(reason),
        _ => None,
    };
    (says, stem, left_out)
}

/// The format of a file that begins with `head`.
pub fn format(says: NameSays, head: &[u8]) -> Result<Format, NoText> {
    match sniff::content(head, named(says)) {
        Content::Text(format) => Ok(format),
        Content::Binary(_, reason) if says == NameSays::Unknown => Err(NoText::Skip(reason)),
        Content::Binary(what, _) => Err(NoText::Damaged(Problem::Binary(what.to_owned()))),
    }
}

/// Reads the header at the start of a file.
pub fn header(path: &str, bytes: &[u8]) -> Header {
    header::read(bytes, may_begin_with_address(path))
}

/// Where the text of a whole file lies in the buffer that holds it; `path` is what the file is called when it is not packed.
///
/// # Errors
/// When it is no text.
pub fn opened(locator: &Locator, path: &str, buffer: &[u8]) -> Result<Opened, ReadError> {
    let head = &buffer[..buffer.len().min(HEAD_BYTES)];
    let says = sniff::name(name(path)).0;
    let format = match sniff::content(head, named(says)) {
        Content::Text(format) => format,
        Content::Binary(what, _) => {
            return Err(ReadError::Binary { locator: Box::new(locator.clone()), what: what.to_owned() });
        }
    };
    let (body, format) = match header(path, buffer) {
        Header::Princeton(header) => (header.body, header.format),
        Header::Address { body, .. } => (body, format),
        Header::None | Header::Broken(_) => (0, format),
    };
    Ok(Opened { raw: 0..buffer.len(), body: body..buffer.len(), format, charset: None })
}

/// Where the text of a record lies, whose line the buffer holds: it is put into the buffer after the line.
///
/// # Errors
/// When the line is no longer that record.
pub fn opened_record(settings: &Settings, locator: &Locator, record: &Record, buffer: &mut Vec<u8>) -> Result<Opened, ReadError> {
    let raw = 0..buffer.len();
    let opened = records::open(buffer, settings.json()).filter(|_| raw.len() as u64 == record.len);
    let (format, text) = opened.ok_or_else(|| ReadError::Changed(Box::new(locator.clone())))?;
    buffer.extend_from_slice(text.as_bytes());
    Ok(Opened { body: raw.end..buffer.len(), raw, format, charset: Some("utf-8".to_owned()) })
}

/// The last name of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn named(says: NameSays) -> Option<Format> {
    if let NameSays::Text(format) = says { Some(format) } else { None }
}

/// Only plain text files have the page's address for a first line.
fn may_begin_with_address(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    ending.eq_ignore_ascii_case("txt") || ending.eq_ignore_ascii_case("text")
}
