#!/usr/bin/env bash
# Fuzzes each target for so many seconds (60 by default), from the seeds that are kept: `tests/fuzz/run.sh 600 rules toml`. Needs a
# nightly toolchain and `cargo install cargo-fuzz --locked`; says so and does nothing where they are not there. What is found is
# written to artifacts/; the corpus that grows, to corpus/. Neither is committed: a find becomes a seed and a test.
# There is no unsafe code of our own; SANITIZER=address watches that of the decoders, and is slower.
set -euo pipefail
cd "$(dirname "$0")"
seconds="${1:-60}"
shift || true
if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "no nightly toolchain or no cargo-fuzz: nothing is fuzzed here"
    exit 0
fi
if [ $# -eq 0 ]; then
    set -- rules toml tables parquet fhir counts
fi
for target in "$@"; do
    mkdir -p "corpus/$target"
    cargo +nightly fuzz run --fuzz-dir . --sanitizer "${SANITIZER:-none}" "$target" "corpus/$target" "seeds/$target" -- \
        -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1
done
