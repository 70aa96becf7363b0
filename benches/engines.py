"""The engines that `peers.py` measures: how each is built, asked, and told which version it is.

Plain tantivy, SQLite FTS5 and Lucene hold the same entries, one for each paragraph of each capture; ripgrep reads the archive."""

import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from measure import HERE, Asked, facts, output_of, peak_megabytes, run_measured, target_dir, write_lines

PEERS = HERE / "peers"
# Enough for Lucene's buffer of 256 MB, and little enough that its peak tells something.
JVM_OPTIONS = ["-Xmx1g"]
PYSERINI = "pyserini==1.6.0"
JAR_INSIDE = re.compile(r"pyserini/resources/jars/anserini-[^/]*-fatjar\.jar$")


@dataclass
class Questions:
    """Queries as fineprint understands them, and how they are asked."""

    name: str
    texts: list
    # Whether the captures of each year are to be counted.
    years: bool = False
    file: Path = None
    # The same for engines that do not know fineprint's rule for words.
    terms: Path = None

    def write(self, args, work):
        self.file = write_lines(work / f"{self.name.replace(' ', '-')}.txt", self.texts)
        self.terms = self.file.with_suffix(".terms")
        run_measured([args.bin / "examples" / "plain_tantivy", "terms", self.file], self.terms)


@dataclass
class Built:
    seconds: float
    processor: float
    peak: float
    bytes: int
    entries: int


@dataclass
class Answers:
    asked: list
    # Of the process that answered.
    peak: float
    # The files of each answer, where the engine names files.
    files: list = field(default_factory=list)


class Engine:
    """An engine with an index of its own in a directory."""

    has_index = True

    def __init__(self, args, work):
        self.args = args
        self.work = work
        self.index = work / self.name.replace(" ", "-")
        self.output = work / "output.txt"

    def missing(self):
        """Why it cannot be measured on this machine, if so."""
        return None

    def version(self):
        """Where `measure.versions` does not tell it."""
        return None

    def build(self):
        shutil.rmtree(self.index, ignore_errors=True)
        seconds, usage, output = run_measured(self.index_command(), self.output)
        size = sum(path.stat().st_size for path in self.index.rglob("*") if path.is_file())
        return Built(seconds, usage.ru_utime + usage.ru_stime, peak_megabytes(usage), size, self.entries(output))

    def entries(self, output):
        return int(facts(output)["entries"])

    def ask(self, questions):
        _, usage, output = run_measured(self.ask_command(questions), self.output)
        return Answers(facts(output)["asked"], peak_megabytes(usage))


class Fineprint(Engine):
    name = "fineprint"

    def index_command(self):
        program = self.args.bin / "fineprint"
        return [program, "index", self.args.archive, "--index", self.index, "--format", "json", "--threads", self.args.threads]

    def entries(self, output):
        return int(re.search(r'"passages":\s*(\d+)', output).group(1))

    def ask_command(self, questions):
        return [*self.search_command(questions.file), "--per-query"]

    def search_command(self, queries):
        return [self.args.bin / "examples" / "latency", self.index, queries, "--threads", self.args.threads]

    def process_ms(self, phrase):
        """How long a process takes from its start to its whole answer."""
        command = [self.args.bin / "fineprint", "search", phrase, "--index", self.index, "--by-year", "--format", "json"]
        # Exit status 1: nothing found.
        return run_measured(command, self.output, codes=(0, 1))[0] * 1e3

    def batch(self, queries):
        command = [self.args.bin / "fineprint", "batch", queries, "--index", self.index, "--by-year"]
        return run_measured([*command, "--threads", self.args.threads], self.output)


class PlainTantivy(Engine):
    name = "plain tantivy"

    def index_command(self):
        return [self.args.bin / "examples" / "plain_tantivy", "index", self.args.archive, self.index, "--threads", self.args.threads]

    def ask_command(self, questions):
        return [*self.search_command(questions.file), "--per-query"]

    def search_command(self, queries):
        return [self.args.bin / "examples" / "plain_tantivy", "search", self.index, queries, "--threads", self.args.threads]


class Fts5(Engine):
    name = "SQLite FTS5"
    script = PEERS / "fts5.py"

    def missing(self):
        try:
            sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE probe USING fts5 (text)")
        except sqlite3.OperationalError as error:
            return str(error)
        return None

    def version(self):
        return f"SQLite {sqlite3.sqlite_version} (Python {sys.version.split()[0]})"

    @property
    def database(self):
        return self.index / "entries.db"

    def index_command(self):
        self.index.mkdir()
        return [sys.executable, self.script, "index", self.args.entries, self.database]

    def ask_command(self, questions):
        return [sys.executable, self.script, "search", self.database, questions.terms, *(["--years"] if questions.years else [])]

    def files(self, questions):
        """The files in which each query matches."""
        command = [sys.executable, self.script, "files", self.database, questions.terms]
        return [set(filter(None, line.split("\t"))) for line in run_measured(command, self.output)[2].splitlines()]


class Lucene(Engine):
    name = "Lucene"

    def __init__(self, args, work):
        super().__init__(args, work)
        self.classes = work / "classes"
        self.jar = args.lucene_jar or target_dir() / "peers" / "anserini.jar"

    def missing(self):
        if not shutil.which("java") or not shutil.which("javac"):
            return "java and javac are not both installed"
        if not self.jar.is_file():
            try:
                fetch_jar(self.jar, self.work / "pyserini")
            except (subprocess.CalledProcessError, OSError, LookupError) as error:
                return f"{PYSERINI} cannot be had: {error}"
        compiled = subprocess.run(["javac", "-d", self.classes, "-cp", self.jar, PEERS / "Lucene.java"], check=False)
        return "peers/Lucene.java does not compile" if compiled.returncode else None

    def version(self):
        java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr.splitlines()
        return f"Lucene {output_of(self.java('version'))}, {java[0] if java else 'Java unknown'}"

    def java(self, *arguments):
        return ["java", *JVM_OPTIONS, "-cp", f"{self.classes}:{self.jar}", "Lucene", *arguments]

    def index_command(self):
        return self.java("index", self.args.entries, self.index, self.args.threads)

    def ask_command(self, questions):
        return self.java("search", self.index, questions.terms, "years" if questions.years else "counts")


def fetch_jar(jar, work):
    """Takes the jar with all of Lucene out of the package; pip fetches some 165 MB."""
    print(f"fetching {PYSERINI} for its copy of Lucene", file=sys.stderr)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", work, PYSERINI]
    subprocess.run(pip, check=True)
    jar.parent.mkdir(parents=True, exist_ok=True)
    part = jar.with_suffix(".part")
    for package in work.iterdir():
        with tarfile.open(package) as members:
            for member in members:
                if JAR_INSIDE.search(member.name):
                    with open(part, "wb") as out:
                        shutil.copyfileobj(members.extractfile(member), out)
                    part.rename(jar)
                    return
    raise LookupError("no jar in it")


class Ripgrep(Engine):
    """Has no index; a process for each query, with the archive in the page cache. What it finds is near the answer: markup and
    line ends part words, and letters beside a word do not."""

    name = "ripgrep"
    has_index = False

    def missing(self):
        if not shutil.which("rg"):
            return "rg is not installed"
        return None if self.args.archive.is_dir() else "it reads folders alone"

    def version(self):
        return output_of(["rg", "--version"]).splitlines()[0]

    def ask(self, questions):
        answers = Answers([], 0)
        for text in questions.texts:
            pattern = r"\W+".join(text.strip('"').split()) if text.startswith('"') else "|".join(text.split())
            command = ["rg", "-c", "-i", "--no-ignore", "-j", self.args.threads, "-e", pattern, self.args.archive]
            # Exit status 1: nothing found.
            seconds, usage, output = run_measured(command, self.output, codes=(0, 1))
            counts = dict(line.rsplit(":", 1) for line in output.splitlines())
            files = {str(Path(path).relative_to(self.args.archive)) for path in counts}
            years = {}
            for path in files:
                if dated := re.match(r"\d{4}", Path(path).name):
                    years[int(dated.group())] = years.get(int(dated.group()), 0) + 1
            answers.asked.append(Asked([seconds * 1e3], sum(map(int, counts.values())), len(files), years if questions.years else {}))
            answers.files.append(files)
            answers.peak = max(answers.peak, peak_megabytes(usage))
        return answers
