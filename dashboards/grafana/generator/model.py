"""Grafana's classic JSON model: panels with defaults that fit, variables, and a layout that places them."""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCHEMA_VERSION = 42  # what Grafana 12 and 13 write; older ones load it as well
PLUGIN_VERSION = "12.0.0"

GREEN, BLUE, PURPLE, ORANGE, RED, GREY = "green", "blue", "purple", "orange", "red", "#808080"
SEVERITY_COLOURS = {"ok": GREEN, "info": BLUE, "unknown": PURPLE, "warning": ORANGE, "critical": RED}


def values(*rows):
    """A mapping of values to text: (value, text, colour) each. The text says it all; the colour only helps."""
    return [{"type": "value", "options": {str(value): {"text": text, "color": colour, "index": index}
                                          for index, (value, text, colour) in enumerate(rows)}}]


def nothing_means(text, colour=GREY):
    return [{"type": "special", "options": {"match": "null+nan", "result": {"text": text, "color": colour}}}]


VERDICT = values((0, "ok", GREEN), (1, "info", BLUE), (-1, "could not tell", PURPLE), (1.5, "could not tell", PURPLE),
                 (2, "warning", ORANGE), (3, "critical", RED))
LISTED = values((0, "fine", GREEN), (1, "listed", RED))
YES = values((0, "no", RED), (1, "yes", GREEN))


def steps(*rows):
    """Thresholds: the colour below everything, then (value, colour) upwards."""
    first, *more = rows
    return {"mode": "absolute", "steps": [{"value": None, "color": first}]
            + [{"value": value, "color": colour} for value, colour in more]}


SCORE = steps(RED, (30, ORANGE), (60, "yellow"), (80, GREEN))  # of a reputation: bad, poor, fair, good


def coloured_series(colours):
    """Overrides: series name -> colour."""
    return [{"matcher": {"id": "byName", "options": name},
             "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]} for name, colour in colours.items()]


def query(expr, legend="", instant=False, ref="A"):
    return {"refId": ref, "datasource": DATASOURCE, "editorMode": "code", "expr": " ".join(expr.split()),
            "legendFormat": legend, "instant": instant, "range": not instant, "format": "table" if instant else "time_series"}


def series(*pairs):
    """Targets over time: (expr, legend) each."""
    return [query(expr, legend, ref=chr(ord("A") + index)) for index, (expr, legend) in enumerate(pairs)]


def latest(*exprs):
    """Targets of a table: one row a series, one column a label, the value in a column named after the query."""
    return [query(expr, instant=True, ref=chr(ord("A") + index)) for index, expr in enumerate(exprs)]


def now(expr, legend=""):
    """The target of a single figure."""
    target = query(expr, legend, instant=True)
    target["format"] = "time_series"
    return [target]


def override(field, **properties):
    """For the field of that name; custom_width is the property custom.width."""
    return {"matcher": {"id": "byName", "options": field},
            "properties": [{"id": key.replace("custom_", "custom."), "value": value} for key, value in properties.items()]}


def link(title, url, new_tab=False):
    return {"title": title, "url": url, "targetBlank": new_tab}


# A table's column whose cells have the colour of their state, and one that needs little room.
COLOURED = {"custom_cellOptions": {"type": "color-background", "mode": "basic", "applyToRow": False, "wrapText": False},
            "custom_align": "center", "custom_width": 110}
NARROW = {"custom_width": 100}


def panel(kind, title, description, targets, unit, options, custom=None, links=None, **defaults):
    config = {"unit": unit, "thresholds": steps(GREEN), "color": {"mode": "thresholds"}, "mappings": []}
    overrides = defaults.pop("overrides", [])
    transformations = defaults.pop("transformations", [])
    interval = defaults.pop("interval", None)
    config.update(defaults)
    if custom is not None:
        config["custom"] = custom
    made = {"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
            "pluginVersion": PLUGIN_VERSION, "options": options,
            "fieldConfig": {"defaults": config, "overrides": overrides}, "transformations": transformations,
            "links": links or []}
    if interval:
        made["interval"] = interval
    return made


def stat(title, description, expr, unit="short", legend="", **defaults):
    """One figure, coloured as a whole."""
    return panel("stat", title, description, now(expr, legend), unit, {
        "graphMode": "none", "colorMode": "background", "justifyMode": "center", "textMode": "value", "wideLayout": True,
        "showPercentChange": False, "percentChangeColorMode": "standard", "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}, **defaults)


def timeseries(title, description, targets, unit="short", stacked=False, line=False, soft_max=None, **defaults):
    """`line` draws the thresholds; the axis reaches at least from 0 to `soft_max`."""
    custom = {"drawStyle": "line", "lineWidth": 1 if stacked else 2, "fillOpacity": 35 if stacked else 8, "showPoints": "never",
              "spanNulls": False, "lineInterpolation": "stepAfter" if stacked else "linear",
              "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
              "thresholdsStyle": {"mode": "dashed" if line else "off"}, "axisSoftMin": 0}
    if soft_max is not None:
        custom["axisSoftMax"] = soft_max
    defaults.setdefault("color", {"mode": "palette-classic"})
    return panel("timeseries", title, description, targets, unit, {
        "legend": {"displayMode": "table", "placement": "right", "showLegend": True, "calcs": ["lastNotNull"]},
        "tooltip": {"mode": "multi", "sort": "desc"}}, custom, **defaults)


def timeline(title, description, targets, mappings, **defaults):
    """A band a series, coloured by its state."""
    return panel("state-timeline", title, description, targets, "short", {
        "showValue": "auto", "rowHeight": 0.85, "mergeValues": True, "alignValue": "left", "perPage": 20,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"}}, {"fillOpacity": 75, "lineWidth": 0, "spanNulls": False},
        mappings=mappings, **defaults)


def bargauge(title, description, targets, unit="short", **defaults):
    for target in targets:
        target.update(instant=True, range=False)
    return panel("bargauge", title, description, targets, unit, {
        "displayMode": "basic", "valueMode": "color", "namePlacement": "left", "showUnfilled": True, "sizing": "auto",
        "minVizWidth": 8, "minVizHeight": 16, "maxVizHeight": 28, "orientation": "horizontal",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}, **defaults)


# What a table may have beside what it shows.
HIDDEN = ["Time", "__name__", "job", "instance"] + ["Value"] + [f"Value #{ref}" for ref in "ABCDEF"]


def table(title, description, targets, columns, sort=None, unit="short", **defaults):
    """`columns`: field -> (heading, properties of an override) in the order in which they are shown.

    The value of a single query is the field "Value", that of query A of several is "Value #A". `sort`: (heading, descending).
    """
    organize = {"id": "organize", "options": {
        "indexByName": {field: index for index, field in enumerate(columns)},
        "excludeByName": {field: True for field in HIDDEN if field not in columns}, "renameByName": {}}}
    return panel("table", title, description, targets, unit, {
        "frameIndex": 0, "showHeader": True, "cellHeight": "sm",
        "sortBy": [{"displayName": sort[0], "desc": sort[1]}] if sort else []},
        {"align": "auto", "inspect": False, "cellOptions": {"type": "auto"}},
        transformations=([{"id": "merge", "options": {}}] if len(targets) > 1 else []) + [organize],
        overrides=[override(field, displayName=heading, **properties) for field, (heading, properties) in columns.items()],
        **defaults)


def variable(name, label, expr):
    return {"name": name, "label": label, "type": "query", "datasource": DATASOURCE, "definition": expr,
            "query": {"query": expr, "refId": name}, "refresh": 2, "sort": 7, "multi": True, "includeAll": True,
            "allValue": ".+", "current": {"text": ["All"], "value": ["$__all"]}, "options": [], "regex": "", "hide": 0,
            "skipUrlSync": False}


def variables():
    chosen = 'job=~"$job",instance=~"$instance"'
    return [
        {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus",
         "current": {"text": "", "value": ""}, "options": [], "regex": "", "refresh": 1, "multi": False, "includeAll": False,
         "hide": 0, "skipUrlSync": False},
        variable("job", "job", "label_values(reputed_build_info, job)"),
        variable("instance", "instance", 'label_values(reputed_build_info{job=~"$job"}, instance)'),
        variable("sender", "sender", "label_values(reputed_ip_info{" + chosen + "}, sender)"),
        variable("ip", "ip", "label_values(reputed_ip_info{" + chosen + ',sender=~"$sender"}, ip)'),
    ]


def annotation(name, expr, colour, title):
    return {"name": name, "enable": True, "hide": False, "iconColor": colour, "datasource": DATASOURCE,
            "expr": " ".join(expr.split()), "step": "", "titleFormat": title, "textFormat": "", "tagKeys": "",
            "useValueForTime": False}


def placed(rows):
    """The panels of `rows`, in lines of 24 columns. A row is (title, height, [(width, panel), ...]), ids count from 1."""
    panels, y = [], 0

    def place(each, x, width, height):
        if each["type"] == "timeseries" and width < 10:
            # A table beside a narrow graph would leave little of it.
            each["options"]["legend"].update(displayMode="list", placement="bottom", calcs=[])
        panels.append({"id": len(panels) + 1, "gridPos": {"x": x, "y": y, "w": width, "h": height}, **each})

    for title, height, members in rows:
        if title:
            place({"type": "row", "title": title, "collapsed": False, "panels": []}, 0, 24, 1)
            y += 1
        x = 0
        for width, each in members:
            if x + width > 24:
                x, y = 0, y + height
            place(each, x, width, height)
            x += width
        y += height
    return panels


def dashboard(uid, title, description, rows, annotations=(), time="now-24h"):
    return {
        "uid": uid, "title": title, "description": description, "tags": ["mail", "reputed"], "schemaVersion": SCHEMA_VERSION,
        "version": 1, "editable": False, "graphTooltip": 1, "refresh": "1m", "timezone": "browser",
        "time": {"from": time, "to": "now"}, "timepicker": {}, "fiscalYearStartMonth": 0, "liveNow": False, "weekStart": "",
        "links": [{"title": "reputed", "type": "dashboards", "icon": "external link", "tooltip": "The other dashboards of reputed",
                   "tags": ["reputed"], "asDropdown": False, "targetBlank": False, "includeVars": True, "keepTime": True,
                   "url": ""}],
        "annotations": {"list": list(annotations)}, "templating": {"list": variables()}, "panels": placed(rows),
    }
