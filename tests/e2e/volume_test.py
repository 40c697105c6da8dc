"""How much is sent, told from logs as MTAs write them: a warm-up against its plan, a day against its own weeks."""
import itertools
import json
import os
import shutil
import time
import unittest

from support import Agent, findings_of, free_port, new_directory, reputed, wait_for, write

DAY = 86_400
numbers = itertools.count(1)


def stamp(at, form="%Y-%m-%dT%H:%M:%SZ"):
    return time.strftime(form, time.gmtime(at))


def postfix(at, status="sent", relay="gmail-smtp-in.l.google.com[142.250.1.27]:25"):
    return (f"{stamp(at)} mail postfix/smtp[4711]: {next(numbers):010X}: to=<user@gmail.com>, relay={relay}, delay=1.5, "
            f"delays=0.1/0.2/0.5/0.7, dsn=2.0.0, status={status} (250 2.0.0 OK)\n")


def opensmtpd(at, source):
    return (f"{stamp(at)} mail smtpd[4711]: {next(numbers):016x} mta delivery evpid={next(numbers):016x} from=<a@shop.example> "
            f'to=<user@gmail.com> rcpt=<-> source="{source}" relay="142.250.1.27 (gmail-smtp-in.l.google.com)" delay=2s '
            f'result="Ok" stat="250 2.0.0 OK"\n')


def exim(at, source):
    return (f"{stamp(at, '%Y-%m-%d %H:%M:%S')} +0000 1xMr2Z-{next(numbers):011d}-1abc => user@gmail.com R=dnslookup "
            f"T=remote_smtp H=gmail-smtp-in.l.google.com [142.250.1.27] I=[{source}] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 "
            f'CV=yes C="250 2.0.0 OK"\n')


class Volume(unittest.TestCase):
    def setUp(self):
        while time.time() % DAY > DAY - 120:  # a day must not end while it is looked at
            time.sleep(5)
        self.now = time.time()
        self.folder = new_directory()
        self.addCleanup(shutil.rmtree, self.folder)
        self.log = os.path.join(self.folder, "mail.log")
        self.address = f"127.0.0.1:{free_port()}"
        self.configuration = os.path.join(self.folder, "reputed.toml")

    def configure(self, mta, ips, *lines):
        """One sender on these addresses, with these lines more."""
        addresses = ", ".join(f'"{ip}"' for ip in ips)
        write(self.configuration, f"""
[[sender]]
name = "shop"
hostname = "mail.shop.example"
ips = [{addresses}]
domains = []
{chr(10).join(lines)}
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
kind = "{mta}"
queue_directory = "{self.folder}"
interval = "1s"
log = ["{self.log}"]
[alerts]
confirm = 1
clear = 1
confirm_after = "1s"
[store]
path = "{self.folder}/reputed.db"
[web]
listen = "{self.address}"
""")

    def write_log(self, lines):
        write(self.log, "".join(lines))

    def found(self):
        """{(code, subject): message} of `reputed check`, of this check only."""
        result = reputed("check", "-c", self.configuration, "--format", "json", timeout=60)
        findings = findings_of(json.loads(result.stdout), "volume.over_plan", "volume.sudden")
        return {(code, subject): finding["message"] for (code, subject, _), finding in findings.items()}

    def begun(self, days_ago):
        return f"warmup = {stamp(self.now - days_ago * DAY, '%Y-%m-%d')}"

    def test_the_warm_up_of_an_address_that_opensmtpd_names(self):
        self.configure("opensmtpd", ["11.10.0.25", "11.10.0.26"], self.begun(3))
        self.write_log([opensmtpd(self.now - 1, "11.10.0.25") for _ in range(124)] +
                       [opensmtpd(self.now - 1, "11.10.0.26") for _ in range(100)])
        self.assertEqual(self.found(), {("volume.over_plan", "11.10.0.25"): "11.10.0.25 sent 124 messages today, day 4 of "
                                        "its warm-up; the plan allows 100"})

    def test_the_warm_up_of_an_address_that_exim_names(self):
        self.configure("exim", ["11.10.0.25", "11.10.0.26"], self.begun(-2))
        self.write_log([exim(self.now - 1, "11.10.0.26") for _ in range(3)])
        self.assertEqual(self.found(), {("volume.over_plan", "11.10.0.26"): "11.10.0.26 sent 3 messages today, and its "
                                        "warm-up begins only on " + stamp(self.now + 2 * DAY, "%Y-%m-%d")})

    def test_the_one_address_of_a_postfix_in_a_running_agent(self):
        self.configure("postfix", ["11.10.0.25", "2a0b:1ab::25"], self.begun(0), "warmup_plan = [200, 300]")
        self.write_log([postfix(self.now - 1) for _ in range(200)] + [postfix(self.now - 1, "deferred")] * 90 +
                       [postfix(self.now - 1, relay="127.0.0.1[127.0.0.1]:10024")] * 90)
        agent = Agent(self, self.configuration, self.address)
        agent.wait_listening()
        wait_for("the volume", lambda: agent.metrics()["reputed_sent_messages_today"].get(("11.10.0.25",)) == 200)
        metrics = agent.metrics()
        self.assertEqual(metrics["reputed_sent_messages_today"]["2a0b:1ab::25",], 0)
        self.assertEqual(metrics["reputed_warmup_planned_messages"], {("11.10.0.25",): 200, ("2a0b:1ab::25",): 200})
        self.assertNotIn("volume.over_plan 11.10.0.25", agent.opened())
        with open(self.log, "a") as log:
            log.write("".join(postfix(time.time()) for _ in range(41)))
        wait_for("the finding", lambda: "volume.over_plan 11.10.0.25" in agent.opened(), 30)
        self.assertIn("11.10.0.25 sent 241 messages today, day 1 of its warm-up; the plan allows 200", agent.log())
        self.assertEqual(agent.stop(), 0)
        agent = Agent(self, self.configuration, self.address)
        agent.wait_listening()
        wait_for("the same volume", lambda: agent.metrics()["reputed_sent_messages_today"].get(("11.10.0.25",)) == 241)
        self.assertEqual(agent.stop(), 0)

    def test_a_sudden_volume(self):
        self.configure("postfix", ["11.10.0.25"])
        weeks = [postfix(self.now - age * DAY) for age in range(12, 0, -1) for _ in range(60 if age != 5 else 90)]
        self.write_log(weeks + [postfix(self.now - 1) for _ in range(720)])
        self.assertEqual(self.found(), {("volume.sudden", "11.10.0.25"): "11.10.0.25 sent 720 messages today, 8 times as "
                                        "many as on the busiest day of the four weeks before: 90 on " +
                                        stamp(self.now - 5 * DAY, "%Y-%m-%d")})
        self.write_log(weeks + [postfix(self.now - 1) for _ in range(499)])
        self.assertEqual(self.found(), {})

    def test_several_addresses_that_nobody_tells_apart(self):
        self.configure("postfix", ["11.10.0.25", "11.10.0.26"], self.begun(0))
        self.write_log([postfix(self.now - 1) for _ in range(140)])
        self.assertEqual(self.found(), {("volume.over_plan", "shop"): "shop sent 140 messages today, day 1 of its warm-up; "
                                        "the plan allows 100 (50 an address)"})

    def test_a_volume_that_is_given(self):
        self.configure("none", ["11.10.0.25"], self.begun(0), "volume = 5000")
        self.assertEqual(self.found(), {("volume.over_plan", "shop"): "by its configuration, shop sends 5,000 messages a day "
                                        "and address, on day 1 of its warm-up; the plan allows 50"})


if __name__ == "__main__":
    unittest.main()
