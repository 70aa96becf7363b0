//! Keeps the passages that were read lately.

use super::IndexError;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// When the kept texts pass this many bytes, all are forgotten.
const MAX_BYTES: usize = 64 << 20;

type Pack = Arc<Vec<Arc<str>>>;

/// Packs of texts by slot and pack number.
#[derive(Default)]
pub struct TextCache {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    packs: FxHashMap<(u32, u32), Pack>,
    bytes: usize,
}

impl TextCache {
    /// A pack: the kept one, or what `read` gives.
    pub fn get(&self, key: (u32, u32), read: impl FnOnce() -> Result<Vec<Arc<str>>, IndexError>) -> Result<Pack, IndexError> {
        if let Some(pack) = self.lock().packs.get(&key) {
            return Ok(pack.clone());
        }
        let pack = Arc::new(read()?);
        let mut kept = self.lock();
        if kept.bytes > MAX_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += pack.iter().map(|text| text.len()).sum::<usize>();
        kept.packs.insert(key, pack.clone());
        Ok(pack)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What is kept is whole at every moment, so a panic elsewhere does not spoil it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
