#include "agent/web/api.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "agent/finding_json.hpp"
#include "agent/history.hpp"
#include "agent/history_json.hpp"
#include "agent/history_options.hpp"
#include "agent/web/api_parameters.hpp"
#include "config/utc.hpp"

namespace reputed::api {
namespace {

using namespace std::chrono_literals;

// The web server has one thread: a history that takes longer to be read is for `reputed history`.
constexpr auto history_limit = 250ms;

// Where a finding stands: worst first, then by identity.
std::vector<std::string> place_of(const OpenFinding& open) {
    const auto& finding = open.finding;
    const auto badness = static_cast<int>(Severity::critical) - static_cast<int>(finding.severity);
    return {std::to_string(badness),   finding.code, finding.subject, finding.object,
            finding.drill ? "1" : "0", open.check};
}

Json finding_row(const OpenFinding& open, std::string_view state) {
    Json json = finding_json(open);
    json["drill"] = open.finding.drill;
    json["last_seen"] = rfc3339(open.last_seen);
    json["last_good"] = open.last_good == WallTime{} ? Json() : Json(rfc3339(open.last_good));
    json["rounds"] = open.rounds;
    json["flapping"] = open.flapping;
    json["muted"] = open.muted;
    json["state"] = state;
    return json;
}

// The findings about one sender: by host name, domain, address or network of it, as subject or object.
class SenderFindings {
  public:
    explicit SenderFindings(std::span<const OpenFinding> findings) {
        for (const auto& open : findings)
            for (const auto* name : {&open.finding.subject, &open.finding.object}) {
                if (name->empty()) continue;
                names_.push_back({*name, IpNetwork::parse(*name), &open});
            }
    }
    void add_to(Json& json, const Sender& sender) const {
        std::set<const OpenFinding*> found;
        for (const auto& one : names_)
            if (concerns(one, sender)) found.insert(one.open);
        Severity worst = Severity::ok;
        for (const auto* open : found)
            worst = std::max(worst, open->finding.severity);
        json["verdict"] = to_string(worst);
        json["findings"] = found.size();
    }

  private:
    struct Name {
        std::string_view text;
        std::optional<IpNetwork> network;
        const OpenFinding* open;
    };
    static bool concerns(const Name& name, const Sender& sender) {
        if (name.network)
            return std::any_of(sender.networks.begin(), sender.networks.end(), [&](const IpNetwork& own) {
                return own.contains(name.network->first()) || name.network->contains(own.first());
            });
        return name.text == sender.hostname || name.text == sender.name ||
               std::find(sender.domains.begin(), sender.domains.end(), name.text) != sender.domains.end();
    }
    std::vector<Name> names_;
};

// Health and targets of a list, from the samples of its job.
void add_state(Json& json, const Snapshot& snapshot, const std::string& list) {
    json["health"] = nullptr;
    json["last_run"] = nullptr;
    json["targets"] = Json::object();
    const auto job = std::find_if(snapshot.jobs.begin(), snapshot.jobs.end(), [&](const JobState& one) {
        return one.check == "dnsbl" && one.subject == list;
    });
    if (job == snapshot.jobs.end()) return;
    if (job->last_run != WallTime{}) json["last_run"] = rfc3339(job->last_run);
    for (const auto& sample : *job->samples) {
        if (sample.values.size() != 2 || sample.values[0] != list) continue;
        if (sample.metric->name == "reputed_list_health" && sample.value == 1)
            json["health"] = sample.values[1];
        if (sample.metric->name == "reputed_dnsbl_targets" && sample.value > 0)
            json["targets"][sample.values[1]] = static_cast<std::uint64_t>(sample.value);
    }
}

Json list_json(const Snapshot& snapshot, const List& list) {
    Json json = {{"list", plain_text(list.name)},
                 {"kind", to_string(list.kind)},
                 {"operator", plain_text(list.operator_name)},
                 {"website", plain_text(list.website)},
                 {"weight", list.weight}};
    add_state(json, snapshot, list.name);
    return json;
}

// Of its addresses the one that is thought of worst; null where nothing can be told about any.
Json worst_reputation(const Sender& sender, const Reputations& reputations) {
    const Reputations::value_type* worst = nullptr;
    for (const auto& address : sender.addresses()) {
        const auto found = reputations.find(address.to_string());
        if (found == reputations.end()) continue;
        if (worst == nullptr || found->second.score < worst->second.score) worst = &*found;
    }
    if (worst == nullptr) return nullptr;
    auto json = reputation_json(worst->second);
    json["address"] = worst->first;
    return json;
}

Json sender_json(const Sender& sender, const SenderFindings& findings, const Reputations& reputations) {
    Json addresses = Json::array();
    for (const auto& network : sender.networks)
        addresses.push_back(network.to_string());
    Json json = {{"name", plain_text(sender.name)},
                 {"hostname", plain_text(sender.hostname)},
                 {"addresses", std::move(addresses)},
                 {"domains", sender.domains},
                 {"via", plain_text(sender.via)}};
    findings.add_to(json, sender);
    json["reputation"] = worst_reputation(sender, reputations);
    return json;
}

// The page of `rows` (pointers, sorted by their names) behind the cursor.
template <class Row, class NameOf, class ToJson>
Answer page_by_name(std::string_view name, std::vector<const Row*> rows, const Parameters& parameters,
                    NameOf name_of, ToJson to_json) {
    std::sort(rows.begin(), rows.end(),
              [&](const Row* a, const Row* b) { return name_of(*a) < name_of(*b); });
    const auto after = parameters.after_token(1);
    auto row = rows.begin();
    if (!after.empty())
        row = std::upper_bound(rows.begin(), rows.end(), after.front(),
                               [&](const std::string& text, const Row* one) { return text < name_of(*one); });
    Json shown = Json::array();
    for (; row != rows.end() && shown.size() < parameters.limit(); ++row)
        shown.push_back(to_json(**row));
    const bool more = row != rows.end();
    return page_of(name, std::move(shown), more ? Json(token_of({name_of(**(row - 1))})) : Json());
}

template <class T>
std::vector<const T*> pointers_to(const std::vector<T>& rows) {
    std::vector<const T*> pointers;
    for (const auto& row : rows)
        pointers.push_back(&row);
    return pointers;
}

std::optional<WallTime> time_of(const Parameters& parameters, std::string_view name, WallTime now) {
    const auto given = parameters.text(name);
    if (given.empty()) return {};
    const auto time = parse_time(given, now);
    if (!time)
        throw BadParameter(std::string(name) + " \"" + one_line(given, 100) +
                           "\" is neither a duration such as 30d nor a date such as 2026-01-31");
    return time;
}

}  // namespace

Answer findings(const Snapshot& snapshot, const QueryParameters& query) try {
    const Parameters parameters(query, {"severity", "code", "check", "subject", "object", "state"});
    const auto least = parameters.severity().value_or(Severity::ok);
    const auto matches = [](const std::string& wanted, const std::string& value) {
        return wanted.empty() || wanted == value;
    };
    const auto code = parameters.text("code");
    const auto check = parameters.text("check");
    const auto subject = parameters.text("subject");
    const auto object = parameters.text("object");
    const auto state = parameters.text("state");
    const auto after = parameters.after_token(6);
    struct Row {
        std::vector<std::string> place;
        const OpenFinding* open;
        std::string_view state;
    };
    std::vector<Row> rows;
    const auto add = [&](const OpenFinding& open, std::string_view its_state) {
        const auto& finding = open.finding;
        if (!matches(state, std::string(its_state)) || finding.severity < least ||
            !matches(code, finding.code) || !matches(check, open.check) ||
            !matches(subject, finding.subject) || !matches(object, finding.object))
            return;
        auto place = place_of(open);
        if (place > after) rows.push_back({std::move(place), &open, its_state});
    };
    for (const auto* open : {&snapshot.findings, &snapshot.drills})
        for (const auto& finding : *open)
            add(finding, "open");
    for (const auto& finding : snapshot.unconfirmed)
        add(finding, "unconfirmed");
    const auto count = std::min(parameters.limit(), rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                      [](const Row& a, const Row& b) { return a.place < b.place; });
    Json shown = Json::array();
    for (std::size_t i = 0; i < count; ++i)
        shown.push_back(finding_row(*rows[i].open, rows[i].state));
    return page_of("findings", std::move(shown),
                   count < rows.size() ? Json(token_of(rows[count - 1].place)) : Json());
} catch (const BadParameter& bad) {
    return error(400, bad.what());
}

Answer senders(const Snapshot& snapshot, const QueryParameters& query) try {
    const Parameters parameters(query, {});
    const SenderFindings findings(snapshot.findings);
    return page_by_name(
        "senders", snapshot.settings ? pointers_to(snapshot.settings->senders) : std::vector<const Sender*>(),
        parameters, [](const Sender& sender) { return sender.name; },
        [&](const Sender& sender) { return sender_json(sender, findings, *snapshot.reputations); });
} catch (const BadParameter& bad) {
    return error(400, bad.what());
}

Answer lists(const Snapshot& snapshot, const QueryParameters& query) try {
    const Parameters parameters(query, {});
    return page_by_name(
        "lists", snapshot.lists ? pointers_to(snapshot.lists->lists) : std::vector<const List*>(), parameters,
        [](const List& list) { return list.name; },
        [&](const List& list) { return list_json(snapshot, list); });
} catch (const BadParameter& bad) {
    return error(400, bad.what());
}

Answer transitions(const std::string& path, const QueryParameters& query, WallTime now) try {
    const Parameters parameters(query,
                                {"severity", "code", "check", "subject", "list", "sender", "since", "until"});
    HistoryQuery wanted;
    wanted.since = time_of(parameters, "since", now);
    wanted.until = time_of(parameters, "until", now);
    wanted.target = parameters.text("subject");
    wanted.list = parameters.text("list");
    wanted.code = parameters.text("code");
    wanted.check = parameters.text("check");
    wanted.sender = parameters.text("sender");
    wanted.min_severity = parameters.severity();
    wanted.before = parameters.after_id();
    const auto limit = parameters.limit();
    wanted.limit = limit + 1;
    if (path.empty()) return error(503, "no history is kept: the agent's memory is not on disk");
    History history(path);
    history.limit_time(history_limit);
    auto found = history.transitions(wanted);
    const bool more = found.size() > limit;
    if (more) found.pop_back();
    Json shown = Json::array();
    for (const auto& transition : found)
        shown.push_back(transition_json(transition));
    return page_of("transitions", std::move(shown), more ? Json(std::to_string(found.back().id)) : Json());
} catch (const BadParameter& bad) {
    return error(400, bad.what());
} catch (const StoreError&) {
    return error(503, "the history cannot be read now; `reputed history` may say more");
}

}  // namespace reputed::api
