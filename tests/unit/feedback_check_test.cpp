#include "checks/reputation/feedback/feedback_check.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "agent/ledger.hpp"
#include "checks/net/query_budget.hpp"
#include "checks/reputation/feedback/kept_feedback.hpp"
#include "config/utc.hpp"
#include "tests/support/fake_http.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::feedback {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const WallTime noon = WallTime{} + seconds(1795176000);  // 2026-11-20T12:00:00Z
constexpr const char* data_url = "https://snds.test/snds/data.aspx?key=s3cret";
constexpr const char* status_url = "https://snds.test/snds/ipStatus.aspx?key=s3cret";

std::shared_ptr<const LevelScale> score_scale() {
    return std::make_shared<const LevelScale>(LevelScale{
        "", "score", true, {{"good", Severity::ok, 80, 0}, {"bad", Severity::warning, 0, 20}}, 3, ""});
}

// One agent with one source, whose job keeps its memory.
struct Agent {
    Settings settings;
    test::FakeHttp http;
    QueryBudget budget;
    std::string memory;
    WallTime now = noon;

    explicit Agent(FeedbackSettings::Kind kind) {
        Sender sender;
        sender.name = "mail";
        sender.networks = {*IpNetwork::parse("192.0.2.1"), *IpNetwork::parse("192.0.2.2")};
        sender.domains = {"example.org"};
        settings.senders = {sender};
        FeedbackSettings source;
        source.kind = kind;
        if (kind == FeedbackSettings::Kind::snds) {
            source.name = "snds";
            source.key.value = "s3cret";
            source.url.value = "https://snds.test/snds/";
        } else {
            source.name = "scores";
            source.url.value = "https://scores.test/{ip}";
            source.values = {{"score", "/score", 1, score_scale()}, {"volume", "/volume", 1, nullptr}};
        }
        settings.feedback = {source};
    }

    FeedbackSettings& source() { return settings.feedback.front(); }

    Report run() {
        test::FakeResolver resolver("");
        const ActiveLists lists;
        Services services{resolver, settings, lists, now, {}};
        services.budget = &budget;
        services.http = &http;
        services.memory = memory;
        auto report = feedback_check().run(source().name, services);
        memory = report.memory.value_or(memory);
        return report;
    }
};

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

std::string samples(const Report& report) {
    std::string out;
    for (const auto& sample : report.samples) {
        out += sample.metric->name.substr(17);
        for (const auto& value : sample.values)
            out += ' ' + value;
        out += ' ' + number(sample.value) + '\n';
    }
    return out;
}

std::string findings(const Report& report) {
    std::string out;
    for (const auto& finding : report.findings)
        out += finding.code + ' ' + std::string(to_string(finding.severity)) + ' ' + finding.subject + ' ' +
               finding.object + ": " + finding.message + '\n';
    return out;
}

std::string ratings(const Report& report) {
    std::string out;
    for (const auto& rating : report.ratings)
        out += rating.scale->code + ' ' + rating.subject + ' ' + rating.object + ' ' + number(rating.value) +
               ": " + rating.evidence + '\n';
    return out;
}

std::string holds(const Report& report) {
    std::string out;
    for (const auto& hold : report.holds)
        out += hold.code + ' ' + hold.subject + ' ' + hold.object + '\n';
    return out;
}

TEST(FeedbackCheck, TellsNumbersWithTheirOwnDate) {
    Agent agent(FeedbackSettings::Kind::json);
    agent.source().day_pointer = "/day";
    agent.http.answers["https://scores.test/192.0.2.1"] = {
        200, R"({"score": 71, "volume": "12", "day": "2026-11-19"})"};
    agent.http.answers["https://scores.test/192.0.2.2"] = {200, R"({"score": 91, "day": 1795046400})"};
    const auto report = agent.run();
    EXPECT_EQ(
        samples(report),
        "value scores 192.0.2.1 score 71\nvalue scores 192.0.2.1 volume 12\nvalue scores 192.0.2.2 score 91\n"
        "data_timestamp_seconds scores 192.0.2.1 1795046400\ndata_timestamp_seconds scores 192.0.2.2 "
        "1795046400\n"
        "up scores 1\n");
    EXPECT_EQ(ratings(report),
              "feedback.value 192.0.2.1 scores 71: scores, data of 2026-11-19: score 71\n"
              "feedback.value 192.0.2.2 scores 91: scores, data of 2026-11-19: score 91\n");
    EXPECT_EQ(findings(report), "");
    // example.org and the source itself, about which it says nothing.
    EXPECT_EQ(holds(report), "feedback.value example.org scores\nfeedback.value scores scores\n");
}

TEST(FeedbackCheck, KeepsTheLastDataThroughFaults) {
    const struct {
        int status;
        std::string body, finding, holds;
    } rows[] = {
        {0, "",
         "feedback.unreachable unknown scores : scores could not be read: https://service.test did not "
         "answer within "
         "30s\n",
         "feedback.refused scores \nfeedback.quota scores \n"},
        {500, "",
         "feedback.unreachable unknown scores : scores could not be read: https://service.test answered "
         "500\n",
         "feedback.refused scores \nfeedback.quota scores \n"},
        {403, "",
         "feedback.refused warning scores : scores refuses to tell: https://service.test answered 403\n", ""},
        {302, "",
         "feedback.refused warning scores : scores refuses to tell: https://service.test answered 302\n", ""},
        {429, "",
         "feedback.quota info scores : scores was asked too often: https://service.test answered 429\n",
         "feedback.refused scores \n"},
        {200, "<html>",
         "feedback.unreachable unknown scores : scores could not be read: the answer is not JSON, or deeper "
         "than 32 levels, or of more than 100000 values\n",
         "feedback.refused scores \n"},
        {200, R"({"score": {}})",
         "feedback.unreachable unknown scores : scores could not be read: at \"/score\" stands an object "
         "where a "
         "number is expected\n",
         "feedback.refused scores \n"},
    };
    for (const auto& row : rows) {
        Agent agent(FeedbackSettings::Kind::json);
        agent.source().url.value = "https://scores.test/all";
        agent.http.answers["https://scores.test/all"] = {200, R"({"score": 71})"};
        agent.run();
        agent.http.answers["https://scores.test/all"] = {row.status, row.body};
        agent.now += hours(1);
        const auto report = agent.run();
        EXPECT_EQ(
            samples(report),
            "value scores scores score 71\ndata_timestamp_seconds scores scores 1795176000\nup scores 0\n");
        EXPECT_EQ(findings(report), row.finding);
        EXPECT_EQ(ratings(report), "");
        EXPECT_EQ(holds(report), row.holds +
                                     "feedback.value 192.0.2.1 scores\nfeedback.value 192.0.2.2 scores\n"
                                     "feedback.value example.org scores\nfeedback.value scores scores\n");
    }
}

TEST(FeedbackCheck, OldDataIsShownAndNotJudged) {
    Agent agent(FeedbackSettings::Kind::json);
    agent.source().day_pointer = "/day";
    agent.http.answers["https://scores.test/192.0.2.1"] = {200, R"({"score": 71, "day": "2026-11-10"})"};
    agent.http.answers["https://scores.test/192.0.2.2"] = {200, R"({"score": 71, "day": "2026-11-20"})"};
    const auto report = agent.run();
    EXPECT_EQ(ratings(report), "feedback.value 192.0.2.2 scores 71: scores, data of 2026-11-20: score 71\n");
    EXPECT_EQ(findings(report),
              "feedback.stale info scores : scores has told nothing new for 3 days about 192.0.2.1\n");
    EXPECT_TRUE(holds(report).starts_with("feedback.value 192.0.2.1 scores\n"));
    EXPECT_NE(samples(report).find("value scores 192.0.2.1 score 71\n"), std::string::npos);
    agent.http.answers.clear();
    agent.now += hours(31 * 24);
    EXPECT_EQ(samples(agent.run()), "up scores 0\n") << "a month later it is gone";
}

TEST(FeedbackCheck, WaitsUntilItMayAskAgain) {
    const struct {
        int status;
        std::optional<seconds> retry_after;
        seconds waits;  // 0 = not at all
    } rows[] = {
        {429, seconds(7200), seconds(7200)},
        {429, {}, seconds(3600)},
        {429, seconds(99'999'999), seconds(86'400)},
        {503, seconds(600), seconds(600)},
        {503, {}, seconds(0)},
        {403, seconds(600), seconds(0)},
    };
    for (const auto& row : rows) {
        Agent agent(FeedbackSettings::Kind::json);
        agent.source().url.value = "https://scores.test/all";
        agent.http.answers["https://scores.test/all"] = {row.status, "", "", false, row.retry_after};
        const auto said = findings(agent.run());
        ASSERT_EQ(agent.http.requests.size(), 1U);
        agent.http.answers["https://scores.test/all"] = {200, R"({"score": 90})"};
        if (row.waits > seconds(0)) {
            agent.now = noon + row.waits - seconds(1);
            EXPECT_EQ(findings(agent.run()), said) << "it says so as long as it waits";
            EXPECT_EQ(agent.http.requests.size(), 1U) << row.status;
        }
        agent.now = noon + row.waits + seconds(1);
        EXPECT_EQ(findings(agent.run()), "");
        EXPECT_EQ(agent.http.requests.size(), 2U);
    }
}

TEST(FeedbackCheck, CountsAgainstTheBudget) {
    Agent agent(FeedbackSettings::Kind::json);
    agent.budget.set_limits({{"scores", {1, 0}}});
    agent.http.answers["https://scores.test/192.0.2.1"] = {200, R"({"score": 90})"};
    agent.http.answers["https://scores.test/192.0.2.2"] = {200, R"({"score": 90})"};
    const auto report = agent.run();
    EXPECT_EQ(agent.http.requests.size(), 1U);
    EXPECT_EQ(
        findings(report),
        "feedback.quota info scores : scores was asked too often: as many questions as are allowed within 24 "
        "hours were asked\n");
    EXPECT_EQ(ratings(report), "feedback.value 192.0.2.1 scores 90: scores, data of 2026-11-20: score 90\n");
}

TEST(FeedbackCheck, OnlyOursCount) {
    Agent agent(FeedbackSettings::Kind::snds);
    KeptFeedback kept;
    kept.points[{"192.0.2.1", "filter"}] = {1, noon, "", false};
    kept.points[{"198.51.100.1", "filter"}] = {2, noon, "", false};
    kept.points[{"192.0.2.2", "filter"}] = {2, noon + hours(100'000), "", false};
    agent.memory = write_kept(kept);
    agent.http.answers[data_url] = {200, ""};
    agent.http.answers[status_url] = {200, ""};
    EXPECT_EQ(samples(agent.run()),
              "value snds 192.0.2.1 filter 1\ndata_timestamp_seconds snds 192.0.2.1 1795176000\nup snds 1\n");
}

TEST(FeedbackCheck, WhatIsOfNowMakesFiguresOfADayNoNewer) {
    Agent agent(FeedbackSettings::Kind::snds);
    agent.http.answers[data_url] = {200, "192.0.2.1,11/19/2026 12:00 AM,,1,1,1,RED,< 0.1%,,,0,,,\r\n"};
    agent.http.answers[status_url] = {200, "192.0.2.0,192.0.2.255,Yes,why\r\n"};
    const auto report = agent.run();
    EXPECT_NE(samples(report).find("data_timestamp_seconds snds 192.0.2.1 1795046400\n"), std::string::npos);
    EXPECT_EQ(ratings(report),
              "feedback.blocked 192.0.2.1 snds 0: Microsoft SNDS, data of 2026-11-20: blocked 0\n"
              "feedback.neighbours_blocked 192.0.2.1 snds 1: Microsoft SNDS, data of 2026-11-20: blocked: "
              "192.0.2.0 to "
              "192.0.2.255, why\n"
              "feedback.filter 192.0.2.1 snds 2: Microsoft SNDS, data of 2026-11-19: filter result RED\n"
              "feedback.complaints 192.0.2.1 snds 0.001: Microsoft SNDS, data of 2026-11-19: complaint rate "
              "< 0.1%\n"
              "feedback.traps 192.0.2.1 snds 0: Microsoft SNDS, data of 2026-11-19: trap hits 0\n"
              "feedback.blocked 192.0.2.2 snds 0: Microsoft SNDS, data of 2026-11-20: blocked 0\n"
              "feedback.neighbours_blocked 192.0.2.2 snds 1: Microsoft SNDS, data of 2026-11-20: blocked: "
              "192.0.2.0 to "
              "192.0.2.255, why\n");
}

TEST(FeedbackCheck, NoSecretIsAnywhere) {
    Agent agent(FeedbackSettings::Kind::snds);
    agent.http.answers[data_url] = {200, "nonsense, s3cret\n"};
    agent.http.answers[status_url] = {403, "s3cret"};
    const auto report = agent.run();
    for (const auto& text : {findings(report), ratings(report), samples(report), holds(report), agent.memory})
        EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
}

// A year of days as SNDS tells them, in virtual time: what opens and clears, with hysteresis, faults and gaps between.
TEST(FeedbackCheck, AYearOfDays) {
    Agent agent(FeedbackSettings::Kind::snds);
    const JobKey job{"feedback", "snds"};
    auto settings = std::make_shared<Settings>(agent.settings);
    settings->alerts.unknown_after = hours(10'000);
    Ledger ledger(settings);
    std::string told;
    for (int day = 0; day < 365; ++day) {
        // Complaints sway by 0.03 % about a bound of 0.3 % for half a year, then are far above, then far below.
        const double ratio = day < 180   ? 0.30 + (day < 20       ? -0.03
                                                   : day % 2 == 0 ? 0.03
                                                                  : -0.03)
                             : day < 270 ? 0.6
                                         : 0.1;
        const std::string colour = day < 100 || day >= 120 ? "GREEN" : day < 110 ? "YELLOW" : "RED";
        char line[200];
        const auto date = noon + hours(24 * day);
        std::snprintf(line, sizeof line, "192.0.2.1,%s,,100,100,100,%s,%.2f%%,,,%d,,,\r\n",
                      utc_text(date, "%m/%d/%Y 12:00 AM").c_str(), colour.c_str(), ratio,
                      day >= 300 && day < 303 ? day - 299 : 0);
        const bool quiet = day >= 210 && day < 214;  // too little mail for a row: what is known gets old
        agent.http.answers[data_url] = {200, quiet ? "" : line};
        agent.http.answers[status_url] = {200,
                                          day >= 330 && day < 340 ? "192.0.2.1,192.0.2.1,Yes,why\r\n" : ""};
        if (day % 10 == 5) agent.http.answers[data_url] = {503, ""};
        if (day % 17 == 3) agent.http.answers[data_url] = {200, "<html>Something went wrong"};
        if (day % 13 == 7) agent.http.answers[status_url] = {0, ""};
        for (int hour = 12; hour < 36; hour += 6) {
            agent.now = noon + hours(24 * day + hour);
            for (const auto& one : ledger.record(job, agent.run(), agent.now).transitions)
                told += std::to_string(day) + ' ' + std::string(to_string(one.kind)) + ' ' +
                        one.finding.code + ' ' + std::string(to_string(one.finding.severity)) + '\n';
        }
    }
    EXPECT_EQ(told,
              "22 opened feedback.complaints warning\n"
              "100 opened feedback.filter warning\n"
              "110 changed feedback.filter critical\n"
              "120 cleared feedback.filter critical\n"
              "212 opened feedback.stale info\n"
              "214 cleared feedback.stale info\n"
              "270 cleared feedback.complaints warning\n"
              "300 opened feedback.traps info\n"
              "303 cleared feedback.traps info\n"
              "330 opened feedback.blocked critical\n"
              "340 cleared feedback.blocked critical\n");
}

}  // namespace
}  // namespace reputed::feedback
