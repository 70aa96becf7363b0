#!/usr/bin/env python3
"""Scores the ranking on labelled policies, topics and questions beside plain BM25 of the same index, and prints a table.

The labelled data is a folder with T1 (passages by topic), T2 (questions within one policy) and T3 (questions over all policies), each
with corpus.jsonl (id, text, site), queries.tsv (id, text, and for T2 the site) and TREC qrels. It is no part of this project.
"""

import argparse
import json
import math
import re
import struct
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "target/release/fineprint"
# The task, its qrels, and the measures that are printed of it.
TASKS = [
    ("T1", "qrels.txt", ["AP", "P@10", "nDCG@10"]),
    ("T2", "qrels_typed.txt", ["MRR@10", "nDCG@10", "R@5"]),
    ("T3", "qrels_typed.txt", ["nDCG@10", "P@10", "R@100"]),
]


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        print(f"{'':24}" + "  ".join(f"{task} {measure:8}" for task, _, measures in TASKS for measure in measures))
        rows = {"plain BM25": [], "topics and questions": []}
        if args.topics:
            rows["T1 by " + args.topics.name] = []
        for task, qrels, measures in TASKS:
            data = args.data / task
            index = indexed(args.program, data, work / task, args.topics)
            queries = [line.split("\t") for line in (data / "queries.tsv").read_text().splitlines()]
            relevant = read_qrels(data / qrels)
            for name, scores in rows.items():
                asked = [query(task, name, own_topic(args.topics, row[1]), *row) for row in queries]
                run = answers(args.program, index, asked, work)
                mean = evaluate(relevant, run)
                scores.extend(mean[measure] if asked else math.nan for measure in measures)
        for name, scores in rows.items():
            print(f"{name:24}" + "  ".join(f"{score:11.4f}" for score in scores))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with T1, T2 and T3")
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--topics", type=Path, help="folder of topic files, whose topics are scored on T1 besides")
    return parser.parse_args()


def own_topic(folder, label):
    """The name of the topic of a folder that has a label."""
    for path in sorted(folder.glob("*.toml")) if folder else []:
        text = path.read_text()
        if json.dumps(label) in text.split("[terms]")[0]:
            return re.search(r'^name = "(.*)"', text, re.M).group(1)
    return None


def query(task, name, own, number, text, site=None):
    """A query as a line of a batch. Words with OR between are never taken for a question."""
    row = {"id": number, "query": " OR ".join(re.findall(r"\w+", text))}
    if name != "plain BM25" and task == "T1":
        row = {"id": number, "topic": text if name.startswith("topics") else own or text, "topic_threshold": 0}
    elif name != "plain BM25":
        row["query"] = text
    return {**row, "company": site} if site else row


def indexed(program, data, work, topics):
    """An index in which each labelled passage is a text of its own."""
    archive = work / "archive"
    archive.mkdir(parents=True)
    with open(archive / "passages.jsonl", "w") as out:
        for line in open(data / "corpus.jsonl"):
            passage = json.loads(line)
            company = passage["site"] or "unknown"
            out.write(json.dumps({"id": passage["id"], "text": passage["text"], "company": company}) + "\n")
    index = work / "index"
    call(program, "index", archive, "--index", index)
    if topics:
        call(program, "topics", "add", *sorted(topics.glob("*.toml")), "--index", index)
    return index


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode > 1:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def answers(program, index, rows, work):
    """The run of some queries: of each, passages with their scores."""
    queries = work / "queries.jsonl"
    queries.write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = ["--format", "trec", "--docno", "source", "--limit", "all", "--lang", "any"]
    run = defaultdict(list)
    for line in call(program, "batch", queries, "--index", index, *options).splitlines():
        number, _, passage, _, score, _ = line.split()
        run[number].append((passage, float(score)))
    return run


def read_qrels(path):
    relevant = defaultdict(dict)
    for line in open(path):
        number, _, passage, grade = line.split()
        relevant[number][passage] = int(grade)
    return relevant


def evaluate(relevant, run):
    """Means over all queries that have a relevant passage, by trec_eval's rules: float32 scores, ties by passage, backwards."""
    totals, count = defaultdict(float), 0
    for number, grades in relevant.items():
        all_relevant = sum(grade > 0 for grade in grades.values())
        if not all_relevant:
            continue
        count += 1
        single = lambda score: struct.unpack("f", struct.pack("f", score))[0]
        ranked = sorted(((single(score), passage) for passage, score in run.get(number, [])), reverse=True)
        gains = [max(grades.get(passage, 0), 0) for _, passage in ranked]
        hits = [gain > 0 for gain in gains]
        found = 0
        for place, hit in enumerate(hits, 1):
            if hit:
                found += 1
                totals["AP"] += found / place / all_relevant
                if found == 1 and place <= 10:
                    totals["MRR@10"] += 1 / place
        ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
        discounted = lambda gains: sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:10]))
        totals["nDCG@10"] += discounted(gains) / discounted(ideal)
        totals["P@10"] += sum(hits[:10]) / 10
        totals["R@5"] += sum(hits[:5]) / all_relevant
        totals["R@100"] += sum(hits[:100]) / all_relevant
    return defaultdict(float, {measure: total / count for measure, total in totals.items()})


if __name__ == "__main__":
    main()
