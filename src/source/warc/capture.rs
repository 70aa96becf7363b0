//! What a WARC record captured: a page whose text can be read, one that is left out, or the text of another record again.

use super::coding::Extent;
use super::http::{ResponseHead, media_type};
use super::record::{RecordHead, RecordType};
use super::revisit::Name;
use super::walk::Fault;
use crate::snapshot::{Captured, DateSource, Format};
use crate::source::date::ImpossibleDate;
use crate::source::file::HEAD_BYTES;
use crate::source::sniff::{self, Content};
use crate::source::{MAX_TEXT_BYTES, Problem, SkipReason};
use std::borrow::Cow;
use std::io::{BufRead, Read};

/// How much of a body is looked at to know its format; a body packed with zstd tells nothing before its first block is whole.
const BODY_START_BYTES: u64 = 160 * 1024;
const OK: u16 = 200;
/// A copy that a proxy changed.
const NON_AUTHORITATIVE: u16 = 203;
const NOT_MODIFIED: u16 = 304;

/// What is known of a capture while its file is listed.
#[derive(Debug)]
pub struct Found {
    pub id: Option<String>,
    pub url: String,
    pub captured: Option<Captured>,
    /// By which revisits may refer to it.
    pub names: Vec<Name>,
    pub content: Finding,
    pub problem: Option<Problem>,
    /// Why the crawler kept only the beginning of the page, where it did so.
    pub truncated: Option<String>,
}

/// What a record holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    Text(Format),
    Skipped(SkipReason),
    /// The names of the capture whose text it is, the surest first.
    Revisit(Vec<Name>),
    /// Nothing that can be taken; the problem says why.
    Nothing,
}

/// The page of a record, read whole.
#[derive(Debug)]
pub struct Page {
    pub bytes: Vec<u8>,
    pub format: Format,
    pub charset: Option<String>,
}

/// Looks at a record to list it; `None` where it is no capture.
///
/// # Errors
/// When the block cannot be read.
pub fn look(head: &RecordHead, block: &mut dyn BufRead) -> Result<Option<Found>, Fault> {
    if head.record_type == RecordType::Other {
        return Ok(None);
    }
    let (captured, date_problem) = captured(head);
    let id = head.id();
    let target = head.target().ok_or_else(|| Problem::Record("its head has no WARC-Target-URI".to_owned()));
    let (url, content) = match target {
        Ok(url) => (url, content(head, block)?),
        Err(problem) => (String::new(), Err(problem)),
    };
    let (content, problem) = match content {
        Ok(content) => (content, None),
        Err(problem) => (Finding::Nothing, Some(problem)),
    };
    // Without date a text that is left out, or is unknown, lacks nothing.
    let wants_date = matches!(content, Finding::Text(_) | Finding::Revisit(_));
    let problem = problem.or(date_problem.filter(|_| wants_date));
    let digest = head.payload_digest().filter(|_| !matches!(content, Finding::Revisit(_)));
    let names =
        [id.as_deref().map(Name::id), captured.map(|captured| Name::capture(&url, captured.instant)), digest.map(Name::digest)];
    let truncated = head.truncated().map(str::to_owned);
    Ok(Some(Found { id, url, captured, names: names.into_iter().flatten().collect(), content, problem, truncated }))
}

/// Reads the page of a record.
///
/// # Errors
/// When the record is no page, when the page is damaged, when the block cannot be read.
pub fn read(head: &RecordHead, block: &mut dyn BufRead) -> Result<Page, Fault> {
    let response = match response(head, block)? {
        Ok(response) => response,
        Err(what) => return Err(Fault::Broken(what)),
    };
    if head.length > MAX_TEXT_BYTES {
        return Err(Fault::Broken(Problem::TooLarge { bytes: head.length }.to_string()));
    }
    let mut body = Vec::new();
    block.read_to_end(&mut body)?;
    let page = match &response {
        Some(response) => response.page(&body, Extent::Whole).map_err(Fault::Broken)?,
        None => Cow::Borrowed(body.as_slice()),
    };
    let (media, charset) = media_type(content_type(head, response.as_ref()));
    let start = page.get(..HEAD_BYTES).unwrap_or(&page);
    match by_type(&media).and_then(|says| by_content(says, start)) {
        Ok(format) => Ok(Page { format, charset, bytes: page.into_owned() }),
        Err(reason) => Err(Fault::Broken(format!("it is no text: {reason}"))),
    }
}

fn captured(head: &RecordHead) -> (Option<Captured>, Option<Problem>) {
    match head.date() {
        (Some(Ok(instant)), _) => (Some(Captured { instant, source: DateSource::WarcDate }), None),
        (Some(Err(ImpossibleDate(written))), _) => (None, Some(Problem::RecordDate(written))),
        (None, written) => (None, Some(Problem::RecordDate(format!("{written:?}")))),
    }
}

/// The HTTP head of a record that has one; what is wrong with it is the inner error.
fn response(head: &RecordHead, block: &mut dyn BufRead) -> Result<Result<Option<ResponseHead>, String>, Fault> {
    if head.record_type != RecordType::Response {
        return Ok(Ok(None));
    }
    Ok(ResponseHead::read(block)?.map(Some))
}

fn content_type<'h>(head: &'h RecordHead, response: Option<&'h ResponseHead>) -> &'h str {
    response.map_or_else(|| head.content_type(), ResponseHead::content_type).unwrap_or_default()
}

fn content(head: &RecordHead, block: &mut dyn BufRead) -> Result<Result<Finding, Problem>, Fault> {
    if head.record_type == RecordType::Revisit {
        return Ok(Ok(revisit(head, block)?));
    }
    // What other protocols answer is no page: `dns:` records are responses too.
    if head.record_type == RecordType::Response
        && head.content_type().is_some_and(|field| !media_type(field).0.ends_with("/http"))
    {
        return Ok(Ok(Finding::Skipped(SkipReason::Data)));
    }
    let response = match response(head, block)? {
        Ok(response) => response,
        Err(what) => return Ok(Err(Problem::Record(what))),
    };
    if let Some(status) = response.as_ref().map(|response| response.status).filter(|&status| !is_page(status)) {
        return Ok(Ok(Finding::Skipped(SkipReason::Status(status))));
    }
    let says = match by_type(&media_type(content_type(head, response.as_ref())).0) {
        Ok(says) => says,
        Err(reason) => return Ok(Ok(Finding::Skipped(reason))),
    };
    let mut start = Vec::new();
    block.take(BODY_START_BYTES).read_to_end(&mut start)?;
    let page = match &response {
        Some(response) => response.page(&start, Extent::Start(HEAD_BYTES as u64)).map_err(Problem::Record),
        None => Ok(Cow::Borrowed(start.as_slice())),
    };
    Ok(page.and_then(|page| match by_content(says, page.get(..HEAD_BYTES).unwrap_or(&page)) {
        Ok(_) if head.length > MAX_TEXT_BYTES => Err(Problem::TooLarge { bytes: head.length }),
        Ok(format) => Ok(Finding::Text(format)),
        Err(reason) => Ok(Finding::Skipped(reason)),
    }))
}

fn revisit(head: &RecordHead, block: &mut dyn BufRead) -> Result<Finding, Fault> {
    // Its block may be empty, or a head only.
    if let Ok(response) = ResponseHead::read(block)? {
        if !is_page(response.status) && response.status != NOT_MODIFIED {
            return Ok(Finding::Skipped(SkipReason::Status(response.status)));
        }
        if let Some(Err(reason)) = response.content_type().map(|field| by_type(&media_type(field).0)) {
            return Ok(Finding::Skipped(reason));
        }
    }
    let capture = head.refers_to_capture().and_then(|(url, date)| Some(Name::capture(&url, date.ok()?)));
    let id = head.refers_to().as_deref().map(Name::id);
    Ok(Finding::Revisit([id, capture, head.payload_digest().map(Name::digest)].into_iter().flatten().collect()))
}

fn is_page(status: u16) -> bool {
    matches!(status, OK | NON_AUTHORITATIVE)
}

/// What a type says of the format of a page: one, or that its bytes decide.
fn by_type(media: &str) -> Result<Option<Format>, SkipReason> {
    let (kind, form) = media.split_once('/').unwrap_or((media, ""));
    match (kind, form) {
        ("text", "html") | ("application", "xhtml+xml" | "vnd.wap.xhtml+xml") => Ok(Some(Format::Html)),
        ("text", "markdown" | "x-markdown") => Ok(Some(Format::Markdown)),
        ("text", "plain") | ("", _) | ("application", "octet-stream") | (_, "unknown" | "x-unknown") => Ok(None),
        ("application", "pdf" | "x-pdf") => Err(SkipReason::Pdf),
        ("application", "zip" | "gzip" | "x-gzip" | "x-tar" | "x-zip-compressed") => Err(SkipReason::Packed),
        ("application", "msword" | "rtf") => Err(SkipReason::Office),
        ("application", office) if office.starts_with("vnd.ms-") || office.contains("officedocument") => Err(SkipReason::Office),
        ("image" | "video" | "audio" | "font", _) => Err(SkipReason::Media),
        ("application", font) if font.contains("font") => Err(SkipReason::Media),
        _ => Err(SkipReason::Data),
    }
}

/// The format of a page that begins with `start`.
fn by_content(says: Option<Format>, start: &[u8]) -> Result<Format, SkipReason> {
    match sniff::content(start, says) {
        Content::Text(format) => Ok(format),
        Content::Binary(_, reason) => Err(reason),
    }
}
