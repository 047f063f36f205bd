#!/usr/bin/env bash
# Holds the days on which ages are reached against Python's calendar, dateutil and DuckDB; needs Python and the network.
set -euo pipefail
cd "$(dirname "$0")"
environment="${TMPDIR:-/tmp}/uptake-calendar"
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet python-dateutil==2.9.0.post0 duckdb
"$environment/bin/python" ages.py --others
