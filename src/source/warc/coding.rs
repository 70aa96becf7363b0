//! Takes the codings off the body of an HTTP message: chunks, and what it was packed with.

use crate::source::MAX_TEXT_BYTES;
use std::borrow::Cow;
use std::io::{self, Read};

/// No message has more codings.
const MAX_CODINGS: usize = 8;
const BROTLI_BUFFER_BYTES: usize = 4096;
const GZIP_MAGIC: &[u8] = b"\x1F\x8B";
const ZSTD_MAGIC: &[u8] = b"\x28\xB5\x2F\xFD";

/// A coding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Chunked,
    Gzip,
    /// zlib, or what it packs without a head.
    Deflate,
    Brotli,
    Zstd,
}

/// How much of a body is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// At most so many bytes of its beginning; the body itself may be cut.
    Start(u64),
}

/// Reads the names of codings, in the order in which they were put on. What changes nothing is left out.
///
/// # Errors
/// When a coding is unknown, or when there are too many.
pub fn codings<'f>(fields: impl Iterator<Item = &'f str>) -> Result<Vec<Coding>, String> {
    let mut found = Vec::new();
    for name in fields.flat_map(|field| field.split(',')) {
        let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match name.as_str() {
            "chunked" => found.push(Coding::Chunked),
            "gzip" | "x-gzip" => found.push(Coding::Gzip),
            "deflate" => found.push(Coding::Deflate),
            "br" => found.push(Coding::Brotli),
            "zstd" => found.push(Coding::Zstd),
            "" | "identity" | "none" | "utf-8" | "utf8" => {}
            _ => return Err(format!("its coding {name:?} is not known")),
        }
    }
    if found.len() > MAX_CODINGS {
        return Err(format!("it has more than {MAX_CODINGS} codings"));
    }
    Ok(found)
}

/// Takes the codings off a body, the last one first.
///
/// # Errors
/// When the body is damaged or too large.
pub fn decode<'b>(body: &'b [u8], codings: &[Coding], extent: Extent) -> Result<Cow<'b, [u8]>, String> {
    let mut page = Cow::Borrowed(body);
    for &coding in codings.iter().rev() {
        if let Some(decoded) = without(coding, &page, extent)? {
            page = Cow::Owned(decoded);
        }
    }
    Ok(page)
}

/// Takes one coding off; `None` where the archive did so already, as many do and leave the field as it was.
fn without(coding: Coding, bytes: &[u8], extent: Extent) -> Result<Option<Vec<u8>>, String> {
    match coding {
        Coding::Chunked => Ok(dechunk(bytes)),
        _ if bytes.is_empty() => Ok(None),
        Coding::Gzip if !bytes.starts_with(GZIP_MAGIC) => Ok(None),
        Coding::Zstd if !bytes.starts_with(ZSTD_MAGIC) => Ok(None),
        Coding::Deflate | Coding::Brotli if is_page(bytes) => Ok(None),
        Coding::Gzip => unpack("gzip", &mut flate2::read::GzDecoder::new(bytes), extent).map(Some),
        Coding::Deflate if is_zlib(bytes) => unpack("deflate", &mut flate2::read::ZlibDecoder::new(bytes), extent).map(Some),
        Coding::Deflate => unpack("deflate", &mut flate2::read::DeflateDecoder::new(bytes), extent).map(Some),
        Coding::Brotli => {
            unpack("brotli", &mut brotli_decompressor::Decompressor::new(bytes, BROTLI_BUFFER_BYTES), extent).map(Some)
        }
        Coding::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|error| error.to_string())?;
            unpack("zstd", &mut decoder, extent).map(Some)
        }
    }
}

fn unpack(name: &str, decoder: &mut dyn Read, extent: Extent) -> Result<Vec<u8>, String> {
    let most = match extent {
        Extent::Whole => MAX_TEXT_BYTES + 1,
        Extent::Start(most) => most,
    };
    let mut bytes = Vec::new();
    let read = decoder.take(most).read_to_end(&mut bytes);
    match (read, extent) {
        // A body that is cut on purpose ends in the middle.
        (_, Extent::Start(_)) => Ok(bytes),
        (Ok(read), _) if read as u64 == most => Err(format!("its page has more than {MAX_TEXT_BYTES} bytes")),
        (Ok(_), _) => Ok(bytes),
        (Err(error), _) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(format!("its page, packed with {name}, breaks off after {} bytes unpacked", bytes.len()))
        }
        (Err(error), _) => Err(format!("its page, packed with {name}, cannot be unpacked: {error}")),
    }
}

/// Puts the chunks of a body together. A body that ends early is taken as far as it goes; `None` where it is not in chunks.
fn dechunk(body: &[u8]) -> Option<Vec<u8>> {
    let mut page = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
            // Only a cut body ends within the line that tells the length of a chunk.
            return (!page.is_empty()).then_some(page);
        };
        let (line, after) = rest.split_at(end + 1);
        let digits = line.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
        let len = usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        if len == 0 {
            return Some(page);
        }
        let (chunk, after) = after.split_at(len.min(after.len()));
        page.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
    }
    Some(page)
}

/// Whether bytes that are said to be packed are a page as it is.
fn is_page(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    matches!(bytes, [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?'))
}

fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0F == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    const PAGE: &[u8] = b"<p>We keep what you give us for one year.</p><p>We keep it for one year.</p>";
    /// The page, packed by another program.
    const BROTLI: &[u8] = b"\x1b\x4b\x00\x40\x8c\xc3\x38\x26\xbc\xf9\x78\xe9\x62\x84\x4a\x4f\x1e\x9f\x2b\x3d\x59\
        \xaa\x0f\x89\x9a\x1e\xcc\xc6\x37\x04\xb0\x01\x27\x02\x59\x38\xea\x24\x03\x5f\x19\x52\
        \x61\x40\x87\x9a\x48\x52\x91\xf0\xfb\x32\xc2\x4d\xc2\x74\x11\x6e\x18\x57\x78\x89\x05";

    fn all(mut reader: impl Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn gzip(page: &[u8]) -> Vec<u8> {
        all(GzEncoder::new(page, Compression::default()))
    }

    fn packed(page: &[u8]) -> [(Coding, Vec<u8>); 5] {
        [
            (Coding::Gzip, gzip(page)),
            (Coding::Deflate, all(ZlibEncoder::new(page, Compression::default()))),
            (Coding::Deflate, all(DeflateEncoder::new(page, Compression::default()))),
            (Coding::Zstd, zstd::encode_all(page, 3).unwrap()),
            (Coding::Brotli, BROTLI.to_owned()),
        ]
    }

    fn whole(body: &[u8], codings: &[Coding]) -> Result<Vec<u8>, String> {
        decode(body, codings, Extent::Whole).map(Cow::into_owned)
    }

    #[test]
    fn codings_are_taken_off_in_the_order_opposite_to_that_of_their_names() {
        for (coding, body) in packed(PAGE) {
            assert_eq!(whole(&body, &[coding]).as_deref(), Ok(PAGE), "{coding:?}");
            let chunked = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
            assert_eq!(whole(&chunked, &[coding, Coding::Chunked]).as_deref(), Ok(PAGE), "{coding:?}");
            let twice = gzip(&body);
            assert_eq!(whole(&twice, &[coding, Coding::Gzip]).as_deref(), Ok(PAGE), "{coding:?}");
        }
    }

    #[test]
    fn what_the_archive_decoded_already_stays_as_it_is() {
        for coding in [Coding::Chunked, Coding::Gzip, Coding::Deflate, Coding::Zstd, Coding::Brotli] {
            assert_eq!(whole(PAGE, &[coding]).as_deref(), Ok(PAGE), "{coding:?}");
        }
    }

    #[test]
    fn chunks_may_be_cut_or_written_carelessly() {
        let page = |body: &[u8]| dechunk(body);
        assert_eq!(page(b"3;x=y\r\nabc\r\n2 \r\nde\r\n0\r\n\r\n").as_deref(), Some(&b"abcde"[..]));
        assert_eq!(page(b"3\nabc2\nde").as_deref(), Some(&b"abcde"[..]));
        assert_eq!(page(b"3\r\nabc\r\nFF\r\nde").as_deref(), Some(&b"abcde"[..]));
        assert_eq!(page(b"3\r\nabc\r\n1").as_deref(), Some(&b"abc"[..]));
        assert_eq!(page(b"3\r\nabcxyz\r\n0\r\n"), None);
        assert_eq!(page(b"<html>\r\n"), None);
    }

    #[test]
    fn a_damaged_body_is_told() {
        for (coding, body) in packed(PAGE) {
            let cut = &body[..body.len() - 4];
            let found = whole(cut, &[coding]);
            assert!(found.as_ref().is_err_and(|error| error.contains("its page, packed with")), "{coding:?}: {found:?}");
            assert!(decode(cut, &[coding], Extent::Start(8)).unwrap().len() <= 8);
        }
        assert!(codings(["gzip, sdch"].into_iter()).unwrap_err().contains("sdch"));
        assert_eq!(codings(["x-GZIP,br", "Chunked"].into_iter()), Ok(vec![Coding::Gzip, Coding::Brotli, Coding::Chunked]));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = zstd::encode_all(io::repeat(b'a').take(MAX_TEXT_BYTES + 1), 3).unwrap();
        assert!(whole(&bomb, &[Coding::Zstd]).unwrap_err().contains("more than"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..100) {
            for (coding, body) in packed(PAGE) {
                let damaged = [&body[..cut.min(body.len())], &bytes].concat();
                let _ = whole(&damaged, &[coding]);
                let _ = whole(&bytes, &[coding, Coding::Chunked]);
                let _ = decode(&damaged, &[coding], Extent::Start(16));
            }
        }
    }
}
