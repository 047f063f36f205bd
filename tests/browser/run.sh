#!/usr/bin/env bash
# The report's page in a real browser: Debian's Chromium without a window, driven from Python. Installs what it needs:
# Chromium from Debian's packages where it is missing (which takes root), its driver from PyPI into target/browser.
# Arguments go to check.py.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
command -v chromium > /dev/null || missing+=(chromium)
source tests/run_check.sh browser "$@"
