#include <algorithm>
#include <ctime>
#include <iostream>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/terminal.hpp"
#include "checks/mta/queue/queue_reader.hpp"
#include "checks/mta/reply/load_classifier.hpp"

namespace reputed {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json figures(const mta::QueueFigures& queue) {
    return {{"messages", or_null(queue.messages)},
            {"recipients", or_null(queue.recipients)},
            {"bytes", or_null(queue.bytes)},
            {"oldest_arrival", or_null(queue.oldest_arrival)}};
}

// Cumulative, as Prometheus has histograms: messages of at most so many seconds.
Json age_json(const mta::AgeHistogram& ages) {
    Json out = Json::object();
    for (std::size_t i = 0; i < mta::AgeHistogram::bounds.size(); ++i)
        out[std::to_string(mta::AgeHistogram::bounds[i])] = ages.up_to(i);
    out["+Inf"] = ages.all();
    return out;
}

Json to_json(const mta::QueueReport& report) {
    Json by_queue = Json::object();
    Json queues = Json::object();
    Json queue_ages = Json::object();
    for (const auto& [name, queue] : report.by_queue) {
        by_queue[plain_text(name)] = or_null(queue.messages);
        queues[plain_text(name)] = figures(queue);
        const auto found = report.ages.find(name);
        queue_ages[plain_text(name)] = found == report.ages.end() ? Json(nullptr) : age_json(found->second);
    }
    Json by_class = nullptr;
    Json by_provider = nullptr;
    if (report.waiting) {
        by_class = by_provider = Json::object();
        for (const auto& [key, count] : *report.waiting) {
            by_provider[key.first] = by_provider.value(key.first, std::uint64_t{0}) + count;
            by_class[key.second] = by_class.value(key.second, std::uint64_t{0}) + count;
        }
    }
    Json others = Json::array();
    for (const auto& other : report.others)
        others.push_back({{"mta", other.mta}, {"messages", or_null(other.messages)}});
    Json reasons = Json::array();
    for (const auto& reason : report.reasons)
        reasons.push_back({{"text", plain_text(reason.text)}, {"count", reason.count}});
    Json out = {{"mta", report.mta}};
    out.update(figures(report.total));
    out["by_queue"] = std::move(by_queue);
    out["frozen"] = or_null(report.frozen);
    out["reasons"] = std::move(reasons);
    out["by_class"] = std::move(by_class);
    out["by_provider"] = std::move(by_provider);
    out["ages"] = report.total_ages ? age_json(*report.total_ages) : Json(nullptr);
    out["queue_ages"] = std::move(queue_ages);
    out["queues"] = std::move(queues);
    out["source"] = report.source;
    out["estimated"] = report.estimated;
    out["note"] = plain_text(report.note);
    out["others"] = std::move(others);
    return out;
}

std::string number(const std::optional<std::uint64_t>& value) {
    return value ? std::to_string(*value) : "-";
}

std::string age(const std::optional<std::int64_t>& arrival, std::time_t now) {
    if (!arrival) return "-";
    const auto seconds = std::max<std::int64_t>(0, now - *arrival);
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 2 * 3600) return std::to_string(seconds / 60) + " min";
    if (seconds < 2 * 86'400) return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86'400) + " d";
}

void print_table(const mta::QueueReport& report, std::time_t now) {
    Table table({"QUEUE", "MESSAGES", "RECIPIENTS", "BYTES", "OLDEST"});
    const auto add = [&](const std::string& name, const mta::QueueFigures& queue) {
        table.add({{name},
                   {number(queue.messages)},
                   {number(queue.recipients)},
                   {number(queue.bytes)},
                   {age(queue.oldest_arrival, now)}});
    };
    for (const auto& [name, queue] : report.by_queue)
        add(name, queue);
    add("total", report.total);
    std::cout << report.mta << ", from the " << report.source
              << (report.estimated ? " (estimated from a sample)" : "") << '\n'
              << table.to_string();
    if (report.frozen) std::cout << *report.frozen << " frozen\n";
    if (!report.note.empty()) std::cout << plain_text(report.note) << '\n';
    for (const auto& other : report.others)
        std::cout << "also " << other.mta << ": "
                  << (other.messages ? std::to_string(*other.messages) + " messages" : "could not be read")
                  << "; see it with --mta " << other.mta << '\n';
    if (report.reasons.empty()) return;
    Table reasons({"RECIPIENTS", "REASON"});
    for (const auto& reason : report.reasons)
        reasons.add({{std::to_string(reason.count)}, {reason.text}});
    std::cout << '\n' << reasons.to_string();
}

}  // namespace

int queue_command(const CommonOptions& common, const QueueOptions& options) {
    const auto settings = command_settings(common, false);
    if (!settings) return exit_config;
    Problems problems;
    const auto classifier = mta::load_classifier(settings->mta, system_sources(), problems);
    if (!classifier) {
        for (const auto& problem : problems)
            print_error(problem.to_string());
        return exit_config;
    }
    mta::QueueQuery query{options.mta, options.path, options.input, std::time(nullptr), {}, &*classifier};
    const auto result = mta::read_queue(settings->mta, query);
    if (const auto* error = std::get_if<mta::QueueError>(&result)) {
        print_error(error->sentence());
        return exit_unknown;
    }
    const auto& report = std::get<mta::QueueReport>(result);
    if (common.format == Format::json)
        std::cout << json_text(to_json(report)) << '\n';
    else
        print_table(report, query.now);
    return exit_ok;
}

}  // namespace reputed
