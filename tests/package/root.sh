# shellcheck shell=bash
# Sourced: a fresh Debian in a folder, and what is said about it.

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# Unpacks or makes it in $root, with /proc; clean_up undoes that. Without root or a Debian mirror the test is skipped.
make_root() {
    [ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 77; }
    root=$(mktemp -d /var/tmp/reputed-package.XXXXXX)
    trap clean_up EXIT
    local mirror
    mirror=$(apt-cache policy base-files | grep -oE 'https?://[^ ]+' | head -1 || true)
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
        tail -3 "$root.log"
        rm -f "$root.log"
        echo "skipped: no Debian mirror"
        exit 77
    }
    rm -f "$root.log"
    chmod 755 "$root"  # it becomes the root folder, which everybody has to enter
    mount -t proc proc "$root/proc"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
}

clean_up() {
    umount "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

# holds TEXT COMMAND...: what the command prints holds the text.
holds() {
    local text=$1 output
    shift
    output=$("$@" 2>&1) || true
    grep -qF -- "$text" <<<"$output" || fail "\"$*\" does not say \"$text\" but: $output"
}
there() { [ -e "$root$1" ] || fail "$1 is not there"; }
gone() { [ ! -e "$root$1" ] || fail "$1 is still there"; }
