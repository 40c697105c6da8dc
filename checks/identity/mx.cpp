#include "checks/identity/mx.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "checks/identity/ptr.hpp"

namespace reputed::identity {
namespace {

constexpr std::size_t max_addresses_shown = 8;

std::vector<IpAddress> addresses_of(const MxHost& host) {
    std::vector<IpAddress> addresses;
    for (const auto* answer : {&host.a, &host.aaaa})
        for (const auto& record : answer->records)
            addresses.push_back(record.address);
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    return addresses;
}

bool any_public(const Answer& answer) {
    return std::any_of(answer.records.begin(), answer.records.end(),
                       [](const Record& record) { return record.address.is_public(); });
}

std::string printable_name(const std::string& name) {
    return name.empty() ? "." : name;
}

// Whether mail can arrive at a host.
enum class Reach : std::uint8_t {
    works,         // it has a public address
    no_address,    // it has none at all, or is no name
    only_private,  // none that the Internet can reach
    unknown,       // DNS did not say
};

Reach reach_of(const MxHost& host) {
    if (host.target.is_null() || is_address_literal(host.target.name)) return Reach::no_address;
    if (any_public(host.a) || any_public(host.aaaa)) return Reach::works;
    if (!is_statement(host.a) || !is_statement(host.aaaa)) return Reach::unknown;
    return host.a.records.empty() && host.aaaa.records.empty() ? Reach::no_address : Reach::only_private;
}

// "NAME (ADDRESS, ADDRESS)", or why there is none: "NAME (A nxdomain, AAAA nxdomain)".
std::string shown(const MxHost& host) {
    std::string out = printable_name(host.target.name);
    if (host.target.is_null() || is_address_literal(host.target.name)) return out;
    if (const auto& aliases = host.a.aliases.empty() ? host.aaaa.aliases : host.a.aliases; !aliases.empty())
        out += " CNAME " + printable_name(aliases.front());
    std::string inside;
    const auto addresses = addresses_of(host);
    for (std::size_t i = 0; i < std::min(addresses.size(), max_addresses_shown); ++i)
        inside += (i == 0 ? "" : ", ") + addresses[i].to_string();
    if (addresses.size() > max_addresses_shown)
        inside += " and " + std::to_string(addresses.size() - max_addresses_shown) + " more";
    for (const auto& [type, answer] : {std::pair{"A", &host.a}, std::pair{"AAAA", &host.aaaa}})
        if (answer->records.empty() && (addresses.empty() || !is_statement(*answer)))
            inside += (inside.empty() ? "" : ", ") + std::string(type) + ' ' +
                      std::string(to_string(answer->outcome));
    return out + " (" + inside + ')';
}

// Collects the report on one domain.
class MxJudgement {
  public:
    explicit MxJudgement(const MxSeen& seen) : seen_(seen), domain_(seen.domain) {}

    Report report() {
        if (!is_statement(seen_.mx)) {
            unanswered_ = domain_ + " MX: " + std::string(to_string(seen_.mx.outcome));
            hold("");
        } else if (seen_.targets.targets.empty()) {
            judge_implicit();
        } else if (seen_.targets.targets.size() == 1 && seen_.targets.targets.front().is_null()) {
            add_null();
        } else {
            judge_explicit();
        }
        if (!unanswered_.empty())
            add("mx.unknown", "", Severity::unknown,
                "Could not tell whether " + domain_ + " can receive its bounces: DNS did not answer.",
                unanswered_,
                "Look whether the resolver works, and whether the name servers of these names answer; "
                "earlier "
                "findings stay open until they do.");
        return std::move(report_);
    }

  private:
    void add(std::string code, std::string object, Severity severity, std::string message,
             std::string evidence, std::string remedy) {
        report_.findings.push_back({std::move(code), domain_, std::move(object), severity, std::move(message),
                                    std::move(evidence), std::move(remedy), ""});
    }
    void hold(std::string code, std::string object = "") {
        report_.holds.push_back({std::move(code), domain_, std::move(object)});
    }
    void unanswered(const MxHost& host) {
        if (is_statement(host.a) && is_statement(host.aaaa)) return;
        unanswered_ += (unanswered_.empty() ? "" : "; ") + shown(host);
    }

    // RFC 5321 section 4.5.1 and RFC 2142 section 4.
    std::string what_arrives() const {
        return "bounces and mail to postmaster@" + domain_ + " and abuse@" + domain_;
    }
    std::string add_record() const {
        return "Publish " + domain_ + " MX 10 with the host name of a server that takes " + what_arrives() +
               '.';
    }

    // In the order in which senders try them.
    std::string records_shown() const {
        std::string out = domain_ + " MX ";
        for (std::size_t i = 0; i < seen_.hosts.size(); ++i)
            out += (i == 0 ? "" : ", ") + std::to_string(seen_.hosts[i].target.preference) + ' ' +
                   shown(seen_.hosts[i]);
        if (left_out() > 0) out += " and " + std::to_string(left_out()) + " more";
        return out;
    }
    std::size_t left_out() const { return seen_.targets.targets.size() - seen_.hosts.size(); }

    // RFC 7505 section 4.2: receivers may refuse mail from such a domain, since nobody can answer it.
    void add_null() {
        add("mx.null", "", Severity::critical,
            domain_ +
                " says with a null MX that it takes no mail, so receivers refuse mail from it and bounces "
                "are lost.",
            domain_ + " MX " + std::to_string(seen_.targets.targets.front().preference) + " .",
            "Send with another envelope-from domain, or replace the null MX: " + add_record());
    }

    // Without MX records mail goes to the domain's own addresses (RFC 5321 section 5.1).
    void judge_implicit() {
        const MxHost self{{0, domain_}, seen_.a, seen_.aaaa};
        const Reach reach = reach_of(self);
        const std::string evidence =
            domain_ + " MX: " + std::string(to_string(seen_.mx.outcome)) + "; " + shown(self);
        std::string message = domain_ + " has no MX record";
        switch (reach) {
            case Reach::works:
                message +=
                    ": its bounces go to the address of the domain itself, and some receivers distrust it.";
                break;
            case Reach::no_address:
                message =
                    domain_ +
                    (seen_.mx.outcome == Outcome::nxdomain ? " does not exist in DNS"
                                                           : " has neither an MX record nor an address") +
                    ": many receivers refuse mail from it, and bounces are lost.";
                break;
            case Reach::only_private:
                message += ", and no address that the Internet can reach: its bounces are lost.";
                break;
            case Reach::unknown:
                message += ": at best its bounces go to the address of the domain itself.";
                break;
        }
        const bool lost = reach == Reach::no_address || reach == Reach::only_private;
        add("mx.missing", "", lost ? Severity::critical : Severity::warning, std::move(message), evidence,
            add_record());
        unanswered(self);
        if (reach != Reach::only_private) judge_private(self, false);
        if (!is_statement(self.a) || !is_statement(self.aaaa)) hold("mx.private_address", domain_);
    }

    void judge_explicit() {
        bool some_work = false;
        bool some_unknown = left_out() > 0;
        for (const auto& host : seen_.hosts) {
            some_work = some_work || reach_of(host) == Reach::works;
            some_unknown = some_unknown || reach_of(host) == Reach::unknown;
        }
        const bool dead = !some_work && !some_unknown;
        for (const auto& host : seen_.hosts)
            judge_host(host, dead);
        judge_number();
        judge_families(some_work);
    }

    void judge_host(const MxHost& host, bool dead) {
        const auto& name = host.target.name;
        const std::string lost = dead ? "; " + domain_ + " cannot receive bounces at all" : "";
        const Severity severity = dead ? Severity::critical : Severity::warning;
        const std::string evidence =
            domain_ + " MX " + std::to_string(host.target.preference) + ' ' + shown(host);
        if (host.target.is_null())
            return add("mx.null_mixed", "", severity,
                       domain_ + " has a null MX beside other MX records, which contradict it (RFC 7505)" +
                           lost + '.',
                       records_shown(), "Delete the MX record that points to \".\".");
        if (is_address_literal(name))
            return add("mx.address_literal", name, severity,
                       "An MX record of " + domain_ + " holds the address " + name +
                           " where a host name belongs; senders ignore it" + lost + '.',
                       evidence,
                       "Give that server a host name with this address, and name it in the MX record.");
        // RFC 2181 section 10.3, RFC 5321 section 5.1.
        if (!host.a.aliases.empty() || !host.aaaa.aliases.empty())
            add("mx.cname", name, Severity::warning,
                "The mail exchanger " + name + " of " + domain_ +
                    " is an alias (CNAME), which an MX record may not name; some senders refuse it.",
                evidence, "Name the host itself in the MX record, or give " + name + " A and AAAA records.");
        else if (!is_statement(host.a) && !is_statement(host.aaaa))
            hold("mx.cname", name);
        unanswered(host);
        switch (reach_of(host)) {
            case Reach::no_address:
                add("mx.unresolved", name, severity,
                    "The mail exchanger " + name + " of " + domain_ + " has no address" + lost + '.',
                    evidence, "Give " + name + " an A record (and AAAA), or delete this MX record.");
                break;
            case Reach::unknown:
                hold("mx.unresolved", name);
                break;
            case Reach::works:
            case Reach::only_private:
                break;
        }
        judge_private(host, dead);
        if (!is_statement(host.a) || !is_statement(host.aaaa)) hold("mx.private_address", name);
    }

    void judge_private(const MxHost& host, bool dead) {
        std::string not_public;
        for (const auto& address : addresses_of(host))
            if (!address.is_public() && not_public.empty()) not_public = address.to_string();
        if (not_public.empty()) return;
        const bool none = reach_of(host) == Reach::only_private;
        add("mx.private_address", host.target.name, dead ? Severity::critical : Severity::warning,
            "The mail exchanger " + host.target.name + " of " + domain_ + " has the address " + not_public +
                ", which nobody on the Internet can reach" +
                (dead   ? "; " + domain_ + " cannot receive bounces at all."
                 : none ? ", and no other."
                        : "."),
            shown(host),
            "Publish public addresses only for " + host.target.name +
                "; names for the inside belong into a DNS view or name of their own.");
    }

    void judge_number() {
        if (!seen_.targets.repeated.empty()) {
            std::string names;
            for (std::size_t i = 0; i < std::min(seen_.targets.repeated.size(), max_mx_hosts); ++i)
                names += (i == 0 ? "" : ", ") + printable_name(seen_.targets.repeated[i]);
            add("mx.duplicate", "", Severity::info,
                domain_ + " names the same mail exchanger in several MX records: the later ones do nothing.",
                "named more than once: " + names, "Leave one MX record for each host.");
        }
        if (left_out() == 0) return;
        add("mx.too_many", "", Severity::warning,
            domain_ + " has " + std::to_string(seen_.targets.targets.size()) +
                " mail exchangers; senders try a few, and only the first " +
                std::to_string(seen_.hosts.size()) + " were looked at.",
            records_shown(), "Leave a few MX records; share load behind one name with several addresses.");
        for (const auto* code : {"mx.null_mixed", "mx.address_literal", "mx.cname", "mx.unresolved",
                                 "mx.private_address", "mx.ipv4_only", "mx.ipv6_only"})
            hold(code);
    }

    void judge_families(bool some_work) {
        const auto known = [](Answer MxHost::*answer) {
            return [answer](const MxHost& host) {
                return host.target.is_null() || is_address_literal(host.target.name) ||
                       is_statement(host.*answer);
            };
        };
        const auto reached = [](Answer MxHost::*answer) {
            return [answer](const MxHost& host) { return any_public(host.*answer); };
        };
        const auto& hosts = seen_.hosts;
        const bool v4 = std::any_of(hosts.begin(), hosts.end(), reached(&MxHost::a));
        const bool v6 = std::any_of(hosts.begin(), hosts.end(), reached(&MxHost::aaaa));
        const bool v4_known = std::all_of(hosts.begin(), hosts.end(), known(&MxHost::a));
        const bool v6_known = std::all_of(hosts.begin(), hosts.end(), known(&MxHost::aaaa));
        if (!v4 && !v4_known) hold("mx.ipv6_only");
        if (!v6 && !v6_known) hold("mx.ipv4_only");
        if (left_out() > 0 || !some_work) return;
        if (!v4 && v4_known)
            add("mx.ipv6_only", "", Severity::warning,
                "No mail exchanger of " + domain_ +
                    " has an IPv4 address: most servers on the Internet cannot deliver bounces to it.",
                records_shown(), "Give at least one mail exchanger an A record with a public address.");
        if (!v6 && v6_known && seen_.sends_over_ipv6)
            add("mx.ipv4_only", "", Severity::info,
                domain_ + " sends over IPv6, but none of its mail exchangers has an IPv6 address.",
                records_shown(), "Give a mail exchanger an AAAA record if its server listens on IPv6.");
    }

    const MxSeen& seen_;
    const std::string& domain_;
    std::string unanswered_;
    Report report_;
};

}  // namespace

MxTargets mx_targets(const Answer& mx) {
    MxTargets result;
    auto& targets = result.targets;
    for (const auto& record : mx.records)
        targets.push_back({record.preference, normalized_name(record.text)});
    const auto by_name = [](const MxTarget& one, const MxTarget& other) {
        return std::tie(one.name, one.preference) < std::tie(other.name, other.preference);
    };
    std::sort(targets.begin(), targets.end(), by_name);
    for (std::size_t i = 1; i < targets.size(); ++i)
        if (targets[i].name == targets[i - 1].name) result.repeated.push_back(targets[i].name);
    sort_unique(result.repeated);
    targets.erase(std::unique(targets.begin(), targets.end(),
                              [](const auto& one, const auto& other) { return one.name == other.name; }),
                  targets.end());
    std::sort(targets.begin(), targets.end(), [](const MxTarget& one, const MxTarget& other) {
        return std::tie(one.preference, one.name) < std::tie(other.preference, other.name);
    });
    return result;
}

bool is_address_literal(std::string_view name) {
    std::string text(name);
    std::erase(text, '\\');  // dots inside one label are escaped
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
        if (normalized_name(text).starts_with("ipv6:")) text.erase(0, 5);
    }
    return IpAddress::parse(text).has_value();
}

Report judge_mx(const MxSeen& seen) {
    return MxJudgement(seen).report();
}

}  // namespace reputed::identity
