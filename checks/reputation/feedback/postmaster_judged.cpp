#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <optional>

#include "checks/reputation/feedback/postmaster_answers.hpp"

namespace reputed::feedback::postmaster {
namespace {

constexpr std::string_view compliance_prefix = "compliance_";

std::string percent(double ratio) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g %%", ratio * 100);
    return text;
}

void append(std::string& list, const std::string& item) {
    list += (list.empty() ? "" : ", ") + item;
}

std::optional<Point> lowest(std::string_view metric, const std::vector<Point>& points,
                            std::initializer_list<std::string_view> parts) {
    std::optional<Point> worst;
    std::string detail;
    for (const auto& point : points) {
        if (std::find(parts.begin(), parts.end(), point.metric) == parts.end()) continue;
        append(detail, point.metric + " " + percent(point.value));
        if (!worst || point.value < worst->value) worst = point;
    }
    if (!worst) return {};
    worst->metric = metric;
    worst->detail = detail;
    return worst;
}

std::optional<Point> delivery_errors(const std::vector<Point>& points) {
    std::optional<Point> all;
    std::vector<std::pair<double, std::string>> reasons;
    for (const auto& point : points) {
        if (!point.metric.starts_with(error_prefix)) continue;
        const std::string reason = point.metric.substr(error_prefix.size());
        if (reason == "permanent" || reason == "temporary") {
            const double before = all ? all->value : 0;
            all = point;
            all->value = std::min(1.0, before + point.value);
        }
        if (point.value > 0) reasons.emplace_back(point.value, reason);
    }
    if (!all) return {};
    all->metric = "delivery_error_ratio";
    all->detail.clear();
    std::sort(reasons.rbegin(), reasons.rend());
    for (std::size_t i = 0; i < std::min<std::size_t>(reasons.size(), 5); ++i)
        append(all->detail, reasons[i].second + " " + percent(reasons[i].first));
    return all;
}

std::optional<Point> unmet_requirements(const std::vector<Point>& points) {
    std::optional<Point> unmet;
    for (const auto& point : points) {
        if (!point.metric.starts_with(compliance_prefix)) continue;
        if (!unmet) {
            unmet = point;
            unmet->metric = "compliance_unmet";
            unmet->value = 0;
            unmet->detail.clear();
        }
        if (point.value != 0) continue;
        unmet->value += 1;
        append(unmet->detail, point.metric.substr(compliance_prefix.size()));
    }
    return unmet;
}

}  // namespace

std::vector<Point> judged_together(const std::string& domain, const std::vector<Point>& points) {
    std::vector<Point> own;
    std::copy_if(points.begin(), points.end(), std::back_inserter(own),
                 [&](const Point& point) { return point.subject == domain; });
    std::vector<Point> judged;
    for (auto& point : {lowest("authentication_ratio", own, {"spf_ratio", "dkim_ratio", "dmarc_ratio"}),
                        lowest("encryption_ratio", own, {"tls_inbound_ratio", "tls_outbound_ratio"}),
                        delivery_errors(own), unmet_requirements(own)})
        if (point) judged.push_back(*point);
    return judged;
}

}  // namespace reputed::feedback::postmaster
