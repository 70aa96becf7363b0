//! Packed archives: zip files, and tar files as they are or packed with gzip or zstd. One is a file of a folder that holds many texts.

mod directory;
#[cfg(test)]
mod fixtures;
mod guard;
mod listing;
mod root;
mod tar;
#[cfg(test)]
mod tests;
mod unpack;
mod zip;

use crate::source::sniff::ArchiveFormat;
use directory::{Collector, Directory};
use std::io;

pub use guard::PackedProblem;
pub use listing::{Archive, View};
pub use root::Root;
pub use unpack::{Content, gzip, member, problem};

/// Reads which members an archive holds. What is wrong in it is part of the answer.
///
/// # Errors
/// When it cannot be read.
fn directory(format: ArchiveFormat, content: &mut Content) -> io::Result<Directory> {
    let mut collector = Collector::default();
    if let Some(damage) = content.damage() {
        collector.damaged(PackedProblem::Tar(damage.to_owned()));
    }
    match format {
        ArchiveFormat::Zip => zip::list(content, &mut collector)?,
        ArchiveFormat::Tar | ArchiveFormat::TarGzip | ArchiveFormat::TarZstd => tar::list(content, &mut collector)?,
    }
    Ok(collector.finish())
}
