//! What a packed archive says that it holds: its members by name, and what of them is not taken.

use super::guard::{self, MAX_MEMBERS, PackedProblem};
use crate::source::{Member, Method, Problem, SkipReason};
use rustc_hash::FxHashMap;

/// The members of an archive, in the order of their names.
#[derive(Debug, Default)]
pub struct Directory {
    pub members: Vec<Member>,
    pub skipped: Vec<(String, SkipReason)>,
    /// Without a name: the archive itself.
    pub damaged: Vec<(Option<String>, Problem)>,
}

/// Where the bytes of a member lie.
#[derive(Debug, Clone)]
pub struct Body {
    pub start: u64,
    pub packed_bytes: u64,
    pub bytes: u64,
    pub method: Method,
    pub crc32: Option<u32>,
}

/// Why there is nothing to read of a member.
#[derive(Debug)]
pub enum Refused {
    Skip(SkipReason),
    Damaged(PackedProblem),
}

impl From<PackedProblem> for Refused {
    fn from(problem: PackedProblem) -> Refused {
        Refused::Damaged(problem)
    }
}

/// A directory while it is read.
#[derive(Debug, Default)]
pub struct Collector {
    found: Vec<(String, Result<Body, Refused>)>,
    directory: Directory,
}

impl Collector {
    /// Takes a member; its number is for [`Collector::refuse`]. `None` where there are too many, or where its name is refused.
    pub fn add(&mut self, name: &[u8], body: Result<Body, Refused>) -> Option<usize> {
        if self.is_full() {
            return None;
        }
        let path = match str::from_utf8(name) {
            Ok(name) => guard::path(name).map_err(Problem::Packed),
            Err(_) => Err(Problem::NameNotUnicode),
        };
        match path {
            Ok(path) => {
                let sizes = |body: Body| guard::sizes(body.packed_bytes, body.bytes).map(|()| body).map_err(Refused::Damaged);
                self.found.push((path, body.and_then(sizes)));
                Some(self.found.len() - 1)
            }
            Err(problem) => {
                self.directory.damaged.push((Some(String::from_utf8_lossy(name).into_owned()), problem));
                None
            }
        }
    }

    /// Takes links (name and target) for the files that they lead to: archives that keep a file once have one for each of its other
    /// names. Together they may lead to no more bytes than an archive of `archive_bytes` may unpack to.
    pub fn add_links(&mut self, links: Vec<(Vec<u8>, Vec<u8>)>, archive_bytes: u64) {
        if links.is_empty() {
            return;
        }
        let bodies = self.found.iter().filter_map(|(name, body)| Some((name.clone(), body.as_ref().ok()?.clone())));
        let mut bodies: FxHashMap<String, Body> = bodies.collect();
        let mut linked_bytes: u64 = 0;
        for (name, target) in links {
            let target = str::from_utf8(&target).ok().and_then(|target| guard::path(target).ok());
            let body = target.and_then(|target| bodies.get(&target).cloned());
            linked_bytes = linked_bytes.saturating_add(body.as_ref().map_or(0, |body| body.bytes));
            let taken = match (body, guard::sizes(archive_bytes, linked_bytes)) {
                (Some(_), Err(problem)) => Err(problem.into()),
                (Some(body), Ok(())) => Ok(body),
                (None, _) => Err(Refused::Skip(SkipReason::NoPlainMember)),
            };
            let body = taken.as_ref().ok().cloned();
            // A link may lead to another one before it.
            if self.add(&name, taken).is_some()
                && let Some(((name, _), body)) = self.found.last().zip(body)
            {
                bodies.insert(name.clone(), body);
            }
        }
    }

    /// Whether no more members are taken.
    pub fn is_full(&self) -> bool {
        self.found.len() + self.directory.damaged.len() >= MAX_MEMBERS
    }

    /// Refuses a member that was taken.
    pub fn refuse(&mut self, number: usize, problem: &PackedProblem) {
        if let Some((_, body)) = self.found.get_mut(number) {
            *body = Err(Refused::Damaged(problem.clone()));
        }
    }

    /// Notes that the archive itself is damaged. What is noted first is the cause of what comes after.
    pub fn damaged(&mut self, problem: PackedProblem) {
        if self.directory.damaged.iter().all(|(name, _)| name.is_some()) {
            self.directory.damaged.push((None, Problem::Packed(problem)));
        }
    }

    /// Of members that have one name the last stands.
    pub fn finish(mut self) -> Directory {
        if self.is_full() {
            self.damaged(PackedProblem::TooManyMembers);
        }
        self.found.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut found = self.found.into_iter().peekable();
        let mut directory = self.directory;
        while let Some((name, body)) = found.next() {
            let is_repeated = found.peek().is_some_and(|(next, _)| *next == name);
            match body {
                _ if is_repeated => directory.skipped.push((name, SkipReason::Repeated)),
                Ok(Body { start, packed_bytes, bytes, method, crc32 }) => {
                    directory.members.push(Member { name, start, packed_bytes, bytes, method, crc32 });
                }
                Err(Refused::Skip(reason)) => directory.skipped.push((name, reason)),
                Err(Refused::Damaged(problem)) => directory.damaged.push((Some(name), Problem::Packed(problem))),
            }
        }
        directory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(start: u64) -> Result<Body, Refused> {
        Ok(Body { start, packed_bytes: 1, bytes: 1, method: Method::Stored, crc32: None })
    }

    #[test]
    fn the_last_of_one_name_stands() {
        let mut collector = Collector::default();
        for (name, start) in [("b", 1), ("a", 2), ("./b", 3)] {
            collector.add(name.as_bytes(), stored(start));
        }
        let directory = collector.finish();
        let members: Vec<_> = directory.members.iter().map(|member| (member.name.as_str(), member.start)).collect();
        assert_eq!(members, [("a", 2), ("b", 3)]);
        assert_eq!(directory.skipped, [("b".to_owned(), SkipReason::Repeated)]);
    }

    #[test]
    fn what_is_refused_has_its_name() {
        let mut collector = Collector::default();
        collector.add(b"a\xFF", stored(1));
        collector.add(b"../b", stored(2));
        let number = collector.add(b"c", stored(3)).unwrap();
        collector.refuse(number, &PackedProblem::Overlap);
        let bomb = Body { start: 4, packed_bytes: 1, bytes: 1 << 30, method: Method::Deflate, crc32: None };
        collector.add(b"d", Ok(bomb));
        collector.damaged(PackedProblem::CutOff);
        let directory = collector.finish();
        assert!(directory.members.is_empty());
        let names: Vec<_> = directory.damaged.iter().map(|(name, _)| name.as_deref()).collect();
        assert_eq!(names, [Some("a\u{FFFD}"), Some("../b"), None, Some("c"), Some("d")]);
    }
}
