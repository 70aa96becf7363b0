"""Queries taken from an archive at random, the same each time."""

import html
import random
import re

SEED = 1
# From each file so many of each kind: quoted phrases of 2 to 5 words, and 1 to 3 words of which any may stand.
FILES = 200
PER_FILE = 5
PHRASE_WORDS = (2, 5)
LOOSE_WORDS = (1, 3)
# Shorter lines are titles and menus.
MIN_LINE_WORDS = 8
# Markup and records: what stands between tags, or between the quotes of JSON, is near enough to text to sample words from.
MARKUP = re.compile(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>|\]\([^)]*\)|https?://\S+")
WORD = re.compile(r"[a-z]+")


def archive_files(archive):
    if archive.is_file():
        return [archive]
    return sorted(path for path in archive.rglob("*") if path.is_file())


def sampled_queries(files):
    """Phrases and words taken from the archive at random, the same each time."""
    chance = random.Random(SEED)
    phrases, loose = [], []
    while len(phrases) < FILES * PER_FILE:
        lines = lines_of_words(chance.choice(files))
        for _ in range(PER_FILE if lines else 0):
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
