#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"
#include "config/severity.hpp"

// What each code of a finding means: compiled in from codes.toml, shown by `reputed explain`.
namespace reputed {

struct FindingCode {
    std::string code;                  // "dnsbl.listed"
    std::string title;                 // what it is, half a line without a full stop
    std::string means;                 // what was found and why receivers care, whole sentences
    std::string to_do;                 // what to do, whole sentences
    std::vector<Severity> severities;  // those that it can have, rising; never empty, never ok
    std::string clears;                // what makes it go away; "" where that is plain
    std::string see;                   // https address of the standard or the like; "" where there is none

    std::string_view family() const { return std::string_view(code).substr(0, code.find('.')); }
};

// The compiled-in codes.toml, sorted by code. Parsed once; that it parses is tested.
std::span<const FindingCode> finding_codes();

// nullptr: there is no such code.
const FindingCode* find_finding_code(std::string_view code);

// The codes before whose dot this word stands; empty when it stands before none.
std::span<const FindingCode> finding_codes_of(std::string_view family);

// The code or family that is near enough to be meant, or "".
std::string_view nearest_finding_code(std::string_view text);

// Reads TOML text in the form of codes.toml, sorted by code. What is wrong goes to `problems`, and the entry is left
// out.
std::vector<FindingCode> parse_finding_codes(std::string_view toml_text, std::string_view file,
                                             Problems& problems);

}  // namespace reputed
