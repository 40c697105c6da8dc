#!/usr/bin/env python3
"""Draws the dashboards as they look in Grafana, of the lab's own data.

Usage: pictures.py BUILD-DIRECTORY [PROMETHEUS-URL]. Without a URL two agents run in the lab for fifteen minutes, in which
lists, names and receivers change. Grafana's components are installed in BUILD-DIRECTORY; the pictures go to
dashboards/grafana/images.
"""
import json
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))

from dashboards import FOLDER, as_regex, filled, load, panels  # noqa: E402
from fleet import Fleet, ask  # noqa: E402

MINUTES = 15
STEP = 5
# dashboard -> chosen values that are not "all", and how many rows of the grid the picture shows
PICTURES = {"overview": ({}, None), "ip": ({"sender": ["listed", "office"]}, 47), "delivery": ({}, None), "agent": ({}, None)}


def story(fleet):
    """What an operator's bad quarter of an hour may be."""
    lab = fleet.lab
    for change in (lambda: lab("list", "add", "codes.bl.lab", "11.10.1.24"),
                   lambda: setattr(fleet.traffic, "factor", 4),
                   lambda: lab("list", "remove", "codes.bl.lab", "11.10.1.25"),
                   lambda: lab("mail", "8", "deferred"),
                   lambda: setattr(fleet.traffic, "factor", 0.5),
                   lambda: lab("dns", "set", "116.58.168.33", "PTR", "mail.office.example."),
                   lambda: lab("list", "add", "codes.bl.lab", "59.106.13.174"),
                   lambda: lab("list", "mute", "bitmask.bl.lab")):
        time.sleep(MINUTES * 60 / 9)
        change()
    time.sleep(MINUTES * 60 / 9)


def installed(build):
    """The folder with Grafana's components and the bundle made of them."""
    work = os.path.join(build, "dashboard-pictures")
    os.makedirs(work, exist_ok=True)
    for name in os.listdir(HERE):
        shutil.copy(os.path.join(HERE, name), work)
    # @grafana/ui asks for React 19 and works with 18 as well, which its router needs.
    if not os.path.isdir(os.path.join(work, "node_modules")):
        run(work, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps")
    run(work, "node_modules/.bin/esbuild", "app.jsx", "--bundle", "--minify", "--outfile=bundle.js", "--jsx=automatic",
        "--main-fields=browser,module,main", "--loader:.woff2=dataurl", "--loader:.woff=empty", "--loader:.ttf=empty",
        "--loader:.svg=text", "--alias:react-custom-scrollbars-2=./scrollbars.js",
        '--define:process.env.NODE_ENV="production"', "--define:global=window", "--log-level=error")
    return work


def run(folder, *command):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command[:3])}: {result.stderr[-3000:]}")


def answers_of(prometheus, dashboard, chosen, now):
    """{panel id: [{target, result}]}, and the annotations as [{time, colour}]."""
    values = {"job": ".+", "instance": ".+", "sender": ".+", "ip": ".+", "__rate_interval": "1m", "__interval": f"{STEP}s",
              "__range": f"{MINUTES * 60}s", **{name: as_regex(*each) for name, each in chosen.items()}}

    def asked(target):
        query = filled(target["expr"], values)
        if target.get("instant"):
            answer = ask(prometheus, "query", query=query, time=now)
        else:
            answer = ask(prometheus, "query_range", query=query, start=now - MINUTES * 60, end=now, step=STEP)
        return answer["data"]["result"]

    answers = {panel["id"]: [{"target": target, "result": asked(target)} for target in panel["targets"]]
               for panel in panels(dashboard)}
    marks = []
    for annotation in dashboard["annotations"]["list"]:
        for series in asked({"expr": annotation["expr"]}):
            times = [float(time) for time, _ in series["values"]]
            # Points that follow each other are one event.
            marks += [{"time": time * 1000, "colour": annotation["iconColor"]}
                      for index, time in enumerate(times) if index == 0 or time - times[index - 1] > 2 * STEP]
    return answers, marks


def picture(work, prometheus, name, now):
    chosen, rows = PICTURES[name]
    dashboard = load(name)
    answers, marks = answers_of(prometheus, dashboard, chosen, now)
    shown = [panel["gridPos"] for panel in panels(dashboard, rows=True) if rows is None or panel["gridPos"]["y"] < rows]
    data = {"dashboard": dashboard, "answers": answers, "marks": marks, "rows": rows, "from": now - MINUTES * 60, "to": now,
            "step": STEP,
            "variables": [(label, " + ".join(chosen.get(label, ["All"]))) for label in ("job", "instance", "sender", "ip")]}
    page = os.path.join(work, name + ".html")
    with open(page, "w", encoding="utf-8") as file:
        text = json.dumps(data).replace("<", "\\u003c")
        file.write('<!DOCTYPE html><meta charset="utf-8"><link rel="stylesheet" href="bundle.css"><style>body{margin:0}</style>'
                   f'<div id="root"></div><script>window.PICTURE = {text}</script><script src="bundle.js"></script>')
    made = os.path.join(work, name + ".png")
    height = 48 + max(place["y"] + place["h"] for place in shown) * 38
    run(work, "chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1",
        f"--user-data-dir={work}/profile", "--virtual-time-budget=15000", f"--window-size=1448,{height}", f"--screenshot={made}",
        "file://" + page)
    os.makedirs(os.path.join(FOLDER, "images"), exist_ok=True)
    shutil.copy(made, os.path.join(FOLDER, "images", name + ".png"))


def main():
    build, *given = sys.argv[1:]
    work = installed(os.path.abspath(build))
    if given:
        draw(work, given[0])
        return
    with Fleet() as fleet:
        fleet.run_traffic(3)
        story(fleet)
        draw(work, fleet.lab.prometheus)


def draw(work, prometheus):
    now = int(time.time())
    for name in PICTURES:
        picture(work, prometheus, name, now)
        print(os.path.join(FOLDER, "images", name + ".png"))


main()
