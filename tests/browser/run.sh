#!/usr/bin/env bash
# The report's page in a real browser: Debian's Chromium without a window, driven from Python. Installs what it needs:
# Chromium from Debian's packages where it is missing (which takes root), its driver from PyPI into target/browser.
# Arguments go to check.py.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
command -v chromium > /dev/null || missing+=(chromium)
python3 -c 'import ensurepip' 2> /dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

venv=target/browser
[ -x $venv/bin/python ] || python3 -m venv $venv
$venv/bin/pip install --quiet --disable-pip-version-check -r tests/browser/requirements.txt

# Who names a program that is built already is spared another build.
case " $* " in
*" --uptake "*) ;;
*) cargo build --quiet ;;
esac
exec $venv/bin/python tests/browser/check.py "$@"
