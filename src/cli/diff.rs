//! `fineprint diff`.

use super::args::CarryOptions;
use super::document::{Asked, DocumentOptions};
use super::{BadQuery, Outcome};
use clap::{Args, ValueEnum};
use fineprint::document::{Moment, View, difference, named};
use fineprint::wire::document::Stood;
use fineprint::{print, wire};
use std::io::{IsTerminal, Write};

pub const HELP: &str = "\
COMPANY[/KIND[/PART]] names a document, whatever its case; where several fit, the words for each are told. A moment is a day, month or year \
(what stood at its end, or at the end of the archive where that lies in the month or year) or a snapshot, `#12`, as `fineprint history` \
numbers them, from 1 in order of time. Without a second one, the last usable snapshot is compared. Two documents are compared as \
NAME@MOMENT NAME@MOMENT. Each text is introduced as `fineprint show` does.

Examples:
  fineprint diff 'facebook/privacy policy' 2018-05-24 2018-05-26
  fineprint diff acme '#3' '#4' --format html > acme.html
  fineprint diff acme 2010
  fineprint diff 'acme/privacy policy@2012' 'bolt/privacy policy@2012' --format unified

Exit status: 0 they differ, 1 they are equal, 2 an error, or nothing is known of a moment.";

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// NAME FROM [TO], or NAME@FROM NAME@TO (see below)
    #[arg(required = true, num_args = 1..=3, value_name = "NAME|MOMENT")]
    pub what: Vec<String>,
    #[command(flatten)]
    pub options: DocumentOptions,
    #[command(flatten)]
    pub carry: CarryOptions,
    /// Tell how both texts are cited: whose, captured when, from where, with which hashes
    #[arg(long)]
    pub cite: bool,
    /// List changes of technical numbers and typography too
    #[arg(long)]
    pub all: bool,
    /// How the difference is written
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For reading: what changed, with the words marked
    Text,
    /// As `diff -u` of the whole texts
    Unified,
    Json,
    /// A page that needs nothing else
    Html,
}

pub fn run(args: &DiffArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let [from, to] = moments(&args.what)?;
    let asked = args.options.open(&args.carry)?;
    let (from, to) = (stood(&asked, args, from)?, stood(&asked, args, to)?);
    let difference = difference((&from.0, from.1), (&to.0, to.1))?;
    let fingerprint = &asked.opened.index.catalog.fingerprint;
    let wire = wire::diff::Diff::new(&difference, [from.2, to.2], fingerprint, args.all);
    let is_equal = match args.format {
        DiffFormat::Unified => difference.from.text() == difference.to.text(),
        _ => wire.changes.is_empty(),
    };
    match args.format {
        DiffFormat::Text => print::diff::diff(&wire, args.all, super::look(), out)?,
        DiffFormat::Json => print::json(&wire, out)?,
        DiffFormat::Html => print::html::diff(&difference, &wire, args.all, out)?,
        DiffFormat::Unified => {
            super::tell_head(&wire.from);
            super::tell_head(&wire.to);
            let mut text = Vec::new();
            print::diff::unified(&difference, &wire, &mut text)?;
            if std::io::stdout().is_terminal() {
                text = print::harmless(&String::from_utf8_lossy(&text)).into_bytes();
            }
            out.write_all(&text)?;
        }
    }
    Ok(Outcome::of(!is_equal, asked.opened.whole))
}

/// The two documents and their moments.
fn moments(what: &[String]) -> Result<[(&str, Option<Moment>); 2], BadQuery> {
    let refused = || {
        BadQuery(
            "fineprint: two moments of a document are needed\nhint: write NAME FROM [TO] or NAME@FROM NAME@TO; a moment is 2018-05-25, 2018-05, 2018 or '#12'"
                .into(),
        )
    };
    let moment = |text: &str| {
        let bad = || BadQuery(format!("fineprint: `{text}` is no moment\nhint: write 2018-05-25, 2018-05, 2018 or '#12'"));
        Moment::parse(text).ok_or_else(bad)
    };
    match what {
        [name, from, to] => Ok([(name, Some(moment(from)?)), (name, Some(moment(to)?))]),
        [first, second] => match (named(first), Moment::parse(second)) {
            (one, Some(to)) if one.moment.is_some() => Ok([(one.name, one.moment), (one.name, Some(to))]),
            (_, Some(from)) => Ok([(first, Some(from)), (first, None)]),
            (one, None) if one.moment.is_some() => {
                let other = named(second);
                Ok([(one.name, one.moment), (other.name, other.moment)])
            }
            (_, None) => Err(refused()),
        },
        [only] => match named(only) {
            one if one.moment.is_some() => Ok([(one.name, one.moment), (one.name, None)]),
            _ => Err(refused()),
        },
        _ => Err(refused()),
    }
}

/// The document that a name means, the snapshot that stands for a moment of it, and what is to be known of that.
fn stood<'a>(
    asked: &'a Asked,
    args: &DiffArgs,
    (name, moment): (&str, Option<Moment>),
) -> anyhow::Result<(View<'a>, u32, Stood)> {
    let view = asked.view_of(name, args.options.source.as_deref())?;
    let standing = view.at(moment)?;
    let Ok(snapshot) = standing.found else {
        let why = standing.not_known().unwrap_or_default();
        return Err(BadQuery(print::harmless(&format!("fineprint: {name}: {why}"))).into());
    };
    let stood = Stood::new(&view, &standing, args.cite)?;
    Ok((view, snapshot, stood))
}
