"""The dashboards as the tests see them: panels, targets, and queries with their variables filled in."""
import json
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.realpath(os.path.join(HERE, "..", "..", "dashboards", "grafana"))
NAMES = ["overview", "ip", "delivery", "agent"]
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")


def load(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def load_all():
    return {name: load(name) for name in NAMES}


def panels(dashboard, rows=False):
    """Panels that show something, also those inside rows; with `rows` the rows as well."""
    for panel in dashboard.get("panels", []):
        if rows or panel["type"] != "row":
            yield panel
        yield from panels(panel, rows)


def targets(dashboard):
    """(panel, target) of every query."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield panel, target


def filled(text, values):
    """`text` with $name and ${name} replaced; what `values` does not name stays, as in Grafana."""
    return VARIABLE.sub(lambda match: values.get(match[1] or match[2], match[0]), text)


def as_regex(*chosen):
    """What Grafana puts in for the chosen values of a variable in a query to Prometheus."""
    escaped = [re.sub(r"[\\^$*+?.()|\[\]{}]", lambda match: "\\\\" + match[0], each) for each in chosen]
    return escaped[0] if len(escaped) == 1 else "(" + "|".join(escaped) + ")"


def legend_labels(target):
    return re.findall(r"\{\{\s*(\w+)\s*\}\}", target.get("legendFormat", ""))
