#include "agent/manual/metric_reference.hpp"

#include <algorithm>
#include <iterator>

#include "agent/manual/markdown.hpp"

namespace reputed::manual {
namespace {

struct Presence {
    std::string_view metric;
    std::string_view when;
};

constexpr std::string_view always = "always";
constexpr std::string_view only_probe = "in every answer of `/probe`, there alone";
constexpr std::string_view each_check = "for each check that has jobs";
constexpr std::string_view each_notifier = "for each `[[notifier]]`";
constexpr std::string_view while_store = "while a store is wanted: not without `[store] path`";
constexpr std::string_view each_log = "for each MTA whose log is followed";
constexpr std::string_view each_queue =
    "for each queue of each MTA that is found; not while it cannot be read";
constexpr std::string_view once_judged = "from the first run on";
constexpr std::string_view first_answer =
    "from the first good answer; then it stays, and the time beside it tells its age";
constexpr std::string_view windows = "while there were attempts in the window";

// clang-format off: one line a family
constexpr Presence presences[] = {
    {"reputed_listed", first_answer},
    {"reputed_dnsbl_last_answer_timestamp_seconds", "from the first round, 0 before the first good answer"},
    {"reputed_domain_listed", first_answer},
    {"reputed_dnsbl_domain_last_answer_timestamp_seconds",
     "from the first round, 0 before the first good answer"},
    {"reputed_allowed", first_answer},
    {"reputed_domain_allowed", first_answer},
    {"reputed_score", "from the first good answer, for addresses that the list scores"},
    {"reputed_dnsbl_targets", "from the list's first round, for each state, also with 0"},
    {"reputed_list_health",
     "from the list's first round; exactly one of usable, refused, broken, silent, servfail is 1"},
    {"reputed_ptr_verdict", once_judged},
    {"reputed_mx_verdict", once_judged},
    {"reputed_spf_verdict", once_judged},
    {"reputed_spf_lookups", "from the first run that could tell, for domains with one valid record"},
    {"reputed_dkim_verdict", "from the first run on, for each selector that is known"},
    {"reputed_dmarc_verdict", once_judged},
    {"reputed_queue_messages", each_queue},
    {"reputed_queue_recipients", "where the source tells recipients"},
    {"reputed_queue_bytes", "where the source tells sizes"},
    {"reputed_queue_oldest_arrival_timestamp_seconds", "while the queue is not empty"},
    {"reputed_queue_age_messages", each_queue},
    {"reputed_queue_waiting_recipients",
     "while mail waits that a receiver gave a reason for, where the source tells it"},
    {"reputed_queue_frozen_messages", "for MTAs that set messages aside: Exim, Sendmail, OpenSMTPD"},
    {"reputed_queue_verdict", "for each MTA that is found"},
    {"reputed_delivery_attempts_total", "from the first attempt of its kind"},
    {"reputed_delivery_local_total", each_log},
    {"reputed_delivery_rejected_total", each_log},
    {"reputed_delivery_error_ratio", windows},
    {"reputed_delivery_deferral_ratio", windows},
    {"reputed_delivery_delay_seconds", "while the last day had attempts whose delay the log tells"},
    {"reputed_delivery_refused_since_timestamp_seconds", "until a day has passed without such a refusal"},
    {"reputed_delivery_list_refusals", "while a refusal of the last day names the list"},
    {"reputed_delivery_source_attempts",
     "where the MTA logs the address that mail leaves from: OpenSMTPD; Exim with `+outgoing_interface`"},
    {"reputed_log_lines_total", each_log},
    {"reputed_log_unknown_lines_total", "from the first such line of the program"},
    {"reputed_delivery_folded_total", each_log},
    {"reputed_log_behind_bytes", each_log},
    {"reputed_log_last_event_timestamp_seconds", each_log},
    {"reputed_log_readable", each_log},
    {"reputed_feedback_value",
     "from the first reading that tells it; not for addresses that the service leaves out"},
    {"reputed_feedback_data_timestamp_seconds", "from the first reading with figures"},
    {"reputed_feedback_up", "for each `[[feedback]]`, from the first time that it was asked"},
    {"reputed_sent_messages_today",
     "while a log is followed and tells which address mail left from, or leaves no choice"},
    {"reputed_warmup_planned_messages", "while the address has a warm-up under way"},
    {"reputed_reputation_score",
     "once lists of half of the weight that is asked have answered about the address"},
    {"reputed_reputation_level", "as the score"},
    {"reputed_reputation_deduction", "for parts that take something off"},
    {"reputed_build_info", always},
    {"reputed_config_last_reload_successful", always},
    {"reputed_config_last_reload_success_timestamp_seconds", always},
    {"reputed_ip_info", "for each address of each `[[sender]]`, and of probed ones in `/probe`"},
    {"reputed_findings", "for each check that has jobs and each severity, also with 0"},
    {"reputed_jobs", each_check},
    {"reputed_job_runs_total", each_check},
    {"reputed_job_failures_total", each_check},
    {"reputed_job_duration_seconds", each_check},
    {"reputed_job_last_success_timestamp_seconds", each_check},
    {"reputed_transitions_total", "for each kind, also with 0"},
    {"reputed_probe_targets", "for each `[[module]]`"},
    {"reputed_probe_targets_limit", "for each `[[module]]`"},
    {"probe_success", only_probe},
    {"reputed_probe_pending", only_probe},
    {"reputed_probe_findings", "there alone, once the address is watched"},
    {"reputed_notifier_waiting", each_notifier},
    {"reputed_notifications_total", each_notifier},
    {"reputed_notifier_last_success_timestamp_seconds", each_notifier},
    {"reputed_store_healthy", while_store},
    {"reputed_store_size_bytes", while_store},
    {"reputed_store_commits_total", while_store},
    {"reputed_store_commit_failures_total", while_store},
    {"reputed_budget_queries", "for each operator whose lists are asked"},
    {"reputed_budget_limit_queries", "for operators with a known limit"},
    {"reputed_budget_refusals_total", "for operators with a known limit"},
    {"reputed_dns_queries_total", "for each outcome, also with 0"},
    {"reputed_dns_retries_total", always},
    {"reputed_dns_query_duration_seconds", "for each outcome, also without questions"},
    {"process_cpu_seconds_total", always},
    {"process_resident_memory_bytes", always},
    {"process_start_time_seconds", always},
    {"process_open_fds", always},
    {"process_max_fds", "where it is limited"},
};
// clang-format on

std::string labels_of(const MetricInfo& metric) {
    std::string out;
    for (const auto label : metric.labels)
        out += (out.empty() ? "" : ", ") + code(label);
    return out.empty() ? "none" : out;
}

std::string row(const MetricInfo& metric, std::string_view type) {
    const auto unit = unit_of(metric.name);
    std::string help(metric.help);
    if (help.ends_with('.')) help.pop_back();
    return "| " + code(metric.name) + " | " + labels_of(metric) + " | " + std::string(type) +
           (unit.empty() ? "" : ", " + std::string(unit)) + " | " + cell(help) + " | " +
           std::string(presence_of(metric.name)) + " |\n";
}

}  // namespace

std::string_view presence_of(std::string_view metric) {
    const auto* const found = std::find_if(std::begin(presences), std::end(presences),
                                           [&](const Presence& one) { return one.metric == metric; });
    return found == std::end(presences) ? std::string_view() : found->when;
}

std::string_view unit_of(std::string_view metric) {
    if (metric.ends_with("_total")) metric.remove_suffix(std::string_view("_total").size());
    if (metric.ends_with("_timestamp_seconds") || metric == "process_start_time_seconds") return "Unix time";
    if (metric.ends_with("_seconds")) return "seconds";
    if (metric.ends_with("_bytes")) return "bytes";
    if (metric.ends_with("_ratio")) return "0 to 1";
    return "";
}

std::string metric_reference(std::span<const MetricGroup> groups) {
    std::string out =
        "# Metrics\n" + std::string(generated) +
        "\nEverything that `/metrics` may hold. A value that could not be told this time stays as it was; "
        "one "
        "that never could be\nis absent, never 0. `[metrics] aliases` adds families under the names of other "
        "exporters:\n[which](coming-from.md#the-metrics).\n";
    for (const auto& group : groups) {
        out += "\n## " + group.name + "\n\n" + cell(group.help) +
               "\n\n| metric | labels | type, unit | is | there |\n| --- | --- | --- | --- | --- |\n";
        for (const auto* metric : group.metrics)
            out += row(*metric, metric->type == SampleType::counter ? "counter" : "gauge");
        for (const auto* metric : group.histograms)
            out += row(*metric, "histogram");
    }
    return out;
}

}  // namespace reputed::manual
