"""Every birth date of 1900 to 2030 by every age that the shipped rule files name, under both conventions for a day that a
month lacks: the days on which the ages are reached, as digests. Written from Python's own calendar, and held against
dateutil and DuckDB where they are installed. `run.sh` installs both and compares with digests.txt; `--write` writes it."""

import calendar
import datetime
import hashlib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
RULES = HERE.parent.parent / "rules"
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2030, 12, 31)


def ages():
    """Periods in the rule files, as (count, "days" or "months"), comments and quoted words left aside."""
    found = set()
    for path in RULES.rglob("*.rules"):
        text = re.sub(r'"[^"]*"|#.*', " ", path.read_text())
        for count, unit, more in re.findall(r"\b(\d+) (day|week|month|year)s?(?: (\d+) months?)?\b", text):
            count, more = int(count), int(more or 0)
            months = {"month": 1, "year": 12}.get(unit)
            found.add((count * months + more, "months") if months else (count * {"day": 1, "week": 7}[unit], "days"))
    return sorted(found, key=lambda age: (age[1], age[0]))


def reached(birth, age, convention):
    count, unit = age
    if unit == "days":
        return birth + datetime.timedelta(days=count)
    year, month = divmod(birth.year * 12 + birth.month - 1 + count, 12)
    length = calendar.monthrange(year, month + 1)[1]
    if birth.day <= length:
        return datetime.date(year, month + 1, birth.day)
    last = datetime.date(year, month + 1, length)
    return last if convention == "last day" else last + datetime.timedelta(days=1)


def births():
    return [FIRST + datetime.timedelta(days=at) for at in range((LAST - FIRST).days + 1)]


def digests():
    for age in ages():
        for convention in ["last day", "next day"]:
            text = "".join(f"{reached(birth, age, convention)}\n" for birth in births())
            yield f"{age[0]} {age[1]}, {convention}: {hashlib.sha256(text.encode()).hexdigest()}\n"


def held_against_dateutil():
    from dateutil.relativedelta import relativedelta

    for age in ages():
        for birth in births():
            assert birth + relativedelta(**{age[1]: age[0]}) == reached(birth, age, "last day"), (birth, age)


def held_against_duckdb():
    import duckdb

    for count, unit in ages():
        rows = duckdb.sql(
            f"SELECT birth, birth + INTERVAL {count} {unit} FROM ("
            f"SELECT CAST(DATE '{FIRST}' + CAST(days AS INTEGER) AS DATE) AS birth"
            f" FROM range({(LAST - FIRST).days + 1}) AS births(days))"
        ).fetchall()
        for birth, found in rows:
            assert found.date() == reached(birth, (count, unit), "last day"), (birth, count, unit)


if __name__ == "__main__":
    written = "".join(digests())
    if "--write" in sys.argv:
        (HERE / "digests.txt").write_text(written)
    assert (HERE / "digests.txt").read_text() == written, "digests.txt differs: see what changed, then `ages.py --write`"
    cases = len(ages()) * 2 * len(births())
    print(f"{len(ages())} ages x 2 conventions x {len(births())} birth dates = {cases} days: as digests.txt says")
    if "--others" in sys.argv:
        held_against_dateutil()
        held_against_duckdb()
        print("dateutil and DuckDB come to the same under the last day's convention, which is theirs")
