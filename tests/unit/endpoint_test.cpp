#include "config/endpoint.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

TEST(EndpointParse, Accepts) {
    const std::pair<const char*, const char*> rows[] = {
        {"192.0.2.1", "192.0.2.1:53"},          {"192.0.2.1:5353", "192.0.2.1:5353"},
        {"2001:db8::1", "[2001:db8::1]:53"},    {"[2001:db8::1]", "[2001:db8::1]:53"},
        {"[2001:db8::1]:0", "[2001:db8::1]:0"}, {"127.0.0.1:65535", "127.0.0.1:65535"},
    };
    for (const auto& [text, printed] : rows) {
        const auto endpoint = Endpoint::parse(text, 53);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(endpoint->to_string(), printed);
    }
}

TEST(EndpointParse, Rejects) {
    for (const auto* text :
         {"", ":", ":53", "localhost", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:5x",
          "[192.0.2.1]:53", "[2001:db8::1", "[2001:db8::1]53", "2001:db8::1]:53", "[]:53", "192.0.2.1 :53"})
        EXPECT_FALSE(Endpoint::parse(text, 53)) << text;
}

}  // namespace
}  // namespace reputed
