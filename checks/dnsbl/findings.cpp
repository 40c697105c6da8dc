#include "checks/dnsbl/findings.hpp"

#include <algorithm>
#include <limits>

#include "config/budget_owner.hpp"

namespace reputed::dnsbl {
namespace {

// A list that counts: not to know what it says is worth a verdict of `unknown`.
constexpr int weighty = 50;

// RFC 5782 section 2.1: what a list answers that has one kind of entry only.
constexpr std::uint32_t usual_code = 0x7f000002;

std::string join(const std::vector<std::string>& texts, std::string_view separator) {
    std::string out;
    for (const auto& text : texts) {
        if (!out.empty()) out += separator;
        out += text;
    }
    return out;
}

std::string codes_text(const std::vector<std::uint32_t>& codes) {
    std::vector<std::string> texts;
    texts.reserve(codes.size());
    for (const auto code : codes)
        texts.push_back(code_text(code));
    return join(texts, ", ");
}

std::uint32_t lowest_code(const CodePattern& pattern) {
    if (pattern.bit != 0) return 0x7f000000 | pattern.bit;
    std::uint32_t code = 0;
    for (const auto octet : pattern.low)
        code = code << 8 | octet;
    return code;
}

std::string operator_of(const List& list) {
    return list.operator_name.empty() ? list.name : list.operator_name;
}

// A policy entry is no accusation: there is nothing to stop, and asking for removal helps only with a fixed address.
std::string removal_advice(const List& list, bool policy, bool has_link) {
    const std::string ask = "ask " + operator_of(list) + " for removal" + (has_link ? " at the link" : "");
    if (policy)
        return "An address that changes cannot send mail itself: send through the provider's server or a "
               "relay. With a "
               "fixed address, set its PTR record to your own name, then " +
               ask + ".";
    return "Find and stop the cause first, then " + ask + ".";
}

// By the shown name: the one that was asked holds the list's key where it has one.
std::string answer_text(const List& list, const Subject& subject, const Entry& entry) {
    std::string text = subject.query + "." + list.name + " A " + codes_text(entry.what.codes);
    if (!entry.reason.empty()) text += "; TXT \"" + entry.reason + '"';
    return text;
}

Finding listed_finding(const List& list, const Subject& subject, const Entry& entry) {
    Finding finding;
    finding.code = "dnsbl.listed";
    finding.subject = subject.text;
    finding.object = list.name;
    finding.severity = std::max(entry.what.severity, Severity::info);
    finding.message = subject.text + " is listed on " + list.name + ": " + join(entry.what.meanings, "; ");
    if (entry.what.policy) finding.message += "; this is about the kind of address, not about spam";
    finding.evidence = answer_text(list, subject, entry);
    finding.link = lookup_link(list, subject);
    finding.remedy = removal_advice(list, entry.what.policy, !finding.link.empty());
    return finding;
}

// Of a list that lists whole networks: the address has done nothing, and its owner can have nothing removed.
Finding neighbourhood_finding(const List& list, const Subject& subject, const Entry& entry) {
    Finding finding;
    finding.code = "neighbourhood.listed";
    finding.subject = subject.text;
    finding.object = list.name;
    finding.severity = std::clamp(entry.what.severity, Severity::info, Severity::warning);
    finding.message =
        list.name +
        (list.scope == ListScope::provider ? " lists the whole provider of " : " lists the network around ") +
        subject.text + " (" + join(entry.what.meanings, "; ") + "): your neighbours are the problem, not you";
    finding.evidence = answer_text(list, subject, entry);
    finding.link = lookup_link(list, subject);
    finding.remedy =
        "Ask your provider to stop the abuse in its network and to have the entry removed; nobody else can. "
        "Where "
        "receivers refuse your mail for it, move to another network or send through a relay.";
    return finding;
}

// The finding that an entry of a blocklist is.
Finding entry_finding(const List& list, const Subject& subject, const Entry& entry) {
    switch (list.scope) {
        case ListScope::address:
            return listed_finding(list, subject, entry);
        case ListScope::network:
        case ListScope::provider:
            return neighbourhood_finding(list, subject, entry);
    }
    return listed_finding(list, subject, entry);
}

Finding unknown_code_finding(const List& list, const Subject& subject, const Entry& entry) {
    Finding finding;
    finding.code = "dnsbl.unknown_code";
    finding.subject = subject.text;
    finding.object = list.name;
    finding.severity = Severity::info;
    finding.message = list.name + " answered " + codes_text(entry.what.codes) + " about " + subject.text +
                      ", a code that it does not document; this is not taken for a listing";
    finding.evidence = answer_text(list, subject, entry);
    finding.remedy = "Look the address up at the list's own page.";
    finding.link = lookup_link(list, subject);
    return finding;
}

Finding resolver_refused(const List& list, const ListHealth& health) {
    Finding finding;
    finding.code = "dns.resolver_refused";
    finding.subject = "resolver";
    finding.severity = Severity::warning;
    finding.message =
        "Lists refuse to answer the DNS resolver that this agent asks; what they say about you is unknown";
    finding.evidence = list.name + " " + health.detail;
    finding.remedy =
        "Run an own recursive resolver on this machine (unbound, without forwarding to a public or a "
        "provider's one) "
        "and name it in [dns] servers, or use a key of the list in [dnsbl.keys].";
    return finding;
}

Finding list_refused(const List& list, const ListHealth& health) {
    const bool key = health.cause == ErrorCause::key;
    Finding finding;
    finding.code = "dnsbl.list_refused";
    finding.subject = list.name;
    finding.severity = severity_of(list, health);
    finding.message =
        list.name + (key ? " does not accept the key" : " refuses to answer: too many questions");
    finding.evidence = list.name + " " + health.detail;
    finding.remedy = key ? "Check the key in [dnsbl.keys] and the account it belongs to."
                         : "Raise [dnsbl] interval, ask for fewer addresses, or take the list's paid access.";
    finding.link = list.website;
    return finding;
}

Finding list_trouble(const List& list, const ListHealth& health) {
    const bool broken = health.health == Health::broken;
    Finding finding;
    finding.code = broken ? "dnsbl.list_broken" : "dnsbl.list_silent";
    finding.subject = list.name;
    finding.severity = severity_of(list, health);
    finding.message =
        list.name + (broken ? " does not work and is not believed: " : " cannot be asked: ") + health.detail;
    finding.evidence = health.codes.empty() ? "" : list.name + " answered " + codes_text(health.codes);
    finding.remedy =
        broken ? "Nothing on your side. If it stays so, add it to [dnsbl] exclude."
               : "Usually passes. If other lists answer and this one stays so, add it to [dnsbl] exclude.";
    finding.link = list.website;
    finding.could_not_tell = !broken;
    return finding;
}

Finding health_finding(const List& list, const ListHealth& health) {
    if (health.health != Health::refused) return list_trouble(list, health);
    const bool resolver = !health.cause || *health.cause == ErrorCause::resolver;
    return resolver ? resolver_refused(list, health) : list_refused(list, health);
}

// An answer that was kept is none of this round: what it says is known already, and confirms nothing.
bool is_told(const Results& results, std::size_t subject) {
    return results.asked(0, subject) && is_definite(results.state(0, subject)) && !results.kept(0, subject);
}

// A number on the list's own scale, or that it could not be told. An address without an entry has no score, and what was
// wrong with the last one is over.
void add_ratings(const List& list, const std::vector<Subject>& subjects, const Results& results,
                 Report& report) {
    if (!list.scale) return;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        if (!results.asked(0, i) || results.state(0, i) == State::clean) continue;
        Rating rating;
        rating.scale = list.scale;
        rating.subject = subjects[i].text;
        rating.object = list.name;
        rating.value = std::numeric_limits<double>::quiet_NaN();
        if (const Entry* entry = results.find(0, i); entry != nullptr && entry->what.state == State::score) {
            rating.value = entry->what.score;
            rating.evidence = answer_text(list, subjects[i], *entry);
            if (!entry->what.meanings.empty()) rating.evidence += ": " + join(entry->what.meanings, "; ");
            rating.link = lookup_link(list, subjects[i]);
            rating.remedy =
                "Stop what costs the score: complaints, spam traps, unknown recipients, sudden volume. It "
                "follows "
                "what receivers see, within days to weeks; hardly anybody raises one on request.";
        }
        report.ratings.push_back(std::move(rating));
    }
}

}  // namespace

void add_findings(const List& list, const std::vector<Subject>& subjects, const Results& results,
                  Report& report) {
    for (const auto& entry : results.entries) {
        const Subject& subject = subjects[entry.subject];
        if (entry.what.state == State::listed) report.findings.push_back(entry_finding(list, subject, entry));
        if (entry.what.state == State::unknown_code)
            report.findings.push_back(unknown_code_finding(list, subject, entry));
    }
    add_ratings(list, subjects, results, report);
    const ListHealth& health = results.health[0];
    if (health.health != Health::usable) report.findings.push_back(health_finding(list, health));

    // Whatever this round could not tell stays as it was: all of it, or subject by subject.
    bool any_asked = false;
    bool any_definite = false;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        any_asked = any_asked || results.asked(0, i);
        any_definite = any_definite || is_told(results, i);
    }
    if (any_asked && !any_definite) {
        report.holds.push_back({"", "", list.name});
        return;
    }
    for (std::size_t i = 0; i < subjects.size(); ++i)
        if (results.asked(0, i) && !is_told(results, i))
            report.holds.push_back({"", subjects[i].text, list.name});
}

// It has its own cause, whatever else is wrong meanwhile; only when it lasts is it worth a message.
Finding exhausted_finding(const List& list, const ListHealth& health) {
    Finding finding;
    finding.code = "budget.exhausted";
    finding.subject = budget_owner(list);
    finding.severity = severity_of(list, {Health::silent, {}, {}, {}});
    finding.message = finding.subject + " is asked no more for now: its limit leaves no room";
    finding.evidence = list.name + " " + health.detail;
    finding.remedy =
        "Raise [dnsbl] interval, watch fewer addresses, or agree on more with the operator and write it "
        "under "
        "[budgets].";
    finding.link = list.website;
    finding.could_not_tell = true;
    finding.own_cause = true;
    return finding;
}

std::optional<Finding> drill_finding(const List& list, const Subject& subject) {
    const bool lists = list.kind == ListKind::ip_blocklist || list.kind == ListKind::domain_blocklist;
    if (!lists || !accepts(list, subject)) return {};
    std::vector<std::uint32_t> codes;
    for (const auto& code : list.codes)
        codes.push_back(lowest_code(code.pattern));
    if (codes.empty()) codes = {usual_code};
    for (const auto code : codes) {
        Answer answer;
        answer.outcome = Outcome::ok;
        answer.records.emplace_back().address = IpAddress::v4(code);
        Entry entry;
        entry.what = classify(list, answer);
        if (entry.what.state != State::listed) continue;
        Finding finding = entry_finding(list, subject, entry);
        finding.drill = true;
        finding.message = "DRILL: " + finding.message;
        finding.evidence = "made up: " + finding.evidence;
        return finding;
    }
    return {};
}

Severity severity_of(const List& list, const ListHealth& health) {
    switch (health.health) {
        case Health::usable:
            return Severity::ok;
        case Health::refused:
            // A refused resolver or key is the operator's to mend, whatever the list weighs.
            if (health.cause == ErrorCause::quota || health.cause == ErrorCause::query)
                return list.weight >= weighty ? Severity::warning : Severity::info;
            return Severity::warning;
        case Health::broken:
        case Health::silent:
        case Health::servfail:
            return list.weight >= weighty ? Severity::unknown : Severity::info;
    }
    return Severity::unknown;
}

}  // namespace reputed::dnsbl
