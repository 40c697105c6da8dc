#include "checks/auth/dkim_check.hpp"

#include <algorithm>
#include <utility>

#include "checks/auth/dkim_record.hpp"
#include "checks/auth/record_findings.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "checks/net/resolver.hpp"
#include "config/file_text.hpp"

namespace reputed {
namespace dkim {

const MetricInfo verdict_metric = {
    "reputed_dkim_verdict",
    SampleType::gauge,
    "Whether the DKIM key of the selector is good: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.",
    {"domain", "selector"}};

namespace {

constexpr std::string_view separator = "._domainkey.";
constexpr std::size_t largest_key = 65'536;
constexpr std::size_t most_records = 10;

struct Subject {
    const Selector& selector;
    std::string name;
    std::string evidence;
};

Finding finding_of(const Subject& subject, std::string code, Severity severity, std::string message) {
    Finding finding;
    finding.code = std::move(code);
    finding.subject = subject.selector.domain;
    finding.object = subject.selector.selector;
    finding.severity = severity;
    finding.message = std::move(message);
    finding.evidence = subject.evidence;
    return finding;
}

std::string publish(const Subject& subject, const std::string& record) {
    return "Publish " + spf::zone_line(subject.name, record);
}

// The public halves of the private keys that can be read.
std::vector<std::pair<std::string, PublicKey>> readable_keys(const Selector& selector) {
    std::vector<std::pair<std::string, PublicKey>> keys;
    for (const auto& path : selector.key_files) {
        const auto file = read_file(path, largest_key);
        if (!file.error.empty()) continue;
        auto half = public_half(file.text);
        if (half.error.empty()) keys.emplace_back(path, std::move(half.key));
    }
    return keys;
}

std::string record_for(const PublicKey& key) {
    return "v=DKIM1; k=" + std::string(to_string(key.type)) + "; p=" + published(key);
}

// The record that belongs to the private key in use; "" when none can be read.
std::string derived_remedy(const Subject& subject) {
    const auto keys = readable_keys(subject.selector);
    return keys.empty() ? "" : publish(subject, record_for(keys.front().second));
}

std::string remedy_for(const Subject& subject, const std::string& code, const KeyRecord& record) {
    if (code == "dkim.testing") return publish(subject, without_testing(record));
    if (code == "dkim.weak_key" || code == "dkim.broken_key" || code == "dkim.large_key")
        return "Make an RSA key of 2048 bits, publish it under a new selector, and sign with that.";
    if (code == "dkim.revoked") {
        const auto derived = derived_remedy(subject);
        return derived.empty() ? "Sign with a selector whose key is published." : derived;
    }
    if (code == "dkim.no_sha256" || code == "dkim.not_email" || code == "dkim.sha1") {
        auto tags = record.tags;
        const std::string drop = code == "dkim.not_email" ? "s" : "h";
        tags.erase(
            std::remove_if(tags.begin(), tags.end(), [&](const auto& tag) { return tag.name == drop; }),
            tags.end());
        return publish(subject, record::to_string(tags));
    }
    if (code == "dkim.invalid") return derived_remedy(subject);
    return "";
}

// What the record's parser says in its own codes, in the check's: everything that spoils the record is one
// finding. A revoked key is no fault of a record, but one of a selector in use.
record::Remarks as_findings(const KeyRecord& record) {
    static constexpr std::string_view own[] = {"dkim.broken_key", "dkim.no_sha256", "dkim.not_email"};
    record::Remarks remarks = record.remarks;
    for (auto& remark : remarks) {
        if (remark.code == "dkim.revoked" || remark.code == "dkim.not_email")
            remark.severity = Severity::critical;
        if (remark.severity == Severity::critical && remark.code != "dkim.revoked" &&
            std::find(std::begin(own), std::end(own), remark.code) == std::end(own))
            remark.code = "dkim.invalid";
    }
    return remarks;
}

void report_record(Report& report, const Subject& subject, const KeyRecord& record) {
    for (auto& remark : record::grouped(as_findings(record))) {
        auto finding = finding_of(subject, remark.code, remark.severity,
                                  "DKIM key " + subject.name + ": " + remark.message);
        finding.remedy = remedy_for(subject, remark.code, record);
        report.findings.push_back(std::move(finding));
    }
}

void report_mismatch(Report& report, const Subject& subject, const KeyRecord& record) {
    if (!record.key) return;
    const auto keys = readable_keys(subject.selector);
    if (keys.empty() ||
        std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.second == *record.key; }))
        return;
    auto finding = finding_of(subject, "dkim.key_mismatch", Severity::critical,
                              "the published key " + subject.name + " does not belong to the private key " +
                                  keys.front().first + ": every signature fails");
    finding.evidence += "\npublished: " + record_for(*record.key) +
                        "\nof the private key: " + record_for(keys.front().second);
    finding.remedy = publish(subject, record_for(keys.front().second));
    report.findings.push_back(std::move(finding));
}

void report_missing(Report& report, const Subject& subject) {
    auto finding = finding_of(
        subject, "dkim.missing", Severity::critical,
        "no DKIM key is published at " + subject.name + ": every signature with this selector fails");
    finding.remedy = derived_remedy(subject);
    if (finding.remedy.empty())
        finding.remedy = "Publish the public key of the signer at " + subject.name +
                         ", or take the selector out of the configuration.";
    report.findings.push_back(std::move(finding));
}

// RFC 6376 section 3.6.2.2: of several records receivers take any, or none.
void report_several(Report& report, const Subject& subject, const Answer& answer) {
    auto finding = finding_of(subject, "dkim.multiple", Severity::critical,
                              subject.name + " has " + std::to_string(answer.records.size()) +
                                  " TXT records: which of them receivers take is chance");
    const auto good = std::count_if(answer.records.begin(), answer.records.end(), [](const Record& record) {
        return parse_record(record.text).key.has_value();
    });
    finding.remedy = "Leave the one record of the key that the signer uses.";
    if (const auto derived = derived_remedy(subject); !derived.empty())
        finding.remedy = "Leave a single record. " + derived;
    else if (good == 1)
        for (const auto& record : answer.records)
            if (parse_record(record.text).key)
                finding.remedy = "Leave a single record. " + publish(subject, record.text);
    report.findings.push_back(std::move(finding));
}

void report_unknown(Report& report, const Subject& subject, Outcome outcome) {
    report.holds.push_back({"", subject.selector.domain, subject.selector.selector});
    auto finding = finding_of(
        subject, "dkim.unknown", Severity::unknown,
        "the DKIM key " + subject.name + " could not be looked up: " + std::string(to_string(outcome)));
    finding.remedy = "Look at the name servers of " + subject.selector.domain +
                     "; until they answer, receivers defer mail or take it for unsigned.";
    report.findings.push_back(std::move(finding));
}

std::string evidence_of(const std::string& name, const Answer& answer) {
    std::string out;
    std::string owner = name;
    for (const auto& alias : answer.aliases) {
        out += owner + ". IN CNAME " + alias + ".\n";
        owner = alias;
    }
    for (std::size_t i = 0; i < std::min(answer.records.size(), most_records); ++i)
        out += spf::zone_line(owner, answer.records[i].text.substr(0, 4000)) + '\n';
    if (answer.records.empty()) out += "TXT " + owner + ": " + std::string(to_string(answer.outcome)) + '\n';
    out.pop_back();
    return out;
}

Report no_selector(const std::string& domain) {
    Report report;
    Finding finding;
    finding.code = "dkim.no_selector";
    finding.subject = domain;
    finding.severity = Severity::info;
    finding.message = "no DKIM selector is known for " + domain + ": its signatures cannot be examined";
    finding.evidence =
        "none is configured, and no file of OpenDKIM, Rspamd or Exim that can be read names one";
    finding.remedy = "Name the selectors that its mail is signed with in \"selectors\" of its [[sender]].";
    report.findings.push_back(std::move(finding));
    return report;
}

}  // namespace

std::string record_name(std::string_view domain, std::string_view selector) {
    return std::string(selector) + std::string(separator) + std::string(domain);
}

std::vector<Selector> selectors_of(const Settings& settings, std::string_view domain,
                                   const Signers& signers) {
    std::vector<Selector> found;
    const auto add = [&](std::string_view signing, const std::string& selector, const std::string& path) {
        auto at = std::find_if(found.begin(), found.end(), [&](const Selector& known) {
            return known.domain == signing && known.selector == selector;
        });
        if (at == found.end()) at = found.insert(found.end(), {std::string(signing), selector, {}});
        if (!path.empty() &&
            std::find(at->key_files.begin(), at->key_files.end(), path) == at->key_files.end())
            at->key_files.push_back(path);
    };
    for (const auto& sender : settings.senders) {
        if (std::find(sender.domains.begin(), sender.domains.end(), domain) == sender.domains.end()) continue;
        for (const auto& selector : sender.selectors)
            add(domain, selector, "");
        for (const auto& [selector, path] : sender.dkim_keys)
            add(domain, selector, path);
    }
    const bool configured = !found.empty();
    for (const auto& key : signing_keys(signers, domain)) {
        const bool known = std::any_of(found.begin(), found.end(), [&](const Selector& other) {
            return other.domain == key.domain && other.selector == key.selector;
        });
        if (known || !configured) add(key.domain, key.selector, key.path);
    }
    return found;
}

Report examine(const Selector& selector, const Services& services) {
    Report report;
    Subject subject{selector, record_name(selector.domain, selector.selector), ""};
    const Answer answer = services.resolver.lookup_one(subject.name, RecordType::txt, services.stop);
    subject.evidence = evidence_of(subject.name, answer);
    if (!answer.definite()) {
        report_unknown(report, subject, answer.outcome);
    } else if (answer.records.empty()) {
        report_missing(report, subject);
    } else if (answer.records.size() > 1) {
        report_several(report, subject, answer);
    } else {
        const auto record = parse_record(answer.records.front().text);
        report_record(report, subject, record);
        report_mismatch(report, subject, record);
    }
    report.samples.push_back(
        {&verdict_metric, {selector.domain, selector.selector}, verdict_value(report.verdict())});
    return report;
}

namespace {

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> names;
    const auto add = [&](std::string name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    };
    const Signers signers = read_signers();
    for (const auto& sender : settings.senders)
        for (const auto& domain : sender.domains) {
            const auto selectors = selectors_of(settings, domain, signers);
            if (selectors.empty()) add(domain);
            for (const auto& selector : selectors)
                add(record_name(selector.domain, selector.selector));
        }
    return names;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.checks.dkim;
}

// The private keys behind a selector. A signing domain that no sender has as its own signs for others.
std::vector<std::string> key_files(const Selector& wanted, const Settings& settings) {
    const Signers signers = read_signers();
    std::vector<std::string> domains = {wanted.domain};
    bool own = false;
    for (const auto& sender : settings.senders)
        own = own ||
              std::find(sender.domains.begin(), sender.domains.end(), wanted.domain) != sender.domains.end();
    if (!own)
        for (const auto& sender : settings.senders)
            domains.insert(domains.end(), sender.domains.begin(), sender.domains.end());
    for (const auto& domain : domains)
        for (auto& selector : selectors_of(settings, domain, signers))
            if (selector.domain == wanted.domain && selector.selector == wanted.selector)
                return std::move(selector.key_files);
    return {};
}

Report run(const std::string& subject, const Services& services) {
    const auto at = subject.find(separator);
    if (at == std::string::npos) return no_selector(subject);
    Selector wanted{subject.substr(at + separator.size()), subject.substr(0, at), {}};
    wanted.key_files = key_files(wanted, services.settings);
    return examine(wanted, services);
}

}  // namespace
}  // namespace dkim

Check dkim_check() {
    return {"dkim",
            "Examines the DKIM key of each selector: published, good, and the one that is signed with (RFC "
            "6376).",
            dkim::subjects,
            dkim::interval,
            dkim::run,
            {&dkim::verdict_metric}};
}

}  // namespace reputed
