#!/bin/bash
# Holds the dashboards against Grafana's own types. Usage: schema_test.sh BUILD-DIRECTORY, in which the packages of
# schema/package-lock.json are kept. Exit 77, skipped, where they cannot be had.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
work=$1/dashboard-schema

skip() {
    echo "skipped: $*"
    exit 77
}

command -v npm >/dev/null || skip "npm is not installed"
mkdir -p "$work"
# Installed once for each lock; the mark is the last thing that is written.
if ! cmp -s "$here/schema/package-lock.json" "$work/installed.json"; then
    cp "$here"/schema/package*.json "$work/"
    if ! (cd "$work" && timeout 400 npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm.log" 2>&1; then
        grep -qE 'ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT|E50[0-9]' "$work/npm.log" &&
            skip "the npm registry cannot be reached"
        tail -20 "$work/npm.log"
        exit 1
    fi
    cp "$here/schema/package-lock.json" "$work/installed.json"
fi
cp "$here/schema/validate.mjs" "$work/"
node "$work/validate.mjs" "$here"/../../dashboards/grafana/*.json
