#!/usr/bin/env python3
"""Times `uptake run` against a hand-written DuckDB query over the same files, and checks that they agree.

    benches/yardstick.py [--size 1000000] [--seed 1] [--runs 7] [--threads 2]     draws an extract first
    benches/yardstick.py --folder DIR                                             uses one that is there
    benches/yardstick.py --form csv                                               from CSV instead of Parquet
    benches/yardstick.py --years 2021-22,2022-23,2023-24                          several years in uptake's one run

Both are timed as whole processes, from start to exit, by turns, after one run of each that is not counted. Printed are
the median, least and greatest seconds, processor seconds and peak memory of each, and the ratio of each pair of runs.
Standard library only; DuckDB comes from PyPI into a virtual environment under target/, made once.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
YEAR = "2023-24"
COLUMNS = "practice_code,indicator,register,excluded,excepted,denominator,numerator".split(",")


class Timed(NamedTuple):
    """One process: wall and processor seconds, peak memory in MiB, and what it wrote."""

    wall: float
    cpu: float
    peak: float
    out: str
    err: str


def run(command):
    """Runs a command to its end; ends this script if the command fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err)
        # Not `child.wait()`: this child's own resource usage is wanted.
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text, talk = out.read(), err.read()
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}:\n{talk}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Timed(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, text, talk)


def duckdb_python(requirement):
    """The interpreter of a virtual environment that has DuckDB."""
    place = ROOT / "target" / "yardstick-venv"
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    if subprocess.run([python, "-c", "import duckdb"], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", requirement], check=True)
    return python


def counts(text):
    """Rows of the query's year by practice and indicator, of the columns that both have; their order does not matter."""
    rows = csv.DictReader(text.splitlines())
    return sorted(tuple(row[name] for name in COLUMNS) for row in rows if row.get("year", YEAR) == YEAR)


def differences(ours, theirs):
    """The first few rows that only one side has, in words."""
    lines = [f"  only uptake: {','.join(row)}" for row in sorted(set(ours) - set(theirs))[:5]]
    return "\n".join(lines + [f"  only DuckDB: {','.join(row)}" for row in sorted(set(theirs) - set(ours))[:5]])


def report(name, runs):
    """One line on a command's runs."""
    walls = [timed.wall for timed in runs]
    cpu = statistics.median(timed.cpu for timed in runs)
    peak = max(timed.peak for timed in runs)
    median = statistics.median(walls)
    print(
        f"{name:8} median {median:7.3f} s   from {min(walls):.3f} to {max(walls):.3f}   "
        f"processor {cpu:7.3f} s   peak {peak:7.0f} MiB"
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uptake", type=Path, default=ROOT / "target" / "release" / "uptake")
    parser.add_argument("--folder", type=Path, help="an extract that is there already")
    parser.add_argument("--form", choices=("parquet", "csv"), default="parquet", help="the form of its tables")
    parser.add_argument("--years", default=YEAR, help=f"the years of uptake's run, {YEAR} among them")
    parser.add_argument("--size", type=int, default=1_000_000, help="patients to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=7, help="pairs that are counted")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--duckdb", default="duckdb", help="what pip installs, such as duckdb==2.0.0")
    parser.add_argument("--query-only", action="store_true", help="time DuckDB alone")
    return parser.parse_args()


def draw(uptake, folder, size, seed, form):
    """Draws an extract and runs nothing over it."""
    run([uptake, "demo", folder, "--size", size, "--seed", seed, "--format", form, "--write-only"])


def uptake_run(uptake, folder, form, years, threads):
    """The command that counts an extract."""
    tables = [part for name in ("patients", "events", "practices") for part in (f"--{name}", folder / f"{name}.{form}")]
    return [uptake, "run", "--year", years, "--format", "csv", "--threads", threads, *tables]


def measure(ours, theirs, pairs):
    """Runs both by turns; the first pair warms the file cache and is not counted."""
    kept = []
    for number in range(pairs + 1):
        pair = (run(ours) if ours else None, run(theirs))
        if number > 0:
            kept.append(pair)
    return kept


def compare(pairs):
    """Prints both sides and their ratios; True if every result is the same."""
    report("uptake", [ours for ours, _ in pairs])
    report("DuckDB", [theirs for _, theirs in pairs])
    ratios = sorted(ours.wall / theirs.wall for ours, theirs in pairs)
    print(f"uptake / DuckDB, pair by pair: median {statistics.median(ratios):.3f}, from {ratios[0]:.3f} to {ratios[-1]:.3f}")
    ours, theirs = counts(pairs[0][0].out), counts(pairs[0][1].out)
    if ours != theirs:
        print(f"the results differ ({len(ours)} rows and {len(theirs)}):\n{differences(ours, theirs)}")
        return False
    print(f"the results agree in all {len(ours)} rows")
    return True


def main():
    options = arguments()
    python = duckdb_python(options.duckdb)
    version = run([python, "-c", "import duckdb; print(duckdb.__version__)"]).out.strip()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch) / "extract"
        if not options.folder:
            draw(options.uptake, folder, options.size, options.seed, options.form)
        ours = uptake_run(options.uptake, folder, options.form, options.years, options.threads)
        theirs = [python, HERE / "yardstick" / "run_query.py", folder, options.threads, options.form]
        pairs = measure(None if options.query_only else ours, theirs, options.runs)
    within = statistics.median(float(query.err) for _, query in pairs)
    print(f"DuckDB {version}, {options.threads} threads; the query itself takes {within:.3f} s of its process")
    if options.query_only:
        report("DuckDB", [query for _, query in pairs])
        return
    if not compare(pairs):
        sys.exit(1)


if __name__ == "__main__":
    main()
