#include "agent/log_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

#include "agent/terminal.hpp"
#include "config/utc.hpp"

namespace reputed {
namespace {

using mta::ClassCounts;
using mta::LogSummary;
using mta::StatusCounts;
using mta::total;

constexpr std::size_t shown_receivers = 10;
constexpr std::size_t shown_reasons = 10;
constexpr std::size_t shown_steps = 48;

Json status_json(const StatusCounts& counts) {
    Json out = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i)
        out[std::string(to_string(static_cast<mta::DeliveryStatus>(i)))] = counts[i];
    return out;
}

Json class_json(const ClassCounts& counts) {
    Json out = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0) out[std::string(to_string(static_cast<ReplyClass>(i)))] = counts[i];
    return out;
}

Json counts_json(const mta::BoundedCounts& counts) {
    Json out = Json::object();
    for (const auto& [text, count] : counts.counts())
        out[one_line(text, 255)] = count;
    return out;
}

Json number_or_null(double value) {
    return std::isnan(value) ? Json(nullptr) : Json(std::round(value * 100) / 100);
}

// A delay of a log has hundredths at most; a float carries six digits.
Json delay_json(float seconds) {
    return std::isnan(seconds) ? Json(nullptr) : Json(std::round(static_cast<double>(seconds) * 1000) / 1000);
}

Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(one_line(text));
}

std::vector<mta::ProviderId> providers_by_attempts(const LogSummary& summary) {
    std::vector<mta::ProviderId> ids;
    for (std::size_t i = 0; i < summary.by_provider.size(); ++i)
        if (total(summary.by_provider[i].status) > 0) ids.push_back(static_cast<mta::ProviderId>(i));
    std::stable_sort(ids.begin(), ids.end(), [&](mta::ProviderId a, mta::ProviderId b) {
        return total(summary.by_provider[a].status) > total(summary.by_provider[b].status);
    });
    return ids;
}

Json providers_json(const LogReport& report) {
    Json out = Json::object();
    for (const auto id : providers_by_attempts(report.summary)) {
        const auto& provider = report.summary.by_provider[id];
        out[std::string(report.classifier.provider_name(id))] = {
            {"status", status_json(provider.status)},
            {"by_class", class_json(provider.classes)},
            {"delay_median", number_or_null(provider.delays.quantile(0.5))},
            {"delay_p95", number_or_null(provider.delays.quantile(0.95))}};
    }
    return out;
}

Json time_json(std::int64_t seconds) {
    return seconds == 0 ? Json(nullptr) : Json(seconds);
}

std::string minute_text(std::int64_t seconds) {
    return utc_text(seconds, "%Y-%m-%d %H:%M");
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%",
                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
    return text;
}

std::string seconds_text(double seconds) {
    if (std::isnan(seconds)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    return text;
}

std::uint64_t of(const StatusCounts& counts, mta::DeliveryStatus status) {
    return counts[static_cast<std::size_t>(status)];
}

std::string totals_text(const LogReport& report) {
    const auto& summary = report.summary;
    const auto attempts = total(summary.status);
    const auto status = [&](mta::DeliveryStatus one) { return std::to_string(of(summary.status, one)); };
    const auto bounced =
        of(summary.status, mta::DeliveryStatus::bounced) + of(summary.status, mta::DeliveryStatus::expired);
    Table table({"TOTAL", "SENT", "DEFERRED", "BOUNCED", "EXPIRED", "ERROR RATE", "LOCAL", "REJECTED BY US"});
    table.add({{std::to_string(attempts)},
               {status(mta::DeliveryStatus::sent), Colour::green},
               {status(mta::DeliveryStatus::deferred)},
               {status(mta::DeliveryStatus::bounced)},
               {status(mta::DeliveryStatus::expired)},
               {share_text(bounced, attempts),
                attempts > 0 && bounced * 100 > attempts * 3 ? Colour::red : Colour::none},
               {std::to_string(total(summary.local))},
               {std::to_string(summary.rejected)}});
    return table.to_string();
}

std::string providers_text(const LogReport& report) {
    Table table({"PROVIDER", "ATTEMPTS", "SENT", "DEFERRED", "BOUNCED", "MEDIAN DELAY", "REFUSED FOR"});
    for (const auto id : providers_by_attempts(report.summary)) {
        const auto& provider = report.summary.by_provider[id];
        std::vector<std::size_t> classes;
        for (std::size_t i = 0; i < provider.classes.size(); ++i)
            if (provider.classes[i] > 0 && static_cast<ReplyClass>(i) != ReplyClass::delivered)
                classes.push_back(i);
        std::stable_sort(classes.begin(), classes.end(),
                         [&](auto a, auto b) { return provider.classes[a] > provider.classes[b]; });
        std::string why;
        for (const auto one : classes)
            why += (why.empty() ? "" : ", ") + std::string(to_string(static_cast<ReplyClass>(one))) + " " +
                   std::to_string(provider.classes[one]);
        table.add({{std::string(report.classifier.provider_title(id))},
                   {std::to_string(total(provider.status))},
                   {std::to_string(of(provider.status, mta::DeliveryStatus::sent))},
                   {std::to_string(of(provider.status, mta::DeliveryStatus::deferred))},
                   {std::to_string(of(provider.status, mta::DeliveryStatus::bounced) +
                                   of(provider.status, mta::DeliveryStatus::expired))},
                   {seconds_text(provider.delays.quantile(0.5))},
                   {why.empty() ? "-" : why}});
    }
    return table.empty() ? "" : table.to_string();
}

std::string receivers_text(const LogReport& report) {
    Table table({"WORST RECEIVERS", "FAILED", "OF"});
    for (const auto& receiver : report.summary.worst_receivers(shown_receivers))
        table.add({{receiver.domain},
                   {std::to_string(receiver.failures())},
                   {std::to_string(total(receiver.status))}});
    return table.empty() ? "" : table.to_string();
}

std::string reasons_text(const LogReport& report) {
    Table table({"COUNT", "REASON"});
    auto reasons = report.summary.reasons();
    if (reasons.size() > shown_reasons) reasons.resize(shown_reasons);
    for (const auto& reason : reasons)
        table.add({{std::to_string(reason.count)}, {reason.text}});
    return table.empty() ? "" : table.to_string();
}

std::string lists_text(const LogReport& report) {
    Table table({"LIST THAT RECEIVERS NAME", "REFUSALS"});
    for (const auto& [name, count] : report.summary.lists.counts())
        table.add({{name}, {std::to_string(count)}});
    return table.empty() ? "" : table.to_string();
}

// At most shown_steps rows: so many hours, else days or more.
std::string timeline_text(const LogReport& report) {
    const auto& summary = report.summary;
    if (summary.timeline.size() < 2) return "";
    auto step = summary.timeline_step;
    const auto span = summary.timeline.rbegin()->first - summary.timeline.begin()->first;
    while (span / step >= static_cast<std::int64_t>(shown_steps))
        step *= step == 3600 ? 24 : 2;
    std::map<std::int64_t, LogSummary::Hour> steps;
    for (const auto& [time, hour] : summary.timeline) {
        auto& into = steps[time - ((time % step) + step) % step];
        for (std::size_t i = 0; i < hour.status.size(); ++i)
            into.status[i] += hour.status[i];
    }
    std::uint64_t most = 1;
    for (const auto& [time, hour] : steps)
        most = std::max(most, total(hour.status));
    Table table({"FROM (UTC)", "ATTEMPTS", "FAILED", ""});
    for (const auto& [time, hour] : steps) {
        const auto attempts = total(hour.status);
        const auto failed = attempts - of(hour.status, mta::DeliveryStatus::sent);
        constexpr std::uint64_t width = 40;
        const auto bad = (failed * width + most - 1) / most;
        const auto good = (attempts - failed) * width / most;
        table.add({{minute_text(time)},
                   {std::to_string(attempts)},
                   {std::to_string(failed), failed * 10 > attempts ? Colour::red : Colour::none},
                   {std::string(good, '=') + std::string(bad, '!')}});
    }
    return table.to_string();
}

std::string lines_text(const LogReport& report) {
    std::string text = std::to_string(report.lines.lines) + " lines";
    if (report.mta.empty()) return text + ", none of them of an MTA's log that is known";
    text += " of " + std::string(report.mta);
    if (report.lines.foreign > 0) text += ", " + std::to_string(report.lines.foreign) + " of other programs";
    if (report.summary.first != 0)
        text += ", events from " + minute_text(report.summary.first) + " to " +
                minute_text(report.summary.last) + " UTC";
    for (const auto& [program, count] : report.lines.unknown.counts())
        text += "\n" + std::to_string(count) + " lines of " + one_line(program, 64) + " were not understood";
    return text;
}

}  // namespace

Json to_json(const LogReport& report) {
    const auto& summary = report.summary;
    Json by_provider = Json::object();
    for (const auto id : providers_by_attempts(summary))
        by_provider[std::string(report.classifier.provider_name(id))] = total(summary.by_provider[id].status);
    Json out = {{"mta", text_or_null(report.mta)},
                {"lines", report.lines.lines},
                {"status", status_json(summary.status)},
                {"by_class", class_json(summary.by_class)},
                {"by_provider", std::move(by_provider)},
                {"dsn", counts_json(summary.dsn)},
                {"lists", counts_json(summary.lists)},
                {"rejected", summary.rejected},
                {"hard_by_class", class_json(summary.hard_by_class)},
                {"local", status_json(summary.local)},
                {"providers", providers_json(report)},
                {"sources", counts_json(summary.sources)},
                {"tls", {{"yes", summary.tls[2]}, {"no", summary.tls[1]}, {"unknown", summary.tls[0]}}}};
    Json receivers = Json::array();
    for (const auto& receiver : summary.worst_receivers(20))
        receivers.push_back(
            {{"domain", one_line(receiver.domain)}, {"status", status_json(receiver.status)}});
    out["receivers"] = std::move(receivers);
    Json reasons = Json::array();
    for (const auto& reason : summary.reasons())
        reasons.push_back({{"text", one_line(reason.text)}, {"count", reason.count}});
    out["reasons"] = std::move(reasons);
    Json timeline = Json::array();
    for (const auto& [time, hour] : summary.timeline)
        timeline.push_back(
            {{"from", time}, {"status", status_json(hour.status)}, {"rejected", hour.rejected}});
    out["timeline"] = std::move(timeline);
    out["first"] = time_json(summary.first);
    out["last"] = time_json(summary.last);
    out["foreign_lines"] = report.lines.foreign;
    out["cut_lines"] = report.lines.cut;
    out["unknown_lines"] = counts_json(report.lines.unknown);
    return out;
}

std::string to_text(const LogReport& report) {
    std::string text = lines_text(report) + "\n\n" + totals_text(report);
    for (const auto& part : {providers_text(report), lists_text(report), reasons_text(report),
                             receivers_text(report), timeline_text(report)})
        if (!part.empty()) text += '\n' + part;
    return text;
}

Json to_json(const mta::Attempt& attempt, const mta::Classifier& classifier) {
    const auto& event = attempt.event;
    Json delays = Json::array();
    for (const auto part : event.delays)
        delays.push_back(delay_json(part));
    Json tls = nullptr;
    if (event.tls != mta::DeliveryEvent::Tls::unknown) tls = event.tls == mta::DeliveryEvent::Tls::yes;
    return {{"time", event.time},
            {"queue_id", text_or_null(event.queue_id)},
            {"status", std::string(to_string(event.status))},
            {"dsn", text_or_null(attempt.what.dsn)},
            {"relay", text_or_null(event.relay_host.empty() ? event.relay_ip : event.relay_host)},
            {"relay_ip", text_or_null(event.relay_ip)},
            {"provider", std::string(classifier.provider_name(attempt.provider))},
            {"class", std::string(to_string(attempt.what.reply_class))},
            {"hard", attempt.what.hard},
            {"list", text_or_null(attempt.what.list)},
            {"source_ip", text_or_null(event.source_ip)},
            {"delay", delay_json(event.delay)},
            {"delays", std::move(delays)},
            {"tls", std::move(tls)},
            {"recipients", event.recipients},
            {"local", event.local},
            {"reply", text_or_null(event.reply)}};
}

}  // namespace reputed
