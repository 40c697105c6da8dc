"""rbldnsd: the lists. A file ZONE.TYPE under zones/ is one dataset of that zone; nothing else names it."""
import ipaddress
import os
import re
import shutil

from parts import files, names
from parts.process import LabError, bound, free_port, reload, spawn, wait_until


def directory(root):
    return os.path.join(root, "rbldnsd")


def datasets(root):
    """[(zone, type, file name), ...]"""
    found = [name.rpartition(".") for name in sorted(os.listdir(directory(root)))]
    return [(zone, kind, f"{zone}.{kind}") for zone, _, kind in found if kind in TYPES]


TYPES = {"ip4set", "ip4trie", "ip6tset", "ip6trie", "dnset"}


def zones(root):
    return list(dict.fromkeys(zone for zone, _, _ in datasets(root)))


def start(root):
    """Returns the UDP port of rbldnsd."""
    shutil.copytree(os.path.join(files.HERE, "zones"), directory(root), dirs_exist_ok=True)
    port = free_port()
    identity = ["-u", "rbldns"] if os.geteuid() == 0 else []
    data = [f"{zone}:{kind}:{name}" for zone, kind, name in datasets(root)]
    spawn(root, "rbldnsd", [files.program("rbldnsd"), "-n", *identity, "-b", f"127.0.0.1/{port}", "-c", "0",
                            "-t", "1", *data])
    wait_until(lambda: bound(root, "rbldnsd", port) and names.dig(port, "2.0.0.127.codes.bl.lab", "A"),
               "its first answer", root, "rbldnsd")
    return port


def address(text):
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def entry_of(text, kind):
    """The entry as it is written in a dataset of this type, or None when that type cannot hold it."""
    network = None
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        pass
    if kind == "dnset":
        return None if network else text.lower().rstrip(".")
    if network is None or network.version != (4 if kind.startswith("ip4") else 6):
        return None
    if kind == "ip6tset":  # holds /64 networks only, as four words
        return ":".join(f"{int(word, 16):x}" for word in network.network_address.exploded.split(":")[:4])
    if kind == "ip4set" and network.prefixlen == 0:
        return "0-255"
    return str(network if network.num_addresses > 1 else network.network_address)


def dataset_for(root, zone, text):
    """(path, entry) of the dataset of this list that can hold the entry."""
    if zone not in zones(root):
        raise LabError(f"no list {zone} here; there are: {' '.join(zones(root))}")
    for _, kind, name in [dataset for dataset in datasets(root) if dataset[0] == zone]:
        entry = entry_of(text, kind)
        if entry:
            return os.path.join(directory(root), name), entry
    raise LabError(f"{zone} cannot hold {text}")


def without(lines, entry):
    return [line for line in lines if line.split(None, 1)[:1] != [entry]]


def add(root, port, zone, text, code, reason):
    path, entry = dataset_for(root, zone, text)
    code = code if "." in code else "127.0.0." + code
    if not re.fullmatch(r"\d+(\.\d+){3}", code) or address(code) is None:
        raise LabError(f"{code} is not an answer: write 127.0.0.2, or 2 for it")
    if path.endswith("tset") and code != "127.0.0.2":
        raise LabError(f"{zone} has one code for all its entries")
    with open(path) as file:
        lines = file.readlines()
    lines.append(entry + "\n" if path.endswith("tset") else f"{entry} :{code}:{reason}\n")
    rewrite(root, port, zone, path, lines)


def remove(root, port, zone, text):
    path, entry = dataset_for(root, zone, text)
    with open(path) as file:
        lines = file.readlines()
    if without(lines, entry) == lines:
        raise LabError(f"{zone} has no entry {entry} of its own")
    rewrite(root, port, zone, path, without(lines, entry))


def rewrite(root, port, zone, path, lines):
    """Replaces the file and returns when rbldnsd answers from it: its SOA serial is the file's time."""
    times = [os.stat(os.path.join(directory(root), name)).st_mtime for _, _, name in datasets(root)]
    serial = int(max(times)) + 1
    files.write(path, "".join(lines))
    os.utime(path, (serial, serial))
    reload(root, "rbldnsd")
    wait_until(lambda: f" {serial} " in " ".join(names.dig(port, zone, "SOA")), f"the reload of {zone}", root,
               "rbldnsd")
