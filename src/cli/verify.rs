//! `fineprint verify`.

use super::args::SummaryFormat;
use super::updating::with_bar;
use super::{Outcome, location};
use anyhow::bail;
use clap::Args;
use fineprint::index::Index;
use fineprint::index::verify::{Verified, verify};
use fineprint::{originals, print, wire};
use std::io::Write;
use std::path::PathBuf;

pub const HELP: &str = "\
Every record is read whole and compared with its hash, every text with its SHA-256, the terms with their checksums and with the passages \
of the records, counts and fingerprint with what they are of. With --archive, the bytes of every snapshot are read again from where they \
were, and compared with the SHA-256 that the index has of them.

Exit status: 0 all is as it was, 2 something is damaged, changed or missing, or an archive is not at hand.";

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Directory of the index; several are checked each, and then read as one [default: $FINEPRINT_INDEX, or else the nearest .fineprint
    /// upward]
    #[arg(long, value_name = "DIR")]
    pub index: Vec<PathBuf>,
    /// Compare with the archives too
    #[arg(long)]
    pub archive: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text)]
    pub format: SummaryFormat,
}

pub fn run(args: &VerifyArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let dirs = location::to_read(&args.index)?;
    if dirs.is_empty() {
        bail!("there is no index here: build one with `fineprint index ARCHIVE`, or name one with --index DIR");
    }
    let verified: Vec<Verified> =
        with_bar("documents", |progress| dirs.iter().map(|dir| verify(dir, progress)).collect::<Result<_, _>>())?;
    let damaged = verified.iter().any(|verified| !verified.findings.is_empty());
    let index = if args.archive || dirs.len() > 1 { Some(Index::open_all(&dirs)) } else { None };
    let index = match index.transpose() {
        Ok(index) => index,
        // What is wrong with the index is told.
        Err(_) if damaged => None,
        Err(error) => return Err(error.into()),
    };
    let archives = match &index {
        Some(index) if args.archive => Some(with_bar("snapshots", |progress| originals::check(index, progress))?),
        _ => None,
    };
    let fingerprint = index.as_ref().map(|index| index.catalog.fingerprint.as_str());
    let parts: Vec<(String, &Verified)> = dirs.iter().map(|dir| dir.display().to_string()).zip(&verified).collect();
    let result = wire::verify::Verify::new(&parts, fingerprint, archives.as_deref());
    match args.format {
        SummaryFormat::Text => {
            for part in &parts {
                print::verify::index(&wire::verify::Verify::new(std::slice::from_ref(part), None, None), &part.0, out)?;
            }
            print::verify::archives(&result, out)?;
        }
        SummaryFormat::Json => print::json(&result, out)?,
    }
    let at_hand = archives.iter().flatten().all(|archive| archive.absent.is_none());
    Ok(if result.sound && at_hand { Outcome::Found } else { Outcome::Partial })
}
