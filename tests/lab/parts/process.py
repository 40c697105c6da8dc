"""Servers of one lab: each started in a session of its own, remembered and stopped by pid and start time.

Every server runs with its working directory inside the lab, and so do the processes it forks: session and
working directory tell them from everybody else's, even after a pid was used again.
"""
import os
import re
import select
import signal
import socket
import subprocess
import time


class LabError(Exception):
    """What stops the lab, in one line for the operator; `log` is the tail of the server's own log."""

    def __init__(self, message, log=""):
        super().__init__(message)
        self.log = log


class Collision(LabError):
    """Somebody took the port between asking the kernel for it and binding it."""


handed_out = set()


def free_port():
    """A port that is free for UDP and TCP on 127.0.0.1 and ::1 right now, each given out once."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            uses = [(socket.AF_INET, socket.SOCK_DGRAM)]
            if have_ipv6():
                uses += [(socket.AF_INET6, socket.SOCK_DGRAM), (socket.AF_INET6, socket.SOCK_STREAM)]
            if port not in handed_out and all(can_bind(family, kind, port) for family, kind in uses):
                handed_out.add(port)
                return port
    raise LabError("no free port on loopback")


def can_bind(family, kind, port):
    try:
        with socket.socket(family, kind) as probe:
            probe.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
            return True
    except OSError:
        return False


def have_ipv6():
    return can_bind(socket.AF_INET6, socket.SOCK_STREAM, 0)


def stat_fields(pid):
    """(state, session, start time in ticks) from /proc/PID/stat, or None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return fields[0], int(fields[3]), int(fields[19])


def pid_file(root, name):
    return os.path.join(root, "run", name + ".pid")


def log_file(root, name):
    return os.path.join(root, "log", name + ".log")


def log_tail(root, name, lines=12):
    try:
        with open(log_file(root, name), errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    except OSError:
        return ""


def spawn(root, name, argv):
    """Starts a server in ROOT/NAME, its output in ROOT/log/NAME.log."""
    directory = os.path.join(root, name)
    os.makedirs(directory, exist_ok=True)
    environment = {"PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin", "LC_ALL": "C"}
    with open(log_file(root, name), "ab") as log:
        try:
            process = subprocess.Popen(argv, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True)
        except OSError as error:
            raise LabError(f"{name}: cannot run {argv[0]}: {error.strerror}") from error
    with open(pid_file(root, name), "w") as file:
        file.write(f"{process.pid} {stat_fields(process.pid)[2]}\n")
    return process


def recorded(root, name):
    """(pid, start time) as written at the start, or None."""
    try:
        with open(pid_file(root, name)) as file:
            pid, started = file.read().split()
            return int(pid), int(started)
    except (OSError, ValueError):
        return None


def members(root, name):
    """The pids of this server and of everything it forked that are alive now."""
    entry = recorded(root, name)
    if not entry:
        return []
    leader, started = entry
    stat = stat_fields(leader)
    if stat and stat[2] != started:
        return []  # the pid was given to somebody else, which the kernel does only once the session is empty
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        stat = stat_fields(pid)
        if stat and stat[0] not in "ZX" and stat[1] == leader and is_inside(root, pid):
            found.append(int(pid))
    return found


def is_inside(root, pid):
    try:
        return (os.readlink(f"/proc/{pid}/cwd") + "/").startswith(os.path.realpath(root) + "/")
    except OSError:
        return False


def send(root, name, pid, number):
    """Signals one member. The pidfd holds the process while it is looked at, so that no other one is hit."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if pid in members(root, name):
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)


def reload(root, name):
    entry = recorded(root, name)
    if not entry or entry[0] not in members(root, name):
        raise LabError(f"{name} does not run", log_tail(root, name))
    send(root, name, entry[0], signal.SIGHUP)


def stop(root, name):
    """SIGTERM to the server, then to what it left behind, then SIGKILL; returns when nothing is left."""
    leader = (recorded(root, name) or (0,))[0]
    for number, patience in ((signal.SIGTERM, 3), (signal.SIGTERM, 2), (signal.SIGKILL, 3)):
        alive = members(root, name)
        for pid in [leader] if leader in alive else alive:
            send(root, name, pid, number)
        if await_gone(root, name, patience):
            break
    if members(root, name):
        raise LabError(f"{name}: processes {members(root, name)} do not end")
    try:
        os.unlink(pid_file(root, name))
    except FileNotFoundError:
        pass


def await_gone(root, name, patience):
    deadline = time.monotonic() + patience
    while alive := members(root, name):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        try:
            handle = os.pidfd_open(alive[0])
        except ProcessLookupError:
            continue
        select.select([handle], [], [], left)
        os.close(handle)
    return True


def bound(root, name, port):
    """Whether this server, and not somebody who was quicker, waits at 127.0.0.1:port (UDP, or TCP listening)."""
    inodes = set()
    for table, state in (("udp", "07"), ("tcp", "0A")):
        with open("/proc/net/" + table) as file:
            for fields in map(str.split, file):
                if fields[1] == f"0100007F:{port:04X}" and fields[3] == state:
                    inodes.add(f"socket:[{fields[9]}]")
    return any(inodes & open_files(pid) for pid in members(root, name))


def open_files(pid):
    directory = f"/proc/{pid}/fd"
    try:
        return {os.readlink(os.path.join(directory, number)) for number in os.listdir(directory)}
    except OSError:
        return set()


def wait_until(condition, what, root, name, seconds=10):
    """Polls until condition() is true. Gives up when the server NAME ends or the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        log = log_tail(root, name)
        if not members(root, name):
            kind = Collision if re.search("in use|unable to bind", log, re.IGNORECASE) else LabError
            raise kind(f"{name} ended while waiting for {what}", log)
        if time.monotonic() > deadline:
            raise LabError(f"{name}: {what} did not come true within {seconds} s", log)
        time.sleep(0.01)


def with_retry(start):
    """Runs start(), which chooses its ports anew each time, until no port is taken by somebody else."""
    for _ in range(4):
        try:
            return start()
        except Collision as error:
            last = error
    raise last
