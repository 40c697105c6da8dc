// The mechanisms that look something up: RFC 7208 sections 5.3 to 5.7, and the limits of section 4.6.4.

#include <algorithm>
#include <utility>

#include "checks/auth/spf_evaluator.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t shown_name = 255;

bool is_void(Outcome outcome) {
    return outcome == Outcome::nodata || outcome == Outcome::nxdomain;
}

bool is_or_below(std::string_view name, std::string_view domain) {
    if (name == domain) return true;
    return name.size() > domain.size() && name.ends_with(domain) &&
           name[name.size() - domain.size() - 1] == '.';
}

}  // namespace

// RFC 7208 section 5.3, and for each name of section 5.4.
Evaluator::Match Evaluator::match_addresses(const std::string& name, const Term& term) {
    const Answer& answer = ask(name, address_type());
    if (is_void(answer.outcome)) return count_void(name, address_type());
    if (answer.outcome == Outcome::invalid) return {};
    if (answer.outcome != Outcome::ok) return temperror(name, address_type(), answer.outcome);
    const int prefix = ip_.family() == Family::v4 ? term.prefix4 : term.prefix6;
    for (const auto& record : answer.records)
        if (record.address.family() == ip_.family() && IpNetwork(record.address, prefix).contains(ip_))
            return {Match::Kind::yes, ""};
    return {};
}

// RFC 7208 sections 5.4 and 4.6.4.
Evaluator::Match Evaluator::match_mx(const std::string& name, const Term& term) {
    const Answer& answer = ask(name, RecordType::mx);
    if (is_void(answer.outcome)) return count_void(name, RecordType::mx);
    if (answer.outcome == Outcome::invalid) return {};
    if (answer.outcome != Outcome::ok) return temperror(name, RecordType::mx, answer.outcome);
    if (answer.records.size() > static_cast<std::size_t>(options_.mx_limit))
        return {Match::Kind::permerror, name.substr(0, shown_name) + " has " +
                                            std::to_string(answer.records.size()) + " MX records, over " +
                                            std::to_string(options_.mx_limit)};
    std::vector<Question> questions;
    for (const auto& record : answer.records)
        if (!record.text.empty() && record.text != ".")  // the null MX of RFC 7505 names nobody
            questions.push_back({record.text, address_type()});
    prefetch(questions);
    for (const auto& question : questions) {
        Match match = match_addresses(question.name, term);
        if (match.kind != Match::Kind::no) return match;
    }
    return {};
}

// RFC 7208 section 5.5: DNS errors do not match and are no error.
Evaluator::Match Evaluator::match_ptr(const std::string& target) {
    const auto& names = validated_names();
    if (is_void(ptr_outcome_)) return count_void(reverse_name(ip_), RecordType::ptr);
    const std::string domain = normalized_name(target);
    for (const auto& name : names)
        if (is_or_below(name, domain)) return {Match::Kind::yes, ""};
    return {};
}

// RFC 7208 section 5.7: always A, whatever the family of the client.
Evaluator::Match Evaluator::match_exists(const std::string& name) {
    const Answer& answer = ask(name, RecordType::a);
    if (is_void(answer.outcome)) return count_void(name, RecordType::a);
    if (answer.outcome == Outcome::invalid) return {};
    if (answer.outcome != Outcome::ok) return temperror(name, RecordType::a, answer.outcome);
    return {Match::Kind::yes, ""};
}

Evaluator::Match Evaluator::temperror(const std::string& name, RecordType type, Outcome outcome) const {
    std::string reason(to_string(type));
    reason += " query for " + name.substr(0, shown_name) + ": ";
    if (outcome != Outcome::cancelled)
        reason += to_string(outcome);
    else
        reason += options_.stop.stop_requested() ? "cancelled" : "the time limit passed";
    return {Match::Kind::temperror, std::move(reason)};
}

// RFC 7208 section 4.6.4, last paragraph.
Evaluator::Match Evaluator::count_void(const std::string& name, RecordType type) {
    if (++out_.void_lookups <= options_.void_limit) return {};
    return {Match::Kind::permerror, "over " + std::to_string(options_.void_limit) +
                                        " queries without answer, the last for " +
                                        std::string(to_string(type)) + " of " + name.substr(0, shown_name)};
}

// RFC 7208 section 5.5: names of the address that resolve back to it.
const std::vector<std::string>& Evaluator::validated_names() {
    if (std::exchange(validated_, true)) return validated_names_;
    const Answer& answer = ask(reverse_name(ip_), RecordType::ptr);
    ptr_outcome_ = answer.outcome;
    std::vector<Question> questions;
    for (const auto& record : answer.records) {
        if (questions.size() == static_cast<std::size_t>(options_.ptr_limit)) break;
        questions.push_back({record.text, address_type()});
    }
    prefetch(questions);
    for (const auto& question : questions) {
        const Answer& addresses = ask(question.name, question.type);
        const bool back = std::any_of(addresses.records.begin(), addresses.records.end(),
                                      [&](const reputed::Record& record) { return record.address == ip_; });
        if (back) validated_names_.push_back(normalized_name(question.name));
    }
    return validated_names_;
}

// RFC 7208 section 7.3, "p": the domain itself before names below it before any other.
std::string_view Evaluator::validated_name(const std::string& domain) {
    const auto& names = validated_names();
    const std::string wanted = normalized_name(presentation_name(domain));
    if (names.empty()) return "unknown";
    for (const auto& name : names)
        if (name == wanted) return name;
    for (const auto& name : names)
        if (is_or_below(name, wanted)) return name;
    return names.front();
}

}  // namespace reputed::spf
