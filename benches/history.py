#!/usr/bin/env python3
"""Measures the indexing of a git history beside that of a folder of its versions, beside git reading the same
objects, and beside a plain tantivy index of the same texts; prints medians and ratios."""

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from measure import machine, peak_megabytes, place_arguments, run_measured, versions

CAT_FILE = ["cat-file", "--batch-all-objects", "--batch", "--unordered"]


def main():
    args = arguments()
    with tempfile.TemporaryDirectory(dir=args.work) as work:
        work = Path(work)
        print(f"history   {args.repository.resolve().name}, folder {args.folder.resolve().name}")
        print(f"machine   {machine(args.threads)}")
        print(f"versions  {versions(args.bin)}")
        print(f"runs      {args.runs}, alternating; medians", flush=True)
        print()
        print(f"{'':28}{'wall (s)':>10}{'processor (s)':>15}{'peak (MB)':>11}{'history is':>18}")
        measured = measure(args, work)
        history = statistics.median(run["wall"] for run in measured["history"])
        for name, runs in measured.items():
            wall, processor, peak = (statistics.median(run[key] for run in runs) for key in ("wall", "processor", "peak"))
            ratio = "" if name == "history" else f"{history / wall:.2f}× as long"
            print(f"{name:28}{wall:>10.2f}{processor:>15.2f}{peak:>11.0f}{ratio:>18}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("folder", type=Path, help="the versions of its files, in the layout of a dataset of Open Terms Archive")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    place_arguments(parser)
    return parser.parse_args()


def measure(args, work):
    threads = ["--threads", str(args.threads)]
    out = work / "index"
    index = [args.bin / "fineprint", "index", "--index", out, *threads]
    commands = {
        "history": [*index, args.repository],
        "folder": [*index, args.folder],
        "git cat-file": ["git", "-C", args.repository, *CAT_FILE],
        "plain tantivy of the history": [args.bin / "examples" / "plain_tantivy", "index", args.repository, out, *threads],
    }
    runs = {name: [] for name in commands}
    for _ in range(args.runs):
        for name, command in commands.items():
            shutil.rmtree(out, ignore_errors=True)
            os.sync()
            seconds, usage, _ = run_measured(command, os.devnull)
            runs[name].append({"wall": seconds, "processor": usage.ru_utime + usage.ru_stime, "peak": peak_megabytes(usage)})
    return runs


if __name__ == "__main__":
    main()
