#include "checks/mta/log/sources_check.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "checks/auth/spf_remedy.hpp"
#include "checks/dnsbl/classify.hpp"
#include "checks/dnsbl/health.hpp"
#include "checks/dnsbl/subject.hpp"
#include "checks/mta/log/delivery_log.hpp"
#include "checks/mta/log/log_places.hpp"
#include "checks/mta/log/sent_from.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t most_addresses = 16;
constexpr std::size_t most_lists = 8;

bool is_of_a_sender(const IpAddress& ip, const Settings& settings) {
    for (const auto& sender : settings.senders)
        for (const auto& network : sender.networks)
            if (network.contains(ip)) return true;
    return false;
}

class Comparison {
  public:
    Comparison(const DeliveryView& view, const Services& services, Report& report)
        : view_(view), services_(services), report_(report), spf_(services) {}

    void run() {
        for (const auto& [ip, seen] : sent_from(view_))
            if (!is_of_a_sender(ip, services_.settings)) foreign_source(ip, seen);
        lists();
    }

  private:
    void foreign_source(const IpAddress& ip, const std::string& seen) {
        std::size_t uncovered = 0;
        for (const auto& domain : sender_domains(services_.settings)) {
            const auto& [result, text] = spf_.of(domain, ip);
            if (result == spf::Result::temperror || result == spf::Result::permerror) {
                report_.holds.push_back({"delivery.source_not_in_spf", ip.to_string(), domain});
                continue;
            }
            if (result == spf::Result::pass) continue;
            ++uncovered;
            report_.findings.push_back({.code = "delivery.source_not_in_spf",
                                        .subject = ip.to_string(),
                                        .object = domain,
                                        .severity = Severity::warning,
                                        .message = "mail leaves from " + ip.to_string() + ", which SPF of " +
                                                   domain +
                                                   " does not cover: " + std::string(to_string(result)),
                                        .evidence = seen + "; " + text,
                                        .remedy = remedy_for(ip),
                                        .link = ""});
        }
        if (uncovered > 0) return;
        report_.findings.push_back(
            {.code = "delivery.source_unknown",
             .subject = ip.to_string(),
             .object = view_.mta,
             .severity = Severity::info,
             .message = "mail leaves from " + ip.to_string() + ", which no sender has",
             .evidence = seen,
             .remedy = "Add the address to a [[sender]], so that it is watched, or bind the MTA to "
                       "the address that is meant.",
             .link = ""});
    }

    // A relay's addresses change from day to day: its include is the remedy, not the address.
    std::string remedy_for(const IpAddress& ip) const {
        for (const auto& sender : services_.settings.senders)
            if (!sender.via.empty())
                return "Add include:" + sender.via +
                       " to the SPF record: the relay's addresses vary, a single one will not do "
                       "for long.";
        return "If the address is yours, add " + spf::address_term(IpNetwork(ip, ip.bits())) +
               " to the SPF record; if it belongs to a relay, add the include that the relay documents and "
               "name it in "
               "`via`; else bind the MTA to the right address.";
    }

    // Receivers name lists that our own rounds may not ask.
    void lists() {
        std::map<std::string, std::map<ProviderId, std::uint64_t>> named;
        for (const auto& list : view_.lists)
            if (list.day > 0 && (named.size() < most_lists || named.contains(list.list)))
                named[list.list][list.provider] += list.day;
        std::vector<IpAddress> ips;
        for (const auto& [ip, seen] : sent_from(view_))
            ips.push_back(ip);
        for (const auto& sender : services_.settings.senders)
            for (const auto& network : sender.networks)
                for (std::uint64_t i = 0; i < std::min<std::uint64_t>(network.size(), most_addresses) &&
                                          ips.size() < most_addresses;
                     ++i)
                    if (const auto ip = network.at(i); std::find(ips.begin(), ips.end(), ip) == ips.end())
                        ips.push_back(ip);
        for (const auto& [name, counts] : named)
            if (!ips.empty()) named_list(name, counts, ips);
    }

    const List* find_list(const std::string& name) const {
        for (const auto& list : services_.lists.lists)
            if (list.name == name) return &list;
        return Catalogue::builtin().find(name);
    }

    void named_list(const std::string& name, const std::map<ProviderId, std::uint64_t>& counts,
                    const std::vector<IpAddress>& ips) {
        const auto* list = find_list(name);
        const auto hold = [&] { report_.holds.push_back({"delivery.list_named", name, view_.mta}); };
        if (list == nullptr || list->needs_key() || is_domain_list(list->kind)) return;
        const auto health_probes = dnsbl::probes(*list, std::random_device{}());
        std::vector<Question> questions;
        for (const auto& probe : health_probes)
            questions.push_back(probe.question);
        for (const auto& ip : ips)
            if (const auto subject = dnsbl::Subject::of(ip); dnsbl::accepts(*list, subject))
                questions.push_back({dnsbl::query_name(*list, subject.query), RecordType::a});
        auto answers = services_.resolver.lookup(questions, services_.stop);
        const std::vector<Answer> probed(answers.begin(),
                                         answers.begin() + static_cast<std::ptrdiff_t>(health_probes.size()));
        if (dnsbl::judge(*list, health_probes, probed).health != dnsbl::Health::usable) return hold();
        for (std::size_t i = health_probes.size(); i < answers.size(); ++i) {
            const auto state = dnsbl::classify(*list, answers[i]).state;
            if (state == dnsbl::State::listed) return;
            if (!dnsbl::is_definite(state)) return hold();
        }
        std::string who;
        std::uint64_t sum = 0;
        for (const auto& [provider, count] : counts) {
            who += (who.empty() ? "" : ", ") + std::string(view_.classifier->provider_title(provider));
            sum += count;
        }
        report_.findings.push_back(
            {.code = "delivery.list_named",
             .subject = name,
             .object = view_.mta,
             .severity = Severity::info,
             .message = std::to_string(sum) + " refusals within a day blame " + name +
                        ", which lists none of our addresses now",
             .evidence = "named by: " + who,
             .remedy =
                 "See from which address that mail left: one that no sender has, or that was listed for a "
                 "while, or a "
                 "forwarder's on the way. A receiver's copy of the list may also be older than the list.",
             .link = list->website});
    }

    const DeliveryView& view_;
    const Services& services_;
    Report& report_;
    SpfWords spf_;
};

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    return logged_mtas(settings.mta);
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.spf;
}

Report run(const std::string& subject, const Services& services) {
    Report report;
    const auto view = services.deliveries == nullptr ? nullptr : services.deliveries->view(subject);
    if (view == nullptr)
        report.holds.push_back({});
    else
        Comparison(*view, services, report).run();
    return report;
}

}  // namespace

Check sources_check() {
    return {.name = "sources",
            .help =
                "Whether the addresses that the logs show mail leaving from, and the lists that receivers "
                "blame, are "
                "those that are watched.",
            .subjects = subjects,
            .interval = interval,
            .run = run,
            .metrics = {}};
}

}  // namespace reputed::mta
