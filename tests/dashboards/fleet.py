"""The lab with two agents for the dashboards: the lab's own, and a second one beside an Exim that shares a sender with it.

Every family of metrics that a dashboard names has series here, so that no panel may be empty.
"""
import collections
import contextlib
import http.server
import json
import os
import re
import signal
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import sinks  # noqa: E402
from support import Agent, Lab, free_port, wait_for, with_lists, with_senders, write  # noqa: E402
from traffic import Traffic  # noqa: E402


class Provider(http.server.BaseHTTPRequestHandler):
    """Answers /v1/ADDRESS with what it thinks of it: less, the more often it was asked."""

    asked = collections.Counter()

    def do_GET(self):  # noqa: N802: the name that the base class looks for
        address = self.path.rpartition("/")[2]
        self.asked[address] += 1
        score = max(20, 96 - sum(map(ord, address)) % 30 - 2 * self.asked[address])
        body = json.dumps({"score": score, "complaints": {"percent": round(0.4 / score * 20, 4)}, "day": time.time() - 3600}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Fleet:
    """A context manager. `lab(...)` changes the lab, `query(...)` asks its Prometheus."""

    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.lab = Lab()

    def addCleanup(self, function, *arguments):  # noqa: N802: what Agent wants of a test
        self.stack.callback(function, *arguments)

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.push(self.stack)
            undo.callback(self.lab.stop)
            self.stack.pop_all()
            self.lab.start()
            self.start()
            self.stack = undo.pop_all()
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    def start(self):
        folder = self.lab.directory
        self.hook = self.stack.enter_context(sinks.web())
        self.dead_port = free_port()
        self.provider = self.stack.enter_context(sinks.Sink(Provider))
        self.traffic = Traffic(os.path.join(folder, "mail.log"), os.path.join(folder, "exim.log"))
        self.traffic.happen(200)
        self.other_address = f"127.0.0.1:{free_port()}"
        os.mkdir(os.path.join(folder, "exim"))
        os.mkdir(os.path.join(folder, "exim", "input"))
        first = self.lab.configuration(self.first_configuration, "first.toml")
        second = self.lab.configuration(self.second_configuration, "second.toml")
        self.agents = [Agent(self, first, self.lab.agent), Agent(self, second, self.other_address)]
        self.scrape_both()
        for agent in self.agents:
            agent.wait_ready(60)

    def first_configuration(self, text):
        folder = self.lab.directory
        log = os.path.join(folder, "log", "postfix.log")
        text = text.replace("[mta]\n", f'[mta]\nlog = ["{log}", "{self.traffic.postfix}"]\n')
        return text + self.memory("first") + self.notifiers() + self.feedback()

    def second_configuration(self, text):
        folder = self.lab.directory
        text = with_senders(with_lists(text, "zen.spamhaus.org", "bl.spamcop.net", "score.bl.lab"), "healthy")
        text = text.replace(self.lab.agent, self.other_address)
        # New today: what the log tells is held against the plan.
        text = text.replace('name = "healthy"\n', f'name = "healthy"\nwarmup = {time.strftime("%Y-%m-%d", time.gmtime())}\n'
                            "warmup_plan = [400, 800, 1600]\n")
        text = re.sub(r'\[mta\]\n.*?\n\n', f'[mta]\nkind = "exim"\nqueue_directory = "{folder}/exim"\nlog = ["{self.traffic.exim}"]\n'
                      'interval = "2s"\n\n', text, count=1, flags=re.DOTALL)
        return text + self.memory("second")

    def memory(self, name):
        return f'\n[store]\npath = "{self.lab.directory}/{name}.db"\n'

    def notifiers(self):
        return (f'\n[[notifier]]\nname = "ops"\nkind = "webhook"\nurl = "http://127.0.0.1:{self.hook.port}/"\ngroup_wait = "1s"\n'
                f'\n[[notifier]]\nname = "pager"\nkind = "webhook"\nurl = "http://127.0.0.1:{self.dead_port}/"\ngroup_wait = "1s"\n'
                'timeout = "1s"\n')

    def feedback(self):
        return (f'\n[[feedback]]\nname = "provider"\nkind = "json"\nurl = "http://127.0.0.1:{self.provider.port}/v1/{{ip}}"\n'
                'interval = "1m"\nday_pointer = "/day"\nvalues = [\n{ pointer = "/score", metric = "score" },\n'
                '{ pointer = "/complaints/percent", metric = "complaint_ratio", factor = 0.01 },\n]\n')

    def scrape_both(self):
        """The lab's Prometheus knows one agent; give it both."""
        path = os.path.join(self.lab.directory, "prometheus", "prometheus.yml")
        with open(path) as file:
            text = file.read()
        write(path, text.replace(f'"{self.lab.agent}"', f'"{self.lab.agent}", "{self.other_address}"'))
        with open(os.path.join(self.lab.directory, "run", "prometheus.pid")) as file:
            os.kill(int(file.read().split()[0]), signal.SIGHUP)

    def run_traffic(self, attempts_a_second=4):
        """Mail goes on being sent until the end."""
        over = threading.Event()

        def send():
            while not over.wait(1):
                self.traffic.happen(attempts_a_second)
        thread = threading.Thread(target=send)
        thread.start()
        self.stack.callback(thread.join)
        self.stack.callback(over.set)

    def ask(self, path, **parameters):
        return ask(self.lab.prometheus, path, **parameters)

    def series(self, query):
        answer = self.ask("query", query=query)
        return answer["data"]["result"]


def ask(prometheus, path, **parameters):
    """Prometheus's answer as JSON; also of a refusal."""
    url = f"{prometheus}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)
