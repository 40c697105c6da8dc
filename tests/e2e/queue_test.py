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
                (["--mta", "qmail", "--path", "/no/such"], "cannot read /no/such: No such file or directory; set "
                                                           "queue_directory in [mta]"),
                (["--mta", "sendmial"], "cannot read the queue of sendmial: this MTA is not known; use one of: postfix, "
                                        "exim, sendmail, opensmtpd, qmail"),
                (["--input", "/no/such"], "cannot read /no/such: No such file or directory"),
                (["--input", "-"], "cannot read standard input: it is no queue listing of a known MTA; save the output "
                                   "of postqueue -j, exim -bp, mailq, smtpctl show queue or qmail-qread"),
                (["--input", "-", "--mta", "postfix"],
                 "cannot read standard input: nothing in its 1 line is a Postfix queue listing; save the output of "
                 "postqueue -j or postqueue -p")]:
            with self.subTest(arguments=arguments):
                self.assert_one_line(reputed("queue", *arguments, text="nonsense\n"), 3, line)

    def test_no_postfix_runs(self):
        path = self.lab.configuration(lambda text: replaced(text, (self.lab.queue, self.lab.directory)))
        result = reputed("queue", "-c", path)
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertEqual(result.stderr.count("\n"), 1)


LISTINGS = {
    "exim": (" 1m   453 1xUtW0-00000Z-2a <alice@example.com>\n          bob@gmail.com\n\n"
             "24h   547 1xUX44-0000000000c-0005 <> *** frozen ***\n        D carol@example.net\n"
             "          dave@example.net\n\n",
             {"messages": 2, "recipients": 2, "bytes": 1000, "oldest_arrival": 1795213600, "frozen": 1,
              "by_queue": {"input": 1, "frozen": 1}, "by_class": None}),
    "sendmail": ("\t\t/var/spool/mqueue (1 request)\n"
                 "-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------\n"
                 "6ALMP0ab000050*     120 Sat Nov 21 22:25 <alice@example.com>\n"
                 "      8BITMIME   (Deferred: Connection refused by mx.example.net.)\n"
                 "\t\t\t\t\t <bob@example.net>\n\t\tTotal requests: 1\n",
                 {"messages": 1, "recipients": 1, "bytes": 120, "oldest_arrival": 1795299900, "frozen": None,
                  "by_queue": {"clientmqueue": 0, "mqueue": 1}, "by_class": {"connection": 1}}),
    "opensmtpd": ("5c22c4042ef8e722|local|mta|auth|a@x.example|b@gmail.com|b@gmail.com|1795290000|1795600000|0|1|pending|"
                  "389|452 4.2.2 <b@gmail.com>: Mailbox is full\n"
                  "5c22c4042ef8e723|local|mta|auth,suspend|a@x.example|c@gmail.com|c@gmail.com|1795290000|1795600000|0|1|"
                  "pending|389|452 4.2.2 <c@gmail.com>: Mailbox is full\n",
                  {"messages": 1, "recipients": 2, "bytes": None, "oldest_arrival": 1795290000, "frozen": 1,
                   "by_queue": {"bounce": 0, "corrupt": None, "mda": 0, "mta": 1, "offline": None},
                   "by_class": {"mailbox_full": 2}, "by_provider": {"gmail": 2},
                   "reasons": [{"text": "452 4.2.2 <address>: Mailbox is full", "count": 2}]}),
    "qmail": ("21 Nov 2026 22:25:00 GMT  #2318921  1274  <alice@example.com> \n\tremote\tbob@example.net\n"
              "  done\tremote\tcarol@example.net\n",
              {"messages": 1, "recipients": 1, "bytes": 1274, "oldest_arrival": 1795299900, "frozen": None,
               "by_queue": {"bounce": 0, "local": 0, "remote": 1, "todo": None}, "reasons": []}),
}


class OtherMtas(unittest.TestCase):
    def report(self, *arguments, text=""):
        result = reputed("queue", "--format", "json", *arguments, text=text)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)

    def test_saved_listings_tell_whose_they_are(self):
        for mta, (text, expected) in LISTINGS.items():
            for arguments in (["--input", "-"], ["--input", "-", "--mta", mta]):
                with self.subTest(mta=mta, arguments=arguments):
                    report = self.report(*arguments, text=text)
                    self.assertEqual({key: report[key] for key in expected}, expected)
                    self.assertEqual((report["mta"], report["note"], report["others"]), (mta, "", []))

    def test_hostile_listings(self):
        for mta in LISTINGS:
            text = LISTINGS[mta][0]
            for hostile in ("\x1b[31m\x00" * 1000, "x" * 1_000_000, text[:len(text) // 2] + "\x00\xff\n" * 100):
                with self.subTest(mta=mta, hostile=hostile[:8]):
                    result = reputed("queue", "--input", "-", "--mta", mta, text=hostile)
                    self.assertIn(result.returncode, (0, 3))
                    self.assertNotIn("\x1b", result.stdout + result.stderr)

    def test_table(self):
        for mta, (text, expected) in LISTINGS.items():
            with self.subTest(mta=mta):
                result = reputed("queue", "--input", "-", text=text)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertIn(mta, result.stdout.splitlines()[0])
                self.assertEqual(result.stdout.splitlines()[1].split()[0], "QUEUE")
                self.assertEqual("frozen\n" in result.stdout, expected["frozen"] is not None)


if __name__ == "__main__":
    unittest.main()
