#!/bin/bash
# Makes the package in the given build tree, holds it against Debian's policy and the unit against what systemd knows of
# sandboxes, and prints the path of the package.
#   make_deb.sh BUILD_TREE
set -euo pipefail

cd "$1"
tree=$PWD
rm -f reputed_*.deb
cpack -G DEB >cpack.log 2>&1 || {
    cat cpack.log >&2
    exit 1
}
deb=$(ls "$tree"/reputed_*.deb)
if ! lintian --allow-root --fail-on error,warning "$deb" >lintian.log 2>&1; then
    cat lintian.log >&2
    exit 1
fi
rm -rf unpacked
dpkg-deb -x "$deb" unpacked
unit=unpacked/usr/lib/systemd/system/reputed.service
# Ten times the exposure, since the threshold is a whole number: at most 1.5.
systemd-analyze security --offline=true --threshold=15 "$unit" >security.log 2>&1 || {
    tail -3 security.log >&2
    exit 1
}
printf '%s\n' "$deb"
