"""Every query of every dashboard, with its variables filled in, against a Prometheus that scrapes two agents in the lab: no
error, nothing empty, no label missing from a legend, a column or a link."""
import contextlib
import pathlib
import re
import time
import unittest

import dashboards
from dashboards import as_regex, filled, legend_labels, load_all, panels, targets
from fleet import Fleet
from support import wait_for

INTERVALS = {"__rate_interval": "20s", "__interval": "2s", "__range": "60s"}
ALL = {"job": ".+", "instance": ".+", "sender": ".+", "ip": ".+"}
LISTED = "11.10.1.25"
ONE = {**ALL, "sender": as_regex("listed"), "ip": as_regex(LISTED)}
REFERENCE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
# Families of the reference that the agents here need not have, and what they would need.
NOT_HERE = {
    "reputed_log_unknown_lines_total": "a program of the MTA that says what nobody knows",
    "probe_success": "an answer of /probe",
    "reputed_probe_pending": "an answer of /probe",
    "reputed_probe_findings": "an answer of /probe",
    "reputed_probe_targets": "a [[module]]",
    "reputed_probe_targets_limit": "a [[module]]",
    "reputed_domain_allowed": "an allowlist of domains that works; the lab has none",
}


def reference():
    """{family: (labels, type)} of docs/metrics.md"""
    rows = {}
    for name, labels, kind in re.findall(r"^\| `(\w+)` \| ([^|]*) \| (\w+)[^|]* \|", REFERENCE.read_text(), re.MULTILINE):
        rows[name] = (re.findall(r"`(\w+)`", labels), kind)
    return rows


def scraped(text):
    """The same of what an agent publishes."""
    families = {name: (None, kind) for name, kind in re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE)}
    for series, labels in re.findall(r"^([a-z]\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        name = series if series in families else re.sub("_(bucket|sum|count)$", "", series)
        found = [label for label in re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', labels) if label != "le"]
        families[name] = (found, families[name][1])
    return families


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = Fleet()
        cls.fleet.__enter__()
        cls.addClassCleanup(cls.fleet.__exit__, None, None, None)
        cls.fleet.run_traffic()
        wait_for("two scrapes", lambda: cls.fleet.series("min(count_over_time(reputed_build_info[1m])) > 2"), 60)
        for what, address, listed in (("add", "11.10.1.24", 1), ("remove", LISTED, 0)):
            cls.fleet.lab("list", what, "codes.bl.lab", address)
            query = f'reputed_listed{{ip="{address}",list="codes.bl.lab"}} == {listed}'
            wait_for(query, lambda query=query: cls.fleet.series(query), 60)
        wait_for("a notifier that fails", lambda: cls.fleet.series('reputed_notifications_total{result="failed"} > 0'), 60)
        cls.dashboards = load_all()

    def results(self, target, chosen, **more):
        """The series of a target as Grafana would ask for them."""
        query = filled(target["expr"], {**chosen, **INTERVALS, **more})
        if target.get("instant"):
            answer = self.fleet.ask("query", query=query)
        else:
            now = time.time()
            answer = self.fleet.ask("query_range", query=query, start=now - 60, end=now, step=2)
        self.assertEqual(answer["status"], "success", f"{query}: {answer.get('error')}")
        return answer["data"]["result"]

    def of_every_target(self, check):
        for name, dashboard in self.dashboards.items():
            for panel, target in targets(dashboard):
                with self.subTest(dashboard=name, panel=panel["title"], query=target["refId"]):
                    check(target)

    def test_the_reference_of_metrics_is_what_is_published(self):
        told = reference()
        self.assertGreater(len(told), 60)
        self.assertLessEqual(set(NOT_HERE), set(told))

        def seen():
            return scraped("\n".join(agent.get("/metrics")[1] for agent in self.fleet.agents))

        def missing():
            return set(told) - set(NOT_HERE) - set(seen())
        with contextlib.suppress(AssertionError):
            wait_for("every family", lambda: not missing(), 60)
        self.assertEqual(missing(), set(), "neither published here nor explained in NOT_HERE")
        for name, what in seen().items():
            with self.subTest(name):
                self.assertEqual(told.get(name), what, f"{name} as docs/metrics.md has it")

    def test_no_query_is_empty(self):
        def check(target):
            self.assertTrue(self.results(target, ALL), target["expr"])
        self.of_every_target(check)

    def test_legends_name_labels_that_are_there_and_differ(self):
        def check(target):
            labels = legend_labels(target)
            found = self.results(target, ALL)
            for series in found:
                for label in labels:
                    self.assertTrue(series["metric"].get(label), f"no {label} in {series['metric']}")
            legends = [tuple(series["metric"][label] for label in labels) for series in found]
            if target["format"] != "table":
                self.assertEqual(len(legends), len(set(legends)), f"the legend does not tell series apart: {sorted(legends)}")
        self.of_every_target(check)

    def test_columns_and_links_name_fields_that_are_there(self):
        for name, dashboard in self.dashboards.items():
            for panel in panels(dashboard):
                with self.subTest(dashboard=name, panel=panel["title"]):
                    self.check_fields(panel)

    def check_fields(self, panel):
        found = [self.results(target, ALL) for target in panel["targets"]]
        labels = {label for result in found for series in result for label in series["metric"]}
        fields = set(labels)
        if panel["type"] == "table":
            several = len(panel["targets"]) > 1
            fields |= {f"Value #{target['refId']}" if several else "Value" for target in panel["targets"]}
            organize = panel["transformations"][-1]["options"]
            self.assertLessEqual(set(organize["indexByName"]), fields)
            self.assertLessEqual(fields, set(organize["indexByName"]) | set(organize["excludeByName"]), "a column without a heading")
        named = re.findall(r"\$\{__(?:data\.fields|field\.labels)\.(\w+)\}", str(panel["fieldConfig"]))
        self.assertLessEqual(set(named), fields)

    def test_a_choice_leaves_only_what_was_chosen(self):
        def check(target):
            for series in self.results(target, ONE):
                self.assertEqual(series["metric"].get("ip", LISTED), LISTED)
                self.assertEqual(series["metric"].get("sender", "listed"), "listed")
        self.of_every_target(check)

    def test_the_sender_alone_chooses_its_addresses(self):
        address = "116.58.168.33"

        def check(target):
            if "ip=~" in target["expr"]:
                for series in self.results(target, ALL, sender=as_regex("office")):
                    self.assertEqual(series["metric"].get("ip", address), address, target["expr"])
        self.of_every_target(check)

    def test_variables_have_values(self):
        for variable in dashboards.load("overview")["templating"]["list"]:
            if variable["type"] != "query":
                continue
            match, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"]).groups()
            answer = self.fleet.ask(f"label/{label}/values", **{"match[]": filled(match, ALL)})
            self.assertTrue(answer.get("data"), f"{variable['name']}: {answer}")

    def test_annotations_mark_what_happened(self):
        for name, dashboard in self.dashboards.items():
            for annotation in dashboard["annotations"]["list"]:
                with self.subTest(dashboard=name, annotation=annotation["name"]):
                    found = self.results(annotation, ALL, __rate_interval="5m")
                    self.assertTrue(found)
                    for label in re.findall(r"\{\{(\w+)\}\}", annotation["titleFormat"]):
                        self.assertIn(label, found[0]["metric"])


if __name__ == "__main__":
    unittest.main()
