#!/usr/bin/env python3
"""Tries the tests on every mutant that cargo-mutants lists for some files: `run.py [--jobs N] [--again] [FILE GLOB …]`, the whole
evaluator without any. All mutants are built at once (see switched.py); then each is put on, and the tests that enter its function
run until one of them fails: for ten seconds at first, and who is left over has all of them. What was found stands in
target/mutants/outcomes.json, and whoever starts again goes on from there. Prints the survivors, and exits 1 if one of them is not
justified in survivors.md."""

import argparse
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import switched

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "target/mutants"
TREE = OUT / "tree"
BUILD = Path(os.environ.get("CARGO_TARGET_DIR") or OUT / "build")
MEMORY_BYTES = 8 << 30
# Of processor time: a test that takes longer is left out.
LONGEST_TEST_SECONDS = 60
BATCH_SECONDS = 4
PASSES_SECONDS = (10, 60, float("inf"))
# What these try is no evaluation: memory, full disks, killed processes, the project's own texts.
LEFT_OUT = {"it": {"house", "limits", "memory", "readme", "supply", "surroundings", "trust"}, "lib": set()}


def listed(globs):
    """The mutants of some files, by number."""
    filters = [word for glob in globs for word in ("--file", glob)]
    output = subprocess.run(
        ["cargo", "mutants", "--list", "--json", *filters], cwd=ROOT, check=True, capture_output=True, text=True
    )
    mutants = [mutant for mutant in json.loads(output.stdout) if mutant["function"]]
    return dict(enumerate(mutants, 1))


def lay_tree(changed):
    """A copy of the files that git knows, with those not yet committed and with some of them changed; what is there is left as it is."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    wanted = {Path(name) for name in names.stdout.split("\0") if name and (ROOT / name).is_file()}
    for path in [path for path in TREE.rglob("*") if path.is_file() and path.relative_to(TREE) not in wanted]:
        path.unlink()
    for name in wanted:
        text = changed[str(name)].encode() if str(name) in changed else (ROOT / name).read_bytes()
        laid = TREE / name
        if not laid.exists() or laid.read_bytes() != text:
            laid.parent.mkdir(parents=True, exist_ok=True)
            laid.write_bytes(text)
            laid.chmod((ROOT / name).stat().st_mode)


def cargo(*words):
    """What cargo says of the copy, as messages."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(BUILD), "CARGO_PROFILE_TEST_DEBUG": "false"}
    output = subprocess.run(
        ["cargo", *words, "--message-format", "json"], cwd=TREE, env=environment, stdout=subprocess.PIPE, text=True
    )
    return output.returncode, [json.loads(line) for line in output.stdout.splitlines() if line.startswith("{")]


def at_fault(messages, places):
    """The mutants on whose lines the compiler finds errors."""
    found = set()
    for message in messages:
        its = message.get("message") or {}
        if message["reason"] != "compiler-message" or its["level"] != "error":
            continue
        spans = [span for span in its["spans"] if span["is_primary"]]
        numbers = {
            number
            for span in spans
            for first, last, number in places[span["file_name"]]
            if first <= span["line_start"] < last
        }
        if spans and not numbers:
            sys.exit(f"an error that is no mutant's:\n{its['rendered']}")
        found |= numbers
    return found


def build(mutants, unviable):
    """Builds all mutants that compile; adds to those that do not, and gives each mutant's function."""
    while True:
        viable = {number: mutant for number, mutant in mutants.items() if number not in unviable}
        changed, places, function_of = switched.program(viable, ROOT)
        lay_tree(changed)
        code, messages = cargo("check", "--lib")
        if code == 0:
            return function_of
        more = at_fault(messages, places)
        if not more:
            sys.exit("the copy does not compile, and no mutant is why")
        unviable |= more
        print(f"{len(unviable)} of {len(mutants)} mutants do not compile", file=sys.stderr)


def tests_of(only):
    """The tests that the copy has, each with the executable that runs it, but for those left out."""
    code, messages = cargo("test", "--no-run", "--lib", "--test", "it")
    if code:
        sys.exit("the tests of the copy do not compile")
    wanted = only and set(only.split(","))
    found = []
    for message in messages:
        if not message.get("executable") or not message["profile"]["test"]:
            continue
        kind = "it" if message["target"]["name"] == "it" else "lib"
        names = subprocess.run([message["executable"], "--list", "--format", "terse"], capture_output=True, text=True)
        for name in (line.removesuffix(": test") for line in names.stdout.splitlines() if line.endswith(": test")):
            group = name.split("::")[0]
            if f"{kind}:{group}" in wanted if wanted else group not in LEFT_OUT[kind]:
                found.append((message["executable"], name))
    return found


def failing(tests, mutant, cpu_seconds, reached=None):
    """The first of some tests of one executable that fails where a mutant is on, if any does, and the seconds it took."""
    scratch = OUT / f"scratch/{threading.get_ident()}"
    scratch.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "UPTAKE_MUTANT": str(mutant), "TMPDIR": str(scratch), "INSTA_UPDATE": "no", "PROPTEST_MAX_SHRINK_ITERS": "0",
        "RUST_BACKTRACE": "0",
    }
    if reached:
        environment["UPTAKE_MUTANTS_REACHED"] = str(reached)

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    names = sorted(name for _, name in tests)
    started = time.monotonic()
    process = subprocess.Popen(
        [tests[0][0], "--exact", "--test-threads", "1", *names], cwd=TREE, env=environment, preexec_fn=limit,
        start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, errors="replace",
    )
    passed, first = 0, None
    for line in process.stdout:
        passed += line.rstrip().endswith("... ok")
        if line.rstrip().endswith("... FAILED"):
            first = names[passed]
            os.killpg(process.pid, signal.SIGKILL)
    if process.wait() and not first:
        # Ended for the time or the memory that it took.
        first = names[min(passed, len(names) - 1)]
    shutil.rmtree(scratch, ignore_errors=True)
    return first, time.monotonic() - started


def baseline(tests, jobs):
    """The tests that pass without a mutant and enter a function that has any, each with the seconds it takes and those functions. What
    was found is kept for as long as the tests are those that were built."""
    written = OUT / "baseline.json"
    found = json.loads(written.read_text()) if written.exists() else {}

    digests = {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in {path for path, _ in tests}}

    def key(test):
        return f"{test[1]} of {digests[test[0]]}"

    def enter(test):
        reached = OUT / f"reached-{threading.get_ident()}"
        reached.unlink(missing_ok=True)
        first, seconds = failing([test], 0, LONGEST_TEST_SECONDS, reached)
        functions = sorted(set(map(int, reached.read_text().split()))) if reached.exists() else []
        reached.unlink(missing_ok=True)
        print(f"{test[1]}: {seconds:.1f} s, {len(functions)} functions{', FAILED' if first else ''}", file=sys.stderr)
        found[key(test)] = {"passed": not first, "seconds": seconds, "functions": functions}
        written.write_text(json.dumps(dict(found)))

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(enter, [test for test in tests if key(test) not in found]))
    known = {test: found[key(test)] for test in tests}
    return {test: its | {"functions": set(its["functions"])} for test, its in known.items() if its["passed"]}


class Trials:
    """Which tests each mutant has passed so far, and which tests have caught how many mutants of a function and of a file."""

    def __init__(self, known):
        self.known = known
        self.passed = defaultdict(set)
        self.caught = Counter()

    def ahead(self, number, function, file):
        """The tests that a mutant has yet to pass: first those that are likeliest, for their time, to catch it."""

        def worth(test):
            return (10 * self.caught[test, function] + self.caught[test, file] + 1) / (self.known[test]["seconds"] + 0.1)

        entering = (test for test, its in self.known.items() if function in its["functions"])
        return sorted((test for test in entering if test not in self.passed[number]), key=worth, reverse=True)

    def fate(self, number, function, file, seconds):
        """Which test catches a mutant, or that none does; None where the seconds are over before all were run."""
        ahead = self.ahead(number, function, file)
        spent_seconds, at_once = 0, 1
        while ahead and spent_seconds < seconds:
            batch = self.batch(ahead, at_once)
            batch_seconds = sum(self.known[test]["seconds"] for test in batch)
            spent_seconds, at_once = spent_seconds + batch_seconds, 2 * at_once
            first, _ = failing(batch, number, 10 + int(5 * batch_seconds))
            if first:
                self.caught.update([((batch[0][0], first), function), ((batch[0][0], first), file)])
                return f"caught by {first}"
            self.passed[number] |= set(batch)
            ahead = [test for test in ahead if test not in self.passed[number]]
        return None if ahead else "survived"

    def batch(self, ahead, at_once):
        """The next tests to run in one process: so many, of one executable, and only as long as they are short."""
        seconds, tests = 0, []
        for test in [test for test in ahead if test[0] == ahead[0][0]][:at_once]:
            seconds += self.known[test]["seconds"]
            if tests and seconds > BATCH_SECONDS:
                break
            tests.append(test)
        return tests


def justified():
    """The survivors that survivors.md gives a reason for."""
    lines = (ROOT / "tests/mutants/survivors.md").read_text().splitlines()
    return {line.removeprefix("- `").split("`")[0] for line in lines if line.startswith("- `")}


def summary(mutants, outcomes):
    """Says what became of the mutants, file by file, and whether every survivor is justified."""
    by_file = defaultdict(Counter)
    for mutant in mutants.values():
        by_file[mutant["file"]][outcomes[named(mutant)].split()[0]] += 1
    for name, counts in [*sorted(by_file.items()), ("all", sum(by_file.values(), Counter()))]:
        tried = counts["caught"] + counts["survived"]
        print(f"{name:40} {tried:5} tried, {counts['caught']:5} caught, {counts['survived']:4} survived, {counts['unviable']:4} do not compile")
    survivors = [named(mutant) for mutant in mutants.values() if outcomes[named(mutant)] == "survived"]
    reasons = justified()
    for name in survivors:
        print(("  justified: " if without_place(name) in reasons else "  SURVIVED: ") + name)
    return int(any(without_place(name) not in reasons for name in survivors))


def named(mutant):
    return mutant["name"]


def without_place(name):
    """A mutant's name without its line and column, which every edit above it moves."""
    place, rest = name.split(": ", 1)
    return f"{place.split(':')[0]}: {rest}"


def asked_for():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=1, help="mutants that are tried at a time")
    arguments.add_argument("--again", action="store_true", help="forget what was found before")
    arguments.add_argument("--survivors", action="store_true", help="try those again that survived before")
    arguments.add_argument("--groups", help="only the tests of these modules: it:golden,lib:eval")
    arguments.add_argument("globs", nargs="*", default=["src/eval/**", "src/eval.rs"])
    return arguments.parse_args()


def known_outcomes(written, asked):
    """What earlier runs found, but for what is to be tried again."""
    outcomes = json.loads(written.read_text()) if written.exists() and not asked.again else {}
    return {name: fate for name, fate in outcomes.items() if not (asked.survivors and fate == "survived")}


def try_all(left, mutants, function_of, trials, jobs, tell):
    """Tries mutants until each has its fate: all for a little while, then those that are left for longer."""
    for seconds in PASSES_SECONDS:
        print(f"{len(left)} mutants are tried, each with {seconds} s of tests", file=sys.stderr)

        def try_one(number):
            fate = trials.fate(number, function_of[number], mutants[number]["file"], seconds)
            if fate:
                tell(mutants[number], fate)
            return fate

        with ThreadPoolExecutor(jobs) as pool:
            fates = list(pool.map(try_one, left))
        left = [number for number, fate in zip(left, fates) if not fate]


def main():
    asked = asked_for()
    OUT.mkdir(parents=True, exist_ok=True)
    written = OUT / "outcomes.json"
    outcomes = known_outcomes(written, asked)

    def tell(mutant, fate):
        outcomes[named(mutant)] = fate
        print(f"{named(mutant)}: {fate}", file=sys.stderr)
        written.write_text(json.dumps(dict(outcomes), indent=1))

    mutants = listed(asked.globs)
    unviable = {number for number, mutant in mutants.items() if outcomes.get(named(mutant)) == "unviable"}
    function_of = build(mutants, unviable)
    outcomes |= {named(mutants[number]): "unviable" for number in unviable}
    written.write_text(json.dumps(outcomes, indent=1))
    trials = Trials(baseline(tests_of(asked.groups), asked.jobs))
    left = [number for number, mutant in mutants.items() if named(mutant) not in outcomes]
    left.sort(key=lambda number: [fnmatch(mutants[number]["file"], glob) for glob in asked.globs], reverse=True)
    try_all(left, mutants, function_of, trials, asked.jobs, tell)
    sys.exit(summary(mutants, outcomes))


if __name__ == "__main__":
    main()
