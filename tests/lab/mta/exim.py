"""Exim in a room."""
import re

import mta
import scenario

RETRY = "* * F,2h,1s"
# Much as Debian's, without what a room does not have
CONFIGURATION = f"""primary_hostname = {scenario.HOSTNAME}
domainlist local_domains = @ : lab.example
log_file_path = /var/log/exim4/%slog
log_selector = @SELECTOR@
split_spool_directory = @SPLIT@
local_interfaces = 127.0.0.1 : {scenario.US}
acl_smtp_rcpt = check_rcpt
qualify_domain = lab.example
never_users = root
host_lookup = *
rfc1413_query_timeout = 0s
ignore_bounce_errors_after = 2d
trusted_users = root
message_logs = true
keep_environment =
begin acl
check_rcpt:
  accept domains = +local_domains
  deny message = relay not permitted
begin routers
dnslookup:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote_smtp
  no_more
local_user:
  driver = accept
  check_local_user
  transport = local_delivery
begin transports
remote_smtp:
  driver = smtp
  interface = {scenario.US}
  tls_tempfail_tryclear = true
local_delivery:
  driver = appendfile
  file = /var/mail/$local_part_data
  group = mail
  mode = 0660
  delivery_date_add
  envelope_to_add
  return_path_add
begin retry
{RETRY}
"""


class Exim(mta.Mta):
    kind = "exim"
    log = "/var/log/exim4/mainlog"
    spool = "/var/spool/exim4"
    listings = {"exim -bp": ["exim4", "-bp"]}
    users = {"Debian-exim": 901}
    arrival = r" (\w{6}-\w{6}-\w{2}) <= operator@lab\.example"
    # "Unrouteable address" is all that it says of a domain that does not exist, as of a user who does not.
    classes = {"gone@nodomain.example": "mailbox_unknown"}
    silent_on_reasons = ("exim -bp",)
    unasked = {scenario.UNHEARD: 2, "gone@nodomain.example": 1}

    def __init__(self, directory, cache, selector="+smtp_protocol_error +tls_peerdn", split=False, **options):
        super().__init__(directory, cache, **options)
        self.tells_source = selector == "+all"
        self.configuration = CONFIGURATION.replace("@SELECTOR@", selector).replace("@SPLIT@", str(split).lower())

    def configure(self):
        self.room.write("/etc/exim4/exim4.conf", self.configuration.replace(scenario.US, self.address))
        self.room.make("/var/log/exim4", 901, 901, 0o2750)
        for name in ("", "/db", "/input", "/msglog"):
            self.room.make(self.spool + name, 901, 901, 0o750)

    def launch(self):
        self.room.start("daemon", "exim4", "-bdf", "-C", "/etc/exim4/exim4.conf")

    def inject(self, number, recipients, sender=scenario.SENDER):
        self.room.run("exim4", "-odq", "-i", "-f", sender, "--", *recipients,
                      text=scenario.message(number, recipients, sender))

    def settle(self, attempts):
        """In the foreground; what comes back is delivered at once."""
        self.room.run("exim4", "-qff")

    def hold(self):
        identifier = self.room.run("exiqgrep", "-i", "-r", scenario.HELD).strip()
        self.room.run("exim4", "-Mf", identifier)

    def give_up(self):
        """What no retry rule is for is not tried again."""
        configuration = self.text("/etc/exim4/exim4.conf").replace(RETRY, "")
        self.room.write("/etc/exim4/exim4.conf", configuration)
        self.room.run("exim4", "-qf")
        return True

    def figures(self):
        listing = self.listing("exim -bp")
        sizes = re.findall(r"^ *\d+[mhd] +(\d+) \S+ <", listing, re.MULTILINE)  # all are below 1 KiB, so exact
        return {"messages": int(self.room.run("exim4", "-bpc")), "bytes": sum(map(int, sizes)),
                "recipients": len(re.findall(r"^          \S+@", listing, re.MULTILINE)),
                "frozen": len(self.room.run("exiqgrep", "-z", "-i", check=False).split())}
