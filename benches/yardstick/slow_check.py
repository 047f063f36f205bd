#!/usr/bin/env python3
"""Counts 2023-24's four indicators the slow and obvious way, one patient at a time, from CSV.

    slow_check.py FOLDER [YEAR]

FOLDER holds patients.csv and events.csv. Prints practice_code,indicator,register,excluded,excepted,denominator,numerator
as CSV. YEAR (2023 unless given) is the year in which the contract year starts; the rules are 2023-24's in any case.
Standard library only. It shares nothing with the query beside it but codes.csv.
"""

import calendar
import csv
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

INDICATORS = ("VI001", "VI002", "VI003", "VI004")


def months_after(day, months):
    """A date so many months later; a day that the month lacks becomes its last day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class Child:
    """A patient as the rules see one: birth, the registration that holds, and the dates of each cluster."""

    def __init__(self, birth, registered, dates, start, end):
        self.birth, self.registered, self.dates, self.start, self.end = birth, registered, dates, start, end

    def age(self, months):
        return months_after(self.birth, months)

    def turns(self, months):
        return self.start <= self.age(months) <= self.end

    def on(self, cluster, keep=lambda day: True):
        """The distinct dates of a cluster from birth to year end, in order."""
        return sorted(d for d in self.dates.get(cluster, ()) if self.birth <= d <= self.end and keep(d))

    def before_registering(self, cluster):
        return len(self.on(cluster, lambda d: d < self.registered))


def vi001(p):
    if not p.turns(8):
        return None
    if len(p.on("dtap", lambda d: d < p.age(8))) >= 3:
        return "achieved"
    if p.on("dtap_contraindicated", lambda d: d < p.age(8)):
        return "DTPCON"
    doses = p.before_registering("dtap")
    if p.registered >= p.age(8):
        return "PCADTP"
    for months, most in ((7, 2), (6, 1), (5, 0)):
        if p.registered >= p.age(months) and doses <= most:
            return "PCADTP"
    return "not achieved"


def vi002(p):
    if not p.turns(18):
        return None
    if p.on("mmr", lambda d: p.age(12) <= d <= p.age(18)):
        return "achieved"
    if p.on("mmr_contraindicated", lambda d: d <= p.age(18)):
        return "MMRCON"
    if p.registered > p.age(18) or (p.registered > p.age(17) and p.before_registering("mmr") == 0):
        return "PCAMMR1"
    return "not achieved"


def vi003(p):
    if not p.turns(60):
        return None
    two_mmr = len(p.on("mmr", lambda d: p.age(12) <= d < p.age(60))) >= 2
    booster = bool(p.on("dtap_ipv_booster", lambda d: d < p.age(60)))
    if two_mmr and booster:
        return "achieved"
    no_mmr = bool(p.on("mmr_contraindicated", lambda d: d < p.age(60)))
    no_dtap = bool(p.on("dtap_contraindicated", lambda d: d < p.age(60)))
    if (no_mmr and no_dtap) or (two_mmr and no_dtap) or (booster and no_mmr):
        return "MMRDTAPCON"
    mmr = p.before_registering("mmr")
    boosted = p.before_registering("dtap_ipv_booster") > 0
    late = {
        57: mmr == 0 and not boosted,
        58: (mmr == 1 and not boosted) or (mmr == 0 and boosted),
        59: (mmr >= 2 and not boosted) or (mmr == 1 and boosted),
    }
    if any(p.registered > p.age(months) and holds for months, holds in late.items()):
        return "PCAMMRDTAP"
    return "not achieved"


def vi004(p):
    seventies = lambda d: p.age(70 * 12) <= d < p.age(80 * 12)
    live = p.on("shingles_live", seventies)
    in_seventies = p.on("shingles_inactivated", seventies)
    first = in_seventies[0] if in_seventies else None
    if not p.turns(80 * 12):
        by_start = p.on("shingles_inactivated", lambda d: p.age(70 * 12) <= d < p.start)
        carried = len(by_start) == 1 and seventies(by_start[0]) and not live
        if not (p.turns(81 * 12) and carried):
            return None
    if live:
        return "achieved"
    if first and p.on("shingles_inactivated", lambda d: first < d < p.age(81 * 12)):
        return "achieved"
    if p.on("shingles_contraindicated"):
        return "SHCON"
    if not live and not in_seventies and p.on("shingles_declined", seventies):
        return "SHDECU80"
    if first and p.on("shingles_declined", lambda d: d >= first):
        return "SHDECV2"
    if p.turns(80 * 12) and first and not p.on("shingles_inactivated", lambda d: d > first):
        return "SHNOV2O80"
    return "not achieved"


RULES = dict(zip(INDICATORS, (vi001, vi002, vi003, vi004)))


def clusters_by_code(path):
    by_code = defaultdict(set)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_code[row["code"]].add(row["cluster"])
    return by_code


def registrations_at(path, end):
    """For each patient the registration that holds on `end`: the latest, then the greatest practice code."""
    held = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            registered, left, died = (
                date.fromisoformat(row[name]) if row[name] else None
                for name in ("registered_date", "deregistered_date", "death_date")
            )
            if left and left <= registered:
                continue
            if registered > end or (left and left <= end) or (died and died <= end):
                continue
            candidate = (registered, row["practice_code"], date.fromisoformat(row["birth_date"]))
            held[row["patient_id"]] = max(held.get(row["patient_id"], candidate), candidate)
    return held


def outcomes(folder, year):
    """(practice, indicator, outcome or reason) for each patient on a register."""
    start, end = date(year, 4, 1), date(year + 1, 3, 31)
    by_code = clusters_by_code(Path(__file__).with_name("codes.csv"))
    dates = defaultdict(lambda: defaultdict(set))
    with open(folder / "events.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for cluster in by_code.get(row["code"], ()):
                dates[row["patient_id"]][cluster].add(date.fromisoformat(row["event_date"]))
    for patient, (registered, practice, birth) in registrations_at(folder / "patients.csv", end).items():
        person = Child(birth, registered, dates.get(patient, {}), start, end)
        for indicator, rule in RULES.items():
            outcome = rule(person)
            if outcome:
                yield practice, indicator, outcome


def main():
    folder = Path(sys.argv[1])
    counts = defaultdict(lambda: [0, 0, 0])
    for practice, indicator, outcome in outcomes(folder, int(sys.argv[2]) if len(sys.argv) > 2 else 2023):
        row = counts[practice, indicator]
        row[0] += 1
        row[1] += outcome not in ("achieved", "not achieved")
        row[2] += outcome == "achieved"
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("practice_code,indicator,register,excluded,excepted,denominator,numerator".split(","))
    for (practice, indicator), (register, excepted, achieved) in sorted(counts.items()):
        out.writerow((practice, indicator, register, 0, excepted, register - excepted, achieved))


if __name__ == "__main__":
    main()
