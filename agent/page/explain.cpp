#include <array>

#include "agent/html.hpp"
#include "agent/page/subject.hpp"
#include "config/finding_codes.hpp"

// What a finding means and what to do about it, as `reputed explain` prints it.
namespace reputed::page {
namespace {

std::string severities_of(const FindingCode& code) {
    std::string out;
    for (const auto severity : code.severities)
        out += (out.empty() ? "" : " or ") + badge(severity);
    return out;
}

std::string part(std::string_view heading, const std::string& text) {
    return text.empty() ? "" : "<h2>" + std::string(heading) + "</h2>\n<p>" + html::text(text) + "</p>\n";
}

std::vector<const OpenFinding*> open_with(const Snapshot& snapshot, std::string_view code) {
    std::vector<const OpenFinding*> out;
    for (const auto& open : snapshot.findings)
        if (open.finding.code == code) out.push_back(&open);
    return out;
}

Answer all_codes(const View& view) {
    std::string body;
    std::string_view family;
    const std::array<std::string_view, 3> headers = {"Code", "Worst", "What it is"};
    for (const auto& code : finding_codes()) {
        if (code.family() != family) {
            if (!family.empty()) body += table_end();
            family = code.family();
            body += "<h2>" + std::string(family) + "</h2>\n" +
                    table_begin("Findings about " + std::string(family), headers);
        }
        body += "<tr><th scope=\"row\">" + code_link(code.code) + "</th><td>" +
                badge(code.severities.back()) + "</td><td>" + html::text(code.title) + "</td></tr>\n";
    }
    return {200, document(view.snapshot, {"Findings explained", Severity::info, "Findings explained",
                                          "<p>" + count(finding_codes().size(), "code", "codes") +
                                              ", each with its meaning and what to do.</p>\n",
                                          body + (family.empty() ? "" : table_end())})};
}

}  // namespace

Answer explain_page(const View& view, std::string_view asked) {
    if (asked.empty()) return all_codes(view);
    const auto* code = find_finding_code(asked);
    if (code == nullptr) {
        const auto meant = nearest_finding_code(asked.substr(0, 100));
        return not_found(view, "No such finding",
                         name(asked) + " is no code of a finding." +
                             (find_finding_code(meant) == nullptr ? " <a href=\"/explain/\">All codes</a>."
                                                                  : " Is " + code_link(meant) + " meant?"));
    }
    const auto open = open_with(view.snapshot, code->code);
    return {200,
            document(view.snapshot,
                     {code->code, worst_of(open), name(code->code),
                      "<p>" + html::text(code->title) + ": " + severities_of(*code) + "</p>\n",
                      part("What it means", code->means) + part("What to do", code->to_do) +
                          part("What clears it", code->clears) +
                          (code->see.empty() ? "" : "<h2>See</h2>\n<p>" + html::link(code->see) + "</p>\n") +
                          (open.empty() ? "<p>No such finding is open.</p>\n"
                                        : section("findings", "Open now", finding_list(view, open)))})};
}

}  // namespace reputed::page
