#include <string>

#include <arpa/inet.h>

#include "checks/net/dns.hpp"
#include "config/ip_address.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    const auto address = IpAddress::parse(text);
    unsigned char bytes[16];
    const bool without_nul = text.find('\0') == std::string::npos;
    const bool system =
        inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
    fuzz::require(address.has_value() == (system && without_nul), "as inet_pton() reads it");
    if (address) {
        fuzz::require(IpAddress::parse(address->to_string()) == address, "an address that prints reads back");
        fuzz::require(is_valid_name(reverse_name(*address)), "every address has a reverse name");
        fuzz::require(address->unmapped().unmapped() == address->unmapped(), "unmapped once is unmapped");
    }
    if (const auto network = IpNetwork::parse(text)) {
        fuzz::require(IpNetwork::parse(network->to_string()) == network, "a network that prints reads back");
        fuzz::require(network->contains(network->first()), "a network holds its first address");
        fuzz::require(network->contains(network->at(network->size() - 1)),
                      "a network holds its last address");
    }
    return 0;
}
