#!/bin/sh
# Makes sure that a Chromium is there for the browser tests: Debian's package where apt-get works, else Playwright's.
# usage: tests/install_chromium.sh PYTHON
set -eu
python=$1

found() {
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] ||
        "$python" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null
}

found && exit 0
if command -v apt-get >/dev/null 2>&1; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    if $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
        exit 0
    fi
fi
"$python" -m playwright install chromium && exit 0
echo "No Chromium: install it (Debian: apt-get install chromium), then run the tests again." >&2
exit 1
