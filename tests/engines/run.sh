#!/usr/bin/env bash
# The evaluator against DuckDB, a Spark cluster on this machine, and PostgreSQL. Installs what it needs: DuckDB and Spark
# from PyPI into target/engines, PostgreSQL and Java from Debian's packages where they are missing (which takes root).
# Arguments go to check.py.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
compgen -G "/usr/lib/postgresql/*/bin/initdb" > /dev/null || missing+=(postgresql)
command -v java > /dev/null || missing+=(openjdk-17-jre-headless)
python3 -c 'import ensurepip' 2> /dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

venv=target/engines
[ -x $venv/bin/python ] || python3 -m venv $venv
$venv/bin/pip install --quiet --disable-pip-version-check -r tests/engines/requirements.txt

# Who names a program that is built already is spared another build.
case " $* " in
*" --uptake "*) ;;
*) cargo build --quiet ;;
esac
exec $venv/bin/python tests/engines/check.py "$@"
