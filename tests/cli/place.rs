//! A clean place to run `fineprint` in: a directory of its own, and nothing of the environment that the tests run in.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The archive that [`Place::index`] reads and the index that it writes, below the place.
pub const ARCHIVE: &str = "archive";
pub const INDEX: &str = "index";

/// A directory that is the working directory of every run, and is removed at the end.
pub struct Place {
    dir: TempDir,
}

impl Place {
    pub fn new() -> Place {
        Place { dir: tempfile::tempdir().unwrap() }
    }

    /// A place with a small archive: `(path, text)`.
    pub fn with(files: &[(&str, &str)]) -> Place {
        let place = Place::new();
        for (path, text) in files {
            place.archived(path, text);
        }
        place
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(path)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Place {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Writes a file of the archive.
    pub fn archived(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Place {
        self.write(Path::new(ARCHIVE).join(path), bytes)
    }

    /// Takes a file of the archive away.
    pub fn unarchive(&self, path: impl AsRef<Path>) -> &Place {
        fs::remove_file(self.path(ARCHIVE).join(path)).unwrap();
        self
    }

    /// The program, about to be run here.
    pub fn command(&self, args: &[&str]) -> assert_cmd::Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("fineprint");
        command.current_dir(self.dir.path()).env_clear().env("XDG_CACHE_HOME", self.path("cache")).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args), args)
    }

    /// Runs with something on standard input.
    pub fn feed(&self, input: impl Into<Vec<u8>>, args: &[&str]) -> Run {
        Run::of(self.command(args).write_stdin(input), args)
    }

    /// Indexes the archive, with more options, and gives the summary in JSON.
    pub fn index(&self, options: &[&str]) -> Run {
        self.run(&[&["index", ARCHIVE, "--index", INDEX, "--format", "json"], options].concat())
    }

    /// Searches the index; the answer is in JSON.
    pub fn search(&self, args: &[&str]) -> Run {
        self.run(&[&["search", "--index", INDEX, "--format", "json"], args].concat())
    }

    /// The answer to a search that finds something, all hits of it.
    pub fn found(&self, args: &[&str]) -> Value {
        self.search(&[&["--limit", "all"], args].concat()).exit(0).json()
    }

    /// The texts of all hits, in order.
    pub fn texts(&self, args: &[&str]) -> Vec<String> {
        let run = self.search(&[&["--limit", "all"], args].concat());
        assert!(run.status < 2, "{run:?}");
        strings(&run.json(), "text")
    }
}

/// A field of each hit.
pub fn strings(answer: &Value, field: &str) -> Vec<String> {
    let hits = answer["hits"].as_array().unwrap();
    hits.iter().map(|hit| hit[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// What a run brought.
#[derive(Debug)]
pub struct Run {
    args: Vec<String>,
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Run {
    fn of(command: &mut assert_cmd::Command, args: &[&str]) -> Run {
        let output = command.output().unwrap();
        let run = Run {
            args: args.iter().map(|arg| arg.chars().take(200).collect()).collect(),
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        let is_fault = ["panicked at", "please report"].iter().any(|words| run.stderr.contains(words));
        assert!(!is_fault, "{:?}: {}", run.args, run.stderr);
        assert!((0..=2).contains(&run.status), "{:?}: status {}: {}", run.args, run.status, run.stderr);
        run
    }

    /// Expects an exit status: 0 found, 1 nothing found, 2 an error.
    #[track_caller]
    pub fn exit(self, status: i32) -> Run {
        assert_eq!(self.status, status, "{:?}\n{}\n{}", self.args, self.text(), self.stderr);
        self
    }

    /// Expects words on standard error.
    #[track_caller]
    pub fn warns(self, what: &str) -> Run {
        assert!(self.stderr.contains(what), "{what:?} is not in: {}", self.stderr);
        self
    }

    /// Expects words on standard output.
    #[track_caller]
    pub fn says(self, what: &str) -> Run {
        assert!(self.text().contains(what), "{what:?} is not in: {}", self.text());
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn json_lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn csv(&self) -> Vec<Vec<String>> {
        let mut table = csv::ReaderBuilder::new().has_headers(false).from_reader(&*self.stdout);
        let rows = table.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.collect()
    }
}

/// The sample archive of the repository.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// A place with an index of the sample archive that tests share and only read.
pub fn corpus_place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        // A static value is never dropped: what a run before left is removed instead.
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
        if parent.exists() {
            fs::remove_dir_all(&parent).unwrap();
        }
        fs::create_dir_all(&parent).unwrap();
        let place = Place { dir: tempfile::tempdir_in(&parent).unwrap() };
        let run = place.run(&["index", corpus().to_str().unwrap(), "--index", INDEX, "--format", "json"]);
        place.write("summary.json", run.exit(0).stdout);
        place
    })
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        // Knuth's MMIX constants.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
