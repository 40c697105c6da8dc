#include <iostream>
#include <span>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/terminal.hpp"
#include "config/finding_codes.hpp"
#include "config/text.hpp"

namespace reputed {
namespace {

using Codes = std::span<const FindingCode>;

void print_json(Codes codes) {
    Json all = Json::array();
    for (const auto& one : codes) {
        Json severities = Json::array();
        for (const auto severity : one.severities)
            severities.push_back(to_string(severity));
        all.push_back({{"code", one.code},
                       {"title", one.title},
                       {"severities", std::move(severities)},
                       {"means", one.means},
                       {"do", one.to_do},
                       {"clears", one.clears},
                       {"see", one.see}});
    }
    std::cout << json_text({{"codes", std::move(all)}}) << '\n';
}

void print_table(Codes codes) {
    Table table({"CODE", "WORST", "WHAT IT IS"});
    for (const auto& one : codes) {
        const Severity worst = one.severities.back();
        table.add({{one.code}, {std::string(to_string(worst)), colour_of(worst)}, {one.title}});
    }
    std::cout << table.to_string();
}

// "warning or critical", "info, warning or critical".
std::string severities_text(const FindingCode& code) {
    std::string out;
    for (std::size_t i = 0; i < code.severities.size(); ++i) {
        if (i != 0) out += i + 1 == code.severities.size() ? " or " : ", ";
        out += coloured(to_string(code.severities[i]), colour_of(code.severities[i]));
    }
    return out;
}

void print_one(const FindingCode& code) {
    static constexpr std::string_view labels[] = {"means", "do", "clears", "see"};
    const std::string* const texts[] = {&code.means, &code.to_do, &code.clears, &code.see};
    constexpr std::size_t margin = 12;
    std::cout << coloured(code.code, Colour::bold) << "  " << code.title << '\n'
              << coloured("    is      ", Colour::grey) << severities_text(code) << '\n';
    for (std::size_t i = 0; i < std::size(labels); ++i) {
        if (texts[i]->empty()) continue;
        std::string label = "    " + std::string(labels[i]);
        label.resize(margin, ' ');
        std::cout << coloured(label, Colour::grey) << wrapped(*texts[i], terminal_width(), margin) << '\n';
    }
}

}  // namespace

int explain_command(const CommonOptions& common, const std::string& text) {
    const std::string wanted = lower(text);
    const FindingCode* one = find_finding_code(wanted);
    const Codes codes = one != nullptr ? Codes(one, 1)
                        : text.empty() ? finding_codes()
                                       : finding_codes_of(wanted);
    if (codes.empty()) {
        const auto meant = nearest_finding_code(wanted);
        print_error("unknown code " + in_quotes(text) +
                    (meant.empty() ? "; reputed explain shows them all"
                                   : ": did you mean " + in_quotes(meant) + '?'));
        return exit_usage;
    }
    if (common.format == Format::json)
        print_json(codes);
    else if (one != nullptr)
        print_one(*one);
    else
        print_table(codes);
    return exit_ok;
}

}  // namespace reputed
