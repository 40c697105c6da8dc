#!/usr/bin/env python3
"""Writes the dashboards beside this file. Usage: build.py [--check]; with --check nothing is written, exit 1 when a
dashboard is not what it would be."""
import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from generator import agent, delivery, ip, overview  # noqa: E402

DASHBOARDS = {"overview": overview, "ip": ip, "delivery": delivery, "agent": agent}


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    for name, module in DASHBOARDS.items():
        path = os.path.join(HERE, name + ".json")
        text = json.dumps(module.make(), indent=2) + "\n"
        if check:
            try:
                with open(path, encoding="utf-8") as file:
                    stale += [] if file.read() == text else [name]
            except OSError:
                stale.append(name)
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    for name in stale:
        print(f"dashboards/grafana/{name}.json is not what dashboards/grafana/build.py writes")
    return 1 if stale else 0


sys.exit(main())
