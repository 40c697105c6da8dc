getent group reputed >/dev/null || groupadd --system reputed
getent passwd reputed >/dev/null || useradd --system --gid reputed --no-create-home --home-dir /var/lib/reputed \
    --shell /sbin/nologin --comment "mail reputation agent" reputed
exit 0
