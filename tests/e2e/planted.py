"""What tests/lab/README.md says is planted, as the tests compare it."""

# (subject, list): (codes, severity)
LISTED = {
    ("11.10.1.25", "zen.spamhaus.org"): (["127.0.0.2", "127.0.0.4"], "critical"),
    ("11.10.1.26", "zen.spamhaus.org"): (["127.0.0.11"], "warning"),
    ("116.58.168.33", "zen.spamhaus.org"): (["127.0.0.10"], "warning"),
    ("2a0b:1ab:1::25", "zen.spamhaus.org"): (["127.0.0.3"], "critical"),
    ("11.10.1.25", "bl.spamcop.net"): (["127.0.0.2"], "critical"),
    ("11.10.1.27", "b.barracudacentral.org"): (["127.0.0.2"], "critical"),
    ("11.10.1.25", "dnsbl-1.uceprotect.net"): (["127.0.0.2"], "warning"),
    ("11.10.1.25", "codes.bl.lab"): (["127.0.0.2", "127.0.0.3"], "critical"),
    ("11.10.1.26", "codes.bl.lab"): (["127.0.0.10"], "info"),
    ("2a0b:1ab:1::25", "codes.bl.lab"): (["127.0.0.3"], "warning"),
    ("2a0b:1ab:1::25", "six.bl.lab"): (["127.0.0.2"], "warning"),
    ("11.10.1.25", "bitmask.bl.lab"): (["127.0.0.12"], "critical"),
    ("11.10.1.27", "bitmask.bl.lab"): (["127.0.0.2"], "warning"),
    ("11.10.1.25", "keyed.bl.lab"): (["127.0.0.2"], "warning"),
    ("116.58.168.33", "net.bl.lab"): (["127.0.0.2"], "warning"),
    ("listed.example", "domain.bl.lab"): (["127.0.0.2"], "warning"),
    ("listed.example", "dbl.spamhaus.org"): (["127.0.1.2"], "critical"),
    ("smtp.listed.example", "dbl.spamhaus.org"): (["127.0.1.2"], "critical"),
    ("a24.listed.example", "dbl.spamhaus.org"): (["127.0.1.2"], "critical"),
    ("forged.listed.example", "dbl.spamhaus.org"): (["127.0.1.2"], "critical"),
}
NEIGHBOURHOOD = {("116.58.168.33", "net.bl.lab")}  # of those: the list lists networks
# (code, subject, list): severity
SCORES = {("dnsbl.score", "11.10.1.25", "score.bl.lab"): "warning"}
DOMAIN_LISTS = {"domain.bl.lab", "dbl.spamhaus.org"}
IP_LISTED = {pair for pair in LISTED if pair[1] not in DOMAIN_LISTS}
DOMAIN_LISTED = set(LISTED) - IP_LISTED

# (subject, list): (code, state)
NOT_LISTED = {
    ("11.10.0.25", "list.dnswl.org"): ("127.0.9.1", "allowed"),
    ("11.10.0.25", "allow.bl.lab"): ("127.0.0.2", "allowed"),
    ("2a0b:1ab::25", "allow.bl.lab"): ("127.0.0.2", "allowed"),
    ("11.10.0.25", "score.bl.lab"): ("127.0.4.98", "score"),
    ("11.10.1.25", "score.bl.lab"): ("127.0.4.12", "score"),
    ("11.10.1.27", "codes.bl.lab"): ("127.0.0.77", "unknown_code"),
}

HEALTH = {
    "wildcard.bl.lab": "broken", "parked.bl.lab": "broken", "inverted.bl.lab": "broken",
    "emptied.bl.lab": "broken", "nodata.bl.lab": "broken", "refusing.bl.lab": "refused",
    "refused.bl.lab": "refused", "servfail.bl.lab": "servfail", "silent.bl.lab": "silent",
}  # every other list is usable
USABLE = ["zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "dnsbl-1.uceprotect.net",
          "dbl.spamhaus.org", "list.dnswl.org", "codes.bl.lab", "six.bl.lab", "domain.bl.lab", "allow.bl.lab",
          "bitmask.bl.lab", "score.bl.lab", "net.bl.lab", "keyed.bl.lab"]

IPV4 = ["11.10.0.25", "11.10.1.24", "11.10.1.25", "11.10.1.26", "11.10.1.27", "116.58.168.33",
        "59.106.13.174", "23.83.218.24"]
IPV6 = ["2a0b:1ab::25", "2a0b:1ab:1::25", "2403:3a00:201:13:59:106:13:174"]
# The blocklists among the usable ones, by the families that they know.
BLOCKLISTS_V4 = ["zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "dnsbl-1.uceprotect.net",
                 "codes.bl.lab", "bitmask.bl.lab", "net.bl.lab", "keyed.bl.lab"]
BLOCKLISTS_V6 = ["zen.spamhaus.org", "codes.bl.lab", "six.bl.lab"]

# (code, subject, object): severity
PTR = {
    ("ptr.multiple", "11.10.1.24", ""): "warning",
    ("hostname.address_mismatch", "11.10.1.24", "smtp.listed.example"): "warning",
    ("ptr.generic", "11.10.1.26", ""): "warning",
    ("ptr.hostname_mismatch", "11.10.1.26", "smtp.listed.example"): "warning",
    ("hostname.address_mismatch", "11.10.1.26", "smtp.listed.example"): "warning",
    ("ptr.not_confirmed", "11.10.1.27", ""): "critical",
    ("ptr.hostname_mismatch", "11.10.1.27", "smtp.listed.example"): "warning",
    ("hostname.address_mismatch", "11.10.1.27", "smtp.listed.example"): "warning",
    ("ptr.missing", "116.58.168.33", ""): "critical",
    ("ptr.misplaced", "116.58.168.33", "33.168.58.116.office.example"): "warning",
}
SPF = {
    ("spf.family", "listed.example", "listed"): "warning",
    ("spf.missing", "ts.skr.jp", ""): "warning",
    ("spf.via_missing", "portal.example", "relay.mailchannels.net"): "warning",
    ("spf.softfail", "portal.example", "23.83.218.24"): "info",
    ("spf.neutral_all", "listed.example", ""): "warning",
    ("spf.stale_address", "portal.example", "ip4:150.95.55.137"): "info",
    ("spf.stale_address", "portal.example", "ip4:163.44.239.12"): "info",
    ("spf.helo_none", "smtp.listed.example", ""): "info",
}
DKIM = {("dkim.testing", "office.example", "mail"): "warning",
        **{("dkim.no_selector", domain, ""): "info" for domain in ("listed.example", "portal.example", "ts.skr.jp")}}
DMARC = {("dmarc.missing", domain, ""): "warning"
         for domain in ("listed.example", "office.example", "portal.example", "ts.skr.jp")}
QUEUE = {"deferred": (3, 4), "hold": (2, 2), "active": (1, 1), "incoming": (0, 0), "maildrop": (0, 0)}
# Address: (score, level, severity of reputation.level); all others are at 100.
REPUTATION = {"11.10.1.24": (59, "poor", "warning"), "11.10.1.25": (0, "bad", "critical"),
              "11.10.1.26": (7, "bad", "critical"), "11.10.1.27": (0, "bad", "critical"),
              "2a0b:1ab:1::25": (0, "bad", "critical"), "116.58.168.33": (45, "poor", "warning")}
