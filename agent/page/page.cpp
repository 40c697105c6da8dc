#include "agent/page/page.hpp"

#include <algorithm>

#include "agent/page/parts.hpp"
#include "agent/page/timeline.hpp"

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

}  // namespace
}  // namespace page

std::string render_page(const page::View& view) {
    const auto& snapshot = view.snapshot;
    const auto facts = page::gather(snapshot);
    const auto verdict = page::headline_verdict(snapshot);
    const std::string word(to_string(verdict));
    // Who and where at a glance first; the findings, in full sentences, may be many.
    return page::document(
        snapshot,
        {word, verdict, "reputed: " + word, "<p>" + page::sentence(snapshot) + "</p>\n",
         page::timelines_section(view) + page::senders_section(view, facts) +
             page::matrix_section(view, facts.addresses, "addresses", "Lists and addresses", "Address") +
             page::matrix_section(view, facts.domains, "domains", "Lists and domains", "Domain") +
             page::findings_section(view) + page::lists_section(view, facts) +
             page::queues_section(view, facts) + page::notifiers_section(snapshot) +
             page::agent_section(snapshot)});
}

std::string render_page(const Snapshot& snapshot) {
    const page::Names names(snapshot);
    return render_page(page::View{snapshot, names});
}

}  // namespace reputed
