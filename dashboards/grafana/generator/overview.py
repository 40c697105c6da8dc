"""Is mail from here accepted? All senders, the worst first."""
from generator import links
from generator.model import (COLOURED, GREEN, NARROW, ORANGE, PURPLE, RED, SCORE, SEVERITY_COLOURS, VERDICT, annotation, bargauge,
                             coloured_series, dashboard, latest, nothing_means, now, series, stat, steps, table, timeseries, values)
from generator.queries import (BY_IP, by_sender, of_agents, of_ips, of_processes, rank, rate, worst_by_ip)

LISTED = f'{of_ips("reputed_listed")} == 1'
SCORES = f'max by ({BY_IP}) ({of_agents("reputed_reputation_score")})'
USABLE = of_agents("reputed_list_health", 'health="usable"')


def worst_finding():
    """3, 2, 1.5 or 0: the worst severity of which there is an open finding, could-not-tell between info and warning."""
    return "max(" + " or ".join(
        f'label_replace({rank} * (sum({of_agents("reputed_findings", severity)}) > bool 0), "rank", "{rank}", "", "")'
        for severity, rank in (('severity="critical"', 3), ('severity="warning"', 2), ('severity="unknown"', 1.5))) + ")"


ANSWER = [
    (5, stat("Is mail accepted?",
             "The worst open finding of the chosen agents. Critical: many receivers refuse mail. Warning: some refuse or distrust "
             "it, or soon will. The agent's page tells each finding and what to do; `reputed explain CODE` tells more.",
             worst_finding(),
             mappings=values((0, "yes", GREEN), (1.5, "could not tell", PURPLE), (2, "not everywhere", ORANGE),
                             (3, "refused by many", RED)) + nothing_means("no agent answers", RED))),
    (3, stat("Error rate, 24 h",
             "Share of the attempts of 24 hours that failed for good, at the worst MTA. Above 3 % receivers begin to distrust a "
             "sender (`reputed explain delivery.error_rate`).",
             f"""max({of_agents("reputed_delivery_error_ratio", 'provider="all"', 'window="24h"')})""", "percentunit", decimals=1,
             thresholds=steps(GREEN, (0.015, ORANGE), (0.03, RED)), mappings=nothing_means("no log"))),
    (3, stat("Put off, 1 h",
             "Share of the attempts of an hour that receivers put off, at the worst MTA. A flood of deferrals is often the first "
             "sign of a block (`reputed explain delivery.deferral_rate`).",
             f"""max({of_agents("reputed_delivery_deferral_ratio", 'provider="all"', 'window="1h"')})""", "percentunit", decimals=0,
             thresholds=steps(GREEN, (0.1, ORANGE), (0.5, RED)), mappings=nothing_means("no log"))),
    (3, stat("Worst reputation",
             "The lowest score among the chosen addresses, 0 to 100. The dashboard of the address shows what takes points off.",
             f'min({of_ips("reputed_reputation_score")})', decimals=0, thresholds=SCORE, mappings=nothing_means("not known"))),
    (3, stat("Listings",
             "Pairs of a chosen address and a blocklist that lists it, by the last good answer. A list that is silent, refuses or is "
             "broken lists nobody.",
             f"count({LISTED}) or vector(0)", thresholds=steps(GREEN, (1, ORANGE), (5, RED)))),
    (3, stat("Queue", "Messages in all queues of the MTAs.", f'sum({of_agents("reputed_queue_messages")})',
             thresholds=steps(GREEN, (100, ORANGE), (1000, RED)), mappings=nothing_means("no queue"))),
    (2, stat("Lists in use", "Share of the lists that pass their own test points, so that they can be believed.",
             f"sum({USABLE}) / count({USABLE})", "percentunit", decimals=0,
             thresholds=steps(RED, (0.3, ORANGE), (0.6, GREEN)), mappings=nothing_means("none"))),
    (2, stat("Agents", "Share of the agents that answer Prometheus.", f'avg({of_processes("up")})', "percentunit", decimals=0,
             thresholds=steps(RED, (1, GREEN)))),
]

SENDERS = table(
    "Senders, worst first",
    "The worst that is known of each sender's addresses: reputation, listings, PTR and SPF. A listing by a list that most receivers "
    "use is critical here, by others a warning, by those that list whole providers (UCEPROTECT 2 and 3) nothing.",
    latest(by_sender("max", f"max by ({BY_IP}) ({worst_by_ip()})"),
           by_sender("min", SCORES),
           by_sender("sum", f'sum by ({BY_IP}) ({of_agents("reputed_listed")})'),
           by_sender("max", f'max by ({BY_IP}) ({rank(of_agents("reputed_ptr_verdict"))})'),
           by_sender("max", f'max by ({BY_IP}) ({rank(of_agents("reputed_spf_verdict"))})'),
           by_sender("count", f'max by ({BY_IP}) ({of_agents("reputed_ip_info")})')),
    {"sender": ("Sender", {"links": [links.to_sender("${__data.fields.sender}")]}),
     "hostname": ("Says EHLO", {}),
     "Value #A": ("Worst", {"mappings": VERDICT, **COLOURED}),
     "Value #B": ("Reputation", {"decimals": 0, "thresholds": SCORE, "mappings": nothing_means("not known"), **COLOURED}),
     "Value #C": ("Listings", NARROW),
     "Value #D": ("PTR", {"mappings": VERDICT, **COLOURED}),
     "Value #E": ("SPF", {"mappings": VERDICT, **COLOURED}),
     "Value #F": ("Addresses", NARROW),
     "instance": ("Findings at", {"links": [links.to_finding("${__data.fields.instance}")]})},
    sort=("Worst", True))

FINDINGS = timeseries(
    "Open findings by severity",
    "What was found and has not cleared. Unknown: the DNS or an important list could not tell, which is neither good nor bad.",
    series((f'sum by (severity) ({of_agents("reputed_findings")})', "{{severity}}")), stacked=True, decimals=0,
    overrides=coloured_series({name: SEVERITY_COLOURS[name] for name in ("critical", "warning", "unknown", "info")}))

LISTED_NOW = table(
    "Listed now",
    "Every address and domain that a usable list lists. Stop the cause first, then ask for removal: the agent's page has the list's "
    "reason and the link to its form (`reputed explain dnsbl.listed`).",
    latest(f"max by (job, instance, ip, list) ({LISTED})",
           f'max by (job, instance, domain, list) ({of_agents("reputed_domain_listed")} == 1)'),
    {"list": ("List", {"links": [links.to_page("list", "list")]}),
     "ip": ("Address", {"links": [links.to_ip("${__data.fields.ip}")]}),
     "domain": ("Domain", {"links": [links.to_page("domain", "domain")]}),
     "instance": ("Findings at", {"links": [links.to_finding("${__data.fields.instance}")]})},
    sort=("List", False))

LISTINGS = timeseries(
    "Listings by list", "How many of the chosen addresses each list lists.",
    series((f'sum by (list) ({of_ips("reputed_listed")}) > 0', "{{list}}")), stacked=True, decimals=0)

REPUTATION = bargauge(
    "Reputation by address, worst first",
    "0 to 100, after what lists, scores, feedback of providers, delivery and neighbours take off (`reputed explain "
    "reputation.level`).",
    now(f'sort(bottomk(20, min by (ip) ({of_ips("reputed_reputation_score")})))', "{{ip}}"), min=0, max=100, decimals=0,
    thresholds=SCORE)

REPUTATION_OVER_TIME = timeseries(
    "Reputation of each sender's worst address", "Which sender moves, and when. Below 60 it is poor, below 30 bad.",
    series((f'min by (sender) ({by_sender("min", SCORES)})', "{{sender}}")), min=0, max=100, decimals=0, line=True,
    thresholds=steps("transparent", (30, RED), (60, ORANGE)))

ATTEMPTS = timeseries(
    "Delivery attempts by outcome", "Recipients at other hosts whose delivery was tried.",
    series((f'sum by (status) ({rate(of_agents("reputed_delivery_attempts_total"))})', "{{status}}")), "cps", stacked=True,
    overrides=coloured_series({"sent": GREEN, "deferred": ORANGE, "bounced": RED, "expired": "dark-red"}))

ERRORS = timeseries(
    "Error rate by provider",
    "Share of the attempts of an hour that failed for good. The line is the 3 % above which receivers begin to distrust a sender.",
    series((f"""max by (provider) ({of_agents("reputed_delivery_error_ratio", 'window="1h"')})""", "{{provider}}")), "percentunit",
    line=True, soft_max=0.05, thresholds=steps("transparent", (0.03, RED)))

QUEUE = timeseries(
    "Queue", "Messages by queue.",
    series((f'sum by (mta, queue) ({of_agents("reputed_queue_messages")})', "{{mta}} {{queue}}")), decimals=0, stacked=True)


def transitions():
    def of(kinds):
        counter = of_agents("reputed_transitions_total", f'kind=~"{kinds}"')
        return f"sum by (job, instance, kind) (increase({counter}[$__rate_interval])) > 0"
    return [annotation("Findings opened or changed", of("opened|changed"), ORANGE, "{{kind}} at {{instance}}"),
            annotation("Findings cleared", of("cleared"), GREEN, "{{kind}} at {{instance}}")]


def make():
    return dashboard(
        "reputed-overview", "reputed: overview", "Will the mail that leaves these machines be accepted, and if not, who refuses it?",
        [("Is mail from here accepted?", 4, ANSWER),
         ("Who sends", 9, [(15, SENDERS), (9, FINDINGS)]),
         ("Lists", 9, [(12, LISTED_NOW), (12, LISTINGS)]),
         ("Reputation", 8, [(12, REPUTATION), (12, REPUTATION_OVER_TIME)]),
         ("Delivery", 8, [(8, ATTEMPTS), (8, ERRORS), (8, QUEUE)])],
        transitions())
