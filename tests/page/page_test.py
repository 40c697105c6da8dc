#!/usr/bin/env python3
"""The pages in a real browser: an agent in the lab with a past, and browser.mjs, which looks at them.

Usage: page_test.py BUILD-DIRECTORY [PICTURES-DIRECTORY]. With the second, it only takes the pictures of README. Exit 77 where
Chromium or the npm packages cannot be had."""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "dashboards")]

from past import plant  # noqa: E402
from support import LAB, Agent, Lab, wait_for  # noqa: E402
from traffic import Traffic  # noqa: E402

HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'` end'


class Cleanups(list):
    def addCleanup(self, function, *arguments):  # noqa: N802: what Agent wants of a test
        self.append(lambda: function(*arguments))

    def run(self):
        while self:
            self.pop()()


def prepared(lab, cleanups):
    """An agent with a past, mail that is being sent, and a list that answers with HTML."""
    store = os.path.join(lab.directory, "reputed.db")
    log = os.path.join(lab.directory, "mail.log")
    traffic = Traffic(log, os.path.join(lab.directory, "exim.log"))
    traffic.happen(200)
    lab("list", "add", "codes.bl.lab", "11.10.1.26", "127.0.0.2", HOSTILE)
    text = lambda own: own.replace("[mta]\n", f'[mta]\nlog = ["{log}"]\n') + f'\n[store]\npath = "{store}"\n'  # noqa: E731
    configuration = lab.configuration(text)
    first = Agent(cleanups, configuration, lab.agent)
    first.wait_listening()
    first.stop()
    plant(store)
    agent = Agent(cleanups, configuration, lab.agent)
    agent.wait_ready(60)
    traffic.happen(60)
    wait_for("the list that answers with HTML", lambda: agent.value("reputed_listed", "11.10.1.26", "codes.bl.lab") == 1)
    wait_for("reputations", lambda: agent.value("reputed_reputation_score", "11.10.1.25") is not None, 40)
    wait_for("deliveries", lambda: re.search(r">\d+ accepted, ", agent.get("/")[1]), 40)


def main():
    build, *pictures = map(os.path.abspath, sys.argv[1:])
    npm = subprocess.run([os.path.join(HERE, "npm.sh"), build], stdout=subprocess.PIPE, text=True, check=False)
    if npm.returncode != 0:
        sys.exit(npm.returncode)
    folder = npm.stdout.strip()
    shutil.copy(os.path.join(HERE, "browser.mjs"), folder)
    lab, cleanups = Lab(), Cleanups()
    try:
        lab.start()
        prepared(lab, cleanups)
        result = subprocess.run(["node", "browser.mjs", f"http://{lab.agent}", *pictures], cwd=folder, check=False,
                                env={**os.environ, "LAB": LAB, "LAB_DIR": lab.directory})
    finally:
        cleanups.run()
        lab.stop()
    sys.exit(result.returncode)


main()
