"""Debian packages that cannot be installed beside each other: downloaded once, unpacked into a folder, never installed."""
import fcntl
import os
import re
import shutil
import subprocess

WANTED = {
    "postfix": ["postfix"],
    "exim": ["exim4-daemon-light", "exim4-base"],
    "sendmail": ["sendmail-bin", "sendmail-base", "sendmail-cf", "m4"],
    "opensmtpd": ["opensmtpd"],
}


class Unavailable(Exception):
    """The packages cannot be had; the text says why."""


def apt(*words, **options):
    return subprocess.run(["apt-get", *words], capture_output=True, text=True, check=False, timeout=120,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                               "DEBIAN_FRONTEND": "noninteractive", **proxies()}, **options)


def proxies():
    return {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}


def with_libraries(names):
    """The packages and the libraries of theirs that are not installed here."""
    words = ("install", "--simulate", "--no-install-recommends", *names)
    simulated = apt(*words)
    if simulated.returncode != 0:  # nobody has asked yet which packages there are
        apt("update", "-qq")
        simulated = apt(*words)
    if simulated.returncode != 0:
        raise Unavailable(f"apt-get knows no way to install {' '.join(names)}: {simulated.stderr.strip()}")
    missing = re.findall(r"^Inst (\S+)", simulated.stdout, re.MULTILINE)
    return [*names, *(name for name in missing if name.startswith("lib") and name not in names)]


def unpacked(kind, cache):
    """The folder with the packages of this MTA, made at the first call."""
    folder = os.path.join(cache, kind)
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(folder):
            making = folder + ".new"
            shutil.rmtree(making, ignore_errors=True)
            os.mkdir(making)
            fill(making, with_libraries(WANTED[kind]))
            os.rename(making, folder)
    return folder


def fill(folder, names):
    result = apt("download", "-o", "APT::Sandbox::User=root", *names, cwd=folder)
    if result.returncode != 0:
        raise Unavailable(f"cannot download {' '.join(names)}: {result.stderr.strip()}")
    for name in sorted(os.listdir(folder)):
        subprocess.run(["dpkg", "-x", name, "."], cwd=folder, check=True)
        os.unlink(os.path.join(folder, name))
    for name in ("bin", "sbin", "lib"):  # Debian has these below /usr
        if os.path.isdir(os.path.join(folder, name)):
            shutil.copytree(os.path.join(folder, name), os.path.join(folder, "usr", name), dirs_exist_ok=True,
                            symlinks=True)
