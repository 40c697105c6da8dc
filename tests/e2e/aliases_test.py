"""[metrics] aliases: the names of other exporters, held against the exporter itself where Debian has it."""
import os
import shutil
import subprocess
import unittest
import urllib.request

from support import Agent, LabTest, free_port, parse_metrics, wait_for, with_lists

EXPORTER = shutil.which("prometheus-postfix-exporter")
QUEUES = {"active", "deferred", "hold", "incoming", "maildrop"}


LISTS = ("zen.spamhaus.org", "refused.bl.lab")


def aliased(text):
    return with_lists(text, *LISTS) + \
        '\n[metrics]\naliases = ["dnsbl_exporter", "postfix_exporter"]\n'


def bounded(family):
    """Bounds as numbers: Go writes 1e+06 where others write 1000000."""
    return {tuple(float(value) if index == 1 else value for index, value in enumerate(labels)): value
            for labels, value in family.items()}


class Aliases(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.lab.queue:
            raise unittest.SkipTest("no Postfix here")

    def started(self, name):
        configuration = self.lab.configuration(aliased, name)
        agent = Agent(self, configuration, self.lab.agent)

        agent.wait_listening()

        def ready():
            metrics = agent.metrics()
            asked = {labels[0] for labels in metrics["luzilla_rbls_errors"]}
            return metrics if "postfix_up" in metrics and asked == set(LISTS) else None
        return agent, wait_for("the first rounds", ready)

    def exporter(self):
        port = free_port()
        log = os.path.join(self.lab.directory, "exporter.log")
        mail_log = os.path.join(self.lab.directory, "no-mail.log")
        open(mail_log, "w").close()
        with open(log, "w") as out:
            process = subprocess.Popen(
                [EXPORTER, f"--web.listen-address=127.0.0.1:{port}", f"--postfix.logfile_path={mail_log}",
                 f"--postfix.showq_path={self.lab.queue}/public/showq"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)

        def stop():
            process.kill()
            process.wait()
        self.addCleanup(stop)

        def scrape():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                    return answer.read().decode()
            except OSError:
                return None
        return scrape

    def test_the_queue_beside_the_exporter(self):
        if EXPORTER is None:
            self.skipTest("prometheus-postfix-exporter is not installed")
        _, ours = self.started("aliases-queue.toml")
        scrape = self.exporter()
        text = wait_for("the exporter", scrape)
        theirs = {name: bounded(family) for name, family in parse_metrics(text).items() if "showq" in name}
        ours = {name: bounded(family) if "_bucket" in name else family for name, family in ours.items()}
        self.assertEqual({name for name in ours if "showq_message" in name}, set(theirs))
        self.assertGreater(sum(theirs["postfix_showq_message_size_bytes_count"].values()), 0)
        for name, family in theirs.items():
            if "_size_" in name or name.endswith("_count"):
                self.assertEqual(ours[name], family, name)
            else:
                self.assertEqual(set(ours[name]), set(family), name)
        for queue in QUEUES:
            self.assertEqual(ours["postfix_showq_queue_depth"][(queue,)],
                             theirs["postfix_showq_message_size_bytes_count"][(queue,)])
            # The two did not look at the same moment, but both at the same messages.
            count = theirs["postfix_showq_message_age_seconds_count"][(queue,)]
            apart = abs(ours["postfix_showq_message_age_seconds_sum"][(queue,)] -
                        theirs["postfix_showq_message_age_seconds_sum"][(queue,)])
            self.assertLessEqual(apart, 120 * count, queue)
        up = parse_metrics(text)["postfix_up"]
        path = (f"{self.lab.queue}/public/showq",)
        self.assertEqual((ours["postfix_up"][path], up[path]), (1, 1))

    def test_lists_and_the_whole_page(self):
        agent, metrics = self.started("aliases-lists.toml")
        listed = {labels[:2]: value for labels, value in metrics["luzilla_rbls_ips_blacklisted"].items()}
        errors = {labels[:2]: value for labels, value in metrics["luzilla_rbls_errors"].items()}
        for (ip, name), value in metrics["reputed_listed"].items():
            self.assertEqual(listed[(name, ip)], value)
            self.assertEqual(errors[(name, ip)], 0)
        refused = [labels for labels in errors if labels[0] == "refused.bl.lab"]
        self.assertTrue(refused)
        for labels in refused:
            self.assertEqual(errors[labels], 1)
            self.assertNotIn(labels, listed)
        self.assertEqual(metrics["luzilla_rbls_used"][()], 2)
        text = agent.get("/metrics")[1]
        if shutil.which("promtool"):
            result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                                    check=False)
            foreign = [line for line in result.stderr.splitlines() if not line.startswith(("luzilla_", "postfix_"))]
            self.assertEqual(foreign, [])
            self.assertIn(result.returncode, (0, 3))  # 3: naming only


if __name__ == "__main__":
    unittest.main()
