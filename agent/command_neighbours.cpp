#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <random>
#include <utility>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/runtime.hpp"
#include "agent/terminal.hpp"
#include "checks/dnsbl/neighbourhood.hpp"
#include "config/list_name.hpp"

namespace reputed {
namespace {

using namespace dnsbl;

constexpr std::size_t most_addresses = 32;  // a network each
constexpr int least_weight = 10;            // lists below it say little about a neighbourhood
constexpr std::size_t most_shown = 4;       // neighbours in a row of the table

struct Asked {
    IpAddress address;
    Neighbourhood neighbourhood;
    std::vector<std::size_t> subjects;  // of each of its addresses, in Sweeped::subjects
    NeighbourhoodVerdict verdict;
};

struct Sweeped {
    std::vector<Asked> asked;
    std::vector<Subject> subjects;  // of all networks, each once
    std::vector<List> lists;
    std::vector<ActiveLists::Skipped> skipped;
    Results results{0, 0};
    double seconds = 0;
};

// Nothing after printing what is wrong with the first bad one.
std::optional<std::vector<IpAddress>> read_addresses(const std::vector<std::string>& arguments) {
    const auto named = read_subjects(arguments);
    if (!named) return {};
    std::vector<IpAddress> addresses;
    for (const auto& one : *named) {
        if (!one.network || one.network->size() != 1) {
            print_error('"' + plain_text(one.text) + "\" is no IP address: neighbours are those of one");
            return {};
        }
        const auto address = one.network->first().unmapped();
        if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
            addresses.push_back(address);
    }
    if (addresses.size() > most_addresses) {
        print_error(std::to_string(addresses.size()) +
                    " addresses are too many at once, since each is a network of " +
                    "questions to every list: give at most " + std::to_string(most_addresses));
        return {};
    }
    return addresses;
}

std::vector<Asked> networks_around(const std::vector<IpAddress>& addresses, std::vector<Subject>& subjects) {
    std::vector<Asked> asked;
    std::map<std::string, std::size_t> places;
    for (const auto& address : addresses) {
        asked.push_back({address, neighbourhood_of(address), {}, {}});
        for (const auto& subject : asked.back().neighbourhood.addresses) {
            const auto [place, is_new] = places.try_emplace(subject.text, subjects.size());
            if (is_new) subjects.push_back(subject);
            asked.back().subjects.push_back(place->second);
        }
    }
    return asked;
}

std::string reason_to_skip(const List& list, bool named, const std::vector<Subject>& subjects) {
    if (list.kind != ListKind::ip_blocklist) return "lists no addresses";
    if (!named && list.scope != ListScope::address) return "lists networks, not the addresses in them";
    if (!named && list.weight < least_weight)
        return "weighs less than " + std::to_string(least_weight) + ": name it in --lists to ask it";
    const auto questions = std::count_if(subjects.begin(), subjects.end(),
                                         [&](const Subject& subject) { return accepts(list, subject); });
    if (questions == 0) return "takes no address of this family";
    return too_many_questions(list, static_cast<std::size_t>(questions));
}

// Of the lists that are on, those that can tell; false after printing why a named one is not asked.
bool choose_lists(const ActiveLists& active, const std::vector<std::string>& wanted, Sweeped& sweeped) {
    for (const auto& list : active.lists) {
        auto reason = reason_to_skip(list, !wanted.empty(), sweeped.subjects);
        if (reason.empty())
            sweeped.lists.push_back(list);
        else
            sweeped.skipped.push_back({list.name, std::move(reason)});
    }
    if (wanted.empty()) return true;
    for (const auto* lists : {&active.skipped, &std::as_const(sweeped.skipped)}) {
        for (const auto& skipped : *lists) {
            if (std::find(wanted.begin(), wanted.end(), skipped.name) == wanted.end()) continue;
            print_error(skipped.name + ": " + skipped.reason);
            return false;
        }
    }
    return true;
}

void ask(Sweeped& sweeped, Resolver& resolver, QueryBudget& budget) {
    const auto begun = std::chrono::steady_clock::now();
    {
        ProgressBar bar("asking");
        SweepOptions options;
        options.seed = std::random_device{}();
        options.progress = [&](std::uint64_t done, std::uint64_t total) { bar.update(done, total); };
        options.reasons = false;
        options.budget = &budget;
        sweeped.results = sweep(sweeped.lists, sweeped.subjects, resolver, options);
    }
    sweeped.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    for (auto& asked : sweeped.asked)
        asked.verdict =
            judge_neighbourhood(asked.neighbourhood, asked.subjects, sweeped.lists.size(), sweeped.results);
}

Json own_json(const NeighbourCount& count) {
    return count.own ? Json(*count.own) : Json(nullptr);
}

Json result_json(const Sweeped& sweeped, const Asked& asked) {
    const auto& all = asked.verdict.all;
    Json lists = Json::array();
    for (std::size_t i = 0; i < sweeped.lists.size(); ++i) {
        const auto& count = asked.verdict.lists[i];
        if (!accepts(sweeped.lists[i], asked.neighbourhood.addresses.front())) continue;
        Json addresses = Json::array();
        for (const auto neighbour : count.listed)
            addresses.push_back(asked.neighbourhood.addresses[neighbour].text);
        lists.push_back({{"list", sweeped.lists[i].name},
                         {"listed", count.listed.size()},
                         {"asked", count.asked},
                         {"own", own_json(count)},
                         {"addresses", std::move(addresses)}});
    }
    return {{"subject", asked.address.to_string()},
            {"network", asked.neighbourhood.network.to_string()},
            {"asked", all.asked},
            {"listed", all.listed.size()},
            {"own", own_json(all)},
            {"lists", std::move(lists)},
            {"conclusion", asked.verdict.conclusion},
            {"verdict", to_string(asked.verdict.severity)}};
}

void print_json(const Sweeped& sweeped) {
    Json out = {{"results", Json::array()}, {"lists", Json::array()}, {"skipped", Json::array()}};
    for (const auto& asked : sweeped.asked)
        out["results"].push_back(result_json(sweeped, asked));
    for (std::size_t i = 0; i < sweeped.lists.size(); ++i)
        out["lists"].push_back({{"list", sweeped.lists[i].name},
                                {"health", to_string(sweeped.results.health[i].health)},
                                {"detail", sweeped.results.health[i].detail}});
    for (const auto& skipped : sweeped.skipped)
        out["skipped"].push_back({{"list", skipped.name}, {"reason", skipped.reason}});
    out["summary"] = {{"queries", sweeped.results.questions}, {"seconds", sweeped.seconds}};
    std::cout << json_text(out) << '\n';
}

std::string addresses_text(const Asked& asked, const NeighbourCount& count) {
    std::string out;
    for (std::size_t i = 0; i < std::min(most_shown, count.listed.size()); ++i)
        out += (i == 0 ? "" : ", ") + asked.neighbourhood.addresses[count.listed[i]].text;
    if (count.listed.size() > most_shown)
        out += " and " + std::to_string(count.listed.size() - most_shown) + " more";
    return out;
}

void print_network(const Sweeped& sweeped, const Asked& asked) {
    std::cout << asked.address.to_string() << " in " << asked.neighbourhood.network.to_string() << '\n';
    Table table({"LIST", "LISTED", "ASKED", "ITSELF", "WHICH"});
    for (std::size_t i = 0; i < sweeped.lists.size(); ++i) {
        if (!accepts(sweeped.lists[i], asked.neighbourhood.addresses.front())) continue;
        const auto& count = asked.verdict.lists[i];
        const auto& health = sweeped.results.health[i];
        if (count.asked == 0) {
            table.add({{sweeped.lists[i].name},
                       {"-"},
                       {"0"},
                       {"unknown", Colour::yellow},
                       {std::string(to_string(health.health)) + ": " + health.detail}});
            continue;
        }
        const bool listed = count.own.value_or(false);
        table.add({{sweeped.lists[i].name},
                   {std::to_string(count.listed.size())},
                   {std::to_string(count.asked)},
                   {!count.own ? "unknown"
                    : listed   ? "listed"
                               : "no",
                    listed ? Colour::red : Colour::none},
                   {addresses_text(asked, count)}});
    }
    if (!table.empty()) std::cout << table.to_string();
    std::cout << coloured(to_string(asked.verdict.severity), colour_of(asked.verdict.severity)) << ": "
              << asked.verdict.conclusion << "\n\n";
}

void print_table(const Sweeped& sweeped) {
    for (const auto& asked : sweeped.asked)
        print_network(sweeped, asked);
    for (const auto& skipped : sweeped.skipped)
        if (skipped.reason.find(" questions ") != std::string::npos)
            std::cout << skipped.name << " is not asked: " << skipped.reason << '\n';
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f", sweeped.seconds);
    std::cout << sweeped.results.questions << " questions to " << sweeped.lists.size() << " lists in "
              << seconds << " s\n";
}

}  // namespace

int neighbours_command(const CommonOptions& common, const std::vector<std::string>& arguments,
                       std::vector<std::string> wanted) {
    auto settings = command_settings(common, false);
    if (!settings) return exit_config;
    const auto addresses = read_addresses(arguments);
    if (!addresses) return exit_usage;
    for (auto& name : wanted) {
        if (const auto fault = take_list_name(name); !fault.empty()) {
            print_error("--lists: " + fault);
            return exit_usage;
        }
    }
    if (!wanted.empty()) {
        settings->dnsbl.only = wanted;
        settings->dnsbl.include.clear();
        settings->dnsbl.exclude.clear();
    }
    const Runtime runtime = make_single_runtime(std::move(*settings));
    Sweeped sweeped;
    sweeped.asked = networks_around(*addresses, sweeped.subjects);
    if (!choose_lists(*runtime.lists, wanted, sweeped)) return exit_usage;
    ask(sweeped, *runtime.resolver, *runtime.budget);
    if (common.format == Format::json)
        print_json(sweeped);
    else
        print_table(sweeped);
    Severity verdict = sweeped.asked.empty() ? Severity::unknown : Severity::ok;
    for (const auto& asked : sweeped.asked)
        verdict = std::max(verdict, asked.verdict.severity);
    return exit_code_of(verdict);
}

}  // namespace reputed
