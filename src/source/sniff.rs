//! Which format a file has: by the ending of its name, and by its first bytes where the name does not tell.

use crate::snapshot::Format;
use crate::source::SkipReason;
use crate::source::names::PAGE_ENDINGS;

/// How many tags make a text without an HTML head HTML all the same.
const FRAGMENT_TAGS: usize = 3;
/// How many headings or links make a plain text Markdown.
const MARKDOWN_MARKS: usize = 2;

/// What a file's name says of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameSays {
    Text(Format),
    /// A text, plain or not: its bytes decide.
    Unsure,
    /// Anything, or nothing that is read: its bytes decide.
    Unknown,
    /// JSON Lines.
    Records,
    /// A crawl.
    Warc,
    /// An archive of many files in one.
    Archive(ArchiveFormat),
    /// A text or records, packed with gzip.
    Gzip,
    Skip(SkipReason),
}

/// The packed archives that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveFormat {
    Zip,
    Tar,
    TarGzip,
    TarZstd,
}

/// What a file's first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Text(Format),
    /// Not text: what it is, and why such a file is left out when its name does not say that it is a text.
    Binary(&'static str, SkipReason),
}

/// Reads a file's name: what it says of the format, and the name without the ending that says so.
pub fn name(file: &str) -> (NameSays, &str) {
    if is_about(file) {
        return (NameSays::Skip(SkipReason::About), file);
    }
    let Some((stem, ending)) = file.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return (NameSays::Unknown, file);
    };
    let lower = ending.to_ascii_lowercase();
    if let Some(stem) = warc_stem(stem, &lower) {
        return (NameSays::Warc, stem);
    }
    let says = match lower.as_str() {
        "html" | "htm" | "xhtml" => NameSays::Text(Format::Html),
        "md" | "markdown" | "mkd" | "mdown" => NameSays::Text(Format::Markdown),
        "txt" | "text" => NameSays::Unsure,
        "jsonl" | "ndjson" => NameSays::Records,
        "pdf" => NameSays::Skip(SkipReason::Pdf),
        "zip" => NameSays::Archive(ArchiveFormat::Zip),
        "tar" => NameSays::Archive(ArchiveFormat::Tar),
        "tgz" => NameSays::Archive(ArchiveFormat::TarGzip),
        "gz" | "zst" if let Some(inner) = without_tar(stem) => {
            let format = if lower == "gz" { ArchiveFormat::TarGzip } else { ArchiveFormat::TarZstd };
            return (NameSays::Archive(format), inner);
        }
        "gz" => {
            return match name(stem) {
                (NameSays::Skip(reason), inner) => (NameSays::Skip(reason), inner),
                (NameSays::Archive(_) | NameSays::Gzip, inner) => (NameSays::Skip(SkipReason::PackedTwice), inner),
                (_, inner) => (NameSays::Gzip, inner),
            };
        }
        "bz2" | "tbz2" | "xz" | "txz" | "zst" | "lz4" | "br" | "7z" | "rar" | "wacz" | "arc" | "bundle" => {
            NameSays::Skip(SkipReason::Packed)
        }
        "doc" | "docx" | "odt" | "rtf" | "xls" | "xlsx" | "ods" | "ppt" | "pptx" | "odp" | "pages" | "epub" => {
            NameSays::Skip(SkipReason::Office)
        }
        "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "avif" | "ico" | "bmp" | "tif" | "tiff" | "mp3" | "mp4" | "m4a"
        | "ogg" | "wav" | "webm" | "mov" | "avi" | "woff" | "woff2" | "ttf" | "otf" | "eot" | "swf" => {
            NameSays::Skip(SkipReason::Media)
        }
        "json" | "csv" | "tsv" | "xml" | "rss" | "atom" | "toml" | "yaml" | "yml" | "ini" | "cfg" | "conf" | "log" | "lock"
        | "sql" | "db" | "sqlite" | "sqlite3" | "parquet" | "arrow" | "css" | "scss" | "js" | "mjs" | "ts" | "map" | "py"
        | "r" | "ipynb" | "rs" | "go" | "c" | "h" | "cpp" | "java" | "rb" | "pl" | "sh" | "bat" | "exe" | "dll" | "so"
        | "bin" | "pickle" | "pkl" | "npy" | "cdx" | "cdxj" => NameSays::Skip(SkipReason::Data),
        page if PAGE_ENDINGS.contains(&page) => NameSays::Unsure,
        // `acme.test` is a name without an ending.
        _ => return (NameSays::Unknown, file),
    };
    (says, stem)
}

/// The name of a WARC file without `.warc`, `.warc.gz` or `.warc.zst`. Those with the texts of pages are called `.warc.wet.gz`.
fn warc_stem<'f>(stem: &'f str, ending: &str) -> Option<&'f str> {
    let is_warc = |ending: &str| ending.eq_ignore_ascii_case("warc") || ending.eq_ignore_ascii_case("wet");
    match stem.rsplit_once('.') {
        _ if is_warc(ending) => Some(stem),
        Some((stem, inner)) if matches!(ending, "gz" | "zst") && is_warc(inner) && !stem.is_empty() => Some(stem),
        _ => None,
    }
}

/// The path of a file as it is called when it is no longer packed with gzip.
pub fn without_gz(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(inner, _)| inner)
}

fn without_tar(stem: &str) -> Option<&str> {
    stem.rsplit_once('.')
        .filter(|(inner, ending)| !inner.is_empty() && ending.eq_ignore_ascii_case("tar"))
        .map(|(inner, _)| inner)
}

/// Whether a file is about the archive: README, LICENSE and their like, and the settings file.
fn is_about(file: &str) -> bool {
    if file == super::SETTINGS_FILE {
        return true;
    }
    let (stem, ending) = file.split_once('.').unwrap_or((file, ""));
    if !matches!(ending.to_ascii_lowercase().as_str(), "" | "md" | "markdown" | "txt" | "rst") {
        return false;
    }
    // Only in capitals: `notice.md` may be the text of a notice.
    if matches!(stem, "NOTICE" | "LICENSE-MIT" | "LICENSE-APACHE" | "CODE_OF_CONDUCT" | "CITATION" | "SECURITY") {
        return true;
    }
    let stem = stem.to_ascii_lowercase();
    let stem = stem.split(['-', '_']).next().unwrap_or(&stem);
    matches!(
        stem,
        "readme" | "license" | "licence" | "copying" | "contributing" | "changelog" | "authors" | "makefile" | "dockerfile"
    )
}

/// Looks at a file's first bytes; `named` is the format that its name says.
pub fn content(head: &[u8], named: Option<Format>) -> Content {
    if let Some((what, reason)) = magic(head) {
        return Content::Binary(what, reason);
    }
    let utf16 = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if !utf16 && head.contains(&0) {
        return Content::Binary("binary data", SkipReason::UnknownFormat);
    }
    if let Some(format) = named {
        return Content::Text(format);
    }
    // Tags and marks are ASCII in every encoding that is met: without its zeros UTF-16 reads as such.
    let ascii: Vec<u8> = head.iter().copied().filter(|&byte| byte != 0).collect();
    Content::Text(format_of(&String::from_utf8_lossy(&ascii)))
}

/// Formats that have another name than they should, by the bytes that they begin with.
fn magic(head: &[u8]) -> Option<(&'static str, SkipReason)> {
    const MAGIC: &[(&[u8], &str, SkipReason)] = &[
        (b"%PDF-", "a PDF", SkipReason::Pdf),
        (b"PK\x03\x04", "a zip file", SkipReason::Packed),
        (b"\x1F\x8B", "packed with gzip", SkipReason::Packed),
        (b"\x28\xB5\x2F\xFD", "packed with zstd", SkipReason::Packed),
        (b"\x89PNG", "a picture", SkipReason::Media),
        (b"GIF8", "a picture", SkipReason::Media),
        (b"\xFF\xD8\xFF", "a picture", SkipReason::Media),
        (b"\xD0\xCF\x11\xE0", "an office document", SkipReason::Office),
    ];
    MAGIC.iter().find(|(start, ..)| head.starts_with(start)).map(|(_, what, reason)| (*what, *reason))
}

fn format_of(text: &str) -> Format {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{fffd}');
    let begins = |tag: &str| start.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    let page = ["<!doctype", "<html", "<head", "<body", "<?xml"].iter().any(|tag| begins(tag));
    let tags = tags(text);
    if page || tags >= FRAGMENT_TAGS || (tags >= 1 && start.starts_with('<')) {
        return Format::Html;
    }
    let headings = text.lines().filter(|line| is_heading(line)).count();
    let links = text.matches("](").count();
    let bold = text.matches("**").count() / 2;
    if headings >= MARKDOWN_MARKS || links >= MARKDOWN_MARKS || (headings >= 1 && links + bold >= 1) {
        return Format::Markdown;
    }
    Format::Text
}

fn is_heading(line: &str) -> bool {
    let marks = line.bytes().take_while(|&byte| byte == b'#').count();
    (1..=6).contains(&marks) && line[marks..].starts_with(' ')
}

/// Counts the tags that texts are made of.
fn tags(text: &str) -> usize {
    const NAMES: &[&str] = &[
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "a",
        "strong",
        "b",
        "i",
        "em",
        "span",
        "h1",
        "h2",
        "h3",
        "h4",
        "table",
        "tr",
        "td",
        "font",
        "center",
        "title",
        "meta",
        "link",
        "script",
        "style",
        "section",
        "blockquote",
        "dl",
        "dt",
        "dd",
    ];
    text.match_indices('<')
        .filter(|(at, _)| {
            let rest = text[at + 1..].strip_prefix('/').unwrap_or(&text[at + 1..]);
            let len = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
            let ends = rest[len..].starts_with(['>', ' ', '\n', '\r', '\t', '/']);
            ends && NAMES.iter().any(|name| rest[..len].eq_ignore_ascii_case(name))
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_tell_formats() {
        assert_eq!(name("a.HTML"), (NameSays::Text(Format::Html), "a"));
        assert_eq!(name("a.b.md"), (NameSays::Text(Format::Markdown), "a.b"));
        assert_eq!(name("a.txt"), (NameSays::Unsure, "a"));
        assert_eq!(name("a.php"), (NameSays::Unsure, "a"));
        assert_eq!(name("acme.test"), (NameSays::Unknown, "acme.test"));
        assert_eq!(name("privacy"), (NameSays::Unknown, "privacy"));
        assert_eq!(name("a.ndjson").0, NameSays::Records);
        assert_eq!(name("a.warc.wet.gz"), (NameSays::Warc, "a.warc"));
        for warc in ["a.b.warc", "a.b.WARC.gz", "a.b.warc.zst"] {
            assert_eq!(name(warc), (NameSays::Warc, "a.b"));
        }
        assert_eq!(name("a.b.ZIP"), (NameSays::Archive(ArchiveFormat::Zip), "a.b"));
        assert_eq!(name("a.tar"), (NameSays::Archive(ArchiveFormat::Tar), "a"));
        assert_eq!(name("a.tar.gz"), (NameSays::Archive(ArchiveFormat::TarGzip), "a"));
        assert_eq!(name("a.tgz"), (NameSays::Archive(ArchiveFormat::TarGzip), "a"));
        assert_eq!(name("a.Tar.zst"), (NameSays::Archive(ArchiveFormat::TarZstd), "a"));
        assert_eq!(name("2005-05-25.html.gz"), (NameSays::Gzip, "2005-05-25"));
        assert_eq!(name("README.md.gz").0, NameSays::Skip(SkipReason::About));
        assert_eq!(name("a.pdf.gz").0, NameSays::Skip(SkipReason::Pdf));
        assert_eq!(name("a.zip.gz").0, NameSays::Skip(SkipReason::PackedTwice));
        for packed in ["a.tar.xz", "a.7z", "a.rar", "a.txt.bz2", "a.md.zst"] {
            assert_eq!(name(packed).0, NameSays::Skip(SkipReason::Packed), "{packed}");
        }
        assert_eq!(name("a.pdf").0, NameSays::Skip(SkipReason::Pdf));
    }

    #[test]
    fn what_is_about_the_archive_is_no_policy() {
        for file in [
            "README.md",
            "readme",
            "LICENSE",
            "License.txt",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "NOTICE",
            "fineprint.toml",
            "README_de.md",
        ] {
            assert_eq!(name(file).0, NameSays::Skip(SkipReason::About), "{file}");
        }
        for file in ["notice.md", "license.html", "readers.md"] {
            assert_ne!(name(file).0, NameSays::Skip(SkipReason::About), "{file}");
        }
    }

    #[test]
    fn bytes_tell_formats() {
        let text = |head: &str| content(head.as_bytes(), None);
        assert_eq!(text(" \n<!DOCTYPE html><title>x"), Content::Text(Format::Html));
        assert_eq!(text("We collect.<br>\n<p>Data</p>\n"), Content::Text(Format::Html));
        assert_eq!(text("# Privacy\n\n## Data\n"), Content::Text(Format::Markdown));
        assert_eq!(text("see [us](http://a) and [them](http://b)"), Content::Text(Format::Markdown));
        assert_eq!(text("1 < 2 and - a list\n- of things\n#hash\n"), Content::Text(Format::Text));
        assert_eq!(text(""), Content::Text(Format::Text));
        assert_eq!(content(b"a\0b", Some(Format::Text)), Content::Binary("binary data", SkipReason::UnknownFormat));
        assert_eq!(content(b"\xFF\xFE<\0h\0t\0m\0l\0>\0", None), Content::Text(Format::Html));
        assert_eq!(content(b"%PDF-1.4", Some(Format::Html)), Content::Binary("a PDF", SkipReason::Pdf));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), file in "\\PC{0,30}") {
            let _ = (content(&bytes, None), name(&file));
        }
    }
}
