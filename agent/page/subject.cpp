#include "agent/page/subject.hpp"

#include <algorithm>
#include <array>

#include "agent/html.hpp"

namespace reputed::page {
namespace {

int rank_of(const Word& word) {
    if (word.cell.state == CellState::listed && !word.cell.held) return 0;
    return word.cell.is_good() ? 2 : 1;
}

const OpenFinding* finding_of(const Snapshot& snapshot, std::string_view target, std::string_view list) {
    for (const auto& open : snapshot.findings)
        if (open.finding.subject == target && open.finding.object == list) return &open;
    return nullptr;
}

// Since when it is as it is, where that is known: of an open finding since it was first seen, of a clean word since the
// last listing ended.
std::string since_of(const View& view, const OpenFinding* open, std::string_view target, const Word& word) {
    if (open != nullptr) return time(open->since);
    if (view.chronicle == nullptr || word.cell.state == CellState::unknown) return "";
    for (const auto* episode : view.chronicle->about(target))
        if ((episode->subject == target && episode->object == word.list) &&
            episode->end == Episode::End::cleared)
            return time(episode->cleared);
    return "";
}

std::string reason_of(const OpenFinding* open, const Word& word) {
    if (open != nullptr && !open->finding.evidence.empty())
        return "<pre>" + html::text(open->finding.evidence, 2000) + "</pre>";
    if (word.health.empty() || word.health == "usable") return "";
    return "the list is " + badge(severity_of_health(word.health), word.health);
}

std::string row_of(const View& view, std::string_view target, const Word& word) {
    const auto* open = finding_of(view.snapshot, target, word.list);
    auto where = open != nullptr ? open->finding.link : std::string();
    if (where.empty() && word.known != nullptr) where = lookup_of(*word.known, target);
    return "<tr><th scope=\"row\">" + list_link(word.list) + "</th>" + cell_html(word.cell, true) + "<td>" +
           since_of(view, open, target, word) + "</td><td>" + time(word.cell.answered) + "</td><td>" +
           reason_of(open, word) + "</td><td>" + (where.empty() ? "" : html::link(where, "look up")) +
           "</td></tr>\n";
}

}  // namespace

Answer not_found(const View& view, std::string_view heading, std::string_view what) {
    return {
        404,
        document(view.snapshot,
                 {"not found", Severity::unknown, std::string(heading), "",
                  "<p>" + std::string(what) +
                      "</p>\n<p>The search above looks through addresses, names, lists and findings; all of "
                      "them are on the <a href=\"/\">overview</a>.</p>\n"})};
}

std::vector<const OpenFinding*> findings_about(const Snapshot& snapshot, std::string_view name) {
    const auto address = IpAddress::parse(name);
    const auto concerns = [&](const std::string& party) {
        if (party == name) return true;
        if (!address || party.find('/') == std::string::npos) return false;
        const auto network = IpNetwork::parse(party);
        return network && network->contains(*address);
    };
    std::vector<const OpenFinding*> out;
    for (const auto& open : snapshot.findings)
        if (concerns(open.finding.subject) || concerns(open.finding.object)) out.push_back(&open);
    return out;
}

Severity worst_of(const std::vector<const OpenFinding*>& findings) {
    Severity worst = Severity::ok;
    for (const auto* open : findings)
        worst = std::max(worst, open->finding.severity);
    return worst;
}

std::string lookup_of(const List& list, std::string_view subject) {
    std::string url = list.lookup;
    for (const std::string_view place : {"{ip}", "{domain}"})
        if (const auto at = url.find(place); at != std::string::npos) url.replace(at, place.size(), subject);
    return url;
}

std::string lists_table(const View& view, std::string_view target, bool is_domain) {
    auto words = words_about(view.snapshot, target, is_domain);
    if (words.empty()) return "<p>No list is asked about it.</p>\n";
    std::stable_sort(words.begin(), words.end(),
                     [](const Word& a, const Word& b) { return rank_of(a) < rank_of(b); });
    const std::array<std::string_view, 6> headers = {
        "List", "State", "Since", "Last answer", "What it answered", "There"};
    std::string out = "<div class=\"answers\">" + table_begin("Lists", headers);
    const auto shown = std::min(words.size(), 2 * most_lists);
    for (std::size_t i = 0; i < shown; ++i)
        out += row_of(view, target, words[i]);
    out += table_end() + "</div>\n";
    if (shown < words.size()) out += "<p>" + std::to_string(words.size() - shown) + " more not shown.</p>\n";
    return out;
}

}  // namespace reputed::page
