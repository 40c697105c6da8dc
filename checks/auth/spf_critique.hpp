#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/spf_record.hpp"
#include "checks/auth/tag_list.hpp"

// What can be said about an SPF record from its text alone.
namespace reputed::spf {

struct Critique {
    record::Tags tags;  // v, mechanisms (separated by spaces), redirect, exp, unknown modifiers
    record::Remarks remarks;
    std::string text;  // canonical; "" when it does not parse

    // Not valid: receivers take nothing from it. A critical remark alone does not make it so.
    bool valid() const { return !text.empty(); }
    const std::string& to_string() const { return text; }
};

// What is known beside the text.
struct Circumstances {
    std::size_t pieces = 1;  // character-strings that the record was published in
    // Networks that really send: a term within them is not too wide.
    std::vector<IpNetwork> senders;
};

Critique criticise(std::string_view text, const Circumstances& circumstances = {});

// Whose record another one includes. Of a stranger's only what nobody can mean is told: providers have networks
// of any size, and the including domain cannot change them.
enum class Owner : std::uint8_t { same, other };

// What is wrong in a record because another one includes it. Its `all` is no policy then, but a pass of it
// passes for everybody.
record::Remarks criticise_included(const Record& record, Owner owner,
                                   const Circumstances& circumstances = {});

// Whether the term covers more addresses than a sender has, so that naming the senders would be better.
bool is_wide(const Term& term, const Circumstances& circumstances = {});
// +all, or a network that holds every address of its family.
bool passes_everybody(const Term& term);

}  // namespace reputed::spf
