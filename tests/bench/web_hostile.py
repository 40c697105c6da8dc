"""web_hostile.py PROGRAM SCRAPES: see web_hostile.sh."""
import base64
import crypt
import http.client
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FLOOD = os.path.join(HERE, "..", "e2e", "hostile.py")
CONFIG = """\
[[sender]]
name = "bench"
hostname = "mail.bench.test"
ips = ["11.0.0.1"]
domains = ["bench.test"]
[dns]
servers = ["127.0.0.1:9"]
[dnsbl]
only = ["bl.spamcop.net"]
[mta]
kind = "none"
[web]
listen = "127.0.0.1:0"
"""
LOGIN = {"Authorization": "Basic " + base64.b64encode(b"bench:sesame").decode()}


class Agent:
    def __init__(self, program, folder, tls):
        self.tls = None
        config = CONFIG
        if tls:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", folder + "/key", "-out", folder + "/crt", "-days", "2", "-subj", "/CN=bench",
                            "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
            self.tls = ssl.create_default_context(cafile=folder + "/crt")
            config += f'config_file = "{folder}/web.yml"\n'
            password = crypt.crypt("sesame", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1024))
            with open(folder + "/web.yml", "w") as file:
                file.write("tls_server_config: {cert_file: crt, key_file: key}\n"
                           f"basic_auth_users: {{bench: {password}}}\n")
        with open(folder + "/reputed.toml", "w") as file:
            file.write(config)
        self.process = subprocess.Popen([program, "run", "--config", folder + "/reputed.toml"], text=True,
                                        stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if "(port " in line:
                self.port = int(line.split("(port ")[1].split(",")[0].split(")")[0])
                return
        raise SystemExit("the agent did not start")

    def connect(self):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()


def scrape(connection):
    connection.request("GET", "/metrics", headers=LOGIN)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200 or b"reputed_build_info" not in body:
        raise SystemExit(f"a scrape answered {answer.status}")


def latencies(agent, scrapes, kept):
    """Milliseconds of each, sorted."""
    taken = []
    connection = None
    for _ in range(scrapes):
        begun = time.perf_counter()
        connection = connection or agent.connect()
        scrape(connection)
        taken.append((time.perf_counter() - begun) * 1000)
        if not kept:
            connection.close()
            connection = None
        time.sleep(0.02)
    return sorted(taken)


def flooded(agent, source, tls, scrapes, kept):
    flood = subprocess.Popen([sys.executable, "-B", FLOOD, source, str(agent.port), "2000"] + ["tls"] * tls, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    flood.stdout.readline()
    taken = latencies(agent, scrapes, kept)
    resident = agent.resident()
    made, _ = flood.communicate("")
    return taken, resident, int(made)


def show(what, taken, idle, resident, made=""):
    def at(share, of=taken):
        return of[min(len(of) - 1, int(len(of) * share))]
    ratio = f"{at(0.99) / at(0.99, idle):5.1f}"
    print(f"{what:44} p50 {at(0.5):7.2f} ms  p99 {at(0.99):7.2f} ms (x{ratio})  most {taken[-1]:7.2f} ms  "
          f"resident {resident:5.1f} MB  {made}", flush=True)


def main():
    program, scrapes = sys.argv[1], int(sys.argv[2])
    print("limit: p99 50 ms")
    for name, tls, kept in (("plain, a connection each", False, False), ("TLS, one connection", True, True),
                            ("TLS, a handshake each", True, False)):
        folder = tempfile.mkdtemp(prefix="reputed-bench.", dir="/var/tmp")
        agent = Agent(program, folder, tls)
        try:
            latencies(agent, 20, kept)
            idle = latencies(agent, scrapes, kept)
            show(f"{name}: idle", idle, idle, agent.resident())
            for source in ("127.0.0.2", "127.0.0.1"):
                taken, resident, made = flooded(agent, source, tls, scrapes, kept)
                show(f"{name}: 2,000 from {source}", taken, idle, resident, f"{made} connections made")
        finally:
            agent.stop()
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
