"""`reputed queue`: the same figures as postqueue of the same Postfix, live and saved, and no lies without access."""
import collections
import json
import os
import shutil
import subprocess
import unittest

import planted
from support import REPUTED, LabTest, findings_of, new_directory, replaced, reputed, write

QUEUES = ["active", "corrupt", "deferred", "hold", "incoming", "maildrop"]


def figures(messages):
    return {"messages": len(messages), "recipients": sum(len(message["recipients"]) for message in messages),
            "bytes": sum(message["message_size"] for message in messages),
            "oldest_arrival": min((message["arrival_time"] for message in messages), default=None)}


class Queue(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.lab.queue:
            raise unittest.SkipTest("the lab has no Postfix here: it needs root and the package postfix")
        os.chmod(os.path.join(cls.lab.directory, "keyed.key"), 0o644)  # some tests run as nobody

    def postqueue(self, form="-j"):
        return subprocess.run(["postqueue", "-c", self.lab.postfix_config, form], capture_output=True, text=True,
                              check=True).stdout

    def report(self, *arguments, text=""):
        result = reputed("queue", "--format", "json", *arguments, text=text)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)

    def assert_equal_to_postqueue(self, report):
        messages = [json.loads(line) for line in self.postqueue().splitlines()]
        self.assertEqual({key: report[key] for key in figures([])}, figures(messages))
        self.assertEqual(list(report["by_queue"]), QUEUES)
        for queue in set(QUEUES) - {"corrupt"}:
            expected = figures([message for message in messages if message["queue_name"] == queue])
            self.assertEqual(report["queues"][queue], expected, queue)
            self.assertEqual(report["by_queue"][queue], expected["messages"], queue)
        reasons = collections.Counter(recipient["delay_reason"].replace("[127.0.0.1]", "")
                                      for message in messages for recipient in message["recipients"]
                                      if "delay_reason" in recipient)
        self.assertEqual(sum(reason["count"] for reason in report["reasons"]), sum(reasons.values()))

    def test_equals_postqueue_before_and_after_more_mail(self):
        report = self.report("-c", self.lab.config)
        self.assertEqual(list(report)[:8], ["mta", "messages", "recipients", "bytes", "oldest_arrival", "by_queue",
                                            "frozen", "reasons"])
        self.assert_equal_to_postqueue(report)
        self.assertEqual({queue: (report["queues"][queue]["messages"], report["queues"][queue]["recipients"])
                          for queue in planted.QUEUE}, planted.QUEUE)
        self.assertEqual(report["by_queue"]["corrupt"], 0)
        self.assertEqual([reason["count"] for reason in report["reasons"]], [3, 1])
        self.assertIn("450 4.2.1 The user you are trying to contact", report["reasons"][0]["text"])

        self.lab("mail", "3", "deferred")
        report = self.report("-c", self.lab.config)
        self.assertEqual(report["by_queue"]["deferred"], 6)
        self.assert_equal_to_postqueue(report)

    def test_saved_listings(self):
        directory = new_directory()
        self.addCleanup(shutil.rmtree, directory)
        for form in ("-j", "-p"):
            with self.subTest(form=form):
                path = os.path.join(directory, "listing")
                write(path, self.postqueue(form))
                self.assert_equal_to_postqueue(self.report("--input", path))
                self.assert_equal_to_postqueue(self.report("--input", "-", text=self.postqueue(form)))

    def as_nobody(self, *arguments, groups=()):
        return subprocess.run([REPUTED, *arguments], user="nobody", group="nogroup", extra_groups=groups,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)

    def test_unreadable_says_which_group(self):
        result = self.as_nobody("queue", "-c", self.lab.config)
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertRegex(result.stderr, r"^reputed: cannot read [^\n]*permission denied[^\n]*group postdrop[^\n]*\n$")

    def test_unreadable_is_unknown_in_check(self):
        result = self.as_nobody("check", "-c", self.lab.config, "--format", "json")
        finding, = findings_of(json.loads(result.stdout), "queue.unreadable").values()
        self.assertEqual((finding["severity"], finding["subject"]), ("unknown", "postfix"))
        self.assertIn("postdrop", finding["remedy"])

    def test_the_group_suffices(self):
        result = self.as_nobody("queue", "-c", self.lab.config, "--format", "json", groups=["postdrop"])
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assert_equal_to_postqueue(json.loads(result.stdout))

    def test_table(self):
        result = reputed("queue", "-c", self.lab.config)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        rows = [line.split() for line in result.stdout.splitlines()]
        self.assertEqual(rows[1], ["QUEUE", "MESSAGES", "RECIPIENTS", "BYTES", "OLDEST"])
        self.assertIn(["hold", "2", "2"], [row[:3] for row in rows])

    def test_bad_use(self):
        for arguments, line in [
                (["--mta", "qmail"], "cannot read the queue of qmail: this MTA's queue is not supported yet; "
                                     "supported: postfix"),
                (["--mta", "sendmial"], "cannot read the queue of sendmial: this MTA is not known; use one of: postfix"),
                (["--input", "/no/such"], "cannot read /no/such: No such file or directory"),
                (["--input", "-"], "cannot read standard input: nothing in its 1 line is a Postfix queue listing; "
                                   "save the output of postqueue -j or postqueue -p")]:
            with self.subTest(arguments=arguments):
                self.assert_one_line(reputed("queue", *arguments, text="nonsense\n"), 3, line)

    def test_no_postfix_runs(self):
        path = self.lab.configuration(lambda text: replaced(text, (self.lab.queue, self.lab.directory)))
        result = reputed("queue", "-c", path)
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertEqual(result.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
