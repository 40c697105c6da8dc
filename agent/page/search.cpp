#include <algorithm>
#include <set>

#include "agent/html.hpp"
#include "agent/page/subject.hpp"
#include "config/finding_codes.hpp"
#include "config/text.hpp"

// Where a word stands: among addresses, names, senders, lists, open findings and their codes.
namespace reputed::page {
namespace {

constexpr std::size_t most_hits = 50;  // of each kind
constexpr std::size_t longest_question = 200;
constexpr std::uint64_t most_looked_at = 50'000;  // addresses

// The hits of one kind; those beyond are counted.
class Hits {
  public:
    explicit Hits(std::string_view heading) : heading_(heading) {}
    void add(const std::string& html) {
        if (++count_ <= most_hits) items_ += "<li>" + html + "</li>\n";
    }
    bool full() const { return count_ > most_hits; }
    std::size_t size() const { return count_; }
    std::string section_html(std::string_view id) const {
        if (count_ == 0) return "";
        return section(id, heading_,
                       "<ul>\n" + items_ + "</ul>\n" + (full() ? "<p>There are more.</p>\n" : ""));
    }

  private:
    std::string_view heading_;
    std::string items_;
    std::size_t count_ = 0;
};

bool has(std::string_view text, const std::string& lower_case) {
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
           }) != text.end();
}

std::string address_link(const IpAddress& address) {
    const auto text = address.to_string();
    return anchor(path_to("/ip/", text), name(text));
}

void find_addresses(const View& view, const std::string& asked, Hits& hits) {
    if (const auto exact = IpAddress::parse(asked)) {
        if (const auto* sender = view.names.sender_of(*exact))
            hits.add(address_link(*exact) + " of " + name(sender->name));
        return;
    }
    const auto network = IpNetwork::parse(asked);
    // What no address is written with is in none of them.
    if (!network && asked.find_first_not_of("0123456789abcdef.:") != std::string::npos) return;
    std::uint64_t looked_at = 0;
    for (const auto& sender : view.snapshot.settings->senders)
        for (const auto& own : sender.networks)
            for (std::uint64_t i = 0; i < own.size(); ++i) {
                if (hits.full() || ++looked_at > most_looked_at) return;
                const auto address = own.at(i);
                if (network ? network->contains(address) : has(address.to_string(), asked))
                    hits.add(address_link(address) + " of " + name(sender.name));
            }
}

void find_names(const View& view, const std::string& asked, Hits& senders, Hits& domains) {
    std::set<std::string_view> seen;
    const auto domain = [&](const std::string& one) {
        if (has(one, asked) && seen.insert(one).second) domains.add(view.names.link(one));
    };
    for (const auto& sender : view.snapshot.settings->senders) {
        if (has(sender.name, asked) || has(sender.hostname, asked)) {
            std::string html =
                name(sender.name) + (sender.hostname.empty() ? "" : ", " + view.names.link(sender.hostname));
            std::size_t shown = 0;
            for (const auto& network : sender.networks) {
                if (++shown > most_names) break;
                html +=
                    ", " + (network.size() == 1 ? address_link(network.first()) : name(network.to_string()));
            }
            if (sender.networks.size() > most_names) html += " and more";
            senders.add(html);
        }
        domain(sender.hostname);
        for (const auto& one : sender.domains)
            domain(one);
    }
}

void find_lists(const View& view, const std::string& asked, Hits& hits) {
    for (const auto& list : view.snapshot.lists->lists)
        if (has(list.name, asked) || has(list.operator_name, asked))
            hits.add(list_link(list.name) + ", " + name(list.operator_name));
    for (const auto& skipped : view.snapshot.lists->skipped)
        if (has(skipped.name, asked))
            hits.add(list_link(skipped.name) + ", not asked: " + name(skipped.reason));
}

}  // namespace

Answer search_page(const View& view, std::string_view given) {
    const auto cut = given.substr(0, longest_question);
    const auto first = cut.find_first_not_of(" \t\r\n");
    const auto last = cut.find_last_not_of(" \t\r\n");
    const auto trimmed = first == std::string_view::npos ? "" : cut.substr(first, last - first + 1);
    const std::string asked = lower(trimmed);

    Hits addresses("Addresses");
    Hits senders("Senders");
    Hits domains("Domains");
    Hits lists("Lists");
    Hits codes("Explanations");
    std::vector<const OpenFinding*> findings;
    if (!asked.empty()) {
        if (view.snapshot.settings) {
            find_addresses(view, asked, addresses);
            find_names(view, asked, senders, domains);
        }
        if (view.snapshot.lists) find_lists(view, asked, lists);
        for (const auto& open : view.snapshot.findings) {
            const auto& finding = open.finding;
            if (has(finding.code, asked) || has(finding.subject, asked) || has(finding.object, asked) ||
                has(finding.message, asked))
                findings.push_back(&open);
        }
        for (const auto& code : finding_codes())
            if (has(code.code, asked) || has(code.title, asked))
                codes.add(code_link(code.code) + " " + html::text(code.title));
    }
    const auto hits =
        addresses.size() + senders.size() + domains.size() + lists.size() + codes.size() + findings.size();
    const std::string said = asked.empty() ? "Write an address, a name, a list or a word of a finding."
                             : hits == 0   ? "Nothing here has \u201c" + name(trimmed) + "\u201d in it."
                                           : "What has \u201c" + name(trimmed) + "\u201d in it.";
    const auto shown = std::min(findings.size(), most_hits);
    return {
        200,
        document(view.snapshot,
                 {"Search", Severity::info, "Search", "<p>" + said + "</p>\n",
                  addresses.section_html("addresses") + senders.section_html("senders") +
                      domains.section_html("domains") + lists.section_html("lists") +
                      section("findings", "Findings", finding_list(view, std::span(findings).first(shown))) +
                      (shown < findings.size() ? "<p>There are more findings.</p>\n" : "") +
                      codes.section_html("codes"),
                  std::string(trimmed)})};
}

}  // namespace reputed::page
