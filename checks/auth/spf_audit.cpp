#include "checks/auth/spf_audit.hpp"

#include <algorithm>
#include <utility>

#include "checks/auth/spf_proposal.hpp"
#include "checks/auth/spf_remedy.hpp"

namespace reputed::spf {
namespace {

void read_records(const Run& run, Answers& answers, Audit& audit) {
    for (const auto& record : answers.get(run.domain, RecordType::txt, run.services.stop).records) {
        if (!is_spf(record.text)) continue;
        if (audit.records.empty()) audit.pieces = record.pieces;
        audit.records.push_back(record.text);
    }
}

}  // namespace

const Evaluation* Audit::first_with(Result result) const {
    for (const auto& judged : senders)
        for (const auto& address : judged.addresses)
            if (address.evaluation.result == result) return &address.evaluation;
    return probe.result == result ? &probe : nullptr;
}

bool names_relay(const LookupTree& tree, const std::string& via) {
    return tree.find(via) != nullptr;
}

std::string first_record(const Audit& audit) {
    std::vector<const Sender*> senders;
    for (const auto& judged : audit.senders)
        senders.push_back(judged.sender);
    auto terms = sender_terms(senders);
    for (const auto& judged : audit.senders)
        for (const auto& address : judged.addresses)
            if (address.from_hostname)
                terms.push_back(address_term(IpNetwork(address.ip, address.ip.bits())));
    return with_terms("v=spf1 ~all", terms);
}

Audit audit(const Run& run) {
    Answers answers(run.services.resolver);
    Audit audit;
    audit.domain = run.domain;
    // Class E (RFC 1112 section 4): nobody sends from there.
    audit.probe =
        evaluate(run, answers, IpAddress::v4(0xf0000001), "postmaster@" + run.domain, run.domain, true);
    if (domain_error(run.domain).empty()) {
        read_records(run, answers, audit);
        audit.tree =
            lookup_tree(run.domain, answers, {std::min(run.left(), most_tree_time), run.services.stop});
    }
    for (const auto& sender : run.services.settings.senders) {
        audit.networks.insert(audit.networks.end(), sender.networks.begin(), sender.networks.end());
        if (std::find(sender.domains.begin(), sender.domains.end(), run.domain) != sender.domains.end())
            audit.senders.push_back(judge(run, answers, sender, audit.holds));
    }
    audit.unused = unused_terms(run, answers, audit.tree, audit.holds);
    propose(run, answers, audit);
    return audit;
}

}  // namespace reputed::spf
