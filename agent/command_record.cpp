#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/terminal.hpp"
#include "checks/auth/record.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_record = 65'536;
// JSON may spend six characters on an octet.
constexpr std::size_t longest_line = 6 * longest_record;

Json to_json(const record::Examination& examination) {
    Json tags = Json::object();
    for (const auto& tag : examination.tags)
        tags[plain_text(tag.name)] = plain_text(tag.value);
    Json findings = Json::array();
    for (const auto& finding : examination.findings)
        findings.push_back({{"code", finding.code},
                            {"severity", to_string(finding.severity)},
                            {"message", plain_text(finding.message)}});
    Json out = {{"kind", to_string(examination.kind)},
                {"valid", examination.valid},
                {"tags", std::move(tags)},
                {"findings", std::move(findings)},
                {"text", plain_text(examination.text)}};
    if (examination.key)
        out["key"] = {{"type", plain_text(examination.key->type)},
                      {"bits", examination.key->bits},
                      {"revoked", examination.key->revoked},
                      {"testing", examination.key->testing}};
    return out;
}

Severity worst(const record::Examination& examination) {
    Severity severity = Severity::ok;
    for (const auto& finding : examination.findings)
        severity = std::max(severity, finding.severity);
    return severity;
}

void print_table(const record::Examination& examination) {
    std::cout << (examination.valid ? coloured("valid", Colour::green) : coloured("not valid", Colour::red))
              << ": " << to_string(examination.kind);
    if (examination.key && examination.key->bits > 0)
        std::cout << ", " << plain_text(examination.key->type) << " key of " << examination.key->bits
                  << " bits";
    std::cout << '\n';
    Table tags({"TAG", "VALUE"});
    for (const auto& tag : examination.tags)
        tags.add({{tag.name}, {tag.value}});
    if (!tags.empty()) std::cout << tags.to_string();
    for (const auto& finding : examination.findings)
        std::cout << coloured(to_string(finding.severity), colour_of(finding.severity)) << "  "
                  << finding.code << "  " << plain_text(finding.message) << '\n';
}

// The record of one line of --batch: a text, or the strings of a TXT record.
std::optional<std::string> record_member(const Json& request) {
    const auto found = request.find("record");
    if (found == request.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    if (!found->is_array()) return {};
    std::string text;
    for (const auto& piece : *found) {
        if (!piece.is_string()) return {};
        text += piece.get<std::string>();
    }
    return text;
}

Json batch_answer(record::Kind kind, const std::string& line) {
    if (line.size() > longest_line)
        return {{"error", "the line is longer than " + std::to_string(longest_line) + " bytes"}};
    const Json request = Json::parse(line, nullptr, false);
    if (!request.is_object())
        return {{"error", R"(not a JSON object such as {"record":"v=DMARC1; p=reject"})"}};
    const auto text = record_member(request);
    if (!text) return {{"error", "\"record\" is missing or not a text"}};
    return to_json(record::examine(kind, *text));
}

int run_batch(record::Kind kind) {
    for (std::string line; std::getline(std::cin, line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        std::cout << json_text(batch_answer(kind, line)) << '\n' << std::flush;
    }
    return exit_ok;
}

// At most one octet more than is looked at, without the line ends behind the record.
std::string standard_input() {
    std::string text(longest_record + 1, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    return text;
}

}  // namespace

int record_command(const CommonOptions& common, const RecordOptions& options) {
    const auto kind = record::parse_kind(options.kind);
    if (!kind) {
        print_error('"' + plain_text(options.kind) +
                    "\" is no kind of record: write dkim, dmarc, spf, mta-sts, tls-rpt or bimi");
        return exit_usage;
    }
    if (options.batch && options.text) {
        print_error("--batch reads records from standard input: leave TEXT out");
        return exit_usage;
    }
    if (options.batch) return run_batch(*kind);
    if (!options.text) {
        print_error("the record is missing: give its TEXT, or - to read it from standard input");
        return exit_usage;
    }
    const auto examination = record::examine(*kind, *options.text == "-" ? standard_input() : *options.text);
    if (common.format == Format::json)
        std::cout << json_text(to_json(examination)) << '\n';
    else
        print_table(examination);
    return exit_code_of(worst(examination));
}

}  // namespace reputed
