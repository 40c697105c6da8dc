"""Helps queue.sh: makes a spool, plays showq, measures a command, judges the figures."""
import json
import os
import random
import socket
import sys
import time

DIGITS = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"


def base52(number, width):
    text = ""
    while number:
        text = DIGITS[number % 52] + text
        number //= 52
    return text.rjust(width, "0")


def queue_id(arrival, microseconds, inode):
    return base52(arrival, 6) + base52(microseconds, 4) + "z" + base52(inode, 4).replace("z", "y")


def tree(directory, count):
    chance = random.Random(1)
    now = int(time.time())
    for queue in ("maildrop", "incoming", "active", "deferred", "hold", "corrupt"):
        os.makedirs(os.path.join(directory, queue))
    for letter in "0123456789ABCDEF":
        os.makedirs(os.path.join(directory, "deferred", letter))
    content = b"CS" + b"%15d %15d %15d %15d %15d" % (2000, 600, 1, 0, 2000) + b"\n"
    for number in range(count):
        microseconds = chance.randrange(1000000)
        name = queue_id(now - chance.randrange(5 * 86400), microseconds, number)
        place = os.path.join(directory, "deferred", "%X" % (microseconds % 16), name)
        file = os.open(place, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o700)
        if number % 1000 == 0:
            os.write(file, content)
        os.close(file)


def listing(count):
    """What showq of Postfix 3.4 and later says."""
    chance = random.Random(2)
    now = int(time.time())
    reasons = ["host gmail-smtp-in.l.google.com[192.0.2.1] said: 421-4.7.28 Our system has detected an unusual rate of"
               " unsolicited mail originating from your IP address. %s - gsmtp (in reply to end of DATA command)",
               "connect to mx.example.net[192.0.2.2]:25: Connection timed out (%s)",
               "host mx.example.org[192.0.2.3] said: 451 4.7.1 Greylisted, see https://example.org/%s"]
    parts = [b"protocol\0mail_queue_list_protocol\0\0"]
    for number in range(count):
        arrival = now - chance.randrange(5 * 86400)
        fields = {"queue_name": "deferred", "queue_id": queue_id(arrival, number, number), "time": arrival,
                  "size": 2000, "forced_expire": 0, "sender": "someone@sender.example",
                  "recipient": "user%d@receiver%d.example" % (number, number % 500),
                  "reason": reasons[number % 3] % ("%016x" % chance.getrandbits(64))}
        parts.append("".join("%s\0%s\0" % pair for pair in fields.items()).encode() + b"\0")
    return b"".join(parts) + b"\0"


def showq(path, count):
    answer = listing(count)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(8)
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        try:
            connection.sendall(answer)
        except OSError:
            pass
        connection.close()


def measure(command):
    child = os.fork()
    if child == 0:
        output = os.open("/dev/null", os.O_WRONLY)
        os.dup2(output, 1)
        os.execv("/bin/sh", ["sh", "-c", command])
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit("failed: " + command)
    print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def judge(work, files, messages):
    def read(name):
        with open(os.path.join(work, name), encoding="ascii") as file:
            return [[float(word) for word in line.split()] for line in file]

    ours, find, asked = (min(read(name)) for name in ("ours", "find", "showq"))
    memory = max(row[1] for row in read("ours")) / 1024
    ratio = ours[0] / find[0]
    print("%d files: reputed queue %.3f s CPU (%.2f us a file), find %.3f s (%.2f us): %.2f of it (limit 0.80)"
          % (files, ours[0], ours[0] / files * 1e6, find[0], find[0] / files * 1e6, ratio))
    print("resident at most %.1f MB" % memory)
    print("%d messages through showq: %.3f s CPU, %.1f us a message; resident %.1f MB"
          % (messages, asked[0], asked[0] / messages * 1e6, asked[1] / 1024))
    with open(os.path.join(work, "tree.json"), encoding="ascii") as file:
        counted = json.load(file)["messages"]
    with open(os.path.join(work, "showq.json"), encoding="ascii") as file:
        listed = json.load(file)
    if counted != files or listed["messages"] != messages or listed["recipients"] != messages:
        sys.exit("wrong counts: %s files, %s messages" % (counted, listed["messages"]))
    if ratio > 0.8 and files >= 100000:
        sys.exit("too slow")


if __name__ == "__main__":
    ACTION = sys.argv[1]
    if ACTION == "tree":
        tree(sys.argv[2], int(sys.argv[3]))
    elif ACTION == "showq":
        showq(sys.argv[2], int(sys.argv[3]))
    elif ACTION == "measure":
        measure(sys.argv[2])
    else:
        judge(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
