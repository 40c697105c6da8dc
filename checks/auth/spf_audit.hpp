#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/auth/spf_judge.hpp"
#include "checks/auth/spf_tree.hpp"
#include "checks/auth/spf_unused.hpp"

// What the SPF check finds out about one domain before it judges.
namespace reputed::spf {

struct Audit {
    std::string domain;
    std::vector<std::string> records;  // as published
    std::size_t pieces = 1;            // strings of the first of them
    // What check_host() says for an address that never sends: all terms are visited unless one matches
    // everything.
    Evaluation probe;
    LookupTree tree;
    std::vector<JudgedSender> senders;
    std::vector<UnusedTerm> unused;
    std::vector<IpNetwork> networks;  // of all configured senders
    // The record to publish instead, right in everything but what only the operator can decide; "" when there
    // is no record or when it is beyond repair.
    std::string proposal;
    // The proposal with addresses in place of its own a and mx, and what that costs; "" when that is no gain or
    // makes the record too long.
    std::string flattened;
    int flattened_lookups = 0;
    std::vector<Hold> holds;  // what could not be found out beside the evaluations

    // The first evaluation with this result; nullptr when there is none. The probe comes last.
    const Evaluation* first_with(Result result) const;
};

Audit audit(const Run& run);

// Whether mail through `via` can pass: an include or redirect names it, at any depth.
bool names_relay(const LookupTree& tree, const std::string& via);

// The first record for a domain that has none.
std::string first_record(const Audit& audit);

// What is to be said about it.
Report findings_of(const Audit& audit);

}  // namespace reputed::spf
