#!/bin/bash
# Checks dashboards/: the Prometheus rules and their unit tests, the sample for Alertmanager, and that every metric which rules
# and Grafana dashboards name is one that the agent publishes. Usage: check_dashboards.sh [SOURCE-DIRECTORY ...]; the directories, by
# default agent and checks, are those whose string literals declare the metrics.
set -u
cd "$(dirname "$0")/../.." || exit 1
sources=("$@")
[ ${#sources[@]} -gt 0 ] || sources=(agent checks)

rules=dashboards/prometheus/rules.yml
dashboards=(dashboards/grafana/*.json)
alertmanager=dashboards/alertmanager/alertmanager.yml
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# Runs a command, shows what it said only when it fails.
must() {
    local what=$1
    shift
    if "$@" >"$work/output" 2>&1; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        cat "$work/output"
        failed=1
    fi
}

every_metric_is_published() {
    grep -rhoE '"(reputed|process)_[a-z_]+"' "${sources[@]}" | tr -d '"' | sort -u >"$work/published"
    grep -hoE '\b(reputed|process)_[a-z_]+\b' "$rules" "${dashboards[@]}" | sort -u >"$work/named"
    grep -hoE ':reputed_[a-z_]+:' "$rules" | tr -d : | sort -u >"$work/recorded"
    local name missing=0
    while read -r name; do
        grep -qxF "$name" "$work/published" "$work/recorded" && continue
        # The three series of a histogram carry a suffix that no source spells out.
        grep -qxF "$(sed -E 's/_(bucket|sum|count)$//' <<<"$name")" "$work/published" && continue
        echo "$name is named in $(grep -lE "\b$name\b" "$rules" "${dashboards[@]}" | paste -sd ' '), but not published"
        missing=1
    done <"$work/named"
    [ -s "$work/named" ] && [ $missing = 0 ]
}

every_alert_is_complete() {
    local key alerts
    alerts=$(grep -cE '^ *- alert: Reputed' "$rules")
    for key in summary description runbook_url; do
        # An alias (*name) repeats the annotations of the alert above it.
        [ $(($(grep -cE "^ +$key:" "$rules") + $(grep -cE '^ +annotations: \*' "$rules"))) = "$alerts" ] ||
            { echo "an alert has no $key"; return 1; }
    done
    [ "$(grep -cE '^ +severity: (info|warning|critical)$' "$rules")" = "$alerts" ] ||
        { echo "an alert has no severity"; return 1; }
    while read -r key; do
        grep -qE "alertname: $key$" dashboards/prometheus/rules_test.yml || { echo "$key has no test"; return 1; }
        grep -qiE "runbook_url: \"docs/alerts.md#$key\"" "$rules" || { echo "$key has no runbook"; return 1; }
        grep -qE "^## $key$" docs/alerts.md || { echo "docs/alerts.md says nothing about $key"; return 1; }
    done < <(grep -oE 'alert: Reputed\w+' "$rules" | cut -d' ' -f2 | sort -u)
}

# Each line: the receiver, and the labels of an alert that has to reach it.
every_alert_finds_its_receiver() {
    local receiver labels found wrong=0
    while read -r receiver labels; do
        # shellcheck disable=SC2086
        found=$(amtool config routes test --config.file="$alertmanager" $labels 2>/dev/null)
        [ "$found" = "$receiver" ] && continue
        echo "$labels reaches $found, not $receiver"
        wrong=1
    done <<'ROWS'
page severity=critical alertname=ReputedDnsblListed
page severity=critical alertname=ReputedListed
mail severity=warning
mail severity=unknown
digest severity=info
drill severity=critical drill=true
drill severity=info drill=true
mail alertname=Other
ROWS
    [ $wrong = 0 ]
}

# What stands in the sample as a comment, uncommented. Debian's Prometheus is built without Consul and Kubernetes.
the_fleet_s_choices_are_valid() {
    local folder
    folder=$(mktemp -d)
    mkdir -p "$folder/fleet" "$folder/prometheus"
    cp "$rules" "$folder/prometheus/"
    cp -r dashboards/fleet/targets "$folder/fleet/"
    sed -E 's/^    # ([a-z_]+_sd_configs:)$/    \1/; s/^    #   (.*)$/      \1/
        s/^# (remote_write:)$/\1/; s/^#   (- url:.*|  write_relabel.*)$/  \1/' dashboards/fleet/prometheus.yml |
        sed '/consul_sd/,/role: node/d' >"$folder/fleet/prometheus.yml"
    grep -q '^    dns_sd_configs' "$folder/fleet/prometheus.yml" &&
        grep -q '^    write_relabel_configs' "$folder/fleet/prometheus.yml" &&
        promtool check config "$folder/fleet/prometheus.yml"
    local result=$?
    rm -rf "$folder"
    return $result
}

must "promtool check rules" promtool check rules "$rules"
must "promtool check the fleet's configuration" promtool check config dashboards/fleet/prometheus.yml
must "the fleet's other choices" the_fleet_s_choices_are_valid
must "promtool test rules" promtool test rules dashboards/prometheus/rules_test.yml
must "amtool check-config" amtool check-config "$alertmanager"
must "alerts find their receivers" every_alert_finds_its_receiver
must "alerts are complete and tested" every_alert_is_complete
must "metrics are published" every_metric_is_published
exit $failed
