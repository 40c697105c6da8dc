"""A private Postfix: nothing leaves, nothing is retried, so that the queue holds what was put into it.

Where mail goes decides where it stays: gmail.com meets a peer that answers 450 (deferred), closed.lab a port that
nobody listens on (deferred), active.lab a peer that accepts the connection and then says nothing for a day (active).
The header X-Lab-Queue: hold puts a message on hold. Both peers are Postfix's own smtp-sink.
"""
import concurrent.futures
import json
import os
import pwd
import stat
import subprocess

from parts import files
from parts.process import LabError, bound, free_port, log_tail, spawn, wait_until

DEFERRAL = "450 4.2.1 The user you are trying to contact is receiving mail too quickly"
RECIPIENTS = {
    "deferred": ["reader@gmail.com"],
    "hold": ["kept@gmail.com"],
    "active": ["patient@active.lab"],
}
# What a new lab holds: (queue, recipients, lines of body)
PLANTED = [
    ("deferred", ["reader@gmail.com"], 1),
    ("deferred", ["reader@gmail.com", "writer@gmail.com"], 40),
    ("deferred", ["nobody@closed.lab"], 400),
    ("hold", ["kept@gmail.com"], 10),
    ("hold", ["kept@gmail.com"], 20),
    ("active", ["patient@active.lab"], 5),
]


def absent(root):
    """Why there can be no queue below this directory, or an empty string."""
    if os.geteuid() != 0:
        return "Postfix needs root"
    if not files.program("postfix") or not files.program("smtp-sink"):
        return "postfix is not installed"
    try:
        pwd.getpwnam("postfix")
    except KeyError:
        return "there is no user postfix"
    directory = root
    while directory != "/":
        if not os.stat(directory).st_mode & stat.S_IXOTH:
            return f"the user postfix cannot pass {directory}"
        directory = os.path.dirname(directory)
    return ""


def configuration(root):
    return os.path.join(root, "postfix", "etc")


def spool(root):
    return os.path.join(root, "postfix", "spool")


def start_sink(root, name, *behaviour):
    port = free_port()
    spawn(root, name, [files.program("smtp-sink"), "-4", "-u", "postfix", *behaviour, f"127.0.0.1:{port}", "64"])
    wait_until(lambda: bound(root, name, port), "its port", root, name)
    return port


def start(root, deferring_port, mute_port):
    for directory in (configuration(root), spool(root), os.path.join(root, "postfix", "data")):
        os.makedirs(directory, exist_ok=True)
    owner = pwd.getpwnam("postfix")
    os.chown(os.path.join(root, "postfix", "data"), owner.pw_uid, owner.pw_gid)
    values = {"DIR": root, "DEFERRING": deferring_port, "MUTE": mute_port}
    for name in ("main.cf", "master.cf"):
        files.fill("templates/" + name, os.path.join(configuration(root), name), values)
    postconf = run(root, "postconf", "-c", configuration(root), "-h", "daemon_directory")
    run(root, "postfix", "-c", configuration(root), "check")  # makes the queue directories
    spawn(root, "postfix", [os.path.join(postconf.strip(), "master"), "-c", configuration(root)])
    showq = os.path.join(spool(root), "public", "showq")
    wait_until(lambda: os.path.exists(showq), "its queue", root, "postfix")
    for queue, recipients, lines in PLANTED:
        send(root, queue, recipients, lines)
    settle(root, {queue: sum(entry[0] == queue for entry in PLANTED) for queue in RECIPIENTS})


def run(root, *command, text=""):
    result = subprocess.run([files.program(command[0]), *command[1:]], input=text, capture_output=True,
                            text=True, check=False)
    if result.returncode != 0:
        raise LabError(f"{command[0]} failed: {result.stderr.strip()}", log_tail(root, "postfix"))
    return result.stdout


def send(root, queue, recipients, lines):
    hold = "X-Lab-Queue: hold\n" if queue == "hold" else ""
    body = "".join(f"line {number} of a message that goes nowhere\n" for number in range(1, lines + 1))
    run(root, "sendmail", "-C", configuration(root), "-i", "-f", "operator@lab.example", "--", *recipients,
        text=f"From: operator@lab.example\nTo: {recipients[0]}\nSubject: lab\n{hold}\n{body}")


def counts(root):
    queues = [json.loads(line)["queue_name"]
              for line in run(root, "postqueue", "-c", configuration(root), "-j").splitlines()]
    return {queue: queues.count(queue) for queue in sorted(set(queues) | set(RECIPIENTS))}


def settle(root, expected):
    wait_until(lambda: counts(root) == expected, f"the queue {expected}", root, "postfix")


def add(root, number, queue):
    expected = counts(root)
    expected[queue] += number
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda _: send(root, queue, RECIPIENTS[queue], 3), range(number)):
            pass
    settle(root, expected)
