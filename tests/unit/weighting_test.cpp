#include "checks/reputation/weighting.hpp"

#include <gtest/gtest.h>

namespace reputed::reputation {
namespace {

List list_of(std::string name, ListKind kind, int weight) {
    List list;
    list.zone = list.name = std::move(name);
    list.kind = kind;
    list.weight = weight;
    return list;
}

ActiveLists lists() {
    ActiveLists active;
    active.lists = {list_of("zen.test", ListKind::ip_blocklist, 100),
                    list_of("cop.test", ListKind::ip_blocklist, 45),
                    list_of("small.test", ListKind::ip_blocklist, 2),
                    list_of("never.test", ListKind::ip_blocklist, 0),
                    list_of("dbl.test", ListKind::domain_blocklist, 100),
                    list_of("score.test", ListKind::ip_score, 0),
                    list_of("bare.test", ListKind::ip_score, 0)};
    active.lists[5].scale =
        std::make_shared<const LevelScale>(LevelScale{"dnsbl.score",
                                                      "sender score",
                                                      true,
                                                      {{"good", Severity::ok, 80, 0},
                                                       {"fair", Severity::info, 70, 4},
                                                       {"poor", Severity::warning, 0, 12.6}},
                                                      5});
    return active;
}

Settings settings() {
    Settings settings;
    settings.feedback.resize(4);
    settings.feedback[0].name = "ms";
    settings.feedback[0].kind = FeedbackSettings::Kind::snds;
    settings.feedback[1].name = "google";
    settings.feedback[1].kind = FeedbackSettings::Kind::postmaster;
    settings.feedback[2].name = "abuse";
    settings.feedback[2].kind = FeedbackSettings::Kind::abuseipdb;
    settings.feedback[3].name = "yahoo";
    settings.feedback[3].values.resize(2);
    settings.feedback[3].values[1].scale = std::make_shared<const LevelScale>(LevelScale{
        "feedback.value",
        "ratio",
        false,
        {{"low", Severity::ok, 1, 0}, {"meh", Severity::info, 2, 4}, {"high", Severity::warning, 0, 9}},
        0});
    return settings;
}

// "part points words", or "" where nothing is taken.
std::string text_of(const std::optional<Deduction>& deduction) {
    if (!deduction) return "";
    return std::string(to_string(deduction->part)) + ' ' + std::to_string(deduction->points) + ' ' +
           deduction->words;
}

std::optional<Deduction> deduction(std::string code, Severity severity, std::string object,
                                   std::string subject = "192.0.2.1") {
    Finding finding;
    finding.code = std::move(code);
    finding.subject = std::move(subject);
    finding.object = std::move(object);
    finding.severity = severity;
    return deduction_of(finding, lists(), settings());
}

// A code in two halves: this test is no place that finds it.
std::string of(const std::string& family, const std::string& word) {
    return family + '.' + word;
}

TEST(Weighting, WhatEachFindingTakes) {
    using enum Severity;
    struct Row {
        std::string code;
        Severity severity;
        const char* object;
        const char* expected;
    };
    const std::string listed = "dnsbl.listed";
    const std::string refused = "delivery.refused";
    const Row rows[] = {
        {listed, critical, "zen.test", "lists 75 listed on zen.test"},
        {listed, warning, "zen.test", "lists 50 listed on zen.test"},
        {listed, info, "zen.test", "lists 20 listed on zen.test"},
        {listed, unknown, "zen.test", ""},
        {listed, critical, "cop.test", "lists 34 listed on cop.test"},
        {listed, info, "small.test", ""},
        {listed, critical, "never.test", ""},
        {listed, critical, "gone.test", ""},
        {listed, critical, "dbl.test", "lists 38 192.0.2.1 listed on dbl.test"},
        {of("dnsbl", "score"), info, "score.test", "scores 4 score.test fair"},
        {of("dnsbl", "score"), warning, "score.test", "scores 13 score.test poor"},
        {of("dnsbl", "score"), critical, "score.test", ""},
        {of("dnsbl", "score"), ok, "score.test", ""},
        {of("dnsbl", "score"), warning, "bare.test", ""},
        {of("neighbourhood", "listed"), info, "up.test", "neighbourhood 2 neighbours listed on up.test"},
        {of("neighbourhood", "listed"), warning, "up.test", "neighbourhood 5 neighbours listed on up.test"},
        {of("neighbourhood", "many"), warning, "", ""},
        {of("feedback", "filter"), warning, "ms", "feedback 11 SNDS yellow"},
        {of("feedback", "filter"), critical, "ms", "feedback 30 SNDS red"},
        {of("feedback", "blocked"), critical, "ms", "feedback 50 SNDS blocked"},
        {of("feedback", "blocked"), warning, "ms", "feedback 25 SNDS mail is junked"},
        {of("feedback", "neighbours_blocked"), critical, "ms", "neighbourhood 50 SNDS neighbours blocked"},
        {of("feedback", "complaints"), warning, "ms", "feedback 10 SNDS complaints"},
        {of("feedback", "complaints"), info, "ms", ""},
        {of("feedback", "traps"), info, "ms", "feedback 5 SNDS trap hits"},
        {of("feedback", "traps"), warning, "ms", "feedback 10 SNDS trap hits"},
        {of("feedback", "spam_rate"), warning, "google", "feedback 10 Postmaster Tools spam rate"},
        {of("feedback", "reputation"), info, "google", "feedback 5 Postmaster Tools medium reputation"},
        {of("feedback", "reputation"), warning, "google", "feedback 15 Postmaster Tools low reputation"},
        {of("feedback", "reputation"), critical, "google", "feedback 30 Postmaster Tools bad reputation"},
        {of("feedback", "abuse"), warning, "abuse", "feedback 10 AbuseIPDB abuse reports"},
        {of("feedback", "value"), info, "yahoo", "feedback 4 yahoo meh"},
        {of("feedback", "value"), warning, "yahoo", "feedback 9 yahoo high"},
        {of("feedback", "value"), critical, "yahoo", ""},
        {of("feedback", "filter"), warning, "gone", ""},
        {of("feedback", "unreachable"), unknown, "ms", ""},
        {of("feedback", "authentication"), warning, "google", "feedback 3 Postmaster Tools below 0.95"},
        {refused, warning, "gmail/reputation", "delivery 10 gmail refuses for reputation"},
        {refused, critical, "gmail/blocklisted", "delivery 20 gmail refuses for a blocklist"},
        {refused, critical, "other/reputation", "delivery 20 other receivers refuse for reputation"},
        {refused, critical, "gmail/auth_failed", ""},
        {refused, info, "gmail/reputation", ""},
        {refused, warning, "gmail", ""},
        {"delivery.error_rate", warning, "", "delivery 5 error rate"},
        {"delivery.error_rate", critical, "gmail", "delivery 15 error rate"},
        {"delivery.deferral_rate", warning, "", ""},
        {"ptr.missing", critical, "", ""},
        {"", critical, "", ""},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(text_of(deduction(row.code, row.severity, row.object)), row.expected)
            << row.code << ' ' << to_string(row.severity) << ' ' << row.object;
        if (*row.expected != '\0') {
            EXPECT_TRUE(counts(row.code)) << row.code;
        }
    }
    EXPECT_FALSE(counts("ptr.missing"));
    EXPECT_FALSE(counts("dnsbl.unknown_code"));
}

TEST(Weighting, ADrillTakesNothing) {
    Finding finding;
    finding.code = "dnsbl.listed";
    finding.object = "zen.test";
    finding.severity = Severity::critical;
    EXPECT_TRUE(deduction_of(finding, lists(), settings()));
    finding.drill = true;
    EXPECT_FALSE(deduction_of(finding, lists(), settings()));
}

TEST(Weighting, OneCauseCountsOnce) {
    using enum Severity;
    std::vector<Deduction> all;
    for (const auto& one : {deduction("dnsbl.listed", warning, "dbl.test", "a.example"),
                            deduction("dnsbl.listed", critical, "dbl.test", "b.example"),
                            deduction("dnsbl.listed", critical, "cop.test"),
                            deduction("delivery.refused", warning, "gmail/reputation", "postfix"),
                            deduction("delivery.refused", critical, "gmail/blocklisted", "postfix"),
                            deduction("delivery.refused", warning, "yahoo/reputation", "postfix")})
        all.push_back(*one);
    const auto parts = counted(all);
    std::vector<std::string> texts;
    for (const auto& part : parts)
        texts.push_back(text_of(part));
    EXPECT_EQ(texts,
              (std::vector<std::string>{
                  "lists 38 b.example listed on dbl.test", "lists 34 listed on cop.test",
                  "delivery 20 gmail refuses for a blocklist", "delivery 10 yahoo refuses for reputation"}));
    EXPECT_EQ(score_of(parts), 0) << "not below";
    EXPECT_EQ(score_of({parts[1], parts[3]}), 56);
    EXPECT_EQ(score_of({}), 100);
}

}  // namespace
}  // namespace reputed::reputation
