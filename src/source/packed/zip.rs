//! The members of a zip file, as the list at its end tells them.

use super::directory::{Body, Collector, Refused};
use super::guard::PackedProblem;
use crate::source::{Method, SkipReason};
use rawzip::{CompressionMethod, ErrorKind, ZipArchive};
use std::io::{self, Read, Seek};

/// The list of a zip file without the extension for large ones counts its members in so many bits.
const SHORT_COUNT: u64 = 1 << 16;

/// Reads the list of members. The beginning of each is looked up, but not its content.
///
/// # Errors
/// When the file cannot be read. What is wrong in it goes into the collector.
pub fn list(input: impl Read + Seek, collector: &mut Collector) -> io::Result<()> {
    match read(input, collector) {
        Ok(()) => Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::IO(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                Err(io::Error::new(error.kind(), error.to_string()))
            }
            _ => {
                collector.damaged(PackedProblem::Zip(error.to_string()));
                Ok(())
            }
        },
    }
}

fn read(input: impl Read + Seek, collector: &mut Collector) -> Result<(), rawzip::Error> {
    let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_seekable(input, &mut buffer)?;
    let mut spans = Vec::new();
    let mut count = 0;
    // A list may hold longer entries than the buffer for its end.
    buffer.resize(rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE.max(buffer.len()), 0);
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry()? {
        count += 1;
        let name = entry.file_path();
        if entry.is_dir() {
            continue;
        }
        if collector.is_full() {
            return Ok(());
        }
        let header_start = entry.local_header_offset();
        let (end, body) = match archive.get_entry(entry.wayfinder()) {
            Ok(local) => {
                let (start, end) = local.compressed_data_range();
                let crc32 = Some(entry.crc32());
                let (packed_bytes, bytes) = (entry.compressed_size_hint(), entry.uncompressed_size_hint());
                let body = |method| Body { start, packed_bytes, bytes, method, crc32 };
                (end, method(&entry).map(body))
            }
            Err(_) => (header_start, Err(PackedProblem::CutOff.into())),
        };
        let body = if end > archive.directory_offset() { Err(PackedProblem::CutOff.into()) } else { body };
        let is_read = body.is_ok();
        if let Some(number) = collector.add(name.as_bytes(), body).filter(|_| is_read) {
            spans.push((header_start, end, number));
        }
    }
    refuse_overlaps(spans, collector);
    if count % SHORT_COUNT != archive.entries_hint() % SHORT_COUNT {
        collector.damaged(PackedProblem::Zip(format!("it lists {count} members and says {}", archive.entries_hint())));
    }
    Ok(())
}

fn method(entry: &rawzip::ZipFileHeaderRecord<'_>) -> Result<Method, Refused> {
    if entry.mode().is_symlink() {
        return Err(Refused::Skip(SkipReason::NoPlainMember));
    }
    if entry.flags().is_encrypted() || entry.flags().has_strong_encryption() {
        return Err(PackedProblem::Encrypted.into());
    }
    match entry.compression_method() {
        CompressionMethod::STORE if entry.compressed_size_hint() != entry.uncompressed_size_hint() => {
            Err(PackedProblem::Broken("it is stored as it is, but in another size than its own".to_owned()).into())
        }
        CompressionMethod::STORE => Ok(Method::Stored),
        CompressionMethod::DEFLATE => Ok(Method::Deflate),
        CompressionMethod::ZSTD => Ok(Method::Zstd),
        other => Err(PackedProblem::Method(other.to_string()).into()),
    }
}

/// Members that share bytes are how a small file unpacks to an endless one: none of them is read.
fn refuse_overlaps(mut spans: Vec<(u64, u64, usize)>, collector: &mut Collector) {
    spans.sort_unstable();
    let mut furthest: Option<(u64, usize)> = None;
    for (start, end, number) in spans {
        if let Some((reached, other)) = furthest.filter(|(reached, _)| start < *reached) {
            collector.refuse(number, &PackedProblem::Overlap);
            collector.refuse(other, &PackedProblem::Overlap);
            if reached >= end {
                continue;
            }
        }
        furthest = Some((end, number));
    }
}
