//! Keeps the packs that were read lately.

use super::IndexError;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// When what a cache keeps passes this many bytes on disk, all of it is forgotten.
const MAX_BYTES: usize = 16 << 20;

/// Packs of items by slot and pack number.
pub struct PackCache<T> {
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    packs: FxHashMap<(u32, u32), Arc<Vec<T>>>,
    bytes: usize,
}

impl<T> Default for PackCache<T> {
    fn default() -> PackCache<T> {
        PackCache { kept: Mutex::new(Kept { packs: FxHashMap::default(), bytes: 0 }) }
    }
}

impl<T> PackCache<T> {
    /// A pack: the kept one, or what `read` gives, with its bytes on disk.
    pub fn get(
        &self,
        key: (u32, u32),
        read: impl FnOnce() -> Result<(Vec<T>, usize), IndexError>,
    ) -> Result<Arc<Vec<T>>, IndexError> {
        if let Some(pack) = self.lock().packs.get(&key) {
            return Ok(pack.clone());
        }
        let (items, bytes) = read()?;
        let pack = Arc::new(items);
        let mut kept = self.lock();
        if kept.bytes > MAX_BYTES {
            kept.packs.clear();
            kept.bytes = 0;
        }
        kept.bytes += bytes;
        kept.packs.insert(key, pack.clone());
        Ok(pack)
    }

    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        // What is kept is whole at every moment, so a panic elsewhere does not spoil it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
