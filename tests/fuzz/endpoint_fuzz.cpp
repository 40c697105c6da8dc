#include "config/endpoint.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto endpoint = Endpoint::parse(fuzz::text_of(data, size), 53);
    if (!endpoint) return 0;
    const std::string printed = endpoint->to_string();
    const auto again = Endpoint::parse(printed, 54);
    fuzz::require(again && again->to_string() == printed, "an endpoint that prints reads back");
    return 0;
}
