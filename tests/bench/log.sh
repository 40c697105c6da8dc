#!/usr/bin/env bash
# What reading a log costs: generated Postfix lines through `reputed log`, with classification, beside grep, pflogsumm and
# the exporter that Debian has. CPU seconds, the runs alternating.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=build/release
lines=${1:-5000000}
runs=${2:-5}
work=$(mktemp -d /var/tmp/reputed-bench.XXXXXX)
exporter=
finish() {
    [ -z "$exporter" ] || kill "$exporter" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

"$bin/tests/bench/postfix_log" "$lines" >"$work/mail.log"
head -n $((lines / 50)) "$work/mail.log" >"$work/part.log"
cat "$work/mail.log" >/dev/null

# cpu NAME COMMAND...: appends the CPU seconds and the kilobytes of one run to a file.
cpu() {
    local name=$1
    shift
    /usr/bin/time -a -o "$work/$name" -f '%U %S %M' "$@" >"$work/out"
}
# median NAME: of the CPU seconds.
median() {
    awk '{ print $1 + $2 }' "$work/$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

for ((run = 0; run < runs; run++)); do
    cpu grep grep -c status= "$work/mail.log"
    cpu reputed "$bin/reputed" log --format json "$work/mail.log"
done
cpu pflogsumm pflogsumm "$work/part.log"

# It reads only what is written while it looks.
: >"$work/followed.log"
prometheus-postfix-exporter --postfix.logfile_path="$work/followed.log" --postfix.showq_path="$work/none" \
    --web.listen-address=127.0.0.1:9154 >"$work/exporter.log" 2>&1 &
exporter=$!
until curl -s -o "$work/out" http://127.0.0.1:9154/metrics; do kill -0 "$exporter"; done
cat "$work/part.log" >>"$work/followed.log"
removed=$(grep -c ': removed$' "$work/part.log")
until [ "$(curl -s http://127.0.0.1:9154/metrics | awk '/^postfix_qmgr_messages_removed_total/ { print $2 + 0 }')" = "$removed" ]; do
    kill -0 "$exporter"
done
ticks=$(awk '{ print $14 + $15 }' "/proc/$exporter/stat")
echo "$ticks $(getconf CLK_TCK)" | awk '{ print $1 / $2, 0, 0 }' >"$work/exporter"

echo "$(median reputed) $(median grep) $(median pflogsumm) $(median exporter) $lines $(awk '{ print $3 }' "$work/reputed" | sort -n | tail -1)" |
    awk '{ printf "reputed log: %.2f s CPU for %d lines: %.2f million lines per CPU second (limit 3), %.1f MB resident (limit 24)\n", $1, $5, $5 / $1 / 1e6, $6 / 1024
           printf "grep -c status=: %.2f s CPU; ratio %.2f (limit 5)\n", $2, $1 / $2
           printf "pflogsumm: %.0f lines per CPU second; prometheus-postfix-exporter: %.0f\n", $5 / 50 / $3, $5 / 50 / $4 }'
