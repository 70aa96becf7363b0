//! Scores the passages of an index anew where its topics are other ones; the archives are not read.

use super::catalog::Place;
use super::store::{RecordFile, Store};
use super::terms::{Desk, Parts};
use super::{IndexError, terms_dir};
use crate::topic::{Topic, TopicError};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// How much was scored in other topics than before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScoredAnew {
    pub documents: u64,
    pub passages: u64,
}

/// Scores the documents that this update did not write in the topics of today, where they were scored in others.
pub(super) fn score_anew(threads: usize, store: &mut Store, records: &mut RecordFile) -> Result<ScoredAnew, IndexError> {
    let mut scored = ScoredAnew::default();
    if store.is_new || !store.has_other_topics() {
        return Ok(scored);
    }
    let generation = records.generation();
    let old: Vec<u32> =
        store.catalog.documents().filter(|(_, entry)| entry.place.file != generation).map(|(slot, _)| slot).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build().map_err(IndexError::encode)?;
    let shared: &Store = store;
    let records = Mutex::new(records);
    let written: Result<Vec<(u32, Place, [u8; 32])>, IndexError> = pool.install(|| {
        let score = |desk: &mut Desk<'_>, &slot: &u32| {
            let history = shared.history(slot)?;
            shared.delete_terms(slot)?;
            let worded = desk.wordbook.read(&history.texts);
            let Parts { record, .. } = desk.write(shared, slot, &history, &worded)?;
            let place = records.lock().unwrap_or_else(PoisonError::into_inner).append(&record)?;
            Ok((slot, place, blake3::hash(&record).into()))
        };
        old.par_iter().map_init(|| Desk::new(&shared.lexicon), score).collect()
    });
    for (slot, place, digest) in written? {
        if let Some(entry) = &mut store.catalog.documents[slot as usize] {
            (entry.place, entry.digest) = (place, digest);
            scored.documents += 1;
            scored.passages += entry.counts.passages;
        }
    }
    Ok(scored)
}

/// Adds a user's own topics to an index, and takes topics out: of the same name, the new one stands. All passages are scored anew
/// from what is stored; the archives are not read. Tells how many; none where the topics are what they were.
///
/// # Errors
/// Where a file is no topic, or a name to take out is none of the index's own topics.
pub fn change_topics(dir: &Path, threads: usize, add: &[String], remove: &[String]) -> Result<ScoredAnew, IndexError> {
    if !terms_dir(dir).join("meta.json").exists() {
        return Err(IndexError::Missing(dir.display().to_string()));
    }
    let mut store = Store::open(dir)?;
    let mut own: BTreeMap<String, String> = BTreeMap::new();
    for text in &store.catalog.own_topics {
        own.insert(Topic::parse(text).map_err(TopicError::from)?.name, text.clone());
    }
    for name in remove {
        own.remove(name).ok_or_else(|| TopicError::Unknown(name.clone()))?;
    }
    for text in add {
        let topic = Topic::parse(text).map_err(TopicError::from)?;
        own.insert(topic.name.clone(), topic.to_file());
    }
    store.set_topics(own.into_values().collect())?;
    if !store.has_other_topics() {
        return Ok(ScoredAnew::default());
    }
    let mut records = store.begin_records()?;
    let scored = score_anew(threads, &mut store, &mut records)?;
    store.compact(&mut records)?;
    store.publish(records)?;
    Ok(scored)
}

#[cfg(test)]
mod tests {
    use super::super::Index;
    use super::super::update::{Request, update};
    use super::*;
    use crate::topic::Lexicon;

    const OWN: &str = "name = \"own\"\ntitle = \"Own\"\n[terms]\n\"data\" = 50\n";

    /// What another release with other topics leaves is scored in those of this one by the next update, which reads nothing again.
    #[test]
    fn an_index_of_other_topics_is_scored_anew() {
        let place = tempfile::tempdir().unwrap();
        let (dir, archive) = (place.path().join("index"), place.path().join("archive"));
        std::fs::create_dir_all(&archive).unwrap();
        std::fs::write(archive.join("acme.com_2020-01-01.md"), "We retain data for as long as necessary.\n").unwrap();
        let bring_up = || {
            let archives = [archive.clone()];
            let request =
                Request { dir: &dir, archives: &archives, shard: None, threads: 1, prune: false, now: 0, progress: &|_| {} };
            update(&request).unwrap().files_read
        };
        let fingerprint = || Index::open(&dir).unwrap().catalog.fingerprint;
        assert_eq!(bring_up(), 1);
        let fresh = fingerprint();
        let mut store = Store::open(&dir).unwrap();
        store.lexicon = Lexicon::new([OWN]).unwrap();
        let mut records = store.begin_records().unwrap();
        assert_eq!(score_anew(1, &mut store, &mut records).unwrap(), ScoredAnew { documents: 1, passages: 1 });
        store.publish(records).unwrap();
        assert_ne!(fingerprint(), fresh);
        assert_eq!(bring_up(), 0);
        assert_eq!(fingerprint(), fresh);
    }
}
