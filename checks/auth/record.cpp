#include "checks/auth/record.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "checks/auth/bimi_record.hpp"
#include "checks/auth/dkim_record.hpp"
#include "checks/auth/dmarc_record.hpp"
#include "checks/auth/mta_sts_policy.hpp"
#include "checks/auth/mta_sts_record.hpp"
#include "checks/auth/spf_critique.hpp"
#include "checks/auth/tls_rpt_record.hpp"
#include "config/text.hpp"

namespace reputed::record {
namespace {

constexpr std::size_t most_octets = 65'536;  // a TXT record holds fewer (RFC 1035 section 3.2.1)

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

template <class Parsed>
void take(Examination& out, const Parsed& parsed) {
    out.valid = parsed.valid();
    out.tags = parsed.tags;
    out.text = parsed.to_string();
    out.findings.insert(out.findings.end(), parsed.remarks.begin(), parsed.remarks.end());
}

void take_dkim(Examination& out, std::string_view text) {
    const auto parsed = dkim::parse_record(text);
    take(out, parsed);
    out.key = {parsed.key_type, parsed.key ? parsed.key->bits : 0, parsed.revoked, parsed.testing()};
}

void take_policy(Examination& out, std::string_view text) {
    const auto parsed = mta_sts::parse_policy(text);
    out.valid = parsed.valid();
    if (out.valid) {
        out.tags = parsed.tags();
        out.text = parsed.to_string();
    }
    out.findings.insert(out.findings.end(), parsed.remarks.begin(), parsed.remarks.end());
}

void parse(Examination& out, std::string_view text) {
    switch (out.kind) {
        case Kind::dkim:
            return take_dkim(out, text);
        case Kind::dmarc:
            return take(out, dmarc::parse_record(text));
        case Kind::spf:
            return take(out, spf::criticise(text));
        case Kind::mta_sts:
            if (trimmed(text).starts_with("version")) return take_policy(out, text);
            return take(out, mta_sts::parse_record(text));
        case Kind::tls_rpt:
            return take(out, tls_rpt::parse_record(text));
        case Kind::bimi:
            return take(out, bimi::parse_record(text));
    }
}

// Signs of a zone file in the content itself: nobody who looks the record up takes them away.
void judge_quoting(Examination& out, std::string_view text) {
    const auto body = trimmed(text);
    if (body.starts_with('"') || (body.ends_with('"') && body.size() > 1))
        out.findings.push_back(
            {"record.quotes", out.valid ? Severity::warning : Severity::critical,
             "the record is in quotes: they belong into a zone file, in DNS itself they break it"});
    if (body.find("\\;") != std::string_view::npos)
        out.findings.push_back({"record.escapes", out.valid ? Severity::warning : Severity::critical,
                                "a semicolon has a backslash before it: that belongs into a zone file, in "
                                "DNS itself it breaks the record"});
}

}  // namespace

std::optional<Kind> parse_kind(std::string_view text) {
    for (std::size_t i = 0; i < std::size(kind_names); ++i)
        if (kind_names[i] == text) return static_cast<Kind>(i);
    return {};
}

std::optional<std::string> joined_strings(std::string_view text) {
    std::string out;
    std::size_t strings = 0;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        if (text.front() != '"') return {};
        std::size_t i = 1;
        for (; i < text.size() && text[i] != '"'; ++i) {
            if (text[i] != '\\') {
                out += text[i];
                continue;
            }
            if (++i == text.size()) return {};
            const auto digits = text.substr(i, 3);
            if (digits.size() == 3 && std::all_of(digits.begin(), digits.end(), is_digit)) {
                const int octet = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
                if (octet > 255) return {};
                out += static_cast<char>(octet);
                i += 2;
            } else {
                out += text[i];
            }
        }
        if (i >= text.size()) return {};
        text.remove_prefix(i + 1);
        ++strings;
    }
    if (strings < 2) return {};
    return out;
}

Examination examine(Kind kind, std::string_view text) {
    Examination out;
    out.kind = kind;
    if (text.size() > most_octets) {
        out.findings.push_back(
            {"record.too_long", Severity::critical, "the record is longer than 65536 octets"});
        return out;
    }
    if (trimmed(text).empty()) {
        out.findings.push_back({"record.empty", Severity::critical, "the record is empty"});
        if (kind == Kind::dkim) out.key.emplace();
        return out;
    }
    if (const auto joined = joined_strings(text)) {
        parse(out, *joined);
        out.findings.push_back(
            {"record.strings", Severity::info, "the strings in quotes were joined, as receivers do"});
    } else {
        parse(out, text);
        judge_quoting(out, text);
    }
    std::stable_sort(out.findings.begin(), out.findings.end(),
                     [](const Remark& a, const Remark& b) { return a.severity > b.severity; });
    return out;
}

}  // namespace reputed::record
