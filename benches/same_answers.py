#!/usr/bin/env python3
"""Asks two indexes the same questions and prints what differs in their answers; exit status 1 where anything does.

Asked are the questions of a file, and a hundred phrases, words and choices, each three times: as a search, as a trend, and as lifetimes.
Several indexes that are read as one are written A,B,C. Left aside is what must differ between two archives of the same snapshots:
evidence, names of sources, ids (they name the source), and the fingerprint; with --exact the fingerprint alone."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import target_dir

BENCHES = Path(__file__).resolve().parent
QUESTIONS = BENCHES / "questions.jsonl"
PHRASES = BENCHES / "phrases.txt"
OF_THE_ARCHIVE = ("evidence", "source", "id")
TEXTS = 100


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.txt"
        texts.write_text("\n".join(hundred()) + "\n")
        differing = 0
        for kind, path, options in (
            ("questions", args.questions, []),
            ("texts", texts, []),
            ("trends", texts, ["--trend", "--format", "jsonl"]),
            ("lifetimes", texts, ["--lifetimes", "--format", "jsonl"]),
        ):
            differing += compare(args, kind, path, options)
    sys.exit(1 if differing else 0)


def compare(args, kind, path, options):
    """Prints what differs; gives how many lines do."""
    one, other = (answers(args, group, path, options) for group in (args.one, args.other))
    differing = abs(len(one) - len(other))
    for mine, theirs in zip(one, other):
        if mine != theirs:
            differing += 1
            fields = {key: (mine.get(key), theirs.get(key)) for key in mine if key != "hits" and mine[key] != theirs.get(key)}
            hits = sum(a != b for a, b in zip(mine.get("hits", []), theirs.get("hits", [])))
            print(f"{kind}: {mine.get('query')}\n  {hits} hits differ; {fields}")
    hits = sum(len(answer.get("hits", [])) for answer in one)
    print(f"{kind}: {len(one):,} and {len(other):,} lines, {hits:,} hits: {differing} differ")
    return differing


def hundred():
    """Phrases, their words, and choices of these."""
    phrases = [line.strip() for line in PHRASES.read_text().splitlines() if line.strip()]
    words = sorted({word for phrase in phrases for word in phrase.split()})
    pairs = [f"+{one} -{other}" for one, other in zip(words, words[1:])]
    return ([f'"{phrase}"' for phrase in phrases] + words + pairs)[:TEXTS]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", help="directory of an index, or of several with commas between")
    parser.add_argument("other", help="the same, to be compared with")
    parser.add_argument("--exact", action="store_true", help="compare all but the fingerprint")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="JSON Lines as `fineprint batch` takes them")
    parser.add_argument("--bin", type=Path, default=target_dir() / "release", help="where cargo put the programs")
    return parser.parse_args()


def answers(args, group, path, options):
    command = [args.bin / "fineprint", "batch", path, *options]
    for index in group.split(","):
        command += ["--index", index]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in found:
        answer.pop("fingerprint", None)
        if not args.exact:
            strip(answer)
    return found


def strip(value):
    """Takes out what names the archive, wherever it stands in an answer."""
    if isinstance(value, dict):
        for field in OF_THE_ARCHIVE:
            value.pop(field, None)
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            strip(part)


if __name__ == "__main__":
    main()
