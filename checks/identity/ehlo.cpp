#include "checks/identity/ehlo.hpp"

#include <algorithm>

#include "checks/identity/mx.hpp"
#include "checks/identity/ptr.hpp"
#include "config/host_name.hpp"
#include "config/text.hpp"

namespace reputed::identity {
namespace {

constexpr std::size_t max_addresses_shown = 8;

std::string shown(const std::string& name, const Answer& a, const Answer& aaaa) {
    std::string out = name;
    if (const auto& aliases = a.aliases.empty() ? aaaa.aliases : a.aliases; !aliases.empty())
        out += " CNAME " + aliases.front();
    for (const auto& [type, answer] : {std::pair{" A", &a}, std::pair{" AAAA", &aaaa}}) {
        out += type;
        if (answer->records.empty()) out += ' ' + std::string(to_string(answer->outcome));
        for (std::size_t i = 0; i < std::min(answer->records.size(), max_addresses_shown); ++i)
            out += ' ' + answer->records[i].address.to_string();
        if (answer->records.size() > max_addresses_shown)
            out += " and " + std::to_string(answer->records.size() - max_addresses_shown) + " more";
    }
    return out;
}

bool has_public(const Answer& answer) {
    return std::any_of(answer.records.begin(), answer.records.end(),
                       [](const Record& record) { return record.address.is_public(); });
}

// Collects the report on one hostname.
class EhloJudgement {
  public:
    explicit EhloJudgement(const EhloSeen& seen) : seen_(seen), hostname_(seen.hostname) {}

    Report report() {
        const EhloName own = ehlo_name(hostname_);
        if (own.fault != EhloFault::none)
            add_fault(
                own, "", Severity::critical, "The configured host name is none that receivers accept in EHLO",
                "hostname in the configuration: " + hostname_,
                "Give the server a full host name that DNS knows, and name it in the configuration and in "
                "the mail server.");
        else
            judge_addresses();
        judge_mta();
        if (!unanswered_.empty())
            add("ehlo.unknown", "", Severity::unknown,
                "Could not tell whether the name behind EHLO of " + hostname_ + " is in order.", unanswered_,
                "Look whether the resolver works, and whether reputed may read the configuration of the mail "
                "server; earlier findings stay open until then.");
        return std::move(report_);
    }

  private:
    void add(std::string code, std::string object, Severity severity, std::string message,
             std::string evidence, std::string remedy) {
        report_.findings.push_back({std::move(code), hostname_, std::move(object), severity,
                                    std::move(message), std::move(evidence), std::move(remedy), ""});
    }
    void hold(std::string code, std::string object = "") {
        report_.holds.push_back({std::move(code), hostname_, std::move(object)});
    }
    void unanswered(const std::string& line) { unanswered_ += (unanswered_.empty() ? "" : "; ") + line; }

    void add_fault(const EhloName& name, const std::string& object, Severity severity,
                   const std::string& sentence, std::string evidence, std::string remedy) {
        add(name.fault == EhloFault::local ? "ehlo.localhost" : "ehlo.syntax", object, severity,
            sentence + ": " + name.why + '.', std::move(evidence), std::move(remedy));
    }

    // RFC 5321 section 2.3.5: the name behind EHLO has an address record and is no alias.
    void judge_addresses() {
        const bool known = is_statement(seen_.a) && is_statement(seen_.aaaa);
        const std::string evidence = shown(hostname_, seen_.a, seen_.aaaa);
        if (!seen_.a.aliases.empty() || !seen_.aaaa.aliases.empty())
            add("ehlo.alias", "", Severity::info,
                "The name behind EHLO, " + hostname_ +
                    ", is an alias (CNAME), where RFC 5321 wants the host's own name.",
                evidence, "Give " + hostname_ + " A and AAAA records in place of the CNAME.");
        else if (!known)
            hold("ehlo.alias");
        if (seen_.has_addresses || has_public(seen_.a) || has_public(seen_.aaaa)) return;
        if (!known) {
            unanswered(evidence);
            hold("ehlo.no_address");
            return;
        }
        const bool some = !seen_.a.records.empty() || !seen_.aaaa.records.empty();
        add("ehlo.no_address", "", Severity::warning,
            "The name behind EHLO, " + hostname_ + ", has no " + (some ? "public " : "") +
                "address; receivers that look it up refuse the mail.",
            evidence,
            "Give " + hostname_ + " an A record (and AAAA) with the address that mail leaves from.");
    }

    void judge_mta() {
        const MtaNames& mta = seen_.mta;
        if (seen_.tie == Tie::none) return;
        if (!mta.error.empty()) {
            unanswered(mta.mta + ": " + mta.error);
            for (const auto* code : {"ehlo.mismatch", "ehlo.computed", "ehlo.localhost", "ehlo.syntax"})
                hold(code);
            return;
        }
        if (!mta.computed.empty() && !std::any_of(mta.names.begin(), mta.names.end(), [&](const auto& name) {
                return is_same_name(name, hostname_);
            })) {
            add("ehlo.computed", mta.mta, Severity::info,
                mta.mta +
                    " works out the name behind EHLO while it sends, so it could not be compared with " +
                    hostname_ + '.',
                mta.computed + (mta.names.empty() ? "" : "; otherwise " + told()),
                "See in the log of a receiver what it says; a fixed name could be checked.");
            return;
        }
        for (const auto& other : seen_.others)
            judge_other(other);
    }

    std::string told() const {
        std::string out = seen_.mta.mta + " (" + seen_.mta.key + "):";
        for (const auto& name : seen_.mta.names)
            out += ' ' + printable(name, 255);
        return out;
    }

    void judge_other(const OtherName& other) {
        const MtaNames& mta = seen_.mta;
        const bool certain = seen_.tie == Tie::certain;
        const std::string object = printable(other.as_told, 255);
        if (other.name.fault != EhloFault::none)
            return add_fault(other.name, object, certain ? Severity::critical : Severity::info,
                             mta.mta + " on this machine greets with a name that many receivers refuse",
                             told(), remedy("In " + mta.mta + ", "));
        const auto& name = other.name.name;
        const bool no_address = is_statement(other.a) && is_statement(other.aaaa) && !has_public(other.a) &&
                                !has_public(other.aaaa);
        add("ehlo.mismatch", object, certain ? Severity::warning : Severity::info,
            mta.mta + " on this machine greets as " + name +
                (no_address ? ", a name without a public address, " : ", ") +
                (certain ? "but the configured host name is " + hostname_ + '.'
                         : "which is the host name of no configured sender."),
            told() + "; hostname in the configuration: " + hostname_ + "; " +
                shown(hostname_, seen_.a, seen_.aaaa) + "; " + shown(name, other.a, other.aaaa) +
                reverses_shown(),
            dns_agrees_with(other) ? remedy("PTR and address records agree with " + name +
                                            ": if mail is to leave under that name, "
                                            "write it as hostname into the configuration; otherwise, in " +
                                            mta.mta + ", ")
                                   : remedy("In " + mta.mta + ", "));
    }

    std::string remedy(std::string text) const {
        text += seen_.mta.remedy;
        constexpr std::string_view placeholder = "NAME";
        if (const auto at = text.rfind(placeholder); at != std::string::npos)
            text.replace(at, placeholder.size(), hostname_);
        return text + '.';
    }

    std::string reverses_shown() const {
        std::string out;
        for (const auto& [address, reverse] : seen_.reverses) {
            const auto names = ptr_names(reverse);
            out += "; " + address.to_string() + " PTR " +
                   (names.empty() ? std::string(to_string(reverse.outcome)) : names.front()) +
                   (names.size() > 1 ? " and others" : "");
        }
        return out;
    }

    bool dns_agrees_with(const OtherName& other) const {
        return !seen_.reverses.empty() &&
               std::all_of(seen_.reverses.begin(), seen_.reverses.end(), [&](const auto& entry) {
                   const auto& [address, reverse] = entry;
                   return ptr_names(reverse) == std::vector<std::string>{other.name.name} &&
                          holds_address(address.family() == Family::v4 ? other.a : other.aaaa, address);
               });
    }

    const EhloSeen& seen_;
    const std::string& hostname_;
    std::string unanswered_;
    Report report_;
};

}  // namespace

EhloName ehlo_name(std::string_view text) {
    EhloName result;
    if (is_address_literal(text)) {
        result.fault = EhloFault::syntax;
        result.why = in_quotes(text) +
                     (text.starts_with('[') ? " is an address literal" : " is a bare address") +
                     ", not a host name";
        return result;
    }
    std::string name(text);
    const std::string fault = normalize_name(name, NameUse::host);
    if (is_local_name(normalized_name(text))) {
        result.fault = EhloFault::local;
        result.why = in_quotes(text) + " is not a name on the Internet";
    } else if (!fault.empty()) {
        result.fault = EhloFault::syntax;
        result.why = fault;
    } else {
        result.name = std::move(name);
    }
    return result;
}

std::vector<std::string> other_names(const MtaNames& mta, std::string_view hostname) {
    for (const auto& name : mta.names)
        if (is_same_name(name, hostname)) return {};
    return mta.names;
}

Report judge_ehlo(const EhloSeen& seen) {
    return EhloJudgement(seen).report();
}

}  // namespace reputed::identity
