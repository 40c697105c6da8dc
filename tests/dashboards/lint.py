#!/usr/bin/env python3
"""The rules of good Grafana dashboards, after those of Grafana's dashboard-linter. Prints a line a fault; exit 1.

A rule is a function that takes a dashboard and yields what is wrong with it.
"""
import re
import subprocess
import sys
import tempfile

from dashboards import filled, legend_labels, load_all, panels, targets

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GRAFANA_VARIABLES = {"__rate_interval": "5m", "__interval": "1m", "__range": "24h", "__url_time_range": "", "__all": ""}
UNITS = {"short", "percentunit", "s", "bytes", "cps", "reqps", "dateTimeFromNow"}
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
METRIC = re.compile(r"\b(?:reputed|process)_\w+\b|\bup\b")


def where(panel, target=None):
    return f"panel {panel.get('id')} {panel.get('title', '')!r}" + (f" query {target['refId']}" if target else "")


def variable(dashboard, name):
    return next((each for each in dashboard["templating"]["list"] if each["name"] == name), None)


def chosen_by_query(dashboard, name):
    """What job and instance have in common."""
    found = variable(dashboard, name)
    if found is None:
        yield f"no variable {name}"
        return
    for key, value in (("type", "query"), ("label", name), ("datasource", SOURCE), ("multi", True), ("includeAll", True),
                       ("allValue", ".+")):
        if found.get(key) != value:
            yield f"variable {name}: {key} is {found.get(key)!r}, not {value!r}"


def template_datasource(dashboard):
    found = variable(dashboard, "datasource")
    if found is None or found.get("type") != "datasource" or found.get("query") != "prometheus":
        yield "no variable datasource that chooses a Prometheus"
    elif found.get("label") != "Data source":
        yield "the variable datasource is not labelled Data source"


def template_job(dashboard):
    yield from chosen_by_query(dashboard, "job")


def template_instance(dashboard):
    yield from chosen_by_query(dashboard, "instance")


def template_label_promql(dashboard):
    queries = {}
    for each in dashboard["templating"]["list"]:
        if each.get("type") == "query":
            match = re.fullmatch(r"label_values\((.+), (\w+)\)", each.get("definition", ""))
            if match is None or each.get("query", {}).get("query") != each["definition"]:
                yield f"variable {each['name']}: not label_values(SELECTOR, LABEL)"
            else:
                queries[f"variable {each['name']}"] = filled(match[1], values_of(dashboard))
    yield from not_promql(queries)


def template_on_time_change_reload(dashboard):
    for each in dashboard["templating"]["list"]:
        if each.get("type") == "query" and each.get("refresh") != 2:
            yield f"variable {each['name']}: not asked again when the time range changes"


def panel_datasource(dashboard):
    for panel in panels(dashboard):
        for source in [panel] + panel.get("targets", []):
            if source.get("datasource") != SOURCE:
                yield f"{where(panel)}: the data source is not the variable"


def panel_title_description(dashboard):
    for panel in panels(dashboard):
        for key in ("title", "description"):
            if not panel.get(key, "").strip():
                yield f"{where(panel)}: no {key}"


def panel_units(dashboard):
    for panel in panels(dashboard):
        units = [panel["fieldConfig"]["defaults"].get("unit")]
        units += [each["value"] for override in panel["fieldConfig"]["overrides"] for each in override["properties"]
                  if each["id"] == "unit"]
        for unit in units:
            if unit not in UNITS:
                yield f"{where(panel)}: the unit is {unit!r}"


def panel_no_targets(dashboard):
    for panel in panels(dashboard):
        if not panel.get("targets"):
            yield f"{where(panel)}: no query"


def target_promql(dashboard):
    values = values_of(dashboard)
    yield from not_promql({where(panel, target): filled(target["expr"], values) for panel, target in targets(dashboard)})


def target_rate_interval(dashboard):
    """A table or a single figure is about the whole range, and has no step that could miss a sample."""
    for panel, target in targets(dashboard):
        for span in re.findall(r"\b(?:rate|irate|increase)\([^\[]*\[([^\]]*)\]", target["expr"]):
            if span != "$__rate_interval" and not (target.get("instant") and span == "$__range"):
                yield f"{where(panel, target)}: a rate over {span}"


def selectors(expr):
    """(metric, matchers) of each selector; metrics without matchers have none."""
    found = [(match[1], match[2]) for match in SELECTOR.finditer(expr)]
    rest = STRING.sub('""', SELECTOR.sub("", expr))
    return found + [(match[0], "") for match in METRIC.finditer(rest)]


def target_matcher(dashboard, label):
    for panel, target in targets(dashboard):
        for metric, matchers in selectors(target["expr"]):
            if f'{label}=~"${label}"' not in matchers:
                yield f"{where(panel, target)}: {metric} does not mind ${label}"


def target_job(dashboard):
    yield from target_matcher(dashboard, "job")


def target_instance(dashboard):
    yield from target_matcher(dashboard, "instance")


def target_counter_agg(dashboard):
    for panel, target in targets(dashboard):
        for match in re.finditer(r"(\S*?)\b(\w+_(?:total|bucket))\{", target["expr"]):
            if not re.search(r"\b(?:rate|irate|increase)\($", match[1]):
                yield f"{where(panel, target)}: the counter {match[2]} without rate"


def template_uneditable(dashboard):
    if dashboard.get("editable") is not False:
        yield "can be edited in Grafana, and the changes would be lost"


def target_is_prometheus(dashboard):
    """Stands for the two rules on LogQL: there is none."""
    for panel, target in targets(dashboard):
        if target.get("datasource", {}).get("type") != "prometheus" or re.search(r"\|[=~]|\$__auto", target["expr"]):
            yield f"{where(panel, target)}: not a query to Prometheus"


def template_required_variables(dashboard):
    for name in ("datasource", "job", "instance", "sender", "ip"):
        if variable(dashboard, name) is None:
            yield f"no variable {name}"
    known = set(values_of(dashboard)) | {"datasource"}
    for panel, target in targets(dashboard):
        for used in re.findall(r"\$\{?([a-zA-Z_]\w*)", STRING.sub(lambda each: each[0], target["expr"])):
            if used not in known:
                yield f"{where(panel, target)}: ${used} is not declared"


def legend_names_labels(dashboard):
    """Several series need a name each; in a figure or a table there is none to see."""
    for panel, target in targets(dashboard):
        if panel["type"] in ("timeseries", "state-timeline", "bargauge") and not target.get("legendFormat"):
            yield f"{where(panel, target)}: no legend"
        grouped = re.match(r"(?:sum|max|min|count) by \(([^)]*)\)", target["expr"])
        if grouped and panel["type"] == "timeseries":
            for label in legend_labels(target):
                if label not in grouped[1].split(", "):
                    yield f"{where(panel, target)}: the legend names {label}, the query has {grouped[1]}"


def layout(dashboard):
    every = list(panels(dashboard, rows=True))
    if len({panel["id"] for panel in every}) != len(every):
        yield "panel ids are not unique"
    for index, one in enumerate(every):
        if one["gridPos"]["x"] + one["gridPos"]["w"] > 24:
            yield f"{where(one)} leaves the grid"
        for other in every[index + 1:]:
            a, b = one["gridPos"], other["gridPos"]
            if a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
                yield f"{where(one)} and {where(other)} overlap"


RULES = [template_datasource, template_job, template_instance, template_label_promql, template_on_time_change_reload,
         panel_datasource, panel_title_description, panel_units, panel_no_targets, target_promql, target_rate_interval,
         target_job, target_instance,
         target_counter_agg, template_uneditable, target_is_prometheus, template_required_variables, legend_names_labels, layout]


def values_of(dashboard):
    return {**GRAFANA_VARIABLES, **{each["name"]: ".+" for each in dashboard["templating"]["list"]}}


def not_promql(queries):
    """promtool parses rules, so each query becomes one; a fault names the query by its place."""
    if not queries:
        return
    names = list(queries)
    rules = "".join(f"  - record: query:{index}\n    expr: {quoted(queries[name])}\n" for index, name in enumerate(names))
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write("groups:\n- name: queries\n  rules:\n" + rules)
        file.flush()
        result = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        broken = sorted({int(each) for each in re.findall(r"query:(\d+)", result.stderr + result.stdout)})
        yield from (f"{names[index]}: not PromQL: {queries[names[index]]}" for index in broken)
        if not broken:
            yield result.stderr.strip()


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def faults(dashboard):
    for rule in RULES:
        for fault in rule(dashboard):
            yield f"{rule.__name__}: {fault}"


def main():
    found = [f"{name}: {fault}" for name, dashboard in load_all().items() for fault in faults(dashboard)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
