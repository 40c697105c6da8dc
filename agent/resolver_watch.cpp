#include "agent/resolver_watch.hpp"

#include <string>

namespace reputed {
namespace {

constexpr std::uint64_t fewest_questions = 5;
// Single names and lists fail every day; when this share of all questions does, it is the resolver or its network.
constexpr std::uint64_t most_failed_percent = 80;

Finding silent(std::uint64_t failed, std::uint64_t questions) {
    Finding finding;
    finding.code = "dns.resolver_silent";
    finding.subject = "resolver";
    finding.severity = Severity::unknown;
    finding.message = "The DNS resolver does not answer; nothing that depends on DNS can be told";
    finding.evidence = std::to_string(failed) + " of the last " + std::to_string(questions) +
                       " questions ended in a timeout or SERVFAIL";
    finding.remedy =
        "Check the resolver that /etc/resolv.conf or [dns] servers names, and its way to the Internet.";
    finding.blinds = true;
    return finding;
}

}  // namespace

Report ResolverWatch::look(const DnsStatistics& statistics) {
    std::uint64_t answered = 0;
    for (const auto outcome : {Outcome::ok, Outcome::nodata, Outcome::nxdomain, Outcome::refused})
        answered += statistics.total(outcome);
    const std::uint64_t failed = statistics.total(Outcome::timeout) + statistics.total(Outcome::servfail);
    if (answered < answered_ || failed < failed_) answered_ = failed_ = 0;
    const std::uint64_t news = failed - failed_;
    const std::uint64_t questions = answered - answered_ + news;
    Report report;
    if (questions < fewest_questions) {
        report.holds.push_back({"dns.resolver_silent", "resolver", ""});
        return report;
    }
    answered_ = answered;
    failed_ = failed;
    if (news * 100 >= questions * most_failed_percent) report.findings.push_back(silent(news, questions));
    return report;
}

}  // namespace reputed
