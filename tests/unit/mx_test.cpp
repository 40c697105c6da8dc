#include "checks/identity/mx.hpp"

#include <gtest/gtest.h>

namespace reputed::identity {
namespace {

Answer mx_answer(const std::vector<std::pair<int, std::string>>& records) {
    Answer answer;
    answer.outcome = Outcome::ok;
    for (const auto& [preference, name] : records) {
        Record record;
        record.preference = static_cast<std::uint16_t>(preference);
        record.text = name;
        answer.records.push_back(record);
    }
    return answer;
}

TEST(MxTargets, StandInTheOrderInWhichSendersTryThem) {
    const auto [targets, repeated] = mx_targets(mx_answer(
        {{30, "c.example"}, {5, "B.example."}, {10, "a.example"}, {10, "C.Example"}, {5, "a2.example"}}));
    std::string text;
    for (const auto& target : targets)
        text += std::to_string(target.preference) + ' ' + target.name + ' ';
    EXPECT_EQ(text, "5 a2.example 5 b.example 10 a.example 10 c.example ");
    EXPECT_EQ(repeated, std::vector<std::string>{"c.example"});
    EXPECT_TRUE(mx_targets(Answer{}).targets.empty());
}

TEST(MxTargets, NullIsTheRoot) {
    const auto targets = mx_targets(mx_answer({{0, "."}, {10, ""}})).targets;
    ASSERT_EQ(targets.size(), 1U);
    EXPECT_TRUE(targets[0].is_null());
    EXPECT_EQ(targets[0].preference, 0);
}

TEST(MxAddressLiteral, IsNoHostName) {
    for (const auto* text : {"192.0.2.1", R"(192\.0\.2\.1)", "[192.0.2.1]", R"([192\.0\.2\.1])",
                             "2001:db8::1", "[2001:db8::1]", "[IPv6:2001:db8::1]", "[ipv6:::1]"})
        EXPECT_TRUE(is_address_literal(text)) << text;
    for (const auto* text : {"", "mail.example", "192.0.2", "192.0.2.1.example", "[mail.example]", "[]",
                             "[192.0.2.1", "1.2.3.4.5", "[IPv6:192.0.2.256]"})
        EXPECT_FALSE(is_address_literal(text)) << text;
}

}  // namespace
}  // namespace reputed::identity
