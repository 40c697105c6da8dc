"""PromQL with the dashboards' variables in it."""

AGENTS = 'job=~"$job",instance=~"$instance"'
IPS = 'ip=~"$ip"'
SENDERS = 'sender=~"$sender"'
BY_IP = "job, instance, ip"

# Receivers act on these; the rules of dashboards/prometheus call them critical.
MAJOR_LISTS = ".*[.]spamhaus[.](org|net)|b[.]barracudacentral[.]org|bl[.]spamcop[.]net"
# They list whole providers, which says nothing about the address.
NEIGHBOUR_LISTS = "dnsbl-[23][.]uceprotect[.]net"


def of_agents(metric, *matchers):
    """A metric of the chosen agents."""
    return metric + "{" + ",".join((AGENTS,) + matchers) + "}"


def of_ips(metric, *matchers):
    """A metric with the label ip, of the chosen addresses of the chosen senders. In parentheses.

    "All" addresses is a regular expression that fits everything, so the sender must be asked for again.
    """
    return (f'({of_agents(metric, *matchers, IPS)} and on ({BY_IP}) {of_agents("reputed_ip_info", IPS, SENDERS)})')


def of_domains(metric, *matchers):
    """A metric with the label domain, of those domains whose SPF is evaluated for the chosen addresses."""
    return (f'({of_agents(metric, *matchers)} and on (job, instance, domain) {of_ips("reputed_spf_verdict")})')


def of_processes(metric, *matchers):
    """A metric that every exporter has: where all jobs are chosen it is still that of agents only. In parentheses."""
    return (f'({of_agents(metric, *matchers)} and on (job, instance) last_over_time({of_agents("reputed_build_info")}[$__range]))')


def rate(counter):
    return f"rate({counter}[$__rate_interval])"


def increase(counter):
    """Over the whole range: for tables and single figures, which have no step."""
    return f"increase({counter}[$__range])"


def rank(verdict):
    """A verdict in the order of severity: what could not be told, -1, comes between info and warning."""
    return f"({verdict} + 2.5 * ({verdict} < bool 0))"


def worst_by_ip():
    """The worst that is known of each address, 0 ok to 3 critical: its reputation, its listings, PTR, SPF.

    An address about which no list has said anything is not ok.
    """
    parts = {
        "reputation": of_agents("reputed_reputation_level", IPS),
        "listed": "2 * " + of_agents("reputed_listed", IPS, f'list!~"{MAJOR_LISTS}|{NEIGHBOUR_LISTS}"'),
        "listed by many": "3 * " + of_agents("reputed_listed", IPS, f'list=~"{MAJOR_LISTS}"'),
        "ptr": rank(of_agents("reputed_ptr_verdict", IPS)),
        "spf": rank(of_agents("reputed_spf_verdict", IPS)),
        "never asked": f'1.5 * ({of_agents("reputed_ip_info", IPS)} unless on ({BY_IP}) {of_agents("reputed_listed", IPS)})',
    }
    # `or` keeps only one of two series with the same labels, so that each part has a label of its own.
    return " or ".join(f'label_replace(max by ({BY_IP}) ({query}), "part", "{part}", "", "")'
                       for part, query in parts.items())


def by_sender(aggregate, query):
    """What `query` says of each address (labels job, instance, ip), put together for the sender."""
    return (f'{aggregate} by (job, instance, sender, hostname) ({of_agents("reputed_ip_info", IPS, SENDERS)}'
            f" * on ({BY_IP}) group_left () {query})")
