#!/bin/bash
# What the Dockerfile's last stage does, done in a root that is like its base image, and then the agent as the container
# would run it: as its user, without rights, on a root that cannot be written to, with the state in a volume, looked at by
# the image's own health check. The first stage, which compiles, is not run.
#   image_test.sh REPUTED_DEB ROOT
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/package/root.sh
. "$here/root.sh"
deb=$1
root=$2
dockerfile=$here/../../packaging/docker/Dockerfile

# The Dockerfile's last stage, one instruction a line, without comments.
last_stage() { grep -v '^ *#' "$dockerfile" | sed ':a; /\\$/ { N; s/\\\n//; ba }' | tac | sed '/^FROM/q' | tac; }
instruction() { last_stage | sed -n "s/^$1 *//p"; }
# The words of a JSON array at the end of a line.
words() { python3 -c 'import json, sys; print("\0".join(json.loads(sys.argv[1][sys.argv[1].index("["):])), end="\0")' "$1"; }

if inside getent passwd reputed >/dev/null; then inside userdel reputed; fi
cp "$deb" "$root/tmp/reputed.deb"
inside apt-get -qq update
inside sh -ec "$(instruction RUN)" >"$root.log" 2>&1 || {
    tail -5 "$root.log"
    fail "RUN of the Dockerfile"
}
rm -f "$root.log"
gone /etc/reputed/reputed.toml
gone /tmp/reputed.deb
[ "$(inside id -u reputed):$(inside id -g reputed)" = "$(instruction USER)" ] || fail "the user's number"
[ "$(inside stat -c '%U:%G %a' /var/lib/reputed)" = "reputed:reputed 750" ] || fail "rights of the volume"

# The configuration as it is mounted. Port 9 answers nobody: the agent has to live without DNS.
sed 's/172\.29\.15\.53:5335/127.0.0.1:9/' "$here/../../packaging/docker/reputed.toml" >"$root/etc/reputed/reputed.toml"
inside chroot --userspec=10001:10001 / reputed config check --config /etc/reputed/reputed.toml >/dev/null ||
    fail "the sample of the configuration"

mapfile -d '' -t command < <(words "$(instruction ENTRYPOINT)" && words "$(instruction CMD)")
mapfile -d '' -t health < <(words "$(instruction HEALTHCHECK)")
# A mount and a network namespace stand for the container; they end with the shell.
timeout 120 unshare --mount --net bash -euo pipefail -s -- "$root" "${#command[@]}" "${command[@]}" "${health[@]}" <<'CONTAINER'
root=$1
count=$2
shift 2
command=("${@:1:count}")
health=("${@:count + 1}")
ip link set lo up
mkdir "$root.state"
chown 10001:10001 "$root.state"
trap 'rm -rf "$root.state"' EXIT
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$root.state" "$root/var/lib/reputed"
mount -o remount,bind,ro "$root"
in_container() {
    exec chroot "$root" /usr/bin/setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all \
        --inh-caps=-all /usr/bin/env -i PATH=/usr/bin:/bin "$@"
}
! (in_container touch /etc/touched) 2>/dev/null || { echo "FAILED: the root can be written to"; exit 1; }
(in_container "${command[@]}") >"$root.state/log" 2>&1 &
agent=$!
healthy=
for _ in $(seq 300); do
    if (in_container "${health[@]}") 2>/dev/null; then healthy=yes; break; fi
    kill -0 "$agent" 2>/dev/null || break
    sleep 0.1
done
if [ -z "$healthy" ]; then
    cat "$root.state/log"
    echo "FAILED: the health check never passed"
    exit 1
fi
kill -TERM "$agent"
wait "$agent" || { echo "FAILED: SIGTERM: $?"; exit 1; }
[ -s "$root.state/reputed.db" ] || { echo "FAILED: no state"; ls "$root.state"; exit 1; }
! (in_container "${health[@]}") 2>/dev/null || { echo "FAILED: a dead agent is healthy"; exit 1; }
CONTAINER
echo "image: installed, healthy on a root that is read only, ended"
