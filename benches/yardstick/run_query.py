#!/usr/bin/env python3
"""Runs query.sql over an extract's Parquet files with DuckDB: run_query.py FOLDER [THREADS].

Prints the result as CSV on stdout, and the seconds that the query itself took on stderr.
"""

import csv
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


def filled(folder):
    """The query with the names of the files in it."""
    query = (HERE / "query.sql").read_text(encoding="utf-8")
    files = {"$patients": folder / "patients.parquet", "$events": folder / "events.parquet", "$codes": HERE / "codes.csv"}
    for name, path in files.items():
        query = query.replace(name, str(path).replace("'", "''"))
    return query


def main():
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    connection = duckdb.connect(config={"threads": threads})
    start = time.perf_counter()
    result = connection.execute(filled(Path(sys.argv[1])))
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    print(f"{time.perf_counter() - start:.3f}", file=sys.stderr)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(names)
    out.writerows(rows)


if __name__ == "__main__":
    main()
