"""One address, or several: where it is listed and since when, what is thought of it, what is wrong with its identity."""
from generator import links
from generator.model import (COLOURED, GREEN, GREY, LISTED, NARROW, ORANGE, RED, SCORE, VERDICT, annotation, bargauge, dashboard,
                             latest, nothing_means, now, series, stat, steps, table, timeline, timeseries, values)
from generator.queries import BY_IP, IPS, SENDERS, of_agents, of_domains, of_ips, rank, worst_by_ip

LISTED_NOW = f'{of_ips("reputed_listed")} == 1'
# With @ end() a pair that was listed at any time of the range is shown from its beginning.
EVER_LISTED = (f'{of_ips("reputed_listed")} and on (job, instance, ip, list) '
               f'(max_over_time({of_agents("reputed_listed", IPS)}[$__range] @ end()) == 1)')
LEVEL = values((0, "good", GREEN), (1, "fair", "yellow"), (2, "poor", ORANGE), (3, "bad", RED))
ALLOWED = values((0, "not on it", GREY), (1, "on it", GREEN))


def of_subjects(metric):
    """A feedback metric about the chosen addresses and about their domains."""
    domains = f'label_replace({of_ips("reputed_spf_verdict")}, "subject", "$1", "domain", "(.+)")'
    return (f"""({of_agents(metric, 'subject=~"$ip"')} or ({of_agents(metric)} and on (job, instance, subject) {domains}))""")


NOW = [
    (4, stat("Worst", "The worst that is known of the chosen addresses: reputation, listings, PTR, SPF.",
             f"max({worst_by_ip()})", mappings=VERDICT + nothing_means("not known"))),
    (4, stat("Reputation", "The lowest score of the chosen addresses, 0 to 100.", f'min({of_ips("reputed_reputation_score")})',
             decimals=0, thresholds=SCORE, mappings=nothing_means("not known"))),
    (4, stat("Level", "The worst level, with hysteresis, so that a score at a limit does not swing (`reputed explain "
             "reputation.level`).", f'max({of_ips("reputed_reputation_level")})', mappings=LEVEL + nothing_means("not known"))),
    (4, stat("Listed on", "Lists on which one of the chosen addresses stands now.",
             f"count(count by (list) ({LISTED_NOW})) or vector(0)", thresholds=steps(GREEN, (1, ORANGE), (3, RED)))),
    (4, stat("Reverse DNS", "The worst verdict on the PTR records (`reputed explain ptr`).",
             f'max({rank(of_ips("reputed_ptr_verdict"))})', mappings=VERDICT + nothing_means("not known"))),
    (4, stat("SPF", "The worst verdict over the addresses and the domains that send from them (`reputed explain spf`).",
             f'max({rank(of_ips("reputed_spf_verdict"))})', mappings=VERDICT + nothing_means("not known"))),
]

ADDRESSES = table(
    "Addresses, worst first", "One line an address and sender. A click on the address chooses it alone.",
    latest(f"{of_agents('reputed_ip_info', IPS, SENDERS)} * on ({BY_IP}) group_left () max by ({BY_IP}) ({worst_by_ip()})",
           f"min by ({BY_IP}) ({of_ips('reputed_reputation_score')})",
           f"sum by ({BY_IP}) ({of_ips('reputed_listed')})",
           f"max by ({BY_IP}) ({rank(of_ips('reputed_ptr_verdict'))})",
           f"max by ({BY_IP}) ({rank(of_ips('reputed_spf_verdict'))})"),
    {"ip": ("Address", {"links": [links.to_ip("${__data.fields.ip}")]}),
     "sender": ("Sender", {}),
     "hostname": ("Says EHLO", {}),
     "Value #A": ("Worst", {"mappings": VERDICT, **COLOURED}),
     "Value #B": ("Reputation", {"decimals": 0, "thresholds": SCORE, "mappings": nothing_means("not known"), **COLOURED}),
     "Value #C": ("Listings", NARROW),
     "Value #D": ("PTR", {"mappings": VERDICT, **COLOURED}),
     "Value #E": ("SPF", {"mappings": VERDICT, **COLOURED}),
     "instance": ("Findings at", {"links": [links.to_page("ip", "ip")]})},
    sort=("Worst", True))

LISTINGS = timeline(
    "Listings over time",
    "Every list that listed a chosen address within the range, by the last good answer: silence of a list changes nothing. A "
    "click on a band leads to the list's page about the address.",
    series((f"max by (ip, list) ({EVER_LISTED})", "{{list}} {{ip}}")), LISTED, overrides=links.lookup_overrides())

SINCE = table(
    "Listed since",
    "When the listing was first seen within the range, and for what share of the range it stood.",
    latest(f"max by (job, instance, ip, list) ({LISTED_NOW})",
           f"""1000 * max by (job, instance, ip, list) (max_over_time(timestamp({of_agents("reputed_listed", IPS)} == 0)
               [$__range:$__interval]) and on (job, instance, ip, list) ({LISTED_NOW}))""",
           f"""max by (job, instance, ip, list) (avg_over_time({of_agents("reputed_listed", IPS)}[$__range])
               and on (job, instance, ip, list) ({LISTED_NOW}))"""),
    {"list": ("List", {"links": [links.to_page("list", "list")]}),
     "ip": ("Address", {}),
     "Value #B": ("Since", {"unit": "dateTimeFromNow", "mappings": nothing_means("before the range"), "custom_width": 150}),
     "Value #C": ("Share of the range", {"unit": "percentunit", "decimals": 0, "custom_width": 150}),
     "instance": ("Findings at", {"links": [links.to_page("ip", "ip")]})},
    sort=("List", False))

ANSWERS = bargauge(
    "Age of the last good answer",
    "How old the newest statement of each list about a chosen address is, the oldest first. A list that never "
    "gave a good answer is not among them: nothing is known from it.",
    now(f'sort_desc(topk(20, time() - max by (list) ({of_ips("reputed_dnsbl_last_answer_timestamp_seconds")} > 0)))',
        "{{list}}"), "s", min=0, thresholds=steps(GREEN, (4 * 3600, ORANGE), (24 * 3600, RED)))

REPUTATION = timeseries(
    "Reputation", "0 to 100 by address.", series((f'min by (ip) ({of_ips("reputed_reputation_score")})', "{{ip}}")), min=0, max=100,
    decimals=0)

DEDUCTIONS = timeseries(
    "What takes points off", "The points that each part costs, of the address that loses most by it.",
    series((f'max by (part) ({of_ips("reputed_reputation_deduction")})', "{{part}}")), stacked=True, decimals=0)

SCORES = timeseries(
    "Scores of lists", "Each score list has a scale of its own; Sender Score goes from 0 to 100, more is better.",
    series((f'max by (ip, list) ({of_ips("reputed_score")})', "{{list}} {{ip}}")))

ALLOWLISTS = timeline(
    "Allowlists", "Receivers that use them let the address pass more easily.",
    series((f'max by (ip, list) ({of_ips("reputed_allowed")})', "{{list}} {{ip}}")), ALLOWED)

PTR = timeline("Reverse DNS",
               "PTR, the way back, the name's kind, and whether it is the name that the server says (`reputed explain ptr`).",
               series((f'max by (ip) ({rank(of_ips("reputed_ptr_verdict"))})', "{{ip}}")), VERDICT)
SPF = timeline("SPF", "Whether the SPF record of each domain covers the address (`reputed explain spf`).",
               series((f'max by (domain, ip) ({rank(of_ips("reputed_spf_verdict"))})', "{{domain}} {{ip}}")), VERDICT)
DKIM = timeline("DKIM", "Whether the published key of each selector is good (`reputed explain dkim`).",
                series((f'max by (domain, selector) ({rank(of_domains("reputed_dkim_verdict"))})',
                        "{{selector}} of {{domain}}")), VERDICT)
DMARC = timeline("DMARC and MX", "The domain's policy, and whether it can receive its bounces (`reputed explain dmarc`, `mx`).",
                 series((f'max by (domain) ({rank(of_domains("reputed_dmarc_verdict"))})', "DMARC of {{domain}}"),
                        (f'max by (domain) ({rank(of_domains("reputed_mx_verdict"))})', "MX of {{domain}}")), VERDICT)

FEEDBACK = table(
    "What providers say",
    "The newest value of each source of feedback about the chosen addresses and their domains. Its data has a date of its own: "
    "yesterday's value is not now's.",
    latest(f'max by (source, subject, metric) ({of_subjects("reputed_feedback_value")})',
           f'max by (source, subject) (time() - ({of_subjects("reputed_feedback_data_timestamp_seconds")} > 0))'),
    {"source": ("Source", {}), "subject": ("About", {}), "metric": ("What", {}), "Value #A": ("Value", {}),
     "Value #B": ("Age of the data", {"unit": "s"})},
    sort=("Source", False))
FEEDBACK_OVER_TIME = timeseries(
    "Feedback of providers", "Each value as its source gives it: rates and shares from 0 to 1, counts as they are.",
    series((f'max by (source, subject, metric) ({of_subjects("reputed_feedback_value")})', "{{source}} {{metric}} {{subject}}")))


def changes():
    def turned(value):
        metric = of_agents("reputed_listed", IPS)
        return f"max by (ip, list) (({metric} == {value}) and on (job, instance, ip, list) changes({metric}[$__rate_interval]) > 0)"
    return [annotation("Listed", turned(1), RED, "{{ip}} is listed on {{list}}"),
            annotation("No longer listed", turned(0), GREEN, "{{ip}} is off {{list}}")]


def make():
    return dashboard(
        "reputed-ip", "reputed: address", "Where an address is listed and since when, what is thought of it and why.",
        [("Now", 4, NOW),
         ("", 8, [(24, ADDRESSES)]),
         ("Listings", 9, [(14, LISTINGS), (10, SINCE)]),
         ("Reputation", 8, [(8, REPUTATION), (8, DEDUCTIONS), (8, SCORES)]),
         ("Identity", 8, [(12, PTR), (12, SPF), (12, DKIM), (12, DMARC)]),
         ("What others say", 8, [(12, FEEDBACK), (12, FEEDBACK_OVER_TIME)]),
         ("", 8, [(12, ALLOWLISTS), (12, ANSWERS)])],
        changes(), time="now-7d")
