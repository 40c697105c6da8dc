#!/usr/bin/env bash
# kill -9 at 1,000 random moments (or KILLS) of a script with two transitions for three kills: what arrives, what comes
# twice, what is lost. Two minutes.
set -euo pipefail
cd "$(dirname "$0")/../e2e"
kills=${1:-1000}
exec python3 -B chaos.py "$kills" $((kills * 2 / 3))
