//! Reading texts ahead, in the order in which their pack makes them: most are kept as what differs from one that lies before them,
//! and one that was just read need not be made again.

use super::Reader;
use crate::source::{GitId, Locator};
use gix::ObjectId;
use gix::odb::pack::index;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;

/// How many bytes of texts are read ahead, and how many texts.
const WINDOW_BYTES: u64 = 4 * 1024 * 1024;
const WINDOW_TEXTS: usize = 128;

/// Where objects lie in their packs.
pub struct Packs(Vec<index::File>);

impl Packs {
    /// Opens the packs' indexes below a folder of objects. One that cannot be opened is left out: the order is a matter of time only.
    pub fn open(objects: &Path, hash: gix::hash::Kind) -> Packs {
        let listed =
            std::fs::read_dir(objects.join("pack")).map(|entries| entries.flatten().collect()).unwrap_or_else(|_| Vec::new());
        let mut paths: Vec<_> = listed.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "idx"));
        paths.sort();
        Packs(paths.iter().filter_map(|path| index::File::at(path, hash).ok()).collect())
    }

    /// The pack and the place in it; `None` for what lies in no pack.
    fn place(&self, id: GitId) -> Option<(usize, u64)> {
        let id = ObjectId::from(id.0);
        self.0.iter().enumerate().find_map(|(number, pack)| Some((number, pack.pack_offset_at_index(pack.lookup(id)?))))
    }
}

/// What is to be read, and what has been read ahead.
#[derive(Default)]
pub struct Ahead {
    wanted: VecDeque<GitId>,
    /// Where each text that was read lies among all.
    ready: FxHashMap<GitId, Range<usize>>,
    texts: Vec<u8>,
    /// Where a text is made, with what it is made from. Fresh memory would cost as much as that.
    workbench: Vec<u8>,
}

impl Ahead {
    /// Notes which texts will be read, in their order.
    pub fn expect<'l>(&mut self, locators: impl Iterator<Item = &'l Locator>) {
        let mut seen = FxHashSet::default();
        let blobs = locators.filter_map(|locator| locator.revision).map(|revision| revision.blob);
        self.wanted = blobs.filter(|blob| seen.insert(*blob)).collect();
        self.ready.clear();
    }

    /// The size of a text that was read ahead.
    pub fn size(&self, blob: GitId) -> Option<u64> {
        self.ready.get(&blob).map(|text| text.len() as u64)
    }
}

impl Reader<'_> {
    /// Puts a text into the buffer, which is empty, and reads those ahead that are wanted next.
    pub fn take(&mut self, blob: GitId, buffer: &mut Vec<u8>) -> Result<(), String> {
        if !self.ahead.ready.contains_key(&blob) && self.ahead.wanted.contains(&blob) {
            self.read_ahead(blob);
        }
        match self.ahead.ready.get(&blob) {
            Some(text) => {
                buffer.extend_from_slice(&self.ahead.texts[text.clone()]);
                Ok(())
            }
            None => self.blob(blob, buffer),
        }
    }

    /// Reads the texts that are wanted from one on. What cannot be read is left for the time when it is asked for.
    fn read_ahead(&mut self, from: GitId) {
        self.ahead.ready.clear();
        self.ahead.texts.clear();
        while self.ahead.wanted.front().is_some_and(|blob| *blob != from) {
            self.ahead.wanted.pop_front();
        }
        let mut window = Vec::new();
        let mut bytes = 0;
        while window.len() < WINDOW_TEXTS
            && let Some(&blob) = self.ahead.wanted.front()
        {
            bytes += self.size(blob).unwrap_or(0);
            if bytes > WINDOW_BYTES && !window.is_empty() {
                break;
            }
            self.ahead.wanted.pop_front();
            if bytes > WINDOW_BYTES {
                return;
            }
            window.push((self.git.packs.place(blob), blob));
        }
        window.sort_unstable();
        let mut made = std::mem::take(&mut self.ahead.workbench);
        for (_, blob) in window {
            if self.blob(blob, &mut made).is_ok() {
                let start = self.ahead.texts.len();
                self.ahead.texts.extend_from_slice(&made);
                self.ahead.ready.insert(blob, start..start + made.len());
            }
        }
        self.ahead.workbench = made;
    }
}
