#!/usr/bin/env bash
# What 2,000 hostile connections (tests/e2e/hostile.py) do to a scrape, from another address and from their own: latency
# beside that of the idle server, and memory. Plain, over TLS with a password on one connection as Prometheus keeps it,
# and over TLS with a handshake for each scrape.   web_hostile.sh [SCRAPES]
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 -W ignore -B tests/bench/web_hostile.py build/release/reputed "${1:-1000}"
