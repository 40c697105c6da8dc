"""`reputed check` against the lab: everything that is planted, and nothing else."""
import unittest

import planted
from support import KEY, LabTest, findings_of, reputed, with_lists, with_senders

CLEAN = ["11.10.0.25", "2a0b:1ab::25", "lab.example"]


def usable_only(text):
    """The lab's configuration with the working lists and the healthy sender alone."""
    return with_senders(with_lists(text, *planted.USABLE), "healthy")


class Check(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.code, cls.report = cls.check(cls.lab.config)

    def severities(self, prefixes):
        return {key: finding["severity"] for key, finding in findings_of(self.report).items()
                if key[0].startswith(prefixes)}

    def test_listings_none_missing_none_more(self):
        listed = findings_of(self.report, "dnsbl.listed")
        self.assertEqual({key[1:]: finding["severity"] for key, finding in listed.items()},
                         {pair: severity for pair, (_, severity) in planted.LISTED.items()
                          if pair not in planted.NEIGHBOURHOOD})
        for (_, subject, name), finding in listed.items():
            codes = ", ".join(planted.LISTED[subject, name][0])
            self.assertRegex(finding["evidence"], rf"{name} A {codes}(; TXT |$)")
            self.assertIn(f"{subject} is listed on {name}: ", finding["message"])
            self.assertIn("ask ", finding["remedy"])
        self.assertEqual({key[1:] for key in findings_of(self.report, "dnsbl.unknown_code")},
                         {("11.10.1.27", "codes.bl.lab")})

    def test_neighbours_are_no_listing_of_the_address(self):
        found = findings_of(self.report, "neighbourhood.listed")
        self.assertEqual({key[1:]: finding["severity"] for key, finding in found.items()},
                         {pair: planted.LISTED[pair][1] for pair in planted.NEIGHBOURHOOD})
        finding, = found.values()
        self.assertEqual(finding["message"], "net.bl.lab lists the network around 116.58.168.33 (many hosts of this "
                                             "network send spam): your neighbours are the problem, not you")
        self.assertEqual(finding["evidence"], '33.168.58.116.net.bl.lab A 127.0.0.2; '
                                              'TXT "The network of 116.58.168.33 sends spam"')
        self.assertIn("Ask your provider", finding["remedy"])
        self.assertEqual(finding["link"], "https://net.bl.lab/query/116.58.168.33")

    def test_scores_have_levels(self):
        found = findings_of(self.report, "dnsbl.score")
        self.assertEqual({key: finding["severity"] for key, finding in found.items()}, planted.SCORES)
        finding, = found.values()
        self.assertEqual(finding["message"], "The lab score of 11.10.1.25 is 12 at score.bl.lab: poor")
        self.assertEqual(finding["evidence"], "25.1.10.11.score.bl.lab A 127.0.4.12")
        self.assertIn("complaints", finding["remedy"])

    def test_lists_are_called_what_they_are(self):
        health = planted.HEALTH
        self.assertEqual({key[1] for key in findings_of(self.report, "dnsbl.list_broken")},
                         {name for name in health if health[name] == "broken"})
        self.assertEqual({key[1] for key in findings_of(self.report, "dnsbl.list_silent")},
                         {name for name in health if health[name] in ("silent", "servfail")})
        refused = findings_of(self.report, "dns.resolver_refused", "dnsbl.list_refused")
        self.assertEqual(set(refused), {("dns.resolver_refused", "resolver", "")}, "one finding for all lists")
        finding, = refused.values()
        for name in ("refused.bl.lab", "refusing.bl.lab"):
            self.assertIn(name, finding["evidence"])
        self.assertIn("own recursive resolver", finding["remedy"])

    def test_identity_and_queue(self):
        self.assertEqual(self.severities(("ptr.", "hostname.")), planted.PTR)
        self.assertEqual(self.severities("spf."), planted.SPF)
        self.assertEqual(self.severities("dkim."), planted.DKIM)
        self.assertEqual(self.severities("dmarc."), planted.DMARC)
        self.assertEqual(self.severities(("mx.", "ehlo.", "domain.")), {})
        self.assertEqual(self.severities("queue."), {("queue.hold", "postfix", ""): "info"})
        self.assertEqual(self.severities("delivery."), {("delivery.refused", "postfix", "gmail/rate_limited"): "info"})

    def test_verdict(self):
        self.assertEqual((self.code, self.report["verdict"]), (2, "critical"))
        verdicts = {row["subject"]: row["verdict"] for row in self.report["subjects"]}
        self.assertEqual(set(verdicts), {*planted.IPV4, *planted.IPV6, "lab.example", "listed.example",
                                         "office.example", "ts.skr.jp", "portal.example"})
        for subject in [*CLEAN, "59.106.13.174", "2403:3a00:201:13:59:106:13:174"]:
            self.assertEqual(verdicts[subject], "ok", subject)
        for subject in ["11.10.1.25", "11.10.1.27", "2a0b:1ab:1::25", "116.58.168.33", "listed.example"]:
            self.assertEqual(verdicts[subject], "critical", subject)

    def test_reputation(self):
        levels = {key[1]: finding["severity"] for key, finding in findings_of(self.report, "reputation.level").items()}
        self.assertEqual(levels, {ip: severity for ip, (_, _, severity) in planted.REPUTATION.items()})
        for row in self.report["subjects"]:
            if row["kind"] == "domain":
                self.assertNotIn("reputation", row)
                continue
            score, level, _ = planted.REPUTATION.get(row["subject"], (100, "good", "ok"))
            self.assertEqual((row["reputation"]["score"], row["reputation"]["level"]), (score, level), row["subject"])
            taken = sum(part["takes"] for part in row["reputation"]["parts"])
            self.assertEqual(max(0, 100 - taken), score)
        finding = findings_of(self.report, "reputation.level")["reputation.level", "116.58.168.33", ""]
        self.assertEqual(finding["message"],
                         "The reputation of 116.58.168.33 is 45 (poor): listed on zen.spamhaus.org -50, "
                         "neighbours listed on net.bl.lab -5")

    def test_fields(self):
        for finding in self.report["findings"]:
            self.assertEqual(list(finding), ["code", "check", "subject", "object", "severity", "message",
                                             "evidence", "remedy", "link", "since"])
            for field in ("code", "check", "subject", "message", "remedy"):
                self.assertNotEqual(finding[field], "", finding)
            self.assertRegex(finding["since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        order = ["critical", "warning", "unknown", "info"]
        severities = [finding["severity"] for finding in self.report["findings"]]
        self.assertEqual(severities, sorted(severities, key=order.index), "worst first")


class Formats(LabTest):
    def test_table(self):
        result = reputed("check", "-c", self.lab.config)
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        lines = result.stdout.splitlines()
        self.assertIn("116.58.168.33 has no PTR record", result.stdout)
        self.assertIn("https://check.spamhaus.org/results/?query=11.10.1.25", result.stdout)
        self.assertIn(["11.10.1.27", "critical", "0", "bad"], [line.split()[:4] for line in lines])
        self.assertEqual(lines[-2:], ["critical: 16 critical, 30 warnings, 0 unknown, 18 remarks",
                                      "reputed explain CODE tells more"])
        self.assertNotIn("\x1b", result.stdout, "colours belong on a terminal")
        self.assertNotIn(KEY, result.stdout)

    def test_nagios(self):
        result = reputed("check", "-c", self.lab.config, "--format", "nagios")
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        self.assertRegex(result.stdout, r"^REPUTED CRITICAL - [^|\n]+ \| critical=16 warning=30 unknown=0 "
                                        r"info=18 listed=19 reputation=0\n$")

    def test_a_clean_sender_alone(self):
        path = self.lab.configuration(usable_only)
        result = reputed("check", "-c", path, "--format", "nagios")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        # info: two messages on hold in the queue of the machine
        self.assertEqual(result.stdout, "REPUTED OK - nothing is wrong | critical=0 warning=0 unknown=0 info=2 "
                                        "listed=0 reputation=100\n")

    def test_given_subjects_take_the_place_of_the_configured(self):
        code, report = self.check(self.lab.config, "11.10.0.25", "lab.example", "11.10.1.26/31")
        self.assertEqual([row["subject"] for row in report["subjects"]],
                         ["11.10.0.25", "lab.example", "11.10.1.26", "11.10.1.27"])
        self.assertEqual({key[1:] for key in findings_of(report, "dnsbl.listed") if key[2] != "dbl.spamhaus.org"},
                         {pair for pair in planted.LISTED if pair[0] in ("11.10.1.26", "11.10.1.27")})
        self.assertEqual(findings_of(report, "queue.hold"), {})
        self.assertEqual(code, 2)

    def test_given_dns_reads_no_file(self):
        # Only what is served here exists: the lab's copies of the catalogued lists answer, all others are gone.
        result = reputed("check", "--dns", self.lab.dns, "--format", "nagios", "11.10.1.25", "lab.example",
                         cwd="/")
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        # Its PTR name smtp.listed.example counts as well.
        listed = 1 + len([pair for pair in planted.LISTED
                          if pair[0] == "11.10.1.25" and not pair[1].endswith(".lab")])
        # Too few of the lists can tell for a reputation.
        self.assertRegex(result.stdout, rf"^REPUTED CRITICAL - .* listed={listed}\n$")

    def test_subjects_from_standard_input(self):
        result = reputed("check", "-c", self.lab.config, "--format", "json", "-",
                         text="11.10.0.25  # the healthy one\n\n2a0b:1ab::25\n")
        self.assertIn('"subject":"2a0b:1ab::25"', result.stdout.replace('": "', '":"'))
        self.assertNotIn("listed.example", result.stdout)


class BadUse(LabTest):
    def test_one_line_that_says_what_to_do(self):
        config = self.lab.config
        self.assert_one_line(reputed("check", "-c", config, "11.10.0.0/8"), 64,
                             '"11.10.0.0/8" is wider than 65536 addresses: give smaller networks')
        self.assert_one_line(reputed("check", "-c", config, "11.10.0.999"), 64,
                             '"11.10.0.999" is neither an IP address, a network nor a domain name')
        self.assert_one_line(reputed("check", "-c", config + ".none"), 78, f"{config}.none: not found")
        self.assert_one_line(reputed("check", "--format", "xml"), 64,
                             '--format: "xml" is no format: write table, json, csv or nagios; see reputed --help')


if __name__ == "__main__":
    unittest.main()
