//! What a text file is a capture of: the facts of the settings, the header, the path and the page, in this order.

use crate::site::{Interval, SiteFacts};
use crate::snapshot::{Captured, CommitKind, DateSource, DocumentKey, Format, Recording};
use crate::source::date::{ImpossibleDate, Reading};
use crate::source::header::{Header, Princeton, capture_time, captured_host, captured_page, host};
use crate::source::layout::Place;
use crate::source::names::{UNKNOWN_KIND, hinted_kind, kind_name};
use crate::source::page::Page;
use crate::source::settings::{Ruled, Settings};
use crate::source::trail::Trail;
use crate::source::{Damaged, FileEntry, Locator, Problem, Reference, SkipReason, Skipped};

/// The kind of every text in the corpus whose header names a site.
const PRINCETON_KIND: &str = "Privacy Policy";

/// How the archive keeps a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// As it was captured once.
    AsFile,
    /// In a history, whose commits date its texts where nothing else does.
    InHistory,
}

/// What is known of a text file while it is listed.
#[derive(Debug, Clone)]
pub struct Facts {
    company: Option<String>,
    kind: String,
    part: String,
    captured: Option<Captured>,
    url: Option<String>,
    format: Format,
    recording: Recording,
    commit_kind: Option<CommitKind>,
    site: SiteFacts,
    problems: Vec<Problem>,
}

impl Facts {
    /// Gathers what settings, header and path tell.
    pub fn gather(settings: &Settings, trail: &Trail, path: &str, format: Format, header: Header, kept: Kept) -> Facts {
        let rule = settings.rule(path);
        let explained = rule.as_ref().is_some_and(|rule| rule.explains);
        let place = || match kept {
            Kept::AsFile => trail.place(),
            Kept::InHistory => trail.place_in_history(),
        };
        let mut facts = match header {
            Header::Princeton(header) => Facts::of_header(header, || trail.place().date),
            // What a template leaves open is not guessed from the path that the template explains.
            header if explained => {
                let recording = place().recording;
                Facts::of_place(Place { recording, ..Place::new(None, trail.default_kind(), None) }, format, header)
            }
            header => Facts::of_place(place(), format, header),
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
        let captured = captured.or_else(from_path);
        Facts {
            company: Some(header.company),
            kind: PRINCETON_KIND.to_owned(),
            part: String::new(),
            captured,
            url: Some(header.url),
            format: header.format,
            recording: Recording::Captures,
            commit_kind: None,
            site: SiteFacts { interval: captured.and_then(|captured| Interval::of(captured.instant)), ..SiteFacts::default() },
            problems: header.problem.map(Problem::Header).into_iter().collect(),
        }
    }

    /// What a WARC record tells: its page is that of the address, whatever the path of the file is.
    pub fn of_capture(settings: &Settings, path: &str, url: &str, captured: Option<Captured>, format: Format) -> Facts {
        let company = captured_host(url);
        // What is crawled from the Wayback Machine was captured when that says.
        let wayback = capture_time(url).map(|instant| Captured { instant, source: DateSource::Address });
        let recording = settings.rule(path).and_then(|rule| rule.recording).or(settings.recording());
        Facts {
            part: if company.is_some() { captured_page(url) } else { url.to_owned() },
            company,
            kind: hinted_kind(url).unwrap_or(UNKNOWN_KIND).to_owned(),
            captured: wayback.or(captured),
            url: Some(url.to_owned()),
            format,
            recording: recording.unwrap_or(Recording::Captures),
            commit_kind: None,
            site: SiteFacts::default(),
            problems: Vec::new(),
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
            commit_kind: None,
            site: SiteFacts::default(),
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

    /// Adds what the commit tells of a text that nothing else dates.
    pub fn add_commit(&mut self, captured: Option<Captured>, url: Option<String>, kind: Option<CommitKind>) {
        self.captured = self.captured.or(captured);
        self.url = self.url.take().or(url);
        // Only archives of changes are known to say such things.
        self.commit_kind = kind.filter(|_| self.recording == Recording::Changes);
    }

    /// Adds what the commit tells of the site. An interval that it states stands before that of the capture's date.
    pub fn add_site(&mut self, site: &SiteFacts) {
        self.site = SiteFacts { interval: site.interval.or(self.site.interval), ..site.clone() };
    }

    /// Whether the archive tells the time of the capture.
    pub fn is_dated(&self) -> bool {
        self.captured.is_some()
    }

    pub fn recording(&self) -> Recording {
        self.recording
    }

    /// The reference to a text, and what is wrong with it.
    pub fn into_reference(self, locator: Locator) -> (Reference, Vec<Problem>) {
        let company = self.company.unwrap_or_default();
        // Each undated text is a document of its own, and each path of a history whose company nothing tells.
        let own = self.captured.is_none() || (locator.revision.is_some() && company.is_empty());
        let part = if own { locator.place() } else { self.part };
        let reference = Reference {
            locator,
            key: DocumentKey { company, kind: self.kind, part },
            captured: self.captured,
            format: self.format,
            url: self.url,
            recording: self.recording,
            commit_kind: self.commit_kind,
            site: self.site,
            ended: None,
        };
        (reference, self.problems)
    }

    /// Puts the reference to a text of so many bytes, and what was wrong, into the file's entry.
    pub fn into_entry(self, locator: Locator, bytes: u64, entry: &mut FileEntry) {
        let part = locator.part();
        let (reference, problems) = self.into_reference(locator);
        let damaged = |problem| Damaged { path: entry.path.clone(), part: part.clone(), problem };
        entry.damaged.extend(problems.into_iter().map(damaged));
        // That a dated text was empty is a fact of the archive; without date and company it is just an empty file.
        if bytes == 0 && (reference.captured.is_none() || reference.key.company.is_empty()) {
            entry.skipped.push(Skipped { path: entry.path.clone(), part, reason: SkipReason::Empty });
        } else {
            entry.references.push(reference);
        }
    }
}
