"""Sendmail in a room."""
import re

import mta
import scenario

PROGRAM = "/usr/libexec/sendmail/sendmail"
CONFIGURATION = f"""divert(0)dnl
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `{scenario.HOSTNAME}')dnl
define(`confDEF_USER_ID', `8:8')dnl
define(`confTO_CONNECT', `5s')dnl
define(`confTO_IDENT', `0s')dnl
define(`confTO_QUEUEWARN', `5d')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confCLIENT_OPTIONS', `Addr={scenario.US}')dnl
define(`confPID_FILE', `/var/run/sendmail.pid')dnl
define(`LOCAL_MAILER_FLAGS', `P9')dnl
define(`LOCAL_MAILER_PATH', `/usr/bin/tee')dnl
define(`LOCAL_MAILER_ARGS', `tee -a /var/mail/$u')dnl
define(`ALIAS_FILE', `/etc/mail/aliases')dnl
undefine(`STATUS_FILE')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MTA, Addr=127.0.0.1')dnl
DAEMON_OPTIONS(`Name=outside, Addr={scenario.US}')dnl
LOCAL_DOMAIN(`lab.example')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
"""


class Sendmail(mta.Mta):
    kind = "sendmail"
    log = "/var/log/mail.log"
    spool = "/var/spool/mqueue"
    listings = {"mailq": [PROGRAM, "-bp"], "mailq -v": [PROGRAM, "-bp", "-v"]}
    users = {"smmta": 901, "smmsp": 902}
    arrival = r"sendmail\[\d+\]: (\w{14}): from=operator@lab\.example"
    # The log has the first line of a reply, and long names of hosts without their middle.
    classes = {"poor@ironport.example": "protocol"}
    relays = {"throttled@contoso.example": "contoso-example.ma...ction.outlook.com"}
    dsns = {"poor@ironport.example": "5.5.0"}
    last_attempt = False
    unasked = {scenario.UNHEARD: 2, "gone@nodomain.example": 1}

    def configure(self):
        here = self.room
        here.write("/etc/mail/sendmail.mc", CONFIGURATION.replace(scenario.US, self.address))
        here.write("/etc/mail/sendmail.cf", here.run("m4", "/etc/mail/sendmail.mc"))
        here.write("/etc/mail/local-host-names", "")
        here.write("/etc/mail/aliases", "postmaster: operator\n")
        here.make(self.spool, 0, 0, 0o700)
        here.make("/var/mail", mode=0o1777)
        here.run(PROGRAM, "-bi")

    def launch(self):
        self.room.start("daemon", PROGRAM, "-L", "sm-mta", "-bD", "-ODeliveryMode=queueonly")

    def inject(self, number, recipients, sender=scenario.SENDER):
        self.room.run(PROGRAM, "-Am", "-odq", "-i", "-f", sender, "--", *recipients,
                      text=scenario.message(number, recipients, sender))

    def settle(self, attempts):
        self.run_queue()

    def run_queue(self, *options):
        """In the foreground (by -v), and then what that gave back. Fails when something is deferred."""
        for which in ("-q", "-qRoperator@lab.example"):
            self.room.run(PROGRAM, "-L", "sm-mta", *options, which, "-v", check=False)

    def hold(self):
        self.room.run(PROGRAM, "-qR" + scenario.HELD, "-Qlab")

    def give_up(self):
        self.run_queue("-OTimeout.queuereturn=now")
        return True

    def figures(self):
        listing = self.listing("mailq")
        quarantine = self.room.run(PROGRAM, "-bp", "-qQ")
        total = r"Total requests: (\d+)"
        return {"messages": int(re.search(total, listing)[1]), "frozen": int(re.search(total, quarantine)[1]),
                "recipients": len(re.findall(r"^\t+ *\S+@", listing, re.MULTILINE)),
                "bytes": sum(map(int, re.findall(r"^\w{14}[*?X]? +(\d+) ", listing, re.MULTILINE)))}
