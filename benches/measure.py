"""Runs programs and tells what they took; what the scripts of this folder share."""

import datetime
import math
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PHRASES = HERE / "phrases.txt"
# The columns of a line that tells of one query.
COLUMNS = 5


def target_dir():
    return Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))


def place_arguments(parser):
    parser.add_argument("--bin", type=Path, default=target_dir() / "release", help="where cargo put the programs")
    parser.add_argument("--work", type=Path, help="where indexes are built (default: the system's temporary directory)")


# Running


def run_measured(command, output, codes=(0,)):
    """Wall seconds, resource usage and standard output of a command."""
    with open(output, "w+", encoding="utf-8") as out:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            sys.exit(f"{' '.join(map(str, command))}: exit status {process.returncode}")
        out.seek(0)
        return seconds, usage, out.read()


def peak_megabytes(usage):
    # Kilobytes on Linux, bytes on macOS.
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def percentile(values, share):
    """The least of the values that is not below the given share of them."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * share), 1) - 1]


# Queries


@dataclass
class Asked:
    """How long the answers to a query took, and what they count."""

    times_ms: list
    entries: int
    snapshots: int
    years: dict


def facts(output):
    """The `name value` lines, and the lines for each query as `asked`."""
    found = {"asked": []}
    for text in output.splitlines():
        columns = text.split("\t")
        if len(columns) == COLUMNS:
            times, entries, snapshots, years, _ = columns
            by_year = dict(map(int, each.split("=")) for each in years.split())
            found["asked"].append(Asked([float(each) for each in times.split()], int(entries), int(snapshots), by_year))
        else:
            name, value = text.split(" ")
            found[name] = float(value)
    return found


def read_lines(path):
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def write_lines(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def new_record(runs, name, ending):
    """A new, empty file for the record of a run of today: none that was kept before is written over."""
    runs.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = runs / f"{datetime.date.today()}-{name}{f'-{number}' if number > 1 else ''}{ending}"
        try:
            path.touch(exist_ok=False)
            return path
        except FileExistsError:
            number += 1


# The machine and what runs on it


def machine(threads):
    model = platform.processor() or platform.machine()
    try:
        for text in Path("/proc/cpuinfo").read_text().splitlines():
            if text.startswith("model name"):
                model = text.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, {threads} threads; {platform.system()} {platform.release()}"


def versions(programs):
    fineprint = output_of([programs / "fineprint", "--version"])
    commit = output_of(["git", "-C", HERE, "rev-parse", "--short", "HEAD"])
    rustc = output_of(["rustc", "--version"])
    lock = (HERE.parent / "Cargo.lock").read_text()
    tantivy = re.search(r'name = "tantivy"\nversion = "([^"]+)"', lock)
    return f"{fineprint} ({commit}), tantivy {tantivy.group(1) if tantivy else 'unknown'}, {rustc}"


def output_of(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
