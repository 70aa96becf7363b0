#!/usr/bin/env python3
"""Measures how time, memory and size grow with the archive: generated archives of several sizes, one index of each. Writes a
dated record and a chart, and prints whether growth is no worse than linear."""

import argparse
import datetime
import json
import math
import os
import shutil
import sys
from pathlib import Path

from measure import PHRASES, facts, machine, new_record, peak_megabytes, read_lines, run_measured, target_dir, versions, write_lines

SIZES = [10_000, 32_000, 100_000, 320_000, 1_071_488]
# More than the largest archive needs: the number of snapshots is the limit.
COMPANIES = 200_000
TREND = "we do not sell"
COLD_RUNS = 5
# What may not grow faster than the archive.
COSTS = {"wall time (s)": "seconds", "processor time (s)": "processor", "peak memory (MB)": "peak_mb", "index size (MB)": "index_mb"}
# Noise of a shared machine is no growth.
TOLERANCE = 1.1


def main():
    args = arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    record = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(args.threads),
        "versions": versions(args.bin),
        "seed": args.seed,
        "trend": TREND,
        "sizes": [],
    }
    kept = new_record(args.out, "growth", ".json")
    for size in args.sizes:
        measured = measure(args, size)
        record["sizes"].append(measured)
        print("  ".join(f"{key} {value:,.2f}".rstrip("0").rstrip(".") for key, value in measured.items()), flush=True)
        # What was measured is kept if a larger one fails.
        kept.write_text(json.dumps(record, indent=2) + "\n")
    kept.with_suffix(".svg").write_text(chart(record["sizes"]))
    if not verdict(record["sizes"]):
        sys.exit(1)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=sizes, default=SIZES, help="snapshots of each archive, with commas between")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--bin", type=Path, default=target_dir() / "release", help="where cargo put the programs")
    parser.add_argument("--work", type=Path, required=True, help="where archives are kept, to be used again, and indexes built")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "runs", help="where the record is written")
    return parser.parse_args()


def sizes(text):
    return sorted(int(size) for size in text.split(","))


# Measuring


def measure(args, size):
    archive, holds = generated(args, size)
    index = args.work / "index"
    shutil.rmtree(index, ignore_errors=True)
    command = [args.bin / "fineprint", "index", archive, "--index", index, "--threads", str(args.threads), "--format", "json"]
    seconds, usage, _ = run_measured(command, args.work / "index.out")
    index_bytes = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    phrases = write_lines(args.work / "phrases.txt", [f'"{line}"' for line in read_lines(PHRASES)])
    trend = write_lines(args.work / "trend.txt", [f'"{TREND}"'])
    latency = [args.bin / "examples" / "latency", index]
    answers = facts(run_measured([*latency, phrases], args.work / "answers.out")[2])
    warm = facts(run_measured([*latency, trend, "--trend"], args.work / "answers.out")[2])
    # Exit status 1: nothing found.
    cold = [
        run_measured([args.bin / "fineprint", "trend", "--index", index, f'"{TREND}"', "--format", "csv"], os.devnull, (0, 1))[0]
        for _ in range(COLD_RUNS)
    ]
    shutil.rmtree(index)
    return {
        "snapshots": int(holds["snapshots"]),
        "companies": int(holds["companies"]),
        "archive_mb": holds["bytes"] / 1e6,
        "text_mb": holds["text_bytes"] / 1e6,
        "distinct_mb": holds["distinct_in_documents_bytes"] / 1e6,
        "seconds": seconds,
        "processor": usage.ru_utime + usage.ru_stime,
        "peak_mb": peak_megabytes(usage),
        "index_mb": index_bytes / 1e6,
        "phrases_median_ms": answers["median_ms"],
        "phrases_p99_ms": answers["p99_ms"],
        "trend_warm_ms": warm["median_ms"],
        "trend_cold_ms": sorted(cold)[COLD_RUNS // 2] * 1e3,
    }


def generated(args, size):
    """An archive and what it holds; written unless it is there."""
    archive = args.work / f"seed-{args.seed}-{size}"
    facts_path = archive.with_suffix(".txt")
    if not facts_path.exists():
        shutil.rmtree(archive, ignore_errors=True)
        command = [args.bin / "examples" / "generate", archive, "--companies", COMPANIES, "--snapshots", size]
        unfinished = facts_path.with_suffix(".part")
        run_measured([*command, "--seed", args.seed, "--threads", args.threads], unfinished)
        unfinished.rename(facts_path)
    return archive, facts(facts_path.read_text())


# Telling


def verdict(measured):
    """Prints how the cost of a snapshot grew from the smallest to the largest archive; whether none grew."""
    first, last = measured[0], measured[-1]
    print(f"\ncost of a snapshot, {last['snapshots']:,} beside {first['snapshots']:,}")
    is_linear = True
    for title, key in COSTS.items():
        growth = (last[key] / last["snapshots"]) / (first[key] / first["snapshots"])
        is_linear = is_linear and growth <= TOLERANCE
        print(f"{title:24}{growth:8.2f}×")
    print("growth is no worse than linear" if is_linear else f"growth is WORSE than linear (more than {TOLERANCE}×)")
    return is_linear


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 520, 70, 170, 40, 60
COLOURS = ["#0b62a4", "#7a5195", "#c2410c", "#2f7d4f"]


def chart(measured):
    """The costs over the number of snapshots, both by powers of ten, as SVG."""
    counts = [size["snapshots"] for size in measured]
    values = [size[key] for size in measured for key in COSTS.values()]
    low_x, high_x = math.log10(counts[0]), math.log10(max(counts[-1], counts[0] * 10))
    low_y, high_y = math.floor(math.log10(max(min(values), 1e-3))), math.ceil(math.log10(max(values)))
    x = lambda count: LEFT + (math.log10(count) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)
    y = lambda value: HEIGHT - BOTTOM - (math.log10(max(value, 1e-3)) - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="15">What indexing costs as the archive grows</text>',
    ]
    for power in range(low_y, high_y + 1):
        at = y(10**power)
        lines.append(f'<path d="M{LEFT} {at:.1f}H{right}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:,g}</text>')
    for count in counts:
        lines.append(f'<path d="M{x(count):.1f} {TOP}V{bottom}" stroke="#eee"/>')
        lines.append(f'<text x="{x(count):.1f}" y="{bottom + 18}" text-anchor="middle">{count:,}</text>')
    lines.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 14}" text-anchor="middle">snapshots</text>')
    # Twice as many snapshots, twice the cost: from the lower left corner up to where it leaves the chart.
    steep = min(high_x - low_x, high_y - low_y)
    end = (x(10 ** (low_x + steep)), y(10 ** (low_y + steep)))
    lines.append(f'<path d="M{LEFT} {bottom}L{end[0]:.1f} {end[1]:.1f}" stroke="#888" stroke-dasharray="5 4"/>')
    lines.append(f'<text x="{end[0] + 6:.1f}" y="{end[1] + 4:.1f}" fill="#666">linear</text>')
    labels = spread([y(measured[-1][key]) for key in COSTS.values()])
    for colour, (title, key), label in zip(COLOURS, COSTS.items(), labels):
        points = [f"{x(size['snapshots']):.1f} {y(size[key]):.1f}" for size in measured]
        lines.append(f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point in points:
            cx, cy = point.split()
            lines.append(f'<circle cx="{cx}" cy="{cy}" r="3.5" fill="{colour}"/>')
        lines.append(f'<text x="{x(counts[-1]) + 10:.1f}" y="{label + 4:.1f}" fill="{colour}">{title}</text>')
    return "\n".join([*lines, "</svg>", ""])


def spread(places, gap=15):
    """The places of labels, moved down where they would lie on each other."""
    moved, least = {}, -math.inf
    for at in sorted(range(len(places)), key=lambda at: places[at]):
        least = max(places[at], least + gap)
        moved[at] = least
    return [moved[at] for at in range(len(places))]


if __name__ == "__main__":
    main()
