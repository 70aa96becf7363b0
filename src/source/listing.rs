//! What a text file is a capture of: the facts of the settings, the header, the path and the page, in this order.

use crate::snapshot::{Captured, DateSource, DocumentKey, Format, Recording};
use crate::source::date::{ImpossibleDate, Reading};
use crate::source::header::{Header, Princeton, host};
use crate::source::layout::Place;
use crate::source::names::{UNKNOWN_KIND, hinted_kind, is_domain, kind_name};
use crate::source::page::Page;
use crate::source::settings::{Ruled, Settings};
use crate::source::trail::Trail;
use crate::source::{Damaged, FileEntry, Locator, Problem, Reference, SkipReason, Skipped};

/// The kind of every text in the corpus whose header names a site.
const PRINCETON_KIND: &str = "Privacy Policy";

/// What is known of a text file while it is listed.
#[derive(Debug)]
pub struct Facts {
    company: Option<String>,
    kind: String,
    part: String,
    captured: Option<Captured>,
    url: Option<String>,
    format: Format,
    recording: Recording,
    problems: Vec<Problem>,
}

impl Facts {
    /// Gathers what settings, header and path tell.
    pub fn gather(settings: &Settings, root: &[String], path: &str, stem: &str, format: Format, header: Header) -> Facts {
        let trail = Trail::new(root, path, stem);
        let rule = settings.rule(path);
        let explained = rule.as_ref().is_some_and(|rule| rule.explains);
        let mut facts = match header {
            Header::Princeton(header) => Facts::of_header(header, || trail.place().date),
            // What a template leaves open is not guessed from the path that the template explains.
            header if explained => Facts::of_place(Place::new(None, trail.default_kind(), None), format, header),
            header => Facts::of_place(trail.place(), format, header),
        };
        if let Some(rule) = rule {
            facts.apply(rule, settings.recording());
        } else if let Some(recording) = settings.recording() {
            facts.recording = recording;
        }
        facts
    }

    /// The header tells everything; the path only stands in for a time that cannot be read at all.
    fn of_header(header: Princeton, path_date: impl FnOnce() -> Option<Reading>) -> Facts {
        let captured = header.instant.map(|instant| Captured { instant, source: DateSource::ArchiveHeader });
        let from_path = || path_date().and_then(Result::ok).map(|instant| Captured { instant, source: DateSource::Path });
        Facts {
            company: Some(header.company),
            kind: PRINCETON_KIND.to_owned(),
            part: String::new(),
            captured: captured.or_else(from_path),
            url: Some(header.url),
            format: header.format,
            recording: Recording::Captures,
            problems: header.problem.map(Problem::Header).into_iter().collect(),
        }
    }

    fn of_place(place: Place, format: Format, header: Header) -> Facts {
        let mut facts = Facts {
            company: place.company,
            kind: place.kind,
            part: place.part,
            captured: None,
            url: place.url,
            format,
            recording: place.recording,
            problems: Vec::new(),
        };
        facts.set_date(place.date, DateSource::Path);
        match header {
            Header::Address { url, .. } => {
                facts.company = facts.company.or_else(|| host(&url));
                if facts.kind == UNKNOWN_KIND
                    && let Some(kind) = hinted_kind(&url)
                {
                    facts.kind = kind.to_owned();
                }
                facts.url = Some(url);
            }
            Header::Broken(problem) => facts.problems.push(Problem::Header(problem)),
            Header::None | Header::Princeton(_) => {}
        }
        facts
    }

    /// What the settings say stands before everything else.
    fn apply(&mut self, rule: Ruled, recording: Option<Recording>) {
        let found = rule.found;
        self.company = found.company.or(self.company.take());
        if let Some(kind) = found.kind {
            self.kind = kind_name(&kind);
        }
        self.part = found.part.unwrap_or(std::mem::take(&mut self.part));
        self.set_date(found.date, DateSource::PathTemplate);
        self.recording = rule.recording.or(recording).unwrap_or(self.recording);
    }

    fn set_date(&mut self, reading: Option<Reading>, source: DateSource) {
        match reading {
            Some(Ok(instant)) => self.captured = Some(Captured { instant, source }),
            Some(Err(ImpossibleDate(written))) => self.problems.push(Problem::ImpossibleDate(written)),
            None => {}
        }
    }

    /// Whether the page's own head should be asked whose text it is.
    pub fn wants_page(&self) -> bool {
        self.company.is_none() && self.format == Format::Html
    }

    /// Adds what an HTML page says of itself where nothing else tells it.
    pub fn add_page(&mut self, page: Page) {
        let address = page.url.as_deref().and_then(host);
        self.company = self.company.take().or(address).or(page.site);
        self.url = self.url.take().or(page.url);
    }

    /// Puts the reference, and what was wrong, into the file's entry.
    pub fn into_entry(self, entry: &mut FileEntry) {
        let path = &entry.path;
        let company = self.company.unwrap_or_default();
        entry.damaged.extend(self.problems.into_iter().map(|problem| Damaged { path: path.clone(), line: None, problem }));
        // That a dated text was empty is a fact of the archive; without date and company it is just an empty file.
        if entry.stamp.bytes == 0 && (self.captured.is_none() || company.is_empty()) {
            entry.skipped.push(Skipped { path: path.clone(), line: None, reason: SkipReason::Empty });
            return;
        }
        // Each undated text is a document of its own.
        let part = if self.captured.is_some() { self.part } else { path.clone() };
        entry.references.push(Reference {
            locator: Locator::file(path.clone()),
            key: DocumentKey { company, kind: self.kind, part },
            captured: self.captured,
            format: self.format,
            url: self.url,
            recording: self.recording,
        });
    }
}

/// The company of records that name none: the file's name when it is a domain.
pub fn company_of_records(stem: &str) -> Option<String> {
    is_domain(stem).then(|| stem.to_owned())
}
