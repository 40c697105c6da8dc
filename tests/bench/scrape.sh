#!/usr/bin/env bash
# What a scrape of 100,000 series costs while the agent sweeps: 1,000 IPs on 50 lists, a round every few seconds, beside a
# server that sends the same bytes from memory. Then 2,500 addresses that Prometheus names through /probe, the share of
# one of four agents.
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
count=${1:-300}

mkfifo "$work/hold"
"$bin/tests/bench/slow_dns_server" 0 <"$work/hold" >"$work/address" &
pids+=($!)
exec 9>"$work/hold"
until [ -s "$work/address" ]; do kill -0 "${pids[0]}"; done
lists=$(for ((i = 1; i <= 50; i++)); do printf '"l%d.bench.test", ' "$i"; done)

# start NAME INTERVAL TABLES: an agent with these tables, its pid in $agent, its port in $port.
start() {
    cat >"$work/$1.toml" <<TOML
$3
[dns]
servers = ["$(cat "$work/address")"]
[dnsbl]
interval = "$2"
only = [${lists%, }]
[store]
path = "$work/$1.db"
[mta]
kind = "none"
[web]
listen = "127.0.0.1:0"
TOML
    "$bin/reputed" run --config "$work/$1.toml" 2>"$work/$1.log" &
    agent=$!
    pids+=("$agent")
    until grep -qs 'listening on' "$work/$1.log"; do kill -0 "$agent"; done
    port=$(sed -n 's/.*(port \([0-9]*\)).*/\1/p' "$work/$1.log")
}
memory() { awk '/^VmHWM/ { h = $2 } /^VmRSS/ { r = $2 } END { printf "resident %.0f MB, at most %.0f MB (limit 150)\n", r / 1024, h / 1024 }' "/proc/$agent/status"; }
times() { awk -v n="$1" '{ printf "  %-30s p50 %6.1f ms  p99 %6.1f ms  longest %6.1f ms  %.1f MB\n", n, $1, $2, $3, $4 / 1e6 }' "$2"; }

networks=""
for ((i = 0; i < 1000; i++)); do networks+="\"11.0.$((i >> 8)).$((i & 255))\", "; done
start many 5s "[[sender]]
name = \"bench\"
hostname = \"mail.bench.test\"
domains = [\"bench.test\"]
ips = [${networks%, }]"
until curl -sf -o /dev/null "http://127.0.0.1:$port/-/ready"; do kill -0 "$agent"; sleep 0.2; done
curl -sf "http://127.0.0.1:$port/metrics" >"$work/metrics"
echo "$(grep -vc '^#' "$work/metrics") series, scraped $count times while a round runs every five seconds"
python3 tests/bench/scrape.py --serve "$work/metrics" >"$work/reference" &
pids+=($!)
until [ -s "$work/reference" ]; do :; done
python3 tests/bench/scrape.py "http://127.0.0.1:$(cat "$work/reference")/" "$count" >"$work/bare"
python3 tests/bench/scrape.py "http://127.0.0.1:$port/metrics" "$count" >"$work/plain"
python3 tests/bench/scrape.py "http://127.0.0.1:$port/metrics" "$count" --gzip >"$work/gzip"
times "the same bytes from memory" "$work/bare"
times "/metrics (limit p99 50 ms)" "$work/plain"
times "/metrics, gzip" "$work/gzip"
echo "  $(memory)"
awk 'NR == FNR { b = $2; next } { printf "  ratio of the p99             %.1f\n", $2 / b }' "$work/bare" "$work/plain"
kill "$agent"
wait "$agent" || true

start fleet 30m '[[module]]
name = "pool"
domains = ["bench.test"]'
python3 - "$port" <<'PY'
import http.client, sys, time
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
addresses = [f"11.0.{number >> 8}.{number & 255}" for number in range(2500)]
def probe(address):
    connection.request("GET", f"/probe?target={address}&module=pool")
    return connection.getresponse().read()
begun = time.perf_counter()
waiting = set(addresses)
while waiting:
    waiting = {address for address in waiting if b"} 1\n" in probe(address).partition(b"TYPE reputed_probe_pending")[2]}
print(f"2,500 probed addresses on 50 lists: all known {time.perf_counter() - begun:.0f} s after the first probe")
times = []
for address in addresses:
    begun = time.perf_counter()
    body = probe(address)
    times.append((time.perf_counter() - begun) * 1000)
times.sort()
print(f"  /probe                         p50 {times[1250]:6.1f} ms  p99 {times[2475]:6.1f} ms  longest {times[-1]:6.1f} ms  "
      f"{body.count(b'ip=')} series each")
PY
echo "  $(memory)"
