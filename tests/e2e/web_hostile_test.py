"""2,000 connections that are silent, half-open, slow, oversized, garbage or never read: every scrape succeeds, from another
address and from theirs, and the memory that they take is bounded."""
import os
import subprocess
import sys
import unittest

from hostile import COUNT
from support import HERE, wait_for
from web_security_test import WebSecurity

MOST_GROWTH = 96  # MB, of 2,000 connections of 16 KiB and their TLS sessions, and of what the allocator keeps
MOST_CREEP = 32   # MB, of a second flood after the first; a fifth one adds 1 to 2


class Hostile(WebSecurity):
    def resident(self, agent):
        with open(f"/proc/{agent.process.pid}/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))

    def connections(self, agent):
        return len(os.listdir(f"/proc/{agent.process.pid}/fd"))

    def scrape_under(self, agent, source, *options):
        """Scrapes as long as it takes for 2,000 connections to be made, and a hundred times more."""
        port = agent.address.split(":")[1]
        with subprocess.Popen([sys.executable, "-B", os.path.join(HERE, "hostile.py"), source, port, str(COUNT), *options],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as flood:
            try:
                wait_for("a thousand connections", lambda: self.scrape(agent) and self.connections(agent) > 1000, 60)
                for _ in range(100):
                    self.scrape(agent)
            finally:
                made, _ = flood.communicate("", timeout=30)
        self.assertGreaterEqual(int(made.split()[-1]), COUNT)
        self.assertEqual(flood.returncode, 0)
        wait_for("nothing of it is left", lambda: self.scrape(agent) and self.connections(agent) < 100, 60)

    def scrape(self, agent):
        status, _, body = agent.ask("/metrics")
        self.assertEqual(status, 200)
        self.assertIn("reputed_build_info{", body)
        return True

    def stands(self, agent, *options):
        self.scrape(agent)
        before = self.resident(agent)
        self.scrape_under(agent, "127.0.0.2", *options)
        after = self.resident(agent)
        self.assertLess(after - before, MOST_GROWTH)
        self.scrape_under(agent, "127.0.0.1", *options)  # the address that the scrape comes from
        self.assertLess(self.resident(agent) - after, MOST_CREEP)

    def test_plain(self):
        self.write_web(tls=False, password=None)
        self.stands(self.agent(tls=False, login=()))

    def test_tls_and_passwords(self):
        self.write_web()
        self.stands(self.agent(), "tls")

    def test_more_than_it_can_have(self):
        """As many again: the oldest of them make room, and nobody else does."""
        self.write_web(tls=False, password=None)
        agent = self.agent(tls=False, login=())
        floods = []
        try:
            for source in ("127.0.0.2", "127.0.0.3"):
                floods.append(subprocess.Popen(
                    [sys.executable, "-B", os.path.join(HERE, "hostile.py"), source, agent.address.split(":")[1],
                     str(COUNT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            wait_for("all that it can have", lambda: self.scrape(agent) and self.connections(agent) > 2400, 60)
            for _ in range(50):
                self.scrape(agent)
                self.assertLess(self.connections(agent), 2800)
        finally:
            for flood in floods:
                flood.communicate("", timeout=30)


del WebSecurity  # its tests are in their own file

if __name__ == "__main__":
    unittest.main()
