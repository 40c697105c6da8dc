"""Receivers of messages on loopback: a web server and a mail server that can misbehave, and Alertmanager."""
import contextlib
import http.client
import http.server
import json
import os
import socket
import socketserver
import subprocess
import threading

from support import wait_for, write


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


class Sink:
    """A server on a port that stays its own. `taken` holds what it accepted, in order."""

    def __init__(self, handler):
        self.handler = handler
        self.taken = []
        self.attempts = 0  # at giving it something, taken or not
        self.server = None
        self.thread = None
        self.how, self.released = 200, threading.Event()
        self.reserve = socket.socket()  # bound and never listening: nobody else gets the port meanwhile
        self.reserve.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.reserve.bind(("127.0.0.1", 0))
        self.port = self.reserve.getsockname()[1]

    def behave(self, how):
        """An HTTP status, "hang" (accept and say nothing), "cut" (the connection, instead of an answer) or "refuse"."""
        self.how, released, self.released = how, self.released, threading.Event()
        released.set()
        if how == "refuse":
            self.close()
        elif self.server is None:
            self.server = Server(("127.0.0.1", self.port), self.handler)
            self.server.sink = self
            self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
            self.thread.start()

    def close(self):
        if self.server is None:
            return
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.server = None

    def __enter__(self):
        self.behave(200)
        return self

    def __exit__(self, *_):
        self.released.set()
        self.close()
        self.reserve.close()


class WebHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sink = self.server.sink
        released, how = sink.released, sink.how
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sink.attempts += 1
        if how == "hang":
            released.wait()
        if not isinstance(how, int):
            return
        if how == 200:
            sink.taken.append((self.path, dict(self.headers), body))
        self.send_response(how, "w3bh00k")  # a server may repeat the path that it was asked for
        self.end_headers()

    def log_message(self, *_):
        pass


class MailHandler(socketserver.StreamRequestHandler):
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
                self.server.sink.taken.append(text.decode())
            self.wfile.write(b"250 ok\r\n")


def web():
    """taken: (path, headers, body) a request."""
    return Sink(WebHandler)


def mail():
    """taken: the text of each message."""
    return Sink(MailHandler)


class HttpGet:
    """A server that somebody else started."""

    def __init__(self, port):
        self.port = port

    def get(self, path):
        """The body; None while it does not answer, or with anything but 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.read() if answer.status == 200 else None


class Alertmanager(HttpGet):
    """Debian's; what it is told it tells the web sink, if there is one, at once."""

    def __init__(self, test, directory, told=None):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            super().__init__(probe.getsockname()[1])
        receiver = f", webhook_configs: [{{url: 'http://127.0.0.1:{told.port}/', send_resolved: true}}]" if told else ""
        write(os.path.join(directory, "alertmanager.yml"),
              "route: {receiver: ops, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}\n"
              f"receivers: [{{name: ops{receiver}}}]\n")
        process = subprocess.Popen(
            ["prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=alertmanager",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=", "--log.level=error"],
            cwd=directory)
        test.addCleanup(process.wait)
        test.addCleanup(process.kill)
        wait_for("Alertmanager", lambda: self.get("/-/ready"))

    def alerts(self, *matchers):
        """What is firing, by amtool."""
        shown = subprocess.run(["amtool", "alert", "query", "-o", "json", *matchers,
                                f"--alertmanager.url=http://127.0.0.1:{self.port}"], capture_output=True, check=True)
        return json.loads(shown.stdout)
