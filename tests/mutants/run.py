#!/usr/bin/env python3
"""Tries the tests on every mutant that cargo-mutants lists for some files: `run.py [--jobs N] [--again] [FILE GLOB …]`, the whole
evaluator without any. All mutants are built at once (see switched.py); then each is put on, and the groups of tests that enter its
function run, the quickest first, until one of them fails. What was found stands in target/mutants/outcomes.json, and whoever
starts again goes on from there. Prints the survivors, and exits 1 if one of them is not justified in survivors.md."""

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
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


def groups(only):
    """The tests by group: by module those that run the command, by floor those beside the code."""
    code, messages = cargo("test", "--no-run", "--lib", "--test", "it")
    if code:
        sys.exit("the tests of the copy do not compile")
    found = defaultdict(list)
    for message in messages:
        if not message.get("executable") or not message["profile"]["test"]:
            continue
        kind = "it" if message["target"]["name"] == "it" else "lib"
        names = subprocess.run([message["executable"], "--list", "--format", "terse"], capture_output=True, text=True)
        for line in names.stdout.splitlines():
            if line.endswith(": test"):
                test = line.removesuffix(": test")
                found[kind, test.split("::")[0], message["executable"]].append(test)
    wanted = only and set(only.split(","))
    return {
        key: tests
        for key, tests in found.items()
        if (f"{key[0]}:{key[1]}" in wanted if wanted else key[1] not in LEFT_OUT[key[0]])
    }


def run(group, tests, mutant, cpu_seconds, reached=None):
    """Whether the tests of a group pass, and the seconds it took: stops at the first that fails."""
    scratch = OUT / f"scratch/{mutant}"
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

    started = time.monotonic()
    process = subprocess.Popen(
        [group[2], "--exact", "--test-threads", "2", *tests], cwd=TREE, env=environment, preexec_fn=limit,
        start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, errors="replace",
    )
    failed = any(line.rstrip().endswith("... FAILED") for line in process.stdout)
    if failed:
        os.killpg(process.pid, signal.SIGKILL)
    passed = process.wait() == 0 and not failed
    shutil.rmtree(scratch, ignore_errors=True)
    return passed, time.monotonic() - started


def entered(group, tests):
    """What a group of tests does where no mutant is on: whether it passes, the seconds it takes, the functions it enters."""
    reached = OUT / "reached.txt"
    reached.unlink(missing_ok=True)
    passed, seconds = run(group, tests, 0, 3600, reached)
    functions = sorted(set(map(int, reached.read_text().split()))) if reached.exists() else []
    print(f"{group[0]} {group[1]}: {seconds:.1f} s, {len(functions)} functions", "" if passed else "FAILED", file=sys.stderr)
    return {"passed": passed, "seconds": seconds, "functions": functions}


def baseline(all_groups):
    """The groups that pass without a mutant and enter a function that has any, the quickest first. What was found is kept for as long
    as the tests are those that were built."""
    written = OUT / "baseline.json"
    found = json.loads(written.read_text()) if written.exists() else {}
    known = {}
    for group, tests in sorted(all_groups.items()):
        key = f"{group} {Path(group[2]).stat().st_mtime}"
        its = found[key] = found.get(key) or entered(group, tests)
        written.write_text(json.dumps(found))
        if its["passed"] and its["functions"]:
            known[group] = its | {"tests": tests, "functions": set(its["functions"])}
    return dict(sorted(known.items(), key=lambda item: item[1]["seconds"]))


def fate(number, function, known):
    """Which group catches a mutant, if any does."""
    for group, its in known.items():
        if function in its["functions"]:
            passed, _ = run(group, its["tests"], number, 20 + int(5 * its["seconds"]))
            if not passed:
                return f"caught by {group[0]} {group[1]}"
    return "survived"


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
    arguments.add_argument("--groups", help="only these groups of tests: it:golden,lib:eval")
    arguments.add_argument("globs", nargs="*", default=["src/eval/**", "src/eval.rs"])
    return arguments.parse_args()


def known_outcomes(written, asked):
    """What earlier runs found, but for what is to be tried again."""
    outcomes = json.loads(written.read_text()) if written.exists() and not asked.again else {}
    return {name: fate for name, fate in outcomes.items() if not (asked.survivors and fate == "survived")}


def main():
    asked = asked_for()
    OUT.mkdir(parents=True, exist_ok=True)
    written = OUT / "outcomes.json"
    outcomes = known_outcomes(written, asked)
    mutants = listed(asked.globs)
    unviable = {number for number, mutant in mutants.items() if outcomes.get(named(mutant)) == "unviable"}
    function_of = build(mutants, unviable)
    outcomes |= {named(mutants[number]): "unviable" for number in unviable}
    written.write_text(json.dumps(outcomes, indent=1))
    known = baseline(groups(asked.groups))

    def try_one(number):
        outcomes[named(mutants[number])] = fate(number, function_of[number], known)
        print(f"{named(mutants[number])}: {outcomes[named(mutants[number])]}", file=sys.stderr)
        written.write_text(json.dumps(dict(outcomes), indent=1))

    left = [number for number, mutant in mutants.items() if named(mutant) not in outcomes]
    left.sort(key=lambda number: [fnmatch(mutants[number]["file"], glob) for glob in asked.globs], reverse=True)
    with ThreadPoolExecutor(asked.jobs) as pool:
        list(pool.map(try_one, left))
    sys.exit(summary(mutants, outcomes))


if __name__ == "__main__":
    main()
