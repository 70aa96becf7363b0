#!/usr/bin/env python3
"""Measures a phrase counted by year: warm through the library, as a process of its own, beside rg counting it in the folder
of the archive and git log -S looking for it in the repository; prints medians and ratios."""

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from measure import PHRASES, facts, machine, place_arguments, read_lines, run_measured, versions, write_lines


def main():
    args = arguments()
    phrases = read_lines(PHRASES)[: args.phrases]
    with tempfile.TemporaryDirectory(dir=args.work) as work:
        work = Path(work)
        index = work / "index"
        run_measured([args.bin / "fineprint", "index", "--index", index, args.folder], os.devnull)
        print(f"archive   {args.folder.resolve().name}, {args.repository.resolve().name}")
        print(f"machine   {machine(os.cpu_count())}")
        print(f"versions  {versions(args.bin)}")
        print(f"phrases   {len(phrases)}, {args.runs} runs of each, alternating; medians", flush=True)
        print()
        queries = write_lines(work / "queries.txt", [f'"{phrase}"' for phrase in phrases])
        latency = [args.bin / "examples" / "latency", index, queries, "--trend"]
        warm = facts(run_measured(latency, work / "warm.out")[2])
        times = measure(args, index, phrases)
        cold = statistics.median(times["fineprint trend"])
        print(f"{'':28}{'median (ms)':>12}{'fineprint is':>18}")
        print(f"{'warm, in the library':28}{warm['median_ms']:>12.2f}   (99th percentile {warm['p99_ms']:.2f})")
        for name, each in times.items():
            median = statistics.median(each)
            ratio = "" if name == "fineprint trend" else f"{median / cold:,.1f}× faster"
            print(f"{name:28}{median:>12.1f}{ratio:>18}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the versions of the files of the repository")
    parser.add_argument("repository", type=Path)
    parser.add_argument("--phrases", type=int, default=5, help="so many of phrases.txt")
    parser.add_argument("--runs", type=int, default=3)
    place_arguments(parser)
    return parser.parse_args()


def measure(args, index, phrases):
    times = {"fineprint trend": [], "rg -c": [], "git log -S": []}
    for _ in range(args.runs):
        for phrase in phrases:
            commands = {
                "fineprint trend": [args.bin / "fineprint", "trend", "--index", index, f'"{phrase}"', "--format", "csv"],
                # As near as it comes: it neither joins lines nor knows dates and companies.
                "rg -c": ["rg", "-c", "-i", "-F", phrase, args.folder],
                "git log -S": ["git", "-C", args.repository, "log", "--oneline", "-S", phrase],
            }
            for name, command in commands.items():
                # Exit status 1: nothing found.
                times[name].append(run_measured(command, os.devnull, codes=(0, 1))[0] * 1e3)
    return times


if __name__ == "__main__":
    main()
