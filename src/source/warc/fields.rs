//! The heads that WARC records and HTTP messages begin with: a first line, named fields, a blank line.

use std::io::{self, BufRead, Read};

/// A longer head is none.
pub const MAX_HEAD_BYTES: u64 = 64 * 1024;

/// How the bytes of a head end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    BlankLine,
    /// The input ended before the blank line.
    Input,
    TooLong,
}

/// A first line and named fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    pub first: String,
    /// Names in lower case, in the order of the head.
    named: Vec<(String, String)>,
    /// The first line that is no field.
    pub stray: Option<String>,
}

/// Reads the bytes of a head, its blank line included.
///
/// # Errors
/// When reading fails.
pub fn read(input: &mut dyn BufRead, bytes: &mut Vec<u8>) -> io::Result<End> {
    let mut input = input.take(MAX_HEAD_BYTES);
    loop {
        let start = bytes.len();
        if input.read_until(b'\n', bytes)? == 0 {
            return Ok(if input.limit() == 0 { End::TooLong } else { End::Input });
        }
        if matches!(bytes.get(start..), Some(b"\r\n" | b"\n")) {
            return Ok(End::BlankLine);
        }
    }
}

impl Fields {
    /// Reads the lines of a head. A line that begins with a blank goes on with the field before it.
    pub fn parse(head: &[u8]) -> Fields {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default().trim_end().to_owned();
        let mut named: Vec<(String, String)> = Vec::new();
        let mut stray = None;
        for line in lines.filter(|line| !line.trim().is_empty()) {
            if line.starts_with([' ', '\t'])
                && let Some((_, value)) = named.last_mut()
            {
                value.push(' ');
                value.push_str(line.trim());
            } else if let Some((name, value)) = line.split_once(':') {
                named.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            } else {
                stray = stray.or_else(|| Some(line.to_owned()));
            }
        }
        Fields { first, named, stray }
    }

    /// The first field of a name, which is given in lower case; `None` where it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.named.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All fields of a name, which is given in lower case.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.named.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_read_in_any_case_and_values_over_several_lines() {
        let fields = Fields::parse(b"WARC/1.0\r\nA-b: c\r\n  d\r\nX:\r\nx:  1 \r\nnonsense\r\n\r\n");
        assert_eq!(fields.first, "WARC/1.0");
        assert_eq!(fields.get("a-b"), Some("c d"));
        assert_eq!(fields.get("x"), Some("1"));
        assert_eq!(fields.get("y"), None);
        assert_eq!(fields.stray.as_deref(), Some("nonsense"));
    }

    #[test]
    fn a_head_ends_with_a_blank_line() {
        let read = |text: &[u8]| {
            let mut bytes = Vec::new();
            let end = read(&mut &*text, &mut bytes).unwrap();
            (end, bytes.len())
        };
        assert_eq!(read(b"a\r\nb: c\r\n\r\nbody"), (End::BlankLine, 11));
        assert_eq!(read(b"a\nb: c\n\nbody"), (End::BlankLine, 8));
        assert_eq!(read(b"a\r\nb: c"), (End::Input, 7));
        assert_eq!(read(&vec![b'a'; 100_000]).0, End::TooLong);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut head = Vec::new();
            read(&mut bytes.as_slice(), &mut head).unwrap();
            prop_assert!(bytes.starts_with(&head));
            Fields::parse(&bytes);
        }
    }
}
