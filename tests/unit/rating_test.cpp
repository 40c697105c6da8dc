#include "agent/rating.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "agent/ledger.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

const auto score = std::make_shared<const LevelScale>(
    LevelScale{"test.score",
               "sender score",
               true,
               {{"good", Severity::ok, 80}, {"fair", Severity::warning, 70}, {"poor", Severity::critical, 0}},
               5});
const auto complaints = std::make_shared<const LevelScale>(
    LevelScale{"test.complaints",
               "complaint rate",
               false,
               {{"low", Severity::ok, 0.1}, {"high", Severity::critical, 0}},
               0.02});

TEST(Rating, ABetterLevelNeedsTheMargin) {
    struct Row {
        std::shared_ptr<const LevelScale> scale;
        double value;
        std::optional<std::size_t> before;
        std::size_t level;
    };
    const Row rows[] = {
        {score, 100, {}, 0},       {score, 80, {}, 0},       {score, 79.9, {}, 1},
        {score, 70, {}, 1},        {score, 69, {}, 2},       {score, -5, {}, 2},
        {score, 79, 0, 1},         {score, 69, 0, 2},        {score, 80, 1, 1},
        {score, 84.9, 1, 1},       {score, 85, 1, 0},        {score, 70, 2, 2},
        {score, 74.9, 2, 2},       {score, 75, 2, 1},        {score, 84, 2, 1},
        {score, 90, 2, 0},         {score, 82, 0, 0},        {complaints, 0.1, {}, 0},
        {complaints, 0.11, {}, 1}, {complaints, 0.09, 1, 1}, {complaints, 0.08, 1, 0},
    };
    for (const auto& row : rows)
        EXPECT_EQ(level_of(*row.scale, row.value, row.before), row.level)
            << row.scale->code << ' ' << row.value;
}

TEST(Rating, TheFindingSaysNumberAndLevel) {
    const Finding finding = finding_of({score, "192.0.2.1", "score.test", 62.5, "seen", "remedy", "link"}, 2);
    EXPECT_EQ(finding.message, "The sender score of 192.0.2.1 is 62.5 at score.test: poor");
    EXPECT_EQ(finding.code, "test.score");
    EXPECT_EQ(finding.severity, Severity::critical);
    EXPECT_EQ(finding_of({complaints, "example.org", "", 0.3, "", "", ""}, 1).message,
              "The complaint rate of example.org is 0.3: high");
}

// One letter a run: the transitions of a score that moves, with the severity that each tells.
TEST(Rating, ANumberThatSwaysAboutABoundDoesNotFlap) {
    auto settings = std::make_shared<Settings>();
    settings->alerts = AlertSettings::immediate();
    Ledger ledger(settings);
    const JobKey job{"score", "192.0.2.1"};
    const auto say = [&](double value) {
        Report report;
        report.ratings.push_back({score, "192.0.2.1", "", value, "", "", ""});
        std::string told;
        for (const auto& transition : ledger.record(job, std::move(report), WallTime{} + 1000h).transitions)
            told += std::string(to_string(transition.kind)) + ' ' +
                    std::string(to_string(transition.finding.severity));
        return told;
    };
    EXPECT_EQ(say(90), "");
    EXPECT_EQ(say(78), "opened warning");
    EXPECT_EQ(say(82), "") << "not past the bound by the margin";
    EXPECT_EQ(say(78), "");
    EXPECT_EQ(say(60), "changed critical");
    EXPECT_EQ(say(72), "");
    EXPECT_EQ(say(std::numeric_limits<double>::quiet_NaN()), "") << "could not be told";
    EXPECT_EQ(say(76), "changed warning");
    EXPECT_EQ(say(86), "cleared warning");
}

}  // namespace
}  // namespace reputed
