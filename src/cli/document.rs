//! The document that a command is about: how it is named, and what counts as a capture of it.

use super::BadQuery;
use super::args::{CarryOptions, Location};
use super::location::Opened;
use super::request::{check_sources, languages, observing};
use clap::Args;
use fineprint::document::{self, Moment, View};
use fineprint::index::Index;
use fineprint::print;
use fineprint::search::Observing;

/// Which document, and which captures of it count.
#[derive(Debug, Args)]
pub struct DocumentOptions {
    #[command(flatten)]
    pub location: Location,
    /// The archive, where several hold the document
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Only captures in this language count (`en`; `any`: in all); several: any of them [default: the commonest of the index, or of the
    /// document where it has none in that]
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<String>,
    /// Count snapshots that are no policy text (error, sign-in, consent and loading pages, mere headings) as if they were
    #[arg(long)]
    pub suspect: bool,
}

/// The options, read.
pub struct Asked {
    pub opened: Opened,
    pub observing: Observing,
    langs: Option<Vec<String>>,
}

impl DocumentOptions {
    /// Opens the index. Mistakes in the options are told before an archive is read.
    pub fn open(&self, carry: &CarryOptions) -> anyhow::Result<Asked> {
        let observing = observing(carry, self.suspect)?;
        let langs = if self.lang.is_empty() { None } else { Some(languages(&self.lang)?) };
        let opened = self.location.open()?;
        check_sources(&observing, &opened.index)?;
        Ok(Asked { opened, observing, langs })
    }
}

impl Asked {
    /// The document that a text names, and the moment of it.
    pub fn view(&self, text: &str, source: Option<&str>) -> anyhow::Result<(View<'_>, Option<Moment>)> {
        let named = document::named(text);
        Ok((self.view_of(named.name, source)?, named.moment))
    }

    /// The document that a name without a moment means.
    pub fn view_of(&self, name: &str, source: Option<&str>) -> anyhow::Result<View<'_>> {
        let index: &Index = &self.opened.index;
        let slot = document::choose(&index.catalog, name, source)
            .map_err(|error| BadQuery(print::harmless(&format!("fineprint: {error}"))))?;
        Ok(View::new(index, slot, &self.observing, self.langs.as_deref())?)
    }
}
