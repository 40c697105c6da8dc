#include "checks/auth/spf_audit.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "checks/auth/spf_remedy.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t sample_limit = 256;  // addresses of one sender
constexpr std::size_t host_limit = 8;      // addresses of its host name
// For all evaluations of a domain together: names that time out and differ for each address would take hours.
constexpr std::chrono::milliseconds time_limit{60'000};

struct Run {
    const std::string& domain;
    const Services& services;
    Answers answers;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + time_limit;
};

std::uint64_t size_of(const Sender& sender) {
    std::uint64_t total = 0;
    for (const auto& network : sender.networks)
        total = network.size() > std::numeric_limits<std::uint64_t>::max() - total
                    ? std::numeric_limits<std::uint64_t>::max()
                    : total + network.size();
    return total;
}

Evaluation evaluate(Run& run, const IpAddress& ip, const Sender* sender, bool trace) {
    Options options;
    options.explain = false;
    options.trace = trace;
    options.stop = run.services.stop;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(run.deadline -
                                                                            std::chrono::steady_clock::now());
    options.time_limit = std::min(options.time_limit, left);
    options.unix_time =
        std::chrono::duration_cast<std::chrono::seconds>(run.services.now.time_since_epoch()).count();
    const std::string helo = sender == nullptr || sender->hostname.empty() ? run.domain : sender->hostname;
    return check_host({ip, "postmaster@" + run.domain, helo}, run.answers, options);
}

// The host name's addresses of a family that the sender names no address of.
void add_host_addresses(Run& run, JudgedSender& judged, std::vector<Hold>& holds) {
    const Sender& sender = *judged.sender;
    if (sender.hostname.empty() || !sender.via.empty()) return;
    for (const auto family : {Family::v4, Family::v6}) {
        const bool named =
            std::any_of(sender.networks.begin(), sender.networks.end(),
                        [&](const IpNetwork& network) { return network.first().family() == family; });
        if (named) continue;
        const auto type = family == Family::v4 ? RecordType::a : RecordType::aaaa;
        const Answer& answer = run.answers.get(sender.hostname, type, run.services.stop);
        if (!answer.definite() && answer.outcome != Outcome::invalid)
            holds.push_back({"spf.family", run.domain, sender.name});
        for (std::size_t i = 0; i < std::min(answer.records.size(), host_limit); ++i) {
            const auto& ip = answer.records[i].address;
            judged.addresses.push_back({ip, 0, true, evaluate(run, ip, &sender, false)});
        }
    }
}

JudgedSender judge(Run& run, const Sender& sender, std::vector<Hold>& holds) {
    JudgedSender judged;
    judged.sender = &sender;
    judged.size = size_of(sender);
    for (const auto& sampled : sample_addresses(sender.networks, sample_limit)) {
        if (run.services.stop.stop_requested()) return judged;
        judged.addresses.push_back(
            {sampled.ip, sampled.network, false, evaluate(run, sampled.ip, &sender, false)});
    }
    add_host_addresses(run, judged, holds);
    return judged;
}

}  // namespace

bool is_uncovered(Result result) {
    return result == Result::fail || result == Result::softfail || result == Result::neutral ||
           result == Result::none;
}

Severity severity_of(Result result, const Sender& sender) {
    switch (result) {
        case Result::pass:
            return Severity::ok;
        case Result::temperror:
            return Severity::unknown;
        case Result::permerror:
            return Severity::critical;
        case Result::fail:
            return sender.via.empty() ? Severity::critical : Severity::info;
        case Result::none:
        case Result::neutral:
        case Result::softfail:
            return sender.via.empty() ? Severity::warning : Severity::info;
    }
    return Severity::unknown;
}

Audit audit(const std::string& domain, const Services& services) {
    Run run{domain, services, Answers(services.resolver)};
    Audit audit;
    audit.domain = domain;
    // Class E (RFC 1112 section 4): nobody sends from there.
    audit.probe = evaluate(run, IpAddress::v4(0xf0000001), nullptr, true);
    if (domain_error(domain).empty())
        for (const auto record : select_records(run.answers.get(domain, RecordType::txt, services.stop)))
            audit.records.emplace_back(record);
    for (const auto& sender : services.settings.senders)
        if (std::find(sender.domains.begin(), sender.domains.end(), domain) != sender.domains.end())
            audit.senders.push_back(judge(run, sender, audit.holds));
    return audit;
}

}  // namespace reputed::spf
