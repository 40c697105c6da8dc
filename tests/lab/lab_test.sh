#!/bin/bash
# The lab against its own README: two labs side by side, every planted answer through unbound, changes at run time, and
# nothing left after the stop. One line an assertion; exit 1 when one failed.
set -u
lab=$(dirname "$(readlink -f "$0")")/lab
work=$(mktemp -d "${TMPDIR:-/var/tmp}/lab.XXXXXX")
chmod 755 "$work"  # the user postfix passes through
trap '"$lab" stop "$work/a"; "$lab" stop "$work/b"; rm -rf "$work"' EXIT
failed=0

ok() { echo "ok   $1"; }
fail() { echo "FAIL $1"; failed=1; }
is() {  # is WHAT ACTUAL EXPECTED
    if [ "$2" = "$3" ]; then ok "$1"; else fail "$1: got '$2', expected '$3'"; fi
}
try() {  # try WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then ok "$what"; else fail "$what"; fi
}
refuses() {  # refuses MESSAGE COMMAND...: exit 1 and this line
    local expected=$1 output
    shift
    output=$("$@" 2>&1) && output="no failure"
    is "refused: $expected" "$(head -1 <<<"$output")" "lab: $expected"
}
words() { sort | tr '\n' ' ' | sed 's/ $//'; }
dns() { dig @127.0.0.1 -p "${LAB_DNS#*:}" +tries=1 +time=1 "$@"; }
answer() { dns +short "$@" | words; }
rcode() { dns +noall +comments "$@" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'; }
below() {  # below LIST IP: the name that is asked
    local a b c d
    if [[ $2 == *:* ]]; then
        /usr/bin/python3 -SEc 'import ipaddress, sys
print(ipaddress.ip_address(sys.argv[2]).reverse_pointer[:-8] + sys.argv[1])' "$1" "$2"
    else
        IFS=. read -r a b c d <<<"$2"
        echo "$d.$c.$b.$a.$1"
    fi
}
on() { is "$2 on $1" "$(answer "$(below "$1" "$2")" A)" "$3"; }
domain_on() { is "$2 on $1" "$(answer "$2.$1" A)" "$3"; }
reason() { is "reason of $2 on $1" "$(answer "$(below "$1" "$2")" TXT)" "$3"; }
queues() { postqueue -c "$LAB_POSTFIX_CONFIG" -j | sed 's/.*"queue_name": "\([a-z]*\)".*/\1/' | sort | uniq -c |
    awk '{ print $2 "=" $1 }' | words; }
pids() { "$lab" status "$1" | awk '$2 == "running" { for (i = 3; i <= NF; ++i) print $i }'; }
sockets() {  # sockets PID...: "ADDRESS:PORT" in hexadecimal of each socket that waits for others
    local inodes
    inodes=$(for pid in "$@"; do readlink "/proc/$pid"/fd/*; done | sed -n 's/socket:\[\(.*\)\]/\1/p')
    awk -v inodes="$inodes" 'BEGIN { split(inodes, list, "\n"); for (i in list) wanted[list[i]] }
        ($10 in wanted) && ($4 == "0A" || $4 == "07") { print $2 }' /proc/net/{tcp,udp}{,6} 2>/dev/null | sort -u
}

for name in a b; do
    try "lab $name starts" "$lab" start "$work/$name"
    [ "$failed" = 0 ] || exit 1
done
eval "$("$lab" env "$work/b")"
other_dns=$LAB_DNS
eval "$("$lab" env "$work/a")"
export LAB_DIR
try "each lab has its own resolver" [ "$LAB_DNS" != "$other_dns" ]
"$lab" status "$work/a" >"$work/status"
is "status: everything runs" "$?" 0
refuses "$work/a: this lab runs; stop it first" "$lab" start "$work/a"
mapfile -t all < <(pids "$work/a"; pids "$work/b")
mapfile -t ports < <(sockets "${all[@]}")
try "the labs listen" [ "${#ports[@]}" -ge 4 ]
is "nothing listens outside loopback" \
    "$(printf '%s\n' "${ports[@]}" | grep -vE '^([0-9A-F]{6}7F|0{24}01000000):')" ""

echo "# lists"
on zen.spamhaus.org 127.0.0.2 "127.0.0.10 127.0.0.2 127.0.0.4"
on zen.spamhaus.org 127.0.0.1 ""
on zen.spamhaus.org ::ffff:127.0.0.2 "127.0.0.10 127.0.0.2 127.0.0.4"
on zen.spamhaus.org 11.10.1.25 "127.0.0.2 127.0.0.4"
on zen.spamhaus.org 11.10.1.26 127.0.0.11
on zen.spamhaus.org 116.58.168.33 127.0.0.10
on zen.spamhaus.org 2a0b:1ab:1::25 127.0.0.3
on zen.spamhaus.org 11.10.0.25 ""
on zen.spamhaus.org 2a0b:1ab::25 ""
on bl.spamcop.net 127.0.0.2 127.0.0.2
on bl.spamcop.net 11.10.1.25 127.0.0.2
reason bl.spamcop.net 11.10.1.25 '"Blocked - see https://www.spamcop.net/bl.shtml?11.10.1.25"'
on b.barracudacentral.org 127.0.0.2 127.0.0.2
on b.barracudacentral.org 11.10.1.27 127.0.0.2
on net.bl.lab 127.0.0.2 127.0.0.2
on net.bl.lab 116.58.168.33 127.0.0.2
on net.bl.lab 11.10.1.25 ""
on zen.spamhaus.org 11.10.1.64 127.0.0.4
on zen.spamhaus.org 11.10.1.96 ""
on six.bl.lab 2a0b:1ab:1:7::1 127.0.0.2
on dnsbl-1.uceprotect.net 127.0.0.2 127.0.0.2
on dnsbl-1.uceprotect.net 11.10.1.25 127.0.0.2
domain_on dbl.spamhaus.org dbltest.com 127.0.1.2
domain_on dbl.spamhaus.org example.com ""
domain_on dbl.spamhaus.org smtp.listed.example 127.0.1.2
on dbl.spamhaus.org 11.10.0.25 127.0.1.255
on list.dnswl.org 127.0.0.2 127.0.10.0
on list.dnswl.org 11.10.0.25 127.0.9.1
on codes.bl.lab 127.0.0.2 "127.0.0.2 127.0.0.3"
on codes.bl.lab 11.10.1.25 "127.0.0.2 127.0.0.3"
reason codes.bl.lab 11.10.1.25 '"Open relay, seen from 11.10.1.25" "Spam source, seen from 11.10.1.25"'
on codes.bl.lab 11.10.1.26 127.0.0.10
on codes.bl.lab 11.10.1.27 127.0.0.77
on codes.bl.lab 2a0b:1ab:1::25 127.0.0.3
reason codes.bl.lab 2a0b:1ab:1::25 ""
on six.bl.lab ::ffff:127.0.0.2 127.0.0.2
on six.bl.lab ::ffff:127.0.0.1 ""
on six.bl.lab 2a0b:1ab:1::25 127.0.0.2
on six.bl.lab 2a0b:1ab::25 ""
domain_on domain.bl.lab test 127.0.0.2
domain_on domain.bl.lab invalid ""
domain_on domain.bl.lab listed.example 127.0.0.2
domain_on domain.bl.lab smtp.listed.example ""
on allow.bl.lab 11.10.0.25 127.0.0.2
on allow.bl.lab 2a0b:1ab::25 127.0.0.2
on bitmask.bl.lab 127.0.0.2 127.0.0.14
on bitmask.bl.lab 11.10.1.25 127.0.0.12
on bitmask.bl.lab 11.10.1.27 127.0.0.2
on score.bl.lab 11.10.0.25 127.0.4.98
on score.bl.lab 11.10.1.25 127.0.4.12
on sesame.keyed.bl.lab 127.0.0.2 127.0.0.2
on sesame.keyed.bl.lab 11.10.1.25 127.0.0.2
for address in 127.0.0.1 127.0.0.2 11.10.0.25 9.8.7.6 2a0b:1ab::25; do
    on wildcard.bl.lab "$address" 127.0.0.2
    on parked.bl.lab "$address" 203.0.113.9
    on refusing.bl.lab "$address" 127.255.255.254
done
on inverted.bl.lab 127.0.0.1 127.0.0.2
on inverted.bl.lab 127.0.0.2 ""
is "emptied.bl.lab says NXDOMAIN" "$(rcode 2.0.0.127.emptied.bl.lab)" NXDOMAIN
is "nodata.bl.lab says NOERROR" "$(rcode 2.0.0.127.nodata.bl.lab)" NOERROR
on nodata.bl.lab 127.0.0.2 ""
is "servfail.bl.lab says SERVFAIL" "$(rcode 2.0.0.127.servfail.bl.lab)" SERVFAIL
is "refused.bl.lab says REFUSED" "$(rcode 2.0.0.127.refused.bl.lab)" REFUSED
is "silent.bl.lab says nothing" "$(rcode 2.0.0.127.silent.bl.lab)" ""
is "what is not planted does not exist" "$(rcode www.example.org)" NXDOMAIN

echo "# names"
is "PTR healthy" "$(answer -x 11.10.0.25)" mail.lab.example.
is "PTR healthy, IPv6" "$(answer -x 2a0b:1ab::25)" mail.lab.example.
is "A healthy" "$(answer mail.lab.example A)" 11.10.0.25
is "AAAA healthy" "$(answer mail.lab.example AAAA)" 2a0b:1ab::25
is "MX healthy" "$(answer lab.example MX)" "10 mail.lab.example."
is "TXT healthy" "$(answer lab.example TXT)" \
    '"site-verification=unrelated" "v=spf1 ip4:11.10.0.25 ip6:2a0b:1ab::25 -all"'
is "two PTRs" "$(answer -x 11.10.1.24)" "a24.listed.example. smtp.listed.example."
is "generic PTR" "$(answer -x 11.10.1.26)" 11-10-1-26.dynamic.isp.example.
is "forged PTR" "$(answer -x 11.10.1.27) $(answer forged.listed.example A)" "forged.listed.example. 11.10.1.99"
is "scenario A: no PTR" "$(rcode -x 116.58.168.33)" NXDOMAIN
is "scenario A: the misplaced PTR" "$(answer 33.168.58.116.office.example PTR)" mail.office.example.
is "scenario B: both families" "$(answer www274.sakura.ne.jp A) $(answer www274.sakura.ne.jp AAAA)" \
    "59.106.13.174 2403:3a00:201:13:59:106:13:174"
is "scenario B: no SPF" "$(rcode ts.skr.jp TXT) $(answer ts.skr.jp TXT)" "NOERROR "
is "scenario B: five MX" "$(answer gmail.com MX | wc -w)" 10
is "scenario C: SPF" "$(answer portal.example TXT)" '"v=spf1 +a +mx +ip4:150.95.55.137 +ip4:163.44.239.12 ~all"'
is "scenario C: the relay" "$(answer -x 23.83.218.24) $(answer relay.mailchannels.net TXT)" \
    'bee.relay.mailchannels.net. "v=spf1 ip4:23.83.208.0/20 -all"'
is "scenario D: SPF of two strings" "$(answer many.example TXT | grep -o '" "' | wc -l)" 1

echo "# changes"
try "list add" "$lab" list add bl.spamcop.net 11.10.0.25
on bl.spamcop.net 11.10.0.25 127.0.0.2
try "list add with code and reason" "$lab" list add codes.bl.lab 11.10.0.25 127.0.0.10 "moved: yes"
on codes.bl.lab 11.10.0.25 127.0.0.10
reason codes.bl.lab 11.10.0.25 '"moved: yes"'
try "list add, IPv6" "$lab" list add zen.spamhaus.org 2a0b:1ab::25 4
on zen.spamhaus.org 2a0b:1ab::25 127.0.0.4
try "list add, a /64 list" "$lab" list add six.bl.lab 2a0b:1ab::25
on six.bl.lab 2a0b:1ab::25 127.0.0.2
try "list add, a domain" "$lab" list add domain.bl.lab Lab.example.
domain_on domain.bl.lab lab.example 127.0.0.2
try "list add, everybody" "$lab" list add bl.spamcop.net 0.0.0.0/0 127.255.255.254
on bl.spamcop.net 9.8.7.6 127.255.255.254
for entry in "bl.spamcop.net 11.10.0.25" "codes.bl.lab 11.10.0.25" "zen.spamhaus.org 2a0b:1ab::25" \
    "six.bl.lab 2a0b:1ab::25" "domain.bl.lab lab.example" "bl.spamcop.net 0.0.0.0/0"; do
    read -r list subject <<<"$entry"
    try "list remove $entry" "$lab" list remove "$list" "$subject"
done
on bl.spamcop.net 11.10.0.25 ""
on codes.bl.lab 11.10.0.25 ""
on zen.spamhaus.org 2a0b:1ab::25 ""
on six.bl.lab 2a0b:1ab::25 ""
domain_on domain.bl.lab lab.example ""
try "list mute" "$lab" list mute bl.spamcop.net
is "a muted list says nothing" "$(rcode 2.0.0.127.bl.spamcop.net)" ""
try "list restore" "$lab" list restore bl.spamcop.net
on bl.spamcop.net 127.0.0.2 127.0.0.2
refuses "bl.spamcop.net has no entry 9.9.9.9 of its own" "$lab" list remove bl.spamcop.net 9.9.9.9
refuses "bl.spamcop.net cannot hold 2a0b::1" "$lab" list add bl.spamcop.net 2a0b::1
try "dns set PTR" "$lab" dns set 116.58.168.33 PTR mail.office.example.
is "the new PTR" "$(answer -x 116.58.168.33)" mail.office.example.
try "dns set TXT" "$lab" dns set ts.skr.jp TXT "v=spf1 a:www274.sakura.ne.jp -all"
is "the new TXT" "$(answer ts.skr.jp TXT)" '"v=spf1 a:www274.sakura.ne.jp -all"'
is "the other types stay" "$(answer ts.skr.jp MX)" "10 www274.sakura.ne.jp."
try "dns set, two values" "$lab" dns set new.example A 11.10.9.1 11.10.9.2
is "both values" "$(answer new.example A)" "11.10.9.1 11.10.9.2"
"$lab" dns set new.example A 11.10.9.x 2>/dev/null
is "dns set refuses nonsense" "$?" 1
is "nonsense leaves the old values" "$(answer new.example A)" "11.10.9.1 11.10.9.2"
try "dns remove" "$lab" dns remove new.example
is "the name is gone" "$(rcode new.example A)" NXDOMAIN
try "dns remove of a type" "$lab" dns remove ts.skr.jp TXT
is "the type is gone" "$(answer ts.skr.jp TXT) $(answer ts.skr.jp MX)" " 10 www274.sakura.ne.jp."
try "dns remove of a PTR" "$lab" dns remove 116.58.168.33 PTR
is "the PTR is gone" "$(rcode -x 116.58.168.33)" NXDOMAIN
try "dns stop" "$lab" dns stop
is "the resolver is gone" "$("$lab" status "$work/a" | grep unbound)" "unbound absent"
try "dns start" "$lab" dns start
refuses "the resolver runs" "$lab" dns start
is "the changed names stay" "$(rcode -x 116.58.168.33)$(answer new.example A)" NXDOMAIN
on codes.bl.lab 11.10.1.26 127.0.0.10
mapfile -t all < <(pids "$work/a"; pids "$work/b")
saved=$LAB_DNS
LAB_DNS=$other_dns
is "the other lab is as it was" "$(answer new.example A)$(answer ts.skr.jp TXT)" ""
LAB_DNS=$saved

echo "# queue"
if [ -n "$LAB_QUEUE" ] || [ "$(id -u)" = 0 ]; then
    is "planted" "$(queues)" "active=1 deferred=3 hold=2"
    try "mail 10" "$lab" mail 10
    try "mail 2 hold" "$lab" mail 2 hold
    try "mail 3 active" "$lab" mail 3 active
    is "after more mail" "$(queues)" "active=4 deferred=13 hold=4"
    mapfile -t all < <(pids "$work/a"; pids "$work/b")
else
    echo "skip the queue: not root"
fi

echo "# Prometheus"
if [ -n "$LAB_PROMETHEUS" ]; then
    promtool check config "$work/a/prometheus/prometheus.yml" >"$work/promtool" 2>&1
    is "its configuration and the rules are sound" "$?" 0
    is "it scrapes the agent" "$(grep -c "\"$LAB_AGENT\"" "$work/a/prometheus/prometheus.yml")" 1
fi
refuses "$work: not empty and not a lab" "$lab" start "$work"

echo "# stop"
try "stop" "$lab" stop "$work/a"
try "stop again" "$lab" stop "$work/a"
try "stop of the other" "$lab" stop "$work/b"
"$lab" status "$work/a" >"$work/status"
is "status says so" "$?" 3
alive=$(for pid in "${all[@]}"; do grep -qs '^State:.[^ZX]' "/proc/$pid/status" && echo "$pid"; done)
is "no process is left of ${#all[@]}" "$alive" ""
open=$(for port in "${ports[@]}"; do grep -hsE "^ *[0-9]+: $port [0-9A-F:]+ (0A|07) " /proc/net/{tcp,udp}{,6}; done)
is "no port is left of ${#ports[@]}" "$open" ""
try "a stopped lab starts again" "$lab" start "$work/a"
is "as new" "$(eval "$("$lab" env "$work/a")"; answer lab.example MX)" "10 mail.lab.example."
exit "$failed"
