#!/usr/bin/env bash
# Fuzzes each target for so many seconds (60 by default), from the seeds that are kept. Needs a nightly toolchain and
# `cargo install cargo-fuzz --locked`; says so and does nothing where they are not there. What is found is written to
# artifacts/; the corpus that grows, to corpus/. Neither is committed: a find becomes a seed and a test.
set -euo pipefail
cd "$(dirname "$0")"
seconds="${1:-60}"
shift || true
if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "no nightly toolchain or no cargo-fuzz: nothing is fuzzed here"
    exit 0
fi
for target in "${@:-rules toml tables parquet fhir counts}"; do
    for name in $target; do
        mkdir -p "corpus/$name"
        cargo +nightly fuzz run --fuzz-dir . "$name" "corpus/$name" "seeds/$name" -- \
            -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1
    done
done
