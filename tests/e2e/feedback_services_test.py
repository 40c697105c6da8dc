"""Google Postmaster Tools and AbuseIPDB, played by a server on loopback: what the command line says of their answers."""
import http.server
import json
import os
import shutil
import threading
import time
import unittest
from urllib.parse import parse_qs, urlsplit

from support import explained, new_directory, reputed, write

SECRETS = {"id": "planted-client-id", "secret": "planted-client-secret", "refresh": "1//planted-refresh-token",
           "access": "ya29.planted-access-token", "key": "planted-abuseipdb-key"}
DAY = 86_400


def day(ago):
    return time.strftime("%Y%m%d", time.gmtime(time.time() - ago * DAY))


def traffic(domain, ago=2, **figures):
    return {"name": f"domains/{domain}/trafficStats/{day(ago)}", **figures}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        services = self.server.services
        services.asked.append(self.path)
        if self.path == "/token":
            form = {name: values[0] for name, values in parse_qs(body).items()}
            services.forms.append(form)
            return self.answer(*services.token)
        return self.data()

    def do_GET(self):
        self.server.services.asked.append(self.path)
        if self.path.startswith("/api/v2/check?"):
            return self.abuse()
        return self.data()

    def data(self):
        services = self.server.services
        if self.headers["Authorization"] != "Bearer " + SECRETS["access"]:
            return self.answer(401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}})
        return self.answer(*services.google.get(urlsplit(self.path).path, (404, {"error": {"code": 404}})))

    def abuse(self):
        services = self.server.services
        if self.headers["Key"] != SECRETS["key"]:
            return self.answer(401, {"errors": [{"detail": "Authentication failed. " + self.headers["Key"], "status": 401}]})
        address = parse_qs(urlsplit(self.path).query)["ipAddress"][0]
        if address not in services.scores:
            return self.answer(429, {"errors": [{"detail": "Daily rate limit exceeded", "status": 429}]}, Retry_After="600")
        return self.answer(200, {"data": {
            "ipAddress": address, "isPublic": True, "isWhitelisted": None, "totalReports": 4, "numDistinctUsers": 2,
            "abuseConfidenceScore": services.scores[address], "lastReportedAt": "2026-11-20T20:55:14+00:00"}})


class Services:
    def __init__(self):
        self.asked, self.forms, self.scores = [], [], {}
        self.token = 200, {"access_token": SECRETS["access"], "expires_in": 3599, "token_type": "Bearer"}
        self.google = {"/v1/domains": (200, {"domains": [{"name": "domains/shop.example", "permission": "OWNER"}]})}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.services = self
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class FeedbackServices(unittest.TestCase):
    def setUp(self):
        self.folder = new_directory()
        self.addCleanup(shutil.rmtree, self.folder)
        self.services = Services()
        self.addCleanup(self.services.close)
        for name, value in SECRETS.items():
            write(os.path.join(self.folder, name), value + "\n")
            os.chmod(os.path.join(self.folder, name), 0o600)

    def check(self, kind):
        """The findings of feedback, as (code, subject, severity) -> finding, of `reputed check`."""
        def secret(name):
            return f'{{ file = "{self.folder}/{name}" }}'
        keys = f"key = {secret('key')}" if kind == "abuseipdb" else (
            f"client_id = {secret('id')}\nclient_secret = {secret('secret')}\nrefresh_token = {secret('refresh')}")
        configuration = os.path.join(self.folder, "reputed.toml")
        write(configuration, f"""
[[sender]]
name = "shop"
ips = ["192.0.2.1", "192.0.2.2"]
domains = ["shop.example"]
[dns]
servers = ["127.0.0.1:9"]
timeout = "50ms"
tries = 1
[dnsbl]
only = ["none.example"]
[[dnsbl.list]]
zone = "none.example"
kind = "ip-blocklist"
[[feedback]]
name = "here"
kind = "{kind}"
url = "http://127.0.0.1:{self.services.server.server_port}"
{keys}
""")
        result = reputed("check", "-c", configuration, "--format", "json", timeout=60)
        shown = result.stdout + result.stderr + reputed("check", "-c", configuration, timeout=60).stdout
        shown += reputed("config", "show", "-c", configuration).stdout
        for value in SECRETS.values():
            self.assertNotIn(value, shown)
        findings = [one for one in json.loads(result.stdout)["findings"] if one["code"].startswith("feedback.")]
        for one in findings:
            self.assertIn(one["severity"], explained().get(one["code"], []), one)
        return {(one["code"], one["subject"], one["severity"]): one for one in findings}

    def test_postmaster_tells_of_domain_and_address(self):
        self.services.google["/v1/domains/shop.example/trafficStats"] = 200, {"trafficStats": [
            traffic("shop.example", 3, domainReputation="HIGH", userReportedSpamRatio=0.0),
            traffic("shop.example", domainReputation="LOW", userReportedSpamRatio=0.004, spfSuccessRatio=1,
                    dkimSuccessRatio=0.9, dmarcSuccessRatio=0.99, inboundEncryptionRatio=1, outboundEncryptionRatio=1,
                    ipReputations=[{"reputation": "BAD", "ipCount": "1", "sampleIps": ["192.0.2.2"]},
                                   {"reputation": "HIGH", "ipCount": "3", "sampleIps": ["192.0.2.1"]}])]}
        self.services.google["/v2/domains/shop.example/complianceStatus"] = 200, {"complianceData": {"rowData": [
            {"requirement": "DNS_RECORDS", "status": {"status": "NEEDS_WORK"}},
            {"requirement": "SPF", "status": {"status": "COMPLIANT"}}]}}
        findings = self.check("postmaster")
        self.assertEqual(set(findings), {
            ("feedback.spam_rate", "shop.example", "critical"), ("feedback.reputation", "shop.example", "warning"),
            ("feedback.reputation", "192.0.2.2", "critical"), ("feedback.authentication", "shop.example", "warning"),
            ("feedback.compliance", "shop.example", "warning")})
        spam = findings["feedback.spam_rate", "shop.example", "critical"]
        self.assertEqual(spam["object"], "here")
        self.assertIn("0.004", spam["message"])
        written = day(2)
        self.assertIn(f"{written[:4]}-{written[4:6]}-{written[6:]}", spam["evidence"])
        self.assertIn("dkim_ratio 90 %", findings["feedback.authentication", "shop.example", "warning"]["evidence"])
        self.assertIn("dns_records", findings["feedback.compliance", "shop.example", "warning"]["evidence"])
        self.assertEqual(self.services.forms[0], {
            "grant_type": "refresh_token", "client_id": SECRETS["id"], "client_secret": SECRETS["secret"],
            "refresh_token": SECRETS["refresh"]})

    def test_postmaster_is_ok_where_nothing_is_wrong(self):
        self.services.google["/v1/domains/shop.example/trafficStats"] = 200, {"trafficStats": [
            traffic("shop.example", domainReputation="HIGH", userReportedSpamRatio=0.0004)]}
        self.assertEqual(self.check("postmaster"), {})

    def test_postmaster_says_what_the_operator_must_do(self):
        self.services.google["/v1/domains"] = 200, {"domains": []}
        finding = self.check("postmaster")["feedback.refused", "here", "warning"]
        self.assertIn("shop.example is not verified", finding["message"])
        self.assertEqual(finding["link"], "https://postmaster.google.com/")
        self.services.token = 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        finding = self.check("postmaster")["feedback.refused", "here", "warning"]
        self.assertIn("expired or was revoked (invalid_grant)", finding["message"])

    def test_postmaster_could_not_be_read(self):
        for status, body in ((500, b"{}"), (200, b'{"trafficStats":[{"name"'), (200, b"<html>"), (200, b'"\xe9"'),
                             (200, b"[" * 100_000)):
            self.services.google["/v1/domains/shop.example/trafficStats"] = status, body
            self.assertEqual(set(self.check("postmaster")), {("feedback.unreachable", "here", "unknown")}, body[:30])

    def test_abuseipdb_tells_of_each_address(self):
        self.services.scores = {"192.0.2.1": 30, "192.0.2.2": 3}
        findings = self.check("abuseipdb")
        self.assertEqual(set(findings), {("feedback.abuse", "192.0.2.1", "warning")})
        finding = findings["feedback.abuse", "192.0.2.1", "warning"]
        self.assertIn("30 %", finding["message"])
        self.assertIn("4 reports in 90 days by 2 users", finding["evidence"])
        self.assertIn("/api/v2/check?ipAddress=192.0.2.1&maxAgeInDays=90", self.services.asked)

    def test_abuseipdb_keeps_what_it_read_before_the_quota_ended(self):
        self.services.scores = {"192.0.2.1": 100}
        self.assertEqual(set(self.check("abuseipdb")),
                         {("feedback.abuse", "192.0.2.1", "critical"), ("feedback.quota", "here", "info")})

    def test_abuseipdb_refuses_a_key(self):
        write(os.path.join(self.folder, "key"), "planted-abuseipdb-key-of-yesterday\n")
        self.assertEqual(set(self.check("abuseipdb")), {("feedback.refused", "here", "warning")})


if __name__ == "__main__":
    unittest.main()
