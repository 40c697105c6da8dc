"""What every MTA of the lab can do, and the scenario that all of them go through."""
import json
import os
import re

import packages
import room
import scenario

# All of these leave, but the last one.
MESSAGES = [[case.recipient] for case in scenario.CASES if case.recipient not in scenario.MIXED]
MESSAGES += [scenario.MIXED, [scenario.LOCAL]]


class Mta:
    """One MTA in a room of its own. Paths are inside the room: room.path() says where that is outside."""

    kind = ""
    log = ""
    spool = ""
    listings = {}  # name of a tool of its own that lists the queue: how it is called
    users = {}  # of the MTA itself
    arrival = ""  # finds the identifier of a message that the operator sends, in the log
    # Where the MTA does not say, or does not do, what the receiver's words say
    statuses = {}
    classes = {}
    relays = {}
    dsns = {}
    tells_source = False  # the log has the address that mail leaves from
    last_attempt = True  # before it gives up
    silent_on_reasons = ()  # listings that do not tell why mail waits
    # How often each recipient was tried without a word from the receiver
    unasked = {}

    def __init__(self, directory, cache, address=scenario.US):
        """Leaves its files below `directory` and the unpacked packages below `cache`; sends from `address`."""
        self.address = address
        self.room = room.Room(directory, [packages.unpacked(self.kind, cache)], scenario.plan(address))
        for name, number in {**self.users, "box": 1001, "operator": 1002}.items():
            self.room.add_user(name, number)

    def configure(self):
        """Writes its files, before the room is open to it."""

    def launch(self):
        """Starts its daemon."""
        raise NotImplementedError

    def inject(self, number, recipients, sender=scenario.SENDER):
        """Hands over message `number`."""
        raise NotImplementedError

    def settle(self, attempts):
        """Returns when everything in the queue was tried that often, and what came back is delivered."""
        raise NotImplementedError

    def retry(self):
        """Has everything in the queue tried again."""

    def hold(self):
        """Puts the message that is left for third@corp.example aside: held, frozen, quarantined, paused."""
        raise NotImplementedError

    def give_up(self):
        """Has everything that is not held returned to its sender, as after days in the queue, after a last attempt where
        the MTA makes one. False: there is no way to have that."""
        return False

    def start(self):
        self.room.make_files()
        self.room.open()
        self.configure()
        self.launch()
        room.poll(f"{self.kind} listens", self.room.listening)

    def stop(self):
        self.room.close()

    def listing(self, name):
        return self.room.run(*self.listings[name])

    def first_attempts(self):
        for number, recipients in enumerate(MESSAGES):
            self.inject(number, recipients)
        self.room.smtp(scenario.STRANGER_ADDRESS, *scenario.STRANGER)
        self.settle(1)

    def second_attempts(self):
        self.retry()
        self.settle(2)

    def answers(self):
        """What the receivers said, in order."""
        with open(self.room.directory + "/peer.jsonl") as file:
            return [json.loads(line) for line in file]

    def text(self, inside):
        with open(self.room.path(inside), errors="replace") as file:
            return file.read()

    def queue_ids(self):
        """{queue identifier: recipients}, as messages came in."""
        found = dict.fromkeys(re.findall(self.arrival, self.text(self.log), re.MULTILINE))
        return dict(zip(found, MESSAGES, strict=True))

    def figures(self):
        """Its own tools' word on the queue: messages, recipients, and what else they know of bytes, oldest_arrival,
        frozen. `mailq` of some is silent on frozen messages, and reputed too when it only sees that."""
        raise NotImplementedError

    def delivered_here(self):
        """How many messages lie in local mailboxes."""
        return sum(len(re.findall("^From ", self.text("/var/mail/" + name), re.MULTILINE))
                   for name in os.listdir(self.room.path("/var/mail")))
