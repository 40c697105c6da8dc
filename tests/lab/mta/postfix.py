"""Postfix in a room."""
import json
import os

import mta
import room
import scenario

MAIN = f"""compatibility_level = 3.6
queue_directory = /var/spool/postfix
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
data_directory = /var/lib/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = {scenario.HOSTNAME}
mydomain = lab.example
myorigin = lab.example
mydestination = lab.example
mynetworks = 10.0.0.0/8
inet_interfaces = 127.0.0.1, {scenario.US}
inet_protocols = ipv4
smtp_bind_address = {scenario.US}
smtp_tls_security_level = may
smtp_tls_loglevel = 1
alias_maps =
alias_database =
local_recipient_maps =
mailbox_command =
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
minimal_backoff_time = 1d
maximal_backoff_time = 2d
queue_run_delay = 1d
"""
MASTER = """smtp      inet  n       -       n       -       -       smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
"""


class Postfix(mta.Mta):
    kind = "postfix"
    log = "/var/log/mail.log"
    spool = "/var/spool/postfix"
    listings = {"postqueue -j": ["postqueue", "-j"], "postqueue -p": ["postqueue", "-p"]}
    users = {"postfix": 901, "postdrop": 902}
    arrival = r"postfix(?:-out)?/pickup\[\d+\]: (\w+): uid=0"
    statuses = {"poor@ironport.example": "deferred"}  # a greeting of 5xx counts as no connection
    unasked = {scenario.UNHEARD: 2, "gone@nodomain.example": 1}

    def __init__(self, directory, cache, modern=False, **options):
        """`modern`: long queue identifiers, a name of its own in the log, stamps of RFC 3339."""
        super().__init__(directory, cache, **options)
        self.settings = MAIN.replace(scenario.US, self.address)
        if modern:
            self.settings += "enable_long_queue_ids = yes\nsyslog_name = postfix-out\n"
            self.room.plan["stamps"] = "rfc3339"

    def configure(self):
        here = self.room
        here.write("/etc/postfix/main.cf", self.settings)
        here.write("/etc/postfix/master.cf", MASTER)
        here.write("/etc/postfix/dynamicmaps.cf", "")
        here.make("/var/lib/postfix", 901, 901)
        here.make(self.spool)
        for name in "incoming active deferred bounce defer hold corrupt flush saved private trace".split():
            here.make(f"{self.spool}/{name}", 901, 0, 0o700)
        here.make(self.spool + "/public", 901, 902, 0o710)
        here.make(self.spool + "/maildrop", 901, 902, 0o1730)
        here.make(self.spool + "/pid")

    def launch(self):
        self.room.start("master", "/usr/lib/postfix/sbin/master")

    def inject(self, number, recipients, sender=scenario.SENDER):
        self.room.run("sendmail", "-i", "-f", sender, "--", *recipients,
                      text=scenario.message(number, recipients, sender))

    def queue(self):
        return [json.loads(line) for line in self.listing("postqueue -j").splitlines()]

    def settle(self, attempts):
        def idle():
            entries = self.queue()
            return not os.listdir(self.room.path(self.spool + "/maildrop")) and all(
                entry["queue_name"] == "deferred" for entry in entries)
        room.poll("Postfix has tried everything", idle)

    def retry(self):
        self.room.run("postqueue", "-f")

    def hold(self):
        identifier, = [entry["queue_id"] for entry in self.queue()
                       if scenario.HELD in [recipient["address"] for recipient in entry["recipients"]]]
        self.room.run("postsuper", "-h", identifier)

    def give_up(self):
        self.room.run("postconf", "-e", "maximal_queue_lifetime = 0")
        self.room.run("sh", "-c", f"kill $(cat {self.spool}/pid/master.pid)")
        room.poll("Postfix ends", lambda: not self.room.listening())
        self.launch()
        room.poll("Postfix listens again", self.room.listening)
        self.retry()
        room.poll("Postfix has given up", lambda: all(entry["queue_name"] == "hold" for entry in self.queue()))
        return True

    def figures(self):
        entries = self.queue()
        return {"messages": len(entries), "recipients": sum(len(entry["recipients"]) for entry in entries),
                "bytes": sum(entry["message_size"] for entry in entries),
                "oldest_arrival": min((entry["arrival_time"] for entry in entries), default=None)}
