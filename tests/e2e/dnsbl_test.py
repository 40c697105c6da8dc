"""`reputed dnsbl`: the JSON that others rely on, subjects from everywhere, exit codes, bad input."""
import json
import unittest

import planted
from support import KEY, LabTest, reputed

FIELDS = ["subject", "list", "kind", "state", "codes", "meanings", "reason", "link", "severity"]


class Dnsbl(LabTest):
    def ask(self, *arguments, **options):
        """(exit code, JSON) through the lab's configuration."""
        result = reputed("dnsbl", "-c", self.lab.config, "--format", "json", *arguments, **options)
        self.assertEqual(result.stderr, "")
        return result.returncode, json.loads(result.stdout)

    def ask_lists(self, lists, *subjects):
        """The same without a file, of the given lists only."""
        result = reputed("dnsbl", "--dns", self.lab.dns, "--format", "json", "--lists", lists, *subjects)
        self.assertEqual(result.stderr, "")
        return result.returncode, json.loads(result.stdout)

    def test_every_state_of_every_pair(self):
        subjects = [*planted.IPV4, *planted.IPV6, "listed.example", "smtp.listed.example",
                    "a24.listed.example", "forged.listed.example", "lab.example"]
        code, report = self.ask(*subjects)
        self.assertEqual(code, 2)
        seen = {(row["subject"], row["list"]): row for row in report["results"]}
        self.assertEqual(len(seen), len(report["results"]), "each pair once")
        for pair, row in seen.items():
            health = planted.HEALTH.get(row["list"], "usable")
            if pair in planted.LISTED:
                codes, severity = planted.LISTED[pair]
                expected = ("listed", codes, severity)
            elif pair in planted.NOT_LISTED:
                answer, state = planted.NOT_LISTED[pair]
                expected = (state, [answer], "unknown" if state == "unknown_code" else "ok")
            elif health == "usable":
                expected = ("clean", [], "ok")
            else:
                expected = ("timeout" if health == "silent" else health, [], "unknown")
            self.assertEqual((row["state"], row["codes"], row["severity"]), expected, pair)
        for pair in [*planted.LISTED, *planted.NOT_LISTED]:
            self.assertIn(pair, seen)
        self.assertEqual(report["summary"]["listed"], len(planted.LISTED))
        unknown = [row for row in seen.values() if row["severity"] == "unknown"]
        self.assertEqual(report["summary"]["unknown"], len(unknown))

    def test_fields(self):
        _, report = self.ask("11.10.1.25", "11.10.0.25")
        self.assertEqual(list(report), ["results", "lists", "summary"])
        for row in report["results"]:
            self.assertEqual(list(row), FIELDS + (["score"] if row["state"] == "score" else []))
            self.assertEqual(row["kind"].split("-")[0], "ip")
        scores = {row["subject"]: row["score"] for row in report["results"] if row["state"] == "score"}
        self.assertEqual(scores, {"11.10.0.25": 98, "11.10.1.25": 12})
        self.assertEqual({row["list"]: row["health"] for row in report["lists"]},
                         {**dict.fromkeys(planted.USABLE, "usable"), **planted.HEALTH})
        for row in report["lists"]:
            self.assertEqual(list(row), ["list", "health", "detail"])
            self.assertEqual(row["detail"] == "", row["health"] == "usable", row)
        self.assertEqual(list(report["summary"]), ["queries", "seconds", "listed", "unknown"])

    def test_reason_and_link(self):
        _, report = self.ask("11.10.1.25", "11.10.0.25")
        rows = {(row["subject"], row["list"]): row for row in report["results"]}
        row = rows["11.10.1.25", "codes.bl.lab"]
        self.assertEqual(row["meanings"], ["open relay", "spam source"])
        self.assertEqual(row["reason"], "Open relay, seen from 11.10.1.25 / Spam source, seen from 11.10.1.25")
        self.assertEqual(row["link"], "https://codes.bl.lab/query/11.10.1.25")
        self.assertEqual(rows["11.10.1.25", "bitmask.bl.lab"]["meanings"], ["spam source", "web shell"])
        for row in rows.values():
            if row["state"] != "listed":
                self.assertEqual((row["reason"], row["link"]), ("", ""), row)

    def test_subjects_of_every_kind(self):
        code, report = self.ask("11.10.1.26/31", "LISTED.Example.", "2A0B:1ab:1:0::25")
        self.assertEqual(sorted({row["subject"] for row in report["results"]}),
                         ["11.10.1.26", "11.10.1.27", "2a0b:1ab:1::25", "listed.example"])
        self.assertEqual(code, 2)

    def test_standard_input(self):
        code, report = self.ask("-", "11.10.1.27", text="  11.10.0.25\t\r\n# nobody\n\n11.10.1.24/31 # two\n")
        self.assertEqual({row["subject"] for row in report["results"]},
                         {"11.10.0.25", "11.10.1.24", "11.10.1.25", "11.10.1.27"})
        self.assertEqual(code, 2)

    def test_exit_codes(self):
        for lists, subject, expected in [
                ("bl.spamcop.net", "11.10.0.25", 0),
                ("codes.bl.lab", "11.10.0.25", 0),
                ("dnsbl-1.uceprotect.net", "11.10.1.25", 1),
                ("zen.spamhaus.org", "11.10.1.26", 1),
                ("zen.spamhaus.org", "11.10.1.25", 2),
                ("wildcard.bl.lab", "11.10.1.25", 3),
                ("servfail.bl.lab", "11.10.1.25", 3),
                ("zen.spamhaus.org", "listed.example", 3)]:  # takes no domains: nobody was asked
            with self.subTest(lists=lists, subject=subject):
                self.assertEqual(self.ask_lists(lists, subject)[0], expected)

    def test_a_list_that_does_not_exist_is_not_ok(self):
        code, report = self.ask_lists("dnsbl.nowhere.example,codes.bl.lab", "11.10.0.25")
        states = {row["list"]: (row["state"], row["severity"]) for row in report["results"]}
        self.assertEqual(states, {"dnsbl.nowhere.example": ("broken", "unknown"), "codes.bl.lab": ("clean", "ok")})
        self.assertEqual({row["list"]: row["health"] for row in report["lists"]},
                         {"dnsbl.nowhere.example": "broken", "codes.bl.lab": "usable"})
        self.assertEqual(self.ask_lists("dnsbl.nowhere.example", "11.10.0.25")[0], 3)
        self.assertEqual(code, 0, "the other list says clean, and this one has no weight")

    def test_lists_that_are_refused_by_name(self):
        for name, fault in [
                ("dnsbl.sorbs.net", '"dnsbl.sorbs.net" is dead since 2024-06-05 '
                                    '(Proofpoint ended SORBS and emptied its zones): remove it'),
                ("spam.dnsbl.sorbs.net", '"spam.dnsbl.sorbs.net" is dead since 2024-06-05 '
                                         '(Proofpoint ended SORBS and emptied its zones): remove it')]:
            result = reputed("dnsbl", "--dns", self.lab.dns, "--lists", f"codes.bl.lab,{name}", "11.10.0.25")
            self.assert_one_line(result, 64, f"--lists: {fault}")
        for name in ("two words", "-x.example", "a..b", "x" * 64 + ".example", "bl.example/24"):
            result = reputed("dnsbl", "--dns", self.lab.dns, "--lists", name, "11.10.0.25")
            self.assertEqual((result.returncode, result.stdout), (64, ""), name)
            self.assertRegex(result.stderr, r"^reputed: --lists: [^\n]+\n$")

    def test_the_key_of_a_list_is_shown_nowhere(self):
        config = self.lab.config
        for arguments in (["11.10.1.25"], ["11.10.1.25", "--lists", "keyed.bl.lab"]):
            for form in ("json", "table"):
                result = reputed("dnsbl", "-c", config, "--format", form, *arguments)
                self.assertIn("keyed.bl.lab", result.stdout)
                self.assertNotIn(KEY, result.stdout + result.stderr)
        code, report = self.ask("11.10.1.25", "--lists", "keyed.bl.lab")
        self.assertEqual((code, report["results"][0]["state"]), (1, "listed"))

    def test_a_list_without_its_key_is_not_asked(self):
        result = reputed("dnsbl", "--dns", self.lab.dns, "--lists", "dbl.dq.spamhaus.net", "lab.example")
        self.assertEqual((result.returncode, result.stdout), (64, ""))
        self.assertRegex(result.stderr, r"^reputed: [^\n]*key[^\n]*\n$")

    def test_table(self):
        result = reputed("dnsbl", "-c", self.lab.config, "11.10.1.25", "11.10.0.25")
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        rows = [line.split() for line in result.stdout.splitlines()]
        self.assertIn(["11.10.1.25", "score.bl.lab", "score", "127.0.4.12", "score", "12"], rows)
        self.assertIn(["silent.bl.lab", "silent", "no", "answer", "within", "the", "time", "limit"], rows)
        self.assertIn("11.10.1.25 on codes.bl.lab: https://codes.bl.lab/query/11.10.1.25", result.stdout)
        self.assertNotIn("\x1b", result.stdout)

    def test_a_list_with_the_rate_of_its_operator_ends_the_sweep(self):
        # Five questions a second and the last one of all to be asked: the sweep ends with its answer.
        code, report = self.ask_lists("bl.mailspike.net,all.spamrats.com,dnsbl-2.uceprotect.net", "11.10.0.25")
        self.assertEqual({row["state"] for row in report["results"]}, {"broken"})
        self.assertEqual(code, 3)


class BadUse(LabTest):
    def refuse(self, subject, line, text=""):
        with self.subTest(subject=subject[:40]):
            result = reputed("dnsbl", "--dns", self.lab.dns, "--lists", "codes.bl.lab", "--", subject, text=text)
            self.assert_one_line(result, 64, line)

    def test_subjects(self):
        for subject in ["11.10.0", "11.10.0.256", "1.2.3.4.5", "11.10.0.25/33", "11.10.0.25/", "2a0b::1::2",
                        "a b.example", "x..example", "ä" * 200, "'; drop table", "%s%n", "/etc/passwd"]:
            self.refuse(subject, f'"{subject}" is neither an IP address, a network nor a domain name')
        self.refuse("11.0.0.0/8", '"11.0.0.0/8" is wider than 65536 addresses: give smaller networks')
        self.refuse("2a0b::/64", '"2a0b::/64" is wider than 65536 addresses: give smaller networks')

    def test_foreign_bytes_do_not_reach_the_terminal(self):
        for subject in ["\x1b[31mred", "a\nb", "\x07.example"]:
            result = reputed("dnsbl", "--dns", self.lab.dns, "--", subject)
            self.assertEqual(result.returncode, 64)
            self.assertEqual(result.stderr.count("\n"), 1)
            self.assertTrue(result.stderr[:-1].isprintable(), result.stderr)

    def test_standard_input(self):
        self.refuse("-", 'standard input, line 2: "no such thing!" is neither an IP address, a network nor a domain name',
                    text="11.10.0.25\nno such thing!\n")
        self.refuse("-", "standard input, line 2: longer than 1024 bytes", text="11.10.0.25\n" + "x" * 5000)

    def test_arguments(self):
        for arguments, line in [
                (["dnsbl"], "subjects is required; see reputed --help"),
                (["dnsbl", "11.10.0.25", "--dns", "nowhere"],
                 '--dns: "nowhere" is no DNS server: write ADDRESS, ADDRESS:PORT or [IPV6]:PORT; see reputed --help'),
                (["dnsbl", "11.10.0.25", "--format", "xml"],
                 '--format: "xml" is no format: write table or json; see reputed --help'),
                (["dnsbl", "11.10.0.25", "--colour"],
                 "The following argument was not expected: --colour; see reputed --help"),
                (["dnsbls", "11.10.0.25"], 'no command "dnsbls"; see reputed --help'),
                (["config", "chek"], 'no command "config chek"; see reputed --help'),
                ([], "A subcommand is required; see reputed --help")]:
            with self.subTest(arguments=arguments):
                self.assert_one_line(reputed(*arguments), 64, line)


if __name__ == "__main__":
    unittest.main()
