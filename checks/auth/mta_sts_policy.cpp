#include "checks/auth/mta_sts_policy.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "config/host_name.hpp"
#include "config/text.hpp"

namespace reputed::mta_sts {
namespace {

constexpr std::string_view mode_names[] = {"none", "testing", "enforce"};
constexpr std::size_t most_octets = 65'536;
constexpr std::uint32_t most_seconds = 31'557'600;
constexpr std::uint32_t few_seconds = 86'400;

struct Reading {
    StsPolicy& policy;
    std::set<std::string, std::less<>> seen;

    void remark(const char* code, Severity severity, std::string message) const {
        record::add(policy.remarks, std::string("mta_sts.") + code, severity, std::move(message));
    }
};

void read_mode(Reading& in, std::string_view value) {
    for (std::size_t i = 0; i < std::size(mode_names); ++i)
        if (mode_names[i] == value) {
            in.policy.mode = static_cast<Mode>(i);
            return;
        }
    in.remark("bad_mode", Severity::critical,
              "mode: " + printable(value, 80) + " is neither enforce, testing nor none");
}

void read_max_age(Reading& in, std::string_view value) {
    std::uint64_t seconds = 0;
    bool good = !value.empty() && value.size() <= 10;
    for (const char c : value) {
        good = good && c >= '0' && c <= '9';
        if (good) seconds = seconds * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (!good)
        return in.remark("bad_max_age", Severity::critical,
                         "max_age: " + printable(value, 80) + " is no number of seconds");
    if (seconds > most_seconds)
        in.remark("bad_max_age", Severity::warning,
                  "max_age: " + std::to_string(seconds) + " is more than the most, 31557600");
    in.policy.max_age = static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds, most_seconds));
    if (seconds < few_seconds)
        in.remark(
            "short_max_age", Severity::warning,
            "max_age: " + std::to_string(seconds) + " is less than a day: a policy should be kept for weeks");
}

void read_mx(Reading& in, std::string_view value) {
    std::string name(value.starts_with("*.") ? value.substr(2) : value);
    if (auto fault = normalize_name(name, NameUse::host); !fault.empty())
        return in.remark("bad_mx", Severity::critical, "mx: " + fault);
    name = value.starts_with("*.") ? "*." + name : name;
    if (std::find(in.policy.mx.begin(), in.policy.mx.end(), name) == in.policy.mx.end())
        in.policy.mx.push_back(std::move(name));
}

void read_line(Reading& in, std::string_view line, bool is_first) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return in.remark("syntax", Severity::critical, in_quotes(line) + " has no colon");
    const auto key = record::trimmed(line.substr(0, colon));
    const auto value = record::trimmed(line.substr(colon + 1));
    if (key == "mx") {
        in.seen.emplace(key);
        return read_mx(in, value);
    }
    // RFC 8461 section 3.2: of a key that stands there twice the first counts.
    if (!in.seen.emplace(key).second)
        return in.remark("duplicate", Severity::warning,
                         in_quotes(key) + " stands there twice: the first one counts");
    if (key == "version") {
        if (value != "STSv1")
            in.remark("version", Severity::critical, "version: " + printable(value, 80) + " is not STSv1");
        else if (!is_first)
            in.remark("version", Severity::info, "version: is not in the first line");
    } else if (key == "mode")
        read_mode(in, value);
    else if (key == "max_age")
        read_max_age(in, value);
    else
        in.remark("unknown_key", Severity::info, "the key " + in_quotes(key) + " is unknown and ignored");
}

}  // namespace

std::string_view to_string(Mode mode) {
    return mode_names[static_cast<std::size_t>(mode)];
}

bool StsPolicy::covers(std::string_view host) const {
    const auto dot = host.find('.');
    const auto parent = dot == std::string_view::npos ? std::string_view() : host.substr(dot);
    return std::any_of(mx.begin(), mx.end(), [&](const std::string& pattern) {
        // A wildcard stands for exactly one label.
        return pattern == host || (pattern.starts_with("*.") && dot != 0 && !parent.empty() &&
                                   std::string_view(pattern).substr(1) == parent);
    });
}

std::string StsPolicy::to_string() const {
    std::string out = "version: STSv1\r\nmode: " + std::string(mta_sts::to_string(mode)) + "\r\n";
    for (const auto& name : mx)
        out += "mx: " + name + "\r\n";
    return out + "max_age: " + std::to_string(max_age) + "\r\n";
}

record::Tags StsPolicy::tags() const {
    std::string names;
    for (const auto& name : mx)
        names += (names.empty() ? "" : " ") + name;
    return {{"version", "STSv1"},
            {"mode", std::string(mta_sts::to_string(mode))},
            {"mx", names},
            {"max_age", std::to_string(max_age)}};
}

StsPolicy parse_policy(std::string_view text) {
    StsPolicy out;
    Reading in{out, {}};
    if (text.size() > most_octets) {
        in.remark("too_large", Severity::critical,
                  "the policy is larger than 64 KiB: senders do not read it");
        return out;
    }
    bool is_first = true;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto line = record::trimmed(text.substr(begin, end - begin));
        if (!line.empty()) read_line(in, line, std::exchange(is_first, false));
        begin = end + 1;
    }
    for (const auto* key : {"version", "mode", "max_age"})
        if (in.seen.find(std::string_view(key)) == in.seen.end())
            in.remark("incomplete", Severity::critical, std::string(key) + ": is missing");
    if (out.mode != Mode::none && in.seen.find(std::string_view("mx")) == in.seen.end())
        in.remark("incomplete", Severity::critical,
                  "mx: is missing, and mode: " + std::string(to_string(out.mode)) + " needs it");
    if (out.valid() && out.mode == Mode::testing)
        in.remark("testing", Severity::info, "mode: testing only reports: mail is delivered without TLS too");
    if (out.valid() && out.mode == Mode::none)
        in.remark("off", Severity::info, "mode: none takes the policy back");
    return out;
}

}  // namespace reputed::mta_sts
