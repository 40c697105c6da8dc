#!/usr/bin/env bash
# The layers know each other in one direction only: agent -> checks -> config. And only checks/net knows how the network
# is asked. Prints each line that breaks this; exit 1 if there is one.
set -u
cd "$(dirname "$0")/../.." || exit 1
broken=0

# forbid WHAT PATTERN PATH ...
forbid() {
    local what=$1 pattern=$2
    shift 2
    if grep -rnE "$pattern" "$@" --include='*.cpp' --include='*.hpp'; then
        echo "^ $what" >&2
        broken=1
    fi
}

forbid 'config includes nothing above it' '#include "(checks|agent|tests)/' config
forbid 'checks includes nothing above it' '#include "(agent|tests)/' checks
forbid 'agent does not include tests' '#include "tests/' agent
forbid 'checks knows no store, no web server, no metrics library, no log' \
    '#include <(sqlite3|microhttpd|prometheus/|spdlog/)' checks config
network='#include <(ares|curl/|resolv|arpa/nameser)'
if grep -rnE "$network" agent checks config --include='*.cpp' --include='*.hpp' | grep -v '^checks/net/'; then
    echo '^ only checks/net knows c-ares, curl and the resolver library' >&2
    broken=1
fi
exit $broken
