"""`reputed drill`: a made-up listing through a running agent, and away again; nothing that is real moves."""
import json
import os
import shutil
import signal
import subprocess
import unittest

import sinks
from support import REPUTED, Agent, LabTest, new_directory, reputed, wait_for, with_lists, with_senders


class DrillTest(LabTest):
    def setUp(self):
        self.directory = new_directory()
        self.addCleanup(shutil.rmtree, self.directory)
        self.store = os.path.join(self.directory, "reputed.db")

    def configure(self, *ports, store=None):
        def change(text):
            text = with_lists(with_senders(text, "healthy"), "bl.spamcop.net", "domain.bl.lab", "allow.bl.lab")
            text += f'\n[store]\npath = "{store or self.store}"\n'
            for number, port in enumerate(ports):
                # What would hold a real one back: sender, severity and the hour.
                text += (f'\n[[notifier]]\nname = "n{number}"\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/w3bh00k"\n'
                         'group_wait = "0s"\nmin_severity = "critical"\nsenders = ["listed"]\n'
                         'quiet_hours = "00:00-23:59"\n')
            return text
        return self.lab.configuration(change, "drill.toml")

    def agent(self, config):
        agent = Agent(self, config, self.lab.agent)
        agent.wait_listening()
        agent.wait_ready(60)
        return agent

    def drill(self, config, *arguments):
        return reputed("drill", "--config", config, "--timeout", "40s", *arguments, timeout=120)

    def test_everybody_is_told_of_both_and_nothing_real_moves(self):
        with sinks.web() as web:
            config = self.configure(web.port)
            agent = self.agent(config)
            about = ("11.10.0.25", "bl.spamcop.net")
            before = agent.metrics()
            command = subprocess.Popen([REPUTED, "drill", "--config", config, "--timeout", "40s", "--format", "json",
                                        "--list", about[1], "--ip", about[0]], stdout=subprocess.PIPE, text=True)
            self.addCleanup(command.wait)
            self.addCleanup(command.kill)
            self.addCleanup(command.stdout.close)
            self.assertEqual(oct(os.stat(self.store + ".drill").st_mode & 0o777)
                             if json.loads(command.stdout.readline())["event"] == "planted" else "", "0o600")
            wait_for("it is told", lambda: web.taken, 40)
            self.assertEqual(agent.value("reputed_listed", *about), 0)
            self.assertEqual(agent.metrics()["reputed_findings"], before["reputed_findings"])
            self.assertEqual(agent.metrics()["reputed_transitions_total"], before["reputed_transitions_total"])
            events = [json.loads(line)["event"] for line in command.stdout]
            self.assertEqual(command.wait(), 0)
            self.assertEqual([event for event in events if event != "waits"],
                             ["opened", "told", "taken_away", "cleared", "told"])
            bodies = [json.loads(body) for _, _, body in web.taken]
            self.assertEqual([(body["drill"], [one["kind"] for one in body["transitions"]]) for body in bodies],
                             [(True, ["opened"]), (True, ["cleared"])])
            for body in bodies:
                self.assertTrue(body["title"].startswith("[DRILL] "), body["title"])
                self.assertIn("DRILL: 11.10.0.25 is listed on bl.spamcop.net", body["text"])
            self.assertFalse(os.path.exists(self.store + ".drill"))
            history = json.loads(reputed("history", "--config", config, "--drill", "--format", "json").stdout)
            self.assertEqual([(one["code"], one["open"]) for one in history["episodes"]], [("dnsbl.listed", False)])
            self.assertEqual(agent.stop(), 0)
            self.assert_one_line(self.drill(config, "--list", about[1], "--ip", about[0]), 69,
                                 f"no agent keeps its memory in {self.store}: start it, or name its configuration "
                                 "with --config")

    def test_one_that_cannot_be_told_and_one_that_is_interrupted(self):
        config = self.configure(1)
        self.agent(config)
        arguments = ("--list", "domain.bl.lab", "--domain", "lab.example")
        result = reputed("drill", "--config", config, "--timeout", "12s", *arguments, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertIn("n0 waits: http://127.0.0.1:1: no connection: Connection refused\n", result.stdout)
        self.assertIn("n0 was not told that it opened\n", result.stdout)
        self.assertNotIn("w3bh00k", result.stdout)
        command = subprocess.Popen([REPUTED, "drill", "--config", config, *arguments], stdout=subprocess.PIPE, text=True)
        self.addCleanup(command.stdout.close)
        self.assertIn("planted: lab.example on domain.bl.lab", command.stdout.readline())
        command.send_signal(signal.SIGINT)
        self.assertEqual(command.wait(10), 1)
        self.assertFalse(os.path.exists(self.store + ".drill"))

    def test_what_is_not_asked(self):
        config = self.configure(1)
        rows = [
            (["--list", "zen.spamhaus.org", "--ip", "11.10.0.25"], 64,
             'the configuration asks no list "zen.spamhaus.org"; see reputed lists'),
            (["--list", "bl.spamcop.net", "--ip", "11.10.9.9"], 64, '"11.10.9.9" is no address of a sender'),
            (["--list", "domain.bl.lab", "--domain", "lab.test"], 64,
             '"lab.test" is no domain or host name of a sender'),
            (["--list", "bl.spamcop.net", "--ip", "mail"], 64, '"mail" is neither an IP address nor a domain name'),
            (["--list", "bl.spamcop.net", "--domain", "lab.example"], 64,
             "bl.spamcop.net is not asked about such a subject"),
            (["--list", "allow.bl.lab", "--ip", "11.10.0.25"], 64,
             "allow.bl.lab is no blocklist: nothing is listed there"),
            (["--list", "bl.spamcop.net", "--ip", "11.10.0.25", "--timeout", "2h"], 64,
             '--timeout "2h": write a duration from 1s to 1h'),
            (["--list", "bl.spamcop.net", "--ip", "11.10.0.25"], 69,
             f"no agent keeps its memory in {self.store}: start it, or name its configuration with --config"),
        ]
        for arguments, code, error in rows:
            with self.subTest(" ".join(arguments)):
                self.assert_one_line(reputed("drill", "--config", config, *arguments), code, error)
        self.assert_one_line(reputed("drill", "--config", self.configure(), "--list", "bl.spamcop.net", "--ip",
                                     "11.10.0.25"), 78, "no [[notifier]] is configured: nobody would be told")
        self.assertEqual(reputed("drill", "--list", "bl.spamcop.net").returncode, 64)


if __name__ == "__main__":
    unittest.main()
