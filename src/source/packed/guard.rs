//! What of a packed archive is refused: names that lead out of it, members that are bombs, cannot be unpacked or say what is not so.

use serde::{Deserialize, Serialize};

/// A member that unpacks to more than this many times its packed size is taken for a bomb. Of 13,425 real policies, packed one by one,
/// none comes to more than 13; deflate itself ends at 1,032.
pub const MAX_RATIO: u64 = 200;
/// What unpacks to no more than this harms nobody.
pub const MAX_UNSUSPECTED_BYTES: u64 = 1024 * 1024;
/// More members than this are not listed: each takes some memory.
pub const MAX_MEMBERS: usize = 10_000_000;

/// What is wrong with a packed archive, or with one of its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PackedProblem {
    #[error("its name has .. in it, which leads out of the archive: not read")]
    LeadsOut,
    #[error("its name is an absolute path, which leads out of the archive: not read")]
    Absolute,
    #[error("its name has \\ between folders instead of /: not read, pack it anew")]
    Backslash,
    #[error("its name has a zero byte in it: not read")]
    ZeroByte,
    #[error("it has no name: not read")]
    NoName,
    #[error("it is encrypted: not read, pack it anew without a password")]
    Encrypted,
    #[error("packed as {0}, which is not read (stored, deflate and zstd are): pack it anew")]
    Method(String),
    #[error("an archive bomb: its {packed_bytes} bytes unpack to {bytes} or more, over {MAX_RATIO} times as many: not read")]
    Bomb { packed_bytes: u64, bytes: u64 },
    #[error("it shares its bytes with another member, as members of archive bombs do: not read")]
    Overlap,
    #[error("its bytes are not all there: the archive is damaged or was cut off")]
    CutOff,
    #[error("cannot be unpacked: {0}")]
    Broken(String),
    #[error("the list of its members cannot be read to the end ({0}): `zip -FF` may mend it")]
    Zip(String),
    #[error("its members cannot be read to the end ({0}): what stands before is indexed")]
    Tar(String),
    #[error("more than {MAX_MEMBERS} members: the rest is not read, divide the archive")]
    TooManyMembers,
}

/// The name of a member as the path of a file: `a/./b` is `a/b`.
///
/// # Errors
/// When it leads out of the archive, or some system could read it so.
pub fn path(name: &str) -> Result<String, PackedProblem> {
    if name.contains('\0') {
        return Err(PackedProblem::ZeroByte);
    }
    if name.contains('\\') {
        return Err(PackedProblem::Backslash);
    }
    let has_drive = matches!(name.as_bytes(), [first, b':'] | [first, b':', b'/', ..] if first.is_ascii_alphabetic());
    if name.starts_with('/') || has_drive {
        return Err(PackedProblem::Absolute);
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(PackedProblem::LeadsOut);
    }
    if parts.is_empty() { Err(PackedProblem::NoName) } else { Ok(parts.join("/")) }
}

/// How many bytes so many packed bytes may unpack to.
pub fn most_unpacked(packed_bytes: u64) -> u64 {
    packed_bytes.saturating_mul(MAX_RATIO).max(MAX_UNSUSPECTED_BYTES)
}

/// # Errors
/// When the sizes are those of a bomb.
pub fn sizes(packed_bytes: u64, bytes: u64) -> Result<(), PackedProblem> {
    if bytes > most_unpacked(packed_bytes) { Err(PackedProblem::Bomb { packed_bytes, bytes }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_lead_out_are_refused() {
        for (name, problem) in [
            ("../a", PackedProblem::LeadsOut),
            ("a/../../b", PackedProblem::LeadsOut),
            ("a/..", PackedProblem::LeadsOut),
            ("/etc/passwd", PackedProblem::Absolute),
            ("C:/a", PackedProblem::Absolute),
            ("c:", PackedProblem::Absolute),
            ("a\\..\\b", PackedProblem::Backslash),
            ("a\0b", PackedProblem::ZeroByte),
            ("", PackedProblem::NoName),
            ("./.", PackedProblem::NoName),
        ] {
            assert_eq!(path(name), Err(problem), "{name:?}");
        }
        for (name, expected) in
            [("./a//b", "a/b"), ("..a/b..", "..a/b.."), ("é/a b", "é/a b"), ("ab:c", "ab:c"), ("a: b", "a: b")]
        {
            assert_eq!(path(name).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_bomb_is_told_by_its_sizes() {
        assert!(
            sizes(10, MAX_UNSUSPECTED_BYTES).is_ok() && sizes(1 << 20, 200 << 20).is_ok() && sizes(u64::MAX, u64::MAX).is_ok()
        );
        assert!(sizes(10, MAX_UNSUSPECTED_BYTES + 1).is_err() && sizes(1 << 20, (200 << 20) + 1).is_err());
    }

    proptest! {
        #[test]
        fn a_name_that_is_taken_stays_inside(name in "(/|\\.|\\.\\.|a|:|\\\\|é|\0){0,12}") {
            if let Ok(path) = path(&name) {
                prop_assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")));
            }
        }
    }
}
