#!/usr/bin/env python3
"""Measures fineprint beside a plain tantivy index of the same archive and prints a table of medians and ratios."""

import argparse
import html
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PHRASES = HERE / "phrases.txt"
SEED = 1
# From each file so many of each kind: quoted phrases of 2 to 5 words, and 1 to 3 words of which any may stand.
SAMPLED_FILES = 200
SAMPLED_PER_FILE = 5
PHRASE_WORDS = (2, 5)
LOOSE_WORDS = (1, 3)
# Shorter lines are titles and menus.
MIN_LINE_WORDS = 8
# Markup and records: what stands between tags, or between the quotes of JSON, is near enough to text to sample words from.
MARKUP = re.compile(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>|\]\([^)]*\)|https?://\S+")
WORD = re.compile(r"[a-z]+")


def main():
    args = arguments()
    files = archive_files(args.archive)
    # Both find the archive in the page cache.
    bytes_read = sum(len(path.read_bytes()) for path in files)
    with tempfile.TemporaryDirectory(dir=args.work) as work:
        work = Path(work)
        print(f"archive   {args.archive.resolve().name}: {len(files):,} files, {megabytes(bytes_read)}")
        print(f"machine   {machine(args.threads)}")
        print(f"versions  {versions(args.bin)}")
        print(f"runs      {args.runs}, alternating; medians", flush=True)
        fineprint, plain = index_alternately(args, work)
        print()
        print(f"{'':44}{'fineprint':>14}{'plain':>14}{'better':>9}")
        row("index: wall time (s)", fineprint["seconds"], plain["seconds"])
        row("index: processor time (s)", fineprint["processor"], plain["processor"])
        row("index: peak memory (MB)", fineprint["peak"], plain["peak"], 0)
        row("index: size (MB)", fineprint["bytes"] / 1e6, plain["bytes"] / 1e6)
        row("index: entries", fineprint["entries"], plain["entries"], 0)
        compare_phrases(args, work)
        compare_batch(args, work, files)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--runs", type=int, default=5, help="how often each index is built (default 5)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--bin", type=Path, default=target_dir() / "release", help="where cargo put the programs")
    parser.add_argument("--work", type=Path, help="where the indexes are built (default: the system's temporary directory)")
    return parser.parse_args()


def target_dir():
    return Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))


def archive_files(archive):
    if archive.is_file():
        return [archive]
    return sorted(path for path in archive.rglob("*") if path.is_file())


# Building


def index_alternately(args, work):
    runs = {"fineprint": [], "plain": []}
    for _ in range(args.runs):
        for name, measured in runs.items():
            out = work / name
            shutil.rmtree(out, ignore_errors=True)
            measured.append(index_once(args, name, out))
    return [
        {key: statistics.median(run[key] for run in measured) for key in measured[0]}
        for measured in runs.values()
    ]


def index_once(args, name, out):
    threads = ["--threads", str(args.threads)]
    if name == "fineprint":
        command = [args.bin / "fineprint", "index", args.archive, "--index", out, "--format", "json", *threads]
    else:
        command = [args.bin / "examples" / "plain_tantivy", "index", args.archive, out, *threads]
    seconds, usage, output = run_measured(command, out.parent / "index.out")
    if name == "fineprint":
        entries = int(re.search(r'"passages":\s*(\d+)', output).group(1))
    else:
        entries = int(facts(output)["entries"])
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return {
        "seconds": seconds,
        "processor": usage.ru_utime + usage.ru_stime,
        "peak": peak_megabytes(usage),
        "bytes": size,
        "entries": entries,
    }


def run_measured(command, output, codes=(0,)):
    """Wall seconds, resource usage and standard output of a command."""
    with open(output, "w+") as out:
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


# Asking


def compare_phrases(args, work):
    phrases = [f'"{line}"' for line in PHRASES.read_text().splitlines() if line.strip()]
    queries = write_queries(work / "phrases.txt", phrases)
    fineprint, plain = ask_both(args, work, queries)
    row("30 phrases, warm: median (ms)", fineprint["median_ms"], plain["median_ms"], 3)
    row("30 phrases, warm: 99th percentile (ms)", fineprint["p99_ms"], plain["p99_ms"], 3)
    ratios = [theirs / mine for mine, theirs in zip(fineprint["times_ms"], plain["times_ms"])]
    line("30 phrases, warm: plain / fineprint, per phrase",
         f"median {statistics.median(ratios):.1f}, {min(ratios):.1f} to {max(ratios):.1f}")
    cold = []
    for phrase in phrases:
        command = [args.bin / "fineprint", "search", phrase, "--index", work / "fineprint", "--by-year", "--format", "json"]
        # Exit status 1: nothing found.
        cold.append(run_measured(command, work / "search.out", codes=(0, 1))[0] * 1e3)
    line("30 phrases, one process each: median (ms)", f"{statistics.median(cold):.1f}")
    differing = [
        phrase
        for phrase, mine, theirs in zip(phrases, fineprint["snapshots"], plain["snapshots"])
        if mine != theirs
    ]
    line("30 phrases: counts of snapshots", f"differ for {', '.join(differing)}" if differing else "equal")


def compare_batch(args, work, files):
    queries = write_queries(work / "queries.txt", sampled_queries(files))
    fineprint, plain = ask_both(args, work, queries, each=False)
    count = int(fineprint["queries"])
    command = [args.bin / "fineprint", "batch", queries, "--index", work / "fineprint", "--by-year"]
    seconds, usage, _ = run_measured([*command, "--threads", str(args.threads)], work / "batch.out")
    line(f"{count:,} sampled queries: found", f"{fineprint['found']:.0f} and {plain['found']:.0f}")
    row("sampled, warm: median (ms)", fineprint["median_ms"], plain["median_ms"], 3)
    row("sampled, warm: 99th percentile (ms)", fineprint["p99_ms"], plain["p99_ms"], 3)
    row("sampled, warm: queries per second", fineprint["per_second"], plain["per_second"], 0, more_is_better=True)
    line("sampled, `fineprint batch`, whole process", f"{count / seconds:,.0f} per second, {seconds:.2f} s, {peak_megabytes(usage):.0f} MB")


def ask_both(args, work, queries, each=True):
    options = ["--threads", str(args.threads)] + (["--per-query"] if each else [])
    commands = [
        [args.bin / "examples" / "latency", work / "fineprint", queries],
        [args.bin / "examples" / "plain_tantivy", "search", work / "plain", queries],
    ]
    return [facts(run_measured([*command, *options], work / "ask.out")[2]) for command in commands]


def facts(output):
    """The `name value` lines, and the columns of the lines for each query."""
    found = {"times_ms": [], "snapshots": []}
    for text in output.splitlines():
        columns = text.split("\t")
        if len(columns) == 4:
            found["times_ms"].append(float(columns[0]))
            found["snapshots"].append(int(columns[2]))
        else:
            name, value = text.split(" ")
            found[name] = float(value)
    return found


def write_queries(path, queries):
    path.write_text("".join(f"{query}\n" for query in queries))
    return path


def sampled_queries(files):
    """Phrases and words taken from the archive at random, the same each time."""
    chance = random.Random(SEED)
    phrases, loose = [], []
    while len(phrases) < SAMPLED_FILES * SAMPLED_PER_FILE:
        lines = lines_of_words(chance.choice(files))
        for _ in range(SAMPLED_PER_FILE if lines else 0):
            phrases.append(f'"{" ".join(window(chance, lines, chance.randint(*PHRASE_WORDS)))}"')
            words = sorted(set(window(chance, lines, MIN_LINE_WORDS)))
            loose.append(" ".join(chance.sample(words, min(len(words), chance.randint(*LOOSE_WORDS)))))
    return phrases + loose


def lines_of_words(path):
    text = html.unescape(path.read_bytes().decode("utf-8", errors="replace")).lower()
    lines = [WORD.findall(line) for line in MARKUP.sub(" \n ", text).splitlines()]
    return [words for words in lines if len(words) >= MIN_LINE_WORDS]


def window(chance, lines, length):
    """Words that follow each other in a line."""
    words = chance.choice(lines)
    start = chance.randrange(len(words) - length + 1)
    return words[start : start + length]


# Printing


def row(name, fineprint, plain, digits=2, more_is_better=False):
    """A figure of each, and how many times better that of fineprint is."""
    ratio = fineprint / plain if more_is_better else plain / fineprint
    print(f"{name:44}{fineprint:>14,.{digits}f}{plain:>14,.{digits}f}{ratio:>8.1f}×", flush=True)


def line(name, text):
    print(f"{name:44}  {text}", flush=True)


def megabytes(count):
    return f"{count / 1e6:,.1f} MB"


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


if __name__ == "__main__":
    main()
