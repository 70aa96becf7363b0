//! From bytes to text: which encoding a capture is in, and what cannot be text.

use super::{ExtractError, MAX_FILE_BYTES, MAX_LINE_BYTES};
use crate::snapshot::Format;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// How much of a page is searched for a `<meta>` that names the encoding, in bytes (as browsers do).
const PRESCAN_BYTES: usize = 1024;

/// How much of a file is looked at to tell text from binary data, in bytes.
const SNIFF_BYTES: usize = 8 << 10;

/// The text of a capture and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'b> {
    /// Without a byte order mark. Borrowed where the bytes are UTF-8 already.
    pub text: Cow<'b, str>,
    /// The WHATWG name, such as `UTF-8` or `windows-1252`.
    pub encoding: &'static str,
    /// How many U+FFFD the decoding put in place of malformed bytes.
    pub replaced: usize,
}

/// Decodes a capture: byte order mark, then valid UTF-8 with characters beyond ASCII, then the charset of HTTP, then the
/// `<meta>` of a page, then ASCII, then a guess.
///
/// Valid UTF-8 beats a declaration, since archives store pages as UTF-8 and leave the old declaration in them, and text in
/// another encoding is practically never valid UTF-8.
///
/// # Errors
/// [`ExtractError::TooLarge`], [`ExtractError::LineTooLong`], and [`ExtractError::Binary`] for data that is not text.
pub fn decode<'b>(bytes: &'b [u8], format: Format, charset: Option<&str>) -> Result<Decoded<'b>, ExtractError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ExtractError::TooLarge { bytes: bytes.len() });
    }
    if let Some(what) = magic(bytes) {
        return Err(ExtractError::Binary { what });
    }
    let decoded = read(bytes, format, charset)?;
    check_lines(&decoded.text)?;
    Ok(decoded)
}

fn read<'b>(bytes: &'b [u8], format: Format, charset: Option<&str>) -> Result<Decoded<'b>, ExtractError> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return Ok(decode_as(&bytes[length..], encoding));
    }
    let declared = || {
        let label = charset.map(str::to_owned);
        let label = label.or_else(|| if format == Format::Html { prescan(bytes) } else { None });
        label.and_then(|label| Encoding::for_label(label.as_bytes()))
    };
    let head = &bytes[..bytes.len().min(SNIFF_BYTES)];
    let nul = head.iter().filter(|&&byte| byte == 0).count();
    // A stray NUL occurs in text; more of them are UTF-16 without a mark, or no text at all.
    if nul * 256 > head.len() {
        let encoding = declared().filter(|encoding| *encoding == UTF_16LE || *encoding == UTF_16BE);
        let Some(encoding) = encoding.or_else(|| unmarked_utf16(head)) else {
            return Err(ExtractError::Binary { what: "NUL bytes" });
        };
        return Ok(decode_as(bytes, encoding));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // A declared UTF-16 cannot be true here: there would be NUL bytes.
        let legacy = if text.is_ascii() { declared() } else { None };
        return Ok(match legacy {
            // ISO-2022-JP is the one encoding whose text may look like ASCII.
            Some(encoding) if !encoding.is_ascii_compatible() && encoding != UTF_16LE && encoding != UTF_16BE => {
                decode_as(bytes, encoding)
            }
            _ => Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), replaced: 0 },
        });
    }
    let declared = declared().filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE);
    Ok(match declared {
        Some(encoding) if encoding != UTF_8 => decode_as(bytes, encoding),
        // Declared as UTF-8 and broken: a cut or spliced file. Where little is broken, that is still the better reading.
        declared => {
            let utf8 = decode_as(bytes, UTF_8);
            let beyond_ascii = bytes.iter().filter(|byte| !byte.is_ascii()).count();
            if declared.is_some() || utf8.replaced * 10 < beyond_ascii {
                return Ok(utf8);
            }
            decode_as(bytes, guess(bytes))
        }
    })
}

fn decode_as<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Decoded<'b> {
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    let replaced = if malformed { text.matches('\u{fffd}').count() } else { 0 };
    Decoded { text, encoding: encoding.name(), replaced }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

/// UTF-16 of mostly Latin text has a NUL in every second byte.
fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    let at = |offset: usize| head.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (at(0), at(1));
    if odd * 10 > pairs * 7 && even * 20 < pairs {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 7 && odd * 20 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The charset that a page names in its first KiB, in either form: `<meta charset=x>` or `content="text/html; charset=x"`.
fn prescan(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCAN_BYTES)]).to_ascii_lowercase();
    let mut rest = head.as_str();
    while let Some(at) = rest.find("<meta") {
        rest = &rest[at + 5..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        let Some(at) = tag.find("charset") else { continue };
        let Some(value) = tag[at + 7..].trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start_matches(['"', '\'', ' ', '\t', '\n', '\r']);
        let end = value.find(['"', '\'', ' ', ';', '/', '\t', '\n', '\r']).unwrap_or(value.len());
        if end > 0 {
            return Some(value[..end].to_owned());
        }
    }
    None
}

fn magic(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"%PDF-", "PDF"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\xd0\xcf\x11\xe0", "an office document"),
        (b"{\\rtf", "RTF"),
        (b"\x89PNG", "an image"),
        (b"GIF8", "an image"),
        (b"\xff\xd8\xff", "an image"),
    ];
    KNOWN.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what)
}

fn check_lines(text: &str) -> Result<(), ExtractError> {
    if text.len() <= MAX_LINE_BYTES {
        return Ok(());
    }
    match text.split('\n').enumerate().find(|(_, line)| line.len() > MAX_LINE_BYTES) {
        Some((index, line)) => Err(ExtractError::LineTooLong { line: index + 1, bytes: line.len() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(bytes: &[u8], charset: Option<&str>) -> (String, &'static str, usize) {
        let decoded = decode(bytes, Format::Html, charset).unwrap();
        (decoded.text.into_owned(), decoded.encoding, decoded.replaced)
    }

    #[test]
    fn utf8_is_borrowed_and_its_mark_dropped() {
        let decoded = decode("\u{feff}Données".as_bytes(), Format::Markdown, None).unwrap();
        assert_eq!(decoded, Decoded { text: Cow::Borrowed("Données"), encoding: "UTF-8", replaced: 0 });
        assert!(matches!(decoded.text, Cow::Borrowed(_)));
    }

    #[test]
    fn a_declaration_counts_where_the_bytes_are_not_utf8() {
        assert_eq!(html(b"<meta charset='iso-8859-2'>\xb1", None), ("<meta charset='iso-8859-2'>ą".into(), "ISO-8859-2", 0));
        assert_eq!(html(b"\xb1", Some("iso-8859-2")), ("ą".into(), "ISO-8859-2", 0));
        let meta = b"<META http-equiv=Content-Type content=\"text/html; charset=Shift_JIS\"><p>\x83v</p>";
        assert_eq!(html(meta, None).1, "Shift_JIS");
        assert_eq!(html("<meta charset=iso-8859-1>é".as_bytes(), Some("latin1")).1, "UTF-8");
    }

    #[test]
    fn undeclared_legacy_text_is_guessed() {
        assert_eq!(html(b"we don\x92t sell your data", None), ("we don’t sell your data".into(), "windows-1252", 0));
    }

    #[test]
    fn a_little_damage_leaves_utf8_what_it_is() {
        let mut bytes = "é".repeat(100).into_bytes();
        bytes.push(0xc3);
        assert_eq!(html(&bytes, None).1, "UTF-8");
        assert_eq!(html(&bytes, None).2, 1);
    }

    #[test]
    fn utf16_is_read_with_and_without_a_mark() {
        let le: Vec<u8> = "Your privacy".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(html(&le, None).0, "Your privacy");
        let marked = [b"\xff\xfe".as_slice(), le.as_slice()].concat();
        assert_eq!(html(&marked, None).0, "Your privacy");
    }

    #[test]
    fn binary_data_is_refused() {
        let refused = |bytes: &[u8]| matches!(decode(bytes, Format::Text, None), Err(ExtractError::Binary { .. }));
        assert!(refused(b"%PDF-1.4 x"));
        assert!(refused(b"\0\0\0\x01data"));
        assert!(!refused(b"text"));
        assert!(!refused(b""));
    }

    #[test]
    fn limits_are_named() {
        let large = vec![b'a'; MAX_FILE_BYTES + 1];
        assert_eq!(decode(&large, Format::Text, None), Err(ExtractError::TooLarge { bytes: MAX_FILE_BYTES + 1 }));
        let mut long = b"first\n".to_vec();
        long.resize(MAX_LINE_BYTES + 7, b'a');
        assert_eq!(decode(&long, Format::Text, None), Err(ExtractError::LineTooLong { line: 2, bytes: MAX_LINE_BYTES + 1 }));
    }
}
