#include <array>
#include <string>

#include <arpa/nameser.h>

#include "checks/dnsbl/subject.hpp"
#include "checks/net/dns.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string name(fuzz::text_of(data, size));
    const std::string normalized = normalized_name(name);
    const bool valid = is_valid_name(name);
    fuzz::require(!valid || is_valid_name(normalized), "a valid name stays valid");
    if (valid) {
        std::array<std::uint8_t, NS_MAXCDNAME> wire;
        fuzz::require(ns_name_pton(name.c_str(), wire.data(), wire.size()) >= 0, "a valid name can be sent");
    }
    if (const auto subject = dnsbl::Subject::parse(name)) {
        const auto again = dnsbl::Subject::parse(subject->text);
        fuzz::require(again && again->text == subject->text && again->query == subject->query,
                      "what is shown reads back as the same subject");
        fuzz::require(subject->address || valid, "a domain can be asked");
    }
    return 0;
}
