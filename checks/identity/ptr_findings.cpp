#include "checks/identity/ptr_findings.hpp"

#include <algorithm>

#include "checks/identity/generic_name.hpp"

namespace reputed::identity {
namespace {

constexpr std::size_t max_names_shown = 100;

// "NAME TYPE VALUE, VALUE", or "NAME TYPE: nxdomain".
std::string shown(const std::string& name, RecordType type, const Answer& answer) {
    std::string out = (name.empty() ? "." : name) + ' ' + std::string(to_string(type));
    if (answer.records.empty()) {
        out += ": " + std::string(to_string(answer.outcome));
        if (!answer.aliases.empty()) out += " (an alias of " + answer.aliases.back() + ')';
        return out;
    }
    std::vector<std::string> values;
    for (const auto& record : answer.records)
        values.push_back(type == RecordType::ptr ? record.text : record.address.to_string());
    sort_unique(values);
    for (std::size_t i = 0; i < std::min(values.size(), max_names_shown); ++i) {
        out += i == 0 ? " " : ", ";
        out += values[i].empty() ? "." : values[i];
    }
    if (values.size() > max_names_shown)
        out += " and " + std::to_string(values.size() - max_names_shown) + " more";
    return out;
}

void append_line(std::string& text, const std::string& line) {
    if (!text.empty()) text += "; ";
    text += line;
}

// Collects the report on one IP: every finding and hold has it as subject.
class Judgement {
  public:
    Judgement(const Identity& identity, const Seen& seen)
        : identity_(identity), seen_(seen), type_(address_type(identity.address.family())) {}

    Report report() {
        judge_reverse();
        for (const auto& host : seen_.hosts)
            judge_hostname(host);
        judge_misplaced();
        if (!unanswered_.empty())
            add("ptr.unknown", "", Severity::unknown,
                "Could not tell whether the reverse DNS of " + identity_.ip +
                    " is in order: DNS did not answer.",
                unanswered_,
                "Look whether the resolver works, and whether the name servers of these names answer; "
                "earlier findings stay open until they do.");
        return std::move(report_);
    }

  private:
    void add(std::string code, std::string object, Severity severity, std::string message,
             std::string evidence, std::string remedy) {
        report_.findings.push_back({std::move(code), identity_.ip, std::move(object), severity,
                                    std::move(message), std::move(evidence), std::move(remedy), ""});
    }
    void hold(std::string code, std::string object = "") {
        report_.holds.push_back({std::move(code), identity_.ip, std::move(object)});
    }
    void unanswered(const std::string& name, RecordType type, const Answer& answer) {
        const std::string line = shown(name, type, answer);
        if (unanswered_.find(line) == std::string::npos) append_line(unanswered_, line);
    }
    std::string reverse_shown() const { return shown(identity_.reverse, RecordType::ptr, seen_.reverse); }

    void judge_reverse() {
        if (!seen_.reverse.definite()) {
            unanswered(identity_.reverse, RecordType::ptr, seen_.reverse);
            for (const auto* code : {"ptr.missing", "ptr.not_confirmed", "ptr.multiple", "ptr.invalid_name",
                                     "ptr.hostname_mismatch", "ptr.generic", "ptr.misplaced"})
                hold(code);
            return;
        }
        if (seen_.names.empty()) {
            add("ptr.missing", "", Severity::critical,
                identity_.ip + " has no PTR record, so many receivers refuse its mail.", reverse_shown(),
                "Have the owner of the address block, usually the provider, set the PTR record of " +
                    identity_.ip + " to " + identity_.wanted_name() + ", and give that name the address.");
            return;
        }
        judge_confirmation();
        judge_invalid_names();
        judge_hostname_mismatch();
        judge_generic();
    }

    void judge_confirmation() {
        std::string tried;
        bool some_differ = false;
        bool some_unknown = false;
        for (const auto& [name, addresses] : seen_.forward) {
            append_line(tried, shown(name, type_, addresses));
            if (!is_statement(addresses)) {
                some_unknown = true;
                unanswered(name, type_, addresses);
            } else if (!holds_address(addresses, identity_.address)) {
                some_differ = true;
            }
        }
        const bool all_tried = seen_.forward.size() == seen_.names.size();
        switch (iprev(identity_.address, seen_.reverse, seen_.forward)) {
            case Iprev::pass:
            case Iprev::permerror:
                break;
            case Iprev::temperror:
                hold("ptr.not_confirmed");
                break;
            case Iprev::fail:
                add_not_confirmed(all_tried, reverse_shown() + "; " + tried);
                break;
        }
        if (seen_.names.size() < 2) return;
        if (some_unknown && !some_differ) return hold("ptr.multiple");
        const std::string fault = some_differ  ? ", not all of which resolve back"
                                  : !all_tried ? ", more than receivers resolve"
                                               : "";
        add("ptr.multiple", "", fault.empty() ? Severity::info : Severity::warning,
            identity_.ip + " has " + std::to_string(seen_.names.size()) + " PTR names" + fault +
                ": which one a receiver looks at is chance.",
            reverse_shown() + "; " + tried,
            "Leave one PTR record, " + identity_.wanted_name() + ", and have the others removed.");
    }

    void add_not_confirmed(bool all_tried, std::string evidence) {
        const std::string count = std::to_string(seen_.names.size());
        const std::string tried =
            all_tried ? "" : "the first " + std::to_string(seen_.forward.size()) + " of ";
        const std::string which =
            seen_.names.size() == 1
                ? "The PTR name of " + identity_.ip + ", " + printable(seen_.names.front()) +
                      ", does not resolve"
                : "None of " + tried + "the " + count + " PTR names of " + identity_.ip + " resolves";
        add("ptr.not_confirmed", "", all_tried ? Severity::critical : Severity::warning,
            which + " back to it, so receivers take the name for forged and many refuse the mail.",
            std::move(evidence),
            "Give the PTR name an " + std::string(to_string(type_)) + " record with " + identity_.ip +
                ", or have the PTR record changed to a name that has one.");
    }

    void judge_invalid_names() {
        if (std::all_of(seen_.names.begin(), seen_.names.end(), is_host_name)) return;
        add("ptr.invalid_name", "", Severity::warning,
            "A PTR record of " + identity_.ip +
                " points to what is not a full host name; receivers ignore such a record.",
            reverse_shown(),
            "Have the PTR record set to " + identity_.wanted_name() +
                ": a full name of letters, digits and hyphens, no underscore, no bare address.");
    }

    void judge_hostname_mismatch() {
        for (const auto& name : seen_.names)
            if (identity_.is_hostname(name)) return;
        for (const auto& hostname : identity_.hostnames)
            add("ptr.hostname_mismatch", hostname, Severity::warning,
                "The server greets as " + hostname + ", but the PTR record of " + identity_.ip + " names " +
                    printable(seen_.names.front()) + (seen_.names.size() > 1 ? " and others." : "."),
                reverse_shown(),
                "Have the PTR record set to " + hostname +
                    ", or let the mail server greet with the name that the record has.");
    }

    // In a name of the owner's own making only the whole address is a default: the rest was chosen.
    void judge_generic() {
        std::string evidence;
        std::string first;
        std::size_t found = 0;
        for (const auto& name : seen_.names) {
            const auto generic = generic_name(name, identity_.address);
            if (!generic) continue;
            const bool chosen = generic->sign == GenericName::Sign::part_of_address ||
                                generic->sign == GenericName::Sign::line_word;
            if (chosen && identity_.is_own(name)) continue;
            if (found++ < max_names_shown) append_line(evidence, identity_.reverse + " PTR " + name);
            if (first.empty()) first = name + " " + generic->reason;
        }
        if (first.empty()) return;
        if (found > max_names_shown)
            append_line(evidence, "and " + std::to_string(found - max_names_shown) + " more");
        add("ptr.generic", "", Severity::warning,
            "The PTR name " + first +
                ": receivers take it for a line of an end user, whose mail they distrust or refuse.",
            std::move(evidence),
            "Have the PTR record set to a name of your own, " + identity_.wanted_name() +
                "; if the provider does not allow that or the address changes, send through a relay.");
    }

    void judge_hostname(const HostAddresses& host) {
        if (holds_address(host.of_family, identity_.address)) return;
        const RecordType other_type = address_type(other(identity_.address.family()));
        const bool unknown = !is_statement(host.of_family);
        // Without addresses of this family it depends on the other one which of the two findings it is.
        const bool unclear = host.of_family.records.empty() && !is_statement(host.of_other);
        if (unknown || unclear) {
            if (unknown) unanswered(host.hostname, type_, host.of_family);
            if (unclear) unanswered(host.hostname, other_type, host.of_other);
            hold("hostname.no_address", host.hostname);
            hold("hostname.address_mismatch", host.hostname);
            return;
        }
        const std::string evidence = shown(host.hostname, type_, host.of_family) + "; " +
                                     shown(host.hostname, other_type, host.of_other);
        const std::string remedy = "Give " + host.hostname + " an " + std::string(to_string(type_)) +
                                   " record with " + identity_.ip +
                                   ", or set the hostname that the mail server greets with.";
        if (host.of_family.records.empty() && host.of_other.records.empty())
            return add("hostname.no_address", host.hostname, Severity::warning,
                       "The server greets as " + host.hostname +
                           ", a name without any address; receivers that look it up refuse the mail.",
                       evidence, remedy);
        add("hostname.address_mismatch", host.hostname, Severity::warning,
            "The server greets as " + host.hostname + ", whose " + std::string(to_string(type_)) +
                (host.of_family.records.empty() ? " record is missing though it sends from "
                                                : " records do not hold the sending address ") +
                identity_.ip + ".",
            evidence, remedy);
    }

    // Those whose provider sets no PTR record for them sometimes put it into the one zone that they can edit.
    void judge_misplaced() {
        bool unknown = false;
        for (const auto& [name, answer] : seen_.misplaced) {
            if (!answer.definite()) {
                unknown = unknown || answer.outcome != Outcome::invalid;
                if (answer.outcome != Outcome::invalid) unanswered(name, RecordType::ptr, answer);
                continue;
            }
            if (answer.records.empty()) continue;
            add("ptr.misplaced", name, Severity::warning,
                "The record " + name + " PTR " + printable(ptr_names(answer).front()) +
                    " was meant to be the PTR record of " + identity_.ip + ", but receivers ask " +
                    identity_.reverse + '.',
                shown(name, RecordType::ptr, answer) + "; " + reverse_shown(),
                "Only the owner of the address block, usually the provider, can set " + identity_.reverse +
                    ": ask there for " + printable(ptr_names(answer).front()) +
                    ", and delete the record in your own zone.");
        }
        if (unknown) hold("ptr.misplaced");
    }

    static std::string printable(const std::string& name) { return name.empty() ? "." : name; }

    const Identity& identity_;
    const Seen& seen_;
    RecordType type_;
    std::string unanswered_;
    Report report_;
};

}  // namespace

bool Identity::is_hostname(std::string_view name) const {
    return std::any_of(hostnames.begin(), hostnames.end(),
                       [&](const std::string& hostname) { return is_same_name(name, hostname); });
}

bool Identity::is_own(std::string_view name) const {
    return is_hostname(name) || std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
               return is_within(name, domain);
           });
}

std::string Identity::wanted_name() const {
    return hostnames.empty() ? "the name that the mail server greets with (EHLO)" : hostnames.front();
}

Report judge(const Identity& identity, const Seen& seen) {
    return Judgement(identity, seen).report();
}

}  // namespace reputed::identity
