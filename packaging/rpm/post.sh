# The groups whose files tell about the mail server: logs, the journal, Postfix's showq. Those that come later, with an
# MTA that is installed after this, are joined at the next upgrade, or by hand.
for group in adm systemd-journal postdrop; do
    if getent group "$group" >/dev/null; then usermod --append --groups "$group" reputed || :; fi
done

# Never over an existing file, and a machine that cannot be described gets one to fill in.
if [ ! -e /etc/reputed/reputed.toml ]; then
    umask 027
    reputed config init --output /etc/reputed/reputed.toml ||
        reputed config init --sample --output /etc/reputed/reputed.toml || :
    chown root:reputed /etc/reputed/reputed.toml || :
    chmod 640 /etc/reputed/reputed.toml || :
fi

if [ -d /run/systemd/system ]; then systemctl daemon-reload || :; fi
# Whether it is to run is the distribution's policy, or whoever installs it: systemctl enable --now reputed
if [ "$1" = 1 ] && [ -x /usr/bin/systemctl ]; then systemctl --no-reload preset reputed.service || :; fi
exit 0
