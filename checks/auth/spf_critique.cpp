#include "checks/auth/spf_critique.hpp"

#include <algorithm>
#include <variant>

#include "checks/auth/spf_record.hpp"
#include "config/text.hpp"

namespace reputed::spf {
namespace {

constexpr std::ptrdiff_t lookup_limit = 10;  // RFC 7208 section 4.6.4
constexpr std::size_t good_length = 450;     // RFC 7208 section 3.4
constexpr int wide_v4 = 20;
constexpr int wide_v6 = 32;

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
    if (all->qualifier == Qualifier::pass)
        remark(out, "pass_all", Severity::warning, "+all lets every address of the world send in this name");
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

void judge_terms(Critique& out, const Record& record) {
    for (std::size_t i = 0; i < record.terms.size() && i < 500; ++i) {
        const auto& term = record.terms[i];
        const auto shown = in_quotes(record.written(term));
        if (term.kind == TermKind::ptr)
            remark(out, "ptr", Severity::warning,
                   shown + " is slow and unreliable: RFC 7208 asks not to use it");
        if (term.kind == TermKind::unknown)
            remark(out, "unknown_modifier", Severity::info,
                   "the modifier " + shown + " is unknown and ignored");
        if ((term.kind == TermKind::ip4 && term.network.prefix_length() < wide_v4) ||
            (term.kind == TermKind::ip6 && term.network.prefix_length() < wide_v6))
            remark(out, "wide_network", Severity::warning,
                   shown + " covers more addresses than a sender has");
        const auto end = record.terms.begin() + static_cast<std::ptrdiff_t>(i);
        if (term.kind != TermKind::unknown && std::find(record.terms.begin(), end, term) != end)
            remark(out, "duplicate", Severity::info, shown + " stands there twice");
    }
    const auto lookups = std::count_if(record.terms.begin(), record.terms.end(),
                                       [](const Term& term) { return queries_dns(term.kind); });
    if (lookups > lookup_limit)
        remark(out, "lookups", Severity::warning,
               std::to_string(lookups) +
                   " terms query DNS, and receivers give up after 10: those behind are a permanent error");
}

}  // namespace

Critique criticise(std::string_view text) {
    Critique out;
    const auto parsed = parse_record(text);
    if (const auto* error = std::get_if<SyntaxError>(&parsed)) {
        remark(out, "syntax", Severity::critical,
               printable(error->to_string(), 500) + ": receivers report a permanent error");
        return out;
    }
    const auto& record = std::get<Record>(parsed);
    out.text = record.to_string();
    add_tags(out, record);
    judge_end(out, record);
    judge_terms(out, record);
    if (text.size() > good_length)
        remark(out, "long", Severity::info,
               "the record has " + std::to_string(text.size()) +
                   " octets; past 450 an answer may not fit into one packet");
    return out;
}

}  // namespace reputed::spf
