"""The dashboards keep every rule, and every rule can be broken."""
import copy
import subprocess
import sys
import unittest

import lint
from dashboards import FOLDER, load, load_all, panels


def first(dashboard, kind="timeseries"):
    return next(panel for panel in panels(dashboard) if panel["type"] == kind)


def variable(dashboard, name):
    return lint.variable(dashboard, name)


def set_expr(expr):
    return lambda dashboard: first(dashboard)["targets"][0].update(expr=expr)


MINE = 'job=~"$job",instance=~"$instance"'

# rule, what breaks a dashboard, the fault
BROKEN = [
    (lint.template_datasource, lambda d: variable(d, "datasource").update(query="loki"),
     "no variable datasource that chooses a Prometheus"),
    (lint.template_datasource, lambda d: variable(d, "datasource").update(label="x"),
     "the variable datasource is not labelled Data source"),
    (lint.template_job, lambda d: variable(d, "job").update(allValue=None), "variable job: allValue is None, not '.+'"),
    (lint.template_job, lambda d: variable(d, "job").update(name="jobs"), "no variable job"),
    (lint.template_instance, lambda d: variable(d, "instance").update(multi=False), "variable instance: multi is False, not True"),
    (lint.template_label_promql, lambda d: variable(d, "ip").update(definition="label_values(ip)"),
     "variable ip: not label_values(SELECTOR, LABEL)"),
    (lint.template_label_promql,
     lambda d: variable(d, "ip").update(definition="label_values(a{b=c}, ip)", query={"query": "label_values(a{b=c}, ip)"}),
     "variable ip: not PromQL: a{b=c}"),
    (lint.template_on_time_change_reload, lambda d: variable(d, "sender").update(refresh=1),
     "variable sender: not asked again when the time range changes"),
    (lint.panel_datasource, lambda d: first(d).update(datasource={"type": "prometheus", "uid": "abc"}),
     "the data source is not the variable"),
    (lint.panel_datasource, lambda d: first(d)["targets"][0].pop("datasource"), "the data source is not the variable"),
    (lint.panel_title_description, lambda d: first(d).update(description=" "), "no description"),
    (lint.panel_title_description, lambda d: first(d).update(title=""), "no title"),
    (lint.panel_units, lambda d: first(d)["fieldConfig"]["defaults"].update(unit="furlong"), "the unit is 'furlong'"),
    (lint.panel_units, lambda d: first(d)["fieldConfig"]["defaults"].pop("unit"), "the unit is None"),
    (lint.panel_no_targets, lambda d: first(d).update(targets=[]), "no query"),
    (lint.target_promql, set_expr("sum by (a) ("), "not PromQL: sum by (a) ("),
    (lint.target_rate_interval, set_expr(f"rate(reputed_x_total{{{MINE}}}[5m])"), "a rate over 5m"),
    (lint.target_rate_interval, set_expr(f"increase(reputed_x_total{{{MINE}}}[$__range])"), "a rate over $__range"),
    (lint.target_job, set_expr('reputed_x{instance=~"$instance"}'), "reputed_x does not mind $job"),
    (lint.target_job, set_expr("sum(reputed_x)"), "reputed_x does not mind $job"),
    (lint.target_instance, set_expr(f'reputed_x{{{MINE}}} + reputed_y{{job=~"$job"}}'), "reputed_y does not mind $instance"),
    (lint.target_counter_agg, set_expr(f"sum(reputed_x_total{{{MINE}}})"), "the counter reputed_x_total without rate"),
    (lint.template_uneditable, lambda d: d.update(editable=True), "can be edited in Grafana, and the changes would be lost"),
    (lint.target_is_prometheus, set_expr('{app="reputed"} |= "error"'), "not a query to Prometheus"),
    (lint.template_required_variables, lambda d: variable(d, "sender").update(name="from"), "no variable sender"),
    (lint.template_required_variables, set_expr('reputed_x{list=~"$list"}'), "$list is not declared"),
    (lint.legend_names_labels, lambda d: first(d)["targets"][0].update(legendFormat=""), "no legend"),
    (lint.legend_names_labels, lambda d: first(d)["targets"][0].update(expr="sum by (a) (x)", legendFormat="{{b}}"),
     "the legend names b, the query has a"),
    (lint.layout, lambda d: first(d)["gridPos"].update(first(d, "stat")["gridPos"]), "overlap"),
    (lint.layout, lambda d: first(d)["gridPos"].update(x=23), "leaves the grid"),
    (lint.layout, lambda d: first(d).update(id=1), "panel ids are not unique"),
]


class Lint(unittest.TestCase):
    def test_every_dashboard_keeps_every_rule(self):
        for name, dashboard in load_all().items():
            self.assertEqual(list(lint.faults(dashboard)), [], name)

    def test_every_rule_can_be_broken(self):
        self.assertEqual({rule for rule, _, _ in BROKEN}, set(lint.RULES))
        whole = load("overview")
        for rule, breaks, fault in BROKEN:
            with self.subTest(rule=rule.__name__, fault=fault):
                dashboard = copy.deepcopy(whole)
                breaks(dashboard)
                self.assertTrue(any(each.endswith(fault) for each in rule(dashboard)), list(rule(dashboard)))

    def test_the_files_are_what_the_generator_writes(self):
        result = subprocess.run([sys.executable, FOLDER + "/build.py", "--check"], capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_each_dashboard_has_a_name_of_its_own(self):
        every = list(load_all().values())
        for key in ("uid", "title"):
            self.assertEqual(len({each[key] for each in every}), len(every))


if __name__ == "__main__":
    unittest.main()
