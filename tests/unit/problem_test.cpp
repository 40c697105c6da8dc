#include "config/problem.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

TEST(ProblemText, NamesThePlace) {
    EXPECT_EQ((Problem{"reputed.toml", 3, 14, "wrong"}.to_string()), "reputed.toml:3:14: wrong");
    EXPECT_EQ((Problem{"reputed.toml", 0, 0, "not found"}.to_string()), "reputed.toml: not found");
    EXPECT_EQ((Problem{"", 0, 0, "wrong"}.to_string()), "wrong");
}

TEST(ProblemNearest, FindsWhatWasMeant) {
    const std::vector<std::string_view> keys = {"name",      "hostname", "ips",     "domains",
                                                "selectors", "via",      "interval"};
    struct Row {
        const char* word;
        const char* meant;
    };
    const Row rows[] = {
        {"hostnam", "hostname"},
        {"hostnmae", "hostname"},
        {"HostName", "hostname"},
        {"host_name", "hostname"},
        {"nam", "name"},
        {"ip", "ips"},
        {"isp", "ips"},
        {"domain", "domains"},
        {"selector", "selectors"},
        {"inter", "interval"},
        {"interwall", "interval"},
        {"", ""},
        {"ptr", ""},
        {"x", ""},
        {"completely-else", ""},
        {"emoh", ""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(nearest(row.word, keys), row.meant) << row.word;
    EXPECT_EQ(nearest("word", {}), "");
    EXPECT_EQ(nearest(std::string(100'000, 'a'), {"aaa"}), "");
}

}  // namespace
}  // namespace reputed
