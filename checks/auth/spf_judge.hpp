#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "checks/auth/spf.hpp"
#include "checks/check.hpp"

// What SPF says for the addresses of a sender.
namespace reputed::spf {

// One run of the check. All its evaluations together end at `deadline`: names that time out and differ for each
// address would take hours.
struct Run {
    const std::string& domain;
    const Services& services;
    std::chrono::steady_clock::time_point deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(60);

    std::chrono::milliseconds left() const;
};
// Of which one walk through a lookup tree may take so much.
inline constexpr std::chrono::milliseconds most_tree_time{20'000};

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

// MAIL FROM postmaster@DOMAIN, or an empty one: then HELO is the identity (RFC 7208 section 2.4).
Evaluation evaluate(const Run& run, Answers& answers, const IpAddress& ip, const std::string& mail_from,
                    const std::string& helo, bool trace = false);

JudgedSender judge(const Run& run, Answers& answers, const Sender& sender, std::vector<Hold>& holds);

// fail, softfail, neutral, none: SPF was evaluated and does not authorise.
bool is_uncovered(Result result);

// A domain with a relay is not seen at its own addresses: what SPF says about them is a remark.
Severity severity_of(Result result, const Sender& sender);

// One family is covered, the other is not (it leaves mail to whichever the receiver's host has): the addresses
// of the latter.
std::vector<const Judged*> uncovered_family(const JudgedSender& judged);

// Terms for these addresses: for the whole network where none of its addresses is covered.
std::vector<std::string> terms_for(const JudgedSender& judged, const std::vector<const Judged*>& uncovered);

}  // namespace reputed::spf
