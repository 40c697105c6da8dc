"""OpenSMTPD in a room."""
import re

import mta
import room
import scenario

CONFIGURATION = f"""table aliases {{ root = operator }}
listen on 127.0.0.1 port 25 hostname {scenario.HOSTNAME}
listen on {scenario.US} port 25 hostname {scenario.HOSTNAME}
listen on socket
action "local" mbox alias <aliases>
action "outbound" relay src {scenario.US} helo {scenario.HOSTNAME}
match from any for domain "lab.example" action "local"
match from local for local action "local"
match from local for any action "outbound"
"""


class Opensmtpd(mta.Mta):
    kind = "opensmtpd"
    log = "/var/log/mail.log"
    spool = "/var/spool/smtpd"
    listings = {"smtpctl show queue": ["smtpctl", "show", "queue"]}
    users = {"opensmtpd": 901, "opensmtpq": 902}
    arrival = r" smtp envelope evpid=(\w{16}) from=<operator@lab\.example>"
    tells_source = True
    statuses = {"poor@ironport.example": "deferred"}  # a host that does not greet is left alone for a while
    unasked = {scenario.UNHEARD: 2, "gone@nodomain.example": 1, "busy@busy.example": 1,
               "poor@ironport.example": 1}

    def __init__(self, directory, cache, **options):
        super().__init__(directory, cache, **options)
        self.room.program("/usr/sbin/smtpctl", 902, 0o2755)

    def configure(self):
        self.room.make("/var/lib/opensmtpd/empty")
        self.room.write("/etc/smtpd.conf", CONFIGURATION.replace(scenario.US, self.address))

    def launch(self):
        self.room.start("daemon", "smtpd", "-F", "-f", "/etc/smtpd.conf")

    def inject(self, number, recipients, sender=scenario.SENDER):
        self.room.run("sendmail", "-i", "-f", sender, "--", *recipients,
                      text=scenario.message(number, recipients, sender))

    def queue(self):
        """Envelopes: identifier, family, agent, flags, sender, recipient, ..., [10] attempts, [11] state."""
        return [line.split("|") for line in self.listing("smtpctl show queue").splitlines()]

    def settle(self, attempts):
        def idle():
            return all(fields[2] == "mta" and fields[11] == "pending" and int(fields[10]) >= attempts
                       for fields in self.queue())
        room.poll("OpenSMTPD has tried everything", idle, 40)

    def retry(self):
        self.room.run("smtpctl", "schedule", "all")

    def hold(self):
        identifier, = [fields[0] for fields in self.queue() if fields[5] == scenario.HELD]
        self.room.run("smtpctl", "pause", "envelope", identifier)

    def queue_ids(self):
        """Each recipient has an envelope of its own."""
        found = re.findall(self.arrival + " to=<([^>]*)>", self.text(self.log))
        return {identifier: [recipient] for identifier, recipient in found}

    def figures(self):
        envelopes = self.queue()
        return {"messages": len({fields[0][:8] for fields in envelopes}), "recipients": len(envelopes),
                "oldest_arrival": min((int(fields[7]) for fields in envelopes), default=None)}
