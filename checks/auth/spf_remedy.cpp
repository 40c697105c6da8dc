#include "checks/auth/spf_remedy.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "checks/auth/spf_critique.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t string_limit = 255;
constexpr int repairs = 20;
constexpr std::size_t longest_glued = 500;
constexpr std::size_t longest_corrected = 8192;  // nobody writes more, and each term is compared with each
// What is longer nobody pastes; and comparing so many terms of a hostile record with each other takes seconds.
constexpr std::size_t longest_shown = 4096;
constexpr std::size_t most_merged_terms = 1000;

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
    return b > std::numeric_limits<std::uint64_t>::max() - a ? std::numeric_limits<std::uint64_t>::max()
                                                             : a + b;
}

// `count` of `size` offsets, the first and the last among them.
std::uint64_t spread(std::uint64_t size, std::uint64_t count, std::uint64_t index) {
    if (count >= size) return index;
    if (count == 1) return 0;
    const std::uint64_t step = (size - 1) / (count - 1);
    return index == count - 1 ? size - 1 : index * step;
}

// "a:192.0.2.1/28" as "ip4:192.0.2.1/28": the commonest mistake in published records.
std::string as_address(std::string_view term) {
    const auto colon = term.find(':');
    if (colon == std::string_view::npos) return "";
    const auto network = IpNetwork::parse(term.substr(colon + 1));
    return network ? address_term(*network) : "";
}

constexpr std::string_view version = "v=spf1";

std::optional<Record> read_terms(const std::string& terms) {
    auto parsed = parse_record(std::string(version) + ' ' + terms);
    auto* record = std::get_if<Record>(&parsed);
    if (record == nullptr) return {};
    return std::move(*record);
}

bool is_known_term(std::string_view text) {
    const auto record = read_terms(std::string(text));
    return record && record->terms.size() == 1 && record->terms.front().kind != TermKind::unknown;
}

// What cannot be a part of a domain: the beginning of a term with an argument, or a last `all`. "-all" could.
bool begins_term(std::string_view text) {
    if (text == "~all" || text == "?all" || text == "+all") return true;
    if (!text.empty() && std::string_view("+-~?").find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    for (const std::string_view start :
         {"include:", "ip4:", "ip6:", "exists:", "ptr:", "mx:", "a:", "redirect=", "exp="})
        if (text.starts_with(start)) return true;
    return false;
}

// Looked at by nobody, or better not there at all.
bool is_needless(const Record& record, std::size_t index) {
    const Term& term = record.terms[index];
    const Term* all = record.find(TermKind::all);
    if (all != nullptr && &term != all) {
        if (!is_modifier(term.kind) && term.offset > all->offset) return true;
        if (term.kind == TermKind::redirect) return true;
    }
    if (term.kind == TermKind::ptr || (term.kind != TermKind::all && passes_everybody(term))) return true;
    const auto end = record.terms.begin() + static_cast<std::ptrdiff_t>(index);
    return term.kind != TermKind::unknown && std::find(record.terms.begin(), end, term) != end;
}

}  // namespace

std::vector<SampledAddress> sample_addresses(const std::vector<IpNetwork>& networks, std::size_t limit) {
    std::vector<SampledAddress> sampled;
    std::set<IpAddress> seen;
    std::uint64_t total = 0;
    for (const auto& network : networks)
        total = saturating_add(total, network.size());
    const bool all = total <= limit;
    const std::size_t taken = std::min(networks.size(), limit);
    for (std::size_t i = 0; i < taken; ++i) {
        const auto index = static_cast<std::size_t>(spread(networks.size(), taken, i));
        const auto& network = networks[index];
        const std::uint64_t count =
            all ? network.size() : std::min<std::uint64_t>(network.size(), limit / taken);
        for (std::uint64_t j = 0; j < count; ++j) {
            const auto ip = network.at(spread(network.size(), count, j));
            if (seen.insert(ip).second) sampled.push_back({ip, index});
        }
    }
    return sampled;
}

std::string address_term(const IpNetwork& network) {
    return (network.first().family() == Family::v4 ? "ip4:" : "ip6:") + network.to_string();
}

std::string with_terms(const std::string& text, const std::vector<std::string>& terms) {
    const auto parsed = parse_record(text);
    const auto* record = std::get_if<Record>(&parsed);
    if (record == nullptr) return text;
    std::set<std::string> known;
    for (const auto& term : record->terms)
        known.insert(term.to_string());
    std::string added;
    for (const auto& term : terms)
        if (!known.contains(term)) added += term + ' ';
    const Term* place = record->find(TermKind::all);
    if (place == nullptr) place = record->find(TermKind::redirect);
    if (place != nullptr) return std::string(text).insert(place->offset, added);
    std::string out = text;
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    if (!added.empty()) added.pop_back();
    return added.empty() ? out : out + ' ' + added;
}

std::string merged(const std::vector<std::string_view>& records) {
    Record whole;
    std::vector<Term> last;  // all, then redirect=: the first of each
    for (const auto text : records) {
        auto parsed = parse_record(text);
        auto* record = std::get_if<Record>(&parsed);
        if (record == nullptr || whole.terms.size() + record->terms.size() > most_merged_terms) return "";
        for (auto& term : record->terms) {
            const bool ends =
                term.kind == TermKind::all || term.kind == TermKind::redirect || term.kind == TermKind::exp;
            auto& place = ends ? last : whole.terms;
            const bool there = std::any_of(place.begin(), place.end(), [&](const Term& known) {
                return ends ? known.kind == term.kind : known == term;
            });
            if (!there) place.push_back(std::move(term));
        }
    }
    std::stable_sort(last.begin(), last.end(), [](const Term& a, const Term& b) { return a.kind < b.kind; });
    for (auto& term : last)
        whole.terms.push_back(std::move(term));
    return whole.to_string();
}

std::string repaired(std::string_view record) {
    std::string text(record);
    for (int i = 0; i < repairs; ++i) {
        const auto parsed = parse_record(text);
        if (const auto* good = std::get_if<Record>(&parsed)) return good->to_string();
        const auto& error = std::get<SyntaxError>(parsed);
        if (error.term.empty()) return "";
        const auto end = std::min(text.find(' ', error.offset), text.size());
        const auto parts = unglued(std::string_view(text).substr(error.offset, end - error.offset));
        text.replace(error.offset, end - error.offset,
                     parts.size() > 1 ? parts.front() + ' ' + parts.back() : as_address(error.term));
    }
    return "";
}

std::vector<std::string> unglued(std::string_view term) {
    std::vector<std::string> whole{std::string(term)};
    if (term.size() > longest_glued || term.find('%') != std::string_view::npos) return whole;
    const auto alone = read_terms(whole.front());
    if (alone && (alone->terms.empty() || alone->terms.front().domain.empty() ||
                  alone->terms.front().kind == TermKind::unknown))
        return whole;
    for (std::size_t i = 1; i < term.size(); ++i) {
        const auto left = term.substr(0, i);
        const auto right = term.substr(i);
        if (alone && !begins_term(right)) continue;
        if (is_known_term(left) && (is_known_term(right) || begins_term(right)))
            return {std::string(left), std::string(right)};
    }
    return whole;
}

std::string corrected(std::string_view text) {
    if (text.size() > longest_corrected) return "";
    const auto parsed = parse_record(text);
    if (std::holds_alternative<SyntaxError>(parsed)) {
        const std::string better = repaired(text);
        return better.empty() ? "" : corrected(better);
    }
    const auto& record = std::get<Record>(parsed);
    std::string out(version);
    bool again = false;
    for (std::size_t i = 0; i < record.terms.size(); ++i) {
        const Term& term = record.terms[i];
        if (is_needless(record, i)) continue;
        const auto parts = unglued(record.written(term));
        again = again || parts.size() > 1;
        const bool open = term.kind == TermKind::all &&
                          (term.qualifier == Qualifier::pass || term.qualifier == Qualifier::neutral);
        if (open)
            out += " ~all";
        else
            for (const auto& part : parts)
                out += ' ' + part;
    }
    if (again) return corrected(out);
    const bool closed = record.find(TermKind::all) != nullptr || record.find(TermKind::redirect) != nullptr;
    return closed ? out : out + " ~all";
}

std::string without_terms(const std::string& text, const std::vector<Term>& terms) {
    const auto parsed = parse_record(text);
    const auto* record = std::get_if<Record>(&parsed);
    if (record == nullptr) return text;
    std::string out(version);
    for (const auto& term : record->terms)
        if (std::find(terms.begin(), terms.end(), term) == terms.end())
            out += ' ' + std::string(record->written(term));
    return out;
}

std::vector<std::string> sender_terms(const std::vector<const Sender*>& senders) {
    std::vector<std::string> terms;
    const auto add = [&](std::string term) {
        if (std::find(terms.begin(), terms.end(), term) == terms.end()) terms.push_back(std::move(term));
    };
    for (const auto* sender : senders) {
        for (const auto& network : sender->networks)
            add(address_term(network));
        if (!sender->via.empty()) add("include:" + sender->via);
    }
    return terms;
}

std::string first_record(const std::vector<const Sender*>& senders) {
    return with_terms("v=spf1 ~all", sender_terms(senders));
}

std::string zone_line(std::string_view name, std::string_view record) {
    std::string out = std::string(name) + ". IN TXT";
    const auto kept = record.substr(0, longest_shown);
    for (std::size_t i = 0; i == 0 || i < kept.size(); i += string_limit) {
        out += " \"";
        for (const char c : kept.substr(i, string_limit)) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    if (kept.size() < record.size())
        out += " ... and " + std::to_string(record.size() - kept.size()) + " octets more";
    return out;
}

}  // namespace reputed::spf
