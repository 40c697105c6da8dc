#include "config/service_url.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

TEST(ServiceUrl, Accepted) {
    const struct {
        std::string text, whole, origin;
        bool loopback;
    } rows[] = {
        {"https://Hooks.Example/T0/x?y=z", "https://hooks.example/T0/x?y=z", "https://hooks.example", false},
        {"HTTP://alertmanager:9093", "http://alertmanager:9093", "http://alertmanager:9093", false},
        {"http://my_host/", "http://my_host/", "http://my_host", false},
        {"https://[2001:DB8::1]:8443/a", "https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443", false},
        {"http://127.0.0.1?x=a@b", "http://127.0.0.1/?x=a@b", "http://127.0.0.1", true},
        {"http://localhost:1/a:b@c", "http://localhost:1/a:b@c", "http://localhost:1", true},
        {"http://[::1]", "http://[::1]", "http://[::1]", true},
    };
    for (const auto& row : rows) {
        const auto url = ServiceUrl::parse(row.text, {"http", "https"});
        ASSERT_TRUE(url) << row.text;
        EXPECT_EQ(url->whole(), row.whole);
        EXPECT_EQ(url->origin(), row.origin);
        EXPECT_EQ(url->is_loopback(), row.loopback) << row.text;
    }
}

TEST(ServiceUrl, Rejected) {
    for (const std::string text : {"",
                                   "https://",
                                   "https:///path",
                                   "ftp://h",
                                   "//h",
                                   "h",
                                   "https://user@h",
                                   "https://user:pass@h/",
                                   "https://h:0",
                                   "https://h:70000",
                                   "https://h:",
                                   "https://h:x",
                                   "https://h/a b",
                                   "https://h/a\r\nb",
                                   "https://h/#f",
                                   "https://h\\@evil",
                                   "https://[::1",
                                   "https://::1",
                                   "https://[127.0.0.1]",
                                   "https://-h",
                                   "https://a..b",
                                   "https://h\u00e4",
                                   "https://h%41/",
                                   "file:///etc/passwd"})
        EXPECT_FALSE(ServiceUrl::parse(text, {"http", "https"})) << text;
    EXPECT_FALSE(ServiceUrl::parse("https://h/" + std::string(3000, 'x'), {"https"}));
    EXPECT_FALSE(ServiceUrl::parse("http://h", {"https"}));
}

}  // namespace
}  // namespace reputed
