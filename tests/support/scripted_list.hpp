#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/net/dns.hpp"
#include "config/catalogue.hpp"
#include "tests/support/fake_resolver.hpp"

// A DNS list as a test wants it: healthy by its own test points unless told otherwise.
namespace reputed::test {

Answer outcome(Outcome outcome);
Answer addresses(const std::vector<std::string>& texts);  // A and AAAA records
Answer code(std::uint32_t address);                       // one A record, host order
Answer text(const std::string& value);                    // one TXT record

// The list with this key in its zone; unkeyed lists as they are.
List with_key(List list, const std::string& key = "s3cr3tk3y");

// Codes, host order, that the list documents as a listing, an allowance or a score: the ends of every
// pattern, read from the entry itself and not through the code under test.
std::vector<std::uint32_t> listing_codes(const List& list);

struct ScriptedList {
    List list;
    // What the list answers about subjects, by what stands before the zone ("1.2.0.192"); everything else
    // that is no test point does not exist.
    std::map<std::string, Answer> targets = {};
    std::map<std::string, Answer> reasons = {};  // TXT, the same way
    // Instead of the answers of a healthy list:
    std::optional<Answer> listed_points = {};
    std::optional<Answer> clean_points = {};
    std::optional<Answer> others = {};  // random points, guesses, subjects without an answer of their own
    std::optional<Answer> zone_ns = {};

    // Everything below the list's zone.
    void serve_on(FakeResolver& resolver) const;
    Answer answer(const Question& question) const;
};

}  // namespace reputed::test
