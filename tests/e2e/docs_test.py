"""What is made of the tables of commands, keys and codes: manual pages, completions, the references in docs/."""

import os
import pathlib
import shutil
import subprocess
import unittest

from support import REPUTED, reputed

ROOT = pathlib.Path(__file__).resolve().parents[2]


def document(kind):
    result = subprocess.run([REPUTED, "docs", kind], capture_output=True, text=True, check=True)
    return result.stdout


def complete(*words):
    """What bash offers behind these words; the last one is being typed."""
    script = document("bash") + (
        '\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _reputed; printf "%s\\n" "${COMPREPLY[@]}"')
    result = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True)
    return result.stdout.split()


class Docs(unittest.TestCase):
    def test_the_references_in_the_repository_are_of_this_version(self):
        for name in ("commands.md", "configuration.md", "findings.md", "metrics.md"):
            with self.subTest(name):
                self.assertEqual((ROOT / "docs" / name).read_text(), document(name), "run ./dev docs")

    def test_every_key_of_the_sample_has_its_place(self):
        page = document("reputed.toml.5")
        table = document("configuration.md")
        for line in (ROOT / "config" / "reputed.toml").read_text().splitlines():
            if line.startswith("#") and not line.startswith("# ") and " = " in line:
                key = line[1:].split(" = ")[0].strip('"')
                self.assertIn(key.replace("-", "\\-"), page)
                self.assertIn(key, table)

    def test_every_command_and_option_has_its_place(self):
        for kind in ("reputed.8", "commands.md", "bash", "zsh", "fish"):
            text = document(kind).replace("\\-", "-")
            for word in ("dnsbl", "classify", "history", "init", "transitions", "dry-run"):
                with self.subTest(kind=kind, word=word):
                    self.assertIn(word, text)
            self.assertNotIn(":{", text, "how CLI11 shows what it maps")

    def test_an_unknown_document_is_refused(self):
        result = reputed("docs", "pdf")
        self.assertEqual(result.returncode, 64)
        self.assertEqual(result.stderr,
                         'reputed: "pdf" is no document: there are reputed.8, reputed.toml.5, bash, zsh, fish, '
                         "commands.md, configuration.md, findings.md, metrics.md\n")

    def test_the_pages_are_clean_for_troff(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed")
        for kind in ("reputed.8", "reputed.toml.5"):
            result = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z"], input=document(kind), text=True,
                                    capture_output=True, check=True)
            self.assertEqual(result.stderr, "", kind)

    def test_bash_completes(self):
        self.assertEqual(complete("reputed", "hist"), ["history"])
        self.assertIn("--transitions", complete("reputed", "history", "--"))
        self.assertEqual(complete("reputed", "config", "ch"), ["check"])
        self.assertEqual(complete("reputed", "check", "--format", "na"), ["nagios"])
        self.assertEqual(sorted(complete("reputed", "check", "--config", "/etc/host")),
                         sorted(f"/etc/{name}" for name in os.listdir("/etc") if name.startswith("host")))
        self.assertNotIn("docs", complete("reputed", ""))

    def test_the_other_shells_can_read_theirs(self):
        for shell in ("zsh", "fish"):
            if shutil.which(shell) is None:
                continue
            result = subprocess.run([shell, "-n", "/dev/stdin"], input=document(shell), text=True, capture_output=True)
            self.assertEqual((result.returncode, result.stderr), (0, ""), shell)


if __name__ == "__main__":
    unittest.main()
