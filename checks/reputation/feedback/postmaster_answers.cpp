#include "checks/reputation/feedback/postmaster_answers.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "checks/reputation/feedback/postmaster_calls.hpp"
#include "config/text.hpp"

namespace reputed::feedback::postmaster {
namespace {

using std::chrono::days;

struct Word {
    std::string_view theirs;
    std::string_view metric;
};

constexpr Word ratios_v1[] = {
    {"userReportedSpamRatio", "spam_ratio"},
    {"spfSuccessRatio", "spf_ratio"},
    {"dkimSuccessRatio", "dkim_ratio"},
    {"dmarcSuccessRatio", "dmarc_ratio"},
    {"inboundEncryptionRatio", "tls_inbound_ratio"},
    {"outboundEncryptionRatio", "tls_outbound_ratio"},
};

constexpr Word error_classes_v1[] = {
    {"PERMANENT_ERROR", "delivery_error_ratio_permanent"},
    {"TEMPORARY_ERROR", "delivery_error_ratio_temporary"},
};

constexpr Word error_types_v1[] = {
    {"RATE_LIMIT_EXCEEDED", "delivery_error_ratio_rate_limit_exceeded"},
    {"SUSPECTED_SPAM", "delivery_error_ratio_suspected_spam"},
    {"CONTENT_SPAMMY", "delivery_error_ratio_spammy_content"},
    {"BAD_ATTACHMENT", "delivery_error_ratio_bad_attachment"},
    {"BAD_DMARC_POLICY", "delivery_error_ratio_dmarc_policy"},
    {"LOW_IP_REPUTATION", "delivery_error_ratio_low_ip_reputation"},
    {"LOW_DOMAIN_REPUTATION", "delivery_error_ratio_low_domain_reputation"},
    {"IP_IN_RBL", "delivery_error_ratio_ip_listed"},
    {"DOMAIN_IN_RBL", "delivery_error_ratio_domain_listed"},
    {"BAD_PTR_RECORD", "delivery_error_ratio_bad_ptr"},
};

constexpr Word requirements[] = {
    {"SPF", "compliance_spf"},
    {"DKIM", "compliance_dkim"},
    {"SPF_AND_DKIM", "compliance_spf_and_dkim"},
    {"DMARC_POLICY", "compliance_dmarc_policy"},
    {"DMARC_ALIGNMENT", "compliance_dmarc_alignment"},
    {"MESSAGE_FORMATTING", "compliance_message_formatting"},
    {"DNS_RECORDS", "compliance_dns_records"},
    {"ENCRYPTION", "compliance_encryption"},
    {"USER_REPORTED_SPAM_RATE", "compliance_user_reported_spam_rate"},
    {"ONE_CLICK_UNSUBSCRIBE", "compliance_one_click_unsubscribe"},
    {"HONOR_UNSUBSCRIBE", "compliance_honor_unsubscribe"},
};

constexpr std::string_view error_group = "delivery errors";
constexpr std::string_view share_group = "shares";

template <std::size_t size>
std::string_view metric_of(const Word (&words)[size], std::string_view theirs) {
    for (const auto& word : words)
        if (word.theirs == theirs) return word.metric;
    return {};
}

// 3 high to 0 bad; nothing for REPUTATION_CATEGORY_UNSPECIFIED and words of later times.
std::optional<int> reputation_of(std::string_view word) {
    constexpr std::string_view words[] = {"BAD", "LOW", "MEDIUM", "HIGH"};
    const auto* found = std::find(std::begin(words), std::end(words), word);
    if (found == std::end(words)) return {};
    return static_cast<int>(found - std::begin(words));
}

void note(std::string& problem, std::string_view member, std::string_view what) {
    if (problem.empty()) problem = std::string(member).append(" ").append(what);
}

// Rounding may leave a ratio a hair above 1. "NaN" is how ProtoJSON writes that there was nothing to divide by.
std::optional<double> ratio_of(const JsonValue& value, std::string_view member, std::string& problem) {
    if (!value || value.text() == "NaN") return {};
    const auto ratio = value.number();
    if (ratio && *ratio >= 0 && *ratio <= 1.000'001) return std::min(*ratio, 1.0);
    note(problem, member, "is not a ratio from 0 to 1");
    return {};
}

std::optional<std::string_view> word_of(const JsonValue& value, std::string_view member,
                                        std::string& problem) {
    if (!value) return {};
    if (auto word = value.text()) return word;
    note(problem, member, "is not a text");
    return {};
}

bool is_list(const JsonValue& value, std::string_view member, std::string& problem) {
    if (value && !value.is_array()) note(problem, member, "is not a list");
    return value.is_array();
}

// "domains/example.com/trafficStats/20261120"
std::optional<Day> day_of_name(std::string_view name, std::string_view domain) {
    const std::string begin = "domains/" + std::string(domain) + "/trafficstats/";
    const std::string written = lower(name);
    if (!written.starts_with(begin)) return {};
    const auto date = std::string_view(written).substr(begin.size());
    if (date.size() != 8 || date.find_first_not_of("0123456789") != std::string_view::npos) return {};
    const int number = std::stoi(std::string(date));
    const std::chrono::year_month_day day{std::chrono::year(number / 10'000),
                                          std::chrono::month(static_cast<unsigned>(number / 100 % 100)),
                                          std::chrono::day(static_cast<unsigned>(number % 100))};
    if (!day.ok()) return {};
    return Day(day);
}

// google.type.Date; a part that is 0 or missing leaves no day.
std::optional<Day> day_of(const JsonValue& date) {
    const auto year = date["year"].integer();
    const auto month = date["month"].integer();
    const auto day = date["day"].integer();
    if (!year || !month || !day) return {};
    if (*year < 1970 || *year > 9999 || *month < 1 || *month > 12 || *day < 1 || *day > 31) return {};
    const std::chrono::year_month_day whole{std::chrono::year(static_cast<int>(*year)),
                                            std::chrono::month(static_cast<unsigned>(*month)),
                                            std::chrono::day(static_cast<unsigned>(*day))};
    if (!whole.ok()) return {};
    return Day(whole);
}

}  // namespace

void Figures::add(const std::string& subject, std::string_view name, Point point) {
    auto& group = groups_[{subject, std::string(name.empty() ? std::string_view(point.metric) : name)}];
    if (!group.points.empty() && group.time > point.time) return;
    if (group.time != point.time) group.points.clear();
    group.time = point.time;
    const std::string metric = point.metric;
    const auto [entry, is_new] = group.points.emplace(metric, std::move(point));
    if (is_new) return;
    // What is told twice is as bad as the worse says.
    const bool less_is_worse = metric != "spam_ratio" && !metric.starts_with(error_prefix);
    auto& value = entry->second.value;
    value = less_is_worse ? std::min(value, point.value) : std::max(value, point.value);
}

void Figures::add_domain(std::string_view metric, double value, WallTime time, std::string_view group) {
    add(domain_, group, {.subject = domain_, .metric = std::string(metric), .value = value, .time = time});
}

void Figures::add_error(std::string_view metric, double ratio, Day date) {
    if (metric.empty()) return;
    const auto found = groups_.find({domain_, std::string(error_group)});
    if (found != groups_.end() && found->second.time == WallTime(date)) {
        const auto entry = found->second.points.find(std::string(metric));
        if (entry != found->second.points.end()) {
            entry->second.value = std::min(1.0, entry->second.value + ratio);
            return;
        }
    }
    add_domain(metric, ratio, date, error_group);
}

std::string Figures::read_traffic_stats(const JsonValue& answer) {
    std::string problem;
    if (!answer.is_object()) return "the answer is not an object";
    const auto list = answer["trafficStats"];
    if (!is_list(list, "trafficStats", problem)) return problem;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto name = list.at(i)["name"].text();
        const auto date = name ? day_of_name(*name, domain_) : std::nullopt;
        if (!date) {
            note(problem, "name", "of traffic statistics does not tell the domain and a day");
        } else if (*date >= first_ && *date <= last_ && seen_.insert(*date).second) {
            add_day(list.at(i), *date, problem);
        }
    }
    return problem;
}

void Figures::add_day(const JsonValue& day, Day date, std::string& problem) {
    for (const auto& [member, metric] : ratios_v1)
        if (const auto ratio = ratio_of(day[member], member, problem)) add_domain(metric, *ratio, date);
    if (const auto word = word_of(day["domainReputation"], "domainReputation", problem))
        if (const auto reputation = reputation_of(*word)) add_domain("domain_reputation", *reputation, date);
    add_ip_reputations(day["ipReputations"], date, problem);
    add_delivery_errors(day["deliveryErrors"], date, problem);
}

void Figures::add_ip_reputations(const JsonValue& list, Day date, std::string& problem) {
    if (!is_list(list, "ipReputations", problem)) return;
    std::array<double, 4> counts{};
    double all = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto entry = list.at(i);
        const auto word = word_of(entry["reputation"], "reputation", problem);
        const auto reputation = word ? reputation_of(*word) : std::nullopt;
        if (!reputation) continue;
        if (const auto given = entry["ipCount"]) {
            const auto count = given.integer();
            if (!count || *count < 0) note(problem, "ipCount", "is not a count");
            if (count && *count > 0) {
                counts[static_cast<std::size_t>(*reputation)] += static_cast<double>(*count);
                all += static_cast<double>(*count);
            }
        }
        const auto samples = entry["sampleIps"];
        if (!is_list(samples, "sampleIps", problem)) continue;
        for (std::size_t k = 0; k < samples.size(); ++k) {
            const auto text = samples.at(k).text();
            const auto address = text ? IpAddress::parse(*text) : std::nullopt;
            if (!address) note(problem, "sampleIps", "holds something that is no address");
            if (!address || !ours_->contains(address->unmapped())) continue;
            const std::string subject = address->unmapped().to_string();
            add(subject, "",
                {.subject = subject,
                 .metric = "ip_reputation",
                 .value = static_cast<double>(*reputation),
                 .time = date,
                 .detail = "sending for " + domain_});
        }
    }
    if (all == 0) return;
    constexpr std::string_view names[] = {"ip_share_bad", "ip_share_low", "ip_share_medium", "ip_share_high"};
    for (std::size_t i = 0; i < counts.size(); ++i)
        add_domain(names[i], counts[i] / all, date, share_group);
}

void Figures::add_delivery_errors(const JsonValue& list, Day date, std::string& problem) {
    if (!is_list(list, "deliveryErrors", problem)) return;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto ratio = ratio_of(list.at(i)["errorRatio"], "errorRatio", problem);
        const auto kind = word_of(list.at(i)["errorClass"], "errorClass", problem);
        const auto reason = word_of(list.at(i)["errorType"], "errorType", problem);
        if (!ratio) continue;
        if (kind) add_error(metric_of(error_classes_v1, *kind), *ratio, date);
        if (reason) add_error(metric_of(error_types_v1, *reason), *ratio, date);
    }
}

std::string Figures::read_domain_stats(const JsonValue& answer) {
    std::string problem;
    if (!answer.is_object()) return "the answer is not an object";
    const auto list = answer["domainStats"];
    if (!is_list(list, "domainStats", problem)) return problem;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto stat = list.at(i);
        const auto metric = word_of(stat["metric"], "metric", problem);
        if (!metric || !is_domain_stat(*metric)) continue;
        const auto date = day_of(stat["date"]);
        if (!date) note(problem, "date", "of a statistic is not a day");
        if (!date || *date < first_ || *date > last_) continue;
        const auto value = stat["value"];
        for (const auto* type : {"doubleValue", "floatValue"}) {
            const auto ratio = ratio_of(value[type], type, problem);
            if (!ratio) continue;
            add_domain(*metric, *ratio, *date, metric->starts_with(error_prefix) ? error_group : "");
            break;
        }
    }
    return problem;
}

std::string Figures::read_compliance(const JsonValue& answer, WallTime now) {
    std::string problem;
    if (!answer.is_object()) return "the answer is not an object";
    // What is told of the subdomain itself says more than what is told of the domain above it.
    const auto own = answer["subdomainComplianceData"];
    const auto data = own ? own : answer["complianceData"];
    if (data && !data.is_object()) return "complianceData is not an object";
    const auto take = [&](std::string_view metric, const JsonValue& status) {
        const auto word = word_of(status["status"], "status", problem);
        if (metric.empty() || !word) return;
        if (*word == "COMPLIANT") add_domain(metric, 1, now);
        if (*word == "NEEDS_WORK") add_domain(metric, 0, now);
    };
    const auto rows = data["rowData"];
    if (is_list(rows, "rowData", problem)) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (const auto word = word_of(rows.at(i)["requirement"], "requirement", problem))
                take(metric_of(requirements, *word), rows.at(i)["status"]);
    }
    take("compliance_one_click_unsubscribe", data["oneClickUnsubscribeVerdict"]["status"]);
    take("compliance_honor_unsubscribe", data["honorUnsubscribeVerdict"]["status"]);
    return problem;
}

void Figures::add_missing(const Figures& other) {
    groups_.insert(other.groups_.begin(), other.groups_.end());
}

std::vector<Point> Figures::points() const {
    std::vector<Point> points;
    for (const auto& [key, group] : groups_)
        for (const auto& [metric, point] : group.points)
            points.push_back(point);
    auto judged = judged_together(domain_, points);
    std::move(judged.begin(), judged.end(), std::back_inserter(points));
    return points;
}

}  // namespace reputed::feedback::postmaster
