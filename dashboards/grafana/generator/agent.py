"""Can what the agents say be relied on: lists, resolver, budgets, jobs, notifiers, memory, process."""
from generator import links
from generator.model import (BLUE, COLOURED, GREEN, NARROW, ORANGE, PURPLE, RED, YES, bargauge, coloured_series, dashboard, latest,
                             nothing_means, now, series, steps, table, timeline, timeseries, values)
from generator.overview import transitions
from generator.queries import of_agents, of_processes, rate

USABLE = of_agents("reputed_list_health", 'health="usable"')
HEALTH = {"usable": GREEN, "refused": ORANGE, "broken": RED, "silent": PURPLE, "servfail": "dark-purple"}
STATES = {"clean": GREEN, "allowed": "dark-green", "score": BLUE, "listed": RED, "refused": ORANGE, "broken": "dark-red",
          "timeout": PURPLE, "servfail": "dark-purple", "unknown_code": "yellow"}
OUTCOMES = {"ok": GREEN, "nxdomain": BLUE, "nodata": "light-blue", "servfail": "dark-purple", "refused": ORANGE, "timeout": PURPLE,
            "malformed": RED}
HEALTH_CODE = {"usable": 0, "refused": 1, "broken": 2, "silent": 3, "servfail": 4}

AGENTS = table(
    "Agents", "Each agent that was scraped within the range.",
    latest(f'max by (job, instance) ({of_processes("up")})',
           f'max by (job, instance, version) (last_over_time({of_agents("reputed_build_info")}[$__range]))',
           f'max by (job, instance) (time() - {of_processes("process_start_time_seconds")})',
           f'max by (job, instance) ({of_agents("reputed_config_last_reload_successful")})',
           f'max by (job, instance) ({of_agents("reputed_store_healthy")})',
           f'sum by (job, instance) ({of_agents("reputed_findings")})'),
    {"instance": ("Agent", {"links": [links.to_finding("${__data.fields.instance}")]}),
     "version": ("Version", {}),
     "Value #A": ("Answers", {"mappings": YES, **COLOURED}),
     "Value #C": ("Up for", {"unit": "s"}),
     "Value #D": ("Configuration read", {"mappings": YES, **COLOURED, "custom_width": 150}),
     "Value #E": ("Memory on disk", {"mappings": YES + nothing_means("no store"), **COLOURED, "custom_width": 150}),
     "Value #F": ("Open findings", {})},
    sort=("Agent", False))

HEALTH_COUNT = timeseries(
    "Lists by health", "By the lists' own test points. Only a usable list says something about an address.",
    series((f'sum by (health) ({of_agents("reputed_list_health")})', "{{health}}")), stacked=True, decimals=0,
    overrides=coloured_series(HEALTH))
HEALTH_TIMELINE = timeline(
    "Lists out of use",
    "Lists that were not usable at some time of the range. Most refuse because of the resolver: run a recursive one of your own "
    "(`reputed lists --verify`).",
    series(("max by (list) (" + " or ".join(
        f"""label_replace({code} * {of_agents("reputed_list_health", f'health="{health}"')}, "code", "{code}", "", "")"""
        for health, code in HEALTH_CODE.items()) + f") and on (list) min_over_time({USABLE}[$__range] @ end()) == 0", "{{list}}")),
    values(*((code, health, HEALTH[health]) for health, code in HEALTH_CODE.items())))
TARGETS = timeseries(
    "Answers by state", "Addresses and domains by what each list last answered about them.",
    series((f'sum by (state) ({of_agents("reputed_dnsbl_targets")})', "{{state}}")), stacked=True, decimals=0,
    overrides=coloured_series(STATES))

DNS_OUTCOMES = timeseries(
    "DNS questions by outcome", "nxdomain is the common answer of a list; refused, servfail and timeout tell of the resolver.",
    series((f'sum by (outcome) ({rate(of_agents("reputed_dns_queries_total"))})', "{{outcome}}"),
           (f'sum({rate(of_agents("reputed_dns_retries_total"))})', "asked again")), "reqps", overrides=coloured_series(OUTCOMES))
ANSWERED = of_agents("reputed_dns_query_duration_seconds_bucket", 'outcome=~"ok|nxdomain|nodata"')
DNS_TIME = timeseries(
    "DNS answer time", "Of questions that were answered.",
    series(*((f"histogram_quantile({quantile}, sum by (le) ({rate(ANSWERED)}))", legend)
             for quantile, legend in ((0.5, "median"), (0.95, "95th percentile"), (0.99, "99th percentile")))), "s")
BUDGETS = bargauge(
    "Budgets used", "Questions of 24 hours as a share of what each operator or source allows. At 1 the rest is not asked "
    "(`reputed explain budget.exhausted`).",
    now(f'sort_desc(topk(20, max by (owner) ({of_agents("reputed_budget_queries")} / {of_agents("reputed_budget_limit_queries")})))',
        "{{owner}}"), "percentunit", min=0, max=1, decimals=1, thresholds=steps(GREEN, (0.8, ORANGE), (1, RED)))
BUDGETS_OVER_TIME = timeseries(
    "Questions of 24 hours by owner", "What is counted against each budget.",
    series((f'max by (owner) ({of_agents("reputed_budget_queries")})', "{{owner}}"),
           (f'sum by (owner) ({rate(of_agents("reputed_budget_refusals_total"))})', "{{owner}} refused, a second")), decimals=0)

JOB_AGE = timeseries(
    "Age of the last success by check", "Of the job of each check whose last success is the oldest.",
    series((f'max by (check) (time() - ({of_agents("reputed_job_last_success_timestamp_seconds")} > 0))', "{{check}}")), "s")
JOB_RUNS = timeseries(
    "Jobs", "Runs by check, and runs that broke off.",
    series((f'sum by (check) ({rate(of_agents("reputed_job_runs_total"))})', "{{check}}"),
           (f'sum({rate(of_agents("reputed_job_failures_total"))})', "broken off")), "cps")
JOB_TIME = timeseries(
    "Job duration", "The last run, the longest among the jobs of a check.",
    series((f'max by (check) ({of_agents("reputed_job_duration_seconds")})', "{{check}}")), "s")

NOTIFIERS = table(
    "Notifiers", "Who is told: what still waits, and when the notifier was last reached (`reputed notify test`).",
    latest(f'max by (job, instance, notifier) ({of_agents("reputed_notifier_waiting")})',
           f'max by (job, instance, notifier) (1000 * {of_agents("reputed_notifier_last_success_timestamp_seconds")} > 0)'),
    {"notifier": ("Notifier", {}), "Value #A": ("Waiting", NARROW),
     "Value #B": ("Last reached", {"unit": "dateTimeFromNow", "mappings": nothing_means("not since the start"), "custom_width": 160}),
     "instance": ("Agent", {"links": [links.to_finding("${__data.fields.instance}")]})},
    sort=("Waiting", True))
MESSAGES = timeseries(
    "Messages", "Delivered, attempts that failed, and transitions dropped untold.",
    series((f'sum by (notifier, result) ({rate(of_agents("reputed_notifications_total"))})', "{{notifier}} {{result}}")), "cps")
FEEDBACK = table(
    "Sources of feedback", "Whether each service answered, and how old its newest data is.",
    latest(f'max by (job, instance, source) ({of_agents("reputed_feedback_up")})',
           f'min by (job, instance, source) (time() - ({of_agents("reputed_feedback_data_timestamp_seconds")} > 0))'),
    {"source": ("Source", {}), "Value #A": ("Answered", {"mappings": YES, **COLOURED}),
     "Value #B": ("Age of the data", {"unit": "s", "mappings": nothing_means("no data yet")}), "instance": ("Agent", {})},
    sort=("Source", False))

STORE = timeseries(
    "Memory on disk", "Size of the database.",
    series((f'max by (instance) ({of_agents("reputed_store_size_bytes")})', "{{instance}}")), "bytes")
COMMITS = timeseries(
    "Commits to disk", "One commit may hold several batches.",
    series((f'sum by (instance) ({rate(of_agents("reputed_store_commits_total"))})', "{{instance}}"),
           (f'sum by (instance) ({rate(of_agents("reputed_store_commit_failures_total"))})', "{{instance}} failed")), "cps")
LOG = timeseries(
    "Log of the MTA", "Lines read, and bytes that are still to be read.",
    series((f'sum by (mta) ({rate(of_agents("reputed_log_lines_total"))})', "{{mta}} lines"),
           (f'sum by (mta) ({of_agents("reputed_log_behind_bytes")})', "{{mta}} behind")), "cps",
    overrides=[{"matcher": {"id": "byRegexp", "options": "/ behind$/"}, "properties": [{"id": "unit", "value": "bytes"}]}])

MEMORY = timeseries("Resident memory", "Of each agent's process.",
                    series((f'max by (instance) ({of_processes("process_resident_memory_bytes")})', "{{instance}}")), "bytes")
CPU = timeseries("Processor", "Share of one core.",
                 series((f"""max by (instance) ({rate(of_agents("process_cpu_seconds_total"))}
                     and on (job, instance) {of_agents("reputed_build_info")})""", "{{instance}}")), "percentunit")
FILES = timeseries("Open files", "Share of what the process may open.",
                   series((f'max by (instance) ({of_processes("process_open_fds")} / {of_agents("process_max_fds")})',
                           "{{instance}}")), "percentunit", soft_max=0.05)


def make():
    return dashboard(
        "reputed-agent", "reputed: agent", "Can what the agents say be relied on: lists, resolver, budgets, jobs, notifiers, memory.",
        [("Agents", 6, [(24, AGENTS)]),
         ("Lists", 9, [(8, HEALTH_COUNT), (8, HEALTH_TIMELINE), (8, TARGETS)]),
         ("Resolver and budgets", 8, [(6, DNS_OUTCOMES), (6, DNS_TIME), (6, BUDGETS), (6, BUDGETS_OVER_TIME)]),
         ("Jobs", 8, [(8, JOB_AGE), (8, JOB_RUNS), (8, JOB_TIME)]),
         ("Telling and hearing", 8, [(8, NOTIFIERS), (8, MESSAGES), (8, FEEDBACK)]),
         ("Memory and process", 7, [(4, STORE), (4, COMMITS), (4, LOG), (4, MEMORY), (4, CPU), (4, FILES)])],
        transitions())
