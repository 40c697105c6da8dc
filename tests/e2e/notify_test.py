"""`reputed notify test`: a marked message through every notifier, to a web server, a mail server and Alertmanager."""
import contextlib
import http.client
import http.server
import json
import os
import shutil
import socket
import socketserver
import subprocess
import threading
import unittest

from support import new_directory, reputed, wait_for, write

# What may be shown nowhere: the files that hold it, and the path of the webhook.
SECRETS = {"token": "t0k3n", "hmac": "hm4ck3y", "password": "p4ssw0rd", "path": "w3bh00k"}


class Web(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.taken.append((self.path, dict(self.headers),
                                  self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send_response(self.server.status, "w3bh00k")
        self.end_headers()

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"EHLO":
                self.wfile.write(b"250-sink\r\n250 AUTH PLAIN\r\n")
                continue
            if command == b"AUTH":
                self.wfile.write(b"334 \r\n")
                self.rfile.readline()
                self.wfile.write(b"235 in\r\n")
                continue
            if command == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    text += line
                self.server.taken.append(text.decode())
            self.wfile.write(b"250 ok\r\n")


@contextlib.contextmanager
def sink(server_class, handler):
    with server_class(("127.0.0.1", 0), handler) as server:
        server.taken = []
        server.status = 200
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class NotifyTest(unittest.TestCase):
    def setUp(self):
        self.directory = new_directory()
        self.addCleanup(shutil.rmtree, self.directory)
        for name, secret in SECRETS.items():
            write(self.path(name), secret + "\n")

    def path(self, name):
        return os.path.join(self.directory, name)

    def configure(self, *notifiers):
        text = '[[sender]]\nhostname = "mail.lab"\nips = ["192.0.2.25"]\n'
        for number, rows in enumerate(notifiers):
            text += f'[[notifier]]\nname = "n{number}"\n' + rows
        write(self.path("reputed.toml"), text)
        return self.path("reputed.toml")

    def without_secrets(self, *results):
        for result in results:
            for secret in SECRETS.values():
                self.assertNotIn(secret, result.stdout + result.stderr)

    def webhook(self, server, rows=""):
        return f'kind = "webhook"\nurl = "http://127.0.0.1:{server.server_port}/w3bh00k"\n' + rows

    def test_webhook_and_mail_get_a_marked_message(self):
        with sink(http.server.ThreadingHTTPServer, Web) as web, sink(socketserver.ThreadingTCPServer, Mail) as mail:
            config = self.configure(
                self.webhook(web, f'token = {{ file = "{self.path("token")}" }}\n'
                                  f'hmac_key = {{ file = "{self.path("hmac")}" }}\n'),
                f'kind = "email"\nsmtp = "smtp://127.0.0.1:{mail.server_address[1]}"\nstarttls = "off"\n'
                f'username = "u"\npassword = {{ file = "{self.path("password")}" }}\n'
                'from = "reputed@mail.lab"\nto = ["ops@example.net"]\n')
            result = reputed("notify", "test", "--config", config, "--format", "json")
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            rows = json.loads(result.stdout)["notifiers"]
            self.assertEqual([(row["notifier"], row["kind"], row["ok"], row["error"]) for row in rows],
                             [("n0", "webhook", True, ""), ("n1", "email", True, "")])
            self.assertEqual(rows[0]["target"], f"http://127.0.0.1:{web.server_port}")
            [(path, headers, body)] = web.taken
            self.assertEqual((path, headers["Authorization"]), ("/w3bh00k", "Bearer t0k3n"))
            body = json.loads(body)
            self.assertTrue(body["drill"])
            self.assertTrue(body["title"].startswith("[DRILL] "))
            self.assertEqual(body["key"], headers["Idempotency-Key"])
            [text] = mail.taken
            self.assertIn("\r\nSubject: [DRILL] ", text)
            self.assertIn("\r\n\r\n[DRILL] ", text)
            self.without_secrets(result, reputed("config", "show", "--config", config),
                                 reputed("notify", "test", "--dry-run", "--config", config))

    def test_one_that_fails_is_told_without_its_secrets(self):
        with sink(http.server.ThreadingHTTPServer, Web) as web:
            web.status = 500
            config = self.configure(self.webhook(web), 'kind = "webhook"\nurl = "http://127.0.0.1:1/w3bh00k"\n')
            result = reputed("notify", "test", "--config", config)
            self.assertEqual((result.returncode, result.stderr), (1, ""))
            self.assertIn(f"http://127.0.0.1:{web.server_port} answered 500 Internal Server Error", result.stdout)
            self.assertIn("http://127.0.0.1:1: no connection: Connection refused", result.stdout)
            self.without_secrets(result)
            only = reputed("notify", "test", "--config", config, "--notifier", "n1")
            self.assertNotIn("n0", only.stdout)

    def test_dry_run_sends_nothing(self):
        with sink(http.server.ThreadingHTTPServer, Web) as web:
            config = self.configure(self.webhook(web, 'format = "slack"\n'))
            result = reputed("notify", "test", "--config", config, "--dry-run")
            self.assertEqual(result.returncode, 0)
            self.assertIn('{"text":"[DRILL] warning: This is a test message', result.stdout)
            self.assertEqual(web.taken, [])

    def test_without_notifiers(self):
        result = reputed("notify", "test", "--config", self.configure())
        self.assertEqual((result.returncode, result.stderr), (78, "reputed: no [[notifier]] is configured\n"))
        result = reputed("notify", "test", "--config", self.configure(), "--notifier", "x")
        self.assertEqual((result.returncode, result.stderr), (78, 'reputed: no notifier is called "x"\n'))

    def test_alertmanager_takes_it(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        write(self.path("alertmanager.yml"), "route: {receiver: none}\nreceivers: [{name: none}]\n")
        process = subprocess.Popen(
            ["prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=data",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"],
            cwd=self.directory)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def get(path):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with contextlib.closing(connection), contextlib.suppress(OSError):
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.read() if answer.status == 200 else None

        wait_for("Alertmanager", lambda: get("/-/ready"))
        config = self.configure(f'kind = "alertmanager"\nurl = "http://127.0.0.1:{port}"\n')
        result = reputed("notify", "test", "--config", config)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        shown = subprocess.run(["amtool", "alert", "query", "-o", "json", 'drill="true"',
                                f"--alertmanager.url=http://127.0.0.1:{port}"], capture_output=True, check=True)
        [alert] = json.loads(shown.stdout)
        self.assertEqual((alert["labels"]["alertname"], alert["labels"]["severity"]),
                         ("ReputedNotifyTest", "warning"))
        self.assertTrue(alert["annotations"]["summary"].startswith("[DRILL] "))


if __name__ == "__main__":
    unittest.main()
