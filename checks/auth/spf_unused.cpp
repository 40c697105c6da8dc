#include "checks/auth/spf_unused.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "checks/auth/spf_remedy.hpp"
#include "config/public_suffix.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t most_terms = 500;
constexpr std::size_t most_names = 10;      // of one mx: RFC 7208 section 4.6.4
constexpr std::size_t most_addresses = 10;  // of one name
constexpr std::size_t most_asked = 50;      // a and mx terms

bool overlap(const IpNetwork& one, const IpNetwork& other) {
    return one.contains(other.first()) || other.contains(one.first());
}

bool overlaps_any(const IpNetwork& network, const std::vector<IpNetwork>& others) {
    return std::any_of(others.begin(), others.end(),
                       [&](const IpNetwork& other) { return overlap(network, other); });
}

bool overlaps_any(const std::vector<IpNetwork>& networks, const std::vector<IpNetwork>& others) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const IpNetwork& network) { return overlaps_any(network, others); });
}

// Both families; false when DNS did not say.
bool add_addresses(const Run& run, Answers& answers, const std::string& name, int prefix4, int prefix6,
                   std::vector<IpNetwork>& out) {
    bool known = true;
    const Question questions[] = {{name, RecordType::a}, {name, RecordType::aaaa}};
    if (run.left().count() <= 0) return false;
    answers.prefetch(questions, run.services.stop);
    for (const auto& question : questions) {
        const Answer& answer = answers.get(name, question.type, run.services.stop);
        known = known && (answer.definite() || answer.outcome == Outcome::invalid);
        for (std::size_t i = 0; i < std::min(answer.records.size(), most_addresses); ++i) {
            const auto& ip = answer.records[i].address;
            out.emplace_back(ip, ip.family() == Family::v4 ? prefix4 : prefix6);
        }
    }
    return known;
}

// The names of an MX record; false when DNS did not say.
bool add_exchangers(const Run& run, Answers& answers, const std::string& name,
                    std::vector<std::string>& out) {
    if (run.left().count() <= 0) return false;
    const Answer& answer = answers.get(name, RecordType::mx, run.services.stop);
    for (std::size_t i = 0; i < std::min(answer.records.size(), most_names); ++i)
        if (!answer.records[i].text.empty() && answer.records[i].text != ".")
            out.push_back(normalized_name(answer.records[i].text));
    return answer.definite() || answer.outcome == Outcome::invalid;
}

std::optional<std::string> name_of(const Term& term, const std::string& domain) {
    if (term.domain.empty()) return normalized_name(domain);
    if (!term.domain.is_literal()) return {};
    return normalized_name(term.domain.to_string());
}

std::string organization_of(const std::string& domain) {
    const std::string name = organizational_domain(domain);
    return name.empty() ? domain : name;
}

class Search {
  public:
    Search(const Run& run, Answers& answers, const LookupTree& tree)
        : run_(run), answers_(answers), tree_(tree), domain_(normalized_name(run.domain)) {}

    std::vector<UnusedTerm> run(std::vector<Hold>& holds) {
        if (!anybody_known()) return {};
        collect();
        if (!candidates_.empty() && !ask_own_names()) known_ = false;
        if (!known_) holds.push_back({"spf.stale_address", run_.domain, ""});
        if (!tree_.answered) holds.push_back({"spf.stale_address", run_.domain, ""});
        std::vector<UnusedTerm> unused;
        if (!known_) return unused;
        for (auto& candidate : candidates_)
            if (!is_spoken_for(candidate)) unused.push_back(std::move(candidate));
        return unused;
    }

  private:
    bool anybody_known() const {
        const auto& senders = run_.services.settings.senders;
        return std::any_of(senders.begin(), senders.end(), [&](const Sender& sender) {
            return is_mine(sender) && (!sender.networks.empty() || !sender.hostname.empty());
        });
    }

    bool is_mine(const Sender& sender) const {
        return std::find(sender.domains.begin(), sender.domains.end(), run_.domain) != sender.domains.end();
    }

    // The terms that no configured network speaks for.
    void collect() {
        for (const auto& sender : run_.services.settings.senders)
            used_.insert(used_.end(), sender.networks.begin(), sender.networks.end());
        const std::string organization = organization_of(domain_);
        std::size_t seen = 0;
        for (const auto& reached : tree_.records) {
            if (organization_of(reached.domain) != organization) continue;
            for (const auto& term : reached.record.terms) {
                if (term.kind == TermKind::all || ++seen > most_terms) break;
                if (term.qualifier == Qualifier::pass && !is_modifier(term.kind)) consider(reached, term);
            }
        }
    }

    void consider(const ReachedRecord& reached, const Term& term) {
        UnusedTerm unused{
            reached.domain, reached.record.text, term, std::string(reached.record.written(term)), {}, false};
        if (term.kind == TermKind::ip4 || term.kind == TermKind::ip6) {
            unused.networks = {term.network};
        } else if (term.kind == TermKind::a || term.kind == TermKind::mx) {
            const auto name = name_of(term, reached.domain);
            if (!name || ++asked_ > most_asked) return;
            const auto networks = networks_of(run_, answers_, reached.domain, term);
            if (!networks) {
                known_ = false;
                return;
            }
            unused.networks = *networks;
            unused.nothing = networks->empty();
            if (!unused.nothing && (*name == domain_ || *name == organization_of(domain_))) return;
        } else {
            return;
        }
        if (!overlaps_any(unused.networks, used_)) candidates_.push_back(std::move(unused));
    }

    bool ask_own_names() {
        bool known = add_exchangers(run_, answers_, domain_, exchangers_);
        std::vector<std::string> names = exchangers_;
        names.push_back(domain_);
        for (const auto& sender : run_.services.settings.senders)
            if (is_mine(sender) && !sender.hostname.empty() && names.size() < most_asked)
                names.push_back(sender.hostname);
        for (const auto& name : names)
            known = add_addresses(run_, answers_, name, 32, 128, used_) && known;
        return known;
    }

    bool is_spoken_for(const UnusedTerm& unused) const { return overlaps_any(unused.networks, used_); }

    const Run& run_;
    Answers& answers_;
    const LookupTree& tree_;
    const std::string domain_;
    std::vector<IpNetwork> used_;
    std::vector<std::string> exchangers_;
    std::vector<UnusedTerm> candidates_;
    std::size_t asked_ = 0;
    bool known_ = true;
};

}  // namespace

std::optional<std::vector<IpNetwork>> networks_of(const Run& run, Answers& answers, const std::string& domain,
                                                  const Term& term) {
    const auto name = name_of(term, domain);
    if (!name) return {};
    std::vector<std::string> names{*name};
    if (term.kind == TermKind::mx) {
        names.clear();
        if (!add_exchangers(run, answers, *name, names)) return {};
    }
    std::vector<IpNetwork> networks;
    for (const auto& host : names)
        if (!add_addresses(run, answers, host, term.prefix4, term.prefix6, networks)) return {};
    return networks;
}

std::vector<UnusedTerm> unused_terms(const Run& run, Answers& answers, const LookupTree& tree,
                                     std::vector<Hold>& holds) {
    return Search(run, answers, tree).run(holds);
}

}  // namespace reputed::spf
