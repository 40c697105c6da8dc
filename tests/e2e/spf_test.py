"""`reputed spf`: check_host() through real DNS, one question or a batch."""
import json
import unittest

from support import LabTest, reputed

PORTAL = {"ip": "23.83.218.24", "mailfrom": "office@portal.example", "helo": "bee.relay.mailchannels.net"}


class Spf(LabTest):
    def evaluate(self, ip, sender, *arguments):
        result = reputed("spf", "--dns", self.lab.dns, "--format", "json", "--ip", ip, "--from", sender, *arguments)
        self.assertEqual(result.stderr, "")
        return result.returncode, json.loads(result.stdout)

    def test_planted_results(self):
        for ip, domain, expected, code in [
                ("11.10.0.25", "lab.example", "pass", 0),
                ("2a0b:1ab::25", "lab.example", "pass", 0),
                ("11.10.0.26", "lab.example", "fail", 2),
                ("11.10.1.24", "listed.example", "pass", 0),
                ("11.10.1.27", "listed.example", "pass", 0),
                ("11.10.1.28", "listed.example", "neutral", 1),
                ("2a0b:1ab:1::25", "listed.example", "neutral", 1),
                ("116.58.168.33", "office.example", "pass", 0),
                ("116.58.170.1", "office.example", "pass", 0),   # include:spf.isp.example
                ("116.58.176.1", "office.example", "fail", 2),
                ("59.106.13.174", "ts.skr.jp", "none", 1),       # scenario B
                ("2403:3a00:201:13:59:106:13:174", "ts.skr.jp", "none", 1),
                ("23.83.218.24", "portal.example", "softfail", 1),  # scenario C
                ("163.44.176.10", "portal.example", "pass", 0),
                ("150.95.55.137", "portal.example", "pass", 0),
                ("210.131.150.92", "many.example", "pass", 0),   # scenario D: behind the end of the first string
                ("122.219.46.55", "many.example", "pass", 0),
                ("210.131.150.93", "many.example", "softfail", 1),
                ("1.2.3.4", "nowhere.example", "none", 1),
                ("1.2.3.4", "spf-servfail.example", "temperror", 3)]:
            with self.subTest(ip=ip, domain=domain):
                exit_code, report = self.evaluate(ip, f"someone@{domain}")
                self.assertEqual((report["result"], exit_code), (expected, code), report["reason"])

    def test_a_silent_server_is_a_temporary_error(self):
        path = self.lab.configuration(lambda text: text)
        result = reputed("spf", "-c", path, "--format", "json", "--ip", "1.2.3.4", "--from", "a@spf-silent.example")
        self.assertEqual(result.returncode, 3)
        self.assertEqual(json.loads(result.stdout)["reason"],
                         "include:silent-dns.example in the record of spf-silent.example: "
                         "TXT query for silent-dns.example: timeout")

    def test_fields(self):
        _, report = self.evaluate("23.83.218.24", "office@portal.example", "--helo", "bee.relay.mailchannels.net")
        self.assertEqual(report, {
            "result": "softfail", "reason": "matched ~all in the record of portal.example", "mechanism": "~all",
            "explanation": "", "lookups": 2, "void_lookups": 0,
            "trace": ["portal.example: v=spf1 +a +mx +ip4:150.95.55.137 +ip4:163.44.239.12 ~all",
                      "portal.example: +a: portal.example: no match",
                      "portal.example: +mx: portal.example: no match",
                      "portal.example: +ip4:150.95.55.137: no match",
                      "portal.example: +ip4:163.44.239.12: no match", "portal.example: ~all: match"],
            "lookup_tree": {"term": "", "domain": "portal.example", "lookups": 2, "children": [
                {"term": "+a", "domain": "portal.example", "lookups": 1, "children": []},
                {"term": "+mx", "domain": "portal.example", "lookups": 1, "children": []}]}})

    def test_the_lookup_tree_shows_all_branches_and_what_is_wrong_with_them(self):
        for record, wanted in [
                ("v=spf1 ip4:11.10.0.25 include:office.example include:tree.example include:nowhere.example -all",
                 ["if nothing matches: 4 of 10 lookups", "  include:office.example  2",
                  "    include:spf.isp.example  1", "  include:tree.example  1  (loops back to tree.example)",
                  "  include:nowhere.example  1  (nowhere.example does not exist)"]),
                ("v=spf1 ip4:11.10.0.25 -all", ["0 of 10 lookups, 0 of 2 void"])]:
            self.lab("dns", "set", "tree.example", "TXT", record)
            arguments = ["spf", "--dns", self.lab.dns, "--ip", "11.10.0.25", "--from", "a@tree.example"]
            lines = reputed(*arguments).stdout.splitlines()
            self.assertEqual([line for line in lines if line in wanted], wanted, lines)
            tree = json.loads(reputed(*arguments, "--format", "json").stdout)["lookup_tree"]
            self.assertEqual([child.get("fault", "") for child in tree["children"]],
                             ["", "loop", "no_record"] if "include" in record else [])
        self.lab("dns", "remove", "tree.example")

    def test_helo_stands_in_for_an_empty_sender(self):
        _, report = self.evaluate("11.10.0.25", "", "--helo", "mail.lab.example")
        self.assertEqual((report["result"], report["mechanism"]), ("pass", "a"))

    def test_table(self):
        result = reputed("spf", "--dns", self.lab.dns, "--ip", "23.83.218.24", "--from", "office@portal.example")
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertEqual(result.stdout.splitlines()[:3],
                         ["softfail: matched ~all in the record of portal.example", "2 of 10 lookups, 0 of 2 void",
                          "  portal.example: v=spf1 +a +mx +ip4:150.95.55.137 +ip4:163.44.239.12 ~all"])

    def test_batch_answers_line_by_line_in_order(self):
        requests = []
        for number in range(40):
            requests.append({"ip": "11.10.0.25", "mailfrom": "a@lab.example", "helo": ""})
            requests.append(PORTAL)
            requests.append({"ip": f"11.10.0.{100 + number}", "mailfrom": "a@lab.example"})
        lines = [json.dumps(request) for request in requests]
        result = reputed("spf", "--batch", "--dns", self.lab.dns, text="\n".join(lines))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual([json.loads(line)["result"] for line in result.stdout.splitlines()],
                         ["pass", "softfail", "fail"] * 40)

    def test_batch_survives_broken_lines(self):
        lines = ["nonsense", "[1]", '{"mailfrom":"a@lab.example"}', '{"ip":7}', '{"ip":"x","helo":"' + "y" * 70000 + '"}',
                 '{"ip":"11.10.0.25","mailfrom":5,"helo":"mail.lab.example"}', "[" * 5000, json.dumps(PORTAL)]
        result = reputed("spf", "--batch", "--dns", self.lab.dns, text="\n".join(lines) + "\n")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        object_wanted = ('not a JSON object such as {"ip":"192.0.2.1","mailfrom":"a@example.com",'
                         '"helo":"mail.example.com"}')
        address_wanted = '"ip" is missing or not an IP address'
        self.assertEqual([answer.get("error", answer.get("result")) for answer in answers],
                         [object_wanted, object_wanted, address_wanted, address_wanted,
                          "the line is longer than 65536 bytes", "pass", object_wanted, "softfail"])

    def test_bad_use(self):
        dns = ["--dns", self.lab.dns]
        for arguments, line in [
                (["--from", "a@lab.example"], "--ip is missing: give the sending address"),
                (["--ip", "1.2.3", "--from", "a@lab.example"], '--ip "1.2.3" is not an IP address'),
                (["--ip", "1.2.3.4"],
                 "--from and --helo are both missing: give the MAIL FROM address, the EHLO name, or both")]:
            with self.subTest(arguments=arguments):
                self.assert_one_line(reputed("spf", *dns, *arguments), 64, line)


if __name__ == "__main__":
    unittest.main()
