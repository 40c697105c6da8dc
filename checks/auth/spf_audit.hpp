#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/auth/spf.hpp"
#include "checks/check.hpp"

// What the SPF check finds out about one domain before it judges.
namespace reputed::spf {

struct Judged {
    IpAddress ip;
    std::size_t network = 0;  // index into Sender::networks
    // Not among the sender's addresses, but its host name has it: mail may leave from there (the other
    // family).
    bool from_hostname = false;
    Evaluation evaluation;
};

struct JudgedSender {
    const Sender* sender = nullptr;
    std::vector<Judged> addresses;  // at most 256 of the sender's, and 8 of its host name
    std::uint64_t size = 0;         // addresses that the sender has; UINT64_MAX where it does not fit
};

struct Audit {
    std::string domain;
    std::vector<std::string> records;  // as published
    // What check_host() says for an address that never sends: all terms are visited unless one matches
    // everything.
    Evaluation probe;
    std::vector<JudgedSender> senders;
    std::vector<Hold> holds;  // what could not be found out beside the evaluations
};

Audit audit(const std::string& domain, const Services& services);

// fail, softfail, neutral, none: SPF was evaluated and does not authorise.
bool is_uncovered(Result result);

// A domain with a relay is not seen at its own addresses: what SPF says about them is a remark.
Severity severity_of(Result result, const Sender& sender);

// What is to be said about it.
Report findings_of(const Audit& audit);

}  // namespace reputed::spf
