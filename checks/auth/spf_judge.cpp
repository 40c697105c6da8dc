#include "checks/auth/spf_judge.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "checks/auth/spf_remedy.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t sample_limit = 256;  // addresses of one sender
constexpr std::size_t host_limit = 8;      // addresses of its host name

std::uint64_t size_of(const Sender& sender) {
    std::uint64_t total = 0;
    for (const auto& network : sender.networks)
        total = network.size() > std::numeric_limits<std::uint64_t>::max() - total
                    ? std::numeric_limits<std::uint64_t>::max()
                    : total + network.size();
    return total;
}

Evaluation evaluate_sender(const Run& run, Answers& answers, const IpAddress& ip, const Sender& sender) {
    return evaluate(run, answers, ip, "postmaster@" + run.domain,
                    sender.hostname.empty() ? run.domain : sender.hostname);
}

// The host name's addresses of a family that the sender names no address of.
void add_host_addresses(const Run& run, Answers& answers, JudgedSender& judged, std::vector<Hold>& holds) {
    const Sender& sender = *judged.sender;
    if (sender.hostname.empty() || !sender.via.empty()) return;
    for (const auto family : {Family::v4, Family::v6}) {
        const bool named =
            std::any_of(sender.networks.begin(), sender.networks.end(),
                        [&](const IpNetwork& network) { return network.first().family() == family; });
        if (named) continue;
        const auto type = family == Family::v4 ? RecordType::a : RecordType::aaaa;
        const Answer& answer = answers.get(sender.hostname, type, run.services.stop);
        if (!answer.definite() && answer.outcome != Outcome::invalid)
            holds.push_back({"spf.family", run.domain, sender.name});
        for (std::size_t i = 0; i < std::min(answer.records.size(), host_limit); ++i) {
            const auto& ip = answer.records[i].address;
            judged.addresses.push_back({ip, 0, true, evaluate_sender(run, answers, ip, sender)});
        }
    }
}

}  // namespace

std::chrono::milliseconds Run::left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
}

Evaluation evaluate(const Run& run, Answers& answers, const IpAddress& ip, const std::string& mail_from,
                    const std::string& helo, bool trace) {
    Options options;
    options.explain = false;
    options.trace = trace;
    options.stop = run.services.stop;
    options.time_limit = std::min(options.time_limit, run.left());
    options.unix_time =
        std::chrono::duration_cast<std::chrono::seconds>(run.services.now.time_since_epoch()).count();
    return check_host({ip, mail_from, helo}, answers, options);
}

JudgedSender judge(const Run& run, Answers& answers, const Sender& sender, std::vector<Hold>& holds) {
    JudgedSender judged;
    judged.sender = &sender;
    judged.size = size_of(sender);
    for (const auto& sampled : sample_addresses(sender.networks, sample_limit)) {
        if (run.services.stop.stop_requested()) return judged;
        judged.addresses.push_back(
            {sampled.ip, sampled.network, false, evaluate_sender(run, answers, sampled.ip, sender)});
    }
    add_host_addresses(run, answers, judged, holds);
    return judged;
}

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

std::vector<const Judged*> uncovered_family(const JudgedSender& judged) {
    for (const auto family : {Family::v4, Family::v6}) {
        std::vector<const Judged*> uncovered;
        std::size_t mine = 0;
        std::size_t others = 0;
        bool others_pass = true;
        for (const auto& address : judged.addresses) {
            const auto result = address.evaluation.result;
            if (address.ip.family() == family) {
                ++mine;
                if (is_uncovered(result)) uncovered.push_back(&address);
            } else {
                ++others;
                others_pass = others_pass && result == Result::pass;
            }
        }
        if (mine != 0 && uncovered.size() == mine && others != 0 && others_pass) return uncovered;
    }
    return {};
}

std::vector<std::string> terms_for(const JudgedSender& judged, const std::vector<const Judged*>& uncovered) {
    constexpr std::ptrdiff_t single_terms = 8;  // more addresses of one network are the network
    const auto is_of = [](const Judged& one, const Judged& other) {
        return !one.from_hostname && one.network == other.network;
    };
    std::vector<std::string> terms;
    std::set<std::size_t> networks;
    for (const auto* address : uncovered) {
        const bool partly =
            std::any_of(judged.addresses.begin(), judged.addresses.end(), [&](const Judged& other) {
                return is_of(other, *address) && !is_uncovered(other.evaluation.result);
            });
        const bool few = std::count_if(uncovered.begin(), uncovered.end(), [&](const Judged* other) {
                             return is_of(*other, *address);
                         }) <= single_terms;
        if (address->from_hostname || (partly && few))
            terms.push_back(address_term(IpNetwork(address->ip, address->ip.bits())));
        else if (networks.insert(address->network).second)
            terms.push_back(address_term(judged.sender->networks[address->network]));
    }
    return terms;
}

}  // namespace reputed::spf
