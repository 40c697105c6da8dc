#!/usr/bin/env python3
"""Clients that a web server should not suffer from: many connections, kept up, that are silent, half-open, slow,
oversized, garbage, or never read what they asked for.

hostile.py FROM PORT COUNT [tls]: keeps COUNT connections from the address FROM to PORT of 127.0.0.1 until its standard
input ends; who is thrown out comes back after a second, and who is slow sends two bytes a second. Prints "up" when all of
them have been made once, and at the end how many were made."""
import errno
import os
import random
import resource
import selectors
import socket
import ssl
import sys
import time

COUNT = 2000
SLOW = b"GET /metrics HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 4000
OVERSIZED = b"GET /metrics HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 60_000 + b"\r\n\r\n"
ESTABLISHED = b"\x01"  # tcpi_state
READ_NOTHING = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 3


def client_hello():
    """The first flight of a TLS handshake."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(into, out, server_hostname="localhost")
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        return out.read()
    raise AssertionError("a handshake of one side alone")


class Flood:
    def __init__(self, source, port, count, tls=False):
        self.source, self.port, self.count, self.tls = source, port, count, tls
        self.made = 0
        self.away = []  # when each of those that were thrown out was
        self.slow_next = 0.0
        self.unread = []  # sockets of those that never read
        self.selector = selectors.DefaultSelector()
        self.hello = client_hello() if tls else b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
        self.random = random.Random(7)

    def first_words(self):
        """(what is sent at once, what is sent byte by byte afterwards) of the next client."""
        return [
            (b"", b""),                                 # silent
            (b"GET /metrics HT", b""),                  # half-open
            (b"", SLOW),                                # slow
            (OVERSIZED, b""),
            (self.random.randbytes(300), b""),          # garbage
            (self.hello, b""),                          # a handshake that stops half way
            (self.hello[:100], self.hello[100:]),       # one that is slow
            (READ_NOTHING, b""),
        ][self.made % 8]

    def open(self):
        client = socket.socket()
        client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind((self.source, 0))
        at_once, slowly = self.first_words()
        state = {"now": at_once, "slowly": slowly, "reads": at_once is not READ_NOTHING}
        self.made += 1
        if client.connect_ex(("127.0.0.1", self.port)) not in (0, errno.EINPROGRESS):
            self.gone(client)
            return
        self.selector.register(client, selectors.EVENT_WRITE, state)

    def gone(self, client):
        client.close()
        self.away.append(time.monotonic())

    def close(self, client):
        self.selector.unregister(client)
        self.gone(client)

    def speak(self, client, state):
        if state["now"]:
            state["now"] = state["now"][client.send(state["now"]):]
        if state["now"]:
            return
        if state["reads"]:
            self.selector.modify(client, selectors.EVENT_READ, state)
        else:
            self.selector.unregister(client)
            self.unread.append(client)

    def round(self):
        """One pass over those that have something to do."""
        for key, events in self.selector.select(0.05):
            try:
                if events & selectors.EVENT_WRITE:
                    self.speak(key.fileobj, key.data)
                elif not key.fileobj.recv(65536):
                    self.close(key.fileobj)
            except BlockingIOError:
                pass
            except OSError:
                self.close(key.fileobj)
        now = time.monotonic()
        self.away = [when for when in self.away if when > now - 1]
        if now < self.slow_next:
            return
        self.slow_next = now + 0.5
        for key in list(self.selector.get_map().values()):
            if key.data["slowly"] and not key.data["now"]:
                try:
                    key.fileobj.send(key.data["slowly"][:1])
                    key.data["slowly"] = key.data["slowly"][1:]
                except OSError:
                    pass
        for client in list(self.unread):
            if client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != ESTABLISHED:
                self.unread.remove(client)
                self.gone(client)

    def run(self, until):
        told = False
        while not until():
            for _ in range(min(200, self.count - len(self.selector.get_map()) - len(self.unread) - len(self.away))):
                self.open()
            self.round()
            if not told and self.made >= self.count:
                told = True
                print("up", flush=True)
        print(self.made, flush=True)


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.set_blocking(0, False)

    def ended():
        try:
            return os.read(0, 1) == b""
        except BlockingIOError:
            return False

    Flood(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), "tls" in sys.argv[4:]).run(ended)


if __name__ == "__main__":
    main()
