#!/bin/bash
# The packages in a fresh Debian: each installed, upgraded over a changed configuration and removed; then what the
# Dockerfile does with the .deb, and the agent in a root that it cannot write to. Needs root and a Debian mirror; without
# them it is skipped (exit 77).
#   package_test.sh REPUTED_DEB REPUTED_RPM
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/package/root.sh
. "$here/root.sh"
deb=$(realpath "$1")
rpm=$(realpath "$2")
make_root

# The same package under a later version, with another default file.
later_version() {
    local tree=$root/tmp/later
    dpkg-deb -R "$deb" "$tree"
    sed -i 's/^Version: .*/Version: 99/' "$tree/DEBIAN/control"
    echo '# a later one' >>"$tree/etc/default/reputed"
    (cd "$tree" && find etc usr -type f -print0 | xargs -0 md5sum >DEBIAN/md5sums)
    dpkg-deb --root-owner-group -b "$tree" "$root/tmp/later.deb" >/dev/null
    rm -rf "$tree"
}

for group in postdrop systemd-journal; do inside groupadd --system "$group"; done
echo mail.example.org >"$root/etc/hostname"

cp "$deb" "$root/tmp/first.deb"
inside apt-get -qq install -y --no-install-recommends /tmp/first.deb >"$root/tmp/apt.log" 2>&1 || {
    tail -5 "$root/tmp/apt.log"
    fail "apt-get install"
}
holds "reputed 0." inside reputed --version
for file in /etc/reputed/reputed.toml /etc/default/reputed /lib/systemd/system/reputed.service \
    /usr/share/man/man8/reputed.8.gz /usr/share/bash-completion/completions/reputed; do there "$file"; done
[ "$(inside stat -c '%U:%G %a' /etc/reputed/reputed.toml)" = "root:reputed 640" ] || fail "rights of the configuration"
[ "$(inside stat -c '%U:%G %a' /etc/reputed)" = "root:reputed 750" ] || fail "rights of its folder"
holds "ok:" inside reputed config check
for group in adm systemd-journal postdrop; do
    holds " $group" inside id -nG reputed
done
holds "dnsbl.listed" inside reputed explain dnsbl.listed
inside setpriv --reuid reputed --regid reputed --init-groups test -r /etc/reputed/reputed.toml ||
    fail "the agent cannot read its configuration"
inside bash -n /usr/share/bash-completion/completions/reputed

printf '# mine\n[[sender]]\nhostname = "mail.example.org"\n' >"$root/etc/reputed/reputed.toml"
printf 'OPTIONS="--dns 127.0.0.1"\n' >"$root/etc/default/reputed"
later_version
inside dpkg --force-confold -i /tmp/later.deb
holds "# mine" cat "$root/etc/reputed/reputed.toml"
holds "127.0.0.1" cat "$root/etc/default/reputed"
there /etc/default/reputed.dpkg-dist
holds "Version: 99" inside dpkg -s reputed

inside mkdir -p /var/lib/reputed
inside touch /var/lib/reputed/reputed.db
inside dpkg -r reputed
gone /usr/bin/reputed
there /etc/reputed/reputed.toml
there /var/lib/reputed/reputed.db
inside dpkg -P reputed
gone /etc/reputed
gone /etc/default/reputed
gone /var/lib/reputed
echo "deb: installed, upgraded, removed and purged"

"$here/rpm_test.sh" "$rpm" "$root"
"$here/image_test.sh" "$deb" "$root"
