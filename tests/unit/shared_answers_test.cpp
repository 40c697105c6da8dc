#include "checks/net/shared_answers.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_resolver.hpp"

namespace reputed {
namespace {

TEST(SharedAnswersLookup, AsksEachQuestionOnce) {
    const auto zone = std::make_shared<test::FakeResolver>("example.com A 192.0.2.1\ndead.example TIMEOUT\n");
    SharedAnswers shared(zone);
    const Question questions[] = {{"example.com", RecordType::a},
                                  {"Example.COM.", RecordType::a},
                                  {"example.com", RecordType::mx},
                                  {"dead.example", RecordType::a}};
    for (int i = 0; i < 2; ++i) {
        const auto answers = shared.lookup(questions);
        EXPECT_EQ(answers[0].outcome, Outcome::ok);
        EXPECT_EQ(answers[1].records.front().address, answers[0].records.front().address);
        EXPECT_EQ(answers[2].outcome, Outcome::nodata);
        EXPECT_EQ(answers[3].outcome, Outcome::timeout);
    }
    EXPECT_EQ(zone->asked(), (std::vector<std::string>{"example.com A", "example.com MX", "dead.example A"}));
}

}  // namespace
}  // namespace reputed
