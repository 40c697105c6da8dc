"""What the end-to-end tests share: a lab for a test class, the program, an agent, and waiting with a deadline."""
import collections
import contextlib
import functools
import http.client
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab", "lab")
REPUTED = os.environ.get("REPUTED") or os.path.join(HERE, "..", "..", "build", "release", "reputed")
KEY = "sesame"  # of keyed.bl.lab in the lab; may be shown nowhere


def reputed(*arguments, text="", timeout=30, **options):
    """Runs the program to its end; the result has stdout, stderr and returncode."""
    options.setdefault("env", {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"})
    return subprocess.run([REPUTED, *arguments], input=text, capture_output=True, text=True, timeout=timeout,
                          check=False, **options)


def wait_for(what, condition, seconds=20):
    """Polls until condition() is true and returns what it gave; fails when the time is over."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return value


def new_directory():
    """Below /var/tmp, passable for the user postfix; the caller removes it."""
    directory = tempfile.mkdtemp(prefix="reputed-e2e.", dir="/var/tmp")
    os.chmod(directory, 0o755)
    return directory


def free_port():
    """A port of 127.0.0.1 that nobody listens on now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    def __init__(self):
        self.directory = new_directory()

    def start(self):
        self(*"start".split(), self.directory)
        with open(os.path.join(self.directory, "env")) as file:
            pairs = [line.split("=", 1) for line in shlex.split(file.read())]
        for name, value in pairs:
            setattr(self, name.removeprefix("LAB_").lower(), value)

    def stop(self):
        self("stop", self.directory)
        shutil.rmtree(self.directory)

    def __call__(self, *words):
        """lab("dns", "set", NAME, TYPE, VALUE), and so on; returns when the change can be seen."""
        result = subprocess.run([LAB, "--dir", self.directory, *words], capture_output=True, text=True,
                                check=False, timeout=60)
        if result.returncode != 0:
            raise AssertionError(f"lab {' '.join(words)}: {result.stderr}")
        return result.stdout

    def configuration(self, change=lambda text: text, name="changed.toml"):
        """Writes a changed copy of the lab's configuration and returns its path."""
        with open(self.config) as file:
            before = file.read()
        path = os.path.join(self.directory, name)
        write(path, change(before))
        return path


def write(path, text):
    """Replaces the file at once, so that nobody reads half of it."""
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def replaced(text, *pairs):
    """The text with each (old, new) pair replaced; each old one must be there."""
    for old, new in pairs:
        if old not in text:
            raise AssertionError(f"{old!r} is not in the configuration")
        text = text.replace(old, new)
    return text


def with_lists(text, *lists):
    """The lab's configuration with these lists and no other."""
    only = ", ".join(f'"{name}"' for name in lists)
    return re.sub(r"only = \[.*?\]", f"only = [{only}]", text, count=1, flags=re.DOTALL)


def with_senders(text, *names):
    """The lab's configuration with these senders and no other."""
    _, *senders = text[:text.index("[dns]")].split("[[sender]]")
    kept = [sender for sender in senders if any(f'name = "{name}"' in sender for name in names)]
    return "".join("[[sender]]" + sender for sender in kept) + text[text.index("[dns]"):]


class LabTest(unittest.TestCase):
    """Starts one lab for all tests of the file and stops it whatever happens."""

    lab = None

    @staticmethod
    def check(configuration, *subjects):
        """(exit code, JSON) of `reputed check`."""
        result = reputed("check", "-c", configuration, "--format", "json", *subjects)
        if result.stderr:
            raise AssertionError(result.stderr)
        report = json.loads(result.stdout)
        for finding in report["findings"]:
            if finding["severity"] not in explained().get(finding["code"], []):
                raise AssertionError(f"reputed explain does not know {finding['code']} as {finding['severity']}")
        return result.returncode, report

    @classmethod
    def setUpClass(cls):
        if LabTest.lab is None:
            LabTest.lab = Lab()
            unittest.addModuleCleanup(LabTest.lab.stop)
            LabTest.lab.start()

    @contextlib.contextmanager
    def changed(self, change, undo):
        """Changes the lab for the length of a block; both are words for `lab`."""
        self.lab(*change)
        try:
            yield
        finally:
            self.lab(*undo)

    def assert_one_line(self, result, code, line):
        self.assertEqual((result.returncode, result.stderr, result.stdout), (code, f"reputed: {line}\n", ""))


@functools.cache
def explained():
    """{code: severities} of `reputed explain`."""
    result = reputed("explain", "--format", "json")
    return {row["code"]: row["severities"] for row in json.loads(result.stdout)["codes"]}


def findings_of(report, *codes):
    """{(code, subject, object): finding} of a `check` report, all or those of these codes."""
    return {(finding["code"], finding["subject"], finding["object"]): finding
            for finding in report["findings"] if not codes or finding["code"] in codes}


SERIES = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text):
    """{family: {(label value, ...): value}}, label values in the order in which they stand."""
    families = collections.defaultdict(dict)
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SERIES.fullmatch(line).groups()
            families[name][tuple(value for _, value in LABEL.findall(labels or ""))] = float(value)
    return families


class Agent:
    """`reputed run` as a child process."""

    def __init__(self, test, configuration, address, *arguments, environment=None):
        self.address = address
        self.configuration = configuration
        self.log_path = configuration + ".log"
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen([REPUTED, "run", "-c", configuration, *arguments],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        test.addCleanup(self.stop)

    def stop(self, patience=10):
        """SIGTERM; returns the exit code. An agent that does not end is killed and fails the test."""
        self.process.terminate()
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"did not end within {patience} s after SIGTERM") from error

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def get(self, path, timeout=5):
        """(status, body); (0, "") while nobody listens."""
        with contextlib.closing(http.client.HTTPConnection(self.address, timeout=timeout)) as connection:
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except ConnectionRefusedError:
                return 0, ""

    def metrics(self):
        status, text = self.get("/metrics")
        if status != 200:
            raise AssertionError(f"/metrics answers {status}")
        return parse_metrics(text)

    def value(self, family, *labels):
        """The value of one series, or None."""
        return self.metrics()[family].get(labels)

    def wait_listening(self):
        wait_for("the agent listens", lambda: self.running() and self.get("/-/healthy")[0] == 200)

    def wait_ready(self, seconds=20):
        wait_for("the agent is ready", lambda: self.running() and self.get("/-/ready")[0] == 200, seconds)

    def running(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the agent ended with {self.process.returncode}: {self.log()}")
        return True

    def opened(self):
        """The findings that are open by the log, as "CODE SUBJECT [on OBJECT]"."""
        found = set()
        for what, code, about in re.findall(r" agent: (opened|cleared) \S+ (\S+) \[\w+\] ([^\n]*)", self.log()):
            name = f"{code} {about.split(': ', 1)[0]}"
            found.add(name) if what == "opened" else found.discard(name)
        return found
