#!/usr/bin/env bash
# Runs every fuzz target for so many seconds (default 300), from another seed each time, keeping what it finds in the
# build tree. Fails when one of them fails.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-300}
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz -- --quiet
failed=()
for target in build/fuzz/tests/fuzz/*_fuzz; do
    name=$(basename "$target" _fuzz)
    found=build/fuzz/tests/fuzz/$name.found
    mkdir -p "$found"
    seeds=("$found")
    if [ -d "tests/fuzz/corpus/$name" ]; then seeds+=("tests/fuzz/corpus/$name"); fi
    echo "$name"
    if ! "$target" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=5 -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/tests/fuzz/$name." "${seeds[@]}" >"$found.log" 2>&1; then failed+=("$name"); fi
    grep -E 'number_of_executed|average_exec|ERROR|SUMMARY|^broken' "$found.log" || true
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "failed: ${failed[*]}"
    exit 1
fi
