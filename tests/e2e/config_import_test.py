"""`reputed config import`: other tools' configurations become one that `config check` takes and the agent runs with."""
import json
import os
import pathlib
import shutil
import unittest

from support import Agent, LabTest, findings_of, free_port, new_directory, reputed, wait_for, write

SECRET = "abcdef0123456789abcdef0123"
RBLS = """\
; from here and there
[rbl]
server=zen.spamhaus.org
server=bl.spamcop.net
  server=codes.bl.lab
server=dnsbl.sorbs.net
"""
TARGETS = """\
[targets]
server=11.10.1.25
server=2a0b:1ab:1::25
server=mail.lab.example
"""
MAIN_CF = f"""\
myhostname = mail.lab.example
dqs = {SECRET}
postscreen_dnsbl_sites = $dqs.zen.dq.spamhaus.net=127.0.0.[2..11]*3,
  list.dnswl.org=127.0.[0..255].[1..3]*-2
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,
  reject_rhsbl_helo dbl.spamhaus.org, reject_rbl_client codes.bl.lab=127.0.0.2
"""
RBL_CONF = f"""\
rbls {{
  spamhaus {{ rbl = "{SECRET}.zen.dq.spamhaus.net"; checks = ["from"]; }}
  own {{ rbl = "codes.bl.lab"; ipv6 = true; checks = ["from", "received"]; }}
}}
"""


class Import(LabTest):
    def setUp(self):
        self.directory = new_directory()
        self.addCleanup(shutil.rmtree, self.directory)

    def path(self, name, text=None):
        path = os.path.join(self.directory, name)
        if text is not None:
            write(path, text)
        return path

    def imported(self, *arguments):
        """Imports to a file, and sees that the configuration holds; returns its path and standard error."""
        result = reputed("config", "import", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn(SECRET, result.stdout + result.stderr)
        path = self.path("reputed.toml", result.stdout)
        if any(SECRET in pathlib.Path(name).read_text() for name in arguments if os.path.exists(name)):
            refused = reputed("config", "check", path)
            self.assertEqual(refused.returncode, 78, "without the key's file")
            self.path("dq.spamhaus.net.key", SECRET + "\n")
            os.chmod(self.path("dq.spamhaus.net.key"), 0o600)
        checked = reputed("config", "check", path)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""), result.stdout)
        return path, result.stderr

    def test_dnsbl_exporter_and_the_agent_runs_with_it(self):
        rbls, targets = self.path("rbls.ini", RBLS), self.path("targets.ini", TARGETS)
        path, errors = self.imported("--resolve", "--dns", self.lab.dns, rbls, targets)
        self.assertEqual(errors.splitlines(), [
            f'reputed: {rbls}:6: "dnsbl.sorbs.net" is dead since 2024-06-05: Proofpoint ended SORBS and emptied its '
            'zones: left out'])
        shown = reputed("check", "-c", path, "--dns", self.lab.dns, "--format", "json")
        report = json.loads(shown.stdout)
        listed = {(subject, name) for _, subject, name in findings_of(report, "dnsbl.listed")}
        self.assertEqual(listed, {("11.10.1.25", "zen.spamhaus.org"), ("2a0b:1ab:1::25", "zen.spamhaus.org"),
                                  ("11.10.1.25", "bl.spamcop.net"), ("11.10.1.25", "codes.bl.lab")})
        address = f"127.0.0.1:{free_port()}"
        with open(path, "a") as file:
            file.write(f'\n[web]\nlisten = "{address}"\n[metrics]\naliases = ["dnsbl_exporter"]\n'
                       '[mta]\nkind = "none"\n[store]\npath = ""\n')
        agent = Agent(self, path, address, "--dns", self.lab.dns)
        agent.wait_listening()
        metrics = wait_for("a round of each list", lambda: self.round_of(agent))
        self.assertEqual(metrics["luzilla_rbls_ips_blacklisted"][("zen.spamhaus.org", "11.10.1.25", "11.10.1.25")], 1)
        self.assertEqual(
            metrics["luzilla_rbls_ips_blacklisted"][("zen.spamhaus.org", "11.10.0.25", "mail.lab.example")], 0)

    @staticmethod
    def round_of(agent):
        metrics = agent.metrics()
        return metrics if len(metrics.get("luzilla_rbls_listed", {})) == 3 else None

    def test_postfix(self):
        path, errors = self.imported(self.path("main.cf", MAIN_CF))
        self.assertEqual(errors.splitlines()[0], f"reputed: {self.path('main.cf')}: 2 settings name no DNS list: left out")
        self.assertIn('put the key of "zen.dq.spamhaus.net" into it', errors)
        self.assertIn("codes.bl.lab", reputed("lists", "-c", path).stdout)

    def test_rspamd(self):
        path, _ = self.imported(self.path("rbl.conf", RBL_CONF))
        self.assertIn("codes.bl.lab", reputed("lists", "-c", path).stdout)

    def test_what_cannot_be_imported(self):
        empty = self.path("empty", "")
        self.assert_one_line(reputed("config", "import", empty), 66,
                             f"{empty}: it cannot be told what this is the configuration of: say so with --from")
        self.assert_one_line(reputed("config", "import", "--from", "postfix", empty), 66,
                             "nothing to import: no list and nobody to watch")
        self.assert_one_line(reputed("config", "import", empty + "x"), 66, f"{empty}x: not found")
        self.assertEqual(reputed("config", "import", "--from", "munin", empty).returncode, 64)
        self.assertEqual(reputed("config", "import").returncode, 64)

    def test_standard_input(self):
        result = reputed("config", "import", "-", text=RBLS)
        self.assertEqual(result.returncode, 0)
        self.assertIn("# Imported from standard input (check-rbl).\n", result.stdout)


if __name__ == "__main__":
    unittest.main()
