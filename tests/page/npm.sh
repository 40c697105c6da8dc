#!/bin/bash
# Installs the packages of package-lock.json in BUILD-DIRECTORY/page-tests and prints that folder. Exit 77 where they cannot
# be had. Usage: npm.sh BUILD-DIRECTORY
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
work=$1/page-tests

skip() {
    echo "skipped: $*" >&2
    exit 77
}

command -v npm >/dev/null || skip "npm is not installed"
command -v chromium >/dev/null || skip "Chromium is not installed"
mkdir -p "$work"
# Installed once for each lock; the mark is the last thing that is written.
if ! cmp -s "$here/package-lock.json" "$work/installed.json"; then
    cp "$here"/package*.json "$work/"
    if ! (cd "$work" && timeout 300 npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm.log" 2>&1; then
        grep -qE 'ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT|E50[0-9]' "$work/npm.log" &&
            skip "the npm registry cannot be reached"
        tail -20 "$work/npm.log" >&2
        exit 1
    fi
    cp "$here/package-lock.json" "$work/installed.json"
fi
echo "$work"
