#!/usr/bin/env bash
# Tries the tests on every mutant of the evaluator and the payments: `tests/mutants/run.sh [--jobs N] [FILE GLOB …]`. Needs
# `cargo install cargo-mutants --locked` and Python. CARGO_TARGET_DIR may name a folder in which the dependencies are built already.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! cargo mutants --version > /dev/null 2>&1; then
    echo "no cargo-mutants: cargo install cargo-mutants --locked"
    exit 2
fi
exec python3 tests/mutants/run.py "$@"
