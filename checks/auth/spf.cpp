#include "checks/auth/spf.hpp"

#include <utility>

#include "checks/auth/spf_evaluator.hpp"

namespace reputed::spf {

std::string_view to_string(Result result) {
    static constexpr std::string_view names[] = {"none",     "neutral",   "pass",     "fail",
                                                 "softfail", "temperror", "permerror"};
    return names[static_cast<std::size_t>(result)];
}

std::string Step::to_string() const {
    std::string out(static_cast<std::size_t>(depth) * 2, ' ');
    out += domain;
    for (const auto* part : {&term, &target, &outcome})
        if (!part->empty() && (part != &target || !term.ends_with(target))) out += ": " + *part;
    return out;
}

Evaluation check_host(const Query& query, Resolver& resolver, const Options& options) {
    Answers answers(resolver);
    return check_host(query, answers, options);
}

Evaluation check_host(const Query& query, Answers& answers, const Options& options) {
    return Evaluator(query, answers, options).run();
}

std::string domain_error(std::string_view domain) {
    const auto with = [&](const char* reason) {
        return '"' + std::string(domain.substr(0, 255)) + '"' + reason;
    };
    if (domain.empty()) return "there is no domain";
    for (const char c : domain)
        if (static_cast<unsigned char>(c) >= 0x80) return with(" is not ASCII: the A-label form is needed");
    if (domain.front() == '[' || IpAddress::parse(domain)) return with(" is an address, not a domain name");
    const std::string_view name = domain.back() == '.' ? domain.substr(0, domain.size() - 1) : domain;
    if (!is_valid_name(presentation_name(name))) return with(" is not a domain name");
    if (name.find('.') == std::string_view::npos) return with(" is a single label, not a full domain name");
    return "";
}

std::string presentation_name(std::string_view octets) {
    if (octets.find('\\') == std::string_view::npos) return std::string(octets);
    std::string out;
    for (const char c : octets) {
        if (c == '\\') out += '\\';
        out += c;
    }
    return out;
}

}  // namespace reputed::spf
