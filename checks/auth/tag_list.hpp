#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/severity.hpp"

// What the TXT records of DKIM, DMARC, MTA-STS, TLS-RPT and BIMI have in common: "name=value; name=value"
// (RFC 6376 section 3.2), and remarks about it.
namespace reputed::record {

// What is to be said about a record: critical where receivers take nothing from it, warning where they ignore
// a part of it or where it does less than was meant, info where nothing needs to be done now.
struct Remark {
    std::string code;  // "dmarc.policy_none"
    Severity severity = Severity::warning;
    std::string message;  // one sentence, foreign text in it escaped
};
using Remarks = std::vector<Remark>;

// Adds one. Past 100 only critical ones are added: a hostile record is not worth more sentences.
void add(Remarks& remarks, std::string code, Severity severity, std::string message);

bool has_critical(const Remarks& remarks);
bool has_code(const Remarks& remarks, std::string_view code);

struct Tag {
    std::string name;
    std::string value;  // white space around it left out, inside it as written
    bool operator==(const Tag&) const = default;
};
using Tags = std::vector<Tag>;

const std::string* find(const Tags& tags, std::string_view name);  // nullptr: not there
std::string to_string(const Tags& tags);                           // "v=DKIM1; k=rsa"

enum class TagFault : std::uint8_t { empty, no_equals, bad_name, bad_value, duplicate };

struct TagList {
    struct Fault {
        TagFault kind;
        std::string message;  // "nothing between two semicolons"
    };
    Tags tags;  // in the order written, each name once: of duplicates the first
    std::vector<Fault> faults;
    bool first_is_good = false;  // tags.front() is the very first of the list
};

// Names are letters, digits and underscores; `extended` (RFC 8461 section 3.1) allows '-' and '.' as well.
// With `fold_names` names are made lower case. White space is that of FWS, wherever it stands.
struct TagRules {
    bool extended = false;
    bool fold_names = false;
};
TagList parse_tag_list(std::string_view text, TagRules rules = {});

// In the order of `known`, then the others as they stand.
Tags in_order(Tags tags, std::initializer_list<std::string_view> known);

std::string_view trimmed(std::string_view text);
std::string without_space(std::string_view text);
// Items between `separator`, white space around each left out; one empty item for an empty text.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace reputed::record
