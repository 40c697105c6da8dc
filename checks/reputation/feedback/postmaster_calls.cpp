#include "checks/reputation/feedback/postmaster_calls.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "config/text.hpp"

namespace reputed::feedback::postmaster {
namespace {

// What is asked of version 2. The names of the metrics are ours, and come back in the answer.
struct Definition {
    std::string_view metric;
    std::string_view standard;
    std::string_view filter;
};
constexpr Definition definitions[] = {
    {"spam_ratio", "SPAM_RATE", ""},
    {"spf_ratio", "AUTH_SUCCESS_RATE", R"(auth_type = "spf")"},
    {"dkim_ratio", "AUTH_SUCCESS_RATE", R"(auth_type = "dkim")"},
    {"dmarc_ratio", "AUTH_SUCCESS_RATE", R"(auth_type = "dmarc")"},
    {"tls_inbound_ratio", "TLS_ENCRYPTION_RATE", R"(traffic_direction = "inbound")"},
    {"tls_outbound_ratio", "TLS_ENCRYPTION_RATE", R"(traffic_direction = "outbound")"},
    {"delivery_error_ratio_permanent", "DELIVERY_ERROR_RATE", R"(error_type = "reject")"},
    {"delivery_error_ratio_temporary", "DELIVERY_ERROR_RATE", R"(error_type = "temp_fail")"},
};
constexpr Definition reason_definitions[] = {
    {"delivery_error_ratio_bad_attachment", "reject", "bad_attachment"},
    {"delivery_error_ratio_bad_ptr", "reject", "bad_or_missing_ptr_record"},
    {"delivery_error_ratio_ip_listed", "reject", "ip_in_rbls"},
    {"delivery_error_ratio_low_domain_reputation", "reject", "low_domain_reputation"},
    {"delivery_error_ratio_low_ip_reputation", "reject", "low_ip_reputation"},
    {"delivery_error_ratio_spammy_content", "reject", "spammy_content"},
    {"delivery_error_ratio_stamp_policy", "reject", "stamp_policy_error"},
    {"delivery_error_ratio_anomalous_traffic", "temp_fail", "anomalous_traffic_pattern"},
};

void note(std::string& problem, std::string_view what) {
    if (problem.empty()) problem = what;
}

}  // namespace

bool is_domain_stat(std::string_view metric) {
    const auto is_it = [&](const Definition& one) { return metric == one.metric; };
    return std::any_of(std::begin(definitions), std::end(definitions), is_it) ||
           std::any_of(std::begin(reason_definitions), std::end(reason_definitions), is_it);
}

std::string domain_stats_query(Day first, Day last, bool all, std::string_view page_token) {
    const auto date = [](Day day) {
        const std::chrono::year_month_day parts(day);
        return "{\"year\":" + std::to_string(static_cast<int>(parts.year())) +
               ",\"month\":" + std::to_string(static_cast<unsigned>(parts.month())) +
               ",\"day\":" + std::to_string(static_cast<unsigned>(parts.day())) + "}";
    };
    std::string metrics;
    const auto define = [&](std::string_view metric, std::string_view standard, std::string_view filter) {
        if (!metrics.empty()) metrics += ',';
        metrics += "{\"name\":" + json_quoted(metric) + R"(,"baseMetric":{"standardMetric":)" +
                   json_quoted(standard) + "}";
        if (!filter.empty()) metrics += ",\"filter\":" + json_quoted(filter);
        metrics += '}';
    };
    for (const auto& [metric, standard, filter] : definitions)
        define(metric, standard, filter);
    for (const auto& [metric, type, reason] : reason_definitions) {
        if (!all) break;
        std::string filter = "error_type = \"";
        filter.append(type).append("\" AND error_reason = \"").append(reason).append("\"");
        define(metric, "DELIVERY_ERROR_RATE", filter);
    }
    std::string body = R"({"metricDefinitions":[)" + metrics +
                       R"(],"timeQuery":{"dateRanges":{"dateRanges":[{"start":)" + date(first) +
                       ",\"end\":" + date(last) + R"(}]}},"aggregationGranularity":"DAILY","pageSize":200)";
    if (!page_token.empty()) body += ",\"pageToken\":" + json_quoted(page_token);
    return body + "}";
}

std::string read_domains(const JsonValue& answer, Account& account) {
    std::string problem;
    if (!answer.is_object()) return "the answer is not an object";
    const auto list = answer["domains"];
    if (list && !list.is_array()) return "domains is not a list";
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto entry = list.at(i);
        const auto name = entry["name"].text();
        if (!name || !name->starts_with("domains/")) {
            note(problem, "the name of a domain is not one");
            continue;
        }
        const bool denied =
            entry["permission"].text() == "NONE" || entry["verificationState"].text() == "UNVERIFIED";
        (denied ? account.unverified : account.readable).insert(lower(name->substr(8)));
    }
    return problem;
}

std::string next_page(const JsonValue& answer) {
    const auto token = answer["nextPageToken"].text();
    return token && token->size() <= 4096 ? std::string(*token) : "";
}

Denial denial_of(std::string_view body) {
    const auto json = JsonTree::parse(body);
    if (!json) return Denial::other;
    const auto error = json->root()["error"];
    std::vector<std::string_view> reasons;
    if (const auto status = error["status"].text()) reasons.push_back(*status);
    for (const auto* list : {"details", "errors"})  // google.rpc.ErrorInfo, and the form before it
        for (std::size_t i = 0; i < error[list].size(); ++i)
            if (const auto reason = error[list].at(i)["reason"].text()) reasons.push_back(*reason);
    const auto has = [&](std::initializer_list<std::string_view> words) {
        return std::find_first_of(reasons.begin(), reasons.end(), words.begin(), words.end()) !=
               reasons.end();
    };
    if (has({"RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded",
             "quotaExceeded", "dailyLimitExceeded"}))
        return Denial::quota;
    if (has({"SERVICE_DISABLED", "accessNotConfigured"})) return Denial::disabled;
    if (has({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"})) return Denial::scope;
    return Denial::other;
}

}  // namespace reputed::feedback::postmaster
