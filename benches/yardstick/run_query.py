#!/usr/bin/env python3
"""Runs query.sql over an extract's tables with DuckDB: run_query.py FOLDER [THREADS [parquet|csv [decode]]].

Prints the result as CSV on stdout, and the seconds that the query itself took on stderr. With `decode` it does no more
than decode the columns that the query reads.
"""

import csv
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


# Every cell is touched, and next to nothing is done with it.
DECODE = """
SELECT (SELECT max(length(patient_id)) + max(length(practice_code)) + max(birth_date - DATE '1900-01-01')
          + max(registered_date - DATE '1900-01-01') + max(coalesce(deregistered_date, DATE '1900-01-01') - DATE '1900-01-01')
          + max(coalesce(death_date, DATE '1900-01-01') - DATE '1900-01-01') FROM $patients) AS patients,
       (SELECT max(length(patient_id)) + max(event_date - DATE '1900-01-01') + max(length(code)) FROM $events) AS events
"""

# The types are told, so that DuckDB need not guess them.
COLUMNS = {
    "patients": {"patient_id": "VARCHAR", "practice_code": "VARCHAR", "birth_date": "DATE", "registered_date": "DATE",
                 "deregistered_date": "DATE", "death_date": "DATE"},
    "events": {"patient_id": "VARCHAR", "event_date": "DATE", "code": "VARCHAR", "text": "VARCHAR",
               "practice_code": "VARCHAR"},
}


def table(folder, name, form):
    """A table of the extract as DuckDB reads it; the patients with the number of each row."""
    path = str(folder / f"{name}.{form}").replace("'", "''")
    if form == "parquet":
        return f"read_parquet('{path}', file_row_number = {'true' if name == 'patients' else 'false'})"
    scan = f"read_csv('{path}', header = true, auto_detect = false, quote = '\"', columns = {COLUMNS[name]})"
    return f"(SELECT *, row_number() OVER () AS file_row_number FROM {scan})" if name == "patients" else scan


def filled(query, folder, form):
    """A query with the tables in it."""
    for name in ("patients", "events"):
        query = query.replace(f"${name}", table(folder, name, form))
    return query.replace("$codes", str(HERE / "codes.csv").replace("'", "''"))


def main():
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    form = sys.argv[3] if len(sys.argv) > 3 else "parquet"
    query = DECODE if sys.argv[4:] == ["decode"] else (HERE / "query.sql").read_text(encoding="utf-8")
    connection = duckdb.connect(config={"threads": threads})
    start = time.perf_counter()
    result = connection.execute(filled(query, Path(sys.argv[1]), form))
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    print(f"{time.perf_counter() - start:.3f}", file=sys.stderr)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(names)
    out.writerows(rows)


if __name__ == "__main__":
    main()
