//! `fineprint verify`.

use super::args::SummaryFormat;
use super::updating::with_bar;
use super::{Outcome, location};
use anyhow::Context;
use clap::Args;
use fineprint::index::Index;
use fineprint::{index, originals, print, wire};
use std::io::Write;
use std::path::PathBuf;

pub const HELP: &str = "\
Every record is read whole and compared with its hash, every text with its SHA-256, the terms with their checksums and with the passages \
of the records, counts and fingerprint with what they are of. With --archive, the bytes of every snapshot are read again from where they \
were, and compared with the SHA-256 that the index has of them.

Exit status: 0 all is as it was, 2 something is damaged, changed or missing, or an archive is not at hand.";

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Directory of the index [default: $FINEPRINT_INDEX, or else the nearest .fineprint upward]
    #[arg(long, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Compare with the archives too
    #[arg(long)]
    pub archive: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text)]
    pub format: SummaryFormat,
}

pub fn run(args: &VerifyArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let dir = location::to_read(args.index.as_deref())?
        .context("there is no index here: build one with `fineprint index ARCHIVE`, or name one with --index DIR")?;
    let verified = with_bar("documents", |progress| index::verify::verify(&dir, progress))?;
    let archives = match args.archive {
        true => match Index::open(&dir) {
            Ok(index) => Some(with_bar("snapshots", |progress| originals::check(&index, progress))?),
            // What is wrong with the index is told.
            Err(_) if !verified.findings.is_empty() => None,
            Err(error) => return Err(error.into()),
        },
        false => None,
    };
    let result = wire::verify::Verify::new(&verified, archives.as_deref());
    match args.format {
        SummaryFormat::Text => print::verify::verify(&result, &dir.display().to_string(), out)?,
        SummaryFormat::Json => print::json(&result, out)?,
    }
    let at_hand = archives.iter().flatten().all(|archive| archive.absent.is_none());
    Ok(if result.sound && at_hand { Outcome::Found } else { Outcome::Partial })
}
