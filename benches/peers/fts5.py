#!/usr/bin/env python3
"""Indexes the entries that `plain_tantivy entries` writes with SQLite FTS5, and measures how long its answers take."""

import argparse
import sqlite3
import time
from pathlib import Path

LIMIT = 10
PASSES = 5
# Entries that are handed to SQLite at a time.
BATCH = 10_000
# Terms are cut at blanks: every character that a word can have belongs to a token, and nothing else stands between them.
TOKENIZER = "tokenize = \"ascii tokenchars ''''\""
# Positions are kept of words alone; neither table keeps its text, which is stored once, beside.
SCHEMA = f"""
CREATE TABLE captures (id INTEGER PRIMARY KEY, path TEXT, company TEXT, instant INTEGER);
CREATE TABLE entries (id INTEGER PRIMARY KEY, capture INTEGER NOT NULL, year INTEGER);
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (terms, content = '', {TOKENIZER});
CREATE VIRTUAL TABLE stems USING fts5 (terms, content = '', {TOKENIZER});
"""
# What a bulk load may give up, and as much memory as Lucene gets.
INDEXING = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -262144;
"""
ASKING = """
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -262144;
PRAGMA mmap_size = 4294967296;
"""


def main():
    args = arguments()
    if args.command == "index":
        index(args.entries, args.database)
    elif args.command == "search":
        search(args.database, args.terms, args.years)
    else:
        files(args.database, args.terms)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("index")
    command.add_argument("entries", type=Path)
    command.add_argument("database", type=Path)
    for name in ("search", "files"):
        command = commands.add_parser(name)
        command.add_argument("database", type=Path)
        command.add_argument("terms", type=Path, help="queries as `plain_tantivy terms` prints them")
        if name == "search":
            command.add_argument("--years", action="store_true", help="count the captures of each year")
    return parser.parse_args()


def index(entries, path):
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(INDEXING + SCHEMA)
    database.execute("BEGIN")
    number = 0
    with open(entries, encoding="utf-8", newline="\n") as lines:
        for batch in batches(lines):
            rows = [line.rstrip("\n").split("\t") for line in batch]
            numbered = list(enumerate(rows, number))
            number += len(rows)
            captures = {row[0]: (row[0], row[1], row[2], row[3] or None) for row in rows}
            database.executemany("INSERT OR IGNORE INTO captures VALUES (?, ?, ?, ?)", captures.values())
            database.executemany("INSERT INTO entries VALUES (?, ?, ?)", ((id, row[0], row[4] or None) for id, row in numbered))
            database.executemany("INSERT INTO texts VALUES (?, ?)", ((id, row[5]) for id, row in numbered))
            database.executemany("INSERT INTO words (rowid, terms) VALUES (?, ?)", ((id, row[6]) for id, row in numbered))
            database.executemany("INSERT INTO stems (rowid, terms) VALUES (?, ?)", ((id, row[7]) for id, row in numbered))
    database.execute("COMMIT")
    database.close()
    print(f"entries {number}")


def batches(lines):
    batch = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def search(path, terms, years):
    database = opened(path)
    queries = read_queries(terms)
    answers = [ask(database, *query, years) for query in queries]
    times = [[] for _ in queries]
    for _ in range(PASSES):
        for query, taken in zip(queries, times):
            start = time.perf_counter()
            ask(database, *query, years)
            taken.append((time.perf_counter() - start) * 1e3)
    for (_, match), taken, (entries, snapshots, by_year, _) in zip(queries, times, answers):
        counts = " ".join(f"{year}={count}" for year, count in by_year)
        print(" ".join(f"{ms:.4f}" for ms in taken), entries, snapshots, counts, match, sep="\t")


def opened(path):
    database = sqlite3.connect(path)
    database.executescript(ASKING)
    return database


def read_queries(terms):
    return [read_query(line) for line in terms.read_text(encoding="utf-8").splitlines()]


def read_query(line):
    """The table, and what is to match in it."""
    kind, terms = line.split("\t")
    if kind == "phrase":
        return "words", f'"{terms}"'
    return "stems", " OR ".join(f'"{term}"' for term in terms.split(" "))


def ask(database, table, match, years):
    """How many entries match, how many dated captures, how many of each year where that is asked for, and the ten best texts."""
    best = database.execute(
        f"SELECT text FROM (SELECT rowid AS id FROM {table} WHERE {table} MATCH ? ORDER BY rank LIMIT {LIMIT}) JOIN texts USING (id)",
        (match,),
    ).fetchall()
    matching = f"FROM {table} JOIN entries ON id = {table}.rowid WHERE {table} MATCH ?"
    if not years:
        counts = database.execute(f"SELECT count(*), count(DISTINCT capture) FILTER (WHERE year NOT NULL) {matching}", (match,))
        return *counts.fetchone(), [], best
    by_year = database.execute(
        f"SELECT year, count(*), sum(entries) FROM (SELECT year, count(*) AS entries {matching} GROUP BY capture) GROUP BY year",
        (match,),
    ).fetchall()
    dated = [(year, captures) for year, captures, _ in by_year if year is not None]
    return sum(entries for _, _, entries in by_year), sum(captures for _, captures in dated), dated, best


def files(path, terms):
    """Prints the files in which each query matches, parted by tabs."""
    database = opened(path)
    for table, match in read_queries(terms):
        matching = f"SELECT capture FROM {table} JOIN entries ON id = {table}.rowid WHERE {table} MATCH ?"
        paths = database.execute(f"SELECT path FROM captures WHERE id IN ({matching})", (match,))
        print(*(path for path, in paths), sep="\t")


if __name__ == "__main__":
    main()
