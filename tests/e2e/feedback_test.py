"""What services tell over HTTP: a local HTTPS server with its own authority that gives every answer, good and bad."""
import datetime
import http.server
import json
import os
import shutil
import socketserver
import sqlite3
import ssl
import subprocess
import threading
import unittest

import support
from support import Agent, free_port, new_directory, parse_metrics, reputed, wait_for, write

KEY = "s3same-k3y"  # may be shown nowhere
TOKEN = "t0ken-of-the-service"
DRIVER = os.environ.get("FEEDBACK_DRIVER") or os.path.join(os.path.dirname(support.REPUTED), "tests", "e2e",
                                                           "feedback_driver")
TODAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = TODAY - datetime.timedelta(days=1)


def row(ip, colour="GREEN", rate="< 0.1%", traps=0, day=YESTERDAY):
    date = f"{day.month}/{day.day}/{day.year}"
    return f"{ip},{date} 12:00 AM,{date} 11:00 PM,1895,1894,1893,{colour},{rate},,,{traps},,,\r\n"


class Site:
    """Answers by the path without its query: (status, headers, body), or a function of the handler."""

    def __init__(self, directory=None, name="127.0.0.1"):
        self.answers = {}
        self.requests = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.requests.append((self.path, dict(self.headers)))
                self.close_connection = True
                answer = site.answers.get(self.path.split("?")[0], (404, {}, b""))
                try:
                    if callable(answer):
                        answer(self)
                    else:
                        site.send(self, *answer)
                except OSError:
                    pass  # the client has had enough

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if directory:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(os.path.join(directory, name + ".pem"), os.path.join(directory, name + ".key"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @staticmethod
    def send(handler, status, headers, body):
        body = body if isinstance(body, bytes) else body.encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def half(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"192.0.2.1,")


def stream(handler):
    """10 GB, where the client takes them."""
    handler.send_response(200)
    handler.end_headers()
    block = b"192.0.2.1,11/20/2026 12:00 AM,," * 2048
    for _ in range(10 * 2**30 // len(block)):
        handler.wfile.write(block)


def drip(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    pause = threading.Event()
    for _ in range(600):
        handler.wfile.write(b"1")
        handler.wfile.flush()
        pause.wait(0.05)


def openssl(*arguments, directory):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True, timeout=60)


def make_authority(directory):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem", directory=directory)
    for name in ("127.0.0.1", "192.0.2.77"):
        write(os.path.join(directory, "ext"), f"subjectAltName=IP:{name}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                "-keyout", name + ".key", "-out", name + ".csr", directory=directory)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2", "-extfile", "ext", "-out", name + ".pem", directory=directory)


class FeedbackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = new_directory()
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        make_authority(cls.directory)
        write(os.path.join(cls.directory, "snds.key"), KEY + "\n")
        write(os.path.join(cls.directory, "token"), TOKEN + "\n")

    def setUp(self):
        self.site = Site(self.directory)
        self.addCleanup(self.site.stop)
        self.site.answers["/snds/data.aspx"] = (200, {}, row("192.0.2.1"))
        self.site.answers["/snds/ipStatus.aspx"] = (200, {}, "")

    def configuration(self, *sources, more=""):
        """One sender of two addresses, without lists and without DNS."""
        text = """[[sender]]
name = "mail"
ips = ["192.0.2.1", "192.0.2.2"]
domains = []
[dns]
servers = ["127.0.0.1:9"]
timeout = "100ms"
tries = 1
[dnsbl]
exclude = []
only = ["list.invalid"]
[mta]
kind = "none"
[alerts]
confirm = 1
clear = 1
confirm_after = "1s"
unknown_after = "1s"
[web]
listen = ""
""".replace('[web]\nlisten = ""\n', more or '[web]\nlisten = ""\n') + "".join(sources)
        path = os.path.join(self.directory, self.id().rsplit(".", 1)[1] + ".toml")
        write(path, text)
        return path

    def snds(self, url=None, timeout="20s"):
        return f"""[[feedback]]
name = "snds"
kind = "snds"
key = {{ file = "{self.directory}/snds.key" }}
url = "{url or self.site.url + '/snds/'}"
timeout = "{timeout}"
ca_file = "{self.directory}/ca.pem"
"""

    def scores(self, path="/v1/{ip}"):
        return f"""[[feedback]]
name = "scores"
kind = "json"
url = "{self.site.url}{path}"
headers = {{ "X-Api-Key" = {{ file = "{self.directory}/token" }} }}
day_pointer = "/day"
ca_file = "{self.directory}/ca.pem"
values = [
  {{ pointer = "/data/score", metric = "score", hysteresis = 3, levels = [
    {{ name = "good", severity = "ok", to = 80 }}, {{ name = "bad", severity = "warning", takes = 20 }} ] }},
]
"""

    def check(self, *sources):
        """{(code, subject, object): finding} of `reputed check`, those of feedback."""
        result = reputed("check", "-c", self.configuration(*sources), "--format", "json", timeout=60)
        for secret in (KEY, TOKEN):
            self.assertNotIn(secret, result.stdout + result.stderr)
        return {key: finding for key, finding in support.findings_of(json.loads(result.stdout)).items()
                if key[0].startswith("feedback.")}

    def test_snds_tells(self):
        self.site.answers["/snds/data.aspx"] = (200, {"Content-Type": "text/csv"},
                                                b"\xef\xbb\xbf" + (row("192.0.2.1", "YELLOW", "0.5%", 12) +
                                                                   row("198.51.100.1", "RED") + "\r\n").encode())
        self.site.answers["/snds/ipStatus.aspx"] = (
            200, {}, "192.0.2.1,192.0.2.1,Yes,Blocked due to user complaints or other evidence of spamming\r\n"
                     "192.0.2.0,192.0.2.255,Yes,E-mail address harvesting\r\n")
        found = self.check(self.snds())
        self.assertEqual({(code, subject): finding["severity"] for (code, subject, _), finding in found.items()}, {
            ("feedback.blocked", "192.0.2.1"): "critical",
            ("feedback.neighbours_blocked", "192.0.2.1"): "critical",
            ("feedback.neighbours_blocked", "192.0.2.2"): "critical",
            ("feedback.filter", "192.0.2.1"): "warning",
            ("feedback.complaints", "192.0.2.1"): "warning",
            ("feedback.traps", "192.0.2.1"): "warning"})
        self.assertEqual(found["feedback.filter", "192.0.2.1", "snds"]["evidence"],
                         f"Microsoft SNDS, data of {YESTERDAY:%Y-%m-%d}: filter result YELLOW")
        self.assertIn("neighbours are the problem", found["feedback.neighbours_blocked", "192.0.2.2", "snds"]["remedy"])
        self.assertEqual([path for path, _ in self.site.requests],
                         [f"/snds/data.aspx?key={KEY}", f"/snds/ipStatus.aspx?key={KEY}"])

    def test_json_tells(self):
        day = f"{YESTERDAY:%Y-%m-%d}"
        self.site.answers["/v1/192.0.2.1"] = (200, {}, json.dumps({"data": {"score": "71"}, "day": day}))
        self.site.answers["/v1/192.0.2.2"] = (200, {}, json.dumps({"data": {"score": 91}, "day": day}))
        found = self.check(self.scores())
        self.assertEqual(list(found), [("feedback.value", "192.0.2.1", "scores")])
        self.assertEqual(found["feedback.value", "192.0.2.1", "scores"]["evidence"],
                         f"scores, data of {day}: score 71")
        self.assertEqual(self.site.requests[0][1]["X-Api-Key"], TOKEN)

    def test_every_bad_answer(self):
        elsewhere = Site(self.directory)
        self.addCleanup(elsewhere.stop)
        elsewhere.answers["/snds/data.aspx"] = (200, {}, row("192.0.2.1", "RED"))
        plain = Site()
        self.addCleanup(plain.stop)
        unreachable, refused, quota = "feedback.unreachable", "feedback.refused", "feedback.quota"
        rows = [
            ((401, {}, KEY), refused, "answered 401 Unauthorized"),
            ((403, {}, KEY), refused, "answered 403 Forbidden"),
            ((429, {"Retry-After": "60"}, ""), quota, "answered 429 Too Many Requests"),
            ((500, {}, KEY), unreachable, "answered 500 Internal Server Error"),
            (half, unreachable, "cut the connection"),
            ((200, {}, b"\xff\xfe1\x009\x002\x00"), unreachable, "line 1 of the CSV is not as expected"),
            ((200, {}, os.urandom(10_000)), unreachable, "data.aspx"),
            ((200, {"Content-Type": "text/html"}, "<html><body>Oops"), unreachable, "a page for people"),
            ((200, {"Content-Type": "text/html"}, "<html><title>Sign in"), refused, "the key is not accepted"),
            ((200, {}, "Not authorized"), refused, "the key is not accepted"),
            (stream, unreachable, "longer than what is read of one"),
            ((302, {"Location": elsewhere.url + "/snds/data.aspx?key=" + KEY}, ""), refused, "a redirect to"),
            ((302, {"Location": plain.url + "/snds/data.aspx?key=" + KEY}, ""), refused, "a redirect to http://"),
            ((302, {"Location": self.site.url + "/snds/data.aspx"}, ""), refused, "a redirect to"),
        ]
        for answer, code, message in rows:
            with self.subTest(message):
                self.site.answers["/snds/data.aspx"] = answer
                found = self.check(self.snds())
                self.assertEqual([key[0] for key in found], [code])
                self.assertIn(message, next(iter(found.values()))["message"])
        self.assertEqual((elsewhere.requests, plain.requests), ([], []), "no key went elsewhere")

    def test_a_slow_drip_ends_in_time(self):
        self.site.answers["/snds/data.aspx"] = drip
        found = self.check(self.snds(timeout="1s"))
        self.assertIn("did not answer within 1s", found["feedback.unreachable", "snds", ""]["message"])

    def test_certificates(self):
        wrong = Site(self.directory, "192.0.2.77")
        self.addCleanup(wrong.stop)
        found = self.check(self.snds(url=wrong.url + "/snds/"))
        self.assertIn("it is for another name", found["feedback.unreachable", "snds", ""]["message"])
        found = self.check(self.snds().replace(f'ca_file = "{self.directory}/ca.pem"\n', ""))
        self.assertIn("its certificate is not accepted", found["feedback.unreachable", "snds", ""]["message"])
        self.assertEqual((wrong.requests, self.site.requests), ([], []), "no key went there")

    def test_redirects_on_the_same_server(self):
        self.site.answers["/snds/data.aspx"] = (302, {"Location": "/new/data"}, "")
        self.site.answers["/new/data"] = (200, {}, row("192.0.2.1", "RED"))
        self.assertEqual(list(self.check(self.snds())), [("feedback.filter", "192.0.2.1", "snds")])

    def test_the_daemon_keeps_what_it_was_told(self):
        port = free_port()
        database = os.path.join(self.directory, "reputed.db")
        configuration = self.configuration(
            self.snds(), more=f'[web]\nlisten = "127.0.0.1:{port}"\n[store]\npath = "{database}"\n'
                              '[log]\nlevel = "debug"\n')
        self.site.answers["/snds/data.aspx"] = (200, {"ETag": '"v1"'}, row("192.0.2.1", "RED", traps=3))
        stamp = YESTERDAY.timestamp()
        expected = {("snds", "192.0.2.1", "filter"): 2.0, ("snds", "192.0.2.1", "trap_hits"): 3.0,
                    ("snds", "192.0.2.1", "complaint_ratio"): 0.001, ("snds", "192.0.2.1", "rcpt_commands"): 1895.0,
                    ("snds", "192.0.2.1", "data_commands"): 1894.0,
                    ("snds", "192.0.2.1", "message_recipients"): 1893.0, ("snds", "192.0.2.1", "blocked"): 0.0,
                    ("snds", "192.0.2.1", "neighbours_blocked"): 0.0, ("snds", "192.0.2.1", "junked"): 0.0}
        shown = []

        def run(up):
            agent = Agent(self, configuration, f"127.0.0.1:{port}")
            agent.wait_ready(60)
            wait_for("the source was read", lambda: agent.value("reputed_feedback_up", "snds") == up)
            metrics = agent.metrics()
            self.assertEqual(metrics["reputed_feedback_value"], expected)
            self.assertEqual(metrics["reputed_feedback_data_timestamp_seconds"], {("snds", "192.0.2.1"): stamp})
            wait_for("the finding is open", lambda: "feedback.filter 192.0.2.1 on snds" in agent.opened() or
                     "feedback.filter" in agent.get("/")[1])
            with open(f"/proc/{agent.process.pid}/cmdline", "rb") as file:
                shown.append(file.read().decode())
            shown.extend(agent.get(path)[1] for path in ("/", "/metrics", "/api/findings", "/api/jobs", "/api/status"))
            agent.stop()
            shown.append(agent.log())

        run(1.0)
        self.assertEqual(len({path for path, _ in self.site.requests}), 2)
        # Nothing new: the day's figures stay, and the finding with them.
        self.site.requests.clear()
        self.site.answers["/snds/data.aspx"] = (304, {}, "")
        run(1.0)
        self.assertEqual(self.site.requests[0][1]["If-None-Match"], '"v1"')
        # Nothing at all: the same, and that it could not be read.
        self.site.answers["/snds/data.aspx"] = (500, {}, KEY)
        run(0.0)
        history = reputed("history", "-c", configuration, "--format", "json")
        shown.append(history.stdout + history.stderr)
        told = sorted((episode["code"], episode["open"]) for episode in json.loads(history.stdout)["episodes"]
                      if episode["subject"] == "192.0.2.1" and episode["check"] == "feedback")
        self.assertEqual(told, [("feedback.filter", True), ("feedback.traps", True)], "opened once, never cleared")
        shown.append(reputed("config", "show", "-c", configuration).stdout)
        with sqlite3.connect(database) as store:
            shown.append("\n".join(store.iterdump()))
        for text in shown:
            self.assertNotIn(KEY, text)

    def test_ten_thousand_bad_answers_leave_no_memory(self):
        plain = Site()
        self.addCleanup(plain.stop)
        bad = [(401, {}, "x"), (403, {}, "x"), (429, {"Retry-After": "60"}, "x"), (500, {}, "x"), half,
               (200, {}, "<html>" + "x" * 5000), (200, {}, os.urandom(3000)), (302, {"Location": "/elsewhere"}, ""),
               (200, {}, "[" * 100_000), (200, {}, '{"score": {}}'), (200, {}, '{"score": 1, "day": 7}'),
               (200, {}, '{"score": "1e999", "day": "2026-11-19"}'), (200, {"ETag": "x" * 5000}, "192.0.2.1,x\r\n" * 300),
               (200, {"X": "y" * 30_000}, "192.0.2.1," * 1000), (304, {}, "")]

        class Answers(dict):
            def get(self, path, _):
                number = int(path.split("/")[1])
                return stream if number % 500 == 499 else drip if number % 1000 == 998 else bad[number % len(bad)]

        plain.answers = Answers()
        result = subprocess.run([DRIVER, plain.url + "/", "7000"], capture_output=True, text=True, timeout=500,
                                check=True)
        before, after = (int(line) for line in result.stdout.split())
        self.assertGreater(len(plain.requests), 10_000)
        self.assertLess(after - before, 1024, f"KiB more after {len(plain.requests)} answers")


if __name__ == "__main__":
    unittest.main()
