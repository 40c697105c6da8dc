#!/usr/bin/env bash
# What the agent costs while nothing happens: 1 IP on 60 lists, scraped every 15 s for two minutes. The first round of
# every job is part of the measurement's memory, not of its CPU time.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=build/release
work=$(mktemp -d /var/tmp/reputed-bench.XXXXXX)
pids=()
finish() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT

mkfifo "$work/hold"
"$bin/tests/bench/slow_dns_server" 0 <"$work/hold" >"$work/address" &
pids+=($!)
exec 9>"$work/hold"
until [ -s "$work/address" ]; do kill -0 "${pids[0]}"; done

lists=$(for ((i = 1; i <= 60; i++)); do printf '"l%d.bench.test", ' "$i"; done)
cat >"$work/reputed.toml" <<TOML
[[sender]]
name = "bench"
hostname = "mail.bench.test"
ips = ["11.0.0.1"]
domains = ["bench.test"]
[dns]
servers = ["$(cat "$work/address")"]
[dnsbl]
only = [${lists%, }]
[mta]
kind = "none"
[web]
listen = "127.0.0.1:0"
TOML
"$bin/reputed" run --config "$work/reputed.toml" 2>"$work/log" &
agent=$!
pids+=("$agent")
until grep -q 'listening on' "$work/log"; do kill -0 "$agent"; done
port=$(sed -n 's/.*(port \([0-9]*\)).*/\1/p' "$work/log")
scrape() { curl -sf -o "$work/metrics" "http://127.0.0.1:$port/metrics"; }
until curl -sf -o /dev/null "http://127.0.0.1:$port/-/ready"; do kill -0 "$agent"; done
sleep 2

cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }
before=$(cpu_ticks)
for ((i = 0; i < 8; i++)); do
    scrape
    sleep 15
done
after=$(cpu_ticks)
ticks=$(getconf CLK_TCK)
awk -v t=$((after - before)) -v c="$ticks" 'BEGIN { printf "CPU in two minutes  %.2f s (limit 0.03)\n", t / c }'
awk '/^VmRSS/ { r = $2 } /^RssAnon/ { a = $2 } END {
    printf "resident            %.1f MB (limit 24), %.1f MB of it anonymous (limit 8)\n", r / 1024, a / 1024 }' "/proc/$agent/status"
echo "series              $(grep -vc '^#' "$work/metrics")"
