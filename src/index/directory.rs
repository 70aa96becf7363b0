//! tantivy's files for readers: nothing is written or locked, so that an index can lie where the reader may not write. Those of several
//! indexes are seen as those of one.

use super::IndexError;
use rustc_hash::FxHashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tantivy::IndexMeta;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr};

/// A directory that is only read.
#[derive(Debug, Clone)]
pub struct ReadOnly(MmapDirectory);

impl ReadOnly {
    pub fn open(path: &Path) -> Result<ReadOnly, tantivy::TantivyError> {
        MmapDirectory::open(path).map(ReadOnly).map_err(|error: OpenDirectoryError| error.into())
    }
}

/// The segments of several directories as those of one.
#[derive(Debug, Clone)]
pub struct Union {
    /// Where the files of a segment lie, by the segment's name.
    segments: Arc<FxHashMap<String, ReadOnly>>,
    /// What stands in the list of the segments.
    meta: Arc<Vec<u8>>,
}

const META: &str = "meta.json";

impl Union {
    /// The union of directories, each with what its list of segments says.
    pub fn of(parts: impl IntoIterator<Item = (ReadOnly, IndexMeta)>) -> Result<Union, IndexError> {
        let mut segments = FxHashMap::default();
        let mut joined: Option<IndexMeta> = None;
        for (directory, meta) in parts {
            for segment in &meta.segments {
                segments.insert(segment.id().uuid_string(), directory.clone());
            }
            match &mut joined {
                None => joined = Some(meta),
                Some(joined) => joined.segments.extend(meta.segments),
            }
        }
        let meta = serde_json::to_vec(&joined).map_err(IndexError::encode)?;
        Ok(Union { segments: Arc::new(segments), meta: Arc::new(meta) })
    }

    /// The directory that a file of a segment lies in.
    fn of_file(&self, path: &Path) -> Option<&ReadOnly> {
        let segment = path.to_str()?.split('.').next()?;
        self.segments.get(segment)
    }
}

impl Directory for Union {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let missing = || OpenReadError::FileDoesNotExist(path.to_owned());
        self.of_file(path).ok_or_else(missing)?.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(refused()), filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.of_file(path).map_or(Ok(path == Path::new(META)), |directory| directory.exists(path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), path.to_owned()))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(META) { Ok(self.meta.to_vec()) } else { Err(OpenReadError::FileDoesNotExist(path.to_owned())) }
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(refused())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _lock: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, "the index is open for reading only")
}

impl Directory for ReadOnly {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(refused()), filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), path.to_owned()))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.0.atomic_read(path)
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(refused())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    /// No lock is needed: an update that takes files away while they are being opened is noticed by the opener.
    fn acquire_lock(&self, _lock: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
