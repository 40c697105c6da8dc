"""/probe: Prometheus names the addresses, several agents share them, and whoever sees it, it is told once."""
import json
import os
import re
import signal
import subprocess
import unittest
import urllib.parse

import sinks
from support import (HERE, Agent, LabTest, free_port, parse_metrics, replaced, reputed, wait_for, with_lists, with_senders,
                     write)

SAMPLES = os.path.join(HERE, "..", "..", "dashboards", "fleet")
LISTS = ("codes.bl.lab", "bitmask.bl.lab")
NEW = ("11.10.1.24", "11.10.1.25", "11.10.1.26", "11.10.0.25")  # of the lab; what is listed of them is planted
LISTED = ("11.10.1.25", "codes.bl.lab")
# New addresses are gathered for five seconds, and taken up every thirty at most.
PATIENCE = 90


class FleetTest(LabTest):
    def text(self, name, *tables, address="127.0.0.1:0"):
        """An agent with a module and one sender of its own, rounds of a second, and a store."""
        with open(self.lab.config) as file:
            text = with_senders(with_lists(file.read(), *LISTS), "office")
        text = replaced(text, ('interval = "5s"', 'interval = "1s"'), ('timeout = "500ms"', 'timeout = "200ms"'))
        text = re.sub(r'listen = ".*"', f'listen = "{address}"', text)
        text += f'\n[store]\npath = "{os.path.join(self.lab.directory, self.id() + name)}.db"\n'
        return text + '\n[[module]]\nname = "pool"\ndomains = ["listed.example"]\n' + "".join(tables)

    def agent(self, name, *tables):
        path = os.path.join(self.lab.directory, f"{self.id()}{name}.toml")
        address = f"127.0.0.1:{free_port()}"
        write(path, self.text(name, *tables, address=address))
        agent = Agent(self, path, address)
        agent.wait_listening()
        return agent

    @staticmethod
    def probe(agent, target, module="pool"):
        """(status, {family: {labels: value}} or the text of a refusal)"""
        query = urllib.parse.urlencode({"target": target, "module": module})
        status, text = agent.get(f"/probe?{query}")
        return status, parse_metrics(text) if status == 200 else text

    def settled(self, agent, target):
        status, metrics = self.probe(agent, target)
        self.assertEqual(status, 200)
        return metrics if metrics["reputed_probe_pending"] == {(target, "pool"): 0} else None


class Probe(FleetTest):
    def test_from_pending_to_known_and_over_a_crash(self):
        web = self.enterContext(sinks.web())
        hook = f'[[notifier]]\nname = "hook"\nkind = "webhook"\nurl = "http://127.0.0.1:{web.port}/"\ngroup_wait = "0s"\n'
        agent = self.agent("one", hook)
        agent.wait_ready()
        for target in NEW:
            status, metrics = self.probe(agent, target)
            self.assertEqual((status, metrics["probe_success"], metrics["reputed_probe_pending"]),
                             (200, {(): 1}, {(target, "pool"): 1}))
            self.assertNotIn("reputed_listed", metrics)
        known = {target: wait_for(target, lambda: self.settled(agent, target), PATIENCE) for target in NEW}
        for target, metrics in known.items():
            self.assertEqual({ip for ip, _ in metrics["reputed_listed"]}, {target}, "nothing of others")
        self.assertEqual(known[LISTED[0]]["reputed_listed"][LISTED], 1)
        self.assertEqual(known["11.10.0.25"]["reputed_listed"]["11.10.0.25", "codes.bl.lab"], 0)
        wait_for("its SPF", lambda: self.probe(agent, LISTED[0])[1]["reputed_spf_verdict"])
        wait_for("its PTR", lambda: self.probe(agent, LISTED[0])[1]["reputed_ptr_verdict"])

        shown = agent.metrics()
        self.assertEqual({labels[0] for labels in shown["reputed_listed"]}, {"116.58.168.33"}, "its own sender only")
        result = subprocess.run(["promtool", "check", "metrics"], input=agent.get("/probe?target=11.10.1.25")[1],
                                capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

        def told():
            return [(one["kind"], one["subject"], one["object"]) for _, _, body in web.taken
                    for one in json.loads(body)["transitions"] if (one["subject"], one["object"]) == LISTED]
        wait_for("it is told", lambda: told() == [("opened", *LISTED)])
        agent.process.send_signal(signal.SIGKILL)
        agent.process.wait(10)
        again = Agent(self, agent.configuration, agent.address)
        again.wait_listening()
        status, metrics = self.probe(again, LISTED[0])
        self.assertEqual((status, metrics["reputed_probe_pending"], metrics["reputed_listed"][LISTED]),
                         (200, {(LISTED[0], "pool"): 0}, 1), "known at once")
        again.wait_ready()
        self.assertEqual(told(), [("opened", *LISTED)], "not repeated")

        for path, status, text in (
                ("/probe", 400, "target is missing: /probe?target=ADDRESS&module=NAME\n"),
                ("/probe?target=nonsense", 400, '"nonsense" is no IP address.\n'),
                ("/probe?target=127.0.0.1", 400,
                 '"127.0.0.1" is no address that the Internet could receive mail from.\n'),
                ("/probe?target=11.10.1.25&module=x", 400, 'There is no [[module]] "x" in the configuration.\n')):
            self.assertEqual(again.get(path), (status, text))

    def test_without_a_module_nothing_is_taken_up(self):
        path = os.path.join(self.lab.directory, self.id() + ".toml")
        write(path, self.text("none", address=self.lab.agent).replace('[[module]]\nname = "pool"\ndomains = ["listed.example"]\n', ""))
        agent = Agent(self, path, self.lab.agent)
        agent.wait_listening()
        status, text = self.probe(agent, "11.10.1.25")
        self.assertEqual((status, text), (400, 'There is no [[module]] "pool" in the configuration.\n'))


class Fleet(FleetTest):
    def test_the_agents_sample_configuration_holds(self):
        with open(os.path.join(SAMPLES, "reputed.toml")) as file:
            text = re.sub(r"^config_file .*$", "", file.read(), count=1, flags=re.MULTILINE)  # is not there
        path = os.path.join(self.lab.directory, "sample.toml")
        write(path, text)
        result = reputed("config", "check", "-c", path)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_two_agents_that_watch_the_same_address_tell_once(self):
        pager = self.enterContext(sinks.web())
        alertmanager = sinks.Alertmanager(self, self.lab.directory, pager)
        notifier = (f'[[notifier]]\nname = "am"\nkind = "alertmanager"\nurl = "http://127.0.0.1:{alertmanager.port}"\n'
                    'group_wait = "0s"\nresend = "5s"\n')
        agents = [self.agent(name, notifier) for name in ("a", "b")]
        for agent in agents:
            self.probe(agent, LISTED[0])
        for agent in agents:
            wait_for("both know", lambda: self.settled(agent, LISTED[0]), PATIENCE)

        def delivered(agent):
            return agent.metrics()["reputed_notifications_total"]["am", "delivered"] > 0
        for agent in agents:
            wait_for("both have told", lambda: delivered(agent))
        alerts = [alert for alert in alertmanager.alerts()
                  if (alert["labels"]["subject"], alert["labels"].get("object")) == LISTED]
        self.assertEqual(len(alerts), 1)
        self.assertEqual(alerts[0]["labels"]["sender"], "pool")
        self.assertNotIn("instance", alerts[0]["labels"])
        pages = [alert for _, _, body in pager.taken for alert in json.loads(body)["alerts"]
                 if (alert["labels"]["subject"], alert["labels"].get("object")) == LISTED]
        self.assertEqual([page["status"] for page in pages], ["firing"])

    def test_the_sample_gives_each_address_to_one_of_four_agents(self):
        agents = [self.agent(str(number)) for number in range(4)]
        directory = os.path.join(self.lab.directory, "fleet")
        os.makedirs(os.path.join(directory, "targets"))
        with open(os.path.join(SAMPLES, "prometheus.yml")) as file:
            text = file.read()
        # The agents of the sample differ in their names, those of the test in their ports.
        for number, agent in enumerate(agents):
            text = text.replace(f"agent-{number}.example.net:15782", agent.address)
        rows = "".join(f'''
      - source_labels: [__tmp_shard]
        regex: "{number}"
        replacement: "{agent.address}"
        target_label: __address__''' for number, agent in enumerate(agents))
        text = replaced(text, ("scrape_interval: 1m", "scrape_interval: 1s\n  scrape_timeout: 1s"),
                        ("../prometheus/rules.yml", os.path.realpath(os.path.join(SAMPLES, "..", "prometheus", "rules.yml"))),
                        ('"alertmanager-a.example.net:9093", "alertmanager-b.example.net:9093"', ""), ("""
      - source_labels: [__tmp_shard]
        regex: (.+)
        replacement: agent-${1}.example.net:15782
        target_label: __address__""", rows))
        write(os.path.join(directory, "prometheus.yml"), text)
        targets = [f"11.10.2.{number}" for number in range(1, 33)] + ["11.10.1.25:25"]
        write(os.path.join(directory, "targets", "pool.yml"), json.dumps([{"targets": targets}]))
        port = free_port()
        process = subprocess.Popen(["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                                    f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"], cwd=directory)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        prometheus = sinks.HttpGet(port)
        wait_for("Prometheus", lambda: prometheus.get("/-/ready"))

        def query(expression):
            body = prometheus.get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
            return json.loads(body)["data"]["result"] if body else []
        wait_for("every address is probed", lambda: len(query('up{job="reputed-probe"} == 1')) == len(targets), 60)
        shared = {row["metric"]["agent"]: int(row["value"][1]) for row in query('count by (agent) (up{job="reputed-probe"})')}
        self.assertEqual(set(shared), {agent.address for agent in agents}, "each has its share")
        self.assertEqual(sum(shared.values()), len(targets))
        listed = 'reputed_listed{job="reputed-probe",list="codes.bl.lab"}'
        wait_for("every address is known", lambda: len(query(listed)) == len(targets), PATIENCE)
        self.assertEqual([row["metric"]["instance"] for row in query(listed + " == 1")], ["11.10.1.25:25"])
        self.assertEqual(query('count by (ip) (reputed_listed{job="reputed-probe",list="codes.bl.lab"}) > 1'), [], "nobody twice")
        counts = [agent.metrics()["reputed_jobs"]["ptr",] - 1 for agent in agents]
        self.assertEqual(sum(counts), len(targets), "and nobody watches more than its share")


if __name__ == "__main__":
    unittest.main()
