#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <random>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/runtime.hpp"
#include "agent/terminal.hpp"
#include "checks/dnsbl/findings.hpp"
#include "checks/dnsbl/sweep.hpp"
#include "config/list_name.hpp"

namespace reputed {
namespace {

using namespace dnsbl;

Colour colour_of(State state) {
    switch (state) {
        case State::clean:
        case State::allowed:
            return Colour::green;
        case State::listed:
            return Colour::red;
        case State::score:
            return Colour::blue;
        case State::unknown_code:
            return Colour::yellow;
        case State::refused:
        case State::broken:
        case State::timeout:
        case State::servfail:
            return Colour::grey;
    }
    return Colour::none;
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    std::string out;
    for (const auto& text : texts)
        out += (out.empty() ? "" : std::string(separator)) + text;
    return out;
}

std::vector<std::string> code_texts(const Classification& what) {
    std::vector<std::string> texts;
    for (const auto code : what.codes)
        texts.push_back(code_text(code));
    return texts;
}

struct Sweeped {
    std::vector<List> lists;
    std::vector<Subject> subjects;
    Results results;
    double seconds = 0;

    std::uint64_t listed = 0;   // (subject, list) pairs
    std::uint64_t unknown = 0;  // pairs without a statement
    Severity verdict = Severity::ok;
};

// A subject that no list said anything definite about, be it that none takes its kind, leaves the question open.
void sum_up(Sweeped& sweeped) {
    for (std::size_t s = 0; s < sweeped.subjects.size(); ++s) {
        bool told = false;
        for (std::size_t l = 0; l < sweeped.lists.size(); ++l) {
            if (!sweeped.results.asked(l, s)) continue;
            const State state = sweeped.results.state(l, s);
            told = told || is_definite(state);
            if (state == State::listed) ++sweeped.listed;
            if (!is_definite(state)) ++sweeped.unknown;
        }
        if (!told) sweeped.verdict = std::max(sweeped.verdict, Severity::unknown);
    }
    for (const auto& entry : sweeped.results.entries)
        if (entry.what.state == State::listed)
            sweeped.verdict = std::max({sweeped.verdict, entry.what.severity, Severity::info});
    for (std::size_t l = 0; l < sweeped.lists.size(); ++l)
        if (sweeped.results.exhausted[l])
            sweeped.verdict = std::max(sweeped.verdict, Severity::unknown);
        else if (const auto& health = sweeped.results.health[l]; health.health != Health::usable)
            sweeped.verdict = std::max(sweeped.verdict, severity_of(sweeped.lists[l], health));
}

Json result_row(const Sweeped& sweeped, std::size_t l, std::size_t s) {
    const List& list = sweeped.lists[l];
    const State state = sweeped.results.state(l, s);
    const Entry* entry = sweeped.results.find(l, s);
    const bool listed = state == State::listed;
    Json row = {
        {"subject", sweeped.subjects[s].text},
        {"list", list.name},
        {"kind", to_string(list.kind)},
        {"state", to_string(state)},
        {"codes", entry == nullptr ? std::vector<std::string>() : code_texts(entry->what)},
        {"meanings", entry == nullptr ? std::vector<std::string>() : entry->what.meanings},
        {"reason", entry == nullptr ? "" : plain_text(entry->reason)},
        {"link", listed ? lookup_link(list, sweeped.subjects[s]) : ""},
        {"severity", to_string(listed && entry != nullptr ? std::max(entry->what.severity, Severity::info)
                               : is_definite(state)       ? Severity::ok
                                                          : Severity::unknown)}};
    if (state == State::score && entry != nullptr) row["score"] = entry->what.score;
    return row;
}

// Row by row: a sweep of a hoster has millions.
void print_json(const Sweeped& sweeped) {
    std::cout << "{\"results\":[";
    bool first = true;
    for (std::size_t s = 0; s < sweeped.subjects.size(); ++s) {
        for (std::size_t l = 0; l < sweeped.lists.size(); ++l) {
            if (!sweeped.results.asked(l, s)) continue;
            std::cout << (first ? "\n" : ",\n") << json_text(result_row(sweeped, l, s));
            first = false;
        }
    }
    std::cout << "],\n\"lists\":[";
    for (std::size_t l = 0; l < sweeped.lists.size(); ++l) {
        const auto& health = sweeped.results.health[l];
        const Json row = {
            {"list", sweeped.lists[l].name}, {"health", to_string(health.health)}, {"detail", health.detail}};
        std::cout << (l == 0 ? "\n" : ",\n") << json_text(row);
    }
    const Json summary = {{"queries", sweeped.results.questions},
                          {"seconds", sweeped.seconds},
                          {"listed", sweeped.listed},
                          {"unknown", sweeped.unknown}};
    std::cout << "],\n\"summary\":" << json_text(summary) << "}\n";
}

void print_table(const Sweeped& sweeped) {
    Table entries({"SUBJECT", "LIST", "STATE", "ANSWER", "MEANING"});
    for (const auto& entry : sweeped.results.entries) {
        const List& list = sweeped.lists[entry.list];
        const auto state = entry.what.state;
        std::string meaning = joined(entry.what.meanings, "; ");
        if (state == State::score) {
            char text[32];
            std::snprintf(text, sizeof text, "%g", entry.what.score);
            meaning = std::string("score ") + text + (meaning.empty() ? "" : ": " + meaning);
        }
        if (!entry.reason.empty()) meaning += " (" + entry.reason + ")";
        entries.add({{sweeped.subjects[entry.subject].text},
                     {list.name},
                     {std::string(to_string(state)), colour_of(state)},
                     {joined(code_texts(entry.what), ", ")},
                     {meaning}});
    }
    if (!entries.empty()) std::cout << entries.to_string() << '\n';

    Table lists({"LIST", "HEALTH", "WHY"});
    for (std::size_t l = 0; l < sweeped.lists.size(); ++l)
        if (const auto& health = sweeped.results.health[l]; health.health != Health::usable)
            lists.add({{sweeped.lists[l].name},
                       {std::string(to_string(health.health)), Colour::yellow},
                       {health.detail}});
    if (!lists.empty()) std::cout << lists.to_string() << '\n';

    for (const auto& entry : sweeped.results.entries)
        if (const auto link = lookup_link(sweeped.lists[entry.list], sweeped.subjects[entry.subject]);
            entry.what.state == State::listed && !link.empty())
            std::cout << sweeped.subjects[entry.subject].text << " on " << sweeped.lists[entry.list].name
                      << ": " << plain_text(link) << '\n';

    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f", sweeped.seconds);
    std::cout << coloured(to_string(sweeped.verdict), reputed::colour_of(sweeped.verdict)) << ": "
              << sweeped.listed << " listings, " << sweeped.unknown << " answers unknown; "
              << sweeped.subjects.size() << " subjects on " << sweeped.lists.size() << " lists, "
              << sweeped.results.questions << " questions in " << seconds << " s\n";
}

std::vector<Subject> expanded(const std::vector<NamedSubject>& named) {
    std::vector<Subject> subjects;
    for (const auto& one : named) {
        if (!one.network) {
            subjects.push_back(Subject::of_domain(one.domain).value());
            continue;
        }
        for (std::uint64_t i = 0; i < one.network->size(); ++i)
            subjects.push_back(Subject::of(one.network->at(i).unmapped()));
    }
    return subjects;
}

}  // namespace

int dnsbl_command(const CommonOptions& common, const std::vector<std::string>& arguments,
                  std::vector<std::string> wanted) {
    auto settings = command_settings(common, false);
    if (!settings) return exit_config;
    const auto subjects = read_subjects(arguments);
    if (!subjects) return exit_usage;
    if (!wanted.empty()) {
        for (auto& name : wanted) {
            if (const auto fault = take_list_name(name); !fault.empty()) {
                print_error("--lists: " + fault);
                return exit_usage;
            }
        }
        settings->dnsbl.only = wanted;
        settings->dnsbl.include.clear();
        settings->dnsbl.exclude.clear();
    }
    const Runtime runtime = make_single_runtime(std::move(*settings));
    for (const auto& name : wanted) {
        for (const auto& skipped : runtime.lists->skipped) {
            if (skipped.name != name) continue;
            print_error(skipped.name + ": " + skipped.reason);
            return exit_usage;
        }
    }

    Sweeped sweeped{runtime.lists->lists, expanded(*subjects), Results(0, 0)};
    const auto begun = std::chrono::steady_clock::now();
    {
        ProgressBar bar("asking");
        SweepOptions options;
        options.seed = std::random_device{}();
        options.budget = runtime.budget.get();
        options.progress = [&](std::uint64_t done, std::uint64_t total) { bar.update(done, total); };
        sweeped.results = sweep(sweeped.lists, sweeped.subjects, *runtime.resolver, options);
    }
    sweeped.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    for (std::size_t i = 0; i < sweeped.lists.size(); ++i)
        if (sweeped.results.exhausted[i])
            print_error(sweeped.lists[i].name + " " + sweeped.results.health[i].detail +
                        "; give fewer subjects at a time, or write what was agreed on under [budgets]");
    sum_up(sweeped);
    if (common.format == Format::json)
        print_json(sweeped);
    else
        print_table(sweeped);
    return exit_code_of(sweeped.verdict);
}

}  // namespace reputed
