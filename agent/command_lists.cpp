#include <iostream>
#include <random>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/runtime.hpp"
#include "agent/terminal.hpp"
#include "checks/dnsbl/sweep.hpp"

namespace reputed {
namespace {

using dnsbl::Health;
using dnsbl::ListHealth;

struct Row {
    const List* list = nullptr;
    bool enabled = false;
    std::string reason;  // why it is not
    const ListHealth* health = nullptr;
};

struct ResolverState {
    std::vector<std::string> servers;
    bool usable = true;
    std::string detail;
};

std::vector<Row> rows_of(const ActiveLists& active, const std::vector<ListHealth>* health) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < active.lists.size(); ++i)
        rows.push_back({&active.lists[i], true, "", health == nullptr ? nullptr : &(*health)[i]});
    for (const auto& skipped : active.skipped)
        if (const List* list = Catalogue::builtin().find(skipped.name))
            rows.push_back({list, false, skipped.reason, nullptr});
    return rows;
}

// The resolver is not usable when lists refuse it, when the greater part of them stays away, or when even a name
// that every resolver answers itself (RFC 6761 section 6.3) gets no answer.
ResolverState judge_resolver(const Runtime& runtime, const std::vector<ListHealth>& health) {
    ResolverState state{runtime.statistics->servers(), true, "answers"};
    std::size_t refused = 0;
    std::size_t away = 0;
    for (const auto& one : health) {
        refused +=
            one.health == Health::refused && (!one.cause || *one.cause == ErrorCause::resolver) ? 1 : 0;
        away += one.health == Health::silent || one.health == Health::servfail ? 1 : 0;
    }
    if (runtime.resolver->lookup_one("localhost", RecordType::a).outcome == Outcome::timeout)
        state = {state.servers, false, "does not answer at all"};
    else if (refused > 0)
        state = {state.servers, false,
                 std::to_string(refused) + " lists refuse it: run an own recursive resolver"};
    else if (away * 2 > health.size())
        state = {state.servers, false,
                 std::to_string(away) + " of " + std::to_string(health.size()) +
                     " lists cannot be reached through it"};
    return state;
}

void print_json(const std::vector<Row>& rows, const ResolverState* resolver) {
    Json lists = Json::array();
    for (const auto& row : rows) {
        Json one = {{"list", row.list->name},
                    {"kind", to_string(row.list->kind)},
                    {"operator", row.list->operator_name},
                    {"access", to_string(row.list->access)},
                    {"status", to_string(row.list->status)},
                    {"weight", row.list->weight},
                    {"enabled", row.enabled},
                    {"reason", row.reason},
                    {"website", row.list->website},
                    {"note", row.list->note}};
        if (row.health != nullptr) {
            one["health"] = to_string(row.health->health);
            one["detail"] = row.health->detail;
        }
        lists.push_back(std::move(one));
    }
    Json out = {{"lists", std::move(lists)}};
    if (resolver != nullptr)
        out["resolver"] = {
            {"servers", resolver->servers}, {"usable", resolver->usable}, {"detail", resolver->detail}};
    std::cout << json_text(out) << '\n';
}

void print_table(const std::vector<Row>& rows, const ResolverState* resolver) {
    if (resolver == nullptr) {
        Table table({"LIST", "KIND", "ACCESS", "STATUS", "WEIGHT", "ON", "WHY NOT"});
        for (const auto& row : rows)
            table.add({{row.list->name},
                       {std::string(to_string(row.list->kind))},
                       {std::string(to_string(row.list->access))},
                       {std::string(to_string(row.list->status))},
                       {std::to_string(row.list->weight)},
                       {row.enabled ? "yes" : "no", row.enabled ? Colour::green : Colour::grey},
                       {row.reason}});
        std::cout << table.to_string();
        return;
    }
    Table table({"LIST", "KIND", "HEALTH", "DETAIL"});
    for (const auto& row : rows) {
        if (row.health == nullptr) continue;
        const bool usable = row.health->health == Health::usable;
        table.add({{row.list->name},
                   {std::string(to_string(row.list->kind))},
                   {std::string(to_string(row.health->health)), usable ? Colour::green : Colour::yellow},
                   {row.health->detail}});
    }
    std::cout << table.to_string() << "resolver";
    for (const auto& server : resolver->servers)
        std::cout << ' ' << server;
    std::cout << ": "
              << coloured(resolver->usable ? "usable" : "not usable",
                          resolver->usable ? Colour::green : Colour::red)
              << ", " << resolver->detail << '\n';
}

}  // namespace

int lists_command(const CommonOptions& common, bool verify) {
    auto settings = command_settings(common, false);
    if (!settings) return exit_config;
    if (!verify) {
        const ActiveLists active = active_lists(settings->dnsbl, Catalogue::builtin());
        const auto rows = rows_of(active, nullptr);
        common.format == Format::json ? print_json(rows, nullptr) : print_table(rows, nullptr);
        return exit_ok;
    }
    const Runtime runtime = make_single_runtime(std::move(*settings));
    dnsbl::SweepOptions options;
    options.seed = std::random_device{}();
    ProgressBar bar("probing");
    options.budget = runtime.budget.get();
    options.progress = [&](std::uint64_t done, std::uint64_t total) { bar.update(done, total); };
    const auto results = dnsbl::sweep(runtime.lists->lists, {}, *runtime.resolver, options);
    const ResolverState resolver = judge_resolver(runtime, results.health);
    const auto rows = rows_of(*runtime.lists, &results.health);
    common.format == Format::json ? print_json(rows, &resolver) : print_table(rows, &resolver);
    return resolver.usable ? exit_ok : exit_unknown;
}

}  // namespace reputed
