//! Packed archives made for tests.

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::Write;

/// Places in an entry of a zip file's list.
pub const FLAGS: usize = 8;
pub const METHOD: usize = 10;
pub const CRC: usize = 16;
pub const PACKED_BYTES: usize = 20;
pub const BYTES: usize = 24;
pub const START: usize = 42;

pub type Files<'a> = &'a [(&'a str, &'a [u8])];

pub const SERVICE: Files = &[
    ("Acme/Terms of Service/2022-10-04T12-31-33Z.md", b"# Terms\n\nWe do."),
    ("README.md", b"about"),
    ("acme/2005-05-25.html", b"<p>We do not."),
    ("records.jsonl", b"{\"company\":\"Acme\",\"date\":\"2006\",\"text\":\"We did.\"}\n{\n{\"text\":\"Undated.\"}\n"),
    ("undated.txt", b"Some words."),
];

pub fn zip(files: Files) -> Vec<u8> {
    zip_by(CompressionMethod::DEFLATE, files)
}

pub fn zip_by(method: CompressionMethod, files: Files) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, text) in files {
        let (mut entry, config) =
            archive.new_file(EntryPath::verbatim(name.as_bytes())).compression_method(method).start().unwrap();
        let descriptor = match method {
            CompressionMethod::DEFLATE => {
                let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
                writer.write_all(text).unwrap();
                let (encoder, descriptor) = writer.finish().unwrap();
                encoder.finish().unwrap();
                descriptor
            }
            CompressionMethod::ZSTD => {
                let mut writer = config.wrap(zstd::Encoder::new(&mut entry, 0).unwrap());
                writer.write_all(text).unwrap();
                let (encoder, descriptor) = writer.finish().unwrap();
                encoder.finish().unwrap();
                descriptor
            }
            _ => {
                let mut writer = config.wrap(&mut entry);
                writer.write_all(text).unwrap();
                writer.finish().unwrap().1
            }
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// Writes over a field of an entry of the list at the end of a zip file.
pub fn patch(mut zip: Vec<u8>, entry: usize, field: usize, value: &[u8]) -> Vec<u8> {
    let starts: Vec<usize> = zip.windows(4).enumerate().filter(|(_, bytes)| bytes == b"PK\x01\x02").map(|(at, _)| at).collect();
    zip[starts[entry] + field..][..value.len()].copy_from_slice(value);
    zip
}

pub fn tar(files: Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        // Whatever the name: the builder itself refuses those that lead out.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *text).unwrap();
    }
    builder.into_inner().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 0).unwrap()
}

/// Every form in which the same files can be packed, with its ending.
pub fn all_forms(files: Files) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("zip", zip(files)),
        ("zip", zip_by(CompressionMethod::STORE, files)),
        ("zip", zip_by(CompressionMethod::ZSTD, files)),
        ("tar", tar(files)),
        ("tgz", gzip(&tar(files))),
        ("tar.gz", gzip(&tar(files))),
        ("tar.zst", zstd(&tar(files))),
    ]
}
