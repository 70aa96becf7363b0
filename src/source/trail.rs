//! A file's path in pieces: which names are dates, which can be a company or a kind, and which only hold a collection.

use crate::snapshot::Precision;
use crate::source::date::{self, DateInName, Reading};
use crate::source::names::{UNKNOWN_KIND, hinted_kind, is_collection, is_domain, is_kind, kind_name};

/// A file's path in pieces.
#[derive(Debug, Clone)]
pub struct Trail<'a> {
    /// Names of folders from the outermost known one above the root down to the file.
    pub folders: Vec<&'a str>,
    /// How many of them are not inside the source: the last one is the root itself.
    pub outside: usize,
    /// The file's name without the ending of its format.
    pub stem: &'a str,
    pub file: &'a str,
}

/// Folders of a path that are its date.
pub struct DatedFolders {
    pub reading: Reading,
    pub from: usize,
    pub to: usize,
    /// The file's name is the day: `2005/06/13.html`.
    pub takes_stem: bool,
}

impl<'a> Trail<'a> {
    /// Takes a path apart; `root` are the names of the root and of the folders above it, `stem` the file's name without
    /// the ending that its format has.
    pub fn new(root: &'a [String], path: &'a str, stem: &'a str) -> Trail<'a> {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let inside = folders.split('/').filter(|name| !name.is_empty());
        Trail { folders: root.iter().map(String::as_str).chain(inside).collect(), outside: root.len(), stem, file }
    }

    /// The kind that the names hint at, the nearest first.
    pub fn default_kind(&self) -> String {
        let inside = self.folders[self.outside.saturating_sub(1)..].iter().rev();
        let hint = std::iter::once(&self.stem).chain(inside).find_map(|name| hinted_kind(name));
        hint.unwrap_or(UNKNOWN_KIND).to_owned()
    }

    /// The date in the file's name, unless a folder tells it more exactly. A domain such as `studio.2005.test` has none.
    pub fn date_in_stem(&self) -> Option<DateInName<'a>> {
        let exactness = |reading: &Reading| reading.as_ref().map_or(Precision::Day, |instant| instant.precision);
        let found = date::within(self.stem)?;
        let precision = exactness(&found.reading);
        let in_domain = is_domain(self.stem) && precision < Precision::Day;
        let in_folder = self.date_in_folders().is_some_and(|folder| exactness(&folder.reading) > precision);
        (!in_domain && !in_folder).then_some(found)
    }

    /// The folder of a capture of the Wayback Machine, else the last folder that is a date, or the folders `2005/06/13` together.
    pub fn date_in_folders(&self) -> Option<DatedFolders> {
        let first = self.outside.saturating_sub(1);
        let capture = |from: usize| {
            let reading = date::whole(capture_digits(self.folders[from])?)?;
            Some(DatedFolders { reading, from, to: from + 1, takes_stem: false })
        };
        // Below it the site's own folders begin, which may be called as dates are.
        if let Some(found) = (first..self.folders.len()).find_map(capture) {
            return Some(found);
        }
        // The root's own name is a date only when it is one beyond doubt: a folder `2024` may hold anything.
        (first..self.folders.len()).rev().find_map(|from| {
            let reading = date::whole(self.folders[from])?;
            let year_only = reading.as_ref().is_ok_and(|instant| instant.precision == Precision::Year);
            if !year_only {
                return Some(DatedFolders { reading, from, to: from + 1, takes_stem: false });
            }
            let names: Vec<&str> = self.folders[from + 1..].iter().copied().chain([self.stem]).take(2).collect();
            let numbers = names.iter().zip([12, 31]).take_while(|(name, most)| is_two_digits(name, *most)).count();
            let joined = [&[self.folders[from]], &names[..numbers]].concat().join("-");
            let takes_stem = from + 1 + numbers > self.folders.len();
            let to = (from + 1 + numbers).min(self.folders.len());
            let known = numbers > 0 || from >= self.outside;
            known.then_some(DatedFolders { reading: date::whole(&joined)?, from, to, takes_stem })
        })
    }

    /// Company and kind of the folders up to `end`.
    ///
    /// In a dataset of Open Terms Archive the last folder is the kind, whatever it is called; elsewhere a last folder that
    /// is not called as kinds are is the company, and what is above it a collection.
    pub fn owner(&self, end: usize, dataset: bool) -> (Option<String>, Option<String>) {
        let Some(last) = self.holder(end) else { return (None, None) };
        let name = self.folders[last];
        let above = self.holder(last);
        let above_inside = above.filter(|&above| above >= self.outside && above + 1 == last).map(|above| self.folders[above]);
        let is_under_company = last >= self.outside && above_inside.is_some_and(|above| dataset || is_domain(above));
        if is_kind(name) || (is_under_company && !is_domain(name)) {
            return (above.map(|above| self.folders[above].to_owned()), Some(kind_name(name)));
        }
        (Some(name.to_owned()), None)
    }

    /// The last folder before `end` that can be a company or a kind. Above the root only the next name counts: the root
    /// itself, or what holds the root when the root is the kind.
    pub fn holder(&self, end: usize) -> Option<usize> {
        let inside = (self.outside..end).rev().find(|&at| self.is_telling(at));
        let above = || {
            let next = end.min(self.outside).checked_sub(1)?;
            (next + 2 >= self.outside && self.is_telling(next)).then_some(next)
        };
        inside.or_else(above)
    }

    fn is_telling(&self, at: usize) -> bool {
        let name = self.folders[at];
        !is_collection(name) && date::whole(name).is_none() && capture_digits(name).is_none()
    }
}

/// The time in a folder's name that is the time of a capture at the Wayback Machine: `20050525101112`, or `20050525101112id_` where the
/// page is kept as it was.
pub fn capture_digits(name: &str) -> Option<&str> {
    let (digits, flag) = name.split_at_checked(14)?;
    let is_flag = flag.len() == 3 && flag.ends_with('_') && flag.bytes().take(2).all(|byte| byte.is_ascii_lowercase());
    (digits.bytes().all(|byte| byte.is_ascii_digit()) && (flag.is_empty() || is_flag)).then_some(digits)
}

/// A month or a day as the name of a folder: `06`.
fn is_two_digits(name: &str, most: u8) -> bool {
    name.len() == 2
        && name.bytes().all(|byte| byte.is_ascii_digit())
        && name.parse().is_ok_and(|number: u8| (1..=most).contains(&number))
}
