#!/usr/bin/env bash
# What a sweep costs: 5,000 IPs on 50 lists against rbldnsd, beside a bare c-ares loop with the same questions; the same
# through a server 20 ms away; and with 5 of the 50 lists silent.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=build/release
work=$(mktemp -d /var/tmp/reputed-bench.XXXXXX)
chmod 755 "$work"  # rbldnsd gives up root
pids=()
finish() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT

ips=5000
lists=50
runs=${1:-5}

free_port() {
    python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The addresses 11.0.x.y that bare_cares asks about, too.
for ((i = 0; i < ips; i++)); do echo "11.$((i >> 16 & 255)).$((i >> 8 & 255)).$((i & 255))"; done >"$work/ips"
zones=()
for ((i = 1; i <= lists; i++)); do zones+=("l$i.bench.test"); done

# One in a hundred is listed, as a busy hoster's might be.
{
    echo ':127.0.0.2:Listed'
    echo '127.0.0.2'
    awk 'NR % 100 == 0' "$work/ips"
} >"$work/data"
port=$(free_port)
rbldnsd -n -r "$work" -b "127.0.0.1/$port" "${zones[@]/%/:ip4set:data}" >"$work/rbldnsd.log" 2>&1 &
pids+=($!)
until dig +short +tries=1 +time=1 -p "$port" @127.0.0.1 2.0.0.127.l1.bench.test A 2>/dev/null | grep -q 127.0.0.2; do
    kill -0 "${pids[0]}" || { cat "$work/rbldnsd.log" >&2; exit 1; }
done

joined=$(IFS=,; echo "${zones[*]}")
# measure NAME COMMAND...: appends "CPU RESIDENT_KB WALL" to NAME.
measure() {
    local name=$1
    shift
    /usr/bin/time -a -o "$work/$name" -f '%U %S %M %e' "$@" >"$work/$name.out" 2>"$work/$name.err" || [ $? -le 3 ]
}
# /usr/bin/time writes a line of words before the figures when the exit code is not 0, as it is after a listing.
median() { awk '/^[0-9]/ { print $1 + $2 }' "$work/$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
column() { awk -v c="$2" '/^[0-9]/ { print $c }' "$work/$1" | sort -n | tail -n 1; }

for ((run = 0; run < runs; run++)); do
    measure bare "$bin/tests/bench/bare_cares" "$port" "$ips" "${zones[@]}"
    measure agent "$bin/reputed" dnsbl --dns "127.0.0.1:$port" --lists "$joined" - <"$work/ips"
done
questions=$((ips * lists))
bare=$(median bare)
agent=$(median agent)
echo "$questions questions on rbldnsd, median of $runs runs"
awk -v b="$bare" -v a="$agent" -v q="$questions" -v m="$(column agent 3)" -v w="$(column agent 4)" 'BEGIN {
    printf "  bare c-ares loop  %.2f s CPU, %.2f us a question\n", b, b / q * 1e6
    printf "  reputed dnsbl     %.2f s CPU, %.2f us a question, %.1f MB resident, %.2f s\n", a, a / q * 1e6, m / 1024, w
    printf "  ratio             %.2f (limit 1.5)\n", a / b }'
tail -n 1 "$work/agent.out" | sed 's/^/  /'

# slow DELAY_MS NAME LISTS...: a run against a server of that delay.
slow() {
    local delay=$1 name=$2 listed=$3 count=$4
    mkfifo "$work/$name.hold"
    "$bin/tests/bench/slow_dns_server" "$delay" <"$work/$name.hold" >"$work/$name.address" &
    pids+=($!)
    exec 9>"$work/$name.hold"
    until [ -s "$work/$name.address" ]; do :; done
    head -n "$count" "$work/ips" >"$work/$name.ips"
    measure "$name" "$bin/reputed" dnsbl --dns "$(cat "$work/$name.address")" --lists "$listed" - <"$work/$name.ips"
    exec 9>&-
}
slow 20 distant l1.bench.test 5000
echo "5,000 questions to a server 20 ms away: $(column distant 4) s (limit 0.5)"
tail -n 1 "$work/distant.out" | sed 's/^/  /'

silent=$(IFS=,; echo "${zones[*]:5}"),silent1.bench.test,silent2.bench.test,silent3.bench.test,silent4.bench.test,silent5.bench.test
slow 0 rest "$(IFS=,; echo "${zones[*]:5}")" 5000
slow 0 silent "$silent" 5000
echo "5 of 50 lists silent: $(column silent 4) s, without them $(column rest 4) s; their time limit is 2 tries x 2 s"
tail -n 1 "$work/silent.out" | sed 's/^/  /'
