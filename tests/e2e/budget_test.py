"""What the operator of lists allows is kept to, with the log of its name server as the witness."""
import os
import re
import shutil
import subprocess
import unittest

from support import Agent, free_port, new_directory, reputed, wait_for, write

ZONES = ("one.budget.test", "two.budget.test")
NETWORKS = ("198.18.0.0/20", "198.19.0.0/23", "198.19.2.0/24", "198.19.3.0/25", "198.19.3.128/29")
ADDRESSES = 5000
PER_DAY = 18_000  # three rounds of a list and some; four do not fit
FIRST_RUNS = 300  # within a minute where the machine is not busy


class Budget(unittest.TestCase):
    def setUp(self):
        self.folder = new_directory()
        self.addCleanup(shutil.rmtree, self.folder)
        self.dns = free_port()
        self.web = f"127.0.0.1:{free_port()}"
        self.queries = os.path.join(self.folder, "queries")
        data = os.path.join(self.folder, "data")
        write(data, "127.0.0.2 :127.0.0.2:test\n")
        write(self.queries, "")
        os.chmod(self.queries, 0o666)
        identity = ["-u", "rbldns"] if os.geteuid() == 0 else []
        server = subprocess.Popen(
            ["/usr/sbin/rbldnsd", "-n", *identity, "-b", f"127.0.0.1/{self.dns}", "-c", "0", "-l", "+" + self.queries,
             *(f"{zone}:ip4set:{data}" for zone in ZONES)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)

    def asked(self):
        """Questions about the lists that have reached their server."""
        with open(self.queries) as file:
            return sum(bool(re.search(r" \S*(one|two)\.budget\.test ", line)) for line in file)

    def configuration(self, addresses=NETWORKS, per_day=PER_DAY):
        path = os.path.join(self.folder, "reputed.toml")
        ips = ", ".join(f'"{network}"' for network in addresses)
        lists = "".join(f'[[dnsbl.list]]\nzone = "{zone}"\nkind = "ip-blocklist"\noperator = "The Witness"\n'
                        'interval_floor = "1s"\ntest_listed = ["127.0.0.2"]\n' for zone in ZONES)
        only = ", ".join(f'"{zone}"' for zone in ZONES)
        write(path, f'[[sender]]\nhostname = "mail.example.org"\nips = [{ips}]\ndomains = []\n'
              f'[dns]\nservers = ["127.0.0.1:{self.dns}"]\ntimeout = "20s"\n'
              f'[dnsbl]\ninterval = "1s"\nonly = [{only}]\n{lists}'
              f'[budgets]\n"The Witness" = {{ per_day = {per_day} }}\n'
              f'[mta]\nkind = "none"\n[store]\npath = "{self.folder}/reputed.db"\n[web]\nlisten = "{self.web}"\n')
        return path

    def rounds(self, agent):
        agent.running()
        return agent.value("reputed_job_runs_total", "dnsbl") or 0

    def kill_while_asking(self, configuration):
        """Kills an agent when it has begun to ask; returns what has been asked."""
        agent = Agent(self, configuration, self.web)
        before = self.asked()
        wait_for("the first questions", lambda: agent.running() and self.asked() > before + 100, FIRST_RUNS)
        agent.process.kill()
        agent.process.wait()
        return self.asked()

    def test_never_exceeded_over_crashes_and_restarts(self):
        configuration = self.configuration()
        self.kill_while_asking(configuration)
        self.assertLessEqual(self.asked(), PER_DAY)
        self.kill_while_asking(configuration)
        self.assertLessEqual(self.asked(), PER_DAY)
        for _ in range(2):
            agent = Agent(self, configuration, self.web)
            agent.wait_listening()
            wait_for("both lists had their turn", lambda agent=agent: self.rounds(agent) >= 2, FIRST_RUNS)
            self.assertLessEqual(self.asked(), PER_DAY)
            self.assertGreaterEqual(agent.value("reputed_budget_queries", "The Witness"), self.asked())
            self.assertEqual(agent.value("reputed_budget_limit_queries", "The Witness"), PER_DAY)
            last_refusals = agent.value("reputed_budget_refusals_total", "The Witness")
            self.assertEqual(agent.stop(), 0)
        self.assertGreaterEqual(last_refusals, 1)
        self.assertIn("The Witness allows 18,000 questions a day, but with an interval of 1s its 2 lists would be asked",
                      agent.log())

    def test_a_command_says_what_does_not_fit(self):
        configuration = self.configuration(per_day=6_000)
        addresses = "".join(f"198.18.{i // 250}.{i % 250}\n" for i in range(ADDRESSES))
        result = reputed("dnsbl", "-c", configuration, "-", text=addresses, timeout=120)
        self.assertRegex(result.stderr, r"^reputed: two\.budget\.test was not asked: a round may take \d+ questions, and of "
                         r"the 6000 questions a day that The Witness allows, \d+ are used; evenly over the day, there is "
                         r"room at [-0-9TZ:]+; give fewer subjects at a time, or write what was agreed on under \[budgets\]\n$")
        self.assertEqual(result.returncode, 3)
        self.assertLessEqual(self.asked(), 6_000)
        self.assertGreaterEqual(self.asked(), ADDRESSES)
        result = reputed("config", "check", "-c", configuration)
        self.assertEqual(result.returncode, 0)
        self.assertIn("note: The Witness allows 6,000 questions a day, but with an interval of 1s its 2 lists would be "
                      "asked ", result.stdout)


if __name__ == "__main__":
    unittest.main()
