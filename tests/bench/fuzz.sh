#!/usr/bin/env bash
# Runs every fuzz target for so many seconds (default 300), keeping what it finds in the build tree.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-300}
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz -- --quiet
for target in build/fuzz/tests/fuzz/*_fuzz; do
    name=$(basename "$target" _fuzz)
    seeds=(build/fuzz/tests/fuzz/"$name".found)
    if [ -d "tests/fuzz/corpus/$name" ]; then seeds+=("tests/fuzz/corpus/$name"); fi
    echo "$name"
    "$target" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=5 -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/tests/fuzz/$name." "${seeds[@]}" 2>&1 | grep -E 'number_of_executed|average_exec|ERROR|SUMMARY' || true
done
