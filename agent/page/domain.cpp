#include <algorithm>
#include <array>

#include "agent/page/subject.hpp"
#include "agent/page/timeline.hpp"

// All about one domain or host name of ours.
namespace reputed::page {
namespace {

std::vector<const Sender*> senders_of(const Snapshot& snapshot, std::string_view domain) {
    std::vector<const Sender*> out;
    for (const auto& sender : snapshot.settings->senders)
        if (sender.hostname == domain ||
            std::find(sender.domains.begin(), sender.domains.end(), domain) != sender.domains.end())
            out.push_back(&sender);
    return out;
}

std::string senders_text(const std::vector<const Sender*>& senders) {
    std::vector<std::string_view> names;
    for (const auto* sender : senders)
        names.push_back(sender->name);
    return names.empty() ? "" : "<p>Of " + joined(names) + ".</p>\n";
}

std::string spf_section(const View& view, std::string_view domain) {
    std::string rows;
    std::size_t more = 0;
    std::size_t shown = 0;
    for (const auto& job : jobs_of(view.snapshot, "spf")) {
        if (!job.samples) continue;
        for (const auto& sample : *job.samples) {
            if (sample.metric->name != "reputed_spf_verdict" || label(sample, "domain") != domain) continue;
            if (++shown > most_targets) {
                ++more;
                continue;
            }
            rows += "<tr><th scope=\"row\">" + view.names.link(label(sample, "ip")) + "</th><td>" +
                    badge(verdict_of(sample.value)) + "</td></tr>\n";
        }
    }
    if (rows.empty()) return "";
    const std::array<std::string_view, 2> headers = {"Address", "Verdict"};
    return section("spf", "SPF",
                   table_begin("SPF", headers) + rows + table_end() +
                       (more > 0 ? "<p>" + std::to_string(more) + " more not shown.</p>\n" : ""));
}

}  // namespace

Answer domain_page(const View& view, std::string_view asked) {
    if (!view.names.is_domain(asked))
        return not_found(view, "No such domain",
                         name(asked) +
                             " is no domain or host name of a configured sender. `reputed check` asks "
                             "about any domain.");
    const std::string domain(asked);
    const auto findings = findings_about(view.snapshot, domain);
    const auto senders = senders_of(view.snapshot, domain);
    const auto watch = [&](DayNumber day) {
        return view.snapshot.watched && view.snapshot.watched->watched(domain, day) ? Watch::yes : Watch::no;
    };
    return {
        200,
        document(view.snapshot,
                 {name(domain), worst_of(findings), breakable(domain),
                  "<p>" + badge(worst_of(findings)) + " " +
                      (findings.empty() ? "No open finding."
                                        : count(findings.size(), "open finding.", "open findings.")) +
                      "</p>\n" + senders_text(senders),
                  timeline_section(view, domain, watch) +
                      section("lists", "Lists", lists_table(view, domain, true)) + spf_section(view, domain) +
                      section("findings", "Findings", finding_list(view, findings)) +
                      past_section(view, domain)})};
}

}  // namespace reputed::page
