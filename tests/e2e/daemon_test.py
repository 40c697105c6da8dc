"""`reputed run`: what it publishes, reloading, ending, and keeping its head while DNS and lists fail."""
import json
import os
import signal
import socket
import subprocess
import unittest
import urllib.parse
import urllib.request

import planted
from support import (KEY, REPUTED, Agent, LabTest, parse_metrics, replaced, wait_for, with_lists, with_senders, write)

FAST_LISTS = ["codes.bl.lab", "six.bl.lab", "domain.bl.lab", "bitmask.bl.lab", "allow.bl.lab"]
OUTCOMES = ["ok", "nodata", "nxdomain", "servfail", "refused", "timeout", "malformed"]
CHECKS = ["delivery", "dkim", "dmarc", "dnsbl", "ehlo", "mx", "ptr", "queue", "reputation", "resolver", "shared_name",
          "sources", "spf", "volume"]


def fast(text):
    """Every job once a second, on lists whose operators do not mind."""
    return replaced(with_lists(text, *FAST_LISTS), ('interval = "5s"', 'interval = "1s"'), ('ptr = "5s"', 'ptr = "1s"'),
                    ('spf = "5s"', 'spf = "1s"'), ('timeout = "500ms"', 'timeout = "200ms"'))


class DaemonTest(LabTest):
    def agent(self, change=lambda text: text, name="changed.toml"):
        agent = Agent(self, self.lab.configuration(change, name), self.lab.agent)
        agent.wait_listening()
        return agent

    def wait_rounds(self, agent, count):
        """Until each list, on the average, was asked so many times more."""
        before = agent.value("reputed_job_runs_total", "dnsbl")
        jobs = agent.value("reputed_jobs", "dnsbl")
        wait_for(f"{count} more rounds",
                 lambda: agent.value("reputed_job_runs_total", "dnsbl") >= before + count * jobs)


class Published(DaemonTest):
    """One agent on the whole lab."""

    def test_everything_that_is_planted(self):
        agent = self.agent()
        first = agent.metrics()
        agent.wait_ready()
        text = agent.get("/metrics")[1]
        with self.subTest("promtool"):
            result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                                    timeout=30, check=False)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        with self.subTest("what counts is there from the first scrape on"):
            self.assertEqual(sorted(first["reputed_dns_queries_total"]), sorted((outcome,) for outcome in OUTCOMES))
            self.assertEqual(first["reputed_dns_queries_total"]["malformed",], 0)
            self.assertEqual(first["reputed_job_failures_total"], {(check,): 0 for check in CHECKS})
            self.assertEqual(sorted(first["reputed_job_runs_total"]), sorted((check,) for check in CHECKS))
            self.assertEqual(len(first["reputed_findings"]), 4 * len(CHECKS))
        metrics = parse_metrics(text)
        self.assert_listings(metrics)
        self.assert_verdicts(metrics)
        self.assert_prometheus()
        self.assert_page(agent)
        self.assert_no_secret(agent, text)
        self.assertEqual(agent.stop(patience=2), 0, "ends within two seconds")

    def assert_listings(self, metrics):
        expected = {(ip, name): 0.0 for ip in planted.IPV4 for name in planted.BLOCKLISTS_V4}
        expected |= {(ip, name): 0.0 for ip in planted.IPV6 for name in planted.BLOCKLISTS_V6}
        expected |= {pair: 1.0 for pair in planted.IP_LISTED}
        expected.pop(("11.10.1.27", "codes.bl.lab"))  # an unknown code is neither
        self.assertEqual(metrics["reputed_listed"], expected)
        self.assertEqual({pair for pair, value in metrics["reputed_domain_listed"].items() if value != 0},
                         planted.DOMAIN_LISTED)
        self.assertEqual({name for _, name in metrics["reputed_domain_listed"]}, planted.DOMAIN_LISTS)
        allowed = {pair for pair, (_, state) in planted.NOT_LISTED.items() if state == "allowed"}
        self.assertEqual({pair for pair, value in metrics["reputed_allowed"].items() if value != 0}, allowed)
        self.assertEqual(metrics["reputed_score"], {("11.10.0.25", "score.bl.lab"): 98.0,
                                                    ("11.10.1.25", "score.bl.lab"): 12.0})
        health = {labels for labels, value in metrics["reputed_list_health"].items() if value == 1}
        self.assertEqual(health, {(name, "usable") for name in planted.USABLE} | set(planted.HEALTH.items()))
        answers = metrics["reputed_dnsbl_last_answer_timestamp_seconds"]
        for (ip, name), value in answers.items():
            never = name in planted.HEALTH or (ip, name) == ("11.10.1.27", "codes.bl.lab")
            self.assertEqual(value == 0, never, (ip, name))

    def assert_verdicts(self, metrics):
        severities = list(planted.PTR.values())
        for severity in ("warning", "critical", "info", "unknown"):
            self.assertEqual(metrics["reputed_findings"]["ptr", severity], severities.count(severity))
        levels = {"ok": 0, "info": 1, "warning": 2, "critical": 3}
        expected = dict.fromkeys([*planted.IPV4, *planted.IPV6], 0)
        for (_, ip, _), severity in planted.PTR.items():
            expected[ip] = max(expected[ip], levels[severity])
        self.assertEqual({ip: value for (ip,), value in metrics["reputed_ptr_verdict"].items()}, expected)
        messages = {queue: value for (_, queue), value in metrics["reputed_queue_messages"].items()}
        if self.lab.queue:
            self.assertEqual(messages, {queue: count for queue, (count, _) in planted.QUEUE.items()} | {"corrupt": 0})

    def assert_prometheus(self):
        if not self.lab.prometheus:
            return
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def query(text):
            url = f"{self.lab.prometheus}/api/v1/query?query={urllib.parse.quote(text)}"
            with opener.open(url, timeout=5) as answer:
                return [sample["value"][1] for sample in json.load(answer)["data"]["result"]]
        wait_for("Prometheus has the agent", lambda: query('up{job="reputed"}') == ["1"])
        wait_for("Prometheus has the listings",
                 lambda: query("count(reputed_listed == 1)") == [str(len(planted.IP_LISTED))])

    def assert_page(self, agent):
        status, page = agent.get("/")
        self.assertEqual(status, 200)
        page = page.replace("<wbr>", "")
        for shown in [*planted.IPV4, *planted.IPV6, *planted.USABLE, *planted.HEALTH, "healthy", "mixhost"]:
            self.assertTrue(shown in page, shown)

    def assert_no_secret(self, agent, metrics):
        with open(f"/proc/{agent.process.pid}/cmdline") as file:
            command_line = file.read()
        self.assertIn("keyed.bl.lab", metrics)
        for place, text in [("metrics", metrics), ("page", agent.get("/")[1]), ("log", agent.log()),
                            ("command line", command_line)]:
            self.assertNotIn(KEY, text, place)


class Ending(DaemonTest):
    def test_ends_at_once_while_a_silent_list_is_asked(self):
        agent = self.agent(lambda text: replaced(
            with_lists(text, "silent.bl.lab"), ('timeout = "500ms"', 'timeout = "9s"')) + '\n[log]\nlevel = "debug"\n')
        wait_for("the silent list is asked", lambda: "run dnsbl silent.bl.lab" in agent.log())
        self.assertEqual(agent.stop(patience=2), 0)
        self.assertNotIn("agent: opened dnsbl", agent.log(), "what was broken off says nothing")

    def test_systemd_hears_that_it_is_alive(self):
        path = os.path.join(self.lab.directory, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            listener.settimeout(20)
            configuration = self.lab.configuration(fast)
            environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000", "PATH": os.environ.get("PATH", "")}
            with subprocess.Popen([REPUTED, "run", "--config", configuration], env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                self.assertEqual(listener.recv(100), b"READY=1")
                for _ in range(3):
                    self.assertEqual(listener.recv(100), b"WATCHDOG=1")
                process.terminate()
                while (said := listener.recv(100)) == b"WATCHDOG=1":
                    pass
                self.assertEqual(said, b"STOPPING=1")

    def test_a_port_in_use_is_an_error(self):
        agent = self.agent(fast)
        second = Agent(self, self.lab.configuration(fast, "second.toml"), self.lab.agent)
        self.assertEqual(second.process.wait(10), 69)
        self.assertIn(self.lab.agent, second.log())
        self.assertEqual(agent.get("/-/healthy")[0], 200)


class Reload(DaemonTest):
    def reload(self, agent, text, expected):
        write(agent.configuration, text)
        agent.process.send_signal(signal.SIGHUP)
        wait_for(f"reload successful: {expected}",
                 lambda: agent.value("reputed_config_last_reload_successful") == expected)

    def test_targets_come_and_go_and_a_broken_file_changes_nothing(self):
        def hourly(text):
            return replaced(with_lists(text, "codes.bl.lab"), ('interval = "5s"', 'interval = "1h"'),
                            ('ptr = "5s"', 'ptr = "1h"'), ('spf = "5s"', 'spf = "1h"'))
        agent = self.agent(lambda text: hourly(with_senders(text, "healthy", "listed")))
        agent.wait_ready()
        with open(self.lab.config) as file:
            lab = file.read()
        with open(agent.configuration) as file:
            good = file.read()
        before = agent.metrics()["reputed_listed"]
        self.assertEqual(before["11.10.1.25", "codes.bl.lab"], 1)

        self.reload(agent, good + "\n[dsn]\n", 0)
        self.assertEqual(agent.metrics()["reputed_listed"], before)
        line = good.count("\n") + 2
        self.assertIn(f"{agent.configuration}:{line}:2: unknown table [dsn] at the top of the file: "
                      "did you mean [dns]?\n", agent.log())

        self.reload(agent, hourly(with_senders(lab, "healthy", "office")), 1)
        gone = ["11.10.1.24", "11.10.1.25", "11.10.1.26", "11.10.1.27", "2a0b:1ab:1::25", "listed.example"]
        expected = {("11.10.0.25", "codes.bl.lab"): 0, ("2a0b:1ab::25", "codes.bl.lab"): 0,
                    ("116.58.168.33", "codes.bl.lab"): 0}
        wait_for("the new targets, and no others", lambda: agent.metrics()["reputed_listed"] == expected)
        wait_for("the last series of the old ones goes", lambda: not [
            (family, labels) for family, series in agent.metrics().items() for labels in series
            if any(label in gone for label in labels)])
        wait_for("the new address's PTR", lambda: agent.value("reputed_ptr_verdict", "116.58.168.33") == 3)
        self.assertNotIn("11.10.1.25", agent.get("/")[1])

        self.reload(agent, "nonsense", 0)
        self.reload(agent, good, 1)
        wait_for("the old targets", lambda: agent.metrics()["reputed_listed"] == before)


class Trouble(DaemonTest):
    def start(self, change=fast):
        agent = self.agent(change)
        agent.wait_ready()
        return agent

    def test_a_dead_resolver_neither_opens_nor_clears(self):
        agent = self.start(lambda text: replaced(fast(text), ('unknown_after = "1s"', 'unknown_after = "30m"')))
        listed, opened, log = agent.metrics()["reputed_listed"], agent.opened(), agent.log()
        self.assertIn("dnsbl.listed 11.10.1.25 on codes.bl.lab", opened)
        with self.changed(("dns", "stop"), ("dns", "start")):
            wait_for("the silent resolver is found", lambda: "dns.resolver_silent resolver" in agent.opened())
            self.wait_rounds(agent, 2)
            self.assertEqual(agent.metrics()["reputed_listed"], listed)
            news = agent.log()[len(log):]
            self.assertNotIn("dnsbl.listed", news)
            self.assertNotIn("cleared", news)
            self.assertEqual(news.count("opened "), 1, "of all that could not be told")
            self.assertLessEqual(opened, agent.opened())
            self.assertEqual(agent.value("reputed_findings", "resolver", "unknown"), 1)
        wait_for("all is as before", lambda: agent.opened() == opened)
        self.wait_rounds(agent, 1)
        self.assertEqual(agent.metrics()["reputed_listed"], listed)
        self.assertEqual(agent.opened(), opened)
        self.assertNotIn("dnsbl.listed", agent.log()[len(log):])

    def test_a_list_that_starts_to_wildcard_lists_nobody(self):
        agent = self.start()
        listed, opened, log = agent.metrics()["reputed_listed"], agent.opened(), agent.log()
        with self.changed(("list", "add", "codes.bl.lab", "0.0.0.0/0"), ("list", "remove", "codes.bl.lab", "0.0.0.0/0")):
            wait_for("the list is found broken", lambda: "dnsbl.list_broken codes.bl.lab" in agent.opened())
            self.wait_rounds(agent, 2)
            self.assertEqual(agent.metrics()["reputed_listed"], listed)
            self.assertEqual(agent.opened() - opened, {"dnsbl.list_broken codes.bl.lab"})
            self.assertNotIn("dnsbl.listed", agent.log()[len(log):])
        wait_for("the list is believed again", lambda: agent.opened() == opened)

    def test_a_listing_opens_and_clears(self):
        agent = self.start()
        finding = "dnsbl.listed 11.10.0.25 on codes.bl.lab"
        opened = agent.opened()
        self.assertNotIn(finding, opened)
        with self.changed(("list", "add", "codes.bl.lab", "11.10.0.25", "127.0.0.2"),
                          ("list", "remove", "codes.bl.lab", "11.10.0.25")):
            wait_for("the listing opens", lambda: agent.opened() - opened == {finding})
            wait_for("its series", lambda: agent.value("reputed_listed", "11.10.0.25", "codes.bl.lab") == 1)
        wait_for("the listing clears", lambda: agent.opened() == opened)
        wait_for("its series", lambda: agent.value("reputed_listed", "11.10.0.25", "codes.bl.lab") == 0)

    def test_a_listing_lowers_the_reputation(self):
        """Named with its cause on the way down, and on the way up again."""
        def weighty(text):
            return replaced(fast(text), ('zone = "codes.bl.lab"\n', 'zone = "codes.bl.lab"\nweight = 60\n'))
        agent = self.start(weighty)
        ip = "11.10.0.25"
        wait_for("the reputation", lambda: agent.value("reputed_reputation_score", ip) == 100)
        self.assertEqual(agent.value("reputed_reputation_level", ip), 0)
        with self.changed(("list", "add", "codes.bl.lab", ip, "127.0.0.2"), ("list", "remove", "codes.bl.lab", ip)):
            wait_for("the level", lambda: f"reputation.level {ip}" in agent.opened())
            wait_for("the number", lambda: agent.value("reputed_reputation_score", ip) == 55)
            self.assertEqual(agent.value("reputed_reputation_deduction", ip, "lists"), 45)
            self.assertRegex(agent.log(), rf"opened reputation reputation.level \[warning\] {ip}: The reputation of {ip} "
                             r"(fell from 100 \(good\) to|is) 55 \(poor\): listed on codes.bl.lab -45")
            self.assertIn("55 poor", agent.get("/")[1])
            senders = json.loads(agent.get("/api/v1/senders")[1])["senders"]
            healthy, = [sender for sender in senders if sender["name"] == "healthy"]
            self.assertEqual((healthy["reputation"]["score"], healthy["reputation"]["address"]), (55, ip))
        wait_for("it is as before", lambda: f"reputation.level {ip}" not in agent.opened())
        wait_for("so is the number", lambda: agent.value("reputed_reputation_score", ip) == 100)
        # Which of the two depends on how long it lasted.
        self.assertRegex(agent.log(), rf"cleared reputation reputation.level \[warning\] {ip}: The reputation of {ip} "
                         r"(rose from 55 \(poor\) to 100 \(good\): no longer listed on codes.bl.lab \+45|is 100 \(good\))")

    def test_slow_clients_hold_nothing_up(self):
        agent = self.start()
        host, port = self.lab.agent.split(":")
        for number in range(250):
            client = socket.create_connection((host, int(port)), timeout=5)
            self.addCleanup(client.close)
            if number >= 200:  # the last 50 send a request, all but its end
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: slow\r\nX-Slow: " + b"y" * number)
        for path in ("/metrics", "/", "/-/healthy", "/-/ready"):
            self.assertEqual(agent.get(path, timeout=2)[0], 200, path)
        self.assertEqual(agent.stop(patience=2), 0)


if __name__ == "__main__":
    unittest.main()
