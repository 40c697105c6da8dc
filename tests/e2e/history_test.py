"""`reputed history` from its command line; what it prints is told by the unit tests."""
import os
import shutil
import unittest

from support import new_directory, reputed


class History(unittest.TestCase):
    def setUp(self):
        self.directory = new_directory()
        self.addCleanup(shutil.rmtree, self.directory)

    def check(self, arguments, code, error):
        result = reputed("history", *arguments)
        self.assertEqual((result.returncode, result.stderr, result.stdout), (code, f"reputed: {error}\n", ""))

    def test_errors(self):
        store = os.path.join(self.directory, "none.db")
        missing = f"{store}: there is no such file: no agent has kept a history here"
        self.check(["--store", store], 69, missing)
        config = os.path.join(self.directory, "reputed.toml")
        with open(config, "w") as file:
            file.write("[sender]\n")
        self.assertEqual(reputed("history", "--config", config).returncode, 78)
        self.check(["--ip", "192.0.2.1", "--domain", "example.com"], 64, "--ip excludes --domain; see reputed --help")
        self.check(["--format", "nagios"], 64,
                   '--format: "nagios" is no format: write table, json or csv; see reputed --help')
        self.check(["--limit", "-1", "--store", store], 64, "--limit -1: write a number from 1 to 1000000")
        self.check(["--ip", "mail", "--store", store], 64, '--ip "mail" is no IP address or network')
        self.check(["--since", "2026-02-30", "--store", store], 64,
                   '--since "2026-02-30": write a duration such as 30d, or a date such as 2026-01-31')

    def test_a_file_of_something_else(self):
        store = os.path.join(self.directory, "a.db")
        with open(store, "w") as file:
            file.write("no database at all")
        self.check(["--store", store], 69, f"{store}: file is not a database")
        with open(store) as file:
            self.assertEqual(file.read(), "no database at all")
        self.assertEqual(os.listdir(self.directory), ["a.db"], "a reader leaves nothing behind")


if __name__ == "__main__":
    unittest.main()
