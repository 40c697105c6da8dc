#include "agent/page.hpp"

#include <algorithm>

#include "agent/alert_rules.hpp"
#include "agent/html.hpp"
#include "agent/page_parts.hpp"

namespace reputed {
namespace page {
namespace {

Severity worst_of(const std::vector<OpenFinding>& findings) {
    Severity worst = Severity::ok;
    for (const auto& open : findings)
        worst = std::max(worst, open.finding.severity);
    return worst;
}

// Before every job has run nobody may take silence for ok.
Severity headline_verdict(const Snapshot& snapshot) {
    const auto worst = worst_of(snapshot.findings);
    return snapshot.ready ? worst : std::max(worst, Severity::unknown);
}

std::string sentence(const Snapshot& snapshot) {
    std::size_t counts[std::size(severity_names)] = {};
    for (const auto& open : snapshot.findings)
        ++counts[static_cast<std::size_t>(open.finding.severity)];
    std::string out;
    for (const auto severity : {Severity::critical, Severity::warning, Severity::unknown, Severity::info})
        if (const auto n = counts[static_cast<std::size_t>(severity)]; n > 0)
            out += (out.empty() ? "" : ", ") + std::to_string(n) + " " + std::string(to_string(severity));
    out = out.empty() ? "No open finding." : "Open findings: " + out + ".";
    if (!snapshot.ready) {
        const auto waiting = static_cast<std::size_t>(std::count_if(
            snapshot.jobs.begin(), snapshot.jobs.end(), [](const JobState& job) { return job.runs == 0; }));
        out +=
            " The first round is not complete: " + count(waiting, "job has", "jobs have") + " not run yet.";
    }
    if (!snapshot.last_reload_ok)
        out += " The configuration could not be reloaded: the one of " + time(snapshot.last_good_reload) +
               " is in use.";
    return out;
}

std::string head(const Snapshot& snapshot) {
    const auto verdict = headline_verdict(snapshot);
    const std::string word(to_string(verdict));
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + word +
           " - reputed</title>\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n"
           "<header class=\"" +
           word + "\">\n<h1>reputed: " + word + "</h1>\n<p>" + sentence(snapshot) +
           "</p>\n<p class=\"small\">As of " + time(snapshot.made) + ". Up since " + time(snapshot.started) +
           ". <a href=\"/metrics\">Metrics</a></p>\n</header>\n<main>\n";
}

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

std::string finding_item(const Snapshot& snapshot, const OpenFinding& open) {
    const auto& finding = open.finding;
    std::string out = "<li class=\"" + std::string(to_string(finding.severity)) +
                      (finding.drill ? " drill" : "") + "\">\n<h3>" + badge(finding.severity) +
                      marks(snapshot, open) + " " + html::text(finding.message, 1000) + "</h3>\n";
    if (!finding.evidence.empty()) out += "<pre>" + html::text(finding.evidence, 2000) + "</pre>\n";
    if (!finding.remedy.empty()) out += "<p>" + html::text(finding.remedy, 1000) + "</p>\n";
    if (!finding.link.empty()) out += "<p class=\"link\">" + html::link(finding.link) + "</p>\n";
    out += "<p class=\"small\">" + name(finding.code) + ": " + name(finding.subject);
    if (!finding.object.empty()) out += ", " + name(finding.object);
    return out + ". Since " + time(open.since) + ", last confirmed " + time(open.last_seen) +
           ".</p>\n</li>\n";
}

// Seen, but not yet so often that it counts: one line each.
std::string unconfirmed_section(const Snapshot& snapshot) {
    if (snapshot.unconfirmed.empty()) return "";
    std::string out =
        "<section aria-labelledby=\"unconfirmed\">\n<h2 id=\"unconfirmed\">Being confirmed</h2>\n<ul "
        "class=\"small\">\n";
    const auto shown = std::min(snapshot.unconfirmed.size(), most_findings);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& open = snapshot.unconfirmed[i];
        out += "<li>" + badge(open.finding.severity) + marks(snapshot, open) + " " +
               html::text(open.finding.message, 1000) + " (seen " +
               count(static_cast<std::size_t>(open.rounds), "time", "times") + " since " + time(open.since) +
               ")</li>\n";
    }
    out += "</ul>\n";
    if (shown < snapshot.unconfirmed.size())
        out += "<p>" + count(snapshot.unconfirmed.size() - shown, "more", "more") + " not shown.</p>\n";
    return out + "</section>\n";
}

}  // namespace

std::string findings_section(const Snapshot& snapshot) {
    if (snapshot.findings.empty() && snapshot.drills.empty()) return unconfirmed_section(snapshot);
    std::string out =
        "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n<ol "
        "class=\"findings\">\n";
    for (const auto& drill : snapshot.drills)
        out += finding_item(snapshot, drill);
    const auto shown = std::min(snapshot.findings.size(), most_findings);
    for (std::size_t i = 0; i < shown; ++i)
        out += finding_item(snapshot, snapshot.findings[i]);
    out += "</ol>\n";
    if (shown < snapshot.findings.size())
        out += "<p>" + count(snapshot.findings.size() - shown, "finding", "findings") +
               " less grave or later in order not shown.</p>\n";
    return out + "</section>\n" + unconfirmed_section(snapshot);
}

}  // namespace page

std::string render_page(const Snapshot& snapshot) {
    const auto facts = page::gather(snapshot);
    // Who and where at a glance first; the findings, in full sentences, may be many.
    return page::head(snapshot) + page::senders_section(snapshot, facts) +
           page::matrix_section(facts.addresses, "addresses", "Lists and addresses", "Address") +
           page::matrix_section(facts.domains, "domains", "Lists and domains", "Domain") +
           page::findings_section(snapshot) + page::lists_section(snapshot, facts) +
           page::queues_section(facts) + page::notifiers_section(snapshot) + page::agent_section(snapshot) +
           "</main>\n</body>\n</html>\n";
}

}  // namespace reputed
