"""What the agent remembers and whom it tells: one message when something opens, one when it clears, nothing else."""
import csv
import datetime
import io
import json
import os
import signal
import unittest

import sinks
from support import KEY, Agent, LabTest, reputed, replaced, wait_for, with_lists, with_senders, write

LISTED = ("11.10.0.25", "codes.bl.lab")
ADD = ("list", "add", "codes.bl.lab", "11.10.0.25", "127.0.0.2")
REMOVE = ("list", "remove", "codes.bl.lab", "11.10.0.25")


def webhook(sink, name="hook", rows=""):
    return f'[[notifier]]\nname = "{name}"\nkind = "webhook"\nurl = "http://127.0.0.1:{sink.port}/"\ngroup_wait = "0s"\n{rows}'


def email(sink, rows=""):
    return (f'[[notifier]]\nname = "mail"\nkind = "email"\nsmtp = "smtp://127.0.0.1:{sink.port}"\nstarttls = "off"\n'
            f'from = "reputed@mail.lab"\nto = ["ops@example.net"]\ngroup_wait = "0s"\n{rows}')


def transitions(sink, code="dnsbl.listed"):
    """What a web sink was told, message by message: (kind, subject, object) of each transition of this code."""
    bodies = [json.loads(body) for _, _, body in sink.taken]
    return [(one["kind"], one["subject"], one["object"])
            for body in bodies for one in body["transitions"] if one["code"] == code]


def mails(sink, about="codes.bl.lab"):
    return [text for text in sink.taken if about in text]


class AlertsTest(LabTest):
    """One sender about whom nothing is found but remarks, two quick lists, rounds of a second."""

    def setUp(self):
        self.store = os.path.join(self.lab.directory, self.id() + ".db")
        self.web = self.sink(sinks.web())

    def sink(self, sink):
        return self.enterContext(sink)

    def text(self, *tables, alerts="", senders=("healthy",), lists=("codes.bl.lab", "bitmask.bl.lab")):
        """The configuration with these tables at its end and these rows in [alerts]."""
        with open(self.lab.config) as file:
            text = with_senders(with_lists(file.read(), *lists), *senders)
        text = replaced(text, ('interval = "5s"', 'interval = "1s"'), ('timeout = "500ms"', 'timeout = "200ms"'),
                        ("confirm = 1\nclear = 1\n", "confirm = 2\nclear = 2\n" + alerts),
                        ('unknown_after = "1s"', 'unknown_after = "30m"'))
        return text + f'\n[store]\npath = "{self.store}"\n' + "".join(tables)

    def agent(self, *tables, **options):
        return self.run_agent(self.text(*tables, **options))

    def run_agent(self, text):
        path = os.path.join(self.lab.directory, self.id() + ".toml")
        write(path, text)
        agent = Agent(self, path, self.lab.agent)
        agent.wait_ready()
        return agent

    def again(self, agent):
        """The same once more, after its end."""
        following = Agent(self, agent.configuration, self.lab.agent)
        following.wait_listening()
        return following

    def wait_equal(self, what, get, expected, seconds=20):
        seen = []
        try:
            wait_for(what, lambda: seen.append(get()) or seen.pop() == expected, seconds)
        except AssertionError as error:
            self.assertEqual(get(), expected, error)

    def wait_rounds(self, agent, count):
        """Until codes.bl.lab was asked about so many times more."""
        for _ in range(count):
            before = agent.value("reputed_dnsbl_last_answer_timestamp_seconds", *LISTED)
            wait_for("a round", lambda: agent.value("reputed_dnsbl_last_answer_timestamp_seconds", *LISTED) != before)

    def api(self, agent, path):
        status, body = agent.get(f"/api/v1/{path}")
        self.assertEqual(status, 200, body)
        return json.loads(body)[path.partition("?")[0]]

    def finding(self, agent, code="dnsbl.listed"):
        """The open finding of this code, or None."""
        found = [one for one in self.api(agent, "findings") if one["code"] == code]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None


class Told(AlertsTest):
    def test_once_when_it_opens_and_once_when_it_clears_whatever_happens_between(self):
        mail = self.sink(sinks.mail())
        pager = self.sink(sinks.web())  # Alertmanager's receiver
        alertmanager = sinks.Alertmanager(self, self.lab.directory, pager)
        agent = self.agent(
            webhook(self.web), email(mail),
            f'[[notifier]]\nname = "am"\nkind = "alertmanager"\nurl = "http://127.0.0.1:{alertmanager.port}"\n'
            'group_wait = "0s"\nresend = "5s"\n')

        def told():
            pages = [json.loads(body) for _, _, body in pager.taken]
            return (transitions(self.web), len(mails(mail)),
                    [(page["status"], len(page["alerts"])) for page in pages])
        opened, cleared = ("opened", *LISTED), ("cleared", *LISTED)
        self.assertEqual(told(), ([], 0, []))
        with self.changed(ADD, REMOVE):
            self.wait_equal("all are told", told, ([opened], 1, [("firing", 1)]))
            [alert] = alertmanager.alerts()
            self.assertEqual((alert["labels"]["alertname"], alert["labels"]["subject"], alert["labels"]["object"]),
                             ("ReputedDnsblListed", *LISTED))
            since = wait_for("it is published", lambda: self.finding(agent))["since"]
            listed = agent.metrics()["reputed_listed"]
            self.assertEqual(listed[LISTED], 1)

            for end in (signal.SIGKILL, signal.SIGTERM):
                with self.subTest(end=end):
                    agent.process.send_signal(end)
                    agent.process.wait(10)
                    agent = self.again(agent)
                    self.assertEqual(agent.metrics()["reputed_listed"], listed, "complete at the first scrape")
                    self.assertEqual(self.finding(agent)["since"], since)
                    agent.wait_ready()
                    self.wait_rounds(agent, 3)
                    self.assertEqual(agent.metrics()["reputed_listed"], listed)
                    self.assertEqual(self.finding(agent)["since"], since)
                    self.assertEqual(told(), ([opened], 1, [("firing", 1)]), "not repeated")
        self.wait_equal("all are told of the end", told, ([opened, cleared], 2, [("firing", 1), ("resolved", 1)]))
        self.assertEqual(alertmanager.alerts(), [])
        self.wait_rounds(agent, 3)
        self.assertEqual(told(), ([opened, cleared], 2, [("firing", 1), ("resolved", 1)]))
        keys = [headers["Idempotency-Key"] for _, headers, _ in self.web.taken]
        self.assertEqual(len(set(keys)), len(keys))
        self.assert_history(agent, since)

    def assert_history(self, agent, since):
        """The episode and how long it lasted, read while the agent runs."""
        self.assertTrue(agent.running())

        def show(form):
            result = reputed("history", "-c", agent.configuration, "--format", form, "--ip", LISTED[0])
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            return result.stdout
        [episode] = json.loads(show("json"))["episodes"]
        self.assertEqual((episode["code"], episode["subject"], episode["object"], episode["since"], episode["open"]),
                         ("dnsbl.listed", *LISTED, since, False))
        opened, cleared = (datetime.datetime.fromisoformat(episode[end]) for end in ("opened", "cleared"))
        self.assertAlmostEqual(episode["seconds"], (cleared - opened).total_seconds(), delta=1)
        [row] = csv.DictReader(io.StringIO(show("csv")))
        self.assertEqual((row["code"], row["subject"], row["object"], row["open"], row["seconds"]),
                         ("dnsbl.listed", *LISTED, "0", str(episode["seconds"])))
        _, line = show("table").splitlines()
        self.assertRegex(line, r"critical +dnsbl\.listed +11\.10\.0\.25 +codes\.bl\.lab")
        minutes, seconds = divmod(episode["seconds"], 60)
        lasted = " ".join(f"{count} {unit}" for count, unit in ((minutes, "min"), (seconds, "s")) if count)
        self.assertIn(f" {lasted} ", line)

    def test_nothing_of_what_was_wrong_before_the_first_run_where_that_is_wanted(self):
        with self.changed(ADD, REMOVE):
            agent = self.agent(webhook(self.web), alerts="notify_initial = false\n")
            wait_for("it is shown", lambda: self.finding(agent))
            self.assertEqual(agent.value("reputed_listed", *LISTED), 1)
            self.assertIn(LISTED[1], agent.get("/")[1].replace("<wbr>", ""))
            self.wait_rounds(agent, 3)
        wait_for("it clears", lambda: not self.finding(agent))
        self.wait_rounds(agent, 2)
        self.assertEqual(self.web.taken, [])
        kinds = [(one["kind"], one["silent"]) for one in self.api(agent, "transitions") if one["code"] == "dnsbl.listed"]
        self.assertEqual(sorted(kinds), [("cleared", True), ("opened", True)])
        with self.changed(ADD, REMOVE):
            self.wait_equal("news is told", lambda: transitions(self.web), [("opened", *LISTED)])

    def test_not_what_is_muted_or_minor_until_a_reload_says_otherwise(self):
        mute = '[[mute]]\nlist = "codes.bl.lab"\nreason = "removal requested"\n'
        minor = '[[severity]]\ncode = "dnsbl.listed"\nlist = "bitmask.bl.lab"\nseverity = "info"\n'
        text = self.text(webhook(self.web), minor)
        agent = self.run_agent(text + mute)

        def shown():
            return {(one["object"], one["severity"]) for one in self.api(agent, "findings")
                    if one["code"] == "dnsbl.listed"}
        on_both = {("codes.bl.lab", "critical"), ("bitmask.bl.lab", "info")}
        with self.changed(ADD, REMOVE), \
             self.changed(("list", "add", "bitmask.bl.lab", "11.10.0.25", "127.0.0.8"),
                          ("list", "remove", "bitmask.bl.lab", "11.10.0.25")):
            self.wait_equal("both are shown", shown, on_both)
            self.wait_rounds(agent, 3)
            self.assertEqual(self.web.taken, [])
            write(agent.configuration, text)
            agent.process.send_signal(signal.SIGHUP)
            self.wait_equal("what was muted is told", lambda: transitions(self.web), [("changed", *LISTED)])
            [told] = json.loads(self.web.taken[0][2])["transitions"]
            self.assertEqual((told["severity"], told["note"]), ("critical", "its mute has ended"))
            self.assertEqual(shown(), on_both)
        self.wait_equal("its end, too", lambda: transitions(self.web), [("changed", *LISTED), ("cleared", *LISTED)])
        self.wait_equal("both are gone", shown, set())


class Quiet(AlertsTest):
    """What must not be told as a listing, or not again."""

    def test_a_dead_resolver_is_the_only_news_while_it_is_dead(self):
        agent = self.agent(webhook(self.web), lists=("codes.bl.lab", "bitmask.bl.lab", "six.bl.lab", "domain.bl.lab"))
        with self.changed(ADD, REMOVE):
            self.wait_equal("the listing is told", lambda: transitions(self.web), [("opened", *LISTED)])
            told = len(self.web.taken)
            since = wait_for("it is published", lambda: self.finding(agent))["since"]

            def news():
                return [(one["code"], one["kind"]) for _, _, body in self.web.taken[told:]
                        for one in json.loads(body)["transitions"]]
            opened, cleared = ("dns.resolver_silent", "opened"), ("dns.resolver_silent", "cleared")
            with self.changed(("dns", "stop"), ("dns", "start")):
                self.wait_equal("the resolver is told", news, [opened])
                before = agent.value("reputed_job_runs_total", "dnsbl")
                jobs = agent.value("reputed_jobs", "dnsbl")
                wait_for("rounds", lambda: agent.value("reputed_job_runs_total", "dnsbl") >= before + 4 * jobs)
                self.assertEqual(news(), [opened])
                self.assertEqual(agent.value("reputed_listed", *LISTED), 1)
            self.wait_equal("the resolver is back", news, [opened, cleared])
            self.wait_rounds(agent, 4)
            self.assertEqual(news(), [opened, cleared])
            self.assertEqual(self.finding(agent)["since"], since)
            self.assertEqual(sorted((one["code"], one["kind"]) for one in self.api(agent, "transitions")
                                    if one["severity"] != "info"), sorted([opened, cleared, ("dnsbl.listed", "opened")]))

    def test_a_list_that_starts_to_wildcard_is_told_itself(self):
        text = replaced(self.text(webhook(self.web), '[[severity]]\ncode = "dnsbl.list_broken"\nseverity = "warning"\n'),
                        ('unknown_after = "30m"', 'unknown_after = "1s"'))
        agent = self.run_agent(text)

        def news():
            return [(one["code"], one["kind"], one["subject"], one["object"]) for _, _, body in self.web.taken
                    for one in json.loads(body)["transitions"]]
        opened = ("dnsbl.list_broken", "opened", "codes.bl.lab", "")
        cleared = ("dnsbl.list_broken", "cleared", "codes.bl.lab", "")
        with self.changed(("list", "add", "codes.bl.lab", "0.0.0.0/0"), ("list", "remove", "codes.bl.lab", "0.0.0.0/0")):
            self.wait_equal("the list is told", news, [opened])
            before = agent.value("reputed_job_runs_total", "dnsbl")
            wait_for("rounds", lambda: agent.value("reputed_job_runs_total", "dnsbl") >= before + 8)
            self.assertEqual(news(), [opened])
            self.assertEqual(agent.value("reputed_listed", *LISTED), 0)
        self.wait_equal("the list is believed again", news, [opened, cleared])
        self.wait_rounds(agent, 3)
        self.assertEqual(news(), [opened, cleared])

    def test_wish_9_flapping_lists_page_nobody(self):
        agent = self.run_agent(replaced(self.text(webhook(self.web), alerts="flap_count = 3\n"),
                                        ("confirm = 2\nclear = 2\n", "confirm = 1\nclear = 1\n")))
        for _ in range(6):
            with self.changed(ADD, REMOVE):
                wait_for("listed", lambda: agent.value("reputed_listed", *LISTED) == 1)
                self.wait_rounds(agent, 1)
            wait_for("not listed", lambda: agent.value("reputed_listed", *LISTED) == 0)
            self.wait_rounds(agent, 1)
        opened, cleared = ("opened", *LISTED), ("cleared", *LISTED)
        self.wait_equal("two episodes and the last word", lambda: transitions(self.web),
                        [opened, cleared, opened, cleared, opened])
        self.assertIn("flapping: opened 3 times within 1d; not told again", self.web.taken[-1][2])
        self.assertIsNotNone(self.finding(agent), "shown until it is calm")


class Trouble(AlertsTest):
    def test_notifiers_that_are_down_are_told_afterwards_and_hold_up_nobody(self):
        down = {how: self.sink(sinks.web()) for how in ("refuse", 500, "hang", "cut")}
        agent = self.agent(webhook(self.web), *(webhook(sink, f"n-{how}", 'timeout = "1s"\n')
                                                for how, sink in down.items()))
        names = sorted(f"n-{how}" for how in down)
        for how, sink in down.items():
            sink.behave(how)

        def failing(kind):
            return sorted(subject for what, subject, _ in transitions(self.web, "notify.failing") if what == kind)
        with self.changed(ADD, REMOVE):
            self.wait_equal("the one that works is told", lambda: transitions(self.web), [("opened", *LISTED)])
            self.wait_equal("that the others are not reached", lambda: failing("opened"), names)
            self.assertEqual([sink.taken for sink in down.values()], [[]] * len(down))
            self.assertEqual(agent.value("reputed_notifier_waiting", "hook"), 0)
            for sink in down.values():
                sink.behave(200)
            for how, sink in down.items():
                self.wait_equal(f"{how} is told", lambda sink=sink: transitions(sink), [("opened", *LISTED)], 60)
            self.wait_equal("that all are reached", lambda: failing("cleared"), names, 60)
        for how, sink in down.items():
            self.wait_equal(f"{how} is told of the end", lambda sink=sink: transitions(sink),
                            [("opened", *LISTED), ("cleared", *LISTED)], 60)
        wait_for("nothing waits", lambda: set(agent.metrics()["reputed_notifier_waiting"].values()) == {0})
        self.assertIsNone(self.finding(agent, "notify.failing"))
        for sink in (self.web, *down.values()):
            ids = [one["id"] for _, _, body in sink.taken for one in json.loads(body)["transitions"]]
            self.assertEqual(ids, sorted(set(ids)), "each once, in order")

    # What may be shown nowhere, with what holds it.
    SECRETS = {"path": "w3bh00k", "token": "t0k3n-of-hook", "hmac": "hm4ck3y-of-hook", "password": "p4ssw0rd-of-mail",
               "environment": "s3cr3t-of-environment", "user": "b4s1c-of-alertmanager", "list": KEY}

    def test_no_secret_is_shown_anywhere(self):
        def secret(name):
            path = os.path.join(self.lab.directory, name + ".secret")
            write(path, self.SECRETS[name] + "\n")
            return f'{{ file = "{path}" }}'
        child = os.path.join(self.lab.directory, "child")
        program = os.path.join(self.lab.directory, "sendmail")
        write(program, f"#!/bin/sh\ncat >/dev/null\ntr '\\0' '\\n' </proc/$$/cmdline >>{child}\n"
                       f"tr '\\0' '\\n' </proc/$$/environ >>{child}\necho ran >>{child}\n")
        os.chmod(program, 0o755)
        url = os.path.join(self.lab.directory, "url.secret")
        write(url, f"http://127.0.0.1:{self.web.port}/w3bh00k\n")
        mail, second = self.sink(sinks.mail()), self.sink(sinks.web())
        text = replaced(self.text(
            f'[[notifier]]\nname = "hook"\nkind = "webhook"\nurl = {{ file = "{url}" }}\ngroup_wait = "0s"\n'
            f'token = {secret("token")}\nhmac_key = {secret("hmac")}\n',
            email(mail, f'username = "u"\npassword = {secret("password")}\n'),
            webhook(second, "second", 'token = { env = "SECOND_TOKEN" }\n'),
            f'[[notifier]]\nname = "am"\nkind = "alertmanager"\nurl = "http://127.0.0.1:{second.port}"\n'
            f'username = "u"\npassword = {secret("user")}\ngroup_wait = "0s"\nresend = "5s"\n',
            f'[[notifier]]\nname = "local"\nkind = "sendmail"\nsendmail = "{program}"\ngroup_wait = "0s"\n'
            'from = "reputed@mail.lab"\nto = ["ops@example.net"]\n',
            '[log]\nlevel = "trace"\n', lists=("codes.bl.lab", "keyed.bl.lab")))
        path = os.path.join(self.lab.directory, self.id() + ".toml")
        write(path, text)
        agent = Agent(self, path, self.lab.agent,
                      environment={"PATH": os.environ["PATH"], "SECOND_TOKEN": self.SECRETS["environment"]})
        agent.wait_ready()
        self.web.behave(500)  # and says the path in its answer
        second.behave("cut")
        with self.changed(ADD, REMOVE), self.changed(("list", "add", f"{KEY}.keyed.bl.lab", "11.10.0.25"),
                                                     ("list", "remove", f"{KEY}.keyed.bl.lab", "11.10.0.25")):
            wait_for("the failures are found", lambda: {"hook", "second", "am"} <= {
                one["subject"] for one in self.api(agent, "findings") if one["code"] == "notify.failing"})
            wait_for("the mails are sent", lambda: mails(mail) and os.path.exists(child))
            wait_for("the keyed list has listed it",
                     lambda: agent.value("reputed_listed", "11.10.0.25", "keyed.bl.lab") == 1)
            shown = self.shown(agent)
            self.web.behave(200)
            second.behave(200)
            wait_for("hook and second are told", lambda: self.web.taken and any(
                path == "/" for path, _, _ in second.taken), 60)
        self.assertEqual({(path, headers["Authorization"]) for path, headers, _ in self.web.taken},
                         {("/w3bh00k", "Bearer " + self.SECRETS["token"])})
        shown |= {place + " later": text for place, text in self.shown(agent).items()}
        with open(child, "rb") as file:
            shown["a child's command line and environment"] = file.read()
        self.assertIn(b"ran", shown["a child's command line and environment"])
        shown["a mail"] = "".join(mail.taken).encode()
        shown["messages"] = "".join(body for _, _, body in self.web.taken + second.taken).encode()
        agent.stop()
        shown["the log"] = agent.log().encode()
        for place, text in shown.items():
            self.assertTrue(text, place)
            for name, secret in self.SECRETS.items():
                self.assertFalse(secret.encode() in text, f"{name} is shown in {place}")

    def shown(self, agent):
        """{place: bytes} of all that the agent shows."""
        shown = {path: agent.get(path)[1].encode() for path in
                 ("/", "/metrics", *(f"/api/v1/{name}" for name in ("senders", "findings", "transitions", "lists")))}
        for form in ("table", "json", "csv"):
            for what in ([], ["--transitions"]):
                result = reputed("history", "-c", agent.configuration, "--format", form, *what)
                shown[f"history {form} {what}"] = (result.stdout + result.stderr).encode()
        for suffix in ("", "-wal"):
            with open(self.store + suffix, "rb") as file:
                shown["store" + suffix] = file.read()
        with open(f"/proc/{agent.process.pid}/cmdline", "rb") as file:
            shown["command line"] = file.read()
        return shown


if __name__ == "__main__":
    unittest.main()
