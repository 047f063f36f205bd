#!/usr/bin/env python3
"""The evaluator, DuckDB, Spark and PostgreSQL over the same hostile extract, compared row by row.

    tests/engines/run.sh                       installs what is needed, then runs this
    python3 tests/engines/check.py --help      with duckdb and pyspark at hand already

For every rulebook that is shipped, and one that was made up to say what those do not, under both conventions for days that a
month lacks. Exit code 1 if any row of any engine is not the evaluator's.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import engines
import hostile
import mutants

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENGINES = {"duckdb": engines.DuckDb, "spark": engines.Spark, "postgres": engines.Postgres}

# What an engine leaves out of a table that the evaluator prints.
NOT_SAID = {"nothing_to_give", "not_known"}


class Case:
    """One query, and the command that answers the same question."""

    def __init__(self, name, asked, answered):
        self.name, self.asked, self.answered = name, asked, answered


def cases(book, has_pathway, results):
    """The questions asked of a rulebook."""
    if has_pathway:
        beside = ["--practices", "practices.csv", "--appointments", "appointments.csv", "--slots", "slots.csv"]
        both = ["--as-of", "2024-11-15"]
        paid = ["--set", "pounds_per_child=33.37", "--set", "audit_rate=10"]
        yield Case("children", ["--level", "patient"], ["pathway", "--level", "patient", *beside])
        yield Case("children-as-of", ["--level", "patient", *both], ["pathway", "--level", "patient", *beside, *both])
        yield Case("return", paid, ["pathway", "--table", "return", *beside, *paid])
        yield Case("return-as-of", both, ["pathway", "--table", "return", *beside, *both])
        return
    yield Case("patients", ["--level", "patient"], ["run", "--level", "patient"])
    practices = ["--practices", "practices.csv"]
    yield Case("indicators", [], ["run", "--table", "indicators", *practices])
    if "baseline" in results:
        earlier = ["--baseline", "baseline.csv"]
        yield Case("indicators-baseline", ["--table", "baseline=baseline"], ["run", "--table", "indicators", *practices, *earlier])
    for result in ("payments", "fees"):
        if result in results:
            yield Case(result, ["--result", result], ["run", "--table", result, *practices])


def uptake(binary, rules, *arguments, folder):
    command = [str(binary), *map(str, arguments), "--rules", str(rules)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def table(text):
    rows = list(csv.reader(text.splitlines()))
    return rows[0], rows[1:]


def differences(expected, found):
    """How many rows differ, and some of them. Columns that the query does not give are left aside."""
    (columns, rows), (given, others) = expected, found
    kept = [at for at, column in enumerate(columns) if column not in NOT_SAID]
    if [columns[at] for at in kept] != given:
        return len(rows) or 1, [f"columns {given} in the place of {[columns[at] for at in kept]}"]
    rows = [[row[at] for at in kept] for row in rows]
    wrong = [f"{ours} is {theirs}" for ours, theirs in zip(rows, others) if ours != theirs]
    missing = abs(len(rows) - len(others))
    if missing:
        wrong.append(f"{len(others)} rows in the place of {len(rows)}")
    return len(wrong) + missing, wrong[:5]


def other_convention(rules, folder):
    """The same rules where a day that a month lacks is the next one."""
    shutil.copytree(rules, folder, dirs_exist_ok=True)
    for path in Path(folder).glob("*/*/*.toml"):
        text = path.read_text()
        path.write_text(text.replace('missing_day = "last day"', 'missing_day = "next day"'))
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", default="duckdb,spark,postgres")
    parser.add_argument("--books", help="only these rulebooks, as SCHEME/YEAR, separated by commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=6000, help="patients per rulebook, besides those at the boundaries of every age")
    parser.add_argument("--mutants", action="store_true", help="instead, see that each turned comparison changes an answer")
    parser.add_argument("--uptake", default=str(ROOT / "target/debug/uptake"))
    parser.add_argument("--keep", help="a folder for tables, queries and answers, which is kept")
    arguments = parser.parse_args()
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="uptake-engines-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        wrong = check(arguments, folder)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if wrong else 0)


def gather(arguments, folder):
    """All queries by dialect, and all the evaluator's answers."""
    rules = folder / "rules"
    shutil.copytree(ROOT / "rules", rules, dirs_exist_ok=True)
    shutil.copytree(HERE / "rules", rules, dirs_exist_ok=True)
    names = sorted(f"{path.parent.parent.name}/{path.parent.name}" for kind in ("contract", "scheme") for path in rules.glob(f"*/*/{kind}.toml"))
    asked = arguments.books.split(",") if arguments.books else names
    lent = [used for name in asked for used in hostile.read_book(rules / name, rules).uses]
    drawn = [name for name in names if name in asked or name in lent]
    patients, events = hostile.make(rules, drawn, folder, arguments.seed, arguments.size)
    print(f"seed {arguments.seed}: {patients:,} patients, {events:,} events")
    conventions = {"last day": rules, "next day": other_convention(rules, folder / "rules-next")}
    queries, answers = {}, {}
    for book in asked:
        text = "\n".join(path.read_text() for path in (rules / book).glob("*.rules"))
        results = {word for word, sign in (("fees", "\nfee "), ("baseline", "baseline_achievement")) if sign in text}
        if any(f"for {scope}" in text for scope in ("each quarter", "the practice")) or "payment clawback" in text:
            results.add("payments")
        for convention, place in conventions.items():
            for case in cases(book, "\npathway " in text, results):
                if convention == "next day" and not case.name.startswith(("patients", "children")):
                    continue
                name = f"{book}/{convention.replace(' ', '-')}/{case.name}"
                tables = ["--patients", "patients.csv", "--events", "events.csv", "--format", "csv"]
                command, *rest = case.answered
                answers[name] = table(uptake(arguments.uptake, place, command, "--year", book, *tables, *rest, folder=folder))
                for engine in arguments.engines.split(","):
                    dialect = ENGINES[engine].dialect
                    queries.setdefault(engine, {})[name] = uptake(
                        arguments.uptake, place, "sql", "--year", book, "--dialect", dialect, *case.asked, folder=folder)
    return queries, answers


def try_mutants(queries, folder):
    """How many turned comparisons of the queries for patients change no row."""
    connection, alive = engines.DuckDb().load(folder), 0
    for name, query in queries["duckdb"].items():
        if not name.endswith(("last-day/patients", "last-day/children")):
            continue
        expected = [tuple(row) for row in connection.execute(query).fetchall()]
        total, survivors = mutants.survivors(connection, query, expected)
        alive += len(survivors)
        print(f"{name}: {total - len(survivors)} of {total} turned comparisons change the answer")
        for line in survivors:
            print(f"  changes nothing: {line}")
    return alive


def check(arguments, folder):
    started = time.time()
    queries, answers = gather(arguments, folder)
    if arguments.mutants:
        return try_mutants(queries, folder)
    print(f"{len(answers)} questions answered by the evaluator, {time.time() - started:.0f} s")
    lines, all_wrong = [], 0
    for engine, asked in queries.items():
        started = time.time()
        found = {}

        def report(name, columns, rows):
            found[name] = differences(answers[name], (columns, rows))

        ENGINES[engine]().run(folder, asked, report)
        print(f"{ENGINES[engine].name}: {len(asked)} queries, {time.time() - started:.0f} s")
        for name in asked:
            count, some = found.get(name, (len(answers[name][1]) or 1, ["no answer"]))
            all_wrong += count
            lines.append((ENGINES[engine].name, name, len(answers[name][1]), count))
            for line in some:
                print(f"  {ENGINES[engine].name} {name}: {line}")
    summary(lines)
    print("no differences" if all_wrong == 0 else f"{all_wrong} rows differ")
    return all_wrong


def summary(lines):
    """Engine by rulebook: rows compared by question, and how many differ."""
    totals = {}
    for engine, name, rows, wrong in lines:
        scheme, year, convention, case = name.split("/")
        kind = "patients" if case.startswith(("patients", "children")) else "practices"
        entry = totals.setdefault((engine, f"{scheme}/{year}"), {"patients": 0, "practices": 0, "wrong": 0})
        entry[kind] += rows
        entry["wrong"] += wrong
    print(f"\n{'engine':<11} {'rulebook':<24} {'patient rows':>12} {'practice rows':>13} {'differences':>11}")
    for (engine, book), entry in totals.items():
        print(f"{engine:<11} {book:<24} {entry['patients']:>12,} {entry['practices']:>13,} {entry['wrong']:>11,}")


if __name__ == "__main__":
    main()
