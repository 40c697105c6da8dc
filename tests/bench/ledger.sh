#!/usr/bin/env bash
# The agent's memory at 100,000 (address, list) pairs, 50 lists and 2,000 addresses of which each list has 1 %: a round's
# decisions, transitions on disk, and the time from the start to a /metrics that is complete.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=build/release
driver=$bin/tests/bench/ledger_driver
work=$(mktemp -d /var/tmp/reputed-bench.XXXXXX)
agent=
finish() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
failed=0

echo "CPU time of a round"
"$driver" diff "$work/diff.db" 2>"$work/log" || failed=1
"$driver" durable "$work/durable.db" 2>"$work/log" || failed=1

# Each address by itself, as an operator's tool writes them. Nobody answers on the DNS server's port.
addresses=$(for ((i = 0; i < 2000; i++)); do printf '"11.0.%d.%d", ' $((i / 256)) $((i % 256)); done)
lists=$(for ((i = 1; i <= 50; i++)); do printf '"l%d.blocklist.bench.test", ' "$i"; done)
cat >"$work/reputed.toml" <<TOML
[[sender]]
name = "bench"
hostname = "mail.bench.test"
ips = [${addresses%, }]
domains = ["bench.test"]
[dns]
servers = ["127.0.0.1:9"]
[dnsbl]
only = [${lists%, }]
[mta]
kind = "none"
[store]
path = "$work/reputed.db"
[web]
listen = "127.0.0.1:0"
TOML
"$driver" prepare "$work/reputed.toml" "$work/prepared.db"
microseconds() { echo $((${EPOCHREALTIME/[.,]/})); }
best=1000000000
for run in 1 2 3; do
    cp "$work/prepared.db" "$work/reputed.db"
    : >"$work/log"
    begin=$(microseconds)
    "$bin/reputed" run --config "$work/reputed.toml" 2>"$work/log" &
    agent=$!
    until grep -q 'listening on' "$work/log"; do kill -0 "$agent"; sleep 0.002; done
    port=$(sed -n 's/.*(port \([0-9]*\)).*/\1/p' "$work/log")
    curl -sf -o "$work/metrics" "http://127.0.0.1:$port/metrics"
    spent=$(($(microseconds) - begin))
    [ "$spent" -gt "$best" ] || best=$spent
    series=$(grep -c '^reputed_listed{' "$work/metrics")
    printf '%-46s%7d ms, %s ms CPU, %d reputed_listed in it\n' "start $run to the first /metrics" $((spent / 1000)) \
        "$(awk -v c="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000 / c }' "/proc/$agent/stat")" "$series"
    [ "$series" = 100000 ] || failed=1
    awk '/^VmRSS/ { printf "%-46s%7.1f MB\n", "resident then", $2 / 1024 }' "/proc/$agent/status"
    kill -9 "$agent"
    wait "$agent" 2>/dev/null || true
    agent=
    rm -f "$work"/reputed.db*
done
printf '%-46s%7d ms (limit 1000)\n' "the fastest of them" $((best / 1000))
[ "$best" -lt 1000000 ] || failed=1
exit "$failed"
