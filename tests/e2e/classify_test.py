"""`reputed classify`: replies in, one JSON object a line out, whatever the bytes."""
import json
import os
import subprocess
import tempfile
import unittest

from support import REPUTED, reputed

FIELDS = ["class", "hard", "provider", "smtp", "dsn", "list"]
ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}


def classify(text, *arguments):
    result = reputed("classify", *arguments, text=text)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


class Classify(unittest.TestCase):
    def test_one_object_a_line_in_order(self):
        answers = classify(
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated. - gsmtp\n"
            "\n"
            "host mx.example.com[192.0.2.7] said: 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked "
            "using zen.spamhaus.org (in reply to RCPT TO command)\n"
            "connect to mx.example.com[192.0.2.7]:25: Connection timed out\n")
        self.assertEqual([list(answer) for answer in answers], [FIELDS] * 4)
        self.assertEqual(answers[0], {"class": "auth_failed", "hard": True, "provider": "gmail", "smtp": 550,
                                      "dsn": "5.7.26", "list": None})
        self.assertEqual(answers[1], {"class": "other", "hard": False, "provider": "other", "smtp": None,
                                      "dsn": None, "list": None}, "an empty line has its answer as well")
        self.assertEqual(answers[2], {"class": "blocklisted", "hard": True, "provider": "other", "smtp": 554,
                                      "dsn": "5.7.1", "list": "zen.spamhaus.org"})
        self.assertEqual(answers[3], {"class": "connection", "hard": False, "provider": "other", "smtp": None,
                                      "dsn": None, "list": None})

    def test_each_answer_comes_before_the_next_question(self):
        with subprocess.Popen([REPUTED, "classify"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env=ENVIRONMENT) as program:
            for reply, expected in [("550 5.1.1 user unknown", "mailbox_unknown"),
                                    ("421 too many connections", "rate_limited")]:
                program.stdin.write(reply + "\n")
                program.stdin.flush()
                self.assertEqual(json.loads(program.stdout.readline())["class"], expected)
            program.stdin.close()
            self.assertEqual(program.wait(timeout=20), 0)

    def test_what_is_known_beside_the_reply(self):
        reply = "550 5.7.29 no"
        for arguments, provider, expected in [
                ([], "other", "auth_failed"),
                (["--provider", "gmail"], "gmail", "tls"),
                (["--relay", "gmail-smtp-in.l.google.com"], "gmail", "tls"),
                (["--domain", "gmail.com"], "gmail", "tls"),
                (["--relay", "smarthost.example", "--domain", "gmail.com"], "other", "auth_failed")]:
            with self.subTest(arguments=arguments):
                answer = classify(reply + "\n", *arguments)[0]
                self.assertEqual((answer["provider"], answer["class"]), (provider, expected))

    def test_lines_may_be_json(self):
        answers = classify("\n".join(json.dumps(line) for line in [
            {"reply": "550 5.7.29 no", "relay": "aspmx.l.google.com."},
            {"reply": "550 5.7.29 no", "domain": "gmail.com"},
            {"reply": "unheard of", "dsn": "5.2.2"},
            {"reply": "550-5.1.1 two\n550 5.1.1 lines of user unknown"},
            {"reply": 5},
            {"no": "reply"}]) + '\n{"reply": "550 broken user unknown\n', "--relay", "mx.yandex.ru")
        self.assertEqual([answer["provider"] for answer in answers],
                         ["gmail", "yandex", "yandex", "yandex", "yandex", "yandex", "yandex"])
        self.assertEqual([answer["class"] for answer in answers][2:4], ["mailbox_full", "mailbox_unknown"])
        self.assertEqual(answers[2]["dsn"], "5.2.2")
        self.assertEqual(answers[6]["class"], "mailbox_unknown", "no JSON: a reply that begins with a brace")

    def test_hostile_bytes_give_valid_json(self):
        lines = [b"\x00\x01\x02", b"550 5.1.1 \xff\xfe user unknown", b"\x1b[31m550 blocked\x1b[0m", b"550 " + b"x" * 1_000_000,
                 "550 \u202euser unknown".encode(), b"{" * 1000, b'{"reply":' * 100, b'{"reply": "' + b"\\u0000" * 9 + b'"}',
                 b'{"reply": "550 \xff user unknown"}', b"\r", b'"', b"\\"]
        result = subprocess.run([REPUTED, "classify"], input=b"\n".join(lines) + b"\n", capture_output=True, timeout=30,
                                check=False, env=ENVIRONMENT)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        answers = [json.loads(line) for line in result.stdout.decode("utf-8").splitlines()]
        self.assertEqual(len(answers), len(lines))
        self.assertEqual(answers[1]["class"], "mailbox_unknown")
        self.assertEqual(answers[8]["class"], "mailbox_unknown")

    def test_table_is_for_people(self):
        result = reputed("classify", "--format", "table", text="550 5.1.1 user \x1b[31munknown\n")
        self.assertEqual(result.returncode, 0)
        self.assertIn("mailbox_unknown", result.stdout)
        self.assertNotIn("\x1b", result.stdout)

    def test_nothing_in_nothing_out(self):
        self.assertEqual(classify(""), [])
        self.assertEqual([answer["class"] for answer in classify("550 user unknown")], ["mailbox_unknown"],
                         "a last line without its end")

    def test_wrong_arguments(self):
        result = reputed("classify", "--provider", "gmial", text="")
        self.assertEqual((result.returncode, result.stderr), (
            64, 'reputed: --provider "gmial" is not known: did you mean "gmail"?\n'))

    def test_own_rules_go_first_and_are_checked(self):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
            rules = os.path.join(directory, "bounces.toml")
            configuration = os.path.join(directory, "reputed.toml")
            with open(configuration, "w") as file:
                file.write(f'[mta]\nbounces = "{rules}"\n')
            with open(rules, "w") as file:
                file.write('[[rule]]\nclass = "greylisted"\ntext = "closed on sundays"\nexample = "550 Closed on Sundays"\n')
            self.assertEqual(classify("550 5.1.1 closed on sundays\n", "-c", configuration)[0]["class"], "greylisted")
            with open(rules, "a") as file:
                file.write('\n[[rule]]\nclass = "content"\ntext = "(x"\nexample = "550 x"\n')
            for command in (["classify", "-c", configuration], ["config", "check", "-c", configuration]):
                result = reputed(*command, text="550 x\n")
                self.assertEqual((result.returncode, result.stdout), (78, ""))
                self.assertEqual(result.stderr, f'reputed: {rules}:6:1: "text" is no RE2 expression: missing ): (x\n')


if __name__ == "__main__":
    unittest.main()
