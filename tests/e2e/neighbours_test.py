"""`reputed neighbours`: the network around an address, as the lists see it."""
import json
import unittest

import planted
from support import KEY, LabTest, reputed

FIELDS = ["subject", "network", "asked", "listed", "own", "lists", "conclusion", "verdict"]
ZEN_NEIGHBOURS = ["11.10.1.26"] + [f"11.10.1.{last}" for last in range(64, 96)]


class Neighbours(LabTest):
    def ask(self, *arguments, **options):
        """(exit code, JSON) through the lab's configuration."""
        result = reputed("neighbours", "-c", self.lab.config, "--format", "json", *arguments, **options)
        self.assertEqual(result.stderr, "")
        return result.returncode, json.loads(result.stdout)

    def test_a_bad_neighbourhood(self):
        code, report = self.ask("11.10.1.25", "--lists", "zen.spamhaus.org")
        self.assertEqual(code, 1)
        row, = report["results"]
        self.assertEqual(list(row), FIELDS)
        self.assertEqual({field: row[field] for field in FIELDS[:5]},
                         {"subject": "11.10.1.25", "network": "11.10.1.0/24", "asked": 256, "listed": 33, "own": True})
        self.assertEqual(row["lists"], [{"list": "zen.spamhaus.org", "listed": 33, "asked": 256, "own": True,
                                         "addresses": ZEN_NEIGHBOURS}])
        self.assertEqual((row["conclusion"], row["verdict"]),
                         ("Bad neighbourhood: 33 of 255 neighbours are listed, and so is the address itself", "warning"))
        self.assertLess(report["summary"]["queries"], 256 + 8, "test points and targets, nothing else")

    def test_your_neighbours_are_the_problem(self):
        code, report = self.ask("11.10.1.96", "--lists", "zen.spamhaus.org")
        self.assertEqual(code, 1)
        self.assertEqual(report["results"][0]["conclusion"],
                         "Bad neighbourhood: 34 of 255 neighbours are listed; your neighbours are the problem, not you")
        self.assertIs(report["results"][0]["own"], False)

    def test_alone_clean_and_unknown(self):
        for lists, subject, code, conclusion in [
                ("zen.spamhaus.org", "116.58.168.33", 1,
                 "Alone: the address is listed, and none of its 255 neighbours is; the cause is its own"),
                ("zen.spamhaus.org,codes.bl.lab", "11.10.0.25", 0,
                 "Clean: none of the 255 neighbours is listed, and the address itself is not"),
                ("zen.spamhaus.org,refusing.bl.lab", "11.10.0.25", 0,
                 "Clean: none of the 255 neighbours is listed, and the address itself is not"),
                ("bitmask.bl.lab", "11.10.1.24", 0,
                 "Clean: only 2 of 255 neighbours are listed, and the address itself is not"),
                ("wildcard.bl.lab", "11.10.1.25", 3, "Could not tell: no list answered about this network"),
                ("silent.bl.lab,refused.bl.lab", "11.10.1.25", 3,
                 "Could not tell: no list answered about this network")]:
            with self.subTest(lists=lists, subject=subject):
                result, report = self.ask(subject, "--lists", lists)
                self.assertEqual((result, report["results"][0]["conclusion"]), (code, conclusion))

    def test_ipv6(self):
        code, report = self.ask("2A0B:1ab:1:0::25", "--lists", "six.bl.lab")
        self.assertEqual(code, 1)
        row, = report["results"]
        self.assertEqual((row["subject"], row["network"], row["asked"], row["listed"], row["own"]),
                         ("2a0b:1ab:1::25", "2a0b:1ab:1::/48", 64, 2, True))
        self.assertEqual(row["lists"][0]["addresses"], ["2a0b:1ab:1:7::1", "2a0b:1ab:1:2f::1"])
        self.assertEqual(row["conclusion"], "Alone: the address is listed, and only 2 of 63 neighbours are listed; "
                                            "the cause is its own")

    def test_lists_by_default(self):
        code, report = self.ask("11.10.1.25", "2a0b:1ab:1::25", "11.10.1.25")
        self.assertEqual((code, [row["subject"] for row in report["results"]]), (1, ["11.10.1.25", "2a0b:1ab:1::25"]))
        skipped = {row["list"]: row["reason"] for row in report["skipped"]}
        self.assertEqual(skipped, {
            "dbl.spamhaus.org": "lists no addresses", "domain.bl.lab": "lists no addresses",
            "list.dnswl.org": "lists no addresses", "allow.bl.lab": "lists no addresses",
            "score.bl.lab": "lists no addresses",
            "net.bl.lab": "lists networks, not the addresses in them"})
        asked = {row["list"]: row["health"] for row in report["lists"]}
        self.assertEqual(set(asked), {*planted.USABLE, *planted.HEALTH} - set(skipped))
        for name, health in asked.items():
            self.assertEqual(health, planted.HEALTH.get(name, "usable"))
        six, = [row for row in report["results"][1]["lists"] if row["list"] == "six.bl.lab"]
        self.assertTrue(six["own"])
        self.assertNotIn("six.bl.lab", [row["list"] for row in report["results"][0]["lists"]], "it takes no IPv4")

    def test_table(self):
        result = reputed("neighbours", "-c", self.lab.config, "--lists", "zen.spamhaus.org,keyed.bl.lab,wildcard.bl.lab",
                         "11.10.1.25")
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        rows = [line.split() for line in result.stdout.splitlines()]
        self.assertEqual(rows[0], ["11.10.1.25", "in", "11.10.1.0/24"])
        self.assertIn(["zen.spamhaus.org", "33", "256", "listed", "11.10.1.26,", "11.10.1.64,", "11.10.1.65,",
                       "11.10.1.66", "and", "29", "more"], rows)
        self.assertIn(["keyed.bl.lab", "0", "256", "listed"], rows)
        self.assertIn(["wildcard.bl.lab", "-", "0", "unknown", "broken:", "lists", "everything:", "the", "zone", "has",
                       "a", "wildcard,", "as", "abandoned", "lists", "have"], rows)
        self.assertRegex(result.stdout, r"\nwarning: Bad neighbourhood: [^\n]+\n\n\d+ questions to 3 lists in [\d.]+ s\n$")
        self.assertNotIn(KEY, result.stdout)

    def test_standard_input(self):
        code, report = self.ask("-", "--lists", "codes.bl.lab", text="11.10.0.25\n# none\n")
        self.assertEqual((code, [row["subject"] for row in report["results"]]), (0, ["11.10.0.25"]))

    def test_bad_use(self):
        config = self.lab.config
        for arguments, fault in [
                (["lab.example"], '"lab.example" is no IP address: neighbours are those of one'),
                (["11.10.1.0/24"], '"11.10.1.0/24" is no IP address: neighbours are those of one'),
                (["11.10.1.999"], '"11.10.1.999" is neither an IP address, a network nor a domain name'),
                ([f"11.10.1.{last}" for last in range(33)],
                 "33 addresses are too many at once, since each is a network of questions to every list: give at most 32"),
                (["11.10.1.25", "--lists", "dbl.spamhaus.org"], "dbl.spamhaus.org: lists no addresses"),
                (["11.10.1.25", "--lists", "score.bl.lab"], "score.bl.lab: lists no addresses"),
                (["11.10.1.25", "--lists", "six.bl.lab"], "six.bl.lab: takes no address of this family"),
                (["11.10.1.25", "--lists", "two words"], None)]:
            result = reputed("neighbours", "-c", config, *arguments)
            if fault is None:
                self.assertEqual(result.returncode, 64)
            else:
                self.assert_one_line(result, 64, fault)


if __name__ == "__main__":
    unittest.main()
