#include "checks/auth/spf_critique.hpp"

#include <algorithm>
#include <variant>

#include "checks/auth/spf_record.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "config/text.hpp"

namespace reputed::spf {
namespace {

constexpr std::ptrdiff_t lookup_limit = 10;  // RFC 7208 section 4.6.4
constexpr std::size_t good_length = 450;     // RFC 7208 section 3.4
constexpr std::size_t one_string = 255;      // RFC 1035 section 3.3
constexpr int wide_v4 = 20;
// What registries give a whole provider: no set of senders needs more.
constexpr int wide_v6 = 32;
// Wider than any network that one organisation has: a stranger's slip of the pen.
constexpr int absurd_v4 = 8;
constexpr int absurd_v6 = 16;

void remark(Critique& out, const char* code, Severity severity, std::string message) {
    record::add(out.remarks, std::string("spf.") + code, severity, std::move(message));
}

void add_tags(Critique& out, const Record& record) {
    std::string mechanisms;
    record::Tags modifiers;
    for (const auto& term : record.terms) {
        const std::string text = term.to_string();
        if (!is_modifier(term.kind))
            mechanisms += (mechanisms.empty() ? "" : " ") + text;
        else
            modifiers.push_back({text.substr(0, text.find('=')), text.substr(text.find('=') + 1)});
    }
    out.tags = {{"v", "spf1"}};
    if (!mechanisms.empty()) out.tags.push_back({"mechanisms", mechanisms});
    out.tags.insert(out.tags.end(), modifiers.begin(), modifiers.end());
}

void judge_end(Critique& out, const Record& record) {
    const auto* all = record.find(TermKind::all);
    const auto* redirect = record.find(TermKind::redirect);
    if (all == nullptr) {
        if (redirect == nullptr)
            remark(out, "no_all", Severity::warning,
                   "the record ends without all or redirect=: what no term matches is neutral");
        return;
    }
    if (all->qualifier == Qualifier::neutral)
        remark(out, "neutral_all", Severity::warning,
               "?all says nothing about addresses that no term matches");
    if (redirect != nullptr)
        remark(out, "redirect_ignored", Severity::warning, "redirect= beside all is ignored");
    for (const auto& term : record.terms)
        if (!is_modifier(term.kind) && term.offset > all->offset) {
            remark(out, "after_all", Severity::warning,
                   in_quotes(record.written(term)) + " stands behind all and is never looked at");
            return;
        }
}

// The prefix lengths of an address term; -1 where it has none.
struct Prefixes {
    int v4 = -1;
    int v6 = -1;
    bool narrower(int limit4, int limit6) const {
        return (v4 < 0 || v4 >= limit4) && (v6 < 0 || v6 >= limit6);
    }
};

Prefixes prefixes_of(const Term& term) {
    if (term.kind == TermKind::ip4) return {term.network.prefix_length(), -1};
    if (term.kind == TermKind::ip6) return {-1, term.network.prefix_length()};
    if (term.kind == TermKind::a || term.kind == TermKind::mx) return {term.prefix4, term.prefix6};
    return {};
}

bool is_absurd(const Term& term) {
    return term.qualifier == Qualifier::pass && !prefixes_of(term).narrower(absurd_v4, absurd_v6);
}

// Terms behind the first `all` are never looked at.
bool is_reached(const Record& record, const Term& term) {
    const auto* all = record.find(TermKind::all);
    return all == nullptr || term.offset <= all->offset;
}

std::string everybody(const Record& record, const Term& term) {
    const auto prefixes = prefixes_of(term);
    const bool v4 = prefixes.v4 == 0 && prefixes.v6 != 0;
    const bool v6 = prefixes.v6 == 0 && prefixes.v4 != 0;
    const auto written = term.kind == TermKind::all ? std::string("+all") : in_quotes(record.written(term));
    return written + " lets every " +
           (v4   ? "IPv4 "
            : v6 ? "IPv6 "
                 : "") +
           "address of the world send in this name";
}

void judge_width(record::Remarks& out, const Record& record, const Term& term,
                 const Circumstances& circumstances) {
    if (!is_reached(record, term)) return;
    if (passes_everybody(term))
        record::add(out, "spf.pass_all", Severity::critical, everybody(record, term));
    else if (is_wide(term, circumstances))
        record::add(out, "spf.wide_network", Severity::warning,
                    in_quotes(record.written(term)) + " covers more addresses than a sender has");
}

void judge_ptr(record::Remarks& out, const Record& record, const Term& term) {
    if (term.kind == TermKind::ptr)
        record::add(out, "spf.ptr", Severity::warning,
                    in_quotes(record.written(term)) + " is slow and unreliable: RFC 7208 asks not to use it");
}

void judge_terms(Critique& out, const Record& record, const Circumstances& circumstances) {
    for (std::size_t i = 0; i < record.terms.size() && i < 500; ++i) {
        const auto& term = record.terms[i];
        const auto shown = in_quotes(record.written(term));
        judge_ptr(out.remarks, record, term);
        judge_width(out.remarks, record, term, circumstances);
        if (term.kind == TermKind::unknown)
            remark(out, "unknown_modifier", Severity::info,
                   "the modifier " + shown + " is unknown and ignored");
        const auto end = record.terms.begin() + static_cast<std::ptrdiff_t>(i);
        if (term.kind != TermKind::unknown && std::find(record.terms.begin(), end, term) != end)
            remark(out, "duplicate", Severity::info, shown + " stands there twice");
        if (const auto parts = unglued(record.written(term)); parts.size() > 1)
            remark(out, "glued", Severity::warning,
                   shown + " looks like " + in_quotes(parts.front()) + " and " + in_quotes(parts.back()) +
                       " without a blank between them");
    }
    const auto lookups = std::count_if(record.terms.begin(), record.terms.end(),
                                       [](const Term& term) { return queries_dns(term.kind); });
    if (lookups > lookup_limit)
        remark(out, "lookups", Severity::warning,
               std::to_string(lookups) +
                   " terms query DNS, and receivers give up after 10: those behind are a permanent error");
}

// Past 255 octets more than one string is needed; up to there each seam is only a place to lose a blank.
void judge_size(Critique& out, std::string_view text, std::size_t pieces) {
    if (text.size() > good_length)
        remark(out, "long", Severity::info,
               "the record has " + std::to_string(text.size()) +
                   " octets; past 450 an answer may not fit into one packet");
    if (pieces > 1 && text.size() <= one_string)
        remark(out, "pieces", Severity::info,
               "the record is published in " + std::to_string(pieces) + " strings, but its " +
                   std::to_string(text.size()) +
                   " octets fit into one; receivers join strings without a blank between them");
}

std::string syntax_message(const SyntaxError& error, std::size_t pieces) {
    std::string message = printable(error.to_string(), 500) + ": receivers report a permanent error";
    if (const auto parts = unglued(error.term); parts.size() > 1)
        message += "; a blank is missing between " + in_quotes(parts.front()) + " and " +
                   in_quotes(parts.back()) + (pieces > 1 ? ", for strings are joined without one" : "");
    return message;
}

}  // namespace

bool passes_everybody(const Term& term) {
    if (term.qualifier != Qualifier::pass) return false;
    return term.kind == TermKind::all || !prefixes_of(term).narrower(1, 1);
}

bool is_wide(const Term& term, const Circumstances& circumstances) {
    if (term.qualifier != Qualifier::pass || prefixes_of(term).narrower(wide_v4, wide_v6)) return false;
    const bool is_network = term.kind == TermKind::ip4 || term.kind == TermKind::ip6;
    return !is_network || std::none_of(circumstances.senders.begin(), circumstances.senders.end(),
                                       [&](const IpNetwork& sender) {
                                           return sender.prefix_length() <= term.network.prefix_length() &&
                                                  sender.contains(term.network.first());
                                       });
}

record::Remarks criticise_included(const Record& record, Owner owner, const Circumstances& circumstances) {
    record::Remarks remarks;
    for (std::size_t i = 0; i < record.terms.size() && i < 500; ++i) {
        const auto& term = record.terms[i];
        if (owner == Owner::other && !passes_everybody(term) && !is_absurd(term)) continue;
        judge_width(remarks, record, term, circumstances);
        judge_ptr(remarks, record, term);
    }
    return remarks;
}

Critique criticise(std::string_view text, const Circumstances& circumstances) {
    Critique out;
    const auto parsed = parse_record(text);
    if (const auto* error = std::get_if<SyntaxError>(&parsed)) {
        remark(out, "syntax", Severity::critical, syntax_message(*error, circumstances.pieces));
        return out;
    }
    const auto& record = std::get<Record>(parsed);
    out.text = record.to_string();
    add_tags(out, record);
    judge_end(out, record);
    judge_terms(out, record, circumstances);
    judge_size(out, text, circumstances.pieces);
    return out;
}

}  // namespace reputed::spf
