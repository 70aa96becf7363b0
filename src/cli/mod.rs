//! The edge: arguments, environment, directory and terminal are read here and nowhere else.

mod args;
mod batch;
mod changes;
mod diff;
mod document;
mod export;
mod history;
mod index;
mod lifetimes;
mod location;
mod merge;
mod queries;
mod request;
mod search;
mod show;
mod sources;
mod spread;
mod stats;
mod topics;
mod trec_run;
mod trec_topics;
mod trend;
mod trend_files;
mod updating;
mod verify;

use anyhow::Context;
use args::{Cli, Command};
use clap::Parser;
use fineprint::print::{self, Look};
use fineprint::wire::document::Stood;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// How a command ended, as grep tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Found,
    NothingFound,
    /// Something was wrong, though not all.
    Partial,
}

impl Outcome {
    /// The outcome of a search in an archive that could be read wholly or in part.
    fn of(found: bool, whole: bool) -> Outcome {
        match (whole, found) {
            (false, _) => Outcome::Partial,
            (true, true) => Outcome::Found,
            (true, false) => Outcome::NothingFound,
        }
    }
}

/// A query that was not understood: the diagnostics, as they are shown.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadQuery(String);

/// What the last panic said.
static FAULT: Mutex<String> = Mutex::new(String::new());

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        // A panic that is caught is told by whoever catches it.
        std::panic::set_hook(Box::new(|panic| *FAULT.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string()));
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let whole = AssertUnwindSafe(|| {
        let outcome = run(&cli.command, &mut out)?;
        out.flush()?;
        Ok(outcome)
    });
    let done = catch_unwind(whole).unwrap_or_else(|_| {
        let fault = FAULT.lock().unwrap_or_else(PoisonError::into_inner);
        Err(anyhow::anyhow!("this is a fault of the program, please report it: {fault}"))
    });
    match done {
        Ok(Outcome::Found) => ExitCode::SUCCESS,
        Ok(Outcome::NothingFound) => ExitCode::from(1),
        Ok(Outcome::Partial) => ExitCode::from(2),
        // Whoever read our output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<BadQuery>() {
                Some(bad) => tell!("{bad}"),
                None => tell!("fineprint: {error:#}"),
            }
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match command {
        Command::Index(args) => index::run(args, out),
        Command::Merge(args) => merge::run(args, out),
        Command::Search(args) => search::run(args, out),
        Command::Trend(args) => trend::run(args, out),
        Command::Lifetimes(args) => lifetimes::run(args, out),
        Command::Changes(args) => changes::run(args, out),
        Command::Spread(args) => spread::run(args, out),
        Command::History(args) => history::run(args, out),
        Command::Show(args) => show::run(args, out),
        Command::Diff(args) => diff::run(args, out),
        Command::Topics(args) => topics::run(args, out),
        Command::Export(args) => export::run(args, out),
        Command::Batch(args) => batch::run(args, out),
        Command::Stats(args) => stats::run(args, out),
        Command::Sources(args) => sources::run(args, out),
        Command::Verify(args) => verify::run(args, out),
    }
}

/// How answers look on the present terminal.
fn look() -> Look {
    let colour = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    Look { width: textwrap::termwidth(), colour }
}

/// Says what is to be known of a text on standard error, beside the text. Where nobody listens, the text is given all the same.
fn tell_head(stood: &Stood) {
    let mut head = Vec::new();
    if print::document::head(stood, look(), &mut head).is_ok() {
        tell!("{}", String::from_utf8_lossy(&head).trim_end_matches('\n'));
    }
}

/// Writes a file.
fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let wrong = || path.display().to_string();
    let mut file = BufWriter::new(File::create(path).with_context(wrong)?);
    write(&mut file).with_context(wrong)?;
    file.flush().with_context(wrong)
}

/// Writes a chart to a file, or where it is `-` on standard output: then it stands for the answer, which is told.
fn write_chart(path: &Path, svg: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    if path == Path::new("-") {
        out.write_all(svg.as_bytes())?;
        return Ok(true);
    }
    write_file(path, |file| Ok(file.write_all(svg.as_bytes())?))?;
    Ok(false)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe))
}
