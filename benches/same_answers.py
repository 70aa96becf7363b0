#!/usr/bin/env python3
"""Asks two indexes the same questions and prints what differs in their answers; exit status 1 where anything does.

Left aside is what must differ between two archives of the same snapshots: evidence, names of sources, ids (they name the
source), and the fingerprint."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from measure import target_dir

QUESTIONS = Path(__file__).resolve().parent / "questions.jsonl"
OF_THE_ARCHIVE = ("evidence", "source", "id")


def main():
    args = arguments()
    one, other = (answers(args, index) for index in (args.one, args.other))
    asked = [json.loads(line) for line in args.questions.read_text().splitlines() if line.strip()]
    if not len(asked) == len(one) == len(other):
        sys.exit(f"{len(asked)} questions have {len(one)} and {len(other)} answers")
    differing = 0
    for question, mine, theirs in zip(asked, one, other):
        if mine != theirs:
            differing += 1
            fields = {key: (mine.get(key), theirs.get(key)) for key in mine if key != "hits" and mine[key] != theirs.get(key)}
            hits = sum(a != b for a, b in zip(mine.get("hits", []), theirs.get("hits", [])))
            print(f"{json.dumps(question)}\n  {hits} hits differ; {fields}")
    hits = sum(len(answer.get("hits", [])) for answer in one)
    print(f"{len(asked)} questions, {hits:,} hits: {differing} answers differ")
    sys.exit(1 if differing else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", type=Path, help="directory of an index")
    parser.add_argument("other", type=Path, help="directory of another index")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="JSON Lines as `fineprint batch` takes them")
    parser.add_argument("--bin", type=Path, default=target_dir() / "release", help="where cargo put the programs")
    return parser.parse_args()


def answers(args, index):
    command = [args.bin / "fineprint", "batch", args.questions, "--index", index]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in found:
        answer.pop("fingerprint", None)
        for hit in answer.get("hits", []):
            for field in OF_THE_ARCHIVE:
                hit.pop(field, None)
    return found


if __name__ == "__main__":
    main()
