//! The known layouts of archives: from a path to company, kind, part and date.
//!
//! Layouts are matched on the last names of a path, so an archive may lie at any depth. Where a name above the root is
//! the one that is missing (the folder `acme/` was given, which holds `2005-05-25.html`), the root's own name is used.

use crate::snapshot::{Precision, Recording};
use crate::source::date::{self, DateInName, Reading};
use crate::source::header::without_www;
use crate::source::names::{is_collection, is_domain, is_kind, is_plain_page, kind_name, spaced_kind_name, squash};
use crate::source::trail::{DatedFolders, Trail, capture_digits};

/// The host of all captures, which is the site of none.
const WAYBACK_HOST: &str = "web.archive.org";

/// What a path tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `None` where the path does not tell it.
    pub company: Option<String>,
    pub kind: String,
    /// Tells texts apart that have company and kind in common.
    pub part: String,
    pub date: Option<Reading>,
    pub url: Option<String>,
    pub recording: Recording,
}

impl Place {
    /// What a path of someone's captures tells.
    pub fn new(company: Option<String>, kind: String, date: Option<Reading>) -> Place {
        Place { company, kind, part: String::new(), date, url: None, recording: Recording::Captures }
    }
}

impl Trail<'_> {
    /// Reads the path by the first layout that it has.
    pub fn place(&self) -> Place {
        if self.crawled().is_some() {
            return self.undated();
        }
        if let Some(found) = self.date_in_stem() {
            return self.dated_file(found);
        }
        match self.date_in_folders() {
            Some(found) if found.takes_stem => self.by_folders(found.from, found.reading, false),
            Some(found) => self.dated_folder(found),
            None => self.undated(),
        }
    }

    /// Reads a path of a git history, whose commits tell the dates that the path does not: `<Service>/<Terms Type>[ #<part>]` of
    /// Open Terms Archive, else what the path of any file tells.
    pub fn place_in_history(&self) -> Place {
        let place = self.place();
        let inside = &self.folders[self.outside..];
        if place.date.is_some() || self.is_princeton() {
            return place;
        }
        match inside {
            [service] if !is_collection(service) && !is_domain(self.stem) && numbered_domain(self.stem).is_none() => {
                let (kind, part) = kind_and_part(&kind_name(self.stem));
                Place { part, recording: Recording::Changes, ..Place::new(Some((*service).to_owned()), kind, None) }
            }
            _ => Place { recording: Recording::Changes, ..place },
        }
    }

    /// Whether it is a path of the Princeton-Leuven corpus: `l/li/lin/linux.test`.
    pub fn is_princeton(&self) -> bool {
        is_princeton_path(&self.folders[self.outside..], self.stem)
    }

    /// `<company>/<kind>/<date>`, `<company>/<date>`, `<company>_<date>`, `<date>_<Platform>_<PolicyType>`, and what is like them.
    fn dated_file(&self, found: DateInName) -> Place {
        let DateInName { before, reading, after } = found;
        if before.is_empty() && after.is_empty() {
            return self.by_folders(self.folders.len(), reading, is_dataset_instant(self.stem));
        }
        if before.is_empty()
            && self.stem.get(8..9) == Some("_")
            && let Some((platform, kind)) = after.rsplit_once('_')
            && is_kind(kind)
        {
            return self.platform_governance(platform, kind, reading);
        }
        let (owner, kind, part) = match (before, after) {
            (one, "") | ("", one) => {
                if is_plain_page(one) {
                    return self.by_folders(self.folders.len(), reading, false);
                }
                let (owner, kind) = company_and_kind(one);
                (owner, kind, "")
            }
            (before, after) if is_kind(after) => (Some(before), Some(after), ""),
            (before, after) if is_kind(before) => (Some(after), Some(before), ""),
            // `acme_2005-05-25_de` is another text than `…_en`; numbers there only count the captures.
            (before, after) if after.chars().all(|c| c.is_alphabetic() || c == ' ') => (Some(before), None, after),
            (before, _) => (Some(before), None, ""),
        };
        let (above, folder_kind) = self.owner(self.folders.len(), false);
        let (company, part) = match (owner, above) {
            // The folder's spelling is the better one; a domain's folder holds the domain's pages.
            (Some(owner), Some(above)) if squash(owner) == squash(&above) => (Some(above), part),
            (Some(owner), Some(above)) if is_domain(&above) && !is_domain(owner) => (Some(above), owner),
            (Some(owner), _) => (Some(owner.to_owned()), part),
            (None, above) => (above, part),
        };
        let kind = kind.map(kind_name).or(folder_kind).unwrap_or_else(|| self.default_kind());
        Place { part: part.to_owned(), ..Place::new(company, kind, Some(reading)) }
    }

    /// Platform Governance Archive: the folders have the better spelling of what the file's name says.
    fn platform_governance(&self, platform: &str, kind: &str, reading: Reading) -> Place {
        let spelled = |name: &str| {
            self.folders.iter().rev().take(3).find(|folder| squash(folder) == squash(name)).map(|name| (*name).to_owned())
        };
        Place {
            company: Some(spelled(platform).unwrap_or_else(|| platform.replace('_', " "))),
            kind: spelled(kind).map_or_else(|| spaced_kind_name(kind), |kind| kind_name(&kind)),
            part: String::new(),
            date: Some(reading),
            url: None,
            recording: Recording::Changes,
        }
    }

    /// A file that is nothing but a date: the folders up to `end` tell the rest.
    fn by_folders(&self, end: usize, reading: Reading, dataset: bool) -> Place {
        let (company, kind) = self.owner(end, dataset);
        // The dataset of Open Terms Archive records changes; a folder of dated pages without kinds is someone's captures.
        let recording = if dataset && kind.is_some() { Recording::Changes } else { Recording::Captures };
        let kind = kind.unwrap_or_else(|| self.default_kind());
        let (kind, part) = kind_and_part(&kind);
        Place { part, recording, ..Place::new(company, kind, Some(reading)) }
    }

    /// `<host>/<14 digits>/…/page`, `<14 digits>/<host>/…/page`, `<company>/<date>/<kind>`, `<date>/<company>`, `<date>/<company>/<kind>`.
    fn dated_folder(&self, found: DatedFolders) -> Place {
        let below = without_scheme(&self.folders[found.to..]);
        let holder = self.holder(found.from);
        let above = holder.map(|at| self.folders[at]);
        let site = above.filter(|name| is_domain(name) && *name != WAYBACK_HOST).map(|name| (name, below));
        let site_below = || below.first().filter(|name| is_domain(name)).map(|name| (*name, &below[1..]));
        if let Some((site, below)) = site.or_else(site_below) {
            return self.page_of_site(site, below, found);
        }
        let (company, kind) = match below.last() {
            None if is_kind(self.stem) || is_plain_page(self.stem) => match self.owner(found.from, false) {
                (company, Some(kind)) if is_plain_page(self.stem) => (company, Some(kind)),
                (company, _) => (company, is_kind(self.stem).then(|| kind_name(self.stem))),
            },
            None => {
                let (owner, kind) = company_and_kind(self.stem);
                (owner.map(str::to_owned), kind.map(kind_name))
            }
            Some(_) if is_plain_page(self.stem) => self.owner(self.folders.len(), false),
            Some(folder) if is_kind(folder) && above.is_some() => {
                let kind = if is_kind(self.stem) { self.stem } else { folder };
                (self.owner(found.from, false).0, Some(kind_name(kind)))
            }
            Some(company) => (Some((*company).to_owned()), Some(kind_name(self.stem))),
        };
        Place::new(company, kind.unwrap_or_else(|| self.default_kind()), Some(found.reading))
    }

    /// A page of a site that was captured at a moment: each page is a text of its own.
    fn page_of_site(&self, site: &str, below: &[&str], found: DatedFolders) -> Place {
        let page = below.iter().copied().chain([self.file]).collect::<Vec<_>>().join("/");
        let kind = if is_kind(self.stem) { kind_name(self.stem) } else { self.default_kind() };
        let exact = self.folders[found.from];
        let is_capture = capture_digits(exact).is_some();
        // In a download of a site any page can be anything; elsewhere a name such as `privacy` says which text it is.
        let is_only =
            below.is_empty() && (self.stem == "index" || (!is_capture && (is_kind(self.stem) || is_plain_page(self.stem))));
        let address = page.strip_suffix("index.html").unwrap_or(&page).replace(' ', "%20");
        Place {
            company: Some(without_www(site).to_owned()),
            kind,
            part: if is_only { String::new() } else { page },
            url: (is_capture && found.reading.is_ok())
                .then(|| format!("https://web.archive.org/web/{exact}/http://{site}/{address}")),
            date: Some(found.reading),
            recording: Recording::Captures,
        }
    }

    /// The site whose texts TOSBack keeps in the folder: `crawl/<site>/<Doc Name>`. Its names have no dates; a year in one is none of a
    /// capture.
    fn crawled(&self) -> Option<&str> {
        let with_root = &self.folders[self.outside.saturating_sub(1)..];
        let crawl = with_root.iter().rposition(|name| is_crawl(name))?;
        let (site, below) = with_root[crawl + 1..].split_first()?;
        let is_day = |found: DateInName| found.reading.is_ok_and(|instant| instant.precision > Precision::Year);
        let is_dated = below.iter().chain([&self.stem]).any(|name| date::whole(name).is_some());
        (is_domain(site) && !is_dated && !date::within(self.stem).is_some_and(is_day)).then_some(*site)
    }

    /// Princeton-Leuven without its header, TOSBack, OPP-115, `<Service>/<Terms Type>`, `<domain>`.
    fn undated(&self) -> Place {
        let inside = &self.folders[self.outside..];
        let (company, kind) = if is_princeton_path(inside, self.stem) {
            (Some(self.stem), Some("Privacy Policy".to_owned()))
        } else if let Some(site) = self.crawled() {
            (Some(site), Some(kind_name(self.stem)))
        } else if let Some(domain) = numbered_domain(self.stem) {
            // Every text of OPP-115 is a privacy policy.
            (Some(without_www(domain)), Some("Privacy Policy".to_owned()))
        } else if is_domain(self.stem) {
            (Some(self.stem), None)
        } else {
            let holder = self.holder(self.folders.len()).map(|at| (at >= self.outside, self.folders[at]));
            let kind = is_kind(self.stem).then(|| kind_name(self.stem));
            // A download of a whole site: the folders below the site are its own.
            let site = inside.iter().rev().find(|name| is_domain(name)).map(|name| without_www(name));
            // The root's name is trusted for an undated text only when it is a domain.
            let holder = holder.filter(|(inside, name)| is_domain(name) || (*inside && kind.is_some())).map(|(_, name)| name);
            (site.or(holder), kind)
        };
        Place::new(company.map(str::to_owned), kind.unwrap_or_else(|| self.default_kind()), None)
    }
}

/// The folders below the one that wget makes of an address's scheme.
fn without_scheme<'t, 'n>(folders: &'t [&'n str]) -> &'t [&'n str] {
    match folders {
        ["http:" | "https:", rest @ ..] => rest,
        _ => folders,
    }
}

/// Parts `acme_privacy_policy` into company and kind: at the last separator before which nothing is called as kinds are.
fn company_and_kind(name: &str) -> (Option<&str>, Option<&str>) {
    if !is_kind(name) {
        return (Some(name), None);
    }
    let separator = if name.contains('_') { '_' } else { '-' };
    let parted = name.rmatch_indices(separator).map(|(at, _)| (&name[..at], &name[at + 1..]));
    let found = parted
        .map(|(company, kind)| (date::trim(company), date::trim(kind)))
        .find(|(company, kind)| !company.is_empty() && !is_kind(company) && is_kind(kind));
    match found {
        Some((company, kind)) => (Some(company), Some(kind)),
        None => (None, Some(name)),
    }
}

/// The folders in which TOSBack keeps sites: all, and those whose texts someone has looked at.
fn is_crawl(folder: &str) -> bool {
    folder.eq_ignore_ascii_case("crawl") || folder.eq_ignore_ascii_case("crawl_reviewed")
}

/// `l/li/lin/linux.test`: folders named by the first one, two and three characters of the domain.
fn is_princeton_path(folders: &[&str], stem: &str) -> bool {
    let [.., one, two, three] = folders else { return false };
    let prefix = |name: &str, chars: usize| name.chars().count() == chars && stem.starts_with(name);
    prefix(one, 1) && prefix(two, 2) && prefix(three, 3)
}

/// The domain in `12_acme.test`, a name of OPP-115.
fn numbered_domain(stem: &str) -> Option<&str> {
    let (number, domain) = stem.split_once('_')?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && is_domain(domain)).then_some(domain)
}

/// Parts `Terms of Service #main`.
fn kind_and_part(kind: &str) -> (String, String) {
    match kind.split_once(" #") {
        Some((kind, part)) => (kind_name(kind), part.to_owned()),
        None => (kind.to_owned(), String::new()),
    }
}

/// `2005-05-25T10-11-12Z`, the names of the files in a dataset of Open Terms Archive.
fn is_dataset_instant(stem: &str) -> bool {
    let shape = b"dddd-dd-ddTdd-dd-ddZ";
    stem.len() == shape.len()
        && stem.bytes().zip(shape).all(|(byte, &form)| if form == b'd' { byte.is_ascii_digit() } else { byte == form })
}
