#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/spf_answers.hpp"
#include "checks/auth/spf_record.hpp"
#include "checks/net/resolver.hpp"

// check_host() of RFC 7208.
namespace reputed::spf {

enum class Result : std::uint8_t {
    none,       // no domain name to check, or no record
    neutral,    // the domain says nothing about this address
    pass,       // authorised
    fail,       // not authorised, by explicit statement
    softfail,   // probably not authorised
    temperror,  // DNS did not answer: try again later
    permerror,  // the published records cannot be interpreted
};
std::string_view to_string(Result result);

struct Query {
    IpAddress ip;  // IPv4-mapped IPv6 counts as IPv4 (RFC 7208 section 5)
    std::string
        mail_from;  // LOCAL@DOMAIN, with or without <>; empty: postmaster at `helo` (RFC 7208 section 2.4)
    std::string helo;
};

struct Options {
    int lookup_limit = 10;  // terms that query DNS: RFC 7208 section 4.6.4
    int void_limit = 2;     // queries without any answer: same place
    int mx_limit = 10;      // names of one mx term
    int ptr_limit = 10;     // names of one address; the rest is ignored
    bool explain = true;    // fetch the text behind exp= after a fail
    bool trace = true;      // fill Evaluation::trace
    bool prefetch = true;   // ask for all terms of a record at once, although an early one may match
    std::string receiver = "unknown";  // macro r
    std::int64_t unix_time = 0;        // macro t
    // RFC 7208 section 4.6.4 asks for at least 20 s. Past it the result is temperror.
    std::chrono::milliseconds time_limit{20'000};
    std::stop_token stop;  // requested: temperror
};

// One thing that was looked at.
struct Step {
    int depth = 0;        // of includes and redirects
    std::string domain;   // whose record
    std::string term;     // as written, at most 200 octets; "" for the record as a whole
    std::string target;   // the name asked for; "" where nothing was asked
    std::string outcome;  // "match", "no match", "v=spf1 ...", or why not

    std::string to_string() const;  // "example.com: a:mail.example.com: no match"
};

struct Evaluation {
    Result result = Result::none;
    std::string reason;  // one sentence: "matched ip4:192.0.2.0/24 in the record of example.com"
    std::string
        mechanism;  // the matching directive of the outermost record, as written; "" when none matched
    std::string
        explanation;  // what the domain says about a fail (RFC 7208 section 6.2); "" when it says nothing
    int lookups = 0;  // terms that query DNS, the one that broke the limit included
    int void_lookups = 0;
    std::vector<Step> trace;  // at most 500
};

// Costs at most lookup_limit + 2 records, each with one batch of addresses, whatever the domains publish.
Evaluation check_host(const Query& query, Resolver& resolver, const Options& options = {});
// The same with answers that are shared by several evaluations.
Evaluation check_host(const Query& query, Answers& answers, const Options& options = {});

// RFC 7208 section 4.3: at least two labels, each of 1..63 octets, not an address. "" or why not.
std::string domain_error(std::string_view domain);

}  // namespace reputed::spf
