#include "checks/identity/ptr.hpp"

#include <algorithm>

namespace reputed::identity {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

bool is_host_label(std::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

bool is_host_name(std::string_view name_as_seen) {
    if (!is_valid_name(name_as_seen)) return false;
    const std::string name = normalized_name(name_as_seen);
    std::size_t labels = 0;
    std::string_view last;
    for (std::string_view rest = name;;) {
        const auto dot = rest.find('.');
        last = rest.substr(0, dot);
        if (!is_host_label(last)) return false;
        ++labels;
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
    return labels >= 2 && last.find_first_not_of("0123456789") != std::string_view::npos;
}

bool is_same_name(std::string_view one, std::string_view other) {
    return normalized_name(one) == normalized_name(other);
}

bool is_within(std::string_view name_as_seen, std::string_view domain_as_seen) {
    const std::string name = normalized_name(name_as_seen);
    const std::string domain = normalized_name(domain_as_seen);
    if (domain.empty() || !name.ends_with(domain)) return false;
    return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

RecordType address_type(Family family) {
    return family == Family::v4 ? RecordType::a : RecordType::aaaa;
}

Family other(Family family) {
    return family == Family::v4 ? Family::v6 : Family::v4;
}

void sort_unique(std::vector<std::string>& texts) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

std::vector<std::string> ptr_names(const Answer& reverse) {
    std::vector<std::string> names;
    for (const auto& record : reverse.records)
        names.push_back(normalized_name(record.text));
    sort_unique(names);
    return names;
}

std::vector<std::string> names_to_resolve(const std::vector<std::string>& names,
                                          const std::vector<std::string>& preferred) {
    std::vector<std::string> chosen = names;
    std::stable_partition(chosen.begin(), chosen.end(), [&](const std::string& name) {
        return std::any_of(preferred.begin(), preferred.end(),
                           [&](const std::string& wanted) { return is_same_name(name, wanted); });
    });
    if (chosen.size() > max_resolved_names) chosen.resize(max_resolved_names);
    return chosen;
}

bool is_statement(const Answer& answer) {
    return answer.definite() || answer.outcome == Outcome::invalid;
}

bool holds_address(const Answer& answer, const IpAddress& address) {
    return std::any_of(answer.records.begin(), answer.records.end(),
                       [&](const Record& record) { return record.address == address; });
}

std::string_view to_string(Iprev result) {
    static constexpr std::string_view names[] = {"pass", "fail", "temperror", "permerror"};
    return names[static_cast<std::size_t>(result)];
}

Iprev iprev(const IpAddress& address, const Answer& reverse, std::span<const ForwardName> forward) {
    if (!reverse.definite()) return Iprev::temperror;
    if (reverse.records.empty()) return Iprev::permerror;
    const auto confirms = [&](const ForwardName& name) { return holds_address(name.addresses, address); };
    if (std::any_of(forward.begin(), forward.end(), confirms)) return Iprev::pass;
    const auto tells = [](const ForwardName& name) { return is_statement(name.addresses); };
    return std::all_of(forward.begin(), forward.end(), tells) ? Iprev::fail : Iprev::temperror;
}

std::vector<std::string> misplaced_ptr_names(const IpAddress& address, std::string_view domain) {
    if (!is_valid_name(domain)) return {};
    const std::string below = '.' + normalized_name(domain);
    std::vector<std::string> names = {reversed(address) + below, reverse_name(address) + below};
    if (address.family() == Family::v4) names.push_back(address.to_string() + below);
    std::erase_if(names, [](const std::string& name) { return !is_valid_name(name); });
    sort_unique(names);
    return names;
}

}  // namespace reputed::identity
