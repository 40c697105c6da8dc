"""`reputed lists`: the catalogue, what is on and why not, and the health of each list through the resolver."""
import json
import unittest

import planted
from support import KEY, LabTest, reputed, with_lists


class Lists(LabTest):
    def catalogue(self, *arguments):
        result = reputed("lists", "--format", "json", *arguments)
        self.assertEqual(result.stderr, "")
        report = json.loads(result.stdout)
        rows = {row["list"]: row for row in report["lists"]}
        self.assertEqual(len(rows), len(report["lists"]), "each list once")
        return result.returncode, rows, report.get("resolver")

    def test_catalogue_without_configuration(self):
        code, rows, resolver = self.catalogue("--dns", self.lab.dns)
        self.assertEqual((code, resolver), (0, None))
        self.assertGreater(sum(row["enabled"] for row in rows.values()), 40)
        for row in rows.values():
            self.assertEqual(list(row), ["list", "kind", "operator", "access", "status", "weight", "enabled",
                                         "reason", "website", "note"])
            self.assertEqual(row["enabled"], row["reason"] == "", row)
        for name, reason in [("sbl.spamhaus.org", "contained in zen.spamhaus.org"),
                             ("zen.dq.spamhaus.net", 'needs a key: [dnsbl.keys] "dq.spamhaus.net"')]:
            self.assertEqual((rows[name]["enabled"], rows[name]["reason"]), (False, reason))
        self.assertEqual({row["status"] for row in rows.values() if row["enabled"]}, {"alive"})

    def test_catalogue_with_the_lists_of_the_file(self):
        _, rows, _ = self.catalogue("-c", self.lab.config)
        self.assertEqual({name for name, row in rows.items() if row["enabled"]},
                         {*planted.USABLE, *planted.HEALTH})
        self.assertEqual(rows["keyed.bl.lab"]["access"], "registration")
        self.assertNotIn(KEY, json.dumps(rows))

    def test_table(self):
        result = reputed("lists", "-c", self.lab.config)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = result.stdout.splitlines()
        self.assertEqual(lines[0].split(), ["LIST", "KIND", "ACCESS", "STATUS", "WEIGHT", "ON", "WHY", "NOT"])
        rows = [line.split() for line in lines]
        self.assertIn(["zen.spamhaus.org", "ip-blocklist", "free-noncommercial", "alive", "100", "yes"], rows)
        self.assertNotIn(KEY, result.stdout)

    def test_verify(self):
        code, rows, resolver = self.catalogue("-c", self.lab.config, "--verify")
        health = {name: row["health"] for name, row in rows.items() if "health" in row}
        self.assertEqual(health, {**dict.fromkeys(planted.USABLE, "usable"), **planted.HEALTH})
        self.assertEqual(code, 3)
        self.assertEqual(resolver, {"servers": [self.lab.dns], "usable": False,
                                    "detail": "2 lists refuse it: run an own recursive resolver"})

    def test_verify_with_a_good_resolver(self):
        path = self.lab.configuration(lambda text: with_lists(text, *planted.USABLE))
        result = reputed("lists", "-c", path, "--verify")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = result.stdout.splitlines()
        self.assertEqual(lines[-1], f"resolver {self.lab.dns}: usable, answers")
        self.assertEqual(len(lines), 1 + len(planted.USABLE) + 1)

    def test_verify_without_a_resolver(self):
        with self.changed(("dns", "stop"), ("dns", "start")):
            code, rows, resolver = self.catalogue("-c", self.lab.config, "--verify")
        self.assertEqual((code, resolver["usable"], resolver["detail"]), (3, False, "does not answer at all"))
        self.assertEqual({row["health"] for row in rows.values() if row["enabled"]}, {"silent"})


if __name__ == "__main__":
    unittest.main()
