#!/usr/bin/env bash
# The evaluator against DuckDB, a Spark cluster on this machine, and PostgreSQL. Installs what it needs: DuckDB and Spark
# from PyPI into target/engines, PostgreSQL and Java from Debian's packages where they are missing (which takes root).
# Arguments go to check.py.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
compgen -G "/usr/lib/postgresql/*/bin/initdb" > /dev/null || missing+=(postgresql)
command -v java > /dev/null || missing+=(openjdk-17-jre-headless)
source tests/run_check.sh engines "$@"
