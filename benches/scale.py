#!/usr/bin/env python3
"""Shows how the cost of `uptake run` grows with the number of patients, and how far it is from merely decoding.

    benches/scale.py [--sizes 100000,300000,1000000,3000000,10000000] [--runs 5] [--plot docs/scale.svg]

For each size an extract of shuffled Parquet is drawn, then `uptake run` of one year and a DuckDB process that does no
more than decode the same columns are timed by turns, from start to exit. Printed is a table in Markdown; the plot has
both on logarithmic axes, on which a cost in proportion to rows is a line that rises as the thin one does.
"""

import argparse
import math
import statistics
import tempfile
from pathlib import Path

from yardstick import HERE, ROOT, YEAR, draw, duckdb_python, measure, uptake_run

WIDTH, HEIGHT, MARGIN = 640, 400, 60


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uptake", type=Path, default=ROOT / "target" / "release" / "uptake")
    parser.add_argument("--sizes", default="100000,300000,1000000,3000000,10000000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--duckdb", default="duckdb")
    parser.add_argument("--plot", type=Path, help="where to write the plot")
    return parser.parse_args()


def at_size(options, python, size):
    """Median seconds of both, median of the ratios, and peak memory in MiB of `uptake run`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "extract"
        draw(options.uptake, folder, size, options.seed, "parquet")
        ours = uptake_run(options.uptake, folder, "parquet", YEAR, options.threads)
        decode = [python, HERE / "yardstick" / "run_query.py", folder, options.threads, "parquet", "decode"]
        pairs = measure(ours, decode, options.runs)
    # Starting Python and DuckDB is not decoding: their own clock tells the query alone.
    decoding = [float(query.err) for _, query in pairs]
    walls = [run.wall for run, _ in pairs]
    ratio = statistics.median(wall / alone for wall, alone in zip(walls, decoding))
    return statistics.median(walls), statistics.median(decoding), ratio, max(run.peak for run, _ in pairs)


def table(rows):
    lines = ["| patients | uptake run | per million | decoding alone | ratio | peak |", "|---|---|---|---|---|---|"]
    for size, (wall, decoding, ratio, peak) in rows:
        each = wall / size * 1e6
        lines.append(f"| {size:,} | {wall:.2f} s | {each:.2f} s | {decoding:.2f} s | {ratio:.1f} | {peak:.0f} MiB |")
    return "\n".join(lines)


def plot(rows):
    """Both series as an SVG."""
    sizes = [size for size, _ in rows]
    seconds = [value for _, row in rows for value in row[:2]]
    left, right = math.log10(min(sizes)), math.log10(max(sizes))
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    x = lambda size: MARGIN + (math.log10(size) - left) / max(right - left, 1e-9) * (WIDTH - 2 * MARGIN)
    y = lambda value: HEIGHT - MARGIN - (math.log10(value) - low) / max(high - low, 1) * (HEIGHT - 2 * MARGIN)
    line = lambda points, style: f'<polyline fill="none" {style} points="' + " ".join(f"{a:.1f},{b:.1f}" for a, b in points) + '"/>'
    text = lambda a, b, words, anchor="middle": f'<text x="{a:.1f}" y="{b:.1f}" text-anchor="{anchor}">{words}</text>'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for power in range(low, high + 1):
        parts.append(line([(MARGIN, y(10**power)), (WIDTH - MARGIN, y(10**power))], 'stroke="#ddd"'))
        parts.append(text(MARGIN - 6, y(10**power) + 4, f"{10.0**power:g} s", "end"))
    for size in sizes:
        parts.append(text(x(size), HEIGHT - MARGIN + 18, f"{size:,}"))
    first = rows[-1][1][0] / sizes[-1] * sizes[0]
    in_proportion = [(x(sizes[0]), y(max(first, 10.0**low))), (x(sizes[-1]), y(rows[-1][1][0]))]
    parts.append(line(in_proportion, 'stroke="#888" stroke-dasharray="3 3"'))
    for column, colour, words in ((0, "#005eb8", "uptake run, one year"), (1, "#d5281b", "decoding the columns alone")):
        parts.append(line([(x(size), y(row[column])) for size, row in rows], f'stroke="{colour}" stroke-width="2"'))
        parts.append(f'<g fill="{colour}">{text(MARGIN + 8, MARGIN - 24 + 16 * column, words, "start")}</g>')
    parts.append(text(WIDTH / 2, HEIGHT - 14, "patients (dashed: in proportion)"))
    return "\n".join(parts + ["</svg>", ""])


def main():
    options = arguments()
    python = duckdb_python(options.duckdb)
    rows = [(size, at_size(options, python, size)) for size in map(int, options.sizes.split(","))]
    print(table(rows))
    if options.plot:
        options.plot.write_text(plot(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
