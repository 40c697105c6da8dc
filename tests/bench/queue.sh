#!/usr/bin/env bash
# What looking at a long Postfix queue costs: a spool of 1,000,000 files in hashed directories beside `find`, and 100,000
# messages through showq.   queue.sh [FILES] [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
files=${1:-1000000}
runs=${2:-5}
work=$(mktemp -d /var/tmp/reputed-bench.XXXXXX)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
python3 -B tests/bench/queue_files.py tree "$work/tree" "$files"
mkdir -p "$work/socket/public"
messages=100000
python3 -B tests/bench/queue_files.py showq "$work/socket/public/showq" "$messages" >"$work/ready" &
server=$!
until [ -s "$work/ready" ]; do kill -0 "$server"; sleep 0.05; done

measure() { python3 -B tests/bench/queue_files.py measure "$@"; }
queue() { echo "build/release/reputed queue --format json --mta postfix --path $1"; }

# In turns, so that both meet the same disturbance; the least of the runs is the figure.
for ((run = 0; run <= runs; run++)); do
    [ "$run" -gt 0 ] || { measure "$(queue "$work/tree")" >"$work/first"; measure "find $work/tree -type f | wc -l" >/dev/null; continue; }
    measure "$(queue "$work/tree")" >>"$work/ours"
    measure "find $work/tree -type f | wc -l" >>"$work/find"
    measure "$(queue "$work/socket")" >>"$work/showq"
done
build/release/reputed queue --format json --mta postfix --path "$work/tree" >"$work/tree.json"
build/release/reputed queue --format json --mta postfix --path "$work/socket" >"$work/showq.json"
python3 -B tests/bench/queue_files.py judge "$work" "$files" "$messages"
