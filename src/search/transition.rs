//! From one observation of a document to the next: what was added, and what was removed.

use super::scope::Scope;
use crate::history::Runs;
use crate::index::IndexError;
use crate::snapshot::CommitKind;

/// Two neighbouring observations of a document, the later one inside the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    pub from: u32,
    pub to: u32,
    pub cause: Cause,
}

/// Why the later text may be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The archive says that the company changed its text.
    Company,
    /// The archive says that it read the same capture anew, by other rules.
    ReExtraction,
    /// The archive does not tell one from the other.
    CannotBeTold,
}

/// Which side of a transition a passage is looked for on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appearing {
    /// It stands in the later observation, and not in the one before.
    Added,
    /// It stands in the earlier observation, and not in the one after.
    Removed,
}

impl Scope<'_> {
    /// The pairs of neighbouring observations of a document whose later one is inside the limits, in order of time.
    pub fn transitions(&self, slot: u32) -> Result<Vec<Transition>, IndexError> {
        let captures = self.index.captures(slot)?;
        let within = self.snapshots(slot)?;
        if !captures.is_dated() || within.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let mut before = None;
        for to in (0..captures.len()).filter(|&snapshot| self.observes(captures, snapshot)) {
            if let Some(from) = before.replace(to).filter(|_| within.contains(to)) {
                found.push(Transition { from, to, cause: self.cause(slot, from, to)? });
            }
        }
        Ok(found)
    }

    fn cause(&self, slot: u32, from: u32, to: u32) -> Result<Cause, IndexError> {
        let kind = |snapshot| -> Result<_, IndexError> { Ok(self.index.provenance(slot, snapshot)?.commit_kind) };
        match kind(to)? {
            Some(CommitKind::ReExtraction) => return Ok(Cause::ReExtraction),
            Some(CommitKind::Change) => {}
            Some(CommitKind::FirstRecord) | None => return Ok(Cause::CannotBeTold),
        }
        // What was read anew in between, in a capture that observes nothing, shows first in the later one.
        for snapshot in from + 1..to {
            if kind(snapshot)? == Some(CommitKind::ReExtraction) {
                return Ok(Cause::CannotBeTold);
            }
        }
        Ok(Cause::Company)
    }
}

impl Appearing {
    /// The name in options and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Appearing::Added => "added",
            Appearing::Removed => "removed",
        }
    }

    /// The transitions in which a passage was added or removed, without those that the archive made. `occurrences`: all snapshots
    /// with the passage; `wanted`: those of them in which it is looked for.
    pub fn of<'t>(
        self,
        transitions: &'t [Transition],
        occurrences: &'t Runs,
        wanted: &'t Runs,
    ) -> impl DoubleEndedIterator<Item = Transition> + 't {
        transitions.iter().copied().filter(move |transition| {
            let (with, without) = match self {
                Appearing::Added => (transition.to, transition.from),
                Appearing::Removed => (transition.from, transition.to),
            };
            transition.cause != Cause::ReExtraction && wanted.contains(with) && !occurrences.contains(without)
        })
    }
}
