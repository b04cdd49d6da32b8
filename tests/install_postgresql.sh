#!/bin/sh
# Makes sure that PostgreSQL's programs are there for the tests of the registry: Debian's package where apt-get works.
# The tests start a throw-away cluster of their own; the one that the package may start is left alone.
set -eu

found() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

found && exit 0
if command -v apt-get >/dev/null 2>&1; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    if $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; then
        exit 0
    fi
fi
if [ "${CI:-}" = true ]; then
    echo "No PostgreSQL: install it (Debian: apt-get install postgresql), then run the tests again." >&2
    exit 1
fi
echo "No PostgreSQL: the tests of the registry on it will be skipped (Debian: apt-get install postgresql)." >&2
