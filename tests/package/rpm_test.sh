#!/bin/bash
# The scriptlets of the RPM package in a root that has the libraries already: rpm's database is inside, and it works from
# outside. It is a Debian, so what the package requires by names of the RPM world is not asked for.
#   rpm_test.sh REPUTED_RPM ROOT
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/package/root.sh
. "$here/root.sh"
package=$1
root=$2
in_root() { rpm --root "$root" --dbpath /var/lib/rpm "$@"; }
# Debian's rpm does not like to be asked on a Debian.
change() { in_root --force-debian --nodeps "$@"; }

inside userdel reputed  # whom the Debian package left, so that this one has to make its own
in_root --initdb
change -i "$package"
holds "reputed 0." inside reputed --version
for file in /etc/reputed/reputed.toml /etc/default/reputed /usr/lib/systemd/system/reputed.service; do there "$file"; done
[ "$(inside stat -c '%U:%G %a' /etc/reputed/reputed.toml)" = "root:reputed 640" ] || fail "rights of the configuration"
[ "$(inside stat -c '%U:%G %a' /etc/reputed)" = "root:reputed 750" ] || fail "rights of its folder"
holds "ok:" inside reputed config check
for group in adm systemd-journal postdrop; do
    holds " $group" inside id -nG reputed
done
inside setpriv --reuid reputed --regid reputed --init-groups test -r /etc/reputed/reputed.toml ||
    fail "the agent cannot read its configuration"
in_root -V --nodeps reputed || fail "what is installed is not what is in the package"

printf '# mine\n' >"$root/etc/reputed/reputed.toml"
printf 'OPTIONS="--dns 127.0.0.1"\n' >"$root/etc/default/reputed"
change -U --force "$package"
holds "# mine" cat "$root/etc/reputed/reputed.toml"
holds "127.0.0.1" cat "$root/etc/default/reputed"

change -e reputed 2>"$root/tmp/erase.log"
gone /usr/bin/reputed
gone /usr/lib/systemd/system/reputed.service
there /etc/reputed/reputed.toml
there /etc/default/reputed.rpmsave
rm -rf "$root/etc/reputed" "$root/etc/default/reputed.rpmsave"
echo "rpm: installed, upgraded and removed"
