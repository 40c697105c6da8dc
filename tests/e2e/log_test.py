#!/usr/bin/env python3
"""`reputed log` as its user types it: files of every kind, wrong ones too, and bytes that nobody should see."""
import bz2
import gzip
import json
import lzma
import os
import subprocess
import tempfile
import unittest

REPUTED = os.environ["REPUTED"]

STAMP = "2026-11-21T18:10:00Z mail "
GMAIL = "gmail-smtp-in.l.google.com[142.250.1.27]:25"


def attempt(status, reply, relay=GMAIL, dsn="2.0.0", to="user@gmail.com", program="postfix/smtp"):
    return (f"{STAMP}{program}[4711]: 4fX0y95TbzZ: to=<{to}>, relay={relay}, delay=1.5, delays=0.1/0.2/0.5/0.7, "
            f"dsn={dsn}, status={status} ({reply})")


LOG = "\n".join([
    attempt("sent", "250 2.0.0 OK"),
    attempt("sent", "250 2.0.0 OK", relay="mx.example.com[192.0.2.1]:25", to="a@example.com"),
    attempt("deferred", "connect to x[192.0.2.1]:25: Connection timed out", relay="none", dsn="4.4.1", program="postfix/error"),
    attempt("bounced", "host gmail-smtp-in.l.google.com[142.250.1.27] said: 550-5.7.26 This mail is unauthenticated "
            "550 5.7.26 SPF did not pass (in reply to end of DATA command)", dsn="5.7.26"),
    attempt("bounced", "host mx.example.com[192.0.2.1] said: 554 5.7.1 Service unavailable; Client host [192.0.2.25] "
            "blocked using zen.spamhaus.org (in reply to RCPT TO command)", dsn="5.7.1",
            relay="mx.example.com[192.0.2.1]:25", to="b@example.com"),
    f"{STAMP}postfix/qmgr[1]: 4fX0y95TbzZ: from=<a@b>, status=expired, returned to sender",
    attempt("sent", "delivered to maildir", relay="virtual", program="postfix/virtual"),
    f"{STAMP}postfix/smtpd[2]: NOQUEUE: reject: RCPT from x[203.0.113.9]: 554 5.7.1 Relay access denied; from=<a@b>",
    f"{STAMP}dovecot: imap-login: status=sent (not ours)",
]) + "\n"


def run(*arguments, data=None, **options):
    return subprocess.run([REPUTED, "log", *arguments], input=data, capture_output=True, timeout=60, check=False, **options)


class LogTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="reputed-log.")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, data):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as out:
            out.write(data if isinstance(data, bytes) else data.encode())
        return path

    def report(self, *arguments, data=None):
        done = run("--format", "json", *arguments, data=data)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_counts(self):
        report = self.report(self.file("mail.log", LOG))
        self.assertEqual(report["mta"], "postfix")
        self.assertEqual(report["lines"], 9)
        self.assertEqual(report["status"], {"sent": 2, "deferred": 1, "bounced": 2, "expired": 1})
        self.assertEqual(report["by_class"], {"delivered": 2, "auth_failed": 1, "blocklisted": 1, "connection": 1, "expired": 1})
        self.assertEqual(report["by_provider"], {"gmail": 4, "other": 2})
        self.assertEqual(report["dsn"], {"2.0.0": 2, "4.4.1": 1, "5.7.1": 1, "5.7.26": 1})
        self.assertEqual(report["lists"], {"zen.spamhaus.org": 1})
        self.assertEqual(report["rejected"], 1)
        self.assertEqual(report["local"]["sent"], 1)
        self.assertEqual(report["unknown_lines"], {})

    def test_compressed_and_piped(self):
        plain = self.report(self.file("mail.log", LOG))
        zst = subprocess.run(["zstd", "-q", "-c"], input=LOG.encode(), capture_output=True, check=True).stdout
        packed = {"gz": gzip.compress(LOG.encode()), "xz": lzma.compress(LOG.encode()), "bz2": bz2.compress(LOG.encode()), "zst": zst}
        for ending, data in packed.items():
            self.assertEqual(self.report(self.file("mail.log." + ending, data)), plain, ending)
            self.assertEqual(self.report("-", data=data), plain, ending)

    def test_files_add_up(self):
        path = self.file("mail.log", LOG)
        self.assertEqual(self.report(path, path)["status"], {"sent": 4, "deferred": 2, "bounced": 4, "expired": 2})

    def test_events(self):
        done = run("--events", self.file("mail.log", LOG))
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([event["status"] for event in events], ["sent", "sent", "deferred", "bounced", "bounced", "expired"])
        refused = events[3]
        self.assertEqual((refused["provider"], refused["class"], refused["dsn"], refused["queue_id"], refused["delay"]),
                         ("gmail", "auth_failed", "5.7.26", "4fX0y95TbzZ", 1.5))
        self.assertEqual(refused["time"], 1795284600)
        self.assertEqual(events[4]["list"], "zen.spamhaus.org")
        self.assertIsNone(events[2]["relay"])

    def test_since_and_until(self):
        path = self.file("mail.log", LOG)
        self.assertEqual(sum(self.report("--since", "2026-11-22", path)["status"].values()), 0)
        self.assertEqual(sum(self.report("--until", "2026-11-21T18:10:00Z", path)["status"].values()), 0)
        self.assertEqual(sum(self.report("--since", "2026-11-21", "--until", "2026-11-22", path)["status"].values()), 6)

    def test_table(self):
        done = run(self.file("mail.log", LOG))
        text = done.stdout.decode()
        self.assertIn("9 lines of postfix, 1 of other programs", text)
        self.assertIn("zen.spamhaus.org", text)
        self.assertIn("50.0 %", text)

    def test_wrong_input(self):
        path = self.file("mail.log", LOG)
        missing = os.path.join(self.folder.name, "missing.log")
        for arguments, code, said in [
            ([missing], 66, f"reputed: {missing}: cannot be read: No such file or directory"),
            (["--mta", "exchange", path], 64,
             'reputed: --mta: the log of "exchange" is not known: use one of postfix, exim, sendmail, opensmtpd, qmail'),
            (["--since", "yesterday", path], 64,
             'reputed: --since: "yesterday" is no time: write how long ago (24h, 7d), a date (2026-01-31) or a moment '
             "(2026-01-31T12:30:00Z)"),
            ([self.folder.name], 66, f"reputed: {self.folder.name}: "),
        ]:
            done = run(*arguments)
            self.assertEqual(done.returncode, code, arguments)
            self.assertTrue(done.stderr.decode().startswith(said), done.stderr)

    def test_a_log_of_nobody(self):
        report = self.report(self.file("other.log", "no log\nat all\n"))
        self.assertIsNone(report["mta"])
        self.assertEqual((report["lines"], report["foreign_lines"]), (2, 2))
        self.assertEqual(self.report(self.file("empty.log", ""))["lines"], 0)

    def test_hostile_bytes_reach_nobody(self):
        evil = "\x1b[31mred\x1b]0;title\x07 \u202eright \x00nul".encode() + b"\xff\xfe" + b"A" * 100_000
        line = attempt("bounced", "550 5.7.1 X", dsn="5.7.1", relay="evil\x1b[31m.example[192.0.2.1]:25",
                       to="x@evil\u202e.example").encode().replace(b"X", evil)
        path = self.file("mail.log", line + b"\n" + line.replace(b"18:10:00", b"19:10:00"))
        for arguments in ([path], ["--format", "json", path], ["--events", path]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = done.stdout.decode()
            for forbidden in ("\x1b", "\x07", "\x00", "\u202e"):
                self.assertNotIn(forbidden, text, arguments)
            if arguments[0] != path:
                for out in text.splitlines():
                    json.loads(out)

    def test_damaged_gzip_gives_what_it_can(self):
        data = gzip.compress((LOG * 2000).encode())
        done = run("--format", "json", self.file("mail.log.gz", data[:len(data) // 2]))
        self.assertEqual(done.returncode, 66)
        self.assertGreater(json.loads(done.stdout)["lines"], 100)
        self.assertIn("mail.log.gz", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
