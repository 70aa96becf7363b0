//! Where the index is: the option, the environment, the nearest `.fineprint`, or the user's cache.

use super::args::Location;
use super::updating::{bring_up_to_date, processors, tell};
use anyhow::{Context, bail};
use fineprint::index::{Index, IndexError};
use fineprint::source::Source;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DIRECTORY: &str = ".fineprint";

/// An index to be read.
pub struct Opened {
    pub index: Arc<Index>,
    /// Whether all of the archives it was brought up to date from could be read.
    pub whole: bool,
}

impl Location {
    /// Opens the index; one of archives is brought up to date first.
    pub fn open(&self) -> anyhow::Result<Opened> {
        if self.archive.is_empty() {
            let dirs = to_read(&self.index)?;
            if dirs.is_empty() {
                bail!(
                    "there is no index here: build one with `fineprint index ARCHIVE`, name one with --index DIR, or search an archive \
                     directly with --archive DIR"
                );
            }
            return Ok(Opened { index: Arc::new(Index::open_all(&dirs)?), whole: true });
        }
        let dir = cached(&self.archive)?;
        let report = match bring_up_to_date(&dir, &self.archive, None, processors(), false) {
            // What lies in the cache can be made again.
            Err(error) if error.downcast_ref().is_some_and(is_spoilt) => {
                std::fs::remove_dir_all(&dir).with_context(|| dir.display().to_string())?;
                bring_up_to_date(&dir, &self.archive, None, processors(), false)?
            }
            done => done?,
        };
        tell(&report);
        if report.failed.len() == self.archive.len() {
            bail!("none of the archives can be searched");
        }
        let index = Index::open(&dir)?;
        let damaged: usize = index.catalog.sources.iter().map(|source| source.damaged.len()).sum();
        if damaged > 0 {
            tell!("fineprint: {damaged} files or parts of the archive could not be read: see `fineprint stats --archive`");
        }
        Ok(Opened { index: Arc::new(index), whole: damaged == 0 && report.failed.is_empty() })
    }
}

fn is_spoilt(error: &IndexError) -> bool {
    matches!(error, IndexError::OtherFormat { .. } | IndexError::Damaged(_) | IndexError::Tantivy(_))
}

/// The index directories that are read as one: as given, or the nearest upward; none where there is no index.
pub fn to_read(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    let named = from_environment();
    Ok(if named.is_empty() { nearest()?.into_iter().collect() } else { named })
}

/// The one index directory whose topics are changed: as given, or the nearest upward.
pub fn to_change(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    let given: Vec<PathBuf> = given.map(Path::to_owned).into_iter().collect();
    only(to_read(&given)?)?
        .context("there is no index here: build one with `fineprint index ARCHIVE`, or name one with --index DIR")
}

/// The index directory that `index` writes: as given, the nearest upward, or a new one here.
pub fn to_write(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(dir) = given.map(Path::to_owned).map_or_else(|| only(from_environment()), |dir| Ok(Some(dir)))? {
        return Ok(dir);
    }
    Ok(nearest()?.unwrap_or_else(|| PathBuf::from(DIRECTORY)))
}

/// One directory at most.
fn only(dirs: Vec<PathBuf>) -> anyhow::Result<Option<PathBuf>> {
    if dirs.len() > 1 {
        bail!("$FINEPRINT_INDEX names several indexes, and only one can be written: name it with --index DIR");
    }
    Ok(dirs.into_iter().next())
}

/// The directories that the environment names, parted as those of `$PATH` are.
fn from_environment() -> Vec<PathBuf> {
    let named = std::env::var_os("FINEPRINT_INDEX").unwrap_or_default();
    std::env::split_paths(&named).filter(|dir| !dir.as_os_str().is_empty()).collect()
}

/// The nearest `.fineprint` from the working directory upward.
fn nearest() -> anyhow::Result<Option<PathBuf>> {
    let here = std::env::current_dir().context("the working directory cannot be read")?;
    Ok(here.ancestors().map(|dir| dir.join(DIRECTORY)).find(|dir| dir.is_dir()))
}

/// The directory in the user's cache for the index of some archives.
fn cached(archives: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let mut hash = blake3::Hasher::new();
    let mut name = String::new();
    for archive in archives {
        let source = Source::open(archive)?;
        hash.update(source.root().as_bytes()).update(b"\0");
        if name.is_empty() {
            name = source
                .name()
                .chars()
                .map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' })
                .take(40)
                .collect();
        }
    }
    let cache = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"), std::env::var_os("LOCALAPPDATA")) {
        (Some(dir), _, _) if !dir.is_empty() => PathBuf::from(dir),
        (_, Some(home), _) if !home.is_empty() => PathBuf::from(home).join(".cache"),
        (_, _, Some(dir)) => PathBuf::from(dir),
        _ => bail!("no place for a cache is known: set XDG_CACHE_HOME, or build an index with `fineprint index`"),
    };
    Ok(cache.join("fineprint").join(format!("{name}-{}", &hash.finalize().to_hex()[..12])))
}
