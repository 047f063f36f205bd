#!/usr/bin/env bash
# How many lines of the evaluator, the model and the syntax the tests run: fails below 95 % of any. Needs `rustup component add
# llvm-tools` and Python. Arguments go to the test binaries: `tests/coverage/run.sh --skip mutated` leaves tests out.
# Only the program's own code is instrumented, so its dependencies are not built again.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools="$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin"
if [ ! -x "$tools/llvm-cov" ]; then
    echo "no llvm-tools: rustup component add llvm-tools"
    exit 2
fi
found="$PWD/target/coverage"
rm -rf "$found"
mkdir -p "$found"
export RUSTC_WORKSPACE_WRAPPER="$PWD/tests/coverage/instrumented.sh"
# Processes share some files, which each adds to as it ends.
export LLVM_PROFILE_FILE="$found/%4m.profraw"

cargo test --no-run --message-format json >"$found/built.json"
cargo test --no-fail-fast -- "$@" || echo "some tests failed: what they ran counts all the same"
"$tools/llvm-profdata" merge --sparse -o "$found/all.profdata" "$found"/*.profraw
objects="$(python3 tests/coverage/lines.py --binaries "$found/built.json")"
# shellcheck disable=SC2086 # one option a word
"$tools/llvm-cov" export --format=lcov --instr-profile "$found/all.profdata" $objects >"$found/all.lcov"
python3 tests/coverage/lines.py "$found/all.lcov"
