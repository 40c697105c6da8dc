"""The pages that people read: links lead somewhere, the commands in them exist, and README.ja.md keeps step with README.md."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"""(?:!?\[[^\]]*\]\(|<img src=")([^)"\s]+)[)"]""")


def pages():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT,
                            capture_output=True, text=True, check=False).stdout.split()
    return [ROOT / name for name in listed] or [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("dashboards/*.md")]


def blocks(text):
    """The indented code blocks that follow an empty line, each a list of lines without the indent."""
    found, block = [], []
    before = ""
    for line in [*text.splitlines(), "end"]:
        if line.startswith("    ") and (block or not before.strip()):
            block.append(line[4:])
        elif line.strip() or not block:
            if block:
                found.append("\n".join(block).rstrip().splitlines())
            block = []
        else:
            block.append("")
        before = line
    return found


def without_comments(block):
    return [re.sub(r"\s+# .*", "", line) for line in block]


def prose(text):
    return "\n".join(line for line in text.splitlines() if not line.startswith("    "))


def anchors(path):
    """As GitHub makes them of headings."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", prose(path.read_text()), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        again = 0
        while name + (f"-{again}" if again else "") in found:
            again += 1
        found.add(name + (f"-{again}" if again else ""))
    return found


class Docs(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        count = 0
        for page in pages():
            for target in LINK.findall(prose(page.read_text())):
                if re.match(r"https?:|mailto:", target):
                    continue
                count += 1
                name, _, anchor = target.partition("#")
                path = (page.parent / name).resolve() if name else page
                with self.subTest(page=str(page.relative_to(ROOT)), link=target):
                    self.assertTrue(path.exists(), "there is no such file")
                    if anchor:
                        self.assertIn(anchor, anchors(path), "there is no such heading")
        self.assertGreater(count, 80)

    def test_every_page_of_docs_is_in_its_index_and_in_the_readme(self):
        for index in (ROOT / "README.md", ROOT / "README.ja.md", ROOT / "docs" / "README.md"):
            linked = {(index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(index.read_text())}
            for page in (ROOT / "docs").glob("*.md"):
                if page.name != "README.md":
                    self.assertIn(page, linked, f"{index.relative_to(ROOT)} does not name it")

    def test_every_command_that_is_shown_exists(self):
        known = set(re.findall(r"^## reputed ([a-z ]+)$", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE))
        words = {command.split()[0] for command in known} | {"docs"}
        for page in pages():
            text = page.read_text()
            shown = [line for block in blocks(text) for line in block] + re.findall(r"`(reputed [^`]*)`", text)
            for word in (match for line in shown for match in re.findall(r"^(?:\$ )?(?:\S+/)?reputed ([a-z]+)\b", line)):
                with self.subTest(page=str(page.relative_to(ROOT)), command=word):
                    self.assertIn(word, words)

    def test_the_japanese_readme_keeps_step(self):
        english, japanese = ((ROOT / name).read_text() for name in ("README.md", "README.ja.md"))
        self.assertEqual([without_comments(block) for block in blocks(japanese)],
                         [without_comments(block) for block in blocks(english)], "code blocks")
        self.assertEqual(len(re.findall(r"^#+ ", prose(japanese), re.MULTILINE)),
                         len(re.findall(r"^#+ ", prose(english), re.MULTILINE)), "headings")

        def targets(text):
            return sorted(target for target in LINK.findall(text) if not target.startswith("README"))
        self.assertEqual(targets(japanese), targets(english), "links and pictures")

        def code(text):
            return sorted(set(re.findall(r"`([^`]+)`", prose(text))))
        self.assertEqual(code(japanese), code(english), "commands, files and names within the text")

        def rows(text):
            return len(re.findall(r"^\| ", text, re.MULTILINE))
        self.assertEqual(rows(japanese), rows(english), "rows of tables")


if __name__ == "__main__":
    unittest.main()
