"""A log that is followed: rotated, truncated, compressed, while the agent is killed and started again. Every line counts
once, and what the log says is told."""
import gzip
import os
import random
import shutil
import signal
import time
import unittest

from support import Agent, free_port, new_directory, wait_for, write

GMAIL = "gmail-smtp-in.l.google.com[142.250.1.27]:25"
REFUSED = ("host gmail-smtp-in.l.google.com[142.250.1.27] said: 550-5.7.26 Your email has been blocked because the sender "
           "is unauthenticated. 550 5.7.26 SPF [shop.example] with ip: [11.10.0.77] = did not pass (in reply to end of "
           "DATA command)")


def stamp(age=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age))


def line(status="sent", reply="250 2.0.0 OK", dsn="2.0.0", relay=GMAIL, age=0):
    return (f"{stamp(age)} mail postfix/smtp[4711]: 4fX0y95TbzZ: to=<user@gmail.com>, relay={relay}, delay=1.5, "
            f"delays=0.1/0.2/0.5/0.7, dsn={dsn}, status={status} ({reply})\n")


class Follow(unittest.TestCase):
    def setUp(self):
        self.folder = new_directory()
        self.addCleanup(shutil.rmtree, self.folder)
        self.log = os.path.join(self.folder, "mail.log")
        self.address = f"127.0.0.1:{free_port()}"
        self.configuration = os.path.join(self.folder, "reputed.toml")
        write(self.configuration, f"""
[[sender]]
name = "shop"
hostname = "mail.shop.example"
ips = ["11.10.0.25"]
domains = ["shop.example"]
[dns]
servers = ["127.0.0.1:9"]
timeout = "50ms"
tries = 1
[dnsbl]
only = ["none.example"]
[[dnsbl.list]]
zone = "none.example"
kind = "ip-blocklist"
[mta]
kind = "postfix"
queue_directory = "{self.folder}"
interval = "1s"
log = ["{self.log}"]
[alerts]
confirm = 1
clear = 1
confirm_after = "1s"
unknown_after = "1s"
[store]
path = "{self.folder}/reputed.db"
[web]
listen = "{self.address}"
""")

    def start(self):
        agent = Agent(self, self.configuration, self.address)
        agent.wait_listening()
        return agent

    def counted(self, agent):
        return sum(agent.metrics()["reputed_delivery_attempts_total"].values())

    def append(self, text, path=None):
        with open(path or self.log, "a") as file:
            file.write(text)

    def test_every_line_counts_once(self):
        chance = random.Random(7)
        written = 0
        self.append("")
        agent = self.start()
        for turn in range(40):
            for _ in range(chance.randrange(1, 5)):
                count = chance.randrange(1, 3000)
                half = line()
                self.append(line() * count + half[:40])
                self.append(half[40:])
                written += count + 1
            action = turn % 8
            if action == 1:
                os.rename(self.log, f"{self.log}.{turn}")
                self.append("")
            if action == 3:
                os.rename(self.log, f"{self.log}.{turn}")
                self.append(line(), f"{self.log}.{turn}")  # a writer that has not reopened yet
                self.append(line())
                written += 2
            if action == 4:
                wait_for("all is read", lambda: self.counted(agent) == written, 60)
                shutil.copy(self.log, f"{self.log}.{turn}")
                os.truncate(self.log, 0)
            if action in (2, 5, 6):
                agent.process.send_signal(signal.SIGKILL)
                agent.process.wait()
                if action == 5:
                    os.rename(self.log, f"{self.log}.{turn}")
                    with open(f"{self.log}.{turn}", "rb") as plain, gzip.open(f"{self.log}.{turn}.gz", "wb") as packed:
                        shutil.copyfileobj(plain, packed)
                    os.remove(f"{self.log}.{turn}")
                    self.append(line())
                    written += 1
                agent = self.start()
            if action == 7:
                self.assertEqual(agent.stop(), 0)
                agent = self.start()
        wait_for("all is read", lambda: self.counted(agent) >= written, 60)
        self.assertEqual(self.counted(agent), written)
        self.assertEqual(agent.metrics()["reputed_log_behind_bytes"][("postfix",)], 0)

    def test_a_refusal_is_told_and_ends(self):
        self.append(line(age=40_000) * 60)
        self.append(line("bounced", REFUSED, "5.7.26", age=4 * 3600) * 40)
        agent = self.start()
        wait_for("the refusal", lambda: "delivery.refused postfix on gmail/auth_failed" in agent.opened())
        self.assertRegex(agent.log(), r"Gmail refuses us for missing authentication since [^,]* UTC, 40 % of attempts")
        self.append(line())
        wait_for("its end", lambda: "delivery.refused postfix on gmail/auth_failed" not in agent.opened())
        wait_for("the rate", lambda: agent.value("reputed_delivery_error_ratio", "postfix", "gmail", "24h") == 40 / 101)
        self.assertEqual(agent.stop(), 0)

    def test_a_log_that_cannot_be_read_is_unknown(self):
        os.mkdir(self.log)
        agent = self.start()
        wait_for("the finding", lambda: "delivery.log_unreadable postfix" in agent.opened())
        self.assertEqual(agent.value("reputed_log_readable", "postfix"), 0)
        os.rmdir(self.log)
        self.append(line())
        wait_for("its end", lambda: "delivery.log_unreadable postfix" not in agent.opened(), 60)
        wait_for("the line", lambda: self.counted(agent) == 1, 60)


if __name__ == "__main__":
    unittest.main()
