//! tantivy's files for readers: nothing is written or locked, so that an index can lie where the reader may not write. Those of several
//! indexes are seen as those of one.

use super::IndexError;
use rustc_hash::FxHashMap;
use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tantivy::IndexMeta;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr};

/// Where files are read from.
trait Files: Debug + Send + Sync + 'static {
    fn open(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError>;
    fn has(&self, path: &Path) -> Result<bool, OpenReadError>;
    /// The bytes of a small file.
    fn read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError>;
}

/// A directory that is only read.
#[derive(Debug, Clone)]
pub struct ReadOnly(Arc<dyn Files>);

impl ReadOnly {
    pub fn open(path: &Path) -> Result<ReadOnly, tantivy::TantivyError> {
        let directory = MmapDirectory::open(path).map_err(|error: OpenDirectoryError| tantivy::TantivyError::from(error))?;
        Ok(ReadOnly(Arc::new(directory)))
    }

    /// The segments of several directories as those of one; each directory with what its list of segments says.
    pub fn union(parts: impl IntoIterator<Item = (ReadOnly, IndexMeta)>) -> Result<ReadOnly, IndexError> {
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
        Ok(ReadOnly(Arc::new(Union { segments, meta })))
    }
}

impl Files for MmapDirectory {
    fn open(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.get_file_handle(path)
    }

    fn has(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.exists(path)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.atomic_read(path)
    }
}

#[derive(Debug)]
struct Union {
    /// Where the files of a segment lie, by the segment's name.
    segments: FxHashMap<String, ReadOnly>,
    /// What stands in the list of the segments.
    meta: Vec<u8>,
}

const META: &str = "meta.json";

impl Union {
    /// The directory that a file of a segment lies in.
    fn of_file(&self, path: &Path) -> Option<&ReadOnly> {
        let segment = path.to_str()?.split('.').next()?;
        self.segments.get(segment)
    }
}

impl Files for Union {
    fn open(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let missing = || OpenReadError::FileDoesNotExist(path.to_owned());
        self.of_file(path).ok_or_else(missing)?.get_file_handle(path)
    }

    fn has(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.of_file(path).map_or(Ok(path == Path::new(META)), |directory| directory.exists(path))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(META) { Ok(self.meta.clone()) } else { Err(OpenReadError::FileDoesNotExist(path.to_owned())) }
    }
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, "the index is open for reading only")
}

impl Directory for ReadOnly {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.open(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(refused()), filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.has(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), path.to_owned()))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.0.read(path)
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
