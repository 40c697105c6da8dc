#include "checks/mta/log/sent_from.hpp"

#include <algorithm>

namespace reputed::mta {
namespace {

constexpr std::size_t most_addresses = 16;
constexpr std::size_t most_domains = 4;

}  // namespace

std::vector<IpAddress> addresses_in(std::string_view reply) {
    std::vector<IpAddress> found;
    constexpr std::string_view letters = "0123456789abcdefABCDEF.:";
    std::size_t end = 0;
    while (found.size() < 8) {
        const auto begin = reply.find_first_of(letters, end);
        if (begin == std::string_view::npos) break;
        end = std::min(reply.find_first_not_of(letters, begin), reply.size());
        auto word = reply.substr(begin, end - begin);
        while (word.ends_with('.') || (word.ends_with(':') && !word.ends_with("::")))
            word.remove_suffix(1);
        const bool of_a_host = begin >= 2 && reply[begin - 1] == '[' && reply[begin - 2] != ' ';
        const auto ip = word.size() >= 7 && !of_a_host ? IpAddress::parse(word) : std::nullopt;
        if (ip && ip->is_public() && std::find(found.begin(), found.end(), *ip) == found.end())
            found.push_back(*ip);
    }
    return found;
}

std::map<IpAddress, std::string> sent_from(const DeliveryView& view) {
    std::map<IpAddress, std::string> sources;
    for (const auto& source : view.sources) {
        const auto ip = IpAddress::parse(source.ip);
        if (ip && ip->is_public() && source.day > 0 && sources.size() < most_addresses)
            sources.emplace(ip->unmapped(), "the MTA sends from it");
    }
    for (const auto& refusal : view.refusals) {
        if (refusal.reply_class != ReplyClass::auth_failed) continue;
        for (const auto& ip : addresses_in(refusal.sample))
            if (sources.size() < most_addresses)
                sources.emplace(
                    ip, std::string(view.classifier->provider_title(refusal.provider)) + " saw mail from it");
    }
    return sources;
}

std::vector<std::string> sender_domains(const Settings& settings) {
    std::vector<std::string> domains;
    for (const auto& sender : settings.senders)
        for (const auto& domain : sender.domains)
            if (domains.size() < most_domains &&
                std::find(domains.begin(), domains.end(), domain) == domains.end())
                domains.push_back(domain);
    return domains;
}

const SpfWords::Word& SpfWords::of(const std::string& domain, const IpAddress& ip) {
    const auto [found, fresh] = known_.try_emplace({domain, ip});
    if (!fresh) return found->second;
    const spf::Run run{domain, services_};
    const auto evaluation = spf::evaluate(run, answers_, ip, "postmaster@" + domain, domain);
    found->second = {evaluation.result, "SPF of " + domain + " for " + ip.to_string() + ": " +
                                            std::string(to_string(evaluation.result)) +
                                            (evaluation.reason.empty() ? "" : ", " + evaluation.reason)};
    return found->second;
}

}  // namespace reputed::mta
