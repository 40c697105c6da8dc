"""Who takes our mail, who refuses it and why, what waits."""
from generator import links
from generator.model import (COLOURED, GREEN, ORANGE, RED, bargauge, coloured_series, dashboard, latest, nothing_means, now,
                             series, stat, steps, table, timeseries, values)
from generator.overview import transitions
from generator.queries import increase, of_agents, of_ips, rate

ATTEMPTS = of_agents("reputed_delivery_attempts_total")
REFUSALS = of_agents("reputed_delivery_attempts_total", 'status!="sent"')
STATUS_COLOURS = {"sent": GREEN, "deferred": ORANGE, "bounced": RED, "expired": "dark-red"}
OUTCOME = coloured_series(STATUS_COLOURS)
STATUS = values(*((status, status, colour) for status, colour in STATUS_COLOURS.items()))
OLDEST = "reputed_queue_oldest_arrival_timestamp_seconds"
ERROR_STEPS = steps(GREEN, (0.015, ORANGE), (0.03, RED))


def of_window(metric, window, *matchers):
    return of_agents(metric, f'window="{window}"', *matchers)


ALL = 'provider="all"'

ANSWER = [
    (4, stat("Accepted", "Share of the attempts of the range that receivers accepted.",
             f"""sum({increase(of_agents("reputed_delivery_attempts_total", 'status="sent"'))}) / (sum({increase(ATTEMPTS)}) > 0)""",
             "percentunit", decimals=1, thresholds=steps(RED, (0.8, ORANGE), (0.95, GREEN)), mappings=nothing_means("no mail"))),
    (4, stat("Error rate, 1 h", "Share of the attempts of an hour that failed for good, at the worst MTA.",
             f'max({of_window("reputed_delivery_error_ratio", "1h", ALL)})', "percentunit", decimals=1, thresholds=ERROR_STEPS,
             mappings=nothing_means("no log"))),
    (4, stat("Error rate, 24 h", "The same of a day. Above 3 % receivers begin to distrust a sender (`reputed explain "
             "delivery.error_rate`).", f'max({of_window("reputed_delivery_error_ratio", "24h", ALL)})', "percentunit", decimals=1,
             thresholds=ERROR_STEPS, mappings=nothing_means("no log"))),
    (4, stat("Put off, 1 h", "Share of the attempts of an hour that were put off, at the worst MTA (`reputed explain "
             "delivery.deferral_rate`).", f'max({of_window("reputed_delivery_deferral_ratio", "1h", ALL)})', "percentunit",
             decimals=1, thresholds=steps(GREEN, (0.1, ORANGE), (0.5, RED)), mappings=nothing_means("no log"))),
    (4, stat("In the queue", "Messages in all queues.", f'sum({of_agents("reputed_queue_messages")})',
             thresholds=steps(GREEN, (100, ORANGE), (1000, RED)), mappings=nothing_means("no queue"))),
    (4, stat("Oldest", "Age of the oldest message that is neither held nor corrupt.",
             f"""time() - min({of_agents(OLDEST, 'queue!~"hold|corrupt"')})""", "s", decimals=0,
             thresholds=steps(GREEN, (3600, ORANGE), (86400, RED)), mappings=nothing_means("empty", GREEN))),
]

BY_STATUS = timeseries(
    "Attempts by outcome", "Recipients at other hosts whose delivery was tried.",
    series((f"sum by (status) ({rate(ATTEMPTS)})", "{{status}}")), "cps", stacked=True, overrides=OUTCOME)
BY_PROVIDER = timeseries(
    "Attempts by provider", "The same by whose mail system the receiver is, found by its MX.",
    series((f"sum by (provider) ({rate(ATTEMPTS)})", "{{provider}}")), "cps", stacked=True)
BY_CLASS = timeseries(
    "Refusals by class", "Why mail was put off or refused: what the replies mean, in a bounded set of classes (`reputed classify`).",
    series((f"sum by (class) ({rate(REFUSALS)})", "{{class}}")), "cps", stacked=True)

TOTALS = table(
    "Providers and classes", "Attempts of the range by provider, class of the reply and outcome.",
    latest(f"sum by (provider, class, status) ({increase(ATTEMPTS)}) > 0"),
    {"provider": ("Provider", {}), "class": ("Class", {}), "status": ("Outcome", {"mappings": STATUS, **COLOURED}),
     "Value": ("Attempts", {"decimals": 0})},
    sort=("Attempts", True))

REFUSED = table(
    "Refused now", "Providers that do not take mail, why, and since when; gone after a day without a refusal (`reputed explain "
    "delivery.refused`).",
    latest(f'max by (job, instance, mta, provider, class) (1000 * {of_agents("reputed_delivery_refused_since_timestamp_seconds")})'),
    {"provider": ("Provider", {}), "class": ("Class", {}), "mta": ("MTA", {"custom_width": 80}),
     "Value": ("Since", {"unit": "dateTimeFromNow", "custom_width": 130}),
     "instance": ("Findings at", {"links": [links.to_finding("${__data.fields.instance}")]})},
    sort=("Since", False))

ERRORS = timeseries(
    "Error rate by provider",
    "Share of the attempts of an hour that failed for good. The line is the 3 % above which receivers begin to distrust a "
    "sender.",
    series((f'max by (provider) ({of_window("reputed_delivery_error_ratio", "1h")})', "{{provider}}")), "percentunit", line=True,
    soft_max=0.05, thresholds=steps("transparent", (0.03, RED)))
DEFERRALS = timeseries(
    "Put off by provider", "Share of the attempts of an hour that were put off.",
    series((f'max by (provider) ({of_window("reputed_delivery_deferral_ratio", "1h")})', "{{provider}}")), "percentunit",
    soft_max=0.1)
DELAY = timeseries(
    "Delay by provider", "From arrival to the end of an attempt, over a day: median and 95th percentile.",
    series((f'max by (provider, statistic) ({of_agents("reputed_delivery_delay_seconds")})', "{{provider}} {{statistic}}")), "s")

DEPTH = timeseries(
    "Queue depth", "Messages by queue.",
    series((f'sum by (mta, queue) ({of_agents("reputed_queue_messages")})', "{{mta}} {{queue}}")), stacked=True, decimals=0)
AGE = timeseries(
    "Age of the oldest message", "By queue; nothing where a queue is empty.",
    series((f"time() - min by (mta, queue) ({of_agents(OLDEST)})", "{{mta}} {{queue}}")), "s")


def younger_than(seconds):
    return of_agents("reputed_queue_age_messages", f'seconds="{seconds}"')


LATE = timeseries(
    "Messages by age", "How many of all that wait arrived longer ago than this.",
    series((f'sum({of_agents("reputed_queue_messages")})', "all"),
           *((f'sum({of_agents("reputed_queue_messages")}) - sum({younger_than(seconds)})', legend)
             for seconds, legend in ((1800, "over 30 minutes"), (14400, "over 4 hours"), (86400, "over a day")))), decimals=0)
WAITING = bargauge(
    "Who refuses what waits", "Recipients in the queue by who refused them last, and why.",
    now(f'sort_desc(topk(12, sum by (provider, class) ({of_agents("reputed_queue_waiting_recipients")})))', "{{provider}} {{class}}"),
    min=0, decimals=0, thresholds=steps(ORANGE))

VOLUME = timeseries(
    "Volume today and the plan",
    "Messages sent since midnight UTC by address, and what its warm-up plan allows today. More than the plan looks "
    "like a hijacked machine to receivers (`reputed explain volume.over_plan`).",
    series((f'max by (ip) ({of_ips("reputed_sent_messages_today")})', "{{ip}} sent"),
           (f'max by (ip) ({of_ips("reputed_warmup_planned_messages")})', "{{ip}} planned")), decimals=0,
    overrides=[{"matcher": {"id": "byRegexp", "options": "/ planned$/"}, "properties": [
        {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 6]}}, {"id": "custom.fillOpacity", "value": 0}]}])
SOURCES = timeseries(
    "Attempts by our own address", "Since midnight UTC, where the MTA logs which address mail left from.",
    series((f'max by (ip) ({of_ips("reputed_delivery_source_attempts")})', "{{ip}}")), decimals=0)
BLAMED = bargauge(
    "Lists that receivers name", "Refusals within a day that name this DNS list, whether or not it lists us (`reputed explain "
    "delivery.list_named`).",
    now(f'sort_desc(sum by (list) ({of_agents("reputed_delivery_list_refusals")}))', "{{list}}"), min=0, decimals=0,
    thresholds=steps(RED))
OWN = timeseries(
    "What stays here, what we refuse", "Local deliveries by outcome, and mail of others that the MTA refused.",
    series((f'sum by (status) ({rate(of_agents("reputed_delivery_local_total"))})', "local {{status}}"),
           (f'sum by (mta) ({rate(of_agents("reputed_delivery_rejected_total"))})', "refused by {{mta}}")), "cps")


def make():
    return dashboard(
        "reputed-delivery", "reputed: delivery", "Who takes our mail, who refuses it and why, and what waits in the queue.",
        [("Is mail taken?", 4, ANSWER),
         ("Outcomes", 9, [(8, BY_STATUS), (8, BY_PROVIDER), (8, BY_CLASS), (8, REFUSED), (8, TOTALS), (8, BLAMED)]),
         ("Rates and delays", 8, [(8, ERRORS), (8, DEFERRALS), (8, DELAY)]),
         ("Queue", 8, [(6, DEPTH), (6, AGE), (6, LATE), (6, WAITING)]),
         ("Volume", 8, [(8, VOLUME), (8, SOURCES), (8, OWN)])],
        transitions())
