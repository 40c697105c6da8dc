"""Situations from the field: the broken state is found with its sentence and remedy, and the fix clears it."""
import json
import shutil
import unittest

from mta_support import CACHE, room
from postfix import Postfix
from support import Agent, LabTest, findings_of, new_directory, replaced, reputed, wait_for, with_lists, with_senders


class Scenario(LabTest):
    def report_on(self, sender, *lists):
        """Findings of `reputed check` with this sender alone."""
        path = self.lab.configuration(
            lambda text: with_lists(with_senders(text, sender), *(lists or ["codes.bl.lab"])))
        return findings_of(self.check(path)[1])

    def spf(self, ip, sender):
        result = reputed("spf", "--dns", self.lab.dns, "--format", "json", "--ip", ip, "--from", sender)
        return json.loads(result.stdout)


class A(Scenario):
    """An own server behind a fixed address, its PTR set in the wrong zone."""

    def test_ptr_in_the_wrong_zone(self):
        found = self.report_on("office")
        missing = found["ptr.missing", "116.58.168.33", ""]
        self.assertEqual(missing["severity"], "critical")
        self.assertEqual(missing["message"],
                         "116.58.168.33 has no PTR record, so many receivers refuse its mail.")
        self.assertIn("set the PTR record of 116.58.168.33 to mail.office.example", missing["remedy"])
        name = "33.168.58.116.office.example"
        misplaced = found["ptr.misplaced", "116.58.168.33", name]
        self.assertEqual(misplaced["message"],
                         f"The record {name} PTR mail.office.example was meant to be the PTR record of "
                         "116.58.168.33, but receivers ask 33.168.58.116.in-addr.arpa.")
        self.assertIn("Only the owner of the address block", misplaced["remedy"])

        self.lab("dns", "set", "116.58.168.33", "PTR", "mail.office.example.")
        found = self.report_on("office")
        self.assertNotIn(("ptr.missing", "116.58.168.33", ""), found)
        self.lab("dns", "remove", name)
        found = self.report_on("office")
        self.assertEqual([key for key in found if key[0].startswith(("ptr.", "hostname.", "spf."))], [])

    def test_generic_ptr_of_a_changing_address(self):
        ptr = "33.168.58.116.dynamic.isp.example"
        before = self.report_on("office")
        self.lab("dns", "set", ptr, "A", "116.58.168.33")
        with self.changed(("dns", "set", "116.58.168.33", "PTR", ptr + "."), ("dns", "remove", ptr)):
            finding = self.report_on("office")["ptr.generic", "116.58.168.33", ""]
            self.assertIn("contains the address itself", finding["message"])
            self.assertIn("send through a relay", finding["remedy"])
        self.assertNotIn(("ptr.generic", "116.58.168.33", ""), before)
        self.lab("dns", "remove", "116.58.168.33", "PTR")

    def test_policy_list(self):
        key = ("dnsbl.listed", "116.58.168.33", "zen.spamhaus.org")
        finding = self.report_on("office", "zen.spamhaus.org")[key]
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("PBL: the provider says that this range must not send mail directly (policy)",
                      finding["message"])
        self.assertEqual(finding["link"], "https://check.spamhaus.org/results/?query=116.58.168.33")
        with self.changed(("list", "remove", "zen.spamhaus.org", "116.58.168.33"),
                          ("list", "add", "zen.spamhaus.org", "116.58.168.33", "127.0.0.10")):
            self.assertNotIn(key, self.report_on("office", "zen.spamhaus.org"))


class B(Scenario):
    """Shared hosting without SPF; the host has both families."""

    def test_spf_missing_then_for_one_family_then_for_both(self):
        missing = self.report_on("sakura")["spf.missing", "ts.skr.jp", ""]
        self.assertEqual(missing["message"], "SPF is missing: ts.skr.jp has no SPF record")
        record = "v=spf1 ip4:59.106.13.174 ip6:2403:3a00:201:13:59:106:13:174 ~all"
        self.assertEqual(missing["remedy"], f'Publish ts.skr.jp. IN TXT "{record}"')

        self.lab("dns", "set", "ts.skr.jp", "TXT", "v=spf1 ip4:59.106.13.174 -all")
        found = self.report_on("sakura")
        self.assertNotIn(("spf.missing", "ts.skr.jp", ""), found)
        family = found["spf.family", "ts.skr.jp", "sakura"]
        self.assertEqual(family["severity"], "critical", "mail over IPv6 is refused")
        self.assertIn("covers sakura over IPv4, but not over IPv6: 2403:3a00:201:13:59:106:13:174 gets fail",
                      family["message"])
        self.assertIn("ip6:2403:3a00:201:13:59:106:13:174", family["remedy"])

        for fix in (record, "v=spf1 a:www274.sakura.ne.jp -all"):
            self.lab("dns", "set", "ts.skr.jp", "TXT", fix)
            self.assertEqual([key for key in self.report_on("sakura") if key[0].startswith("spf.")], [])


class C(Scenario):
    """A relay in between that SPF does not name."""

    def test_include_of_the_relay_and_not_its_address_of_today(self):
        start = "v=spf1 +a +mx +ip4:150.95.55.137 +ip4:163.44.239.12"
        via = ("spf.via_missing", "portal.example", "relay.mailchannels.net")
        softfail = ("spf.softfail", "portal.example", "23.83.218.24")
        found = self.report_on("mixhost")
        self.assertEqual({key[2] for key in found if key[0] == "spf.stale_address"},
                         {"ip4:150.95.55.137", "ip4:163.44.239.12"})
        self.assertEqual(found[via]["message"],
                         "SPF of portal.example does not include relay.mailchannels.net, through which mixhost "
                         "sends: its mail gets softfail")
        fixed = f"{start} include:relay.mailchannels.net ~all"
        self.assertEqual(found[via]["remedy"],
                         f'Add include:relay.mailchannels.net. Publish portal.example. IN TXT "{fixed}"')
        self.assertIn(softfail, found)
        self.assertIn("mail leaves through relay.mailchannels.net", found[softfail]["message"])
        self.assertNotIn("ip4:23.83.218.24", found[softfail]["remedy"], "the relay's addresses vary")

        self.lab("dns", "set", "portal.example", "TXT", f"{start} +ip4:23.83.209.25 ~all")
        found = self.report_on("mixhost")
        self.assertIn(via, found)
        self.assertIn(softfail, found, "yesterday's address of the relay does not help")

        self.lab("dns", "set", "portal.example", "TXT", fixed)
        # Servers of the past, which may be somebody else's today.
        stale = {("spf.stale_address", "portal.example", f"ip4:{ip}"): ip
                 for ip in ("150.95.55.137", "163.44.239.12")}
        found = {key: finding for key, finding in self.report_on("mixhost").items() if key[0].startswith("spf.")}
        self.assertEqual(set(found), set(stale))
        for key, ip in stale.items():
            self.assertEqual((found[key]["severity"], found[key]["message"]),
                             ("info", f'SPF of portal.example authorises {ip} by "+ip4:{ip}", but no configured '
                                      "sender uses it: whoever has it today may send in this name"))
            self.assertIn("take it out. Publish portal.example. IN TXT", found[key]["remedy"])
            self.assertEqual(self.spf(ip, "office@portal.example")["result"], "pass", "somebody else may")
        # Each is given up by itself, with the record that its finding proposes.
        for left in (1, 0):
            finding = self.report_on("mixhost")[sorted(stale)[1 - left]]
            record = finding["remedy"].split('IN TXT "')[1].rstrip('"')
            self.lab("dns", "set", "portal.example", "TXT", record)
            self.assertEqual(len([key for key in self.report_on("mixhost") if key[0].startswith("spf.")]), left)
        self.assertEqual(record, "v=spf1 +a +mx include:relay.mailchannels.net ~all")
        for ip in stale.values():
            self.assertEqual(self.spf(ip, "office@portal.example")["result"], "softfail")
        self.assertEqual(self.spf("23.83.218.24", "office@portal.example")["result"], "pass")
        self.assertEqual(self.spf("23.83.209.25", "office@portal.example")["result"], "pass")


class D(Scenario):
    """Many hosts in one record, which needs two strings."""

    def test_every_host_that_the_record_names_and_no_other(self):
        for ip in ["122.219.43.142", "122.219.46.7", "122.219.46.23", "122.219.46.39", "122.219.46.55",
                   "210.131.150.91", "210.131.150.92", "122.219.45.73", "122.219.40.14"]:
            self.assertEqual(self.spf(ip, "office@many.example")["result"], "pass", ip)

        path = self.lab.configuration(lambda text: replaced(
            with_lists(with_senders(text, "office"), "codes.bl.lab"),
            ('"116.58.168.33"', '"210.131.150.93"'), ('"office.example"', '"many.example"')))
        key = ("spf.softfail", "many.example", "210.131.150.93")
        finding = findings_of(self.check(path)[1])[key]
        self.assertIn(" ip4:122.219.40.14 ip4:210.131.150.93 ~all", finding["remedy"].replace('" "', ""))
        record = "v=spf1 a mx ip4:122.219.43.142 ip4:210.131.150.93 ~all"
        self.lab("dns", "set", "many.example", "TXT", record)
        self.assertNotIn(key, findings_of(self.check(path)[1]))

    def refused_by_gmail(self, ip, taken, refused):
        """The log of a Postfix that sends from `ip` as office@many.example."""
        if reason := room.absent():
            self.skipTest(reason)
        directory = new_directory()
        self.addCleanup(shutil.rmtree, directory)
        postfix = Postfix(directory, CACHE, address=ip)
        plan = json.dumps(postfix.room.plan).replace("SPF [lab.example]", "SPF [many.example]")
        postfix.room.plan = json.loads(plan)
        self.addCleanup(postfix.stop)
        postfix.start()
        for number in range(taken + refused):
            recipient = "accepted@gmail.com" if number < taken else "forged@gmail.com"
            postfix.inject(number, [recipient], "office@many.example")
        postfix.settle(1)
        postfix.stop()
        answers = [answer["status"] for answer in postfix.answers()]
        self.assertEqual((answers.count("sent"), answers.count("bounced")), (taken, refused))
        return postfix.room.path(postfix.log)

    def test_gmail_refuses_us_for_missing_authentication(self):
        ip = "210.131.150.93"
        log = self.refused_by_gmail(ip, 17, 10)
        record = "v=spf1 a mx ip4:122.219.43.142 ip4:210.131.150.91 ip4:210.131.150.92 ~all"
        self.lab("dns", "set", "many.example", "TXT", record)
        path = self.lab.configuration(lambda text: replaced(
            with_lists(with_senders(text, "office"), "codes.bl.lab"), ('"116.58.168.33"', f'"{ip}"'),
            ('"office.example"', '"many.example"'), ("[mta]\n", f'[mta]\nlog = ["{log}"]\n')))
        key = ("delivery.refused", "postfix", "gmail/auth_failed")
        found = findings_of(self.check(path)[1])
        self.assertRegex(found[key]["message"], r"^Gmail refuses us for missing authentication since "
                                                r"(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC, 37 % of attempts$")
        self.assertEqual(found[key]["severity"], "warning")
        self.assertIn("This mail has been blocked because the sender is unauthenticated", found[key]["evidence"])
        self.assertIn(f"SPF of many.example for {ip}: softfail", found[key]["evidence"])
        self.assertIn("Let SPF cover every address that sends", found[key]["remedy"])
        self.assertEqual(found["spf.softfail", "many.example", ip]["severity"], "warning")

        with self.subTest("the agent that runs says it too"):
            agent = Agent(self, path, self.lab.agent)
            wait_for("the refusal is found", lambda: agent.running() and
                     "delivery.refused postfix on gmail/auth_failed" in agent.opened())
            wait_for("it is counted", lambda: 10 in [
                count for labels, count in agent.metrics()["reputed_delivery_attempts_total"].items()
                if {"gmail", "auth_failed"} <= set(labels)])
            agent.stop()

        with self.subTest("after the fix SPF is not what is wrong any more"):
            self.lab("dns", "set", "many.example", "TXT", record.replace(" ~all", f" ip4:{ip} ~all"))
            found = findings_of(self.check(path)[1])
            self.assertNotIn(("spf.softfail", "many.example", ip), found)
            self.assertIn(f"SPF of many.example for {ip}: pass", found[key]["evidence"])


if __name__ == "__main__":
    unittest.main()
