//! A file that is read from place to place: it knows where it stands, and looks ahead.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

const BUFFER_BYTES: usize = 256 * 1024;

/// What a WARC is read from: a file, or its unpacked content.
pub trait Content: Read + Seek {}

impl<T: Read + Seek> Content for T {}

/// A buffered file.
pub struct Input {
    inner: BufReader<Box<dyn Content>>,
    /// Where it stands, in bytes.
    at: u64,
    len: u64,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("at", &self.at).field("len", &self.len).finish_non_exhaustive()
    }
}

impl Input {
    /// Stands at the beginning.
    ///
    /// # Errors
    /// When the file cannot be sought in.
    pub fn new(mut content: Box<dyn Content>) -> io::Result<Input> {
        let len = content.seek(SeekFrom::End(0))?;
        content.seek(SeekFrom::Start(0))?;
        Ok(Input { inner: BufReader::with_capacity(BUFFER_BYTES, content), at: 0, len })
    }

    pub fn at(&self) -> u64 {
        self.at
    }

    /// How many bytes follow.
    pub fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Goes to a place, or to the end where the place lies behind it.
    ///
    /// # Errors
    /// When the file cannot be sought in.
    pub fn go(&mut self, to: u64) -> io::Result<()> {
        let to = to.min(self.len);
        match i64::try_from(i128::from(to) - i128::from(self.at)) {
            Ok(by) => self.inner.seek_relative(by)?,
            Err(_) => {
                self.inner.seek(SeekFrom::Start(to))?;
            }
        }
        self.at = to;
        Ok(())
    }

    /// The next bytes, at most `most`, without moving on.
    ///
    /// # Errors
    /// When reading fails.
    pub fn peek(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let here = self.at;
        let mut bytes = Vec::with_capacity(most);
        self.take(most as u64).read_to_end(&mut bytes)?;
        self.go(here)?;
        Ok(bytes)
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while let Err(error) = self.inner.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.at += amount as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn an_input_knows_where_it_stands() {
        let mut input = Input::new(Box::new(Cursor::new(b"abcdef".to_vec()))).unwrap();
        assert_eq!(input.peek(2).unwrap(), b"ab");
        input.go(4).unwrap();
        assert_eq!((input.at(), input.left()), (4, 2));
        assert_eq!(input.peek(9).unwrap(), b"ef");
        input.go(1).unwrap();
        let mut two = [0; 2];
        input.read_exact(&mut two).unwrap();
        assert_eq!((&two, input.at()), (b"bc", 3));
        input.go(u64::MAX).unwrap();
        assert_eq!((input.at(), input.left()), (6, 0));
    }
}
