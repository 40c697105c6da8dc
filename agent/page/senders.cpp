#include <algorithm>
#include <array>

#include "agent/html.hpp"
#include "agent/page/parts.hpp"

// Who sends, and what is thought of each address: one table a sender.
namespace reputed::page {
namespace {

struct Standing {
    std::vector<std::string_view> listed;
    Severity severity = Severity::info;        // the worst of these
    std::vector<std::string_view> was_listed;  // by the last good answer, which is old
    std::vector<std::string_view> unknown;     // never answered, or the answer is old
    std::size_t good = 0;
};

Standing standing_of(const Matrix& matrix, std::size_t target) {
    Standing standing;
    for (std::size_t i = 0; i < matrix.lists.size(); ++i) {
        const auto& cell = matrix.at(target, i);
        if (cell.state == CellState::not_asked) continue;
        const auto name = matrix.lists[i].name;
        if (cell.state == CellState::listed && !cell.held)
            standing.severity = std::max(standing.severity, cell.severity);
        if (cell.state == CellState::listed)
            (cell.held ? standing.was_listed : standing.listed).push_back(name);
        else if (cell.is_good())
            ++standing.good;
        else
            standing.unknown.push_back(name);
    }
    return standing;
}

// "a, b, c and 4 more", each linked to its page.
std::string linked(const View& view, std::span<const std::string_view> names) {
    std::string out;
    for (const auto name : names.first(std::min(names.size(), most_names)))
        out += (out.empty() ? "" : ", ") + view.names.link(name);
    if (names.size() > most_names) out += " and " + std::to_string(names.size() - most_names) + " more";
    return out;
}

std::string describe(const View& view, const Standing& standing) {
    std::string out;
    const auto line = [&out](const std::string& text) { out += (out.empty() ? "" : "<br>") + text; };
    if (!standing.listed.empty())
        line(badge(standing.severity, "listed") + " " + linked(view, standing.listed));
    if (!standing.was_listed.empty())
        line(badge(Severity::unknown, "was listed") + " " + linked(view, standing.was_listed));
    if (!standing.unknown.empty())
        line(badge(Severity::unknown, "not known") + " " + linked(view, standing.unknown));
    if (standing.good > 0) line(badge(Severity::ok, "fine") + " on " + count(standing.good, "list", "lists"));
    return out.empty() ? "no list asked" : out;
}

Severity ptr_of(const Facts& facts, std::string_view address) {
    const auto found = facts.ptr.find(address);
    return found == facts.ptr.end() ? Severity::unknown : found->second;
}

// The worst verdict over the sender's domains, with the domains that have it.
std::string describe_spf(const Facts& facts, const Sender& sender, std::string_view address) {
    if (sender.domains.empty()) return "no domain";
    const auto found = facts.spf.find(address);
    if (found == facts.spf.end()) return badge(Severity::unknown);
    Severity worst = Severity::ok;
    std::vector<std::string_view> domains;
    for (const auto& domain : sender.domains) {
        const auto verdict = found->second.find(domain);
        const auto severity = verdict == found->second.end() ? Severity::unknown : verdict->second;
        if (severity > worst) domains.clear();
        worst = std::max(worst, severity);
        if (severity == worst) domains.push_back(domain);
    }
    return badge(worst) + (worst == Severity::ok ? "" : " " + joined(domains));
}

constexpr std::size_t most_parts_shown = 3;

std::string describe_reputation(const Snapshot& snapshot, std::string_view address) {
    const auto found = snapshot.reputations->find(address);
    if (found == snapshot.reputations->end()) return badge(Severity::unknown, "not known");
    const auto& reputation = found->second;
    const auto& level = reputation.judged();
    const auto parts = parts_text(reputation.parts, most_parts_shown);
    return badge(level.severity, std::to_string(reputation.score) + ' ' + level.name) +
           (parts.empty() ? "" : "<br><span class=\"small\">" + html::text(parts, 300) + "</span>");
}

bool is_all_good(const Snapshot& snapshot, const Facts& facts, const Sender& sender, std::size_t target,
                 std::string_view address) {
    const auto reputation = snapshot.reputations->find(address);
    if (reputation != snapshot.reputations->end() && reputation->second.level > 0) return false;
    for (std::size_t i = 0; i < facts.addresses.lists.size(); ++i)
        if (!facts.addresses.at(target, i).is_good()) return false;
    if (ptr_of(facts, address) > Severity::info) return false;
    const auto found = facts.spf.find(address);
    for (const auto& domain : sender.domains) {
        if (found == facts.spf.end()) return false;
        const auto verdict = found->second.find(domain);
        if (verdict == found->second.end() || verdict->second > Severity::info) return false;
    }
    return true;
}

class SenderTables {
  public:
    SenderTables(const View& view, const Facts& facts)
        : view_(view), snapshot_(view.snapshot), facts_(facts) {
        for (std::size_t i = 0; i < facts.addresses.targets.size(); ++i)
            targets_[facts.addresses.targets[i]] = i;
        only_the_bad_ = targets_.size() > most_targets;
    }

    std::string render() {
        std::string out;
        for (const auto& sender : snapshot_.settings->senders)
            out += table(sender);
        return out;
    }

  private:
    std::string table(const Sender& sender) {
        const std::array<std::string_view, 5> headers = {"Address", "Reputation", "Lists", "PTR", "SPF"};
        std::string rows;
        std::size_t good = 0;
        std::size_t left_out = 0;
        const auto addresses = sender.addresses();
        for (const auto& address : addresses) {
            const auto text = address.to_string();
            const auto target = targets_.at(text);
            if (only_the_bad_ && is_all_good(snapshot_, facts_, sender, target, text)) {
                ++good;
            } else if (shown_ >= most_targets) {
                ++left_out;
            } else {
                ++shown_;
                const std::string cells[] = {describe_reputation(snapshot_, text),
                                             describe(view_, standing_of(facts_.addresses, target)),
                                             badge(ptr_of(facts_, text)), describe_spf(facts_, sender, text)};
                rows += "<tr><th scope=\"row\">" + view_.names.link(text, true) + "</th>";
                for (std::size_t i = 0; i < std::size(cells); ++i)
                    rows += "<td data-label=\"" + std::string(headers[i + 1]) + "\">" + cells[i] + "</td>";
                rows += "</tr>\n";
            }
        }
        std::string out = "<h3>" + name(sender.name) + "</h3>\n" + about(sender, addresses.size());
        if (!rows.empty())
            out += "<div class=\"cards\">" + table_begin("Addresses of " + name(sender.name), headers) +
                   rows + table_end() + "</div>\n";
        if (good > 0)
            out +=
                "<p>" + count(good, "address is", "addresses are") + " fine everywhere and not shown.</p>\n";
        if (left_out > 0)
            out += "<p>" + badge(Severity::warning, "more") + " " + count(left_out, "address", "addresses") +
                   " with something wrong or not known not shown.</p>\n";
        return out;
    }

    std::string about(const Sender& sender, std::size_t addresses) const {
        std::string out = "<p class=\"small\">";
        out += sender.hostname.empty() ? "Host name not known"
                                       : "Says EHLO " + view_.names.link(sender.hostname);
        const std::vector<std::string_view> domains(sender.domains.begin(), sender.domains.end());
        if (!domains.empty()) out += "; sends for " + linked(view_, domains);
        if (!sender.via.empty()) out += "; through " + name(sender.via);
        return out + "; " + count(addresses, "address", "addresses") + ".</p>\n";
    }

    const View& view_;
    const Snapshot& snapshot_;
    const Facts& facts_;
    std::map<std::string_view, std::size_t> targets_;
    bool only_the_bad_ = false;
    std::size_t shown_ = 0;
};

}  // namespace

std::string senders_section(const View& view, const Facts& facts) {
    const auto& snapshot = view.snapshot;
    const std::string begin = "<section aria-labelledby=\"senders\">\n<h2 id=\"senders\">Senders</h2>\n";
    if (!snapshot.settings || snapshot.settings->senders.empty())
        return begin + "<p>No sender is configured or was found on this machine.</p>\n</section>\n";
    return begin + SenderTables(view, facts).render() + "</section>\n";
}

}  // namespace reputed::page
