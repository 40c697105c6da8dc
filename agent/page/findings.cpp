#include <algorithm>

#include "agent/alert_rules.hpp"
#include "agent/html.hpp"
#include "agent/page/parts.hpp"

// Open findings in full, and those that are still being confirmed.
namespace reputed::page {
namespace {

// What else is to be known of it, as badges behind the severity.
std::string marks(const Snapshot& snapshot, const OpenFinding& open) {
    std::string out;
    if (open.finding.drill) out += " " + badge(Severity::unknown, "drill: nothing of it is real");
    if (open.flapping) out += " " + badge(Severity::info, "flapping: not told again before it stays away");
    if (!open.muted) return out;
    const auto* rule = snapshot.settings ? mute_of(open.finding, *snapshot.settings, snapshot.made) : nullptr;
    std::string words = "muted";
    if (rule != nullptr && !rule->reason.empty()) words += ": " + rule->reason.substr(0, longest_name);
    out += " " + badge(Severity::info, words);
    if (rule != nullptr && rule->until)
        out += " <span class=\"small\">until " + time(*rule->until) + "</span>";
    return out;
}

std::string finding_item(const View& view, const OpenFinding& open) {
    const auto& finding = open.finding;
    std::string out = "<li class=\"" + std::string(to_string(finding.severity)) +
                      (finding.drill ? " drill" : "") + "\">\n<h3>" + badge(finding.severity) +
                      marks(view.snapshot, open) + " " + html::text(finding.message, 1000) + "</h3>\n";
    if (!finding.evidence.empty()) out += "<pre>" + html::text(finding.evidence, 2000) + "</pre>\n";
    if (!finding.remedy.empty()) out += "<p>" + html::text(finding.remedy, 1000) + "</p>\n";
    if (!finding.link.empty()) out += "<p class=\"link\">" + html::link(finding.link) + "</p>\n";
    out += "<p class=\"small\">" + code_link(finding.code) + ": " + view.names.link(finding.subject);
    if (!finding.object.empty()) out += ", " + view.names.link(finding.object);
    return out + ". Since " + time(open.since) + ", last confirmed " + time(open.last_seen) +
           ".</p>\n</li>\n";
}

// Seen, but not yet so often that it counts: one line each.
std::string unconfirmed_section(const View& view) {
    const auto& unconfirmed = view.snapshot.unconfirmed;
    if (unconfirmed.empty()) return "";
    std::string out = "<ul class=\"small\">\n";
    const auto shown = std::min(unconfirmed.size(), most_findings);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& open = unconfirmed[i];
        out += "<li>" + badge(open.finding.severity) + marks(view.snapshot, open) + " " +
               html::text(open.finding.message, 1000) + " (seen " +
               count(static_cast<std::size_t>(open.rounds), "time", "times") + " since " + time(open.since) +
               ")</li>\n";
    }
    out += "</ul>\n";
    if (shown < unconfirmed.size())
        out += "<p>" + count(unconfirmed.size() - shown, "more", "more") + " not shown.</p>\n";
    return section("unconfirmed", "Being confirmed", out);
}

}  // namespace

std::string finding_list(const View& view, std::span<const OpenFinding* const> findings) {
    if (findings.empty()) return "";
    std::string out = "<ol class=\"findings\">\n";
    const auto shown = std::min(findings.size(), most_findings);
    for (const auto* open : findings.first(shown))
        out += finding_item(view, *open);
    out += "</ol>\n";
    if (shown < findings.size())
        out += "<p>" + count(findings.size() - shown, "finding", "findings") +
               " less grave or later in order not shown.</p>\n";
    return out;
}

std::string findings_section(const View& view) {
    const auto& snapshot = view.snapshot;
    std::vector<const OpenFinding*> open;
    std::string drills;
    if (!snapshot.drills.empty()) {
        drills = "<ol class=\"findings\">\n";
        for (const auto& drill : snapshot.drills)
            drills += finding_item(view, drill);
        drills += "</ol>\n";
    }
    for (const auto& finding : snapshot.findings)
        open.push_back(&finding);
    return section("findings", "Findings", drills + finding_list(view, open)) + unconfirmed_section(view);
}

}  // namespace reputed::page
