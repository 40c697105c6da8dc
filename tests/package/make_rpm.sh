#!/bin/bash
# Makes the RPM package in the given build tree, holds it against what it is to hold and against rpmlint, and prints its
# path. Its scriptlets are run by package_test.sh.
#   make_rpm.sh BUILD_TREE
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}
command -v rpmbuild >/dev/null || { echo "skipped: rpmbuild is not installed" >&2; exit 77; }
rm -f reputed-*.rpm
cpack -G RPM >cpack-rpm.log 2>&1 || {
    cat cpack-rpm.log >&2
    exit 1
}
rpm=$(ls "$PWD"/reputed-*.rpm)
# Whatever database this machine has is not asked.
query() { rpm --dbpath "$PWD/rpmdb" -qp "$@" "$rpm"; }

# holds TEXT WHAT: one line of what was asked is the text.
holds() { grep -qxF -- "$1" <<<"$2" || fail "\"$1\" is not among: $2"; }
none() { ! grep -qE -- "$1" <<<"$2" || fail "$1 is among: $2"; }

files=$(query --qf '[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILEFLAGS:fflags}\n]')
for line in "/usr/bin/reputed -rwxr-xr-x root:root " \
    "/etc/default/reputed -rw-r--r-- root:root cn" \
    "/etc/reputed drwxr-x--- root:reputed " \
    "/usr/lib/systemd/system/reputed.service -rw-r--r-- root:root " \
    "/usr/share/man/man8/reputed.8.gz -rw-r--r-- root:root d" \
    "/usr/share/bash-completion/completions/reputed -rw-r--r-- root:root "; do
    holds "$line" "$files"
done
none '^/(etc|usr|usr/bin|usr/share|usr/lib/systemd/system) ' "$files"
none 'reputed\.toml ' "$(grep -v /usr/share <<<"$files")"
holds /etc/default/reputed "$(query --configfiles)"

requires=$(query --requires)
for library in 'libcurl.so.4()(64bit)' 'libsqlite3.so.0()(64bit)'; do holds "$library" "$requires"; done
none macros "$requires"  # the scriptlets are plain shell
[ "$(query --qf '%{NAME} %{LICENSE}\n')" = "reputed Apache-2.0" ] || fail "name or license"
[ "$(query --qf '%{VERSION}')" = "$("$PWD"/reputed --version | awk '{ print $NF }')" ] || fail "version"

for script in pre post preun postun; do
    case $script in
        pre) tag=PREIN ;;
        post) tag=POSTIN ;;
        preun) tag=PREUN ;;
        postun) tag=POSTUN ;;
    esac
    query --qf "%{$tag}\n" >"scriptlet-$script"
    diff -B "$here/../../packaging/rpm/$script" "scriptlet-$script" >&2 || fail "scriptlet $script"
done
shellcheck --shell=sh scriptlet-* || fail "shellcheck"

rpmlint --config "$here/rpmlint.toml" "$rpm" >rpmlint.log 2>&1 || true
grep -q ' 0 errors, 0 warnings' rpmlint.log || {
    cat rpmlint.log >&2
    exit 1
}
printf '%s\n' "$rpm"
