"""Prometheus, scraping the agent of this lab with the rules of dashboards/prometheus."""
import glob
import os
import re
import urllib.error
import urllib.request

from parts import files
from parts.process import bound, free_port, spawn, wait_until

RULES = os.path.join(files.HERE, "..", "..", "dashboards", "prometheus")


def rule_files():
    """The files there that hold rules; tests of rules lie beside them."""
    found = []
    for path in sorted(glob.glob(os.path.join(os.path.realpath(RULES), "**", "*.y*ml"), recursive=True)):
        with open(path) as file:
            if re.search(r"^groups:", file.read(), re.MULTILINE):
                found.append(path)
    return found


def start(root, agent):
    port = free_port()
    directory = os.path.join(root, "prometheus")
    os.makedirs(directory, exist_ok=True)
    files.fill("templates/prometheus.yml", os.path.join(directory, "prometheus.yml"), {
        "AGENT": agent,
        "RULES": "".join(f'\n  - "{path}"' for path in rule_files()) or " []",
    })
    spawn(root, "prometheus", [files.program("prometheus"), "--config.file=prometheus.yml",
                               "--storage.tsdb.path=data", "--storage.tsdb.retention.time=1d",
                               f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"])
    wait_until(lambda: bound(root, "prometheus", port) and ready(port), "its first answer", root, "prometheus", 20)
    return port


def ready(port):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/-/ready", timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
