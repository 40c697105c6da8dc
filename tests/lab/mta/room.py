"""A room for one MTA: own root, own network without a way out, own processes. Needs root; nothing outside is changed.

In the room every address is its own, so that receivers have their real names and addresses, port 25 and DNS at port 53.
Files lie below DIR/root, where everybody can read them.
"""
import json
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DIRECTORIES = ["usr", "etc", "proc", "dev", "tmp", "run", "root", "home", "var/log", "var/spool", "var/mail",
               "var/lib", "var/tmp", "var/run"]
PASSWD = ["root:x:0:0:root:/root:/bin/sh", "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin",
          "mail:x:8:8::/var/mail:/usr/sbin/nologin", "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin"]
GROUP = ["root:x:0:", "daemon:x:1:", "mail:x:8:", "nogroup:x:65534:"]


class RoomError(Exception):
    pass


def absent():
    """Why there can be no room here, or an empty string."""
    if os.geteuid() != 0:
        return "a room for an MTA needs root"
    for program in ("unshare", "nsenter", "ip", "unbound", "openssl"):
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            return f"{program} is not installed"
    result = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True,
                            text=True, check=False)
    return f"no namespaces here: {result.stderr.strip()}" if result.returncode else ""


def poll(what, condition, seconds=20):
    """Asks until condition() is true, and returns what it gave."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise RoomError(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return value


class Room:
    def __init__(self, directory, packages, plan):
        """`packages` are the folders of unpacked packages; `plan` has address, host, hosts, records."""
        self.directory = directory
        self.root = directory + "/root"
        self.packages = packages
        self.plan = plan | {"packages": [directory + "/own", *packages]}
        self.users = list(PASSWD)
        self.groups = list(GROUP)
        self.process = None
        self.started = []
        self.pid = 0

    def add_user(self, name, number, home="/"):
        """A user and its group."""
        self.users.append(f"{name}:x:{number}:{number}::{home}:/bin/sh")
        self.groups.append(f"{name}:x:{number}:")

    def path(self, inside):
        return self.root + inside

    def write(self, inside, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(inside)), exist_ok=True)
        with open(self.path(inside), "w") as file:
            file.write(text)
        os.chmod(self.path(inside), mode)

    def make(self, inside, owner=0, group=0, mode=0o755):
        os.makedirs(self.path(inside), exist_ok=True)
        os.chown(self.path(inside), owner, group)
        os.chmod(self.path(inside), mode)

    def program(self, inside, group, mode):
        """A program of the packages with the group and mode that their installation would have given it."""
        source = next(path + inside for path in self.packages if os.path.exists(path + inside))
        own = self.directory + "/own" + inside
        os.makedirs(os.path.dirname(own), exist_ok=True)
        shutil.copy(source, own)
        os.chown(own, 0, group)
        os.chmod(own, mode)

    def make_files(self):
        """The root as it is before anything runs."""
        os.makedirs(self.directory + "/own/usr", exist_ok=True)
        for name in DIRECTORIES:
            self.make("/" + name)
        self.make("/tmp", mode=0o1777)
        self.make("/var/tmp", mode=0o1777)
        self.make("/var/mail", 0, 8, 0o2775)
        for name in ("bin", "sbin", "lib", "lib64"):
            os.symlink("usr/" + name, self.path("/" + name))
        self.write("/etc/passwd", "\n".join(self.users) + "\n")
        self.write("/etc/group", "\n".join(self.groups) + "\n")
        self.write("/etc/shadow", "".join(user.split(":")[0] + ":*:19000:0:99999:7:::\n" for user in self.users))
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{self.plan['address']} {self.plan['host']}\n")
        self.write("/etc/hostname", self.plan["host"] + "\n")
        self.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        self.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
        self.write("/etc/mailname", "lab.example\n")
        for name in ("services", "protocols", "ld.so.cache", "localtime"):
            if os.path.exists("/etc/" + name):
                shutil.copy("/etc/" + name, self.path("/etc/" + name))
        self.write("/etc/ld.so.conf", "/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n")
        self.make_certificate()

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-subj", "/CN=receiver.example", "-days", "2", "-keyout",
                        self.directory + "/peer.key", "-out", self.directory + "/peer.crt"],
                       check=True, capture_output=True)
        with open(self.directory + "/peer.pem", "w") as pem:
            for name in ("peer.key", "peer.crt"):
                with open(f"{self.directory}/{name}") as file:
                    pem.write(file.read())

    def open(self):
        """Starts process 1; what was written before is what it finds."""
        with open(self.directory + "/plan.json", "w") as file:
            json.dump(self.plan, file)
        with open(self.directory + "/world.log", "w") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", sys.executable, "-B",
                 HERE + "/world.py", self.directory],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
        if self.process.stdout.readline() != "ready\n":
            self.close()
            with open(self.directory + "/world.log") as file:
                raise RoomError("the room did not open: " + file.read().strip())
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            self.pid = int(file.read().split()[0])

    def close(self):
        """Ends the room and everything in it; may be repeated."""
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None
            for process in self.started:
                process.wait()
            self.started = []

    def run(self, *command, text="", check=True, seconds=60):
        """Runs a program in the room to its end and returns what it wrote."""
        result = subprocess.run(self.words(command), input=text, capture_output=True, text=True, check=False,
                                timeout=seconds, env=self.environment(), errors="replace")
        if check and result.returncode != 0:
            raise RoomError(f"{' '.join(command)}: {result.returncode} {result.stdout}{result.stderr}".strip())
        return result.stdout

    def start(self, name, *command):
        """Starts a program in the room that ends with it; its output goes to DIR/NAME.log."""
        with open(f"{self.directory}/{name}.log", "w") as log:
            self.started.append(subprocess.Popen(self.words(command), stdin=subprocess.DEVNULL, stdout=log,
                                                 stderr=log, env=self.environment()))

    def words(self, command):
        return ["nsenter", "--target", str(self.pid), "--mount", "--net", "--pid", "chroot", self.root, *command]

    @staticmethod
    def environment():
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}

    def listening(self, port=25):
        """Whether somebody in the room listens on this port of 127.0.0.1 or of every address."""
        table = self.run("cat", "/proc/1/net/tcp")
        return any(line.split()[1] in (f"0100007F:{port:04X}", f"00000000:{port:04X}") and line.split()[3] == "0A"
                   for line in table.splitlines()[1:])

    def smtp(self, source, *lines):
        """Speaks SMTP to the MTA in the room from this address; returns its replies."""
        client = ("import socket, sys\n"
                  "server = socket.create_connection((sys.argv[1], 25), 10, (sys.argv[2], 0)).makefile('rw', newline='')\n"
                  "for line in [None, *sys.stdin.read().splitlines()]:\n"
                  "    if line is not None:\n"
                  "        server.write(line + '\\r\\n')\n"
                  "        server.flush()\n"
                  "    reply = '-'\n"
                  "    while reply[3:4] in ('', '-'):\n"
                  "        reply = server.readline() or sys.exit(1)\n"
                  "        print(reply.strip())\n")
        return self.run("python3", "-c", client, self.plan["address"], source, text="\n".join(lines)).splitlines()
