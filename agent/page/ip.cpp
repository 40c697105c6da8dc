#include <algorithm>
#include <array>
#include <optional>

#include "agent/page/subject.hpp"
#include "agent/page/timeline.hpp"

// All about one address that mail is sent from.
namespace reputed::page {
namespace {

// Of the family's series about this address, by the label `by`; in what order they come.
std::vector<std::pair<std::string_view, Severity>> verdicts(const Snapshot& snapshot, std::string_view check,
                                                            std::string_view metric, std::string_view address,
                                                            std::string_view by) {
    std::vector<std::pair<std::string_view, Severity>> out;
    for (const auto& job : jobs_of(snapshot, check)) {
        if (!job.samples) continue;
        for (const auto& sample : *job.samples)
            if (sample.metric->name == metric && label(sample, "ip") == address)
                out.emplace_back(label(sample, by), verdict_of(sample.value));
    }
    return out;
}

std::string reputation_section(const Snapshot& snapshot, std::string_view address) {
    const auto found = snapshot.reputations->find(address);
    if (found == snapshot.reputations->end())
        return section("reputation", "Reputation",
                       "<p>" + badge(Severity::unknown, "not known") +
                           " Too few lists have given a good answer yet.</p>\n");
    const auto& reputation = found->second;
    const auto& level = reputation.judged();
    std::string out =
        "<p class=\"score\">" +
        badge(level.severity, std::to_string(reputation.score) + " of 100: " + std::string(level.name)) +
        "</p>\n";
    if (!reputation.parts.empty()) {
        const std::array<std::string_view, 3> headers = {"What takes points", "Part", "Points"};
        out += table_begin("What takes points", headers);
        for (const auto& part : reputation.parts)
            out += "<tr><th scope=\"row\">" + name(part.words) + "</th><td>" +
                   std::string(reputation::to_string(part.part)) + "</td><td class=\"number\">\u2212" +
                   std::to_string(part.points) + "</td></tr>\n";
        out += table_end();
    }
    return section("reputation", "Reputation", out);
}

std::string identity_section(const View& view, std::string_view address, const Sender& sender) {
    std::string rows;
    const auto add = [&rows](std::string_view what, std::string_view about, const std::string& verdict) {
        rows += "<tr><th scope=\"row\">" + std::string(what) + "</th><td>" + std::string(about) +
                "</td><td>" + verdict + "</td></tr>\n";
    };
    const auto ptr = verdicts(view.snapshot, "ptr", "reputed_ptr_verdict", address, "ip");
    add("PTR", "reverse name", badge(ptr.empty() ? Severity::unknown : ptr.front().second));
    const auto spf = verdicts(view.snapshot, "spf", "reputed_spf_verdict", address, "domain");
    for (const auto& domain : sender.domains) {
        const auto found =
            std::find_if(spf.begin(), spf.end(), [&](const auto& one) { return one.first == domain; });
        add("SPF", view.names.link(domain), badge(found == spf.end() ? Severity::unknown : found->second));
    }
    const std::array<std::string_view, 3> headers = {"Check", "About", "Verdict"};
    return section("identity", "Identity", table_begin("Identity", headers) + rows + table_end());
}

std::string about(const View& view, const Sender& sender, const std::vector<const OpenFinding*>& findings) {
    return "<p>" + badge(worst_of(findings)) + " " +
           (findings.empty() ? "No open finding."
                             : count(findings.size(), "open finding.", "open findings.")) +
           "</p>\n<p>Sender " + name(sender.name) +
           (sender.hostname.empty() ? "" : ", says EHLO " + view.names.link(sender.hostname)) + ".</p>\n";
}

}  // namespace

Answer address_page(const View& view, std::string_view asked) {
    const auto address = IpAddress::parse(asked);
    const auto* sender = address ? view.names.sender_of(*address) : nullptr;
    if (sender == nullptr)
        return not_found(view, address ? name(asked) : "No such address",
                         address ? name(asked) + " is no address of a configured sender. `reputed check " +
                                       address->to_string() + "` asks about any address."
                                 : name(asked) + " is no IP address.");
    const auto text = address->to_string();
    const auto findings = findings_about(view.snapshot, text);
    const auto watch = [&](DayNumber day) {
        return view.snapshot.watched && view.snapshot.watched->watched(*address, day) ? Watch::yes
                                                                                      : Watch::no;
    };
    return {200, document(view.snapshot,
                          {text, worst_of(findings), breakable(text), about(view, *sender, findings),
                           timeline_section(view, text, watch) + reputation_section(view.snapshot, text) +
                               section("lists", "Lists", lists_table(view, text, false)) +
                               identity_section(view, text, *sender) +
                               section("findings", "Findings", finding_list(view, findings)) +
                               past_section(view, text)})};
}

}  // namespace reputed::page
