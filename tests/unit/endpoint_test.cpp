#include "config/endpoint.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

TEST(EndpointParse, HostAndPort) {
    struct Row {
        const char* text;
        std::optional<std::uint16_t> default_port;
        const char* printed;  // "" = rejected
    };
    const Row rows[] = {
        {"127.0.0.1:15782", {}, "127.0.0.1:15782"},
        {"127.0.0.1:0", {}, "127.0.0.1:0"},
        {"127.0.0.1", 53, "127.0.0.1:53"},
        {"127.0.0.1:54", 53, "127.0.0.1:54"},
        {"2001:DB8::1", 53, "[2001:db8::1]:53"},
        {"[2001:db8::1]", 53, "[2001:db8::1]:53"},
        {"[2001:db8::1]:54", 53, "[2001:db8::1]:54"},
        {"[::]:80", {}, "[::]:80"},
        {"localhost:80", {}, "localhost:80"},
        {"NS.example.org:80", {}, "ns.example.org:80"},
        {"127.0.0.1", {}, ""},
        {"2001:db8::1", {}, ""},
        {"127.0.0.1:65536", {}, ""},
        {"127.0.0.1:", {}, ""},
        {"127.0.0.1:080", {}, ""},
        {"127.0.0.1:+80", {}, ""},
        {"127.0.0.1:80x", {}, ""},
        {"[127.0.0.1]:80", {}, ""},
        {"[::1:80", {}, ""},
        {"[::1]80", {}, ""},
        {"[localhost]:80", {}, ""},
        {":80", {}, ""},
        {"", {}, ""},
        {"", 53, ""},
        {"http://a.example:80", {}, ""},
    };
    for (const auto& row : rows) {
        const auto endpoint = Endpoint::parse(row.text, row.default_port);
        EXPECT_EQ(endpoint ? endpoint->to_string() : "", row.printed) << row.text;
    }
}

}  // namespace
}  // namespace reputed
