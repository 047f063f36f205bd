"""Extracts that try to tell an engine from the evaluator: every boundary day that the rules name, and everything that tables
hold by mistake.

Nothing here knows a rule. The ages, waits and codes are read out of the rule files, so that another year's boundaries are
tried as soon as it is written. The same seed gives the same bytes.
"""

import calendar
import csv
import datetime
import random
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

DAY = datetime.timedelta(days=1)
PERIOD = re.compile(r"\b(\d+) (days?|weeks?|months?|years?)\b")
TURNS = re.compile(r"\bturns (\d+) (days?|weeks?|months?|years?)\b")
BLOCK = re.compile(r"^(?=(?:indicator|course|fee|pathway) )", re.MULTILINE)
NAMED_DAY = re.compile(r"\b(\d{1,2}) (January|February|March|April|May|June|July|August|September|October|November|December) (\d{4})\b")

# Codes are compared byte by byte, in order of bytes: capitals before small letters, and both before other scripts.
PRACTICES = ["A81001", "A81002", "B82003", "a81001", "Z-9", "Ä1", "01", "1", "E84001"]


@dataclass
class Book:
    """What a rulebook's files say, as far as boundaries go."""

    name: str
    starts: datetime.date
    ends: datetime.date
    periods: list = field(default_factory=list)
    days: list = field(default_factory=list)
    codes: dict = field(default_factory=dict)
    words: list = field(default_factory=list)
    uses: list = field(default_factory=list)
    blocks: list = field(default_factory=list)


@dataclass
class Block:
    """What one indicator, course, fee or pathway names: its own ages and kinds of records, and the ages of its register."""

    turns: list
    periods: list
    names: list


def read_blocks(text, names):
    """The blocks of a rulebook; what is defined before the first of a file belongs to all of that file."""
    periods = lambda words, pattern: sorted({(int(count), unit.rstrip("s")) for count, unit in pattern.findall(words)})
    blocks = []
    for words in text:
        shared, *rest = BLOCK.split(words)
        for block in rest:
            named = [name for name in names if re.search(rf"\b{name}\b", shared + block)]
            if named:
                # An indicator has more clauses than a course, and is asked of each patient.
                times = 6 if block.startswith("indicator") else 1
                blocks += [Block(periods(block, TURNS), periods(shared + block, PERIOD), named)] * times
    return blocks


def clusters(folder):
    """Codes by cluster, those of included clusters among them."""
    files = {path.stem: tomllib.loads(path.read_text()) for path in sorted(folder.glob("*.toml"))}

    def codes(name):
        held = list(files[name].get("codes", {}))
        for other in files[name].get("includes", []):
            held += codes(other) if other in files else []
        return held

    return {name: codes(name) for name in files}


def read_book(folder, rules):
    """A rulebook as its folder says it."""
    numbers = next(path for path in (folder / "contract.toml", folder / "scheme.toml") if path.exists())
    figures = tomllib.loads(numbers.read_text())
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.rules")))
    book = Book(f"{folder.parent.name}/{folder.name}", figures["starts"], figures["ends"])
    book.periods = sorted({(int(count), unit.rstrip("s")) for count, unit in PERIOD.findall(text)})
    book.days = [datetime.datetime.strptime(" ".join(found), "%d %B %Y").date() for found in NAMED_DAY.findall(text)]
    # A date among the figures is a boundary too.
    for figure in figures.get("figures", {}).values():
        if isinstance(figure.get("is"), datetime.date):
            book.days.append(figure["is"])
    known = clusters(rules / "codes" / figures.get("codes", "none"))
    known |= clusters(folder / "codes") if (folder / "codes").is_dir() else {}
    book.codes = {name: codes for name, codes in known.items() if re.search(rf"\b{name}\b", text) and codes}
    book.words = [way for things in figures.get("words", {}).values() for ways in things.values() for way in ways]
    book.uses = list(figures.get("uses", {}).values())
    texts = [re.sub(r"#.*|\"[^\"]*\"", "", path.read_text()) for path in sorted(folder.glob("*.rules"))]
    book.blocks = read_blocks(texts, sorted(book.codes))
    if "day of each quarter" in text:
        start = book.starts
        book.days += [add(start, 3 * quarter, "month", "last") for quarter in range(4)]
    return book


def add(day, count, unit, convention):
    """The day a period later; where a month lacks the day, its last or the next."""
    if unit in ("day", "week"):
        return day + DAY * count * (7 if unit == "week" else 1)
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if day.day <= last:
        return datetime.date(year, month + 1, day.day)
    return datetime.date(year, month + 1, last) + (DAY if convention == "next" else DAY * 0)


def births_at(day, count, unit):
    """Dates of birth that come to an age on a day, or all but do: month ends and leap days among them."""
    if unit in ("day", "week"):
        return {day - DAY * count * (7 if unit == "week" else 1)}
    about = add(day, -count, unit, "last")
    return {about + DAY * shift for shift in range(-3, 4)}


class Extract:
    """Rows of all tables."""

    def __init__(self, seed):
        self.luck = random.Random(seed)
        self.patients, self.events, self.practices = [], [], []
        self.appointments, self.slots, self.baselines = [], [], []
        self.number = 0

    def new_id(self):
        self.number += 1
        shape = self.number % 11
        # Ids are text: leading zeros, letters, capitals.
        return {0: f"00{self.number}", 1: f"p{self.number}", 2: f"P{self.number}"}.get(shape, str(self.number + 10**9))

    def register(self, patient, birth, registered, deregistered="", death="", practice=None):
        practice = self.luck.choice(PRACTICES) if practice is None else practice
        row = [patient, practice, birth, registered, deregistered, death]
        self.patients.append(row)
        return row

    def record(self, patient, day, code, text="", practice=None):
        giver = self.luck.choice(PRACTICES + [""] * 12) if practice is None else practice
        self.events.append([patient, day, code, text, giver])

    def write(self, folder):
        """Writes the tables as CSV, rows shuffled."""
        tables = {
            "patients": (["patient_id", "practice_code", "birth_date", "registered_date", "deregistered_date", "death_date"], self.patients),
            "events": (["patient_id", "event_date", "code", "text", "practice_code"], self.events),
            "practices": (["practice_code", "practice_name", "list_size", "area", "contact_name", "contact_details"], self.practices),
            "appointments": (["patient_id", "agreed_date", "appointment_date", "attended"], self.appointments),
            "slots": (["practice_code", "slot_start", "slot_end", "taken"], self.slots),
            "baseline": (["practice_code", "indicator", "numerator", "denominator"], self.baselines),
        }
        for name, (columns, rows) in tables.items():
            self.luck.shuffle(rows)
            with open(Path(folder) / f"{name}.csv", "w", newline="", encoding="utf-8") as out:
                writer = csv.writer(out, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(rows)


def life(extract, book, birth, convention, systematic):
    """One patient born on a day, with what lies on and beside the boundaries of that life."""
    luck = extract.luck
    ages = [add(birth, count, unit, convention) for count, unit in book.periods]
    edges = [birth, book.starts, book.ends] + book.days + ages
    near = lambda day: day + DAY * luck.choice([-1, 0, 0, 1])
    patient = extract.new_id()
    registrations = stays(luck, book, birth, [near(day) for day in ages], near)
    death = near(luck.choice([book.ends, book.starts])) if luck.random() < 0.05 else ""
    for registered, deregistered in registrations:
        row = extract.register(patient, birth, registered, deregistered, death)
        if luck.random() < 0.05:
            extract.patients.append(list(row))
        if luck.random() < 0.02:
            # Two lists on one day, and rows that disagree about the birth or the death.
            extract.register(patient, birth, registered, deregistered, death)
            extract.register(patient, birth + DAY * luck.choice([-1, 0, 1]), registered, deregistered, near(book.ends))
    chosen = [systematic] if systematic else []
    starts = [registered for registered, _ in registrations]
    for _ in range(luck.choice([0, 1, 2, 3, 4, 5, 7])):
        chosen.append((luck.choice(sorted(book.codes)), near(luck.choice(edges + starts))))
    # Waits are counted from one event to the next.
    for name, day in list(chosen):
        if luck.random() < 0.4:
            count, unit = luck.choice(book.periods or [(28, "day")])
            if unit in ("day", "week"):
                chosen.append((luck.choice([name, luck.choice(sorted(book.codes))]), near(add(day, count, unit, convention))))
    for name, day in chosen:
        code = luck.choice(book.codes[name])
        extract.record(patient, day, code, text(luck, book))
        if luck.random() < 0.1:
            extract.record(patient, day, code, text(luck, book))
        if luck.random() < 0.1:
            extract.record(patient, day, luck.choice(book.codes[name]), text(luck, book))
    beside(extract, book, patient, chosen, near)


def stays(luck, book, birth, ages, near):
    """When a patient was on a list: mostly from birth, often from a boundary on, sometimes gone and back."""
    first = luck.choice([birth, birth, birth - DAY * luck.choice([0, 1, 30]), luck.choice(ages or [birth])])
    luck_of_end = luck.random()
    if luck_of_end < 0.1:
        return [(first, near(book.ends) + DAY * luck.choice([0, 1]))]
    if luck_of_end < 0.3:
        gone = max(first + DAY, near(luck.choice(ages + [book.starts])))
        back = gone + DAY * luck.choice([-1, 0, 1, 40])
        return [(first, gone), (back, luck.choice(["", "", near(book.ends)]))]
    if luck_of_end < 0.35:
        return [(book.ends + DAY * luck.choice([0, 1, 2]), "")]
    return [(first, "")]


def text(luck, book):
    """Free text: words of the rules in all shapes, alone and together, and words that only look like them."""
    if luck.random() < 0.4:
        return ""
    words = book.words or ["seen"]
    said = [luck.choice(words) for _ in range(luck.choice([1, 1, 1, 2, 3]))]
    shapes = [str.upper, str.title, str, lambda word: word.replace(" ", luck.choice(["-", "  ", " / ", "_"])),
              lambda word: word + luck.choice(["s", "x", "1", "ing"]), lambda word: "é" + word]
    said = [luck.choice(shapes + [str] * 6)(word) for word in said]
    joint = luck.choice([" ", ", ", "; ", " and ", "'s ", "\n", "…"])
    return luck.choice(["", "", "no answer: "]) + joint.join(said) + luck.choice(["", ".", "!", " <b> {1} \\1 %"])


def beside(extract, book, patient, chosen, near):
    """Appointments, where a scheme may ask for them."""
    luck = extract.luck
    if not book.uses or luck.random() < 0.5:
        return
    for _ in range(luck.choice([1, 1, 2])):
        agreed = near(luck.choice([day for _, day in chosen] + [book.starts, book.ends, book.ends - DAY * 7]))
        held = agreed + DAY * luck.choice([0, 6, 7, 8, 30])
        row = [patient, luck.choice([agreed, agreed, ""]), luck.choice([held, held, ""]), luck.choice(["", "true", "false"])]
        if row[1] or row[2]:
            extract.appointments.append(row)


def focused(extract, book, block, at):
    """A life in which one boundary of a block is likely to decide: one kind of record comes up to it, the others are given in
    plenty or not at all, and registration is plain or itself on the boundary."""
    luck = extract.luck
    convention = "last" if at % 2 else "next"
    shift = lambda: DAY * luck.choice([-1, 0, 0, 1])
    turns = block.turns or [(8, "month"), (1, "year"), (5, "year")]
    measured = sorted({book.starts, book.ends, *book.days})
    count, unit = luck.choice(turns)
    if luck.random() < 0.25:
        birth = add(luck.choice(measured), -count, unit, "last") + shift()
    else:
        # Within the register; often at the end of a month.
        birth = add(book.starts + DAY * luck.randrange((book.ends - book.starts).days), -count, unit, "last")
        if at % 3 == 0:
            birth = birth.replace(day=calendar.monthrange(birth.year, birth.month)[1])
    ages = [add(birth, *period, convention) for period in block.periods]
    patient = extract.new_id()
    registered = birth if luck.random() < 0.5 else luck.choice(ages or [birth]) + shift()
    if block.periods and luck.random() < 0.1:
        # A while before a day of measurement.
        registered = add(luck.choice(measured), -luck.choice(block.periods)[0], luck.choice(block.periods)[1], "last") + shift()
    deregistered, death, fate = "", "", luck.random()
    if fate < 0.1:
        deregistered = max(registered + DAY, luck.choice(measured + ages) + shift())
    elif fate < 0.15:
        death = luck.choice(measured + ages) + shift()
    extract.register(patient, birth, registered, deregistered, death)
    if deregistered and luck.random() < 0.5:
        extract.register(patient, birth, deregistered + DAY * luck.choice([0, 1, 30]), "", death)
    edges = [birth, registered, book.starts, book.ends] + ages + measured
    given, plenty = [], luck.choice([0, 0, 0.3, 0.5])
    focus = luck.choice(block.names)
    times, edge = luck.choice([1, 1, 2, 2, 3, 3, 4, 5]), luck.choice(edges)
    last = edge + shift()
    apart = [count * (7 if unit == "week" else 1) for count, unit in block.periods if unit in ("day", "week")] + [1, 28, 40]
    months = [period for period in block.periods if period[1] in ("month", "year")]
    way = luck.choice(["before", "after", "both", "chain"])
    for nth in range(times):
        if way == "chain":
            # The waits of the rules, to the day.
            wait = luck.choice(apart)
            day = last if not given else given[-1][1] + DAY * wait + shift()
            if given and months and luck.random() < 0.2:
                day = add(given[-1][1], *luck.choice(months), convention) + shift()
        elif nth == 0:
            day = last
        else:
            day = last + DAY * 30 * nth * (-1 if way == "before" or (way == "both" and nth % 2) else 1)
        given.append((focus, day))
    inside = [add(birth, luck.randint(1, max(1, count - 1)), unit, "last") for _ in range(3)] if count > 1 else [birth + DAY * 20]
    for name in block.names:
        if name != focus and luck.random() < plenty:
            given += [(name, luck.choice(inside + [edge, last]) + DAY * luck.choice([0, 0, 1, 5])) for _ in range(luck.choice([1, 1, 2, 3]))]
    for name, day in given:
        extract.record(patient, day, luck.choice(book.codes[name]), text(luck, book))
    if luck.random() < 0.3:
        name, day = luck.choice(given)
        extract.record(patient, day, luck.choice(book.codes[name]), text(luck, book))
    beside(extract, book, patient, given, lambda day: day + shift())


def cohort(extract, book, all_books, size):
    """The patients who try one rulebook: some at every age's boundary, most where one clause of a block is likely to decide."""
    luck = extract.luck
    # A scheme is asked about those whom the rulebooks that it uses do not count.
    lenders = [all_books[name] for name in book.uses if name in all_books]
    whole = Book(book.name, book.starts, book.ends, list(book.periods), book.days, dict(book.codes), book.words, book.uses, list(book.blocks))
    for lender in lenders:
        whole.periods = sorted(set(whole.periods) | set(lender.periods))
        whole.codes = lender.codes | whole.codes
        turns = sorted({turn for block in lender.blocks for turn in block.turns if turn[1] != "year" or turn[0] < 18})
        whole.blocks = [Block(turns, block.periods, block.names) for block in book.blocks]
    measured = sorted({whole.starts, whole.ends, *whole.days})
    for day in measured:
        for period in whole.periods:
            births = births_at(day, *period)
            for birth in sorted(births):
                if birth <= whole.ends and whole.ends.year - 100 < birth.year and luck.random() < 0.3:
                    life(extract, whole, birth, luck.choice(["last", "next"]), None)
    for at in range(size):
        focused(extract, whole, luck.choice(whole.blocks), at)


def mistakes(extract, books):
    """Rows that no table should hold."""
    luck = extract.luck
    book = books[-1]
    code = luck.choice(book.codes[sorted(book.codes)[0]])
    day = book.starts
    extract.patients += [
        ["", "A81001", day, day, "", ""], ["bad1", "", day, day, "", ""], ["bad2", "A81001", "", day, "", ""],
        ["bad3", "A81001", day, "", "", ""], ["bad4", "A81001", day, day, day, ""], ["bad5", "A81001", day, day + DAY, day, ""],
    ]
    for patient in ("", "nobody", "bad1", "bad4"):
        extract.record(patient, day, code)
    known = [row[0] for row in extract.patients[:200]]
    for patient in known:
        extract.record(patient, "", code)
        extract.record(patient, day, "")
        extract.record(patient, day, "999999999999999999")
        extract.record(patient, datetime.date(1899, 12, 31), code)
        extract.record(patient, datetime.date(2099, 1, 1), code)


def practices(extract, books):
    """Practices with and without what payments and lists read, slots, and earlier results."""
    luck = extract.luck
    areas = ["Newham", " newham ", "WALTHAM FOREST", "Hackney", ""]
    for at, code in enumerate(PRACTICES[:-1]):
        size = "" if at == 3 else str(luck.choice([1, 7, 1999, 9639, 10001, 123457]))
        row = [code, f"Practice {at}", size, areas[at % len(areas)], luck.choice(["", "  ", "Ms Osei"]), luck.choice(["", "020"])]
        extract.practices += [row, list(row)] if at % 3 == 0 else [row]
        for book in books:
            for start in (book.ends - DAY, book.ends, book.ends + DAY):
                taken = luck.choice(["", "true", "false"])
                extract.slots.append([code, f"{start} 09:00:00", luck.choice(["", f"{start} 09:20:00"]), taken])
                extract.slots.append([code, f"{start} 10:00:00", "", luck.choice(["true", "false"])])
    for code in PRACTICES[1:]:
        for indicator in ("VI001", "VI002", "VI003", "VI004", "X1"):
            for _ in range(luck.choice([0, 1, 2])):
                whole = luck.choice([0, 1, 3, 50, 99])
                extract.baselines.append([code, indicator, luck.randint(0, whole), whole])


def make(rules, names, folder, seed, size):
    """Writes one extract that tries these rulebooks."""
    books = {name: read_book(Path(rules) / name, Path(rules)) for name in names}
    extract = Extract(seed)
    for book in books.values():
        cohort(extract, book, books, size)
    mistakes(extract, list(books.values()))
    practices(extract, list(books.values()))
    extract.write(folder)
    return len({row[0] for row in extract.patients}), len(extract.events)
