"""Kills the agent's memory and notifiers at random moments while they work through a script, and counts what arrives.

    python3 -B chaos.py KILLS TRANSITIONS
"""
import collections
import contextlib
import http.server
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from support import new_directory, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVER = os.environ.get("CHAOS_DRIVER") or os.path.join(HERE, "..", "..", "build", "release", "tests", "e2e",
                                                        "chaos_driver")
NOTIFIERS = ("a", "b")
LONGEST_LIFE = 0.1  # seconds; on an idle machine a life is done with its part of the script in half of it
LONGEST_ANSWER = 0.015
LONGEST_WAIT = 0.3  # for a message, where the kill is aimed at one

Post = collections.namedtuple("Post", "life notifier key body_key transitions")


def script(length):
    """[(kind, subject, severity)] of the driver's steps."""
    steps = []
    turn = 0
    while len(steps) < length:
        number, what = divmod(turn, 3)
        number -= what
        if number >= 0:
            kind, severity = (("opened", "warning"), ("changed", "critical"), ("cleared", "critical"))[what]
            steps.append((kind, f"11.0.{number // 256}.{number % 256}", severity))
        turn += 1
    return steps


class Sink(http.server.ThreadingHTTPServer):
    """Takes messages and writes down from which life of the driver each came; a random wait goes before each answer."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Sink.Handler)
        self.posts = []
        self.news = threading.Condition()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_):
        pass  # the driver was killed before the answer

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            text = self.rfile.read(length)
            if len(text) < length:
                return  # killed while sending: not a message
            body = json.loads(text)
            life, notifier = self.path.strip("/").split("/")
            with self.server.news:
                self.server.posts.append(Post(int(life), notifier, self.headers["Idempotency-Key"], body["key"],
                                              body["transitions"]))
                self.server.news.notify_all()
            time.sleep(random.uniform(0, LONGEST_ANSWER))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass


class Chaos:
    def __init__(self, kills, transitions):
        self.kills = kills
        self.transitions = transitions
        self.directory = new_directory()
        self.store = os.path.join(self.directory, "chaos.db")
        self.sink = Sink()
        self.sealed = []  # a life: the keys that the store did not know to be delivered when it ended
        self.under_way = []  # a life: those of them that it had sent
        self.posts = []  # of all lives, in their order
        self.kept = []       # in the end: [(kind, subject, severity)] of the store

    def close(self):
        self.sink.shutdown()
        self.sink.server_close()
        shutil.rmtree(self.directory)

    def start(self, life, goal):
        url = f"http://127.0.0.1:{self.sink.server_port}/{life}"
        return subprocess.Popen([DRIVER, self.store, url, str(goal)], stdin=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def wait_to_kill(self, life):
        """A third of the kills is aimed at a message, the others come at any moment from the start on."""
        if life % 3 == 0:
            with self.sink.news:
                self.sink.news.wait_for(lambda: self.sink.posts and self.sink.posts[-1].life == life, LONGEST_WAIT)
            time.sleep(random.uniform(0, 2 * LONGEST_ANSWER))
        else:
            time.sleep(random.uniform(0, LONGEST_LIFE))

    def query(self, text):
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as database:
            return database.execute(text).fetchall()

    def sealed_keys(self):
        """The keys of messages that are not known to be delivered; from a copy, so that the next life recovers the
        original by itself."""
        copy = os.path.join(self.directory, "copy.db")
        for ending in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(self.store + ending, copy + ending)
        try:
            with contextlib.closing(sqlite3.connect(copy)) as database:
                return {key for key, in database.execute(
                    "SELECT DISTINCT message_key FROM outbox WHERE message_key <> '' AND NOT told")}
        except sqlite3.OperationalError:
            return set()  # killed before there were tables
        finally:
            for ending in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(copy + ending)

    def run(self):
        for life in range(self.kills):
            # Now and then several steps at once, so that messages hold more than one transition.
            burst = random.randrange(1, 8)
            done = (life // burst + 1) * burst
            driver = self.start(life, min(self.transitions, -(-self.transitions * done // self.kills)))
            self.wait_to_kill(life)
            os.kill(driver.pid, signal.SIGKILL)
            if driver.wait() != -signal.SIGKILL:
                raise AssertionError(f"life {life} ended by itself with {driver.returncode}")
            self.sealed.append(self.sealed_keys())
        driver = self.start(self.kills, self.transitions)
        try:
            wait_for("everything is delivered", self.is_done, 60)
        finally:
            driver.kill()
            driver.wait()
        with self.sink.news:
            self.posts = sorted(self.sink.posts, key=lambda post: post.life)
        sent = collections.defaultdict(set)
        for post in self.posts:
            sent[post.life].add(post.key)
        self.under_way = [sent[life] & sealed for life, sealed in enumerate(self.sealed)]
        kinds, severities = ("opened", "changed", "cleared"), ("ok", "info", "unknown", "warning", "critical")
        self.kept = [(id_, kinds[kind], subject, severities[severity]) for id_, kind, subject, severity in self.query(
            "SELECT id, kind, subject, severity FROM transitions ORDER BY id")]

    def is_done(self):
        try:
            [(made, left)] = self.query("SELECT (SELECT count(*) FROM transitions), "
                                        "(SELECT count(*) FROM outbox WHERE NOT told)")
        except sqlite3.OperationalError:
            return False
        return made >= self.transitions and left == 0

    def problems(self):
        """Sentences; [] when all is well."""
        steps = script(self.transitions)
        out = []
        if self.kept != [(number, *step) for number, step in enumerate(steps, 1)]:
            out.append(f"the store does not hold the script: {self.kept}")
        for notifier in NOTIFIERS:
            out += self.problems_of(notifier, steps)
        return out

    def problems_of(self, notifier, steps):
        out = []
        told = []
        own = {post.key for post in self.posts if post.notifier == notifier}
        if any(len(keys & own) > 1 for keys in self.under_way):
            out.append(f"{notifier}: several messages were under way at once")
        last = {}  # key: the post that carried it last
        newest = None
        for post in (post for post in self.posts if post.notifier == notifier):
            if post.key != post.body_key:
                out.append(f"{notifier}: key {post.key} in the header, {post.body_key} in the body")
            if post.key not in last:
                newest = post.key
                told += [(one["id"], one["kind"], one["subject"], one["severity"]) for one in post.transitions]
            else:
                before = last[post.key]
                if post.key != newest:
                    out.append(f"{notifier}: {post.key} was repeated after a later message")
                if post.transitions != before.transitions:
                    out.append(f"{notifier}: {post.key} came with other transitions")
                # Every life from the last attempt on ended while it was under way: only that is a reason to repeat it.
                if post.life == before.life or post.key not in self.under_way[before.life]:
                    out.append(f"{notifier}: {post.key} was repeated though life {before.life} ended without it")
            last[post.key] = post
        if told != [(number, *step) for number, step in enumerate(steps, 1)]:
            out.append(f"{notifier} was told {told}")
        return out

    def figures(self):
        posts = self.posts
        told = {(post.notifier, one["id"]) for post in posts for one in post.transitions}
        first = collections.Counter((post.notifier, post.key) for post in posts)
        return {
            "kills": self.kills,
            "with a send in flight": sum(bool(keys) for keys in self.under_way),
            "transitions": self.transitions,
            "messages": len(first),
            "deliveries": len(posts),
            "duplicates": len(posts) - len(first),
            "sends in flight at kills": sum(len(keys) for keys in self.under_way),
            "losses": len(NOTIFIERS) * self.transitions - len(told),
        }


def main():
    kills, transitions = map(int, sys.argv[1:])
    chaos = Chaos(kills, transitions)
    try:
        chaos.run()
        for name, value in chaos.figures().items():
            print(f"{name:26}{value}")
        problems = chaos.problems()
    finally:
        chaos.close()
    for problem in problems:
        print(f"WRONG: {problem[:2000]}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
