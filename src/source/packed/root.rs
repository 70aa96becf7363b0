//! A packed archive that is a source itself: which of its folders is the root, and the settings that lie there.

use super::listing::is_hidden;
use super::unpack::{Content, Unpacked};
use super::{View, directory};
use crate::source::sniff::{ArchiveFormat, NameSays};
use crate::source::spool::Spools;
use crate::source::{MAX_TEXT_BYTES, Member, SETTINGS_FILE};
use std::io::{self, Read};
use std::path::Path;

/// The root of an archive.
#[derive(Debug)]
pub struct Root {
    pub view: View,
    /// The settings file in it.
    pub settings: Option<Vec<u8>>,
}

impl Root {
    /// Looks for the root: the one folder that holds everything, else the archive itself.
    ///
    /// # Errors
    /// When the archive or its settings cannot be read.
    pub fn find(full: &Path, path: &str, format: ArchiveFormat, spools: &Spools) -> io::Result<Root> {
        let mut content = Content::open(full, path, NameSays::Archive(format), spools)?;
        let members = directory(format, &mut content)?.members;
        let top = only_folder(&members).map(|name| format!("{name}/")).unwrap_or_default();
        let place = format!("{top}{SETTINGS_FILE}");
        let settings = match members.iter().find(|member| member.name == place) {
            Some(member) => {
                let mut bytes = Vec::new();
                Unpacked::new(&mut content, member)?.take(MAX_TEXT_BYTES).read_to_end(&mut bytes)?;
                Some(bytes)
            }
            None => None,
        };
        Ok(Root { view: View { folder: String::new(), top }, settings })
    }

    /// The name of the folder in the archive that is the root.
    pub fn name(&self) -> Option<&str> {
        self.view.top.strip_suffix('/')
    }
}

/// The folder that holds every member; what systems add hidden does not count.
fn only_folder(members: &[Member]) -> Option<&str> {
    let mut only = None;
    for member in members.iter().filter(|member| !member.name.split('/').any(is_hidden)) {
        let (folder, _) = member.name.split_once('/')?;
        if only.is_some_and(|only| only != folder) {
            return None;
        }
        only = Some(folder);
    }
    only
}
