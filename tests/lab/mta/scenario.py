"""Who receives, what their hosts answer, and what that is: the same for every MTA.

Names, addresses and replies look like those of the world, because what an agent makes of them depends on it.
"""
import dataclasses
import json

SENDER = "operator@lab.example"
LOCAL = "box@lab.example"
US = "11.10.0.25"
HOSTNAME = "mail.lab.example"

# domain: (mail exchanger, its address, offers STARTTLS)
HOSTS = {
    "gmail.com": ("gmail-smtp-in.l.google.com", "142.250.27.26", True),
    "outlook.com": ("outlook-com.olc.protection.outlook.com", "52.101.8.33", True),
    "contoso.example": ("contoso-example.mail.protection.outlook.com", "52.101.73.4", True),
    "yahoo.com": ("mta5.am0.yahoodns.net", "67.195.204.73", False),
    "docomo.ne.jp": ("mfsmax.docomo.ne.jp", "203.138.180.112", False),
    "corp.example": ("mx.corp.example", "198.51.100.25", False),
    "busy.example": ("mx.busy.example", "198.51.100.26", False),
    "ironport.example": ("mx.ironport.example", "198.51.100.27", False),
    "secret.example": ("mx.secret.example", "198.51.100.28", False),
    "dropping.example": ("mx.dropping.example", "198.51.100.29", False),
    "refusing.example": ("mx.refusing.example", "198.51.100.30", False),  # nobody listens there
}
NOT_LISTENING = "refusing.example"
PROVIDERS = {"gmail.com": "gmail", "outlook.com": "outlook", "contoso.example": "outlook", "yahoo.com": "yahoo",
             "docomo.ne.jp": "docomo"}


@dataclasses.dataclass(frozen=True)
class Case:
    recipient: str
    status: str  # after the first attempt: sent, deferred, bounced
    reply_class: str
    dsn: str = ""
    stage: str = ""  # where the table's reply is given; "": the recipient is taken
    reply: tuple = ()
    options: dict = dataclasses.field(default_factory=dict)

    @property
    def domain(self):
        return self.recipient.partition("@")[2]

    @property
    def provider(self):
        return PROVIDERS.get(self.domain, "other")


CASES = [
    Case("accepted@gmail.com", "sent", "delivered", "2.0.0"),
    Case("accepted@outlook.com", "sent", "delivered", "2.0.0"),
    Case("accepted@corp.example", "sent", "delivered", "2.0.0"),
    Case("forged@gmail.com", "bounced", "auth_failed", "5.7.26", "end", (
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
        "550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.",
        "550-5.7.26  Authentication results:",
        "550-5.7.26  DKIM = did not pass",
        f"550-5.7.26  SPF [lab.example] with ip: [{US}] = did not pass",
        "550 5.7.26  https://support.google.com/mail/answer/81126#authentication a1-2 - gsmtp")),
    Case("nobody@gmail.com", "bounced", "mailbox_unknown", "5.1.1", "rcpt", (
        "550-5.1.1 The email account that you tried to reach does not exist. Please try",
        "550-5.1.1 double-checking the recipient's email address for typos or",
        "550 5.1.1 unnecessary spaces. https://support.google.com/mail/?p=NoSuchUser a1-2 - gsmtp")),
    Case("quick@gmail.com", "deferred", "rate_limited", "4.2.1", "rcpt", (
        "450-4.2.1 The user you are trying to contact is receiving mail at a rate that",
        "450-4.2.1 prevents additional messages from being delivered. Please resend your",
        "450 4.2.1 message at a later time. https://support.google.com/mail/?p=ReceivingRate a1-2 - gsmtp")),
    Case("noptr@gmail.com", "bounced", "dns_identity", "5.7.25", "end", (
        f"550-5.7.25 [{US}] The IP address sending this message does not have a PTR",
        "550 5.7.25 record setup. https://support.google.com/mail/answer/81126#ip-practices a1-2 - gsmtp")),
    Case("banned@outlook.com", "bounced", "reputation", "5.7.606", "rcpt", (
        f"550 5.7.606 Access denied, banned sending IP [{US}]. To request removal from this list please visit "
        "https://sender.office.com/ and follow the directions. [AM1PEPF000252DC.eurprd07.prod.outlook.com]",)),
    Case("throttled@contoso.example", "deferred", "rate_limited", "4.7.500", "rcpt", (
        "451 4.7.500 Server busy. Please try again later from [11.10.0.25]. (S77719) "
        "[DB5PEPF00014B8B.eurprd02.prod.outlook.com]",)),
    Case("full@yahoo.com", "bounced", "mailbox_full", "5.2.2", "rcpt", (
        "552 5.2.2 The email account that you tried to reach is over quota",)),
    Case("nobody@docomo.ne.jp", "bounced", "mailbox_unknown", "", "rcpt", (
        "550 Unknown user nobody@docomo.ne.jp",)),
    Case("listed@corp.example", "bounced", "blocklisted", "5.7.1", "rcpt", (
        f"554 5.7.1 Service unavailable; Client host [{US}] blocked using zen.spamhaus.org; "
        f"https://www.spamhaus.org/query/ip/{US}",)),
    Case("huge@corp.example", "bounced", "too_large", "5.3.4", "end", (
        "552 5.3.4 Message size exceeds fixed limit",)),
    Case("grey@corp.example", "deferred", "greylisted", "4.7.1", "rcpt", (
        "451 4.7.1 <grey@corp.example>: Recipient address rejected: Greylisted, please try again in 300 seconds",),
        {"times": 1}),
    Case("elsewhere@corp.example", "bounced", "relay_denied", "5.7.1", "rcpt", (
        "554 5.7.1 <elsewhere@corp.example>: Relay access denied",)),
    Case("disabled@corp.example", "bounced", "mailbox_disabled", "5.2.1", "rcpt", (
        "550 5.2.1 <disabled@corp.example>: Mailbox disabled for this recipient",)),
    Case("spam@corp.example", "bounced", "content", "5.7.1", "end", (
        "554 5.7.1 Message rejected as spam by content filtering",)),
    Case("policy@corp.example", "bounced", "policy", "5.7.1", "rcpt", (
        "550 5.7.1 Message refused for reasons of local policy",)),
    Case("busy@busy.example", "deferred", "rate_limited", "4.7.0", "connect", (
        f"421 4.7.0 mx.busy.example Error: too many connections from {US}",)),
    Case("poor@ironport.example", "bounced", "reputation", "", "connect", (
        "554-mx.ironport.example",
        "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation. If you "
        "believe that this failure is in error, please contact the intended recipient via alternate means.")),
    Case("plain@secret.example", "bounced", "tls", "5.7.0", "mail", (
        "530 5.7.0 Must issue a STARTTLS command first",)),
    Case("dropped@dropping.example", "deferred", "connection", "", "rcpt", (), {"drop": True}),
    Case("unheard@refusing.example", "deferred", "connection"),
    Case("gone@nodomain.example", "bounced", "domain_unknown"),
    # One message to these three
    Case("first@corp.example", "sent", "delivered", "2.0.0"),
    Case("second@corp.example", "bounced", "mailbox_unknown", "5.1.1", "rcpt", (
        "550 5.1.1 <second@corp.example>: Recipient address rejected: User unknown in virtual mailbox table",)),
    Case("third@corp.example", "deferred", "mailbox_full", "4.2.2", "rcpt", (
        "452 4.2.2 <third@corp.example>: Mailbox is full",)),
]
MIXED = [f"{name}@corp.example" for name in ("first", "second", "third")]
HELD = "third@corp.example"
UNHEARD = "unheard@refusing.example"
BY_RECIPIENT = {case.recipient: case for case in CASES}


def plan(address=US):
    """The world of a room whose MTA sends from this address."""
    hosts = []
    records = [f"{HOSTNAME}. A {US}", "25.0.10.11.in-addr.arpa. PTR " + HOSTNAME + ".",
               f"lab.example. MX 10 {HOSTNAME}.", "localhost. A 127.0.0.1", "1.0.0.127.in-addr.arpa. PTR localhost."]
    records += ["stranger.example. MX 10 stranger.example.", f"stranger.example. A {STRANGER_ADDRESS}",
                "7.113.0.203.in-addr.arpa. PTR stranger.example."]
    for domain, (name, exchanger, tls) in HOSTS.items():
        backwards = ".".join(reversed(exchanger.split(".")))
        records += [f"{domain}. MX 10 {name}.", f"{name}. A {exchanger}", f"{backwards}.in-addr.arpa. PTR {name}."]
        if domain != NOT_LISTENING:
            hosts.append({"name": name, "address": exchanger, "tls": tls,
                          "rules": {case.recipient: {"stage": case.stage, "reply": case.reply, **case.options}
                                    for case in CASES if case.domain == domain and case.stage}})
    whole = {"address": US, "host": HOSTNAME, "hosts": hosts, "records": records}
    return json.loads(json.dumps(whole).replace(US, address))


def message(number, recipients, sender=SENDER):
    """A message whose size tells it from the others."""
    lines = "".join(f"line {line} of message {number}\n" for line in range(1, number + 2))
    return f"From: {sender}\nTo: {', '.join(recipients)}\nSubject: message {number}\n\n{lines}"


# What a stranger says to our own port: the last recipient is refused, and nothing is sent.
STRANGER = ["EHLO stranger.example", "MAIL FROM:<stranger@stranger.example>", "RCPT TO:<someone@elsewhere.example>",
            "RCPT TO:<other@elsewhere.example>", "QUIT"]
STRANGER_ADDRESS = "203.0.113.7"
STRANGER_REFUSED = 2
