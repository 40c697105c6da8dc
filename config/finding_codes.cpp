#include "config/finding_codes.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <toml++/toml.h>

#include "config/embedded.hpp"
#include "config/table_reader.hpp"
#include "config/text.hpp"

namespace reputed {
namespace {

constexpr std::string_view reported_severities[] = {"info", "unknown", "warning", "critical"};

bool is_word(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool is_code(std::string_view text) {
    const auto dot = text.find('.');
    return dot != std::string_view::npos && is_word(text.substr(0, dot)) && is_word(text.substr(dot + 1));
}

// A sentence may go over several lines of the file.
std::string on_one_line(std::string_view text) {
    static constexpr std::string_view blanks = " \n\r\t";
    std::string out;
    for (;;) {
        const auto begin = text.find_first_not_of(blanks);
        if (begin == std::string_view::npos) return out;
        const auto end = std::min(text.find_first_of(blanks, begin), text.size());
        if (!out.empty()) out += ' ';
        out += text.substr(begin, end - begin);
        text.remove_prefix(end);
    }
}

void read_text(const TableReader& reader, std::string_view key, std::string& out) {
    if (!reader.text(key, out)) return;
    out = on_one_line(out);
    if (out.empty()) reader.problem_at(key, in_quotes(key) + " is empty");
}

void read_severities(const TableReader& reader, std::vector<Severity>& out) {
    reader.each<toml::value<std::string>>("severities", "severities", [&](const auto& name) {
        const auto severity = parse_severity(*name);
        if (!severity || *severity == Severity::ok) {
            std::string known;
            for (const auto one : reported_severities)
                known.append(known.empty() ? "" : ", ").append(one);
            reader.problem(name, "\"severities\" must be of " + known + ", not " + in_quotes(*name));
        } else if (!out.empty() && *severity <= out.back()) {
            reader.problem(name, "\"severities\" must rise, each named once");
        } else {
            out.push_back(*severity);
        }
    });
    if (out.empty() && reader.ok()) reader.problem_at("severities", "\"severities\" is empty");
}

std::optional<FindingCode> read_code(const TableReader& reader) {
    reader.only({"code", "title", "means", "do", "severities", "clears", "see"});
    FindingCode out;
    for (const auto* key : {"code", "title", "means", "do", "severities"})
        reader.require(key);
    if (reader.text("code", out.code) && !is_code(out.code))
        reader.problem_at("code", "\"code\" must be like \"dnsbl.listed\", not " + in_quotes(out.code));
    read_text(reader, "title", out.title);
    read_text(reader, "means", out.means);
    read_text(reader, "do", out.to_do);
    read_severities(reader, out.severities);
    read_text(reader, "clears", out.clears);
    if (reader.text("see", out.see) && (!out.see.starts_with("https://") || out.see.size() < 10))
        reader.problem_at("see", "\"see\" must be an https address, not " + in_quotes(out.see));
    if (!reader.ok()) return {};
    return out;
}

}  // namespace

std::vector<FindingCode> parse_finding_codes(std::string_view toml_text, std::string_view file,
                                             Problems& problems) {
    std::vector<FindingCode> codes;
    const auto root = read_toml(toml_text, file, problems);
    if (!root) return codes;
    const TableReader reader(*root, file, problems);
    reader.only({"finding"});
    reader.each<toml::table>("finding", "tables", [&](const toml::table& table) {
        const auto inner = reader.inner(table);
        auto code = read_code(inner);
        if (!code) return;
        if (std::any_of(codes.begin(), codes.end(),
                        [&](const FindingCode& other) { return other.code == code->code; }))
            return inner.problem_at("code", "\"code\" is described twice: " + in_quotes(code->code));
        codes.push_back(std::move(*code));
    });
    std::sort(codes.begin(), codes.end(),
              [](const FindingCode& a, const FindingCode& b) { return a.code < b.code; });
    return codes;
}

std::span<const FindingCode> finding_codes() {
    static const auto codes = [] {
        Problems problems;
        auto parsed = parse_finding_codes(embedded_codes_toml(), "codes.toml", problems);
        if (!problems.empty()) throw std::logic_error(problems.front().to_string());
        return parsed;
    }();
    return codes;
}

const FindingCode* find_finding_code(std::string_view code) {
    const auto codes = finding_codes();
    const auto found =
        std::find_if(codes.begin(), codes.end(), [&](const FindingCode& one) { return one.code == code; });
    return found == codes.end() ? nullptr : &*found;
}

std::span<const FindingCode> finding_codes_of(std::string_view family) {
    const auto codes = finding_codes();
    // Sorted by code, those of a family stand together.
    const auto is_of = [&](const FindingCode& one) { return one.family() == family; };
    const auto begin = std::find_if(codes.begin(), codes.end(), is_of);
    return {begin, std::find_if_not(begin, codes.end(), is_of)};
}

std::string_view nearest_finding_code(std::string_view text) {
    std::vector<std::string_view> candidates;
    for (const auto& one : finding_codes()) {
        candidates.push_back(one.code);
        candidates.push_back(one.family());
    }
    return nearest(text, candidates);
}

}  // namespace reputed
