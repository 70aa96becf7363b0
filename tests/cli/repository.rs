//! A git repository that a test makes commit by commit, with the git command.

use super::place::{ARCHIVE, Place};
use std::process::Command;

/// A repository that is made commit by commit.
pub struct Repository<'p> {
    place: &'p Place,
}

impl Repository<'_> {
    pub fn new(place: &Place) -> Repository<'_> {
        let repository = Repository { place };
        std::fs::create_dir_all(place.path(ARCHIVE)).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch", "main"], "");
        repository
    }

    pub fn git(&self, args: &[&str], date: &str) -> String {
        let output = Command::new("git")
            .current_dir(self.place.path(ARCHIVE))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", date)
            // The committer's clock is never asked.
            .env("GIT_COMMITTER_DATE", "2000-01-01T00:00:00Z")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub fn commit(&self, date: &str, message: &str) -> String {
        self.git(&["add", "--all"], date);
        self.git(&["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--message", message], date);
        self.git(&["rev-parse", "HEAD"], "")
    }

    /// Commits a file.
    pub fn record(&self, path: &str, text: impl AsRef<[u8]>, date: &str, message: &str) -> String {
        self.place.archived(path, text);
        self.commit(date, message)
    }

    pub fn delete(&self, path: &str, date: &str) {
        self.place.unarchive(path);
        self.commit(date, "Remove it");
    }
}
