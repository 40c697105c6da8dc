"""Lines of a Postfix and of an Exim log, as two servers that send newsletters and receipts would write them."""
import itertools
import random
import time

# provider's host, recipient's domain, share of the traffic, share put off, share refused
RECEIVERS = [
    ("gmail-smtp-in.l.google.com[142.250.1.27]", "gmail.com", 45, 0.04, 0.01),
    ("shop-example.mail.protection.outlook.com[52.101.8.1]", "customer.example", 20, 0.10, 0.055),
    ("mta7.am0.yahoodns.net[98.136.96.91]", "yahoo.com", 15, 0.12, 0.005),
    ("mfsmax.docomo.ne.jp[203.138.181.112]", "docomo.ne.jp", 12, 0.02, 0.02),
    ("mx1.mail.icloud.com[17.57.154.33]", "icloud.com", 8, 0.01, 0.002),
]
DEFERRALS = {
    "gmail.com": "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address. 421 4.7.28 "
                 "rate limited. - gsmtp",
    "yahoo.com": "421 4.7.0 [TSS04] Messages from 11.10.0.25 temporarily deferred due to unexpected volume or user complaints - "
                 "4.16.55.1",
}
GREYLISTED = "451 4.7.1 Greylisting in action, please come back later"
REFUSALS = {
    "gmail.com": ["550-5.1.1 The email account that you tried to reach does not exist. 550 5.1.1 - gsmtp"],
    "customer.example": ["550 5.7.1 Service unavailable, Client host [11.10.0.25] blocked using Spamhaus. To request removal from "
                         "this list see https://www.spamhaus.org/query/ip/11.10.0.25 (AS3140)",
                         "550 5.7.1 Service unavailable; client [11.10.0.25] blocked using zen.spamhaus.org"],
}
UNKNOWN = ["550 5.1.1 User unknown", "552 5.2.2 Mailbox full"]


class Traffic:
    """Appends to both logs what happened since the last time. The same seed makes the same mail."""

    def __init__(self, postfix, exim, seed=7):
        self.postfix, self.exim = postfix, exim
        self.random = random.Random(seed)
        self.numbers = itertools.count(1)
        self.factor = 1  # of what receivers refuse

    def happen(self, attempts):
        with open(self.postfix, "a") as postfix, open(self.exim, "a") as exim:
            for _ in range(attempts):
                attempt = self.attempt()
                postfix.write(self.postfix_line(*attempt))
                if self.random.random() < 0.4:
                    exim.write(self.exim_line(*self.attempt()))
            if self.random.random() < 0.3:
                postfix.write(f"{stamp()} mail postfix/local[4712]: {next(self.numbers):010X}: to=<root@lab.example>, relay=local, "
                              "delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)\n")

    def attempt(self):
        host, domain, _, put_off, refused = self.random.choices(RECEIVERS, [each[2] for each in RECEIVERS])[0]
        dice = self.random.random()
        if dice < refused * self.factor:
            return host, domain, "bounced", self.random.choice(REFUSALS.get(domain, []) + UNKNOWN)
        if dice < (refused + put_off) * self.factor:
            return host, domain, "deferred", DEFERRALS.get(domain, GREYLISTED)
        return host, domain, "sent", "250 2.0.0 OK"

    def delay(self):
        return round(self.random.lognormvariate(0.6, 0.8), 2)

    def postfix_line(self, host, domain, status, reply):
        said = reply if status == "sent" else f"host {host} said: {reply} (in reply to end of DATA command)"
        delay = self.delay()
        number = next(self.numbers)
        return (f"{stamp()} mail postfix/smtp[4711]: {number:010X}: to=<reader{number}@{domain}>, relay={host}:25, "
                f"delay={delay}, delays=0.1/0.1/0.2/{delay}, dsn={dsn_of(reply)}, status={status} ({said})\n")

    def exim_line(self, host, domain, status, reply):
        name, address = host.rstrip("]").split("[")
        number = next(self.numbers)
        head = f"{time.strftime('%Y-%m-%d %H:%M:%S +0000', time.gmtime())} 1v{number % 10000:04d}-0000{number % 100:02d}-2A"
        to = f"reader{number}@{domain} R=dnslookup T=remote_smtp"
        at = f"H={name} [{address}]:25 I=[{self.random.choice(('11.10.0.25', '11.10.0.25', '2a0b:1ab::25'))}]:40112"
        if status == "sent":
            return f'{head} => {to} {at} C="{reply}" QT={self.delay()}s DT=0.4s\n'
        mark = "==" if status == "deferred" else "**"
        reason = "defer (-46) " if status == "deferred" else ""
        return (f"{head} {mark} {to} {at} {reason}DT=0.3s: SMTP error from remote mail server after "
                f"RCPT TO:<reader{number}@{domain}>: {reply}\n")


def stamp():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def dsn_of(reply):
    return next((word for word in reply.replace("-", " ").split() if word.count(".") == 2 and word[0] in "245"), "2.0.0")
