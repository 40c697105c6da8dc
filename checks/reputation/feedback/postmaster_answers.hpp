#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/reputation/feedback/json_reader.hpp"
#include "checks/reputation/feedback/source.hpp"

// The answers of the Gmail Postmaster Tools API, versions 1 and 2, as figures. What Google leaves out it has too little
// data for: such a figure is absent, never 0.
namespace reputed::feedback::postmaster {

using Day = std::chrono::sys_days;

// The figures of one version of the API, of the newest day that has them: each for itself, or all of a group together
// (the reasons of delivery errors are of one day).
class Figures {
  public:
    // Days before `first` or after `last` are passed over.
    Figures(std::string domain, Day first, Day last, const std::set<IpAddress>& ours)
        : domain_(std::move(domain)), first_(first), last_(last), ours_(&ours) {}

    // Each returns what in the answer is not as documented, "" if nothing; the rest of it counts all the same.
    std::string read_traffic_stats(const JsonValue& answer);             // v1 domains.trafficStats.list
    std::string read_domain_stats(const JsonValue& answer);              // v2 domains.domainStats.query
    std::string read_compliance(const JsonValue& answer, WallTime now);  // v2 domains.getComplianceStatus

    // Those that are not here yet.
    void add_missing(const Figures& other);
    // With what is judged of several at once.
    std::vector<Point> points() const;

  private:
    struct Group {
        WallTime time;
        std::map<std::string, Point> points;  // by metric
    };
    void add(const std::string& subject, std::string_view group, Point point);
    void add_day(const JsonValue& day, Day date, std::string& problem);
    void add_ip_reputations(const JsonValue& list, Day date, std::string& problem);
    void add_delivery_errors(const JsonValue& list, Day date, std::string& problem);
    void add_domain(std::string_view metric, double value, WallTime time, std::string_view group = "");
    void add_error(std::string_view metric, double ratio, Day date);

    std::string domain_;
    Day first_;
    Day last_;
    const std::set<IpAddress>* ours_;
    std::set<Day> seen_;                                           // of traffic statistics
    std::map<std::pair<std::string, std::string>, Group> groups_;  // by subject and group
};

constexpr std::string_view error_prefix = "delivery_error_ratio_";

// What is judged of several figures of the domain at once: authentication_ratio, encryption_ratio, delivery_error_ratio,
// compliance_unmet, each where there is one of its figures. Their details name the figures.
std::vector<Point> judged_together(const std::string& domain, const std::vector<Point>& points);

}  // namespace reputed::feedback::postmaster
