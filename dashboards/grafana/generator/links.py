"""Where a click leads: to another dashboard with the same choices, to the agent's page, to a list's page of look-up."""
import os
import re
import tomllib

from generator.model import link

CHOICES = "${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${__url_time_range}"
CATALOGUE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "config", "lists.toml")


def to_ip(value):
    """`value` is Grafana's expression for the address."""
    return link("This address in detail", f"/d/reputed-ip?var-ip={value}&var-sender=$__all&{CHOICES}")


def to_sender(value):
    return link("The addresses of this sender", f"/d/reputed-ip?var-sender={value}&var-ip=$__all&{CHOICES}")


def to_finding(instance):
    """The agent's page tells each finding with what was seen, what to do and where."""
    return link("The finding, its explanation and the removal form (the agent's page)", f"http://{instance}/#findings", True)


def to_page(kind, field):
    """The agent's own page about what the column names; `kind` is "ip", "domain" or "list"."""
    about = {"ip": "address", "domain": "domain", "list": "list"}[kind]
    return link(f"This {about} on the agent's page: findings, explanations, removal forms",
                "http://${__data.fields.instance}/" + kind + "/${__data.fields." + field + "}", True)


def lookup_overrides():
    """For series with the labels ip and list: each links to its list's page about the address.

    One override for all lists that share a page; the pattern is matched against the name of the series, "LIST ...".
    """
    with open(CATALOGUE, "rb") as file:
        lists = tomllib.load(file)["list"]
    zones = {}
    for each in lists:
        if each["kind"].startswith("ip-") and "lookup" in each:
            zones.setdefault(each["lookup"], []).append(each["zone"].replace("{key}.", ""))
    return [{"matcher": {"id": "byRegexp", "options": "/^(" + "|".join(map(re.escape, names)) + ")( |$)/"},
             "properties": [{"id": "links", "value": [
                 link("Look-up and removal at the list", page.replace("{ip}", "${__field.labels.ip}"), True)]}]}
            for page, names in sorted(zones.items())]
