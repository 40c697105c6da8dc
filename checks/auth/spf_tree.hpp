#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "checks/auth/spf_answers.hpp"

// What a record costs a receiver when nothing in it matches: every term that queries DNS, with those of the
// records that it includes (RFC 7208 section 4.6.4).
namespace reputed::spf {

inline constexpr int most_lookups = 10;  // RFC 7208 section 4.6.4

struct LookupNode {
    // Why nothing is below a term that names a record.
    enum class Fault : std::uint8_t {
        none,
        loop,        // one of the records above it: receivers give up at their limit
        no_record,   // no such name, or no SPF record there: a permanent error (RFC 7208 section 5.2)
        broken,      // several records, or one that does not parse: a permanent error too
        unanswered,  // DNS did not say
        varies,      // the name has macros that depend on the message
        bounded,     // past 500 nodes, 50 records or the time limit: not looked at
    };
    std::string term;    // as written, at most 200 octets; "" for the record at the root
    std::string domain;  // whose record or addresses are asked for; as written where it varies
    int lookups = 0;     // terms that query DNS: this one and all below
    Fault fault = Fault::none;
    std::string note;  // the fault as a part of a sentence: "x.example has no SPF record"
    std::vector<LookupNode> children;
};
std::string_view to_string(LookupNode::Fault fault);

// A record that lets mail pass when it is reached: the domain's own, and those it includes or redirects to.
struct ReachedRecord {
    std::string domain;
    Record record;
    std::string through;  // the term of the domain's own record that leads to it; "" for that record itself
    bool policy = false;  // the own record, or reached by redirect= alone: its `all` is the domain's
};

struct LookupTree {
    LookupNode root;
    bool answered = true;                // DNS answered everything that was asked
    bool bounded = false;                // so that lookups are a lower limit
    std::vector<ReachedRecord> records;  // each domain once; only what is reached by pass

    int lookups() const { return root.lookups; }
    // The first node that names this domain, at any depth; nullptr when there is none.
    const LookupNode* find(const std::string& domain) const;
};

struct TreeOptions {
    std::chrono::milliseconds time_limit{20'000};
    std::stop_token stop;
};

// `domain` is a name that domain_error() accepts. Costs at most 50 TXT questions beyond what is known.
LookupTree lookup_tree(const std::string& domain, Answers& answers, const TreeOptions& options = {});

// "include:x.example  3", one line a node below the root, two blanks deeper a level.
std::vector<std::string> lines_of(const LookupTree& tree);

}  // namespace reputed::spf
