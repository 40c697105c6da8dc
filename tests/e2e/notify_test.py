"""`reputed notify test`: a marked message through every notifier, to a web server, a mail server and Alertmanager."""
import json
import os
import shutil
import unittest

import sinks
from support import new_directory, reputed, write

# What may be shown nowhere: the files that hold it, and the path of the webhook.
SECRETS = {"token": "t0k3n", "hmac": "hm4ck3y", "password": "p4ssw0rd", "path": "w3bh00k"}


class NotifyTest(unittest.TestCase):
    def setUp(self):
        self.directory = new_directory()
        self.addCleanup(shutil.rmtree, self.directory)
        for name, secret in SECRETS.items():
            write(self.path(name), secret + "\n")

    def path(self, name):
        return os.path.join(self.directory, name)

    def configure(self, *notifiers):
        text = '[[sender]]\nhostname = "mail.lab"\nips = ["192.0.2.25"]\n'
        for number, rows in enumerate(notifiers):
            text += f'[[notifier]]\nname = "n{number}"\n' + rows
        write(self.path("reputed.toml"), text)
        return self.path("reputed.toml")

    def without_secrets(self, *results):
        for result in results:
            for secret in SECRETS.values():
                self.assertNotIn(secret, result.stdout + result.stderr)

    def webhook(self, server, rows=""):
        return f'kind = "webhook"\nurl = "http://127.0.0.1:{server.port}/w3bh00k"\n' + rows

    def test_webhook_and_mail_get_a_marked_message(self):
        with sinks.web() as web, sinks.mail() as mail:
            config = self.configure(
                self.webhook(web, f'token = {{ file = "{self.path("token")}" }}\n'
                                  f'hmac_key = {{ file = "{self.path("hmac")}" }}\n'),
                f'kind = "email"\nsmtp = "smtp://127.0.0.1:{mail.port}"\nstarttls = "off"\n'
                f'username = "u"\npassword = {{ file = "{self.path("password")}" }}\n'
                'from = "reputed@mail.lab"\nto = ["ops@example.net"]\n')
            result = reputed("notify", "test", "--config", config, "--format", "json")
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            rows = json.loads(result.stdout)["notifiers"]
            self.assertEqual([(row["notifier"], row["kind"], row["ok"], row["error"]) for row in rows],
                             [("n0", "webhook", True, ""), ("n1", "email", True, "")])
            self.assertEqual(rows[0]["target"], f"http://127.0.0.1:{web.port}")
            [(path, headers, body)] = web.taken
            self.assertEqual((path, headers["Authorization"]), ("/w3bh00k", "Bearer t0k3n"))
            body = json.loads(body)
            self.assertTrue(body["drill"])
            self.assertTrue(body["title"].startswith("[DRILL] "))
            self.assertEqual(body["key"], headers["Idempotency-Key"])
            [text] = mail.taken
            self.assertIn("\r\nSubject: [DRILL] ", text)
            self.assertIn("\r\n\r\n[DRILL] ", text)
            self.without_secrets(result, reputed("config", "show", "--config", config),
                                 reputed("notify", "test", "--dry-run", "--config", config))

    def test_one_that_fails_is_told_without_its_secrets(self):
        with sinks.web() as web:
            web.behave(500)
            config = self.configure(self.webhook(web), 'kind = "webhook"\nurl = "http://127.0.0.1:1/w3bh00k"\n')
            result = reputed("notify", "test", "--config", config)
            self.assertEqual((result.returncode, result.stderr), (1, ""))
            self.assertIn(f"http://127.0.0.1:{web.port} answered 500 Internal Server Error", result.stdout)
            self.assertIn("http://127.0.0.1:1: no connection: Connection refused", result.stdout)
            self.without_secrets(result)
            only = reputed("notify", "test", "--config", config, "--notifier", "n1")
            self.assertNotIn("n0", only.stdout)

    def test_dry_run_sends_nothing(self):
        with sinks.web() as web:
            config = self.configure(self.webhook(web, 'format = "slack"\n'))
            result = reputed("notify", "test", "--config", config, "--dry-run")
            self.assertEqual(result.returncode, 0)
            self.assertIn('{"text":"[DRILL] warning: This is a test message', result.stdout)
            self.assertEqual(web.taken, [])

    def test_without_notifiers(self):
        result = reputed("notify", "test", "--config", self.configure())
        self.assertEqual((result.returncode, result.stderr), (78, "reputed: no [[notifier]] is configured\n"))
        result = reputed("notify", "test", "--config", self.configure(), "--notifier", "x")
        self.assertEqual((result.returncode, result.stderr), (78, 'reputed: no notifier is called "x"\n'))

    def test_alertmanager_takes_it(self):
        alertmanager = sinks.Alertmanager(self, self.directory)
        config = self.configure(f'kind = "alertmanager"\nurl = "http://127.0.0.1:{alertmanager.port}"\n')
        result = reputed("notify", "test", "--config", config)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        [alert] = alertmanager.alerts('drill="true"')
        self.assertEqual((alert["labels"]["alertname"], alert["labels"]["severity"]),
                         ("ReputedNotifyTest", "warning"))
        self.assertTrue(alert["annotations"]["summary"].startswith("[DRILL] "))


if __name__ == "__main__":
    unittest.main()
