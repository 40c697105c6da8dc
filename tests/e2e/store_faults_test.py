"""The store's disk fails under the running agent: it goes on, says so once, and resumes by itself."""
import collections
import contextlib
import http.server
import json
import os
import shutil
import sqlite3
import subprocess
import threading
import time
import unittest

from support import Agent, LabTest, new_directory, replaced, wait_for, with_lists, with_senders

LIST = "codes.bl.lab"
ADDRESS = "11.10.0.25"
LISTING = ("dnsbl.listed", ADDRESS, LIST)
UNAVAILABLE = ("store.unavailable", "store", "")
SET_ASIDE = ("store.set_aside", "store", "")
PATIENCE = 60  # the agent tries again after 5 s, 10 s, 20 s, ...


class Sink(http.server.ThreadingHTTPServer):
    """A webhook that keeps the transitions that it was told."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Sink.Handler)
        self.told = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.told += body["transitions"]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    def count(self, kind, finding):
        return sum((one["kind"], one["code"], one["subject"], one["object"]) == (kind, *finding)
                   for one in list(self.told))


class StoreFaults(LabTest):
    def setUp(self):
        self.folder = os.path.join(new_directory(), "state")
        self.addCleanup(shutil.rmtree, os.path.dirname(self.folder))
        os.mkdir(self.folder)
        self.store = os.path.join(self.folder, "reputed.db")
        self.sink = Sink()
        self.addCleanup(self.sink.server_close)
        self.addCleanup(self.sink.shutdown)
        self.agent = None

    def start(self, ready=True):
        def change(text):
            text = replaced(with_senders(with_lists(text, LIST), "healthy"), ('interval = "5s"', 'interval = "1s"'),
                            ("confirm = 1", "flap_count = 100\nconfirm = 1"))
            return (f'{text}\n[store]\npath = "{self.store}"\n[[notifier]]\nname = "sink"\nkind = "webhook"\n'
                    f'group_wait = "0s"\nmin_severity = "info"\nrate_limit = 1000\ndigest_over = 100\n'
                    f'url = "http://127.0.0.1:{self.sink.server_port}/"\n')

        self.agent = Agent(self, self.lab.configuration(change, "store.toml"), self.lab.agent)
        self.agent.wait_listening()
        if ready:
            self.agent.wait_ready()

    def restart(self):
        self.assertEqual(self.agent.stop(), 0)
        self.start()

    def mount(self, options, *more):
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small file system")
        result = subprocess.run(["mount", "-t", "tmpfs", "-o", options, *more, "none", self.folder],
                                capture_output=True, text=True, check=False)
        if result.returncode != 0:
            self.skipTest(f"no file system can be mounted here: {result.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.folder], check=True)

    def wait_told(self, kind, finding, count=1):
        wait_for(f"{kind} {finding} is told, number {count}",
                 lambda: self.agent.running() and self.sink.count(kind, finding) >= count, PATIENCE)

    def wait_healthy(self, value):
        wait_for(f"reputed_store_healthy is {value}", lambda: self.agent.value("reputed_store_healthy") == value,
                 PATIENCE)

    def check_still_tells(self):
        """A listing that comes and goes is told and shown, whatever the disk does."""
        before = self.sink.count("opened", LISTING), self.sink.count("cleared", LISTING)
        with self.changed(("list", "add", LIST, ADDRESS, "127.0.0.2"), ("list", "remove", LIST, ADDRESS)):
            self.wait_told("opened", LISTING, before[0] + 1)
            wait_for("its series", lambda: self.agent.value("reputed_listed", ADDRESS, LIST) == 1)
        self.wait_told("cleared", LISTING, before[1] + 1)
        wait_for("its series", lambda: self.agent.value("reputed_listed", ADDRESS, LIST) == 0)
        self.assertEqual((self.sink.count("opened", LISTING), self.sink.count("cleared", LISTING)),
                         (before[0] + 1, before[1] + 1))

    def wait_broken(self):
        self.wait_told("opened", UNAVAILABLE)
        self.wait_healthy(0)

    def wait_resumed(self):
        self.wait_told("cleared", UNAVAILABLE)
        self.wait_healthy(1)
        self.assertEqual((self.sink.count("opened", UNAVAILABLE), self.sink.count("cleared", UNAVAILABLE)), (1, 1))

    def check_all_is_kept(self, since=0):
        """Every transition that was told, from that number on, is in the store, and no number was used twice."""
        numbers = collections.Counter(one["id"] for one in self.sink.told)
        self.assertEqual([number for number, count in numbers.items() if count > 1], [])
        told = {one["id"] for one in self.sink.told[since:]}

        def missing():
            with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as database:
                return told - {number for number, in database.execute("SELECT id FROM transitions")}
        wait_for("all that was told is kept", lambda: not missing())

    def test_a_full_disk(self):
        self.mount("size=1m")
        self.start()
        self.check_still_tells()
        filler = os.path.join(self.folder, "filler")
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        # The log has room of its own for a while.
        deadline = time.monotonic() + PATIENCE
        while self.agent.value("reputed_store_healthy") == 1 and time.monotonic() < deadline:
            self.check_still_tells()
        self.wait_broken()
        self.check_still_tells()
        os.unlink(filler)
        self.wait_resumed()
        self.check_all_is_kept()
        told = len(self.sink.told)
        self.restart()
        self.check_still_tells()
        self.assertEqual(len(self.sink.told), told + 2, "a restart repeats nothing")
        self.check_all_is_kept()

    def test_a_disk_that_is_full_from_the_start(self):
        self.mount("size=64k")
        filler = os.path.join(self.folder, "filler")
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        self.start()
        self.wait_broken()
        self.check_still_tells()
        subprocess.run(["mount", "-o", "remount,size=4m", self.folder], check=True)
        self.wait_resumed()
        self.check_all_is_kept()

    def test_a_read_only_disk(self):
        self.mount("size=4m,ro")
        self.start()
        self.wait_broken()
        self.check_still_tells()
        subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)
        self.wait_resumed()
        self.check_all_is_kept()

    def broken_files(self):
        return [name for name in os.listdir(self.folder)
                if name.startswith("reputed.db.broken-") and not name.endswith(("-wal", "-shm"))]

    def flip_pages(self):
        """Flips bytes all over the file, but for the header of the first page."""
        with open(self.store, "r+b") as file:
            text = bytearray(file.read())
            for place in range(100, len(text), 7):
                text[place] ^= 0x5a
            file.seek(0)
            file.write(text)

    def test_corrupt_pages_at_the_start(self):
        self.start()
        self.check_still_tells()
        self.assertEqual(self.agent.stop(), 0)
        self.flip_pages()
        told = len(self.sink.told)
        self.start()
        self.wait_told("opened", SET_ASIDE)
        self.wait_healthy(1)
        self.assertEqual(len(self.broken_files()), 1)
        self.check_still_tells()
        self.assertEqual(self.sink.count("opened", SET_ASIDE), 1)
        self.assertEqual(self.sink.count("opened", UNAVAILABLE), 0)
        self.check_all_is_kept(told)

    def test_corrupt_pages_under_the_running_agent(self):
        self.start()
        self.check_still_tells()
        self.flip_pages()
        self.check_still_tells()
        self.restart()
        self.wait_healthy(1)
        self.wait_told("opened", SET_ASIDE)
        self.check_still_tells()
        self.assertEqual(self.sink.count("opened", SET_ASIDE), 1)
        self.assertEqual(len(self.broken_files()), 1)
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def test_the_file_is_deleted(self):
        self.start()
        self.check_still_tells()
        os.unlink(self.store)
        told = len(self.sink.told)
        self.check_still_tells()
        wait_for("the file is there again", lambda: os.path.exists(self.store), PATIENCE)
        self.wait_healthy(1)
        self.check_all_is_kept(told)
        before = [one for one in self.sink.told if one["code"] != "store.unavailable"]
        self.restart()
        self.check_still_tells()
        after = [one for one in self.sink.told if one["code"] != "store.unavailable"]
        self.assertEqual(len(after), len(before) + 2, "what the new file holds is enough to repeat nothing")

    def test_the_folder_is_deleted(self):
        self.start()
        self.check_still_tells()
        told = len(self.sink.told)
        shutil.rmtree(self.folder)
        self.check_still_tells()
        self.wait_broken()
        os.mkdir(self.folder)
        self.wait_resumed()
        self.check_still_tells()
        self.check_all_is_kept(told)

    def test_the_folder_is_missing_at_the_start(self):
        os.rmdir(self.folder)
        self.start()
        self.wait_broken()
        self.check_still_tells()
        os.mkdir(self.folder)
        self.wait_resumed()
        self.check_all_is_kept()


if __name__ == "__main__":
    unittest.main()
