"""`reputed check DOMAIN...` as a survey: one row a domain, below it how many publish what."""
import csv
import io
import unittest

import planted
from support import LabTest, reputed, with_lists

BRANDS = [f"{name}.brand.example" for name in
          ("acorn", "birch", "cedar", "daphne", "elder", "fir", "ginkgo", "hazel", "iris")]
COUNTS = "9 domains: SPF 9, DKIM 4, DMARC 4, all three 1, SPF alone 2"
# MX, SPF, DKIM, DMARC, MTA-STS, TLS-RPT, LISTED
TABLE = {
    "acorn": ["1", "-all", "google", "p=reject", "yes", "yes", "0"],
    "birch": ["1", "~all", "selector1", "none", "none", "none", "0"],
    "cedar": ["1", "-all", "default", "none", "none", "none", "0"],
    "daphne": ["1", "~all", "k1", "none", "none", "none", "0"],
    "elder": ["1", "?all", "none", "p=none", "none", "none", "0"],
    "fir": ["1", "-all", "none", "p=quarantine 20%", "none", "none", "0"],
    "ginkgo": ["1", "-all", "none", "p=reject test", "none", "none", "0"],
    "hazel": ["1", "~all", "none", "none", "none", "none", "0"],
    "iris": ["1", "-all", "none", "none", "none", "none", "0"],
}


class Survey(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.lab.configuration(lambda text: with_lists(text, *planted.USABLE), "survey.toml")

    def table(self, result):
        """{domain: cells} of the first table, and the lines below it."""
        lines = result.stdout.splitlines()
        header = lines[0]
        starts = [header.index(word) for word in header.split()]
        ends = [*starts[1:], None]
        rows = {}
        for number, line in enumerate(lines[1:], 1):
            if " domains: SPF" in line or " domain: SPF" in line:
                return rows, lines[number:]
            name, *cells = [line[begin:end].strip() for begin, end in zip(starts, ends)]
            rows[name] = cells
        raise AssertionError("no line with the counts:\n" + result.stdout)

    def test_nine_brands(self):
        result = reputed("check", "-c", self.config, *BRANDS)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertEqual(result.stdout.split("\n")[0].split(),
                         "DOMAIN MX SPF DKIM DMARC MTA-STS TLS-RPT LISTED VERDICT FINDINGS".split())
        rows, below = self.table(result)
        self.assertEqual({name.split(".")[0]: cells[:-2] for name, cells in rows.items()}, TABLE)
        self.assertEqual(rows["acorn.brand.example"][-2:], ["ok", "0"])
        self.assertEqual(below[0], COUNTS)
        self.assertIn("DMARC is missing: neither iris.brand.example", result.stdout, "findings follow")
        self.assertRegex(below[-2], r"^warning: 0 critical, \d+ warnings, 0 unknown, \d+ remarks$")

    def test_a_list_of_more_than_ten_has_the_findings_counted_only(self):
        text = "# brands\n" + "\n".join(BRANDS) + "\n\nlisted.example # bad\nIris.Brand.Example.\nlab.example\n"
        result = reputed("check", "-c", self.config, "-", text=text)
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        rows, below = self.table(result)
        self.assertEqual(list(rows), [*BRANDS, "listed.example", "lab.example"], "each domain once")
        self.assertEqual(rows["listed.example"][6:8], ["2", "critical"])
        self.assertEqual(rows["lab.example"][:4], ["1", "-all", "lab", "p=reject"],
                         "the configuration names the selector")
        self.assertRegex(below[1], r"^\d+ findings about these domains are left out: --findings shows them$")
        self.assertNotIn("DMARC is missing", result.stdout)
        shown = reputed("check", "-c", self.config, "--findings", "-", text=text)
        self.assertIn("DMARC is missing: neither iris.brand.example", shown.stdout)

    def test_json(self):
        code, report = self.check(self.config, *BRANDS, "11.10.0.25")
        self.assertEqual((code, report["verdict"]), (1, "warning"))
        self.assertEqual(report["survey"], {
            "domains": 9, "spf": 9, "dkim": 4, "dmarc": 4, "all_three": 1, "spf_alone": 2, "spf_unknown": 0,
            "dkim_unknown": 0, "dmarc_unknown": 0})
        rows = {row["subject"]: row for row in report["subjects"]}
        self.assertEqual(list(rows), [*BRANDS, "11.10.0.25"])
        self.assertEqual(rows["11.10.0.25"], {"subject": "11.10.0.25", "kind": "ip", "verdict": "ok", "findings": 0,
                                               "reputation": {"score": 100, "level": "good", "parts": []}})
        iris = rows["iris.brand.example"]
        self.assertEqual(iris["mx"], {"state": "found", "hosts": 1})
        self.assertEqual(iris["spf"], {
            "state": "found", "policy": "fail", "record": "v=spf1 redirect=spf.iris.brand.example",
            "reason": iris["spf"]["reason"]})
        self.assertEqual((iris["dkim"]["state"], iris["dkim"]["selectors"]), ("none", []))
        self.assertEqual(rows["fir.brand.example"]["dmarc"], {
            "state": "found", "policy": "quarantine", "domain": "fir.brand.example", "percent": 20, "testing": False})
        self.assertEqual(rows["acorn.brand.example"]["mta_sts"], {"state": "found"})
        self.assertEqual(rows["acorn.brand.example"]["listed"], {
            "state": "clean", "lists": [], "clean": 2, "unknown": []})

    def test_csv(self):
        result = reputed("check", "-c", self.config, "--format", "csv", *BRANDS, "11.10.0.25", "listed.example")
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        rows = {row["subject"]: row for row in csv.DictReader(io.StringIO(result.stdout, newline=""))}
        self.assertEqual(list(rows), [*BRANDS, "11.10.0.25", "listed.example"])
        self.assertEqual(rows["daphne.brand.example"]["spf_policy"], "softfail")
        self.assertEqual(rows["daphne.brand.example"]["dkim_selectors"], "k1")
        self.assertEqual(rows["elder.brand.example"]["dmarc"], "found")
        self.assertEqual(rows["elder.brand.example"]["dmarc_policy"], "none")
        self.assertEqual(rows["11.10.0.25"]["mx"], "")
        self.assertEqual(rows["listed.example"]["listed_on"], "dbl.spamhaus.org domain.bl.lab")

    def test_what_dns_does_not_say_is_never_none(self):
        result = reputed("check", "-c", self.config, "servfail-dns.example", "spf-servfail.example")
        rows, below = self.table(result)
        self.assertEqual(rows["servfail-dns.example"][:6], ["?"] * 6)
        self.assertEqual(rows["spf-servfail.example"][1], "?")
        self.assertEqual(below[0], "2 domains: SPF 1, DKIM 0, DMARC 0, all three 0, SPF alone 1; "
                                   "could not tell: SPF 1, DKIM 1, DMARC 1")

    def test_a_found_key_is_examined(self):
        _, report = self.check(self.config, "office.example")
        self.assertIn(("dkim.testing", "office.example", "mail"),
                      {(finding["code"], finding["subject"], finding["object"]) for finding in report["findings"]})

    def test_bad_use(self):
        self.assert_one_line(reputed("check", "-c", self.config, "-", text="a.example\n# x\nno domain\n"), 64,
                             'standard input, line 3: "no domain" is neither an IP address, a network nor a domain name')
        self.assert_one_line(reputed("check", "-c", self.config, "-", text="# nothing\n"), 64,
                             "standard input names neither an IP address nor a domain")
        many = [f"d{i}.example\n" for i in range(100_001)]
        self.assert_one_line(reputed("check", "-c", self.config, "-", text="".join(many)), 64,
                             "more than 100000 domains: give them in parts")
        self.assert_one_line(reputed("check", "-c", self.config, "--findings", "-", text="".join(many[:2001])), 64,
                             "--findings is for at most 2000 domains: for more of them use --format json")
        self.assert_one_line(reputed("dnsbl", "--format", "csv", "11.10.0.25"), 64,
                             '--format: "csv" is no format: write table or json; see reputed --help')


if __name__ == "__main__":
    unittest.main()
