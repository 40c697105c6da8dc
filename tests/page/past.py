"""Writes a past into an agent's store: what was found in the last three months, and on which days somebody looked."""
import contextlib
import sqlite3
import time

DAY = 86400
# days ago: from, until (None: its end was lost), severity, check, code, subject, object, message
FOUND = [
    (83, 79, 3, "dnsbl", "dnsbl.listed", "11.10.1.25", "bl.spamcop.net", "11.10.1.25 is listed on bl.spamcop.net: spam traps were hit"),
    (62, 61, 4, "dnsbl", "dnsbl.listed", "11.10.1.25", "zen.spamhaus.org", "11.10.1.25 is listed on zen.spamhaus.org: CSS"),
    (55, 52.5, 3, "dnsbl", "dnsbl.listed", "11.10.1.26", "b.barracudacentral.org",
     "11.10.1.26 is listed on b.barracudacentral.org: poor reputation"),
    (47, 46, 2, "resolver", "dns.resolver_silent", "resolver", "", "most questions of late got no answer"),
    (40, 33, 3, "ptr", "ptr.mismatch", "11.10.1.27", "", "the name of 11.10.1.27 does not lead back to it"),
    (33, 30, 1, "spf", "spf.neutral", "listed.example", "2a0b:1ab:1::25", "SPF says neutral"),
    (24, 23.2, 4, "dnsbl", "dnsbl.listed", "11.10.1.25", "codes.bl.lab", "11.10.1.25 is listed on codes.bl.lab: open relay"),
    (18, 17, 3, "dnsbl", "dnsbl.listed", "11.10.0.25", "bl.spamcop.net", "11.10.0.25 is listed on bl.spamcop.net: spam traps were hit"),
    (16, 15.5, 3, "dnsbl", "dnsbl.listed", "59.106.13.174", "dnsbl-1.uceprotect.net",
     "59.106.13.174 is listed on dnsbl-1.uceprotect.net: <img src=x onerror=alert(1)>"),
    (9, None, 3, "mx", "mx.unresolved", "portal.example", "", "an exchanger of portal.example has no address"),
]
# The agent was not there for a weekend, and came 76 days ago.
WATCHED = [(76, 29), (26, 1)]
NETWORKS = ("11.10.0.25", "2a0b:1ab::25", "11.10.1.24/30", "2a0b:1ab:1::25", "116.58.168.33", "59.106.13.174",
            "2403:3a00:201:13:59:106:13:174", "23.83.218.24")

NAMES = ("codes.bl.lab", "zen.spamhaus.org", "listed.example")


def plant(path, now=None):
    """Into a store that an agent made and left."""
    now = now or time.time()
    today = int(now) // DAY
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        first = database.execute("SELECT coalesce(max(id), 0) FROM transitions").fetchone()[0] + 1000
        rows = []
        for number, (begin, end, severity, check, code, subject, other, message) in enumerate(FOUND):
            opening = first + 2 * number
            for kind, days in ((0, begin), (2, end)):
                if days is None:
                    continue
                at = int((now - days * DAY) * 1e9)
                rows.append((opening + kind // 2, opening, kind, at, check, code, subject, other, 0, severity, message, "", "", "",
                             int((now - begin * DAY) * 1e9), 0, "", 1))
        database.executemany(f"INSERT INTO transitions VALUES({','.join('?' * 18)})", rows)
        days = " ".join(f"{today - begin}-{today - end}" for begin, end in WATCHED).encode()
        database.executemany("INSERT OR REPLACE INTO parts(owner, name, value) VALUES('watched', ?, ?)",
                             [(network, days) for network in NETWORKS])
        database.executemany("INSERT OR REPLACE INTO parts(owner, name, value) VALUES('watched/names', ?, ?)",
                             [(name, days) for name in NAMES])
        database.execute("DELETE FROM meta WHERE name = 'daily_until'")
