#!/usr/bin/env bash
# How fast a survey is: 1,000 domains with MX, SPF, some with DKIM, DMARC, MTA-STS and TLS-RPT, against the lab's servers.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=build/release/reputed
runs=${1:-3}
domains=${2:-1000}
work=$(mktemp -d /var/tmp/reputed-bench.XXXXXX)
chmod 755 "$work"
# shellcheck disable=SC2064
trap "tests/lab/lab stop '$work/lab'; rm -rf '$work'" EXIT
tests/lab/lab start "$work/lab"
eval "$(tests/lab/lab env "$work/lab")"

awk -v n="$domains" -v list="$work/domains" -v key="11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" 'BEGIN {
    split("default google selector1 s1", selectors)
    print "spf.relay.example 300 TXT \"v=spf1 ip4:11.20.0.0/16 -all\""
    for (i = 0; i < n; i++) {
        d = "d" i ".survey.example"
        print d > list
        printf "%s 300 MX 10 mx.%s.\nmx.%s 300 A 11.20.%d.%d\n", d, d, d, int(i / 256) % 256, i % 256
        printf "%s 300 TXT \"v=spf1 mx include:spf.relay.example %sall\"\n", d, substr("-~?", i % 3 + 1, 1)
        if (i % 2) printf "%s._domainkey.%s 300 TXT \"v=DKIM1; k=ed25519; p=%s\"\n", selectors[i % 4 + 1], d, key
        if (i % 3) printf "_dmarc.%s 300 TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@%s\"\n", d, d
        if (i % 5 == 0) printf "_mta-sts.%s 300 TXT \"v=STSv1; id=1\"\n", d
        if (i % 5 == 0) printf "_smtp._tls.%s 300 TXT \"v=TLSRPTv1; rua=mailto:tls@%s\"\n", d, d
    }
}' >"$work/data"
unbound-control -c "$LAB_DIR/unbound/unbound.conf" local_datas <"$work/data" >/dev/null

for ((run = 0; run < runs; run++)); do
    # Exit code 1: domains without DMARC are warnings.
    /usr/bin/time -a -o "$work/times" -f '%U %S %M %e' "$bin" check --dns "$LAB_DNS" - <"$work/domains" >"$work/out" || [ $? -le 3 ]
done
grep " domains: SPF " "$work/out"
awk -v n="$domains" '/^[0-9]/ { print n / $4, $4, $1 + $2, $3 / 1024 }' "$work/times" | sort -n | awk '{ line[NR] = $0 } END {
    split(line[int((NR + 1) / 2)], v, " ")
    printf "median of %d runs: %.0f domains/s (limit 200), %.2f s, %.2f s CPU, %.1f MB resident\n", NR, v[1], v[2], v[3], v[4] }'
