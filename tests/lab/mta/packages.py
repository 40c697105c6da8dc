"""Debian packages that cannot be installed beside each other: downloaded once, unpacked into a folder, never installed."""
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
    simulated = apt("install", "--simulate", "--no-install-recommends", *names)
    if simulated.returncode != 0:
        raise Unavailable(f"apt-get knows no way to install {' '.join(names)}: {simulated.stderr.strip()}")
    missing = re.findall(r"^Inst (\S+)", simulated.stdout, re.MULTILINE)
    return [*names, *(name for name in missing if name.startswith("lib") and name not in names)]


def unpacked(kind, cache):
    """The folder with the packages of this MTA, made at the first call."""
    folder = os.path.join(cache, kind)
    if os.path.isdir(folder):
        return folder
    making = folder + f".{os.getpid()}"
    os.makedirs(making)
    try:
        names = with_libraries(WANTED[kind])
        result = apt("download", "-o", "APT::Sandbox::User=root", *names, cwd=making)
        if result.returncode != 0:
            raise Unavailable(f"cannot download {' '.join(names)}: {result.stderr.strip()}")
        for name in sorted(os.listdir(making)):
            subprocess.run(["dpkg", "-x", name, "."], cwd=making, check=True)
            os.unlink(os.path.join(making, name))
        for name in ("bin", "sbin", "lib"):  # Debian has these below /usr
            if os.path.isdir(os.path.join(making, name)):
                shutil.copytree(os.path.join(making, name), os.path.join(making, "usr", name), dirs_exist_ok=True,
                                symlinks=True)
        os.rename(making, folder)
    except OSError:
        if not os.path.isdir(folder):  # somebody else was quicker
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder
