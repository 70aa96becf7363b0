//! `fineprint diff`.

use super::args::{CarryOptions, Conditions, Location};
use super::request::{self, check_sources};
use super::{BadQuery, Outcome};
use clap::{Args, ValueEnum};
use fineprint::document::{Moment, Stand, StandError, choose, difference, named, stand};
use fineprint::index::Index;
use fineprint::query::Limits;
use fineprint::search::{Observing, Scope};
use fineprint::{print, query, wire};
use std::io::{IsTerminal, Write};

pub const HELP: &str = "\
COMPANY[/KIND[/PART]] names a document, whatever its case; where several fit, the words for each are told. A moment is a day, month or year \
(what stood at its end) or a snapshot, `#12`, as `fineprint history` numbers them, from 1 in order of time. Without a second one, the last \
usable snapshot is compared. Two documents are compared as NAME@MOMENT NAME@MOMENT.

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
    pub location: Location,
    /// Only documents of this archive, as `fineprint sources` names it
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Only snapshots in this language stand for a day (`en`) [default: any]; several: any of them
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<String>,
    #[command(flatten)]
    pub carry: CarryOptions,
    /// Let snapshots that are no policy text (error, sign-in, consent and loading pages) stand for a day
    #[arg(long)]
    pub suspect: bool,
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
    let asked = asked(&args.what)?;
    let conditions = Conditions { lang: args.lang.clone(), ..Conditions::default() };
    // The language is read as all commands read it.
    let limits = if args.lang.is_empty() { Limits::default() } else { request::query("", &conditions, None)?.0.limits };
    let observing = request::observing(&args.carry, args.suspect)?;
    let opened = args.location.open()?;
    check_sources(&observing, &opened.index)?;
    let [from, to] = asked.map(|(name, moment)| find(&opened.index, &limits, &observing, args.source.as_deref(), name, moment));
    let difference = difference(&opened.index, from?, to?)?;
    let wire = wire::diff::Diff::new(&difference, &opened.index.catalog.fingerprint, args.all);
    let is_equal = match args.format {
        DiffFormat::Unified => difference.from.text() == difference.to.text(),
        _ => wire.changes.is_empty(),
    };
    match args.format {
        DiffFormat::Text => print::diff::diff(&wire, args.all, super::look(), out)?,
        DiffFormat::Json => print::json(&wire, out)?,
        DiffFormat::Html => print::html::diff(&difference, &wire, args.all, out)?,
        DiffFormat::Unified if std::io::stdout().is_terminal() => {
            let mut text = Vec::new();
            print::diff::unified(&difference, &mut text)?;
            out.write_all(print::harmless(&String::from_utf8_lossy(&text)).as_bytes())?;
        }
        DiffFormat::Unified => print::diff::unified(&difference, out)?,
    }
    Ok(Outcome::of(!is_equal, opened.whole))
}

/// The two documents and their moments.
fn asked(what: &[String]) -> Result<[(&str, Option<Moment>); 2], BadQuery> {
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

/// The snapshot that stands for a moment of the document that a name means.
fn find(
    index: &Index,
    limits: &query::Limits,
    observing: &Observing,
    source: Option<&str>,
    name: &str,
    moment: Option<Moment>,
) -> anyhow::Result<Stand> {
    let told = |error: &dyn std::fmt::Display| BadQuery(print::harmless(&format!("fineprint: {error}")));
    let slot = choose(&index.catalog, name, source).map_err(|error| told(&error))?;
    let scope = Scope { index, limits, observing };
    match stand(&scope, slot, moment) {
        Err(StandError::Index(error)) => Err(error.into()),
        found => Ok(found.map_err(|error| told(&format!("{name}: {error}")))?),
    }
}
