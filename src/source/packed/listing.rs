//! Lists the texts of a packed archive by the rules for the files of a folder.

use super::unpack::{self, Content, Unpacked};
use super::{Directory, PackedProblem, directory};
use crate::source::file::{self, NoText};
use crate::source::records::{self, Defaults};
use crate::source::sniff::{ArchiveFormat, NameSays};
use crate::source::spool::Spools;
use crate::source::text::{Head, Text};
use crate::source::{Damaged, FileEntry, Inside, Locator, MAX_TEXT_BYTES, Member, Part, Problem, Settings, SkipReason, Skipped};
use std::io::{self, BufReader};
use std::path::Path;

const RECORDS_BUFFER_BYTES: usize = 256 * 1024;
/// The folder that macOS adds to a zip file, with what is to be known of each file besides its content.
const MAC_FOLDER: &str = "__MACOSX";

/// Whether a folder or a file of that name is hidden.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name == MAC_FOLDER
}

/// As which folder an archive is read.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The folder that it stands for; empty for the source's root.
    pub folder: String,
    /// The folder in it that is left out of the paths, with `/` at its end; or empty.
    pub top: String,
}

impl View {
    /// The path of a member as the rules see it.
    fn path(&self, name: &str) -> String {
        let below = name.strip_prefix(&self.top).unwrap_or(name);
        if self.folder.is_empty() { below.to_owned() } else { format!("{}/{below}", self.folder) }
    }
}

/// An archive about to be listed.
pub struct Archive<'a> {
    pub settings: &'a Settings,
    pub root_names: &'a [String],
    pub spools: &'a Spools,
    pub view: &'a View,
    pub full: &'a Path,
    pub format: ArchiveFormat,
}

impl Archive<'_> {
    /// Lists all members into the archive's entry.
    ///
    /// # Errors
    /// When the archive cannot be read; what was listed before stays in the entry.
    pub fn list(&self, head: &mut Vec<u8>, entry: &mut FileEntry) -> io::Result<()> {
        if !self.view.folder.is_empty() && self.settings.excludes(&self.view.folder) {
            entry.skipped.push(Skipped::whole(&entry.path, SkipReason::Excluded));
            return Ok(());
        }
        let mut content = Content::open(self.full, &entry.path, NameSays::Archive(self.format), self.spools)?;
        let Directory { members, skipped, damaged } = directory(self.format, &mut content)?;
        for (name, reason) in skipped {
            self.skip(name, reason, entry);
        }
        for (name, problem) in damaged {
            entry.damaged.push(Damaged { path: entry.path.clone(), part: name.map(Part::Member), problem });
        }
        let mut left_out = String::new();
        for member in members {
            let path = self.view.path(&member.name);
            match self.left_out(&path, &member.name) {
                // The members of a folder come one after the other.
                Some((folder, _)) if *folder == left_out => {}
                Some((folder, reason)) => {
                    left_out = folder.to_owned();
                    self.skip(folder.to_owned(), reason, entry);
                }
                None => self.list_member(&mut content, member, &path, head, entry)?,
            }
        }
        entry.skipped.sort_by_cached_key(Skipped::place);
        entry.damaged.sort_by_cached_key(Damaged::place);
        Ok(())
    }

    fn skip(&self, name: String, reason: SkipReason, entry: &mut FileEntry) {
        entry.skipped.push(Skipped { path: entry.path.clone(), part: Some(Part::Member(name)), reason });
    }

    /// The folder, or the file itself, because of which a member is left out as a walk through folders would leave it out.
    fn left_out<'m>(&self, path: &str, name: &'m str) -> Option<(&'m str, SkipReason)> {
        let below = if self.view.folder.is_empty() { 0 } else { self.view.folder.len() + 1 };
        let folders = path.match_indices('/').map(|(at, _)| at).filter(|&at| at >= below);
        let mut start = below;
        for end in folders.chain([path.len()]) {
            let part = &path[start..end];
            let is_folder = end < path.len();
            let reason = if is_hidden(part) {
                Some(SkipReason::Hidden)
            } else {
                (is_folder && self.settings.excludes(&path[..end])).then_some(SkipReason::Excluded)
            };
            if let Some(reason) = reason {
                // Path and name end alike.
                return Some((&name[..name.len() - (path.len() - end)], reason));
            }
            start = end + 1;
        }
        None
    }

    fn list_member(
        &self,
        content: &mut Content,
        member: Member,
        path: &str,
        head: &mut Vec<u8>,
        entry: &mut FileEntry,
    ) -> io::Result<()> {
        let (says, stem, left_out) = file::by_name(self.settings, path);
        let name = member.name.clone();
        let damaged = |problem| Damaged { path: entry.path.clone(), part: Some(Part::Member(name.clone())), problem };
        match (left_out, says) {
            (Some(reason), _) => self.skip(name, reason, entry),
            (_, NameSays::Archive(_) | NameSays::Gzip | NameSays::Warc) => self.skip(name, SkipReason::PackedTwice, entry),
            (_, NameSays::Records) => self.list_records(member, path, stem, entry)?,
            _ if member.bytes > MAX_TEXT_BYTES => entry.damaged.push(damaged(Problem::TooLarge { bytes: member.bytes })),
            _ => {
                let text = Text { settings: self.settings, root_names: self.root_names, path, stem, says };
                let looked = Unpacked::new(content, &member).and_then(|unpacked| text.facts(&mut Head::new(unpacked, head)));
                match looked {
                    Ok(Ok(facts)) => {
                        let bytes = member.bytes;
                        let locator = Locator { inside: Some(Inside::Member(member)), ..Locator::file(&entry.path) };
                        facts.into_entry(locator, bytes, entry);
                    }
                    Ok(Err(NoText::Skip(reason))) => self.skip(name, reason, entry),
                    Ok(Err(NoText::Damaged(problem))) => entry.damaged.push(damaged(problem)),
                    Err(error) => {
                        let problem = unpack::problem(&error).ok_or(error)?;
                        entry.damaged.push(damaged(Problem::Packed(problem)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Lists the records of a member as those of a file, then says where they lie.
    fn list_records(&self, member: Member, path: &str, stem: &str, entry: &mut FileEntry) -> io::Result<()> {
        let archive = Content::open(self.full, &entry.path, NameSays::Archive(self.format), self.spools)?;
        let content = Content::of_member(archive, &entry.path, &member, self.spools)?;
        if let Some(damage) = content.damage() {
            let problem = Problem::Packed(PackedProblem::Broken(damage.to_owned()));
            entry.damaged.push(Damaged { path: entry.path.clone(), part: Some(Part::Member(member.name.clone())), problem });
        }
        let mut listed = FileEntry::new(format!("{}/{}", entry.path, member.name), entry.stamp);
        let defaults = Defaults::new(self.settings, path, stem);
        let mut input = BufReader::with_capacity(RECORDS_BUFFER_BYTES, content);
        records::list(&mut input, &defaults, &mut listed)?;
        let part = |part: Option<Part>| match part {
            Some(Part::Line(line)) => Some(Part::MemberLine(member.name.clone(), line)),
            other => other,
        };
        let archive = entry.path.clone();
        entry.skipped.extend(listed.skipped.into_iter().map(|one| Skipped {
            path: archive.clone(),
            part: part(one.part),
            ..one
        }));
        entry.damaged.extend(listed.damaged.into_iter().map(|one| Damaged {
            path: archive.clone(),
            part: part(one.part),
            ..one
        }));
        for mut reference in listed.references {
            if let Some(Inside::Record(record)) = reference.locator.inside.take() {
                let inside = Some(Inside::MemberRecord(member.clone(), record));
                reference.locator = Locator { inside, ..Locator::file(&archive) };
            }
            entry.references.push(reference);
        }
        Ok(())
    }
}
