//! Walking a folder: which files lie in it, which folders are left out, what cannot be walked.

use crate::source::{Damaged, Listing, Problem, Settings, SkipReason, Skipped, Stamp};
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// A file that the walk has met.
pub struct Found {
    /// Relative to the root, with `/`.
    pub path: String,
    pub full: PathBuf,
}

impl Found {
    /// Asks the system for the file's stamp; a link is followed.
    pub fn stamp(&self) -> io::Result<Stamp> {
        fs::metadata(&self.full).map(|metadata| stamp(&metadata))
    }
}

/// Finds every file below a folder, in the order of the paths; links are followed. What is left out or cannot be walked
/// goes into the listing.
pub fn files(base: &Path, settings: &Settings, listing: &mut Listing) -> Vec<Found> {
    let mut found = Vec::new();
    let mut walk = WalkDir::new(base).min_depth(1).follow_links(true).into_iter();
    while let Some(step) = walk.next() {
        let entry = match step {
            Ok(entry) => entry,
            Err(error) => {
                note_error(base, settings, &error, listing);
                continue;
            }
        };
        let kind = entry.file_type();
        let Some(path) = relative(base, entry.path()) else {
            listing.damaged.push(Damaged::whole(lossy(base, entry.path()), Problem::NameNotUnicode));
            if kind.is_dir() {
                walk.skip_current_dir();
            }
            continue;
        };
        match left_out(&entry, kind, &path, settings) {
            Some(reason) => {
                if kind.is_dir() {
                    walk.skip_current_dir();
                }
                listing.skipped.push(Skipped::whole(path, reason));
            }
            None if kind.is_file() => found.push(Found { path, full: entry.into_path() }),
            None => {}
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Files that the settings exclude are left to the listing, which has an entry for each.
fn left_out(entry: &DirEntry, kind: FileType, path: &str, settings: &Settings) -> Option<SkipReason> {
    if entry.file_name().as_encoded_bytes().starts_with(b".") {
        Some(SkipReason::Hidden)
    } else if kind.is_file() {
        None
    } else if settings.excludes(path) {
        Some(SkipReason::Excluded)
    } else if kind.is_dir() && entry.path().join("terms/meta.json").exists() {
        Some(SkipReason::Index)
    } else {
        (!kind.is_dir()).then_some(SkipReason::NotAFile)
    }
}

fn note_error(base: &Path, settings: &Settings, error: &walkdir::Error, listing: &mut Listing) {
    let full = error.path().unwrap_or(base);
    let path = lossy(base, full);
    let hidden = full.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    if full != base && (hidden || settings.excludes(&path)) {
        let reason = if hidden { SkipReason::Hidden } else { SkipReason::Excluded };
        listing.skipped.push(Skipped::whole(path, reason));
        return;
    }
    let problem = match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => Problem::Loop(lossy(base, ancestor)),
        (None, Some(error)) if error.kind() == io::ErrorKind::NotFound && full.is_symlink() => Problem::BrokenLink,
        (None, Some(error)) => Problem::Unreadable(error.to_string()),
        (None, None) => Problem::Unreadable(error.to_string()),
    };
    listing.damaged.push(Damaged::whole(path, problem));
}

/// The path relative to the root; `None` where it is not UTF-8.
fn relative(base: &Path, full: &Path) -> Option<String> {
    let path = full.strip_prefix(base).ok()?.to_str()?;
    Some(if MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace(MAIN_SEPARATOR, "/") })
}

/// The path relative to the root for messages; `.` for the root itself.
fn lossy(base: &Path, full: &Path) -> String {
    let path = full.strip_prefix(base).unwrap_or(full).to_string_lossy();
    if path.is_empty() { ".".to_owned() } else { path.into_owned() }
}

#[cfg(unix)]
fn stamp(metadata: &Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    Stamp {
        bytes: metadata.len(),
        modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    }
}

#[cfg(not(unix))]
fn stamp(metadata: &Metadata) -> Stamp {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified_ns = modified.map_or(0, |time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX));
    Stamp { bytes: metadata.len(), modified_ns, changed_ns: 0 }
}
