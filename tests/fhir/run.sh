#!/usr/bin/env bash
# What uptake writes as FHIR against R4 itself: the made-up extract as an export, and MeasureReports of it as summaries,
# suppressed, rounded and as subject lists; held against the definitions that HL7 publishes by programs that npm has, which
# this installs into target/fhir. Node comes from Debian's packages where it is missing (which takes root).
# Arguments: --uptake PROGRAM, to spare another build.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=target/debug/uptake
if [ "${1:-}" = --uptake ]; then program=$2; else cargo build --quiet; fi

missing=()
command -v node > /dev/null || missing+=(nodejs)
command -v npm > /dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi
mkdir -p target/fhir
cp tests/fhir/package.json tests/fhir/package-lock.json target/fhir
# Nothing of a package runs when it is installed.
(cd target/fhir && npm ci --silent --ignore-scripts --no-audit --no-fund)

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
"$program" demo "$folder/demo" --write-only --size 600 --seed 7 --format ndjson 2> /dev/null
mkdir "$folder/written"
cp "$folder"/demo/*.ndjson "$folder/written"
reports() {
    name=$1
    shift
    "$program" run --year 2021-22,2023-24 --fhir "$folder/demo" --practices "$folder/demo/practices.csv" --format fhir \
        --output "$folder/written/$name.json" "$@" 2> /dev/null
}
reports summary
reports suppressed --suppress 5
reports rounded --round 5
reports subject-list --level patient
node tests/fhir/check.mjs "$folder/written" "$PWD/target/fhir"
