#include "agent/notify/payload.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/sample_message.hpp"

namespace reputed::notify {
namespace {

using nlohmann::json;
using test::context;
using test::listing;
using test::message_of;

NotifierSettings webhook(const std::string& format) {
    NotifierSettings notifier;
    notifier.name = "ops";
    notifier.format = format;
    notifier.chat_id = "-100";
    return notifier;
}

Transition planted() {
    auto transition = listing();
    transition.finding.drill = true;
    return transition;
}

// As short as a message gets.
Transition small() {
    Transition transition;
    transition.id = transition.episode = 1;
    transition.time = transition.since = test::half_past_seven;
    transition.check = "ptr";
    transition.finding.code = "ptr.missing";
    transition.finding.subject = "192.0.2.25";
    transition.finding.message = "<@U1> *a* & _b_ `c` @everyone";
    return transition;
}

TEST(PayloadJson, HasTheDocumentedFields) {
    const auto body = json::parse(json_body(message_of({listing(TransitionKind::cleared)}), context()));
    auto expected = json::parse(R"({"version":1,"key":"k-42","notifier":"ops","instance":"mail.example.org",
        "page":"https://mail.example.org/reputed/","digest":false,"drill":false,"severity":"ok",
        "title":"cleared: 192.0.2.25 is no longer listed on zen.spamhaus.org","omitted":0,
        "transitions":[{"id":7,"episode":5,"kind":"cleared","time":"2026-11-21T21:35:00Z",
          "since":"2026-11-21T19:30:00Z","lasted_seconds":7500,"check":"dnsbl","code":"dnsbl.listed",
          "subject":"192.0.2.25","object":"zen.spamhaus.org","severity":"critical","severity_before":"ok",
          "message":"192.0.2.25 is listed on zen.spamhaus.org: SBL",
          "evidence":"25.2.0.192.zen.spamhaus.org A 127.0.0.2; TXT \"spam\"",
          "remedy":"Stop the cause first, then ask for removal at the link.",
          "link":"https://check.spamhaus.org/results/?query=192.0.2.25","note":"","senders":["mail"],
          "drill":false}]})");
    expected["text"] = plain(compose(message_of({listing(TransitionKind::cleared)}), context()));
    EXPECT_EQ(body, expected);
}

TEST(PayloadJson, DrillAndBounds) {
    const auto drill = json::parse(json_body(message_of({planted()}), context()));
    EXPECT_EQ(drill["drill"], true);
    EXPECT_EQ(drill["transitions"][0]["drill"], true);
    EXPECT_EQ(drill["transitions"][0]["lasted_seconds"], nullptr);
    auto hostile = listing();
    hostile.finding.evidence = "\xff\x1b" + std::string(100'000, 'x');
    const std::vector<Transition> many(1500, hostile);
    const auto text = json_body(message_of(many, true), context());
    const auto body = json::parse(text);
    EXPECT_EQ(body["transitions"].size(), 1000U);
    EXPECT_EQ(body["omitted"], 500);
    EXPECT_LT(text.size(), 4'000'000U);
}

TEST(PayloadJson, IsTheSameInEveryAttempt) {
    auto later = context();
    later.now += std::chrono::hours(5);
    auto again = message_of({listing()});
    again.attempt = 9;
    for (const std::string format : {"json", "slack", "discord", "teams", "ntfy", "telegram"})
        EXPECT_EQ(payload_for(webhook(format), again, later).body,
                  payload_for(webhook(format), message_of({listing()}), context()).body);
}

const std::string small_body =
    "What: {}\nSince: 2026-11-21 19:30 UTC, 0 s before this was written\nWhere: 192.0.2.25\n"
    "How much it matters: warning. Some receivers refuse or distrust your mail, or soon will.\n"
    "History: reputed history --ip 192.0.2.25\nTo be told no more, in reputed.toml:\n\n"
    "[[mute]]\ncode = \"ptr.missing\"\n\n";

std::string with(const std::string& text, const std::string& in) {
    std::string out = in;
    return out.replace(out.find("{}"), 2, text);
}

TEST(PayloadChat, Slack) {
    const auto payload = payload_for(webhook("slack"), message_of({small()}), {});
    const std::string shown = "&lt;@U1&gt; *a* &amp; _b_ `c` @everyone";
    EXPECT_EQ(json::parse(payload.body), (json{{"text", "warning: " + shown + "\n" + with(shown, small_body)},
                                               {"mrkdwn", false},
                                               {"unfurl_links", false},
                                               {"unfurl_media", false}}));
}

TEST(PayloadChat, Discord) {
    const auto body = json::parse(payload_for(webhook("discord"), message_of({small()}), {}).body);
    const std::string shown = R"(\<\@U1\> \*a\* & \_b\_ \`c\` \@everyone)";
    EXPECT_EQ(body["allowed_mentions"], json::parse(R"({"parse":[]})"));
    ASSERT_EQ(body["embeds"].size(), 1U);
    EXPECT_EQ(body["embeds"][0]["title"], "warning\\: " + shown);
    EXPECT_EQ(body["embeds"][0]["color"], 0xf9a825);
    EXPECT_EQ(
        body["embeds"][0]["description"],
        "**What**: " + shown +
            "\n**Since**: 2026\\-11\\-21 19\\:30 UTC, 0 s before this was written\n**Where**: 192.0.2.25\n"
            "**How much it matters**: warning. Some receivers refuse or distrust your mail, or soon will.\n"
            "**History**: ```\nreputed history --ip 192.0.2.25\n```\n"
            "**To be told no more, in reputed.toml**: ```\n[[mute]]\ncode = \"ptr.missing\"\n```\n");
    const auto linked = json::parse(payload_for(webhook("discord"), message_of({listing()}), context()).body);
    EXPECT_EQ(linked["embeds"][0]["url"], "https://check.spamhaus.org/results/?query=192.0.2.25");
}

TEST(PayloadChat, Teams) {
    const auto body = json::parse(payload_for(webhook("teams"), message_of({listing()}), context()).body);
    EXPECT_EQ(body["type"], "message");
    EXPECT_EQ(body["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
    const auto card = body["attachments"][0]["content"];
    EXPECT_EQ(card["type"], "AdaptiveCard");
    EXPECT_EQ(card["version"], "1.4");
    for (const auto& block : card["body"])
        EXPECT_EQ(block["type"], "RichTextBlock");  // the other text blocks obey Markdown
    EXPECT_EQ(card["body"][1]["inlines"][0],
              json::parse(R"({"type":"TextRun","text":"What: ","weight":"Bolder"})"));
    EXPECT_EQ(card["actions"], json::parse(R"([{"type":"Action.OpenUrl","title":"Open",
        "url":"https://check.spamhaus.org/results/?query=192.0.2.25"}])"));
}

TEST(PayloadChat, Ntfy) {
    auto transition = planted();
    transition.finding.message = "gr\u00fcn\r\nX: y";
    const auto payload = payload_for(webhook("ntfy"), message_of({transition}), context());
    EXPECT_EQ(payload.content_type, "text/plain; charset=utf-8");
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"Title", "=?UTF-8?B?W0RSSUxMXSBjcml0aWNhbDogZ3LDvG5ceDBkIFg6IHk=?="},
        {"Priority", "5"},
        {"Tags", "rotating_light,drill"},
        {"Click", "https://check.spamhaus.org/results/?query=192.0.2.25"}};
    EXPECT_EQ(payload.headers, headers);
    EXPECT_TRUE(payload.body.starts_with("[DRILL] This is a drill"));
}

TEST(PayloadChat, Telegram) {
    const auto payload = payload_for(webhook("telegram"), message_of({small()}), {});
    EXPECT_EQ(payload.path, "/sendMessage");
    const std::string shown = "<@U1> *a* & _b_ `c` @everyone";
    EXPECT_EQ(json::parse(payload.body),
              (json{{"chat_id", "-100"},
                    {"text", "warning: " + shown + "\n\n" + with(shown, small_body)},
                    {"link_preview_options", {{"is_disabled", true}}}}));
}

TEST(PayloadChat, KeepsWithinWhatTheServicesTake) {
    auto wordy = listing();
    wordy.finding.evidence = std::string(900, '*');
    const std::vector<Transition> some(10, wordy);
    const std::vector<Transition> many(2000, wordy);
    for (const auto& message : {message_of(some), message_of(many, true)}) {
        EXPECT_LE(json::parse(payload_for(webhook("slack"), message, context()).body)["text"]
                      .get<std::string>()
                      .size(),
                  4000U);
        EXPECT_LE(json::parse(payload_for(webhook("telegram"), message, context()).body)["text"]
                      .get<std::string>()
                      .size(),
                  4096U);
        const auto discord = json::parse(payload_for(webhook("discord"), message, context()).body);
        EXPECT_LE(discord["embeds"][0]["description"].get<std::string>().size(), 4096U);
        EXPECT_LE(discord["embeds"][0]["title"].get<std::string>().size(), 256U);
        EXPECT_LE(payload_for(webhook("ntfy"), message, context()).body.size(), 4096U);
        EXPECT_LE(payload_for(webhook("teams"), message, context()).body.size(), 28'000U);
        const auto text = payload_for(webhook("ntfy"), message, context()).body;
        EXPECT_TRUE(text.starts_with("In sum: ")) << text;
        EXPECT_EQ(text.find(" more\n") != std::string::npos, message.digest);
    }
}

TEST(PayloadTemplate, FillsPlaceholders) {
    auto notifier = webhook("template");
    auto transition = listing();
    transition.finding.message = "a \"quoted\" \\ one";
    const struct {
        std::string text, body, content_type;
    } rows[] = {
        {R"({"t": "{{subject}}: {{message}}"})", R"({"t": "192.0.2.25: a \"quoted\" \\ one"})",
         "application/json"},
        {R"({"t": {{json message}}, "d": {{json drill}}, "n": {{json count}}})",
         R"({"t": "a \"quoted\" \\ one", "d": false, "n": 1})", "application/json"},
        {"{{raw message}} {{ severity }}", "a \"quoted\" \\ one critical", "text/plain; charset=utf-8"},
        {"{{key}}", "k-42", "text/plain; charset=utf-8"},
    };
    for (const auto& row : rows) {
        notifier.template_text = row.text;
        const auto payload = payload_for(notifier, message_of({transition}), context());
        EXPECT_EQ(payload.body, row.body);
        EXPECT_EQ(payload.content_type, row.content_type);
    }
    notifier.template_text = "{{json payload}}";
    EXPECT_EQ(json::parse(payload_for(notifier, message_of({transition}), context()).body),
              json::parse(json_body(message_of({transition}), context())));
}

TEST(PayloadAlerts, OpenOnesEndInTheFutureAndClearedOnesNow) {
    const auto open = listing();
    const auto cleared = listing(TransitionKind::cleared);
    const auto body = json::parse(alerts_body({&open, &cleared}, webhook("json"), context()));
    auto expected =
        json::parse(R"({"labels":{"alertname":"ReputedDnsblListed","code":"dnsbl.listed","check":"dnsbl",
        "severity":"critical","subject":"192.0.2.25","object":"zen.spamhaus.org","sender":"mail",
        "instance":"mail.example.org"},
      "annotations":{"summary":"192.0.2.25 is listed on zen.spamhaus.org: SBL",
        "description":"192.0.2.25 is listed on zen.spamhaus.org: SBL Stop the cause first, then ask for removal at the link.",
        "evidence":"25.2.0.192.zen.spamhaus.org A 127.0.0.2; TXT \"spam\"",
        "remedy":"Stop the cause first, then ask for removal at the link.",
        "link":"https://check.spamhaus.org/results/?query=192.0.2.25"},
      "startsAt":"2026-11-21T19:30:00Z","endsAt":"2026-11-21T19:35:30Z",
      "generatorURL":"https://mail.example.org/reputed/"})");
    EXPECT_EQ(body[0], expected);
    expected["endsAt"] = "2026-11-21T19:31:30Z";
    EXPECT_EQ(body[1], expected);
}

TEST(PayloadAlerts, WhatOtherAgentsWatchAsWellIsTheSameFromEach) {
    auto shared = context();
    shared.shared_senders = {"pool", "mail"};
    auto open = listing();
    EXPECT_FALSE(
        json::parse(alerts_body({&open}, webhook("json"), shared))[0]["labels"].contains("instance"));
    open.senders = {"mail", "own"};
    EXPECT_TRUE(json::parse(alerts_body({&open}, webhook("json"), shared))[0]["labels"].contains("instance"));
    open.senders = {};  // about the agent itself
    EXPECT_TRUE(json::parse(alerts_body({&open}, webhook("json"), shared))[0]["labels"].contains("instance"));
}

TEST(PayloadAlerts, ChangeOfSeverityEndsTheAlertBefore) {
    const auto changed = listing(TransitionKind::changed);
    const auto body = json::parse(alerts_body({&changed}, webhook("json"), context()));
    ASSERT_EQ(body.size(), 2U);
    EXPECT_EQ(body[0]["labels"]["severity"], "warning");
    EXPECT_EQ(body[0]["endsAt"], "2026-11-21T19:31:30Z");
    EXPECT_EQ(body[1]["labels"]["severity"], "critical");
    EXPECT_EQ(body[1]["endsAt"], "2026-11-21T19:35:30Z");
}

TEST(PayloadAlerts, DrillIsALabel) {
    const auto drill = planted();
    const auto body = json::parse(alerts_body({&drill}, webhook("json"), context()));
    EXPECT_EQ(body[0]["labels"]["drill"], "true");
    EXPECT_TRUE(body[0]["annotations"]["summary"].get<std::string>().starts_with("[DRILL] "));
}

TEST(PayloadAlerts, NeverEndBeforeTheyBegin) {
    auto cleared = listing(TransitionKind::cleared);
    cleared.since = context().now + std::chrono::hours(1);  // the clock was set back
    const auto body = json::parse(alerts_body({&cleared}, webhook("json"), context()));
    EXPECT_EQ(body[0]["startsAt"], "2026-11-21T20:31:30Z");
    EXPECT_EQ(body[0]["endsAt"], "2026-11-21T20:31:31Z");
}

TEST(PayloadAlerts, Names) {
    EXPECT_EQ(alert_name("dnsbl.listed"), "ReputedDnsblListed");
    EXPECT_EQ(alert_name("dns.resolver_refused"), "ReputedDnsResolverRefused");
    EXPECT_EQ(alert_name("ptr.missing"), "ReputedPtrMissing");
}

}  // namespace
}  // namespace reputed::notify
