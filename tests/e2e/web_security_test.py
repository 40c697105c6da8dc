"""TLS, passwords and client certificates by a web configuration file, as Prometheus, curl and others see them; and what
changes without a restart."""
import base64
import contextlib
import crypt
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import unittest

from support import Agent, free_port, new_directory, reputed, wait_for, write

CONFIG = """\
[[sender]]
name = "a"
hostname = "mail.example.org"
ips = ["192.0.2.1"]
domains = ["example.org"]
[dns]
servers = ["127.0.0.1:9"]
timeout = "100ms"
tries = 1
[dnsbl]
only = ["bl.spamcop.net"]
[mta]
kind = "none"
[web]
listen = "127.0.0.1:{port}"
"""
LOGIN = ("alice", "open sesame")
EVERYWHERE = ["/", "/metrics", "/style.css", "/-/healthy", "/-/ready", "/api/v1/findings", "/nothing", "/-/reload"]


def hashed(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))


class Certificates:
    """Made with openssl, each NAME.crt and NAME.key in one folder."""

    def __init__(self, directory):
        self.directory = directory
        for authority in ("ca", "other-ca"):
            self.openssl("req", "-x509", *self.new_key(authority), "-out", self(authority + ".crt"), "-days", "30",
                         "-subj", f"/CN={authority}", "-addext", "basicConstraints=critical,CA:TRUE")
        for name in ("server", "renewed"):
            self.signed(name, "ca", "serverAuth", "DNS:localhost,IP:127.0.0.1")
        self.signed("client", "ca", "clientAuth", "DNS:prometheus.example.org,email:ops@example.org,IP:192.0.2.7,"
                                                  "URI:spiffe://example.org/prometheus")
        self.signed("nameless", "ca", "clientAuth", "DNS:other.example.org")
        self.signed("of-a-server", "ca", "serverAuth", "DNS:prometheus.example.org")
        self.signed("stranger", "other-ca", "clientAuth", "DNS:prometheus.example.org")
        self.signed("expired", "ca", "clientAuth", "DNS:prometheus.example.org", "-1")

    def __call__(self, name):
        return os.path.join(self.directory, name)

    def openssl(self, *arguments, text=""):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, input=text, text=True)

    def new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self(name + ".key")]

    def signed(self, name, authority, purpose, names, days="30"):
        self.openssl("req", "-new", *self.new_key(name), "-out", self(name + ".csr"), "-subj", f"/CN={name}")
        write(self(name + ".ext"), f"subjectAltName={names}\nextendedKeyUsage={purpose}\n")
        self.openssl("x509", "-req", "-in", self(name + ".csr"), "-CA", self(authority + ".crt"), "-CAkey",
                     self(authority + ".key"), "-CAcreateserial", "-days", days, "-extfile", self(name + ".ext"),
                     "-out", self(name + ".crt"))

    def put(self, name, to):
        """NAME as the certificate and key called TO, each replaced at once."""
        for ending in (".key", ".crt"):
            shutil.copy(self(name + ending), self(to + ending + ".new"))
            os.rename(self(to + ending + ".new"), self(to + ending))


class SecureAgent(Agent):
    """What support.Agent asks, over TLS and with a login."""

    tls = None
    login = None

    def connect(self, tls=None):
        host, port = self.address.split(":")
        if self.tls is None:
            return http.client.HTTPConnection(host, int(port), timeout=10)
        return http.client.HTTPSConnection(host, int(port), timeout=10, context=tls or self.tls)

    def ask(self, path, method="GET", login=None, tls=None, headers=None):
        """(status, headers, body); `login` None takes the agent's own, () none."""
        headers = dict(headers or {})
        login = self.login if login is None else login
        if login:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
        with contextlib.closing(self.connect(tls)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def get(self, path, timeout=5):
        try:
            status, _, body = self.ask(path)
            return status, body
        except ConnectionRefusedError:
            return 0, ""


class WebSecurity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = new_directory()
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.certificates = Certificates(cls.directory)
        cls.web_file = os.path.join(cls.directory, "web.yml")
        cls.hashes = {password: hashed(password) for password in (LOGIN[1], "new password")}

    def setUp(self):
        self.certificates.put("server", "served")

    def in_folder(self, name):
        return os.path.join(self.directory, name)

    def write_web(self, tls=True, password=LOGIN[1], more_tls="", more=""):
        text = "tls_server_config:\n  cert_file: served.crt\n  key_file: served.key\n" + more_tls if tls else ""
        if password:
            text += f"basic_auth_users:\n  {LOGIN[0]}: {self.hashes[password]}\n"
        write(self.web_file, text + more)
        os.chmod(self.web_file, 0o640)

    def configuration(self, port=0, more=""):
        path = self.in_folder("reputed.toml")
        write(path, CONFIG.format(port=port) + f'config_file = "{self.web_file}"\n' + more)
        return path

    def client(self, certificate=None, **options):
        context = ssl.create_default_context(cafile=self.in_folder("ca.crt"))
        if certificate:
            context.load_cert_chain(self.in_folder(certificate + ".crt"), self.in_folder(certificate + ".key"))
        for name, value in options.items():
            setattr(context, name, value)
        return context

    def agent(self, more="", tls=True, login=LOGIN):
        port = free_port()
        agent = SecureAgent(self, self.configuration(port, more), f"127.0.0.1:{port}")
        agent.tls = self.client() if tls else None
        agent.login = login
        wait_for("the agent listens", lambda: agent.running() and "listening on" in agent.log())
        return agent

    def assert_refused(self, agent, tls):
        """The server ends the handshake, or, as TLS 1.3 has it, tells at the first read."""
        with self.assertRaises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            agent.ask("/metrics", tls=tls)

    def hang_up(self, agent, expect):
        before = agent.log().count(expect)
        agent.process.send_signal(signal.SIGHUP)
        wait_for(expect, lambda: agent.log().count(expect) > before)


class Passwords(WebSecurity):
    def test_nothing_is_told_without_a_password(self):
        self.write_web()
        agent = self.agent()
        self.assertEqual(agent.ask("/metrics")[0], 200)
        for login in ((), ("alice", "wrong"), ("bob", LOGIN[1])):
            for path in EVERYWHERE:
                status, headers, body = agent.ask(path, login=login)
                if status == 429:
                    break
                self.assertEqual((status, body), (401, "A user and a password are needed.\n"), (login, path))
                self.assertEqual(headers["WWW-Authenticate"], 'Basic realm="reputed", charset="UTF-8"')
        self.assertEqual(agent.ask("/metrics")[0], 200)
        self.assertEqual(agent.ask("/nothing")[0], 404)
        self.assertNotIn(LOGIN[1], agent.log())
        self.assertNotIn(self.hashes[LOGIN[1]], agent.log())
        self.assertIn("web: login refused: wrong user or password from 127.0.0.1", agent.log())

    def test_guessing_ends_soon_and_who_is_known_goes_on(self):
        self.write_web()
        agent = self.agent()
        self.assertEqual(agent.ask("/metrics")[0], 200)
        statuses = [agent.ask("/metrics", login=("alice", f"guess {i}"))[0] for i in range(40)]
        self.assertEqual(statuses[:10], [401] * 10)
        self.assertGreater(statuses.count(429), 20)
        status, headers, body = agent.ask("/metrics", login=("alice", "one more"))
        if status == 429:
            self.assertEqual((headers["Retry-After"], body),
                             ("5", "Too many wrong passwords from this address: wait.\n"))
        self.assertEqual(agent.ask("/metrics")[0], 200)

    def test_users_change_without_a_restart(self):
        self.write_web()
        agent = self.agent()
        self.assertEqual(agent.ask("/metrics")[0], 200)
        self.write_web(password="new password")
        self.hang_up(agent, "configuration read again")
        self.assertEqual(agent.ask("/metrics")[0], 401)
        agent.login = (LOGIN[0], "new password")
        self.assertEqual(agent.ask("/metrics")[0], 200)

        write(self.web_file, "basic_auth_users:\n  alice: not a hash\n")
        self.hang_up(agent, "the old one stays in use")
        self.assertIn(f'{self.web_file}:2:10: the password of "alice" must be hashed with bcrypt', agent.log())
        self.assertNotIn("not a hash", agent.log())
        wait_for("the metric", lambda: agent.value("reputed_config_last_reload_successful") == 0)

    def test_tls_begins_and_ends_with_a_restart_only(self):
        self.write_web(tls=False)
        agent = self.agent(tls=False)
        self.assertEqual(agent.ask("/metrics")[0], 200)
        self.write_web()
        self.hang_up(agent, "TLS begins with the next start of the agent")
        self.assertEqual((agent.ask("/metrics", login=())[0], agent.ask("/metrics")[0]), (401, 200))
        agent.stop()

        agent = self.agent()
        self.write_web(tls=False)
        self.hang_up(agent, "TLS ends with the next start of the agent")
        self.assertEqual((agent.ask("/metrics", login=())[0], agent.ask("/metrics")[0]), (401, 200))

    def test_many_at_once(self):
        self.write_web()
        agent = self.agent()
        curl = ["curl", "-sS", "--parallel", "--parallel-immediate", "--parallel-max", "50", "--cacert",
                self.in_folder("ca.crt"), "-u", ":".join(LOGIN), "-w", "%{http_code}\n"]
        for i in range(50):
            curl += ["-o", os.devnull, f"https://{agent.address}/metrics?{i}"]
        result = subprocess.run(curl, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(result.stdout.split(), ["200"] * 50, result.stderr)

    def test_headers_and_rate_limit(self):
        self.write_web(more="http_server_config:\n  headers:\n    Strict-Transport-Security: max-age=60\n"
                            "    X-Frame-Options: sameorigin\nrate_limit:\n  interval: 1h\n  burst: 3\n")
        agent = self.agent()
        answers = [agent.ask("/-/healthy") for _ in range(4)]
        self.assertEqual([status for status, _, _ in answers], [200, 200, 200, 429])
        self.assertEqual(answers[0][1]["Strict-Transport-Security"], "max-age=60")
        self.assertEqual(answers[0][1].get_all("X-Frame-Options"), ["sameorigin"])
        self.assertEqual(answers[0][1]["X-Content-Type-Options"], "nosniff")


class Tls(WebSecurity):
    def test_versions(self):
        self.write_web()
        agent = self.agent()
        old = ssl.TLSVersion
        rows = [("", [old.TLSv1_2, old.TLSv1_3], [old.TLSv1, old.TLSv1_1]),
                ("  min_version: TLS13\n", [old.TLSv1_3], [old.TLSv1_2]),
                ("  max_version: TLS12\n", [old.TLSv1_2], [old.TLSv1_3])]
        for more, spoken, refused in rows:
            self.write_web(more_tls=more)
            self.hang_up(agent, "configuration read again")
            for version, good in [(one, True) for one in spoken] + [(one, False) for one in refused]:
                with self.subTest(more=more, version=version):
                    client = self.client(minimum_version=old.MINIMUM_SUPPORTED, maximum_version=version)
                    client.set_ciphers("ALL:@SECLEVEL=0")
                    client.minimum_version = version
                    if good:
                        self.assertEqual(agent.ask("/metrics", tls=client)[0], 200)
                    else:
                        self.assert_refused(agent, client)

    def test_cipher_suites(self):
        self.write_web(more_tls="  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n")
        agent = self.agent()
        for ciphers, good in (("ECDHE-ECDSA-AES256-GCM-SHA384", True), ("ECDHE-ECDSA-AES128-GCM-SHA256", False),
                              ("ECDHE-ECDSA-AES256-SHA", False)):
            client = self.client()
            client.set_ciphers(ciphers)
            if good:
                self.assertEqual(agent.ask("/metrics", tls=client)[0], 200)
            else:
                self.assert_refused(agent, client)

    def served(self, agent):
        """The certificate that a new connection is shown."""
        with contextlib.closing(agent.connect()) as connection:
            connection.connect()
            return connection.sock.getpeercert(binary_form=True)

    def certificate(self, name):
        with open(self.in_folder(name + ".crt")) as file:
            return ssl.PEM_cert_to_DER_cert(file.read())

    def test_a_new_certificate_is_seen_by_the_next_connection(self):
        self.write_web()
        agent = self.agent()
        self.assertEqual(self.served(agent), self.certificate("server"))
        self.certificates.put("renewed", "served")
        wait_for("the new certificate", lambda: self.served(agent) == self.certificate("renewed"))

        write(self.in_folder("served.crt"), "half of a certif")
        wait_for("a word on it", lambda: self.served(agent) and "stays in use" in agent.log())
        self.assertEqual(self.served(agent), self.certificate("renewed"))
        self.assertEqual(agent.log().count("stays in use"), 1)

        shutil.copy(self.in_folder("server.crt"), self.in_folder("served.crt"))  # with the key of the other
        wait_for("a word on it", lambda: self.served(agent) and agent.log().count("stays in use") == 2)
        self.certificates.put("server", "served")
        wait_for("the old certificate again", lambda: self.served(agent) == self.certificate("server"))

    def test_client_certificates(self):
        self.write_web(password=None,
                       more_tls="  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n")
        agent = self.agent(login=())
        self.assertEqual(agent.ask("/metrics", tls=self.client("client"))[0], 200)
        self.assertEqual(agent.ask("/metrics", tls=self.client("nameless"))[0], 200)
        for refused in (None, "stranger", "expired", "of-a-server"):
            with self.subTest(refused):
                for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                    self.assert_refused(agent, self.client(refused, maximum_version=version))

        for name in ("prometheus.example.org", "ops@example.org", "192.0.2.7", "spiffe://example.org/prometheus"):
            self.write_web(password=None, more_tls="  client_auth_type: RequireAndVerifyClientCert\n"
                           f"  client_ca_file: ca.crt\n  client_allowed_sans: [x, '{name}']\n")
            self.hang_up(agent, "configuration read again")
            self.assertEqual(agent.ask("/metrics", tls=self.client("client"))[0], 200, name)
            self.assert_refused(agent, self.client("nameless"))

    def test_other_ways_with_client_certificates(self):
        rows = [("RequestClientCert", "", [None, "client", "stranger"], []),
                ("RequireAnyClientCert", "", ["client", "stranger", "expired"], [None]),
                ("VerifyClientCertIfGiven", "  client_ca_file: ca.crt\n", [None, "client"], ["stranger", "expired"])]
        self.write_web()
        agent = self.agent()
        for kind, more, good, bad in rows:
            self.write_web(more_tls=f"  client_auth_type: {kind}\n" + more)
            self.hang_up(agent, "configuration read again")
            for name in good:
                self.assertEqual(agent.ask("/metrics", tls=self.client(name))[0], 200, (kind, name))
            for name in bad:
                with self.subTest(kind=kind, name=name):
                    self.assert_refused(agent, self.client(name))

    def test_what_is_no_tls_does_no_harm(self):
        self.write_web()
        agent = self.agent()
        host, port = agent.address.split(":")
        for words in (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01", b"\x16\x03\x01\xff\xff" + b"\0" * 70000,
                      os.urandom(5000), b""):
            with contextlib.closing(socket.create_connection((host, int(port)), timeout=10)) as client:
                with contextlib.suppress(OSError):
                    client.sendall(words)
                    client.shutdown(socket.SHUT_WR)
                    self.assertNotIn(b"reputed", client.recv(65536))
        self.assertEqual(agent.ask("/metrics")[0], 200)


class Reload(WebSecurity):
    def test_by_post_where_it_is_allowed(self):
        self.write_web()
        agent = self.agent("reload = true\n")
        self.assertEqual(agent.ask("/-/reload", "POST", login=())[0], 401)
        status, headers, body = agent.ask("/-/reload")
        self.assertEqual((status, headers["Allow"], body), (405, "POST", "Only POST is answered here.\n"))
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"},
                        {"Origin": "https://elsewhere.example"}):
            self.assertEqual(agent.ask("/-/reload", "POST", headers=headers)[0], 403, headers)
        self.assertNotIn("read again", agent.log())
        same = {"Sec-Fetch-Site": "same-origin", "Origin": f"https://{agent.address}"}
        for headers in ({}, same):
            status, _, body = agent.ask("/-/reload", "POST", headers=headers)
            self.assertEqual((status, body), (200, "The configuration was read again.\n"))
        self.assertEqual(agent.log().count("configuration read again"), 2)

        self.configuration(agent.address.split(":")[1], "reload = true\nnonsense = 1\n")
        status, _, body = agent.ask("/-/reload", "POST")
        self.assertEqual((status, body), (500, "The configuration was not changed: the old one stays in use, and the "
                                               "log of the agent says why.\n"))
        self.configuration(agent.address.split(":")[1])
        self.assertEqual([agent.ask("/-/reload", "POST")[0] for _ in range(2)], [200, 403])

    def test_not_otherwise(self):
        self.write_web(tls=False, password=None)
        agent = self.agent(tls=False, login=())
        status, _, body = agent.ask("/-/reload", "POST")
        self.assertEqual((status, body), (403, "POST /-/reload is not allowed: [web] reload = true allows it.\n"))
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            for path in EVERYWHERE[:6]:
                self.assertEqual(agent.ask(path, method)[0], 405, (method, path))


class Faults(WebSecurity):
    def test_a_bad_file_is_told_with_its_line_and_keeps_the_agent_from_starting(self):
        path = self.configuration()
        write(self.web_file, "tls_server_config:\n  cert_file: served.crt\n  key_fil: served.key\n")
        lines = [f'{self.web_file}:3:3: unknown key "key_fil" in tls_server_config: did you mean "key_file"?',
                 f"{self.web_file}:2:3: tls_server_config needs cert_file and key_file"]
        result = reputed("config", "check", path)
        self.assertEqual((result.returncode, result.stdout), (78, ""))
        self.assertEqual(result.stderr.splitlines(), [f"reputed: {line}" for line in lines])
        result = reputed("run", "--config", path)
        self.assertEqual(result.returncode, 78)
        for line in lines:
            self.assertIn(line, result.stderr)

    def test_certificates_that_cannot_be_used(self):
        path = self.configuration()
        served = self.in_folder("served")
        mismatch = f"{self.web_file}: {served}.crt with {served}.key: "
        shutil.copy(self.in_folder("renewed.crt"), served + ".crt")
        rows = [("", mismatch + "The certificate and the given key do not match."),
                ("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: nothing\n",
                 f"{self.web_file}: {self.in_folder('nothing')}: not found"),
                ("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.key\n",
                 f"{self.web_file}: {self.in_folder('ca.key')}: no certificate in it")]
        for more, line in rows:
            self.write_web(more_tls=more)
            result = reputed("config", "check", path)
            self.assertEqual(result.returncode, 78)
            self.assertIn(line, result.stderr)
            self.certificates.put("server", "served")

    def test_what_is_open_to_all_is_said(self):
        path = self.in_folder("open.toml")
        write(path, CONFIG.format(port=0).replace("127.0.0.1:0", "0.0.0.0:0"))
        result = reputed("config", "check", path)
        self.assertIn('note: [web] listen = "0.0.0.0:0": everybody who reaches this address reads the pages', result.stdout)
        self.assertEqual(result.returncode, 0)


class WithPrometheus(WebSecurity):
    def test_our_sample_is_its_file_too(self):
        sample = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config", "web.yml")
        with open(sample) as file:
            text = file.read().replace("/etc/reputed/", self.directory + "/")
        self.assertIn("#", text)
        for name in ("server.crt", "server.key", "ca.crt"):
            self.assertIn(f"{self.directory}/{name}", text)
        uncommented = re.sub(r"^#(?! \S)", "", text, flags=re.MULTILINE)
        self.assertIn("\n  client_ca_file: ", uncommented)
        path = self.configuration()
        for content in (uncommented, text):
            write(self.web_file, content)
            result = reputed("config", "check", path)
            self.assertEqual(result.returncode, 0, result.stderr)
        result = subprocess.run(["promtool", "check", "web-config", self.web_file], capture_output=True, text=True,
                                check=False)
        self.assertEqual(result.returncode, 0, result.stderr + result.stdout)

    def test_it_scrapes(self):
        self.write_web()
        agent = self.agent()
        port = free_port()
        write(self.in_folder("password"), LOGIN[1])
        write(self.in_folder("prometheus.yml"), f"""\
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: reputed
    scheme: https
    tls_config: {{ca_file: {self.in_folder("ca.crt")}}}
    basic_auth: {{username: {LOGIN[0]}, password_file: {self.in_folder("password")}}}
    static_configs: [{{targets: ["{agent.address}"]}}]
""")
        with open(self.in_folder("prometheus.log"), "w") as log:
            prometheus = subprocess.Popen(
                ["prometheus", f"--config.file={self.in_folder('prometheus.yml')}",
                 f"--storage.tsdb.path={self.in_folder('tsdb')}", f"--web.listen-address=127.0.0.1:{port}"],
                stdout=log, stderr=log)

        def end():
            prometheus.terminate()
            prometheus.wait(20)
        self.addCleanup(end)

        def up():
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                with contextlib.suppress(OSError):
                    connection.request("GET", "/api/v1/query?query=up%20%2B%20on()%20reputed_build_info")
                    return '"2"]' in connection.getresponse().read().decode()
        wait_for("Prometheus scrapes", up)


if __name__ == "__main__":
    unittest.main()
