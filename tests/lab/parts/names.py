"""unbound: the resolver in front, and the planted names. Names can be changed while it runs."""
import ipaddress
import os
import re
import shutil
import subprocess

from parts import files
from parts.process import LabError, bound, free_port, have_ipv6, spawn, wait_until

# Zones whose whole behaviour is unbound's own: never answers, answers REFUSED, answers NOERROR without data.
SPECIAL = {
    "silent.bl.lab": "deny",
    "silent-dns.example": "deny",
    "refused.bl.lab": "refuse",
    "nodata.bl.lab": "always_nodata",
}
# Handed to rbldnsd, which does not serve them: it refuses, and the resolver says SERVFAIL at once. (A closed port
# would be asked again and again for many seconds instead.)
LAME = ["servfail.bl.lab", "servfail-dns.example"]


def owner(name, kind):
    """The name in lower case without its dot; an address stands for its PTR name."""
    try:
        return ipaddress.ip_address(name).reverse_pointer if kind == "PTR" else name.lower().rstrip(".")
    except ValueError:
        return name.lower().rstrip(".")


def parse(text, source):
    """Lines of NAME TYPE VALUE as {name: [(type, value), ...]}, in order."""
    records = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(None, 2)
        if len(fields) != 3 or "'" in line:
            raise LabError(f"{source}:{number}: expected NAME TYPE VALUE without apostrophes")
        records.setdefault(owner(fields[0], fields[1]), []).append((fields[1].upper(), fields[2].strip()))
    return records


def show(records):
    return "".join(f"{name} {kind} {value}\n" for name, pairs in records.items() for kind, value in pairs)


def state_file(root):
    return os.path.join(root, "unbound", "names")


def configuration(root):
    return os.path.join(root, "unbound", "unbound.conf")


def start(root, rbldnsd_port, served):
    """`served`: the zones that rbldnsd has. Returns the port."""
    os.makedirs(os.path.join(root, "unbound"), exist_ok=True)
    shutil.copy(os.path.join(files.HERE, "names"), state_file(root))
    port = free_port()
    serve(root, port, rbldnsd_port, served)
    return port


def serve(root, port, rbldnsd_port, served):
    """Starts unbound on this port with the names as they are now; returns when it answers."""
    with open(state_file(root)) as file:
        records = parse(file.read(), state_file(root))
    addresses = ["127.0.0.1", "::1"] if have_ipv6() else ["127.0.0.1"]
    files.fill("templates/unbound.conf", configuration(root), {
        "DIR": root,
        "INTERFACES": "\n".join(f"    interface: {address}@{port}" for address in addresses),
        "ZONES": "\n".join([f'    local-zone: "{zone}" {SPECIAL.get(zone, "transparent")}'
                            for zone in [*SPECIAL, *LAME, *served]]),
        "DATA": "\n".join(f"    local-data: '{name} 0 {kind} {value}'"
                          for name, pairs in records.items() for kind, value in pairs),
        "STUBS": "\n".join(f'stub-zone:\n    name: "{zone}"\n    stub-addr: 127.0.0.1@{rbldnsd_port}\n'
                           f'    stub-no-cache: yes' for zone in [*LAME, *served]),
    })
    spawn(root, "unbound", [files.program("unbound"), "-d", "-c", configuration(root)])
    wait_until(lambda: bound(root, "unbound", port) and dig(port, ".", "SOA"), "its first answer", root, "unbound")


def dig(port, name, kind):
    """The answers as `dig +short` prints them; empty for every kind of failure."""
    result = subprocess.run(["dig", "@127.0.0.1", "-p", str(port), "+short", "+tries=1", "+time=1", name, kind],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return sorted(result.stdout.split("\n")[:-1]) if result.returncode == 0 else []


def control(root, *arguments):
    result = subprocess.run([files.program("unbound-control"), "-c", configuration(root), *arguments],
                            capture_output=True, text=True, check=False)
    if result.returncode != 0 or not result.stdout.startswith("ok"):
        raise LabError(f"unbound-control {arguments[0]}: {(result.stdout + result.stderr).strip()}")


def change(root, name, kind, values):
    """Replaces all records of one name and type ("ANY" with no values: every type); the other types stay."""
    with open(state_file(root)) as file:
        records = parse(file.read(), state_file(root))
    name = owner(name, kind)
    kept = [pair for pair in records.get(name, []) if pair[0] != kind and kind != "ANY"]
    new = [(kind, quoted(value) if kind == "TXT" else value) for value in values]
    if any(re.search(r"[\n']", value) for _, value in new):
        raise LabError("a value may not contain apostrophes or line breaks")
    try:
        publish(root, name, kept + new)
    except LabError:
        publish(root, name, records.get(name, []))
        raise
    records[name] = kept + new
    files.write(state_file(root), show(records))


def publish(root, name, pairs):
    control(root, "local_data_remove", name)
    for kind, value in pairs:
        control(root, "local_data", name, "0", kind, value)


def quoted(text):
    return text if text.startswith('"') else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mute(root, zone):
    control(root, "local_zone", zone, "always_deny")


def restore(root, zone):
    control(root, "local_zone", zone, SPECIAL.get(zone, "transparent"))
