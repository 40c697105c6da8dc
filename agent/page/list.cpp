#include <algorithm>
#include <array>
#include <cstdio>

#include "agent/history_options.hpp"
#include "agent/html.hpp"
#include "agent/page/subject.hpp"
#include "agent/page/timeline.hpp"

// All about one list: what it is, how it does, and what it says of us.
namespace reputed::page {
namespace {

std::string row(std::string_view what, const std::string& html) {
    return html.empty() ? "" : "<dt>" + std::string(what) + "</dt><dd>" + html + "</dd>\n";
}

std::string limits_of(const List& list) {
    std::string out;
    if (list.queries_per_day > 0) out += std::to_string(list.queries_per_day) + " questions a day";
    if (list.queries_per_second > 0) {
        char text[32];
        std::snprintf(text, sizeof text, "%g a second", list.queries_per_second);
        out += (out.empty() ? "" : ", ") + std::string(text);
    }
    return out.empty() ? "none known" : out;
}

std::string families_of(const List& list) {
    if (is_domain_list(list.kind)) return "names";
    return list.ipv4 && list.ipv6 ? "IPv4 and IPv6" : list.ipv4 ? "IPv4" : "IPv6";
}

std::string facts_section(const List& list) {
    return section(
        "list", "What it is",
        "<dl class=\"facts\">\n" + row("Operator", name(list.operator_name)) +
            row("Website", list.website.empty() ? "" : html::link(list.website)) +
            row("Kind", std::string(to_string(list.kind))) + row("Asked about", families_of(list)) +
            row("Speaks of", std::string(to_string(list.scope))) +
            row("Weight", std::to_string(list.weight) + (list.weight == 0 ? ": never alarms" : " of 100")) +
            row("Access", std::string(to_string(list.access))) + row("The operator allows", limits_of(list)) +
            row("Asked at most every", human_duration(list.interval_floor)) +
            row("State in the catalogue", std::string(to_string(list.status))) +
            row("All of it is in", list.subset_of.empty() ? "" : list_link(list.subset_of)) +
            row("Note", html::text(list.note, 1000)) + "</dl>\n");
}

std::string codes_section(const List& list) {
    if (list.codes.empty() && list.errors.empty()) return "";
    const std::array<std::string_view, 3> headers = {"Answer", "Means", "Severity"};
    std::string out = table_begin("What its answers mean", headers);
    for (const auto& code : list.codes)
        out += "<tr><th scope=\"row\">" + name(code.pattern.to_string()) + "</th><td>" + name(code.meaning) +
               "</td><td>" + badge(code.severity) + "</td></tr>\n";
    for (const auto& error : list.errors)
        out += "<tr><th scope=\"row\">" + name(error.pattern.to_string()) + "</th><td>" +
               name(error.meaning) + "</td><td>" + badge(Severity::unknown, "refuses to tell") +
               "</td></tr>\n";
    return section("codes", "What its answers mean", out + table_end());
}

std::string targets_section(const View& view, const List& list) {
    const auto words = words_of(view.snapshot, list);
    std::string rows;
    std::size_t good = 0;
    std::size_t shown = 0;
    std::size_t left_out = 0;
    const auto add = [&](const TargetWord& word) {
        const auto* finding = [&]() -> const OpenFinding* {
            for (const auto& open : view.snapshot.findings)
                if (open.finding.object == list.name && open.finding.subject == word.target) return &open;
            return nullptr;
        }();
        const auto where = finding != nullptr && !finding->finding.link.empty()
                               ? finding->finding.link
                               : lookup_of(list, word.target);
        rows += "<tr><th scope=\"row\">" + view.names.link(word.target, true) + "</th>" +
                cell_html(word.cell, true) + "<td>" + (finding == nullptr ? "" : time(finding->since)) +
                "</td><td>" + time(word.cell.answered) + "</td><td>" +
                (finding == nullptr || finding->finding.evidence.empty()
                     ? ""
                     : "<pre>" + html::text(finding->finding.evidence, 1000) + "</pre>") +
                "</td><td>" + (where.empty() ? "" : html::link(where, "look up")) + "</td></tr>\n";
    };
    const bool only_the_bad = words.size() > most_targets;
    for (const bool listed : {true, false})
        for (const auto& word : words) {
            if ((word.cell.state == CellState::listed) != listed) continue;
            if (only_the_bad && word.cell.is_good())
                ++good;
            else if (shown >= most_targets)
                ++left_out;
            else {
                ++shown;
                add(word);
            }
        }
    if (words.empty()) return "";
    const std::array<std::string_view, 6> headers = {is_domain_list(list.kind) ? "Domain" : "Address",
                                                     "State",
                                                     "Since",
                                                     "Last answer",
                                                     "What it answered",
                                                     "There"};
    std::string out = rows.empty() ? ""
                                   : "<div class=\"answers\">" + table_begin("What it says of us", headers) +
                                         rows + table_end() + "</div>\n";
    if (good > 0) out += "<p>" + std::to_string(good) + " fine and not shown.</p>\n";
    if (left_out > 0)
        out += "<p>" + badge(Severity::warning, "more") + " " + std::to_string(left_out) +
               " that are listed or not known not shown.</p>\n";
    return section("targets", "What it says of us", out);
}

std::string why_not_asked(const Snapshot& snapshot, std::string_view list) {
    if (snapshot.lists)
        for (const auto& skipped : snapshot.lists->skipped)
            if (skipped.name == list) return name(skipped.reason);
    return "";
}

std::string rounds_of(const Snapshot& snapshot, const List& list) {
    const auto* job = find_job(snapshot, "dnsbl", list.name);
    if (job == nullptr || job->runs == 0) return "<p>Not asked yet.</p>\n";
    return "<p>Last asked " + time(job->last_run) + ", next " + time(job->next_run) + ".</p>\n";
}

Answer unasked_page(const View& view, const List& list) {
    const auto why = why_not_asked(view.snapshot, list.name);
    return {200, document(view.snapshot, {name(list.name), Severity::info, breakable(list.name),
                                          "<p>" + badge(Severity::info, "not asked") + " " + why + "</p>\n",
                                          facts_section(list) + codes_section(list)})};
}

}  // namespace

Answer list_page(const View& view, std::string_view asked) {
    const auto* list = view.names.list(asked);
    if (list == nullptr) {
        if (const auto* known = Catalogue::builtin().find(asked); known != nullptr && known->name == asked)
            return unasked_page(view, *known);
        return not_found(view, "No such list",
                         name(asked) + " is no list that is asked or known. `reputed lists` shows them all.");
    }
    const auto& snapshot = view.snapshot;
    const auto state = state_of(snapshot, *list);
    const auto health = state.health.empty() ? "not known" : state.health;
    std::string counts;
    for (const auto& [word, n] : state.targets_by_state)
        if (n > 0) counts += (counts.empty() ? " " : ", ") + std::to_string(n) + " " + name(word);
    std::vector<const OpenFinding*> own;  // about the list itself, not about those whom it lists
    for (const auto& open : snapshot.findings)
        if (open.finding.subject == list->name ||
            (open.finding.object == list->name && open.finding.code.starts_with("dns.")))
            own.push_back(&open);
    const auto watch = [&](DayNumber day) {
        return snapshot.watched && snapshot.watched->watched(list->name, day) ? Watch::yes : Watch::no;
    };
    return {200,
            document(snapshot, {name(list->name), severity_of_health(state.health), breakable(list->name),
                                "<p>" + badge(severity_of_health(state.health), health) + counts + "</p>\n" +
                                    rounds_of(snapshot, *list),
                                timeline_section(view, list->name, watch) +
                                    section("findings", "Findings", finding_list(view, own)) +
                                    targets_section(view, *list) + facts_section(*list) +
                                    codes_section(*list) + past_section(view, list->name)})};
}

}  // namespace reputed::page
