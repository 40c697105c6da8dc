#include "tests/support/scripted_list.hpp"

#include <algorithm>
#include <array>

#include "checks/dnsbl/subject.hpp"

namespace reputed::test {
namespace {

std::uint32_t packed(const std::array<std::uint8_t, 4>& octets) {
    std::uint32_t value = 0;
    for (const auto octet : octets)
        value = value << 8 | octet;
    return value;
}

std::string suffix_of(const List& list) {
    std::string suffix = list.zone.substr(list.zone.find('}') + 1);
    if (suffix.starts_with('.')) suffix.erase(0, 1);
    return suffix;
}

bool asks_about(const List& list, const std::vector<std::string>& points, const std::string& name) {
    return std::any_of(points.begin(), points.end(), [&](const std::string& point) {
        const auto address = IpAddress::parse(point);
        return name == normalized_name(dnsbl::query_name(list, address ? reversed(*address) : point));
    });
}

}  // namespace

Answer outcome(Outcome outcome) {
    Answer answer;
    answer.outcome = outcome;
    return answer;
}

Answer addresses(const std::vector<std::string>& texts) {
    Answer answer = outcome(Outcome::ok);
    for (const auto& address : texts)
        answer.records.emplace_back().address = IpAddress::parse(address).value();
    return answer;
}

Answer code(std::uint32_t address) {
    Answer answer = outcome(Outcome::ok);
    answer.records.emplace_back().address = IpAddress::v4(address);
    return answer;
}

Answer text(const std::string& value) {
    Answer answer = outcome(Outcome::ok);
    answer.records.emplace_back().text = value;
    return answer;
}

List with_key(List list, const std::string& key) {
    static constexpr std::string_view placeholder = "{key}";
    if (const auto at = list.zone.find(placeholder); at != std::string::npos)
        list.zone.replace(at, placeholder.size(), key);
    return list;
}

std::vector<std::uint32_t> listing_codes(const List& list) {
    std::vector<std::uint32_t> codes;
    const auto add = [&](std::uint32_t code) {
        const bool error = std::any_of(list.errors.begin(), list.errors.end(),
                                       [&](const ErrorMeaning& one) { return one.pattern.matches(code); });
        if (!error && code >> 8 != 0x7fffff) codes.push_back(code);
    };
    for (const auto& meaning : list.codes) {
        if (list.kind == ListKind::ip_score && !meaning.score && list.score_octet == 0) continue;
        const auto& pattern = meaning.pattern;
        if (pattern.bit != 0) {
            add(0x7f000000U | pattern.bit);
            continue;
        }
        add(packed(pattern.low));
        add(packed(pattern.high));
    }
    const bool generic = list.codes.empty() && (list.kind != ListKind::ip_score || list.score_octet != 0);
    if (generic)
        for (const std::uint32_t one : {0x7f000002U, 0x7f0000ffU, 0x7f123456U})
            add(one);
    return codes;
}

Answer ScriptedList::answer(const Question& question) const {
    const std::string name = normalized_name(question.name);
    const auto found_in = [&](const std::map<std::string, Answer>& answers) -> const Answer* {
        for (const auto& [query, answer] : answers)
            if (name == normalized_name(dnsbl::query_name(list, query))) return &answer;
        return nullptr;
    };
    if (question.type == RecordType::ns) return zone_ns.value_or(others.value_or(outcome(Outcome::nodata)));
    if (question.type == RecordType::txt) {
        const auto* reason = found_in(reasons);
        return reason != nullptr ? *reason : outcome(Outcome::nxdomain);
    }
    if (const auto* answer = found_in(targets)) return *answer;
    if (asks_about(list, list.test_listed, name)) {
        if (listed_points) return *listed_points;
        const auto codes = listing_codes(list);
        return code(codes.empty() ? 0x7f000002U : codes.front());
    }
    if (asks_about(list, list.test_clean, name)) return clean_points.value_or(outcome(Outcome::nxdomain));
    return others.value_or(outcome(Outcome::nxdomain));
}

void ScriptedList::serve_on(FakeResolver& resolver) const {
    resolver.answer_below(suffix_of(list),
                          [copy = *this](const Question& question) { return copy.answer(question); });
}

}  // namespace reputed::test
