"""`reputed config`: every fault of a file at once, the effective values without secrets, a first file."""
import os
import shutil
import unittest

from support import KEY, LabTest, new_directory, reputed, write

BAD = """\
[[sender]]
name = "a"
hostnam = "mail.example.org"
ips = ["11.0.0.0/8", "300.1.1.1"]

[[sender]]
name = "a"
ips = "11.10.0.25"

[dns]
timeout = "5 parsecs"
tries = "two"

[dnsbl]
include = ["dnsbl.sorbs.net"]
[dnsbl.keys]
"keyed.bl.lab" = { file = "keyed.key" }

[web]
listen = "everywhere"

[lgo]
level = "info"
"""
FAULTS = [
    '3:1: unknown key "hostnam" in [[sender]]: did you mean "hostname"?',
    '4:8: "11.0.0.0/8" is too wide: at most a /16 (IPv4) or a /112 (IPv6); name only the networks that mail '
    'leaves from',
    '4:22: "300.1.1.1" is no IP address or network: write it like "192.0.2.25", "192.0.2.64/28" or "2001:db8::25"',
    '7:8: two senders are called "a", the other one in line 2: give each a name of its own',
    '8:7: "ips" must be a list, not a string',
    '11:11: "timeout" must be a duration such as "500ms", "30s", "15m", "1h" or "7d", not "5 parsecs"',
    '12:9: "tries" must be an integer, not a string',
    '15:12: "dnsbl.sorbs.net" is dead since 2024-06-05 (Proofpoint ended SORBS and emptied its zones): remove it',
    '17:1: the key file of "keyed.bl.lab": not found',
    '20:10: "everywhere" is nothing to listen on: write it like "127.0.0.1:15782" or "[::1]:15782", or "" for no '
    'web server',
    '22:2: unknown table [lgo] at the top of the file: did you mean [log]?',
]


class Check(LabTest):
    def setUp(self):
        self.directory = new_directory()
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = os.path.join(self.directory, "reputed.toml")

    def test_every_fault_with_line_and_column(self):
        write(self.path, BAD)
        result = reputed("config", "check", self.path)
        self.assertEqual((result.returncode, result.stdout), (78, ""))
        self.assertEqual(result.stderr.splitlines(), [f"reputed: {self.path}:{fault}" for fault in FAULTS])

    def test_the_commands_refuse_the_same_file(self):
        write(self.path, BAD)
        for command in (["check"], ["dnsbl", "11.10.0.25"], ["lists"], ["queue"], ["config", "show"]):
            with self.subTest(command=command):
                result = reputed(*command, "-c", self.path)
                self.assertEqual((result.returncode, result.stdout), (78, ""))
                self.assertEqual(len(result.stderr.splitlines()), len(FAULTS))
        result = reputed("run", "-c", self.path)
        self.assertEqual((result.returncode, result.stdout), (78, ""))
        for fault in FAULTS:
            self.assertIn(f"{self.path}:{fault}\n", result.stderr)

    def test_files_that_cannot_be_read_at_all(self):
        write(self.path, "a = [1\nb=")
        self.assert_one_line(reputed("config", "check", self.path), 78,
                             f"{self.path}:2:1: Error while parsing array: expected comma or closing ']', saw 'b'")
        self.assert_one_line(reputed("config", "check", self.path + "x"), 78, f"{self.path}x: not found")
        self.assert_one_line(reputed("config", "check", self.directory), 78,
                             f"{self.directory}: is a directory")
        with open(self.path, "wb") as file:
            file.write(b"[dns]\nservers = [\"\xff\xfe\"]\n\0\0")
        result = reputed("config", "check", self.path)
        self.assertEqual((result.returncode, result.stderr.count("\n")), (78, 1))

    def test_a_key_never_appears_in_a_complaint(self):
        write(self.path, f'[dnsbl]\ninclude = ["{KEY}.dq.spamhaus.nett"]\n[dnsbl.keys]\n"keyed.bl.lab" = "{KEY}"\n')
        result = reputed("config", "check", self.path)
        self.assertEqual(result.returncode, 78)
        self.assertIn(f"{self.path}:4:", result.stderr)
        self.assertNotIn(f'"{KEY}"', result.stderr)

    def test_the_lab_and_an_empty_file_are_good(self):
        result = reputed("config", "check", self.lab.config)
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "ok: 5 senders, 11 addresses, 23 lists\n", ""))
        write(self.path, "")
        result = reputed("config", "check", self.path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout.splitlines()[-1], r"^ok: \d+ senders, \d+ addresses, \d+ lists$")


class Show(LabTest):
    def test_values_without_secrets(self):
        result = reputed("config", "show", "-c", self.lab.config)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(f'"keyed.bl.lab" = {{ file = "{self.lab.directory}/keyed.key" }}', result.stdout)
        self.assertNotIn(KEY, result.stdout)

    def test_what_is_shown_is_a_configuration_of_the_same_values(self):
        shown = reputed("config", "show", "-c", self.lab.config).stdout
        path = self.lab.configuration(lambda text: shown, "shown.toml")
        again = reputed("config", "show", "-c", path)
        self.assertEqual((again.returncode, again.stderr, again.stdout), (0, "", shown))


class Init(LabTest):
    def setUp(self):
        self.directory = new_directory()
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = os.path.join(self.directory, "new.toml")

    def test_writes_a_good_file_and_never_over_one(self):
        result = reputed("config", "init", "-o", self.path)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, f"wrote {self.path}\n", ""))
        self.assertEqual(reputed("config", "check", self.path).returncode, 0)
        write(self.path, "mine")
        for link in (self.path, os.path.join(self.directory, "link")):
            if link != self.path:
                os.symlink("nowhere", link)
            self.assert_one_line(reputed("config", "init", "-o", link), 69,
                                 f"{link}: File exists: move it away first, or write elsewhere with -o")
        with open(self.path) as file:
            self.assertEqual(file.read(), "mine")
        self.assertFalse(os.path.exists(os.path.join(self.directory, "nowhere")))

    def test_where_it_cannot_write(self):
        path = os.path.join(self.directory, "none", "new.toml")
        self.assert_one_line(reputed("config", "init", "-o", path), 69, f"{path}: No such file or directory")

    def test_the_sample_is_a_good_file(self):
        write(self.path, reputed("config", "init", "--sample").stdout)
        result = reputed("config", "check", self.path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
