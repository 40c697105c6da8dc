#include <charconv>
#include <cstdio>
#include <ctime>
#include <iostream>

#include "agent/command_support.hpp"
#include "agent/csv.hpp"
#include "agent/exit_codes.hpp"
#include "agent/history.hpp"
#include "agent/history_json.hpp"
#include "agent/history_options.hpp"
#include "agent/store_files.hpp"
#include "agent/terminal.hpp"
#include "config/utc.hpp"

namespace reputed {
namespace {

std::string time_cell(WallTime time) {
    auto text = rfc3339(time).substr(0, 16);
    text[10] = ' ';
    return text;
}

std::string cleared_cell(const Episode& episode) {
    switch (episode.end) {
        case Episode::End::open:
            return "open";
        case Episode::End::cleared:
            return time_cell(episode.cleared);
        case Episode::End::unknown:
            return "not known";
    }
    return "";
}

std::string code_cell(const Finding& finding) {
    return finding.code + (finding.drill ? " (drill)" : "");
}

Table table_of(const std::vector<Episode>& episodes, WallTime now) {
    Table table({"OPENED (UTC)", "CLEARED", "LASTED", "SEVERITY", "CODE", "SUBJECT", "OBJECT"});
    for (const auto& episode : episodes) {
        const bool open = episode.end == Episode::End::open;
        const auto duration = episode.duration(now);
        const auto severity = episode.finding.severity;
        table.add({{time_cell(episode.opened)},
                   {cleared_cell(episode), open ? colour_of(severity) : Colour::none},
                   {duration ? human_duration(*duration) : "-"},
                   {std::string(to_string(severity)), colour_of(severity)},
                   {code_cell(episode.finding)},
                   {episode.finding.subject},
                   {episode.finding.object}});
    }
    return table;
}

Table table_of(const std::vector<Transition>& transitions, WallTime /*now*/) {
    Table table({"TIME (UTC)", "WHAT", "SEVERITY", "CODE", "SUBJECT", "OBJECT", "NOTE"});
    for (const auto& transition : transitions) {
        const auto severity = transition.finding.severity;
        table.add({{time_cell(transition.time)},
                   {std::string(to_string(transition.kind))},
                   {std::string(to_string(severity)), colour_of(severity)},
                   {code_cell(transition.finding)},
                   {transition.finding.subject},
                   {transition.finding.object},
                   {transition.note}});
    }
    return table;
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : " ") + name;
    return out;
}

std::string csv_of(const std::vector<Episode>& episodes, WallTime now) {
    std::string out = csv_row({"id", "opened", "cleared", "open", "seconds", "severity", "check", "code",
                               "subject", "object", "drill", "senders", "message", "evidence", "note"});
    for (const auto& one : episodes) {
        const auto duration = one.duration(now);
        const auto& finding = one.finding;
        out += csv_row({std::to_string(one.id), rfc3339(one.opened),
                        one.end == Episode::End::cleared ? rfc3339(one.cleared) : "",
                        one.end == Episode::End::open ? "1" : "0",
                        duration ? std::to_string(duration->count()) : "",
                        std::string(to_string(finding.severity)), one.check, finding.code, finding.subject,
                        finding.object, finding.drill ? "1" : "0", joined(one.senders), finding.message,
                        finding.evidence, one.note});
    }
    return out;
}

std::string csv_of(const std::vector<Transition>& transitions, WallTime /*now*/) {
    std::string out =
        csv_row({"id", "episode", "time", "kind", "severity", "before", "check", "code", "subject", "object",
                 "drill", "silent", "senders", "message", "evidence", "note"});
    for (const auto& one : transitions) {
        const auto& finding = one.finding;
        out += csv_row({std::to_string(one.id), std::to_string(one.episode), rfc3339(one.time),
                        std::string(to_string(one.kind)), std::string(to_string(finding.severity)),
                        std::string(to_string(one.before)), one.check, finding.code, finding.subject,
                        finding.object, finding.drill ? "1" : "0", one.silent ? "1" : "0",
                        joined(one.senders), finding.message, finding.evidence, one.note});
    }
    return out;
}

Json json_of(const Episode& episode, WallTime now) {
    return episode_json(episode, now);
}
Json json_of(const Transition& transition, WallTime /*now*/) {
    return transition_json(transition);
}

// `name` is the key in JSON and the word for none of them.
template <class Row>
void print(std::vector<Row> rows, const std::string& name, Format format, std::size_t limit, WallTime now) {
    const bool more = rows.size() > limit;
    if (more) rows.pop_back();
    if (format == Format::csv) {
        std::cout << csv_of(rows, now);
    } else if (format == Format::json) {
        Json all = Json::array();
        for (const auto& row : rows)
            all.push_back(json_of(row, now));
        const Json next = more ? Json(rows.back().id) : Json();
        std::cout << json_text({{name, std::move(all)}, {"next", next}}) << '\n';
        return;
    } else if (rows.empty()) {
        std::cout << "Nothing in the history matches.\n";
    } else {
        std::cout << table_of(rows, now).to_string();
    }
    if (!more) return;
    (format == Format::csv ? std::cerr : std::cout)
        << "There is more: --before " << rows.back().id << " goes on, --limit shows more at once.\n";
}

}  // namespace

int history_command(const CommonOptions& common, const HistoryOptions& options) {
    const WallTime now = std::chrono::system_clock::now();
    std::string problem;
    auto query = history_query(options, now, problem);
    if (!query) {
        print_error(problem);
        return exit_usage;
    }
    std::string path = options.store;
    if (path.empty()) {
        const auto settings = command_settings(common, false);
        if (!settings) return exit_config;
        path = readable_store_path(settings->store);
    }
    try {
        History history(path);
        const auto limit = query->limit;
        ++query->limit;  // one more tells whether there is more
        if (options.transitions)
            print(history.transitions(*query), "transitions", common.format, limit, now);
        else
            print(history.episodes(*query), "episodes", common.format, limit, now);
    } catch (const StoreError& error) {
        print_error(error.what());
        return exit_unavailable;
    }
    return exit_ok;
}

}  // namespace reputed
