#include <algorithm>
#include <array>

#include "agent/html.hpp"
#include "agent/page/parts.hpp"

// Each list's health.
namespace reputed::page {
namespace {

std::string targets_by_state(const ListFacts& facts) {
    std::string out;
    for (const auto& [state, n] : facts.targets_by_state)
        if (n > 0) out += (out.empty() ? "" : ", ") + std::to_string(n) + " " + name(state);
    return out;
}

std::string list_row(const ListFacts& facts) {
    const auto shown = facts.list != nullptr ? list_link(facts.name) : name(facts.name);
    const auto kind = facts.list != nullptr ? std::string(to_string(facts.list->kind)) : "";
    const auto operator_name =
        facts.list == nullptr ? ""
        : facts.list->operator_name.empty() || facts.list->website.empty()
            ? name(facts.list->operator_name)
            : html::link(facts.list->website, facts.list->operator_name.substr(0, longest_name));
    const auto health = facts.health.empty() ? "not known" : facts.health;
    return "<tr><th scope=\"row\">" + shown + "</th><td>" + badge(severity_of_health(facts.health), health) +
           "</td><td>" + targets_by_state(facts) + "</td><td>" + kind + "</td><td>" + operator_name +
           "</td></tr>\n";
}

std::string skipped_lists(const ActiveLists& lists) {
    if (lists.skipped.empty()) return "";
    std::string out = "<details><summary>" + count(lists.skipped.size(), "list is", "lists are") +
                      " known and not asked</summary>\n<dl>\n";
    const auto shown = std::min<std::size_t>(lists.skipped.size(), 1000);
    for (std::size_t i = 0; i < shown; ++i)
        out += "<dt>" + list_link(lists.skipped[i].name) + "</dt><dd>" + name(lists.skipped[i].reason) +
               "</dd>\n";
    return out + "</dl>\n</details>\n";
}

}  // namespace

Severity severity_of_health(std::string_view health) {
    if (health == "usable") return Severity::ok;
    return health.empty() ? Severity::unknown : Severity::warning;
}

std::string lists_section(const View& view, const Facts& facts) {
    const auto& snapshot = view.snapshot;
    std::vector<const ListFacts*> lists;
    for (const auto* matrix : {&facts.addresses, &facts.domains})
        for (const auto& list : matrix->lists)
            lists.push_back(&list);
    std::stable_sort(lists.begin(), lists.end(), [](const auto* a, const auto* b) {
        return severity_of_health(a->health) > severity_of_health(b->health);
    });
    const auto shown = std::min(lists.size(), 2 * most_lists);

    const std::array<std::string_view, 5> headers = {"List", "Health", "Targets", "Kind", "Operator"};
    std::string out = "<section aria-labelledby=\"lists\">\n<h2 id=\"lists\">Health of the lists</h2>\n";
    if (lists.empty()) out += "<p>No list is asked.</p>\n";
    if (shown > 0) {
        out += table_begin("Health of the lists", headers);
        for (std::size_t i = 0; i < shown; ++i)
            out += list_row(*lists[i]);
        out += table_end();
    }
    if (shown < lists.size())
        out += "<p>" + std::to_string(lists.size() - shown) + " more lists not shown.</p>\n";
    if (snapshot.lists) out += skipped_lists(*snapshot.lists);
    return out + "</section>\n";
}

}  // namespace reputed::page
