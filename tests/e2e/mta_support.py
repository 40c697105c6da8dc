"""What the tests of the real MTAs share: one scenario each, and what reputed makes of its queue and of its log, beside
what the MTA's own tools and the receivers say."""
import collections
import json
import os
import shutil
import sys
import unittest

from support import REPUTED, new_directory, reputed, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab", "mta"))
import packages  # noqa: E402
import room  # noqa: E402
import scenario  # noqa: E402

CACHE = os.path.join(os.path.dirname(os.path.abspath(REPUTED)), "mta")


class MtaTest(unittest.TestCase):
    """A subclass names its MTA; the scenario runs once for all of its tests."""

    make = None  # (directory, cache) -> mta.Mta

    @classmethod
    def setUpClass(cls):
        if cls.make is None:
            raise unittest.SkipTest("no MTA")
        if reason := room.absent():
            raise unittest.SkipTest(reason)
        cls.directory = new_directory()
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        try:
            cls.mta = cls.make(cls.directory, CACHE)
        except packages.Unavailable as why:
            raise unittest.SkipTest(str(why))
        cls.addClassCleanup(cls.mta.stop)
        cls.moments = {}
        cls.mta.start()
        cls.look("empty")
        cls.mta.first_attempts()
        cls.look("tried once")
        cls.mta.second_attempts()
        cls.mta.hold()
        cls.look("tried twice, one held")
        cls.gave_up = cls.mta.give_up()
        cls.look("given up, one held")
        cls.log = os.path.join(cls.directory, "log")
        shutil.copy2(cls.mta.room.path(cls.mta.log), cls.log)

    @classmethod
    def look(cls, moment):
        """Keeps what the MTA's tools and reputed say at this moment."""
        kind, spool = cls.mta.kind, cls.mta.room.path(cls.mta.spool)
        seen = {"the spool": reputed("queue", "--format", "json", "--mta", kind, "--path", spool)}
        for name in cls.mta.listings:
            path = os.path.join(cls.directory, name.replace(" ", "") + moment.replace(" ", ""))
            write(path, cls.mta.listing(name))
            seen[name] = reputed("queue", "--format", "json", "--mta", kind, "--input", path)
        cls.moments[moment] = cls.mta.figures(), seen

    def report(self, *arguments):
        result = reputed(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def events(self, path):
        text = self.report("log", "--mta", self.mta.kind, "--events", path)
        return [json.loads(line) for line in text.splitlines()]

    def expected(self):
        """{recipient: [(status, class, provider, dsn, relay), ...]}; what nobody can know is None."""
        attempts = self.answered()
        for recipient, number in self.mta.unasked.items():
            case = scenario.BY_RECIPIENT[recipient]
            status = self.mta.statuses.get(recipient, case.status)
            number += self.gave_up and self.mta.last_attempt and recipient == scenario.UNHEARD
            attempts[recipient] += [(status, self.mta.classes.get(recipient, case.reply_class), case.provider, None,
                                     None)] * number
        for recipient, tried in attempts.items():
            waits = {attempt[0] for attempt in tried} == {"deferred"} and recipient != scenario.HELD
            if self.gave_up and waits:
                tried.append(("expired", "expired", tried[0][2], None, None))
        return attempts

    def answered(self):
        """What the receivers said, as far as the MTA tells."""
        attempts = collections.defaultdict(list)
        for answer in self.mta.answers():
            case = scenario.BY_RECIPIENT[answer["recipient"]]
            status = answer["status"]
            if status == "sent":
                attempts[case.recipient].append((status, "delivered", case.provider, answer["dsn"], answer["host"]))
                continue
            attempts[case.recipient].append((
                self.mta.statuses.get(case.recipient, status),
                self.mta.classes.get(case.recipient, case.reply_class), case.provider,
                self.mta.dsns.get(case.recipient, answer["dsn"]) or None,
                self.mta.relays.get(case.recipient, answer["host"])))
        return attempts

    def test_log_equals_what_the_receivers_said(self):
        expected = self.expected()
        messages = self.mta.queue_ids()
        seen = collections.defaultdict(list)
        for event in self.events(self.log):
            self.assertFalse(event["local"])
            self.assertEqual(event["recipients"], 1)
            seen[event["queue_id"]].append(tuple(event[key] for key in
                                                 ("status", "class", "provider", "dsn", "relay")))
        for identifier, recipients in messages.items():
            with self.subTest(recipients=recipients):
                wanted = [attempt for recipient in recipients for attempt in expected.pop(recipient, [])]
                got = seen.pop(identifier, [])
                self.assertEqual(len(got), len(wanted), got)
                for attempt in wanted:
                    like = [one for one in got if all(want in (None, have) for want, have in zip(attempt, one))]
                    self.assertTrue(like, f"{attempt} is not among {got}")
                    got.remove(like[0])
        self.assertEqual((expected, seen), ({}, {}), "nothing is left over on either side")

    def test_log_totals(self):
        report = json.loads(self.report("log", "--mta", self.mta.kind, "--format", "json", self.log))
        attempts = [attempt for attempts in self.expected().values() for attempt in attempts]
        status = collections.Counter(attempt[0] for attempt in attempts)
        self.assertEqual(report["status"], {"sent": 0, "deferred": 0, "bounced": 0, "expired": 0} | status)
        self.assertEqual(report["by_class"], collections.Counter(attempt[1] for attempt in attempts))
        self.assertEqual(report["by_provider"], collections.Counter(attempt[2] for attempt in attempts))
        self.assertEqual(report["lists"], {"zen.spamhaus.org": 1})
        self.assertEqual(report["rejected"], scenario.STRANGER_REFUSED)
        self.assertEqual(report["local"]["sent"], self.mta.delivered_here())
        self.assertEqual(report["unknown_lines"], {})
        with open(self.log, "rb") as file:
            self.assertEqual(report["lines"], file.read().count(b"\n"))

    def test_what_an_attempt_tells_besides(self):
        messages = {recipients[0]: identifier for identifier, recipients in self.mta.queue_ids().items()}
        events = {event["queue_id"]: event for event in self.events(self.log)}
        over_tls, plain = (events[messages[name]] for name in ("accepted@gmail.com", "accepted@corp.example"))
        self.assertIs(over_tls["tls"], True)
        self.assertIsNot(plain["tls"], True)
        self.assertEqual(over_tls["relay_ip"], scenario.HOSTS["gmail.com"][1])
        self.assertEqual(plain["relay_ip"], scenario.HOSTS["corp.example"][1])
        self.assertEqual(over_tls["source_ip"], self.mta.address if self.mta.tells_source else None)
        self.assertLess(abs(over_tls["time"] - os.stat(self.log).st_mtime), 120)

    def test_the_kind_of_log_is_found(self):
        named = self.report("log", "--mta", self.mta.kind, "--format", "json", self.log)
        self.assertEqual(self.report("log", "--format", "json", self.log), named)

    def test_queue_equals_its_own_tools(self):
        for moment, (figures, seen) in self.moments.items():
            for source, result in seen.items():
                with self.subTest(moment=moment, source=source):
                    self.assertEqual((result.returncode, result.stderr), (0, ""))
                    report = json.loads(result.stdout)
                    self.assertEqual(report["mta"], self.mta.kind)
                    wanted = dict(figures)
                    if report["frozen"] is None and source != "the spool":
                        wanted.pop("frozen", None)
                    self.assertEqual({key: report[key] for key in wanted}, wanted)
                    if source == "the spool" and report["messages"]:
                        self.assertLess(abs(report["oldest_arrival"] - os.stat(self.log).st_mtime), 120)

    def test_queue_reasons(self):
        _, seen = self.moments["tried once"]
        for source, result in seen.items():
            if source in self.mta.silent_on_reasons:
                continue
            with self.subTest(source=source):
                text = " ".join(reason["text"] for reason in json.loads(result.stdout)["reasons"])
                self.assertIn("The user you are trying to contact is re", text)
                self.assertNotIn("third@corp.example", text)
