//! WARC files: lists the captures that one holds, and reads the page of one of them.

mod capture;
mod coding;
mod fields;
mod http;
mod input;
mod record;
mod revisit;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod walk;

use crate::source::listing::Facts;
use crate::source::spool::{Spool, Spools};
use crate::source::{
    Capture, Damaged, FileEntry, Inside, Locator, Opened, Part, Problem, ReadError, Settings, SkipReason, Skipped, Stretch,
    Within,
};
use capture::{Finding, Found};
use input::Input;
use revisit::{Named, Revisit};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use walk::{Fault, Place, Step, Walk};

pub use revisit::{Crawl, resolve};

/// A file that is damaged in so many places is not read on.
const MAX_BROKEN: usize = 10_000;

/// Lists the captures of a file into its entry. What is damaged is named, and the rest goes on.
///
/// # Errors
/// When reading fails; what was listed before stays in the entry.
pub fn list(full: &Path, spools: &Spools, settings: &Settings, entry: &mut FileEntry) -> io::Result<()> {
    let mut lister = Lister { settings, within: Within::File, crawl: Crawl::default(), entry };
    if lister.entry.stamp.bytes == 0 {
        let empty = Skipped::whole(&lister.entry.path, SkipReason::Empty);
        lister.entry.skipped.push(empty);
        return Ok(());
    }
    let listed = match lister.list(open(full)?) {
        Err(Fault::Together) => lister.list_unpacked(full, spools),
        listed => listed,
    };
    match listed {
        Ok(()) => {}
        Err(Fault::Io(error)) => return Err(error),
        Err(fault) => lister.damaged(None, Problem::Record(fault.to_string())),
    }
    let crawl = lister.crawl;
    entry.crawl = Some(Box::new(crawl));
    Ok(())
}

fn open(full: &Path) -> Result<Walk, Fault> {
    Walk::new(Input::new(Box::new(File::open(full)?))?, Within::File)
}

/// The content of a file that is packed as a whole.
fn spool(path: &str, full: &Path, spools: &Spools) -> io::Result<Arc<Spool>> {
    let packed = fs::metadata(full)?.len();
    spools.get(path, packed, || open(full).map_err(io::Error::from)?.unpacked())
}

struct Lister<'a> {
    settings: &'a Settings,
    within: Within,
    crawl: Crawl,
    entry: &'a mut FileEntry,
}

impl Lister<'_> {
    fn list(&mut self, mut walk: Walk) -> Result<(), Fault> {
        let mut broken = 0;
        while broken < MAX_BROKEN {
            match walk.step(&mut capture::look)? {
                Step::Record { place, found } => self.add(place, found),
                Step::Broken { offset, what } => {
                    self.damaged(Some(offset), Problem::Record(what));
                    broken += 1;
                }
                Step::Together => return Err(Fault::Together),
                Step::End => return Ok(()),
            }
        }
        Err(Fault::Broken(format!("the file is damaged in {MAX_BROKEN} places: the rest is not read")))
    }

    /// Lists a file again whose records can only be read one after another.
    fn list_unpacked(&mut self, full: &Path, spools: &Spools) -> Result<(), Fault> {
        *self.entry = FileEntry::new(self.entry.path.as_str(), self.entry.stamp);
        (self.within, self.crawl) = (Within::Unpacked, Crawl::default());
        let spool = spool(&self.entry.path, full, spools)?;
        let listed = self.list(Walk::new(Input::new(Box::new(spool.reader()))?, Within::Unpacked)?);
        if let Some(damage) = &spool.damage {
            self.damaged(None, Problem::Record(damage.clone()));
        }
        listed
    }

    fn add(&mut self, place: Place, found: Option<Found>) {
        let Some(found) = found else { return };
        let stretch = Stretch { offset: place.offset, len: place.len, within: self.within };
        if let Some(problem) = found.problem {
            self.damaged(Some(place.offset), problem);
        }
        let path = &self.entry.path;
        let reference = match found.content {
            Finding::Nothing => return,
            Finding::Revisit(wanted) => {
                let Found { id, url, captured, names, .. } = found;
                return self.crawl.revisits.push(Revisit { stretch, id, url, captured, names, wanted });
            }
            Finding::Skipped(reason) => {
                self.entry.skipped.push(Skipped { path: path.clone(), part: Some(Part::Byte(place.offset)), reason });
                None
            }
            Finding::Text(format) => {
                let facts = Facts::of_capture(self.settings, path, &found.url, found.captured, format);
                let inside = Inside::Capture(Capture { stretch, id: found.id, original: None });
                let (reference, problems) = facts.into_reference(Locator { inside: Some(inside), ..Locator::file(path) });
                let truncated = found.truncated.map(Problem::Truncated);
                problems.into_iter().chain(truncated).for_each(|problem| self.damaged(Some(place.offset), problem));
                self.entry.references.push(reference);
                Some(self.entry.references.len() as u32 - 1)
            }
        };
        self.crawl.captures.push(Named { names: found.names, reference });
    }

    fn damaged(&mut self, offset: Option<u64>, problem: Problem) {
        self.entry.damaged.push(Damaged { path: self.entry.path.clone(), part: offset.map(Part::Byte), problem });
    }
}

/// Reads pages for one thread.
#[derive(Debug, Default)]
pub struct Reader {
    /// The file that was read last.
    open: Option<(String, Within, Walk)>,
}

impl Reader {
    /// Reads the page of a capture into the buffer: that of the capture to which it refers, if it is a revisit.
    ///
    /// # Errors
    /// When the file or the record cannot be read, or the record is no longer the one that was listed.
    pub fn read(
        &mut self,
        base: &Path,
        spools: &Spools,
        locator: &Locator,
        capture: &Capture,
        buffer: &mut Vec<u8>,
    ) -> Result<Opened, ReadError> {
        let (path, stretch, id) = match &capture.original {
            Some(original) => (&original.path, original.stretch, &original.id),
            None => (&locator.path, capture.stretch, &capture.id),
        };
        let failed = |fault: Fault| match fault {
            Fault::Io(source) => ReadError::Io { locator: Box::new(locator.clone()), source },
            fault => ReadError::Object { locator: Box::new(locator.clone()), reason: fault.to_string() },
        };
        let walk = self.walk(base, spools, path, stretch.within).map_err(failed)?;
        let page = walk.at(stretch.offset, &mut |head, block| match head.id() == *id {
            true => capture::read(head, block).map(Some),
            false => Ok(None),
        });
        let Some(page) = page.map_err(failed)?.flatten() else {
            return Err(ReadError::Changed(Box::new(locator.clone())));
        };
        *buffer = page.bytes;
        let all = 0..buffer.len();
        Ok(Opened { raw: all.clone(), body: all, format: page.format, charset: page.charset })
    }

    /// The records of a file, which stays open for the next of them.
    fn walk(&mut self, base: &Path, spools: &Spools, path: &str, within: Within) -> Result<&mut Walk, Fault> {
        let open = match self.open.take() {
            Some((kept, in_what, walk)) if kept == path && in_what == within => walk,
            _ => {
                let full = base.join(path);
                match within {
                    Within::File => open(&full)?,
                    Within::Unpacked => Walk::new(Input::new(Box::new(spool(path, &full, spools)?.reader()))?, within)?,
                }
            }
        };
        Ok(&mut self.open.insert((path.to_owned(), within, open)).2)
    }
}
