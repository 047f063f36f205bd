#!/usr/bin/env python3
"""Counts the lines that ran, floor by floor, from an lcov file; every line that did not is listed beside it."""

import json
import sys
from collections import defaultdict
from pathlib import Path

FLOORS = ["ground", "syntax", "model", "eval"]
LEAST_PERCENT = 95.0


def binaries(built):
    """The executables among cargo's messages, as `llvm-cov` wants them named."""
    messages = (json.loads(line) for line in Path(built).read_text().splitlines())
    return " ".join(f"--object {message['executable']}" for message in messages if message.get("executable"))


def lines_of(lcov):
    """By file below `src`: each line that can run, and how often it did in all binaries."""
    root = Path(__file__).resolve().parents[2] / "src"
    files = defaultdict(lambda: defaultdict(int))
    name = None
    for line in Path(lcov).read_text().splitlines():
        if line.startswith("SF:"):
            path = Path(line[3:])
            path = path if path.is_absolute() else root.parent / path
            name = path.relative_to(root) if path.is_relative_to(root) else None
        elif line.startswith("DA:") and name:
            number, times = line[3:].split(",")[:2]
            files[name][int(number)] += int(times)
    return files


def is_counted(name):
    """Tests that stand beside the code are no code of the program."""
    return name.name != "tests.rs" and "tests" not in name.parts


def main(lcov):
    files = {name: lines for name, lines in lines_of(lcov).items() if is_counted(name)}
    missed = Path(lcov).with_name("missed.txt")
    with missed.open("w") as out:
        for name, lines in sorted(files.items()):
            out.writelines(f"src/{name}:{number}\n" for number, times in sorted(lines.items()) if times == 0)
    low = False
    for floor in FLOORS:
        counted = [lines for name, lines in files.items() if name.parts[0].removesuffix(".rs") == floor]
        total = sum(len(lines) for lines in counted)
        ran = sum(1 for lines in counted for times in lines.values() if times)
        percent = 100 * ran / total
        low |= percent < LEAST_PERCENT
        print(f"{floor:8} {ran:6} of {total:6} lines  {percent:.2f} %")
    print(f"those that did not run: {missed}")
    return int(low)


if __name__ == "__main__":
    if sys.argv[1] == "--binaries":
        print(binaries(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1]))
