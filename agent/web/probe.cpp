#include "agent/web/probe.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/exposition.hpp"
#include "agent/metrics.hpp"
#include "agent/plain_text.hpp"
#include "agent/web/refusals.hpp"
#include "config/endpoint.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_shown = 100;

const MetricInfo success{"probe_success",
                         SampleType::gauge,
                         "Whether the agent watches the address; what it found is in the others.",
                         {}};
const MetricInfo pending{"reputed_probe_pending",
                         SampleType::gauge,
                         "Whether the address is so new that not every list was asked about it yet.",
                         {"ip", "module"}};
const MetricInfo findings{"reputed_probe_findings",
                          SampleType::gauge,
                          "Open findings about the address, by severity.",
                          {"ip", "severity"}};
// The value of the parameter, "" where it is left out; nothing where it is there twice.
std::optional<std::string> parameter(const QueryParameters& parameters, std::string_view name) {
    const auto is_it = [&](const QueryParameter& one) { return one.name == name; };
    if (std::count_if(parameters.begin(), parameters.end(), is_it) > 1) return {};
    const auto found = std::find_if(parameters.begin(), parameters.end(), is_it);
    return found == parameters.end() ? "" : found->value;
}

// Service discovery often gives ADDRESS:PORT or [V6]:PORT: the port means nothing here.
std::optional<IpAddress> target_of(const std::string& text) {
    if (const auto address = IpAddress::parse(text)) return address->unmapped();
    const auto endpoint = Endpoint::parse(text, 0);
    const auto address = endpoint ? IpAddress::parse(endpoint->host) : std::nullopt;
    return address ? std::optional(address->unmapped()) : std::nullopt;
}

std::string quoted(const std::string& text) {
    return '"' + plain_text(text, longest_shown) + '"';
}

// What is known of it, or that it is new.
Reply answer(const Edition& edition, const IpAddress& address, const ProbeTargets::Answer& target) {
    const auto ip = address.to_string();
    const auto* known = edition.probes().find(ip);
    const auto& snapshot = edition.snapshot();
    // A list that is asked less often, or never answers, does not keep the address pending for ever.
    const auto settled = [&] {
        if (known == nullptr || !target.watched_since) return false;
        return edition.probes().oldest_round() >= *target.watched_since ||
               snapshot.made >= *target.watched_since + snapshot.settings->dnsbl.interval;
    };
    std::vector<Sample> own = {{&success, {}, 1}, {&pending, {ip, target.module}, settled() ? 0.0 : 1.0}};
    std::vector<const Sample*> all;
    if (known != nullptr) {
        for (const auto severity : {Severity::info, Severity::unknown, Severity::warning, Severity::critical})
            own.push_back({&findings,
                           {ip, std::string(to_string(severity))},
                           static_cast<double>(known->findings[static_cast<std::size_t>(severity)])});
        for (const auto* sender : known->senders)
            own.push_back({&ip_info, {ip, sender->name, sender->hostname}, 1});
    }
    for (const auto& sample : own)
        all.push_back(&sample);
    if (known != nullptr) all.insert(all.end(), known->samples.begin(), known->samples.end());
    Reply reply;
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    reply.content = std::make_shared<const Content>(expose(all));
    return reply;
}

Reply probe(const Published& published, ProbeTargets& targets, const std::function<void()>& news,
            const QueryParameters& parameters) {
    const auto edition = published.current();
    if (!edition) return web::still_starting();
    const auto target = parameter(parameters, "target");
    const auto module = parameter(parameters, "module");
    if (!target || !module) return web::refusal(400, "target and module may be given once only.\n");
    if (target->empty()) return web::refusal(400, "target is missing: /probe?target=ADDRESS&module=NAME\n");
    const auto address = target_of(*target);
    if (!address) return web::refusal(400, quoted(*target) + " is no IP address.\n");
    if (!address->is_public())
        return web::refusal(400,
                            quoted(*target) + " is no address that the Internet could receive mail from.\n");

    const auto asked = targets.probe(*module, *address, std::chrono::steady_clock::now());
    switch (asked.standing) {
        case ProbeTargets::Standing::no_module:
            return web::refusal(
                400,
                module->empty()
                    ? "module is missing, and there is not exactly one [[module]] in the configuration.\n"
                    : "There is no [[module]] " + quoted(*module) + " in the configuration.\n");
        case ProbeTargets::Standing::full:
            return web::refusal(
                503, "Module " + quoted(asked.module) +
                         " watches as many addresses as its most_targets allows: raise that, or let more "
                         "agents share them.\n");
        case ProbeTargets::Standing::waiting:
            news();
            break;
        case ProbeTargets::Standing::watched:
            break;
    }
    return answer(*edition, *address, asked);
}

}  // namespace

std::vector<const MetricInfo*> probe_metrics() {
    return {&success, &pending, &findings};
}

Route probe_route(const Published& published, ProbeTargets& targets, std::function<void()> news) {
    return {"/probe", [&published, &targets, news = std::move(news)](const Request& request) {
                return probe(published, targets, news, request.parameters);
            }};
}

}  // namespace reputed
