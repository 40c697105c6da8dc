#!/bin/bash
# Dockerfiles, compose file and Kubernetes manifests, as far as they can be checked without a container engine. Usage:
# containers_test.sh BUILD-DIRECTORY, in which the packages of containers/package-lock.json are kept. Exit 77, skipped,
# where they cannot be had.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd) || exit 1
root=$here/../..
work=$1/containers
reputed=${REPUTED:-$1/reputed}

skip() {
    echo "skipped: $*"
    exit 77
}

for program in npm yamllint promtool; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
mkdir -p "$work"
# Installed once for each lock; the mark is the last thing that is written.
if ! cmp -s "$here/containers/package-lock.json" "$work/installed.json"; then
    cp "$here"/containers/package*.json "$work/"
    if ! (cd "$work" && timeout 400 npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm.log" 2>&1; then
        grep -qE 'ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT|E50[0-9]' "$work/npm.log" &&
            skip "the npm registry cannot be reached"
        tail -20 "$work/npm.log"
        exit 1
    fi
    cp "$here/containers/package-lock.json" "$work/installed.json"
fi

failed=0
must() {
    local output
    output=$("$@" 2>&1) && return
    printf '%s\n%s\n' "FAILED: $*" "$output"
    failed=1
}
cp "$here/containers/check.mjs" "$work/"
cd "$work" || exit 1
must node check.mjs "$root"
must yamllint --strict --config-file "$here/containers/yamllint.yaml" "$root"/packaging/docker/*.{yml,yaml} "$root"/packaging/kubernetes/*.yaml
must promtool check config --syntax-only "$root/packaging/docker/prometheus.yml"
must "$reputed" config check --config "$root/packaging/docker/reputed.toml"
must "$reputed" config check --config "$work/configmap.toml"
if command -v unbound-checkconf >/dev/null; then
    must unbound-checkconf "$root/packaging/docker/unbound.conf"
fi
exit "$failed"
