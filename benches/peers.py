#!/usr/bin/env python3
"""Indexes an archive with fineprint, plain tantivy, SQLite FTS5 and Lucene in turn, asks each of them, and ripgrep, the same
queries, and tells what all that took and whether the answers agree. Prints a report and keeps it in benches/runs."""

import argparse
import datetime
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from engines import Fineprint, Fts5, Lucene, PlainTantivy, Questions, Ripgrep
from measure import HERE, PHRASES, facts, machine, new_record, peak_megabytes, place_arguments, read_lines, run_measured, versions, write_lines
from report import Report
from sampled import archive_files, sampled_queries

WORDS = HERE / "words.txt"
RUNS = HERE / "runs"
PROGRAMS = ["fineprint", "examples/latency", "examples/plain_tantivy"]


@dataclass
class Run:
    """What one turn of all engines measured."""

    # Of each engine.
    built: dict
    # Of each set of questions and each engine.
    answers: dict
    # Of fineprint and plain tantivy.
    sampled: dict
    # Processes of fineprint: milliseconds of each phrase, seconds and megabytes of a batch of the sampled queries.
    cold_ms: list
    batch_seconds: float
    batch_peak: float


def main():
    args = arguments()
    load = os.getloadavg()[0]
    files = archive_files(args.archive)
    # All find the archive in the page cache.
    bytes_read = sum(len(path.read_bytes()) for path in files)
    with tempfile.TemporaryDirectory(dir=args.work) as work:
        work = Path(work)
        args.entries = work / "entries.tsv"
        every = [engine(args, work) for engine in (Fineprint, PlainTantivy, Fts5, Lucene, Ripgrep)]
        missing = {engine.name: why for engine in every if (why := engine.missing())}
        engines = {engine.name: engine for engine in every if engine.name not in missing}
        report = Report(f"{args.archive.name}, {datetime.date.today()}")
        report.say(f"`benches/peers.py {args.archive.name} --runs {args.runs} --threads {args.threads}`")
        report.items([
            f"archive: {len(files):,} files, {bytes_read / 1e6:,.1f} MB",
            f"machine: {machine(args.threads)}; load {load:.1f} at the start",
            f"versions: {', '.join([versions(args.bin), *filter(None, (engine.version() for engine in engines.values()))])}",
            *(f"{name} is left out: {why}" for name, why in missing.items()),
            f"{args.runs} runs of all engines in turn; medians, and in brackets how many times worse than fineprint",
        ])
        run_measured([args.bin / "examples" / "plain_tantivy", "entries", args.archive, args.entries], os.devnull)
        sets = question_sets(args, work)
        sampled = write_lines(work / "sampled.txt", sampled_queries(files))
        runs = [measure(work, engines, sets, sampled) for _ in range(args.runs)]
        report.builds([run.built for run in runs])
        for questions in sets:
            report.times(questions, [run.answers[questions.name] for run in runs])
        report.sampled(runs)
        report.processes(runs)
        report.agreement(sets, runs[0].answers)
        if Fts5.name in engines and Ripgrep.name in engines:
            exact = {questions.name: engines[Fts5.name].files(questions) for questions in sets}
            report.files(sets, exact, {name: answers[Ripgrep.name].files for name, answers in runs[0].answers.items()})
    kept = new_record(RUNS, args.archive.name, ".md")
    kept.write_text(report.text(), encoding="utf-8")
    print(f"\nkept in {kept}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=lambda text: Path(text).resolve(), help="a folder")
    parser.add_argument("--runs", type=int, default=5, help="how often each index is built and asked (default 5)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--lucene-jar", type=Path, help="a jar with Lucene 9 (default: that of the package pyserini, fetched once)")
    place_arguments(parser)
    args = parser.parse_args()
    if not all((args.bin / program).is_file() for program in PROGRAMS):
        parser.error(f"{args.bin} lacks programs: cargo build --release && cargo build --release --examples")
    return args


def question_sets(args, work):
    phrases = [f'"{phrase}"' for phrase in read_lines(PHRASES)]
    sets = [Questions("phrases", phrases), Questions("word queries", read_lines(WORDS)), Questions("counts per year", phrases, years=True)]
    for questions in sets:
        questions.write(args, work)
    return sets


def measure(work, engines, sets, sampled):
    built = {}
    for name, engine in engines.items():
        if engine.has_index:
            # What others wrote is not to reach the disk meanwhile.
            os.sync()
            built[name] = engine.build()
    answers = {questions.name: {name: engine.ask(questions) for name, engine in engines.items()} for questions in sets}
    fineprint, plain = engines[Fineprint.name], engines[PlainTantivy.name]
    of_sampled = {
        engine.name: facts(run_measured(engine.search_command(sampled), work / "sampled.out")[2]) for engine in (fineprint, plain)
    }
    cold_ms = [fineprint.process_ms(phrase) for phrase in sets[0].texts]
    seconds, usage, _ = fineprint.batch(sampled)
    return Run(built, answers, of_sampled, cold_ms, seconds, peak_megabytes(usage))


if __name__ == "__main__":
    main()
