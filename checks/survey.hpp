#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/dmarc_record.hpp"
#include "checks/auth/spf.hpp"
#include "checks/net/resolver.hpp"

// What a domain publishes for mail, in one row: the facts behind a table of many domains. It judges nothing; the
// checks do.
namespace reputed::survey {

enum class State : std::uint8_t {
    unknown,    // DNS did not say
    none,       // not published
    not_found,  // DKIM: under none of the selectors asked, but there may be others
    invalid,    // published, and receivers take nothing from it
    found,      // published, and receivers act on it
};
std::string_view to_string(State state);

struct Mx {
    State state = State::unknown;
    bool null = false;      // the one record says that the domain takes no mail (RFC 7505)
    std::size_t hosts = 0;  // mail exchangers, each name once
};

struct Spf {
    // `found` also while DNS did not say what an include holds: then `result` is temperror.
    State state = State::unknown;
    // What receivers get for an address that never sends, redirects and includes followed: the domain's policy.
    spf::Result result = spf::Result::temperror;
    std::string mechanism;  // the directive that says so, as written; "" where none matched
    std::string reason;     // one sentence
    std::string record;     // as published, the first of several; "" = none
};

struct Dkim {
    State state = State::unknown;
    // In the order asked. A key that answers to any name whatever is under "*", and those selectors that only
    // repeat it are left out.
    std::vector<std::string> selectors;  // a key to verify with
    std::vector<std::string> revoked;    // p= is empty
    std::vector<std::string> broken;     // no key can be read
    std::size_t asked = 0;
    std::size_t unanswered = 0;  // of them
};

struct Dmarc {
    State state = State::unknown;
    // The rest with State::found only: what holds for the domain itself.
    dmarc::Policy policy = dmarc::Policy::none;
    std::string domain;  // whose record it is: the domain's own, or one above
    int percent = 100;   // pct=, historic
    bool testing = false;
};

struct Row {
    std::string domain;
    Mx mx;
    Spf spf;
    Dkim dkim;
    Dmarc dmarc;
    State mta_sts = State::unknown;  // the TXT record (RFC 8461 section 3.1); the policy file is not fetched
    State tls_rpt = State::unknown;
};

struct Options {
    std::vector<std::string> selectors;  // DKIM selectors to ask for
    std::string random_selector;         // one that nobody has: what it finds is there under every name
    std::chrono::system_clock::time_point now;
    std::stop_token stop;
};

// Selectors that large senders and common software use.
const std::vector<std::string>& common_selectors();

// `domain` lower case, no trailing dot. Costs one batch of questions, and what SPF includes.
Row look_at(const std::string& domain, Resolver& resolver, const Options& options);

// The line below the table.
struct Counts {
    std::size_t domains = 0;
    // How many publish what receivers act on.
    std::size_t spf = 0;
    std::size_t dkim = 0;
    std::size_t dmarc = 0;
    std::size_t all_three = 0;
    std::size_t spf_alone = 0;  // neither a DKIM key found nor a DMARC policy
    // Of how many DNS did not say.
    std::size_t spf_unknown = 0;
    std::size_t dkim_unknown = 0;
    std::size_t dmarc_unknown = 0;

    void add(const Row& row);
};

}  // namespace reputed::survey
