"""Process 1 of a room: makes its root, its network, DNS, syslog and the receivers' hosts; ends with its standard input.

    unshare --mount --net --pid --fork world.py DIR

DIR/plan.json says what is to be there. With this process everything in the room ends: mounts, processes, addresses.
"""
import datetime
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peer  # noqa: E402

DEVICES = ["null", "zero", "full", "random", "urandom"]
UNBOUND = """server:
  interface: 127.0.0.1
  port: 53
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: . static
{data}
remote-control:
  control-enable: no
"""


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def make_root(root, packages):
    """The host's /usr with the packages' files over it; all else is the room's own."""
    mount("-t", "overlay", "-o", "ro,lowerdir=" + ":".join([*(path + "/usr" for path in packages), "/usr"]),
          "overlay", root + "/usr")
    for name in DEVICES:
        path = f"{root}/dev/{name}"
        open(path, "w").close()
        mount("--bind", "/dev/" + name, path)
    mount("-t", "proc", "proc", root + "/proc")
    mount("-t", "proc", "proc", "/proc")


def make_network(address):
    """Every address is this machine's, and what leaves comes from ADDRESS."""
    for command in ("link set lo up", f"address add {address}/32 dev lo",
                    f"route add local 0.0.0.0/0 dev lo src {address}"):
        subprocess.run(["ip", *command.split()], check=True)


def start_dns(directory, records):
    path = directory + "/unbound.conf"
    with open(path, "w") as file:
        data = "\n".join(f"  local-data: '{record}'" for record in records)
        file.write(UNBOUND.format(directory=directory, data=data))
    with open(directory + "/unbound.log", "w") as log:
        server = subprocess.Popen(["unbound", "-d", "-c", path], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    while server.poll() is None:
        with open("/proc/net/udp") as table:
            if any(line.split()[1].endswith(":0035") for line in table):
                return
        time.sleep(0.01)
    raise SystemExit("unbound ended: " + open(directory + "/unbound.log").read())


def start_syslog(path, log_path, host, stamps):
    """A socket for syslog(3); each line goes to the file as syslog daemons write it by default, or with other stamps."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    os.chmod(path, 0o666)
    log = open(log_path, "ab", buffering=0)

    def receive():
        while True:
            text = listener.recv(1 << 16).rstrip(b"\0\n")
            if text[:1] == b"<":
                text = text.partition(b">")[2]
            stamp, rest = text[:16], text[16:]  # "Nov 21 18:10:00 "
            if stamps == "rfc3339":
                stamp = datetime.datetime.now().astimezone().isoformat(timespec="microseconds").encode() + b" "
            log.write(stamp + host.encode() + b" " + rest.replace(b"\n", b"#012") + b"\n")

    threading.Thread(target=receive, daemon=True).start()


def main(directory):
    with open(directory + "/plan.json") as file:
        plan = json.load(file)
    root = directory + "/root"
    make_root(root, plan["packages"])
    make_network(plan["address"])
    start_dns(directory, plan["records"])
    start_syslog(root + "/dev/log", root + "/var/log/mail.log", plan["host"].partition(".")[0],
                 plan.get("stamps"))
    peer.start(plan["hosts"], directory + "/peer.pem", directory + "/peer.jsonl")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel takes away what daemons leave behind
    print("ready", flush=True)
    sys.stdin.read()


main(sys.argv[1])
