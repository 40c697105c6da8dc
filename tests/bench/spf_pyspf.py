"""The same evaluation by pyspf. Usage: spf_pyspf.py warm|uncached PORT DOMAIN IP COUNT, with a server on 127.0.0.1;
prints microseconds of user and system time."""
import resource
import sys

import DNS
import spf

mode, port, domain, ip, count = sys.argv[1:]
DNS.defaults["server"] = ["127.0.0.1"]
DNS.defaults["port"] = int(port)
answers = {}


def judge():
    query = spf.query(ip, "postmaster@" + domain, domain)
    if mode == "warm":
        query.cache = answers
    return query.check()


def cpu_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if judge()[0] != "pass":
    sys.exit(f"not pass but {judge()}")
begin = cpu_time()
for _ in range(int(count)):
    result = judge()
if result[0] != "pass":
    sys.exit(f"not pass but {result}")
print(f"{(cpu_time() - begin) / int(count) * 1e6:.2f}")
