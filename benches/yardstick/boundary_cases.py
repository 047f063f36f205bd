#!/usr/bin/env python3
"""Writes an extract in which nearly everything happens on, or a day beside, a date on which some clause turns.

    boundary_cases.py FOLDER [SEED [PATIENTS]]

The people are unlikely and the practices are A, B and C: this is for holding two evaluators of 2023-24 against each
other (slow_check.py reads what it writes), not for looking at. Standard library only.
"""

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path

from slow_check import clusters_by_code, months_after

START, END = date(2023, 4, 1), date(2024, 3, 31)
# Ages in months at which a clause turns, and the clusters that matter, for children and for old people.
CHILD_AGES, OLD_AGES = (5, 6, 7, 8, 12, 17, 18, 57, 58, 59, 60), (840, 960, 972)
CHILD_CLUSTERS = ("dtap", "dtap", "dtap", "dtap_contraindicated", "mmr", "mmr", "mmr_contraindicated", "dtap_ipv_booster")
OLD_CLUSTERS = (
    "shingles_live", "shingles_inactivated", "shingles_inactivated", "shingles_contraindicated", "shingles_declined",
)


class Cases:
    """Draws cases from one stream of chance."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.codes = {}
        for code, clusters in sorted(clusters_by_code(Path(__file__).with_name("codes.csv")).items()):
            for cluster in clusters:
                self.codes.setdefault(cluster, []).append(code)

    def beside(self, day):
        return day + timedelta(days=self.chance.choice([-1, -1, 0, 0, 0, 1, 1, self.chance.randint(-200, 200)]))

    def birth(self, child):
        """A birth date whose turning age falls in the year or just beside it, often near a month's end."""
        months = self.chance.choice((8, 18, 60) if child else OLD_AGES[1:])
        if self.chance.random() < 0.7:
            birth = months_after(START + timedelta(days=self.chance.randint(-3, 368)), -months)
        else:
            turning = self.chance.choice((START, END, date(2023, 8, 31), date(2023, 10, 31)))
            birth = months_after(turning, -months) + timedelta(days=self.chance.randint(-3, 3))
        if self.chance.random() < 0.2:
            birth = birth.replace(day=28) + timedelta(days=self.chance.randint(0, 3))
        return birth

    def registrations(self, birth, ages):
        """One to three registrations, some at once, some of no length, some with a twin at another practice."""
        death = self.chance.choice([""] * 20 + [END, END + timedelta(days=1)])
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            near_age = self.beside(months_after(birth, self.chance.choice(ages)))
            start = self.chance.choice((near_age, birth + timedelta(days=10), END, END + timedelta(days=1)))
            ends = ("", "", "", "", END, END + timedelta(days=1), start, start + timedelta(days=1))
            yield self.chance.choice("ABC"), birth, start, self.chance.choice(ends), death
            if self.chance.random() < 0.2:
                yield self.chance.choice("ABC"), birth, start, "", death

    def events(self, birth, ages, clusters, registered):
        for _ in range(self.chance.randint(0, 7)):
            cluster = self.chance.choice(clusters)
            near_age = self.beside(months_after(birth, self.chance.choice(ages)))
            young = birth + timedelta(days=self.chance.randint(-2, 240))
            day = self.chance.choice((near_age, young, self.beside(START), self.beside(END), self.beside(registered)))
            for _ in range(self.chance.choice((1, 1, 1, 2))):
                yield day, self.chance.choice(self.codes[cluster])


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cases = Cases(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with open(folder / "patients.csv", "w") as patient_file, open(folder / "events.csv", "w") as event_file:
        patients = csv.writer(patient_file, lineterminator="\n")
        events = csv.writer(event_file, lineterminator="\n")
        patients.writerow("patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date".split(","))
        events.writerow(("patient_id", "event_date", "code"))
        for number in range(int(sys.argv[3]) if len(sys.argv) > 3 else 40_000):
            child = cases.chance.random() < 0.6
            ages, clusters = (CHILD_AGES, CHILD_CLUSTERS) if child else (OLD_AGES, OLD_CLUSTERS)
            birth = cases.birth(child)
            registrations = list(cases.registrations(birth, ages))
            patients.writerows((f"{number:010}", *row) for row in registrations)
            events.writerows((f"{number:010}", *row) for row in cases.events(birth, ages, clusters, registrations[-1][2]))


if __name__ == "__main__":
    main()
