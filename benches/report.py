"""Tells in Markdown how engines did beside the first of them: prints each line, and keeps them for a file."""

import statistics

from measure import percentile

LATE = 0.99
# Engines with one entry for each paragraph of each capture.
ENTRIES_ALIKE = ("plain tantivy", "SQLite FTS5", "Lucene")


class Report:
    def __init__(self, title):
        self.lines = []
        self.say(f"# {title}\n")

    def say(self, line=""):
        print(line, flush=True)
        self.lines.append(line)

    def text(self):
        return "".join(f"{line}\n" for line in self.lines)

    def items(self, lines):
        self.say()
        for line in lines:
            self.say(f"* {line}")

    def table(self, title, names, rows):
        self.say()
        for row in [[title, *names], ["---"] * (len(names) + 1), *rows]:
            self.say(f"| {' | '.join(row)} |")

    def builds(self, runs):
        """Of the builds of each engine, in each run, the medians."""

        def medians(fact):
            return [statistics.median(getattr(run[name], fact) for run in runs) for name in runs[0]]

        self.table("index", runs[0], [
            ["wall time (s)", *beside_first(medians("seconds"))],
            ["processor time (s)", *beside_first(medians("processor"))],
            ["peak memory (MB)", *beside_first(medians("peak"), 0)],
            ["size (MB)", *beside_first([size / 1e6 for size in medians("bytes")])],
            ["entries", *beside_first(medians("entries"), 0)],
        ])

    def times(self, questions, runs):
        """Of the answers of each engine, in each run, the medians."""

        def medians(figure):
            return [statistics.median(figure(run[name]) for run in runs) for name in runs[0]]

        def of_times(share):
            return lambda answers: percentile([time for asked in answers.asked for time in asked.times_ms], share)

        self.table(f"{len(questions.texts)} {questions.name}, warm", runs[0], [
            ["median (ms)", *beside_first(medians(of_times(0.5)), 3)],
            ["99th percentile (ms)", *beside_first(medians(of_times(LATE)), 3)],
            ["each query beside fineprint: median (least to most)", *query_by_query(runs)],
            ["peak memory (MB)", *plain(medians(lambda answers: answers.peak), 0)],
        ])

    def sampled(self, runs):
        """Of the sampled queries, the medians of the runs."""

        def medians(fact):
            return [statistics.median(of[fact] for of in each) for each in zip(*(run.sampled.values() for run in runs))]

        title = f"{medians('queries')[0]:,.0f} sampled queries, warm"
        self.table(title, runs[0].sampled, [
            ["median (ms)", *beside_first(medians("median_ms"), 3)],
            ["99th percentile (ms)", *beside_first(medians("p99_ms"), 3)],
            ["per second, all threads", *beside_first(medians("per_second"), 0, more_is_better=True)],
            ["with an answer", *plain(medians("found"), 0)],
        ])

    def processes(self, runs):
        """Of whole processes of fineprint, the medians of the runs."""
        count = next(iter(runs[0].sampled.values()))["queries"]
        seconds = statistics.median(run.batch_seconds for run in runs)
        cold_ms = [time for run in runs for time in run.cold_ms]
        self.table("whole processes", ["fineprint"], [
            ["a phrase: median (ms)", *plain([percentile(cold_ms, 0.5)], 1)],
            ["a phrase: 99th percentile (ms)", *plain([percentile(cold_ms, LATE)], 1)],
            ["`fineprint batch` of the sampled queries: per second", *plain([count / seconds], 0)],
            ["`fineprint batch`: peak memory (MB)", *plain([statistics.median(run.batch_peak for run in runs)], 0)],
        ])

    def agreement(self, sets, answers):
        """In how many queries of each set the same is counted."""

        def rows(names, counts):
            for questions in sets:
                asked = [answers[questions.name][name].asked for name in names]
                yield [questions.name, *(equal(asked[0], each, counts(questions)) for each in asked[1:])]

        def snapshots(questions):
            return (lambda one: one.years) if questions.years else (lambda one: {None: one.snapshots})

        def entries(_):
            return lambda one: {None: one.entries}

        first, *others = answers[sets[0].name]
        self.table(f"queries with as many snapshots as {first} counts", others, rows([first, *others], snapshots))
        first, *others = (name for name in others if name in ENTRIES_ALIKE)
        if others:
            self.table(f"queries with as many entries as {first} counts", others, rows([first, *others], entries))

    def files(self, sets, exact, found):
        """Of the files that are named for the queries of each set, by what is exact and by what was found, how many are named by both."""
        rows = []
        for questions in sets:
            pairs = list(zip(exact[questions.name], found[questions.name]))
            both, either = sum(len(a & b) for a, b in pairs), sum(len(a | b) for a, b in pairs)
            missed = sum(len(a - b) for a, b in pairs)
            rows.append([questions.name, f"{either:,}", f"{both / max(either, 1):.1%}", f"{missed:,}", f"{either - both - missed:,}"])
        self.table("files that match, over all queries", ["by any rule", "ripgrep agrees", "it alone misses", "it alone names"], rows)


def plain(values, digits):
    return [f"{value:,.{digits}f}" for value in values]


def beside_first(values, digits=2, more_is_better=False):
    """Each value, and how many times worse than the first it is."""
    first, *others = values
    ratios = [first / other if more_is_better else other / first for other in others]
    return [f"{first:,.{digits}f}", *(f"{other:,.{digits}f} ({ratio:,.1f}×)" for other, ratio in zip(others, ratios))]


def query_by_query(runs):
    """How many times as long as the first engine each takes for a query."""

    def medians(name):
        queries = zip(*(run[name].asked for run in runs))
        return [statistics.median(statistics.median(asked.times_ms) for asked in each) for each in queries]

    first, *others = (medians(name) for name in runs[0])
    ratios = ([theirs / mine for mine, theirs in zip(first, other)] for other in others)
    return ["", *(f"{statistics.median(each):,.1f}× ({min(each):,.1f}× to {max(each):,.1f}×)" for each in ratios)]


def equal(ours, theirs, counts):
    """How many answers have the same counts, and by how much one differs at most."""
    pairs = [(counts(mine), counts(other)) for mine, other in zip(ours, theirs)]
    agreeing = sum(mine == other for mine, other in pairs)
    differences = [abs(mine.get(key, 0) - other.get(key, 0)) for mine, other in pairs for key in mine.keys() | other.keys()]
    return f"{agreeing} of {len(pairs)}" + (f", differ by {max(differences):,} at most" if agreeing < len(pairs) else "")
