"""An SMTP server that answers by a table, one for each receiver's host, and writes down what it answered to whom.

The table says for an address what its host answers, and at which stage of the dialogue. What a host does before it can
know the recipient (connect, ehlo, mail) belongs to the one recipient that the table has on that host.
"""
import json
import socket
import ssl
import threading

ENHANCED = ("2", "4", "5")
STATUS = {"2": "sent", "4": "deferred", "5": "bounced"}


class Account:
    """One JSON line an answer that decides on a recipient: {"recipient", "host", "status", "dsn", "reply"}."""

    def __init__(self, path):
        self.file = open(path, "w")
        self.lock = threading.Lock()
        self.seen = {}

    def attempt(self, recipient):
        """How often this recipient was tried before."""
        with self.lock:
            number = self.seen.get(recipient, 0)
            self.seen[recipient] = number + 1
            return number

    def write(self, recipient, host, lines):
        """`lines` is the reply; none for a connection that was dropped or kept silent."""
        code, _, text = lines[-1].partition(" ") if lines else ("", "", "")
        first = lines[0][4:].partition(" ")[0] if lines else ""
        dsn = first if first.count(".") == 2 and first[:1] in ENHANCED else ""
        entry = {"recipient": recipient, "host": host, "status": STATUS.get(code[:1], "deferred"), "dsn": dsn,
                 "reply": " ".join(line[4:] for line in lines) if lines else ""}
        with self.lock:
            self.file.write(json.dumps(entry) + "\n")
            self.file.flush()


class Dropped(Exception):
    """The connection is over."""


class Session:
    def __init__(self, connection, host, account):
        self.connection = connection
        self.host = host
        self.account = account
        self.stream = connection.makefile("rb")
        self.recipients = []
        self.encrypted = False

    def say(self, *lines):
        self.connection.sendall("".join(line + "\r\n" for line in lines).encode())

    def rule(self, stage, recipients):
        """What the table says for this stage, [(recipient, rule)]."""
        return [(recipient, rule) for recipient in recipients
                if (rule := self.host["rules"].get(recipient)) and rule["stage"] == stage]

    def answer(self, recipient, rule):
        """Gives the table's answer; False: the recipient is taken this time (greylisting)."""
        if rule.get("times", 1 << 30) <= self.account.attempt(recipient):
            return False
        self.account.write(recipient, self.host["name"], rule["reply"])
        if rule["reply"]:
            self.say(*rule["reply"])
        if rule.get("hang"):
            while self.stream.readline():
                pass
        if rule.get("drop") or rule.get("hang") or rule["reply"][-1].startswith("421"):
            raise Dropped
        return True

    def before_recipients(self, stage):
        return any([self.answer(recipient, rule) for recipient, rule in self.rule(stage, self.host["rules"])])

    def run(self):
        try:
            if self.before_recipients("connect"):
                raise Dropped
            self.say(f"220 {self.host['name']} ESMTP")
            while line := self.stream.readline():
                self.command(line.decode(errors="replace").rstrip("\r\n"))
            self.end()
        except Dropped:
            self.end()
        except OSError:
            pass
        finally:
            self.stream.close()
            self.connection.close()

    def end(self):
        """TLS is closed as it should be: some MTAs complain otherwise."""
        if self.encrypted:
            self.connection.settimeout(5)
            self.connection = self.connection.unwrap()

    def command(self, line):
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        if verb in ("EHLO", "HELO"):
            if not self.before_recipients("ehlo"):
                offers = ["8BITMIME", "SIZE 52428800", "ENHANCEDSTATUSCODES"]
                offers += ["STARTTLS"] if self.host.get("tls") and not self.encrypted else []
                lines = [self.host["name"], *offers] if verb == "EHLO" else [self.host["name"]]
                self.say(*("250-" + text for text in lines[:-1]), "250 " + lines[-1])
        elif verb == "STARTTLS" and self.host.get("tls"):
            self.say("220 2.0.0 Ready to start TLS")
            self.stream.close()
            self.connection = self.host["context"].wrap_socket(self.connection, server_side=True)
            self.stream = self.connection.makefile("rb")
            self.encrypted = True
        elif verb == "MAIL":
            self.recipients = []
            if not self.before_recipients("mail"):
                self.say("250 2.1.0 OK")
        elif verb == "RCPT":
            self.rcpt(rest[rest.index("<") + 1:rest.index(">")].lower())
        elif verb == "DATA":
            self.data()
        elif verb == "QUIT":
            self.say("221 2.0.0 Bye")
            raise Dropped
        elif verb in ("RSET", "NOOP"):
            self.recipients = [] if verb == "RSET" else self.recipients
            self.say("250 2.0.0 OK")
        else:
            self.say("502 5.5.1 Command not implemented")

    def rcpt(self, recipient):
        for _, rule in self.rule("rcpt", [recipient]):
            if self.answer(recipient, rule):
                return
        self.recipients.append(recipient)
        self.say("250 2.1.5 OK")

    def data(self):
        if not self.recipients:
            self.say("503 5.5.1 No recipients")
            return
        self.say("354 Go ahead")
        while (line := self.stream.readline()) != b".\r\n":
            if not line:
                raise Dropped
        for recipient, rule in self.rule("end", self.recipients):
            if self.answer(recipient, rule):
                return
        reply = f"250 2.0.0 OK queued as {self.account.attempt('') + 1000:X}"
        for recipient in self.recipients:
            self.account.write(recipient, self.host["name"], [reply])
        self.recipients = []
        self.say(reply)


def serve(host, account):
    listener = socket.create_server((host["address"], 25), backlog=64)

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=Session(connection, host, account).run, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def start(hosts, certificate, path):
    """One server a host of the table: {"name", "address", "tls", "rules": {recipient: {"stage", "reply", ...}}}."""
    account = Account(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for host in hosts:
        serve(host | {"context": context}, account)
