# What it remembers and the configuration stay: somebody wrote in them.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || :
    if [ "$1" -ge 1 ]; then systemctl try-restart reputed.service || :; fi
fi
exit 0
