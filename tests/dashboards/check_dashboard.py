#!/usr/bin/env python3
"""Checks one Grafana dashboard. Usage: check_dashboard.py DASHBOARD.json RULES_OUT

Every panel has a title, a description, a unit, and the datasource variable, which its targets use too; ids are
unique and panels do not overlap; every variable that is used is declared. Writes the queries as Prometheus rules to
RULES_OUT, with Grafana's variables filled in, so that promtool can parse them. Prints one line a fault; exit 1.
"""
import json
import re
import sys

VALUES = {"__rate_interval": "5m", "__range": "24h", "__interval": "1m"}


def panels_of(node):
    for panel in node.get("panels", []):
        yield panel
        yield from panels_of(panel)


def fill_in(expr):
    expr = re.sub(r"\$(\w+)", lambda m: VALUES.get(m.group(1), ".*"), expr)
    return expr


def overlapping(one, other):
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


def check_panel(panel, variables):
    where = f"panel {panel.get('id')} {panel.get('title', '')!r}"
    for key in ("title", "description"):
        if not panel.get(key, "").strip():
            yield f"{where}: no {key}"
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        yield f"{where}: no unit"
    if not panel.get("targets"):
        yield f"{where}: no query"
    for source in [panel] + panel.get("targets", []):
        if source.get("datasource", {}).get("uid") != "${datasource}":
            yield f"{where}: the data source is not the variable"
    for target in panel.get("targets", []):
        for name in re.findall(r"\$\{?(\w+)", target.get("expr", "")):
            if name not in variables and name not in VALUES:
                yield f"{where}: ${name} is not declared"
        if "$job" not in target.get("expr", "") or "$instance" not in target.get("expr", ""):
            yield f"{where}: a query that does not mind job and instance"


def check(dashboard):
    variables = [variable["name"] for variable in dashboard["templating"]["list"]]
    for name in ("datasource", "job", "instance", "ip"):
        if name not in variables:
            yield f"no variable {name}"
    panels = list(panels_of(dashboard))
    if len({panel["id"] for panel in panels}) != len(panels):
        yield "panel ids are not unique"
    for i, one in enumerate(panels):
        for other in panels[i + 1:]:
            if overlapping(one["gridPos"], other["gridPos"]):
                yield f"panels {one['id']} and {other['id']} overlap"
        if one["type"] != "row":
            yield from check_panel(one, variables)


def main():
    path, rules_path = sys.argv[1:]
    try:
        with open(path, encoding="utf-8") as file:
            dashboard = json.load(file)
    except ValueError as error:
        sys.exit(f"{path}: not JSON: {error}")
    faults = [f"{path}: {fault}" for fault in check(dashboard)]
    rules = [{"record": f"panel:{panel['id']}:{index}", "expr": fill_in(target["expr"])}
             for panel in panels_of(dashboard) for index, target in enumerate(panel.get("targets", []))]
    with open(rules_path, "w", encoding="utf-8") as file:
        json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
    print("\n".join(faults), end="\n" if faults else "")
    sys.exit(1 if faults else 0)


main()
