#include <array>
#include <cstdio>

#include "agent/page/chart.hpp"
#include "agent/page/parts.hpp"
#include "config/utc.hpp"

// The MTA's queues now, and how they and the deliveries went in the last 24 hours.
namespace reputed::page {
namespace {

std::string size_text(double bytes) {
    constexpr std::array<const char*, 5> units = {" B", " KiB", " MiB", " GiB", " TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < units.size(); ++unit)
        bytes /= 1024;
    char text[32];
    std::snprintf(text, sizeof text, unit == 0 || bytes >= 100 ? "%.0f" : "%.1f", bytes);
    return std::string(text) + units[unit];
}

std::string whole(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f", value);
    return text;
}

std::string day_charts(const View& view) {
    if (view.course == nullptr) return "";
    std::string out;
    for (const auto& [mta, steps] : view.course->steps_until(view.snapshot.made)) {
        Chart queue{
            "Messages in the queue of " + mta + ", last 24 hours", "message", "messages", {{"info", ""}}, {}};
        Chart sent{"Recipients by " + mta + ", last 24 hours",
                   "recipient",
                   "recipients",
                   {{"ok", "accepted"}, {"warning", "deferred"}, {"critical", "refused or given up"}},
                   {}};
        const auto first =
            std::chrono::floor<std::chrono::seconds>(view.snapshot.made).time_since_epoch().count() /
                DayCourse::step -
            static_cast<std::int64_t>(DayCourse::steps) + 1;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto when =
                utc_text((first + static_cast<std::int64_t>(i)) * DayCourse::step, "%d %b %H:%M UTC");
            auto& queued = queue.columns.emplace_back();
            queued.when = when;
            if (steps[i].queued) queued.values = std::vector<double>{*steps[i].queued};
            auto& counted = sent.columns.emplace_back();
            counted.when = when;
            if (steps[i].counted)
                counted.values = std::vector<double>{steps[i].accepted, steps[i].deferred, steps[i].failed};
        }
        out += "<h3>" + name(mta) + ": queue of the last 24 hours</h3>\n" + chart_html(queue) + "<h3>" +
               name(mta) + ": deliveries of the last 24 hours</h3>\n" + chart_html(sent);
    }
    return out;
}

}  // namespace

std::string queues_section(const View& view, const Facts& facts) {
    if (facts.queues.empty() && facts.queue_verdicts.empty()) return "";
    std::string out = "<section aria-labelledby=\"queues\">\n<h2 id=\"queues\">Mail queue</h2>\n";
    for (const auto& [mta, verdict] : facts.queue_verdicts)
        out += "<p>" + name(mta) + ": " + badge(verdict) + "</p>\n";
    if (!facts.queues.empty()) {
        const std::array<std::string_view, 5> headers = {"MTA", "Queue", "Messages", "Size",
                                                         "Oldest arrival"};
        out += table_begin("Mail queue", headers);
        for (const auto& [key, queue] : facts.queues)
            out += "<tr><th scope=\"row\">" + name(key.first) + "</th><td>" + name(key.second) +
                   "</td><td class=\"number\">" + whole(queue.messages) + "</td><td class=\"number\">" +
                   size_text(queue.bytes) + "</td><td>" +
                   (queue.oldest_arrival == 0 ? "" : time(queue.oldest_arrival)) + "</td></tr>\n";
        out += table_end();
    }
    return out + day_charts(view) + "</section>\n";
}

}  // namespace reputed::page
