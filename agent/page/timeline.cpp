#include "agent/page/timeline.hpp"

#include <algorithm>
#include <array>

#include "agent/history_options.hpp"
#include "agent/html.hpp"
#include "config/utc.hpp"

namespace reputed::page {
namespace {

constexpr std::size_t most_named = 4;  // happenings of one day
constexpr std::size_t most_happenings = 100;

std::string date(DayNumber day) {
    return utc_text(day * 86'400, "%Y-%m-%d");
}

Happening of(const OpenFinding& open, WallTime now) {
    const auto& finding = open.finding;
    return {finding.severity,
            finding.code,
            finding.subject,
            finding.object,
            finding.message,
            open.since,
            now,
            true,
            true};
}

Happening of(const EpisodeOutline& episode, WallTime now) {
    const bool open = episode.end == Episode::End::open;
    const bool known = episode.end != Episode::End::unknown;
    return {episode.severity,
            episode.code,
            episode.subject,
            episode.object,
            episode.message,
            episode.opened,
            open ? now : (known ? episode.cleared : episode.opened),
            open,
            known};
}

bool same(const Happening& a, const Happening& b) {
    return a.code == b.code && a.subject == b.subject && a.object == b.object;
}

// What is open now is told by the snapshot; of the store's word about it only the worse severity counts.
void add_past(std::vector<Happening>& out, const std::vector<const EpisodeOutline*>& episodes, WallTime now) {
    const auto now_open = out.size();
    for (const auto* episode : episodes) {
        auto past = of(*episode, now);
        const auto open_end = out.begin() + static_cast<std::ptrdiff_t>(now_open);
        const auto open = past.open ? std::find_if(out.begin(), open_end,
                                                   [&](const Happening& one) { return same(one, past); })
                                    : open_end;
        if (open != open_end) {
            open->severity = std::max(open->severity, past.severity);
            open->opened = std::min(open->opened, past.opened);
            continue;
        }
        // Its end is on the way to the store.
        if (past.open) past.open = past.known = false;
        out.push_back(past);
    }
}

std::string words_of(const Happening& one, std::string_view own) {
    std::string words = std::string(to_string(one.severity)) + ": " + std::string(one.code);
    for (const auto party : {one.subject, one.object})
        if (!party.empty() && party != own) words += " " + std::string(party.substr(0, longest_name));
    return words;
}

// The worst ones, each once; the rest counted.
std::string words_of(const std::vector<const Happening*>& happenings, std::string_view own) {
    std::vector<std::string> words;
    std::size_t taken = 0;
    for (const auto* one : happenings) {
        if (words.size() == most_named) break;
        ++taken;
        auto text = words_of(*one, own);
        if (std::find(words.begin(), words.end(), text) == words.end()) words.push_back(std::move(text));
    }
    std::string out;
    for (const auto& text : words)
        out += (out.empty() ? "" : "; ") + text;
    if (taken < happenings.size()) out += "; " + std::to_string(happenings.size() - taken) + " more";
    return out;
}

std::string summary(const std::vector<Day>& days) {
    std::array<std::size_t, std::size(severity_names)> counts{};
    std::size_t unwatched = 0;
    for (const auto& day : days)
        ++(day.watched ? counts[static_cast<std::size_t>(day.worst)] : unwatched);
    std::string out;
    const auto add = [&out](std::size_t n, std::string_view what) {
        if (n > 0) out += (out.empty() ? "" : ", ") + count(n, "day", "days") + " " + std::string(what);
    };
    for (const auto severity : {Severity::critical, Severity::warning, Severity::unknown, Severity::info})
        add(counts[static_cast<std::size_t>(severity)], to_string(severity));
    add(counts[0], "without a finding");
    add(unwatched, "not watched");
    return out;
}

const char* css_of(const Day& day) {
    return day.watched ? to_string(day.worst).data() : "none";  // ends in NUL: a literal
}

// The graver, the higher: colour is not all that tells them apart.
int height_of(const Day& day) {
    if (!day.watched) return 4;
    switch (day.worst) {
        case Severity::ok:
            return 10;
        case Severity::info:
            return 16;
        case Severity::unknown:
            return 22;
        case Severity::warning:
            return 30;
        case Severity::critical:
            return 40;
    }
    return 4;
}

std::string happening_table(const View& view, const std::vector<Happening>& happenings,
                            std::string_view own) {
    if (happenings.empty()) return "";
    const std::array<std::string_view, 5> headers = {"Worst", "What", "From", "Until", "For"};
    std::string out = table_begin("What was found", headers);
    const auto shown = std::min(happenings.size(), most_happenings);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& one = happenings[i];
        out += "<tr><td>" + badge(one.severity) + "</td><td>" + code_link(one.code);
        for (const auto party : {one.subject, one.object})
            if (!party.empty() && party != own) out += " " + view.names.link(party);
        const auto length = std::chrono::duration_cast<std::chrono::seconds>(one.ended - one.opened);
        out += "<br><span class=\"small\">" + html::text(one.message, 300) + "</span></td><td>" +
               time(one.opened) + "</td><td>" +
               (one.open    ? "open now"
                : one.known ? time(one.ended)
                            : "not known") +
               "</td><td>" + (one.known ? human_duration(std::max(length, std::chrono::seconds(0))) : "") +
               "</td></tr>\n";
    }
    out += table_end();
    if (shown < happenings.size())
        out += "<p>" + std::to_string(happenings.size() - shown) +
               " earlier ones not shown; `reputed history` "
               "has them.</p>\n";
    return out;
}

}  // namespace

std::string history_remark(const View& view) {
    if (view.chronicle == nullptr)
        return view.snapshot.store && view.snapshot.store->on_disk
                   ? "<p class=\"small\">The history is still being read: load the page again.</p>\n"
                   : "<p class=\"small\">No history is kept on disk: only what is open now is known.</p>\n";
    if (!view.chronicle->problem.empty())
        return "<p>" + badge(Severity::unknown, "not known") + " " + html::text(view.chronicle->problem) +
               "</p>\n";
    if (view.chronicle->cut_before())
        return "<p class=\"small\">Too much happened to be shown: of the time before " +
               time(*view.chronicle->cut_before()) + " something may be missing.</p>\n";
    return "";
}

bool hides_all(std::string_view code) {
    return code == "dns.resolver_silent";
}

std::vector<Happening> happenings_about(const View& view, std::string_view name) {
    const auto now = view.snapshot.made;
    std::vector<Happening> out;
    for (const auto& open : view.snapshot.findings)
        if (open.finding.subject == name || open.finding.object == name) out.push_back(of(open, now));
    if (view.chronicle != nullptr) add_past(out, view.chronicle->about(name), now);
    std::stable_sort(out.begin(), out.end(),
                     [](const Happening& a, const Happening& b) { return a.opened > b.opened; });
    return out;
}

std::vector<Day> days_of(const View& view, const std::vector<Happening>& happenings,
                         const std::function<Watch(DayNumber)>& watch, std::string_view own) {
    const auto today = day_of(view.snapshot.made);
    const auto first = today - days_shown + 1;
    std::vector<Day> days(static_cast<std::size_t>(days_shown));
    std::vector<std::vector<const Happening*>> found(days.size());
    for (const auto& one : happenings) {
        const auto from = std::max(day_of(one.opened), first);
        const auto until = std::min(day_of(one.ended), today);
        for (auto day = from; day <= until; ++day)
            found[static_cast<std::size_t>(day - first)].push_back(&one);
    }
    for (std::size_t i = 0; i < days.size(); ++i) {
        auto& day = days[i];
        day.day = first + static_cast<DayNumber>(i);
        const auto watched = watch(day.day);
        auto& here = found[i];
        std::stable_sort(here.begin(), here.end(),
                         [](const auto* a, const auto* b) { return a->severity > b->severity; });
        day.watched = watched == Watch::yes || !here.empty();
        day.worst = here.empty() ? Severity::ok : here.front()->severity;
        day.words = words_of(here, own);
        const bool cut = view.chronicle != nullptr && view.chronicle->cut_before() &&
                         day.day <= day_of(*view.chronicle->cut_before());
        if (here.empty() && cut) day.watched = false;
        if (here.empty())
            day.words = watched == Watch::yes      ? (cut ? "not known" : "nothing found")
                        : watched == Watch::partly ? "not all of it watched; nothing found in what was"
                                                   : "not watched";
        else if (watched == Watch::no)
            day.words += "; not watched on that day";
    }
    return days;
}

std::string day_strip(const std::vector<Day>& days, std::string_view label) {
    const auto sum = summary(days);
    std::string out =
        "<svg class=\"days\" viewBox=\"0 0 900 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" +
        html::text(label, longest_name) + ", " + date(days.front().day) + " to " + date(days.back().day) +
        ": " + sum + "\">";
    for (std::size_t i = 0; i < days.size(); ++i) {
        const int height = height_of(days[i]);
        out += std::string("<rect class=\"") + css_of(days[i]) + "\" x=\"" + std::to_string(i * 10) +
               "\" y=\"" + std::to_string(40 - height) + "\" width=\"8\" height=\"" + std::to_string(height) +
               "\"><title>" + date(days[i].day) + " " + html::text(days[i].words, 1000) + "</title></rect>";
    }
    return out + "</svg>\n<p class=\"small\">" + sum + ".</p>\n";
}

std::string timeline_section(const View& view, std::string_view name,
                             const std::function<Watch(DayNumber)>& watch) {
    auto shown = happenings_about(view, name);
    // Not its own, but nothing could be told of it meanwhile.
    for (const auto& open : view.snapshot.findings)
        if (hides_all(open.finding.code)) shown.push_back(of(open, view.snapshot.made));
    if (view.chronicle != nullptr)
        for (const auto& episode : view.chronicle->episodes())
            if (hides_all(episode.code)) shown.push_back(of(episode, view.snapshot.made));
    const auto days = days_of(view, shown, watch, name);
    std::string rows;
    for (auto day = days.rbegin(); day != days.rend(); ++day)
        if (day->watched && day->worst > Severity::ok)
            rows += "<tr><th scope=\"row\">" + date(day->day) + "</th><td>" + badge(day->worst) +
                    "</td><td>" + html::text(day->words, 1000) + "</td></tr>\n";
    std::string out = day_strip(days, name) + history_remark(view);
    if (!rows.empty()) {
        const std::array<std::string_view, 3> headers = {"Day (UTC)", "Worst", "What"};
        out += "<details><summary>Day by day</summary>\n" + table_begin("Day by day", headers) + rows +
               table_end() + "</details>\n";
    }
    return section("days", "The last 90 days", out);
}

std::string past_section(const View& view, std::string_view name) {
    return section("past", "What was found", happening_table(view, happenings_about(view, name), name));
}

}  // namespace reputed::page
