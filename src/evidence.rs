//! A folder that proves what a document said: texts, the bytes that they were read from, and where all of it comes from.

use crate::document::{Standing, TOOL, View, version_text};
use crate::index::IndexError;
use crate::originals::{self, Original};
use crate::snapshot::Format;
use crate::source::{Inside, Source};
use crate::wire::SCHEMA;
use crate::wire::document::{Citation, Shown};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a folder cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("{0} is there already and not empty: name a new folder")]
    Taken(String),
    #[error("{path}: {error}")]
    Io { path: String, error: io::Error },
}

/// The file of the hashes of all others.
const SUMS: &str = "SHA256SUMS";

/// What is written into a folder.
#[derive(Debug, Serialize)]
pub struct Manifest {
    pub schema: u32,
    pub tool: &'static str,
    pub fingerprint: String,
    /// What was asked for, as typed.
    pub document: String,
    pub moments: Vec<String>,
    /// Where the archive lay.
    pub archive: String,
    pub texts: Vec<Text>,
    /// The files of the differences between two texts.
    pub diff_files: Vec<String>,
}

/// A text, its files, and all that is known of it.
#[derive(Debug, Serialize)]
pub struct Text {
    /// The file of the text, of which `evidence.sha256_text` is the hash.
    pub text_file: String,
    /// The file of the bytes that it was read from, of which `evidence.sha256_file` is the hash.
    pub original_file: Option<String>,
    /// `same`; `changed`, `missing` or `not_at_hand`: then there is no such file.
    pub original: &'static str,
    pub original_reason: Option<String>,
    #[serde(flatten)]
    pub shown: Shown,
}

/// What to say of a folder that was written.
#[derive(Debug)]
pub struct Written {
    pub manifest: Manifest,
    /// The names of its files.
    pub files: Vec<String>,
}

/// The name of a file in the folder, and what is in it.
pub type File = (String, Vec<u8>);

/// The files that tell how two texts differ.
pub type Differences<'d> = &'d dyn Fn(&View<'_>, &Standing, &Standing) -> Result<Vec<File>, IndexError>;

/// Writes the folder of what stood at one moment or two, whole or not at all.
///
/// `standings`: each with a snapshot that is known. `differences` is asked where there are two.
pub fn write(
    view: &View<'_>,
    document: &str,
    moments: &[String],
    standings: &[Standing],
    differences: Differences<'_>,
    dir: &Path,
) -> Result<Written, EvidenceError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error| EvidenceError::Io { path, error }
    };
    if is_taken(dir).map_err(failed(dir))? {
        return Err(EvidenceError::Taken(dir.display().to_string()));
    }
    let (manifest, mut files) = contents(view, document, moments, standings, differences)?;
    let json =
        serde_json::to_vec_pretty(&manifest).map_err(|error| EvidenceError::Index(IndexError::Encode(error.to_string())))?;
    files.push(("manifest.json".into(), json));
    files.push(("README.txt".into(), readme(&manifest).into_bytes()));
    files.sort();
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(bytes))).collect();
    files.push((SUMS.into(), sums.into_bytes()));
    let unfinished = Unfinished::create(dir).map_err(failed(dir))?;
    for (name, bytes) in &files {
        let path = unfinished.0.join(name);
        let write = || path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
        write().map_err(failed(&path))?;
    }
    unfinished.finish(dir).map_err(failed(dir))?;
    Ok(Written { manifest, files: files.into_iter().map(|(name, _)| name).collect() })
}

fn is_taken(dir: &Path) -> io::Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A folder beside the one that it becomes; what is not finished is removed.
struct Unfinished(PathBuf);

impl Unfinished {
    fn create(dir: &Path) -> io::Result<Unfinished> {
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = parent.join(format!(".{name}.{}.part", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Unfinished(path))
    }

    fn finish(self, dir: &Path) -> io::Result<()> {
        if !dir.exists() {
            return fs::rename(&self.0, dir);
        }
        // A folder that is there takes what is in this one, the sums last: without them it is not whole.
        let mut names: Vec<_> = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
        names.sort_by_key(|name| name == SUMS);
        names.iter().try_for_each(|name| fs::rename(self.0.join(name), dir.join(name)))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already where it was finished.
        _ = fs::remove_dir_all(&self.0);
    }
}

type Files = Vec<File>;

fn contents(
    view: &View<'_>,
    document: &str,
    moments: &[String],
    standings: &[Standing],
    differences: Differences<'_>,
) -> Result<(Manifest, Files), EvidenceError> {
    let entry = view.index.entry(view.slot)?;
    let root = view.index.catalog.sources.get(entry.source as usize).map_or("", |source| source.root.as_str());
    let source = Source::open(Path::new(root)).map_err(|error| error.to_string());
    let mut files: Files = Vec::new();
    let mut texts = Vec::new();
    for standing in standings {
        let Ok(snapshot) = standing.found else { continue };
        let version = view.version(snapshot).ok_or(IndexError::Damaged("a snapshot has no version"))?;
        let provenance = view.index.provenance(view.slot, snapshot)?;
        let name = file_name(view, snapshot);
        let text_file = format!("texts/{name}.txt");
        let mut bytes = Vec::new();
        let (original, original_reason) = match &source {
            Err(reason) => ("not_at_hand", Some(reason.clone())),
            Ok(source) => {
                let original = originals::read(&mut source.reader(), &provenance, &mut bytes);
                (original.name(), original.reason().map(str::to_owned))
            }
        };
        let record = provenance.locator.inside.as_ref().and_then(Inside::record);
        let ending = match provenance.format {
            _ if record.is_some() => "json",
            Format::Html => "html",
            Format::Markdown => "md",
            Format::Text => "txt",
        };
        let original_file = (original == Original::Same.name()).then(|| format!("originals/{name}.{ending}"));
        // Two days can have one text.
        if !files.iter().any(|(known, _)| *known == text_file) {
            files.push((text_file.clone(), version_text(view.index, view.slot, version)?.into_bytes()));
            files.extend(original_file.iter().map(|name| (name.clone(), std::mem::take(&mut bytes))));
        }
        let mut shown = Shown::new(view, standing, true)?;
        // The text has its own file.
        (shown.text, shown.passages) = (None, Vec::new());
        texts.push(Text { text_file, original_file, original, original_reason, shown });
    }
    let of_both = if let [from, to] = standings { differences(view, from, to)? } else { Vec::new() };
    let diff_files = of_both.iter().map(|(name, _)| name.clone()).collect();
    files.extend(of_both);
    let manifest = Manifest {
        schema: SCHEMA,
        tool: TOOL,
        fingerprint: view.index.catalog.fingerprint.clone(),
        document: document.to_owned(),
        moments: moments.to_vec(),
        archive: root.to_owned(),
        texts,
        diff_files,
    };
    Ok((manifest, files))
}

/// A name that every system takes: the number of the snapshot and its instant.
fn file_name(view: &View<'_>, snapshot: u32) -> String {
    let instant = view.captured(snapshot).map_or_else(|| "undated".to_owned(), |captured| captured.instant.to_string());
    format!("{instant}-{}", snapshot + 1).replace(':', "-")
}

fn hex(bytes: &[u8]) -> String {
    crate::wire::hex(&Sha256::digest(bytes))
}

fn readme(manifest: &Manifest) -> String {
    let mut text =
        format!("What {} said, as {} recorded it in its index {}.\n\n", manifest.document, manifest.tool, manifest.fingerprint);
    for (moment, of_text) in manifest.moments.iter().zip(&manifest.texts) {
        let citation =
            of_text.shown.stood.citation.as_ref().map(|citation: &Citation| citation.text.as_str()).unwrap_or_default();
        text.push_str(&format!("Asked for {moment}: {}\n{citation}\n", of_text.text_file));
        let original = match (&of_text.original_file, of_text.original_reason.as_deref()) {
            (Some(file), _) => format!("Read from {file}: the same bytes as indexed, byte for byte.\n"),
            (None, reason) => {
                format!("The bytes that it was read from are not here ({}: {}).\n", of_text.original, reason.unwrap_or_default())
            }
        };
        text.push_str(&original);
        of_text.shown.stood.warnings.iter().for_each(|warning| text.push_str(&format!("Warning: {}.\n", warning.message)));
        text.push('\n');
    }
    if !manifest.diff_files.is_empty() {
        let names = manifest.diff_files.join(" and ");
        text.push_str(&format!("What changed from the first to the second text: {names}.\n\n"));
    }
    text.push_str(
        "texts/ holds the text of each capture as it is indexed: its paragraphs with an empty line between.\n\
         originals/ holds the bytes that the texts were read from, where the archive was at hand and has them still.\n\
         manifest.json tells all that is known of them.\n\n\
         To check that nothing was changed since this was written:\n    sha256sum -c SHA256SUMS\n\
         The SHA-256 of a file of texts/ is `evidence.sha256_text` in manifest.json, that of a file of originals/ is\n\
         `evidence.sha256_file`. Whoever has the archive can compute the same of the file, record or commit that is named there.\n",
    );
    text
}
