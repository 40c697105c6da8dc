#include "agent/notify/message_text.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_message.hpp"

namespace reputed::notify {
namespace {

using test::context;
using test::listing;
using test::message_of;

TEST(MessageText, SaysAllThatAnOperatorNeeds) {
    const auto text = compose(message_of({listing()}), context());
    EXPECT_EQ(text.title, "critical: 192.0.2.25 is listed on zen.spamhaus.org: SBL");
    EXPECT_EQ(plain(text), R"(What: 192.0.2.25 is listed on zen.spamhaus.org: SBL
Since: 2026-11-21 19:30 UTC, 1 min before this was written
Where: 192.0.2.25 at zen.spamhaus.org, seen by reputed on mail.example.org, sender mail
Seen: 25.2.0.192.zen.spamhaus.org A 127.0.0.2; TXT "spam"
How much it matters: critical. Many receivers refuse your mail now.
What to do: Stop the cause first, then ask for removal at the link.
Where to do it: https://check.spamhaus.org/results/?query=192.0.2.25
History: reputed history --ip 192.0.2.25
To be told no more, in reputed.toml:

[[mute]]
code = "dnsbl.listed"
list = "zen.spamhaus.org"
sender = "mail"

The agent's page: https://mail.example.org/reputed/
)");
    EXPECT_EQ(text.link, "https://check.spamhaus.org/results/?query=192.0.2.25");
}

TEST(MessageText, ClearingSaysWhatIsOver) {
    struct Row {
        const char* code;
        const char* title;
    };
    const Row rows[] = {
        {"dnsbl.score", "cleared: the score of 192.0.2.25 at zen.spamhaus.org is no longer bad"},
        {"neighbourhood.listed",
         "cleared: the network around 192.0.2.25 is no longer listed on zen.spamhaus.org"},
    };
    for (const auto& row : rows) {
        auto transition = listing(TransitionKind::cleared);
        transition.finding.code = row.code;
        EXPECT_EQ(compose(message_of({transition}), context()).title, row.title);
    }
}

TEST(MessageText, ClearingTellsHowLongItLasted) {
    const auto text = compose(message_of({listing(TransitionKind::cleared)}), context());
    EXPECT_EQ(text.title, "cleared: 192.0.2.25 is no longer listed on zen.spamhaus.org");
    EXPECT_EQ(text.severity, Severity::ok);
    EXPECT_EQ(plain(text), R"(What it was: 192.0.2.25 is listed on zen.spamhaus.org: SBL
Lasted: 2026-11-21 19:30 UTC to 2026-11-21 21:35 UTC, 2 h 5 min
Where: 192.0.2.25 at zen.spamhaus.org, seen by reputed on mail.example.org, sender mail
Last seen: 25.2.0.192.zen.spamhaus.org A 127.0.0.2; TXT "spam"
History: reputed history --ip 192.0.2.25
The agent's page: https://mail.example.org/reputed/
)");
}

TEST(MessageText, ChangeTellsTheSeverityBefore) {
    EXPECT_EQ(compose(message_of({listing(TransitionKind::changed)}), context()).title,
              "now critical, was warning: 192.0.2.25 is listed on zen.spamhaus.org: SBL");
}

TEST(MessageText, DrillIsMarkedInTitleAndFirstLine) {
    auto planted = listing();
    planted.finding.drill = true;
    for (const bool brief : {false, true}) {
        const auto text = compose(message_of({planted}), context(), brief);
        EXPECT_TRUE(text.drill);
        EXPECT_TRUE(text.title.starts_with("[DRILL] critical: ")) << text.title;
        EXPECT_TRUE(plain(text).starts_with("[DRILL] This is a drill: nothing of it has happened.\n"));
    }
    // What is real must not pass for a drill.
    const auto mixed = compose(message_of({planted, listing()}), context());
    EXPECT_FALSE(mixed.drill);
    EXPECT_FALSE(mixed.title.starts_with("[DRILL]"));
    EXPECT_NE(plain(mixed).find("[DRILL] critical: 192.0.2.25"), std::string::npos);
}

TEST(MessageText, DigestCountsAndHasALineEach) {
    std::vector<Transition> many;
    for (int i = 0; i < 60; ++i) {
        many.push_back(listing(i < 40 ? TransitionKind::opened : TransitionKind::cleared));
        if (i % 2 == 0) many.back().finding.severity = Severity::warning;
    }
    const auto text = compose(message_of(many, true), context());
    EXPECT_EQ(text.title, "60 events: 20 critical, 20 warning, 20 cleared");
    const auto body = plain(text);
    EXPECT_TRUE(
        body.starts_with("In sum: 20 critical, 20 warning, 20 cleared; 40 opened, 20 cleared\n"
                         "2026-11-21 19:31 UTC  critical: 192.0.2.25 is listed"));
    EXPECT_NE(body.find("\nand 10 more\n"), std::string::npos);
    EXPECT_EQ(std::count(body.begin(), body.end(), '\n'), 1 + 50 + 1 + 2);
}

TEST(MessageText, GroupIsCalledAfterItsWorst) {
    auto mild = listing();
    mild.finding.severity = Severity::info;
    EXPECT_EQ(compose(message_of({mild, listing(TransitionKind::cleared), listing()}), context()).title,
              "critical: 192.0.2.25 is listed on zen.spamhaus.org: SBL (and 2 more)");
}

TEST(MessageText, ForeignTextIsHarmless) {
    auto hostile = listing();
    hostile.finding.evidence = "a\r\nSubject: x\x1b[31m\u202egnp.exe" + std::string(5000, 'y') + "END";
    hostile.finding.message = "m\nFake: line " + std::string(3000, 'z');
    hostile.finding.link = "javascript:alert(1)";
    hostile.finding.object = "x\"\n[[notifier]]";
    const auto text = compose(message_of({hostile}), context());
    EXPECT_LE(text.title.size(), 160U);
    EXPECT_EQ(text.title.find('\n'), std::string::npos);
    const auto body = plain(text);
    EXPECT_LE(body.size(), 4000U);
    EXPECT_EQ(body.find("END"), std::string::npos);
    EXPECT_EQ(body.find("\nFake"), std::string::npos);
    EXPECT_EQ(body.find("\nSubject"), std::string::npos);
    EXPECT_EQ(body.find("\n[[notifier]]"), std::string::npos);
    EXPECT_EQ(body.find("javascript"), std::string::npos);
    EXPECT_EQ(body.find('\x1b'), std::string::npos);
    EXPECT_EQ(body.find("\u202e"), std::string::npos);
    EXPECT_NE(body.find("\\u202e"), std::string::npos);
}

TEST(MessageText, MuteSnippetFitsTheFinding) {
    auto about_list = listing();
    about_list.finding.code = "dnsbl.list_broken";
    about_list.finding.subject = "bl.example";
    about_list.finding.object = "";
    about_list.senders = {"a", "b"};
    const auto body = plain(compose(message_of({about_list}), context()));
    EXPECT_NE(body.find("[[mute]]\ncode = \"dnsbl.list_broken\"\nlist = \"bl.example\"\n\n"),
              std::string::npos)
        << body;
    EXPECT_NE(body.find("History: reputed history\n"), std::string::npos);
}

TEST(MessageText, Durations) {
    const struct {
        long long seconds;
        std::string text;
    } rows[] = {{-5, "0 s"},           {0, "0 s"},     {59, "59 s"},        {60, "1 min"},
                {3599, "59 min 59 s"}, {3600, "1 h"},  {7500, "2 h 5 min"}, {86'400, "1 d"},
                {90'061, "1 d 1 h"},   {86'460, "1 d"}};
    for (const auto& row : rows)
        EXPECT_EQ(lasting_text(std::chrono::seconds(row.seconds)), row.text);
}

TEST(MessageText, Links) {
    const struct {
        std::string link;
        bool safe;
    } rows[] = {{"https://a.example/x?y=1&z=2#f", true},
                {"http://[2001:db8::1]/", true},
                {"javascript:x", false},
                {"https://a b", false},
                {"https://a/\n", false},
                {"https://a/\"x", false},
                {"https://a/<x>", false},
                {"https://a/)x(", false},
                {"https://\u00e4/", false},
                {"", false}};
    for (const auto& row : rows)
        EXPECT_EQ(safe_link(row.link), row.safe ? row.link : "");
}

}  // namespace
}  // namespace reputed::notify
