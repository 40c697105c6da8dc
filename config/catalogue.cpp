#include "config/catalogue.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/embedded.hpp"
#include "config/text.hpp"

namespace reputed {
namespace {

template <typename Enum, std::size_t N>
std::optional<Enum> parse_name(const std::string_view (&names)[N], std::string_view text) {
    const auto* const found = std::find(std::begin(names), std::end(names), text);
    if (found == std::end(names)) return {};
    return static_cast<Enum>(found - std::begin(names));
}

std::string normalized_zone(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    return lower(text);
}

bool is_below(std::string_view name, std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix) &&
           name[name.size() - suffix.size() - 1] == '.';
}

}  // namespace

std::string_view to_string(ListKind kind) {
    return list_kind_names[static_cast<std::size_t>(kind)];
}
std::string_view to_string(Access access) {
    return access_names[static_cast<std::size_t>(access)];
}
std::string_view to_string(ListScope scope) {
    return list_scope_names[static_cast<std::size_t>(scope)];
}
std::string_view to_string(ListStatus status) {
    return list_status_names[static_cast<std::size_t>(status)];
}
std::string_view to_string(ErrorCause cause) {
    return error_cause_names[static_cast<std::size_t>(cause)];
}

std::optional<ListKind> parse_list_kind(std::string_view text) {
    return parse_name<ListKind>(list_kind_names, text);
}
std::optional<Access> parse_access(std::string_view text) {
    return parse_name<Access>(access_names, text);
}
std::optional<ListScope> parse_list_scope(std::string_view text) {
    return parse_name<ListScope>(list_scope_names, text);
}
std::optional<ListStatus> parse_list_status(std::string_view text) {
    return parse_name<ListStatus>(list_status_names, text);
}
std::optional<ErrorCause> parse_error_cause(std::string_view text) {
    return parse_name<ErrorCause>(error_cause_names, text);
}

const Catalogue& Catalogue::builtin() {
    static const Catalogue catalogue = [] {
        Problems problems;
        auto parsed = parse(embedded_lists_toml(), "lists.toml", problems);
        if (!problems.empty()) throw std::logic_error(problems.front().to_string());
        return parsed;
    }();
    return catalogue;
}

const List* Catalogue::find(std::string_view name) const {
    const auto wanted = normalized_zone(name);
    const auto found = std::find_if(lists_.begin(), lists_.end(), [&](const List& list) {
        return list.name == wanted || list.zone == wanted;
    });
    return found == lists_.end() ? nullptr : &*found;
}

const DeadZone* Catalogue::find_dead(std::string_view zone) const {
    const auto wanted = normalized_zone(zone);
    const auto found = std::find_if(dead_.begin(), dead_.end(), [&](const DeadZone& dead) {
        return wanted == dead.zone || (dead.suffix && is_below(wanted, dead.zone));
    });
    return found == dead_.end() ? nullptr : &*found;
}

List generic_list(std::string_view zone) {
    List list;
    list.zone = normalized_zone(zone);
    list.name = shown_name(list.zone);
    list.ipv6 = true;
    list.status = ListStatus::own;
    list.test_listed = {"127.0.0.2", "::ffff:7f00:2"};  // RFC 5782 section 5
    list.test_clean = {"127.0.0.1", "::ffff:7f00:1"};
    return list;
}

Severity generic_severity(const List& list) {
    return list.weight < 10 ? Severity::info : Severity::warning;
}

std::string shown_name(std::string_view zone) {
    std::string name(zone);
    for (const std::string_view placeholder : {"{key}.", "{revip}."})
        if (const auto at = name.find(placeholder); at != std::string::npos)
            name.erase(at, placeholder.size());
    return name;
}

}  // namespace reputed
