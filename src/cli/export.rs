//! `fineprint export`.

use super::args::CarryOptions;
use super::document::DocumentOptions;
use super::{BadQuery, Outcome};
use clap::Args;
use fineprint::document::{Moment, Standing, View, difference};
use fineprint::evidence::{self, File};
use fineprint::index::IndexError;
use fineprint::print;
use fineprint::wire::diff::Diff;
use fineprint::wire::document::Stood;
use std::io::Write;
use std::path::PathBuf;

pub const HELP: &str = "\
The folder holds the text that stood at the end of each day (or of each snapshot, `#12`), the bytes that it was read from where the \
archive is at hand and has them still, a manifest with the captures before and after, stated dates, warnings and hashes, and SHA256SUMS, \
which `sha256sum -c` checks; of two dates also what changed between them, as a unified diff (`diff.txt`) and for reading (`diff.html`). It must not be there yet, or be empty. Where it is not known what stood, nothing is written, and the exit \
status is 1.

Example:
  fineprint export --evidence facebook-2018 'Facebook/Privacy Policy' 2018-05-24 2018-06-30";

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The folder to write
    #[arg(long, value_name = "DIR", required = true)]
    pub evidence: PathBuf,
    /// COMPANY, COMPANY/KIND or COMPANY/KIND/PART
    #[arg(value_name = "DOCUMENT")]
    pub document: String,
    /// A day, month or year, for what stood at the end of it, or the number of a snapshot (`#12`)
    #[arg(value_name = "DATE", required = true, num_args = 1..=2)]
    pub moments: Vec<String>,
    #[command(flatten)]
    pub options: DocumentOptions,
    #[command(flatten)]
    pub carry: CarryOptions,
}

pub fn run(args: &ExportArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let read = |text: &String| {
        Moment::parse(text).ok_or_else(|| {
            let hint = "write a day (2018-05-25), a month, a year, or a snapshot (#12)";
            BadQuery(format!("fineprint: `{text}` is no date\nhint: {hint}"))
        })
    };
    let moments: Vec<Moment> = args.moments.iter().map(read).collect::<Result<_, BadQuery>>()?;
    let asked = args.options.open(&args.carry)?;
    let (view, moment) = asked.view(&args.document, args.options.source.as_deref())?;
    if moment.is_some() {
        return Err(BadQuery("fineprint: the dates stand after the document\nhint: DOCUMENT DATE [DATE]".into()).into());
    }
    let standings: Vec<_> = moments.into_iter().map(|moment| view.at(Some(moment))).collect::<Result<_, _>>()?;
    for standing in &standings {
        super::tell_head(&Stood::new(&view, standing, false)?);
    }
    if standings.iter().any(|standing| standing.found.is_err()) {
        tell!("fineprint: nothing is written");
        return Ok(Outcome::of(false, asked.opened.whole));
    }
    let written = evidence::write(&view, &args.document, &args.moments, &standings, &differences, &args.evidence)?;
    let mut differs = false;
    for text in &written.manifest.texts {
        if let Some(reason) = &text.original_reason {
            tell!("fineprint: {} is written without its original: {}", text.text_file, print::harmless(reason));
            differs |= text.original != "not_at_hand";
        }
    }
    for file in &written.files {
        writeln!(out, "{}", args.evidence.join(file).display())?;
    }
    Ok(Outcome::of(true, asked.opened.whole && !differs))
}

/// What changed from one text to the other: as a unified diff, and as a page.
fn differences(view: &View<'_>, from: &Standing, to: &Standing) -> Result<Vec<File>, IndexError> {
    let (Ok(old), Ok(new)) = (from.found, to.found) else { return Ok(Vec::new()) };
    let difference = difference((view, old), (view, new))?;
    let stood = [Stood::new(view, from, true)?, Stood::new(view, to, true)?];
    let wire = Diff::new(&difference, stood, &view.index.catalog.fingerprint, true);
    let (mut text, mut page) = (Vec::new(), Vec::new());
    print::diff::unified(&difference, &wire, &mut text)
        .and_then(|()| print::html::diff(&difference, &wire, true, &mut page))
        .map_err(|error| IndexError::Encode(error.to_string()))?;
    Ok(vec![("diff.txt".into(), text), ("diff.html".into(), page)])
}
